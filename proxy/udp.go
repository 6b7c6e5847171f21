package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Bounds of one UDP association.
const (
	maxFlows   = 64      // destinations at a time; datagrams to more are dropped
	maxWaiting = 16      // datagrams of one flow while it is being dialled
	maxUDP     = 1 << 16 // a datagram, in bytes
)

// association is one client's UDP ASSOCIATE: a socket for its datagrams, and a flow through the
// dialer for every destination. It lives as long as the TCP connection that asked for it.
type association struct {
	server *Server
	socket *net.UDPConn
	host   netip.Addr // the client's; nobody else is served
	ctx    context.Context

	mu     sync.Mutex
	client netip.AddrPort // where the client's first datagram came from
	flows  map[string]*flow
	ended  bool
	tasks  sync.WaitGroup
}

// flow is the datagrams between an association and one destination.
type flow struct {
	waiting chan []byte // closed when the association ends

	mu   sync.Mutex
	last time.Time
}

// associate serves UDP ASSOCIATE.
func (s *Server) associate(conn net.Conn, client *bufio.Reader) error {
	near := localAddr(conn).Addr().Unmap()
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(near, 0)))
	if err != nil {
		_, _ = conn.Write(encodeReply(replyFailure, netip.AddrPort{}))
		return fmt.Errorf("associate: %w", err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	a := &association{
		server: s,
		ctx:    ctx,
		socket: socket,
		host:   addrPort(conn.RemoteAddr()).Addr().Unmap(),
		flows:  make(map[string]*flow),
	}
	if !s.track(socket) {
		_ = socket.Close()
		return net.ErrClosed
	}
	defer s.drop(socket)
	bound := addrPort(socket.LocalAddr())
	if _, err := conn.Write(encodeReply(replySucceeded, bound)); err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	received := make(chan struct{})
	go func() { // ends when the socket is closed
		defer close(received)
		a.receive()
	}()
	_, err = io.Copy(io.Discard, client) // until the client goes
	_ = socket.Close()
	<-received
	cancel()
	a.end()
	return err
}

// receive takes the client's datagrams.
func (a *association) receive() {
	buf := make([]byte, maxUDP)
	for {
		n, from, err := a.socket.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || !a.admit(from) {
			continue
		}
		address, payload, err := parseDatagram(buf[:n])
		if err != nil {
			continue
		}
		a.forward(address, bytes.Clone(payload))
	}
}

// admit reports whether a datagram is from the client: from its host, and always the same port.
func (a *association) admit(from netip.AddrPort) bool {
	if from.Addr().Unmap() != a.host {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.client.IsValid() {
		a.client = from
	}
	return a.client == from
}

// parseDatagram splits the header of section 7 from a datagram. Fragments are not served.
func parseDatagram(b []byte) (address string, payload []byte, err error) {
	if len(b) < 3 || b[0] != 0 || b[1] != 0 {
		return "", nil, errors.New("malformed datagram")
	}
	if b[2] != 0 {
		return "", nil, errors.New("fragment")
	}
	r := bytes.NewReader(b[3:])
	if address, err = readAddress(r); err != nil {
		return "", nil, err
	}
	return address, b[len(b)-r.Len():], nil
}

// forward puts a datagram on its flow, which it makes when there is none.
func (a *association) forward(address string, payload []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.flows[address]
	if f == nil {
		if a.ended || len(a.flows) >= maxFlows {
			return
		}
		f = &flow{waiting: make(chan []byte, maxWaiting)}
		a.flows[address] = f
		a.tasks.Go(func() { // ends when the flow falls idle, fails, or the association ends
			a.run(f, address)
			a.mu.Lock()
			delete(a.flows, address)
			a.mu.Unlock()
		})
	}
	select {
	case f.waiting <- payload:
	default: // dropped, as on a congested path
	}
}

// run carries a flow's datagrams.
func (a *association) run(f *flow, address string) {
	out, err := a.server.dial(a.ctx, "udp", address)
	if err != nil {
		a.server.cfg.Logger.Debug("proxy datagram", "error", withoutAddress(err))
		return
	}
	if !a.server.track(out) {
		_ = out.Close()
		return
	}
	defer a.server.drop(out)
	f.touch()
	back := make(chan struct{})
	go func() { // ends when out is closed
		defer close(back)
		a.answers(f, out)
	}()
	idle := time.NewTicker(a.server.cfg.UDPIdle)
	defer idle.Stop()
	for open := true; open; {
		select {
		case payload, ok := <-f.waiting:
			if open = ok; ok {
				f.touch()
				_, _ = out.Write(payload) // lost, as datagrams may be
			}
		case <-idle.C:
			open = f.idle() < a.server.cfg.UDPIdle
		case <-back:
			open = false
		}
	}
	_ = out.Close()
	<-back
}

// answers sends what comes back from a flow to the client.
func (a *association) answers(f *flow, out net.Conn) {
	head := appendAddress([]byte{0, 0, 0}, addrPort(out.RemoteAddr()))
	buf := make([]byte, maxUDP)
	copy(buf, head)
	for {
		n, err := out.Read(buf[len(head):])
		if err != nil {
			return
		}
		f.touch()
		a.mu.Lock()
		client := a.client
		a.mu.Unlock()
		if _, err := a.socket.WriteToUDPAddrPort(buf[:len(head)+n], client); errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// end ends every flow and waits.
func (a *association) end() {
	a.mu.Lock()
	a.ended = true
	for _, f := range a.flows {
		close(f.waiting)
	}
	a.mu.Unlock()
	a.tasks.Wait()
}

func (f *flow) touch() {
	f.mu.Lock()
	f.last = time.Now()
	f.mu.Unlock()
}

func (f *flow) idle() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Since(f.last)
}
