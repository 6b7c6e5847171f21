package wireguard

import (
	"context"
	"crypto/rand"
	"io"
	"net"
	"net/netip"
	"testing"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// BenchmarkDownload and BenchmarkUpload move bytes between an application at the consumer's end and a
// server behind the provider, through both devices and both stacks, over loopback.
func BenchmarkDownload(b *testing.B) {
	benchmark(b, func(app, server net.Conn, n int64) error { return pump(app, server, n) })
}

func BenchmarkUpload(b *testing.B) {
	benchmark(b, func(app, server net.Conn, n int64) error { return pump(server, app, n) })
}

// pump writes n bytes to src and reads them from dst.
func pump(dst io.Reader, src io.Writer, n int64) error {
	done := make(chan error, 1)
	go func() {
		_, err := io.CopyN(src, zeros{}, n)
		done <- err
	}()
	if _, err := io.CopyN(io.Discard, dst, n); err != nil {
		return err
	}
	return <-done
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func benchmark(b *testing.B, run func(app, server net.Conn, n int64) error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the benchmark is over
	accepted := make(chan net.Conn, 1)
	go func() {
		if conn, err := l.Accept(); err == nil {
			accepted <- conn
		}
	}()
	addr := l.Addr().(*net.TCPAddr).AddrPort()
	s := newTestServer(b, ServerConfig{Exit: tunnel.ExitPolicy{Allow: []netip.AddrPort{addr}}})
	defer s.Close() //nolint:errcheck // the benchmark is over
	consumer, _ := connectTest(b, s)
	defer consumer.Close() //nolint:errcheck // the benchmark is over
	app, err := consumer.DialContext(b.Context(), "tcp", addr.String())
	if err != nil {
		b.Fatal(err)
	}
	server := <-accepted
	defer server.Close() //nolint:errcheck // the benchmark is over
	const chunk = 1 << 20
	b.SetBytes(chunk)
	b.ResetTimer()
	if err := run(app, server, int64(b.N)*chunk); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	sent := consumer.Counters().Total()
	b.ReportMetric(float64(sent)/float64(b.N)/chunk, "inner/byte")
}

// connectTest opens a tunnel with both limits out of the way.
func connectTest(tb testing.TB, s *Server) (tunnel.ClientTunnel, *session) {
	tb.Helper()
	const unlimited = 1 << 50
	client := newTestClient(tb)
	open := tunnel.ServerSession{Request: client.Request()}
	_, _ = rand.Read(open.Credential[:])
	offer, err := s.Offer(open.Request)
	if err != nil {
		tb.Fatal(err)
	}
	provider, start, err := s.Open(tb.Context(), open)
	if err != nil {
		tb.Fatal(err)
	}
	provider.SetLimit(unlimited)
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	consumer, err := client.Connect(ctx, tunnel.ClientSession{
		Offer: offer, Start: start, Credential: open.Credential, Limit: unlimited,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return consumer, provider.(*session)
}
