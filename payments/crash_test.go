package payments

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

var errCrash = errors.New("crash")

// crasher makes a party die at a random moment: when it signs, sends or receives. What it stored
// before stays.
type crasher struct {
	identity.Signer
	conn  *fakeConn
	mu    sync.Mutex
	steps int // until the crash; negative is never
	die   func()
}

func (c *crasher) step() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.steps < 0 {
		return nil
	}
	if c.steps == 0 {
		c.die()
		return errCrash
	}
	c.steps--
	return nil
}

func (c *crasher) Sign(digest [32]byte) (identity.Signature, error) {
	if err := c.step(); err != nil {
		return identity.Signature{}, err
	}
	return c.Signer.Sign(digest)
}

func (c *crasher) Send(ctx context.Context, kind uint32, body []byte) error {
	if err := c.step(); err != nil {
		return err
	}
	return c.conn.Send(ctx, kind, body)
}

func (c *crasher) Receive(ctx context.Context) (uint32, []byte, error) {
	kind, body, err := c.conn.Receive(ctx)
	if err == nil {
		err = c.step()
	}
	return kind, body, err
}

// episode is one session of the property test.
type episode struct {
	loss         int // messages of a thousand
	steps        int // until somebody dies; negative is never
	consumerDies bool
	rounds       int // of traffic
	clean        bool
	latency      time.Duration
	seed         uint64
}

// truth is what really happened, in all sessions.
type truth struct {
	w                          *world
	served                     money.Amount // what the bytes that arrived cost, and the set-up charges
	sessions                   int
	consumerDied, providerLost int
	widest                     uint64 // window
	acknowledged               money.Amount
}

func (tr *truth) session(t *testing.T, e episode) error {
	w, random := tr.w, rand.New(rand.NewPCG(e.seed, 1))
	up, down := rand.New(rand.NewPCG(e.seed, 2)), rand.New(rand.NewPCG(e.seed, 3))
	tr.sessions++
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	cc, pc := newConns(e.latency)
	var died atomic.Bool
	die := func() {
		died.Store(true)
		kill()
	}
	consumer, provider := &crasher{Signer: w.consumer.key, conn: cc, steps: -1}, &crasher{conn: pc, steps: -1}
	if e.consumerDies {
		consumer.steps, consumer.die = e.steps, die
	} else {
		provider.steps, provider.die = e.steps, die
	}
	cc.out.drop = func(uint32, []byte) bool { return up.IntN(1000) < e.loss }
	pc.out.drop = func(_ uint32, body []byte) bool {
		if b, err := decodeBill(body, w.consumer.key.Address()); err == nil {
			tr.acknowledged = max(tr.acknowledged, b.newest)
		}
		return down.IntN(1000) < e.loss
	}

	var err error
	config := Config{Signer: consumer, DB: w.consumer.db, Domain: testDomain, Chain: w.chain}
	if w.consumer.ledger, err = Open(t.Context(), config); err != nil {
		return err
	}
	config.Signer, config.DB = w.provider.key, w.provider.db
	if w.provider.ledger, err = Open(t.Context(), config); err != nil {
		return err
	}
	theirs := w.terms
	theirs.Peer = w.consumer.key.Address()
	collector, err := w.provider.ledger.Collect(t.Context(), theirs)
	if err != nil {
		return err
	}
	payer, err := w.consumer.ledger.Pay(t.Context(), w.terms)
	if err != nil {
		return err
	}
	if err := errors.Join(collector.AwaitLock(t.Context(), nil), payer.AwaitLock(t.Context(), nil)); err != nil {
		return err
	}
	link, ended := newLink(), make(chan error, 2)
	go func() { ended <- collector.Run(ctx, provider, link.provider) }()
	go func() { ended <- payer.Run(ctx, consumer) }()
	payer.Attach(link.consumer, nil)

	carried := make(chan struct{})
	go func() {
		defer close(carried)
		for range e.rounds {
			if random.IntN(2) == 0 {
				link.down(1+random.IntN(6<<20), 20_000_000)
			} else {
				link.up(1+random.IntN(6<<20), 20_000_000)
			}
		}
	}()
	select {
	case <-carried:
	case <-ctx.Done():
	case <-time.After(2 * time.Minute):
	}
	settledWell := false
	if e.clean && ctx.Err() == nil {
		settling, cancel := context.WithTimeout(ctx, 30*time.Second)
		settledWell = payer.Settle(settling) == nil
		cancel()
	}
	link.close()
	<-carried
	cc.Close()
	_, _ = <-ended, <-ended // how they ended does not matter, only what is in the books
	kill()
	return errors.Join(tr.survive(t, payer, collector, died.Load(), e), tr.check(t, payer, collector, link, settledWell))
}

// survive lets whoever did not die close its book.
func (tr *truth) survive(t *testing.T, payer *Payer, collector *Collector, died bool, e episode) (err error) {
	if died && e.consumerDies {
		tr.consumerDied++
	} else {
		err = payer.Close(t.Context(), "over")
	}
	if died && !e.consumerDies {
		tr.providerLost++
		return err
	}
	return errors.Join(err, collector.Close(t.Context(), "over"))
}

func (tr *truth) check(t *testing.T, payer *Payer, collector *Collector, link *link, settledWell bool) error {
	w := tr.w
	cost, err := w.terms.Price.Due(link.consumer.Counters().Received+link.provider.Counters().Received, 0)
	if err != nil {
		return err
	}
	tr.served += cost
	if collector.greeted {
		tr.served += w.terms.Setup
	}
	tr.widest = max(tr.widest, collector.Stats().Window, FirstWindow)
	theirs, err := w.provider.ledger.PromisedTo(t.Context())
	if err != nil {
		return err
	}
	ours, err := w.consumer.ledger.PromisedBy(t.Context())
	if err != nil {
		return err
	}
	var held, signed money.Amount
	if len(theirs) > 0 {
		held = theirs[0].Amount
	}
	if len(ours) > 0 {
		signed = ours[0].Amount
	}
	window, err := w.terms.Price.Due(tr.widest, 0)
	if err != nil {
		return err
	}
	small, err := w.terms.Price.Due(FirstWindow/forgiven, 0)
	if err != nil {
		return err
	}
	rounding := money.Amount(2 * tr.sessions)
	switch {
	case held < tr.acknowledged:
		return fmt.Errorf("acknowledged %d, but only %d can be cleared", tr.acknowledged, held)
	case signed > w.terms.Lock || held > signed:
		return fmt.Errorf("signed %d, provider holds %d, locked %d", signed, held, w.terms.Lock)
	}
	for _, p := range theirs {
		if err := p.Verify(testDomain); err != nil {
			return err
		}
	}
	if most := held + window*money.Amount(1+tr.providerLost) + small*money.Amount(tr.sessions) + tr.served/lossShare + rounding; tr.served > most {
		return fmt.Errorf("provider served %d and holds %d: more than a window (%d) is unpaid", tr.served, held, window)
	}
	minute := window // what a dead consumer accepts to have been served beyond its book
	if most := tr.served + w.terms.Setup*money.Amount(tr.sessions) + minute*money.Amount(tr.consumerDied) + rounding; signed > most {
		return fmt.Errorf("consumer got %d and signed %d, after %d crashes", tr.served, signed, tr.consumerDied)
	}
	if settledWell && payer.Stats().Promised < payer.Stats().Due {
		return fmt.Errorf("settled with %+v", payer.Stats())
	}
	return nil
}

// Sessions over a connection that loses messages, between nodes that crash and start again from
// their databases. After every session the provider can clear all that it ever acknowledged; what it
// served beyond that is at most a window, another for each time that it lost its own memory, and what
// counts as lost; and the consumer signed no more than it got, and a window for each of its own crashes.
func TestNobodyLosesMoreThanAWindow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.terms.Setup = money.Amount(rapid.Uint64Range(0, 1000).Draw(rt, "setup"))
		w.terms.Price.PerGiB = money.Amount(rapid.Uint64Range(1000, 1_000_000).Draw(rt, "price"))
		episodes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) episode {
			return episode{
				loss: rapid.IntRange(0, 300).Draw(t, "loss"), steps: rapid.IntRange(-1, 40).Draw(t, "steps"),
				consumerDies: rapid.Bool().Draw(t, "consumer dies"), rounds: rapid.IntRange(1, 4).Draw(t, "rounds"),
				clean: rapid.Bool().Draw(t, "clean"), latency: time.Duration(rapid.IntRange(0, 200).Draw(t, "ms")) * time.Millisecond,
				seed: rapid.Uint64().Draw(t, "seed"),
			}
		}), 1, 3).Draw(rt, "sessions")
		var problem error
		synctest.Test(t, func(t *testing.T) {
			book := &truth{w: w}
			for i, e := range episodes {
				w.terms.Session = [16]byte{byte(i + 1)}
				if err := book.session(t, e); err != nil {
					problem = fmt.Errorf("session %d of %+v: %w", i, episodes, err)
					return
				}
			}
		})
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}
