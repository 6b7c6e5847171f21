package messaging

import (
	"errors"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

const (
	// MaxEnvelope bounds an envelope, in bytes.
	MaxEnvelope = 64 << 10
	// MaxBody bounds Message.Body, in bytes: what fits the largest padded size below MaxEnvelope
	// beside a signature and a fresh key.
	MaxBody = 30 << 10
	// MaxLifetime is how long after its sending a message may at most be accepted.
	MaxLifetime = 2 * time.Minute
	// MaxSkew is how far the clocks of two nodes may differ.
	MaxSkew = 2 * time.Minute
	// MaxDialogue is a dialogue's longest life; after it a new one is opened.
	MaxDialogue = 24 * time.Hour
	// MaxReplyTo bounds the name of a reply inbox, in bytes.
	MaxReplyTo = 64
)

var (
	// ErrClosed says that the endpoint, dialogue or channel was closed by this side.
	ErrClosed = errors.New("closed")
	// ErrExpired says that a dialogue is over: it is older than MaxDialogue, or the peer could not be
	// reached for as long as a message lives.
	ErrExpired = errors.New("dialogue expired")
	// ErrKey says that a peer's published messaging key is malformed or not valid now; fetch a newer one.
	ErrKey = errors.New("unusable messaging key")
	// ErrTooLarge says that a message's body is longer than MaxBody.
	ErrTooLarge = errors.New("message too large")
	// ErrNoReceipt says that a channel sent an envelope and heard of no acceptance. It
	// may have arrived all the same.
	ErrNoReceipt = errors.New("no receipt from the peer")
	// ErrUnreachable says that a channel cannot carry envelopes to the peer now: the broker is
	// out of reach, refuses the login, or does not know the inbox.
	ErrUnreachable = errors.New("peer not reachable")
)

// Message is what two ends exchange. Its meaning is the session's business.
type Message struct {
	Kind uint32
	Body []byte // at most MaxBody bytes
}

// Peer is whom to open a dialogue to.
type Peer struct {
	Identity identity.Address
	// Key is the body of the peer's newest KeyRecord, whose signature the caller has verified.
	Key []byte
	// Contact is where the peer's proposal says that it is reached, in the form of the channel:
	// for a broker see nats.Contact.
	Contact string
}
