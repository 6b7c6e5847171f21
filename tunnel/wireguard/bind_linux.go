package wireguard

import (
	"encoding/binary"
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// enableOffload asks the kernel to join packets of one flow on receipt, and reports whether it can
// cut large writes to packets. Both are in Linux 5.0 and later; without them all still works.
func enableOffload(c *net.UDPConn) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	canSegment := false
	err = raw.Control(func(fd uintptr) {
		// Beyond net.core.rmem_max and wmem_max where privileges allow; best effort.
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, socketBuffer)
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, socketBuffer)
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_GRO, 1)
		_, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT)
		canSegment = err == nil
	})
	return err == nil && canSegment
}

// offloadBroken reports whether a large write failed because the interface cannot compute the
// packets' checksums (udp(7)): it will fail every time.
func offloadBroken(err error) bool { return errors.Is(err, unix.EIO) }

// segmentControl is the control message that tells the kernel the size of each packet in a write.
func segmentControl(size int) []byte {
	var data [2]byte
	binary.NativeEndian.PutUint16(data[:], uint16(size)) //nolint:gosec // at most maxDatagram
	return controlMessage(unix.IPPROTO_UDP, unix.UDP_SEGMENT, data[:])
}

// segmentSize returns the size of each packet in a read, from its control messages; 0 when it is
// just one packet.
func segmentSize(oob []byte) int {
	for len(oob) >= unix.SizeofCmsghdr {
		head, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return 0
		}
		if head.Level == unix.IPPROTO_UDP && head.Type == unix.UDP_GRO && len(data) >= 4 { // an int
			return int(binary.NativeEndian.Uint32(data))
		}
		oob = rest
	}
	return 0
}

// controlMessage lays out one control message as struct cmsghdr wants it.
func controlMessage(level, kind int32, data []byte) []byte {
	msg := make([]byte, unix.CmsgSpace(len(data)))
	head := msg
	length := uint64(unix.CmsgLen(len(data))) //nolint:gosec // a few bytes
	if unix.SizeofCmsghdr == 16 {             // cmsg_len is a size_t
		binary.NativeEndian.PutUint64(head, length)
		head = head[8:]
	} else {
		binary.NativeEndian.PutUint32(head, uint32(length)) //nolint:gosec // a few bytes
		head = head[4:]
	}
	binary.NativeEndian.PutUint32(head, uint32(level))    //nolint:gosec // a constant
	binary.NativeEndian.PutUint32(head[4:], uint32(kind)) //nolint:gosec // a constant
	copy(msg[unix.CmsgLen(0):], data)
	return msg
}
