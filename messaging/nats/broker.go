package nats

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// BrokerConfig is what a broker needs.
type BrokerConfig struct {
	ChainID uint64
	// Hub is the identity that clients name in their login.
	Hub identity.Address
	// Listen is host:port; port 0 takes a free one.
	Listen string
	// Certificate makes the broker speak TLS; nil is plain.
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
	ConnectionsPerIdentity int     // newest win (8)
	PendingBytes           int64   // not yet read by one connection (2 MiB)
	MessagesPerSecond      float64 // published by one identity, over 5 s (200)
	BytesPerSecond         float64 // likewise (4 MiB)
}

// Broker is an embedded NATS server that only registered identities may use, each for its own inbox.
type Broker struct{}

// StartBroker listens and serves until Close or until ctx ends.
func StartBroker(ctx context.Context, cfg BrokerConfig) (*Broker, error) { panic("not yet") }

// URL is where the broker listens, such as nats://127.0.0.1:4222 or tls://….
func (b *Broker) URL() string { panic("not yet") }

// Contact is the URL together with the hub's identity, as proposals name it.
func (b *Broker) Contact() Contact { panic("not yet") }

// Close disconnects everybody and waits.
func (b *Broker) Close() error { panic("not yet") }
