package hostnet

import (
	"fmt"
	"net/netip"
)

// ExitConfig says what consumers reach through a provider's device.
type ExitConfig struct {
	Device  string
	Subnet  netip.Prefix // of all consumers; IPv4
	Gateway netip.Addr   // the provider's own address in it: reachable for DNS (UDP and TCP 53) and ICMP echo, nothing else
	// Deny are refused destinations. IPv6 ones are ignored, because nothing of IPv6 passes.
	Deny []netip.Prefix
	// Allow are exceptions from Deny, from port 25 and from the provider's own addresses, for TCP and UDP.
	Allow []netip.AddrPort
	// Source is the address that traffic leaves from; the zero Addr masquerades, as the address of the device that
	// it leaves by.
	Source netip.Addr
	// Flows is how many connections, in the sense of conntrack, a consumer has at once; zero is 4096. Packets
	// that would open more are dropped.
	Flows int
}

// defaultFlows is that of protocol.md, section "Tunnels".
const defaultFlows = 4096

func (c ExitConfig) validate() error {
	switch {
	case !c.Subnet.IsValid() || !c.Subnet.Addr().Is4() || c.Subnet != c.Subnet.Masked():
		return fmt.Errorf("exit of %s: %w: consumers' network %v", c.Device, ErrValue, c.Subnet)
	case !c.Subnet.Contains(c.Gateway):
		return fmt.Errorf("exit of %s: %w: gateway %v is not in %v", c.Device, ErrValue, c.Gateway, c.Subnet)
	case c.Source.IsValid() && (!c.Source.Is4() || c.Source.IsUnspecified() || c.Subnet.Contains(c.Source)):
		return fmt.Errorf("exit of %s: %w: source %v", c.Device, ErrValue, c.Source)
	case c.Flows < 0 || c.Flows > 1<<24:
		return fmt.Errorf("exit of %s: %w: %d flows", c.Device, ErrValue, c.Flows)
	}
	for _, p := range c.Deny {
		if !p.IsValid() || p != p.Masked() {
			return fmt.Errorf("exit of %s: %w: refused network %v", c.Device, ErrValue, p)
		}
	}
	for _, a := range c.Allow {
		if !a.IsValid() || a.Addr().Is4In6() || c.Subnet.Contains(a.Addr()) {
			return fmt.Errorf("exit of %s: %w: exception %v", c.Device, ErrValue, a)
		}
	}
	return validateDevice(c.Device)
}
