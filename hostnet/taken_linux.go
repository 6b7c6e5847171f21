package hostnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// tunnelPrefix begins the names of consumers' devices.
const tunnelPrefix = "myst-"

// Unused returns ErrTaken when an interface of the host has addresses of an IPv4 network, or the main table a route
// to some of them: a device with such an address would draw traffic that is not the tunnel's. A default
// route does not count, nor does one that only refuses. Two providers may give the same address,
// so the single addresses of our own tunnels do not count either.
func (h *Host) Unused(network netip.Prefix) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	return h.unused(network)
}

// unused is Unused for those who hold h.mu.
func (h *Host) unused(network netip.Prefix) error {
	var links []netlink.Link
	var addrs []netlink.Addr
	var routes []netlink.Route
	err := whole(func() (err error) {
		if links, err = h.link.LinkList(); err != nil {
			return err
		}
		if addrs, err = h.link.AddrList(nil, unix.AF_INET); err != nil {
			return err
		}
		routes, err = h.link.RouteList(nil, unix.AF_INET) // of the main table
		return err
	})
	if err != nil {
		return fmt.Errorf("list addresses and routes: %w", err)
	}
	devices := map[int]netlink.Link{}
	for _, link := range links {
		devices[link.Attrs().Index] = link
	}
	for _, a := range addrs {
		device := devices[a.LinkIndex]
		if device == nil || !overlap(a.IPNet, network) || isSingle(a.IPNet) && isTunnel(device) {
			continue
		}
		return fmt.Errorf("%v: %w: device %s has %v", network, ErrTaken, device.Attrs().Name, a.IPNet)
	}
	for _, r := range routes {
		if r.Type == unix.RTN_UNICAST && r.Dst != nil && overlap(r.Dst, network) {
			return fmt.Errorf("%v: %w: there is a route to %v", network, ErrTaken, r.Dst)
		}
	}
	return nil
}

// whole repeats a listing that a change of what is listed cut short.
func whole(list func() error) error {
	err := list()
	for range 10 {
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			return err
		}
		err = list()
	}
	return err
}

// isTunnel says whether a device is a consumer's end of a tunnel of this program, be it another process of it.
func isTunnel(link netlink.Link) bool {
	_, tun := link.(*netlink.Tuntap)
	return tun && strings.HasPrefix(link.Attrs().Name, tunnelPrefix)
}

func isSingle(n *net.IPNet) bool {
	ones, bits := n.Mask.Size()
	return ones == bits
}

// largest is the shortest prefix that counts as a network somebody uses: private ones have 8 bits at least. VPNs
// replace the default route by two halves of it.
const largest = 8

// overlap says whether two networks share addresses. Default routes share none.
func overlap(n *net.IPNet, with netip.Prefix) bool {
	addr, ok := netip.AddrFromSlice(n.IP)
	ones, _ := n.Mask.Size()
	return ok && ones >= largest && netip.PrefixFrom(addr.Unmap(), ones).Overlaps(with)
}
