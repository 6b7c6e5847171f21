package hostnet

import (
	"errors"
	"testing"
	"time"

	"github.com/google/nftables"
)

// newPathWorld makes a world whose consumer has a Path.
func newPathWorld(t testing.TB, limit uint64) (*world, *Path) {
	t.Helper()
	w := newHosts(t)
	p := w.path(limit)
	w.carry(w.attach(w.consumerTUN), w.attach(w.tun))
	return w, p
}

func (w *world) path(limit uint64) *Path {
	w.t.Helper()
	p, err := w.consumerHost.NewPath(w.consumerDevice, limit)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := p.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return p
}

func TestPathLimit(t *testing.T) {
	for name, d := range directions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := newPathWorld(t, 64<<10)
			w.open(w.config())
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

// A provider reaches nothing on the consumer's host that nobody there has asked for, and what it sends does not count.
func TestPathLetsNothingIn(t *testing.T) {
	w, p := newPathWorld(t, unlimited)
	_, g := w.open(w.config())
	acceptAll(t, w.consumer.Listen("tcp", "0.0.0.0:80"), echo)
	server := w.consumer.ListenPacket("udp", "0.0.0.0:9")
	heard := make(chan error, 1)
	go func() { // ends with server
		_, _, err := server.ReadFrom(make([]byte, 100))
		heard <- err
	}()
	// The provider's own rules let only answers out; a bad one has others.
	w.bypass()
	if err := ask(w.dial(w.provider, "udp", "10.9.0.2:9"), 100*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("UDP: %v", err)
	}
	if _, err := quick(w.provider, "tcp", "10.9.0.2:80"); err == nil {
		t.Error("TCP is let in")
	}
	sent, received := p.Counters()
	if out, in := g.Counters(); sent != 0 || in != 0 || received != 0 || out < 33+60 {
		t.Errorf("the consumer counts %d and %d, the provider %d and %d", sent, received, in, out)
	}
	_ = server.Close() // the namespace closes it again
	if err := <-heard; err == nil {
		t.Error("a packet got to the server")
	}
}

// bypass takes away the provider's rule that lets only answers out.
func (w *world) bypass() {
	w.t.Helper()
	conn, err := w.host.nftables()
	if err != nil {
		w.t.Fatal(err)
	}
	conn.FlushChain(&nftables.Chain{Name: "postrouting", Table: &nftables.Table{Name: "myst-" + w.device, Family: nftables.TableFamilyINet}})
	if err := errors.Join(conn.Flush(), conn.CloseLasting()); err != nil {
		w.t.Fatal(err)
	}
}

func TestPathDropsIPv6(t *testing.T) {
	w := newHosts(t)
	w.unmeter(w.provider, w.tun)
	p := w.path(unlimited)
	w.carry(w.attach(w.consumerTUN), w.attach(w.tun))
	w.allowIPv6()
	go answer(w.provider.ListenPacket("udp", "[::]:53")) // ends with the connection
	if _, err := quick(w.consumer, "udp", "[2001:db8::1]:53"); !errors.Is(err, errSilent) {
		t.Errorf("IPv6 into a path: %v", err)
	}
	if _, err := quick(w.provider, "udp", "[2001:db8::2]:53"); !errors.Is(err, errSilent) {
		t.Errorf("IPv6 out of a path: %v", err)
	}
	if asked, told := w.toProvider.ipv6.Load(), w.toConsumer.ipv6.Load(); asked != 0 || told == 0 {
		t.Errorf("%d packets left the consumer, %d came to it", asked, told)
	}
	if sent, received := p.Counters(); sent+received != 0 {
		t.Errorf("counted %d and %d", sent, received)
	}
}

func TestPathLeavesNothing(t *testing.T) {
	w := newHosts(t)
	p, h := w.path(unlimited), w.consumerHost
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
	if again := w.path(unlimited); again.total() != 0 {
		t.Errorf("a new path counts from %d", again.total())
	}
	if left := journalled(t, h.path); len(left) != 1 || left[0].Kind != kindTUN {
		t.Errorf("the journal holds %v", left)
	}
}
