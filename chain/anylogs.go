package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// NewFollowerOfAny is NewFollower for logs that match any of several filters, each as in eth_getLogs:
// such as those that name an identity in one place or in another. Its logs have their block's time.
func NewFollowerOfAny(cfg FollowerConfig, filters ...[][]common.Hash) *Follower {
	f := newFollower(cfg, anyLogs{cfg.Client, filters})
	f.chainID = cfg.Client.ChainID()
	return f
}

// anyLogs is a chain whose logs are those of several filters, each log once.
type anyLogs struct {
	source
	filters [][][]common.Hash
}

func (a anyLogs) look(ctx context.Context) (view, error) {
	v, err := a.source.look(ctx)
	return anyView{v, a.filters}, err
}

type anyView struct {
	view
	filters [][][]common.Hash
}

func (a anyView) logs(ctx context.Context, query ethereum.FilterQuery) (all []types.Log, err error) {
	for _, filter := range a.filters {
		query.Topics = filter
		found, err := a.view.logs(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, log := range found {
			if !selected(log.Topics, filter) {
				err := fmt.Errorf("%w: log %d of block %d", errNonsense, log.Index, log.BlockNumber)
				a.reject(err)
				return nil, err
			}
		}
		all = append(all, found...)
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

// Name is the name of the follower's cursor in the database.
func (f *Follower) Name() string { return f.cfg.Name }
