package payments

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// greedy has a session with a provider that grants the largest window, asks for all that the consumer's book explains, serves
// so many bytes, and cuts the session off.
func (w *world) greedy(t *testing.T, bytes int) *Payer {
	t.Helper()
	w.open(&w.provider)
	w.terms.Session[0]++
	r := w.start(t.Context(), 5*time.Millisecond)
	r.changeBills(func(b *bill) { b.window, b.debt, b.whole = LargestWindow, mostBooked, true })
	time.Sleep(time.Second)
	r.link.down(bytes, 50_000_000)
	r.pc.out.dropping(func(uint32, []byte) bool { return true })
	r.cc.Close()
	r.link.close()
	_, _ = <-r.paid, <-r.collected
	r.cancel()
	return r.payer
}

// A provider that cuts off every session before anything arrives is paid a first window in all, whatever it grants and
// asks for; and as much again as arrives later.
func TestWhatIsInVainIsPaidOnce(t *testing.T) {
	const served = 4 << 20
	for name, price := range map[string]money.Price{"volume": {PerGiB: 100_000}, "volume and time": {PerGiB: 100_000, PerHour: 36_000}} {
		w := newWorld(t)
		w.terms.Setup, w.terms.Price = 0, price
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			for i, c := range []struct {
				bytes int
				most  uint64 // of all sessions, paid
			}{
				{0, 0}, {0, FirstWindow}, {0, FirstWindow}, {0, FirstWindow}, {served, FirstWindow + served},
				{0, FirstWindow + 2*served}, {0, FirstWindow + 2*served}, {0, FirstWindow + 2*served},
			} {
				if err := w.greedy(t, c.bytes).Close(t.Context(), "cut off"); err != nil {
					t.Fatal(err)
				}
				// The time that passed counts once, and a window of it is in vain.
				most, err := price.Due(c.most+packet, time.Since(began)+TimeWindow+2*settled)
				if err != nil {
					t.Fatal(err)
				}
				if got := w.promised(t); got > most {
					t.Errorf("%s: %d promised after session %d, want at most %d", name, got, i, most)
				}
			}
		})
	}
}

// The debt that a consumer's book explains after a crash is bounded by what it paid before, whatever window was granted.
func TestCrashExplainsAFirstWindow(t *testing.T) {
	w := newWorld(t)
	w.terms.Setup = 0
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.changeBills(func(b *bill) { b.window = LargestWindow })
		r.unlimit()
		r.link.down(50<<20, 50_000_000)
		r.cc.Close()
		r.link.close()
		_, _ = <-r.paid, <-r.collected
		kept, err := w.consumer.ledger.Sessions(t.Context(), 1)
		if err != nil || len(kept) != 1 || kept[0].Window != LargestWindow {
			t.Fatalf("%+v, %v: the test needs a large window", kept, err)
		}
		w.open(&w.consumer)
		most, err := w.terms.Price.Due(FirstWindow, 0)
		if _, ours := w.debts(t); err != nil || ours > most {
			t.Errorf("the book explains %d, %v; want at most %d", ours, err, most)
		}
	})
}
