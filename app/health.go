package app

import (
	"context"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/node"
)

// healthTimeout bounds how long a status may wait for backends that do not answer.
const healthTimeout = 3 * time.Second

// backends tells how everything is that the node depends on.
func (r *nodeRun) backends() []node.Backend {
	ctx, cancel := context.WithTimeout(r.ctx, healthTimeout)
	defer cancel()
	chain := r.base.client.Health(ctx)
	all := []node.Backend{{Name: "chain", Address: chain.Endpoint, Healthy: chain.Healthy, Detail: chain.Detail}}
	if chain.Healthy && !r.present.Load() {
		if err := r.checkContracts(ctx); err != nil {
			all = append(all, node.Backend{Name: "contracts", Address: chain.Endpoint, Detail: err.Error()})
		} else {
			r.present.Store(true)
		}
	}
	for _, h := range r.client.Health(ctx) {
		all = append(all, node.Backend{Name: "hub", Address: h.Hub, Healthy: h.Healthy, Detail: h.Detail})
	}
	if len(r.hubs) == 0 {
		all = append(all, node.Backend{Name: "hub", Detail: "the network file names none"})
	}
	broker := r.broker.Load()
	if broker == nil {
		return all
	}
	for _, h := range broker.Health() {
		detail := h.Detail
		if h.Connected {
			detail = "connected since " + h.Since.Format(time.RFC3339)
		}
		all = append(all, node.Backend{Name: "broker", Address: h.Contact.URL, Healthy: h.Connected, Detail: detail})
	}
	return all
}

// checkContracts looks whether the network file's contracts are on the chain.
func (b *base) checkContracts(ctx context.Context) error {
	at := b.network.Contracts
	for _, c := range []struct {
		name    string
		address identity.Address
	}{{"coin", at.Coin}, {"registry", at.Registry}, {"payments", at.Payments}} {
		if err := b.client.CheckContract(ctx, c.address); err != nil {
			return fmt.Errorf("%s: %w; is this the right network file?", c.name, err)
		}
	}
	return nil
}
