// Package routedtest is where drivers with a TUN device are tested: hosts of their own for consumer and provider,
// in network namespaces.
package routedtest

import (
	"context"
	"net"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/internal/nstest"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/tunneltest"
)

// Stage is a consumer, a provider and the world beyond it, each a host of its own.
type Stage struct {
	Consumer, Provider         *nstest.Namespace
	ConsumerHost, ProviderHost *hostnet.Host
	// World is for a tunneltest.Driver.
	World tunneltest.World
}

// Outside is the provider's address that consumers reach.
var Outside = netip.MustParseAddr("192.0.2.1")

// New sets the stage for the rest of the test. It needs root.
func New(t testing.TB) *Stage {
	t.Helper()
	inside, world, second := netip.MustParseAddr("10.99.0.1"), netip.MustParseAddr("10.99.0.2"), netip.MustParseAddr("10.99.0.9")
	s := &Stage{Consumer: nstest.New(t), Provider: nstest.New(t)}
	beyond := nstest.New(t)
	nstest.Link(t, s.Provider, s.Consumer, netip.PrefixFrom(Outside, 24), netip.MustParsePrefix("192.0.2.2/24"))
	nstest.Link(t, s.Provider, beyond, netip.PrefixFrom(inside, 24), netip.PrefixFrom(world, 24))
	s.Provider.Run("ip", "addr", "add", second.String()+"/32", "dev", "lo")
	beyond.Run("ip", "route", "add", second.String(), "via", inside.String())
	s.ProviderHost, s.ConsumerHost = OpenHost(t, s.Provider), OpenHost(t, s.Consumer)
	s.World = tunneltest.World{
		Addr: world, Source: second, Own: []netip.Addr{Outside, inside, second}, Do: beyond.Do,
	}
	return s
}

// OpenHost opens a namespace's network for the rest of the test.
func OpenHost(t testing.TB, where *nstest.Namespace) *hostnet.Host {
	t.Helper()
	var h *hostnet.Host
	var err error
	where.Do(func() { h, err = hostnet.Open(hostnet.Config{Journal: filepath.Join(t.TempDir(), "hostnet.json")}) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close host network: %v", err)
		}
	})
	return h
}

// Client is a client whose sockets and processes are the consumer's host's.
func (s *Stage) Client(c tunnel.Client) tunnel.Client { return client{c, s.Consumer} }

type client struct {
	tunnel.Client
	where *nstest.Namespace
}

type clientTunnel struct {
	tunnel.ClientTunnel
	where *nstest.Namespace
}

func (c client) Connect(ctx context.Context, cfg tunnel.ClientSession) (t tunnel.ClientTunnel, err error) {
	c.where.Do(func() { t, err = c.Client.Connect(ctx, cfg) })
	if err != nil {
		return nil, err
	}
	return clientTunnel{t, c.where}, nil
}

func (t clientTunnel) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	t.where.Do(func() { conn, err = t.ClientTunnel.DialContext(ctx, network, address) })
	return conn, err
}

func (t clientTunnel) Probe(ctx context.Context) (err error) {
	t.where.Do(func() { err = t.ClientTunnel.Probe(ctx) })
	return err
}
