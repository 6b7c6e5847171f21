// Package dev is an Ethereum test chain in this process: go-ethereum's own full node with a
// simulated beacon, so everything above it behaves as on a real network.
//
// [Start] makes a chain that seals a block every second and serves JSON-RPC over HTTP and WebSocket
// on loopback. With a data directory the chain and its developer key, which owns all gas coins, survive
// restarts; a hard kill loses one to three blocks. Without one both are gone after [Chain.Close].
// For tests, a chain can also seal only on [Chain.Commit], and reorganise by [Chain.Reorg].
//
// It links a full node, so only test programs may import it.
package dev

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/catalyst"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	gethlog "github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/identity"
)

// DefaultChainID is the chain ID of a chain that is not given another.
const DefaultChainID = 1337

// keyFile holds the developer key in the data directory, as 64 hexadecimal digits.
const keyFile = "developer.key"

// Config is what a test chain needs to know.
type Config struct {
	// DataDir keeps the chain and the developer key; empty keeps both in memory.
	DataDir string
	// ChainID is the chain's ID; zero is DefaultChainID. It cannot change once the chain exists.
	ChainID uint64
	// Period is the time between blocks. Zero is a second; a negative one seals only on Commit.
	// Below a second the block times, which are whole seconds, run ahead of the clock.
	Period time.Duration
	// Host is the address that JSON-RPC is served on; empty is 127.0.0.1. Whoever reaches it may use the
	// chain, but holds no key of it.
	Host string
	// HTTPPort and WSPort are the TCP ports on Host; zero takes free ones.
	HTTPPort, WSPort int
	// Key owns the gas coins of a new chain; nil makes one.
	Key *identity.Key
	// MinTip is the least priority fee, in wei per gas, of a transaction that gets into blocks;
	// nil is 1. Less stays in the pool, as on a busy chain.
	MinTip *big.Int
	Logger *slog.Logger // nil discards; the process's go-ethereum log goes where the last chain says
}

// Chain is a running test chain.
type Chain struct {
	stack   *node.Node
	backend *eth.Ethereum
	beacon  *catalyst.SimulatedBeacon
	key     *identity.Key
	minTip  *big.Int

	sealing sync.Mutex // the beacon is not safe for concurrent use
	cancel  context.CancelFunc
	done    sync.WaitGroup
	close   sync.Once
	err     error
}

// Start starts a chain. It runs until Close; ctx bounds only the start.
func Start(ctx context.Context, cfg Config) (*Chain, error) {
	if cfg.Host == "" {
		cfg.Host = "127.0.0.1"
	}
	if cfg.ChainID == 0 {
		cfg.ChainID = DefaultChainID
	}
	if cfg.Period == 0 {
		cfg.Period = time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.MinTip == nil {
		cfg.MinTip = big.NewInt(1)
	}
	// Wrapped, because go-ethereum makes its own logger the default of log/slog otherwise.
	gethlog.SetDefault(struct{ gethlog.Logger }{gethlog.NewLogger(cfg.Logger.Handler())})
	key, err := developerKey(cfg)
	if err != nil {
		return nil, fmt.Errorf("test chain: %w", err)
	}
	c := &Chain{key: key, minTip: cfg.MinTip, cancel: func() {}}
	if err := c.start(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("test chain: %w", err), c.Close())
	}
	return c, nil
}

func (c *Chain) start(ctx context.Context, cfg Config) error {
	for _, port := range []int{cfg.HTTPPort, cfg.WSPort} {
		if err := portFree(ctx, cfg.Host, port); err != nil {
			return err
		}
	}
	var err error
	if c.stack, err = node.New(nodeConfig(cfg)); err != nil {
		return err
	}
	if c.backend, err = eth.New(c.stack, ethConfig(cfg, c.key.Address())); err != nil {
		return err
	}
	if id := c.backend.BlockChain().Config().ChainID; id.Cmp(new(big.Int).SetUint64(cfg.ChainID)) != 0 {
		return fmt.Errorf("%s holds chain %v, not %d", cfg.DataDir, id, cfg.ChainID)
	}
	filterSystem := filters.NewFilterSystem(c.backend.APIBackend, filters.Config{})
	c.stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(filterSystem)}})
	// A period of zero: sealing is done here, so that Close can wait for it.
	if c.beacon, err = catalyst.NewSimulatedBeacon(0, common.Address{}, c.backend); err != nil {
		return err
	}
	if err := c.stack.Start(); err != nil {
		return err
	}
	c.backend.SetSynced()
	if cfg.Period > 0 {
		c.seal(context.WithoutCancel(ctx), cfg.Period)
	}
	return ctx.Err()
}

// portFree gives a clearer error than the node, which reports a taken port as one of several.
func portFree(ctx context.Context, host string, port int) error {
	if port == 0 {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("port %d is taken: %w", port, err)
	}
	return listener.Close()
}

func nodeConfig(cfg Config) *node.Config {
	modules := []string{"eth", "net", "web3"}
	return &node.Config{
		Name: "mystdev", DataDir: cfg.DataDir,
		HTTPHost: cfg.Host, HTTPPort: cfg.HTTPPort, HTTPModules: modules, HTTPVirtualHosts: []string{"localhost"},
		HTTPTimeouts: rpc.DefaultHTTPTimeouts,
		WSHost:       cfg.Host, WSPort: cfg.WSPort, WSModules: modules,
		BatchRequestLimit: node.DefaultConfig.BatchRequestLimit, BatchResponseMaxSize: node.DefaultConfig.BatchResponseMaxSize,
		P2P:    p2p.Config{NoDiscovery: true, NoDial: true, MaxPeers: 0},
		Logger: gethlog.NewLogger(cfg.Logger.Handler()),
	}
}

func ethConfig(cfg Config, developer identity.Address) *ethconfig.Config {
	rules := *params.AllDevChainProtocolChanges
	rules.ChainID = new(big.Int).SetUint64(cfg.ChainID)
	alloc := core.SystemContractAllocs()
	alloc[common.Address(developer)] = types.Account{Balance: new(big.Int).Lsh(big.NewInt(1), 120)}
	c := ethconfig.Defaults
	c.Genesis = &core.Genesis{
		Config: &rules, Alloc: alloc, GasLimit: ethconfig.Defaults.Miner.GasCeil,
		BaseFee: big.NewInt(params.InitialBaseFee), Difficulty: new(big.Int),
	}
	if cfg.DataDir != "" && exists(filepath.Join(cfg.DataDir, "mystdev", "chaindata")) {
		c.Genesis = nil // the chain has its own
	}
	c.NetworkId = cfg.ChainID
	c.SyncMode = ethconfig.FullSync
	// Archive mode writes every state at once, so that a hard kill loses few blocks.
	c.NoPruning, c.StateScheme, c.Preimages = true, rawdb.HashScheme, false
	c.SnapshotCache = 0
	c.DatabaseCache, c.TrieCleanCache, c.TrieDirtyCache, c.DatabaseHandles = 32, 16, 16, 64
	c.LogNoHistory = true // no log index: its builder outlives short-lived chains, and few blocks need none
	c.Miner.GasPrice = cfg.MinTip
	c.TxPool.NoLocals = true
	c.TxPool.Journal = ""
	return &c
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// developerKey reads the data directory's key, or makes it.
func developerKey(cfg Config) (*identity.Key, error) {
	if cfg.DataDir == "" {
		if cfg.Key != nil {
			return cfg.Key, nil
		}
		return identity.NewKey()
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(cfg.DataDir, keyFile)
	switch private, err := crypto.LoadECDSA(path); {
	case err == nil:
		key := identity.KeyFromECDSA(private)
		if cfg.Key != nil && cfg.Key.Address() != key.Address() {
			return nil, fmt.Errorf("%s belongs to %s, not to %s", cfg.DataDir, key.Address(), cfg.Key.Address())
		}
		return key, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("developer key %s: %w", path, err)
	}
	key := cfg.Key
	if key == nil {
		var err error
		if key, err = identity.NewKey(); err != nil {
			return nil, err
		}
	}
	if err := crypto.SaveECDSA(path, key.ECDSA()); err != nil { // mode 0600
		return nil, fmt.Errorf("developer key: %w", err)
	}
	return key, nil
}

// seal makes a block at every tick, until Close.
func (c *Chain) seal(ctx context.Context, period time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	c.cancel = cancel
	c.done.Go(func() {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				c.Commit()
			}
		}
	})
}

// Close stops sealing, then the node, and waits for both.
func (c *Chain) Close() error {
	c.close.Do(func() {
		c.cancel()
		c.done.Wait()
		if c.stack != nil {
			c.err = c.stack.Close()
		}
	})
	return c.err
}

// URL is where JSON-RPC is served over HTTP.
func (c *Chain) URL() string { return c.stack.HTTPEndpoint() }

// WSURL is where JSON-RPC is served over WebSocket.
func (c *Chain) WSURL() string { return c.stack.WSEndpoint() }

// ChainID returns the chain's ID.
func (c *Chain) ChainID() uint64 { return c.backend.BlockChain().Config().ChainID.Uint64() }

// Key owns the chain's gas coins.
func (c *Chain) Key() *identity.Key { return c.key }

// Commit seals a block of what is in the pool and returns its number.
func (c *Chain) Commit() uint64 {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	c.commit()
	return c.Head()
}

// commit seals a block. The beacon calls every 32nd one final; then the node would within a minute move it and older
// ones to where no reorganisation can replace them.
func (c *Chain) commit() {
	c.beacon.Commit()
	c.backend.BlockChain().SetFinalized(nil)
}

// Head returns the newest block's number.
func (c *Chain) Head() uint64 { return c.backend.BlockChain().CurrentBlock().Number.Uint64() }

// Reorg replaces the newest depth blocks by depth+1 new ones, of which the first takes up the
// transactions again unless drop is set. Then they are gone, as if nobody had ever sent them.
// Transactions must not be pending.
func (c *Chain) Reorg(depth uint64, drop bool) error {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	head := c.Head()
	if depth == 0 || depth > head {
		return fmt.Errorf("reorganise %d of %d blocks", depth, head)
	}
	if err := c.beacon.Fork(c.backend.BlockChain().GetCanonicalHash(head - depth)); err != nil {
		return fmt.Errorf("reorganise: %w", err)
	}
	if drop {
		if err := c.backend.TxPool().Sync(); err != nil {
			return fmt.Errorf("reorganise: %w", err)
		}
		c.beacon.Rollback()
	}
	for range depth + 1 {
		c.commit()
	}
	if now := c.Head(); now != head+1 {
		return fmt.Errorf("reorganise: head is %d, want %d", now, head+1)
	}
	return nil
}
