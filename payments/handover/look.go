package handover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// look hands a promise over if it is to be.
func (h *Handover) look(ctx context.Context, e *entry, p intent.SignedPromise, nonce uint64) error {
	now := time.Now()
	if h.holders(e, p, nonce, now) >= h.cfg.Wanted || p.Amount == e.little && now.Before(e.lookAt) {
		return nil
	}
	state, err := h.cfg.Chain.Channel(ctx, p.Consumer, p.Channel, 0)
	if err != nil {
		return fmt.Errorf("read payment channel: %w", err)
	}
	e.due = 0
	if state.Provider == h.cfg.Ledger.Identity() && state.Epoch == p.Epoch {
		e.due = min(p.Amount, state.Locked).SaturatingSub(state.Cleared)
	}
	if e.due == 0 || e.due < h.cfg.Least { // cleared, or over; or nobody would send a transaction for it
		e.little, e.lookAt, e.misses, e.why = p.Amount, now.Add(h.cfg.Refresh), 0, nil
		return nil
	}
	if h.hand(ctx, e, p, nonce); h.holders(e, p, nonce, now) > 0 {
		e.misses, e.why = 0, nil
	} else {
		e.misses++
	}
	return ctx.Err()
}

// current says whether what a watcher holds is as good as a promise.
func (h *Handover) current(e *entry, i int, p intent.SignedPromise, nonce uint64, now time.Time) bool {
	held := e.held[i]
	switch {
	case held.at.IsZero(), now.Sub(held.at) >= h.cfg.Refresh, held.Fee > 0 && held.Nonce != nonce:
		return false
	case p.Amount <= held.amount:
		return true
	}
	return h.cfg.Ledger.Busy(p.Consumer, p.Channel) && p.Amount-held.amount < max(h.cfg.Least, 1)
}

func (h *Handover) holders(e *entry, p intent.SignedPromise, nonce uint64, now time.Time) (n int) {
	for i := range e.held {
		if h.current(e, i, p, nonce, now) {
			n++
		}
	}
	return n
}

// hand gives a promise to the first watchers that take it, until enough hold it.
func (h *Handover) hand(ctx context.Context, e *entry, p intent.SignedPromise, nonce uint64) {
	holders := 0
	for i, w := range h.cfg.Watchers {
		if holders == h.cfg.Wanted || ctx.Err() != nil {
			return
		}
		now := time.Now()
		if h.current(e, i, p, nonce, now) {
			holders++
			continue
		}
		if f := &h.failing[i]; now.Before(f.until) {
			e.why = f.why
			continue
		}
		if now.Before(e.retryAt[i]) {
			continue
		}
		consent, err := w.Hold(ctx, p, h.share(e.due))
		switch f := &h.failing[i]; {
		case err == nil:
			e.held[i], e.retryAt[i] = holding{p.Amount, consent, now}, time.Time{}
			f.why, f.until = nil, time.Time{}
			f.pause.Reset()
			holders++
			h.cfg.Logger.Debug("a watcher holds a promise", "watcher", w.Name(), "consumer", p.Consumer, "channel", p.Channel, "coins", p.Amount, "fee", consent.Fee)
		case errors.Is(err, ErrRefused):
			e.retryAt[i], e.why = now.Add(h.cfg.Interval), fmt.Errorf("%s: %w", w.Name(), err)
		case ctx.Err() == nil:
			f.why = fmt.Errorf("%s: %w", w.Name(), err)
			f.until, e.why = now.Add(f.pause.Next()), f.why
		}
	}
}

func (h *Handover) share(due money.Amount) money.Amount {
	if h.cfg.Share == nil {
		return 0
	}
	return h.cfg.Share(due)
}
