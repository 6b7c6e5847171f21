package routed

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// bindTo makes a socket's control function that binds it to a device: it sends and receives there only.
func bindTo(device string) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var bound error
		err := c.Control(func(fd uintptr) {
			bound = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, device)
		})
		if err != nil {
			return err
		}
		return bound
	}
}

// CheckProbe says why this process cannot be a consumer although hostnet.Check finds nothing: it may not send echo
// requests by itself (CAP_NET_RAW).
func CheckProbe() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
	if err != nil {
		return fmt.Errorf("no echo request can be sent (CAP_NET_RAW): %w", err)
	}
	return unix.Close(fd)
}
