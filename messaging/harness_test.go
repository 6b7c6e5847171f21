package messaging_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var domain = identity.Domain{ChainID: 31337, Registry: identity.Address{19: 0x11}}

// refusals is a slog.Handler that keeps why envelopes were refused.
type refusals struct {
	mu      sync.Mutex
	reasons []error
}

func (r *refusals) Enabled(context.Context, slog.Level) bool { return true }
func (r *refusals) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *refusals) WithGroup(string) slog.Handler            { return r }

func (r *refusals) Handle(_ context.Context, record slog.Record) error {
	record.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && a.Key == "reason" {
			r.mu.Lock()
			r.reasons = append(r.reasons, err)
			r.mu.Unlock()
		}
		return true
	})
	return nil
}

// take returns the reasons since the last call.
func (r *refusals) take() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.reasons
	r.reasons = nil
	return taken
}

// node is one identity's end in a test.
type node struct {
	*messaging.Endpoint
	t        testing.TB
	net      *messagingtest.Network
	key      *identity.Key
	keys     *messaging.Keyring
	channel  *messagingtest.Channel
	config   messaging.Config
	refusals *refusals
}

func everybody(context.Context, identity.Address) (bool, error) { return true, nil }

// generous are limits that tests of other things do not run into.
var generous = messaging.Limits{Rate: 1e6, TotalRate: 1e6, Burst: 1e6}

// newNode joins a fresh identity, which both opens and accepts; change may be nil.
func newNode(t testing.TB, net *messagingtest.Network, change func(*messaging.Config)) *node {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := messaging.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, net: net, key: key, keys: keys, channel: net.Channel(key.Address(), true), refusals: &refusals{}}
	n.config = messaging.Config{
		Domain: domain, Signer: key, Registered: everybody, Channel: n.channel, Keyring: keys,
		Logger: slog.New(n.refusals), Limits: generous,
	}
	if change != nil {
		change(&n.config)
	}
	n.start()
	t.Cleanup(n.stop)
	return n
}

func (n *node) start() {
	n.t.Helper()
	e, err := messaging.NewEndpoint(context.WithoutCancel(n.ctx()), n.config)
	if err != nil {
		n.t.Fatal(err)
	}
	n.Endpoint = e
}

func (n *node) stop() {
	if err := errors.Join(n.Close(), n.channel.Close()); err != nil {
		n.t.Error(err)
	}
}

func (n *node) ctx() context.Context { return n.t.Context() }

// body is the key that the node publishes.
func (n *node) body() messaging.KeyBody {
	n.t.Helper()
	raw, err := n.keys.Current()
	if err != nil {
		n.t.Fatal(err)
	}
	b, err := messaging.DecodeKeyBody(raw)
	if err != nil {
		n.t.Fatal(err)
	}
	return b
}

// peer is how others open a dialogue to the node.
func (n *node) peer() messaging.Peer {
	return messaging.Peer{Identity: n.key.Address(), Key: n.body().Encode(), Contact: messagingtest.Contact}
}

// inject delivers bytes to the node's shared inbox, past everybody.
func (n *node) inject(from identity.Address, raw []byte) {
	n.t.Helper()
	to := messaging.Route{Identity: n.key.Address(), Contact: messagingtest.Contact}
	if !n.net.Deliver(messagingtest.Packet{From: from, To: to, Envelope: raw}) {
		n.t.Fatal("nobody reads the inbox")
	}
}

// refuses checks that the node has refused exactly n envelopes, each for the reason, and forgets them.
func (n *node) refuses(count int, reason error) {
	n.t.Helper()
	synctest.Wait()
	got := n.refusals.take()
	if len(got) != count {
		n.t.Fatalf("%d refusals, want %d: %v", len(got), count, got)
	}
	for _, err := range got {
		if reason != nil && !errors.Is(err, reason) {
			n.t.Fatalf("refused because of %q, want %q", err, reason)
		}
	}
}

// acceptsNothing checks that no first flight waits.
func (n *node) acceptsNothing() {
	n.t.Helper()
	synctest.Wait()
	ctx, cancel := context.WithTimeout(n.ctx(), time.Millisecond)
	defer cancel()
	if in, err := n.Accept(ctx); err == nil {
		n.t.Fatalf("accepted a first flight of %s: %q", in.Peer(), in.Message().Body)
	}
}

func text(s string) messaging.Message { return messaging.Message{Kind: 7, Body: []byte(s)} }

// answered is what a responder has after the three flights.
type answered struct {
	dialogue *messaging.Dialogue
	start    messaging.Message
	err      error
}

// answer takes one dialogue in the background.
func (n *node) answer(reply messaging.Message) <-chan answered {
	done := make(chan answered, 1)
	ctx := n.ctx()
	go func() { // ends with the test's context
		in, err := n.Accept(ctx)
		if err != nil {
			done <- answered{err: err}
			return
		}
		if err := in.Reply(ctx, reply); err != nil {
			done <- answered{err: err}
			return
		}
		d, start, err := in.Await(ctx)
		done <- answered{d, start, err}
	}()
	return done
}

// dialogue opens one from i to r.
func dialogue(t testing.TB, i, r *node) (atI, atR *messaging.Dialogue) {
	t.Helper()
	done := r.answer(text("reply"))
	o, err := i.Open(t.Context(), r.peer(), text("request"))
	if err != nil {
		t.Fatal(err)
	}
	atI, err = o.Confirm(t.Context(), text("start"))
	if err != nil {
		t.Fatal(err)
	}
	a := <-done
	if a.err != nil {
		t.Fatal(a.err)
	}
	return atI, a.dialogue
}

// exchange sends one message and checks that it arrives.
func exchange(t testing.TB, from, to *messaging.Dialogue, s string) {
	t.Helper()
	if err := from.Send(t.Context(), text(s)); err != nil {
		t.Fatal(err)
	}
	receive(t, to, s)
}

func receive(t testing.TB, d *messaging.Dialogue, want string) {
	t.Helper()
	m, err := d.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Body) != want || m.Kind != 7 {
		t.Fatalf("received %q of kind %d, want %q", m.Body, m.Kind, want)
	}
}

// tape records what passes a network.
type tape struct {
	mu      sync.Mutex
	packets []messagingtest.Packet
}

func record(net *messagingtest.Network) *tape {
	r := &tape{}
	net.Intercept(func(p messagingtest.Packet) []messagingtest.Packet {
		if !p.Receipt {
			r.mu.Lock()
			r.packets = append(r.packets, p)
			r.mu.Unlock()
		}
		return []messagingtest.Packet{p}
	})
	return r
}

func (r *tape) all() []messagingtest.Packet {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]messagingtest.Packet(nil), r.packets...)
}

// bubble runs a test between two fresh nodes in virtual time.
func bubble(t *testing.T, run func(t *testing.T, net *messagingtest.Network, i, r *node)) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		run(t, net, newNode(t, net, nil), newNode(t, net, nil))
	})
}

// pass lets virtual time pass.
func pass(d time.Duration) { <-time.After(d) }
