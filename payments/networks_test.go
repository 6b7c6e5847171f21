package payments

import (
	"testing"
	"testing/synctest"
	"time"
)

// shown is the only session in a book, and what the book says of debts with its peer.
func shown(t *testing.T, l *Ledger, role Role) (s Session, debt bool) {
	t.Helper()
	rows, err := l.Sessions(t.Context(), 0)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%s: %+v, %v", role, rows, err)
	}
	a, err := l.account(t.Context(), role, rows[0].Peer)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0], a.Debt > 0
}

// An identity has a book for each of two networks in one database. A session that is open on one is neither shown, nor
// closed, nor made a debt by the start of the other: the next start on its own network does that.
func TestTwoNetworksInOneDatabase(t *testing.T) {
	w := newWorld(t)
	elsewhere := testDomain
	elsewhere.ChainID++
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(10<<20, 10_000_000)
		for role, p := range map[Role]*party{Consumer: &w.consumer, Provider: &w.provider} {
			before, _ := shown(t, p.ledger, role)
			there, err := Open(t.Context(), Config{DB: p.db, Signer: p.key, Domain: elsewhere, Chain: w.chain})
			if err != nil {
				t.Fatal(err)
			}
			if rows, err := there.Sessions(t.Context(), 0); err != nil || len(rows) != 0 {
				t.Errorf("%s: the other network shows %+v, %v", role, rows, err)
			}
			if s, owes := shown(t, p.ledger, role); !s.Ended.IsZero() || s != before || s.Promised == 0 || owes {
				t.Errorf("%s: after the start of the other network: %+v, a debt: %t", role, s, owes)
			}
			w.open(p)
			if s, owes := shown(t, p.ledger, role); s.Reason != ReasonRestarted || s.Promised != before.Promised || owes != (role == Consumer) {
				t.Errorf("%s: after the next start: %+v, a debt: %t", role, s, owes)
			}
			if a, err := there.account(t.Context(), role, before.Peer); err != nil || a.Debt != 0 || a.Credit != 0 {
				t.Errorf("%s: the other network has the account %+v, %v", role, a, err)
			}
		}
		r.abort("gone")
	})
}
