package relay

import (
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
)

// holds sees that what a user is told of a call's gas is what it used, within a tenth.
func (f *paid) holds(t *testing.T, kind Kind, forFee bool, ticket Ticket) {
	t.Helper()
	slot := must[gasPrices](t)(f.service.gasPrices(t.Context())).slot
	told, used := Gas(kind, forFee, slot), f.gasOf(t, ticket)
	t.Logf("%s, for a fee %v: %d used, %d told; a slot is %d", kind, forFee, used, told, slot)
	if told < used-used/10 || told > used+used/10 {
		t.Errorf("%s, for a fee %v: %d gas used, %d told", kind, forFee, used, told)
	}
}

// What a user is told before an operation is what its call really uses, by a relayer with fees and one without.
func TestGasThatIsTold(t *testing.T) {
	for _, forFee := range []bool{false, true} {
		f := newPaid(t)
		if !forFee { // then f.pay pays nothing
			f.pricing = Pricing{Free: true}
			f.restart(t)
		}
		f.funded(t, coin) // a relayer's first fee fills a slot of its own
		consumer, provider := newKey(t), newKey(t)
		does := func(in Intent) {
			t.Helper()
			if forFee && in.Fund == nil {
				key := consumer
				if in.Kind == KindBeneficiary {
					key = provider
				}
				in = f.pay(t, key, in)
			}
			f.holds(t, in.Kind, forFee, f.relay(t, in))
		}
		does(f.deposited(t, consumer, 1000*coin, KindFund))
		f.relay(t, f.deposited(t, provider, 1000*coin, KindFund))
		does(f.register(t, consumer))
		newcomer := newKey(t)
		funded := f.deposited(t, newcomer, 10*coin, KindOnboard)
		in := Onboard(*funded.Fund, *f.register(t, newcomer).Register)
		in.Quote = funded.Quote
		does(in)

		f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider.Address(), 0, 5*coin))))
		does(Lock(f.lock(t, consumer, provider.Address(), 0, 6*coin)))
		f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider.Address(), 1, 6*coin))))
		does(Release(must[intent.SignedRelease](t)(intent.SignRelease(provider, intent.Release{Consumer: consumer.Address(), Channel: 1}, f.payments()))))
		does(AskUnlock(must[intent.SignedRequestUnlock](t)(intent.SignRequestUnlock(consumer, intent.RequestUnlock{ValidUntil: f.until()}, f.payments()))))
		f.Commit() // the delay is a second
		f.relay(t, FreeChannel(consumer.Address(), 0))
		does(Reclaim(must[intent.SignedReclaim](t)(intent.SignReclaim(consumer, intent.Reclaim{Epoch: 1, ValidUntil: f.until()}, f.payments()))))
		does(WithdrawDeposit(must[intent.SignedWithdrawDeposit](t)(intent.SignWithdrawDeposit(consumer, intent.WithdrawDeposit{
			To: newKey(t).Address(), Units: 7 * coin, ValidUntil: uint32(f.now.Add(30 * time.Minute).Unix()),
		}, f.payments()))))
		does(SetBeneficiary(must[intent.SignedSetBeneficiary](t)(intent.SignSetBeneficiary(provider, intent.SetBeneficiary{
			Provider: provider.Address(), Beneficiary: newKey(t).Address(),
		}, f.payments()))))
	}
}
