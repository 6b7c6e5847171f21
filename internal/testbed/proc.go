//go:build linux

package testbed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// Patience bounds every step that should succeed.
const Patience = 60 * time.Second

// built is the directory that programs has made, or empty.
var built string

// Extra are packages whose programs are built with myst and mystdev; set it before the first Program.
var Extra []string

// programs is the directory of the binaries, built once.
var programs = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "myst-testbed-"); err != nil {
		return "", err
	}
	built = dir
	const module = "github.com/mysteriumnetwork/myst/cmd/"
	args := append([]string{"build", "-o", dir + "/", module + "myst", module + "mystdev"}, Extra...)
	out, err := exec.Command("go", args...).CombinedOutput() //nolint:noctx,gosec // ends by itself; a test's own arguments
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return dir, err
})

// RemovePrograms removes what was built, if anything was, at a test program's end.
func RemovePrograms() error { return os.RemoveAll(built) }

// Program is the path of a binary: myst, mystdev, or one of Extra.
func Program(t testing.TB, name string) string {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// Daemon is a program that runs on a host, and can be killed and started again.
type Daemon struct {
	On  *Host
	Cmd *nstest.Cmd // nil while it does not run
	Log *LogFile

	// Path, Args and Env are the program's at the next start, Env in addition to this process's own. Under is a command
	// that runs the program, such as a tracer with its options; or nil. It must not become the program's parent.
	Path  string
	Args  []string
	Env   []string
	Under []string
	// Loaded, when not nil, is called when the process is there and has not begun to run.
	Loaded func(pid int) error
	// PID is that of the process that was started last.
	PID int

	ended chan struct{}
	exit  error // what waiting for it returned; of whoever waited for ended
}

// LogFile is what a daemon says; its end is shown when the test fails.
type LogFile struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *LogFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns all that was said.
func (l *LogFile) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Reset forgets what was said.
func (l *LogFile) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}

// Start starts it. The kernel kills it when this process ends, however that ends.
func (d *Daemon) Start(t testing.TB) {
	t.Helper()
	line := append(append(slices.Clone(d.Under), d.Path), d.Args...)
	cmd := d.On.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), d.Env...)
	cmd.Stdout, cmd.Stderr = d.Log, d.Log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Ptrace: d.Loaded != nil}
	started := make(chan error)
	d.Cmd, d.ended = cmd, make(chan struct{})
	go func() {
		// The kernel means the thread that started it, which must not end before: others, of nstest.New, do.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil && d.Loaded != nil {
			err = d.begin(cmd.Process.Pid)
		}
		started <- err
		if cmd.Process != nil {
			d.exit = cmd.Wait()
			close(d.ended)
		}
	}()
	if err := <-started; err != nil {
		d.Cmd = nil
		t.Fatalf("%s: %v", d.Path, err)
	}
	d.PID = cmd.Process.Pid
}

// begin lets a process go that stands at its first instruction, or ends it. It must be called on the thread that
// started it.
func (d *Daemon) begin(pid int) error {
	_, err := syscall.Wait4(pid, nil, 0, nil)
	if err == nil {
		err = d.Loaded(pid)
	}
	if err != nil {
		return errors.Join(err, syscall.Kill(pid, syscall.SIGKILL))
	}
	return syscall.PtraceDetach(pid)
}

// Stop ends it in order and wants that to work.
func (d *Daemon) Stop(t testing.TB) {
	t.Helper()
	_ = d.Cmd.Process.Signal(syscall.SIGTERM) // it may have ended, which its status tells
	select {
	case <-d.ended:
		if d.exit != nil {
			t.Errorf("%s %s: %v", d.Path, d.Args[0], d.exit)
		}
	case <-time.After(Patience):
		_ = d.Cmd.Process.Kill()
		<-d.ended
		t.Errorf("%s %s does not end:\n%s", d.Path, d.Args[0], d.Log)
	}
	d.Cmd = nil
}

// Kill ends it as a crash would.
func (d *Daemon) Kill() {
	_ = d.Cmd.Process.Kill()
	<-d.ended
	d.Cmd = nil
}

// Party is somebody with a node: its host, data directory and commands.
type Party struct {
	*Daemon
	Address string
}

// NewDaemon makes a daemon that is not started and ends with the test.
func NewDaemon(t testing.TB, on *Host, path string, env []string, args ...string) *Daemon {
	t.Helper()
	d := &Daemon{On: on, Path: path, Args: args, Env: env, Log: new(LogFile)}
	t.Cleanup(func() {
		if d.Cmd != nil {
			d.Kill()
		}
		if t.Failed() {
			t.Logf("%s %s said:\n%s", path, args[0], tail(d.Log.String(), 60))
		}
	})
	return d
}

func tail(text string, lines int) string {
	all := strings.Split(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// NewParty makes an identity and a daemon, "myst node …" or "myst hub …", that is not started.
func NewParty(t testing.TB, on *Host, args ...string) *Party {
	t.Helper()
	return NewPartyIn(t, t.TempDir(), on, args...)
}

// NewPartyIn is NewParty with a data directory.
func NewPartyIn(t testing.TB, dir string, on *Host, args ...string) *Party {
	t.Helper()
	env := []string{"MYST_DATA_DIR=" + dir, "MYST_PASSPHRASE=correct horse battery"}
	p := &Party{Daemon: NewDaemon(t, on, Program(t, "myst"), env, args...)}
	var made struct {
		Address string `json:"address"`
	}
	p.Run(t, &made, "identity", "new")
	p.Address = made.Address
	return p
}

// Identity is the party's address.
func (p *Party) Identity(t testing.TB) identity.Address {
	t.Helper()
	address, err := identity.ParseAddress(p.Address)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Command prepares a command of myst.
func (p *Party) Command(t testing.TB, args ...string) *nstest.Cmd {
	t.Helper()
	cmd := p.On.Command(Program(t, "myst"), args...)
	cmd.Env = append(os.Environ(), p.Env...)
	return cmd
}

// Try runs a command of myst and reads its JSON into out unless that is nil.
func (p *Party) Try(t testing.TB, out any, args ...string) error {
	t.Helper()
	if out != nil {
		args = append(args, "--json")
	}
	cmd := p.Command(t, args...)
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

// Run is Try that must succeed.
func (p *Party) Run(t testing.TB, out any, args ...string) {
	t.Helper()
	if err := p.Try(t, out, args...); err != nil {
		t.Fatal(err)
	}
}

// Up starts the node and waits until its API answers.
func (p *Party) Up(t testing.TB) {
	t.Helper()
	p.Start(t)
	p.Await(t, "the node answers", func() bool {
		var s wire.Status
		return p.Try(t, &s, "status") == nil && s.Identity != ""
	})
}

// Await waits for a condition that comes true without an event to wait for.
func (d *Daemon) Await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	d.AwaitFor(t, Patience, what, ok)
}

// AwaitFor is Await with another limit.
func (d *Daemon) AwaitFor(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s: %s", d.Args[0], limit, what)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// Children are a process's by name.
func Children(t testing.TB, parent int, name string) (pids []int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		text, err := os.ReadFile(path) //nolint:gosec // of /proc
		if err != nil {
			continue // it has ended
		}
		var pid, of int
		var called, state string
		if n, _ := fmt.Sscanf(string(text), "%d %s %s %d", &pid, &called, &state, &of); n == 4 && of == parent && called == "("+name+")" {
			pids = append(pids, pid)
		}
	}
	return pids
}
