package node

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
)

// Ledger returns the ledger's rows that a filter selects, oldest first.
func (n *Node) Ledger(ctx context.Context, f LedgerFilter) ([]LedgerEntry, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return nil, err
	}
	if self.Journal == nil {
		return nil, nil
	}
	rows, err := self.Journal.Entries(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return rows, nil
}

// Earnings returns what each identity of the node's database earned as a provider, by the ledger.
func (n *Node) Earnings(ctx context.Context) ([]Earnings, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return nil, err
	}
	if self.Journal == nil {
		return nil, nil
	}
	all, err := self.Journal.Earnings(ctx)
	if err != nil {
		return nil, fmt.Errorf("earnings: %w", err)
	}
	return all, nil
}

// checkLedger holds the ledger's sums against the contract as of the same block. That the chain does not know
// that block's state any more is no failure.
func (n *Node) checkLedger(ctx context.Context, self *Self) (*LedgerCheck, error) {
	if self.Journal == nil {
		return nil, nil
	}
	totals, err := self.Journal.Totals(ctx)
	if err != nil {
		return nil, fmt.Errorf("balance: %w", err)
	}
	held, err := n.cfg.Chain.Holdings(ctx, self.address(), totals.Block)
	if err != nil {
		n.log.Debug("the ledger is not held against the chain", "block", totals.Block, "error", err)
		return nil, nil
	}
	return &LedgerCheck{Block: totals.Block, Ledger: totals.Holdings, Chain: held}, nil
}

// confirmed waits until a mined transaction has its confirmations, which is when the ledger has it.
func (n *Node) confirmed(ctx context.Context, self *Self, paid Payment, progress func(Progress)) error {
	hash, err := hex.DecodeString(strings.TrimPrefix(paid.Transaction, "0x"))
	if known := err == nil && len(hash) == 32; self.Journal == nil || !known {
		return nil // the caller has looked at the transaction
	}
	var shown uint64
	for {
		booked, err := self.Journal.Booked(ctx, [32]byte(hash))
		if err != nil {
			return fmt.Errorf("%s: %w", paid.Operation, err)
		}
		if booked {
			progress(Progress{Step: "confirm", Detail: fmt.Sprintf("block %d is confirmed, and in the ledger", paid.Block)})
			return nil
		}
		totals, err := self.Journal.Totals(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", paid.Operation, err)
		}
		if shown == 0 || totals.Block != shown {
			shown = totals.Block
			progress(Progress{Step: "confirm", Detail: fmt.Sprintf("waiting for %d blocks on top of block %d; the ledger is at block %d",
				n.cfg.Confirmations, paid.Block, totals.Block)})
		}
		if err := sleep(ctx, relayPoll); err != nil {
			return fmt.Errorf("%s: transaction %s is in block %d and not confirmed yet: %w", paid.Operation, paid.Transaction, paid.Block, err)
		}
	}
}
