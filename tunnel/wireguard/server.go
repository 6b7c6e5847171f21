package wireguard

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.zx2c4.com/wireguard/device"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
	"github.com/mysteriumnetwork/myst/tunnel/exit"
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
	// another. Private IPv4; the zero value is 10.182.0.0/16. Consumers do not reach each other
	// through it.
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
	// UDPIdle ends a UDP flow that carried nothing for this long; zero is 60 s.
	UDPIdle time.Duration
	Logger  *slog.Logger // nil discards
}

// Server is the provider's end: one WireGuard device for all sessions, with a fresh key per
// process. Make one with NewServer.
type Server struct {
	cfg      ServerConfig
	key      *ecdh.PrivateKey
	guard    *exit.Guard
	bind     *bind
	bridge   *bridge
	endpoint netip.AddrPort
	gateway  netip.Addr
	log      *slog.Logger

	mu       sync.Mutex
	closed   bool
	device   *device.Device // nil until the first session
	sessions map[netip.Addr]*session
	keys     map[[32]byte]struct{} // of the sessions' peers
	last     netip.Addr            // the address given out last
}

var _ tunnel.Server = (*Server)(nil)

// NewServer takes the UDP port, so that a port in use is noticed at the start. The device itself is
// made when the first session opens: an idle provider needs no memory for it.
func NewServer(cfg ServerConfig) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("wireguard server: %w", err)
	}
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("wireguard server: %w", err)
	}
	socket, err := listen(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("wireguard server: %w", err)
	}
	endpoint := cfg.endpoint(socket.addr())
	if endpoint.Addr().IsUnspecified() {
		_ = socket.release() // unused
		return nil, errors.New("wireguard server: Endpoint must name an address, because Listen names none")
	}
	gateway := cfg.Subnet.Addr().Next()
	return &Server{
		cfg:      cfg,
		key:      key,
		guard:    exit.NewGuard(exit.Config{Policy: cfg.Exit, Own: []netip.Addr{endpoint.Addr()}}),
		bind:     socket,
		bridge:   newBridge(cfg.MTU),
		endpoint: endpoint,
		gateway:  gateway,
		log:      cfg.Logger,
		sessions: make(map[netip.Addr]*session),
		keys:     make(map[[32]byte]struct{}),
		last:     gateway,
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
func (s *Server) Addr() netip.AddrPort { return s.bind.addr() }

// ServiceType implements tunnel.Server.
func (s *Server) ServiceType() string { return ServiceType }

// Offer implements tunnel.Server.
func (s *Server) Offer(request []byte) ([]byte, error) {
	if _, err := decodeRequest(request, s.key); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, tunnel.ErrClosed
	}
	if len(s.sessions) >= s.cfg.MaxSessions {
		return nil, tunnel.ErrCapacity
	}
	return encodeOffer(offer{key: s.key.PublicKey(), endpoint: s.endpoint, mtu: s.cfg.MTU}), nil
}

// Open implements tunnel.Server. ctx lends its values to the session, not its end.
func (s *Server) Open(ctx context.Context, cfg tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	key, err := decodeRequest(cfg.Request, s.key)
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	t, err := s.open(ctx, cfg, [32]byte(key.Bytes()))
	if err != nil {
		return nil, nil, err
	}
	s.log.Debug("tunnel opened", "session", fmt.Sprintf("%x", cfg.ID))
	return t, encodeStart(start{address: t.address, gateway: s.gateway}), nil
}

func (s *Server) open(ctx context.Context, cfg tunnel.ServerSession, key [32]byte) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch _, taken := s.keys[key]; {
	case s.closed:
		return nil, tunnel.ErrClosed
	case taken:
		// Configuring the peer again would replace the other session's credential.
		return nil, driverdata.Bad("public key is in use by another session")
	case len(s.sessions) >= s.cfg.MaxSessions:
		return nil, tunnel.ErrCapacity
	}
	address, ok := s.freeAddress()
	if !ok {
		return nil, tunnel.ErrCapacity
	}
	if err := s.startDevice(); err != nil {
		return nil, err
	}
	t, err := newSession(ctx, s, cfg.ID, key, address)
	if err != nil {
		return nil, fmt.Errorf("open tunnel: %w", err)
	}
	s.sessions[address], s.keys[key] = t, struct{}{}
	s.bridge.attach(address, t.link)
	if err := s.device.IpcSet(peerConfig(key, cfg.Credential, netip.PrefixFrom(address, 32))); err != nil {
		// Not under the lock that shutdown takes; the caller never sees this session.
		go t.shutdown(tunnel.ErrClosed)
		return nil, fmt.Errorf("open tunnel: %w", err)
	}
	return t, nil
}

// freeAddress returns the next address that no session has, in turn, so that an address rests as
// long as it can before another consumer gets it.
func (s *Server) freeAddress() (netip.Addr, bool) {
	addr := s.last
	for range len(s.sessions) + 4 {
		addr = addr.Next()
		// The last address of the subnet is its broadcast address.
		if !s.cfg.Subnet.Contains(addr.Next()) {
			addr = s.gateway.Next()
		}
		if _, taken := s.sessions[addr]; !taken {
			s.last = addr
			return addr, true
		}
	}
	return netip.Addr{}, false
}

// startDevice makes the device, the first time.
func (s *Server) startDevice() error {
	if s.device != nil {
		return nil
	}
	dev, err := startDevice(s.bridge, s.bind, s.log, deviceConfig(s.key))
	if err != nil {
		return fmt.Errorf("start wireguard: %w", err)
	}
	s.device = dev
	return nil
}

// remove ends a session's part in the device.
func (s *Server) remove(t *session) {
	s.bridge.detach(t.address)
	s.mu.Lock()
	dev := s.device
	s.mu.Unlock()
	// Removing waits for the peer's goroutines; other sessions may open meanwhile.
	dev.RemovePeer(t.key)
}

// release frees what an ended session held.
func (s *Server) release(t *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, t.address)
	delete(s.keys, t.key)
}

// Close implements tunnel.Server.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	open := make([]*session, 0, len(s.sessions))
	for _, t := range s.sessions {
		open = append(open, t)
	}
	dev := s.device
	s.mu.Unlock()

	var ending sync.WaitGroup
	for _, t := range open {
		ending.Go(func() { t.shutdown(tunnel.ErrClosed) })
	}
	ending.Wait()
	if dev != nil {
		dev.Close()
		s.bridge.drain()
	}
	return s.bind.release()
}
