package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
)

// longFee ends the help of every command that moves coins.
const longFee = "What it costs is shown\n" +
	"before, and on a terminal you are asked whether to go on. The command ends when the\n" +
	"transaction is confirmed and in the ledger."

func yesFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().BoolP("yes", "y", false, "do not ask whether to go on")
}

// agree shows what an operation would cost and asks whether to go on, where there is somebody to ask. Error:
// errDeclined.
func (e *env) agree(ctx context.Context, c *client.Client, req wire.QuoteRequest, yes bool) error {
	if e.quiet || e.json {
		return nil
	}
	quote, err := c.Quote(ctx, req)
	if err != nil || quote.Transactions == 0 {
		return err
	}
	w := &printer{w: e.stderr}
	printQuote(w, quote)
	if yes || !term.IsTerminal(int(e.stdin.Fd())) {
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

func printQuote(w *printer, q wire.Quote) {
	amount := ""
	if q.Amount.Units > 0 {
		amount = q.Amount.Coins + " coins"
	}
	transactions := ""
	if q.Transactions > 1 {
		transactions = fmt.Sprintf(" in %d transactions", q.Transactions)
	}
	w.fields("Amount", amount, "Network fee", q.NetworkFee.Coins+" coins", "Hub's fee", q.RelayFee.Coins+" coins",
		"Gas", fmt.Sprintf("about %d%s, now %s of the chain's coin; the hub pays it", q.Gas, transactions, q.GasCost))
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
