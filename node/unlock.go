package node

import (
	"context"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/relay"
)

// unlockLife is how long a relayer may take to send a signed unlock request.
const unlockLife = 30 * time.Minute

// Unlock takes a payment channel from its provider: the first call starts the delay in which the provider can
// clear, and one after it frees the channel. What was not cleared stays in the channel for its next lock.
// Errors: ErrNotNow while a session uses the channel, the delay runs, or the channel is free.
func (n *Node) Unlock(ctx context.Context, channel uint8, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	w := n.wallet(self)
	in, err := w.unlocking(ctx, channel, unlockLife)
	if err != nil {
		return Payment{}, err
	}
	paid, err := w.relay(ctx, OpUnlock, in, progress)
	if err != nil {
		return paid, notYet(in, err)
	}
	if err := n.confirmed(ctx, self, paid, progress); err != nil {
		return paid, err
	}
	c, err := w.chain.Channel(ctx, self.address(), channel, 0)
	if err != nil {
		return paid, fmt.Errorf("unlock: %w", chainError(err))
	}
	if in.Kind == relay.KindUnlock {
		paid.Amount = c.Locked.SaturatingSub(c.Cleared)
	}
	paid.UnlockAt = c.UnlockAt
	return paid, nil
}

// unlocking makes the next step of an unlock.
func (w *wallet) unlocking(ctx context.Context, channel uint8, life time.Duration) (relay.Intent, error) {
	fail := func(format string, args ...any) (relay.Intent, error) {
		return relay.Intent{}, fmt.Errorf("unlock: "+format, args...)
	}
	if channel >= intent.Channels {
		return fail("%w: payment channels have numbers from 0 to %d", ErrNotNow, intent.Channels-1)
	}
	c, err := w.chain.Channel(ctx, w.self.address(), channel, 0)
	switch {
	case err != nil:
		return fail("%w", chainError(err))
	case c.Provider.IsZero():
		return fail("%w: payment channel %d is free already", ErrNotNow, channel)
	case w.self.Ledger.Busy(w.self.address(), channel):
		return fail("%w: a session uses payment channel %d; end it with 'myst disconnect'", ErrNotNow, channel)
	case c.UnlockAt.IsZero():
		return w.askUnlock(channel, c, life)
	}
	// Whether it is time is the chain's clock to say.
	return relay.FreeChannel(w.self.address(), channel), nil
}

func (w *wallet) askUnlock(channel uint8, c chain.Channel, life time.Duration) (relay.Intent, error) {
	signed, err := intent.SignRequestUnlock(w.self.Signer, intent.RequestUnlock{
		Channel: channel, Epoch: c.Epoch, ValidUntil: unix32(w.clock().Add(life)),
	}, w.domain(w.network.Contracts.Payments))
	if err != nil {
		return relay.Intent{}, fmt.Errorf("unlock: %w", err)
	}
	return relay.AskUnlock(signed), nil
}

// SetBeneficiary names who receives the identity's earnings from now on. It can be done once; later only the
// beneficiary can, by a call of its own. Error: ErrNotNow.
func (n *Node) SetBeneficiary(ctx context.Context, beneficiary identity.Address, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	w := n.wallet(self)
	in, err := w.beneficiary(ctx, beneficiary)
	if err != nil {
		return Payment{}, err
	}
	paid, err := w.relay(ctx, OpBeneficiary, in, progress)
	if err != nil {
		return paid, err
	}
	return paid, n.confirmed(ctx, self, paid, progress)
}

func (w *wallet) beneficiary(ctx context.Context, beneficiary identity.Address) (relay.Intent, error) {
	earned, err := w.chain.Earnings(ctx, w.self.address())
	if err != nil {
		return relay.Intent{}, fmt.Errorf("beneficiary: %w", chainError(err))
	}
	if !earned.Beneficiary.IsZero() {
		return relay.Intent{}, fmt.Errorf("beneficiary: %w: it is %s, and only that account can name another", ErrNotNow, earned.Beneficiary)
	}
	signed, err := intent.SignSetBeneficiary(w.self.Signer, intent.SetBeneficiary{
		Provider: w.self.address(), Beneficiary: beneficiary,
	}, w.domain(w.network.Contracts.Payments))
	if err != nil {
		return relay.Intent{}, fmt.Errorf("beneficiary: %w", err)
	}
	return relay.SetBeneficiary(signed), nil
}
