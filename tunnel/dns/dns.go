// Package dns answers and asks the DNS queries that travel inside a tunnel.
package dns

import (
	"context"
	"net/netip"
)

// Resolver looks up the addresses of a host name. *net.Resolver is one. The name is absolute: it
// ends with a dot.
type Resolver interface {
	// LookupNetIP is asked for network "ip4" only. A *net.DNSError tells a name that does not exist.
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}
