package payments

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/store"
)

// A debt has its turn of the cap per minute, share by share, beside a session that would use all of it; and that goes on.
func TestMinuteCapLeavesRoomForADebt(t *testing.T) {
	const most, debt = 8000, 1500
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		w.capped(Caps{PerMinute: most})
		w.open(&w.provider)
		consumer, ledger, peer := w.consumer.key.Address(), w.provider.ledger, w.terms.Peer
		if err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error { return ledger.addDebt(tx, Provider, consumer, debt) }); err != nil {
			t.Fatal(err)
		}
		if err := w.consumer.db.InTx(t.Context(), func(tx *store.Tx) error { return w.consumer.ledger.addDebt(tx, Consumer, peer, debt) }); err != nil {
			t.Fatal(err)
		}
		owing, owed := w.terms, w.provider

		w.provider = party{key: newKey(t), db: newDB(t)}
		w.terms.Peer = w.provider.key.Address()
		w.another()
		busy := w.start(t.Context(), 5*time.Millisecond)
		var seen spendings
		seen.watch(busy)
		go busy.link.down(1<<30, 20_000_000)
		time.Sleep(time.Minute)
		before := busy.payer.Stats().Promised

		w.terms, w.provider = owing, owed
		w.lock(w.terms.Lock)
		r := w.start(t.Context(), 5*time.Millisecond)
		seen.watch(r)
		go r.link.down(1<<30, 20_000_000)
		time.Sleep(2 * time.Minute)
		if got := seen.most(time.Minute); got > most {
			t.Errorf("promised %d in a minute", got)
		}
		if more := busy.payer.Stats().Promised - before; more < most/4 {
			t.Errorf("the other session has promised %d more", more)
		}
		if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
			t.Errorf("debts of %d and %d are left", theirs, ours)
		}
		busy.abort("")
		r.abort("")
	})
}
