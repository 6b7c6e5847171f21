// Package devnet runs a whole network in one process: a test chain with the contracts on it, a hub,
// providers, a consumer and a web server, all on loopback and on free ports.
//
// The parts are the real ones, started by the same code as the commands "myst hub" and "myst node";
// they talk over real sockets. What is special is only that they share a process and that their
// identities are made, funded with test coins and thrown away. [Start] starts a [Network];
// [Demo] runs the script that "make demo" shows on one.
package devnet

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	hubclient "github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// Bond is what a provider must have deposited before it may announce on a development network.
const Bond = 10 * money.UnitsPerCoin

// Config says what a network consists of. The zero value is one provider and one consumer.
type Config struct {
	// Dir holds everything; empty makes a temporary folder that Close removes.
	Dir string
	// Providers and Consumers are how many there are; zero is one.
	Providers, Consumers int
	// Price, SetupCharge and Country are the providers'. A zero price is 0.5 coins per GiB and
	// 0.1 coins per hour; a zero charge 0.01 coins; an empty country DE.
	Price       money.Price
	SetupCharge money.Amount
	Country     string
	// ExitSource is where the providers' traffic leaves from; zero is 127.0.0.2.
	ExitSource netip.Addr
	// WithoutExit leaves the web server out of the providers' exit policy, for seeing the refusal.
	WithoutExit bool
	// UnlockDelay is how long a provider has to clear after a consumer asked to unlock; zero is 72 hours.
	UnlockDelay time.Duration
	// ClearLeast is what providers leave to gather; zero clears everything, because gas costs nothing here.
	ClearLeast money.Amount
	// GasRate is what the providers take one of the chain's coins to be worth; zero considers no gas.
	GasRate money.Amount
	// DrainTimeout is for how long providers settle when they are stopped; zero is 30 s, and next to nothing is like a kill.
	DrainTimeout time.Duration
	// BlockTime is the chain's period; zero is one second.
	BlockTime time.Duration
	// OwnGas lets the providers send what no relayer takes; they have no gas coins to begin with.
	OwnGas bool
	// HubPricing is what the hub asks to relay; zero is nothing.
	HubPricing relay.Pricing
	Logger     *slog.Logger // nil discards
	Version    string
}

// Network is a running network.
type Network struct {
	Chain    *dev.Chain
	Info     *chain.Network // as in the network file
	File     string         // the network file's path
	HubURL   string
	Web      *WebServer
	Provider []*Participant
	Consumer []*Participant

	cfg       Config
	temporary bool
	hubConfig app.HubConfig // from its first start on with the addresses that it got
	hub       *process
	bank      *Bank
	relayer   *hubclient.Client // asks the hub for what belongs to nobody, such as collecting fees
}

// Participant is one node of the network.
type Participant struct {
	Name    string
	Address identity.Address
	DataDir string
	API     *client.Client

	run     func(ctx context.Context, ready func()) error
	process *process
}

// process is a part that runs until it is stopped.
type process struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// launch runs run in the background and waits until it says that it is ready, fails, or ctx ends.
func launch(ctx context.Context, name string, run func(ctx context.Context, ready func()) error) (*process, error) {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &process{cancel: cancel, done: make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		defer close(p.done)
		p.err = run(inner, sync.OnceFunc(func() { close(ready) }))
	}()
	select {
	case <-ready:
		return p, nil
	case <-p.done:
		cancel()
		return nil, fmt.Errorf("%s: ended at its start: %w", name, p.err)
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("%s: %w", name, ctx.Err()), p.stop())
	}
}

func (p *process) stop() error {
	if p == nil {
		return nil
	}
	p.cancel()
	<-p.done
	if errors.Is(p.err, context.Canceled) {
		return nil
	}
	return p.err
}

// Start starts a network. It runs until Close. What happens is told to progress, which may be nil.
func Start(ctx context.Context, cfg Config, progress func(what string)) (*Network, error) {
	if progress == nil {
		progress = func(string) {}
	}
	cfg, temporary, err := defaults(cfg)
	if err != nil {
		return nil, err
	}
	n := &Network{cfg: cfg, temporary: temporary, File: filepath.Join(cfg.Dir, "network.json")}
	if err := n.start(ctx, progress); err != nil {
		return nil, errors.Join(fmt.Errorf("development network: %w", err), n.Close())
	}
	return n, nil
}

func defaults(cfg Config) (Config, bool, error) {
	cfg.Providers, cfg.Consumers = cmp.Or(cfg.Providers, 1), cmp.Or(cfg.Consumers, 1)
	if cfg.Price.Free() {
		cfg.Price = money.Price{PerGiB: money.UnitsPerCoin / 2, PerHour: money.UnitsPerCoin / 10}
	}
	if cfg.SetupCharge == 0 {
		cfg.SetupCharge = money.UnitsPerCoin / 100
	}
	cfg.ClearLeast = cmp.Or(cfg.ClearLeast, 1)
	cfg.UnlockDelay = cmp.Or(cfg.UnlockDelay, 72*time.Hour)
	if cfg.Country == "" {
		cfg.Country = "DE"
	}
	if !cfg.ExitSource.IsValid() {
		cfg.ExitSource = netip.AddrFrom4([4]byte{127, 0, 0, 2})
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Dir != "" {
		return cfg, false, os.MkdirAll(cfg.Dir, 0o700)
	}
	dir, err := os.MkdirTemp("", "myst-devnet-")
	cfg.Dir = dir
	return cfg, true, err
}

func (n *Network) start(ctx context.Context, progress func(string)) error {
	var err error
	progress("starting an Ethereum chain")
	if n.Chain, err = dev.Start(ctx, dev.Config{
		DataDir: filepath.Join(n.cfg.Dir, "chain"), Period: n.cfg.BlockTime, Logger: n.cfg.Logger,
	}); err != nil {
		return err
	}
	progress("deploying the coin, the registry and the payments contract")
	hub, passphrase, err := newIdentity(n.hubDir())
	if err != nil {
		return err
	}
	if err := n.deploy(ctx, hub); err != nil {
		return err
	}
	if n.Web, err = StartWebServer(ctx); err != nil {
		return err
	}
	progress("starting a hub")
	if err := n.startHub(ctx, hub, passphrase); err != nil {
		return err
	}
	if err := n.join(ctx, &n.Provider, "provider", n.cfg.Providers, n.providerConfig(), progress); err != nil {
		return err
	}
	return n.join(ctx, &n.Consumer, "consumer", n.cfg.Consumers, app.NodeConfig{}, progress)
}

// join starts nodes of one kind.
func (n *Network) join(ctx context.Context, to *[]*Participant, kind string, count int, cfg app.NodeConfig, progress func(string)) error {
	for i := range count {
		progress("starting a " + kind)
		p, err := n.newNode(kind+"-"+strconv.Itoa(i+1), cfg)
		if err != nil {
			return err
		}
		*to = append(*to, p)
		if err := p.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) providerConfig() app.NodeConfig {
	cfg := app.NodeConfig{
		Provide: []string{"wireguard"}, Country: n.cfg.Country,
		Price: n.cfg.Price, SetupCharge: n.cfg.SetupCharge, Bandwidth: 100_000_000,
		Listen: map[string]string{"wireguard": "127.0.0.1:0"}, ExitSource: n.cfg.ExitSource,
		ClearLeast: n.cfg.ClearLeast, GasRate: n.cfg.GasRate, OwnGas: n.cfg.OwnGas, DrainTimeout: n.cfg.DrainTimeout,
	}
	if !n.cfg.WithoutExit {
		cfg.ExitAllow = []netip.AddrPort{netip.MustParseAddrPort(n.Web.Addr())}
	}
	return cfg
}

// newIdentity makes a key in dataDir's keystore and returns it with its passphrase.
func newIdentity(dataDir string) (identity.Address, app.Passphrase, error) {
	passphrase := rand.Text()
	keys, err := keystore.Open(filepath.Join(dataDir, app.KeystoreDir), keystore.Config{Light: true})
	if err != nil {
		return identity.Address{}, nil, err
	}
	entry, err := keys.New(passphrase)
	return entry.Address, func() (string, error) { return passphrase, nil }, err
}

func (n *Network) hubDir() string { return filepath.Join(n.cfg.Dir, "hub") }

// startHub starts the hub for the first time and writes its addresses into the network file.
func (n *Network) startHub(ctx context.Context, address identity.Address, passphrase app.Passphrase) error {
	n.Info.Hubs = nil
	if err := n.Info.Save(n.File); err != nil {
		return err
	}
	n.hubConfig = app.HubConfig{
		DataDir: n.hubDir(), Network: n.File, Identity: address.String(), Passphrase: passphrase, LightScrypt: true,
		HTTPAddr: "127.0.0.1:0", BrokerAddr: "127.0.0.1:0", Logger: n.cfg.Logger.With("node", "hub"), Version: n.cfg.Version,
		Pricing: n.cfg.HubPricing,
	}
	if err := n.StartHub(ctx); err != nil {
		return err
	}
	n.HubURL = "http://" + n.hubConfig.HTTPAddr
	n.Info.Hubs = []chain.Hub{{Identity: address, URL: n.HubURL, Broker: "nats://" + n.hubConfig.BrokerAddr}}
	var err error
	n.relayer, err = hubclient.New(hubclient.Config{Hubs: []string{n.HubURL}, ChainID: n.Info.ChainID, Logger: n.cfg.Logger})
	return errors.Join(err, n.Info.Save(n.File))
}

// StartHub starts the hub again after StopHub, with its data and at the same addresses.
func (n *Network) StartHub(ctx context.Context) (err error) {
	cfg := n.hubConfig
	n.hub, err = launch(ctx, "hub", func(ctx context.Context, ready func()) error {
		cfg.Ready = func(httpURL, brokerURL string) {
			n.hubConfig.HTTPAddr = strings.TrimPrefix(httpURL, "http://")
			n.hubConfig.BrokerAddr = strings.TrimPrefix(brokerURL, "nats://")
			ready()
		}
		return app.RunHub(ctx, cfg)
	})
	return err
}

// StopHub ends the hub and its broker, so that nodes can be seen to live through it.
func (n *Network) StopHub() error {
	err := n.hub.stop()
	n.hub = nil
	return err
}

// newNode makes a node's identity; Start starts the node.
func (n *Network) newNode(name string, cfg app.NodeConfig) (*Participant, error) {
	p := &Participant{Name: name, DataDir: filepath.Join(n.cfg.Dir, name)}
	address, passphrase, err := newIdentity(p.DataDir)
	if err != nil {
		return nil, err
	}
	p.Address = address
	cfg.DataDir, cfg.Network, cfg.Identity = p.DataDir, n.File, address.String()
	cfg.Passphrase, cfg.LightScrypt = passphrase, true
	cfg.APIAddr, cfg.Version = "127.0.0.1:0", n.cfg.Version
	cfg.Logger = n.cfg.Logger.With("node", name)
	p.run = func(ctx context.Context, ready func()) error {
		cfg := cfg
		cfg.Ready = func(string) { ready() }
		return app.RunNode(ctx, cfg)
	}
	return p, nil
}

// Start starts a participant, or starts it again after Stop, with its data.
func (p *Participant) Start(ctx context.Context) error {
	var err error
	if p.process, err = launch(ctx, p.Name, p.run); err != nil {
		return err
	}
	p.API, err = client.New(p.DataDir, "")
	return err
}

// Stop ends the participant as SIGTERM would: it drains, and returns when it has ended.
func (p *Participant) Stop() error {
	if p.API != nil {
		p.API.Close()
	}
	err := p.process.stop()
	p.process = nil
	return err
}

// Close drains and ends everything, consumers first, chain last.
func (n *Network) Close() error {
	var err error
	for _, p := range n.participants() {
		err = errors.Join(err, p.Stop())
	}
	if n.relayer != nil {
		err = errors.Join(err, n.relayer.Close())
	}
	if n.bank != nil {
		n.bank.Close()
	}
	err = errors.Join(err, n.hub.stop())
	if n.Web != nil {
		err = errors.Join(err, n.Web.Close())
	}
	if n.Chain != nil {
		err = errors.Join(err, n.Chain.Close())
	}
	if n.temporary {
		err = errors.Join(err, os.RemoveAll(n.cfg.Dir))
	}
	return err
}
