package discovery

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
)

// liar is a source that answers whatever a test wants.
type liar struct {
	offers []Offer
	key    []byte
	err    error
}

func (l *liar) Offers(context.Context, market.Filter, int) ([]Offer, error) { return l.offers, l.err }

func (l *liar) Record(context.Context, identity.Address, record.Kind, uint8) ([]byte, error) {
	if l.key == nil && l.err == nil {
		return nil, ErrNotFound
	}
	return l.key, l.err
}

func newFinder(t *testing.T, w *world, sources ...Source) *Finder {
	t.Helper()
	f, err := NewFinder(FinderConfig{
		Domain: domain, Sources: sources, Registered: w.dir.cfg.Registered, Clock: w.clock, Limit: 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func find(t *testing.T, f *Finder, filter market.Filter) [][32]byte {
	t.Helper()
	found, err := f.Find(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	var hashes [][32]byte
	for _, s := range found {
		hashes = append(hashes, s.Hash())
	}
	return hashes
}

func offer(t *testing.T, s market.Signed) Offer {
	t.Helper()
	return Offer{Record: encode(t, s.Record)}
}

func TestFinderBelievesNobody(t *testing.T) {
	w := newWorld(t)
	stamp := record.NewStamp(0, epoch, time.Hour)
	good := sign(t, 1, proposal(), stamp)
	unregistered := sign(t, 2, proposal(), stamp)
	w.set(w.unregistered, key(t, 2).Address(), true)
	tampered := good.Record
	tampered.Body = sign(t, 1, proposal(func(p *market.Proposal) { p.Price.PerGiB = 1 }), stamp).Record.Body
	expired := sign(t, 3, proposal(), record.NewStamp(0, epoch.Add(-2*time.Hour), time.Hour))
	early := sign(t, 3, proposal(), record.NewStamp(0, epoch.Add(time.Hour), time.Hour))
	elsewhere := sign(t, 3, proposal(func(p *market.Proposal) { p.Country = "FR" }), stamp)
	old := sign(t, 1, proposal(), record.NewStamp(0, epoch.Add(-time.Minute), 2*time.Hour))
	otherRenewal := Offer{Record: encode(t, good.Record), Renewal: renewal(t, 1, old, epoch, time.Hour)}
	liar := &liar{offers: []Offer{
		offer(t, old), offer(t, good), offer(t, good), offer(t, unregistered), {Record: encode(t, tampered)},
		offer(t, expired), offer(t, early), offer(t, elsewhere), otherRenewal, {Record: []byte("junk")}, {},
	}}
	f := newFinder(t, w, liar)
	if got := find(t, f, market.Filter{Country: "DE"}); len(got) != 1 || got[0] != good.Hash() {
		t.Fatalf("found %d", len(got))
	}
	want := FinderStats{Invalid: 4, Expired: 2, Unregistered: 1, Unmatched: 1, Duplicate: 1, Outdated: 1}
	if got := f.Stats(); got != want {
		t.Errorf("dropped %+v\n   want %+v", got, want)
	}
}

func TestFinderUnitesSources(t *testing.T) {
	w := newWorld(t)
	cheap := sign(t, 1, proposal(func(p *market.Proposal) { p.Price.PerGiB = 1 }), record.NewStamp(0, epoch, time.Hour))
	dear := sign(t, 2, proposal(func(p *market.Proposal) { p.Price.PerGiB = 2 }), record.NewStamp(0, epoch, time.Hour))
	down := &liar{err: errors.New("connection refused")}
	f := newFinder(t, w, &liar{offers: []Offer{offer(t, dear)}}, down, &liar{offers: []Offer{offer(t, cheap), offer(t, dear)}})
	if got := find(t, f, market.Filter{}); len(got) != 2 || got[0] != cheap.Hash() || got[1] != dear.Hash() {
		t.Errorf("found %d, or not the cheapest first", len(got))
	}
	for name, sources := range map[string][]Source{"none": nil, "all down": {down, down}} {
		if _, err := newFinder(t, w, sources...).Find(t.Context(), market.Filter{}); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.mu.Lock()
	w.down = errors.New("no chain")
	w.mu.Unlock()
	if _, err := f.Find(t.Context(), market.Filter{}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a registry: %v", err)
	}
	if _, err := f.Find(t.Context(), market.Filter{Country: "XX"}); !errors.Is(err, market.ErrFilter) {
		t.Errorf("unknown country: %v", err)
	}
}

// Two hubs show two proposals of one instant: the author equivocates, and is left alone.
func TestFinderNoticesEquivocation(t *testing.T) {
	w := newWorld(t)
	stamp := record.NewStamp(0, epoch, time.Hour)
	a := sign(t, 1, proposal(), stamp)
	b := sign(t, 1, proposal(func(p *market.Proposal) { p.Price.PerGiB++ }), stamp)
	f := newFinder(t, w, &liar{offers: []Offer{offer(t, a)}}, &liar{offers: []Offer{offer(t, b)}})
	if got := find(t, f, market.Filter{}); len(got) != 0 || f.Stats().Contradicted != 1 {
		t.Errorf("found %d, %+v", len(got), f.Stats())
	}
}

func TestFinderBoundsAnswers(t *testing.T) {
	w := newWorld(t)
	good := sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour))
	flood := &liar{}
	for range 1000 {
		flood.offers = append(flood.offers, Offer{Record: []byte("junk")})
	}
	f := newFinder(t, w, flood, &liar{offers: []Offer{offer(t, good)}})
	if got := find(t, f, market.Filter{}); len(got) != 1 {
		t.Error("one source's flood hides another's answer")
	}
	if s := f.Stats(); s.Excess != 980 || s.Invalid != 1 || s.Duplicate != 19 {
		t.Errorf("dropped %+v", s)
	}
}

func TestFinderTakesLongestRenewal(t *testing.T) {
	w := newWorld(t)
	s := sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour))
	long := Offer{Record: encode(t, s.Record), Renewal: renewal(t, 1, s, epoch.Add(time.Minute), 3*time.Hour)}
	f := newFinder(t, w, &liar{offers: []Offer{offer(t, s)}}, &liar{offers: []Offer{long}})
	found, err := f.Find(t.Context(), market.Filter{})
	if err != nil || len(found) != 1 || !found[0].ExpiresAt().After(epoch.Add(2*time.Hour)) {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestKeyBody(t *testing.T) {
	w := newWorld(t)
	stamp := record.NewStamp(0, epoch, time.Hour)
	s := sign(t, 1, proposal(), stamp) // names "messaging key"
	body := []byte("messaging key")
	good := rawRecord(t, 1, record.KindKey, stamp, body)
	forged, err := record.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	forged.Sequence++
	down := &liar{err: errors.New("connection refused")}
	for name, c := range map[string]struct {
		sources []Source
		want    error
	}{
		"honest":          {[]Source{&liar{key: good}}, nil},
		"one of three":    {[]Source{down, &liar{key: []byte("junk")}, &liar{key: good}}, nil},
		"not there":       {[]Source{&liar{}, down}, ErrKey},
		"another key":     {[]Source{&liar{key: rawRecord(t, 1, record.KindKey, stamp, []byte("another"))}}, ErrKey},
		"another author":  {[]Source{&liar{key: rawRecord(t, 2, record.KindKey, stamp, body)}}, ErrKey},
		"another kind":    {[]Source{&liar{key: rawRecord(t, 1, record.KindProposal, stamp, body)}}, ErrKey},
		"forged":          {[]Source{&liar{key: encode(t, forged)}}, ErrKey},
		"expired":         {[]Source{&liar{key: rawRecord(t, 1, record.KindKey, record.NewStamp(0, epoch.Add(-2*time.Hour), time.Hour), body)}}, ErrKey},
		"withdrawn":       {[]Source{&liar{key: rawRecord(t, 1, record.KindKey, stamp, nil)}}, ErrKey},
		"all unreachable": {[]Source{down, down}, ErrUnavailable},
		"no source":       {nil, ErrUnavailable},
	} {
		got, err := newFinder(t, w, c.sources...).KeyBody(t.Context(), s)
		if !errors.Is(err, c.want) || c.want == nil && (err != nil || string(got) != string(body)) {
			t.Errorf("%s: %q, %v; want %v", name, got, err, c.want)
		}
	}
}
