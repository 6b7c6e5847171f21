package wireguard

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"golang.zx2c4.com/wireguard/conn"
)

// socketBuffer is what is asked of the operating system for each direction, in bytes. It may give
// less.
const socketBuffer = 4 << 20

// maxDatagram is the largest UDP payload over IPv4, in bytes.
const maxDatagram = 65535 - 20 - 8

// maxSegments is how many packets the kernel cuts one large write into.
const maxSegments = 64

// bind is the device's one UDP socket, on one address. The device's own bind listens on every
// address. It is opened by listen, so that a port in use is an error at once, though the device
// comes later. On Linux one system call carries many packets of equal size (UDP_SEGMENT, UDP_GRO).
type bind struct {
	segment atomic.Bool // writes may be cut by the kernel
	buffers sync.Pool   // *[]byte of maxDatagram, for such writes

	mu     sync.Mutex
	conn   *net.UDPConn // nil after release
	opened bool

	// Of the one goroutine that receives:
	from    *endpoint
	scratch []byte // what one read returned and was not handed on yet
	rest    []byte
	size    int // of each packet in rest; the last may be shorter
}

var _ conn.Bind = (*bind)(nil)

// listen takes the UDP port.
func listen(addr netip.AddrPort) (*bind, error) {
	network := "udp4"
	if addr.Addr().Is6() {
		network = "udp6"
	}
	c, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("take tunnel port: %w", err)
	}
	// Best effort: a smaller buffer costs speed, nothing else.
	_ = c.SetReadBuffer(socketBuffer)
	_ = c.SetWriteBuffer(socketBuffer)
	b := &bind{conn: c}
	b.buffers.New = func() any { buf := make([]byte, 0, maxDatagram); return &buf }
	b.segment.Store(enableOffload(c))
	return b, nil
}

// addr is where the socket listens.
func (b *bind) addr() netip.AddrPort {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil {
		return netip.AddrPort{}
	}
	return localAddr(b.conn)
}

func localAddr(c *net.UDPConn) netip.AddrPort {
	local, _ := c.LocalAddr().(*net.UDPAddr) // a UDP socket has no other
	return local.AddrPort()
}

// Open implements conn.Bind: the socket is open already.
func (b *bind) Open(uint16) ([]conn.ReceiveFunc, uint16, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil {
		return nil, 0, net.ErrClosed
	}
	b.opened = true
	b.scratch = make([]byte, 1<<16)
	port := localAddr(b.conn).Port()
	return []conn.ReceiveFunc{b.receiver(b.conn)}, port, nil
}

// Close implements conn.Bind. The device also closes before it opens; that keeps the port.
func (b *bind) Close() error {
	b.mu.Lock()
	opened := b.opened
	b.mu.Unlock()
	if !opened {
		return nil
	}
	return b.release()
}

// release gives the port back.
func (b *bind) release() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil {
		return nil
	}
	err := b.conn.Close()
	b.conn = nil
	return err
}

// receiver returns the function that the device reads packets with.
func (b *bind) receiver(c *net.UDPConn) conn.ReceiveFunc {
	oob := make([]byte, 128)
	return func(bufs [][]byte, sizes []int, eps []conn.Endpoint) (int, error) {
		for len(b.rest) == 0 {
			n, oobn, _, from, err := c.ReadMsgUDPAddrPort(b.scratch, oob)
			if err != nil {
				return 0, err
			}
			b.rest = b.scratch[:n]
			b.size = n
			if size := segmentSize(oob[:oobn]); size > 0 && size < n {
				b.size = size
			}
			// Most packets come from where the last one came from.
			if b.from == nil || b.from.addr != from {
				b.from = &endpoint{addr: from}
			}
		}
		n := 0
		for ; n < len(bufs) && len(b.rest) > 0; n++ {
			size := min(b.size, len(b.rest))
			sizes[n] = copy(bufs[n], b.rest[:size])
			eps[n] = b.from
			b.rest = b.rest[size:]
		}
		return n, nil
	}
}

// Send implements conn.Bind.
func (b *bind) Send(bufs [][]byte, ep conn.Endpoint) error {
	to, ok := ep.(*endpoint)
	if !ok {
		return conn.ErrWrongEndpointType
	}
	b.mu.Lock()
	c := b.conn
	b.mu.Unlock()
	if c == nil {
		return net.ErrClosed
	}
	for len(bufs) > 0 {
		n := 1
		if b.segment.Load() {
			n = equalSizes(bufs)
		}
		if n > 1 && b.sendSegments(c, bufs[:n], to.addr) {
			bufs = bufs[n:]
			continue
		}
		for _, buf := range bufs[:n] {
			if _, err := c.WriteToUDPAddrPort(buf, to.addr); err != nil {
				return err
			}
		}
		bufs = bufs[n:]
	}
	return nil
}

// equalSizes returns how many of the first packets can go in one write: all of one size, but that the
// last may be shorter.
func equalSizes(bufs [][]byte) int {
	total := 0
	for i, buf := range bufs {
		total += len(buf)
		switch {
		case i == maxSegments || len(buf) > len(bufs[0]) || total > maxDatagram:
			return i
		case len(buf) < len(bufs[0]):
			return i + 1
		}
	}
	return len(bufs)
}

// sendSegments reports whether the packets went out in one write. When they did not they are to be
// sent one by one: a path or an interface may be unable to carry large writes.
func (b *bind) sendSegments(c *net.UDPConn, bufs [][]byte, to netip.AddrPort) bool {
	joined, _ := b.buffers.Get().(*[]byte) // nothing else is put in
	defer b.buffers.Put(joined)
	all := (*joined)[:0]
	for _, buf := range bufs {
		all = append(all, buf...)
	}
	_, _, err := c.WriteMsgUDPAddrPort(all, segmentControl(len(bufs[0])), to)
	if offloadBroken(err) {
		b.segment.Store(false)
	}
	return err == nil
}

// SetMark implements conn.Bind. Nothing sets a mark: this device changes no routes.
func (b *bind) SetMark(uint32) error { return nil }

// BatchSize implements conn.Bind.
func (b *bind) BatchSize() int { return batchSize }

// ParseEndpoint implements conn.Bind.
func (b *bind) ParseEndpoint(s string) (conn.Endpoint, error) {
	addr, err := netip.ParseAddrPort(s)
	if err != nil {
		return nil, err
	}
	return &endpoint{addr: addr}, nil
}

// endpoint is a peer's outer address. It never changes.
type endpoint struct{ addr netip.AddrPort }

var _ conn.Endpoint = (*endpoint)(nil)

// ClearSrc implements conn.Endpoint: the socket has one source address.
func (e *endpoint) ClearSrc() {}

// SrcToString implements conn.Endpoint.
func (e *endpoint) SrcToString() string { return "" }

// DstToString implements conn.Endpoint.
func (e *endpoint) DstToString() string { return e.addr.String() }

// DstToBytes implements conn.Endpoint.
func (e *endpoint) DstToBytes() []byte {
	raw, _ := e.addr.MarshalBinary() // never fails
	return raw
}

// DstIP implements conn.Endpoint.
func (e *endpoint) DstIP() netip.Addr { return e.addr.Addr() }

// SrcIP implements conn.Endpoint.
func (e *endpoint) SrcIP() netip.Addr { return netip.Addr{} }
