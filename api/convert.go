package api

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/payments"
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errInvalid}, args...)...)
}

// toAmount reads coins; empty is zero.
func toAmount(field, coins string) (money.Amount, error) {
	if coins == "" {
		return 0, nil
	}
	amount, err := money.Parse(coins)
	if err != nil {
		return 0, invalid("%s: %w", field, err)
	}
	return amount, nil
}

// toPositive is toAmount without zero.
func toPositive(field, coins string) (money.Amount, error) {
	amount, err := toAmount(field, coins)
	if err == nil && amount == 0 {
		err = invalid("%s: want more than zero", field)
	}
	return amount, err
}

// toMost reads what a relayer may take at most; empty leaves it to the node.
func toMost(maxFee string) (money.Amount, error) {
	if maxFee == "" {
		return node.AnyFee, nil
	}
	return toAmount("max_fee", maxFee)
}

func toDeposit(in wire.Deposit) (amount, most money.Amount, err error) {
	if amount, err = toPositive("amount", in.Amount); err == nil {
		most, err = toMost(in.MaxFee)
	}
	return amount, most, err
}

// toWithdrawal reads how much of the deposit to withdraw, of which zero is all, and to whom.
func toWithdrawal(amount, to string) (coins money.Amount, who identity.Address, err error) {
	if amount != wire.All {
		if coins, err = toPositive("amount", amount); err != nil {
			return 0, who, err
		}
	}
	who, err = toAddress("to", to)
	return coins, who, err
}

func toFilter(f wire.Filter) (market.Filter, error) {
	filter, err := market.ParseFilter(f.Query())
	if err != nil {
		return market.Filter{}, invalid("%w", err)
	}
	return filter, nil
}

func toConnect(c wire.Connect) (node.ConnectRequest, error) {
	filter, err := toFilter(c.Filter)
	if err != nil {
		return node.ConnectRequest{}, err
	}
	lock, err := toAmount("lock", c.Lock)
	if err == nil && lock == 0 && c.Lock != "" {
		err = invalid("lock: want more than zero; leave it out for the node's default")
	}
	if err != nil {
		return node.ConnectRequest{}, err
	}
	if lock > money.MaxLock {
		return node.ConnectRequest{}, invalid("lock: %s is more than a payment channel can hold, %s", lock, money.MaxLock)
	}
	spend, err := toAmount("cap", c.Cap)
	if err == nil && spend == 0 && c.Cap != "" {
		err = invalid("cap: want more than zero; leave it out for no cap")
	}
	if err == nil && spend > money.MaxLock {
		err = invalid("cap: %s is more than a payment channel can hold, %s", spend, money.MaxLock)
	}
	if err != nil {
		return node.ConnectRequest{}, err
	}
	if c.ProxyAddr != "" {
		addr, err := netip.ParseAddrPort(c.ProxyAddr)
		if err != nil {
			return node.ConnectRequest{}, invalid("proxy_addr: want address:port such as 127.0.0.1:1080")
		}
		// The proxy asks for no password: whoever reaches it spends the user's coins.
		if !addr.Addr().Unmap().IsLoopback() {
			return node.ConnectRequest{}, invalid("proxy_addr: %s is not a loopback address, so others could use and spend the session", addr)
		}
	}
	agreed, err := toAgreed(c.Agreed)
	return node.ConnectRequest{Filter: filter, Lock: lock, Cap: spend, ProxyAddr: c.ProxyAddr, Agreed: agreed}, err
}

func toAgreed(in *wire.Agreed) (*node.Agreed, error) {
	if in == nil {
		return nil, nil
	}
	lock, err := toAmount("agreed.lock", in.Lock)
	if err != nil {
		return nil, err
	}
	fee, err := toAmount("agreed.fee", in.Fee)
	return &node.Agreed{Lock: lock, Fee: fee}, err
}

// addressText shows nobody's address as nothing.
func addressText(a identity.Address) string {
	if a.IsZero() {
		return ""
	}
	return a.String()
}

// convert maps a slice; the result is never nil, so that JSON shows [] and not null.
func convert[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

func fromStatus(s node.Status) wire.Status {
	return wire.Status{
		Version: s.Version, Identity: addressText(s.Identity), Registered: s.Registered,
		Network: s.Network, ChainID: s.ChainID, Started: s.Started.UTC(),
		Providing: convert(s.Providing, func(p node.ServiceStatus) wire.Service {
			return wire.Service{
				ServiceType: p.ServiceType, Country: p.Country, Price: wire.FromPrice(p.Price),
				SetupCharge: wire.FromMoney(p.SetupCharge), Announced: p.Announced, Problem: p.Problem,
			}
		}),
		Backends: convert(s.Backends, func(b node.Backend) wire.Backend {
			return wire.Backend{Name: b.Name, Address: b.Address, Healthy: b.Healthy, Detail: b.Detail}
		}),
		Paths: convert(s.Paths, func(p node.Path) wire.Path {
			return wire.Path{ServiceType: p.ServiceType, TUN: p.TUN, Detail: p.Detail}
		}),
		Sessions: fromSessions(s.Sessions), Spending: fromSpending(s.Spending),
	}
}

// fromSpending leaves out what there is no cap of.
func fromSpending(s payments.Spending) wire.Spending {
	out := wire.Spending{Today: wire.FromMoney(s.Today), Held: wire.FromMoney(s.Held)}
	if s.PerDay > 0 {
		most, left := wire.FromMoney(s.PerDay), wire.FromMoney(s.Left())
		out.PerDay, out.Left = &most, &left
	}
	if s.PerMinute > 0 {
		most := wire.FromMoney(s.PerMinute)
		out.PerMinute = &most
	}
	return out
}

// moment is a time that there may not be.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}

func fromSession(s node.Session) wire.Session {
	return wire.Session{
		ID: s.ID, Role: string(s.Role), Peer: addressText(s.Peer), ServiceType: s.ServiceType, Country: s.Country,
		Price: wire.FromPrice(s.Price), State: s.State, Reason: s.Reason, Started: s.Started.UTC(), Ended: moment(s.Ended),
		Sent: s.Sent, Received: s.Received, Promises: s.Promises, Promised: wire.FromMoney(s.Promised),
		Due: wire.FromMoney(s.Due), Window: s.Window, ProxyAddr: s.ProxyAddr, Channel: s.Channel, Epoch: s.Epoch,
	}
}

// fromProposals sorts by what the consumer wants to pay in.
func fromProposals(found []market.Signed, unit string) wire.Proposals {
	sorted := slices.Clone(found)
	slices.SortFunc(sorted, market.Cheapest(unit))
	return wire.Proposals{Proposals: convert(sorted, fromProposal)}
}

func fromProposal(s market.Signed) wire.Proposal {
	hash, p := s.Hash(), s.Proposal
	return wire.Proposal{
		Hash: hex.EncodeToString(hash[:]), Provider: addressText(p.Provider), ServiceType: p.ServiceType,
		Country: p.Country, Price: wire.FromPrice(p.Price), SetupCharge: wire.FromMoney(p.SetupCharge),
		Bandwidth: p.Bandwidth, Expires: s.ExpiresAt().UTC(), Description: p.Description,
	}
}

// fromSessions sorts by start, newest first.
func fromSessions(sessions []node.Session) []wire.Session {
	out := convert(sessions, fromSession)
	slices.SortStableFunc(out, func(a, b wire.Session) int { return b.Started.Compare(a.Started) })
	return out
}

func fromBalance(b node.Balance) wire.Balance {
	return wire.Balance{
		Identity: addressText(b.Identity), Coin: wire.FromMoney(b.Coin), Deposit: wire.FromMoney(b.Deposit),
		Channels: convert(b.Channels, func(c node.ChannelBalance) wire.Channel {
			return wire.Channel{
				Channel: c.Channel, Provider: addressText(c.Provider), Locked: wire.FromMoney(c.Locked),
				Cleared: wire.FromMoney(c.Cleared), Promised: wire.FromMoney(c.Promised), Epoch: c.Epoch, UnlockAt: moment(c.UnlockAt),
			}
		}),
		Earnings: wire.FromMoney(b.Earnings), Uncleared: wire.FromMoney(b.Uncleared),
		Beneficiary: addressText(b.Beneficiary), FeePerMyriad: b.FeePerMyriad, Ledger: fromCheck(b.Ledger),
	}
}

func fromPayment(p node.Payment) wire.Payment {
	return wire.Payment{
		Operation: p.Operation, Transaction: p.Transaction, Block: p.Block,
		Amount: wire.FromMoney(p.Amount), Fee: wire.FromMoney(p.Fee), RelayFee: wire.FromMoney(p.RelayFee), UnlockAt: moment(p.UnlockAt),
		Provider: addressText(p.Provider), To: addressText(p.To),
	}
}

func fromPayments(payments []node.Payment) wire.Payments {
	return wire.Payments{Payments: convert(payments, fromPayment)}
}
