// Package handover gives a provider's newest promises to watchers, which clear them when a consumer asks for an unlock while the
// provider is down.
//
// A [Handover] looks through the provider's promises when a session has ended, every minute, and at its start. What would bring
// enough, and has grown by as much since, goes to the first watchers in order that take it. Nobody waits for it: what fails is
// tried again, and [Handover.Unheld] tells what no watcher holds.
package handover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
)

// ErrRefused says that a watcher does not take this promise, though it may take others.
var ErrRefused = errors.New("watcher does not take the promise")

// Watcher is who holds promises.
type Watcher interface {
	// Name is its URL, for people.
	Name() string
	// Hold hands a promise over, of which the watcher may take at most so much when it clears it. Errors: ErrRefused; any
	// other says that the watcher takes nothing now.
	Hold(ctx context.Context, p intent.SignedPromise, most money.Amount) (Consent, error)
}

// Consent is what a watcher takes for clearing, and the provider's nonce that this was signed for, which counts with a fee only.
type Consent struct {
	Fee   money.Amount
	Nonce uint64
}

// Ledger is the subset of [payments.Ledger] that is used.
type Ledger interface {
	Identity() identity.Address
	PromisedTo(ctx context.Context) ([]intent.SignedPromise, error)
	Busy(consumer identity.Address, channel uint8) bool
}

// Config is what a handover needs.
type Config struct {
	Ledger Ledger
	Chain  payments.Chain
	// Watchers are tried in this order, until Wanted of them hold a promise; zero is all of them.
	Watchers []Watcher
	Wanted   int
	// Least is what a promise must bring to be handed over, and by how much it must have grown while its session is open.
	Least money.Amount
	// Share is the most that a watcher may take of what a promise brings.
	Share func(due money.Amount) money.Amount
	// Nonce is what the provider's next fee names: what was signed for an earlier one pays nobody any more.
	Nonce func(ctx context.Context) (uint64, error)
	// Interval is how often promises are looked through; zero is one minute. Refresh is after what time one is handed over
	// again; zero is six hours.
	Interval, Refresh time.Duration
	Logger            *slog.Logger // nil discards
}

// Handover looks after which watchers hold what. Its methods are safe for concurrent use, and do nothing where it is nil.
type Handover struct {
	cfg  Config
	wake chan struct{}
	turn chan struct{} // held while promises are looked through

	// Of whoever holds turn.
	entries map[key]*entry
	failing []failing // by watcher

	mu     sync.Mutex
	unheld Unheld
}

// Unheld is what no watcher holds, though it would bring enough.
type Unheld struct {
	Promises int
	Coins    money.Amount
	Why      string // of one of them, as its watcher said it
}

type key struct {
	consumer identity.Address
	channel  uint8
	epoch    uint16
}

// entry is what is known of an epoch's promise.
type entry struct {
	held    []holding // by watcher
	little  money.Amount
	lookAt  time.Time // until when a promise of little is too little
	retryAt []time.Time
	misses  int // how often in a row no watcher held it
	why     error
	due     money.Amount
}

// holding is what a watcher holds of an epoch.
type holding struct {
	amount money.Amount
	Consent
	at time.Time // zero: nothing
}

// failing is a watcher's failures.
type failing struct {
	pause backoff.Backoff
	until time.Time
	why   error
}

// firstRetry is when a watcher that failed is asked again at first.
const firstRetry = 5 * time.Second

// New makes a handover; Run it.
func New(cfg Config) *Handover {
	cfg.Wanted = min(cmp.Or(cfg.Wanted, len(cfg.Watchers)), len(cfg.Watchers))
	cfg.Interval = cmp.Or(cfg.Interval, time.Minute)
	cfg.Refresh = cmp.Or(cfg.Refresh, 6*time.Hour)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Handover{
		cfg: cfg, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1),
		entries: map[key]*entry{}, failing: make([]failing, len(cfg.Watchers)),
	}
	for i := range h.failing {
		h.failing[i].pause = backoff.Backoff{Min: min(firstRetry, cfg.Interval), Max: 10 * cfg.Interval}
	}
	return h
}

// Notify says that a session has ended. It does not wait.
func (h *Handover) Notify() {
	if h == nil {
		return
	}
	select {
	case h.wake <- struct{}{}:
	default: // is told already
	}
}

// Unheld returns what no watcher holds, as of the last two looks.
func (h *Handover) Unheld() Unheld {
	if h == nil {
		return Unheld{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.unheld
}

// Run hands over until ctx ends, and returns its error.
func (h *Handover) Run(ctx context.Context) error {
	for {
		if err := h.Flush(ctx); err != nil && ctx.Err() == nil {
			h.cfg.Logger.Debug("promises will be handed to watchers later", "error", err)
		}
		timer := time.NewTimer(h.pause(ctx, time.Now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-h.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// pause is how long nothing needs a look: until a watcher that failed may be asked again. One that might have been, and was not
// needed, does not count. It does not wait when ctx has ended.
func (h *Handover) pause(ctx context.Context, now time.Time) time.Duration {
	wait := h.cfg.Interval
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return wait
	}
	for _, f := range h.failing {
		if left := f.until.Sub(now); f.why != nil && left > 0 && left < wait {
			wait = max(left, firstRetry/10)
		}
	}
	return wait
}

// Flush hands over what is to be, once. Errors are those of the database and the chain.
func (h *Handover) Flush(ctx context.Context) error {
	if h == nil || h.cfg.Wanted == 0 {
		return nil
	}
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	promises, err := h.cfg.Ledger.PromisedTo(ctx)
	if err != nil {
		return err
	}
	nonce, err := h.nonce(ctx)
	if err != nil {
		return fmt.Errorf("read nonce: %w", err)
	}
	there := map[key]bool{}
	var errs []error
	for _, p := range promises {
		k := key{p.Consumer, p.Channel, p.Epoch}
		there[k] = true
		if h.entries[k] == nil {
			h.entries[k] = &entry{held: make([]holding, len(h.cfg.Watchers)), retryAt: make([]time.Time, len(h.cfg.Watchers))}
		}
		if err = h.look(ctx, h.entries[k], p, nonce); err != nil {
			errs = append(errs, err)
			break
		}
	}
	for k := range h.entries {
		if err == nil && !there[k] {
			delete(h.entries, k)
		}
	}
	h.report()
	return errors.Join(errs...)
}

// nonce is what fees that are signed now name; it is asked for only while a watcher takes one.
func (h *Handover) nonce(ctx context.Context) (uint64, error) {
	for _, e := range h.entries {
		for _, held := range e.held {
			if held.Fee > 0 {
				return h.cfg.Nonce(ctx)
			}
		}
	}
	return 0, nil
}

// report notes what no watcher holds, and logs when that begins and ends.
func (h *Handover) report() {
	var now Unheld
	for _, e := range h.entries {
		if e.misses < 2 { // a clearing that is under way has it refused as well
			continue
		}
		now.Promises++
		now.Coins += e.due // at most 2^40 each
		if e.why != nil {
			now.Why = e.why.Error()
		}
	}
	h.mu.Lock()
	before := h.unheld
	h.unheld = now
	h.mu.Unlock()
	switch {
	case now.Promises > 0 && before.Promises == 0:
		h.cfg.Logger.Warn("no watcher holds what consumers promised; tried again", "promises", now.Promises, "coins", now.Coins, "error", now.Why)
	case now.Promises == 0 && before.Promises > 0:
		h.cfg.Logger.Info("watchers hold what consumers promised")
	}
}
