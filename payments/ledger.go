package payments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

const (
	// defaultConfirmations makes a lock count, and defaultSafe lets more than coinAtRisk of it count:
	// 32 blocks are an epoch of Ethereum's. What it calls safe is the newest justified checkpoint, which is usually somewhat
	// deeper, and stands still while the chain is not finalised.
	defaultConfirmations = 2
	defaultSafe          = 32
	coinAtRisk           = money.Amount(money.UnitsPerCoin)
	// spentDays is for how many days back a ledger knows what was spent.
	spentDays = 31
	// setupShare is which part of a lock a set-up charge may be: 1/20.
	setupShare = 20
	// ReasonRestarted is why sessions ended that were open when the node went down.
	ReasonRestarted = "node restarted"
)

// Config is what a ledger needs.
type Config struct {
	DB     *store.DB
	Signer identity.Signer
	// Domain is the payments contract's.
	Domain intent.Domain
	Chain  Chain
	// Fresh returns an error while the newest header is more than three minutes old: then the chain counts
	// as unreadable. Nil takes every answer for fresh.
	Fresh func(context.Context) error
	// Over says whether an epoch of a payment channel had ended that many blocks ago, by the word of every endpoint that
	// there is: only then a promise of it is deleted. Nil keeps promises for good.
	Over func(ctx context.Context, consumer identity.Address, channel uint8, epoch uint16, confirmations uint64) (bool, error)
	// Settled says whether a promise of so much was cleared, or its epoch ended, that many blocks ago, by the word of every
	// endpoint: only then its channel is released. Nil believes Chain.
	Settled func(ctx context.Context, consumer, provider identity.Address, channel uint8, epoch uint16, amount money.Amount, confirmations uint64) (bool, error)
	// Head returns the chain's newest block, by which locks expire. Nil takes this machine's clock.
	Head func(context.Context) (chain.Head, error)
	// Confirmations make a lock count; zero is 2. More than one coin of it counts with
	// SafeConfirmations; zero is 32.
	Confirmations, SafeConfirmations uint64
	// MaxWindow bounds the window of every session, in bytes; zero is LargestWindow.
	MaxWindow uint64
	// Poll is how often the chain is asked while a lock is waited for; zero is 300 ms.
	Poll time.Duration
	// Recheck is how often the chain is asked in mid-session, for top-ups and unlocks; zero is 15 s.
	Recheck time.Duration
	// Caps bound what this identity promises.
	Caps   Caps
	Logger *slog.Logger // nil discards
}

// Ledger is one identity's book of sessions, promises and debts, as consumer and as provider.
type Ledger struct {
	cfg       Config
	self      identity.Address
	separator [32]byte
	group     group
	budget    *budget

	mu   sync.Mutex
	busy map[channelKey]identity.Address // the provider; none while a channel is held
	open map[pair]int                    // how many sessions of the two
	late lateEnds
	last [intent.Channels]used // of this identity's own channels
}

// used is the session that used a payment channel last; zero until there was one in this run, or cut off before it.
type used struct {
	provider identity.Address
	id       [16]byte
}

type pair struct{ consumer, provider identity.Address }

type channelKey struct {
	consumer identity.Address
	channel  uint8
}

// Open opens the identity's book. Sessions that the last run left open are closed with
// ReasonRestarted, and what they left unpaid becomes debt.
func Open(ctx context.Context, cfg Config) (*Ledger, error) {
	if cfg.Confirmations == 0 {
		cfg.Confirmations = defaultConfirmations
	}
	if cfg.SafeConfirmations == 0 {
		cfg.SafeConfirmations = defaultSafe
	}
	if cfg.MaxWindow == 0 {
		cfg.MaxWindow = LargestWindow
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 300 * time.Millisecond
	}
	if cfg.Recheck <= 0 {
		cfg.Recheck = 15 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Ledger{
		cfg: cfg, self: cfg.Signer.Address(), separator: cfg.Domain.Separator(),
		group: group{db: cfg.DB}, busy: map[channelKey]identity.Address{}, open: map[pair]int{}, late: lateEnds{},
	}
	now := time.Now()
	err := cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		// Some days back, in case that the clock was, or is, wrong.
		spent, err := tx.Spent(l.separator, l.self, dayOf(now)-spentDays)
		l.budget = newBudget(cfg.Caps, spent, now)
		return errors.Join(err, l.closeCrashed(tx))
	})
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return l, nil
}

// closeCrashed ends the rows of sessions that were open when the node went down.
func (l *Ledger) closeCrashed(tx *store.Tx) error {
	if err := tx.AdoptSessions(l.separator, l.self); err != nil {
		return err
	}
	open, err := tx.OpenSessions(l.separator, l.self)
	if err != nil {
		return err
	}
	given, err := tx.PromisesBy(l.separator, l.self)
	if err != nil {
		return err
	}
	for _, s := range open {
		unpaid := s.Due.SaturatingSub(s.Promised)
		if Role(s.Role) == Consumer {
			// The provider may have served a window more than the book knows, which the last promise may have doubled.
			rule := WindowRule{Price: s.Price, Paid: promisedTo(s.Peer, signedPromises(given)), Remaining: money.MaxLock}
			extra, err := s.Price.Due(Window(max(s.Window, FirstWindow/2), rule), TimeWindow)
			if err != nil {
				extra = mostBooked
			}
			unpaid = plus(unpaid, extra)
		} else if unpaid <= min(small(s.Price), s.Promised) { // as when a session is closed: what was under way ends no credit
			unpaid = 0
		}
		if err := l.addDebt(tx, Role(s.Role), s.Peer, unpaid); err != nil {
			return err
		}
		if Role(s.Role) == Provider && unpaid == 0 {
			if err := l.addCredit(tx, s.Peer, s.Promised); err != nil {
				return err
			}
		}
		if Role(s.Role) == Consumer && s.Channel < intent.Channels {
			l.last[s.Channel] = used{s.Peer, s.ID}
		}
		s.Ended, s.Reason = time.Now().UnixMilli(), ReasonRestarted
		if err := l.saveEnd(tx, s); err != nil {
			return err
		}
	}
	return l.bookRest(tx)
}

// saveEnd saves an ended session, and books what its promises added to the epoch.
func (l *Ledger) saveEnd(tx *store.Tx, s store.Session) error {
	if err := tx.SaveSession(s); err != nil {
		return err
	}
	key := store.Promise{Domain: l.separator, Consumer: l.self, Provider: s.Peer, Channel: s.Channel, Epoch: s.Epoch}
	if Role(s.Role) == Provider {
		key.Consumer, key.Provider = s.Peer, l.self
	}
	return tx.BookPromise(s.Role, key, s.ID, s.Ended)
}

// bookRest books promises that no session accounts for, such as those of a database from before there
// was a ledger.
func (l *Ledger) bookRest(tx *store.Tx) error {
	now := time.Now().UnixMilli()
	given, err := tx.PromisesBy(l.separator, l.self)
	if err != nil {
		return err
	}
	taken, err := tx.PromisesTo(l.separator, l.self)
	if err != nil {
		return err
	}
	for _, p := range given {
		if err := tx.BookPromise(string(Consumer), p, [16]byte{}, now); err != nil {
			return err
		}
	}
	for _, p := range taken {
		if err := tx.BookPromise(string(Provider), p, [16]byte{}, now); err != nil {
			return err
		}
	}
	return nil
}

// Identity returns whose book it is.
func (l *Ledger) Identity() identity.Address { return l.self }

// Previous returns the session that used one of this identity's channels with a provider last: of this run, or one that was
// cut off by the end of the run before. Else it returns zero.
func (l *Ledger) Previous(provider identity.Address, channel uint8) [16]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := l.last[channel]; last.provider == provider {
		return last.id
	}
	return [16]byte{}
}

// Sessions returns the newest sessions, newest first, open ones included; limit 0 is all.
func (l *Ledger) Sessions(ctx context.Context, limit int) ([]Session, error) {
	var rows []store.Session
	err := l.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Sessions(l.separator, l.self, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	sessions := make([]Session, len(rows))
	for i, r := range rows {
		sessions[i] = fromRow(r)
	}
	return sessions, nil
}

// PromisedBy returns what this identity promised in each epoch of its channels, as far as its book knows.
func (l *Ledger) PromisedBy(ctx context.Context) ([]intent.SignedPromise, error) {
	return l.promises(ctx, func(tx *store.Tx) ([]store.Promise, error) { return tx.PromisesBy(l.separator, l.self) })
}

// PromisedTo returns the newest promise of each epoch of each channel that names this identity as
// provider, cleared ones too.
func (l *Ledger) PromisedTo(ctx context.Context) ([]intent.SignedPromise, error) {
	return l.promises(ctx, func(tx *store.Tx) ([]store.Promise, error) { return tx.PromisesTo(l.separator, l.self) })
}

func (l *Ledger) promises(ctx context.Context, read func(*store.Tx) ([]store.Promise, error)) ([]intent.SignedPromise, error) {
	var rows []store.Promise
	err := l.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = read(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read promises: %w", err)
	}
	return signedPromises(rows), nil
}

// newest returns the newest promise that the book has in an epoch of a channel.
func (l *Ledger) newest(ctx context.Context, key intent.SignedPromise) (p *intent.SignedPromise, err error) {
	err = l.cfg.DB.View(ctx, func(tx *store.Tx) error {
		row, found, err := tx.Promise(l.promiseRow(key))
		if found {
			signed := signedPromise(row)
			p = &signed
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read promise: %w", err)
	}
	return p, nil
}

func (l *Ledger) account(ctx context.Context, role Role, peer identity.Address) (a store.PaymentAccount, err error) {
	err = l.cfg.DB.View(ctx, func(tx *store.Tx) error {
		a, err = tx.PaymentAccount(l.accountKey(role, peer))
		return err
	})
	if err != nil {
		return a, fmt.Errorf("read account: %w", err)
	}
	return a, nil
}

// addDebt notes that a session ended with something unpaid. It ends the consumer's credit.
func (l *Ledger) addDebt(tx *store.Tx, role Role, peer identity.Address, unpaid money.Amount) error {
	if unpaid == 0 {
		return nil
	}
	return l.changeAccount(tx, role, peer, func(a *store.PaymentAccount) {
		if role == Provider {
			a.Credit = 0
		}
		a.Debt = plus(a.Debt, unpaid)
	})
}

// mostBooked is the largest debt or credit in the book: what a bill can name. What would be more is that much, so
// that no account can keep a book from being opened or a session from being closed.
const mostBooked money.Amount = maxCount

// plus adds up amounts of an account.
func plus(a, b money.Amount) money.Amount {
	sum, err := a.Add(b)
	if err != nil {
		return mostBooked
	}
	return min(sum, mostBooked)
}

// changeAccount changes what the history with a peer is worth. Every session changes its own part of it, because
// others of the same two may be open.
func (l *Ledger) changeAccount(tx *store.Tx, role Role, peer identity.Address, change func(*store.PaymentAccount)) error {
	a, err := tx.PaymentAccount(l.accountKey(role, peer))
	if err != nil {
		return err
	}
	change(&a)
	return tx.SavePaymentAccount(a)
}

// addCredit notes what a consumer paid in a session whose end was not booked.
func (l *Ledger) addCredit(tx *store.Tx, peer identity.Address, paid money.Amount) error {
	a, err := tx.PaymentAccount(l.accountKey(Provider, peer))
	if err != nil || paid == 0 {
		return err
	}
	a.Credit = plus(a.Credit, paid)
	return tx.SavePaymentAccount(a)
}

func (l *Ledger) accountKey(role Role, peer identity.Address) store.PaymentAccount {
	return store.PaymentAccount{Domain: l.separator, Role: string(role), Self: l.self, Peer: peer}
}

// reserve takes a payment channel for one session. alone says that no other session of the two is open.
func (l *Ledger) reserve(consumer, provider identity.Address, channel uint8) (alone bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := channelKey{consumer, channel}
	if _, busy := l.busy[key]; busy {
		return false, fmt.Errorf("%w: channel %d of %s", ErrChannelBusy, channel, consumer)
	}
	l.busy[key] = provider
	l.open[pair{consumer, provider}]++
	return l.open[pair{consumer, provider}] == 1, nil
}

func (l *Ledger) free(consumer identity.Address, channel uint8) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := channelKey{consumer, channel}
	both := pair{consumer, l.busy[key]}
	delete(l.busy, key)
	if l.open[both]--; l.open[both] <= 0 {
		delete(l.open, both)
	}
}

// Busy says whether an open session uses a consumer's payment channel.
func (l *Ledger) Busy(consumer identity.Address, channel uint8) bool {
	_, busy := l.usedBy(consumer, channel)
	return busy
}

// usedBy returns the provider of the session that uses a payment channel, or no address for a channel that is only held.
func (l *Ledger) usedBy(consumer identity.Address, channel uint8) (provider identity.Address, busy bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	provider, busy = l.busy[channelKey{consumer, channel}]
	return provider, busy
}

// checkTerms returns ErrSetup, or an error that says what is impossible about the terms.
func checkTerms(t Terms) error {
	switch {
	case t.Channel >= intent.Channels:
		return fmt.Errorf("payment terms: channel %d", t.Channel)
	case t.Lock == 0 || t.Lock > money.MaxLock:
		return fmt.Errorf("payment terms: a lock of %s coins", t.Lock)
	case t.Setup > t.Lock/setupShare:
		return fmt.Errorf("%w: %s of %s coins", ErrSetup, t.Setup, t.Lock)
	case t.Price.PerGiB > money.MaxLock || t.Price.PerHour > money.MaxLock:
		return fmt.Errorf("payment terms: a price of %s coins per GiB and %s per hour", t.Price.PerGiB, t.Price.PerHour)
	case t.Peer.IsZero():
		return errors.New("payment terms: no peer")
	}
	return nil
}

// lockOn returns what counts as locked for the terms, as seen with this many confirmations.
func (l *Ledger) lockOn(ctx context.Context, consumer, provider identity.Address, t Terms, confirmations uint64) (Channel, error) {
	if l.cfg.Fresh != nil {
		if err := l.cfg.Fresh(ctx); err != nil {
			return Channel{}, fmt.Errorf("read payment channel: %w", err)
		}
	}
	c, err := l.cfg.Chain.Channel(ctx, consumer, t.Channel, confirmations)
	if err != nil {
		return Channel{}, fmt.Errorf("read payment channel: %w", err)
	}
	switch {
	case c.Provider != provider || c.Epoch != t.Epoch:
		return Channel{}, fmt.Errorf("%w: channel %d is not locked for %s in epoch %d", ErrNotLocked, t.Channel, provider, t.Epoch)
	case !c.UnlockAt.IsZero():
		return Channel{}, fmt.Errorf("%w of channel %d", ErrUnlocking, t.Channel)
	}
	return c, nil
}

// awaitLock waits until the chain shows the lock of the terms with enough confirmations. seen, which
// may be nil, is told how many there are. That the chain cannot be read is waited out too.
func (l *Ledger) awaitLock(ctx context.Context, consumer, provider identity.Address, t Terms, seen func(have, need uint64)) (Channel, error) {
	ticker := time.NewTicker(l.cfg.Poll)
	defer ticker.Stop()
	told := false
	var last uint64
	for {
		var have uint64
		for have <= l.cfg.Confirmations {
			c, err := l.lockOn(ctx, consumer, provider, t, have)
			if err != nil || c.Locked < t.Lock {
				break
			}
			if have == l.cfg.Confirmations {
				return c, nil
			}
			have++
		}
		// have blocks were enough to see the lock have-1 deep; zero is not mined at all.
		if seen != nil && have > 0 && (!told || have-1 != last) {
			told, last = true, have-1
			seen(last, l.cfg.Confirmations)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return Channel{}, fmt.Errorf("%w: %w", ErrNotLocked, ctx.Err())
		}
	}
}
