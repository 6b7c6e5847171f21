package discovery

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
)

// What is announced is offered while its author has the bond: no longer once that is gone, be the author dead or not, and
// again once it is back. While the chain does not tell, nothing changes.
func TestUnbondedAreNotOffered(t *testing.T) {
	var down atomic.Bool
	var mu sync.Mutex
	asked := map[identity.Address]int{}
	w := newWorld(t, func(cfg *DirectoryConfig) {
		known := cfg.Bonded
		cfg.Bonded = func(ctx context.Context, who identity.Address) (bool, error) {
			mu.Lock()
			asked[who]++
			mu.Unlock()
			if down.Load() {
				return false, errors.New("no chain")
			}
			return known(ctx, who)
		}
	})
	gone := key(t, 1).Address()
	const others = 2 * bondsAtOnce
	for seed := range byte(others + 1) {
		w.announce(encode(t, sign(t, 1+seed, proposal(), record.NewStamp(0, epoch, 12*time.Hour)).Record), nil)
	}
	offered := func(when string, want int) {
		t.Helper()
		if found := w.offers(market.Filter{}); len(found) != want {
			t.Errorf("%s: %d are offered, want %d", when, len(found), want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- w.dir.Run(ctx) }()
		round := func() { time.Sleep(6*bondEvery + time.Second); synctest.Wait() } // twice through all, three steps each
		round()
		offered("all have the bond", others+1)
		mu.Lock()
		clear(asked)
		mu.Unlock()
		w.set(w.bondless, gone, true)
		round()
		offered("one has none", others)
		mu.Lock()
		for who, times := range asked {
			if times != 2 {
				t.Errorf("%s was looked at %d times", who, times)
			}
		}
		mu.Unlock()
		down.Store(true)
		w.set(w.bondless, gone, false)
		round()
		offered("nobody knows", others)
		down.Store(false)
		round()
		offered("it is back", others+1)

		// Who announces anew is offered at once.
		w.set(w.bondless, gone, true)
		round()
		w.set(w.bondless, gone, false)
		w.announce(encode(t, sign(t, 1, proposal(), record.NewStamp(1, epoch.Add(time.Second), 12*time.Hour)).Record), nil)
		offered("announced anew", others+2)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Who deposits the bond and announces while it is being looked at is not hidden by what that look still found.
func TestBondedWhileLookedAt(t *testing.T) {
	author := key(t, 1).Address()
	var during func()
	w := newWorld(t, func(cfg *DirectoryConfig) {
		known := cfg.Bonded
		cfg.Bonded = func(ctx context.Context, who identity.Address) (bool, error) {
			bonded, err := known(ctx, who)
			if do := during; do != nil {
				during = nil
				do()
			}
			return bonded, err
		}
	})
	announce := func(after time.Duration) {
		w.announce(encode(t, sign(t, 1, proposal(), record.NewStamp(0, epoch.Add(after), 12*time.Hour)).Record), nil)
	}
	announce(0)
	w.set(w.bondless, author, true)
	during = func() {
		w.set(w.bondless, author, false)
		announce(time.Second)
	}
	w.dir.lookAtBonds(t.Context())
	if found := w.offers(market.Filter{}); len(found) != 1 {
		t.Errorf("%d are offered", len(found))
	}
	// What a later look finds counts.
	w.set(w.bondless, author, true)
	w.dir.lookAtBonds(t.Context())
	if found := w.offers(market.Filter{}); len(found) != 0 {
		t.Errorf("without a bond %d are offered", len(found))
	}
}
