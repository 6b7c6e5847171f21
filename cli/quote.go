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

// askable says whether there is somebody to ask, where somebody is to be asked. Errors: errUsage.
func (e *env) askable(yes bool, what string) error {
	if !yes && !term.IsTerminal(int(e.stdin.Fd())) {
		return usagef("%s, and there is no terminal to ask at: add --yes to go on without being asked", what)
	}
	return nil
}

// agree shows what an operation would cost and asks whether to go on. It returns the relayer's fee that was agreed to, in
// coins; empty is what the node allows. Errors: errDeclined, errUsage where there is nobody to ask.
func (e *env) agree(ctx context.Context, c *client.Client, req wire.QuoteRequest, yes bool) (maxFee string, err error) {
	if err := e.askable(yes, "this moves coins"); err != nil {
		return "", err
	}
	if yes && (e.quiet || e.json) {
		return "", nil
	}
	quote, err := c.Quote(ctx, req)
	if err != nil || quote.Transactions == 0 {
		return "", err
	}
	return quote.RelayFee.Coins, e.agreeTo(ctx, req, quote, yes)
}

// agreeTo shows what an operation would cost and, without yes, asks whether to go on. Errors: errDeclined.
func (e *env) agreeTo(ctx context.Context, req wire.QuoteRequest, quote wire.Quote, yes bool) error {
	w := &printer{w: e.stderr}
	printQuote(w, req, quote)
	if yes || w.err != nil {
		return w.err
	}
	w.line("Go on? [y/N]")
	if w.err != nil {
		return w.err
	}
	line, err := readLine(ctx, e.stdin)
	if err != nil {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return errDeclined
	}
	return nil
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
	amount, arrives, transactions := "", "", ""
	if q.Amount.Units > 0 {
		amount = q.Amount.Coins + " coins"
	}
	if q.Net != nil {
		arrives = q.Net.Coins + " coins"
	}
	if q.Transactions > 1 {
		transactions = fmt.Sprintf(" in %d transactions", q.Transactions)
	}
	payer := "the relayer pays it"
	if q.OwnGas {
		payer = "this node pays it, from its identity's account"
	}
	w.fields("Operation", operationText(req, q), "Provider", q.Provider, "Offer", offerText(q.Offer),
		"Amount", amount, "Paid to", paidTo(q), "Network fee", q.NetworkFee.Coins+" coins", "Relay fee", q.RelayFee.Coins+" coins",
		"Arrives", arrives, "Gas", fmt.Sprintf("about %d%s, now %s of the chain's coin; %s", q.Gas, transactions, q.GasCost, payer))
	for _, line := range consequences(req, q) {
		w.line("%s", line)
	}
}

// operationText names an operation in words.
func operationText(req wire.QuoteRequest, q wire.Quote) string {
	switch q.Operation {
	case node.OpConnect:
		return "open a session, and lock coins for it"
	case node.OpRegister:
		return "register this identity"
	case node.OpDeposit:
		return "move coins from the wallet into the deposit"
	case node.OpTopUp:
		return "lock more for an open session"
	case node.OpClear:
		return "clear what consumers promised"
	case node.OpWithdraw:
		return "pay the earnings out"
	case node.OpWithdrawDeposit:
		return "pay coins of the deposit out"
	case node.OpBeneficiary:
		return "name who receives the earnings"
	case node.OpReclaim:
		return fmt.Sprintf("move what payment channel %d holds to the deposit", req.Channel)
	case node.OpUnlock:
		if q.Release {
			return fmt.Sprintf("take payment channel %d back", req.Channel)
		}
		if q.Delay == 0 {
			return fmt.Sprintf("free payment channel %d", req.Channel)
		}
		return fmt.Sprintf("ask for payment channel %d", req.Channel)
	}
	return q.Operation
}

func offerText(p *wire.Proposal) string {
	if p == nil {
		return ""
	}
	text := p.ServiceType + " in " + p.Country + ", " + priceText(p.Price)
	if p.SetupCharge.Units > 0 {
		text += ", set-up charge " + p.SetupCharge.Coins
	}
	return text
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
	case node.OpConnect:
		lines := []string{"The amount is locked for this provider, who gets of it what you promise. If it does not take the session, the next\n" +
			"one that matches is asked, for no more."}
		if q.Held != nil {
			lines = append(lines, q.Held.Coins+" coins of it are in a free payment channel already. All of them go along; 'myst reclaim' takes them out before.")
		}
		if q.Elsewhere != nil && q.Elsewhere.Units > 0 {
			lines = append(lines, "Other providers hold "+q.Elsewhere.Coins+" coins, until they release it or you take it back by: myst unlock")
		}
		return lines
	case node.OpBeneficiary:
		return []string{
			"From now on all earnings are paid to " + clean(q.To) + ".",
			"This cannot be undone: only that account can name another, by a call of the payments contract, and this\nidentity never again.",
		}
	case node.OpClear:
		if q.Left != nil {
			return []string{"Another " + q.Left.Coins + " coins are in transactions that bring too little for their fee, and are left to gather:\n" + clean(q.LeftWhy)}
		}
	case node.OpWithdraw:
		return []string{"What is paid out cannot be taken back."}
	case node.OpWithdrawDeposit:
		return []string{"What is paid out cannot be taken back. Of a provider, the deposit is also its bond: with less than the network\nasks for, what it announced is withdrawn."}
	case node.OpUnlock:
		return unlockConsequences(req.Channel, q)
	}
	return nil
}

// unlockConsequences say how a payment channel comes back.
func unlockConsequences(channel uint8, q wire.Quote) []string {
	delay := durationText(time.Duration(q.Delay) * time.Second)
	left := fmt.Sprintf("3. What is left stays in it for the next lock, or goes to the deposit with: myst reclaim %d", channel)
	after := fmt.Sprintf("After that, free the channel with: myst unlock %d", channel)
	switch {
	case q.Release && q.Delay == 0:
		return []string{
			fmt.Sprintf("1. The provider is asked to release payment channel %d, which frees it at once.", channel),
			"2. If it does not, it can clear until the delay that was asked for is over. " + after, left,
		}
	case q.Release:
		return []string{
			fmt.Sprintf("1. The provider is asked to release payment channel %d, which frees it at once.", channel),
			fmt.Sprintf("2. If it does not, this asks the contract: for %s the provider can still clear what it was promised.\n   %s\n"+
				"   The relay fee above is that of the dearer of the two; both are due if a release that failed gets on chain later.", delay, after), left,
		}
	case q.Delay == 0:
		lines := []string{fmt.Sprintf("The delay is over: this frees payment channel %d. What was not cleared stays in it, for its\n"+
			"next lock or for: myst reclaim %d", channel, channel)}
		if q.RelayFee.Units > 0 {
			lines = append(lines, "A relayer that was paid when this was asked for takes no fee now.")
		}
		return lines
	}
	return []string{
		fmt.Sprintf("1. This asks for payment channel %d. For %s its provider can still clear what it was promised.", channel, delay),
		"2. " + after, left,
	}
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
