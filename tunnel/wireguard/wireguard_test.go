package wireguard

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/tunneltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// patience bounds every step that should succeed.
const patience = 20 * time.Second

func TestConformance(t *testing.T) {
	tunneltest.Run(t, tunneltest.Driver{
		NewServer: func(t testing.TB, cfg tunneltest.ServerConfig) tunnel.Server {
			return newTestServer(t, ServerConfig{
				Exit:        cfg.Exit,
				Resolver:    cfg.Resolver,
				MaxSessions: cfg.MaxSessions,
				FirstUse:    cfg.FirstUse,
			})
		},
		NewClient: func(t testing.TB) tunnel.Client { return newTestClient(t) },
	})
}

func newTestServer(t testing.TB, cfg ServerConfig) *Server {
	t.Helper()
	cfg.Listen = loopback
	s, err := NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newTestClient(t testing.TB) *Client {
	t.Helper()
	c, err := NewClient(ClientConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// staticNames is a resolver with fixed answers.
type staticNames map[string]netip.Addr

func (n staticNames) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addr, ok := n[host]; ok {
		return []netip.Addr{addr}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}
