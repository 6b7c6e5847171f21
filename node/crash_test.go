package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
)

// owed is what a consumer promised to the provider of these tests.
const owed = 40 * money.Amount(money.UnitsPerCoin)

// onChain is a provider on a test chain whose blocks are made by hand, and relayers that ask fees.
type onChain struct {
	*dev.Chain
	client   *chain.Client
	reader   *chain.Payments
	network  *chain.Network
	relayers []*relayer
	provider *identity.Key
	path     string // of the provider's database
	// now stands still for relayers and node, so that a quote is what it was, however long a block takes.
	now time.Time

	mu     sync.Mutex
	orders []string // tickets, in the order in which they were issued
}

// relayer is one of them. One that is away does not answer.
type relayer struct {
	*relay.Service
	key    *identity.Key
	outbox *chain.Outbox
	away   bool
}

func (c *onChain) Avoid(string) {}

// Order implements relay.Relayer as the hubs' client does: the first that takes it has it.
func (c *onChain) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	errs := []error{relay.ErrUnavailable}
	for _, r := range c.relayers {
		if r.away {
			continue
		}
		ticket, err := r.Order(ctx, complete)
		if err == nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.orders = append(c.orders, ticket.ID)
			return ticket, nil
		}
		errs = append(errs, err)
	}
	return relay.Ticket{}, errors.Join(errs...)
}

func (c *onChain) Status(ctx context.Context, id string) (relay.Ticket, error) {
	for _, r := range c.relayers {
		if ticket, err := r.Status(ctx, id); err == nil && !r.away {
			return ticket, nil
		}
	}
	return relay.Ticket{}, relay.ErrUnavailable
}

func (c *onChain) Submit(context.Context, relay.Intent) (relay.Ticket, error) {
	return relay.Ticket{}, relay.ErrUnavailable
}
func (c *onChain) Quote(context.Context) (relay.Quote, error) {
	return relay.Quote{}, relay.ErrUnavailable
}
func (c *onChain) Info(context.Context) (relay.Info, error) {
	return relay.Info{}, relay.ErrUnavailable
}

// issued waits until n tickets were, and returns the last of them.
func (c *onChain) issued(t *testing.T, n int) (ticket string) {
	t.Helper()
	waitFor(t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.orders) == n {
			ticket = c.orders[n-1]
		}
		return len(c.orders) == n
	})
	return ticket
}

func newOnChain(t *testing.T, relayers int) *onChain {
	t.Helper()
	blocks, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	cleanup(t, blocks.Close)
	at, err := blocks.Deploy(t.Context(), contracts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	c := &onChain{Chain: blocks, provider: randomKey(t), path: filepath.Join(t.TempDir(), "provider.db"), now: time.Now()}
	c.network = &chain.Network{Name: "test", ChainID: c.ChainID(), Contracts: chain.Contracts{
		Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
	}}
	if c.client, err = chain.NewClient(chain.ClientConfig{URLs: []string{c.URL()}, ChainID: c.ChainID()}); err != nil {
		t.Fatal(err)
	}
	cleanup(t, c.client.Close)
	c.reader = chain.NewPayments(c.client, c.network.Contracts)
	for range relayers {
		c.relayers = append(c.relayers, c.newRelayer(t, func(*relay.Config) {}))
	}
	return c
}

func randomKey(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (c *onChain) newRelayer(t *testing.T, change func(*relay.Config)) *relayer {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "relayer.db"))
	if err != nil {
		t.Fatal(err)
	}
	cleanup(t, db.Close)
	r := &relayer{key: randomKey(t)}
	if err := c.Fund(t.Context(), r.key.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	r.outbox = chain.NewOutbox(chain.OutboxConfig{Client: c.client, DB: db, Key: r.key})
	cfg := relay.Config{
		Client: c.client, Outbox: r.outbox, DB: db, Network: c.network, Signer: r.key,
		Pricing: relay.Pricing{Rate: 3000 * money.UnitsPerCoin}, Now: c.clock,
	}
	change(&cfg)
	r.Service = relay.NewService(cfg)
	return r
}

func (c *onChain) clock() time.Time { return c.now }

func (c *onChain) domain() intent.Domain {
	return intent.Domain{ChainID: c.ChainID(), Contract: c.network.Contracts.Payments}
}

// block has the relayers send, seals a block, and has them look.
func (c *onChain) block(t *testing.T, relayers ...*relayer) {
	t.Helper()
	var errs []error
	for _, r := range relayers {
		errs = append(errs, r.outbox.Work(t.Context()))
	}
	c.Commit()
	for _, r := range relayers {
		errs = append(errs, r.outbox.Work(t.Context()))
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// signed has a new consumer lock coins and promise them.
func (c *onChain) signed(t *testing.T) intent.SignedPromise {
	t.Helper()
	consumer, r := randomKey(t), c.relayers[0]
	lock, err := intent.SignLock(consumer, intent.Lock{
		Provider: c.provider.Address(), Locked: owed, ValidUntil: unix32(time.Now().Add(30 * time.Minute)),
	}, c.domain())
	if err != nil {
		t.Fatal(err)
	}
	coin, at := contracts.NewTestCoin(), c.network.Contracts
	for i, tx := range []chain.Tx{
		{To: at.Coin, Data: coin.PackMint(common.Address(r.key.Address()), owed.Wei())},
		{To: at.Coin, Data: coin.PackApprove(common.Address(at.Payments), owed.Wei())},
		{To: at.Payments, Data: contracts.NewPayments().PackDeposit(common.Address(consumer.Address()), uint64(owed))},
		{To: at.Payments, Data: lock.Call()},
	} {
		tx.Key = fmt.Sprintf("%s %d", consumer.Address(), i)
		if _, err := r.outbox.Submit(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		c.block(t, r)
	}
	p, err := intent.SignPromise(consumer, intent.Promise{Provider: c.provider.Address(), Amount: owed}, c.domain())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// promised has the provider store what a new consumer promises.
func (c *onChain) promised(t *testing.T, db *store.DB) {
	t.Helper()
	p := c.signed(t)
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.SavePromise(store.Promise{
			Domain: c.domain().Separator(), Consumer: p.Consumer, Provider: p.Provider, Amount: p.Amount, Signature: p.Signature,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// open makes a node of what the provider has stored. It clears two promises at a time.
func (c *onChain) open(t *testing.T) (*Node, *store.DB) {
	t.Helper()
	db, err := store.Open(t.Context(), c.path)
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := payments.Open(t.Context(), payments.Config{DB: db, Signer: c.provider, Chain: c.reader, Domain: c.domain()})
	if err != nil {
		t.Fatal(err)
	}
	n := New(t.Context(), Config{Network: c.network, Chain: c.reader, Relayer: c, Gas: c.client, RelayFee: AnyFee, Clock: c.clock})
	n.Attach(Self{Signer: c.provider, PublicKey: c.provider.PublicKey(), Ledger: ledger, Clearer: payments.NewClearer(payments.ClearerConfig{
		Ledger: ledger, Claimer: n.Claims(c.provider), Poll: 5 * time.Millisecond, Batch: 2,
	})})
	return n, db
}

// owes is promised, while the provider does not run.
func (c *onChain) owes(t *testing.T) {
	t.Helper()
	db, err := store.Open(t.Context(), c.path)
	if err != nil {
		t.Fatal(err)
	}
	c.promised(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// clearing is a run of the provider, which is clearing.
type clearing struct {
	*payments.Clearer
	db   *store.DB
	stop context.CancelFunc
	err  chan error
}

// run starts the provider, as a new process would.
func (c *onChain) run(t *testing.T) *clearing {
	t.Helper()
	n, db := c.open(t)
	r := &clearing{db: db, err: make(chan error, 1), Clearer: n.self.Clearer}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(t.Context())
	go func() {
		_, err := r.Clear(ctx, AnyFee)
		r.err <- err
	}()
	return r
}

// end waits until the clearing is over, and gives the database back.
func (r *clearing) end(t *testing.T) error {
	t.Helper()
	err := <-r.err
	r.stop()
	if _, again := r.Clear(t.Context(), AnyFee); err == nil && !errors.Is(again, payments.ErrNothingToClear) {
		t.Errorf("cleared, and then %v", again)
	}
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	return err
}

// crash ends it as a power failure would: nothing is cleared any more, and nothing more is stored.
func (r *clearing) crash(t *testing.T) {
	t.Helper()
	r.stop()
	if err := errors.Join(<-r.err, r.db.Close()); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// once checks that the promise was cleared, and one fee paid.
func (c *onChain) once(t *testing.T) {
	t.Helper()
	var fees []money.Amount
	for _, r := range c.relayers {
		if fee := c.earned(t, r.key); fee > 0 {
			fees = append(fees, fee)
		}
	}
	if left := c.earned(t, c.provider); len(fees) != 1 || left != owed-fees[0] {
		t.Errorf("%s of %s are left after fees of %v", left, owed, fees)
	}
	if nonce, err := c.reader.WithdrawNonce(t.Context(), c.provider.Address()); err != nil || nonce != 1 {
		t.Errorf("nonce %d, %v", nonce, err)
	}
}

// What several transactions of one clearing cost is what they are said to, with a provider's first fee told once.
func TestSeveralClearingsAreQuoted(t *testing.T) {
	c := newOnChain(t, 1)
	n, db := c.open(t)
	cleanup(t, db.Close)
	for _, first := range []money.Amount{1, 0} {
		for range 5 {
			c.promised(t, db)
		}
		asked, err := c.relayers[0].Quote(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		q, err := n.Quote(t.Context(), QuoteRequest{Operation: OpClear})
		want := 3*asked.Fees[relay.KindClear] + 2*asked.Fees[relay.KindClearMore] + first*asked.Fees[relay.KindFirstFee]
		if err != nil || q.Transactions != 3 || q.Amount != 5*owed || q.RelayFee != want {
			t.Fatalf("%+v, %v; want a fee of %s", q, err, want)
		}
		c.clears(t, n, q)
	}
}

// clears has everything cleared as was quoted, in three transactions.
func (c *onChain) clears(t *testing.T, n *Node, q Quote) {
	t.Helper()
	before, issued := c.earned(t, c.provider), len(c.orders)
	var paid []Payment
	cleared := make(chan error, 1)
	go func() {
		var err error
		paid, err = n.Clear(t.Context(), q.RelayFee, quiet)
		cleared <- err
	}()
	for i := range q.Transactions {
		c.issued(t, issued+i+1)
		c.block(t, c.relayers[0])
	}
	if err := <-cleared; err != nil {
		t.Fatal(err)
	}
	var fees money.Amount
	for _, p := range paid {
		fees += p.RelayFee
	}
	if got := c.earned(t, c.provider) - before; fees != q.RelayFee || got != q.Amount-q.RelayFee {
		t.Errorf("fees of %s leave %s; told %+v", fees, got, q)
	}
	if used := c.gas(t, paid); q.Gas < used-used/10 || q.Gas > used+used/4 {
		t.Errorf("%d gas used, %d told", used, q.Gas)
	}
}

// earned is what an identity can withdraw.
func (c *onChain) earned(t *testing.T, who *identity.Key) money.Amount {
	t.Helper()
	earned, err := c.reader.Earnings(t.Context(), who.Address())
	if err != nil {
		t.Fatal(err)
	}
	return earned.Gross
}

// gas is what payments' transactions used.
func (c *onChain) gas(t *testing.T, paid []Payment) (used uint64) {
	t.Helper()
	client, err := ethclient.DialContext(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, p := range paid {
		receipt, err := client.TransactionReceipt(t.Context(), common.HexToHash(p.Transaction))
		if err != nil {
			t.Fatal(err)
		}
		used += receipt.GasUsed
	}
	return used
}

// A provider that is killed after it has signed a fee for a clearing, and before that is in a block, pays one fee all the
// same, and its promise is cleared.
func TestACrashBeforeTheBlock(t *testing.T) {
	t.Run("the same relayer has it", func(t *testing.T) {
		for _, sent := range []bool{false, true} {
			c := newOnChain(t, 1)
			c.owes(t)
			before := c.run(t)
			first := c.issued(t, 1)
			before.crash(t)
			if sent {
				if err := c.relayers[0].outbox.Work(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			after := c.run(t)
			if again := c.issued(t, 2); again != first {
				t.Errorf("ticket %s, and then %s", first, again)
			}
			c.block(t, c.relayers[0])
			if err := after.end(t); err != nil {
				t.Errorf("sent %t: %v", sent, err)
			}
			c.once(t)
		}
	})
	t.Run("it was in a block meanwhile", func(t *testing.T) {
		c := newOnChain(t, 1)
		c.owes(t)
		before := c.run(t)
		c.issued(t, 1)
		before.crash(t)
		c.block(t, c.relayers[0])
		if err := c.run(t).end(t); !errors.Is(err, payments.ErrNothingToClear) {
			t.Error(err)
		}
		c.once(t)
	})
	t.Run("another relayer gets it too", func(t *testing.T) {
		for _, order := range []func([]*relayer){func([]*relayer) {}, slices.Reverse[[]*relayer]} {
			c := newOnChain(t, 2)
			c.owes(t)
			before := c.run(t)
			c.issued(t, 1)
			before.crash(t)
			c.relayers[0].away = true
			after := c.run(t)
			c.issued(t, 2)
			both := slices.Clone(c.relayers)
			order(both)
			c.block(t, both...)
			if err := after.end(t); err != nil && !errors.Is(err, payments.ErrNothingToClear) { // the other one's was first
				t.Error(err)
			}
			if err := c.run(t).end(t); !errors.Is(err, payments.ErrNothingToClear) {
				t.Error(err)
			}
			c.once(t)
		}
	})
}
