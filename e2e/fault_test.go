//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/nftables"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
)

// rounds is how often each process is killed; MYST_E2E_ROUNDS sets it.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("MYST_E2E_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 3
}

// trade is a session that is being bought and used while something is killed. Everything in it may fail.
type trade struct {
	buyer   *party
	on      *testbed.Host
	service string
	cancel  context.CancelFunc
	ended   chan struct{}
}

// begin connects and downloads until end.
func (m *world) begin(t *testing.T, round int) *trade {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d := &trade{
		buyer: m.buyers[round%2], on: m.consumers[round%2], service: []string{"openvpn", "wireguard"}[round/2%2],
		cancel: cancel, ended: make(chan struct{}),
	}
	go func() {
		defer close(d.ended)
		var s wire.Session
		if d.buyer.Try(t, &s, "connect", "--service", d.service, "--yes") != nil {
			return
		}
		for ctx.Err() == nil {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.Page.Addr.String()+"/bytes/67108864", nil)
			if err != nil {
				return
			}
			resp, err := testbed.Client(d.on, s.ProxyAddr).Do(req)
			if err != nil {
				return
			}
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close() // it is thrown away
			if err != nil {
				return
			}
		}
	}()
	return d
}

func (d *trade) end() {
	d.cancel()
	<-d.ended
}

// Whatever is killed, whenever: after its restart all go on, nobody has lost more than a window, every promise that
// the provider took is cleared, and nothing of the dead process is left on its host.
func TestKilledAtRandomMoments(t *testing.T) {
	m := newWorld(t)
	for _, victim := range []string{"provider", "consumer", "both", "hub", "chain", "openvpn"} {
		t.Run(victim, func(t *testing.T) {
			for round := range rounds() {
				seed := rand.Uint64()
				wait := time.Duration(rand.New(rand.NewPCG(seed, 0)).Int64N(int64(4 * time.Second))) //nolint:gosec // no secret
				d := m.begin(t, round)
				<-time.After(wait)
				m.kill(t, victim, d.buyer)
				m.recover(t)
				d.end()
				if t.Failed() {
					t.Fatalf("round %d, %s by %s, killed after %s", round, d.service, d.buyer.Address, wait)
				}
			}
			m.sells(t)
			m.balanced(t)
		})
	}
	for _, p := range append([]*party{m.seller}, m.buyers[:]...) {
		p.Stop(t)
	}
	for _, h := range []*testbed.Host{m.provider, m.consumers[0], m.consumers[1]} {
		clean(t, h)
	}
}

// kill ends a process as a crash would, and starts it again.
func (m *world) kill(t *testing.T, victim string, buyer *party) {
	t.Helper()
	switch victim {
	case "provider":
		m.seller.Kill()
		m.seller.Up(t)
	case "consumer":
		buyer.Kill()
		buyer.Up(t)
		buyer.connects(t, "its provider takes it again, though it has not given up the lost session")
	case "both":
		var dead sync.WaitGroup
		dead.Go(m.seller.Kill)
		dead.Go(buyer.Kill)
		dead.Wait()
		m.seller.Up(t)
		buyer.Up(t)
		// The provider's new key is at the hub a minute after the one before it, and until then nobody can speak with it.
		m.seller.announced(t)
		buyer.connects(t, "its provider takes it again")
	case "hub":
		m.Hub.Kill()
		m.UpHub(t)
	case "chain":
		m.Chain.Kill()
		m.UpChain(t)
	case "openvpn":
		var pids []int
		m.seller.Await(t, "openvpn is there again", func() bool { // it is started again less and less often
			pids = testbed.Children(t, m.seller.Cmd.Process.Pid, "openvpn")
			return len(pids) > 0
		})
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
	}
}

// connects waits until a consumer has a session again.
func (p *party) connects(t *testing.T, what string) (s wire.Session) {
	t.Helper()
	var err error
	defer func() {
		if err != nil {
			t.Log(err)
		}
	}()
	p.AwaitFor(t, 3*time.Minute, what, func() bool {
		err = p.Try(t, &s, "connect", "--yes")
		return err == nil
	})
	return s
}

// sells sees that all consumers can still buy. In the rounds any purchase may fail.
func (m *world) sells(t *testing.T) {
	t.Helper()
	const size = 1 << 20
	for i, buyer := range m.buyers {
		s := buyer.connects(t, "it can still buy")
		if got := get(t, m.consumers[i], s.ProxyAddr, fmt.Sprintf("http://%s/bytes/%d", m.Page.Addr, size)); len(got) != size {
			t.Errorf("%d of %d bytes came through the tunnel", len(got), size)
		}
	}
	m.recover(t)
}

// recover waits until everything works again and no session is open.
func (m *world) recover(t *testing.T) {
	t.Helper()
	for _, p := range append([]*party{m.seller}, m.buyers[:]...) {
		p.well(t)
	}
	m.seller.announced(t)
	for _, p := range m.buyers {
		_ = p.Try(t, nil, "disconnect", "--all") // it may have ended, or be ending
	}
	for _, p := range append([]*party{m.seller}, m.buyers[:]...) {
		p.AwaitFor(t, 3*time.Minute, "no session is open", func() bool {
			var s wire.Sessions
			return p.Try(t, &s, "sessions", "--open") == nil && len(s.Sessions) == 0
		})
	}
}

// well waits until everything that a node depends on is.
func (p *party) well(t *testing.T) {
	t.Helper()
	p.Await(t, "every backend is well", func() bool {
		var s wire.Status
		if p.Try(t, &s, "status") != nil {
			return false
		}
		return !slices.ContainsFunc(s.Backends, func(b wire.Backend) bool { return !b.Healthy })
	})
}

// balanced holds all books against each other and against the chain.
func (m *world) balanced(t *testing.T) {
	t.Helper()
	var balance wire.Balance
	m.seller.Await(t, "everything is cleared", func() bool {
		_ = m.seller.Try(t, nil, "clear", "--yes") // what was killed may not be there again; then it is asked for once more
		return m.seller.Try(t, &balance, "balance") == nil && balance.Uncleared.Units == 0
	})
	m.seller.Run(t, &balance, "balance") // the earnings in it were read before the uncleared were
	var sold wire.Sessions
	m.seller.Run(t, &sold, "sessions")
	taken := map[string]uint64{}
	var earned uint64
	for _, s := range sold.Sessions {
		taken[s.ID] = s.Promised.Units
		earned += s.Promised.Units
		price := market.Proposal{}.Price
		price.PerGiB = money.Amount(s.Price.PerGiB.Units)
		// A twentieth of what is sent may be lost on the way, and is not paid.
		window, err := price.Due(s.Window+s.Sent/20, 0)
		if err != nil {
			t.Fatal(err)
		}
		if s.Sent+s.Received == 0 {
			continue // it never began: its set-up charge is due, for a lock that did not come
		}
		if lost := s.Due.Units - min(s.Due.Units, s.Promised.Units); lost > uint64(window)+3 {
			t.Errorf("session %s (%s): %d units unpaid, a window costs %d", s.ID, s.Reason, lost, window)
		}
	}
	var promised uint64
	for i, buyer := range m.buyers {
		var bought wire.Sessions
		buyer.Run(t, &bought, "sessions")
		for _, s := range bought.Sessions {
			promised += s.Promised.Units
			if s.Promised.Units < taken[s.ID] {
				t.Errorf("consumer %d forgot a promise: session %s, %d units of %d", i, s.ID, s.Promised.Units, taken[s.ID])
			}
		}
	}
	// A promise that a dead provider did not get is in the next one, which stands for it too.
	if cleared := balance.Earnings.Units; cleared < earned || cleared > promised {
		t.Errorf("the provider took promises of %d units, cleared %d, and the consumers had made %d", earned, cleared, promised)
	}
}

// clean sees that nothing of ours is left on a host.
func clean(t *testing.T, h *testbed.Host) {
	t.Helper()
	if left := h.Run("ip", "-o", "link"); strings.Contains(left, "myst-") {
		t.Errorf("devices are left on %s:\n%s", h.Addr, left)
	}
	for _, args := range [][]string{{"rule"}, {"route", "show", "table", "all"}} {
		if left := h.Run("ip", args...); strings.Contains(left, "proto 109") || strings.Contains(left, "myst-") {
			t.Errorf("ip %v is left on %s:\n%s", args, h.Addr, left)
		}
	}
	if tables := ruleset(t, h); len(tables) > 0 {
		t.Errorf("tables are left on %s: %v", h.Addr, tables)
	}
	if forward := h.Run("cat", "/proc/sys/net/ipv4/ip_forward"); strings.TrimSpace(forward) != "0" {
		t.Errorf("%s still forwards", h.Addr)
	}
}

// ruleset lists the nftables tables on a host.
func ruleset(t *testing.T, h *testbed.Host) (names []string) {
	t.Helper()
	h.Do(func() {
		conn, err := nftables.New()
		if err != nil {
			t.Fatal(err)
		}
		tables, err := conn.ListTables()
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			names = append(names, table.Name)
		}
	})
	return names
}
