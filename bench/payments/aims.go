package main

import "fmt"

// The aims, as docs/performance.md names them. The first two are of builds with cgo.
const (
	storedAim = 5_000    // promises a second of one core, as soon as sessions share commits
	ratioAim  = 1.3      // times the check alone, at many sessions
	idleAim   = 16 << 10 // bytes of an idle session

	sharing = 100    // sessions: fewer wait for the disk, one for each of its promises
	many    = 10_000 // sessions
	counted = 1_000  // sessions: of fewer, the memory of one is lost among everything else's
)

// figures are the medians of a load's rounds.
type figures struct {
	sessions            int
	stored, ratio, idle float64
}

// missed says which aims the figures miss.
func (f figures) missed(cgo bool) (aims []string) {
	miss := func(is bool, format string, args ...any) {
		if is {
			aims = append(aims, fmt.Sprintf("%d sessions: ", f.sessions)+fmt.Sprintf(format, args...))
		}
	}
	miss(cgo && f.sessions >= sharing && f.stored < storedAim, "%.0f promises stored per second of one core, fewer than %d", f.stored, storedAim)
	miss(cgo && f.sessions >= many && f.ratio > ratioAim, "%.2f × the check alone, more than %.1f", f.ratio, ratioAim)
	miss(f.sessions >= counted && f.idle > idleAim, "%.1f KiB for an idle session, more than %d", f.idle/1024, idleAim>>10)
	return aims
}
