// Package exit decides what consumers reach through a provider, and makes those connections.
//
// A [Guard] applies a tunnel.ExitPolicy. It refuses what protocol.md's section "Tunnels" lists:
// private, loopback, link-local, multicast and reserved ranges, the provider's own addresses, and
// port 25. The check is on the address that is dialled, and is made again on the socket just before
// it connects, so no name that resolves to a private address gets around it. Drivers that terminate
// flows (wireguard in user space, shadowsocks) dial with [Guard.Dial]; a DNS responder asks
// [Guard.CheckAddr] which answers it may give. What is refused is counted by reason, and the operator is told from
// time to time.
package exit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// ErrRefused says that the policy does not let consumers reach the address.
var ErrRefused = errors.New("destination refused by the exit policy")

// smtp is refused because an exit that sends mail is soon on every block list.
const smtp = 25

// ownFor is how long the list of the host's addresses is used before it is read again.
const ownFor = 5 * time.Second

// denied are the ranges of protocol.md, section "Tunnels".
var denied = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("224.0.0.0/3"),
	netip.MustParsePrefix("::/128"),
	netip.MustParsePrefix("::1/128"),
	netip.MustParsePrefix("::ffff:0:0/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fc00::/7"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("ff00::/8"),
}

// Denied returns the ranges that are refused unless the policy names an exception.
func Denied() []netip.Prefix { return slices.Clone(denied) }

// Config says what a Guard applies.
type Config struct {
	Policy tunnel.ExitPolicy
	// Own are addresses of the provider that its interfaces do not show, such as the public one of
	// the router before it.
	Own []netip.Addr
	// Interfaces lists the addresses of the host's interfaces; nil asks the operating system.
	Interfaces func() ([]netip.Addr, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Logger is told of what was refused, once in a minute at most, by reason; nil discards. Destinations are never
	// logged, only the range that they are in.
	Logger *slog.Logger
}

// Guard applies an exit policy. Its methods may be called from any goroutine.
type Guard struct {
	cfg Config

	mu   sync.Mutex
	own  map[netip.Addr]struct{}
	read time.Time // when own was read; zero means never

	refusals refusals
}

// NewGuard returns a guard. It reads nothing yet.
func NewGuard(cfg Config) *Guard {
	if cfg.Interfaces == nil {
		cfg.Interfaces = interfaceAddrs
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Policy.Allow = slices.Clone(cfg.Policy.Allow)
	return &Guard{cfg: cfg, refusals: refusals{log: cfg.Logger, now: cfg.Now, counts: map[string]uint64{}}}
}

// Check returns an error that wraps ErrRefused unless consumers may reach dst.
func (g *Guard) Check(dst netip.AddrPort) error {
	if slices.Contains(g.cfg.Policy.Allow, dst) {
		return nil
	}
	if dst.Port() == 0 || dst.Port() == smtp {
		return g.refusals.count(&refusal{reason: fmt.Sprintf("port %d", dst.Port())})
	}
	if r := g.checkRange(dst.Addr()); r != nil {
		return g.refusals.count(r)
	}
	return nil
}

// CheckAddr returns an error that wraps ErrRefused unless consumers may reach some port of addr.
func (g *Guard) CheckAddr(addr netip.Addr) error {
	for _, allowed := range g.cfg.Policy.Allow {
		if allowed.Addr() == addr {
			return nil
		}
	}
	if r := g.checkRange(addr); r != nil {
		r.reason = "name with " + r.reason
		return g.refusals.count(r)
	}
	return nil
}

func (g *Guard) checkRange(addr netip.Addr) *refusal {
	if !addr.IsValid() || addr.Zone() != "" {
		return &refusal{reason: "not a global address"}
	}
	if addr.Is4In6() {
		// Prefix.Contains matches no such address, not even ::ffff:0:0/96.
		return &refusal{reason: "IPv4-mapped address"}
	}
	for _, prefix := range denied {
		if prefix.Contains(addr) {
			return &refusal{reason: fmt.Sprintf("address in %v", prefix)}
		}
	}
	own, err := g.isOwn(addr)
	if err != nil {
		// Without the list nobody can tell, so nothing passes.
		return &refusal{reason: "own addresses unknown", cause: err}
	}
	if own {
		return &refusal{reason: "the provider's own address"}
	}
	return nil
}

func (g *Guard) isOwn(addr netip.Addr) (bool, error) {
	if slices.Contains(g.cfg.Own, addr) || addr == g.cfg.Policy.Source {
		return true, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.cfg.Now()
	if age := now.Sub(g.read); g.read.IsZero() || age < 0 || age >= ownFor {
		list, err := g.cfg.Interfaces()
		if err != nil {
			return false, err
		}
		g.own = make(map[netip.Addr]struct{}, len(list))
		for _, a := range list {
			g.own[a.Unmap().WithZone("")] = struct{}{}
		}
		g.read = now
	}
	_, own := g.own[addr]
	return own, nil
}

// Dial connects to dst from the policy's source address, for network "tcp" or "udp". The error
// wraps ErrRefused when the policy forbids dst; then nothing was sent.
func (g *Guard) Dial(ctx context.Context, network string, dst netip.AddrPort) (net.Conn, error) {
	if err := g.Check(dst); err != nil {
		return nil, err
	}
	d := net.Dialer{
		Control: func(_, address string, _ syscall.RawConn) error {
			dialled, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrRefused, err)
			}
			return g.Check(dialled)
		},
	}
	source := g.cfg.Policy.Source
	switch {
	case network != "tcp" && network != "udp":
		return nil, fmt.Errorf("dial %w", net.UnknownNetworkError(network))
	case !source.IsValid():
	case network == "tcp":
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	default:
		d.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	}
	return d.DialContext(ctx, network, dst.String())
}

func interfaceAddrs() ([]netip.Addr, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.Addr, 0, len(list))
	for _, a := range list {
		if ipNet, ok := a.(*net.IPNet); ok {
			if addr, ok := netip.AddrFromSlice(ipNet.IP); ok {
				addrs = append(addrs, addr)
			}
		}
	}
	return addrs, nil
}
