package hostnet

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestNothingIsLeft(t *testing.T) {
	w := newWorld(t)
	before := w.tables()
	e, g := w.open(w.config())
	if w.sessions() == 0 {
		t.Error("no sessions")
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	<-g.Done()
	if err := errors.Join(g.Err(), g.Close()); err != nil {
		t.Error(err)
	}
	if _, err := e.Add(w.consumerAddr); !errors.Is(err, ErrExists) && !errors.Is(err, ErrClosed) {
		t.Errorf("gate in a closed exit: %v", err)
	}
	if n := w.sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if after := w.tables(); after != before {
		t.Errorf("tables were %q, are %q", before, after)
	}
	if left := journalled(t, w.host.path); len(left) != 1 || left[0].Kind != kindTUN {
		t.Errorf("the journal holds %v", left)
	}
}

// crashDevice tells TestExitCrashes, in a process of its own, what to make an exit.
const crashDevice = "HOSTNET_CRASH_EXIT"

// TestExitCrashes is the process that TestExitAfterCrash kills. On its own it does nothing.
func TestExitCrashes(t *testing.T) {
	device := os.Getenv(crashDevice)
	if device == "" {
		return
	}
	h, err := Open(Config{Journal: os.Getenv("HOSTNET_CRASH_FILE")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.TUN(device, 1420, prefix("10.9.0.1/16")); err != nil {
		t.Fatal(err)
	}
	e, err := h.NewExit(ExitConfig{Device: device, Subnet: prefix("10.9.0.0/16"), Gateway: address("10.9.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	g, err := e.Add(address("10.9.0.2"))
	if err != nil {
		t.Fatal(err)
	}
	g.SetLimit(500)
	fmt.Println("ready")
	if err := unix.Kill(os.Getpid(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {} // until the signal is here
}

// After a crash the kernel holds the limit on, and the next Open removes the table.
func TestExitAfterCrash(t *testing.T) {
	w := newHosts(t)
	w.unmeter(w.consumer, w.consumerTUN)
	if err := w.tun.Close(); err != nil {
		t.Fatal(err)
	}
	setSysctl(t, w.provider, "net/ipv6/conf/all/disable_ipv6", "1") // its addresses and routes take seconds to settle
	before := snapshot(t, w.provider)
	journal := journalIn(t)
	child := w.provider.Command(os.Args[0], "-test.run=^TestExitCrashes$")
	child.Env = append(os.Environ(), crashDevice+"="+w.device, "HOSTNET_CRASH_FILE="+journal)
	out, err := child.CombinedOutput()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL || !strings.Contains(string(out), "ready") {
		t.Fatalf("the child ended by %v:\n%s", err, out)
	}
	has(t, w.provider, "table myst-"+w.device)
	// What carried the packets of the dead process goes on.
	w.provider.Do(func() {
		i, err := net.InterfaceByName(w.device)
		if err != nil {
			t.Fatal(err)
		}
		w.carry(w.attach(w.consumerTUN), w.attach(Device{Name: w.device, Index: i.Index, host: w.host}))
	})
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	answers := 0
	for wait := patience; ask(conn, wait) == nil; wait = 500 * time.Millisecond {
		answers++
	}
	if want := 500 / 2 / 33; answers != want {
		t.Errorf("%d answers with nobody alive, want %d", answers, want)
	}
	openIn(t, w.provider, journal)
	unchanged(t, w.provider, before)
}

// tables lists the provider's tables.
func (w *world) tables() string {
	w.t.Helper()
	conn, err := w.host.nftables()
	if err != nil {
		w.t.Fatal(err)
	}
	tables, err := conn.ListTables()
	if err = errors.Join(err, conn.CloseLasting()); err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, table := range tables {
		names = append(names, table.Name)
	}
	return strings.Join(names, " ")
}

// Whoever flushes the ruleset takes the limit away; then nothing passes at all.
func TestTableRemovedByOthers(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), echo)
	conn := w.dial(w.consumer, "tcp", "203.0.113.2:80")
	if err := ask(conn, patience); err != nil {
		t.Fatal(err)
	}
	var counted [2]uint64
	counted[0], counted[1] = g.Counters()
	other, err := w.host.nftables()
	if err != nil {
		t.Fatal(err)
	}
	other.FlushRuleset()
	if err := errors.Join(other.Flush(), other.CloseLasting()); err != nil {
		t.Fatal(err)
	}
	<-g.Done()
	if err := g.Err(); !errors.Is(err, ErrLost) {
		t.Errorf("ended by %v", err)
	}
	sent, received := g.Counters()
	if n := w.sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	// Nor does it from here on, although nobody forbids it.
	w.masquerade()
	fresh := w.dial(w.consumer, "udp", "203.0.113.2:9")
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	if err := ask(fresh, 200*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("without a table: %v", err)
	}
	if again, more := g.Counters(); again != sent || more != received || sent < counted[0] || received < counted[1] {
		t.Errorf("counted %v, then %d and %d, then %d and %d", counted, sent, received, again, more)
	}
	g.SetLimit(unlimited)
	g.SetAlarm(0)
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}

// Whoever takes an exit's inward program away takes the traffic away, because nothing would count it.
func TestMeterRemovedByOthers(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	w.provider.Run("tc", "qdisc", "del", "dev", w.device, "clsact")
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	if err := ask(w.dial(w.consumer, "udp", "203.0.113.2:9"), 200*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("without its meter: %v", err)
	}
	if _, received := g.Counters(); received != 0 {
		t.Errorf("received %d", received)
	}
}
