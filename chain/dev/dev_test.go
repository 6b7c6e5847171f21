package dev

import (
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
)

func start(t *testing.T, cfg Config) *Chain {
	t.Helper()
	c, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func dial(t *testing.T, url string) *ethclient.Client {
	t.Helper()
	client, err := ethclient.DialContext(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func pay(t *testing.T, c *Chain, client *ethclient.Client, to common.Address, tip int64) common.Hash {
	t.Helper()
	ctx := t.Context()
	nonce, err := client.PendingNonceAt(ctx, common.Address(c.Key().Address()))
	if err != nil {
		t.Fatal(err)
	}
	id := new(big.Int).SetUint64(c.ChainID())
	tx, err := types.SignNewTx(c.Key().ECDSA(), types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, To: &to, Value: big.NewInt(7), Gas: 21000,
		GasTipCap: big.NewInt(tip), GasFeeCap: big.NewInt(3e9),
	})
	if err == nil {
		err = client.SendTransaction(ctx, tx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tx.Hash()
}

func TestSealsPaysAndServesBothTransports(t *testing.T) {
	ctx := t.Context()
	c := start(t, Config{Period: -1, ChainID: 4242})
	web, ws := dial(t, c.URL()), dial(t, c.WSURL())
	to := common.Address{1}
	hash := pay(t, c, web, to, 1)
	if n := c.Commit(); n != 1 {
		t.Fatalf("first block is %d", n)
	}
	receipt, err := ws.TransactionReceipt(ctx, hash)
	if err != nil || receipt.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("receipt %+v, %v", receipt, err)
	}
	if id, err := ws.ChainID(ctx); err != nil || id.Int64() != 4242 {
		t.Fatalf("chain ID %v, %v", id, err)
	}
	if got, err := web.BalanceAt(ctx, to, nil); err != nil || got.Int64() != 7 {
		t.Fatalf("balance %v, %v", got, err)
	}
}

func TestSealsByItself(t *testing.T) {
	c := start(t, Config{Period: 10 * time.Millisecond})
	heads := make(chan *types.Header)
	sub, err := dial(t, c.WSURL()).SubscribeNewHead(t.Context(), heads)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()
	for range 3 {
		<-heads
	}
}

func TestReorg(t *testing.T) {
	ctx := t.Context()
	c := start(t, Config{Period: -1})
	client := dial(t, c.URL())
	for range 3 {
		c.Commit()
	}
	kept, lost := common.Address{1}, common.Address{2}
	check := func(to common.Address, want int64) {
		t.Helper()
		if got, err := client.BalanceAt(ctx, to, nil); err != nil || got.Int64() != want {
			t.Fatalf("balance %v, %v; want %d", got, err, want)
		}
	}
	pay(t, c, client, kept, 1)
	before := c.Commit()
	old, err := client.HeaderByNumber(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	check(kept, 7)
	if err := c.Reorg(2, false); err != nil {
		t.Fatal(err)
	}
	replaced, err := client.HeaderByNumber(ctx, new(big.Int).SetUint64(before))
	if err != nil || replaced.Hash() == old.Hash() {
		t.Fatalf("block %d was not replaced: %v", before, err)
	}
	check(kept, 7)

	pay(t, c, client, lost, 1)
	c.Commit()
	check(lost, 7)
	if err := c.Reorg(1, true); err != nil {
		t.Fatal(err)
	}
	check(lost, 0)
	if err := c.Reorg(100, false); err == nil {
		t.Fatal("reorganised more blocks than there are")
	}
}

// A chain that is older than a minute, in which the node puts away what is final, reorganises as deep as a young one.
func TestReorgOfAnOldChain(t *testing.T) {
	c := start(t, Config{Period: -1})
	client := dial(t, c.URL())
	for range 100 {
		pay(t, c, client, common.Address{1}, 1)
		c.Commit()
	}
	// The node does that every minute; its database is wrapped.
	database := reflect.Indirect(reflect.ValueOf(c.backend.ChainDb())).FieldByName("Database").Interface()
	freezer, ok := database.(interface{ Freeze() error })
	if !ok {
		t.Fatalf("%T cannot be told to put anything away", database)
	}
	if err := freezer.Freeze(); err != nil {
		t.Fatal(err)
	}
	for _, drop := range []bool{false, true} {
		if err := c.Reorg(64, drop); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSurvivesRestart(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	first := start(t, Config{Period: -1, DataDir: dir})
	to := common.Address{3}
	pay(t, first, dial(t, first.URL()), to, 1)
	head := first.Commit()
	if err := errors.Join(first.Close(), first.Close()); err != nil {
		t.Fatal(err)
	}
	second := start(t, Config{Period: -1, DataDir: dir})
	if second.Key().Address() != first.Key().Address() || second.Head() != head {
		t.Fatalf("restarted at block %d with %v; want %d with %v", second.Head(), second.Key(), head, first.Key())
	}
	client := dial(t, second.URL())
	if got, err := client.BalanceAt(ctx, to, nil); err != nil || got.Int64() != 7 {
		t.Fatalf("balance %v, %v", got, err)
	}
	pay(t, second, client, to, 1)
	if n := second.Commit(); n != head+1 {
		t.Fatalf("sealed block %d, want %d", n, head+1)
	}
	info, err := os.Stat(filepath.Join(dir, keyFile))
	if err != nil || info.Mode().Perm() != fs.FileMode(0o600) {
		t.Fatalf("key file %v, %v", info, err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(ctx, Config{DataDir: dir, ChainID: 5}); err == nil {
		t.Fatal("started chain 1337 as chain 5")
	}
}

func TestTakenPort(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, err = Start(t.Context(), Config{HTTPPort: listener.Addr().(*net.TCPAddr).Port})
	if err == nil {
		t.Fatal("started on a taken port")
	}
}

func TestLowTipStaysInThePool(t *testing.T) {
	c := start(t, Config{Period: -1, MinTip: big.NewInt(2e9)})
	client := dial(t, c.URL())
	pay(t, c, client, common.Address{4}, 1e9)
	c.Commit()
	if got, err := client.BalanceAt(t.Context(), common.Address{4}, nil); err != nil || got.Sign() != 0 {
		t.Fatalf("balance %v, %v; want 0", got, err)
	}
}
