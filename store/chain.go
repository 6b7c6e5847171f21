package store

// Cursor is how far a follower has come.
type Cursor struct {
	ChainID  uint64
	Contract [20]byte
	Number   uint64 // newest block whose logs were applied
}

// BlockRef names a block.
type BlockRef struct {
	Number uint64
	Hash   [32]byte
}

// Cursor returns a follower's cursor.
func (tx *Tx) Cursor(follower string) (c Cursor, found bool, err error) {
	found, err = tx.row("cursor", `SELECT chain_id, contract, number FROM follower WHERE name = ?`,
		[]any{follower}, &c.ChainID, Fixed(c.Contract[:]), &c.Number)
	return c, found, err
}

// SetCursor moves a follower's cursor.
func (tx *Tx) SetCursor(follower string, c Cursor) error {
	chainID, err := Int(c.ChainID)
	if err != nil {
		return err
	}
	number, err := Int(c.Number)
	if err != nil {
		return err
	}
	return tx.exec("set cursor", `INSERT INTO follower (name, chain_id, contract, number) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET chain_id = excluded.chain_id, contract = excluded.contract,
			number = excluded.number`, follower, chainID, c.Contract[:], number)
}

// FollowerBlocks returns the remembered blocks of a follower, newest first.
func (tx *Tx) FollowerBlocks(follower string) (blocks []BlockRef, err error) {
	err = tx.query("follower blocks", `SELECT number, hash FROM follower_block WHERE follower = ?
		ORDER BY number DESC`, []any{follower}, func(scan func(...any) error) error {
		var b BlockRef
		if err := scan(&b.Number, Fixed(b.Hash[:])); err != nil {
			return err
		}
		blocks = append(blocks, b)
		return nil
	})
	return blocks, err
}

// AddFollowerBlock remembers an applied block.
func (tx *Tx) AddFollowerBlock(follower string, block BlockRef) error {
	return tx.exec("add follower block", `INSERT INTO follower_block (follower, number, hash) VALUES (?, ?, ?)`,
		follower, int64(block.Number), block.Hash[:]) // SetCursor refused what does not fit
}

// RemoveFollowerBlock forgets a remembered block.
func (tx *Tx) RemoveFollowerBlock(follower string, number uint64) error {
	return tx.exec("remove follower block", `DELETE FROM follower_block WHERE follower = ? AND number = ?`,
		follower, int64(number)) // it came from there
}

// RemoveFollowerBlocksFrom forgets the remembered blocks from a number on.
func (tx *Tx) RemoveFollowerBlocksFrom(follower string, number uint64) error {
	return tx.exec("remove follower blocks", `DELETE FROM follower_block WHERE follower = ? AND number >= ?`,
		follower, int64(number))
}

// RemoveCursor forgets a follower and its blocks.
func (tx *Tx) RemoveCursor(follower string) error {
	return tx.exec("remove cursor", `DELETE FROM follower WHERE name = ?`, follower) // cascades
}
