package openvpn

import (
	"net/netip"
	"testing"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/routed/routedtest"
	"github.com/mysteriumnetwork/myst/tunnel/tunneltest"
)

func TestConformance(t *testing.T) {
	s := routedtest.New(t)
	tunneltest.Run(t, tunneltest.Driver{
		NewServer: func(t testing.TB, cfg tunneltest.ServerConfig) tunnel.Server {
			var server *Server
			var err error
			s.Provider.Do(func() {
				server, err = NewServer(t.Context(), ServerConfig{
					Host: s.ProviderHost, Listen: netip.AddrPortFrom(routedtest.Outside, 0),
					Exit: cfg.Exit, Resolver: cfg.Resolver, MaxSessions: cfg.MaxSessions, FirstUse: cfg.FirstUse,
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			return server
		},
		NewClient: func(testing.TB) tunnel.Client { return s.Client(NewClient(ClientConfig{Host: s.ConsumerHost})) },
		World:     s.World,
	})
}
