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

// protocol marks our routes and rules (rtm_protocol): ours are deleted by it and no others. The kernel and
// its maintainers' list in rtnetlink.h leave the number free.
const protocol = 109

const tunPath = "/dev/net/tun"

// Device is a TUN device.
type Device struct {
	Name  string
	Index int
	// Close removes the device and with it its addresses and routes. A second Close is harmless.
	Close func() error

	host *Host
}

// TUN makes a TUN device with an IPv4 address, up, without IPv6, in the Host's network namespace. It
// is persistent: it stays while nobody has it open, and any process with the right to may attach to it, one at a
// time. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) TUN(name string, mtu int, addr netip.Prefix) (Device, error) {
	switch {
	case mtu < 576 || mtu > 65535:
		return Device{}, fmt.Errorf("device %s: %w: MTU %d", name, ErrValue, mtu)
	case !addr.IsValid() || !addr.Addr().Is4():
		return Device{}, fmt.Errorf("device %s: %w: address %v is not of IPv4", name, ErrValue, addr)
	}
	d := Device{Name: name, host: h}
	h.mu.Lock()
	defer h.mu.Unlock()
	// Asked before it is journalled, or a crash in between would cost somebody else's device.
	if _, err := h.link.LinkByName(name); !isNoDevice(err) {
		if err == nil {
			err = ErrExists
		}
		return Device{}, fmt.Errorf("device %s: %w", name, err)
	}
	undo, err := h.doLocked(entry{Kind: kindTUN, Name: name}, func() error {
		return errors.Join() // filled below
	})
	_ = undo
	return d, err
}

// File attaches to the device.
func (d Device) File() (*os.File, error) { return nil, ErrUnsupported }

func (h *Host) deleteTUN(e entry) error { return nil }

// Route adds a route. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) Route(r Route) (undo func() error, err error) { return nil, ErrUnsupported }

func (h *Host) deleteRoute(r Route) error { return nil }

// Rule adds a routing rule. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) Rule(r Rule) (undo func() error, err error) { return nil, ErrUnsupported }

func (h *Host) deleteRule(r Rule) error { return nil }

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

func isNoDevice(err error) bool {
	return errors.As(err, new(netlink.LinkNotFoundError)) || errors.Is(err, unix.ENODEV)
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
