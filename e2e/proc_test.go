//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// patience bounds every step that should succeed.
const patience = 60 * time.Second

// programs are the paths of the binaries, built once.
var programs = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "myst-e2e-"); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", dir+"/", "../cmd/myst", "../cmd/mystdev", "./cheat").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return dir, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func program(t *testing.T, name string) string {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// daemon is a program that runs on a host, and can be killed and started again.
type daemon struct {
	on   *host
	name string
	args []string
	env  []string
	cmd  *nstest.Cmd
	pid  int // of the process that was started last
	log  *logFile
	// loaded, when not nil, is called when the process is there and has not begun to run.
	loaded func(pid int) error
	trace  *trace // nil unless its system calls are traced
}

// logFile is what a daemon says, shown when the test fails.
type logFile struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logFile) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (d *daemon) start(t *testing.T) {
	t.Helper()
	d.cmd = d.on.Command(program(t, d.name), d.args...)
	if d.trace != nil {
		d.cmd = d.on.Command("strace", append(d.trace.options(), d.cmd.Args...)...)
	}
	d.cmd.Env = append(os.Environ(), d.env...)
	d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
	// A test that is killed leaves no process behind.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Ptrace: d.loaded != nil}
	var err error
	fork(func() {
		if err = d.cmd.Start(); err == nil && d.loaded != nil {
			err = d.begin()
		}
	})
	if err != nil {
		t.Fatalf("%s: %v", d.name, err)
	}
	d.pid = d.cmd.Process.Pid
}

// begin lets a process go that stands at its first instruction. It must be called on the thread that started it.
func (d *daemon) begin() error {
	pid := d.cmd.Process.Pid
	if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
		return err
	}
	return errors.Join(d.loaded(pid), syscall.PtraceDetach(pid))
}

// forks is a thread that lives as long as the tests: a process with Pdeathsig ends with the thread that started it,
// and other threads end where namespaces are made.
var forks = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

// fork runs f on that thread.
func fork(f func()) {
	done := make(chan struct{})
	forks() <- func() { defer close(done); f() }
	<-done
}

// stop ends it in order and wants that to work.
func (d *daemon) stop(t *testing.T) {
	t.Helper()
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // it may have ended, which Wait tells
	ended := make(chan error, 1)
	go func() { ended <- d.cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("%s %s: %v", d.name, d.args[0], err)
		}
	case <-time.After(patience):
		_ = d.cmd.Process.Kill()
		t.Errorf("%s %s does not end:\n%s", d.name, d.args[0], d.log)
	}
	d.cmd = nil
}

func (d *daemon) kill() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait() // it was killed
	d.cmd = nil
}

// party is somebody with a node: its host, data directory and commands.
type party struct {
	*daemon
	dir     string
	Address string
}

func newDaemon(t *testing.T, on *host, name string, env []string, args ...string) *daemon {
	t.Helper()
	d := &daemon{on: on, name: name, args: args, env: env, log: new(logFile)}
	t.Cleanup(func() {
		if d.cmd != nil {
			d.kill()
		}
		if t.Failed() {
			t.Logf("%s %s said:\n%s", name, args[0], tail(d.log.String(), 60))
		}
	})
	return d
}

func tail(text string, lines int) string {
	all := strings.Split(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// newParty makes an identity and a daemon, "myst node …" or "myst hub …", that is not started.
func newParty(t *testing.T, on *host, args ...string) *party {
	t.Helper()
	return newPartyIn(t, t.TempDir(), on, args...)
}

// newPartyIn is newParty with a data directory.
func newPartyIn(t *testing.T, dir string, on *host, args ...string) *party {
	t.Helper()
	env := []string{"MYST_DATA_DIR=" + dir, "MYST_PASSPHRASE=correct horse battery"}
	p := &party{daemon: newDaemon(t, on, "myst", env, args...), dir: dir}
	var made struct {
		Address string `json:"address"`
	}
	p.run(t, &made, "identity", "new")
	p.Address = made.Address
	return p
}

// try runs a command of myst and reads its JSON into out unless that is nil.
func (p *party) try(t *testing.T, out any, args ...string) error {
	t.Helper()
	if out != nil {
		args = append(args, "--json")
	}
	cmd := p.on.Command(program(t, "myst"), args...)
	cmd.Env = append(os.Environ(), p.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("myst %s: %w\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(stdout.Bytes(), out)
}

// run is try that must succeed.
func (p *party) run(t *testing.T, out any, args ...string) {
	t.Helper()
	if err := p.try(t, out, args...); err != nil {
		t.Fatal(err)
	}
}

// up starts the node and waits until its API answers.
func (p *party) up(t *testing.T) {
	t.Helper()
	p.start(t)
	p.await(t, "the node answers", func() bool {
		var s wire.Status
		return p.try(t, &s, "status") == nil && s.Identity != ""
	})
}

// await waits for a condition that comes true without an event to wait for.
func (p *party) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	p.awaitFor(t, patience, what, ok)
}

func (p *party) awaitFor(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s: %s", p.args[0], limit, what)
		}
		<-time.After(100 * time.Millisecond)
	}
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}
