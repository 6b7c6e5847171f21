package node

import (
	"context"
	"fmt"
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
