package routed

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
)

// AwaitEcho waits for an echo for firstProbeWait before it sends another, then for twice as long, to lastProbeWait at most:
// most paths come up within milliseconds, and some need over a second for an echo.
const (
	firstProbeWait = 10 * time.Millisecond
	lastProbeWait  = 2 * time.Second
)

// ConsumerConfig says what a consumer's end is made of. All but Limit are required.
type ConsumerConfig struct {
	Host *hostnet.Host
	// Device is the session's own TUN device; it must be up and have Address.
	Device hostnet.Device
	// Address is the consumer's inside the tunnel, Gateway the provider's.
	Address, Gateway netip.Addr
	// Limit is the byte limit that the tunnel starts with.
	Limit uint64
	// Leave ends what carries the device: it is called first when the tunnel ends. Left, called last,
	// removes the device.
	Leave, Left func() error
}

// DeviceName makes a name for one session's device.
func DeviceName() string {
	var number [4]byte
	_, _ = rand.Read(number[:]) // never fails
	return "myst-" + hex.EncodeToString(number[:])
}

// Consumer is the consumer's end of one routed tunnel.
type Consumer struct {
	*end
	cfg ConsumerConfig

	mu    sync.Mutex
	conns map[net.Conn]struct{} // to be closed with the tunnel; nil once it is closing
}

var _ tunnel.ClientTunnel = (*Consumer)(nil)

// NewConsumer gates the device. Only sockets that are bound to it send by it. Its owner calls Watch once Leave and Left may be called. Errors: hostnet's; ErrTaken when the gateway
// is an address of this host's own network, where packets for it would go.
func NewConsumer(cfg ConsumerConfig) (*Consumer, error) {
	if err := cfg.Host.Unused(netip.PrefixFrom(cfg.Gateway, cfg.Gateway.BitLen())); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	path, err := cfg.Host.NewPath(cfg.Device.Name, cfg.Limit)
	if err != nil {
		return nil, err
	}
	undo := []func() error{path.Close}
	for _, change := range []func(ConsumerConfig) (func() error, error){acceptAnswers, knowWayBack} {
		back, err := change(cfg)
		if err != nil {
			return nil, errors.Join(err, undoAll(undo))
		}
		undo = append(undo, back)
	}
	c := &Consumer{end: newEnd(path.Gate), cfg: cfg, conns: map[net.Conn]struct{}{}}
	c.release = func() error {
		c.closeConns()
		return errors.Join(cfg.Leave(), undoAll(undo), cfg.Left())
	}
	return c, nil
}

// allReverse is the setting of all devices together: one device's can only be stricter, or, as 2, looser than 1.
const allReverse = "net.ipv4.conf.all.rp_filter"

// acceptAnswers keeps the kernel from dropping answers because it would not send to where they come from by this device
// (reverse path filtering, RFC 3704). The path lets in nothing but answers anyway.
func acceptAnswers(cfg ConsumerConfig) (undo func() error, err error) {
	all, err := cfg.Host.Setting(allReverse)
	if err != nil {
		return nil, err
	}
	value := "0"
	if all != "0" {
		value = "2"
	}
	return cfg.Host.Sysctl("net.ipv4.conf."+cfg.Device.Name+".rp_filter", value)
}

// knowWayBack makes a route for the loose filter to find, on a host whose administrator filters all devices: it wants
// some route to where an answer comes from, and a host without a default route has none. Where nothing is filtered
// there is no rule, which would slow down every packet of the host: a socket that is bound to a device sends there
// whatever the routes say (socket(7), and ip_route_output_key_hash_rcu in the kernel's net/ipv4/route.c).
func knowWayBack(cfg ConsumerConfig) (undo func() error, err error) {
	all, err := cfg.Host.Setting(allReverse)
	if err != nil || all == "0" {
		return func() error { return nil }, err
	}
	table := firstTable + cfg.Device.Index
	route, err := cfg.Host.Route(hostnet.Route{Dst: everything, Device: cfg.Device.Name, Table: table})
	if err != nil {
		return nil, err
	}
	// The filter asks with the address that the answer came to. Nobody else uses it, as TUN has seen to.
	rule, err := cfg.Host.Rule(hostnet.Rule{Priority: rulePriority, Table: table, Source: cfg.Address, SuppressPrefixlength: -1})
	if err != nil {
		return nil, errors.Join(err, route())
	}
	return func() error { return errors.Join(rule(), route()) }, nil
}

var everything = netip.PrefixFrom(netip.IPv4Unspecified(), 0)

const (
	rulePriority = 18_050  // before the main table's 32,766
	firstTable   = 1 << 20 // of devices' own tables, by index
)

func undoAll(undo []func() error) error {
	var errs []error
	for i := len(undo) - 1; i >= 0; i-- {
		errs = append(errs, undo[i]())
	}
	return errors.Join(errs...)
}

// DialContext implements tunnel.Dialer. Errors carry the system's numbers (ECONNREFUSED and such),
// *net.DNSError for names, and ErrClosed. An IPv6 address is refused at once: providers have none.
func (c *Consumer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := dns.Dial(ctx, network, address, c.cfg.Gateway, c.dial)
	if err == nil {
		return conn, nil
	}
	if c.isClosing() {
		err = tunnel.ErrClosed
	}
	return nil, &net.OpError{Op: "dial", Net: network, Err: err}
}

func (c *Consumer) dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	if c.isClosing() {
		return nil, tunnel.ErrClosed
	}
	d := net.Dialer{Control: bindTo(c.cfg.Device.Name)}
	from := netip.AddrPortFrom(c.cfg.Address, 0)
	if d.LocalAddr = net.TCPAddrFromAddrPort(from); network == "udp" {
		d.LocalAddr = net.UDPAddrFromAddrPort(from)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with ctx
		select {
		case <-c.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	conn, err := d.DialContext(ctx, network, to.String())
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err // the caller says what was dialled
		}
		return nil, err
	}
	return c.keep(conn)
}

// Probe implements tunnel.ClientTunnel: an ICMP echo to the gateway. Its error wraps ctx's when no
// answer came in time.
func (c *Consumer) Probe(ctx context.Context) error {
	if c.isClosing() {
		return tunnel.ErrClosed
	}
	err := c.probe(ctx)
	switch {
	case err == nil:
		return nil
	case c.isClosing():
		return tunnel.ErrClosed
	case ctx.Err() != nil:
		return fmt.Errorf("probe: %w", ctx.Err())
	}
	return fmt.Errorf("probe: %w", err)
}

func (c *Consumer) probe(ctx context.Context) error {
	listen := net.ListenConfig{Control: bindTo(c.cfg.Device.Name)}
	conn, err := listen.ListenPacket(ctx, "ip4:icmp", c.cfg.Address.String())
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", hostnet.ErrPermission, err)
	}
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing to flush
	abort := func() { _ = conn.SetDeadline(time.Unix(1, 0)) }
	defer context.AfterFunc(ctx, abort)()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-c.closing:
			abort()
		case <-ended:
		}
	}()
	var nonce [12]byte
	_, _ = rand.Read(nonce[:]) // never fails
	id, seq := int(binary.BigEndian.Uint16(nonce[:])), int(binary.BigEndian.Uint16(nonce[2:]))
	echo, err := (&icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: id, Seq: seq, Data: nonce[4:]}}).Marshal(nil)
	if err != nil {
		return err
	}
	if _, err := conn.WriteTo(echo, &net.IPAddr{IP: c.cfg.Gateway.AsSlice()}); err != nil {
		return err
	}
	var buf [256]byte
	for {
		n, from, err := conn.ReadFrom(buf[:])
		if err != nil {
			return err
		}
		// A raw socket sees every ICMP message of the device.
		if addr, ok := from.(*net.IPAddr); !ok || !addr.IP.Equal(c.cfg.Gateway.AsSlice()) {
			continue
		}
		answer, err := icmp.ParseMessage(1, buf[:n])
		if err != nil || answer.Type != ipv4.ICMPTypeEchoReply {
			continue
		}
		if body, ok := answer.Body.(*icmp.Echo); ok && body.ID == id && body.Seq == seq && string(body.Data) == string(nonce[4:]) {
			return nil
		}
	}
}

// AwaitEcho probes until an echo comes back. A path that is just coming up may also fail at once, and so does a firewall
// that is being loaded; a right that this process lacks, it will not get later.
func (c *Consumer) AwaitEcho(ctx context.Context) error {
	for wait := firstProbeWait; ; wait = min(2*wait, lastProbeWait) {
		try, cancel := context.WithTimeout(ctx, wait)
		err := c.Probe(try)
		if err == nil || ctx.Err() != nil || errors.Is(err, tunnel.ErrClosed) || errors.Is(err, hostnet.ErrPermission) {
			cancel()
			return err
		}
		<-try.Done()
		cancel()
	}
}

func (c *Consumer) isClosing() bool {
	select {
	case <-c.closing:
		return true
	default:
		return false
	}
}
