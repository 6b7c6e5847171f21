// Package hub is what a full node offers to others over HTTP: announcing and searching records, and a
// relayer, which may watch payment channels for providers.
//
// A [Server] holds no state of its own. A node that only relays serves the same API without records. Behind it are a [Directory], which decides about records, and a
// [relay.Relayer]; the broker is separate and only named in [Info]. Clients need no account: a
// record and an intent carry their authors' signatures, and everything else is public. The
// server bounds what anybody may send and how often, and answers errors as RFC 9457 problems. It
// sets no CORS headers, and wants content types that a web page cannot send unasked.
//
//	POST /v1/records                          a record's encoding, application/octet-stream
//	GET  /v1/records/{author}/{kind}/{slot}   the same, back
//	GET  /v1/proposals?service_type=…         [Offers] that match, cheapest first
//	POST /v1/relay                            a relay.Intent, answered by its relay.Ticket
//	GET  /v1/relay/quote                      what the relayer asks, a relay.Quote
//	GET  /v1/relay/{id}                       the ticket as it is now
//	POST /v1/watch                            a relay.Intent to clear a promise, held until an unlock is asked for
//	GET  /v1/info                             [Info]
//
// Sub-package client speaks to hubs.
package hub

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
)

const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second // for a whole request
	requestTimeout = 20 * time.Second // for working on it
	writeTimeout   = 30 * time.Second // from the header's end to the answer's
	idleTimeout    = 2 * time.Minute
	closeTimeout   = 5 * time.Second
	maxHeader      = 16 << 10 // bytes
	maxIntent      = 512 << 10
	maxWatched     = 16 << 10 // an intent with one promise and a quote
)

// Directory is the subset of [discovery.Directory] that a hub serves.
type Directory interface {
	Announce(ctx context.Context, raw []byte) error
	Search(ctx context.Context, filter market.Filter, cursor string, limit int) (discovery.Page, error)
	Record(ctx context.Context, author identity.Address, kind record.Kind, slot uint8) ([]byte, error)
}

// Watcher is the subset of [watcher.Watcher] that a hub serves.
type Watcher interface {
	Hold(ctx context.Context, in relay.Intent) error
}

// Limits bound what clients can use. A zero field takes the value in parentheses.
type Limits struct {
	Connections    int     // of all clients at once (1,024)
	ReadsPerSecond float64 // by one address, ten times as many at once (50)
	// WritesPerSecond is for records and intents, likewise, because each costs a check of signatures (10).
	WritesPerSecond float64
	// Clients is how many addresses are told apart; those beyond share one allowance (65,536).
	Clients int
}

// Config is what a server needs.
type Config struct {
	// Info is served as it is, with the relayer's part filled in.
	Info      Info
	Directory Directory     // nil: it keeps no records
	Relayer   relay.Relayer // nil: the hub does not relay
	Watcher   Watcher       // nil: it holds no promises
	TLS       *tls.Config   // nil serves plain HTTP; LoadTLS makes one
	Limits    Limits
	Clock     func() time.Time // nil is time.Now
	Logger    *slog.Logger     // nil discards
}

// Server serves a hub's API.
type Server struct {
	cfg    Config
	log    *slog.Logger
	mux    *http.ServeMux
	reads  *limiter
	writes *limiter
}

// New makes a server, which serves once its Handler or Run is used.
func New(cfg Config) (*Server, error) {
	if cfg.Directory == nil && cfg.Relayer == nil {
		return nil, errors.New("hub: a directory or a relayer is required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	limits := &cfg.Limits
	limits.Connections = cmp.Or(limits.Connections, 1024)
	limits.ReadsPerSecond = cmp.Or(limits.ReadsPerSecond, 50)
	limits.WritesPerSecond = cmp.Or(limits.WritesPerSecond, 10)
	limits.Clients = cmp.Or(limits.Clients, 1<<16)
	s := &Server{
		cfg: cfg, log: cfg.Logger, mux: http.NewServeMux(),
		reads:  newLimiter(limits.ReadsPerSecond, limits.Clients, cfg.Clock),
		writes: newLimiter(limits.WritesPerSecond, limits.Clients, cfg.Clock),
	}
	s.routes()
	return s, nil
}

// LoadTLS reads a certificate chain and its key from PEM files.
func LoadTLS(certFile, keyFile string) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("load TLS certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}

// Run serves on the listener, which it closes, until ctx ends; then it lets running requests finish, for
// five seconds at most. It returns nil after such an end.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	requests := context.WithoutCancel(ctx) // running requests may finish
	server := &http.Server{
		Handler: s.Handler(), TLSConfig: s.cfg.TLS,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // mostly broken handshakes
	}
	listener = netutil.LimitListener(listener, s.cfg.Limits.Connections)
	served := make(chan error, 1)
	go func() { // ends with Shutdown or Close below, or by itself when the listener breaks
		if s.cfg.TLS != nil {
			served <- server.ServeTLS(listener, "", "")
		} else {
			served <- server.Serve(listener)
		}
	}()
	select {
	case err := <-served:
		return fmt.Errorf("hub: serve: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(requests, closeTimeout)
	defer cancel()
	err := server.Shutdown(limited)
	if err != nil {
		err = errors.Join(fmt.Errorf("hub: requests cut off: %w", err), server.Close())
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("hub: serve: %w", ended))
	}
	return err
}
