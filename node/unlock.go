package node

import (
	"context"
	"fmt"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// Unlock takes a payment channel from its provider: the first call starts the delay in which the provider can
// clear, and one after it frees the channel. What was not cleared stays in the channel for its next lock.
// Errors: ErrNotNow while a session uses the channel, the delay runs, or the channel is free.
func (n *Node) Unlock(ctx context.Context, channel uint8, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	w := n.wallet(self, most)
	before, err := w.unlockable(ctx, channel)
	if err != nil {
		return Payment{}, err
	}
	// Whether it is time is the chain's clock to say.
	in := relay.FreeChannel(self.address(), channel)
	if before.UnlockAt.IsZero() {
		if in, err = w.signUnlock(channel, before); err != nil {
			return Payment{}, err
		}
	}
	var now chain.Channel
	took := func(ctx context.Context) (bool, error) {
		now, err = w.chain.Channel(ctx, self.address(), channel, 0)
		freed := now.Provider.IsZero() || now.Epoch != before.Epoch
		return err == nil && (freed || before.UnlockAt.IsZero() && !now.UnlockAt.IsZero()), err
	}
	paid, err := w.relay(ctx, OpUnlock, in, took, progress)
	if err != nil {
		return paid, notYet(in.Kind, err)
	}
	if in.Kind == relay.KindUnlock {
		paid.Amount = now.Locked.SaturatingSub(now.Cleared)
	}
	paid.UnlockAt = now.UnlockAt
	return n.confirmed(ctx, self, paid, took, progress)
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
		return fail("%w: a session uses payment channel %d; end it with 'myst disconnect'", ErrNotNow, channel)
	}
	return c, nil
}

// unlockable returns a payment channel that can be unlocked, or be asked for.
func (w *wallet) unlockable(ctx context.Context, channel uint8) (chain.Channel, error) {
	c, err := w.held(ctx, OpUnlock, channel)
	if err == nil && c.Provider.IsZero() {
		err = fmt.Errorf("unlock: %w: payment channel %d is free already; 'myst reclaim' moves what it holds to the deposit", ErrNotNow, channel)
	}
	return c, err
}

func (w *wallet) signUnlock(channel uint8, c chain.Channel) (relay.Intent, error) {
	signed, err := intent.SignRequestUnlock(w.self.Signer, intent.RequestUnlock{
		Channel: channel, Epoch: c.Epoch, ValidUntil: unix32(w.clock().Add(intentLife)),
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
	signed, err := intent.SignReclaim(w.self.Signer, intent.Reclaim{
		Channel: channel, Epoch: before.Epoch, ValidUntil: unix32(w.clock().Add(intentLife)),
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
