package store

import (
	"slices"
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

// The ledger's sums. Each is answered by an index alone.
const (
	epochSum = `SELECT coalesce(sum(amount), 0) FROM ledger WHERE domain = ? AND self = ? AND role = ? AND kind = ?
		AND counterparty = ? AND channel = ? AND epoch = ?`
	heldSum   = `SELECT coalesce(sum(locked), 0) FROM ledger WHERE domain = ? AND self = ? AND channel = ?`
	totalSums = `SELECT coalesce(sum(deposit), 0), coalesce(sum(locked), 0), coalesce(sum(earnings), 0)
		FROM ledger WHERE domain = ? AND self = ?`
	kindSums = `SELECT coalesce(sum(CASE kind WHEN 'relay-fee' THEN amount END), 0), coalesce(sum(CASE kind WHEN 'withdrawal' THEN amount END), 0),
		coalesce(sum(CASE kind WHEN 'fee' THEN amount END), 0)
		FROM ledger WHERE domain = ? AND self = ? AND role = 'provider' AND kind IN ('relay-fee', 'withdrawal', 'fee')`
	// What was promised in an epoch is the most of what is kept, booked and cleared. Nothing more is cleared in one
	// that was released, or whose promise is forgotten.
	earnedSums = `WITH part AS (
			SELECT counterparty AS consumer, channel, epoch, amount AS booked, 0 AS cleared, 0 AS kept, 0 AS released
			FROM ledger WHERE domain = ?1 AND self = ?2 AND role = 'provider' AND kind = 'promise'
			UNION ALL SELECT counterparty, channel, epoch, 0, amount, 0, 0
			FROM ledger WHERE domain = ?1 AND self = ?2 AND role = 'provider' AND kind = 'clearing'
			UNION ALL SELECT counterparty, channel, epoch, 0, 0, 0, iif(reverses IS NULL, 1, -1)
			FROM ledger WHERE domain = ?1 AND self = ?2 AND role = 'provider' AND kind = 'release'
			UNION ALL SELECT consumer, channel, epoch, 0, 0, amount, 0 FROM payment_promise WHERE domain = ?1 AND provider = ?2
		), epochs AS (
			SELECT sum(cleared) AS cleared, max(sum(kept), sum(booked), sum(cleared)) AS promised, sum(kept) > 0 AND sum(released) <= 0 AS open
			FROM part GROUP BY consumer, channel, epoch
		)
		SELECT coalesce(sum(promised), 0), coalesce(sum(cleared), 0), coalesce(sum(iif(open, promised - cleared, 0)), 0),
			coalesce(sum(iif(open, 0, promised - cleared)), 0) FROM epochs`
)

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

// standing holds for rows that nothing has taken back and that take nothing back. Nearly every row has NULL there, and SQLite
// takes that for a good place to begin: whoever asks names the index.
const standing = ` reverses IS NULL AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE later.reverses = old.id) `

const (
	logHas = `SELECT 1 FROM ledger AS old INDEXED BY ledger_tx WHERE domain = ? AND self = ? AND tx = ? AND block_hash = ? AND log = ?
		AND role = ? AND kind = ? AND part = ? AND` + standing
	txBooked     = `SELECT 1 FROM ledger AS old INDEXED BY ledger_tx WHERE domain = ? AND self = ? AND tx = ? AND` + standing + `LIMIT 1`
	reverseAbove = `INSERT INTO ledger (reverses, domain, self, role, kind, at, block, block_hash, log, tx, counterparty, channel, epoch, session,
			amount, total, deposit, locked, earnings, part)
		SELECT id, domain, self, role, kind, ?3, block, block_hash, log, tx, counterparty, channel, epoch, session,
			-amount, total, -deposit, -locked, -earnings, part
		FROM ledger AS old INDEXED BY ledger_block WHERE domain = ?1 AND self = ?2 AND block > ?4 AND` + standing + `ORDER BY id DESC`
)

// LedgerHas says whether a row of a log, for one role, kind and part, stands.
func (tx *Tx) LedgerHas(r LedgerRow) (found bool, err error) {
	var one int
	return tx.row("look into ledger", logHas,
		[]any{r.Domain[:], r.Self[:], r.Tx[:], r.BlockHash[:], int64(r.Log), r.Role, r.Kind, r.Part}, &one)
}

// LedgerBooked says whether a row of a transaction stands.
func (tx *Tx) LedgerBooked(domain [32]byte, self [20]byte, transaction [32]byte) (found bool, err error) {
	var one int
	return tx.row("look into ledger", txBooked,
		[]any{domain[:], self[:], transaction[:]}, &one)
}

// LedgerEpoch sums up the rows of one kind and role with a counterparty in an epoch of a channel.
// What is taken back cancels out.
func (tx *Tx) LedgerEpoch(r LedgerRow) (sum int64, err error) {
	_, err = tx.row("sum up ledger", epochSum,
		[]any{r.Domain[:], r.Self[:], r.Role, r.Kind, r.Counterparty[:], r.Channel, r.Epoch}, &sum)
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
	_, err = tx.row("sum up ledger", heldSum, []any{domain[:], self[:], channel}, &held)
	return held, err
}

// LedgerTotals returns an identity's deposit, what its channels hold, and its earnings, by the ledger.
func (tx *Tx) LedgerTotals(domain [32]byte, self [20]byte) (deposit, locked, earnings int64, err error) {
	_, err = tx.row("sum up ledger", totalSums, []any{domain[:], self[:]}, &deposit, &locked, &earnings)
	return deposit, locked, earnings, err
}

// ReverseLedgerAbove takes back what an identity's rows say of blocks above one, newest first.
func (tx *Tx) ReverseLedgerAbove(domain [32]byte, self [20]byte, block uint64, at int64) error {
	above, err := Int(block)
	if err != nil {
		return err
	}
	return tx.exec("take ledger back", reverseAbove, domain[:], self[:], at, above)
}

// LedgerFilter selects rows; zero fields do not filter.
type LedgerFilter struct {
	Since, Until int64    // unix ms; Until is exclusive
	Kind         string   // of row
	Self         [20]byte // whose rows, beside those of Other
	Other        [20]byte // rows of its own, or of Self with it
	Session      [16]byte
	From, Before int64 // the oldest rows from this one on; or the newest before this one
	Limit        int   // zero is all
}

// Ledger returns the rows of a domain that a filter selects, oldest first: the newest of them, or with From the oldest.
func (tx *Tx) Ledger(domain [32]byte, f LedgerFilter) ([]LedgerRow, error) {
	condition, args := f.where(domain)
	order := "DESC"
	if f.From > 0 {
		order = "ASC"
	}
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	rows, err := tx.ledger(condition+" ORDER BY id "+order+" LIMIT ?", append(args, limit)...)
	if f.From == 0 {
		slices.Reverse(rows)
	}
	return rows, err
}

func (f LedgerFilter) where(domain [32]byte) (condition string, args []any) {
	where, args := []string{"domain = ?"}, []any{domain[:]}
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if f.Other == ([20]byte{}) || f.Other == f.Self {
		add("self = ?", f.Self[:])
	} else {
		add("(self = ? OR self = ? AND counterparty = ?)", f.Other[:], f.Self[:], f.Other[:])
	}
	for i, bound := range []int64{f.Since, f.Until, f.From, f.Before} {
		if bound != 0 {
			add([]string{"at >= ?", "at < ?", "id >= ?", "id < ?"}[i], bound)
		}
	}
	if f.Kind != "" {
		add("kind = ?", f.Kind)
	}
	if f.Session != ([16]byte{}) {
		add("session = ?", f.Session[:])
	}
	return "WHERE " + strings.Join(where, " AND "), args
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

// Earned is what an identity earned as a provider, by the ledger and the promises that are kept, in units.
type Earned struct {
	Promised, Cleared        int64
	Uncleared, Lapsed        int64 // of Promised: can be cleared, and cannot any more
	Relayed, Withdrawn, Kept int64 // fees earned as a relayer; paid out; kept by the network
}

// LedgerEarned sums up what an identity earned as a provider.
func (tx *Tx) LedgerEarned(domain [32]byte, self [20]byte) (e Earned, err error) {
	key := []any{domain[:], self[:]}
	_, err = tx.row("sum up ledger", earnedSums, key, &e.Promised, &e.Cleared, &e.Uncleared, &e.Lapsed)
	if err == nil {
		_, err = tx.row("sum up ledger", kindSums, key, &e.Relayed, &e.Withdrawn, &e.Kept)
	}
	return e, err
}

// LedgerSelves returns the identities that have rows.
func (tx *Tx) LedgerSelves(domain [32]byte) (all [][20]byte, err error) {
	err = tx.query("look into ledger", `SELECT DISTINCT self FROM ledger WHERE domain = ?`, []any{domain[:]}, func(scan func(...any) error) error {
		var who [20]byte
		if err := scan(Fixed(who[:])); err != nil {
			return err
		}
		all = append(all, who)
		return nil
	})
	return all, err
}
