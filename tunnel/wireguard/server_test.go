package wireguard

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"

	"github.com/mysteriumnetwork/myst/tunnel"
)

func startServer(t *testing.T, cfg ServerConfig) *Server {
	t.Helper()
	s := newTestServer(t, cfg)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func connectServer(t *testing.T, s *Server) (*clientTunnel, *session) {
	t.Helper()
	consumer, provider := connectTest(t, s)
	t.Cleanup(func() { _ = consumer.Close() })
	return consumer.(*clientTunnel), provider
}

func TestServerConfig(t *testing.T) {
	busy := startServer(t, ServerConfig{})
	if _, err := NewServer(ServerConfig{Listen: busy.Addr()}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("port in use: %v, want EADDRINUSE", err)
	}
	free := netip.MustParseAddrPort("127.0.0.1:0")
	for name, cfg := range map[string]ServerConfig{
		"no endpoint":    {Listen: netip.MustParseAddrPort("0.0.0.0:0")},
		"public subnet":  {Listen: free, Subnet: netip.MustParsePrefix("192.0.2.0/24")},
		"IPv6 subnet":    {Listen: free, Subnet: netip.MustParsePrefix("fd00::/64")},
		"tiny subnet":    {Listen: free, Subnet: netip.MustParsePrefix("10.0.0.0/30")},
		"small packets":  {Listen: free, MTU: 500},
		"large packets":  {Listen: free, MTU: 10000},
		"foreign listen": {Listen: netip.MustParseAddrPort("192.0.2.1:0")},
	} {
		if s, err := NewServer(cfg); err == nil {
			_ = s.Close()
			t.Errorf("%s: no error", name)
		}
	}
	s := startServer(t, ServerConfig{Endpoint: netip.MustParseAddrPort("192.0.2.1:0")})
	if want := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), s.Addr().Port()); s.endpoint != want {
		t.Errorf("endpoint %v, want %v", s.endpoint, want)
	}
	if err := s.guard.CheckAddr(netip.MustParseAddr("192.0.2.1")); err == nil {
		t.Error("consumers reach the endpoint's own address")
	}
}

func TestIdleServerHasNoDevice(t *testing.T) {
	s := startServer(t, ServerConfig{})
	if _, err := s.Offer(newTestClient(t).Request()); err != nil {
		t.Fatal(err)
	}
	if s.device != nil {
		t.Error("the device is there before the first session")
	}
}

func TestKeyServesOneSession(t *testing.T) {
	s := startServer(t, ServerConfig{})
	request := newTestClient(t).Request()
	first, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: request})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: request}); !errors.Is(err, tunnel.ErrData) {
		t.Errorf("same key again: %v, want ErrData", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: request}); err != nil {
		t.Errorf("same key after Close: %v", err)
	}
}

func TestAddressesAreGivenInTurn(t *testing.T) {
	s := startServer(t, ServerConfig{Subnet: netip.MustParsePrefix("10.9.8.0/29"), MaxSessions: 10})
	open := func() (*session, error) {
		tun, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: newTestClient(t).Request()})
		if err != nil {
			return nil, err
		}
		return tun.(*session), nil
	}
	seen := make(map[netip.Addr]*session)
	for range 5 { // .2 to .6: network, gateway and broadcast are not given
		tun, err := open()
		if err != nil {
			t.Fatal(err)
		}
		last := tun.address.As4()[3]
		if seen[tun.address] != nil || last < 2 || last > 6 {
			t.Fatalf("address %v after %v", tun.address, seen)
		}
		seen[tun.address] = tun
	}
	if _, err := open(); !errors.Is(err, tunnel.ErrCapacity) {
		t.Errorf("sixth session: %v, want ErrCapacity", err)
	}
	// Of two free addresses the one that rested longer comes first.
	for _, last := range []byte{5, 3} {
		if err := seen[netip.AddrFrom4([4]byte{10, 9, 8, last})].Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, last := range []byte{3, 5} {
		tun, err := open()
		if err != nil || tun.address.As4()[3] != last {
			t.Fatalf("got %v, %v, want .%d", tun, err, last)
		}
	}
}

// TestForeignSource has a consumer use another address than its own. The provider must neither
// carry nor count it.
func TestForeignSource(t *testing.T) {
	s := startServer(t, ServerConfig{})
	client := newTestClient(t)
	open := tunnel.ServerSession{Request: client.Request()}
	offer, err := s.Offer(open.Request)
	if err != nil {
		t.Fatal(err)
	}
	provider, _, err := s.Open(t.Context(), open)
	if err != nil {
		t.Fatal(err)
	}
	provider.SetLimit(1 << 40)
	stolen := encodeStart(start{address: netip.MustParseAddr("10.182.0.200"), gateway: s.gateway})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if tun, err := client.Connect(ctx, tunnel.ClientSession{Offer: offer, Start: stolen, Limit: 1 << 40}); err == nil {
		_ = tun.Close()
		t.Error("connected from another address")
	}
	if c := provider.Counters(); c.Total() != 0 {
		t.Errorf("the provider counted %+v", c)
	}
}

func TestConsumersDoNotReachEachOther(t *testing.T) {
	s := startServer(t, ServerConfig{})
	a, providerA := connectServer(t, s)
	_, providerB := connectServer(t, s)
	before, beforeA := providerB.Counters(), providerA.Counters()
	for _, network := range []string{"tcp", "udp"} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		conn, err := a.DialContext(ctx, network, netip.AddrPortFrom(providerB.address, 80).String())
		cancel()
		if err == nil {
			if network == "tcp" {
				t.Error("connected to another consumer")
			}
			_, _ = conn.Write([]byte("hello"))
			_ = conn.Close()
		}
	}
	if err := a.Probe(t.Context()); err != nil { // what was sent before it has arrived
		t.Fatal(err)
	}
	if after := providerB.Counters(); after != before {
		t.Errorf("the other session counted %+v, then %+v", before, after)
	}
	if got := providerA.Counters().Received - beforeA.Received; got != probe {
		t.Errorf("the provider counted %d bytes, want only the probe's %d", got, probe)
	}
}

// probe is what a probe counts in each direction, in bytes.
const probe = 28

// TestUnsolicitedIsNotCounted has the provider send what the consumer did not ask for, next to
// what it did.
func TestUnsolicitedIsNotCounted(t *testing.T) {
	s := startServer(t, ServerConfig{})
	consumer, provider := connectServer(t, s)
	conn, err := consumer.DialContext(t.Context(), "udp", "203.0.113.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the test is over
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	before := consumer.Counters().Received

	send := func(source netip.AddrPort, port uint16, size int) {
		t.Helper()
		from, to := fullAddress(source), fullAddress(netip.AddrPortFrom(provider.address, port))
		from.NIC = nicID
		c, err := gonet.DialUDP(provider.stack, &from, &to, ipv4.ProtocolNumber)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close() //nolint:errcheck // nothing to flush
		if _, err := c.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	remote := netip.MustParseAddrPort("203.0.113.1:9")
	send(remote, local+1, 100)                                        // another port here
	send(netip.AddrPortFrom(remote.Addr(), 10), local, 100)           // another port there
	send(netip.MustParseAddrPort("203.0.113.2:9"), local, 100)        // another host
	send(netip.AddrPortFrom(s.gateway, 53), local, 3000)              // in fragments
	inject(t, provider, icmpPacket(s.gateway, provider.address, 8))   // an echo request
	inject(t, provider, icmpPacket(s.gateway, provider.address, 0))   // an echo that nobody waits for
	inject(t, provider, icmpPacket(s.gateway, provider.address, 3))   // an error about nothing
	inject(t, provider, icmpPacket(s.gateway, s.gateway.Next(), 200)) // nonsense
	send(remote, local, 1000)                                         // the answer
	send(remote, local, 3000)                                         // the answer, in fragments

	buf := make([]byte, 4000)
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1000, 3000} {
		if n, err := conn.Read(buf); err != nil || n != want {
			t.Fatalf("read %d bytes, %v, want %d", n, err, want)
		}
	}
	const counted = (28 + 1000) + (28 + 3000 + 2*20)
	if got := consumer.Counters().Received - before; got != counted {
		t.Errorf("the consumer counted %d bytes, want %d", got, counted)
	}
	// What is under way when the consumer closes a connection counts too.
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	send(remote, local+1, 100)
	send(remote, local, 500)
	if err := consumer.Probe(t.Context()); err != nil { // comes after them
		t.Fatal(err)
	}
	if got := consumer.Counters().Received - before; got != counted+28+500+probe {
		t.Errorf("the consumer counted %d bytes late, want %d and the probe's %d", got-counted, 28+500, probe)
	}
}

// icmpPacket is an ICMP message of a type with nothing in it.
func icmpPacket(src, dst netip.Addr, kind byte) []byte {
	pkt := make([]byte, ipHeader+8+ipHeader+8)
	pkt[0], pkt[8], pkt[9] = 0x45, 64, protoICMP
	binary.BigEndian.PutUint16(pkt[2:], uint16(len(pkt)))
	copy(pkt[12:], src.AsSlice())
	copy(pkt[16:], dst.AsSlice())
	pkt[ipHeader] = kind
	return pkt
}

// inject sends a raw packet from the provider's end.
func inject(t *testing.T, s *session, raw []byte) {
	t.Helper()
	if err := s.stack.WriteRawPacket(nicID, ipv4.ProtocolNumber, bufferWith(raw)); err != nil {
		t.Fatal(err)
	}
}

// TestProviderFilters gives a session packets that its consumer could send.
func TestProviderFilters(t *testing.T) {
	s := startServer(t, ServerConfig{})
	_, p := connectServer(t, s)
	own, public := p.address, netip.MustParseAddr("203.0.113.1")
	good := packet{src: own, dst: public, proto: protoTCP, first: true}
	echo := packet{src: own, dst: s.gateway, proto: protoICMP, first: true, icmpType: icmpEcho}
	for name, c := range map[string]struct {
		change func(*packet)
		want   bool
	}{
		"tcp":             {func(*packet) {}, true},
		"udp":             {func(p *packet) { p.proto = protoUDP }, true},
		"later fragment":  {func(p *packet) { p.proto, p.first, p.fragment = protoUDP, false, true }, true},
		"to gateway":      {func(p *packet) { p.dst = s.gateway }, true},
		"refused":         {func(p *packet) { p.dst = netip.MustParseAddr("10.0.0.1") }, true}, // and answered
		"spoofed":         {func(p *packet) { p.src = own.Next() }, false},
		"from gateway":    {func(p *packet) { p.src = s.gateway }, false},
		"to consumer":     {func(p *packet) { p.dst = own.Next() }, false},
		"to itself":       {func(p *packet) { p.dst = own }, false},
		"to subnet":       {func(p *packet) { p.dst = s.cfg.Subnet.Addr() }, false},
		"multicast":       {func(p *packet) { p.dst = netip.MustParseAddr("224.0.0.251") }, false},
		"broadcast":       {func(p *packet) { p.dst = broadcast }, false},
		"unspecified":     {func(p *packet) { p.dst = netip.IPv4Unspecified() }, false},
		"other protocol":  {func(p *packet) { p.proto = 47 }, false},
		"echo":            {func(p *packet) { *p = echo }, true},
		"echo elsewhere":  {func(p *packet) { *p = echo; p.dst = public }, false},
		"echo reply":      {func(p *packet) { *p = echo; p.icmpType = icmpEchoReply }, false},
		"redirect":        {func(p *packet) { *p = echo; p.icmpType = 5 }, false},
		"fragmented echo": {func(p *packet) { *p = echo; p.fragment = true }, false},
	} {
		pkt := good
		c.change(&pkt)
		if got := p.accept(pkt); got != c.want {
			t.Errorf("%s: accepted %v, want %v", name, got, c.want)
		}
	}
}

func TestFlowsAreBounded(t *testing.T) {
	s := startServer(t, ServerConfig{})
	_, p := connectServer(t, s)
	total := 0
	for i := range maxFlows {
		share, ok := p.enter()
		if !ok {
			t.Fatalf("no room for flow %d", i)
		}
		if share < minBuffer || share > maxBuffer {
			t.Fatalf("flow %d gets %d bytes", i, share)
		}
		total += share
	}
	if _, ok := p.enter(); ok {
		t.Error("room for one flow too many")
		p.leave()
	}
	if total > 8*flowBudget {
		t.Errorf("the flows' buffers have %d MiB", total>>20)
	}
	p.leave()
	if _, ok := p.enter(); !ok {
		t.Error("no room after a flow left")
	}
	for range maxFlows {
		p.leave()
	}
}

// TestCloseWithHalfOpenConnection leaves a handshake unfinished, so that a flow's goroutine waits in
// the stack when the session closes.
func TestCloseWithHalfOpenConnection(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	dst := l.Addr().(*net.TCPAddr).AddrPort()
	s := startServer(t, ServerConfig{Exit: tunnel.ExitPolicy{Allow: []netip.AddrPort{dst}}})
	consumer, provider := connectServer(t, s)
	before := provider.Counters()

	syn := make([]byte, ipHeader+20)
	syn[0], syn[8], syn[9] = 0x45, 64, protoTCP
	binary.BigEndian.PutUint16(syn[2:], uint16(len(syn)))
	copy(syn[12:], provider.address.AsSlice())
	copy(syn[16:], dst.Addr().AsSlice())
	tcp := syn[ipHeader:]
	binary.BigEndian.PutUint16(tcp, 4242)
	binary.BigEndian.PutUint16(tcp[2:], dst.Port())
	tcp[12], tcp[13] = 5<<4, 2 // no options, SYN
	binary.BigEndian.PutUint16(tcp[14:], 65535)
	binary.BigEndian.PutUint16(syn[10:], ^checksum(syn[:ipHeader]))
	if err := consumer.stack.WriteRawPacket(nicID, ipv4.ProtocolNumber, bufferWith(syn)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); err != nil {
		t.Fatal(err)
	}
	for provider.Counters().Sent == before.Sent { // the answer, which the consumer's stack ignores
		select {
		case <-t.Context().Done():
			t.Fatal("no answer")
		case <-time.After(time.Millisecond):
		}
	}
	closed := make(chan struct{})
	go func() { _ = provider.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Fatal("Close waits for a handshake")
	}
}

func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

func TestIdleFlowsEnd(t *testing.T) {
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close() //nolint:errcheck // the test is over
	dst := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	s := startServer(t, ServerConfig{UDPIdle: 50 * time.Millisecond, Exit: tunnel.ExitPolicy{Allow: []netip.AddrPort{dst}}})
	consumer, provider := connectServer(t, s)
	conn, err := consumer.DialContext(t.Context(), "udp", dst.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the test is over
	buf := make([]byte, 10)
	for range 2 { // a flow that ended begins again
		if _, err := conn.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if _, err := sink.Read(buf); err != nil {
			t.Fatal(err)
		}
		flows := func() int {
			provider.mu.Lock()
			defer provider.mu.Unlock()
			return provider.flows
		}
		for deadline := time.After(patience); flows() > 0; {
			select {
			case <-deadline:
				t.Fatal("an idle flow stays")
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

func TestStackErrorsAreTheSystems(t *testing.T) {
	for err, want := range map[tcpip.Error]error{
		&tcpip.ErrConnectionRefused{}:  syscall.ECONNREFUSED,
		&tcpip.ErrNetworkUnreachable{}: syscall.ENETUNREACH,
		&tcpip.ErrHostUnreachable{}:    syscall.EHOSTUNREACH,
		&tcpip.ErrTimeout{}:            syscall.ETIMEDOUT,
		&tcpip.ErrAborted{}:            tunnel.ErrClosed,
	} {
		if got := stackError(err); !errors.Is(got, want) {
			t.Errorf("%v became %v, want %v", err, got, want)
		}
	}
	if err := stackError(&tcpip.ErrNoBufferSpace{}); err == nil {
		t.Error("an error was lost")
	}
}
