package session

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/money"
)

func goodRequest() Request {
	return Request{
		Proposal: [32]byte{1}, ServiceType: "wireguard", Price: money.Price{PerGiB: 100}, Setup: 5,
		Data: []byte("request"), Channel: 3, Epoch: 7, Lock: 1_000_000, Previous: ID{4, 5},
	}
}

func serve(context.Context, ID, Request) (Acceptance, error) {
	return Acceptance{Data: []byte("offer")}, nil
}

// pair negotiates a session and returns both ends.
func pair(t *testing.T, x *exchange, cfg Config) (consumer, provider *Session) {
	t.Helper()
	accepted := make(chan *Session, 1)
	go func() {
		in, err := x.incoming(t.Context())
		if err != nil {
			t.Error(err)
		}
		s, _, err := Accept(t.Context(), in, cfg, serve)
		if err != nil {
			t.Error(err)
		}
		accepted <- s
	}()
	offer, err := Open(t.Context(), x, cfg, goodRequest())
	if err != nil {
		t.Fatal(err)
	}
	if consumer, err = offer.Start(t.Context(), Start{SignedLock: []byte("lock")}); err != nil {
		t.Fatal(err)
	}
	return consumer, <-accepted
}

// up brings both ends to Active.
func up(t *testing.T, consumer, provider *Session) {
	t.Helper()
	if err := provider.Started(t.Context(), []byte("start")); err != nil {
		t.Fatal(err)
	}
	if _, err := consumer.AwaitStarted(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := consumer.Confirm(t.Context(), NoReason); err != nil {
		t.Fatal(err)
	}
	if err := provider.AwaitConfirmed(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		consumer, provider := pair(t, newExchange(10*time.Millisecond), Config{})
		if string(provider.Start().SignedLock) != "lock" || provider.ID() != consumer.ID() || provider.Peer() != consumerID {
			t.Errorf("start %+v of %s", provider.Start(), provider.ID())
		}
		if consumer.Credential("wireguard") != provider.Credential("wireguard") || consumer.Credential("wireguard") == consumer.Credential("openvpn") {
			t.Error("credentials are not shared, or not the driver's own")
		}
		begin(t, consumer, provider)
		talk(t, consumer.Payments(), provider.Payments())
		time.Sleep(10 * time.Minute) // heartbeats keep it alive
		if consumer.State() != Active || provider.State() != Active || consumer.Err() != nil || consumer.Reason() != NoReason {
			t.Fatalf("after ten quiet minutes: %v, %v", consumer.Err(), provider.Err())
		}
		if err := consumer.End(t.Context(), Finished); err != nil {
			t.Fatal(err)
		}
		<-provider.Done()
		var end *EndError
		if err := provider.Err(); !errors.As(err, &end) || end.Reason != Finished || !end.ByPeer {
			t.Errorf("provider: %v", err)
		}
		if _, _, err := provider.Payments().Receive(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("payments after the end: %v", err)
		}
		if err := provider.Payments().Send(t.Context(), PaymentKinds, nil); !errors.As(err, &end) {
			t.Errorf("payments after the end: %v", err)
		}
		if err := errors.Join(provider.End(t.Context(), Internal), consumer.End(t.Context(), Internal)); err != nil || provider.Reason() != Finished {
			t.Errorf("ending again: %v, %v", err, provider.Reason())
		}
	})
}

// begin brings both ends to Active, with news on the way.
func begin(t *testing.T, consumer, provider *Session) {
	t.Helper()
	go func() {
		for n := range uint64(3) {
			if err := provider.Progress(t.Context(), Progress{Stage: StageConfirming, Confirmations: n, Needed: 2}); err != nil {
				t.Error(err)
			}
		}
		if err := provider.Started(t.Context(), []byte("start data")); err != nil {
			t.Error(err)
		}
	}()
	var news []Progress
	data, err := consumer.AwaitStarted(t.Context(), func(p Progress) { news = append(news, p) })
	if err != nil || string(data) != "start data" || len(news) == 0 || news[len(news)-1] != (Progress{StageConfirming, 2, 2}) {
		t.Errorf("started %q, %v after %v", data, err, news)
	}
	if err := consumer.Confirm(t.Context(), NoReason); err != nil {
		t.Fatal(err)
	}
	if err := provider.AwaitConfirmed(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Each side sees what the other asked for and answered.
func TestRequestAndOffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(0)
		seen := make(chan Request, 1)
		go func() {
			in, err := x.incoming(t.Context())
			if err != nil {
				t.Error(err)
			}
			s, r, err := Accept(t.Context(), in, Config{}, func(_ context.Context, id ID, _ Request) (Acceptance, error) {
				return Acceptance{Data: append([]byte("offer"), id[:]...)}, nil
			})
			if err != nil {
				t.Error(err)
			}
			seen <- r
			_ = s.End(t.Context(), Finished)
		}()
		offer, err := Open(t.Context(), x, Config{}, goodRequest())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(offer.Data, append([]byte("offer"), offer.ID[:]...)) {
			t.Errorf("offer %q", offer.Data)
		}
		consumer, err := offer.Start(t.Context(), Start{})
		if err != nil {
			t.Fatal(err)
		}
		got, want := <-seen, goodRequest()
		if got.Correlation == ([16]byte{}) {
			t.Error("no correlation ID")
		}
		want.Correlation, want.Peer = got.Correlation, consumerID
		if !reflect.DeepEqual(got, want) {
			t.Errorf("request %+v, want %+v", got, want)
		}
		<-consumer.closed
	})
}

func talk(t *testing.T, a, b *Conn) {
	t.Helper()
	for i := range byte(3) {
		if err := a.Send(t.Context(), PaymentKinds+uint32(i), []byte{i}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range byte(3) {
		kind, body, err := b.Receive(t.Context())
		if err != nil || kind != PaymentKinds+uint32(i) || !bytes.Equal(body, []byte{i}) {
			t.Fatalf("message %d: %d %v %v", i, kind, body, err)
		}
	}
	if err := a.Send(t.Context(), kindEnd, nil); !errors.Is(err, ErrMessage) {
		t.Errorf("payments can send session messages: %v", err)
	}
}

// What was sent before the end is still read after it: the last promise counts.
func TestPaymentsBeforeTheEndAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		consumer, provider := pair(t, newExchange(time.Millisecond), Config{})
		up(t, consumer, provider)
		if err := consumer.Payments().Send(t.Context(), PaymentKinds, []byte("last")); err != nil {
			t.Fatal(err)
		}
		if err := consumer.End(t.Context(), Finished); err != nil {
			t.Fatal(err)
		}
		<-provider.Done()
		if _, body, err := provider.Payments().Receive(t.Context()); err != nil || string(body) != "last" {
			t.Errorf("%q, %v", body, err)
		}
		if _, _, err := provider.Payments().Receive(t.Context()); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		if err := provider.End(t.Context(), Finished); err != nil {
			t.Error(err)
		}
	})
}

func TestRefusals(t *testing.T) {
	for _, reason := range []Reason{
		NotRegistered, UnknownProposal, PriceTooLow, CannotPay, NoCapacity, Policy, UnsupportedVersion, ShuttingDown, ChannelBusy, Internal,
	} {
		synctest.Test(t, func(t *testing.T) {
			x := newExchange(0)
			go func() {
				in, err := x.incoming(t.Context())
				if err != nil {
					t.Error(err)
				}
				cause := errors.New("not for the peer")
				var why error = Refuse(reason, cause)
				if reason == Internal {
					why = cause // anything that is not a refusal
				}
				_, _, err = Accept(t.Context(), in, Config{}, func(context.Context, ID, Request) (Acceptance, error) { return Acceptance{}, why })
				var refusal *Refusal
				if !errors.As(err, &refusal) || refusal.Reason != reason || !errors.Is(err, cause) {
					t.Errorf("%v: provider sees %v", reason, err)
				}
			}()
			_, err := Open(t.Context(), x, Config{}, goodRequest())
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Reason != reason || refusal.Err != nil {
				t.Errorf("%v: consumer sees %v", reason, err)
			}
		})
	}
}

func TestBadRequests(t *testing.T) {
	if _, err := Open(t.Context(), nil, Config{}, Request{}); !errors.Is(err, ErrMessage) {
		t.Errorf("empty request: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*messaging.Message)
		want   Reason
	}{
		"kind":      {func(m *messaging.Message) { m.Kind = kindReply }, BadMessage},
		"garbage":   {func(m *messaging.Message) { m.Body = []byte{0xff, 0xff} }, BadMessage},
		"oversized": {func(m *messaging.Message) { m.Body = append(m.Body, make([]byte, maxBody)...) }, BadMessage},
		"previous":  {func(m *messaging.Message) { m.Body = append(m.Body, 13<<3|2, 1, 7) }, BadMessage},
		"version":   {func(m *messaging.Message) { m.Body[1] = 9 }, UnsupportedVersion},
	} {
		x := newExchange(0)
		m := goodRequest().encode()
		c.change(&m)
		_, _, err := Accept(t.Context(), &fakeIncoming{x, m}, Config{}, serve)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.want {
			t.Errorf("%s: %v", name, err)
		}
		answer, err := decodeReply(<-x.reply)
		if err != nil || answer.refusal != c.want {
			t.Errorf("%s: consumer is told %+v, %v", name, answer, err)
		}
	}
}

func TestWrongAnswers(t *testing.T) {
	other := reply{correlation: [16]byte{9}, session: ID{1}}
	for name, m := range map[string]messaging.Message{
		"to another request": other.encode(),
		"garbage":            {Kind: kindReply, Body: []byte{1}},
		"no session":         reply{}.encode(),
	} {
		x := newExchange(0)
		x.reply <- m
		if _, err := Open(t.Context(), x, Config{}, goodRequest()); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever step does not come, both ends are cleaned up by themselves. That nothing is left, goleak
// and synctest see.
func TestAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(0)
		if _, err := Open(t.Context(), x, Config{}, goodRequest()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no flight 2: %v", err)
		}
		in, err := x.incoming(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Accept(t.Context(), in, Config{}, serve); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no flight 3: %v", err)
		}
	})
	for name, c := range map[string]struct {
		act                func(t *testing.T, consumer, provider *Session)
		within             time.Duration
		consumer, provider Reason
	}{
		"not started":   {func(*testing.T, *Session, *Session) {}, 5 * time.Minute, TimedOut, TimedOut},
		"not confirmed": {func(t *testing.T, _, p *Session) { _ = p.Started(t.Context(), nil) }, time.Minute, TimedOut, TimedOut},
		"lock failed":   {func(t *testing.T, _, p *Session) { _ = p.End(t.Context(), LockFailed) }, time.Second, LockFailed, LockFailed},
		"tunnel failed": {func(t *testing.T, c, p *Session) {
			_ = p.Started(t.Context(), nil)
			_, _ = c.AwaitStarted(t.Context(), nil)
			_ = c.Confirm(t.Context(), TunnelFailed)
		}, time.Second, TunnelFailed, TunnelFailed},
		"consumer gone": {func(t *testing.T, c, p *Session) {
			up(t, c, p)
			c.dialogue.(*fakeDialogue).out.mangling(func(messaging.Message) []messaging.Message { return nil })
		}, 75 * time.Second, PeerLost, PeerLost},
		"provider gone": {func(t *testing.T, c, p *Session) {
			up(t, c, p)
			p.dialogue.(*fakeDialogue).out.mangling(func(messaging.Message) []messaging.Message { return nil })
		}, 75 * time.Second, PeerLost, PeerLost},
		"dialogue broken": {func(t *testing.T, c, p *Session) {
			up(t, c, p)
			_ = c.dialogue.Close()
		}, 75 * time.Second, PeerLost, PeerLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				consumer, provider := pair(t, newExchange(time.Millisecond), Config{})
				c.act(t, consumer, provider)
				timeout := time.After(c.within + time.Second)
				for _, done := range []<-chan struct{}{consumer.Done(), provider.Done()} {
					select {
					case <-done:
					case <-timeout:
						t.Fatalf("still open: %v, %v", consumer.State(), provider.State())
					}
				}
				if consumer.Reason() != c.consumer || provider.Reason() != c.provider {
					t.Errorf("consumer: %v, provider: %v", consumer.Err(), provider.Err())
				}
				if err := provider.AwaitConfirmed(t.Context()); name != "consumer gone" && err == nil {
					t.Error("an ended session counts as confirmed")
				}
				<-consumer.closed
				<-provider.closed
			})
		})
	}
}

func TestUnexpectedMessagesEndTheSession(t *testing.T) {
	for name, c := range map[string]struct {
		active       bool
		fromConsumer bool
		m            messaging.Message
	}{
		"unknown kind":            {true, true, messaging.Message{Kind: 40}},
		"garbage":                 {true, true, messaging.Message{Kind: kindEnd, Body: []byte{0xff}}},
		"oversized":               {true, true, messaging.Message{Kind: kindEnd, Body: make([]byte, maxBody+1)}},
		"second confirm":          {true, true, encodeConfirm(NoReason)},
		"confirm too early":       {false, true, encodeConfirm(NoReason)},
		"progress by a consumer":  {false, true, Progress{Stage: StageSubmitted}.encode()},
		"started by a consumer":   {false, true, encodeStarted(nil)},
		"payment too early":       {false, true, messaging.Message{Kind: PaymentKinds}},
		"confirm by a provider":   {true, false, encodeConfirm(NoReason)},
		"progress after start":    {true, false, Progress{Stage: StageSubmitted}.encode()},
		"second start":            {true, false, encodeStarted(nil)},
		"oversized start":         {false, false, encodeStarted(make([]byte, MaxData+1))},
		"a stage that is none":    {false, false, Progress{Stage: 9}.encode()},
		"a third flight too many": {true, true, encodeStart(ID{1}, Start{})},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				consumer, provider := pair(t, newExchange(time.Millisecond), Config{})
				if c.active {
					up(t, consumer, provider)
				}
				cheat, victim := provider, consumer
				if c.fromConsumer {
					cheat, victim = consumer, provider
				}
				if err := cheat.dialogue.Send(t.Context(), c.m); err != nil {
					t.Fatal(err)
				}
				<-victim.Done()
				<-cheat.Done()
				if victim.Reason() != BadMessage || cheat.Reason() != BadMessage {
					t.Errorf("victim: %v, cheat: %v", victim.Err(), cheat.Err())
				}
				<-victim.closed
				<-cheat.closed
			})
		})
	}
}

func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		consumer, provider := pair(t, newExchange(0), Config{})
		up(t, consumer, provider)
		for range queued + 1 {
			if err := consumer.Payments().Send(t.Context(), PaymentKinds, nil); err != nil {
				t.Fatal(err)
			}
		}
		<-provider.Done()
		if provider.Reason() != BadMessage {
			t.Error(provider.Err())
		}
		<-provider.closed
		<-consumer.closed
	})
}

func TestCallsInTheWrongState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		consumer, provider := pair(t, newExchange(0), Config{})
		for name, err := range map[string]error{
			"progress by the consumer": consumer.Progress(t.Context(), Progress{Stage: StageSubmitted}),
			"start by the consumer":    consumer.Started(t.Context(), nil),
			"confirm too early":        consumer.Confirm(t.Context(), NoReason),
			"confirm by the provider":  provider.Confirm(t.Context(), NoReason),
			"payment too early":        provider.Payments().Send(t.Context(), PaymentKinds, nil),
		} {
			if !errors.Is(err, ErrState) {
				t.Errorf("%s: %v", name, err)
			}
		}
		up(t, consumer, provider)
		if err := provider.Started(t.Context(), nil); !errors.Is(err, ErrState) {
			t.Errorf("second start: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := provider.End(ctx, ShuttingDown); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		_ = consumer.End(t.Context(), Finished)
	})
}

func TestStartOfAnotherSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(0)
		x.start <- encodeStart(ID{1}, Start{})
		ended := make(chan error, 1)
		go func() {
			s, _, err := Accept(t.Context(), &fakeIncoming{x, goodRequest().encode()}, Config{}, serve)
			if s != nil {
				err = errors.New("accepted")
			}
			ended <- err
		}()
		if err := <-ended; !errors.Is(err, ErrMessage) {
			t.Error(err)
		}
		if m := (<-x.reply); m.Kind != kindReply {
			t.Error(m)
		}
	})
}

// A dialogue that breaks ends its session at once, not after a minute.
func TestBrokenDialogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		consumer, provider := pair(t, newExchange(0), Config{})
		up(t, consumer, provider)
		if err := consumer.dialogue.Close(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-consumer.Done():
		case <-time.After(time.Second):
			t.Error("open without a dialogue")
		}
		if consumer.Reason() != PeerLost {
			t.Error(consumer.Err())
		}
		_ = provider.End(t.Context(), Finished)
		<-consumer.closed
	})
}
