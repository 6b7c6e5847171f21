package openvpn

import (
	"net/netip"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
)

// dataVersion is the format of the driver data. Another version is ErrData.
const dataVersion = 1

// defaultMTU is the largest inner packet in bytes: OpenVPN, UDP and IPv6 add 72, so that it fits a path of 1500 with
// room for one more header on the way.
const defaultMTU = 1420

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

func encodeRequest() []byte {
	return driverdata.Encode(&pb.OpenvpnRequest{Version: dataVersion})
}

// decodeRequest only checks: all that a consumer asks for is a version.
func decodeRequest(data []byte) error {
	var msg pb.OpenvpnRequest
	if err := driverdata.Decode(data, &msg); err != nil {
		return err
	}
	return driverdata.CheckVersion(msg.GetVersion(), dataVersion)
}

func encodeOffer(o offer) []byte {
	return driverdata.Encode(&pb.OpenvpnOffer{
		Version:     dataVersion,
		Address:     o.endpoint.Addr().AsSlice(),
		Port:        uint32(o.endpoint.Port()),
		Fingerprint: o.fingerprint[:],
		Mtu:         uint32(o.mtu), //nolint:gosec // between driverdata.MinMTU and driverdata.MaxMTU
	})
}

func decodeOffer(data []byte) (offer, error) {
	var msg pb.OpenvpnOffer
	if err := driverdata.Decode(data, &msg); err != nil {
		return offer{}, err
	}
	if err := driverdata.CheckVersion(msg.GetVersion(), dataVersion); err != nil {
		return offer{}, err
	}
	endpoint, err := driverdata.Endpoint(msg.GetAddress(), msg.GetPort())
	if err != nil {
		return offer{}, err
	}
	if len(msg.GetFingerprint()) != len(fingerprint{}) {
		return offer{}, driverdata.Bad("fingerprint of %d bytes", len(msg.GetFingerprint()))
	}
	mtu, err := driverdata.MTU(msg.GetMtu())
	if err != nil {
		return offer{}, err
	}
	return offer{
		endpoint:    endpoint,
		fingerprint: fingerprint(msg.GetFingerprint()),
		mtu:         mtu,
	}, nil
}

func encodeStart(s start) []byte {
	return driverdata.Encode(&pb.OpenvpnStart{
		Key:          s.key[:],
		Address:      s.address.Addr().AsSlice(),
		Gateway:      s.gateway.AsSlice(),
		PrefixLength: uint32(s.address.Bits()), //nolint:gosec // of a valid prefix
	})
}

func decodeStart(data []byte) (start, error) {
	var msg pb.OpenvpnStart
	if err := driverdata.Decode(data, &msg); err != nil {
		return start{}, err
	}
	key, err := parseClientKey(msg.GetKey())
	if err != nil {
		return start{}, driverdata.Bad("%w", err)
	}
	address, ok := netip.AddrFromSlice(msg.GetAddress())
	gateway, ok2 := netip.AddrFromSlice(msg.GetGateway())
	if !ok || !ok2 || !address.Is4() || !gateway.Is4() {
		return start{}, driverdata.Bad("tunnel addresses are not IPv4")
	}
	bits := msg.GetPrefixLength()
	if bits < minPrefix || bits > maxPrefix {
		return start{}, driverdata.Bad("prefix length %d", bits)
	}
	prefix := netip.PrefixFrom(address, int(bits))
	// Private networks only: the provider must not shadow a host that the consumer wants to reach.
	if !privateNetwork(prefix) || !prefix.Contains(gateway) || address == gateway ||
		!isHost(address, prefix) || !isHost(gateway, prefix) {
		return start{}, driverdata.Bad("tunnel addresses %v and %v", prefix, gateway)
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
