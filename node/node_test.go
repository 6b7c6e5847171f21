package node

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/session"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/wireguard"
)

const pageSize = 24 << 20

// page serves pageSize bytes and returns its URL and address.
func page(t *testing.T) (string, netip.AddrPort) {
	t.Helper()
	return pageOf(t, pageSize)
}

func pageOf(t *testing.T, size int) (string, netip.AddrPort) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, size))
	}))
	t.Cleanup(server.Close)
	return server.URL, netip.MustParseAddrPort(server.Listener.Addr().String())
}

func fetch(ctx context.Context, s Session, target string) (int64, error) {
	client := &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(&url.URL{Scheme: "socks5h", Host: s.ProxyAddr}), DisableKeepAlives: true,
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.Copy(io.Discard, resp.Body)
}

func quiet(Progress) {}

func TestPaidSession(t *testing.T) {
	w := newWorld()
	target, at := page(t)
	provider := w.member(t, memberConfig{provider: true, exit: []netip.AddrPort{at}})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	s, err := consumer.Connect(ctx, ConnectRequest{Filter: market.Filter{Country: "DE"}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := fetch(ctx, s, target); err != nil || n != pageSize {
		t.Fatalf("%d bytes, %v", n, err)
	}
	ended, err := consumer.Disconnect(ctx, s.ID, quiet)
	if err != nil {
		t.Fatal(err)
	}
	due, err := testPrice.Due(ended.Received, 0)
	if err != nil {
		t.Fatal(err)
	}
	if ended.Received < pageSize || ended.Promised < due+testSetup || ended.Promises < 4 {
		t.Errorf("account: %+v", ended)
	}
	if ended.Reason != "finished" || ended.State != stateEnded {
		t.Errorf("ended as %q: %s", ended.State, ended.Reason)
	}
	waitFor(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.earned[provider.key.Address()] == ended.Promised
	})
	sessions, err := provider.Sessions(ctx)
	if err != nil || len(sessions) != 1 || sessions[0].Promised != ended.Promised || sessions[0].Role != RoleProvider {
		t.Errorf("provider's sessions: %+v, %v", sessions, err)
	}
	if conn, err := net.DialTimeout("tcp", s.ProxyAddr, time.Second); err == nil {
		_ = conn.Close()
		t.Error("the SOCKS5 port outlived the session")
	}
}

// A session with another provider locks more of the deposit: that is said before it happens.
func TestAnotherLockIsAnnounced(t *testing.T) {
	w := newWorld()
	providers := []*member{w.member(t, memberConfig{provider: true}), w.member(t, memberConfig{provider: true})}
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	connect := func(provider *member) (said []string) {
		t.Helper()
		s, err := consumer.Connect(ctx, ConnectRequest{Filter: market.Filter{Provider: provider.key.Address()}}, func(p Progress) {
			if p.Step == "lock" {
				said = append(said, p.Detail)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := consumer.Disconnect(ctx, s.ID, quiet); err != nil {
			t.Fatal(err)
		}
		return said
	}
	const lock = "this will lock 1 coins of the deposit for this provider"
	if said := connect(providers[0]); len(said) < 2 || said[0] != lock {
		t.Errorf("the first: %q", said)
	}
	if said := connect(providers[0]); len(said) != 0 {
		t.Errorf("the same again: %q", said)
	}
	if said := connect(providers[1]); len(said) < 2 || !strings.HasPrefix(said[0], lock+"; other providers hold 0.9") {
		t.Errorf("another: %q", said)
	}
}

// Who ends a session whose other end has died is told so, and finds it in the list afterwards.
func TestDisconnectFromTheDead(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s, err := consumer.Connect(ctx, ConnectRequest{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	w.mute.Store(true)
	for _, c := range []struct {
		who  *member
		want string
	}{
		{consumer, "finished, but the provider did not answer"},
		{provider, "finished, but the consumer did not answer"},
	} {
		ended, err := c.who.Disconnect(ctx, s.ID, quiet)
		if err != nil || ended.State != stateEnded || ended.Reason != c.want {
			t.Errorf("ended as %q, %q, %v; want %q", ended.State, ended.Reason, err, c.want)
		}
		if all, err := c.who.Sessions(ctx); err != nil || len(all) != 1 || all[0].Reason != c.want {
			t.Errorf("sessions: %+v, %v; want %q", all, err, c.want)
		}
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("it did not happen within a minute")
		}
	}
}

// proposes changes what a provider's node takes for its proposal, behind the backs of those who have seen it.
func (m *member) proposes(change func(*market.Proposal)) {
	a := m.self.Services[0].Announcer.(standing)
	change(&a.signed.Proposal)
	m.self.Services[0].Announcer = a
}

func TestConnectFails(t *testing.T) {
	for _, c := range []struct {
		name     string
		sabotage func(w *world, provider *member)
		want     error
	}{
		{"no deposit", func(w *world, _ *member) { w.deposits = nil }, ErrFunds},
		{"nobody offers", func(w *world, _ *member) { w.offers = nil }, ErrNoProposal},
		{"provider drains", func(_ *world, p *member) { p.mu.Lock(); p.draining = true; p.mu.Unlock() }, ErrRefused},
		{"provider has no capacity", func(_ *world, p *member) { p.cfg.MaxSessions = -1 }, ErrRefused},
		{"provider asks more than it announced", func(_ *world, p *member) { p.proposes(func(m *market.Proposal) { m.Price.PerGiB *= 2 }) }, ErrRefused},
		{"consumer names a higher price per GiB", func(_ *world, p *member) { p.proposes(func(m *market.Proposal) { m.Price.PerGiB /= 2 }) }, ErrRefused},
		{"consumer names a higher price per hour", func(_ *world, p *member) { p.proposes(func(m *market.Proposal) { m.Price.PerHour-- }) }, ErrRefused},
		{"consumer names a higher set-up charge", func(_ *world, p *member) { p.proposes(func(m *market.Proposal) { m.SetupCharge-- }) }, ErrRefused},
		{"chain stands still", func(_ *world, p *member) {
			p.cfg.Fresh = func(context.Context) error { return chain.ErrUnavailable }
		}, ErrRefused},
		{"consumer is denied", func(w *world, p *member) {
			for who := range w.deposits {
				p.cfg.Deny = append(p.cfg.Deny, who)
			}
		}, ErrRefused},
		{"consumer is not registered", func(w *world, _ *member) {
			for who := range w.deposits {
				w.strangers[who] = true
			}
		}, ErrNotRegistered},
		{"lock does not get on chain", func(w *world, _ *member) { w.refuse = true }, &session.EndError{}},
		{"chain is down", func(w *world, _ *member) { w.down = true }, ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			provider := w.member(t, memberConfig{provider: true})
			consumer := w.member(t, memberConfig{})
			w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
			c.sabotage(w, provider)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := consumer.Connect(ctx, ConnectRequest{}, quiet)
			var end *session.EndError
			if as := errors.As(c.want, &end) && errors.As(err, &end); !as && !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			waitFor(t, func() bool {
				provider.mu.Lock()
				defer provider.mu.Unlock()
				return len(consumer.open()) == 0 && len(provider.live) == 0 && provider.admitted == 0
			})
		})
	}
}

// Many requests at once, none of them a session yet, get no more places than there are.
func TestAcceptedRequestsTakePlaces(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	provider.cfg.MaxSessions = 2
	var taken []*serving
	for range 2 {
		v := &serving{n: provider.Node, self: provider.self}
		if err := v.admit(t.Context(), identity.Address{9}); err != nil {
			t.Fatal(err)
		}
		taken = append(taken, v)
	}
	third := &serving{n: provider.Node, self: provider.self}
	var refusal *session.Refusal
	if err := third.admit(t.Context(), identity.Address{9}); !errors.As(err, &refusal) || refusal.Reason != session.NoCapacity {
		t.Errorf("a third: %v", err)
	}
	third.giveBack()
	taken[0].giveBack()
	taken[0].giveBack()
	if err := third.admit(t.Context(), identity.Address{9}); err != nil {
		t.Errorf("after one has gone: %v", err)
	}
}

// overbilling is a provider's meter that claims to have received twice what it did.
type overbilling struct{ tunnel.Server }

type doubled struct{ tunnel.Tunnel }

func (o overbilling) Open(ctx context.Context, cfg tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	t, start, err := o.Server.Open(ctx, cfg)
	return doubled{t}, start, err
}

func (d doubled) Counters() tunnel.Counters {
	c := d.Tunnel.Counters()
	c.Received = 2*c.Received + 1<<20
	return c
}

func TestOverbillingProviderIsNotPaid(t *testing.T) {
	w := newWorld()
	target, at := page(t)
	provider := w.member(t, memberConfig{
		provider: true, exit: []netip.AddrPort{at},
		wrap: func(s tunnel.Server) tunnel.Server { return overbilling{s} },
	})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s, err := consumer.Connect(ctx, ConnectRequest{}, quiet)
	if err == nil {
		_, err = fetch(ctx, s, target)
	}
	if err == nil {
		t.Fatal("an overbilled session went well")
	}
	waitFor(t, func() bool { return len(consumer.open()) == 0 && len(provider.open()) == 0 })
	sessions, err := consumer.Sessions(ctx)
	if err != nil || len(sessions) != 1 || sessions[0].Reason != "overbilled" {
		t.Fatalf("consumer's sessions: %+v, %v", sessions, err)
	}
	if sessions[0].Promised > testSetup {
		t.Errorf("paid %s beyond the set-up charge", sessions[0].Promised-testSetup)
	}
}

func TestTakenProxyPortCostsNothing(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if _, err := consumer.Connect(t.Context(), ConnectRequest{ProxyAddr: taken.Addr().String()}, quiet); !errors.Is(err, ErrProxyAddr) {
		t.Fatalf("got %v", err)
	}
	for _, m := range []*member{consumer, provider} {
		if sessions, err := m.Sessions(t.Context()); err != nil || len(sessions) != 0 {
			t.Errorf("sessions: %+v, %v", sessions, err)
		}
	}
	if w.deposits[consumer.key.Address()] != 10*money.UnitsPerCoin {
		t.Error("something was locked")
	}
}

// A provider may take a moment to close the books of the session before.
func TestBusyChannelIsWaitedFor(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	earlier, err := provider.self.Ledger.Collect(t.Context(), payments.Terms{Peer: consumer.key.Address(), Lock: 1})
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	_, err = consumer.Connect(t.Context(), ConnectRequest{}, func(Progress) {
		if steps++; steps == 6 { // in the second try
			if err := earlier.Close(t.Context(), "finished"); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A relayer that says that it has cleared is not believed.
func TestClearingIsReadFromTheChain(t *testing.T) {
	w := newWorld()
	target, at := page(t)
	provider := w.member(t, memberConfig{provider: true, exit: []netip.AddrPort{at}})
	consumer := w.member(t, memberConfig{})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	s, err := consumer.Connect(t.Context(), ConnectRequest{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fetch(t.Context(), s, target); err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	w.lie = true
	w.mu.Unlock()
	if paid, err := provider.Clear(t.Context(), AnyFee, quiet); err == nil {
		t.Fatalf("believed the relayer: %+v", paid)
	}
	w.mu.Lock()
	w.lie = false
	w.mu.Unlock()
	paid, err := provider.Clear(t.Context(), AnyFee, quiet)
	if err != nil || len(paid) != 1 || paid[0].Amount == 0 || paid[0].Amount != w.earned[provider.key.Address()] {
		t.Fatalf("cleared %+v, %v", paid, err)
	}
}

// A provider that is told to stop does so in whatever phase its sessions are.
func TestDrainsWhileAConsumerDawdles(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	consumer := w.member(t, memberConfig{config: func(cfg *Config) {
		cfg.Clients = map[string]func() (tunnel.Client, error){
			wireguard.ServiceType: func() (tunnel.Client, error) {
				c, err := wireguard.NewClient(wireguard.ClientConfig{})
				return dawdler{c}, err
			},
		}
	}})
	w.deposits[consumer.key.Address()] = 10 * money.UnitsPerCoin
	connected := make(chan error, 1)
	go func() {
		_, err := consumer.Connect(t.Context(), ConnectRequest{}, quiet)
		connected <- err
	}()
	waitFor(t, func() bool { open := provider.open(); return len(open) == 1 && open[0].State == stateConnecting })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := provider.Drain(ctx); err != nil {
		t.Error(err)
	}
	if err := <-connected; err == nil {
		t.Error("the dawdling consumer is connected")
	}
}

// dawdler is a tunnel client that never comes up.
type dawdler struct{ tunnel.Client }

func (dawdler) Connect(ctx context.Context, _ tunnel.ClientSession) (tunnel.ClientTunnel, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
