package proxy

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// served gives a client's end of a connection to a proxy that dials so.
func served(t *testing.T, dial DialFunc) net.Conn {
	near, far := net.Pipe()
	s := &Server{cfg: Config{}.withDefaults(), dialer: dial, conns: map[net.Conn]struct{}{}}
	s.ctx, s.cancel = context.WithCancel(t.Context())
	s.tasks.Go(func() {
		s.serve(far)
		_ = far.Close()
	})
	t.Cleanup(func() {
		_ = near.Close()
		s.cancel()
		s.tasks.Wait()
	})
	return near
}

// unanswered is what a look-up by a provider whose resolver is dead comes to: after longer than a request may take.
func unanswered(context.Context, string, string) (net.Conn, error) {
	time.Sleep(13 * time.Second)
	return nil, &net.DNSError{Err: "name server does not answer", Name: "web.example", IsTimeout: true}
}

// Who waited for a name that nobody could look up gets an answer in the protocol that was asked in.
func TestDeadNameServerIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := served(t, unanswered)
		exchange(t, conn, hello, []byte{5, 0})
		exchange(t, conn, nameRequest(commandConnect, "web.example", 80), encodeReply(replyHostUnreachable, localAddr(conn)))
	})
	synctest.Test(t, func(t *testing.T) {
		conn := served(t, unanswered)
		if _, err := io.WriteString(conn, "CONNECT web.example:80 HTTP/1.1\r\nHost: web.example:80\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusGatewayTimeout {
			t.Errorf("status %s", answer.Status)
		}
	})
}

// A connection that takes as long to come about stands all the same.
func TestSlowConnectionStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, web := net.Pipe()
		conn := served(t, func(context.Context, string, string) (net.Conn, error) {
			time.Sleep(13 * time.Second)
			return out, nil
		})
		exchange(t, conn, hello, []byte{5, 0})
		exchange(t, conn, nameRequest(commandConnect, "web.example", 80), encodeReply(replySucceeded, localAddr(conn)))
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if n, err := web.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Fatalf("read %d bytes, %v", n, err)
		}
		_ = web.Close()
	})
}
