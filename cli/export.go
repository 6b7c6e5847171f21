package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
)

// readLedger reads a page of the ledger.
type readLedger func(context.Context, wire.LedgerFilter) (wire.Ledger, error)

// pages gives every row of a filter, oldest first, a page at a time, so that no ledger is too long for it. With a limit
// it is one page, of the newest.
func pages(ctx context.Context, read readLedger, f wire.LedgerFilter, each func([]wire.LedgerEntry) error) error {
	all := f.Limit == 0
	if all {
		f.From = 1
	}
	for {
		page, err := read(ctx, f)
		if err == nil {
			err = each(page.Entries)
		}
		if err != nil || !all || !page.More || len(page.Entries) == 0 {
			return err
		}
		f.From = page.Entries[len(page.Entries)-1].ID + 1
	}
}

// exportCSV prints rows with every column, amounts in units too.
func (e *env) exportCSV(ctx context.Context, read readLedger, f wire.LedgerFilter) error {
	w := csv.NewWriter(e.stdout)
	header := []string{
		"row", "time", "kind", "role", "identity", "counterparty", "channel", "epoch", "session",
		"coins", "units", "total_units", "block", "transaction", "reverses",
	}
	return pages(ctx, read, f, func(rows []wire.LedgerEntry) error {
		var lines [][]string
		if header != nil {
			lines, header = append(lines, header), nil
		}
		for _, r := range rows {
			channel, epoch := "", ""
			if r.Channel != nil && r.Epoch != nil {
				channel, epoch = strconv.Itoa(int(*r.Channel)), strconv.Itoa(int(*r.Epoch))
			}
			lines = append(lines, []string{
				strconv.FormatInt(r.ID, 10), r.Time.UTC().Format(time.RFC3339), r.Kind, r.Role, r.Identity, r.Counterparty, channel, epoch,
				r.Session, r.Amount.Coins, strconv.FormatInt(r.Amount.Units, 10), strconv.FormatUint(r.Total.Units, 10),
				strconv.FormatUint(r.Block, 10), r.Transaction, strconv.FormatInt(r.Reverses, 10),
			})
		}
		return printing(w.WriteAll(lines)) // flushes
	})
}

// exportJSON prints a wire.Ledger, row by row.
func (e *env) exportJSON(ctx context.Context, read readLedger, f wire.LedgerFilter) error {
	before := "{\n  \"entries\": ["
	err := pages(ctx, read, f, func(rows []wire.LedgerEntry) error {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetIndent("    ", "  ")
		encoder.SetEscapeHTML(false)
		for _, r := range rows {
			text.WriteString(before + "\n    ")
			if err := encoder.Encode(r); err != nil {
				return printing(err)
			}
			text.Truncate(text.Len() - 1) // the line's end
			before = ","
		}
		_, err := text.WriteTo(e.stdout)
		return printing(err)
	})
	if err != nil {
		return err
	}
	end := "\n  ]\n}\n"
	if before != "," {
		end = before + "]\n}\n"
	}
	_, err = fmt.Fprint(e.stdout, end)
	return printing(err)
}

func printing(err error) error {
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
