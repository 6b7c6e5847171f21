// Package session negotiates the use of a service over a dialogue and keeps the session alive until
// either side ends it.
//
// The consumer [Open]s with a [Request] (flight 1) and gets an [Offer] or a [*Refusal] (flight 2).
// [Offer.Start] sends the lock or names an existing one (flight 3) and gives a [Session]. The provider
// [Accept]s a request and gets the same Session from its end. From then on:
//
//	provider: Progress …, Started        the lock is submitted, confirms, the tunnel is open
//	consumer: AwaitStarted, Confirm      the tunnel is up, or is not
//	both:     Payments, End              payment messages pass through; either side ends
//
// Both ends run the same state machine. Every step has a deadline; a step that does not come ends
// the session with a typed [Reason] on both sides. Each end sends a heartbeat when it has been quiet; if
// nothing at all arrives for a minute, the payment channel counts as lost and the session ends.
// Nothing that a provider has little of is allocated before flight 3, and no text from a peer is
// ever shown: reasons are codes.
package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Version is the negotiation's version; a provider refuses others.
const Version = 1

// MaxData bounds driver data, in bytes.
const MaxData = 4096

// ID names a session: 16 random bytes, chosen by the provider.
type ID [16]byte

// String returns 32 hexadecimal digits.
func (id ID) String() string { return fmt.Sprintf("%x", id[:]) }

// Errors beside [*Refusal] and [*EndError].
var (
	// ErrMessage says that the peer sent something malformed.
	ErrMessage = errors.New("malformed session message")
	// ErrState says that a call does not fit the state that the session is in.
	ErrState = errors.New("session is in another state")
)

// Request is what the consumer asks for.
type Request struct {
	// Proposal is the hash of the signed proposal.
	Proposal [32]byte
	// Correlation is chosen by the consumer, so that both ends' logs can be matched; zero takes a
	// random one.
	Correlation [16]byte
	ServiceType string
	// Price and Setup are what the consumer read in the proposal and agrees to.
	Price money.Price
	Setup money.Amount
	// Data is the driver's request.
	Data []byte
	// Channel and Epoch name the payment channel that the consumer intends to use; Lock is the total that
	// will be locked in it, and Locked says that this lock is on chain already.
	Channel uint8
	Epoch   uint16
	Lock    money.Amount
	Locked  bool
	// Previous is the consumer's last session on that channel, which is over even if the provider was not told, as when
	// the consumer's node was killed; zero is none that it knows of.
	Previous ID
	// Peer is who asks; set by Accept from the dialogue, ignored when sending.
	Peer identity.Address
}

// Acceptance is a provider's answer to a request that it wants to serve.
type Acceptance struct {
	// Data is the driver's offer.
	Data []byte
}

// Config says how long steps may take.
type Config struct {
	// Answer is how long either side waits for the other's next flight; zero is 20 s.
	Answer time.Duration
	// Lock is how long a lock may take from flight 3 to the tunnel being open; zero is 5 minutes.
	Lock time.Duration
	// Confirm is how long the consumer's tunnel may take to come up; zero is 60 s.
	Confirm time.Duration
	// Heartbeat is after how much silence one sends; zero is 15 s.
	Heartbeat time.Duration
	// Silence is after how long without any message the session ends; zero is 75 s: a minute beyond the
	// last heartbeat.
	Silence time.Duration
	Logger  *slog.Logger // nil discards
}

// State is how far a session is.
type State uint8

// The states, in order; a session only moves forward.
const (
	Starting   State = iota // flight 3 is through; the provider sees to the lock and opens its tunnel
	Connecting              // the provider's tunnel is open; the consumer's comes up
	Active                  // the consumer confirmed
	Ended
)

// Stage is what the provider is doing while a session is Starting.
type Stage uint8

// The stages of a start.
const (
	StageSubmitted  Stage = iota + 1 // the lock's transaction is sent
	StageConfirming                  // it is mined and confirms
)

// Progress is news about a start.
type Progress struct {
	Stage         Stage
	Confirmations uint64
	Needed        uint64
}

// Start is what flight 3 says: a signed lock to be put on chain, or nil when it is there already.
// The bytes are those of intent's encoding, which session does not read.
type Start struct {
	SignedLock []byte
}

// Decide looks at a request. An error that is a *Refusal is sent as it is, any other as [Internal].
type Decide func(ctx context.Context, id ID, r Request) (Acceptance, error)
