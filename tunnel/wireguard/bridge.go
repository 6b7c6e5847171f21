package wireguard

import (
	"net/netip"
	"os"
	"sync"

	"golang.zx2c4.com/wireguard/tun"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// batchSize is how many packets move between device and bridge in one call. The device holds two
// batches of 64 KiB buffers for as long as it is up.
const batchSize = 64

// deviceQueue is how many packets of all sessions wait for the device to encrypt them.
const deviceQueue = 512

// bridge stands where the device expects a TUN interface. What the device decrypted goes to the
// link of the packet's inner address; what the links' stacks send goes to the device, which finds
// the peer by inner address too.
type bridge struct {
	mtu    int
	events chan tun.Event
	out    chan *stack.PacketBuffer
	closed chan struct{}

	mu    sync.RWMutex
	links map[netip.Addr]*link
	done  bool
}

var _ tun.Device = (*bridge)(nil)

func newBridge(mtu int) *bridge {
	return &bridge{
		mtu:    mtu,
		events: make(chan tun.Event),
		out:    make(chan *stack.PacketBuffer, deviceQueue),
		closed: make(chan struct{}),
		links:  make(map[netip.Addr]*link),
	}
}

// attach makes packets from the peer's inner address go to l.
func (b *bridge) attach(peer netip.Addr, l *link) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.links[peer] = l
}

func (b *bridge) detach(peer netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.links, peer)
}

// catchAll is the key of a link that takes packets from every address: a consumer's only one.
var catchAll = netip.IPv4Unspecified()

func (b *bridge) link(source netip.Addr) *link {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if l, ok := b.links[source]; ok {
		return l
	}
	return b.links[catchAll]
}

// Read gives the device packets to encrypt.
func (b *bridge) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	var pkt *stack.PacketBuffer
	select {
	case pkt = <-b.out:
	case <-b.closed:
		return 0, os.ErrClosed
	}
	n := 0
	for {
		sizes[n] = copyPacket(bufs[n][offset:], pkt)
		pkt.DecRef()
		n++
		if n == len(bufs) {
			return n, nil
		}
		select {
		case pkt = <-b.out:
		default:
			return n, nil
		}
	}
}

// copyPacket returns 0, which the device skips, for a packet that does not fit.
func copyPacket(dst []byte, pkt *stack.PacketBuffer) int {
	if pkt.Size() > len(dst) {
		return 0
	}
	n := 0
	for _, s := range pkt.AsSlices() {
		n += copy(dst[n:], s)
	}
	return n
}

// Write takes packets that the device decrypted. The device checked that each came from the peer
// that owns its source address. It never waits: the device serves all sessions, this may be one
// that is over its limit.
func (b *bridge) Write(bufs [][]byte, offset int) (int, error) {
	for _, buf := range bufs {
		p, ok := parsePacket(buf[offset:])
		if !ok {
			continue
		}
		if l := b.link(p.src); l != nil {
			l.deliver(p, buf[offset:])
		}
	}
	return len(bufs), nil
}

// Close makes Read return. The device calls it.
func (b *bridge) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.done {
		b.done = true
		close(b.closed)
		close(b.events)
	}
	return nil
}

// drain drops what no device will read. Call it when nothing writes any more.
func (b *bridge) drain() { drain(b.out) }

// File implements tun.Device.
func (b *bridge) File() *os.File { return nil }

// MTU implements tun.Device.
func (b *bridge) MTU() (int, error) { return b.mtu, nil }

// Name implements tun.Device.
func (b *bridge) Name() (string, error) { return "myst", nil }

// Events implements tun.Device.
func (b *bridge) Events() <-chan tun.Event { return b.events }

// BatchSize implements tun.Device.
func (b *bridge) BatchSize() int { return batchSize }
