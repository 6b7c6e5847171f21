package openvpn

import (
	"net/netip"
	"testing"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/routed/routedtest"
	"github.com/mysteriumnetwork/myst/tunnel/tunneltest"
)

// stage makes this driver's ends on hosts of their own.
type stage struct{ *routedtest.Stage }

func newStage(t testing.TB) stage {
	t.Helper()
	return stage{routedtest.New(t)}
}

func (s stage) server(t testing.TB, cfg ServerConfig) *Server {
	t.Helper()
	cfg.Host, cfg.Listen = s.ProviderHost, netip.AddrPortFrom(routedtest.Outside, 0)
	var server *Server
	var err error
	s.Provider.Do(func() { server, err = NewServer(t.Context(), cfg) })
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func (s stage) client() tunnel.Client { return s.Client(NewClient(ClientConfig{Host: s.ConsumerHost})) }

func TestConformance(t *testing.T) {
	s := newStage(t)
	tunneltest.Run(t, tunneltest.Driver{
		NewServer: func(t testing.TB, cfg tunneltest.ServerConfig) tunnel.Server {
			return s.server(t, ServerConfig{
				Exit: cfg.Exit, Resolver: cfg.Resolver, MaxSessions: cfg.MaxSessions, FirstUse: cfg.FirstUse,
			})
		},
		NewClient: func(testing.TB) tunnel.Client { return s.client() },
		World:     s.World,
	})
}
