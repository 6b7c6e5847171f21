package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
)

// bonded refuses a provider that has less in its deposit than an announcement takes. A hub looked when it was announced; what
// was announced stands for hours.
func (c *consuming) bonded(ctx context.Context) error {
	bond := c.n.cfg.Network.Bond
	if bond == 0 {
		return nil
	}
	deposit, err := c.n.cfg.Chain.Balance(ctx, c.proposal.Proposal.Provider)
	if err != nil {
		return chainError(err)
	}
	if deposit < bond {
		return fmt.Errorf("%w: %w: it has deposited %s coins, and announcing takes %s; take another provider", ErrNotNow, errUnbonded, deposit, bond)
	}
	return nil
}

// choose picks the payment channel that backs the session.
func (c *consuming) choose(ctx context.Context) error {
	p := c.proposal.Proposal
	deposit, err := c.n.cfg.Chain.Balance(ctx, c.self.address())
	if err != nil {
		return chainError(err)
	}
	if c.plan, err = c.self.Ledger.Plan(ctx, p.Provider, c.req.Lock, deposit, c.taken...); err != nil {
		return planError(err)
	}
	if p.SetupCharge > c.plan.Lock/20 {
		return fmt.Errorf("%w: %w: %s of %s coins; lock %s coins or more by 'myst connect --lock', or take another provider",
			ErrNotNow, payments.ErrSetup, p.SetupCharge, c.plan.Lock, leastLock(p.SetupCharge, c.plan))
	}
	if c.plan.OnChain() {
		return nil
	}
	if err := c.price(ctx); err != nil {
		return err
	}
	if err := c.agreed(ctx); err != nil {
		return err
	}
	c.sayLock()
	return nil
}

// leastLock is what to ask for, instead of what led to a plan, to have a lock that is large enough for a set-up charge.
func leastLock(setup money.Amount, p payments.Plan) money.Amount {
	least := 20 * setup // a proposal's is at most money.MaxLock
	if p.OnChain() {
		// A lock is used again when a quarter of what is asked for is left of it.
		least = max(least, 4*(p.Remaining+1))
	}
	return least
}

// price asks who puts the lock on chain, and for what fee. It refuses a lock after which the deposit does not hold that.
func (c *consuming) price(ctx context.Context) error {
	w := c.n.wallet(c.self, AnyFee)
	offered := false
	lock := w.ask(relay.KindLock, c.plan.Cost)
	q, _, fee, err := w.choose(ctx, asked{terms: func(ctx context.Context, q *relay.Quote) (relay.Kind, money.Amount, error) {
		_, has := q.Fees[relay.KindLock]
		offered = offered || has
		return lock.terms(ctx, q)
	}})
	switch {
	case errors.Is(err, ErrFunds):
		return fmt.Errorf("beside %s coins to be locked: %w", c.plan.Cost, err)
	case offered && errors.Is(err, relay.ErrNotOffered):
		return fmt.Errorf("lock: %w", relayError(err))
	case err != nil:
		return nil //nolint:nilerr // the provider may reach a relayer
	}
	c.n.quotes.keep(q)
	c.relayer, c.fee = q.Relayer, fee
	return nil
}

// agreed refuses what is more than the user agreed to.
func (c *consuming) agreed(ctx context.Context) error {
	most := c.req.Agreed
	if most == nil || c.plan.Binds() <= most.Lock && c.fee <= most.Fee {
		return nil
	}
	q := Quote{
		Operation: OpConnect, Amount: c.plan.Binds(), Held: c.plan.Held, RelayFee: c.fee, Relayer: c.relayer, OwnGas: c.relayer == c.self.address(),
		Transactions: 1, Provider: c.proposal.Proposal.Provider, Offer: &c.proposal, Elsewhere: c.plan.Elsewhere,
	}
	var err error
	if q.GasPrice, err = c.n.cfg.Gas.GasPrice(ctx); err == nil {
		q.Gas, err = c.n.gas(ctx, c.relayer, relay.KindLock, c.fee > 0, asked{})
	}
	if err != nil {
		return chainError(err)
	}
	return &AgreementError{Quote: q}
}

// sayLock tells of coins that the session will lock, before anything of it is signed.
func (c *consuming) sayLock() {
	beside := ""
	if c.plan.Held > 0 {
		beside = fmt.Sprintf("; %s more are in the payment channel already, and go along", c.plan.Held)
	}
	if c.plan.Elsewhere > 0 {
		beside += fmt.Sprintf("; other providers hold %s, until they release it or you take it back by 'myst unlock'", c.plan.Elsewhere)
	}
	c.say("lock", "this will lock %s coins of the deposit for this provider%s", c.plan.Cost, beside)
}

func planError(err error) error {
	if errors.Is(err, payments.ErrFunds) {
		return fmt.Errorf("%w: %w; run 'myst deposit'", ErrFunds, err)
	}
	if errors.Is(err, payments.ErrNoChannel) {
		return fmt.Errorf("%w: %w; 'myst balance' shows who has them, and 'myst unlock' takes one back", ErrNotNow, err)
	}
	return chainError(err)
}

// flight3 is the lock to be put on chain, or nothing when it is there.
func (c *consuming) flight3(ctx context.Context) (session.Start, error) {
	if c.plan.OnChain() {
		return session.Start{}, nil
	}
	signed, err := c.self.Ledger.SignLock(ctx, c.proposal.Proposal.Provider, c.plan)
	if err != nil {
		return session.Start{}, chainError(err)
	}
	c.progress(Progress{Step: "lock", Sent: true, Detail: fmt.Sprintf("reserving %s coins for the provider in payment channel %d: %s",
		c.plan.Lock, c.plan.Channel, c.plan.Action)})
	ordered, err := c.orderLock(ctx, signed)
	if err != nil || ordered {
		return session.Start{}, err
	}
	return session.Start{SignedLock: signed.Encode()}, nil
}

// orderLock has the lock put on chain for a fee, if one is asked: only who signed the lock can pay it, or send it with
// gas of its own. Else the provider does.
func (c *consuming) orderLock(ctx context.Context, signed intent.SignedLock) (ordered bool, err error) {
	if c.fee == 0 && c.relayer != c.self.address() {
		return false, nil
	}
	most := AnyFee
	if c.req.Agreed != nil {
		most = c.req.Agreed.Fee
	}
	w := c.n.wallet(c.self, most)
	_, err = submit(ctx, w.relayer, w.quotes.standing(w.clock, func(q *relay.Quote) (relay.Intent, error) {
		in, err := w.pay(q, relay.Lock(signed))
		if err == nil {
			c.say("lock", "relayer %s asks a fee of %s coins", q.Relayer, in.Fee())
		}
		return in, err
	}), func(waits string) { c.say("lock", "waiting: %s", waits) })
	if err != nil {
		return false, fmt.Errorf("lock: %w", relayError(err))
	}
	return true, nil
}
