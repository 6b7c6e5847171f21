package money

import (
	"fmt"
	"time"
)

// Price is what a provider asks for a service. The zero value is free.
type Price struct {
	// PerGiB is charged for 2³⁰ bytes, both directions added.
	PerGiB Amount `json:"per_gib"`
	// PerHour is charged for 3,600,000 ms of session time.
	PerHour Amount `json:"per_hour"`
}

const (
	bytesPerGiB   = 1 << 30
	millisPerHour = 3_600_000
)

// Due returns what a session owes in all, without its set-up charge:
// ⌊bytes · PerGiB ÷ 2³⁰⌋ + ⌊ms · PerHour ÷ 3,600,000⌋. Always call it with the
// session's totals: summing rounded parts would lose units.
func (p Price) Due(bytes uint64, elapsed time.Duration) (Amount, error) {
	if elapsed < 0 {
		return 0, fmt.Errorf("session time %v: %w", elapsed, ErrOverflow)
	}
	volume, err := p.PerGiB.MulDiv(bytes, bytesPerGiB)
	if err != nil {
		return 0, err
	}
	duration, err := p.PerHour.MulDiv(uint64(elapsed.Milliseconds()), millisPerHour)
	if err != nil {
		return 0, err
	}
	return volume.Add(duration)
}

// Free says whether nothing is charged.
func (p Price) Free() bool { return p == Price{} }
