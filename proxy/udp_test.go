package proxy

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"
)

// echoUDP echoes datagrams until the test ends.
func echoUDP(t *testing.T) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // ends when conn is closed
		defer close(done)
		buf := make([]byte, maxUDP)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteToUDPAddrPort(buf[:n], from)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return addrPort(conn.LocalAddr())
}

// associateClient asks for an association and returns its control connection and a socket to it.
func associateClient(t *testing.T, s *Server) (control net.Conn, datagrams *net.UDPConn) {
	t.Helper()
	control = raw(t, s)
	exchange(t, control, hello, []byte{5, 0})
	exchange(t, control, []byte{5, 3, 0, 1, 0, 0, 0, 0, 0, 0}, []byte{5, 0, 0, 1, 127, 0, 0, 1})
	var port [2]byte
	if _, err := control.Read(port[:]); err != nil {
		t.Fatal(err)
	}
	relay := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(port[0])<<8 | int(port[1])}
	datagrams, err := net.DialUDP("udp4", nil, relay)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = datagrams.Close() })
	return control, datagrams
}

func TestAssociate(t *testing.T) {
	server, other := echoUDP(t), echoUDP(t)
	w := &world{hosts: map[string]string{fmt.Sprintf("echo.example:%d", server.Port()): server.String()}}
	s := start(t, Config{}, w)
	control, client := associateClient(t, s)

	name := append([]byte{0, 0, 0, addressName, 12}, "echo.example"...)
	name = append(name, byte(server.Port()>>8), byte(server.Port()))
	for i, head := range [][]byte{name, appendAddress([]byte{0, 0, 0}, other), name} {
		payload := fmt.Appendf(nil, "datagram %d", i)
		from := other
		if i != 1 {
			from = server
		}
		if _, err := client.Write(append(bytes.Clone(head), payload...)); err != nil {
			t.Fatal(err)
		}
		want := append(appendAddress([]byte{0, 0, 0}, from), payload...)
		if got := read(t, client, patience); !bytes.Equal(got, want) {
			t.Fatalf("got % x, want % x", got, want)
		}
	}

	// Fragments, malformed datagrams and other ports are passed over.
	_, _ = client.Write(append([]byte{0, 0, 1}, name[3:]...))
	_, _ = client.Write([]byte{0, 0, 0, 9})
	_, _ = client.Write([]byte{1})
	stranger, err := net.DialUDP("udp4", nil, client.RemoteAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close() //nolint:errcheck // the test is over
	_, _ = stranger.Write(append(bytes.Clone(name), "strange"...))
	_, _ = client.Write(append(bytes.Clone(name), "last"...))
	if got := read(t, client, patience); !bytes.HasSuffix(got, []byte("last")) {
		t.Errorf("got %q, want the last datagram only", got)
	}
	if got := read(t, stranger, 50*time.Millisecond); got != nil {
		t.Errorf("a stranger got %q", got)
	}

	// The association ends with the connection that asked for it.
	if err := control.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		_, _ = client.Write(append(bytes.Clone(name), "after"...))
		if read(t, client, 10*time.Millisecond) == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the association goes on without its connection")
		}
	}
}

func TestAssociationFlowsAreBoundedAndFallIdle(t *testing.T) {
	server := echoUDP(t)
	w := &world{hosts: make(map[string]string)}
	for i := range maxFlows + 10 {
		w.hosts[fmt.Sprintf("host%d:1", i)] = server.String()
	}
	s := start(t, Config{UDPIdle: time.Second}, w)
	_, client := associateClient(t, s)
	send := func(i int) {
		host := fmt.Sprintf("host%d", i)
		b := append([]byte{0, 0, 0, addressName, byte(len(host))}, host...)
		if _, err := client.Write(append(b, 0, 1, 'x')); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxFlows {
		send(i)
		if read(t, client, patience) == nil {
			t.Fatalf("flow %d is not served", i)
		}
	}
	for i := range 10 {
		send(maxFlows + i)
		if got := read(t, client, 10*time.Millisecond); got != nil {
			t.Fatalf("flow %d got %q", maxFlows+i, got)
		}
	}
	// Room comes back when the flows have fallen idle.
	for deadline := time.Now().Add(patience); ; {
		send(maxFlows)
		if read(t, client, 50*time.Millisecond) != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("idle flows keep their places")
		}
	}
}

// read returns one datagram, or nil when none comes in time.
func read(t *testing.T, conn net.Conn, wait time.Duration) []byte {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, maxUDP)
	n, err := conn.Read(buf)
	if err != nil {
		return nil
	}
	return buf[:n]
}
