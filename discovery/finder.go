package discovery

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
)

// defaultFindLimit is how many proposals a finder asks each source for.
const defaultFindLimit = 500

// FinderConfig is what a finder needs.
type FinderConfig struct {
	Domain identity.Domain
	// Sources are asked at the same time, and their answers united.
	Sources []Source
	// Registered tells whether an author is registered, from a chain that this node trusts. Required.
	Registered func(context.Context, identity.Address) (bool, error)
	// Limit is how many proposals to ask each source for; zero is 500.
	Limit  int
	Clock  func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards
}

// Finder finds proposals and believes none of its sources. Safe for concurrent use.
type Finder struct {
	cfg   FinderConfig
	log   *slog.Logger
	drops drops
}

// drops counts what sources returned and should not have.
type drops struct {
	invalid, expired, unregistered, unmatched, duplicate, outdated, contradicted, excess atomic.Uint64
}

// FinderStats counts the offers that a finder has dropped, by reason, since it was made. All but
// Outdated and Duplicate from different sources speak against a source.
type FinderStats struct {
	Invalid      uint64 // malformed, or not signed by the author
	Expired      uint64 // or dated in the future
	Unregistered uint64
	Unmatched    uint64 // not what was asked for
	Duplicate    uint64 // twice, by one source or several
	Outdated     uint64 // another source has a newer one
	Contradicted uint64 // its author said two things at once
	Excess       uint64 // above the limit asked for
}

// NewFinder makes a finder.
func NewFinder(cfg FinderConfig) (*Finder, error) {
	if cfg.Registered == nil {
		return nil, errors.New("finder: a registry is required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Limit = cmp.Or(cfg.Limit, defaultFindLimit)
	return &Finder{cfg: cfg, log: cfg.Logger}, nil
}

// Stats tells what was dropped so far.
func (f *Finder) Stats() FinderStats {
	d := &f.drops
	return FinderStats{
		Invalid: d.invalid.Load(), Expired: d.expired.Load(), Unregistered: d.unregistered.Load(),
		Unmatched: d.unmatched.Load(), Duplicate: d.duplicate.Load(), Outdated: d.outdated.Load(),
		Contradicted: d.contradicted.Load(), Excess: d.excess.Load(),
	}
}

// Find returns the verified proposals that match, cheapest first. It fails with ErrUnavailable when no
// source answers, or when registrations cannot be looked up.
func (f *Finder) Find(ctx context.Context, filter market.Filter) ([]market.Signed, error) {
	if err := filter.Validate(); err != nil {
		return nil, err
	}
	offers, err := f.ask(ctx, filter)
	if err != nil {
		return nil, err
	}
	newest := f.unite(filter, offers)
	found, err := f.registered(ctx, newest)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, market.Cheapest(filter.MeteringUnit))
	return found, nil
}

// ask returns what the sources answer, if any does.
func (f *Finder) ask(ctx context.Context, filter market.Filter) ([]Offer, error) {
	answers := make([][]Offer, len(f.cfg.Sources))
	errs := make([]error, len(f.cfg.Sources))
	var asking sync.WaitGroup
	for i, source := range f.cfg.Sources {
		asking.Go(func() { answers[i], errs[i] = source.Offers(ctx, filter, f.cfg.Limit) })
	}
	asking.Wait()
	var offers []Offer
	failed := 0
	for i, answer := range answers {
		if errs[i] != nil {
			failed++
			continue
		}
		if len(answer) > f.cfg.Limit {
			f.drops.excess.Add(uint64(len(answer) - f.cfg.Limit))
			answer = answer[:f.cfg.Limit]
		}
		offers = append(offers, answer...)
	}
	if failed == len(f.cfg.Sources) {
		return nil, unavailable("no source of proposals answers", errs)
	}
	return offers, nil
}

// unavailable makes one error of several that includes ErrUnavailable once.
func unavailable(what string, errs []error) error {
	if len(errs) == 0 {
		return fmt.Errorf("%w: %s: none is configured", ErrUnavailable, what)
	}
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, what, errors.Join(errs...))
}

// unite verifies offers and keeps the newest of every slot. What a newer record has replaced is dropped
// even when only one of the sources knows.
func (f *Finder) unite(filter market.Filter, offers []Offer) map[slotID]market.Signed {
	now := f.cfg.Clock()
	newest := map[slotID]market.Signed{}
	contradicted := map[slotID]uint64{} // at which sequence
	seen := map[[32]byte]bool{}
	for _, offer := range offers {
		fingerprint := sha256.Sum256(append(append([]byte(nil), offer.Record...), offer.Renewal...))
		if seen[fingerprint] {
			f.drops.duplicate.Add(1)
			continue
		}
		seen[fingerprint] = true
		signed, err := market.Parse(offer.Record, offer.Renewal, f.cfg.Domain, now)
		if err != nil {
			f.dropped(err)
			continue
		}
		if !filter.Match(signed.Proposal) {
			f.drops.unmatched.Add(1)
			continue
		}
		id := idOf(signed.Record)
		held, ok := newest[id]
		switch {
		case !ok:
			newest[id] = signed
		case signed.Record.Contradicts(held.Record):
			contradicted[id] = max(contradicted[id], signed.Record.Sequence)
		case signed.Hash() == held.Hash():
			f.drops.duplicate.Add(1)
			if signed.ExpiresAt().After(held.ExpiresAt()) {
				newest[id] = signed // with a longer renewal
			}
		default:
			f.drops.outdated.Add(1)
			if signed.Record.Compare(held.Record) > 0 {
				newest[id] = signed
			}
		}
	}
	for id, sequence := range contradicted {
		if newest[id].Record.Sequence == sequence {
			f.drops.contradicted.Add(1)
			delete(newest, id)
		}
	}
	return newest
}

func (f *Finder) dropped(err error) {
	if errors.Is(err, record.ErrExpired) || errors.Is(err, record.ErrEarly) {
		f.drops.expired.Add(1)
	} else {
		f.drops.invalid.Add(1)
	}
	f.log.Debug("offer dropped", "error", err)
}

// registered leaves out the proposals whose authors are not registered.
func (f *Finder) registered(ctx context.Context, proposals map[slotID]market.Signed) ([]market.Signed, error) {
	known := map[identity.Address]bool{}
	found := make([]market.Signed, 0, len(proposals))
	for id, signed := range proposals {
		registered, asked := known[id.author]
		if !asked {
			var err error
			if registered, err = f.cfg.Registered(ctx, id.author); err != nil {
				return nil, fmt.Errorf("%w: registry: %w", ErrUnavailable, err)
			}
			known[id.author] = registered
		}
		if !registered {
			f.drops.unregistered.Add(1)
			continue
		}
		found = append(found, signed)
	}
	return found, nil
}

// KeyBody returns the body of the author's key record that the proposal names, verified. Sources are asked
// at the same time; one that has it suffices. Errors: ErrKey when they answer but none has it,
// ErrUnavailable when none answers.
func (f *Finder) KeyBody(ctx context.Context, s market.Signed) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx) // the first good answer ends the other requests
	defer cancel()
	type answer struct {
		body []byte
		err  error
	}
	answers := make(chan answer, len(f.cfg.Sources))
	for _, source := range f.cfg.Sources {
		// Ends with the request, which ctx ends at the latest; the channel has room for all.
		go func() {
			body, err := f.keyFrom(ctx, source, s)
			answers <- answer{body, err}
		}()
	}
	var errs []error
	var body []byte
	answered := false
	for range f.cfg.Sources {
		a := <-answers
		switch {
		case body != nil:
		case a.err == nil:
			body = a.body
			cancel()
		case errors.Is(a.err, ErrKey):
			answered = true
			fallthrough
		default:
			errs = append(errs, a.err)
		}
	}
	switch {
	case body != nil:
		return body, nil
	case answered:
		return nil, errors.Join(errs...)
	default:
		return nil, unavailable("no source of messaging keys answers", errs)
	}
}

// keyFrom asks one source. Every answer that is not the right key is ErrKey.
func (f *Finder) keyFrom(ctx context.Context, source Source, s market.Signed) ([]byte, error) {
	raw, err := source.Record(ctx, s.Record.Author, record.KindKey, 0)
	if errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if err != nil {
		return nil, err
	}
	r, err := record.Decode(raw)
	if err == nil {
		err = r.Verify(f.cfg.Domain, f.cfg.Clock())
	}
	switch {
	case err != nil:
		f.dropped(err)
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	case r.Author != s.Record.Author || r.Kind != record.KindKey || r.Withdrawn():
		f.drops.unmatched.Add(1)
		return nil, fmt.Errorf("%w: got another record", ErrKey)
	case market.KeyHash(r.Body) != s.Proposal.KeyRecord:
		return nil, fmt.Errorf("%w: the provider announces another key by now", ErrKey)
	}
	return r.Body, nil
}
