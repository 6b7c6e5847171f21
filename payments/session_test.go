package payments

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

func TestDownloadIsPaidToTheByte(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		began := time.Now()
		r.link.down(64<<20, 200_000_000)
		took := time.Since(began)
		if ideal := time.Duration(float64(64<<20) / 200e6 * float64(time.Second)); took > ideal*3/2 {
			t.Errorf("64 MiB took %v; the line needs %v", took, ideal)
		}
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		want, _ := w.terms.Price.Due(64<<20, 0)
		want += w.terms.Setup
		c, p := r.payer.Stats(), r.collector.Stats()
		if c.Promised != want || p.Promised != want || p.Due != want || p.Promises < 6 || p.Promises != c.Promises {
			t.Errorf("promised %d (%d) and %d (%d), due %d; want %d", c.Promised, c.Promises, p.Promised, p.Promises, p.Due, want)
		}
		booked(t, w, want)
		clearing, err := NewClearer(ClearerConfig{Ledger: w.provider.ledger, Claimer: w.chain}).Clear(t.Context(), money.MaxLock)
		if err != nil || len(clearing) != 1 || clearing[0].Amount != want {
			t.Errorf("cleared %+v, %v; want %d", clearing, err, want)
		}
	})
}

// booked checks that both books have a session that is paid for.
func booked(t *testing.T, w *world, want money.Amount) {
	t.Helper()
	for _, l := range []*Ledger{w.consumer.ledger, w.provider.ledger} {
		rows, err := l.Sessions(t.Context(), 0)
		if err != nil || len(rows) != 1 || rows[0].Promised != want || rows[0].Ended.IsZero() || rows[0].Reason != "finished" || rows[0].Billed != 64<<20 {
			t.Errorf("book: %+v, %v", rows, err)
		}
	}
	account, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
	if err != nil || account.Debt != 0 || account.Credit != want {
		t.Errorf("account %+v, %v", account, err)
	}
}

func TestUploadIsPaidToTheByte(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		began := time.Now()
		r.link.up(64<<20, 200_000_000)
		if took := time.Since(began); took > 600*time.Millisecond {
			t.Errorf("64 MiB took %v", took)
		}
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		want, _ := w.terms.Price.Due(64<<20, 0)
		if c, p := r.payer.Stats(), r.collector.Stats(); c.Promised != want+w.terms.Setup || p.Promised != c.Promised || p.Promises < 6 {
			t.Errorf("promised %+v and %+v; want %d", c, p, want)
		}
	})
}

func TestTimeIsBilled(t *testing.T) {
	w := newWorld(t)
	w.terms.Price = money.Price{PerHour: 36_000} // 10 units a second
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 20*time.Millisecond)
		go r.link.down(1<<30, 10_000)
		time.Sleep(10*time.Minute + time.Second)
		c, p := r.payer.Stats(), r.collector.Stats()
		if c.Promises != 21 || c.Promised != 6000+500 || p.Promised != c.Promised {
			t.Errorf("ten minutes: %+v, %+v", c, p)
		}
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		if c := r.payer.Stats(); c.Promised != 6010+500 {
			t.Errorf("promised %d for ten minutes and a second", c.Promised)
		}
	})
}

func TestProviderSettles(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.up(5<<20, 10_000_000)
		r.link.down(5<<20, 10_000_000)
		if err := r.collector.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		paid, collected := r.end("shutting down")
		want, _ := w.terms.Price.Due(10<<20, 0)
		if c := r.payer.Stats(); paid != nil || collected != nil || c.Promised != want+w.terms.Setup {
			t.Errorf("payer: %v, collector: %v, promised %d of %d", paid, collected, c.Promised, want+w.terms.Setup)
		}
	})
}

// Nothing is served before the set-up charge is promised, and nothing is promised before the
// consumer's own view of the chain shows the lock.
func TestNothingBeforeTheLockAndTheSetup(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	w.open(&w.provider)
	synctest.Test(t, func(t *testing.T) {
		lock := Channel{Provider: w.terms.Peer, Locked: w.terms.Lock, Epoch: w.terms.Epoch}
		w.chain.set(w.consumer.key.Address(), w.terms.Channel, lock, lock, Channel{}) // one confirmation
		payer, err := w.consumer.ledger.Pay(t.Context(), w.terms)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var seen []uint64
		if err := payer.AwaitLock(ctx, func(have, need uint64) { seen = append(seen, have, need) }); !errors.Is(err, ErrNotLocked) {
			t.Fatalf("one confirmation of two: %v", err)
		}
		if !slices.Equal(seen, []uint64{1, 2}) {
			t.Errorf("progress %v", seen)
		}
		cc, _ := newConns(0)
		if err := payer.Run(t.Context(), cc); !errors.Is(err, ErrNotLocked) {
			t.Errorf("run without a lock: %v", err)
		}
		if _, err := w.consumer.ledger.Pay(t.Context(), w.terms); !errors.Is(err, ErrChannelBusy) {
			t.Errorf("second session on the channel: %v", err)
		}
		if err := payer.Close(t.Context(), "lock failed"); err != nil {
			t.Fatal(err)
		}
		for name, state := range map[string]Channel{
			"another provider": {Provider: w.consumer.key.Address(), Locked: w.terms.Lock, Epoch: w.terms.Epoch},
			"another epoch":    {Provider: w.terms.Peer, Locked: w.terms.Lock, Epoch: w.terms.Epoch + 1},
			"less":             {Provider: w.terms.Peer, Locked: w.terms.Lock - 1, Epoch: w.terms.Epoch},
			"unlocking":        {Provider: w.terms.Peer, Locked: w.terms.Lock, Epoch: w.terms.Epoch, UnlockAt: time.Now()},
		} {
			w.chain.set(w.consumer.key.Address(), w.terms.Channel, state)
			payer, err := w.consumer.ledger.Pay(t.Context(), w.terms)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if err := payer.AwaitLock(ctx, nil); !errors.Is(err, ErrNotLocked) {
				t.Errorf("%s: %v", name, err)
			}
			cancel()
			if err := payer.Close(t.Context(), "lock failed"); err != nil {
				t.Fatal(err)
			}
		}
		w.lock(w.terms.Lock)
		r := w.start(t.Context(), 50*time.Millisecond)
		r.link.provider.Counters()
		time.Sleep(40 * time.Millisecond) // the hello is still on its way
		if got := make(chan bool, 1); true {
			stop := make(chan struct{})
			go func() { got <- r.link.provider.Receive(1, stop) }()
			synctest.Wait()
			select {
			case <-got:
				t.Error("a byte passed before the set-up charge was promised")
			default:
			}
			close(stop)
			<-got
		}
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatal(paid, collected)
		}
		if c := r.payer.Stats(); c.Promised != w.terms.Setup {
			t.Errorf("promised %d", c.Promised)
		}
		expensive := w.terms
		expensive.Setup = expensive.Lock/20 + 1
		if _, err := w.consumer.ledger.Pay(t.Context(), expensive); !errors.Is(err, ErrSetup) {
			t.Errorf("set-up charge above 5 %%: %v", err)
		}
	})
}

func TestLockIsUsedUp(t *testing.T) {
	for name, cut := range map[string]func(*world){
		"lock": func(w *world) { w.terms.Lock, w.terms.Setup = 3000, 100; w.lock(3000) }, // 30 MiB
		"cap":  func(w *world) { w.terms.Cap, w.terms.Setup = 3000, 100 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cut(w)
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 5*time.Millisecond)
				go r.link.down(64<<20, 50_000_000)
				paid, collected := <-r.paid, <-r.collected
				r.paid <- paid
				r.collected <- collected
				want := map[string]error{"lock": ErrExhausted, "cap": ErrCap}[name]
				if !errors.Is(paid, want) || name == "lock" && !errors.Is(collected, ErrExhausted) {
					t.Errorf("payer: %v, collector: %v", paid, collected)
				}
				r.abort("lock used up")
				c, p := r.payer.Stats(), r.collector.Stats()
				if c.Promised > 3000 || c.Promised < 2980 || p.Promised != c.Promised || p.Due > p.Promised+10 {
					t.Errorf("promised %d and %d, due %d", c.Promised, p.Promised, p.Due)
				}
			})
		})
	}
}

func TestTopUpLetsTheSessionGoOn(t *testing.T) {
	w := newWorld(t)
	w.terms.Lock, w.terms.Setup = 3000, 0
	w.lock(3000)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(20<<20, 50_000_000)
		w.lock(10_000)
		time.Sleep(20 * time.Second) // both look at the chain
		r.link.down(60<<20, 50_000_000)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		want, _ := w.terms.Price.Due(80<<20, 0)
		if c := r.payer.Stats(); c.Promised != want {
			t.Errorf("promised %d of %d", c.Promised, want)
		}
	})
}

// A top-up that the consumer has seen goes on at once, although the provider looks at the chain only now and then.
func TestTopUpWithoutAPause(t *testing.T) {
	w := newWorld(t)
	w.terms.Lock, w.terms.Setup = 3000, 0 // 30 MiB and a bit
	w.lock(3000)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(16<<20, 20_000_000)
		w.lock(20_000)
		if err := r.payer.Recheck(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r.link.down(64<<20, 20_000_000)
		took := time.Since(began)
		if ideal := time.Duration(float64(64<<20) / 20e6 * float64(time.Second)); took > ideal*11/10 {
			t.Errorf("the rest took %v; the line needs %v", took, ideal)
		}
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		want, _ := w.terms.Price.Due(80<<20, 0)
		if c := r.collector.Stats(); c.Promised != want {
			t.Errorf("promised %d of %d", c.Promised, want)
		}
	})
}

// More than one coin counts only when the lock is deep in the chain.
func TestOneCoinAtRisk(t *testing.T) {
	w := newWorld(t)
	w.terms.Lock = 5_000_000
	w.terms.Price.PerGiB = 200_000_000 // 1 coin = 5.12 MiB
	w.terms.Setup = 0
	lock := Channel{Provider: w.terms.Peer, Locked: w.terms.Lock, Epoch: w.terms.Epoch}
	w.chain.set(w.consumer.key.Address(), w.terms.Channel, lock, lock, lock, Channel{})
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		go r.link.down(20<<20, 5_000_000)
		time.Sleep(20 * time.Second)
		if p := r.collector.Stats(); p.Promised > 1_000_000 || p.Promised < 900_000 || !p.Paused {
			t.Errorf("before the lock is safe: %+v", p)
		}
		w.lock(w.terms.Lock)
		time.Sleep(20 * time.Second)
		if p := r.collector.Stats(); p.Promised < 3_000_000 {
			t.Errorf("once the lock is safe: %+v", p)
		}
		if _, collected := r.settle(t.Context()); collected != nil {
			t.Error(collected)
		}
	})
}

func TestChainInMidSession(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		want   error
		after  time.Duration
	}{
		"unlock requested": {func(w *world) {
			w.chain.set(w.consumer.key.Address(), w.terms.Channel,
				Channel{Provider: w.terms.Peer, Locked: w.terms.Lock, Epoch: w.terms.Epoch, UnlockAt: time.Now().Add(72 * time.Hour)})
		}, ErrUnlocking, 16 * time.Second},
		"reorganised away": {func(w *world) { w.chain.set(w.consumer.key.Address(), w.terms.Channel) }, ErrNotLocked, 16 * time.Second},
		"unreadable":       {func(w *world) { w.chain.fail(errors.New("no endpoint")) }, ErrChainStale, 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 5*time.Millisecond)
				r.link.down(1<<20, 1_000_000)
				c.change(w)
				select {
				case err := <-r.collected:
					if !errors.Is(err, c.want) {
						t.Errorf("collector: %v", err)
					}
					r.collected <- err
				case <-time.After(c.after):
					t.Error("the provider goes on")
				}
				stop := make(chan struct{})
				close(stop)
				if r.link.provider.Send(1, stop) {
					t.Error("traffic flows on")
				}
				r.abort("chain")
			})
		})
	}
}

// A provider's limit moves when a promise arrives, and the consumer hears of it later. What came in the meantime must
// not be above the consumer's own limit: a tunnel of the kernel drops it there, and the provider has counted it.
func TestConsumersLimitIsAhead(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 40*time.Millisecond) // a fast tunnel, and payments that take their time
		const rate = 250_000_000
		for sent := 0; sent < 200<<20; sent += packet {
			if !r.link.provider.Send(packet, r.link.stop) {
				t.Fatal("the tunnel has ended")
			}
			if !r.link.consumer.TryReceive(packet) {
				t.Fatalf("a packet after %d bytes is above the consumer's limit", sent)
			}
			time.Sleep(time.Duration(packet) * time.Second / rate)
		}
		if _, err := r.settle(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
