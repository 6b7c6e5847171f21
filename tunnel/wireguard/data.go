package wireguard

import (
	"crypto/ecdh"
	"fmt"
	"net/netip"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// dataVersion is the format of the driver data. Another version is ErrData.
const dataVersion = 1

// Bounds of an inner packet, in bytes. Every IPv4 host takes 576; the device below adds 80 at most,
// and one packet must fit one datagram.
const (
	minMTU     = 576
	defaultMTU = 1420
	maxMTU     = 9000
)

// offer is what the provider tells before it has been paid.
type offer struct {
	key      *ecdh.PublicKey
	endpoint netip.AddrPort
	mtu      int
}

// start is what the consumer needs besides.
type start struct {
	address, gateway netip.Addr
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

func encodeRequest(key *ecdh.PublicKey) []byte {
	return encode(&pb.WireguardRequest{Version: dataVersion, PublicKey: key.Bytes()})
}

// decodeRequest returns the consumer's public key. Own is the provider's key, with which it must
// give a usable secret: the few keys of low order would join every such tunnel with the same one.
func decodeRequest(data []byte, own *ecdh.PrivateKey) (*ecdh.PublicKey, error) {
	var msg pb.WireguardRequest
	if err := decode(data, &msg); err != nil {
		return nil, err
	}
	if msg.GetVersion() != dataVersion {
		return nil, badData("version %d, this program speaks %d", msg.GetVersion(), dataVersion)
	}
	return parseKey(msg.GetPublicKey(), own)
}

func parseKey(raw []byte, own *ecdh.PrivateKey) (*ecdh.PublicKey, error) {
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, badData("public key: %w", err)
	}
	if key.Equal(own.PublicKey()) {
		return nil, badData("public key is our own")
	}
	if _, err := own.ECDH(key); err != nil {
		return nil, badData("public key: %w", err)
	}
	return key, nil
}

func encodeOffer(o offer) []byte {
	return encode(&pb.WireguardOffer{
		Version:   dataVersion,
		PublicKey: o.key.Bytes(),
		Address:   o.endpoint.Addr().AsSlice(),
		Port:      uint32(o.endpoint.Port()),
		Mtu:       uint32(o.mtu), //nolint:gosec // between minMTU and maxMTU
	})
}

func decodeOffer(data []byte, own *ecdh.PrivateKey) (offer, error) {
	var msg pb.WireguardOffer
	if err := decode(data, &msg); err != nil {
		return offer{}, err
	}
	if msg.GetVersion() != dataVersion {
		return offer{}, badData("version %d, this program speaks %d", msg.GetVersion(), dataVersion)
	}
	key, err := parseKey(msg.GetPublicKey(), own)
	if err != nil {
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
	mtu := msg.GetMtu()
	if mtu < minMTU || mtu > maxMTU {
		return offer{}, badData("packet size %d", mtu)
	}
	return offer{key: key, endpoint: netip.AddrPortFrom(addr, uint16(port)), mtu: int(mtu)}, nil
}

func encodeStart(s start) []byte {
	return encode(&pb.WireguardStart{Address: s.address.AsSlice(), Gateway: s.gateway.AsSlice()})
}

func decodeStart(data []byte) (start, error) {
	var msg pb.WireguardStart
	if err := decode(data, &msg); err != nil {
		return start{}, err
	}
	address, ok := netip.AddrFromSlice(msg.GetAddress())
	gateway, ok2 := netip.AddrFromSlice(msg.GetGateway())
	if !ok || !ok2 || !address.Is4() || !gateway.Is4() {
		return start{}, badData("tunnel addresses are not IPv4")
	}
	// Private addresses only: the provider must not shadow a host that the consumer wants to reach.
	if !address.IsPrivate() || !gateway.IsPrivate() || address == gateway {
		return start{}, badData("tunnel addresses %v and %v", address, gateway)
	}
	return start{address: address, gateway: gateway}, nil
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
