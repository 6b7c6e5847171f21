package wireguard

import (
	"errors"

	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/tun"

	"github.com/mysteriumnetwork/myst/hostnet"
)

// attach makes this process the one that carries a TUN device's packets, until the result is closed. Packets of
// one flow pass joined, both ways, which saves most of the system calls; hostnet's meters count the single ones.
func attach(d hostnet.Device, mtu int) (tun.Device, error) {
	file, err := d.File()
	if err != nil {
		return nil, err
	}
	// The library wants a descriptor of its own. Its other constructor takes a file, but watches the device
	// by sockets in the network namespace of whichever thread.
	fd := -1
	raw, err := file.SyscallConn()
	if err == nil {
		var duplicated error
		err = raw.Control(func(of uintptr) { fd, duplicated = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
		err = errors.Join(err, duplicated)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		if fd >= 0 {
			_ = unix.Close(fd) // nothing was written
		}
		return nil, err
	}
	device, _, err := tun.CreateUnmonitoredTUNFromFD(fd) // owns fd, also when it fails
	if err != nil {
		return nil, err
	}
	return sized{device, mtu}, nil
}
