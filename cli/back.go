package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/node"
)

func parseChannel(text string) (uint8, error) {
	channel, err := strconv.ParseUint(text, 10, 8)
	if err != nil || channel > 5 {
		return 0, usagef("%q: want a payment channel from 0 to 5", text)
	}
	return uint8(channel), nil
}

func (e *env) unlock() *cobra.Command {
	cmd := &cobra.Command{
		Use: "unlock CHANNEL", Short: "Take a payment channel back from its provider",
		Long: "Take a payment channel back from its provider. The provider is asked to release it, which it\n" +
			"does when no session uses it, nothing is owed, and what it was promised is cleared: then it\n" +
			"is free at once. Where the provider does not, the first call starts the contract's delay,\n" +
			"in which the provider can clear, and after it a second call frees the channel; --timed does\n" +
			"that without asking. What was not cleared stays in the channel, for the next lock with any\n" +
			"provider, or for \"myst reclaim\". \"myst balance\" lists the channels. " + longFee,
		Example: "  myst unlock 2\n  myst unlock 2 --timed",
		Args:    args(1, "CHANNEL"), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	timed := cmd.Flags().Bool("timed", false, "do not ask the provider; wait for the contract's delay")
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		channel, err := parseChannel(args[0])
		if err != nil {
			return err
		}
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpUnlock, Channel: channel, Timed: *timed}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.Unlock(ctx, wire.Unlock{Channel: channel, MaxFee: maxFee, Timed: *timed}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) {
			if payment.UnlockAt == nil {
				printPayment(w, "Unlocked.", payment)
				return
			}
			printPayment(w, "Asked to unlock.", payment)
			w.line("")
			w.line("The provider can clear until %s. After that, free the channel with: myst unlock %d", momentText(payment.UnlockAt), channel)
		})
	})
}

func (e *env) beneficiary() *cobra.Command {
	cmd := &cobra.Command{
		Use: "beneficiary ADDRESS", Short: "Name who receives the earnings",
		Long: "Name who receives the earnings when they are withdrawn. This can be done once: from then on only\n" +
			"that account can name another, so that a stolen key of the provider's takes nothing. " + longFee,
		Example: "  myst beneficiary 0x52908400098527886E0F7030069857D2E4169EE7",
		Args:    args(1, "ADDRESS"), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		who, err := parseAddress(args[0])
		if err != nil {
			return usage(err)
		}
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpBeneficiary, Beneficiary: who}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.SetBeneficiary(ctx, wire.Beneficiary{Beneficiary: who, MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) {
			printPayment(w, "Earnings are paid to "+who+" from now on.", payment)
		})
	})
}

func (e *env) reclaim() *cobra.Command {
	cmd := &cobra.Command{
		Use: "reclaim CHANNEL", Short: "Move what a free payment channel holds back to the deposit",
		Long: "Move what a free payment channel holds back to the deposit. A channel is free once it was\n" +
			"unlocked; \"myst balance\" shows what it holds. From the deposit it can be locked in any\n" +
			"channel, or paid out with \"myst withdraw-deposit\". " + longFee,
		Example: "  myst reclaim 2",
		Args:    args(1, "CHANNEL"), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		channel, err := parseChannel(args[0])
		if err != nil {
			return err
		}
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpReclaim, Channel: channel}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.Reclaim(ctx, wire.Reclaim{Channel: channel, MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) { printPayment(w, "Back in the deposit.", payment) })
	})
}

func (e *env) withdrawDeposit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "withdraw-deposit COINS ADDRESS", Short: "Pay the deposit out",
		Long: "Pay coins out of the deposit to an address; \"" + wire.All + "\" is everything that is not locked, less the\n" +
			"relayer's fee, which comes out of the deposit too. What is locked must be unlocked and\n" +
			"reclaimed first. A provider whose deposit falls below the bond takes back what it has\n" +
			"announced, until it is deposited again. " + longFee,
		Example: "  myst withdraw-deposit 2.5 0x52908400098527886E0F7030069857D2E4169EE7\n" +
			"  myst withdraw-deposit " + wire.All + " 0x52908400098527886E0F7030069857D2E4169EE7 --yes",
		Args: args(2, "COINS", "ADDRESS"), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		if args[0] != wire.All {
			amount, err := parseCoins(args[0])
			if err != nil {
				return usage(err)
			}
			if amount == 0 {
				return usagef("a withdrawal must be more than zero")
			}
		}
		to, err := parseAddress(args[1])
		if err != nil {
			return usage(err)
		}
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpWithdrawDeposit, Amount: args[0], To: to}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.WithdrawDeposit(ctx, wire.WithdrawDeposit{Amount: args[0], To: to, MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) { printPayment(w, "Paid to "+to+".", payment) })
	})
}
