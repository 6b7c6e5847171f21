// Command payments measures how many promises a second one core signs, and how many it verifies and stores
// durably, through package payments' own path: message, meters, check, group commit, bill.
//
// Rates are per second of processor time, which is what one core does in a second, also on a busy machine; beside the
// last stands the rate by the clock, on one processor (GOMAXPROCS=1), which waits for the disk. Beside it stand, from the same run and the same folder, what
// bounds it: the signature library's verification alone, and SQLite's durable commits of one row. The
// memory of idle sessions is measured last. Signatures are made before the clock runs. It exits with 1 when the medians
// miss an aim, and says which.
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
	"strings"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// loads are how many sessions are open at once.
var loads = []int{1, 100, 10_000}

// promisesOf is how many promises each of so many sessions makes: one alone waits for the disk with each.
func promisesOf(sessions int) int { return min(max(10_000/sessions, 3), 500) }

// rounds of each measurement; the median counts.
const rounds = 3

func main() {
	dir := flag.String("dir", "", "`folder` for the databases, on the disk to be measured (default: a temporary one)")
	scale := flag.Int("scale", 1, "make this many `times` as many promises")
	only := flag.Int("sessions", 0, "measure only this `number` of sessions, instead of 1, 100 and 10000")
	profile := flag.String("profile", "", "write a processor profile of the last load's first round to this `file`")
	flag.Parse()
	if *only != 0 {
		loads = []int{*only}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *dir, *scale, *profile)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "payments:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, parent string, scale int, profile string) (err error) {
	if scale < 1 || slices.Min(loads) < 1 {
		return errors.New("-sessions and -scale take numbers above zero")
	}
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
	var missed []string
	for i, sessions := range loads {
		into := ""
		if i == len(loads)-1 {
			into = profile
		}
		f, err := measure(ctx, dir, sessions, promisesOf(sessions)*scale, into)
		if err != nil {
			return fmt.Errorf("%d sessions: %w", sessions, err)
		}
		missed = append(missed, f.missed(withCgo)...)
	}
	if len(missed) > 0 {
		return fmt.Errorf("aims are missed: %s", strings.Join(missed, "; "))
	}
	return nil
}

// measure prints the rates of one load.
func measure(ctx context.Context, dir string, sessions, promises int, profile string) (f figures, err error) {
	w, err := newWorkload(sessions, promises)
	if err != nil {
		return f, err
	}
	signed, err := medianOf(func(int) (float64, error) { return w.signAll() })
	if err != nil {
		return f, fmt.Errorf("sign: %w", err)
	}
	var checked, passed, used, ratios, idle []float64
	for round := range rounds {
		alone, stored, err := w.pair(ctx, filepath.Join(dir, fmt.Sprintf("%d-%d", sessions, round)), profile)
		if err != nil {
			return f, err
		}
		checked, passed, used = append(checked, alone), append(passed, stored.passed), append(used, stored.used)
		ratios, idle, profile = append(ratios, alone/stored.used), append(idle, float64(stored.idle)), ""
	}
	f = figures{sessions: sessions, stored: median(used), ratio: median(ratios), idle: median(idle)}
	fmt.Printf("%6d sessions, per second of one core: signed %.0f, verified alone %.0f, verified and durably stored %.0f; ",
		sessions, signed, median(checked), f.stored)
	fmt.Printf("%.2f × the check alone (rounds: %.2f); %.0f a second passed", f.ratio, ratios, median(passed))
	if sessions >= counted {
		fmt.Printf("; %.1f KiB for an idle session", f.idle/1024)
	}
	fmt.Println()
	return f, nil
}

// profiling writes a processor profile to path until stop is called; without a path it does nothing.
func profiling(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
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
	return median(all), nil
}

func median(all []float64) float64 {
	return slices.Sorted(slices.Values(all))[len(all)/2]
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
