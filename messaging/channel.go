package messaging

import (
	"context"

	"github.com/mysteriumnetwork/myst/identity"
)

// Channel carries envelopes between inboxes. It is unreliable: it may lose, repeat, delay and
// reorder. Implementations are safe for concurrent use and pass messagingtest.TestChannel.
//
// Who makes a channel closes it; an endpoint does not.
type Channel interface {
	// Send puts one envelope into an inbox, at most once, and returns nil as soon as the recipient has
	// accepted it. Errors, at most MaxEnvelope being sent: ErrNoReceipt when ctx ended first; ErrUnreachable, at
	// once or at ctx's end, when it could not be delivered; ErrTooLarge; ErrClosed.
	Send(ctx context.Context, to Route, envelope []byte) error
	// Receive returns the next envelope that came for this end. Only an error ends it: ctx's or ErrClosed.
	Receive(ctx context.Context) (Delivery, error)
	// ReplyTo names an inbox, at most MaxReplyTo bytes, that only this end reads, also while other nodes
	// use the same identity. It stays the same until the channel is closed.
	ReplyTo() []byte
}

// Route is how a channel finds an inbox.
type Route struct {
	Identity identity.Address
	// Contact is a Peer's, or the Delivery's that is answered.
	Contact string
	// ReplyTo is what the recipient's Channel.ReplyTo named; empty is the inbox that all nodes of the
	// identity share.
	ReplyTo []byte
}

// Delivery is an envelope that a channel brought.
type Delivery struct {
	Envelope []byte // owned by the receiver
	// Contact is the way back: the Route.Contact for an answer.
	Contact string
	// Source names whom the channel holds for the sender, such as an authenticated connection;
	// decryptions are rationed by it. It proves nothing.
	Source string
	// Accept sends the receipt. Without a call the sender will try again.
	Accept func()
}
