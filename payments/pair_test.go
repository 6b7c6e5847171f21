package payments

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// crashed is a session whose consumer died while no message got through and the provider went on to the limit. The
// provider's end is still open.
func (w *world) crashed(t *testing.T) *run {
	t.Helper()
	w.terms.Lock = 10_000_000
	w.lock(w.terms.Lock)
	r := w.start(t.Context(), 5*time.Millisecond)
	r.link.down(600<<20, 50_000_000) // for a large window
	r.cc.out.dropping(func(uint32, []byte) bool { return true })
	r.pc.out.dropping(func(uint32, []byte) bool { return true })
	go func() {
		for r.link.provider.Send(packet, r.link.stop) {
			time.Sleep(time.Millisecond)
		}
	}()
	time.Sleep(3 * time.Second)
	w.open(&w.consumer)
	return r
}

// getOn checks that sessions of the two work, on either channel, and that everything is paid once.
func (w *world) getOn(t *testing.T, terms ...Terms) {
	t.Helper()
	for i := range 4 {
		w.terms = terms[i%len(terms)]
		w.terms.Session[0] = byte(100 + i)
		r := w.start(t.Context(), 5*time.Millisecond)
		go r.link.down(20<<20, 10_000_000)
		time.Sleep(30 * time.Second)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil || r.link.consumer.Counters().Received != 20<<20 {
			t.Fatalf("session %d: payer: %v, collector: %v", i, paid, collected)
		}
	}
	if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
		t.Errorf("debts of %d and %d are left", theirs, ours)
	}
}

// A consumer dies. Its next session is over before the provider has closed the one that died, and so before it asks for
// what that left unpaid; the consumer still knows of it when it does.
func TestDebtThatIsNotAskedForYet(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		died := w.crashed(t)
		_, explained := w.debts(t)
		first := w.terms
		w.another()
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(20<<20, 10_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		if _, ours := w.debts(t); ours != explained {
			t.Errorf("the book explains %d, want %d", ours, explained)
		}
		died.cc.Close()
		died.link.close()
		_, _ = <-died.collected, <-died.paid
		if err := died.collector.Close(context.Background(), "lost"); err != nil {
			t.Fatal(err)
		}
		debt, before := w.owes(t), w.promised(t)
		if small(w.terms.Price) >= debt {
			t.Fatalf("a debt of %d; the test needs more", debt)
		}
		w.getOn(t, first, w.terms)
		w.paidOnce(t, died, 20<<20, before, debt)
	})
}

// paidOnce checks the promises for a session that died, one after it that carried so many bytes, and four of 20 MiB:
// they pay for the debt, and for no more than was served.
func (w *world) paidOnce(t *testing.T, died *run, carried uint64, before, debt money.Amount) {
	t.Helper()
	later, err1 := w.terms.Price.Due(80<<20, 0)
	all, err2 := w.terms.Price.Due(80<<20+carried+died.link.provider.Counters().Sent, 0)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	got, least, most := w.promised(t), before+later+4*w.terms.Setup+debt, all+6*w.terms.Setup
	if got+5 < least || got > most {
		t.Errorf("promised %d, want %d to %d", got, least, most)
	}
}

// A session is cut off while the consumer still shows promises of another channel, before it can settle anything.
func TestCutOffWhileExplaining(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		died := w.crashed(t)
		died.cc.Close()
		died.link.close()
		_, _ = <-died.collected, <-died.paid
		if err := died.collector.Close(context.Background(), "lost"); err != nil {
			t.Fatal(err)
		}
		first := w.terms
		debt, before := w.owes(t), w.promised(t)
		w.another()
		r := w.start(t.Context(), 100*time.Millisecond)
		time.Sleep(250 * time.Millisecond)
		r.abort("gone")
		if theirs, ours := w.debts(t); ours < theirs {
			t.Errorf("the book explains %d of a debt of %d", ours, theirs)
		}
		w.terms.Session[0]++
		w.getOn(t, w.terms, first)
		w.paidOnce(t, died, 0, before, debt)
	})
}
