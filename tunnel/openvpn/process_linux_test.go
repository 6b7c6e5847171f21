package openvpn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// checkNoTrace checks that nothing secret of a process is on its command line, in its environment or in
// the directory of its socket.
func checkNoTrace(t *testing.T, p *process) {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d/", p.pid())
	line, err := os.ReadFile(proc + "cmdline")
	if want := p.cmd.Path + "\x00--config\x00stdin\x00"; err != nil || string(line) != want {
		t.Errorf("command line %q, %v, want %q", line, err, want)
	}
	env, err := os.ReadFile(proc + "environ")
	if want := strings.Join(environment, "\x00") + "\x00"; err != nil || string(env) != want {
		t.Errorf("environment %q, %v, want %q", env, err, want)
	}
}

func fakeProgram(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "openvpn")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVersions(t *testing.T) {
	for banner, want := range map[string]string{
		"OpenVPN 2.6.14 x86_64-pc-linux-gnu [SSL (OpenSSL)]": "2.6.14",
		"OpenVPN 2.7_beta1 x":                                "2.7_beta1",
		"OpenVPN 3.0 x":                                      "3.0",
		"OpenVPN 2.10.1 x":                                   "2.10.1",
		"OpenVPN 2.5.9 x":                                    "",
		"OpenVPN 1.99 x":                                     "",
		"OpenVPN x":                                          "",
		"":                                                   "",
		"xOpenVPN 2.6.1":                                     "",
		"OpenVPN 99999999999.1 x":                            "",
	} {
		got, err := checkProgram(t.Context(), fakeProgram(t, "echo '"+banner+"'; exit 1"))
		if got.version != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, errProgram) {
			t.Errorf("%q: %q, %v, want %q", banner, got.version, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "apt install openvpn") {
			t.Errorf("%q: %v does not say what to do", banner, err)
		}
	}
	found := testProgram(t)
	t.Logf("openvpn %s at %s", found.version, found.path)
}

func TestNoProgram(t *testing.T) {
	if _, err := checkProgram(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, errProgram) {
		t.Errorf("%v, want errProgram", err)
	}
	t.Setenv("PATH", filepath.Dir(fakeProgram(t, "echo OpenVPN 2.4.1")))
	if _, err := findProgram(t.Context()); !errors.Is(err, errProgram) || !strings.Contains(err.Error(), "2.4.1") {
		t.Errorf("the first of PATH is not what is found: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if p, err := findProgram(t.Context()); err != nil || !strings.Contains(p.path, "sbin") {
		t.Errorf("%+v, %v: not found outside PATH", p, err)
	}
}

// text is a configuration as it stands.
type text string

func (c text) render(socket string) ([]byte, error) {
	return []byte(strings.ReplaceAll(string(c), "SOCKET", socket)), nil
}

// What openvpn says when it does not start is in the error.
func TestStartFails(t *testing.T) {
	directory := t.TempDir()
	start := func(ctx context.Context, path string, config renderer) error {
		p, err := startProcess(ctx, processConfig{program: program{path: path}, config: config, directory: directory})
		if err == nil {
			p.stop()
		}
		return err
	}
	openvpn := testProgram(t).path
	if err := start(t.Context(), openvpn, text("no-such-option\n")); err == nil || !strings.Contains(err.Error(), "no-such-option") {
		t.Errorf("bad option: %v", err)
	}
	if err := start(t.Context(), fakeProgram(t, "exit 3"), text("")); err == nil {
		t.Error("program that exits at once: no error")
	}
	if err := start(t.Context(), filepath.Join(directory, "none"), text("")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no program: %v", err)
	}
	if err := start(t.Context(), openvpn, serverConfig{}); !errors.Is(err, errConfig) {
		t.Errorf("no configuration: %v", err)
	}
	// One that never calls is killed when there is no more time.
	ctx, cancel := context.WithCancel(t.Context())
	script := fakeProgram(t, "echo started >"+directory+"/started; exec sleep 1000")
	failed := make(chan error)
	go func() { failed <- start(ctx, script, text("")) }()
	eventually(t, "program to run", func() bool { _, err := os.Stat(directory + "/started"); return err == nil })
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("program that never calls: %v", err)
	}
	left, err := filepath.Glob(directory + "/myst*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Somebody else who finds the socket is not taken for openvpn.
func TestStranger(t *testing.T) {
	l, err := listenManagement(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	info, err := os.Stat(l.directory)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v, %v", info.Mode(), err)
	}
	exited := make(chan struct{})
	result := make(chan error)
	go func() {
		_, err := l.accept(t.Context(), 1<<30, exited) // a process that is not this one
		result <- err
	}()
	conn := dialUnix(t, l.path)
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("stranger reads %d bytes", n)
	}
	_ = conn.Close()
	close(exited)
	if err := <-result; err == nil {
		t.Error("stranger was accepted")
	}
}

// idle is a client configuration with which openvpn runs and waits for a server that is not there.
func idle() renderer {
	o := testOffer()
	o.endpoint = netipLoopback
	return clientConfig{device: "tunidle", offer: o, key: fixedClientKey(1)}
}

// A process whose management socket is lost ends, even one that takes no notice.
func TestManagementLost(t *testing.T) {
	h := newHosts(t)
	p := h.start(t, h.consumer, idle(), nil)
	p.management.fail(errTimeout)
	await(t, p.done(), "openvpn without management to end")
	if err := p.why(); !errors.Is(err, errTimeout) {
		t.Errorf("%v, want errTimeout", err)
	}
	p = h.start(t, h.consumer, idle(), nil)
	if err := p.cmd.Process.Signal(stopSignal); err != nil { // it cannot notice anything now
		t.Fatal(err)
	}
	p.management.fail(errTimeout)
	await(t, p.done(), "openvpn that hangs to be killed")
}

func TestStopOfHanging(t *testing.T) {
	h := newHosts(t)
	running := make(chan struct{})
	var once sync.Once
	p := h.start(t, h.consumer, idle(), func(_ *management, e event) {
		if _, ok := e.(passwordEvent); ok { // and now waits for an answer
			once.Do(func() { close(running) })
		}
	})
	await(t, running, "openvpn to go on from its hold")
	p.management.timeout = 100 * time.Millisecond
	if err := p.cmd.Process.Signal(stopSignal); err != nil {
		t.Fatal(err)
	}
	p.stop()
	p.stop()
	if err := p.why(); !errors.Is(err, tunnelErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
}

// One that promises to end and does not is killed.
func TestStopOfStubborn(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fakeProgram(t, holderVariable+"=stubborn exec '"+self+"'")
	p, err := startProcess(t.Context(), processConfig{program: program{path: script}, config: text("SOCKET\n"), directory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	p.grace = time.Millisecond
	p.stop()
	if alive(p.pid()) {
		t.Error("still there")
	}
}

// The child dies with this program, whatever ends it.
func TestDiesWithProgram(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	for _, how := range []string{"kill", "panic", "exit", "hang"} {
		t.Run(how, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(os.Environ(), holderVariable+"="+how)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var pid int
			if _, err := fmt.Fscan(stdout, &pid); err != nil {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
				t.Fatalf("no process to watch: %v\n%s", err, &stderr)
			}
			if !alive(pid) {
				t.Errorf("process %d is not there", pid)
			}
			switch how {
			case "hang": // it cannot notice anything: the kernel must kill it
				err = errors.Join(syscall.Kill(pid, stopSignal), cmd.Process.Kill())
			case "kill":
				err = cmd.Process.Kill()
			default:
				err = stdin.Close() // tells it to go
			}
			if err != nil {
				t.Error(err)
			}
			_ = cmd.Wait() // it was told to fail
			eventually(t, "openvpn to end with its program", func() bool { return !alive(pid) })
		})
	}
}

// alive reports whether an openvpn has the process ID, other than as a zombie.
func alive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && bytes.Contains(status, []byte("openvpn")) && !bytes.Contains(status, []byte("State:\tZ"))
}
