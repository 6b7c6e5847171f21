package payments

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// device is another node with the consumer's key, and a book of its own.
func (w *world) device(t *testing.T) party {
	t.Helper()
	p := party{key: w.consumer.key, db: newDB(t)}
	w.open(&p)
	return p
}

// Two devices of one identity have a session each at once. On one payment channel the provider refuses the second, whose own
// book does not know of the first; on another it is served, and each channel pays for what it carried.
func TestTwoDevicesAtOnce(t *testing.T) {
	w := newWorld(t)
	second := w.device(t)
	synctest.Test(t, func(t *testing.T) {
		runs := []*run{w.start(t.Context(), 5*time.Millisecond)}
		w.terms.Session[0]++
		w.consumer = second
		busy, err := w.consumer.ledger.Pay(t.Context(), w.terms)
		if err != nil {
			t.Fatal(err)
		}
		theirs := w.terms
		theirs.Peer = w.consumer.key.Address()
		if _, err := w.provider.ledger.Collect(t.Context(), theirs); !errors.Is(err, ErrChannelBusy) {
			t.Errorf("a second session on one channel: %v", err)
		}
		if err := busy.Close(t.Context(), "refused"); err != nil {
			t.Error(err)
		}
		w.another()
		runs = append(runs, w.start(t.Context(), 5*time.Millisecond))
		want := money.Amount(0)
		for i, mib := range []int{20, 10} {
			runs[i].link.down(mib<<20, 10_000_000)
			due, err := w.terms.Price.Due(uint64(mib)<<20, 0)
			if err != nil {
				t.Fatal(err)
			}
			if paid, collected := runs[i].settle(t.Context()); paid != nil || collected != nil || runs[i].payer.Stats().Promised != due+w.terms.Setup {
				t.Errorf("payer: %v, collector: %v, %+v; want %d", paid, collected, runs[i].payer.Stats(), due+w.terms.Setup)
			}
			want += due + w.terms.Setup
		}
		if got := w.promised(t); got != want || w.owes(t) != 0 {
			t.Errorf("promised %d in all, want %d; owed %d", got, want, w.owes(t))
		}
	})
}

// Two devices of one identity take turns on one payment channel, and neither knows what the other promised. The provider shows
// each the newest promise; what is promised in all is what the sessions cost, nothing twice, and each book has its own
// sessions' part apart from the other device's.
func TestDevicesTakeTurns(t *testing.T) {
	w := newWorld(t)
	devices := [2]party{w.consumer, w.device(t)}
	w.open(&devices[0])
	var total money.Amount
	var own [2]money.Amount
	synctest.Test(t, func(t *testing.T) {
		for turn := range 6 {
			w.terms.Session[0]++
			w.consumer = devices[turn%2]
			r := w.start(t.Context(), 5*time.Millisecond)
			size := (turn + 1) << 20
			r.link.down(size, 10_000_000)
			due, err := w.terms.Price.Due(uint64(size), 0) //nolint:gosec // positive
			if err != nil {
				t.Fatal(err)
			}
			if paid, collected := r.settle(t.Context()); paid != nil || collected != nil || r.payer.Stats().Promised != due+w.terms.Setup {
				t.Fatalf("turn %d: payer: %v, collector: %v, %+v; want %d", turn, paid, collected, r.payer.Stats(), due+w.terms.Setup)
			}
			total += due + w.terms.Setup
			own[turn%2] += due + w.terms.Setup
			if got := w.promised(t); got != total || w.owes(t) != 0 {
				t.Errorf("turn %d: promised %d in all, want %d; owed %d", turn, got, total, w.owes(t))
			}
		}
	})
	for i, device := range devices {
		var sum, here int64
		for _, row := range w.booked(&device) {
			sum += row.Amount
			if row.Session != [16]byte{} {
				here += row.Amount
			}
		}
		promised, err := device.ledger.PromisedBy(t.Context())
		if err != nil || len(promised) != 1 || sum != int64(promised[0].Amount) || here != int64(own[i]) { //nolint:gosec // small
			t.Errorf("device %d: booked %d, of that %d by its sessions, want %d; %+v, %v", i, sum, here, own[i], promised, err)
		}
	}
}

// Devices use a lock up. One that takes it for whole finds out by its first session, and keeps what it found: its next plan
// is a larger lock.
func TestDeviceFindsALockUsedUp(t *testing.T) {
	w := newWorld(t)
	w.terms.Lock = 10_000
	w.lock(w.terms.Lock)
	plan := func(t *testing.T, want Action) {
		t.Helper()
		p, err := w.consumer.ledger.Plan(t.Context(), w.terms.Peer, w.terms.Lock, 10*w.terms.Lock)
		if err != nil || p.Action != want {
			t.Errorf("%+v, %v; want %q", p, err, want)
		}
	}
	devices := []party{w.device(t), w.device(t), w.device(t)} // the second promises what is less than a window costs
	synctest.Test(t, func(t *testing.T) {
		for _, device := range devices {
			w.terms.Session[0]++
			w.consumer = device
			plan(t, Reuse)
			r := w.start(t.Context(), 5*time.Millisecond)
			go r.link.down(1<<30, 10_000_000)
			if paid := <-r.paid; !errors.Is(paid, ErrExhausted) {
				t.Errorf("paid: %v", paid)
			}
			r.paid <- nil
			r.abort("used up")
			plan(t, TopUp)
		}
		if got := w.promised(t); got != w.terms.Lock {
			t.Errorf("promised %d of a lock of %d", got, w.terms.Lock)
		}
	})
}
