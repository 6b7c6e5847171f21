package routed

import (
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
