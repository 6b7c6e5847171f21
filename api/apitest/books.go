package apitest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/payments/journal"
)

// book adds a row for what mined will number next.
func (n *Node) book(kind journal.Kind, role string, amount money.Amount, with identity.Address) {
	row := node.LedgerEntry{
		ID: int64(len(n.rows) + 1), Kind: kind, Role: role, Time: n.now().Truncate(time.Second), Block: n.block + 1,
		Self: n.key.Address(), Counterparty: with, Amount: int64(amount),
	}
	row.Transaction[31] = byte(n.block + 1)
	n.rows = append(n.rows, row)
}

// check finds that the ledger agrees, as it does in a node without faults.
func (n *Node) check() *node.LedgerCheck {
	held := chain.Holdings{Deposit: n.deposit, Earnings: n.earnings}
	sums := journal.Sums{Deposit: int64(held.Deposit), Earnings: int64(held.Earnings)}
	return &node.LedgerCheck{Block: n.block, Ledger: sums, Chain: held}
}

// Ledger implements api.Node.
func (n *Node) Ledger(_ context.Context, f node.LedgerFilter) ([]node.LedgerEntry, error) {
	err := n.enter()
	defer n.mu.Unlock()
	var found []node.LedgerEntry
	for _, r := range n.rows {
		switch {
		case f.Kind != "" && f.Kind != r.Kind, f.Session != [16]byte{} && f.Session != r.Session:
		case !f.Identity.IsZero() && f.Identity != r.Self && f.Identity != r.Counterparty:
		case r.ID < f.From, f.Before > 0 && r.ID >= f.Before:
		case r.Time.Before(f.Since), !f.Until.IsZero() && !r.Time.Before(f.Until):
		default:
			found = append(found, r)
		}
	}
	switch {
	case f.Limit == 0 || len(found) <= f.Limit:
	case f.From > 0:
		found = found[:f.Limit]
	default:
		found = found[len(found)-f.Limit:]
	}
	return found, err
}

// Earnings implements api.Node.
func (n *Node) Earnings(context.Context) ([]node.Earnings, error) {
	err := n.enter()
	defer n.mu.Unlock()
	e := node.Earnings{Identity: n.key.Address(), Uncleared: n.uncleared, Held: n.earnings}
	for _, r := range n.rows {
		switch r.Kind {
		case journal.Clearing:
			e.Cleared += money.Amount(r.Amount)
		case journal.Withdrawal:
			e.Withdrawn += money.Amount(r.Amount)
		case journal.Fee:
			e.Fees += money.Amount(r.Amount)
		default:
		}
	}
	e.Promised = e.Cleared + e.Uncleared
	if err != nil || e.Promised == 0 {
		return nil, err
	}
	return []node.Earnings{e}, nil
}

// Quote implements api.Node.
func (n *Node) Quote(_ context.Context, req node.QuoteRequest) (node.Quote, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err != nil {
		return node.Quote{}, err
	}
	q := node.Quote{Operation: req.Operation, Transactions: 1, Gas: 50_000, GasPrice: big.NewInt(2e9), Relayer: Key(8).Address()}
	switch req.Operation {
	case node.OpRegister:
		if q.RelayFee = n.RelayFee; n.registered {
			q.RelayFee, q.Transactions = 0, 0
		}
	case node.OpDeposit:
		q.Amount = req.Amount
		if req.Amount > n.coin {
			err = fmt.Errorf("%w: a deposit of %s coins, a wallet of %s", node.ErrFunds, req.Amount, n.coin)
		}
	case node.OpWithdraw:
		q.Amount, q.NetworkFee, q.To = n.earnings, n.earnings*fee/10_000, n.key.Address()
		q.Net = q.Amount - q.NetworkFee
		if n.earnings == 0 {
			err = fmt.Errorf("%w: there are no earnings to withdraw", node.ErrFunds)
		}
	case node.OpClear:
		if q.Amount = n.uncleared; n.uncleared == 0 {
			q = node.Quote{Operation: req.Operation}
		}
	case node.OpTopUp:
		if q.Amount = req.Amount; req.Amount > n.deposit {
			err = fmt.Errorf("%w: a deposit of %s coins", node.ErrFunds, n.deposit)
		}
	case node.OpUnlock:
		q.Delay, q.Provider, q.Release = delay, Key(2).Address(), !req.Timed
		err = n.unlockable(req.Channel)
	case node.OpBeneficiary:
		q.To = req.Beneficiary
		err = n.nameable()
	case node.OpReclaim:
		q.Amount = n.free[req.Channel]
		err = n.reclaimable(req.Channel)
	case node.OpWithdrawDeposit:
		q.To, q.Amount = req.To, cmp.Or(req.Amount, n.deposit)
		q.Net = q.Amount
		err = n.covered(q.Amount)
	}
	return q, err
}

func (n *Node) unlockable(channel uint8) error {
	if at, asked := n.unlockAt[channel]; asked && n.now().Before(at) {
		return fmt.Errorf("unlock: %w: the provider can clear until %s", node.ErrNotNow, at.UTC().Format(time.RFC3339))
	}
	if !slices.ContainsFunc(n.sessions, func(s node.Session) bool { return s.Channel == channel }) {
		return fmt.Errorf("unlock: %w: payment channel %d is free already", node.ErrNotNow, channel)
	}
	return nil
}

func (n *Node) nameable() error {
	if !n.pays.IsZero() {
		return fmt.Errorf("beneficiary: %w: it is %s, and only that account can name another", node.ErrNotNow, n.pays)
	}
	return nil
}

// delay is how long a provider can clear, as on the main network.
const delay = 72 * time.Hour

// agreed refuses a relayer's fee above what was agreed.
func (n *Node) agreed(most money.Amount) error {
	if n.RelayFee > most {
		return fmt.Errorf("%w: the relayer asks %s coins; at most %s are allowed", node.ErrNotNow, n.RelayFee, most)
	}
	return nil
}

// Free makes a payment channel that its provider has freed, and which holds coins.
func (n *Node) Free(channel uint8, amount money.Amount) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.free = map[uint8]money.Amount{channel: amount}
}

func (n *Node) reclaimable(channel uint8) error {
	if n.free[channel] == 0 {
		return fmt.Errorf("reclaim: %w: payment channel %d holds nothing", node.ErrNotNow, channel)
	}
	return nil
}

func (n *Node) covered(amount money.Amount) error {
	if amount == 0 || amount > n.deposit {
		return fmt.Errorf("%w: a deposit of %s coins", node.ErrFunds, n.deposit)
	}
	return nil
}

// Reclaim implements api.Node.
func (n *Node) Reclaim(_ context.Context, channel uint8, most money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err == nil {
		err = errors.Join(n.reclaimable(channel), n.agreed(most))
	}
	if err != nil {
		return node.Payment{}, err
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed reclaim"})
	amount := n.free[channel]
	n.deposit += amount
	delete(n.free, channel)
	n.book(journal.Reclaim, "consumer", amount, identity.Address{})
	return n.mined(node.OpReclaim, amount, 0), nil
}

// WithdrawDeposit implements api.Node.
func (n *Node) WithdrawDeposit(_ context.Context, to identity.Address, amount, most money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	amount = cmp.Or(amount, n.deposit)
	if err == nil {
		err = errors.Join(n.covered(amount), n.agreed(most))
	}
	if err != nil {
		return node.Payment{}, err
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed withdrawal"})
	n.deposit -= amount
	n.book(journal.DepositWithdrawal, "consumer", amount, to)
	return n.mined(node.OpWithdrawDeposit, amount, 0), nil
}

// Unlock implements api.Node.
func (n *Node) Unlock(_ context.Context, req node.UnlockRequest, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err == nil {
		err = errors.Join(n.unlockable(req.Channel), n.agreed(req.Most))
	}
	if err != nil {
		return node.Payment{}, err
	}
	if n.Releases && !req.Timed {
		progress(node.Progress{Step: "relay", Detail: "the hub has the provider's release"})
		n.book(journal.Release, "consumer", 0, Key(2).Address())
		paid := n.mined(node.OpUnlock, 0, 0)
		paid.Provider = Key(2).Address()
		return paid, nil
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed request"})
	if n.unlockAt == nil {
		n.unlockAt = map[uint8]time.Time{}
	}
	n.unlockAt[req.Channel] = n.now().Add(delay)
	n.book(journal.UnlockRequest, "consumer", 0, Key(2).Address())
	paid := n.mined(node.OpUnlock, 0, 0)
	paid.UnlockAt, paid.Provider = n.unlockAt[req.Channel], Key(2).Address()
	return paid, nil
}

// TopUp implements api.Node.
func (n *Node) TopUp(_ context.Context, id string, amount, most money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	i := slices.IndexFunc(n.sessions, func(s node.Session) bool { return s.ID == id && s.Ended.IsZero() })
	switch {
	case err != nil:
		return node.Payment{}, err
	case i < 0:
		return node.Payment{}, node.ErrNotFound
	case amount > n.deposit:
		return node.Payment{}, fmt.Errorf("%w: a deposit of %s coins", node.ErrFunds, n.deposit)
	case most < n.RelayFee:
		return node.Payment{}, n.agreed(most)
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed lock"})
	n.deposit -= amount
	n.book(journal.Lock, "consumer", amount, n.sessions[i].Peer)
	return n.mined(node.OpTopUp, amount, 0), nil
}

// SetBeneficiary implements api.Node.
func (n *Node) SetBeneficiary(_ context.Context, who identity.Address, most money.Amount, progress func(node.Progress)) (node.Payment, error) {
	err := n.enter()
	defer n.mu.Unlock()
	if err == nil {
		err = errors.Join(n.nameable(), n.agreed(most))
	}
	if err != nil {
		return node.Payment{}, err
	}
	progress(node.Progress{Step: "relay", Detail: "the hub has the signed intent"})
	n.pays = who
	n.book(journal.Beneficiary, "provider", 0, who)
	return n.mined(node.OpBeneficiary, 0, 0), nil
}
