package relay

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

const coin = money.Amount(money.UnitsPerCoin)

// fixture is a relayer on a test chain.
type fixture struct {
	*dev.Chain
	network *chain.Network
	client  *chain.Client
	reader  *chain.Payments
	path    string
	payer   *identity.Key
	known   map[identity.Address]bool
	now     time.Time
	pricing Pricing

	db      *store.DB
	outbox  *chain.Outbox
	service *Service
}

func newFixture(t *testing.T) *fixture { return newFixtureWith(t, contracts.Config{}) }

func newFixtureWith(t *testing.T, cfg contracts.Config) *fixture {
	t.Helper()
	c, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	at, err := c.Deploy(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	client, err := chain.NewClient(chain.ClientConfig{URLs: []string{c.URL()}, ChainID: c.ChainID()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	f := &fixture{
		Chain: c, client: client, path: filepath.Join(t.TempDir(), "node.db"), payer: newKey(t), now: time.Now(),
		network: &chain.Network{ChainID: c.ChainID(), Contracts: chain.Contracts{
			Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
		}},
		known: make(map[identity.Address]bool), pricing: Pricing{Free: true},
	}
	f.reader = chain.NewPayments(client, f.network.Contracts)
	if err := c.Fund(t.Context(), f.payer.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	f.restart(t)
	return f
}

// restart opens everything as a new process would.
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
	f.outbox = chain.NewOutbox(chain.OutboxConfig{Client: f.client, DB: db, Key: f.payer})
	f.service = NewService(Config{
		Client: f.client, Outbox: f.outbox, DB: db, Network: f.network, PerIdentity: 3, Outstanding: 8,
		Pricing: f.pricing, Signer: f.payer,
		Now:   func() time.Time { return f.now },
		Known: func(_ context.Context, who identity.Address) (bool, error) { return f.known[who], nil },
	})
}

func newKey(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (f *fixture) domain(contract identity.Address) intent.Domain {
	return intent.Domain{ChainID: f.network.ChainID, Contract: contract}
}

func (f *fixture) payments() intent.Domain { return f.domain(f.network.Contracts.Payments) }

// must unwraps what signing functions return.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (f *fixture) submit(t *testing.T, in Intent) Ticket {
	t.Helper()
	ticket, err := f.service.Submit(t.Context(), in)
	if err != nil {
		t.Fatalf("%s: %v", in.Kind, err)
	}
	return ticket
}

// mine lets the outbox send, seals a block and lets the outbox see it.
func (f *fixture) mine(t *testing.T, id string) Ticket {
	t.Helper()
	err := f.outbox.Work(t.Context())
	f.Commit()
	err = errors.Join(err, f.outbox.Work(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return must[Ticket](t)(f.service.Status(t.Context(), id))
}

// relay submits an intent and sees it mined.
func (f *fixture) relay(t *testing.T, in Intent) Ticket {
	t.Helper()
	ticket := f.mine(t, f.submit(t, in).ID)
	if ticket.State != StateMined || ticket.Block == 0 || !strings.HasPrefix(ticket.Transaction, "0x") || len(ticket.Transaction) != 66 {
		t.Fatalf("%s: %+v", in.Kind, ticket)
	}
	return ticket
}

func (f *fixture) refused(t *testing.T, reason Reason, in Intent) {
	t.Helper()
	ticket, err := f.service.Submit(t.Context(), in)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Reason != reason || refusal.Detail == "" {
		t.Errorf("%s: %+v, %v; want a refusal: %s", in.Kind, ticket, err, reason)
	}
}

func (f *fixture) register(t *testing.T, key *identity.Key) Intent {
	t.Helper()
	return Register(must[intent.SignedRegister](t)(intent.SignRegister(key, key.PublicKey(), f.domain(f.network.Contracts.Registry))))
}

// fund mints coins for a key and signs their deposit.
func (f *fixture) fund(t *testing.T, key *identity.Key, units money.Amount) Intent {
	t.Helper()
	_, err := f.outbox.Submit(t.Context(), chain.Tx{
		Key: "mint " + units.String() + " for " + key.Address().String(), To: f.network.Contracts.Coin,
		Data: contracts.NewTestCoin().PackMint(common.Address(key.Address()), units.Wei()),
	})
	if err == nil {
		err = f.outbox.Work(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Commit()
	nonce := must[uint64](t)(f.reader.PermitNonce(t.Context(), key.Address()))
	info := must[Info](t)(f.service.Info(t.Context()))
	return Fund(must[intent.SignedFund](t)(intent.SignFund(key, intent.Fund{
		Owner: key.Address(), Identity: key.Address(), Units: units, Relayer: info.Address,
		PermitNonce: nonce, ValidUntil: uint32(f.now.Add(time.Hour).Unix()),
	}, f.payments(), f.domain(f.network.Contracts.Coin))))
}

func (f *fixture) lock(t *testing.T, consumer *identity.Key, provider identity.Address, channel uint8, units money.Amount) intent.SignedLock {
	t.Helper()
	return must[intent.SignedLock](t)(intent.SignLock(consumer, intent.Lock{
		Provider: provider, Channel: channel, Locked: units, ValidUntil: uint32(f.now.Add(30 * time.Minute).Unix()),
	}, f.payments()))
}

func (f *fixture) promise(t *testing.T, consumer *identity.Key, provider identity.Address, channel uint8, units money.Amount) intent.SignedPromise {
	t.Helper()
	return must[intent.SignedPromise](t)(intent.SignPromise(consumer, intent.Promise{
		Provider: provider, Channel: channel, Amount: units,
	}, f.payments()))
}

// From a new identity to collected fees: everything the first issue's path needs, to the unit.
func TestAPaidSessionOnChain(t *testing.T) {
	ctx, f := t.Context(), newFixture(t)
	consumer, provider, treasury := newKey(t), newKey(t), f.Key().Address()
	registered := f.relay(t, f.register(t, consumer))
	f.relay(t, f.register(t, provider))
	f.relay(t, f.fund(t, consumer, 10*coin))
	if got, err := f.reader.Balance(ctx, consumer.Address()); err != nil || got != 10*coin {
		t.Fatalf("deposit %s, %v", got, err)
	}
	f.relay(t, Lock(f.lock(t, consumer, provider.Address(), 0, 5*coin)))
	f.Commit()
	if c, err := f.reader.Channel(ctx, consumer.Address(), 0, 1); err != nil || c.Locked != 5*coin || c.Provider != provider.Address() {
		t.Fatalf("channel %+v, %v", c, err)
	}
	// The same channel a block earlier: the lock had no confirmation yet.
	if c, err := f.reader.Channel(ctx, consumer.Address(), 0, 2); err != nil || c.Locked != 0 {
		t.Fatalf("unconfirmed channel %+v, %v", c, err)
	}
	cleared := f.relay(t, Clear(f.promise(t, consumer, provider.Address(), 0, 2*coin)))
	earned := must[chain.Earnings](t)(f.reader.Earnings(ctx, provider.Address()))
	if earned.Gross != 2*coin || earned.Net+earned.Fee != earned.Gross || earned.Fee == 0 {
		t.Fatalf("%+v", earned)
	}
	beneficiary := newKey(t).Address()
	f.relay(t, SetBeneficiary(must[intent.SignedSetBeneficiary](t)(intent.SignSetBeneficiary(provider, intent.SetBeneficiary{
		Provider: provider.Address(), Beneficiary: beneficiary,
	}, f.payments()))))
	withdrawn := f.relay(t, Withdraw(provider.Address()))
	if got, err := f.reader.CoinBalance(ctx, beneficiary); err != nil || got != earned.Net {
		t.Fatalf("beneficiary has %s, %v; want %s", got, err, earned.Net)
	}
	if got, err := f.reader.Fees(ctx); err != nil || got != earned.Fee {
		t.Fatalf("fees %s, %v; want %s", got, err, earned.Fee)
	}
	f.relay(t, Collect())
	if got, err := f.reader.CoinBalance(ctx, treasury); err != nil || got != earned.Fee {
		t.Fatalf("treasury has %s, %v; want %s", got, err, earned.Fee)
	}
	effects := func(ticket Ticket) chain.Effects {
		return must[chain.Effects](t)(f.reader.Effects(ctx, common.HexToHash(ticket.Transaction)))
	}
	if got := effects(cleared); got.Cleared != 2*coin || got.Block != cleared.Block {
		t.Errorf("clearing: %+v", got)
	}
	if got := effects(withdrawn); got.Withdrawn != earned.Net || got.Fee != earned.Fee {
		t.Errorf("withdrawal: %+v", got)
	}
	// What can be done again is a new call; what is signed for one occasion is not.
	f.relay(t, Clear(f.promise(t, consumer, provider.Address(), 0, 3*coin)))
	if again := f.relay(t, Withdraw(provider.Address())); again.ID == withdrawn.ID {
		t.Error("the second withdrawal is the first")
	}
	f.refused(t, ReasonReverts, Clear(f.promise(t, consumer, provider.Address(), 0, 2*coin)))
	if again := f.submit(t, f.register(t, consumer)); again != registered {
		t.Errorf("registering again: %+v; want %+v", again, registered)
	}
}

func TestManyLocksAndPromisesInOneCall(t *testing.T) {
	ctx, f := t.Context(), newFixture(t)
	provider := newKey(t).Address()
	var locks []intent.SignedLock
	var promises []intent.SignedPromise
	for range 3 {
		consumer := newKey(t)
		f.relay(t, f.fund(t, consumer, 2*coin))
		locks = append(locks, f.lock(t, consumer, provider, 1, coin))
		promises = append(promises, f.promise(t, consumer, provider, 1, coin/2))
	}
	// One that the contract refuses does not harm the others.
	locks = append(locks, f.lock(t, newKey(t), provider, 1, coin))
	promises = append(promises, f.promise(t, newKey(t), provider, 1, coin))
	f.relay(t, Lock(locks...))
	f.relay(t, Clear(promises...))
	if e, err := f.reader.Earnings(ctx, provider); err != nil || e.Gross != 3*coin/2 {
		t.Fatalf("%+v, %v", e, err)
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	consumer, provider := newKey(t), newKey(t).Address()
	f.relay(t, f.register(t, consumer))
	f.refused(t, ReasonReverts, f.register(t, mustFresh(t, f))) // registered meanwhile by somebody else
	f.refused(t, ReasonReverts, Withdraw(provider))
	f.refused(t, ReasonReverts, Collect())
	f.refused(t, ReasonReverts, Lock(f.lock(t, consumer, provider, 0, coin)))     // no deposit
	f.refused(t, ReasonReverts, Clear(f.promise(t, consumer, provider, 0, coin))) // no lock
	for _, in := range []Intent{
		{}, {Kind: "steal"}, {Kind: KindRegister}, {Kind: KindLock}, {Kind: KindClear}, {Kind: KindFund},
		{Kind: KindWithdraw}, {Kind: KindBeneficiary}, {Kind: KindCollect, Provider: provider},
		Lock(make([]intent.SignedLock, MaxLocks+1)...), Clear(make([]intent.SignedPromise, MaxPromises+1)...),
	} {
		f.refused(t, ReasonMalformed, in)
	}

	elsewhere := f.payments()
	elsewhere.ChainID++
	forged := f.promise(t, consumer, provider, 0, coin)
	forged.Amount++
	foreign := must[intent.SignedLock](t)(intent.SignLock(consumer, f.lock(t, consumer, provider, 0, coin).Lock, elsewhere))
	register := f.register(t, consumer)
	register.Register.Signature[0] ^= 1
	f.refused(t, ReasonSignature, Clear(forged))
	f.refused(t, ReasonSignature, Lock(foreign))
	f.refused(t, ReasonSignature, Lock(f.lock(t, consumer, provider, 0, coin), foreign))
	f.refused(t, ReasonSignature, register)

	fund := f.fund(t, consumer, coin)
	swapped := *fund.Fund
	swapped.Identity = provider
	f.refused(t, ReasonSignature, Fund(swapped))
	swapped = *fund.Fund
	swapped.Relayer = provider
	f.refused(t, ReasonRelayer, Fund(swapped))
	f.now = f.now.Add(2 * time.Hour)
	f.refused(t, ReasonExpired, fund)
	f.now = f.now.Add(-2 * time.Hour)
	expired := f.lock(t, consumer, provider, 0, coin)
	f.now = f.now.Add(time.Hour)
	f.refused(t, ReasonExpired, Lock(expired))
}

// mustFresh registers a key behind the relayer's back.
func mustFresh(t *testing.T, f *fixture) *identity.Key {
	t.Helper()
	key := newKey(t)
	signed := f.register(t, key)
	_, err := f.outbox.Submit(t.Context(), chain.Tx{Key: "direct", To: f.network.Contracts.Registry, Data: signed.Register.Call()})
	if err == nil {
		err = f.outbox.Work(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Commit()
	return key
}

func TestStrangersHaveOneCallAtATime(t *testing.T) {
	f := newFixture(t)
	stranger, known, provider := newKey(t), newKey(t), newKey(t).Address()
	f.known[known.Address()] = true
	for _, key := range []*identity.Key{stranger, known} {
		f.relay(t, f.fund(t, key, 10*coin))
	}
	locks := func(key *identity.Key, channel uint8) Intent { return Lock(f.lock(t, key, provider, channel, coin)) }
	first := f.submit(t, locks(stranger, 0))
	if again := f.submit(t, locks(stranger, 0)); again.ID != first.ID {
		t.Error("the same intent got another ticket")
	}
	f.refused(t, ReasonBusy, locks(stranger, 1))
	f.refused(t, ReasonBusy, Lock(f.lock(t, known, provider, 5, coin), f.lock(t, stranger, provider, 1, coin)))
	for channel := range uint8(3) {
		f.submit(t, locks(known, channel))
	}
	f.refused(t, ReasonBusy, locks(known, 3))
	f.restart(t) // is no way around
	f.refused(t, ReasonBusy, locks(stranger, 1))

	f.mine(t, first.ID)
	f.relay(t, locks(stranger, 1))
}

// Identities cost nothing: however many strangers register, those who are known get through.
func TestStrangersCannotFillTheRelayer(t *testing.T) {
	f := newFixture(t)
	first := f.submit(t, f.register(t, newKey(t)))
	for range 5 {
		f.submit(t, f.register(t, newKey(t)))
	}
	late := newKey(t)
	f.refused(t, ReasonBusy, f.register(t, late)) // six of eight
	for range 2 {
		known := newKey(t)
		f.known[known.Address()] = true
		f.submit(t, f.register(t, known))
	}
	full := newKey(t)
	f.known[full.Address()] = true
	f.refused(t, ReasonBusy, f.register(t, full)) // eight
	f.mine(t, first.ID)
	f.relay(t, f.register(t, late))
}

// A batch of which a promise was skipped is claimed again as it is, once that promise has its lock.
func TestASkippedPromiseIsClaimedLater(t *testing.T) {
	ctx, f := t.Context(), newFixture(t)
	provider := newKey(t).Address()
	early, late := newKey(t), newKey(t)
	batch := Clear(f.promise(t, early, provider, 0, coin), f.promise(t, late, provider, 0, 2*coin))
	earned := func(want money.Amount) {
		t.Helper()
		if e, err := f.reader.Earnings(ctx, provider); err != nil || e.Gross != want {
			t.Fatalf("%+v, %v; want %s", e, err, want)
		}
	}
	f.relay(t, f.fund(t, early, 5*coin))
	f.relay(t, Lock(f.lock(t, early, provider, 0, 5*coin)))
	first := f.relay(t, batch)
	earned(coin)
	f.refused(t, ReasonReverts, batch)

	f.relay(t, f.fund(t, late, 5*coin))
	f.relay(t, Lock(f.lock(t, late, provider, 0, 5*coin)))
	ticket := f.submit(t, batch)
	if again := f.submit(t, batch); again.ID != ticket.ID || ticket.ID == first.ID {
		t.Errorf("tickets %s, %s and %s", first.ID, ticket.ID, again.ID)
	}
	if got := f.mine(t, ticket.ID); got.State != StateMined {
		t.Fatalf("%+v", got)
	}
	earned(3 * coin)
	f.refused(t, ReasonReverts, batch)
}

func TestTicketsSurviveARestart(t *testing.T) {
	f := newFixture(t)
	key := newKey(t)
	in := f.register(t, key)
	ticket := f.submit(t, in)
	if ticket.State != StateQueued || len(ticket.ID) != 64 {
		t.Fatalf("%+v", ticket)
	}
	f.restart(t)
	if err := f.outbox.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent := must[Ticket](t)(f.service.Status(t.Context(), ticket.ID))
	if sent.State != StateSent || sent.Transaction == "" {
		t.Fatalf("%+v", sent)
	}
	f.restart(t)
	if got := f.mine(t, ticket.ID); got.State != StateMined || got.Transaction != sent.Transaction {
		t.Fatalf("%+v", got)
	}
	if _, err := f.service.Status(t.Context(), "unknown"); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
}

func TestFailedIntentCanBeTriedAgain(t *testing.T) {
	f := newFixture(t)
	consumer, provider := newKey(t), newKey(t).Address()
	f.known[consumer.Address()] = true
	f.relay(t, f.fund(t, consumer, 10*coin))
	first := f.submit(t, Lock(f.lock(t, consumer, newKey(t).Address(), 1, 10*coin)))
	in := Lock(f.lock(t, consumer, provider, 0, coin))
	ticket := f.submit(t, in) // nothing pending speaks against it yet
	f.mine(t, first.ID)
	got := f.mine(t, ticket.ID)
	if got.State != StateFailed || !strings.Contains(got.Reason, "deposit does not cover it") {
		t.Fatalf("%+v", got)
	}
	f.refused(t, ReasonReverts, in)
	again := f.fund(t, consumer, 3*coin)
	f.relay(t, again)
	if got := f.relay(t, in); got.ID == ticket.ID {
		t.Error("trying again returned the failed ticket")
	}
}

func TestIntentsReadBack(t *testing.T) {
	f := newFixture(t)
	key, provider := newKey(t), newKey(t).Address()
	for _, in := range []Intent{
		f.register(t, key), f.fund(t, key, coin), Withdraw(provider), Collect(),
		Lock(f.lock(t, key, provider, 0, coin)), Lock(f.lock(t, key, provider, 0, coin), f.lock(t, key, provider, 1, coin)),
		Clear(f.promise(t, key, provider, 0, coin), f.promise(t, key, provider, 1, coin)),
		SetBeneficiary(must[intent.SignedSetBeneficiary](t)(intent.SignSetBeneficiary(key, intent.SetBeneficiary{
			Provider: key.Address(), Beneficiary: provider,
		}, f.payments()))),
	} {
		text := must[[]byte](t)(json.Marshal(in))
		var back Intent
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again := must[[]byte](t)(json.Marshal(back))
		if string(again) != string(text) {
			t.Errorf("%s reads back as %s", text, again)
		}
	}
}
