package watcher

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
)

// Pace is when promises are looked at. Zero fields take the values in parentheses.
type Pace struct {
	First   time.Duration // after one is handed over (a minute)
	Sweep   time.Duration // one of which nothing was heard (six hours)
	Settled time.Duration // one that brings nothing now, until that is deep enough (ten minutes)
	// Retry is after it was submitted the first time, and LastRetry what that grows to (5 s, 5 min).
	Retry, LastRetry time.Duration
	// Tick is how often the rows are looked through (a second).
	Tick time.Duration
	// Depth is how many blocks deep what ends a row must be (32).
	Depth uint64
}

func (p Pace) orDefaults() Pace {
	return Pace{
		First: cmp.Or(p.First, time.Minute), Sweep: cmp.Or(p.Sweep, 6*time.Hour), Settled: cmp.Or(p.Settled, 10*time.Minute),
		Retry: cmp.Or(p.Retry, 5*time.Second), LastRetry: cmp.Or(p.LastRetry, 5*time.Minute),
		Tick: cmp.Or(p.Tick, time.Second), Depth: cmp.Or(p.Depth, 32),
	}
}

const (
	// atOnce is how many promises are read at a time.
	atOnce = 100
	// lookTimeout bounds the work on one, so that it holds up no other for long.
	lookTimeout = 30 * time.Second
)

// handler notes which unlocks were asked for. Its methods run in the transaction that moves the follower's cursor.
type handler struct{ w *Watcher }

var _ chain.Handler = handler{}

// Apply implements [chain.Handler].
func (h handler) Apply(tx *store.Tx, log types.Log) error {
	e, err := h.w.contract.UnpackUnlockRequestedEvent(&log)
	if err != nil { // an endpoint's nonsense: the rows are looked at all the same, in time
		h.w.cfg.Logger.Warn("unreadable request to unlock left out", "block", log.BlockNumber, "transaction", log.TxHash)
		return nil //nolint:nilerr // said
	}
	key := store.WatchedKey{
		Domain: h.w.separator, Consumer: e.Consumer, Provider: e.Provider, Channel: e.Channel, Epoch: e.Epoch,
	}
	held, err := tx.AskedToUnlock(key, log.BlockNumber)
	if held {
		h.w.look()
	}
	return err
}

// Rollback implements [chain.Handler].
func (h handler) Rollback(tx *store.Tx, block uint64) error {
	return tx.NotAskedAbove(h.w.separator, block)
}

// look has Run look at its rows now. What a transaction under way has changed it sees at the next tick, at the latest.
func (w *Watcher) look() {
	select {
	case w.wake <- struct{}{}:
	default: // is told already
	}
}

// Sync reads the events of the chain up to now.
func (w *Watcher) Sync(ctx context.Context) error { return w.follower.Sync(ctx) }

// Run follows the chain and clears until ctx ends, and returns its error.
func (w *Watcher) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	followed := make(chan error, 1)
	go func() { followed <- w.follower.Run(ctx) }() // ends with ctx
	ticker := time.NewTicker(w.cfg.Pace.Tick)
	defer ticker.Stop()
	for {
		if err := w.Pass(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, relay.ErrUnavailable) {
			w.cfg.Logger.Warn("promises that are held will be looked at again", "error", err)
		}
		select {
		case <-ctx.Done():
			return <-followed
		case <-ticker.C:
		case <-w.wake:
		}
	}
}

// Pass looks at the promises that are due. Errors are those of the database, and relay.ErrUnavailable while the chain does not tell
// what they bring. What is wrong with a single promise is logged, and tried again.
func (w *Watcher) Pass(ctx context.Context) error {
	var rows []store.WatchedPromise
	err := w.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.WatchedToLookAt(w.separator, time.Now().UnixMilli(), atOnce)
		return err
	})
	if err != nil {
		return fmt.Errorf("read watched promises: %w", err)
	}
	for _, row := range rows {
		if err := w.lookAt(ctx, row); err != nil {
			return err // while the chain is away, each row would wait for it
		}
	}
	if len(rows) == atOnce {
		w.look() // there may be more
	}
	return nil
}

// lookAt does what follows from the state of a promise's channel, and stores when it is looked at next.
func (w *Watcher) lookAt(ctx context.Context, row store.WatchedPromise) error {
	limited, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	var in relay.Intent
	if err := json.Unmarshal(row.Intent, &in); err != nil || len(in.Promises) != 1 {
		w.cfg.Logger.Error("a promise that was held is damaged", "provider", identity.Address(row.Provider), "error", err)
		return w.drop(ctx, row)
	}
	due, asked, err := w.brings(limited, in.Promises[0])
	w.reaches(ctx, err)
	asked = asked || row.Asked > 0 // an endpoint may be behind the one that told of it
	switch {
	case err != nil:
		return errors.Join(err, w.again(ctx, row, row.Due, w.retry(row), row.Tries))
	case due > 0 && asked:
		w.submit(limited, row, in)
		return w.again(ctx, row, due, w.retry(row), row.Tries+1)
	case due > 0:
		return w.again(ctx, row, due, w.cfg.Pace.Sweep, 0)
	}
	settled, err := w.cfg.Chain.Settled(limited, row.Consumer, row.Provider, row.Channel, row.Epoch, row.Amount, w.cfg.Pace.Depth)
	if err != nil { // an endpoint that is down holds up none that is to be cleared
		w.cfg.Logger.Debug("a promise that brings nothing is kept", "provider", identity.Address(row.Provider), "error", err)
	}
	if settled {
		return w.drop(ctx, row)
	}
	return w.again(ctx, row, 0, w.cfg.Pace.Settled, row.Tries)
}

// reaches logs when the chain goes away, and when it is there again.
func (w *Watcher) reaches(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
		return
	case err != nil && !w.away:
		w.cfg.Logger.Warn("promises that are held cannot be looked at; tried again", "error", err)
	case err == nil && w.away:
		w.cfg.Logger.Info("promises that are held are looked at again")
	}
	w.away = err != nil
}

// again stores what was found, and when the promise is looked at next.
func (w *Watcher) again(ctx context.Context, row store.WatchedPromise, due money.Amount, in time.Duration, tries uint64) error {
	at := time.Now().Add(in).UnixMilli()
	return w.cfg.DB.InTx(ctx, func(tx *store.Tx) error { return tx.LookAgain(row, due, at, tries) })
}

// submit hands a promise to the relayer.
func (w *Watcher) submit(ctx context.Context, row store.WatchedPromise, in relay.Intent) {
	ticket, err := w.cfg.Relayer.SubmitAgreed(ctx, in)
	who := w.cfg.Logger.With("provider", identity.Address(row.Provider), "consumer", identity.Address(row.Consumer), "channel", row.Channel, "coins", row.Amount)
	if err != nil {
		who.Warn("an unlock was asked for, and its provider's promise is not cleared yet", "tries", row.Tries+1, "error", err)
		return
	}
	who.Info("an unlock was asked for: clearing its provider's promise", "ticket", ticket.ID, "state", ticket.State)
}

// retry is when a promise is submitted, or its channel read, once more.
func (w *Watcher) retry(row store.WatchedPromise) time.Duration {
	pause := backoff.Backoff{Min: w.cfg.Pace.Retry, Max: w.cfg.Pace.LastRetry}
	next := pause.Next()
	for range min(row.Tries, 20) {
		next = pause.Next()
	}
	return next
}

func (w *Watcher) drop(ctx context.Context, row store.WatchedPromise) error {
	return w.cfg.DB.InTx(ctx, func(tx *store.Tx) error { return tx.DropWatched(row) })
}
