package nats

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// BrokerConfig is what a broker needs.
type BrokerConfig struct {
	ChainID uint64
	// Hub is the identity that clients name in their login.
	Hub identity.Address
	// Listen is host:port; port 0 takes a free one.
	Listen string
	// Certificate makes the broker speak TLS only; nil is plain.
	Certificate *tls.Certificate
	// Registered says whether an identity may log in.
	Registered func(context.Context, identity.Address) (bool, error)
	Clock      func() time.Time // nil is time.Now
	Logger     *slog.Logger     // nil discards
	Quotas     Quotas
}

// Quotas bound what one client can use. A zero field takes the value in parentheses.
type Quotas struct {
	Connections            int     // of all (4,096)
	ConnectionsPerIdentity int     // the newest win (8)
	PendingBytes           int64   // sent to one connection and not yet read by it (4 MiB)
	MessagesPerSecond      float64 // published by one identity, receipts included, on average over 5 s (2,000)
	BytesPerSecond         float64 // likewise (8 MiB)
}

func (q Quotas) withDefaults() Quotas {
	setDefault(&q.Connections, 4096)
	setDefault(&q.ConnectionsPerIdentity, 8)
	setDefault(&q.PendingBytes, 4<<20)
	setDefault(&q.MessagesPerSecond, 2000)
	setDefault(&q.BytesPerSecond, 8<<20)
	return q
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

const (
	subscriptionsPerConnection = 8
	loginTime                  = 5 * time.Second // from connecting to having logged in
	lookupTime                 = 4 * time.Second
	pingInterval               = 30 * time.Second
)

// Broker is an embedded NATS server that only registered identities may use, each for its own inbox.
type Broker struct {
	cfg    BrokerConfig
	server *server.Server
	addr   string
	tlsKey [32]byte
	police *police

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	once   sync.Once
}

// BrokerStats are counts: Connections now, the others since the start.
type BrokerStats struct {
	Connections                  int
	Logins, Refused, Disciplined uint64
}

// StartBroker listens and serves until Close or until ctx ends.
func StartBroker(ctx context.Context, cfg BrokerConfig) (*Broker, error) {
	if cfg.Registered == nil {
		return nil, errors.New("start broker: a registration check is required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Quotas = cfg.Quotas.withDefaults()
	b := &Broker{cfg: cfg}
	options, err := b.options()
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	if b.server, err = server.NewServer(options); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	b.police = newPolice(b.server, cfg)
	b.ctx, b.cancel = context.WithCancel(ctx)
	logger := &brokerLog{logger: cfg.Logger}
	b.server.SetLoggerV2(logger, false, false, false)
	b.server.Start()
	if fatal := logger.failure(); fatal != nil || !b.server.ReadyForConnections(loginTime) {
		b.cancel()
		b.server.Shutdown()
		b.server.WaitForShutdown()
		if fatal == nil {
			fatal = errors.New("not ready for connections")
		}
		return nil, fmt.Errorf("start broker on %s: %w", cfg.Listen, fatal)
	}
	b.addr = b.server.Addr().String()
	b.group.Add(1)
	go b.run()
	return b, nil
}

// run enforces the quotas, and takes the server down when the context ends.
func (b *Broker) run() {
	defer b.group.Done()
	b.police.patrol(b.ctx)
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

func (b *Broker) options() (*server.Options, error) {
	host, portText, err := net.SplitHostPort(b.cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w", b.cfg.Listen, err)
	}
	o := &server.Options{
		ServerName: b.cfg.Hub.String(), Host: host, Port: int(port),
		NoSigs: true, NoSystemAccount: true,
		AlwaysEnableNonce: true, CustomClientAuthentication: b, AuthTimeout: loginTime.Seconds(),
		MaxConn: b.cfg.Quotas.Connections, MaxSubs: subscriptionsPerConnection, MaxSubTokens: 8,
		MaxPayload: messaging.MaxEnvelope, MaxPending: b.cfg.Quotas.PendingBytes, MaxControlLine: 2048,
		PingInterval: pingInterval, MaxPingsOut: 2, WriteDeadline: 5 * time.Second,
		MaxClosedClients: 1,
	}
	if port == 0 {
		o.Port = server.RANDOM_PORT
	}
	if c := b.cfg.Certificate; c != nil {
		leaf := c.Leaf
		if leaf == nil {
			if len(c.Certificate) == 0 {
				return nil, errors.New("TLS certificate is empty")
			}
			if leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
				return nil, fmt.Errorf("TLS certificate: %w", err)
			}
		}
		b.tlsKey = keyHash(leaf)
		o.TLS, o.TLSTimeout = true, loginTime.Seconds()
		o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*c}, MinVersion: tls.VersionTLS13}
	}
	return o, nil
}

// Check implements server.Authentication: it lets a registered identity in that has signed this
// connection's nonce, and confines it to its own subjects.
func (b *Broker) Check(c server.ClientAuthentication) bool {
	who, channel, err := b.authenticate(c)
	if err == nil {
		err = b.police.admit(who, c.GetID())
	}
	if err != nil {
		b.police.refused.Add(1)
		b.cfg.Logger.Debug("broker login refused", "identity", who, "connection", c.GetID(), "reason", err)
		return false
	}
	self := token(who)
	inbox, reply, receipts := subscriptions(self, channel)
	c.RegisterUser(&server.User{Username: self, Permissions: &server.Permissions{
		Subscribe: &server.SubjectPermission{Allow: []string{inbox, reply, receipts}},
		Publish:   &server.SubjectPermission{Allow: publications(self)},
	}})
	b.police.logins.Add(1)
	return true
}

func (b *Broker) authenticate(c server.ClientAuthentication) (who identity.Address, channel string, err error) {
	if c.Kind() != server.CLIENT {
		return who, "", errors.New("not a client connection")
	}
	o := c.GetOpts()
	if who, err = identity.ParseAddress(o.Nkey); err != nil {
		return who, "", fmt.Errorf("nkey: %w", err)
	}
	if !isChannelID(o.Name) {
		return who, "", errors.New("name is not a channel ID")
	}
	proof, err := base64.RawURLEncoding.DecodeString(o.Sig)
	if err != nil {
		return who, "", fmt.Errorf("sig: %w", err)
	}
	l := login{chainID: b.cfg.ChainID, hub: b.cfg.Hub, nonce: c.GetNonce()}
	if c.GetTLSConnectionState() != nil {
		l.tlsKey = b.tlsKey
	}
	if err := l.check(who, proof, b.cfg.Clock()); err != nil {
		return who, "", err
	}
	ctx, cancel := context.WithTimeout(b.ctx, lookupTime)
	defer cancel()
	ok, err := b.cfg.Registered(ctx, who)
	if err != nil {
		return who, "", fmt.Errorf("look up registration: %w", err)
	}
	if !ok {
		return who, "", errors.New("identity is not registered")
	}
	return who, o.Name, nil
}

// Addr is where the broker listens, host:port.
func (b *Broker) Addr() string { return b.addr }

// URL is where the broker listens, such as nats://127.0.0.1:4222 or tls://….
func (b *Broker) URL() string {
	if b.cfg.Certificate != nil {
		return "tls://" + b.Addr()
	}
	return "nats://" + b.Addr()
}

// Contact is the URL together with the hub's identity, as proposals name it.
func (b *Broker) Contact() Contact { return Contact{Hub: b.cfg.Hub, URL: b.URL()} }

// Stats returns the counters.
func (b *Broker) Stats() BrokerStats {
	return BrokerStats{
		Connections: b.server.NumClients(), Logins: b.police.logins.Load(),
		Refused: b.police.refused.Load(), Disciplined: b.police.disciplined.Load(),
	}
}

// Close disconnects everybody and waits.
func (b *Broker) Close() error {
	b.once.Do(b.cancel)
	b.group.Wait()
	return nil
}

// brokerLog sends what the server says to debug: its connections are not the hub's events.
type brokerLog struct {
	logger *slog.Logger
	mu     sync.Mutex
	fatal  error
}

var _ server.Logger = (*brokerLog)(nil)

// Noticef and the others implement server.Logger.
func (l *brokerLog) Noticef(format string, v ...any) { l.debug(format, v) }
func (l *brokerLog) Warnf(format string, v ...any)   { l.debug(format, v) }
func (l *brokerLog) Errorf(format string, v ...any)  { l.debug(format, v) }
func (l *brokerLog) Debugf(format string, v ...any)  { l.debug(format, v) }
func (l *brokerLog) Tracef(format string, v ...any)  { l.debug(format, v) }

// Fatalf keeps what ends the server: the default would end the program.
func (l *brokerLog) Fatalf(format string, v ...any) {
	l.debug(format, v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = fmt.Errorf(format, v...)
}

func (l *brokerLog) debug(format string, v []any) {
	l.logger.Debug("broker: " + fmt.Sprintf(format, v...))
}

func (l *brokerLog) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}
