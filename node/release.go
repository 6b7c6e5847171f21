package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
)

const (
	// releasePatience is for how long a provider that has to clear first is asked again, every releaseAgain.
	releasePatience = 2 * time.Minute
	releaseAgain    = 2 * time.Second
	// What a consumer may ask of a provider: twice what asking for each of its channels, every releaseAgain, takes.
	releasesASecond = 2 * intent.Channels / int(releaseAgain/time.Second)
	releasesAtOnce  = 10 * releasesASecond
)

// answerRelease is the provider's side of a request for a release.
func (n *Node) answerRelease(self *Self, in session.Incoming) {
	r, err := session.AnswerRelease(n.ctx, in, n.cfg.Session, func(ctx context.Context, r session.ReleaseRequest) (intent.SignedRelease, error) {
		if !n.askers.Allow(r.Peer) {
			return intent.SignedRelease{}, session.Refuse(session.NoCapacity, nil)
		}
		signed, err := self.Clearer.Release(ctx, intent.Release{Consumer: r.Peer, Channel: r.Channel, Epoch: r.Epoch})
		if err != nil {
			return signed, session.Refuse(whyUnreleased(err), err)
		}
		return signed, nil
	})
	log := n.log.With("consumer", r.Peer, "channel", r.Channel, "epoch", r.Epoch)
	if err != nil {
		log.Debug("payment channel not released", "reason", err)
		return
	}
	log.Info("payment channel released")
}

// whyUnreleased is the reason that a consumer is told.
func whyUnreleased(err error) session.Reason {
	for _, known := range []struct {
		err    error
		reason session.Reason
	}{
		{payments.ErrChannelBusy, session.ChannelBusy}, {payments.ErrClearing, session.Clearing}, {payments.ErrDebt, session.InDebt},
		{payments.ErrNotHeld, session.NotHeld}, {payments.ErrNotWorth, session.NotWorth}, {payments.ErrChainStale, session.ChainLost},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return session.Internal
}

// errUnreleased says that a channel was not freed by its provider's release, and that nothing is on its way that could: its
// timed unlock is left.
var errUnreleased = errors.New("no release")

// release has a payment channel freed by its provider. Error: errUnreleased, with what a user is told.
func (n *Node) release(ctx context.Context, w *wallet, channel uint8, before chain.Channel, took look, progress func(Progress)) (Payment, error) {
	signed, err := n.askRelease(ctx, &w.self, intent.Release{Consumer: w.self.address(), Channel: channel, Epoch: before.Epoch}, before, progress)
	if err == nil {
		progress(Progress{Step: OpUnlock, Detail: "the provider has released it"})
		var paid Payment
		paid, err = w.relay(ctx, OpUnlock, relay.Release(signed), took, progress)
		if err == nil || errors.Is(err, relay.ErrUnheard) || !relay.NobodyTakes(err) {
			return paid, err
		}
	}
	if ctx.Err() != nil {
		return Payment{}, ctx.Err()
	}
	return Payment{}, fmt.Errorf("%w: %w", errUnreleased, err)
}

// askRelease asks a provider for its release of a payment channel, for as long as it is busy or clearing, and verifies it by
// what this node's own chain endpoints say of the channel.
func (n *Node) askRelease(ctx context.Context, self *Self, r intent.Release, held chain.Channel, progress func(Progress)) (intent.SignedRelease, error) {
	progress(Progress{Step: OpUnlock, Detail: fmt.Sprintf("asking provider %s to release payment channel %d", held.Provider, r.Channel)})
	peer, err := n.peerOf(ctx, held)
	if err != nil {
		return intent.SignedRelease{}, err
	}
	patience := cmp.Or(n.cfg.ReleasePatience, releasePatience)
	waiting := ctx // the first answer has the session's deadline, and no other
	var told session.Reason
	for {
		signed, err := session.AskRelease(waiting, session.To(self.Endpoint, peer), n.cfg.Session, session.ReleaseRequest{Channel: r.Channel, Epoch: r.Epoch})
		if err == nil {
			return signed, n.releases(signed, r, held)
		}
		n.log.Info("not released", "provider", held.Provider, "channel", r.Channel, "epoch", r.Epoch, "error", err)
		refusal := new(session.Refusal)
		switch {
		case errors.As(err, &refusal):
		case errors.Is(err, session.ErrMessage):
			return signed, fmt.Errorf("the provider's answer makes no sense: %w", err)
		case told == session.NoReason:
			return signed, ErrNoAnswer
		}
		if reason := refusal.Reason; reason != session.NoReason && reason != session.Clearing && reason != session.ChannelBusy {
			return signed, fmt.Errorf("%w: %s", ErrRefused, reason)
		} else if reason != told && reason != session.NoReason {
			if told == session.NoReason {
				var cancel context.CancelFunc
				waiting, cancel = context.WithTimeout(ctx, patience)
				defer cancel()
			}
			told = reason
			progress(Progress{Step: OpUnlock, Detail: fmt.Sprintf("%s; it is asked again for up to %s", waitsFor[reason], patience)})
		}
		if sleep(waiting, releaseAgain) != nil {
			return signed, fmt.Errorf("after %s %s", patience, waitsFor[told])
		}
	}
}

var waitsFor = map[session.Reason]string{
	session.Clearing:    "the provider has what was promised cleared and confirmed first",
	session.ChannelBusy: "the provider still has a session on it",
}

// peerOf is the way to a payment channel's provider, if that is announced.
func (n *Node) peerOf(ctx context.Context, held chain.Channel) (messaging.Peer, error) {
	found, err := n.Proposals(ctx, market.Filter{Provider: held.Provider})
	if err != nil {
		return messaging.Peer{}, err
	}
	err = fmt.Errorf("%w: it announces nothing, and so is not found", ErrNoAnswer)
	for _, proposal := range found {
		var peer messaging.Peer
		if peer, err = n.peer(ctx, proposal); err == nil {
			return peer, nil
		}
	}
	return messaging.Peer{}, err
}

// releases tells whether what a provider signed frees the channel, by what the chain says of it.
func (n *Node) releases(signed intent.SignedRelease, want intent.Release, held chain.Channel) error {
	domain := intent.Domain{ChainID: n.cfg.Network.ChainID, Contract: n.cfg.Network.Contracts.Payments}
	err := signed.Verify(domain)
	if err == nil && (signed.Provider != held.Provider || signed.Release != want) {
		err = errors.New("it is for something else")
	}
	if err != nil {
		return fmt.Errorf("the provider's release is not valid: %w", err)
	}
	return nil
}
