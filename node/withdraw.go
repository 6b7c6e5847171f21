package node

import (
	"cmp"
	"context"
	"fmt"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/relay"
)

// Withdraw pays the identity's cleared earnings out, less the network fee.
func (n *Node) Withdraw(ctx context.Context, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	paid, took, err := n.wallet(self, 0).withdraw(ctx, progress)
	if err != nil {
		return paid, err
	}
	return n.confirmed(ctx, self, paid, took, progress)
}

// withdraw pays what was cleared for this identity to its beneficiary, less the network fee.
func (w *wallet) withdraw(ctx context.Context, progress func(Progress)) (Payment, look, error) {
	earned, err := w.earned(ctx)
	if err != nil {
		return Payment{}, nil, err
	}
	since, err := w.newest(ctx)
	if err != nil {
		return Payment{}, nil, fmt.Errorf("withdraw: %w", chainError(err))
	}
	took := func(ctx context.Context) (bool, error) {
		now, err := w.chain.Earnings(ctx, w.self.address())
		if err != nil || now.Gross < earned.Gross {
			return err == nil, err
		}
		return w.booked(ctx, journal.Withdrawal, 0, since) // as much may have been cleared since
	}
	paid, err := w.relay(ctx, OpWithdraw, relay.Withdraw(w.self.address()), took, progress)
	if err != nil {
		return paid, nil, err
	}
	paid.Amount, paid.Fee, paid.To = earned.Net, earned.Fee, w.paysOut(earned)
	// More may have been cleared before it was withdrawn. That the transaction was another's is possible, and shown then.
	if did, err := w.effects(ctx, paid); err == nil && did.Block > since && did.Withdrawn+did.Fee >= earned.Gross {
		paid.Amount, paid.Fee = did.Withdrawn, did.Fee
	}
	return paid, took, nil
}

// paysOut is who earnings are paid to.
func (w *wallet) paysOut(earned chain.Earnings) identity.Address {
	return cmp.Or(earned.Beneficiary, w.self.address())
}

// earned returns what can be withdrawn. Error: ErrFunds when that is nothing.
func (w *wallet) earned(ctx context.Context) (chain.Earnings, error) {
	earned, err := w.chain.Earnings(ctx, w.self.address())
	if err != nil {
		return earned, fmt.Errorf("withdraw: %w", chainError(err))
	}
	if earned.Gross == 0 {
		return earned, fmt.Errorf("withdraw: %w: no earnings are cleared; 'myst clear' claims what 'myst balance' shows as uncleared", ErrFunds)
	}
	return earned, nil
}
