package nats

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"

	"github.com/mysteriumnetwork/myst/messaging"
)

const (
	connectTime = 5 * time.Second // to connect, and again to log in
	firstPause  = 100 * time.Millisecond
	longPause   = 2 * time.Second
	// refusedPause is the longest pause while the broker refuses the login: the likely reason, a registration
	// that it has not seen yet, goes away by itself.
	refusedPause  = 2 * time.Second
	clientPing    = 20 * time.Second
	maxQueueBytes = 16 << 20
)

// uplink keeps one broker connected. run alone connects.
type uplink struct {
	c       *Channel
	contact Contact
	home    bool
	ctx     context.Context
	cancel  context.CancelFunc
	poke    chan struct{} // capacity 1

	mu     sync.Mutex
	conn   *natsgo.Conn  // nil while disconnected
	up     chan struct{} // closed while connected
	health Health
	use    time.Time
}

func newUplink(c *Channel, contact Contact, home bool) *uplink {
	u := &uplink{
		c: c, contact: contact, home: home, poke: make(chan struct{}, 1), up: make(chan struct{}),
		health: Health{Contact: contact, Home: home, Detail: "connecting", Since: c.cfg.Clock()},
	}
	u.ctx, u.cancel = context.WithCancel(c.ctx)
	return u
}

// run connects again and again until the uplink is cancelled.
func (u *uplink) run() {
	defer u.cancel()
	pause := firstPause
	for u.ctx.Err() == nil {
		began := time.Now()
		refused := false
		conn, gone, err := u.connect()
		if err == nil {
			u.connected(conn)
			select {
			case <-gone:
			case <-u.ctx.Done():
			}
			err = conn.LastError()
			conn.Close()
			<-gone
			if err == nil {
				err = errors.New("the broker closed the connection")
			}
		} else {
			refused = errors.Is(err, natsgo.ErrAuthorization)
		}
		u.disconnected(err, refused)
		if time.Since(began) > longPause {
			pause = firstPause
		}
		u.wait(pause/2 + rand.N(pause)) //nolint:gosec // jitter needs no secrecy
		if pause *= 2; refused {
			pause = min(pause, refusedPause)
		}
		pause = min(pause, longPause)
	}
}

func (u *uplink) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-u.poke:
	case <-u.ctx.Done():
	}
}

func (u *uplink) retry() {
	select {
	case u.poke <- struct{}{}:
	default: // it will try anyway
	}
}

// connect logs in and subscribes. gone is closed once the connection has ended.
func (u *uplink) connect() (conn *natsgo.Conn, gone <-chan struct{}, err error) {
	closed := make(chan struct{})
	l := login{chainID: u.c.cfg.ChainID, hub: u.contact.Hub}
	options := []natsgo.Option{
		natsgo.Name(u.c.id),
		natsgo.Nkey(u.c.cfg.Signer.Address().String(), func(nonce []byte) ([]byte, error) {
			l.nonce, l.expires = nonce, u.c.cfg.Clock().Add(loginLifetime).Truncate(time.Millisecond)
			return l.proof(u.c.cfg.Signer)
		}),
		u.tls(&l),
		natsgo.SetCustomDialer(dialer{u.ctx}), natsgo.SkipHostLookup(), natsgo.IgnoreDiscoveredServers(),
		natsgo.NoReconnect(), natsgo.NoEcho(), natsgo.Timeout(connectTime),
		natsgo.PingInterval(clientPing), natsgo.MaxPingsOutstanding(2),
		natsgo.ClosedHandler(func(*natsgo.Conn) { close(closed) }),
		natsgo.ErrorHandler(func(_ *natsgo.Conn, _ *natsgo.Subscription, err error) {
			u.c.cfg.Logger.Debug("broker connection", "broker", u.contact.URL, "error", err)
		}),
	}
	if conn, err = natsgo.Connect(u.contact.URL, options...); err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	if err = u.subscribe(conn); err != nil {
		conn.Close()
		<-closed
		return nil, nil, fmt.Errorf("subscribe: %w", err)
	}
	return conn, closed, nil
}

// tls makes the connection's login name the key that the broker shows.
func (u *uplink) tls(l *login) natsgo.Option {
	config := &tls.Config{}
	if u.c.cfg.TLS != nil {
		config = u.c.cfg.TLS.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS13)
	verify := config.VerifyConnection
	config.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("the broker shows no certificate")
		}
		l.tlsKey = keyHash(s.PeerCertificates[0])
		if verify != nil {
			return verify(s)
		}
		return nil
	}
	return func(o *natsgo.Options) error {
		o.TLSConfig = config
		o.Secure = strings.HasPrefix(u.contact.URL, "tls://")
		return nil
	}
}

// subscribe asks for what is addressed to this channel, and returns once the broker has agreed.
func (u *uplink) subscribe(conn *natsgo.Conn) error {
	inbox, reply, receipts := subscriptions(u.c.self, u.c.id)
	subjects := map[string]natsgo.MsgHandler{reply: u.deliver, receipts: u.receipt}
	if u.home && u.c.cfg.Serve {
		subjects[inbox] = u.deliver
	}
	for subject, handler := range subjects {
		s, err := conn.Subscribe(subject, handler)
		if err != nil {
			return err
		}
		if err := s.SetPendingLimits(4*maxBacklog, maxQueueBytes); err != nil {
			return err
		}
	}
	return conn.FlushTimeout(connectTime)
}

// deliver queues an envelope. When there is no room it is lost, and its sender will try again.
func (u *uplink) deliver(m *natsgo.Msg) {
	writer := m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]
	if len(m.Data) > messaging.MaxEnvelope {
		return
	}
	u.used(u.c.cfg.Clock())
	answer := ""
	if isReceiptFor(m.Reply, writer, u.c.self) {
		answer = m.Reply
	}
	d := messaging.Delivery{
		Envelope: m.Data, Contact: u.contact.String(), Source: u.contact.URL + " " + writer,
		Accept: func() {
			if answer != "" {
				// A receipt that is lost, here or later, is asked for again.
				_ = u.answer(answer)
			}
		},
	}
	select {
	case u.c.inbox <- d:
	default:
	}
}

// receipt tells the Send that waits for it. The broker answers in the recipient's place, with status
// 503, when nobody reads the inbox.
func (u *uplink) receipt(m *natsgo.Msg) {
	var result error
	if m.Header.Get("Status") == "503" {
		result = fmt.Errorf("nobody reads the inbox at %s: %w", u.contact.URL, messaging.ErrUnreachable)
	}
	u.c.settle(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:], result)
}

// publish waits for the connection and hands it an envelope.
func (u *uplink) publish(ctx context.Context, subject, reply string, envelope []byte) error {
	conn, err := u.connection(ctx)
	if err != nil {
		return err
	}
	if err := conn.PublishRequest(subject, reply, envelope); err != nil {
		return fmt.Errorf("%w: broker %s: %w", messaging.ErrUnreachable, u.contact.URL, err)
	}
	return nil
}

func (u *uplink) answer(subject string) error {
	u.mu.Lock()
	conn := u.conn
	u.mu.Unlock()
	if conn == nil {
		return messaging.ErrUnreachable
	}
	return conn.Publish(subject, nil)
}

// connection waits until the broker is connected.
func (u *uplink) connection(ctx context.Context) (*natsgo.Conn, error) {
	for {
		u.mu.Lock()
		conn, up, detail := u.conn, u.up, u.health.Detail
		u.mu.Unlock()
		if conn != nil {
			return conn, nil
		}
		select {
		case <-up:
		case <-u.c.ctx.Done():
			return nil, fmt.Errorf("send: %w", messaging.ErrClosed)
		case <-u.ctx.Done():
			return nil, fmt.Errorf("%w: broker %s was given up for others", messaging.ErrUnreachable, u.contact.URL)
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: broker %s: %s: %w", messaging.ErrUnreachable, u.contact.URL, detail, ctx.Err())
		}
	}
}

func (u *uplink) connected(conn *natsgo.Conn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.conn = conn
	close(u.up)
	u.health.Connected, u.health.Detail, u.health.Since = true, "", u.c.cfg.Clock()
	u.c.cfg.Logger.Info("connected to broker", "broker", u.contact.URL)
}

func (u *uplink) disconnected(err error, refused bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn != nil {
		u.conn, u.up = nil, make(chan struct{})
		u.health.Since = u.c.cfg.Clock()
		if u.ctx.Err() == nil {
			u.c.cfg.Logger.Warn("lost the broker; reconnecting", "broker", u.contact.URL, "error", err)
		}
	}
	u.health.Connected = false
	u.health.Detail = "out of reach, trying again: " + err.Error()
	if refused {
		u.health.Detail = "refuses the login, trying again: is " + u.c.cfg.Signer.Address().String() +
			" registered yet, and this computer's clock right?"
	}
}

func (u *uplink) status() Health {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.health
}

func (u *uplink) used(now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.use = now
}

func (u *uplink) lastUsed() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.use
}

// dialer ties connections to a context, which ends them also in the middle of the login.
type dialer struct{ ctx context.Context }

// Dial implements nats.CustomDialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(d.ctx, connectTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	bound := &boundConn{Conn: conn}
	bound.release = context.AfterFunc(d.ctx, func() { _ = conn.Close() }) // the reader notices
	return bound, nil
}

type boundConn struct {
	net.Conn
	release func() bool
}

// Close closes the connection and lets go of the context.
func (c *boundConn) Close() error {
	c.release()
	return c.Conn.Close()
}
