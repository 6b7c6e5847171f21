package store

import (
	"strings"

	"github.com/mysteriumnetwork/myst/money"
)

// KindPromise is the kind of the ledger's rows that come from sessions; the others come from the chain.
const KindPromise = "promise"

// LedgerRow is a row of the append-only ledger. Amount, Deposit, Locked and Earnings are changes in units.
type LedgerRow struct {
	ID, Reverses int64 // Reverses is the row that this one takes back; 0 is none
	Reversed     bool  // a later row takes this one back; only read
	Domain       [32]byte
	Self         [20]byte
	Role, Kind   string
	At           int64 // unix ms
	Block        uint64
	BlockHash    [32]byte
	Log          uint
	Part         int // of the log's rows: a packed clearing has several
	Tx           [32]byte
	Counterparty [20]byte
	Channel      uint8
	Epoch        uint16
	Session      [16]byte
	Amount       int64
	Total        money.Amount
	Deposit      int64
	Locked       int64
	Earnings     int64
}

const ledgerColumns = `reverses, domain, self, role, kind, at, block, block_hash, log, tx, counterparty,
	channel, epoch, session, amount, total, deposit, locked, earnings, part`

// AppendLedger adds a row.
func (tx *Tx) AppendLedger(r LedgerRow) error {
	total, err := Int(r.Total)
	if err != nil {
		return err
	}
	block, err := Int(r.Block)
	if err != nil {
		return err
	}
	var reverses any
	if r.Reverses != 0 {
		reverses = r.Reverses
	}
	return tx.exec("append to ledger", `INSERT INTO ledger (`+ledgerColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		reverses, r.Domain[:], r.Self[:], r.Role, r.Kind, r.At, block, r.BlockHash[:], int64(r.Log), r.Tx[:], r.Counterparty[:],
		r.Channel, r.Epoch, r.Session[:], r.Amount, total, r.Deposit, r.Locked, r.Earnings, r.Part)
}

// standing holds for rows that nothing has taken back and that take nothing back.
const standing = ` reverses IS NULL AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE later.reverses = ledger.id) `

// LedgerHas says whether a row of a log, for one role, kind and part, stands.
func (tx *Tx) LedgerHas(r LedgerRow) (found bool, err error) {
	var one int
	return tx.row("look into ledger", `SELECT 1 FROM ledger WHERE domain = ? AND self = ? AND tx = ? AND block_hash = ? AND log = ?
		AND role = ? AND kind = ? AND part = ? AND`+standing,
		[]any{r.Domain[:], r.Self[:], r.Tx[:], r.BlockHash[:], int64(r.Log), r.Role, r.Kind, r.Part}, &one)
}

// LedgerBooked says whether a row of a transaction stands.
func (tx *Tx) LedgerBooked(domain [32]byte, self [20]byte, transaction [32]byte) (found bool, err error) {
	var one int
	return tx.row("look into ledger", `SELECT 1 FROM ledger WHERE domain = ? AND self = ? AND tx = ? AND`+standing+`LIMIT 1`,
		[]any{domain[:], self[:], transaction[:]}, &one)
}

// LedgerEpoch sums up the rows of one kind and role with a counterparty in an epoch of a channel.
// What is taken back cancels out.
func (tx *Tx) LedgerEpoch(r LedgerRow) (sum int64, err error) {
	_, err = tx.row("sum up ledger", `SELECT coalesce(sum(amount), 0) FROM ledger WHERE domain = ? AND self = ? AND kind = ?
		AND role = ? AND counterparty = ? AND channel = ? AND epoch = ?`,
		[]any{r.Domain[:], r.Self[:], r.Kind, r.Role, r.Counterparty[:], r.Channel, r.Epoch}, &sum)
	return sum, err
}

// LedgerProviders returns whom a consumer has ever locked for, by the ledger.
func (tx *Tx) LedgerProviders(domain [32]byte, self [20]byte) (all [][20]byte, err error) {
	err = tx.query("look into ledger", `SELECT DISTINCT counterparty FROM ledger WHERE domain = ? AND self = ? AND role = 'consumer' AND kind = 'lock'`,
		[]any{domain[:], self[:]}, func(scan func(...any) error) error {
			var who [20]byte
			if err := scan(Fixed(who[:])); err != nil {
				return err
			}
			all = append(all, who)
			return nil
		})
	return all, err
}

// LedgerHeld returns what a channel of a consumer's own holds, by the ledger.
func (tx *Tx) LedgerHeld(domain [32]byte, self [20]byte, channel uint8) (held int64, err error) {
	_, err = tx.row("sum up ledger", `SELECT coalesce(sum(locked), 0) FROM ledger WHERE domain = ? AND self = ? AND channel = ?`,
		[]any{domain[:], self[:], channel}, &held)
	return held, err
}

// LedgerTotals returns an identity's deposit, what its channels hold, and its earnings, by the ledger.
func (tx *Tx) LedgerTotals(domain [32]byte, self [20]byte) (deposit, locked, earnings int64, err error) {
	_, err = tx.row("sum up ledger", `SELECT coalesce(sum(deposit), 0), coalesce(sum(locked), 0), coalesce(sum(earnings), 0)
		FROM ledger WHERE domain = ? AND self = ?`, []any{domain[:], self[:]}, &deposit, &locked, &earnings)
	return deposit, locked, earnings, err
}

// ReverseLedgerAbove takes back what an identity's rows say of blocks above one, newest first.
func (tx *Tx) ReverseLedgerAbove(domain [32]byte, self [20]byte, block uint64, at int64) error {
	rows, err := tx.ledger(`WHERE domain = ? AND self = ? AND block > ? AND`+standing+`ORDER BY id DESC`, domain[:], self[:], int64(block))
	if err != nil {
		return err
	}
	for _, r := range rows {
		r.Reverses, r.At = r.ID, at
		r.Amount, r.Deposit, r.Locked, r.Earnings = -r.Amount, -r.Deposit, -r.Locked, -r.Earnings
		if err := tx.AppendLedger(r); err != nil {
			return err
		}
	}
	return nil
}

// LedgerFilter selects rows; zero fields do not filter.
type LedgerFilter struct {
	Since, Until int64    // unix ms; Until is exclusive
	Kind         string   // of row
	Identity     [20]byte // self or counterparty
	Session      [16]byte
	Limit        int // newest rows; zero is all
}

// Ledger returns the rows of a domain that a filter selects, oldest first.
func (tx *Tx) Ledger(domain [32]byte, f LedgerFilter) ([]LedgerRow, error) {
	where, args := []string{"domain = ?"}, []any{domain[:]}
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if f.Since != 0 {
		add("at >= ?", f.Since)
	}
	if f.Until != 0 {
		add("at < ?", f.Until)
	}
	if f.Kind != "" {
		add("kind = ?", f.Kind)
	}
	if f.Identity != ([20]byte{}) {
		add("(self = ? OR counterparty = ?)", f.Identity[:], f.Identity[:])
	}
	if f.Session != ([16]byte{}) {
		add("session = ?", f.Session[:])
	}
	condition := "WHERE " + strings.Join(where, " AND ")
	if f.Limit > 0 {
		condition = "WHERE id IN (SELECT id FROM ledger " + condition + " ORDER BY id DESC LIMIT ?)"
		args = append(args, f.Limit)
	}
	return tx.ledger(condition+" ORDER BY id", args...)
}

func (tx *Tx) ledger(where string, args ...any) (all []LedgerRow, err error) {
	err = tx.query("read ledger", `SELECT id, EXISTS (SELECT 1 FROM ledger AS later WHERE later.reverses = ledger.id),
		coalesce(reverses, 0), domain, self, role, kind, at, block, block_hash, log, tx, counterparty,
		channel, epoch, session, amount, total, deposit, locked, earnings, part FROM ledger `+where, args, func(scan func(...any) error) error {
		var r LedgerRow
		if err := scan(&r.ID, &r.Reversed, &r.Reverses, Fixed(r.Domain[:]), Fixed(r.Self[:]), &r.Role, &r.Kind, &r.At, &r.Block,
			Fixed(r.BlockHash[:]), &r.Log, Fixed(r.Tx[:]), Fixed(r.Counterparty[:]), &r.Channel, &r.Epoch, Fixed(r.Session[:]),
			&r.Amount, &r.Total, &r.Deposit, &r.Locked, &r.Earnings, &r.Part); err != nil {
			return err
		}
		all = append(all, r)
		return nil
	})
	return all, err
}

// BookPromise adds a row with what the kept promise of an epoch is above the rows that the epoch has. Nothing
// happens when there is no more. role is what self is, key names the promise.
func (tx *Tx) BookPromise(role string, key Promise, session [16]byte, at int64) error {
	kept, found, err := tx.Promise(key)
	if err != nil || !found {
		return err
	}
	row := LedgerRow{
		Domain: kept.Domain, Self: kept.Provider, Role: role, Kind: KindPromise, At: at, Counterparty: kept.Consumer,
		Channel: kept.Channel, Epoch: kept.Epoch, Session: session, Total: kept.Amount,
	}
	if role == "consumer" {
		row.Self, row.Counterparty = kept.Consumer, kept.Provider
	}
	booked, err := tx.LedgerEpoch(row)
	if err != nil {
		return err
	}
	amount, err := Int(kept.Amount)
	if err != nil {
		return err
	}
	if row.Amount = amount - booked; row.Amount <= 0 {
		return nil
	}
	return tx.AppendLedger(row)
}

// EpochSum is what one epoch of a consumer's channel has brought a provider, by the ledger.
type EpochSum struct {
	Self, Consumer [20]byte
	Channel        uint8
	Epoch          uint16
	Booked         int64 // promised, by the rows
	Cleared        int64
	Promised       money.Amount // the kept promise; 0 when it is forgotten
}

// LedgerEpochs returns the epochs in which identities of this database were providers.
func (tx *Tx) LedgerEpochs(domain [32]byte) (all []EpochSum, err error) {
	err = tx.query("sum up ledger", `SELECT self, counterparty, l.channel, l.epoch,
			sum(CASE kind WHEN 'promise' THEN l.amount ELSE 0 END), sum(CASE kind WHEN 'clearing' THEN l.amount ELSE 0 END),
			coalesce(p.amount, 0)
		FROM ledger AS l LEFT JOIN payment_promise AS p ON p.domain = l.domain AND p.consumer = counterparty
			AND p.provider = self AND p.channel = l.channel AND p.epoch = l.epoch
		WHERE l.domain = ? AND role = 'provider' AND kind IN ('promise', 'clearing')
		GROUP BY self, counterparty, l.channel, l.epoch`, []any{domain[:]}, func(scan func(...any) error) error {
		var e EpochSum
		if err := scan(Fixed(e.Self[:]), Fixed(e.Consumer[:]), &e.Channel, &e.Epoch, &e.Booked, &e.Cleared, &e.Promised); err != nil {
			return err
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// KindSum is what an identity's rows of one kind add up to.
type KindSum struct {
	Self   [20]byte
	Kind   string
	Amount int64
}

// LedgerKinds sums up the rows of each identity as a provider, by kind.
func (tx *Tx) LedgerKinds(domain [32]byte) (all []KindSum, err error) {
	err = tx.query("sum up ledger", `SELECT self, kind, sum(amount) FROM ledger WHERE domain = ? AND role = 'provider'
		GROUP BY self, kind`, []any{domain[:]}, func(scan func(...any) error) error {
		var k KindSum
		if err := scan(Fixed(k.Self[:]), &k.Kind, &k.Amount); err != nil {
			return err
		}
		all = append(all, k)
		return nil
	})
	return all, err
}
