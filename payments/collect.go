package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// receive handles payments: checks, stores, and only then raises the limit.
func (c *Collector) receive(ctx context.Context, conn Conn) error {
	for {
		kind, body, err := conn.Receive(ctx)
		if err != nil {
			return connError(err)
		}
		if kind != KindPayment {
			return fmt.Errorf("%w: kind %d from a consumer", ErrMessage, kind)
		}
		p, err := decodePayment(body, c.terms.Peer)
		if err != nil {
			return err
		}
		if err := c.onPayment(ctx, p); err != nil {
			return err
		}
	}
}

// verdict is what a payment changes.
type verdict struct {
	promise *intent.SignedPromise // new, to be stored
	base    money.Amount
	debt    money.Amount
	settled money.Amount
	covers  bool
	figures figures
	refused refusal
	show    bool
	greeted bool
}

func (c *Collector) onPayment(ctx context.Context, p payment) error {
	if p.promise != nil && c.above(p.promise.Amount) {
		if err := c.relook(ctx); err != nil {
			return err
		}
	}
	if c.copied(p) {
		return nil
	}
	if p.arrears != nil {
		switch err := c.takeArrears(ctx, *p.arrears); {
		case errors.Is(err, errArrearsLater):
			c.debug(ctx, "payment is not answered", "error", err)
			return nil
		case err != nil:
			return err
		}
	}
	c.mu.Lock()
	now := time.Now()
	v, err := c.judge(p, now)
	c.mu.Unlock()
	if err != nil {
		return errors.Join(err, c.salvage(ctx, p, now))
	}
	if v.promise != nil {
		c.debug(ctx, "promise to be stored", "sequence", p.sequence)
		if err := c.store(ctx, v, now); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.apply(p, v, time.Now())
	return nil
}

// copied says whether a payment, or a later one, was dealt with already.
func (c *Collector) copied(p payment) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return p.sequence <= c.sequence
}

// salvage keeps the promise of a payment whose report is refused, which ends the session: it is money all the same.
func (c *Collector) salvage(ctx context.Context, p payment, now time.Time) error {
	c.mu.Lock()
	v := verdict{promise: p.promise, base: c.base, debt: c.debt, settled: c.settled, figures: c.named}
	good := c.greeted && p.promise != nil && c.check(*p.promise) == nil
	c.mu.Unlock()
	if !good {
		return nil
	}
	if err := c.store(ctx, v, now); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.newest = p.promise
	c.promises++
	return nil
}

// judge checks a payment without changing anything. An error ends the session; a refused promise
// does not.
func (c *Collector) judge(p payment, now time.Time) (verdict, error) {
	n := c.counters()
	if err := c.judgeReport(p, n.Sent); err != nil {
		return verdict{}, err
	}
	v, err := c.judgeBase(p)
	if err != nil || v.refused != 0 {
		return v, err
	}
	newest := c.promised()
	if p.promise != nil && (c.newest == nil || *p.promise != *c.newest) {
		if err := c.check(*p.promise); err != nil {
			v.refused = refusalOf(err)
		} else {
			v.promise, newest = p.promise, p.promise.Amount
		}
	}
	v.settled = max(c.settled, min(p.settles, v.debt))
	v.figures = figures{
		received: p.received, peerReceived: min(p.peerReceived, n.Received),
		elapsed: min(p.elapsed, c.clock.elapsed(now)+settled),
	}
	due, err := c.due(v.figures)
	for _, more := range []money.Amount{v.base, v.settled} {
		if err == nil {
			due, err = due.Add(more)
		}
	}
	if err != nil {
		return v, err
	}
	v.covers = newest >= due
	if !v.covers {
		v.settled, v.debt = c.settled, c.debt
		if v.refused == 0 && !p.has(flagFinal) {
			v.refused = refusalOf(ErrTooLittle)
		}
	}
	if !v.covers && !c.greeted && !p.has(flagFinal) {
		v.greeted = false // the set-up charge is not paid
	}
	return v, nil
}

// judgeReport holds what the consumer received, and its clock, against the own ones.
func (c *Collector) judgeReport(p payment, sent uint64) error {
	if p.received < c.reported {
		return fmt.Errorf("%w: a report that goes back", ErrMeter)
	}
	if err := c.audit.judge(p.received, sent, p.echo); err != nil {
		return err
	}
	err := c.audit.judgeTime(p.elapsed, p.echo)
	if err != nil && c.excuse(p, time.Now()) {
		return nil
	}
	return err
}

// excuse takes time off the own clock that the consumer's did not count: while the payment channel is lost
// both ends stop the traffic and the consumer's probes fail, which it cannot tell in time. It comes out of the
// budget for such pauses.
func (c *Collector) excuse(p payment, now time.Time) bool {
	seen, ok := c.audit.mark(p.echo)
	missing := seen.elapsed - p.elapsed
	if !ok || c.pause.spent+missing > pauseBudget+c.clock.elapsed(now)/lossShare {
		return false
	}
	c.pause.spent += missing
	c.clock.counted, c.clock.since = max(c.clock.elapsed(now)-missing, 0), now
	c.audit.forgive(missing)
	return true
}

// judgeBase checks what the session's promises build on: the hello's, and afterwards the same.
func (c *Collector) judgeBase(p payment) (verdict, error) {
	v := verdict{base: c.base, debt: c.debt, settled: c.settled, greeted: c.greeted}
	switch {
	case c.greeted && p.base != c.base:
		return v, fmt.Errorf("%w: another base in mid-session", ErrMessage)
	case c.greeted:
	case !p.has(flagHello):
		return v, fmt.Errorf("%w: payment before hello", ErrMessage)
	case p.base < c.floor: // the consumer's book is older than ours
		v.refused, v.show = refusedNotGrowing, true
	default:
		// Promises that were signed for earlier sessions and did not arrive then pay debts.
		v.base, v.greeted = p.base, true
		v.debt = c.debt.SaturatingSub(p.base - c.floor)
	}
	return v, nil
}

func (c *Collector) check(p intent.SignedPromise) error {
	return Check(p, Expectation{
		Consumer: c.terms.Peer, Provider: c.ledger.self, Channel: c.terms.Channel, Epoch: c.terms.Epoch,
		Newest: c.promised(), Locked: c.locked,
	}, c.ledger.cfg.Domain)
}

func refusalOf(err error) refusal {
	for code, known := range refusals {
		if known != nil && errors.Is(err, known) {
			return refusal(code)
		}
	}
	return 1
}

// store makes a promise durable, with the session's row and the consumer's account as they are
// after it.
func (c *Collector) store(ctx context.Context, v verdict, now time.Time) error {
	c.mu.Lock()
	row, newest := c.snapshot(now), c.promised()
	c.mu.Unlock()
	gain := v.promise.Amount.SaturatingSub(max(v.base, newest))
	row.Promises++
	row.Promised += gain
	row.Billed, row.Elapsed = v.figures.bytes(), v.figures.elapsed
	if due, err := c.due(v.figures); err == nil {
		row.Due = max(row.Due, due)
	}
	row.Due = plus(row.Due, v.settled) // if the node dies, what the promise paid of a debt did not pay for the session
	debt := v.debt.SaturatingSub(v.settled)
	kept := c.ledger.progressRow(*v.promise, row)
	err := c.ledger.group.do(ctx, c.terms.Peer, func(tx *store.Tx) error {
		// The account's credit follows from the session's figures, should the node die; a debt that is paid does not.
		if err := tx.SavePromise(kept); err != nil || debt == c.booked {
			return err
		}
		return c.rebook(tx, debt, 0)
	})
	if err != nil {
		return fmt.Errorf("store promise: %w", err)
	}
	c.booked = debt
	return nil
}

// apply takes over a payment whose promise, if it brought one, is stored.
func (c *Collector) apply(p payment, v verdict, now time.Time) {
	c.sequence, c.theirMax = p.sequence, p.maxWindow
	c.reported, c.named = p.received, v.figures
	c.refused, c.show = v.refused, v.show
	if v.promise != nil {
		c.newest = v.promise
		c.promises++
	}
	if v.greeted {
		if !c.greeted {
			c.greeted, c.base, c.debt = true, v.base, v.debt
		}
		c.settled = v.settled
	}
	c.claimPause(p.has(flagPaused), now)
	if v.covers && v.greeted {
		c.cover(v.figures, now)
	}
	if p.has(flagFinal) {
		c.last = c.last || p.has(flagLast) && c.sawEnd(p.echo)
		c.finish()
	}
	c.steer(now)
	c.bill()
}

// sawEnd says whether whoever echoes this mark had seen a final bill: only then its report is its last word.
func (c *Collector) sawEnd(echo uint64) bool {
	return c.endMark > 0 && echo >= c.endMark && echo <= c.audit.newest
}

// cover moves the window over what is paid, and lets it grow with every quarter of it.
func (c *Collector) cover(f figures, now time.Time) {
	// Never from less than what gives the first window: else a debt, which is taken off each time, would be so twice.
	next := Window(max(c.window, FirstWindow/2), c.rule())
	if c.window == 0 {
		c.window = next
	}
	c.covered = figures{
		received: max(c.covered.received, f.received), peerReceived: max(c.covered.peerReceived, f.peerReceived),
		elapsed: max(c.covered.elapsed, f.elapsed),
	}
	own := c.clock.elapsed(now)
	c.skew = min(max(own-c.covered.elapsed, 0), own/lossShare+settled)
	if c.covered.bytes()-c.grown >= c.window/4 {
		c.grown = c.covered.bytes()
		c.window = next
	} else {
		c.window = min(c.window, next)
	}
}

func (c *Collector) rule() WindowRule {
	r := WindowRule{
		Price: c.terms.Price, Paid: c.worth(), Remaining: c.counted.SaturatingSub(max(c.promised(), c.base)),
		Debt: c.owed(), Max: c.ledger.cfg.MaxWindow,
	}
	if c.theirMax != 0 {
		r.Max = min(r.Max, c.theirMax)
	}
	if r.Debt > 0 {
		r.Paid = 0
	}
	return r
}

// steer sets the limit to what is paid, plus what counts as lost, plus a window; or stops the
// traffic when too much time is unpaid.
func (c *Collector) steer(now time.Time) {
	if c.meter == nil || c.final {
		return
	}
	n := c.meter.Counters()
	limit := uint64(0)
	if c.greeted && c.window > 0 && !c.lateBy(now) {
		limit = c.covered.bytes() + lost(n.Sent, c.reported) + c.window
	}
	if limit != c.limit {
		c.limit = limit
		c.meter.SetLimit(limit)
	}
	if stopped := n.Total()+room > limit; !stopped {
		c.stoppedAt = time.Time{}
		c.clock.release(holdLimit, now)
	} else if c.stoppedAt.IsZero() {
		c.stoppedAt = now
		c.clock.hold(holdLimit, now)
		c.bill()
	}
	if c.clock.started {
		up := n.Received - min(c.billedUp, n.Received)
		if c.window > 0 && up >= c.window/4 {
			c.bill()
		}
		alarm := n.Total() + max(c.window/4-min(up, c.window/4), max(c.window/16, 1))
		if c.stoppedAt.IsZero() { // then the limit is more than room away
			alarm = min(alarm, limit-room+1)
		}
		c.meter.SetAlarm(alarm)
	}
}

// lateBy says whether more session time is unpaid than may be.
func (c *Collector) lateBy(now time.Time) bool {
	if c.terms.Price.PerHour == 0 {
		return false
	}
	return c.clock.elapsed(now)-c.covered.elapsed-c.skew > TimeAllowed(c.rule())
}

// claimPause takes over whether the consumer's probes fail. Time is not billed meanwhile, as long as
// no traffic says otherwise.
func (c *Collector) claimPause(claimed bool, now time.Time) {
	switch {
	case claimed && !c.pause.claimed:
		c.pause.claimed, c.pause.at, c.pause.total = true, now, c.counters().Total()
		c.clock.hold(holdProbes, now)
	case !claimed && c.pause.claimed:
		if !c.pause.void {
			c.pause.spent += now.Sub(c.pause.at)
		}
		c.pause.claimed, c.pause.void = false, false
		c.clock.release(holdProbes, now)
	case claimed && !c.pause.void:
		switch budget := pauseBudget + c.clock.elapsed(now)/lossShare; {
		case c.counters().Total() > c.pause.total+slack:
			c.clock.release(holdProbes, now)
			c.clock.counted += now.Sub(c.pause.at)
			c.pause.void = true
		case c.pause.spent+now.Sub(c.pause.at) > budget:
			c.clock.release(holdProbes, now)
			c.pause.void = true
		}
	}
}
