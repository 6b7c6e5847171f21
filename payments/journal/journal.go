// Package journal is the append-only ledger of an identity: one row for every deposit, lock, clearing, fee
// and withdrawal that the chain has confirmed, and one for what each session's promises added.
//
// A [Journal] follows the payments contract's events that name the identity, some blocks behind the newest.
// A row is never changed: what a reorganisation removes is taken back by a further row with the opposite
// numbers. Promises are booked by package payments when a session ends, as the amount by which its
// channel's epoch grew. Every row tells what it changed, so that [Journal.Totals] are the sums of all rows,
// and equal to the unit what the contract holds for the identity at [Totals.Block].
package journal

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// Kind says what a row is about.
type Kind string

// The kinds of rows. Amount is what moved, in units.
const (
	Deposit           Kind = "deposit"            // into the deposit
	DepositWithdrawal Kind = "deposit-withdrawal" // out of it
	Lock              Kind = "lock"               // from the deposit into a channel; of a provider: more to be promised
	Promise           Kind = store.KindPromise    // given or taken in a session; moves nothing on chain
	Clearing          Kind = "clearing"           // from a channel to a provider's earnings
	UnlockRequest     Kind = "unlock-request"     // moves nothing yet
	Release           Kind = "release"            // a channel's epoch has ended: its provider's release, or the unlock
	Reclaim           Kind = "reclaim"            // from a free channel back into the deposit
	Withdrawal        Kind = "withdrawal"         // of earnings, without the fee
	Fee               Kind = "fee"                // of the network, taken from earnings
	RelayFee          Kind = "relay-fee"          // paid to a relayer, by the deposit or with one by the wallet; or earned as one
	EarningsRelayFee  Kind = "earnings-relay-fee" // paid to a relayer by the earnings that it cleared or withdrew
	Beneficiary       Kind = "beneficiary"        // who receives earnings from now on; moves nothing
)

// OfChannel says whether rows of this kind are about a payment channel.
func (k Kind) OfChannel() bool {
	switch k {
	case Lock, Promise, Clearing, UnlockRequest, Release, Reclaim:
		return true
	default:
		return false
	}
}

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{Deposit, DepositWithdrawal, Lock, Promise, Clearing, UnlockRequest, Release, Reclaim, Withdrawal, Fee, RelayFee, EarningsRelayFee, Beneficiary}
}

// Entry is one row.
type Entry struct {
	ID           int64
	Reverses     int64 // the row that this one takes back; 0 is none
	Reversed     bool  // a later row takes this one back
	Kind         Kind
	Role         string           // what Self was: "consumer" or "provider"
	Time         time.Time        // of the block, of the session's end, or of the taking back
	Block        uint64           // 0: not from the chain
	Transaction  [32]byte         // zero: not from the chain
	Self         identity.Address // whose row
	Counterparty identity.Address // zero for nobody
	Channel      uint8
	Epoch        uint16 // with Channel, of rows about a channel
	Session      [16]byte
	Amount       int64        // units; negative when it takes back
	Total        money.Amount // what the epoch's locks, clearings or promises are with it
}

// MaxRows is how many rows are read at once at most: a page of a thousand, and one that tells of a next page.
const MaxRows = 1001

// Filter selects rows; zero fields do not filter.
type Filter struct {
	Since, Until time.Time // Until is exclusive
	Kind         Kind
	Identity     identity.Address // instead of Self's rows: those of this identity, and Self's with it
	Session      [16]byte
	From         int64 // the oldest rows from this one on, instead of the newest
	Before       int64 // only rows before this one
	Limit        int   // zero, or more than MaxRows, is MaxRows
}

// Sums are changes added up, in units. They are negative while rows come in another order than what they tell of,
// or when the ledger is wrong.
type Sums struct {
	Deposit  int64 // not locked
	Locked   int64 // in the identity's channels, not cleared
	Earnings int64 // cleared for it, not withdrawn
}

// Are says whether the sums are what the chain holds.
func (s Sums) Are(held chain.Holdings) bool {
	same := func(sum int64, amount money.Amount) bool { return sum >= 0 && money.Amount(sum) == amount }
	return same(s.Deposit, held.Deposit) && same(s.Locked, held.Locked) && same(s.Earnings, held.Earnings)
}

// Totals are the sums of an identity's rows.
type Totals struct {
	Block uint64 // as of which the rows of the chain are complete; 0 with a zero Hash before the first
	Hash  [32]byte
	Sums
}

// Earnings are what an identity earned as a provider, by its rows. Promised = Cleared + Uncleared + Lapsed.
type Earnings struct {
	Identity  identity.Address
	Promised  money.Amount // in all, open sessions included
	Cleared   money.Amount
	Uncleared money.Amount // promised in epochs that can be cleared
	Lapsed    money.Amount // promised in epochs that ended before it was cleared
	Withdrawn money.Amount // paid to the beneficiary
	Fees      money.Amount // taken by the network when withdrawing, and by relayers of clearings and withdrawals
	Held      money.Amount // cleared, or earned by relaying, and not withdrawn
}

// Config is what a journal needs.
type Config struct {
	Client *chain.Client
	DB     *store.DB
	// Domain is the payments contract's.
	Domain intent.Domain
	Self   identity.Address
	// Start is the first block to look at; zero is genesis.
	Start uint64
	// Confirmations that a block needs before its events become rows; zero takes the newest.
	Confirmations uint64
	// Poll is the time between looks at the chain; zero is 2 s.
	Poll time.Duration
	// Changed, when not nil, is called when a consumer has asked to unlock a channel of Self's. It must not wait.
	Changed func()
	Logger  *slog.Logger // nil discards
}

// Journal is an identity's ledger. Its methods are safe for concurrent use.
type Journal struct {
	cfg       Config
	separator [32]byte
	follower  *chain.Follower

	mu        sync.Mutex
	providers map[common.Hash]struct{} // that Self ever locked for; nil until it is needed
}

// New makes a journal; Run keeps it up to date.
func New(cfg Config) *Journal {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Changed == nil {
		cfg.Changed = func() {}
	}
	j := &Journal{cfg: cfg, separator: cfg.Domain.Separator()}
	j.follower = chain.NewFollowerOfAny(chain.FollowerConfig{
		Name: fmt.Sprintf("ledger/%x/%s", j.separator, cfg.Self), Client: cfg.Client, DB: cfg.DB, Contract: cfg.Domain.Contract, Handler: newScribe(j),
		Start: cfg.Start, Confirmations: cfg.Confirmations, Poll: cfg.Poll, Logger: cfg.Logger,
	}, j.filters())
	return j
}

// Run follows the chain until ctx ends, and returns its error.
func (j *Journal) Run(ctx context.Context) error { return j.follower.Run(ctx) }

// Sync books everything that is confirmed now.
func (j *Journal) Sync(ctx context.Context) error { return j.follower.Sync(ctx) }

// Entries returns rows that a filter selects, oldest first: the newest of them, or with From the oldest. The database may have
// other identities, and other networks: their rows are not mixed in.
func (j *Journal) Entries(ctx context.Context, f Filter) ([]Entry, error) {
	filter := store.LedgerFilter{
		Kind: string(f.Kind), Self: j.cfg.Self, Other: f.Identity, Session: f.Session, From: f.From, Before: f.Before, Limit: MaxRows,
	}
	if f.Limit > 0 {
		filter.Limit = min(f.Limit, MaxRows)
	}
	if !f.Since.IsZero() {
		filter.Since = f.Since.UnixMilli()
	}
	if !f.Until.IsZero() {
		filter.Until = f.Until.UnixMilli()
	}
	var rows []store.LedgerRow
	err := j.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Ledger(j.separator, filter)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = Entry{
			ID: r.ID, Reverses: r.Reverses, Reversed: r.Reversed, Kind: Kind(r.Kind), Role: r.Role, Time: time.UnixMilli(r.At),
			Block: r.Block, Transaction: r.Tx, Self: r.Self, Counterparty: r.Counterparty, Channel: r.Channel, Epoch: r.Epoch,
			Session: r.Session, Amount: r.Amount, Total: r.Total,
		}
	}
	return entries, nil
}

// Booked says whether a transaction is in the ledger, and so confirmed, and up to which block the ledger is complete.
func (j *Journal) Booked(ctx context.Context, transaction [32]byte) (booked bool, block uint64, err error) {
	err = j.cfg.DB.View(ctx, func(tx *store.Tx) error {
		cursor, _, err := tx.Cursor(j.follower.Name())
		if err != nil {
			return err
		}
		block = cursor.Number
		booked, err = tx.LedgerBooked(j.separator, j.cfg.Self, transaction)
		return err
	})
	if err != nil {
		return false, 0, fmt.Errorf("read ledger: %w", err)
	}
	return booked, block, nil
}

// Totals returns the sums of the identity's rows, and the block up to which they are complete.
func (j *Journal) Totals(ctx context.Context) (t Totals, err error) {
	err = j.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		blocks, err := tx.FollowerBlocks(j.follower.Name())
		if err != nil {
			return err
		}
		if len(blocks) > 0 {
			t.Block, t.Hash = blocks[0].Number, blocks[0].Hash
		}
		t.Deposit, t.Locked, t.Earnings, err = tx.LedgerTotals(j.separator, j.cfg.Self)
		return err
	})
	if err != nil {
		return t, fmt.Errorf("sum up ledger: %w", err)
	}
	return t, nil
}

// Earnings returns what each identity of this database earned as a provider in the journal's domain.
func (j *Journal) Earnings(ctx context.Context) (all []Earnings, err error) {
	err = j.cfg.DB.View(ctx, func(tx *store.Tx) error {
		selves, err := tx.LedgerSelves(j.separator)
		if err != nil {
			return err
		}
		if !slices.Contains(selves, [20]byte(j.cfg.Self)) {
			selves = append(selves, j.cfg.Self) // the chain may not have told of what was promised yet
		}
		for _, self := range selves {
			sum, err := tx.LedgerEarned(j.separator, self)
			if err != nil {
				return err
			}
			if sum != (store.Earned{}) {
				all = append(all, earnings(self, sum))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sum up ledger: %w", err)
	}
	return all, nil
}

// earnings shows no sum below zero: that is one of rows whose opposites are not there yet.
func earnings(self identity.Address, sum store.Earned) Earnings {
	shown := func(n int64) money.Amount { return money.Amount(max(n, 0)) }
	return Earnings{
		Identity: self, Promised: shown(sum.Promised), Cleared: shown(sum.Cleared), Uncleared: shown(sum.Uncleared), Lapsed: shown(sum.Lapsed),
		Withdrawn: shown(sum.Withdrawn), Fees: shown(sum.Kept), Held: shown(sum.Cleared + sum.Relayed - sum.Withdrawn - sum.Kept),
	}
}
