// Package chain reaches an Ethereum chain by JSON-RPC, and never believes that it is there.
//
// A [Network] is what a network file says: chain ID, endpoints, contracts, hubs. A [Client] talks to
// the endpoints, one after the other when they fail; it starts without any and tells what is wrong in
// [Client.Health]. [Payments] reads the payments contract. A [Follower] copies a contract's logs
// into the node database and takes them back when blocks are reorganised away. An [Outbox] sends
// transactions so that each takes effect once, whatever crashes in between.
//
// Block numbers count from genesis; a block has n confirmations when n blocks are on top of it.
// Sub-package dev is a test chain.
package chain

import (
	"errors"
	"time"
)

// Errors that callers branch on.
var (
	// ErrUnavailable says that no endpoint answers now; trying again later may help.
	ErrUnavailable = errors.New("chain is not reachable")
	// ErrWrongChain says that an endpoint serves another chain than the network file names.
	ErrWrongChain = errors.New("endpoint is of another chain")
	// ErrNoContract says that there is no contract at the address in the network file.
	ErrNoContract = errors.New("no contract at this address")
	// ErrReverted says that a call would fail, or a transaction did; see [RevertError].
	ErrReverted = errors.New("reverted by the contract")
	// ErrUnknown says that there is no such transaction in the outbox.
	ErrUnknown = errors.New("no such transaction")
)

// MaxHeadAge is how old the newest header may be before a chain counts as unhealthy.
const MaxHeadAge = 3 * time.Minute

// Head is the newest block that an endpoint knows.
type Head struct {
	Number uint64
	Hash   [32]byte
	Time   time.Time
}

// Health is how the chain is, in words for a human.
type Health struct {
	Healthy  bool
	Endpoint string // scheme and host only: paths of RPC providers hold secrets
	Head     Head   // the newest seen; zero when none was
	Detail   string // "block 123, 2 s old", or what is wrong
}

// RevertError is a call that the contract refuses. It matches ErrReverted.
type RevertError struct {
	// Reason is the revert string or the name of the contract's error, as far as it can be told.
	Reason string
	// Data is what the contract returned: a selector and arguments. May be empty.
	Data []byte
}

// Error implements error.
func (e *RevertError) Error() string { return ErrReverted.Error() + ": " + e.Reason }

// Is makes errors.Is(err, ErrReverted) true.
func (e *RevertError) Is(target error) bool { return target == ErrReverted }
