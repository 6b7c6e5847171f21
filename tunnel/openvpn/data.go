package openvpn

import (
	"fmt"
	"net/netip"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// dataVersion is the format of the driver data. Another version is ErrData.
const dataVersion = 1

// Bounds of an inner packet, in bytes. Every IPv4 host takes 576. OpenVPN, UDP and IPv6 add 72, so that
// the default fits a path of 1500 with room for one more header on the way.
const (
	minMTU     = 576
	defaultMTU = 1420
	maxMTU     = 9000
)

// The network inside the tunnel has room for the provider and at least one consumer.
const (
	minPrefix = 8
	maxPrefix = 30
)

// offer is what the provider tells before it has been paid.
type offer struct {
	endpoint    netip.AddrPort
	fingerprint fingerprint
	mtu         int
}

// start is what the consumer needs besides.
type start struct {
	key     clientKey
	address netip.Prefix // the consumer's, with the length of the network that gateway is in too
	gateway netip.Addr
}

func badData(format string, args ...any) error {
	return fmt.Errorf("%w: %w", tunnel.ErrData, fmt.Errorf(format, args...))
}

// decode parses driver data of at most tunnel.MaxData bytes. Unknown fields are refused: whoever
// sends them expects more than this version does.
func decode(data []byte, msg proto.Message) error {
	if len(data) == 0 || len(data) > tunnel.MaxData {
		return badData("%d bytes", len(data))
	}
	if err := proto.Unmarshal(data, msg); err != nil {
		return badData("%w", err)
	}
	if len(msg.ProtoReflect().GetUnknown()) > 0 {
		return badData("unknown fields")
	}
	return nil
}

// encode cannot fail: the messages hold no strings and are far below every size limit.
func encode(msg proto.Message) []byte {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(msg)
	if err != nil {
		panic(fmt.Sprintf("marshal driver data: %v", err))
	}
	return data
}

func checkVersion(version uint32) error {
	if version != dataVersion {
		return badData("version %d, this program speaks %d", version, dataVersion)
	}
	return nil
}

func encodeRequest() []byte {
	return encode(&pb.OpenvpnRequest{Version: dataVersion})
}

// decodeRequest only checks: all that a consumer asks for is a version.
func decodeRequest(data []byte) error {
	var msg pb.OpenvpnRequest
	if err := decode(data, &msg); err != nil {
		return err
	}
	return checkVersion(msg.GetVersion())
}

func encodeOffer(o offer) []byte {
	return encode(&pb.OpenvpnOffer{
		Version:     dataVersion,
		Address:     o.endpoint.Addr().AsSlice(),
		Port:        uint32(o.endpoint.Port()),
		Fingerprint: o.fingerprint[:],
		Mtu:         uint32(o.mtu), //nolint:gosec // between minMTU and maxMTU
	})
}

func decodeOffer(data []byte) (offer, error) {
	var msg pb.OpenvpnOffer
	if err := decode(data, &msg); err != nil {
		return offer{}, err
	}
	if err := checkVersion(msg.GetVersion()); err != nil {
		return offer{}, err
	}
	addr, ok := netip.AddrFromSlice(msg.GetAddress())
	if !ok || addr.Is4In6() || addr.IsUnspecified() || addr.IsMulticast() || addr == broadcast {
		return offer{}, badData("endpoint address")
	}
	port := msg.GetPort()
	if port == 0 || port > 65535 {
		return offer{}, badData("endpoint port %d", port)
	}
	if len(msg.GetFingerprint()) != len(fingerprint{}) {
		return offer{}, badData("fingerprint of %d bytes", len(msg.GetFingerprint()))
	}
	mtu := msg.GetMtu()
	if mtu < minMTU || mtu > maxMTU {
		return offer{}, badData("packet size %d", mtu)
	}
	return offer{
		endpoint:    netip.AddrPortFrom(addr, uint16(port)),
		fingerprint: fingerprint(msg.GetFingerprint()),
		mtu:         int(mtu),
	}, nil
}

func encodeStart(s start) []byte {
	return encode(&pb.OpenvpnStart{
		Key:          s.key[:],
		Address:      s.address.Addr().AsSlice(),
		Gateway:      s.gateway.AsSlice(),
		PrefixLength: uint32(s.address.Bits()), //nolint:gosec // of a valid prefix
	})
}

func decodeStart(data []byte) (start, error) {
	var msg pb.OpenvpnStart
	if err := decode(data, &msg); err != nil {
		return start{}, err
	}
	key, err := parseClientKey(msg.GetKey())
	if err != nil {
		return start{}, badData("%w", err)
	}
	address, ok := netip.AddrFromSlice(msg.GetAddress())
	gateway, ok2 := netip.AddrFromSlice(msg.GetGateway())
	if !ok || !ok2 || !address.Is4() || !gateway.Is4() {
		return start{}, badData("tunnel addresses are not IPv4")
	}
	bits := msg.GetPrefixLength()
	if bits < minPrefix || bits > maxPrefix {
		return start{}, badData("prefix length %d", bits)
	}
	prefix := netip.PrefixFrom(address, int(bits))
	// Private networks only: the provider must not shadow a host that the consumer wants to reach.
	if !privateNetwork(prefix) || !prefix.Contains(gateway) || address == gateway ||
		!isHost(address, prefix) || !isHost(gateway, prefix) {
		return start{}, badData("tunnel addresses %v and %v", prefix, gateway)
	}
	return start{key: key, address: prefix, gateway: gateway}, nil
}

// privateNetwork reports whether every address of the network is private (RFC 1918).
func privateNetwork(p netip.Prefix) bool {
	return p.Masked().Addr().IsPrivate() && lastAddr(p).IsPrivate()
}

// isHost reports whether addr is neither the first nor the last address of its network.
func isHost(addr netip.Addr, p netip.Prefix) bool {
	return addr != p.Masked().Addr() && addr != lastAddr(p)
}

// lastAddr is an IPv4 network's broadcast address.
func lastAddr(p netip.Prefix) netip.Addr {
	raw := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		raw[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(raw)
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
