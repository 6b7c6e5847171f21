package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/relay"
)

// busyFor is how long relayers can have had too much to do, without a break, before own gas is used.
const busyFor = time.Minute

// sender has intents relayed, and sends itself what nobody relays, where its operator lets it use its own gas.
type sender struct {
	*client.Client
	own atomic.Pointer[relay.Service] // nil until the identity is unlocked, and without own gas

	mu   sync.Mutex
	busy time.Time // since when they have been; zero: they are not
}

// Order implements [relay.Relayer]. Others are asked first.
func (s *sender) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	ticket, err := s.Client.Order(ctx, complete)
	own := s.own.Load()
	waits := s.waits(err)
	if own == nil || err == nil || ctx.Err() != nil || waits || !nobodyTakes(err) {
		return ticket, err
	}
	if ticket, failed := own.Order(ctx, onlyOwn(complete)); failed == nil {
		return ticket, nil
	} else if !errors.Is(failed, relay.ErrNotOffered) {
		err = fmt.Errorf("%w; with this node's own gas: %w", err, failed)
	}
	return relay.Ticket{}, err
}

// waits notes whether relayers are busy, and tells whether that is worth waiting for.
func (s *sender) waits(err error) bool {
	var refusal *relay.Refusal
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.As(err, &refusal) || refusal.Reason != relay.ReasonBusy {
		s.busy = time.Time{}
		return false
	}
	if s.busy.IsZero() {
		s.busy = time.Now()
	}
	return time.Since(s.busy) < busyFor
}

// nobodyTakes tells whether relayers refused an intent, for whatever they say, or were not heard of. Own gas is not spent
// on what would fail: the own service looks at it itself.
func nobodyTakes(err error) bool {
	var refusal *relay.Refusal
	return errors.As(err, &refusal) || errors.Is(err, relay.ErrNotOffered) || errors.Is(err, relay.ErrUnavailable)
}

// onlyOwn leaves out locks that somebody else signed: who wants one pays for it.
func onlyOwn(complete relay.Complete) relay.Complete {
	return func(q *relay.Quote) (relay.Intent, error) {
		in, err := complete(q)
		for _, l := range in.Locks {
			if err == nil && l.Consumer != q.Relayer {
				err = fmt.Errorf("%w: own gas is not for others' locks", relay.ErrNotOffered)
			}
		}
		return in, err
	}
}

// Status implements [relay.Relayer].
func (s *sender) Status(ctx context.Context, id string) (relay.Ticket, error) {
	if own := s.own.Load(); own != nil {
		if ticket, err := own.Status(ctx, id); !errors.Is(err, relay.ErrNotFound) {
			return ticket, err
		}
	}
	return s.Client.Status(ctx, id)
}
