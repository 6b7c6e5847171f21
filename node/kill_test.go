package node

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/messaging/nats"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

const (
	// killedPage is what a session fetches, in bytes: a first window and less than the next.
	killedPage = 6 << 20
	// killedDeposit is what each consumer has, and killedLock what a node locks of it.
	killedDeposit = 3 * money.UnitsPerCoin
	killedLock    = money.UnitsPerCoin
	// killedPatience is for a machine that does much else.
	killedPatience = 3 * time.Minute
	// blockEvery is how soon a block follows the one before, while there is something to confirm, and confirmBlocks how
	// many follow a transaction.
	blockEvery    = 50 * time.Millisecond
	confirmBlocks = 3
)

// killedAt is somebody's step from the request to the clearing, in order.
type killedAt struct {
	role Role
	step string
	held bool // no block is made meanwhile
}

var killedSteps = []killedAt{
	{role: RoleConsumer, step: "negotiate: opening a dialogue"},
	{role: RoleProvider, step: "looking at a deposit"},
	{role: RoleProvider, step: "session accepted"},
	{role: RoleConsumer, step: "negotiate: accepted"},
	{role: RoleConsumer, step: "signing"},
	{role: RoleConsumer, step: "signed"},          // the lock, which is not stored
	{role: RoleConsumer, step: "lock: reserving"}, // it is, and goes to nobody
	{role: RoleConsumer, step: "lock: the provider has"},
	{role: RoleProvider, step: "lock to be handed over"},
	{role: RoleProvider, step: "lock handed over"},
	{role: RoleProvider, step: "lock mined"},
	{role: RoleConsumer, step: "confirm: the lock has", held: true},
	{role: RoleProvider, step: "lock confirming", held: true},
	{role: RoleConsumer, step: "tunnel: connecting"},
	{role: RoleProvider, step: "clear to be handed over"},
	{role: RoleProvider, step: "clear handed over"},
	{role: RoleProvider, step: "clear mined"}, // which its node does not know
	{role: RoleProvider, step: "promises cleared"},
}

// killedPaying are steps of those who pay a fee: a consumer hands its lock over itself.
var killedPaying = []killedAt{
	{role: RoleConsumer, step: "lock to be handed over"},
	{role: RoleConsumer, step: "lock handed over"},
}

// house is one of the two processes.
type house struct {
	*killtest.Process
	config  victimConfig
	reports chan report
	died    chan struct{} // closed when it is waited for
}

// siege is a provider and, for each round, a consumer, of whom one or both are killed.
type siege struct {
	*onChain
	t         *testing.T
	pricing   relay.Pricing
	config    victimConfig // of both
	houses    map[Role]*house
	consumers []*identity.Key
	brought   money.Amount // by consumers in all rounds: what was cleared, and fees
	offer     offering     // of the provider that lives

	mu     sync.Mutex
	asked  map[identity.Address][]money.Amount // by the relayer for a consumer's locks, each time that one was submitted
	blocks int                                 // that are still to be made
	held   bool                                // all but those that take transactions up
}

// busyRelayer has a block made of what it takes on.
type busyRelayer struct {
	relay.Relayer
	s *siege
}

func (r busyRelayer) Submit(ctx context.Context, in relay.Intent) (relay.Ticket, error) {
	ticket, err := r.Relayer.Submit(ctx, in)
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	for _, l := range in.Locks {
		r.s.asked[l.Consumer] = append(r.s.asked[l.Consumer], in.Fee())
	}
	r.s.blocks = 1 + confirmBlocks
	return ticket, err
}

// newSiege has everything but the processes: a chain, a relayer, a broker, a page and deposits.
func newSiege(t *testing.T, pricing relay.Pricing, rounds int) *siege {
	t.Helper()
	s := &siege{onChain: newOnChain(t, 0), t: t, pricing: pricing, houses: map[Role]*house{}, asked: map[identity.Address][]money.Amount{}}
	r := s.newRelayer(t, func(cfg *relay.Config) { cfg.Pricing, cfg.Now = pricing, time.Now })
	s.relayers = append(s.relayers, r)
	s.deposit(r, rounds)
	owner := randomKey(t).Address()
	server, err := hub.New(hub.Config{
		Info:    hub.Info{Identity: r.key.Address(), ChainID: s.network.ChainID, Contracts: s.network.Contracts},
		Relayer: busyRelayer{r.Service, s}, Limits: hub.Limits{ReadsPerSecond: 1e6, WritesPerSecond: 1e6},
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	broker, err := nats.StartBroker(t.Context(), nats.BrokerConfig{
		ChainID: s.network.ChainID, Hub: owner, Listen: "127.0.0.1:0",
		Registered: func(context.Context, identity.Address) (bool, error) { return true, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	cleanup(t, broker.Close)
	network := *s.network
	network.RPC, network.Hubs = []string{s.URL()}, []chain.Hub{{Identity: owner, URL: web.URL, Broker: broker.URL()}}
	s.config = victimConfig{Network: &network, Broker: broker.Contact()}
	s.config.Target, s.config.Page = pageOf(t, killedPage)
	ctx, cancel := context.WithCancel(t.Context())
	sealed := make(chan struct{})
	go func() { defer close(sealed); s.seal(ctx, r) }()
	t.Cleanup(func() {
		for _, h := range s.houses {
			h.kill()
		}
		cancel()
		<-sealed
	})
	return s
}

// deposit makes consumers.
func (s *siege) deposit(r *relayer, consumers int) {
	s.t.Helper()
	all, coin, at := money.Amount(consumers)*killedDeposit, contracts.NewTestCoin(), s.network.Contracts
	txs := []chain.Tx{
		{Key: "mint", To: at.Coin, Data: coin.PackMint(common.Address(r.key.Address()), all.Wei())},
		{Key: "approve", To: at.Coin, Data: coin.PackApprove(common.Address(at.Payments), all.Wei())},
	}
	for range consumers {
		who := randomKey(s.t)
		s.consumers = append(s.consumers, who)
		data := contracts.NewPayments().PackDeposit(common.Address(who.Address()), uint64(killedDeposit))
		txs = append(txs, chain.Tx{Key: who.Address().String(), To: at.Payments, Data: data})
	}
	for _, tx := range txs {
		if _, err := r.outbox.Submit(s.t.Context(), tx); err != nil {
			s.t.Fatal(err)
		}
		s.block(s.t, r)
	}
}

// seal makes blocks while there is something to confirm. Without, the chain's clock would run away from the real one.
func (s *siege) seal(ctx context.Context, r *relayer) {
	ticker := time.NewTicker(blockEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		s.mu.Lock()
		due := s.blocks > confirmBlocks || s.blocks > 0 && !s.held
		s.mu.Unlock()
		if !due {
			continue
		}
		if err := r.outbox.Work(ctx); err != nil && ctx.Err() == nil {
			s.t.Errorf("outbox: %v", err)
		}
		s.Commit()
		_ = r.outbox.Work(ctx) // the next one tells
		s.mu.Lock()
		s.blocks--
		s.mu.Unlock()
	}
}

func (s *siege) hold(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
}

// start starts a process on its database and waits until its node has.
func (s *siege) start(config victimConfig) report {
	s.t.Helper()
	h := &house{Process: killtest.Start(s.t, config), config: config, reports: make(chan report), died: make(chan struct{})}
	s.houses[config.Role] = h
	go func() {
		defer close(h.died)
		for answers := json.NewDecoder(h.Out); ; {
			var a report
			if answers.Decode(&a) != nil {
				break
			}
			h.reports <- a
		}
		_ = h.Cmd.Wait() // it was killed
	}()
	hello, alive := s.ask(config.Role, order{Do: doHello})
	if !alive {
		s.fatalf("the %s does not start", config.Role)
	}
	return hello
}

// kill ends it as a crash would, and drops what it still says.
func (h *house) kill() {
	_ = h.Cmd.Process.Kill() // it may have done it itself
	for {
		select {
		case <-h.reports:
		case <-h.died:
			return
		}
	}
}

func (h *house) dead() bool {
	select {
	case <-h.died:
		return true
	default:
		return false
	}
}

func secret(k *identity.Key) []byte { return crypto.FromECDSA(k.ECDSA()) }

// fatalf ends the test, and tells what the processes logged.
func (s *siege) fatalf(format string, args ...any) {
	s.t.Helper()
	for role, h := range s.houses {
		h.kill()
		s.t.Logf("the %s said: %s", role, &h.Log)
	}
	s.t.Fatalf(format, args...)
}

func (h *house) tell(o order) { _ = json.NewEncoder(h.In).Encode(o) } // it may be dead

// ask has an order carried out, unless its process dies.
func (s *siege) ask(role Role, o order) (a report, alive bool) {
	s.t.Helper()
	h := s.houses[role]
	h.tell(o)
	select {
	case a = <-h.reports:
		return a, true
	case <-h.died:
		if how := h.Cmd.ProcessState.String(); how != "signal: killed" {
			s.fatalf("the %s ended: %s", role, how)
		}
		return a, false
	case <-time.After(killedPatience):
		s.fatalf("the %s does not answer", role)
	}
	return a, false
}

// assault has a consumer use a session until the fuse kills. What is left alive then is told, or killed too.
func (s *siege) assault(at killedAt, both bool, offer offering) {
	s.t.Helper()
	victim, consumer := s.houses[at.role], s.houses[RoleConsumer]
	consumer.tell(order{Do: doUse, Offer: offer})
	late, answered := time.After(killedPatience), false
	for dead := false; !dead; {
		select {
		case <-victim.died:
			dead = true
		case a := <-consumer.reports: // the provider is to die later
			if answered = true; a.Error != "" {
				s.t.Errorf("the session failed: %s", a.Error)
			}
		case <-late:
			s.fatalf("nobody came to that step")
		}
	}
	if how := victim.Cmd.ProcessState.String(); how != "signal: killed" {
		s.fatalf("the %s ended: %s", at.role, how)
	}
	other := RoleConsumer
	if at.role == RoleConsumer {
		other = RoleProvider
	}
	if both {
		s.houses[other].kill()
	} else if other == RoleConsumer && !answered {
		consumer.tell(order{Do: doInterrupt}) // who waits gives up
		select {
		case <-consumer.reports:
		case <-late:
			s.fatalf("the consumer goes on")
		}
	}
}
