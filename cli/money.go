package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/node"
)

func (e *env) balance() *cobra.Command {
	cmd := &cobra.Command{
		Use: "balance", Short: "Show what the node's identity owns",
		Long: "Show what the node's identity owns, in coins: in its wallet; in its deposit, from which\n" +
			"it pays as a consumer, and which is its bond as a provider; locked for providers; and\n" +
			"earned as a provider. Earnings never go into the deposit: \"myst withdraw\" pays them out,\n" +
			"to the beneficiary.",
		Example: "  myst balance\n  myst balance --json",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		balance, err := c.Balance(ctx)
		if err != nil {
			return err
		}
		return e.show(balance, func(w *printer) { printBalance(w, balance) })
	})
}

func printBalance(w *printer, b wire.Balance) {
	w.fields("Identity", b.Identity, "Beneficiary", beneficiaryText(b), "Ledger", checkText(b.Ledger))
	w.line("")
	w.table([]string{"", ">COINS", ""}, [][]string{
		{"Wallet", b.Coin.Coins, "not deposited"},
		{"Deposit", b.Deposit.Coins, "to pay with as a consumer: free to lock for a provider; also a provider's bond"},
		{"Earnings", b.Earnings.Coins, "earned as a provider and cleared: \"myst withdraw\" pays them out, less the network fee of " + percent(b.FeePerMyriad)},
		{"Uncleared", b.Uncleared.Coins, "promised to you as a provider: \"myst clear\" claims it"},
	})
	if len(b.Channels) == 0 {
		return
	}
	w.line("")
	var rows [][]string
	for _, c := range b.Channels {
		rows = append(rows, []string{
			strconv.Itoa(int(c.Channel)), holder(c), c.Locked.Coins, c.Promised.Coins, c.Cleared.Coins, momentText(c.UnlockAt),
		})
	}
	w.table([]string{"CHANNEL", "PROVIDER", ">LOCKED", ">PROMISED", ">CLEARED", "UNLOCKED FROM"}, rows)
}

// beneficiaryText says who earnings are paid to.
func beneficiaryText(b wire.Balance) string {
	if b.Beneficiary == "" {
		return "this identity; \"myst beneficiary\" names another account for the earnings, once"
	}
	return b.Beneficiary + ", who alone can name another"
}

// holder is who a payment channel is locked for.
func holder(c wire.Channel) string {
	if c.Provider == "" {
		return "free; \"myst reclaim " + strconv.Itoa(int(c.Channel)) + "\""
	}
	return c.Provider
}

// checkText says whether the ledger adds up to what the chain has.
func checkText(c *wire.LedgerCheck) string {
	switch {
	case c == nil:
		return ""
	case c.Agrees:
		return fmt.Sprintf("agrees with the chain at block %d", c.Block)
	}
	return fmt.Sprintf("DISAGREES with the chain at block %d: deposit %s and %s, locked %s and %s, earnings %s and %s", c.Block,
		c.Ledger.Deposit.Coins, c.Chain.Deposit.Coins, c.Ledger.Locked.Coins, c.Chain.Locked.Coins,
		c.Ledger.Earnings.Coins, c.Chain.Earnings.Coins)
}

func momentText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return timeText(*t)
}

// percent shows parts in 10,000.
func percent(perMyriad uint16) string {
	return strconv.FormatFloat(float64(perMyriad)/100, 'f', -1, 64) + " %"
}

func (e *env) deposit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "deposit COINS", Short: "Move coins from the wallet into the deposit",
		Long: "Move coins from the wallet into the deposit, from which sessions are paid. The node\n" +
			"signs and a relayer pays the gas. " + longFee,
		Example: "  myst deposit 5\n  myst deposit 0.25 --yes",
		Args:    args(1, "COINS"), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		amount, err := parseCoins(args[0])
		if err != nil {
			return usage(err)
		}
		if amount == 0 {
			return usagef("a deposit must be more than zero")
		}
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpDeposit, Amount: args[0]}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.Deposit(ctx, wire.Deposit{Amount: args[0], MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) { printPayment(w, "Deposited.", payment) })
	})
}

func (e *env) withdraw() *cobra.Command {
	cmd := &cobra.Command{
		Use: "withdraw", Short: "Pay a provider's earnings out",
		Long: "Pay the cleared earnings out to the beneficiary, less the network fee. What consumers\n" +
			"promised counts once it is cleared: \"myst clear\" does so now. " + longFee,
		Example: "  myst withdraw\n  myst clear --yes && myst withdraw --yes",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpWithdraw}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.Withdraw(ctx, wire.Limit{MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) { printPayment(w, "Withdrawn.", payment) })
	})
}

func (e *env) clear() *cobra.Command {
	cmd := &cobra.Command{
		Use: "clear", Short: "Turn consumers' promises into earnings",
		Long: "Claim on chain every promise that is not cleared yet. A provider's node does so by\n" +
			"itself when a session ends, but leaves less than --clear-least (0.001 coins) of one\n" +
			"consumer to gather; this claims all of it now. " + longFee,
		Example: "  myst clear",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpClear}, *yes)
		if err != nil {
			return err
		}
		cleared, err := c.Clear(ctx, wire.Limit{MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(cleared, func(w *printer) {
			if len(cleared.Payments) == 0 {
				w.line("Nothing to clear.")
			}
			for i, payment := range cleared.Payments {
				if i > 0 {
					w.line("")
				}
				printPayment(w, "Cleared.", payment)
			}
		})
	})
}

func printPayment(w *printer, title string, p wire.Payment) {
	block, amount, fee, relayFee, arrived := "", "", "", "", ""
	if p.Block > 0 {
		block = strconv.FormatUint(p.Block, 10)
	}
	if p.Amount.Units > 0 {
		amount = p.Amount.Coins + " coins"
	}
	if p.Operation == node.OpWithdraw {
		// Of what was earned, not of what arrived, as in the quote.
		arrived, amount = amount, wire.FromMoney(p.Amount.Money()+p.Fee.Money()).Coins+" coins"
	}
	if p.Fee.Units > 0 {
		fee = p.Fee.Coins + " coins"
	}
	if p.RelayFee.Units > 0 {
		relayFee = p.RelayFee.Coins + " coins"
	}
	w.line("%s", title)
	w.fields("Amount", amount, "Provider", p.Provider, "Paid to", p.To, "Network fee", fee, "Relay fee", relayFee, "Arrived", arrived,
		"Transaction", p.Transaction, "Block", block)
}
