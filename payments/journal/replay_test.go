package journal

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/store"
)

// deepest is how many blocks the forks of this test replace at most.
const deepest = 64

// forks are lives on a chain that forks, also between two requests of a journal.
type forks struct {
	*lives
	dir       string
	databases int
	before    *atomic.Pointer[func()] // runs before a request is answered; nil for nothing
}

// interrupt puts an endpoint between the bed and its chain at which something can happen before each request.
func (b *bed) interrupt(t *testing.T) *atomic.Pointer[func()] {
	t.Helper()
	to, err := url.Parse(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	var before atomic.Pointer[func()]
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := before.Load(); f != nil {
			(*f)()
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	if b.client, err = chain.NewClient(chain.ClientConfig{URLs: []string{server.URL}, ChainID: b.ChainID()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.client.Close() })
	return &before
}

// fork replaces blocks, of which the transactions are forgotten, or taken up again by the first of the new blocks.
func (f *forks) fork() {
	depth := min(rapid.Uint64Range(1, deepest).Draw(f.t, "depth"), f.Head()-f.blocks)
	if depth == 0 {
		return
	}
	if err := f.Reorg(depth, rapid.Bool().Draw(f.t, "drop")); err != nil {
		f.t.Fatal(err)
	}
}

// mine adds empty blocks, so that forks can be deep.
func (f *forks) mine() {
	for range rapid.IntRange(1, deepest).Draw(f.t, "blocks") {
		f.Commit()
	}
}

// syncDuring forks the chain between two requests of a journal that catches up.
func (f *forks) syncDuring() {
	left := rapid.IntRange(1, 40).Draw(f.t, "requests")
	fork := func() {
		if left--; left == 0 {
			f.fork()
		}
	}
	f.before.Store(&fork)
	_ = f.anyJournal().Sync(context.Background()) // it may find the chain between two forks
	f.before.Store(nil)
}

func (f *forks) anyJournal() *Journal {
	return f.journals[rapid.SampledFrom(f.keys()).Draw(f.t, "journal").Address()]
}

// settle lets every journal catch up. Its sums are the chain's then, and the rows that stand are those that the chain's
// logs give, as they are now.
func (f *forks) settle() {
	f.databases++
	db, err := store.Open(context.Background(), filepath.Join(f.dir, fmt.Sprint(f.databases)))
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for who, j := range f.journals {
		totals := f.agree(f.t, j)
		got, want := kept(entries(f.t, j, Filter{})), kept(entries(f.t, f.replayed(db, who, totals.Block), Filter{}))
		if !slices.Equal(got, want) {
			f.t.Fatalf("%d rows of %s stand, %d are on the chain:\n%+v\n%+v", len(got), who, len(want), got, want)
		}
	}
}

// replayed is the journal that the chain's logs up to a block give, read all at once.
func (f *forks) replayed(db *store.DB, who identity.Address, last uint64) *Journal {
	ctx := context.Background()
	j := New(Config{Client: f.client, DB: db, Domain: f.domain, Self: who})
	logs, err := f.eth.FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(f.start), ToBlock: new(big.Int).SetUint64(last), Addresses: []common.Address{common.Address(f.at.Payments)},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	err = db.InTx(ctx, func(tx *store.Tx) error {
		for i, log := range logs {
			var next *types.Log
			if i+1 < len(logs) {
				next = &logs[i+1]
			}
			if err := newScribe(j).ApplyAhead(tx, log, next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return j
}

// kept are the rows that stand, in order, without their numbers.
func kept(all []Entry) (rows []Entry) {
	for _, e := range all {
		if e.ID = 0; !e.Reversed && e.Reverses == 0 {
			rows = append(rows, e)
		}
	}
	return rows
}

// Whatever is reorganised away, up to 64 blocks deep and also while the chain is read: after every fork the ledger is
// what replaying the chain gives, and agrees with it to the unit.
func TestLedgerEqualsTheReplayOfTheChain(t *testing.T) {
	b := newBed(t)
	before := b.interrupt(t)
	dir, runs := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		f := &forks{lives: newLives(t, b, rapid.Uint64Range(0, 2).Draw(t, "confirmations")), dir: dir, databases: runs, before: before}
		for range rapid.IntRange(1, 3).Draw(t, "forks") {
			for range rapid.IntRange(1, 5).Draw(t, "steps") {
				f.step()
				if rapid.IntRange(0, 5).Draw(t, "mine") == 0 {
					f.mine()
				}
				if rapid.Bool().Draw(t, "look") {
					f.agree(t, f.anyJournal())
				}
			}
			if rapid.Bool().Draw(t, "fork while it is read") {
				f.syncDuring()
			} else {
				f.fork()
			}
			f.settle()
		}
		runs = f.databases
	})
}
