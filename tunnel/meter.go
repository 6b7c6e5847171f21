package tunnel

import (
	"math"
	"sync"
	"sync/atomic"
)

// Meter counts a tunnel's bytes and holds them to its limit. Drivers embed it: it is the part of
// Tunnel that all of them share, Counters, SetLimit, SetAlarm and Crossed. Its methods may be called
// from any goroutine. Make one with NewMeter.
type Meter struct {
	// total is reserved before sent or received grow, so that their sum never passes the limit.
	total, sent, received atomic.Uint64
	limit, alarm          atomic.Uint64
	crossed               chan struct{}

	mu      sync.Mutex
	raised  chan struct{} // closed by the next SetLimit; made by the first waiter
	waiting bool
}

// NewMeter returns a meter with limit 0 and no alarm.
func NewMeter() *Meter {
	m := &Meter{crossed: make(chan struct{}, 1)}
	m.alarm.Store(math.MaxUint64)
	return m
}

// Counters returns what was counted so far.
func (m *Meter) Counters() Counters {
	return Counters{Sent: m.sent.Load(), Received: m.received.Load()}
}

// SetLimit implements Tunnel.
func (m *Meter) SetLimit(total uint64) {
	m.limit.Store(total)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.waiting {
		m.waiting = false
		close(m.raised)
	}
}

// SetAlarm implements Tunnel.
func (m *Meter) SetAlarm(total uint64) {
	m.alarm.Store(total)
	m.checkAlarm()
}

// Crossed implements Tunnel.
func (m *Meter) Crossed() <-chan struct{} { return m.crossed }

// Send counts a packet of n bytes that this end is about to hand into the tunnel. While the limit
// leaves no room for it, it waits; false means that stop was closed first and nothing was counted.
func (m *Meter) Send(n int, stop <-chan struct{}) bool {
	return m.count(&m.sent, uint64(n), stop)
}

// TrySend is Send without the wait: false means that the limit leaves no room.
func (m *Meter) TrySend(n int) bool { return m.try(&m.sent, uint64(n)) }

// Receive does for a packet that arrived what Send does for one that leaves.
func (m *Meter) Receive(n int, stop <-chan struct{}) bool {
	return m.count(&m.received, uint64(n), stop)
}

// TryReceive is Receive without the wait.
func (m *Meter) TryReceive(n int) bool { return m.try(&m.received, uint64(n)) }

func (m *Meter) count(counter *atomic.Uint64, n uint64, stop <-chan struct{}) bool {
	for !m.try(counter, n) {
		raised := m.wait()
		// The limit may have been raised between the two lines above.
		if m.try(counter, n) {
			return true
		}
		select {
		case <-raised:
		case <-stop:
			return false
		}
	}
	return true
}

func (m *Meter) try(counter *atomic.Uint64, n uint64) bool {
	if !m.reserve(n) {
		return false
	}
	counter.Add(n)
	m.checkAlarm()
	return true
}

func (m *Meter) reserve(n uint64) bool {
	for {
		total := m.total.Load()
		limit := m.limit.Load()
		if total > limit || n > limit-total {
			return false
		}
		if m.total.CompareAndSwap(total, total+n) {
			return true
		}
	}
}

func (m *Meter) wait() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.waiting {
		m.waiting = true
		m.raised = make(chan struct{})
	}
	return m.raised
}

func (m *Meter) checkAlarm() {
	level := m.alarm.Load()
	if level == math.MaxUint64 || m.Counters().Total() < level {
		return
	}
	if m.alarm.CompareAndSwap(level, math.MaxUint64) {
		select {
		case m.crossed <- struct{}{}:
		default: // the reader has not taken the last one yet and will look anyway
		}
	}
}
