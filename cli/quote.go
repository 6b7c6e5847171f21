package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/node"
)

// longFee ends the help of every command that moves coins.
const longFee = "What it costs is shown\n" +
	"before, and you are asked whether to go on; without a terminal to ask at, --yes must say\n" +
	"so. The command ends when the transaction is confirmed and in the ledger."

func yesFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().BoolP("yes", "y", false, "do not ask whether to go on")
}

// agree shows what an operation would cost and asks whether to go on. It returns the relayer's fee that was agreed to, in
// coins; empty is what the node allows. Errors: errDeclined, errUsage where there is nobody to ask.
func (e *env) agree(ctx context.Context, c *client.Client, req wire.QuoteRequest, yes bool) (maxFee string, err error) {
	if !yes && !term.IsTerminal(int(e.stdin.Fd())) {
		return "", usagef("this moves coins, and there is no terminal to ask at: add --yes to go on without being asked")
	}
	if yes && (e.quiet || e.json) {
		return "", nil
	}
	quote, err := c.Quote(ctx, req)
	if err != nil || quote.Transactions == 0 {
		return "", err
	}
	w := &printer{w: e.stderr}
	printQuote(w, req, quote)
	if yes || w.err != nil {
		return quote.RelayFee.Coins, w.err
	}
	w.line("Go on? [y/N]")
	if w.err != nil {
		return "", w.err
	}
	line, err := readLine(ctx, e.stdin)
	if err != nil {
		return "", err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return "", errDeclined
	}
	return quote.RelayFee.Coins, nil
}

// agreeToFee is agree for what moves no coins but a relayer's fee, and nothing to agree to where none is asked.
func (e *env) agreeToFee(ctx context.Context, c *client.Client, req wire.QuoteRequest, yes bool) (maxFee string, err error) {
	quote, err := c.Quote(ctx, req)
	if err != nil || quote.RelayFee.Units == 0 {
		return quote.RelayFee.Coins, err
	}
	return e.agree(ctx, c, req, yes)
}

func printQuote(w *printer, req wire.QuoteRequest, q wire.Quote) {
	amount := ""
	if q.Amount.Units > 0 {
		amount = q.Amount.Coins + " coins"
	}
	transactions := ""
	if q.Transactions > 1 {
		transactions = fmt.Sprintf(" in %d transactions", q.Transactions)
	}
	payer := "the relayer pays it"
	if q.OwnGas {
		payer = "this node pays it, from its identity's account"
	}
	w.fields("Amount", amount, "Paid to", paidTo(q), "Network fee", q.NetworkFee.Coins+" coins", "Relay fee", q.RelayFee.Coins+" coins",
		"Gas", fmt.Sprintf("about %d%s, now %s of the chain's coin; %s", q.Gas, transactions, q.GasCost, payer))
	for _, line := range consequences(req, q) {
		w.line("%s", line)
	}
}

func paidTo(q wire.Quote) string {
	if q.Operation == node.OpBeneficiary {
		return ""
	}
	return q.To
}

// consequences say what an operation cannot take back, and what must follow it.
func consequences(req wire.QuoteRequest, q wire.Quote) []string {
	switch req.Operation {
	case node.OpBeneficiary:
		return []string{
			"From now on all earnings are paid to " + clean(q.To) + ".",
			"This cannot be undone: only that account can name another, and this identity never again.",
		}
	case node.OpWithdraw, node.OpWithdrawDeposit:
		return []string{"What is paid out cannot be taken back."}
	case node.OpUnlock:
		if q.Delay == 0 {
			return []string{fmt.Sprintf("The delay is over: this frees payment channel %d. What was not cleared stays in it, for its\n"+
				"next lock or for: myst reclaim %d", req.Channel, req.Channel)}
		}
		delay := durationText(time.Duration(q.Delay) * time.Second)
		return []string{
			fmt.Sprintf("1. This asks for payment channel %d. For %s its provider can still clear what it was promised.", req.Channel, delay),
			fmt.Sprintf("2. After that, free the channel with: myst unlock %d", req.Channel),
			fmt.Sprintf("3. What is left stays in it for the next lock, or goes to the deposit with: myst reclaim %d", req.Channel),
		}
	}
	return nil
}

// readLine reads one line. A read from a terminal cannot be interrupted: after a signal its goroutine
// ends with the process.
func readLine(ctx context.Context, from io.Reader) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := bufio.NewReader(from).ReadString('\n')
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if errors.Is(a.err, io.EOF) {
			a.err = nil
		}
		return a.text, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
