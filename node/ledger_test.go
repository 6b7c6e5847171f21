package node

import (
	"context"
	"errors"
	"testing"
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
