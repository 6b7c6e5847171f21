package discovery

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
)

func TestAnnounceAndFind(t *testing.T) {
	w := newWorld(t)
	s := sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour))
	raw := encode(t, s.Record)
	w.announce(raw, nil)
	w.announce(raw, nil) // again, without an effect
	found := w.offers(market.Filter{})
	if len(found) != 1 || found[0].Hash() != s.Hash() {
		t.Fatalf("found %v", found)
	}
	body := []byte("messaging key")
	keyRaw := rawRecord(t, 1, record.KindKey, record.NewStamp(0, epoch, time.Hour), body)
	w.announce(keyRaw, nil)
	for kind, want := range map[record.Kind][]byte{record.KindProposal: raw, record.KindKey: keyRaw} {
		if got, err := w.dir.Record(t.Context(), key(t, 1).Address(), kind, 0); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: not the bytes that were announced: %v", kind, err)
		}
	}
	if _, err := w.dir.Record(t.Context(), key(t, 2).Address(), record.KindKey, 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("record of nobody: %v", err)
	}
	w.pass(time.Hour)
	if found := w.offers(market.Filter{}); len(found) != 0 {
		t.Error("an expired proposal is offered")
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	stamp := record.NewStamp(0, epoch, time.Hour)
	good := sign(t, 1, proposal(), stamp)
	forged := good.Record
	forged.Author = key(t, 2).Address()
	future := sign(t, 1, proposal(), record.NewStamp(0, epoch.Add(record.MaxSkew+time.Second), time.Hour))
	expired := sign(t, 1, proposal(), record.NewStamp(0, epoch.Add(-2*time.Hour), time.Hour))
	otherChain, err := market.Sign(key(t, 1), identity.Domain{ChainID: 1, Registry: domain.Registry}, proposal(), stamp)
	if err != nil {
		t.Fatal(err)
	}
	impostor := rawRecord(t, 2, record.KindProposal, stamp, good.Record.Body)
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":                 {nil, record.ErrMalformed},
		"not a record":            {[]byte("hello"), record.ErrMalformed},
		"oversized":               {make([]byte, record.MaxSize+1), record.ErrTooLarge},
		"mis-signed":              {encode(t, forged), identity.ErrSignature},
		"unsigned":                {encode(t, unsigned(good.Record)), identity.ErrSignature},
		"another chain":           {encode(t, otherChain.Record), identity.ErrSignature},
		"dated ahead":             {encode(t, future.Record), record.ErrEarly},
		"expired":                 {encode(t, expired.Record), record.ErrExpired},
		"another's proposal":      {impostor, market.ErrProposal},
		"no proposal":             {rawRecord(t, 1, record.KindProposal, stamp, []byte("junk")), market.ErrProposal},
		"renewal of nothing":      {renewal(t, 1, good, epoch, time.Hour), ErrUnknownProposal},
		"a withdrawal is no body": {rawRecord(t, 1, record.KindProposal, record.NewStamp(1, epoch, 0+time.Hour), []byte{0}), market.ErrProposal},
	} {
		if err := w.dir.Announce(t.Context(), c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if stats := w.dir.Stats(); stats != (DirectoryStats{}) {
		t.Errorf("refused records left something behind: %+v", stats)
	}
	w.mu.Lock()
	w.down = errors.New("no chain")
	w.mu.Unlock()
	w.announce(encode(t, good.Record), ErrUnavailable)
}

func unsigned(r record.Record) record.Record {
	r.Signature = identity.Signature{}
	return r
}

func TestReplayedOlderRecordIsRefused(t *testing.T) {
	w := newWorld(t)
	old := sign(t, 1, proposal(), record.NewStamp(0, epoch, 20*time.Hour))
	w.announce(encode(t, old.Record), nil)
	w.pass(time.Minute)
	fresh := sign(t, 1, proposal(), record.NewStamp(0, w.clock(), time.Hour))
	w.announce(encode(t, fresh.Record), nil)
	w.announce(encode(t, old.Record), ErrStale)

	// The newer one expires first. The older must not come back, not even after a restart.
	w.pass(2 * time.Hour)
	sweep(t, w)
	w.announce(encode(t, old.Record), ErrStale)
	w.restart()
	w.announce(encode(t, old.Record), ErrStale)
	if found := w.offers(market.Filter{}); len(found) != 0 {
		t.Error("a replaced proposal is offered again")
	}
	w.pass(24 * time.Hour)
	sweep(t, w)
	if stats := w.dir.Stats(); stats.Records != 0 {
		t.Errorf("kept too long: %+v", stats)
	}
	w.announce(encode(t, old.Record), record.ErrExpired)
}

func sweep(t *testing.T, w *world) {
	t.Helper()
	if err := w.dir.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWithdrawal(t *testing.T) {
	w := newWorld(t)
	s := sign(t, 1, proposal(), record.NewStamp(0, epoch, 20*time.Hour))
	w.announce(encode(t, s.Record), nil)
	w.set(w.bondless, key(t, 1).Address(), true) // who takes the deposit back may still withdraw
	withdrawal := rawRecord(t, 1, record.KindProposal, record.NewStamp(0, epoch.Add(time.Second), time.Minute), nil)
	w.announce(withdrawal, nil)
	w.set(w.bondless, key(t, 1).Address(), false)
	if found := w.offers(market.Filter{}); len(found) != 0 {
		t.Error("a withdrawn proposal is offered")
	}
	w.announce(encode(t, s.Record), ErrStale)
	w.announce(renewal(t, 1, s, epoch.Add(2*time.Second), time.Hour), ErrUnknownProposal)
	// The withdrawal expires long before what it withdraws.
	w.pass(10 * time.Hour)
	sweep(t, w)
	w.restart()
	w.announce(encode(t, s.Record), ErrStale)
	if raw, err := w.dir.Record(t.Context(), key(t, 1).Address(), record.KindProposal, 0); err != nil || !bytes.Equal(raw, withdrawal) {
		t.Errorf("the withdrawal itself is gone: %v", err)
	}
	again := sign(t, 1, proposal(), record.NewStamp(0, w.clock(), time.Hour))
	w.announce(encode(t, again.Record), nil)
	if found := w.offers(market.Filter{}); len(found) != 1 {
		t.Error("a slot cannot be used again after a withdrawal")
	}
}

func TestRenewalProlongs(t *testing.T) {
	w := newWorld(t)
	s := sign(t, 1, proposal(), record.NewStamp(2, epoch, time.Hour))
	w.announce(encode(t, s.Record), nil)
	w.pass(50 * time.Minute)
	renewed := renewal(t, 1, s, w.clock(), time.Hour)
	w.announce(renewed, nil)
	w.pass(30 * time.Minute)
	for range 2 { // also after a restart
		found := w.offers(market.Filter{})
		if len(found) != 1 || found[0].Renewal == nil {
			t.Fatalf("renewed proposal not offered: %v", found)
		}
		w.restart()
	}
	fresh := sign(t, 1, proposal(), record.NewStamp(2, w.clock(), time.Hour))
	w.announce(encode(t, fresh.Record), nil)
	if found := w.offers(market.Filter{}); len(found) != 1 || found[0].Renewal != nil || found[0].Hash() != fresh.Hash() {
		t.Errorf("a renewal outlives its proposal: %v", found)
	}
	w.announce(renewal(t, 1, s, w.clock(), time.Hour), ErrUnknownProposal)
	// Nor does the renewal of a predecessor count when it is dated later than the successor.
	w.announce(renewal(t, 1, fresh, w.clock().Add(2*time.Minute), 20*time.Hour), nil)
	next := sign(t, 1, proposal(), record.NewStamp(2, w.clock().Add(time.Minute), time.Hour))
	w.announce(encode(t, next.Record), nil)
	if found := w.offers(market.Filter{}); len(found) != 1 || found[0].Renewal != nil || found[0].Hash() != next.Hash() {
		t.Errorf("a predecessor's renewal is taken for the successor's: %v", found)
	}
	w.pass(2 * time.Hour)
	if found := w.offers(market.Filter{}); len(found) != 0 {
		t.Error("a predecessor's renewal prolongs the successor")
	}
	w.announce(renewal(t, 1, fresh, w.clock(), time.Hour), ErrUnknownProposal) // too late
}

func TestEquivocation(t *testing.T) {
	w := newWorld(t)
	stamp := record.NewStamp(0, epoch, time.Hour)
	a := sign(t, 1, proposal(), stamp)
	b := sign(t, 1, proposal(func(p *market.Proposal) { p.Price.PerGiB++ }), stamp)
	if a.Record.Compare(b.Record) > 0 {
		a, b = b, a
	}
	other := sign(t, 2, proposal(), stamp)
	w.announce(encode(t, other.Record), nil)
	w.announce(encode(t, a.Record), nil)
	w.announce(encode(t, b.Record), nil) // the larger hash wins
	w.announce(encode(t, a.Record), ErrStale)
	author := key(t, 1).Address()
	for range 2 {
		if !w.dir.Equivocating(author) || w.dir.Equivocating(key(t, 2).Address()) {
			t.Fatal("equivocation is not told")
		}
		if found := w.offers(market.Filter{}); len(found) != 1 || found[0].Hash() != other.Hash() {
			t.Error("the proposal of an author who contradicts itself is offered")
		}
		if raw, err := w.dir.Record(t.Context(), author, record.KindProposal, 0); err != nil || !bytes.Equal(raw, encode(t, b.Record)) {
			t.Errorf("the larger hash does not win: %v", err)
		}
		w.restart()
	}
	w.pass(25 * time.Hour)
	sweep(t, w)
	if w.dir.Equivocating(author) || w.dir.Stats().Equivocators != 0 {
		t.Error("the mark never lapses")
	}
	// The loser arriving second marks its author as well.
	stamp = record.NewStamp(1, w.clock(), time.Hour)
	a = sign(t, 1, proposal(), stamp)
	b = sign(t, 1, proposal(func(p *market.Proposal) { p.Price.PerGiB++ }), stamp)
	if a.Record.Compare(b.Record) < 0 {
		a, b = b, a
	}
	w.announce(encode(t, a.Record), nil)
	w.announce(encode(t, b.Record), ErrStale)
	if !w.dir.Equivocating(author) {
		t.Error("equivocation is not noticed when the smaller hash comes second")
	}
}

func TestUpdateRate(t *testing.T) {
	w := newWorld(t)
	next := uint64(0)
	stamp := func(slot uint8) record.Stamp {
		next++
		s := record.NewStamp(slot, w.clock(), time.Hour)
		s.Sequence += next
		return s
	}
	update := func(slot uint8, want error) {
		t.Helper()
		w.announce(encode(t, sign(t, 1, proposal(), stamp(slot)).Record), want)
	}
	// Two restarts in a row: announced, withdrawn, announced, withdrawn, announced.
	update(0, nil)
	w.announce(rawRecord(t, 1, record.KindProposal, stamp(0), nil), nil)
	update(0, nil)
	w.announce(rawRecord(t, 1, record.KindProposal, stamp(0), nil), nil)
	update(0, ErrTooSoon)
	update(1, nil) // slots are independent
	w.pass(59 * time.Second)
	update(0, ErrTooSoon)
	w.pass(time.Second)
	update(0, nil)
	update(0, ErrTooSoon)
	// What is live can always be withdrawn.
	w.announce(rawRecord(t, 1, record.KindProposal, stamp(0), nil), nil)
	w.announce(rawRecord(t, 1, record.KindProposal, stamp(0), nil), ErrTooSoon)
}

func TestBond(t *testing.T) {
	w := newWorld(t)
	w.set(w.bondless, key(t, 1).Address(), true)
	s := sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour))
	w.announce(encode(t, s.Record), ErrBond)
	// Nor can withdrawals of nothing fill the directory.
	w.announce(rawRecord(t, 1, record.KindProposal, record.NewStamp(3, epoch, time.Hour), nil), ErrBond)
	w.set(w.bondless, key(t, 1).Address(), false)
	w.announce(encode(t, s.Record), nil)

	free := newWorld(t, func(cfg *DirectoryConfig) { cfg.Bonded = nil })
	free.announce(encode(t, s.Record), nil)
}

func TestParking(t *testing.T) {
	w := newWorld(t, func(cfg *DirectoryConfig) { cfg.MaxParked = 3 })
	late, never := key(t, 1).Address(), key(t, 2).Address()
	w.set(w.unregistered, late, true)
	w.set(w.unregistered, never, true)
	s := sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour))
	w.announce(encode(t, s.Record), ErrParked)
	w.announce(rawRecord(t, 1, record.KindKey, record.NewStamp(0, epoch, time.Hour), []byte("k")), ErrParked)
	w.announce(renewal(t, 1, s, epoch, 2*time.Hour), ErrParked)
	if len(w.offers(market.Filter{})) != 0 || w.dir.Stats().Parked != 3 {
		t.Fatal("parked records are offered, or are not kept")
	}
	// Space is bounded: the record that has waited longest goes.
	w.pass(time.Second)
	w.announce(encode(t, sign(t, 2, proposal(), record.NewStamp(0, epoch, time.Hour)).Record), ErrParked)
	if w.dir.Stats().Parked != 3 {
		t.Fatal("parking is not bounded")
	}
	w.announce(encode(t, s.Record), ErrParked) // which of three equally old ones went is chance
	w.set(w.unregistered, late, false)
	w.dir.unpark(t.Context())
	if found := w.offers(market.Filter{}); len(found) != 1 || found[0].Hash() != s.Hash() {
		t.Fatalf("registered by now, but not offered: %v", found)
	}
	w.pass(parkFor)
	w.set(w.unregistered, never, false)
	w.dir.unpark(t.Context())
	if w.dir.Stats().Parked != 0 || len(w.offers(market.Filter{})) != 1 {
		t.Error("a record that waited ten minutes is still parked or was stored")
	}
}

func TestParkedRecordsCompete(t *testing.T) {
	w := newWorld(t)
	author := key(t, 1).Address()
	w.set(w.unregistered, author, true)
	old := sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour))
	fresh := sign(t, 1, proposal(), record.NewStamp(0, epoch.Add(time.Second), time.Hour))
	w.announce(encode(t, fresh.Record), ErrParked)
	w.announce(encode(t, old.Record), ErrParked)
	w.set(w.unregistered, author, false)
	w.dir.unpark(t.Context())
	if found := w.offers(market.Filter{}); len(found) != 1 || found[0].Hash() != fresh.Hash() {
		t.Error("an older record displaced a newer one while parked")
	}
}

func TestRunUnparksAndSweeps(t *testing.T) {
	w := newWorld(t)
	author := key(t, 1).Address()
	w.set(w.unregistered, author, true)
	w.announce(encode(t, sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour)).Record), ErrParked)
	w.announce(encode(t, sign(t, 2, proposal(), record.NewStamp(0, epoch, time.Hour)).Record), nil)
	w.set(w.unregistered, author, false)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.dir.Run(ctx) }()
		time.Sleep(parkEvery)
		waitFor(t, func() bool { return w.dir.Stats().Parked == 0 })
		w.pass(25 * time.Hour)
		time.Sleep(sweepEvery)
		waitFor(t, func() bool { return w.dir.Stats().Records == 0 })
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// waitFor lets fake time pass until the database, which works in real time, has done its part.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for range 100_000 {
		if done() {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatal("never happened")
}

func TestDirectoryIsBounded(t *testing.T) {
	w := newWorld(t, func(cfg *DirectoryConfig) { cfg.MaxRecords = 2 })
	for slot, want := range []error{nil, nil, ErrFull} {
		w.announce(encode(t, sign(t, 1, proposal(), record.NewStamp(uint8(slot), epoch, time.Hour)).Record), want)
	}
	w.announce(encode(t, sign(t, 1, proposal(), record.NewStamp(0, epoch.Add(time.Second), time.Hour)).Record), nil)
}

func TestOtherNetworksRecordsAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.announce(encode(t, sign(t, 1, proposal(), record.NewStamp(0, epoch, time.Hour)).Record), nil)
	for _, d := range []identity.Domain{{ChainID: 1, Registry: domain.Registry}, domain} {
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
		w.open(d)
		if stats := w.dir.Stats(); stats.Records != 0 {
			t.Errorf("chain %d: %+v", d.ChainID, stats)
		}
	}
}

// Whatever order records arrive in, and however often, a slot ends up holding the one that beats all others.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	w := newWorld(t, func(cfg *DirectoryConfig) { cfg.UpdateEvery = time.Nanosecond })
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		var all []record.Record
		runs++ // each has a slot of its own
		seed, slot := byte(1+runs%255), uint8(runs/255%record.Slots)
		for range rapid.IntRange(1, 6).Draw(rt, "records") {
			stamp := record.NewStamp(slot, epoch.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms"))*time.Millisecond), time.Hour)
			if rapid.Bool().Draw(rt, "withdraws") {
				r, err := record.Sign(key(t, seed), domain, record.KindProposal, stamp, nil)
				if err != nil {
					rt.Fatal(err)
				}
				all = append(all, r)
				continue
			}
			price := money.Amount(rapid.IntRange(0, 3).Draw(rt, "price"))
			all = append(all, sign(t, seed, proposal(func(p *market.Proposal) { p.Price.PerGiB = price }), stamp).Record)
		}
		best := slices.MaxFunc(all, func(a, b record.Record) int { return a.Compare(b) })
		for _, r := range rapid.Permutation(append(all, all...)).Draw(rt, "order") {
			w.pass(time.Microsecond)
			if err := w.dir.Announce(t.Context(), encode(t, r)); err != nil && !errors.Is(err, ErrStale) {
				rt.Fatal(err)
			}
		}
		raw, err := w.dir.Record(t.Context(), key(t, seed).Address(), record.KindProposal, slot)
		if err != nil {
			rt.Fatal(err)
		}
		if held, err := record.Decode(raw); err != nil || held.Hash() != best.Hash() {
			rt.Fatalf("holds sequence %d, want %d", held.Sequence, best.Sequence)
		}
	})
}
