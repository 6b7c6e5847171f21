package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/money"
)

// forgettable is a session that ended long ago, with what else the database has of its epoch.
type forgettable struct {
	what     string
	change   func(*Session)
	promise  *Promise
	ledger   []LedgerRow // of the epoch
	owes     money.Amount
	consumer bool // self is
	stays    bool
}

func forgettables() []forgettable {
	kept, elsewhere := promiseOf(1, 20), promiseOf(1, 20)
	elsewhere.Domain = [32]byte{9}
	clearing, release := LedgerRow{Kind: "clearing", Amount: 20}, LedgerRow{Kind: "release"}
	part, undone := clearing, release
	part.Amount = 19
	undone.Reverses = 1
	return []forgettable{
		{what: "no promise is kept"},
		{what: "open", change: func(s *Session) { s.Ended = 0 }, stays: true},
		{what: "ended lately", change: func(s *Session) { s.Ended = 100 }, stays: true},
		{what: "another's", change: func(s *Session) { s.Self = [20]byte{8} }, stays: true},
		{what: "uncleared", promise: &kept, stays: true},
		{what: "uncleared, a consumer's", promise: &kept, consumer: true, stays: true},
		{what: "uncleared in another domain", promise: &elsewhere, stays: true},
		{what: "uncleared, and nothing of it the session's", promise: &kept, change: func(s *Session) { s.Promised, s.Due = 0, 0 }},
		{what: "cleared in part", promise: &kept, ledger: []LedgerRow{part}, stays: true},
		{what: "cleared", promise: &kept, ledger: []LedgerRow{clearing}},
		{what: "cleared, a consumer's", promise: &kept, ledger: []LedgerRow{clearing}, consumer: true},
		{what: "released", promise: &kept, ledger: []LedgerRow{release}},
		{what: "released, and taken back", promise: &kept, ledger: []LedgerRow{release, undone}, stays: true},
		{what: "owes", change: func(s *Session) { s.Due++ }, owes: 1, stays: true},
		{what: "owed once", change: func(s *Session) { s.Due++ }},
		{what: "another owes", owes: 1},
		{what: "refused for a debt", change: func(s *Session) { s.Progress = Progress{Due: 1} }, owes: 1},
	}
}

// Of the sessions that are over for long those go of which nothing can be cleared and nothing is owed.
func TestForgetSessions(t *testing.T) {
	for _, c := range forgettables() {
		db := open(t)
		s := Session{
			ID: [16]byte{1}, Role: "provider", Self: [20]byte{3}, Peer: [20]byte{2}, Epoch: 1, Started: 1, Ended: 99, Progress: progressOf(20),
		}
		if c.consumer {
			s.Role, s.Self, s.Peer = "consumer", s.Peer, s.Self
		}
		self := s.Self
		if c.change != nil {
			c.change(&s)
		}
		var gone int64
		err := db.InTx(t.Context(), func(tx *Tx) error {
			err := tx.SaveSession(s)
			if c.promise != nil {
				err = errors.Join(err, tx.SavePromise(*c.promise))
			}
			for _, r := range c.ledger {
				r.Domain, r.Self, r.Role, r.Counterparty, r.Epoch = [32]byte{1}, s.Self, s.Role, s.Peer, s.Epoch
				err = errors.Join(err, tx.AppendLedger(r))
			}
			account := PaymentAccount{Role: s.Role, Self: s.Self, Peer: s.Peer, Debt: c.owes}
			err = errors.Join(err, tx.SavePaymentAccount(account))
			for id := range byte(2) { // newer ones, which are kept
				newer := Session{ID: [16]byte{2 + id}, Role: "provider", Self: self, Started: 2, Ended: 3}
				err = errors.Join(err, tx.SaveSession(newer))
			}
			if err == nil {
				gone, err = tx.ForgetSessions(self, 100, 2, 10)
			}
			return err
		})
		if want := map[bool]int64{false: 1}[c.stays]; err != nil || gone != want {
			t.Errorf("%s: %d are gone, %v", c.what, gone, err)
		}
	}
}

// The oldest go first, so many at a time, and the newest stay.
func TestForgetSessionsInBatches(t *testing.T) {
	db := open(t)
	self := [20]byte{3}
	err := db.InTx(t.Context(), func(tx *Tx) error {
		for i := range byte(10) {
			if err := tx.SaveSession(Session{ID: [16]byte{i}, Role: "provider", Self: self, Started: int64(i), Ended: 50}); err != nil {
				return err
			}
		}
		for _, want := range []int64{3, 3, 1, 0} {
			if n, err := tx.ForgetSessions(self, 100, 3, 3); err != nil || n != want {
				t.Errorf("%d are gone, %v; want %d", n, err, want)
			}
		}
		left, err := tx.Sessions([32]byte{}, self, 0)
		if len(left) != 3 || left[0].ID[0] != 9 || left[2].ID[0] != 7 {
			t.Errorf("left are %+v", left)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// For each session the promise, the ledger's rows and the account are found by their keys.
func TestForgettingReadsByKeys(t *testing.T) {
	db := open(t)
	err := db.View(t.Context(), func(tx *Tx) error {
		return tx.query("plan", "EXPLAIN QUERY PLAN "+forgetSessions, []any{make([]byte, 20), 1, 1, 1}, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			for _, table := range []string{"s", "p", "l", "a"} {
				if detail == "SCAN "+table || strings.HasPrefix(detail, "SCAN "+table+" ") {
					t.Error(detail)
				}
			}
			return err
		})
	})
	if err != nil {
		t.Error(err)
	}
}
