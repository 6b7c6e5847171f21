package messaging

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxSources is how many sources have a ration of their own at one time.
const maxSources = 8192

// rations limits decryptions, for each source and in all, so that one peer's flood is
// that peer's problem.
type rations struct {
	limits Limits

	mu    sync.Mutex
	total *rate.Limiter
	// Two generations bound the memory: when new is full it becomes old, and what was old and unused is gone.
	young, old map[string]*rate.Limiter
}

func newRations(l Limits) *rations {
	return &rations{
		limits: l, total: rate.NewLimiter(rate.Limit(l.TotalRate), int(l.TotalRate)+1),
		young: map[string]*rate.Limiter{},
	}
}

// allow takes one decryption off the source's ration.
func (r *rations) allow(source string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.young[source]
	if own == nil {
		if own = r.old[source]; own == nil {
			own = rate.NewLimiter(rate.Limit(r.limits.Rate), r.limits.Burst)
		}
		if len(r.young) >= maxSources {
			r.old, r.young = r.young, map[string]*rate.Limiter{}
		}
		r.young[source] = own
	}
	return own.AllowN(now, 1) && r.total.AllowN(now, 1)
}

// replayMemory remembers accepted first flights until they expire.
type replayMemory struct {
	limit int

	mu   sync.Mutex
	seen map[[32]byte]remembered // by SHA-256 of the encapsulation
}

type remembered struct {
	envelope [32]byte
	until    time.Time
}

func newReplayMemory(limit int) *replayMemory {
	return &replayMemory{limit: limit, seen: map[[32]byte]remembered{}}
}

// find returns the envelope that brought an encapsulation.
func (m *replayMemory) find(enc [32]byte) (envelope [32]byte, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.seen[enc]
	return r.envelope, ok
}

// remember returns false when the memory is full.
func (m *replayMemory) remember(enc, envelope [32]byte, until time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) >= m.limit {
		return false
	}
	m.seen[enc] = remembered{envelope: envelope, until: until}
	return true
}

// forget drops what nobody could replay any more.
func (m *replayMemory) forget(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for enc, r := range m.seen {
		if now.After(r.until) {
			delete(m.seen, enc)
		}
	}
}
