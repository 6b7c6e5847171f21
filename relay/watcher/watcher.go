// Package watcher has a relayer hold promises for providers, and clear them when their consumers ask for an unlock, so that a
// provider can be down for longer than the contract's delay.
//
// A provider hands over a relay.Clear of its newest promise in a payment channel. A [Watcher] keeps it in the database and
// follows the payments contract's UnlockRequested events; what they are about is submitted through the relayer at once, and
// again until the chain shows it cleared or its epoch over. The mark that an unlock was asked for is stored together with the
// follower's cursor, so that no restart loses it. A promise proves itself by its consumer's signature and the channel's state on
// chain, and clearing it only ever pays its provider: who hands it over does not matter.
package watcher

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/store"
)

// Defaults of Config.
const (
	perProvider = 1000
	inAll       = 100_000
)

// Relayer is the subset of [relay.Service] that a watcher uses.
type Relayer interface {
	Accepts(ctx context.Context, in relay.Intent) error
	SubmitAgreed(ctx context.Context, in relay.Intent) (relay.Ticket, error)
}

// Chain is the subset of [chain.Payments] that a watcher uses.
type Chain interface {
	Channel(ctx context.Context, consumer identity.Address, id uint8, confirmations uint64) (chain.Channel, error)
	Settled(ctx context.Context, consumer, provider identity.Address, id uint8, epoch uint16, amount money.Amount, confirmations uint64) (bool, error)
}

// Config is what a watcher needs.
type Config struct {
	Client  *chain.Client
	DB      *store.DB
	Chain   Chain
	Relayer Relayer
	Domain  intent.Domain // the payments contract's
	// Start is the first block to read events of; zero is genesis.
	Start uint64
	// Admitted says whether promises are held for a provider: a registered and bonded one.
	Admitted func(ctx context.Context, provider identity.Address) (bool, error)
	// PerProvider is how many promises are held for one provider; zero is 1000. Those that bring least make room.
	PerProvider uint64
	// InAll is how many are held for all; zero is 100,000.
	InAll uint64
	// Poll is the time between looks at the chain's events; zero is 2 s.
	Poll   time.Duration
	Pace   Pace
	Logger *slog.Logger // nil discards
}

// Watcher holds promises. Its methods are safe for concurrent use; Run keeps it going.
type Watcher struct {
	cfg       Config
	separator [32]byte
	follower  *chain.Follower
	contract  *contracts.Payments
	wake      chan struct{}
	away      bool // the chain; of whoever runs Pass
}

// New makes a watcher.
func New(cfg Config) *Watcher {
	cfg.PerProvider = cmp.Or(cfg.PerProvider, perProvider)
	cfg.InAll = cmp.Or(cfg.InAll, inAll)
	cfg.Pace = cfg.Pace.orDefaults()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Watcher{cfg: cfg, separator: cfg.Domain.Separator(), contract: contracts.NewPayments(), wake: make(chan struct{}, 1)}
	event := w.contract.GetABI().Events[contracts.PaymentsUnlockRequestedEventName].ID
	w.follower = chain.NewFollower(chain.FollowerConfig{
		Name: fmt.Sprintf("watcher/%x", w.separator), Client: cfg.Client, DB: cfg.DB, Contract: cfg.Domain.Contract,
		Topics: [][]common.Hash{{event}}, Handler: handler{w}, Start: cfg.Start, Poll: cfg.Poll, Logger: cfg.Logger,
	})
	return w
}

func (w *Watcher) key(p intent.SignedPromise) store.WatchedKey {
	return store.WatchedKey{Domain: w.separator, Consumer: p.Consumer, Provider: p.Provider, Channel: p.Channel, Epoch: p.Epoch}
}

// Hold keeps a promise until it is cleared or its epoch is over: a relay.Clear of this one alone, with the provider's consent to
// the relayer's fee where it asks one. What was agreed to stands. A larger promise of an epoch replaces a smaller one, and a
// consent by a later nonce an earlier one. Errors: *relay.Refusal, relay.ErrUnavailable.
func (w *Watcher) Hold(ctx context.Context, in relay.Intent) error {
	if in.Kind != relay.KindClear || len(in.Promises) != 1 {
		return refuse(relay.ReasonMalformed, "a watcher holds one promise that is to be cleared")
	}
	p := in.Promises[0]
	if err := w.cfg.Relayer.Accepts(ctx, in); err != nil {
		return err
	}
	due, asked, err := w.brings(ctx, p)
	if err != nil {
		return err
	}
	if due == 0 {
		return refuse(relay.ReasonReverts, "channel %d of %s is not locked for %s in epoch %d, or the promise is cleared", p.Channel, p.Consumer, p.Provider, p.Epoch)
	}
	switch admitted, err := w.cfg.Admitted(ctx, p.Provider); {
	case err != nil:
		return fmt.Errorf("%w: bond of %s: %w", relay.ErrUnavailable, p.Provider, err)
	case !admitted:
		return refuse(relay.ReasonBond, "provider %s is not registered, or has not deposited the bond", p.Provider)
	}
	in.Quote = nil // what it says was looked at
	text, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode promise: %w", err)
	}
	row := store.WatchedPromise{WatchedKey: w.key(p), Amount: p.Amount, Due: due, Nonce: in.Nonce, Intent: text}
	now := time.Now()
	if row.LookAt = now.UnixMilli(); !asked {
		// Before long all the same: an unlock that was asked for meanwhile may have been read before the row was there.
		row.LookAt = now.Add(w.cfg.Pace.First).UnixMilli()
	}
	put := func() error {
		return w.cfg.DB.InTx(ctx, func(tx *store.Tx) error { return w.put(tx, row, in.Payment != nil) })
	}
	err = put()
	if refusal := (*relay.Refusal)(nil); errors.As(err, &refusal) && refusal.Reason == relay.ReasonFull {
		if err := w.readLeast(ctx, p.Provider); err != nil {
			return err
		}
		err = put()
	}
	if err != nil {
		return err
	}
	w.cfg.Logger.Debug("holding a promise", "provider", p.Provider, "consumer", p.Consumer, "channel", p.Channel, "coins", p.Amount)
	if asked {
		w.look()
	}
	return nil
}

// brings is what a promise would bring now, and whether its consumer has asked for the unlock.
func (w *Watcher) brings(ctx context.Context, p intent.SignedPromise) (due money.Amount, asked bool, err error) {
	state, err := w.cfg.Chain.Channel(ctx, p.Consumer, p.Channel, 0)
	if err != nil {
		return 0, false, fmt.Errorf("%w: %w", relay.ErrUnavailable, err)
	}
	if state.Provider != p.Provider || state.Epoch != p.Epoch {
		return 0, false, nil
	}
	return min(p.Amount, state.Locked).SaturatingSub(state.Cleared), !state.UnlockAt.IsZero(), nil
}

// readLeast stores what the promise that would make room brings now, which may be less than when it was looked at.
func (w *Watcher) readLeast(ctx context.Context, provider identity.Address) error {
	var least store.WatchedPromise
	var found bool
	err := w.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		least, found, err = tx.LeastWatched(w.separator, provider)
		return err
	})
	if err != nil || !found {
		return err
	}
	due, _, err := w.brings(ctx, intent.SignedPromise{Consumer: least.Consumer, Promise: intent.Promise{
		Provider: least.Provider, Channel: least.Channel, Epoch: least.Epoch, Amount: least.Amount,
	}})
	if err != nil {
		return err
	}
	return w.cfg.DB.InTx(ctx, func(tx *store.Tx) error { return tx.LookAgain(least, due, least.LookAt, least.Tries) })
}

// put stores a promise, in place of one that brings less if there is no room. Of the same promise one that pays is refused where
// one by a later nonce is held; one that does not, and was accepted all the same, is as good as any.
func (w *Watcher) put(tx *store.Tx, row store.WatchedPromise, pays bool) error {
	switch held, found, err := tx.WatchedPromise(row.WatchedKey); {
	case err != nil:
		return err
	case found && row.Amount < held.Amount:
		return refuse(relay.ReasonStale, "a promise of %s coins is held", held.Amount)
	case found && row.Amount == held.Amount && pays && row.Nonce < held.Nonce:
		return refuse(relay.ReasonStale, "a consent to a fee by nonce %d is held", held.Nonce)
	case found && bytes.Equal(row.Intent, held.Intent):
		return nil
	case found:
		if held.Tries > 0 { // a promise that grows by a unit at a time is no reason to clear each
			row.LookAt += w.retry(held).Milliseconds()
		}
		return tx.HoldPromise(row)
	}
	ofProvider, inAll, err := tx.CountWatched(w.separator, identity.Address(row.Provider))
	switch {
	case err != nil:
		return err
	case ofProvider < w.cfg.PerProvider && inAll < w.cfg.InAll:
		return tx.HoldPromise(row)
	}
	least, found, err := tx.LeastWatched(w.separator, row.Provider)
	switch {
	case err != nil:
		return err
	case !found || least.Due >= row.Due:
		return refuse(relay.ReasonFull, "%d promises to this provider are held, of %d in all", ofProvider, inAll)
	}
	if err := tx.DropWatched(least); err != nil {
		return err
	}
	return tx.HoldPromise(row)
}

func refuse(reason relay.Reason, format string, args ...any) error {
	return &relay.Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
