package openvpn

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithParent makes the kernel kill the child when the thread that starts it ends.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// namespace is a network namespace.
type namespace struct{ file *os.File }

const threadNamespace = "/proc/thread-self/ns/net"

// currentNamespace returns that of the calling thread.
func currentNamespace() (*namespace, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	file, err := os.Open(threadNamespace)
	if err != nil {
		return nil, err
	}
	return &namespace{file: file}, nil
}

// enterLocked locks the goroutine to its thread for good and moves that to the namespace, when it is
// elsewhere.
func (n *namespace) enterLocked() error {
	runtime.LockOSThread()
	var want, have unix.Stat_t
	err := errors.Join(unix.Fstat(int(n.file.Fd()), &want), unix.Stat(threadNamespace, &have))
	if err != nil {
		return fmt.Errorf("look at network namespace: %w", err)
	}
	if want.Dev == have.Dev && want.Ino == have.Ino {
		return nil
	}
	if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter network namespace: %w", err)
	}
	return nil
}

// close forgets the namespace. Nothing can be done about an error.
func (n *namespace) close() { _ = n.file.Close() }

// peerPID returns the process that opened the other end.
func peerPID(conn *net.UnixConn) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var credentials *unix.Ucred
	var inner error
	err = raw.Control(func(fd uintptr) {
		credentials, inner = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(err, inner); err != nil {
		return 0, err
	}
	return int(credentials.Pid), nil
}
