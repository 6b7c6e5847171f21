package wireguard

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/mysteriumnetwork/myst/tunnel/dns"
)

// dialTimeout bounds an outgoing connection's set-up. The consumer's end gives up later.
const dialTimeout = 20 * time.Second

// keepAlive is the silence after which a TCP flow's consumer is asked whether it is still there.
const keepAlive = 5 * time.Minute

// maxPayload bounds a UDP payload that is forwarded, in bytes; larger ones are dropped. It keeps
// the buffers of a session with many flows small.
const maxPayload = 9000

// handleTCP serves a connection request. The forwarder calls it in a goroutine of its own. The
// destination is dialled first, so that the consumer's connection succeeds only if ours did.
func (t *session) handleTCP(r *tcp.ForwarderRequest) {
	share, ok := t.enter()
	if !ok {
		r.Complete(true)
		return
	}
	defer t.leave()
	dst := addrPort(r.ID().LocalAddress, r.ID().LocalPort)
	if dst == netip.AddrPortFrom(t.server.gateway, dns.Port) {
		if conn := t.acceptTCP(r, minBuffer); conn != nil {
			t.dns.ServeStream(t.ctx, conn)
		}
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, dialTimeout)
	out, err := t.server.dial(ctx, "tcp", dst)
	cancel()
	if err != nil {
		r.Complete(true)
		return
	}
	defer out.Close() //nolint:errcheck // both directions have ended
	if conn := t.acceptTCP(r, share); conn != nil {
		remote, _ := out.(*net.TCPConn) // dialling "tcp" makes no other
		t.relayTCP(conn, remote, share)
	}
}

// acceptTCP completes the handshake with the consumer; nil when that fails.
func (t *session) acceptTCP(r *tcp.ForwarderRequest, share int) *gonet.TCPConn {
	wq := new(waiter.Queue)
	ep, err := r.CreateEndpoint(wq)
	if err != nil {
		r.Complete(true)
		return nil
	}
	r.Complete(false)
	options := ep.SocketOptions()
	options.SetKeepAlive(true)
	idle := tcpip.KeepaliveIdleOption(keepAlive)
	_ = ep.SetSockOpt(&idle) // cannot fail for TCP
	options.SetSendBufferSize(int64(share), true)
	options.SetReceiveBufferSize(int64(share), true)
	return gonet.NewTCPConn(wq, ep)
}

// relayTCP copies both ways until both have ended, handing on half-closes. An error in one
// direction ends the other too.
func (t *session) relayTCP(in *gonet.TCPConn, out *net.TCPConn, share int) {
	abort := func() {
		_ = in.Close()
		_ = out.Close()
	}
	stop := context.AfterFunc(t.ctx, abort)
	defer stop()
	defer abort()
	size := min(share, 32<<10)
	up := make(chan struct{})
	go func() { // ends with its copy, which abort ends
		defer close(up)
		if copyThen(out, in, size, out.CloseWrite) != nil {
			abort()
		}
	}()
	if copyThen(in, out, size, in.CloseWrite) != nil {
		abort()
	}
	<-up
}

// copyThen copies src to dst until its end, then says so by closeWrite.
func copyThen(dst io.Writer, src io.Reader, size int, closeWrite func() error) error {
	// The wrappers hide methods that would replace the buffer with one of their own.
	_, err := io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, make([]byte, size))
	if err != nil {
		return err
	}
	return closeWrite()
}

// handleUDP serves the first packet of a flow. It runs in the session's inbound goroutine, and must
// register the flow before it returns: the next packet may be of the same flow. False makes
// the stack answer that the port is unreachable.
func (t *session) handleUDP(id stack.TransportEndpointID, pkt *stack.PacketBuffer) bool {
	dst := addrPort(id.LocalAddress, id.LocalPort)
	isDNS := dst == netip.AddrPortFrom(t.server.gateway, dns.Port)
	if !isDNS && t.server.guard.Check(dst) != nil {
		return false
	}
	if _, ok := t.enter(); !ok {
		return true // dropped, as on a congested path
	}
	var in *gonet.UDPConn
	udp.NewForwarder(t.stack, func(r *udp.ForwarderRequest) {
		wq := new(waiter.Queue)
		if ep, err := r.CreateEndpoint(wq); err == nil {
			in = gonet.NewUDPConn(wq, ep)
		}
	}).HandlePacket(id, pkt)
	if in == nil {
		t.leave()
		return true
	}
	go func() { // ends when the flow falls idle or the session ends; tasks counts it
		defer t.leave()
		if isDNS {
			t.serveDNS(in)
			return
		}
		t.relayUDP(in, dst)
	}()
	return true
}

// relayUDP copies datagrams both ways until the flow falls idle.
func (t *session) relayUDP(in *gonet.UDPConn, dst netip.AddrPort) {
	defer in.Close() //nolint:errcheck // nothing to flush
	out, err := t.server.dial(t.ctx, "udp", dst)
	if err != nil {
		return
	}
	defer out.Close() //nolint:errcheck // nothing to flush
	idle := t.watchIdle(in, out)
	defer idle.stop()
	up := make(chan struct{})
	go func() { // ends with its copy, which closing either end ends
		defer close(up)
		copyDatagrams(out, in, idle)
		_ = in.Close()
		_ = out.Close()
	}()
	copyDatagrams(in, out, idle)
	_ = in.Close()
	_ = out.Close()
	<-up
}

func copyDatagrams(dst, src net.Conn, idle *idleWatch) {
	buf := make([]byte, maxPayload+1)
	for {
		n, err := src.Read(buf)
		if err != nil {
			return
		}
		idle.touch()
		if n > maxPayload {
			continue // cut off, so of no use
		}
		if _, err := dst.Write(buf[:n]); errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// serveDNS answers the queries of one flow to the gateway.
func (t *session) serveDNS(in *gonet.UDPConn) {
	defer in.Close() //nolint:errcheck // nothing to flush
	idle := t.watchIdle(in)
	defer idle.stop()
	buf := make([]byte, dns.MaxMessage+1)
	for {
		n, err := in.Read(buf)
		if err != nil {
			return
		}
		idle.touch()
		select {
		case t.queries <- struct{}{}:
		default:
			continue // too many wait already; the consumer asks again
		}
		query := append([]byte(nil), buf[:n]...)
		t.tasks.Go(func() { // ends with the look-up, which ctx bounds
			defer func() { <-t.queries }()
			if answer := t.dns.Answer(t.ctx, query); answer != nil {
				_, _ = in.Write(answer) // lost answers are asked for again
			}
		})
	}
}

// idleWatch closes connections that carried nothing for a while, or when the session ends.
type idleWatch struct {
	last  atomic.Int64 // unix nanoseconds
	timer *time.Timer
	ctx   func() bool // undoes the watch on the session's context
}

func (t *session) watchIdle(conns ...net.Conn) *idleWatch {
	shut := func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}
	limit := t.server.cfg.UDPIdle
	w := &idleWatch{ctx: context.AfterFunc(t.ctx, shut)}
	w.touch()
	var ready = make(chan struct{})
	w.timer = time.AfterFunc(limit, func() {
		<-ready // the field below is set
		if left := limit - time.Since(time.Unix(0, w.last.Load())); left > 0 {
			w.timer.Reset(left)
			return
		}
		shut()
	})
	close(ready)
	return w
}

func (w *idleWatch) touch() { w.last.Store(time.Now().UnixNano()) }

func (w *idleWatch) stop() {
	w.timer.Stop()
	w.ctx()
}
