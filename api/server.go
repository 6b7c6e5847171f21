// Package api is the local HTTP API of a node: what the command line, and later the web pages and the
// terminal interface, speak to.
//
// [Start] serves a [Node] on loopback. Every request passes a guard (Host, Origin, token, size) before a
// handler sees it, because every program and every web page on the machine can reach loopback. The
// token is in a 0600 file of the data directory, beside a file that tells the address. Requests,
// answers and problems are package wire's types; /openapi.json describes them. Long operations
// stream their progress as server-sent events and end when the client goes away.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
)

// DefaultAddr is where the API listens unless told otherwise.
const DefaultAddr = "127.0.0.1:4050"

const (
	readTimeout = 10 * time.Second // for a whole request
	// writeTimeout is for a whole answer; each event of a stream has its own of 5 s.
	writeTimeout = time.Minute
	idleTimeout  = 2 * time.Minute
	closeTimeout = 3 * time.Second
	maxHeader    = 16 << 10 // bytes
)

// Node is what the API needs of a node. Errors are those of package node. most is what a relayer may take.
type Node interface {
	Status(ctx context.Context) (node.Status, error)
	Proposals(ctx context.Context, filter market.Filter) ([]market.Signed, error)
	Connect(ctx context.Context, req node.ConnectRequest, progress func(node.Progress)) (node.Session, error)
	Disconnect(ctx context.Context, id string, progress func(node.Progress)) (node.Session, error)
	Sessions(ctx context.Context) ([]node.Session, error)
	Balance(ctx context.Context) (node.Balance, error)
	Register(ctx context.Context, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	Deposit(ctx context.Context, amount, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	Withdraw(ctx context.Context, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	Clear(ctx context.Context, most money.Amount, progress func(node.Progress)) ([]node.Payment, error)
	Unlock(ctx context.Context, req node.UnlockRequest, progress func(node.Progress)) (node.Payment, error)
	Reclaim(ctx context.Context, channel uint8, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	WithdrawDeposit(ctx context.Context, to identity.Address, amount, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	SetBeneficiary(ctx context.Context, beneficiary identity.Address, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	TopUp(ctx context.Context, id string, amount, most money.Amount, progress func(node.Progress)) (node.Payment, error)
	Quote(ctx context.Context, req node.QuoteRequest) (node.Quote, error)
	Ledger(ctx context.Context, filter node.LedgerFilter) ([]node.LedgerEntry, error)
	Earnings(ctx context.Context) ([]node.Earnings, error)
}

// Config says where and what to serve.
type Config struct {
	Node Node
	// DataDir holds the token and the address file; it must exist.
	DataDir string
	// Addr is host:port with a loopback address or "localhost"; empty is DefaultAddr, port 0 any free one.
	Addr string
	// Version is shown in the OpenAPI document; empty is "dev".
	Version string
	Logger  *slog.Logger // nil discards

	readTimeout time.Duration // zero is readTimeout; tests shorten it
}

// Server is a running API.
type Server struct {
	addr    string
	dir     string
	http    *http.Server
	cancel  context.CancelFunc
	closing context.Context // outlives the cancellation of requests
	served  chan struct{}   // closed when the accept loop has ended
	once    sync.Once
	err     error
}

// Start listens and serves until Close. ctx gives requests their values and, when it ends, cancels the
// running ones; a node that drains should pass one that outlives the draining.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.readTimeout == 0 {
		cfg.readTimeout = readTimeout
	}
	addr, err := loopback(cfg.Addr)
	if err != nil {
		return nil, err
	}
	token, err := loadToken(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("local API: %s is taken; is another node running? Choose another address with --api: %w", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("local API: %w", err)
	}
	bound, _ := listener.Addr().(*net.TCPAddr) // a TCP listener has no other
	requests, cancel := context.WithCancel(ctx)
	s := &Server{
		addr: bound.String(), dir: cfg.DataDir, cancel: cancel,
		closing: context.WithoutCancel(ctx), served: make(chan struct{}),
	}
	s.http = &http.Server{
		Handler:           newGuard(bound, token, newHandler(cfg.Node, cfg.Version)),
		ReadHeaderTimeout: cfg.readTimeout, ReadTimeout: cfg.readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
	}
	if err := writeFile(filepath.Join(cfg.DataDir, AddressFile), s.addr+"\n"); err != nil {
		cancel()
		return nil, errors.Join(err, listener.Close())
	}
	go func() {
		defer close(s.served)
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			cfg.Logger.Error("the local API has stopped", "err", err)
		}
	}()
	return s, nil
}

// Addr returns the host:port that the API listens at.
func (s *Server) Addr() string { return s.addr }

// Close stops listening, cancels the running requests and waits for them, at most a few seconds.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.err = os.Remove(filepath.Join(s.dir, AddressFile))
		s.cancel()
		ctx, cancel := context.WithTimeout(s.closing, closeTimeout)
		defer cancel()
		if err := s.http.Shutdown(ctx); err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("local API: requests did not end: %w", err), s.http.Close())
		}
		<-s.served
	})
	return s.err
}

// CheckAddr says what is wrong with an address to serve on: it must be host:port, on loopback.
func CheckAddr(addr string) error {
	_, err := loopback(addr)
	return err
}

// loopback refuses every address that another machine could reach.
func loopback(addr string) (netip.AddrPort, error) {
	if addr == "" {
		addr = DefaultAddr
	}
	host, port, err := net.SplitHostPort(addr)
	if err == nil && host == "localhost" {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	parsed, err := netip.ParseAddrPort(addr)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("local API: address %q: want host:port such as %s", addr, DefaultAddr)
	}
	if !parsed.Addr().Unmap().IsLoopback() {
		return netip.AddrPort{}, fmt.Errorf("local API: %s is not a loopback address; to use it from elsewhere, forward the port through ssh", addr)
	}
	return parsed, nil
}
