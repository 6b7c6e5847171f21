package discovery

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
)

// fakeHub takes records as a directory does, as far as one author needs it, and fails on demand.
type fakeHub struct {
	t testing.TB

	mu    sync.Mutex
	held  map[slotID]record.Record
	fail  error
	taken int // records that were not held before
	calls int
	hang  bool
}

func newFakeHub(t testing.TB) *fakeHub { return &fakeHub{t: t, held: map[slotID]record.Record{}} }

func (h *fakeHub) Name() string { return "fake hub" }

func (h *fakeHub) Announce(ctx context.Context, raw []byte) error {
	h.mu.Lock()
	hang := h.hang
	h.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	if h.fail != nil {
		return h.fail
	}
	r, err := record.Decode(raw)
	if err != nil {
		h.t.Errorf("announced what does not decode: %v", err)
		return err
	}
	if err := r.Verify(domain, time.Now()); err != nil {
		return err
	}
	if held, ok := h.held[idOf(r)]; ok {
		if c := r.Compare(held); c < 0 {
			return ErrStale
		} else if c == 0 {
			return nil
		}
	}
	if r.Kind == record.KindRenewal {
		if p, ok := h.held[slotID{r.Author, record.KindProposal, r.Slot}]; !ok || !r.Renews(p) {
			return ErrUnknownProposal
		}
	}
	h.taken++
	h.held[idOf(r)] = r
	return nil
}

func (h *fakeHub) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

func (h *fakeHub) counts() (calls, taken int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls, h.taken
}

// get returns what a slot holds, and whether it holds anything.
func (h *fakeHub) get(kind record.Kind, slot uint8) (record.Record, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.held[slotID{key(h.t, 1).Address(), kind, slot}]
	return r, ok
}

// keys is a messaging keyring that tests rotate.
type keys struct {
	mu   sync.Mutex
	body string
	err  error
}

func (k *keys) Current() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return []byte(k.body), k.err
}

func (k *keys) rotate(body string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.body = body
}

// announcing runs an announcer in a bubble of fake time until the test's function returns.
func announcing(t *testing.T, hubs int, test func(t *testing.T, a *Announcer, keys *keys, hubs []*fakeHub, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ring := &keys{body: "key 1"}
		var targets []Target
		var fakes []*fakeHub
		for range hubs {
			h := newFakeHub(t)
			targets, fakes = append(targets, h), append(fakes, h)
		}
		second := proposal(func(p *market.Proposal) { p.ServiceType = "openvpn" })
		a, err := NewAnnouncer(AnnouncerConfig{
			Signer: key(t, 1), Domain: domain, Keys: ring, Targets: targets,
			Proposals: []market.Proposal{proposal(), second},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- a.Run(ctx) }()
		var once sync.Once
		stop := func() {
			once.Do(func() {
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		}
		defer stop()
		synctest.Wait()
		test(t, a, ring, fakes, stop)
	})
}

// live returns the proposal that a hub would offer.
func live(t *testing.T, h *fakeHub, slot uint8) market.Signed {
	t.Helper()
	r, ok := h.get(record.KindProposal, slot)
	if !ok {
		t.Fatalf("slot %d is empty", slot)
	}
	s, err := market.FromRecord(r)
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := h.get(record.KindRenewal, slot); ok && r.Renews(s.Record) {
		s.Renewal = &r
	}
	return s
}

func TestAnnouncerAnnouncesAndWithdraws(t *testing.T) {
	announcing(t, 2, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, stop func()) {
		for slot := range 2 {
			if problem := a.Service(slot).Problem(); problem != "" {
				t.Errorf("slot %d: %s", slot, problem)
			}
			if err := a.Service(slot).Announced(t.Context()); err != nil {
				t.Error(err)
			}
		}
		for _, h := range hubs {
			published, ok := h.get(record.KindKey, 0)
			if !ok {
				t.Fatal("no messaging key announced")
			}
			s := live(t, h, 0)
			if s.Proposal.KeyRecord != market.KeyHash(published.Body) || s.Proposal.ServiceType != "wireguard" {
				t.Errorf("announced %+v", s.Proposal)
			}
			if err := s.Verify(domain, time.Now()); err != nil {
				t.Error(err)
			}
			if got, ok := a.Service(0).Current(s.Hash()); !ok || got.ServiceType != "wireguard" {
				t.Error("the provider does not know its own proposal")
			}
			if _, ok := a.Service(1).Current(s.Hash()); ok {
				t.Error("a proposal is taken for another service's")
			}
		}
		if err := a.Service(0).Withdraw(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a.Service(0).Problem() == "" || a.Service(1).Problem() != "" {
			t.Error("withdrawing one service says the wrong thing")
		}
		stop() // withdraws the other
		for _, h := range hubs {
			for slot := range uint8(2) {
				if r, _ := h.get(record.KindProposal, slot); !r.Withdrawn() {
					t.Errorf("slot %d is not withdrawn", slot)
				}
			}
		}
		if err := a.Service(0).Withdraw(t.Context()); err != nil {
			t.Errorf("second withdrawal: %v", err)
		}
	})
}

func TestAnnouncerRenews(t *testing.T) {
	announcing(t, 1, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, _ func()) {
		first := live(t, hubs[0], 0)
		for range 10 { // 80 hours on one key: always offered
			for range 8 {
				time.Sleep(time.Hour)
				s := live(t, hubs[0], 0)
				if err := s.Verify(domain, time.Now()); err != nil {
					t.Fatalf("after %v: %v", time.Since(first.Record.ExpiresAt().Add(-defaultLifetime)), err)
				}
				if _, ok := a.Service(0).Current(s.Hash()); !ok {
					t.Fatal("the provider does not honour what it announces")
				}
			}
		}
		if s := live(t, hubs[0], 0); s.Renewal == nil {
			t.Error("not renewed, but announced anew")
		}
		if signed, ok := a.Service(0).Signed(); !ok || signed.Renewal == nil {
			t.Error("the service does not know its renewal")
		}
	})
}

func TestAnnouncerFollowsKeyRotation(t *testing.T) {
	announcing(t, 1, func(t *testing.T, a *Announcer, keys *keys, hubs []*fakeHub, _ func()) {
		old := live(t, hubs[0], 0)
		keys.rotate("key 2")
		time.Sleep(keyPoll + time.Second)
		fresh := live(t, hubs[0], 0)
		published, _ := hubs[0].get(record.KindKey, 0)
		if string(published.Body) != "key 2" || fresh.Proposal.KeyRecord != market.KeyHash([]byte("key 2")) {
			t.Fatal("the rotated key is not announced")
		}
		if a.Service(0).Problem() != "" {
			t.Error("after the rotation: " + a.Service(0).Problem())
		}
		// The superseded one is honoured for ten minutes.
		time.Sleep(9 * time.Minute)
		if _, ok := a.Service(0).Current(old.Hash()); !ok {
			t.Error("a superseded proposal is not honoured")
		}
		time.Sleep(time.Minute)
		if _, ok := a.Service(0).Current(old.Hash()); ok {
			t.Error("a superseded proposal is honoured for ever")
		}
		if _, ok := a.Service(0).Current(fresh.Hash()); !ok {
			t.Error("the current proposal is not honoured")
		}
		if _, ok := a.Service(0).Current([32]byte{1}); ok {
			t.Error("an unknown proposal is honoured")
		}
	})
}

func TestAnnouncerSurvivesHubs(t *testing.T) {
	announcing(t, 2, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, _ func()) {
		// One hub of two gone: still announced.
		down := hubs[0]
		down.set(func() { down.fail = errors.New("connection refused"); clear(down.held) })
		time.Sleep(2 * repeatEvery)
		if problem := a.Service(0).Problem(); problem != "" {
			t.Errorf("one hub of two is down: %s", problem)
		}
		// Both gone: the status says so, and what is wrong.
		hubs[1].set(func() { hubs[1].fail = ErrBond })
		time.Sleep(2 * repeatEvery)
		problem := a.Service(0).Problem()
		if !strings.Contains(problem, "connection refused") || !strings.Contains(problem, ErrBond.Error()) {
			t.Errorf("both hubs are down, but the problem is %q", problem)
		}
		// Back, with an empty database: announced again within the longest pause.
		calls, _ := down.counts()
		time.Sleep(time.Hour)
		after, _ := down.counts()
		if tries := after - calls; tries < 50 || tries > 120 {
			t.Errorf("%d tries in an hour; want about one a minute", tries)
		}
		down.set(func() { down.fail = nil })
		time.Sleep(maxBackoff)
		synctest.Wait()
		if problem := a.Service(0).Problem(); problem != "" {
			t.Errorf("a hub is back: %s", problem)
		}
		live(t, down, 0)
		live(t, down, 1)
	})
}

// A hub that lost its database learns everything again, also when a proposal lives on by a renewal only.
func TestAnnouncerTellsForgetfulHub(t *testing.T) {
	announcing(t, 1, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, _ func()) {
		h := hubs[0]
		_, taken := h.counts()
		time.Sleep(time.Hour)
		if _, now := h.counts(); now != taken {
			t.Error("repeating changes what a hub holds")
		}
		for _, age := range []time.Duration{time.Minute, 9 * time.Hour, 14 * time.Hour} {
			time.Sleep(age)
			h.set(func() { clear(h.held) })
			time.Sleep(repeatEvery + 2*time.Minute)
			if s := live(t, h, 0); s.Verify(domain, time.Now()) != nil {
				t.Errorf("%v: what the hub learned again does not stand", age)
			}
			if _, ok := h.get(record.KindKey, 0); !ok || a.Service(0).Problem() != "" {
				t.Errorf("%v: not announced again: %s", age, a.Service(0).Problem())
			}
		}
	})
}

// Somebody announced with this identity and a later clock, or this clock went back.
func TestAnnouncerOvertakesNewerRecords(t *testing.T) {
	announcing(t, 1, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, _ func()) {
		h := hubs[0]
		ahead := sign(t, 1, proposal(), record.NewStamp(0, time.Now().Add(4*time.Minute), time.Hour)).Record
		h.set(func() { h.held[idOf(ahead)] = ahead })
		time.Sleep(repeatEvery + time.Minute)
		synctest.Wait()
		if s := live(t, h, 0); s.Hash() == ahead.Hash() {
			t.Error("the foreign proposal still stands")
		}
		if problem := a.Service(0).Problem(); problem != "" {
			t.Error(problem)
		}
	})
}

func TestAnnouncerRetriesWhenAsked(t *testing.T) {
	announcing(t, 1, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, _ func()) {
		h := hubs[0]
		h.set(func() { h.fail = ErrBond; clear(h.held) })
		time.Sleep(2 * repeatEvery)
		h.set(func() { h.fail = nil })
		a.Retry()
		synctest.Wait()
		if problem := a.Service(0).Problem(); problem != "" {
			t.Errorf("the bond is there, but: %s", problem)
		}
		live(t, h, 0)
	})
}

// What passes by itself, and soon, is tried again soon.
func TestAnnouncerTriesAgainSoon(t *testing.T) {
	for _, why := range []error{ErrParked, ErrTooSoon} {
		announcing(t, 1, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, _ func()) {
			h := hubs[0]
			h.set(func() { h.fail = why; clear(h.held) })
			time.Sleep(2 * repeatEvery)
			if problem := a.Service(0).Problem(); !strings.Contains(problem, why.Error()) {
				t.Errorf("problem is %q", problem)
			}
			limited, cancel := context.WithTimeout(t.Context(), 2*soonBackoff)
			defer cancel()
			h.set(func() { h.fail = nil })
			if err := a.Service(0).Announced(limited); err != nil {
				t.Errorf("no longer %v, but not announced soon: %v", why, err)
			}
		})
	}
}

func TestWithdrawDoesNotWaitForDeadHub(t *testing.T) {
	announcing(t, 2, func(t *testing.T, a *Announcer, _ *keys, hubs []*fakeHub, stop func()) {
		hubs[0].set(func() { hubs[0].hang = true })
		started := time.Now()
		if err := a.Service(0).Withdraw(t.Context()); err == nil {
			t.Error("a withdrawal that a hub does not know of is called done")
		}
		stop()
		if took := time.Since(started); took > 2*withdrawTimeout {
			t.Errorf("stopping took %v", took)
		}
		for slot := range uint8(2) {
			if r, _ := hubs[1].get(record.KindProposal, slot); !r.Withdrawn() {
				t.Errorf("the hub that answers does not know that slot %d is withdrawn", slot)
			}
		}
	})
}

func TestAnnouncerWithoutKey(t *testing.T) {
	announcing(t, 1, func(t *testing.T, a *Announcer, keys *keys, _ []*fakeHub, _ func()) {
		keys.mu.Lock()
		keys.err = errors.New("no entropy")
		keys.mu.Unlock()
		time.Sleep(keyPoll)
		synctest.Wait()
		if got := a.Service(0).Problem(); got != "no entropy" {
			t.Errorf("problem is %q", got)
		}
		keys.mu.Lock()
		keys.err, keys.body = nil, "key 2"
		keys.mu.Unlock()
		time.Sleep(keyPoll)
		synctest.Wait()
		if got := a.Service(0).Problem(); got != "" {
			t.Errorf("problem is %q", got)
		}
	})
}

func TestNewAnnouncerRefuses(t *testing.T) {
	cfg := AnnouncerConfig{Signer: key(t, 1), Domain: domain, Keys: &keys{}}
	for name, proposals := range map[string][]market.Proposal{
		"unknown country": {proposal(func(p *market.Proposal) { p.Country = "XX" })},
		"no contact":      {proposal(func(p *market.Proposal) { p.Contacts = nil })},
		"price":           {proposal(func(p *market.Proposal) { p.Price.PerGiB = money.MaxLock + 1 })},
		"too many":        make([]market.Proposal, record.Slots+1),
	} {
		cfg.Proposals = proposals
		if _, err := NewAnnouncer(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	cfg.Proposals = []market.Proposal{proposal()}
	a, err := NewAnnouncer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if a.Service(0).Problem() != "no hub is configured" {
		t.Errorf("without hubs: %q", a.Service(0).Problem())
	}
	if _, ok := a.Service(0).Signed(); ok {
		t.Error("signed before Run")
	}
}

// The real directory and the announcer agree.
func TestAnnouncerWithDirectory(t *testing.T) {
	w := newWorld(t, func(cfg *DirectoryConfig) { cfg.Clock = time.Now })
	a, err := NewAnnouncer(AnnouncerConfig{
		Signer: key(t, 1), Domain: domain, Keys: &keys{body: "k"}, Targets: []Target{w.dir},
		Proposals: []market.Proposal{proposal()},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	if err := a.Service(0).Announced(t.Context()); err != nil {
		t.Fatal(err)
	}
	finder, err := NewFinder(FinderConfig{
		Domain: domain, Sources: []Source{w.dir},
		Registered: func(context.Context, identity.Address) (bool, error) { return true, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := finder.Find(t.Context(), market.Filter{Country: "DE"})
	if err != nil || len(found) != 1 {
		t.Fatalf("found %d, %v", len(found), err)
	}
	if body, err := finder.KeyBody(t.Context(), found[0]); err != nil || string(body) != "k" {
		t.Errorf("key %q, %v", body, err)
	}
	if _, ok := a.Service(0).Current(found[0].Hash()); !ok {
		t.Error("the provider does not know what the consumer found")
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if found, err := finder.Find(t.Context(), market.Filter{}); err != nil || len(found) != 0 {
		t.Errorf("withdrawn, but found %d, %v", len(found), err)
	}
}
