package app

import (
	"context"
	"fmt"
	"time"

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
	announcer suspender
	wake      chan struct{} // capacity 1: a deposit was made

	had, suspended bool // the bond, at some time of this run; the proposals, now
}

// suspender is the part of a discovery.Announcer that takes proposals back and announces them again.
type suspender interface {
	Suspend(why string) error
	Resume()
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
	bond := w.run.network.Bond
	enough := deposit >= bond
	w.had = w.had || enough
	switch {
	case enough && w.suspended:
		w.suspended = false
		w.announcer.Resume()
		w.run.log.Info("the bond is there again; announcing", "deposit", deposit)
	case w.had && !enough && !w.suspended:
		err := w.announcer.Suspend(fmt.Sprintf("the deposit of %s coins is below the bond of %s; 'myst deposit' more, and it is announced again", deposit, bond))
		if w.suspended = err == nil; w.suspended {
			w.run.log.Warn("the deposit is below the bond; no longer announced", "deposit", deposit, "bond", bond)
		}
		return err
	}
	return nil
}
