package hub

import (
	"net/netip"
	"time"

	"github.com/mysteriumnetwork/myst/internal/allowance"
)

// limiter gives every client address an allowance of requests.
type limiter struct {
	clients *allowance.Table[netip.Prefix]
}

func newLimiter(perSecond float64, capacity int, clock func() time.Time) *limiter {
	return &limiter{allowance.New[netip.Prefix](perSecond, int(10*perSecond), capacity, clock)}
}

// allow takes one request out of the allowance of a remote address, host:port.
func (l *limiter) allow(remote string) bool {
	client, ok := clientOf(remote)
	if !ok {
		return l.clients.AllowOther()
	}
	return l.clients.Allow(client)
}

// clientOf tells clients apart: by address, or by /64 for IPv6, of which one customer usually has all.
func clientOf(remote string) (netip.Prefix, bool) {
	addr, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}, false
	}
	ip := addr.Addr().Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	prefix, err := ip.Prefix(bits)
	return prefix, err == nil
}
