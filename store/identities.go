package store

// PutIdentity notes that the registry contract registered a key, in the given block.
func (tx *Tx) PutIdentity(address [20]byte, publicKey [64]byte, block uint64) error {
	number, err := Int(block)
	if err != nil {
		return err
	}
	return tx.exec("put identity", `INSERT INTO identity (address, public_key, block) VALUES (?, ?, ?)
		ON CONFLICT (address) DO UPDATE SET public_key = excluded.public_key, block = excluded.block`,
		address[:], publicKey[:], number)
}

// Identity returns the public key registered for an address, and the block that registered it.
func (tx *Tx) Identity(address [20]byte) (publicKey [64]byte, block uint64, found bool, err error) {
	found, err = tx.row("identity", `SELECT public_key, block FROM identity WHERE address = ?`,
		[]any{address[:]}, Fixed(publicKey[:]), &block)
	return publicKey, block, found, err
}

// CountIdentities returns how many identities are registered.
func (tx *Tx) CountIdentities() (n uint64, err error) {
	_, err = tx.row("count identities", `SELECT count(*) FROM identity`, nil, &n)
	return n, err
}

// RemoveIdentitiesAbove forgets what blocks above the given one registered.
func (tx *Tx) RemoveIdentitiesAbove(block uint64) error {
	number, err := Int(block)
	if err != nil {
		return err
	}
	return tx.exec("remove identities", `DELETE FROM identity WHERE block > ?`, number)
}

// EachIdentity calls each for every registered identity.
func (tx *Tx) EachIdentity(each func(address [20]byte, publicKey [64]byte, block uint64) error) error {
	return tx.query("identities", `SELECT address, public_key, block FROM identity ORDER BY address`, nil,
		func(scan func(...any) error) error {
			var address [20]byte
			var key [64]byte
			var block uint64
			if err := scan(Fixed(address[:]), Fixed(key[:]), &block); err != nil {
				return err
			}
			return each(address, key, block)
		})
}
