package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	hubclient "github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/nats"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/wireguard"
)

// A victim is a process of its own, this test binary started again, with a node over a real database, that buys or
// sells. Broker, relayer and chain are the test's, and so outlive it. It does what it is told on its standard input, see
// order, and kills itself at the step that its fuse names.

// victimConfig makes the test binary a victim.
type victimConfig struct {
	Role    Role
	DB      string
	Key     []byte // secret
	Network *chain.Network
	Broker  nats.Contact
	Page    netip.AddrPort // what the provider lets through
	Target  string         // what the consumer fetches, URL
	Fuse    string         // first part of the name of the step to die at; empty is never
}

// offering is a provider's proposal, as it passes between processes.
type offering struct{ Record, Key []byte }

// What a victim is told to do.
const (
	doHello     = "hello"     // nothing but to answer
	doUse       = "use"       // connect, fetch the page, disconnect
	doInterrupt = "interrupt" // withdraw the request for a session, without an answer
	doClear     = "clear"     // clear everything
)

type order struct {
	Do    string
	Offer offering // to use
}

// report is what a victim says once an order is carried out: with the state of its books.
type report struct {
	Do       string
	Error    string
	Offer    offering // the provider's own
	Promises []intent.SignedPromise
	Sessions []payments.Session
}

type victim struct {
	victimConfig
	*Node
	self    Self
	client  *chain.Client
	offered offering

	mu      sync.Mutex
	found   []market.Signed // a consumer's only provider
	key     []byte
	writing sync.Mutex
}

// step dies if it is the one to die at.
func (v *victim) step(name string) {
	if v.Fuse != "" && strings.HasPrefix(name, v.Fuse) {
		killtest.Perish()
	}
}

// steppedSigner, steppedChain, steppedRelayer and steppedLog are the steps of a session.
type steppedSigner struct {
	identity.Signer
	v *victim
}

func (s steppedSigner) Sign(digest [32]byte) (identity.Signature, error) {
	s.v.step("signing")
	sig, err := s.Signer.Sign(digest)
	s.v.step("signed")
	return sig, err
}

type steppedChain struct {
	*chain.Payments
	v *victim
}

// Balance is what a provider looks at before it accepts a request.
func (c steppedChain) Balance(ctx context.Context, who identity.Address) (money.Amount, error) {
	c.v.step("looking at a deposit")
	return c.Payments.Balance(ctx, who)
}

// Channel is read one block deep only where a lock is waited for, and only once it is in a block.
func (c steppedChain) Channel(ctx context.Context, who identity.Address, id uint8, confirmations uint64) (chain.Channel, error) {
	if confirmations == 1 {
		c.v.step("lock confirming")
	}
	return c.Payments.Channel(ctx, who, id, confirmations)
}

type steppedRelayer struct {
	*hubclient.Client
	v     *victim
	kinds sync.Map // of tickets
}

func (r *steppedRelayer) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	var kind relay.Kind
	ticket, err := r.Client.Order(ctx, func(q *relay.Quote) (relay.Intent, error) {
		in, err := complete(q)
		if kind = in.Kind; err != nil {
			return in, err
		}
		r.v.step(fmt.Sprintf("%s to be handed over", kind))
		return in, err
	})
	if err == nil {
		r.v.step(fmt.Sprintf("%s handed over", kind))
		r.kinds.Store(ticket.ID, kind)
	}
	return ticket, err
}

func (r *steppedRelayer) Status(ctx context.Context, id string) (relay.Ticket, error) {
	ticket, err := r.Client.Status(ctx, id)
	if kind, known := r.kinds.Load(id); known && ticket.State == relay.StateMined {
		r.v.step(fmt.Sprintf("%s mined", kind))
	}
	return ticket, err
}

type steppedLog struct {
	slog.Handler
	v *victim
}

func (l steppedLog) Handle(ctx context.Context, r slog.Record) error {
	l.v.step(r.Message)
	return l.Handler.Handle(ctx, r)
}

func (l steppedLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return steppedLog{l.Handler.WithAttrs(attrs), l.v}
}

// Find and KeyBody know the one provider that an order named.
func (v *victim) Find(context.Context, market.Filter) ([]market.Signed, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.found, nil
}

func (v *victim) KeyBody(context.Context, market.Signed) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.key, nil
}

// Registered takes everybody for registered, as the test's broker does.
func (v *victim) Registered(context.Context, identity.Address) (bool, error) { return true, nil }

func (v *victim) domain() identity.Domain {
	return identity.Domain{ChainID: v.Network.ChainID, Registry: v.Network.Contracts.Registry}
}

// beVictim is main for a victim. It ends when its input does, without tidying up.
func beVictim(config string) error {
	v := &victim{}
	if err := json.Unmarshal([]byte(config), &v.victimConfig); err != nil {
		return err
	}
	ctx := context.Background()
	if err := v.open(ctx); err != nil {
		return err
	}
	var mu sync.Mutex
	interrupt := func() {}
	for orders := json.NewDecoder(os.Stdin); ; {
		var o order
		switch err := orders.Decode(&o); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if o.Do == doInterrupt {
			mu.Lock()
			interrupt()
			mu.Unlock()
			continue
		}
		doing, cancel := context.WithCancel(ctx)
		mu.Lock()
		interrupt = cancel
		mu.Unlock()
		go func() {
			defer cancel()
			v.answer(ctx, o, v.do(doing, o))
		}()
	}
}

// answer tells how an order was carried out, and what is in the books.
func (v *victim) answer(ctx context.Context, o order, done error) {
	a := report{Do: o.Do, Offer: v.offered}
	read := v.self.Ledger.PromisedBy
	if v.Role == RoleProvider {
		read = v.self.Ledger.PromisedTo
	}
	var errs [2]error
	a.Promises, errs[0] = read(ctx)
	a.Sessions, errs[1] = v.self.Ledger.Sessions(ctx, 0)
	if err := errors.Join(done, errs[0], errs[1]); err != nil {
		a.Error = err.Error()
	}
	v.writing.Lock()
	defer v.writing.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		killtest.Perish() // nobody is there any more
	}
}

func (v *victim) do(ctx context.Context, o order) error {
	switch o.Do {
	case doUse:
		return v.use(ctx, o.Offer)
	case doClear:
		_, err := v.Clear(ctx, AnyFee, quiet)
		return err
	}
	return nil
}

// use is a session from the request to its end.
func (v *victim) use(ctx context.Context, from offering) error {
	offer, err := market.Parse(from.Record, nil, v.domain(), time.Now())
	if err != nil {
		return err
	}
	v.mu.Lock()
	v.found, v.key = []market.Signed{offer}, from.Key
	v.mu.Unlock()
	s, err := v.Connect(ctx, ConnectRequest{}, func(p Progress) { v.step(p.Step + ": " + p.Detail) })
	if err != nil {
		return err
	}
	got, err := fetch(ctx, s, v.Target)
	if err == nil && got != killedPage {
		err = fmt.Errorf("fetched %d bytes", got)
	}
	ended, failed := v.Disconnect(ctx, s.ID, quiet)
	if failed == nil && err == nil && ended.Reason != "finished" {
		failed = fmt.Errorf("ended as %q", ended.Reason)
	}
	return errors.Join(err, failed)
}

// open starts the node on what its database holds.
func (v *victim) open(ctx context.Context) error {
	key, err := identity.KeyFromBytes(v.Key)
	if err != nil {
		return err
	}
	logger := slog.New(steppedLog{slog.NewTextHandler(os.Stderr, nil), v})
	db, err := store.Open(ctx, v.DB)
	if err != nil {
		return err
	}
	if v.client, err = chain.NewClient(chain.ClientConfig{URLs: v.Network.RPC, ChainID: v.Network.ChainID}); err != nil {
		return err
	}
	relayer, err := hubclient.New(hubclient.Config{
		Hubs: []string{v.Network.Hubs[0].URL}, ChainID: v.Network.ChainID, Payments: v.Network.Contracts.Payments, Logger: logger,
	})
	if err != nil {
		return err
	}
	reader := steppedChain{chain.NewPayments(v.client, v.Network.Contracts), v}
	v.self = Self{Signer: key, PublicKey: key.PublicKey()}
	if err := v.join(ctx, key, logger); err != nil {
		return err
	}
	if v.self.Ledger, err = payments.Open(ctx, payments.Config{
		DB: db, Signer: steppedSigner{key, v}, Chain: reader, Poll: 20 * time.Millisecond, Logger: logger,
		Domain: intent.Domain{ChainID: v.Network.ChainID, Contract: v.Network.Contracts.Payments},
	}); err != nil {
		return err
	}
	v.Node = New(ctx, Config{
		Version: "test", Network: v.Network, Chain: reader, Gas: v.client, Head: v.client.Head, Registry: v,
		Relayer: &steppedRelayer{Client: relayer, v: v}, Finder: v, Logger: logger,
		Clients: map[string]func() (tunnel.Client, error){wireguard.ServiceType: func() (tunnel.Client, error) {
			return wireguard.NewClient(wireguard.ClientConfig{Logger: logger})
		}},
	})
	v.self.Clearer = payments.NewClearer(payments.ClearerConfig{
		Ledger: v.self.Ledger, Claimer: v.Claims(key), Poll: 20 * time.Millisecond, Logger: logger,
	})
	go func() { _ = v.self.Clearer.Run(ctx) }() // as long as the process lives
	v.Attach(v.self)
	return nil
}

// join connects to the broker, and makes a provider's service.
func (v *victim) join(ctx context.Context, key *identity.Key, logger *slog.Logger) error {
	channel, err := nats.New(ctx, nats.Config{
		ChainID: v.Network.ChainID, Signer: key, Home: []nats.Contact{v.Broker}, Serve: v.Role == RoleProvider, Logger: logger,
	})
	if err != nil {
		return err
	}
	cfg := messaging.Config{Domain: v.domain(), Signer: key, Registered: v.Registered, Channel: channel, Logger: logger}
	if v.Role == RoleProvider {
		if cfg.Keyring, err = messaging.NewKeyring(nil); err != nil {
			return err
		}
		if err := v.offer(key, cfg.Keyring); err != nil {
			return err
		}
	}
	v.self.Endpoint, err = messaging.NewEndpoint(ctx, cfg)
	return err
}

func (v *victim) offer(key *identity.Key, keys *messaging.Keyring) error {
	server, err := wireguard.NewServer(wireguard.ServerConfig{
		Listen: netip.MustParseAddrPort("127.0.0.1:0"),
		Exit:   tunnel.ExitPolicy{Allow: []netip.AddrPort{v.Page}, Source: netip.MustParseAddr("127.0.0.2")},
	})
	if err != nil {
		return err
	}
	body, err := keys.Current()
	if err != nil {
		return err
	}
	signed, err := propose(key, v.domain(), body, v.Broker.String())
	if err != nil {
		return err
	}
	raw, _, err := signed.Encode()
	v.offered = offering{raw, body}
	v.self.Services = []Service{{Server: server, Announcer: standing{signed}, Proposal: signed.Proposal}}
	return err
}
