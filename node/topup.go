package node

import (
	"context"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// TopUp locks more of the deposit for an open session's provider, while the session goes on. This end sees it at once
// when it is confirmed, the provider when the first promise needs it. An empty ID means the only session that this node consumes. Errors:
// ErrNotFound, ErrFunds, ErrNotNow.
func (n *Node) TopUp(ctx context.Context, id string, amount money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	l, err := n.find(id)
	if err != nil {
		return Payment{}, fmt.Errorf("top-up: %w", err)
	}
	s, w := l.snapshot(), n.wallet(self)
	in, plan, err := w.topUp(ctx, s, amount, 0)
	if err != nil {
		return Payment{}, err
	}
	paid, err := w.relay(ctx, OpTopUp, in, progress)
	if err != nil {
		return paid, err
	}
	paid.Amount = plan.Cost
	if err := n.confirmed(ctx, self, paid, progress); err != nil {
		return paid, err
	}
	return paid, l.relook(ctx)
}

// topUp signs a larger lock of a session's payment channel. With a life it is only for an estimate, valid
// that long, and not remembered.
func (w *wallet) topUp(ctx context.Context, s Session, amount money.Amount, life time.Duration) (relay.Intent, payments.Plan, error) {
	fail := func(err error) (relay.Intent, payments.Plan, error) {
		return relay.Intent{}, payments.Plan{}, fmt.Errorf("top-up: %w", err)
	}
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
	plan := payments.Plan{Action: payments.TopUp, Channel: s.Channel, Epoch: s.Epoch, Lock: total, Cost: amount}
	var signed intent.SignedLock
	if life == 0 {
		signed, err = w.self.Ledger.SignLock(ctx, s.Peer, plan)
	} else {
		signed, err = intent.SignLock(w.self.Signer, intent.Lock{
			Provider: s.Peer, Channel: s.Channel, Epoch: s.Epoch, Locked: total, ValidUntil: unix32(w.clock().Add(life)),
		}, w.domain(w.network.Contracts.Payments))
	}
	if err != nil {
		return fail(err)
	}
	return relay.Lock(signed), plan, nil
}
