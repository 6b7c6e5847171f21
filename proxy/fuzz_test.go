package proxy

import (
	"bufio"
	"bytes"
	"net"
	"net/netip"
	"testing"
)

// checkAddress fails unless an accepted address splits into a host and a port again, whole.
func checkAddress(t *testing.T, address string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" || net.JoinHostPort(host, port) != address {
		t.Fatalf("address %q is %q and %q, %v", address, host, port, err)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte{5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 80})
	f.Add(append([]byte{5, 1, 0}, nameRequest(1, "web.example", 443)...))
	f.Add(append(append([]byte{5, 2, 0, 2, 5, 3, 0, 4}, make([]byte, 16)...), 255, 255))
	f.Add([]byte{5, 0})
	f.Add([]byte{4, 1, 0, 80, 127, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		if readGreeting(r) != nil {
			return
		}
		if _, address, err := readRequest(r); err == nil {
			checkAddress(t, address)
		}
	})
}

func FuzzDatagram(f *testing.F) {
	f.Add(append(appendAddress([]byte{0, 0, 0}, netip.MustParseAddrPort("192.0.2.1:53")), "payload"...))
	f.Add(appendAddress([]byte{0, 0, 0}, netip.MustParseAddrPort("[2001:db8::1]:53")))
	f.Add(append([]byte{0, 0, 0, 3, 3}, "a.b\x00\x50data"...))
	f.Add([]byte{0, 0, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		address, payload, err := parseDatagram(data)
		if err != nil {
			return
		}
		checkAddress(t, address)
		if !bytes.HasSuffix(data, payload) {
			t.Fatalf("payload % x is not the end of % x", payload, data)
		}
	})
}

func FuzzConnect(f *testing.F) {
	f.Add([]byte("CONNECT web.example:443 HTTP/1.1\r\nHost: web.example\r\n\r\nfollows"))
	f.Add([]byte("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n"))
	f.Add([]byte("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"))
	f.Add([]byte("CONNECT :443 HTTP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		address, err := readConnect(r)
		if err != nil {
			return
		}
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			t.Fatalf("address %q", address)
		}
		rest := len(data) - bytes.Index(data, []byte("\r\n\r\n")) - 4
		if len(data) <= r.Size() && r.Buffered() != rest {
			t.Fatalf("%d bytes are left of %d", r.Buffered(), rest)
		}
	})
}
