//go:build e2e

package chains

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
)

// startLimit bounds how long a node may take to start; it is long, for machines that are busy.
const startLimit = 2 * time.Minute

// node is a running chain of some implementation, with the contracts on it.
type node struct {
	http, ws string
	rpc      *rpc.Client
	chainID  uint64
	registry common.Address
	at       contracts.Addresses

	// mine makes so many blocks.
	mine func(t *testing.T, blocks int)
	// reorganise replaces the newest blocks, from one on. The transactions in them are forgotten, or taken up again by
	// the new blocks.
	reorganise func(t *testing.T, first uint64)
	forgets    bool
	// fund gives somebody coins for gas.
	fund func(t *testing.T, who identity.Address)
}

// implementations start each kind of node.
var implementations = map[string]func(*testing.T) *node{
	"test chain": startDev, "geth": startGeth, "anvil": startAnvil,
}

func (n *node) call(t *testing.T, result any, method string, params ...any) {
	t.Helper()
	if err := n.rpc.CallContext(t.Context(), result, method, params...); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
}

func (n *node) head(t *testing.T) uint64 {
	t.Helper()
	var number hexutil.Uint64
	n.call(t, &number, "eth_blockNumber")
	return uint64(number)
}

// hash returns that of the block with a number.
func (n *node) hash(t *testing.T, number uint64) common.Hash {
	t.Helper()
	var block *struct{ Hash common.Hash }
	n.call(t, &block, "eth_getBlockByNumber", hexutil.Uint64(number), false)
	if block == nil {
		t.Fatalf("no block %d", number)
	}
	return block.Hash
}

func dial(t *testing.T, url string) *rpc.Client {
	t.Helper()
	client, err := rpc.DialContext(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func startDev(t *testing.T) *node {
	c, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	at, err := c.Deploy(t.Context(), contracts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{http: c.URL(), ws: c.WSURL(), chainID: c.ChainID(), rpc: dial(t, c.URL()), registry: at.Registry, at: at, forgets: true}
	n.mine = func(_ *testing.T, blocks int) {
		for range blocks {
			c.Commit()
		}
	}
	n.reorganise = func(t *testing.T, first uint64) {
		if err := c.Reorg(n.head(t)-first+1, true); err != nil {
			t.Fatal(err)
		}
	}
	n.fund = func(t *testing.T, who identity.Address) {
		if err := c.Fund(t.Context(), who, big.NewInt(1e18)); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// startGeth starts go-ethereum's own program, of another version than the library that myst links.
func startGeth(t *testing.T) *node {
	url := startProgram(t, regexp.MustCompile(`HTTP server started\s+endpoint=(\S+)`),
		filepath.Join("..", "..", "bin", "geth"), "--dev", "--datadir", t.TempDir(), "--ipcdisable", "--port", "0", "--authrpc.port", "0",
		"--http", "--http.port", "0", "--http.api", "eth,net,web3,debug", "--ws", "--ws.port", "0", "--ws.api", "eth")
	n := &node{http: "http://" + url, ws: "ws://" + url, rpc: dial(t, "http://"+url)}
	n.unlocked(t)
	n.mine = func(t *testing.T, blocks int) { // a block for every transaction
		for range blocks {
			n.fund(t, identity.Address{1})
		}
	}
	n.reorganise = func(t *testing.T, first uint64) {
		depth := int(n.head(t) - first + 1) // geth seals blocks when it likes, also since first was chosen
		// A block that is just being sealed brings the old ones back.
		for before := n.hash(t, first); n.hash(t, first) == before; {
			n.call(t, nil, "debug_setHead", hexutil.Uint64(first-1))
			n.mine(t, depth+1)
		}
	}
	n.deploy(t)
	return n
}

func startAnvil(t *testing.T) *node {
	arch := runtime.GOARCH
	url := startProgram(t, regexp.MustCompile(`Listening on (\S+)`),
		filepath.Join("node_modules", "@foundry-rs", "anvil-"+runtime.GOOS+"-"+arch, "bin", "anvil"), "--port", "0")
	n := &node{http: "http://" + url, ws: "ws://" + url, rpc: dial(t, "http://"+url), forgets: true}
	n.unlocked(t)
	n.mine = func(t *testing.T, blocks int) { n.call(t, nil, "anvil_mine", hexutil.Uint64(blocks)) }
	n.reorganise = func(t *testing.T, first uint64) { n.call(t, nil, "anvil_reorg", n.head(t)-first+1, []any{}) }
	n.deploy(t)
	return n
}

// unlocked takes the gas coins from the node's own first account.
func (n *node) unlocked(t *testing.T) {
	t.Helper()
	var id hexutil.Uint64
	n.call(t, &id, "eth_chainId")
	n.chainID = uint64(id)
	var accounts []common.Address
	n.call(t, &accounts, "eth_accounts")
	if len(accounts) == 0 {
		t.Fatal("the node has no account")
	}
	n.fund = func(t *testing.T, who identity.Address) {
		var hash common.Hash
		n.call(t, &hash, "eth_sendTransaction", map[string]any{
			"from": accounts[0], "to": common.Address(who), "value": (*hexutil.Big)(big.NewInt(1e18)),
		})
		await(t, "funding", func() bool {
			var receipt *struct{ Status hexutil.Uint64 }
			err := n.rpc.CallContext(t.Context(), &receipt, "eth_getTransactionReceipt", hash)
			return err == nil && receipt != nil && receipt.Status == 1 // geth refuses while its index is behind
		})
	}
}

func (n *node) deploy(t *testing.T) {
	t.Helper()
	key := newKey(t)
	n.fund(t, key.Address())
	sender := bind.NewKeyedTransactor(key.ECDSA(), new(big.Int).SetUint64(n.chainID))
	at, err := contracts.Deploy(t.Context(), ethclient.NewClient(n.rpc), sender, contracts.Config{Treasury: common.Address(key.Address())})
	if err != nil {
		t.Fatal(err)
	}
	n.registry, n.at = at.Registry, at
}

// startProgram runs a node until the test ends, and returns what it says of where it listens.
func startProgram(t *testing.T, says *regexp.Regexp, path string, args ...string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v; make chains gets it", err)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, path, args...)
	home := t.TempDir()
	cmd.Dir, cmd.Env = home, append(os.Environ(), "HOME="+home)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	output, input := io.Pipe()
	cmd.Stdout, cmd.Stderr = input, input
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	read := make(chan string, 1)
	go func() {
		var all strings.Builder
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			fmt.Fprintln(&all, lines.Text())
			if m := says.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case found <- m[1]:
				default: // it said so before
				}
			}
		}
		_, _ = io.Copy(io.Discard, output) // a line too long for the scanner
		read <- all.String()
	}()
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was interrupted
		_ = input.Close()
		if text := <-read; t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(path), text)
		}
	})
	select {
	case url := <-found:
		return url
	case <-time.After(startLimit):
		t.Fatalf("%s does not listen", path)
		return ""
	}
}
