package wireguard

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"gvisor.dev/gvisor/pkg/buffer"
)

func bufferWith(raw []byte) buffer.Buffer { return buffer.MakeWithData(raw) }

// udpPacket is a whole IPv4 packet.
func udpPacket(src, dst netip.AddrPort, payload []byte) []byte {
	pkt := make([]byte, ipHeader+8, ipHeader+8+len(payload))
	pkt = append(pkt, payload...)
	pkt[0], pkt[8], pkt[9] = 0x45, 64, protoUDP
	binary.BigEndian.PutUint16(pkt[2:], uint16(len(pkt)))
	copy(pkt[12:], src.Addr().AsSlice())
	copy(pkt[16:], dst.Addr().AsSlice())
	binary.BigEndian.PutUint16(pkt[20:], src.Port())
	binary.BigEndian.PutUint16(pkt[22:], dst.Port())
	binary.BigEndian.PutUint16(pkt[24:], uint16(8+len(payload)))
	return pkt
}

var (
	here  = netip.MustParseAddrPort("10.182.0.2:4000")
	there = netip.MustParseAddrPort("203.0.113.1:53")
)

func TestParsePacket(t *testing.T) {
	raw := udpPacket(here, there, []byte("hello"))
	p, ok := parsePacket(raw)
	if !ok || p.src != here.Addr() || p.dst != there.Addr() || p.srcPort != 4000 || p.dstPort != 53 ||
		p.proto != protoUDP || !p.first || p.fragment || len(p.payload) != 13 {
		t.Fatalf("%+v, %v", p, ok)
	}
	change := func(f func([]byte)) []byte {
		b := bytes.Clone(raw)
		f(b)
		return b
	}
	more, ok := parsePacket(change(func(b []byte) { b[6] = 0x20 }))
	if !ok || !more.first || !more.fragment {
		t.Errorf("first fragment: %+v, %v", more, ok)
	}
	later, ok := parsePacket(change(func(b []byte) { b[7] = 1 }))
	if !ok || later.first || !later.fragment || later.dstPort != 0 {
		t.Errorf("later fragment: %+v, %v", later, ok)
	}
	for name, b := range map[string][]byte{
		"empty":         nil,
		"cut header":    raw[:19],
		"IPv6":          change(func(b []byte) { b[0] = 0x65 }),
		"options":       change(func(b []byte) { b[0] = 0x46 }),
		"short header":  change(func(b []byte) { b[0] = 0x44 }),
		"length":        change(func(b []byte) { b[3]++ }),
		"cut":           raw[:30],
		"protocol":      change(func(b []byte) { b[9] = 47 }),
		"no UDP header": change(func(b []byte) { b[3] = 27 })[:27],
		"no TCP header": change(func(b []byte) { b[9] = protoTCP }),
	} {
		if p, ok := parsePacket(b); ok {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestFragmentsAreForgotten(t *testing.T) {
	var f fragments
	now := time.Now()
	p := packet{src: there.Addr(), proto: protoUDP, id: 1}
	if f.known(p, now) {
		t.Error("known before it came")
	}
	f.remember(p, now)
	for i := range len(f.ring) - 1 {
		f.remember(packet{src: there.Addr(), proto: protoUDP, id: uint16(i + 2)}, now)
	}
	other := p
	other.proto = protoTCP
	if !f.known(p, now) || f.known(other, now) {
		t.Error("wrong memory")
	}
	if f.known(p, now.Add(reassembling+1)) {
		t.Error("known for long")
	}
	f.remember(other, now)
	if f.known(p, now) {
		t.Error("remembered for ever")
	}
}

func FuzzPacket(f *testing.F) {
	f.Add(udpPacket(here, there, []byte("hello")))
	f.Add(icmpPacket(here.Addr(), there.Addr(), icmpEcho))
	f.Add(icmpPacket(there.Addr(), here.Addr(), icmpUnreachable))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, ok := parsePacket(raw)
		if !ok {
			return
		}
		if !p.src.Is4() || !p.dst.Is4() || len(p.payload) != len(raw)-ipHeader || !p.first && !p.fragment {
			t.Fatalf("%+v", p)
		}
		if p.first && p.proto == protoICMP && len(p.payload) < 8 {
			t.Fatalf("ICMP of %d bytes", len(p.payload))
		}
	})
}

// TestBindCarriesEveryDatagram sends batches of all shapes through two sockets: joined by the
// kernel where it can, one by one where it cannot.
func TestBindCarriesEveryDatagram(t *testing.T) {
	for _, offload := range []bool{true, false} {
		a, b := openBind(t), openBind(t)
		if !offload {
			a.segment.Store(false)
		}
		receive := b.receiver(b.conn)
		to := &endpoint{addr: b.addr()}
		for _, sizes := range [][]int{
			{1}, {100, 100, 100}, {100, 100, 50}, {50, 100}, {100, 50, 100, 100}, {1452, 1452, 1452, 7},
			{maxDatagram}, {30000, 30000, 30000}, {0, 5}, repeat(1452, batchSize), repeat(32, batchSize),
		} {
			var sent [][]byte
			for i, n := range sizes {
				sent = append(sent, bytes.Repeat([]byte{byte(i + 1)}, n))
			}
			if err := a.Send(sent, to); err != nil {
				t.Fatalf("send %v: %v", sizes, err)
			}
			var got [][]byte
			for len(got) < count(sizes) {
				bufs, lengths, eps := make([][]byte, batchSize), make([]int, batchSize), make([]conn.Endpoint, batchSize)
				for i := range bufs {
					bufs[i] = make([]byte, 1<<16)
				}
				n, err := receive(bufs, lengths, eps)
				if err != nil {
					t.Fatal(err)
				}
				for i := range n {
					if eps[i].DstToString() != a.addr().String() {
						t.Fatalf("from %s, want %v", eps[i].DstToString(), a.addr())
					}
					got = append(got, bufs[i][:lengths[i]])
				}
			}
			i := 0
			for _, want := range sent {
				if len(want) == 0 {
					continue // an empty datagram is passed over: WireGuard has none
				}
				if !bytes.Equal(got[i], want) {
					t.Fatalf("sizes %v, offload %v: datagram %d has %d bytes, want %d", sizes, offload, i, len(got[i]), len(want))
				}
				i++
			}
		}
	}
}

func repeat(size, n int) []int {
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = size
	}
	return sizes
}

func count(sizes []int) int {
	n := 0
	for _, s := range sizes {
		if s > 0 {
			n++
		}
	}
	return n
}

func openBind(t *testing.T) *bind {
	t.Helper()
	b, err := listen(loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	if err := b.Close(); err != nil { // the device closes first, and must not lose the port
		t.Fatal(err)
	}
	if _, port, err := b.Open(0); err != nil || port != b.addr().Port() {
		t.Fatalf("port %d, %v, want %d", port, err, b.addr().Port())
	}
	return b
}

func TestBindAfterClose(t *testing.T) {
	b := openBind(t)
	receive := b.receiver(b.conn)
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := receive([][]byte{make([]byte, 10)}, make([]int, 1), make([]conn.Endpoint, 1)); err == nil {
		t.Error("received after Close")
	}
	if err := b.Send([][]byte{{1}}, &endpoint{addr: there}); err == nil {
		t.Error("sent after Close")
	}
	if _, _, err := b.Open(0); err == nil {
		t.Error("opened after Close")
	}
	if b.addr() != (netip.AddrPort{}) {
		t.Errorf("listens on %v after Close", b.addr())
	}
	if _, err := listen(netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 0)); err == nil {
		t.Error("listens on a foreign address")
	}
}

// A connection counts while it exists and a little longer, and however many there are, few are remembered.
func TestLate(t *testing.T) {
	var l late
	now := time.Now()
	c := connection{protoTCP, 1, netip.MustParseAddrPort("203.0.113.1:9")}
	for _, step := range []struct {
		exists bool
		after  time.Duration
		want   bool
	}{
		{false, 0, false},
		{true, 0, true},
		{false, 6 * time.Second, true},
		{false, 4 * time.Second, true}, // what is late does not put the end off
		{false, time.Second, false},
		{true, 0, true},
		{true, time.Minute, true},
		{false, latenessTCP, true},
	} {
		now = now.Add(step.after)
		if got := l.counts(c, step.exists, now); got != step.want {
			t.Errorf("%+v: counts %v", step, got)
		}
	}
	for i := range uint16(maxConnections + 10) {
		l.counts(connection{protoUDP, i, c.remote}, true, now)
	}
	if n := len(l.seen); n > maxConnections {
		t.Errorf("%d are remembered", n)
	}
}
