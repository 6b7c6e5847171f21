package chain

import (
	"errors"
	"fmt"
	"time"
)

// ErrClock says that this machine's clock and the newest block are too far apart to sign anything that expires.
var ErrClock = errors.New("this machine's clock is wrong, or the chain stands still")

// Expiry returns when what is signed now shall expire, so that it can get into a block for its life at least, and for less
// than twice that. The contract takes nothing that expires later than an hour after the block: a life is half an hour at most.
// Error: ErrClock when the clock and the block are a life apart, and none would do by both.
func (h Head) Expiry(now time.Time, life time.Duration) (time.Time, error) {
	off, side := now.Sub(h.Time), "ahead of"
	if off < 0 {
		off, side = -off, "behind"
	}
	if off >= life {
		return time.Time{}, fmt.Errorf("%w: it is %s %s the chain's newest block; 'myst doctor' looks at both", ErrClock, off.Round(time.Second), side)
	}
	if now.Before(h.Time) {
		now = h.Time
	}
	return now.Add(life), nil
}
