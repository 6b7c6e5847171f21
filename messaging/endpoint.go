package messaging

import (
	"context"
	"log/slog"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// Config is what an endpoint needs.
type Config struct {
	// Domain is the network; every signature is bound to it.
	Domain identity.Domain
	// Signer is this end's identity.
	Signer identity.Signer
	// Registered says whether an identity is registered. Nothing is accepted from one that is not. It is
	// asked for every new dialogue, so it should answer from local data.
	Registered func(context.Context, identity.Address) (bool, error)
	Channel    Channel
	// Keyring holds the keys that this end published; nil makes an end that opens and never accepts.
	Keyring *Keyring
	Clock   func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil discards
	Limits  Limits
}

// Limits bound what peers can make an endpoint spend. A zero field takes the value in parentheses.
type Limits struct {
	// Pending is how many first flights may await their third (1,024), PendingPerPeer how many of one
	// identity (16).
	Pending, PendingPerPeer int
	// PendingTime is how long a first flight may await its third (2 minutes).
	PendingTime time.Duration
	// Dialogues is how many may be open (4,096).
	Dialogues int
	// Queue is how many received messages a dialogue holds for Receive (32). While it is full nothing is
	// accepted, and the peer waits.
	Queue int
	// Remembered is how many first flights are remembered against replay (65,536); when it is full new
	// ones are refused.
	Remembered int
	// Rate is how many envelopes of one source are decrypted a second (20), with bursts of Burst (60);
	// TotalRate bounds all sources together (500).
	Rate, TotalRate float64
	Burst           int
}

// Endpoint is one identity's end of all its dialogues.
type Endpoint struct{ cfg Config }

// NewEndpoint starts an endpoint. It ends when ctx does, or by Close.
func NewEndpoint(ctx context.Context, cfg Config) (*Endpoint, error) { panic("not yet") }

// Open sends flight 1 and waits for flight 2, until ctx ends. Errors: ErrKey, ErrTooLarge, ErrClosed, and
// what the channel last said when ctx ended.
func (e *Endpoint) Open(ctx context.Context, to Peer, request Message) (*Opening, error) {
	panic("not yet")
}

// Accept returns the next verified first flight.
func (e *Endpoint) Accept(ctx context.Context) (*Incoming, error) { panic("not yet") }

// Close ends every dialogue and waits for the endpoint's goroutines.
func (e *Endpoint) Close() error { panic("not yet") }

// Opening is a dialogue that this end opened and the peer answered.
type Opening struct{}

// Reply is flight 2.
func (o *Opening) Reply() Message { panic("not yet") }

// Confirm sends flight 3 and returns the dialogue once the peer has it.
func (o *Opening) Confirm(ctx context.Context, start Message) (*Dialogue, error) { panic("not yet") }

// Close forgets the opening when it will not be confirmed. After Confirm it does nothing.
func (o *Opening) Close() {}

// Incoming is a verified first flight. It may be a replay of the peer's (never twice within its lifetime), so
// spend nothing scarce on it before Await returns.
type Incoming struct{}

// Peer is the identity that signed the first flight.
func (in *Incoming) Peer() identity.Address { panic("not yet") }

// Message is the request.
func (in *Incoming) Message() Message { panic("not yet") }

// Reply sends flight 2 and returns once the peer has it.
func (in *Incoming) Reply(ctx context.Context, m Message) error { panic("not yet") }

// Await waits for flight 3.
func (in *Incoming) Await(ctx context.Context) (*Dialogue, Message, error) { panic("not yet") }

// Close forgets the request, for instance after a refusal. After Await it does nothing.
func (in *Incoming) Close() {}

// Dialogue is an ordered conversation with one peer.
type Dialogue struct{}

// Peer is the identity at the other end.
func (d *Dialogue) Peer() identity.Address { panic("not yet") }

// Send returns once the peer has accepted the message.
func (d *Dialogue) Send(ctx context.Context, m Message) error { panic("not yet") }

// Receive returns the peer's next message.
func (d *Dialogue) Receive(ctx context.Context) (Message, error) { panic("not yet") }

// Export derives a secret that both ends know.
func (d *Dialogue) Export(label string) [32]byte { panic("not yet") }

// Close ends this end of the dialogue.
func (d *Dialogue) Close() error { panic("not yet") }
