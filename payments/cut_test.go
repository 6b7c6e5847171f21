package payments

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// cut is how a session ends that is not ended well.
type cut struct {
	before int    // bytes that arrive first
	void   int    // bytes at most that the provider sends into the void afterwards
	dies   []Role // nobody where it is the network that fails, or the consumer that disconnects
	settle bool   // the consumer disconnects while what is sent is under way
	lasts  time.Duration
}

func randomCut(random *rand.Rand) cut {
	c := cut{before: random.IntN(40<<20) * random.IntN(2), void: LargestWindow, lasts: time.Duration(random.IntN(3)) * 25 * time.Second}
	switch random.IntN(7) {
	case 0:
		c.dies = []Role{Consumer}
	case 1:
		c.dies = []Role{Provider}
	case 2:
		c.dies = []Role{Consumer, Provider}
	case 3, 4:
		c.settle, c.void = true, random.IntN(LargestWindow)
	case 5:
		c.before = 600 << 20 // for the largest window
	}
	return c
}

// cuts has a session that is cut off. It returns what arrived and what was sent, in bytes.
func (w *world) cuts(t *testing.T, c cut) (arrived, sent uint64) {
	t.Helper()
	w.terms.Session[0]++
	r := w.start(t.Context(), 20*time.Millisecond)
	defer r.cancel()
	carried := make(chan struct{})
	go func() {
		defer close(carried)
		r.link.down(c.before, 50_000_000)
	}()
	select {
	case <-carried:
	case <-time.After(30 * time.Second): // a debt may leave too small a window
	}
	time.Sleep(200 * time.Millisecond) // if nothing was carried, it has only begun
	if !c.settle {
		r.cc.out.dropping(func(uint32, []byte) bool { return true })
		r.pc.out.dropping(func(uint32, []byte) bool { return true })
	}
	for n := 0; n < c.void && r.link.provider.TrySend(packet); n += packet {
	}
	if c.settle {
		_ = r.payer.Settle(t.Context()) // or a debt ended it already
	} else {
		time.Sleep(c.lasts)
	}
	r.cc.Close()
	r.link.close()
	_, _, _ = <-r.paid, <-r.collected, <-carried
	arrived, sent = r.link.consumer.Counters().Received, r.link.provider.Counters().Sent
	if slices.Contains(c.dies, Consumer) {
		w.open(&w.consumer)
	} else if err := r.payer.Close(t.Context(), "cut off"); err != nil {
		t.Error(err)
	}
	if slices.Contains(c.dies, Provider) {
		w.open(&w.provider)
	} else if err := r.collector.Close(t.Context(), "cut off"); err != nil {
		t.Error(err)
	}
	return arrived, sent
}

// Sessions of two honest nodes are cut off, in any way, again and again. The next one works all the same, after some the
// debt is gone, and nobody paid for what was not sent. What the provider sent in vain it lost within its bounds.
func TestCutOffWhenever(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 9)) //nolint:gosec // no secret
			w := newWorld(t)
			w.terms.Lock = 100_000_000
			w.terms.Setup = money.Amount(random.IntN(2) * 500)
			w.terms.Price = []money.Price{{PerGiB: 100_000}, {PerGiB: 100_000, PerHour: 36_000}, {PerHour: 36_000}}[seed%3]
			w.lock(w.terms.Lock)
			synctest.Test(t, func(t *testing.T) {
				var sent, lost uint64
				began := time.Now()
				if random.IntN(2) == 0 {
					sent += w.works(t, 600<<20) // who has paid that much gets large windows soon
				}
				sessions := 1 + random.IntN(5)
				for range sessions {
					c := randomCut(random)
					arrived, n := w.cuts(t, c)
					sent += n
					switch {
					case slices.Contains(c.dies, Provider):
						lost += LargestWindow
					case c.settle:
						lost += n - min(arrived, n)
					}
				}
				for range 9 {
					sent += w.works(t, 20<<20)
				}
				sessions += 10
				if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
					t.Errorf("debts of %d and %d are left", theirs, ours)
				}
				w.fair(t, sent, lost, sessions, time.Since(began))
			})
		})
	}
}

// Ends of sessions of who has large windows, or none, that leave the largest debts.
func TestCutOffAtTheWorst(t *testing.T) {
	const mib = 1 << 20
	for name, c := range map[string]cut{
		"power fails after the window has doubled": {before: 24 * mib, void: LargestWindow, dies: []Role{Consumer}},
		"a large window is under way at the end":   {before: 30 * mib, void: LargestWindow, settle: true},
		"a first window is under way at the end":   {void: FirstWindow, settle: true},
	} {
		w := newWorld(t)
		w.terms.Lock, w.terms.Setup = 100_000_000, 0
		w.lock(w.terms.Lock)
		synctest.Test(t, func(t *testing.T) {
			if c.before > 0 {
				w.works(t, 600*mib)
			}
			w.cuts(t, c)
			debt, explained := w.debts(t)
			if window, err := w.terms.Price.Due(FirstWindow*9/10, 0); err != nil || debt < window {
				t.Errorf("%s: a debt of %d; the test needs %d", name, debt, window)
			}
			for range 9 {
				w.works(t, 20*mib)
			}
			if theirs, ours := w.debts(t); theirs != 0 || ours != 0 {
				t.Errorf("%s: of debts of %d and %d are left %d and %d", name, debt, explained, theirs, ours)
			}
		})
	}
}

// works has a session that is not cut off, and returns how many bytes were sent in it.
func (w *world) works(t *testing.T, carry int) uint64 {
	t.Helper()
	w.terms.Session[0]++
	r := w.start(t.Context(), 20*time.Millisecond)
	blocked := time.AfterFunc(10*time.Minute, r.link.close)
	r.link.down(carry, 10_000_000)
	if !blocked.Stop() {
		r.abort("blocked")
		t.Fatalf("%d of %d bytes arrived", r.link.consumer.Counters().Received, carry)
	}
	if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
		t.Errorf("payer: %v, collector: %v", paid, collected)
	}
	return r.link.provider.Counters().Sent
}

// fair checks what was promised for what was sent, of which the provider may have forgotten a part.
func (w *world) fair(t *testing.T, sent, forgotten uint64, sessions int, took time.Duration) {
	t.Helper()
	n := money.Amount(sessions) //nolint:gosec // positive
	all, err := w.terms.Price.Due(sent, took)
	if err != nil {
		t.Fatal(err)
	}
	least, err := w.terms.Price.Due(sent-2*sent/lossShare-forgotten, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.promised(t); got > all+n*(w.terms.Setup+1) || got < least.SaturatingSub(n*small(w.terms.Price)) {
		t.Errorf("promised %d for what costs %d, %d at least", got, all, least)
	}
}

// What a provider did not ask for while the consumer's sessions were cut off, it cannot ask for all at once.
func TestUnaskedDebtsHaveABound(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	w.open(&w.provider)
	l := w.consumer.ledger
	if err := w.consumer.db.InTx(t.Context(), func(tx *store.Tx) error { return l.addDebt(tx, Consumer, w.terms.Peer, mostBooked) }); err != nil {
		t.Fatal(err)
	}
	p, err := l.Pay(t.Context(), w.terms)
	if err != nil {
		t.Fatal(err)
	}
	most, err := w.terms.Price.Due(6*64<<20, 0)
	if err != nil || p.owed != most {
		t.Errorf("the book explains %d, %v; want %d", p.owed, err, most)
	}
	if err := p.Close(t.Context(), "over"); err != nil {
		t.Error(err)
	}
	if _, ours := w.debts(t); ours != most {
		t.Errorf("the book explains %d afterwards, want %d", ours, most)
	}
}
