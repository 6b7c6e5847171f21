package payments

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// capped opens the consumer's book with caps, as a restart does.
func (w *world) capped(caps Caps) {
	w.t.Helper()
	ledger, err := Open(context.Background(), Config{DB: w.consumer.db, Signer: w.consumer.key, Domain: testDomain, Chain: w.chain, Caps: caps})
	if err != nil {
		w.t.Fatal(err)
	}
	w.consumer.ledger = ledger
}

// spendings is what was promised, and when, as the providers saw it.
type spendings struct {
	mu  sync.Mutex
	all []spending
}

type spending struct {
	at time.Time
	n  money.Amount
}

// watch notes what a session's promises add.
func (s *spendings) watch(r *run) {
	newest := r.payer.base
	consumer := r.w.consumer.key.Address()
	r.cc.out.dropping(func(_ uint32, body []byte) bool {
		p, err := decodePayment(body, consumer)
		if err == nil && p.promise != nil && p.promise.Amount > newest {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.all = append(s.all, spending{time.Now(), p.promise.Amount - newest})
			newest = p.promise.Amount
		}
		return false
	})
}

// most is the largest sum of a span that begins with a promise; of every length if it is zero.
func (s *spendings) most(span time.Duration) (most money.Amount) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, first := range s.all {
		var sum money.Amount
		for _, next := range s.all[i:] {
			if span == 0 || next.at.Sub(first.at) < span {
				sum += next.n
			}
		}
		most = max(most, sum)
	}
	return most
}

// perDay is the largest sum of a day of UTC.
func (s *spendings) perDay() (most money.Amount) {
	s.mu.Lock()
	defer s.mu.Unlock()
	days := map[int64]money.Amount{}
	for _, next := range s.all {
		days[dayOf(next.at)] += next.n
		most = max(most, days[dayOf(next.at)])
	}
	return most
}

// ends waits until a cap ends a session, and checks that it ends in good order: all that was served is paid.
func (r *run) ends(t *testing.T, per string, want money.Amount) {
	t.Helper()
	var reached *CapError
	if err := over(t, r.paid, 5*time.Minute); !errors.As(err, &reached) || reached.Per != per || reached.Cap != want {
		t.Errorf("payer: %v; want the cap per %s", err, per)
	}
	if err := over(t, r.collected, time.Minute); err != nil {
		t.Errorf("collector: %v", err)
	}
	r.abort("spending cap")
	c, p := r.payer.Stats(), r.collector.Stats()
	if c.Promised != p.Promised || p.Due > p.Promised {
		t.Errorf("promised %d and %d, due %d", c.Promised, p.Promised, p.Due)
	}
	if theirs, ours := r.w.debts(t); theirs != 0 || ours != 0 {
		t.Errorf("debts of %d and %d are left", theirs, ours)
	}
}

func TestSessionCapEndsInGoodOrder(t *testing.T) {
	for _, up := range []bool{false, true} {
		w := newWorld(t)
		w.terms.Cap = 3000 // 25 MiB beside the set-up charge
		synctest.Test(t, func(t *testing.T) {
			r := w.start(t.Context(), 5*time.Millisecond)
			if up {
				go r.link.up(64<<20, 50_000_000)
			} else {
				go r.link.down(64<<20, 50_000_000)
			}
			r.ends(t, CapSession, 3000)
			if got := r.payer.Stats().Promised; got > 3000 || got < 2950 {
				t.Errorf("promised %d", got)
			}
		})
	}
}

func TestTimeCountsForACap(t *testing.T) {
	w := newWorld(t)
	w.terms.Price = money.Price{PerHour: 36_000} // 10 units a second
	synctest.Test(t, func(t *testing.T) {
		w.capped(Caps{PerDay: 2000})
		r := w.start(t.Context(), 5*time.Millisecond)
		go r.link.down(1<<30, 10_000)
		r.ends(t, CapDay, 2000)
		if got := r.payer.Stats().Promised; got > 2000 || got < 1900 {
			t.Errorf("promised %d", got)
		}
	})
}

// A day's cap is of all sessions and providers, outlasts restarts, and is there anew at midnight.
func TestDayCap(t *testing.T) {
	w := newWorld(t)
	caps := Caps{PerDay: 3000}
	synctest.Test(t, func(t *testing.T) {
		var seen spendings
		w.capped(caps)
		r := w.start(t.Context(), 5*time.Millisecond)
		seen.watch(r)
		r.link.down(8<<20, 50_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatal(paid, collected)
		}
		before := w.consumer.ledger.Spending()
		w.capped(caps)
		if after := w.consumer.ledger.Spending(); after != before || after.Today != r.payer.Stats().Promised || after.Left() != 3000-after.Today {
			t.Errorf("after a restart: %+v; before: %+v", after, before)
		}
		w.provider = party{key: newKey(t), db: newDB(t)}
		w.terms.Peer = w.provider.key.Address()
		w.another()
		r = w.start(t.Context(), 5*time.Millisecond)
		seen.watch(r)
		go r.link.down(64<<20, 50_000_000)
		r.ends(t, CapDay, 3000)
		if got := seen.perDay(); got > 3000 || got < 2900 {
			t.Errorf("promised %d in a day", got)
		}
		w.capped(caps)
		w.another()
		if _, err := w.consumer.ledger.Pay(t.Context(), w.terms); !errors.Is(err, ErrCap) {
			t.Errorf("a session of a day that is used up: %v", err)
		}
		now := time.Now()
		time.Sleep(now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now))
		r = w.start(t.Context(), 5*time.Millisecond)
		seen.watch(r)
		go r.link.down(64<<20, 50_000_000)
		r.ends(t, CapDay, 3000)
		if got := seen.perDay(); got > 3000 {
			t.Errorf("promised %d in a day", got)
		}
	})
}

// Two sessions at once share a day's cap, and neither leaves a debt when it is used up.
func TestDayCapIsShared(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		var seen spendings
		w.capped(Caps{PerDay: 6000})
		first := w.start(t.Context(), 5*time.Millisecond)
		w.another()
		second := w.start(t.Context(), 5*time.Millisecond)
		for _, r := range []*run{first, second} {
			seen.watch(r)
			go r.link.down(64<<20, 20_000_000)
			go r.link.up(64<<20, 20_000_000)
		}
		for _, r := range []*run{first, second} {
			if err := over(t, r.paid, time.Minute); !errors.Is(err, ErrCap) {
				t.Errorf("payer: %v", err)
			}
			r.abort("spending cap")
			if c, p := r.payer.Stats(), r.collector.Stats(); p.Promised != c.Promised || p.Due > p.Promised || p.Promised < 1500 {
				t.Errorf("promised %d and %d, due %d", c.Promised, p.Promised, p.Due)
			}
		}
		if got := seen.perDay(); got > 6000 || got < 5900 {
			t.Errorf("promised %d", got)
		}
		if s := w.consumer.ledger.Spending(); s.Held != 0 || s.Today != seen.perDay() {
			t.Errorf("%+v", s)
		}
		if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
			t.Errorf("debts of %d and %d are left", theirs, ours)
		}
	})
}

// What a session will need of the day's cap is gone for the next one before either has locked anything.
func TestDayCapIsTakenBeforeTheLock(t *testing.T) {
	w := newWorld(t)
	w.capped(Caps{PerDay: 900})
	first, err := w.consumer.ledger.Pay(t.Context(), w.terms)
	if err != nil {
		t.Fatal(err)
	}
	w.another()
	if _, err := w.consumer.ledger.Pay(t.Context(), w.terms); !errors.Is(err, ErrCap) {
		t.Errorf("a second session, of a cap that the first one needs: %v", err)
	}
	if err := first.Close(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if held := w.consumer.ledger.Spending().Held; held != 0 {
		t.Errorf("%d units are set aside for nobody", held)
	}
	if second, err := w.consumer.ledger.Pay(t.Context(), w.terms); err != nil {
		t.Errorf("the first one is over: %v", err)
	} else if err := second.Close(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

// oneByOne is a signer that fails the test where it signs while another session could spend what this one is about to.
type oneByOne struct {
	identity.Signer
	t      *testing.T
	budget func() *budget
	signed atomic.Int64
}

func (o *oneByOne) Sign(digest [32]byte) (identity.Signature, error) {
	o.signed.Add(1)
	if o.budget().turn.TryLock() {
		o.t.Error("another session could pay at the same time")
		o.budget().turn.Unlock()
	}
	return o.Signer.Sign(digest)
}

// What the cap per minute leaves is looked at and spent without another session's payment in between.
func TestMinuteCapIsSpentByOneAtATime(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		signer := &oneByOne{Signer: w.consumer.key, t: t, budget: func() *budget { return w.consumer.ledger.budget }}
		ledger, err := Open(t.Context(), Config{
			DB: w.consumer.db, Signer: signer, Domain: testDomain, Chain: w.chain, Caps: Caps{PerMinute: 1_000_000},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.consumer.ledger = ledger
		r := w.start(t.Context(), 5*time.Millisecond)
		go r.link.down(64<<20, 20_000_000)
		time.Sleep(time.Minute)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Errorf("payer: %v, collector: %v", paid, collected)
		}
		if signer.signed.Load() < 3 {
			t.Errorf("%d promises", signer.signed.Load())
		}
	})
}

// A provider that could be paid faster is paid by the minute's rate, and the session goes on.
func TestMinuteCapSlowsDown(t *testing.T) {
	for name, price := range map[string]money.Price{
		"volume": {PerGiB: 100_000}, "volume and time": {PerGiB: 100_000, PerHour: 12_000},
	} {
		t.Run(name, func(t *testing.T) {
			const most = 4000
			w := newWorld(t)
			w.terms.Price = price
			synctest.Test(t, func(t *testing.T) {
				var seen spendings
				w.capped(Caps{PerMinute: most})
				first := w.start(t.Context(), 5*time.Millisecond)
				w.another()
				second := w.start(t.Context(), 5*time.Millisecond)
				runs := []*run{first, second}
				for _, r := range runs {
					seen.watch(r)
					go r.link.down(1<<30, 20_000_000)
				}
				go first.link.up(1<<30, 20_000_000)
				time.Sleep(10 * time.Minute)
				for _, r := range runs {
					if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
						t.Errorf("payer: %v, collector: %v", paid, collected)
					}
				}
				if got := seen.most(time.Minute); got > most || got < most*3/4 {
					t.Errorf("promised %d in a minute", got)
				}
				if got := seen.most(0); got < 10*most*2/3 {
					t.Errorf("promised %d in ten minutes", got)
				}
				if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
					t.Errorf("debts of %d and %d are left", theirs, ours)
				}
			})
		})
	}
}

// What a cap leaves no room for does not begin.
func TestCapsThatAreTooSmall(t *testing.T) {
	for name, c := range map[string]struct {
		caps    Caps
		change  func(*Terms)
		allowed bool
	}{
		"set-up charge above the session's cap": {change: func(t *Terms) { t.Cap = t.Setup - 1 }},
		"nothing beside the set-up charge":      {change: func(t *Terms) { t.Cap = t.Setup }},
		"set-up charge above the day's cap":     {caps: Caps{PerDay: 499}},
		"set-up charge above an eighth":         {caps: Caps{PerMinute: 8*500 - 1}},
		"set-up charge of an eighth":            {caps: Caps{PerMinute: 8 * 500}, allowed: true},
		"a minute's time above an eighth":       {caps: Caps{PerMinute: 8 * 500}, change: func(t *Terms) { t.Price.PerHour = 60 * 501 }},
		"a price without a window":              {caps: Caps{PerMinute: 8 * 500}, change: func(t *Terms) { t.Price.PerGiB = 20_000_000 }},
		"free service":                          {caps: Caps{PerMinute: 1, PerDay: 1}, change: func(t *Terms) { t.Price, t.Setup, t.Cap = money.Price{}, 0, 1 }, allowed: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.capped(c.caps)
			if c.change != nil {
				c.change(&w.terms)
			}
			payer, err := w.consumer.ledger.Pay(t.Context(), w.terms)
			if c.allowed != (err == nil) || err != nil && !errors.Is(err, ErrCap) {
				t.Errorf("%v", err)
			}
			if err == nil {
				err = payer.Close(t.Context(), "")
			}
			if rows, failed := w.consumer.ledger.Sessions(t.Context(), 0); c.allowed && err != nil || failed != nil || len(rows) > 0 != c.allowed {
				t.Errorf("%v, sessions %v, %v", err, rows, failed)
			}
		})
	}
}

// A promise and what it adds to its day are stored together: whatever fails after it, a restart knows both, or neither.
func TestDaysSumIsStoredWithThePromise(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		w.terms.Lock = 100_000_000
		w.lock(w.terms.Lock)
		for steps := range 30 {
			w.capped(Caps{PerDay: w.terms.Lock})
			w.terms.Session[0]++
			r := w.start(t.Context(), 5*time.Millisecond)
			go r.link.down(64<<20, 20_000_000)
			r.cc.out.dropping(func(uint32, []byte) bool { // the node is killed when it has stored some promise
				steps--
				if steps < 0 {
					r.cancel()
				}
				return steps < 0
			})
			time.Sleep(2 * time.Second)
			w.capped(Caps{PerDay: w.terms.Lock})
			if err := w.consumer.ledger.checkSpent(t.Context()); err != nil {
				t.Error(err)
			}
			r.abort("killed")
		}
	})
}

// checkSpent holds what was spent on all days against what was promised.
func (l *Ledger) checkSpent(ctx context.Context) error {
	given, err := l.PromisedBy(ctx)
	var promised, spent money.Amount
	for _, p := range given {
		promised += p.Amount
	}
	for _, n := range l.budget.spent {
		spent += n
	}
	if err == nil && promised != spent {
		err = fmt.Errorf("%d are promised, and %d count for the days", promised, spent)
	}
	return err
}

// Whatever is billed, in whichever sessions, by whichever prices and with whichever restarts: no cap is passed.
func TestCapsHold(t *testing.T) {
	for range 16 {
		seed := rand.Uint64() //nolint:gosec // no secret
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t)
			synctest.Test(t, func(t *testing.T) { w.capsHold(t, rand.New(rand.NewPCG(seed, 0))) }) //nolint:gosec // no secret
		})
	}
}

func (w *world) capsHold(t *testing.T, random *rand.Rand) {
	t.Helper()
	amount := func(most int) money.Amount { return money.Amount(random.IntN(most)) }
	caps := Caps{PerDay: amount(2) * amount(20_000), PerMinute: amount(2) * (2000 + amount(8000))}
	var seen spendings
	w.capped(caps)
	for range 6 {
		w.terms.Setup, w.terms.Cap = amount(300), amount(2)*(400+amount(6000))
		w.terms.Price = money.Price{PerGiB: amount(2_000_000), PerHour: amount(2) * amount(20_000)}
		var runs []*run
		for range 1 + random.IntN(2) {
			w.terms.Session[0]++
			w.terms.Channel = uint8(len(runs))
			w.lock(w.terms.Lock)
			if w.consumer.ledger.Allows(w.terms) != nil {
				continue
			}
			if len(runs) > 0 {
				if theirs, _ := w.debts(t); theirs > 0 {
					break // who owes gets one session at a time
				}
			}
			r := w.start(t.Context(), time.Duration(random.IntN(50))*time.Millisecond)
			seen.watch(r)
			runs = append(runs, r)
			go r.link.down(random.IntN(10<<20), 1_000_000+random.IntN(50_000_000))
			go r.link.up(random.IntN(4<<20), 1_000_000+random.IntN(50_000_000))
		}
		time.Sleep(time.Duration(random.IntN(100)) * time.Second)
		killed := random.IntN(3) == 0
		for _, r := range runs {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if !killed {
				_ = r.payer.Settle(ctx) // it may have ended
			}
			cancel()
			r.abort("over")
			if s := r.payer.Stats(); r.payer.terms.Cap > 0 && s.Promised > r.payer.terms.Cap {
				t.Errorf("promised %d in a session, the cap is %d", s.Promised, r.payer.terms.Cap)
			}
		}
		if killed || random.IntN(3) == 0 {
			w.capped(caps)
		}
		if random.IntN(4) == 0 {
			time.Sleep(time.Duration(random.IntN(20)) * time.Hour)
		}
	}
	if got := seen.perDay(); caps.PerDay > 0 && got > caps.PerDay {
		t.Errorf("promised %d in a day, the cap is %d", got, caps.PerDay)
	}
	if got := seen.most(time.Minute); caps.PerMinute > 0 && got > caps.PerMinute {
		t.Errorf("promised %d in a minute, the cap is %d", got, caps.PerMinute)
	}
}
