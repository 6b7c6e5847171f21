package relay

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

func (f *paid) earned(t *testing.T, who identity.Address) money.Amount {
	t.Helper()
	return must[chain.Earnings](t)(f.reader.Earnings(t.Context(), who)).Gross
}

// earns signs the fee that is asked for a clearing or a withdrawal.
func (f *paid) earns(t *testing.T, provider *identity.Key, in Intent) Intent {
	t.Helper()
	in.Nonce = must[uint64](t)(f.reader.WithdrawNonce(t.Context(), provider.Address()))
	return f.pay(t, provider, in)
}

// owed are promises of n consumers, each of 20 coins and of a lock that the provider did not know before.
func (f *paid) owed(t *testing.T, provider identity.Address, n int) (all []intent.SignedPromise) {
	t.Helper()
	for range n {
		consumer := f.funded(t, 100*coin)
		f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider, 0, 50*coin))))
		all = append(all, f.promise(t, consumer, provider, 0, 20*coin))
	}
	return all
}

// A provider without a deposit and without gas clears and withdraws, and pays of what it earned: to the unit.
func TestClearingAndWithdrawingForAFee(t *testing.T) {
	f := newPaid(t)
	before := newKey(t) // so that rows that the network has once are there
	f.relay(t, f.earns(t, before, Clear(f.owed(t, before.Address(), 1)...)))
	f.relay(t, f.earns(t, before, Withdraw(before.Address())))
	provider := newKey(t)
	f.clearsAndWithdraws(t, provider, 1)
	f.clearsAndWithdraws(t, provider, 20) // its earnings were emptied before
}

func (f *paid) clearsAndWithdraws(t *testing.T, provider *identity.Key, n int) {
	t.Helper()
	in := f.earns(t, provider, Clear(f.owed(t, provider.Address(), n)...))
	q, before, relayer := f.quote(t), f.earned(t, provider.Address()), f.gross(t)
	fee := q.Fees[KindClear] + money.Amount(n-1)*q.Fees[KindClearMore]
	if in.Nonce == 0 {
		fee += q.Fees[KindFirstFee]
	}
	told := f.told(t, in)
	ticket := f.relay(t, in)
	f.toldFits(t, told, ticket)
	if got, want := f.earned(t, provider.Address()), before+money.Amount(n)*20*coin-fee; fee == 0 || got != want {
		t.Errorf("%d cleared: earnings of %s, want %s", n, got, want)
	}
	if got := f.gross(t); got != relayer+fee {
		t.Errorf("%d cleared: the relayer earned %s, want %s", n, got-relayer, fee)
	}
	f.workFits(t, in, ticket)
	f.forgotten(t, in)
	f.refused(t, ReasonReverts, in) // there is nothing more to clear
	had := must[money.Amount](t)(f.reader.CoinBalance(t.Context(), provider.Address()))
	earned := f.earned(t, provider.Address())
	relayer = f.gross(t)
	in = f.earns(t, provider, Withdraw(provider.Address()))
	told = f.told(t, in)
	ticket = f.relay(t, in)
	f.toldFits(t, told, ticket)
	left := earned - in.Fee()
	if got := must[money.Amount](t)(f.reader.CoinBalance(t.Context(), provider.Address())) - had; got != left-(left*500+9_999)/10_000 {
		t.Errorf("%s withdrawn of %s", got, left)
	}
	if got := f.gross(t); got != relayer+in.Fee() || in.Fee() == 0 {
		t.Errorf("the relayer earned %s, want %s", got-relayer, in.Fee())
	}
	f.workFits(t, in, ticket)
	f.forgotten(t, in)
	f.refused(t, ReasonReverts, in)
}

// told is the gas that a user is told of a call for a fee: what it is estimated to be for nothing, and what the fee adds.
func (f *paid) told(t *testing.T, in Intent) uint64 {
	t.Helper()
	first := in.Nonce == 0
	in.Payment, in.Quote, in.Nonce = nil, nil, 0
	to, data, err := Call(f.network, f.payer.Address(), in, f.now)
	if err != nil {
		t.Fatal(err)
	}
	gas := must[uint64](t)(f.client.Gas(t.Context(), f.payer.Address(), to, data)) + Gas(in.Kind, true, 0)
	if first {
		gas += must[gasPrices](t)(f.service.gasPrices(t.Context())).slot
	}
	return gas
}

func (f *paid) toldFits(t *testing.T, told uint64, ticket Ticket) {
	t.Helper()
	used := f.gasOf(t, ticket)
	t.Logf("%d gas told, %d used", told, used)
	if told < used-used/10 || told > used+used/4 { // an estimate has room for what is refunded
		t.Errorf("%d gas told, %d used", told, used)
	}
}

// workFits holds what is charged for an intent to what it used.
func (f *paid) workFits(t *testing.T, in Intent, ticket Ticket) {
	t.Helper()
	w, _ := workOf(&in)
	slot := must[gasPrices](t)(f.service.gasPrices(t.Context())).slot
	used, assumed := f.gasOf(t, ticket), w.gas+w.slots*slot
	t.Logf("%s of %d: %d gas used, %d charged for; a slot is %d", in.Kind, len(in.Promises), used, assumed, slot)
	known := in.Kind == KindWithdraw && in.Nonce > 2 // who is paid has coins already
	if used > assumed || !known && used*5 < assumed*4 {
		t.Errorf("%s of %d used %d gas; %d are charged for, of which %d for each new slot", in.Kind, len(in.Promises), used, assumed, slot)
	}
}

func TestFeesOfEarningsThatAreRefused(t *testing.T) {
	f := newPaid(t)
	provider := newKey(t)
	promises := f.owed(t, provider.Address(), 2)
	for _, bare := range []Intent{Clear(promises...), Withdraw(provider.Address())} {
		good := f.earns(t, provider, bare)
		f.refused(t, ReasonFee, bare)
		change := func(change func(*Intent, *intent.SignedRelay)) Intent {
			in, payment := good, *good.Payment
			in.Payment = &payment
			change(&in, &payment)
			return in
		}
		f.refused(t, ReasonSignature, change(func(_ *Intent, p *intent.SignedRelay) { p.Fee++ }))
		f.refused(t, ReasonSignature, change(func(_ *Intent, p *intent.SignedRelay) { p.Payer = f.payer.Address() }))
		f.refused(t, ReasonSignature, change(func(in *Intent, _ *intent.SignedRelay) { in.Nonce++ }))
		f.refused(t, ReasonRelayer, change(func(_ *Intent, p *intent.SignedRelay) { p.Relayer = provider.Address() }))
		f.refused(t, ReasonMalformed, change(func(in *Intent, _ *intent.SignedRelay) { in.Payment, in.Nonce = nil, 1 }))
		f.refused(t, ReasonMalformed, change(func(in *Intent, _ *intent.SignedRelay) { in.Kind = KindCollect }))
		next := bare
		next.Nonce = 1 // not its turn, and so not the first
		f.refused(t, ReasonReverts, f.pay(t, provider, next))
		f.refused(t, ReasonSignature, f.earns(t, f.payer, bare)) // not who pays
	}
	one := f.earns(t, provider, Clear(promises[:1]...))
	one.Promises = promises // signed for the first alone, and for less
	f.refused(t, ReasonSignature, one)
	q := f.quote(t)
	if _, err := q.FeeOf(Clear(promises...), q.Fees[KindClear]); !errors.Is(err, ErrNotOffered) {
		t.Errorf("two for the fee of one: %v", err)
	}
	if got := f.earned(t, provider.Address()); got != 0 {
		t.Errorf("cleared %s", got)
	}
}

// A fee is at most a quarter of what is cleared, and of what is withdrawn.
func TestFeeAboveEarnings(t *testing.T) {
	f := newPaid(t)
	provider, consumer := newKey(t), f.funded(t, 100*coin)
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider.Address(), 0, 90*coin))))
	fees := f.quote(t).Fees
	clearing := func(total money.Amount) Intent {
		return f.earns(t, provider, Clear(f.promise(t, consumer, provider.Address(), 0, total)))
	}
	first := 4 * (fees[KindClear] + fees[KindFirstFee])
	f.refused(t, ReasonReverts, clearing(first-1))
	f.relay(t, clearing(first))
	if got := f.earned(t, provider.Address()); got != first/4*3 {
		t.Errorf("%d earned, want %d", got, first/4*3)
	}
	f.relay(t, f.earns(t, provider, Withdraw(provider.Address())))
	second := first + fees[KindClear] + 4*fees[KindWithdraw] - 1
	f.relay(t, clearing(second))
	f.refused(t, ReasonReverts, f.earns(t, provider, Withdraw(provider.Address())))
	f.relay(t, clearing(second+4*fees[KindClear]))
	f.relay(t, f.earns(t, provider, Withdraw(provider.Address())))
}

// Of two fees of earnings that name the same nonce one would be for nothing: a relayer takes one at a time of each provider.
func TestOneFeeOfEarningsAtATime(t *testing.T) {
	f := newPaid(t)
	provider := newKey(t)
	f.known[provider.Address()] = true
	f.relay(t, f.deposited(t, provider, coin, KindFund))
	promises := f.owed(t, provider.Address(), 3)
	f.relay(t, f.earns(t, provider, Clear(promises[0])))
	withdrawn := must[intent.SignedWithdrawDeposit](t)(intent.SignWithdrawDeposit(provider, intent.WithdrawDeposit{
		To: newKey(t).Address(), Units: 1, Nonce: 1, ValidUntil: f.until(),
	}, f.payments()))
	all := []Intent{
		f.earns(t, provider, Clear(promises[1])), f.earns(t, provider, Clear(promises[1:]...)), f.earns(t, provider, Withdraw(provider.Address())),
		f.pay(t, provider, WithdrawDeposit(withdrawn)),
	}
	first := f.submit(t, all[0])
	if again := f.submit(t, all[0]); again.ID != first.ID {
		t.Errorf("the same clearing is %s, and was %s", again.ID, first.ID)
	}
	for _, in := range all[1:] {
		f.refused(t, ReasonBusy, in)
	}
	if done := f.mine(t, first.ID); done.State != StateMined {
		t.Fatalf("%+v", done)
	}
	f.relay(t, f.earns(t, provider, Withdraw(provider.Address())))
}

// What was agreed to for a fee waits for no allowance, and for another fee that would exclude it.
func TestAgreedToForAFee(t *testing.T) {
	f := newPaid(t)
	provider := newKey(t)
	promises := f.owed(t, provider.Address(), 2)
	f.service.cfg.CallsAtOnce = 1
	f.service = NewService(f.service.cfg)
	f.relay(t, f.earns(t, provider, Clear(promises[0])))
	in, other := f.earns(t, provider, Clear(promises[1])), f.earns(t, provider, Withdraw(provider.Address()))
	f.refused(t, ReasonBusy, in)
	ticket := must[Ticket](t)(f.service.SubmitAgreed(t.Context(), in))
	var refusal *Refusal
	if _, err := f.service.SubmitAgreed(t.Context(), other); !errors.As(err, &refusal) || refusal.Reason != ReasonBusy {
		t.Errorf("another fee by the same nonce: %v", err)
	}
	if done := f.mine(t, ticket.ID); done.State != StateMined {
		t.Errorf("%+v", done)
	}
}

func TestFeesOfEarningsReadBack(t *testing.T) {
	f := newPaid(t)
	provider := newKey(t)
	for _, in := range []Intent{Clear(f.promise(t, newKey(t), provider.Address(), 1, coin)), Withdraw(provider.Address())} {
		in.Nonce = 1 << 60
		in = f.pay(t, provider, in)
		var back Intent
		text, err := json.Marshal(in)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || !reflect.DeepEqual(in, back) {
			t.Errorf("%s reads back as %+v, %v", text, back, err)
		}
	}
}
