//go:build e2e

package e2e

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// cut pulls a host's cable for a while.
func (m *world) cut(t *testing.T, h *testbed.Host, while time.Duration) {
	t.Helper()
	m.Wire.Run("ip", "link", "set", h.Port, "down")
	<-time.After(while)
	m.Wire.Run("ip", "link", "set", h.Port, "up")
}

// mebibyte fetches so much through a session, within a time; false is that it did not come.
func (m *world) mebibyte(buyer int, s wire.Session, within time.Duration) bool {
	c := testbed.Client(m.consumers[buyer], s.ProxyAddr)
	c.Timeout = within
	resp, err := c.Get("http://" + m.Page.Addr.String() + "/bytes/1048576")
	if err != nil {
		return false
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	return length(resp.Body) == 1<<20
}

// Cut off from the chain, sessions go on as they are. Cut off from the broker for less than a minute, they go on
// when it is back, if not before. Cut off for longer, they end for a stated reason, and what was promised is cleared.
func TestCutOff(t *testing.T) {
	m := newWorld(t)
	services := []string{"openvpn", "wireguard"}
	sessions := make([]wire.Session, len(services))
	for i, service := range services {
		sessions[i] = m.connect(t, i, service)
	}
	works := func(what string) {
		t.Helper()
		for i, s := range sessions {
			if !m.mebibyte(i, s, 30*time.Second) {
				t.Errorf("%s: nothing comes through %s", what, s.ServiceType)
			}
		}
	}
	works("before")

	m.Wire.Run("ip", "link", "set", m.ChainHost.Port, "down")
	works("without the chain")
	m.Wire.Run("ip", "link", "set", m.ChainHost.Port, "up")

	m.cut(t, m.HubHost, 10*time.Second)
	works("after ten seconds without hub and broker")
	for i, p := range m.buyers {
		var open wire.Sessions
		if p.Run(t, &open, "sessions", "--open"); len(open.Sessions) != 1 || open.Sessions[0].ID != sessions[i].ID {
			t.Errorf("%s: open sessions after a short cut: %+v", services[i], open.Sessions)
		}
	}

	m.cut(t, m.HubHost, 95*time.Second)
	m.recover(t)
	stated := []string{"unpaid", "payment channel lost", "tunnel failed"}
	for _, p := range append([]*party{m.seller}, m.buyers[:]...) {
		var all wire.Sessions
		p.Run(t, &all, "sessions")
		for _, s := range all.Sessions {
			if s.Open() || !slices.Contains(stated, s.Reason) {
				t.Errorf("a session at %s: %s, %s", p.Address, s.State, s.Reason)
			}
		}
	}
	m.balanced(t)
	for i, service := range services { // and they trade again
		sessions[i] = m.connect(t, i, service)
	}
	works("after all")
}

// length reads to the end and counts.
func length(r io.Reader) int64 {
	n, _ := io.Copy(io.Discard, r) // what came is what counts
	return n
}
