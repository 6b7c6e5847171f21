package store

import (
	"github.com/mysteriumnetwork/myst/money"
)

// Promise is the newest promise of one epoch of one payment channel.
type Promise struct {
	Domain             [32]byte // EIP-712 domain separator
	Consumer, Provider [20]byte
	Channel            uint8
	Epoch              uint16
	Amount             money.Amount
	Signature          [65]byte
	Updated            int64 // unix ms
	// Session is what the promise was made in, zero if that is not known, and Progress is that session's at the time.
	Session [16]byte
	Progress
}

// Progress is what changes in a session's account while it is open.
type Progress struct {
	Sent, Received uint64
	Billed         uint64
	Elapsed        int64 // ms
	Due, Promised  money.Amount
	Promises       uint64
	Window         uint64
}

// args are the values of progressColumns.
func (p Progress) args(args []any) ([]any, error) {
	for _, n := range [...]uint64{p.Sent, p.Received, p.Billed, uint64(p.Due), uint64(p.Promised), p.Promises, p.Window} {
		i, err := Int(n)
		if err != nil {
			return nil, err
		}
		args = append(args, i)
	}
	return append(args, p.Elapsed), nil
}

func (p *Progress) dest(dest []any) []any {
	return append(dest, &p.Sent, &p.Received, &p.Billed, &p.Due, &p.Promised, &p.Promises, &p.Window, &p.Elapsed)
}

const progressColumns = `sent, received, billed, due, promised, promises, traffic_window, elapsed`

// SavePromise keeps a promise and the progress of its session, which is one row because both are stored for every
// promise. Nothing happens if a larger promise of the epoch is kept already.
func (tx *Tx) SavePromise(p Promise) error {
	amount, err := Int(p.Amount)
	if err != nil {
		return err
	}
	args, err := p.args([]any{
		p.Domain[:], p.Consumer[:], p.Provider[:], p.Channel, p.Epoch, amount, p.Signature[:], p.Updated, p.Session[:],
	})
	if err != nil {
		return err
	}
	return tx.exec("save promise", `INSERT INTO payment_promise
		(domain, consumer, provider, channel, epoch, amount, signature, updated, session_id, `+progressColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET amount = excluded.amount, signature = excluded.signature, updated = excluded.updated,
			session_id = excluded.session_id, sent = excluded.sent, received = excluded.received, billed = excluded.billed,
			due = excluded.due, promised = excluded.promised, promises = excluded.promises,
			traffic_window = excluded.traffic_window, elapsed = excluded.elapsed
		WHERE excluded.amount > amount`, args...)
}

const promiseColumns = `SELECT domain, consumer, provider, channel, epoch, amount, signature, updated, session_id, ` + progressColumns +
	` FROM payment_promise `

func (p *Promise) dest() []any {
	return p.Progress.dest([]any{
		Fixed(p.Domain[:]), Fixed(p.Consumer[:]), Fixed(p.Provider[:]), &p.Channel, &p.Epoch, &p.Amount,
		Fixed(p.Signature[:]), &p.Updated, Fixed(p.Session[:]),
	})
}

// Promise returns the promise of the domain, the parties, the channel and the epoch that key names.
func (tx *Tx) Promise(key Promise) (p Promise, found bool, err error) {
	found, err = tx.row("promise", promiseColumns+
		`WHERE domain = ? AND consumer = ? AND provider = ? AND channel = ? AND epoch = ?`,
		[]any{key.Domain[:], key.Consumer[:], key.Provider[:], key.Channel, key.Epoch}, p.dest()...)
	return p, found, err
}

// PromisesTo returns all promises to a provider, the longest unchanged first.
func (tx *Tx) PromisesTo(domain [32]byte, provider [20]byte) (all []Promise, err error) {
	return tx.promises(`WHERE domain = ? AND provider = ? ORDER BY updated, consumer, channel, epoch`, domain[:], provider[:])
}

// PromisesBy returns all promises of a consumer.
func (tx *Tx) PromisesBy(domain [32]byte, consumer [20]byte) (all []Promise, err error) {
	return tx.promises(`WHERE domain = ? AND consumer = ? ORDER BY channel, epoch, provider`, domain[:], consumer[:])
}

func (tx *Tx) promises(where string, args ...any) (all []Promise, err error) {
	err = tx.query("promises", promiseColumns+where, args, func(scan func(...any) error) error {
		var p Promise
		if err := scan(p.dest()...); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	})
	return all, err
}

// DeletePromise forgets a promise that cannot be cleared any more: it is cleared, or its epoch is over.
func (tx *Tx) DeletePromise(key Promise) error {
	return tx.exec("delete promise", `DELETE FROM payment_promise
		WHERE domain = ? AND consumer = ? AND provider = ? AND channel = ? AND epoch = ? AND amount = ?`,
		key.Domain[:], key.Consumer[:], key.Provider[:], key.Channel, key.Epoch, int64(key.Amount))
}

// Session is one session's account.
type Session struct {
	Domain           [32]byte
	ID               [16]byte
	Role             string // "consumer" or "provider": what self is
	Self, Peer       [20]byte
	Service, Country string
	Price            money.Price
	Setup            money.Amount
	Channel          uint8
	Epoch            uint16
	Locked, Cap      money.Amount
	Started, Ended   int64 // unix ms; Ended is 0 while open
	Reason           string
	Progress         // while the session is open, as of its newest promise
}

// SaveSession writes a session's account.
func (tx *Tx) SaveSession(s Session) error {
	args := []any{
		s.Domain[:], s.ID[:], s.Role, s.Self[:], s.Peer[:], s.Service, s.Country, int64(s.Channel), int64(s.Epoch),
		s.Started, s.Ended, s.Reason,
	}
	for _, n := range []uint64{
		uint64(s.Price.PerGiB), uint64(s.Price.PerHour), uint64(s.Setup), uint64(s.Locked), uint64(s.Cap),
	} {
		i, err := Int(n)
		if err != nil {
			return err
		}
		args = append(args, i)
	}
	args, err := s.args(args)
	if err != nil {
		return err
	}
	return tx.exec("save session", `INSERT OR REPLACE INTO payment_session
		(domain, id, role, self, peer, service, country, channel, epoch, started, ended, reason,
		 per_gib, per_hour, setup, locked, spend_cap, `+progressColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, args...)
}

// Sessions returns the newest sessions of an identity, newest first; limit 0 is all.
func (tx *Tx) Sessions(domain [32]byte, self [20]byte, limit int) ([]Session, error) {
	if limit <= 0 {
		limit = -1
	}
	return tx.sessions(`WHERE s.domain = ? AND self = ? ORDER BY started DESC, s.id LIMIT ?`, domain[:], self[:], limit)
}

// OpenSessions returns the sessions of an identity that did not end.
func (tx *Tx) OpenSessions(domain [32]byte, self [20]byte) ([]Session, error) {
	return tx.sessions(`WHERE s.domain = ? AND self = ? AND ended = 0 ORDER BY started`, domain[:], self[:])
}

// AdoptSessions gives an identity's sessions that have no domain, because they are from before there was one, to a domain.
func (tx *Tx) AdoptSessions(domain [32]byte, self [20]byte) error {
	var none [32]byte
	return tx.exec("adopt sessions", `UPDATE payment_session SET domain = ? WHERE domain = ? AND self = ?`, domain[:], none[:], self[:])
}

// sessionRows reads sessions. Of an open one its newest promise tells how far it is.
const sessionRows = `SELECT s.domain, s.id, role, self, peer, service, country, s.channel, s.epoch, started, ended, reason,
	per_gib, per_hour, setup, locked, spend_cap,
	coalesce(p.sent, s.sent), coalesce(p.received, s.received), coalesce(p.billed, s.billed), coalesce(p.due, s.due),
	coalesce(p.promised, s.promised), coalesce(p.promises, s.promises), coalesce(p.traffic_window, s.traffic_window),
	coalesce(p.elapsed, s.elapsed)
	FROM payment_session AS s LEFT JOIN payment_promise AS p ON ended = 0 AND p.domain = s.domain AND p.session_id = s.id
		AND p.consumer = CASE role WHEN 'consumer' THEN self ELSE peer END
		AND p.provider = CASE role WHEN 'consumer' THEN peer ELSE self END
		AND p.channel = s.channel AND p.epoch = s.epoch `

func (tx *Tx) sessions(where string, args ...any) (all []Session, err error) {
	err = tx.query("sessions", sessionRows+where, args, func(scan func(...any) error) error {
		var s Session
		if err := scan(s.dest([]any{
			Fixed(s.Domain[:]), Fixed(s.ID[:]), &s.Role, Fixed(s.Self[:]), Fixed(s.Peer[:]), &s.Service, &s.Country,
			&s.Channel, &s.Epoch, &s.Started, &s.Ended, &s.Reason,
			&s.Price.PerGiB, &s.Price.PerHour, &s.Setup, &s.Locked, &s.Cap,
		})...); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	return all, err
}

// oldSessions leaves out a session whose epoch has a promise that can still be cleared, unless it promised nothing; and
// one that was used and left something unpaid, as long as the two have a debt. What was cleared is summed up once for
// each promise.
const oldSessions = `WITH promised AS (
		SELECT 'consumer' AS role, provider AS peer, channel, epoch, amount FROM payment_promise WHERE domain = ?1 AND consumer = ?2
		UNION ALL SELECT 'provider', consumer, channel, epoch, amount FROM payment_promise WHERE domain = ?1 AND provider = ?2
	)
	SELECT id, role FROM payment_session AS s WHERE domain = ?1 AND self = ?2 AND ended > 0 AND ended < ?3
		AND started < (SELECT started FROM payment_session WHERE domain = ?1 AND self = ?2 ORDER BY started DESC LIMIT 1 OFFSET ?4)
		AND (promised = 0 OR (role, peer, channel, epoch) NOT IN (SELECT role, peer, channel, epoch FROM promised AS p
			WHERE (SELECT coalesce(sum(iif(l.kind = 'clearing', l.amount, 0)), 0) < p.amount
					AND coalesce(sum(iif(l.kind = 'clearing', 0, iif(l.reverses IS NULL, 1, -1))), 0) <= 0
				FROM ledger AS l WHERE l.domain = ?1 AND l.self = ?2 AND l.role = p.role AND l.kind IN ('clearing', 'release')
					AND l.counterparty = p.peer AND l.channel = p.channel AND l.epoch = p.epoch)))
		AND (due <= promised OR sent + received = 0 OR NOT EXISTS (SELECT 1 FROM payment_account AS a
			WHERE a.domain = ?1 AND a.role = s.role AND a.self = s.self AND a.peer = s.peer AND a.debt > 0))
	ORDER BY started LIMIT ?5`

// SessionKey names a session's account.
type SessionKey struct {
	ID   [16]byte
	Role string
}

// OldSessions returns at most limit of an identity's sessions on a network that ended before a time, unix ms, the oldest
// first. The newest ones that are to be kept are left out, and so are those of which something can still be cleared, or is
// owed. It reads all promises and clearings of the identity: not for a writing transaction.
func (tx *Tx) OldSessions(domain [32]byte, self [20]byte, before int64, keep, limit int) (all []SessionKey, err error) {
	err = tx.query("old sessions", oldSessions, []any{domain[:], self[:], before, keep - 1, limit}, func(scan func(...any) error) error {
		var k SessionKey
		if err := scan(Fixed(k.ID[:]), &k.Role); err != nil {
			return err
		}
		all = append(all, k)
		return nil
	})
	return all, err
}

const deleteSession = `DELETE FROM payment_session WHERE id = ? AND role = ? AND ended > 0`

// DeleteSession removes a session's account, unless it is open.
func (tx *Tx) DeleteSession(key SessionKey) error {
	return tx.exec("delete session", deleteSession, key.ID[:], key.Role)
}

// PaymentAccount is what the history of two identities is worth to one of them.
type PaymentAccount struct {
	Domain     [32]byte
	Role       string
	Self, Peer [20]byte
	// Credit is, for a provider, what was paid since the peer last owed something; for a consumer, what of Debt, once of it
	// and paid, may never have arrived, with no service since.
	Credit money.Amount
	Debt   money.Amount // provider: owed by the peer; consumer: the most it would pay
}

// PaymentAccount returns the account that key names; one that was never written is empty.
func (tx *Tx) PaymentAccount(key PaymentAccount) (PaymentAccount, error) {
	key.Credit, key.Debt = 0, 0
	_, err := tx.row("account", `SELECT credit, debt FROM payment_account
		WHERE domain = ? AND role = ? AND self = ? AND peer = ?`,
		[]any{key.Domain[:], key.Role, key.Self[:], key.Peer[:]}, &key.Credit, &key.Debt)
	return key, err
}

// SavePaymentAccount writes an account.
func (tx *Tx) SavePaymentAccount(a PaymentAccount) error {
	credit, err := Int(a.Credit)
	if err != nil {
		return err
	}
	debt, err := Int(a.Debt)
	if err != nil {
		return err
	}
	return tx.exec("save account", `INSERT OR REPLACE INTO payment_account
		(domain, role, self, peer, credit, debt) VALUES (?, ?, ?, ?, ?, ?)`,
		a.Domain[:], a.Role, a.Self[:], a.Peer[:], credit, debt)
}

// Lock is a lock that a consumer signed.
type Lock struct {
	Domain             [32]byte
	Consumer, Provider [20]byte
	Channel            uint8
	Epoch              uint16
	Locked             money.Amount
	ValidUntil         int64 // unix seconds
}

// SaveLock keeps a lock as the newest one signed for its channel.
func (tx *Tx) SaveLock(l Lock) error {
	locked, err := Int(l.Locked)
	if err != nil {
		return err
	}
	return tx.exec("save lock", `INSERT OR REPLACE INTO payment_lock
		(domain, consumer, channel, provider, epoch, locked, valid_until) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		l.Domain[:], l.Consumer[:], l.Channel, l.Provider[:], l.Epoch, locked, l.ValidUntil)
}

// Locks returns the newest lock that a consumer signed for each channel, expired ones too.
func (tx *Tx) Locks(domain [32]byte, consumer [20]byte) (all []Lock, err error) {
	err = tx.query("locks", `SELECT domain, consumer, channel, provider, epoch, locked, valid_until FROM payment_lock
		WHERE domain = ? AND consumer = ? ORDER BY channel`, []any{domain[:], consumer[:]}, func(scan func(...any) error) error {
		var l Lock
		if err := scan(Fixed(l.Domain[:]), Fixed(l.Consumer[:]), &l.Channel, Fixed(l.Provider[:]), &l.Epoch, &l.Locked, &l.ValidUntil); err != nil {
			return err
		}
		all = append(all, l)
		return nil
	})
	return all, err
}

const lastPrice = `SELECT per_gib, per_hour FROM payment_session
	WHERE domain = ? AND self = ? AND role = ? AND peer = ? ORDER BY started DESC LIMIT 1`

// LastPrice returns the price of the newest session of two identities on a network, in a role of the first; zero where
// there was none.
func (tx *Tx) LastPrice(domain [32]byte, role string, self, peer [20]byte) (p money.Price, err error) {
	_, err = tx.row("price", lastPrice, []any{domain[:], self[:], role, peer[:]}, &p.PerGiB, &p.PerHour)
	return p, err
}
