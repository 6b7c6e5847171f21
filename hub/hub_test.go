package hub

import (
	"bytes"
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
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/discovery"
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
	mu      sync.Mutex
	tickets map[string]relay.Ticket
	fail    error
}

func (f *fakeRelayer) Quote(context.Context) (relay.Quote, error) {
	return relay.Quote{Fees: map[relay.Kind]money.Amount{relay.KindLock: 7}, ValidUntil: 8}, f.fail
}

func (f *fakeRelayer) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, f, complete)
}

func (f *fakeRelayer) Submit(_ context.Context, in relay.Intent) (relay.Ticket, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return relay.Ticket{}, f.fail
	}
	ticket := relay.Ticket{ID: string(in.Kind) + "-" + in.Provider.String(), State: relay.StateQueued}
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
	return relay.Info{Address: identity.Address{0xee}}, f.fail
}

// hubUnderTest is a server over loopback on a real directory.
type hubUnderTest struct {
	t       *testing.T
	url     string
	relayer *fakeRelayer
	server  *Server

	mu           sync.Mutex
	unregistered map[identity.Address]bool
	bondless     map[identity.Address]bool
}

func start(t *testing.T, configure ...func(*Config)) *hubUnderTest {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &hubUnderTest{
		t: t, relayer: &fakeRelayer{tickets: map[string]relay.Ticket{}},
		unregistered: map[identity.Address]bool{}, bondless: map[identity.Address]bool{},
	}
	answer := func(no map[identity.Address]bool) func(context.Context, identity.Address) (bool, error) {
		return func(_ context.Context, who identity.Address) (bool, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return !no[who], nil
		}
	}
	directory, err := discovery.NewDirectory(t.Context(), discovery.DirectoryConfig{
		DB: db, Domain: domain, Registered: answer(h.unregistered), Bonded: answer(h.bondless),
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Info: Info{
			Identity: identity.Address{0x11}, ChainID: domain.ChainID, Broker: "nats://127.0.0.1:4222", Version: "test",
			Contracts: chain.Contracts{Registry: domain.Registry},
		},
		Directory: directory, Relayer: h.relayer,
	}
	for _, c := range configure {
		c(&cfg)
	}
	if h.server, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(h.server.Handler())
	t.Cleanup(listening.Close)
	h.url = listening.URL
	return h
}

// do sends a request and checks the status of the answer.
func (h *hubUnderTest) do(method, path, contentType string, body []byte, want int) []byte {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Origin", "https://evil.example")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if resp.StatusCode != want {
		h.t.Fatalf("%s %s: status %d, want %d: %s", method, path, resp.StatusCode, want, raw)
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "" {
		h.t.Error("web pages are let in")
	}
	if resp.StatusCode >= 400 {
		var p Problem
		if resp.Header.Get("Content-Type") != TypeProblem || json.Unmarshal(raw, &p) != nil || p.Status != want || p.Title == "" || p.Type == "" {
			h.t.Errorf("%s %s: not a problem of RFC 9457: %s", method, path, raw)
		}
	}
	return raw
}

func (h *hubUnderTest) announce(raw []byte, want int) Problem {
	h.t.Helper()
	var p Problem
	if err := json.Unmarshal(h.do(http.MethodPost, PathRecords, TypeRecord, raw, want), &p); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func key(t testing.TB, seed byte) *identity.Key {
	t.Helper()
	k, err := identity.KeyFromBytes(bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func proposal(t testing.TB, seed byte, stamp record.Stamp, change ...func(*market.Proposal)) market.Signed {
	t.Helper()
	p := market.Proposal{
		ServiceType: "wireguard", Country: "DE", Price: money.Price{PerGiB: 50_000, PerHour: 20}, Bandwidth: 1000,
		Contacts: []market.Contact{{
			Type: market.ContactNATS, Address: "nats://0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf@hub.example:4222",
		}},
		KeyRecord: market.KeyHash([]byte("k")),
	}
	for _, c := range change {
		c(&p)
	}
	s, err := market.Sign(key(t, seed), domain, p, stamp)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func encode(t testing.TB, r record.Record) []byte {
	t.Helper()
	raw, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func withdrawal(t testing.TB, seed byte, stamp record.Stamp) []byte {
	t.Helper()
	r, err := record.Sign(key(t, seed), domain, record.KindProposal, stamp, nil)
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, r)
}

// The whole life of a proposal over HTTP: announced, found, renewed, fetched, withdrawn.
func TestLifeOfProposal(t *testing.T) {
	h := start(t)
	now := time.Now()
	s := proposal(t, 1, record.NewStamp(0, now, time.Hour))
	raw := encode(t, s.Record)
	h.announce(raw, http.StatusOK)
	search := func() (found Offers) {
		t.Helper()
		if err := json.Unmarshal(h.do(http.MethodGet, PathProposals+"?country=DE", "", nil, http.StatusOK), &found); err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := search(); len(found.Proposals) != 1 || !bytes.Equal(found.Proposals[0].Record, raw) || found.Proposals[0].Renewal != nil {
		t.Fatalf("found %+v", found)
	}
	r, err := market.Renew(key(t, 1), domain, s, record.NewStamp(0, now.Add(time.Second), 2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	renewal := encode(t, r)
	h.announce(renewal, http.StatusOK)
	if found := search(); len(found.Proposals) != 1 || !bytes.Equal(found.Proposals[0].Renewal, renewal) {
		t.Fatal("the renewal is not passed on")
	}
	path := fmt.Sprintf("%s/%s/proposal/0", PathRecords, key(t, 1).Address())
	if got := h.do(http.MethodGet, path, "", nil, http.StatusOK); !bytes.Equal(got, raw) {
		t.Error("other bytes than announced")
	}
	h.do(http.MethodGet, strings.TrimSuffix(path, "0")+"1", "", nil, http.StatusNotFound)
	h.announce(withdrawal(t, 1, record.NewStamp(0, now.Add(time.Second), time.Hour)), http.StatusOK)
	if found := search(); len(found.Proposals) != 0 {
		t.Error("withdrawn, but found")
	}
	if p := h.announce(raw, http.StatusConflict); !errors.Is(p.Err(), discovery.ErrStale) {
		t.Errorf("replayed: %+v", p)
	}
}

func TestRefusedRecords(t *testing.T) {
	h := start(t)
	now := time.Now()
	good := proposal(t, 1, record.NewStamp(0, now, time.Hour))
	missigned := good.Record
	missigned.Expires++
	unsigned := good.Record
	unsigned.Signature = identity.Signature{}
	h.bondless[key(t, 3).Address()] = true
	renewal, err := market.Renew(key(t, 1), domain, good, record.NewStamp(0, now, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw    []byte
		status int
		want   error
	}{
		"malformed":           {[]byte("{}"), http.StatusBadRequest, record.ErrMalformed},
		"empty":               {nil, http.StatusBadRequest, record.ErrMalformed},
		"oversized":           {make([]byte, record.MaxSize+1), http.StatusRequestEntityTooLarge, record.ErrTooLarge},
		"mis-signed":          {encode(t, missigned), http.StatusForbidden, identity.ErrSignature},
		"unsigned":            {encode(t, unsigned), http.StatusForbidden, identity.ErrSignature},
		"expired":             {encode(t, proposal(t, 1, record.NewStamp(0, now.Add(-2*time.Hour), time.Hour)).Record), http.StatusUnprocessableEntity, record.ErrExpired},
		"from the future":     {encode(t, proposal(t, 1, record.NewStamp(0, now.Add(time.Hour), time.Hour)).Record), http.StatusUnprocessableEntity, record.ErrEarly},
		"without bond":        {encode(t, proposal(t, 3, record.NewStamp(0, now, time.Hour)).Record), http.StatusForbidden, discovery.ErrBond},
		"renewal of nothing":  {encode(t, renewal), http.StatusConflict, discovery.ErrUnknownProposal},
		"not even a proposal": {badBody(t), http.StatusUnprocessableEntity, market.ErrProposal},
	} {
		if p := h.announce(c.raw, c.status); !errors.Is(p.Err(), c.want) {
			t.Errorf("%s: %+v, want %v", name, p, c.want)
		}
	}
	h.unregistered[key(t, 2).Address()] = true
	var state Announcement
	answer := h.do(http.MethodPost, PathRecords, TypeRecord, encode(t, proposal(t, 2, record.NewStamp(0, now, time.Hour)).Record), http.StatusAccepted)
	if err := json.Unmarshal(answer, &state); err != nil || state.State != StateParked {
		t.Errorf("unregistered author: %s", answer)
	}
	if got := h.do(http.MethodGet, PathProposals, "", nil, http.StatusOK); !bytes.Contains(got, []byte(`"proposals":[]`)) {
		t.Errorf("refused records are offered: %s", got)
	}
}

func badBody(t *testing.T) []byte {
	t.Helper()
	r, err := record.Sign(key(t, 1), domain, record.KindProposal, record.NewStamp(0, time.Now(), time.Hour), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, r)
}

func TestUpdateRateIsTold(t *testing.T) {
	h := start(t)
	now := time.Now()
	status := http.StatusOK
	for i := range 6 {
		if i == 4 {
			status = http.StatusTooManyRequests
		}
		h.announce(encode(t, proposal(t, 1, record.NewStamp(0, now.Add(time.Duration(i)*time.Millisecond), time.Hour)).Record), status)
	}
}

// Every parameter of a search, each with one proposal that it finds and one that it does not.
func TestSearchParameters(t *testing.T) {
	h := start(t)
	now := time.Now()
	a := proposal(t, 1, record.NewStamp(0, now, time.Hour))
	b := proposal(t, 2, record.NewStamp(0, now, time.Hour), func(p *market.Proposal) {
		p.ServiceType, p.Country, p.Bandwidth = "openvpn", "FR", 10
		p.Price = money.Price{PerHour: 500}
	})
	h.announce(encode(t, a.Record), http.StatusOK)
	h.announce(encode(t, b.Record), http.StatusOK)
	for query, want := range map[string][]market.Signed{
		"":                            {b, a}, // by the price of a GiB
		"metering_unit=hour":          {a, b},
		"service_type=openvpn":        {b},
		"country=DE":                  {a},
		"metering_unit=GiB":           {a},
		"max_price_per_gib=0.049999":  {b},
		"max_price_per_gib=0.05":      {b, a},
		"max_price_per_hour=0.000499": {a},
		"min_bandwidth=1000":          {a},
		"provider=" + a.Proposal.Provider.String():                 {a},
		"provider=" + b.Proposal.Provider.String() + "&country=DE": {},
		"limit=1": {b},
	} {
		var found Offers
		if err := json.Unmarshal(h.do(http.MethodGet, PathProposals+"?"+query, "", nil, http.StatusOK), &found); err != nil {
			t.Fatal(err)
		}
		var got [][]byte
		for _, offer := range found.Proposals {
			got = append(got, offer.Record)
		}
		if len(got) != len(want) {
			t.Errorf("%q: found %d, want %d", query, len(got), len(want))
			continue
		}
		for i := range want {
			if !bytes.Equal(got[i], encode(t, want[i].Record)) {
				t.Errorf("%q: another proposal at %d", query, i)
			}
		}
	}
	for _, query := range []string{
		"country=XX", "color=blue", "limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=zz", "cursor=a&cursor=b",
		"max_price_per_gib=-1", "metering_unit=day", "%zz", "country=DE;limit=1",
	} {
		h.do(http.MethodGet, PathProposals+"?"+query, "", nil, http.StatusBadRequest)
	}
}

func TestPaging(t *testing.T) {
	h := start(t)
	now := time.Now()
	for i := range byte(7) {
		h.announce(encode(t, proposal(t, 1+i, record.NewStamp(i, now, time.Hour)).Record), http.StatusOK)
	}
	seen := map[string]bool{}
	pages := 0
	for cursor := ""; ; pages++ {
		var page Offers
		if err := json.Unmarshal(h.do(http.MethodGet, PathProposals+"?limit=3&cursor="+cursor, "", nil, http.StatusOK), &page); err != nil {
			t.Fatal(err)
		}
		for _, offer := range page.Proposals {
			seen[string(offer.Record)] = true
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != 7 || pages != 2 {
		t.Errorf("%d proposals in %d pages", len(seen), pages+1)
	}
}

func TestBadPaths(t *testing.T) {
	h := start(t)
	author := key(t, 1).Address().String()
	for path, want := range map[string]int{
		"/":                                     http.StatusNotFound,
		"/v1":                                   http.StatusNotFound,
		"/v1/records/zero/key/0":                http.StatusBadRequest,
		"/v1/records/" + author + "/kind 9/0":   http.StatusBadRequest,
		"/v1/records/" + author + "/key/8":      http.StatusBadRequest,
		"/v1/records/" + author + "/key/-1":     http.StatusBadRequest,
		"/v1/records/" + author + "/key/0":      http.StatusNotFound,
		"/v1/records/" + author + "/key/0/more": http.StatusNotFound,
		"/v1/relay/none":                        http.StatusNotFound,
	} {
		h.do(http.MethodGet, strings.ReplaceAll(path, " ", "%20"), "", nil, want)
	}
	h.do(http.MethodDelete, PathRecords, "", nil, http.StatusNotFound)
	// A web page can send these types without asking first; so they are refused.
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", ";;"} {
		h.do(http.MethodPost, PathRecords, contentType, []byte("x"), http.StatusUnsupportedMediaType)
		h.do(http.MethodPost, PathRelay, contentType, []byte("{}"), http.StatusUnsupportedMediaType)
	}
}

func TestRelay(t *testing.T) {
	h := start(t)
	intent, err := json.Marshal(relay.Withdraw(key(t, 1).Address()))
	if err != nil {
		t.Fatal(err)
	}
	var ticket relay.Ticket
	if err := json.Unmarshal(h.do(http.MethodPost, PathRelay, TypeJSON, intent, http.StatusAccepted), &ticket); err != nil {
		t.Fatal(err)
	}
	var again relay.Ticket
	if err := json.Unmarshal(h.do(http.MethodGet, PathRelay+"/"+ticket.ID, "", nil, http.StatusOK), &again); err != nil || again != ticket {
		t.Errorf("ticket %+v, then %+v, %v", ticket, again, err)
	}
	h.do(http.MethodPost, PathRelay, TypeJSON, []byte("{"), http.StatusBadRequest)
	h.do(http.MethodPost, PathRelay, TypeJSON, []byte(`{"kind":7}`), http.StatusBadRequest)
	h.do(http.MethodPost, PathRelay, TypeJSON, make([]byte, maxIntent+1), http.StatusRequestEntityTooLarge)
	for _, c := range []struct {
		fail   error
		status int
	}{
		{&relay.Refusal{Reason: relay.ReasonSignature, Detail: "not by the owner"}, http.StatusUnprocessableEntity},
		{&relay.Refusal{Reason: relay.ReasonBusy, Detail: "one at a time"}, http.StatusConflict},
		{fmt.Errorf("%w: http://secret@rpc.example", relay.ErrUnavailable), http.StatusServiceUnavailable},
		{errors.New("disk at /var/lib/secret is full"), http.StatusInternalServerError},
	} {
		h.relayer.fail = c.fail
		answer := h.do(http.MethodPost, PathRelay, TypeJSON, intent, c.status)
		if bytes.Contains(answer, []byte("secret")) {
			t.Errorf("the hub tells its secrets: %s", answer)
		}
	}
	none := start(t, func(cfg *Config) { cfg.Relayer = nil })
	none.do(http.MethodPost, PathRelay, TypeJSON, intent, http.StatusServiceUnavailable)
	none.do(http.MethodGet, PathRelay+"/x", "", nil, http.StatusServiceUnavailable)
}

func TestInfo(t *testing.T) {
	h := start(t)
	read := func() (info Info) {
		t.Helper()
		if err := json.Unmarshal(h.do(http.MethodGet, PathInfo, "", nil, http.StatusOK), &info); err != nil {
			t.Fatal(err)
		}
		return info
	}
	if info := read(); info.Identity != (identity.Address{0x11}) || info.ChainID != domain.ChainID || info.Broker == "" ||
		info.Contracts.Registry != domain.Registry || info.Relayer == nil || info.Relayer.Address != (identity.Address{0xee}) {
		t.Errorf("info %+v", info)
	}
	h.relayer.fail = relay.ErrUnavailable
	if info := read(); info.Relayer != nil || info.ChainID != domain.ChainID {
		t.Errorf("relayer down: %+v", info)
	}
}
