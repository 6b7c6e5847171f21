package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	xproxy "golang.org/x/net/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// world is a dialer that knows a few names, and records what it is asked for.
type world struct {
	hosts map[string]string // "host:port" that clients name, to where it is
	errs  map[string]error

	mu    sync.Mutex
	asked []string
}

func (w *world) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.asked = append(w.asked, network+" "+address)
	w.mu.Unlock()
	if err := w.errs[address]; err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	if to, ok := w.hosts[address]; ok {
		address = to
	} else if _, err := netip.ParseAddrPort(address); err != nil {
		return nil, &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func (w *world) wasAsked(what string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.asked {
		if a == what {
			return true
		}
	}
	return false
}

func start(t *testing.T, cfg Config, d Dialer) *Server {
	t.Helper()
	s, err := ListenSOCKS5(t.Context(), cfg, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// raw connects to the proxy without a protocol.
func raw(t *testing.T, s *Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// exchange writes request and reads as many bytes as want has.
func exchange(t *testing.T, conn net.Conn, request, want []byte) {
	t.Helper()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil {
		t.Fatalf("to % x: read: %v", request, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("to % x: got % x, want % x", request, got, want)
	}
}

var hello = []byte{5, 1, 0}

func nameRequest(command byte, host string, port uint16) []byte {
	b := append([]byte{5, command, 0, addressName, byte(len(host))}, host...)
	return append(b, byte(port>>8), byte(port))
}

func TestHTTPClientThroughBothProtocols(t *testing.T) {
	body := bytes.Repeat([]byte("sixteen bytes ok"), 1<<16)
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append(sent, body...))
	}))
	defer web.Close()
	w := &world{hosts: map[string]string{"web.example:443": web.Listener.Addr().String()}}
	s := start(t, Config{}, w)
	for _, scheme := range []string{"socks5h", "socks5", "http"} {
		transport := web.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.ServerName = "example.com" // the test server's certificate
		transport.Proxy = http.ProxyURL(&url.URL{Scheme: scheme, Host: s.Addr().String()})
		client := &http.Client{Transport: transport, Timeout: patience}
		resp, err := client.Post("https://web.example/", "text/plain", strings.NewReader("question"))
		if err != nil {
			t.Fatalf("%s: %v", scheme, err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(got, append([]byte("question"), body...)) {
			t.Errorf("%s: %d bytes, %v", scheme, len(got), err)
		}
		_ = resp.Body.Close()
		transport.CloseIdleConnections()
	}
	if !w.wasAsked("tcp web.example:443") {
		t.Errorf("the dialer was asked for %v", w.asked)
	}
}

func TestHalfCloseGoesThrough(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	go func() {     // ends with the only connection, or the listener
		conn, err := l.Accept()
		if err != nil {
			return
		}
		all, _ := io.ReadAll(conn)
		_, _ = fmt.Fprintf(conn, "%d", len(all))
		_ = conn.Close()
	}()
	s := start(t, Config{}, &world{})
	d, err := xproxy.SOCKS5("tcp", s.Addr().String(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the test is over
	if _, err := conn.Write(make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "100000" {
		t.Fatalf("answer %q, %v", got, err)
	}
}

func TestReplies(t *testing.T) {
	w := &world{errs: map[string]error{
		"refused:1":     syscall.ECONNREFUSED,
		"net:1":         syscall.ENETUNREACH,
		"host:1":        syscall.EHOSTUNREACH,
		"forbidden:1":   syscall.EACCES,
		"late:1":        context.DeadlineExceeded,
		"timeout:1":     syscall.ETIMEDOUT,
		"other:1":       errors.New("out of luck"),
		"[2001:db8::1]": nil,
	}}
	s := start(t, Config{}, w)
	for host, want := range map[string]reply{
		"refused": replyRefused, "net": replyNetworkUnreachable, "host": replyHostUnreachable,
		"forbidden": replyNotAllowed, "late": replyExpired, "timeout": replyExpired,
		"other": replyFailure, "absent": replyHostUnreachable,
	} {
		conn := raw(t, s)
		exchange(t, conn, hello, []byte{5, 0})
		exchange(t, conn, nameRequest(commandConnect, host, 1), []byte{5, byte(want), 0, 1, 0, 0, 0, 0, 0, 0})
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: connection stays open: %v", host, err)
		}
	}
	failure := func(r reply) []byte { return []byte{5, byte(r), 0, 1, 0, 0, 0, 0, 0, 0} }
	for name, c := range map[string]struct{ request, want []byte }{
		"bind":             {nameRequest(2, "host", 1), failure(replyCommand)},
		"unknown command":  {nameRequest(9, "host", 1), failure(replyCommand)},
		"address type":     {[]byte{5, 1, 0, 2, 0, 0, 0}, failure(replyAddressType)},
		"empty name":       {nameRequest(1, "", 1), failure(replyFailure)},
		"name with space":  {nameRequest(1, "a b", 1), failure(replyFailure)},
		"name with port":   {nameRequest(1, "a]:1[", 1), failure(replyFailure)},
		"name with a zero": {nameRequest(1, "a\x00b", 1), failure(replyFailure)},
	} {
		t.Run(name, func(t *testing.T) {
			conn := raw(t, s)
			exchange(t, conn, hello, []byte{5, 0})
			exchange(t, conn, c.request, c.want)
		})
	}
	conn := raw(t, s)
	exchange(t, conn, []byte{5, 2, 1, 2}, []byte{5, 0xff})
}

func TestAddressesReachTheDialerAsTheyAre(t *testing.T) {
	w := &world{errs: map[string]error{
		"[2001:db8::1]:443": syscall.ENETUNREACH, "192.0.2.1:80": syscall.ENETUNREACH, "xn--bcher-kva.example:80": syscall.ENETUNREACH,
	}}
	s := start(t, Config{}, w)
	v6 := netip.MustParseAddr("2001:db8::1").As16()
	for _, request := range [][]byte{
		append(append([]byte{5, 1, 0, 4}, v6[:]...), 1, 187),
		{5, 1, 0, 1, 192, 0, 2, 1, 0, 80},
		nameRequest(1, "xn--bcher-kva.example", 80),
	} {
		conn := raw(t, s)
		exchange(t, conn, hello, []byte{5, 0})
		exchange(t, conn, request, []byte{5, 3, 0, 1, 0, 0, 0, 0, 0, 0})
	}
	for address := range w.errs {
		if !w.wasAsked("tcp " + address) {
			t.Errorf("%s is not among %v", address, w.asked)
		}
	}
}

func TestHTTPRefusals(t *testing.T) {
	w := &world{errs: map[string]error{"late:1": context.DeadlineExceeded}}
	s := start(t, Config{}, w)
	for request, want := range map[string]string{
		"GET http://web.example/ HTTP/1.1\r\nHost: web.example\r\n\r\n": "405",
		"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":                    "405",
		"CONNECT web.example HTTP/1.1\r\n\r\n":                          "400",
		"CONNECT a@b:1 HTTP/1.1\r\n\r\n":                                "400",
		"nonsense\r\n\r\n":                                              "400",
		"CONNECT absent:1 HTTP/1.1\r\n\r\n":                             "502",
		"CONNECT late:1 HTTP/1.1\r\n\r\n":                               "504",
		"GET / HTTP/1.1\r\nX: " + strings.Repeat("a", maxHead):          "400",
	} {
		conn := raw(t, s)
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 "+want) {
			t.Errorf("%.40q: %q, %v, want %s", request, line, err, want)
		}
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", "192.0.2.1:1080"} {
		if s, err := ListenSOCKS5(t.Context(), Config{Addr: addr}, &world{}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v, %v, want ErrNotLoopback", addr, s, err)
		}
	}
	for _, addr := range []string{"localhost:1080", "127.0.0.1", "127.0.0.1:99999", ":1080"} {
		if s, err := ListenSOCKS5(t.Context(), Config{Addr: addr}, &world{}); err == nil {
			_ = s.Close()
			t.Errorf("listens on %q", addr)
		}
	}
	s := start(t, Config{}, &world{})
	if _, err := ListenSOCKS5(t.Context(), Config{Addr: s.Addr().String()}, &world{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("port in use: %v, want EADDRINUSE", err)
	}
	// Off loopback only by name of the option; the port is closed again at once.
	remote := start(t, Config{Addr: "127.0.0.1:0", AllowRemote: true}, &world{})
	if remote.Addr() == nil {
		t.Error("no address")
	}
}

func TestClientsAreBounded(t *testing.T) {
	s := start(t, Config{MaxConns: 2}, &world{})
	first, second := raw(t, s), raw(t, s)
	exchange(t, first, hello, []byte{5, 0})
	exchange(t, second, hello, []byte{5, 0})
	third := raw(t, s)
	if _, err := third.Write(hello); err != nil {
		t.Fatal(err)
	}
	if err := third.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := third.Read(make([]byte, 2)); err == nil {
		t.Fatalf("a third client got %d bytes", n)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := third.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(third, make([]byte, 2)); err != nil {
		t.Fatalf("after the first went: %v", err)
	}
}

func TestSlowHandshakeEnds(t *testing.T) {
	s := start(t, Config{HandshakeTimeout: 50 * time.Millisecond}, &world{})
	for _, begin := range [][]byte{nil, {5}, {5, 1, 0}, []byte("CONN")} {
		conn := raw(t, s)
		if _, err := conn.Write(begin); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(conn); err != nil {
			t.Errorf("after %q: %v, want a closed connection", begin, err)
		}
	}
}

func TestCloseEndsEverything(t *testing.T) {
	dialling := make(chan struct{})
	d := DialFunc(func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(dialling)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	s, err := ListenSOCKS5(ctx, Config{}, d)
	if err != nil {
		t.Fatal(err)
	}
	conn, idle := raw(t, s), raw(t, s)
	exchange(t, conn, hello, []byte{5, 0})
	if _, err := conn.Write(nameRequest(1, "web.example", 80)); err != nil {
		t.Fatal(err)
	}
	<-dialling
	cancel() // the context alone ends it
	if _, err := io.ReadAll(idle); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("idle client: %v", err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("still listens after Close")
	}
}
