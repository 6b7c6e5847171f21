package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/relay"
)

// Deposit moves coins from the identity's wallet into its deposit. Where relayers ask for fees, the first one
// registers the identity too.
func (n *Node) Deposit(ctx context.Context, amount, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	registered, err := n.cfg.Registry.Registered(ctx, self.address())
	if err != nil {
		return Payment{}, fmt.Errorf("deposit: %w", err)
	}
	done, err := n.alone(ctx, OpDeposit)
	if err != nil {
		return Payment{}, err
	}
	paid, took, err := n.wallet(self, most).deposit(ctx, amount, !registered, progress)
	done()
	self.retry()
	if err == nil && paid.onboarded {
		err = n.awaitRegistered(ctx, self, progress)
	}
	if err != nil {
		return paid, err
	}
	return n.confirmed(ctx, self, paid, took, progress)
}

// alone waits until nothing else is on its way whose signature names one of the identity's nonces: of two, one would be
// taken for the other. What it returns must be called.
func (n *Node) alone(ctx context.Context, operation string) (done func(), err error) {
	select {
	case n.nonced <- struct{}{}:
		return func() { <-n.nonced }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: another deposit or withdrawal is on its way: %w", operation, ctx.Err())
	}
}

// aloneWithNonce is alone of what names the nonce that fees for clearings name as well.
func (n *Node) aloneWithNonce(ctx context.Context, self *Self, operation string) (done func(), err error) {
	others, err := n.alone(ctx, operation)
	if err != nil {
		return nil, err
	}
	clearings, err := self.Clearer.Alone(ctx)
	if err != nil {
		others()
		return nil, fmt.Errorf("%s: a clearing is on its way: %w", operation, err)
	}
	return func() { clearings(); others() }, nil
}

// deposit moves coins of the identity's own wallet into its deposit. A newcomer, who could not pay a fee for
// registering before there is a deposit, is registered by the way when a relayer asks one.
func (w *wallet) deposit(ctx context.Context, amount money.Amount, newcomer bool, progress func(Progress)) (Payment, look, error) {
	fail := func(err error) (Payment, look, error) {
		return Payment{}, nil, fmt.Errorf("deposit: %w", chainError(err))
	}
	coins, err := w.spendable(ctx, amount)
	if err != nil {
		return Payment{}, nil, err
	}
	nonce, err := w.chain.PermitNonce(ctx, w.self.address())
	if err != nil {
		return fail(err)
	}
	before, err := w.chain.Balance(ctx, w.self.address())
	if err != nil {
		return fail(err)
	}
	until, since, err := w.expiry(ctx)
	if err != nil {
		return Payment{}, nil, fmt.Errorf("deposit: %w", err)
	}
	took := func(ctx context.Context) (bool, error) {
		next, err := w.chain.PermitNonce(ctx, w.self.address())
		if err != nil || next == nonce {
			return false, err
		}
		// Somebody else can use up the permit, and what was signed before for another amount can be late.
		return w.moved(ctx, before+amount, journal.Deposit, amount, since)
	}
	paid, err := w.order(ctx, OpDeposit, func(q *relay.Quote) (relay.Intent, error) {
		return w.fund(q, intent.Fund{Units: amount, PermitNonce: nonce, ValidUntil: until}, coins, newcomer)
	}, took, progress)
	if err == nil {
		paid.Amount = amount
	}
	return paid, took, err
}

// moved tells whether the deposit is what it should be now. When something else has changed it too, the ledger tells, some
// blocks later.
func (w *wallet) moved(ctx context.Context, want money.Amount, kind journal.Kind, amount money.Amount, since uint64) (bool, error) {
	deposit, err := w.chain.Balance(ctx, w.self.address())
	if err != nil || deposit == want {
		return err == nil, err
	}
	return w.booked(ctx, kind, amount, since)
}

// spendable returns what the wallet holds. Error: ErrFunds when that is less than the amount.
func (w *wallet) spendable(ctx context.Context, amount money.Amount) (money.Amount, error) {
	if amount == 0 {
		return 0, errors.New("deposit: an amount above zero is needed")
	}
	coins, err := w.chain.CoinBalance(ctx, w.self.address())
	if err != nil {
		return 0, fmt.Errorf("deposit: %w", chainError(err))
	}
	if coins < amount {
		return 0, fmt.Errorf("deposit: %w: the wallet holds %s coins, %s are needed", ErrFunds, coins, amount)
	}
	return coins, nil
}

// fundTerms says what a deposit costs at one relayer, and whether it registers a newcomer.
func (w *wallet) fundTerms(q *relay.Quote, amount, coins money.Amount, newcomer bool) (relay.Kind, money.Amount, error) {
	kind := relay.KindFund
	if newcomer && q.Fees[relay.KindRegister] > 0 {
		kind = relay.KindOnboard
	}
	fee, err := q.Fee(kind, w.most)
	if err != nil {
		return kind, 0, err
	}
	value, err := amount.Add(fee)
	if err == nil && coins < value {
		err = fmt.Errorf("%w: the wallet holds %s coins, %s and a relayer's fee of %s are needed", ErrFunds, coins, amount, fee)
	}
	return kind, fee, err
}

// fund signs a deposit for one relayer, who pays the gas; the coin's permit lets the payments contract take exactly this
// much and the fee. Of several, all of the same permit nonce, the coin takes one.
func (w *wallet) fund(q *relay.Quote, f intent.Fund, coins money.Amount, newcomer bool) (relay.Intent, error) {
	kind, fee, err := w.fundTerms(q, f.Units, coins, newcomer)
	if err != nil {
		return relay.Intent{}, err
	}
	payments, registry := w.domain(w.network.Contracts.Payments), w.domain(w.network.Contracts.Registry)
	f.Owner, f.Identity, f.Fee, f.Relayer = w.self.address(), w.self.address(), fee, q.Relayer
	signed, err := intent.SignFund(w.self.Signer, f, payments, w.domain(w.network.Contracts.Coin))
	if err != nil {
		return relay.Intent{}, err
	}
	in := relay.Fund(signed)
	if kind == relay.KindOnboard {
		key, err := intent.SignRegister(w.self.Signer, w.self.PublicKey, registry)
		if err != nil {
			return relay.Intent{}, err
		}
		in = relay.Onboard(signed, key)
	}
	return w.pay(q, in)
}

// WithdrawDeposit pays coins out of the deposit; an amount of zero is all that is not locked, less the relayer's fee.
// Errors: ErrFunds.
func (n *Node) WithdrawDeposit(ctx context.Context, to identity.Address, amount, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	done, err := n.aloneWithNonce(ctx, self, OpWithdrawDeposit)
	if err != nil {
		return Payment{}, err
	}
	paid, took, err := n.wallet(self, most).withdrawDeposit(ctx, to, amount, progress)
	done()
	if err != nil {
		return paid, err
	}
	return n.confirmed(ctx, self, paid, took, progress)
}

func (w *wallet) withdrawDeposit(ctx context.Context, to identity.Address, amount money.Amount, progress func(Progress)) (Payment, look, error) {
	deposit, err := w.withdrawable(ctx, to, amount)
	if err != nil {
		return Payment{}, nil, err
	}
	nonce, err := w.chain.WithdrawNonce(ctx, w.self.address())
	if err != nil {
		return Payment{}, nil, fmt.Errorf("withdraw deposit: %w", chainError(err))
	}
	until, since, err := w.expiry(ctx)
	if err != nil {
		return Payment{}, nil, fmt.Errorf("withdraw deposit: %w", err)
	}
	var fee, units money.Amount
	took := func(ctx context.Context) (bool, error) {
		next, err := w.chain.WithdrawNonce(ctx, w.self.address())
		if err != nil || next == nonce {
			return false, err
		}
		// What was signed before for another amount can be late.
		return w.moved(ctx, deposit-units-fee, journal.DepositWithdrawal, units, since)
	}
	paid, err := w.order(ctx, OpWithdrawDeposit, func(q *relay.Quote) (relay.Intent, error) {
		if fee, units, err = w.withdrawTerms(q, deposit, amount); err != nil {
			return relay.Intent{}, err
		}
		signed, err := intent.SignWithdrawDeposit(w.self.Signer, intent.WithdrawDeposit{
			To: to, Units: units, Nonce: nonce, ValidUntil: until,
		}, w.domain(w.network.Contracts.Payments))
		if err != nil {
			return relay.Intent{}, err
		}
		return w.pay(q, relay.WithdrawDeposit(signed))
	}, took, progress)
	if err == nil {
		paid.Amount = units
	}
	return paid, took, err
}

// payable tells whether coins that are paid to an address are somebody's then: the contract would refuse its own, and
// from the coin and the registry nobody gets them back.
func (w *wallet) payable(to identity.Address) error {
	switch to {
	case identity.Address{}, w.network.Contracts.Payments, w.network.Contracts.Coin, w.network.Contracts.Registry:
		return fmt.Errorf("%w: coins that are paid to %s are lost", ErrNotNow, to)
	}
	return nil
}

// withdrawable returns what is in the deposit. Errors: ErrFunds when that is nothing or less than the amount.
func (w *wallet) withdrawable(ctx context.Context, to identity.Address, amount money.Amount) (money.Amount, error) {
	if err := w.payable(to); err != nil {
		return 0, fmt.Errorf("withdraw deposit: %w", err)
	}
	deposit, err := w.chain.Balance(ctx, w.self.address())
	if err != nil {
		return 0, fmt.Errorf("withdraw deposit: %w", chainError(err))
	}
	if deposit == 0 || deposit < amount {
		return 0, fmt.Errorf("withdraw deposit: %w: the deposit holds %s coins that are not locked; 'myst reclaim' adds what a free channel holds", ErrFunds, deposit)
	}
	return deposit, nil
}

// withdrawTerms says what a withdrawal costs at one relayer, and how much of it is paid out.
func (w *wallet) withdrawTerms(q *relay.Quote, deposit, amount money.Amount) (fee, units money.Amount, err error) {
	if fee, err = q.Fee(relay.KindWithdrawDeposit, w.most); err != nil {
		return 0, 0, err
	}
	if units = amount; units == 0 {
		units = deposit.SaturatingSub(fee)
	}
	if units == 0 || deposit.SaturatingSub(units) < fee {
		return 0, 0, fmt.Errorf("%w: %w: the deposit holds %s coins, %s and a relayer's fee of %s are needed", ErrFunds, relay.ErrNotOffered, deposit, max(units, 1), fee)
	}
	return fee, units, nil
}
