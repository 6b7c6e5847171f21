package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// serveHTTP serves CONNECT. Every other method is refused: a proxy that read requests would have to
// be trusted with what is in them.
func (s *Server) serveHTTP(conn net.Conn, client *bufio.Reader) error {
	address, err := readConnect(client)
	if err != nil {
		status := http.StatusBadRequest
		if errors.Is(err, errMethod) {
			status = http.StatusMethodNotAllowed
		}
		writeStatus(conn, status)
		return err
	}
	out, err := s.dialFor(conn, address)
	if err != nil {
		status := http.StatusBadGateway
		if timeout, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || ok && timeout.Timeout() {
			status = http.StatusGatewayTimeout
		}
		writeStatus(conn, status)
		return fmt.Errorf("connect: %w", withoutAddress(err))
	}
	return s.join(conn, client, out, []byte("HTTP/1.1 200 Connection established\r\n\r\n"))
}

var errMethod = errors.New("HTTP method is not CONNECT")

// readConnect reads a request's head, of at most maxHead bytes and nothing beyond it, and returns
// its "host:port".
func readConnect(client io.ByteReader) (string, error) {
	var head []byte
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		if len(head) == maxHead {
			return "", errors.New("HTTP head is too long")
		}
		c, err := client.ReadByte()
		if err != nil {
			return "", fmt.Errorf("read request: %w", err)
		}
		head = append(head, c)
	}
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil {
		return "", errors.New("malformed HTTP request") // the error would quote the destination
	}
	if request.Method != http.MethodConnect {
		return "", errMethod
	}
	host, port, err := net.SplitHostPort(request.RequestURI)
	if err != nil || !plausibleHost(host) || port == "" {
		return "", errors.New("malformed destination")
	}
	return request.RequestURI, nil
}

func writeStatus(conn net.Conn, status int) {
	_, _ = io.WriteString(conn, fmt.Sprintf("HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		status, http.StatusText(status)))
}
