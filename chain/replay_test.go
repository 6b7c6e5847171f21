package chain

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/store"
)

// deepest is how many blocks the forks of these tests replace at most.
const deepest = 64

// forks is a node's follower, two endpoints, and a chain that forks, in one random run.
type forks struct {
	t             *rapid.T
	chain         *scripted
	endpoints     []*fakeEndpoint
	confirmations uint64
	path          string

	now      time.Time
	db       *store.DB
	client   *Client
	follower *Follower
}

// restart ends the process but for its database, and starts the next one.
func (f *forks) restart() {
	f.stop()
	db, err := store.Open(context.Background(), f.path)
	if err != nil {
		f.t.Fatalf("%v", err)
	}
	f.db = db
	f.client, _ = fakeClient(f.t, func() time.Time { return f.now }, f.endpoints...)
	f.follower = NewFollower(FollowerConfig{
		Name: "test", Client: f.client, DB: f.db, Handler: recorder{}, Confirmations: f.confirmations,
		Topics: [][]common.Hash{nil}, // any, but one
	})
}

func (f *forks) stop() {
	if f.db == nil {
		return
	}
	if err := f.client.Close(); err != nil {
		f.t.Fatalf("%v", err)
	}
	if err := f.db.Close(); err != nil {
		f.t.Fatalf("%v", err)
	}
}

func (f *forks) mine(most int) {
	for range rapid.IntRange(1, most).Draw(f.t, "blocks") {
		f.chain.mine(rapid.IntRange(0, 2).Draw(f.t, "logs"))
	}
}

// fork replaces blocks by at least as many others.
func (f *forks) fork() {
	depth := min(rapid.IntRange(1, deepest).Draw(f.t, "depth"), len(f.chain.blocks)-1)
	f.chain.blocks = slices.Clone(f.chain.blocks[:len(f.chain.blocks)-depth])
	for range depth + rapid.IntRange(0, 3).Draw(f.t, "grown by") {
		f.chain.mine(rapid.IntRange(0, 2).Draw(f.t, "logs"))
	}
}

// trouble makes one endpoint bad, or good again.
func (f *forks) trouble() {
	e := rapid.SampledFrom(f.endpoints).Draw(f.t, "endpoint")
	*e = *healthy(f.chain, e.now)
	switch rapid.SampledFrom([]string{"none", "lag", "refuse", "break", "stall", "foreign", "forge"}).Draw(f.t, "trouble") {
	case "lag":
		e.lag = rapid.Uint64Range(1, 70).Draw(f.t, "blocks")
	case "refuse":
		e.maxSpan = rapid.Uint64Range(0, 40).Draw(f.t, "largest range")
		e.manner = rapid.SampledFrom([]string{"answer", "status"}).Draw(f.t, "manner")
	case "break":
		e.broken = rapid.SampledFrom([]string{"dead", "500", "garbage", "null", "zero"}).Draw(f.t, "how")
	case "stall":
		e.age = MaxHeadAge + time.Second
	case "foreign":
		e.chainID = fakeChainID + 1
	case "forge":
		e.forge = rapid.SampledFrom(slices.Collect(maps.Values(forgeries))).Draw(f.t, "forgery")
	}
}

func healthy(chain *scripted, now func() time.Time) *fakeEndpoint {
	return &fakeEndpoint{chain: chain, now: now, maxSpan: 1000}
}

// syncDuring forks the chain in the middle of a run of the follower, between two of its requests.
func (f *forks) syncDuring() {
	left := rapid.IntRange(1, 30).Draw(f.t, "requests")
	hook := func(string) {
		if left--; left == 0 {
			f.fork()
		}
	}
	for _, e := range f.endpoints {
		e.hook = hook
	}
	_ = f.follower.Sync(context.Background())
	for _, e := range f.endpoints {
		e.hook = nil
	}
}

// settle ends all trouble and lets the follower catch up. Then the database must be what applying the
// canonical chain's logs gives.
func (f *forks) settle() {
	for _, e := range f.endpoints {
		*e = *healthy(f.chain, e.now)
	}
	f.now = f.now.Add(2 * returnAfter)
	f.chain.mine(1)
	for range 2 {
		if err := f.follower.Sync(context.Background()); err != nil {
			f.t.Fatalf("sync: %v", err)
		}
	}
	if got, want := recorded(f.t, f.db), f.chain.want(f.confirmations); !maps.Equal(got, want) {
		f.t.Fatalf("database holds %d logs, the chain %d", len(got), len(want))
	}
}

// Forks, refusals, restarts and bad endpoints in any order: once a good endpoint answers, the database
// equals the replay of the canonical chain.
func TestDatabaseEqualsTheReplayOfTheChain(t *testing.T) {
	dir, runs := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		f := &forks{
			t: t, chain: &scripted{}, now: time.Unix(1_700_000_000, 0),
			path:          filepath.Join(dir, fmt.Sprint(runs, ".db")),
			confirmations: rapid.Uint64Range(0, 3).Draw(t, "confirmations"),
		}
		f.chain.mine(0)
		for range 2 {
			f.endpoints = append(f.endpoints, healthy(f.chain, func() time.Time { return f.now }))
		}
		f.mine(300)
		f.restart()
		defer func() { f.stop() }()
		t.Repeat(map[string]func(*rapid.T){
			"mine":               func(*rapid.T) { f.mine(40) },
			"fork":               func(*rapid.T) { f.fork() },
			"trouble":            func(*rapid.T) { f.trouble() },
			"sync":               func(*rapid.T) { _ = f.follower.Sync(context.Background()) },
			"sync during a fork": func(*rapid.T) { f.syncDuring() },
			"restart":            func(*rapid.T) { f.restart() },
			"time":               func(*rapid.T) { f.now = f.now.Add(returnAfter) },
			"settle":             func(*rapid.T) { f.settle() },
		})
		f.settle()
	})
}

// forgeries are answers that no honest endpoint gives.
var forgeries = map[string]func([]types.Log) []types.Log{
	"another contract": func(logs []types.Log) []types.Log { return change(logs, func(l *types.Log) { l.Address[0] ^= 1 }) },
	"another topic": func(logs []types.Log) []types.Log {
		return change(logs, func(l *types.Log) { l.Topics = l.Topics[:0] })
	},
	"later block":  func(logs []types.Log) []types.Log { return change(logs, func(l *types.Log) { l.BlockNumber += 5000 }) },
	"another fork": func(logs []types.Log) []types.Log { return change(logs, func(l *types.Log) { l.BlockHash[0] ^= 1 }) },
	"removed":      func(logs []types.Log) []types.Log { return change(logs, func(l *types.Log) { l.Removed = true }) },
	"twice":        func(logs []types.Log) []types.Log { return append(logs, logs...) },
	"disorder": func(logs []types.Log) []types.Log {
		slices.Reverse(logs)
		return logs
	},
}

// change forges the last of the logs.
func change(logs []types.Log, forge func(*types.Log)) []types.Log {
	if len(logs) > 0 {
		forge(&logs[len(logs)-1])
	}
	return logs
}
