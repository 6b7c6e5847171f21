package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/payments/journal"
)

const longColumns = `Columns of the table:
  ROW      number of the row; numbers are never used again
  TIME     of the block, or of the session's end, in this machine's time zone;
           --csv and --json have UTC
  KIND     what happened, to what the identity has AS a consumer or a provider
  COINS    how many moved; KIND and AS tell which way. Below zero only in a row
           that takes another one back
  WITH     who was on the other side: the provider or the consumer, who paid a
           deposit or was paid, the relayer of a fee
  CHANNEL  payment channel and epoch: 2/7 is channel 2 in its eighth epoch; one ends when
           the channel is freed, reclaimed, or locked anew after all was cleared
  BLOCK    empty for promises, which are on no chain
  DETAIL   first digits of the session, or the row that is taken back`

func (e *env) ledger() *cobra.Command {
	var filter wire.LedgerFilter
	asCSV := false
	cmd := &cobra.Command{
		Use: "ledger", Short: "List what happened to the node's coins",
		Long: "List what happened to the node's coins, oldest first: one row for every deposit, lock,\n" +
			"clearing, fee and withdrawal that the chain has confirmed, and one for what each session's\n" +
			"promises added. Rows are never changed. What a reorganisation of the chain removes is\n" +
			"taken back by a further row. A table has the newest thousand rows, and says when there\n" +
			"are older ones; --csv and --json print all.\n\n" + longColumns,
		Example: "  myst ledger\n  myst ledger --since 24h --kind clearing\n  myst ledger --limit 20 --before 81\n  myst ledger --csv > ledger.csv",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	flags := cmd.Flags()
	flags.BoolVar(&asCSV, "csv", false, "print comma-separated values")
	for name, into := range map[string]*string{"since": &filter.Since, "until": &filter.Until} {
		text := map[string]string{"since": "from this `time` on", "until": "before this `time`"}[name]
		flags.Var(&value[string]{kind: "time", into: into, parse: parseTime}, name, text+": 2026-01-31, 2026-01-31T12:00:00Z, or 24h ago")
	}
	flags.Var(&value[string]{kind: "kind", into: &filter.Kind, parse: parseKind}, "kind", "only rows of this `kind`: "+strings.Join(kinds(), ", "))
	completeWith(cmd, "kind", kinds()...)
	addressFlag(flags, &filter.Identity, "identity", "rows of this `address`, and the node's with it")
	flags.StringVar(&filter.Session, "session", "", "only rows of this `session`: its ID or its first digits")
	flags.IntVar(&filter.Limit, "limit", 0, "only the newest `rows`, at most 1000")
	flags.Int64Var(&filter.Before, "before", 0, "only rows before this `row`")
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		if asCSV && e.json {
			return usagef("use --csv or --json, not both")
		}
		if filter.Limit < 0 || filter.Limit > wire.MaxRows || filter.Before < 0 {
			return usagef("want a --limit from 1 to %d, and --before a row", wire.MaxRows)
		}
		var err error
		if filter.Session, err = wholeSession(ctx, c, filter.Session); err != nil {
			return err
		}
		switch {
		case asCSV:
			return e.exportCSV(ctx, c.Ledger, filter)
		case e.json:
			return e.exportJSON(ctx, c.Ledger, filter)
		}
		ledger, err := c.Ledger(ctx, filter)
		if err != nil {
			return err
		}
		if len(ledger.Entries) == 0 {
			e.note("No rows.")
		}
		err = e.show(ledger, func(w *printer) { printLedger(w, ledger.Entries) })
		if err == nil && ledger.More {
			e.note("There are older rows: add --before %d", ledger.Entries[0].ID)
		}
		return err
	})
}

func kinds() (names []string) {
	for _, k := range journal.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func parseKind(s string) (string, error) {
	for _, known := range kinds() {
		if s == known {
			return s, nil
		}
	}
	return "", fmt.Errorf("%q: want one of %s", s, strings.Join(kinds(), ", "))
}

// parseTime reads a time, a day in local time, or how long ago.
func parseTime(s string) (string, error) {
	if ago, err := time.ParseDuration(s); err == nil {
		return time.Now().Add(-ago.Abs()).UTC().Format(time.RFC3339), nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
		return day.UTC().Format(time.RFC3339), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "", fmt.Errorf("%q: want a time such as 2026-01-31, 2026-01-31T12:00:00Z or 24h", s)
	}
	return at.UTC().Format(time.RFC3339), nil
}

// wholeSession completes the first digits of a session's ID.
func wholeSession(ctx context.Context, c *client.Client, prefix string) (string, error) {
	prefix = strings.ToLower(prefix)
	if prefix == "" || len(prefix) == 32 {
		return prefix, nil
	}
	list, err := c.Sessions(ctx)
	if err != nil {
		return "", err
	}
	found := ""
	for _, s := range list.Sessions {
		switch {
		case !strings.HasPrefix(s.ID, prefix):
		case found != "" && found != s.ID:
			return "", usagef("more than one session begins with %q; give more digits", prefix)
		default:
			found = s.ID
		}
	}
	if found == "" {
		return "", fmt.Errorf("%w: no session begins with %q", errNotFound, prefix)
	}
	return found, nil
}

func printLedger(w *printer, rows []wire.LedgerEntry) {
	if len(rows) == 0 {
		return
	}
	var lines [][]string
	for _, r := range rows {
		channel, block := "", ""
		if r.Channel != nil && r.Epoch != nil {
			channel = fmt.Sprintf("%d/%d", *r.Channel, *r.Epoch)
		}
		if r.Block > 0 {
			block = strconv.FormatUint(r.Block, 10)
		}
		detail := r.Session[:min(8, len(r.Session))]
		switch {
		case r.Reverses > 0:
			detail = fmt.Sprintf("takes back %d", r.Reverses)
		case r.Reversed:
			detail = "taken back"
		}
		lines = append(lines, []string{
			strconv.FormatInt(r.ID, 10), timeText(r.Time), r.Kind, r.Role, r.Amount.Coins, short(r.Counterparty), channel, block, detail,
		})
	}
	w.table([]string{">ROW", "TIME", "KIND", "AS", ">COINS", "WITH", ">CHANNEL", ">BLOCK", "DETAIL"}, lines)
}

func (e *env) earnings() *cobra.Command {
	cmd := &cobra.Command{
		Use: "earnings", Short: "Show what the node earned as a provider",
		Long: "Show what each identity of the node earned as a provider, in coins, by the ledger: promised\n" +
			"in all, cleared of that, not cleared yet, withdrawn, taken by the network when\n" +
			"withdrawing and by relayers, and held by the contract.",
		Example: "  myst earnings\n  myst earnings --json",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		all, err := c.Earnings(ctx)
		if err != nil {
			return err
		}
		if len(all.Earnings) == 0 {
			e.note("No earnings.")
		}
		return e.show(all, func(w *printer) { printEarnings(w, all.Earnings) })
	})
}

func printEarnings(w *printer, all []wire.Earnings) {
	if len(all) == 0 {
		return
	}
	var rows [][]string
	for _, i := range all {
		lapsed := ""
		if i.Lapsed.Units > 0 {
			lapsed = i.Lapsed.Coins
		}
		rows = append(rows, []string{
			i.Identity, i.Promised.Coins, i.Cleared.Coins, i.Uncleared.Coins, lapsed, i.Withdrawn.Coins, i.Fees.Coins, i.Held.Coins,
		})
	}
	w.table([]string{"PROVIDER", ">PROMISED", ">CLEARED", ">UNCLEARED", ">LAPSED", ">WITHDRAWN", ">FEES", ">HELD"}, rows)
}
