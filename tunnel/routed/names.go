package routed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
)

// maxQueries bounds what one consumer asks at a time: datagrams that wait for the provider's resolver, and
// connections.
const maxQueries = 64

// nameServer answers the consumers' DNS queries at the gateway. Gates have let through what it gets, so
// every query is a session's.
type nameServer struct {
	responder dns.Responder
	udp       *net.UDPConn
	tcp       net.Listener
	ctx       context.Context // ends first in close
	cancel    context.CancelFunc
	tasks     sync.WaitGroup

	mu   sync.Mutex
	busy map[netip.Addr]int
}

// serveNames listens at the gateway, which must be an address of this host, on the device only: Linux would take what
// comes for it by any. ctx carries values only.
func serveNames(ctx context.Context, device string, gateway netip.Addr, responder dns.Responder) (*nameServer, error) {
	at := netip.AddrPortFrom(gateway, dns.Port).String()
	listen := net.ListenConfig{Control: bindTo(device)}
	udp, err := listen.ListenPacket(ctx, "udp4", at)
	if err != nil {
		return nil, fmt.Errorf("name server: %w", err)
	}
	tcp, err := listen.Listen(ctx, "tcp4", at)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("name server: %w", err), udp.Close())
	}
	n := &nameServer{responder: responder, udp: udp.(*net.UDPConn), tcp: tcp, busy: map[netip.Addr]int{}} //nolint:forcetypeassert // of udp4
	n.ctx, n.cancel = context.WithCancel(context.WithoutCancel(ctx))
	n.tasks.Go(n.serveUDP)
	n.tasks.Go(n.serveTCP)
	return n, nil
}

func (n *nameServer) serveUDP() {
	buf := make([]byte, dns.MaxMessage+1)
	for {
		size, from, err := n.udp.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			n.pause()
			continue
		}
		if !n.enter(from.Addr()) {
			continue
		}
		query := append([]byte(nil), buf[:size]...)
		n.tasks.Go(func() {
			defer n.leave(from.Addr())
			if answer := n.responder.Answer(n.ctx, query); answer != nil {
				_, _ = n.udp.WriteToUDPAddrPort(answer, from) // a lost answer is asked for again
			}
		})
	}
}

func (n *nameServer) serveTCP() {
	for {
		conn, err := n.tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			n.pause()
			continue
		}
		from := conn.RemoteAddr().(*net.TCPAddr).AddrPort().Addr() //nolint:forcetypeassert // a TCP listener's
		if !n.enter(from) {
			_ = conn.Close() // one too many
			continue
		}
		n.tasks.Go(func() {
			defer n.leave(from)
			n.responder.ServeStream(n.ctx, conn)
		})
	}
}

// pause keeps a lasting error, such as a process without free file descriptors, from taking the processor.
func (n *nameServer) pause() { _ = backoff.Sleep(n.ctx, 50*time.Millisecond) }

func (n *nameServer) enter(who netip.Addr) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.busy[who] >= maxQueries {
		return false
	}
	n.busy[who]++
	return true
}

func (n *nameServer) leave(who netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.busy[who]--; n.busy[who] == 0 {
		delete(n.busy, who)
	}
}

func (n *nameServer) close() error {
	n.cancel()
	err := errors.Join(n.udp.Close(), n.tcp.Close())
	n.tasks.Wait()
	return err
}
