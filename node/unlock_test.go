package node

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// freeing are relayers that are asked one after the other to free a channel. One that asks a fee does it for nothing where it
// was paid with the request.
type freeing struct {
	*world
	quotes []relay.Quote
	paid   identity.Address // zero is nobody that is still there
	took   []relay.Intent
}

func (f *freeing) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	var errs []error
	for i := range f.quotes {
		q := &f.quotes[i]
		in, err := complete(q)
		if err == nil && in.Payment == nil && q.Fees[relay.KindUnlock] > 0 && q.Relayer != f.paid {
			err = &relay.Refusal{Reason: relay.ReasonFee}
		}
		if err == nil {
			f.took = append(f.took, in)
			return f.Submit(ctx, in)
		}
		if !relay.NobodyTakes(err) {
			return relay.Ticket{}, err
		}
		errs = append(errs, err)
	}
	return relay.Ticket{}, errors.Join(errs...)
}

// After the delay a channel is freed by whoever was paid for that or works for nothing, else for a fee that is shown before,
// and only then by the node itself.
func TestWhoUnlocks(t *testing.T) {
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	asking := func(who identity.Address, fee, first money.Amount) relay.Quote {
		return relay.Quote{Relayer: who, Fees: map[relay.Kind]money.Amount{relay.KindUnlock: fee, relay.KindFirstFee: first}}
	}
	nine, eight := identity.Address{9}, identity.Address{8}
	own := asking(key.Address(), 0, 0)
	for name, tc := range map[string]struct {
		quotes        []relay.Quote
		paid          identity.Address
		nonce         uint64
		deposit, most money.Amount
		shown, fee    money.Amount
		failed        error
	}{
		"who was paid":                   {[]relay.Quote{asking(nine, 5, 7), own}, nine, 0, 100, AnyFee, 12, 0, nil},
		"who was paid, as the second":    {[]relay.Quote{asking(eight, 4, 0), asking(nine, 5, 7)}, nine, 3, 100, AnyFee, 4, 0, nil},
		"who was paid, of all locked up": {[]relay.Quote{asking(nine, 5, 7)}, nine, 1, 0, AnyFee, 5, 0, nil},
		"another, when that one is gone": {[]relay.Quote{asking(eight, 6, 7), own}, nine, 3, 100, AnyFee, 6, 6, nil},
		"another, for the first fee":     {[]relay.Quote{asking(eight, 6, 7)}, nine, 0, 13, AnyFee, 13, 13, nil},
		"who works for nothing":          {[]relay.Quote{asking(eight, 6, 7), asking(nine, 0, 0)}, identity.Address{}, 3, 100, AnyFee, 0, 0, nil},
		"who asks what was agreed to":    {[]relay.Quote{asking(eight, 6, 7), asking(nine, 5, 7)}, identity.Address{}, 3, 100, 5, 6, 5, nil},
		"nobody for so little":           {[]relay.Quote{asking(eight, 6, 7)}, identity.Address{}, 3, 100, 5, 6, 0, ErrNotNow},
		"nobody, of all locked up":       {[]relay.Quote{asking(eight, 6, 7)}, identity.Address{}, 3, 5, AnyFee, 6, 0, ErrFunds},
		"the node itself":                {[]relay.Quote{asking(eight, 6, 7), own}, identity.Address{}, 3, 100, 5, 6, 0, nil},
	} {
		w := newWorld()
		f := &freeing{world: w, quotes: tc.quotes, paid: tc.paid}
		m := w.member(t, memberConfig{key: key, config: func(cfg *Config) { cfg.Gas, cfg.Relayer = meter{}, f }})
		w.deposits[key.Address()], w.payouts[key.Address()] = tc.deposit, tc.nonce
		w.channels[slot{key.Address(), 2}] = chain.Channel{Provider: identity.Address{7}, Locked: 1000, Epoch: 1, UnlockAt: time.Unix(1_700_000_000, 0)}
		counting := &signing{Signer: m.self.Signer}
		m.self.Signer = counting
		if q, err := m.Quote(t.Context(), QuoteRequest{Operation: OpUnlock, Channel: 2}); err != nil || q.RelayFee != tc.shown || counting.times != 0 {
			t.Errorf("%s: shown is %+v, %v", name, q, err)
		}
		paid, err := m.Unlock(t.Context(), UnlockRequest{Channel: 2, Most: tc.most}, quiet)
		if !errors.Is(err, tc.failed) || tc.failed == nil && (err != nil || paid.RelayFee != tc.fee || len(f.took) != 1) {
			t.Errorf("%s: %+v, %v by %+v", name, paid, err, f.took)
			continue
		}
		if got := w.deposits[key.Address()]; got != tc.deposit-tc.fee {
			t.Errorf("%s: the deposit is %s", name, got)
		}
		if tc.failed != nil || tc.fee == 0 {
			if want := map[bool]int{true: 1}[tc.failed == nil]; len(f.took) != want || want == 1 && f.took[0].Payment != nil || tc.failed == nil && counting.times != 0 {
				t.Errorf("%s: signed %d times, relayed %+v", name, counting.times, f.took)
			}
			continue
		}
		want := intent.CallDigest(intent.CallUnlock(key.Address(), 2), tc.nonce)
		if p := f.took[0].Payment; p == nil || p.Operation != want || p.Payer != key.Address() || p.Verify(m.wallet(m.self, 0).domain(identity.Address{3})) != nil {
			t.Errorf("%s: signed %+v", name, f.took[0])
		}
	}
}
