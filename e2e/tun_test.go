//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// withTUN starts a node again with TUN devices for WireGuard.
func withTUN(t *testing.T, p *party) {
	t.Helper()
	p.Stop(t)
	p.Args = append(p.Args, "--wireguard-device", "tun")
	p.Up(t)
	var s wire.Status
	p.Run(t, &s, "status")
	for _, path := range s.Paths {
		if path.ServiceType == "wireguard" && !path.TUN {
			t.Fatalf("wireguard has no TUN device: %+v", s.Paths)
		}
	}
}

// A provider with a TUN device sells WireGuard to a consumer that has one too and to one that stays in user space.
// Neither can tell, their bills agree with the provider's, and what a crash leaves on a host the next start undoes.
func TestWireguardWithTUNDevices(t *testing.T) {
	m := newWorld(t)
	private := testbed.Serve(t, m.internal)
	withTUN(t, m.seller)
	withTUN(t, m.buyers[0])
	m.seller.announced(t)

	sessions := []wire.Session{m.connect(t, 0, "wireguard"), m.connect(t, 1, "wireguard")}
	for i, want := range []bool{true, false} {
		if links := m.consumers[i].Run("ip", "-o", "link"); strings.Contains(links, "myst-") != want {
			t.Errorf("consumer %d has a TUN device: %v, want %v\n%s", i, !want, want, links)
		}
	}
	url := "http://" + m.Page.Addr.String() + "/"
	for i, s := range sessions {
		if got := get(t, m.consumers[i], s.ProxyAddr, url); got != testbed.Secret+"; you are "+m.provider.Addr.String() {
			t.Errorf("consumer %d: the page says %q", i, got)
		}
		if got := get(t, m.consumers[i], s.ProxyAddr, url+"bytes/33554432"); len(got) != 32<<20 {
			t.Errorf("consumer %d: %d bytes came", i, len(got))
		}
		resp, err := testbed.Client(m.consumers[i], s.ProxyAddr).Get("http://" + private.Addr.String() + "/")
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("consumer %d: the provider's internal network was reached", i)
		}
	}
	if seen := private.Visitors(); len(seen) > 0 {
		t.Errorf("the internal server was reached by %v", seen)
	}
	for _, buyer := range m.buyers {
		buyer.Run(t, nil, "disconnect")
	}
	m.settled(t, 2)
	m.metered(t)

	m.connect(t, 0, "wireguard")
	m.seller.Kill()
	m.buyers[0].Kill()
	if left := m.provider.Run("ip", "-o", "link"); !strings.Contains(left, "myst-wireguard") {
		t.Errorf("the dead provider had no device:\n%s", left)
	}
	m.seller.Up(t)
	m.buyers[0].Up(t)
	clean(t, m.consumers[0])
	m.seller.Stop(t)
	clean(t, m.provider)
}

// metered holds the ends' counts of every session against each other, by the rule of payments: what was reported is
// at most what the other end sent and 64 KiB, and at least 95 % of it.
func (m *world) metered(t *testing.T) {
	t.Helper()
	var sold wire.Sessions
	m.seller.Run(t, &sold, "sessions")
	ends := map[string]wire.Session{}
	for _, s := range sold.Sessions {
		ends[s.ID] = s
	}
	for i, buyer := range m.buyers {
		var bought wire.Sessions
		buyer.Run(t, &bought, "sessions")
		for _, s := range bought.Sessions {
			other := ends[s.ID]
			for _, way := range [][2]uint64{{s.Received, other.Sent}, {other.Received, s.Sent}} {
				received, sent := way[0], way[1]
				t.Logf("%s: of %d bytes sent, %d were received", s.ServiceType, sent, received)
				if sent == 0 || received > sent+64<<10 || received < sent/100*95 {
					t.Errorf("consumer %d: of %d bytes sent, %d were received", i, sent, received)
				}
			}
		}
	}
}
