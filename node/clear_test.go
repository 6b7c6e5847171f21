package node

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// picky is a claimer for which some consumers' promises bring too little.
type picky struct {
	payments.Claimer
	dear map[identity.Address]bool
}

func (p picky) Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (payments.Claim, error) {
	if p.dear[promises[0].Consumer] {
		return payments.Claim{}, fmt.Errorf("%w: %w: it asks 3 coins", payments.ErrNotWorth, relay.ErrNotOffered)
	}
	return p.Claimer.Claim(ctx, promises, most)
}

// What brings too little for its fee is left, and tells nothing bad of the rest. Where that is all, it is an error.
func TestClearLeavesWhatIsTooDear(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	self, err := provider.identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	claimer := picky{Claimer: provider.Claims(provider.key), dear: map[identity.Address]bool{}}
	self.Clearer = payments.NewClearer(payments.ClearerConfig{Ledger: self.Ledger, Claimer: claimer, Batch: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for i := range 2 {
		consumer := w.member(t, memberConfig{})
		w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
		connected(ctx, t, consumer)
		claimer.dear[consumer.key.Address()] = i == 0
	}
	var said heard
	paid, err := provider.Clear(ctx, AnyFee, said.hear)
	if err != nil || len(paid) != 1 || paid[0].Amount != w.earnedBy(provider.key.Address()) || !said.has("the rest is left to gather: ") || !said.has("what is not cleared does not pay for its clearing") {
		t.Errorf("%+v, %v: %q", paid, err, said)
	}
	if paid, err := provider.Clear(ctx, AnyFee, quiet); !errors.Is(err, relay.ErrNotOffered) || len(paid) != 0 {
		t.Errorf("%+v, %v", paid, err)
	}
}
