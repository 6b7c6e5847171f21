package hostnet

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

func TestCloseUndoesEverything(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	before := snapshot(t, ns)
	h := openIn(t, ns, journal)
	tun, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24"))
	if err != nil {
		t.Fatal(err)
	}
	has(t, ns, "link mysttest tuntap mtu 1400 up true", "10.9.0.1/24")
	for _, do := range []func() (func() error, error){
		func() (func() error, error) { return h.Sysctl("net.ipv4.ip_forward", "1") },
		func() (func() error, error) { return h.Sysctl("net.ipv4.ip_local_port_range", "20000 30000") },
		func() (func() error, error) {
			return h.Route(Route{Dst: prefix("0.0.0.0/0"), Device: "mysttest", Table: 1000, Metric: 5})
		},
		func() (func() error, error) {
			return h.Route(Route{Dst: prefix("192.0.2.0/24"), Gateway: address("10.9.0.2")})
		},
		func() (func() error, error) { return h.Route(Route{Dst: prefix("203.0.113.0/24"), Blackhole: true}) },
		func() (func() error, error) { return h.Route(Route{Dst: prefix("::/0"), Blackhole: true, Table: 1000}) },
		func() (func() error, error) {
			return h.Rule(Rule{Priority: 99, Table: 254, SuppressPrefixlength: 0})
		},
		func() (func() error, error) {
			return h.Rule(Rule{Priority: 100, Table: 1000, OutDevice: "mysttest", Mark: 7, Invert: true, SuppressPrefixlength: -1})
		},
		func() (func() error, error) {
			return h.Rule(Rule{Priority: 100, Table: 1000, IPv6: true, SuppressPrefixlength: -1})
		},
		func() (func() error, error) { return h.table("myst-mysttest") },
	} {
		if _, err := do(); err != nil {
			t.Fatal(err)
		}
	}
	has(t, ns, "sysctl net/ipv4/ip_forward 1")
	has(t, ns, "sysctl net/ipv4/ip_local_port_range 20000 30000")
	has(t, ns, "route 0.0.0.0/0", "table 1000 metric 5 type 1 protocol 109")
	has(t, ns, "route 192.0.2.0/24", "via 10.9.0.2 table 254")
	has(t, ns, "route 203.0.113.0/24", "table 254 metric 0 type 6 protocol 109")
	has(t, ns, "route ::/0", "table 1000", "type 6 protocol 109")
	has(t, ns, `rule 99 family 2 table 254 oif "" mark 0 invert false suppress 0 protocol 109`)
	has(t, ns, `rule 100 family 2 table 1000 oif "mysttest" mark 7 invert true suppress -1 protocol 109`)
	has(t, ns, `rule 100 family 10 table 1000 oif "" mark 0 invert false suppress -1 protocol 109`)
	has(t, ns, "table myst-mysttest 1")
	if n := len(journalled(t, journal)); n != 11 {
		t.Errorf("the journal has %d entries", n)
	}
	if _, err := tryOpen(ns, journal); !errors.Is(err, ErrInUse) {
		t.Errorf("a second Host on the journal: %v", err)
	}
	// The machine itself has other users, so that only what is ours can be looked for.
	if s := snapshotHere(t); strings.Contains(s, "mysttest") || strings.Contains(s, "203.0.113.0/24") {
		t.Errorf("outside the namespace:\n%s", s)
	}
	for range 2 {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		unchanged(t, ns, before)
	}
	if _, err := os.Stat(journal); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal stays: %v", err)
	}
	if err := tun.Close(); err != nil {
		t.Errorf("undone after Close: %v", err)
	}
	if _, err := h.table("x"); !errors.Is(err, ErrClosed) {
		t.Errorf("done after Close: %v", err)
	}
	if _, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24")); !errors.Is(err, ErrClosed) {
		t.Errorf("device after Close: %v", err)
	}
}

func TestNewestIsUndoneFirst(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	for _, crash := range []bool{false, true} {
		var undone []string
		step := func(name string) {
			if what, ok := strings.CutPrefix(name, "undo table "); ok {
				undone = append(undone, what)
			}
		}
		opened := func() (h *Host) {
			ns.Do(func() {
				var err error
				if h, err = open(Config{Journal: journal}, step); err != nil {
					t.Fatal(err)
				}
			})
			return h
		}
		h := opened()
		for _, name := range []string{"a", "b", "c"} {
			if _, err := h.table(name); err != nil {
				t.Fatal(err)
			}
		}
		if crash {
			abandon(t, h)
			h = opened()
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(undone, []string{"c", "b", "a"}) {
			t.Errorf("crash %v: undone in the order %q", crash, undone)
		}
	}
}

// Whatever is done and undone in whatever order, the journal names exactly what is there; and whether the
// Host is closed or just lost, what is left is undone.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	ns, journal := nstest.New(t), journalIn(t)
	before := snapshot(t, ns)
	rapid.Check(t, func(r *rapid.T) {
		h := openIn(t, ns, journal)
		var undos []func() error
		for range rapid.IntRange(1, 12).Draw(r, "actions") {
			if len(undos) > 0 && rapid.IntRange(0, 3).Draw(r, "undo") == 0 {
				if err := rapid.SampledFrom(undos).Draw(r, "which")(); err != nil {
					r.Fatal(err)
				}
			} else {
				had := len(h.entries)
				undo, err := anything(r, h)
				switch {
				case err == nil:
					undos = append(undos, undo)
				case !errors.Is(err, ErrExists) && !errors.Is(err, ErrTaken) && !isNoDevice(err) && !errors.Is(err, unix.ENETUNREACH):
					r.Fatal(err)
				case len(h.entries) != had:
					r.Fatalf("%v, and the journal has %d entries, had %d", err, len(h.entries), had)
				}
			}
			if n := len(journalled(t, journal)); n != len(h.entries) {
				r.Fatalf("the file has %d entries, not %d", n, len(h.entries))
			}
		}
		switch rapid.SampledFrom([]string{"close", "crash", "undo"}).Draw(r, "end") {
		case "crash":
			abandon(t, h)
			h = openIn(t, ns, journal)
		case "undo":
			for _, undo := range rapid.Permutation(undos).Draw(r, "order") {
				if err := undo(); err != nil {
					r.Fatal(err)
				}
			}
		case "close":
			if err := h.Close(); err != nil {
				r.Fatal(err)
			}
		}
		after, left := snapshot(t, ns), journalled(t, journal)
		if err := h.Close(); err != nil {
			r.Fatal(err)
		}
		if after != before || left != nil {
			r.Fatalf("the journal has %v; the network was\n%s\n\nand is\n%s", left, before, after)
		}
	})
}

// anything makes a change of few kinds, so that many collide.
func anything(r *rapid.T, h *Host) (undo func() error, err error) {
	which := rapid.IntRange(0, 1).Draw(r, "which")
	name := []string{"mysta", "mystb"}[which]
	switch rapid.SampledFrom([]kind{kindSysctl, kindTUN, kindRoute, kindRule, kindTable}).Draw(r, "kind") {
	case kindSysctl:
		return h.Sysctl(observed[which], []string{"0", "1"}[rapid.IntRange(0, 1).Draw(r, "value")])
	case kindTUN:
		d, err := h.TUN(name, 1400, []netip.Prefix{prefix("10.9.0.1/24"), prefix("10.8.0.1/24")}[which])
		return d.Close, err
	case kindRoute:
		return h.Route(rapid.SampledFrom([]Route{
			{Dst: prefix("192.0.2.0/24"), Device: name},
			{Dst: prefix("0.0.0.0/0"), Device: name, Table: 1000 + which},
			{Dst: prefix("0.0.0.0/0"), Gateway: address("10.9.0.9"), Device: name},
			{Dst: prefix("203.0.113.0/24"), Blackhole: true, Metric: which},
			{Dst: prefix("2001:db8::/32"), Blackhole: true, Metric: 1 + which},
		}).Draw(r, "route"))
	case kindRule:
		return h.Rule(Rule{Priority: 100 + which, Table: 1000, Mark: rapid.Uint32Range(0, 1).Draw(r, "mark"), IPv6: rapid.Bool().Draw(r, "v6"), SuppressPrefixlength: -1})
	default:
		return h.table(name)
	}
}

// What is somebody else's is neither replaced nor removed.
func TestForeignThingsStay(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	nstest.Link(t, ns, nstest.New(t), prefix("198.51.100.1/24"), prefix("198.51.100.2/24"))
	ns.Route(prefix("203.0.113.0/24"), address("198.51.100.2"))
	ns.Do(func() {
		if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "mysttest"}, PeerName: "peer"}); err != nil {
			t.Fatal(err)
		}
	})
	before := snapshot(t, ns)
	h := openIn(t, ns, journal)
	if _, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24")); !errors.Is(err, ErrExists) {
		t.Errorf("device: %v", err)
	}
	if _, err := h.Route(Route{Dst: prefix("203.0.113.0/24"), Gateway: address("198.51.100.2")}); !errors.Is(err, ErrExists) {
		t.Errorf("route: %v", err)
	}
	unchanged(t, ns, before)
	if left := journalled(t, journal); left != nil {
		t.Errorf("the journal has %v", left)
	}
	// Nor when the journal names them: what was ours may be gone, and its name given to another.
	h.mu.Lock()
	err := h.journal([]entry{
		{ID: 1, Kind: kindTUN, Name: "mysttest"},
		{ID: 2, Kind: kindRoute, Route: &Route{Dst: prefix("203.0.113.0/24"), Gateway: address("198.51.100.2")}},
		{ID: 3, Kind: kindSysctl, Name: "net/ipv4/ip_forward", Old: "1", New: "2"},
		{ID: 4, Kind: kindTable, Name: "gone", Family: uint8(nftables.TableFamilyINet)},
		{ID: 5, Kind: kindRule, Rule: &Rule{Priority: 32766 - 1, Table: 254, SuppressPrefixlength: -1}},
		{ID: 6, Kind: kindSysctl, Name: "net/ipv4/conf/gone/rp_filter", Old: "1", New: "2"},
		{ID: 7, Kind: kindProcess, PID: os.Getpid(), Start: 1},
	})
	h.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	abandon(t, h)
	openIn(t, ns, journal)
	unchanged(t, ns, before)
}

// When a change fails half way, or the journal cannot be written, nothing of it is left.
func TestFailureLeavesNothing(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	before := snapshot(t, ns)
	h := openIn(t, ns, journal)
	failed := errors.New("failed")
	_, err := h.do(entry{Kind: kindTable, Name: "half", Family: uint8(nftables.TableFamilyINet)}, func() error {
		conn, err := h.nftables()
		if err != nil {
			return err
		}
		conn.AddTable(&nftables.Table{Name: "half", Family: nftables.TableFamilyINet})
		return errors.Join(conn.Flush(), conn.CloseLasting(), failed)
	})
	if !errors.Is(err, failed) {
		t.Error(err)
	}
	unchanged(t, ns, before)
	if left := journalled(t, journal); left != nil {
		t.Errorf("the journal has %v", left)
	}
	if err := os.RemoveAll(filepath.Dir(journal)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a journal: %v", err)
	}
	if _, err := h.Sysctl("net.ipv4.ip_forward", "1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a journal: %v", err)
	}
	unchanged(t, ns, before)
	if err := os.MkdirAll(filepath.Dir(journal), 0o700); err != nil {
		t.Fatal(err)
	}
}

// A journal of another boot is history; one of another namespace is, if the namespace is gone.
func TestJournalOfAnotherTimeOrPlace(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	h := openIn(t, ns, journal)
	if _, err := h.table("myst-mysttest"); err != nil {
		t.Fatal(err)
	}
	abandon(t, h)
	written, _, err := readJournal(journal)
	if err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, ns)
	step := func(string) {}
	for name, change := range map[string]func(*content){
		"boot":                                   func(c *content) { c.Boot = "another" },
		"namespace":                              func(c *content) { c.Netns, c.Cookie = 1, c.Cookie+1 },
		"namespace with the same inode":          func(c *content) { c.Cookie++ },
		"namespace, on a kernel without cookies": func(c *content) { c.Netns, c.Cookie = 1, 0 },
	} {
		changed := written
		change(&changed)
		if err := writeJournal(journal, changed, step); err != nil {
			t.Fatal(err)
		}
		h := openIn(t, ns, journal)
		if left := journalled(t, journal); left != nil || snapshot(t, ns) != before {
			t.Errorf("other %s: undone, or still in the journal: %v", name, left)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := writeJournal(journal, written, step); err != nil {
		t.Fatal(err)
	}
	// Somebody lives there, so what was done is still there to be undone: not from elsewhere.
	inhabitant := ns.Command("sleep", "600")
	if err := inhabitant.Start(); err != nil {
		t.Fatal(err)
	}
	other := nstest.New(t)
	if _, err := tryOpen(other, journal); !errors.Is(err, ErrNamespace) || !strings.Contains(err.Error(), journal) {
		t.Errorf("from another namespace: %v", err)
	}
	_ = inhabitant.Process.Kill() // it cannot have ended
	_ = inhabitant.Wait()         // killed
	openIn(t, ns, journal)
	if s := snapshot(t, ns); strings.Contains(s, "table myst-mysttest 1") {
		t.Errorf("not undone at home:\n%s", s)
	}
}

func TestDamagedJournalStopsOpen(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	if err := os.WriteFile(journal, []byte(`{"format":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(ns, journal); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), journal) {
		t.Error(err)
	}
	if _, err := os.Stat(journal); err != nil {
		t.Errorf("the evidence is gone: %v", err)
	}
	if _, err := tryOpen(ns, ""); !errors.Is(err, ErrValue) {
		t.Errorf("no path: %v", err)
	}
	if _, err := tryOpen(ns, filepath.Join(t.TempDir(), "no", "such")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// Without CAP_NET_ADMIN nothing is tried, and Check says what to do. Capabilities belong to a thread.
func TestWithoutRights(t *testing.T) {
	ns := nstest.New(t)
	before := snapshot(t, ns)
	ns.Do(func() {
		if problems := Check(); len(problems) != 0 {
			t.Errorf("as root: %v", problems)
		}
		unchanged(t, ns, before)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var all, fewer [2]unix.CapUserData
		if err := unix.Capget(&header, &all[0]); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := unix.Capset(&header, &all[0]); err != nil {
				t.Error(err)
			}
		}()
		for _, missing := range []uint32{1 << unix.CAP_NET_ADMIN, 1 << unix.CAP_NET_RAW} {
			fewer = all
			fewer[0].Effective &^= missing
			if err := unix.Capset(&header, &fewer[0]); err != nil {
				t.Fatal(err)
			}
			h, err := Open(Config{Journal: journalIn(t)})
			if refused := errors.Is(err, ErrPermission); refused != (missing == 1<<unix.CAP_NET_ADMIN) {
				t.Errorf("without %#x: Open: %v", missing, err)
			}
			if err == nil { // what an earlier run left can be undone without the right to probe
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			}
			problems := Check()
			if len(problems) != 1 || !strings.Contains(problems[0].String(), "CAP_NET_RAW") || strings.Contains(problems[0].String(), "\n") {
				t.Errorf("without %#x: Check: %v", missing, problems)
			}
		}
		// As much as a careful operator gives: no more is needed, and no less.
		for bpf, want := range map[uint32]int{1 << (unix.CAP_BPF - 32): 0, 0: 1} {
			fewer[0].Effective, fewer[1].Effective = all[0].Effective&(1<<unix.CAP_NET_ADMIN|1<<unix.CAP_NET_RAW), bpf
			if err := unix.Capset(&header, &fewer[0]); err != nil {
				t.Fatal(err)
			}
			problems := Check()
			if len(problems) != want || want > 0 && (!strings.Contains(problems[0].Remedy, "cap_bpf") || strings.Contains(problems[0].String(), "\n")) {
				t.Errorf("CAP_NET_ADMIN and %#x: %v", bpf, problems)
			}
			h, err := Open(Config{Journal: journalIn(t)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.TUN("mysttest", 1420, prefix("10.9.0.1/24")); (err == nil) != (want == 0) || want > 0 && !errors.Is(err, ErrPermission) {
				t.Errorf("CAP_NET_ADMIN and %#x: %v", bpf, err)
			}
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
