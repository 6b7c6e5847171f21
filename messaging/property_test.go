package messaging_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

// fate is what the channel does to one packet, receipts included.
type fate int

const (
	deliver fate = iota
	lose
	double
	keep     // until some packets later
	tamperIt // flip a bit
	fates
)

// weather decides every packet's fate, in the order in which they come.
type weather struct {
	mu     sync.Mutex
	plan   []fate
	next   int
	kept   []messagingtest.Packet
	played []messagingtest.Packet // everything, to be played again at the end
}

func (w *weather) middle(p messagingtest.Packet) []messagingtest.Packet {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !p.Receipt {
		w.played = append(w.played, p)
	}
	f := deliver
	if w.next < len(w.plan) {
		f = w.plan[w.next]
		w.next++
	}
	out := []messagingtest.Packet{p}
	switch f {
	case lose:
		out = nil
	case double:
		out = []messagingtest.Packet{p, p}
	case keep:
		w.kept = append(w.kept, p)
		return nil
	case tamperIt:
		forged := p
		forged.Envelope = append([]byte(nil), p.Envelope...)
		forged.Envelope[w.next*7919%len(forged.Envelope)] ^= 1 << (w.next % 8)
		forged.Receipt = false
		out = []messagingtest.Packet{forged, p}
	default:
	}
	if len(w.kept) > 2 { // what was kept comes back in the wrong order
		for n := len(w.kept) - 1; n >= 0; n-- {
			out = append(out, w.kept[n])
		}
		w.kept = nil
	}
	return out
}

// bubbled keeps rapid from asking for the test's real deadline, which a bubble has not.
type bubbled struct{ rapid.TB }

// Whatever the channel does, each end receives exactly what the other sent: in order, once, and if it ends early,
// a prefix of it.
func TestDeliveryProperty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubbled{t}, func(rt *rapid.T) {
			w := &weather{}
			for _, f := range rapid.SliceOfN(rapid.IntRange(0, int(fates)-1), 0, 120).Draw(rt, "fates") {
				w.plan = append(w.plan, fate(f))
			}
			toR, toI := rapid.IntRange(0, 12).Draw(rt, "messages to r"), rapid.IntRange(0, 12).Draw(rt, "messages to i")
			stop := rapid.IntRange(0, 12).Draw(rt, "r reads so many and closes")
			deliveryProperty(t, rt, w, toR, toI, stop)
		})
	})
}

func deliveryProperty(t *testing.T, rt *rapid.T, w *weather, toR, toI, stop int) {
	net := messagingtest.NewNetwork()
	net.Intercept(w.middle)
	limits := func(c *messaging.Config) { c.Limits.Queue = 2 }
	i, r := newNode(t, net, limits), newNode(t, net, limits)
	defer i.stop()
	defer r.stop()
	atI, atR := dialogue(t, i, r)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	var group sync.WaitGroup
	sent := map[*messaging.Dialogue]*int{atI: new(int), atR: new(int)}
	send := func(d *messaging.Dialogue, n int) {
		for k := range n {
			if err := d.Send(ctx, text(fmt.Sprint(k))); err != nil {
				return // the other end closed
			}
			*sent[d]++
		}
	}
	read := func(d *messaging.Dialogue, n int) (got int) {
		for k := range n {
			m, err := d.Receive(ctx)
			if err != nil {
				return k
			}
			if string(m.Body) != fmt.Sprint(k) {
				rt.Errorf("message %d is %q", k, m.Body)
			}
		}
		return n
	}
	var gotR, gotI int
	group.Go(func() { send(atI, toR) })
	group.Go(func() { send(atR, toI) })
	group.Go(func() { gotI = read(atI, toI) })
	group.Go(func() { gotR = read(atR, min(stop, toR)) })
	if stop >= toR {
		group.Wait()
		if gotR != toR || gotI != toI || *sent[atI] != toR || *sent[atR] != toI {
			rt.Fatalf("r got %d of %d, i got %d of %d", gotR, toR, gotI, toI)
		}
	} else {
		synctest.Wait()
	}
	// Then the channel plays everything again.
	net.Intercept(nil)
	for _, p := range w.played {
		net.Deliver(p)
	}
	synctest.Wait()
	if stop >= toR {
		brief, done := context.WithTimeout(ctx, time.Second)
		defer done()
		for _, d := range []*messaging.Dialogue{atI, atR} {
			if m, err := d.Receive(brief); err == nil {
				rt.Fatalf("%q came again", m.Body)
			}
		}
	}
	_, _ = atI.Close(), atR.Close() // never fail
	group.Wait()
	if gotR > toR || gotI > toI {
		rt.Fatal("more came than was sent")
	}
}
