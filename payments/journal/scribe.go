package journal

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// maxTopics is how many values an endpoint is asked to take in one place of a filter. go-ethereum takes 1,000.
const maxTopics = 500

const (
	consumer = "consumer"
	provider = "provider"
)

// filters select the events that name an identity first, and those that name it second. An event of a batch that was cleared
// packed names only its provider: a consumer reads those of the providers that it ever locked for.
func (j *Journal) filters() chain.Filters {
	events := contracts.NewPayments().GetABI().Events
	var ids []common.Hash
	for _, name := range []string{
		contracts.PaymentsDepositedEventName, contracts.PaymentsRelayedEventName, contracts.PaymentsDepositWithdrawnEventName,
		contracts.PaymentsLockedEventName, contracts.PaymentsClearedEventName, contracts.PaymentsClearedPackedEventName,
		contracts.PaymentsUnlockRequestedEventName, contracts.PaymentsFreedEventName, contracts.PaymentsReclaimedEventName,
		contracts.PaymentsWithdrawnEventName, contracts.PaymentsBeneficiarySetEventName,
	} {
		ids = append(ids, events[name].ID)
	}
	self := common.BytesToHash(j.cfg.Self[:])
	locked, packed := events[contracts.PaymentsLockedEventName].ID, events[contracts.PaymentsClearedPackedEventName].ID
	return chain.Filters{
		Events: contracts.NewPayments().GetABI(),
		Any:    [][][]common.Hash{{ids, {self}}, {ids, nil, {self}}},
		More: func(ctx context.Context, found []types.Log) (all [][][]common.Hash, err error) {
			providers, err := j.lockedFor(ctx, func(add func(common.Hash)) {
				for _, log := range found {
					if len(log.Topics) == 3 && log.Topics[0] == locked && log.Topics[1] == self {
						add(log.Topics[2])
					}
				}
			})
			for some := range slices.Chunk(providers, maxTopics) {
				all = append(all, [][]common.Hash{{packed}, some})
			}
			return all, err
		},
	}
}

// lockedFor returns the providers that Self ever locked for: those of the rows, and those that were read meanwhile. That a
// lock is gone again with its block does no harm.
func (j *Journal) lockedFor(ctx context.Context, read func(add func(common.Hash))) ([]common.Hash, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.providers == nil {
		var rows [][20]byte
		err := j.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
			rows, err = tx.LedgerProviders(j.separator, j.cfg.Self)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		j.providers = map[common.Hash]struct{}{}
		for _, who := range rows {
			j.providers[common.BytesToHash(who[:])] = struct{}{}
		}
	}
	read(func(who common.Hash) { j.providers[who] = struct{}{} })
	return slices.SortedFunc(maps.Keys(j.providers), common.Hash.Cmp), nil
}

// scribe turns the contract's events into rows.
type scribe struct {
	journal *Journal
	events  map[common.Hash]func(*line) error
	abi     *contracts.Payments
}

func newScribe(j *Journal) *scribe {
	s := &scribe{journal: j, abi: contracts.NewPayments(), events: map[common.Hash]func(*line) error{}}
	ids := s.abi.GetABI().Events
	for name, write := range map[string]func(*line) error{
		contracts.PaymentsDepositedEventName:        s.deposited,
		contracts.PaymentsRelayedEventName:          s.relayed,
		contracts.PaymentsDepositWithdrawnEventName: s.depositWithdrawn,
		contracts.PaymentsLockedEventName:           s.locked,
		contracts.PaymentsClearedEventName:          s.cleared,
		contracts.PaymentsClearedPackedEventName:    s.clearedPacked,
		contracts.PaymentsUnlockRequestedEventName:  s.unlockRequested,
		contracts.PaymentsFreedEventName:            s.freed,
		contracts.PaymentsReclaimedEventName:        s.reclaimed,
		contracts.PaymentsWithdrawnEventName:        s.withdrawn,
		contracts.PaymentsBeneficiarySetEventName:   s.beneficiarySet,
	} {
		s.events[ids[name].ID] = write
	}
	return s
}

// line is one event on its way into the ledger.
type line struct {
	tx   *store.Tx
	self identity.Address
	log  *types.Log
	next *types.Log      // the next event of Self's; may be nil
	row  store.LedgerRow // what every row of the event has
}

var _ chain.AheadHandler = (*scribe)(nil)

// Apply implements chain.Handler.
func (s *scribe) Apply(tx *store.Tx, log types.Log) error { return s.ApplyAhead(tx, log, nil) }

// ApplyAhead implements chain.AheadHandler. An event that has its rows already changes nothing.
func (s *scribe) ApplyAhead(tx *store.Tx, log types.Log, next *types.Log) error {
	write := s.events[log.Topics[0]]
	if write == nil {
		return nil
	}
	return write(&line{tx: tx, self: s.journal.cfg.Self, log: &log, next: next, row: store.LedgerRow{
		Domain: s.journal.separator, Self: s.journal.cfg.Self, At: int64(log.BlockTimestamp) * 1000, //nolint:gosec // fits for a while
		Block: log.BlockNumber, BlockHash: log.BlockHash, Log: log.Index, Tx: log.TxHash,
	}})
}

// Rollback implements chain.Handler: rows of blocks that are gone are taken back by further ones.
func (s *scribe) Rollback(tx *store.Tx, block uint64) error {
	return tx.ReverseLedgerAbove(s.journal.separator, s.journal.cfg.Self, block, time.Now().UnixMilli())
}

// is says whether the event's party is whose ledger this is.
func (l *line) is(party common.Address) bool { return identity.Address(party) == l.self }

// add appends a row unless it stands already.
func (l *line) add(role string, kind Kind, with common.Address, change func(*store.LedgerRow) error) error {
	row := l.row
	row.Role, row.Kind, row.Counterparty = role, string(kind), with
	has, err := l.tx.LedgerHas(row)
	if err != nil || has {
		return err
	}
	if err := change(&row); err != nil {
		return err
	}
	return l.tx.AppendLedger(row)
}

// units are what the contract keeps in up to 96 bits; all the coins there are fit into 63.
func units(n *big.Int) (int64, error) {
	if !n.IsInt64() {
		return 0, fmt.Errorf("%w: an event about %s units", money.ErrOverflow, n)
	}
	return n.Int64(), nil
}

func (s *scribe) deposited(l *line) error {
	e, err := s.abi.UnpackDepositedEvent(l.log)
	if err != nil || !l.is(e.Identity) {
		return err
	}
	return l.add(consumer, Deposit, e.Payer, func(r *store.LedgerRow) (err error) {
		r.Amount, err = units(new(big.Int).SetUint64(e.Units))
		r.Deposit = r.Amount
		return err
	})
}

func (s *scribe) depositWithdrawn(l *line) error {
	e, err := s.abi.UnpackDepositWithdrawnEvent(l.log)
	if err != nil || !l.is(e.Consumer) {
		return err
	}
	return l.add(consumer, DepositWithdrawal, e.To, func(r *store.LedgerRow) (err error) {
		r.Amount, err = units(new(big.Int).SetUint64(e.Units))
		r.Deposit = -r.Amount
		return err
	})
}

// relayed pays a relayer: out of the deposit, or beside what is deposited.
func (s *scribe) relayed(l *line) error {
	e, err := s.abi.UnpackRelayedEvent(l.log)
	if err != nil || e.Fee == 0 {
		return err
	}
	fee, err := units(new(big.Int).SetUint64(e.Fee))
	if err == nil && l.is(e.Payer) {
		err = l.add(consumer, RelayFee, e.Relayer, func(r *store.LedgerRow) error {
			if r.Amount = fee; !s.funds(l, e.Payer) {
				r.Deposit = -fee
			}
			return nil
		})
	}
	if err == nil && l.is(e.Relayer) {
		err = l.add(provider, RelayFee, e.Payer, func(r *store.LedgerRow) error { r.Amount, r.Earnings = fee, fee; return nil })
	}
	return err
}

// funds says whether a relayer's fee belongs to a deposit that it relayed, and is paid by the wallet with it: then the very
// next event is that deposit, by the same payer. Of every other deposit the coin tells first, and of no other
// relayed operation the next event is a deposit.
func (s *scribe) funds(l *line, payer common.Address) bool {
	if l.next == nil || l.next.BlockHash != l.log.BlockHash || l.next.TxHash != l.log.TxHash || l.next.Index != l.log.Index+1 {
		return false
	}
	e, err := s.abi.UnpackDepositedEvent(l.next)
	return err == nil && e.Payer == payer
}

// locked moves what the channel does not hold yet. That follows from the rows so far: it holds what was moved
// into it less what was cleared and reclaimed, and afterwards what is locked less what this epoch has cleared.
func (s *scribe) locked(l *line) error {
	e, err := s.abi.UnpackLockedEvent(l.log)
	if err != nil {
		return err
	}
	total, err := units(e.Locked)
	if err != nil {
		return err
	}
	l.row.Channel, l.row.Epoch, l.row.Total = e.Channel, e.Epoch, money.Amount(total)
	if l.is(e.Consumer) {
		if err := l.add(consumer, Lock, e.Provider, func(r *store.LedgerRow) error { return l.fill(r, total) }); err != nil {
			return err
		}
	}
	if !l.is(e.Provider) {
		return nil
	}
	return l.add(provider, Lock, e.Consumer, func(r *store.LedgerRow) error {
		before, err := l.tx.LedgerEpoch(*r)
		r.Amount = total - before
		return err
	})
}

func (l *line) fill(r *store.LedgerRow, total int64) error {
	held, err := l.tx.LedgerHeld(r.Domain, r.Self, r.Channel)
	if err != nil {
		return err
	}
	epoch := *r
	epoch.Kind = string(Clearing)
	cleared, err := l.tx.LedgerEpoch(epoch)
	r.Amount = total - cleared - held
	r.Deposit, r.Locked = -r.Amount, r.Amount
	return err
}

func (s *scribe) cleared(l *line) error {
	e, err := s.abi.UnpackClearedEvent(l.log)
	if err != nil {
		return err
	}
	paid, err := units(e.Paid)
	if err != nil {
		return err
	}
	l.row.Channel, l.row.Epoch, l.row.Total = e.Channel, e.Epoch, money.Amount(e.Cleared.Uint64())
	return l.clearing(e.Consumer, e.Provider, func(store.LedgerRow) (int64, error) { return paid, nil })
}

// clearedPacked is as many clearings as the event has records. What one paid follows from the rows so far: it is
// what the epoch has cleared in all, less what was cleared before.
func (s *scribe) clearedPacked(l *line) error {
	e, err := s.abi.UnpackClearedPackedEvent(l.log)
	if err != nil {
		return err
	}
	all, err := chain.PackedClearings(e.Records)
	if err != nil {
		return err
	}
	for i, c := range all {
		l.row.Part, l.row.Channel, l.row.Epoch, l.row.Total = i, c.Channel, c.Epoch, c.Cleared
		err := l.clearing(common.Address(c.Consumer), e.Provider, func(r store.LedgerRow) (int64, error) {
			before, err := l.tx.LedgerEpoch(r)
			return int64(c.Cleared) - before, err //nolint:gosec // of 40 bits
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// clearing books what left a consumer's channel for its provider's earnings.
func (l *line) clearing(from, to common.Address, paid func(store.LedgerRow) (int64, error)) error {
	if l.is(from) {
		err := l.add(consumer, Clearing, to, func(r *store.LedgerRow) (err error) {
			r.Amount, err = paid(*r)
			r.Locked = -r.Amount
			return err
		})
		if err != nil {
			return err
		}
	}
	if !l.is(to) {
		return nil
	}
	return l.add(provider, Clearing, from, func(r *store.LedgerRow) (err error) {
		r.Amount, err = paid(*r)
		r.Earnings = r.Amount
		return err
	})
}

func (s *scribe) unlockRequested(l *line) error {
	e, err := s.abi.UnpackUnlockRequestedEvent(l.log)
	if err != nil {
		return err
	}
	l.row.Channel, l.row.Epoch = e.Channel, e.Epoch
	if l.is(e.Provider) {
		s.journal.cfg.Changed()
	}
	return l.both(UnlockRequest, e.Consumer, e.Provider)
}

func (s *scribe) freed(l *line) error {
	e, err := s.abi.UnpackFreedEvent(l.log)
	if err != nil {
		return err
	}
	l.row.Channel, l.row.Epoch = e.Channel, e.Epoch
	return l.both(Release, e.Consumer, e.Provider)
}

// both adds a row that moves nothing to whichever side of a channel this is.
func (l *line) both(kind Kind, from, to common.Address) error {
	nothing := func(*store.LedgerRow) error { return nil }
	if l.is(from) {
		if err := l.add(consumer, kind, to, nothing); err != nil {
			return err
		}
	}
	if !l.is(to) {
		return nil
	}
	return l.add(provider, kind, from, nothing)
}

func (s *scribe) reclaimed(l *line) error {
	e, err := s.abi.UnpackReclaimedEvent(l.log)
	if err != nil || !l.is(e.Consumer) {
		return err
	}
	l.row.Channel, l.row.Epoch = e.Channel, e.Epoch
	return l.add(consumer, Reclaim, common.Address{}, func(r *store.LedgerRow) (err error) {
		r.Amount, err = units(e.Units)
		r.Deposit, r.Locked = r.Amount, -r.Amount
		return err
	})
}

func (s *scribe) withdrawn(l *line) error {
	e, err := s.abi.UnpackWithdrawnEvent(l.log)
	if err != nil || !l.is(e.Provider) {
		return err
	}
	take := func(n *big.Int) func(*store.LedgerRow) error {
		return func(r *store.LedgerRow) (err error) {
			r.Amount, err = units(n)
			r.Earnings = -r.Amount
			return err
		}
	}
	if err := l.add(provider, Withdrawal, e.To, take(e.Net)); err != nil || e.Fee.Sign() == 0 {
		return err
	}
	return l.add(provider, Fee, common.Address{}, take(e.Fee))
}

func (s *scribe) beneficiarySet(l *line) error {
	e, err := s.abi.UnpackBeneficiarySetEvent(l.log)
	if err != nil || !l.is(e.Provider) {
		return err
	}
	return l.add(provider, Beneficiary, e.Beneficiary, func(*store.LedgerRow) error { return nil })
}
