package payments

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// The payment channel is away for half a minute: service goes on inside the window, pauses, and goes on.
func TestOutageOfThePaymentChannel(t *testing.T) {
	w := newWorld(t)
	w.terms.Price.PerHour = 36_000
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 20*time.Millisecond)
		r.link.down(20<<20, 10_000_000)
		away := func(uint32, []byte) bool { return true }
		r.cc.out.dropping(away)
		r.pc.out.dropping(away)
		before := r.link.provider.Counters().Total()
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.link.down(100<<20, 10_000_000)
		}()
		time.Sleep(30 * time.Second)
		if served := r.link.provider.Counters().Total() - before; served == 0 || served > r.collector.Stats().Window {
			t.Errorf("%d bytes served in the outage", served)
		}
		r.cc.out.dropping(nil)
		r.pc.out.dropping(nil)
		<-done
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Errorf("payer: %v, collector: %v", paid, collected)
		}
		if c, p := r.payer.Stats(), r.collector.Stats(); c.Promised != p.Promised || c.Received != 120<<20 {
			t.Errorf("%+v, %+v", c, p)
		}
	})
}

// The payment channel stays away while the tunnel is used: traffic stops at the window, and a minute later both ends
// give up, the provider for want of payment, the consumer because nothing comes through the tunnel. While the tunnel is idle,
// neither has a reason of its own to: the session's silence ends it.
func TestOutageIsTooLong(t *testing.T) {
	for name, used := range map[string]bool{"used": true, "idle": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var tunnelled atomic.Pointer[link]
			w.probe = func(ctx context.Context) error {
				if l := tunnelled.Load(); !l.provider.Send(packet, ctx.Done()) || !l.consumer.Receive(packet, ctx.Done()) {
					return errors.New("no echo")
				}
				return nil
			}
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 20*time.Millisecond)
				tunnelled.Store(r.link)
				r.link.down(20<<20, 10_000_000)
				away := func(uint32, []byte) bool { return true }
				r.cc.out.dropping(away)
				r.pc.out.dropping(away)
				began := time.Now()
				if used {
					go r.link.down(100<<20, 10_000_000)
					time.Sleep(54 * time.Second)
					if len(r.paid) != 0 || len(r.collected) != 0 {
						t.Error("an end gives up at once")
					}
					givesUp(t, began, r.paid, 55*time.Second, ErrTunnelDead) // six probes, 10 s apart, each of which waits 5 s
					givesUp(t, began, r.collected, time.Minute, ErrUnpaid)
				}
				time.Sleep(75*time.Second - time.Since(began)) // the session's silence
				if still := len(r.paid) == 0 && len(r.collected) == 0; still == used {
					t.Errorf("both go on: %t", still)
				}
				r.abort("payment channel lost")
			})
		})
	}
}

// givesUp waits for one end of a session whose payment channel went away just now, and looks at why and when it ended.
func givesUp(t *testing.T, began time.Time, run chan error, least time.Duration, because error) {
	t.Helper()
	err := over(t, run, 75*time.Second)
	if after := time.Since(began); !errors.Is(err, because) || after < least || after > 70*time.Second {
		t.Errorf("%v after %v, want %v", err, after, because)
	}
}

// While the payment channel is away the traffic stops, and with it the consumer's probes: its clock stops too,
// which it can tell the provider only afterwards. Neither takes the other for a cheat.
func TestProbesFailInAnOutage(t *testing.T) {
	w := newWorld(t)
	w.terms.Price.PerHour = 36_000
	synctest.Test(t, func(t *testing.T) {
		away := w.probesFail()
		r := w.start(t.Context(), 20*time.Millisecond)
		r.link.down(20<<20, 10_000_000)
		drop := func(uint32, []byte) bool { return away.Load() }
		r.cc.out.dropping(drop)
		r.pc.out.dropping(drop)
		for range 2 {
			away.Store(true)
			time.Sleep(45 * time.Second)
			away.Store(false)
			time.Sleep(30 * time.Second)
		}
		r.link.down(20<<20, 10_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		if c, p := r.payer.Stats(), r.collector.Stats(); c.Promised != p.Promised || c.Elapsed-p.Elapsed > time.Second || p.Elapsed-c.Elapsed > time.Second {
			t.Errorf("%+v, %+v", c, p)
		}
	})
}

func TestProbesPauseTheClock(t *testing.T) {
	w := newWorld(t)
	w.terms.Price = money.Price{PerHour: 36_000}
	synctest.Test(t, func(t *testing.T) {
		var silent atomic.Bool
		w.probe = func(context.Context) error {
			if silent.Load() {
				return errors.New("no echo")
			}
			return nil
		}
		r := w.start(t.Context(), 20*time.Millisecond)
		r.link.down(packet, 1_000_000)
		time.Sleep(100*time.Second + 5*time.Second)
		silent.Store(true) // probes at 110 and 120 s fail
		time.Sleep(40 * time.Second)
		silent.Store(false) // that at 150 s does not
		time.Sleep(15 * time.Second)
		c, p := r.payer.Stats(), r.collector.Stats()
		for _, got := range []time.Duration{c.Elapsed, p.Elapsed} { // 160 s less 30 s
			if diff := got - 130*time.Second; diff < -200*time.Millisecond || diff > 200*time.Millisecond {
				t.Errorf("billed %v and %v of 160 s; probes failed for 30", c.Elapsed, p.Elapsed)
			}
		}
		silent.Store(true)
		if err := over(t, r.paid, 70*time.Second); !errors.Is(err, ErrTunnelDead) {
			t.Errorf("payer: %v", err)
		}
		r.abort("tunnel failed")
	})
}

// A consumer that claims failing probes while traffic flows pays for the time all the same.
func TestPauseWithTrafficIsVoid(t *testing.T) {
	w := newWorld(t)
	w.terms.Price = money.Price{PerHour: 36_000}
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 20*time.Millisecond)
		r.payer.mu.Lock()
		r.payer.clock.hold(holdProbes, time.Now())
		r.payer.mu.Unlock()
		r.payer.kick()
		go r.link.down(1<<30, 100_000)
		if err := over(t, r.collected, 3*time.Minute); !errors.Is(err, ErrUnpaid) && !errors.Is(err, ErrMeter) {
			t.Errorf("collector: %v", err)
		}
		if p := r.collector.Stats(); p.Elapsed < time.Minute {
			t.Errorf("%v of session time", p.Elapsed)
		}
		r.abort("unpaid")
	})
}

// What a broken session left unpaid is paid in the next one, and until then it is part of the window.
func TestDebtIsPaidInTheNextSession(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(20<<20, 10_000_000)
		r.cc.out.dropping(func(uint32, []byte) bool { return true })
		r.link.down(4<<20, 10_000_000)
		promised := r.collector.Stats().Promised
		r.abort("payment channel lost")
		provider, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
		if err != nil || provider.Debt == 0 || provider.Credit != 0 {
			t.Fatalf("provider's book %+v, %v", provider, err)
		}
		w.terms.Session[0]++
		r = w.start(t.Context(), 5*time.Millisecond)
		r.link.down(4<<20, 10_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		all, err := w.provider.ledger.PromisedTo(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		served, _ := w.terms.Price.Due(28<<20, 0)
		maybeLost, _ := w.terms.Price.Due((24<<20)/lossShare, 0) // what was never reported counts so much less
		if want := served + 2*w.terms.Setup; all[0].Amount > want || all[0].Amount+maybeLost+5 < want || promised >= want {
			t.Errorf("promised %d for two sessions that cost %d", all[0].Amount, want)
		}
		for role, l := range map[Role]*Ledger{Provider: w.provider.ledger, Consumer: w.consumer.ledger} {
			peer := w.terms.Peer
			if role == Provider {
				peer = w.consumer.key.Address()
			}
			if a, err := l.account(t.Context(), role, peer); err != nil || a.Debt != 0 {
				t.Errorf("%s's book: %+v, %v", role, a, err)
			}
		}
	})
}

// A session breaks while the payment channel is away. The consumer's clock stopped with its probes, the provider's,
// who could not be told, did not. The next session pays that, and is not refused for it.
func TestTimeOfAnOutageIsExplained(t *testing.T) {
	w := newWorld(t)
	w.terms.Price.PerHour = 3_600_000 // what an eighth of a window costs is forgotten
	synctest.Test(t, func(t *testing.T) {
		away := w.probesFail()
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(2<<20, 10_000_000)
		away.Store(true)
		r.cc.out.dropping(func(uint32, []byte) bool { return true })
		time.Sleep(55 * time.Second)
		if c, p := r.payer.Stats().Elapsed, r.collector.Stats().Elapsed; p-c < 20*time.Second {
			t.Fatalf("%v of session time, %v at the provider", c, p)
		}
		r.abort("payment channel lost")
		away.Store(false)
		w.terms.Session[0]++
		r = w.start(t.Context(), 5*time.Millisecond)
		r.link.down(2<<20, 10_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		provider, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
		if err != nil || provider.Debt != 0 {
			t.Errorf("provider's book %+v, %v", provider, err)
		}
	})
}

// A provider cannot make up a debt that the consumer's book does not explain.
func TestInventedDebtIsNotPaid(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		w.open(&w.provider)
		w.open(&w.consumer)
		err := w.provider.db.InTx(t.Context(), func(tx *store.Tx) error {
			return w.provider.ledger.addDebt(tx, Provider, w.consumer.key.Address(), 100_000)
		})
		if err != nil {
			t.Fatal(err)
		}
		r := w.start(t.Context(), 5*time.Millisecond)
		if err := over(t, r.paid, 10*time.Second); !errors.Is(err, ErrDebt) {
			t.Errorf("payer: %v", err)
		}
		r.abort("debt")
		if c := r.payer.Stats(); c.Promised != w.terms.Setup {
			t.Errorf("promised %d", c.Promised)
		}
	})
}

// A consumer that died does not know what it got after its last payment; it pays what it is told, up to
// a window, once.
func TestDebtAfterACrashOfTheConsumer(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(23<<20, 10_000_000)
		r.cc.Close()
		r.link.close()
		_, _ = <-r.paid, <-r.collected
		if err := r.collector.Close(t.Context(), "payment channel lost"); err != nil {
			t.Fatal(err)
		}
		debt, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
		if err != nil || debt.Debt == 0 {
			t.Fatalf("%+v, %v: the test needs a debt", debt, err)
		}
		w.open(&w.consumer)
		w.terms.Session[0]++
		r = w.start(t.Context(), 5*time.Millisecond)
		r.link.down(10<<20, 10_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		all, err := w.provider.ledger.PromisedTo(t.Context())
		served, _ := w.terms.Price.Due(33<<20, 0)
		maybeLost, _ := w.terms.Price.Due((23<<20)/lossShare, 0) // what was never reported counts so much less
		if want := served + 2*w.terms.Setup; err != nil || len(all) != 1 || all[0].Amount > want || all[0].Amount+maybeLost+5 < want {
			t.Errorf("promised %+v, %v; two sessions cost %d", all, err, want)
		}
		if a, err := w.consumer.ledger.account(t.Context(), Consumer, w.terms.Peer); err != nil || a.Debt != 0 {
			t.Errorf("the consumer would pay again: %+v, %v", a, err)
		}
	})
}

// probesFail makes the consumer's probes fail while the result is true.
func (w *world) probesFail() *atomic.Bool {
	away := new(atomic.Bool)
	w.probe = func(context.Context) error {
		if away.Load() {
			return errors.New("no echo")
		}
		return nil
	}
	return away
}
