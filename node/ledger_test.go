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

// books is a ledger that grows by a block with each look, up to a last one, and has one transaction from block 3 on.
type books struct {
	Journal
	looks, last uint64
	has         [32]byte
}

func (b *books) Booked(_ context.Context, transaction [32]byte) (booked bool, block uint64, err error) {
	b.looks = min(b.looks+1, b.last)
	return b.looks > 2 && transaction == b.has, b.looks, nil
}

// atBlock is a node whose chain's newest block is that.
func atBlock(number uint64) *Node {
	return &Node{cfg: Config{Head: func(context.Context) (chain.Head, error) { return chain.Head{Number: number}, nil }}}
}

// An operation is confirmed when the ledger has the block in which its effect was seen, under whatever transaction.
func TestConfirmed(t *testing.T) {
	one := [32]byte{0x11}
	named := Payment{Operation: OpTopUp, Block: 3, Transaction: "0x11" + strings.Repeat("00", 31)}
	other := "0x22" + strings.Repeat("00", 31)
	there := func(context.Context) (bool, error) { return true, nil }
	gone := func(context.Context) (bool, error) { return false, nil }
	for name, c := range map[string]struct {
		transaction string
		took        look
		head, last  uint64
		want        error
		named       bool // the payment still names the transaction
	}{
		"as the relayer said":                   {named.Transaction, there, 3, 9, nil, true},
		"booked, and spent since":               {named.Transaction, gone, 3, 9, nil, true},
		"an old transaction's name is no proof": {named.Transaction, there, 7, 9, nil, true},
		"another transaction":                   {other, there, 5, 9, nil, false},
		"no name":                               {"", there, 5, 9, nil, false},
		"nonsense":                              {"nonsense", there, 5, 9, nil, false},
		"too long a name":                       {named.Transaction + "11", there, 5, 9, nil, false},
		"taken back by the chain":               {other, gone, 5, 9, ErrNoOutcome, true},
		"the ledger stands still":               {named.Transaction, there, 5, 4, ErrNoOutcome, true},
		"the ledger stands at nothing":          {named.Transaction, there, 5, 0, ErrNoOutcome, true},
		"another, and the ledger is behind":     {other, there, 5, 4, ErrNoOutcome, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, paid := &books{last: c.last, has: one}, named
			paid.Transaction = c.transaction
			got, err := atBlock(c.head).confirmed(t.Context(), &Self{Journal: b}, paid, c.took, quiet)
			if !errors.Is(err, c.want) || (got.Transaction == c.transaction && got.Block == 3) != c.named || c.want == nil && b.looks < c.head {
				t.Errorf("%s: %+v, %v after %d looks", name, got, err, b.looks)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := atBlock(9).confirmed(ctx, &Self{Journal: &books{last: 20}}, named, there, quiet); !errors.Is(err, context.Canceled) {
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
