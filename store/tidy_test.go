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
		{what: "uncleared in another domain", promise: &elsewhere},
		{what: "of another domain", change: func(s *Session) { s.Domain = elsewhere.Domain }, stays: true},
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
func TestOldSessions(t *testing.T) {
	for _, c := range forgettables() {
		db := open(t)
		s := Session{
			Domain: [32]byte{1}, ID: [16]byte{1}, Role: "provider", Self: [20]byte{3}, Peer: [20]byte{2}, Epoch: 1,
			Started: 1, Ended: 99, Progress: progressOf(20),
		}
		if c.consumer {
			s.Role, s.Self, s.Peer = "consumer", s.Peer, s.Self
		}
		self := s.Self
		if c.change != nil {
			c.change(&s)
		}
		var old []SessionKey
		err := db.InTx(t.Context(), func(tx *Tx) error {
			err := tx.SaveSession(s)
			if c.promise != nil {
				err = errors.Join(err, tx.SavePromise(*c.promise))
			}
			for _, r := range c.ledger {
				r.Domain, r.Self, r.Role, r.Counterparty, r.Epoch = [32]byte{1}, s.Self, s.Role, s.Peer, s.Epoch
				err = errors.Join(err, tx.AppendLedger(r))
			}
			account := PaymentAccount{Domain: [32]byte{1}, Role: s.Role, Self: s.Self, Peer: s.Peer, Debt: c.owes}
			err = errors.Join(err, tx.SavePaymentAccount(account))
			for id := range byte(2) { // newer ones, which are kept
				newer := Session{Domain: [32]byte{1}, ID: [16]byte{2 + id}, Role: "provider", Self: self, Started: 2, Ended: 3}
				err = errors.Join(err, tx.SaveSession(newer))
			}
			if err == nil {
				old, err = tx.OldSessions([32]byte{1}, self, 100, 2, 10)
			}
			return err
		})
		if want := map[bool]int{false: 1}[c.stays]; err != nil || len(old) != want || want > 0 && old[0] != (SessionKey{s.ID, s.Role}) {
			t.Errorf("%s: %v can go, %v", c.what, old, err)
		}
	}
}

// The oldest come first, and the newest stay. What is open is not removed.
func TestOldestSessionsFirst(t *testing.T) {
	db := open(t)
	self := [20]byte{3}
	err := db.InTx(t.Context(), func(tx *Tx) error {
		for i := range byte(10) {
			if err := tx.SaveSession(Session{ID: [16]byte{i}, Role: "provider", Self: self, Started: int64(i), Ended: 50}); err != nil {
				return err
			}
		}
		for _, want := range []int{3, 3, 1, 0} {
			old, err := tx.OldSessions([32]byte{}, self, 100, 3, 3)
			if err != nil || len(old) != want {
				t.Errorf("%v can go, %v; want %d", old, err, want)
			}
			for _, key := range old {
				if err := tx.DeleteSession(key); err != nil {
					return err
				}
			}
		}
		opened := Session{ID: [16]byte{9}, Role: "provider", Self: self, Started: 9}
		for _, err := range []error{tx.SaveSession(opened), tx.DeleteSession(SessionKey{opened.ID, opened.Role})} {
			if err != nil {
				return err
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

// plan is how SQLite runs a statement: its steps, each after those that it is part of.
func plan(t *testing.T, db *DB, statement string, args ...any) (steps []string) {
	t.Helper()
	within := map[int]string{}
	err := db.View(t.Context(), func(tx *Tx) error {
		return tx.query("plan", "EXPLAIN QUERY PLAN "+statement, args, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			within[id] = within[parent] + "/" + detail
			steps = append(steps, within[id])
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// Sessions, what was cleared, and the account are found by their keys, and sums are made once, in a list, not for each
// session. What is removed, for which all who write wait, is found by its key, and nothing else is read.
func TestForgettingReadsByKeys(t *testing.T) {
	db := open(t)
	found := map[string]bool{}
	for _, step := range plan(t, db, oldSessions, make([]byte, 32), make([]byte, 20), 1, 1, 1) {
		for _, table := range []string{"s", "l", "a"} {
			if strings.HasSuffix(step, "/SCAN "+table) || strings.Contains(step, "/SCAN "+table+" ") {
				t.Error(step)
			}
			found[table] = found[table] || strings.Contains(step, "/SEARCH "+table+" ")
		}
		if strings.Contains(step, "/SEARCH l ") && !strings.HasPrefix(step, "/LIST SUBQUERY ") {
			t.Error("for each session: ", step)
		}
	}
	if len(found) != 3 || !found["s"] || !found["l"] || !found["a"] {
		t.Errorf("looked for by keys are %v", found)
	}
	steps := plan(t, db, lastPrice, make([]byte, 32), make([]byte, 20), "provider", make([]byte, 20)) // for which others wait, too
	if len(steps) != 1 || steps[0] != "/SEARCH payment_session USING INDEX payment_session_pair (domain=? AND self=? AND role=? AND peer=?)" {
		t.Error(steps)
	}
	steps = plan(t, db, deleteSession, make([]byte, 16), "provider")
	if len(steps) != 1 || steps[0] != "/SEARCH payment_session USING PRIMARY KEY (id=? AND role=?)" {
		t.Error(steps)
	}
}
