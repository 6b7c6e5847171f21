package payments

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// onDisk gives a party a database of which the test can make some writes fail: those of sessions' ends while it says so.
func (w *world) onDisk(t *testing.T, p *party) (endsFail func(bool)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "node.db")
	p.db = openDB(t, path)
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	return func(fail bool) {
		t.Helper()
		statement := "DROP TRIGGER full"
		if fail {
			statement = "CREATE TRIGGER full BEFORE INSERT ON payment_session WHEN NEW.ended > 0 BEGIN SELECT raise(ABORT, 'disk is full'); END"
		}
		if _, err := raw.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// endFails has a session whose end one party cannot write, and returns what it was.
func (w *world) endFails(t *testing.T, role Role) (s Stats) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(10<<20, 10_000_000)
		if err := r.payer.Settle(t.Context()); err != nil {
			t.Error(err)
		}
		<-r.collector.done
		r.cc.Close()
		r.link.close()
		_, _ = <-r.paid, <-r.collected
		r.cancel()
		s = r.payer.Stats()
		for end, err := range map[Role]error{Consumer: r.payer.Close(t.Context(), "over"), Provider: r.collector.Close(t.Context(), "over")} {
			if (err != nil) != (end == role) {
				t.Errorf("%s closes its book: %v", end, err)
			}
		}
		theirs := w.terms
		theirs.Peer = w.consumer.key.Address()
		theirs.Session[0]++
		if role == Consumer {
			theirs.Peer = w.terms.Peer
			_, err := w.consumer.ledger.Pay(t.Context(), theirs)
			refusedForEnd(t, err)
		} else {
			_, err := w.provider.ledger.Collect(t.Context(), theirs)
			refusedForEnd(t, err)
		}
	})
	return s
}

func refusedForEnd(t *testing.T, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), "end an earlier session") {
		t.Errorf("the next session: %v", err)
	}
}

// The end of a session cannot be written. It is as soon as that works again: before the next session of the two, whose
// promises would take the place of its account, or at the next start.
func TestEndThatCannotBeWritten(t *testing.T) {
	for _, role := range []Role{Consumer, Provider} {
		for _, restarts := range []bool{false, true} {
			w := newWorld(t)
			p := &w.provider
			if role == Consumer {
				p = &w.consumer
			}
			endsFail := w.onDisk(t, p)
			endsFail(true)
			before := w.endFails(t, role)
			endsFail(false)
			if restarts {
				w.open(p)
			}
			w.terms.Session[0]++
			synctest.Test(t, func(t *testing.T) { w.works(t, 8<<20) })
			rows, err := p.ledger.Sessions(t.Context(), 0)
			if err != nil || len(rows) != 2 {
				t.Fatal(rows, err)
			}
			// The two sessions began at the same time.
			s, later := rows[0], rows[1]
			if s.Session[0] > later.Session[0] {
				s, later = later, s
			}
			if s.Promised != before.Promised || s.Billed != before.Billed || s.Due != before.Due || s.Ended.IsZero() || (s.Reason == ReasonRestarted) != restarts {
				t.Errorf("%s: %+v, want %+v", role, s, before)
			}
			var booked money.Amount
			for _, row := range w.booked(p) {
				booked += money.Amount(row.Amount) //nolint:gosec // positive
			}
			a, err := p.ledger.account(t.Context(), role, s.Peer)
			if want := s.Promised + later.Promised; err != nil || booked != want || role == Provider && a.Credit != want {
				t.Errorf("%s: %d booked, %+v, %v; want %d", role, booked, a, err, want)
			}
		}
	}
}

// Accounts of sessions are removed when they are old and there are newer ones enough; promises and debts stay.
func TestOldSessionsAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	l := w.provider.ledger
	now := time.Now()
	const many = 2*keptSessions + 300 // half of them old
	err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range many {
			s := Session{Terms: w.terms, Role: Provider, Started: now.Add(time.Duration(i-many) * time.Second)}
			s.Session, s.Peer = [16]byte{1, byte(i >> 8), byte(i)}, w.consumer.key.Address() //nolint:gosec // its low byte
			s.Ended = s.Started
			if i < many-500 {
				s.Ended = now.Add(-keepSessions - time.Hour)
			}
			if i == 0 {
				s.Ended = time.Time{}
			}
			if err := tx.SaveSession(l.sessionRow(s)); err != nil {
				return err
			}
		}
		return l.addDebt(tx, Provider, w.consumer.key.Address(), 7)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.forgetSessions(t.Context(), now.Add(-keepSessions)); err != nil {
		t.Fatal(err)
	}
	left, err := l.Sessions(t.Context(), 0)
	if err != nil || len(left) != keptSessions+1 || !left[keptSessions].Ended.IsZero() || w.owes(t) != 7 {
		t.Errorf("%d sessions are left, %v", len(left), err)
	}
	synctest.Test(t, func(t *testing.T) { w.works(t, 1<<20) })
}
