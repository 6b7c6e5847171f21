package hostnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// maxQuota is the largest quota that the kernel takes, in bytes.
const maxQuota = math.MaxInt64

// answerWithin bounds the wait for the kernel, which answers before a request's system call returns.
const answerWithin = 5 * time.Second

const (
	messageDelTable = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_DELTABLE
	messageNewObj   = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_NEWOBJ
	messageGetObj   = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_GETOBJ
)

// objects reads and changes the named objects of one table: the path that is taken many times a second,
// and so speaks netlink itself. nfnetlink(7) and linux/netfilter/nf_tables.h give the formats.
type objects struct {
	table string

	mu   sync.Mutex // one request and its answers at a time
	conn *netlink.Conn
}

// headerSize is that of struct nfgenmsg.
const headerSize = 4

// header is struct nfgenmsg: family, version, resource (big endian).
func header(family byte, resource uint16) []byte {
	return binary.BigEndian.AppendUint16([]byte{family, unix.NFNETLINK_V0}, resource)
}

func (o *objects) message(kind netlink.HeaderType, flags netlink.HeaderFlags, attributes func(*netlink.AttributeEncoder)) (netlink.Message, error) {
	e := netlink.NewAttributeEncoder()
	e.ByteOrder = binary.BigEndian
	e.String(unix.NFTA_OBJ_TABLE, o.table)
	attributes(e)
	data, err := e.Encode()
	if err != nil {
		return netlink.Message{}, err
	}
	return netlink.Message{
		Header: netlink.Header{Type: kind, Flags: netlink.Request | flags},
		Data:   append(header(byte(nftables.TableFamilyINet), 0), data...),
	}, nil
}

// counters returns the bytes of named counters, each as of its own moment, in the order of names.
func (o *objects) counters(names ...string) ([]uint64, error) {
	var requests []netlink.Message
	for _, name := range names {
		m, err := o.message(messageGetObj, 0, func(e *netlink.AttributeEncoder) {
			e.String(unix.NFTA_OBJ_NAME, name)
			e.Uint32(unix.NFTA_OBJ_TYPE, unix.NFT_OBJECT_COUNTER)
		})
		if err != nil {
			return nil, err
		}
		requests = append(requests, m)
	}
	var values []uint64
	err := o.exchange(requests, len(names), func(m netlink.Message) error {
		object, err := decodeObject(m)
		values = append(values, object.bytes)
		return err
	})
	return values, err
}

// setQuota changes the bytes of a quota that exists. What it has consumed stays, and it will tell anew when
// it is used up.
func (o *objects) setQuota(name string, bytes uint64) error {
	m, err := o.message(messageNewObj, netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.String(unix.NFTA_OBJ_NAME, name)
		e.Uint32(unix.NFTA_OBJ_TYPE, unix.NFT_OBJECT_QUOTA)
		e.Nested(unix.NFTA_OBJ_DATA, func(e *netlink.AttributeEncoder) error {
			e.Uint64(unix.NFTA_QUOTA_BYTES, min(bytes, maxQuota))
			e.Uint32(unix.NFTA_QUOTA_FLAGS, unix.NFT_QUOTA_F_INV)
			return nil
		})
	})
	if err != nil {
		return err
	}
	edge := func(kind netlink.HeaderType) netlink.Message {
		return netlink.Message{
			Header: netlink.Header{Type: kind, Flags: netlink.Request},
			Data:   header(unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES),
		}
	}
	batch := []netlink.Message{edge(unix.NFNL_MSG_BATCH_BEGIN), m, edge(unix.NFNL_MSG_BATCH_END)}
	return o.exchange(batch, 1, func(netlink.Message) error { return nil })
}

// exchange sends requests and passes on that many answers. Answers to earlier requests, which failed half
// way, are left aside.
func (o *objects) exchange(requests []netlink.Message, answers int, each func(netlink.Message) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	sent, err := o.conn.SendMessages(requests)
	if err != nil {
		return err
	}
	first := sent[0].Header.Sequence
	if err := o.conn.SetReadDeadline(time.Now().Add(answerWithin)); err != nil {
		return err
	}
	for answers > 0 {
		messages, err := o.conn.Receive()
		if err != nil {
			return err
		}
		for _, m := range messages {
			// Sequence numbers wrap, hence the difference.
			if since := m.Header.Sequence - first; since >= uint32(len(requests)) {
				continue
			}
			if err := each(m); err != nil {
				return err
			}
			answers--
		}
	}
	return nil
}

// object is what messages say of a counter or a quota.
type object struct {
	table, name     string
	kind            uint32 // unix.NFT_OBJECT_…
	bytes, consumed uint64
}

var errMessage = errors.New("unexpected message from nftables")

func decodeObject(m netlink.Message) (o object, err error) {
	if m.Header.Type != messageNewObj || len(m.Data) < headerSize {
		return object{}, fmt.Errorf("%w: type %#x, %d bytes", errMessage, uint16(m.Header.Type), len(m.Data))
	}
	d, err := netlink.NewAttributeDecoder(m.Data[headerSize:])
	if err != nil {
		return object{}, err
	}
	d.ByteOrder = binary.BigEndian
	for d.Next() {
		switch d.Type() {
		case unix.NFTA_OBJ_TABLE:
			o.table = d.String()
		case unix.NFTA_OBJ_NAME:
			o.name = d.String()
		case unix.NFTA_OBJ_TYPE:
			o.kind = d.Uint32()
		case unix.NFTA_OBJ_DATA: // comes last, so the kind is known
			d.Nested(o.decodeData)
		}
	}
	return o, d.Err()
}

func (o *object) decodeData(d *netlink.AttributeDecoder) error {
	for d.Next() {
		switch {
		case o.kind == unix.NFT_OBJECT_COUNTER && d.Type() == unix.NFTA_COUNTER_BYTES,
			o.kind == unix.NFT_OBJECT_QUOTA && d.Type() == unix.NFTA_QUOTA_BYTES:
			o.bytes = d.Uint64()
		case o.kind == unix.NFT_OBJECT_QUOTA && d.Type() == unix.NFTA_QUOTA_CONSUMED:
			o.consumed = d.Uint64()
		}
	}
	return nil
}

// deletedTable returns the name of the inet table that a message says is gone.
func deletedTable(m netlink.Message) (name string, err error) {
	if m.Header.Type != messageDelTable || len(m.Data) < headerSize || m.Data[0] != byte(nftables.TableFamilyINet) {
		return "", nil
	}
	d, err := netlink.NewAttributeDecoder(m.Data[headerSize:])
	if err != nil {
		return "", err
	}
	for d.Next() {
		if d.Type() == unix.NFTA_TABLE_NAME {
			name = d.String()
		}
	}
	return name, d.Err()
}
