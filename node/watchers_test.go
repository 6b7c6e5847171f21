package node

import (
	"context"
	"errors"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments/handover"
	"github.com/mysteriumnetwork/myst/relay"
)

// keeping is a watcher that takes whatever it gets.
type keeping struct {
	quote relay.Quote
	fail  error
	held  []relay.Intent
}

func (k *keeping) Name() string                               { return "http://keeping" }
func (k *keeping) Quote(context.Context) (relay.Quote, error) { return k.quote, nil }
func (k *keeping) Hold(_ context.Context, in relay.Intent) error {
	k.held = append(k.held, in)
	return k.fail
}

// What a watcher asks is agreed to within the share and within what this node pays for anything, by the next nonce.
func TestWatchersFee(t *testing.T) {
	w, c := newWallet(t)
	w.chain = nonced{c, 6}
	domain := w.domain(identity.Address{3})
	w.network.Contracts.Payments = domain.Contract
	promise := intent.SignedPromise{Promise: intent.Promise{Provider: w.self.address(), Amount: 100}}
	for name, tc := range map[string]struct {
		quote   relay.Quote
		most    money.Amount
		fee     money.Amount
		fail    error
		refused bool
	}{
		"for nothing":                {quote: asking(9, 0, 0, 0), most: 0},
		"within the share":           {quote: asking(9, 10, 3, 5), most: 10, fee: 10},
		"more than the share":        {quote: asking(9, 11, 0, 0), most: 10, refused: true},
		"more than is paid":          {quote: asking(9, 41, 0, 0), most: 100, refused: true},
		"does not clear":             {quote: relay.Quote{Relayer: identity.Address{9}}, most: 100, refused: true},
		"refuses":                    {quote: asking(9, 0, 0, 0), fail: &relay.Refusal{Reason: relay.ReasonFull}, refused: true},
		"cannot be reached any more": {quote: asking(9, 0, 0, 0), fail: relay.ErrUnavailable},
	} {
		k := &keeping{quote: tc.quote, fail: tc.fail}
		consent, err := (&watcher{k, w}).Hold(t.Context(), promise, tc.most)
		if errors.Is(err, handover.ErrRefused) != tc.refused || (err == nil) != (!tc.refused && tc.fail == nil) || err == nil && consent.Fee != tc.fee {
			t.Errorf("%s: %+v, %v", name, consent, err)
		}
		if err != nil {
			continue
		}
		in := k.held[0]
		switch {
		case tc.fee == 0 && (in.Payment != nil || in.Nonce != 0):
			t.Errorf("%s: %+v is signed for nothing", name, in)
		case tc.fee > 0 && (in.Nonce != 6 || consent.Nonce != 6 || in.Payment.Relayer != tc.quote.Relayer || in.Payment.Fee != tc.fee || in.Payment.Verify(domain) != nil):
			t.Errorf("%s: %+v, %+v", name, in, consent)
		}
	}
}
