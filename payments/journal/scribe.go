package journal

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

const (
	consumer = "consumer"
	provider = "provider"
)

// topics returns the filters of events that name an identity first, and of those that name it second.
func topics(self identity.Address) (first, second [][]common.Hash) {
	events := contracts.NewPayments().GetABI().Events
	var ids []common.Hash
	for _, name := range []string{
		contracts.PaymentsDepositedEventName, contracts.PaymentsRelayedEventName, contracts.PaymentsDepositWithdrawnEventName,
		contracts.PaymentsLockedEventName, contracts.PaymentsClearedEventName, contracts.PaymentsUnlockRequestedEventName,
		contracts.PaymentsFreedEventName, contracts.PaymentsReclaimedEventName, contracts.PaymentsWithdrawnEventName,
		contracts.PaymentsBeneficiarySetEventName,
	} {
		ids = append(ids, events[name].ID)
	}
	who := []common.Hash{common.BytesToHash(self[:])}
	return [][]common.Hash{ids, who}, [][]common.Hash{ids, nil, who}
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
	row  store.LedgerRow // what every row of the event has
}

// Apply implements chain.Handler. An event that has its rows already changes nothing.
func (s *scribe) Apply(tx *store.Tx, log types.Log) error {
	write := s.events[log.Topics[0]]
	if write == nil {
		return nil
	}
	return write(&line{tx: tx, self: s.journal.cfg.Self, log: &log, row: store.LedgerRow{
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

// relayed pays a relayer from the payer's wallet, beside what is deposited.
func (s *scribe) relayed(l *line) error {
	e, err := s.abi.UnpackRelayedEvent(l.log)
	if err != nil || e.Fee == 0 {
		return err
	}
	fee, err := units(new(big.Int).SetUint64(e.Fee))
	if err == nil && l.is(e.Payer) {
		err = l.add(consumer, RelayFee, e.Relayer, func(r *store.LedgerRow) error { r.Amount = fee; return nil })
	}
	if err == nil && l.is(e.Relayer) {
		err = l.add(provider, RelayFee, e.Payer, func(r *store.LedgerRow) error { r.Amount, r.Earnings = fee, fee; return nil })
	}
	return err
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
	if l.is(e.Consumer) {
		err := l.add(consumer, Clearing, e.Provider, func(r *store.LedgerRow) error { r.Amount, r.Locked = paid, -paid; return nil })
		if err != nil {
			return err
		}
	}
	if !l.is(e.Provider) {
		return nil
	}
	return l.add(provider, Clearing, e.Consumer, func(r *store.LedgerRow) error { r.Amount, r.Earnings = paid, paid; return nil })
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

// earningsBuilder sums up, one identity after the other.
type earningsBuilder struct{ all []Earnings }

func (b *earningsBuilder) of(who identity.Address) *Earnings {
	i := slices.IndexFunc(b.all, func(e Earnings) bool { return e.Identity == who })
	if i < 0 {
		i, b.all = len(b.all), append(b.all, Earnings{Identity: who})
	}
	return &b.all[i]
}

func (b *earningsBuilder) add(k store.KindSum) {
	e, sum := b.of(k.Self), money.Amount(max(k.Amount, 0))
	switch Kind(k.Kind) {
	case Clearing:
		e.Cleared, e.Held = sum, e.Held+sum
	case RelayFee:
		e.Held += sum
	case Withdrawal:
		e.Withdrawn, e.Held = sum, e.Held-sum
	case Fee:
		e.Fees, e.Held = sum, e.Held-sum
	default:
	}
}

// epoch adds what was promised in one. Where the promise is kept it is the newest; it is forgotten when the
// chain has ended the epoch.
func (b *earningsBuilder) epoch(s store.EpochSum) {
	e, cleared := b.of(s.Self), money.Amount(max(s.Cleared, 0))
	promised := max(s.Promised, money.Amount(max(s.Booked, 0)), cleared)
	e.Promised += promised
	if s.Promised > 0 {
		e.Uncleared += promised - cleared
	} else {
		e.Lapsed += promised - cleared
	}
}
