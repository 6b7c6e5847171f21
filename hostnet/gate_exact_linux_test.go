package hostnet

import (
	"io"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/tun"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// Both ends of a tunnel, and what carries its packets, count the same to the byte: single packets behind devices without
// offloads, as with openvpn, and joined ones behind devices with them, as with wireguard-go.
func TestEndsAgree(t *testing.T) {
	for name, carry := range map[string]func(w *world) (toProvider, toConsumer *atomic.Uint64){
		"single": func(w *world) (toProvider, toConsumer *atomic.Uint64) {
			w.carry(w.attach(w.consumerTUN), w.attach(w.tun))
			return &w.toProvider.bytes, &w.toConsumer.bytes
		},
		"joined": func(w *world) (toProvider, toConsumer *atomic.Uint64) {
			consumer, provider := w.offload(w.consumer, w.consumerTUN), w.offload(w.provider, w.tun)
			return w.carryJoined(consumer, provider), w.carryJoined(provider, consumer)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHosts(t)
			toProvider, toConsumer := carry(w)
			_, g := w.open(w.config())
			p := w.path(unlimited)
			agree := func(what string) {
				t.Helper()
				eventually(t, "the ends agree after "+what, func() bool {
					sent, received := p.Counters()
					out, in := g.Counters()
					return sent == in && received == out
				})
				sent, received := p.Counters()
				if up, down := toProvider.Load(), toConsumer.Load(); sent != up || received != down {
					t.Errorf("%s: counted %d up and %d down; carried were %d and %d", what, sent, received, up, down)
				}
				t.Logf("after %s both ends count %d bytes up and %d down", what, sent, received)
			}
			w.transfer()
			agree("50 MB in each direction")
			go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
			conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
			for range 100 {
				if err := ask(conn, patience); err != nil {
					t.Fatal(err)
				}
			}
			agree("packets of UDP")
			if n := dropped(t, w.host, w.device) + dropped(t, w.consumerHost, w.consumerDevice); n != 0 {
				t.Errorf("%d packets were lost", n)
			}
		})
	}
}

// transfer downloads 50 MB from the web, then uploads as much. The server's packets are joined ones that
// its cable does not split.
func (w *world) transfer() {
	w.t.Helper()
	const size = 50_000_000
	acceptAll(w.t, w.web.Listen("tcp", "203.0.113.2:80"), func(conn net.Conn) {
		_, _ = io.CopyN(conn, zeros{}, size)    // the client notices
		_, _ = io.CopyN(io.Discard, conn, size) // the answer shows it
		_, _ = conn.Write([]byte("all"))
		sink(conn)
	})
	conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		w.t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, conn, size); err != nil {
		w.t.Fatal(err)
	}
	if _, err := io.CopyN(conn, zeros{}, size); err != nil {
		w.t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 3)); err != nil {
		w.t.Fatal(err)
	}
	reset(conn)
}

// offload opens a device as wireguard-go does, which splits and joins packets itself.
func (w *world) offload(ns *nstest.Namespace, d Device) (device tun.Device) {
	w.t.Helper()
	file := w.attach(d)
	ns.Do(func() {
		var err error
		if device, err = tun.CreateTUNFromFile(file, 1420); err != nil {
			w.t.Fatal(err)
		}
	})
	if device.BatchSize() < 2 {
		w.t.Error("no offloads")
	}
	return device
}

// carryJoined carries packets from one device to the other until the test ends, and counts the bytes of single packets.
func (w *world) carryJoined(from, to tun.Device) *atomic.Uint64 {
	const room = 64 // before each packet, for headers
	carried := new(atomic.Uint64)
	var running sync.WaitGroup
	running.Go(func() { // ends with from
		buffers, sizes := make([][]byte, from.BatchSize()), make([]int, from.BatchSize())
		for i := range buffers {
			buffers[i] = make([]byte, math.MaxUint16)
		}
		for {
			n, err := from.Read(buffers, sizes, room)
			if err != nil {
				return
			}
			packets := make([][]byte, n)
			for i := range packets {
				carried.Add(uint64(sizes[i]))
				packets[i] = buffers[i][:room+sizes[i]]
			}
			_, _ = to.Write(packets, room) // the ends will not agree
		}
	})
	w.t.Cleanup(func() {
		_ = from.Close() // wakes the reader
		ends(w.t, "what carries joined packets", running.Wait)
	})
	return carried
}
