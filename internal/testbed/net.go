//go:build linux

package testbed

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// Host is a machine of the network.
type Host struct {
	*nstest.Namespace
	Addr netip.Addr
	Port string // its cable's end at the switch
}

// Network is the switch between hosts.
type Network struct {
	Wire  *nstest.Namespace // the switch itself
	ports atomic.Uint32
}

const bridge = "br0"

// NewNetwork makes a switch without hosts.
func NewNetwork(t testing.TB) *Network {
	t.Helper()
	n := &Network{Wire: nstest.New(t)}
	n.Wire.Run("ip", "link", "add", bridge, "type", "bridge", "forward_delay", "0")
	n.Wire.Run("ip", "link", "set", bridge, "up")
	return n
}

// Attach joins a new host to the switch; its address comes with the length of its subnet.
func (n *Network) Attach(t testing.TB, addr netip.Prefix) *Host {
	t.Helper()
	h := &Host{Namespace: nstest.New(t), Addr: addr.Addr()}
	plug := netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, 0, byte(n.ports.Add(1))}), 32) //nolint:gosec // a handful
	h.Port, _ = nstest.Link(t, n.Wire, h.Namespace, plug, addr)
	n.Wire.Run("ip", "link", "set", h.Port, "master", bridge)
	return h
}

// Site is a web server that tells who asks.
type Site struct {
	Addr netip.AddrPort
	mu   sync.Mutex
	seen []netip.Addr
}

// Secret is what a site's page says; a capture of the wire must not hold it.
const Secret = "this page is nobody's business but its reader's"

// payload is what downloads repeat.
var payload = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)

// Serve runs a web server on a host: its page holds [Secret] and the asker's address, /bytes/N is so many bytes, and
// what is posted is counted.
func Serve(t testing.TB, h *Host) *Site {
	t.Helper()
	s := &Site{Addr: netip.AddrPortFrom(h.Addr, 80)}
	l := h.Listen("tcp4", s.Addr.String())
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // a test's
		from := netip.MustParseAddrPort(r.RemoteAddr).Addr()
		s.mu.Lock()
		s.seen = append(s.seen, from)
		s.mu.Unlock()
		var size int
		if _, err := fmt.Sscanf(r.URL.Path, "/bytes/%d", &size); err == nil {
			w.Header().Set("Content-Length", strconv.Itoa(size))
			for err == nil && size > 0 {
				n := min(size, len(payload))
				_, err = w.Write(payload[:n])
				size -= n
			}
			return
		}
		if r.Method == http.MethodPost {
			n, _ := io.Copy(io.Discard, r.Body) // what arrived of it
			_, _ = fmt.Fprint(w, n)
			return
		}
		_, _ = fmt.Fprintf(w, "%s; you are %s", Secret, from) //nolint:gosec // an address
	})}
	go func() { _ = server.Serve(l) }() // ends with the test, which closes l
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// Visitors are the addresses that have asked since the last call.
func (s *Site) Visitors() []netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// Client fetches from a host, through a SOCKS5 proxy on it unless that is empty.
func Client(h *Host, proxy string) *http.Client {
	transport := &http.Transport{DialContext: h.DialContext, DisableKeepAlives: true}
	if proxy != "" {
		transport.Proxy = http.ProxyURL(&url.URL{Scheme: "socks5h", Host: proxy})
	}
	return &http.Client{Transport: transport}
}
