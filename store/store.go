// Package store is the node's database: one SQLite file with everything that must survive a power
// cut. It holds the schema, its migrations and all SQL of the program; it knows no domain types
// beyond money and byte arrays, so that every package above can use it.
//
// [Open] takes the file for this process alone, brings the schema up to date and returns a [DB].
// All reading and writing happens in a [Tx]: [DB.InTx] writes, one transaction at a time, and is
// durable when it returns (write-ahead log, synchronous=FULL); [DB.View] reads a consistent
// snapshot and never waits for a writer.
//
// # Adding a query
//
// A part of the program has one file here (chain.go, payments.go, …) and a numbered migration in
// migrations/, named NNNN_name.sql with "-- +goose Up" as its first line. Numbers may be added out
// of order; a published migration is never changed. A query is a method of Tx that takes and
// returns plain values and uses the helpers exec, row and query:
//
//	func (tx *Tx) SetThing(key string, value []byte) error {
//		return tx.exec("set thing", `INSERT INTO thing (key, value) VALUES (?, ?)
//			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
//	}
//
//	func (tx *Tx) Thing(key string) (value []byte, found bool, err error) {
//		found, err = tx.row("thing", `SELECT value FROM thing WHERE key = ?`, []any{key}, &value)
//		return value, found, err
//	}
//
// A caller groups such methods into one transaction:
//
//	err := db.InTx(ctx, func(tx *store.Tx) error { return tx.SetThing("a", nil) })
//
// Addresses and hashes are BLOBs (pass a[:], scan with [Fixed]), times are unix milliseconds, and
// amounts are INTEGERs below 2^63 ([Int] refuses larger ones).
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/gofrs/flock"
)

// Errors that callers branch on.
var (
	// ErrLocked says that another process has the database open. The error that wraps it names the process, if it
	// said which it is.
	ErrLocked = errors.New("database is in use by another process")
	// ErrDamaged says that the file is not a database, or that part of it is unreadable. Restore it
	// from a backup; a node database without unclaimed promises may also be deleted.
	ErrDamaged = errors.New("database is damaged")
	// ErrNewer says that a newer version of the program has changed the schema.
	ErrNewer = errors.New("database was made by a newer version of the program")
	// ErrRange says that a number does not fit into a column.
	ErrRange = errors.New("number does not fit into the database")
)

// readers is how many snapshots can be read at a time; further ones wait.
const readers = 4

// DB is an open database. Its methods are safe for concurrent use.
type DB struct {
	path  string
	write *sql.DB // one connection: SQLite has one writer, and so waiting is done in Go
	read  *sql.DB
	lock  *flock.Flock
	close sync.Once
	err   error
}

// Open opens the database at path, or makes it with mode 0600 in an existing directory.
// Errors: ErrLocked, ErrDamaged, ErrNewer, and those of the file system.
func Open(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := &DB{path: path, lock: flock.New(path+".lock", flock.SetPermissions(0o600))}
	switch locked, err := db.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("open database %s: %w", path, err)
	case !locked:
		return nil, fmt.Errorf("open database %s: %w%s", path, ErrLocked, holder(db.lock.Path()))
	}
	// Only for people to read: where it cannot be written, the lock holds all the same.
	_ = os.WriteFile(db.lock.Path(), []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	if err := db.open(ctx); err != nil {
		_ = db.Close() // the first error says more
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

// holder names the process that has a lock, as far as the lock's file tells.
func holder(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (PID %d)", pid)
}

func (db *DB) open(ctx context.Context) error {
	if err := private(db.path); err != nil {
		return err
	}
	var err error
	if db.write, err = sql.Open("sqlite", dsn(db.path, "immediate", false)); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	if err := migrate(ctx, db.write); err != nil {
		return explain(err)
	}
	if db.read, err = sql.Open("sqlite", dsn(db.path, "deferred", true)); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(readers)
	return explain(db.read.PingContext(ctx))
}

// private makes the file if needed and takes it away from group and others. SQLite gives its
// write-ahead log the mode of the database.
func private(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

func dsn(path, txlock string, readOnly bool) string {
	query := url.Values{"_txlock": {txlock}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)",
	}}
	if readOnly {
		query["_pragma"] = append(query["_pragma"], "query_only(1)")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// Close waits for running transactions and releases the file.
func (db *DB) Close() error {
	db.close.Do(func() {
		for _, pool := range []*sql.DB{db.read, db.write} { // the last to close folds the log into the file
			if pool != nil {
				db.err = errors.Join(db.err, pool.Close())
			}
		}
		db.err = errors.Join(db.err, db.lock.Close())
	})
	return db.err
}

// Tx is a transaction. It lives only as long as the function that it is given to, whose context
// bounds it, and belongs to that function's goroutine.
type Tx struct {
	ctx context.Context // of the call that the transaction is part of
	tx  *sql.Tx
	// ran holds the changes that were made in this transaction: prepared once they are repeated, until
	// then nil.
	ran map[string]*sql.Stmt
}

// InTx runs fn in a writing transaction: all of it is durable when InTx returns nil, and none of
// it happened otherwise. fn must not call InTx again, which would wait for itself.
func (db *DB) InTx(ctx context.Context, fn func(*Tx) error) error {
	return run(ctx, db.write, fn)
}

// View runs fn on a snapshot of the database. Writing in it fails.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	return run(ctx, db.read, fn)
}

func run(ctx context.Context, pool *sql.DB, fn func(*Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", explain(err))
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing; also when fn panics
	if err := fn(&Tx{ctx: ctx, tx: tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", explain(err))
	}
	return nil
}

// exec runs a statement that returns no rows; what names the operation in errors.
func (tx *Tx) exec(what, statement string, args ...any) error {
	_, err := tx.changed(what, statement, args...)
	return err
}

// changed is exec that tells how many rows changed.
func (tx *Tx) changed(what, statement string, args ...any) (int64, error) {
	result, err := tx.execute(statement, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, explain(err))
	}
	return result.RowsAffected()
}

// execute prepares a statement that a transaction runs again, because parsing takes longer than storing a
// row. The end of the transaction closes it.
func (tx *Tx) execute(statement string, args []any) (sql.Result, error) {
	prepared, again := tx.ran[statement]
	switch {
	case prepared != nil:
		return prepared.ExecContext(tx.ctx, args...)
	case !again:
		if tx.ran == nil {
			tx.ran = make(map[string]*sql.Stmt)
		}
		tx.ran[statement] = nil
		return tx.tx.ExecContext(tx.ctx, statement, args...)
	}
	prepared, err := tx.tx.PrepareContext(tx.ctx, statement) //nolint:sqlclosecheck // closed as said above
	if err != nil {
		return nil, err
	}
	tx.ran[statement] = prepared
	return prepared.ExecContext(tx.ctx, args...)
}

// row scans the only row of a query into dest and tells whether there is one.
func (tx *Tx) row(what, statement string, args []any, dest ...any) (bool, error) {
	switch err := tx.tx.QueryRowContext(tx.ctx, statement, args...).Scan(dest...); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", what, explain(err))
	}
	return true, nil
}

// query calls each for every row; scan copies the current row's columns.
func (tx *Tx) query(what, statement string, args []any, each func(scan func(dest ...any) error) error) error {
	rows, err := tx.tx.QueryContext(tx.ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	defer func() { _ = rows.Close() }() // rows.Err has what matters
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return fmt.Errorf("%s: %w", what, explain(err))
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}

// Int converts a number for an INTEGER column; above 2^63-1 it is ErrRange.
func Int[N ~uint64](n N) (int64, error) {
	if uint64(n) > math.MaxInt64 {
		return 0, fmt.Errorf("%d: %w", uint64(n), ErrRange)
	}
	return int64(n), nil
}

// Fixed scans a BLOB column into a fixed-size array: row(…, store.Fixed(address[:])).
// A BLOB of another length is ErrDamaged.
func Fixed(into []byte) sql.Scanner { return fixed(into) }

type fixed []byte

// Scan implements [sql.Scanner].
func (f fixed) Scan(value any) error {
	blob, ok := value.([]byte)
	if !ok || len(blob) != len(f) {
		return fmt.Errorf("%w: column holds %T of %d bytes, want %d", ErrDamaged, value, len(blob), len(f))
	}
	copy(f, blob)
	return nil
}
