package routed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
	"github.com/mysteriumnetwork/myst/tunnel/exit"
)

// ProviderConfig says what a provider's end is made of. Host, Device and Subnet are required.
type ProviderConfig struct {
	Host *hostnet.Host
	// Device is the TUN device of all sessions. Its own address is the gateway: the first of Subnet.
	Device string
	// Subnet holds the sessions' addresses: private IPv4.
	Subnet netip.Prefix
	// Exit is what consumers may reach, and the address their traffic leaves from.
	Exit tunnel.ExitPolicy
	// Own are addresses of the provider that its interfaces do not show.
	Own []netip.Addr
	// Resolver answers the consumers' DNS queries; nil is the host's.
	Resolver dns.Resolver
	// MaxSessions bounds the sessions open at once; zero is 250.
	MaxSessions int
	// FirstUse is how long a new tunnel waits for the consumer's first packet before it ends; zero
	// is 60 s.
	FirstUse time.Duration
	Logger   *slog.Logger // nil discards
}

// Provider is the provider's end of all routed tunnels on one device.
type Provider struct {
	cfg       ProviderConfig
	gateway   netip.Addr
	unforward func() error
	names     *nameServer

	mu         sync.Mutex
	exit       *hostnet.Exit
	mendFailed time.Time // when the exit could last not be made again
	closed     bool
	once       sync.Once
	left       error                   // what Close returned
	sessions   map[netip.Addr]*Session // nil while one is being opened
	last       netip.Addr              // the address given out last
}

// Session is one consumer's tunnel, the provider's end of it.
type Session struct {
	*end
	// Address is what the consumer's end must have.
	Address netip.Addr

	unused *time.Timer // ends the session unless used in time
}

var _ tunnel.Tunnel = (*Session)(nil)

// NewProvider opens the exit and the name server at the gateway. The device must be up. ctx carries values
// only.
func NewProvider(ctx context.Context, cfg ProviderConfig) (*Provider, error) {
	if !cfg.Subnet.IsValid() || !cfg.Subnet.Addr().Is4() || !cfg.Subnet.Addr().IsPrivate() || cfg.Subnet.Bits() > 29 {
		return nil, fmt.Errorf("subnet %v is not private IPv4 with room for sessions", cfg.Subnet)
	}
	cfg.Subnet = cfg.Subnet.Masked()
	if cfg.MaxSessions == 0 {
		cfg.MaxSessions = 250
	}
	if cfg.FirstUse == 0 {
		cfg.FirstUse = time.Minute
	}
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Provider{cfg: cfg, gateway: Gateway(cfg.Subnet), sessions: map[netip.Addr]*Session{}}
	p.last = p.gateway
	guard := exit.NewGuard(exit.Config{Policy: cfg.Exit, Own: cfg.Own, Logger: cfg.Logger})
	var err error
	if p.names, err = serveNames(ctx, cfg.Device, p.gateway, dns.Responder{Resolver: cfg.Resolver, Permit: guard.CheckAddr}); err != nil {
		return nil, err
	}
	if err = p.openExit(); err != nil {
		return nil, errors.Join(err, p.names.close())
	}
	// Only now, so that nothing is forwarded that the exit's rules have not seen.
	if p.unforward, err = cfg.Host.Sysctl("net.ipv4.ip_forward", "1"); err != nil {
		return nil, errors.Join(err, p.exit.Close(), p.names.close())
	}
	return p, nil
}

// openExit makes the exit; after an error p.exit is as it was.
func (p *Provider) openExit() error {
	opened, err := p.cfg.Host.NewExit(hostnet.ExitConfig{
		Device: p.cfg.Device, Subnet: p.cfg.Subnet, Gateway: p.gateway, Flows: maxFlows,
		Deny: append(exit.Denied(), hosts(p.cfg.Own)...), Allow: p.cfg.Exit.Allow, Source: p.cfg.Exit.Source,
	})
	if err == nil {
		p.exit = opened
	}
	return err
}

// maxFlows bounds the connections of one session at a time.
const maxFlows = 4096

// FreeSubnet chooses a network for a provider's sessions: private, a /16, and unused on this host. It is a random one,
// so that a node that provides can be the consumer of others, and so that few consumers have it at home.
func FreeSubnet(host *hostnet.Host) (netip.Prefix, error) {
	var candidates []netip.Prefix
	for second := 64; second < 256; second++ { // networks at home mostly begin with 10.0 or 10.1
		candidates = append(candidates, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(second), 0, 0}), 16))
	}
	for second := 16; second < 32; second++ { // on a host that has a route to all of 10.0.0.0/8
		candidates = append(candidates, netip.PrefixFrom(netip.AddrFrom4([4]byte{172, byte(second), 0, 0}), 16))
	}
	var taken error
	for _, i := range rand.Perm(len(candidates)) { //nolint:gosec // no secret
		err := host.Unused(candidates[i])
		if err == nil || !errors.Is(err, hostnet.ErrTaken) {
			return candidates[i], err
		}
		taken = err
	}
	return netip.Prefix{}, fmt.Errorf("no private network is free for tunnels: %w", taken)
}

// Gateway is the provider's own address in a subnet: the first.
func Gateway(subnet netip.Prefix) netip.Addr { return subnet.Masked().Addr().Next() }

func hosts(addrs []netip.Addr) (prefixes []netip.Prefix) {
	for _, a := range addrs {
		if a.Is4() {
			prefixes = append(prefixes, netip.PrefixFrom(a, 32))
		}
	}
	return prefixes
}

// Gateway returns the provider's own address inside the tunnels.
func (p *Provider) Gateway() netip.Addr { return p.gateway }

// Room returns nil when another session can be opened, else tunnel.ErrCapacity, tunnel.ErrClosed, or why the exit
// cannot be made again that another program took away.
func (p *Provider) Room() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.room()
}

// Closed says whether Close was called.
func (p *Provider) Closed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *Provider) room() error {
	switch {
	case p.closed:
		return tunnel.ErrClosed
	case len(p.sessions) >= p.cfg.MaxSessions:
		return tunnel.ErrCapacity
	}
	return p.mendExit()
}

// mendAgain is how long a failure to make the exit again is believed.
const mendAgain = time.Second

// mendExit makes a lost exit again, whose sessions have ended. p.mu is held.
func (p *Provider) mendExit() error {
	lost := p.exit.Err()
	if lost == nil {
		return nil
	}
	if time.Since(p.mendFailed) < mendAgain {
		return fmt.Errorf("exit: %w", lost)
	}
	err := p.exit.Close()
	if err == nil {
		err = p.openExit()
	}
	if err != nil {
		p.mendFailed = time.Now()
		p.cfg.Logger.Error("the exit cannot be made again", "error", err)
		return fmt.Errorf("exit: %w", err)
	}
	p.cfg.Logger.Warn("the exit was made again", "lost because", lost)
	return nil
}

// Open gives a new session an address and a gate with limit 0. join makes the consumer with that address known
// to the driver; leave, which the session calls first when it ends, undoes it. Errors: those of Room and
// of join.
func (p *Provider) Open(id tunnel.SessionID, join func(netip.Addr) error, leave func()) (*Session, error) {
	address, way, err := p.reserve()
	if err != nil {
		return nil, err
	}
	gate, err := way.Add(address)
	if err != nil {
		p.release(address)
		if errors.Is(err, hostnet.ErrClosed) {
			err = tunnel.ErrClosed
		}
		return nil, fmt.Errorf("open tunnel: %w", err)
	}
	if err := join(address); err != nil {
		err = errors.Join(err, gate.Close())
		p.release(address)
		return nil, fmt.Errorf("open tunnel: %w", err)
	}
	s := &Session{end: newEnd(gate), Address: address}
	s.release = func() error {
		p.mu.Lock() // the timer may fire before it is assigned
		s.unused.Stop()
		p.mu.Unlock()
		leave()
		err := gate.Close()
		p.release(address)
		p.cfg.Logger.Debug("tunnel ended", "session", fmt.Sprintf("%x", id))
		return err
	}
	p.mu.Lock()
	s.unused = time.AfterFunc(p.cfg.FirstUse, func() {
		if s.Counters().Received == 0 {
			s.Fail(ErrUnused)
		}
	})
	p.sessions[address] = s
	closed := p.closed
	p.mu.Unlock()
	s.Watch()
	if closed {
		s.Fail(tunnel.ErrClosed)
		return nil, tunnel.ErrClosed
	}
	p.cfg.Logger.Debug("tunnel opened", "session", fmt.Sprintf("%x", id), "address", address)
	return s, nil
}

// reserve takes the next address that no session has, in turn, so that an address rests as long as it can
// before another consumer gets it.
func (p *Provider) reserve() (netip.Addr, *hostnet.Exit, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.room(); err != nil {
		return netip.Addr{}, nil, err
	}
	addr := p.last
	for range len(p.sessions) + 4 {
		addr = addr.Next()
		// The last address of the subnet is its broadcast address.
		if !p.cfg.Subnet.Contains(addr.Next()) {
			addr = p.gateway.Next()
		}
		if _, taken := p.sessions[addr]; !taken {
			p.last = addr
			p.sessions[addr] = nil
			return addr, p.exit, nil
		}
	}
	return netip.Addr{}, nil, tunnel.ErrCapacity
}

func (p *Provider) release(address netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, address)
}

// Close ends every session, the name server and the exit. A second Close is harmless.
func (p *Provider) Close() error {
	p.once.Do(func() {
		p.mu.Lock()
		p.closed = true
		var open []*Session
		for _, s := range p.sessions {
			if s != nil {
				open = append(open, s)
			}
		}
		p.mu.Unlock()
		var ending sync.WaitGroup
		for _, s := range open {
			ending.Go(func() { s.Fail(tunnel.ErrClosed) })
		}
		ending.Wait()
		p.left = errors.Join(p.unforward(), p.exit.Close(), p.names.close())
	})
	return p.left
}
