package hostnet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// How the crash tests tell the child what to do.
const (
	crashJournal = "HOSTNET_CRASH_JOURNAL"
	crashStep    = "HOSTNET_CRASH_STEP"  // the number of the step that kills it; 0 is none
	crashServed  = "HOSTNET_CRASH_CHILD" // a process to journal; none: open and close only
)

// crashChild does and undoes one of everything, and kills itself at a step.
func crashChild(journal string) error {
	left, err := strconv.Atoi(os.Getenv(crashStep))
	if err != nil {
		return err
	}
	h, err := open(Config{Journal: journal}, func(name string) {
		fmt.Println(name)
		if left--; left == 0 {
			if err := unix.Kill(os.Getpid(), unix.SIGKILL); err != nil {
				panic(err)
			}
			select {}
		}
	})
	if err != nil {
		return err
	}
	if served := os.Getenv(crashServed); served != "" {
		pid, err := strconv.Atoi(served)
		if err != nil {
			return err
		}
		some, err := doEverything(h, pid)
		if err != nil {
			return err
		}
		for _, undo := range some {
			if err := undo(); err != nil {
				return err
			}
		}
	}
	return h.Close()
}

// doEverything does one of everything. The undos are some of all: the device first, so that its route
// and its sysctl are gone when they are undone; the rest is left to Close.
func doEverything(h *Host, pid int) (some []func() error, err error) {
	tun, err := h.TUN("mysttest", 1400, prefix("10.9.0.1/24"))
	if err != nil {
		return nil, err
	}
	var undo []func() error
	var errs []error
	keep := func(u func() error, err error) { undo, errs = append(undo, u), append(errs, err) }
	keep(h.Sysctl("net.ipv4.ip_forward", "1"))
	keep(h.Sysctl("net/ipv4/conf/mysttest/rp_filter", "2"))
	keep(h.Route(Route{Dst: prefix("0.0.0.0/0"), Device: "mysttest", Table: 1000}))
	keep(h.Route(Route{Dst: prefix("203.0.113.0/24"), Blackhole: true}))
	keep(h.Rule(Rule{Priority: 100, Table: 1000, Mark: 7, SuppressPrefixlength: -1}))
	keep(h.table("myst-mysttest"))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if _, err := h.Process(pid); err != nil {
		return nil, err
	}
	return []func() error{tun.Close, undo[1], undo[2], undo[5]}, nil
}

// A run is killed at every step of what it does and undoes. Whatever the moment, the next run in the
// same namespace finds everything in the journal and undoes it.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	ns, journal := nstest.New(t), journalIn(t)
	before := snapshot(t, ns)
	served := serve(t)
	all := runChild(t, ns, journal, 0, served.Process.Pid)
	endServed(t, served, true)
	if len(all) < 60 {
		t.Errorf("only %d steps: the test looks at nothing", len(all))
	}
	ends := false // from the step on at which the process is in the journal, it is the next run's to end
	for i := 0; i < len(all); i += crashStride {
		served := serve(t)
		runChild(t, ns, journal, i+1, served.Process.Pid)
		ends = ends || slices.ContainsFunc(journalled(t, journal), func(e entry) bool { return e.Kind == kindProcess })
		h := openIn(t, ns, journal)
		undone(t, ns, journal, before, all[i])
		endServed(t, served, ends)
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !ends {
		t.Error("the process never got into the journal")
	}
}

// The run that undoes what a killed one left is killed itself, at every step, and then again one undoes the rest.
func TestKilledWhileUndoing(t *testing.T) {
	t.Parallel()
	ns, journal := nstest.New(t), journalIn(t)
	before := snapshot(t, ns)
	steps := 0
	for where := "the first"; where != ""; steps += crashStride {
		served := serve(t)
		h := openIn(t, ns, journal)
		if _, err := doEverything(h, served.Process.Pid); err != nil {
			t.Fatal(err)
		}
		abandon(t, h)
		where = ""
		if done := runChild(t, ns, journal, steps+1, 0); len(done) > steps {
			where = done[steps]
		}
		h = openIn(t, ns, journal)
		undone(t, ns, journal, before, where)
		endServed(t, served, true)
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if steps < 30 {
		t.Errorf("only %d steps: the test looks at nothing", steps)
	}
}

// undone fails the test unless everything is undone after a child was killed.
func undone(t *testing.T, ns *nstest.Namespace, journal, before, where string) {
	t.Helper()
	if after := snapshot(t, ns); after != before {
		t.Fatalf("%s: the network was\n%s\n\nand is\n%s", where, before, after)
	}
	names, err := os.ReadDir(filepath.Dir(journal))
	if err != nil || len(names) != 1 || names[0].Name() != filepath.Base(journal)+".lock" {
		t.Fatalf("%s: %v stay, %v", where, names, err)
	}
}

// runChild runs this program as the child and returns the steps that it got to; the last of them killed it if it is
// the step asked for.
func runChild(t *testing.T, ns *nstest.Namespace, journal string, step, served int) []string {
	t.Helper()
	child := ns.Command(os.Args[0])
	child.Env = append(os.Environ(), crashJournal+"="+journal, crashStep+"="+strconv.Itoa(step))
	if served != 0 {
		child.Env = append(child.Env, crashServed+"="+strconv.Itoa(served))
	}
	out, err := child.CombinedOutput()
	steps := strings.Split(strings.TrimSpace(string(out)), "\n")
	var exit *exec.ExitError
	killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if err != nil && !killed || step > 0 && killed != (len(steps) == step) {
		t.Fatalf("the child, to be killed at step %d: %v\n%s", step, err, out)
	}
	return steps
}

// serve starts a process that does not end by itself.
func serve(t *testing.T) *exec.Cmd {
	t.Helper()
	served := exec.CommandContext(t.Context(), "sleep", "600")
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	return served
}

// endServed reaps a process, which must have been ended by SIGTERM, or else is still there and is ended now.
func endServed(t *testing.T, served *exec.Cmd, ended bool) {
	t.Helper()
	want := syscall.SIGTERM
	if ended {
		fd, err := unix.PidfdOpen(served.Process.Pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		if ended, err := awaitExit(fd, graceTerm); !ended || err != nil {
			t.Errorf("the process was not ended, %v", err)
			_ = served.Process.Kill() // whatever it does, it was not ended as it should be
		}
		if err := unix.Close(fd); err != nil {
			t.Error(err)
		}
	} else {
		want = syscall.SIGKILL
		if err := served.Process.Kill(); err != nil {
			t.Errorf("the process ended that nobody had journalled: %v", err)
		}
	}
	err := served.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != want {
		t.Errorf("the process ended with %v; want %v", err, want)
	}
}
