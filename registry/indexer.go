package registry

import (
	"log/slog"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/store"
)

// Topic is the first topic of the registry contract's Registered events, the only ones that an
// [Indexer] needs.
func Topic() common.Hash {
	return contracts.NewRegistry().GetABI().Events[contracts.RegistryRegisteredEventName].ID
}

// Indexer stores registrations in the node database.
type Indexer struct {
	binding *contracts.Registry
	log     *slog.Logger
}

var _ chain.Handler = (*Indexer)(nil)

// NewIndexer makes an indexer. A nil logger discards.
func NewIndexer(logger *slog.Logger) *Indexer {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Indexer{binding: contracts.NewRegistry(), log: logger}
}

// Apply implements chain.Handler. An event that no honest contract emits is skipped: a chain endpoint
// that lies must not stop the copy.
func (i *Indexer) Apply(tx *store.Tx, log types.Log) error {
	event, err := i.binding.UnpackRegisteredEvent(&log)
	if err != nil {
		i.log.Warn("unreadable registration skipped", "block", log.BlockNumber, "transaction", log.TxHash, "error", err)
		return nil
	}
	var key identity.PublicKey
	copy(key[:32], event.X[:])
	copy(key[32:], event.Y[:])
	if key.Address() != identity.Address(event.Identity) {
		i.log.Warn("registration with another identity's key skipped", "block", log.BlockNumber, "identity", event.Identity)
		return nil
	}
	return tx.PutIdentity(event.Identity, key, log.BlockNumber)
}

// Rollback implements chain.Handler.
func (i *Indexer) Rollback(tx *store.Tx, block uint64) error { return tx.RemoveIdentitiesAbove(block) }
