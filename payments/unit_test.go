package payments

import (
	"context"
	"errors"
	"math"
	"reflect"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

func TestWindow(t *testing.T) {
	const mib = 1 << 20
	perMiB := money.Price{PerGiB: 1024} // a unit a MiB
	for name, c := range map[string]struct {
		last uint64
		rule WindowRule
		want uint64
	}{
		"first":                {FirstWindow / 2, WindowRule{Price: perMiB, Remaining: 1e6}, 8 * mib},
		"paid little":          {8 * mib, WindowRule{Price: perMiB, Paid: 64, Remaining: 1e6}, 8 * mib},
		"an eighth of paid":    {8 * mib, WindowRule{Price: perMiB, Paid: 80, Remaining: 1e6}, 10 * mib},
		"doubles":              {8 * mib, WindowRule{Price: perMiB, Paid: 1e6, Remaining: 1e6}, 16 * mib},
		"largest":              {64 * mib, WindowRule{Price: perMiB, Paid: 1e6, Remaining: 1e6}, 64 * mib},
		"a quarter of what is": {64 * mib, WindowRule{Price: perMiB, Paid: 1e6, Remaining: 40}, 10 * mib},
		"settings":             {64 * mib, WindowRule{Price: perMiB, Paid: 1e6, Remaining: 1e6, Max: 3 * mib}, 3 * mib},
		"debt":                 {8 * mib, WindowRule{Price: perMiB, Remaining: 1e6, Debt: 3}, 5 * mib},
		"too much debt":        {8 * mib, WindowRule{Price: perMiB, Remaining: 1e6, Debt: 8}, 0},
		"nothing left":         {8 * mib, WindowRule{Price: perMiB}, 0},
		"free":                 {8 * mib, WindowRule{}, 16 * mib},
		"time only":            {8 * mib, WindowRule{Price: money.Price{PerHour: 1}}, 16 * mib},
	} {
		if got := Window(c.last, c.rule); got != c.want {
			t.Errorf("%s: %d KiB, want %d", name, got>>10, c.want>>10)
		}
	}
}

// The rule of payments.md, by the letter, for every window that is not at the lock's very end.
func TestWindowIsTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.Uint64Range(SmallestWindow, 2*LargestWindow).Draw(t, "last")
		r := WindowRule{
			Price: money.Price{PerGiB: money.Amount(rapid.Uint64Range(0, 1<<40).Draw(t, "price"))},
			Paid:  money.Amount(rapid.Uint64().Draw(t, "paid")), Remaining: money.Amount(rapid.Uint64Range(0, uint64(money.MaxLock)).Draw(t, "left")),
			Max: rapid.Uint64Range(SmallestWindow, LargestWindow).Draw(t, "max"),
		}
		got := Window(last, r)
		left := affordable(r.Remaining, r.Price)
		want := min(2*last, max(8<<20, affordable(r.Paid, r.Price)/8), 64<<20, left/4, r.Max)
		switch {
		case left < SmallestWindow:
			want = 0
		case want < SmallestWindow:
			want = SmallestWindow
		}
		if got != want {
			t.Fatalf("window after %d with %+v is %d, want %d", last, r, got, want)
		}
	})
}

func TestTimeAllowed(t *testing.T) {
	perSecond := money.Price{PerHour: 3600}
	for name, c := range map[string]struct {
		rule WindowRule
		want time.Duration
	}{
		"a minute":     {WindowRule{Price: perSecond, Remaining: 1e6}, time.Minute},
		"a quarter":    {WindowRule{Price: perSecond, Remaining: 40}, 10 * time.Second},
		"nothing left": {WindowRule{Price: perSecond}, 0},
		"debt":         {WindowRule{Price: perSecond, Remaining: 1e6, Debt: 20}, 40 * time.Second},
		"all debt":     {WindowRule{Price: perSecond, Remaining: 1e6, Debt: 60}, 0},
		"volume only":  {WindowRule{Price: money.Price{PerGiB: 1}}, time.Minute},
		"no overflow":  {WindowRule{Price: money.Price{PerHour: 1}, Remaining: math.MaxUint64}, time.Minute},
	} {
		if got := TimeAllowed(c.rule); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAuditor(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	var a auditor
	const mib = 1 << 20
	first := a.stamp(now, 100*mib, time.Minute)
	if again := a.stamp(now.Add(markEvery/2), 150*mib, time.Minute); again != first {
		t.Error("marks are closer than they should be")
	}
	soon := a.stamp(now.Add(2*time.Second), 200*mib, time.Minute)
	late := a.stamp(now.Add(6*time.Second), 300*mib, time.Minute)
	for name, c := range map[string]struct {
		reported, sent uint64
		echo           uint64
		want           error
	}{
		"all":                     {300 * mib, 300 * mib, late, nil},
		"a little more than all":  {300*mib + slack, 300 * mib, late, nil},
		"more than was sent":      {300*mib + slack + 1, 300 * mib, late, ErrMeter},
		"a twentieth lost":        {95*mib - slack, 300 * mib, late, nil},
		"more than a twentieth":   {95*mib - slack - 1, 300 * mib, late, ErrMeter},
		"still under way":         {0, 300 * mib, soon, nil},
		"made before the mark":    {0, 300 * mib, first, nil},
		"echo of nothing":         {0, 300 * mib, 0, nil},
		"echo of what is to come": {0, 300 * mib, 99, nil},
		"any echo":                {0, 300 * mib, math.MaxUint64, nil},
	} {
		if err := a.judge(c.reported, c.sent, c.echo); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		reported time.Duration
		want     error
	}{
		"all": {time.Minute, nil}, "within bounds": {52 * time.Second, nil}, "too little": {51 * time.Second, ErrMeter},
	} {
		if err := a.judgeTime(c.reported, late); !errors.Is(err, c.want) {
			t.Errorf("time, %s: %v", name, err)
		}
	}
	for range 2 * marks { // old marks are overwritten, and not judged by
		now = now.Add(time.Minute)
		a.stamp(now, 400*mib, time.Hour)
	}
	if err := a.judge(0, 400*mib, late); err != nil {
		t.Errorf("a mark that is forgotten: %v", err)
	}
}

func TestStopwatch(t *testing.T) {
	var s stopwatch
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	s.hold(holdLimit, at(0))
	s.start(at(1))
	s.start(at(2))
	if got := s.elapsed(at(5)); got != 0 {
		t.Errorf("held from the beginning: %v", got)
	}
	s.release(holdLimit, at(10))
	s.hold(holdProbes, at(15))
	s.hold(holdLimit, at(17))
	s.release(holdProbes, at(20))
	s.release(holdProbes, at(21))
	if got := s.elapsed(at(25)); got != 5*time.Second {
		t.Errorf("held by two: %v", got)
	}
	s.release(holdLimit, at(30))
	if got := s.elapsed(at(32)); got != 7*time.Second {
		t.Errorf("running again: %v", got)
	}
}

func TestConcurrentWritesShareCommits(t *testing.T) {
	g := group{db: newDB(t)}
	provider := identity.Address{1}
	var tasks sync.WaitGroup
	for i := range 200 {
		tasks.Go(func() {
			p := store.Promise{Provider: provider, Consumer: [20]byte{byte(i), 1}, Channel: 1, Amount: money.Amount(i + 1)}
			if err := g.do(t.Context(), p.Consumer, func(tx *store.Tx) error { return tx.SavePromise(p) }); err != nil {
				t.Error(err)
			}
			// It must be there as soon as do has returned.
			err := g.db.View(t.Context(), func(tx *store.Tx) error {
				if _, found, err := tx.Promise(p); err != nil || !found {
					t.Errorf("promise %d: %v, %v", i, found, err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	tasks.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // a session that goes away does not take the others' writes with it
	if err := g.do(ctx, identity.Address{}, func(*store.Tx) error { return nil }); err != nil {
		t.Error(err)
	}
	failure := errors.New("disk full")
	if err := g.do(t.Context(), identity.Address{}, func(*store.Tx) error { return failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
}

func TestStoreKeepsTheLargestPromise(t *testing.T) {
	g := group{db: newDB(t)}
	p := store.Promise{Consumer: [20]byte{1}, Provider: [20]byte{2}, Epoch: 1}
	for _, amount := range []money.Amount{5, 9, 7} {
		p.Amount = amount
		if err := g.do(t.Context(), p.Consumer, func(tx *store.Tx) error { return tx.SavePromise(p) }); err != nil {
			t.Fatal(err)
		}
	}
	err := g.db.View(t.Context(), func(tx *store.Tx) error {
		if got, found, err := tx.Promise(p); err != nil || !found || got.Amount != 9 {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func samplePayment() payment {
	return payment{
		sequence: 7, echo: 2, received: 1 << 30, peerReceived: 99, elapsed: time.Minute, flags: flagHello | flagPaused,
		maxWindow: LargestWindow, base: 12, settles: 3,
		promise: &intent.SignedPromise{
			Promise:   intent.Promise{Provider: identity.Address{1}, Channel: 5, Epoch: 65_535, Amount: money.MaxLock},
			Signature: identity.Signature{64: 1},
		},
	}
}

func FuzzPayment(f *testing.F) {
	for _, p := range []payment{samplePayment(), {sequence: 1}} {
		body, err := p.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodePayment(body, identity.Address{})
		if err != nil {
			if !errors.Is(err, ErrMessage) {
				t.Fatalf("unnamed error %v", err)
			}
			return
		}
		if p.received > maxCount || p.peerReceived > maxCount || p.elapsed < 0 || p.base > money.MaxLock || p.settles > money.MaxLock {
			t.Fatalf("out of bounds: %+v", p)
		}
		again, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodePayment(again, identity.Address{}); err != nil || !reflect.DeepEqual(back, p) {
			t.Fatalf("%+v reads back as %+v, %v", p, back, err)
		}
	})
}

func FuzzBill(f *testing.F) {
	for _, b := range []bill{{}, {ack: 1, mark: 2, received: 4, window: 5, debt: 6, newest: 7, promise: samplePayment().promise, refusal: 8, final: true, stopped: true}} {
		body, err := b.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := decodeBill(body, identity.Address{})
		if err != nil {
			if !errors.Is(err, ErrMessage) {
				t.Fatalf("unnamed error %v", err)
			}
			return
		}
		if int(b.refusal) >= len(refusals) || b.received > maxCount || b.newest > money.MaxLock {
			t.Fatalf("out of bounds: %+v", b)
		}
		again, err := b.encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeBill(again, identity.Address{}); err != nil || !reflect.DeepEqual(back, b) {
			t.Fatalf("%+v reads back as %+v, %v", b, back, err)
		}
	})
}
