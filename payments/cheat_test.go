package payments

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// changeBills lets a cheat rewrite what the provider sends.
func (r *run) changeBills(f func(*bill)) {
	r.pc.out.mu.Lock()
	defer r.pc.out.mu.Unlock()
	r.pc.out.change = func(kind uint32, body []byte) (uint32, []byte) {
		b, err := decodeBill(body, r.w.consumer.key.Address())
		if err != nil {
			r.w.t.Error(err)
		}
		f(&b)
		body, err = b.encode()
		if err != nil {
			r.w.t.Error(err)
		}
		return kind, body
	}
}

// over waits for the end of one side.
func over(t *testing.T, runs chan error, within time.Duration) error {
	t.Helper()
	select {
	case err := <-runs:
		runs <- err
		return err
	case <-time.After(within):
		t.Error("goes on")
		return nil
	}
}

func TestOverbillingIsNotPaid(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		var extra atomic.Uint64
		r.changeBills(func(b *bill) { b.received += extra.Load() })
		r.link.up(6<<20, 10_000_000)
		extra.Store(slack) // still within what meters may differ
		r.link.up(6<<20, 10_000_000)
		extra.Store(1 << 20)
		go r.link.up(30<<20, 10_000_000)
		if err := over(t, r.paid, 10*time.Second); !errors.Is(err, ErrOverbilled) {
			t.Errorf("payer: %v", err)
		}
		sent := r.link.consumer.Counters().Sent
		r.abort("overbilled")
		most, _ := w.terms.Price.Due(sent+slack, 0)
		if c := r.payer.Stats(); c.Promised > most+w.terms.Setup {
			t.Errorf("promised %d for %d bytes", c.Promised, sent)
		}
	})
}

// halved is a consumer's meter that tells half of what arrived.
type halved struct{ *tunnel.Meter }

func (h halved) Counters() tunnel.Counters {
	c := h.Meter.Counters()
	c.Received /= 2
	return c
}

func (h halved) SetAlarm(total uint64) { h.Meter.SetAlarm(total + h.Meter.Counters().Received/2) }

func TestUnderreportingIsStopped(t *testing.T) {
	w := newWorld(t)
	w.meter = func(m *tunnel.Meter) Meter { return halved{m} }
	w.open(&w.consumer)
	w.open(&w.provider)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.unlimit()
		go r.link.down(100<<20, 100_000_000)
		if err := over(t, r.collected, 20*time.Second); !errors.Is(err, ErrMeter) {
			t.Errorf("collector: %v", err)
		}
		sent := r.link.provider.Counters().Sent
		p := r.collector.Stats()
		paid := affordable(p.Promised-w.terms.Setup, w.terms.Price)
		if most := paid + affordable(1, w.terms.Price) + p.Window + sent/lossShare; sent > most {
			t.Errorf("served %d bytes for %d paid, window %d", sent, paid, p.Window)
		}
		if signed := r.payer.Stats().Promised; p.Promised != signed {
			t.Errorf("kept promises of %d, %d were signed: the one beside the false report is lost", p.Promised, signed)
		}
		r.abort("meters disagree")
		account, err := w.provider.ledger.account(t.Context(), Provider, w.consumer.key.Address())
		if err != nil || account.Debt == 0 || account.Credit != 0 {
			t.Errorf("account of a cheat: %+v, %v", account, err)
		}
	})
}

// unlimit makes a cheat's own limit not hold it.
func (r *run) unlimit() {
	go func() {
		for {
			select {
			case <-time.After(time.Millisecond):
				r.link.consumer.SetLimit(1 << 40)
			case <-r.link.stop:
				return
			}
		}
	}()
}

func TestUnpaidTunnelStopsWithinTheWindow(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(32<<20, 50_000_000)
		window := r.collector.Stats().Window
		r.cc.out.dropping(func(uint32, []byte) bool { return true }) // the consumer pays no more
		r.unlimit()
		before := r.link.provider.Counters().Total()
		go r.link.down(500<<20, 50_000_000)
		go r.link.up(500<<20, 50_000_000)
		if err := over(t, r.collected, 70*time.Second); !errors.Is(err, ErrUnpaid) {
			t.Errorf("collector: %v", err)
		}
		after := r.link.provider.Counters().Total()
		if after-before > window {
			t.Errorf("%d bytes served unpaid, the window is %d", after-before, window)
		}
		r.abort("unpaid")
	})
}

// Loss on the way down does not end a session as long as it is below a twentieth. Loss on the way up never does: it makes
// the bill smaller.
func TestLossyTunnel(t *testing.T) {
	for _, c := range []struct {
		down, up int // in a thousand
		want     error
	}{{40, 40, nil}, {0, 300, nil}, {100, 0, ErrMeter}} {
		w := newWorld(t)
		synctest.Test(t, func(t *testing.T) {
			r := w.start(t.Context(), 20*time.Millisecond)
			r.link.loseDown, r.link.loseUp = c.down, c.up
			var carried int
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 40 {
					r.link.down(4<<20, 1_000_000)
					r.link.up(2<<20, 1_000_000)
					carried++
				}
			}()
			var failed error
			select {
			case <-done:
			case failed = <-r.collected:
				r.collected <- failed
			case failed = <-r.paid:
				r.paid <- failed
			}
			if !errors.Is(failed, c.want) {
				t.Errorf("%d and %d ‰ lost: %v", c.down, c.up, failed)
			}
			if failed == nil {
				if paid, collected := r.settle(t.Context()); paid != nil || collected != nil || carried != 40 {
					t.Errorf("%d and %d ‰ lost: payer: %v, collector: %v, %d of 40 rounds", c.down, c.up, paid, collected, carried)
				}
				return
			}
			r.abort("meters disagree")
			<-done
		})
	}
}

func TestCheck(t *testing.T) {
	consumer, provider, stranger := newKey(t), newKey(t), newKey(t)
	good := intent.Promise{Provider: provider.Address(), Channel: 1, Epoch: 4, Amount: 700}
	e := Expectation{Consumer: consumer.Address(), Provider: provider.Address(), Channel: 1, Epoch: 4, Newest: 600, Locked: 1000}
	for name, c := range map[string]struct {
		change func(*intent.Promise)
		signer *identity.Key
		domain intent.Domain
		want   error
	}{
		"good":             {func(*intent.Promise) {}, consumer, testDomain, nil},
		"all of the lock":  {func(p *intent.Promise) { p.Amount = 1000 }, consumer, testDomain, nil},
		"smaller":          {func(p *intent.Promise) { p.Amount = 599 }, consumer, testDomain, ErrNotGrowing},
		"replayed":         {func(p *intent.Promise) { p.Amount = 600 }, consumer, testDomain, ErrNotGrowing},
		"above the lock":   {func(p *intent.Promise) { p.Amount = 1001 }, consumer, testDomain, ErrAboveLock},
		"another provider": {func(p *intent.Promise) { p.Provider = stranger.Address() }, consumer, testDomain, ErrWrongProvider},
		"another channel":  {func(p *intent.Promise) { p.Channel = 2 }, consumer, testDomain, ErrWrongChannel},
		"an old epoch":     {func(p *intent.Promise) { p.Epoch = 3 }, consumer, testDomain, ErrWrongEpoch},
		"another chain":    {func(*intent.Promise) {}, consumer, intent.Domain{ChainID: 1, Contract: testDomain.Contract}, identity.ErrSignature},
		"another contract": {func(*intent.Promise) {}, consumer, intent.Domain{ChainID: 1337}, identity.ErrSignature},
		"another consumer": {func(*intent.Promise) {}, stranger, testDomain, identity.ErrSignature},
	} {
		p := good
		c.change(&p)
		signed, err := intent.SignPromise(c.signer, p, c.domain)
		if err != nil {
			t.Fatal(err)
		}
		signed.Consumer = consumer.Address() // as the wire says nothing about it
		if err := Check(signed, e, testDomain); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	signed, err := intent.SignPromise(stranger, good, testDomain)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(signed, e, testDomain); !errors.Is(err, ErrWrongConsumer) {
		t.Errorf("signed as a stranger: %v", err)
	}
}

// A collector meets payments that no honest payer sends: none raises the limit or changes the book,
// and the bill says why.
func TestRefusedPromisesChangeNothing(t *testing.T) {
	sign := func(w *world, change func(*intent.Promise), domain intent.Domain) *intent.SignedPromise {
		p := intent.Promise{Provider: w.terms.Peer, Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: 800}
		change(&p)
		signed, err := intent.SignPromise(w.consumer.key, p, domain)
		if err != nil {
			t.Fatal(err)
		}
		return &signed
	}
	same := func(*intent.Promise) {}
	for name, c := range map[string]struct {
		promise func(*world) *intent.SignedPromise
		want    error
	}{
		"provider": {func(w *world) *intent.SignedPromise {
			return sign(w, func(p *intent.Promise) { p.Provider[0]++ }, testDomain)
		}, ErrWrongProvider},
		"channel": {func(w *world) *intent.SignedPromise {
			return sign(w, func(p *intent.Promise) { p.Channel-- }, testDomain)
		}, ErrWrongChannel},
		"epoch": {func(w *world) *intent.SignedPromise {
			return sign(w, func(p *intent.Promise) { p.Epoch-- }, testDomain)
		}, ErrWrongEpoch},
		"chain": {func(w *world) *intent.SignedPromise {
			return sign(w, same, intent.Domain{Contract: testDomain.Contract})
		}, identity.ErrSignature},
		"contract": {func(w *world) *intent.SignedPromise { return sign(w, same, intent.Domain{ChainID: 1337}) }, identity.ErrSignature},
		"lock": {func(w *world) *intent.SignedPromise {
			return sign(w, func(p *intent.Promise) { p.Amount = w.terms.Lock + 1 }, testDomain)
		}, ErrAboveLock},
		"smaller": {func(w *world) *intent.SignedPromise {
			return sign(w, func(p *intent.Promise) { p.Amount = 499 }, testDomain)
		}, ErrNotGrowing},
		"too small": {func(w *world) *intent.SignedPromise {
			return sign(w, func(p *intent.Promise) { p.Amount = 501 }, testDomain)
		}, ErrTooLittle},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.open(&w.provider)
			hello := sign(w, func(p *intent.Promise) { p.Amount = 500 }, testDomain)
			promise := c.promise(w)
			synctest.Test(t, func(t *testing.T) { refused(t, w, hello, promise, c.want) })
		})
	}
}

// exchange sends a payment and returns the bill that acknowledges it. Bills for what was received come by
// themselves.
func exchange(t *testing.T, w *world, cc *fakeConn, p payment) bill {
	t.Helper()
	body, err := p.encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := cc.Send(t.Context(), KindPayment, body); err != nil {
		t.Fatal(err)
	}
	for {
		_, body, err = cc.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b, err := decodeBill(body, w.consumer.key.Address())
		if err != nil {
			t.Fatal(err)
		}
		if b.ack == p.sequence {
			return b
		}
	}
}

// refused lets a consumer use up its first window and pay for it with a promise that is refused.
func refused(t *testing.T, w *world, hello, promise *intent.SignedPromise, want error) {
	theirs := w.terms
	theirs.Peer = w.consumer.key.Address()
	collector, err := w.provider.ledger.Collect(t.Context(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	if err := collector.AwaitLock(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	cc, pc := newConns(time.Millisecond)
	meter := tunnel.NewMeter()
	ran := make(chan error, 1)
	go func() { ran <- collector.Run(t.Context(), pc, meter) }()
	exchange := func(p payment) bill { return exchange(t, w, cc, p) }
	if b := exchange(payment{sequence: 1, flags: flagHello, promise: hello}); b.newest != 500 || b.refusal != 0 || b.window != FirstWindow {
		t.Fatalf("hello: %+v", b)
	}
	stop := make(chan struct{})
	close(stop)
	if !meter.Receive(8<<20, stop) || meter.Receive(1, stop) {
		t.Fatal("the limit is not one window")
	}
	time.Sleep(time.Millisecond)
	b := exchange(payment{sequence: 2, peerReceived: 4 << 20, promise: promise})
	if !errors.Is(refusals[b.refusal], want) || meter.Receive(1, stop) {
		t.Errorf("answer %+v", b)
	}
	cc.Close()
	if err := <-ran; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	// One that is valid and too small is worth keeping, but gives no service.
	kept := money.Amount(500)
	if errors.Is(want, ErrTooLittle) {
		kept = promise.Amount
	}
	if stored, err := w.provider.ledger.PromisedTo(t.Context()); err != nil || len(stored) != 1 || stored[0].Amount != kept {
		t.Errorf("book: %+v, %v", stored, err)
	}
	if err := collector.Close(t.Context(), "test"); err != nil {
		t.Error(err)
	}
}

func TestResume(t *testing.T) {
	w, empty1, empty2 := newWorld(t), newDB(t), newDB(t)
	synctest.Test(t, func(t *testing.T) {
		session := func(bytes int) Stats {
			w.terms.Session[0]++
			r := w.start(t.Context(), 5*time.Millisecond)
			r.link.down(bytes, 10_000_000)
			if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
				t.Fatalf("payer: %v, collector: %v", paid, collected)
			}
			return r.payer.Stats()
		}
		first, second := session(10<<20), session(10<<20)
		if first.Promised != second.Promised {
			t.Errorf("the same for less: %d and %d", first.Promised, second.Promised)
		}
		total := first.Promised + second.Promised
		check := func(what string) {
			t.Helper()
			for _, l := range []*Ledger{w.consumer.ledger, w.provider.ledger} {
				read := l.PromisedTo
				if l == w.consumer.ledger {
					read = l.PromisedBy
				}
				all, err := read(t.Context())
				if err != nil || len(all) != 1 || all[0].Amount != total {
					t.Errorf("%s: %+v, %v; want %d", what, all, err, total)
				}
			}
		}
		check("two sessions")

		// Each side can lose its book; the other's says where to go on.
		w.consumer.db, w.consumer.ledger = empty1, nil
		total += session(10 << 20).Promised
		check("the consumer lost its book")
		w.provider.db, w.provider.ledger = empty2, nil
		total += session(10 << 20).Promised
		check("the provider lost its book")
	})
}

// A provider cannot make up a promise for a consumer that lost its book.
func TestForgedResume(t *testing.T) {
	for name, forge := range map[string]func(w *world, b *bill){
		"not shown": func(_ *world, b *bill) { b.newest = 5000 },
		"by somebody else": func(w *world, b *bill) {
			b.newest = 5000
			p, err := intent.SignPromise(w.provider.key, intent.Promise{Provider: w.terms.Peer, Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: 5000}, testDomain)
			if err != nil {
				w.t.Fatal(err)
			}
			b.promise = &p
		},
		"of another epoch": func(w *world, b *bill) {
			b.newest = 5000
			p, err := intent.SignPromise(w.consumer.key, intent.Promise{Provider: w.terms.Peer, Channel: w.terms.Channel, Epoch: w.terms.Epoch - 1, Amount: 5000}, testDomain)
			if err != nil {
				w.t.Fatal(err)
			}
			b.promise = &p
		},
		"above the lock": func(w *world, b *bill) {
			b.newest = w.terms.Lock + 1
			p, err := intent.SignPromise(w.consumer.key, intent.Promise{Provider: w.terms.Peer, Channel: w.terms.Channel, Epoch: w.terms.Epoch, Amount: b.newest}, testDomain)
			if err != nil {
				w.t.Fatal(err)
			}
			b.promise = &p
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.open(&w.consumer)
			synctest.Test(t, func(t *testing.T) {
				payer, err := w.consumer.ledger.Pay(t.Context(), w.terms)
				if err != nil {
					t.Fatal(err)
				}
				if err := payer.AwaitLock(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				cc, pc := newConns(time.Millisecond)
				ran := make(chan error, 1)
				go func() { ran <- payer.Run(t.Context(), cc) }()
				if _, _, err := pc.Receive(t.Context()); err != nil {
					t.Fatal(err)
				}
				b := bill{ack: 1, refusal: refusedNotGrowing}
				forge(w, &b)
				body, err := b.encode()
				if err != nil {
					t.Fatal(err)
				}
				if err := pc.Send(t.Context(), KindBill, body); err != nil {
					t.Fatal(err)
				}
				if err := <-ran; err == nil || errors.Is(err, context.Canceled) {
					t.Errorf("payer believes it: %v", err)
				}
				if got := payer.Stats().Promised; got > w.terms.Setup {
					t.Errorf("promised %d", got)
				}
				if err := payer.Close(t.Context(), "forged"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
