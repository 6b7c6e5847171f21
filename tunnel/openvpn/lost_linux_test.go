package openvpn

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/nftables"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// session opens a session of the server and connects a client to it.
func (s stage) session(t *testing.T, server *Server, id byte) (tunnel.Tunnel, tunnel.ClientTunnel) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := s.client()
	session, credential := tunnel.SessionID{id}, tunnel.Credential{id}
	request := client.Request()
	offer, err := server.Offer(request)
	if err != nil {
		t.Fatal(err)
	}
	sold, start, err := server.Open(ctx, tunnel.ServerSession{ID: session, Request: request, Credential: credential})
	if err != nil {
		t.Fatal(err)
	}
	const limit = 1 << 20
	sold.SetLimit(limit)
	bought, err := client.Connect(ctx, tunnel.ClientSession{
		ID: session, Offer: offer, Start: start, Credential: credential, Limit: limit,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bought.Close() }) // most tests have closed it
	return sold, bought
}

// Whoever flushes the firewall's rules takes the exit's policy away. Its sessions end, and the next one gets an
// exit that is whole again.
func TestExitLostAndMadeAgain(t *testing.T) {
	s := newStage(t)
	server := s.server(t, ServerConfig{})
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	sold, _ := s.session(t, server, 1)
	s.Provider.Do(func() {
		conn, err := nftables.New()
		if err == nil {
			conn.FlushRuleset()
			err = conn.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	select {
	case <-sold.Done():
	case <-time.After(time.Minute):
		t.Fatal("the session outlived its policy")
	}
	if err := sold.Err(); !errors.Is(err, hostnet.ErrLost) {
		t.Errorf("ended by %v", err)
	}
	sold, bought := s.session(t, server, 2)
	if err := bought.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if err := sold.Err(); err != nil {
		t.Error(err)
	}
	s.Provider.Do(func() {
		conn, err := nftables.New()
		if err != nil {
			t.Fatal(err)
		}
		tables, err := conn.ListTablesOfFamily(nftables.TableFamilyINet)
		if err != nil || len(tables) != 1 {
			t.Errorf("the exit's policy: %d tables, %v", len(tables), err)
		}
	})
}

// A provider can name any private address in a tunnel, and the consumer's network must not suffer.
func TestTunnelTakesNoAddressOfTheHost(t *testing.T) {
	s := newStage(t)
	s.Consumer.Run("ip", "addr", "add", "192.168.44.2/24", "dev", "lo")
	server := s.server(t, ServerConfig{Subnet: netip.MustParsePrefix("192.168.44.0/24")})
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	client := s.client()
	request, session, credential := client.Request(), tunnel.SessionID{1}, tunnel.Credential{1}
	offer, err := server.Offer(request)
	if err != nil {
		t.Fatal(err)
	}
	_, start, err := server.Open(t.Context(), tunnel.ServerSession{ID: session, Request: request, Credential: credential})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Connect(t.Context(), tunnel.ClientSession{ID: session, Offer: offer, Start: start, Credential: credential})
	if !errors.Is(err, hostnet.ErrTaken) {
		t.Errorf("connect: %v", err)
	}
}

// Answers come in whatever the administrator filters, on a host without a default route too; where nothing is filtered
// the host's routing is left alone.
func TestReverseFilter(t *testing.T) {
	for id, value := range []string{"0", "1", "2"} {
		s := newStage(t)
		s.Consumer.Do(func() {
			if err := os.WriteFile("/proc/sys/net/ipv4/conf/all/rp_filter", []byte(value), 0); err != nil {
				t.Fatal(err)
			}
		})
		server := s.server(t, ServerConfig{})
		rules := s.Consumer.Run("ip", "rule")
		_, bought := s.session(t, server, byte(id+1))
		if err := bought.Probe(t.Context()); err != nil {
			t.Errorf("rp_filter %s: %v", value, err)
		}
		if same := s.Consumer.Run("ip", "rule") == rules; same != (value == "0") {
			t.Errorf("rp_filter %s: routing rules as before: %v", value, same)
		}
		if err := errors.Join(bought.Close(), server.Close()); err != nil {
			t.Error(err)
		}
		if after := s.Consumer.Run("ip", "rule"); after != rules {
			t.Errorf("rp_filter %s: rules are left:\n%s", value, after)
		}
	}
}
