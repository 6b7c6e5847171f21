package wireguard

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
)

// ServerConfig says how the provider's end listens and what its consumers may reach.
type ServerConfig struct {
	// Listen is the UDP address of the device. The zero value is 0.0.0.0:51820; port 0 takes a free
	// port.
	Listen netip.AddrPort
	// Endpoint is where consumers reach Listen. A zero address takes Listen's, which must then be
	// one that others can reach; port 0 takes the port that Listen got.
	Endpoint netip.AddrPort
	// Exit is what consumers may reach, and the address their traffic leaves from.
	Exit tunnel.ExitPolicy
	// Subnet holds the addresses inside the tunnels: the first is the gateway, every session gets
	// another. IPv4 only; the zero value is 10.182.0.0/16. Consumers do not reach each other through it.
	Subnet netip.Prefix
	// MTU is the largest inner packet in bytes; zero is 1420.
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

// Server is the provider's end: one WireGuard device for all sessions.
type Server struct{}

var _ tunnel.Server = (*Server)(nil)

// NewServer takes the UDP port, so that a port in use is noticed at the start; the device itself is
// made when the first session opens.
func NewServer(cfg ServerConfig) (*Server, error) {
	return nil, errors.New("not built yet")
}

// ServiceType implements tunnel.Server.
func (s *Server) ServiceType() string { return ServiceType }

// Offer implements tunnel.Server.
func (s *Server) Offer(request []byte) (offer []byte, err error) { return nil, tunnel.ErrClosed }

// Open implements tunnel.Server.
func (s *Server) Open(ctx context.Context, cfg tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	return nil, nil, tunnel.ErrClosed
}

// Close implements tunnel.Server.
func (s *Server) Close() error { return nil }
