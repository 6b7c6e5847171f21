package payments

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/money"
)

// costs is the design's formula in whole numbers of any size: ⌊bytes · per GiB ÷ 2³⁰⌋ + ⌊ms · per hour ÷ 3,600,000⌋.
func costs(p money.Price, bytes uint64, elapsed time.Duration) money.Amount {
	part := func(price money.Amount, count uint64, unit int64) *big.Int {
		product := new(big.Int).Mul(new(big.Int).SetUint64(uint64(price)), new(big.Int).SetUint64(count))
		return product.Div(product, big.NewInt(unit))
	}
	sum := new(big.Int).Add(part(p.PerGiB, bytes, 1<<30), part(p.PerHour, uint64(elapsed.Milliseconds()), 3_600_000)) //nolint:gosec // not negative
	return money.Amount(sum.Uint64())
}

// What a session with both prices costs is the formula's to the unit, at both ends, whatever its totals.
func TestBothPricesAreTheFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := Terms{
			Price: money.Price{
				PerGiB:  money.Amount(rapid.Uint64Range(0, 1<<40).Draw(t, "per GiB")),
				PerHour: money.Amount(rapid.Uint64Range(0, 1<<40).Draw(t, "per hour")),
			},
			Setup: money.Amount(rapid.Uint64Range(0, 1<<30).Draw(t, "set-up")),
		}
		f := figures{
			received: rapid.Uint64Range(0, 1<<50).Draw(t, "received"), peerReceived: rapid.Uint64Range(0, 1<<50).Draw(t, "sent"),
			elapsed: time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "elapsed")),
		}
		payer, collector := Payer{terms: terms}, Collector{terms: terms}
		want := costs(terms.Price, f.received+f.peerReceived, f.elapsed) + terms.Setup
		asked, err1 := payer.due(f)
		owed, err2 := collector.due(f)
		if asked != want || owed != want || err1 != nil || err2 != nil {
			t.Fatalf("%d and %d are due, %v, %v; want %d", asked, owed, err1, err2, want)
		}
	})
}

// paidFor checks that both ends' newest promise pays for what both say it does, to the unit.
func (r *run) paidFor(t *testing.T) {
	t.Helper()
	r.payer.mu.Lock()
	paid, promised := r.payer.paid, r.payer.promised()
	r.payer.mu.Unlock()
	paid.elapsed = paid.elapsed.Truncate(time.Millisecond) // as payments say it
	r.collector.mu.Lock()
	named, taken := r.collector.named, r.collector.promised()
	r.collector.mu.Unlock()
	if want := costs(r.w.terms.Price, paid.bytes(), paid.elapsed) + r.w.terms.Setup; promised != want || taken != want || named != paid {
		t.Errorf("promised %d and %d, for %+v and %+v; want %d", promised, taken, paid, named, want)
	}
}

// A session is billed by volume and time at once: after each of many steps of random size and length its promises are
// the formula's, and the last one is that of all that was carried, until the session was settled.
func TestVolumeAndTimeAreBilled(t *testing.T) {
	w := newWorld(t)
	w.terms.Price = money.Price{PerGiB: 1_000_003, PerHour: 36_007}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 20*time.Millisecond)
		began, carried := time.Now(), uint64(0)
		for range 40 {
			down, up := random.IntN(512)*packet, random.IntN(128)*packet
			r.link.down(down, 5_000_000)
			r.link.up(up, 5_000_000)
			carried += uint64(down + up)                                               //nolint:gosec // not negative
			time.Sleep(time.Second + time.Duration(random.Int64N(int64(time.Minute)))) // what was sent in it has arrived then
			r.paidFor(t)
		}
		elapsed := time.Since(began)
		if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
			t.Fatalf("payer: %v, collector: %v", paid, collected)
		}
		r.paidFor(t)
		want := costs(w.terms.Price, carried, elapsed) + w.terms.Setup
		c, p := r.payer.Stats(), r.collector.Stats()
		if c.Promised != want || p.Promised != want || c.Billed != carried || p.Billed != carried || c.Elapsed != elapsed {
			t.Errorf("%+v and %+v; want %d for %d bytes and %v", c, p, want, carried, elapsed)
		}
	})
}
