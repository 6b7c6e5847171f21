//go:build e2e

package e2e

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/nstest"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

func TestMain(m *testing.M) {
	testbed.Extra = []string{"./cheat"}
	code := m.Run()
	_ = testbed.RemovePrograms() // a test has said why they could not be built
	os.Exit(code)
}

// world is a network on which one provider sells both services and two consumers can buy.
type world struct {
	*testbed.World
	provider  *testbed.Host
	consumers [2]*testbed.Host
	internal  *testbed.Host
	seller    *party
	buyers    [2]*party
}

// party is somebody with a node, of whom a test has expectations.
type party struct{ *testbed.Party }

func newParty(t *testing.T, on *testbed.Host, args ...string) *party {
	t.Helper()
	return newPartyIn(t, t.TempDir(), on, args...)
}

// newPartyIn is newParty with a data directory.
func newPartyIn(t *testing.T, dir string, on *testbed.Host, args ...string) *party {
	t.Helper()
	return &party{testbed.NewPartyIn(t, dir, on, args...)}
}

// newWorld starts everything: registered, funded and announced.
func newWorld(t *testing.T) *world {
	t.Helper()
	m := &world{World: testbed.NewWorld(t, 500*time.Millisecond)}
	m.provider = m.Join(t, 20)
	m.internal = &testbed.Host{Namespace: nstest.New(t), Addr: netip.MustParseAddr("10.77.0.2")}
	nstest.Link(t, m.provider.Namespace, m.internal.Namespace, netip.MustParsePrefix("10.77.0.1/24"), netip.PrefixFrom(m.internal.Addr, 24))
	m.internal.Route(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("10.77.0.1"))
	m.seller = newParty(t, m.provider, m.selling(m.provider, "wireguard", "openvpn")...)
	m.join(t, m.seller)
	for i := range m.consumers {
		m.consumers[i] = m.Join(t, byte(31+i))
		m.buyers[i] = newParty(t, m.consumers[i], m.buying()...)
		m.join(t, m.buyers[i])
	}
	m.seller.announced(t)
	return m
}

// selling are the arguments of a provider's node.
func (m *world) selling(on *testbed.Host, services ...string) []string {
	args := []string{
		"node", "--network", m.File, "--country", "DE", "--price-per-gib", "0.5", "--setup-charge", "0.01",
		"--clear-least", "0.000001", "--log-level", "debug",
	}
	for _, s := range services {
		port := map[string]string{"wireguard": "51820", "openvpn": "1194"}[s]
		args = append(args, "--provide", s, "--listen", s+"="+net.JoinHostPort(on.Addr.String(), port))
	}
	return args
}

// buying are the arguments of a consumer's node.
func (m *world) buying() []string {
	return []string{"node", "--network", m.File, "--log-level", "debug"}
}

// join starts a party's node, registers it and makes its deposit.
func (m *world) join(t *testing.T, p *party) {
	t.Helper()
	m.Fund(t, p.Party)
}

// announced waits until all services of a provider are. Of one that was started again and again, a hub takes one record a minute.
func (p *party) announced(t *testing.T) {
	t.Helper()
	p.AwaitFor(t, 2*time.Minute, "every service is announced", func() bool {
		var s wire.Status
		if p.Try(t, &s, "status") != nil {
			return false
		}
		waiting := slices.ContainsFunc(s.Providing, func(s wire.Service) bool { return !s.Announced })
		return len(s.Providing) > 0 && !waiting
	})
}

// connect opens a session of a service for a buyer.
func (m *world) connect(t *testing.T, buyer int, service string) wire.Session {
	t.Helper()
	var s wire.Session
	m.buyers[buyer].Run(t, &s, "connect", "--service", service, "--yes")
	return s
}
