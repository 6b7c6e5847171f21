package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/session"
)

// capText tells a consumer which spending cap it came up against, and how to raise it.
func capText(e *payments.CapError) string {
	switch e.Per {
	case payments.CapDay:
		return fmt.Sprintf("%s coins a day, until midnight UTC or until 'myst node --cap-per-day' raises it", e.Cap)
	case payments.CapMinute:
		return fmt.Sprintf("%s coins a minute are too few for this price or set-up charge; 'myst node --cap-per-minute' raises it", e.Cap)
	}
	return fmt.Sprintf("%s coins for this session; 'myst connect --cap' takes another number", e.Cap)
}

// capError refuses a session that a spending cap leaves no room for, beside its set-up charge.
func capError(err error, setup money.Amount) error {
	if reached, ok := errors.AsType[*payments.CapError](err); ok {
		return fmt.Errorf("%w: %w beside a set-up charge of %s: %s", ErrNotNow, errCapped{reached}, setup, capText(reached))
	}
	return err
}

// errCapped is a CapError whose text is left to capText.
type errCapped struct{ *payments.CapError }

// Error tells only that a cap is reached.
func (errCapped) Error() string { return "the spending cap leaves too little" }

// Unwrap returns the CapError.
func (e errCapped) Unwrap() error { return e.CapError }

// minLock is what a new lock must add: twenty times what it costs to put it on chain and to clear it, where that is known,
// and never less than the floor.
func (n *Node) minLock(ctx context.Context, self identity.Address) money.Amount {
	if n.cfg.LockCost == nil {
		return n.cfg.MinLock
	}
	cost, err := n.cfg.LockCost(ctx, self)
	if before := n.noCost.Swap(err != nil); err != nil {
		if !before { // once, and not for each stranger's request
			n.log.Warn("the gas of a lock is not known: only the floor counts", "floor", n.cfg.MinLock, "error", err)
		}
		return n.cfg.MinLock
	}
	const times = 20
	least, err := cost.MulDiv(times, 1)
	if err != nil {
		least = money.MaxLock
	}
	return max(n.cfg.MinLock, least)
}

// worthLocking refuses a new lock that adds too little. One that is on chain already costs nothing more.
func (v *serving) worthLocking(ctx context.Context, r session.Request, state chain.Channel) error {
	had := money.Amount(0)
	if state.Provider == v.self.address() && state.Epoch == r.Epoch {
		had = state.Locked
	}
	adds := r.Lock.SaturatingSub(had)
	if adds == 0 {
		return nil
	}
	least := v.n.minLock(ctx, v.self.address())
	if adds >= least {
		return nil
	}
	total, err := had.Add(least)
	if err != nil {
		total = money.MaxLock
	}
	return &session.Refusal{
		Reason: session.LockTooSmall, LeastLock: min(total, money.MaxLock), Err: fmt.Errorf("it adds %s coins, and %s are the least", adds, least),
	}
}

// tooSmall tells what to lock instead of what the provider refused as too little.
func (c *consuming) tooSmall(refusal *session.Refusal) error {
	more := refusal.LeastLock.SaturatingSub(c.plan.Lock)
	if more == 0 {
		return fmt.Errorf("%w: %w", ErrRefused, refusal)
	}
	return fmt.Errorf("%w: %w: lock %s coins or more by 'myst connect --lock', or take another provider", ErrRefused, refusal, c.req.Lock+more)
}
