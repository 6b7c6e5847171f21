package discovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/store"
)

// Announce takes a record, or says why not. Errors are those of [record.Decode] and
// [record.Record.Verify], of market's reading of proposals, and ErrStale, ErrParked, ErrBond, ErrTooSoon,
// ErrUnknownProposal, ErrFull and ErrUnavailable. What is already held is taken again without an effect.
func (d *Directory) Announce(ctx context.Context, raw []byte) error {
	r, err := record.Decode(raw)
	if err != nil {
		return err
	}
	if err := r.Verify(d.cfg.Domain, d.cfg.Clock()); err != nil {
		return err
	}
	fresh, err := newSlot(r)
	if err != nil {
		return err
	}
	d.mu.RLock()
	held := d.slots[idOf(r)]
	d.mu.RUnlock()
	if held != nil && held.hash == fresh.hash {
		return nil
	}
	registered, err := d.cfg.Registered(ctx, r.Author)
	if err != nil {
		return fmt.Errorf("%w: registry: %w", ErrUnavailable, err)
	}
	if !registered {
		d.park(r, raw)
		return ErrParked
	}
	// Who withdraws the deposit may still withdraw the offer.
	if !r.Withdrawn() || held == nil || !held.live {
		if err := d.checkBond(ctx, r.Author); err != nil {
			return err
		}
	}
	return d.decide(ctx, r, raw, fresh)
}

func (d *Directory) checkBond(ctx context.Context, author identity.Address) error {
	if d.cfg.Bonded == nil {
		return nil
	}
	bonded, err := d.cfg.Bonded(ctx, author)
	if err != nil {
		return fmt.Errorf("%w: bond: %w", ErrUnavailable, err)
	}
	if !bonded {
		return ErrBond
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.unbonded, author)
	if d.looking == author {
		d.looking = identity.Address{} // what that look finds is older
	}
	return nil
}

// lookAtBonds notes which authors of what is offered have no bond any more: a provider that was killed, say, withdrew nothing
// before its deposit fell. It looks at a few, and the next time at the next. Of whom nothing is known now, the last word stands.
func (d *Directory) lookAtBonds(ctx context.Context) {
	if d.cfg.Bonded == nil {
		return
	}
	if len(d.unlooked) == 0 {
		d.unlooked = d.offering()
	}
	some := min(len(d.unlooked), bondsAtOnce)
	for _, author := range d.unlooked[:some] {
		d.mu.Lock()
		d.looking = author
		d.mu.Unlock()
		bonded, err := d.cfg.Bonded(ctx, author)
		if err != nil {
			d.log.Debug("bond cannot be looked at", "author", author, "error", err)
			return
		}
		d.mu.Lock()
		if bonded {
			delete(d.unbonded, author)
		} else if d.looking == author {
			d.unbonded[author] = true
		}
		d.mu.Unlock()
	}
	d.unlooked = d.unlooked[some:]
}

// offering is who has proposals, and forgets what was noted of others' bonds.
func (d *Directory) offering() []identity.Address {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := map[identity.Address]bool{}
	for _, shelf := range d.shelves {
		for id := range shelf {
			known[id.author] = true
		}
	}
	maps.DeleteFunc(d.unbonded, func(author identity.Address, _ bool) bool { return !known[author] })
	return slices.Collect(maps.Keys(known))
}

// decide compares a verified record with what its slot holds, and stores it when it wins.
func (d *Directory) decide(ctx context.Context, r record.Record, raw []byte, fresh *slot) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	id, now := idOf(r), d.cfg.Clock()

	d.mu.Lock()
	held, count := d.slots[id], len(d.slots)
	known := r.Kind != record.KindRenewal || d.renewable(r, fresh, now)
	d.mu.Unlock()
	if held != nil {
		if held.hash == fresh.hash {
			return nil
		}
		if held.record.Sequence == r.Sequence {
			if err := d.mark(ctx, r.Author, now); err != nil {
				return err
			}
		}
		if !beats(fresh, held) {
			return fmt.Errorf("%w: sequence %d, this one is %d", ErrStale, held.record.Sequence, r.Sequence)
		}
		fresh.bucket = held.bucket
	} else if count >= d.cfg.MaxRecords {
		return ErrFull
	}
	if !known {
		return ErrUnknownProposal
	}
	// A withdrawal of something live is taken at any rate: there are no more of them than announcements.
	withdraws := held != nil && held.live && !fresh.live
	if fresh.bucket.filled.IsZero() {
		fresh.bucket.filled = now
	}
	if !fresh.bucket.take(now, d.cfg.UpdateEvery) && !withdraws {
		return ErrTooSoon
	}
	err := d.cfg.DB.InTx(ctx, func(tx *store.Tx) error { return tx.PutRecord(id.key(), d.network, raw) })
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	d.mu.Lock()
	d.put(id, fresh)
	d.mu.Unlock()
	return nil
}

// beats is record.Record.Compare on what memory holds.
func beats(fresh, held *slot) bool {
	if fresh.record.Sequence != held.record.Sequence {
		return fresh.record.Sequence > held.record.Sequence
	}
	return string(fresh.hash[:]) > string(held.hash[:])
}

// renewable tells whether the proposal that a renewal names is held and still stands. The caller
// holds mu.
func (d *Directory) renewable(r record.Record, renewal *slot, now time.Time) bool {
	id := slotID{r.Author, record.KindProposal, r.Slot}
	proposal := d.slots[id]
	return proposal != nil && proposal.live && proposal.hash == renewal.renews &&
		proposal.record.Sequence <= r.Sequence && d.expiry(id, proposal).After(now)
}

// mark notes durably that an author contradicted itself.
func (d *Directory) mark(ctx context.Context, author identity.Address, now time.Time) error {
	d.mu.RLock()
	marked := d.equivocators[author].After(now)
	d.mu.RUnlock()
	if marked {
		return nil
	}
	until := now.Add(record.MaxLifetime)
	err := d.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.MarkEquivocator(author, uint64(until.UnixMilli()))
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	d.log.Warn("author contradicts itself; its proposals are not offered", "author", author, "until", until)
	d.mu.Lock()
	d.equivocators[author] = until
	d.mu.Unlock()
	return nil
}

// parked is a record that waits for its author's registration.
type parked struct {
	record record.Record
	raw    []byte
	since  time.Time
}

// park keeps a record for parkFor. Registrations and records race, so an unknown author may become known
// in seconds. When there is no space, the record that has waited longest goes: honest authors announce
// again anyhow.
func (d *Directory) park(r record.Record, raw []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := idOf(r)
	if held, ok := d.parked[id]; ok {
		if r.Compare(held.record) <= 0 {
			return
		}
	} else if len(d.parked) >= d.cfg.MaxParked {
		var oldest slotID
		var since time.Time
		for other, p := range d.parked {
			if since.IsZero() || p.since.Before(since) {
				oldest, since = other, p.since
			}
		}
		delete(d.parked, oldest)
	}
	d.parked[id] = parked{record: r, raw: append([]byte(nil), raw...), since: d.cfg.Clock()}
}

// Run does the housekeeping until ctx ends: it tries parked records again, looks at the bonds of who offers something, and
// forgets what has had its time. It returns nil.
func (d *Directory) Run(ctx context.Context) error {
	sweep, park, bonds := time.NewTicker(sweepEvery), time.NewTicker(parkEvery), time.NewTicker(bondEvery)
	defer sweep.Stop()
	defer park.Stop()
	defer bonds.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-park.C:
			d.unpark(ctx)
		case <-bonds.C:
			d.lookAtBonds(ctx)
		case <-sweep.C:
			if err := d.sweep(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("expired records could not be removed; trying again", "error", err)
			}
		}
	}
}

// unpark stores the parked records whose authors are registered by now, and drops those that have
// waited too long.
func (d *Directory) unpark(ctx context.Context) {
	now := d.cfg.Clock()
	byAuthor := map[identity.Address][]parked{}
	d.mu.Lock()
	for id, p := range d.parked {
		if now.Sub(p.since) >= parkFor {
			delete(d.parked, id)
			continue
		}
		byAuthor[id.author] = append(byAuthor[id.author], p)
	}
	d.mu.Unlock()
	for author, waiting := range byAuthor {
		if registered, err := d.cfg.Registered(ctx, author); err != nil || !registered {
			continue
		}
		// A renewal needs its proposal, and kinds are numbered so that it comes last.
		for _, kind := range []record.Kind{record.KindKey, record.KindProposal, record.KindRenewal} {
			for _, p := range waiting {
				if p.record.Kind == kind {
					d.retry(ctx, p)
				}
			}
		}
	}
}

func (d *Directory) retry(ctx context.Context, p parked) {
	err := d.Announce(ctx, p.raw)
	if errors.Is(err, ErrParked) || errors.Is(err, ErrUnavailable) {
		return
	}
	if err != nil {
		d.log.Debug("parked record refused", "author", p.record.Author, "kind", p.record.Kind, "error", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if held, ok := d.parked[idOf(p.record)]; ok && held.record.Compare(p.record) == 0 {
		delete(d.parked, idOf(p.record))
	}
}

// sweep forgets the records that have expired, once everything that they beat has expired too: forgotten
// earlier, an old record could be replayed.
func (d *Directory) sweep(ctx context.Context) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	now := d.cfg.Clock()
	var gone []slotID
	d.mu.RLock()
	for id, s := range d.slots {
		if !s.record.KeepUntil().After(now) && !d.expiry(id, s).After(now) {
			gone = append(gone, id)
		}
	}
	d.mu.RUnlock()
	err := d.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		for _, id := range gone {
			if err := tx.DeleteRecord(id.key()); err != nil {
				return err
			}
		}
		return tx.ForgetEquivocators(uint64(now.UnixMilli()))
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range gone {
		d.remove(id)
	}
	for author, until := range d.equivocators {
		if !until.After(now) {
			delete(d.equivocators, author)
		}
	}
	return nil
}
