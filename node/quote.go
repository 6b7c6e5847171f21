package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// quotes are what relayers asked when users were told. Each binds its relayer for a minute, so that what a user
// agreed to still holds when the same relayer asks more.
type quotes struct {
	mu sync.Mutex
	by map[identity.Address]relay.Quote
}

func (s *quotes) keep(q relay.Quote) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[identity.Address]relay.Quote{}
	}
	s.by[q.Relayer] = q
}

func (s *quotes) of(relayer identity.Address) (relay.Quote, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.by[relayer]
	return q, ok
}

// standing has an intent completed by the relayer's earlier quote where its newest is too dear.
func (s *quotes) standing(clock func() time.Time, complete relay.Complete) relay.Complete {
	const travel = 5 * time.Second // until the relayer has it
	return func(q *relay.Quote) (relay.Intent, error) {
		in, err := complete(q)
		if !errors.Is(err, relay.ErrNotOffered) {
			return in, err
		}
		if earlier, ok := s.of(q.Relayer); ok && earlier.Valid(clock().Add(travel)) == nil {
			return complete(&earlier)
		}
		return in, err
	}
}

// asked is one call that an operation would have relayed.
type asked struct {
	// terms says what kind of call it is at one relayer, and for what fee. Errors: relay.ErrNotOffered passes
	// that relayer over.
	terms func(context.Context, *relay.Quote) (relay.Kind, money.Amount, error)
	// unsigned is the call itself, where nobody needs to sign for its gas to be estimated.
	unsigned *relay.Intent
}

// ask is a call of one kind, whose fee is paid from the deposit, beside what else is taken from it.
func (w *wallet) ask(kind relay.Kind, beside money.Amount) asked {
	return asked{terms: func(ctx context.Context, q *relay.Quote) (relay.Kind, money.Amount, error) {
		fee, err := q.Fee(kind, w.most)
		if err == nil && fee > 0 {
			err = w.covers(ctx, fee, beside)
		}
		return kind, fee, err
	}}
}

// askUnsigned is a call that anybody can send.
func (w *wallet) askUnsigned(in relay.Intent) asked {
	a := w.ask(in.Kind, 0)
	a.unsigned = &in
	return a
}

// errChosen ends an order before anything is signed.
var errChosen = errors.New("a relayer is chosen")

// choose finds the relayer that an order would take, and what it would get.
func (w *wallet) choose(ctx context.Context, a asked) (q relay.Quote, kind relay.Kind, fee money.Amount, err error) {
	_, err = w.relayer.Order(ctx, func(offered *relay.Quote) (relay.Intent, error) {
		kind, fee, err = a.terms(ctx, offered)
		if err == nil {
			q, err = *offered, errChosen
		}
		return relay.Intent{}, err
	})
	if errors.Is(err, errChosen) {
		err = nil
	}
	return q, kind, fee, err
}

// Quote tells what an operation would cost, without doing it, and signs nothing. It fails as the operation would.
func (n *Node) Quote(ctx context.Context, req QuoteRequest) (Quote, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Quote{}, err
	}
	q := Quote{Operation: req.Operation}
	calls, err := n.calls(ctx, self, req, &q)
	if err != nil || len(calls) == 0 {
		return q, err
	}
	if q.GasPrice, err = n.cfg.Gas.GasPrice(ctx); err != nil {
		return q, fmt.Errorf("%s: %w", req.Operation, chainError(err))
	}
	w := n.wallet(self, AnyFee)
	for _, a := range calls {
		chosen, kind, fee, err := w.choose(ctx, a)
		if err != nil {
			return q, fmt.Errorf("%s: %w", req.Operation, relayError(err))
		}
		n.quotes.keep(chosen)
		q.Relayer, q.RelayFee = chosen.Relayer, q.RelayFee+fee
		q.OwnGas = chosen.Relayer == self.address()
		gas, err := n.gas(ctx, chosen.Relayer, kind, fee > 0, a.unsigned)
		if err != nil {
			return q, fmt.Errorf("%s: %w", req.Operation, notYet(kind, chainError(err)))
		}
		q.Gas, q.Transactions = q.Gas+gas, q.Transactions+1
	}
	if req.Operation == OpWithdrawDeposit && q.Amount == 0 {
		deposit, err := w.withdrawable(ctx, req.To, 0)
		q.Amount = deposit.SaturatingSub(q.RelayFee)
		return q, err
	}
	return q, nil
}

// gas is estimated where that takes no signature, and else what calls of the kind were measured to use.
func (n *Node) gas(ctx context.Context, relayer identity.Address, kind relay.Kind, forFee bool, unsigned *relay.Intent) (uint64, error) {
	if unsigned == nil {
		slot, err := relay.SlotGas(ctx, n.cfg.Gas.Gas, relayer, n.cfg.Network.Contracts.Coin)
		return relay.Gas(kind, forFee, slot), err
	}
	to, data, err := relay.Call(n.cfg.Network, relayer, *unsigned, n.cfg.Clock())
	if err != nil {
		return 0, err
	}
	return n.cfg.Gas.Gas(ctx, relayer, to, data)
}

// notYet says what it means that the contract refuses to free a channel.
func notYet(kind relay.Kind, err error) error {
	var refusal *relay.Refusal
	refused := errors.As(err, &refusal) && refusal.Reason == relay.ReasonReverts || errors.Is(err, chain.ErrReverted)
	if kind != relay.KindUnlock || !refused {
		return err
	}
	return fmt.Errorf("%w: the provider still has time to clear; 'myst balance' tells until when: %w", ErrNotNow, err)
}

// calls are what an operation would have relayed. It fills in what would move, and where.
func (n *Node) calls(ctx context.Context, self *Self, req QuoteRequest, q *Quote) ([]asked, error) {
	w := n.wallet(self, AnyFee)
	q.Amount = req.Amount
	one := func(a asked, err error) ([]asked, error) { return []asked{a}, err }
	switch req.Operation {
	case OpRegister:
		registered, err := n.cfg.Registry.Registered(ctx, self.address())
		if err != nil || registered {
			return nil, err
		}
		return one(w.ask(relay.KindRegister, 0), nil)
	case OpDeposit:
		return one(n.askDeposit(ctx, w, req.Amount))
	case OpWithdraw:
		earned, err := w.earned(ctx)
		q.Amount, q.NetworkFee, q.To = earned.Gross, earned.Fee, earned.Beneficiary
		if q.To.IsZero() {
			q.To = self.address()
		}
		return one(w.askUnsigned(relay.Withdraw(self.address())), err)
	case OpUnlock:
		return one(w.askUnlock(ctx, req.Channel, q))
	case OpBeneficiary:
		q.To = req.Beneficiary
		return one(w.ask(relay.KindBeneficiary, 0), w.nameable(ctx, req.Beneficiary))
	case OpTopUp:
		l, err := n.find(req.Session)
		if err == nil {
			_, err = w.larger(ctx, l.snapshot(), req.Amount)
		}
		return one(w.ask(relay.KindLock, req.Amount), err)
	case OpReclaim:
		c, err := w.reclaimable(ctx, req.Channel)
		q.Amount = c.Locked.SaturatingSub(c.Cleared)
		return one(w.ask(relay.KindReclaim, 0), err)
	case OpWithdrawDeposit:
		deposit, err := w.withdrawable(ctx, req.To, req.Amount)
		q.To = req.To
		return one(asked{terms: func(_ context.Context, offered *relay.Quote) (relay.Kind, money.Amount, error) {
			fee, _, err := w.withdrawTerms(offered, deposit, req.Amount)
			return relay.KindWithdrawDeposit, fee, err
		}}, err)
	case OpClear:
		batches, amount, err := self.Clearer.Pending(ctx)
		if err != nil {
			return nil, fmt.Errorf("clear: %w", chainError(err))
		}
		q.Amount = amount
		calls := make([]asked, len(batches))
		for i, batch := range batches {
			calls[i] = w.askUnsigned(relay.Clear(batch...))
		}
		return calls, nil
	}
	return nil, fmt.Errorf("%w: nothing is known of what %q costs", ErrNotNow, req.Operation)
}

func (n *Node) askDeposit(ctx context.Context, w *wallet, amount money.Amount) (asked, error) {
	registered, err := n.cfg.Registry.Registered(ctx, w.self.address())
	if err != nil {
		return asked{}, fmt.Errorf("deposit: %w", err)
	}
	coins, err := w.spendable(ctx, amount)
	return asked{terms: func(_ context.Context, q *relay.Quote) (relay.Kind, money.Amount, error) {
		return w.fundTerms(q, amount, coins, !registered)
	}}, err
}

// askUnlock is the next step of an unlock.
func (w *wallet) askUnlock(ctx context.Context, channel uint8, q *Quote) (asked, error) {
	c, err := w.unlockable(ctx, channel)
	if err != nil {
		return asked{}, err
	}
	if !c.UnlockAt.IsZero() {
		return w.askUnsigned(relay.FreeChannel(w.self.address(), channel)), nil
	}
	if q.Delay, err = w.chain.UnlockDelay(ctx); err != nil {
		return asked{}, fmt.Errorf("unlock: %w", chainError(err))
	}
	return w.ask(relay.KindUnlockAsk, 0), nil
}
