package hostnet

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// namespace is a network namespace, held open.
type namespace struct {
	scope
	file *os.File
}

const threadNamespace = "/proc/thread-self/ns/net"

// currentNamespace opens the calling thread's network namespace.
func currentNamespace() (*namespace, error) {
	runtime.LockOSThread() // or the three questions below could be answered by different threads
	defer runtime.UnlockOSThread()
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return nil, fmt.Errorf("read the boot ID: %w", err)
	}
	file, err := os.Open(threadNamespace)
	if err != nil {
		return nil, fmt.Errorf("open the network namespace: %w", err)
	}
	n := &namespace{scope: scope{Boot: strings.TrimSpace(string(boot))}, file: file}
	if n.Netns, err = inode(threadNamespace); err != nil {
		_ = file.Close() // opened for reading only
		return nil, fmt.Errorf("identify the network namespace: %w", err)
	}
	n.Cookie = namespaceCookie()
	return n, nil
}

// namespaceCookie returns the number that the kernel gives a namespace and never uses again; zero if it has none.
func namespaceCookie() uint64 {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	cookie, err := unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
	if err != nil {
		return 0
	}
	return cookie
}

func inode(path string) (uint64, error) {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return 0, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return stat.Ino, nil
}

// findNamespace says where a namespace other than our own can be reached; "" if nobody seems to hold it.
func findNamespace(wanted, ours scope) string {
	if wanted.Netns == ours.Netns {
		return "" // the cookies differ: the kernel has used the inode again
	}
	for _, pattern := range []string{"/run/netns/*", "/var/run/netns/*", "/proc/[0-9]*/ns/net"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a bad pattern
		}
		for _, path := range paths {
			if number, err := inode(path); err == nil && number == wanted.Netns && cookieAt(path, wanted.Cookie) == wanted.Cookie {
				return path
			}
		}
	}
	return ""
}

// cookieAt returns the cookie of the namespace at path, or otherwise if it cannot be had.
func cookieAt(path string, otherwise uint64) uint64 {
	file, err := os.Open(path)
	if err != nil {
		return otherwise
	}
	n := &namespace{file: file}
	defer func() { _ = n.close() }() // opened for reading only
	cookie := otherwise
	if err := n.do(func() error { cookie = namespaceCookie(); return nil }); err != nil || cookie == 0 {
		return otherwise
	}
	return cookie
}

// do runs f on a thread that is in the namespace.
func (n *namespace) do(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The usual case, and the one that needs no right to change namespaces.
	if number, err := inode(threadNamespace); err == nil && number == n.Netns {
		return f()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter the network namespace: %w", err)
			return
		}
		done <- f()
	}()
	return <-done
}

func (n *namespace) close() error { return n.file.Close() }

// inside runs f on a thread that is in the Host's network namespace: what it opens stays there.
func (h *Host) inside(f func() error) error { return h.ns.do(f) }

// nftables opens a connection to nftables in the Host's network namespace, usable from any
// goroutine, one at a time. Its user ends it by CloseLasting.
func (h *Host) nftables() (conn *nftables.Conn, err error) {
	err = h.inside(func() (err error) {
		conn, err = nftables.New(nftables.AsLasting())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open a socket to nftables: %w", permission(err))
	}
	return conn, nil
}
