package node

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// several are relayers that are asked one after the other, as the hubs' client and the node's own gas are.
type several struct {
	Relayer
	quotes  []relay.Quote
	took    []relay.Intent
	avoided []string
	busy    identity.Address // has too much to do; zero is nobody
}

func (s *several) Avoid(ticket string) { s.avoided = append(s.avoided, ticket) }

func (s *several) Order(_ context.Context, complete relay.Complete) (relay.Ticket, error) {
	var errs []error
	for i := range s.quotes {
		in, err := complete(&s.quotes[i])
		if err == nil && s.quotes[i].Relayer == s.busy {
			err = &relay.Refusal{Reason: relay.ReasonBusy}
		}
		if err == nil {
			s.took = append(s.took, in)
			return relay.Ticket{ID: "1", State: relay.StateMined, Transaction: "0x1", Block: 1}, nil
		}
		errs = append(errs, err)
	}
	return relay.Ticket{}, errors.Join(errs...)
}

type nonced struct {
	*charging
	nonce uint64
}

func (n nonced) WithdrawNonce(context.Context, identity.Address) (uint64, error) { return n.nonce, nil }

func asking(who byte, one, more, first money.Amount) relay.Quote {
	return relay.Quote{Relayer: identity.Address{who}, Fees: map[relay.Kind]money.Amount{
		relay.KindClear: one, relay.KindClearMore: more, relay.KindFirstFee: first,
	}}
}

// A clearing goes to whoever does it for nothing, else for a fee within the bounds, and only then to the node itself.
func TestWhoClears(t *testing.T) {
	w, c := newWallet(t)
	own := asking(0, 0, 0, 0)
	own.Relayer = w.self.address()
	domain := w.domain(identity.Address{3})
	promise := intent.SignedPromise{Promise: intent.Promise{Provider: w.self.address(), Amount: 100}}
	for name, tc := range map[string]struct {
		quotes   []relay.Quote
		nonce    uint64
		most     money.Amount
		promises int
		who      identity.Address // zero: nobody
		fee      money.Amount
	}{
		"for nothing":             {[]relay.Quote{asking(9, 5, 0, 0), asking(8, 0, 0, 0), own}, 0, 100, 1, identity.Address{8}, 0},
		"for a fee":               {[]relay.Quote{asking(9, 5, 3, 7), own}, 4, 100, 1, identity.Address{9}, 5},
		"the first fee":           {[]relay.Quote{asking(9, 5, 3, 7), own}, 0, 100, 1, identity.Address{9}, 12},
		"for more promises":       {[]relay.Quote{asking(9, 5, 3, 7)}, 1, 100, 4, identity.Address{9}, 14},
		"at who asks less":        {[]relay.Quote{asking(9, 5, 3, 7), asking(8, 4, 0, 0)}, 1, 4, 1, identity.Address{8}, 4},
		"above the share":         {[]relay.Quote{asking(9, 5, 3, 7)}, 1, 4, 1, identity.Address{}, 0},
		"above the node's bound":  {[]relay.Quote{asking(9, 41, 3, 7)}, 1, 100, 1, identity.Address{}, 0},
		"with gas of its own":     {[]relay.Quote{asking(9, 5, 3, 7), own}, 1, 4, 1, own.Relayer, 0},
		"where nobody is charged": {[]relay.Quote{{Relayer: identity.Address{9}}, own}, 1, 4, 1, own.Relayer, 0},
	} {
		s := &several{quotes: tc.quotes}
		w.relayer, w.chain = s, nonced{c, tc.nonce}
		promises := make([]intent.SignedPromise, tc.promises)
		for i := range promises {
			promises[i] = promise
		}
		got, err := (&claims{w: w}).Claim(t.Context(), promises, tc.most)
		if tc.who.IsZero() {
			if !errors.Is(err, relay.ErrNotOffered) || len(s.took) != 0 {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			continue
		}
		if err != nil || got.Fee != tc.fee || len(s.took) != 1 || !got.Mined {
			t.Errorf("%s: %+v, %v; want a fee of %d", name, got, err, tc.fee)
			continue
		}
		p := s.took[0].Payment
		if tc.fee == 0 {
			if p != nil || s.took[0].Nonce != 0 {
				t.Errorf("%s: signed %+v", name, s.took[0])
			}
			continue
		}
		call, err := intent.CallClearPacked(promises)
		if err != nil || p == nil || p.Relayer != tc.who || p.Verify(domain) != nil || p.Operation != intent.CallDigest(call, tc.nonce) {
			t.Errorf("%s: signed %+v, %v", name, p, err)
		}
	}
}

// Who says to clear for nothing and does not is not waited for again at once, even where nobody else does it for nothing.
func TestWhoClearsForNothingInVain(t *testing.T) {
	w, c := newWallet(t)
	s := &several{quotes: []relay.Quote{asking(9, 5, 0, 0), asking(8, 0, 0, 0)}}
	now := time.Unix(1_800_000_000, 0)
	w.relayer, w.chain, w.clock = s, nonced{c, 1}, func() time.Time { return now }
	claimer := &claims{w: w}
	promise := intent.SignedPromise{Promise: intent.Promise{Provider: w.self.address(), Amount: 100}}
	told := ""
	for i, want := range []money.Amount{0, 5, 0} {
		got, err := claimer.Claim(t.Context(), []intent.SignedPromise{promise}, 25)
		if err != nil || got.Fee != want {
			t.Errorf("claim %d for a fee of %d, %v; want %d", i, got.Fee, err, want)
		}
		if i == 0 {
			claimer.Avoid(got.ID)
			told = got.ID
		} else {
			now = now.Add(avoidFree)
		}
	}
	if len(s.avoided) != 1 || s.avoided[0] != told {
		t.Errorf("avoided are who issued %v", s.avoided)
	}
}

// Who would clear for nothing is waited for for a while, and then who asks a fee is not.
func TestABusyRelayerIsNotWaitedForWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c := newWallet(t)
		s := &several{quotes: []relay.Quote{asking(9, 5, 0, 0), asking(8, 0, 0, 0)}, busy: identity.Address{8}}
		w.relayer, w.chain = s, nonced{c, 1}
		promise := intent.SignedPromise{Promise: intent.Promise{Provider: w.self.address(), Amount: 100}}
		began := time.Now()
		got, err := (&claims{w: w}).Claim(t.Context(), []intent.SignedPromise{promise}, 25)
		if waited := time.Since(began); err != nil || got.Fee != 5 || waited != formWait {
			t.Errorf("%+v, %v after %s", got, err, waited)
		}
	})
}

// While a claim is under way no other fee is signed by the same nonce, and none while a withdrawal is.
func TestOneNonceAtATime(t *testing.T) {
	w, c := newWallet(t)
	clearer := payments.NewClearer(payments.ClearerConfig{})
	n := &Node{cfg: Config{Chain: c, Network: w.network}, nonced: make(chan struct{}, 1)}
	self := &Self{Signer: w.self.Signer, Clearer: clearer}
	done, err := n.aloneWithNonce(t.Context(), self, OpWithdraw)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := clearer.Alone(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a claim begins: %v", err)
	}
	done()
	cleared, err := clearer.Alone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.aloneWithNonce(ended, self, OpWithdraw); !errors.Is(err, context.Canceled) {
		t.Errorf("a withdrawal begins: %v", err)
	}
	cleared()
	if done, err = n.aloneWithNonce(t.Context(), self, OpWithdraw); err != nil {
		t.Fatal(err)
	}
	done()
}
