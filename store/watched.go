package store

import "github.com/mysteriumnetwork/myst/money"

// WatchedKey names an epoch of a payment channel, of which a watcher holds the newest promise.
type WatchedKey struct {
	Domain             [32]byte // EIP-712 domain separator
	Consumer, Provider [20]byte
	Channel            uint8
	Epoch              uint16
}

func (k *WatchedKey) args(more ...any) []any {
	return append([]any{k.Domain[:], k.Consumer[:], k.Channel, k.Epoch, k.Provider[:]}, more...)
}

const whereWatched = ` WHERE domain = ? AND consumer = ? AND channel = ? AND epoch = ? AND provider = ?`

// WatchedPromise is a promise that a watcher holds for its provider.
type WatchedPromise struct {
	WatchedKey
	Amount money.Amount
	Due    money.Amount // what it would bring, when that was looked at last
	Nonce  uint64       // that the provider's consent to a fee names
	Intent []byte       // what is submitted
	Asked  uint64       // block in which the unlock was asked for; 0: in none
	LookAt int64        // unix ms
	Tries  uint64       // how often it was submitted since
}

// HoldPromise adds a promise, or puts it in the place of the one of its epoch. When the unlock was asked for stays, and how often
// one of that epoch was submitted.
func (tx *Tx) HoldPromise(w WatchedPromise) error {
	amount, err := Int(w.Amount)
	if err != nil {
		return err
	}
	nonce, err := Int(w.Nonce)
	if err != nil {
		return err
	}
	return tx.exec("hold promise", `INSERT INTO watched_promise
		(domain, consumer, channel, epoch, provider, amount, due, nonce, intent, look_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET amount = excluded.amount, due = excluded.due, nonce = excluded.nonce, intent = excluded.intent,
			look_at = min(look_at, excluded.look_at)`,
		w.args(amount, int64(w.Due), nonce, w.Intent, w.LookAt)...) //nolint:gosec // at most the amount
}

const watchedColumns = `SELECT domain, consumer, channel, epoch, provider, amount, due, nonce, intent, asked, look_at, tries FROM watched_promise`

func (w *WatchedPromise) dest() []any {
	return []any{
		Fixed(w.Domain[:]), Fixed(w.Consumer[:]), &w.Channel, &w.Epoch, Fixed(w.Provider[:]), &w.Amount, &w.Due, &w.Nonce, &w.Intent,
		&w.Asked, &w.LookAt, &w.Tries,
	}
}

// WatchedPromise returns the promise that is held of an epoch.
func (tx *Tx) WatchedPromise(key WatchedKey) (w WatchedPromise, found bool, err error) {
	found, err = tx.row("watched promise", watchedColumns+whereWatched, key.args(), w.dest()...)
	return w, found, err
}

// LeastWatched returns the promise of a provider that brings least, but for those that are being cleared.
func (tx *Tx) LeastWatched(domain [32]byte, provider [20]byte) (w WatchedPromise, found bool, err error) {
	found, err = tx.row("least watched promise", watchedColumns+` WHERE domain = ? AND provider = ?
		AND (due = 0 OR asked = 0 AND tries = 0) ORDER BY due LIMIT 1`,
		[]any{domain[:], provider[:]}, w.dest()...)
	return w, found, err
}

// CountWatched returns how many promises are held for a provider, and in all, of all domains.
func (tx *Tx) CountWatched(domain [32]byte, provider [20]byte) (ofProvider, inAll uint64, err error) {
	_, err = tx.row("count watched promises", `SELECT (SELECT count(*) FROM watched_promise WHERE domain = ? AND provider = ?),
		(SELECT count(*) FROM watched_promise)`, []any{domain[:], provider[:]}, &ofProvider, &inAll)
	return ofProvider, inAll, err
}

// WatchedToLookAt returns promises that are to be looked at by a time, in unix milliseconds: first those whose unlock was
// asked for, of them those that bring something, of them those that were tried least, and then those that bring most.
func (tx *Tx) WatchedToLookAt(domain [32]byte, by int64, limit int) (all []WatchedPromise, err error) {
	err = tx.query("watched promises", watchedColumns+` WHERE domain = ? AND look_at <= ?
		ORDER BY asked = 0, due = 0, tries, due DESC LIMIT ?`, []any{domain[:], by, limit}, func(scan func(...any) error) error {
		var w WatchedPromise
		if err := scan(w.dest()...); err != nil {
			return err
		}
		all = append(all, w)
		return nil
	})
	return all, err
}

// AskedToUnlock notes the block in which the consumer asked for the unlock of an epoch, whose promise is to be looked at
// now. Nothing happens if none is held.
func (tx *Tx) AskedToUnlock(key WatchedKey, block uint64) (held bool, err error) {
	number, err := Int(block)
	if err != nil {
		return false, err
	}
	n, err := tx.changed("mark watched promise", `UPDATE watched_promise SET asked = ?, look_at = 0, tries = 0`+whereWatched,
		append([]any{number}, key.args()...)...)
	return n > 0, err
}

// NotAskedAbove takes back what AskedToUnlock noted of blocks above the given one.
func (tx *Tx) NotAskedAbove(domain [32]byte, block uint64) error {
	number, err := Int(block)
	if err != nil {
		return err
	}
	return tx.exec("unmark watched promises", `UPDATE watched_promise SET asked = 0 WHERE domain = ? AND asked > ?`, domain[:], number)
}

// LookAgain stores what was found of a promise, and when it is looked at again, unless it was changed since it was read: then it
// is due at once.
func (tx *Tx) LookAgain(read WatchedPromise, due money.Amount, at int64, tries uint64) error {
	n, err := Int(tries)
	if err != nil {
		return err
	}
	return tx.exec("look again at watched promise", `UPDATE watched_promise SET due = ?, look_at = ?, tries = ?`+whereWatched+
		` AND amount = ? AND nonce = ? AND asked = ?`,
		append([]any{int64(due), at, n}, read.args(int64(read.Amount), int64(read.Nonce), int64(read.Asked))...)...) //nolint:gosec // read from there
}

// DropWatched removes a promise, unless a larger one has come since it was read.
func (tx *Tx) DropWatched(read WatchedPromise) error {
	return tx.exec("drop watched promise", `DELETE FROM watched_promise`+whereWatched+` AND amount <= ?`,
		read.args(int64(read.Amount))...) //nolint:gosec // read from there
}
