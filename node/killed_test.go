package node

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// Provider, consumer or both are killed at every step from the request over the lock to the clearing. Who starts again
// has its database and no more. Each consumer then has its session, with one lock on one channel; everything that the
// provider took is cleared once; nobody loses more than a window, and no coin.
func TestKilledFromRequestToClearing(t *testing.T) {
	t.Parallel()
	for pass, left := 0, killtest.Kills(1); left > 0; pass++ {
		for _, part := range []struct {
			pricing relay.Pricing
			steps   []killedAt
		}{{relay.Pricing{Free: true}, killedSteps}, {relay.Pricing{Rate: 10 * money.UnitsPerCoin}, killedPaying}} {
			s := newSiege(t, part.pricing, len(part.steps)) // a new chain, whose clock is right
			provider := s.config
			provider.Role, provider.DB, provider.Key = RoleProvider, s.path, secret(s.provider)
			for i, at := range part.steps {
				both := (i+pass)%2 == 0
				if s.round(provider, s.consumers[i], at, both); t.Failed() {
					s.fatalf("killed at %+v, both: %v, pass %d", at, both, pass)
				}
				left--
			}
			s.end()
		}
	}
}

// opened lets no message arrive at consumers once a session's tunnel is open, of which its consumer is not told yet.
type opened struct {
	tunnel.Server
	world *world
	done  chan struct{}
}

func (o opened) Open(ctx context.Context, s tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	tun, start, err := o.Server.Open(ctx, s)
	o.world.deaf.Store(true)
	close(o.done)
	return tun, start, err
}

// A session whose consumer died before it heard that the provider's tunnel is open ends when its next request says so. Else
// its payment channel stays taken, and the consumer would lock another one.
func TestEndsThoughNobodyHearsThatItStarted(t *testing.T) {
	t.Parallel()
	w, done := newWorld(), make(chan struct{})
	provider := w.member(t, memberConfig{provider: true, wrap: func(s tunnel.Server) tunnel.Server { return opened{s, w, done} }})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), killedPatience)
	connected := make(chan error, 1)
	go func() {
		_, err := consumer.Connect(ctx, ConnectRequest{}, quiet)
		connected <- err
	}()
	<-done
	var id session.ID
	waitFor(t, func() bool {
		provider.mu.Lock()
		defer provider.mu.Unlock()
		for id = range provider.live {
		}
		return id != session.ID{}
	})
	provider.lost(consumer.key.Address(), id)
	waitFor(t, func() bool { return !provider.self.Ledger.Busy(consumer.key.Address(), 0) })
	cancel()
	if err := <-connected; err == nil {
		t.Error("the session came up, though its consumer heard nothing")
	}
}

// round is one consumer's life, and one kill.
func (s *siege) round(provider victimConfig, key *identity.Key, at killedAt, both bool) {
	s.t.Helper()
	consumer := s.config
	consumer.Role, consumer.DB, consumer.Key = RoleConsumer, s.t.TempDir()+"/consumer.db", secret(key)
	configs := map[Role]victimConfig{RoleProvider: provider, RoleConsumer: consumer}
	victim := configs[at.role]
	victim.Fuse = at.step
	if h := s.houses[RoleConsumer]; h != nil {
		h.kill()
	}
	if h := s.houses[RoleProvider]; h != nil && at.role == RoleProvider {
		h.kill()
	}
	s.hold(at.held)
	offer := s.offer
	for _, role := range []Role{RoleProvider, RoleConsumer} {
		config := configs[role]
		if role == at.role {
			config = victim
		}
		if h := s.houses[role]; h == nil || h.dead() {
			if hello := s.start(config); role == RoleProvider {
				offer = hello.Offer
			}
		}
	}
	s.assault(at, both, offer)
	s.hold(false)
	for _, role := range []Role{RoleProvider, RoleConsumer} {
		if s.houses[role].dead() {
			if hello := s.start(configs[role]); role == RoleProvider {
				offer = hello.Offer
			}
		}
	}
	s.offer = offer
	s.settle(key.Address(), offer)
}

// settle has the consumer use a session, as soon as there is one for it, and the provider clear, and looks at everything.
func (s *siege) settle(consumer identity.Address, offer offering) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), killedPatience)
	defer cancel()
	var bought, sold report
	for _, step := range []struct {
		role Role
		do   order
		to   *report
	}{{RoleConsumer, order{Do: doUse, Offer: offer}, &bought}, {RoleProvider, order{Do: doClear}, &sold}} {
		for {
			var alive bool
			if *step.to, alive = s.ask(step.role, step.do); !alive {
				s.fatalf("the %s died", step.role)
			}
			if step.to.Error == "" {
				break
			}
			s.t.Logf("%s: %s", step.do.Do, step.to.Error)
			if err := sleep(ctx, 100*time.Millisecond); err != nil {
				s.fatalf("after the kill: %s", step.to.Error)
			}
		}
	}
	s.locked(ctx, consumer, newestOf(bought, consumer), newestOf(sold, consumer))
	s.unpaid(consumer, sold)
}

// newestOf is what a book says that a consumer promised.
func newestOf(book report, consumer identity.Address) (sum money.Amount) {
	for _, p := range book.Promises {
		if p.Consumer == consumer {
			sum += p.Amount
		}
	}
	return sum
}

// locked holds the contract against the books: there is one lock, of which what was promised is cleared.
func (s *siege) locked(ctx context.Context, consumer identity.Address, signed, taken money.Amount) {
	s.t.Helper()
	deposit, err := s.reader.Balance(ctx, consumer)
	if err != nil {
		s.t.Fatal(err)
	}
	var channels [intent.Channels]payments.Channel
	for id := range channels {
		if channels[id], err = s.reader.Channel(ctx, consumer, uint8(id), 0); err != nil { //nolint:gosec // of six
			s.t.Fatal(err)
		}
	}
	want := [intent.Channels]payments.Channel{{Provider: s.provider.Address(), Locked: killedLock, Cleared: taken}}
	if channels != want {
		s.t.Errorf("the chain has %+v, want one lock of %s, with %s cleared", channels, money.Amount(killedLock), taken)
	}
	if signed < taken || taken == 0 {
		s.t.Errorf("the consumer signed %s, the provider took %s", signed, taken)
	}
	s.mu.Lock()
	asked := s.asked[consumer]
	s.mu.Unlock()
	fee := money.Amount(killedDeposit - killedLock).SaturatingSub(deposit)
	if deposit+killedLock > killedDeposit || !slices.Contains(asked, fee) || (fee > 0) == s.pricing.Free {
		s.t.Errorf("a deposit of %s, less a fee of %s, is left; %s were asked for each lock", deposit, fee, asked)
	}
	s.brought += taken + fee
	if sum := s.earned(s.t, s.provider) + s.earned(s.t, s.relayers[0].key); sum != s.brought {
		s.t.Errorf("provider and relayer have %s, consumers gave %s", sum, s.brought)
	}
}

// unpaid sees that no session of a consumer left more than a window unpaid.
func (s *siege) unpaid(consumer identity.Address, sold report) {
	s.t.Helper()
	served := false
	for _, row := range sold.Sessions {
		if row.Peer != consumer {
			continue
		}
		served = served || row.Sent >= killedPage
		window, err := testPrice.Due(row.Window, payments.TimeWindow)
		if err != nil {
			s.t.Fatal(err)
		}
		if row.Sent+row.Received == 0 {
			continue // it never began: its set-up charge is due, for a lock that did not come
		}
		if lost := row.Due.SaturatingSub(row.Promised); lost > window+3 {
			s.t.Errorf("%s are unpaid of a session, a window costs %s: %+v", lost, window, row)
		}
	}
	if !served {
		s.t.Errorf("no session in the provider's book: %+v", sold.Sessions)
	}
}

// end stops what is alive.
func (s *siege) end() {
	for _, h := range s.houses {
		h.kill()
	}
	s.houses = map[Role]*house{}
}
