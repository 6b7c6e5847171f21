package node

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/wireguard"
)

func TestMain(m *testing.M) {
	if config, ok := killtest.Victim(); ok {
		if err := beVictim(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m,
		// The test chain's own, which outlive it by design.
		goleak.IgnoreAnyFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain"),
		goleak.IgnoreAnyFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"),
	)
}

// world is a chain, a relayer, a registry and a finder that behave, in memory, for tests of nodes with
// real dialogues, real tunnels and real books.
type world struct {
	network  *chain.Network
	messages *messagingtest.Network

	mu        sync.Mutex
	deposits  map[identity.Address]money.Amount
	channels  map[slot]chain.Channel
	earned    map[identity.Address]money.Amount
	tickets   map[string]relay.Ticket
	offers    []market.Signed
	keys      map[identity.Address][]byte
	down      bool         // the chain does not answer
	refuse    bool         // the relayer refuses
	lie       bool         // the relayer says that it did what it did not
	head      uint64       // the newest block
	coins     money.Amount // in everybody's wallet
	permits   map[identity.Address]uint64
	payouts   map[identity.Address]uint64
	pays      map[identity.Address]identity.Address
	cleared   map[string]money.Amount   // by transaction
	strangers map[identity.Address]bool // not registered
	mute      atomic.Bool               // no message arrives
	ahead     time.Duration             // of the chain's clock
	deaf      atomic.Bool               // consumers take none
}

type slot struct {
	consumer identity.Address
	id       uint8
}

func newWorld() *world {
	return &world{
		network: &chain.Network{Name: "test", ChainID: 7, Contracts: chain.Contracts{
			Coin: identity.Address{1}, Registry: identity.Address{2}, Payments: identity.Address{3},
		}},
		messages: messagingtest.NewNetwork(),
		deposits: map[identity.Address]money.Amount{}, channels: map[slot]chain.Channel{},
		cleared: map[string]money.Amount{}, strangers: map[identity.Address]bool{},
		permits: map[identity.Address]uint64{}, payouts: map[identity.Address]uint64{}, pays: map[identity.Address]identity.Address{},
		earned: map[identity.Address]money.Amount{}, tickets: map[string]relay.Ticket{}, keys: map[identity.Address][]byte{},
	}
}

func (w *world) lookup() (unlock func(), err error) {
	w.mu.Lock()
	if w.down {
		w.mu.Unlock()
		return nil, chain.ErrUnavailable
	}
	return w.mu.Unlock, nil
}

func (w *world) Balance(_ context.Context, who identity.Address) (money.Amount, error) {
	unlock, err := w.lookup()
	if err != nil {
		return 0, err
	}
	defer unlock()
	return w.deposits[who], nil
}

func (w *world) Channel(_ context.Context, consumer identity.Address, id uint8, _ uint64) (chain.Channel, error) {
	unlock, err := w.lookup()
	if err != nil {
		return chain.Channel{}, err
	}
	defer unlock()
	return w.channels[slot{consumer, id}], nil
}

func (w *world) Earnings(_ context.Context, who identity.Address) (chain.Earnings, error) {
	unlock, err := w.lookup()
	if err != nil {
		return chain.Earnings{}, err
	}
	defer unlock()
	return chain.Earnings{Gross: w.earned[who], Net: w.earned[who], Beneficiary: w.pays[who]}, nil
}

func (w *world) FeeRate(context.Context) (uint16, error) { return 500, nil }

func (w *world) CoinBalance(context.Context, identity.Address) (money.Amount, error) {
	return w.coins, nil
}

func (w *world) PermitNonce(_ context.Context, who identity.Address) (uint64, error) {
	unlock, err := w.lookup()
	if err != nil {
		return 0, err
	}
	defer unlock()
	return w.permits[who], nil
}

func (w *world) WithdrawNonce(_ context.Context, who identity.Address) (uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.payouts[who], nil
}

func (w *world) UnlockDelay(context.Context) (time.Duration, error) { return 72 * time.Hour, nil }

func (w *world) newest(context.Context) (uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.head, nil
}

func (w *world) Effects(_ context.Context, transaction [32]byte) (chain.Effects, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return chain.Effects{Cleared: w.cleared[fmt.Sprintf("%x", transaction)]}, nil
}

func (w *world) Holdings(context.Context, identity.Address, [32]byte) (chain.Holdings, error) {
	return chain.Holdings{}, chain.ErrUnavailable
}

func (w *world) Registered(_ context.Context, who identity.Address) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.strangers[who], nil
}

func (w *world) headOf(ctx context.Context) (chain.Head, error) {
	number, err := w.newest(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	return chain.Head{Number: number, Time: w.now()}, err
}

// now is the chain's clock.
func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

// Quote asks nothing for what sessions need.
func (w *world) Quote(context.Context) (relay.Quote, error) {
	return relay.Quote{Relayer: identity.Address{9}, Fees: map[relay.Kind]money.Amount{
		relay.KindRegister: 0, relay.KindFund: 0, relay.KindLock: 0, relay.KindClear: 0, relay.KindWithdraw: 0, relay.KindUnlockAsk: 0,
		relay.KindUnlock: 0, relay.KindRelease: 0, relay.KindReclaim: 0, relay.KindWithdrawDeposit: 0, relay.KindBeneficiary: 0,
	}}, nil
}

func (w *world) Avoid(string) {}

func (w *world) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, w, complete)
}

// Submit does at once what an intent asks for, by the contract's rules as far as a session needs them.
func (w *world) Submit(_ context.Context, in relay.Intent) (relay.Ticket, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse {
		return relay.Ticket{}, &relay.Refusal{Reason: relay.ReasonReverts, Detail: "by this test"}
	}
	if !w.inTime(in) {
		return relay.Ticket{}, &relay.Refusal{Reason: relay.ReasonExpired, Detail: "by the chain's clock"}
	}
	id := fmt.Sprintf("%064x", len(w.tickets)+1)
	w.tickets[id] = relay.Ticket{ID: id, State: relay.StateMined, Transaction: "0x" + id, Block: w.head + 1}
	if w.lie {
		return w.tickets[id], nil
	}
	w.head++
	w.carryOut(in, id)
	return w.tickets[id], nil
}

// carryOut does what an intent asks for.
func (w *world) carryOut(in relay.Intent, id string) {
	w.carryOutMore(in)
	for _, l := range in.Locks {
		key := slot{l.Consumer, l.Channel}
		held := w.channels[key].Locked
		if w.channels[key].Epoch != l.Epoch {
			held = 0
		}
		w.deposits[l.Consumer] -= l.Locked - held
		w.channels[key] = chain.Channel{Provider: l.Provider, Locked: l.Locked, Cleared: w.channels[key].Cleared, Epoch: l.Epoch}
	}
	for _, p := range in.Promises {
		key := slot{p.Consumer, p.Channel}
		c := w.channels[key]
		w.earned[p.Provider] += min(p.Amount, c.Locked) - c.Cleared
		w.cleared[id] += min(p.Amount, c.Locked) - c.Cleared
		c.Cleared = min(p.Amount, c.Locked)
		w.channels[key] = c
	}
}

func (w *world) carryOutMore(in relay.Intent) {
	if f := in.Fund; f != nil {
		w.deposits[f.Identity] += f.Units
		w.permits[f.Owner]++
	}
	if r := in.Register; r != nil {
		delete(w.strangers, r.Identity)
	}
	if u := in.UnlockAsk; u != nil {
		key := slot{u.Consumer, u.Channel}
		c := w.channels[key]
		c.UnlockAt = w.now().Add(72 * time.Hour)
		w.channels[key] = c
	}
	free := func(key slot) {
		w.channels[key] = chain.Channel{Locked: w.channels[key].Locked - w.channels[key].Cleared, Epoch: w.channels[key].Epoch + 1}
	}
	if u := in.Unlock; u != nil {
		free(slot{u.Consumer, u.Channel})
		if in.Payment != nil {
			w.payouts[u.Consumer]++
		}
	}
	if r := in.Release; r != nil {
		free(slot{r.Consumer, r.Channel})
	}
	if r := in.Reclaim; r != nil {
		key := slot{r.Consumer, r.Channel}
		w.deposits[r.Consumer] += w.channels[key].Locked
		w.channels[key] = chain.Channel{Epoch: r.Epoch + 1}
	}
	if d := in.WithdrawDeposit; d != nil {
		w.deposits[d.Consumer] -= d.Units
		w.payouts[d.Consumer]++
	}
	if b := in.Beneficiary; b != nil {
		w.pays[b.Provider] = b.Beneficiary
	}
	if in.Kind == relay.KindWithdraw {
		w.earned[in.Provider] = 0
	}
	if in.Payment != nil {
		w.deposits[in.Payment.Payer] -= in.Payment.Fee
	}
}

func (w *world) Status(_ context.Context, id string) (relay.Ticket, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tickets[id], nil
}

func (w *world) Info(context.Context) (relay.Info, error) {
	return relay.Info{Address: identity.Address{9}}, nil
}

func (w *world) Find(_ context.Context, f market.Filter) (found []market.Signed, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, offer := range w.offers {
		if f.Match(offer.Proposal) {
			found = append(found, offer)
		}
	}
	return found, nil
}

func (w *world) KeyBody(_ context.Context, s market.Signed) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.keys[s.Proposal.Provider], nil
}

// Announcer of a provider whose one proposal stands for ever.
type standing struct{ signed market.Signed }

func (s standing) Current(hash [32]byte) (market.Proposal, bool) {
	return s.signed.Proposal, hash == s.signed.Hash()
}
func (s standing) Problem() string                { return "" }
func (s standing) Withdraw(context.Context) error { return nil }

var testPrice = money.Price{PerGiB: 500_000, PerHour: 100_000}

const testSetup = money.UnitsPerCoin / 100

// anyContact takes every contact for the one of the network in memory.
type anyContact struct {
	*messagingtest.Channel
	world    *world
	provider bool
}

func (c anyContact) Send(ctx context.Context, to messaging.Route, envelope []byte) error {
	if c.world.mute.Load() {
		return nil
	}
	if c.provider && c.world.deaf.Load() {
		<-ctx.Done()
		return messaging.ErrNoReceipt
	}
	to.Contact = messagingtest.Contact
	return c.Channel.Send(ctx, to, envelope)
}

// member is a node of the world.
type member struct {
	*Node
	key    *identity.Key
	server tunnel.Server // nil for a consumer
}

type memberConfig struct {
	key      *identity.Key // nil is a new one
	provider bool
	exit     []netip.AddrPort
	wrap     func(tunnel.Server) tunnel.Server
	config   func(*Config)
	caps     payments.Caps
}

func (w *world) member(t *testing.T, mc memberConfig) *member {
	t.Helper()
	key, err := mc.key, error(nil)
	if key == nil {
		key, err = identity.NewKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo})).With("provider", mc.provider)
	ctx := context.WithoutCancel(t.Context())
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	cleanup(t, db.Close)
	domain := identity.Domain{ChainID: w.network.ChainID, Registry: w.network.Contracts.Registry}
	channel := w.messages.Channel(key.Address(), mc.provider)
	cleanup(t, channel.Close)
	mcfg := messaging.Config{Domain: domain, Signer: key, Registered: w.Registered, Channel: anyContact{channel, w, mc.provider}, Logger: logger}
	self := Self{Signer: key, PublicKey: key.PublicKey()}
	m := &member{key: key}
	if mc.provider {
		if mcfg.Keyring, err = messaging.NewKeyring(nil); err != nil {
			t.Fatal(err)
		}
		self.Services = []Service{w.offer(t, m, mc, mcfg.Keyring)}
	}
	if self.Endpoint, err = messaging.NewEndpoint(ctx, mcfg); err != nil {
		t.Fatal(err)
	}
	cleanup(t, self.Endpoint.Close)
	pcfg := payments.Config{
		DB: db, Signer: key, Chain: w, Head: w.headOf, Confirmations: 2, Caps: mc.caps, Logger: logger,
		Domain: intent.Domain{ChainID: w.network.ChainID, Contract: w.network.Contracts.Payments},
	}
	if self.Ledger, err = payments.Open(ctx, pcfg); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Version: "test", Network: w.network, Chain: w, Head: w.headOf, Registry: w, Relayer: w, Finder: w, Logger: logger,
		Clients: map[string]func() (tunnel.Client, error){
			wireguard.ServiceType: func() (tunnel.Client, error) {
				return wireguard.NewClient(wireguard.ClientConfig{Logger: logger})
			},
		},
	}
	if mc.config != nil {
		mc.config(&cfg)
	}
	m.Node = New(ctx, cfg)
	cleanup(t, m.Close)
	self.Clearer = payments.NewClearer(payments.ClearerConfig{Ledger: self.Ledger, Claimer: m.Claims(key), Logger: logger})
	clearing, stop := context.WithCancel(ctx)
	cleared := make(chan struct{})
	go func() { defer close(cleared); _ = self.Clearer.Run(clearing) }()
	t.Cleanup(func() { stop(); <-cleared })
	m.Attach(self)
	return m
}

// offer starts a provider's server and publishes its proposal.
func (w *world) offer(t *testing.T, m *member, mc memberConfig, keys *messaging.Keyring) Service {
	t.Helper()
	server, err := wireguard.NewServer(wireguard.ServerConfig{
		Listen: netip.MustParseAddrPort("127.0.0.1:0"),
		Exit:   tunnel.ExitPolicy{Allow: mc.exit, Source: netip.MustParseAddr("127.0.0.2")},
	})
	if err != nil {
		t.Fatal(err)
	}
	cleanup(t, server.Close)
	m.server = server
	if mc.wrap != nil {
		m.server = mc.wrap(server)
	}
	body, err := keys.Current()
	if err != nil {
		t.Fatal(err)
	}
	domain := identity.Domain{ChainID: w.network.ChainID, Registry: w.network.Contracts.Registry}
	signed, err := propose(m.key, domain, body, "nats://"+identity.Address{1}.String()+"@127.0.0.1:4222")
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offers = append(w.offers, signed)
	w.keys[m.key.Address()] = body
	return Service{Server: m.server, Announcer: standing{signed}, Proposal: signed.Proposal}
}

// propose signs a proposal that stands for an hour.
func propose(key *identity.Key, domain identity.Domain, keyBody []byte, contact string) (market.Signed, error) {
	now := uint64(time.Now().UnixMilli())
	return market.Sign(key, domain, market.Proposal{
		Version: market.Version, ServiceType: wireguard.ServiceType, Country: "DE", Price: testPrice, SetupCharge: testSetup,
		Bandwidth: 1_000_000, KeyRecord: market.KeyHash(keyBody),
		Contacts: []market.Contact{{Type: market.ContactNATS, Address: contact}},
	}, record.Stamp{Sequence: now, Expires: now + 3_600_000})
}

func cleanup(t *testing.T, closing func() error) {
	t.Helper()
	t.Cleanup(func() {
		if err := closing(); err != nil {
			t.Errorf("clean-up: %v", err)
		}
	})
}
