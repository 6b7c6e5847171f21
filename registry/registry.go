// Package registry answers "is this identity registered, and what is its public key" from the
// node's own copy of the chain.
//
// An [Indexer] is the handler of a [chain.Follower] on the registry contract: it stores every
// registration whose public key hashes to the registered address, and takes it back when its
// block is reorganised away. A [Registry] looks up what was stored; it needs no chain, and answers
// offline what was true when the chain was last seen.
package registry

import (
	"context"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/store"
)

// Registry looks up registered identities. Its methods are safe for concurrent use.
type Registry struct {
	db *store.DB
}

// New returns the registry kept in a node database.
func New(db *store.DB) *Registry { return &Registry{db: db} }

// PublicKey returns the public key of a registered identity, and whether it is registered.
func (r *Registry) PublicKey(ctx context.Context, who identity.Address) (key identity.PublicKey, registered bool, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		var stored [64]byte
		stored, _, registered, err = tx.Identity(who)
		key = stored
		return err
	})
	return key, registered, err
}

// Registered tells whether an identity is registered.
func (r *Registry) Registered(ctx context.Context, who identity.Address) (bool, error) {
	_, registered, err := r.PublicKey(ctx, who)
	return registered, err
}

// Count returns how many identities are registered.
func (r *Registry) Count(ctx context.Context) (n uint64, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		n, err = tx.CountIdentities()
		return err
	})
	return n, err
}
