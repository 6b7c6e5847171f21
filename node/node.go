// Package node is the heart of the program: it sells and buys sessions.
//
// A [Node] exists as soon as it is made, and answers [Node.Status]; what needs the identity's key waits
// for [Node.Attach]. As a provider it accepts dialogues, decides on requests, sees the
// lock confirmed, opens tunnels and collects promises; as a consumer it finds a proposal, negotiates,
// locks, connects and pays. It owns no protocol: messages are package session's and payments', bytes are
// the tunnel drivers', and everything on chain goes through a relayer. What it needs of each is an
// interface in this file; package app composes the real ones.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/allowance"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/payments/handover"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// Chain is what the node reads of the payments contract and the coin.
type Chain interface {
	Balance(ctx context.Context, who identity.Address) (money.Amount, error)
	// Channel returns a payment channel as it was confirmations blocks ago.
	Channel(ctx context.Context, consumer identity.Address, id uint8, confirmations uint64) (chain.Channel, error)
	Earnings(ctx context.Context, who identity.Address) (chain.Earnings, error)
	FeeRate(ctx context.Context) (uint16, error)
	CoinBalance(ctx context.Context, who identity.Address) (money.Amount, error)
	PermitNonce(ctx context.Context, who identity.Address) (uint64, error)
	// WithdrawNonce is the same of withdrawals of deposit.
	WithdrawNonce(ctx context.Context, who identity.Address) (uint64, error)
	UnlockDelay(ctx context.Context) (time.Duration, error)
	// Effects returns what a mined transaction did.
	Effects(ctx context.Context, transaction [32]byte) (chain.Effects, error)
	// Holdings returns what the contract kept for an identity after the block with a hash.
	Holdings(ctx context.Context, who identity.Address, block [32]byte) (chain.Holdings, error)
}

// Gas estimates what a call would use, and says what a unit of it costs now, in wei.
type Gas interface {
	Gas(ctx context.Context, from, to identity.Address, data []byte) (uint64, error)
	GasPrice(ctx context.Context) (*big.Int, error)
}

// Journal is the identity's append-only ledger, which lags some blocks behind the chain.
type Journal interface {
	Entries(ctx context.Context, f journal.Filter) ([]journal.Entry, error)
	Totals(ctx context.Context) (journal.Totals, error)
	Earnings(ctx context.Context) ([]journal.Earnings, error)
	// Booked says whether a transaction is in the ledger, and so confirmed, and up to which block the ledger is complete.
	Booked(ctx context.Context, transaction [32]byte) (booked bool, block uint64, err error)
}

var _ Journal = (*journal.Journal)(nil)

// Relayer is the relayers that the node can reach, as the hubs' client is.
type Relayer interface {
	relay.Relayer
	// Avoid has the relayer that issued a ticket asked last, because what the ticket stands for did not happen.
	Avoid(ticket string)
}

// Registry tells whether an identity is registered.
type Registry interface {
	Registered(ctx context.Context, who identity.Address) (bool, error)
}

// Finder finds verified proposals, and what is needed to open a dialogue with the author of one.
type Finder interface {
	Find(ctx context.Context, f market.Filter) ([]market.Signed, error)
	// KeyBody returns the author's verified messaging key that the proposal names.
	KeyBody(ctx context.Context, s market.Signed) ([]byte, error)
}

// Announcer keeps one service's proposal known to the network.
type Announcer interface {
	// Current returns the proposal with this hash if it stands, or stood within the last ten minutes.
	Current(hash [32]byte) (market.Proposal, bool)
	// Problem says why the proposal is not announced; empty when it is.
	Problem() string
	// Withdraw tells the network that the service has ended.
	Withdraw(ctx context.Context) error
}

// Service is one service that the node provides.
type Service struct {
	Server    tunnel.Server
	Announcer Announcer
	// Proposal is what the announcer announces: for showing it.
	Proposal market.Proposal
}

// Self is what the node can do once its identity is unlocked.
type Self struct {
	Signer    identity.Signer
	PublicKey identity.PublicKey
	Endpoint  *messaging.Endpoint
	Ledger    *payments.Ledger
	Clearer   *payments.Clearer
	Journal   Journal
	// Handover gives what is promised to watchers; nil does not.
	Handover *handover.Handover
	// Services are empty for a consumer.
	Services []Service
	// Retry, when not nil, is called when the identity has registered or deposited: brokers and hubs that
	// refused it may take it now.
	Retry func()
}

func (s *Self) address() identity.Address { return s.Signer.Address() }

func (s *Self) retry() {
	if s.Retry != nil {
		s.Retry()
	}
}

// Config is what a node needs.
type Config struct {
	Version string
	Network *chain.Network
	Chain   Chain
	Gas     Gas
	// Fresh fails while the chain's newest header is over three minutes old; then no service is granted.
	// Nil takes the chain for fresh.
	Fresh func(context.Context) error
	// Head returns the chain's newest block.
	Head     func(context.Context) (chain.Head, error)
	Registry Registry
	Relayer  Relayer
	Finder   Finder
	// Clients makes the consumer's end of each tunnel driver, by service type.
	Clients map[string]func() (tunnel.Client, error)
	// Paths is what carries each service's packets, for showing it.
	Paths []Path
	// Backends tells the health of what the node depends on; nil is none.
	Backends func() []Backend
	// Confirmations that a lock needs before service; zero is 2.
	Confirmations uint64
	// Lock is what a consumer reserves for a provider; zero is one coin.
	Lock money.Amount
	// MinLock is the least that a provider lets a new lock add. LockCost, when not nil, is what gas it costs to lock and to
	// clear, in coins, tried from an address that has no code; a lock must add twenty times that.
	MinLock  money.Amount
	LockCost func(ctx context.Context, from identity.Address) (money.Amount, error)
	// RelayFee is the most that a relayer may ask for one call; zero is a tenth of a coin.
	RelayFee money.Amount
	// Patience is how long nothing may be seen of an operation on chain; zero is ten minutes.
	Patience time.Duration
	// ReleasePatience is for how long a provider that clears first is asked again for a release; zero is two minutes.
	ReleasePatience time.Duration
	// MaxSessions bounds the sessions provided at once; zero is 250.
	MaxSessions int
	// Deny lists consumers that are not served.
	Deny []identity.Address
	// Session holds the negotiation's deadlines.
	Session session.Config
	Clock   func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil discards
}

// Node is a running node.
type Node struct {
	cfg     Config
	log     *slog.Logger
	started time.Time

	ctx    context.Context // of all sessions; ended by Close
	cancel context.CancelFunc
	group  sync.WaitGroup

	attached chan struct{} // closed by Attach
	planning chan struct{} // held from choosing a payment channel until it is taken
	nonced   chan struct{} // held while something is on its way whose signature names the identity's next nonce
	quotes   quotes
	askers   *allowance.Table[identity.Address] // how often each consumer may ask for a release
	noCost   atomic.Bool                        // the last look at what a lock costs failed

	mu       sync.Mutex
	self     *Self
	live     map[session.ID]*live
	draining bool
	admitted int // requests that were accepted and are no sessions in live yet
}

// New makes a node that has no identity yet. It lives until Close; ctx carries values only.
func New(ctx context.Context, cfg Config) *Node {
	if cfg.Confirmations == 0 {
		cfg.Confirmations = 2
	}
	if cfg.RelayFee == 0 {
		cfg.RelayFee = money.UnitsPerCoin / 10
	}
	if cfg.Lock == 0 {
		cfg.Lock = money.UnitsPerCoin
	}
	if cfg.MaxSessions == 0 {
		cfg.MaxSessions = 250
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Fresh == nil {
		cfg.Fresh = func(context.Context) error { return nil }
	}
	if cfg.Backends == nil {
		cfg.Backends = func() []Backend { return nil }
	}
	n := &Node{
		cfg: cfg, log: cfg.Logger, started: cfg.Clock(),
		live: map[session.ID]*live{}, attached: make(chan struct{}), planning: make(chan struct{}, 1),
		nonced: make(chan struct{}, 1), askers: allowance.New[identity.Address](float64(releasesASecond), releasesAtOnce, 10_000, cfg.Clock),
	}
	n.ctx, n.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return n
}

// Attach gives the node its identity and starts to provide its services.
func (n *Node) Attach(self Self) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.draining || n.self != nil {
		return
	}
	n.self = &self
	close(n.attached)
	if len(self.Services) > 0 {
		n.group.Go(func() { n.provide(&self) })
	}
}

// identity waits for the attached identity, which takes a second after a start. Errors:
// ErrNoIdentity when ctx ends first, ErrShuttingDown.
func (n *Node) identity(ctx context.Context) (*Self, error) {
	select {
	case <-n.attached:
	case <-n.ctx.Done():
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: it is still being unlocked: %w", ErrNoIdentity, ctx.Err())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.draining {
		return nil, ErrShuttingDown
	}
	return n.self, nil
}

// wallet lets a relayer ask at most so much a call, and never more than the node's own limit.
func (n *Node) wallet(self *Self, most money.Amount) *wallet {
	return &wallet{
		self: *self, chain: n.cfg.Chain, relayer: n.cfg.Relayer, network: n.cfg.Network, clock: n.cfg.Clock,
		most: min(most, n.cfg.RelayFee), patience: n.cfg.Patience, quotes: &n.quotes, head: n.cfg.Head,
	}
}

// Status reports on the node and what it depends on.
func (n *Node) Status(ctx context.Context) (Status, error) {
	s := Status{
		Version: n.cfg.Version, Network: n.cfg.Network.Name, ChainID: n.cfg.Network.ChainID,
		Started: n.started, Backends: n.cfg.Backends(), Paths: n.cfg.Paths, Sessions: n.open(),
	}
	n.mu.Lock()
	self := n.self
	n.mu.Unlock()
	if self == nil {
		s.Backends = append(s.Backends, Backend{Name: "identity", Detail: "being unlocked"})
		return s, nil
	}
	s.Identity, s.Spending = self.address(), self.Ledger.Spending()
	var err error
	if s.Registered, err = n.cfg.Registry.Registered(ctx, s.Identity); err != nil {
		return s, fmt.Errorf("status: %w", err)
	}
	for _, service := range self.Services {
		p, problem := service.Proposal, service.Announcer.Problem()
		s.Providing = append(s.Providing, ServiceStatus{
			ServiceType: p.ServiceType, Country: p.Country, Price: p.Price, SetupCharge: p.SetupCharge,
			Announced: problem == "", Problem: problem,
		})
	}
	return s, nil
}

// Proposals finds proposals, cheapest first.
func (n *Node) Proposals(ctx context.Context, f market.Filter) ([]market.Signed, error) {
	found, err := n.cfg.Finder.Find(ctx, f)
	if err != nil {
		if errors.Is(err, discovery.ErrUnavailable) {
			err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		return nil, fmt.Errorf("find proposals: %w", err)
	}
	slices.SortFunc(found, market.Cheapest(f.MeteringUnit))
	return found, nil
}

// Register puts the node's identity into the registry, unless it is there, and waits until the node's
// own copy of the chain shows it.
func (n *Node) Register(ctx context.Context, most money.Amount, progress func(Progress)) (Payment, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Payment{}, err
	}
	registered, err := n.cfg.Registry.Registered(ctx, self.address())
	if err != nil {
		return Payment{}, fmt.Errorf("register: %w", err)
	}
	if registered {
		return Payment{Operation: "register"}, nil
	}
	paid, err := n.wallet(self, most).register(ctx, n.cfg.Registry, progress)
	if err != nil {
		return paid, err
	}
	return paid, n.awaitRegistered(ctx, self, progress)
}

// awaitRegistered waits until the node's own copy of the chain shows a registration that is mined.
func (n *Node) awaitRegistered(ctx context.Context, self *Self, progress func(Progress)) error {
	progress(Progress{Step: "register", Detail: "waiting until this node has seen the block"})
	waiting, cancel := limited(ctx, n.cfg.Patience)
	defer cancel()
	for {
		registered, err := n.cfg.Registry.Registered(ctx, self.address())
		if err != nil {
			return fmt.Errorf("register: %w", err)
		}
		if registered {
			self.retry()
			return nil
		}
		if err := sleep(waiting, relayPoll); err != nil {
			if errors.Is(context.Cause(waiting), errPatience) {
				err = ErrNoOutcome
			}
			return fmt.Errorf("register: the relayer says that it is done, but this node has not seen it: %w", err)
		}
	}
}

// errDrainTimeout says that Drain gave up on sessions that did not end in time.
var errDrainTimeout = errors.New("sessions did not end in time")

// Drain stops taking sessions, tells every peer, takes the last promises, clears what is owed to the
// node as far as the policy would at the end of a session, and returns when that is done or ctx ends. What is not
// cleared is in the ledger and is looked at after the next start.
func (n *Node) Drain(ctx context.Context) error {
	n.mu.Lock()
	n.draining = true
	self := n.self
	var open []*live
	for _, l := range n.live {
		open = append(open, l)
	}
	n.mu.Unlock()
	for _, l := range open {
		l.end(session.ShuttingDown)
	}
	if self != nil {
		for _, service := range self.Services {
			if err := service.Announcer.Withdraw(ctx); err != nil {
				n.log.Warn("could not withdraw the proposal; it expires by itself", "error", err)
			}
		}
	}
	for _, l := range open {
		select {
		case <-l.done:
		case <-ctx.Done():
			return fmt.Errorf("drain: %w", errDrainTimeout)
		}
	}
	if self == nil {
		return nil
	}
	if _, err := self.Clearer.ClearByPolicy(ctx); err != nil && !errors.Is(err, payments.ErrNothingToClear) {
		n.log.Warn("what was promised is not cleared yet; it is safe, and cleared after the next start", "error", err)
	}
	return nil
}

// Close ends what Drain has left and waits. A second Close is harmless.
func (n *Node) Close() error {
	n.mu.Lock()
	n.draining = true
	n.mu.Unlock()
	n.cancel()
	n.group.Wait()
	return nil
}
