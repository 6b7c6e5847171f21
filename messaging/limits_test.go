package messaging_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

// One source's flood of first flights is refused, and others are served.
func TestRationPerSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, flooder := newNode(t, net, nil), newNode(t, net, nil)
		r := newNode(t, net, func(c *messaging.Config) { c.Limits = messaging.Limits{Rate: 1, Burst: 5, TotalRate: 1000} })
		for range 25 {
			f := messaging.NewForgery(domain, flooder.key, r.key.Address(), r.body(), time.Now())
			f.Unsign = true
			r.inject(flooder.key.Address(), f.Envelope())
		}
		synctest.Wait()
		rationed := 0
		for _, err := range r.refusals.take() {
			if errors.Is(err, messaging.ErrRation) {
				rationed++
			}
		}
		if rationed != 20 {
			t.Fatalf("%d of 25 refused for the ration, want 20", rationed)
		}
		dialogue(t, i, r)
	})
}

func TestRationInAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		r := newNode(t, net, func(c *messaging.Config) { c.Limits = messaging.Limits{TotalRate: 4} })
		for n := range 20 {
			k := fresh(t)
			f := messaging.NewForgery(domain, k, r.key.Address(), r.body(), time.Now())
			f.Dialogue[0] = byte(n)
			f.Unsign = true
			r.inject(k.Address(), f.Envelope())
		}
		synctest.Wait()
		rationed := 0
		for _, err := range r.refusals.take() {
			if errors.Is(err, messaging.ErrRation) {
				rationed++
			}
		}
		if rationed != 15 {
			t.Fatalf("%d of 20 refused for the ration, want 15", rationed)
		}
	})
}

// What a replayable first flight can occupy is bounded: for one identity, in all, and in the memory.
func TestPendingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		r := newNode(t, net, func(c *messaging.Config) { c.Limits.Pending, c.Limits.PendingPerPeer, c.Limits.Remembered = 5, 2, 7 })
		flights := 0
		first := func(k *identity.Key) {
			f := messaging.NewForgery(domain, k, r.key.Address(), r.body(), time.Now())
			flights++
			f.Dialogue[0], f.SignedDialogue[0] = byte(flights), byte(flights)
			r.inject(k.Address(), f.Envelope())
			synctest.Wait()
		}
		greedy := fresh(t)
		first(greedy)
		first(greedy)
		first(greedy)
		r.refuses(1, messaging.ErrFull)
		for range 3 {
			first(fresh(t))
		}
		first(fresh(t))
		r.refuses(1, messaging.ErrFull)
		if s := r.Stats(); s.Pending != 5 || s.Accepted != 5 {
			t.Fatalf("%+v", s)
		}
		// Their time over, there is room again, except in the memory of replays.
		for range 5 {
			in, err := r.Accept(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			in.Close()
		}
		first(greedy)
		first(greedy)
		first(fresh(t))
		r.refuses(1, messaging.ErrFull)
		pass(15 * time.Minute)
		first(greedy)
		r.refuses(0, nil)
	})
}

func TestDialoguesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i := newNode(t, net, nil)
		r := newNode(t, net, func(c *messaging.Config) { c.Limits.Dialogues = 1 })
		_, atR := dialogue(t, i, r)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if _, err := i.Open(ctx, r.peer(), text("x")); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		r.refuses(1, messaging.ErrFull)
		if _, err := r.Open(t.Context(), i.peer(), text("x")); !errors.Is(err, messaging.ErrFull) {
			t.Fatal(err)
		}
		if err := atR.Close(); err != nil {
			t.Fatal(err)
		}
		dialogue(t, i, r)
	})
}
