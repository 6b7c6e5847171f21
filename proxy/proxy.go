// Package proxy lets applications use a tunnel without knowing of it: a local SOCKS5 port.
package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"
)

// Dialer makes the connections that clients ask for. A host name in address arrives as the client
// gave it: the proxy resolves nothing. A tunnel.Dialer is one.
type Dialer interface {
	// DialContext takes "tcp" or "udp" and "host:port".
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Config says where and how the proxy listens.
type Config struct {
	// Addr is "host:port"; the host is an IP address. Empty is 127.0.0.1 and a free port.
	Addr string
	// AllowRemote permits an address that is not loopback. There is no authentication: whoever
	// reaches the port uses the tunnel, at the owner's expense.
	AllowRemote bool
	// MaxConns bounds the clients served at once; zero is 1,024. More wait to be accepted.
	MaxConns int
	// HandshakeTimeout bounds the time from accepting a client to its complete request; zero is 10 s.
	HandshakeTimeout time.Duration
	// DialTimeout bounds a connection's set-up through the tunnel; zero is 30 s.
	DialTimeout time.Duration
	Logger      *slog.Logger // nil discards
}

// ErrNotLoopback says that Config.Addr would let other hosts in without Config.AllowRemote.
var ErrNotLoopback = errors.New("proxy address is not loopback")

// Server is a running proxy.
type Server struct{}

// ListenSOCKS5 starts a proxy that dials through d until Close.
func ListenSOCKS5(cfg Config, d Dialer) (*Server, error) { return nil, ErrNotLoopback }

// Addr is where clients connect.
func (s *Server) Addr() net.Addr { return nil }

// Close stops listening, ends every connection and waits. A second Close is harmless.
func (s *Server) Close() error { return nil }
