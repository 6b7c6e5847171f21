package hostnet

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"math"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.zx2c4.com/wireguard/tun"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

func TestSysctlIsCounted(t *testing.T) {
	ns := nstest.New(t)
	h := openIn(t, ns, journalIn(t))
	const name = "net.ipv4.ip_forward"
	set := func(value string) func() error {
		t.Helper()
		undo, err := h.Sysctl(name, value)
		if err != nil {
			t.Fatal(err)
		}
		return undo
	}
	is := func(want string) {
		t.Helper()
		has(t, ns, "sysctl net/ipv4/ip_forward "+want+"\n")
	}
	undo := func(f func() error) {
		t.Helper()
		if err := f(); err != nil {
			t.Fatal(err)
		}
	}
	first, second := set("1"), set("1")
	if _, err := h.Sysctl(name, "0"); !errors.Is(err, ErrExists) {
		t.Errorf("another value: %v", err)
	}
	undo(first)
	undo(first) // counts once
	is("1")
	third := set("1")
	undo(second)
	is("1")
	undo(third)
	is("0")

	// The host has the value already: there is nothing to undo, but it is held all the same.
	undoSame := set("0")
	if n := len(h.entries); n != 0 {
		t.Errorf("%d entries for nothing", n)
	}
	if _, err := h.Sysctl(name, "1"); !errors.Is(err, ErrExists) {
		t.Errorf("against the value in use: %v", err)
	}
	undo(undoSame)

	// Somebody changes it meanwhile: it is theirs now.
	ours := set("1")
	ns.Do(func() {
		if err := writeSysctl("net/ipv4/ip_forward", "0"); err != nil {
			t.Fatal(err)
		}
	})
	undo(ours)
	is("0")

	for value, want := range map[string]error{"": ErrValue, strings.Repeat("1", 300): ErrValue} {
		if _, err := h.Sysctl(name, value); !errors.Is(err, want) {
			t.Errorf("%.10q: %v", value, err)
		}
	}
	if _, err := h.Sysctl("net.ipv4.no_such", "1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown: %v", err)
	}
	if _, err := h.Sysctl("kernel.hostname", "x"); !errors.Is(err, ErrValue) {
		t.Errorf("not of the network: %v", err)
	}
	if _, err := h.Sysctl(name, "nonsense"); err == nil || len(h.entries) != 0 || len(h.sysctls) != 0 {
		t.Errorf("refused by the kernel: %v, entries %v, uses %v", err, h.entries, h.sysctls)
	}
	is("0")
}

// The device stays while nobody is attached, is silent, and carries wireguard-go's packets both ways.
func TestDevice(t *testing.T) {
	ns := nstest.New(t)
	h := openIn(t, ns, journalIn(t))
	d, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24"))
	if err != nil {
		t.Fatal(err)
	}
	ns.Do(func() {
		i, err := net.InterfaceByName("mysttest")
		if err != nil || i.Index != d.Index || i.MTU != 1400 {
			t.Errorf("%+v, %v; want index %d", i, err, d.Index)
		}
		if value, err := readSysctl("net/ipv6/conf/mysttest/disable_ipv6"); err != nil || value != "1" {
			t.Errorf("disable_ipv6 %q, %v", value, err)
		}
	})
	path, err := h.NewPath(d.Name, 1000)
	if err != nil {
		t.Fatal(err)
	}
	file, err := d.File()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.File(); err == nil {
		t.Error("two are attached")
	}
	var device tun.Device
	ns.Do(func() {
		if device, err = tun.CreateTUNFromFile(file, 1400); err != nil {
			t.Fatal(err)
		}
	})
	awaitCarrier(t, d)
	conn := ns.ListenPacketDevice("mysttest", "udp4", "10.9.0.1:4000")
	if _, err := conn.WriteTo([]byte("hello"), &net.UDPAddr{IP: net.IPv4(10, 9, 0, 2), Port: 5000}); err != nil {
		t.Fatal(err)
	}
	const room = 64 // before the packet, for headers
	buffers, sizes := make([][]byte, device.BatchSize()), make([]int, device.BatchSize())
	for i := range buffers {
		buffers[i] = make([]byte, math.MaxUint16)
	}
	// The first packet is ours: nothing else, of IPv6 say, was sent when the device came up.
	n, err := device.Read(buffers, sizes, room)
	if err != nil || n != 1 || sizes[0] != 20+8+5 || string(buffers[0][room+28:room+33]) != "hello" {
		t.Fatalf("%d packets, the first of %d bytes, %v", n, sizes[0], err)
	}
	packet := buffers[0][room : room+sizes[0]]
	swap(packet[12:16], packet[16:20])
	swap(packet[20:22], packet[22:24])
	packet[26], packet[27] = 0, 0 // no checksum: the kernel had left its own to the device
	if _, err := device.Write([][]byte{buffers[0][:room+sizes[0]]}, room); err != nil {
		t.Fatal(err)
	}
	reply := make([]byte, 100)
	if n, from, err := conn.ReadFrom(reply); err != nil || string(reply[:n]) != "hello" || from.String() != "10.9.0.2:5000" {
		t.Errorf("read %q from %v, %v", reply[:n], from, err)
	}
	if sent, received := path.Counters(); sent != 33 || received != 33 {
		t.Errorf("counted %d and %d", sent, received)
	}
	if err := errors.Join(path.Close(), device.Close()); err != nil {
		t.Error(err)
	}
	has(t, ns, "link mysttest tuntap mtu 1400 up true", "10.9.0.1/24")
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.File(); !errors.Is(err, ErrClosed) {
		t.Errorf("attached to what is gone: %v", err)
	}
	if strings.Contains(snapshot(t, ns), "mysttest") {
		t.Error("the device is still there")
	}
}

func swap(a, b []byte) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

// A process that is attached when the device goes is told so.
func TestDeviceGoesWhileInUse(t *testing.T) {
	ns := nstest.New(t)
	h := openIn(t, ns, journalIn(t))
	d, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := d.File()
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := file.Read(make([]byte, 2000))
		failed <- err
	}()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the read did not fail")
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if strings.Contains(snapshot(t, ns), "mysttest") {
		t.Error("the device is still there")
	}
}

// What is there already is ours or not: either way being refused must not cost it.
func TestRefusedTwice(t *testing.T) {
	ns, journal := nstest.New(t), journalIn(t)
	h := openIn(t, ns, journal)
	twice := func(do func() error) {
		t.Helper()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if err := do(); !errors.Is(err, ErrExists) {
			t.Errorf("the second time: %v", err)
		}
	}
	twice(func() error { _, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24")); return err })
	twice(func() error { _, err := h.Route(Route{Dst: prefix("192.0.2.0/24"), Device: "mysttest"}); return err })
	twice(func() error { _, err := h.Route(Route{Dst: prefix("2001:db8::/32"), Blackhole: true}); return err })
	twice(func() error { _, err := h.Rule(Rule{Priority: 100, Table: 1000, SuppressPrefixlength: -1}); return err })
	has(t, ns, "link mysttest")
	has(t, ns, "route 192.0.2.0/24")
	has(t, ns, "route 2001:db8::/32")
	has(t, ns, "rule 100")
	if n := len(journalled(t, journal)); n != 4 {
		t.Errorf("%d entries", n)
	}
	// A device that somebody makes after TUN has looked.
	ns.Do(func() {
		if err := createTUN("mysttest", h.meters["mysttest"]); !errors.Is(err, ErrExists) || !errors.As(err, new(untouched)) {
			t.Errorf("made twice: %v", err)
		}
	})
}

func TestDeviceValues(t *testing.T) {
	h := openIn(t, nstest.New(t), journalIn(t))
	for _, bad := range []struct {
		name string
		mtu  int
		addr string
	}{
		{"", 1400, "10.9.0.1/24"}, {"a234567890123456", 1400, "10.9.0.1/24"}, {"myst%d", 1400, "10.9.0.1/24"}, {"a/b", 1400, "10.9.0.1/24"},
		{"all", 1400, "10.9.0.1/24"}, {"mysttest", 575, "10.9.0.1/24"}, {"mysttest", 65536, "10.9.0.1/24"}, {"mysttest", 1400, "fd00::1/64"},
	} {
		if _, err := h.TUN(bad.name, bad.mtu, prefix(bad.addr)); !errors.Is(err, ErrValue) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// What the kernel could not tell apart when one is deleted is refused; what it can is not.
func TestRulesOfOnePriority(t *testing.T) {
	ns := nstest.New(t)
	h := openIn(t, ns, journalIn(t))
	add := func(r Rule) (undo func() error) {
		t.Helper()
		undo, err := h.Rule(r)
		if err != nil {
			t.Fatal(err)
		}
		return undo
	}
	undoA := add(Rule{Priority: 100, Table: 1000, OutDevice: "a", SuppressPrefixlength: -1})
	add(Rule{Priority: 100, Table: 1001, OutDevice: "b", SuppressPrefixlength: -1})
	if _, err := h.Rule(Rule{Priority: 100, Table: 1000, SuppressPrefixlength: -1}); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	// Somebody else's, the same but for its protocol.
	foreign := netlink.NewRule()
	foreign.Priority, foreign.Table, foreign.OifName = 100, 1000, "a"
	ns.Do(func() {
		if err := netlink.RuleAdd(foreign); err != nil {
			t.Fatal(err)
		}
	})
	for range 2 {
		if err := undoA(); err != nil {
			t.Fatal(err)
		}
	}
	// As a run would whose predecessor was killed after the rule was deleted and before the journal said so.
	if err := h.deleteRule(Rule{Priority: 100, Table: 1000, OutDevice: "a", SuppressPrefixlength: -1}); err != nil {
		t.Fatal(err)
	}
	has(t, ns, `rule 100 family 2 table 1000 oif "a"`, "protocol 0\n")
	has(t, ns, `rule 100 family 2 table 1001 oif "b"`, "protocol 109")
	if s := snapshot(t, ns); strings.Contains(s, `table 1000 oif "a" mark 0 invert false suppress -1 protocol 109`) {
		t.Errorf("not deleted:\n%s", s)
	}
}

// A process that ignores SIGTERM is killed; one that was done is left alone, as is one with a number that was ours.
func TestProcesses(t *testing.T) {
	t.Parallel()
	ns, journal := nstest.New(t), journalIn(t)
	h := openIn(t, ns, journal)
	stubborn := exec.CommandContext(t.Context(), "sh", "-c", `trap "" TERM; echo ready; while :; do sleep 600; done`)
	stubborn.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to end its sleep, too
	out, err := stubborn.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stubborn.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	kept, gone := serve(t), serve(t)
	done := map[*exec.Cmd]func(){}
	for _, c := range []*exec.Cmd{stubborn, kept, gone} {
		if done[c], err = h.Process(c.Process.Pid); err != nil {
			t.Fatal(err)
		}
	}
	done[kept]()
	done[kept]()
	endServed(t, gone, false) // by itself, and nobody calls done
	if _, err := h.Process(gone.Process.Pid); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a process that is gone: %v", err)
	}
	if n := len(journalled(t, journal)); n != 2 {
		t.Errorf("%d entries", n)
	}
	abandon(t, h)
	began := time.Now()
	openIn(t, ns, journal)
	if took := time.Since(began); took < graceTerm || took > graceTerm+graceKill {
		t.Errorf("SIGTERM had %v to work", took)
	}
	err = stubborn.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("the stubborn one ended with %v", err)
	}
	if err := syscall.Kill(-stubborn.Process.Pid, syscall.SIGKILL); err != nil {
		t.Errorf("its sleep: %v", err)
	}
	endServed(t, kept, false)
}

func TestStartTime(t *testing.T) {
	start, err := startTime(os.Getpid())
	if err != nil || start == 0 {
		t.Fatal(start, err)
	}
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	// This program's name has no space, so that here the fields can be counted.
	if field := string(bytes.Fields(stat)[21]); field != strconv.FormatUint(start, 10) {
		t.Errorf("started at %d; field 22 is %s", start, field)
	}
	serving := exec.CommandContext(t.Context(), "sleep", "600")
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	later, err := startTime(serving.Process.Pid)
	if err != nil || later < start {
		t.Errorf("a child started at %d, %v; its parent at %d", later, err, start)
	}
	endServed(t, serving, false)
}
