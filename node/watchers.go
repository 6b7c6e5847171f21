package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments/handover"
	"github.com/mysteriumnetwork/myst/relay"
)

// Holder is a relayer that holds promises, such as hub/client's Hub.
type Holder interface {
	Name() string
	Quote(ctx context.Context) (relay.Quote, error)
	Hold(ctx context.Context, in relay.Intent) error
}

// watcher hands this identity's promises to a holder, with the consent to what it asks.
type watcher struct {
	Holder
	w *wallet
}

var _ handover.Watcher = (*watcher)(nil)

// Watcher returns a watcher of what an identity is promised.
func (n *Node) Watcher(signer identity.Signer, holder Holder) handover.Watcher {
	return &watcher{holder, n.wallet(&Self{Signer: signer}, AnyFee)}
}

// Nonce returns what an identity's next fee of earnings names.
func (n *Node) Nonce(ctx context.Context, signer identity.Signer) (uint64, error) {
	return n.wallet(&Self{Signer: signer}, 0).nextNonce(ctx)
}

// Hold implements handover.Watcher.
func (x *watcher) Hold(ctx context.Context, p intent.SignedPromise, most money.Amount) (handover.Consent, error) {
	q, err := x.Quote(ctx)
	if err != nil {
		return handover.Consent{}, err
	}
	in := relay.Clear(p)
	if _, err = q.FeeOf(in, 0); err != nil { // for nothing it does not
		within := *x.w
		within.most = min(x.w.most, most)
		if in.Nonce, err = x.w.nextNonce(ctx); err == nil {
			in, err = within.pay(&q, in)
		}
	}
	if err == nil {
		err = x.Holder.Hold(ctx, in)
	}
	var refusal *relay.Refusal
	if errors.Is(err, relay.ErrNotOffered) || errors.As(err, &refusal) {
		err = fmt.Errorf("%w: %w", handover.ErrRefused, err)
	}
	if err != nil {
		return handover.Consent{}, err
	}
	return handover.Consent{Fee: in.Fee(), Nonce: in.Nonce}, nil
}
