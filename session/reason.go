package session

import "fmt"

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
	LockExhausted                     // the lock, or the consumer's cap, is used up
	UnlockStarted                     // the consumer asked the chain to unlock
	ChainLost                         // the chain cannot be read
	BadMessage                        // the peer sent something malformed or unexpected
)

var reasonNames = map[Reason]string{
	NoReason: "no reason", NotRegistered: "not registered", UnknownProposal: "unknown or changed proposal",
	PriceTooLow: "price too low", CannotPay: "cannot pay", NoCapacity: "no capacity", Policy: "policy",
	UnsupportedVersion: "unsupported version", ShuttingDown: "shutting down", ChannelBusy: "channel busy",
	Internal: "internal error", Finished: "finished", TunnelFailed: "tunnel failed", LockFailed: "lock failed",
	TimedOut: "timed out", PeerLost: "payment channel lost", Unpaid: "unpaid", Overbilled: "overbilled",
	MeterMismatch: "meters disagree", LockExhausted: "lock used up", UnlockStarted: "unlock started",
	ChainLost: "chain cannot be read", BadMessage: "malformed message",
}

// String returns the reason in words.
func (r Reason) String() string {
	if name, ok := reasonNames[r]; ok {
		return name
	}
	return fmt.Sprintf("reason %d", uint32(r))
}

// Refusal is the error of a request that the provider does not serve.
type Refusal struct {
	Reason Reason
	// Err is why, for the refusing node's own log. It does not travel.
	Err error
}

// Refuse makes a refusal.
func Refuse(reason Reason, err error) *Refusal { return &Refusal{Reason: reason, Err: err} }

// Error implements error.
func (r *Refusal) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("session refused: %s: %v", r.Reason, r.Err)
	}
	return "session refused: " + r.Reason.String()
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
