package payments

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// A provider's release frees a payment channel in one block instead of after the contract's delay, and ends what can be
// cleared of its epoch. So it is signed only when all that was promised is cleared and confirmed, but for one coin of it as deep as
// counts for a large lock, and nothing is served on that epoch any more: the book says that it is released before anything is
// signed.

// Why a release is refused, beside ErrChannelBusy, ErrDebt and ErrChainStale.
var (
	// ErrNotHeld says that the chain does not show the channel as this provider's in that epoch.
	ErrNotHeld = errors.New("payment channel is not this provider's in that epoch")
	// ErrClearing says that the lock, or the last clearing, is not confirmed yet, or not deep enough for more than one coin, or
	// that another request for this release is being looked at. Ask again.
	ErrClearing = errors.New("not everything is cleared and confirmed yet")
	// ErrNotWorth says that what is promised and not cleared does not pay for its clearing.
	ErrNotWorth = errors.New("what is not cleared does not pay for its clearing")
)

// ErrReleased says that the provider has released the channel in that epoch: no session begins on it any more.
var ErrReleased = errors.New("payment channel is released in that epoch")

// hurryEvery is how often requests for releases make the clearer look through all promises at most.
const hurryEvery = 10 * time.Second

// Release signs a consumer's payment channel free. What can be cleared of it is cleared first, if that is worth it, however
// little it is: the delay that the consumer asks for otherwise has it cleared as well. Then the error is ErrClearing until it is
// confirmed. An epoch that was released before is so again, by the same signature.
// Errors: ErrChannelBusy while a session is open, ErrDebt, ErrNotHeld, ErrClearing, ErrNotWorth, ErrChainStale.
func (c *Clearer) Release(ctx context.Context, r intent.Release) (intent.SignedRelease, error) {
	l := c.cfg.Ledger
	left, err := l.release(ctx, r)
	if left != nil {
		err = c.hurry(ctx, *left)
	}
	if err != nil {
		return intent.SignedRelease{}, err
	}
	signed, err := intent.SignRelease(l.cfg.Signer, r, l.cfg.Domain)
	if err != nil {
		return intent.SignedRelease{}, fmt.Errorf("sign release: %w", err)
	}
	return signed, nil
}

// hurry has a promise cleared that keeps its channel from being released. It always returns why that is not possible yet.
func (c *Clearer) hurry(ctx context.Context, o outstanding) error {
	c.mu.Lock()
	dear := c.dear[keyOf(o.promise)]
	c.mu.Unlock()
	if dear || !c.worth(ctx, claimBatch{[]outstanding{o}, o.urgent()}) {
		return fmt.Errorf("%w: %s coins", ErrNotWorth, o.due)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[keyOf(o.promise)] = true
	if now := time.Now(); now.Sub(c.hurried) >= hurryEvery {
		c.hurried = now
		c.Notify()
	}
	return fmt.Errorf("%w: %s coins are left to clear", ErrClearing, o.due)
}

// release notes that an epoch is released, or says why it is not, or what must be cleared first.
func (l *Ledger) release(ctx context.Context, r intent.Release) (left *outstanding, err error) {
	done, err := l.Hold(r.Consumer, r.Channel)
	if err != nil {
		if by, _ := l.usedBy(r.Consumer, r.Channel); by.IsZero() { // no session, but the same question, under way
			err = fmt.Errorf("%w: its release is being looked at", ErrClearing)
		}
		return nil, err
	}
	defer done()
	if released, err := l.Released(ctx, r.Consumer, r.Channel, r.Epoch); err != nil || released {
		return nil, err
	}
	if err := l.endLate(ctx, pair{r.Consumer, l.self}); err != nil { // with what they left unpaid
		return nil, err
	}
	if l.cfg.Fresh != nil {
		if err := l.cfg.Fresh(ctx); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrChainStale, err)
		}
	}
	latest, err := l.cfg.Chain.Channel(ctx, r.Consumer, r.Channel, 0)
	if err != nil {
		return nil, fmt.Errorf("read payment channel: %w", err)
	}
	if latest.Provider != l.self || latest.Epoch != r.Epoch {
		return nil, fmt.Errorf("%w: channel %d, epoch %d", ErrNotHeld, r.Channel, r.Epoch)
	}
	confirmed, err := l.cfg.Chain.Channel(ctx, r.Consumer, r.Channel, l.cfg.Confirmations)
	if err != nil {
		return nil, fmt.Errorf("read payment channel: %w", err)
	}
	if confirmed.Provider != l.self || confirmed.Epoch != r.Epoch {
		return nil, fmt.Errorf("%w: the lock is new", ErrClearing)
	}
	cleared, err := l.clearedForGood(ctx, r, confirmed.Cleared)
	if err != nil {
		return nil, err
	}
	var refused error
	err = l.group.do(ctx, r.Consumer, func(tx *store.Tx) (err error) {
		left, refused, err = l.saveRelease(tx, r, latest, cleared)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	return left, refused
}

// clearedForGood is what counts as cleared of an epoch: what is confirmed, of which no more than one coin is less deep than a
// reorganisation goes, and every endpoint says so: a release cannot be taken back. Errors: ErrClearing, ErrChainStale.
func (l *Ledger) clearedForGood(ctx context.Context, r intent.Release, confirmed money.Amount) (money.Amount, error) {
	deep, err := l.cfg.Chain.Channel(ctx, r.Consumer, r.Channel, l.cfg.SafeConfirmations)
	if err != nil {
		return 0, fmt.Errorf("read payment channel: %w", err)
	}
	safe := deep.Cleared
	if deep.Provider != l.self || deep.Epoch != r.Epoch {
		safe = 0
	}
	cleared := min(confirmed, plus(safe, coinAtRisk))
	newest, err := l.newest(ctx, intent.SignedPromise{
		Consumer: r.Consumer, Promise: intent.Promise{Provider: l.self, Channel: r.Channel, Epoch: r.Epoch},
	})
	if err != nil || newest == nil || newest.Amount > cleared || l.cfg.Settled == nil {
		return cleared, err
	}
	settled, err := l.cfg.Settled(ctx, r.Consumer, l.self, r.Channel, r.Epoch, newest.Amount, l.cfg.Confirmations)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w: not every endpoint tells what is cleared: %w", ErrChainStale, err)
	case !settled:
		return 0, fmt.Errorf("%w: not every endpoint has the clearing", ErrClearing)
	}
	return cleared, nil
}

// saveRelease is the book's part of a release: in one transaction, so that no promise and no debt comes between. Cleared is
// what counts as that for good. A refusal is no error of the transaction, which others may share.
func (l *Ledger) saveRelease(tx *store.Tx, r intent.Release, latest Channel, cleared money.Amount) (left *outstanding, refused, err error) {
	account, err := tx.PaymentAccount(l.accountKey(Provider, r.Consumer))
	if err != nil {
		return nil, nil, err
	}
	if account.Debt > 0 {
		price, err := tx.LastPrice(l.separator, string(Provider), l.self, r.Consumer)
		if err != nil {
			return nil, nil, err
		}
		if account.Debt > small(price) { // a little is what no session is refused for either
			return nil, fmt.Errorf("%w: %s coins", ErrDebt, account.Debt), nil
		}
	}
	row, found, err := tx.Promise(store.Promise{Domain: l.separator, Consumer: r.Consumer, Provider: l.self, Channel: r.Channel, Epoch: r.Epoch})
	if err != nil {
		return nil, nil, err
	}
	if !found || row.Amount <= cleared {
		return nil, nil, tx.SaveRelease(l.releaseRow(r))
	}
	if due := min(row.Amount, latest.Locked).SaturatingSub(latest.Cleared); due > 0 {
		left = &outstanding{promise: signedPromise(row), due: due, until: latest.UnlockAt}
	}
	return left, ErrClearing, nil
}

func (l *Ledger) releaseRow(r intent.Release) store.Release {
	return store.Release{Domain: l.separator, Provider: l.self, Consumer: r.Consumer, Channel: r.Channel, Epoch: r.Epoch}
}

// Released says whether this identity, as the provider, has released a consumer's payment channel in an epoch.
func (l *Ledger) Released(ctx context.Context, consumer identity.Address, channel uint8, epoch uint16) (released bool, err error) {
	row := l.releaseRow(intent.Release{Consumer: consumer, Channel: channel, Epoch: epoch})
	err = l.cfg.DB.View(ctx, func(tx *store.Tx) error {
		released, err = tx.Released(row)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read releases: %w", err)
	}
	return released, nil
}

// unreleased returns ErrReleased for an epoch on which nothing is served any more. The caller has reserved the channel.
func (l *Ledger) unreleased(ctx context.Context, t Terms) error {
	released, err := l.Released(ctx, t.Peer, t.Channel, t.Epoch)
	if err == nil && released {
		err = fmt.Errorf("%w: channel %d, epoch %d", ErrReleased, t.Channel, t.Epoch)
	}
	return err
}

// Hold keeps sessions off a payment channel until done is called. Error: ErrChannelBusy.
func (l *Ledger) Hold(consumer identity.Address, channel uint8) (done func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := channelKey{consumer, channel}
	if _, busy := l.busy[key]; busy {
		return nil, fmt.Errorf("%w: channel %d of %s", ErrChannelBusy, channel, consumer)
	}
	l.busy[key] = identity.Address{}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.busy, key)
	}, nil
}

// tidyFor bounds how long old releases keep the clearer from its promises.
const tidyFor = 20 * time.Second

// tidyReleases forgets releases whose epoch is over for good, by the rule for promises. Of more than it has time for, each
// has its turn at some time.
func (c *Clearer) tidyReleases(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tidyFor)
	defer cancel()
	l := c.cfg.Ledger
	var rows []store.Release
	err := l.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Releases(l.separator, l.self)
		return err
	})
	if err != nil {
		return fmt.Errorf("read releases: %w", err)
	}
	rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] }) //nolint:gosec // no secret
	for _, row := range rows {
		key := epochKey{channelKey{row.Consumer, row.Channel}, row.Epoch}
		state, err := l.cfg.Chain.Channel(ctx, row.Consumer, row.Channel, 0)
		if err != nil {
			return fmt.Errorf("read payment channel: %w", err)
		}
		if state.Epoch <= row.Epoch {
			c.notOver(key)
			continue
		}
		if err := c.forgetEpoch(ctx, key, func(tx *store.Tx) error { return tx.DeleteRelease(row) }); err != nil {
			return fmt.Errorf("forget release: %w", err)
		}
	}
	return nil
}
