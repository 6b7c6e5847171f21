// Package proxy lets applications use a tunnel without knowing of it: a local port that speaks
// SOCKS5 (RFC 1928: CONNECT and UDP ASSOCIATE, no authentication) and HTTP CONNECT (RFC 9110,
// section 9.3.6), told apart by the first byte.
//
// A [Server] hands every destination to its [Dialer] just as the client named it. It never looks a
// name up, so that no query leaves the host beside the tunnel; clients that resolve names themselves
// are told apart by the address that they ask for (curl: socks5h:// leaves names to the proxy).
//
// There is no authentication, therefore the port listens on loopback unless told otherwise. Clients
// are not trusted: what they send before a connection stands is bounded in size and time, and their
// number is bounded.
package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Dialer makes the connections that clients ask for. A host name in address arrives as the client
// gave it: the proxy resolves nothing. A tunnel.Dialer is one.
type Dialer interface {
	// DialContext takes "tcp" or "udp" and "host:port".
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// DialFunc is a function that is a Dialer.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

var _ Dialer = DialFunc(nil)

// DialContext implements Dialer.
func (f DialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
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
	// UDPIdle ends a UDP flow that carried nothing for this long; zero is 60 s.
	UDPIdle time.Duration
	Logger  *slog.Logger // nil discards. Destinations are never logged.
}

// ErrNotLoopback says that Config.Addr would let other hosts in without Config.AllowRemote.
var ErrNotLoopback = errors.New("proxy address is not loopback")

// Server is a running proxy. Make one with ListenSOCKS5.
type Server struct {
	cfg      Config
	dialer   Dialer
	listener net.Listener
	ctx      context.Context // of every client
	cancel   context.CancelFunc
	slots    chan struct{}

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
	tasks  sync.WaitGroup
}

// ListenSOCKS5 starts a proxy that dials through d. It runs until Close, or until ctx ends; Close
// is needed in either case, to wait for the end.
func ListenSOCKS5(ctx context.Context, cfg Config, d Dialer) (*Server, error) {
	cfg = cfg.withDefaults()
	addr, err := netip.ParseAddrPort(cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("proxy address %q: want an IP address and a port: %w", cfg.Addr, err)
	}
	if !addr.Addr().Unmap().IsLoopback() && !cfg.AllowRemote {
		return nil, fmt.Errorf("%w: %v", ErrNotLoopback, addr)
	}
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("listen for proxy clients: %w", err)
	}
	s := &Server{
		cfg:      cfg,
		dialer:   d,
		listener: listener,
		slots:    make(chan struct{}, cfg.MaxConns),
		conns:    make(map[net.Conn]struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	context.AfterFunc(s.ctx, s.shut)
	s.tasks.Go(s.accept)
	return s, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.MaxConns == 0 {
		cfg.MaxConns = 1024
	}
	if cfg.HandshakeTimeout == 0 {
		cfg.HandshakeTimeout = 10 * time.Second
	}
	if cfg.DialTimeout == 0 {
		cfg.DialTimeout = 30 * time.Second
	}
	if cfg.UDPIdle == 0 {
		cfg.UDPIdle = time.Minute
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg
}

// Addr is where clients connect.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close stops listening, ends every connection and waits. A second Close is harmless.
func (s *Server) Close() error {
	s.cancel()
	s.shut()
	s.tasks.Wait()
	return nil
}

// shut makes every goroutine of the server return.
func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	_ = s.listener.Close()
	for conn := range s.conns {
		_ = conn.Close()
	}
}

// accept serves clients until the listener is closed.
func (s *Server) accept() {
	for {
		select {
		case s.slots <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		conn, err := s.listener.Accept()
		if err != nil {
			<-s.slots
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Such as too many open files: others must close some first.
			s.cfg.Logger.Warn("accept proxy client", "error", err)
			select {
			case <-time.After(100 * time.Millisecond):
			case <-s.ctx.Done():
				return
			}
			continue
		}
		s.tasks.Go(func() {
			defer func() { <-s.slots }()
			if s.track(conn) {
				s.serve(conn)
			}
			s.drop(conn)
		})
	}
}

// track makes shut close conn; false when the server is closed.
func (s *Server) track(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.conns[conn] = struct{}{}
	}
	return !s.closed
}

// drop closes conn.
func (s *Server) drop(conn net.Conn) {
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
	_ = conn.Close()
}

// maxHead bounds what a client sends before its connection stands, in bytes.
const maxHead = 8 << 10

func (s *Server) serve(conn net.Conn) {
	if err := conn.SetDeadline(time.Now().Add(s.cfg.HandshakeTimeout)); err != nil {
		return
	}
	client := bufio.NewReaderSize(conn, maxHead)
	first, err := client.Peek(1)
	if err != nil {
		return
	}
	if first[0] == socksVersion {
		err = s.serveSOCKS(conn, client)
	} else {
		err = s.serveHTTP(conn, client)
	}
	if err != nil {
		s.cfg.Logger.Debug("proxy client", "error", err)
	}
}

// dialFor connects to what the client of conn named. Its request is complete: a name that is looked up in vain takes
// longer than a request may, and the client is told of it all the same.
func (s *Server) dialFor(conn net.Conn, address string) (net.Conn, error) {
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	return s.dial(s.ctx, "tcp", address)
}

// dial connects to what a client named.
func (s *Server) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DialTimeout)
	defer cancel()
	return s.dialer.DialContext(ctx, network, address)
}
