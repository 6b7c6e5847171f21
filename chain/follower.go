package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/identity"
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
	// blocksAtOnce is how many blocks that were read one at a time are stored in one transaction.
	blocksAtOnce = 32
	// logsAtOnce ends such a transaction earlier: after the block with which it has as many logs.
	logsAtOnce = 10_000
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
	// Keep is how many of the newest blocks are remembered, so that a reorganisation of as many takes back no
	// more than that; zero is 128. Of older ones some are, at doubling distances.
	Keep uint64
	// Poll is the time between looks at the chain; zero is 2 s. After failures it grows to 30 s. While
	// a WebSocket endpoint tells of new heads by itself, those are followed at once, and polling is only
	// every 30 s.
	Poll   time.Duration
	Now    func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards
}

// source is what a follower asks of the chain.
type source interface {
	// look returns the chain as one endpoint has it now.
	look(ctx context.Context) (view, error)
	// subscribe returns a feed of new heads, or nil where the endpoint cannot push them.
	subscribe(ctx context.Context) (*feed, error)
}

// view is the chain of one endpoint. Several answers fit together only if one endpoint gave them:
// another may be behind, or on another fork.
type view interface {
	head() Head // when looked at
	blockAt(ctx context.Context, number uint64) (*block, error)
	logs(ctx context.Context, query ethereum.FilterQuery) ([]types.Log, error)
	// reject tells that an answer cannot be true, so that the next look is at another endpoint.
	reject(err error)
}

// Follower copies a contract's logs to a handler, in order, and takes back what a reorganisation
// removes: the database holds what applying the logs of the canonical chain gives.
//
// Blocks within Keep of the newest are read one at a time by their hash, each checked to be the child
// of the one before: what is applied is one chain, however the endpoint changes its mind in between.
// Older blocks are read in ranges, which shrink when the endpoint refuses them. A step trusts one
// endpoint to know the chain, but not to answer what was asked: every log is checked to be of the
// contract, the topics, the blocks and the order that were asked for.
//
// An endpoint that is behind what was applied, but not on another fork, is waited for.
type Follower struct {
	cfg     FollowerConfig
	chainID uint64
	source  source
	span    uint64 // blocks per range
	feed    *feed  // of new heads; nil while there is none
	deaf    bool   // no feed could be opened
	above   above
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
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Logger = cfg.Logger.With("follower", cfg.Name)
	return &Follower{cfg: cfg, source: from, span: spanBlocks}
}

// Sync applies everything up to the newest block that has enough confirmations.
func (f *Follower) Sync(ctx context.Context) error {
	for {
		more, err := f.pass(ctx)
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

// pass takes one look at the chain and does what follows from it: takes back blocks, or applies what
// is new. It tells whether another look is worth while.
func (f *Follower) pass(ctx context.Context) (more bool, err error) {
	p, err := f.load(ctx)
	if err != nil {
		return false, err
	}
	v, err := f.source.look(ctx)
	if err != nil {
		return false, err
	}
	head := v.head().Number
	f.compare(p, head)
	intact, err := f.check(ctx, v, p)
	switch {
	case err != nil:
		return false, err
	case !intact:
		return true, f.rollback(ctx, v, p)
	case head < f.cfg.Confirmations:
		return false, nil
	}
	for target := head - f.cfg.Confirmations; p.next <= target; more = true {
		var applied store.BlockRef
		if p.next+f.cfg.Keep <= head {
			applied, err = f.applyRange(ctx, v, p, min(target, head-f.cfg.Keep))
		} else {
			applied, err = f.applyBlocks(ctx, v, p, target)
		}
		switch {
		case errors.Is(err, errMoved) || errors.Is(err, errNotFound):
			return false, nil // look again, but not at once: the endpoint may be about to settle
		case err != nil:
			return false, err
		}
		p.next, p.blocks = applied.Number+1, []store.BlockRef{applied}
	}
	return more, nil
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
func (f *Follower) check(ctx context.Context, v view, p position) (intact bool, err error) {
	for _, known := range p.blocks {
		if known.Number > v.head().Number {
			continue // the endpoint is behind what was applied; judge by what it has
		}
		return f.onChain(ctx, v, known)
	}
	// The whole memory is above the endpoint's newest block, which is far behind: that means waiting, and the
	// caller does, because next is above head. Ahead tells when that takes long.
	return true, nil
}

// onChain tells whether a block that is not above the endpoint's newest is part of its chain.
func (f *Follower) onChain(ctx context.Context, v view, known store.BlockRef) (bool, error) {
	if head := v.head(); known.Number == head.Number {
		return known.Hash == head.Hash, nil
	}
	b, err := v.blockAt(ctx, known.Number)
	if errors.Is(err, errNotFound) {
		err = fmt.Errorf("%w: endpoint has no block %d below its newest", ErrUnavailable, known.Number)
		v.reject(err)
	}
	if err != nil {
		return false, err
	}
	return b.Hash == known.Hash, nil
}

// rollback goes back to the newest remembered block that is still part of the chain, or to the
// start when none is.
func (f *Follower) rollback(ctx context.Context, v view, p position) error {
	for _, known := range p.blocks {
		if known.Number > v.head().Number {
			continue
		}
		switch on, err := f.onChain(ctx, v, known); {
		case err != nil:
			return err
		case on:
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

// piece is what is applied at once: the logs of some blocks, and the last of these.
type piece struct {
	last      store.BlockRef
	logs      []types.Log
	ancestors []store.BlockRef // to remember beside the last
}

// applyBlocks applies the next blocks up to last, at most blocksAtOnce of them.
func (f *Follower) applyBlocks(ctx context.Context, v view, p position, last uint64) (applied store.BlockRef, err error) {
	var pieces []piece
	logs := 0
	for next := p.next; next <= last && len(pieces) < blocksAtOnce && logs < logsAtOnce; next++ {
		var before *store.BlockRef
		switch {
		case len(pieces) > 0:
			before = &pieces[len(pieces)-1].last
		case len(p.blocks) > 0 && p.blocks[0].Number+1 == next:
			before = &p.blocks[0]
		}
		one, err := f.readBlock(ctx, v, next, before)
		if err != nil && len(pieces) == 0 {
			return applied, err
		}
		if err != nil {
			break // what was read before it is one chain
		}
		pieces, logs = append(pieces, one), logs+len(one.logs)
	}
	return f.apply(ctx, pieces...)
}

// readBlock reads the logs of a block by its hash. It must be the child of the one before, if that is known.
func (f *Follower) readBlock(ctx context.Context, v view, number uint64, before *store.BlockRef) (piece, error) {
	b, err := v.blockAt(ctx, number)
	if err != nil {
		return piece{}, err
	}
	if before != nil && b.Parent != common.Hash(before.Hash) {
		return piece{}, errMoved
	}
	logs, err := v.logs(ctx, f.query(ethereum.FilterQuery{BlockHash: &b.Hash}))
	// Of a block that is gone, some endpoints know no logs and say so, others say that there are none.
	again, lookErr := v.blockAt(ctx, number)
	switch {
	case lookErr != nil:
		return piece{}, lookErr
	case again.Hash != b.Hash:
		return piece{}, errMoved
	case err != nil:
		return piece{}, f.refused(v, fmt.Errorf("logs of block %d: %w", number, err))
	}
	return f.validated(v, number, piece{last: store.BlockRef{Number: number, Hash: b.Hash}, logs: logs})
}

// applyRange applies old blocks up to last, at most span of them.
func (f *Follower) applyRange(ctx context.Context, v view, p position, last uint64) (applied store.BlockRef, err error) {
	for {
		to := min(last, p.next+f.span-1)
		end, err := v.blockAt(ctx, to)
		if err != nil {
			return applied, err
		}
		logs, err := v.logs(ctx, f.query(ethereum.FilterQuery{FromBlock: number(p.next), ToBlock: number(to)}))
		if err != nil {
			err = fmt.Errorf("logs of blocks %d to %d: %w", p.next, to, err)
			if ctx.Err() != nil || to == p.next {
				return applied, f.refused(v, err)
			}
			// Too many blocks or logs; endpoints differ in what they allow, and in how they say so. Some
			// only let the request run into its time-out.
			f.span = (to - p.next + 1) / 2
			if errors.Is(err, ErrUnavailable) {
				return applied, err
			}
			continue
		}
		var old []store.BlockRef
		if to == last { // those of earlier ranges are far enough behind by their ends
			if old, err = f.ancestors(ctx, v, p.next, to); err != nil {
				return applied, err
			}
		}
		switch again, err := v.blockAt(ctx, to); {
		case err != nil:
			return applied, err
		case again.Hash != end.Hash:
			return applied, errMoved
		}
		if len(p.blocks) > 0 { // nothing else ties a range to what is below it
			switch on, err := f.onChain(ctx, v, p.blocks[0]); {
			case err != nil:
				return applied, err
			case !on:
				return applied, errMoved
			}
		}
		whole, err := f.validated(v, p.next, piece{store.BlockRef{Number: to, Hash: end.Hash}, logs, old})
		if err != nil {
			return applied, err
		}
		f.span = min(spanBlocks, f.span+f.span/8+1)
		return f.apply(ctx, whole)
	}
}

// refused rejects an endpoint that does not give the logs of a single block.
func (f *Follower) refused(v view, err error) error {
	if !errors.Is(err, ErrUnavailable) {
		v.reject(err)
	}
	return err
}

func (f *Follower) query(q ethereum.FilterQuery) ethereum.FilterQuery {
	q.Addresses = []common.Address{common.Address(f.cfg.Contract)}
	q.Topics = f.cfg.Topics
	return q
}

// errNonsense says that an endpoint's answer does not fit what it was asked.
var errNonsense = errors.New("endpoint answered with logs that were not asked for")

// validated returns a piece if its logs are what was asked for: those of the contract, with the topics,
// of the blocks from first to the piece's last, in the order of the chain, each once.
func (f *Follower) validated(v view, first uint64, p piece) (piece, error) {
	for i := range p.logs {
		log := &p.logs[i]
		switch {
		case log.Removed || log.Address != common.Address(f.cfg.Contract) || !selected(log.Topics, f.cfg.Topics):
		case log.BlockNumber < first || log.BlockNumber > p.last.Number:
		case log.BlockNumber == p.last.Number && log.BlockHash != common.Hash(p.last.Hash):
		case i > 0 && !follows(log, &p.logs[i-1]):
		default:
			continue
		}
		err := fmt.Errorf("%w: log %d of block %d in an answer for blocks %d to %d",
			errNonsense, log.Index, log.BlockNumber, first, p.last.Number)
		v.reject(err)
		return piece{}, err
	}
	return p, nil
}

// follows tells whether a log can be the next after another.
func follows(log, before *types.Log) bool {
	if log.BlockNumber == before.BlockNumber {
		return log.BlockHash == before.BlockHash && log.Index > before.Index
	}
	return log.BlockNumber > before.BlockNumber
}

// selected tells whether topics pass a filter, as in eth_getLogs.
func selected(topics []common.Hash, filter [][]common.Hash) bool {
	if len(topics) < len(filter) {
		return false
	}
	for i, allowed := range filter {
		if len(allowed) > 0 && !slices.Contains(allowed, topics[i]) {
			return false
		}
	}
	return true
}

// apply hands over the logs and moves the cursor behind the last block, all or nothing.
func (f *Follower) apply(ctx context.Context, pieces ...piece) (last store.BlockRef, err error) {
	last = pieces[len(pieces)-1].last
	return last, f.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		for _, p := range pieces {
			for i, log := range p.logs {
				if err := f.hand(tx, p.logs, i); err != nil {
					return fmt.Errorf("apply log %d of block %d: %w", log.Index, log.BlockNumber, err)
				}
			}
			if err := tx.SetCursor(f.cfg.Name, f.cursor(p.last.Number)); err != nil {
				return err
			}
			for _, b := range append(p.ancestors, p.last) {
				if err := tx.AddFollowerBlock(f.cfg.Name, b); err != nil {
					return err
				}
			}
		}
		return f.thin(tx)
	})
}
