package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// relayPoll is how often a ticket is asked for until it is decided.
const relayPoll = 250 * time.Millisecond

// wallet is what the node does on chain for its own identity, always through a relayer.
type wallet struct {
	self    Self
	chain   Chain
	relayer Relayer
	network *chain.Network
	clock   func() time.Time
	// most is what a relayer may ask for one call.
	most     money.Amount
	patience time.Duration // zero is ten minutes
	quotes   *quotes
	head     func(context.Context) (chain.Head, error)
}

// intentLife is how long a relayer may take to send what was signed for a deposit, an unlock, or to get it back.
const intentLife = 30 * time.Minute

// newest is the number of the chain's newest block.
func (w *wallet) newest(ctx context.Context) (uint64, error) {
	head, err := w.head(ctx)
	return head.Number, err
}

// expiry says when what is signed now shall expire, in unix seconds, and the newest block's number. Error: ErrNotNow when this
// machine's clock is too far from the chain's to sign anything.
func (w *wallet) expiry(ctx context.Context) (until uint32, newest uint64, err error) {
	head, err := w.head(ctx)
	if err != nil {
		return 0, 0, chainError(err)
	}
	end, err := head.Expiry(w.clock(), intentLife)
	return unix32(end), head.Number, chainError(err)
}

func (w *wallet) domain(contract identity.Address) intent.Domain {
	return intent.Domain{ChainID: w.network.ChainID, Contract: contract}
}

// relay has an intent of this identity's put on chain for what a relayer asks, and waits until it took effect.
func (w *wallet) relay(ctx context.Context, operation string, in relay.Intent, took look, progress func(Progress)) (Payment, error) {
	return w.order(ctx, operation, func(q *relay.Quote) (relay.Intent, error) {
		paid, err := w.pay(q, in)
		if err == nil && paid.Fee() > 0 {
			err = w.covers(ctx, paid.Fee(), 0)
		}
		return paid, err
	}, took, progress)
}

// pay adds the consent to what a quote asks.
func (w *wallet) pay(q *relay.Quote, in relay.Intent) (relay.Intent, error) {
	return q.Pay(in, w.self.Signer, w.most, w.domain(w.network.Contracts.Payments), w.domain(w.network.Contracts.Registry))
}

// covers tells whether the deposit, from which fees are paid, is large enough for one, beside what else is to be
// taken from it.
func (w *wallet) covers(ctx context.Context, fee, beside money.Amount) error {
	deposit, err := w.chain.Balance(ctx, w.self.address())
	if err != nil {
		return chainError(err)
	}
	if deposit.SaturatingSub(beside) < fee {
		// Another relayer may ask for less.
		return fmt.Errorf("%w: %w: its fee of %s coins is paid from the deposit, which holds %s; 'myst deposit' comes first, "+
			"and registers a newcomer too", ErrFunds, relay.ErrNotOffered, fee, deposit)
	}
	return nil
}

// order is relay of an intent that depends on the relayer.
func (w *wallet) order(ctx context.Context, operation string, complete relay.Complete, took look, progress func(Progress)) (Payment, error) {
	progress(Progress{Step: operation, Detail: "asking a relayer to send the transaction", Sent: true})
	return w.orderAny(ctx, operation, []relay.Complete{complete}, took, progress)
}

// orderAny is order of the first of some forms of an intent that a relayer takes.
func (w *wallet) orderAny(ctx context.Context, operation string, forms []relay.Complete, took look, progress func(Progress)) (Payment, error) {
	var fee money.Amount
	var kind relay.Kind
	shown := make([]relay.Complete, len(forms))
	for i, complete := range forms {
		shown[i] = func(q *relay.Quote) (relay.Intent, error) {
			in, err := complete(q)
			if fee, kind = in.Fee(), in.Kind; err == nil && fee > 0 {
				progress(Progress{Step: operation, Detail: fmt.Sprintf("relayer %s asks a fee of %s coins", q.Relayer, fee)})
			}
			return in, err
		}
	}
	ticket, err := w.submit(ctx, func(waits string) { progress(Progress{Step: operation, Detail: "waiting: " + waits}) }, shown...)
	if err != nil {
		return Payment{}, fmt.Errorf("%s: %w", operation, untaken(operation, err))
	}
	paid, err := w.await(ctx, operation, ticket, took, progress)
	if err == nil {
		paid.RelayFee, paid.onboarded = fee, kind == relay.KindOnboard
	}
	return paid, err
}

// unpaid has an intent relayed that this identity signs no fee for.
func unpaid(in relay.Intent) relay.Complete {
	return func(q *relay.Quote) (relay.Intent, error) {
		_, err := q.Fee(in.Kind, 0)
		return in, err
	}
}

// nextNonce is what this identity's next fee for a call without a signature names.
func (w *wallet) nextNonce(ctx context.Context) (uint64, error) {
	nonce, err := w.chain.WithdrawNonce(ctx, w.self.address())
	return nonce, chainError(err)
}

// forms are the ways in which a call that carries no signature is relayed: by whoever does it for nothing, else for a fee,
// of the earnings but for an unlock, of at most so much, which it notes. The node's own gas, if it may be used, comes after both.
func (w *wallet) forms(ctx context.Context, in relay.Intent, most money.Amount, fee *money.Amount) []relay.Complete {
	free := func(q *relay.Quote) (relay.Intent, error) {
		*fee = 0
		if q.Relayer == w.self.address() {
			return in, fmt.Errorf("%w: others are asked first", relay.ErrNotOffered)
		}
		_, err := q.FeeOf(in, 0)
		return in, err
	}
	paid := func(q *relay.Quote) (paid relay.Intent, err error) {
		within, nonced := *w, in
		within.most = min(w.most, most)
		if nonced.Nonce, err = w.nextNonce(ctx); err != nil { // others may have been used up since
			return paid, err
		}
		paid, err = within.pay(q, nonced)
		*fee = paid.Fee()
		return paid, err
	}
	return []relay.Complete{free, paid}
}

// submit hands an intent over in the first of some forms that a relayer takes, each by the quote that the user was shown
// where the newest is dearer. Who has too much to do holds up other forms for a minute at most.
func (w *wallet) submit(ctx context.Context, told func(waits string), forms ...relay.Complete) (ticket relay.Ticket, err error) {
	var unheard error
	for i, form := range forms {
		within, cancel := ctx, context.CancelFunc(func() {})
		if i < len(forms)-1 {
			within, cancel = context.WithTimeout(ctx, formWait)
		}
		ticket, err = submit(within, w.relayer, w.quotes.standing(w.clock, form), told)
		cancel()
		if err == nil {
			return ticket, nil
		}
		if errors.Is(err, relay.ErrUnheard) {
			unheard = err
		}
		if ctx.Err() != nil || !relay.NobodyTakes(err) {
			break
		}
	}
	return ticket, cmp.Or(unheard, err) // what may have been taken on says more than who refused it
}

// formWait is for how long a form that another could follow is tried.
const formWait = time.Minute

// submit hands an intent over. A relayer takes one call of an identity at a time: submit waits for its turn, for as
// long as for an outcome.
func submit(ctx context.Context, relayer relay.Relayer, complete relay.Complete, told func(waits string)) (relay.Ticket, error) {
	ctx, cancel := limited(ctx, 0)
	defer cancel()
	said := false
	for pause := relayPoll; ; pause = min(2*pause, longestPause) {
		ticket, err := relayer.Order(ctx, complete)
		var refusal *relay.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != relay.ReasonBusy {
			return ticket, err
		}
		if pause == longestPause && !said {
			said = true
			told(refusal.Detail)
		}
		if waited := sleep(ctx, pause); waited != nil {
			return ticket, errors.Join(err, waited)
		}
	}
}

// longestPause is that between two questions whether a relayer still has too much to do.
const longestPause = 4 * relayPoll

func relayError(err error) error {
	var refusal *relay.Refusal
	switch {
	case errors.Is(err, relay.ErrUnheard):
		return fmt.Errorf("%w: %w; %s", ErrNoOutcome, err, mayStill)
	case errors.Is(err, relay.ErrUnavailable):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	case errors.As(err, &refusal), errors.Is(err, relay.ErrNotOffered):
		return fmt.Errorf("%w: %w", ErrNotNow, err)
	}
	return err
}

// untaken is relayError of an operation, and names what sends that for which relayers ask too much, or take nothing.
func untaken(operation string, err error) error {
	hinted := (operation == OpClear || operation == OpWithdraw) && errors.Is(err, relay.ErrNotOffered) && !errors.Is(err, ErrFunds)
	if err = relayError(err); hinted {
		err = fmt.Errorf("%w; 'myst node --own-gas' sends it with gas coins of this identity's own", err)
	}
	return err
}

// register puts the identity into the registry.
func (w *wallet) register(ctx context.Context, registry Registry, progress func(Progress)) (Payment, error) {
	domain := w.domain(w.network.Contracts.Registry)
	signed, err := intent.SignRegister(w.self.Signer, w.self.PublicKey, domain)
	if err != nil {
		return Payment{}, fmt.Errorf("register: %w", err)
	}
	took := func(ctx context.Context) (bool, error) { return registry.Registered(ctx, w.self.address()) }
	return w.relay(ctx, OpRegister, relay.Register(signed), took, progress)
}

// effects reads from the chain what a mined transaction did, instead of believing the relayer.
func (w *wallet) effects(ctx context.Context, paid Payment) (chain.Effects, error) {
	hash, ok := transactionHash(paid.Transaction)
	if !ok {
		return chain.Effects{}, fmt.Errorf("%s: the relayer named %q as the transaction", paid.Operation, paid.Transaction)
	}
	did, err := w.chain.Effects(ctx, hash)
	if err != nil {
		return did, fmt.Errorf("%s: %w", paid.Operation, chainError(err))
	}
	return did, nil
}

// balance reads what the identity owns. Promised and uncleared amounts are the caller's to add.
func (w *wallet) balance(ctx context.Context) (Balance, error) {
	who := w.self.address()
	b := Balance{Identity: who}
	var err error
	if b.Coin, err = w.chain.CoinBalance(ctx, who); err != nil {
		return b, fmt.Errorf("balance: %w", chainError(err))
	}
	if b.Deposit, err = w.chain.Balance(ctx, who); err != nil {
		return b, fmt.Errorf("balance: %w", chainError(err))
	}
	earned, err := w.chain.Earnings(ctx, who)
	if err != nil {
		return b, fmt.Errorf("balance: %w", chainError(err))
	}
	b.Earnings, b.Beneficiary = earned.Gross, earned.Beneficiary
	if b.FeePerMyriad, err = w.chain.FeeRate(ctx); err != nil {
		return b, fmt.Errorf("balance: %w", chainError(err))
	}
	for id := range uint8(intent.Channels) {
		c, err := w.chain.Channel(ctx, who, id, 0)
		if err != nil {
			return b, fmt.Errorf("balance: channel %d: %w", id, chainError(err))
		}
		if !c.Provider.IsZero() || c.Locked > c.Cleared {
			b.Channels = append(b.Channels, ChannelBalance{
				Channel: id, Provider: c.Provider, Locked: c.Locked, Cleared: c.Cleared, Epoch: c.Epoch, UnlockAt: c.UnlockAt,
			})
		}
	}
	return b, nil
}

func chainError(err error) error {
	if errors.Is(err, chain.ErrUnavailable) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if errors.Is(err, chain.ErrClock) {
		return fmt.Errorf("%w: %w", ErrNotNow, err)
	}
	return err
}

func unix32(t time.Time) uint32 { return uint32(t.Unix()) } //nolint:gosec // fits until 2106, as the contract's field does

// sleep waits, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
