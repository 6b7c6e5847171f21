package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// fundLife is how long a relayer may take to send a signed deposit.
const fundLife = 30 * time.Minute

// relayPoll is how often a ticket is asked for until it is decided.
const relayPoll = 250 * time.Millisecond

// wallet is what the node does on chain for its own identity, always through a relayer.
type wallet struct {
	self    Self
	chain   Chain
	relayer relay.Relayer
	network *chain.Network
	clock   func() time.Time
	// most is what a relayer may ask for one call.
	most money.Amount
}

func (w *wallet) domain(contract identity.Address) intent.Domain {
	return intent.Domain{ChainID: w.network.ChainID, Contract: contract}
}

// relay has an intent of this identity's put on chain for what a relayer asks, and waits until it is in a
// block or has failed.
func (w *wallet) relay(ctx context.Context, operation string, in relay.Intent, progress func(Progress)) (Payment, error) {
	payments, registry := w.domain(w.network.Contracts.Payments), w.domain(w.network.Contracts.Registry)
	return w.order(ctx, operation, func(q *relay.Quote) (relay.Intent, error) {
		paid, err := q.Pay(in, w.self.Signer, w.most, payments, registry)
		if err == nil && paid.Fee() > 0 {
			err = w.covers(ctx, paid.Fee())
		}
		return paid, err
	}, progress)
}

// errChosen ends an order before anything is submitted.
var errChosen = errors.New("a relayer is chosen")

// choose finds the relayer that order would take, and what it would get.
func (w *wallet) choose(ctx context.Context, complete relay.Complete) (q relay.Quote, in relay.Intent, err error) {
	_, err = w.relayer.Order(ctx, func(asked *relay.Quote) (relay.Intent, error) {
		in, err = complete(asked)
		if err == nil {
			q, err = *asked, errChosen
		}
		return in, err
	})
	if errors.Is(err, errChosen) {
		err = nil
	}
	return q, in, err
}

// asked is an intent for an estimate: nobody signs a fee yet.
func (w *wallet) asked(in relay.Intent) relay.Complete {
	return func(q *relay.Quote) (relay.Intent, error) {
		_, err := q.Fee(in.Kind, w.most)
		return in, err
	}
}

// covers tells whether the deposit, from which fees are paid, is large enough for one.
func (w *wallet) covers(ctx context.Context, fee money.Amount) error {
	deposit, err := w.chain.Balance(ctx, w.self.address())
	if err != nil {
		return chainError(err)
	}
	if deposit < fee {
		// Another relayer may ask for less.
		return fmt.Errorf("%w: %w: its fee of %s coins is paid from the deposit, which holds %s; 'myst deposit' comes first, "+
			"and registers a newcomer too", ErrFunds, relay.ErrNotOffered, fee, deposit)
	}
	return nil
}

// order is relay of an intent that depends on the relayer.
func (w *wallet) order(ctx context.Context, operation string, complete relay.Complete, progress func(Progress)) (Payment, error) {
	progress(Progress{Step: operation, Detail: "asking a relayer to send the transaction"})
	var fee money.Amount
	var kind relay.Kind
	ticket, err := submit(ctx, w.relayer, func(q *relay.Quote) (relay.Intent, error) {
		in, err := complete(q)
		if fee, kind = in.Fee(), in.Kind; err == nil && fee > 0 {
			progress(Progress{Step: operation, Detail: fmt.Sprintf("relayer %s asks a fee of %s coins", q.Relayer, fee)})
		}
		return in, err
	})
	if err != nil {
		return Payment{}, fmt.Errorf("%s: %w", operation, relayError(err))
	}
	paid, err := w.await(ctx, operation, ticket, progress)
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

// await waits until a ticket is decided.
func (w *wallet) await(ctx context.Context, operation string, ticket relay.Ticket, progress func(Progress)) (Payment, error) {
	shown := ""
	for {
		switch ticket.State {
		case relay.StateMined:
			progress(Progress{Step: operation, Detail: fmt.Sprintf("in block %d", ticket.Block)})
			return Payment{Operation: operation, Transaction: ticket.Transaction, Block: ticket.Block}, nil
		case relay.StateFailed:
			return Payment{}, fmt.Errorf("%s: transaction %s failed: %s", operation, ticket.Transaction, ticket.Reason)
		case relay.StateQueued, relay.StateSent:
		}
		if ticket.Transaction != shown {
			shown = ticket.Transaction
			progress(Progress{Step: operation, Detail: "waiting for transaction " + shown})
		}
		if err := sleep(ctx, relayPoll); err != nil {
			return Payment{}, fmt.Errorf("%s: no outcome yet: %w", operation, err)
		}
		next, err := w.relayer.Status(ctx, ticket.ID)
		switch {
		case err == nil:
			ticket = next
		case !errors.Is(err, relay.ErrUnavailable):
			return Payment{}, fmt.Errorf("%s: %w", operation, err)
		}
	}
}

// submit hands an intent over. A relayer takes one call of an identity at a time: submit waits for its
// turn.
func submit(ctx context.Context, relayer relay.Relayer, complete relay.Complete) (relay.Ticket, error) {
	for {
		ticket, err := relayer.Order(ctx, complete)
		var refusal *relay.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != relay.ReasonBusy {
			return ticket, err
		}
		if waited := sleep(ctx, relayPoll); waited != nil {
			return ticket, errors.Join(err, waited)
		}
	}
}

func relayError(err error) error {
	if errors.Is(err, relay.ErrUnavailable) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// register puts the identity into the registry.
func (w *wallet) register(ctx context.Context, progress func(Progress)) (Payment, error) {
	domain := w.domain(w.network.Contracts.Registry)
	signed, err := intent.SignRegister(w.self.Signer, w.self.PublicKey, domain)
	if err != nil {
		return Payment{}, fmt.Errorf("register: %w", err)
	}
	return w.relay(ctx, OpRegister, relay.Register(signed), progress)
}

// deposit moves coins of the identity's own wallet into its deposit. A newcomer, who could not pay a fee for
// registering before there is a deposit, is registered by the way when a relayer asks one.
func (w *wallet) deposit(ctx context.Context, amount money.Amount, newcomer bool, progress func(Progress)) (Payment, error) {
	complete, err := w.funding(ctx, amount, newcomer, fundLife)
	if err != nil {
		return Payment{}, err
	}
	paid, err := w.order(ctx, OpDeposit, complete, progress)
	if err != nil {
		return paid, err
	}
	did, err := w.effects(ctx, paid)
	paid.Amount = did.Deposited
	return paid, err
}

// funding makes what signs a deposit for a relayer. The relayer pays the gas; the coin's permit lets the payments
// contract take exactly this much and the fee.
func (w *wallet) funding(ctx context.Context, amount money.Amount, newcomer bool, life time.Duration) (relay.Complete, error) {
	if amount == 0 {
		return nil, errors.New("deposit: an amount above zero is needed")
	}
	coins, err := w.chain.CoinBalance(ctx, w.self.address())
	if err != nil {
		return nil, fmt.Errorf("deposit: %w", chainError(err))
	}
	if coins < amount {
		return nil, fmt.Errorf("deposit: %w: the wallet holds %s coins, %s are needed", ErrFunds, coins, amount)
	}
	nonce, err := w.chain.PermitNonce(ctx, w.self.address())
	if err != nil {
		return nil, fmt.Errorf("deposit: %w", chainError(err))
	}
	return func(q *relay.Quote) (relay.Intent, error) {
		return w.fund(q, intent.Fund{Units: amount, PermitNonce: nonce, ValidUntil: unix32(w.clock().Add(life))}, coins, newcomer)
	}, nil
}

// fund signs a deposit for one relayer. Of several, all of the same permit nonce, the coin takes one.
func (w *wallet) fund(q *relay.Quote, f intent.Fund, coins money.Amount, newcomer bool) (relay.Intent, error) {
	kind := relay.KindFund
	if newcomer && q.Fees[relay.KindRegister] > 0 {
		kind = relay.KindOnboard
	}
	fee, err := q.Fee(kind, w.most)
	if err != nil {
		return relay.Intent{}, err
	}
	value, err := f.Units.Add(fee)
	if err != nil {
		return relay.Intent{}, err
	}
	if coins < value {
		return relay.Intent{}, fmt.Errorf("%w: the wallet holds %s coins, %s and a relayer's fee of %s are needed", ErrFunds, coins, f.Units, fee)
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
	return q.Pay(in, w.self.Signer, w.most, payments, registry)
}

// withdraw pays what was cleared for this identity to its beneficiary, less the network fee.
func (w *wallet) withdraw(ctx context.Context, progress func(Progress)) (Payment, error) {
	if _, err := w.earned(ctx); err != nil {
		return Payment{}, err
	}
	paid, err := w.relay(ctx, OpWithdraw, relay.Withdraw(w.self.address()), progress)
	if err != nil {
		return paid, err
	}
	did, err := w.effects(ctx, paid)
	paid.Amount, paid.Fee = did.Withdrawn, did.Fee
	return paid, err
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

// effects reads from the chain what a mined transaction did, instead of believing the relayer.
func (w *wallet) effects(ctx context.Context, paid Payment) (chain.Effects, error) {
	hash, err := hex.DecodeString(strings.TrimPrefix(paid.Transaction, "0x"))
	if err != nil || len(hash) != 32 {
		return chain.Effects{}, fmt.Errorf("%s: the relayer named %q as the transaction", paid.Operation, paid.Transaction)
	}
	did, err := w.chain.Effects(ctx, [32]byte(hash))
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
		if !c.Provider.IsZero() {
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
