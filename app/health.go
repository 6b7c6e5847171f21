package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/node"
)

const (
	// healthTimeout bounds how long a status waits for each backend that does not answer.
	healthTimeout = 3 * time.Second
	// indexLag is how many blocks the copy of the registry may be behind without a word about it.
	indexLag = 5
	// The contracts are looked for again after contractsFirst, then less and less often, at last every contractsLast.
	contractsFirst = time.Second
	contractsLast  = 30 * time.Second
)

// backends tells how everything is that the node depends on. It asks all at once, so that one which
// swallows requests does not take the others' time.
func (r *nodeRun) backends() []node.Backend {
	var chains, hubs []node.Backend
	var asking sync.WaitGroup
	asking.Go(func() { chains = r.chainHealth() })
	asking.Go(func() { hubs = r.hubHealth() })
	asking.Wait()
	return slices.Concat(chains, hubs, r.brokerHealth(), r.watcherHealth())
}

// chainHealth is about the chain, and about what is wrong with the contracts and the copy of the registry.
func (b *base) chainHealth() []node.Backend {
	ctx, cancel := context.WithTimeout(b.ctx, healthTimeout)
	defer cancel()
	health := b.client.Health(ctx)
	all := []node.Backend{{Name: "chain", Address: health.Endpoint, Healthy: health.Healthy, Detail: health.Detail}}
	if problem := b.foreign.Load(); problem != nil {
		all = append(all, node.Backend{Name: "contracts", Address: health.Endpoint, Detail: *problem})
	}
	if detail := b.indexHealth(health.Head.Number); detail != "" {
		all = append(all, node.Backend{Name: "registry", Detail: detail})
	}
	return all
}

// indexHealth tells how far the copy of the registry is when that is not far enough: identities that
// registered since are still strangers.
func (b *base) indexHealth(head uint64) string {
	ctx, cancel := context.WithTimeout(b.ctx, healthTimeout)
	defer cancel()
	at, started, err := b.follower.Position(ctx)
	switch {
	case err != nil:
		return err.Error()
	case !started:
		at = b.network.FromBlock
	}
	if waits := b.follower.Ahead(); waits > chain.MaxHeadAge && head < at {
		return fmt.Sprintf("the chain's newest block %d is below block %d, which was read, for %s: endpoints are far behind, "+
			"or one told of blocks that are not there", head, at, waits.Round(time.Second))
	}
	if head <= at+indexLag { // also while no block is known
		return ""
	}
	return fmt.Sprintf("copying registrations: block %d of %d", at, head)
}

func (r *nodeRun) hubHealth() []node.Backend {
	if len(r.hubs) == 0 {
		return []node.Backend{{Name: "hub", Detail: "the network file names none"}}
	}
	ctx, cancel := context.WithTimeout(r.ctx, healthTimeout)
	defer cancel()
	var all []node.Backend
	for _, h := range r.client.Health(ctx) {
		all = append(all, node.Backend{Name: "hub", Address: h.Hub, Healthy: h.Healthy, Detail: h.Detail})
	}
	return all
}

func (r *nodeRun) brokerHealth() []node.Backend {
	broker := r.broker.Load()
	if broker == nil {
		return nil
	}
	var all []node.Backend
	for _, h := range broker.Health() {
		detail := h.Detail
		if h.Connected {
			detail = "connected since " + h.Since.Format(time.RFC3339)
		}
		all = append(all, node.Backend{Name: "broker", Address: h.Contact.URL, Healthy: h.Connected, Detail: detail})
	}
	return all
}

// watchContracts looks until the network file's contracts are found on the chain to be those that this
// program was built with. A chain that cannot be asked says nothing about them.
func (b *base) watchContracts(ctx context.Context) error {
	wait := backoff.Backoff{Min: contractsFirst, Max: contractsLast}
	for {
		err := b.client.CheckContracts(ctx, b.network.Contracts)
		switch before := b.foreign.Load(); {
		case err == nil:
			if before != nil {
				b.log.Info("the network's contracts are on the chain now")
			}
			b.foreign.Store(nil)
			return nil
		case errors.Is(err, chain.ErrNoContract):
			problem := err.Error()
			if before == nil || *before != problem {
				b.log.Error("the network's contracts cannot be used", "error", err)
			}
			b.foreign.Store(&problem)
		}
		if err := backoff.Sleep(ctx, wait.Next()); err != nil {
			return err
		}
	}
}
