package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// terminal is the far end of a pseudo-terminal that a command runs on.
type terminal struct {
	t     *testing.T
	file  *os.File
	shown bytes.Buffer
	cmd   *exec.Cmd
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	conn, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var errno syscall.Errno
	err = conn.Control(func(fd uintptr) { _, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg)) })
	if err != nil || errno != 0 {
		t.Fatal(err, errno)
	}
}

// onTerminal starts myst, in a session of its own, on a new pseudo-terminal.
func onTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	var number, unlocked int32
	ioctl(t, file, syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	ioctl(t, file, syscall.TIOCGPTN, unsafe.Pointer(&number))
	near, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = near.Close() }() // the command has its own
	myst, err := exec.LookPath("myst")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), myst, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = near, near, near
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = []string{"MYST_DATA_DIR=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &terminal{t: t, file: file, cmd: cmd}
}

// expect reads until text is shown.
func (x *terminal) expect(text string) {
	x.t.Helper()
	if err := x.file.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		x.t.Fatal(err)
	}
	buf := make([]byte, 1024)
	for !strings.Contains(x.shown.String(), text) {
		n, err := x.file.Read(buf)
		x.shown.Write(buf[:n])
		if err != nil && !strings.Contains(x.shown.String(), text) {
			x.t.Fatalf("%q is not shown: %v; there is %q", text, err, x.shown.String())
		}
	}
}

func (x *terminal) echoes() bool {
	var state syscall.Termios
	ioctl(x.t, x.file, syscall.TCGETS, unsafe.Pointer(&state))
	return state.Lflag&syscall.ECHO != 0
}

// typeHidden waits for a prompt, and until the terminal does not echo, and types.
func (x *terminal) typeHidden(prompt, text string) {
	x.t.Helper()
	x.expect(prompt)
	ctx, cancel := context.WithTimeout(x.t.Context(), 10*time.Second)
	defer cancel()
	for x.echoes() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			x.t.Fatal("the terminal goes on echoing")
		}
	}
	if _, err := x.file.WriteString(text); err != nil {
		x.t.Fatal(err)
	}
}

// end waits for the command and returns its exit code and all that was shown.
func (x *terminal) end() (int, string) {
	x.t.Helper()
	err := x.cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		x.t.Fatal(err)
	}
	buf := make([]byte, 64<<10)
	for { // reading fails once the command's end is closed and all is read
		n, err := x.file.Read(buf)
		x.shown.Write(buf[:n])
		if err != nil {
			return x.cmd.ProcessState.ExitCode(), x.shown.String()
		}
	}
}

func TestPromptHidesPassphrase(t *testing.T) {
	x := onTerminal(t, "identity", "new", "--light-scrypt")
	x.typeHidden("New passphrase: ", "hunter2\n")
	x.typeHidden("The same again: ", "hunter2\n")
	code, shown := x.end()
	if code != 0 || !strings.Contains(shown, "Created   0x") || strings.Contains(shown, "hunter2") {
		t.Fatalf("code %d, %q", code, shown)
	}
	files, err := filepath.Glob(filepath.Join(x.cmd.Environ()[0][len("MYST_DATA_DIR="):], "keystore", "UTC--*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("key files %v, %v", files, err)
	}
}

func TestPromptTwiceTheSame(t *testing.T) {
	x := onTerminal(t, "identity", "new", "--light-scrypt")
	x.typeHidden("New passphrase: ", "hunter2\n")
	x.typeHidden("The same again: ", "hunter3\n")
	if code, shown := x.end(); code != exitAuth || !strings.Contains(shown, "the two differ") {
		t.Fatalf("code %d, %q", code, shown)
	}
	x = onTerminal(t, "identity", "new", "--light-scrypt")
	x.typeHidden("New passphrase: ", "\n")
	if code, shown := x.end(); code != exitAuth || !strings.Contains(shown, "must not be empty") {
		t.Fatalf("code %d, %q", code, shown)
	}
}

// Ctrl-C at the prompt ends the program, and the terminal echoes again.
func TestPromptInterrupted(t *testing.T) {
	x := onTerminal(t, "identity", "new", "--light-scrypt")
	x.typeHidden("New passphrase: ", "hunt\x03")
	code, shown := x.end()
	if code != exitInterrupted || !strings.Contains(shown, "interrupted") || strings.Contains(shown, "hunt") {
		t.Fatalf("code %d, %q", code, shown)
	}
	if !x.echoes() {
		t.Fatal("the terminal was left without echo")
	}
}
