package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/allowance"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
)

// notClearing is the world's relayer, which for a while relays no clearing.
type notClearing struct {
	*world
	off atomic.Bool
}

func (r *notClearing) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, r, complete)
}

func (r *notClearing) Submit(ctx context.Context, in relay.Intent) (relay.Ticket, error) {
	if in.Kind == relay.KindClear && !r.off.Load() {
		return relay.Ticket{}, &relay.Refusal{Reason: relay.ReasonReverts, Detail: "by this test"}
	}
	return r.world.Submit(ctx, in)
}

// uses has a session, and returns it as it ended.
func (m *member) uses(ctx context.Context, t *testing.T, provider *member) Session {
	t.Helper()
	s, err := m.Connect(ctx, ConnectRequest{Filter: market.Filter{Provider: provider.key.Address()}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = m.Disconnect(ctx, s.ID, quiet); err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) channel(of *member, id uint8) chain.Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.channels[slot{of.key.Address(), id}]
}

// heard collects what is told of an operation.
type heard []string

func (h *heard) hear(p Progress) { *h = append(*h, p.Detail) }

func (h *heard) has(part string) bool { return strings.Contains(strings.Join(*h, "\n"), part) }

// A session has ended and its provider clears what it was promised: then the channel comes back in one block, with all that
// was not cleared, and the next session with that provider begins in the next epoch.
func TestUnlockByRelease(t *testing.T) {
	w := newWorld()
	relayer := &notClearing{world: w}
	provider := w.member(t, memberConfig{provider: true, config: func(cfg *Config) { cfg.Relayer = relayer }})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := consumer.uses(ctx, t, provider)
	q, err := consumer.Quote(ctx, QuoteRequest{Operation: OpUnlock, Channel: s.Channel})
	if err != nil || !q.Release || q.Delay != 72*time.Hour || q.Provider != provider.key.Address() || q.Transactions != 1 {
		t.Errorf("quote %+v, %v", q, err)
	}
	var said heard
	paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee}, func(p Progress) {
		said.hear(p)
		if said.has("cleared and confirmed first") {
			relayer.off.Store(true)
		}
	})
	if err != nil || !paid.UnlockAt.IsZero() || paid.Provider != provider.key.Address() || paid.Amount != money.UnitsPerCoin-s.Promised || s.Promised == 0 {
		t.Fatalf("%+v, %v: %q", paid, err, said)
	}
	if !said.has("cleared and confirmed first") || !said.has("the provider has released it") {
		t.Errorf("told %q", said)
	}
	w.mu.Lock()
	earned := w.earned[provider.key.Address()]
	w.mu.Unlock()
	if c := w.channel(consumer, s.Channel); !c.Provider.IsZero() || c.Epoch != s.Epoch+1 || c.Locked != paid.Amount || earned != s.Promised {
		t.Errorf("channel %+v; earned %d of %d", c, earned, s.Promised)
	}
	if next := consumer.uses(ctx, t, provider); next.Channel != s.Channel || next.Epoch != s.Epoch+1 {
		t.Errorf("the next session is on channel %d in epoch %d", next.Channel, next.Epoch)
	}
}

// A provider serves no more on what it released, though the release is not on chain: the consumer is told what frees it.
func TestReleasedIsNotServed(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := consumer.uses(ctx, t, provider)
	want := intent.Release{Consumer: consumer.key.Address(), Channel: s.Channel, Epoch: s.Epoch}
	first, err := consumer.askRelease(ctx, consumer.self, want, w.channel(consumer, s.Channel), quiet)
	if err != nil {
		t.Fatal(err)
	}
	_, err = consumer.Connect(ctx, ConnectRequest{}, quiet)
	var refusal *session.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != session.Released || !errors.Is(err, ErrRefused) ||
		!strings.Contains(err.Error(), fmt.Sprintf("'myst unlock %d' frees at once", s.Channel)) {
		t.Errorf("another session: %v", err)
	}
	if again, err := consumer.askRelease(ctx, consumer.self, want, w.channel(consumer, s.Channel), quiet); err != nil || again != first {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee}, quiet); err != nil || !paid.UnlockAt.IsZero() {
		t.Errorf("%+v, %v", paid, err)
	}
	consumer.uses(ctx, t, provider)
}

// Who asks for releases all the time is not looked after.
func TestReleasesAreRationed(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	held := chain.Channel{Provider: provider.key.Address(), Epoch: 7}
	provider.askers = allowance.New[identity.Address](0, 1, 10, time.Now)
	for i, reason := range []string{session.NotHeld.String(), session.NoCapacity.String()} {
		_, err := consumer.askRelease(ctx, consumer.self, intent.Release{Consumer: consumer.key.Address(), Epoch: 7}, held, quiet)
		if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), reason) {
			t.Errorf("request %d: %v, want %s", i+1, err, reason)
		}
	}
}

// While a channel is being unlocked no session takes it, and what begins meanwhile has another one.
func TestUnlockHoldsTheChannel(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := consumer.uses(ctx, t, provider)
	var during Session
	paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee}, func(p Progress) {
		if strings.HasPrefix(p.Detail, "asking provider") {
			during = consumer.uses(ctx, t, provider)
			if _, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee}, quiet); !errors.Is(err, ErrNotNow) {
				t.Errorf("a second unlock: %v", err)
			}
		}
	})
	if err != nil || !paid.UnlockAt.IsZero() || during.ID == "" || during.Channel == s.Channel {
		t.Errorf("%+v, %v; meanwhile a session on channel %d", paid, err, during.Channel)
	}
}

// posing is somebody who announces a service, and answers requests for releases as a test wants.
func (w *world) posing(t *testing.T, answer func(context.Context, *messaging.Incoming, *identity.Key)) *identity.Key {
	t.Helper()
	m := &member{key: randomKey(t)}
	keys, err := messaging.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.offer(t, m, memberConfig{}, keys)
	channel := w.messages.Channel(m.key.Address(), true)
	cleanup(t, channel.Close)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	endpoint, err := messaging.NewEndpoint(ctx, messaging.Config{
		Domain: identity.Domain{ChainID: w.network.ChainID, Registry: w.network.Contracts.Registry},
		Signer: m.key, Registered: w.Registered, Channel: anyContact{channel, w, true}, Keyring: keys,
	})
	if err != nil {
		t.Fatal(err)
	}
	cleanup(t, endpoint.Close)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			in, err := endpoint.Accept(ctx)
			if err != nil {
				return
			}
			answer(ctx, in, m.key)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return m.key
}

// Where the provider does not release a channel, or signs what would not free it, it is not believed, and the contract's
// delay begins, as told in one line.
func TestUnlockWithoutARelease(t *testing.T) {
	stranger := randomKey(t)
	signs := func(change func(*intent.Release, *intent.Domain, *identity.Key) identity.Signer) func(*world) func(context.Context, *messaging.Incoming, *identity.Key) {
		return func(w *world) func(context.Context, *messaging.Incoming, *identity.Key) {
			return func(ctx context.Context, in *messaging.Incoming, key *identity.Key) {
				_, _ = session.AnswerRelease(ctx, session.From(in), session.Config{}, func(_ context.Context, r session.ReleaseRequest) (intent.SignedRelease, error) {
					release := intent.Release{Consumer: r.Peer, Channel: r.Channel, Epoch: r.Epoch}
					domain := intent.Domain{ChainID: w.network.ChainID, Contract: w.network.Contracts.Payments}
					signed, err := intent.SignRelease(change(&release, &domain, key), release, domain)
					return signed, err
				})
			}
		}
	}
	refuses := func(reason session.Reason) func(*world) func(context.Context, *messaging.Incoming, *identity.Key) {
		return func(*world) func(context.Context, *messaging.Incoming, *identity.Key) {
			return func(ctx context.Context, in *messaging.Incoming, _ *identity.Key) {
				_, _ = session.AnswerRelease(ctx, session.From(in), session.Config{}, func(context.Context, session.ReleaseRequest) (intent.SignedRelease, error) {
					return intent.SignedRelease{}, session.Refuse(reason, nil)
				})
			}
		}
	}
	for name, c := range map[string]struct {
		answer func(*world) func(context.Context, *messaging.Incoming, *identity.Key)
		told   string
	}{
		"another's signature": {signs(func(_ *intent.Release, _ *intent.Domain, _ *identity.Key) identity.Signer { return stranger }), "release is not valid"},
		"another epoch":       {signs(func(r *intent.Release, _ *intent.Domain, k *identity.Key) identity.Signer { r.Epoch++; return k }), "it is for something else"},
		"another channel":     {signs(func(r *intent.Release, _ *intent.Domain, k *identity.Key) identity.Signer { r.Channel++; return k }), "it is for something else"},
		"another consumer": {signs(func(r *intent.Release, _ *intent.Domain, k *identity.Key) identity.Signer {
			r.Consumer = stranger.Address()
			return k
		}), "it is for something else"},
		"another contract": {signs(func(_ *intent.Release, d *intent.Domain, k *identity.Key) identity.Signer {
			d.Contract[0]++
			return k
		}), "release is not valid"},
		"nonsense": {func(*world) func(context.Context, *messaging.Incoming, *identity.Key) {
			return func(ctx context.Context, in *messaging.Incoming, _ *identity.Key) {
				_ = in.Reply(ctx, messaging.Message{Kind: 77})
			}
		}, "answer makes no sense"},
		"silence": {func(*world) func(context.Context, *messaging.Incoming, *identity.Key) {
			return func(context.Context, *messaging.Incoming, *identity.Key) {}
		}, "the provider does not answer"},
		"clearing for ever":   {refuses(session.Clearing), "after 3s the provider has what was promised cleared and confirmed first"},
		"clearing, told late": {refuses(session.Clearing), "after 1ms the provider has what was promised cleared and confirmed first"},
		"busy for ever":       {refuses(session.ChannelBusy), "after 3s the provider still has a session on it"},
		"debt":                {refuses(session.InDebt), "refused by the provider: in debt"},
		"not worth it":        {refuses(session.NotWorth), "refused by the provider: not worth its clearing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			provider := w.posing(t, c.answer(w))
			w.falls(t, provider.Address(), c.told)
		})
	}
	t.Run("not announced", func(t *testing.T) {
		t.Parallel()
		newWorld().falls(t, stranger.Address(), "the provider does not answer: it announces nothing")
	})
}

// falls checks that an unlock falls back to the contract's delay.
func (w *world) falls(t *testing.T, provider identity.Address, told string) {
	t.Helper()
	consumer := w.member(t, memberConfig{config: func(cfg *Config) {
		cfg.ReleasePatience, cfg.Session.Answer = 3*time.Second, time.Minute
		switch {
		case strings.HasPrefix(told, "the provider does not answer"):
			cfg.Session.Answer = 3 * time.Second
		case strings.HasPrefix(told, "after 1ms"):
			cfg.ReleasePatience = time.Millisecond // over before any answer, from which it counts
		}
	}})
	held := chain.Channel{Provider: provider, Locked: 3 * money.UnitsPerCoin, Epoch: 4}
	w.mu.Lock()
	w.channels[slot{consumer.key.Address(), 2}] = held
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var said heard
	paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: 2, Most: AnyFee}, said.hear)
	if err != nil || paid.UnlockAt.IsZero() || paid.Amount != 0 || !said.has(told) || !said.has("so it takes the contract's delay") {
		t.Errorf("%+v, %v: %q", paid, err, said)
	}
	held.UnlockAt = paid.UnlockAt
	if c := w.channel(consumer, 2); c != held {
		t.Errorf("the channel is %+v", c)
	}
}

// Who does not want its provider to be asked gets the contract's delay at once, asks nobody again before it is over, and may ask
// for the release later.
func TestTimedUnlock(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := consumer.uses(ctx, t, provider)
	if q, err := consumer.Quote(ctx, QuoteRequest{Operation: OpUnlock, Channel: s.Channel, Timed: true}); err != nil || q.Release || q.Delay == 0 {
		t.Errorf("quote %+v, %v", q, err)
	}
	var said heard
	paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee, Timed: true}, said.hear)
	if err != nil || paid.UnlockAt.IsZero() || said.has("asking provider") {
		t.Fatalf("%+v, %v: %q", paid, err, said)
	}
	// While the delay runs there is nothing that a relayer could do.
	var early heard
	_, err = consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee, Timed: true}, early.hear)
	if !errors.Is(err, ErrNotNow) || !strings.Contains(err.Error(), "the provider still has time to clear, until "+paid.UnlockAt.UTC().Format(time.DateTime)) || early.has("asking a relayer") {
		t.Errorf("%v: %q", err, early)
	}
	if q, err := consumer.Quote(ctx, QuoteRequest{Operation: OpUnlock, Channel: s.Channel}); err != nil || !q.Release || q.Delay != 0 {
		t.Errorf("quote %+v, %v", q, err)
	}
	if paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee}, quiet); err != nil || !paid.UnlockAt.IsZero() {
		t.Errorf("%+v, %v", paid, err)
	}
}

// pricey is the world's relayer, with other fees.
type pricey struct {
	*world
	fees map[relay.Kind]money.Amount
}

func (r *pricey) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, r, complete)
}

func (r *pricey) Quote(context.Context) (relay.Quote, error) {
	return relay.Quote{Relayer: identity.Address{9}, Fees: r.fees}, nil
}

// What is agreed to before an unlock is enough for either way.
func TestUnlockIsQuotedAtTheDearer(t *testing.T) {
	for name, c := range map[string]struct {
		fees   map[relay.Kind]money.Amount
		want   money.Amount
		failed error
	}{
		"the delay":          {map[relay.Kind]money.Amount{relay.KindRelease: 3, relay.KindUnlockAsk: 5}, 5, nil},
		"the release":        {map[relay.Kind]money.Amount{relay.KindRelease: 7, relay.KindUnlockAsk: 5}, 7, nil},
		"only the delay":     {map[relay.Kind]money.Amount{relay.KindUnlockAsk: 5}, 5, nil},
		"only the release":   {map[relay.Kind]money.Amount{relay.KindRelease: 3}, 3, nil},
		"neither is offered": {nil, 0, ErrNotNow},
	} {
		w := newWorld()
		consumer := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas, cfg.Relayer = meter{}, &pricey{w, c.fees} }})
		w.deposits[consumer.key.Address()] = money.UnitsPerCoin
		w.channels[slot{consumer.key.Address(), 2}] = chain.Channel{Provider: identity.Address{8}, Locked: 1000, Epoch: 1}
		q, err := consumer.Quote(t.Context(), QuoteRequest{Operation: OpUnlock, Channel: 2})
		if !errors.Is(err, c.failed) || c.failed == nil && (err != nil || q.RelayFee != c.want || q.Transactions != 1) {
			t.Errorf("%s: %+v, %v", name, q, err)
		}
	}
}

// A release that no relayer takes does not keep the channel from coming back by the contract's delay.
func TestReleaseThatNobodyRelays(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) {
		cfg.Relayer = &pricey{w, map[relay.Kind]money.Amount{relay.KindLock: 0, relay.KindUnlockAsk: 0}}
	}})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := consumer.uses(ctx, t, provider)
	var said heard
	paid, err := consumer.Unlock(ctx, UnlockRequest{Channel: s.Channel, Most: AnyFee}, said.hear)
	if err != nil || paid.UnlockAt.IsZero() || !said.has("the provider has released it") || !said.has("does not release; so it takes the contract's delay") {
		t.Errorf("%+v, %v: %q", paid, err, said)
	}
}
