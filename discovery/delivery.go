package discovery

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/mysteriumnetwork/myst/record"
)

const (
	// repeatEvery is how often a target is handed what it should hold already, in case it has
	// lost its database.
	repeatEvery = 10 * time.Minute
	minBackoff  = time.Second
	maxBackoff  = time.Minute
	// soonBackoff is shorter: a registration will appear, or the minute between two updates be over, and nobody can reach a
	// node that was started again until its new key is announced.
	soonBackoff     = 10 * time.Second
	deliveryTimeout = 15 * time.Second
)

// delivered is what logged is when the target has everything.
const delivered = "delivered"

// delivery brings an announcer's statements to one target.
type delivery struct {
	announcer *Announcer
	target    Target
	wake      chan struct{} // capacity 1: statements have changed

	// Under the announcer's mu:
	has     map[slotID][32]byte // what the target was last known to hold
	tried   map[slotID]bool     // what it may hold
	problem string              // why something is missing there; empty when nothing is

	logged string // the outcome that the log has last told of
}

func newDelivery(a *Announcer, target Target) *delivery {
	return &delivery{
		announcer: a, target: target, wake: make(chan struct{}, 1),
		has: map[slotID][32]byte{}, tried: map[slotID]bool{},
	}
}

// run delivers until ctx ends.
func (t *delivery) run(ctx context.Context) {
	backoff, repeat := minBackoff, false
	for {
		err := t.deliver(ctx, repeat)
		wait := repeatEvery
		if err != nil {
			// Spread over a quarter, so that a hub that comes back is not met by everybody at once.
			wait = backoff - time.Duration(rand.Int64N(int64(backoff/4))) //nolint:gosec // nothing secret
			if backoff = min(2*backoff, maxBackoff); errors.Is(err, ErrParked) || errors.Is(err, ErrTooSoon) {
				backoff = min(backoff, soonBackoff)
			}
		} else {
			backoff = minBackoff
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-t.wake:
			timer.Stop()
			backoff, repeat = minBackoff, err != nil // who was away may have forgotten
		case <-timer.C:
			repeat = true
		}
	}
}

// deliver hands over what the target lacks, or everything again. It stops at the first error.
func (t *delivery) deliver(ctx context.Context, again bool) error {
	a := t.announcer
	a.mu.Lock()
	var pending []statement
	now := a.cfg.Clock()
	for _, st := range a.statements {
		missing := t.has[st.id] != st.hash
		// A proposal that lives on by its renewal cannot be handed over a second time.
		if missing || again && st.expires.After(now) {
			pending = append(pending, st)
		}
	}
	a.mu.Unlock()
	for _, st := range pending {
		if err := t.hand(ctx, st); err != nil {
			if told := err.Error(); ctx.Err() == nil && told != t.logged {
				t.logged = told
				a.log.Warn("not announced; trying again", "target", t.target.Name(), "kind", st.id.kind, "error", err)
			}
			return err
		}
	}
	if len(pending) > 0 && t.logged != delivered {
		t.logged = delivered
		a.log.Info("announced", "target", t.target.Name())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t.problem = ""
	a.notify()
	return nil
}

// hand gives one statement to the target and notes the outcome.
func (t *delivery) hand(ctx context.Context, st statement) error {
	a := t.announcer
	a.mu.Lock()
	t.tried[st.id] = true
	a.mu.Unlock()
	limited, cancel := context.WithTimeout(ctx, deliveryTimeout)
	err := t.target.Announce(limited, st.raw)
	cancel()
	if st.withdrawal && refused(err) {
		err = nil // it does not offer what it should not offer
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.notify()
	if err == nil {
		t.has[st.id] = st.hash
		return nil
	}
	t.problem = err.Error()
	delete(t.has, st.id)
	if errors.Is(err, ErrStale) || errors.Is(err, record.ErrExpired) || errors.Is(err, ErrUnknownProposal) {
		select {
		case a.resign <- struct{}{}:
		default: // is asked for already
		}
	}
	return err
}

// refused tells whether a target has looked at a record and will not take it, now or later.
func refused(err error) bool {
	for _, final := range []error{ErrStale, ErrParked, ErrBond, ErrUnknownProposal, ErrFull, record.ErrExpired} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// holds tells whether the target has the current key and a service's current proposal. The caller holds
// the announcer's mu.
func (t *delivery) holds(slot uint8) bool {
	wanted := 0
	for _, st := range t.announcer.statements {
		isKey := st.id.kind == record.KindKey
		if !isKey && (st.id.kind != record.KindProposal || st.id.slot != slot) {
			continue
		}
		if st.withdrawal || t.has[st.id] != st.hash {
			return false
		}
		wanted++
	}
	return wanted == 2
}

// owes tells whether the target may have a proposal that was withdrawn. The caller holds the announcer's
// mu.
func (t *delivery) owes(slot uint8) bool {
	for _, st := range t.announcer.statements {
		if st.withdrawal && st.id.slot == slot && t.tried[st.id] && t.has[st.id] != st.hash {
			return true
		}
	}
	return false
}
