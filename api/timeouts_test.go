package api_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/apitest"
	"github.com/mysteriumnetwork/myst/api/wire"
)

const brief = 50 * time.Millisecond

func serveBriefly(t *testing.T, n api.Node) (*api.Server, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := api.Start(t.Context(), api.WithReadTimeout(api.Config{Node: n, DataDir: dir, Addr: "127.0.0.1:0"}, brief))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, dir
}

// An operation may take much longer than its request took to arrive.
func TestOperationOutlivesReadTimeout(t *testing.T) {
	n := ready(t)
	n.Hold, n.Cancelled = make(chan struct{}), make(chan struct{}, 2)
	_, dir := serveBriefly(t, n)
	// The operation has no way to tell that a deadline has passed but to be cancelled by it.
	release := time.AfterFunc(6*brief, func() { close(n.Hold) })
	defer release.Stop()
	c := dial(t, dir)
	registered := make(chan error, 1)
	go func() {
		_, err := c.Register(t.Context(), wire.Limit{}, nil) // a request without a body
		registered <- err
	}()
	session, err := c.Connect(t.Context(), wire.Connect{}, nil)
	if err != nil || session.ID == "" {
		t.Errorf("a slow connect: %+v, %v", session, err)
	}
	if err := <-registered; err != nil {
		t.Errorf("a slow registration: %v", err)
	}
}

// A caller that never finishes its request does not keep the connection.
func TestSlowRequestsAreCut(t *testing.T) {
	s, _ := serveBriefly(t, apitest.New(0))
	for name, start := range map[string]string{
		"header": "GET /v1/status HTTP/1.1\r\nHost: " + s.Addr() + "\r\n",
		"body":   "POST /v1/deposit HTTP/1.1\r\nHost: " + s.Addr() + "\r\nContent-Length: 10\r\n\r\n{",
	} {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(start)); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(bufio.NewReader(conn))
		if err != nil || strings.Contains(string(answer), " 200 ") {
			t.Errorf("half a %s: %q, %v", name, answer, err)
		}
		_ = conn.Close() // the server has closed it
	}
}
