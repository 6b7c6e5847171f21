package routed

import (
	"net"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// The kernel does not end a connection whose device goes away; the tunnel does. Both types keep the methods of
// the standard library's, so that a half can be closed and bytes be moved without this program.

type tcpConn struct {
	*net.TCPConn
	of *Consumer
}

type udpConn struct {
	*net.UDPConn
	of *Consumer
}

// Close closes the connection.
func (c *tcpConn) Close() error {
	c.of.forget(c)
	return c.TCPConn.Close()
}

// Close closes the connection.
func (c *udpConn) Close() error {
	c.of.forget(c)
	return c.UDPConn.Close()
}

// keep notes a connection, so that it ends with the tunnel.
func (c *Consumer) keep(conn net.Conn) (net.Conn, error) {
	switch known := conn.(type) {
	case *net.TCPConn:
		conn = &tcpConn{known, c}
	case *net.UDPConn:
		conn = &udpConn{known, c}
	}
	c.mu.Lock()
	open := c.conns != nil
	if open {
		c.conns[conn] = struct{}{}
	}
	c.mu.Unlock()
	if !open {
		_ = conn.Close() // it has carried nothing
		return nil, tunnel.ErrClosed
	}
	return conn, nil
}

func (c *Consumer) forget(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
}

// closeConns ends all connections, and refuses more.
func (c *Consumer) closeConns() {
	c.mu.Lock()
	conns := c.conns
	c.conns = nil
	c.mu.Unlock()
	for conn := range conns {
		_ = conn.Close() // what waits in it can no longer be sent
	}
}
