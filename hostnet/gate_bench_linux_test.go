package hostnet

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// BenchmarkGate measures what payments call, with one session and with many others beside it.
func BenchmarkGate(b *testing.B) {
	for _, sessions := range []int{1, 50, 500} {
		w := newWorld(b)
		e := w.exit(w.config())
		g := w.gate(e, w.consumerAddr, 0)
		for i := range sessions - 1 {
			w.gate(e, netip.AddrFrom4([4]byte{10, 9, byte(1 + i/250), byte(1 + i%250)}), 0)
		}
		b.Run(fmt.Sprintf("sessions=%d/Counters", sessions), func(b *testing.B) {
			for b.Loop() {
				g.Counters()
			}
		})
		limit := uint64(0)
		b.Run(fmt.Sprintf("sessions=%d/SetLimit", sessions), func(b *testing.B) {
			for b.Loop() {
				limit++
				g.SetLimit(limit)
			}
		})
		b.Run(fmt.Sprintf("sessions=%d/SetAlarm", sessions), func(b *testing.B) {
			for b.Loop() {
				limit++
				g.SetAlarm(limit)
			}
		})
		b.Run(fmt.Sprintf("sessions=%d/AddClose", sessions), func(b *testing.B) {
			for b.Loop() {
				g, err := e.Add(address("10.9.200.1"))
				if err != nil {
					b.Fatal(err)
				}
				if err := g.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// masquerade is the least that a provider needs.
func (w *world) masquerade() {
	w.t.Helper()
	conn, err := w.host.nftables()
	if err != nil {
		w.t.Fatal(err)
	}
	table := conn.AddTable(&nftables.Table{Name: "plain", Family: nftables.TableFamilyINet})
	b := &batch{conn: conn, table: table}
	b.hook("nat", nftables.ChainHookPostrouting, *nftables.ChainPriorityNATSource, nftables.ChainTypeNAT)
	b.add("nat", notTo(w.device), match{&expr.Masq{}})
	if err := errors.Join(conn.Flush(), conn.CloseLasting()); err != nil {
		w.t.Fatal(err)
	}
}

// BenchmarkThroughput carries TCP over a TUN device at each end: with masquerading alone, with an exit and a
// path, and with the limit and the alarm of both set anew a hundred times a second.
func BenchmarkThroughput(b *testing.B) {
	const size = 8 << 20
	for name, d := range map[string]struct {
		server func(net.Conn)
		client func(net.Conn) error
	}{
		"download": {source, func(conn net.Conn) error { _, err := io.CopyN(io.Discard, conn, size); return err }},
		"upload":   {sink, func(conn net.Conn) error { _, err := io.CopyN(conn, zeros{}, size); return err }},
	} {
		for _, how := range []string{"plain", "gated", "moving"} {
			b.Run(name+"/"+how, func(b *testing.B) {
				w := newHosts(b)
				if how == "plain" {
					w.unmeter(w.provider, w.tun)
					w.unmeter(w.consumer, w.consumerTUN)
					w.masquerade()
				} else {
					_, g := w.open(w.config())
					p, err := w.consumerHost.NewPath(w.consumerDevice, unlimited)
					if err != nil {
						b.Fatal(err)
					}
					b.Cleanup(func() { _ = p.Close() }) // tests see to it
					if how == "moving" {
						move(b, g, p.Gate)
					}
				}
				w.carry(w.attach(w.consumerTUN), w.attach(w.tun))
				acceptAll(b, w.web.Listen("tcp", "203.0.113.2:80"), d.server)
				conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
				b.SetBytes(size)
				for b.Loop() {
					if err := d.client(conn); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// move sets limits and alarms until the benchmark ends.
func move(b *testing.B, gates ...*Gate) {
	tick := time.NewTicker(10 * time.Millisecond)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // ends with stop
		defer close(stopped)
		for i := uint64(0); ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				for _, g := range gates {
					g.SetLimit(unlimited + i)
					g.SetAlarm(unlimited + i)
				}
			}
		}
	}()
	b.Cleanup(func() { tick.Stop(); close(stop); <-stopped })
}

// BenchmarkQueue shows what is lost, after it was counted, in device queues of different lengths while TCP
// connections download as fast as this process carries them.
func BenchmarkQueue(b *testing.B) {
	const size = 48 << 20
	for _, conns := range []int{1, 8} {
		for _, length := range []int{500, 1000, queue, 10_000} {
			b.Run(fmt.Sprintf("conns=%d/length=%d", conns, length), func(b *testing.B) {
				w := newHosts(b)
				link, err := w.host.link.LinkByName(w.device)
				if err != nil {
					b.Fatal(err)
				}
				if err := w.host.link.LinkSetTxQLen(link, length); err != nil {
					b.Fatal(err)
				}
				_, g := w.open(w.config())
				w.path(unlimited)
				w.carry(w.attach(w.consumerTUN), w.attach(w.tun))
				acceptAll(b, w.web.Listen("tcp", "203.0.113.2:80"), source)
				b.SetBytes(size)
				for b.Loop() {
					results := make(chan error, conns)
					for range conns {
						conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
						go func() { // ends with conn
							_, err := io.CopyN(io.Discard, conn, size/int64(conns))
							reset(conn)
							results <- err
						}()
					}
					for range conns {
						if err := <-results; err != nil {
							b.Fatal(err)
						}
					}
				}
				sent, _ := g.Counters()
				lost := dropped(b, w.host, w.device) * 1420
				b.ReportMetric(100*float64(lost)/float64(sent), "%lost")
			})
		}
	}
}

// BenchmarkProgram measures the programs alone.
func BenchmarkProgram(b *testing.B) {
	m := testMeter(b)
	packet := ipv4Packet(20, unix.IPPROTO_TCP, tcpHeader(32), 1368)
	for name, program := range map[string]*ebpf.Program{"outward": m.outward, "inward": m.inward} {
		for who, addr := range map[string]netip.Addr{"session": packetSource, "everyone": everyone} {
			b.Run(name+"/"+who, func(b *testing.B) {
				if name == "outward" && addr != everyone {
					addr = packetDestination
				}
				number, err := m.open(addr)
				if err != nil {
					b.Fatal(err)
				}
				m.shared[number].limit.Store(maxTotal)
				const runs = 1 << 20
				for b.Loop() {
					if _, err := program.Run(&ebpf.RunOptions{Data: m.frame(program, packet), Repeat: runs}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/runs, "ns/packet")
				if err := m.cut(addr); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
