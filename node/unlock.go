package node

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// soon is what a delay may have left when a relayer is asked to free the channel all the same: some blocks.
const soon = time.Minute

// Unlock takes a payment channel from its provider. The provider is asked to release it, which frees it at once. Where it does
// not, the first call starts the delay in which the provider can clear, and one after it frees the channel. What was not
// cleared stays in the channel for its next lock.
// Errors: ErrNotNow while a session uses the channel, the delay runs, or the channel is free.
func (n *Node) Unlock(ctx context.Context, req UnlockRequest, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	w := n.wallet(self, req.Most)
	before, err := w.unlockable(ctx, req.Channel)
	if err == nil {
		err = w.requestable(ctx, before)
	}
	if err != nil {
		return Payment{}, err
	}
	done, err := self.Ledger.Hold(self.address(), req.Channel)
	if err != nil {
		return Payment{}, fmt.Errorf("unlock: %w: %w", ErrNotNow, err)
	}
	defer done()
	left, err := n.delayLeft(ctx, before)
	if err != nil {
		return Payment{}, err
	}
	var now chain.Channel
	free := func(ctx context.Context) (bool, error) {
		state, err := w.chain.Channel(ctx, self.address(), req.Channel, 0)
		now = state
		return err == nil && freed(before, now), err
	}
	took := func(ctx context.Context) (bool, error) {
		done, err := free(ctx)
		return done || err == nil && before.UnlockAt.IsZero() && !now.UnlockAt.IsZero(), err
	}
	var paid Payment
	err = errUnreleased
	if !req.Timed && left > 0 {
		if paid, err = n.release(ctx, w, req.Channel, before, free, progress); errors.Is(err, errUnreleased) {
			progress(Progress{Step: OpUnlock, Detail: err.Error() + "; so it takes the contract's delay"})
		}
	}
	if errors.Is(err, errUnreleased) {
		if !before.UnlockAt.IsZero() && left > soon {
			return paid, tooEarly(before.UnlockAt)
		}
		paid, err = n.timedUnlock(ctx, w, req.Channel, before, took, progress)
	}
	if err != nil {
		return paid, err
	}
	if freed(before, now) {
		paid.Amount = now.Locked.SaturatingSub(now.Cleared)
	}
	paid.Provider, paid.UnlockAt = before.Provider, now.UnlockAt
	return n.confirmed(ctx, self, paid, took, progress)
}

// freed says whether a channel's epoch is over.
func freed(before, now chain.Channel) bool { return now.Provider.IsZero() || now.Epoch != before.Epoch }

// delayLeft says how long an unlock that was asked for still has to wait, by the chain's clock: not above zero when it can be
// finished. Without one it is as long as can be.
func (n *Node) delayLeft(ctx context.Context, c chain.Channel) (time.Duration, error) {
	if c.UnlockAt.IsZero() {
		return math.MaxInt64, nil
	}
	head, err := n.cfg.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("unlock: %w", chainError(err))
	}
	return c.UnlockAt.Sub(head.Time), nil
}

// timedUnlock asks the contract for a channel, or frees it if that was done. Whether it is time is the chain's clock to say.
func (n *Node) timedUnlock(ctx context.Context, w *wallet, channel uint8, before chain.Channel, took look, progress func(Progress)) (Payment, error) {
	if before.UnlockAt.IsZero() {
		in, err := w.signUnlock(ctx, channel, before)
		if err != nil {
			return Payment{}, err
		}
		return w.relay(ctx, OpUnlock, in, took, progress)
	}
	done, err := n.aloneWithNonce(ctx, &w.self, OpUnlock)
	if err != nil {
		return Payment{}, err
	}
	defer done()
	progress(Progress{Step: OpUnlock, Detail: "asking a relayer to send the transaction", Sent: true})
	paid, err := w.orderAny(ctx, OpUnlock, w.freeing(ctx, channel), took, progress)
	return paid, notYet(relay.KindUnlock, before.UnlockAt, err)
}

// freeing are the ways in which a channel is freed after its delay: by whoever does that for nothing, which a relayer that
// asks a fee does as well where it was paid with the request, else for a fee out of the deposit.
func (w *wallet) freeing(ctx context.Context, channel uint8) []relay.Complete {
	in := relay.FreeChannel(w.self.address(), channel)
	var fee money.Amount
	paid := w.forms(ctx, in, AnyFee, &fee)[1]
	free := func(q *relay.Quote) (relay.Intent, error) {
		if q.Relayer == w.self.address() {
			return in, fmt.Errorf("%w: others are asked first", relay.ErrNotOffered)
		}
		_, err := q.Fee(in.Kind, AnyFee)
		return in, err
	}
	return []relay.Complete{free, func(q *relay.Quote) (relay.Intent, error) {
		in, err := paid(q)
		if err == nil && fee > 0 {
			err = w.covers(ctx, fee, 0)
		}
		return in, err
	}}
}

// held reads one of this identity's payment channels that no session uses.
func (w *wallet) held(ctx context.Context, operation string, channel uint8) (chain.Channel, error) {
	fail := func(format string, args ...any) (chain.Channel, error) {
		return chain.Channel{}, fmt.Errorf(operation+": "+format, args...)
	}
	if channel >= intent.Channels {
		return fail("%w: payment channels have numbers from 0 to %d", ErrNotNow, intent.Channels-1)
	}
	c, err := w.chain.Channel(ctx, w.self.address(), channel, 0)
	switch {
	case err != nil:
		return fail("%w", chainError(err))
	case w.self.Ledger.Busy(w.self.address(), channel):
		return fail("%w: a session, or another unlock, uses payment channel %d; 'myst disconnect' ends a session", ErrNotNow, channel)
	}
	return c, nil
}

// unlockable returns a payment channel that can be unlocked, or be asked for.
func (w *wallet) unlockable(ctx context.Context, channel uint8) (chain.Channel, error) {
	c, err := w.held(ctx, OpUnlock, channel)
	switch {
	case err != nil || !c.Provider.IsZero():
	case c.Locked <= c.Cleared:
		err = fmt.Errorf("unlock: %w: payment channel %d is free, and holds nothing", ErrNotNow, channel)
	default:
		err = fmt.Errorf("unlock: %w: payment channel %d is free already; 'myst reclaim' moves what it holds to the deposit", ErrNotNow, channel)
	}
	return c, err
}

// requestable says whether an unlock could be asked for by this machine's clock, if it is not yet: a provider whose release is
// asked for first does not hear a machine whose clock is wrong.
func (w *wallet) requestable(ctx context.Context, c chain.Channel) error {
	if !c.UnlockAt.IsZero() {
		return nil
	}
	if _, _, err := w.expiry(ctx); err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

func (w *wallet) signUnlock(ctx context.Context, channel uint8, c chain.Channel) (relay.Intent, error) {
	until, _, err := w.expiry(ctx)
	if err != nil {
		return relay.Intent{}, fmt.Errorf("unlock: %w", err)
	}
	signed, err := intent.SignRequestUnlock(w.self.Signer, intent.RequestUnlock{
		Channel: channel, Epoch: c.Epoch, ValidUntil: until,
	}, w.domain(w.network.Contracts.Payments))
	if err != nil {
		return relay.Intent{}, fmt.Errorf("unlock: %w", err)
	}
	return relay.AskUnlock(signed), nil
}

// Reclaim moves what a free payment channel holds back to the deposit. Errors: ErrNotNow while it is not free, or
// holds nothing.
func (n *Node) Reclaim(ctx context.Context, channel uint8, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	w := n.wallet(self, most)
	before, err := w.reclaimable(ctx, channel)
	if err != nil {
		return Payment{}, err
	}
	until, _, err := w.expiry(ctx)
	if err != nil {
		return Payment{}, fmt.Errorf("reclaim: %w", err)
	}
	signed, err := intent.SignReclaim(w.self.Signer, intent.Reclaim{
		Channel: channel, Epoch: before.Epoch, ValidUntil: until,
	}, w.domain(w.network.Contracts.Payments))
	if err != nil {
		return Payment{}, fmt.Errorf("reclaim: %w", err)
	}
	took := func(ctx context.Context) (bool, error) {
		c, err := w.chain.Channel(ctx, self.address(), channel, 0)
		return c.Epoch != before.Epoch || c.Provider.IsZero() && c.Locked == c.Cleared, err
	}
	paid, err := w.relay(ctx, OpReclaim, relay.Reclaim(signed), took, progress)
	if err != nil {
		return paid, err
	}
	paid.Amount = before.Locked - before.Cleared
	return n.confirmed(ctx, self, paid, took, progress)
}

// reclaimable returns a payment channel that is free and holds something.
func (w *wallet) reclaimable(ctx context.Context, channel uint8) (chain.Channel, error) {
	c, err := w.held(ctx, OpReclaim, channel)
	switch {
	case err != nil:
	case !c.Provider.IsZero():
		err = fmt.Errorf("reclaim: %w: payment channel %d is its provider's; 'myst unlock %d' comes first", ErrNotNow, channel, channel)
	case c.Locked <= c.Cleared:
		err = fmt.Errorf("reclaim: %w: payment channel %d holds nothing", ErrNotNow, channel)
	}
	return c, err
}

// SetBeneficiary names who receives the identity's earnings from now on. It can be done once; later only the
// beneficiary can, by a call of its own. Error: ErrNotNow.
func (n *Node) SetBeneficiary(ctx context.Context, beneficiary identity.Address, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	w := n.wallet(self, most)
	if err := w.nameable(ctx, beneficiary); err != nil {
		return Payment{}, err
	}
	signed, err := intent.SignSetBeneficiary(w.self.Signer, intent.SetBeneficiary{
		Provider: w.self.address(), Beneficiary: beneficiary,
	}, w.domain(w.network.Contracts.Payments))
	if err != nil {
		return Payment{}, fmt.Errorf("beneficiary: %w", err)
	}
	took := func(ctx context.Context) (bool, error) {
		earned, err := w.chain.Earnings(ctx, self.address())
		return earned.Beneficiary == beneficiary, err
	}
	paid, err := w.relay(ctx, OpBeneficiary, relay.SetBeneficiary(signed), took, progress)
	if err != nil {
		return paid, err
	}
	return n.confirmed(ctx, self, paid, took, progress)
}

// nameable tells whether no beneficiary is named yet, and whether one can be paid.
func (w *wallet) nameable(ctx context.Context, beneficiary identity.Address) error {
	if err := w.payable(beneficiary); err != nil {
		return fmt.Errorf("beneficiary: %w", err)
	}
	earned, err := w.chain.Earnings(ctx, w.self.address())
	switch {
	case err != nil:
		return fmt.Errorf("beneficiary: %w", chainError(err))
	case !earned.Beneficiary.IsZero():
		return fmt.Errorf("beneficiary: %w: it is %s, and only that account can name another", ErrNotNow, earned.Beneficiary)
	}
	return nil
}
