package discovery

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/store"
)

// MaxPage is the largest page of a search.
const MaxPage = 100

// ErrCursor says that a page is asked for with a cursor that no search returned.
var ErrCursor = errors.New("malformed cursor")

// Page is a part of what a search finds.
type Page struct {
	Offers []Offer
	Next   string // cursor of the next page; empty on the last one
}

// hit is a proposal that a search has found.
type hit struct {
	id      slotID
	hash    [32]byte
	rank    market.Rank
	renewed bool
}

// Search returns the page after a cursor, cheapest first, with at most limit offers and never more than
// MaxPage. An empty cursor starts. Proposals that change while somebody pages may be missed or
// seen twice. Errors: market.ErrFilter, ErrCursor, ErrUnavailable.
func (d *Directory) Search(ctx context.Context, filter market.Filter, cursor string, limit int) (Page, error) {
	if err := filter.Validate(); err != nil {
		return Page{}, err
	}
	after, err := parseCursor(cursor)
	if err != nil {
		return Page{}, err
	}
	limit = max(1, min(limit, MaxPage))
	hits := d.best(filter, after, limit+1)
	page := Page{}
	if len(hits) > limit {
		hits = hits[:limit]
		page.Next = formatCursor(hits[limit-1].rank)
	}
	page.Offers, err = d.fetch(ctx, hits)
	return page, err
}

// best returns the first count hits after a rank, in order.
func (d *Directory) best(filter market.Filter, after *market.Rank, count int) []hit {
	now := d.cfg.Clock()
	var hits []hit
	cut := func() {
		slices.SortFunc(hits, func(a, b hit) int { return a.rank.Compare(b.rank) })
		hits = hits[:min(len(hits), count)]
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	for shelf, slots := range d.shelves {
		if filter.ServiceType != "" && filter.ServiceType != shelf.serviceType ||
			filter.Country != "" && filter.Country != shelf.country {
			continue
		}
		for id, s := range slots {
			if !filter.Match(s.proposal) || !d.stands(id, s, now) {
				continue
			}
			rank := market.RankOf(s.proposal, s.hash, filter.MeteringUnit)
			if after != nil && rank.Compare(*after) <= 0 {
				continue
			}
			hits = append(hits, hit{id: id, hash: s.hash, rank: rank, renewed: d.renewal(id, s) != nil})
			if len(hits) >= 8*count { // keeps memory and sorting small however many match
				cut()
			}
		}
	}
	cut()
	return hits
}

// stands tells whether a proposal may be offered. The caller holds mu.
func (d *Directory) stands(id slotID, s *slot, now time.Time) bool {
	return d.expiry(id, s).After(now) && !d.equivocators[id.author].After(now) && !d.unbonded[id.author]
}

// fetch reads the bytes of hits. What has changed since they were found is left out.
func (d *Directory) fetch(ctx context.Context, hits []hit) ([]Offer, error) {
	offers := make([]Offer, 0, len(hits))
	err := d.cfg.DB.View(ctx, func(tx *store.Tx) error {
		for _, h := range hits {
			raw, found, err := tx.Record(h.id.key())
			if err != nil {
				return err
			}
			if r, err := record.Decode(raw); !found || err != nil || r.Hash() != h.hash {
				continue
			}
			offer := Offer{Record: raw}
			if h.renewed {
				if offer.Renewal, err = renewalOf(tx, h); err != nil {
					return err
				}
			}
			offers = append(offers, offer)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return offers, nil
}

// renewalOf reads the bytes of the renewal of a hit, or nil.
func renewalOf(tx *store.Tx, h hit) ([]byte, error) {
	raw, found, err := tx.Record(slotID{h.id.author, record.KindRenewal, h.id.slot}.key())
	if err != nil || !found {
		return nil, err
	}
	if r, err := record.Decode(raw); err == nil && string(r.Body) == string(h.hash[:]) {
		return raw, nil
	}
	return nil, nil // a renewal of a proposal that came since; the offer is passed on without
}

// Offers implements [Source].
func (d *Directory) Offers(ctx context.Context, filter market.Filter, limit int) ([]Offer, error) {
	var offers []Offer
	for cursor := ""; len(offers) < limit; {
		page, err := d.Search(ctx, filter, cursor, limit-len(offers))
		if err != nil {
			return nil, err
		}
		offers = append(offers, page.Offers...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return offers, nil
}

// Record implements [Source]. A withdrawn slot yields the withdrawal.
func (d *Directory) Record(ctx context.Context, author identity.Address, kind record.Kind, slot uint8) ([]byte, error) {
	id := slotID{author, kind, slot}
	d.mu.RLock()
	_, held := d.slots[id]
	d.mu.RUnlock()
	if !held {
		return nil, ErrNotFound
	}
	var raw []byte
	err := d.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		raw, held, err = tx.Record(id.key())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if !held {
		return nil, ErrNotFound
	}
	return raw, nil
}

// A cursor is the rank of the last proposal seen: four numbers, big-endian, and a hash.
const cursorSize = 4*8 + 32

func formatCursor(r market.Rank) string {
	b := make([]byte, 0, cursorSize)
	for _, n := range []uint64{uint64(r.First), uint64(r.Second), uint64(r.SetupCharge), r.Slowness} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, r.Hash[:]...))
}

func parseCursor(s string) (*market.Rank, error) {
	if s == "" {
		return nil, nil
	}
	if len(s) != base64.RawURLEncoding.EncodedLen(cursorSize) {
		return nil, ErrCursor
	}
	// The decoder skips line ends, so that a text of the right length may hold too few bytes.
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != cursorSize {
		return nil, ErrCursor
	}
	number := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	return &market.Rank{
		First: money.Amount(number(0)), Second: money.Amount(number(1)), SetupCharge: money.Amount(number(2)),
		Slowness: number(3), Hash: [32]byte(b[32:]),
	}, nil
}
