package wireguard

import (
	"crypto/ecdh"
	"net/netip"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
)

// dataVersion is the format of the driver data. Another version is ErrData.
const dataVersion = 1

// defaultMTU is the largest inner packet in bytes: the device adds 80 at most, which fits a path of 1500.
const defaultMTU = 1420

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

func encodeRequest(key *ecdh.PublicKey) []byte {
	return driverdata.Encode(&pb.WireguardRequest{Version: dataVersion, PublicKey: key.Bytes()})
}

// decodeRequest returns the consumer's public key. Own is the provider's key, with which it must
// give a usable secret: the few keys of low order would join every such tunnel with the same one.
func decodeRequest(data []byte, own *ecdh.PrivateKey) (*ecdh.PublicKey, error) {
	var msg pb.WireguardRequest
	if err := driverdata.Decode(data, &msg); err != nil {
		return nil, err
	}
	if err := driverdata.CheckVersion(msg.GetVersion(), dataVersion); err != nil {
		return nil, err
	}
	return parseKey(msg.GetPublicKey(), own)
}

func parseKey(raw []byte, own *ecdh.PrivateKey) (*ecdh.PublicKey, error) {
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, driverdata.Bad("public key: %w", err)
	}
	if key.Equal(own.PublicKey()) {
		return nil, driverdata.Bad("public key is our own")
	}
	if _, err := own.ECDH(key); err != nil {
		return nil, driverdata.Bad("public key: %w", err)
	}
	return key, nil
}

func encodeOffer(o offer) []byte {
	return driverdata.Encode(&pb.WireguardOffer{
		Version:   dataVersion,
		PublicKey: o.key.Bytes(),
		Address:   o.endpoint.Addr().AsSlice(),
		Port:      uint32(o.endpoint.Port()),
		Mtu:       uint32(o.mtu), //nolint:gosec // between driverdata.MinMTU and driverdata.MaxMTU
	})
}

func decodeOffer(data []byte, own *ecdh.PrivateKey) (offer, error) {
	var msg pb.WireguardOffer
	if err := driverdata.Decode(data, &msg); err != nil {
		return offer{}, err
	}
	if err := driverdata.CheckVersion(msg.GetVersion(), dataVersion); err != nil {
		return offer{}, err
	}
	key, err := parseKey(msg.GetPublicKey(), own)
	if err != nil {
		return offer{}, err
	}
	endpoint, err := driverdata.Endpoint(msg.GetAddress(), msg.GetPort())
	if err != nil {
		return offer{}, err
	}
	mtu, err := driverdata.MTU(msg.GetMtu())
	if err != nil {
		return offer{}, err
	}
	return offer{key: key, endpoint: endpoint, mtu: mtu}, nil
}

func encodeStart(s start) []byte {
	return driverdata.Encode(&pb.WireguardStart{Address: s.address.AsSlice(), Gateway: s.gateway.AsSlice()})
}

func decodeStart(data []byte) (start, error) {
	var msg pb.WireguardStart
	if err := driverdata.Decode(data, &msg); err != nil {
		return start{}, err
	}
	address, ok := netip.AddrFromSlice(msg.GetAddress())
	gateway, ok2 := netip.AddrFromSlice(msg.GetGateway())
	if !ok || !ok2 || !address.Is4() || !gateway.Is4() {
		return start{}, driverdata.Bad("tunnel addresses are not IPv4")
	}
	// Private addresses only: the provider must not shadow a host that the consumer wants to reach.
	if !address.IsPrivate() || !gateway.IsPrivate() || address == gateway {
		return start{}, driverdata.Bad("tunnel addresses %v and %v", address, gateway)
	}
	return start{address: address, gateway: gateway}, nil
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
