package store

// RecordKey names the slot of a signed record.
type RecordKey struct {
	Author [20]byte
	Kind   uint8
	Slot   uint8
}

// PutRecord stores the newest record of a slot. Network is the domain that its signature is bound to:
// chain ID, 8 bytes, and registry, 20.
func (tx *Tx) PutRecord(key RecordKey, network [28]byte, raw []byte) error {
	return tx.exec("put record", `INSERT INTO record (author, kind, slot, network, raw) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (author, kind, slot) DO UPDATE SET network = excluded.network, raw = excluded.raw`,
		key.Author[:], key.Kind, key.Slot, network[:], raw)
}

// Record returns the record stored for a slot.
func (tx *Tx) Record(key RecordKey) (raw []byte, found bool, err error) {
	found, err = tx.row("record", `SELECT raw FROM record WHERE author = ? AND kind = ? AND slot = ?`,
		[]any{key.Author[:], key.Kind, key.Slot}, &raw)
	return raw, found, err
}

// Records calls each for every stored record of a network. Raw belongs to the callee.
func (tx *Tx) Records(network [28]byte, each func(key RecordKey, raw []byte) error) error {
	return tx.query("records", `SELECT author, kind, slot, raw FROM record WHERE network = ?`,
		[]any{network[:]}, func(scan func(...any) error) error {
			var key RecordKey
			var raw []byte
			if err := scan(Fixed(key.Author[:]), &key.Kind, &key.Slot, &raw); err != nil {
				return err
			}
			return each(key, raw)
		})
}

// DeleteRecord forgets a slot.
func (tx *Tx) DeleteRecord(key RecordKey) error {
	return tx.exec("delete record", `DELETE FROM record WHERE author = ? AND kind = ? AND slot = ?`,
		key.Author[:], key.Kind, key.Slot)
}

// DeleteOtherRecords forgets what belongs to another network than the one given.
func (tx *Tx) DeleteOtherRecords(network [28]byte) error {
	return tx.exec("delete records of other networks", `DELETE FROM record WHERE network <> ?`, network[:])
}

// MarkEquivocator notes that an author contradicted itself; the mark lapses at until, unix milliseconds.
func (tx *Tx) MarkEquivocator(author [20]byte, until uint64) error {
	lapses, err := Int(until)
	if err != nil {
		return err
	}
	return tx.exec("mark equivocator", `INSERT INTO record_equivocator (author, until) VALUES (?, ?)
		ON CONFLICT (author) DO UPDATE SET until = max(until, excluded.until)`, author[:], lapses)
}

// Equivocators returns the marked authors and when each mark lapses, unix milliseconds.
func (tx *Tx) Equivocators() (map[[20]byte]uint64, error) {
	marked := map[[20]byte]uint64{}
	err := tx.query("equivocators", `SELECT author, until FROM record_equivocator`, nil, func(scan func(...any) error) error {
		var author [20]byte
		var until uint64
		if err := scan(Fixed(author[:]), &until); err != nil {
			return err
		}
		marked[author] = until
		return nil
	})
	return marked, err
}

// ForgetEquivocators removes the marks that have lapsed at now, unix milliseconds.
func (tx *Tx) ForgetEquivocators(now uint64) error {
	until, err := Int(now)
	if err != nil {
		return err
	}
	return tx.exec("forget equivocators", `DELETE FROM record_equivocator WHERE until <= ?`, until)
}
