package node

import (
	"context"
	"fmt"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// TopUp locks more of the deposit for an open session's provider, while the session goes on. This end sees it at once
// when it is confirmed, the provider when the first promise needs it. An empty ID means the only session that this node consumes. Errors:
// ErrNotFound, ErrFunds, ErrNotNow.
func (n *Node) TopUp(ctx context.Context, id string, amount, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	l, err := n.find(id)
	if err != nil {
		return Payment{}, fmt.Errorf("top-up: %w", err)
	}
	s, w := l.snapshot(), n.wallet(self, most)
	plan, err := w.larger(ctx, s, amount)
	if err != nil {
		return Payment{}, err
	}
	signed, err := self.Ledger.SignLock(ctx, s.Peer, plan)
	if err != nil {
		return Payment{}, fmt.Errorf("top-up: %w", chainError(err))
	}
	took := func(ctx context.Context) (bool, error) {
		c, err := w.chain.Channel(ctx, self.address(), plan.Channel, 0)
		return c.Provider == s.Peer && c.Epoch == plan.Epoch && c.Locked >= plan.Lock, err
	}
	paid, err := w.relay(ctx, OpTopUp, relay.Lock(signed), took, progress)
	if err != nil {
		return paid, err
	}
	paid.Amount, paid.Provider = plan.Cost, s.Peer
	if paid, err = n.confirmed(ctx, self, paid, took, progress); err != nil {
		return paid, err
	}
	return paid, l.relook(ctx)
}

// larger plans a larger lock of a session's payment channel.
func (w *wallet) larger(ctx context.Context, s Session, amount money.Amount) (payments.Plan, error) {
	fail := func(err error) (payments.Plan, error) { return payments.Plan{}, fmt.Errorf("top-up: %w", err) }
	if s.Role != RoleConsumer {
		return fail(fmt.Errorf("%w: this node provides session %s; its consumer can lock more", ErrNotNow, s.ID))
	}
	c, err := w.chain.Channel(ctx, w.self.address(), s.Channel, 0)
	if err != nil {
		return fail(chainError(err))
	}
	if c.Provider != s.Peer || c.Epoch != s.Epoch {
		return fail(fmt.Errorf("%w: the session's lock is not on chain yet", ErrNotNow))
	}
	deposit, err := w.chain.Balance(ctx, w.self.address())
	if err != nil {
		return fail(chainError(err))
	}
	total, err := c.Locked.Add(amount)
	switch {
	case err != nil || total > money.MaxLock:
		return fail(fmt.Errorf("%w: a payment channel holds at most %s coins", ErrNotNow, money.MaxLock))
	case amount == 0:
		return fail(fmt.Errorf("%w: an amount above zero is needed", ErrNotNow))
	case amount > deposit:
		return fail(fmt.Errorf("%w: a deposit of %s coins, and %s are to be locked; run 'myst deposit'", ErrFunds, deposit, amount))
	}
	return payments.Plan{Action: payments.TopUp, Channel: s.Channel, Epoch: s.Epoch, Lock: total, Cost: amount}, nil
}
