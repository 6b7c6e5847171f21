// Package backoff says how long to wait before trying again.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff doubles the wait after every failure, from Min to Max, and spreads it by ±25 % so that
// many nodes do not return to a restarted server in step. The zero value is not useful.
type Backoff struct {
	Min, Max time.Duration
	next     time.Duration
}

// Next returns how long to wait after one more failure.
func (b *Backoff) Next() time.Duration {
	if b.next < b.Min {
		b.next = b.Min
	}
	wait := Jitter(b.next)
	b.next = min(2*b.next, b.Max)
	return wait
}

// Reset forgets the failures.
func (b *Backoff) Reset() { b.next = 0 }

// Jitter returns d ± 25 %.
func Jitter(d time.Duration) time.Duration {
	if d < 4 {
		return d
	}
	return d - d/4 + time.Duration(rand.Int64N(int64(d/2))) //nolint:gosec // spreading load needs no secret randomness
}

// Sleep waits, or returns ctx's error when that ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
