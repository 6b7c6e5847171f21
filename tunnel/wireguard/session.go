package wireguard

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/dns"
	"github.com/mysteriumnetwork/myst/tunnel/routed"
)

// maxFlows bounds the TCP connections and UDP flows of one session at a time.
const maxFlows = 4096

// maxQueries bounds the DNS queries of one session that wait for the provider's resolver.
const maxQueries = 64

// session is the provider's end of one tunnel: a peer of the device, and a stack that takes the
// peer's packets to every address, ends their TCP connections and UDP flows here, and dials
// out in their place.
type session struct {
	*tunnel.Meter
	server  *Server
	id      tunnel.SessionID
	key     [32]byte // the peer's
	address netip.Addr

	link  *link
	stack *stack.Stack
	dns   dns.Responder

	ctx    context.Context // of the flows; ends first in Close
	cancel context.CancelFunc
	used   atomic.Bool

	mu     sync.Mutex
	unused *time.Timer // ends the session unless used in time
	ending bool
	flows  int // slots taken; also bounds the goroutines
	tasks  sync.WaitGroup

	queries chan struct{}
	end     sync.Once
	done    chan struct{}
	err     error // set before done closes
}

var _ tunnel.Tunnel = (*session)(nil)

// newSession makes a session that is not a peer yet. Its flows carry ctx's values.
func newSession(ctx context.Context, s *Server, id tunnel.SessionID, key [32]byte, address netip.Addr) (*session, error) {
	t := &session{
		Meter:   tunnel.NewMeter(),
		server:  s,
		id:      id,
		key:     key,
		address: address,
		dns:     dns.Responder{Resolver: s.cfg.Resolver, Permit: s.guard.CheckAddr},
		queries: make(chan struct{}, maxQueries),
		done:    make(chan struct{}),
	}
	t.link = newLink(s.bridge, t.Meter)
	t.link.accept = t.accept
	var err error
	if t.stack, err = newStack(t.link, s.gateway); err != nil {
		return nil, err
	}
	if err := forwardAll(t.stack); err != nil {
		t.stack.Destroy()
		return nil, err
	}
	// Half the flows may be connections in the making.
	forwarder := tcp.NewForwarder(t.stack, 0, maxFlows/2, t.handleTCP)
	t.stack.SetTransportProtocolHandler(tcp.ProtocolNumber, forwarder.HandlePacket)
	t.stack.SetTransportProtocolHandler(udp.ProtocolNumber, t.handleUDP)
	t.ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	t.mu.Lock() // the timer may fire before it is assigned
	t.unused = time.AfterFunc(s.cfg.FirstUse, func() {
		if !t.used.Load() {
			t.shutdown(routed.ErrUnused)
		}
	})
	t.mu.Unlock()
	t.link.start()
	return t, nil
}

// accept decides, before the meter, about a packet from the consumer: it comes from the assigned
// address, and does not go to another consumer or to an address that no single host has. What
// the exit policy refuses passes here, and is answered with a refusal.
func (t *session) accept(p packet) bool {
	if p.src != t.address || p.dst.IsMulticast() || p.dst.IsUnspecified() || p.dst == broadcast {
		return false
	}
	toGateway := p.dst == t.server.gateway
	if !toGateway && t.server.cfg.Subnet.Contains(p.dst) {
		return false
	}
	switch p.proto {
	case protoTCP, protoUDP:
	case protoICMP:
		// The stack would answer for every address; only the gateway is ours to answer for.
		if !toGateway || p.fragment || p.icmpType != icmpEcho {
			return false
		}
	default:
		return false
	}
	t.used.Store(true)
	return true
}

// enter takes a slot for a flow; false when the session has none left or is ending. The goroutine
// that serves the flow calls leave. Share is the flow's part of the buffer budget.
func (t *session) enter() (share int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ending || t.flows >= maxFlows {
		return 0, false
	}
	t.flows++
	t.tasks.Add(1)
	return min(max(flowBudget/t.flows, minBuffer), maxBuffer), true
}

func (t *session) leave() {
	t.mu.Lock()
	t.flows--
	t.mu.Unlock()
	t.tasks.Done()
}

// shutdown ends the session for reason, once, and returns when nothing of it is left.
func (t *session) shutdown(reason error) {
	t.end.Do(func() {
		t.mu.Lock()
		t.ending = true
		t.unused.Stop()
		t.mu.Unlock()
		t.cancel()
		// From here on nothing waits in the link, so neither the device nor the stack does.
		t.link.shut()
		t.server.remove(t)
		t.link.wait()
		t.stack.Destroy()
		t.tasks.Wait()
		t.server.release(t)
		t.server.log.Debug("tunnel ended", "session", fmt.Sprintf("%x", t.id), "reason", reason)
		t.err = reason
		close(t.done)
	})
	<-t.done
}

// Done implements tunnel.Tunnel.
func (t *session) Done() <-chan struct{} { return t.done }

// Err implements tunnel.Tunnel.
func (t *session) Err() error {
	select {
	case <-t.done:
		return t.err
	default:
		return nil
	}
}

// Close implements tunnel.Tunnel.
func (t *session) Close() error {
	t.shutdown(tunnel.ErrClosed)
	return nil
}
