package devnet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
)

// agrees waits until a participant's ledger has all that is on chain, and holds both and its balance against each
// other, to the unit.
func agrees(t *testing.T, p *Participant) wire.Balance {
	t.Helper()
	var balance wire.Balance
	eventually(t, p.Name+"'s ledger agrees", func(ctx context.Context) (err error) {
		if balance, err = p.API.Balance(ctx); err != nil {
			return err
		}
		c := balance.Ledger
		if c == nil {
			return errors.New("it is not held against the chain")
		}
		if !c.Agrees {
			t.Fatalf("%s: the ledger says %+v, the chain %+v", p.Name, c.Ledger, c.Chain)
		}
		var locked uint64
		for _, channel := range balance.Channels {
			locked += channel.Locked.Units - channel.Cleared.Units
		}
		if c.Chain.Deposit != balance.Deposit || c.Chain.Earnings != balance.Earnings || c.Chain.Locked.Units < locked {
			return fmt.Errorf("at block %d it is behind the balance", c.Block)
		}
		return nil
	})
	return balance
}

// rows returns a participant's rows of one kind.
func rows(t *testing.T, p *Participant, f wire.LedgerFilter) []wire.LedgerEntry {
	t.Helper()
	ledger, err := p.API.Ledger(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Entries
}

// fetch fetches some bytes through a session.
func (s *sale) fetch(ctx context.Context, n *Network, bytes int64) error {
	_, err := FetchBytes(ctx, through(s.session), n.Web.URL(), bytes, func(int64) {})
	return err
}

// end ends a session and waits until both ends have.
func (s *sale) end(t *testing.T) {
	t.Helper()
	if _, err := s.consumer.API.Disconnect(t.Context(), s.session.ID, nil); err != nil {
		t.Fatal(err)
	}
	s.over(t, soon)
}

// A lock grows in mid-session, and the session goes on beyond what was locked at first. What everybody
// paid is the same in the sessions, in both ledgers and on chain.
func TestTopUpAndLedger(t *testing.T) {
	t.Parallel()
	n := start(t, Config{Price: byteExact, SetupCharge: 1000})
	c, p := n.Consumer[0], n.Provider[0]
	s := &sale{consumer: c, provider: p}
	var err error
	filter := wire.Filter{Provider: p.Address.String()}
	if s.session, err = c.API.Connect(t.Context(), wire.Connect{Filter: filter, Lock: "0.25"}, nil); err != nil { // 32 MiB
		t.Fatal(err)
	}
	if err := s.fetch(t.Context(), n, 8<<20); err != nil {
		t.Fatal(err)
	}
	quote, err := c.API.Quote(t.Context(), wire.QuoteRequest{Operation: "topup", Amount: "0.5", Session: s.session.ID})
	if err != nil || quote.Gas < 21_000 || quote.Transactions != 1 {
		t.Fatalf("quote %+v, %v", quote, err)
	}
	if _, err := c.API.TopUp(t.Context(), s.session.ID, wire.Deposit{Amount: "1000"}, nil); wire.CodeOf(err) != wire.CodeFunds {
		t.Fatalf("a top-up of more than there is: %v", err)
	}
	paid, err := c.API.TopUp(t.Context(), s.session.ID, wire.Deposit{Amount: "0.5"}, nil)
	if err != nil || paid.Amount.Units != 500_000 || paid.Block == 0 {
		t.Fatalf("top-up %+v, %v", paid, err)
	}
	if err := s.fetch(t.Context(), n, 48<<20); err != nil {
		t.Fatalf("beyond the first lock: %v", err)
	}
	s.end(t)
	if s.bought.Promised.Units < 400_000 || s.bought.Promised != s.sold.Promised {
		t.Fatalf("promised %s, taken %s", s.bought.Promised.Coins, s.sold.Promised.Coins)
	}
	earned := cleared(t, p)
	locks := rows(t, c, wire.LedgerFilter{Kind: "lock"})
	if len(locks) != 2 || locks[0].Amount.Units != 250_000 || locks[1].Amount.Units != 500_000 || locks[1].Total.Units != 750_000 {
		t.Errorf("locks %+v", locks)
	}
	for _, who := range []*Participant{c, p} {
		agrees(t, who)
		promised := rows(t, who, wire.LedgerFilter{Kind: "promise", Session: s.session.ID})
		if len(promised) != 1 || promised[0].Amount.Units != int64(s.bought.Promised.Units) {
			t.Errorf("%s's promises: %+v", who.Name, promised)
		}
	}
	if _, err := p.API.Withdraw(t.Context(), wire.Limit{}, nil); err != nil {
		t.Fatal(err)
	}
	agrees(t, p)
	all, err := p.API.Earnings(t.Context())
	if err != nil || len(all.Earnings) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	e := all.Earnings[0]
	if e.Promised.Units != s.bought.Promised.Units || e.Cleared.Units != uint64(earned) || e.Uncleared.Units+e.Lapsed.Units+e.Held.Units != 0 ||
		e.Withdrawn.Units+e.Fees.Units != e.Cleared.Units || e.Fees.Units == 0 {
		t.Errorf("earnings %+v; cleared %s", e, earned)
	}
}

// forward lets the chain's clock pass a delay: every block is at least a second.
func (n *Network) forward(delay time.Duration) {
	for range int(delay/time.Second) + 1 {
		n.Chain.Commit()
	}
}

// A provider that was down when its consumer asked to unlock clears at its next start, in time. The channel, with
// what is left in it, then backs a session with another provider.
func TestUnlockAndSwitch(t *testing.T) {
	t.Parallel()
	n := start(t, Config{
		Providers: 2, Price: byteExact, SetupCharge: 1000, UnlockDelay: 5 * time.Minute, ClearLeast: money.UnitsPerCoin, BlockTime: time.Second,
	})
	c, p := n.Consumer[0], n.Provider[0]
	s := &sale{consumer: c, provider: p}
	if err := s.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.fetch(t.Context(), n, 4<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := c.API.Unlock(t.Context(), wire.Unlock{Channel: s.session.Channel}, nil); wire.CodeOf(err) != wire.CodeNotNow {
		t.Fatalf("unlock under a session: %v", err)
	}
	s.end(t)
	// Without its hub the provider cannot clear when it drains.
	if err := errors.Join(n.StopHub(), p.Stop(), n.StartHub(t.Context())); err != nil {
		t.Fatal(err)
	}
	var asked wire.Payment
	eventually(t, "unlock asked for", func(ctx context.Context) (err error) {
		asked, err = c.API.Unlock(ctx, wire.Unlock{Channel: s.session.Channel}, nil)
		return err
	})
	if asked.UnlockAt == nil {
		t.Fatalf("%+v", asked)
	}
	if _, err := c.API.Unlock(t.Context(), wire.Unlock{Channel: s.session.Channel}, nil); wire.CodeOf(err) != wire.CodeNotNow {
		t.Fatalf("unlock before its time: %v", err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if earned := cleared(t, p); uint64(earned) != s.bought.Promised.Units {
		t.Fatalf("promised %s, cleared in time %s", s.bought.Promised.Coins, earned)
	}
	n.forward(n.cfg.UnlockDelay)
	freed, err := c.API.Unlock(t.Context(), wire.Unlock{Channel: s.session.Channel}, nil)
	if left := uint64(money.UnitsPerCoin) - s.bought.Promised.Units; err != nil || freed.Amount.Units != left {
		t.Fatalf("freed %+v, %v; want %d left", freed, err, left)
	}
	before := agrees(t, c)
	other := &sale{consumer: c, provider: n.Provider[1]}
	if err := other.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if other.session.Channel != s.session.Channel || other.session.Epoch != s.session.Epoch+1 {
		t.Errorf("channel %d in epoch %d; freed was %d in %d", other.session.Channel, other.session.Epoch, s.session.Channel, s.session.Epoch)
	}
	other.end(t)
	after := agrees(t, c)
	if cost := before.Deposit.Units - after.Deposit.Units; cost != s.bought.Promised.Units {
		t.Errorf("the next lock took %d of the deposit; the freed channel lacked %d", cost, s.bought.Promised.Units)
	}
	agrees(t, p)
}

// Where gas costs more than its share, nothing is cleared but on demand; and a lock must be worth twenty times its gas. The
// chain's gas falls to little more than a million wei. By this rate a clearing costs a fifth of what is promised even then, and the lock
// of a coin is worth it up to twelve times that.
func TestGasIsWeighed(t *testing.T) {
	t.Parallel()
	n := start(t, Config{Price: byteExact, SetupCharge: 1000, GasRate: 50_000 * money.UnitsPerCoin})
	p := n.Provider[0]
	s := &sale{consumer: n.Consumer[0], provider: p}
	dust := wire.Connect{Filter: wire.Filter{Provider: p.Address.String()}, Lock: "0.03"}
	if _, err := s.consumer.API.Connect(t.Context(), dust, nil); err == nil || !strings.Contains(err.Error(), "lock too small: lock ") {
		t.Fatalf("a lock that is not worth its gas: %v", err)
	}
	within(t, 2*time.Minute, "gas falls until a coin is worth locking", s.connect)
	if err := s.fetch(t.Context(), n, 1<<20); err != nil {
		t.Fatal(err)
	}
	s.end(t)
	at := n.Chain.Head()
	eventually(t, "some blocks", func(context.Context) error {
		if n.Chain.Head() < at+12 { // much more than a clearing takes
			return errors.New("too few")
		}
		return nil
	})
	balance, err := p.API.Balance(t.Context())
	if err != nil || balance.Uncleared != s.bought.Promised || balance.Earnings.Units != 0 {
		t.Fatalf("%+v, %v; want %s coins uncleared", balance, err, s.bought.Promised.Coins)
	}
	quote, err := p.API.Quote(t.Context(), wire.QuoteRequest{Operation: "clear"})
	if err != nil || quote.Amount != s.bought.Promised || quote.Transactions != 1 || quote.Gas < 21_000 {
		t.Fatalf("%+v, %v", quote, err)
	}
	paid, err := p.API.Clear(t.Context(), wire.Limit{}, nil)
	if err != nil || len(paid.Payments) != 1 || paid.Payments[0].Amount != s.bought.Promised {
		t.Fatalf("on demand: %+v, %v", paid, err)
	}
	agrees(t, p)
}
