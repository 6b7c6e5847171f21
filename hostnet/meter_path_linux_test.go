package hostnet

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// listening is a path whose packets the test makes itself, with a socket for 203.0.113.2:9 that is bound to its device
// at port 5000 and one for the same that is not at port 5001.
type listening struct {
	*world
	path  *Path
	file  *os.File
	bound net.Conn
}

func newListening(t *testing.T) *listening {
	t.Helper()
	w := newHosts(t)
	l := &listening{world: w, path: w.path(unlimited), file: w.attach(w.consumerTUN)}
	l.consumer.ListenPacket("udp4", "10.9.0.2:9")
	l.consumer.Listen("tcp4", "10.9.0.2:80")
	for port, device := range map[int]string{5000: w.consumerDevice, 5001: ""} {
		conn := w.consumer.DialUDP(device, netip.AddrPortFrom(w.consumerAddr, uint16(port)), netip.MustParseAddrPort("203.0.113.2:9"))
		if device != "" {
			l.bound = conn
		}
	}
	return l
}

// counted writes a packet into the device and says whether the path counted it.
func (l *listening) counted(packet []byte) bool {
	l.t.Helper()
	_, before := l.path.Counters()
	if _, err := l.file.Write(append(make([]byte, virtioHeader), packet...)); err != nil {
		l.t.Fatal(err)
	}
	_, after := l.path.Counters() // the kernel has run the program before the write returned
	if n := after - before; n != 0 && n != uint64(len(packet)) {
		l.t.Errorf("counted %d bytes of %d", n, len(packet))
	}
	return after != before
}

// inbound makes a packet from 203.0.113.2 to the consumer, with an IPv4 header of 24 bytes.
func inbound(protocol byte, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	packet := append([]byte{0x46, 0, 0, 0, 0, 7, 0, 0, 64, protocol, 0, 0, 203, 0, 113, 2, 10, 9, 0, 2, 1, 1, 1, 1}, body...)
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	return checksummed(packet)
}

// checksummed puts the checksum of the IPv4 header right.
func checksummed(packet []byte) []byte {
	return summed(packet, 10, int(packet[0]&15)*4)
}

// summed puts the Internet checksum (RFC 1071) of the first size bytes, an even number, at an offset.
func summed(packet []byte, at, size int) []byte {
	binary.BigEndian.PutUint16(packet[at:], 0)
	var sum uint32
	for i := 0; i < size; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(packet[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	binary.BigEndian.PutUint16(packet[at:], ^uint16(sum))
	return packet
}

// fragment sets identification, and the field of flags and offset.
func fragment(packet []byte, identification, field uint16) []byte {
	binary.BigEndian.PutUint16(packet[identificationOffset:], identification)
	binary.BigEndian.PutUint16(packet[fragmentOffset:], field)
	return checksummed(packet)
}

func portsOf(source, destination uint16) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, source), destination)
}

// datagram is a UDP header, without checksum, and its payload.
func datagram(source, destination uint16, payload int) []byte {
	return append(append(portsOf(source, destination), byte((8+payload)>>8), byte(8+payload), 0, 0), make([]byte, payload)...)
}

// elsewhere is the packet to another address.
func elsewhere(packet []byte) []byte {
	copy(packet[destinationOffset:], []byte{192, 168, 99, 1})
	return checksummed(packet)
}

// failure is an ICMP message of a type about a packet that the consumer sent from a port.
func failure(kind byte, source uint16, offset uint16) []byte {
	packet := ipv4Packet(20, unix.IPPROTO_UDP, datagram(source, 9, 0), 0)
	copy(packet[sourceOffset:], []byte{10, 9, 0, 2})
	copy(packet[destinationOffset:], []byte{203, 0, 113, 2})
	message := append([]byte{kind, 3, 0, 0, 0, 0, 0, 0}, fragment(packet, 7, offset)...)
	return inbound(unix.IPPROTO_ICMP, summed(message, 2, len(message)))
}

// A packet counts if a socket that is bound to the device asked for it, and is dropped otherwise.
func TestSolicited(t *testing.T) {
	l := newListening(t)
	syn := func(source, destination uint16) []byte {
		return append(append(portsOf(source, destination), 0, 0, 0, 1, 0, 0, 0, 0, 5<<4, 2, 1, 0), 0, 0, 0, 0)
	}
	icmp := func(kind byte) []byte { return inbound(unix.IPPROTO_ICMP, []byte{kind, 0, 0, 0, 0, 0, 0, 0}) }
	for _, c := range []struct {
		what   string
		packet []byte
		want   bool
	}{
		{"an answer", inbound(unix.IPPROTO_UDP, datagram(9, 5000, 30)), true},
		{"for a socket of any device", inbound(unix.IPPROTO_UDP, datagram(9, 5001, 30)), false},
		{"for a server", inbound(unix.IPPROTO_UDP, datagram(9, 9, 30)), false},
		{"from another port", inbound(unix.IPPROTO_UDP, datagram(10, 5000, 30)), false},
		{"to no socket", inbound(unix.IPPROTO_UDP, datagram(9, 5002, 30)), false},
		{"without a port", inbound(unix.IPPROTO_UDP, portsOf(9, 5000)[:3]), false},
		{"TCP for a server", inbound(unix.IPPROTO_TCP, syn(9, 80)), false},
		{"TCP for a socket of UDP", inbound(unix.IPPROTO_TCP, syn(9, 5000)), false},
		{"another protocol", inbound(47, datagram(9, 5000, 30)), false},
		{"an error", failure(icmpUnreachable, 5000, 0), true},
		{"an error of time", failure(icmpTimeExceeded, 5000, 0), true},
		{"an error for a socket of any device", failure(icmpUnreachable, 5001, 0), false},
		{"an error for no socket", failure(icmpUnreachable, 5002, 0), false},
		{"an error about a later fragment", failure(icmpUnreachable, 5000, 1), false},
		{"an error cut short", failure(icmpUnreachable, 5000, 0)[:24+8+20+3], false},
		{"a redirection", failure(5, 5000, 0), false},
		{"an echo", icmp(icmpEcho), false},
		{"an answer without an echo", icmp(icmpEchoReply), false},
		{"ICMP without a type", inbound(unix.IPPROTO_ICMP), false},
		{"a later fragment of nothing", fragment(inbound(unix.IPPROTO_UDP, make([]byte, 64)), 8, 4), false},
		{"a first fragment", fragment(inbound(unix.IPPROTO_UDP, datagram(9, 5000, 24)), 8, moreFragments), true},
		{"a later one", fragment(inbound(unix.IPPROTO_UDP, make([]byte, 64)), 8, 4|moreFragments), true},
		{"the last one", fragment(inbound(unix.IPPROTO_UDP, make([]byte, 64)), 8, 12), true},
		{"a later one of another datagram", fragment(inbound(unix.IPPROTO_UDP, make([]byte, 64)), 9, 4), false},
		{"a later one of another protocol", fragment(inbound(unix.IPPROTO_TCP, make([]byte, 64)), 8, 4), false},
		{"a first fragment for a server", fragment(inbound(unix.IPPROTO_UDP, datagram(9, 9, 24)), 10, moreFragments), false},
		{"a later one for a server", fragment(inbound(unix.IPPROTO_UDP, make([]byte, 64)), 10, 4), false},
		{"for another address", elsewhere(inbound(unix.IPPROTO_UDP, datagram(9, 5000, 30))), false},
		{"an error for another address", elsewhere(failure(icmpUnreachable, 5000, 0)), false},
		{"IPv6", append([]byte{0x60}, make([]byte, 60)...), false},
	} {
		if got := l.counted(c.packet); got != c.want {
			t.Errorf("%s: counted %v", c.what, got)
		}
	}
	l.pass(reassembling + 1)
	if l.counted(fragment(inbound(unix.IPPROTO_UDP, make([]byte, 64)), 8, 12)) {
		t.Error("a fragment counts long after the first")
	}
}

// Of answers to ICMP echoes as many count as were asked for.
func TestEchoesAreCounted(t *testing.T) {
	l := newListening(t)
	icmp := func(kind byte) []byte { return inbound(unix.IPPROTO_ICMP, []byte{kind, 0, 0, 0, 0, 0, 0, 0}) }
	echoes := l.consumer.ListenPacketDevice(l.consumerDevice, "ip4:icmp", "10.9.0.2")
	for _, limit := range []uint64{0, unlimited, unlimited} { // the first does not get out
		l.path.SetLimit(limit)
		if _, err := echoes.WriteTo([]byte{icmpEcho, 0, 0, 0, 0, 0, 0, 0}, &net.IPAddr{IP: net.IPv4(203, 0, 113, 2)}); err != nil {
			t.Fatal(err)
		}
	}
	if l.counted(elsewhere(icmp(icmpEchoReply))) {
		t.Error("an answer for another address counts")
	}
	for i, want := range []bool{true, true, false, false} {
		if got := l.counted(icmp(icmpEchoReply)); got != want {
			t.Errorf("answer %d to two echoes: counted %v", i, got)
		}
	}
}

// What is let in arrives: an answer, a joined one, and an error.
func TestSolicitedArrives(t *testing.T) {
	l := newListening(t)
	answer := make([]byte, 2000)
	for _, packet := range [][]byte{
		inbound(unix.IPPROTO_UDP, datagram(9, 5000, 30)),
		fragment(inbound(unix.IPPROTO_UDP, datagram(9, 5000, 64)[:40]), 8, moreFragments),
		fragment(inbound(unix.IPPROTO_UDP, make([]byte, 32)), 8, 5),
	} {
		l.counted(packet)
	}
	if err := l.bound.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{30, 64} {
		if n, err := l.bound.Read(answer); n != want || err != nil {
			t.Errorf("read %d bytes, %v; want %d", n, err, want)
		}
	}
	l.counted(failure(icmpUnreachable, 5000, 0))
	if _, err := l.bound.Read(answer); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("an error arrived as %v", err)
	}
}

// pass makes all that the meter remembers older.
func (l *listening) pass(units uint64) {
	l.t.Helper()
	m := l.consumerHost.meters[l.consumerDevice]
	for _, table := range []*ebpf.Map{m.flows, m.fragments} {
		key := make([]byte, table.KeySize())
		var seen uint64
		for entries := table.Iterate(); entries.Next(&key, &seen); {
			if err := table.Put(key, seen-units); err != nil {
				l.t.Fatal(err)
			}
		}
	}
}

// What comes for a socket that was closed a moment ago was sent in good faith: it counts, and goes nowhere.
func TestLateCounts(t *testing.T) {
	l := newListening(t)
	answer := inbound(unix.IPPROTO_UDP, datagram(9, 5000, 30))
	if !l.counted(answer) {
		t.Fatal("an answer is not counted")
	}
	if err := l.bound.Close(); err != nil {
		t.Fatal(err)
	}
	server := l.consumer.ListenPacket("udp4", "10.9.0.2:5000") // whoever has the port now does not get it
	binary.BigEndian.PutUint16(answer[fragmentOffset:], moreFragments)
	first := fragment(slices.Clone(answer), 11, moreFragments)
	later := fragment(inbound(unix.IPPROTO_UDP, make([]byte, 32)), 11, 5)
	answer = fragment(answer, 7, 0)
	late := []struct {
		what   string
		packet []byte
		want   bool
	}{
		{"a first fragment", first, true},
		{"a later fragment", later, true},
		{"an answer", answer, true},
		{"an error", failure(icmpUnreachable, 5000, 0), true},
		{"from another port", inbound(unix.IPPROTO_UDP, datagram(10, 5000, 30)), false},
		{"TCP", inbound(unix.IPPROTO_TCP, datagram(9, 5000, 30)), false},
	}
	for _, c := range late {
		if got := l.counted(c.packet); got != c.want {
			t.Errorf("%s: counted %v", c.what, got)
		}
	}
	l.pass(latenessUDP + 1)
	for _, c := range late {
		if l.counted(c.packet) {
			t.Errorf("%s counts although it is much later", c.what)
		}
	}
	if err := server.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, _, err := server.ReadFrom(answer); err == nil {
		t.Errorf("%d bytes arrived at a new socket", n)
	}
}
