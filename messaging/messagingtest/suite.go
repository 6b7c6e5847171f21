package messagingtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// Substrate is what carries the channels under test.
type Substrate struct {
	// Contact names the substrate in routes.
	Contact string
	// Channel joins an identity, which the substrate must admit, and returns once it is reachable. With serve it
	// reads the identity's shared inbox. The suite closes it.
	Channel func(t *testing.T, who identity.Signer, serve bool) ClosableChannel
}

// ClosableChannel is a channel with its owner's method.
type ClosableChannel interface {
	messaging.Channel
	Close() error
}

// patience is how long the suite waits for what must happen, and brief how long for what must not.
const (
	patience = 20 * time.Second
	brief    = 150 * time.Millisecond
)

// TestChannel runs the suite. To add a channel implementation, write a test that calls it with a
// substrate of its own; start is called once per subtest.
func TestChannel(t *testing.T, start func(t *testing.T) Substrate) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Substrate)
	}{
		{"delivers to the shared inbox", sharedInbox},
		{"delivers to one reply inbox", replyInbox},
		{"no receipt without acceptance", noReceipt},
		{"nobody there", nobody},
		{"size limits", sizes},
		{"many at once", concurrent},
		{"a full reader delays nobody else", backlog},
		{"context ends Receive", receiveContext},
		{"close", closing},
		{"dialogue", dialogue},
		{"two nodes of one identity", twoNodes},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, start(t)) })
	}
}

// join makes a channel with a fresh identity.
func join(t *testing.T, s Substrate, serve bool) (ClosableChannel, identity.Signer) {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return joinAs(t, s, key, serve), key
}

func joinAs(t *testing.T, s Substrate, key identity.Signer, serve bool) ClosableChannel {
	t.Helper()
	c := s.Channel(t, key, serve)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// accept receives one envelope and accepts it.
func accept(t *testing.T, c messaging.Channel, want string) messaging.Delivery {
	t.Helper()
	d, err := c.Receive(within(t, patience))
	if err != nil {
		t.Fatalf("receive %q: %v", want, err)
	}
	if string(d.Envelope) != want {
		t.Fatalf("received %q, want %q", d.Envelope, want)
	}
	d.Accept()
	return d
}

// sending sends in the background and returns the result's channel.
func sending(t *testing.T, c messaging.Channel, to messaging.Route, envelope string) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	ctx := within(t, patience)
	go func() { result <- c.Send(ctx, to, []byte(envelope)) }() // ends with ctx
	return result
}

func mustSend(t *testing.T, result <-chan error) {
	t.Helper()
	if err := <-result; err != nil {
		t.Fatalf("send: %v", err)
	}
}

// nothing checks that no envelope comes.
func nothing(t *testing.T, c messaging.Channel) {
	t.Helper()
	if d, err := c.Receive(within(t, brief)); err == nil {
		t.Fatalf("received %q, which is for somebody else", d.Envelope)
	}
}

func sharedInbox(t *testing.T, s Substrate) {
	provider, who := join(t, s, true)
	consumer, _ := join(t, s, false)
	bystander := joinAs(t, s, who, false) // the provider's identity, on another node that does not serve
	route := messaging.Route{Identity: who.Address(), Contact: s.Contact}
	for i := range 3 {
		text := fmt.Sprint("envelope ", i)
		result := sending(t, consumer, route, text)
		d := accept(t, provider, text)
		mustSend(t, result)
		if d.Contact == "" || d.Source == "" {
			t.Fatalf("delivery names contact %q and source %q", d.Contact, d.Source)
		}
	}
	nothing(t, bystander)
}

func replyInbox(t *testing.T, s Substrate) {
	provider, who := join(t, s, true)
	consumer, me := join(t, s, false)
	other := joinAs(t, s, me, false)
	if bytes.Equal(consumer.ReplyTo(), other.ReplyTo()) || !bytes.Equal(consumer.ReplyTo(), consumer.ReplyTo()) {
		t.Fatal("a reply inbox must be one channel's own, and stay")
	}
	if n := len(consumer.ReplyTo()); n == 0 || n > messaging.MaxReplyTo {
		t.Fatalf("reply inbox of %d bytes", n)
	}
	result := sending(t, consumer, messaging.Route{Identity: who.Address(), Contact: s.Contact}, "request")
	d := accept(t, provider, "request")
	mustSend(t, result)
	answer := messaging.Route{Identity: me.Address(), Contact: d.Contact, ReplyTo: consumer.ReplyTo()}
	result = sending(t, provider, answer, "answer")
	accept(t, consumer, "answer")
	mustSend(t, result)
	nothing(t, other)
}

func noReceipt(t *testing.T, s Substrate) {
	provider, who := join(t, s, true)
	consumer, _ := join(t, s, false)
	err := consumer.Send(within(t, brief), messaging.Route{Identity: who.Address(), Contact: s.Contact}, []byte("x"))
	if !errors.Is(err, messaging.ErrNoReceipt) {
		t.Fatalf("send that nobody accepts: %v", err)
	}
	if _, err := provider.Receive(within(t, patience)); err != nil {
		t.Fatal(err)
	}
}

func nobody(t *testing.T, s Substrate) {
	consumer, _ := join(t, s, false)
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	err = consumer.Send(within(t, patience), messaging.Route{Identity: key.Address(), Contact: s.Contact}, []byte("x"))
	if !errors.Is(err, messaging.ErrUnreachable) {
		t.Errorf("send to an inbox that nobody reads: %v", err)
	}
	err = consumer.Send(within(t, patience), messaging.Route{Identity: key.Address(), Contact: "not a contact"}, []byte("x"))
	if !errors.Is(err, messaging.ErrUnreachable) {
		t.Errorf("send to a malformed contact: %v", err)
	}
}

func sizes(t *testing.T, s Substrate) {
	provider, who := join(t, s, true)
	consumer, _ := join(t, s, false)
	route := messaging.Route{Identity: who.Address(), Contact: s.Contact}
	largest := string(bytes.Repeat([]byte{0xa5}, messaging.MaxEnvelope))
	result := sending(t, consumer, route, largest)
	accept(t, provider, largest)
	mustSend(t, result)
	if err := consumer.Send(within(t, patience), route, []byte(largest+"x")); !errors.Is(err, messaging.ErrTooLarge) {
		t.Fatalf("send above MaxEnvelope: %v", err)
	}
}

func concurrent(t *testing.T, s Substrate) {
	provider, who := join(t, s, true)
	consumer, _ := join(t, s, false)
	route := messaging.Route{Identity: who.Address(), Contact: s.Contact}
	const n = 32
	var results []<-chan error
	for i := range n {
		results = append(results, sending(t, consumer, route, fmt.Sprint(i)))
	}
	// Every even one is accepted; a receipt must reach its own sender and no other.
	seen := map[string]bool{}
	for range n {
		d, err := provider.Receive(within(t, patience))
		if err != nil {
			t.Fatal(err)
		}
		text := string(d.Envelope)
		if seen[text] {
			t.Fatalf("envelope %s came twice", text)
		}
		seen[text] = true
		if (text[len(text)-1]-'0')%2 == 0 {
			d.Accept()
		}
	}
	for i := 0; i < n; i += 2 {
		mustSend(t, results[i])
	}
	for i := 1; i < n; i += 2 {
		select {
		case err := <-results[i]:
			t.Fatalf("envelope %d has a receipt, but nobody accepted it: %v", i, err)
		default:
		}
	}
}

func backlog(t *testing.T, s Substrate) {
	_, deaf := join(t, s, true)
	provider, who := join(t, s, true)
	consumer, _ := join(t, s, false)
	var all sync.WaitGroup
	ctx := within(t, brief)
	for range 400 {
		all.Go(func() {
			// The error is the point: nobody reads that inbox.
			_ = consumer.Send(ctx, messaging.Route{Identity: deaf.Address(), Contact: s.Contact}, []byte("flood"))
		})
	}
	result := sending(t, consumer, messaging.Route{Identity: who.Address(), Contact: s.Contact}, "calm")
	accept(t, provider, "calm")
	mustSend(t, result)
	all.Wait()
}

func receiveContext(t *testing.T, s Substrate) {
	c, _ := join(t, s, true)
	if _, err := c.Receive(within(t, brief)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("receive until a deadline: %v", err)
	}
}

func closing(t *testing.T, s Substrate) {
	c, _ := join(t, s, true)
	_, other := join(t, s, true)
	route := messaging.Route{Identity: other.Address(), Contact: s.Contact}
	received := make(chan error, 1)
	sent := sending(t, c, route, "never accepted")
	ctx := within(t, patience)
	go func() { // ends when c is closed
		_, err := c.Receive(ctx)
		received <- err
	}()
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	if err := <-received; !errors.Is(err, messaging.ErrClosed) {
		t.Errorf("receive while closing: %v", err)
	}
	if err := <-sent; !errors.Is(err, messaging.ErrClosed) {
		t.Errorf("send while closing: %v", err)
	}
	if err := c.Send(ctx, route, []byte("x")); !errors.Is(err, messaging.ErrClosed) {
		t.Errorf("send after close: %v", err)
	}
	if _, err := c.Receive(ctx); !errors.Is(err, messaging.ErrClosed) {
		t.Errorf("receive after close: %v", err)
	}
}
