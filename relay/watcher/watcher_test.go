package watcher

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// The newest promise is cleared when its consumer asks for the unlock, not before, and then forgotten.
func TestClearsWhenAnUnlockIsAskedFor(t *testing.T) {
	w := newWorld(t)
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, coin))
	w.hold(t, w.promise(t, consumer, provider, 2*coin))
	w.hold(t, w.promise(t, consumer, provider, 2*coin)) // again
	w.refused(t, relay.ReasonStale, w.promise(t, consumer, provider, coin))
	if n := w.held(t, provider); n != 1 {
		t.Fatalf("%d promises are held of one channel", n)
	}
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 0)

	w.ask(t, consumer)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 2*coin)
	w.pass(t)
	if n := w.held(t, provider); n != 1 {
		t.Error("it was forgotten before its clearing was deep enough")
	}
	w.Commit()
	w.Commit()
	w.pass(t)
	if n := w.held(t, provider); n != 0 {
		t.Error("what is cleared is still held")
	}
}

// A request that was on chain before the promise was handed over counts too.
func TestAskedBeforeItIsHanded(t *testing.T) {
	w := newWorld(t)
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.ask(t, consumer)
	w.hold(t, w.promise(t, consumer, provider, 2*coin))
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 2*coin)
	// One that came while it was handed over is found by looking, whatever was read of the events.
	late := w.lock(t, provider, 5*coin)
	w.change = func(c *Config) { c.Chain = blind{Chain: w.reader, once: new(bool)} }
	w.restart(t)
	w.ask(t, late)
	w.hold(t, w.promise(t, late, provider, 3*coin))
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 5*coin)
}

// blind is a chain that does not tell of a request to unlock the first time.
type blind struct {
	Chain
	once *bool
}

func (b blind) Channel(ctx context.Context, who identity.Address, id uint8, confirmations uint64) (chain.Channel, error) {
	c, err := b.Chain.Channel(ctx, who, id, confirmations)
	if !*b.once {
		*b.once, c.UnlockAt = true, time.Time{}
	}
	return c, err
}

// An endpoint that is behind the one which told of the request does not keep the promise from being cleared.
func TestAskedByTheEventAlone(t *testing.T) {
	w := newWorld(t)
	w.change = func(c *Config) { c.Chain = forgetful{w.reader} }
	w.restart(t)
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, 2*coin))
	w.ask(t, consumer)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 2*coin)
}

// forgetful is a chain whose channels never tell that an unlock was asked for.
type forgetful struct{ Chain }

func (f forgetful) Channel(ctx context.Context, who identity.Address, id uint8, confirmations uint64) (chain.Channel, error) {
	c, err := f.Chain.Channel(ctx, who, id, confirmations)
	c.UnlockAt = time.Time{}
	return c, err
}

// An event, or a larger promise, that comes while a promise is looked at is not lost by what was found of the older state.
func TestChangedWhileLookedAt(t *testing.T) {
	w := newWorld(t)
	during := &during{Chain: forgetful{w.reader}}
	w.change = func(c *Config) { c.Chain, c.Pace.Sweep = during, time.Hour }
	w.restart(t)
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, coin))
	during.do = func() { w.ask(t, consumer) }
	w.pass(t)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, coin)
	w.Commit()
	w.Commit()
	during.do = func() { w.hold(t, w.promise(t, consumer, provider, 3*coin)) }
	w.pass(t) // finds what was cleared
	if n := w.held(t, provider); n != 1 {
		t.Fatal("the larger promise is gone")
	}
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 3*coin)
}

// during is a chain that does something the next time that it is read.
type during struct {
	Chain
	do func()
}

func (d *during) Channel(ctx context.Context, who identity.Address, id uint8, confirmations uint64) (chain.Channel, error) {
	if do := d.do; do != nil {
		d.do = nil
		defer do()
	}
	return d.Chain.Channel(ctx, who, id, confirmations)
}

// A process that dies between the event and its answer knows of it afterwards, and so does one that was away.
func TestRestartBetweenEventAndClearing(t *testing.T) {
	w := newWorld(t)
	w.change = func(c *Config) { c.Chain = forgetful{w.reader} } // only the event tells
	w.restart(t)
	provider := w.provider(t)
	first, second := w.lock(t, provider, 5*coin), w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, first, provider, 2*coin))
	w.hold(t, w.promise(t, second, provider, coin))
	w.ask(t, first)
	w.restart(t)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 2*coin)
	deaf := w.watcher
	w.watcher = New(Config{Client: w.client, DB: w.db, Domain: intent.Domain{ChainID: w.network.ChainID, Contract: w.payer.Address()}}) // hears of nothing
	w.ask(t, second)
	w.watcher = deaf
	w.restart(t)
	w.pass(t)
	w.mine(t) // reads the event
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 3*coin)
}

// A request that a reorganisation takes back is none; one that it puts elsewhere is one.
func TestReorganisedRequest(t *testing.T) {
	for name, drop := range map[string]bool{"dropped": true, "elsewhere": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			relayer := &failing{}
			w.change = func(c *Config) { c.Chain, c.Relayer = forgetful{w.reader}, relayer } // only the event tells
			w.restart(t)
			relayer.Relayer = w.service
			provider := w.provider(t)
			consumer := w.lock(t, provider, 5*coin)
			w.hold(t, w.promise(t, consumer, provider, 2*coin))
			w.Commit()
			w.ask(t, consumer)
			if err := errors.Join(w.Reorg(1, drop), w.watcher.Sync(t.Context())); err != nil {
				t.Fatal(err)
			}
			if drop { // the outbox would send it again
				w.pass(t)
				if n := w.held(t, provider); n != 1 || relayer.submitted != 0 {
					t.Errorf("%d are held, %d were submitted for a request that is none", n, relayer.submitted)
				}
			}
			w.mine(t)
			w.pass(t)
			w.mine(t)
			w.earned(t, provider, 2*coin)
		})
	}
}

// What was submitted and had no effect is submitted again.
func TestSubmitsAgain(t *testing.T) {
	w := newWorld(t)
	failing := &failing{Relayer: w.service, times: 2}
	w.change = func(c *Config) { c.Relayer = failing }
	w.restart(t)
	failing.Relayer = w.service
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, 2*coin))
	w.ask(t, consumer)
	for range 3 {
		w.earned(t, provider, 0)
		w.pass(t)
		w.mine(t)
	}
	w.earned(t, provider, 2*coin)
}

// A promise that grows after the unlock was asked for is cleared at the pace of tries, not each time that it has grown.
func TestGrowingPromiseIsNotClearedEachTime(t *testing.T) {
	w := newWorld(t)
	counting := &failing{}
	w.change = func(c *Config) { c.Relayer, c.Pace.Retry, c.Pace.LastRetry = counting, time.Hour, time.Hour }
	w.restart(t)
	counting.Relayer = w.service
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.ask(t, consumer)
	for i := range money.Amount(5) {
		w.hold(t, w.promise(t, consumer, provider, coin+i))
		w.pass(t)
		w.mine(t)
	}
	w.earned(t, provider, coin)
	if counting.submitted != 1 {
		t.Errorf("submitted %d times", counting.submitted)
	}
	counting.submitted = 0
	w.change = func(c *Config) { c.Relayer, c.Pace.Retry, c.Pace.LastRetry = counting, 1, 1 }
	w.restart(t)
	counting.Relayer = w.service
	w.hold(t, w.promise(t, consumer, provider, coin+5))
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, coin+5)
}

// failing is a relayer that counts what it gets, and does not take it the first times.
type failing struct {
	Relayer
	times, submitted int
}

func (f *failing) SubmitAgreed(ctx context.Context, in relay.Intent) (relay.Ticket, error) {
	if f.submitted++; f.submitted <= f.times {
		return relay.Ticket{}, relay.ErrUnavailable
	}
	return f.Relayer.SubmitAgreed(ctx, in)
}

func TestRefusedPromises(t *testing.T) {
	w := newWorld(t)
	provider, stranger := w.provider(t), newKey(t)
	consumer := w.lock(t, provider, 5*coin)
	good := w.promise(t, consumer, provider, 2*coin)
	forged := w.promise(t, consumer, provider, 2*coin)
	forged.Promises[0].Amount++
	elsewhere := w.domain()
	elsewhere.ChainID++
	foreign := relay.Clear(must[intent.SignedPromise](t)(intent.SignPromise(consumer, good.Promises[0].Promise, elsewhere)))
	later := good.Promises[0].Promise
	later.Epoch++
	other := good.Promises[0].Promise
	other.Provider = w.provider(t).Address()
	sign := func(p intent.Promise) relay.Intent {
		return relay.Clear(must[intent.SignedPromise](t)(intent.SignPromise(consumer, p, w.domain())))
	}
	w.refused(t, relay.ReasonSignature, forged)
	w.refused(t, relay.ReasonSignature, foreign)
	w.refused(t, relay.ReasonReverts, sign(later))
	w.refused(t, relay.ReasonReverts, sign(other))
	w.refused(t, relay.ReasonReverts, w.promise(t, newKey(t), provider, coin)) // nothing is locked
	w.refused(t, relay.ReasonMalformed, relay.Clear(good.Promises[0], good.Promises[0]))
	w.refused(t, relay.ReasonMalformed, relay.Withdraw(provider.Address()))
	w.refused(t, relay.ReasonMalformed, relay.Intent{})
	unbonded := w.lock(t, stranger, 5*coin)
	w.refused(t, relay.ReasonBond, w.promise(t, unbonded, stranger, coin))

	if _, err := w.service.Submit(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	w.mine(t)
	w.refused(t, relay.ReasonReverts, good) // is cleared
	w.hold(t, w.promise(t, consumer, provider, 2*coin+1))
}

// A provider's promises are bounded, and so are all: what brings more takes the place of what brings less.
func TestBounds(t *testing.T) {
	w := newWorld(t)
	w.change = func(c *Config) { c.PerProvider, c.InAll = 2, 3 }
	w.restart(t)
	provider, other, third := w.provider(t), w.provider(t), w.provider(t)
	var consumers []*identity.Key
	for range 4 {
		consumers = append(consumers, w.lock(t, provider, 5*coin))
	}
	w.hold(t, w.promise(t, consumers[0], provider, 2*coin))
	w.hold(t, w.promise(t, consumers[1], provider, 3*coin))
	w.refused(t, relay.ReasonFull, w.promise(t, consumers[2], provider, 2*coin))
	w.hold(t, w.promise(t, consumers[2], provider, 4*coin)) // instead of the first
	w.refused(t, relay.ReasonFull, w.promise(t, consumers[0], provider, 2*coin))
	w.hold(t, w.promise(t, consumers[1], provider, 5*coin)) // a replacement needs no room
	w.hold(t, w.promise(t, w.lock(t, other, 5*coin), other, coin))
	if n := w.held(t, provider); n != 2 {
		t.Errorf("%d are held", n)
	}
	w.refused(t, relay.ReasonFull, w.promise(t, w.lock(t, third, 5*coin), third, coin))
}

// Of an epoch that is over nothing is held, however much of it was cleared.
func TestEpochIsOver(t *testing.T) {
	w := newWorld(t)
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, 2*coin))
	release := must[intent.SignedRelease](t)(intent.SignRelease(provider, intent.Release{Consumer: consumer.Address()}, w.domain()))
	w.send(t, "release", w.network.Contracts.Payments, release.Call())
	w.pass(t)
	if n := w.held(t, provider); n != 1 {
		t.Error("it was forgotten before its end was deep enough")
	}
	w.Commit()
	w.Commit()
	w.pass(t)
	if n := w.held(t, provider); n != 0 {
		t.Error("it is still held")
	}
	w.earned(t, provider, 0)
}

// Who charges for clearing holds only what pays, by the provider's next nonce; what was agreed to stands when gas is dearer.
func TestForAFee(t *testing.T) {
	w := newWorld(t)
	w.pricing = relay.Pricing{Rate: 3000 * coin}
	w.restart(t)
	provider := w.provider(t)
	consumer, other := w.lock(t, provider, 50*coin), w.lock(t, provider, 50*coin)
	q := must[relay.Quote](t)(w.service.Quote(t.Context()))
	pay := func(consumer *identity.Key, units money.Amount, nonce uint64, q relay.Quote) relay.Intent {
		in := w.promise(t, consumer, provider, units)
		in.Nonce = nonce
		return must[relay.Intent](t)(q.Pay(in, provider, 100*coin, w.domain(), w.domain()))
	}
	cheap := q
	cheap.Fees = map[relay.Kind]money.Amount{relay.KindClear: 1}
	w.refused(t, relay.ReasonFee, w.promise(t, consumer, provider, 20*coin))
	w.refused(t, relay.ReasonQuote, pay(consumer, 20*coin, 0, cheap))
	w.refused(t, relay.ReasonReverts, pay(consumer, 20*coin, 1, q)) // not the next nonce
	first, second := pay(consumer, 20*coin, 0, q), pay(other, 20*coin, 0, q)
	w.hold(t, first)
	w.hold(t, second)

	w.pricing.Rate *= 2
	w.restart(t)
	w.ask(t, consumer)
	w.pass(t)
	w.mine(t)
	fee := first.Fee()
	w.earned(t, provider, 20*coin-fee)
	w.earned(t, w.payer, fee)

	// The other fee was signed for the same nonce: nothing comes of it until the provider signs again.
	w.ask(t, other)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 20*coin-fee)
	again := pay(other, 20*coin, 1, must[relay.Quote](t)(w.service.Quote(t.Context())))
	w.hold(t, again)
	w.refused(t, relay.ReasonReverts, second)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 40*coin-fee-again.Fee())
}

// Who charges no more takes the same promises without a consent, whichever nonce the consent that it holds is by.
func TestNoFeeAnyMore(t *testing.T) {
	w := newWorld(t)
	w.pricing = relay.Pricing{Rate: 3000 * coin}
	w.restart(t)
	provider := w.provider(t)
	q := must[relay.Quote](t)(w.service.Quote(t.Context()))
	var consumers [3]*identity.Key
	for i, nonce := range []uint64{0, 0, 1} {
		consumers[i] = w.lock(t, provider, 50*coin)
		in := w.promise(t, consumers[i], provider, 20*coin)
		in.Nonce = nonce
		in = must[relay.Intent](t)(q.Pay(in, provider, 100*coin, w.domain(), w.domain()))
		w.hold(t, in)
		if i == 1 {
			w.ask(t, consumers[0])
			w.pass(t)
			w.mine(t)
			w.earned(t, provider, 20*coin-in.Fee())
		}
	}
	paid := must[chain.Earnings](t)(w.reader.Earnings(t.Context(), w.payer.Address())).Gross
	w.pricing = relay.Pricing{Free: true}
	w.restart(t)
	for _, consumer := range consumers[1:] {
		w.hold(t, w.promise(t, consumer, provider, 20*coin))
		w.ask(t, consumer)
	}
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 60*coin-paid)
}

// Two networks in one database do not hear of each other: the same two, with the same channel and epoch, at another contract,
// where the unlock is asked for.
func TestOtherNetwork(t *testing.T) {
	w := newWorld(t)
	here, there := &noting{}, &noting{}
	w.change = func(c *Config) { c.Relayer = here }
	w.restart(t)
	provider := w.provider(t)
	consumer := w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, 2*coin))
	first := w.watcher

	at := must[contracts.Addresses](t)(w.Deploy(t.Context(), contracts.Config{UnlockDelay: time.Second}))
	w.network = &chain.Network{ChainID: w.network.ChainID, Contracts: chain.Contracts{
		Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
	}}
	cfg := first.cfg
	cfg.Chain, cfg.Domain, cfg.Relayer = chain.NewPayments(w.client, w.network.Contracts), w.domain(), there
	w.watcher = New(cfg)
	w.lockBy(t, consumer, provider, 5*coin)
	w.hold(t, w.promise(t, consumer, provider, 3*coin))
	w.ask(t, consumer)

	for _, each := range []*Watcher{first, w.watcher, first} {
		if err := errors.Join(each.Sync(t.Context()), each.Pass(t.Context())); err != nil {
			t.Fatal(err)
		}
		w.watcher = each
		if n := w.held(t, provider); n != 1 {
			t.Errorf("%d are held", n)
		}
	}
	if len(here.got) != 0 || len(there.got) != 1 || there.got[0].Promises[0].Amount != 3*coin {
		t.Errorf("submitted %+v, and where it was asked for %+v", here.got, there.got)
	}
}

// noting is a relayer that takes everything, and does nothing.
type noting struct{ got []relay.Intent }

func (*noting) Accepts(context.Context, relay.Intent) error { return nil }

func (n *noting) SubmitAgreed(_ context.Context, in relay.Intent) (relay.Ticket, error) {
	n.got = append(n.got, in)
	return relay.Ticket{}, nil
}
