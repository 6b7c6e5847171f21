// Package discovery brings proposals from providers to consumers.
//
// A provider's [Announcer] signs its messaging key and its proposals, sends the records to every
// [Target], renews them and withdraws them when it stops. A full node keeps what it is sent in a
// [Directory], its copy of the network's records, after checking them; it is both a Target
// and a [Source]. A consumer's [Finder] asks sources, its own directory or remote hubs, unites their
// answers, and verifies every record itself: a source can withhold, but not invent or alter.
//
// The rules are those of docs/wire.md, "Records".
package discovery

import (
	"context"
	"errors"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
)

// Reasons to refuse or not to find a record, besides those of package record and
// [identity.ErrSignature].
var (
	// ErrStale says that the slot holds a record that beats this one.
	ErrStale = errors.New("a newer record is held")
	// ErrParked says that the author is not registered as far as is known here. The record is
	// kept for some minutes and stored if the author's registration appears.
	ErrParked = errors.New("its author is not registered yet ('myst identity register'); it waits for that")
	// ErrBond says that the author's deposit is below what announcing asks for.
	ErrBond = errors.New("announcing takes a deposit as large as the network's bond ('myst deposit')")
	// ErrTooSoon says that the slot was updated too often.
	ErrTooSoon = errors.New("slot was updated too often; at most once a minute")
	// ErrUnknownProposal says that a renewal names a proposal that is not held.
	ErrUnknownProposal = errors.New("no such proposal to renew")
	// ErrFull says that there is no space for another record.
	ErrFull = errors.New("directory is full")
	// ErrNotFound says that a slot holds nothing.
	ErrNotFound = errors.New("no such record")
	// ErrUnavailable says that something needed for an answer cannot be reached now.
	ErrUnavailable = errors.New("discovery is not available")
	// ErrKey says that no source has the messaging key that a proposal names. The provider may just have
	// announced another: find the proposal again.
	ErrKey = errors.New("messaging key of the proposal not found")
)

// Target is where records are announced. [Directory] is one; a hub's client has others.
type Target interface {
	// Announce hands over the encoding of a record. Announcing what is already held does nothing. Errors
	// are those of [Directory.Announce].
	Announce(ctx context.Context, raw []byte) error
	// Name says in status and logs which target this is; without credentials.
	Name() string
}

// Offer is a proposal as bytes that nobody has verified yet; [market.Parse] does.
type Offer struct {
	Record  []byte
	Renewal []byte // nil when there is none
}

// Source is where records are looked up. What it returns need not be true.
type Source interface {
	// Offers returns up to limit proposals that match, cheapest first.
	Offers(ctx context.Context, filter market.Filter, limit int) ([]Offer, error)
	// Record returns the encoding of the record in a slot, or ErrNotFound.
	Record(ctx context.Context, author identity.Address, kind record.Kind, slot uint8) ([]byte, error)
}

var (
	_ Target = (*Directory)(nil)
	_ Source = (*Directory)(nil)
)
