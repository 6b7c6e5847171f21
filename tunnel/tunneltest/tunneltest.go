// Package tunneltest is the suite that every tunnel driver passes.
//
// To add a driver: write its two ends against the contract in package tunnel (embed tunnel.Meter
// to count, dial through exit.Guard and answer names with dns.Responder if the provider's end
// terminates flows), and call [Run] from a test of the driver's package with a [Driver] that makes
// them on loopback, or in namespaces of their own and with a [World]:
//
//	func TestConformance(t *testing.T) {
//		tunneltest.Run(t, tunneltest.Driver{NewServer: newServer, NewClient: newClient})
//	}
//
// The suite knows only the contract. It plays the session's part (carries driver data and
// credentials from end to end), the payments' part (moves limits, waits for alarms), and that of
// the world beyond the exit (servers on loopback that an exit policy names). What only one
// driver has, such as assigned addresses, it tests itself.
//
// While it runs, the host's resolver fails the test when asked: names must travel through the
// tunnel.
package tunneltest

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// Driver makes a driver's ends.
type Driver struct {
	// NewServer makes a provider's end that listens on a free port of loopback. The suite closes it.
	NewServer func(t testing.TB, cfg ServerConfig) tunnel.Server
	// NewClient makes a consumer's end for one session.
	NewClient func(t testing.TB) tunnel.Client
	// World is where the suite's servers listen. The zero value is loopback.
	World World
}

// World lies beyond the provider's exit.
type World struct {
	// Addr is what the servers listen on: private, so that consumers reach it only by an exit policy's
	// exception. Zero is 127.0.0.1.
	Addr netip.Addr
	// Source is an address of the provider that its traffic does not leave from unless told to. Zero is
	// 127.0.0.2, where there is one.
	Source netip.Addr
	// Own are the provider's addresses; nil asks this host.
	Own []netip.Addr
	// Do calls a function where the servers are, such as in a network namespace; nil just calls it.
	Do func(func())
}

func (w World) withDefaults(t *testing.T) World {
	t.Helper()
	if !w.Addr.IsValid() {
		w.Addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if !w.Source.IsValid() {
		w.Source = netip.AddrFrom4([4]byte{127, 0, 0, 2})
		probe, err := net.ListenPacket("udp4", w.Source.String()+":0")
		if err != nil {
			w.Source = w.Addr // systems with one loopback address
		} else {
			_ = probe.Close()
		}
	}
	if w.Own == nil {
		addrs, err := net.InterfaceAddrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addrs {
			if ipNet, ok := a.(*net.IPNet); ok && ipNet.IP.To4() != nil {
				w.Own = append(w.Own, netip.AddrFrom4([4]byte(ipNet.IP.To4())))
			}
		}
	}
	if w.Do == nil {
		w.Do = func(f func()) { f() }
	}
	return w
}

// ServerConfig is what the suite wants of a provider's end.
type ServerConfig struct {
	Exit tunnel.ExitPolicy
	// Resolver answers the consumers' names. It is asked for absolute names.
	Resolver Resolver
	// MaxSessions and FirstUse are zero for the driver's defaults.
	MaxSessions int
	FirstUse    time.Duration
}

// Resolver is the part of *net.Resolver that a provider's end uses.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// patience bounds every step that should succeed. It is far above what a slow machine needs.
const patience = time.Minute

// unlimited is a limit that no test reaches.
const unlimited = 1 << 40

// Run runs every test of the suite against d.
func Run(t *testing.T, d Driver) {
	forbidHostResolver(t)
	d.World = d.World.withDefaults(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, Driver)
	}{
		{"Handshake", testHandshake},
		{"WrongCredential", testWrongCredential},
		{"MalformedData", testMalformedData},
		{"Capacity", testCapacity},
		{"FirstUse", testFirstUse},
		{"Transfer", testTransfer},
		{"HalfClose", testHalfClose},
		{"BrokenOff", testBrokenOff},
		{"UDP", testUDP},
		{"Names", testNames},
		{"Source", testSource},
		{"Refusals", testRefusals},
		{"RefusedNames", testRefusedNames},
		{"DialErrors", testDialErrors},
		{"LimitIsExact", testLimitIsExact},
		{"LimitStartsAtZero", testLimitStartsAtZero},
		{"LimitLowered", testLimitLowered},
		{"LimitHeld", testLimitHeld},
		{"LimitRaisedOften", testLimitRaisedOften},
		{"DeadlinesHoldAtLimit", testDeadlinesHoldAtLimit},
		{"Alarm", testAlarm},
		{"Sessions", testSessions},
		{"CloseProvider", testCloseProvider},
		{"CloseConsumer", testCloseConsumer},
		{"CloseServer", testCloseServer},
		{"CloseAtLimit", testCloseAtLimit},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, d) })
	}
}

// forbidHostResolver makes a look-up by this host's resolver an error of the test.
func forbidHostResolver(t *testing.T) {
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			t.Error("the host's resolver was asked")
			return nil, errors.New("forbidden")
		},
	}
}

// server makes a provider's end and closes it when the test ends.
func (d Driver) server(t *testing.T, cfg ServerConfig) tunnel.Server {
	t.Helper()
	if cfg.Resolver == nil {
		cfg.Resolver = names{}
	}
	s := d.NewServer(t, cfg)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close server: %v", err)
		}
	})
	return s
}

// pair is both ends of one tunnel.
type pair struct {
	consumer tunnel.ClientTunnel
	provider tunnel.Tunnel
}

// half is a tunnel whose provider's end is open, and whose consumer's end is yet to connect.
type half struct {
	client   tunnel.Client
	provider tunnel.Tunnel
	session  tunnel.ClientSession
}

// open does the session's part up to the payment.
func (d Driver) open(t *testing.T, s tunnel.Server) half {
	t.Helper()
	client := d.NewClient(t)
	request := client.Request()
	offer, err := s.Offer(request)
	if err != nil {
		t.Fatalf("offer: %v", err)
	}
	session := tunnel.ServerSession{Request: request}
	_, _ = rand.Read(session.ID[:])
	_, _ = rand.Read(session.Credential[:])
	provider, start, err := s.Open(t.Context(), session)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	for name, data := range map[string][]byte{"request": request, "offer": offer, "start": start} {
		if len(data) > tunnel.MaxData {
			t.Errorf("%s has %d bytes, at most %d fit", name, len(data), tunnel.MaxData)
		}
	}
	t.Cleanup(func() { closeTunnel(t, provider) })
	return half{client: client, provider: provider, session: tunnel.ClientSession{
		ID: session.ID, Offer: offer, Start: start, Credential: session.Credential, Limit: unlimited,
	}}
}

// connect opens a tunnel with both limits out of the way.
func (d Driver) connect(t *testing.T, s tunnel.Server) pair {
	t.Helper()
	h := d.open(t, s)
	h.provider.SetLimit(unlimited)
	return h.connect(t)
}

func (h half) connect(t *testing.T) pair {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	consumer, err := h.client.Connect(ctx, h.session)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { closeTunnel(t, consumer) })
	return pair{consumer: consumer, provider: h.provider}
}

func closeTunnel(t *testing.T, tun tunnel.Tunnel) {
	t.Helper()
	if err := tun.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// dial connects through the tunnel and closes the connection when the test ends.
func (p pair) dial(t *testing.T, network, address string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := p.consumer.DialContext(ctx, network, address)
	if err != nil {
		t.Fatalf("dial %s %s: %v", network, address, err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // many tests have closed it
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// eventually waits for a condition that comes true without an event to wait for.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// How much of what was sent has arrived, at least: where nothing stops packets on their way, and where a limit does.
const (
	allArrived = 0.95
	anyArrived = 0
)

// checkCounters holds the ends' meters against each other, by the rule that payments bill by: what
// one end received is at most what the other sent, and not much less. Of what the consumer sent at least the
// part up must have arrived: a provider's end at its limit drops what comes. The tunnel must be quiet.
func (p pair) checkCounters(t *testing.T, up float64) {
	t.Helper()
	var consumer, provider tunnel.Counters
	within := func(received, sent uint64, part float64) bool {
		const slack = 64 << 10
		return received <= sent && float64(received+slack) >= part*float64(sent)
	}
	defer func() {
		if t.Failed() {
			t.Logf("consumer %+v, provider %+v", consumer, provider)
		}
	}()
	eventually(t, "counters agree", func() bool {
		consumer, provider = p.consumer.Counters(), p.provider.Counters()
		return within(consumer.Received, provider.Sent, allArrived) && within(provider.Received, consumer.Sent, up)
	})
	if consumer.Total() == 0 || provider.Total() == 0 {
		t.Errorf("nothing was counted: consumer %+v, provider %+v", consumer, provider)
	}
}
