package registry

import (
	"fmt"
	"math/big"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/store"
)

type fixture struct {
	*dev.Chain
	contract identity.Address
	client   *chain.Client
	path     string
	db       *store.DB
	follower *chain.Follower
	outbox   *chain.Outbox
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	c, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	at, err := c.Deploy(t.Context(), contracts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := chain.NewClient(chain.ClientConfig{URLs: []string{c.URL()}, ChainID: c.ChainID()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	f := &fixture{
		Chain: c, contract: identity.Address(at.Registry), client: client,
		path: filepath.Join(t.TempDir(), "node.db"),
	}
	f.restart(t)
	return f
}

// restart opens the database as a new process would.
func (f *fixture) restart(t *testing.T) {
	t.Helper()
	if f.db != nil {
		if err := f.db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), f.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f.db = db
	f.follower = Follow(chain.FollowerConfig{Client: f.client, DB: db, Contract: f.contract})
	payer, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Fund(t.Context(), payer.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	f.outbox = chain.NewOutbox(chain.OutboxConfig{Client: f.client, DB: db, Key: payer})
	for range 3 {
		f.Commit() // below what the tests reorganise
	}
}

// register puts a new identity into the registry contract.
func (f *fixture) register(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	signed, err := intent.SignRegister(key, key.PublicKey(), intent.Domain{ChainID: f.ChainID(), Contract: f.contract})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.outbox.Submit(t.Context(), chain.Tx{Key: fmt.Sprint(key.Address()), To: f.contract, Data: signed.Call()})
	if err == nil {
		err = f.outbox.Work(t.Context())
	}
	f.Commit()
	if err == nil {
		err = f.outbox.Work(t.Context()) // sees it in its block
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (f *fixture) sync(t *testing.T) {
	t.Helper()
	if err := f.follower.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) expect(t *testing.T, key *identity.Key, want bool) {
	t.Helper()
	got, registered, err := New(f.db).PublicKey(t.Context(), key.Address())
	if err != nil || registered != want || want && got != key.PublicKey() {
		t.Fatalf("registered %v with the right key %v, %v; want %v", registered, got == key.PublicKey(), err, want)
	}
	if again, err := New(f.db).Registered(t.Context(), key.Address()); err != nil || again != want {
		t.Fatalf("registered %v, %v", again, err)
	}
}

func TestRegistrationsAreIndexedAndSurviveWithoutTheChain(t *testing.T) {
	f := newFixture(t)
	first := f.register(t)
	f.expect(t, first, false)
	f.sync(t)
	f.expect(t, first, true)

	f.restart(t)
	second := f.register(t)
	f.expect(t, first, true)
	f.expect(t, second, false)
	f.sync(t)
	f.expect(t, second, true)
	if n, err := New(f.db).Count(t.Context()); err != nil || n != 2 {
		t.Fatalf("%d identities, %v", n, err)
	}

	if err := f.client.Close(); err != nil { // the chain is gone
		t.Fatal(err)
	}
	if err := f.follower.Sync(t.Context()); err == nil {
		t.Fatal("synced without a chain")
	}
	f.expect(t, first, true)
	f.expect(t, second, true)
}

func TestReorganisationTakesRegistrationsBack(t *testing.T) {
	f := newFixture(t)
	kept := f.register(t)
	f.Commit()
	f.Commit()
	lost := f.register(t)
	f.sync(t)
	f.expect(t, lost, true)
	if err := f.Reorg(1, true); err != nil { // as if it had never been sent
		t.Fatal(err)
	}
	f.sync(t)
	f.expect(t, kept, true)
	f.expect(t, lost, false)

	// The next one only moves to another block. Restarted in between, the node notices all the same.
	moved := f.register(t)
	f.sync(t)
	f.restart(t)
	if err := f.Reorg(2, false); err != nil {
		t.Fatal(err)
	}
	f.sync(t)
	f.expect(t, moved, true)
}

// What a lying endpoint sends is not stored.
func TestForgedEventsAreLeftOut(t *testing.T) {
	f := newFixture(t)
	honest, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	event := contracts.NewRegistry().GetABI().Events[contracts.RegistryRegisteredEventName]
	forge := func(who identity.Address, key identity.PublicKey) types.Log {
		return types.Log{
			BlockNumber: 5, Data: key[:],
			Topics: []common.Hash{event.ID, common.BytesToHash(who[:])},
		}
	}
	short := forge(honest.Address(), honest.PublicKey())
	short.Data = short.Data[:33]
	topicless := forge(honest.Address(), honest.PublicKey())
	topicless.Topics = topicless.Topics[:1]
	dirty := forge(honest.Address(), honest.PublicKey())
	dirty.Topics[1][0] = 1
	foreign := forge(honest.Address(), honest.PublicKey())
	foreign.Topics[0][0] ^= 1
	for name, log := range map[string]types.Log{
		"more than an address": dirty, "another event": foreign,
		"foreign key": forge(honest.Address(), other.PublicKey()), "no point": forge(honest.Address(), identity.PublicKey{}),
		"short": short, "without identity": topicless, "empty": {},
	} {
		err := f.db.InTx(t.Context(), func(tx *store.Tx) error { return NewIndexer(nil).Apply(tx, log) })
		if err != nil {
			t.Errorf("%s stops the follower: %v", name, err)
		}
	}
	f.expect(t, honest, false)
	err = f.db.InTx(t.Context(), func(tx *store.Tx) error {
		return NewIndexer(nil).Apply(tx, forge(honest.Address(), honest.PublicKey()))
	})
	if err != nil {
		t.Fatal(err)
	}
	f.expect(t, honest, true)
}
