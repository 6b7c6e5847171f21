package messaging_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

func TestDialogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		in := make(chan *messaging.Incoming, 1)
		go func() {
			got, _ := r.Accept(t.Context()) // nil would fail below
			if err := got.Reply(t.Context(), text("reply")); err != nil {
				t.Error(err)
			}
			in <- got
		}()
		o, err := i.Open(t.Context(), r.peer(), text("request"))
		if err != nil {
			t.Fatal(err)
		}
		incoming := <-in
		if incoming.Peer() != i.key.Address() || string(incoming.Message().Body) != "request" || string(o.Reply().Body) != "reply" {
			t.Fatalf("from %s: %q, reply %q", incoming.Peer(), incoming.Message().Body, o.Reply().Body)
		}
		if s := r.Stats(); s.Pending != 1 || s.Dialogues != 0 {
			t.Fatalf("before flight 3: %+v", s)
		}
		atI, err := o.Confirm(t.Context(), text("start"))
		if err != nil {
			t.Fatal(err)
		}
		atR, start, err := incoming.Await(t.Context())
		if err != nil || string(start.Body) != "start" {
			t.Fatal(start, err)
		}
		if s := r.Stats(); s.Pending != 0 || s.Dialogues != 1 {
			t.Fatalf("after flight 3: %+v", s)
		}
		if atI.Peer() != r.key.Address() || atR.Peer() != i.key.Address() {
			t.Fatal("wrong peers")
		}
		for n := range 20 {
			exchange(t, atI, atR, fmt.Sprint("to r ", n))
			exchange(t, atR, atI, fmt.Sprint("to i ", n))
		}
		incoming.Close() // harmless now
		o.Close()
		exchange(t, atI, atR, "still there")
		if s := i.Stats(); s.Refused != 0 || s.Resent != 0 {
			t.Fatalf("on a perfect channel: %+v", s)
		}
	})
}

func TestExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		atI, atR := dialogue(t, i, r)
		other, _ := dialogue(t, i, r)
		seen := map[[32]byte]bool{{}: true}
		for _, label := range []string{"", "myst/tunnel/v1", "myst/tunnel/v2"} {
			secret := atI.Export(label)
			if secret != atR.Export(label) {
				t.Fatalf("the ends disagree about %q", label)
			}
			if seen[secret] || seen[other.Export(label)] {
				t.Fatalf("secret %q is not its own", label)
			}
			seen[secret], seen[other.Export(label)] = true, true
		}
		before := atI.Export("x")
		exchange(t, atI, atR, "a message")
		if err := atI.Close(); err != nil {
			t.Fatal(err)
		}
		if atI.Export("x") != before {
			t.Fatal("the secret changed")
		}
	})
}

// Keys are replaced after every message, and gone when the dialogue is.
func TestKeysMoveOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		atI, atR := dialogue(t, i, r)
		seen := map[[32]byte]bool{{}: true}
		for n := range 5 {
			in, out := atR.Keys()
			if theirIn, theirOut := atI.Keys(); theirIn != out || theirOut != in || in == out {
				t.Fatal("the ends' keys do not pair")
			}
			if seen[in] || n == 0 && seen[out] {
				t.Fatal("a key was kept")
			}
			seen[in] = true
			exchange(t, atI, atR, "x")
		}
		if err := atI.Close(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if in, out := atI.Keys(); in != [32]byte{} || out != [32]byte{} {
			t.Fatal("keys outlive the dialogue")
		}
	})
}

func TestSeveralDialoguesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		r := newNode(t, net, nil)
		var group sync.WaitGroup
		for n := range 4 {
			i := newNode(t, net, nil)
			for m := range 3 {
				group.Go(func() {
					o, err := i.Open(t.Context(), r.peer(), text(fmt.Sprint(n, m)))
					if err != nil {
						t.Error(err)
						return
					}
					d, err := o.Confirm(t.Context(), text("start"))
					if err != nil {
						t.Error(err)
						return
					}
					receive(t, d, fmt.Sprint(n, m))
				})
			}
		}
		for range 12 {
			in, err := r.Accept(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			group.Go(func() {
				if err := in.Reply(t.Context(), text("")); err != nil {
					t.Error(err)
				}
				d, _, err := in.Await(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if err := d.Send(t.Context(), in.Message()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

// A refusal is a reply that is not followed by anything.
func TestRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		refused := make(chan error, 1)
		go func() {
			in, err := r.Accept(t.Context())
			if err == nil {
				err = in.Reply(t.Context(), text("no"))
				in.Close()
				in.Close()
			}
			refused <- err
		}()
		o, err := i.Open(t.Context(), r.peer(), text("please"))
		if err != nil || string(o.Reply().Body) != "no" {
			t.Fatal(o, err)
		}
		if err := <-refused; err != nil {
			t.Fatal(err)
		}
		o.Close()
		if _, err := o.Confirm(t.Context(), text("start")); err == nil {
			t.Fatal("confirmed a closed opening")
		}
		if a, b := i.Stats(), r.Stats(); a.Dialogues != 0 || b.Pending != 0 {
			t.Fatalf("left behind: %+v, %+v", a, b)
		}
		// Flight 3 to somebody who has closed is for an unknown dialogue.
		done := make(chan error, 1)
		go func() {
			in, err := r.Accept(t.Context())
			if err == nil {
				err = in.Reply(t.Context(), text("no"))
				in.Close()
			}
			done <- err
		}()
		o, err = i.Open(t.Context(), r.peer(), text("please"))
		if err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := o.Confirm(ctx, text("start")); !errors.Is(err, messaging.ErrNoReceipt) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("confirm: %v", err)
		}
		synctest.Wait()
		for _, err := range r.refusals.take() {
			if !errors.Is(err, messaging.ErrUnknown) {
				t.Fatal(err)
			}
		}
	})
}

// The channel is out for longer than any attempt, in each phase; nothing is lost and the dialogue goes on.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		var down atomic.Bool
		net.Intercept(func(p messagingtest.Packet) []messagingtest.Packet {
			if down.Load() {
				return nil
			}
			return []messagingtest.Packet{p}
		})
		outage := func() {
			down.Store(true)
			time.AfterFunc(30*time.Second, func() { down.Store(false) })
		}
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		outage()
		atI, atR := dialogue(t, i, r)
		exchange(t, atI, atR, "before")
		outage()
		exchange(t, atI, atR, "during")
		outage()
		exchange(t, atR, atI, "the other way")
		exchange(t, atI, atR, "after")
	})
}

// A message whose Send was given up keeps its place: the next Send delivers it first.
func TestSendGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		atI, atR := dialogue(t, i, r)
		net.Intercept(func(messagingtest.Packet) []messagingtest.Packet { return nil })
		for _, s := range []string{"first", "never sent"} {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			err := atI.Send(ctx, text(s))
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, messaging.ErrNoReceipt) {
				t.Fatalf("send without a channel: %v", err)
			}
		}
		net.Intercept(nil)
		if err := atI.Send(t.Context(), text("second")); err != nil {
			t.Fatal(err)
		}
		receive(t, atR, "first")
		receive(t, atR, "second")
	})
}

// While the peer reads nothing its queue fills, and then the sender waits.
func TestBackpressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i := newNode(t, net, nil)
		r := newNode(t, net, func(c *messaging.Config) { c.Limits.Queue = 3 })
		atI, atR := dialogue(t, i, r)
		for n := range 3 {
			if err := atI.Send(t.Context(), text(fmt.Sprint(n))); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := atI.Send(ctx, text("3")); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("send to a full queue: %v", err)
		}
		for n := range 3 {
			receive(t, atR, fmt.Sprint(n))
		}
		if err := atI.Send(t.Context(), text("4")); err != nil {
			t.Fatal(err)
		}
		receive(t, atR, "3")
		receive(t, atR, "4")
	})
}

// Each lost receipt, in every phase, costs a repetition and nothing else; also when the receiver
// closes right after the last message.
func TestLostReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		var mu sync.Mutex
		seen := map[string]int{}
		net.Intercept(func(p messagingtest.Packet) []messagingtest.Packet {
			if p.Receipt {
				mu.Lock()
				defer mu.Unlock()
				if seen[string(p.Envelope)]++; seen[string(p.Envelope)] <= 2 {
					return nil
				}
			}
			return []messagingtest.Packet{p}
		})
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		atI, atR := dialogue(t, i, r)
		exchange(t, atI, atR, "one")
		exchange(t, atR, atI, "two")
		sent := make(chan error, 1)
		go func() { sent <- atI.Send(t.Context(), text("last")) }()
		receive(t, atR, "last")
		if err := atR.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		if _, err := atR.Receive(t.Context()); !errors.Is(err, messaging.ErrClosed) {
			t.Fatalf("received twice: %v", err)
		}
	})
}

// The peer's first message shows that it has flight 3, whatever became of the receipt.
func TestFirstMessageConfirms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		done := r.answer(text("reply"))
		o, err := i.Open(t.Context(), r.peer(), text("request"))
		if err != nil {
			t.Fatal(err)
		}
		net.Intercept(func(p messagingtest.Packet) []messagingtest.Packet {
			if p.Receipt && p.To.Identity == i.key.Address() {
				return nil
			}
			return []messagingtest.Packet{p}
		})
		sent := make(chan error, 1)
		go func() { sent <- (<-done).dialogue.Send(t.Context(), text("hello")) }()
		d, err := o.Confirm(t.Context(), text("start"))
		if err != nil {
			t.Fatal(err)
		}
		receive(t, d, "hello")
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	})
}

// opened returns a first flight of i at r; its Open ends with the test.
func opened(t *testing.T, i, r *node) *messaging.Incoming {
	t.Helper()
	ctx, peer := t.Context(), r.peer()
	go func() {
		if o, err := i.Open(ctx, peer, text("request")); err == nil {
			o.Close()
		}
	}()
	in, err := r.Accept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		atI, atR := dialogue(t, i, r)
		in := opened(t, i, r)
		results := make(chan error, 4)
		go func() { _, err := atR.Receive(t.Context()); results <- err }()
		go func() { _, err := r.Accept(t.Context()); results <- err }()
		go func() { _, _, err := in.Await(t.Context()); results <- err }()
		go func() {
			_, err := r.Open(t.Context(), messaging.Peer{Identity: i.key.Address(), Key: i.body().Encode()}, text(""))
			results <- err
		}()
		synctest.Wait()
		for range 2 {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			if err := <-results; !errors.Is(err, messaging.ErrClosed) {
				t.Errorf("while closing: %v", err)
			}
		}
		if err := atR.Send(t.Context(), text("x")); !errors.Is(err, messaging.ErrClosed) {
			t.Errorf("send after close: %v", err)
		}
		if _, err := r.Open(t.Context(), i.peer(), text("x")); !errors.Is(err, messaging.ErrClosed) {
			t.Errorf("open after close: %v", err)
		}
		for range 2 {
			if err := atI.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := atI.Send(t.Context(), text("x")); !errors.Is(err, messaging.ErrClosed) {
			t.Errorf("send after close: %v", err)
		}
	})
}

func TestOpenErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i, r := newNode(t, net, nil), newNode(t, net, nil)
		good := r.peer()
		for name, test := range map[string]struct {
			change  func(*messaging.Peer)
			message messaging.Message
			want    error
		}{
			"no key":        {change: func(p *messaging.Peer) { p.Key = nil }, want: messaging.ErrKey},
			"malformed key": {change: func(p *messaging.Peer) { p.Key = p.Key[:100] }, want: messaging.ErrKey},
			"nobody there":  {change: func(p *messaging.Peer) { p.Identity[0] ^= 1 }, want: messaging.ErrUnreachable},
			"no contact":    {change: func(p *messaging.Peer) { p.Contact = "elsewhere" }, want: messaging.ErrUnreachable},
			"large message": {message: messaging.Message{Body: make([]byte, messaging.MaxBody+1)}, want: messaging.ErrTooLarge},
			"no answer":     {want: context.DeadlineExceeded},
		} {
			peer := good
			if test.change != nil {
				test.change(&peer)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			_, err := i.Open(ctx, peer, test.message)
			cancel()
			if !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", name, err, test.want)
			}
		}
		if _, err := i.Open(t.Context(), i.peer(), text("me?")); err == nil {
			t.Error("opened a dialogue to itself")
		}
		pass(messaging.KeyLifetime + messaging.MaxSkew + time.Second)
		if _, err := i.Open(t.Context(), good, text("x")); !errors.Is(err, messaging.ErrKey) {
			t.Errorf("open with an expired key: %v", err)
		}
		if s := i.Stats(); s.Dialogues != 0 {
			t.Errorf("left behind: %+v", s)
		}
	})
}

func TestNewEndpoint(t *testing.T) {
	for _, cfg := range []messaging.Config{{}, {Registered: everybody, Channel: messagingtest.NewNetwork().Channel(identity.Address{}, false)}} {
		if _, err := messaging.NewEndpoint(t.Context(), cfg); err == nil {
			t.Error("an endpoint without what it needs")
		}
	}
}
