package tunneltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// names is a resolver with fixed answers.
type names map[string][]netip.Addr

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addrs, ok := n[host]; ok {
		return addrs, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// listen opens a port in the world.
func (w World) listen() (l net.Listener, err error) {
	w.Do(func() { l, err = net.Listen("tcp4", netip.AddrPortFrom(w.Addr, 0).String()) })
	return l, err
}

// listenTCP serves each connection with handle until the test ends, and returns the address.
func (d Driver) listenTCP(t *testing.T, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := d.World.listen()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			serving.Go(func() {
				defer conn.Close() //nolint:errcheck // the other end checks what it got
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// echo sends back what it gets.
func echo(conn net.Conn) { _, _ = io.Copy(conn, conn) }

// most is how much may be counted for so many bytes. Headers are a twenty-fifth; what TCP sends again counts too, and on a
// busy machine that is a lot. Bytes that are counted twice are more than this.
func most(size uint64) uint64 { return size * 7 / 4 }

// source sends as many pseudo-random bytes as its client asks for, in eight bytes: request them
// with fetch.
func source(conn net.Conn) {
	var size [8]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return
	}
	n := binary.BigEndian.Uint64(size[:])
	_, _ = io.CopyN(conn, stream(n), int64(n)) //nolint:gosec // tests ask for a few megabytes
}

// stream is the same endless stream of bytes for the same seed.
func stream(seed uint64) io.Reader {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	return mathrand.NewChaCha8(key)
}

// digest is the hash of the first n bytes of the stream with seed n.
func digest(n uint64) []byte {
	h := sha256.New()
	_, _ = io.CopyN(h, stream(n), int64(n)) //nolint:gosec // tests ask for a few megabytes
	return h.Sum(nil)
}

// fetch gets n bytes from a source and checks them.
func fetch(conn net.Conn, n uint64) error {
	if err := request(conn, n); err != nil {
		return err
	}
	return receive(conn, n)
}

func request(conn net.Conn, n uint64) error {
	if _, err := conn.Write(binary.BigEndian.AppendUint64(nil, n)); err != nil {
		return fmt.Errorf("ask for %d bytes: %w", n, err)
	}
	return nil
}

func receive(conn net.Conn, n uint64) error {
	h := sha256.New()
	got, err := io.Copy(h, io.LimitReader(conn, int64(n))) //nolint:gosec // tests ask for a few megabytes
	if err != nil {
		return fmt.Errorf("after %d of %d bytes: %w", got, n, err)
	}
	if uint64(got) != n { //nolint:gosec // not negative
		return fmt.Errorf("got %d of %d bytes", got, n)
	}
	if !bytes.Equal(h.Sum(nil), digest(n)) {
		return errors.New("bytes were changed on the way")
	}
	return nil
}

// listenUDP echoes datagrams until the test ends.
func (d Driver) listenUDP(t *testing.T) netip.AddrPort {
	t.Helper()
	var conn *net.UDPConn
	var err error
	d.World.Do(func() {
		conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(d.World.Addr, 0)))
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // ends when conn is closed
		defer close(done)
		buf := make([]byte, 1<<16)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				_, _ = conn.WriteToUDPAddrPort(buf[:n], from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// allow is a policy with exceptions for exactly these servers of a test.
func allow(servers ...netip.AddrPort) ServerConfig {
	return ServerConfig{Exit: tunnel.ExitPolicy{Allow: servers}}
}
