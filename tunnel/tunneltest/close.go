package tunneltest

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// testSessions runs sessions side by side, each with its own amount of traffic and its own limit.
func testSessions(t *testing.T, d Driver) {
	server := d.listenTCP(t, source)
	s := d.server(t, allow(server))
	pairs := make([]pair, 4)
	for i := range pairs {
		pairs[i] = d.connect(t, s)
	}
	stalled := d.connect(t, s)
	stalled.provider.SetLimit(0)
	held := stalled.provider.Counters()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := stalled.consumer.Probe(ctx); err == nil {
		t.Error("a probe passed the session with limit 0")
	}
	var transfers sync.WaitGroup
	for i, p := range pairs {
		conn := p.dial(t, "tcp", server.String())
		transfers.Go(func() {
			if err := fetch(conn, uint64(i+1)<<19); err != nil { //nolint:gosec // positive
				t.Errorf("session %d: %v", i, err)
			}
		})
	}
	transfers.Wait()
	for i, p := range pairs {
		size := uint64(i+1) << 19 //nolint:gosec // positive
		if got := p.provider.Counters().Sent; got < size || got > most(size) {
			t.Errorf("session %d moved %d bytes and counted %d", i, size, got)
		}
		p.checkCounters(t, allArrived)
	}
	if got := stalled.provider.Counters(); got != held {
		t.Errorf("the session with limit 0 counted %+v, then %+v", held, got)
	}
}

func testCloseProvider(t *testing.T, d Driver) {
	server := d.listenTCP(t, echo)
	s := d.server(t, allow(server))
	p, other := d.connect(t, s), d.connect(t, s)
	conn := p.dial(t, "tcp", server.String())
	closeTunnel(t, p.provider)
	checkEnded(t, p.provider)
	closeTunnel(t, p.provider)
	before := p.provider.Counters()
	_, _ = conn.Write([]byte("hello"))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := p.consumer.Probe(ctx); err == nil {
		t.Error("the provider's end answers after Close")
	}
	if after := p.provider.Counters(); after != before {
		t.Errorf("counted %+v after Close, %+v before", after, before)
	}
	again, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := other.consumer.Probe(again); err != nil {
		t.Errorf("another session: %v", err)
	}
}

func testCloseConsumer(t *testing.T, d Driver) {
	server := d.listenTCP(t, echo)
	p := d.connect(t, d.server(t, allow(server)))
	conn := p.dial(t, "tcp", server.String())
	reading := make(chan error, 1)
	go func() { // ends with its connection
		_, err := conn.Read(make([]byte, 1))
		reading <- err
	}()
	closeTunnel(t, p.consumer)
	checkEnded(t, p.consumer)
	closeTunnel(t, p.consumer)
	select {
	case err := <-reading:
		if err == nil {
			t.Error("a read succeeded after Close")
		}
	case <-time.After(patience):
		t.Fatal("a read goes on after Close")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := p.consumer.DialContext(ctx, "tcp", server.String()); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("dial after Close: %v, want ErrClosed", err)
	}
	if _, err := p.consumer.DialContext(ctx, "udp", "web.example:53"); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("dial of a name after Close: %v, want ErrClosed", err)
	}
	if err := p.consumer.Probe(ctx); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("probe after Close: %v, want ErrClosed", err)
	}
}

func testCloseServer(t *testing.T, d Driver) {
	s := d.server(t, ServerConfig{})
	p, q := d.connect(t, s), d.connect(t, s)
	request := d.NewClient(t).Request()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkEnded(t, p.provider)
	checkEnded(t, q.provider)
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := s.Offer(request); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("offer after Close: %v, want ErrClosed", err)
	}
	if _, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: request}); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("open after Close: %v, want ErrClosed", err)
	}
}

// testCloseAtLimit closes both ends while packets wait for a limit that nobody raises.
func testCloseAtLimit(t *testing.T, d Driver) {
	server := d.listenTCP(t, source)
	s := d.server(t, allow(server))
	p := d.connect(t, s)
	conn := p.dial(t, "tcp", server.String())
	p.provider.SetLimit(p.provider.Counters().Total() + 100_000)
	p.consumer.SetLimit(p.consumer.Counters().Total() + 50_000)
	if err := request(conn, 16<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 20_000)); err != nil {
		t.Fatal(err)
	}
	for _, tun := range []tunnel.Tunnel{p.provider, p.consumer} {
		closed := make(chan error, 1)
		go func() { closed <- tun.Close() }()
		select {
		case err := <-closed:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatal("Close waits for a limit")
		}
	}
	d.connect(t, s)
}

func checkEnded(t *testing.T, tun tunnel.Tunnel) {
	t.Helper()
	select {
	case <-tun.Done():
	default:
		t.Error("Done is open after Close")
	}
	if err := tun.Err(); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("ended with %v, want ErrClosed", err)
	}
}
