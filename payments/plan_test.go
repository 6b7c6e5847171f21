package payments

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

var alice, bob = identity.Address{1}, identity.Address{2} // two providers

// same is a channel that nothing has changed lately.
func same(c Channel) ChannelState { return ChannelState{Confirmed: c, Latest: c} }

func TestPlanLock(t *testing.T) {
	busy := ChannelState{Busy: true}
	locked := Channel{Provider: alice, Locked: 1000, Epoch: 4}
	cleared := Channel{Provider: bob, Locked: 700, Cleared: 700, Epoch: 9}
	half := same(locked)
	half.Promised = 500
	low := same(locked)
	low.Promised = 901
	confirming := ChannelState{Latest: locked}
	unlocking := locked
	unlocking.UnlockAt = time.Unix(1, 0)
	inUse := half
	inUse.Busy = true
	underWay := ChannelState{Signed: intent.Lock{Provider: bob, Locked: 5}}
	arrived := same(cleared)
	arrived.Signed = intent.Lock{Provider: bob, Locked: 700, Epoch: 9}
	dead := same(Channel{Epoch: 3})
	dead.Signed = intent.Lock{Provider: bob, Locked: 5, Epoch: 2}
	retired := cleared
	retired.Epoch = math.MaxUint16

	for name, c := range map[string]struct {
		channels []ChannelState // the others are busy
		deposit  money.Amount
		want     Plan
		err      error
	}{
		"reuse":                     {[]ChannelState{same(Channel{}), half}, 0, Plan{Reuse, 1, 4, 1000, 0, 0, 500, 0}, nil},
		"reuse before all":          {[]ChannelState{low, same(cleared), half}, 1e6, Plan{Reuse, 2, 4, 1000, 0, 0, 500, 0}, nil},
		"confirming":                {[]ChannelState{same(Channel{}), confirming}, 1e6, Plan{Await, 1, 4, 1000, 0, 0, 1000, 0}, nil},
		"top up":                    {[]ChannelState{same(Channel{}), low}, 1e6, Plan{TopUp, 1, 4, 1301, 301, 0, 400, 0}, nil},
		"busy, so another":          {[]ChannelState{inUse, same(Channel{Epoch: 2})}, 1e6, Plan{New, 1, 2, 400, 400, 0, 400, 0}, nil},
		"unlocking, so another":     {[]ChannelState{same(unlocking), same(Channel{})}, 1e6, Plan{New, 1, 0, 400, 400, 0, 400, 0}, nil},
		"free with a remainder":     {[]ChannelState{same(Channel{Locked: 150, Epoch: 5})}, 250, Plan{New, 0, 5, 400, 250, 150, 400, 0}, nil},
		"free with more than asked": {[]ChannelState{same(Channel{Locked: 450, Epoch: 5})}, 0, Plan{New, 0, 5, 450, 0, 450, 450, 0}, nil},
		"cheapest free one":         {[]ChannelState{same(Channel{}), same(Channel{Locked: 9, Epoch: 1})}, 1e6, Plan{New, 1, 1, 400, 391, 9, 400, 0}, nil},
		"switch":                    {[]ChannelState{same(cleared)}, 400, Plan{Switch, 0, 10, 400, 400, 0, 400, 0}, nil},
		"switch when ours unlocks":  {[]ChannelState{same(Channel{Provider: alice, Locked: 5, Cleared: 5, Epoch: 1, UnlockAt: time.Unix(1, 0)})}, 400, Plan{Switch, 0, 2, 400, 400, 0, 400, 0}, nil},
		"freed and reclaimed":       {[]ChannelState{same(Channel{Locked: 3, Cleared: 3, Epoch: 7})}, 400, Plan{Switch, 0, 8, 400, 400, 0, 400, 0}, nil},
		"lock arrived":              {[]ChannelState{arrived}, 400, Plan{Switch, 0, 10, 400, 400, 0, 400, 0}, nil},
		"lock of a dead epoch":      {[]ChannelState{dead}, 400, Plan{New, 0, 3, 400, 400, 0, 400, 0}, nil},
		"lock under way":            {[]ChannelState{underWay}, 1e6, Plan{}, ErrNoChannel},
		"not cleared":               {[]ChannelState{same(Channel{Provider: bob, Locked: 7, Cleared: 6})}, 1e6, Plan{}, ErrNoChannel},
		"retired":                   {[]ChannelState{same(retired)}, 1e6, Plan{}, ErrNoChannel},
		"all busy":                  {nil, 1e6, Plan{}, ErrNoChannel},
		"poor":                      {[]ChannelState{same(Channel{})}, 399, Plan{}, ErrFunds},
		"full":                      {[]ChannelState{{Confirmed: Channel{Provider: alice, Locked: money.MaxLock}, Latest: Channel{Provider: alice, Locked: money.MaxLock}, Promised: money.MaxLock}}, 1e6, Plan{}, ErrNoChannel},
	} {
		channels := [intent.Channels]ChannelState{busy, busy, busy, busy, busy, busy}
		copy(channels[:], c.channels)
		got, err := PlanLock(channels, Need{Provider: alice, Amount: 400, Deposit: c.deposit})
		if got != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

// contract is the payments contract's lock: contracts/src/Ledger.sol, function lock.
func contract(c Channel, balance money.Amount, l intent.Lock) error {
	var held money.Amount
	if c.Provider == l.Provider && c.Epoch == l.Epoch {
		if l.Locked <= c.Locked || !c.UnlockAt.IsZero() {
			return errors.New("not more, or unlocking")
		}
		held = c.Locked
	} else {
		held = c.Locked - c.Cleared
		next := uint32(c.Epoch)
		if !c.Provider.IsZero() || c.Cleared != 0 {
			if held != 0 {
				return errors.New("busy")
			}
			next++
		}
		if uint32(l.Epoch) != next || l.Locked == 0 || l.Locked < held {
			return errors.New("wrong epoch, or not more")
		}
	}
	if l.Locked-held > balance {
		return errors.New("not covered")
	}
	return nil
}

// Whatever the channels are, the contract accepts the lock of a plan, at the cost that the plan names.
func TestPlansAreAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var channels [intent.Channels]ChannelState
		for i := range channels {
			c := Channel{Epoch: rapid.SampledFrom([]uint16{0, 1, 7, math.MaxUint16}).Draw(t, "epoch")}
			c.Provider = rapid.SampledFrom([]identity.Address{{}, alice, bob}).Draw(t, "provider")
			c.Locked = money.Amount(rapid.Uint64Range(0, 2000).Draw(t, "locked"))
			c.Cleared = money.Amount(rapid.Uint64Range(0, uint64(c.Locked)).Draw(t, "cleared"))
			if c.Provider.IsZero() {
				c.Cleared = 0
			}
			if rapid.Bool().Draw(t, "all cleared") {
				c.Cleared = c.Locked
			}
			if rapid.IntRange(0, 4).Draw(t, "unlocking") == 0 && !c.Provider.IsZero() {
				c.UnlockAt = time.Unix(1, 0)
			}
			channels[i] = same(c)
			channels[i].Busy = rapid.IntRange(0, 4).Draw(t, "busy") == 0
			channels[i].Promised = money.Amount(rapid.Uint64Range(uint64(c.Cleared), uint64(c.Locked)).Draw(t, "promised"))
		}
		n := Need{Provider: alice, Amount: money.Amount(rapid.Uint64Range(1, 3000).Draw(t, "amount")), Deposit: money.Amount(rapid.Uint64Range(0, 3000).Draw(t, "deposit"))}
		p, err := PlanLock(channels, n)
		if err != nil {
			return
		}
		c := channels[p.Channel]
		switch {
		case c.Busy || p.Cost > n.Deposit:
			t.Fatalf("%+v takes %+v", p, c)
		case p.OnChain():
			if c.Latest.Provider != alice || c.Latest.Locked-max(c.Promised, c.Latest.Cleared) != p.Remaining || p.Cost != 0 {
				t.Fatalf("%+v reuses %+v", p, c)
			}
			return
		}
		lock := intent.Lock{Provider: alice, Channel: p.Channel, Epoch: p.Epoch, Locked: p.Lock}
		if err := contract(c.Latest, p.Cost, lock); err != nil {
			t.Fatalf("%+v on %+v: %v", p, c.Latest, err)
		}
		if p.Cost > 0 && contract(c.Latest, p.Cost-1, lock) == nil || p.Remaining < n.Amount {
			t.Fatalf("%+v on %+v costs less, or leaves less than %d", p, c.Latest, n.Amount)
		}
	})
}

func TestLedgerPlans(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	l := w.consumer.ledger
	plan, err := l.Plan(t.Context(), bob, 100, 1000)
	if err != nil || plan.Action != New || plan.Channel != 0 {
		t.Fatalf("%+v, %v", plan, err)
	}
	signed, err := l.SignLock(t.Context(), bob, plan)
	if err != nil || signed.Verify(testDomain) != nil || signed.Locked != 100 {
		t.Fatalf("%+v, %v", signed, err)
	}
	if until := time.Until(time.Unix(int64(signed.ValidUntil), 0)); until > intent.MaxLockAhead*time.Second || until < time.Minute {
		t.Errorf("valid for %v", until)
	}
	// The lock for bob may still get on chain, so alice gets another channel; also after a restart.
	w.open(&w.consumer)
	l = w.consumer.ledger
	if plan, err = l.Plan(t.Context(), alice, 100, 1000); err != nil || plan.Channel != 1 || plan.Elsewhere != w.terms.Lock {
		t.Fatalf("%+v, %v", plan, err)
	}
	// The session's own provider has a lock with money left.
	if plan, err = l.Plan(t.Context(), w.terms.Peer, 100, 0); err != nil || plan.Action != Reuse || plan.Channel != w.terms.Channel || plan.Elsewhere != 0 {
		t.Fatalf("%+v, %v", plan, err)
	}
	payer, err := l.Pay(t.Context(), w.terms)
	if err != nil {
		t.Fatal(err)
	}
	if plan, err = l.Plan(t.Context(), w.terms.Peer, 100, 1000); err != nil || plan.Action != New {
		t.Fatalf("beside an open session: %+v, %v", plan, err)
	}
	if err := payer.Close(context.WithoutCancel(t.Context()), "test"); err != nil {
		t.Fatal(err)
	}
	w.chain.fail(errors.New("no endpoint"))
	if _, err := l.Plan(t.Context(), alice, 100, 1000); err == nil {
		t.Error("plans without a chain")
	}
}
