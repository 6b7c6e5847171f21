package openvpn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
	"github.com/mysteriumnetwork/myst/tunnel/routed"
)

// ServiceType is the driver's name in proposals.
const ServiceType = "openvpn"

// defaultPort is OpenVPN's (IANA).
const defaultPort = 1194

// serverDevice is the provider's TUN device unless another is named.
const serverDevice = "myst-openvpn"

// The server process is started again after restartFirst, then less and less often, at last every
// restartLast. Sessions stay open meanwhile: their consumers connect again.
const (
	restartFirst = 200 * time.Millisecond
	restartLast  = 15 * time.Second
)

// ServerConfig says how the provider's end listens and what its consumers may reach. Host is required.
type ServerConfig struct {
	Host *hostnet.Host
	// Device is the name of the TUN device; empty is myst-openvpn.
	Device string
	// Listen is openvpn's UDP address. A zero address is 0.0.0.0, port 0 takes a free one; the zero value
	// is 0.0.0.0:1194.
	Listen netip.AddrPort
	// Endpoint is where consumers reach Listen. A zero address takes Listen's, which must then be one that
	// others can reach; port 0 takes the port that Listen got.
	Endpoint netip.AddrPort
	// Exit is what consumers may reach, and the address their traffic leaves from.
	Exit tunnel.ExitPolicy
	// Subnet holds the addresses inside the tunnels: the first is the gateway, every session gets another.
	// Private IPv4; the zero value takes a /16 that this host does not use.
	Subnet netip.Prefix
	// MTU is the largest inner packet in bytes, from 576 to 9,000; zero is 1420.
	MTU int
	// MaxSessions bounds the tunnels open at once; zero is 250.
	MaxSessions int
	// Resolver answers the consumers' DNS queries; nil is the host's.
	Resolver dns.Resolver
	// FirstUse is how long a new tunnel waits for the consumer's first packet before it ends; zero is 60 s.
	FirstUse time.Duration
	Logger   *slog.Logger // nil discards
}

// Server is the provider's end: one openvpn process for all sessions. Make one with NewServer.
type Server struct {
	cfg       ServerConfig
	config    serverConfig // of the process
	program   program
	namespace *namespace
	endpoint  netip.AddrPort
	admission *admission
	provider  *routed.Provider
	undo      []func() error // newest last

	stop     chan struct{} // closed by Close
	once     sync.Once
	watching sync.WaitGroup
	closed   error // of Close
}

var _ tunnel.Server = (*Server)(nil)

// NewServer makes the device, opens the exit and starts openvpn, so that what is missing is noticed at the
// start. The server lives until Close; ctx carries values only, and bounds the start.
func NewServer(ctx context.Context, cfg ServerConfig) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("openvpn server: %w", err)
	}
	s := &Server{cfg: cfg, admission: newAdmission(cfg.Logger), stop: make(chan struct{})}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("openvpn server: %w", err), s.undoAll())
	}
	return s, nil
}

func (cfg ServerConfig) withDefaults() (ServerConfig, error) {
	if cfg.Listen == (netip.AddrPort{}) {
		cfg.Listen = netip.AddrPortFrom(netip.IPv4Unspecified(), defaultPort)
	}
	if !cfg.Listen.Addr().IsValid() {
		cfg.Listen = netip.AddrPortFrom(netip.IPv4Unspecified(), cfg.Listen.Port())
	}
	if cfg.Device == "" {
		cfg.Device = serverDevice
	}
	if cfg.MTU == 0 {
		cfg.MTU = defaultMTU
	}
	if cfg.MTU < driverdata.MinMTU || cfg.MTU > driverdata.MaxMTU {
		return cfg, fmt.Errorf("MTU %d is not between %d and %d", cfg.MTU, driverdata.MinMTU, driverdata.MaxMTU)
	}
	if cfg.MaxSessions == 0 {
		cfg.MaxSessions = 250
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}

// start does everything that Close undoes.
func (s *Server) start(ctx context.Context) error {
	var err error
	if s.program, err = findProgram(ctx); err != nil {
		return err
	}
	if s.namespace, err = currentNamespace(); err != nil {
		return err
	}
	s.undo = append(s.undo, func() error { s.namespace.close(); return nil })
	if err := s.choosePort(); err != nil {
		return err
	}
	certificate, err := newCertificate(time.Now())
	if err != nil {
		return err
	}
	if !s.cfg.Subnet.IsValid() {
		if s.cfg.Subnet, err = routed.FreeSubnet(s.cfg.Host); err != nil {
			return err
		}
	}
	s.cfg.Subnet = s.cfg.Subnet.Masked()
	gateway := netip.PrefixFrom(routed.Gateway(s.cfg.Subnet), s.cfg.Subnet.Bits())
	s.config = serverConfig{
		device: s.cfg.Device, listen: s.cfg.Listen, gateway: gateway, mtu: s.cfg.MTU,
		certificate: certificate, key: newServerKey(), maxClients: 2*s.cfg.MaxSessions + 16, // old clients go after the new have come
	}
	if err := s.openExit(ctx, gateway); err != nil {
		return err
	}
	first, err := s.run(ctx)
	if err != nil {
		return err
	}
	s.watching.Go(func() { s.watch(context.WithoutCancel(ctx), first) })
	return nil
}

// choosePort takes a free port when none is set, and notices one that is taken.
func (s *Server) choosePort() error {
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(s.cfg.Listen))
	if err != nil {
		return err
	}
	s.cfg.Listen = netip.AddrPortFrom(s.cfg.Listen.Addr(), socket.LocalAddr().(*net.UDPAddr).AddrPort().Port()) //nolint:forcetypeassert // of UDP
	if err := socket.Close(); err != nil {
		return err
	}
	addr, port := s.cfg.Endpoint.Addr(), s.cfg.Endpoint.Port()
	if !addr.IsValid() {
		addr = s.cfg.Listen.Addr()
	}
	if addr.IsUnspecified() {
		return errors.New("Endpoint must name an address, because Listen names none") //nolint:staticcheck // a field's name
	}
	if port == 0 {
		port = s.cfg.Listen.Port()
	}
	s.endpoint = netip.AddrPortFrom(addr, port)
	return nil
}

// openExit makes the device and what consumers reach through it.
func (s *Server) openExit(ctx context.Context, gateway netip.Prefix) error {
	device, err := s.cfg.Host.TUN(s.cfg.Device, s.cfg.MTU, gateway)
	if err != nil {
		return err
	}
	s.undo = append(s.undo, device.Close)
	s.provider, err = routed.NewProvider(ctx, routed.ProviderConfig{
		Host: s.cfg.Host, Device: s.cfg.Device, Subnet: s.cfg.Subnet, Exit: s.cfg.Exit,
		Own: []netip.Addr{s.endpoint.Addr()}, Resolver: s.cfg.Resolver,
		MaxSessions: s.cfg.MaxSessions, FirstUse: s.cfg.FirstUse, Logger: s.cfg.Logger,
	})
	if err != nil {
		return err
	}
	s.undo = append(s.undo, s.provider.Close)
	return nil
}

// run starts the server process and makes it known to the admission.
func (s *Server) run(ctx context.Context) (*process, error) {
	var known *management
	p, err := startProcess(ctx, processConfig{
		program: s.program, config: s.config, namespace: s.namespace, log: s.cfg.Logger,
		handle: func(m *management, e event) {
			if m != known {
				known = m
				s.admission.attach(m)
			}
			s.admission.handle(e)
		},
	})
	if err != nil {
		return nil, err
	}
	forget, err := s.cfg.Host.Process(p.pid())
	if err != nil {
		p.stop()
		return nil, err
	}
	s.watching.Go(func() {
		<-p.done()
		forget()
	})
	return p, nil
}

// watch starts the process again whenever it has ended, until Close.
func (s *Server) watch(ctx context.Context, p *process) {
	wait := backoff.Backoff{Min: restartFirst, Max: restartLast}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with ctx
		select {
		case <-s.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	for {
		started := time.Now()
		select {
		case <-s.stop:
			p.stop()
			return
		case <-p.done():
		}
		s.cfg.Logger.Warn("openvpn has ended; starting it again", "error", p.why())
		if time.Since(started) > restartLast {
			wait = backoff.Backoff{Min: restartFirst, Max: restartLast}
		}
		for {
			if backoff.Sleep(ctx, wait.Next()) != nil {
				return
			}
			var err error
			if p, err = s.run(ctx); err == nil {
				break
			}
			s.cfg.Logger.Error("openvpn does not start; trying again", "error", err)
		}
	}
}

// ServiceType implements tunnel.Server.
func (s *Server) ServiceType() string { return ServiceType }

// Offer implements tunnel.Server.
func (s *Server) Offer(request []byte) ([]byte, error) {
	if err := decodeRequest(request); err != nil {
		return nil, err
	}
	if err := s.provider.Room(); err != nil {
		return nil, err
	}
	return encodeOffer(offer{endpoint: s.endpoint, fingerprint: s.config.certificate.fingerprint, mtu: s.cfg.MTU}), nil
}

// Open implements tunnel.Server.
func (s *Server) Open(ctx context.Context, cfg tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	if err := decodeRequest(cfg.Request); err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	var entry *admitted
	session, err := s.provider.Open(cfg.ID, func(address netip.Addr) (err error) {
		entry, err = s.admission.open(cfg.ID, cfg.Credential, netip.PrefixFrom(address, s.cfg.Subnet.Bits()))
		return err
	}, func() { entry.close() })
	if err != nil {
		return nil, nil, err
	}
	return session, encodeStart(start{
		key:     s.config.key.newClientKey(cfg.ID),
		address: netip.PrefixFrom(session.Address, s.cfg.Subnet.Bits()), gateway: s.provider.Gateway(),
	}), nil
}

// Close implements tunnel.Server.
func (s *Server) Close() error {
	s.once.Do(func() {
		err := s.provider.Close()
		s.admission.close()
		close(s.stop)
		s.watching.Wait()
		s.closed = errors.Join(err, s.undoAll())
	})
	return s.closed
}

func (s *Server) undoAll() error {
	var errs []error
	for i := len(s.undo) - 1; i >= 0; i-- {
		errs = append(errs, s.undo[i]())
	}
	s.undo = nil
	return errors.Join(errs...)
}
