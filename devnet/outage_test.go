package devnet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
)

// reachable waits until a participant's status says that every hub and broker is, or is not, reachable.
func reachable(t *testing.T, p *Participant, want bool) {
	t.Helper()
	eventually(t, fmt.Sprintf("%s reaches the hub: %t", p.Name, want), func(ctx context.Context) error {
		status, err := p.API.Status(ctx)
		if err != nil {
			return err
		}
		for _, name := range []string{"hub", "broker"} {
			i := slices.IndexFunc(status.Backends, func(b wire.Backend) bool { return b.Name == name })
			if i < 0 || status.Backends[i].Healthy != want || status.Backends[i].Detail == "" {
				return fmt.Errorf("%s: %+v", name, status.Backends)
			}
		}
		return nil
	})
}

// As after a power failure, the nodes come up before what they depend on.
func TestNodesWaitForTheirHub(t *testing.T) {
	t.Parallel()
	n := start(t, Config{})
	s := &sale{consumer: n.Consumer[0], provider: n.Provider[0], bytes: 1 << 20}
	for _, end := range []func() error{s.consumer.Stop, s.provider.Stop, n.StopHub} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []*Participant{s.provider, s.consumer} {
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		reachable(t, p, false)
	}
	status, err := s.provider.API.Status(t.Context())
	if err != nil || len(status.Providing) != 1 || status.Providing[0].Announced || !strings.Contains(status.Providing[0].Problem, n.HubURL) {
		t.Errorf("providing without a hub: %+v, %v", status.Providing, err)
	}
	if balance, err := s.consumer.API.Balance(t.Context()); err != nil || balance.Deposit.Units == 0 {
		t.Errorf("the chain is there, and the balance is %+v, %v", balance, err)
	}
	if err := s.connect(t.Context()); err == nil || !strings.Contains(err.Error(), "unavailable") {
		t.Errorf("connected without a hub: %v", err)
	}
	if err := n.StartHub(t.Context()); err != nil {
		t.Fatal(err)
	}
	announced(t, s.provider)
	reachable(t, s.provider, true)
	reachable(t, s.consumer, true)
	if err := s.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := FetchBytes(t.Context(), through(s.session), n.Web.URL(), s.bytes, func(int64) {}); err != nil {
		t.Fatal(err)
	}
	s.finish(t, n)
}

// finish ends the sale as its consumer would, and checks its bill.
func (s *sale) finish(t *testing.T, n *Network) {
	t.Helper()
	if _, err := s.consumer.API.Disconnect(t.Context(), s.session.ID, nil); err != nil {
		t.Fatal(err)
	}
	s.over(t, soon)
	s.check(t, 0, n.cfg)
}

// interrupt takes the hub away from a sale that has begun, and returns the provider's account of it
// at that moment, and a fetch of the largest blob that cannot be finished without the hub.
func (s *sale) interrupt(t *testing.T, n *Network) (before wire.Session, fetched chan error) {
	t.Helper()
	if err := s.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	fetch := func(ctx context.Context, size int64) error {
		_, err := FetchBytes(ctx, through(s.session), n.Web.URL(), size, func(int64) {})
		s.bytes += size
		return err
	}
	if err := fetch(t.Context(), 12<<20); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what was fetched is paid for", func(ctx context.Context) error {
		bought, err := listed(ctx, s.consumer, s.session.ID)
		if sold := s.atProvider(t); err == nil && sold.Promises != bought.Promises {
			err = fmt.Errorf("%d promises were made, %d arrived", bought.Promises, sold.Promises)
		}
		return err
	})
	if err := n.StopHub(); err != nil {
		t.Fatal(err)
	}
	reachable(t, s.consumer, false)
	reachable(t, s.provider, false)
	before = s.atProvider(t)
	// Every half window is paid for, so half a window, less what packets add, is left at any time.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := fetch(ctx, int64(before.Window)*7/16); err != nil {
		t.Fatalf("inside of the window: %v", err)
	}
	fetched = make(chan error, 1)
	go func() { fetched <- fetch(t.Context(), BlobSize) }()
	return before, fetched
}

func (s *sale) atProvider(t *testing.T) wire.Session {
	t.Helper()
	session, err := listed(t.Context(), s.provider, s.session.ID)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// stopped waits until no more traffic passes, and returns the provider's account then.
func (s *sale) stopped(t *testing.T) (last wire.Session) {
	t.Helper()
	since := time.Now()
	eventually(t, "the traffic stops", func(context.Context) error {
		if now := s.atProvider(t); now.Sent != last.Sent {
			last, since = now, time.Now()
		}
		if time.Since(since) < 2*time.Second {
			return fmt.Errorf("%d bytes were sent and it goes on", last.Sent)
		}
		return nil
	})
	return last
}

// withinWindow checks that a provider's account has no more than one window unpaid.
func withinWindow(t *testing.T, cfg Config, s wire.Session) {
	t.Helper()
	// A twentieth of what is sent may be lost on the way, and is not paid; time is paid for every half minute.
	unpaid, err := cfg.Price.Due(s.Window+s.Sent/20, time.Minute)
	worth, err2 := cfg.Price.Due(s.Sent+s.Received, 0)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	const roundings = 3 // every amount is rounded up by itself
	if worth+cfg.SetupCharge > money.Amount(s.Promised.Units)+unpaid+roundings {
		t.Errorf("%s were promised for service worth %s; the window is %d bytes", s.Promised.Coins, worth+cfg.SetupCharge, s.Window)
	}
}

func TestHubIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	n := start(t, Config{})
	s := &sale{consumer: n.Consumer[0], provider: n.Provider[0]}
	before, fetched := s.interrupt(t, n)
	paused := s.stopped(t)
	withinWindow(t, n.cfg, paused)
	if paused.Promised != before.Promised {
		t.Errorf("without a broker the provider was promised %s, then %s", before.Promised.Coins, paused.Promised.Coins)
	}
	if err := n.StartHub(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-fetched:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(soon):
		t.Fatal("the broker is back, and the fetch does not go on")
	}
	s.finish(t, n)
	if s.sold.Promises <= paused.Promises+1 {
		t.Errorf("%d promises before the broker came back, %d in all", paused.Promises, s.sold.Promises)
	}
	cleared(t, s.provider)
}

func TestHubIsAwayForTooLong(t *testing.T) {
	t.Parallel()
	n := start(t, Config{Price: byteExact})
	s := &sale{consumer: n.Consumer[0], provider: n.Provider[0]}
	before, fetched := s.interrupt(t, n)
	s.over(t, 2*time.Minute)
	select {
	case err := <-fetched:
		if err == nil {
			t.Error("more than a window was fetched without a payment")
		}
	case <-time.After(soon):
		t.Error("the fetch outlived its session")
	}
	stated := []string{"unpaid", "payment channel lost", "tunnel failed"} // whichever is noticed first
	if !slices.Contains(stated, s.sold.Reason) || !slices.Contains(stated, s.bought.Reason) {
		t.Errorf("ended: %s, and at the consumer: %s", s.sold.Reason, s.bought.Reason)
	}
	withinWindow(t, n.cfg, s.sold)
	window, err := n.cfg.Price.Due(s.sold.Window, 0)
	if lost := s.bought.Promised.Units - s.sold.Promised.Units; err != nil || s.sold.Promised != before.Promised || lost > uint64(window) {
		t.Errorf("promised %s, taken %s, before the outage %s", s.bought.Promised.Coins, s.sold.Promised.Coins, before.Promised.Coins)
	}
	if err := n.StartHub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.provider.API.Clear(t.Context(), wire.Limit{}, nil); err != nil {
		t.Fatal(err)
	}
	if earned := cleared(t, s.provider); uint64(earned) != s.sold.Promised.Units {
		t.Errorf("the provider was promised %s and cleared %s", s.sold.Promised.Coins, earned)
	}
	// They trade again, and what is left of the window is paid.
	again := &sale{consumer: s.consumer, provider: s.provider}
	if err := again.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := FetchBytes(t.Context(), through(again.session), n.Web.URL(), 1<<20, func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := again.consumer.API.Disconnect(t.Context(), again.session.ID, nil); err != nil {
		t.Fatal(err)
	}
	again.over(t, soon)
	// A twentieth may be lost on the way, and what an eighth of the first window costs is not worth a debt.
	served, err := n.cfg.Price.Due((s.sold.Sent+again.sold.Sent)*19/20-payments.FirstWindow/8, 0)
	earned := cleared(t, s.provider)
	if earned < served+2*n.cfg.SetupCharge || err != nil {
		t.Errorf("the provider served for %s and two set-up charges, and cleared %s, %v", served, earned, err)
	}
	// What it sent after the last bill that it got is not in what it listed as due, but in its book.
	unbilled, err := n.cfg.Price.Due(s.bought.Sent, 0)
	if due := s.bought.Due.Units + again.bought.Due.Units + uint64(unbilled); uint64(earned) > due || err != nil {
		t.Errorf("the consumer owed %d units and paid %d, %v", due, earned, err)
	}
}
