package journal

import (
	"context"
	"flag"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

func TestMain(m *testing.M) {
	// A default that the command line overrides: these checks run on a real chain and a real disk.
	if err := flag.Set("rapid.checks", "12"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m,
		// Of go-ethereum's full node, which the test chain is: neither ends with it.
		goleak.IgnoreAnyFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"),
		goleak.IgnoreAnyFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain"),
	)
}

// fatal is what a test and a check of a property have in common.
type fatal interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// bed is a chain with the contracts, whose unlock delay is a second, and a rich account that pays for all.
type bed struct {
	*dev.Chain
	eth      *ethclient.Client
	client   *chain.Client
	reader   *chain.Payments
	at       chain.Contracts
	domain   intent.Domain
	payments *contracts.Payments
	db       *store.DB
	start    uint64                      // of journals
	waiting  map[identity.Address]uint64 // next nonces of those who queued calls
}

func newBed(t *testing.T) *bed {
	t.Helper()
	c, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	at, err := c.Deploy(t.Context(), contracts.Config{UnlockDelay: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{Chain: c, waiting: map[identity.Address]uint64{}, payments: contracts.NewPayments(), at: chain.Contracts{
		Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
	}}
	b.domain = intent.Domain{ChainID: c.ChainID(), Contract: b.at.Payments}
	if b.eth, err = ethclient.DialContext(t.Context(), c.URL()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.eth.Close)
	if b.client, err = chain.NewClient(chain.ClientConfig{URLs: []string{c.URL()}, ChainID: c.ChainID()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.client.Close() })
	b.reader = chain.NewPayments(b.client, b.at)
	b.db = newDB(t)
	coin := contracts.NewTestCoin()
	for _, data := range [][]byte{
		coin.PackMint(common.Address(c.Key().Address()), money.Amount(1e12).Wei()),
		coin.PackApprove(common.Address(b.at.Payments), money.Amount(1e12).Wei()),
	} {
		if !b.send(t, c.Key(), b.at.Coin, data) {
			t.Fatal("no coins")
		}
	}
	return b
}

func newDB(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// send puts a call into a block and says whether it took effect.
func (b *bed) send(t fatal, from *identity.Key, to identity.Address, data []byte) bool {
	t.Helper()
	hash := b.queue(t, from, to, data)
	b.seal(t)
	receipt, err := b.eth.TransactionReceipt(context.Background(), hash)
	if err != nil {
		t.Fatal(err)
	}
	return receipt.Status == types.ReceiptStatusSuccessful
}

// seal makes a block of what is queued, once the node has taken all of it in.
func (b *bed) seal(t fatal) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for who, next := range b.waiting {
		for {
			nonce, err := b.eth.PendingNonceAt(ctx, common.Address(who))
			if err != nil {
				t.Fatal(err)
			}
			if nonce >= next {
				break
			}
			<-ticker.C
		}
	}
	b.Commit()
	clear(b.waiting)
}

// queue makes a call part of the next block. The node may not have taken the one before in yet when it tells the nonce.
func (b *bed) queue(t fatal, from *identity.Key, to identity.Address, data []byte) common.Hash {
	t.Helper()
	ctx := context.Background()
	nonce, err := b.eth.PendingNonceAt(ctx, common.Address(from.Address()))
	if err != nil {
		t.Fatal(err)
	}
	if next, ok := b.waiting[from.Address()]; ok {
		nonce = next
	}
	b.waiting[from.Address()] = nonce + 1
	id, recipient := new(big.Int).SetUint64(b.ChainID()), common.Address(to)
	tx, err := types.SignNewTx(from.ECDSA(), types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11), Gas: 1_000_000, To: &recipient, Data: data,
	})
	if err == nil {
		err = b.eth.SendTransaction(ctx, tx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tx.Hash()
}

// call is send to the payments contract, from the rich account.
func (b *bed) call(t fatal, data []byte) bool {
	t.Helper()
	return b.send(t, b.Key(), b.at.Payments, data)
}

func (b *bed) deposit(t fatal, who identity.Address, amount money.Amount) {
	t.Helper()
	if !b.call(t, b.payments.PackDeposit(common.Address(who), uint64(amount))) {
		t.Fatal("no deposit")
	}
}

// validUntil is in time by the chain's clock, which runs ahead of the real one.
func (b *bed) validUntil(t fatal) uint32 {
	t.Helper()
	head, err := b.client.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return uint32(head.Time.Unix()) + 600
}

func (b *bed) lock(t fatal, from *identity.Key, to identity.Address, channel uint8, epoch uint16, total money.Amount) bool {
	t.Helper()
	return b.call(t, b.signedLock(t, from, to, channel, epoch, total).Call())
}

func (b *bed) clear(t fatal, promises ...intent.SignedPromise) bool {
	t.Helper()
	return b.call(t, intent.CallClearBatch(promises))
}

func (b *bed) promise(t fatal, from *identity.Key, to identity.Address, channel uint8, epoch uint16, amount money.Amount) intent.SignedPromise {
	t.Helper()
	s, err := intent.SignPromise(from, intent.Promise{Provider: to, Channel: channel, Epoch: epoch, Amount: amount}, b.domain)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bed) requestUnlock(t fatal, from *identity.Key, channel uint8, epoch uint16) bool {
	t.Helper()
	s, err := intent.SignRequestUnlock(from, intent.RequestUnlock{Channel: channel, Epoch: epoch, ValidUntil: b.validUntil(t)}, b.domain)
	if err != nil {
		t.Fatal(err)
	}
	return b.call(t, s.Call())
}

func (b *bed) journal(self identity.Address, confirmations uint64) *Journal {
	return New(Config{Client: b.client, DB: b.db, Domain: b.domain, Self: self, Start: b.start, Confirmations: confirmations})
}

func newKey(t fatal) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func entries(t fatal, j *Journal, f Filter) []Entry {
	t.Helper()
	all, err := j.Entries(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// agree syncs a journal and holds its sums against the chain, to the unit.
func (b *bed) agree(t fatal, j *Journal) Totals {
	t.Helper()
	ctx := context.Background()
	if err := j.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	totals, err := j.Totals(ctx)
	if err != nil {
		t.Fatal(err)
	}
	holdings, err := b.reader.Holdings(ctx, j.cfg.Self, totals.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if !totals.Are(holdings) {
		t.Fatalf("at block %d the ledger of %s says %+v, the chain %+v", totals.Block, j.cfg.Self, totals.Sums, holdings)
	}
	return totals
}

func TestRowsOfAWholeLife(t *testing.T) {
	b := newBed(t)
	c, p := newKey(t), newKey(t)
	bought, sold := b.journal(c.Address(), 0), b.journal(p.Address(), 0)
	b.deposit(t, c.Address(), 1000)
	b.lock(t, c, p.Address(), 2, 0, 300)
	b.lock(t, c, p.Address(), 2, 0, 400)
	b.clear(t, b.promise(t, c, p.Address(), 2, 0, 150))
	b.lock(t, c, p.Address(), 2, 0, 500)
	b.call(t, b.payments.PackWithdraw(common.Address(p.Address())))
	b.requestUnlock(t, c, 2, 0)
	b.Commit()
	b.call(t, intent.CallUnlock(c.Address(), 2))
	b.agree(t, bought)
	b.agree(t, sold)
	type row struct {
		kind   Kind
		amount int64
		total  money.Amount
	}
	check := func(who identity.Address, want ...row) {
		t.Helper()
		got := entries(t, bought, Filter{Identity: who})
		var own []Entry
		for _, e := range got {
			if e.Self == who {
				own = append(own, e)
			}
		}
		if len(own) != len(want) {
			t.Fatalf("%d rows, want %d: %+v", len(own), len(want), own)
		}
		for i, e := range own {
			if (row{e.Kind, e.Amount, e.Total}) != want[i] || e.Block == 0 || e.Time.Unix() < 1e9 || e.Transaction == ([32]byte{}) {
				t.Errorf("row %d is %+v, want %+v", i, e, want[i])
			}
		}
	}
	check(c.Address(), row{Deposit, 1000, 0}, row{Lock, 300, 300}, row{Lock, 100, 400}, row{Clearing, 150, 150}, row{Lock, 100, 500},
		row{UnlockRequest, 0, 0}, row{Release, 0, 0})
	check(p.Address(), row{Lock, 300, 300}, row{Lock, 100, 400}, row{Clearing, 150, 150}, row{Lock, 100, 500},
		row{Withdrawal, 142, 0}, row{Fee, 8, 0},
		row{UnlockRequest, 0, 0}, row{Release, 0, 0})
	earned, err := sold.Earnings(t.Context())
	want := Earnings{Identity: p.Address(), Promised: 150, Cleared: 150, Withdrawn: 142, Fees: 8}
	if err != nil || len(earned) != 1 || earned[0] != want {
		t.Errorf("earnings %+v, %v; want %+v", earned, err, want)
	}
	if rows := entries(t, bought, Filter{Kind: Clearing, Identity: c.Address(), Limit: 1}); len(rows) != 1 || rows[0].Kind != Clearing {
		t.Errorf("filtered: %+v", rows)
	}
	if rows := entries(t, bought, Filter{Since: entries(t, bought, Filter{})[0].Time.Add(1e12)}); len(rows) != 0 {
		t.Errorf("filtered by time: %+v", rows)
	}
}

// What is not deep enough is not booked, and what a reorganisation removes all the same is taken back.
func TestConfirmationsAndReorganisation(t *testing.T) {
	b := newBed(t)
	c := newKey(t)
	j := b.journal(c.Address(), 2)
	b.deposit(t, c.Address(), 1000)
	b.Commit()
	if got := b.agree(t, j); got.Deposit != 0 {
		t.Fatalf("booked with one confirmation: %+v", got)
	}
	b.Commit()
	if got := b.agree(t, j); got.Deposit != 1000 {
		t.Fatalf("not booked with two: %+v", got)
	}
	first := entries(t, j, Filter{})[0]
	if booked, _, err := j.Booked(t.Context(), first.Transaction); err != nil || !booked {
		t.Fatal("the transaction is not found", err)
	}
	if err := b.Reorg(4, true); err != nil {
		t.Fatal(err)
	}
	b.Commit()
	b.Commit()
	if got := b.agree(t, j); got.Deposit != 0 {
		t.Fatalf("after the reorganisation: %+v", got)
	}
	rows := entries(t, j, Filter{})
	if len(rows) != 2 || !rows[0].Reversed || rows[1].Reverses != rows[0].ID || rows[1].Amount != -1000 {
		t.Fatalf("%+v", rows)
	}
	if booked, _, err := j.Booked(t.Context(), first.Transaction); err != nil || booked {
		t.Fatal("the transaction still stands", err)
	}
}
