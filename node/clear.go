package node

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// claims puts promises on chain through a relayer.
type claims struct {
	w *wallet
	// avoided is until when who clears for nothing does not come first, in unix nanoseconds.
	avoided atomic.Int64
}

// avoidFree is how long it is not preferred to be cleared for nothing, after a claim that brought nothing.
const avoidFree = time.Hour

// Claims returns what puts promises to an identity on chain, for its payments.Clearer.
func (n *Node) Claims(signer identity.Signer) payments.Claimer {
	return &claims{w: n.wallet(&Self{Signer: signer}, AnyFee)}
}

// Claim implements payments.Claimer.
func (c *claims) Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (payments.Claim, error) {
	var fee money.Amount
	forms := c.w.forms(ctx, relay.Clear(promises...), most, &fee)
	if c.w.clock().UnixNano() < c.avoided.Load() {
		forms = forms[1:] // which is for nothing where that is what is asked
	}
	claimed, err := claim(c.w.submit(ctx, func(string) {}, forms...))
	if errors.Is(err, relay.ErrNotOffered) {
		err = fmt.Errorf("%w: %w", payments.ErrNotWorth, err)
	}
	claimed.Fee = fee
	return claimed, err
}

// Claimed implements payments.Claimer.
func (c *claims) Claimed(ctx context.Context, id string) (payments.Claim, error) {
	return claim(c.w.relayer.Status(ctx, id))
}

// Avoid implements payments.Claimer. Of the relayers that work for nothing there may be no other.
func (c *claims) Avoid(id string) {
	c.avoided.Store(c.w.clock().Add(avoidFree).UnixNano())
	c.w.relayer.Avoid(id)
}

func claim(t relay.Ticket, err error) (payments.Claim, error) {
	return payments.Claim{
		ID: t.ID, Mined: t.State == relay.StateMined, Failed: t.State == relay.StateFailed,
		Transaction: t.Transaction, Block: t.Block, Reason: t.Reason,
	}, err
}

// Clear claims every promise to this identity that is not cleared, and waits until that is mined. With
// nothing to clear it returns nothing. What is being cleared already is waited for, not repeated. Relayers may take at most
// so much of it in all. What brings too little for its fee is left, which is an error where nothing else was cleared.
func (n *Node) Clear(ctx context.Context, most money.Amount, progress func(Progress)) ([]Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return nil, err
	}
	progress(Progress{Step: "clear", Detail: "claiming what was promised", Sent: true})
	paid, left, err := n.clear(ctx, self, most)
	if err != nil {
		return paid, err
	}
	if left != nil {
		progress(Progress{Step: "clear", Detail: "the rest is left to gather: " + left.Error()})
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

// clear claims everything, and says besides why something was left.
func (n *Node) clear(ctx context.Context, self *Self, most money.Amount) (paid []Payment, left, err error) {
	cleared, err := self.Clearer.Clear(ctx, most)
	switch {
	case errors.Is(err, payments.ErrNothingToClear):
		return nil, nil, nil
	case errors.Is(err, payments.ErrNotWorth) && len(cleared) > 0:
		left, err = untaken(OpClear, err), nil
	}
	paid = make([]Payment, len(cleared))
	for i, c := range cleared {
		paid[i] = Payment{Operation: "clear", Transaction: c.Transaction, Block: c.Block, RelayFee: c.Fee}
		did, failed := n.wallet(self, 0).effects(ctx, paid[i])
		if failed == nil && did.Cleared == 0 {
			failed = fmt.Errorf("transaction %s, named by the relayer, cleared nothing", c.Transaction)
		}
		paid[i].Amount = did.Cleared
		err = errors.Join(err, failed)
	}
	if err != nil {
		return paid, nil, fmt.Errorf("clear: %w", untaken(OpClear, chainError(err)))
	}
	return paid, left, nil
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
