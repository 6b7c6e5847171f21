package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
)

// A ledger of any length is printed page by page, each row once, and without a limit from the oldest on.
func TestExportInPages(t *testing.T) {
	errAway := errors.New("the daemon went away")
	var asked []wire.LedgerFilter
	ledger := func(rows, page int, failAt int64) readLedger {
		return func(_ context.Context, f wire.LedgerFilter) (l wire.Ledger, err error) {
			asked = append(asked, f)
			if failAt > 0 && f.From >= failAt {
				return l, errAway
			}
			from := max(f.From, 1)
			if f.Limit > 0 {
				from, page = int64(rows-f.Limit+1), f.Limit
			}
			for id := from; id <= int64(rows) && len(l.Entries) < page; id++ {
				l.Entries = append(l.Entries, wire.LedgerEntry{ID: id, Kind: "a <kind>", Amount: wire.FromUnits(-id)})
			}
			l.More = f.Limit > 0 && f.Limit < rows || f.Limit == 0 && from+int64(page) <= int64(rows)
			return l, nil
		}
	}
	for _, c := range []struct {
		rows, page, limit, want, reads int
	}{{0, 3, 0, 0, 1}, {1, 3, 0, 1, 1}, {3, 3, 0, 3, 1}, {7, 3, 0, 7, 3}, {7, 3, 2, 2, 1}} {
		asked = nil
		var out bytes.Buffer
		e := &env{stdout: &out}
		if err := e.exportCSV(t.Context(), ledger(c.rows, c.page, 0), wire.LedgerFilter{Limit: c.limit}); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(lines) != c.want+1 || len(asked) != c.reads || lines[0][0] != "row" {
			t.Errorf("%+v: %d lines in %d pages, %v", c, len(lines), len(asked), err)
		}
		out.Reset()
		if err := e.exportJSON(t.Context(), ledger(c.rows, c.page, 0), wire.LedgerFilter{Limit: c.limit}); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		var got wire.Ledger
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Entries) != c.want || got.Entries == nil {
			t.Errorf("%+v: %d rows, %v", c, len(got.Entries), err)
		}
		for i, r := range got.Entries {
			if want := int64(c.rows - c.want + i + 1); r.ID != want || r.Amount.Units != -want {
				t.Errorf("%+v: row %d is %+v", c, i, r)
			}
		}
		var whole bytes.Buffer
		same := &env{stdout: &whole, json: true}
		if err := same.show(got, nil); err != nil || whole.String() != text {
			t.Errorf("printed\n%s\nand at once\n%s", text, &whole)
		}
	}
	err := (&env{stdout: &bytes.Buffer{}}).exportJSON(t.Context(), ledger(7, 3, 4), wire.LedgerFilter{})
	if !errors.Is(err, errAway) {
		t.Errorf("the second page fails: %v", err)
	}
}
