package watcher

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// What is being cleared makes no room, however little it brings, until it is cleared.
func TestWhatIsBeingClearedMakesNoRoom(t *testing.T) {
	for name, byEvent := range map[string]bool{"by its event": true, "by its channel": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			failing := &failing{Relayer: w.service, times: 1}
			w.change = func(c *Config) { c.PerProvider, c.Relayer = 1, failing }
			w.restart(t)
			failing.Relayer = w.service
			provider := w.provider(t)
			least, more := w.lock(t, provider, 5*coin), w.lock(t, provider, 5*coin)
			if byEvent {
				w.hold(t, w.promise(t, least, provider, coin))
				w.ask(t, least)
			} else {
				w.ask(t, least)
				w.hold(t, w.promise(t, least, provider, coin))
				w.pass(t) // submits it, in vain
			}
			w.refused(t, relay.ReasonFull, w.promise(t, more, provider, 3*coin))
			w.pass(t)
			w.pass(t)
			w.mine(t)
			w.earned(t, provider, coin)
			w.pass(t) // finds it cleared
			w.hold(t, w.promise(t, more, provider, 3*coin))
		})
	}
}

// What was cleared since it was looked at makes room for less than it brought.
func TestRoomIsByWhatPromisesBringNow(t *testing.T) {
	w := newWorld(t)
	w.change = func(c *Config) { c.PerProvider = 1 }
	w.restart(t)
	provider := w.provider(t)
	first, second := w.lock(t, provider, 5*coin), w.lock(t, provider, 5*coin)
	held := w.promise(t, first, provider, 3*coin)
	w.hold(t, held)
	w.refused(t, relay.ReasonFull, w.promise(t, second, provider, coin))
	if _, err := w.service.Submit(t.Context(), w.promise(t, first, provider, 5*coin/2)); err != nil {
		t.Fatal(err)
	}
	w.mine(t)
	w.hold(t, w.promise(t, second, provider, coin)) // the first brings half a coin
	w.refused(t, relay.ReasonFull, held)
}

// While an endpoint is down, what is settled is kept, and holds up nothing that is to be cleared.
func TestSettledHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	w.change = func(c *Config) { c.Chain, c.Pace.Retry, c.Pace.LastRetry = unsettled{w.reader}, -time.Hour, -time.Hour }
	w.restart(t)
	provider := w.provider(t)
	done, open := w.lock(t, provider, 5*coin), w.lock(t, provider, 5*coin)
	w.hold(t, w.promise(t, done, provider, coin))
	w.ask(t, done)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, coin)
	w.pass(t)
	w.hold(t, w.promise(t, open, provider, 2*coin))
	w.pass(t)
	w.ask(t, open)
	w.pass(t)
	w.mine(t)
	w.earned(t, provider, 3*coin)
	w.Commit()
	w.Commit()
	w.pass(t)
	if n := w.held(t, provider); n != 2 {
		t.Errorf("%d are held, though an endpoint did not say that they are settled", n)
	}
}

// unsettled is a chain of which an endpoint is down.
type unsettled struct{ Chain }

func (unsettled) Settled(context.Context, identity.Address, identity.Address, uint8, uint16, money.Amount, uint64) (bool, error) {
	return false, errors.Join(chain.ErrUnavailable, errors.New("an endpoint is down"))
}
