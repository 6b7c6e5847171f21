package wireguard

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/internal/nstest"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/routed/routedtest"
	"github.com/mysteriumnetwork/myst/tunnel/tunneltest"
)

// ways says on which ends there is a TUN device.
type ways struct{ provider, consumer bool }

// driver makes ends on a stage.
func driver(s *routedtest.Stage, w ways) tunneltest.Driver {
	return tunneltest.Driver{
		NewServer: func(t testing.TB, cfg tunneltest.ServerConfig) tunnel.Server {
			return stageServer(t, s, w.provider, ServerConfig{
				Exit: cfg.Exit, Resolver: cfg.Resolver, MaxSessions: cfg.MaxSessions, FirstUse: cfg.FirstUse,
			})
		},
		NewClient: func(t testing.TB) tunnel.Client {
			var cfg ClientConfig
			if w.consumer {
				cfg.Host = s.ConsumerHost
			}
			c, err := NewClient(cfg)
			if err != nil {
				t.Fatal(err)
			}
			return s.Client(c)
		},
		World: s.World,
	}
}

func stageServer(t testing.TB, s *routedtest.Stage, withTUN bool, cfg ServerConfig) (server tunnel.Server) {
	t.Helper()
	cfg.Listen = netip.AddrPortFrom(routedtest.Outside, 0)
	var err error
	s.Provider.Do(func() {
		if withTUN {
			server, err = NewTUNServer(t.Context(), cfg, s.ProviderHost)
			return
		}
		var user *Server
		if user, err = NewServer(cfg); err == nil {
			user.dial = func(ctx context.Context, network string, to netip.AddrPort) (conn net.Conn, err error) {
				s.Provider.Do(func() { conn, err = user.guard.Dial(ctx, network, to) })
				return conn, err
			}
			server = user
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func TestConformanceTUN(t *testing.T) {
	for name, w := range map[string]ways{
		"both": {provider: true, consumer: true}, "provider": {provider: true}, "consumer": {consumer: true},
	} {
		t.Run(name, func(t *testing.T) { tunneltest.Run(t, driver(routedtest.New(t), w)) })
	}
}

// stagePair opens a tunnel with both limits out of the way.
func stagePair(t *testing.T, d tunneltest.Driver, s tunnel.Server) (tunnel.ClientTunnel, tunnel.Tunnel) {
	t.Helper()
	const unlimited = 1 << 40
	client := d.NewClient(t)
	open := tunnel.ServerSession{Request: client.Request()}
	_, _ = rand.Read(open.Credential[:]) // never fails
	offer, err := s.Offer(open.Request)
	if err != nil {
		t.Fatal(err)
	}
	provider, start, err := s.Open(t.Context(), open)
	if err != nil {
		t.Fatal(err)
	}
	provider.SetLimit(unlimited)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	consumer, err := client.Connect(ctx, tunnel.ClientSession{Offer: offer, Start: start, Credential: open.Credential, Limit: unlimited})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(consumer.Close(), provider.Close()); err != nil {
			t.Error(err)
		}
	})
	return consumer, provider
}

func closeLater(t *testing.T, s tunnel.Server) {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// listenEcho sends back, in the world, what it gets, until the test ends.
func listenEcho(t *testing.T, s *routedtest.Stage) netip.AddrPort {
	t.Helper()
	var l net.Listener
	var err error
	s.World.Do(func() { l, err = net.Listen("tcp4", netip.AddrPortFrom(s.World.Addr, 0).String()) })
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { // ends with l
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			stop := context.AfterFunc(t.Context(), func() { _ = conn.Close() })
			serving.Go(func() { // ends with conn
				defer stop()
				_, _ = io.Copy(conn, conn)
				_ = conn.Close() // the other end checks what it got
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return netip.MustParseAddrPort(l.Addr().String())
}

// TestCountersAgree holds the ends' meters against each other, which are different programs where only one end has a
// TUN device. What is moved is too little to be lost anywhere, so that every byte must agree.
func TestCountersAgree(t *testing.T) {
	s := routedtest.New(t)
	echo := listenEcho(t, s)
	policy := tunnel.ExitPolicy{Allow: []netip.AddrPort{echo}}
	for name, w := range map[string]ways{"both": {true, true}, "provider": {provider: true}, "consumer": {consumer: true}} {
		t.Run(name, func(t *testing.T) {
			server := stageServer(t, s, w.provider, ServerConfig{Exit: policy})
			closeLater(t, server)
			consumer, provider := stagePair(t, driver(s, w), server)
			conn, err := consumer.DialContext(t.Context(), "tcp", echo.String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // the test is over
			const size = 256 << 10
			if err := pump(conn, conn, size); err != nil {
				t.Fatal(err)
			}
			waitUntil(t, "the meters agree", func() bool {
				c, p := consumer.Counters(), provider.Counters()
				return c.Sent == p.Received && c.Received == p.Sent && c.Sent > size && c.Received > size
			}, func() string {
				return fmt.Sprintf("consumer %+v, provider %+v", consumer.Counters(), provider.Counters())
			})
		})
	}
}

// waitUntil waits for a condition that comes true without an event to wait for.
func waitUntil(t *testing.T, what string, ok func() bool, state func() string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("not within %v: %s: %s", patience, what, state())
		}
	}
}

// left lists what an end of a tunnel adds to a host.
func left(n *nstest.Namespace) string {
	var all []string
	for _, command := range [][]string{
		{"ip", "-o", "addr"}, {"ip", "rule"}, {"ip", "route", "show", "table", "all"}, {"nft", "list", "tables"},
		{"cat", "/proc/sys/net/ipv4/ip_forward"},
	} {
		all = append(all, n.Run(command[0], command[1:]...))
	}
	return strings.Join(all, "\n")
}

func TestTUNLeavesNothing(t *testing.T) {
	s := routedtest.New(t)
	before := left(s.Provider) + left(s.Consumer)
	server := stageServer(t, s, true, ServerConfig{})
	consumer, provider := stagePair(t, driver(s, ways{true, true}), server)
	if left(s.Provider)+left(s.Consumer) == before {
		t.Error("the hosts look as if there were no tunnel")
	}
	if err := errors.Join(consumer.Close(), provider.Close(), server.Close()); err != nil {
		t.Error(err)
	}
	if after := left(s.Provider) + left(s.Consumer); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	// A start that fails leaves nothing either: the device is somebody else's.
	s.Provider.Run("ip", "tuntap", "add", "dev", serverDevice, "mode", "tun")
	before = left(s.Provider)
	cfg := ServerConfig{Listen: netip.AddrPortFrom(routedtest.Outside, 0)}
	s.Provider.Do(func() {
		if _, err := NewTUNServer(t.Context(), cfg, s.ProviderHost); !errors.Is(err, hostnet.ErrExists) {
			t.Errorf("with a device in the way: %v, want ErrExists", err)
		}
	})
	if after := left(s.Provider); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// TestDeviceTakenAway removes the TUN device at either end: the tunnels end by themselves.
func TestDeviceTakenAway(t *testing.T) {
	s := routedtest.New(t)
	d := driver(s, ways{true, true})
	server := stageServer(t, s, true, ServerConfig{})
	closeLater(t, server)
	consumer, _ := stagePair(t, d, server)
	_, provider := stagePair(t, d, server)
	device := strings.Fields(s.Consumer.Run("sh", "-c", "ip -o link show type tun | head -1"))[1]
	s.Consumer.Run("ip", "link", "del", strings.TrimSuffix(device, ":"))
	s.Provider.Run("ip", "link", "del", serverDevice)
	for name, tun := range map[string]tunnel.Tunnel{"consumer": consumer, "provider": provider} {
		select {
		case <-tun.Done():
		case <-time.After(patience):
			t.Errorf("the %s's end goes on without a device", name)
		}
	}
	if err := consumer.Err(); !errors.Is(err, errDeviceGone) {
		t.Errorf("the consumer's end says %v", err)
	}
	if _, err := server.Offer(d.NewClient(t).Request()); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("offer without a device: %v, want ErrClosed", err)
	}
}

func TestTUNKeyServesOneSession(t *testing.T) {
	s := routedtest.New(t)
	server := stageServer(t, s, true, ServerConfig{})
	closeLater(t, server)
	request := tunnel.ServerSession{Request: newTestClient(t).Request()}
	first, _, err := server.Open(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := server.Open(t.Context(), request); !errors.Is(err, tunnel.ErrData) {
		t.Errorf("same key again: %v, want ErrData", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := server.Open(t.Context(), request); err != nil {
		t.Errorf("same key after Close: %v", err)
	}
}
