package wireguard

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
)

// DialContext implements tunnel.Dialer. Errors carry the system's numbers (ECONNREFUSED and such),
// *net.DNSError for names, and ErrClosed. An IPv6 address is refused at once: providers have none.
func (t *clientTunnel) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := dns.Dial(ctx, network, address, t.gateway, t.dialAddr)
	if err == nil {
		return conn, nil
	}
	if t.closing.Load() {
		err = tunnel.ErrClosed
	}
	return nil, &net.OpError{Op: "dial", Net: network, Err: err}
}

func (t *clientTunnel) dialAddr(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	if t.closing.Load() {
		return nil, tunnel.ErrClosed
	}
	wq := new(waiter.Queue)
	if network == "udp" {
		return t.dialUDP(wq, to)
	}
	return t.dialTCP(ctx, wq, to)
}

func (t *clientTunnel) dialTCP(ctx context.Context, wq *waiter.Queue, to netip.AddrPort) (net.Conn, error) {
	ep, terr := t.stack.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, wq)
	if terr != nil {
		return nil, stackError(terr)
	}
	connected, notify := waiter.NewChannelEntry(waiter.WritableEvents | waiter.EventErr | waiter.EventHUp)
	wq.EventRegister(&connected)
	defer wq.EventUnregister(&connected)
	terr = ep.Connect(fullAddress(to))
	if _, started := terr.(*tcpip.ErrConnectStarted); started {
		select {
		case <-notify:
		case <-ctx.Done():
			ep.Abort()
			return nil, ctx.Err()
		case <-t.link.stop:
			ep.Abort()
			return nil, tunnel.ErrClosed
		}
		terr = ep.LastError()
	}
	if terr != nil {
		ep.Close()
		return nil, stackError(terr)
	}
	return gonet.NewTCPConn(wq, ep), nil
}

func (t *clientTunnel) dialUDP(wq *waiter.Queue, to netip.AddrPort) (net.Conn, error) {
	ep, terr := t.stack.NewEndpoint(udp.ProtocolNumber, ipv4.ProtocolNumber, wq)
	if terr != nil {
		return nil, stackError(terr)
	}
	if terr := ep.Connect(fullAddress(to)); terr != nil {
		ep.Close()
		return nil, stackError(terr)
	}
	return gonet.NewUDPConn(wq, ep), nil
}

// Probe implements tunnel.ClientTunnel: an ICMP echo to the gateway. Its error wraps ctx's when no
// answer came in time.
func (t *clientTunnel) Probe(ctx context.Context) error {
	if t.closing.Load() {
		return tunnel.ErrClosed
	}
	wq := new(waiter.Queue)
	ep, terr := t.stack.NewEndpoint(icmp.ProtocolNumber4, ipv4.ProtocolNumber, wq)
	if terr != nil {
		return fmt.Errorf("probe: %w", stackError(terr))
	}
	if terr := ep.Connect(fullAddress(netip.AddrPortFrom(t.gateway, 0))); terr != nil {
		ep.Close()
		return fmt.Errorf("probe: %w", stackError(terr))
	}
	conn := gonet.NewUDPConn(wq, ep)
	defer conn.Close() //nolint:errcheck // nothing to flush
	abort := func() { _ = conn.SetDeadline(time.Unix(1, 0)) }
	defer context.AfterFunc(ctx, abort)()

	echo := make([]byte, 8) // type, code, checksum, identifier (the stack sets these), sequence
	echo[0] = icmpEcho
	binary.BigEndian.PutUint16(echo[6:], 1)
	if _, err := conn.Write(echo); err != nil {
		return t.probeError(ctx, err)
	}
	var answer [64]byte
	if _, err := conn.Read(answer[:]); err != nil {
		return t.probeError(ctx, err)
	}
	return nil
}

func (t *clientTunnel) probeError(ctx context.Context, err error) error {
	switch {
	case t.closing.Load():
		return tunnel.ErrClosed
	case ctx.Err() != nil:
		return fmt.Errorf("probe: %w", ctx.Err())
	default:
		return fmt.Errorf("probe: %w", err)
	}
}

// stackError translates the stack's error to the system's number for it, where callers branch on it.
func stackError(err tcpip.Error) error {
	switch err.(type) {
	case *tcpip.ErrConnectionRefused, *tcpip.ErrConnectionReset:
		return syscall.ECONNREFUSED
	case *tcpip.ErrNetworkUnreachable:
		return syscall.ENETUNREACH
	case *tcpip.ErrHostUnreachable, *tcpip.ErrHostDown:
		return syscall.EHOSTUNREACH
	case *tcpip.ErrTimeout:
		return syscall.ETIMEDOUT
	case *tcpip.ErrClosedForSend, *tcpip.ErrClosedForReceive, *tcpip.ErrAborted:
		return tunnel.ErrClosed
	default:
		return errors.New(err.String())
	}
}
