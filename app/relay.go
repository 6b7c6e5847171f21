package app

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/relay/watcher"
)

// check finds what an operator would have to mend.
func (cfg RelayConfig) check() error {
	switch {
	case cfg.Addr == "":
		return nil
	case cfg.Pricing.Rate == 0 && !cfg.Pricing.Free:
		return errors.New("a relay needs a rate to charge by, or to be told that it is free")
	case (cfg.TLSCert == "") != (cfg.TLSKey == ""):
		return errors.New("a certificate and its key belong together")
	}
	return nil
}

// startOutbox sends transactions from an identity's account, of which there must be one outbox only.
func (b *base) startOutbox(key *identity.Key) *chain.Outbox {
	outbox := chain.NewOutbox(chain.OutboxConfig{Client: b.client, DB: b.db, Key: key, Logger: b.log})
	b.run("outbox", outbox.Run)
	return outbox
}

// startRelay puts intents on chain through an outbox.
func (b *base) startRelay(key *identity.Key, outbox *chain.Outbox, pricing relay.Pricing) *relay.Service {
	service := relay.NewService(relay.Config{
		Client: b.client, DB: b.db, Outbox: outbox, Network: b.network, Known: b.registry.Registered,
		Pricing: pricing, Signer: key, Logger: b.log,
	})
	b.run("gas", service.Watch)
	return service
}

// startWatcher holds promises for providers, whose unlocks it clears through a relayer.
func (b *base) startWatcher(service *relay.Service) *watcher.Watcher {
	w := watcher.New(watcher.Config{
		Client: b.client, DB: b.db, Chain: b.payments, Relayer: service, Start: b.network.FromBlock, Logger: b.log,
		Domain: intent.Domain{ChainID: b.network.ChainID, Contract: b.network.Contracts.Payments},
		Admitted: func(ctx context.Context, who identity.Address) (bool, error) {
			registered, err := b.registry.Registered(ctx, who)
			if err != nil || !registered {
				return false, err
			}
			return b.bonded(ctx, who)
		},
	})
	b.run("watcher", w.Run)
	return w
}

// sendFor starts what needs this identity's own gas: to relay for others, and for itself what nobody relays.
func (r *nodeRun) sendFor(key *identity.Key) error {
	if r.cfg.Relay.Addr == "" && !r.cfg.OwnGas {
		return nil
	}
	outbox := r.startOutbox(key)
	if r.cfg.OwnGas {
		r.sender.own.Store(r.startRelay(key, outbox, relay.Pricing{Free: true}))
	}
	return r.serveRelay(key, outbox)
}

// serveRelay has a node relay for others, with its identity's gas.
func (r *nodeRun) serveRelay(key *identity.Key, outbox *chain.Outbox) error {
	cfg := r.cfg.Relay
	if cfg.Addr == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(r.ctx, "tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	hubCfg := hub.Config{
		Info:   hub.Info{Identity: key.Address(), ChainID: r.network.ChainID, Contracts: r.network.Contracts, Version: r.cfg.Version},
		Logger: r.log,
	}
	service := r.startRelay(key, outbox, cfg.Pricing)
	hubCfg.Relayer = service
	if !cfg.NoWatch {
		hubCfg.Watcher = r.startWatcher(service)
	}
	url := "http://" + listener.Addr().String()
	if cfg.TLSCert != "" {
		if hubCfg.TLS, err = hub.LoadTLS(cfg.TLSCert, cfg.TLSKey); err != nil {
			return errors.Join(err, listener.Close())
		}
		url = "https://" + listener.Addr().String()
	}
	server, err := hub.New(hubCfg)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	r.run("relay", func(ctx context.Context) error { return server.Run(ctx, listener) })
	r.log.Info("relaying for others", "identity", key.Address(), "url", url)
	if cfg.Ready != nil {
		cfg.Ready(url)
	}
	return nil
}

// hubClient speaks to the network's hubs and relayers: the hubs relay first.
func (r *nodeRun) hubClient() (*client.Client, error) {
	cfg := client.Config{ChainID: r.network.ChainID, Payments: r.network.Contracts.Payments, Logger: r.log, Relayers: []chain.Relayer{}}
	for _, h := range r.hubs {
		cfg.Hubs = append(cfg.Hubs, h.URL)
	}
	cfg.Relayers = append(cfg.Relayers, r.relayers()...)
	return client.New(cfg)
}

// relayers are those that this node asks, in that order.
func (r *nodeRun) relayers() []chain.Relayer { return relayersOf(r.hubs, r.network.Relayers) }

func relayersOf(hubs []chain.Hub, relayers []chain.Relayer) (all []chain.Relayer) {
	for _, h := range hubs {
		all = append(all, chain.Relayer{Identity: h.Identity, URL: h.URL})
	}
	return append(all, relayers...)
}
