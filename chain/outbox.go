package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/store"
)

// State is how far a transaction has come.
type State string

// States of a transaction. A reorganisation can take one from mined or failed back to sent.
const (
	StateQueued State = "queued" // stored, not yet sent
	StateSent   State = "sent"   // signed and on the wire, not yet in a block
	StateMined  State = "mined"  // in a block, and took effect
	StateFailed State = "failed" // took no effect: reverted in a block, or would have and was not sent
)

// ErrKeyReused says that a key names another transaction already.
var ErrKeyReused = errors.New("key names another transaction")

// Tx is a transaction to send: a call of a contract, without coins.
type Tx struct {
	// Key names the transaction for ever: submitting the same key again does nothing.
	Key  string
	To   identity.Address
	Data []byte
}

// Status is how a transaction is.
type Status struct {
	ID    int64
	Key   string
	State State
	// Transaction is the hash of the form that is in a block, else of the one sent last. Zero
	// while queued.
	Transaction [32]byte
	Block       uint64 // while in a block
	// Reason says why it failed, or what holds it up.
	Reason string
}

// Defaults of OutboxConfig.
const (
	outboxPoll  = time.Second
	bumpAfter   = 45 * time.Second
	finalAfter  = 64
	maxFeeGwei  = 500
	maxTipGwei  = 50
	weiPerGwei  = 1_000_000_000
	resendAfter = 15 * time.Second
)

// OutboxConfig is what an outbox needs to know.
type OutboxConfig struct {
	Client *Client
	DB     *store.DB
	// Key pays the gas. Nothing else may send with it: its nonces are this outbox's.
	Key *identity.Key
	// Poll is the time between looks at the chain; zero is 1 s. After failures it grows to 30 s.
	Poll time.Duration
	// BumpAfter is how long the next transaction in line may wait for a block until it is sent
	// again with a higher fee; zero is 45 s.
	BumpAfter time.Duration
	// Final is how many confirmations end the watch over a transaction; zero is 64.
	Final uint64
	// MaxFee bounds the fee in wei per gas; nil is 500 gwei.
	MaxFee *big.Int
	// MaxTip bounds the part of it that goes to the block's maker; nil is 50 gwei.
	MaxTip *big.Int
	Now    func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards
}

// Outbox sends transactions so that each takes effect once.
//
// A transaction is a row in the database before it has a nonce, and its signed bytes are in the
// database before they are on the wire. Whatever happens then, only further forms of the same nonce
// are sent, of which the chain takes at most one. It is watched until Final blocks are on top of it,
// and sent again if a reorganisation removes it. Only if something else has used up its nonce, for
// good, it is given another one.
//
// Its methods are safe for concurrent use.
type Outbox struct {
	cfg  OutboxConfig
	wake chan struct{} // has room for one

	working sync.Mutex
	// Under working, of this process:
	resent map[int64]time.Time   // when a row's bytes were last sent
	looked map[int64]common.Hash // the head as of which a row was last looked up
	told   map[int64][]string    // what was logged about a row
	final  uint64                // how many nonces final transactions have used
	known  bool                  // final was read

	mu      sync.Mutex
	head    uint64
	changed chan struct{} // closed and replaced whenever Work has looked
}

// NewOutbox makes an outbox. Nothing is sent until Run.
func NewOutbox(cfg OutboxConfig) *Outbox {
	if cfg.Poll == 0 {
		cfg.Poll = outboxPoll
	}
	if cfg.BumpAfter == 0 {
		cfg.BumpAfter = bumpAfter
	}
	if cfg.Final == 0 {
		cfg.Final = finalAfter
	}
	if cfg.MaxFee == nil {
		cfg.MaxFee = big.NewInt(maxFeeGwei * weiPerGwei)
	}
	if cfg.MaxTip == nil {
		cfg.MaxTip = big.NewInt(maxTipGwei * weiPerGwei)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Outbox{
		cfg: cfg, wake: make(chan struct{}, 1),
		changed: make(chan struct{}), resent: make(map[int64]time.Time),
		looked: make(map[int64]common.Hash), told: make(map[int64][]string),
	}
}

// Address is the account that sends and pays the gas.
func (o *Outbox) Address() identity.Address { return o.cfg.Key.Address() }

// Submit takes a transaction on and returns its ID. A call that would revert now is refused;
// when the chain cannot be asked, that is found out later. Errors: *RevertError, ErrNoContract, ErrKeyReused.
func (o *Outbox) Submit(ctx context.Context, t Tx) (id int64, err error) {
	var known bool
	err = o.cfg.DB.View(ctx, func(tx *store.Tx) error {
		id, known, err = o.taken(tx, t)
		return err
	})
	if err != nil || known {
		return id, err
	}
	err = o.cfg.Client.Simulate(ctx, o.Address(), t.To, t.Data)
	if err != nil && !errors.Is(err, ErrUnavailable) {
		return 0, err
	}
	err = o.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		id, err = o.Enqueue(tx, t)
		return err
	})
	if err == nil {
		o.Wake()
	}
	return id, err
}

// Enqueue is Submit as part of a caller's database transaction, without the simulation; call Wake
// once that is committed. Errors: ErrKeyReused.
func (o *Outbox) Enqueue(tx *store.Tx, t Tx) (int64, error) {
	if id, known, err := o.taken(tx, t); err != nil || known {
		return id, err
	}
	return tx.AddOutbox(store.OutboxRow{
		ChainID: o.cfg.Client.ChainID(), Sender: o.Address(), Key: t.Key,
		Recipient: t.To, Data: t.Data, Created: o.cfg.Now().UnixMilli(),
	})
}

func (o *Outbox) taken(tx *store.Tx, t Tx) (int64, bool, error) {
	row, found, err := tx.OutboxByKey(o.cfg.Client.ChainID(), o.Address(), t.Key)
	if err != nil || !found {
		return 0, false, err
	}
	if row.Recipient != t.To || !bytes.Equal(row.Data, t.Data) {
		return 0, false, fmt.Errorf("%w: %q", ErrKeyReused, t.Key)
	}
	return row.ID, true, nil
}

// Wake makes Run look at once.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Status returns how a transaction is, from the database alone. Errors: ErrUnknown.
func (o *Outbox) Status(ctx context.Context, id int64) (s Status, err error) {
	err = o.cfg.DB.View(ctx, func(tx *store.Tx) error {
		s, err = o.StatusIn(tx, id)
		return err
	})
	return s, err
}

// StatusIn is Status as part of a caller's database transaction.
func (o *Outbox) StatusIn(tx *store.Tx, id int64) (Status, error) {
	row, found, err := tx.Outbox(id)
	if err != nil {
		return Status{}, err
	}
	if !found {
		return Status{}, fmt.Errorf("%w: %d", ErrUnknown, id)
	}
	s := Status{
		ID: row.ID, Key: row.Key, State: State(row.State),
		Transaction: row.MinedHash, Block: row.Block, Reason: row.Reason,
	}
	if s.Transaction == ([32]byte{}) && row.HasNonce {
		attempts, err := tx.OutboxAttempts(id)
		if err != nil {
			return Status{}, err
		}
		if len(attempts) > 0 {
			s.Transaction = attempts[0].Hash
		}
	}
	return s, nil
}

// Wait waits until a transaction has this many confirmations, or has failed. A failed one is
// returned with an error that matches ErrReverted. Run must be running.
func (o *Outbox) Wait(ctx context.Context, id int64, confirmations uint64) (Status, error) {
	for {
		o.mu.Lock()
		changed, head := o.changed, o.head
		o.mu.Unlock()
		s, err := o.Status(ctx, id)
		switch {
		case err != nil:
			return s, err
		case s.State == StateFailed && s.Block == 0: // never sent
			return s, &RevertError{Reason: s.Reason}
		case s.Block != 0 && head >= s.Block && head-s.Block >= confirmations:
			if s.State == StateFailed {
				return s, &RevertError{Reason: s.Reason}
			}
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s, fmt.Errorf("wait for transaction %q: %w", s.Key, ctx.Err())
		}
	}
}

// Run sends and watches until ctx ends, and returns its error. Failures are retried for ever.
func (o *Outbox) Run(ctx context.Context) error {
	wait := backoff.Backoff{Min: o.cfg.Poll, Max: max(pollMax, o.cfg.Poll)}
	failing := false
	for {
		err := o.Work(ctx)
		pause := o.cfg.Poll
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.Is(err, errRow): // of single ones Work has told, and the others go on
			if !failing {
				o.cfg.Logger.Warn("cannot send transactions; trying again", "error", err)
			}
			failing, pause = true, wait.Next()
		default:
			failing = false
			wait.Reset()
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-o.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}
