package relay

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// another puts a relayer with another account, and a memory of its own, in the place of the present one.
func (f *paid) another(t *testing.T) {
	t.Helper()
	f.payer = newKey(t)
	if err := f.Fund(t.Context(), f.payer.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	cfg := f.withoutMemory(t)
	cfg.Signer = f.payer
	f.outbox, f.service = cfg.Outbox, NewService(cfg)
}

// asked has a channel locked and asked for, through the present relayer, and the delay over.
func (f *paid) asked(t *testing.T, consumer *identity.Key, channel uint8) {
	t.Helper()
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, newKey(t).Address(), channel, coin))))
	f.relay(t, f.pay(t, consumer, AskUnlock(must[intent.SignedRequestUnlock](t)(intent.SignRequestUnlock(consumer, intent.RequestUnlock{
		Channel: channel, ValidUntil: f.until(),
	}, f.payments())))))
	f.Commit() // the delay is a second
}

// The relayer that was paid with the request is gone when the delay is over: another frees the channel, for its fee out of
// the consumer's deposit, to the unit.
func TestUnlockByAnotherRelayer(t *testing.T) {
	f := newPaid(t)
	consumer := f.funded(t, 1000*coin)
	f.asked(t, consumer, 1)
	f.asked(t, consumer, 2)
	f.asked(t, consumer, 3)
	first := f.service
	f.another(t)
	f.funded(t, coin) // its first fee fills a slot of its own
	for _, channel := range []uint8{1, 2} {
		bare := FreeChannel(consumer.Address(), channel)
		f.refused(t, ReasonFee, bare)
		in := f.earns(t, consumer, bare)
		q, before, relayer := f.quote(t), f.deposit(t, consumer.Address()), f.gross(t)
		fee := q.Fees[KindUnlock]
		if in.Nonce == 0 {
			fee += q.Fees[KindFirstFee]
		}
		told := f.told(t, in)
		ticket := f.relay(t, in)
		f.toldFits(t, told, ticket)
		f.workFits(t, in, ticket)
		if got := f.deposit(t, consumer.Address()); fee == 0 || got != before-fee {
			t.Errorf("the deposit is %s, was %s; want %s less", got, before, fee)
		}
		if got := f.gross(t); got != relayer+fee {
			t.Errorf("the relayer earned %s, want %s", got-relayer, fee)
		}
		if c := must[chain.Channel](t)(f.reader.Channel(t.Context(), consumer.Address(), channel, 0)); !c.Provider.IsZero() {
			t.Errorf("it is not free: %+v", c)
		}
		f.forgotten(t, in)
		f.refused(t, ReasonReverts, in) // it is done
	}
	// Who was paid for the request still does it for nothing.
	before := f.deposit(t, consumer.Address())
	f.service, f.outbox = first, first.cfg.Outbox
	f.relay(t, FreeChannel(consumer.Address(), 3))
	if got := f.deposit(t, consumer.Address()); got != before {
		t.Errorf("the unlock took %s", before-got)
	}
}

// A fee to unlock is its consumer's to sign: by its next nonce, for this channel and this relayer, when it is time.
func TestUnlockFeesThatAreRefused(t *testing.T) {
	f := newPaid(t)
	consumer, poor := f.funded(t, 1000*coin), f.funded(t, 100*coin)
	f.asked(t, consumer, 1)
	f.asked(t, poor, 1)
	f.relay(t, f.pay(t, poor, WithdrawDeposit(must[intent.SignedWithdrawDeposit](t)(intent.SignWithdrawDeposit(poor, intent.WithdrawDeposit{
		To: newKey(t).Address(), Units: f.deposit(t, poor.Address()) - f.quote(t).Fees[KindWithdrawDeposit] - 1, ValidUntil: f.until(),
	}, f.payments())))))
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, poor.Address(), 2, coin)))) // not asked for
	f.another(t)
	bare := FreeChannel(consumer.Address(), 1)
	good := f.earns(t, consumer, bare)
	change := func(change func(*Intent, *intent.SignedRelay)) Intent {
		in, payment := good, *good.Payment
		in.Payment = &payment
		change(&in, &payment)
		return in
	}
	f.refused(t, ReasonFee, bare)
	f.refused(t, ReasonSignature, change(func(_ *Intent, p *intent.SignedRelay) { p.Fee++ }))
	f.refused(t, ReasonSignature, change(func(_ *Intent, p *intent.SignedRelay) { p.Payer = poor.Address() }))
	f.refused(t, ReasonSignature, change(func(in *Intent, _ *intent.SignedRelay) { in.Nonce++ }))
	f.refused(t, ReasonSignature, change(func(in *Intent, _ *intent.SignedRelay) { in.Unlock = &Unlock{consumer.Address(), 2} }))
	f.refused(t, ReasonRelayer, change(func(_ *Intent, p *intent.SignedRelay) { p.Relayer = poor.Address() }))
	f.refused(t, ReasonMalformed, change(func(in *Intent, _ *intent.SignedRelay) { in.Payment, in.Nonce = nil, 1 }))
	f.refused(t, ReasonSignature, f.pay(t, poor, bare)) // somebody else's deposit
	low := bare
	low.Nonce = 1 // which is not its turn, and so takes no first fee
	f.refused(t, ReasonReverts, f.pay(t, consumer, low))
	f.refused(t, ReasonReverts, f.earns(t, consumer, FreeChannel(consumer.Address(), 2)))
	f.refused(t, ReasonReverts, f.earns(t, poor, FreeChannel(poor.Address(), 1))) // nothing is left to pay from

	var back Intent
	text := must[[]byte](t)(json.Marshal(good))
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(good, back) {
		t.Errorf("%s reads back as %+v, %v", text, back, err)
	}
	good.Nonce = 1 << 60
	good = f.pay(t, consumer, good)
	text = must[[]byte](t)(json.Marshal(good))
	back = Intent{}
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(good, back) {
		t.Errorf("%s reads back as %+v, %v", text, back, err)
	}
	f.relay(t, f.earns(t, consumer, bare))
}
