package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// telling is a relayer that says the same of every ticket.
type telling struct {
	Relayer
	ticket relay.Ticket
	err    error
}

func (r *telling) Status(context.Context, string) (relay.Ticket, error) { return r.ticket, r.err }

// What counts is what the node's own chain endpoints show, whatever a relayer says; and waiting ends.
func TestAwait(t *testing.T) {
	mined := relay.Ticket{State: relay.StateMined, Transaction: "0x01", Block: 7}
	sent := relay.Ticket{State: relay.StateSent, Transaction: "0x01"}
	failed := relay.Ticket{State: relay.StateFailed, Transaction: "0x01", Reason: "by this test"}
	never := 24 * time.Hour
	for name, c := range map[string]struct {
		ticket relay.Ticket
		after  time.Duration // until the chain shows the effect
		err    error         // of the chain
		status error         // of the relayer
		says   string        // in an error; empty is success
		named  string
	}{
		"as it should be":              {mined, 0, nil, nil, "", "0x01"},
		"our endpoint is behind":       {mined, time.Minute, nil, nil, "", "0x01"},
		"a lie":                        {mined, never, nil, nil, "do not show what it should have done", ""},
		"nothing is sent":              {sent, never, nil, nil, "the relayer has got it into no block", ""},
		"another transaction did it":   {sent, time.Minute, nil, nil, "", ""},
		"failed, and another did it":   {failed, 0, nil, nil, "", ""},
		"failed":                       {failed, never, nil, nil, "failed: by this test", ""},
		"our endpoint is down":         {mined, never, chain.ErrUnavailable, nil, "do not tell whether it took effect", ""},
		"the relayer is down":          {sent, never, nil, relay.ErrUnavailable, "no block", ""},
		"the relayer went away for it": {sent, time.Minute, nil, relay.ErrUnavailable, "", ""},
		"the relayer has forgotten it": {sent, never, nil, relay.ErrNotFound, "no such ticket", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			started := time.Now()
			w := &wallet{relayer: &telling{ticket: c.ticket, err: c.status}}
			paid, err := w.await(t.Context(), OpUnlock, c.ticket, func(context.Context) (bool, error) {
				return c.err == nil && time.Since(started) >= c.after, c.err
			}, quiet)
			switch took := time.Since(started); {
			case c.says == "" && (err != nil || paid.Transaction != c.named || paid.Operation != OpUnlock):
				t.Errorf("%s: %+v, %v", name, paid, err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("%s: %+v, %v", name, paid, err)
			case took < c.after && c.says == "" || took > patience+time.Minute:
				t.Errorf("%s: after %s", name, took)
			}
		})
	}
}

// operation is one that a node can do on chain, when it is prepared.
type operation struct {
	prepare func(*world, identity.Address)
	do      func(context.Context, *Node) (Payment, error)
	amount  money.Amount
}

func operations(to identity.Address) map[string]operation {
	const coin = money.UnitsPerCoin
	deposit := func(w *world, who identity.Address) { w.deposits[who] = 10 * coin }
	channel := func(c chain.Channel) func(*world, identity.Address) {
		return func(w *world, who identity.Address) { w.channels[slot{who, 2}] = c }
	}
	held := chain.Channel{Provider: to, Locked: 3 * coin, Cleared: coin, Epoch: 4}
	asked := held
	asked.UnlockAt = time.Unix(1_700_000_000, 0)
	unlock := func(ctx context.Context, n *Node) (Payment, error) {
		return n.Unlock(ctx, UnlockRequest{Channel: 2, Most: AnyFee}, quiet)
	}
	return map[string]operation{
		"deposit": {func(w *world, _ identity.Address) { w.coins = 5 * coin }, func(ctx context.Context, n *Node) (Payment, error) {
			return n.Deposit(ctx, 2*coin, AnyFee, quiet)
		}, 2 * coin},
		"withdraw": {func(w *world, who identity.Address) { w.earned[who] = coin }, func(ctx context.Context, n *Node) (Payment, error) {
			return n.Withdraw(ctx, AnyFee, quiet)
		}, coin},
		"beneficiary": {func(*world, identity.Address) {}, func(ctx context.Context, n *Node) (Payment, error) {
			return n.SetBeneficiary(ctx, to, AnyFee, quiet)
		}, 0},
		"unlock": {channel(held), unlock, 0},
		"free":   {channel(asked), unlock, 2 * coin},
		"reclaim": {channel(chain.Channel{Locked: coin, Epoch: 5}), func(ctx context.Context, n *Node) (Payment, error) {
			return n.Reclaim(ctx, 2, AnyFee, quiet)
		}, coin},
		"withdraw deposit": {deposit, func(ctx context.Context, n *Node) (Payment, error) {
			return n.WithdrawDeposit(ctx, to, 4*coin, AnyFee, quiet)
		}, 4 * coin},
		"withdraw all": {deposit, func(ctx context.Context, n *Node) (Payment, error) {
			return n.WithdrawDeposit(ctx, to, 0, AnyFee, quiet)
		}, 10 * coin},
	}
}

// says makes the world's relayer lie, or not.
func (w *world) says(lie bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lie = lie
}

// No operation is taken for done because a relayer says so; and each is when it took effect.
func TestOperationsAreReadFromTheChain(t *testing.T) {
	for name, o := range operations(identity.Address{8}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			m := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Patience = time.Second }})
			o.prepare(w, m.key.Address())
			w.says(true)
			if paid, err := o.do(t.Context(), m.Node); !errors.Is(err, ErrNoOutcome) {
				t.Fatalf("believed the relayer: %+v, %v", paid, err)
			}
			w.says(false)
			m.cfg.Patience = 0
			if paid, err := o.do(t.Context(), m.Node); err != nil || paid.Amount != o.amount || paid.Transaction == "" {
				t.Fatalf("%+v, %v", paid, err)
			}
		})
	}
}

// A larger lock is looked at, too.
func TestTopUpIsReadFromTheChain(t *testing.T) {
	w := newWorld()
	w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Patience = time.Second }})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	s, err := consumer.Connect(t.Context(), ConnectRequest{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	w.says(true)
	if paid, err := consumer.TopUp(t.Context(), s.ID, money.UnitsPerCoin, AnyFee, quiet); !errors.Is(err, ErrNoOutcome) {
		t.Fatalf("believed the relayer: %+v, %v", paid, err)
	}
	w.says(false)
	if paid, err := consumer.TopUp(t.Context(), s.ID, money.UnitsPerCoin, AnyFee, quiet); err != nil || paid.Amount != money.UnitsPerCoin {
		t.Fatalf("%+v, %v", paid, err)
	}
}

// A permit that somebody else has used up is no deposit.
func TestDepositThatWasNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c := newWallet(t)
		c.lie = true
		done := make(chan error, 1)
		go func() {
			_, _, err := w.deposit(t.Context(), 900, false, quiet)
			done <- err
		}()
		synctest.Wait()
		c.mu.Lock()
		c.permits[w.self.address()]++
		c.mu.Unlock()
		if err := <-done; !errors.Is(err, ErrNoOutcome) {
			t.Error(err)
		}
	})
}

// A deposit that was signed earlier for another amount, and mined after it, does not pass for the deposit that is asked for.
// Of two withdrawals at once neither is taken for the other.
func TestOneNonceIsOneAmount(t *testing.T) {
	const coin = money.UnitsPerCoin
	w := newWorld()
	m := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Patience = 2 * time.Second }})
	w.coins, w.deposits[m.key.Address()] = 100*coin, 10*coin
	w.says(true)
	for name, do := range map[string]func() (Payment, error){
		"deposit": func() (Payment, error) { return m.Deposit(t.Context(), 2*coin, AnyFee, quiet) },
		"withdraw deposit": func() (Payment, error) {
			return m.WithdrawDeposit(t.Context(), identity.Address{8}, 2*coin, AnyFee, quiet)
		},
	} {
		done, before := make(chan error, 1), len(w.tickets)
		go func() {
			_, err := do()
			done <- err
		}()
		waitFor(t, func() bool { // until it is on its way
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.tickets) > before
		})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := m.Deposit(ctx, coin, AnyFee, quiet); err == nil || !strings.Contains(err.Error(), "is on its way") {
			t.Errorf("beside a %s: %v", name, err)
		}
		w.mu.Lock()
		who := m.key.Address()
		w.permits[who]++
		w.payouts[who]++
		if name == "deposit" {
			w.deposits[who] += 3 * coin
		} else {
			w.deposits[who] -= 3 * coin
		}
		w.mu.Unlock()
		if err := <-done; err == nil {
			t.Errorf("%s: another amount was taken for it", name)
		}
	}
}

// A user agrees to a fee; while the quote that named it stands, the relayer can take no more.
func TestAgreedFeeStands(t *testing.T) {
	w, c := newWallet(t)
	c.deposits[w.self.address()] = 1000
	was, err := c.Quote(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	was.Fees = map[relay.Kind]money.Amount{relay.KindRegister: 10}
	c.fees[relay.KindRegister], w.most = 11, 10
	register := func() (Payment, error) { return w.register(t.Context(), c, quiet) }
	if paid, err := register(); !errors.Is(err, relay.ErrNotOffered) || len(c.took) != 0 {
		t.Fatalf("more than was agreed to: %+v, %v", paid, err)
	}
	was.ValidUntil = uint64(time.Now().Add(time.Second).Unix()) // it will be over when it gets there
	w.quotes.keep(was)
	if paid, err := register(); !errors.Is(err, relay.ErrNotOffered) || len(c.took) != 0 {
		t.Fatalf("by a quote that is over: %+v, %v", paid, err)
	}
	was.ValidUntil = uint64(time.Now().Add(time.Hour).Unix())
	w.quotes.keep(was)
	if paid, err := register(); err != nil || paid.RelayFee != 10 || c.took[0].Quote.Fees[relay.KindRegister] != 10 {
		t.Fatalf("%+v, %v", paid, err)
	}
	w.most = 9
	if paid, err := register(); !errors.Is(err, relay.ErrNotOffered) || len(c.took) != 1 {
		t.Fatalf("the earlier quote is too dear as well: %+v, %v", paid, err)
	}
}
