package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// inTime says whether the contract takes an intent now: nothing that has expired, nor what expires in more than an hour.
func (w *world) inTime(in relay.Intent) bool {
	var ends []uint32
	for _, l := range in.Locks {
		ends = append(ends, l.ValidUntil)
	}
	if in.Fund != nil {
		ends = append(ends, in.Fund.ValidUntil)
	}
	if in.UnlockAsk != nil {
		ends = append(ends, in.UnlockAsk.ValidUntil)
	}
	if in.Reclaim != nil {
		ends = append(ends, in.Reclaim.ValidUntil)
	}
	if in.WithdrawDeposit != nil {
		ends = append(ends, in.WithdrawDeposit.ValidUntil)
	}
	now := w.now().Unix()
	return !slices.ContainsFunc(ends, func(end uint32) bool { return int64(end) < now || int64(end) > now+intent.MaxLockAhead })
}

// counting counts the signatures of an identity.
type counting struct {
	identity.Signer
	signed int
}

func (c *counting) Sign(digest [32]byte) (identity.Signature, error) {
	c.signed++
	return c.Signer.Sign(digest)
}

// state is what a world keeps of an identity.
func (w *world) state(who identity.Address) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("%d %d %d %v %v %d", w.deposits[who], w.permits[who], w.payouts[who], w.channels[slot{who, 2}], w.channels[slot{who, 3}], len(w.tickets))
}

// timed are what a consumer signs that expires, with what it would cost. Channel 2 is a provider's, and 3 is free.
func timed(to identity.Address) map[string]func(context.Context, *Node) error {
	const coin = money.UnitsPerCoin
	asked := func(req QuoteRequest) func(context.Context, *Node) error {
		return func(ctx context.Context, n *Node) error {
			_, err := n.Quote(ctx, req)
			return err
		}
	}
	return map[string]func(context.Context, *Node) error{
		"deposit": func(ctx context.Context, n *Node) error {
			_, err := n.Deposit(ctx, coin, AnyFee, quiet)
			return err
		},
		"unlock": func(ctx context.Context, n *Node) error {
			_, err := n.Unlock(ctx, UnlockRequest{Channel: 2, Most: AnyFee, Timed: true}, quiet)
			return err
		},
		"reclaim": func(ctx context.Context, n *Node) error {
			_, err := n.Reclaim(ctx, 3, AnyFee, quiet)
			return err
		},
		"withdraw-deposit": func(ctx context.Context, n *Node) error {
			_, err := n.WithdrawDeposit(ctx, to, coin, AnyFee, quiet)
			return err
		},
		"quote of a deposit":          asked(QuoteRequest{Operation: OpDeposit, Amount: coin}),
		"quote of an unlock":          asked(QuoteRequest{Operation: OpUnlock, Channel: 2, Timed: true}),
		"quote of a reclaim":          asked(QuoteRequest{Operation: OpReclaim, Channel: 3}),
		"quote of a withdraw-deposit": asked(QuoteRequest{Operation: OpWithdrawDeposit, To: to, Amount: coin}),
	}
}

// offClocks are how far a chain's clock is from this machine's, and what a user is told of that; nothing is success.
var offClocks = []struct {
	ahead time.Duration
	told  string
}{
	{-time.Hour, "ahead of the chain's newest block"},
	{time.Hour, "behind the chain's newest block"},
	{-30 * time.Minute, "ahead of the chain's newest block"},
	{31 * time.Minute, "behind the chain's newest block"},
	{-29 * time.Minute, ""},
	{29 * time.Minute, ""},
	{0, ""},
}

// Whose clock is wrong is told so before anything is signed; by less than half an hour it does not matter.
func TestNodeWhoseClockIsWrong(t *testing.T) {
	const coin = money.UnitsPerCoin
	to := identity.Address{9}
	names := slices.Sorted(maps.Keys(timed(to)))
	for _, c := range offClocks {
		for _, name := range names {
			w := newWorld()
			m := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
			signer := &counting{Signer: m.key}
			m.self.Signer = signer
			who := m.key.Address()
			w.coins, w.ahead = 5*coin, c.ahead
			w.deposits[who] = 5 * coin
			w.channels[slot{who, 2}] = chain.Channel{Provider: to, Locked: 3 * coin, Cleared: coin, Epoch: 4}
			w.channels[slot{who, 3}] = chain.Channel{Locked: coin, Epoch: 2}
			before := w.state(who)
			err := timed(to)[name](t.Context(), m.Node)
			if c.told == "" {
				if err != nil {
					t.Errorf("chain ahead %s, %s: %v", c.ahead, name, err)
				}
				continue
			}
			if !errors.Is(err, ErrNotNow) || !errors.Is(err, chain.ErrClock) || strings.Count(err.Error(), c.told) != 1 || strings.Count(err.Error(), ErrNotNow.Error()) != 1 {
				t.Errorf("chain ahead %s, %s: %v", c.ahead, name, err)
			}
			if after := w.state(who); signer.signed != 0 || after != before {
				t.Errorf("chain ahead %s, %s: %d signatures; %s, was %s", c.ahead, name, signer.signed, after, before)
			}
			w.mu.Lock()
			w.ahead = 0
			w.mu.Unlock()
			if err := timed(to)[name](t.Context(), m.Node); err != nil {
				t.Errorf("%s, when the clock is right again: %v", name, err)
			}
		}
	}
}

// A session is neither opened nor quoted a larger lock, and nothing is locked, while the clock is wrong; then it is, by the
// same channel.
func TestConnectWhoseClockIsWrong(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	signer := &counting{Signer: consumer.key}
	consumer.self.Signer = signer
	jump := func(ahead time.Duration) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ahead = ahead
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		jump(ahead)
		if _, err := consumer.Connect(ctx, ConnectRequest{}, quiet); !errors.Is(err, ErrNotNow) || !errors.Is(err, chain.ErrClock) {
			t.Errorf("chain ahead %s: %v", ahead, err)
		}
		locks, err := consumer.self.Ledger.Channels(ctx)
		if err != nil || locks != ([intent.Channels]payments.ChannelState{}) || signer.signed != 0 {
			t.Errorf("chain ahead %s: %+v, %v; %d signatures", ahead, locks, err, signer.signed)
		}
	}
	jump(0)
	s := connected(ctx, t, consumer)
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		jump(ahead)
		before := w.channel(consumer, s.Channel)
		_, asked := consumer.Quote(ctx, QuoteRequest{Operation: OpTopUp, Session: s.ID, Amount: money.UnitsPerCoin})
		_, err := consumer.TopUp(ctx, s.ID, money.UnitsPerCoin, AnyFee, quiet)
		if !errors.Is(err, chain.ErrClock) || !errors.Is(err, ErrNotNow) || !errors.Is(asked, chain.ErrClock) || w.channel(consumer, s.Channel) != before {
			t.Errorf("chain ahead %s: quote %v, top-up %v: %+v", ahead, asked, err, w.channel(consumer, s.Channel))
		}
	}
	jump(0)
	if _, err := consumer.TopUp(ctx, s.ID, money.UnitsPerCoin, AnyFee, quiet); err != nil {
		t.Error(err)
	}
	if c := w.channel(consumer, s.Channel); c.Locked != 2*money.UnitsPerCoin || c.Provider != provider.key.Address() {
		t.Errorf("%+v", c)
	}
	if _, err := consumer.Disconnect(ctx, s.ID, quiet); err != nil {
		t.Error(err)
	}
}
