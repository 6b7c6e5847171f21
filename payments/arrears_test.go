package payments

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// The last promises of a session do not arrive, and the next session of the two is on another payment channel. The debt
// that they would have paid is paid, nobody is refused for it, and nothing is paid twice when the first channel is used
// again; also when the consumer died, so that its book explains more than it owes.
func TestLostPromiseOfAnotherChannel(t *testing.T) {
	for name, died := range map[string]bool{"broken": false, "died": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 5*time.Millisecond)
				r.link.down(60<<20, 10_000_000)
				before := r.collector.Stats().Promised
				r.cc.out.dropping(func(uint32, []byte) bool { return true })
				go r.link.down(60<<20, 10_000_000) // until the window is used up
				time.Sleep(20 * time.Second)
				lost := r.payer.Stats().Promised - before
				served := r.link.consumer.Counters().Received
				if debt, err := w.terms.Price.Due(2*SmallestWindow, 0); err != nil || lost < debt {
					t.Fatalf("promises of %d were lost, %v; the test needs more", lost, err)
				}
				if died {
					r.consumerDies(t)
				} else {
					r.abort("payment channel lost")
				}
				first := w.terms
				w.another()
				for _, terms := range []Terms{w.terms, first} {
					w.terms = terms
					w.terms.Session[0] += 2
					r = w.start(t.Context(), 5*time.Millisecond)
					go r.link.down(1<<20, 10_000_000) // too little to make up for what is paid too early
					time.Sleep(10 * time.Second)
					served += r.link.consumer.Counters().Received
					if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
						t.Fatalf("channel %d: payer: %v, collector: %v", terms.Channel, paid, collected)
					}
					if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
						t.Errorf("debts of %d and %d are left", theirs, ours)
					}
				}
				cost, err1 := w.terms.Price.Due(served, 0)
				maybeLost, err2 := w.terms.Price.Due(served/lossShare, 0) // what was never reported counts so much less
				want := cost + 3*w.terms.Setup
				if got := w.promised(t); errors.Join(err1, err2) != nil || got > want || got+maybeLost+5 < want {
					t.Errorf("promised %d for sessions that cost %d, of which %d had been lost", got, want, lost)
				}
			})
		})
	}
}

// consumerDies ends a session as the consumer's death does, its book as the last promise left it, and opens the book again.
func (r *run) consumerDies(t *testing.T) {
	t.Helper()
	r.cc.Close()
	r.link.close()
	_, _ = <-r.paid, <-r.collected
	if err := r.collector.Close(t.Context(), "payment channel lost"); err != nil {
		t.Fatal(err)
	}
	r.w.open(&r.w.consumer)
}

// Only a promise that pays is kept as arrears: the consumer's, for this provider, on another channel with a lock, below
// that lock and above what is known. It takes off the debt what it brings, in the book too.
func TestArrearsThatPay(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	l, consumer := w.provider.ledger, w.consumer.key.Address()
	if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, Provider, consumer, 1000) }); err != nil {
		t.Fatal(err)
	}
	theirs, locked := w.terms, w.terms.Lock
	theirs.Peer = consumer
	c, err := l.Collect(t.Context(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	w.terms.Channel++
	w.lock(locked)
	good := intent.Promise{Provider: l.Identity(), Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: 300}
	changed := func(change func(*intent.Promise)) intent.Promise {
		p := good
		change(&p)
		return p
	}
	stranger := newKey(t)
	for _, a := range []struct {
		what    string
		by      identity.Signer
		promise intent.Promise
		left    money.Amount
	}{
		{"by somebody else", stranger, good, 1000},
		{"for somebody else", w.consumer.key, changed(func(p *intent.Promise) { p.Provider = stranger.Address() }), 1000},
		{"on the session's channel", w.consumer.key, changed(func(p *intent.Promise) { p.Channel-- }), 1000},
		{"of an epoch that is over", w.consumer.key, changed(func(p *intent.Promise) { p.Epoch-- }), 1000},
		{"on a channel without a lock", w.consumer.key, changed(func(p *intent.Promise) { p.Channel++ }), 1000},
		{"above the lock", w.consumer.key, changed(func(p *intent.Promise) { p.Amount = locked + 1 }), 1000},
		{"good", w.consumer.key, good, 700},
		{"the same", w.consumer.key, good, 700},
		{"larger", w.consumer.key, changed(func(p *intent.Promise) { p.Amount = 400 }), 600},
		{"smaller", w.consumer.key, changed(func(p *intent.Promise) { p.Amount = 350 }), 600},
		{"more than is owed", w.consumer.key, changed(func(p *intent.Promise) { p.Amount = 2000 }), 0},
	} {
		signed, err := intent.SignPromise(a.by, a.promise, testDomain)
		if err != nil {
			t.Fatal(err)
		}
		signed.Consumer = consumer // as the wire has it
		if err := c.takeArrears(t.Context(), signed); err != nil {
			t.Errorf("%s: %v", a.what, err)
		}
		if book, err := l.account(t.Context(), Provider, consumer); err != nil || c.debt != a.left || book.Debt != a.left {
			t.Errorf("%s: a debt of %d, %d in the book, %v; want %d", a.what, c.debt, book.Debt, err, a.left)
		}
	}
	if all, err := l.PromisedTo(t.Context()); err != nil || len(all) != 1 || all[0].Amount != 2000 || all[0].Verify(testDomain) != nil {
		t.Errorf("the book has %+v, %v", all, err)
	}
}

// While the chain cannot be read, a promise for another channel is neither refused nor acknowledged: the session waits,
// and takes it as soon as it can.
func TestArrearsWaitForTheChain(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		died := w.crashed(t)
		died.cc.Close()
		died.link.close()
		_, _ = <-died.collected, <-died.paid
		if err := died.collector.Close(t.Context(), "lost"); err != nil {
			t.Fatal(err)
		}
		first, lost := w.terms, w.given(t)
		w.another()
		w.terms.Session[0]++
		r := w.start(t.Context(), 100*time.Millisecond)
		w.chain.fail(errors.New("no answer"))
		time.Sleep(10 * time.Second)
		r.payer.mu.Lock()
		if len(r.payer.arrears) != 1 {
			t.Errorf("%d promises are left to show", len(r.payer.arrears))
		}
		r.payer.mu.Unlock()
		w.chain.fail(nil)
		time.Sleep(10 * time.Second)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		kept, err := w.provider.ledger.newest(t.Context(), lost)
		if err != nil || kept == nil || kept.Amount != lost.Amount {
			t.Errorf("the provider has %+v, %v; want %+v", kept, err, lost)
		}
		w.getOn(t, first, w.terms)
	})
}

// given is the consumer's newest promise on the session's channel, by its own book.
func (w *world) given(t *testing.T) intent.SignedPromise {
	t.Helper()
	all, err := w.consumer.ledger.PromisedBy(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

// A promise for the channel of an open session is left to that one, and what is settled is not taken off twice.
func TestArrearsOfAnOpenSession(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	l, consumer := w.provider.ledger, w.consumer.key.Address()
	if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, Provider, consumer, 1000) }); err != nil {
		t.Fatal(err)
	}
	theirs := w.terms
	theirs.Peer = consumer
	c, err := l.Collect(t.Context(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	c.settled, c.booked = 600, 400
	if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error {
		return l.changeAccount(tx, Provider, consumer, func(a *store.PaymentAccount) { a.Debt = 400 })
	}); err != nil {
		t.Fatal(err)
	}
	w.terms.Channel++
	w.lock(w.terms.Lock)
	signed, err := intent.SignPromise(w.consumer.key, intent.Promise{
		Provider: l.Identity(), Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: 300,
	}, testDomain)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []money.Amount{400, 100} {
		if want == 400 {
			if _, err := l.reserve(consumer, l.self, w.terms.Channel); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.takeArrears(t.Context(), signed); err != nil || c.owed() != want || w.owes(t) != want {
			t.Errorf("%v; owed %d, %d in the book, want %d", err, c.owed(), w.owes(t), want)
		}
		l.free(consumer, w.terms.Channel)
	}
}

// owing opens a session of a consumer that owes 1000, and returns a promise of 300 on another channel.
func (w *world) owing() (*Collector, intent.SignedPromise) {
	w.t.Helper()
	l, other := w.provider.ledger, w.served()
	other.Channel++
	err := w.provider.db.InTx(context.Background(), func(tx *store.Tx) error { return l.addDebt(tx, Provider, other.Peer, 1000) })
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := l.Collect(context.Background(), other)
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := intent.SignPromise(w.consumer.key, intent.Promise{Provider: l.self, Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: 300}, testDomain)
	if err != nil {
		w.t.Fatal(err)
	}
	return c, p
}

// A promise of a released epoch, which its consumer can end in one block, pays no debt.
func TestArrearsOfAReleasedEpoch(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	l := w.provider.ledger
	if _, err := NewClearer(ClearerConfig{Ledger: l, Claimer: w.chain}).Release(t.Context(), w.wanted()); err != nil {
		t.Fatal(err)
	}
	c, p := w.owing()
	if err := c.takeArrears(t.Context(), p); err != nil || c.debt != 1000 {
		t.Errorf("%v; %d are owed", err, c.debt)
	}
	if all, err := l.PromisedTo(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

// While a release is decided its channel's arrears are not dealt with: if it is refused, they pay.
func TestArrearsWaitForARelease(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	l, consumer := w.provider.ledger, w.consumer.key.Address()
	c, p := w.owing()
	done, err := l.Hold(consumer, w.terms.Channel)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.takeArrears(t.Context(), p); !errors.Is(err, errArrearsLater) || c.debt != 1000 {
		t.Errorf("%v; %d are owed", err, c.debt)
	}
	done()
	if err := c.takeArrears(t.Context(), p); err != nil || c.debt != 700 {
		t.Errorf("%v; %d are owed", err, c.debt)
	}
}
