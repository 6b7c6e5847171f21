package payments

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// wanted is the release that the world's consumer asks for.
func (w *world) wanted() intent.Release {
	return intent.Release{Consumer: w.consumer.key.Address(), Channel: w.terms.Channel, Epoch: w.terms.Epoch}
}

// served are the terms of the session as the provider has them.
func (w *world) served() Terms {
	theirs := w.terms
	theirs.Peer = w.consumer.key.Address()
	return theirs
}

// promisedIs puts a promise of the consumer's into the provider's book.
func (w *world) promisedIs(amount money.Amount) {
	w.t.Helper()
	p, err := intent.SignPromise(w.consumer.key, intent.Promise{
		Provider: w.terms.Peer, Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: amount,
	}, testDomain)
	if err == nil {
		err = w.provider.db.InTx(context.Background(), func(tx *store.Tx) error { return tx.SavePromise(w.provider.ledger.promiseRow(p)) })
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// state is the consumer's channel with some of its lock cleared.
func (w *world) state(cleared money.Amount) Channel {
	return Channel{Provider: w.terms.Peer, Locked: w.terms.Lock, Cleared: cleared, Epoch: w.terms.Epoch}
}

func (w *world) chainShows(states ...Channel) {
	w.chain.set(w.consumer.key.Address(), w.terms.Channel, states...)
}

func (w *world) isOwed(debt money.Amount) {
	w.t.Helper()
	l := w.provider.ledger
	err := w.provider.db.InTx(context.Background(), func(tx *store.Tx) error {
		s := l.sessionRow(Session{Terms: w.served(), Role: Provider, Started: time.Now(), Ended: time.Now()})
		return errors.Join(tx.SaveSession(s), l.addDebt(tx, Provider, w.consumer.key.Address(), debt))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// A provider releases only what the chain shows as its own and confirmed, with everything cleared and nothing owed.
func TestWhatIsReleased(t *testing.T) {
	little := small(money.Price{PerGiB: 100_000})
	away := errors.New("no endpoint answers")
	w := newWorld(t)
	w.open(&w.provider)
	for name, c := range map[string]struct {
		prepare func(*world, *ClearerConfig)
		want    error
	}{
		"nothing was promised":     {func(*world, *ClearerConfig) {}, nil},
		"all is cleared":           {func(w *world, _ *ClearerConfig) { w.promisedIs(700); w.chainShows(w.state(700)) }, nil},
		"an unlock was asked for":  {func(w *world, _ *ClearerConfig) { s := w.state(0); s.UnlockAt = time.Now(); w.chainShows(s) }, nil},
		"a little is owed":         {func(w *world, _ *ClearerConfig) { w.isOwed(little) }, nil},
		"more is owed":             {func(w *world, _ *ClearerConfig) { w.isOwed(little + 1) }, ErrDebt},
		"a session is open":        {func(w *world, _ *ClearerConfig) { _, _ = w.provider.ledger.Collect(w.t.Context(), w.served()) }, ErrChannelBusy},
		"something is not cleared": {func(w *world, _ *ClearerConfig) { w.promisedIs(700) }, ErrClearing},
		"cleared, not confirmed":   {func(w *world, _ *ClearerConfig) { w.promisedIs(700); w.chainShows(w.state(700), w.state(0)) }, ErrClearing},
		"cleared to the unit": {func(w *world, _ *ClearerConfig) {
			w.promisedIs(701)
			w.chainShows(w.state(701), w.state(701), w.state(700))
		}, ErrClearing},
		"the lock is not confirmed": {func(w *world, _ *ClearerConfig) { w.chainShows(w.state(0), w.state(0), Channel{}) }, ErrClearing},
		"little to clear":           {func(w *world, c *ClearerConfig) { w.promisedIs(700); c.Least = 701 }, ErrClearing},
		"gas is too dear": {func(w *world, c *ClearerConfig) {
			w.promisedIs(700)
			c.MaxGasPercent = 10
			c.GasCost = func(context.Context, []intent.SignedPromise) (money.Amount, error) { return 71, nil }
		}, ErrNotWorth},
		"no lock": {func(w *world, _ *ClearerConfig) { w.chainShows() }, ErrNotHeld},
		"another's": {func(w *world, _ *ClearerConfig) {
			s := w.state(0)
			s.Provider = w.consumer.key.Address()
			w.chainShows(s)
		}, ErrNotHeld},
		"a later epoch":    {func(w *world, _ *ClearerConfig) { s := w.state(0); s.Epoch++; w.chainShows(s) }, ErrNotHeld},
		"an earlier epoch": {func(w *world, _ *ClearerConfig) { s := w.state(0); s.Epoch--; w.chainShows(s) }, ErrNotHeld},
		"the chain is stale": {func(w *world, _ *ClearerConfig) {
			w.provider.ledger.cfg.Fresh = func(context.Context) error { return away }
		}, ErrChainStale},
		"the chain is away": {func(w *world, _ *ClearerConfig) { w.chain.fail(away) }, away},
	} {
		t.Run(name, func(t *testing.T) {
			l := w.provider.ledger
			w.terms.Epoch++
			w.lock(w.terms.Lock)
			cfg := ClearerConfig{Ledger: l, Claimer: w.chain}
			c.prepare(w, &cfg)
			signed, err := NewClearer(cfg).Release(t.Context(), w.wanted())
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
			w.chain.fail(nil)
			released, unread := l.Released(t.Context(), w.consumer.key.Address(), w.terms.Channel, w.terms.Epoch)
			if unread != nil || released != (err == nil) || (signed == intent.SignedRelease{}) != (err != nil) {
				t.Errorf("signed %+v; in the book: %t, %v", signed, released, unread)
			}
			if err == nil && (signed.Verify(testDomain) != nil || signed.Provider != w.terms.Peer || signed.Release != w.wanted()) {
				t.Errorf("signed %+v", signed)
			}
			l.cfg.Fresh = nil
			l.free(w.consumer.key.Address(), w.terms.Channel)
			if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error {
				return tx.SavePaymentAccount(l.accountKey(Provider, w.consumer.key.Address()))
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// deep shows the latest state in the newest blocks, and safe where more than one coin counts as cleared.
func (w *world) deep(latest, safe Channel) {
	states := make([]Channel, defaultSafe+1)
	for i := range states {
		states[i] = latest
	}
	states[defaultSafe] = safe
	w.chainShows(states...)
}

// A reorganisation can take back a clearing that is not deep. More than one coin is not released to it.
func TestReleaseOfALargeClearing(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	w.terms.Lock = 10 * coinAtRisk
	of := func(change func(*Channel)) func(Channel) Channel {
		return func(c Channel) Channel { change(&c); return c }
	}
	same := of(func(*Channel) {})
	for name, c := range map[string]struct {
		promised, safe money.Amount
		then           func(Channel) Channel
		want           error
	}{
		"one coin, not deep":        {coinAtRisk, 0, same, nil},
		"a unit more":               {coinAtRisk + 1, 0, same, ErrClearing},
		"all but one coin is deep":  {3 * coinAtRisk, 2 * coinAtRisk, same, nil},
		"a unit less is":            {3 * coinAtRisk, 2*coinAtRisk - 1, same, ErrClearing},
		"all of it is":              {10 * coinAtRisk, 10 * coinAtRisk, same, nil},
		"it was an earlier epoch":   {2 * coinAtRisk, 2 * coinAtRisk, of(func(c *Channel) { c.Epoch-- }), ErrClearing},
		"it was another provider's": {2 * coinAtRisk, 2 * coinAtRisk, of(func(c *Channel) { c.Provider = w.consumer.key.Address() }), ErrClearing},
		"one coin, the lock is not": {coinAtRisk, 0, func(Channel) Channel { return Channel{} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w.terms.Epoch++
			w.promisedIs(c.promised)
			w.deep(w.state(c.promised), c.then(w.state(c.safe)))
			clearer := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain})
			if _, err := clearer.Release(t.Context(), w.wanted()); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
			w.deep(w.state(c.promised), w.state(c.promised)) // some minutes later
			if _, err := clearer.Release(t.Context(), w.wanted()); err != nil {
				t.Errorf("asked again: %v", err)
			}
		})
	}
}

// What was released is so for good: sessions on that epoch are refused, also after a restart, while others are not; and the
// same is signed again, whatever the chain shows by then.
func TestReleasedForGood(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	first, err := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain}).Release(t.Context(), w.wanted())
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"in the same run", "after a restart"} {
		if _, err := w.provider.ledger.Collect(t.Context(), w.served()); !errors.Is(err, ErrReleased) {
			t.Errorf("%s: a session begins: %v", what, err)
		}
		if w.provider.ledger.Busy(w.consumer.key.Address(), w.terms.Channel) {
			t.Errorf("%s: the channel stays taken", what)
		}
		w.chain.fail(errors.New("no endpoint answers"))
		again, err := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain}).Release(t.Context(), w.wanted())
		if err != nil || again != first {
			t.Errorf("%s: asked again: %+v, %v", what, again, err)
		}
		w.chain.fail(nil)
		w.open(&w.provider)
	}
	for what, change := range map[string]func(*Terms){"epoch": func(t *Terms) { t.Epoch++ }, "channel": func(t *Terms) { t.Channel++ }} {
		other := w.served()
		change(&other)
		c, err := w.provider.ledger.Collect(t.Context(), other)
		if err != nil {
			t.Fatalf("another %s: %v", what, err)
		}
		if err := c.Close(t.Context(), "over"); err != nil {
			t.Error(err)
		}
	}
}

// A session and a release of its channel begin at the same time: one of the two is refused, now this one and now that.
func TestReleaseOrSession(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain})
	released, served := 0, 0
	for round := 0; round < 100 || released == 0 || served == 0; round++ {
		if round == 10_000 {
			t.Fatalf("%d were served, %d released", served, released)
		}
		w.terms.Epoch++
		w.lock(w.terms.Lock)
		var collector *Collector
		var err, refused error
		both := []func(){
			func() { collector, err = w.provider.ledger.Collect(t.Context(), w.served()) },
			func() { _, refused = c.Release(t.Context(), w.wanted()) },
		}
		began, ended := make(chan struct{}), make(chan struct{})
		go func() {
			close(began)
			both[round%2]()
			close(ended)
		}()
		<-began
		both[1-round%2]()
		<-ended
		switch {
		case err == nil && errors.Is(refused, ErrChannelBusy):
			served++
			if err := collector.Close(t.Context(), "over"); err != nil {
				t.Fatal(err)
			}
		case refused == nil && (errors.Is(err, ErrChannelBusy) || errors.Is(err, ErrReleased)):
			released++
		default:
			t.Fatalf("session: %v; release: %v", err, refused)
		}
	}
	t.Logf("%d were served, %d released", served, released)
}

// betweenReads does something after a release has looked at the chain.
type betweenReads struct {
	Chain
	then func()
}

func (b betweenReads) Channel(ctx context.Context, consumer identity.Address, id uint8, confirmations uint64) (Channel, error) {
	defer func() {
		if confirmations > 0 {
			b.then()
		}
	}()
	return b.Chain.Channel(ctx, consumer, id, confirmations)
}

// Who asks for a release twice at once is not told of a session that there is not.
func TestReleaseIsAskedForTwice(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain})
	var second error
	w.provider.ledger.cfg.Chain = betweenReads{w.chain, func() { _, second = c.Release(t.Context(), w.wanted()) }}
	if _, err := c.Release(t.Context(), w.wanted()); err != nil || !errors.Is(second, ErrClearing) || errors.Is(second, ErrChannelBusy) {
		t.Errorf("first %v, second %v", err, second)
	}
}

// What comes into the book while the chain is asked counts: a promise, and a debt.
func TestReleaseSeesTheNewestBook(t *testing.T) {
	for name, c := range map[string]struct {
		then func(*world)
		want error
	}{
		"promise": {func(w *world) { w.promisedIs(700) }, ErrClearing},
		"debt":    {func(w *world) { w.isOwed(100_000) }, ErrDebt},
	} {
		w := newWorld(t)
		w.open(&w.provider)
		w.provider.ledger.cfg.Chain = betweenReads{w.chain, func() { c.then(w) }}
		if _, err := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain}).Release(t.Context(), w.wanted()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An end that could not be written is, before its channel is released: with what it left unpaid.
func TestReleaseAfterALateEnd(t *testing.T) {
	w := newWorld(t)
	endsFail := w.onDisk(t, &w.provider)
	w.open(&w.provider)
	endsFail(true)
	w.endFails(t, Provider)
	c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain})
	if _, err := c.Release(t.Context(), w.wanted()); err == nil || errors.Is(err, ErrClearing) {
		t.Errorf("released with an end that is not written: %v", err)
	}
	endsFail(false)
	if _, err := c.Release(t.Context(), w.wanted()); !errors.Is(err, ErrClearing) {
		t.Errorf("its promise is not cleared: %v", err)
	}
	if _, err := c.Clear(t.Context(), money.MaxLock); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Release(t.Context(), w.wanted()); err != nil {
		t.Error(err)
	}
}

// moody is a claimer that its test changes while a clearer runs.
type moody struct {
	*fakeChain
	mu     sync.Mutex
	claims int
	err    error
}

func (m *moody) Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	if m.err != nil {
		return Claim{}, m.err
	}
	return m.fakeChain.Claim(ctx, promises, most)
}

// becomes has claims fail from now on, or not, and returns how many there were.
func (m *moody) becomes(err error) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
	return m.claims
}

// Who asks for a release has the clearing done that it needs: soon, by the policy, and however often it is asked at no pace
// beyond the clearer's own.
func TestReleaseHurriesClearing(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		claimer := &moody{fakeChain: w.chain}
		c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: claimer})
		ran := make(chan error, 1)
		go func() { ran <- c.Run(ctx) }()
		synctest.Wait()
		ask := func() error {
			_, err := c.Release(ctx, w.wanted())
			synctest.Wait()
			return err
		}
		pause := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait() // else what the clearer does at that time goes on
		}
		w.promisedIs(700)
		err := ask()
		if n := claimer.becomes(fmt.Errorf("%w: the relayer asks too much", ErrNotWorth)); !errors.Is(err, ErrClearing) || n != 1 {
			t.Errorf("%v after %d claims", err, n)
		}
		w.promisedIs(800)
		pause(hurryEvery)
		if err := ask(); !errors.Is(err, ErrClearing) {
			t.Errorf("before the relayers were asked: %v", err)
		}
		if err := ask(); !errors.Is(err, ErrNotWorth) {
			t.Errorf("when they ask too much: %v", err)
		}
		away := errors.New("the relayer is away")
		claimer.becomes(away)
		pause(time.Minute)
		before := claimer.becomes(away)
		for range 100 {
			if err := ask(); !errors.Is(err, ErrClearing) {
				t.Fatal(err)
			}
			pause(100 * time.Millisecond)
		}
		if n := claimer.becomes(nil) - before; n > 3 {
			t.Errorf("asked 100 times in ten seconds, %d claims were made", n)
		}
		pause(time.Minute)
		if err := ask(); err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// One endpoint's word that everything is cleared does not do: a release cannot be taken back.
func TestReleaseAsksEveryEndpoint(t *testing.T) {
	away := errors.New("an endpoint is away")
	for name, c := range map[string]struct {
		settled bool
		err     error
		want    error
	}{
		"all say so": {true, nil, nil}, "one does not": {false, nil, ErrClearing}, "one is away": {true, away, ErrChainStale},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.open(&w.provider)
			w.promisedIs(700)
			w.chainShows(w.state(700))
			l := w.provider.ledger
			l.cfg.Settled = func(_ context.Context, who, provider identity.Address, channel uint8, epoch uint16, amount money.Amount, deep uint64) (bool, error) {
				if who != w.consumer.key.Address() || provider != l.self || channel != w.terms.Channel || epoch != w.terms.Epoch || amount != 700 || deep != l.cfg.Confirmations {
					t.Errorf("asked for %d in channel %d of %s at %s in epoch %d, %d deep", amount, channel, who, provider, epoch, deep)
				}
				return c.settled, c.err
			}
			_, err := NewClearer(ClearerConfig{Ledger: l, Claimer: w.chain}).Release(t.Context(), w.wanted())
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
			released, err := l.Released(t.Context(), w.wanted().Consumer, w.terms.Channel, w.terms.Epoch)
			if err != nil || released != (c.want == nil) {
				t.Errorf("released: %t, %v", released, err)
			}
		})
	}
}

// A release is remembered until its epoch has been over for a day, by every endpoint's word.
func TestReleasesAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	synctest.Test(t, func(t *testing.T) {
		c := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain})
		over := false
		w.provider.ledger.cfg.Over = func(_ context.Context, who identity.Address, channel uint8, epoch uint16, deep uint64) (bool, error) {
			if who != w.consumer.key.Address() || channel != w.terms.Channel || epoch != w.terms.Epoch || deep != defaultSafe {
				t.Errorf("asked for channel %d of %s in epoch %d, %d deep", channel, who, epoch, deep)
			}
			return over, nil
		}
		if _, err := c.Release(t.Context(), w.wanted()); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			what  string
			epoch uint16
			over  bool
			wait  time.Duration
			kept  bool
		}{
			{"released, and not on chain", 3, true, 48 * time.Hour, true}, {"freed just now", 4, true, time.Hour, true},
			{"back again", 3, true, 24 * time.Hour, true}, {"freed a second time", 4, true, 24 * time.Hour, true},
			{"not by every endpoint", 4, false, time.Minute, true}, {"freed long ago", 5, true, 0, false},
		} {
			over = step.over
			w.chainShows(Channel{Epoch: step.epoch, Provider: w.terms.Peer})
			err := c.tidyReleases(t.Context())
			kept, unread := w.provider.ledger.Released(t.Context(), w.consumer.key.Address(), w.terms.Channel, w.terms.Epoch)
			if errors.Join(err, unread) != nil || kept != step.kept {
				t.Errorf("%s: kept %t, %v", step.what, kept, errors.Join(err, unread))
			}
			time.Sleep(step.wait)
		}
	})
}
