package payments

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// attendant is what looks after a provider's session between its payments: bills, the meter, time, the lock.
// All of it is one goroutine, because most sessions are idle and each goroutine is memory. Only the chain and the
// peer are waited for in others, which last no longer than that.
type attendant struct {
	c      *Collector
	conn   Conn
	lookAt time.Time // when the account is looked at next; zero: now
	lockAt time.Time // when the lock is

	tasks    sync.WaitGroup
	checking bool
	checked  chan error // what became of a look at the lock
	sending  atomic.Bool
	settled  chan struct{} // gets one when the last bill is sent
}

// attend runs until ctx ends or a rule is broken; the error says which. It returns nil once the last bill is sent.
func (c *Collector) attend(ctx context.Context, conn Conn) error {
	now := time.Now()
	a := &attendant{
		c: c, conn: conn, lookAt: now.Add(resendAfter), lockAt: now.Add(c.ledger.cfg.Recheck),
		checked: make(chan error, 1), settled: make(chan struct{}, 1),
	}
	ctx, cancel := context.WithCancel(ctx)
	defer a.tasks.Wait()
	defer cancel()
	timer := time.NewTimer(resendAfter)
	defer timer.Stop()
	for {
		select {
		case <-timer.C: // below
		case <-c.wake: // a bill may be due
		case <-c.meter.Crossed():
			c.crossed(time.Now())
		case <-a.settled:
			close(c.done)
			return nil
		case err := <-a.checked:
			if err != nil {
				return err
			}
			a.checking, a.lookAt = false, time.Time{}
		case <-ctx.Done():
			return ctx.Err()
		}
		now := time.Now()
		if err := a.look(ctx, now); err != nil {
			return err
		}
		if err := a.bill(ctx, now); err != nil {
			return err
		}
		timer.Reset(min(a.lookAt.Sub(now), a.lockAt.Sub(now)))
	}
}

// look looks at the account and the lock, each when it is time.
func (a *attendant) look(ctx context.Context, now time.Time) error {
	due := !now.Before(a.lookAt)
	if !now.Before(a.lockAt) {
		a.lockAt = now.Add(a.c.ledger.cfg.Recheck)
		a.check(ctx)
	}
	// A top-up may have come before the session ends for want of one.
	if due && a.c.ending() && a.c.mayAsk(now) {
		a.check(ctx)
	}
	if waits := a.checking && a.c.ending(); due && !waits {
		if err := a.c.look(now); err != nil {
			return err
		}
		a.lookAt = now.Add(a.c.pace(now))
		return nil
	}
	if next := now.Add(a.c.pace(now)); next.Before(a.lookAt) || due {
		a.lookAt = next
	}
	return nil
}

// check looks at the lock, unless that is under way.
func (a *attendant) check(ctx context.Context) {
	if a.checking {
		return
	}
	a.checking = true
	a.tasks.Go(func() { a.checked <- a.c.recheck(ctx) })
}

// bill sends the newest state of affairs if there is a reason to, and the bill before it is sent.
func (a *attendant) bill(ctx context.Context, now time.Time) error {
	if a.sending.Load() {
		return nil // it looks for another one itself
	}
	b, last := a.c.compose(now)
	if b == nil {
		return nil
	}
	body, err := b.encode()
	if err != nil {
		return fmt.Errorf("encode bill: %w", err)
	}
	a.c.debug(ctx, "bill", "acknowledges", b.ack)
	a.sending.Store(true)
	a.tasks.Go(func() {
		if err := a.conn.Send(ctx, KindBill, body); err != nil {
			a.c.debug(ctx, "bill not sent", "error", err)
		}
		if last {
			a.settled <- struct{}{}
			return // and nothing is sent after it
		}
		a.sending.Store(false)
		a.c.mu.Lock()
		defer a.c.mu.Unlock()
		if a.c.dirty {
			a.c.bill()
		}
	})
	return nil
}

// crossed is called when the meter's alarm has gone off; session time begins with the first packet.
func (c *Collector) crossed(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock.start(now)
	c.steer(now)
}

// pace is how long nothing that was not told by an event can need a look: while all is well, that is until too much
// time can be unpaid. Bills can be lost, and so a look is due every second while the traffic is stopped.
func (c *Collector) pace(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.greeted && !c.final && !c.pause.claimed:
		return max(c.stoppedAt.Add(unpaidFor).Sub(now), resendAfter)
	case c.final, !c.stoppedAt.IsZero(), c.pause.claimed, c.usedUp():
		return resendAfter
	case c.terms.Price.PerHour == 0:
		return idle
	}
	left := TimeAllowed(c.rule()) + c.covered.elapsed + c.skew - c.clock.elapsed(now)
	return max(left, resendAfter)
}

// debug logs about the session.
func (c *Collector) debug(ctx context.Context, msg string, args ...any) {
	if !c.ledger.cfg.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	c.ledger.cfg.Logger.With("session", fmt.Sprintf("%x", c.terms.Session)).DebugContext(ctx, msg, args...)
}

// compose makes a bill if one is due; last says that it acknowledges the last payment.
func (c *Collector) compose(now time.Time) (b *bill, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dirty {
		return nil, false
	}
	n := c.counters()
	c.dirty, c.billedUp, c.billedAt = false, n.Received, now
	b = &bill{
		ack: c.sequence, mark: c.audit.stamp(now, n.Sent, c.clock.elapsed(now)),
		received: n.Received, window: c.window, debt: c.debt, newest: c.promised(), refusal: c.refused, final: c.final,
		stopped: !c.stoppedAt.IsZero(), whole: c.alone,
	}
	if c.show {
		b.promise = c.newest
	}
	if c.final && c.endMark == 0 {
		c.endMark = b.mark
	}
	return b, c.last
}

func (c *Collector) look(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claimPause(c.pause.claimed, now)
	c.steer(now)
	if !c.final && c.usedUp() {
		c.exhausted = true
		c.finish()
	}
	if c.stoppedAt.IsZero() && !c.final {
		return nil
	}
	if now.Sub(c.billedAt) >= resendAfter && (c.greeted || c.final) {
		c.bill()
	}
	switch {
	case c.stoppedAt.IsZero() || now.Sub(c.stoppedAt) <= unpaidFor:
		return nil
	case c.window > 0 || !c.greeted || c.final:
		return ErrUnpaid
	case c.owed() > 0:
		return ErrDebt
	}
	return nil // part of the lock waits for more confirmations
}

// usedUp says whether what is left of the lock gives no window. Neither a debt counts here, nor that part
// of the lock waits for more confirmations.
func (c *Collector) usedUp() bool {
	if !c.greeted || c.terms.Price.Free() {
		return false
	}
	r := c.rule()
	r.Debt, r.Remaining = 0, c.locked.SaturatingSub(max(c.promised(), c.base))
	return Window(FirstWindow, r) == 0 || TimeAllowed(r) == 0
}
