package session

import (
	"fmt"

	"github.com/mysteriumnetwork/myst/money"
)

// Reason says why a session was refused or ended. Only the code travels.
type Reason uint32

// Why a session is refused.
const (
	NoReason           Reason = iota
	NotRegistered             // the consumer's identity is not registered
	UnknownProposal           // the proposal is unknown, or was changed more than ten minutes ago
	PriceTooLow               // the provider asks for more
	CannotPay                 // no lock and no deposit for one, or debts
	NoCapacity                // too many sessions
	Policy                    // the operator does not serve this request
	UnsupportedVersion        // of the negotiation, the service or the driver data
	ShuttingDown              // the node is draining
	ChannelBusy               // the payment channel backs another open session; take another
	Internal                  // the peer's fault, whatever it is
	Released                  // the provider has released the payment channel in this epoch; unlock it, and lock anew
	LockTooSmall              // a new lock that is not worth what it costs to put it on chain and to clear it
)

// Why a payment channel is not released, beside ChannelBusy, ChainLost and some of the above.
const (
	Clearing Reason = iota + 50 // what was promised, or the lock, is not confirmed on chain yet; ask again
	InDebt                      // something of earlier sessions is not paid
	NotHeld                     // the channel is not this provider's in that epoch
	NotWorth                    // what is promised and not cleared does not pay for its clearing
)

// Why a session ends.
const (
	Finished      Reason = iota + 100 // the side that ended it wanted no more
	TunnelFailed                      // the tunnel did not come up, or died
	LockFailed                        // the lock did not get on chain
	TimedOut                          // a step took too long
	PeerLost                          // the payment channel was silent for too long
	Unpaid                            // the consumer did not pay
	Overbilled                        // the provider billed more than was sent
	MeterMismatch                     // the meters of both ends disagree
	LockExhausted                     // the lock is used up
	UnlockStarted                     // the consumer asked the chain to unlock
	ChainLost                         // the chain cannot be read
	BadMessage                        // the peer sent something malformed or unexpected
	CapReached                        // a spending cap of the consumer's is used up
)

var reasonNames = map[Reason]string{
	NoReason: "no reason", NotRegistered: "not registered", UnknownProposal: "unknown or changed proposal",
	PriceTooLow: "price too low", CannotPay: "cannot pay", NoCapacity: "no capacity", Policy: "policy",
	UnsupportedVersion: "unsupported version", ShuttingDown: "shutting down", ChannelBusy: "channel busy",
	Internal: "internal error", Released: "payment channel released", Clearing: "not cleared and confirmed yet", InDebt: "in debt",
	NotHeld: "payment channel not held", NotWorth: "not worth its clearing", Finished: "finished", TunnelFailed: "tunnel failed", LockFailed: "lock failed",
	TimedOut: "timed out", PeerLost: "payment channel lost", Unpaid: "unpaid", Overbilled: "overbilled",
	MeterMismatch: "meters disagree", LockExhausted: "lock used up", UnlockStarted: "unlock started",
	ChainLost: "chain cannot be read", BadMessage: "malformed message",
	LockTooSmall: "lock too small", CapReached: "spending cap used up",
}

// String returns the reason in words.
func (r Reason) String() string {
	if name, ok := reasonNames[r]; ok {
		return name
	}
	return fmt.Sprintf("reason %d", uint32(r))
}

// Refusal is the error of a request that the provider does not grant.
type Refusal struct {
	Reason Reason
	// LeastLock is, of LockTooSmall, the total that the lock must be.
	LeastLock money.Amount
	// Err is why, for the refusing node's own log. It does not travel.
	Err error
}

// Refuse makes a refusal.
func Refuse(reason Reason, err error) *Refusal { return &Refusal{Reason: reason, Err: err} }

// Error implements error.
func (r *Refusal) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("refused: %s: %v", r.Reason, r.Err)
	}
	return "refused: " + r.Reason.String()
}

// Unwrap returns Err.
func (r *Refusal) Unwrap() error { return r.Err }

// EndError is the error of calls on a session that has ended.
type EndError struct {
	Reason Reason
	ByPeer bool
}

// Error implements error.
func (e *EndError) Error() string {
	by := "this node"
	if e.ByPeer {
		by = "the peer"
	}
	return fmt.Sprintf("session ended by %s: %s", by, e.Reason)
}
