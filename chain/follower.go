package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/store"
)

// Handler is what a follower feeds. Both methods run in the transaction that moves the follower's
// cursor: what they store is there exactly when the cursor says so.
type Handler interface {
	// Apply takes one log. Logs come in the order of the chain, each once, as long as no
	// Rollback takes them back. An error stops the follower at this block until it goes away.
	Apply(tx *store.Tx, log types.Log) error
	// Rollback forgets everything that came from blocks above the given one.
	Rollback(tx *store.Tx, block uint64) error
}

// Defaults of FollowerConfig.
const (
	keepBlocks   = 128
	pollInterval = 2 * time.Second
	pollMax      = 30 * time.Second
	spanBlocks   = 5000
)

// FollowerConfig is what a follower needs to know.
type FollowerConfig struct {
	Name     string // of the cursor's row in the database
	Client   *Client
	DB       *store.DB
	Contract identity.Address // whose logs
	Topics   [][]common.Hash  // as in eth_getLogs; nil is all logs of the contract
	Handler  Handler
	// Start is the first block to look at; zero is genesis.
	Start uint64
	// Confirmations a block needs before its logs are applied; zero applies the newest.
	Confirmations uint64
	// Keep is how many blocks a reorganisation may replace without a complete new start; zero is 128.
	Keep uint64
	// Poll is the time between looks at the chain; zero is 2 s. After failures it grows to 30 s.
	Poll   time.Duration
	Logger *slog.Logger // nil discards
}

// source is what a follower asks of the chain.
type source interface {
	Head(ctx context.Context) (Head, error)
	blockAt(ctx context.Context, number uint64) (*block, error)
	logs(ctx context.Context, query ethereum.FilterQuery) ([]types.Log, error)
}

// Follower copies a contract's logs to a handler, in order, and takes back what a reorganisation
// removes.
//
// Blocks within Keep of the newest are read one at a time by their hash, each checked to be the child
// of the one before: what is applied is one chain, however the endpoint changes its mind in between.
// Older blocks are read in ranges, which shrink when the endpoint refuses them.
type Follower struct {
	cfg     FollowerConfig
	chainID uint64
	source  source
	span    uint64 // blocks per range
}

// NewFollower makes a follower; Run starts it.
func NewFollower(cfg FollowerConfig) *Follower {
	f := newFollower(cfg, cfg.Client)
	f.chainID = cfg.Client.ChainID()
	return f
}

func newFollower(cfg FollowerConfig, from source) *Follower {
	if cfg.Keep == 0 {
		cfg.Keep = keepBlocks
	}
	if cfg.Poll == 0 {
		cfg.Poll = pollInterval
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("follower", cfg.Name)
	return &Follower{cfg: cfg, source: from, span: spanBlocks}
}

// Run follows the chain until ctx ends, and returns its error. Failures are retried for ever.
func (f *Follower) Run(ctx context.Context) error {
	wait := backoff.Backoff{Min: f.cfg.Poll, Max: max(pollMax, f.cfg.Poll)}
	failing := false
	for {
		err := f.Sync(ctx)
		pause := backoff.Jitter(f.cfg.Poll)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if !failing {
				f.cfg.Logger.Warn("cannot follow the chain; trying again", "error", err)
			}
			failing, pause = true, wait.Next()
		default:
			failing = false
			wait.Reset()
		}
		if err := backoff.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// Sync applies everything up to the newest block that has enough confirmations.
func (f *Follower) Sync(ctx context.Context) error {
	for {
		more, err := f.step(ctx)
		if err != nil {
			return fmt.Errorf("follow %s: %w", f.cfg.Name, err)
		}
		if !more {
			return nil
		}
	}
}

// Position returns the newest block whose logs were applied; false before the first.
func (f *Follower) Position(ctx context.Context) (number uint64, started bool, err error) {
	p, err := f.load(ctx)
	return p.number(), p.started(), err
}

// errMoved says that the chain changed while it was being read. The next step sees how.
var errMoved = errors.New("the chain was reorganised while it was read")

// step applies one range or block, or takes back blocks, and tells whether there is more to do.
func (f *Follower) step(ctx context.Context) (more bool, err error) {
	p, err := f.load(ctx)
	if err != nil {
		return false, err
	}
	head, err := f.source.Head(ctx)
	if err != nil {
		return false, err
	}
	intact, err := f.check(ctx, p, head)
	switch {
	case err != nil:
		return false, err
	case !intact:
		return true, f.rollback(ctx, p)
	}
	if head.Number < f.cfg.Confirmations || head.Number-f.cfg.Confirmations < p.next {
		return false, nil
	}
	target := head.Number - f.cfg.Confirmations
	if old := p.next + f.cfg.Keep; old <= head.Number {
		err = f.applyRange(ctx, p, min(target, head.Number-f.cfg.Keep))
	} else {
		err = f.applyBlock(ctx, p)
	}
	if errors.Is(err, errMoved) || errors.Is(err, errNotFound) {
		// Look again, but not at once: an endpoint may be behind another.
		return false, nil
	}
	return err == nil, err
}

// position is a follower's state in the database.
type position struct {
	next   uint64           // the block to apply next
	first  uint64           // the block to start with
	blocks []store.BlockRef // remembered, newest first; the first one is next-1 unless empty
}

func (p position) started() bool { return p.next > p.first }

func (p position) number() uint64 { return max(p.next, 1) - 1 }

// load reads the position and makes sure that it belongs to this chain and contract. What a node
// learned from another deployment is forgotten.
func (f *Follower) load(ctx context.Context) (position, error) {
	p := position{next: f.cfg.Start, first: f.cfg.Start}
	var cursor store.Cursor
	var found bool
	err := f.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		if cursor, found, err = tx.Cursor(f.cfg.Name); err != nil || !found {
			return err
		}
		p.blocks, err = tx.FollowerBlocks(f.cfg.Name)
		return err
	})
	if err != nil || !found {
		return p, err
	}
	if cursor.ChainID != f.chainID || cursor.Contract != f.cfg.Contract {
		f.cfg.Logger.Warn("database is of another network; starting over",
			"chain", cursor.ChainID, "contract", identity.Address(cursor.Contract))
		return position{next: p.first, first: p.first}, f.moveBack(ctx, p.first, 0, true)
	}
	p.next = max(cursor.Number+1, p.first)
	return p, nil
}

// check tells whether the newest remembered block is still part of the chain.
func (f *Follower) check(ctx context.Context, p position, head Head) (intact bool, err error) {
	for _, known := range p.blocks {
		if known.Number > head.Number {
			continue // the endpoint is behind what was applied; judge by what it has
		}
		on, err := f.onChain(ctx, known, head)
		if errors.Is(err, errNotFound) {
			return false, fmt.Errorf("%w: endpoint lost block %d below its newest", ErrUnavailable, known.Number)
		}
		return on, err
	}
	// The whole memory is above the endpoint's newest block: it is far behind, or another chain with
	// the same ID. Far behind means waiting, and the caller does, because next is above head.
	return true, nil
}

func (f *Follower) onChain(ctx context.Context, known store.BlockRef, head Head) (bool, error) {
	if known.Number == head.Number {
		return known.Hash == head.Hash, nil
	}
	b, err := f.source.blockAt(ctx, known.Number)
	if err != nil {
		return false, err
	}
	return b.Hash == known.Hash, nil
}

// rollback goes back to the newest remembered block that is still part of the chain, or to the
// start when none is.
func (f *Follower) rollback(ctx context.Context, p position) error {
	for _, known := range p.blocks {
		b, err := f.source.blockAt(ctx, known.Number)
		switch {
		case errors.Is(err, errNotFound):
			continue
		case err != nil:
			return err
		case b.Hash == known.Hash:
			f.cfg.Logger.Info("chain was reorganised", "from", known.Number+1, "to", p.number())
			return f.moveBack(ctx, known.Number+1, known.Number, false)
		}
	}
	f.cfg.Logger.Warn("chain was reorganised deeper than remembered; starting over", "remembered", len(p.blocks))
	return f.moveBack(ctx, p.first, 0, true)
}

// moveBack takes back the blocks from next on. With all set, next is the start, and even what
// came from block 0 is taken back.
func (f *Follower) moveBack(ctx context.Context, next, common uint64, all bool) error {
	return f.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.RemoveFollowerBlocksFrom(f.cfg.Name, next); err != nil {
			return err
		}
		if !all {
			if err := f.cfg.Handler.Rollback(tx, common); err != nil {
				return err
			}
			return tx.SetCursor(f.cfg.Name, f.cursor(common))
		}
		// No contract is part of genesis, so nothing came from block 0 or below.
		if err := f.cfg.Handler.Rollback(tx, 0); err != nil {
			return err
		}
		return tx.RemoveCursor(f.cfg.Name)
	})
}

func (f *Follower) cursor(number uint64) store.Cursor {
	return store.Cursor{ChainID: f.chainID, Contract: f.cfg.Contract, Number: number}
}

// applyBlock applies the next block, read by its hash.
func (f *Follower) applyBlock(ctx context.Context, p position) error {
	b, err := f.source.blockAt(ctx, p.next)
	if err != nil {
		return err
	}
	if len(p.blocks) > 0 && p.blocks[0].Number+1 == p.next && b.Parent != common.Hash(p.blocks[0].Hash) {
		return errMoved
	}
	logs, err := f.source.logs(ctx, f.query(ethereum.FilterQuery{BlockHash: &b.Hash}))
	if err != nil {
		// Most likely the block is gone. If it is not, the failure is a real one.
		if again, lookErr := f.source.blockAt(ctx, p.next); lookErr == nil && again.Hash != b.Hash {
			return errMoved
		}
		return fmt.Errorf("logs of block %d: %w", p.next, err)
	}
	for _, log := range logs {
		if log.BlockHash != b.Hash {
			return fmt.Errorf("logs of block %d: endpoint answered with those of another block", p.next)
		}
	}
	return f.apply(ctx, store.BlockRef{Number: p.next, Hash: b.Hash}, logs)
}

// applyRange applies old blocks up to last, at most span of them.
func (f *Follower) applyRange(ctx context.Context, p position, last uint64) error {
	for {
		to := min(last, p.next+f.span-1)
		end, err := f.source.blockAt(ctx, to)
		if err != nil {
			return err
		}
		logs, err := f.source.logs(ctx, f.query(ethereum.FilterQuery{FromBlock: number(p.next), ToBlock: number(to)}))
		if err != nil {
			if errors.Is(err, ErrUnavailable) || ctx.Err() != nil || f.span == 1 {
				return fmt.Errorf("logs of blocks %d to %d: %w", p.next, to, err)
			}
			f.span = max(1, min(f.span, to-p.next+1)/2) // too many blocks or logs; endpoints differ in what they allow
			continue
		}
		again, err := f.source.blockAt(ctx, to)
		if err != nil {
			return err
		}
		if again.Hash != end.Hash {
			return errMoved
		}
		f.span = min(spanBlocks, f.span+f.span/8+1)
		return f.apply(ctx, store.BlockRef{Number: to, Hash: end.Hash}, logs)
	}
}

func (f *Follower) query(q ethereum.FilterQuery) ethereum.FilterQuery {
	q.Addresses = []common.Address{common.Address(f.cfg.Contract)}
	q.Topics = f.cfg.Topics
	return q
}

// apply hands over the logs and moves the cursor behind the block, all or nothing.
func (f *Follower) apply(ctx context.Context, to store.BlockRef, logs []types.Log) error {
	return f.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		for _, log := range logs {
			if log.Removed || log.BlockNumber > to.Number {
				return fmt.Errorf("log %d of block %d: %w", log.Index, log.BlockNumber, errMoved)
			}
			if err := f.cfg.Handler.Apply(tx, log); err != nil {
				return fmt.Errorf("apply log %d of block %d: %w", log.Index, log.BlockNumber, err)
			}
		}
		if err := tx.SetCursor(f.cfg.Name, f.cursor(to.Number)); err != nil {
			return err
		}
		return tx.AddFollowerBlock(f.cfg.Name, to, max(to.Number, f.cfg.Keep)-f.cfg.Keep)
	})
}
