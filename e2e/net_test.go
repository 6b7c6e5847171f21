//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/nftables"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// host is a machine of the network.
type host struct {
	*nstest.Namespace
	addr netip.Addr
	port string // its cable's end at the switch
}

// network is the hosts and the switch between them.
type network struct {
	wire                      *nstest.Namespace
	chain, hub, provider, web *host
	consumers                 [2]*host
	internal                  *host
	ports                     atomic.Uint32
}

const bridge = "br0"

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{wire: nstest.New(t)}
	n.wire.Run("ip", "link", "add", bridge, "type", "bridge", "forward_delay", "0")
	n.wire.Run("ip", "link", "set", bridge, "up")
	n.chain, n.hub, n.web = n.attach(t, 10), n.attach(t, 11), n.attach(t, 80)
	n.provider = n.attach(t, 20)
	n.consumers = [2]*host{n.attach(t, 31), n.attach(t, 32)}
	n.internal = &host{Namespace: nstest.New(t), addr: netip.MustParseAddr("10.77.0.2")}
	nstest.Link(t, n.provider.Namespace, n.internal.Namespace, netip.MustParsePrefix("10.77.0.1/24"), netip.PrefixFrom(n.internal.addr, 24))
	n.internal.Route(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("10.77.0.1"))
	return n
}

// attach joins a new host to the switch.
func (n *network) attach(t *testing.T, number byte) *host {
	t.Helper()
	h := &host{Namespace: nstest.New(t), addr: netip.AddrFrom4([4]byte{192, 0, 2, number})}
	plug := netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, 0, byte(n.ports.Add(1))}), 32) //nolint:gosec // a handful
	h.port, _ = nstest.Link(t, n.wire, h.Namespace, plug, netip.PrefixFrom(h.addr, 24))
	n.wire.Run("ip", "link", "set", h.port, "master", bridge)
	return h
}

// site is a web server that tells who asks.
type site struct {
	addr netip.AddrPort
	mu   sync.Mutex
	seen []netip.Addr
}

// secret is what the page says; a capture of the wire must not hold it.
const secret = "this page is nobody's business but its reader's"

// serve runs a web server on a host.
func serve(t *testing.T, h *host) *site {
	t.Helper()
	s := new(site)
	l := h.Listen("tcp4", netip.AddrPortFrom(h.addr, 80).String())
	s.addr = netip.AddrPortFrom(h.addr, 80)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // a test's
		from := netip.MustParseAddrPort(r.RemoteAddr).Addr()
		s.mu.Lock()
		s.seen = append(s.seen, from)
		s.mu.Unlock()
		var size int
		if _, err := fmt.Sscanf(r.URL.Path, "/bytes/%d", &size); err == nil {
			_, _ = w.Write([]byte(strings.Repeat("0123456789abcdef", size/16)))
			return
		}
		if r.Method == http.MethodPost {
			_, _ = fmt.Fprint(w, length(r.Body))
			return
		}
		_, _ = fmt.Fprintf(w, "%s; you are %s", secret, from)
	})}
	go func() { _ = server.Serve(l) }() // ends with the test, which closes l
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// visitors are the addresses that have asked since the last call.
func (s *site) visitors() []netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// length reads to the end and counts.
func length(r io.Reader) int64 {
	n, _ := io.Copy(io.Discard, r) // what came is what counts
	return n
}

// client fetches from a host, through a SOCKS5 proxy on it unless that is empty.
func client(h *host, proxy string) *http.Client {
	transport := &http.Transport{DialContext: h.DialContext, DisableKeepAlives: true}
	if proxy != "" {
		transport.Proxy = http.ProxyURL(mustURL("socks5h://" + proxy))
	}
	return &http.Client{Transport: transport}
}

// ruleset lists the nftables tables on a host.
func ruleset(t *testing.T, h *host) (names []string) {
	t.Helper()
	h.Do(func() {
		conn, err := nftables.New()
		if err != nil {
			t.Fatal(err)
		}
		tables, err := conn.ListTables()
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			names = append(names, table.Name)
		}
	})
	return names
}
