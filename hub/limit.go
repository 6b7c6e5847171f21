package hub

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter gives every client address an allowance of requests.
type limiter struct {
	perSecond rate.Limit
	burst     int
	capacity  int
	clock     func() time.Time

	mu      sync.Mutex
	clients map[netip.Prefix]*rate.Limiter
	others  *rate.Limiter // of those that found the table full
}

func newLimiter(perSecond float64, capacity int, clock func() time.Time) *limiter {
	l := &limiter{
		perSecond: rate.Limit(perSecond), burst: max(1, int(10*perSecond)), capacity: capacity, clock: clock,
		clients: map[netip.Prefix]*rate.Limiter{},
	}
	l.others = rate.NewLimiter(l.perSecond, l.burst)
	return l
}

// allow takes one request out of the allowance of a remote address, host:port.
func (l *limiter) allow(remote string) bool {
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	client, ok := clientOf(remote)
	if !ok {
		return l.others.AllowN(now, 1)
	}
	allowance := l.clients[client]
	if allowance == nil {
		if len(l.clients) >= l.capacity {
			l.forget(now)
		}
		if len(l.clients) >= l.capacity {
			return l.others.AllowN(now, 1)
		}
		allowance = rate.NewLimiter(l.perSecond, l.burst)
		l.clients[client] = allowance
	}
	return allowance.AllowN(now, 1)
}

// forget drops the clients whose allowance is full again: a new entry is worth the same.
func (l *limiter) forget(now time.Time) {
	for client, allowance := range l.clients {
		if allowance.TokensAt(now) >= float64(l.burst) {
			delete(l.clients, client)
		}
	}
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
