package payments

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// credit is what the provider's book says that the world's consumer has paid since it last owed something.
func (w *world) credit(t *testing.T) money.Amount {
	t.Helper()
	account, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
	if err != nil {
		t.Fatal(err)
	}
	return account.Credit
}

// dies ends a session as the provider's death does, its book as the last promise left it, and opens the book again.
func (r *run) dies(t *testing.T) {
	t.Helper()
	r.cc.Close()
	r.link.close()
	_, _ = <-r.paid, <-r.collected
	if err := r.payer.Close(t.Context(), "provider is gone"); err != nil {
		t.Fatal(err)
	}
	r.w.open(&r.w.provider)
}

// A provider dies in mid-session. What its consumer paid in it, and before, still counts afterwards, once, and gives it
// a window beyond the first; while data is under way to the provider too, which cannot be paid for yet.
func TestCreditAfterACrashOfTheProvider(t *testing.T) {
	for name, traffic := range map[string]func(*link, int, int){"download": (*link).down, "upload": (*link).up} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.terms.Setup = 0
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 20*time.Millisecond)
				traffic(r.link, 100<<20, 10_000_000)
				if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
					t.Fatalf("payer: %v, collector: %v", paid, collected)
				}
				before := w.credit(t)
				w.terms.Session[0]++
				r = w.start(t.Context(), 20*time.Millisecond)
				traffic(r.link, 120<<20, 10_000_000)
				promised := r.collector.Stats().Promised
				r.dies(t)
				if got := w.credit(t); before == 0 || promised == 0 || got != before+promised {
					t.Errorf("a credit of %d, %d before a session that brought %d", got, before, promised)
				}
				w.open(&w.provider)
				if got := w.credit(t); got != before+promised {
					t.Errorf("a credit of %d after another start", got)
				}
				w.terms.Session[0]++
				r = w.start(t.Context(), 20*time.Millisecond)
				traffic(r.link, 30<<20, 10_000_000)
				if got := r.collector.Stats().Window; got <= FirstWindow {
					t.Errorf("a window of %d bytes", got)
				}
				r.abort("enough")
			})
		})
	}
}

// What was not paid for, beyond what is not worth it, is a debt after the provider's death, and there is no credit.
func TestNoCreditForWhoOwesAfterACrash(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		// More than an eighth of a window comes while a promise is on its way.
		r := w.start(t.Context(), 200*time.Millisecond)
		r.link.up(20<<20, 10_000_000)
		kept, err := w.provider.ledger.Sessions(t.Context(), 1)
		if err != nil || len(kept) != 1 {
			t.Fatal(kept, err)
		}
		owed := kept[0].Due.SaturatingSub(kept[0].Promised)
		if owed <= small(w.terms.Price) || kept[0].Promised == 0 {
			t.Fatalf("%+v: the test needs something paid, and a debt", kept[0].Stats)
		}
		r.dies(t)
		if theirs, _ := w.debts(t); theirs != owed {
			t.Errorf("a debt of %d, want %d", theirs, owed)
		}
		if got := w.credit(t); got != 0 {
			t.Errorf("a credit of %d", got)
		}
	})
}

// Both nodes die in a session that has paid a debt of an earlier one. What it left unpaid itself is a debt in both books.
func TestSettledDebtPaysForNoSession(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	w.open(&w.provider)
	const debt = 300
	for l, peer := range map[*Ledger]identity.Address{w.consumer.ledger: w.terms.Peer, w.provider.ledger: w.consumer.key.Address()} {
		role := Consumer
		if l == w.provider.ledger {
			role = Provider
		}
		if err := l.cfg.DB.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, role, peer, debt) }); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		time.Sleep(5 * time.Second)
		r.link.up(20<<20, 10_000_000)
		r.collector.mu.Lock()
		settled := r.collector.settled
		r.collector.mu.Unlock()
		if settled != debt {
			t.Fatalf("a debt of %d is settled", settled)
		}
		for _, p := range []*party{&w.consumer, &w.provider} {
			kept, err := p.ledger.Sessions(t.Context(), 1)
			if err != nil || len(kept) != 1 {
				t.Fatal(kept, err)
			}
			session, err := w.terms.Price.Due(kept[0].Billed, 0)
			if got := kept[0].Due.SaturatingSub(session + w.terms.Setup); err != nil || got < debt {
				t.Errorf("%s: %+v: %d more than the session's bill, want %d", kept[0].Role, kept[0].Stats, got, debt)
			}
		}
		r.dies(t)
	})
}
