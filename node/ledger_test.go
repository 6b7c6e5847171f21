package node

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/payments/journal"
)

// books is a ledger that has a transaction from the third look on.
type books struct {
	Journal
	looks uint64
}

func (b *books) Booked(context.Context, [32]byte) (booked bool, block uint64, err error) {
	b.looks++
	return b.looks > 2, b.looks, nil
}

// An operation is confirmed when the ledger has its transaction, and not because a hub names none.
func TestConfirmed(t *testing.T) {
	n, steps := &Node{}, 0
	told := func(Progress) { steps++ }
	named := Payment{Operation: OpTopUp, Block: 1, Transaction: "0x1111111111111111111111111111111111111111111111111111111111111111"}
	for _, transaction := range []string{"", "0x", "0x11", "nonsense", named.Transaction + "11"} {
		b := &books{}
		err := n.confirmed(t.Context(), &Self{Journal: b}, Payment{Operation: OpTopUp, Transaction: transaction}, told)
		if !errors.Is(err, ErrUnavailable) || b.looks != 0 {
			t.Errorf("transaction %q: %v after %d looks", transaction, err, b.looks)
		}
	}
	b := &books{}
	if err := n.confirmed(t.Context(), &Self{Journal: b}, named, told); err != nil || b.looks != 3 || steps != 3 {
		t.Errorf("%v after %d looks and %d steps", err, b.looks, steps)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.confirmed(ctx, &Self{Journal: &books{}}, named, told); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

// sums is a ledger that adds up to something.
type sums struct {
	Journal
	totals journal.Totals
}

func (s sums) Totals(context.Context) (journal.Totals, error) { return s.totals, nil }

// vault is a chain that holds something after one block.
type vault struct {
	Chain
	block [32]byte
	held  chain.Holdings
}

func (v vault) Holdings(_ context.Context, _ identity.Address, block [32]byte) (chain.Holdings, error) {
	if block != v.block {
		return chain.Holdings{}, chain.ErrUnavailable
	}
	return v.held, nil
}

// The ledger is held against the chain as of the very block that it has come to. A difference is logged, and shown, also when
// a sum is below zero.
func TestLedgerIsHeldAgainstTheChain(t *testing.T) {
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	here := [32]byte{1}
	for name, c := range map[string]struct {
		totals        journal.Totals
		held          chain.Holdings
		shown, agrees bool
	}{
		"same":          {journal.Totals{Block: 7, Hash: here, Sums: journal.Sums{Deposit: 5, Locked: 3}}, chain.Holdings{Deposit: 5, Locked: 3}, true, true},
		"another sum":   {journal.Totals{Block: 7, Hash: here, Sums: journal.Sums{Deposit: 5, Earnings: 1}}, chain.Holdings{Deposit: 5}, true, false},
		"below zero":    {journal.Totals{Block: 7, Hash: here, Sums: journal.Sums{Deposit: -5}}, chain.Holdings{}, true, false},
		"another block": {journal.Totals{Block: 7, Hash: [32]byte{2}}, chain.Holdings{Deposit: 5}, false, false},
		"no block yet":  {journal.Totals{}, chain.Holdings{}, false, false},
	} {
		var log bytes.Buffer
		n := &Node{cfg: Config{Chain: vault{block: here, held: c.held}}, log: slog.New(slog.NewTextHandler(&log, nil))}
		check, err := n.checkLedger(t.Context(), &Self{Signer: key, Journal: sums{totals: c.totals}})
		if err != nil || (check != nil) != c.shown || check != nil && check.Agrees() != c.agrees {
			t.Errorf("%s: %+v, %v", name, check, err)
		}
		if logged := strings.Contains(log.String(), "disagrees"); logged != (c.shown && !c.agrees) {
			t.Errorf("%s: logged %q", name, log.String())
		}
	}
}

// A difference is found although nobody asks, and again as long as it is there.
func TestLedgerIsWatched(t *testing.T) {
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		n := &Node{
			cfg: Config{Chain: vault{block: [32]byte{1}}}, log: slog.New(slog.NewTextHandler(&log, nil)),
			ctx: ctx, attached: make(chan struct{}),
			self: &Self{Signer: key, Journal: sums{totals: journal.Totals{Hash: [32]byte{1}, Sums: journal.Sums{Deposit: 1}}}},
		}
		close(n.attached)
		ended := make(chan error, 1)
		go func() { ended <- n.WatchLedger(ctx, time.Hour) }()
		time.Sleep(150 * time.Minute)
		synctest.Wait()
		if said := strings.Count(log.String(), "disagrees"); said != 2 {
			t.Errorf("said %d times: %s", said, log.String())
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
