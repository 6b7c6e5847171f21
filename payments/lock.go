package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// relookEvery bounds how often a consumer can make a provider look at the chain.
const relookEvery = 2 * time.Second

// recheck looks at the lock. Errors: ErrNotLocked, ErrUnlocking, ErrChainStale.
func (c *Collector) recheck(ctx context.Context) error {
	state, err := c.ledger.lockOn(ctx, c.terms.Peer, c.ledger.self, c.terms, c.ledger.cfg.Confirmations)
	switch {
	case errors.Is(err, ErrNotLocked), errors.Is(err, ErrUnlocking):
		return err
	case err != nil:
		c.mu.Lock()
		defer c.mu.Unlock()
		if time.Since(c.seen) > staleFor {
			return fmt.Errorf("%w: %w", ErrChainStale, err)
		}
		return nil //nolint:nilerr // asked again soon
	}
	counted := c.counts(ctx, state)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = time.Now()
	if state.Locked < c.promised() {
		return fmt.Errorf("%w: the lock shrank below what is promised", ErrNotLocked)
	}
	more := counted > c.counted
	c.locked, c.counted = state.Locked, counted
	if c.greeted && more {
		c.window = Window(max(c.window, FirstWindow/2), c.rule())
		c.bill()
	}
	return nil
}

// above says whether a promise is above the lock as it was last seen. The consumer may have seen a top-up first.
func (c *Collector) above(amount money.Amount) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return amount > c.locked
}

// ending says whether the session is about to end because its lock is used up.
func (c *Collector) ending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.final && c.usedUp()
}

// mayAsk says whether the chain may be asked out of turn, and notes that it is.
func (c *Collector) mayAsk(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.looked) < relookEvery {
		return false
	}
	c.looked = now
	return true
}

// relook is recheck out of turn, unless that was just done.
func (c *Collector) relook(ctx context.Context) error {
	if !c.mayAsk(time.Now()) {
		return nil
	}
	return c.recheck(ctx)
}
