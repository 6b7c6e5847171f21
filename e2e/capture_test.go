//go:build e2e

package e2e

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/internal/testbed"
	"golang.org/x/sys/unix"
)

// capture listens to everything that passes a host's devices but loopback and TUN.
type capture struct {
	mu      sync.Mutex
	content bytes.Buffer
	stop    chan struct{}
	ended   chan struct{}
}

// listen starts a capture on a host.
func listen(t *testing.T, h *testbed.Host) *capture {
	t.Helper()
	c := &capture{stop: make(chan struct{}), ended: make(chan struct{})}
	var fd int
	var wires map[int]bool
	h.Do(func() {
		var err error
		const all = unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8 // in network order
		if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all); err != nil {
			t.Fatal(err)
		}
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100_000}); err != nil {
			t.Fatal(err)
		}
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20) // less misses packets, which the control shows
		devices, err := net.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		wires = map[int]bool{}
		for _, d := range devices {
			wires[d.Index] = len(d.HardwareAddr) == 6 && d.Flags&net.FlagLoopback == 0
		}
	})
	go func() {
		defer close(c.ended)
		defer unix.Close(fd) //nolint:errcheck // nothing is written to it
		buf := make([]byte, 1<<17)
		for {
			select {
			case <-c.stop:
				return
			default:
			}
			n, from, err := unix.Recvfrom(fd, buf, 0)
			if err != nil {
				continue // the timeout
			}
			if link, ok := from.(*unix.SockaddrLinklayer); !ok || !wires[link.Ifindex] {
				continue
			}
			c.mu.Lock()
			c.content.Write(buf[:n])
			c.mu.Unlock()
		}
	}()
	return c
}

// end stops the capture and returns what passed, packet after packet.
func (c *capture) end() []byte {
	<-time.After(200 * time.Millisecond) // what was sent last is still being read
	close(c.stop)
	<-c.ended
	return c.content.Bytes()
}
