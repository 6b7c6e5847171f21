package payments

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/intent"
)

// A lock is signed for what the contract takes, by the chain's clock, and holds its channel for as long; while the chain's and
// this machine's are too far apart none is, and no channel is held.
func TestLocksExpireByTheChainsClock(t *testing.T) {
	for ahead, want := range map[time.Duration]error{
		-time.Hour: chain.ErrClock, -lockValid: chain.ErrClock, 1 - lockValid + time.Minute: nil, 0: nil,
		lockValid - time.Minute: nil, lockValid + time.Minute: chain.ErrClock, time.Hour: chain.ErrClock,
	} {
		w := newWorld(t)
		w.open(&w.consumer)
		l, unread := w.consumer.ledger, errors.New("no endpoint answers")
		var now chain.Head
		at := func(h chain.Head) { now = h }
		l.cfg.Head = func(context.Context) (chain.Head, error) { return now, nil }
		at(chain.Head{Time: time.Now().Add(ahead)})
		plan, err := l.Plan(t.Context(), bob, 100, 1000)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := l.SignLock(t.Context(), bob, plan)
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("chain ahead %s: %v", ahead, err)
		}
		until := time.Unix(int64(signed.ValidUntil), 0)
		if left := until.Sub(now.Time); want == nil && (left < lockValid-time.Minute || left > intent.MaxLockAhead*time.Second) {
			t.Errorf("chain ahead %s: valid for %v", ahead, left)
		}
		elsewhere, err := l.Plan(t.Context(), alice, 100, 1000)
		if err != nil || (elsewhere.Channel == plan.Channel) != (want != nil) {
			t.Errorf("chain ahead %s: %+v, %v; the lock is for channel %d", ahead, elsewhere, err, plan.Channel)
		}
		at(chain.Head{Time: until})
		if elsewhere, err = l.Plan(t.Context(), alice, 100, 1000); err != nil || elsewhere.Channel != plan.Channel {
			t.Errorf("chain ahead %s, when the lock has expired: %+v, %v", ahead, elsewhere, err)
		}
		l.cfg.Head = func(context.Context) (chain.Head, error) { return chain.Head{}, unread }
		if _, err := l.SignLock(t.Context(), bob, plan); !errors.Is(err, unread) {
			t.Errorf("signed by no clock: %v", err)
		}
	}
}
