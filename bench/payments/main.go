// Command payments measures how many promises a second one core signs, and how many it verifies and stores
// durably, through package payments' own path: message, meters, check, group commit, bill.
//
// Rates are per second of processor time, which is what one core does in a second, also on a busy machine; beside the
// last stands the rate by the clock, on one processor (GOMAXPROCS=1), which waits for the disk. Beside it stand, from the same run and the same folder, what
// bounds it: the signature library's verification alone, and SQLite's durable commits of one row. The
// memory of idle sessions is measured last. Signatures are made before the clock runs.
//
//	go run ./bench/payments [-dir FOLDER] [-scale 1] [-sessions N] [-profile FILE]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// loads are how many sessions are open at once, and how many promises each makes.
var loads = []struct{ sessions, promises int }{{1, 500}, {100, 100}, {10_000, 3}}

// rounds of each measurement; the median counts.
const rounds = 3

func main() {
	dir := flag.String("dir", "", "`folder` for the databases, on the disk to be measured (default: a temporary one)")
	scale := flag.Int("scale", 1, "make this many `times` as many promises")
	only := flag.Int("sessions", 0, "measure only this `number` of sessions, of 1, 100 and 10000")
	profile := flag.String("profile", "", "write a processor profile of the largest load to this `file`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *dir, max(*scale, 1), *only, *profile)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "payments:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, parent string, scale, only int, profile string) (err error) {
	runtime.GOMAXPROCS(1)
	dir, err := os.MkdirTemp(parent, "myst-payments-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Printf("build: %s, %s/%s, %s; one processor; medians of %d rounds\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, build, rounds)
	commits, err := medianOf(func(round int) (float64, error) {
		return sqliteCommits(ctx, filepath.Join(dir, fmt.Sprint("plain", round)))
	})
	if err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	fmt.Printf("SQLite alone, durable commits of one row: %.0f/s\n", commits)
	for _, load := range loads {
		if only != 0 && only != load.sessions {
			continue
		}
		if err := measure(ctx, dir, load.sessions, load.promises*scale, profile); err != nil {
			return fmt.Errorf("%d sessions: %w", load.sessions, err)
		}
	}
	return nil
}

// measure prints the rates of one load.
func measure(ctx context.Context, dir string, sessions, promises int, profile string) error {
	w, err := newWorkload(sessions, promises)
	if err != nil {
		return err
	}
	signed, err := medianOf(func(int) (float64, error) { return w.signAll() })
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	checked, err := medianOf(func(int) (float64, error) { return w.verifyAll() })
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	var passed, used []float64
	var last result
	for round := range rounds {
		stop := func() {}
		if profile != "" && sessions == loads[len(loads)-1].sessions && round == 0 {
			if stop, err = profiling(profile); err != nil {
				return err
			}
		}
		last, err = w.storeAll(ctx, filepath.Join(dir, fmt.Sprintf("%d-%d", sessions, round)))
		stop()
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		passed, used = append(passed, last.passed), append(used, last.used)
	}
	slices.Sort(passed)
	slices.Sort(used)
	stored := used[rounds/2]
	fmt.Printf("%6d sessions, per second of one core: signed %.0f, verified alone %.0f, verified and durably stored %.0f (%.2f × the check alone; %.0f a second passed)",
		sessions, signed, checked, stored, checked/stored, passed[rounds/2])
	if sessions > 1000 {
		fmt.Printf("; %.1f KiB for an idle session", float64(last.idle)/1024)
	}
	fmt.Println()
	return nil
}

func profiling(path string) (stop func(), err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close() // a profile that is cut is seen when it is read
	}, nil
}

func medianOf(measure func(round int) (float64, error)) (float64, error) {
	var all []float64
	for round := range rounds {
		rate, err := measure(round)
		if err != nil {
			return 0, err
		}
		all = append(all, rate)
	}
	slices.Sort(all)
	return all[rounds/2], nil
}

// sqliteCommits is how many promises a second can be stored one after the other, each in a commit of its own.
func sqliteCommits(ctx context.Context, path string) (float64, error) {
	const n = 300
	db, err := store.Open(ctx, path)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for i := range n {
		p := store.Promise{Consumer: identity.Address{1}, Amount: money.Amount(i + 1)}
		if err := db.InTx(ctx, func(tx *store.Tx) error { return tx.SavePromise(p) }); err != nil {
			return 0, errors.Join(err, db.Close())
		}
	}
	rate := n / time.Since(began).Seconds()
	return rate, db.Close()
}
