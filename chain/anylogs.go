package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/store"
)

// Filters are which logs a follower of any of several filters reads, each as in eth_getLogs.
type Filters struct {
	Any [][][]common.Hash
	// More, when not nil, returns further filters that follow from what the others found, and from what was
	// applied before it.
	More func(ctx context.Context, found []types.Log) ([][][]common.Hash, error)
	// Events, when it has some, declares the contract's events. An endpoint whose log is not one of them, whole, is left
	// for another.
	Events abi.ABI
}

// whole returns an error unless a log is one of a contract's events, with all of its topics and data. What abigen makes
// reads a log without data as one of zeros and nils.
func whole(contract abi.ABI, log *types.Log) error {
	if len(log.Topics) == 0 {
		return fmt.Errorf("%w: it has no topics", errNonsense)
	}
	event, err := contract.EventByID(log.Topics[0])
	if err != nil {
		return fmt.Errorf("%w: %w", errNonsense, err)
	}
	data := event.Inputs.NonIndexed()
	if len(log.Topics) != 1+len(event.Inputs)-len(data) {
		return fmt.Errorf("%w: %s has %d topics", errNonsense, event.Name, len(log.Topics))
	}
	if _, err := data.UnpackValues(log.Data); err != nil {
		return fmt.Errorf("%w: %s: %w", errNonsense, event.Name, err)
	}
	return nil
}

// NewFollowerOfAny is NewFollower for logs that match any of several filters: such as those that name an identity in
// one place or in another. Its logs have their block's time.
func NewFollowerOfAny(cfg FollowerConfig, filters Filters) *Follower {
	f := newFollower(cfg, anyLogs{cfg.Client, filters})
	f.chainID = cfg.Client.ChainID()
	return f
}

// AheadHandler is a Handler that sees, with each log, the next one that is applied: what a log means can follow from
// the one after it. Those of one block are applied together.
type AheadHandler interface {
	Handler
	// ApplyAhead is called instead of Apply. next is nil for the last log.
	ApplyAhead(tx *store.Tx, log types.Log, next *types.Log) error
}

// hand gives a log to the handler.
func (f *Follower) hand(tx *store.Tx, logs []types.Log, i int) error {
	ahead, ok := f.cfg.Handler.(AheadHandler)
	switch {
	case !ok:
		return f.cfg.Handler.Apply(tx, logs[i])
	case i+1 < len(logs):
		return ahead.ApplyAhead(tx, logs[i], &logs[i+1])
	}
	return ahead.ApplyAhead(tx, logs[i], nil)
}

// anyLogs is a chain whose logs are those of several filters, each log once.
type anyLogs struct {
	source
	filters Filters
}

func (a anyLogs) look(ctx context.Context) (view, error) {
	v, err := a.source.look(ctx)
	return anyView{v, a.filters}, err
}

type anyView struct {
	view
	filters Filters
}

func (a anyView) logs(ctx context.Context, query ethereum.FilterQuery) (all []types.Log, err error) {
	for _, filter := range a.filters.Any {
		if all, err = a.matching(ctx, query, filter, all); err != nil {
			return nil, err
		}
	}
	if a.filters.More != nil {
		more, err := a.filters.More(ctx, all)
		for _, filter := range more {
			if err == nil {
				all, err = a.matching(ctx, query, filter, all)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(x, y types.Log) int {
		return cmp.Or(cmp.Compare(x.BlockNumber, y.BlockNumber), cmp.Compare(x.Index, y.Index))
	})
	all = slices.CompactFunc(all, func(x, y types.Log) bool { return x.BlockHash == y.BlockHash && x.Index == y.Index })
	for i := range all {
		if all[i].BlockTimestamp != 0 {
			continue // the endpoint told
		}
		b, err := a.blockAt(ctx, all[i].BlockNumber)
		if err != nil {
			return nil, err
		}
		all[i].BlockTimestamp = uint64(b.Time)
	}
	return all, nil
}

// matching adds the logs that one filter selects.
func (a anyView) matching(ctx context.Context, query ethereum.FilterQuery, filter [][]common.Hash, all []types.Log) ([]types.Log, error) {
	query.Topics = filter
	found, err := a.view.logs(ctx, query)
	if err != nil {
		return nil, err
	}
	for i := range found {
		log := &found[i]
		var err error
		switch {
		case !selected(log.Topics, filter):
			err = errNonsense
		case a.filters.Events.Events != nil:
			err = whole(a.filters.Events, log)
		}
		if err != nil {
			err = fmt.Errorf("log %d of block %d: %w", log.Index, log.BlockNumber, err)
			a.reject(err)
			return nil, err
		}
	}
	return append(all, found...), nil
}

// Name is the name of the follower's cursor in the database.
func (f *Follower) Name() string { return f.cfg.Name }
