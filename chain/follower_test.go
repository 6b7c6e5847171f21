package chain

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/store"
)

// scripted is a chain that reorganises whenever the test says, also between two requests.
type scripted struct {
	blocks  []scriptedBlock // from genesis
	salt    uint64          // makes every block another one
	maxSpan uint64          // refuses larger ranges
	lag     uint64          // how many blocks this endpoint is behind
	hook    func() error    // before every request

	silent   bool // of a block that it does not know it says that it has no logs
	rejected int  // how often the follower did not believe it
}

type scriptedBlock struct {
	hash common.Hash
	logs []types.Log
}

func (s *scripted) mine(logs int) {
	s.salt++
	var seed [16]byte
	binary.BigEndian.PutUint64(seed[:], s.salt)
	binary.BigEndian.PutUint64(seed[8:], uint64(len(s.blocks)))
	b := scriptedBlock{hash: crypto.Keccak256Hash(seed[:])}
	for i := range logs {
		b.logs = append(b.logs, types.Log{
			BlockNumber: uint64(len(s.blocks)), BlockHash: b.hash, Index: uint(i),
			Topics: []common.Hash{crypto.Keccak256Hash(b.hash[:], []byte{byte(i)})},
		})
	}
	s.blocks = append(s.blocks, b)
}

func (s *scripted) tip() uint64 {
	return uint64(len(s.blocks)) - 1 - min(s.lag, uint64(len(s.blocks))-1)
}

func (s *scripted) enter() error {
	if s.hook != nil {
		return s.hook()
	}
	return nil
}

// scriptedView is a look at it. What is asked then is answered by the chain as it is then.
type scriptedView struct {
	*scripted
	newest Head
}

func (v scriptedView) head() Head { return v.newest }

func (s *scripted) look(context.Context) (view, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	return scriptedView{s, Head{Number: s.tip(), Hash: s.blocks[s.tip()].hash, Time: time.Unix(1, 0)}}, nil
}

func (s *scripted) subscribe(context.Context) (*feed, error) { return nil, nil } //nolint:nilnil // it does not push

func (s *scripted) reject(error) { s.rejected++ }

func (s *scripted) blockAt(_ context.Context, n uint64) (*block, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	if n > s.tip() {
		return nil, errNotFound
	}
	return &block{Hash: s.blocks[n].hash, Parent: s.parent(n)}, nil
}

func (s *scripted) parent(n uint64) common.Hash {
	if n == 0 {
		return common.Hash{}
	}
	return s.blocks[n-1].hash
}

func (s *scripted) logs(_ context.Context, q ethereum.FilterQuery) (logs []types.Log, err error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	if q.BlockHash != nil {
		for _, b := range s.blocks[:s.tip()+1] {
			if b.hash == *q.BlockHash {
				return emitted(b.logs, q), nil
			}
		}
		if s.silent {
			return nil, nil
		}
		return nil, errors.New("unknown block")
	}
	from, to := q.FromBlock.Uint64(), q.ToBlock.Uint64()
	if to-from+1 > s.maxSpan {
		return nil, errors.New("query returned more than 10000 results")
	}
	for _, b := range s.blocks[from : min(to, s.tip())+1] {
		logs = append(logs, emitted(b.logs, q)...)
	}
	return logs, nil
}

// emitted returns logs as those of the contract that is asked for.
func emitted(logs []types.Log, q ethereum.FilterQuery) []types.Log {
	logs = slices.Clone(logs)
	for i := range logs {
		logs[i].Address = q.Addresses[0]
	}
	return logs
}

// recorder is a handler that keeps one row per log, and minds duplicates.
type recorder struct{}

func addressOf(log types.Log) [20]byte { return [20]byte(log.Topics[0][:20]) }

func (recorder) Apply(tx *store.Tx, log types.Log) error {
	if _, _, found, err := tx.Identity(addressOf(log)); err != nil || found {
		return fmt.Errorf("log %v applied twice: %w", log.Topics[0], err)
	}
	return tx.PutIdentity(addressOf(log), [64]byte{}, log.BlockNumber)
}

func (recorder) Rollback(tx *store.Tx, block uint64) error { return tx.RemoveIdentitiesAbove(block) }

func recorded(t require, db *store.DB) map[[20]byte]uint64 {
	found := make(map[[20]byte]uint64)
	err := db.View(context.Background(), func(tx *store.Tx) error {
		return tx.EachIdentity(func(address [20]byte, _ [64]byte, block uint64) error {
			found[address] = block
			return nil
		})
	})
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return found
}

type require interface {
	Fatalf(format string, args ...any)
}

func (s *scripted) want(confirmations uint64) map[[20]byte]uint64 {
	want := make(map[[20]byte]uint64)
	for n, b := range s.blocks {
		if uint64(n)+confirmations > s.tip() {
			break
		}
		for _, log := range b.logs {
			want[addressOf(log)] = log.BlockNumber
		}
	}
	return want
}

// Whatever the chain did, and whatever failed on the way, once it stands still the database holds
// exactly the logs of the chain.
func TestFollowerEndsUpWithTheChain(t *testing.T) {
	db := openStore(t)
	rapid.Check(t, func(t *rapid.T) {
		const keep = 6
		err := db.InTx(context.Background(), func(tx *store.Tx) error {
			return errors.Join(tx.RemoveIdentitiesAbove(0), tx.RemoveCursor("test"))
		})
		if err != nil {
			t.Fatalf("%v", err)
		}
		s := &scripted{maxSpan: rapid.Uint64Range(1, 20).Draw(t, "largest range")}
		s.mine(0)
		confirmations := rapid.Uint64Range(0, 3).Draw(t, "confirmations")
		restart := func() *Follower {
			return newFollower(FollowerConfig{
				Name: "test", DB: db, Handler: recorder{}, Keep: keep, Confirmations: confirmations,
			}, s)
		}
		f := restart()
		reorg := func(most int, name string) {
			depth := min(rapid.IntRange(1, most).Draw(t, name), len(s.blocks)-1)
			s.blocks = s.blocks[:len(s.blocks)-depth]
			for range depth + rapid.IntRange(0, 2).Draw(t, "grown by") {
				s.mine(rapid.IntRange(0, 2).Draw(t, "logs"))
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"mine": func(t *rapid.T) {
				for range rapid.IntRange(1, 12).Draw(t, "blocks") {
					s.mine(rapid.IntRange(0, 2).Draw(t, "logs"))
				}
			},
			"reorganise":      func(*rapid.T) { reorg(keep-1, "depth") },
			"reorganise deep": func(*rapid.T) { reorg(3*keep, "deep") },
			"restart":         func(*rapid.T) { f = restart() },
			"lag":             func(t *rapid.T) { s.lag = rapid.Uint64Range(0, 4).Draw(t, "blocks") },
			"sync":            func(*rapid.T) { _ = f.Sync(context.Background()) },
			"sync while the chain moves": func(t *rapid.T) {
				left := rapid.IntRange(1, 12).Draw(t, "requests")
				fails := rapid.Bool().Draw(t, "fails")
				s.hook = func() error {
					switch left--; {
					case left != 0:
						return nil
					case fails:
						return errTest
					}
					reorg(3*keep, "deep")
					return nil
				}
				_ = f.Sync(context.Background())
				s.hook = nil
			},
		})
		// The chain stands still. What a lagging endpoint cannot tell is not expected.
		s.lag = 0
		s.mine(1)
		for range 3 {
			if err := f.Sync(context.Background()); err != nil {
				t.Fatalf("sync: %v", err)
			}
		}
		if got, want := recorded(t, db), s.want(confirmations); !maps.Equal(got, want) {
			t.Fatalf("database holds %d logs, the chain %d", len(got), len(want))
		}
	})
}

func TestFollowerForgetsAnotherNetwork(t *testing.T) {
	ctx, db := t.Context(), openStore(t)
	s := &scripted{maxSpan: 100}
	s.mine(0)
	s.mine(2)
	cfg := FollowerConfig{Name: "test", DB: db, Handler: recorder{}}
	if err := newFollower(cfg, s).Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(recorded(t, db)); n != 2 {
		t.Fatalf("%d logs", n)
	}
	s.mine(1)
	cfg.Contract[0] = 1
	f := newFollower(cfg, s)
	s.hook = func() error { return errTest } // the first thing is to forget, before any request
	_ = f.Sync(ctx)
	if n := len(recorded(t, db)); n != 0 {
		t.Fatalf("%d logs of another contract kept", n)
	}
	s.hook = nil
	if err := f.Sync(ctx); err != nil || len(recorded(t, db)) != 3 {
		t.Fatalf("%d logs, %v", len(recorded(t, db)), err)
	}
	if number, started, err := f.Position(ctx); number != 2 || !started || err != nil {
		t.Fatalf("position %d, %v, %v", number, started, err)
	}
}

func TestFollowerShrinksAndGrowsItsRange(t *testing.T) {
	ctx, db := t.Context(), openStore(t)
	s := &scripted{maxSpan: 7}
	for range 500 {
		s.mine(1)
	}
	requests := 0
	s.hook = func() error { requests++; return nil }
	f := newFollower(FollowerConfig{Name: "test", DB: db, Handler: recorder{}, Keep: 2}, s)
	if err := f.Sync(ctx); err != nil || len(recorded(t, db)) != 500 {
		t.Fatalf("%d logs, %v", len(recorded(t, db)), err)
	}
	if requests > 1000 {
		t.Errorf("%d requests for 500 blocks in ranges of up to 7", requests)
	}
	s.maxSpan = 0 // refuses everything: an error, not an endless loop
	for range 10 {
		s.mine(1)
	}
	if err := f.Sync(ctx); err == nil {
		t.Fatal("an endpoint that refuses all ranges went unnoticed")
	}
}

// failing is a handler that cannot store.
type failing struct{ recorder }

func (failing) Apply(*store.Tx, types.Log) error { return errTest }

func TestFollowerKeepsItsCursorWhenTheHandlerFails(t *testing.T) {
	ctx, db := t.Context(), openStore(t)
	s := &scripted{maxSpan: 100}
	s.mine(0)
	s.mine(1)
	cfg := FollowerConfig{Name: "test", DB: db, Handler: failing{}}
	if err := newFollower(cfg, s).Sync(ctx); !errors.Is(err, errTest) {
		t.Fatal(err)
	}
	cfg.Handler = recorder{}
	if err := newFollower(cfg, s).Sync(ctx); err != nil || len(recorded(t, db)) != 1 {
		t.Fatalf("the log was skipped: %v", err)
	}
}

func TestFollowerRunEndsAndRetries(t *testing.T) {
	db := openStore(t)
	s := &scripted{maxSpan: 100}
	s.mine(0)
	s.mine(1)
	ctx, cancel := context.WithCancel(t.Context())
	failures := 3
	s.hook = func() error {
		if failures--; failures >= 0 {
			return errTest
		}
		if failures < -10 {
			cancel()
		}
		return nil
	}
	err := newFollower(FollowerConfig{Name: "test", DB: db, Handler: recorder{}, Poll: time.Millisecond}, s).Run(ctx)
	if !errors.Is(err, context.Canceled) || len(recorded(t, db)) != 1 {
		t.Fatalf("%v, %d logs", err, len(recorded(t, db)))
	}
}

// batches is a handler that counts the logs of each transaction.
type batches struct {
	recorder
	sizes map[*store.Tx]int
}

func (b batches) Apply(tx *store.Tx, _ types.Log) error {
	b.sizes[tx]++
	return nil
}

func TestFollowerStoresFewLogsAtOnce(t *testing.T) {
	s := &scripted{maxSpan: 100}
	s.mine(0)
	for range 8 {
		s.mine(logsAtOnce/3 + 1)
	}
	handler := batches{sizes: make(map[*store.Tx]int)}
	f := newFollower(FollowerConfig{Name: "test", DB: openStore(t), Handler: handler}, s)
	if err := f.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, size := range handler.sizes {
		if all += size; size > logsAtOnce+logsAtOnce/3 {
			t.Errorf("%d logs in one transaction", size)
		}
	}
	if want := 8 * (logsAtOnce/3 + 1); all != want {
		t.Errorf("%d logs, want %d", all, want)
	}
}

// A fork comes and goes between two requests, so that nothing of it is left to see. What was read from it
// meanwhile is not stored.
func TestForkThatComesAndGoes(t *testing.T) {
	for at := 1; ; at += stride() {
		ctx, db := t.Context(), openStore(t)
		s := &scripted{maxSpan: 20, silent: true}
		for range 60 {
			s.mine(1)
		}
		f := newFollower(FollowerConfig{Name: "test", DB: db, Handler: recorder{}, Keep: 10}, s)
		chain := s.blocks
		fork := &scripted{blocks: slices.Clone(chain[:5]), salt: 1 << 40}
		for range 60 {
			fork.mine(1)
		}
		requests := 0
		s.hook = func() error {
			switch requests++; requests {
			case at:
				s.blocks = fork.blocks[:len(chain)]
			case at + 2:
				s.blocks = chain
			}
			return nil
		}
		_ = f.Sync(ctx)
		s.blocks = chain
		if err := f.Sync(ctx); err != nil || !maps.Equal(recorded(t, db), s.want(0)) {
			t.Fatalf("fork at request %d: database holds %d logs, the chain %d, %v", at, len(recorded(t, db)), len(s.want(0)), err)
		}
		if requests < at {
			if at < 20 {
				t.Fatalf("only %d requests: is anything tested?", requests)
			}
			return
		}
	}
}
