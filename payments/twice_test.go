package payments

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// debts are what both books say of the debt of the world's consumer.
func (w *world) debts(t *testing.T) (provider, consumer money.Amount) {
	t.Helper()
	theirs, err1 := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
	ours, err2 := w.consumer.ledger.account(t.Context(), Consumer, w.terms.Peer)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return theirs.Debt, ours.Debt
}

// another is the terms of the next session, on a channel of its own.
func (w *world) another() {
	w.terms.Session[0]++
	w.terms.Channel++
	w.lock(w.terms.Lock)
}

func (w *world) promised(t *testing.T) (total money.Amount) {
	t.Helper()
	all, err := w.provider.ledger.PromisedTo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		total += p.Amount
	}
	return total
}

// A session breaks while another of the same two goes on. Its debt stays in both books, whatever the other one writes
// there; it is asked for by one session at a time, and paid once.
func TestDebtIsPaidOnceAmongSessions(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		broken := w.start(t.Context(), 5*time.Millisecond)
		w.another()
		other := w.start(t.Context(), 5*time.Millisecond)
		broken.link.down(20<<20, 10_000_000)
		other.link.down(5<<20, 10_000_000)
		broken.cc.out.dropping(func(uint32, []byte) bool { return true })
		broken.link.down(4<<20, 10_000_000)
		broken.abort("payment channel lost")
		debt, explained := w.debts(t)
		if debt == 0 {
			t.Fatal("no debt; the test needs one")
		}
		other.link.down(5<<20, 10_000_000)
		if paid, collected := other.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		if theirs, ours := w.debts(t); theirs != debt || ours != explained {
			t.Errorf("debts of %d and %d after the other session, %d and %d before", theirs, ours, debt, explained)
		}

		w.terms.Session[0]++
		w.terms.Channel-- // the promises that did not arrive are for this one
		paying := w.start(t.Context(), 200*time.Millisecond)
		w.another() // before the debt is paid
		theirs := w.terms
		theirs.Peer = w.consumer.key.Address()
		if _, err := w.provider.ledger.Collect(t.Context(), theirs); !errors.Is(err, ErrDebt) {
			t.Errorf("a second session of who owes: %v", err)
		}
		paying.link.down(1<<20, 10_000_000)
		time.Sleep(10 * time.Second) // it asks for the debt, and gets it
		w.terms.Session[0]++
		last := w.start(t.Context(), 5*time.Millisecond)
		last.link.down(1<<20, 10_000_000)
		for _, r := range []*run{paying, last} {
			if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
				t.Errorf("payer: %v, collector: %v", paid, collected)
			}
		}
		served, err1 := w.terms.Price.Due(36<<20, 0)
		maybeLost, err2 := w.terms.Price.Due((24<<20)/lossShare, 0) // what was never reported counts so much less
		want := served + 4*w.terms.Setup
		if got := w.promised(t); errors.Join(err1, err2) != nil || got > want || got+maybeLost+5 < want {
			t.Errorf("promised %d for sessions that cost %d", got, want)
		}
		if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
			t.Errorf("debts of %d and %d are left", theirs, ours)
		}
	})
}

// Of a consumer's sessions with one provider, one would pay what its book explains; the others leave it alone.
func TestDebtIsExplainedOnce(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	w.open(&w.provider)
	l := w.consumer.ledger
	err := l.cfg.DB.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, Consumer, w.terms.Peer, 100) })
	if err != nil {
		t.Fatal(err)
	}
	var open []*Payer
	for _, want := range []money.Amount{100, 0, 0} {
		p, err := l.Pay(t.Context(), w.terms)
		if err != nil || p.owed != want {
			t.Fatalf("owes %d, %v; want %d", p.owed, err, want)
		}
		open = append(open, p)
		w.another()
	}
	for _, p := range open {
		if err := p.Close(t.Context(), "refused"); err != nil {
			t.Fatal(err)
		}
		if _, ours := w.debts(t); ours != 100 {
			t.Errorf("the book explains %d, want 100", ours)
		}
	}
}
