package hostnet

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	nl "github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// match is a part of a rule: expressions that a packet must pass one after the other, the last of which
// may decide what becomes of it.
type match []expr.Any

// add appends a rule to a chain. Packets must pass every part.
func (b *batch) add(chain string, parts ...match) {
	b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: &nftables.Chain{Name: chain, Table: b.table}, Exprs: slices.Concat(parts...)})
}

// batch collects changes to one table that take effect at once, or not at all.
type batch struct {
	conn  *nftables.Conn
	table *nftables.Table
}

// hook adds a chain that sees packets at a hook.
func (b *batch) hook(name string, hook *nftables.ChainHook, priority nftables.ChainPriority, kind nftables.ChainType) {
	accept := nftables.ChainPolicyAccept
	b.conn.AddChain(&nftables.Chain{Name: name, Table: b.table, Hooknum: hook, Priority: &priority, Type: kind, Policy: &accept})
}

// chain adds a chain that rules send packets to.
func (b *batch) chain(name string) { b.conn.AddChain(&nftables.Chain{Name: name, Table: b.table}) }

// counted drops what comes from a device and was not counted, so that whoever takes the meter away takes the traffic away.
func (b *batch) counted(chain, device string) {
	b.add(chain, from(device), notMarked(countedMark), drop())
	b.add(chain, from(device), unmark())
}

func compare(load expr.Any, op expr.CmpOp, value []byte) match {
	return match{load, &expr.Cmp{Op: op, Register: 1, Data: value}}
}

// deviceName is a device's name as the kernel compares it: all of IFNAMSIZ bytes.
func deviceName(name string) []byte {
	b := make([]byte, unix.IFNAMSIZ)
	copy(b, name)
	return b
}

func from(device string) match {
	return compare(&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1}, expr.CmpOpEq, deviceName(device))
}

func notFrom(device string) match {
	return compare(&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1}, expr.CmpOpNeq, deviceName(device))
}

func to(device string) match {
	return compare(&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1}, expr.CmpOpEq, deviceName(device))
}

func icmpType(number byte) match {
	return match{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{number}},
	}
}

func notTo(device string) match {
	return compare(&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1}, expr.CmpOpNeq, deviceName(device))
}

func ipv4() match {
	return compare(&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1}, expr.CmpOpEq, []byte{unix.NFPROTO_IPV4})
}

func protocolIs(number byte) match {
	return compare(&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, expr.CmpOpEq, []byte{number})
}

// flow matches packets whose connection is in one of the states: expr.CtStateBit…
func flow(states uint32) match {
	return match{
		&expr.Ct{Key: expr.CtKeySTATE, Register: 1},
		// The kernel keeps states as a number of the host's byte order.
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: binary.NativeEndian.AppendUint32(nil, states), Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}
}

// notFlow matches packets whose connection is in none of the states.
func notFlow(states uint32) match {
	m := flow(states)
	m[2] = &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: make([]byte, 4)}
	return m
}

// Offsets into the IPv4 header, and into those of TCP and UDP.
const (
	sourceOffset          = 12
	destinationOffset     = 16
	destinationPortOffset = 2
)

func ipAddress(offset uint32) expr.Any {
	return &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: net.IPv4len}
}

func within(offset uint32, prefix netip.Prefix) match {
	return match{
		ipAddress(offset),
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: net.IPv4len, Mask: net.CIDRMask(prefix.Bits(), 32), Xor: make([]byte, net.IPv4len)},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: prefix.Masked().Addr().AsSlice()},
	}
}

func port(number uint16) match {
	load := &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: destinationPortOffset, Len: 2}
	return compare(load, expr.CmpOpEq, binary.BigEndian.AppendUint16(nil, number))
}

// moreFlowsThan matches while more connections than that have come by with the address at offset. The set, a
// dynamic one, keeps the counts.
func moreFlowsThan(number uint32, offset uint32, set *nftables.Set) match {
	return match{ipAddress(offset), &expr.Dynset{
		SrcRegKey: 1, SetID: set.ID, SetName: set.Name, Operation: unix.NFT_DYNSET_OP_ADD,
		Exprs: []expr.Any{&expr.Connlimit{Count: number, Flags: expr.NFT_CONNLIMIT_F_INV}},
	}}
}

func notMarked(mark uint32) match {
	return compare(&expr.Meta{Key: expr.MetaKeyMARK, Register: 1}, expr.CmpOpNeq, binary.NativeEndian.AppendUint32(nil, mark))
}

// unmark takes a packet's mark away.
func unmark() match {
	return match{
		&expr.Immediate{Register: 1, Data: make([]byte, 4)},
		&expr.Meta{Key: expr.MetaKeyMARK, SourceRegister: true, Register: 1},
	}
}

func goTo(chain string) match {
	return match{&expr.Verdict{Kind: expr.VerdictGoto, Chain: chain}}
}

func drop() match   { return match{&expr.Verdict{Kind: expr.VerdictDrop}} }
func accept() match { return match{&expr.Verdict{Kind: expr.VerdictAccept}} }

// messageDelTable tells that a table was deleted.
const messageDelTable = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_DELTABLE

// generalHeader is the size of struct nfgenmsg (linux/netfilter/nfnetlink.h): family, version, resource.
const generalHeader = 4

// deletedTable returns the name of the inet table that a message says is gone.
func deletedTable(m nl.Message) (name string, err error) {
	if m.Header.Type != messageDelTable || len(m.Data) < generalHeader || m.Data[0] != byte(nftables.TableFamilyINet) {
		return "", nil
	}
	d, err := nl.NewAttributeDecoder(m.Data[generalHeader:])
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
