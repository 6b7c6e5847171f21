package wireguard

import (
	"sync"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// Packets of one session that wait, each way: for the stack or the device to take a batch, and
// for the limit to be raised.
const (
	inQueue  = 512
	outQueue = 1024
)

// queueWait is how long a sender waits for room in a full queue before it drops packets. It is
// enough for a limit that is raised in time, and short enough that a stalled session answers to
// deadlines and Close.
const queueWait = 20 * time.Millisecond

// link joins one session's stack to the bridge, through the session's meter. Each way has a queue
// and a goroutine that takes from it while the limit has room; so what is above the limit is held,
// in bounded space, and neither the device, which serves all sessions, nor a caller of the stack
// waits for a payment.
type link struct {
	bridge *bridge
	meter  *tunnel.Meter
	// accept decides, before the meter, whether a packet from the tunnel is this session's business.
	accept  func(packet) bool
	in, out chan *stack.PacketBuffer
	// pending are the packets in out and the one that its goroutine holds. While there are none,
	// packets take a short cut past the queue, without overtaking any.
	pending atomic.Int64
	holding atomic.Bool // what arrives waits for the limit
	stop    chan struct{}
	once    sync.Once
	ran     sync.WaitGroup

	dispatcher atomic.Pointer[stack.NetworkDispatcher]
}

var (
	_ stack.LinkEndpoint = (*link)(nil)
	_ stack.GSOEndpoint  = (*link)(nil)
)

func newLink(b *bridge, meter *tunnel.Meter) *link {
	return &link{
		bridge: b,
		meter:  meter,
		in:     make(chan *stack.PacketBuffer, inQueue),
		out:    make(chan *stack.PacketBuffer, outQueue),
		stop:   make(chan struct{}),
	}
}

// deliver takes a packet from the device. When the queue is full it waits a little for the stack,
// which only needs the processor, but not for a limit: the device has other sessions to serve.
func (l *link) deliver(p packet, raw []byte) {
	if !l.accept(p) {
		return
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(raw)})
	select {
	case l.in <- pkt:
		return
	default:
	}
	if !l.holding.Load() {
		timer := time.NewTimer(queueWait)
		defer timer.Stop()
		select {
		case l.in <- pkt:
			return
		case <-timer.C:
		case <-l.stop:
		}
	}
	pkt.DecRef()
}

// start moves packets until shut.
func (l *link) start() {
	l.ran.Go(l.receive)
	l.ran.Go(l.send)
}

func (l *link) receive() {
	for {
		var pkt *stack.PacketBuffer
		select {
		case pkt = <-l.in:
		case <-l.stop:
			return
		}
		if !l.meter.TryReceive(pkt.Size()) {
			l.holding.Store(true)
			if !l.meter.Receive(pkt.Size(), l.stop) {
				pkt.DecRef()
				return
			}
			l.holding.Store(false)
		}
		if d := l.dispatcher.Load(); d != nil {
			(*d).DeliverNetworkPacket(header.IPv4ProtocolNumber, pkt)
		}
		pkt.DecRef()
	}
}

func (l *link) send() {
	for {
		var pkt *stack.PacketBuffer
		select {
		case pkt = <-l.out:
		case <-l.stop:
			return
		}
		if !l.meter.Send(pkt.Size(), l.stop) {
			pkt.DecRef()
			return
		}
		if !l.hand(pkt) {
			return
		}
		l.pending.Add(-1)
	}
}

// hand gives a packet to the device, which always takes it soon. It takes over the reference.
func (l *link) hand(pkt *stack.PacketBuffer) bool {
	select {
	case l.bridge.out <- pkt:
		return true
	case <-l.stop:
		pkt.DecRef()
		return false
	}
}

// shut releases whatever waits in this link. Nothing passes afterwards.
func (l *link) shut() {
	l.once.Do(func() { close(l.stop) })
}

// wait returns once the link's goroutines have ended, and drops what they left. Detach the link
// and shut it first.
func (l *link) wait() {
	l.ran.Wait()
	drain(l.in)
	drain(l.out)
}

func drain(queue <-chan *stack.PacketBuffer) {
	for {
		select {
		case pkt := <-queue:
			pkt.DecRef()
		default:
			return
		}
	}
}

// WritePackets implements stack.LinkWriter: packets that the stack sends into the tunnel.
func (l *link) WritePackets(list stack.PacketBufferList) (int, tcpip.Error) {
	var wait <-chan time.Time
	for n, pkt := range list.AsSlice() {
		clone := pkt.Clone()
		if l.pending.Load() == 0 && l.meter.TrySend(clone.Size()) {
			if !l.hand(clone) {
				return n, &tcpip.ErrClosedForSend{}
			}
			continue
		}
		l.pending.Add(1)
		select {
		case l.out <- clone:
			continue
		default:
		}
		if wait == nil {
			timer := time.NewTimer(queueWait)
			defer timer.Stop()
			wait = timer.C
		}
		select {
		case l.out <- clone:
			continue
		case <-wait:
		case <-l.stop:
		}
		l.pending.Add(-1)
		clone.DecRef()
		return n, &tcpip.ErrNoBufferSpace{}
	}
	return list.Len(), nil
}

// Attach implements stack.NetworkLinkEndpoint.
func (l *link) Attach(d stack.NetworkDispatcher) {
	if d == nil {
		l.dispatcher.Store(nil)
		return
	}
	l.dispatcher.Store(&d)
}

// IsAttached implements stack.NetworkLinkEndpoint.
func (l *link) IsAttached() bool { return l.dispatcher.Load() != nil }

// MTU implements stack.NetworkLinkEndpoint.
func (l *link) MTU() uint32 { return uint32(l.bridge.mtu) } //nolint:gosec // between driverdata.MinMTU and MaxMTU

// Capabilities implements stack.NetworkLinkEndpoint. Every packet was authenticated as a whole by
// the device, so its checksums need no second look.
func (l *link) Capabilities() stack.LinkEndpointCapabilities {
	return stack.CapabilityRXChecksumOffload
}

// SupportedGSO implements stack.GSOEndpoint: the stack handles large segments and cuts them to
// packets last of all.
func (l *link) SupportedGSO() stack.SupportedGSO { return stack.GVisorGSOSupported }

// GSOMaxSize implements stack.GSOEndpoint.
func (l *link) GSOMaxSize() uint32 { return 1 << 15 }

// The rest of stack.NetworkLinkEndpoint has no meaning for a link without frames.

// SetMTU implements stack.NetworkLinkEndpoint.
func (l *link) SetMTU(uint32) {}

// MaxHeaderLength implements stack.NetworkLinkEndpoint.
func (l *link) MaxHeaderLength() uint16 { return 0 }

// LinkAddress implements stack.NetworkLinkEndpoint.
func (l *link) LinkAddress() tcpip.LinkAddress { return "" }

// SetLinkAddress implements stack.NetworkLinkEndpoint.
func (l *link) SetLinkAddress(tcpip.LinkAddress) {}

// Wait implements stack.NetworkLinkEndpoint.
func (l *link) Wait() {}

// ARPHardwareType implements stack.NetworkLinkEndpoint.
func (l *link) ARPHardwareType() header.ARPHardwareType { return header.ARPHardwareNone }

// AddHeader implements stack.NetworkLinkEndpoint.
func (l *link) AddHeader(*stack.PacketBuffer) {}

// ParseHeader implements stack.NetworkLinkEndpoint.
func (l *link) ParseHeader(*stack.PacketBuffer) bool { return true }

// Close implements stack.NetworkLinkEndpoint.
func (l *link) Close() {}

// SetOnCloseAction implements stack.NetworkLinkEndpoint.
func (l *link) SetOnCloseAction(func()) {}
