package wireguard

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
)

// ServerConfig says how the provider's end listens and what its consumers may reach.
type ServerConfig struct {
	// Listen is the UDP address of the device. A zero address is 0.0.0.0, port 0 takes a free one;
	// the zero value is 0.0.0.0:51820. A host with several addresses should name the one that
	// consumers reach, so that answers leave from it.
	Listen netip.AddrPort
	// Endpoint is where consumers reach Listen. A zero address takes Listen's, which must then be
	// one that others can reach; port 0 takes the port that Listen got.
	Endpoint netip.AddrPort
	// Exit is what consumers may reach, and the address their traffic leaves from.
	Exit tunnel.ExitPolicy
	// Subnet holds the addresses inside the tunnels: the first is the gateway, every session gets
	// another. Private IPv4; the zero value is 10.182.0.0/16, and with a TUN device a /16 that the host does
	// not use. Consumers do not reach each other through it.
	Subnet netip.Prefix
	// MTU is the largest inner packet in bytes, from 576 to 9,000; zero is 1420.
	MTU int
	// MaxSessions bounds the tunnels open at once; zero is 250.
	MaxSessions int
	// Resolver answers the consumers' DNS queries; nil is the host's.
	Resolver dns.Resolver
	// FirstUse is how long a new tunnel waits for the consumer's first packet before it ends; zero
	// is 60 s.
	FirstUse time.Duration
	// UDPIdle ends a UDP flow that carried nothing for this long; zero is 60 s. With a TUN device the kernel
	// has its own time for that.
	UDPIdle time.Duration
	Logger  *slog.Logger // nil discards
}

// front is what consumers see of a provider's end, with or without a TUN device: its key and its UDP port.
type front struct {
	cfg      ServerConfig
	key      *ecdh.PrivateKey
	bind     *bind
	endpoint netip.AddrPort
	gateway  netip.Addr
	log      *slog.Logger
}

// newFront takes the UDP port, and makes the key.
func newFront(cfg ServerConfig) (front, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return front{}, err
	}
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return front{}, err
	}
	socket, err := listen(cfg.Listen)
	if err != nil {
		return front{}, err
	}
	endpoint := cfg.endpoint(socket.addr())
	if endpoint.Addr().IsUnspecified() {
		_ = socket.release()                                                                   // unused
		return front{}, errors.New("Endpoint must name an address, because Listen names none") //nolint:staticcheck // a field's name
	}
	return front{
		cfg: cfg, key: key, bind: socket, endpoint: endpoint, gateway: cfg.Subnet.Addr().Next(), log: cfg.Logger,
	}, nil
}

func (cfg ServerConfig) withDefaults() (ServerConfig, error) {
	if cfg.Listen == (netip.AddrPort{}) {
		cfg.Listen = netip.AddrPortFrom(netip.IPv4Unspecified(), 51820)
	}
	if !cfg.Listen.Addr().IsValid() {
		cfg.Listen = netip.AddrPortFrom(netip.IPv4Unspecified(), cfg.Listen.Port())
	}
	if !cfg.Subnet.IsValid() {
		cfg.Subnet = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 182, 0, 0}), 16)
	}
	cfg.Subnet = cfg.Subnet.Masked()
	if !cfg.Subnet.Addr().Is4() || !cfg.Subnet.Addr().IsPrivate() || cfg.Subnet.Bits() > 29 {
		return cfg, fmt.Errorf("subnet %v is not private IPv4 with room for sessions", cfg.Subnet)
	}
	if cfg.MTU == 0 {
		cfg.MTU = defaultMTU
	}
	if cfg.MTU < driverdata.MinMTU || cfg.MTU > driverdata.MaxMTU {
		return cfg, fmt.Errorf("MTU %d is not between %d and %d", cfg.MTU, driverdata.MinMTU, driverdata.MaxMTU)
	}
	if cfg.MaxSessions == 0 {
		cfg.MaxSessions = 250
	}
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	if cfg.FirstUse == 0 {
		cfg.FirstUse = time.Minute
	}
	if cfg.UDPIdle == 0 {
		cfg.UDPIdle = time.Minute
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}

// endpoint is what to tell consumers, given where the socket listens.
func (cfg ServerConfig) endpoint(listening netip.AddrPort) netip.AddrPort {
	addr, port := cfg.Endpoint.Addr(), cfg.Endpoint.Port()
	if !addr.IsValid() {
		addr = listening.Addr()
	}
	if port == 0 {
		port = listening.Port()
	}
	return netip.AddrPortFrom(addr, port)
}

// Addr is the UDP address that the device listens on.
func (f *front) Addr() netip.AddrPort { return f.bind.addr() }

// ServiceType implements tunnel.Server.
func (f *front) ServiceType() string { return ServiceType }

// offer is what a consumer is told before it has paid.
func (f *front) offer() []byte {
	return encodeOffer(offer{key: f.key.PublicKey(), endpoint: f.endpoint, mtu: f.cfg.MTU})
}
