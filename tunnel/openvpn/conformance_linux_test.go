package openvpn

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

// stage is a consumer, a provider and the world beyond it, each a host of its own.
type stage struct {
	consumer, provider, world *nstest.Namespace
	consumerHost, exitHost    *hostnet.Host
}

var (
	providerOutside = netip.MustParsePrefix("192.0.2.1/24")
	consumerOutside = netip.MustParsePrefix("192.0.2.2/24")
	providerInside  = netip.MustParsePrefix("10.99.0.1/24")
	worldInside     = netip.MustParsePrefix("10.99.0.2/24")
	secondInside    = netip.MustParsePrefix("10.99.0.9/24")
)

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{consumer: nstest.New(t), provider: nstest.New(t), world: nstest.New(t)}
	nstest.Link(t, s.provider, s.consumer, providerOutside, consumerOutside)
	nstest.Link(t, s.provider, s.world, providerInside, worldInside)
	s.provider.Run("ip", "addr", "add", secondInside.Addr().String()+"/32", "dev", "lo")
	s.world.Run("ip", "route", "add", secondInside.Addr().String(), "via", providerInside.Addr().String())
	s.exitHost, s.consumerHost = openHost(t, s.provider), openHost(t, s.consumer)
	return s
}

func openHost(t testing.TB, where *nstest.Namespace) *hostnet.Host {
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

func (s *stage) server(t testing.TB, cfg ServerConfig) *Server {
	t.Helper()
	cfg.Host, cfg.Listen = s.exitHost, netip.AddrPortFrom(providerOutside.Addr(), 0)
	var server *Server
	var err error
	s.provider.Do(func() { server, err = NewServer(t.Context(), cfg) })
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// insideClient is a client whose sockets and processes are the consumer's host's.
type insideClient struct {
	*Client
	where *nstest.Namespace
}

type insideTunnel struct {
	tunnel.ClientTunnel
	where *nstest.Namespace
}

func (c insideClient) Connect(ctx context.Context, cfg tunnel.ClientSession) (t tunnel.ClientTunnel, err error) {
	c.where.Do(func() { t, err = c.Client.Connect(ctx, cfg) })
	if err != nil {
		return nil, err
	}
	return insideTunnel{t, c.where}, nil
}

func (t insideTunnel) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	t.where.Do(func() { conn, err = t.ClientTunnel.DialContext(ctx, network, address) })
	return conn, err
}

func (t insideTunnel) Probe(ctx context.Context) (err error) {
	t.where.Do(func() { err = t.ClientTunnel.Probe(ctx) })
	return err
}

func (s *stage) client() tunnel.Client {
	return insideClient{NewClient(ClientConfig{Host: s.consumerHost}), s.consumer}
}

func TestConformance(t *testing.T) {
	s := newStage(t)
	tunneltest.Run(t, tunneltest.Driver{
		NewServer: func(t testing.TB, cfg tunneltest.ServerConfig) tunnel.Server {
			return s.server(t, ServerConfig{
				Exit: cfg.Exit, Resolver: cfg.Resolver, MaxSessions: cfg.MaxSessions, FirstUse: cfg.FirstUse,
			})
		},
		NewClient: func(testing.TB) tunnel.Client { return s.client() },
		World: tunneltest.World{
			Addr: worldInside.Addr(), Source: secondInside.Addr(),
			Own: []netip.Addr{providerOutside.Addr(), providerInside.Addr(), secondInside.Addr()}, Do: s.world.Do,
		},
	})
}
