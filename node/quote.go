package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/relay"
)

// quoteLife is for how long what is signed for an estimate is valid: the chain's endpoint sees it before anybody
// has agreed to the price.
const quoteLife = 2 * time.Minute

// Quote tells what an operation would cost, without doing it. It fails as the operation would.
func (n *Node) Quote(ctx context.Context, req QuoteRequest) (Quote, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Quote{}, err
	}
	q := Quote{Operation: req.Operation}
	intents, err := n.intents(ctx, self, req, &q)
	if err != nil || len(intents) == 0 {
		return q, err
	}
	if q.GasPrice, err = n.cfg.Gas.GasPrice(ctx); err != nil {
		return q, fmt.Errorf("%s: %w", req.Operation, chainError(err))
	}
	w := n.wallet(self)
	for _, complete := range intents {
		chosen, in, err := w.choose(ctx, complete)
		if err != nil {
			return q, fmt.Errorf("%s: %w", req.Operation, relayError(err))
		}
		q.Relayer, q.RelayFee = chosen.Relayer, q.RelayFee+chosen.Fees[in.Kind]
		to, data, err := relay.Call(n.cfg.Network, chosen.Relayer, in, n.cfg.Clock())
		if err != nil {
			return q, fmt.Errorf("%s: %w", req.Operation, err)
		}
		gas, err := n.cfg.Gas.Gas(ctx, chosen.Relayer, to, data)
		if err != nil {
			return q, fmt.Errorf("%s: %w", req.Operation, notYet(in, chainError(err)))
		}
		q.Gas, q.Transactions = q.Gas+gas, q.Transactions+1
	}
	return q, nil
}

// notYet says what it means that the contract refuses to free a channel.
func notYet(in relay.Intent, err error) error {
	var refusal *relay.Refusal
	refused := errors.As(err, &refusal) && refusal.Reason == relay.ReasonReverts || errors.Is(err, chain.ErrReverted)
	if in.Kind != relay.KindUnlock || !refused {
		return err
	}
	return fmt.Errorf("%w: the provider still has time to clear; 'myst balance' tells until when: %w", ErrNotNow, err)
}

// intents makes what an operation would have relayed, and fills in what would move.
func (n *Node) intents(ctx context.Context, self *Self, req QuoteRequest, q *Quote) ([]relay.Complete, error) {
	w := n.wallet(self)
	one := func(in relay.Intent, err error) ([]relay.Complete, error) {
		if err != nil {
			return nil, err
		}
		return []relay.Complete{w.asked(in)}, nil
	}
	switch req.Operation {
	case OpDeposit:
		q.Amount = req.Amount
		registered, err := n.cfg.Registry.Registered(ctx, self.address())
		if err != nil {
			return nil, fmt.Errorf("deposit: %w", err)
		}
		complete, err := w.funding(ctx, req.Amount, !registered, quoteLife)
		return []relay.Complete{complete}, err
	case OpWithdraw:
		earned, err := w.earned(ctx)
		q.Amount, q.NetworkFee = earned.Gross, earned.Fee
		return one(relay.Withdraw(self.address()), err)
	case OpUnlock:
		return one(w.unlocking(ctx, req.Channel, quoteLife))
	case OpBeneficiary:
		if _, err := w.beneficiary(ctx, req.Beneficiary); err != nil {
			return nil, err
		}
		return one(w.likeBeneficiary())
	case OpTopUp:
		q.Amount = req.Amount
		l, err := n.find(req.Session)
		if err != nil {
			return nil, err
		}
		in, _, err := w.topUp(ctx, l.snapshot(), req.Amount, quoteLife)
		return one(in, err)
	case OpClear:
		batches, amount, err := self.Clearer.Pending(ctx)
		if err != nil {
			return nil, fmt.Errorf("clear: %w", chainError(err))
		}
		q.Amount = amount
		intents := make([]relay.Complete, len(batches))
		for i, batch := range batches {
			intents[i] = w.asked(relay.Clear(batch...))
		}
		return intents, nil
	}
	return nil, fmt.Errorf("%w: nothing is known of what %q costs", ErrNotNow, req.Operation)
}

// likeBeneficiary is a beneficiary's naming of an identity that nobody has: the real one never expires.
func (w *wallet) likeBeneficiary() (relay.Intent, error) {
	key, err := identity.NewKey()
	if err != nil {
		return relay.Intent{}, fmt.Errorf("beneficiary: %w", err)
	}
	signed, err := intent.SignSetBeneficiary(key, intent.SetBeneficiary{Provider: key.Address(), Beneficiary: w.self.address()},
		w.domain(w.network.Contracts.Payments))
	if err != nil {
		return relay.Intent{}, fmt.Errorf("beneficiary: %w", err)
	}
	return relay.SetBeneficiary(signed), nil
}
