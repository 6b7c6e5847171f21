//go:build e2e

package chains

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/registry"
	"github.com/mysteriumnetwork/myst/store"
)

// entry is what is known of a registered identity.
type entry struct {
	key   identity.PublicKey
	block uint64
}

// copied is a node's copy of the registry, kept up by one transport.
type copied struct {
	name, url string
	poll      time.Duration
	path      string

	db   *store.DB
	stop func()
}

func (c *copied) start(t *testing.T, n *node) {
	t.Helper()
	db, err := store.Open(t.Context(), c.path)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, n, c.url)
	follower := registry.Follow(chain.FollowerConfig{Client: client, DB: db, Contract: identity.Address(n.registry), Poll: c.poll})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- follower.Run(ctx) }()
	c.db = db
	c.stop = func() {
		cancel()
		err := <-done
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		if err := errors.Join(err, client.Close(), db.Close()); err != nil {
			t.Error(err)
		}
		c.stop = func() {}
	}
	t.Cleanup(func() { c.stop() })
}

func (c *copied) entries(t *testing.T) map[identity.Address]entry {
	t.Helper()
	all := make(map[identity.Address]entry)
	err := c.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.EachIdentity(func(address [20]byte, key [64]byte, block uint64) error {
			all[address] = entry{key, block}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// replay applies all logs of the chain, read at once by a client of its own.
func (n *node) replay(t *testing.T) map[identity.Address]entry {
	t.Helper()
	logs, err := ethclient.NewClient(n.rpc).FilterLogs(t.Context(), ethereum.FilterQuery{Addresses: []common.Address{n.registry}})
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[identity.Address]entry)
	for _, log := range logs {
		event, err := contracts.NewRegistry().UnpackRegisteredEvent(&log)
		if err != nil {
			t.Fatal(err)
		}
		e := entry{block: log.BlockNumber}
		copy(e.key[:32], event.X[:])
		copy(e.key[32:], event.Y[:])
		all[identity.Address(event.Identity)] = e
	}
	return all
}

// world is a chain, an account that registers others, and the copies of the registry.
type world struct {
	*node
	outbox *chain.Outbox
	copies []*copied
}

func newWorld(t *testing.T, n *node) *world {
	t.Helper()
	w := &world{node: n}
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "relayer.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	payer := newKey(t)
	n.fund(t, payer.Address())
	n.mine(t, 4) // below what is reorganised
	w.outbox = chain.NewOutbox(chain.OutboxConfig{Client: newClient(t, n, n.http), DB: db, Key: payer, Final: 1000})
	for _, c := range []*copied{
		{name: "HTTP", url: n.http, poll: 50 * time.Millisecond},
		{name: "WebSocket", url: n.ws, poll: time.Hour}, // nothing comes by polling
	} {
		c.path = filepath.Join(dir, c.name+".db")
		c.start(t, n)
		w.copies = append(w.copies, c)
	}
	return w
}

// register registers new identities, each in a block of its own.
func (w *world) register(t *testing.T, count int) (who []identity.Address) {
	t.Helper()
	for range count {
		key := newKey(t)
		signed, err := intent.SignRegister(key, key.PublicKey(), intent.Domain{ChainID: w.chainID, Contract: identity.Address(w.registry)})
		if err != nil {
			t.Fatal(err)
		}
		id, err := w.outbox.Submit(t.Context(), chain.Tx{Key: key.Address().String(), To: identity.Address(w.registry), Data: signed.Call()})
		if err != nil {
			t.Fatal(err)
		}
		w.send(t, id)
		who = append(who, key.Address())
	}
	return who
}

// send lets the outbox work until a transaction is in a block.
func (w *world) send(t *testing.T, id int64) {
	t.Helper()
	await(t, "registration", func() bool {
		if err := w.outbox.Work(t.Context()); err != nil {
			t.Log("again after", err) // geth has no receipts while its index is behind
			return false
		}
		status, err := w.outbox.Status(t.Context(), id)
		if err != nil || status.State == chain.StateFailed {
			t.Fatalf("%+v, %v", status, err)
		}
		if status.State == chain.StateSent {
			w.mine(t, 1)
		}
		return status.State == chain.StateMined
	})
}

// agree waits until every copy is what the chain's logs say, and returns that.
func (w *world) agree(t *testing.T, what string) map[identity.Address]entry {
	t.Helper()
	want := w.replay(t)
	for _, c := range w.copies {
		await(t, fmt.Sprintf("%s, by %s", what, c.name), func() bool { return maps.Equal(c.entries(t), want) })
	}
	return want
}

// Registrations are made, followed, reorganised away, followed again, by polling and by WebSocket.
func TestEveryImplementationIsFollowed(t *testing.T) {
	for name, start := range implementations {
		t.Run(name, func(t *testing.T) {
			n := start(t)
			w := newWorld(t, n)
			kept := w.register(t, 3)
			w.mine(t, 2)
			if got := w.agree(t, "first registrations"); len(got) != 3 {
				t.Fatalf("%d registrations", len(got))
			}
			for _, depth := range []int{1, 7, 64} {
				lost := w.register(t, 2)
				w.agree(t, "registrations to be lost")
				w.mine(t, max(0, depth-4))
				if depth == 7 { // a process that was not there meanwhile
					w.copies[0].stop()
				}
				head := n.head(t)
				first := head - uint64(max(depth, 4)) + 1
				before := n.hash(t, first)
				n.reorganise(t, first)
				if now := n.head(t); now < head || n.hash(t, first) == before {
					t.Fatalf("block %d is what it was, or the head is %d after %d", first, now, head)
				}
				if depth == 7 {
					w.copies[0].start(t, n)
				}
				got := w.agree(t, fmt.Sprintf("%d blocks reorganised away", depth))
				expect(t, got, kept, true)
				if n.forgets {
					expect(t, got, lost, false)
				}
				w.sendAgain(t, lost)
				expect(t, w.agree(t, "registered again"), lost, true)
				kept = append(kept, lost...)
				w.mine(t, 4)
			}
		})
	}
}

// sendAgain lets the outbox put back what was reorganised away.
func (w *world) sendAgain(t *testing.T, who []identity.Address) {
	t.Helper()
	for _, address := range who {
		await(t, "registration once more", func() bool {
			if err := w.outbox.Work(t.Context()); err != nil {
				t.Log("again after", err)
				return false
			}
			w.mine(t, 1)
			_, there := w.replay(t)[address]
			return there
		})
	}
}

func expect(t *testing.T, got map[identity.Address]entry, who []identity.Address, want bool) {
	t.Helper()
	for _, address := range who {
		if _, there := got[address]; there != want {
			t.Fatalf("%s registered: %v, want %v", address, there, want)
		}
	}
}

func newClient(t *testing.T, n *node, urls ...string) *chain.Client {
	t.Helper()
	client, err := chain.NewClient(chain.ClientConfig{URLs: urls, ChainID: n.chainID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newKey(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// await polls until done, for a time that is long enough for a busy machine.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	limit := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatalf("%s: not within two minutes", what)
		}
	}
}
