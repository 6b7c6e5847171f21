// Command index measures how long a node takes to copy the registry from its chain endpoint, and how long a
// start takes with a registry that large.
//
// It makes valid registrations and serves their logs from a JSON-RPC endpoint in a process of its own, as
// an endpoint of the network would: at most so many logs in an answer, a head that moves on. Then it runs the
// node's own client, follower and indexer on a new database until all is copied, closes the database,
// opens it again, and waits until the follower has seen that it is at the newest block. Making the
// registrations is not measured. It exits with 1 when an aim is missed.
//
//	go run ./bench/index [-registrations 1000000] [-blocks 100000] [-answer 10000] [-cpuprofile file]
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/registry"
	"github.com/mysteriumnetwork/myst/store"
)

// The aims, as docs/performance.md names them.
const (
	copyAim  = 5 * time.Minute
	startAim = time.Second
)

const chainID = 1337

var contract = identity.Address{19: 1}

type config struct {
	registrations, blocks, answer int
	cpuProfile                    string
}

func main() {
	var cfg config
	flag.IntVar(&cfg.registrations, "registrations", 1_000_000, "how many identities are registered")
	flag.IntVar(&cfg.blocks, "blocks", 100_000, "in how many blocks")
	flag.IntVar(&cfg.answer, "answer", 10_000, "how many logs the endpoint gives at once")
	flag.StringVar(&cfg.cpuProfile, "cpuprofile", "", "`file` for a profile of the copying")
	serve := flag.Bool("serve", false, "be the endpoint (the program starts itself so)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if *serve {
		err = serveRegistrations(ctx, cfg)
	} else {
		err = run(ctx, cfg)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "index:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config) (err error) {
	url, end, err := startEndpoint(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	dir, err := os.MkdirTemp("", "myst-index-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "node.db")

	stopProfile, err := profile(cfg.cpuProfile)
	if err != nil {
		return err
	}
	copying, n, err := follow(ctx, url, path)
	used := processorTime()
	if err = errors.Join(err, stopProfile()); err != nil {
		return err
	}
	if n != uint64(cfg.registrations) {
		return fmt.Errorf("the database holds %d registrations, want %d", n, cfg.registrations)
	}
	file, err := os.Stat(path)
	if err != nil {
		return err
	}
	starting, _, err := follow(ctx, url, path)
	if err != nil {
		return err
	}
	fmt.Printf("%s/%s, %d cores, %s, CGO_ENABLED=%s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), os.Getenv("CGO_ENABLED"))
	fmt.Printf("%d registrations in %d blocks, at most %d logs an answer\n", cfg.registrations, cfg.blocks, cfg.answer)
	fmt.Printf("copied in            %.1f s (%.0f a second); aim %s\n", copying.Seconds(), float64(n)/copying.Seconds(), copyAim)
	fmt.Printf("processor time       %.1f s\n", used.Seconds())
	fmt.Printf("database             %.0f MiB\n", float64(file.Size())/(1<<20))
	fmt.Printf("peak resident memory %s\n", peak())
	fmt.Printf("started again in     %.0f ms; aim %s\n", starting.Seconds()*1000, startAim)
	return missed(copying, starting)
}

// missed says which aims are missed.
func missed(copying, starting time.Duration) error {
	var errs []error
	if copying > copyAim {
		errs = append(errs, fmt.Errorf("aim missed: copied in %s, more than %s", copying.Round(time.Second), copyAim))
	}
	if starting > startAim {
		errs = append(errs, fmt.Errorf("aim missed: started again in %s, more than %s", starting.Round(time.Millisecond), startAim))
	}
	return errors.Join(errs...)
}

// follow opens the database, brings its copy of the registry up to the newest block, looks one identity
// up, and tells how long that took and how many are registered.
func follow(ctx context.Context, url, path string) (took time.Duration, registered uint64, err error) {
	began := time.Now()
	db, err := store.Open(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	client, err := chain.NewClient(chain.ClientConfig{URLs: []string{url}, ChainID: chainID})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	follower := registry.Follow(chain.FollowerConfig{Client: client, DB: db, Contract: contract})
	if err := follower.Sync(ctx); err != nil {
		return 0, 0, err
	}
	copied := registry.New(db)
	if _, err := copied.Registered(ctx, contract); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	registered, err = copied.Count(ctx)
	return took, registered, err
}

// startEndpoint runs this program as the endpoint and waits until it serves.
func startEndpoint(ctx context.Context, cfg config) (url string, end func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-serve", "-registrations", fmt.Sprint(cfg.registrations),
		"-blocks", fmt.Sprint(cfg.blocks), "-answer", fmt.Sprint(cfg.answer))
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return err
		}
		return cmd.Wait()
	}
	url, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("endpoint: %w", err), end())
	}
	return strings.TrimSpace(url), end, nil
}

func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

// processorTime is what this process has used, in all threads.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// peak is the most memory that this process had, as Linux tells it.
func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(status)) {
		if text, found := strings.CutPrefix(line, "VmHWM:"); found {
			return strings.TrimSpace(text)
		}
	}
	return "unknown"
}
