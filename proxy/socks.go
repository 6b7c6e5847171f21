package proxy

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// The numbers of RFC 1928.
const (
	socksVersion = 5

	methodNone         = 0x00
	methodUnacceptable = 0xff

	commandConnect   = 1
	commandAssociate = 3

	addressIPv4 = 1
	addressName = 3
	addressIPv6 = 4
)

// reply is the outcome of a request, section 6.
type reply byte

const (
	replySucceeded          reply = 0
	replyFailure            reply = 1
	replyNotAllowed         reply = 2
	replyNetworkUnreachable reply = 3
	replyHostUnreachable    reply = 4
	replyRefused            reply = 5
	replyExpired            reply = 6
	replyCommand            reply = 7
	replyAddressType        reply = 8
)

// requestError is a request that is answered with a reply of its own.
type requestError struct {
	reply reply
	text  string
}

func (e *requestError) Error() string { return e.text }

func (s *Server) serveSOCKS(conn net.Conn, client *bufio.Reader) error {
	if err := readGreeting(client); err != nil {
		if _, ok := errors.AsType[*requestError](err); ok {
			_, _ = conn.Write([]byte{socksVersion, methodUnacceptable})
		}
		return err
	}
	if _, err := conn.Write([]byte{socksVersion, methodNone}); err != nil {
		return err
	}
	command, address, err := readRequest(client)
	if err != nil {
		if bad, ok := errors.AsType[*requestError](err); ok {
			_, _ = conn.Write(encodeReply(bad.reply, netip.AddrPort{}))
		}
		return err
	}
	switch command {
	case commandConnect:
		return s.connect(conn, client, address)
	case commandAssociate:
		return s.associate(conn, client)
	default:
		_, err := conn.Write(encodeReply(replyCommand, netip.AddrPort{}))
		return err
	}
}

// connect serves CONNECT.
func (s *Server) connect(conn net.Conn, client *bufio.Reader, address string) error {
	out, err := s.dialFor(conn, address)
	if err != nil {
		_, _ = conn.Write(encodeReply(replyFor(err), netip.AddrPort{}))
		return fmt.Errorf("connect: %w", withoutAddress(err))
	}
	return s.join(conn, client, out, encodeReply(replySucceeded, localAddr(out)))
}

// readGreeting reads which methods of authentication the client offers, section 3.
func readGreeting(r io.Reader) error {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return fmt.Errorf("read greeting: %w", err)
	}
	if head[0] != socksVersion {
		return fmt.Errorf("SOCKS version %d", head[0])
	}
	methods := make([]byte, head[1])
	if _, err := io.ReadFull(r, methods); err != nil {
		return fmt.Errorf("read greeting: %w", err)
	}
	for _, m := range methods {
		if m == methodNone {
			return nil
		}
	}
	return &requestError{replyFailure, "client insists on authentication"}
}

// readRequest reads a request, section 4. The address is "host:port".
func readRequest(r io.Reader) (command byte, address string, err error) {
	var head [3]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, "", fmt.Errorf("read request: %w", err)
	}
	if head[0] != socksVersion {
		return 0, "", fmt.Errorf("SOCKS version %d", head[0])
	}
	address, err = readAddress(r)
	return head[1], address, err
}

// readAddress reads type, address and port, section 5.
func readAddress(r io.Reader) (string, error) {
	var kind [1]byte
	if _, err := io.ReadFull(r, kind[:]); err != nil {
		return "", fmt.Errorf("read address: %w", err)
	}
	var size int
	switch kind[0] {
	case addressIPv4:
		size = 4
	case addressIPv6:
		size = 16
	case addressName:
		var length [1]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return "", fmt.Errorf("read address: %w", err)
		}
		size = int(length[0])
	default:
		return "", &requestError{replyAddressType, fmt.Sprintf("address type %d", kind[0])}
	}
	raw := make([]byte, size+2)
	if _, err := io.ReadFull(r, raw); err != nil {
		return "", fmt.Errorf("read address: %w", err)
	}
	host := string(raw[:size])
	if kind[0] != addressName {
		addr, _ := netip.AddrFromSlice(raw[:size]) // 4 or 16 bytes
		host = addr.String()
	} else if !plausibleHost(host) {
		return "", &requestError{replyFailure, "malformed host name"}
	}
	port := binary.BigEndian.Uint16(raw[size:])
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}

// plausibleHost keeps out what is not a host name in any script or notation, and could be taken
// for more than one further on: spaces, control characters, and the signs around a port.
func plausibleHost(host string) bool {
	for _, c := range []byte(host) {
		if c <= ' ' || c == 0x7f || c == '[' || c == ']' || c == '/' || c == '@' || c == '%' {
			return false
		}
	}
	return host != ""
}

// encodeReply makes a reply, section 6. An invalid address becomes 0.0.0.0:0.
func encodeReply(r reply, bound netip.AddrPort) []byte {
	return appendAddress([]byte{socksVersion, byte(r), 0}, bound)
}

// appendAddress adds type, address and port, section 5.
func appendAddress(b []byte, a netip.AddrPort) []byte {
	addr := a.Addr().Unmap()
	switch {
	case !addr.IsValid():
		b = append(b, addressIPv4, 0, 0, 0, 0)
	case addr.Is4():
		b = append(append(b, addressIPv4), addr.AsSlice()...)
	default:
		b = append(append(b, addressIPv6), addr.AsSlice()...)
	}
	return binary.BigEndian.AppendUint16(b, a.Port())
}

// replyFor says in SOCKS's terms why a connection did not come about.
func replyFor(err error) reply {
	timeout, isNet := errors.AsType[net.Error](err)
	_, isDNS := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return replyRefused
	case errors.Is(err, syscall.ENETUNREACH):
		return replyNetworkUnreachable
	case errors.Is(err, syscall.EHOSTUNREACH), isDNS:
		return replyHostUnreachable
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return replyNotAllowed
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return replyExpired
	default:
		return replyFailure
	}
}

// withoutAddress returns an error's cause, which does not name the destination: nobody should
// find in a log where a user went.
func withoutAddress(err error) error {
	if dnsErr, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New(dnsErr.Err)
	}
	if opErr, ok := errors.AsType[*net.OpError](err); ok {
		return opErr.Err
	}
	return err
}

// localAddr is the near end of a connection; zero when it has no IP address.
func localAddr(conn net.Conn) netip.AddrPort { return addrPort(conn.LocalAddr()) }

func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.AddrPort()
	case *net.UDPAddr:
		return a.AddrPort()
	default:
		return netip.AddrPort{}
	}
}
