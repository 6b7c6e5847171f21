package hostnet

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const tunPath = "/dev/net/tun"

// Device is a TUN device, made by Host.TUN.
type Device struct {
	Name  string
	Index int
	// Close removes the device and with it its addresses and routes. A second Close is harmless.
	Close func() error

	host *Host
}

// TUN makes a TUN device with an IPv4 address, up, in the Host's network namespace. IPv6 is off on it. It
// is persistent: it stays while nobody has it open, and processes of this one's user may attach to it, one at
// a time. Nothing passes it but what an Exit or a Path lets pass. Errors: ErrExists, ErrTaken, ErrPermission, ErrValue,
// ErrClosed.
func (h *Host) TUN(name string, mtu int, addr netip.Prefix) (Device, error) {
	if err := validateDevice(name); err != nil {
		return Device{}, err
	}
	switch {
	case mtu < 576 || mtu > 65535:
		return Device{}, fmt.Errorf("device %s: %w: MTU %d", name, ErrValue, mtu)
	case !addr.IsValid() || !addr.Addr().Is4():
		return Device{}, fmt.Errorf("device %s: %w: address %v is not of IPv4", name, ErrValue, addr)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return Device{}, ErrClosed
	}
	// Asked before it is journalled, or a crash in between would cost somebody else's device.
	if _, err := h.link.LinkByName(name); err == nil {
		return Device{}, fmt.Errorf("device %s: %w", name, ErrExists)
	} else if !isNoDevice(err) {
		return Device{}, fmt.Errorf("device %s: %w", name, permission(err))
	}
	if err := h.unused(addr); err != nil {
		return Device{}, fmt.Errorf("device %s: %w", name, err)
	}
	d := Device{Name: name, host: h}
	m, err := newMeter()
	if err != nil {
		return Device{}, fmt.Errorf("device %s: %w", name, err)
	}
	m.address = addr.Addr()
	h.meters[name] = m
	e, err := h.doLocked(entry{Kind: kindTUN, Name: name}, func() (err error) {
		if err := h.inside(func() error { return createTUN(name, m) }); err != nil {
			return err
		}
		h.step("set up " + name)
		d.Index, err = h.setUp(name, mtu, addr)
		return err
	})
	if err != nil {
		return Device{}, errors.Join(err, h.releaseMeter(name))
	}
	d.Close = h.undoer(e)
	return d, nil
}

// createTUN makes a persistent device in the calling thread's network namespace. From the first moment on nothing
// leaves by it that m does not let pass.
func createTUN(name string, m *meter) error {
	fd, err := attachTUN(name, unix.IFF_TUN|unix.IFF_NO_PI|unix.IFF_TUN_EXCL)
	if errors.Is(err, unix.EBUSY) {
		return untouched{ErrExists} // made since we looked
	}
	if err != nil {
		return err
	}
	if err = m.filter(fd); err == nil {
		// Without an owner the kernel would let every user attach to it.
		if err = unix.IoctlSetInt(fd, unix.TUNSETOWNER, os.Geteuid()); err != nil {
			err = fmt.Errorf("own the device: %w", err)
		} else if err = unix.IoctlSetInt(fd, unix.TUNSETPERSIST, 1); err != nil {
			err = fmt.Errorf("make the device persistent: %w", err)
		}
	}
	return errors.Join(err, unix.Close(fd))
}

// attachTUN opens the device of that name, or makes it.
func attachTUN(name string, flags uint16) (fd int, err error) {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return -1, err
	}
	if fd, err = unix.Open(tunPath, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err != nil {
		return -1, &os.PathError{Op: "open", Path: tunPath, Err: err}
	}
	request.SetUint16(flags)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return -1, errors.Join(fmt.Errorf("attach to %s: %w", name, err), unix.Close(fd))
	}
	return fd, nil
}

// queue is how many packets wait for the process behind a device. What does not fit was counted and is lost, so
// it must hold what one TCP connection has under way: with the usual 500 packets a download loses one in twenty.
const queue = 5000

// setUp gives a new device its settings and returns its index.
func (h *Host) setUp(name string, mtu int, addr netip.Prefix) (index int, err error) {
	link, err := h.link.LinkByName(name)
	if err != nil {
		return 0, err
	}
	// The kernel would announce itself to the other end, and be metered for it. This one sysctl needs no journal:
	// it goes with the device. A kernel without IPv6 does not have it.
	err = h.inside(func() error { return writeSysctl("net/ipv6/conf/"+name+"/disable_ipv6", "1") })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("switch IPv6 off: %w", err)
	}
	if err := h.meters[name].attach(h.link, link.Attrs().Index); err != nil {
		return 0, err
	}
	if err := h.link.LinkSetTxQLen(link, queue); err != nil {
		return 0, fmt.Errorf("set the queue: %w", err)
	}
	if err := h.link.LinkSetMTU(link, mtu); err != nil {
		return 0, fmt.Errorf("set the MTU: %w", err)
	}
	if err := h.link.AddrAdd(link, &netlink.Addr{IPNet: ipNet(addr)}); err != nil {
		return 0, fmt.Errorf("set the address %v: %w", addr, err)
	}
	if err := h.link.LinkSetUp(link); err != nil {
		return 0, fmt.Errorf("set the device up: %w", err)
	}
	return link.Attrs().Index, nil
}

// File attaches to the device, so that this process carries its packets: each read and write is one packet
// behind a virtio_net_hdr of 10 bytes (linux/virtio_net.h), which is what wireguard-go expects and makes its large
// packets possible. It fails while another process is attached.
func (d Device) File() (file *os.File, err error) {
	err = d.host.inside(func() error {
		fd, err := attachTUN(d.Name, unix.IFF_TUN|unix.IFF_NO_PI|unix.IFF_VNET_HDR)
		if err != nil {
			return permission(err)
		}
		file = os.NewFile(uintptr(fd), tunPath)
		// Had it been removed, the kernel would have made one in passing, which goes with the file.
		if now, err := net.InterfaceByName(d.Name); err != nil || now.Index != d.Index {
			return errors.Join(fmt.Errorf("device %s: %w", d.Name, ErrClosed), file.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}

// deleteTUN removes a device that TUN made. It leaves alone what has the name and is no TUN device.
func (h *Host) deleteTUN(e entry) error {
	link, err := h.link.LinkByName(e.Name)
	if isNoDevice(err) {
		return h.releaseMeter(e.Name)
	}
	if err != nil {
		return err
	}
	if tun, ok := link.(*netlink.Tuntap); !ok || tun.Mode != netlink.TUNTAP_MODE_TUN {
		h.log.Warn("leaving a device alone that is not ours", "device", e.Name, "type", link.Type())
		return h.releaseMeter(e.Name)
	}
	if err := h.link.LinkDel(link); err != nil && !isNoDevice(err) {
		return err
	}
	return h.releaseMeter(e.Name)
}

// releaseMeter forgets the meter of a device that is gone, or that is gone for us. h.mu is held.
func (h *Host) releaseMeter(name string) error {
	m := h.meters[name]
	if m == nil {
		return nil
	}
	delete(h.meters, name)
	return m.release()
}

// deleteTable deletes a table of nftables with all that is in it.
func (h *Host) deleteTable(e entry) error {
	conn, err := h.nftables()
	if err != nil {
		return err
	}
	conn.DelTable(&nftables.Table{Name: e.Name, Family: nftables.TableFamily(e.Family)})
	if err = conn.Flush(); errors.Is(err, fs.ErrNotExist) {
		err = nil // gone already
	}
	return errors.Join(err, conn.CloseLasting())
}

// isNoDevice says whether err means that there is no such device.
func isNoDevice(err error) bool {
	return errors.As(err, new(netlink.LinkNotFoundError)) || errors.Is(err, unix.ENODEV)
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
