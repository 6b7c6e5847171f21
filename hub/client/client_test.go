package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var domain = identity.Domain{ChainID: 31337, Registry: identity.Address{0xaa}}

// fakeRelayer keeps tickets in memory.
type fakeRelayer struct {
	address identity.Address
	quote   relay.Quote
	refuse  error // to submit

	mu      sync.Mutex
	tickets map[string]relay.Ticket
	fail    error
}

func (f *fakeRelayer) Quote(context.Context) (relay.Quote, error) { return f.quote, f.fail }

func (f *fakeRelayer) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, f, complete)
}

func (f *fakeRelayer) Submit(_ context.Context, in relay.Intent) (relay.Ticket, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.fail, f.refuse); err != nil {
		return relay.Ticket{}, err
	}
	ticket := relay.Ticket{ID: string(in.Kind) + "-" + in.Provider.String(), State: relay.StateQueued, Reason: f.address.String()}
	f.tickets[ticket.ID] = ticket
	return ticket, nil
}

func (f *fakeRelayer) Status(_ context.Context, id string) (relay.Ticket, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ticket, ok := f.tickets[id]; ok {
		return ticket, nil
	}
	return relay.Ticket{}, relay.ErrNotFound
}

func (f *fakeRelayer) Info(context.Context) (relay.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return relay.Info{Address: f.address}, f.fail
}

func (f *fakeRelayer) set(fail error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// realHub is a hub over loopback.
type realHub struct {
	url       string
	directory *discovery.Directory
	relayer   *fakeRelayer
	http      *httptest.Server
}

func yes(context.Context, identity.Address) (bool, error) { return true, nil }

func startHub(t *testing.T, seed byte) *realHub {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &realHub{relayer: &fakeRelayer{address: identity.Address{seed}, tickets: map[string]relay.Ticket{}}}
	if h.directory, err = discovery.NewDirectory(t.Context(), discovery.DirectoryConfig{DB: db, Domain: domain, Registered: yes}); err != nil {
		t.Fatal(err)
	}
	server, err := hub.New(hub.Config{
		Info: hub.Info{Identity: identity.Address{seed}, ChainID: domain.ChainID}, Directory: h.directory, Relayer: h.relayer,
		Limits: hub.Limits{ReadsPerSecond: 1e6, WritesPerSecond: 1e6},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.http = httptest.NewServer(server.Handler())
	t.Cleanup(h.http.Close)
	h.url = h.http.URL
	return h
}

func newClient(t *testing.T, urls ...string) *Client {
	t.Helper()
	c, err := New(Config{Hubs: urls, ChainID: domain.ChainID, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), c.Close()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// dead is the URL of a hub that is down.
func dead(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.URL
}

func key(t testing.TB, seed byte) *identity.Key {
	t.Helper()
	k, err := identity.KeyFromBytes(bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func proposal(t testing.TB, seed byte, stamp record.Stamp, price money.Amount) (market.Signed, []byte) {
	t.Helper()
	p := market.Proposal{
		ServiceType: "wireguard", Country: "DE", Price: money.Price{PerGiB: price}, Bandwidth: 1000,
		Contacts: []market.Contact{{
			Type: market.ContactNATS, Address: "nats://0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf@hub.example:4222",
		}},
		KeyRecord: market.KeyHash([]byte("k")),
	}
	s, err := market.Sign(key(t, seed), domain, p, stamp)
	if err != nil {
		t.Fatal(err)
	}
	raw, _, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return s, raw
}

func TestAnnounceFindAndFetchKey(t *testing.T) {
	a, b := startHub(t, 1), startHub(t, 2)
	c := newClient(t, a.url, b.url)
	now := time.Now()
	stamp := record.NewStamp(0, now, time.Hour)
	s, raw := proposal(t, 1, stamp, 5)
	keyRecord, err := record.Sign(key(t, 1), domain, record.KindKey, stamp, []byte("k"))
	if err != nil {
		t.Fatal(err)
	}
	keyRaw, err := keyRecord.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range c.Targets() {
		if err := errors.Join(target.Announce(t.Context(), keyRaw), target.Announce(t.Context(), raw)); err != nil {
			t.Fatal(err)
		}
	}
	finder, err := discovery.NewFinder(discovery.FinderConfig{Domain: domain, Sources: c.Sources(), Registered: yes})
	if err != nil {
		t.Fatal(err)
	}
	for _, down := range []func(){func() {}, a.http.Close} { // also when one hub is gone
		down()
		found, err := finder.Find(t.Context(), market.Filter{Country: "DE"})
		if err != nil || len(found) != 1 || found[0].Hash() != s.Hash() {
			t.Fatalf("found %v, %v", found, err)
		}
		if body, err := finder.KeyBody(t.Context(), found[0]); err != nil || string(body) != "k" {
			t.Errorf("key %q, %v", body, err)
		}
	}
	b.http.Close()
	if _, err := finder.Find(t.Context(), market.Filter{}); !errors.Is(err, discovery.ErrUnavailable) {
		t.Errorf("all hubs gone: %v", err)
	}
}

// Every reason of a refusal comes through HTTP as the sentinel that it is on the hub.
func TestErrorsKeepTheirMeaning(t *testing.T) {
	for _, want := range []error{
		identity.ErrSignature, record.ErrTooLarge, record.ErrKind, record.ErrEarly, record.ErrExpired, record.ErrMalformed,
		market.ErrVersion, market.ErrProposal, discovery.ErrStale, discovery.ErrBond, discovery.ErrTooSoon,
		discovery.ErrUnknownProposal, discovery.ErrFull, discovery.ErrUnavailable, discovery.ErrParked,
	} {
		server, err := hub.New(hub.Config{Directory: failing{fmt.Errorf("%w: details", want)}})
		if err != nil {
			t.Fatal(err)
		}
		listening := httptest.NewServer(server.Handler())
		c := newClient(t, listening.URL)
		err = c.Hubs()[0].Announce(t.Context(), []byte("x"))
		if !errors.Is(err, want) {
			t.Errorf("%v comes through as %v", want, err)
		}
		if n := strings.Count(fmt.Sprint(err), want.Error()); n != 1 {
			t.Errorf("%q names its reason %d times", err, n)
		}
		listening.Close()
	}
}

// failing is a directory that refuses everything for one reason.
type failing struct{ err error }

func (f failing) Announce(context.Context, []byte) error { return f.err }

func (f failing) Search(context.Context, market.Filter, string, int) (discovery.Page, error) {
	return discovery.Page{}, f.err
}

func (f failing) Record(context.Context, identity.Address, record.Kind, uint8) ([]byte, error) {
	return nil, f.err
}

func TestOffersFollowPages(t *testing.T) {
	h := startHub(t, 1)
	c := newClient(t, h.url)
	const many = 240
	for i := range many {
		_, raw := proposal(t, byte(1+i/8), record.NewStamp(uint8(i%8), time.Now(), time.Hour), money.Amount(i))
		if err := h.directory.Announce(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
	}
	for limit, want := range map[int]int{1000: many, 150: 150, 100: 100, 1: 1} {
		offers, err := c.Hubs()[0].Offers(t.Context(), market.Filter{}, limit)
		if err != nil || len(offers) != want {
			t.Errorf("limit %d: %d offers, %v", limit, len(offers), err)
		}
	}
}

// evil serves what a test wants it to, and counts its requests.
func evil(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int)) *Client {
	t.Helper()
	var mu sync.Mutex
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		count := n
		mu.Unlock()
		answer(w, r, count)
	}))
	t.Cleanup(server.Close)
	return newClient(t, server.URL)
}

func sendJSON(t *testing.T, w http.ResponseWriter, value any) {
	t.Helper()
	w.Header().Set("Content-Type", hub.TypeJSON)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		t.Log(err) // the client may have had enough
	}
}

// A hub that lies about proposals: the finder drops and counts every lie, and keeps what is true.
func TestMaliciousHub(t *testing.T) {
	now := time.Now()
	stamp := record.NewStamp(0, now, time.Hour)
	_, good := proposal(t, 1, stamp, 5)
	_, cheaper := proposal(t, 1, record.NewStamp(1, now, time.Hour), 1)
	tampered, err := record.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	body, err := record.Decode(cheaper)
	if err != nil {
		t.Fatal(err)
	}
	tampered.Body = body.Body
	forged, err := tampered.Encode()
	if err != nil {
		t.Fatal(err)
	}
	_, expired := proposal(t, 2, record.NewStamp(0, now.Add(-2*time.Hour), time.Hour), 5)
	_, stranger := proposal(t, 3, stamp, 5)
	c := evil(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		sendJSON(t, w, hub.Offers{Proposals: []hub.Offer{
			{Record: forged}, {Record: expired}, {Record: stranger}, {Record: good}, {Record: good}, {Record: []byte("junk")},
		}})
	})
	finder, err := discovery.NewFinder(discovery.FinderConfig{
		Domain: domain, Sources: c.Sources(),
		Registered: func(_ context.Context, who identity.Address) (bool, error) { return who != key(t, 3).Address(), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := finder.Find(t.Context(), market.Filter{})
	if err != nil || len(found) != 1 || found[0].Proposal.Price.PerGiB != 5 {
		t.Fatalf("found %v, %v", found, err)
	}
	if got, want := finder.Stats(), (discovery.FinderStats{Invalid: 2, Expired: 1, Unregistered: 1, Duplicate: 1}); got != want {
		t.Errorf("dropped %+v, want %+v", got, want)
	}
}

// A hub that misbehaves cannot make the client wait, read or follow without end.
func TestMisbehavingHub(t *testing.T) {
	var sent atomic.Int64 // by the endless one
	endless := func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(http.StatusOK)
		block := bytes.Repeat([]byte(" "), 1<<20)
		for {
			n, err := w.Write(block)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}
	innocent := startHub(t, 9)
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request, int){
		"endless":      endless,
		"not JSON":     func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = io.WriteString(w, "<html>") },
		"another type": func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = io.WriteString(w, `{"proposals":7}`) },
		"redirect": func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, innocent.url+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"unexplained": func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusTeapot) },
		"cut off": func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "9")
			_, _ = w.Write([]byte("{"))
		},
		"odd problem":  problemAnswer(hub.Problem{Type: "urn:x", Title: "odd", Status: 400}),
		"long problem": problemAnswer(hub.Problem{Detail: strings.Repeat("a", maxProblem)}),
	} {
		c := evil(t, answer)
		h := c.Hubs()[0]
		if _, err := h.Offers(t.Context(), market.Filter{}, 10); !errors.Is(err, discovery.ErrUnavailable) {
			t.Errorf("%s: offers: %v", name, err)
		}
		if _, err := c.Submit(t.Context(), relay.Collect()); !errors.Is(err, relay.ErrUnavailable) {
			t.Errorf("%s: submit: %v", name, err)
		}
		if _, err := c.Status(t.Context(), "x"); !errors.Is(err, relay.ErrUnavailable) {
			t.Errorf("%s: status: %v", name, err)
		}
		if health := c.Health(t.Context()); health[0].Healthy || health[0].Detail == "" {
			t.Errorf("%s: health %+v", name, health)
		}
	}
	if sent.Load() > 128<<20 {
		t.Errorf("took %d bytes of endless answers", sent.Load())
	}
	pages := 0
	c := evil(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		pages = n
		offers := hub.Offers{Next: "more"}
		if n < 4 {
			offers.Proposals = []hub.Offer{{Record: []byte("junk")}}
		}
		sendJSON(t, w, offers)
	})
	if offers, err := c.Hubs()[0].Offers(t.Context(), market.Filter{}, 500); err != nil || len(offers) != 3 || pages != 4 {
		t.Errorf("empty pages: %d offers in %d pages, %v", len(offers), pages, err)
	}
}

func problemAnswer(p hub.Problem) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", hub.TypeProblem)
		w.WriteHeader(http.StatusBadRequest)
		raw, err := json.Marshal(p)
		if err == nil {
			_, _ = w.Write(raw) // the client may have had enough
		}
	}
}

// What a hub says ends up on a terminal.
func TestHubsWordsAreCleaned(t *testing.T) {
	c := evil(t, problemAnswer(hub.Problem{Type: "urn:myst:problem:bond", Title: "x", Detail: "\x1b[2Jgone\u202e" + strings.Repeat("a", 1000)}))
	err := c.Hubs()[0].Announce(t.Context(), nil)
	if !errors.Is(err, discovery.ErrBond) || strings.ContainsAny(err.Error(), "\x1b\u202e") || len(err.Error()) > 600 {
		t.Errorf("%q", err)
	}
	c = evil(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, `{"id":"a","state":"mined","reason":"\u001b[2J"}`)
	})
	if ticket, err := c.Status(t.Context(), "a"); err != nil || strings.Contains(ticket.Reason, "\x1b") {
		t.Errorf("%+v, %v", ticket, err)
	}
}

func TestRelayFailover(t *testing.T) {
	a, b := startHub(t, 1), startHub(t, 2)
	c := newClient(t, dead(t), a.url, b.url)
	intent := relay.Withdraw(key(t, 1).Address())
	ticket, err := c.Submit(t.Context(), intent)
	if err != nil || ticket.Reason != a.relayer.address.String() {
		t.Fatalf("%+v, %v", ticket, err)
	}
	if info, err := c.Info(t.Context()); err != nil || info.Address != a.relayer.address {
		t.Errorf("relayer %+v, %v", info, err)
	}
	// A hub is passed over that is busy, not named, or out of order, and one that refuses: it may lie.
	no := &relay.Refusal{Reason: relay.ReasonSignature, Detail: "not by the owner"}
	for _, fail := range []error{
		&relay.Refusal{Reason: relay.ReasonBusy}, &relay.Refusal{Reason: relay.ReasonRelayer}, relay.ErrUnavailable, errors.New("bug"),
		no, &relay.Refusal{Reason: relay.ReasonReverts}, &relay.Refusal{Reason: relay.ReasonMalformed},
	} {
		a.relayer.set(fail)
		if ticket, err := c.Submit(t.Context(), intent); err != nil || ticket.Reason != b.relayer.address.String() {
			t.Errorf("%v: %+v, %v", fail, ticket, err)
		}
	}
	a.relayer.set(no)
	var refusal *relay.Refusal
	if _, err := newClient(t, a.url).Submit(t.Context(), intent); !errors.As(err, &refusal) || refusal.Reason != relay.ReasonSignature || refusal.Detail != "not by the owner" {
		t.Errorf("refusal comes through as %v", err)
	}
	a.relayer.set(relay.ErrUnavailable)
	if info, err := c.Info(t.Context()); err != nil || info.Address != b.relayer.address {
		t.Errorf("relayer %+v, %v", info, err)
	}
	// The second hub issued the newest ticket, so it is asked first.
	if got, err := c.Status(t.Context(), ticket.ID); err != nil || got.Reason != b.relayer.address.String() {
		t.Errorf("%+v, %v", got, err)
	}
	// A hub that does not answer may have the ticket; without it nothing is certain.
	if _, err := c.Status(t.Context(), "unknown"); !errors.Is(err, relay.ErrUnavailable) {
		t.Errorf("unknown, with one hub down: %v", err)
	}
	if _, err := newClient(t, a.url, b.url).Status(t.Context(), "unknown"); !errors.Is(err, relay.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	for _, c := range []*Client{newClient(t), newClient(t, dead(t))} {
		if _, err := c.Submit(t.Context(), intent); !errors.Is(err, relay.ErrUnavailable) {
			t.Errorf("no hub: %v", err)
		}
		if _, err := c.Info(t.Context()); !errors.Is(err, relay.ErrUnavailable) {
			t.Errorf("no hub: %v", err)
		}
	}
}

func TestHealth(t *testing.T) {
	good := startHub(t, 1)
	other := evil(t, func(w http.ResponseWriter, _ *http.Request, _ int) { sendJSON(t, w, hub.Info{ChainID: 1}) })
	c := newClient(t, good.url, dead(t), other.Hubs()[0].Name())
	health := c.Health(t.Context())
	if len(health) != 3 || !health[0].Healthy || health[0].Info.Identity != (identity.Address{1}) || !strings.Contains(health[0].Detail, "answers in") {
		t.Fatalf("%+v", health)
	}
	if health[1].Healthy || !strings.Contains(health[1].Detail, "refused") {
		t.Errorf("dead hub: %+v", health[1])
	}
	if health[2].Healthy || !strings.Contains(health[2].Detail, "chain 1") {
		t.Errorf("hub of another chain: %+v", health[2])
	}
}

func TestNewRefusesURLs(t *testing.T) {
	for _, url := range []string{"", "hub.example", "ftp://hub.example", "http://", "http://hub?x=1", "http://hub#x", "://"} {
		if _, err := New(Config{Hubs: []string{url}}); err == nil {
			t.Errorf("%q accepted", url)
		}
	}
	c := newClient(t, "https://user:secret@hub.example/base/")
	if name := c.Hubs()[0].Name(); strings.Contains(name, "secret") {
		t.Errorf("a hub's name shows a password: %s", name)
	}
}
