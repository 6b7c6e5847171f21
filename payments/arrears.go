package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// Arrears are promises of earlier sessions that did not arrive. On the same payment channel the next session's base
// includes them; of another channel the consumer shows its newest promise to a provider that asks for a debt, before it
// settles anything: the promise is signed, and would pay for the same once more when that channel is used again.

// arrearsTried bounds how often one session's consumer makes a provider look at the chain for arrears.
const arrearsTried = 4 * intent.Channels

// arrearsOf returns the newest promise on each other payment channel to the session's provider, of all that were given.
func (p *Payer) arrearsOf(all []intent.SignedPromise) []intent.SignedPromise {
	all = slices.DeleteFunc(all, func(o intent.SignedPromise) bool {
		return o.Provider != p.terms.Peer || o.Channel == p.terms.Channel
	})
	slices.SortStableFunc(all, func(a, b intent.SignedPromise) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(b.Epoch, a.Epoch))
	})
	return slices.CompactFunc(all, func(a, b intent.SignedPromise) bool { return a.Channel == b.Channel })
}

// explaining says whether the provider asks for a debt of which promises that it may not have pay a part.
func (p *Payer) explaining() bool {
	return p.greeted && p.peer.debt > 0 && len(p.arrears) > 0
}

// showArrears is the promise that the payment of this sequence number shows, as do those after it until one of them is
// acknowledged; nil is none.
func (p *Payer) showArrears(sequence uint64) *intent.SignedPromise {
	if !p.explaining() {
		return nil
	}
	if p.shownAt == 0 {
		p.shownAt = sequence
	}
	return &p.arrears[0]
}

// dealtWith drops arrears that the provider has seen.
func (p *Payer) dealtWith(acked uint64) {
	if p.shownAt > 0 && acked >= p.shownAt {
		p.arrears, p.shownAt = p.arrears[1:], 0
	}
}

// errArrearsLater says that the chain cannot be read now, or that the channel is just being released. The payment that shows
// the promise is left unanswered, so that it comes again: what is acknowledged is not shown again.
var errArrearsLater = errors.New("arrears cannot be looked at now")

// wantsArrears says whether a promise for another payment channel can pay debt now. Error: errArrearsLater.
func (c *Collector) wantsArrears(p intent.SignedPromise, debt money.Amount) (bool, error) {
	by, busy := c.ledger.usedBy(c.terms.Peer, p.Channel)
	if busy && by.IsZero() {
		return false, errArrearsLater
	}
	return !busy && debt > 0 && p.Provider == c.ledger.self, nil
}

// takeArrears keeps a promise for another payment channel than the session's, which pays debt. One that brings nothing,
// or that the chain does not show a lock for, or of a released epoch, changes nothing; nor does one for the channel of an open
// session, which accounts for it itself. Error: errArrearsLater.
func (c *Collector) takeArrears(ctx context.Context, p intent.SignedPromise) error {
	c.mu.Lock()
	settled := c.settled
	debt := c.debt.SaturatingSub(settled)
	c.mu.Unlock()
	if wanted, err := c.wantsArrears(p, debt); err != nil || !wanted {
		return err
	}
	kept, err := c.ledger.newest(ctx, p)
	if err != nil || kept != nil && kept.Amount >= p.Amount {
		return err
	}
	if c.shown >= arrearsTried {
		return nil
	}
	lock, err := c.ledger.lockOn(ctx, c.terms.Peer, c.ledger.self, Terms{Channel: p.Channel, Epoch: p.Epoch}, c.ledger.cfg.Confirmations)
	if err != nil && !errors.Is(err, ErrNotLocked) && !errors.Is(err, ErrUnlocking) {
		return fmt.Errorf("%w: %w", errArrearsLater, err)
	}
	c.shown++
	if err != nil {
		c.debug(ctx, "arrears are not looked at", "error", err)
		return nil
	}
	expect := Expectation{
		Consumer: c.terms.Peer, Provider: c.ledger.self, Channel: p.Channel, Epoch: p.Epoch, Newest: lock.Cleared, Locked: lock.Locked,
	}
	if kept != nil {
		expect.Newest = max(expect.Newest, kept.Amount)
	}
	if err := Check(p, expect, c.ledger.cfg.Domain); err != nil {
		c.debug(ctx, "arrears bring nothing", "error", err)
		return nil
	}
	left := debt.SaturatingSub(p.Amount - expect.Newest)
	row := c.ledger.promiseRow(p)
	released, epoch := false, c.ledger.releaseRow(intent.Release{Consumer: p.Consumer, Channel: p.Channel, Epoch: p.Epoch})
	err = c.ledger.group.do(ctx, c.terms.Peer, func(tx *store.Tx) (err error) {
		if released, err = tx.Released(epoch); err != nil || released {
			return err // its consumer can end the epoch in one block: the promise pays nothing
		}
		if err := tx.SavePromise(row); err != nil {
			return err
		}
		if err := c.rebook(tx, left, 0); err != nil {
			return err
		}
		return tx.BookPromise(string(Provider), row, c.terms.Session, time.Now().UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("store arrears: %w", err)
	}
	if released {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.debt, c.booked = left+settled, left
	return nil
}
