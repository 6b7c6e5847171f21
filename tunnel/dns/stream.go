package dns

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"time"
)

// streamIdle ends a DNS connection over TCP that asks nothing for this long.
const streamIdle = 10 * time.Second

// ServeStream answers the queries on a TCP connection, each after its two-byte length (RFC 1035,
// section 4.2.2), one after the other, until the client stops, errs or falls idle, or ctx ends. It
// closes the connection.
func (r *Responder) ServeStream(ctx context.Context, conn net.Conn) {
	defer conn.Close() //nolint:errcheck // the client is gone or misbehaved
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	for {
		if err := conn.SetDeadline(time.Now().Add(streamIdle)); err != nil {
			return
		}
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint16(size[:])
		if n > MaxMessage {
			return
		}
		query := make([]byte, n)
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer := r.Answer(ctx, query)
		if answer == nil {
			return
		}
		// The look-up may have taken most of the time that the deadline left.
		if err := conn.SetDeadline(time.Now().Add(streamIdle)); err != nil {
			return
		}
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(answer))) //nolint:gosec // at most 512
		if _, err := conn.Write(append(framed, answer...)); err != nil {
			return
		}
	}
}
