package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
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

type terms func(context.Context, *relay.Quote) (relay.Kind, money.Amount, error)

// asked is one call that an operation would have relayed.
type asked struct {
	// terms says what kind of call it is at one relayer, and for what fee. Errors: relay.ErrNotOffered passes
	// that relayer over.
	terms terms
	// first, when not nil, are terms that are looked for at every relayer before.
	first terms
	// unsigned is the call itself, where nobody needs to sign for its gas to be estimated.
	unsigned *relay.Intent
	// nonce, when not nil, is that of the next fee for a call without a signature, of all calls of one operation.
	nonce *uint64
	// until is of a call that frees a channel: until when the contract refuses it.
	until time.Time
	// amount is of a clearing: what it brings, and the others do without.
	amount money.Amount
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

// askUnsigned is a call that anybody can send, by whoever does that for nothing, else for a fee of at most so much, by the
// nonce that is the next by then.
func (w *wallet) askUnsigned(bare relay.Intent, most money.Amount, nonce *uint64) asked {
	return asked{
		first: func(_ context.Context, q *relay.Quote) (relay.Kind, money.Amount, error) {
			if q.Relayer == w.self.address() {
				return bare.Kind, 0, fmt.Errorf("%w: others are asked first", relay.ErrNotOffered)
			}
			fee, err := q.FeeOf(bare, 0)
			return bare.Kind, fee, err
		},
		terms: func(_ context.Context, q *relay.Quote) (relay.Kind, money.Amount, error) {
			in := bare
			in.Nonce = *nonce
			fee, err := q.FeeOf(in, min(w.most, most))
			return in.Kind, fee, err
		},
		unsigned: &bare, nonce: nonce,
	}
}

// errChosen ends an order before anything is signed.
var errChosen = errors.New("a relayer is chosen")

// choose finds the relayer that an order would take, and what it would get.
func (w *wallet) choose(ctx context.Context, a asked) (q relay.Quote, kind relay.Kind, fee money.Amount, err error) {
	if a.first != nil {
		if q, kind, fee, err = w.choose(ctx, asked{terms: a.first}); err == nil || !relay.NobodyTakes(err) {
			return q, kind, fee, err
		}
	}
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
	w := n.wallet(self, AnyFee)
	switch req.Operation {
	case OpDeposit, OpTopUp, OpReclaim, OpWithdrawDeposit:
		if _, _, err := w.expiry(ctx); err != nil {
			return q, fmt.Errorf("%s: %w", req.Operation, err)
		}
	}
	calls, err := n.calls(ctx, self, req, &q)
	if err != nil || len(calls) == 0 {
		return q, err
	}
	if q.GasPrice, err = n.cfg.Gas.GasPrice(ctx); err != nil {
		return q, fmt.Errorf("%s: %w", req.Operation, chainError(err))
	}
	if err := n.add(ctx, w, calls, &q); err != nil {
		return q, fmt.Errorf("%s: %w", req.Operation, err)
	}
	if req.Operation == OpWithdraw {
		earned := chain.Earnings{Gross: q.Amount, Fee: q.NetworkFee, Net: q.Amount.SaturatingSub(q.NetworkFee)}
		if q.Net, q.NetworkFee, err = w.split(ctx, earned, q.RelayFee); err != nil {
			return q, fmt.Errorf("withdraw: %w", chainError(err))
		}
		return q, nil
	}
	if req.Operation == OpWithdrawDeposit {
		if q.Amount == 0 {
			deposit, err := w.withdrawable(ctx, req.To, 0)
			if err != nil {
				return q, err
			}
			q.Amount = deposit.SaturatingSub(q.RelayFee)
		}
		q.Net = q.Amount
	}
	return q, nil
}

// add adds up what calls would cost. Clearings that no relayer takes hold up no others.
func (n *Node) add(ctx context.Context, w *wallet, calls []asked, q *Quote) error {
	var left error
	for _, a := range calls {
		chosen, kind, fee, err := w.choose(ctx, a)
		if err != nil && a.amount > 0 && relay.NobodyTakes(err) {
			q.Amount, q.Left, left = q.Amount-a.amount, q.Left+a.amount, cmp.Or(left, untaken(q.Operation, err))
			continue
		}
		if err != nil {
			return untaken(q.Operation, err)
		}
		n.quotes.keep(chosen)
		q.Relayer, q.RelayFee = chosen.Relayer, q.RelayFee+fee
		q.OwnGas = chosen.Relayer == w.self.address()
		gas, err := n.gas(ctx, chosen.Relayer, kind, fee > 0, a)
		if err != nil {
			return notYet(kind, a.until, chainError(err))
		}
		q.Gas, q.Transactions = q.Gas+gas, q.Transactions+1
		if a.nonce != nil && fee > 0 {
			*a.nonce++
		}
	}
	switch {
	case left == nil:
		return nil
	case q.Transactions == 0:
		return left
	}
	q.LeftWhy = left.Error()
	return nil
}

// gas is estimated where that takes no signature, and else what calls of the kind were measured to use.
func (n *Node) gas(ctx context.Context, relayer identity.Address, kind relay.Kind, forFee bool, a asked) (gas uint64, err error) {
	if a.unsigned != nil {
		to, data, err := relay.Call(n.cfg.Network, relayer, *a.unsigned, n.cfg.Clock())
		if err == nil {
			gas, err = n.cfg.Gas.Gas(ctx, relayer, to, data)
		}
		if err != nil || !forFee {
			return gas, err
		}
	}
	slot, err := relay.SlotGas(ctx, n.cfg.Gas.Gas, relayer, n.cfg.Network.Contracts.Coin)
	gas += relay.Gas(kind, forFee, slot) // of a call that is estimated, what the fee adds
	if a.nonce != nil && *a.nonce == 0 {
		gas += relay.Gas(relay.KindFirstFee, forFee, slot)
	}
	return gas, err
}

// notYet says what it means that the contract refuses to free a channel before a time.
func notYet(kind relay.Kind, until time.Time, err error) error {
	var refusal *relay.Refusal
	refused := errors.As(err, &refusal) && refusal.Reason == relay.ReasonReverts || errors.Is(err, chain.ErrReverted)
	if kind != relay.KindUnlock || !refused {
		return err
	}
	return tooEarly(until)
}

func tooEarly(until time.Time) error {
	return fmt.Errorf("%w: the provider still has time to clear, until %s by the chain's clock; after that the same command frees the channel",
		ErrNotNow, until.UTC().Format("2006-01-02 15:04:05 UTC"))
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
		if err != nil {
			return nil, err
		}
		q.Amount, q.NetworkFee, q.To = earned.Gross, earned.Fee, w.paysOut(earned)
		nonce, err := w.nextNonce(ctx)
		return one(w.askUnsigned(relay.Withdraw(self.address()), earned.Gross/intent.EarningsPerFee, &nonce), err)
	case OpUnlock:
		return one(n.askUnlock(ctx, w, req, q))
	case OpBeneficiary:
		q.To = req.Beneficiary
		return one(w.ask(relay.KindBeneficiary, 0), w.nameable(ctx, req.Beneficiary))
	case OpTopUp:
		l, err := n.find(req.Session)
		if err == nil {
			q.Provider = l.snapshot().Peer
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
		return w.askClear(ctx, q)
	}
	return nil, fmt.Errorf("%w: nothing is known of what %q costs", ErrNotNow, req.Operation)
}

// askClear is everything that is to be cleared.
func (w *wallet) askClear(ctx context.Context, q *Quote) (calls []asked, err error) {
	batches, err := w.self.Clearer.Pending(ctx)
	if err != nil {
		return nil, fmt.Errorf("clear: %w", chainError(err))
	}
	nonce, err := w.nextNonce(ctx)
	if err != nil {
		return nil, fmt.Errorf("clear: %w", err)
	}
	for _, batch := range batches {
		q.Amount += batch.Amount
		a := w.askUnsigned(relay.Clear(batch.Promises...), batch.Most, &nonce)
		a.amount = batch.Amount
		calls = append(calls, a)
	}
	return calls, nil
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

// askUnlock is the next step of an unlock. Where its provider is asked for a release first, it is the dearer one.
func (n *Node) askUnlock(ctx context.Context, w *wallet, req QuoteRequest, q *Quote) (asked, error) {
	c, err := w.unlockable(ctx, req.Channel)
	if err == nil {
		err = w.requestable(ctx, c)
	}
	if err != nil {
		return asked{}, err
	}
	q.Provider = c.Provider
	left, err := n.delayLeft(ctx, c)
	if err != nil {
		return asked{}, err
	}
	q.Release = !req.Timed && left > 0
	release, timed := w.ask(relay.KindRelease, 0), w.ask(relay.KindUnlockAsk, 0)
	switch {
	case !c.UnlockAt.IsZero() && q.Release:
		return release, nil
	case !c.UnlockAt.IsZero():
		nonce, err := w.nextNonce(ctx)
		// Whether a relayer that asks a fee was paid with the request, only it knows: without a deposit it may be done, too.
		a := w.askUnsigned(relay.FreeChannel(w.self.address(), req.Channel), AnyFee, &nonce)
		a.until = c.UnlockAt
		return a, err
	}
	if q.Delay, err = w.chain.UnlockDelay(ctx); err != nil {
		return asked{}, fmt.Errorf("unlock: %w", chainError(err))
	}
	if !q.Release {
		return timed, nil
	}
	return asked{terms: dearer(release.terms, timed.terms)}, nil
}

// dearer is the one of two calls that a relayer asks more for, or the only one that it offers.
func dearer(a, b terms) terms {
	return func(ctx context.Context, q *relay.Quote) (relay.Kind, money.Amount, error) {
		kind, fee, err := a(ctx, q)
		other, more, unoffered := b(ctx, q)
		if unoffered != nil || err == nil && fee > more {
			return kind, fee, err
		}
		return other, more, unoffered
	}
}
