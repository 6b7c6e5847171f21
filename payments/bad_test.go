package payments

import (
	"context"
	"errors"
	"math"
	"math/big"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// A promise whose signature is malformed, or whose amount is none that a channel can hold, pays nothing, whatever is
// locked.
func TestCheckBadPromises(t *testing.T) {
	consumer, provider := newKey(t), newKey(t)
	e := Expectation{Consumer: consumer.Address(), Provider: provider.Address(), Channel: 1, Epoch: 4, Locked: math.MaxUint64}
	sign := func(amount money.Amount) intent.SignedPromise {
		p := intent.SignedPromise{Consumer: consumer.Address(), Promise: intent.Promise{Provider: provider.Address(), Channel: 1, Epoch: 4, Amount: amount}}
		var err error
		if p.Signature, err = consumer.Sign(p.Digest(testDomain)); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for amount, want := range map[money.Amount]error{
		0: ErrNotGrowing, 1: nil, money.MaxLock: nil, money.MaxLock + 1: intent.ErrMalformed, math.MaxUint64: intent.ErrMalformed,
	} {
		if err := Check(sign(amount), e, testDomain); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%d units: %v", uint64(amount), err)
		}
	}
	for name, spoil := range map[string]func(*identity.Signature){
		"nothing": func(s *identity.Signature) { *s = identity.Signature{} },
		"other v": func(s *identity.Signature) { s[64] ^= 1 },
		"v of 27": func(s *identity.Signature) { s[64] += 27 },
		"r zero":  func(s *identity.Signature) { clear(s[:32]) },
		"high s": func(s *identity.Signature) {
			new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(s[32:64])).FillBytes(s[32:64])
			s[64] ^= 1
		},
	} {
		p := sign(700)
		spoil(&p.Signature)
		if err := Check(p, e, testDomain); !errors.Is(err, identity.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Messages that no peer of ours sends are refused before anything in them is used.
func TestMalformedMessages(t *testing.T) {
	good := func() *pb.PaymentPromise {
		return &pb.PaymentPromise{Provider: make([]byte, 20), Signature: make([]byte, 65), Amount: 1}
	}
	promise := func(change func(*pb.PaymentPromise)) *pb.PaymentPromise {
		p := good()
		change(p)
		return p
	}
	for name, p := range map[string]*pb.PaymentPromise{
		"a short address":    promise(func(p *pb.PaymentPromise) { p.Provider = p.Provider[1:] }),
		"a long address":     promise(func(p *pb.PaymentPromise) { p.Provider = make([]byte, 32) }),
		"no address":         promise(func(p *pb.PaymentPromise) { p.Provider = nil }),
		"a compact sign":     promise(func(p *pb.PaymentPromise) { p.Signature = p.Signature[1:] }),
		"no signature":       promise(func(p *pb.PaymentPromise) { p.Signature = nil }),
		"nothing":            promise(func(p *pb.PaymentPromise) { p.Amount = 0 }),
		"too much":           promise(func(p *pb.PaymentPromise) { p.Amount = uint64(money.MaxLock) + 1 }),
		"far too much":       promise(func(p *pb.PaymentPromise) { p.Amount = math.MaxUint64 }),
		"a channel too many": promise(func(p *pb.PaymentPromise) { p.Channel = intent.Channels }),
		"a huge channel":     promise(func(p *pb.PaymentPromise) { p.Channel = 256 }),
		"a huge epoch":       promise(func(p *pb.PaymentPromise) { p.Epoch = 1 << 16 }),
	} {
		refusedBoth(t, "promise with "+name, &pb.Payment{Sequence: 1, Promise: p}, &pb.PaymentBill{Promise: p})
	}
	refusedBoth(t, "bounds", &pb.Payment{}, &pb.PaymentBill{Received: maxCount + 1})
	refusedBoth(t, "bounds", &pb.Payment{Sequence: 1, Flags: paymentFlags + 1}, &pb.PaymentBill{Flags: billFlags + 1})
	refusedBoth(t, "bounds", &pb.Payment{Sequence: 1, Received: maxCount + 1}, &pb.PaymentBill{Debt: math.MaxUint64})
	refusedBoth(t, "bounds", &pb.Payment{Sequence: 1, PeerReceived: maxCount + 1}, &pb.PaymentBill{Newest: uint64(money.MaxLock) + 1})
	refusedBoth(t, "bounds", &pb.Payment{Sequence: 1, ElapsedMs: math.MaxUint64}, &pb.PaymentBill{Refusal: math.MaxUint32})
	refusedBoth(t, "bounds", &pb.Payment{Sequence: 1, Base: uint64(money.MaxLock) + 1}, &pb.PaymentBill{Refusal: uint32(len(refusals))})
	for name, body := range map[string][]byte{"no protocol buffer": {0xff}, "cut off": {0x0a, 0x40}, "too long": make([]byte, maxMessage+1)} {
		if _, err := decodePayment(body, identity.Address{}); !errors.Is(err, ErrMessage) {
			t.Errorf("payment, %s: %v", name, err)
		}
		if _, err := decodeBill(body, identity.Address{}); !errors.Is(err, ErrMessage) {
			t.Errorf("bill, %s: %v", name, err)
		}
	}
	if _, err := decodePromise(good(), identity.Address{}); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func refusedBoth(t *testing.T, name string, p *pb.Payment, b *pb.PaymentBill) {
	t.Helper()
	payment, err1 := proto.Marshal(p)
	bill, err2 := proto.Marshal(b)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if _, err := decodePayment(payment, identity.Address{}); !errors.Is(err, ErrMessage) {
		t.Errorf("payment, %s: %v", name, err)
	}
	if _, err := decodeBill(bill, identity.Address{}); !errors.Is(err, ErrMessage) {
		t.Errorf("bill, %s: %v", name, err)
	}
}

// Terms that nobody could keep are refused by both ends, which stay as they were.
func TestTermsRefused(t *testing.T) {
	w := newWorld(t)
	w.open(&w.consumer)
	l := w.consumer.ledger
	for name, change := range map[string]func(*Terms){
		"nothing locked":     func(t *Terms) { t.Lock, t.Setup = 0, 0 },
		"too much":           func(t *Terms) { t.Lock = money.MaxLock + 1 },
		"far too much":       func(t *Terms) { t.Lock = math.MaxUint64 },
		"set-up charge":      func(t *Terms) { t.Setup = t.Lock/setupShare + 1 },
		"far too much of it": func(t *Terms) { t.Setup = math.MaxUint64 },
		"a channel too many": func(t *Terms) { t.Channel = intent.Channels },
		"price per GiB":      func(t *Terms) { t.Price.PerGiB = money.MaxLock + 1 },
		"price per hour":     func(t *Terms) { t.Price.PerHour = 1 << 63 },
		"nobody":             func(t *Terms) { t.Peer = identity.Address{} },
	} {
		terms := w.terms
		change(&terms)
		if _, err := l.Pay(t.Context(), terms); err == nil {
			t.Errorf("%s: paid", name)
		}
		if _, err := l.Collect(t.Context(), terms); err == nil {
			t.Errorf("%s: collected", name)
		}
		if l.Busy(l.self, terms.Channel) || l.Busy(terms.Peer, terms.Channel) {
			t.Errorf("%s: the channel is taken", name)
		}
	}
	if rows, err := l.Sessions(t.Context(), 0); err != nil || len(rows) != 0 {
		t.Errorf("book: %+v, %v", rows, err)
	}
}

// Whatever a byte costs, from nothing to more than there can be, nobody promises more than is locked, and both books
// agree.
func TestExtremePrices(t *testing.T) {
	for name, c := range map[string]struct {
		price       money.Price
		lock, setup money.Amount
		goesOn      bool
	}{
		"free":           {money.Price{}, 1000, 0, true},
		"free but setup": {money.Price{}, money.MaxLock, money.MaxLock / setupShare, true},
		"cheapest":       {money.Price{PerGiB: 1, PerHour: 1}, money.MaxLock, 0, true},
		"all in a GiB":   {money.Price{PerGiB: money.MaxLock, PerHour: 0}, money.MaxLock, money.MaxLock / setupShare, true},
		"smallest lock":  {money.Price{PerGiB: 100_000}, 1, 0, false},
		"dearest":        {money.Price{PerGiB: money.MaxLock, PerHour: money.MaxLock}, money.MaxLock, 0, true},
		"too dear":       {money.Price{PerGiB: money.MaxLock, PerHour: money.MaxLock}, 1_000_000, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.terms.Price, w.terms.Lock, w.terms.Setup = c.price, c.lock, c.setup
			w.chain.set(w.consumer.key.Address(), w.terms.Channel, Channel{Provider: w.terms.Peer, Locked: c.lock, Epoch: w.terms.Epoch})
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 5*time.Millisecond)
				carried := make(chan struct{})
				go func() {
					defer close(carried)
					r.link.down(20<<20, 10_000_000)
				}()
				if c.goesOn {
					<-carried
					if paid, collected := r.settle(t.Context()); paid != nil || collected != nil {
						t.Errorf("payer: %v, collector: %v", paid, collected)
					}
				} else {
					if err := over(t, r.paid, 3*time.Minute); !errors.Is(err, ErrExhausted) {
						t.Errorf("payer: %v", err)
					}
					r.abort("used up")
					<-carried
				}
				s, p := r.payer.Stats(), r.collector.Stats()
				if s.Promised > c.lock || s.Promised != p.Promised || c.goesOn && s.Received != 20<<20 {
					t.Errorf("%+v, %+v, locked are %d", s, p, c.lock)
				}
			})
		})
	}
}

// An endpoint of one end shows an older state of the chain: the lock as it was before its top-up. A provider serves no
// more, and a consumer signs no more.
func TestOldStateInMidSession(t *testing.T) {
	for _, role := range []Role{Provider, Consumer} {
		t.Run(string(role), func(t *testing.T) {
			w := newWorld(t)
			w.terms.Lock, w.terms.Setup = 3000, 0
			views := map[Role]*fakeChain{Provider: w.chain, Consumer: {}}
			show := func(role Role, locked money.Amount) {
				views[role].set(w.consumer.key.Address(), w.terms.Channel, Channel{Provider: w.terms.Peer, Locked: locked, Epoch: w.terms.Epoch})
			}
			show(Provider, 3000)
			show(Consumer, 3000)
			w.open(&w.provider)
			w.chain = views[Consumer]
			w.open(&w.consumer)
			synctest.Test(t, func(t *testing.T) {
				r := w.start(t.Context(), 5*time.Millisecond)
				show(Provider, 20_000)
				show(Consumer, 20_000)
				time.Sleep(20 * time.Second) // both look at the chain
				r.link.down(60<<20, 50_000_000)
				show(role, 3000)
				time.Sleep(20 * time.Second)
				before := r.payer.Stats().Promised
				if before <= 3000 {
					t.Fatalf("promised %d; the test needs more", before)
				}
				go r.link.down(64<<20, 50_000_000)
				runs, want := r.collected, ErrNotLocked
				if role == Consumer {
					runs, want = r.paid, ErrExhausted
				}
				if err := over(t, runs, 3*time.Minute); !errors.Is(err, want) {
					t.Errorf("%s: %v", role, err)
				}
				r.abort("old state")
				if got := r.payer.Stats().Promised; got != before && role == Consumer {
					t.Errorf("promised %d, then %d of 3000", before, got)
				}
			})
		})
	}
}

// Every header is old, because no endpoint is better or the own clock was set by an hour: nothing is served on a lock
// before it can be seen, and not for long after.
func TestOldHeaders(t *testing.T) {
	w := newWorld(t)
	w.open(&w.provider)
	var old atomic.Bool
	stale := errors.New("block 7 is 1h0m0s old")
	w.provider.ledger.cfg.Fresh = func(context.Context) error {
		if old.Load() {
			return stale
		}
		return nil
	}
	synctest.Test(t, func(t *testing.T) {
		old.Store(true)
		theirs := w.terms
		theirs.Peer = w.consumer.key.Address()
		c, err := w.provider.ledger.Collect(t.Context(), theirs)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.AwaitLock(ctx, nil); !errors.Is(err, ErrNotLocked) {
			t.Errorf("a lock among old headers: %v", err)
		}
		if err := c.Close(t.Context(), "no lock"); err != nil {
			t.Fatal(err)
		}
		old.Store(false)
		w.terms.Session[0]++
		r := w.start(t.Context(), 5*time.Millisecond)
		r.link.down(1<<20, 1_000_000)
		old.Store(true)
		if err := over(t, r.collected, 4*time.Minute); !errors.Is(err, ErrChainStale) || !errors.Is(err, stale) {
			t.Errorf("collector: %v", err)
		}
		r.abort("chain")
	})
}

// The database of one end fails in mid-session, as one that is full or read-only does. A provider acknowledges and
// serves nothing that it could not store, a consumer sends nothing that it could not: after the restart each book has
// all that left its node.
func TestDatabaseThatFails(t *testing.T) {
	for _, role := range []Role{Provider, Consumer} {
		t.Run(string(role), func(t *testing.T) {
			w := newWorld(t)
			p := map[Role]*party{Provider: &w.provider, Consumer: &w.consumer}[role]
			path := filepath.Join(t.TempDir(), "failing.db")
			var err error
			if p.db, err = store.Open(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			var said atomic.Uint64 // the largest promise in what left this end
			synctest.Test(t, func(t *testing.T) { w.failing(t, role, p, &said) })
			p.db = openDB(t, path)
			w.open(p)
			read := p.ledger.PromisedTo
			if role == Consumer {
				read = p.ledger.PromisedBy
			}
			all, err := read(t.Context())
			if err != nil || len(all) != 1 || uint64(all[0].Amount) < said.Load() || said.Load() == 0 {
				t.Errorf("book %+v, %v; %d units left the node", all, err, said.Load())
			}
			rows, err := p.ledger.Sessions(t.Context(), 0)
			if err != nil || len(rows) != 1 || rows[0].Ended.IsZero() || rows[0].Promised > all[0].Amount {
				t.Errorf("sessions %+v, %v", rows, err)
			}
		})
	}
}

// failing lets a party's database fail under way.
func (w *world) failing(t *testing.T, role Role, p *party, said *atomic.Uint64) {
	r := w.start(t.Context(), 5*time.Millisecond)
	out, runs := r.pc.out, r.collected
	if role == Consumer {
		out, runs = r.cc.out, r.paid
	}
	out.dropping(func(kind uint32, body []byte) bool {
		var amount money.Amount
		if kind == KindBill {
			if b, err := decodeBill(body, w.consumer.key.Address()); err == nil {
				amount = b.newest
			}
		} else if m, err := decodePayment(body, w.consumer.key.Address()); err == nil && m.promise != nil {
			amount = m.promise.Amount
		}
		said.Store(max(said.Load(), uint64(amount)))
		return false
	})
	r.link.down(10<<20, 10_000_000)
	time.Sleep(time.Second)
	before := r.link.provider.Counters().Total()
	if err := p.db.Close(); err != nil {
		t.Fatal(err)
	}
	carried := make(chan struct{})
	go func() {
		defer close(carried)
		r.link.down(64<<20, 10_000_000)
	}()
	if err := over(t, runs, 2*time.Minute); err == nil || !strings.Contains(err.Error(), "store promise") {
		t.Errorf("%s: %v", role, err)
	}
	if served := r.link.provider.Counters().Total() - before; served > FirstWindow {
		t.Errorf("%d bytes served on what was not stored", served)
	}
	r.cc.Close()
	r.link.close()
	<-carried
	_, _ = <-r.paid, <-r.collected
	r.cancel()
	problems := map[Role]error{Consumer: r.payer.Close(t.Context(), "over"), Provider: r.collector.Close(t.Context(), "over")}
	for end, err := range problems {
		if failed := err != nil; failed != (end == role) {
			t.Errorf("%s closes its book: %v", end, err)
		}
	}
}
