package openvpn

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/internal/nstest"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// hosts are a provider and a consumer in namespaces of their own, joined by a cable.
type hosts struct {
	provider, consumer *nstest.Namespace
	server             serverConfig
	admission          *admission
	log                *syncBuffer
}

var (
	providerOuter = netip.MustParseAddr("192.0.2.1")
	innerGateway  = netip.MustParsePrefix("10.182.0.1/16")
)

// syncBuffer keeps the log of a test.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newHosts(t *testing.T) *hosts {
	t.Helper()
	t.Parallel() // most of the time goes by in waiting
	h := &hosts{provider: nstest.New(t), consumer: nstest.New(t), log: new(syncBuffer)}
	nstest.Link(t, h.provider, h.consumer, netip.PrefixFrom(providerOuter, 24), netip.MustParsePrefix("192.0.2.2/24"))
	certificate, err := newCertificate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h.server = serverConfig{
		device: "tuns", listen: netip.AddrPortFrom(providerOuter, 1194), gateway: innerGateway, mtu: defaultMTU,
		certificate: certificate, key: newServerKey(), maxClients: 20,
	}
	makeDevice(h.provider, h.server.device, innerGateway)
	h.admission = newAdmission(h.logger())
	t.Cleanup(func() {
		h.admission.close()
		if t.Failed() {
			t.Log(h.log.String())
		}
	})
	return h
}

func makeDevice(n *nstest.Namespace, name string, addr netip.Prefix) {
	n.Run("ip", "tuntap", "add", "dev", name, "mode", "tun")
	n.Run("ip", "addr", "add", addr.String(), "dev", name)
	n.Run("ip", "link", "set", name, "up")
}

func (h *hosts) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// start runs openvpn in a namespace until the test ends.
func (h *hosts) start(t *testing.T, n *nstest.Namespace, config renderer, handle func(*management, event)) *process {
	t.Helper()
	var p *process
	var err error
	n.Do(func() {
		p, err = startProcess(t.Context(), processConfig{
			program: testProgram(t), config: config, handle: handle, log: h.logger(), directory: t.TempDir(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

// serve runs the provider's openvpn and waits until it listens.
func (h *hosts) serve(t *testing.T) *process {
	t.Helper()
	up := make(chan struct{}, 1)
	var once sync.Once
	p := h.start(t, h.provider, h.server, func(m *management, e event) {
		once.Do(func() { h.admission.attach(m) })
		if state, ok := e.(stateEvent); ok && state.name == "CONNECTED" {
			up <- struct{}{}
		}
		h.admission.handle(e)
	})
	await(t, up, "server to listen")
	return p
}

// consumerEnd is one consumer's openvpn with its states.
type consumerEnd struct {
	*process
	states chan string
}

// session opens a session at the provider. Its address ends in last.
func (h *hosts) session(t *testing.T, last byte) (*admitted, start) {
	t.Helper()
	address := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 182, 0, last}), innerGateway.Bits())
	id := tunnel.SessionID{last}
	s, err := h.admission.open(id, tunnel.Credential{last, last}, address)
	if err != nil {
		t.Fatal(err)
	}
	return s, start{key: h.server.key.newClientKey(id), address: address, gateway: innerGateway.Addr()}
}

// dial runs a consumer's openvpn that shows the given credential.
func (h *hosts) dial(t *testing.T, device string, s start, id tunnel.SessionID, credential tunnel.Credential) *consumerEnd {
	t.Helper()
	makeDevice(h.consumer, device, s.address)
	config := clientConfig{
		device: device, key: s.key,
		offer: offer{endpoint: h.server.listen, fingerprint: h.server.certificate.fingerprint, mtu: h.server.mtu},
	}
	return h.dialWith(t, config, id, credential)
}

func (h *hosts) dialWith(t *testing.T, config renderer, id tunnel.SessionID, credential tunnel.Credential) *consumerEnd {
	t.Helper()
	c := &consumerEnd{states: make(chan string, 1000)}
	c.process = h.start(t, h.consumer, config, func(m *management, e event) {
		switch e := e.(type) {
		case passwordEvent:
			if e.refused {
				c.states <- "REFUSED"
			} else if err := m.login(id, credential); err != nil {
				t.Errorf("login: %v", err)
			}
		case stateEvent:
			c.states <- e.name
		}
	})
	return c
}

// state waits until the consumer's openvpn says that it is so far.
func (c *consumerEnd) state(t *testing.T, want string) {
	t.Helper()
	for {
		select {
		case got := <-c.states:
			if got == want {
				return
			}
		case <-c.done():
			t.Fatalf("openvpn ended before %s: %v", want, c.why())
		case <-time.After(patience):
			t.Fatalf("openvpn never got to %s", want)
		}
	}
}

func await(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("timeout while waiting for: %s", what)
	}
}

// eventually waits for something that no channel tells.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("timeout while waiting for: %s", what)
		}
	}
}

// ping reports whether a packet gets through the tunnel and back. It goes from the consumer's address
// to the gateway's, by UDP.
func (h *hosts) ping(t *testing.T, from netip.Addr, device string) bool {
	t.Helper()
	echo := h.provider.ListenPacket("udp4", netip.AddrPortFrom(innerGateway.Addr(), 0).String())
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := echo.ReadFrom(buf)
			if err != nil {
				return // the end of the test, or of this function
			}
			_, _ = echo.WriteTo(buf[:n], from)
		}
	}()
	defer echo.Close() //nolint:errcheck // only read from
	h.consumer.Run("ip", "route", "replace", innerGateway.Addr().String()+"/32", "dev", device, "src", from.String())
	client := h.consumer.ListenPacket("udp4", netip.AddrPortFrom(from, 0).String())
	defer client.Close() //nolint:errcheck // only tried
	buf := make([]byte, 100)
	for i := range 10 {
		if _, err := client.WriteTo([]byte{byte(i)}, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(echo.LocalAddr().String()))); err != nil {
			t.Fatal(err)
		}
		if err := client.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.ReadFrom(buf); err == nil {
			return true
		}
	}
	return false
}
