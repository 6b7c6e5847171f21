// Command startup measures what an operator feels of "myst node": the size of the stripped program, the
// time from its start until the local API answers, and its resident memory once it idles.
//
// It builds both programs, runs a network of one process ("mystdev devnet") so that chain, hub and
// broker are there to be connected to, and starts a consumer's node against it several times, with a
// keystore of standard strength. It exits with 1 when an aim is missed, of the starts by their median. Linux only,
// because it reads /proc.
//
//	go run ./bench/startup [-runs 10] [-idle 30s]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const mebibyte = 1 << 20

// The aims, as docs/performance.md names them.
const (
	readyAim   = 200 * time.Millisecond // of the median
	idleAim    = 45 * mebibyte
	programAim = 42 * mebibyte
)

func main() {
	runs := flag.Int("runs", 10, "how many starts to time")
	idle := flag.Duration("idle", 30*time.Second, "how long the node idles before its memory is read")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *runs, *idle)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "startup:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, idle time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "myst-startup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := command(ctx, nil, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir+"/", "./cmd/...").Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	program, err := os.Stat(filepath.Join(dir, "myst"))
	if err != nil {
		return err
	}
	devnet := command(ctx, nil, filepath.Join(dir, "mystdev"), "devnet", "--dir", filepath.Join(dir, "devnet"))
	if err := devnet.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, interrupt(devnet)) }()
	// The consumer is the last part of the network to start.
	if err := await(ctx, 2*time.Minute, func() bool {
		_, err := os.Stat(filepath.Join(dir, "devnet", "consumer-1", "api.address"))
		return err == nil
	}); err != nil {
		return fmt.Errorf("devnet: %w", err)
	}
	b := bench{dir: dir, idle: idle}
	if err := b.starts(ctx, runs); err != nil {
		return err
	}
	fmt.Printf("%s/%s, %d cores, %s, CGO_ENABLED=%s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), os.Getenv("CGO_ENABLED"))
	fmt.Printf("stripped myst           %.1f MiB\n", float64(program.Size())/mebibyte)
	fmt.Printf("start to API ready      median %d ms, worst %d ms of %d\n",
		b.took[len(b.took)/2].Milliseconds(), b.took[len(b.took)-1].Milliseconds(), len(b.took))
	fmt.Printf("idle resident memory    %.1f MiB after %s (peak, while unlocking: %.0f MiB)\n",
		float64(b.resident)/mebibyte, idle, float64(b.peak)/mebibyte)
	return b.missed(program.Size())
}

// missed says which aims are missed by what was measured, and by a program of so many bytes.
func (b *bench) missed(program int64) error {
	var errs []error
	miss := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf("aim missed: "+format, args...))
		}
	}
	median := b.took[len(b.took)/2]
	miss(median > readyAim, "%d ms to API ready, more than %d", median.Milliseconds(), readyAim.Milliseconds())
	miss(b.resident > idleAim, "%.1f MiB while idle, more than %d", float64(b.resident)/mebibyte, idleAim/mebibyte)
	miss(program > programAim, "a program of %.1f MiB, more than %d", float64(program)/mebibyte, programAim/mebibyte)
	return errors.Join(errs...)
}

type bench struct {
	dir            string
	idle           time.Duration
	took           []time.Duration // sorted
	resident, peak uint64          // bytes
}

// starts starts a node runs times, and lets the last one idle.
func (b *bench) starts(ctx context.Context, runs int) error {
	data := filepath.Join(b.dir, "node")
	environment := append(os.Environ(), "MYST_DATA_DIR="+data, "MYST_PASSPHRASE=a passphrase for measuring")
	myst := filepath.Join(b.dir, "myst")
	if err := command(ctx, environment, myst, "identity", "new", "--quiet").Run(); err != nil {
		return fmt.Errorf("identity new: %w", err)
	}
	for i := range runs {
		node := command(ctx, environment, myst, "node", "--api", "127.0.0.1:0", "--log-level", "error",
			"--network", filepath.Join(b.dir, "devnet", "network.json"))
		started := time.Now()
		if err := node.Start(); err != nil {
			return err
		}
		err := await(ctx, time.Minute, func() bool { return ready(ctx, data) })
		b.took = append(b.took, time.Since(started))
		if err == nil && i == runs-1 {
			err = b.memory(ctx, node.Process.Pid)
		}
		if err := errors.Join(err, interrupt(node)); err != nil {
			return fmt.Errorf("node: %w", err)
		}
	}
	slices.Sort(b.took)
	return nil
}

// ready says whether the node's API answers a request.
func ready(ctx context.Context, data string) bool {
	address, err := os.ReadFile(filepath.Join(data, "api.address"))
	if err != nil {
		return false
	}
	token, err := os.ReadFile(filepath.Join(data, "api.token"))
	if err != nil {
		return false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+strings.TrimSpace(string(address))+"/v1/status", nil)
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

var memoryLine = regexp.MustCompile(`(?m)^(VmRSS|VmHWM):\s+(\d+) kB$`)

// memory lets the node idle and reads what it holds.
func (b *bench) memory(ctx context.Context, pid int) error {
	select {
	case <-time.After(b.idle):
	case <-ctx.Done():
		return ctx.Err()
	}
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return err
	}
	for _, line := range memoryLine.FindAllStringSubmatch(string(status), -1) {
		kilobytes, err := strconv.ParseUint(line[2], 10, 64)
		if err != nil {
			return err
		}
		if line[1] == "VmRSS" {
			b.resident = kilobytes << 10
		} else {
			b.peak = kilobytes << 10
		}
	}
	return nil
}

func command(ctx context.Context, environment []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = environment
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// interrupt ends a program as SIGINT from a terminal would.
func interrupt(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return cmd.Wait()
}

// await polls until done.
func await(ctx context.Context, limit time.Duration, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for !done() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("not ready after %s: %w", limit, ctx.Err())
		}
	}
	return nil
}
