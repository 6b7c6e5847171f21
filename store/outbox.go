package store

import "database/sql"

// OutboxRow is a transaction to take effect once.
type OutboxRow struct {
	ID        int64
	ChainID   uint64
	Sender    [20]byte
	Key       string // the caller's name for it; unique per chain and sender
	Recipient [20]byte
	Data      []byte
	State     string // queued, sent, mined, failed
	HasNonce  bool
	Nonce     uint64
	MinedHash [32]byte // zero while it is in no block
	Block     uint64
	BlockHash [32]byte
	Reason    string
	Final     bool
	Created   int64 // unix ms
}

// OutboxAttempt is one signed form of a transaction.
type OutboxAttempt struct {
	Hash    [32]byte
	Nonce   uint64
	Raw     []byte
	Created int64 // unix ms
}

const outboxColumns = `id, chain_id, sender, key, recipient, data, state, nonce, mined_hash, block, block_hash, reason, final, created`

// optional scans a BLOB column that may be NULL.
type optional []byte

// Scan implements [sql.Scanner].
func (o optional) Scan(value any) error {
	if value == nil {
		clear(o)
		return nil
	}
	return fixed(o).Scan(value)
}

func (r *OutboxRow) scan(scan func(...any) error) error {
	var nonce sql.NullInt64
	err := scan(&r.ID, &r.ChainID, Fixed(r.Sender[:]), &r.Key, Fixed(r.Recipient[:]), &r.Data, &r.State, &nonce,
		optional(r.MinedHash[:]), &r.Block, optional(r.BlockHash[:]), &r.Reason, &r.Final, &r.Created)
	r.HasNonce, r.Nonce = nonce.Valid, uint64(nonce.Int64) //nolint:gosec // was checked when written
	return err
}

func (tx *Tx) outbox(what, where string, args ...any) (rows []OutboxRow, err error) {
	err = tx.query(what, `SELECT `+outboxColumns+` FROM outbox WHERE `+where, args, func(scan func(...any) error) error {
		var r OutboxRow
		if err := r.scan(scan); err != nil {
			return err
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

func one(rows []OutboxRow, err error) (OutboxRow, bool, error) {
	if err != nil || len(rows) == 0 {
		return OutboxRow{}, false, err
	}
	return rows[0], true, nil
}

// AddOutbox adds a queued transaction and returns its ID. Of the row it takes ChainID, Sender, Key,
// Recipient, Data and Created.
func (tx *Tx) AddOutbox(r OutboxRow) (id int64, err error) {
	chainID, err := Int(r.ChainID)
	if err != nil {
		return 0, err
	}
	_, err = tx.row("add to outbox", `INSERT INTO outbox (chain_id, sender, key, recipient, data, state, created)
		VALUES (?, ?, ?, ?, ?, 'queued', ?) RETURNING id`,
		[]any{chainID, r.Sender[:], r.Key, r.Recipient[:], r.Data, r.Created}, &id)
	return id, err
}

// Outbox returns a transaction by its ID.
func (tx *Tx) Outbox(id int64) (OutboxRow, bool, error) {
	return one(tx.outbox("outbox", `id = ?`, id))
}

// OutboxByKey returns a transaction by its key.
func (tx *Tx) OutboxByKey(chainID uint64, sender [20]byte, key string) (OutboxRow, bool, error) {
	return one(tx.outbox("outbox by key", `chain_id = ? AND sender = ? AND key = ?`, int64(chainID), sender[:], key)) //nolint:gosec // too large a one finds nothing
}

// OpenOutbox returns a sender's transactions that are not final, oldest first.
func (tx *Tx) OpenOutbox(chainID uint64, sender [20]byte) ([]OutboxRow, error) {
	return tx.outbox("open outbox", `chain_id = ? AND sender = ? AND final = 0 ORDER BY id`, int64(chainID), sender[:]) //nolint:gosec // as above
}

// FinalNonces returns how many nonces a sender's final transactions have used: one more than the highest.
func (tx *Tx) FinalNonces(chainID uint64, sender [20]byte) (used uint64, err error) {
	_, err = tx.row("final nonces", `SELECT coalesce(max(nonce) + 1, 0) FROM outbox
		WHERE chain_id = ? AND sender = ? AND final = 1`, []any{int64(chainID), sender[:]}, &used) //nolint:gosec // as above
	return used, err
}

// SetOutbox stores what can change of a transaction: State, nonce, block, Reason and Final.
func (tx *Tx) SetOutbox(r OutboxRow) error {
	nonce := sql.NullInt64{Valid: r.HasNonce}
	var err error
	if nonce.Int64, err = Int(r.Nonce); err != nil {
		return err
	}
	block, err := Int(r.Block)
	if err != nil {
		return err
	}
	var minedHash, blockHash []byte // NULL
	if r.MinedHash != ([32]byte{}) {
		minedHash, blockHash = r.MinedHash[:], r.BlockHash[:]
	}
	return tx.exec("set outbox", `UPDATE outbox SET state = ?, nonce = ?, mined_hash = ?, block = ?, block_hash = ?,
		reason = ?, final = ? WHERE id = ?`, r.State, nonce, minedHash, block, blockHash, r.Reason, r.Final, r.ID)
}

// AddOutboxAttempt adds a signed form of a transaction.
func (tx *Tx) AddOutboxAttempt(id int64, a OutboxAttempt) error {
	nonce, err := Int(a.Nonce)
	if err != nil {
		return err
	}
	return tx.exec("add outbox attempt", `INSERT INTO outbox_attempt (outbox, number, hash, nonce, raw, created)
		SELECT ?, 1 + coalesce(max(number), 0), ?, ?, ?, ? FROM outbox_attempt WHERE outbox = ?`,
		id, a.Hash[:], nonce, a.Raw, a.Created, id)
}

// OutboxAttempts returns the signed forms of a transaction, newest first.
func (tx *Tx) OutboxAttempts(id int64) (attempts []OutboxAttempt, err error) {
	err = tx.query("outbox attempts", `SELECT hash, nonce, raw, created FROM outbox_attempt WHERE outbox = ?
		ORDER BY number DESC`, []any{id}, func(scan func(...any) error) error {
		var a OutboxAttempt
		if err := scan(Fixed(a.Hash[:]), &a.Nonce, &a.Raw, &a.Created); err != nil {
			return err
		}
		attempts = append(attempts, a)
		return nil
	})
	return attempts, err
}
