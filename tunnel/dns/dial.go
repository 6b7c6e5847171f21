package dns

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// DialAddr connects through a tunnel to an address, for network "tcp" or "udp".
type DialAddr func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)

// Dial connects through a tunnel to "host:port", by dial. A name is asked of the responder at gateway, never of
// this host's resolver, and its addresses are tried in turn. Errors are those of dial, *net.DNSError for a
// name, *net.AddrError for a port, and ENETUNREACH for an IPv6 address at once: providers have none.
func Dial(ctx context.Context, network, address string, gateway netip.Addr, dial DialAddr) (net.Conn, error) {
	if network != "tcp" && network != "udp" {
		return nil, net.UnknownNetworkError(network)
	}
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return nil, &net.AddrError{Err: "invalid port", Addr: address}
	}
	addrs, err := resolve(ctx, host, netip.AddrPortFrom(gateway, Port), dial)
	if err != nil {
		return nil, err
	}
	var first error
	for _, addr := range addrs {
		conn, err := dial(ctx, network, netip.AddrPortFrom(addr, uint16(port)))
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// resolve returns the addresses of host: itself, or what the server says of the name.
func resolve(ctx context.Context, host string, server netip.AddrPort, dial DialAddr) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		if !addr.Is4() {
			return nil, fmt.Errorf("IPv6 is not served by the provider: %w", syscall.ENETUNREACH)
		}
		return []netip.Addr{addr}, nil
	}
	return Lookup(ctx, host, func(ctx context.Context) (net.Conn, error) { return dial(ctx, "udp", server) })
}
