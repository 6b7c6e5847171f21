package hostnet

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

func testMeter(t testing.TB) *meter {
	t.Helper()
	nstest.New(t) // skips without the rights
	m, err := newMeter()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.release(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// through runs a program on a packet as the kernel would, and says whether the packet passes. gso is the payload of each
// of the packets that it is joined of, or zero.
func (m *meter) through(t testing.TB, program *ebpf.Program, packet []byte, gso uint32) bool {
	t.Helper()
	context := make([]byte, 192) // struct __sk_buff
	binary.NativeEndian.PutUint32(context[skbGSOSize:], gso)
	verdict, err := program.Run(&ebpf.RunOptions{Data: m.frame(program, packet), Context: context})
	if err != nil {
		t.Fatal(err)
	}
	if program == m.outward {
		return verdict != 0
	}
	return int32(verdict) == actionUnspecified
}

// frame is what the kernel wants so that a program gets a packet. A socket filter gets what is behind Ethernet's
// header; the other program gets all of it. There the packet has none, as behind a TUN device, and its
// source reads as the type of IPv4 on Ethernet.
func (m *meter) frame(program *ebpf.Program, packet []byte) []byte {
	if program == m.inward {
		return packet
	}
	return append(binary.BigEndian.AppendUint16(make([]byte, 12, 14), unix.ETH_P_IP), packet...)
}

// The addresses of packets: the first begins with 0x0800, see frame.
var (
	packetSource      = address("8.0.9.2")
	packetDestination = address("10.9.0.3")
)

// ipv4Packet makes a packet with a header of that many bytes in front of another one.
func ipv4Packet(header int, protocol byte, next []byte, payload int) []byte {
	packet := make([]byte, header, header+len(next)+payload)
	packet[0], packet[protocolOffset] = byte(4<<4|header/4), protocol
	copy(packet[sourceOffset:], packetSource.AsSlice())
	copy(packet[destinationOffset:], packetDestination.AsSlice())
	return append(append(packet, next...), make([]byte, payload)...)
}

func netipAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 9, byte(i >> 8), byte(i)}) }

func tcpHeader(size int) []byte {
	h := make([]byte, size)
	h[tcpLengthOffset] = byte(size / 4 << 4)
	return h
}

// What counts is what the packets would be that a joined one is made of.
func TestJoinedPacketsCountAsSingleOnes(t *testing.T) {
	m := testMeter(t)
	number, err := m.open(everyone)
	if err != nil {
		t.Fatal(err)
	}
	s := &m.shared[number]
	for _, c := range []struct {
		ip       int
		protocol byte
		next     []byte
		payload  int
		gso      int
	}{
		{20, unix.IPPROTO_TCP, tcpHeader(20), 1000, 0},
		{20, unix.IPPROTO_TCP, tcpHeader(32), 536 * 3, 536},
		{20, unix.IPPROTO_TCP, tcpHeader(32), 536*3 + 1, 536},
		{20, unix.IPPROTO_TCP, tcpHeader(60), 3000, 1368},
		{60, unix.IPPROTO_TCP, tcpHeader(20), 3000, 88},
		{20, unix.IPPROTO_TCP, tcpHeader(20), 0, 1448},
		{20, unix.IPPROTO_TCP, tcpHeader(20), 1, 1448},
		{20, unix.IPPROTO_UDP, make([]byte, 8), 3000, 1},
		{24, unix.IPPROTO_UDP, make([]byte, 8), 1200, 1200},
		{20, unix.IPPROTO_ICMP, make([]byte, 8), 56, 0},
		{20, 47, nil, 100, 0},
	} {
		want := uint64(c.ip + len(c.next) + c.payload)
		if c.gso > 0 {
			want = uint64(c.ip + len(c.next))
			for left := c.payload; left > 0; left -= c.gso {
				if left < c.payload {
					want += uint64(c.ip + len(c.next))
				}
				want += uint64(min(left, c.gso))
			}
		}
		packet := ipv4Packet(c.ip, c.protocol, c.next, c.payload)
		for _, limit := range []uint64{want - 1, want} {
			s.sent.Store(0)
			s.total.Store(0)
			s.limit.Store(limit)
			passed := m.through(t, m.outward, packet, uint32(c.gso))
			if got := s.sent.Load(); passed != (limit == want) || passed && got != want || !passed && got != 0 || s.total.Load() != got {
				t.Errorf("%+v with limit %d: passed %v, counted %d, want %d", c, limit, passed, got, want)
			}
		}
	}
	s.limit.Store(maxTotal)
	if m.through(t, m.outward, ipv4Packet(20, 47, nil, 2000), 1000) {
		t.Error("a joined packet of an unknown protocol passes")
	}
}

// Packets find the session by their source on the way in, by their destination on the way out.
func TestSessionsByAddress(t *testing.T) {
	m := testMeter(t)
	packet := ipv4Packet(20, unix.IPPROTO_UDP, make([]byte, 8), 100)
	check := func(what string, in, out bool) {
		t.Helper()
		if got := m.through(t, m.inward, packet, 0); got != in {
			t.Errorf("%s: inward %v", what, got)
		}
		if got := m.through(t, m.outward, packet, 0); got != out {
			t.Errorf("%s: outward %v", what, got)
		}
	}
	check("nobody", false, false)
	source, err := m.open(packetSource)
	if err != nil {
		t.Fatal(err)
	}
	check("limit 0", false, false)
	m.shared[source].limit.Store(1000)
	check("the source", true, false)
	destination, err := m.open(packetDestination)
	if err != nil {
		t.Fatal(err)
	}
	m.shared[destination].limit.Store(1000)
	check("both", true, true)
	if err := m.cut(packetSource); err != nil {
		t.Fatal(err)
	}
	check("the destination", false, true)
	if s := &m.shared[source]; s.received.Load() != 2*128 || s.sent.Load() != 0 {
		t.Errorf("the source counts %d and %d", s.sent.Load(), s.received.Load())
	}
	if s := &m.shared[destination]; s.received.Load() != 0 || s.sent.Load() != 2*128 {
		t.Errorf("the destination counts %d and %d", s.sent.Load(), s.received.Load())
	}
	packet[0] = 6 << 4
	check("another version", false, false)
}

// Each session has a slot to itself, there are enough, and one that was used starts anew.
func TestSlots(t *testing.T) {
	m := testMeter(t)
	used := map[uint32]bool{}
	for i := range maxSlots {
		number, err := m.open(netipAddr(i))
		if err != nil || used[number] {
			t.Fatalf("slot %d again for session %d, %v", number, i, err)
		}
		used[number] = true
	}
	if _, err := m.open(netipAddr(maxSlots)); !errors.Is(err, errSessions) {
		t.Errorf("one more: %v", err)
	}
	m.shared[7].total.Store(9)
	if err := m.cut(netipAddr(7)); err != nil {
		t.Fatal(err)
	}
	m.reuse(7)
	if number, err := m.open(netipAddr(7)); err != nil || number != 7 || m.shared[7].total.Load() != 0 || m.shared[7].alarm.Load() != never {
		t.Errorf("slot %d, %v: %+v", number, err, &m.shared[7])
	}
	if _, err := m.open(netipAddr(8)); err == nil {
		t.Error("an address twice")
	}
}

// An alarm that finds no room in the ring is not lost: a later packet raises it.
func TestAlarmsWithoutRoom(t *testing.T) {
	m := testMeter(t)
	number, err := m.open(packetSource)
	if err != nil {
		t.Fatal(err)
	}
	s := &m.shared[number]
	s.limit.Store(maxTotal)
	packet := ipv4Packet(20, unix.IPPROTO_UDP, make([]byte, 8), 100)
	raised := uint64(0)
	for s.alarm.Store(0); ; s.alarm.Store(raised) {
		m.through(t, m.inward, packet, 0)
		if s.alarm.Load() != never {
			break // the level is back
		}
		if raised++; raised > 1<<20 {
			t.Fatal("the ring has no end")
		}
	}
	r, err := ringbuf.NewReader(m.events)
	if err != nil {
		t.Fatal(err)
	}
	read := func() (n, level uint64) {
		t.Helper()
		r.SetDeadline(time.Unix(1, 0)) // do not wait
		for {
			record, err := r.Read()
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return n, level
			}
			if err != nil {
				t.Fatal(err)
			}
			e, err := decodeEvent(record.RawSample)
			if err != nil || e.slot != uint64(number) || e.level != level && n > 0 && e.level != level+1 {
				t.Fatalf("%+v, %v after level %d", e, err, level)
			}
			n, level = n+1, e.level
		}
	}
	if n, _ := read(); n != raised || n < 100 {
		t.Errorf("%d alarms of %d", n, raised)
	}
	m.through(t, m.inward, packet, 0)
	if n, level := read(); n != 1 || level != raised || s.alarm.Load() != never {
		t.Errorf("%d alarms at level %d; want one at %d", n, level, raised)
	}
	m.through(t, m.inward, packet, 0)
	if n, _ := read(); n != 0 {
		t.Errorf("%d alarms once more", n)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
