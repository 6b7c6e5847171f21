package messagingtest

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// suiteDomain is the network of the suite's endpoints.
var suiteDomain = identity.Domain{ChainID: 31337, Registry: identity.Address{19: 1}}

func everybody(context.Context, identity.Address) (bool, error) { return true, nil }

// endpoint starts an endpoint for the rest of the test.
func endpoint(t *testing.T, c messaging.Channel, who identity.Signer, keys *messaging.Keyring) *messaging.Endpoint {
	t.Helper()
	e, err := messaging.NewEndpoint(t.Context(), messaging.Config{
		Domain: suiteDomain, Signer: who, Registered: everybody, Channel: c, Keyring: keys,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// provide starts an endpoint that answers every dialogue, and every message with itself.
func provide(t *testing.T, s Substrate) messaging.Peer {
	t.Helper()
	c, who := join(t, s, true)
	keys, err := messaging.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := keys.Current()
	if err != nil {
		t.Fatal(err)
	}
	e := endpoint(t, c, who, keys)
	ctx := t.Context()
	go func() { // ends with the endpoint
		for {
			in, err := e.Accept(ctx)
			if err != nil {
				return
			}
			go serve(ctx, in)
		}
	}()
	return messaging.Peer{Identity: who.Address(), Key: body, Contact: s.Contact}
}

// serve ends with the endpoint: every error is that.
func serve(ctx context.Context, in *messaging.Incoming) {
	defer in.Close()
	if in.Reply(ctx, in.Message()) != nil {
		return
	}
	d, m, err := in.Await(ctx)
	for err == nil {
		if err = d.Send(ctx, m); err == nil {
			m, err = d.Receive(ctx)
		}
	}
}

// converse opens a dialogue to a peer made by provide and checks that every message comes back.
func converse(t *testing.T, e *messaging.Endpoint, peer messaging.Peer, name string) {
	t.Helper()
	ctx := within(t, patience)
	o, err := e.Open(ctx, peer, messaging.Message{Kind: 1, Body: []byte(name)})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(o.Reply().Body); got != name {
		t.Fatalf("reply %q, want %q", got, name)
	}
	d, err := o.Confirm(ctx, messaging.Message{Kind: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }() // never fails
	if m, err := d.Receive(ctx); err != nil || m.Kind != 2 {
		t.Fatalf("received %v, %v", m, err)
	}
	for i := range 5 {
		body := []byte(fmt.Sprint(name, " message ", i))
		if i == 4 {
			body = bytes.Repeat([]byte{7}, messaging.MaxBody)
		}
		if err := d.Send(ctx, messaging.Message{Kind: 3, Body: body}); err != nil {
			t.Fatal(err)
		}
		if m, err := d.Receive(ctx); err != nil || m.Kind != 3 || !bytes.Equal(m.Body, body) {
			t.Fatalf("message %d: received %d bytes of kind %d, %v", i, len(m.Body), m.Kind, err)
		}
	}
}

func dialogue(t *testing.T, s Substrate) {
	peer := provide(t, s)
	c, who := join(t, s, false)
	converse(t, endpoint(t, c, who, nil), peer, "one")
}

func twoNodes(t *testing.T, s Substrate) {
	peer := provide(t, s)
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first", "second"} {
		e := endpoint(t, joinAs(t, s, key, false), key, nil)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			converse(t, e, peer, name)
		})
	}
}
