package node

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/session"
)

// spends opens a session, loads the page through it, which a cap may cut short, and returns the session once it is over.
func (m *member) spends(ctx context.Context, t *testing.T, req ConnectRequest, target string) (ended Session) {
	t.Helper()
	s, err := m.Connect(ctx, req, quiet)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fetch(ctx, s, target)
	if err == nil {
		t.Fatalf("%d bytes came through", got)
	}
	waitFor(t, func() bool {
		all, err := m.Sessions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, ended = range all {
			if ended.ID == s.ID && ended.State == stateEnded {
				return true
			}
		}
		return false
	})
	return ended
}

// A spending cap ends a session in good order: both ends say why, and everything is paid.
func TestCapsEndSessions(t *testing.T) {
	const most = testSetup * 2 // 20 MiB of a page of 24
	for per, c := range map[string]struct {
		caps payments.Caps
		req  ConnectRequest
		text string
	}{
		"session": {req: ConnectRequest{Cap: most}, text: "spending cap used up: 0.02 coins for this session; 'myst connect --cap' takes another number"},
		"day": {
			caps: payments.Caps{PerDay: most},
			text: "spending cap used up: 0.02 coins a day, until midnight UTC or until 'myst node --cap-per-day' raises it",
		},
	} {
		t.Run(per, func(t *testing.T) {
			w := newWorld()
			target, at := page(t)
			provider := w.member(t, memberConfig{provider: true, exit: []netip.AddrPort{at}})
			consumer := w.member(t, memberConfig{caps: c.caps})
			w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			ended := consumer.spends(ctx, t, c.req, target)
			if ended.Reason != c.text || ended.Promised > most || ended.Promised < most-1000 {
				t.Errorf("%+v", ended)
			}
			var theirs Session
			waitFor(t, func() bool {
				all, err := provider.Sessions(ctx)
				if err != nil || len(all) != 1 {
					t.Fatal(all, err)
				}
				theirs = all[0]
				return theirs.State == stateEnded
			})
			aSecond := theirs.Price.PerHour/3600 + 1 // by which the clocks of both ends may differ
			if theirs.Reason != session.CapReached.String() || theirs.Promised != ended.Promised || theirs.Due > theirs.Promised+aSecond {
				t.Errorf("the provider's: %+v", theirs)
			}
			status, err := consumer.Status(ctx)
			if err != nil || status.Spending.Today != ended.Promised || status.Spending.Held != 0 || status.Spending.Caps != c.caps {
				t.Errorf("%+v, %v", status.Spending, err)
			}
		})
	}
}

// A cap that leaves no room for a session refuses it before anything is locked, and says what to do.
func TestCapsRefuseSessions(t *testing.T) {
	w := newWorld()
	w.member(t, memberConfig{provider: true})
	for text, c := range map[string]struct {
		caps payments.Caps
		req  ConnectRequest
	}{
		"0.01 coins for this session; 'myst connect --cap' takes another number":                                      {req: ConnectRequest{Cap: testSetup}},
		"0.01 coins a day, until midnight UTC or until 'myst node --cap-per-day' raises it":                           {caps: payments.Caps{PerDay: testSetup}},
		"0.079999 coins a minute are too few for this price or set-up charge; 'myst node --cap-per-minute' raises it": {caps: payments.Caps{PerMinute: 8*testSetup - 1}},
	} {
		consumer := w.member(t, memberConfig{caps: c.caps})
		w.mu.Lock()
		w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
		w.mu.Unlock()
		_, err := consumer.Connect(t.Context(), c.req, func(p Progress) {
			if p.Step == "lock" || p.Step == "negotiate" {
				t.Errorf("%+v", p)
			}
		})
		if !errors.Is(err, ErrNotNow) || !errors.Is(err, payments.ErrCap) || !strings.HasSuffix(err.Error(), "not possible now: the spending cap leaves too little beside a set-up charge of 0.01: "+text) {
			t.Errorf("%v", err)
		}
	}
}

// A minute's cap slows a download down, which comes through all the same.
func TestMinuteCapSlowsDown(t *testing.T) {
	w := newWorld()
	target, at := page(t)
	provider := w.member(t, memberConfig{provider: true, exit: []netip.AddrPort{at}})
	consumer := w.member(t, memberConfig{caps: payments.Caps{PerMinute: 24 * testSetup}})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	began := time.Now()
	s, err := consumer.Connect(ctx, ConnectRequest{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := fetch(ctx, s, target); err != nil || n != pageSize {
		t.Fatalf("%d bytes, %v", n, err)
	}
	took := time.Since(began)
	ended, err := consumer.Disconnect(ctx, s.ID, quiet)
	if err != nil || ended.Reason != "finished" {
		t.Fatalf("%+v, %v", ended, err)
	}
	// Nothing had gathered when the node started: from then on it is three quarters of the cap a minute.
	if rate := money.Amount(18 * testSetup); ended.Promised > rate*money.Amount(took/time.Millisecond+2000)/60_000 {
		t.Errorf("promised %s in %v", ended.Promised, took)
	}
	waitFor(t, func() bool {
		all, err := provider.Sessions(ctx)
		return err == nil && len(all) == 1 && all[0].State == stateEnded && all[0].Due <= all[0].Promised+all[0].Price.PerHour/3600+1
	})
}

// A provider has no dust locked. What it takes is told, and does; what is on chain already may be less.
func TestDustLocks(t *testing.T) {
	for name, c := range map[string]struct {
		config func(*Config)
		least  money.Amount
		text   string
	}{
		"floor": {func(cfg *Config) { cfg.MinLock = 400_000 }, 400_000, "lock 0.4 coins or more by 'myst connect --lock'"},
		"gas": {func(cfg *Config) {
			cfg.MinLock = 1000
			cfg.LockCost = func(context.Context, identity.Address) (money.Amount, error) { return 21_000, nil }
		}, 420_000, "lock 0.42 coins or more by 'myst connect --lock'"},
		"gas that is not known": {func(cfg *Config) {
			cfg.MinLock = 400_000
			cfg.LockCost = func(context.Context, identity.Address) (money.Amount, error) { return 0, errors.New("by this test") }
		}, 400_000, "lock 0.4 coins or more by 'myst connect --lock'"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			provider := w.member(t, memberConfig{provider: true, config: c.config})
			consumer := w.member(t, memberConfig{})
			w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			filter := market.Filter{Provider: provider.key.Address()}
			_, err := consumer.Connect(ctx, ConnectRequest{Filter: filter, Lock: c.least - 1}, quiet)
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "refused: lock too small: "+c.text) {
				t.Fatal(err)
			}
			if state, err := w.Channel(ctx, consumer.key.Address(), 0, 0); err != nil || state.Locked != 0 {
				t.Errorf("%+v, %v", state, err)
			}
			for _, lock := range []money.Amount{c.least, 200_000} { // the second finds the first
				s, err := consumer.Connect(ctx, ConnectRequest{Filter: filter, Lock: lock}, quiet)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := consumer.Disconnect(ctx, s.ID, quiet); err != nil {
					t.Fatal(err)
				}
			}
			// A top-up between sessions must add as much.
			w.mu.Lock()
			locked := w.channels[slot{consumer.key.Address(), 0}]
			w.mu.Unlock()
			v := &serving{n: provider.Node, self: provider.self}
			r := session.Request{Peer: consumer.key.Address(), Lock: locked.Locked + c.least - 1, Epoch: locked.Epoch}
			var refusal *session.Refusal
			if err := v.worthLocking(ctx, r, locked); !errors.As(err, &refusal) || refusal.LeastLock != locked.Locked+c.least {
				t.Errorf("a small top-up: %v", err)
			}
			r.Lock++
			if err := v.worthLocking(ctx, r, locked); err != nil {
				t.Error(err)
			}
		})
	}
}

// What a lock costs is tried from the provider's own address, which has no code. That it is not known is said when that begins,
// and not for each request.
func TestLockCostIsNotKnown(t *testing.T) {
	var fail error
	var from identity.Address
	var log strings.Builder
	key := randomKey(t)
	cost := func(_ context.Context, who identity.Address) (money.Amount, error) {
		from = who
		return 50, fail
	}
	v := &serving{n: &Node{cfg: Config{LockCost: cost}, log: slog.New(slog.NewTextHandler(&log, nil))}, self: &Self{Signer: key}}
	for step, away := range []bool{true, true, true, false, true, true} {
		if fail = nil; away {
			fail = errors.New("by this test")
		}
		if err := v.worthLocking(t.Context(), session.Request{Lock: 999}, chain.Channel{}); (err == nil) != away {
			t.Errorf("step %d: %v", step, err)
		}
	}
	if n := strings.Count(log.String(), "the gas of a lock is not known"); n != 2 || from != key.Address() {
		t.Errorf("said %d times; tried from %s", n, from)
	}
}

// Who is refused for too small a lock goes on to a provider that takes it.
func TestDustLockElsewhere(t *testing.T) {
	w := newWorld()
	w.member(t, memberConfig{provider: true, config: func(cfg *Config) { cfg.MinLock = money.UnitsPerCoin }})
	second := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	s, err := consumer.Connect(t.Context(), ConnectRequest{Lock: 200_000}, quiet)
	if err != nil || s.Peer != second.key.Address() {
		t.Errorf("%+v, %v", s, err)
	}
}
