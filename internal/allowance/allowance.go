// Package allowance gives everybody who asks for something an allowance of their own, in bounded memory.
package allowance

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Table holds an allowance for each key. Safe for concurrent use.
type Table[K comparable] struct {
	perSecond rate.Limit
	burst     int
	capacity  int
	clock     func() time.Time

	mu     sync.Mutex
	known  map[K]*rate.Limiter
	others *rate.Limiter // of those that found the table full
}

// New makes a table: perSecond for each key in the long run, burst at once. Keys beyond capacity share one
// allowance.
func New[K comparable](perSecond float64, burst, capacity int, clock func() time.Time) *Table[K] {
	t := &Table[K]{
		perSecond: rate.Limit(perSecond), burst: max(1, burst), capacity: capacity, clock: clock,
		known: map[K]*rate.Limiter{},
	}
	t.others = rate.NewLimiter(t.perSecond, t.burst)
	return t
}

// Allow takes one out of a key's allowance, if there is one left.
func (t *Table[K]) Allow(key K) bool {
	now := t.clock()
	t.mu.Lock()
	defer t.mu.Unlock()
	allowance := t.known[key]
	if allowance == nil {
		if len(t.known) >= t.capacity {
			t.forget(now)
		}
		if len(t.known) >= t.capacity {
			return t.others.AllowN(now, 1)
		}
		allowance = rate.NewLimiter(t.perSecond, t.burst)
		t.known[key] = allowance
	}
	return allowance.AllowN(now, 1)
}

// AllowOther takes one out of the allowance that those share who have no key.
func (t *Table[K]) AllowOther() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.others.AllowN(t.clock(), 1)
}

// Len returns how many keys have an allowance of their own.
func (t *Table[K]) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.known)
}

// forget drops the keys whose allowance is full again: a new entry is worth the same.
func (t *Table[K]) forget(now time.Time) {
	for key, allowance := range t.known {
		if allowance.TokensAt(now) >= float64(t.burst) {
			delete(t.known, key)
		}
	}
}
