package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/payments/handover"
)

const (
	// MaxWatchers is how many a provider can name.
	MaxWatchers = 4
	// DefaultWatchers is how many it takes by itself.
	DefaultWatchers = 2
	// NoWatchers is given instead of a name to take none.
	NoWatchers = "none"

	// candidates is among how many relayers those are looked for.
	candidates = 8
	// lastHandover bounds what a shutdown waits for watchers.
	lastHandover = 5 * time.Second
)

// selectWatchers says which relayers are asked to hold promises, in what order. Names are identities or URLs.
func selectWatchers(all []chain.Relayer, names []string) (selected []int, err error) {
	switch {
	case len(names) == 0:
		for i := range min(len(all), candidates) {
			selected = append(selected, i)
		}
		return selected, nil
	case slices.Equal(names, []string{NoWatchers}):
		return nil, nil
	case len(names) > MaxWatchers:
		return nil, fmt.Errorf("%d watchers are too many: at most %d", len(names), MaxWatchers)
	}
	for _, name := range names {
		i := slices.IndexFunc(all, func(r chain.Relayer) bool { return r.URL == name || strings.EqualFold(r.Identity.String(), name) })
		switch {
		case i < 0:
			return nil, fmt.Errorf("watcher %s is not among the network file's hubs and relayers; add it there", name)
		case slices.Contains(selected, i):
			return nil, fmt.Errorf("watcher %s is named twice", name)
		}
		selected = append(selected, i)
	}
	return selected, nil
}

// startHandover gives a provider's promises to watchers.
func (r *nodeRun) startHandover(key *identity.Key, self *node.Self) {
	if len(r.servers) == 0 {
		return
	}
	relayers, holders := r.relayers(), r.client.Relayers()
	cfg := handover.Config{
		Ledger: self.Ledger, Chain: r.payments, Share: self.Clearer.Share, Least: r.clearLeast(), Logger: r.log,
		Nonce: func(ctx context.Context) (uint64, error) { return r.node.Nonce(ctx, key) },
	}
	for _, i := range r.watchers {
		if relayers[i].Identity != key.Address() { // what is down together watches nothing
			cfg.Watchers = append(cfg.Watchers, r.node.Watcher(key, holders[i]))
		}
	}
	if len(r.cfg.Watchers) == 0 {
		cfg.Wanted = DefaultWatchers
	}
	if len(cfg.Watchers) == 0 {
		return
	}
	self.Handover = handover.New(cfg)
	r.handover.Store(self.Handover)
	r.run("watchers", self.Handover.Run)
}

// lastHandover gives watchers what the last sessions were paid, within bounds.
func (r *nodeRun) lastHandover(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastHandover)
	defer cancel()
	if err := r.handover.Load().Flush(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		r.log.Debug("promises not handed to watchers", "error", err)
	}
}

// watcherHealth tells what no watcher holds, and nothing while there is no such thing.
func (r *nodeRun) watcherHealth() []node.Backend {
	unheld := r.handover.Load().Unheld()
	if unheld.Promises == 0 {
		return nil
	}
	return []node.Backend{{Name: "watchers", Detail: unheldText(unheld.Promises, unheld.Coins, unheld.Why)}}
}

func unheldText(promises int, coins money.Amount, why string) string {
	return fmt.Sprintf("none holds %d of the promises, worth %s coins, should this node be down for long; 'myst clear' claims them: %s", promises, coins, why)
}
