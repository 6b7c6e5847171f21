//go:build e2e

package e2e

import (
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/nstest"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

func TestMain(m *testing.M) {
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
	seller    *testbed.Party
	buyers    [2]*testbed.Party
}

// newWorld starts everything: registered, funded and announced.
func newWorld(t *testing.T) *world {
	t.Helper()
	m := &world{World: testbed.NewWorld(t, 500*time.Millisecond)}
	m.provider = m.Join(t, 20)
	m.internal = &testbed.Host{Namespace: nstest.New(t), Addr: netip.MustParseAddr("10.77.0.2")}
	nstest.Link(t, m.provider.Namespace, m.internal.Namespace, netip.MustParsePrefix("10.77.0.1/24"), netip.PrefixFrom(m.internal.Addr, 24))
	m.internal.Route(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("10.77.0.1"))
	m.seller = testbed.NewParty(t, m.provider, "node", "--network", m.File,
		"--provide", "wireguard", "--provide", "openvpn", "--country", "DE", "--price-per-gib", "0.5", "--setup-charge", "0.01",
		"--listen", "wireguard="+m.provider.Addr.String()+":51820", "--listen", "openvpn="+m.provider.Addr.String()+":1194",
		"--clear-least", "0.000001", "--log-level", "debug")
	m.Fund(t, m.seller)
	for i := range m.consumers {
		m.consumers[i] = m.Join(t, byte(31+i))
		m.buyers[i] = testbed.NewParty(t, m.consumers[i], "node", "--network", m.File, "--log-level", "debug")
		m.Fund(t, m.buyers[i])
	}
	m.Announced(t, m.seller)
	return m
}

// connect opens a session of a service for a buyer.
func (m *world) connect(t *testing.T, buyer int, service string) wire.Session {
	t.Helper()
	var s wire.Session
	m.buyers[buyer].Run(t, &s, "connect", "--service", service)
	return s
}
