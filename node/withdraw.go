package node

import (
	"cmp"
	"context"
	"fmt"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/relay"
)

// Withdraw pays the identity's cleared earnings out, less the network fee and what a relayer takes, at most so much.
func (n *Node) Withdraw(ctx context.Context, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	done, err := n.aloneWithNonce(ctx, self, OpWithdraw)
	if err != nil {
		return Payment{}, err
	}
	paid, took, err := n.wallet(self, most).withdraw(ctx, progress)
	done()
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
	var fee money.Amount
	progress(Progress{Step: OpWithdraw, Detail: "asking a relayer to send the transaction", Sent: true})
	paid, err := w.orderAny(ctx, OpWithdraw, w.forms(ctx, relay.Withdraw(w.self.address()), earned.Gross/intent.EarningsPerFee, &fee), took, progress)
	if err != nil {
		return paid, nil, err
	}
	paid.To = w.paysOut(earned)
	if paid.Amount, paid.Fee, err = w.split(ctx, earned, fee); err != nil {
		return paid, nil, fmt.Errorf("withdraw: %w", chainError(err))
	}
	// More may have been cleared before it was withdrawn. That the transaction was another's is possible, and shown then.
	if did, err := w.effects(ctx, paid); err == nil && did.Block > since && did.Withdrawn+did.Fee >= earned.Gross-fee {
		paid.Amount, paid.Fee = did.Withdrawn, did.Fee
	}
	return paid, took, nil
}

// paysOut is who earnings are paid to.
func (w *wallet) paysOut(earned chain.Earnings) identity.Address {
	return cmp.Or(earned.Beneficiary, w.self.address())
}

// split is what of the earnings is paid out, and what the network takes, when a relayer has taken its fee.
func (w *wallet) split(ctx context.Context, earned chain.Earnings, relayFee money.Amount) (net, fee money.Amount, err error) {
	if relayFee == 0 {
		return earned.Net, earned.Fee, nil
	}
	rate, err := w.chain.FeeRate(ctx)
	if err != nil {
		return 0, 0, err
	}
	gross := earned.Gross.SaturatingSub(relayFee)
	net, err = gross.MulDiv(10_000-uint64(min(rate, 10_000)), 10_000) // rounded down, as the fee is rounded up
	return net, gross - net, err
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
