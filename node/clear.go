package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// Claims puts promises on chain through a relayer, for a payments.Clearer.
type Claims struct{ Relayer relay.Relayer }

var _ payments.Claimer = Claims{}

// Claim implements payments.Claimer.
func (c Claims) Claim(ctx context.Context, promises []intent.SignedPromise) (payments.Claim, error) {
	return claim(submit(ctx, c.Relayer, unpaid(relay.Clear(promises...)), func(string) {}))
}

// Claimed implements payments.Claimer.
func (c Claims) Claimed(ctx context.Context, id string) (payments.Claim, error) {
	return claim(c.Relayer.Status(ctx, id))
}

// Avoid implements payments.Claimer.
func (c Claims) Avoid(id string) {
	if several, ok := c.Relayer.(interface{ Avoid(ticket string) }); ok {
		several.Avoid(id)
	}
}

func claim(t relay.Ticket, err error) (payments.Claim, error) {
	return payments.Claim{
		ID: t.ID, Mined: t.State == relay.StateMined, Failed: t.State == relay.StateFailed,
		Transaction: t.Transaction, Block: t.Block, Reason: t.Reason,
	}, err
}

// Clear claims every promise to this identity that is not cleared, and waits until that is mined. With
// nothing to clear it returns nothing. What is being cleared already is waited for, not repeated.
func (n *Node) Clear(ctx context.Context, progress func(Progress)) ([]Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return nil, err
	}
	progress(Progress{Step: "clear", Detail: "claiming what was promised"})
	paid, err := n.clear(ctx, self)
	if err != nil {
		return paid, err
	}
	for i, p := range paid {
		took := func(ctx context.Context) (bool, error) {
			did, err := n.wallet(self, 0).effects(ctx, p)
			return did.Cleared > 0, err
		}
		if paid[i], err = n.confirmed(ctx, self, p, took, progress); err != nil {
			return paid, err
		}
	}
	return paid, nil
}

func (n *Node) clear(ctx context.Context, self *Self) ([]Payment, error) {
	cleared, err := self.Clearer.Clear(ctx)
	if errors.Is(err, payments.ErrNothingToClear) {
		return nil, nil
	}
	paid := make([]Payment, len(cleared))
	for i, c := range cleared {
		paid[i] = Payment{Operation: "clear", Transaction: c.Transaction, Block: c.Block}
		did, failed := n.wallet(self, 0).effects(ctx, paid[i])
		if failed == nil && did.Cleared == 0 {
			failed = fmt.Errorf("transaction %s, named by the relayer, cleared nothing", c.Transaction)
		}
		paid[i].Amount = did.Cleared
		err = errors.Join(err, failed)
	}
	if err != nil {
		return paid, fmt.Errorf("clear: %w", relayError(chainError(err)))
	}
	return paid, nil
}

// Balance reads what the identity owns, and adds what its own book knows.
func (n *Node) Balance(ctx context.Context) (Balance, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Balance{}, err
	}
	b, err := n.wallet(self, 0).balance(ctx)
	if err != nil {
		return b, err
	}
	if b.Uncleared, err = self.Clearer.Uncleared(ctx); err != nil {
		return b, fmt.Errorf("balance: %w", chainError(err))
	}
	promised, err := self.Ledger.PromisedBy(ctx)
	if err != nil {
		return b, fmt.Errorf("balance: %w", err)
	}
	for i := range b.Channels {
		b.Channels[i].Promised = newestIn(promised, b.Channels[i])
	}
	b.Ledger, err = n.checkLedger(ctx, self)
	return b, err
}

// newestIn returns the largest promise that was made in a channel's epoch.
func newestIn(promises []intent.SignedPromise, c ChannelBalance) (newest money.Amount) {
	for _, p := range promises {
		if p.Provider == c.Provider && p.Channel == c.Channel && p.Epoch == c.Epoch {
			newest = max(newest, p.Amount)
		}
	}
	return newest
}
