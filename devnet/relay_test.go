package devnet

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// relayed starts a network whose hub asks more than nodes pay by default, and a node that asks less.
func relayed(t *testing.T) (n *Network, relayer identity.Address) {
	t.Helper()
	const coin = money.UnitsPerCoin
	n, err := Start(t.Context(), Config{
		Dir: t.TempDir(), BlockTime: quick, HubPricing: relay.Pricing{Rate: 1e12 * coin, Free: true}, UnlockDelay: time.Minute,
		SetupCharge: coin / 25, // so that a session brings more than it costs to clear
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNetwork(t, n) })
	urls := make(chan string, 1)
	p, err := n.newNode("relayer", app.NodeConfig{Relay: app.RelayConfig{
		Addr: "127.0.0.1:0", Pricing: relay.Pricing{Rate: coin, Margin: 2500}, Ready: func(url string) { urls <- url },
	}})
	if err == nil {
		err = n.bank.Give(t.Context(), p.Address, 0, coin)
	}
	if err == nil {
		err = p.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	n.Provider = append(n.Provider, p) // ends with the network
	n.Info.Relayers = []chain.Relayer{{Identity: p.Address, URL: <-urls}}
	if err := n.Info.Save(n.File); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Participant{n.Consumer[0], n.Provider[0]} { // who have read the file before
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := n.Give(t.Context(), p.Address, purse); err != nil {
			t.Fatal(err)
		}
	}
	return n, p.Address
}

// Consumer and provider never have gas coins, and the hub is too dear: a session is set up through a node that
// relays for a fee, and everything adds up to the unit.
func TestASessionThroughAPaidRelayer(t *testing.T) {
	t.Parallel()
	n, relayer := relayed(t)
	consumer, provider := n.Consumer[0], n.Provider[0]
	fees := money.Amount(0)
	if _, err := consumer.API.Register(t.Context(), wire.Limit{}, nil); err == nil || !strings.Contains(err.Error(), "'myst deposit' comes first") {
		t.Errorf("registered without a deposit: %v", err)
	}
	for _, p := range []*Participant{consumer, provider} {
		shown := false
		paid, err := p.API.Deposit(t.Context(), wire.Deposit{Amount: "10"}, func(wire.Progress) { shown = true })
		if err != nil {
			t.Fatal(err)
		}
		balance, err := p.API.Balance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fee := paid.RelayFee.Units
		if fee == 0 || balance.Coin.Units != purse-fee-paid.Amount.Units || balance.Deposit.Units != paid.Amount.Units || !shown {
			t.Fatalf("deposit %+v for a fee of %d leaves %+v", paid.Amount, fee, balance)
		}
		if status, err := p.API.Status(t.Context()); err != nil || !status.Registered {
			t.Fatalf("not registered: %v", err)
		}
		fees += money.Amount(fee)
	}
	announced(t, provider)

	s := &sale{consumer: consumer, provider: provider}
	if err := s.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	balance, err := consumer.API.Balance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lockFee := 10*money.UnitsPerCoin - balance.Deposit.Units - balance.Channels[0].Locked.Units
	if lockFee == 0 || lockFee > money.UnitsPerCoin/10 {
		t.Errorf("the lock took a fee of %d: %+v", lockFee, balance)
	}
	fees += money.Amount(lockFee)
	client, err := chain.NewClient(chain.ClientConfig{URLs: n.Info.RPC, ChainID: n.Info.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	earned, err := chain.NewPayments(client, n.Info.Contracts).Earnings(t.Context(), relayer)
	if err != nil || earned.Gross != fees {
		t.Errorf("the relayer earned %s, %v; %s were paid", earned.Gross, err, fees)
	}
	s.end(t)
	earnings(t, provider, s, chain.NewPayments(client, n.Info.Contracts), relayer)
	depositBack(t, n, consumer, s, chain.NewPayments(client, n.Info.Contracts), relayer)
	for _, p := range []*Participant{consumer, provider} {
		if wei, err := client.Balance(t.Context(), p.Address); err != nil || wei.Sign() != 0 {
			t.Errorf("%s has %v wei, %v", p.Name, wei, err)
		}
	}
}

// Where the only relayer asks more than there is to clear and to withdraw, a provider does both with gas
// coins of its own; one that has none keeps what it was promised.
func TestAProviderWithItsOwnGas(t *testing.T) {
	t.Parallel()
	n, err := Start(t.Context(), Config{
		Dir: t.TempDir(), BlockTime: quick, OwnGas: true, HubPricing: relay.Pricing{Rate: 1e7 * money.UnitsPerCoin},
		Price: money.Price{PerGiB: 1000, PerHour: 1000}, SetupCharge: 2, // less than the fee ever is
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNetwork(t, n) })
	consumer, provider := n.Consumer[0], n.Provider[0]
	for _, p := range []*Participant{consumer, provider} {
		if err := n.Give(t.Context(), p.Address, purse); err != nil {
			t.Fatal(err)
		}
		eventually(t, "gas is cheap enough for the fee of a deposit", func(ctx context.Context) error {
			_, err := p.API.Deposit(ctx, wire.Deposit{Amount: "10"}, nil)
			return err
		})
	}
	announced(t, provider)
	s := &sale{consumer: consumer, provider: provider}
	if err := s.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.end(t)
	if paid, err := provider.API.Clear(t.Context(), wire.Limit{}, nil); wire.CodeOf(err) != wire.CodeUnavailable || !strings.Contains(err.Error(), "gas") {
		t.Fatalf("cleared without gas: %+v, %v", paid, err)
	}
	if err := n.bank.Give(t.Context(), provider.Address, 0, money.UnitsPerCoin); err != nil {
		t.Fatal(err)
	}
	if _, err := provider.API.Clear(t.Context(), wire.Limit{}, nil); err != nil {
		t.Fatal(err)
	}
	if earned := cleared(t, provider); uint64(earned) != s.bought.Promised.Units || earned == 0 {
		t.Fatalf("promised %s, cleared %s", s.bought.Promised.Coins, earned)
	}
	quote, err := provider.API.Quote(t.Context(), wire.QuoteRequest{Operation: "withdraw"})
	if err != nil || quote.Relayer != provider.Address.String() || quote.RelayFee.Units != 0 {
		t.Fatalf("%+v, %v", quote, err)
	}
	paid, err := provider.API.Withdraw(t.Context(), wire.Limit{}, nil)
	if err != nil || paid.Amount.Units+paid.Fee.Units != s.bought.Promised.Units || paid.Block == 0 {
		t.Fatalf("%+v, %v", paid, err)
	}
}

// earnings are a provider's after a session: cleared by its own policy for a fee, and withdrawn for the fee that was agreed
// to, to the unit.
func earnings(t *testing.T, p *Participant, s *sale, on *chain.Payments, relayer identity.Address) {
	t.Helper()
	promised := money.Amount(s.bought.Promised.Units)
	cleared := cleared(t, p)
	if fee := promised - cleared; cleared >= promised || fee > promised/10 {
		t.Fatalf("%s of %s promised were left by the fee for clearing", cleared, promised)
	}
	before, err := on.Earnings(t.Context(), relayer)
	if err != nil {
		t.Fatal(err)
	}
	quote, err := p.API.Quote(t.Context(), wire.QuoteRequest{Operation: "withdraw"})
	if err != nil || quote.RelayFee.Units == 0 || quote.Relayer != relayer.String() {
		t.Fatalf("%+v, %v", quote, err)
	}
	if _, err := p.API.Withdraw(t.Context(), wire.Limit{MaxFee: "0"}, nil); err == nil || !strings.Contains(err.Error(), "at most 0 are allowed") {
		t.Fatalf("withdrawn for nothing: %v", err)
	}
	paid, err := p.API.Withdraw(t.Context(), wire.Limit{MaxFee: quote.RelayFee.Coins}, nil)
	if err != nil || paid.RelayFee != quote.RelayFee || paid.Amount.Units+paid.Fee.Units+paid.RelayFee.Units != uint64(cleared) {
		t.Fatalf("%+v of %s, %v; agreed to %+v", paid, cleared, err, quote.RelayFee)
	}
	if after, err := on.Earnings(t.Context(), relayer); err != nil || after.Gross != before.Gross+quote.RelayFee.Money() {
		t.Errorf("the relayer earned %s, %v; %s were paid", after.Gross-before.Gross, err, quote.RelayFee.Coins)
	}
	if left := agrees(t, p); left.Earnings.Units != 0 {
		t.Errorf("left behind: %+v", left)
	}
}

// depositBack gets a consumer's deposit back after a session, each step for the fee that was agreed to: asked for, freed
// after the delay, moved to the deposit, paid out to the last unit.
func depositBack(t *testing.T, n *Network, c *Participant, s *sale, on *chain.Payments, relayer identity.Address) {
	t.Helper()
	before, err := on.Earnings(t.Context(), relayer)
	if err != nil {
		t.Fatal(err)
	}
	channel, to, fees := s.session.Channel, identity.Address{0xaa, 0xbb, 19: 0xcc}, money.Amount(0)
	step := func(req wire.QuoteRequest, do func(most string) (wire.Payment, error)) wire.Payment {
		t.Helper()
		quote, err := c.API.Quote(t.Context(), req)
		if err != nil {
			t.Fatalf("%+v: %v", req, err)
		}
		if quote.RelayFee.Units > 0 {
			if _, err := do("0"); err == nil || !strings.Contains(err.Error(), "at most 0 are allowed") {
				t.Fatalf("%s for nothing: %v", req.Operation, err)
			}
		}
		paid, err := do(quote.RelayFee.Coins)
		if err != nil || paid.RelayFee != quote.RelayFee {
			t.Fatalf("%s: %+v, %v; agreed to %+v", req.Operation, paid, err, quote.RelayFee)
		}
		fees += paid.RelayFee.Money()
		return paid
	}
	unlock := func(most string) (wire.Payment, error) {
		return c.API.Unlock(t.Context(), wire.Unlock{Channel: channel, MaxFee: most, Timed: true}, nil)
	}
	if paid := step(wire.QuoteRequest{Operation: "unlock", Channel: channel, Timed: true}, unlock); paid.UnlockAt == nil || fees == 0 {
		t.Fatalf("%+v for %s", paid, fees)
	}
	n.forward(n.cfg.UnlockDelay)
	freed, err := unlock("0") // this relayer was paid with the request
	if err != nil || freed.RelayFee.Units != 0 {
		t.Fatalf("%+v, %v", freed, err)
	}
	reclaimed := step(wire.QuoteRequest{Operation: "reclaim", Channel: channel}, func(most string) (wire.Payment, error) {
		return c.API.Reclaim(t.Context(), wire.Reclaim{Channel: channel, MaxFee: most}, nil)
	})
	if reclaimed.Amount != freed.Amount || freed.Amount.Units == 0 {
		t.Errorf("%+v was freed, %+v reclaimed", freed, reclaimed)
	}
	held := agrees(t, c).Deposit.Units
	all := wire.QuoteRequest{Operation: "withdraw-deposit", Amount: wire.All, To: to.String()}
	paid := step(all, func(most string) (wire.Payment, error) {
		return c.API.WithdrawDeposit(t.Context(), wire.WithdrawDeposit{Amount: wire.All, To: to.String(), MaxFee: most}, nil)
	})
	got, err := on.CoinBalance(t.Context(), to)
	if err != nil || got != paid.Amount.Money() || uint64(got) != held-paid.RelayFee.Units || paid.RelayFee.Units == 0 {
		t.Errorf("%s of %d were paid out: %+v, %v", got, held, paid, err)
	}
	if left := agrees(t, c); left.Deposit.Units != 0 || len(left.Channels) != 0 {
		t.Errorf("left behind: %+v", left)
	}
	if after, err := on.Earnings(t.Context(), relayer); err != nil || after.Gross != before.Gross+fees {
		t.Errorf("the relayer earned %s, %v; %s were paid", after.Gross-before.Gross, err, fees)
	}
}
