package payments

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// Consumers who unlock next to nothing neither have others' promises cleared dearly, nor keep an urgent one that
// matters from being cleared.
func TestUnlocksOfNextToNothing(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	var gas, each money.Amount
	c := NewClearer(ClearerConfig{
		Ledger: w.provider.ledger, Claimer: &claims{fakeChain: w.chain}, Above: 500, Least: 50, MaxGasPercent: 10,
		GasCost: func(_ context.Context, batch []intent.SignedPromise) (money.Amount, error) {
			return gas + each*money.Amount(len(batch)), nil
		},
	})
	unlocking := func(who *identity.Key) {
		w.chain.set(who.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Epoch: 2, UnlockAt: time.Now().Add(time.Hour)})
	}
	leaves := func(want money.Amount, what string) {
		t.Helper()
		if _, err := c.clear(t.Context(), nil); err != nil && !errors.Is(err, ErrNothingToClear) {
			t.Error(err)
		}
		if got, err := c.Uncleared(t.Context()); err != nil || got != want {
			t.Errorf("%s: %d left, %v; want %d", what, got, err, want)
		}
	}
	gas = 12
	other := w.owe(1000, 100)
	unlocking(w.owe(1000, 10))
	leaves(110, "beside an unlock of next to nothing")
	w.promise(other, 120)
	leaves(0, "in company it is worth it")

	gas, each = 100, 62
	for range 15 {
		unlocking(w.owe(1000, 1))
	}
	unlocking(w.owe(1000, 999))
	leaves(15, "among unlocks of next to nothing")
}

// Little gathers until the release of its channel is asked for: then it is cleared, for the share that the policy allows.
func TestLittleIsClearedForARelease(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	w.promisedIs(700)
	for _, gas := range []money.Amount{71, 70} {
		c := NewClearer(ClearerConfig{
			Ledger: w.provider.ledger, Claimer: w.chain, Least: 701, MaxGasPercent: 10,
			GasCost: func(context.Context, []intent.SignedPromise) (money.Amount, error) { return gas, nil },
		})
		if cleared, err := c.ClearByPolicy(t.Context()); !errors.Is(err, ErrNothingToClear) {
			t.Errorf("nobody has asked: %+v, %v", cleared, err)
		}
		want := map[money.Amount]error{71: ErrNotWorth, 70: ErrClearing}[gas]
		if _, err := c.Release(t.Context(), w.wanted()); !errors.Is(err, want) {
			t.Errorf("a claim for %d: %v, want %v", gas, err, want)
		}
		cleared, err := c.ClearByPolicy(t.Context())
		if asked := gas == 70; asked != (err == nil) || asked && (len(cleared) != 1 || cleared[0].Amount != 700) {
			t.Errorf("a claim for %d: %+v, %v", gas, cleared, err)
		}
		if len(c.asked) > 1 {
			t.Errorf("remembers %v", c.asked)
		}
	}
}
