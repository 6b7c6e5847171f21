package messaging_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

func TestUnconfirmedRequestExpires(t *testing.T) {
	bubble(t, func(t *testing.T, _ *messagingtest.Network, i, r *node) {
		in := opened(t, i, r)
		if err := in.Reply(t.Context(), text("")); err != nil {
			t.Fatal(err)
		}
		if err := in.Reply(t.Context(), text("again")); err == nil {
			t.Fatal("replied twice")
		}
		start := time.Now()
		if _, _, err := in.Await(t.Context()); !errors.Is(err, messaging.ErrExpired) || time.Since(start) > 3*time.Minute {
			t.Fatalf("await: %v after %v", err, time.Since(start))
		}
		synctest.Wait()
		if s := r.Stats(); s.Pending != 0 {
			t.Fatalf("%+v", s)
		}
	})
}

func TestUnansweredRequestExpires(t *testing.T) {
	bubble(t, func(t *testing.T, _ *messagingtest.Network, i, r *node) {
		in := opened(t, i, r)
		pass(5 * time.Minute)
		if err := in.Reply(t.Context(), text("")); !errors.Is(err, messaging.ErrExpired) {
			t.Fatalf("reply: %v", err)
		}
	})
}

// One that expired before anybody called Accept is not handed out.
func TestUnacceptedRequestExpires(t *testing.T) {
	bubble(t, func(t *testing.T, _ *messagingtest.Network, i, r *node) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := i.Open(ctx, r.peer(), text("x")); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		pass(5 * time.Minute)
		r.acceptsNothing()
	})
}

func TestDialogueLastsADay(t *testing.T) {
	bubble(t, func(t *testing.T, _ *messagingtest.Network, i, r *node) {
		atI, atR := dialogue(t, i, r)
		pass(messaging.MaxDialogue - time.Second)
		exchange(t, atI, atR, "in time")
		pass(time.Second)
		if err := atI.Send(t.Context(), text("too late")); !errors.Is(err, messaging.ErrExpired) {
			t.Fatalf("send: %v", err)
		}
		if _, err := atR.Receive(t.Context()); !errors.Is(err, messaging.ErrExpired) {
			t.Fatalf("receive: %v", err)
		}
		<-atR.Done()
	})
}

func TestPeerGone(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		atI, _ := dialogue(t, i, r)
		net.Intercept(func(messagingtest.Packet) []messagingtest.Packet { return nil })
		start := time.Now()
		if err := atI.Send(t.Context(), text("anybody?")); !errors.Is(err, messaging.ErrExpired) {
			t.Fatalf("send: %v", err)
		}
		if took := time.Since(start); took < 4*time.Minute || took > 5*time.Minute {
			t.Fatalf("gave up after %v", took)
		}
		if err := atI.Send(t.Context(), text("x")); !errors.Is(err, messaging.ErrExpired) {
			t.Fatalf("send afterwards: %v", err)
		}
	})
}
