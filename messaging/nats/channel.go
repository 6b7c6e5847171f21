package nats

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// Contact is a broker: where it is and whose. Its text form, used in proposals, is the URL with the hub's
// identity as user: nats://0x…@hub.example:4222, or tls://… .
type Contact struct {
	Hub identity.Address
	URL string // nats://host:port or tls://host:port
}

// ParseContact reads the text form.
func ParseContact(s string) (Contact, error) { panic("not yet") }

// String is the text form.
func (c Contact) String() string { panic("not yet") }

// Config is what a channel needs.
type Config struct {
	ChainID uint64
	Signer  identity.Signer
	// Home are brokers to stay connected to. Others are dialled when a contact names them.
	Home []Contact
	// Serve reads the identity's shared inbox at the home brokers: a provider's. Without it only answers to this
	// channel's own messages arrive.
	Serve bool
	// TLS configures connections to tls:// brokers, such as root certificates; nil is the system's.
	TLS    *tls.Config
	Clock  func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards
}

// Channel is a node's connection to its brokers.
type Channel struct{}

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
func New(ctx context.Context, cfg Config) (*Channel, error) { panic("not yet") }

// Send implements [messaging.Channel].
func (c *Channel) Send(ctx context.Context, to messaging.Route, envelope []byte) error {
	panic("not yet")
}

// Receive implements [messaging.Channel].
func (c *Channel) Receive(ctx context.Context) (messaging.Delivery, error) { panic("not yet") }

// ReplyTo implements [messaging.Channel].
func (c *Channel) ReplyTo() []byte { panic("not yet") }

// Health returns the state of every broker connection, home ones first.
func (c *Channel) Health() []Health { panic("not yet") }

// Close disconnects and waits.
func (c *Channel) Close() error { panic("not yet") }
