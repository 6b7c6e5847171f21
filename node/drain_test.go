package node

import (
	"context"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// A provider that shuts down has what its sessions brought cleared by its policy: for a fee of at most the set share. What
// that does not allow is left for the next start, and so is what is too little.
func TestDrainClearsByPolicy(t *testing.T) {
	for name, c := range map[string]struct {
		fee, least money.Amount
		cleared    bool
	}{
		"a fee within the share": {fee: testSetup / 10, cleared: true},
		"a fee above it":         {fee: testSetup},
		"for nothing":            {cleared: true},
		"too little":             {least: money.UnitsPerCoin},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			asking := &charging{world: w, fees: map[relay.Kind]money.Amount{relay.KindClear: c.fee, relay.KindLock: 0}}
			provider := w.member(t, memberConfig{provider: true, config: func(cfg *Config) { cfg.Relayer = asking }})
			consumer := w.member(t, memberConfig{})
			w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
			self, err := provider.identity(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// One that does not run: what is cleared is cleared by the shutdown.
			self.Clearer = payments.NewClearer(payments.ClearerConfig{
				Ledger: self.Ledger, Claimer: provider.Claims(provider.key), Least: c.least, MaxGasPercent: 20,
			})
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			connected(ctx, t, consumer)
			if err := provider.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			var fees []money.Amount
			for _, in := range asking.took {
				if in.Kind == relay.KindClear {
					fees = append(fees, in.Fee())
				}
			}
			left, err := self.Clearer.Uncleared(ctx)
			if err != nil || (left == 0) != c.cleared || (w.earnedBy(provider.key.Address()) >= testSetup) != c.cleared {
				t.Errorf("%s coins are left, %v", left, err)
			}
			if c.cleared != (len(fees) == 1) || c.cleared && fees[0] != c.fee {
				t.Errorf("cleared for %v", fees)
			}
		})
	}
}

func (w *world) earnedBy(who identity.Address) money.Amount {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.earned[who]
}
