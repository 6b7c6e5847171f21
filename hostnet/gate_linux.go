package hostnet

import (
	"fmt"
	"net/netip"
	"sync"
)

// Gate counts the packets of one session and lets pass what its byte limit allows. The kernel does both, by
// programs of ours at the device that see every packet by itself: a limit that was set holds also when this program is
// slow, stopped or dead.
//
// A packet that fits is counted and passes; one that does not is dropped, and smaller ones after it may
// still fit. The limit is never passed, not by a byte. What is above it is dropped, not held: TCP sends it again.
//
// Counted are IPv4 packets as they go through the tunnel, headers included: what came out of it (of an exit be it refused by
// its policy afterwards, of a Path what was asked for), and what got to the device's queue towards it. Both ends of a tunnel that
// loses nothing count the same. What the queue has no room for was counted by then.
//
// The methods may be called from any goroutine. After Close the setters do nothing.
type Gate struct {
	d      *gated
	addr   netip.Addr
	number uint32       // of the slot
	end    func() error // ends the traffic, and takes the gate's last reading

	crossed chan struct{}
	done    chan struct{}
	reason  error // why done is closed, if it is; set before
	once    sync.Once
	err     error // of Close

	mu             sync.Mutex
	slot           *slot // nil after the last reading
	level          uint64
	armed          bool
	sent, received uint64 // the last reading
}

// Counters returns the bytes of IP packets that this end handed into the tunnel and took out of it since the
// gate was opened; after Close the last values. Packets that the limit dropped count on neither side.
func (g *Gate) Counters() (sent, received uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read()
	return g.sent, g.received
}

// read reads the counters. g.mu is held.
func (g *Gate) read() {
	if g.slot != nil {
		g.sent, g.received = g.slot.sent.Load(), g.slot.received.Load()
	}
}

func (g *Gate) total() uint64 {
	sent, received := g.Counters()
	return sent + received
}

// SetLimit lets packets pass until sent and received bytes together would exceed total. It costs one write to
// memory.
func (g *Gate) SetLimit(total uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.slot != nil {
		g.slot.limit.Store(min(total, maxTotal))
	}
}

// SetAlarm makes Crossed receive once, as soon as sent and received bytes together are at least total: at
// once when they already are. It replaces the level set before.
func (g *Gate) SetAlarm(total uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.slot == nil {
		return
	}
	g.level, g.armed = never, false
	if total <= maxTotal {
		g.level, g.armed = total, true
	}
	g.slot.alarm.Store(g.level)
	// The programs look at the level after they have counted, and we count after we have set the level: one of us
	// sees that it is reached, or both, and then armed makes it one alarm.
	g.read()
	if g.armed && g.sent+g.received >= g.level {
		g.slot.alarm.CompareAndSwap(g.level, never)
		g.raise()
	}
}

// Crossed receives when the level of SetAlarm is reached. It has room for one value, and a value may be from an
// earlier level.
func (g *Gate) Crossed() <-chan struct{} { return g.crossed }

// raise raises the alarm. g.mu is held.
func (g *Gate) raise() {
	g.armed = false
	select {
	case g.crossed <- struct{}{}:
	default: // the reader has not taken the last one yet and will look anyway
	}
}

// reached is called when the kernel tells that a level is.
func (g *Gate) reached(level uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.slot != nil && g.armed && level == g.level {
		g.raise()
	}
}

// Done is closed when the gate has ended: by Close, or because somebody removed our table.
func (g *Gate) Done() <-chan struct{} { return g.done }

// Err says why Done is closed: nil after Close, ErrLost if the table was removed.
func (g *Gate) Err() error {
	if !g.ended() {
		return nil
	}
	return g.reason
}

func (g *Gate) ended() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}

// Close ends the gate: nothing passes any more. A second Close is harmless.
func (g *Gate) Close() error {
	g.once.Do(func() {
		if err := g.end(); err != nil {
			g.err = fmt.Errorf("close the gate of %v: %w", g.addr, err)
		}
		g.finish(nil)
	})
	return g.err
}

// seal takes the last reading; the traffic has ended.
func (g *Gate) seal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read()
	g.slot = nil
}

// finish closes Done.
func (g *Gate) finish(reason error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ended() {
		g.reason = reason
		close(g.done)
	}
}
