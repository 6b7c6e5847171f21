package wireguard

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.zx2c4.com/wireguard/device"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// probeWait is how long Connect waits for one echo before it sends another.
const probeWait = time.Second

// ClientConfig says how the consumer's end reaches the provider. The zero value is good.
type ClientConfig struct {
	// Host gets a TUN device for the session; nil stays in user space.
	Host *hostnet.Host
	// Listen is the local UDP address. The zero value takes a free port: on loopback when the
	// provider is there, else on every address.
	Listen netip.AddrPort
	Logger *slog.Logger // nil discards
}

// Client is the consumer's end for one session. Make one with NewClient.
type Client struct {
	cfg ClientConfig
	key *ecdh.PrivateKey
}

var _ tunnel.Client = (*Client)(nil)

// NewClient makes the session's fresh key.
func NewClient(cfg ClientConfig) (*Client, error) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("wireguard client: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Client{cfg: cfg, key: key}, nil
}

// Request implements tunnel.Client.
func (c *Client) Request() []byte { return encodeRequest(c.key.PublicKey()) }

// Connect implements tunnel.Client. The tunnel outlives ctx.
func (c *Client) Connect(ctx context.Context, cfg tunnel.ClientSession) (tunnel.ClientTunnel, error) {
	o, err := decodeOffer(cfg.Offer, c.key)
	if err != nil {
		return nil, err
	}
	s, err := decodeStart(cfg.Start)
	if err != nil {
		return nil, err
	}
	var t interface {
		tunnel.ClientTunnel
		AwaitEcho(ctx context.Context) error
	}
	if c.cfg.Host != nil {
		t, err = c.openTUN(o, s, cfg)
	} else {
		t, err = c.open(o, s, cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("wireguard: %w", err)
	}
	if err := t.AwaitEcho(ctx); err != nil {
		_ = t.Close() // the first error says more
		return nil, fmt.Errorf("wireguard: no answer through the tunnel: %w", err)
	}
	return t, nil
}

func (c *Client) open(o offer, s start, cfg tunnel.ClientSession) (*clientTunnel, error) {
	socket, err := listen(c.localAddr(o.endpoint.Addr()))
	if err != nil {
		return nil, err
	}
	t := &clientTunnel{
		Meter:   tunnel.NewMeter(),
		address: s.address,
		gateway: s.gateway,
		bridge:  newBridge(o.mtu),
		done:    make(chan struct{}),
	}
	t.SetLimit(cfg.Limit)
	t.link = newLink(t.bridge, t.Meter)
	t.link.accept = t.accept
	if t.stack, err = newStack(t.link, s.address); err != nil {
		_ = socket.release() // unused
		return nil, err
	}
	t.bridge.attach(catchAll, t.link)
	t.link.start()
	config := deviceConfig(c.key) + providerConfig(o, cfg.Credential)
	if t.device, err = startDevice(t.bridge, socket, c.cfg.Logger, config); err != nil {
		_ = t.Close() // cannot fail
		return nil, err
	}
	return t, nil
}

func (c *Client) localAddr(provider netip.Addr) netip.AddrPort {
	switch {
	case c.cfg.Listen != (netip.AddrPort{}):
		return c.cfg.Listen
	case provider.IsLoopback():
		return netip.AddrPortFrom(provider, 0)
	case provider.Is6():
		return netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	default:
		return netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	}
}

// clientTunnel is the consumer's end: a device with one peer, and a stack that the consumer's
// connections start from.
type clientTunnel struct {
	*tunnel.Meter
	address, gateway netip.Addr

	bridge *bridge
	link   *link
	stack  *stack.Stack
	device *device.Device

	fragments fragments // of the device's goroutine that delivers, as is late
	late      late
	end       sync.Once
	closing   atomic.Bool
	done      chan struct{}
}

var _ tunnel.ClientTunnel = (*clientTunnel)(nil)

// accept decides, before the meter, whether a packet from the provider is an answer: it belongs to
// a connection that this end began, and has not closed long ago. The consumer pays for nothing else.
func (t *clientTunnel) accept(p packet) bool {
	if p.dst != t.address {
		return false
	}
	if !p.first {
		return t.fragments.known(p, time.Now())
	}
	if !t.solicited(p) {
		return false
	}
	if p.fragment {
		t.fragments.remember(p, time.Now())
	}
	return true
}

func (t *clientTunnel) solicited(p packet) bool {
	switch p.proto {
	case protoTCP, protoUDP:
		return t.endpoint(p.proto, p.dstPort, netip.AddrPortFrom(p.src, p.srcPort))
	case protoICMP:
		switch p.icmpType {
		case icmpEchoReply:
			return t.endpoint(protoICMP, p.icmpIdent, netip.AddrPortFrom(p.src, 0))
		case icmpUnreachable, icmpTimeout:
			return t.quotesOurs(p.payload[8:])
		}
	}
	return false
}

// quotesOurs reports whether an ICMP error is about a packet of a connection of ours: it quotes
// that packet's header and the eight bytes after it (RFC 792).
func (t *clientTunnel) quotesOurs(quoted []byte) bool {
	if len(quoted) < ipHeader+8 || quoted[0] != 0x45 {
		return false
	}
	proto, ports := quoted[9], quoted[ipHeader:]
	if proto != protoTCP && proto != protoUDP {
		return false
	}
	local := binary.BigEndian.Uint16(ports)
	remote := netip.AddrPortFrom(netip.AddrFrom4([4]byte(quoted[16:20])), binary.BigEndian.Uint16(ports[2:]))
	return t.endpoint(proto, local, remote)
}

// endpoint reports whether the stack has a connection with these ends, or had one a moment ago.
func (t *clientTunnel) endpoint(proto byte, localPort uint16, remote netip.AddrPort) bool {
	exists := t.stack.FindTransportEndpoint(ipv4.ProtocolNumber, tcpip.TransportProtocolNumber(proto), stack.TransportEndpointID{
		LocalPort:     localPort,
		LocalAddress:  tcpip.AddrFrom4(t.address.As4()),
		RemotePort:    remote.Port(),
		RemoteAddress: tcpip.AddrFrom4(remote.Addr().As4()),
	}, nicID) != nil
	return t.late.counts(connection{proto, localPort, remote}, exists, time.Now())
}

// AwaitEcho probes until an echo comes back.
func (t *clientTunnel) AwaitEcho(ctx context.Context) error {
	for {
		try, cancel := context.WithTimeout(ctx, probeWait)
		err := t.Probe(try)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
}

// Done implements tunnel.Tunnel.
func (t *clientTunnel) Done() <-chan struct{} { return t.done }

// Err implements tunnel.Tunnel.
func (t *clientTunnel) Err() error {
	select {
	case <-t.done:
		return tunnel.ErrClosed
	default:
		return nil
	}
}

// Close implements tunnel.Tunnel.
func (t *clientTunnel) Close() error {
	t.end.Do(func() {
		t.closing.Store(true)
		t.link.shut()
		t.bridge.detach(catchAll)
		t.link.wait()
		t.stack.Destroy()
		if t.device != nil {
			t.device.Close()
		}
		t.bridge.drain()
		close(t.done)
	})
	<-t.done
	return nil
}
