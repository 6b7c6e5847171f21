package exit

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// toldEvery is how often the operator is told of refusals, at most: consumers choose how many there are.
const toldEvery = time.Minute

// refusal is an error that wraps ErrRefused. Its reason is one of a few, whatever the destination was.
type refusal struct {
	reason string
	cause  error // nil mostly
}

// Error implements error.
func (r *refusal) Error() string {
	text := ErrRefused.Error() + ": " + r.reason
	if r.cause != nil {
		text += ": " + r.cause.Error()
	}
	return text
}

// Unwrap returns ErrRefused and the cause.
func (r *refusal) Unwrap() []error {
	if r.cause == nil {
		return []error{ErrRefused}
	}
	return []error{ErrRefused, r.cause}
}

// refusals counts by reason what was refused.
type refusals struct {
	log *slog.Logger
	now func() time.Time

	mu     sync.Mutex
	counts map[string]uint64 // since the operator was told
	told   time.Time         // zero means never
}

// count notes a refusal, which it returns. What comes within toldEvery of the last line is in the next one.
func (c *refusals) count(r *refusal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[r.reason]++
	now := c.now()
	if age := now.Sub(c.told); !c.told.IsZero() && age >= 0 && age < toldEvery {
		return r
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(c.counts)) {
		parts = append(parts, fmt.Sprintf("%d × %s", c.counts[reason], reason))
	}
	c.log.Info("the exit policy refused consumers' destinations", "refused", strings.Join(parts, ", "))
	clear(c.counts)
	c.told = now
	return r
}
