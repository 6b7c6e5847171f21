package payments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// idle is when to look again although nothing but an event can make a payment due.
const idle = time.Hour

// pay sends payments whenever one is due. It does not wait for acknowledgements: while a payment
// is on its way, the next alarm makes the next one. That one cannot be sent is like a loss: it is sent
// again, and Receive tells when the session is over.
func (p *Payer) pay(ctx context.Context, conn Conn) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.wake:
		case <-timer.C:
		}
		for {
			next, wait, err := p.next(time.Now())
			if err != nil {
				return err
			}
			if next == nil {
				timer.Reset(wait)
				break
			}
			if err := p.send(ctx, conn, next); err != nil {
				return err
			}
		}
	}
}

// outgoing is a payment on its way to the store and the provider.
type outgoing struct {
	payment
	row    Session
	signed bool         // its promise is new
	spent  money.Amount // by it
	day    int64        // that this counts for
	// found, when not nil, is a promise of an earlier session that the book lacks.
	found *intent.SignedPromise
}

func (p *Payer) send(ctx context.Context, conn Conn, o *outgoing) error {
	if err := p.ledger.keepFound(ctx, o.found); err != nil {
		return err
	}
	if o.signed {
		settles, booked := o.settles > 0, p.booked
		row := p.ledger.progressRow(*o.promise, o.row)
		err := p.ledger.group.do(ctx, p.ledger.self, func(tx *store.Tx) error {
			err := tx.SavePromise(row)
			if err == nil {
				err = tx.AddSpent(row.Domain, row.Consumer, o.day, o.spent)
			}
			if err != nil || !settles {
				return err
			}
			return p.rebook(tx, booked, left{})
		})
		if err != nil {
			return fmt.Errorf("store promise: %w", err)
		}
		if settles {
			p.booked = 0
		}
	}
	body, err := o.encode()
	if err != nil {
		return fmt.Errorf("encode payment: %w", err)
	}
	if err := conn.Send(ctx, KindPayment, body); err != nil {
		p.ledger.cfg.Logger.Debug("payment not sent", "session", fmt.Sprintf("%x", p.terms.Session), "error", err)
	}
	return ctx.Err()
}

// keepFound stores a promise that this identity made without this book, and books it as no session's here: else the lock would
// seem to have more left than it has, for good where nothing is left.
func (l *Ledger) keepFound(ctx context.Context, found *intent.SignedPromise) error {
	if found == nil {
		return nil
	}
	row := l.promiseRow(*found)
	err := l.group.do(ctx, l.self, func(tx *store.Tx) error {
		if err := tx.SavePromise(row); err != nil {
			return err
		}
		return tx.BookPromise(string(Consumer), row, row.Session, row.Updated)
	})
	if err != nil {
		return fmt.Errorf("store promise shown by the provider: %w", err)
	}
	return nil
}

// next returns the payment that is due now, or nil and when to look again at the latest.
func (p *Payer) next(now time.Time) (*outgoing, time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.ledger.budget.alone()()
	switch {
	case p.isSettled:
		return nil, idle, nil
	case p.final && now.Sub(p.finished) > unpaidFor && p.exhausted != nil:
		return nil, 0, p.exhausted
	case p.final && now.Sub(p.finished) > unpaidFor:
		return nil, 0, fmt.Errorf("%w: the provider does not acknowledge the last payment", ErrClosed)
	}
	f := figures{received: p.counters().Received, peerReceived: p.peer.received, elapsed: p.clock.elapsed(now)}
	news, wait := p.news(now, f)
	if p.asks > p.told.settles {
		wait = min(wait, resendAfter) // for what the cap per minute leaves for the debt
	}
	if pause, err := p.pause(now, f); err != nil {
		return nil, 0, err
	} else if news && pause > 0 {
		news, wait = false, pause
	}
	if !news && p.acked < p.since { // unanswered
		if wait = min(wait, p.sentAt.Add(resendAfter).Sub(now)); wait <= 0 {
			return p.repeat(now), 0, nil
		}
	}
	if !news {
		p.arm()
		return nil, wait, nil
	}
	o, err := p.compose(now, f)
	p.since = p.sequence
	p.arm()
	return o, 0, err
}

// repeat is the newest payment again, which may be lost or only slow. It says nothing that the first did not, so that
// the answer to either will do, however long it takes.
func (p *Payer) repeat(now time.Time) *outgoing {
	p.sequence++
	p.told.sequence, p.sentAt = p.sequence, now
	return &outgoing{payment: p.told}
}

// news says whether the provider must be told something that it was not told yet, else when time
// alone will make it so.
func (p *Payer) news(now time.Time, f figures) (bool, time.Duration) {
	if p.sequence == 0 || p.again {
		return true, 0
	}
	if !p.greeted {
		return false, idle
	}
	if p.flags() != p.told.flags&^flagHello || p.asks > p.told.settles && !p.short {
		return true, 0
	}
	if p.final {
		return false, idle
	}
	if p.asks > p.told.settles {
		if _, spare := p.ledger.budget.room(now, p); spare >= p.ledger.budget.share() {
			return true, 0
		}
	}
	if p.explaining() && p.shownAt == 0 {
		return true, 0
	}
	if p.peer.stopped && p.told.echo < p.peer.mark {
		return true, 0 // the provider judges by what is reported after it asked
	}
	if unpaid := f.bytes() - min(p.paid.bytes(), f.bytes()); unpaid >= p.window/8*3 {
		return true, 0
	}
	if p.terms.Price.PerHour == 0 || p.clock.holds != 0 || !p.clock.started {
		return false, idle
	}
	left := TimeAllowed(p.rule())/2 - (f.elapsed - p.paid.elapsed)
	return left <= 0, left
}

func (p *Payer) flags() (flags uint32) {
	if p.clock.holds&holdProbes != 0 {
		flags |= flagPaused
	}
	if p.final {
		flags |= flagFinal
		if p.peer.final && p.greeted && !p.explaining() { // else there may be a debt to pay yet
			flags |= flagLast
		}
	}
	return flags
}

// compose makes a payment for the figures, with a new promise if they need one.
func (p *Payer) compose(now time.Time, f figures) (*outgoing, error) {
	want, err := p.wanted(now, f)
	if err != nil {
		return nil, err
	}
	o := &outgoing{found: p.found}
	p.found = nil
	if want > p.promised() {
		o.spent = want.SaturatingSub(p.spent())
		o.day = p.ledger.budget.spend(now, p, o.spent)
		promise := p.promise(want)
		signed, err := intent.SignPromise(p.ledger.cfg.Signer, promise.Promise, p.ledger.cfg.Domain)
		if err != nil {
			return nil, fmt.Errorf("sign promise: %w", err)
		}
		p.newest, o.signed = &signed, true
		p.promises++
	}
	p.setAside(now, want)
	p.narrow()
	if rule := p.rule(); p.exhausted == nil && !p.terms.Price.Free() && (Window(p.window, rule) == 0 || TimeAllowed(rule) == 0) {
		p.exhausted = p.bound()
	}
	if p.exhausted != nil {
		p.finish()
	}
	p.sequence++
	o.payment = payment{
		sequence: p.sequence, echo: p.peer.mark,
		received: f.received, peerReceived: f.peerReceived, elapsed: f.elapsed, flags: p.flags(),
		maxWindow: p.maxWindow(), base: p.base, settles: p.settles,
	}
	if !p.greeted {
		o.flags |= flagHello
	}
	if p.newest != nil && p.peer.newest < p.newest.Amount {
		o.promise = p.newest
	}
	o.arrears = p.showArrears(o.sequence)
	p.told, p.paid, p.sentAt, p.again = o.payment, f, now, false
	p.grant()
	p.last = o.has(flagLast)
	o.row = p.snapshot(now)
	o.row.Due = plus(o.row.Due, max(p.settles, p.asks)) // if the node dies, what is promised for a debt does not pay for the session
	return o, nil
}

// bill is what must be promised in all so that nothing is due.
func (p *Payer) bill(f figures) (money.Amount, error) {
	due, err := p.due(f)
	for _, more := range []money.Amount{p.base, p.settles} {
		if err == nil {
			due, err = due.Add(more)
		}
	}
	return due, err
}

// due is what the session costs.
func (p *Payer) due(f figures) (money.Amount, error) {
	due, err := p.terms.Price.Due(f.bytes(), f.elapsed)
	if err != nil {
		return 0, fmt.Errorf("session's bill: %w", err)
	}
	return due.Add(p.terms.Setup)
}

func (p *Payer) promised() money.Amount {
	if p.newest == nil {
		return 0
	}
	return p.newest.Amount
}

func (p *Payer) rule() WindowRule {
	// What was paid so far bounds the provider's trust, not the consumer's.
	most, bound := p.ceiling()
	left := most.SaturatingSub(p.spent())
	if errors.Is(bound, ErrCap) {
		left = left.SaturatingSub(lastOf(p.terms.Price))
	}
	return WindowRule{Price: p.terms.Price, Paid: math.MaxInt64, Remaining: min(left, 2*p.ledger.budget.share())}
}

// arm sets the alarm to where the next payment is due.
func (p *Payer) arm() {
	if p.meter == nil || p.final {
		return
	}
	c := p.meter.Counters()
	billed := c.Received + p.peer.received
	unpaid := billed - min(p.paid.bytes(), billed)
	p.meter.SetAlarm(c.Total() + max(p.window/2-min(unpaid, p.window/2), p.window/16))
}

// grant sets the limit to what this end has promised plus two windows. What the provider has not reported
// of what was sent counts as lost here, without a bound: this limit only saves sending what the
// provider would not let pass, and its own protects it. It stays ahead of the provider's, which moves when a promise
// arrives, and whose window may double then, before this end hears of either: what came through the tunnel in
// the meantime and was dropped here, the provider has sent and counted, so that it would look like loss.
func (p *Payer) grant() {
	if p.meter == nil || p.final {
		return
	}
	sent := p.meter.Counters().Sent
	p.meter.SetLimit(p.paid.bytes() + sent - min(sent, p.peer.received) + 2*p.window)
}

func (p *Payer) stopTraffic() {
	if p.meter != nil {
		p.meter.SetAlarm(math.MaxUint64)
		p.meter.SetLimit(0)
	}
	p.clock.hold(holdEnd, time.Now())
}

func (p *Payer) counters() (c tunnel.Counters) {
	if p.meter != nil {
		c = p.meter.Counters()
	}
	return c
}

// snapshot is the session's row as of now.
func (p *Payer) snapshot(now time.Time) Session {
	row := p.row
	c := p.counters()
	f := figures{received: c.Received, peerReceived: p.peer.received, elapsed: p.clock.elapsed(now)}
	due, err := p.due(f)
	if err != nil {
		due = math.MaxInt64 // a bill that cannot be counted cannot be promised either
	}
	row.Stats = Stats{
		Sent: c.Sent, Received: c.Received, Billed: f.bytes(), Elapsed: f.elapsed, Due: due,
		Promised: p.promised().SaturatingSub(p.base), Promises: p.promises, Window: p.window,
		Paused: p.clock.holds != 0,
	}
	return row
}

// Stats returns the session's account.
func (p *Payer) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot(time.Now()).Stats
}
