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

// followerName is the cursor's row in the node database.
const followerName = "registry"

// Indexer copies the registry contract's events into the node database.
type Indexer struct {
	event common.Hash // the topic of registrations
	log   *slog.Logger
}

var _ chain.Handler = (*Indexer)(nil)

// NewIndexer makes the handler; logger may be nil.
func NewIndexer(logger *slog.Logger) *Indexer {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Indexer{event: contracts.NewRegistry().GetABI().Events[contracts.RegistryRegisteredEventName].ID, log: logger}
}

// Follow makes the follower that feeds an indexer from the registry contract. Of cfg it fills in Name,
// Topics and Handler; Client, DB and Contract must be set.
func Follow(cfg chain.FollowerConfig) *chain.Follower {
	indexer := NewIndexer(cfg.Logger)
	cfg.Name, cfg.Handler = followerName, indexer
	cfg.Topics = [][]common.Hash{{indexer.event}}
	return chain.NewFollower(cfg)
}

// Apply implements [chain.Handler]. The contract has checked what it emits; an event that says
// something else is the endpoint's lie or another contract's, and is left out.
func (x *Indexer) Apply(tx *store.Tx, log types.Log) error {
	who, key, ok := x.read(log)
	if !ok {
		x.log.Warn("unreadable registration left out", "block", log.BlockNumber, "transaction", log.TxHash)
		return nil
	}
	if key.Address() != who {
		x.log.Warn("registration with a foreign public key left out", "identity", who, "block", log.BlockNumber)
		return nil
	}
	return tx.PutIdentity(who, key, log.BlockNumber)
}

// read decodes Registered(address indexed identity, bytes32 x, bytes32 y). The generated binding does
// the same by reflection, which takes longer than storing the row.
func (x *Indexer) read(log types.Log) (who identity.Address, key identity.PublicKey, ok bool) {
	if len(log.Topics) != 2 || log.Topics[0] != x.event || len(log.Data) != len(key) {
		return who, key, false
	}
	who = identity.Address(log.Topics[1][12:])
	copy(key[:], log.Data)
	return who, key, common.BytesToHash(who[:]) == log.Topics[1]
}

// Rollback implements [chain.Handler].
func (x *Indexer) Rollback(tx *store.Tx, block uint64) error { return tx.RemoveIdentitiesAbove(block) }
