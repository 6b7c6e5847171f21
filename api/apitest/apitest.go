// Package apitest has a node without a network, for tests of the local API and of what speaks to it.
//
// A [Node] keeps books like a real one: what is deposited leaves the wallet, a lock needs a deposit, a session
// needs a registered identity. It only has no chain, no hub and no traffic. Proposals are really signed.
package apitest

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/record"
)

var _ api.Node = (*Node)(nil)

// traffic and spent are what every session of the fake has carried and promised when it ends.
const (
	traffic = 64 << 20 // bytes received
	spent   = 3125     // units: 64 MiB at 0.05 coins per GiB
	fee     = 100      // network fee, per myriad
)

// Node is a node without a network. Set fields before it is served.
type Node struct {
	// Locked makes a node whose identity is not unlocked.
	Locked bool
	// Down makes a node that reaches no chain.
	Down bool
	// Refusal, when not empty, is why providers refuse every session.
	Refusal string
	// Releases says that providers release the payment channels that they hold.
	Releases bool
	// RelayFee is what the relayer asks when it gets something to do; a quote tells of it only before a registration.
	RelayFee money.Amount
	// Spending is what the status tells of it.
	Spending payments.Spending
	// Hold, when not nil, keeps Connect and Register waiting in the middle until it is closed or the
	// caller goes.
	Hold chan struct{}
	// Cancelled, when not nil, gets one value when the caller of what is held has gone.
	Cancelled chan struct{}
	Domain    identity.Domain
	Now       func() time.Time // nil is time.Now

	mu         sync.Mutex
	key        *identity.Key
	registered bool
	coin       money.Amount
	deposit    money.Amount
	uncleared  money.Amount
	earnings   money.Amount
	offers     []market.Signed
	sessions   []node.Session
	spendCap   money.Amount              // the newest session's
	locked     map[identity.Address]bool // providers that hold a lock
	block      uint64
	rows       []node.LedgerEntry
	unlockAt   map[uint8]time.Time
	free       map[uint8]money.Amount // what channels hold that are free
	pays       identity.Address       // who receives the earnings
}

// New makes a node that owns coins and is not registered. Its key is the secret scalar 1.
func New(coins money.Amount) *Node {
	return &Node{key: Key(1), coin: coins, Domain: identity.Domain{ChainID: 1337, Registry: Key(9).Address()}}
}

// Key returns the key with a small secret scalar.
func Key(scalar byte) *identity.Key {
	secret := make([]byte, 32)
	secret[31] = scalar
	key, err := identity.KeyFromBytes(secret)
	if err != nil {
		panic(err) // every small scalar but zero is a key
	}
	return key
}

// Offer adds a proposal of the provider with this key.
func (n *Node) Offer(provider *identity.Key, country string, price money.Price, bandwidth uint64) error {
	signed, err := market.Sign(provider, n.Domain, market.Proposal{
		ServiceType: "wireguard", Country: country, Price: price, Bandwidth: bandwidth, KeyRecord: [32]byte{1},
		Contacts: []market.Contact{{Type: market.ContactNATS, Address: "nats://" + Key(8).Address().String() + "@127.0.0.1:4222"}},
	}, record.NewStamp(0, n.now(), time.Hour))
	if err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.offers = append(n.offers, signed)
	}
	return err
}

// Ask makes the relayer ask a fee from now on.
func (n *Node) Ask(amount money.Amount) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.RelayFee = amount
}

// Cap returns the spending cap of the newest session.
func (n *Node) Cap() money.Amount {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.spendCap
}

// Earn adds what a consumer has promised to this node.
func (n *Node) Earn(amount money.Amount) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.uncleared += amount
}

func (n *Node) now() time.Time {
	if n.Now == nil {
		return time.Now()
	}
	return n.Now()
}

// enter locks the node and says why it cannot act.
func (n *Node) enter() error {
	n.mu.Lock()
	switch {
	case n.Locked:
		return node.ErrNoIdentity
	case n.Down:
		return fmt.Errorf("chain: no endpoint answers: %w", node.ErrUnavailable)
	}
	return nil
}

// Status implements api.Node.
func (n *Node) Status(context.Context) (node.Status, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := node.Status{
		Version: "test", Network: "fake", ChainID: n.Domain.ChainID, Started: n.now().Add(-time.Minute), Registered: n.registered,
		Backends: []node.Backend{{Name: "chain", Address: "http://127.0.0.1:8545", Healthy: !n.Down, Detail: "block 12, 2 s old"}},
		Paths:    []node.Path{{ServiceType: "wireguard", Detail: "no rights"}, {ServiceType: "openvpn", TUN: true}},
	}
	if n.Down {
		s.Backends[0].Detail = "connection refused; tried again every 5 s"
	}
	if !n.Locked {
		s.Identity, s.Spending = n.key.Address(), n.Spending
	}
	for _, session := range n.sessions {
		if session.Ended.IsZero() {
			s.Sessions = append(s.Sessions, session)
		}
	}
	return s, nil
}

// Proposals implements api.Node.
func (n *Node) Proposals(_ context.Context, filter market.Filter) ([]market.Signed, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.matching(filter), nil
}

func (n *Node) matching(filter market.Filter) (found []market.Signed) {
	for _, offer := range n.offers {
		if filter.Match(offer.Proposal) {
			found = append(found, offer)
		}
	}
	slices.SortFunc(found, market.Cheapest(filter.MeteringUnit))
	return found
}

// Connect implements api.Node.
func (n *Node) Connect(ctx context.Context, req node.ConnectRequest, progress func(node.Progress)) (node.Session, error) {
	err := n.enter()
	defer n.mu.Unlock()
	found := n.matching(req.Filter)
	lock := cmp.Or(req.Lock, money.UnitsPerCoin)
	if len(found) > 0 && n.locked[found[0].Proposal.Provider] {
		lock = 0 // what is there will do
	}
	switch {
	case err != nil:
		return node.Session{}, err
	case !n.registered:
		return node.Session{}, node.ErrNotRegistered
	case len(found) == 0:
		return node.Session{}, node.ErrNoProposal
	case n.Refusal != "":
		return node.Session{}, fmt.Errorf("%w: %s", node.ErrRefused, n.Refusal)
	case lock > n.deposit:
		return node.Session{}, fmt.Errorf("%w: a lock of %s coins, a deposit of %s", node.ErrFunds, lock, n.deposit)
	}
	p := found[0].Proposal
	if req.Agreed != nil && lock > 0 && (lock > req.Agreed.Lock || n.RelayFee > req.Agreed.Fee) {
		return node.Session{}, &node.AgreementError{Quote: node.Quote{
			Operation: node.OpConnect, Amount: lock, RelayFee: n.RelayFee, Transactions: 1, Gas: 50_000, GasPrice: big.NewInt(2e9),
			Relayer: Key(8).Address(), Provider: p.Provider, Offer: &found[0],
		}}
	}
	progress(node.Progress{Step: "find", Detail: fmt.Sprintf("%d match; %s is the cheapest", len(found), p.Provider)})
	if err := n.hold(ctx); err != nil {
		return node.Session{}, err
	}
	if lock > 0 {
		progress(node.Progress{Step: "lock", Detail: lock.String() + " coins"})
	}
	n.deposit -= lock
	if n.locked == nil {
		n.locked = map[identity.Address]bool{}
	}
	n.locked[p.Provider] = true
	proxy := req.ProxyAddr
	if proxy == "" {
		proxy = "127.0.0.1:1080"
	}
	s := node.Session{
		ID: fmt.Sprintf("%032x", 0xa0+len(n.sessions)), Role: node.RoleConsumer, Peer: p.Provider, ServiceType: p.ServiceType,
		Country: p.Country, Price: p.Price, State: "active", Started: n.now(), Window: 8 << 20, ProxyAddr: proxy, Epoch: 1,
	}
	n.sessions, n.spendCap = append(n.sessions, s), req.Cap
	n.book(journal.Lock, "consumer", lock, p.Provider)
	return s, nil
}

// hold waits, with the node unlocked, as long as the test wants.
func (n *Node) hold(ctx context.Context) error {
	if n.Hold == nil {
		return nil
	}
	n.mu.Unlock()
	defer n.mu.Lock()
	select {
	case <-n.Hold:
		return nil
	case <-ctx.Done():
		if n.Cancelled != nil {
			n.Cancelled <- struct{}{}
		}
		return ctx.Err()
	}
}

// Disconnect implements api.Node.
func (n *Node) Disconnect(_ context.Context, id string, progress func(node.Progress)) (node.Session, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err != nil {
		return node.Session{}, err
	}
	i := slices.IndexFunc(n.sessions, func(s node.Session) bool { return s.ID == id && s.Ended.IsZero() })
	if i < 0 {
		return node.Session{}, node.ErrNotFound
	}
	progress(node.Progress{Step: "settle", Detail: "last promise sent"})
	s := &n.sessions[i]
	s.State, s.Reason, s.Ended = "ended", "closed by the user", n.now()
	s.Received, s.Promises, s.Promised, s.Due = traffic, 16, spent, spent
	return *s, nil
}

// Sessions implements api.Node.
func (n *Node) Sessions(context.Context) ([]node.Session, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sessions), nil
}

// Balance implements api.Node.
func (n *Node) Balance(context.Context) (node.Balance, error) {
	err := n.enter()
	defer n.mu.Unlock()
	return node.Balance{
		Identity: n.key.Address(), Coin: n.coin, Deposit: n.deposit, Earnings: n.earnings, Uncleared: n.uncleared,
		Beneficiary: n.pays, FeePerMyriad: fee, Ledger: n.check(),
	}, err
}

// Register implements api.Node.
func (n *Node) Register(ctx context.Context, most money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err == nil && !n.registered {
		err = n.agreed(most)
	}
	if err != nil {
		return node.Payment{}, err
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed registration", Sent: true, Transaction: fmt.Sprintf("0x%064x", n.block+1)})
	if err := n.hold(ctx); err != nil {
		return node.Payment{}, err
	}
	n.registered = true
	return n.mined("register", 0, 0), nil
}

// Deposit implements api.Node.
func (n *Node) Deposit(_ context.Context, amount, most money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err == nil {
		err = n.agreed(most)
	}
	if err != nil {
		return node.Payment{}, err
	}
	if amount > n.coin {
		return node.Payment{}, fmt.Errorf("%w: a deposit of %s coins, a wallet of %s", node.ErrFunds, amount, n.coin)
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed permit"})
	n.coin, n.deposit = n.coin-amount, n.deposit+amount
	n.book(journal.Deposit, "consumer", amount, n.key.Address())
	return n.mined("deposit", amount, 0), nil
}

// Withdraw implements api.Node.
func (n *Node) Withdraw(_ context.Context, _ money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err != nil {
		return node.Payment{}, err
	}
	if n.earnings == 0 {
		return node.Payment{}, fmt.Errorf("%w: there are no earnings to withdraw", node.ErrFunds)
	}
	progress(node.Progress{Step: "relay"})
	charged := n.earnings * fee / 10_000
	paid := n.earnings - charged
	n.coin, n.earnings = n.coin+paid, 0
	n.book(journal.Withdrawal, "provider", paid, n.key.Address())
	n.book(journal.Fee, "provider", charged, identity.Address{})
	done := n.mined("withdraw", paid, charged)
	done.To = n.key.Address()
	return done, nil
}

// Clear implements api.Node.
func (n *Node) Clear(_ context.Context, _ money.Amount, progress func(node.Progress)) ([]node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err != nil || n.uncleared == 0 {
		return nil, err
	}
	progress(node.Progress{Step: "relay", Detail: "1 promise"})
	cleared := n.uncleared
	n.earnings, n.uncleared = n.earnings+cleared, 0
	n.book(journal.Clearing, "provider", cleared, Key(2).Address())
	return []node.Payment{n.mined("clear", cleared, 0)}, nil
}

func (n *Node) mined(operation string, amount, charged money.Amount) node.Payment {
	n.block++
	return node.Payment{
		Operation: operation, Transaction: fmt.Sprintf("0x%064x", n.block), Block: n.block, Amount: amount, Fee: charged,
	}
}
