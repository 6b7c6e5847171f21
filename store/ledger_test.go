package store

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
)

// old makes a database as of an earlier schema.
func old(t *testing.T, path string, version int64, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err == nil {
		_, err = provider.UpTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A ledger from before a log could be several rows is taken back, but for what came from sessions, and read anew.
func TestEarlierLedgerIsReadAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	row := func(kind, block, deposit string) string {
		return `INSERT INTO ledger (domain, self, role, kind, at, block, block_hash, tx, counterparty, session, amount, total, deposit)
			VALUES (zeroblob(32), zeroblob(20), 'consumer', '` + kind + `', 1, ` + block + `, zeroblob(32), zeroblob(32), zeroblob(20), zeroblob(16),
			7, 0, ` + deposit + `)`
	}
	old(t, path, 20, row("deposit", "3", "50"), row("relay-fee", "4", "0"), row("promise", "0", "0"),
		`INSERT INTO ledger (reverses, domain, self, role, kind, at, block, block_hash, tx, counterparty, session, amount, total)
			SELECT id, domain, self, role, kind, 2, block, block_hash, tx, counterparty, session, -amount, total FROM ledger WHERE block = 4`,
		`INSERT INTO follower VALUES ('ledger/0x00', 1, zeroblob(20), 9), ('registry', 1, zeroblob(20), 9)`)
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(t.Context(), func(tx *Tx) error {
		rows, err := tx.Ledger([32]byte{}, LedgerFilter{})
		if err != nil {
			return err
		}
		if n := len(rows); n != 5 || rows[4].Reverses != 1 || rows[4].Deposit != -50 || rows[4].Amount != -7 || rows[2].Reversed {
			t.Errorf("%d rows: %+v", n, rows)
		}
		if _, found, err := tx.Cursor("ledger/0x00"); err != nil || found {
			t.Errorf("the ledger's cursor is there: %v, %v", found, err)
		}
		_, found, err := tx.Cursor("registry")
		if !found {
			t.Error("the registry's cursor is gone")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The ledger is summed up by indexes alone, and a page of it is read without sorting or reading the rest.
func TestLedgerIsNotReadWhole(t *testing.T) {
	db := open(t)
	key := []any{make([]byte, 32), make([]byte, 20)}
	page := func(f LedgerFilter) (string, []any) {
		condition, args := f.where([32]byte{})
		return `SELECT id FROM ledger ` + condition + ` ORDER BY id DESC LIMIT 10`, args
	}
	all, allArgs := page(LedgerFilter{Before: 9})
	from, fromArgs := page(LedgerFilter{From: 9, Kind: "lock"})
	for name, query := range map[string]struct {
		text    string
		args    []any
		covered bool
	}{
		"epoch": {epochSum, append(key, "provider", "clearing", make([]byte, 20), 1, 2), true},
		"held":  {heldSum, append(key, 1), true}, "totals": {totalSums, key, true}, "kinds": {kindSums, key, true},
		"log":         {logHas, append(key, make([]byte, 32), make([]byte, 32), 1, "provider", "clearing", 0), false},
		"transaction": {txBooked, append(key, make([]byte, 32)), false}, "reversal": {reverseAbove, append(key, 1, 2), false},
		"earned": {earnedSums, key, false}, "newest": {all, allArgs, false}, "oldest": {from, fromArgs, false},
	} {
		err := db.View(t.Context(), func(tx *Tx) error {
			return tx.query("plan", "EXPLAIN QUERY PLAN "+query.text, query.args, func(scan func(...any) error) error {
				var id, parent, unused int
				var detail string
				err := scan(&id, &parent, &unused, &detail)
				if strings.Contains(detail, "old USING INDEX sqlite_autoindex") {
					t.Errorf("%s begins with all that is not taken back: %s", name, detail)
				}
				covered := !query.covered || strings.Contains(detail, "COVERING INDEX")
				if !covered || strings.HasPrefix(detail, "SCAN ledger") || name != "reversal" && strings.Contains(detail, "ORDER BY") {
					t.Errorf("%s: %s", name, detail)
				}
				return err
			})
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
