package store

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/money"
)

// While a session is open, its progress is what came with the newest promise made in it, for whichever end this database
// is of; of other sessions on the same channel nothing is taken. Once it has ended, its own row counts.
func TestProgressOfSessions(t *testing.T) {
	db := open(t)
	consumer, provider, domain := [20]byte{2}, [20]byte{3}, promiseOf(1, 1).Domain
	session := func(id byte, role string, epoch uint16) Session {
		s := Session{Domain: domain, ID: [16]byte{id}, Role: role, Self: consumer, Peer: provider, Epoch: epoch, Started: int64(id)}
		if role == "provider" {
			s.Self, s.Peer = provider, consumer
		}
		return s
	}
	promise := func(id byte, epoch int, amount money.Amount) Promise {
		p := promiseOf(epoch, amount)
		p.Session, p.Progress = [16]byte{id}, progressOf(amount)
		return p
	}
	ended := session(1, "provider", 1)
	ended.Ended, ended.Progress = 9, progressOf(70)
	err := db.InTx(t.Context(), func(tx *Tx) error {
		for _, s := range []Session{
			ended, session(2, "provider", 2), session(3, "provider", 3), session(4, "provider", 1),
			session(2, "consumer", 2), session(3, "consumer", 4),
		} {
			if err := tx.SaveSession(s); err != nil {
				return err
			}
		}
		for _, p := range []Promise{
			promise(1, 1, 60),                                       // of the session that has ended
			promise(2, 2, 10), promise(2, 2, 20), promise(2, 2, 15), // the newest is the largest
			promise(3, 9, 30), // by another epoch's promise nothing is known
		} {
			if err := tx.SavePromise(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, sessions []Session, want map[byte]money.Amount) {
		t.Helper()
		if len(sessions) != len(want) {
			t.Errorf("%s: %d sessions, want %d", what, len(sessions), len(want))
		}
		for _, s := range sessions {
			expected := progressOf(want[s.ID[0]])
			if want[s.ID[0]] == 0 {
				expected = Progress{}
			}
			if s.Progress != expected {
				t.Errorf("%s: session %d has %+v, want %+v", what, s.ID[0], s.Progress, expected)
			}
		}
	}
	err = db.View(t.Context(), func(tx *Tx) error {
		all, err := tx.Sessions(domain, provider, 0)
		check("all as provider", all, map[byte]money.Amount{1: 70, 2: 20, 3: 0, 4: 0})
		if err != nil {
			return err
		}
		unfinished, err := tx.OpenSessions(domain, provider)
		check("open as provider", unfinished, map[byte]money.Amount{2: 20, 3: 0, 4: 0})
		if err != nil {
			return err
		}
		unfinished, err = tx.OpenSessions(domain, consumer)
		check("open as consumer", unfinished, map[byte]money.Amount{2: 20, 3: 0})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A database from before promises had their session's progress keeps its promises, and the progress of a session that
// was open then.
func TestPromisesFromBeforeProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	old := promiseOf(2, 20)
	old.Progress = Progress{}
	session := Session{Domain: old.Domain, ID: [16]byte{1}, Role: "provider", Self: old.Provider, Peer: old.Consumer, Epoch: 2, Progress: progressOf(20)}
	err = db.InTx(t.Context(), func(tx *Tx) error { return errors.Join(tx.SavePromise(old), tx.SaveSession(session)) })
	undo := []string{"DELETE FROM goose_db_version WHERE version_id = 12", "CREATE INDEX payment_promise_provider ON payment_promise (domain, provider)"}
	for _, column := range strings.Split("session_id, "+progressColumns, ", ") {
		undo = append(undo, "ALTER TABLE payment_promise DROP COLUMN "+column)
	}
	if err != nil {
		t.Fatal(err)
	}
	db = migrated(t, db, path, undo...)
	if all := promised(t, db); len(all) != 1 || all[0] != old {
		t.Errorf("promises %+v, want %+v", all, old)
	}
	err = db.View(t.Context(), func(tx *Tx) error {
		all, err := tx.OpenSessions(old.Domain, old.Provider)
		if len(all) != 1 || all[0] != session {
			t.Errorf("open sessions %+v, want %+v", all, session)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// migrated runs statements on a database and opens it again, which applies the migrations that they took back.
func migrated(t *testing.T, db *DB, path string, undo ...string) *DB {
	t.Helper()
	var err error
	for _, statement := range undo {
		_, failed := db.write.ExecContext(t.Context(), statement)
		err = errors.Join(err, failed)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Sessions of a database from before they had a domain have that of their promise, or else of their channel's epoch. Who
// promised nothing is without one until a domain adopts it.
func TestSessionsFromBeforeDomains(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	self, peer, one, two := [20]byte{3}, [20]byte{2}, [32]byte{1}, [32]byte{2}
	err = db.InTx(t.Context(), func(tx *Tx) (err error) {
		for i, epoch := range []uint16{1, 1, 2, 3} { // of two domains' first epochs, of one's second, of no promise's
			id := byte(i + 1) //nolint:gosec // below 5
			err = errors.Join(err, tx.SaveSession(Session{ID: [16]byte{id}, Role: "provider", Self: self, Peer: peer, Epoch: epoch, Started: int64(id)}))
		}
		for _, p := range []struct {
			domain [32]byte
			id     byte
			epoch  int
		}{{one, 1, 1}, {two, 2, 1}, {two, 9, 2}} {
			promise := promiseOf(p.epoch, 20)
			promise.Domain, promise.Session = p.domain, [16]byte{p.id}
			err = errors.Join(err, tx.SavePromise(promise))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	db = migrated(t, db, path, "DROP INDEX payment_session_started", "DROP INDEX payment_session_pair", "ALTER TABLE payment_session DROP COLUMN domain",
		"CREATE INDEX payment_session_started ON payment_session (self, started)", "DELETE FROM goose_db_version WHERE version_id IN (15, 42)")
	check := func(tx *Tx, domain [32]byte, want ...byte) error {
		all, err := tx.Sessions(domain, self, 0)
		got := []byte{}
		for _, s := range all {
			got = append(got, s.ID[0])
		}
		if !slices.Equal(got, want) {
			t.Errorf("domain %d has the sessions %v, want %v", domain[0], got, want)
		}
		return err
	}
	err = db.InTx(t.Context(), func(tx *Tx) error {
		err := errors.Join(check(tx, one, 1), check(tx, two, 3, 2), check(tx, [32]byte{}, 4), tx.AdoptSessions(two, peer), check(tx, two, 3, 2))
		return errors.Join(err, tx.AdoptSessions(one, self), tx.AdoptSessions(two, self), check(tx, one, 4, 1), check(tx, two, 3, 2))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The promise of an open session is found by its key, and not by reading all for each session.
func TestSessionsFindTheirPromises(t *testing.T) {
	db := open(t)
	err := db.View(t.Context(), func(tx *Tx) error {
		return tx.query("plan", "EXPLAIN QUERY PLAN "+sessionRows, nil, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			if strings.HasPrefix(detail, "SCAN p") {
				t.Error(detail)
			}
			return err
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// What was spent on a day adds up, of each network and consumer by itself, and without what a transaction added that failed.
func TestSpentOnADay(t *testing.T) {
	db := open(t)
	domain, consumer := [32]byte{1}, [20]byte{2}
	fail := errors.New("by this test")
	add := func(then error) error {
		return db.InTx(t.Context(), func(tx *Tx) error {
			return errors.Join(tx.AddSpent(domain, consumer, 3, 4), tx.AddSpent(domain, consumer, 2, 1),
				tx.AddSpent([32]byte{9}, consumer, 3, 100), tx.AddSpent(domain, [20]byte{9}, 3, 100), then)
		})
	}
	if err := add(fail); !errors.Is(err, fail) {
		t.Fatal(err)
	}
	if err := errors.Join(add(nil), add(nil)); err != nil {
		t.Fatal(err)
	}
	err := db.View(t.Context(), func(tx *Tx) error {
		spent, err := tx.Spent(domain, consumer, 3)
		if len(spent) != 1 || spent[3] != 8 {
			t.Errorf("spent %v", spent)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
