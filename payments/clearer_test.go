package payments

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// owe puts a confirmed lock on chain and a promise of a new consumer into the provider's book.
func (w *world) owe(locked, amount money.Amount) *identity.Key {
	w.t.Helper()
	key := newKey(w.t)
	w.chain.set(key.Address(), 1, Channel{Provider: w.terms.Peer, Locked: locked, Epoch: 2})
	w.promise(key, amount)
	return key
}

func (w *world) promise(key *identity.Key, amount money.Amount) {
	w.t.Helper()
	p, err := intent.SignPromise(key, intent.Promise{Provider: w.terms.Peer, Channel: 1, Epoch: 2, Amount: amount}, testDomain)
	if err != nil {
		w.t.Fatal(err)
	}
	l := w.provider.ledger
	if err := l.group.do(context.Background(), p.Consumer, func(tx *store.Tx) error { return tx.SavePromise(l.promiseRow(p)) }); err != nil {
		w.t.Fatal(err)
	}
}

// claims counts what a claimer is given.
type claims struct {
	*fakeChain
	batches []int
	fees    []money.Amount // that a relayer may take of each
	err     error
}

func (c *claims) Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (Claim, error) {
	c.batches, c.fees = append(c.batches, len(promises)), append(c.fees, most)
	if c.err != nil {
		return Claim{}, c.err
	}
	return c.fakeChain.Claim(ctx, promises, most)
}

// What a relayer may take of a batch is the share that is set, and on demand what was agreed to, but never more than the
// contract lets it, which it may of what an unlock would take away.
func TestFeeOfABatch(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	claimer := &claims{fakeChain: w.chain}
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: claimer, MaxGasPercent: 10})
	for i, agreed := range []*money.Amount{nil, new(money.Amount(7)), new(money.Amount(5000))} {
		w.owe(1000, 500)
		w.owe(1000, 509)
		if _, err := c.clear(t.Context(), agreed); err != nil {
			t.Fatal(err)
		}
		if want := []money.Amount{100, 7, 252}[i]; claimer.fees[i] != want {
			t.Errorf("a fee of %d may be taken, want %d", claimer.fees[i], want)
		}
	}
	c.cfg.MaxGasPercent = 30
	b := claimBatch{promises: []outstanding{{due: 500}, {due: 509}}}
	if got := c.mayTake(b, nil); got != 252 {
		t.Errorf("a set share of %d", got)
	}
	c.cfg.MaxGasPercent = 10
	b.urgent = true
	for until, want := range map[time.Duration]money.Amount{lastDay - time.Minute: 252, lastDay + time.Minute: 100} {
		b.promises[0].until, b.promises[1].until = time.Now().Add(until), time.Now().Add(72*time.Hour)
		if got := c.mayTake(b, nil); got != want {
			t.Errorf("%s before an unlock %d, want %d", until, got, want)
		}
	}
}

// unheard takes a claim on for a fee, and tells nothing of it.
type unheard struct {
	slowClaimer
	most []money.Amount
}

func (u *unheard) Claim(_ context.Context, _ []intent.SignedPromise, most money.Amount) (Claim, error) {
	u.most = append(u.most, most)
	return Claim{ID: "1", Fee: min(most, 5)}, nil
}

// What was signed for a claim of which nothing is heard may still be due: it is not agreed to a second time.
func TestFeesOfClaimsThatMayTakeEffect(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	for range 3 {
		w.owe(1000, 100)
	}
	synctest.Test(t, func(t *testing.T) {
		claimer := &unheard{slowClaimer: slowClaimer{answers: []Claim{{}}}}
		c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: claimer, Batch: 1})
		if _, err := c.Clear(t.Context(), 7); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if !slices.Equal(claimer.most, []money.Amount{7, 2, 0}) {
			t.Errorf("may take %v", claimer.most)
		}
	})
}

func TestClearOnDemand(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	for _, amount := range []money.Amount{10, 20, 30, 5000} {
		w.owe(1000, amount)
	}
	claimer := &claims{fakeChain: w.chain}
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: claimer, Batch: 3, Least: 1e6})
	if got, err := c.Uncleared(t.Context()); err != nil || got != 10+20+30+1000 {
		t.Errorf("uncleared %d, %v", got, err)
	}
	got, err := c.Clear(t.Context(), money.MaxLock)
	if err != nil || len(got) != 2 || got[0].Amount+got[1].Amount != 1060 || got[0].Promises != 3 || got[1].Promises != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, ErrNothingToClear) {
		t.Errorf("again: %v", err)
	}
	w.owe(1000, 7)
	claimer.err = errors.New("relayer is away")
	if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, claimer.err) {
		t.Errorf("relayer away: %v", err)
	}
	claimer.err = nil
	if got, err := c.Clear(t.Context(), money.MaxLock); err != nil || got[0].Amount != 7 {
		t.Errorf("relayer back: %+v, %v", got, err)
	}
}

func TestClearingPolicy(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		claimer := &claims{fakeChain: w.chain}
		gas := money.Amount(0)
		var failing error
		c := NewClearer(ClearerConfig{
			Ledger: w.provider.ledger, Claimer: claimer, Above: 500, Least: 50,
			GasCost: func(context.Context, []intent.SignedPromise) (money.Amount, error) { return gas, failing }, MaxGasPercent: 10,
		})
		left := func(want money.Amount, what string) {
			t.Helper()
			synctest.Wait()
			if got, err := c.Uncleared(t.Context()); err != nil || got != want {
				t.Errorf("%s: %d left, %v; want %d", what, got, err, want)
			}
		}
		first := w.owe(1000, 100)
		if _, err := w.provider.ledger.reserve(first.Address(), w.terms.Peer, 1); err != nil { // its session is open
			t.Fatal(err)
		}
		w.owe(1000, 49) // not worth it
		w.owe(1000, 51)
		ran := make(chan error, 1)
		go func() { ran <- c.Run(ctx) }()
		left(149, "after the start")

		w.promise(first, 499)
		time.Sleep(time.Minute)
		left(499+49, "below the threshold")
		w.promise(first, 500)
		time.Sleep(time.Minute)
		left(49, "at the threshold")

		w.promise(first, 600)
		w.provider.ledger.free(first.Address(), 1)
		c.Notify()
		left(49, "at the session's end")

		gas = 12
		w.promise(first, 700)
		c.Notify()
		left(149, "gas is too dear")
		w.chain.set(first.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Cleared: 600, Epoch: 2, UnlockAt: time.Now().Add(time.Hour)})
		c.Notify()
		left(49, "before an unlock")

		// Whoever cannot tell what the gas costs lets it be, unless it would be lost.
		failing = errors.New("no endpoint")
		second := w.owe(1000, 200)
		c.Notify()
		left(249, "the gas is not known")
		w.chain.set(second.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Epoch: 2, UnlockAt: time.Now().Add(time.Hour)})
		c.Notify()
		left(49, "before an unlock, the gas is not known")

		cancel()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestClaimsThatTakeTheirTime(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	consumer := w.owe(1000, 100)
	synctest.Test(t, func(t *testing.T) {
		slow := &slowClaimer{answers: []Claim{{}, {Transaction: "0x1"}, {Mined: true, Transaction: "0x1", Block: 4}}}
		c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: slow})
		if got, err := c.Clear(t.Context(), money.MaxLock); err != nil || got[0].Block != 4 {
			t.Errorf("%+v, %v", got, err)
		}
		slow.answers = []Claim{{Failed: true, Reason: "reverted"}}
		if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, ErrClaim) {
			t.Errorf("failed claim: %v", err)
		}
		slow.answers = []Claim{{}}
		if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("claim that never ends: %v", err)
		}
		slow.answers = []Claim{{Failed: true, Reason: "NothingChanged"}}
		slow.then = func() {
			w.chain.set(consumer.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Cleared: 100, Epoch: 2})
		}
		if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, ErrNothingToClear) {
			t.Errorf("another transaction cleared it: %v", err)
		}
		w.chain.set(consumer.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Epoch: 2})
		slow.then = func() { w.chain.set(consumer.Address(), 1, Channel{Epoch: 3}) }
		if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, ErrClaim) {
			t.Errorf("an unlock took it away: %v", err)
		}
	})
}

// A relayer that comes back is not kept waiting for a whole interval.
func TestFailedClearingIsTriedAgainSoon(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	w.owe(1000, 100)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		claimer := &claims{fakeChain: w.chain, err: errors.New("relayer is away")}
		c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: claimer})
		ran := make(chan error, 1)
		go func() { ran <- c.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(claimer.batches); n < 10 || n > 20 {
			t.Errorf("tried %d times in ten minutes", n)
		}
		c.Notify() // a session has ended
		synctest.Wait()
		claimer.err = nil
		c.Notify()
		synctest.Wait()
		if got, err := c.Uncleared(t.Context()); err != nil || got != 0 {
			t.Errorf("%d left, %v", got, err)
		}
		cancel()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// What an unlock would take away soonest goes first, and a batch that fails holds up none after it.
func TestUrgentFirstAndFailedBatches(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	now := time.Now()
	until := func(amount money.Amount, at time.Time) {
		key := w.owe(1000, amount)
		w.chain.set(key.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Epoch: 2, UnlockAt: at})
	}
	until(1, time.Time{})
	until(2, now.Add(3*time.Hour))
	until(3, time.Time{})
	until(4, now.Add(2*time.Hour))
	until(5, now.Add(time.Hour))
	refusing := errors.New("the relayer refuses")
	claimer := &picky{fakeChain: w.chain, refuse: map[money.Amount]error{5: refusing, 2: refusing}}
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: claimer, Batch: 1})
	batches, err := c.Pending(t.Context())
	if err != nil || len(batches) != 5 || batches[0].Promises[0].Amount != 5 || batches[0].Amount != 5 || batches[0].Most != 1 || batches[2].Most != 0 {
		t.Errorf("pending %+v, %v", batches, err)
	}
	done, err := c.Clear(t.Context(), money.MaxLock)
	if !errors.Is(err, refusing) || len(done) != 3 {
		t.Errorf("%+v, %v", done, err)
	}
	if want := []money.Amount{5, 4, 2, 1, 3}; !slices.Equal(claimer.asked, want) {
		t.Errorf("in the order %v, want %v", claimer.asked, want)
	}
	if got, err := c.Uncleared(t.Context()); err != nil || got != 7 {
		t.Errorf("%d left, %v", got, err)
	}
}

// A relayer that said of promises that they were cleared, and did not clear them, is avoided the next time.
func TestClaimsThatBroughtNothing(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	key := w.owe(1000, 7)
	w.chain.set(key.Address(), 1, Channel{Provider: w.terms.Peer, Locked: 1000, Epoch: 2})
	liar := &lying{lies: 1}
	liar.fakeChain = w.chain
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: liar})
	for i, want := range [][]string{nil, {"claim 1"}} {
		if _, err := c.Clear(t.Context(), money.MaxLock); err != nil || !slices.Equal(liar.avoided, want) {
			t.Errorf("clearing %d: %v; avoided %v, want %v", i+1, err, liar.avoided, want)
		}
	}
	if got, err := c.Uncleared(t.Context()); err != nil || got != 0 {
		t.Errorf("%d left, %v", got, err)
	}
}

// lying says of some claims that they are mined, and does nothing.
type lying struct {
	*fakeChain
	lies    int
	avoided []string
}

func (l *lying) Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (Claim, error) {
	if l.lies > 0 {
		l.lies--
		return Claim{ID: "claim 1", Mined: true, Transaction: "0x1", Block: 1}, nil
	}
	return l.fakeChain.Claim(ctx, promises, most)
}

func (l *lying) Avoid(id string) { l.avoided = append(l.avoided, id) }

// picky refuses promises of some amounts.
type picky struct {
	*fakeChain
	refuse map[money.Amount]error
	asked  []money.Amount
}

func (p *picky) Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (Claim, error) {
	p.asked = append(p.asked, promises[0].Amount)
	if err := p.refuse[promises[0].Amount]; err != nil {
		return Claim{}, err
	}
	return p.fakeChain.Claim(ctx, promises, most)
}

// Who was never promised anything, such as a consumer, hears so without a chain.
func TestNothingToClearNeedsNoChain(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	w.provider.ledger.cfg.Fresh = func(context.Context) error { return errors.New("no endpoint answers") }
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: &slowClaimer{answers: []Claim{{}}}})
	if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, ErrNothingToClear) {
		t.Errorf("clear: %v", err)
	}
}

// A claim that cannot end while the chain is away is not waited for.
func TestClearWithoutChain(t *testing.T) {
	w := newWorld(t)
	away := errors.New("no endpoint answers")
	w.open(&w.provider)
	w.owe(1000, 100)
	w.provider.ledger.cfg.Fresh = func(context.Context) error { return away }
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: &slowClaimer{answers: []Claim{{}}}})
	c.turn <- struct{}{} // the background's claim
	if _, err := c.Clear(t.Context(), money.MaxLock); !errors.Is(err, away) {
		t.Errorf("clear without a chain: %v", err)
	}
}

type slowClaimer struct {
	answers []Claim
	then    func() // when not nil, what happens with an answer
}

func (s *slowClaimer) Claim(context.Context, []intent.SignedPromise, money.Amount) (Claim, error) {
	return Claim{ID: "1"}, nil
}

func (s *slowClaimer) Avoid(string) {}

func (s *slowClaimer) Claimed(context.Context, string) (Claim, error) {
	answer := s.answers[0]
	if s.then != nil {
		s.then()
	}
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	return answer, nil
}

// Promises of an epoch that is over are forgotten, but only after a while, in which it never came back, and once every
// endpoint says so of a depth that no reorganisation reaches.
func TestDeadPromisesAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	key := w.owe(1000, 100)
	old, next := Channel{Provider: w.terms.Peer, Locked: 1000, Epoch: 2}, Channel{Epoch: 3}
	synctest.Test(t, func(t *testing.T) {
		c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain})
		kept := func(want int, uncleared money.Amount, what string) {
			t.Helper()
			if got, err := c.Uncleared(t.Context()); err != nil || got != uncleared {
				t.Errorf("%s: %d uncleared, %v", what, got, err)
			}
			if all, err := w.provider.ledger.PromisedTo(t.Context()); err != nil || len(all) != want {
				t.Errorf("%s: %d promises, %v", what, len(all), err)
			}
		}
		over, unheard := true, errors.New("an endpoint does not answer")
		var failing error
		w.provider.ledger.cfg.Over = func(_ context.Context, who identity.Address, channel uint8, epoch uint16, deep uint64) (bool, error) {
			if who != key.Address() || channel != 1 || epoch != 2 || deep != defaultSafe {
				t.Errorf("asked for channel %d of %s in epoch %d, %d deep", channel, who, epoch, deep)
			}
			return over && failing == nil, failing
		}
		w.chain.set(key.Address(), 1, next)
		kept(1, 0, "freed just now")
		time.Sleep(forgetAfter - time.Second)
		kept(1, 0, "not long enough ago")
		w.chain.set(key.Address(), 1, old)
		kept(1, 100, "back again")
		w.chain.set(key.Address(), 1, next)
		time.Sleep(time.Minute)
		kept(1, 0, "freed a second time")
		time.Sleep(forgetAfter)
		over = false
		kept(1, 0, "not by every endpoint")
		over, failing = true, unheard
		kept(1, 0, "not every endpoint heard")
		failing = nil
		kept(0, 0, "freed long ago")
	})
}

func TestRestartClosesSessions(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	w.open(&w.provider)
	theirs := w.terms
	theirs.Peer = w.consumer.key.Address()
	if _, err := w.provider.ledger.Collect(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	if _, err := w.consumer.ledger.Pay(t.Context(), w.terms); err != nil {
		t.Fatal(err)
	}
	w.open(&w.consumer)
	w.open(&w.provider)
	if got := w.consumer.ledger.Previous(w.terms.Peer, w.terms.Channel); got != w.terms.Session {
		t.Errorf("the session that was cut off is %x, not %x", w.terms.Session, got)
	}
	if got := w.consumer.ledger.Previous(w.consumer.key.Address(), w.terms.Channel); got != ([16]byte{}) {
		t.Errorf("another provider would hear of session %x", got)
	}
	for _, l := range []*Ledger{w.consumer.ledger, w.provider.ledger} {
		rows, err := l.Sessions(t.Context(), 10)
		if err != nil || len(rows) != 1 || rows[0].Reason != ReasonRestarted || rows[0].Ended.IsZero() || rows[0].ServiceType != "wireguard" || rows[0].Country != "DE" {
			t.Errorf("%+v, %v", rows, err)
		}
	}
}
