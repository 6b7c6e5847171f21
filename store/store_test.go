package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenKeepsTheFilePrivateAndExclusive(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "node.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil { // as a careless restore would leave it
		t.Fatal(err)
	}
	db, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("(PID %d)", os.Getpid())) {
		t.Errorf("second opening: %v", err)
	}
	if err := os.WriteFile(path+".lock", []byte("nobody\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, ErrLocked) || strings.Contains(err.Error(), "PID") {
		t.Errorf("opening of what an unknown process has: %v", err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 3 {
		t.Fatalf("files %v, %v; want the database, its log and its lock", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", file, info.Mode(), err)
		}
	}
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(ctx, path); err != nil {
		t.Fatalf("opening again: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestTransactionsAreAllOrNothing(t *testing.T) {
	ctx, db := t.Context(), open(t)
	count := func() (n int) {
		t.Helper()
		err := db.View(ctx, func(tx *Tx) error {
			_, err := tx.row("count", `SELECT count(*) FROM identity`, nil, &n)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	insert := func(tx *Tx, b byte) error {
		return tx.exec("insert", `INSERT INTO identity VALUES (?, ?, 1)`, []byte{b}, make([]byte, 64))
	}
	failure := errors.New("no")
	if err := db.InTx(ctx, func(tx *Tx) error { return errors.Join(insert(tx, 1), failure) }); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.InTx(ctx, func(tx *Tx) error { _ = insert(tx, 2); panic("halfway") })
	}()
	if n := count(); n != 0 {
		t.Fatalf("%d rows of failed transactions", n)
	}
	if err := db.View(ctx, func(tx *Tx) error { return insert(tx, 3) }); err == nil {
		t.Fatal("a view can write")
	}
	// A snapshot does not wait for the writer, and does not see what it has not finished.
	err := db.InTx(ctx, func(tx *Tx) error {
		if err := insert(tx, 4); err != nil {
			return err
		}
		if n := count(); n != 0 {
			t.Errorf("a snapshot sees %d unfinished rows", n)
		}
		return nil
	})
	if err != nil || count() != 1 {
		t.Fatalf("%v, %d rows", err, count())
	}
}

func TestDurabilitySettings(t *testing.T) {
	db := open(t)
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		if err := db.write.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", pragma, got, err, want)
		}
	}
}

func TestDamagedFiles(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("this is not a database, whatever its name may say about it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, text); !errors.Is(err, ErrDamaged) {
		t.Errorf("a text file: %v", err)
	}

	path := filepath.Join(dir, "node.db")
	db, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(content); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, ErrDamaged) {
		t.Errorf("overwritten pages: %v", err)
	}
	if _, err := Open(ctx, filepath.Join(dir, "missing", "node.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
}

func TestNewerSchemaRefused(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "node.db")
	db, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	err = db.InTx(ctx, func(tx *Tx) error {
		return tx.exec("pretend", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, ErrNewer) {
		t.Fatalf("schema 9999: %v", err)
	}
}

func TestCancelledContext(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.InTx(ctx, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestIntAndFixed(t *testing.T) {
	if _, err := Int(uint64(1) << 63); !errors.Is(err, ErrRange) {
		t.Error(err)
	}
	var into [20]byte
	for _, value := range []any{nil, "text", make([]byte, 19), make([]byte, 21)} {
		if err := Fixed(into[:]).Scan(value); !errors.Is(err, ErrDamaged) {
			t.Errorf("%v: %v", value, err)
		}
	}
}
