// Package driverdata is what all drivers do alike with the three messages of package tunnel: protocol
// buffers of at most tunnel.MaxData bytes, in which nothing is accepted that this version does not know.
package driverdata

import (
	"fmt"
	"net/netip"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// Bounds of an inner packet, in bytes. Every IPv4 host takes MinMTU; what a driver adds to MaxMTU must
// still fit one datagram.
const (
	MinMTU = 576
	MaxMTU = 9000
)

// Bad is an error that wraps tunnel.ErrData.
func Bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", tunnel.ErrData, fmt.Errorf(format, args...))
}

// Decode parses a message. Unknown fields are refused: whoever sends them expects more than this version
// does. Error: tunnel.ErrData.
func Decode(data []byte, msg proto.Message) error {
	if len(data) == 0 || len(data) > tunnel.MaxData {
		return Bad("%d bytes", len(data))
	}
	if err := proto.Unmarshal(data, msg); err != nil {
		return Bad("%w", err)
	}
	if len(msg.ProtoReflect().GetUnknown()) > 0 {
		return Bad("unknown fields")
	}
	return nil
}

// Encode cannot fail: drivers' messages hold no strings and are far below every size limit.
func Encode(msg proto.Message) []byte {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(msg)
	if err != nil {
		panic(fmt.Sprintf("marshal driver data: %v", err))
	}
	return data
}

// CheckVersion refuses another version of a driver's messages.
func CheckVersion(got, known uint32) error {
	if got != known {
		return Bad("version %d, this program speaks %d", got, known)
	}
	return nil
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// Endpoint checks where a provider says that it listens: one host's address, and a port.
func Endpoint(address []byte, port uint32) (netip.AddrPort, error) {
	addr, ok := netip.AddrFromSlice(address)
	if !ok || addr.Is4In6() || addr.IsUnspecified() || addr.IsMulticast() || addr == broadcast {
		return netip.AddrPort{}, Bad("endpoint address")
	}
	if port == 0 || port > 65535 {
		return netip.AddrPort{}, Bad("endpoint port %d", port)
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}

// MTU checks a packet size.
func MTU(size uint32) (int, error) {
	if size < MinMTU || size > MaxMTU {
		return 0, Bad("packet size %d", size)
	}
	return int(size), nil
}
