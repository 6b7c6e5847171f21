package chain

import (
	"context"
	"math/bits"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/store"
)

// A follower remembers its newest blocks, and older ones at doubling distances. By the latter it sees that it
// followed a chain that was invented, and longer than the real one: the newest are all above the real one's
// head then, and tell nothing.

// ancestors returns blocks of a range that is applied at once, to remember beside its last: the first, and some
// at doubling distances from the last. Genesis is not among them, which many chains have in common.
func (f *Follower) ancestors(ctx context.Context, v view, first, last uint64) (blocks []store.BlockRef, err error) {
	add := func(number uint64) error {
		b, err := v.blockAt(ctx, number)
		if err == nil {
			blocks = append(blocks, store.BlockRef{Number: number, Hash: b.Hash})
		}
		return err
	}
	first = max(first, 1)
	for back := f.cfg.Keep; back < last && last-back > first; back *= 2 {
		if err := add(last - back); err != nil {
			return nil, err
		}
	}
	if first < last {
		err = add(first)
	}
	return blocks, err
}

// thin forgets blocks that are not to be remembered any more.
func (f *Follower) thin(tx *store.Tx) error {
	blocks, err := tx.FollowerBlocks(f.cfg.Name)
	if err != nil {
		return err
	}
	for _, number := range superfluous(blocks, f.cfg.Keep) {
		if err := tx.RemoveFollowerBlock(f.cfg.Name, number); err != nil {
			return err
		}
	}
	return nil
}

// superfluous returns the numbers of those blocks, newest first, that need not be remembered. Of those that are
// more than keep below the newest, the lowest of each slot is kept. A slot is a run of as many blocks, a power
// of two and aligned to it, as are a quarter to half of its distance: as that grows, two slots become one.
func superfluous(blocks []store.BlockRef, keep uint64) (numbers []uint64) {
	type slot struct {
		size   int // its logarithm
		number uint64
	}
	lowest := make(map[slot]bool)
	for i := len(blocks) - 1; i >= 0; i-- {
		number := blocks[i].Number
		distance := blocks[0].Number - number
		if distance <= keep {
			break
		}
		size := max(bits.Len64(distance)-2, 0)
		if in := (slot{size, number >> size}); lowest[in] {
			numbers = append(numbers, number)
		} else {
			lowest[in] = true
		}
	}
	return numbers
}

// above is since when the endpoints' newest block is below what was applied.
type above struct {
	mu    sync.Mutex
	since time.Time // zero while it is not
	told  bool
}

// compare notes whether an endpoint's newest block is below what was applied.
func (f *Follower) compare(p position, head uint64) {
	f.above.mu.Lock()
	defer f.above.mu.Unlock()
	switch now := f.cfg.Now(); {
	case !p.started() || p.number() <= head:
		f.above.since, f.above.told = time.Time{}, false
	case f.above.since.IsZero():
		f.above.since = now
	case !f.above.told && now.Sub(f.above.since) > MaxHeadAge:
		f.above.told = true
		f.cfg.Logger.Warn("endpoints' newest block is below what was read; waiting for it", "newest", head, "read", p.number())
	}
}

// Ahead returns for how long the endpoints' newest block has been below what was applied: for moments when one
// is behind another, for long when one has told of blocks that are not there.
func (f *Follower) Ahead() time.Duration {
	f.above.mu.Lock()
	defer f.above.mu.Unlock()
	if f.above.since.IsZero() {
		return 0
	}
	return f.cfg.Now().Sub(f.above.since)
}
