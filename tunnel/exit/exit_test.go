package exit

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/tunnel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func guard(policy tunnel.ExitPolicy, own ...netip.Addr) *Guard {
	return NewGuard(Config{Policy: policy, Interfaces: func() ([]netip.Addr, error) { return own, nil }})
}

func TestEveryRangeOfTheProtocolIsRefused(t *testing.T) {
	// First and last address of every range, written out so that a typo in the list shows.
	for _, s := range []string{
		"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0",
		"172.31.255.255", "192.0.0.0", "192.0.0.255", "192.168.0.0", "192.168.255.255",
		"198.18.0.0", "198.19.255.255", "224.0.0.0", "239.1.2.3", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:1.1.1.1", "::ffff:10.0.0.1", "64:ff9b::", "64:ff9b::ffff:ffff",
		"2002::", "2002:ffff::1", "fc00::", "fdff::1", "fe80::1", "febf::1", "fe80::1%eth0",
		"2001:4860:4860::8888%eth0", "ff00::", "ff02::1",
	} {
		g := guard(tunnel.ExitPolicy{})
		if err := g.Check(netip.AddrPortFrom(netip.MustParseAddr(s), 443)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want ErrRefused", s, err)
		}
		if err := g.CheckAddr(netip.MustParseAddr(s)); !errors.Is(err, ErrRefused) {
			t.Errorf("answer %s: %v, want ErrRefused", s, err)
		}
	}
	if err := guard(tunnel.ExitPolicy{}).Check(netip.AddrPort{}); !errors.Is(err, ErrRefused) {
		t.Errorf("zero address: %v", err)
	}
}

func TestNeighboursOfTheRangesPass(t *testing.T) {
	g := guard(tunnel.ExitPolicy{})
	for _, s := range []string{
		"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
		"192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2001:4860:4860::8888", "2003::1", "fbff::1",
	} {
		if err := g.Check(netip.AddrPortFrom(netip.MustParseAddr(s), 443)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestPortsOwnAddressesAndExceptions(t *testing.T) {
	own := netip.MustParseAddr("203.0.113.7")
	router := netip.MustParseAddr("203.0.113.8")
	source := netip.MustParseAddr("203.0.113.9")
	named := netip.MustParseAddrPort("127.0.0.1:8080")
	g := NewGuard(Config{
		Policy:     tunnel.ExitPolicy{Allow: []netip.AddrPort{named, netip.MustParseAddrPort("203.0.113.7:80")}, Source: source},
		Own:        []netip.Addr{router},
		Interfaces: func() ([]netip.Addr, error) { return []netip.Addr{own}, nil },
	})
	for dst, want := range map[string]error{
		"127.0.0.1:8080":   nil,
		"127.0.0.1:8081":   ErrRefused, // exactly the named port
		"127.0.0.2:8080":   ErrRefused, // exactly the named address
		"203.0.113.7:80":   nil,
		"203.0.113.7:443":  ErrRefused,
		"203.0.113.8:443":  ErrRefused,
		"203.0.113.9:443":  ErrRefused,
		"203.0.113.10:443": nil,
		"203.0.113.10:25":  ErrRefused,
		"203.0.113.10:0":   ErrRefused,
	} {
		if err := g.Check(netip.MustParseAddrPort(dst)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", dst, err, want)
		}
	}
	if err := g.CheckAddr(named.Addr()); err != nil {
		t.Errorf("answer with a named address: %v", err)
	}
}

func TestOwnAddressesAreReadAgain(t *testing.T) {
	now := time.Unix(1000, 0)
	var list []netip.Addr
	var listErr error
	g := NewGuard(Config{
		Interfaces: func() ([]netip.Addr, error) { return list, listErr },
		Now:        func() time.Time { return now },
	})
	dst := netip.MustParseAddrPort("203.0.113.7:443")
	if err := g.Check(dst); err != nil {
		t.Fatal(err)
	}
	list = []netip.Addr{dst.Addr()}
	now = now.Add(ownFor)
	if err := g.Check(dst); !errors.Is(err, ErrRefused) {
		t.Fatalf("new own address: %v, want ErrRefused", err)
	}
	listErr = errors.New("netlink is gone")
	now = now.Add(ownFor)
	if err := g.Check(netip.MustParseAddrPort("203.0.113.99:443")); !errors.Is(err, ErrRefused) || !errors.Is(err, listErr) {
		t.Fatalf("unknown own addresses: %v, want ErrRefused and the reason", err)
	}
}

func TestNoPolicyOpensMoreThanItNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr4 := func(label string) netip.AddrPort {
			b := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, label)
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), rapid.Uint16().Draw(t, label+" port"))
		}
		allow, dst := addr4("allow"), addr4("dst")
		with := guard(tunnel.ExitPolicy{Allow: []netip.AddrPort{allow}}).Check(dst)
		without := guard(tunnel.ExitPolicy{}).Check(dst)
		if dst == allow && with != nil {
			t.Fatalf("named destination refused: %v", with)
		}
		if dst != allow && (with == nil) != (without == nil) {
			t.Fatalf("allowing %v changed %v: %v, without %v", allow, dst, with, without)
		}
	})
}

func TestDialLeavesFromSourceAndOnlyWhereAllowed(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	dst := l.Addr().(*net.TCPAddr).AddrPort()
	source := netip.MustParseAddr("127.0.0.2")

	if _, err := guard(tunnel.ExitPolicy{}).Dial(context.Background(), "tcp", dst); !errors.Is(err, ErrRefused) {
		t.Fatalf("loopback without exception: %v, want ErrRefused", err)
	}
	if _, err := guard(tunnel.ExitPolicy{}).Dial(context.Background(), "unix", netip.MustParseAddrPort("9.9.9.9:1")); err == nil {
		t.Fatal("dialled a unix socket")
	}
	g := guard(tunnel.ExitPolicy{Allow: []netip.AddrPort{dst}, Source: source})
	for _, network := range []string{"tcp", "udp"} {
		c, err := g.Dial(context.Background(), network, dst)
		if err != nil {
			t.Fatal(err)
		}
		if from := netip.MustParseAddrPort(c.LocalAddr().String()); from.Addr() != source {
			t.Errorf("%s left from %v, want %v", network, from, source)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The operator learns what is refused, by reason and from time to time, and not where consumers wanted to go.
func TestRefusalsAreToldOnceAMinute(t *testing.T) {
	now := time.Unix(1000, 0)
	var log bytes.Buffer
	g := NewGuard(Config{
		Interfaces: func() ([]netip.Addr, error) { return nil, nil },
		Now:        func() time.Time { return now },
		Logger:     slog.New(slog.NewTextHandler(&log, nil)),
	})
	refuse := func(dst string) {
		if err := g.Check(netip.MustParseAddrPort(dst)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", dst, err)
		}
	}
	refuse("10.1.2.3:443")
	for range 1000 {
		refuse("192.168.7.7:80")
	}
	refuse("203.0.113.5:25")
	if err := g.CheckAddr(netip.MustParseAddr("10.9.9.9")); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), `refused="1 × address in 10.0.0.0/8"`) {
		t.Errorf("%d lines after the first:\n%s", lines, log.String())
	}
	now = now.Add(toldEvery)
	refuse("10.1.2.3:443")
	want := `refused="1 × address in 10.0.0.0/8, 1000 × address in 192.168.0.0/16, 1 × name with address in 10.0.0.0/8, 1 × port 25"`
	if lines := strings.Count(log.String(), "\n"); lines != 2 || !strings.Contains(log.String(), want) {
		t.Errorf("%d lines after a minute:\n%s", lines, log.String())
	}
	now = now.Add(-time.Hour) // the clock was set back: better twice than never
	refuse("10.1.2.3:443")
	if lines := strings.Count(log.String(), "\n"); lines != 3 {
		t.Errorf("%d lines after the clock was set back", lines)
	}
	for _, destination := range []string{"10.1.2.3", "192.168.7.7", "203.0.113.5", "10.9.9.9"} {
		if strings.Contains(log.String(), destination) {
			t.Errorf("%s is in the log", destination)
		}
	}
	if g.Check(netip.MustParseAddrPort("203.0.113.5:443")) != nil || strings.Count(log.String(), "\n") != 3 {
		t.Error("what is allowed was refused, or logged")
	}
}

func TestInterfaceAddrsSeesLoopback(t *testing.T) {
	addrs, err := interfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if a.Unmap() == netip.MustParseAddr("127.0.0.1") {
			return
		}
	}
	t.Fatalf("no 127.0.0.1 among %v", addrs)
}
