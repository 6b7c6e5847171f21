package store

import (
	"errors"
	"path/filepath"
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
		s := Session{ID: [16]byte{id}, Role: role, Self: consumer, Peer: provider, Epoch: epoch, Started: int64(id)}
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
	session := Session{ID: [16]byte{1}, Role: "provider", Self: old.Provider, Peer: old.Consumer, Epoch: 2, Progress: progressOf(20)}
	err = db.InTx(t.Context(), func(tx *Tx) error { return errors.Join(tx.SavePromise(old), tx.SaveSession(session)) })
	undo := []string{"DELETE FROM goose_db_version WHERE version_id = 12", "CREATE INDEX payment_promise_provider ON payment_promise (domain, provider)"}
	for _, column := range strings.Split("session_id, "+progressColumns, ", ") {
		undo = append(undo, "ALTER TABLE payment_promise DROP COLUMN "+column)
	}
	for _, statement := range undo {
		_, more := db.write.ExecContext(t.Context(), statement)
		err = errors.Join(err, more)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
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

// The promise of an open session is found by its key, and not by reading all for each session.
func TestSessionsFindTheirPromises(t *testing.T) {
	db := open(t)
	err := db.View(t.Context(), func(tx *Tx) error {
		return tx.query("plan", "EXPLAIN QUERY PLAN "+sessionRows, []any{make([]byte, 32)}, func(scan func(...any) error) error {
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
