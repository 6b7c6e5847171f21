package api

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/payments/journal"
)

func toAddress(field, text string) (identity.Address, error) {
	a, err := identity.ParseAddress(text)
	if err != nil {
		return a, invalid("%s: %w", field, err)
	}
	return a, nil
}

func toLedgerFilter(in wire.LedgerFilter) (f node.LedgerFilter, err error) {
	for _, at := range []struct {
		field, text string
		into        *time.Time
	}{{"since", in.Since, &f.Since}, {"until", in.Until, &f.Until}} {
		if at.text == "" {
			continue
		}
		if *at.into, err = time.Parse(time.RFC3339, at.text); err != nil {
			return f, invalid("%s: want a time such as 2026-01-02T15:04:05Z", at.field)
		}
	}
	if f.Kind = journal.Kind(in.Kind); f.Kind != "" && !slices.Contains(journal.Kinds(), f.Kind) {
		return f, invalid("kind: there is no %q in a ledger", in.Kind)
	}
	if in.Identity != "" {
		if f.Identity, err = toAddress("identity", in.Identity); err != nil {
			return f, err
		}
	}
	if in.Session != "" {
		id, err := hex.DecodeString(in.Session)
		if err != nil || len(id) != len(f.Session) {
			return f, invalid("session: want 32 hexadecimal digits")
		}
		f.Session = [16]byte(id)
	}
	f.Limit, f.From, f.Before = in.Limit, in.From, in.Before
	return f, nil
}

// ledgerPage reads as many rows as are asked for, and one more, to tell whether there are more.
func ledgerPage(ctx context.Context, n Node, f node.LedgerFilter) (wire.Ledger, error) {
	if f.Limit == 0 {
		f.Limit = wire.MaxRows
	}
	most := f.Limit
	f.Limit++
	rows, err := n.Ledger(ctx, f)
	more := len(rows) > most
	switch {
	case more && f.From > 0:
		rows = rows[:most]
	case more:
		rows = rows[len(rows)-most:]
	}
	return wire.Ledger{Entries: convert(rows, fromEntry), More: more}, err
}

func toQuote(in wire.QuoteRequest) (req node.QuoteRequest, err error) {
	req.Operation, req.Channel, req.Session, req.Timed = in.Operation, in.Channel, in.Session, in.Timed
	switch req.Operation {
	case node.OpDeposit, node.OpTopUp:
		req.Amount, err = toPositive("amount", in.Amount)
	case node.OpBeneficiary:
		req.Beneficiary, err = toAddress("beneficiary", in.Beneficiary)
	case node.OpWithdrawDeposit:
		req.Amount, req.To, err = toWithdrawal(in.Amount, in.To)
	}
	return req, err
}

func fromEntry(e node.LedgerEntry) wire.LedgerEntry {
	out := wire.LedgerEntry{
		ID: e.ID, Reverses: e.Reverses, Reversed: e.Reversed, Time: e.Time.UTC(), Kind: string(e.Kind), Role: e.Role,
		Identity: addressText(e.Self), Counterparty: addressText(e.Counterparty),
		Amount: wire.FromUnits(e.Amount), Total: wire.FromMoney(e.Total), Block: e.Block,
	}
	if e.Kind.OfChannel() {
		out.Channel, out.Epoch = &e.Channel, &e.Epoch
	}
	if e.Session != ([16]byte{}) {
		out.Session = hex.EncodeToString(e.Session[:])
	}
	if e.Transaction != ([32]byte{}) {
		out.Transaction = fmt.Sprintf("%#x", e.Transaction)
	}
	return out
}

func fromEarnings(e node.Earnings) wire.Earnings {
	return wire.Earnings{
		Identity: addressText(e.Identity), Promised: wire.FromMoney(e.Promised), Cleared: wire.FromMoney(e.Cleared),
		Uncleared: wire.FromMoney(e.Uncleared), Lapsed: wire.FromMoney(e.Lapsed), Withdrawn: wire.FromMoney(e.Withdrawn),
		Fees: wire.FromMoney(e.Fees), Held: wire.FromMoney(e.Held),
	}
}

func fromCheck(c *node.LedgerCheck) *wire.LedgerCheck {
	if c == nil {
		return nil
	}
	return &wire.LedgerCheck{
		Block: c.Block, Agrees: c.Agrees(),
		Ledger: wire.Sums{
			Deposit: wire.FromUnits(c.Ledger.Deposit), Locked: wire.FromUnits(c.Ledger.Locked), Earnings: wire.FromUnits(c.Ledger.Earnings),
		},
		Chain: wire.Holdings{
			Deposit: wire.FromMoney(c.Chain.Deposit), Locked: wire.FromMoney(c.Chain.Locked), Earnings: wire.FromMoney(c.Chain.Earnings),
		},
	}
}

func fromQuote(q node.Quote) wire.Quote {
	price := "0"
	if q.GasPrice != nil {
		price = q.GasPrice.String()
	}
	out := wire.Quote{
		Operation: q.Operation, Amount: wire.FromMoney(q.Amount), NetworkFee: wire.FromMoney(q.NetworkFee),
		RelayFee: wire.FromMoney(q.RelayFee), Transactions: q.Transactions, Gas: q.Gas, GasPrice: price,
		GasCost: etherText(q.GasCost()), Relayer: addressText(q.Relayer), OwnGas: q.OwnGas,
		Provider: addressText(q.Provider), To: addressText(q.To), Delay: int64(q.Delay / time.Second), Release: q.Release,
	}
	if q.Operation == node.OpWithdraw || q.Operation == node.OpWithdrawDeposit {
		net := wire.FromMoney(q.Net)
		out.Net = &net
	}
	if q.Left > 0 {
		left := wire.FromMoney(q.Left)
		out.Left, out.LeftWhy = &left, q.LeftWhy
	}
	if q.Held > 0 {
		held := wire.FromMoney(q.Held)
		out.Held = &held
	}
	if q.Offer != nil {
		offer, elsewhere := fromProposal(*q.Offer), wire.FromMoney(q.Elsewhere)
		out.Offer, out.Elsewhere = &offer, &elsewhere
	}
	return out
}

// etherText shows wei as a decimal number of 10^18.
func etherText(wei *big.Int) string {
	text := fmt.Sprintf("%019d", wei)
	point := len(text) - 18
	return strings.TrimSuffix(strings.TrimRight(text[:point]+"."+text[point:], "0"), ".")
}
