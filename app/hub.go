package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging/nats"
)

// defaultDrain bounds a shutdown.
const defaultDrain = 30 * time.Second

// RunHub runs a hub until ctx ends: the discovery API, the relayer and the message broker. An error at
// the start, such as a port in use, is returned at once.
func RunHub(ctx context.Context, cfg HubConfig) (err error) {
	b, err := newBase(ctx, cfg.DataDir, cfg.Network, cfg.ChainURLs, cfg.Logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	source, err := openKey(cfg.DataDir, cfg.Identity, cfg.LightScrypt, cfg.Passphrase)
	if err != nil {
		return err
	}
	key, err := source.unlock()
	if err != nil {
		return err
	}
	pricing := cfg.Pricing
	if pricing.Rate == 0 {
		pricing.Free = true
	}
	service := b.startRelay(key, b.startOutbox(key), pricing)
	directory, err := b.startDirectory(ctx)
	if err != nil {
		return err
	}
	serves := hub.Config{Directory: directory, Relayer: service}
	if !cfg.NoWatch {
		serves.Watcher = b.startWatcher(service)
	}
	return b.serveHub(ctx, cfg, key.Address(), serves)
}

// startDirectory keeps the network's records.
func (b *base) startDirectory(ctx context.Context) (*discovery.Directory, error) {
	cfg := discovery.DirectoryConfig{DB: b.db, Domain: b.domain(), Registered: b.registry.Registered, Logger: b.log}
	if b.network.Bond > 0 {
		cfg.Bonded = b.bonded
	}
	directory, err := discovery.NewDirectory(ctx, cfg)
	if err != nil {
		return nil, err
	}
	b.run("directory", directory.Run)
	return directory, nil
}

// bonded says whether an identity's deposit is as large as the bond.
func (b *base) bonded(ctx context.Context, who identity.Address) (bool, error) {
	if b.network.Bond == 0 {
		return true, nil
	}
	deposit, err := b.payments.Balance(ctx, who)
	return deposit >= b.network.Bond, err
}

// serveHub opens the two listeners and serves until ctx ends.
func (b *base) serveHub(ctx context.Context, cfg HubConfig, self identity.Address, hubCfg hub.Config) error {
	var certificate *tls.Certificate
	if cfg.TLSCert != "" || cfg.TLSKey != "" {
		var err error
		if hubCfg.TLS, err = hub.LoadTLS(cfg.TLSCert, cfg.TLSKey); err != nil {
			return err
		}
		certificate = &hubCfg.TLS.Certificates[0]
	}
	broker, err := nats.StartBroker(ctx, nats.BrokerConfig{
		ChainID: b.network.ChainID, Hub: self, Listen: cmp.Or(cfg.BrokerAddr, "127.0.0.1:4222"),
		Certificate: certificate, Registered: b.registry.Registered, Logger: b.log,
	})
	if err != nil {
		return err
	}
	b.onClose(broker.Close)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cmp.Or(cfg.HTTPAddr, "127.0.0.1:4060"))
	if err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	hubCfg.Info = hub.Info{
		Identity: self, ChainID: b.network.ChainID, Contracts: b.network.Contracts,
		Broker: broker.URL(), Version: cfg.Version,
	}
	hubCfg.Logger = b.log
	server, err := hub.New(hubCfg)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if cfg.Ready != nil {
		scheme := "http://"
		if hubCfg.TLS != nil {
			scheme = "https://"
		}
		cfg.Ready(scheme+listener.Addr().String(), broker.URL())
	}
	b.log.Info("hub is running", "identity", self, "http", listener.Addr(), "broker", broker.URL())
	return server.Run(ctx, listener)
}
