package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/session"
)

// Nothing is locked and nobody is asked before the user has agreed to what it takes; a lock that is there takes nothing.
func TestLocksAreAgreedTo(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	_, err := consumer.Connect(ctx, ConnectRequest{Agreed: &Agreed{Lock: money.UnitsPerCoin - 1}}, func(p Progress) {
		if p.Step == "lock" || p.Step == "negotiate" {
			t.Errorf("before it was agreed to: %+v", p)
		}
	})
	wanted, ok := errors.AsType[*AgreementError](err)
	if !ok {
		t.Fatal(err)
	}
	q := wanted.Quote
	if q.Operation != OpConnect || q.Amount != money.UnitsPerCoin || q.RelayFee != 0 || q.Provider != provider.key.Address() ||
		q.Offer.Proposal.SetupCharge != testSetup || q.OwnGas || q.Gas == 0 || q.GasPrice.Int64() != 7 {
		t.Errorf("%+v", q)
	}
	if c, err := w.Channel(ctx, consumer.key.Address(), 0, 0); err != nil || c.Locked != 0 {
		t.Errorf("locked %s, %v", c.Locked, err)
	}
	for _, agreed := range []*Agreed{{Lock: q.Amount, Fee: q.RelayFee}, {}} {
		s, err := consumer.Connect(ctx, ConnectRequest{Agreed: agreed}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := consumer.Disconnect(ctx, s.ID, quiet); err != nil {
			t.Fatal(err)
		}
	}
}

// What a free payment channel holds is locked for the provider too: that is agreed to like coins of the deposit.
func TestWhatAFreeChannelHoldsIsAgreedTo(t *testing.T) {
	w := newWorld()
	w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
	who := consumer.key.Address()
	for deposit, locks := range map[money.Amount]money.Amount{0: money.UnitsPerCoin, 5 * money.UnitsPerCoin: 2 * money.UnitsPerCoin} {
		w.deposits[who] = deposit
		w.channels[slot{who, 1}] = chain.Channel{Locked: 3 * money.UnitsPerCoin / 2, Epoch: 1}
		req := ConnectRequest{Lock: locks, Agreed: &Agreed{Lock: max(locks, 3*money.UnitsPerCoin/2) - 1}}
		_, err := consumer.Connect(t.Context(), req, func(p Progress) {
			if p.Step == "lock" || p.Step == "negotiate" {
				t.Errorf("before it was agreed to: %+v", p)
			}
		})
		wanted, ok := errors.AsType[*AgreementError](err)
		if !ok {
			t.Fatal(err)
		}
		if q := wanted.Quote; q.Amount != max(locks, 3*money.UnitsPerCoin/2) || q.Held != 3*money.UnitsPerCoin/2 {
			t.Errorf("%+v", q)
		}
	}
}

// A lock of which the set-up charge is too large a part is refused, and the one that is named instead will do.
func TestLeastLockForASetupCharge(t *testing.T) {
	w := newWorld()
	w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	_, err := consumer.Connect(ctx, ConnectRequest{Lock: 20*testSetup - 1}, quiet)
	if !errors.Is(err, ErrNotNow) || !errors.Is(err, payments.ErrSetup) || !strings.Contains(err.Error(), "lock 0.2 coins or more by 'myst connect --lock'") {
		t.Fatal(err)
	}
	s, err := consumer.Connect(ctx, ConnectRequest{Lock: 20 * testSetup}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := consumer.Disconnect(ctx, s.ID, quiet); err != nil {
		t.Fatal(err)
	}
	// Also where a lock is there that would be used again.
	who := identity.Address{1}
	for spent := range money.Amount(100) {
		var channels [intent.Channels]payments.ChannelState
		lock := payments.Channel{Provider: who, Locked: 100}
		channels[0] = payments.ChannelState{Confirmed: lock, Latest: lock, Promised: spent}
		small, err := payments.PlanLock(channels, payments.Need{Provider: who, Amount: 10, Deposit: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		const setup = 9
		p, err := payments.PlanLock(channels, payments.Need{Provider: who, Amount: leastLock(setup, small), Deposit: 10_000})
		if err != nil || p.Lock/20 < setup {
			t.Errorf("%d spent of 100: %+v, %v", spent, p, err)
		}
	}
}

// A provider that is not heard of is told of once, in words; with another one the search goes on.
func TestDeadProviders(t *testing.T) {
	w := newWorld()
	dead := []*member{w.member(t, memberConfig{provider: true}), w.member(t, memberConfig{provider: true})}
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Session = session.Config{Answer: 300 * time.Millisecond} }})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	w.mute.Store(true)
	for _, one := range []bool{false, true} {
		var next []string
		req := ConnectRequest{}
		if one {
			req.Filter = market.Filter{Provider: dead[0].key.Address()}
		}
		_, err := consumer.Connect(t.Context(), req, func(p Progress) {
			if p.Step == "next" {
				next = append(next, p.Detail)
			}
		})
		const plain = "the provider does not answer: it, or the broker between, may be down; take another one, or try again later"
		if !errors.Is(err, ErrNoAnswer) || !strings.HasSuffix(err.Error(), ": "+plain) || strings.Count(err.Error(), plain) != 1 {
			t.Errorf("one %v: %v", one, err)
		}
		if one && len(next) != 0 || !one && (len(next) != 1 || !strings.HasSuffix(next[0], plain) || strings.HasSuffix(err.Error(), next[0])) {
			t.Errorf("one %v: told %q before %v", one, next, err)
		}
	}
}

// A provider whose bond is gone gets no lock, though its proposal still stands.
func TestUnbondedProvider(t *testing.T) {
	w := newWorld()
	w.network.Bond = 5 * money.UnitsPerCoin
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	w.deposits[provider.key.Address()] = w.network.Bond - 1
	if _, err := consumer.Connect(t.Context(), ConnectRequest{}, quiet); !errors.Is(err, ErrNotNow) ||
		!strings.Contains(err.Error(), "it has deposited 4.999999 coins, and announcing takes 5") {
		t.Fatal(err)
	}
	bonded := w.member(t, memberConfig{provider: true})
	w.deposits[bonded.key.Address()] = w.network.Bond
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s, err := consumer.Connect(ctx, ConnectRequest{}, quiet)
	if err != nil || s.Peer != bonded.key.Address() {
		t.Fatal(s, err)
	}
}
