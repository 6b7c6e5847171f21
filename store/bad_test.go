package store

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/money"
)

// pragma sets something of the connection that writes.
func (db *DB) pragma(t *testing.T, text string) {
	t.Helper()
	if _, err := db.write.ExecContext(t.Context(), "PRAGMA "+text); err != nil {
		t.Fatal(err)
	}
}

// promised returns all promises by the consumer of promiseOf.
func promised(t *testing.T, db *DB) (all []Promise) {
	t.Helper()
	err := db.View(t.Context(), func(tx *Tx) (err error) {
		all, err = tx.PromisesBy([32]byte{1}, [20]byte{2})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func promiseOf(epoch int, amount money.Amount) Promise {
	return Promise{
		Domain: [32]byte{1}, Consumer: [20]byte{2}, Provider: [20]byte{3}, Epoch: uint16(epoch), Amount: amount,
		Progress: progressOf(amount),
	}
}

// progressOf is one in which all numbers are the same, but for the time, which is not an amount.
func progressOf(a money.Amount) Progress {
	return Progress{
		Sent: uint64(a), Received: uint64(a), Billed: uint64(a), Elapsed: 1, Due: a, Promised: a, Promises: uint64(a), Window: uint64(a),
	}
}

// agreed returns the amount if the progress is progressOf it.
func agreed(a money.Amount, p Progress, err error) (money.Amount, error) {
	if want := progressOf(a); err == nil && a > 0 && p != want {
		return 0, fmt.Errorf("progress %+v, want %+v", p, want)
	}
	return a, err
}

func promisedAmount(tx *Tx) (money.Amount, error) {
	p, _, err := tx.Promise(promiseOf(1, 0))
	return agreed(p.Amount, p.Progress, err)
}

// A database that cannot be written says so, keeps what it has, and goes on when it can. What did not fit is not
// there, not even in part.
func TestWritesThatFail(t *testing.T) {
	for name, c := range map[string]struct{ spoil, mend, says string }{
		"full":      {"max_page_count=1", "max_page_count=1073741823", "database or disk is full"},
		"read-only": {"query_only=1", "query_only=0", "readonly database"},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			save := func(first, last int, amount money.Amount) error {
				return db.InTx(t.Context(), func(tx *Tx) error {
					for epoch := first; epoch < last; epoch++ {
						if err := tx.SavePromise(promiseOf(epoch, amount)); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := save(0, 10, 5); err != nil {
				t.Fatal(err)
			}
			db.pragma(t, c.spoil) // no fewer pages than it has
			for range 2 {
				if err := save(0, 2000, 7); err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, ErrDamaged) {
					t.Fatalf("written, or unclear: %v", err)
				}
			}
			check := func(n int, amount money.Amount) {
				t.Helper()
				all := promised(t, db)
				if len(all) != n {
					t.Fatalf("%d promises, want %d", len(all), n)
				}
				for _, p := range all {
					if p.Amount != amount {
						t.Fatalf("%+v, want %d", p, amount)
					}
				}
			}
			check(10, 5)
			db.pragma(t, c.mend)
			if err := save(0, 2000, 7); err != nil {
				t.Fatal(err)
			}
			check(2000, 7)
		})
	}
}

// Every amount from nothing to the largest that fits reads back as it was; a larger one is refused, and the
// transaction that brings it stores nothing.
func TestAmounts(t *testing.T) {
	kinds := map[string]struct {
		save func(*Tx, money.Amount) error
		read func(*Tx) (money.Amount, error)
	}{
		"promise": {
			func(tx *Tx, a money.Amount) error { return tx.SavePromise(promiseOf(1, a)) },
			promisedAmount,
		},
		"lock": {
			func(tx *Tx, a money.Amount) error { return tx.SaveLock(Lock{Consumer: [20]byte{2}, Locked: a}) },
			func(tx *Tx) (money.Amount, error) {
				all, err := tx.Locks([32]byte{}, [20]byte{2})
				if len(all) == 0 {
					return 0, err
				}
				return all[0].Locked, err
			},
		},
		"credit": {
			func(tx *Tx, a money.Amount) error {
				return tx.SavePaymentAccount(PaymentAccount{Role: "provider", Credit: a})
			},
			func(tx *Tx) (money.Amount, error) {
				a, err := tx.PaymentAccount(PaymentAccount{Role: "provider"})
				return a.Credit, err
			},
		},
		"debt": {
			func(tx *Tx, a money.Amount) error {
				return tx.SavePaymentAccount(PaymentAccount{Role: "consumer", Debt: a})
			},
			func(tx *Tx) (money.Amount, error) {
				a, err := tx.PaymentAccount(PaymentAccount{Role: "consumer"})
				return a.Debt, err
			},
		},
		"session": {
			func(tx *Tx, a money.Amount) error {
				return tx.SaveSession(Session{
					Role: "consumer", Price: money.Price{PerGiB: a, PerHour: a}, Setup: a, Locked: a, Cap: a,
					Progress: progressOf(a),
				})
			},
			func(tx *Tx) (money.Amount, error) {
				all, err := tx.Sessions([32]byte{}, [20]byte{}, 1)
				if len(all) == 0 {
					return 0, err
				}
				s := all[0]
				for _, other := range []money.Amount{s.Price.PerGiB, s.Price.PerHour, s.Setup, s.Locked, s.Cap} {
					if other != s.Promised {
						return 0, errors.New("amounts differ")
					}
				}
				return agreed(s.Promised, s.Progress, err)
			},
		},
	}
	for name, k := range kinds {
		db, want := open(t), money.Amount(0)
		for _, a := range []money.Amount{0, 1, money.MaxLock, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64} {
			err := db.InTx(t.Context(), func(tx *Tx) error { return k.save(tx, a) })
			if fits := a <= math.MaxInt64; fits != (err == nil) || !fits && !errors.Is(err, ErrRange) {
				t.Errorf("%s of %d: %v", name, uint64(a), err)
			} else if fits {
				want = a
			}
			err = db.View(t.Context(), func(tx *Tx) error {
				got, err := k.read(tx)
				if got != want {
					t.Errorf("%s of %d reads back as %d, want %d", name, uint64(a), uint64(got), uint64(want))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}
