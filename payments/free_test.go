package payments

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// taker is a consumer that says what it likes.
type taker struct {
	collector *Collector
	cc        *fakeConn
	link      *link
	done      chan error
}

func (w *world) takes(t *testing.T) *taker {
	t.Helper()
	if w.provider.ledger == nil {
		w.open(&w.provider)
	}
	theirs := w.terms
	theirs.Peer = w.consumer.key.Address()
	w.terms.Session[0]++
	c, err := w.provider.ledger.Collect(t.Context(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitLock(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	cc, pc := newConns(5 * time.Millisecond)
	k := &taker{collector: c, cc: cc, link: newLink(), done: make(chan error, 1)}
	k.link.consumer.SetLimit(1 << 40)
	go func() { k.done <- c.Run(t.Context(), pc, k.link.provider) }()
	return k
}

func (k *taker) says(t *testing.T, p payment) {
	t.Helper()
	b, err := p.encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.cc.Send(t.Context(), KindPayment, b); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
}

// mark is the newest of the provider's.
func (k *taker) mark() uint64 {
	k.collector.mu.Lock()
	defer k.collector.mu.Unlock()
	return k.collector.audit.newest
}

// leaves ends the session and returns what it got.
func (k *taker) leaves(t *testing.T) uint64 {
	t.Helper()
	k.cc.Close()
	k.link.close()
	<-k.done //nolint:errcheck // whatever a provider calls it
	if err := k.collector.Close(context.Background(), "gone"); err != nil {
		t.Fatal(err)
	}
	return k.link.consumer.Counters().Received
}

// Whoever takes a window, or a little of one, and says that nothing arrived gets no second one, however many
// sessions it begins, and whether or not it waits to be asked for its last word.
func TestWindowsAreNotForFree(t *testing.T) {
	for name, c := range map[string]struct {
		take  int
		price money.Price
	}{
		"a window": {FirstWindow - 64<<10, money.Price{PerGiB: 100_000}}, "a little": {FirstWindow/forgiven - 64<<10, money.Price{PerGiB: 100_000}},
		"time": {packet, money.Price{PerHour: 360_000}},
	} {
		for _, early := range []bool{true, false} {
			w := newWorld(t)
			w.terms.Setup, w.terms.Price = 0, c.price
			synctest.Test(t, func(t *testing.T) {
				var got uint64
				var took time.Duration
				for range 12 {
					k := w.takes(t)
					k.says(t, payment{sequence: 1, flags: flagHello})
					go k.link.down(c.take, 50_000_000)
					time.Sleep(2 * time.Second)
					if c.price.PerHour != 0 {
						time.Sleep(30 * time.Second)
					}
					last := payment{sequence: 2, flags: flagFinal | flagLast}
					if !early {
						k.says(t, payment{sequence: 2, flags: flagFinal})
						last.sequence, last.echo = 3, k.mark()
					}
					k.says(t, last)
					k.collector.mu.Lock()
					if k.collector.last == early {
						t.Errorf("%s, early %v: taken for the last word: %v", name, early, k.collector.last)
					}
					k.collector.mu.Unlock()
					took += k.collector.Stats().Elapsed
					got += k.leaves(t)
				}
				if most := uint64(FirstWindow + FirstWindow/forgiven); got > most || took > TimeWindow+TimeWindow/2 {
					t.Errorf("%s, early %v: %d bytes and %v for nothing", name, early, got, took)
				}
			})
		}
	}
}

// owes is what the provider's book says of the consumer's debt.
func (w *world) owes(t *testing.T) money.Amount {
	t.Helper()
	a, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
	if err != nil {
		t.Fatal(err)
	}
	return a.Debt
}

// pays says what arrived, and promises what it costs.
func (k *taker) pays(t *testing.T, w *world, p payment) {
	t.Helper()
	p.received = k.link.consumer.Counters().Received
	due, err := w.terms.Price.Due(p.received, 0)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := intent.SignPromise(w.consumer.key, intent.Promise{
		Provider: w.terms.Peer, Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: due,
	}, testDomain)
	if err != nil {
		t.Fatal(err)
	}
	p.promise = &signed
	k.says(t, p)
}

// Whoever reports all that arrived, and does not pay it, owes it, however much it has paid before.
func TestWhatIsReportedIsOwed(t *testing.T) {
	w := newWorld(t)
	w.terms.Setup = 0
	w.open(&w.provider)
	err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error {
		return w.provider.ledger.addCredit(tx, w.consumer.key.Address(), 50_000) // for 512 MiB
	})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		k := w.takes(t)
		k.says(t, payment{sequence: 1, flags: flagHello})
		for sequence := range uint64(4) {
			k.link.down(FirstWindow<<sequence-64<<10, 100_000_000)
			if sequence < 3 {
				k.pays(t, w, payment{sequence: 2 + sequence})
			}
		}
		arrived := k.link.consumer.Counters().Received
		k.says(t, payment{sequence: 5, flags: flagFinal, received: arrived})
		k.says(t, payment{sequence: 6, flags: flagFinal | flagLast, received: arrived, echo: k.mark()})
		k.leaves(t)
		due, err := w.terms.Price.Due(arrived, 0)
		if want := due - w.promised(t); err != nil || want < 6000 || w.owes(t) != want {
			t.Errorf("a debt of %d, %v; want %d", w.owes(t), err, want)
		}
	})
}

// A debt that the price of another service makes small does not go away for nothing.
func TestDebtIsNotWiped(t *testing.T) {
	w := newWorld(t)
	w.terms.Setup = 0
	w.open(&w.provider)
	l, consumer := w.provider.ledger, w.consumer.key.Address()
	const debt = 6250
	if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, Provider, consumer, debt) }); err != nil {
		t.Fatal(err)
	}
	w.terms.Price.PerGiB *= 100
	synctest.Test(t, func(t *testing.T) {
		k := w.takes(t)
		k.says(t, payment{sequence: 1, flags: flagHello | flagFinal})
		k.says(t, payment{sequence: 2, flags: flagFinal | flagLast, echo: k.mark()})
		k.leaves(t)
		if theirs := w.owes(t); theirs != debt {
			t.Errorf("a debt of %d, want %d", theirs, debt)
		}
	})
}

// Sessions are cut off right after their start, again and again, with data under way that never arrives. The provider
// cannot tell that from a consumer that hides what it got; but the two get on with each other afterwards.
func TestCutOffAtTheStart(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		for range 5 {
			r := w.start(t.Context(), 20*time.Millisecond)
			time.Sleep(200 * time.Millisecond)
			for range 7 << 20 / packet {
				r.link.provider.TrySend(packet)
			}
			_ = r.payer.Settle(t.Context()) // or it is over already
			r.abort("cut off")
			w.terms.Session[0]++
		}
		for range 3 {
			r := w.start(t.Context(), 20*time.Millisecond)
			r.link.down(20<<20, 1_000_000)
			if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
				t.Fatalf("payer: %v, collector: %v", paid, collected)
			}
			w.terms.Session[0]++
		}
	})
}

// A provider's book has a debt of a whole window, which the consumer's does not explain: it pays a little of it, and is
// served. More than a window is made up.
func TestALittleIsConceded(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	l, consumer := w.provider.ledger, w.consumer.key.Address()
	debt, err := w.terms.Price.Due(FirstWindow, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, Provider, consumer, debt) }); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 20*time.Millisecond)
		go r.link.down(20<<20, 1_000_000)
		time.Sleep(time.Minute)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil || r.link.consumer.Counters().Received != 20<<20 {
			t.Errorf("payer: %v, collector: %v", paid, collected)
		}
		if left := w.owes(t); left != debt-2*small(w.terms.Price) { // one is paid, one excused
			t.Errorf("%d of a debt of %d are left", left, debt)
		}
	})
}
