package payments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

var (
	// ErrNothingToClear says that every promise is cleared already.
	ErrNothingToClear = errors.New("nothing to clear")
	// ErrClaim says that a claim did not get on chain. The promises are safe; it is tried again.
	ErrClaim = errors.New("claim failed")
)

// Claim is a batch of promises on its way onto the chain.
type Claim struct {
	ID          string
	Mined       bool
	Failed      bool
	Transaction string // once sent
	Block       uint64 // once mined
	Reason      string // why it failed
	// Fee is what a relayer takes for it of what it brings, if it takes effect.
	Fee money.Amount
}

// Claimer puts promises on chain; a relay.Relayer with its clear intent is one. Claiming the same
// promises again must return the claim that is under way. A relayer may take at most so much for it: that nobody does it for
// that is ErrNotWorth.
type Claimer interface {
	Claim(ctx context.Context, promises []intent.SignedPromise, most money.Amount) (Claim, error)
	Claimed(ctx context.Context, id string) (Claim, error)
	// Avoid says that a claim brought nothing, whatever was said of it.
	Avoid(id string)
}

// forgetAfter is for how long the epoch of a promise must have been over before the promise is deleted.
const forgetAfter = 24 * time.Hour

// retryFirst is when a failed clearing is tried again; from then on less and less often, at last every Interval.
const retryFirst = 2 * time.Second

// ClearerConfig is a clearing policy.
type ClearerConfig struct {
	Ledger  *Ledger
	Claimer Claimer
	// Above clears a channel in mid-session when this much is uncleared; zero waits for the session's
	// end. Least is what is not worth clearing, except on demand and before an unlock.
	Above, Least money.Amount
	// GasCost estimates what the gas to clear a batch costs, in units of the coin, and MaxGasPercent is the share
	// of what is cleared that may be spent so, or paid to a relayer. Nil: there is no rate, and gas is not considered.
	GasCost       func(ctx context.Context, batch []intent.SignedPromise) (money.Amount, error)
	MaxGasPercent uint64
	// Batch is how many promises go into one transaction; zero is 100.
	Batch int
	// Interval is how often promises are looked through; zero is one minute.
	Interval time.Duration
	// Poll is how often a claim is asked for, zero is 300 ms; Patience is for how long, zero is 3 minutes.
	Poll, Patience time.Duration
	Logger         *slog.Logger // nil discards
}

// Clearing is what a claim brought.
type Clearing struct {
	Claim
	Promises int
	Amount   money.Amount
}

// Clearer decides when to claim what was promised: when a session has ended, above a threshold,
// before a consumer's unlock, and on demand, in batches over consumers.
type Clearer struct {
	cfg  ClearerConfig
	turn chan struct{} // held while a claim is under way
	wake chan struct{}

	gathering money.Amount         // what was left the last time, as too little; of whoever holds turn
	tried     map[epochKey]attempt // likewise: promises that were claimed and are not known to be cleared

	mu      sync.Mutex
	over    map[epochKey]time.Time // since when epochs with promises or releases are over, as far as this run saw
	asked   map[epochKey]bool      // whose release is asked for, and that must be cleared first
	dear    map[epochKey]bool      // what nobody put on chain for the share that the policy allows, the last time
	hurried time.Time              // when a request for a release last made Run look
}

// NewClearer makes a clearer; Run it.
func NewClearer(cfg ClearerConfig) *Clearer {
	if cfg.Batch <= 0 {
		cfg.Batch = 100
	}
	if cfg.Interval <= 0 {
		cfg.Interval = time.Minute
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 300 * time.Millisecond
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 3 * time.Minute
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Clearer{
		cfg: cfg, turn: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		over: map[epochKey]time.Time{}, tried: map[epochKey]attempt{}, asked: map[epochKey]bool{},
	}
}

// Notify says that a session has ended, so that its channel is looked at now. It does not wait.
func (c *Clearer) Notify() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run clears by the policy until ctx ends, beginning with what earlier runs left.
func (c *Clearer) Run(ctx context.Context) error {
	again := backoff.Backoff{Min: retryFirst, Max: c.cfg.Interval}
	var tidied time.Time
	for {
		wait := c.cfg.Interval
		if _, err := c.clear(ctx, nil); err == nil || errors.Is(err, ErrNothingToClear) {
			again.Reset()
		} else if ctx.Err() == nil {
			c.cfg.Logger.Warn("clearing will be tried again", "error", err)
			wait = min(again.Next(), wait)
		}
		if time.Since(tidied) >= tidyEvery {
			tidied = time.Now()
			if err := c.tidyReleases(ctx); err != nil && ctx.Err() == nil {
				c.cfg.Logger.Warn("old releases will be removed later", "error", err)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-c.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Clear claims everything that is uncleared, whatever the policy says, and waits until it is mined: what an unlock
// would take away first. A batch that fails holds up no other; what the others brought comes with the error. While
// the chain cannot be read it fails at once. Relayers may take at most so much for it in all.
// Errors: ErrNothingToClear, ErrClaim, and those of the chain and the claimer.
func (c *Clearer) Clear(ctx context.Context, most money.Amount) ([]Clearing, error) {
	return c.clearNow(ctx, &most)
}

// ClearByPolicy is Clear of what Run would claim now, for at most the set share.
func (c *Clearer) ClearByPolicy(ctx context.Context) ([]Clearing, error) { return c.clearNow(ctx, nil) }

func (c *Clearer) clearNow(ctx context.Context, most *money.Amount) ([]Clearing, error) {
	// Who was never promised anything, as consumers, need not wait for a chain.
	promises, err := c.cfg.Ledger.PromisedTo(ctx)
	if err == nil && len(promises) == 0 {
		err = ErrNothingToClear
	}
	if err != nil {
		return nil, err
	}
	// A claim under way would be waited for first, and for as long as the chain is away it cannot end.
	if fresh := c.cfg.Ledger.cfg.Fresh; fresh != nil {
		if err := fresh(ctx); err != nil {
			return nil, fmt.Errorf("read payment channels: %w", err)
		}
	}
	return c.clear(ctx, most)
}

// Uncleared returns what was promised to the identity and is not cleared.
func (c *Clearer) Uncleared(ctx context.Context) (money.Amount, error) {
	all, err := c.outstanding(ctx)
	if err != nil {
		return 0, err
	}
	var total money.Amount
	for _, o := range all {
		if total, err = total.Add(o.due); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Batch is promises that are claimed together.
type Batch struct {
	Promises []intent.SignedPromise
	Amount   money.Amount // what they bring
	Most     money.Amount // what a relayer can take of that
}

// Pending returns what Clear would claim.
func (c *Clearer) Pending(ctx context.Context) (batches []Batch, err error) {
	all, err := c.outstanding(ctx)
	if err != nil {
		return nil, err
	}
	byUrgency(all)
	for found := range slices.Chunk(all, c.cfg.Batch) {
		batch := Batch{Amount: sum(found), Most: sum(found) / intent.EarningsPerFee}
		for _, o := range found {
			batch.Promises = append(batch.Promises, o.promise)
		}
		batches = append(batches, batch)
	}
	return batches, nil
}

// outstanding is a promise that would bring something.
type outstanding struct {
	promise intent.SignedPromise
	due     money.Amount
	until   time.Time // when the consumer's unlock can take it away; zero when it asked for none
}

func (o outstanding) urgent() bool { return !o.until.IsZero() }

// sum is what promises bring.
func sum(all []outstanding) (total money.Amount) {
	for _, o := range all {
		total += o.due // at most 2^40 each
	}
	return total
}

// byUrgency puts what an unlock would take away first, and of that what it would take away soonest. The rest keeps its
// order.
func byUrgency(all []outstanding) {
	slices.SortStableFunc(all, func(a, b outstanding) int {
		switch {
		case a.urgent() && b.urgent():
			return a.until.Compare(b.until)
		case a.urgent():
			return -1
		case b.urgent():
			return 1
		}
		return 0
	})
}

// Alone waits until no claim is under way, and holds up further ones until done is called: of two fees of an identity's
// earnings at a time, one would be for nothing.
func (c *Clearer) Alone(ctx context.Context) (done func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// clear claims by the policy, or with a bound of all fees together everything.
func (c *Clearer) clear(ctx context.Context, most *money.Amount) ([]Clearing, error) {
	over, err := c.Alone(ctx)
	if err != nil {
		return nil, err
	}
	defer over()
	found, err := c.outstanding(ctx)
	if err != nil {
		return nil, err
	}
	var done []Clearing
	var failed, left []error
	dear := map[epochKey]bool{}
	for _, batch := range c.choose(ctx, found, most != nil) {
		clearing, err := c.claim(ctx, batch.promises, c.mayTake(batch, most))
		if most != nil && !errors.Is(err, ErrClaim) { // also where it may still take effect
			*most = most.SaturatingSub(clearing.Fee)
		}
		if err == nil {
			done = append(done, clearing)
			continue
		}
		if errors.Is(err, ErrClaim) && c.overtaken(ctx, batch.promises) {
			continue
		}
		if errors.Is(err, ErrNotWorth) {
			for _, o := range batch.promises {
				dear[keyOf(o.promise)] = true
			}
			left = append(left, err)
			continue
		}
		failed = append(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	if most == nil { // else somebody agreed to less, or more
		c.mu.Lock()
		c.dear = dear
		c.mu.Unlock()
	}
	switch {
	case len(failed) > 0:
		return done, errors.Join(failed...)
	case len(left) > 0:
		return done, errors.Join(left...)
	case len(done) == 0:
		return nil, ErrNothingToClear
	}
	return done, nil
}

// overtaken says whether a batch was cleared all the same, by another transaction, such as one that a reorganisation had put
// off. Of an epoch that is over nobody can tell: it may be lost.
func (c *Clearer) overtaken(ctx context.Context, batch []outstanding) bool {
	for _, o := range batch {
		state, err := c.cfg.Ledger.cfg.Chain.Channel(ctx, o.promise.Consumer, o.promise.Channel, 0)
		if err != nil || state.Epoch != o.promise.Epoch || state.Provider != c.cfg.Ledger.self || c.due(state, o.promise) > 0 {
			return false
		}
	}
	c.cfg.Logger.Info("promises were cleared by another transaction", "promises", len(batch))
	return true
}

// due is what a promise would bring. Nothing, too, while its lock is not on chain, or was reorganised away.
func (c *Clearer) due(state Channel, p intent.SignedPromise) money.Amount {
	if state.Epoch != p.Epoch || state.Provider != c.cfg.Ledger.self {
		return 0
	}
	return min(p.Amount, state.Locked).SaturatingSub(state.Cleared)
}

// attempt is a claim of a promise.
type attempt struct {
	amount money.Amount
	id     string
}

// remember notes what is claimed.
func (c *Clearer) remember(promises []intent.SignedPromise, id string) {
	for _, p := range promises {
		c.tried[keyOf(p)] = attempt{p.Amount, id}
	}
}

// disappointed has who took promises on before avoided, as they are still to be cleared.
func (c *Clearer) disappointed(promises []intent.SignedPromise) {
	told := map[string]bool{}
	for _, p := range promises {
		before, again := c.tried[keyOf(p)]
		if again && before.amount == p.Amount && !told[before.id] {
			told[before.id] = true
			c.cfg.Claimer.Avoid(before.id)
		}
		delete(c.tried, keyOf(p))
	}
}

// outstanding looks every promise up on chain. Those of epochs that are over are forgotten in time.
func (c *Clearer) outstanding(ctx context.Context) (all []outstanding, err error) {
	l := c.cfg.Ledger
	promises, err := l.PromisedTo(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range promises {
		state, err := l.cfg.Chain.Channel(ctx, p.Consumer, p.Channel, 0)
		if err != nil {
			return nil, fmt.Errorf("read payment channel: %w", err)
		}
		if state.Epoch > p.Epoch {
			if err := c.forget(ctx, p); err != nil {
				return nil, err
			}
			continue
		}
		c.notOver(keyOf(p))
		if due := c.due(state, p); due > 0 {
			all = append(all, outstanding{promise: p, due: due, until: state.UnlockAt})
		}
	}
	return all, nil
}

// forget drops a promise that can never be cleared any more. It may be the only copy: it is dropped when its epoch has been
// over at every look for forgetAfter, and then by every endpoint's word, as deep as no reorganisation goes.
func (c *Clearer) forget(ctx context.Context, p intent.SignedPromise) error {
	row := c.cfg.Ledger.promiseRow(p)
	if err := c.forgetEpoch(ctx, keyOf(p), func(tx *store.Tx) error { return tx.DeletePromise(row) }); err != nil {
		return fmt.Errorf("forget promise: %w", err)
	}
	return nil
}

// forgetEpoch removes what is kept for an epoch, once that is over for good.
func (c *Clearer) forgetEpoch(ctx context.Context, key epochKey, remove func(*store.Tx) error) error {
	l := c.cfg.Ledger
	if l.cfg.Over == nil || !c.overFor(key, forgetAfter) {
		return nil
	}
	over, err := l.cfg.Over(ctx, key.consumer, key.channel, key.epoch, l.cfg.SafeConfirmations)
	if err != nil || !over {
		return nil //nolint:nilerr // keep it until the chain is sure
	}
	if err := l.group.do(ctx, key.consumer, remove); err != nil {
		return err
	}
	c.notOver(key)
	return nil
}

// epochKey names the epoch that a promise to this identity is of.
type epochKey struct {
	channelKey
	epoch uint16
}

func keyOf(p intent.SignedPromise) epochKey {
	return epochKey{channelKey{p.Consumer, p.Channel}, p.Epoch}
}

// overFor notes that an epoch is over, and says whether it has been for so long, since this run began.
func (c *Clearer) overFor(key epochKey, long time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	since, known := c.over[key]
	if !known {
		c.over[key] = time.Now()
	}
	return known && time.Since(since) >= long
}

func (c *Clearer) notOver(key epochKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.over, key)
}

// claim submits a batch and waits for its outcome.
func (c *Clearer) claim(ctx context.Context, batch []outstanding, most money.Amount) (Clearing, error) {
	result := Clearing{Promises: len(batch)}
	promises := make([]intent.SignedPromise, len(batch))
	for i, o := range batch {
		promises[i] = o.promise
		total, err := result.Amount.Add(o.due)
		if err != nil {
			return result, err
		}
		result.Amount = total
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Patience)
	defer cancel()
	c.disappointed(promises)
	var err error
	if result.Claim, err = c.cfg.Claimer.Claim(ctx, promises, most); err != nil {
		return result, fmt.Errorf("claim %d promises: %w", len(batch), err)
	}
	c.remember(promises, result.ID)
	ticker := time.NewTicker(c.cfg.Poll)
	defer ticker.Stop()
	var unheard error
	for !result.Mined && !result.Failed {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return result, errors.Join(fmt.Errorf("claim %s: %w", result.ID, ctx.Err()), unheard)
		}
		claim, err := c.cfg.Claimer.Claimed(ctx, result.ID)
		if unheard = err; err == nil {
			claim.Fee = result.Fee
			result.Claim = claim
		}
	}
	if result.Failed {
		return result, fmt.Errorf("%w: %s", ErrClaim, result.Reason)
	}
	c.cfg.Logger.Info("promises cleared", "promises", result.Promises, "coins", result.Amount,
		"fee", result.Fee, "transaction", result.Transaction, "block", result.Block)
	return result, nil
}
