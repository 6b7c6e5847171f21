package openvpn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// The oldest version that has all that the configurations need: fingerprints without an authority,
// disable-dco, and the stateless handshake.
const (
	minMajor = 2
	minMinor = 6
)

// Times of a process's life.
const (
	versionWait = 5 * time.Second
	connectTime = 10 * time.Second // from its start to its call on the management socket
	stopGrace   = 5 * time.Second  // from SIGTERM to SIGKILL
	lostGrace   = 2 * time.Second  // from the loss of the management socket to SIGKILL
)

// errProgram says that there is no openvpn here that can be used.
var errProgram = errors.New("openvpn 2.6 or later is needed; on Debian or Ubuntu: apt install openvpn")

// errRefused says that the provider does not take the credential (any more).
var errRefused = errors.New("provider refused the credential")

// program is an openvpn executable whose version is known to do.
type program struct {
	path, version string
}

// findProgram looks for openvpn in PATH and where Debian puts it, which is in the PATH of root only.
func findProgram(ctx context.Context) (program, error) {
	path, err := exec.LookPath("openvpn")
	for _, place := range []string{"/usr/sbin/openvpn", "/usr/local/sbin/openvpn"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(place)
	}
	if err != nil {
		return program{}, fmt.Errorf("%w: none found", errProgram)
	}
	return checkProgram(ctx, path)
}

// Version returns the version of the openvpn that this host has. The error says what is missing and what to do.
func Version(ctx context.Context) (string, error) {
	found, err := findProgram(ctx)
	return found.version, err
}

var versionLine = regexp.MustCompile(`^OpenVPN (\d{1,4})\.(\d{1,4})[^\s]{0,40}`)

// checkProgram asks an executable for its version.
func checkProgram(ctx context.Context, path string) (program, error) {
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Env = environment
	cmd.WaitDelay = time.Second
	out, err := cmd.Output() // openvpn exits with 1 here, before 2.6 and after
	found := versionLine.FindSubmatch(out)
	if found == nil {
		return program{}, fmt.Errorf("%w: %s does not tell its version (%w)", errProgram, path, errors.Join(err, ctx.Err()))
	}
	version := string(bytes.TrimPrefix(found[0], []byte("OpenVPN ")))
	major, _ := strconv.Atoi(string(found[1])) // digits, as matched
	minor, _ := strconv.Atoi(string(found[2]))
	if major < minMajor || major == minMajor && minor < minMinor {
		return program{}, fmt.Errorf("%w: %s is version %s", errProgram, path, version)
	}
	return program{path: path, version: version}, nil
}

// environment is all that openvpn inherits.
var environment = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}

// renderer makes a configuration with the given path of the management socket.
type renderer interface {
	render(socket string) ([]byte, error)
}

// processConfig is what startProcess needs.
type processConfig struct {
	program program
	config  renderer
	// handle gets every event, in order, from one goroutine that ends with the process. It gets the
	// management too, since the first events come before startProcess returns.
	handle func(*management, event)
	// namespace is the network that openvpn runs in. Nil is that of the thread that calls startProcess.
	namespace *namespace
	// directory is where the management socket appears for a moment. Empty is the system's for
	// temporary files.
	directory string
	log       *slog.Logger // nil discards
}

// process is one running openvpn. It ends when it exits, when its management socket is lost, on stop, and
// when this program dies, however it dies.
type process struct {
	management *management

	cmd    *exec.Cmd
	log    *slog.Logger
	lines  *logWriter
	fatal  atomic.Pointer[string]
	refuse atomic.Bool // the peer refused the credential
	stops  atomic.Bool
	grace  time.Duration // from SIGTERM to SIGKILL
	exited chan struct{} // the child has been waited for
	exit   error         // what that returned; of whoever waited for exited
	ended  chan struct{} // and all is cleaned up
	err    error         // why; of whoever waited for ended
}

// startProcess runs openvpn and returns once it has connected to us and goes on from its first hold.
// Nothing secret is on its command line or on disk: it reads its configuration from a pipe.
func startProcess(ctx context.Context, cfg processConfig) (*process, error) {
	log := cfg.log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l, err := listenManagement(cfg.directory)
	if err != nil {
		return nil, fmt.Errorf("start openvpn: %w", err)
	}
	defer l.close()
	text, err := cfg.config.render(l.path)
	if err != nil {
		return nil, fmt.Errorf("start openvpn: %w", err)
	}
	space := cfg.namespace
	if space == nil {
		if space, err = currentNamespace(); err != nil {
			return nil, fmt.Errorf("start openvpn: %w", err)
		}
		defer space.close()
	}
	p := &process{
		log:    log,
		lines:  &logWriter{log: log},
		grace:  stopGrace,
		exited: make(chan struct{}),
		ended:  make(chan struct{}),
	}
	p.cmd = exec.Command(cfg.program.path, "--config", "stdin") //nolint:noctx // ends by supervise
	p.cmd.Env = environment
	p.cmd.Dir = "/"
	p.cmd.Stdin = bytes.NewReader(text)
	p.cmd.Stdout, p.cmd.Stderr = p.lines, p.lines
	p.cmd.WaitDelay = time.Second
	started := make(chan error)
	go p.run(space, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start openvpn: %w", err)
	}
	conn, err := l.accept(ctx, p.cmd.Process.Pid, p.exited)
	if err != nil {
		_ = p.cmd.Process.Kill() // it may have exited
		<-p.exited
		return nil, fmt.Errorf("start openvpn: %w", p.lines.explain(err))
	}
	p.management = newManagement(conn, func(m *management, e event) {
		p.note(e)
		if cfg.handle != nil {
			cfg.handle(m, e)
		}
	})
	go p.supervise()
	return p, nil
}

// note keeps what explains the end.
func (p *process) note(e event) {
	switch e := e.(type) {
	case fatalEvent:
		p.fatal.Store(&e.text)
	case passwordEvent:
		if e.refused {
			p.refuse.Store(true)
		}
	default:
	}
}

// run starts the child and waits for it. The kernel kills the child when the thread that started it
// ends (PR_SET_PDEATHSIG, prctl(2)), so this goroutine keeps its thread until the child is gone, and
// then takes the thread with it: it may be in another network namespace.
func (p *process) run(space *namespace, started chan<- error) {
	err := space.enterLocked()
	if err == nil {
		dieWithParent(p.cmd)
		err = p.cmd.Start()
	}
	started <- err
	if err != nil {
		return
	}
	p.exit = p.cmd.Wait()
	close(p.exited)
}

// supervise ends with the process.
func (p *process) supervise() {
	defer close(p.ended)
	select {
	case <-p.exited:
	case <-p.management.done():
		// Openvpn exits by itself then, unless it hangs.
		timer := time.NewTimer(lostGrace)
		defer timer.Stop()
		select {
		case <-p.exited:
		case <-timer.C:
			_ = p.cmd.Process.Kill() // it may just have exited
			<-p.exited
		}
	}
	// What openvpn said last is still to be read.
	select {
	case <-p.management.done():
	case <-time.After(lostGrace):
	}
	p.management.close()
	p.err = p.reason()
	p.log.Debug("openvpn ended", "pid", p.pid(), "reason", p.err)
}

// reason says why the process ended.
func (p *process) reason() error {
	if p.stops.Load() {
		return tunnel.ErrClosed
	}
	lost := p.management.why()
	var status *exec.ExitError
	switch fatal := p.fatal.Load(); {
	case p.refuse.Load():
		return fmt.Errorf("openvpn ended: %w", errRefused)
	case fatal != nil:
		return fmt.Errorf("openvpn ended: %q", *fatal)
	case errors.Is(lost, errProtocol), errors.Is(lost, errTimeout):
		return fmt.Errorf("openvpn ended: %w", lost)
	case errors.As(p.exit, &status):
		return p.lines.explain(fmt.Errorf("openvpn ended: %s", status.ProcessState))
	case p.exit != nil:
		return fmt.Errorf("openvpn ended: %w", p.exit)
	default:
		return errors.New("openvpn exited")
	}
}

// pid is the child's process ID.
func (p *process) pid() int { return p.cmd.Process.Pid }

// done is closed when the process is gone and its last event is handled.
func (p *process) done() <-chan struct{} { return p.ended }

// why returns what ended the process: tunnel.ErrClosed after stop, nil while it runs.
func (p *process) why() error {
	select {
	case <-p.ended:
		return p.err
	default:
		return nil
	}
}

// stop lets openvpn say good-bye to its peers, kills it when that takes too long, and waits. It must
// not be called by the event handler. A second stop waits too.
func (p *process) stop() {
	if p.stops.CompareAndSwap(false, true) {
		if err := p.management.terminate(); err == nil {
			timer := time.NewTimer(p.grace)
			defer timer.Stop()
			select {
			case <-p.exited:
			case <-timer.C:
			}
		}
		_ = p.cmd.Process.Kill() // mostly it has exited
	}
	<-p.ended
}

// listener is the management socket before openvpn calls.
type listener struct {
	*net.UnixListener

	directory, path string
}

func listenManagement(parent string) (*listener, error) {
	directory, err := os.MkdirTemp(parent, "myst") // with rights 0700
	if err != nil {
		return nil, err
	}
	path := filepath.Join(directory, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	return &listener{UnixListener: l, directory: directory, path: path}, nil
}

// accept waits for the child with the given process ID. Nobody else is let in.
func (l *listener) accept(ctx context.Context, pid int, exited <-chan struct{}) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	finished := make(chan struct{})
	watcher := make(chan struct{})
	go func() {
		defer close(watcher)
		select {
		case <-exited:
		case <-ctx.Done():
		case <-finished:
			return
		}
		_ = l.Close() // makes AcceptUnix return
	}()
	defer func() { close(finished); <-watcher }()
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			select {
			case <-exited:
				return nil, errors.New("openvpn exited")
			default:
			}
			return nil, errors.Join(ctx.Err(), err)
		}
		if peer, err := peerPID(conn); err == nil && peer == pid {
			return conn, nil
		}
		_ = conn.Close() // a stranger
	}
}

// close removes the socket; a connection made stays.
func (l *listener) close() {
	_ = l.Close() // a second time, mostly
	_ = os.RemoveAll(l.directory)
}
