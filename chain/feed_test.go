package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain/dev"
)

// wire passes TCP connections on to an endpoint, until they are cut.
type wire struct {
	listener net.Listener
	upstream string
	passing  sync.WaitGroup

	mu   sync.Mutex
	ends []net.Conn
	lost bool // new connections are closed at once
	told int  // how often the endpoint told of something by itself
}

func newWire(t *testing.T, upstream string) *wire {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, upstream: upstream}
	w.passing.Go(w.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		w.cut(true)
		w.passing.Wait()
	})
	return w
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", w.upstream)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.mu.Lock()
		w.ends = append(w.ends, near, far)
		if w.lost {
			_, _ = near.Close(), far.Close()
		}
		w.mu.Unlock()
		w.passing.Go(func() { w.pass(far, near) })
		w.passing.Go(func() { w.pass(near, far) })
	}
}

// pass copies until one end is closed, and reads along: what an endpoint sends is plain text.
func (w *wire) pass(to, from net.Conn) {
	_, _ = io.Copy(to, io.TeeReader(from, w))
	_, _ = to.Close(), from.Close()
}

// Write implements [io.Writer].
func (w *wire) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told += bytes.Count(text, []byte("eth_subscription"))
	return len(text), nil
}

func (w *wire) notices() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told
}

// cut ends all connections, and with lost all that are tried later.
func (w *wire) cut(lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = lost
	for _, c := range w.ends {
		_ = c.Close()
	}
	w.ends = nil
}

// The connection by which an endpoint tells of new heads is cut, for good or for a while. The follower goes on: by
// asking another endpoint, and by a new subscription.
func TestFollowerOutlivesACutConnection(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	w := newWire(t, n.WSURL()[len("ws://"):])
	client := testClient(t, ClientConfig{URLs: []string{"ws://" + w.listener.Addr().String(), n.URL()}})
	handler := make(notified, 100)
	f := NewFollower(FollowerConfig{
		Name: "test", Client: client, DB: openStore(t), Handler: handler, Contract: n.at.Coin, Poll: 50 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	s := newSender(t, n, openStore(t), n.funded(t))
	expect := func(what string) {
		t.Helper()
		s.work(t, s.submit(t, n.mint(what, newKey(t).Address(), 1)))
		want := n.Commit()
		select {
		case got := <-handler:
			if got != want {
				t.Fatalf("%s: log of block %d, want %d", what, got, want)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: nothing within a minute", what)
		}
	}
	subscribed := func(when string) {
		t.Helper()
		before := w.notices()
		for i := 0; w.notices() == before; i++ {
			client.mu.Lock()
			client.endpoints[0].failedUntil = time.Time{} // as if a minute had passed
			client.mu.Unlock()
			if expect(fmt.Sprint(when, i)); i == 500 {
				t.Fatalf("%s: not told of new heads", when)
			}
		}
		expect(when)
	}
	subscribed("at first")
	w.cut(true)
	expect("cut off")
	expect("still cut off")
	w.cut(false)
	subscribed("again")
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
