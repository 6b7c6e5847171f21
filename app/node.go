package app

import (
	"cmp"
	"context"
	"errors"
	"math/big"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/nats"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/payments/handover"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// defaultConfirmations make a block count where the configuration does not say.
const defaultConfirmations = 2

// defaultGasShare is which part of what is cleared its gas may cost, in percent.
const defaultGasShare = 10

// ledgerCheck is how often the ledger is held against the chain: eight calls of views.
const ledgerCheck = time.Hour

// defaultClearLeast keeps a hub, which relays free of charge, from paying gas for dust.
const defaultClearLeast = money.UnitsPerCoin / 1000

// defaultMinLock keeps consumers from having dust locked, at the relayer's cost.
const defaultMinLock = money.UnitsPerCoin / 1000

// nodeRun is a node being built and running.
type nodeRun struct {
	*base
	cfg    NodeConfig
	hubs   []chain.Hub
	client *client.Client
	sender *sender
	node   *node.Node

	servers []tunnel.Server // none for a consumer
	host    *hostnet.Host   // nil where no tunnel needs it, or this process may not change the host's network

	openvpn      bool   // it can be used here
	wireguardTUN bool   // WireGuard's packets pass a TUN device
	wireguardWhy string // why they do not, though wanted

	broker atomic.Pointer[nats.Channel] // nil until the identity is unlocked

	watchers []int                             // which of the relayers hold promises, best first
	handover atomic.Pointer[handover.Handover] // nil until the identity is unlocked, and for who provides nothing
}

// RunNode runs a node until ctx ends, then drains it. What the operator must mend, such as a wrong
// passphrase or a port in use, is returned at once; a chain, hub or broker that cannot be reached is
// shown in the status, and waited for.
func RunNode(ctx context.Context, cfg NodeConfig) (err error) {
	if err := cfg.check(); err != nil {
		return err
	}
	b, err := newBase(ctx, cfg.DataDir, cfg.Network, cfg.ChainURLs, cfg.Logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	r := &nodeRun{base: b, cfg: cfg}
	if err := r.build(ctx); err != nil {
		return err
	}
	source, err := openKey(cfg.DataDir, cfg.Identity, cfg.LightScrypt, cfg.Passphrase)
	if err != nil {
		return err
	}
	if source.made {
		b.log.Warn("the keystore was empty; a new identity was made", "identity", source.address, "keystore", source.store.Dir())
	}
	// Unlocking takes up to a second; the API answers meanwhile, and says so.
	unlocked := make(chan error, 1)
	go func() { unlocked <- r.attach(source) }()
	server, err := api.Start(context.WithoutCancel(ctx), api.Config{
		Node: r.node, DataDir: cfg.DataDir, Addr: cfg.APIAddr, Version: cfg.Version, Logger: b.log,
	})
	if err != nil {
		return errors.Join(err, <-unlocked, r.node.Close())
	}
	if cfg.Ready != nil {
		cfg.Ready(server.Addr())
	}
	b.log.Info("the API answers; unlocking the identity", "identity", source.address, "api", server.Addr())
	if err = <-unlocked; err == nil {
		b.log.Info("node is running", "identity", source.address, "network", b.network.Name)
		<-ctx.Done()
	}
	return errors.Join(err, r.drain(ctx), server.Close())
}

// check finds what an operator would have to mend before the node can start.
func (cfg NodeConfig) check() error {
	if err := errors.Join(cfg.checkServices(), cfg.Relay.check()); err != nil {
		return err
	}
	if len(cfg.Provide) == 0 {
		return nil
	}
	if cfg.Country == "" {
		return errors.New("a provider must name its country")
	}
	if err := market.CheckCountry(cfg.Country); err != nil {
		return err
	}
	return checkSource(cfg.ExitSource)
}

// build makes everything that does not need the identity's key.
func (r *nodeRun) build(ctx context.Context) error {
	var err error
	if r.hubs, err = selectHubs(r.network.Hubs, r.cfg.HubURLs); err != nil {
		return err
	}
	if r.watchers, err = selectWatchers(r.relayers(), r.cfg.Watchers); err != nil {
		return err
	}
	if r.client, err = r.hubClient(); err != nil {
		return err
	}
	r.onClose(r.client.Close)
	r.sender = &sender{Client: r.client}
	finder, err := discovery.NewFinder(discovery.FinderConfig{
		Domain: r.domain(), Sources: r.client.Sources(), Registered: r.registry.Registered, Logger: r.log,
	})
	if err != nil {
		return err
	}
	if err := r.openHost(ctx); err != nil {
		return err
	}
	if err := r.startServers(ctx); err != nil {
		return err
	}
	r.node = node.New(ctx, node.Config{
		Version: r.cfg.Version, Network: r.network, Chain: r.payments, Gas: r.base.client, Fresh: r.base.client.Fresh, Head: r.base.client.Head,
		Registry: r.registry,
		Relayer:  r.sender, Finder: finder, Backends: r.backends,
		Clients: r.clients(), Paths: r.paths(), Confirmations: r.cfg.Confirmations, Lock: r.cfg.Lock, RelayFee: r.cfg.RelayFee,
		MinLock: cmp.Or(r.cfg.MinLock, defaultMinLock), LockCost: r.lockCost(), Deny: r.cfg.Deny, Logger: r.log,
	})
	r.onClose(r.node.Close)
	return nil
}

// attach unlocks the identity and gives the node what depends on it.
func (r *nodeRun) attach(source keySource) error {
	key, err := source.unlock()
	if err != nil {
		return err
	}
	debug.FreeOSMemory() // the key derivation took 256 MiB
	self := node.Self{Signer: key, PublicKey: key.PublicKey()}
	if err := r.connect(key, &self); err != nil {
		return err
	}
	if err := r.openLedger(key, &self); err != nil {
		return err
	}
	if err := r.sendFor(key); err != nil {
		return err
	}
	r.node.Attach(self)
	return nil
}

// connect joins the brokers and, for a provider, starts to announce.
func (r *nodeRun) connect(key *identity.Key, self *node.Self) error {
	home := make([]nats.Contact, len(r.hubs))
	for i, h := range r.hubs {
		home[i] = nats.Contact{Hub: h.Identity, URL: h.Broker}
	}
	providing := len(r.servers) > 0
	channel, err := nats.New(r.ctx, nats.Config{
		ChainID: r.network.ChainID, Signer: key, Home: home, Serve: providing, Logger: r.log,
	})
	if err != nil {
		return err
	}
	r.onClose(channel.Close)
	r.broker.Store(channel)
	self.Retry = channel.Retry
	cfg := messaging.Config{
		Domain: r.domain(), Signer: key, Registered: r.registry.Registered, Channel: channel, Logger: r.log,
	}
	if providing {
		if cfg.Keyring, err = messaging.NewKeyring(nil); err != nil {
			return err
		}
		if err := r.announce(key, cfg.Keyring, home, self); err != nil {
			return err
		}
	}
	self.Endpoint, err = messaging.NewEndpoint(r.ctx, cfg)
	if err != nil {
		return err
	}
	r.onClose(self.Endpoint.Close)
	return nil
}

func (r *nodeRun) announce(key *identity.Key, keys *messaging.Keyring, home []nats.Contact, self *node.Self) error {
	var contacts []market.Contact
	for _, contact := range home {
		contacts = append(contacts, market.Contact{Type: market.ContactNATS, Address: contact.String()})
	}
	var proposals []market.Proposal
	for _, server := range r.servers {
		proposals = append(proposals, market.Proposal{
			ServiceType: server.ServiceType(), Country: r.cfg.Country, Price: r.cfg.Price,
			SetupCharge: r.cfg.SetupCharge, Bandwidth: r.cfg.Bandwidth, Contacts: contacts,
		})
	}
	announcer, err := discovery.NewAnnouncer(discovery.AnnouncerConfig{
		Signer: key, Domain: r.domain(), Keys: keys, Targets: r.client.Targets(),
		Proposals: proposals, Logger: r.log,
	})
	if err != nil {
		return err
	}
	joined := self.Retry
	bond := &bondWatch{run: r, who: key.Address(), announcer: announcer, wake: make(chan struct{}, 1)}
	self.Retry = func() { joined(); announcer.Retry(); bond.retry() }
	for i, server := range r.servers {
		self.Services = append(self.Services, node.Service{Server: server, Announcer: announcer.Service(i), Proposal: proposals[i]})
	}
	r.run("announcer", announcer.Run)
	if r.network.Bond > 0 {
		r.run("bond", bond.watch)
	}
	return nil
}

// openLedger opens the identity's book of promises, and starts the clearing of what it is owed and the ledger of
// all that happens to its coins.
func (r *nodeRun) openLedger(key *identity.Key, self *node.Self) error {
	var err error
	domain := intent.Domain{ChainID: r.network.ChainID, Contract: r.network.Contracts.Payments}
	self.Ledger, err = payments.Open(r.ctx, payments.Config{
		DB: r.db, Signer: key, Chain: r.payments, Fresh: r.base.client.Fresh, Head: r.base.client.Head, Over: r.payments.EpochOver,
		Settled:       r.payments.Settled,
		Confirmations: r.cfg.Confirmations, Logger: r.log, Domain: domain,
		Caps: payments.Caps{PerDay: r.cfg.CapPerDay, PerMinute: r.cfg.CapPerMinute},
	})
	if err != nil {
		return err
	}
	self.Clearer = payments.NewClearer(payments.ClearerConfig{
		Ledger: self.Ledger, Claimer: r.node.Claims(key), Above: r.cfg.ClearAbove,
		Least: r.clearLeast(), GasCost: r.gasCost(),
		MaxGasPercent: cmp.Or(r.cfg.GasShare, defaultGasShare), Logger: r.log,
	})
	r.run("clearer", self.Clearer.Run)
	r.startHandover(key, self)
	r.run("tidying of sessions", self.Ledger.Tidy)
	book := journal.New(journal.Config{
		Client: r.base.client, DB: r.db, Domain: domain, Self: key.Address(), Start: r.network.FromBlock,
		Confirmations: cmp.Or(r.cfg.Confirmations, defaultConfirmations), Poll: registryPoll,
		Changed: self.Clearer.Notify, Logger: r.log,
	})
	self.Journal = book
	r.run("ledger", book.Run)
	r.run("ledger's check", func(ctx context.Context) error { return r.node.WatchLedger(ctx, ledgerCheck) })
	return nil
}

func (r *nodeRun) clearLeast() money.Amount { return cmp.Or(r.cfg.ClearLeast, defaultClearLeast) }

// gasCost estimates what it costs to clear promises, at the operator's rate; without one there is no estimate.
func (r *nodeRun) gasCost() func(context.Context, []intent.SignedPromise) (money.Amount, error) {
	if r.cfg.GasRate == 0 {
		return nil
	}
	return func(ctx context.Context, promises []intent.SignedPromise) (money.Amount, error) {
		gas, err := r.base.client.Gas(ctx, identity.Address{}, r.network.Contracts.Payments, intent.CallClear(promises))
		if err != nil {
			return 0, err
		}
		price, err := r.base.client.GasPrice(ctx)
		if err != nil {
			return 0, err
		}
		return gasInCoin(gas, price, r.cfg.GasRate)
	}
}

// What a lock uses beside a slot that is filled for the first time, and what a promise uses in a batch of ten: what
// docs/performance.md allows each, under the dearer of both gas schedules.
const (
	lockGas  = 38_600
	clearGas = 20_200
)

// lockCost estimates what it costs to put a lock on chain and to clear it once, at the operator's rate; without one there
// is no estimate. It is tried from an address without code: some endpoints refuse a contract as the sender (EIP-3607), and a
// coin lets nobody's address approve nothing.
func (r *nodeRun) lockCost() func(context.Context, identity.Address) (money.Amount, error) {
	if r.cfg.GasRate == 0 {
		return nil
	}
	return func(ctx context.Context, from identity.Address) (money.Amount, error) {
		slot, err := relay.SlotGas(ctx, r.base.client.Gas, from, r.network.Contracts.Coin)
		if err != nil {
			return 0, err
		}
		price, err := r.base.client.GasPrice(ctx)
		if err != nil {
			return 0, err
		}
		return gasInCoin(lockGas+slot+clearGas, price, r.cfg.GasRate)
	}
}

// gasInCoin is what gas costs at a price in wei, where one of the chain's own coins, 10^18 wei, is worth rate. It
// is rounded up. Error: money.ErrOverflow.
func gasInCoin(gas uint64, price *big.Int, rate money.Amount) (money.Amount, error) {
	wei := new(big.Int).Mul(new(big.Int).SetUint64(gas), price)
	units := wei.Mul(wei, new(big.Int).SetUint64(uint64(rate)))
	ether := big.NewInt(1e18)
	units.Add(units, new(big.Int).Sub(ether, big.NewInt(1))).Quo(units, ether)
	if !units.IsUint64() {
		return 0, money.ErrOverflow
	}
	return money.Amount(units.Uint64()), nil
}

// drain ends the sessions properly, within bounds, although ctx has ended.
func (r *nodeRun) drain(ctx context.Context) error {
	timeout := cmp.Or(r.cfg.DrainTimeout, defaultDrain)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	r.log.Info("draining", "at_most", timeout)
	started := time.Now()
	err := r.node.Drain(ctx)
	r.lastHandover(ctx)
	err = errors.Join(err, r.node.Close())
	r.log.Info("drained", "took", time.Since(started).Round(time.Millisecond))
	return err
}
