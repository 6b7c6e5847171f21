package payments

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// booked returns a party's rows of promises.
func (w *world) booked(p *party) (rows []store.LedgerRow) {
	w.t.Helper()
	err := p.db.View(context.Background(), func(tx *store.Tx) (err error) {
		rows, err = tx.Ledger(testDomain.Separator(), store.LedgerFilter{Kind: store.KindPromise, Self: p.key.Address()})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// Each session has one row in both ledgers with what its promises added, and the rows of an epoch add up to
// its newest promise.
func TestSessionsAreBooked(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		var total money.Amount
		for i := range 3 {
			w.terms.Session[0] = byte(i + 1)
			r := w.start(t.Context(), 5*time.Millisecond)
			r.link.down(8<<20, 200_000_000)
			if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
				t.Fatalf("payer: %v, collector: %v", paid, collected)
			}
			added := r.collector.Stats().Promised
			total += added
			for _, p := range []*party{&w.consumer, &w.provider} {
				rows := w.booked(p)
				if len(rows) != i+1 {
					t.Fatalf("%d rows after session %d", len(rows), i)
				}
				last := rows[i]
				if last.Session != w.terms.Session || last.Amount != int64(added) || last.Total != total || last.Self != p.key.Address() {
					t.Errorf("row %+v; want %d of %d", last, added, total)
				}
			}
		}
	})
}

// What a killed node's sessions promised is booked at its next start, once.
func TestPromisesOfACrashAreBooked(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	theirs := w.terms
	theirs.Peer, theirs.Channel, theirs.Epoch = w.owe(1000, 100).Address(), 1, 2
	if _, err := w.provider.ledger.Collect(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	w.owe(1000, 30) // of no session
	for range 2 {
		w.open(&w.provider)
		rows := w.booked(&w.provider)
		if len(rows) != 2 || rows[0].Session != theirs.Session || rows[0].Amount != 100 || rows[1].Session != ([16]byte{}) || rows[1].Amount != 30 {
			t.Fatalf("%+v", rows)
		}
	}
}
