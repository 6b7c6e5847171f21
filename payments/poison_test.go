package payments

import (
	"errors"
	"math"
	"testing"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// A write that fails takes none of the others of its batch with it: they are stored, and only it is told of a failure.
func TestOneBadWriteSparesTheBatch(t *testing.T) {
	g := group{db: newDB(t)}
	failure := errors.New("out of range")
	good := store.Promise{Consumer: [20]byte{1}, Provider: [20]byte{2}, Amount: 5}
	writes := []*write{
		{do: func(tx *store.Tx) error { return tx.SavePromise(good) }},
		{do: func(*store.Tx) error { return failure }},
		{do: func(*store.Tx) error { return nil }},
	}
	g.commit(t.Context(), writes)
	if writes[0].err != nil || !errors.Is(writes[1].err, failure) || writes[2].err != nil {
		t.Errorf("the good ones: %v and %v, the bad one: %v", writes[0].err, writes[2].err, writes[1].err)
	}
	err := g.db.View(t.Context(), func(tx *store.Tx) error {
		if _, found, err := tx.Promise(good); err != nil || !found {
			t.Errorf("the good write is not stored: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Debts near the largest number of the database, as a book of before prices had a bound may have them, keep no session
// from being closed and no book from being opened.
func TestDebtsHaveABound(t *testing.T) {
	for _, role := range []Role{Consumer, Provider} {
		w := newWorld(t)
		w.open(&w.provider)
		l, peer := w.provider.ledger, w.consumer.key.Address()
		row := l.sessionRow(Session{Terms: w.terms, Role: role, Stats: Stats{Due: math.MaxInt64}})
		row.Self, row.Peer, row.Price = l.self, peer, money.Price{PerGiB: math.MaxInt64, PerHour: math.MaxInt64}
		err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.SaveSession(row), l.addDebt(tx, role, peer, math.MaxInt64), l.addDebt(tx, role, peer, math.MaxInt64))
		})
		if err != nil {
			t.Fatal(err)
		}
		w.open(&w.provider)
		if a, err := w.provider.ledger.account(t.Context(), role, peer); err != nil || a.Debt != mostBooked {
			t.Errorf("%s: %+v, %v", role, a, err)
		}
	}
}
