package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mysteriumnetwork/myst/chain"
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
