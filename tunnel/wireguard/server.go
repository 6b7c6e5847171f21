package wireguard

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"golang.zx2c4.com/wireguard/device"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
	"github.com/mysteriumnetwork/myst/tunnel/exit"
)

// Server is the provider's end in user space: one WireGuard device for all sessions, with a fresh key per
// process. Make one with NewServer.
type Server struct {
	front
	guard  *exit.Guard
	dial   func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) // guard's; tests wrap it
	bridge *bridge

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
	f, err := newFront(cfg)
	if err != nil {
		return nil, fmt.Errorf("wireguard server: %w", err)
	}
	guard := exit.NewGuard(exit.Config{Policy: f.cfg.Exit, Own: []netip.Addr{f.endpoint.Addr()}, Logger: f.log})
	return &Server{
		front:    f,
		guard:    guard,
		dial:     guard.Dial,
		bridge:   newBridge(f.cfg.MTU),
		sessions: make(map[netip.Addr]*session),
		keys:     make(map[[32]byte]struct{}),
		last:     f.gateway,
	}, nil
}

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
	return s.offer(), nil
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
