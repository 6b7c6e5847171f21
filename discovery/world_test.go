package discovery

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	epoch  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	domain = identity.Domain{ChainID: 31337, Registry: identity.Address{0xaa}}
)

// world is a node database, a clock and a registry that tests set as they like.
type world struct {
	t    testing.TB
	path string
	db   *store.DB
	dir  *Directory

	mu           sync.Mutex
	now          time.Time
	unregistered map[identity.Address]bool
	bondless     map[identity.Address]bool
	down         error // of the registry
}

// newWorld opens a directory on a new database.
func newWorld(t testing.TB, configure ...func(*DirectoryConfig)) *world {
	t.Helper()
	w := &world{
		t: t, path: filepath.Join(t.TempDir(), "node.db"), now: epoch,
		unregistered: map[identity.Address]bool{}, bondless: map[identity.Address]bool{},
	}
	w.open(domain, configure...)
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) open(d identity.Domain, configure ...func(*DirectoryConfig)) {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := DirectoryConfig{
		DB: db, Domain: d, Clock: w.clock,
		Registered: func(_ context.Context, who identity.Address) (bool, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return !w.unregistered[who], w.down
		},
		Bonded: func(_ context.Context, who identity.Address) (bool, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return !w.bondless[who], nil
		},
	}
	for _, c := range configure {
		c(&cfg)
	}
	dir, err := NewDirectory(w.t.Context(), cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.db, w.dir = db, dir
}

// restart closes the database and loads it again.
func (w *world) restart() {
	w.t.Helper()
	if err := w.db.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open(domain)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) set(of map[identity.Address]bool, who identity.Address, value bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	of[who] = value
}

// announce hands the directory a record, and checks its answer.
func (w *world) announce(raw []byte, want error) {
	w.t.Helper()
	if err := w.dir.Announce(w.t.Context(), raw); !errors.Is(err, want) || want == nil && err != nil {
		w.t.Fatalf("announced: %v, want %v", err, want)
	}
}

// offers returns the hashes of what a search finds, in order; every offer must parse.
func (w *world) offers(filter market.Filter) (found []market.Signed) {
	w.t.Helper()
	offers, err := w.dir.Offers(w.t.Context(), filter, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, offer := range offers {
		signed, err := market.Parse(offer.Record, offer.Renewal, domain, w.clock())
		if err != nil {
			w.t.Fatalf("the directory offers what does not verify: %v", err)
		}
		found = append(found, signed)
	}
	return found
}

func key(t testing.TB, seed byte) *identity.Key {
	t.Helper()
	k, err := identity.KeyFromBytes(bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func proposal(change ...func(*market.Proposal)) market.Proposal {
	p := market.Proposal{
		ServiceType: "wireguard", Country: "DE", Price: money.Price{PerGiB: 50_000}, Bandwidth: 100_000_000,
		Contacts: []market.Contact{{
			Type:    market.ContactNATS,
			Address: "nats://0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf@hub.example:4222",
		}},
		KeyRecord: market.KeyHash([]byte("messaging key")),
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func sign(t testing.TB, seed byte, p market.Proposal, stamp record.Stamp) market.Signed {
	t.Helper()
	s, err := market.Sign(key(t, seed), domain, p, stamp)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rawRecord(t testing.TB, seed byte, kind record.Kind, stamp record.Stamp, body []byte) []byte {
	t.Helper()
	r, err := record.Sign(key(t, seed), domain, kind, stamp, body)
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, r)
}

func encode(t testing.TB, r record.Record) []byte {
	t.Helper()
	raw, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func renewal(t testing.TB, seed byte, of market.Signed, at time.Time, life time.Duration) []byte {
	t.Helper()
	r, err := market.Renew(key(t, seed), domain, of, record.NewStamp(0, at, life))
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, r)
}
