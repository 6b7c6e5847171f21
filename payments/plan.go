package payments

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// Action is what a plan does to its payment channel.
type Action uint8

// The actions, best first.
const (
	Reuse  Action = iota // a confirmed lock with enough money left
	Await                // the lock is on chain and waits for confirmations
	TopUp                // the provider's channel gets more
	New                  // a free channel
	Switch               // a channel whose lock is all cleared
)

// String returns the action in words.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return fmt.Sprintf("action %d", uint8(a))
}

var actionNames = [...]string{"reuse the lock", "await the lock", "top up the lock", "lock a free channel", "lock a cleared channel"}

// ChannelState is what a consumer knows of one of its payment channels.
type ChannelState struct {
	Confirmed Channel // with enough confirmations
	Latest    Channel // in the newest block
	// Promised is the largest promise to Latest's provider in Latest's epoch.
	Promised money.Amount
	// Busy says that an open session uses the channel.
	Busy bool
	// Signed is the newest lock that was signed for the channel and may still get on chain; its
	// provider is zero when there is none.
	Signed intent.Lock
}

// Need is what a session wants of a plan.
type Need struct {
	Provider identity.Address
	// Amount is what shall be left to promise after a new lock or a top-up, and Least what is enough to
	// reuse a lock; zero takes a quarter of Amount.
	Amount, Least money.Amount
	// Deposit is what is not locked.
	Deposit money.Amount
}

// Plan is which payment channel backs a session, and how.
type Plan struct {
	Action  Action
	Channel uint8
	Epoch   uint16
	// Lock is the total that is or shall be locked in the epoch, and Cost what the deposit pays for it.
	Lock, Cost money.Amount
	// Held is what a free channel holds already of it, all of which goes along.
	Held money.Amount
	// Remaining is what can be promised once the lock is confirmed.
	Remaining money.Amount
	// Elsewhere is what channels hold for other providers, and was not promised to them. PlanLock leaves it out.
	Elsewhere money.Amount
}

// Binds is what the provider gets hold of by the plan, that it did not have before.
func (p Plan) Binds() money.Amount { return p.Cost + p.Held }

// OnChain says whether the lock is on chain already.
func (p Plan) OnChain() bool { return p.Action == Reuse || p.Action == Await }

// PlanLock chooses: a confirmed lock for the provider with money left; else one that is confirming; else
// a top-up of the provider's channel; else a free channel; else one whose lock is all cleared,
// which starts its next epoch. Channels of open sessions, and those for which a lock for somebody else is
// under way, are left alone. Errors: ErrFunds, ErrNoChannel.
func PlanLock(channels [intent.Channels]ChannelState, n Need) (Plan, error) {
	if n.Least == 0 {
		n.Least = n.Amount / 4
	}
	best, found, short := Plan{}, false, money.Amount(0)
	for id, c := range channels {
		p, ok := planOne(uint8(id), c, n)
		if !ok {
			continue
		}
		if p.Cost > n.Deposit {
			if short == 0 || p.Cost < short {
				short = p.Cost
			}
			continue
		}
		if !found || p.before(best) {
			best, found = p, true
		}
	}
	switch {
	case found:
		return best, nil
	case short > 0:
		return Plan{}, fmt.Errorf("%w: it has %s coins, and a lock of %s takes %s", ErrFunds, n.Deposit, n.Amount, short)
	}
	return Plan{}, ErrNoChannel
}

func elsewhere(channels [intent.Channels]ChannelState, provider identity.Address) (sum money.Amount) {
	for _, c := range channels {
		if now := c.Latest; now.Provider != provider && !now.Provider.IsZero() {
			sum += now.Locked.SaturatingSub(max(c.Promised, now.Cleared)) // six locks of at most 2^40 units
		}
	}
	return sum
}

// before says whether p is the better plan: by its action, then its cost, then what it leaves.
func (p Plan) before(q Plan) bool {
	return cmp.Or(cmp.Compare(p.Action, q.Action), cmp.Compare(p.Cost, q.Cost), cmp.Compare(q.Remaining, p.Remaining)) < 0
}

// underWay says whether the signed lock may still change the channel.
func (c ChannelState) underWay() bool {
	l, now := c.Signed, c.Latest
	done := l.Epoch == now.Epoch && l.Provider == now.Provider && l.Locked <= now.Locked
	return !l.Provider.IsZero() && l.Epoch >= now.Epoch && !done
}

// planOne says what one channel can do.
func planOne(id uint8, c ChannelState, n Need) (Plan, bool) {
	now := c.Latest
	ours := now.Provider == n.Provider && now.UnlockAt.IsZero()
	if c.Busy || c.underWay() && c.Signed.Provider != n.Provider {
		return Plan{}, false
	}
	spent := max(c.Promised, now.Cleared)
	p := Plan{Channel: id, Epoch: now.Epoch, Lock: now.Locked}
	switch {
	case ours && now.Locked.SaturatingSub(spent) >= n.Least && now.Locked > spent:
		p.Action, p.Remaining = Await, now.Locked-spent
		if c.Confirmed.Provider == now.Provider && c.Confirmed.Epoch == now.Epoch && c.Confirmed.Locked == now.Locked {
			p.Action = Reuse
		}
		return p, true
	case ours:
		p.Action, p.Lock = TopUp, max(spent, now.Cleared)
	case now.Provider.IsZero() && now.Cleared == 0:
		p.Action, p.Lock = New, 0
	case now.Cleared == now.Locked && now.Epoch < math.MaxUint16:
		p.Action, p.Lock, p.Epoch = Switch, 0, now.Epoch+1
	default:
		return Plan{}, false
	}
	return price(p, now, n)
}

// price fills in what a lock that is to be signed adds up to.
func price(p Plan, now Channel, n Need) (Plan, bool) {
	total, err := p.Lock.Add(n.Amount)
	if err != nil || n.Amount == 0 {
		return Plan{}, false
	}
	spent, held := p.Lock, money.Amount(0)
	if p.Action == TopUp || p.Action == New { // a free channel's remainder is the start of its next lock
		held = now.Locked
		total = max(total, held)
	}
	if total > money.MaxLock {
		return Plan{}, false
	}
	p.Lock, p.Cost, p.Remaining = total, total-held, total-spent
	if p.Action == New {
		p.Held = held
	}
	return p, p.Action != TopUp || total > held
}

// Plan reads the identity's payment channels from the chain and chooses one. deposit is what is not
// locked. Taken channels are left alone like those of open sessions: they may back sessions of other devices with the same
// key. The channel is taken by the Pay that follows.
func (l *Ledger) Plan(ctx context.Context, provider identity.Address, amount, deposit money.Amount, taken ...uint8) (Plan, error) {
	channels, err := l.Channels(ctx)
	if err != nil {
		return Plan{}, fmt.Errorf("plan a lock: %w", err)
	}
	for _, id := range taken {
		channels[id].Busy = true
	}
	plan, err := PlanLock(channels, Need{Provider: provider, Amount: amount, Deposit: deposit})
	if err != nil {
		return Plan{}, fmt.Errorf("plan a lock: %w", err)
	}
	plan.Elsewhere = elsewhere(channels, provider)
	return plan, nil
}

// Channels returns what is known of the identity's own payment channels.
func (l *Ledger) Channels(ctx context.Context) (channels [intent.Channels]ChannelState, err error) {
	locks, err := l.signedLocks(ctx)
	if err != nil {
		return channels, err
	}
	for id := range uint8(intent.Channels) {
		c := &channels[id]
		if c.Latest, err = l.cfg.Chain.Channel(ctx, l.self, id, 0); err != nil {
			return channels, fmt.Errorf("read payment channel: %w", err)
		}
		if c.Confirmed, err = l.cfg.Chain.Channel(ctx, l.self, id, l.cfg.Confirmations); err != nil {
			return channels, fmt.Errorf("read payment channel: %w", err)
		}
		newest, err := l.newest(ctx, intent.SignedPromise{
			Consumer: l.self, Promise: intent.Promise{Provider: c.Latest.Provider, Channel: id, Epoch: c.Latest.Epoch},
		})
		if err != nil {
			return channels, err
		}
		if newest != nil {
			c.Promised = newest.Amount
		}
		c.Busy, c.Signed = l.Busy(l.self, id), locks[id]
	}
	return channels, nil
}

func (l *Ledger) signedLocks(ctx context.Context) (locks [intent.Channels]intent.Lock, err error) {
	head, err := l.head(ctx)
	if err != nil {
		return locks, err
	}
	err = l.cfg.DB.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Locks(l.separator, l.self)
		for _, r := range rows {
			if r.Channel < intent.Channels && r.ValidUntil > head.Time.Unix() {
				locks[r.Channel] = intent.Lock{
					Provider: r.Provider, Channel: r.Channel, Epoch: r.Epoch, Locked: r.Locked, ValidUntil: uint32(r.ValidUntil),
				}
			}
		}
		return err
	})
	if err != nil {
		return locks, fmt.Errorf("read signed locks: %w", err)
	}
	return locks, nil
}

// head is the chain's newest block.
func (l *Ledger) head(ctx context.Context) (chain.Head, error) {
	if l.cfg.Head == nil {
		return chain.Head{Time: time.Now()}, nil
	}
	head, err := l.cfg.Head(ctx)
	if err != nil {
		return head, fmt.Errorf("read the chain's clock: %w", err)
	}
	return head, nil
}

// lockValid is for how long a lock is signed: well below what the contract allows, because clocks differ.
const lockValid = 30 * time.Minute

// SignLock signs the lock of a plan that is not on chain yet, and remembers it: until it expires the
// channel is not promised to anybody else. Error: chain.ErrClock, before anything is signed.
func (l *Ledger) SignLock(ctx context.Context, provider identity.Address, p Plan) (intent.SignedLock, error) {
	head, err := l.head(ctx)
	if err != nil {
		return intent.SignedLock{}, fmt.Errorf("sign lock: %w", err)
	}
	until, err := head.Expiry(time.Now(), lockValid)
	if err != nil {
		return intent.SignedLock{}, fmt.Errorf("sign lock: %w", err)
	}
	signed, err := intent.SignLock(l.cfg.Signer, intent.Lock{
		Provider: provider, Channel: p.Channel, Epoch: p.Epoch, Locked: p.Lock, ValidUntil: uint32(until.Unix()),
	}, l.cfg.Domain)
	if err != nil {
		return signed, fmt.Errorf("sign lock: %w", err)
	}
	err = l.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.SaveLock(store.Lock{
			Domain: l.separator, Consumer: l.self, Provider: provider, Channel: p.Channel, Epoch: p.Epoch,
			Locked: p.Lock, ValidUntil: int64(signed.ValidUntil),
		})
	})
	if err != nil {
		return intent.SignedLock{}, fmt.Errorf("store lock: %w", err)
	}
	return signed, nil
}
