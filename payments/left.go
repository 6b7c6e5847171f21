package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// Close writes the session's end into the book and frees the payment channel. What is not paid stays
// as a debt that a later session pays if the provider asks for it. Call it after Run has returned; a
// second call does nothing.
func (p *Payer) Close(ctx context.Context, reason string) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	now := time.Now()
	p.stopTraffic()
	row := p.snapshot(now)
	row.Ended, row.Reason = now, reason
	rest, err := p.leftOver(now)
	p.ledger.budget.leave(p)
	p.mu.Unlock()

	defer p.ledger.free(p.ledger.self, p.terms.Channel)
	err = errors.Join(err, p.ledger.end(ctx, pair{p.ledger.self, p.terms.Peer}, func(tx *store.Tx) error {
		if err := p.rebook(tx, p.booked, rest); err != nil {
			return err
		}
		return p.ledger.saveEnd(tx, p.ledger.sessionRow(row))
	}))
	if err != nil {
		return fmt.Errorf("close session's account: %w", err)
	}
	return nil
}

// left is what a session leaves to the consumer's book.
type left struct {
	owed     money.Amount // the most that the provider can rightly say is unpaid
	vain     money.Amount // of it, what may have been sent and did not arrive
	redeemed money.Amount // of what earlier sessions left in vain: service followed, or the provider did not ask for it
}

// rebook replaces this session's part of the debt in the book.
func (p *Payer) rebook(tx *store.Tx, was money.Amount, is left) error {
	return p.ledger.changeAccount(tx, Consumer, p.terms.Peer, func(a *store.PaymentAccount) {
		a.Debt = plus(a.Debt.SaturatingSub(was), is.owed)
		a.Credit = plus(a.Credit.SaturatingSub(is.redeemed), is.vain)
	})
}

// leftOver is what the session leaves behind.
func (p *Payer) leftOver(now time.Time) (left, error) {
	if !p.greeted {
		return left{owed: p.owed}, nil // nothing was served, and nothing of the debt was paid
	}
	// What the provider did not ask for it may know of later: it asks for nothing while an older session is open there.
	rest := p.owed.SaturatingSub(p.settles)
	if p.asked {
		rest = min(p.owed, p.peer.debt).SaturatingSub(p.settles)
	}
	c := p.counters()
	f := figures{received: c.Received, peerReceived: c.Sent, elapsed: p.clock.elapsed(now)}
	l := left{owed: rest, redeemed: p.owed - p.settles - rest}
	if c.Received > 0 {
		served, err := p.terms.Price.Due(c.Received, f.elapsed)
		if err != nil {
			return l, fmt.Errorf("session's bill: %w", err)
		}
		l.redeemed = plus(l.redeemed, served)
	}
	if p.isSettled && p.exhausted == nil {
		return l, nil
	}
	unpaid, err := p.unpaid(f)
	if err != nil {
		return l, err
	}
	if !p.isSettled {
		if l.vain, err = p.inVain(f, unpaid, p.vain.SaturatingSub(l.redeemed), now); err != nil {
			return l, err
		}
	}
	l.owed = plus(plus(unpaid, l.vain), rest)
	return l, nil
}

// unpaid is what the session costs, with what it pays of the debt, and is not promised.
func (p *Payer) unpaid(f figures) (money.Amount, error) {
	all, err := p.bill(f)
	return all.SaturatingSub(max(p.promised(), p.base)), err
}

// inVain is the most that the provider may have served beyond the figures, of which so much is unpaid: what it sent since
// it was last paid, and what did not arrive, up to its next window; and time that it counted on. Nobody can
// tell that from a provider that sent nothing: what was left in vain before, and no service followed, is part of one window.
func (p *Payer) inVain(f figures, unpaid, before money.Amount, now time.Time) (money.Amount, error) {
	rule := p.rule()
	rule.Paid = plus(p.elsewhere, p.promised()) // as the provider's window grows, and not by its word
	window, waits := Window(max(p.granted, FirstWindow/2), rule), time.Duration(0)
	most := p.paid.bytes() + window
	f.received += most - min(f.bytes(), most)
	if p.clock.started {
		// While this end's probes fail the provider, who is not told, counts on until a window of time is unpaid.
		ran := now.Sub(p.clock.first)
		waits = TimeWindow + settled + ran/lossShare
		f.elapsed = max(f.elapsed, min(ran, p.paid.elapsed+waits))
	}
	all, err := p.unpaid(f)
	if err != nil {
		return 0, err
	}
	bound, err := p.terms.Price.Due(window, waits)
	if err != nil {
		return 0, fmt.Errorf("session's bill: %w", err)
	}
	return min(all-unpaid, bound.SaturatingSub(before)), nil
}
