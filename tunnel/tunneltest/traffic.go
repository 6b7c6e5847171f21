package tunneltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

func testTransfer(t *testing.T, d Driver) {
	const size = 2 << 20
	down, up := d.listenTCP(t, source), d.listenTCP(t, echo)
	p := d.connect(t, d.server(t, allow(down, up)))
	if err := fetch(p.dial(t, "tcp", down.String()), size); err != nil {
		t.Fatalf("download: %v", err)
	}
	got := p.consumer.Counters()
	if got.Received < size || got.Received > most(size) {
		t.Errorf("%d bytes received in %d bytes of packets", size, got.Received)
	}

	conn := p.dial(t, "tcp", up.String())
	sent := make(chan error, 1)
	go func() { // ends when all is written, or the connection is closed
		_, err := io.CopyN(conn, stream(size), size)
		sent <- err
	}()
	if err := receive(conn, size); err != nil {
		t.Fatalf("echo: %v", err)
	}
	if err := <-sent; err != nil {
		t.Fatalf("send: %v", err)
	}
	if up := p.consumer.Counters().Sent - got.Sent; up < size || up > most(size) {
		t.Errorf("%d bytes sent in %d bytes of packets", size, up)
	}
	p.checkCounters(t, allArrived)
}

// testBrokenOff closes downloads in their midst. What was under way then counts at both ends.
func testBrokenOff(t *testing.T, d Driver) {
	server := d.listenTCP(t, source)
	p := d.connect(t, d.server(t, allow(server)))
	for range 50 {
		conn := p.dial(t, "tcp", server.String())
		if err := request(conn, 1<<30); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 128<<10)); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	p.checkCounters(t, allArrived)
}

// testHalfClose sends a request that ends with the end of the stream, as many protocols do.
func testHalfClose(t *testing.T, d Driver) {
	server := d.listenTCP(t, func(conn net.Conn) {
		all, err := io.ReadAll(conn)
		if err == nil {
			_, _ = fmt.Fprintf(conn, "%d", len(all))
		}
	})
	p := d.connect(t, d.server(t, allow(server)))
	conn := p.dial(t, "tcp", server.String())
	if _, err := conn.Write(make([]byte, 12345)); err != nil {
		t.Fatal(err)
	}
	closer, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		t.Fatalf("%T cannot end one direction alone", conn)
	}
	if err := closer.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || string(answer) != "12345" {
		t.Fatalf("answer %q, %v", answer, err)
	}
}

func testUDP(t *testing.T, d Driver) {
	server, other := d.listenUDP(t), d.listenUDP(t)
	p := d.connect(t, d.server(t, allow(server, other)))
	a, b := p.dial(t, "udp", server.String()), p.dial(t, "udp", other.String())
	buf := make([]byte, 1<<16)
	for _, size := range []int{1, 100, 1200, 1392, 1393, 4000, 8000} {
		for _, conn := range []net.Conn{a, b} {
			datagram := make([]byte, size)
			_, _ = io.ReadFull(stream(uint64(size)), datagram) //nolint:gosec // positive
			n, err := exchange(conn, datagram, buf)
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if !bytes.Equal(buf[:n], datagram) {
				t.Fatalf("%d bytes came back as other %d", size, n)
			}
		}
	}
	p.checkCounters(t, allArrived)
}

// exchange sends a datagram and receives one. What is larger than a packet may be lost while an end learns
// how much fits, so it is sent again a few times.
func exchange(conn net.Conn, datagram, answer []byte) (n int, err error) {
	for range 5 {
		if err := conn.SetDeadline(time.Now().Add(patience / 10)); err != nil {
			return 0, err
		}
		if _, err := conn.Write(datagram); err != nil {
			return 0, fmt.Errorf("send: %w", err)
		}
		n, err = conn.Read(answer)
		if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
			return n, err
		}
	}
	return n, err
}

func testNames(t *testing.T, d Driver) {
	server := d.listenTCP(t, source)
	cfg := allow(server)
	cfg.Resolver = names{"web.example.": {netip.MustParseAddr("2001:db8::1"), server.Addr()}}
	p := d.connect(t, d.server(t, cfg))
	for _, host := range []string{"web.example", "web.example."} {
		address := net.JoinHostPort(host, fmt.Sprint(server.Port()))
		if err := fetch(p.dial(t, "tcp", address), 1000); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := p.consumer.DialContext(ctx, "tcp", "absent.example:80")
	if dnsErr, ok := errors.AsType[*net.DNSError](err); !ok || !dnsErr.IsNotFound {
		t.Errorf("absent name: %v, want a DNS error that says so", err)
	}
}

func testSource(t *testing.T, d Driver) {
	from := make(chan string, 1)
	server := d.listenTCP(t, func(conn net.Conn) { from <- conn.RemoteAddr().(*net.TCPAddr).IP.String() })
	cfg := allow(server)
	cfg.Exit.Source = d.World.Source
	p := d.connect(t, d.server(t, cfg))
	p.dial(t, "tcp", server.String())
	select {
	case got := <-from:
		if got != cfg.Exit.Source.String() {
			t.Errorf("the server sees %s, want %v", got, cfg.Exit.Source)
		}
	case <-time.After(patience):
		t.Fatal("nobody reached the server")
	}
}

func testRefusals(t *testing.T, d Driver) {
	var reached atomic.Int32
	private := d.listenTCP(t, func(net.Conn) { reached.Add(1) })
	named := d.listenTCP(t, source)
	p := d.connect(t, d.server(t, allow(named)))
	destinations := []string{private.String(), "203.0.113.1:25", fmt.Sprintf("127.0.0.2:%d", named.Port())}
	for _, host := range []string{
		"0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
		"192.0.0.1", "192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "fc00::1", "fe80::1", "ff02::1",
	} {
		destinations = append(destinations, net.JoinHostPort(host, "443"))
	}
	// Own addresses of the provider that no range covers.
	for _, own := range d.World.Own {
		destinations = append(destinations, netip.AddrPortFrom(own, private.Port()).String())
	}
	var tries sync.WaitGroup
	for _, dst := range destinations {
		for _, network := range []string{"tcp", "udp"} {
			tries.Go(func() {
				if err := refused(t.Context(), p.consumer, network, dst); err != nil {
					t.Errorf("%s %s: %v", network, dst, err)
				}
			})
		}
	}
	tries.Wait()
	if n := reached.Load(); n > 0 {
		t.Errorf("a server that no policy names was reached %d times", n)
	}
}

// refused returns an error unless nothing comes back from an address: an error, or silence.
func refused(ctx context.Context, c tunnel.ClientTunnel, network, dst string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := c.DialContext(ctx, network, dst)
	if err != nil {
		return nil
	}
	defer conn.Close() //nolint:errcheck // the test has what it wants
	if network == "tcp" {
		return errors.New("connected")
	}
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("hello")); err != nil {
		return nil
	}
	if n, err := conn.Read(make([]byte, 100)); err == nil {
		return fmt.Errorf("%d bytes came back", n)
	}
	return nil
}

func testRefusedNames(t *testing.T, d Driver) {
	var reached atomic.Int32
	private := d.listenTCP(t, func(net.Conn) { reached.Add(1) })
	cfg := ServerConfig{Resolver: names{
		"private.example.":  {netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("192.168.1.1")},
		"loopback.example.": {private.Addr()},
		"metadata.example.": {netip.MustParseAddr("169.254.169.254")},
		"mapped.example.":   {netip.MustParseAddr("::ffff:127.0.0.1")},
	}}
	p := d.connect(t, d.server(t, cfg))
	for name := range cfg.Resolver.(names) {
		for _, network := range []string{"tcp", "udp"} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			conn, err := p.consumer.DialContext(ctx, network, net.JoinHostPort(name, fmt.Sprint(private.Port())))
			cancel()
			if err == nil {
				_ = conn.Close()
				t.Errorf("%s %s: connected", network, name)
			} else if ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s %s: refused only by silence", network, name)
			}
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("a private server was reached %d times", n)
	}
}

func testDialErrors(t *testing.T, d Driver) {
	l, err := d.World.listen()
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().(*net.TCPAddr).AddrPort()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	p := d.connect(t, d.server(t, allow(closed)))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := p.consumer.DialContext(ctx, "tcp", closed.String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("closed port: %v, want ECONNREFUSED", err)
	}
	started := time.Now()
	if _, err := p.consumer.DialContext(ctx, "tcp", "[2606:4700::1111]:443"); err == nil {
		t.Error("dialled IPv6")
	} else if time.Since(started) > patience/4 {
		t.Errorf("IPv6 was refused only after %v", time.Since(started))
	}
	for _, address := range []string{"", "web.example", "web.example:", "web.example:http", "1.1.1.1:0",
		"1.1.1.1:65536", ":80", "a..b:80", "[::1:80"} {
		if conn, err := p.consumer.DialContext(ctx, "tcp", address); err == nil {
			_ = conn.Close()
			t.Errorf("dialled %q", address)
		}
	}
	if _, err := p.consumer.DialContext(ctx, "unix", "/tmp/socket"); err == nil {
		t.Error("dialled a unix socket")
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := p.consumer.DialContext(gone, "tcp", closed.String()); err == nil {
		t.Error("dialled in a context that had ended")
	}
}
