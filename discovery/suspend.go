package discovery

import (
	"errors"
	"time"
)

// Suspend takes all proposals back until Resume, and has their Problem say why, which must not be empty. Requests for them are
// refused from now on. Suspending again only changes why.
func (a *Announcer) Suspend(why string) error {
	now := a.cfg.Clock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.suspended = why
	var failed []error
	for _, s := range a.services {
		if s.withdrawn {
			continue
		}
		if err := s.takeBack(now); err != nil {
			failed = append(failed, err)
			continue
		}
		s.current, s.superseded = nil, nil
	}
	a.wake()
	return errors.Join(failed...)
}

// Resume announces again what Suspend took back; without Suspend before, it does nothing.
func (a *Announcer) Resume() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.suspended == "" {
		return
	}
	// Everything is signed anew, as for another key.
	a.suspended, a.keyBody, a.signed = "", nil, time.Time{}
	select {
	case a.resign <- struct{}{}:
	default: // is asked for already
	}
}
