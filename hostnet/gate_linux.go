package hostnet

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/nftables"
)

// Gate counts the packets of one session and lets pass what its byte limit allows. The kernel does both: a
// limit that was set holds also when this program is slow, stopped or dead.
//
// Three named objects of nftables are behind the limit. Every packet is first counted on the quota
// "limit". If that holds no more, the packet is counted on the counter "dropped", and dropped; else it passes
// and is counted as sent or received. So at any time what the quota has consumed is what has passed
// and what was dropped, and a quota of
//
//	limit + dropped
//
// bytes lets just limit bytes pass. A packet that is dropped between reading the counter and
// setting the quota makes the quota too small, never too large; so it is set again until nothing was
// dropped meanwhile, and again after the kernel has told that it is used up (see relieve).
//
// What is above the limit is dropped, not held: TCP sends it again. A local sender of UDP may see EPERM.
//
// Packets are counted as the kernel's rules see them. When the kernel forwards what a network card or its own TCP has
// joined (GRO, GSO), dozens of TCP packets are one here, with one header: up to 4 % less than what the other end
// counts. And packets that are lost in the device's queue were counted before.
//
// The methods may be called from any goroutine. After Close the setters do nothing.
type Gate struct {
	m   *meters
	key string       // tells its chains and objects from those of other gates, also of ones before
	end func() error // takes the gate out of the table; its traffic is dropped before it returns

	crossed chan struct{}
	done    chan struct{}
	reason  error // why done is closed, if it is; set before
	once    sync.Once
	err     error // of Close

	limits sync.Mutex // held while the quota of the limit is changed
	limit  uint64
	quota  uint64        // bytes of the quota as set last
	delay  time.Duration // until the next relief
	due    time.Time     // of the next relief
	relief uint64        // what had passed at the last one

	alarms sync.Mutex // held while the quota of the alarm is changed
	level  uint64
	armed  bool

	counts         sync.Mutex // held while the counters are read, so that they never go back
	sent, received uint64

	starved atomic.Bool // the limit's quota was used up since it was set
	closed  atomic.Bool // changes with limits and alarms held
}

// tries bounds how often a limit is set while packets are being dropped.
const tries = 4

// A gate whose quota was used up by what it dropped is relieved after a moment, which grows while
// that helps nobody.
const (
	shortestDelay = 10 * time.Millisecond
	longestDelay  = time.Second
	// smallestPacket is an IPv4 header: with less room than that nothing can pass.
	smallestPacket = 20
)

func newGate(m *meters, key string) *Gate {
	return &Gate{m: m, key: key, crossed: make(chan struct{}, 1), done: make(chan struct{}), delay: shortestDelay}
}

// name is that of a chain or object of this gate.
func (g *Gate) name(what string) string { return what + "-" + g.key }

// addTo makes the gate's objects, with limit 0 and no alarm.
func (g *Gate) addTo(b *batch) {
	b.conn.AddObj(&nftables.QuotaObj{Table: b.table, Name: g.name("limit"), Over: true})
	b.conn.AddObj(&nftables.QuotaObj{Table: b.table, Name: g.name("alarm"), Bytes: maxQuota, Over: true})
	for _, what := range []string{"dropped", "sent", "received"} {
		b.conn.AddObj(&nftables.CounterObj{Table: b.table, Name: g.name(what)})
	}
}

// removeFrom deletes the gate's objects, once no rule uses them.
func (g *Gate) removeFrom(b *batch) {
	for _, what := range []string{"limit", "alarm"} {
		b.conn.DeleteObject(&nftables.QuotaObj{Table: b.table, Name: g.name(what)})
	}
	for _, what := range []string{"dropped", "sent", "received"} {
		b.conn.DeleteObject(&nftables.CounterObj{Table: b.table, Name: g.name(what)})
	}
}

// meter ends a chain: what comes there passes the limit, is counted on the counter of that direction and on
// the alarm, and is accepted.
func (g *Gate) meter(b *batch, chain, direction string) {
	b.add(chain, quota(g.name("limit")), counter(g.name("dropped")), drop())
	b.add(chain, counter(g.name(direction)), quota(g.name("alarm")))
	b.add(chain, accept())
}

// Counters returns the bytes of IP packets that this end handed into the tunnel and took out of it since the
// gate was opened; after Close the last values. Packets that the limit or the exit policy dropped count on neither
// side.
func (g *Gate) Counters() (sent, received uint64) {
	g.counts.Lock()
	defer g.counts.Unlock()
	if !g.ended() {
		g.count()
	}
	return g.sent, g.received
}

// count reads the counters. g.counts is held.
func (g *Gate) count() {
	values, err := g.m.objects.counters(g.name("sent"), g.name("received"))
	if err != nil {
		g.m.complain("read the counters of a session", err)
		return
	}
	g.sent, g.received = max(g.sent, values[0]), max(g.received, values[1])
}

func (g *Gate) total() uint64 {
	sent, received := g.Counters()
	return sent + received
}

// SetLimit lets packets pass until sent and received bytes together would exceed total. It is
// exact whatever passes meanwhile, and costs a system call or two.
func (g *Gate) SetLimit(total uint64) {
	g.limits.Lock()
	defer g.limits.Unlock()
	if g.closed.Load() {
		return
	}
	g.limit, g.delay = total, shortestDelay
	g.apply(false)
}

// apply sets the quota to what the limit needs, again if it was so already. g.limits is held.
func (g *Gate) apply(again bool) {
	for range tries {
		dropped, err := g.m.objects.counters(g.name("dropped"))
		if err != nil {
			g.m.complain("read what a session's limit dropped", err)
			return
		}
		bytes := uint64(maxQuota)
		if g.limit < maxQuota-min(dropped[0], maxQuota) {
			bytes = g.limit + dropped[0]
		}
		if bytes == g.quota && !again {
			return
		}
		if err := g.m.objects.setQuota(g.name("limit"), bytes); err != nil {
			g.m.complain("set the limit of a session", err)
			return
		}
		g.quota, again = bytes, false
	}
}

// relieve sets the quota of a gate anew after it was used up. A dropped packet that was larger than what the
// limit left has used up the quota for smaller ones too, such as the parts in which TCP sends the large one
// again. It returns when to come back, or zero.
func (g *Gate) relieve(now time.Time) time.Duration {
	if !g.starved.Load() {
		return 0
	}
	g.limits.Lock()
	defer g.limits.Unlock()
	if wait := g.due.Sub(now); wait > 0 {
		return wait
	}
	g.starved.Store(false)
	total := g.total()
	if g.closed.Load() || total > g.limit || g.limit-total < smallestPacket {
		return 0
	}
	if total != g.relief {
		g.relief, g.delay = total, shortestDelay
	}
	g.apply(true)
	g.due = now.Add(g.delay)
	g.delay = min(2*g.delay, longestDelay)
	return 0
}

// SetAlarm makes Crossed receive once, as soon as sent and received bytes together are at least total: at
// once when they already are. It replaces the level set before.
func (g *Gate) SetAlarm(total uint64) {
	g.alarms.Lock()
	defer g.alarms.Unlock()
	if g.closed.Load() {
		return
	}
	g.level, g.armed = min(total, maxQuota), total <= maxQuota
	if g.check() || !g.armed {
		return
	}
	if err := g.m.objects.setQuota(g.name("alarm"), g.level); err != nil {
		g.m.complain("set the alarm of a session", err)
	}
	// The level may have been passed before the quota could tell.
	g.check()
}

// Crossed receives when the level of SetAlarm is reached. It has room for one value, and a value may be from an
// earlier level.
func (g *Gate) Crossed() <-chan struct{} { return g.crossed }

// check raises the alarm if it is due, and returns whether it was. g.alarms is held.
func (g *Gate) check() bool {
	if !g.armed || g.total() < g.level {
		return false
	}
	g.raise()
	return true
}

// raise raises the alarm. g.alarms is held.
func (g *Gate) raise() {
	g.armed = false
	select {
	case g.crossed <- struct{}{}:
	default: // the reader has not taken the last one yet and will look anyway
	}
}

// usedUp is called when the kernel tells that a quota of the gate is.
func (g *Gate) usedUp(what string, bytes uint64) {
	if what == "limit" {
		g.starved.Store(true)
		g.m.nudge()
		return
	}
	g.alarms.Lock()
	defer g.alarms.Unlock()
	if g.armed && bytes == g.level {
		g.raise()
	}
}

// missed is called when the kernel could not tell what happened.
func (g *Gate) missed() {
	g.starved.Store(true)
	g.alarms.Lock()
	defer g.alarms.Unlock()
	g.check()
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
		g.shut()
		if err := g.end(); err != nil {
			g.err = fmt.Errorf("close the gate of %s: %w", g.key, err)
		}
		g.finish(nil)
	})
	return g.err
}

// shut makes the setters do nothing, and waits for those that do something: a quota that is set after
// it was deleted would be made anew.
func (g *Gate) shut() {
	g.limits.Lock()
	defer g.limits.Unlock()
	g.alarms.Lock()
	defer g.alarms.Unlock()
	g.closed.Store(true)
}

// final reads the counters for the last time.
func (g *Gate) final() {
	g.counts.Lock()
	defer g.counts.Unlock()
	if !g.ended() {
		g.count()
	}
}

// finish closes Done.
func (g *Gate) finish(reason error) {
	g.counts.Lock()
	defer g.counts.Unlock()
	if !g.ended() {
		g.reason = reason
		close(g.done)
	}
}
