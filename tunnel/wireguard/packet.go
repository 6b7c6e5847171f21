package wireguard

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// IP protocol numbers that pass a tunnel.
const (
	protoICMP = 1
	protoTCP  = 6
	protoUDP  = 17
)

// ICMP types that pass a tunnel.
const (
	icmpEchoReply   = 0
	icmpUnreachable = 3
	icmpEcho        = 8
	icmpTimeout     = 11
)

// packet is what the filters need to know of an inner packet.
type packet struct {
	src, dst         netip.Addr
	proto            byte
	id               uint16 // names the datagram that a fragment belongs to
	first            bool   // not a later fragment: the fields below are set
	fragment         bool
	srcPort, dstPort uint16 // TCP and UDP
	icmpType         byte
	icmpIdent        uint16 // echo and echo reply
	payload          []byte // after the IP header
}

const ipHeader = 20

// parsePacket reads an IPv4 header without options (RFC 791) and the first bytes behind it. It
// refuses what has no place in a tunnel, or is damaged: the device cut the packet to the length
// that its header tells.
func parsePacket(pkt []byte) (packet, bool) {
	if len(pkt) < ipHeader || pkt[0] != 0x45 || int(binary.BigEndian.Uint16(pkt[2:])) != len(pkt) {
		return packet{}, false
	}
	offset := binary.BigEndian.Uint16(pkt[6:])
	p := packet{
		src:      netip.AddrFrom4([4]byte(pkt[12:16])),
		dst:      netip.AddrFrom4([4]byte(pkt[16:20])),
		proto:    pkt[9],
		id:       binary.BigEndian.Uint16(pkt[4:]),
		first:    offset&0x1fff == 0,
		fragment: offset&0x3fff != 0, // an offset, or more to follow
		payload:  pkt[ipHeader:],
	}
	if !p.first {
		return p, true
	}
	body := p.payload
	switch p.proto {
	case protoTCP:
		if len(body) < 20 {
			return packet{}, false
		}
	case protoUDP, protoICMP:
		if len(body) < 8 {
			return packet{}, false
		}
	default:
		return packet{}, false
	}
	if p.proto == protoICMP {
		p.icmpType, p.icmpIdent = body[0], binary.BigEndian.Uint16(body[4:])
	} else {
		p.srcPort, p.dstPort = binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
	}
	return p, true
}

// late remembers connections. What comes for one that was closed a moment ago the provider has sent in good
// faith, because it could not know yet; if it did not count, a download that is broken off would look like a bill of too much.
type late struct {
	seen map[connection]time.Time // when the connection was last there
}

type connection struct {
	proto     byte
	localPort uint16
	remote    netip.AddrPort
}

// A sender by TCP stops when it hears of the end; one by UDP, at the latest, when it has heard nothing for half a
// minute (RFC 7675).
const (
	latenessTCP    = 10 * time.Second
	latenessUDP    = 30 * time.Second
	maxConnections = 4096 // remembered; when there are more, some are forgotten
)

// counts says whether a packet of a connection counts, which exists or does not.
func (l *late) counts(c connection, exists bool, now time.Time) bool {
	last, known := l.seen[c]
	if !exists {
		lateness := latenessTCP
		if c.proto == protoUDP {
			lateness = latenessUDP
		}
		return known && now.Sub(last) <= lateness
	}
	if l.seen == nil {
		l.seen = map[connection]time.Time{}
	}
	if !known && len(l.seen) >= maxConnections {
		for some := range l.seen {
			delete(l.seen, some)
			break
		}
	}
	l.seen[c] = now
	return true
}

// fragments remembers the datagrams whose first fragment passed a filter, so that the others,
// which name no ports, pass too, for a moment. It is a ring: a datagram is forgotten after 64 newer ones.
type fragments struct {
	ring [64]struct {
		fragmentKey
		at time.Time
	}
	next int
}

const reassembling = 2 * time.Second // since the first fragment

type fragmentKey struct {
	src   netip.Addr
	id    uint16
	proto byte
}

func (f *fragments) remember(p packet, now time.Time) {
	f.ring[f.next].fragmentKey, f.ring[f.next].at = fragmentKey{p.src, p.id, p.proto}, now
	f.next = (f.next + 1) % len(f.ring)
}

func (f *fragments) known(p packet, now time.Time) bool {
	key := fragmentKey{p.src, p.id, p.proto}
	for i := range f.ring {
		if k := &f.ring[i]; k.fragmentKey == key && now.Sub(k.at) <= reassembling {
			return true
		}
	}
	return false
}
