package payments

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// Caps bound what a consumer promises in all sessions together, to whichever provider, set-up charges and debts
// included. Zero is no bound.
type Caps struct {
	PerDay    money.Amount // in one day of UTC
	PerMinute money.Amount // in any 60 seconds
}

// Names of caps in a CapError.
const (
	CapSession = "session"
	CapDay     = "day"
	CapMinute  = "minute"
)

// ErrCap is what every CapError is.
var ErrCap = errors.New("spending cap")

// CapError says that a spending cap of the consumer's ends a session, or does not let it begin.
type CapError struct {
	Per string // CapSession, CapDay or CapMinute
	Cap money.Amount
}

// Error tells the cap.
func (e *CapError) Error() string { return fmt.Sprintf("%s of %s coins per %s", ErrCap, e.Cap, e.Per) }

// Unwrap returns ErrCap.
func (e *CapError) Unwrap() error { return ErrCap }

// A minute's cap is a rate of three quarters of it, of which what was not used in the last twenty seconds can be caught up
// with: a quarter of the cap. Both together are what any 60 seconds can take. A session's window costs no more than a
// share, and one share is left to each open session when another pays, so that the last of every session can be paid at
// once. What is charged however little is served is bounded, so that there is room for it.
const (
	catchUp      = 20 * time.Second
	rateOf       = 4 // the rate is 3/4 of the cap
	shareOf      = 96
	fixedShareOf = 8
)

// secondsPerDay is of UTC, which POSIX gives no leap seconds.
const secondsPerDay = 24 * 60 * 60

// dayOf is the day of UTC that a time is in, since 1970-01-01.
func dayOf(now time.Time) int64 { return now.Unix() / secondsPerDay }

// budget is what the caps leave to the sessions of one identity.
type budget struct {
	caps Caps
	turn sync.Mutex // see alone

	mu    sync.Mutex
	spent map[int64]money.Amount // by day; of earlier runs too
	held  money.Amount           // of what the day has left: set aside for open sessions
	open  money.Amount           // sessions
	empty time.Time              // when the minute's rate began to gather what can be spent now
	queue []claim                // sessions that wait for it, first come first served
}

// claim is what a session waits to promise.
type claim struct {
	who *Payer
	n   money.Amount
}

// newBudget takes nothing to have gathered: what an earlier run spent in its last minute is not known.
func newBudget(caps Caps, spent map[int64]money.Amount, now time.Time) *budget {
	return &budget{caps: caps, spent: spent, empty: now}
}

func (b *budget) join() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open++
}

func (b *budget) leave(who *Payer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	b.held -= who.held
	b.drop(who)
}

// alone holds up other sessions' payments until done is called: what one may spend by the minute's cap, another must not
// in the same moment.
func (b *budget) alone() (done func()) {
	if b.caps.PerMinute == 0 {
		return func() {}
	}
	b.turn.Lock()
	return b.turn.Unlock
}

// left is what the day has left, and no session has set aside. Call it with mu held.
func (b *budget) left(now time.Time) money.Amount {
	return b.caps.PerDay.SaturatingSub(b.spent[dayOf(now)]).SaturatingSub(b.held)
}

// hold sets something of the day's cap aside for a session that has so much of it: all of what is due if it is there, and
// of what the session would like, no more than half of what is there, for the next one. Without a cap it returns zero.
func (b *budget) hold(now time.Time, have, due, like money.Amount) money.Amount {
	if b.caps.PerDay == 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	most := plus(b.left(now), have)
	rest := most.SaturatingSub(due)
	held := max(have, min(most, plus(due, min(rest/2, like))))
	b.held += held - have
	return held
}

// spend books what a session's next promise adds, and returns the day that it counts for.
func (b *budget) spend(now time.Time, who *Payer, n money.Amount) (day int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	day = dayOf(now)
	b.spent[day] = plus(b.spent[day], n)
	used := min(n, who.held)
	b.held -= used
	who.held -= used
	if b.caps.PerMinute > 0 {
		b.gather(now)
		b.empty = b.empty.Add(b.takes(n))
		b.drop(who)
	}
	return day
}

func (b *budget) rate() money.Amount { return max(b.caps.PerMinute/rateOf*(rateOf-1), 1) }

// takes is how long the rate takes to gather an amount.
func (b *budget) takes(n money.Amount) time.Duration {
	ns, err := n.MulDiv(uint64(time.Minute), uint64(b.rate()))
	if err != nil || ns >= money.Amount(math.MaxInt64) {
		return math.MaxInt64
	}
	return time.Duration(ns) + 1 // rounded up
}

// gather forgets what is too long ago to be caught up with.
func (b *budget) gather(now time.Time) {
	if first := now.Add(-catchUp); b.empty.Before(first) {
		b.empty = first
	}
}

// room is what can be promised at this moment by the minute's cap, and spare what of it no other session's last or next
// payment needs.
func (b *budget) room(now time.Time, who *Payer) (n, spare money.Amount) {
	if b.caps.PerMinute == 0 {
		return mostBooked, mostBooked
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gather(now)
	n, err := b.rate().MulDiv(uint64(max(now.Sub(b.empty), 0)), uint64(time.Minute))
	if err != nil {
		return 0, 0
	}
	return n, n.SaturatingSub(plus(b.kept(), b.ahead(who)))
}

// kept is what is left to open sessions for their last payments.
func (b *budget) kept() money.Amount { return b.open * b.share() }

// ahead is what those who wait want, up to one of them.
func (b *budget) ahead(who *Payer) (sum money.Amount) {
	for _, c := range b.queue {
		if c.who == who {
			break
		}
		sum = plus(sum, c.n)
	}
	return sum
}

// wait is how long it takes until a session's payment can be made by the minute's cap. Who has to wait comes before who
// asks later, so that small payments do not keep a large one waiting. A session's last payment does not wait
// for its turn. What is more than the rate can ever allow is not waited for.
func (b *budget) wait(now time.Time, who *Payer, n money.Amount, last bool) time.Duration {
	if b.caps.PerMinute == 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.queue, func(c claim) bool { return c.who == who })
	need := n
	if !last {
		need = plus(n, b.kept())
	}
	if n == 0 || b.takes(need) > catchUp {
		b.drop(who)
		return 0
	}
	if !last {
		need = plus(need, b.ahead(who))
	}
	b.gather(now)
	wait := max(b.empty.Add(b.takes(need)).Sub(now), 0)
	switch {
	case i >= 0:
		b.queue[i].n = n
	case wait > 0:
		b.queue = append(b.queue, claim{who, n})
	}
	return wait
}

// drop takes a session out of those who wait.
func (b *budget) drop(who *Payer) {
	b.queue = slices.DeleteFunc(b.queue, func(c claim) bool { return c.who == who })
}

// share is what one session's window may cost at most; without a cap per minute it does not count.
func (b *budget) share() money.Amount {
	if b.caps.PerMinute == 0 {
		return mostBooked
	}
	return b.caps.PerMinute / shareOf
}

// Spending is what an identity promised today, and its caps.
type Spending struct {
	Caps
	Today money.Amount // promised since midnight, UTC
	Held  money.Amount // of what is left of the day: set aside for open sessions
}

// Left is what the day's cap leaves for promises, for open sessions and new ones; without one it is zero.
func (s Spending) Left() money.Amount { return s.PerDay.SaturatingSub(s.Today) }

// Spending returns what the identity promised today, and its caps.
func (l *Ledger) Spending() Spending {
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	return Spending{Caps: b.caps, Today: b.spent[dayOf(time.Now())], Held: b.held}
}

// Allows says whether the caps leave room for a session of these terms, of which the price, the set-up charge and the
// session's cap count. Error: a *CapError.
func (l *Ledger) Allows(t Terms) error {
	rule := WindowRule{Price: t.Price, Paid: math.MaxInt64}
	served := func(remaining money.Amount) bool {
		rule.Remaining = remaining.SaturatingSub(lastOf(t.Price))
		return Window(FirstWindow, rule) > 0 && TimeAllowed(rule) > 0
	}
	b := l.budget
	if t.Cap > 0 && (t.Cap < t.Setup || !served(t.Cap-t.Setup)) {
		return &CapError{CapSession, t.Cap}
	}
	if per := b.caps.PerMinute; per > 0 {
		if fixed := per / fixedShareOf; t.Setup > fixed || t.Price.PerHour/60 > fixed || !served(2*b.share()) {
			return &CapError{CapMinute, per}
		}
	}
	if per := b.caps.PerDay; per > 0 {
		b.mu.Lock()
		left := b.left(time.Now())
		b.mu.Unlock()
		if left < t.Setup || !served((left-t.Setup)/2) {
			return &CapError{CapDay, per}
		}
	}
	return nil
}
