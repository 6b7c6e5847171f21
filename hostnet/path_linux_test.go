package hostnet

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// path makes the consumer's end of a world a Path, with a Host of its own.
func (w *world) path(limit uint64) (*Path, *Host) {
	w.t.Helper()
	h := openIn(w.t, w.consumer, journalIn(w.t))
	p, err := h.NewPath(w.consumerDevice, limit)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := p.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return p, h
}

// Both ends see the same bytes: what one sent, the other received.
func TestPathAndExitAgree(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	p, _ := w.path(unlimited)
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	for range 100 {
		if err := ask(conn, patience); err != nil {
			t.Fatal(err)
		}
	}
	const size = 4 << 20
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), func(conn net.Conn) {
		_, _ = io.CopyN(io.Discard, conn, size) // the answer shows it
		_, _ = conn.Write([]byte("all"))
		sink(conn)
	})
	upload := w.dial(w.consumer, "tcp", "203.0.113.2:80")
	if _, err := io.CopyN(upload, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if _, err := upload.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	reset(upload)
	eventually(t, "the ends agree", func() bool {
		sent, received := p.Counters()
		out, in := g.Counters()
		return sent == in && received == out
	})
	sent, received := p.Counters()
	if packets := uint64(size / 1448); sent < size+packets*52 || received < 100*33 {
		t.Errorf("sent %d: the headers of %d packets are missing; received %d", sent, packets, received)
	}
}

func TestPathLimit(t *testing.T) {
	for name, d := range directions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(w.config())
			p, _ := w.path(64 << 10)
			acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), d.server)
			conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
			done := make(chan struct{})
			go func() { // ends with conn
				defer close(done)
				d.client(conn)
			}()
			for _, limit := range []uint64{64 << 10, 96 << 10, 128 << 10} {
				p.SetLimit(limit)
				eventually(t, "the limit is used", func() bool {
					total := p.total()
					if total > limit {
						t.Fatalf("%d bytes passed with limit %d", total, limit)
					}
					return total+1500 > limit
				})
			}
			reset(conn)
			<-done
		})
	}
}

// A provider reaches nothing on the consumer's host that nobody there has asked for, and cannot bill for it.
func TestPathLetsNothingIn(t *testing.T) {
	w := newWorld(t)
	go answer(w.consumer.ListenPacket("udp", "0.0.0.0:9")) // ends with the connection
	acceptAll(t, w.consumer.Listen("tcp", "0.0.0.0:80"), echo)
	inside := w.dial(w.provider, "udp", "10.9.0.2:9")
	if err := ask(inside, patience); err != nil {
		t.Fatalf("before: %v", err)
	}
	p, _ := w.path(unlimited)
	fresh := w.dial(w.provider, "udp", "10.9.0.2:9")
	if err := ask(fresh, 100*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("UDP: %v", err)
	}
	if _, err := quick(w.provider, "tcp", "10.9.0.2:80"); err == nil {
		t.Error("TCP is let in")
	}
	if sent, received := p.Counters(); sent+received != 0 {
		t.Errorf("counted %d and %d", sent, received)
	}
}

func TestPathDropsIPv6(t *testing.T) {
	w := newWorld(t)
	w.consumer.Run("ip", "-6", "addr", "add", "2001:db8::2/64", "dev", w.consumerDevice, "nodad")
	w.provider.Run("ip", "-6", "addr", "add", "2001:db8::1/64", "dev", w.device, "nodad")
	go answer(w.provider.ListenPacket("udp", "[::]:53")) // ends with the connection
	eventually(t, "it works before", func() bool {
		_, err := quick(w.consumer, "udp", "[2001:db8::1]:53")
		return err == nil
	})
	p, _ := w.path(unlimited)
	if _, err := quick(w.consumer, "udp", "[2001:db8::1]:53"); !errors.Is(err, errSilent) && !errors.Is(err, syscall.EPERM) {
		t.Errorf("IPv6 into a path: %v", err)
	}
	if sent, received := p.Counters(); sent+received != 0 {
		t.Errorf("counted %d and %d", sent, received)
	}
}

func TestPathLeavesNothing(t *testing.T) {
	w := newWorld(t)
	p, h := w.path(unlimited)
	has(t, w.consumer, "table myst-"+w.consumerDevice)
	if _, err := h.NewPath(w.consumerDevice, 0); !errors.Is(err, ErrExists) {
		t.Errorf("second path: %v", err)
	}
	if _, err := h.NewPath("absent0", 0); err == nil {
		t.Error("a path of a device that is not there")
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	<-p.Done()
	if s := snapshot(t, w.consumer); strings.Contains(s, "table myst-") {
		t.Errorf("a table is left:\n%s", s)
	}
	if _, err := os.Stat(h.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal is left: %v", err)
	}
}
