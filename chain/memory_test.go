package chain

import (
	"bytes"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/store"
)

// branch is a chain of some blocks that has those below a number in common with another one.
func branch(of *scripted, common, blocks int) *scripted {
	b := &scripted{blocks: slices.Clone(of.blocks[:common]), salt: of.salt + 1<<40, maxSpan: 10_000}
	for len(b.blocks) < blocks {
		b.mine(1)
	}
	return b
}

// A follower that was told of a chain which is longer than the real one comes back, although all of its newest
// blocks are above the real one's newest.
func TestFollowerTakesBackALongerChain(t *testing.T) {
	for name, c := range map[string]struct{ common, invented, real int }{
		"from genesis":        {1, 3000, 400},
		"from the middle":     {1000, 3000, 2500},
		"read block by block": {1, 130, 100},
		"in several ranges":   {1, 12_000, 8000},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, db := t.Context(), openStore(t)
			genesis := &scripted{}
			genesis.mine(0)
			chain := branch(genesis, 1, c.real)
			s := branch(chain, c.common, c.invented)
			f := newFollower(FollowerConfig{Name: "test", DB: db, Handler: recorder{}}, s)
			if err := f.Sync(ctx); err != nil {
				t.Fatal(err)
			}
			if got := len(recorded(t, db)); got != c.invented-1 {
				t.Fatalf("%d logs", got)
			}
			s.blocks = chain.blocks
			if err := f.Sync(ctx); err != nil {
				t.Fatal(err)
			}
			if got, want := recorded(t, db), s.want(0); !maps.Equal(got, want) {
				t.Fatalf("database holds %d logs, the chain %d", len(got), len(want))
			}
		})
	}
}

// Whatever is applied, one by one or in leaps, at each distance a block is remembered, and few are.
func TestFollowerRemembersBlocksAtDoublingDistances(t *testing.T) {
	const keep, newest = 16, 20_000
	var blocks []store.BlockRef // newest first
	for number := uint64(1); number <= newest; number++ {
		blocks = slices.Insert(blocks, 0, store.BlockRef{Number: number})
		forget := superfluous(blocks, keep)
		blocks = slices.DeleteFunc(blocks, func(b store.BlockRef) bool { return slices.Contains(forget, b.Number) })
		if len(blocks) > keep+1+4*16 {
			t.Fatalf("%d blocks remembered at %d", len(blocks), number)
		}
		for distance := uint64(1); distance < number; distance *= 2 {
			if !slices.ContainsFunc(blocks, func(b store.BlockRef) bool {
				return number-b.Number >= distance && number-b.Number <= 2*distance
			}) && number > 2*distance {
				t.Fatalf("at %d: nothing at distance %d", number, distance)
			}
		}
	}
}

// That the chain's newest block is below what was read is told once it lasts.
func TestFollowerTellsThatItIsAhead(t *testing.T) {
	ctx, now := t.Context(), time.Unix(1_700_000_000, 0)
	s := &scripted{maxSpan: 100}
	for range 20 {
		s.mine(1)
	}
	var log bytes.Buffer
	f := newFollower(FollowerConfig{
		Name: "test", DB: openStore(t), Handler: recorder{}, Now: func() time.Time { return now },
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}, s)
	step := func(lag uint64, want time.Duration, lines int) {
		t.Helper()
		s.lag = lag
		if err := f.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Minute)
		if got := f.Ahead(); got != want || strings.Count(log.String(), "newest block is below") != lines {
			t.Errorf("ahead for %s, want %s; log:\n%s", got, want, log.String())
		}
	}
	step(0, 0, 0)
	step(5, 2*time.Minute, 0)
	step(5, 4*time.Minute, 0)
	step(4, 6*time.Minute, 1)
	step(4, 8*time.Minute, 1)
	step(0, 0, 1)
	step(5, 2*time.Minute, 1)
}
