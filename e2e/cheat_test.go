//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
	"github.com/mysteriumnetwork/myst/money"
)

const (
	mib = 1 << 20
	// tolerance is how far two meters may differ before one of them counts as a cheat, in bytes.
	tolerance = 64 << 10
)

// Whoever cheats, the other end loses a window at most, says why the session ended, and all that was promised is
// cleared. Each has a provider or consumer of its own on the one network.
func TestCheats(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	for name, cheat := range map[string]func(*testing.T, *world){
		"bills far too much":    billsFarTooMuch,
		"bills a little more":   billsALittleMore,
		"forwards nothing":      forwardsNothing,
		"swallows everything":   swallowsEverything,
		"consumer stops paying": stopsPaying,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cheat(t, m)
		})
	}
}

// cheating makes a party's node the program that cheats.
func (p *party) cheating(t *testing.T, how string, bytes int) *party {
	t.Helper()
	p.Path = testbed.Program(t, "cheat")
	p.Env = append(p.Env, fmt.Sprintf("MYST_CHEAT=%s=%d", how, bytes))
	return p
}

// buy opens a session with a provider.
func (p *party) buy(t *testing.T, from *party) (s wire.Session) {
	t.Helper()
	p.Run(t, &s, "connect", "--provider", from.Address, "--yes")
	return s
}

// session returns what a party's book says of a session.
func (p *party) session(t *testing.T, id string) (found wire.Session) {
	t.Helper()
	p.Await(t, "the session is in the book", func() bool {
		var all wire.Sessions
		if p.Try(t, &all, "sessions") != nil {
			return false
		}
		for _, s := range all.Sessions {
			if s.ID == id {
				found = s
				return true
			}
		}
		return false
	})
	return found
}

// ended waits until a party's session has.
func (p *party) ended(t *testing.T, id string) (s wire.Session) {
	t.Helper()
	p.AwaitFor(t, 3*time.Minute, "the session has ended", func() bool {
		s = p.session(t, id)
		return !s.Open()
	})
	return s
}

// cleared waits until a provider has cleared all that it was promised, and returns that.
func (p *party) cleared(t *testing.T) money.Amount {
	t.Helper()
	_ = p.Try(t, nil, "clear", "--yes") // it may be done by itself
	var b wire.Balance
	p.Await(t, "everything is cleared", func() bool {
		return p.Try(t, &b, "balance") == nil && b.Uncleared.Units == 0
	})
	return b.Earnings.Money()
}

// costs is what a session costs for so much; its set-up charge is a hundredth of a coin.
func costs(t *testing.T, s wire.Session, bytes uint64, elapsed time.Duration) uint64 {
	t.Helper()
	price := money.Price{PerGiB: s.Price.PerGiB.Money(), PerHour: s.Price.PerHour.Money()}
	due, err := price.Due(bytes, elapsed)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(due) + money.UnitsPerCoin/100
}

// upload sends so much through a session, and returns how much the web server says that it got.
func (m *world) upload(on *testbed.Host, s wire.Session, bytes int64) (arrived int64) {
	c := testbed.Client(on, s.ProxyAddr)
	c.Timeout = testbed.Patience
	resp, err := c.Post("http://"+m.Page.Addr.String()+"/", "text/plain", io.LimitReader(zeros{}, bytes))
	if err != nil {
		return 0
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if n, err := fmt.Fscan(resp.Body, &arrived); n != 1 || err != nil {
		return 0
	}
	return arrived
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// download fetches so much through a session, within a time, and returns how much came.
func (m *world) download(on *testbed.Host, s wire.Session, bytes int64, within time.Duration) int64 {
	c := testbed.Client(on, s.ProxyAddr)
	c.Timeout = within
	resp, err := c.Get(fmt.Sprintf("http://%s/bytes/%d", m.Page.Addr, bytes))
	if err != nil {
		return 0
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	return length(resp.Body)
}

// A provider bills a mebibyte more than it got. The session ends as overbilled at both ends, and the consumer has
// promised nothing beyond what its own meter saw, and the tolerance.
func billsFarTooMuch(t *testing.T, m *world) {
	on, buyer := m.Join(t, 21), m.buyers[0]
	provider := newParty(t, on, m.selling(on, "wireguard")...).cheating(t, "overbill", mib)
	m.join(t, provider)
	provider.announced(t)
	s := buyer.buy(t, provider)
	// Bit by bit, because what is under way may be as much as a cheat adds; a bill comes within a few mebibytes.
	for range 16 {
		if m.upload(m.consumers[0], s, mib/2) != mib/2 {
			break
		}
	}
	bought, sold := buyer.ended(t, s.ID), provider.ended(t, s.ID)
	if bought.Reason != "overbilled" || sold.Reason != "overbilled" {
		t.Errorf("the session ended for %q, %q at the provider", bought.Reason, sold.Reason)
	}
	if bought.Sent < mib/4 || bought.Sent > 6*mib {
		t.Errorf("%d bytes were sent", bought.Sent)
	}
	if most := costs(t, bought, bought.Sent+bought.Received+tolerance, 0); bought.Promised.Units > most {
		t.Errorf("promised %d units, at most %d were due", bought.Promised.Units, most)
	}
	if got := provider.cleared(t); got != sold.Promised.Money() || got > bought.Promised.Money() {
		t.Errorf("cleared %d units, the provider had %d, the consumer had promised %d", got, sold.Promised.Units, bought.Promised.Units)
	}
}

// A provider bills 48 KiB more than it got, which is within the tolerance of 64 KiB. The session goes on to its end
// by the consumer, who pays for the surplus once, however long the session.
func billsALittleMore(t *testing.T, m *world) {
	const surplus = 48 << 10
	on, buyer := m.Join(t, 22), m.buyers[0]
	provider := newParty(t, on, m.selling(on, "wireguard")...).cheating(t, "overbill", surplus)
	m.join(t, provider)
	provider.announced(t)
	s := buyer.buy(t, provider)
	if got := m.upload(m.consumers[0], s, 12*mib); got != 12*mib {
		t.Errorf("%d bytes arrived", got)
	}
	if got := m.download(m.consumers[0], s, 24*mib, testbed.Patience); got != 24*mib {
		t.Errorf("%d bytes came", got)
	}
	buyer.Run(t, nil, "disconnect", s.ID)
	bought, sold := buyer.ended(t, s.ID), provider.ended(t, s.ID)
	if bought.Reason != "finished" || sold.Reason != "finished" {
		t.Errorf("the session ended for %q, %q at the provider", bought.Reason, sold.Reason)
	}
	// What was lost on the way to the provider it does not bill.
	carried, most := costs(t, bought, sold.Received-surplus+bought.Received, 0), costs(t, bought, bought.Sent+bought.Received+tolerance, 0)
	if paid := bought.Promised.Units; paid <= carried || paid > most {
		t.Errorf("promised %d units; %d for what was carried, at most %d with the tolerance", paid, carried, most)
	}
	if got := provider.cleared(t); got != bought.Promised.Money() {
		t.Errorf("cleared %d units of %d promised", got, bought.Promised.Units)
	}
}

// A provider goes on to take packets but forwards none. The node cannot know, because the provider answers its
// probes; its user can. What does not come is not paid: only what was sent is, which is next to nothing. The
// session ends in good order, and what is left of its lock pays for the next one, when the provider serves again.
func forwardsNothing(t *testing.T, m *world) {
	on, buyer := m.Join(t, 23), m.buyers[1]
	provider := newParty(t, on, m.selling(on, "openvpn")...)
	m.join(t, provider)
	provider.announced(t)
	s := buyer.buy(t, provider)
	if got := m.download(m.consumers[1], s, 8*mib, testbed.Patience); got != 8*mib {
		t.Fatalf("%d bytes came", got)
	}
	before := buyer.session(t, s.ID)
	on.Run("ip", "route", "add", "blackhole", m.Page.Addr.Addr().String()+"/32")
	if got := m.download(m.consumers[1], s, 8*mib, 15*time.Second); got != 0 {
		t.Errorf("%d bytes came from a provider that forwards nothing", got)
	}
	buyer.Run(t, nil, "disconnect", s.ID)
	bought, sold := buyer.ended(t, s.ID), provider.ended(t, s.ID)
	if bought.Reason != "finished" || sold.Reason != "finished" {
		t.Errorf("the session ended for %q, %q at the provider", bought.Reason, sold.Reason)
	}
	if since := bought.Sent + bought.Received - before.Sent - before.Received; since > mib {
		t.Errorf("%d bytes were billed for nothing", since)
	}
	if most := costs(t, bought, bought.Sent+bought.Received+tolerance, 0); bought.Promised.Units > most {
		t.Errorf("promised %d units, at most %d were due", bought.Promised.Units, most)
	}
	on.Run("ip", "route", "del", "blackhole", m.Page.Addr.Addr().String()+"/32")
	next := buyer.buy(t, provider)
	if got := m.download(m.consumers[1], next, mib, testbed.Patience); got != mib || next.Channel != s.Channel || next.Epoch != s.Epoch {
		t.Errorf("%d bytes came in the next session, in channel %d epoch %d after %d, %d", got, next.Channel, next.Epoch, s.Channel, s.Epoch)
	}
	var b wire.Balance
	buyer.Run(t, &b, "balance")
	for _, c := range b.Channels {
		if c.Provider == provider.Address && c.Locked.Units != money.UnitsPerCoin {
			t.Errorf("%d units are locked for two sessions", c.Locked.Units)
		}
	}
	buyer.Run(t, nil, "disconnect", next.ID)
}

// A provider takes money for time too and then drops all packets, the answers to probes among them. Six probes
// fail, the consumer's node ends the session by itself as "tunnel failed", and has paid at most a minute of it, which
// is the window of time.
func swallowsEverything(t *testing.T, m *world) {
	on, buyer := m.Join(t, 24), m.buyers[1]
	provider := newParty(t, on, append(m.selling(on, "wireguard"), "--price-per-hour", "3.6")...).cheating(t, "swallow", 4*mib)
	m.join(t, provider)
	provider.announced(t)
	s := buyer.buy(t, provider)
	if got := m.download(m.consumers[1], s, 16*mib, 30*time.Second); got == 0 || got > 4*mib {
		t.Errorf("%d bytes came", got)
	}
	served := time.Since(s.Started)
	bought, sold := buyer.ended(t, s.ID), provider.ended(t, s.ID)
	if bought.Reason != "tunnel failed" || sold.Reason != "tunnel failed" {
		t.Errorf("the session ended for %q, %q at the provider", bought.Reason, sold.Reason)
	}
	if most := costs(t, bought, bought.Sent+bought.Received+tolerance, served+time.Minute); bought.Promised.Units > most {
		t.Errorf("promised %d units, at most %d were due", bought.Promised.Units, most)
	}
	if got := provider.cleared(t); got > bought.Promised.Money() || got == 0 {
		t.Errorf("cleared %d units of %d promised", got, bought.Promised.Units)
	}
}

// A consumer takes what comes and pays no more from 20 MiB on. The provider stops the traffic within the window,
// ends the session, and clears what it has: it has lost a window at most, and a twentieth of what it sent, which may
// be lost on the way.
func stopsPaying(t *testing.T, m *world) {
	on := m.Join(t, 33)
	consumer := newParty(t, on, m.buying()...).cheating(t, "owe", 20*mib)
	m.join(t, consumer)
	s := consumer.buy(t, m.seller)
	got := m.download(on, s, 128*mib, testbed.Patience)
	sold := m.seller.ended(t, s.ID)
	// The consumer's own end, whose meter stands still, may be the first to find that the provider counts more.
	if !slices.Contains([]string{"meters disagree", "unpaid", "overbilled"}, sold.Reason) {
		t.Errorf("the session ended for %q", sold.Reason)
	}
	if got < 16*mib || uint64(got) > sold.Sent {
		t.Errorf("%d bytes came of %d sent", got, sold.Sent)
	}
	window := costs(t, sold, sold.Window+sold.Sent/20, 0) - costs(t, sold, 0, 0)
	if lost := costs(t, sold, sold.Sent+sold.Received, 0) - sold.Promised.Units; lost > window+3 || lost > math.MaxInt64 {
		t.Errorf("%d units are unpaid, a window costs %d", lost, window)
	}
	if got := m.seller.cleared(t); got != sold.Promised.Money() {
		t.Errorf("cleared %d units of %d promised", got, sold.Promised.Units)
	}
	if text := m.seller.Log.String(); !strings.Contains(text, sold.Reason) {
		t.Errorf("the provider's log does not say %q", sold.Reason)
	}
}
