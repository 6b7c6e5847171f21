package devnet

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Step is one finished step of the demo.
type Step struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"`
}

// script runs named steps in order, times them and says on out what happens.
type script struct {
	out   io.Writer
	steps []Step
}

// run executes one step. What do returns is shown beside the step's name and time.
func (s *script) run(ctx context.Context, name string, do func(ctx context.Context) (string, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	start := time.Now()
	detail, err := do(ctx)
	took := time.Since(start)
	if err != nil {
		_, _ = fmt.Fprintf(s.out, "  ✗ %-12s %6d ms  %v\n", name, took.Milliseconds(), err)
		return fmt.Errorf("step %q: %w", name, err)
	}
	s.steps = append(s.steps, Step{Name: name, MS: took.Milliseconds()})
	_, _ = fmt.Fprintf(s.out, "  ✓ %-12s %6d ms  %s\n", name, took.Milliseconds(), detail)
	return nil
}

// progress says what a running step is waiting for.
func (s *script) progress(format string, args ...any) {
	_, _ = fmt.Fprintf(s.out, "      · "+format+"\n", args...)
}
