package payments

import (
	"fmt"
	"time"
)

const (
	// slack is how many bytes two meters may differ whatever the total.
	slack = 64 << 10
	// settled is after how long what was sent has arrived or is lost.
	settled = 5 * time.Second
	// lossShare is which part of what was sent may be lost: 1/20.
	lossShare = 20
	// markEvery and marks make a history of what was sent that is longer than settled.
	markEvery = 500 * time.Millisecond
	marks     = 32
)

// auditor holds a consumer's reports against what the provider sent. Each bill carries the newest mark and each
// payment echoes it, which proves that a report was made after that mark; data that was sent five seconds
// before it must be in the report, or is lost.
type auditor struct {
	ring   [marks]mark
	newest uint64 // number of the newest mark; they start at 1
}

type mark struct {
	at      time.Time
	sent    uint64
	elapsed time.Duration
}

// stamp notes what was sent until now, at most every half second, and returns the newest mark's
// number.
func (a *auditor) stamp(now time.Time, sent uint64, elapsed time.Duration) uint64 {
	if a.newest == 0 || now.Sub(a.ring[a.newest%marks].at) >= markEvery {
		a.newest++
		a.ring[a.newest%marks] = mark{at: now, sent: sent, elapsed: elapsed}
	}
	return a.newest
}

func (a *auditor) mark(n uint64) (mark, bool) {
	if n == 0 || n > a.newest || n+marks <= a.newest {
		return mark{}, false
	}
	return a.ring[n%marks], true
}

// tooMuch says whether the peer reports more than it can have received.
func tooMuch(reported, sent uint64) bool { return reported > sent+slack }

// judge returns ErrMeter if the report of a consumer that had seen mark echo is out of bounds.
func (a *auditor) judge(reported, sent, echo uint64) error {
	if tooMuch(reported, sent) {
		return fmt.Errorf("%w: peer reports %d bytes of %d sent", ErrMeter, reported, sent)
	}
	seen, ok := a.mark(echo)
	if !ok {
		return nil
	}
	for n := echo; n > 0; n-- {
		m, ok := a.mark(n)
		if !ok {
			break
		}
		if seen.at.Sub(m.at) < settled {
			continue
		}
		if reported+slack < m.sent-m.sent/lossShare {
			return fmt.Errorf("%w: peer reports %d bytes, %d were sent long before", ErrMeter, reported, m.sent)
		}
		break
	}
	return nil
}

// judgeTime does the same for session time, which nothing delays.
func (a *auditor) judgeTime(reported time.Duration, echo uint64) error {
	if m, ok := a.mark(echo); ok && reported+settled < m.elapsed-m.elapsed/lossShare {
		return fmt.Errorf("%w: peer reports %v of session time, %v had passed", ErrMeter, reported, m.elapsed)
	}
	return nil
}

// forgive takes time off every mark.
func (a *auditor) forgive(missing time.Duration) {
	for i := range a.ring {
		a.ring[i].elapsed = max(a.ring[i].elapsed-missing, 0)
	}
}

// lost returns how much of what was sent and not reported counts as lost for now: at most one
// twentieth.
func lost(sent, reported uint64) uint64 {
	if sent <= reported {
		return 0
	}
	return min(sent-reported, sent/lossShare)
}

// stopwatch counts billed time. It is stopped while anything holds it.
type stopwatch struct {
	counted time.Duration
	since   time.Time // when it last began to run
	first   time.Time // when it began to run
	started bool
	holds   uint8
}

// Why a stopwatch is held.
const (
	holdProbes uint8 = 1 << iota // the consumer's probes fail
	holdLimit                    // the provider has stopped the traffic
	holdEnd                      // the session is over
)

func (s *stopwatch) start(now time.Time) {
	if !s.started {
		s.started, s.since, s.first = true, now, now
	}
}

func (s *stopwatch) elapsed(now time.Time) time.Duration {
	if !s.started || s.holds != 0 {
		return s.counted
	}
	return s.counted + now.Sub(s.since)
}

func (s *stopwatch) hold(why uint8, now time.Time) {
	s.counted, s.holds = s.elapsed(now), s.holds|why
}

func (s *stopwatch) release(why uint8, now time.Time) {
	if s.holds&why == 0 {
		return
	}
	s.holds &^= why
	s.since = now
}
