package hostnet

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// directions are the two that a limit must hold in, under TCP that takes all it gets.
var directions = map[string]struct {
	server func(net.Conn)
	client func(net.Conn)
}{
	"download": {server: source, client: sink},
	"upload":   {server: sink, client: source},
}

// A limit is never passed and always used up to within one packet, step by step and under load. Each step has a new
// connection, because the ones before wait longer and longer before they try again.
func TestLimitIsExact(t *testing.T) {
	for name, d := range directions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.exit(w.config())
			acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), d.server)
			g := w.gate(e, w.consumerAddr, 0)
			ctx, cancel := context.WithCancel(t.Context())
			var clients sync.WaitGroup
			limit := uint64(64 << 10)
			for step := range uint64(6) {
				g.SetLimit(limit)
				clients.Go(func() { // ends with ctx
					conn, err := w.consumer.DialContext(ctx, "tcp", "203.0.113.2:80")
					if err != nil {
						return // the connections before have used what it would have needed
					}
					defer context.AfterFunc(ctx, func() { reset(conn) })()
					_ = conn.SetDeadline(time.Now().Add(stuck)) // one that is closed refuses
					d.client(conn)
				})
				eventually(t, "the limit is used", func() bool {
					sent, received := g.Counters()
					if sent+received > limit {
						t.Fatalf("step %d: %d + %d bytes passed with limit %d", step, sent, received, limit)
					}
					return sent+received+1500 > limit
				})
				limit += 8001 * (step + 1)
			}
			cancel()
			ends(t, "the clients", clients.Wait)
			eventually(t, "what is counted is what was carried", func() bool {
				sent, _ := g.Counters()
				return sent == w.toConsumer.bytes.Load()
			})
		})
	}
}

func TestLimitZeroAndLowered(t *testing.T) {
	w := newWorld(t)
	e := w.exit(w.config())
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	g := w.gate(e, w.consumerAddr, 0)
	if err := ask(conn, 100*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("limit 0: %v", err)
	}
	if sent, received := g.Counters(); sent+received != 0 {
		t.Errorf("counted %d, %d with limit 0", sent, received)
	}
	g.SetLimit(1000)
	if err := ask(conn, patience); err != nil {
		t.Fatal(err)
	}
	const packet = 20 + 8 + uint64(len("hello"))
	if sent, received := g.Counters(); sent != packet || received != packet {
		t.Errorf("counted %d and %d for packets of %d", sent, received, packet)
	}
	// Below what passed, then so that exactly one packet fits: the question, not the answer.
	for _, limit := range []uint64{1, 3*packet - 1, 3 * packet} {
		g.SetLimit(limit)
		if err := ask(conn, 100*time.Millisecond); !errors.Is(err, errSilent) {
			t.Errorf("limit %d: %v", limit, err)
		}
		want := packet
		if limit >= 3*packet {
			want = 2 * packet
		}
		if sent, received := g.Counters(); sent != packet || received != want {
			t.Errorf("limit %d: counted %d and %d, want %d and %d", limit, sent, received, packet, want)
		}
	}
	g.SetLimit(unlimited)
	if err := ask(conn, patience); err != nil {
		t.Error(err)
	}
}

// A flood of packets that do not fit must not keep a limit from being used, nor take it beyond.
func TestLimitUnderFlood(t *testing.T) {
	w := newWorld(t)
	e := w.exit(w.config())
	g := w.gate(e, w.consumerAddr, 0)
	w.web.ListenPacket("udp", "203.0.113.2:9")
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	done := make(chan struct{})
	go func() { // ends with conn
		defer close(done)
		for packet := make([]byte, 1172); ; {
			if _, err := conn.Write(packet); errors.Is(err, net.ErrClosed) {
				return
			}
		}
	}()
	limit := uint64(0)
	for range 50 {
		limit += 100_000
		g.SetLimit(limit)
		eventually(t, "most of the limit is used", func() bool {
			sent, received := g.Counters()
			if sent+received > limit {
				t.Fatalf("%d bytes passed with limit %d", sent+received, limit)
			}
			return sent+received+50_000 > limit
		})
	}
	reset(conn)
	<-done
}

func TestAlarm(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), source)
	receive := func(what string, want bool) {
		t.Helper()
		wait := patience
		if !want {
			wait = 30 * time.Millisecond
		}
		select {
		case <-g.Crossed():
			if !want {
				t.Errorf("alarm %s", what)
			}
		case <-time.After(wait):
			if want {
				t.Errorf("no alarm %s", what)
			}
		}
	}
	fetch := func(size int64) {
		t.Helper()
		conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
		if _, err := io.CopyN(io.Discard, conn, size); err != nil {
			t.Fatal(err)
		}
		reset(conn)
	}
	fetch(10_000)
	receive("without a level", false)
	level := g.total() + 1_000_000
	g.SetAlarm(level)
	fetch(200_000)
	receive("below its level", false)
	fetch(1_000_000)
	if g.total() < level {
		t.Fatal("too little was transferred")
	}
	receive("above its level", true)
	fetch(100_000)
	receive("for the second time", false)
	g.SetAlarm(level)
	receive("at a level that was passed before", true)
	g.SetAlarm(0)
	receive("at level 0", true)
	g.SetAlarm(1<<64 - 1)
	fetch(100_000)
	receive("at a level beyond reach", false)
	g.SetAlarm(level + 1_000_000_000)
	g.SetAlarm(g.total() + 50_000) // replaces the one before, and is lower
	fetch(200_000)
	receive("at a level that replaced a higher one", true)
	receive("once more", false)
	for range 20 { // each level has its alarm, and only one
		g.SetAlarm(g.total() + 30_000)
		fetch(100_000)
		receive("in a row", true)
		select {
		case <-g.Crossed():
			t.Error("two alarms for one level")
		default:
		}
	}
}

// What the kernel tells of a level that was replaced meanwhile, or raised by SetAlarm itself, is no news.
func TestStaleAlarm(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	raised := func() bool {
		select {
		case <-g.Crossed():
			return true
		default:
			return false
		}
	}
	g.SetAlarm(500)
	g.SetAlarm(1000)
	if g.reached(500); raised() {
		t.Error("for a level that was replaced")
	}
	if g.reached(1000); !raised() {
		t.Error("not for the level")
	}
	if g.reached(1000); raised() {
		t.Error("twice")
	}
	if g.SetAlarm(0); !raised() {
		t.Error("not at once")
	}
	if g.reached(0); raised() {
		t.Error("twice, at once")
	}
}

// A limit that is moved all the time, but always far enough ahead, costs not one packet.
func TestLimitMovedAtFullSpeed(t *testing.T) {
	const size = 256 << 20
	w := newWorld(t)
	_, g := w.open(w.config())
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), source)
	conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
	result := make(chan error, 1)
	go func() { // ends with conn
		_, err := io.CopyN(io.Discard, conn, size)
		result <- err
	}()
	for moved := uint64(1); ; moved++ {
		g.SetLimit(unlimited + moved%1000)
		g.SetAlarm(unlimited + moved%1000)
		select {
		case err := <-result:
			if err != nil {
				t.Fatal(err)
			}
			if n := dropped(t, w.host, w.device); n != 0 {
				t.Errorf("dropped %d packets", n)
			}
			if moved < 50 {
				t.Errorf("the limit was moved only %d times", moved)
			}
			return
		default:
		}
	}
}

// This is how payments use a gate: an alarm at half a window, and a limit that is always one window ahead.
func TestAlarmAndLimitInTurn(t *testing.T) {
	const size, window = 128 << 20, 16 << 20
	w := newWorld(t)
	e := w.exit(w.config())
	g := w.gate(e, w.consumerAddr, window)
	g.SetAlarm(window / 2)
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), source)
	conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
	result := make(chan error, 1)
	go func() { // ends with conn
		_, err := io.CopyN(io.Discard, conn, size)
		result <- err
	}()
	for raised := 0; ; raised++ {
		select {
		case err := <-result:
			if err != nil {
				t.Fatal(err)
			}
			if raised < size/window {
				t.Errorf("raised %d times for %d windows", raised, size/window)
			}
			return
		case <-g.Crossed():
			total := g.total()
			g.SetLimit(total + window)
			g.SetAlarm(total + window/2)
		case <-time.After(patience):
			t.Fatalf("stalled after %d raises", raised)
		}
	}
}

func TestClosedGate(t *testing.T) {
	w := newWorld(t)
	e, g := w.open(w.config())
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	if err := ask(conn, patience); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Add(w.consumerAddr); !errors.Is(err, ErrExists) {
		t.Errorf("second gate: %v", err)
	}
	for range 2 {
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	const packet = 20 + 8 + 5
	<-g.Done()
	if err := g.Err(); err != nil {
		t.Error(err)
	}
	g.SetLimit(unlimited)
	g.SetAlarm(0)
	if err := ask(conn, 100*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("through a closed gate: %v", err)
	}
	if sent, received := g.Counters(); sent != packet || received != packet {
		t.Errorf("after Close %d and %d", sent, received)
	}
	// The next session with the address starts from nothing, and gets nothing of the last one's connections.
	next := w.gate(e, w.consumerAddr, unlimited)
	if s, r := next.Counters(); s+r != 0 {
		t.Errorf("a new gate counts %d and %d", s, r)
	}
	if n := w.sessions(); n != 1 {
		t.Errorf("%d sessions for one gate", n)
	}
}

// What a server still sends to an earlier session never reaches the next one with its address.
func TestNextSessionInheritsNothing(t *testing.T) {
	w := newWorld(t)
	e, g := w.open(w.config())
	server := w.web.ListenPacket("udp", "203.0.113.2:9")
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	_, from, err := server.ReadFrom(make([]byte, 100))
	if err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		if _, err := server.WriteTo([]byte("hello"), from); err != nil {
			t.Fatal(err)
		}
	}
	send()
	eventually(t, "the answer is counted", func() bool { sent, _ := g.Counters(); return sent > 0 })
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	next := w.gate(e, w.consumerAddr, unlimited)
	for range 10 {
		send()
	}
	// Passes the same queues after those, and so shows that they have had their time.
	if err := ask(w.dial(w.consumer, "udp", "10.9.0.1:7"), 100*time.Millisecond); err == nil {
		t.Error("nobody listens there")
	}
	if sent, _ := next.Counters(); sent > 100 {
		t.Errorf("%d bytes for nothing", sent)
	}
}

// dropped counts the packets that did not leave by a device, because its meter or its queue dropped them.
func dropped(t testing.TB, h *Host, device string) uint64 {
	t.Helper()
	link, err := h.link.LinkByName(device)
	if err != nil {
		t.Fatal(err)
	}
	return link.Attrs().Statistics.TxDropped
}

// sessions counts the addresses that the provider's device knows.
func (w *world) sessions() (n int) {
	w.t.Helper()
	var key [4]byte
	var number uint32
	all := w.host.meters[w.device].sessions.Iterate()
	for all.Next(&key, &number) {
		n++
	}
	if err := all.Err(); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// Everything at once, for the race detector, and an end in the middle.
func TestGateConcurrently(t *testing.T) {
	w := newWorld(t)
	e, g := w.open(w.config())
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), source)
	conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
	if _, err := io.CopyN(io.Discard, conn, 100_000); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() { // ends with the gate
			var last uint64
			for !g.ended() {
				total := g.total()
				if total < last {
					t.Errorf("counted %d after %d", total, last)
				}
				last = total
				g.SetLimit(total + 10_000)
				g.SetAlarm(total + 5_000)
			}
		})
	}
	running.Go(func() { _, _ = io.Copy(io.Discard, conn) }) // ends with conn
	<-g.Crossed()
	<-g.Crossed()
	closed := make(chan error, 2)
	go func() { closed <- g.Close() }() // ends by itself
	go func() { closed <- e.Close() }() // ends by itself
	if err := errors.Join(<-closed, <-closed); err != nil {
		t.Error(err)
	}
	reset(conn)
	running.Wait()
	if left := w.sessions(); left != 0 {
		t.Errorf("%d sessions are left", left)
	}
}
