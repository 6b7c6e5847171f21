package store

// Release is an epoch of a payment channel that its provider has released.
type Release struct {
	Domain             [32]byte // EIP-712 domain separator
	Provider, Consumer [20]byte
	Channel            uint8
	Epoch              uint16
}

func (r Release) key() []any {
	return []any{r.Domain[:], r.Provider[:], r.Consumer[:], r.Channel, r.Epoch}
}

const whereRelease = ` FROM payment_release WHERE domain = ? AND provider = ? AND consumer = ? AND channel = ? AND epoch = ?`

// SaveRelease notes that an epoch is released; a second time changes nothing.
func (tx *Tx) SaveRelease(r Release) error {
	return tx.exec("save release", `INSERT OR IGNORE INTO payment_release (domain, provider, consumer, channel, epoch)
		VALUES (?, ?, ?, ?, ?)`, r.key()...)
}

// Released says whether an epoch is released.
func (tx *Tx) Released(r Release) (bool, error) {
	var one int
	return tx.row("release", `SELECT 1`+whereRelease, r.key(), &one)
}

// Releases returns the epochs that a provider has released.
func (tx *Tx) Releases(domain [32]byte, provider [20]byte) (all []Release, err error) {
	err = tx.query("releases", `SELECT consumer, channel, epoch FROM payment_release WHERE domain = ? AND provider = ?
		ORDER BY consumer, channel, epoch`, []any{domain[:], provider[:]}, func(scan func(...any) error) error {
		r := Release{Domain: domain, Provider: provider}
		if err := scan(Fixed(r.Consumer[:]), &r.Channel, &r.Epoch); err != nil {
			return err
		}
		all = append(all, r)
		return nil
	})
	return all, err
}

// DeleteRelease forgets that an epoch was released, once it is over for good.
func (tx *Tx) DeleteRelease(r Release) error {
	return tx.exec("delete release", `DELETE`+whereRelease, r.key()...)
}
