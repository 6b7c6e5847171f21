package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/messaging"
)

// trouble is what happens to the messages of one direction, of a thousand each.
type trouble struct{ drop, repeat, swap, nonsense int }

func drawTrouble(t *rapid.T) trouble {
	if rapid.Bool().Draw(t, "fine") {
		return trouble{}
	}
	n := rapid.IntRange(0, 200)
	return trouble{drop: n.Draw(t, "drop"), repeat: n.Draw(t, "repeat"), swap: n.Draw(t, "swap"), nonsense: n.Draw(t, "nonsense")}
}

// mangler loses, repeats, delays and makes up messages.
func (tr trouble) mangler(random *rand.Rand) func(messaging.Message) []messaging.Message {
	var held []messaging.Message
	return func(m messaging.Message) []messaging.Message {
		out := append([]messaging.Message{m}, held...) // one that was held back comes late
		held = nil
		switch n := random.IntN(1000); {
		case n < tr.drop:
			return out[1:]
		case n < tr.drop+tr.repeat:
			return append(out, m)
		case n < tr.drop+tr.repeat+tr.swap:
			held = []messaging.Message{m}
			return out[1:]
		case n < tr.drop+tr.repeat+tr.swap+tr.nonsense:
			body := make([]byte, random.IntN(40))
			for i := range body {
				body[i] = byte(random.Uint32())
			}
			return append(out, messaging.Message{Kind: uint32(random.IntN(70)), Body: body})
		}
		return out
	}
}

// script is what the two nodes do with a session.
type script struct {
	up, down                   trouble
	seed                       uint64
	latency                    time.Duration
	lock, tunnel               time.Duration // how long these take
	lockFails, tunnelFails     bool
	payments                   int
	consumerEnds, providerEnds time.Duration // after becoming active
}

// Whatever is lost, repeated, late or made up: a session that both ends call active was started by the
// provider and confirmed by the consumer; states only go forward; payment messages arrive in order; and
// soon after either end is over so is the other, with nothing left behind (goleak and synctest see that).
func TestAnyTroubleEndsCleanly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seconds := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(rt, name)) * time.Second
		}
		s := script{
			up: drawTrouble(rt), down: drawTrouble(rt), seed: rapid.Uint64().Draw(rt, "seed"),
			latency: time.Duration(rapid.IntRange(0, 2000).Draw(rt, "ms")) * time.Millisecond,
			lock:    seconds("lock", 400), tunnel: seconds("tunnel", 80),
			lockFails: rapid.IntRange(0, 9).Draw(rt, "lock fails") == 0, tunnelFails: rapid.IntRange(0, 9).Draw(rt, "tunnel fails") == 0,
			payments:     rapid.IntRange(0, 30).Draw(rt, "payments"),
			consumerEnds: seconds("consumer ends", 300), providerEnds: seconds("provider ends", 300),
		}
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = s.run(t) })
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

func (s script) run(t *testing.T) error {
	random := rand.New(rand.NewPCG(s.seed, 1))
	x := newExchange(s.latency)
	x.up.mangle, x.down.mangle = s.up.mangler(rand.New(rand.NewPCG(s.seed, 2))), s.down.mangler(random)
	consumer, provider := pair(t, x, Config{})
	watch := watchStates(consumer, provider)

	var started, confirmed bool
	nodes := make(chan error, 2)
	go func() { nodes <- s.provide(t.Context(), provider, &started) }()
	go func() { nodes <- s.consume(t.Context(), consumer, &confirmed) }()
	err := errors.Join(<-nodes, <-nodes)

	// A minute of silence, and what it takes to notice and to tell.
	limit := time.After(90 * time.Second)
	for _, end := range []*Session{consumer, provider} {
		select {
		case <-end.closed:
		case <-limit:
			return fmt.Errorf("left open: consumer %v, provider %v", consumer.State(), provider.State())
		}
	}
	if provider.entered.IsZero() || consumer.Reason() == NoReason || provider.Reason() == NoReason {
		return fmt.Errorf("ended without a reason: %w", errors.Join(consumer.Err(), provider.Err()))
	}
	honest := s.up == (trouble{}) && s.down == (trouble{})
	if honest && (consumer.Reason() == BadMessage || provider.Reason() == BadMessage) {
		return fmt.Errorf("honest ends suspect each other: %w", errors.Join(consumer.Err(), provider.Err()))
	}
	if honest && confirmed && !started {
		return errors.New("confirmed without a start")
	}
	return errors.Join(err, <-watch)
}

// provide is a provider's part.
func (s script) provide(ctx context.Context, p *Session, started *bool) error {
	if err := p.Progress(ctx, Progress{Stage: StageSubmitted}); err != nil {
		return p.End(ctx, LockFailed)
	}
	time.Sleep(s.lock)
	if s.lockFails {
		return p.End(ctx, LockFailed)
	}
	if p.Started(ctx, []byte("start")) == nil {
		*started = true
	}
	if err := p.AwaitConfirmed(ctx); err != nil {
		return p.End(ctx, TunnelFailed)
	}
	last := -1
	timeout, cancel := context.WithTimeout(ctx, s.providerEnds)
	defer cancel()
	for {
		_, body, err := p.Payments().Receive(timeout)
		if err != nil {
			break
		}
		// Only without trouble are messages all there and in order.
		if len(body) == 1 && s.up == (trouble{}) && int(body[0]) != last+1 {
			return errors.Join(fmt.Errorf("payment %d after %d", body[0], last), p.End(ctx, Internal))
		}
		if len(body) == 1 {
			last = int(body[0])
		}
	}
	return p.End(ctx, Finished)
}

// consume is a consumer's part.
func (s script) consume(ctx context.Context, c *Session, confirmed *bool) error {
	data, err := c.AwaitStarted(ctx, func(Progress) {})
	if err != nil {
		return c.End(ctx, Internal)
	}
	if string(data) != "start" && s.down == (trouble{}) {
		return errors.Join(fmt.Errorf("start data %q", data), c.End(ctx, Internal))
	}
	time.Sleep(s.tunnel)
	if s.tunnelFails {
		return c.Confirm(ctx, TunnelFailed)
	}
	if c.Confirm(ctx, NoReason) == nil {
		*confirmed = true
	}
	for i := range s.payments {
		if c.Payments().Send(ctx, PaymentKinds, []byte{byte(i)}) != nil {
			break
		}
	}
	select {
	case <-time.After(s.consumerEnds):
	case <-c.Done():
	}
	return c.End(ctx, Finished)
}

// watchStates checks that states only go forward.
func watchStates(sessions ...*Session) <-chan error {
	result := make(chan error, 1)
	go func() {
		var failure error
		for seen := make([]State, len(sessions)); ; {
			open := false
			for i, s := range sessions {
				state := s.State()
				if state < seen[i] {
					failure = fmt.Errorf("went back from state %d to %d", seen[i], state)
				}
				seen[i] = state
				open = open || state != Ended
			}
			if !open {
				result <- failure
				return
			}
			time.Sleep(200 * time.Millisecond)
		}
	}()
	return result
}
