package relay

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// paid is a relayer that asks for fees.
type paid struct {
	*fixture
	ethereum *ethclient.Client
}

func newPaid(t *testing.T) *paid {
	t.Helper()
	f := newFixtureWith(t, contracts.Config{UnlockDelay: time.Second})
	f.pricing = Pricing{Rate: 3000 * coin, Margin: 1000}
	f.restart(t)
	ethereum, err := ethclient.DialContext(t.Context(), f.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ethereum.Close)
	return &paid{f, ethereum}
}

func (f *paid) registry() intent.Domain { return f.domain(f.network.Contracts.Registry) }

func (f *paid) until() uint32 { return uint32(f.now.Add(30 * time.Minute).Unix()) }

// quote is what the relayer asks, verified as a client does.
func (f *paid) quote(t *testing.T) *Quote {
	t.Helper()
	q := must[Quote](t)(f.service.Quote(t.Context()))
	if err := errors.Join(q.Verify(f.payments(), f.payer.Address()), q.Valid(f.now)); err != nil {
		t.Fatal(err)
	}
	return &q
}

// pay signs the fee that is asked.
func (f *paid) pay(t *testing.T, key *identity.Key, in Intent) Intent {
	t.Helper()
	return must[Intent](t)(f.quote(t).Pay(in, key, 100*coin, f.payments(), f.registry()))
}

// deposited signs a deposit with the fee that is asked for the kind.
func (f *paid) deposited(t *testing.T, key *identity.Key, units money.Amount, kind Kind) Intent {
	t.Helper()
	q := f.quote(t)
	signed := f.fund(t, key, units+q.Fees[kind]).Fund.Fund // mints as much
	signed.Units, signed.Fee = units, q.Fees[kind]
	in := Fund(must[intent.SignedFund](t)(intent.SignFund(key, signed, f.payments(), f.domain(f.network.Contracts.Coin))))
	in.Quote = q
	return in
}

// funded gives a key a deposit.
func (f *paid) funded(t *testing.T, units money.Amount) *identity.Key {
	t.Helper()
	key := newKey(t)
	f.relay(t, f.deposited(t, key, units, KindFund))
	return key
}

func (f *paid) deposit(t *testing.T, who identity.Address) money.Amount {
	t.Helper()
	return must[money.Amount](t)(f.reader.Balance(t.Context(), who))
}

func (f *paid) gross(t *testing.T) money.Amount {
	t.Helper()
	return must[chain.Earnings](t)(f.reader.Earnings(t.Context(), f.payer.Address())).Gross
}

// once relays what a key signed, for the fee asked and to the unit: the deposit changes by the fee and by `by`.
func (f *paid) once(t *testing.T, key *identity.Key, in Intent, by int64) Ticket {
	t.Helper()
	fee := f.quote(t).Fees[in.Kind]
	before, earned := f.deposit(t, key.Address()), f.gross(t)
	in = f.pay(t, key, in)
	ticket := f.relay(t, in)
	if got, want := int64(f.deposit(t, key.Address())), int64(before)-int64(fee)+by; fee == 0 || got != want {
		t.Errorf("%s: the deposit is %d, want %d, of which fee %d", in.Kind, got, want, fee)
	}
	if got := f.gross(t); got != earned+fee {
		t.Errorf("%s: the relayer has earned %s, want %s", in.Kind, got, earned+fee)
	}
	if in.Kind != KindUnlockAsk { // pays for the unlock too
		f.gasFits(t, in.Kind, ticket)
	}
	// Again it is the same call, and costs nothing more.
	if again := f.submit(t, in); again != ticket {
		t.Errorf("%s again: %+v; want %+v", in.Kind, again, ticket)
	}
	// A relayer that lost its memory finds that it would change nothing.
	f.forgotten(t, in)
	return ticket
}

// gasOf is what a call really used.
func (f *paid) gasOf(t *testing.T, ticket Ticket) uint64 {
	t.Helper()
	receipt, err := f.ethereum.TransactionReceipt(t.Context(), common.HexToHash(ticket.Transaction))
	if err != nil {
		t.Fatal(err)
	}
	return receipt.GasUsed
}

// gasFits holds the table of gas to what the calls that one fee pays for really used.
func (f *paid) gasFits(t *testing.T, kind Kind, tickets ...Ticket) {
	t.Helper()
	used := uint64(0)
	for _, ticket := range tickets {
		used += f.gasOf(t, ticket)
	}
	g := must[gasPrices](t)(f.service.gasPrices(t.Context()))
	assumed := works[kind].gas + works[kind].slots*g.slot
	if used > assumed || used*5 < assumed*4 {
		t.Errorf("%s used %d gas; %d are charged for, of which %d for each new slot", kind, used, assumed, g.slot)
	}
}

// forgotten submits to a relayer with another database.
func (f *paid) forgotten(t *testing.T, in Intent) {
	t.Helper()
	service := f.service
	defer func() { f.service = service }()
	f.service = NewService(f.withoutMemory(t))
	f.refused(t, ReasonReverts, in)
}

// Everything that is signed is relayed for a fee, once, to the unit.
func TestEveryOperationForAFee(t *testing.T) {
	f := newPaid(t)
	consumer, provider := f.funded(t, 1000*coin), f.funded(t, 100*coin)
	if got := f.deposit(t, consumer.Address()); got != 1000*coin {
		t.Fatalf("the deposit is %s", got)
	}
	signed := intent.RequestUnlock{ValidUntil: f.until()}

	f.once(t, consumer, f.register(t, consumer), 0)
	f.once(t, consumer, Lock(f.lock(t, consumer, provider.Address(), 0, 5*coin)), -5*int64(coin))
	f.once(t, consumer, Release(must[intent.SignedRelease](t)(intent.SignRelease(provider, intent.Release{
		Consumer: consumer.Address(),
	}, f.payments()))), 0)
	f.once(t, consumer, Reclaim(must[intent.SignedReclaim](t)(intent.SignReclaim(consumer, intent.Reclaim{
		Epoch: 1, ValidUntil: f.until(),
	}, f.payments()))), 5*int64(coin))
	f.once(t, consumer, WithdrawDeposit(must[intent.SignedWithdrawDeposit](t)(intent.SignWithdrawDeposit(consumer, intent.WithdrawDeposit{
		To: provider.Address(), Units: 7 * coin, ValidUntil: f.until(),
	}, f.payments()))), -7*int64(coin))
	f.once(t, provider, SetBeneficiary(must[intent.SignedSetBeneficiary](t)(intent.SignSetBeneficiary(provider, intent.SetBeneficiary{
		Provider: provider.Address(), Beneficiary: newKey(t).Address(),
	}, f.payments()))), 0)
	if got := must[money.Amount](t)(f.reader.CoinBalance(t.Context(), provider.Address())); got != 7*coin {
		t.Errorf("withdrawn %s", got)
	}

	lock := f.lock(t, consumer, provider.Address(), 1, 5*coin).Lock
	f.once(t, consumer, Lock(must[intent.SignedLock](t)(intent.SignLock(consumer, lock, f.payments()))), -5*int64(coin))
	signed.Channel = 1
	requested := f.once(t, consumer, AskUnlock(must[intent.SignedRequestUnlock](t)(intent.SignRequestUnlock(consumer, signed, f.payments()))), 0)
	f.Commit() // the delay is a second
	before := f.deposit(t, consumer.Address())
	f.gasFits(t, KindUnlockAsk, requested, f.relay(t, FreeChannel(consumer.Address(), 1)))
	if c := must[chain.Channel](t)(f.reader.Channel(t.Context(), consumer.Address(), 1, 0)); c.Epoch != 1 || !c.Provider.IsZero() {
		t.Errorf("unlocked: %+v", c)
	}
	if got := f.deposit(t, consumer.Address()); got != before {
		t.Errorf("the unlock took %s", before-got)
	}
}

// A newcomer with coins and nothing else is there in one call.
// Two intents that exclude one another would both be taken while neither is in a block, and one of them only cost.
func TestOneFeeAtATime(t *testing.T) {
	f := newPaid(t)
	key := f.funded(t, 10*coin)
	f.known[key.Address()] = true
	withdrawal := func(units money.Amount) Intent {
		signed := must[intent.SignedWithdrawDeposit](t)(intent.SignWithdrawDeposit(key, intent.WithdrawDeposit{
			To: newKey(t).Address(), Units: units, ValidUntil: f.until(),
		}, f.payments()))
		return f.pay(t, key, WithdrawDeposit(signed))
	}
	f.submit(t, withdrawal(1))
	f.refused(t, ReasonBusy, withdrawal(2))
}

func TestOnboardForAFee(t *testing.T) {
	f := newPaid(t)
	f.funded(t, coin) // the relayer's first fee fills a slot of its own
	f.gasFits(t, KindFund, f.relay(t, f.deposited(t, newKey(t), coin, KindFund)))
	key, earned := newKey(t), f.gross(t)
	fee := f.quote(t).Fees[KindOnboard]
	funded := f.deposited(t, key, 10*coin, KindOnboard)
	in := Onboard(*funded.Fund, *f.register(t, key).Register)
	in.Quote = funded.Quote
	other := f.register(t, newKey(t))
	f.refused(t, ReasonMalformed, Onboard(*funded.Fund, *other.Register))
	ticket := f.relay(t, in)
	f.gasFits(t, KindOnboard, ticket)
	if got := f.deposit(t, key.Address()); got != 10*coin {
		t.Errorf("the deposit is %s", got)
	}
	if got := must[money.Amount](t)(f.reader.CoinBalance(t.Context(), key.Address())); got != 0 {
		t.Errorf("the wallet has %s", got)
	}
	if got := f.gross(t); got != earned+fee || fee == 0 {
		t.Errorf("the relayer earned %s, asked %s", got-earned, fee)
	}
	if registered := f.submit(t, in); registered != ticket {
		t.Errorf("again: %+v", registered)
	}
}

func (f *paid) withoutMemory(t *testing.T) Config {
	t.Helper()
	cfg := f.service.cfg
	db := must[*store.DB](t)(store.Open(t.Context(), filepath.Join(t.TempDir(), "other.db")))
	t.Cleanup(func() { _ = db.Close() })
	cfg.DB = db
	cfg.Outbox = chain.NewOutbox(chain.OutboxConfig{Client: f.client, DB: cfg.DB, Key: f.payer})
	return cfg
}
