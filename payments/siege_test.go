package payments

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/money"
)

func cost(t *testing.T, bytes uint64) money.Amount {
	t.Helper()
	due, err := money.Price{PerGiB: 100_000}.Due(bytes, 0)
	if err != nil {
		t.Fatal(err)
	}
	return due
}

// check holds the books against each other and against what passed.
func (s *siege) check() {
	t := s.t
	t.Helper()
	held, signed := s.books(Provider), s.books(Consumer)
	for i := range s.accounts {
		a := &s.accounts[i]
		theirs, ours := held[a.key.Address()], signed[a.key.Address()]
		for _, p := range []intent.SignedPromise{theirs, ours} {
			if p.Amount > 0 && p.Verify(testDomain) != nil {
				t.Errorf("consumer %d: a promise is not signed: %+v", i, p)
			}
		}
		if theirs.Amount < a.acknowledged {
			t.Errorf("consumer %d: %d units were acknowledged, the provider can clear %d", i, a.acknowledged, theirs.Amount)
		}
		if ours.Amount < a.sent || ours.Amount < theirs.Amount || ours.Amount < a.signed || theirs.Amount < a.held {
			t.Errorf("consumer %d: sent a promise of %d units and has %d (had %d), the provider %d (had %d)",
				i, a.sent, ours.Amount, a.signed, theirs.Amount, a.held)
		}
		if ours.Amount > a.locked {
			t.Errorf("consumer %d: promised %d units, locked are %d", i, ours.Amount, a.locked)
		}
		// What a session brought, less the set-up charge, is at most a window less than what was served, and what
		// may be lost in a tunnel.
		const rounding = 2
		if served := a.servedDown + a.servedUp; served > 0 {
			brought := theirs.Amount - a.held
			most := brought + cost(t, siegeWindow) + cost(t, a.servedDown/lossShare) + rounding
			if due := cost(t, served) + s.terms.Setup; due > most {
				t.Errorf("consumer %d: a session served %d units and brought %d: more than a window (%d) is lost", i, due, brought, cost(t, siegeWindow))
			}
		}
		// A consumer's own crash may cost it a window, and the packet that it had counted and not told of.
		each := s.terms.Setup + rounding
		most := cost(t, a.got) + each*money.Amount(a.sessions) + (cost(t, siegeWindow)+cost(t, packet)+1)*money.Amount(a.crashes)
		if ours.Amount > most {
			t.Errorf("consumer %d: got %d units in %d sessions and promised %d, after %d crashes of its own", i, cost(t, a.got), a.sessions, ours.Amount, a.crashes)
		}
		a.held, a.signed = theirs.Amount, ours.Amount
	}
}

// topUp locks more for whoever has less than so many windows left.
func (s *siege) topUp(windows uint64) {
	for i := range s.accounts {
		if a := &s.accounts[i]; a.locked < a.signed+cost(s.t, windows*siegeWindow) {
			a.locked = a.signed + siegeLock
		}
	}
}

// clean runs sessions that nobody disturbs: all settle, and everything is paid.
func (s *siege) clean() {
	s.t.Helper()
	s.topUp(8)
	var before [siegeSessions]money.Amount
	for i := range before {
		before[i] = s.accounts[i].held
	}
	ends := s.round(1, assault{})
	if slices.ContainsFunc(ends, func(end string) bool { return end != "<nil>" }) || len(ends) != 2*siegeSessions {
		s.t.Errorf("undisturbed sessions ended with %q", ends)
	}
	s.check()
	for i := range s.accounts {
		a := &s.accounts[i]
		if due := cost(s.t, a.round+a.servedUp) + s.terms.Setup; a.held < before[i]+due || a.held != a.signed {
			s.t.Errorf("consumer %d: %d units are due, %d came, %d of %d are held", i, due, a.held-before[i], a.held, a.signed)
		}
	}
}

// cleared stops both processes and has everything cleared that the provider's database holds.
func (s *siege) cleared() {
	t := s.t
	t.Helper()
	for _, h := range s.houses {
		_ = h.In.Close()
		<-h.died
		if !h.Cmd.ProcessState.Success() {
			t.Errorf("the %s: %s: %s", h.config.Role, h.Cmd.ProcessState, &h.Log)
		}
	}
	var acknowledged, want money.Amount
	for i := range s.accounts {
		acknowledged += s.accounts[i].acknowledged
		want += s.accounts[i].held
	}
	w := &world{t: t, chain: s.chain, provider: party{key: s.key, db: openDB(t, s.houses[Provider].config.DB)}}
	w.open(&w.provider)
	clearings, err := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: s.chain}).Clear(t.Context(), money.MaxLock)
	var got money.Amount
	for _, c := range clearings {
		got += c.Amount
	}
	if err != nil || got != want || got < acknowledged {
		t.Errorf("cleared %d units, %v; %d were acknowledged, %d are held", got, err, acknowledged, want)
	}
}

// A provider and its consumers are processes that are killed at every step of a session and at random moments, one or
// both, and start again from their databases. Whenever that is, the provider can clear all that it acknowledged, the
// consumers know all that they promised, nobody has lost more than a window, and the next session goes on.
func TestKilledWhenever(t *testing.T) {
	const perSiege = 100
	for left := killtest.Kills(50); left > 0; left -= perSiege {
		s := newSiege(t, rand.Uint64())
		s.clean()
		for n := range min(left, perSiege) {
			if s.random.IntN(2) == 0 { // else the lock may be used up on the way
				s.topUp(8)
			}
			a := s.plan(n)
			s.round(6, a)
			for _, role := range a.victims {
				for i := range s.accounts {
					if role == Consumer {
						s.accounts[i].crashes++
					}
				}
			}
			s.check()
			s.clean()
			if t.Failed() {
				t.Fatalf("round %d of seed %d: %s", n, s.seed, a)
			}
		}
		s.cleared()
		if s.hits < min(left, perSiege)/2 {
			t.Errorf("only %d of %d kills came in mid-session", s.hits, min(left, perSiege))
		}
	}
}
