// Package payments is how a session is paid off chain: windows, bills, promises, checks, and the
// decision when to clear.
//
// A [Ledger] is one identity's book of what it promised and was promised. For every session it makes
// a [Payer] (consumer) or a [Collector] (provider), which talk over a [Conn] and steer a [Meter], the
// tunnel's counter and limit. A [Clearer] claims what was promised on chain. [PlanLock] chooses which
// of a consumer's six payment channels backs a session.
//
// # Window
//
// The window is the most service ever unpaid. The consumer pays for every half window; the provider's
// meter stops the traffic at a whole one. It starts at 8 MiB and doubles with each payment up to what
// [Window] allows. Time is paid for every 30 seconds and stops at 60 unpaid ones.
//
// # Bill
//
// A billed byte is counted inside the tunnel where it arrives: the provider reports what it received
// (up), the consumer what it received (down). Every payment names both totals and the session's
// time, and is enough if it reaches base + set-up charge + [money.Price.Due] of these figures. Base is
// what was promised in this channel's epoch before the session, because promises are cumulative per
// (provider, channel, epoch), not per session. Either side checks the other's figure against its own
// count of what it sent: at most 64 KiB above it. The consumer's is also at least 95 % of what was sent to it, on
// totals, where that bound is taken from what was sent five seconds before the report, because less may still be under
// way. A provider's limit grants at most 5 % of what it sent as lost, so a consumer that
// reports too little runs into the limit at once and is told the reason when the five seconds are over.
// A provider's figure has no lower bound: a smaller one is a smaller bill, and what a consumer sends while
// the provider's meter stops the traffic, such as acknowledgements, is dropped uncounted.
//
// # Loss
//
// The provider stores a promise durably before it raises the limit or acknowledges; the consumer
// stores it before it sends. What a session left unpaid is the consumer's debt: it takes its part of
// the next session's window until it is paid, and the window grows anew. A consumer pays a
// debt that its own book explains: what arrived and, of a session that was cut off, up to a window that the provider may
// have sent in vain: no larger than what was paid before allows, and no more of it before as much has arrived. Of what else there is, such as what was under way when a session ended well, the provider drops a
// little for each session that pays as much. Promises that did not arrive when their session was cut off
// count for it: on the same payment channel they are part of the next session's base, and from
// other channels the consumer shows its newest ones before it pays anything for a debt.
package payments

import (
	"context"
	"errors"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// Errors that end or refuse a session; callers map them to the session's typed reasons.
var (
	// ErrChannelBusy says that an open session uses this payment channel. Take another.
	ErrChannelBusy = errors.New("payment channel backs another open session")
	// ErrSetup says that a set-up charge is above 5 % of the lock.
	ErrSetup = errors.New("set-up charge is more than 5 % of the lock")
	// ErrOverbilled says that the provider billed more than was sent. It is not paid.
	ErrOverbilled = errors.New("provider billed more than was sent")
	// ErrMeter says that the peer reported more than was sent to it, or less than 95 % of it.
	ErrMeter = errors.New("meters of both ends disagree")
	// ErrUnpaid says that the consumer did not pay in time.
	ErrUnpaid = errors.New("service was not paid in time")
	// ErrDebt says that what the consumer owes from earlier sessions leaves it no window.
	ErrDebt = errors.New("debt of earlier sessions is not paid")
	// ErrExhausted says that what is left of the lock pays for no more.
	ErrExhausted = errors.New("lock is used up")
	// ErrNotLocked says that the chain does not show the lock that the session needs.
	ErrNotLocked = errors.New("no confirmed lock")
	// ErrUnlocking says that the consumer asked the chain to unlock what the session needs.
	ErrUnlocking = errors.New("an unlock is requested")
	// ErrChainStale says that the chain could not be read for three minutes.
	ErrChainStale = errors.New("chain could not be read for too long")
	// ErrTunnelDead says that six probes through the tunnel failed in a row.
	ErrTunnelDead = errors.New("tunnel does not answer")
	// ErrMessage says that the peer sent a payment message that is malformed or makes no sense.
	ErrMessage = errors.New("malformed payment message")
	// ErrFunds says that the deposit does not cover a lock.
	ErrFunds = errors.New("not enough deposit")
	// ErrNoChannel says that all six payment channels are in use.
	ErrNoChannel = errors.New("no free payment channel")
	// ErrClosed says that the payer, collector or clearer was closed.
	ErrClosed = errors.New("payments closed")
)

// Why a promise is refused. Any of these leaves the provider's books as they were.
var (
	ErrWrongProvider = errors.New("promise is for another provider")
	ErrWrongConsumer = errors.New("promise is by another consumer")
	ErrWrongChannel  = errors.New("promise is for another channel")
	ErrWrongEpoch    = errors.New("promise is for another epoch")
	ErrNotGrowing    = errors.New("promise is not larger than the newest one")
	ErrAboveLock     = errors.New("promise is above the lock")
	ErrTooLittle     = errors.New("promise is smaller than what is due")
)

// Conn carries payment messages of one session, both ways. It may lose messages but does not reorder
// or duplicate them. Receive returns io.EOF when the session is over.
type Conn interface {
	Send(ctx context.Context, kind uint32, body []byte) error
	Receive(ctx context.Context) (kind uint32, body []byte, err error)
}

// Meter is the part of a tunnel.Tunnel that payments steers.
type Meter interface {
	Counters() tunnel.Counters
	SetLimit(total uint64)
	SetAlarm(total uint64)
	Crossed() <-chan struct{}
}

// Channel is a payment channel's state on chain.
type Channel = chain.Channel

// Chain is the node's own view of the chain; nothing here believes a peer about it. chain.Payments is one.
type Chain interface {
	// Channel returns a payment channel as it was confirmations blocks below the newest.
	Channel(ctx context.Context, consumer identity.Address, id uint8, confirmations uint64) (Channel, error)
}

// Terms are what consumer and provider agreed on in the session's negotiation.
type Terms struct {
	Session     [16]byte
	Peer        identity.Address
	ServiceType string
	Country     string
	Price       money.Price
	// Setup is charged once, as soon as the lock is confirmed: at most 5 % of Lock.
	Setup money.Amount
	// Channel and Epoch name the payment channel that backs the session.
	Channel uint8
	Epoch   uint16
	// Lock is the total that must be confirmed as locked before the session starts.
	Lock money.Amount
	// Cap is the most that a consumer spends in this session; zero is all that is locked.
	Cap money.Amount
}

// Role is a side of a session.
type Role string

// The two sides.
const (
	Consumer Role = "consumer"
	Provider Role = "provider"
)

// Stats is a snapshot of one session's account.
type Stats struct {
	Sent, Received uint64        // inner bytes, by the own meter
	Billed         uint64        // bytes that the bill is about: received here plus received there
	Elapsed        time.Duration // billed time
	Due            money.Amount  // set-up charge included, debt of earlier sessions not
	Promised       money.Amount  // in this session
	Promises       uint64        // how many were sent or taken
	Window         uint64        // bytes
	Paused         bool          // time is not billed now
}

// Session is a row of the ledger: a session as this node accounts for it.
type Session struct {
	Terms
	Role           Role
	Started, Ended time.Time // Ended is zero while the session is open
	Reason         string    // why it ended
	Stats
}
