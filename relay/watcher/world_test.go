package watcher

import (
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
)

// TestMain fails on what runs on, but for what go-ethereum's node leaves behind.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain"),
		goleak.IgnoreAnyFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"))
}

const coin = money.Amount(money.UnitsPerCoin)

// world is a test chain with a relayer that watches, whose every step a test takes itself.
type world struct {
	*dev.Chain
	network *chain.Network
	client  *chain.Client
	reader  *chain.Payments
	path    string
	payer   *identity.Key
	pricing relay.Pricing
	bonded  map[identity.Address]bool
	change  func(*Config)

	db      *store.DB
	outbox  *chain.Outbox
	service *relay.Service
	watcher *Watcher
}

// soon looks at everything in every pass.
var soon = Pace{First: -time.Hour, Sweep: -time.Hour, Settled: -time.Hour, Retry: 1, LastRetry: 1, Depth: 2}

func newWorld(t *testing.T) *world {
	t.Helper()
	c, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	at, err := c.Deploy(t.Context(), contracts.Config{UnlockDelay: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	client, err := chain.NewClient(chain.ClientConfig{URLs: []string{c.URL()}, ChainID: c.ChainID()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	w := &world{
		Chain: c, client: client, path: filepath.Join(t.TempDir(), "node.db"), payer: newKey(t), bonded: map[identity.Address]bool{},
		network: &chain.Network{ChainID: c.ChainID(), Contracts: chain.Contracts{
			Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
		}},
		pricing: relay.Pricing{Free: true}, change: func(*Config) {},
	}
	w.reader = chain.NewPayments(client, w.network.Contracts)
	if err := c.Fund(t.Context(), w.payer.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	w.restart(t)
	return w
}

// restart opens everything as a new process would.
func (w *world) restart(t *testing.T) {
	t.Helper()
	if w.db != nil {
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), w.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.db = db
	w.outbox = chain.NewOutbox(chain.OutboxConfig{Client: w.client, DB: db, Key: w.payer})
	w.service = relay.NewService(relay.Config{
		Client: w.client, Outbox: w.outbox, DB: db, Network: w.network, Pricing: w.pricing, Signer: w.payer,
	})
	cfg := Config{
		Client: w.client, DB: db, Chain: w.reader, Relayer: w.service, Domain: w.domain(), Pace: soon,
		Admitted: func(_ context.Context, who identity.Address) (bool, error) { return w.bonded[who], nil },
	}
	w.change(&cfg)
	w.watcher = New(cfg)
}

func newKey(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (w *world) domain() intent.Domain {
	return intent.Domain{ChainID: w.network.ChainID, Contract: w.network.Contracts.Payments}
}

func (w *world) until() uint32 { return uint32(time.Now().Add(30 * time.Minute).Unix()) }

// provider makes an admitted one.
func (w *world) provider(t *testing.T) *identity.Key {
	key := newKey(t)
	w.bonded[key.Address()] = true
	return key
}

// mine has everything that is in the outbox put into a block, and the watcher hear of it.
func (w *world) mine(t *testing.T) {
	t.Helper()
	err := w.outbox.Work(t.Context())
	w.Commit()
	if err = errors.Join(err, w.outbox.Work(t.Context()), w.watcher.Sync(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// send has the relayer put a call on chain that it would not take, or not for nothing.
func (w *world) send(t *testing.T, key string, to identity.Address, data []byte) {
	t.Helper()
	if _, err := w.outbox.Submit(t.Context(), chain.Tx{Key: key + " at " + to.String(), To: to, Data: data}); err != nil {
		t.Fatal(err)
	}
	w.mine(t)
}

// lock gives a new consumer a deposit, of which it locks as much as it has for a provider, in channel 0.
func (w *world) lock(t *testing.T, provider *identity.Key, units money.Amount) *identity.Key {
	t.Helper()
	consumer := newKey(t)
	w.lockBy(t, consumer, provider, units)
	return consumer
}

func (w *world) lockBy(t *testing.T, consumer, provider *identity.Key, units money.Amount) {
	t.Helper()
	who, at := consumer.Address(), w.network.Contracts
	w.send(t, "mint "+who.String(), at.Coin, contracts.NewTestCoin().PackMint(common.Address(who), units.Wei()))
	signed := must[intent.SignedFund](t)(intent.SignFund(consumer, intent.Fund{
		Owner: who, Identity: who, Units: units, Relayer: w.payer.Address(), ValidUntil: w.until(),
	}, w.domain(), intent.Domain{ChainID: w.network.ChainID, Contract: at.Coin}))
	w.send(t, "fund "+who.String(), at.Payments, signed.Call())
	lock := must[intent.SignedLock](t)(intent.SignLock(consumer, intent.Lock{
		Provider: provider.Address(), Locked: units, ValidUntil: w.until(),
	}, w.domain()))
	w.send(t, "lock "+who.String(), at.Payments, lock.Call())
}

func (w *world) promise(t *testing.T, consumer, provider *identity.Key, units money.Amount) relay.Intent {
	t.Helper()
	return relay.Clear(must[intent.SignedPromise](t)(intent.SignPromise(consumer, intent.Promise{Provider: provider.Address(), Amount: units}, w.domain())))
}

// ask has a consumer's request to unlock channel 0 put on chain.
func (w *world) ask(t *testing.T, consumer *identity.Key) {
	t.Helper()
	signed := must[intent.SignedRequestUnlock](t)(intent.SignRequestUnlock(consumer, intent.RequestUnlock{ValidUntil: w.until()}, w.domain()))
	w.send(t, "ask "+consumer.Address().String(), w.network.Contracts.Payments, signed.Call())
}

func (w *world) hold(t *testing.T, in relay.Intent) {
	t.Helper()
	if err := w.watcher.Hold(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (w *world) refused(t *testing.T, reason relay.Reason, in relay.Intent) {
	t.Helper()
	err := w.watcher.Hold(t.Context(), in)
	var refusal *relay.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != reason || refusal.Detail == "" {
		t.Errorf("%v; want a refusal: %s", err, reason)
	}
}

func (w *world) pass(t *testing.T) {
	t.Helper()
	if err := w.watcher.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// earned fails unless so much was cleared for a provider.
func (w *world) earned(t *testing.T, provider *identity.Key, want money.Amount) {
	t.Helper()
	if e := must[chain.Earnings](t)(w.reader.Earnings(t.Context(), provider.Address())); e.Gross != want {
		t.Errorf("%s was cleared, want %s", e.Gross, want)
	}
}

// held returns what is held for a provider.
func (w *world) held(t *testing.T, provider *identity.Key) (n uint64) {
	t.Helper()
	err := w.db.View(t.Context(), func(tx *store.Tx) (err error) {
		n, _, err = tx.CountWatched(w.watcher.separator, provider.Address())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
