package hostnet

import (
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
	links, err := h.link.LinkList()
	if err != nil {
		return fmt.Errorf("list devices: %w", err)
	}
	for _, link := range links {
		addrs, err := h.link.AddrList(link, unix.AF_INET)
		if err != nil {
			return fmt.Errorf("list addresses of %s: %w", link.Attrs().Name, err)
		}
		for _, a := range addrs {
			if own := isSingle(a.IPNet) && isTunnel(link); overlap(a.IPNet, network) && !own {
				return fmt.Errorf("%v: %w: device %s has %v", network, ErrTaken, link.Attrs().Name, a.IPNet)
			}
		}
	}
	routes, err := h.link.RouteList(nil, unix.AF_INET) // of the main table
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	for _, r := range routes {
		if r.Type == unix.RTN_UNICAST && r.Dst != nil && overlap(r.Dst, network) {
			return fmt.Errorf("%v: %w: there is a route to %v", network, ErrTaken, r.Dst)
		}
	}
	return nil
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

// overlap says whether two networks share addresses. The default route shares none.
func overlap(n *net.IPNet, with netip.Prefix) bool {
	addr, ok := netip.AddrFromSlice(n.IP)
	ones, _ := n.Mask.Size()
	return ok && ones > 0 && netip.PrefixFrom(addr.Unmap(), ones).Overlaps(with)
}
