package payments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
)

const (
	// unpaidFor is how long the traffic may be stopped before the session ends, and staleFor how long
	// the chain may be unreadable.
	unpaidFor = time.Minute
	staleFor  = 3 * time.Minute
	// room is how much below the limit the traffic already counts as stopped, because the next packet
	// may not fit; more than any packet, less than any window.
	room = 16 << 10
	// pauseBudget is how much time, beside a twentieth of the session, a consumer's failing probes may
	// take off the bill.
	pauseBudget = 2 * time.Minute
	// forgiven is the part of the first window up to which a debt is dropped: 1/8. Bytes that were lost
	// when a session broke down are counted by one end only, and the consumer's book cannot explain them.
	forgiven = 8
)

// Collector is the provider's end of one session's payments.
type Collector struct {
	ledger *Ledger
	terms  Terms
	row    Session

	wake chan struct{} // a bill may be due

	mu    sync.Mutex
	meter Meter // nil until Run
	clock stopwatch
	audit auditor

	locked   money.Amount // confirmed, by the own view of the chain
	alone    bool         // no other session of the two was open here when it began
	counted  money.Amount // of locked: what service is given for
	floor    money.Amount // base must not be below: what was promised or cleared already
	base     money.Amount
	newest   *intent.SignedPromise
	credit   money.Amount // paid before this session
	booked   money.Amount // of the debt in the book: what this session accounts for
	debt     money.Amount // owed before this session
	seen     time.Time    // when the chain last told of the lock
	looked   time.Time    // when it was last asked out of turn
	settled  money.Amount // of debt, by this session's promises
	greeted  bool
	reported uint64 // received by the consumer
	covered  figures
	named    figures       // by the newest payment
	grown    uint64        // covered bytes when the window last grew
	skew     time.Duration // how far the consumer's clock was behind when it last paid
	window   uint64
	limit    uint64
	theirMax uint64
	promises uint64

	sequence  uint64 // of the newest payment
	refused   refusal
	show      bool // the next bill shows the newest promise
	dirty     bool // a bill is due
	billedUp  uint64
	billedAt  time.Time
	stoppedAt time.Time // when the traffic was stopped; zero while it flows
	pause     pause
	shown     int // arrears

	exhausted   bool
	final, last bool
	endMark     uint64        // of the first final bill
	done        chan struct{} // closed when the session is settled
	ended       chan struct{} // closed when Run has returned
	ran, closed bool
}

// pause is a consumer's claim that its probes fail.
type pause struct {
	claimed bool
	void    bool // traffic went on, or the budget is used up
	at      time.Time
	total   uint64 // of the meter, when it began
	spent   time.Duration
}

// Collect makes the provider's end of a session's payments and takes the consumer's payment channel.
// Errors: ErrChannelBusy, ErrReleased, ErrSetup, ErrDebt when another session of a consumer that owes is open. Close it.
func (l *Ledger) Collect(ctx context.Context, t Terms) (*Collector, error) {
	if err := checkTerms(t); err != nil {
		return nil, err
	}
	alone, err := l.reserve(t.Peer, l.self, t.Channel)
	if err != nil {
		return nil, err
	}
	c := &Collector{
		ledger: l, terms: t, row: Session{Terms: t, Role: Provider, Started: time.Now()},
		wake: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	if err = l.unreleased(ctx, t); err == nil {
		err = l.endLate(ctx, pair{t.Peer, l.self})
	}
	if err == nil {
		err = c.load(ctx, alone)
	}
	if err == nil {
		err = l.group.do(ctx, t.Peer, func(tx *store.Tx) error { return tx.SaveSession(l.sessionRow(c.row)) })
	}
	if err != nil {
		l.free(t.Peer, t.Channel)
		return nil, fmt.Errorf("open payments: %w", err)
	}
	return c, nil
}

func (c *Collector) load(ctx context.Context, alone bool) error {
	newest, err := c.ledger.newest(ctx, intent.SignedPromise{
		Consumer: c.terms.Peer,
		Promise:  intent.Promise{Provider: c.ledger.self, Channel: c.terms.Channel, Epoch: c.terms.Epoch},
	})
	if err != nil {
		return err
	}
	if newest != nil {
		c.newest, c.floor = newest, newest.Amount
	}
	account, err := c.ledger.account(ctx, Provider, c.terms.Peer)
	c.credit, c.alone = account.Credit, alone
	switch {
	case alone:
		c.debt, c.booked = account.Debt, account.Debt
	case account.Debt > c.small(): // a debt is asked for once, and who has one gets one window
		return errors.Join(err, fmt.Errorf("%w: %s coins, while another session is open", ErrDebt, account.Debt))
	}
	return err
}

// AwaitLock waits until this node's own view of the chain shows the lock with enough confirmations;
// nothing is served before. progress may be nil. Error: ErrNotLocked when ctx ends first.
func (c *Collector) AwaitLock(ctx context.Context, progress func(confirmations, needed uint64)) error {
	state, err := c.ledger.awaitLock(ctx, c.terms.Peer, c.ledger.self, c.terms, progress)
	if err != nil {
		return err
	}
	counted := c.counts(ctx, state)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.locked, c.counted, c.floor = state.Locked, counted, max(c.floor, state.Cleared)
	return nil
}

// counts returns how much of a confirmed lock service is given for: no more than one coin at risk
// before the lock is deep enough.
func (c *Collector) counts(ctx context.Context, state Channel) money.Amount {
	risk, err := state.Cleared.Add(coinAtRisk)
	if err != nil || state.Locked <= risk {
		return state.Locked
	}
	safe, err := c.ledger.lockOn(ctx, c.terms.Peer, c.ledger.self, c.terms, c.ledger.cfg.SafeConfirmations)
	if err != nil {
		return risk // not deep enough yet, or not known
	}
	return max(risk, min(safe.Locked, state.Locked))
}

// Run serves within the window until the session is settled (nil), conn ends, or a rule is broken;
// the error says which. AwaitLock must have returned nil before. The traffic is stopped before the first
// payment, and again when Run returns. Call it once.
func (c *Collector) Run(ctx context.Context, conn Conn, m Meter) error {
	c.mu.Lock()
	if c.locked == 0 || c.ran {
		c.mu.Unlock()
		return ErrNotLocked
	}
	c.ran, c.meter = true, m
	m.SetLimit(0)
	m.SetAlarm(1)
	c.stoppedAt = time.Now()
	c.seen = c.stoppedAt
	c.mu.Unlock()
	defer close(c.ended)
	err := runAll(ctx,
		func(ctx context.Context) error { return c.receive(ctx, conn) },
		func(ctx context.Context) error { return c.attend(ctx, conn) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopTraffic()
	if c.last && errors.Is(err, ErrClosed) {
		err = nil
	}
	if err == nil && (c.exhausted || c.usedUp()) {
		return ErrExhausted
	}
	return err
}

// Settle stops the traffic, sends the last bill and waits until the consumer has paid it, or ctx
// ends.
func (c *Collector) Settle(ctx context.Context) error {
	c.mu.Lock()
	c.finish()
	c.mu.Unlock()
	select {
	case <-c.done:
		return nil
	case <-c.ended:
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("settle session: %w", ctx.Err())
	}
}

// finish makes every further bill a final one.
func (c *Collector) finish() {
	if !c.final {
		c.final = true
		c.stopTraffic()
		if c.stoppedAt.IsZero() {
			c.stoppedAt = time.Now()
		}
	}
	c.bill()
}

func (c *Collector) stopTraffic() {
	if c.meter != nil {
		c.meter.SetAlarm(math.MaxUint64)
		c.meter.SetLimit(0)
	}
	c.limit = 0
	c.clock.hold(holdEnd, time.Now())
}

// bill makes the attending goroutine send one.
func (c *Collector) bill() {
	c.dirty = true
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Collector) counters() (n tunnel.Counters) {
	if c.meter != nil {
		n = c.meter.Counters()
	}
	return n
}

func (c *Collector) promised() money.Amount {
	if c.newest == nil {
		return 0
	}
	return c.newest.Amount
}

// Stats returns the session's account.
func (c *Collector) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.snapshot(time.Now()).Stats
}

// snapshot is the session's row as of now.
func (c *Collector) snapshot(now time.Time) Session {
	row := c.row
	n := c.counters()
	f := figures{received: c.reported, peerReceived: n.Received, elapsed: c.clock.elapsed(now)}
	due, err := c.due(f)
	if err != nil {
		due = math.MaxInt64
	}
	promised := c.promised().SaturatingSub(max(c.base, c.floor))
	if c.greeted {
		promised = c.promised().SaturatingSub(c.base)
	}
	row.Stats = Stats{
		Sent: n.Sent, Received: n.Received, Billed: f.bytes(), Elapsed: f.elapsed, Due: due,
		Promised: promised, Promises: c.promises, Window: c.window, Paused: c.clock.holds != 0,
	}
	return row
}

// due is what the session costs.
func (c *Collector) due(f figures) (money.Amount, error) {
	due, err := c.terms.Price.Due(f.bytes(), f.elapsed)
	if err != nil {
		return 0, fmt.Errorf("session's bill: %w", err)
	}
	return due.Add(c.terms.Setup)
}

// Close writes the session's end into the book and frees the payment channel. What is not paid
// becomes the consumer's debt. Call it after Run has returned; a second call does nothing.
func (c *Collector) Close(ctx context.Context, reason string) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	now := time.Now()
	c.stopTraffic()
	row := c.snapshot(now)
	row.Ended, row.Reason = now, reason
	rest, err := c.leave(now)
	c.mu.Unlock()

	defer c.ledger.free(c.terms.Peer, c.terms.Channel)
	err = errors.Join(err, c.ledger.end(ctx, pair{c.terms.Peer, c.ledger.self}, func(tx *store.Tx) error {
		if err := c.bookRest(tx, rest); err != nil {
			return err
		}
		return c.ledger.saveEnd(tx, c.ledger.sessionRow(row))
	}))
	if err != nil {
		return fmt.Errorf("close session's account: %w", err)
	}
	return nil
}

// rebook replaces this session's part of the debt in the book, and adds to the credit there.
func (c *Collector) rebook(tx *store.Tx, debt, gain money.Amount) error {
	return c.ledger.changeAccount(tx, Provider, c.terms.Peer, func(a *store.PaymentAccount) {
		a.Credit = plus(a.Credit, gain)
		a.Debt = plus(a.Debt.SaturatingSub(c.booked), debt)
	})
}

// rest is what a session leaves to the book.
type rest struct {
	debt   money.Amount // of earlier sessions
	unpaid money.Amount // of this one
	charge money.Amount // credit that excuses what else is unpaid
}

// bookRest writes the session's part of the consumer's account as it stays.
func (c *Collector) bookRest(tx *store.Tx, r rest) error {
	debt, more := r.debt, r.unpaid
	if more <= c.small() { // no reason to end a credit
		debt, more = plus(debt, more), 0
	}
	if err := c.rebook(tx, debt, c.gain()); err != nil {
		return err
	}
	if r.charge > 0 {
		err := c.ledger.changeAccount(tx, Provider, c.terms.Peer, func(a *store.PaymentAccount) {
			a.Credit = a.Credit.SaturatingSub(r.charge)
		})
		if err != nil {
			return err
		}
	}
	return c.ledger.addDebt(tx, Provider, c.terms.Peer, more)
}

// leave is what the session leaves behind: what the consumer reported and did not pay, which its book explains, and what it
// did not report. What was sent counts as received but for a twentieth, and a report may say less only as far as the session
// paid for itself: a little; and, with a report made after the end, up to a twentieth of all that was ever paid, each
// part once. What it does not bring it may not leave unpaid either.
func (c *Collector) leave(now time.Time) (r rest, err error) {
	r.debt = c.debt.SaturatingSub(c.settled)
	if !c.greeted {
		return r, nil // nothing was served
	}
	brought := c.gain().SaturatingSub(c.settled)
	excused := min(c.small(), brought)
	old := min(excused, r.debt) // the consumer's book does not explain it
	excused, r.debt = excused-old, r.debt-old
	n := c.counters()
	reported, err := c.due(figures{received: c.reported, peerReceived: n.Received, elapsed: c.named.elapsed})
	if err != nil {
		return r, err
	}
	due, err := c.due(figures{
		received: max(c.reported, n.Sent-lost(n.Sent, c.reported)), peerReceived: n.Received, elapsed: c.clock.elapsed(now),
	})
	if err != nil {
		return r, err
	}
	silent := due.SaturatingSub(max(reported, brought))
	switch {
	case silent <= excused:
		silent = 0
	case c.last && brought > 0:
		trusted := min(silent-excused, c.worth()/lossShare)
		// More than a first window would never be paid: what was under way the consumer's book does not explain.
		silent = min(silent-excused-trusted, forgiven*c.small())
		r.charge = trusted * lossShare
	}
	r.unpaid = plus(reported.SaturatingSub(brought), silent)
	return r, nil
}

// gain is what this session brought so far.
func (c *Collector) gain() money.Amount {
	if !c.greeted {
		return 0
	}
	return c.promised().SaturatingSub(c.base)
}

// worth is the consumer's credit if the session ended now with nothing unpaid.
func (c *Collector) worth() money.Amount {
	if total, err := c.credit.Add(c.gain()); err == nil {
		return total
	}
	return c.credit
}

// owed is what is left of the debt, as far as it counts against the window: a little that the consumer's book does not
// explain does not.
func (c *Collector) owed() money.Amount {
	left := c.debt.SaturatingSub(c.settled)
	if c.greeted && left <= c.small() {
		return 0
	}
	return left
}

func (c *Collector) small() money.Amount { return small(c.terms.Price) }

// small is what is not worth being a debt.
func small(p money.Price) money.Amount {
	due, err := p.Due(FirstWindow/forgiven, TimeWindow/forgiven)
	if err != nil {
		return 0
	}
	return due
}
