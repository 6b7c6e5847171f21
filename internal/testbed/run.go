//go:build linux

package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// Run calls f with what a test gets, for programs that are no tests, and returns what failed. What f registered by
// Cleanup has run by then. When ctx ends, commands on hosts are killed.
func Run(ctx context.Context, f func(t testing.TB)) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &runner{ctx: ctx}
	ended := make(chan struct{})
	go func() { // FailNow ends it
		defer close(ended)
		defer r.clean(cancel)
		f(r)
	}()
	<-ended
	return errors.Join(r.errs...)
}

// runner is a testing.TB outside of tests. The embedded one is nil: what is not below is not there.
type runner struct {
	testing.TB
	ctx context.Context

	mu       sync.Mutex
	errs     []error
	cleanups []func()
}

func (r *runner) clean(cancel context.CancelFunc) {
	cancel()
	for {
		r.mu.Lock()
		all := r.cleanups
		r.cleanups = nil
		r.mu.Unlock()
		if len(all) == 0 {
			return
		}
		for _, f := range slices.Backward(all) {
			f()
		}
	}
}

func (r *runner) Helper() {}

func (r *runner) Context() context.Context { return r.ctx }

func (r *runner) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *runner) TempDir() string {
	dir, err := os.MkdirTemp("", "myst-testbed-")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			r.Error(err)
		}
	})
	return dir
}

func (r *runner) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.errs) > 0
}

func (r *runner) fail(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, errors.New(text))
}

func (r *runner) Error(args ...any)                 { r.fail(fmt.Sprint(args...)) }
func (r *runner) Errorf(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }
func (r *runner) FailNow()                          { r.fail("ended"); runtime.Goexit() }
func (r *runner) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *runner) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *runner) Skip(args ...any)                  { r.Fatal(args...) }
func (r *runner) Log(args ...any)                   { fmt.Fprintln(os.Stderr, args...) }
func (r *runner) Logf(format string, args ...any)   { fmt.Fprintf(os.Stderr, format+"\n", args...) }
