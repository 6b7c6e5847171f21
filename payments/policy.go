package payments

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// claimBatch is promises that are claimed in one transaction.
type claimBatch struct {
	promises []outstanding
	urgent   bool // an unlock would take them away
}

// choose takes what the policy wants cleared now, or everything, in batches.
func (c *Clearer) choose(ctx context.Context, found []outstanding, all bool) []claimBatch {
	var chosen []outstanding
	var gathering money.Amount
	asked := c.askedFor(found)
	for _, o := range found {
		ended := !c.cfg.Ledger.Busy(o.promise.Consumer, o.promise.Channel)
		wanted := o.due >= c.cfg.Least && (ended || c.cfg.Above > 0 && o.due >= c.cfg.Above)
		switch {
		case all || o.urgent() || wanted || asked[keyOf(o.promise)]:
			chosen = append(chosen, o)
		case ended:
			gathering += o.due // less than Least, of bounded many
		}
	}
	if gathering > c.gathering {
		c.cfg.Logger.Info("promises are left to gather; myst clear claims them", "coins", gathering, "least", c.cfg.Least)
	}
	c.gathering = gathering
	byUrgency(chosen)
	if all {
		return c.cut(chosen, false)
	}
	return c.worthwhile(ctx, chosen)
}

// askedFor is what of the outstanding must be cleared before a release that was asked for. What is not outstanding any more is
// forgotten.
func (c *Clearer) askedFor(found []outstanding) map[epochKey]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	still := map[epochKey]bool{}
	for _, o := range found {
		if key := keyOf(o.promise); c.asked[key] {
			still[key] = true
		}
	}
	c.asked = still
	return maps.Clone(still)
}

// cut makes batches of promises.
func (c *Clearer) cut(promises []outstanding, urgent bool) (batches []claimBatch) {
	for part := range slices.Chunk(promises, c.cfg.Batch) {
		batches = append(batches, claimBatch{part, urgent})
	}
	return batches
}

// worthwhile leaves out what costs too much gas. What is urgent has batches of its own, and next to nothing, such as an
// attacker's, others again: it has nobody else's promise cleared dearly, and makes none that is urgent too dear. Where these
// cost too much, they are cleared with the rest or not at all. Next to nothing that only a release waits for is by itself, too.
func (c *Clearer) worthwhile(ctx context.Context, chosen []outstanding) (batches []claimBatch) {
	var urgent, little, asked, rest []outstanding
	for _, o := range chosen {
		switch {
		case !o.urgent() && o.due < c.cfg.Least:
			asked = append(asked, o)
		case !o.urgent():
			rest = append(rest, o)
		case o.due < c.cfg.Least:
			little = append(little, o)
		default:
			urgent = append(urgent, o)
		}
	}
	for _, b := range slices.Concat(c.cut(urgent, true), c.cut(little, true)) {
		if c.worth(ctx, b) {
			batches = append(batches, b)
		} else {
			rest = slices.Concat(b.promises, rest)
		}
	}
	for _, b := range slices.Concat(c.cut(rest, false), c.cut(asked, false)) {
		if c.worth(ctx, b) {
			batches = append(batches, b)
		}
	}
	return batches
}

// worth says whether the gas costs no more than the set share of what a batch brings. What an unlock
// would take away is always worth it if it brings more than it costs, or nobody knows what it costs.
func (c *Clearer) worth(ctx context.Context, b claimBatch) bool {
	if c.cfg.GasCost == nil {
		return true
	}
	total := sum(b.promises)
	promises := make([]intent.SignedPromise, len(b.promises))
	for i, o := range b.promises {
		promises[i] = o.promise
	}
	cost, err := c.cfg.GasCost(ctx, promises)
	if err != nil {
		c.cfg.Logger.Warn("the gas to clear is not known", "promises", len(promises), "coins", total, "cleared_all_the_same", b.urgent, "error", err)
		return b.urgent
	}
	if b.urgent {
		return cost < total
	}
	most, err := total.MulDiv(c.cfg.MaxGasPercent, 100)
	return err != nil || cost <= most
}

// lastDay is how long before an unlock is due its promises may cost what the contract lets a relayer take. Before that they
// are tried for the set share, so that a consumer cannot raise a relayer's fee by asking for an unlock.
const lastDay = 24 * time.Hour

// mayTake is what a relayer may take for clearing a batch: what was agreed to, or the set share of what it brings. What an
// unlock would take away within a day may cost as much as the contract lets it.
func (c *Clearer) mayTake(b claimBatch, agreed *money.Amount) money.Amount {
	total := sum(b.promises)
	most := total / intent.EarningsPerFee
	switch {
	case agreed != nil:
		return min(*agreed, most)
	case b.urgent && slices.ContainsFunc(b.promises, func(o outstanding) bool { return time.Until(o.until) < lastDay }):
		return most
	}
	return c.Share(total)
}

// Share is what a relayer may take by itself for clearing so much: the set share, of at most what the contract lets it.
func (c *Clearer) Share(due money.Amount) money.Amount {
	share, err := due.MulDiv(c.cfg.MaxGasPercent, 100)
	if err != nil {
		return 0
	}
	return min(share, due/intent.EarningsPerFee)
}
