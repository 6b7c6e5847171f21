package payments

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// slowChain answers after a while.
type slowChain struct {
	Chain
	delay time.Duration
}

func (c slowChain) Channel(ctx context.Context, consumer identity.Address, id uint8, confirmations uint64) (Channel, error) {
	select {
	case <-time.After(c.delay):
	case <-ctx.Done():
		return Channel{}, ctx.Err()
	}
	return c.Chain.Channel(ctx, consumer, id, confirmations)
}

// A session is settled although every answer, of the peer or of the chain, takes longer than it takes until a payment is
// sent again; and while nothing happens, hardly anything is sent.
func TestSettleOverASlowChannel(t *testing.T) {
	for name, c := range map[string]struct{ peer, chain time.Duration }{
		"peer": {peer: 1100 * time.Millisecond}, "chain": {peer: 5 * time.Millisecond, chain: 1500 * time.Millisecond},
		"both": {peer: 700 * time.Millisecond, chain: 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.terms.Price.PerHour = 36_000
			synctest.Test(t, func(t *testing.T) {
				for _, p := range []*party{&w.consumer, &w.provider} {
					ledger, err := Open(t.Context(), Config{DB: p.db, Signer: p.key, Domain: testDomain, Chain: slowChain{w.chain, c.chain}})
					if err != nil {
						t.Fatal(err)
					}
					p.ledger = ledger
				}
				r := w.start(t.Context(), c.peer)
				r.link.down(20<<20, 1_000_000)
				r.link.up(5<<20, 1_000_000)
				time.Sleep(2 * time.Minute)
				began := time.Now()
				if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
					t.Errorf("payer: %v, collector: %v", paid, collected)
				}
				// The end, the last bill, the last payment and its acknowledgement.
				if took := time.Since(began); took > 4*c.peer+time.Second {
					t.Errorf("settling took %v", took)
				}
				if c, p := r.payer.Stats(), r.collector.Stats(); c.Promised != p.Promised || c.Received != 20<<20 {
					t.Errorf("%+v, %+v", c, p)
				}
				if got := r.payer.sequence; got > 60 {
					t.Errorf("%d payments sent", got)
				}
			})
		})
	}
}
