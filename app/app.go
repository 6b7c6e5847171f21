package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/registry"
	"github.com/mysteriumnetwork/myst/store"
)

// Files in a data directory.
const (
	KeystoreDir  = "keystore"
	databaseFile = "node.db"
	// NetworkFile is the network file in the data directory, which is taken where none is named.
	NetworkFile = "network.json"
)

// registryPoll is how often a node looks for new registrations. Somebody who has just registered is
// refused until the others have seen it; that is worth one small request a second on any chain.
const registryPoll = time.Second

// base is what a node and a hub have in common: the network, the database, the chain and the copy of
// the registry. Its parts are taken down in the reverse order of their start.
type base struct {
	dataDir  string
	network  *chain.Network
	log      *slog.Logger
	db       *store.DB
	client   *chain.Client
	payments *chain.Payments
	registry *registry.Registry
	follower *chain.Follower // copies the registry

	foreign atomic.Pointer[string] // what is wrong with the contracts; nil while nothing is known

	undo  []func() error
	tasks sync.WaitGroup
	stop  context.CancelFunc // of tasks
	ctx   context.Context    // of tasks
}

// newBase opens the database and starts to copy the registry. It does not need the chain to be
// reachable. The tasks outlive ctx, so that a node can drain; close ends them.
func newBase(ctx context.Context, dataDir, networkFile string, chainURLs []string, logger *slog.Logger) (*base, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	b := &base{dataDir: dataDir, log: logger}
	b.ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := b.open(ctx, networkFile, chainURLs); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *base) open(ctx context.Context, networkFile string, chainURLs []string) error {
	var err error
	if b.network, err = chain.LoadNetwork(networkFile); err != nil {
		return err
	}
	if len(chainURLs) > 0 {
		b.network.RPC = chainURLs
		if err := b.network.Validate(); err != nil {
			return fmt.Errorf("chain URLs: %w", err)
		}
	}
	if err := os.MkdirAll(b.dataDir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if b.db, err = store.Open(ctx, filepath.Join(b.dataDir, databaseFile)); err != nil {
		if errors.Is(err, store.ErrLocked) {
			return fmt.Errorf("a node or a hub runs already on %s: stop it first, or give this one a directory of its own by --data-dir: %w", b.dataDir, err)
		}
		return err
	}
	b.onClose(b.db.Close)
	b.client, err = chain.NewClient(chain.ClientConfig{URLs: b.network.RPC, ChainID: b.network.ChainID, Logger: b.log})
	if err != nil {
		return err
	}
	b.onClose(b.client.Close)
	b.payments = chain.NewPayments(b.client, b.network.Contracts)
	b.registry = registry.New(b.db)
	b.follower = registry.Follow(chain.FollowerConfig{
		Client: b.client, DB: b.db, Contract: b.network.Contracts.Registry, Start: b.network.FromBlock,
		Poll: registryPoll, Logger: b.log,
	})
	b.run("registry follower", b.follower.Run)
	b.run("contracts check", b.watchContracts)
	return nil
}

// onClose adds what close must do, before everything that was added earlier.
func (b *base) onClose(undo func() error) { b.undo = append(b.undo, undo) }

// run keeps a task going until close.
func (b *base) run(name string, task func(context.Context) error) {
	b.tasks.Go(func() {
		if err := task(b.ctx); err != nil && b.ctx.Err() == nil {
			b.log.Error("a part of the node has ended", "part", name, "error", err)
		}
	})
}

// close ends the tasks, waits for them, and undoes the rest, newest first.
func (b *base) close() error {
	b.stop()
	b.tasks.Wait()
	var errs []error
	for _, undo := range slices.Backward(b.undo) {
		errs = append(errs, undo())
	}
	b.undo = nil
	return errors.Join(errs...)
}

// domain is what every signature on this network is bound to.
func (b *base) domain() identity.Domain {
	return identity.Domain{ChainID: b.network.ChainID, Registry: b.network.Contracts.Registry}
}

// selectHubs returns all of the network file's hubs, or those that urls select.
func selectHubs(all []chain.Hub, urls []string) ([]chain.Hub, error) {
	if len(urls) == 0 {
		return all, nil
	}
	var selected []chain.Hub
	for _, url := range urls {
		i := slices.IndexFunc(all, func(h chain.Hub) bool { return h.URL == url })
		if i < 0 {
			return nil, fmt.Errorf("hub %s is not in the network file; add it there with its identity and broker", url)
		}
		selected = append(selected, all[i])
	}
	return selected, nil
}

// keySource opens the keystore and finds out whose key to unlock. An empty keystore gets a first
// identity when nobody named one.
type keySource struct {
	store      *keystore.Store
	address    identity.Address
	made       bool // just now: the keystore was empty
	passphrase string
}

func openKey(dataDir, wanted string, light bool, passphrase Passphrase) (keySource, error) {
	var k keySource
	var err error
	if k.store, err = keystore.Open(filepath.Join(dataDir, KeystoreDir), keystore.Config{Light: light}); err != nil {
		return k, err
	}
	entries, err := k.store.List()
	if err != nil {
		return k, err
	}
	if wanted != "" {
		if k.address, err = identity.ParseAddress(wanted); err != nil {
			return k, err
		}
		if !slices.ContainsFunc(entries, func(e keystore.Entry) bool { return e.Address == k.address }) {
			return k, fmt.Errorf("%w: %s", keystore.ErrNotFound, k.address)
		}
	}
	if wanted == "" && len(entries) > 1 {
		return k, fmt.Errorf("the keystore holds %d identities; name one with --identity", len(entries))
	}
	if k.passphrase, err = passphrase(); err != nil {
		return k, fmt.Errorf("passphrase: %w", err)
	}
	switch {
	case wanted != "":
	case len(entries) == 1:
		k.address = entries[0].Address
	default:
		made, err := k.store.New(k.passphrase)
		if err != nil {
			return k, err
		}
		k.address, k.made = made.Address, true
	}
	return k, nil
}

// unlock takes up to a second and much memory, which it gives back.
func (k keySource) unlock() (*identity.Key, error) { return k.store.Unlock(k.address, k.passphrase) }
