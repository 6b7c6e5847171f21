package proxy

import (
	"bufio"
	"io"
	"net"
)

// relayBuffer is the size of each direction's buffer, in bytes.
const relayBuffer = 32 << 10

// join tells the client that its connection stands and copies both ways until both have ended,
// handing on half-closes. An error in one direction ends the other too. It closes out.
func (s *Server) join(conn net.Conn, client *bufio.Reader, out net.Conn, greeting []byte) error {
	if !s.track(out) {
		_ = out.Close()
		return net.ErrClosed
	}
	defer s.drop(out)
	if _, err := conn.Write(greeting); err != nil {
		return err
	}
	abort := func() {
		_ = conn.Close()
		_ = out.Close()
	}
	up := make(chan struct{})
	go func() { // ends with its copy, which abort and the server's end stop
		defer close(up)
		if copyThenClose(out, client) != nil {
			abort()
		}
	}()
	if copyThenClose(conn, out) != nil {
		abort()
	}
	<-up
	return nil
}

// copyThenClose copies src to dst until its end, and then ends dst's direction.
func copyThenClose(dst net.Conn, src io.Reader) error {
	// The wrappers hide methods that would replace the buffer with one of their own.
	_, err := io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, make([]byte, relayBuffer))
	if err != nil {
		return err
	}
	if half, ok := dst.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return dst.Close()
}
