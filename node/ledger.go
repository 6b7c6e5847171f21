package node

import (
	"context"
	"fmt"
	"time"
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

// checkLedger holds the ledger's sums against the contract as of the same block, and logs when they differ. That the chain
// does not know that block's state any more is no failure.
func (n *Node) checkLedger(ctx context.Context, self *Self) (*LedgerCheck, error) {
	if self.Journal == nil {
		return nil, nil
	}
	totals, err := self.Journal.Totals(ctx)
	if err != nil {
		return nil, fmt.Errorf("balance: %w", err)
	}
	if totals.Hash == [32]byte{} {
		return nil, nil // it has read no block yet
	}
	held, err := n.cfg.Chain.Holdings(ctx, self.address(), totals.Hash)
	if err != nil {
		n.log.Debug("the ledger is not held against the chain", "block", totals.Block, "error", err)
		return nil, nil
	}
	check := &LedgerCheck{Block: totals.Block, Ledger: totals.Sums, Chain: held}
	if !check.Agrees() {
		n.log.Error("the ledger disagrees with the chain; keep a copy of node.db and report it", "identity", self.address(),
			"block", totals.Block, "ledger", fmt.Sprintf("%+v", check.Ledger), "chain", fmt.Sprintf("%+v", check.Chain))
	}
	return check, nil
}

// WatchLedger holds the ledger against the chain from time to time until ctx ends, and returns its error. What differs is logged,
// also when nobody looks at a balance.
func (n *Node) WatchLedger(ctx context.Context, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		self, err := n.identity(ctx)
		if err == nil && self != nil {
			_, err = n.checkLedger(ctx, self)
		}
		if err != nil {
			n.log.Debug("the ledger is not held against the chain", "error", err)
		}
	}
}
