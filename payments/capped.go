package payments

import (
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// How a Payer keeps below the lock and the caps. What a window would cost is set aside of the day's cap before the window
// is granted, and a window under a cap per minute costs no more than its share; so what was served can be paid for
// when a cap ends the session. The provider is told the largest window that this allows.

// lastOf is what a cap keeps for the end: the smallest window, and time, that pass while the provider is told of it. What
// is over at a lock's end the provider sees coming as well.
func lastOf(p money.Price) money.Amount {
	last, err := p.Due(SmallestWindow, 2*smallestTimeWindow)
	if err != nil {
		return mostBooked
	}
	return last
}

// spent is up to where the epoch's money is gone.
func (p *Payer) spent() money.Amount { return max(p.promised(), p.base) }

// ceiling is the most that may be promised, and what bounds it: the lock, or else a cap.
func (p *Payer) ceiling() (most money.Amount, bound error) {
	most, bound = p.locked, ErrExhausted
	if c := plus(p.base, p.terms.Cap); p.terms.Cap > 0 && c < most {
		most, bound = c, &CapError{CapSession, p.terms.Cap}
	}
	per := p.ledger.budget.caps.PerDay
	if c := plus(p.spent(), p.held); per > 0 && c < most {
		most, bound = c, &CapError{CapDay, per}
	}
	return most, bound
}

// bound is what leaves no window.
func (p *Payer) bound() error {
	if b := p.ledger.budget; b.caps.PerMinute > 0 && p.rule().Remaining >= 2*b.share() {
		return &CapError{CapMinute, b.caps.PerMinute}
	}
	_, bound := p.ceiling()
	return bound
}

// setAside takes of the day's cap what promises up to due need, and what serves some windows more.
func (p *Payer) setAside(now time.Time, due money.Amount) {
	like, err := p.terms.Price.Due(4*p.ledger.cfg.MaxWindow, 4*TimeWindow)
	if err != nil {
		like = mostBooked
	}
	p.held = p.ledger.budget.hold(now, p.held, due.SaturatingSub(p.spent()), like)
}

// wanted is what must be promised in all so that nothing is due for the figures, and of the debt as much as can be; or
// what can be promised, which is then the session's end.
func (p *Payer) wanted(now time.Time, f figures) (money.Amount, error) {
	p.settles = p.told.settles
	want, err := p.bill(f)
	if err != nil {
		return 0, err
	}
	debt := p.asks.SaturatingSub(p.settles)
	p.setAside(now, plus(want, debt))
	most, bound := p.ceiling()
	room, spare := p.ledger.budget.room(now, p)
	if c := plus(p.spent(), room); c < most {
		most, bound = c, &CapError{CapMinute, p.ledger.budget.caps.PerMinute}
	}
	if want > most {
		p.exhausted, p.short = bound, true
		return most, nil
	}
	pays := min(debt, most-want, spare.SaturatingSub(want.SaturatingSub(p.spent())))
	p.short = pays < debt
	p.settles += pays
	return want + pays, nil
}

// pause is how long the cap per minute lets no payment for the figures be made. A debt is paid by a share at a time, which has its
// turn like what was served: else sessions that use all of the rate would leave nothing for it.
func (p *Payer) pause(now time.Time, f figures) (time.Duration, error) {
	due, err := p.due(f)
	if err != nil {
		return 0, err
	}
	need := plus(due, plus(p.base, p.told.settles)).SaturatingSub(p.spent())
	b := p.ledger.budget
	if !p.final {
		need = plus(need, min(p.asks.SaturatingSub(p.told.settles), b.share()))
	}
	return b.wait(now, p, need, p.final), nil
}

// maxWindow is the largest window that the consumer wants the provider to serve.
func (p *Payer) maxWindow() uint64 {
	most := p.ledger.cfg.MaxWindow
	if p.terms.Cap == 0 && p.ledger.budget.caps == (Caps{}) {
		return most
	}
	return max(Window(most, p.rule()), SmallestWindow)
}
