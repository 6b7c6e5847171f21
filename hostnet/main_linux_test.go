package hostnet

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// TestMain is also the child process that the crash tests kill.
func TestMain(m *testing.M) {
	if journal := os.Getenv(crashJournal); journal != "" {
		if err := crashChild(journal); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// openIn opens a Host in a namespace. The tests then use it from outside, where it must act all the same.
func openIn(t testing.TB, ns *nstest.Namespace, journal string) *Host {
	t.Helper()
	h, err := tryOpen(ns, journal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ends(t, "closing a host", func() {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
	})
	return h
}

func tryOpen(ns *nstest.Namespace, journal string) (h *Host, err error) {
	ns.Do(func() { h, err = Open(Config{Journal: journal}) })
	return h, err
}

// abandon is what a crash leaves of a Host: nothing but the journal and what was done.
func abandon(t testing.TB, h *Host) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if err := h.release(); err != nil {
		t.Fatal(err)
	}
}

// journalled returns what the file holds.
func journalled(t testing.TB, path string) []entry {
	t.Helper()
	c, _, err := readJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	return c.Entries
}

// journalIn returns a path for a journal.
func journalIn(t testing.TB) string { return filepath.Join(t.TempDir(), "hostnet.json") }

// observed are the sysctls that tests change.
var observed = []string{"net/ipv4/ip_forward", "net/ipv4/conf/all/rp_filter", "net/ipv4/ip_local_port_range"}

// snapshot describes all of a namespace's network that this package can change.
func snapshot(t testing.TB, ns *nstest.Namespace) (s string) {
	t.Helper()
	ns.Do(func() { s = snapshotHere(t) })
	return s
}

func snapshotHere(t testing.TB) string {
	t.Helper()
	fail := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	fail(err)
	defer h.Close()
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	links, err := h.LinkList()
	fail(err)
	for _, l := range links {
		addrs, err := h.AddrList(l, unix.AF_UNSPEC)
		fail(err)
		a := l.Attrs()
		add("link %s %s mtu %d up %v %v", a.Name, l.Type(), a.MTU, a.Flags&net.FlagUp != 0, addrs)
	}
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		routes, err := h.RouteListFiltered(family, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
		fail(err)
		for _, r := range routes {
			add("route %v dev %d via %v table %d metric %d type %d protocol %d", r.Dst, r.LinkIndex, r.Gw, r.Table, r.Priority, r.Type, r.Protocol)
		}
		rules, err := h.RuleList(family)
		fail(err)
		for _, r := range rules {
			add("rule %d family %d table %d oif %q mark %d invert %v suppress %d protocol %d", r.Priority, family, r.Table, r.OifName, r.Mark, r.Invert, r.SuppressPrefixlen, r.Protocol)
		}
	}
	for _, name := range observed {
		value, err := readSysctl(name)
		fail(err)
		add("sysctl %s %s", name, value)
	}
	conn, err := nftables.New(nftables.AsLasting())
	fail(err)
	tables, err := conn.ListTables()
	fail(err)
	fail(conn.CloseLasting())
	for _, table := range tables {
		add("table %s %d", table.Name, table.Family)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// unchanged fails the test unless a namespace is as it was.
func unchanged(t testing.TB, ns *nstest.Namespace, before string) {
	t.Helper()
	if after := snapshot(t, ns); after != before {
		t.Fatalf("the network was\n%s\n\nand is\n%s", before, after)
	}
}

// has fails the test unless the namespace's network shows all parts on one line.
func has(t testing.TB, ns *nstest.Namespace, parts ...string) {
	t.Helper()
	s := snapshot(t, ns)
	for line := range strings.Lines(s) {
		if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) }) {
			return
		}
	}
	t.Errorf("no line with %q in\n%s", parts, s)
}

// table makes an empty table of nftables as gates and exits do.
func (h *Host) table(name string) (undo func() error, err error) {
	return h.do(entry{Kind: kindTable, Name: name, Family: uint8(nftables.TableFamilyINet)}, func() error {
		conn, err := h.nftables()
		if err != nil {
			return err
		}
		conn.AddTable(&nftables.Table{Name: name, Family: nftables.TableFamilyINet})
		if err := conn.Flush(); err != nil {
			return err
		}
		return conn.CloseLasting()
	})
}

var (
	prefix  = netip.MustParsePrefix
	address = netip.MustParseAddr
)
