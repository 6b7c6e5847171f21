package payments

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// The window is the smaller of both sides' settings, for both. The consumer keeps its own from the first message on, and
// the provider's from its first bill, which brings it.
func TestWindowIsTheSmallerSetting(t *testing.T) {
	const small, latency = 3 << 20, 50 * time.Millisecond
	for name, c := range map[string]struct {
		consumer, provider uint64
		unknown            time.Duration // how long the consumer cannot know of the bound
	}{
		"consumer's": {consumer: small},
		"provider's": {provider: small, unknown: 3 * latency},
		"neither's":  {}, // shows that what is paid is enough for more
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.openBounded(&w.consumer, c.consumer)
			w.openBounded(&w.provider, c.provider)
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), latency)
				go r.link.down(64<<20, 20_000_000)
				time.Sleep(c.unknown)
				payer, collector := r.largestWindows(20 * time.Second)
				if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
					t.Fatalf("payer: %v, collector: %v", paid, collected)
				}
				bounded := c.consumer+c.provider > 0
				if bounded && (payer != small || collector != small) || !bounded && (payer <= small || collector <= small) {
					t.Errorf("windows up to %d KiB at the payer and %d at the collector", payer>>10, collector>>10)
				}
				due, _ := w.terms.Price.Due(64<<20, 0)
				if got := r.payer.Stats().Promised; got != due+w.terms.Setup {
					t.Errorf("promised %d, want %d", got, due+w.terms.Setup)
				}
			})
		})
	}
}

// openBounded opens a party's ledger with a setting for the window, in bytes; zero is the default.
func (w *world) openBounded(p *party, maxWindow uint64) {
	w.t.Helper()
	ledger, err := Open(context.Background(), Config{
		DB: p.db, Signer: p.key, Domain: testDomain, Chain: w.chain, MaxWindow: maxWindow,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	p.ledger = ledger
}

// largestWindows watches both sides for a while, and returns the largest window of each in bytes.
func (r *run) largestWindows(long time.Duration) (payer, collector uint64) {
	for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(time.Millisecond) {
		payer, collector = max(payer, r.payer.Stats().Window), max(collector, r.collector.Stats().Window)
	}
	return payer, collector
}
