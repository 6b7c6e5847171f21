package relay

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// signedFee is a lock with a fee of the test's choice.
func (f *paid) signedFee(t *testing.T, key *identity.Key, lock intent.SignedLock, fee money.Amount) Intent {
	t.Helper()
	in := Lock(lock)
	in.Payment = new(must[intent.SignedRelay](t)(intent.SignRelay(key, intent.Relay{
		Relayer: f.payer.Address(), Fee: fee, Operation: lock.Digest(f.payments()),
	}, f.payments())))
	return in
}

func TestFeesThatAreRefused(t *testing.T) {
	f := newPaid(t)
	consumer, provider := f.funded(t, 1000*coin), newKey(t)
	lock := f.lock(t, consumer, provider.Address(), 0, coin)
	q := f.quote(t)
	fee := q.Fees[KindLock]

	f.refused(t, ReasonFee, Lock(lock))
	f.refused(t, ReasonFee, f.signedFee(t, consumer, lock, fee-1))
	low := f.signedFee(t, consumer, lock, fee-1)
	low.Quote = q
	f.refused(t, ReasonFee, low)
	f.refused(t, ReasonFee, Lock(lock, f.lock(t, consumer, provider.Address(), 1, coin)))
	f.refused(t, ReasonReverts, f.signedFee(t, consumer, lock, 2000*coin)) // the deposit does not cover it
	f.refused(t, ReasonReverts, f.signedFee(t, consumer, f.lock(t, consumer, provider.Address(), 0, 1000*coin), fee))

	good := f.signedFee(t, consumer, lock, fee)
	change := func(change func(*intent.SignedRelay)) Intent {
		in, payment := good, *good.Payment
		change(&payment)
		in.Payment = &payment
		return in
	}
	f.refused(t, ReasonSignature, change(func(p *intent.SignedRelay) { p.Fee++ }))
	f.refused(t, ReasonSignature, change(func(p *intent.SignedRelay) { p.Payer = provider.Address() }))
	f.refused(t, ReasonSignature, change(func(p *intent.SignedRelay) { p.Operation[0] ^= 1 }))
	f.refused(t, ReasonRelayer, change(func(p *intent.SignedRelay) { p.Relayer = provider.Address() }))
	f.refused(t, ReasonSignature, f.signedFee(t, provider, lock, fee)) // somebody else's deposit
	several := Clear(f.promise(t, consumer, provider.Address(), 0, 1), f.promise(t, consumer, consumer.Address(), 0, 1))
	for _, kind := range []Intent{several, Collect()} {
		f.refused(t, ReasonFee, kind) // nobody can be charged for it
		kind.Payment = good.Payment
		f.refused(t, ReasonMalformed, kind)
	}
	fund := f.fund(t, consumer, coin) // whose fee is zero
	f.refused(t, ReasonFee, fund)
	f.refused(t, ReasonFee, Onboard(*fund.Fund, *f.register(t, consumer).Register))
	if got := f.deposit(t, consumer.Address()); got != 1000*coin {
		t.Errorf("something was charged: %s left", got)
	}
	ticket := f.relay(t, good)
	if again := f.submit(t, f.signedFee(t, consumer, lock, fee+1)); again != ticket {
		t.Errorf("for another fee the same lock is %+v", again)
	}
	if got := f.deposit(t, consumer.Address()); got != 999*coin-fee {
		t.Errorf("%s left", got)
	}
}

// A release is its provider's to sign and its consumer's to pay for; without a fee it counts against who signed it.
func TestReleaseIsPaidByItsConsumer(t *testing.T) {
	f := newPaid(t)
	consumer, provider, poor := f.funded(t, 100*coin), f.funded(t, 100*coin), f.funded(t, coin)
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider.Address(), 0, coin))))
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider.Address(), 1, coin))))
	fee := f.quote(t).Fees[KindLock]
	f.relay(t, f.pay(t, poor, Lock(f.lock(t, poor, provider.Address(), 0, coin-fee))))
	release := func(of, by *identity.Key, channel uint8) Intent {
		return Release(must[intent.SignedRelease](t)(intent.SignRelease(by, intent.Release{Consumer: of.Address(), Channel: channel}, f.payments())))
	}
	asked, other := release(consumer, provider, 0), release(consumer, provider, 1)
	f.refused(t, ReasonFee, asked)
	f.refused(t, ReasonSignature, f.pay(t, provider, asked))
	f.refused(t, ReasonSignature, f.pay(t, poor, asked))
	swapped := f.pay(t, consumer, other)
	swapped.Release = asked.Release
	f.refused(t, ReasonSignature, swapped)
	f.refused(t, ReasonReverts, f.pay(t, consumer, release(consumer, consumer, 0))) // which frees nothing
	f.refused(t, ReasonReverts, f.pay(t, poor, release(poor, provider, 0)))         // everything is locked

	for who, in := range map[*identity.Key]Intent{consumer: f.pay(t, consumer, asked), provider: asked} {
		c := must[call](t)(f.service.coder.call(in, f.now))
		if len(c.parties) != 1 || c.parties[0] != who.Address() {
			t.Errorf("for the fee %s it counts against %x, want %s", c.fee, c.parties, who.Address())
		}
	}
	f.once(t, consumer, asked, 0)
}

// A fee is what the gas costs and the margin, to the unit, and rounded up.
func TestFee(t *testing.T) {
	gwei := big.NewInt(1e9)
	for _, c := range []struct {
		p    Pricing
		w    work
		want money.Amount
	}{
		{Pricing{Rate: 3000 * coin}, work{100_000, 0}, 300_000}, // 0.0001 of the chain's coins
		{Pricing{Rate: 3000 * coin}, work{50_000, 2}, 300_000},
		{Pricing{Rate: 3000 * coin, Margin: 2500}, work{100_000, 0}, 375_000},
		{Pricing{Rate: 1}, work{1, 0}, 1},
		{Pricing{Rate: 3000 * coin}, work{100_001, 0}, 300_003},
		{Pricing{Rate: 3*coin + 1}, work{100_000, 0}, 301},
	} {
		if got, err := c.p.fee(c.w, gasPrices{gwei, 25_000}); err != nil || got != c.want {
			t.Errorf("%+v of %+v: %d, %v; want %d", c.p, c.w, got, err, c.want)
		}
	}
	if fee, err := (Pricing{Rate: ^money.Amount(0)}).fee(work{1 << 40, 0}, gasPrices{gwei, 0}); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("%s, %v", fee, err)
	}
}

// A quote binds its relayer for a minute, whatever gas costs meanwhile, and nobody else's binds it.
func TestQuotes(t *testing.T) {
	f := newPaid(t)
	consumer, provider := f.funded(t, 1000*coin), newKey(t)
	lock := func(channel uint8, units money.Amount) Intent {
		return Lock(f.lock(t, consumer, provider.Address(), channel, units))
	}
	old := f.quote(t)
	in := f.pay(t, consumer, lock(0, coin))
	f.pricing.Rate *= 2 // the operator asks more from now on
	f.restart(t)
	f.now = f.now.Add(quoteLife - time.Second)
	if now := f.quote(t); now.Fees[KindLock] <= old.Fees[KindLock] {
		t.Fatalf("asks %s, asked %s", now.Fees[KindLock], old.Fees[KindLock])
	}
	f.relay(t, in)

	late := lock(1, coin)
	late = must[Intent](t)(old.Pay(late, consumer, 100*coin, f.payments(), f.registry()))
	f.now = f.now.Add(2 * time.Second)
	f.refused(t, ReasonQuote, late)
	for name, change := range map[string]func(*Quote){
		"fee":     func(q *Quote) { q.Fees = map[Kind]money.Amount{KindLock: 1} },
		"longer":  func(q *Quote) { q.ValidUntil += 3600 },
		"chain":   func(q *Quote) { q.ChainID++ },
		"network": func(q *Quote) { q.Payments[0] ^= 1 },
		"relayer": func(q *Quote) { q.Relayer = provider.Address() },
		"kind":    func(q *Quote) { q.Fees = map[Kind]money.Amount{"": 1} },
	} {
		forged := *f.quote(t)
		change(&forged)
		if err := forged.Verify(f.payments(), f.payer.Address()); !errors.Is(err, ErrQuote) {
			t.Errorf("%s: %v", name, err)
		}
		in := f.signedFee(t, consumer, late.Locks[0], f.quote(t).Fees[KindLock])
		in.Quote = &forged
		f.refused(t, ReasonQuote, in)
	}
}

func TestQuoteReadsBack(t *testing.T) {
	f := newPaid(t)
	q := f.quote(t)
	text := must[[]byte](t)(json.Marshal(q))
	var back Quote
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Verify(f.payments(), f.payer.Address()); err != nil || len(back.Fees) != len(works) {
		t.Fatalf("%s: %v", text, err)
	}
	for _, bad := range []string{`[]`, `{"signature":"0x00"}`, `{"fees":{"lock":-1}}`, strings.Replace(string(text), `"lock"`, `""`, 1)} {
		if err := json.Unmarshal([]byte(bad), &back); !errors.Is(err, ErrQuote) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	consumer := newKey(t)
	in := f.pay(t, consumer, Lock(f.lock(t, consumer, newKey(t).Address(), 3, coin)))
	for _, in := range []Intent{in, FreeChannel(consumer.Address(), 3), Onboard(*f.fund(t, consumer, coin).Fund, *f.register(t, consumer).Register)} {
		text := must[[]byte](t)(json.Marshal(in))
		var back Intent
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again := must[[]byte](t)(json.Marshal(back)); string(again) != string(text) {
			t.Errorf("%s reads back as %s", text, again)
		}
	}
}

// A signer states what it pays at most, and for what it can be asked.
func TestPayRefuses(t *testing.T) {
	f := newPaid(t)
	q, consumer := f.quote(t), newKey(t)
	lock := Lock(f.lock(t, consumer, newKey(t).Address(), 0, coin))
	for _, c := range []struct {
		in   Intent
		most money.Amount
		want error
	}{
		{lock, q.Fees[KindLock] - 1, ErrNotOffered},
		{lock, q.Fees[KindLock], nil},
		{Collect(), coin, ErrNotOffered},
		{Lock(lock.Locks[0], lock.Locks[0]), coin * 1000, ErrMalformed},
	} {
		if _, err := q.Pay(c.in, consumer, c.most, f.payments(), f.registry()); !errors.Is(err, c.want) {
			t.Errorf("%s for %s: %v", c.in.Kind, c.most, err)
		}
	}
}

// Without a rate a relayer works for nothing or not at all; with one, it may still do so where it cannot charge.
func TestPolicies(t *testing.T) {
	f := newPaid(t)
	consumer, provider := f.funded(t, 100*coin), newKey(t).Address()
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider, 0, 5*coin))))
	claim := Clear(f.promise(t, consumer, provider, 0, coin))
	with := func(p Pricing) { f.pricing = p; f.restart(t) }

	with(Pricing{})
	if q := f.quote(t); len(q.Fees) != 0 {
		t.Errorf("%v", q.Fees)
	}
	f.refused(t, ReasonFee, claim)
	f.refused(t, ReasonFee, f.register(t, consumer))
	with(Pricing{Rate: 3000 * coin, Free: true})
	f.refused(t, ReasonFee, claim)
	f.refused(t, ReasonFee, f.register(t, consumer))
	f.once(t, consumer, f.register(t, consumer), 0)
	with(Pricing{Free: true})
	f.relay(t, Clear(f.promise(t, consumer, provider, 0, 2*coin)))
	if q := f.quote(t); len(q.Fees) != len(kinds) || q.Fees[KindLock] != 0 {
		t.Errorf("%v", q.Fees)
	}
	f.relay(t, Lock(f.lock(t, consumer, provider, 0, 6*coin)))
}

// Whoever requested the unlock elsewhere has not paid for it here.
func TestUnlockIsPaidWithItsRequest(t *testing.T) {
	f := newPaid(t)
	consumer, provider := f.funded(t, 1000*coin), newKey(t).Address()
	f.relay(t, f.pay(t, consumer, Lock(f.lock(t, consumer, provider, 2, coin))))
	request := AskUnlock(must[intent.SignedRequestUnlock](t)(intent.SignRequestUnlock(consumer, intent.RequestUnlock{
		Channel: 2, ValidUntil: f.until(),
	}, f.payments())))
	paying := f.service
	f.service = NewService(f.withoutMemory(t))
	other := f.service.cfg
	f.service = paying
	f.relay(t, f.pay(t, consumer, request))
	f.Commit()
	f.service = NewService(other)
	f.refused(t, ReasonFee, FreeChannel(consumer.Address(), 2))
	f.service = paying
	f.relay(t, FreeChannel(consumer.Address(), 2))
	f.refused(t, ReasonFee, FreeChannel(consumer.Address(), 2)) // another epoch by now
}

// Whoever signs many cheap things is slowed down, and nobody else with him.
func TestFlooding(t *testing.T) {
	f := newPaid(t)
	a, b := f.funded(t, 100*coin), f.funded(t, 100*coin)
	provider := newKey(t).Address()
	f.service.cfg.CallsAtOnce = 3
	f.service = NewService(f.service.cfg)
	lock := func(key *identity.Key, units money.Amount) Intent {
		return f.pay(t, key, Lock(f.lock(t, key, provider, 0, units)))
	}
	for n := range money.Amount(3) {
		f.refused(t, ReasonReverts, f.pay(t, a, Lock(f.lock(t, a, provider, 0, 5000*coin)))) // takes nothing off
		f.relay(t, lock(a, n+1))
	}
	f.refused(t, ReasonBusy, lock(a, 9))
	f.submit(t, lock(b, 1))
	f.refused(t, ReasonBusy, lock(b, 2)) // a stranger's first is outstanding
	f.now = f.now.Add(callEvery)
	f.relay(t, lock(a, 9))
}

// What a consumer has cleared of dust uses up its provider's allowance; what was agreed to is cleared all the same, also
// while nothing else is taken on, and leaves the provider's allowance alone.
func TestDustDoesNotStarveWhatWasAgreedTo(t *testing.T) {
	f := newFixture(t)
	f.service.cfg.CallsAtOnce = 3
	f.service = NewService(f.service.cfg)
	provider, consumer := newKey(t).Address(), newKey(t)
	f.relay(t, f.fund(t, consumer, 50*coin))
	for channel := range uint8(2) {
		f.relay(t, Lock(f.lock(t, consumer, provider, channel, 10*coin)))
	}
	clearing := func(channel uint8, units money.Amount) Intent {
		return Clear(f.promise(t, consumer, provider, channel, units))
	}
	agreed := func(in Intent) Ticket {
		t.Helper()
		return must[Ticket](t)(f.service.SubmitAgreed(t.Context(), in))
	}
	var dust Ticket
	for n := range money.Amount(3) {
		dust = f.submit(t, clearing(1, n+1))
		f.refused(t, ReasonBusy, clearing(1, n+9)) // one of a stranger is outstanding, or the allowance is used up
		if n < 2 {
			f.now = f.now.Add(callEvery) // which that one took
			f.mine(t, dust.ID)
		}
	}
	rescue := agreed(clearing(0, 5*coin))
	if again := agreed(clearing(0, 5*coin)); again.ID != rescue.ID {
		t.Error("the same clearing got another ticket")
	}
	f.mine(t, dust.ID)
	if got := must[Ticket](t)(f.service.Status(t.Context(), rescue.ID)); got.State != StateMined {
		t.Fatalf("%+v", got)
	}
	f.refused(t, ReasonBusy, clearing(1, 9))
	agreed(clearing(0, 6*coin))
	f.now = f.now.Add(callEvery)
	f.submit(t, clearing(1, 9)) // though what was agreed to is outstanding

	for range 6 {
		known := newKey(t)
		f.known[known.Address()] = true
		f.submit(t, f.register(t, known))
	}
	full := newKey(t)
	f.known[full.Address()] = true
	f.refused(t, ReasonBusy, f.register(t, full))
	for n := range money.Amount(2) {
		agreed(clearing(0, (7+n)*coin))
	}
	if ticket, err := f.service.SubmitAgreed(t.Context(), clearing(0, 9*coin)); err == nil {
		t.Errorf("there is no end: %+v", ticket)
	}
}

// Away or out of gas, a relayer takes nothing on and charges nothing.
func TestAwayOrWithoutGasForAFee(t *testing.T) {
	f := newPaid(t)
	consumer := f.funded(t, 100*coin)
	in := f.pay(t, consumer, Lock(f.lock(t, consumer, newKey(t).Address(), 0, coin)))
	f.payer = newKey(t)
	f.restart(t)
	poor := f.pay(t, consumer, Lock(f.lock(t, consumer, newKey(t).Address(), 0, coin)))
	unavailable := func(in Intent) {
		t.Helper()
		if ticket, err := f.service.Submit(t.Context(), in); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%+v, %v", ticket, err)
		}
	}
	unavailable(poor)
	if err := f.Fund(t.Context(), f.payer.Address(), big.NewInt(1)); err != nil {
		t.Fatal(err)
	}
	unavailable(poor) // one wei is not enough either
	f.refused(t, ReasonRelayer, in)
	if err := f.client.Close(); err != nil {
		t.Fatal(err)
	}
	f.now = f.now.Add(quoteFresh)
	if _, err := f.service.Quote(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("quote: %v", err)
	}
	unavailable(poor)
}
