package payments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

const (
	// resendAfter is when an unanswered payment or an unpaid bill is sent again.
	resendAfter = time.Second
	// Probes go through the tunnel every probeEvery; after pauseAfter failures in a row time is not
	// billed, after deadAfter the tunnel is dead.
	probeEvery = 10 * time.Second
	pauseAfter = 2
	deadAfter  = 6
)

// Probe sends a packet through the tunnel and returns nil once it is answered.
type Probe func(ctx context.Context) error

// figures are what a payment pays for.
type figures struct {
	received, peerReceived uint64
	elapsed                time.Duration
}

func (f figures) bytes() uint64 { return f.received + f.peerReceived }

// Payer is the consumer's end of one session's payments.
type Payer struct {
	ledger *Ledger
	terms  Terms
	row    Session

	wake chan struct{} // something may be due

	mu       sync.Mutex
	meter    Meter // nil until Attach
	probe    Probe
	attached chan struct{} // closed by Attach
	clock    stopwatch

	locked      money.Amount // confirmed, by the own view of the chain
	base        money.Amount // promised in the epoch before this session
	newest      *intent.SignedPromise
	found       *intent.SignedPromise  // shown by the provider, and not in the book yet
	settles     money.Amount           // debt that is included in what is promised
	asks        money.Amount           // debt that shall be: the provider asks for it, and the book explains it
	short       bool                   // settles is less, because no more can be promised now
	held        money.Amount           // of the day's cap: set aside for this session
	owed        money.Amount           // debt that the own book explains, settles included
	booked      money.Amount           // of the debt in the book: what this session accounts for
	vain        money.Amount           // of earlier sessions' service: what may not have arrived, and no other followed since
	elsewhere   money.Amount           // promised to the provider in other epochs, or on other channels
	arrears     []intent.SignedPromise // of other payment channels; the provider may not have them
	shownAt     uint64                 // the payment that first showed the first of them
	peer        bill                   // newest
	greeted     bool                   // the provider took the base
	granted     uint64                 // window, by the newest bill
	window      uint64
	paid        figures // of the newest payment
	sequence    uint64  // of the newest payment
	since       uint64  // of the first payment that said what the newest says: acknowledging any from it on will do
	acked       uint64
	sentAt      time.Time // of the newest payment
	promises    uint64
	told        payment // newest
	again       bool    // the hello must be said again, with another base
	exhausted   error   // why nothing more can be promised: ErrExhausted or a CapError
	final, last bool
	finished    time.Time     // when final became true
	settled     chan struct{} // closed when the provider has acknowledged the last payment
	ended       chan struct{} // closed when Run has returned
	isSettled   bool
	asked       bool // the provider asks for all that it is owed, which may be nothing
	conceded    bool // a little of a debt that the book does not explain
	ran, closed bool
}

// Pay makes the consumer's end of a session's payments and takes its payment channel. Errors:
// ErrChannelBusy, ErrSetup, and a *CapError. Close it.
func (l *Ledger) Pay(ctx context.Context, t Terms) (*Payer, error) {
	if err := errors.Join(checkTerms(t), l.Allows(t)); err != nil {
		return nil, err
	}
	alone, err := l.reserve(l.self, t.Peer, t.Channel)
	if err != nil {
		return nil, err
	}
	p := &Payer{
		ledger: l, terms: t, row: Session{Terms: t, Role: Consumer, Started: time.Now()},
		wake: make(chan struct{}, 1), attached: make(chan struct{}), settled: make(chan struct{}), ended: make(chan struct{}),
		granted: FirstWindow, window: SmallestWindow,
	}
	if err = l.endLate(ctx, pair{l.self, t.Peer}); err == nil {
		err = p.load(ctx, alone)
	}
	if err == nil {
		err = l.group.do(ctx, l.self, func(tx *store.Tx) error { return tx.SaveSession(l.sessionRow(p.row)) })
	}
	if err != nil {
		l.free(l.self, t.Channel)
		return nil, fmt.Errorf("open payments: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last[t.Channel] = used{t.Peer, t.Session}
	l.budget.join()
	// Before anything is locked, so that no other session locks in vain for what this one will need.
	p.setAside(p.row.Started, plus(p.base, t.Setup))
	return p, nil
}

func (p *Payer) load(ctx context.Context, alone bool) error {
	newest, err := p.ledger.newest(ctx, p.promise(0))
	if err != nil {
		return err
	}
	if newest != nil {
		p.newest, p.base = newest, newest.Amount
	}
	given, err := p.ledger.PromisedBy(ctx)
	if err != nil {
		return err
	}
	p.elsewhere = promisedTo(p.terms.Peer, given).SaturatingSub(p.promised())
	account, err := p.ledger.account(ctx, Consumer, p.terms.Peer)
	p.vain = account.Credit
	if alone { // else it is another session that pays it
		p.owed, p.booked = min(account.Debt, mostExplained(p.terms.Price)), account.Debt
		p.arrears = p.arrearsOf(given)
	}
	return err
}

// promisedTo is what promises to one provider add up to.
func promisedTo(provider identity.Address, given []intent.SignedPromise) (sum money.Amount) {
	for _, g := range given {
		if g.Provider == provider {
			sum = plus(sum, g.Amount)
		}
	}
	return sum
}

// mostExplained is the largest debt that a book explains: what sessions on all channels can leave at once. What
// a provider did not ask for so far does not add up beyond that.
func mostExplained(p money.Price) money.Amount {
	most, err := p.Due(intent.Channels*LargestWindow, intent.Channels*TimeWindow)
	if err != nil {
		return mostBooked
	}
	return most
}

// promise is an unsigned one of this session.
func (p *Payer) promise(amount money.Amount) intent.SignedPromise {
	return intent.SignedPromise{
		Consumer: p.ledger.self,
		Promise:  intent.Promise{Provider: p.terms.Peer, Channel: p.terms.Channel, Epoch: p.terms.Epoch, Amount: amount},
	}
}

// AwaitLock waits until this node's own view of the chain shows the lock with enough confirmations;
// nothing is promised before. progress may be nil. Error: ErrNotLocked when ctx ends first.
func (p *Payer) AwaitLock(ctx context.Context, progress func(confirmations, needed uint64)) error {
	c, err := p.ledger.awaitLock(ctx, p.ledger.self, p.terms.Peer, p.terms, progress)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.locked = c.Locked
	p.base = max(p.base, c.Cleared)
	p.setAside(time.Now(), plus(p.base, p.terms.Setup))
	p.narrow()
	return nil
}

// InitialLimit is the byte limit that the tunnel starts with, once AwaitLock has returned.
func (p *Payer) InitialLimit() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.window
}

// Attach hands over the tunnel once it is up; session time begins. probe, which may be nil, is
// called every ten seconds: two failures in a row pause the billing of time, six end Run with
// ErrTunnelDead. Call it once.
func (p *Payer) Attach(m Meter, probe Probe) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meter, p.probe = m, probe
	p.clock.start(time.Now())
	if p.final { // settling began before the tunnel was up
		p.stopTraffic()
	} else {
		p.grant()
	}
	close(p.attached)
	p.kick()
}

// Run pays until the session is settled (nil), conn ends, or a rule is broken; the error says
// which. AwaitLock must have returned nil before. Nothing is promised after Run. Call it once.
func (p *Payer) Run(ctx context.Context, conn Conn) error {
	p.mu.Lock()
	if p.locked == 0 || p.ran {
		p.mu.Unlock()
		return ErrNotLocked
	}
	p.ran = true
	p.mu.Unlock()
	defer close(p.ended)
	p.kick()
	err := runAll(ctx,
		func(ctx context.Context) error { return p.receive(ctx, conn) },
		func(ctx context.Context) error { return p.pay(ctx, conn) },
		p.watchMeter, p.watchTunnel, p.watchLock)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopTraffic()
	if p.isSettled || p.last && errors.Is(err, ErrClosed) { // the acknowledgement may be lost with the session
		err = nil
	}
	if err == nil {
		return p.exhausted
	}
	return err
}

// Settle stops the traffic, pays what is due and waits until the provider has acknowledged it, or
// ctx ends. Run must be running.
func (p *Payer) Settle(ctx context.Context) error {
	p.mu.Lock()
	p.finish()
	p.mu.Unlock()
	p.kick()
	select {
	case <-p.settled:
		return nil
	case <-p.ended:
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("settle session: %w", ctx.Err())
	}
}

// finish makes every further payment a final one.
func (p *Payer) finish() {
	if !p.final {
		p.final, p.finished = true, time.Now()
		p.stopTraffic()
	}
}

// kick makes the paying goroutine look.
func (p *Payer) kick() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// receive handles bills.
func (p *Payer) receive(ctx context.Context, conn Conn) error {
	for {
		kind, body, err := conn.Receive(ctx)
		if err != nil {
			return connError(err)
		}
		if kind != KindBill {
			return fmt.Errorf("%w: kind %d from a provider", ErrMessage, kind)
		}
		b, err := decodeBill(body, p.ledger.self)
		if err != nil {
			return err
		}
		done, err := p.onBill(b)
		if err != nil || done {
			return err
		}
		p.kick()
	}
}

// connError keeps the end of a session apart from failures.
func connError(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrClosed
	}
	return fmt.Errorf("receive payment message: %w", err)
}

// onBill takes a bill; done says that the session is settled.
func (p *Payer) onBill(b bill) (done bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.received < p.peer.received || b.ack < p.peer.ack || b.ack > p.sequence {
		return false, fmt.Errorf("%w: a bill that goes back", ErrMessage)
	}
	sent := p.counters().Sent
	if tooMuch(b.received, sent) {
		return false, fmt.Errorf("%w: %d bytes billed, %d sent", ErrOverbilled, b.received, sent)
	}
	p.peer = b
	if b.refusal == refusedNotGrowing && !p.greeted {
		return false, p.adopt(b)
	}
	if b.refusal != 0 && b.refusal != refusedNotGrowing {
		return false, fmt.Errorf("provider refused the promise: %w", refusals[b.refusal])
	}
	p.acknowledge(b)
	if p.stuck(b) && !p.concede(b.debt) {
		return false, fmt.Errorf("%w: the provider asks for %s coins, this node's book explains %s", ErrDebt, b.debt, p.owed)
	}
	if b.final {
		p.finish()
	}
	if p.last && b.ack >= p.since && !p.explaining() && (p.short || p.asks <= p.told.settles) {
		p.isSettled = true
		close(p.settled)
		return true, nil
	}
	p.grant()
	return false, nil
}

// stuck says whether the provider gives no window for a debt although it was paid all of it that the book explains.
func (p *Payer) stuck(b bill) bool {
	return p.greeted && !p.explaining() && b.window == 0 && !b.final && b.debt > p.owed && p.asks <= p.told.settles && b.ack >= p.since
}

// concede lets the session pay a little more of a debt than the book explains, once, if it is none that the provider must
// have made up. What was under way when a session was cut off is served and not received; enough of that leaves no
// window, and without one it could never be paid.
func (p *Payer) concede(debt money.Amount) bool {
	little := small(p.terms.Price)
	if p.conceded || debt > plus(p.owed, plus(forgiven*little, little)) {
		return false
	}
	p.conceded = true
	p.owed = min(plus(p.owed, little), debt)
	p.asks = p.owed
	return true
}

// acknowledge takes over what the provider knows and grants.
func (p *Payer) acknowledge(b bill) {
	p.greeted = p.greeted || b.ack > 0
	p.acked = b.ack
	p.dealtWith(b.ack)
	if b.window > 0 {
		p.granted = b.window
		p.narrow()
	}
	p.asked = p.asked || p.greeted && b.whole
	if p.greeted && !p.explaining() {
		p.asks = min(p.owed, b.debt)
	}
}

// narrow makes the window what the provider grants, but no more than the own setting and what is left to
// spend allow.
func (p *Payer) narrow() {
	w := min(max(p.granted, SmallestWindow), max(p.ledger.cfg.MaxWindow, SmallestWindow))
	p.window = max(min(w, Window(w, p.rule())), SmallestWindow)
}

// adopt takes a larger promise of this epoch that the provider shows as the base: one that was made
// before the book was lost. It must be the own one, and below the lock.
func (p *Payer) adopt(b bill) error {
	shown := b.promise
	switch {
	case b.newest <= p.base:
		return nil // it answers an older hello
	case shown == nil || shown.Amount != b.newest:
		return fmt.Errorf("%w: provider claims a promise of %s coins and does not show it", ErrMessage, b.newest)
	}
	expect := Expectation{Consumer: p.ledger.self, Provider: p.terms.Peer, Channel: p.terms.Channel, Epoch: p.terms.Epoch, Locked: p.locked}
	if err := Check(*shown, expect, p.ledger.cfg.Domain); err != nil {
		return fmt.Errorf("promise shown by the provider: %w", err)
	}
	p.newest, p.found, p.base, p.again = shown, shown, shown.Amount, true
	return nil
}
