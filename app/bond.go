package app

import (
	"context"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// bondPoll is how often a provider looks whether its deposit is still as large as the bond: one small request.
const bondPoll = 5 * time.Second

// bondWatch takes a provider's proposals back while its deposit is below the bond. Hubs look at that only when they are
// handed something, which an announcement that stands is not for hours.
type bondWatch struct {
	run       *nodeRun
	who       identity.Address
	announcer *discovery.Announcer
	wake      chan struct{} // capacity 1: a deposit was made

	enough, suspended bool // at the last look
}

// retry looks at once.
func (w *bondWatch) retry() {
	select {
	case w.wake <- struct{}{}:
	default: // is told already
	}
}

// watch looks until ctx ends, and returns its error.
func (w *bondWatch) watch(ctx context.Context) error {
	ticker := time.NewTicker(bondPoll)
	defer ticker.Stop()
	for {
		deposit, err := w.run.payments.Balance(ctx, w.who)
		if err == nil {
			err = w.look(deposit)
		}
		if err != nil {
			w.run.log.Debug("the bond cannot be looked after", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		case <-w.wake:
		}
	}
}

// look compares a deposit with the bond. A provider that never had one is not announced anyway, and hubs tell it why.
func (w *bondWatch) look(deposit money.Amount) error {
	bond, before := w.run.network.Bond, w.enough
	w.enough = deposit >= bond
	switch {
	case w.enough && w.suspended:
		w.suspended = false
		w.announcer.Resume()
		w.run.log.Info("the bond is there again; announcing", "deposit", deposit)
	case before && !w.enough:
		w.suspended = true
		w.run.log.Warn("the deposit is below the bond; no longer announced", "deposit", deposit, "bond", bond)
		return w.announcer.Suspend(fmt.Sprintf("the deposit of %s coins is below the bond of %s; 'myst deposit' more, and it is announced again", deposit, bond))
	}
	return nil
}
