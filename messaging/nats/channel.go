package nats

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// Config is what a channel needs.
type Config struct {
	ChainID uint64
	Signer  identity.Signer
	// Home are brokers to stay connected to. Others are dialled when a contact names them, and at most
	// 16 of those are kept.
	Home []Contact
	// Serve reads the identity's shared inbox at the home brokers: a provider's. Without it only answers to this
	// channel's own messages arrive.
	Serve bool
	// TLS configures connections to tls:// brokers, such as root certificates; nil is the system's.
	TLS    *tls.Config
	Clock  func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards
}

const (
	maxAway      = 16  // brokers that are not home
	maxBacklog   = 256 // envelopes received and not yet asked for
	replyToBytes = channelIDSize
)

// Channel is a node's connection to its brokers. It implements [messaging.Channel].
type Channel struct {
	cfg  Config
	self string // address as in subjects
	id   string // channel ID as in subjects

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	inbox  chan messaging.Delivery // subscriptions send; never closed

	mu      sync.Mutex
	closed  bool
	uplinks map[Contact]*uplink
	waiting map[string]chan error // by receipt token; capacity 1
}

var _ messaging.Channel = (*Channel)(nil)

// Health is the state of one broker connection.
type Health struct {
	Contact   Contact
	Home      bool
	Connected bool
	Detail    string // what is wrong and what is done about it; empty when connected
	Since     time.Time
}

// New makes a channel. It returns at once and connects in the background, again and again, until Close or
// until ctx ends.
func New(ctx context.Context, cfg Config) (*Channel, error) {
	if cfg.Signer == nil {
		return nil, errors.New("broker channel: a signer is required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	id := make([]byte, channelIDSize)
	_, _ = rand.Read(id) // never fails: it aborts the program instead
	c := &Channel{
		cfg: cfg, self: token(cfg.Signer.Address()), id: hex.EncodeToString(id),
		inbox:   make(chan messaging.Delivery, maxBacklog),
		uplinks: map[Contact]*uplink{}, waiting: map[string]chan error{},
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	for _, home := range cfg.Home {
		parsed, err := ParseContact(home.String())
		if err == nil {
			_, err = c.uplink(parsed, true)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("broker channel: %w", err), c.Close())
		}
	}
	return c, nil
}

// uplink returns the connection to a broker, and starts it when there is none.
func (c *Channel) uplink(contact Contact, home bool) (*uplink, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.ctx.Err() != nil {
		return nil, messaging.ErrClosed
	}
	now := c.cfg.Clock()
	if u := c.uplinks[contact]; u != nil {
		u.used(now)
		return u, nil
	}
	if !home {
		c.makeRoom()
	}
	u := newUplink(c, contact, home)
	u.used(now)
	c.uplinks[contact] = u
	c.group.Go(u.run)
	return u, nil
}

// makeRoom drops the broker away from home that was used longest ago, if there are too many.
func (c *Channel) makeRoom() {
	away, oldest := 0, (*uplink)(nil)
	for _, u := range c.uplinks {
		if u.home {
			continue
		}
		if away++; oldest == nil || u.lastUsed().Before(oldest.lastUsed()) {
			oldest = u
		}
	}
	if away >= maxAway {
		oldest.cancel()
		delete(c.uplinks, oldest.contact)
	}
}

// Send implements [messaging.Channel]. While the broker is not connected it waits.
func (c *Channel) Send(ctx context.Context, to messaging.Route, envelope []byte) error {
	if len(envelope) > messaging.MaxEnvelope {
		return fmt.Errorf("send %d bytes: %w", len(envelope), messaging.ErrTooLarge)
	}
	contact, err := ParseContact(to.Contact)
	if err != nil {
		return fmt.Errorf("%w: %w", messaging.ErrUnreachable, err)
	}
	reader := token(to.Identity)
	subject := inboxSubject(reader, c.self)
	if len(to.ReplyTo) > 0 {
		if len(to.ReplyTo) != replyToBytes {
			return fmt.Errorf("%w: reply inbox of %d bytes", messaging.ErrUnreachable, len(to.ReplyTo))
		}
		subject = replySubject(reader, hex.EncodeToString(to.ReplyTo), c.self)
	}
	u, err := c.uplink(contact, false)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	receipt := rand.Text()
	done := make(chan error, 1)
	c.await(receipt, done)
	defer c.await(receipt, nil)
	if err := u.publish(ctx, subject, receiptSubject(c.self, c.id, reader, receipt), envelope); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-c.ctx.Done():
		return fmt.Errorf("send: %w", messaging.ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", messaging.ErrNoReceipt, ctx.Err())
	}
}

// await registers who waits for a receipt; nil takes it off.
func (c *Channel) await(receipt string, done chan error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done == nil {
		delete(c.waiting, receipt)
		return
	}
	c.waiting[receipt] = done
}

// settle tells the Send that waits for a receipt how it ended.
func (c *Channel) settle(receipt string, result error) {
	c.mu.Lock()
	done := c.waiting[receipt]
	delete(c.waiting, receipt)
	c.mu.Unlock()
	if done != nil {
		done <- result // capacity 1, and only who deletes the entry sends
	}
}

// Receive implements [messaging.Channel].
func (c *Channel) Receive(ctx context.Context) (messaging.Delivery, error) {
	if c.ctx.Err() != nil {
		return messaging.Delivery{}, fmt.Errorf("receive: %w", messaging.ErrClosed)
	}
	select {
	case d := <-c.inbox:
		return d, nil
	case <-c.ctx.Done():
		return messaging.Delivery{}, fmt.Errorf("receive: %w", messaging.ErrClosed)
	case <-ctx.Done():
		return messaging.Delivery{}, fmt.Errorf("receive: %w", ctx.Err())
	}
}

// ReplyTo implements [messaging.Channel].
func (c *Channel) ReplyTo() []byte {
	id, err := hex.DecodeString(c.id)
	if err != nil {
		panic("nats: " + err.Error()) // New encoded it
	}
	return bytes.Clone(id)
}

// Health returns the state of every broker connection, home ones first.
func (c *Channel) Health() []Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Health
	for _, u := range c.uplinks {
		all = append(all, u.status())
	}
	slices.SortFunc(all, func(a, b Health) int {
		if a.Home != b.Home {
			if a.Home {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Contact.String(), b.Contact.String())
	})
	return all
}

// Retry makes every broker connection that waits for its next attempt try now, for instance because
// the identity has just been registered.
func (c *Channel) Retry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range c.uplinks {
		u.retry()
	}
}

// Close disconnects and waits.
func (c *Channel) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.group.Wait()
	return nil
}
