package hostnet

import (
	"encoding/binary"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"
)

// side is one of the two ways through a device.
type side struct {
	name    string
	kind    ebpf.ProgramType
	address int16 // offset of the session's address in the IPv4 header
	counter int16 // offset into slot
}

var (
	// outward sees what leaves the host by the device.
	outward = side{name: "myst_outward", kind: ebpf.SocketFilter, address: destinationOffset, counter: slotSent}
	// inward sees what comes out of the device.
	inward = side{name: "myst_inward", kind: ebpf.SchedCLS, address: sourceOffset, counter: slotReceived}
)

// Offsets into struct __sk_buff (linux/bpf.h), which is what a program gets.
const (
	skbLen      = 0
	skbMark     = 8
	skbProtocol = 16
	skbDevice   = 40
	skbGSOSize  = 176
)

// Where the programs keep things, as offsets from the top of their stack.
const (
	stackIndex  = -8  // of the session's slot, 4 bytes
	stackKey    = -16 // of the session that stands for all addresses, 4 bytes
	stackHeader = -40 // the IPv4 header without options, 20 bytes
	stackLength = -48 // of the IPv4 header, 8 bytes
	stackTCP    = -56 // the byte with TCP's header length
	stackEvent  = -80 // struct event
	stackPath   = -84 // whose packet it is, 4 bytes
)

const (
	ipv4Header        = 20 // bytes, without options
	protocolOffset    = 9  // in the IPv4 header
	tcpLengthOffset   = 12 // in the TCP header, in its upper half byte
	udpHeader         = 8
	reservations      = 16 // attempts to add to a session's total before the packet is dropped
	actionUnspecified = -1 // TC_ACT_UNSPEC: on to the next filter
	actionShot        = 2  // TC_ACT_SHOT: drop
)

// instructions is the program for one side. Registers: R6 is the packet, R7 the session's slot, R8 what the packet
// counts; the others hold what they are given within a group.
func (s side) instructions(m *meter) asm.Instructions {
	return slices.Concat(s.parse(), s.split(), s.find(m), s.solicit(m), s.reserve(), s.countEchoes(), s.alarm(m), s.decide())
}

// parse lets IPv4 on, with its header on the stack and its length in R8.
func (s side) parse() asm.Instructions {
	return asm.Instructions{
		// Only packets that the kernel takes for IPv4, …
		asm.Mov.Reg(asm.R6, asm.R1),
		asm.LoadMem(asm.R1, asm.R6, skbProtocol, asm.Word),
		asm.JNE.Imm(asm.R1, int32(networkOrder(unix.ETH_P_IP)), "drop"),
		// … that have a whole header, …
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.Mov.Imm(asm.R2, 0),
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, stackHeader),
		asm.Mov.Imm(asm.R4, ipv4Header),
		asm.FnSkbLoadBytes.Call(),
		asm.JNE.Imm(asm.R0, 0, "drop"),
		// … and say themselves that they are.
		asm.LoadMem(asm.R1, asm.RFP, stackHeader, asm.Byte),
		asm.RSh.Imm(asm.R1, 4),
		asm.JNE.Imm(asm.R1, 4, "drop"),
		asm.LoadMem(asm.R8, asm.R6, skbLen, asm.Word),
	}
}

// split adds to R8 the headers of the packets that a joined one (GSO) stands for: each packet but the first has the same
// headers again, those of IP and TCP or UDP. Whoever takes packets from the device with offloads on splits them so.
func (s side) split() asm.Instructions {
	return asm.Instructions{
		// R9 is the payload of each packet, or 0 for a single one.
		asm.LoadMem(asm.R9, asm.R6, skbGSOSize, asm.Word),
		asm.JEq.Imm(asm.R9, 0, "counted"),
		// R2 becomes the length of the headers: IP's, …
		asm.LoadMem(asm.R2, asm.RFP, stackHeader, asm.Byte),
		asm.And.Imm(asm.R2, 15),
		asm.LSh.Imm(asm.R2, 2),
		asm.LoadMem(asm.R1, asm.RFP, stackHeader+protocolOffset, asm.Byte),
		asm.JEq.Imm(asm.R1, unix.IPPROTO_UDP, "udp"),
		asm.JNE.Imm(asm.R1, unix.IPPROTO_TCP, "drop"), // nothing else is joined
		// … and TCP's, which the packet tells in units of four bytes, …
		asm.StoreMem(asm.RFP, stackLength, asm.R2, asm.DWord),
		asm.Add.Imm(asm.R2, tcpLengthOffset),
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, stackTCP),
		asm.Mov.Imm(asm.R4, 1),
		asm.FnSkbLoadBytes.Call(),
		asm.JNE.Imm(asm.R0, 0, "drop"),
		asm.LoadMem(asm.R1, asm.RFP, stackTCP, asm.Byte),
		asm.RSh.Imm(asm.R1, 4),
		asm.LSh.Imm(asm.R1, 2),
		asm.LoadMem(asm.R2, asm.RFP, stackLength, asm.DWord),
		asm.Add.Reg(asm.R2, asm.R1),
		asm.Ja.Label("headers"),
		// … or UDP's.
		asm.Add.Imm(asm.R2, udpHeader).WithSymbol("udp"),
		// R1 becomes how many more packets there are: (payload - 1) / payload of each.
		asm.JLE.Reg(asm.R8, asm.R2, "counted").WithSymbol("headers"),
		asm.Mov.Reg(asm.R1, asm.R8),
		asm.Sub.Reg(asm.R1, asm.R2),
		asm.Sub.Imm(asm.R1, 1),
		asm.Div.Reg(asm.R1, asm.R9),
		asm.Mul.Reg(asm.R1, asm.R2),
		asm.Add.Reg(asm.R8, asm.R1),
	}
}

// find makes R7 the slot of the session with the packet's address, or of the one that stands for all.
func (s side) find(m *meter) asm.Instructions {
	return asm.Instructions{
		// The number of the slot, by the packet's address, …
		asm.StoreImm(asm.RFP, stackPath, ofExit, asm.Word).WithSymbol("counted"),
		asm.LoadMapPtr(asm.R1, m.sessions.FD()),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, int32(stackHeader+s.address)),
		asm.FnMapLookupElem.Call(),
		asm.JNE.Imm(asm.R0, 0, "found"),
		// … or else by no address.
		asm.StoreImm(asm.RFP, stackKey, 0, asm.Word),
		asm.LoadMapPtr(asm.R1, m.sessions.FD()),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, stackKey),
		asm.FnMapLookupElem.Call(),
		asm.JEq.Imm(asm.R0, 0, "drop"),
		asm.StoreImm(asm.RFP, stackPath, ofPath, asm.Word),
		// The slot itself.
		asm.LoadMem(asm.R1, asm.R0, 0, asm.Word).WithSymbol("found"),
		asm.StoreMem(asm.RFP, stackIndex, asm.R1, asm.Word),
		asm.LoadMapPtr(asm.R1, m.slots.FD()),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, stackIndex),
		asm.FnMapLookupElem.Call(),
		asm.JEq.Imm(asm.R0, 0, "drop"),
		asm.Mov.Reg(asm.R7, asm.R0),
	}
}

// reserve adds R8 to the session's total, unless that would pass the limit, and counts the packet. R1 becomes the new
// total. An attempt fails only when the program adds for another packet meanwhile. They stand one after the other,
// because kernels check loops of programs badly that were loaded without CAP_PERFMON.
func (s side) reserve() asm.Instructions {
	instructions := asm.Instructions{
		asm.LoadMem(asm.R0, asm.R7, slotTotal, asm.DWord).WithSymbol("solicited"),
		asm.LoadMem(asm.R3, asm.R7, slotLimit, asm.DWord),
	}
	for range reservations {
		instructions = append(instructions,
			// R1 is what the total would be.
			asm.Mov.Reg(asm.R1, asm.R0),
			asm.Add.Reg(asm.R1, asm.R8),
			asm.JGT.Reg(asm.R1, asm.R3, "drop"),
			// It becomes R1 if it is R0 still; R0 becomes what it was.
			asm.Mov.Reg(asm.R9, asm.R0),
			atomically(asm.CmpXchg, asm.R1, slotTotal),
			asm.JEq.Reg(asm.R0, asm.R9, "reserved"),
		)
	}
	return append(instructions,
		asm.Ja.Label("drop"),
		// FetchAdd and not AddAtomic, because it orders: the alarm is looked at after that. See Gate.SetAlarm.
		asm.Mov.Reg(asm.R2, asm.R8).WithSymbol("reserved"),
		atomically(asm.FetchAdd, asm.R2, s.counter),
	)
}

// alarm tells the host's process once when the total R1 has reached the level, and takes the level away.
func (s side) alarm(m *meter) asm.Instructions {
	return asm.Instructions{
		asm.LoadMem(asm.R9, asm.R7, slotAlarm, asm.DWord),
		asm.JLT.Reg(asm.R1, asm.R9, "pass"),
		// Whoever takes the level away tells.
		asm.Mov.Reg(asm.R0, asm.R9),
		asm.Mov.Imm(asm.R1, -1), // never
		atomically(asm.CmpXchg, asm.R1, slotAlarm),
		asm.JNE.Reg(asm.R0, asm.R9, "pass"),
		asm.LoadMem(asm.R1, asm.RFP, stackIndex, asm.Word),
		asm.StoreMem(asm.RFP, stackEvent, asm.R1, asm.DWord),
		asm.StoreMem(asm.RFP, stackEvent+8, asm.R9, asm.DWord),
		asm.LoadMapPtr(asm.R1, m.events.FD()),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, stackEvent),
		asm.Mov.Imm(asm.R3, eventSize),
		asm.Mov.Imm(asm.R4, 0),
		asm.FnRingbufOutput.Call(),
		asm.JEq.Imm(asm.R0, 0, "pass"),
		// No room: put the level back, if no other is there yet, for the next packet to tell.
		asm.Mov.Imm(asm.R0, -1),
		atomically(asm.CmpXchg, asm.R9, slotAlarm),
	}
}

// decide ends the program.
func (s side) decide() asm.Instructions {
	if s.kind == ebpf.SocketFilter { // returns how many bytes of the packet to keep
		return asm.Instructions{
			asm.LoadMem(asm.R0, asm.R6, skbLen, asm.Word).WithSymbol("pass"),
			asm.Return(),
			asm.Mov.Imm(asm.R0, 0).WithSymbol("drop"),
			asm.Return(),
		}
	}
	return asm.Instructions{
		// Shows an exit's rules of nftables that the packet was counted.
		asm.LoadMem(asm.R1, asm.RFP, stackPath, asm.Word).WithSymbol("pass"),
		asm.JEq.Imm(asm.R1, isLate, "drop"),
		asm.JEq.Imm(asm.R1, ofPath, "unmarked"),
		asm.Mov.Imm(asm.R1, countedMark),
		asm.StoreMem(asm.R6, skbMark, asm.R1, asm.Word),
		asm.Mov.Imm(asm.R0, actionUnspecified).WithSymbol("unmarked"),
		asm.Return(),
		asm.Mov.Imm(asm.R0, actionShot).WithSymbol("drop"),
		asm.Return(),
	}
}

// atomically is an operation on 64 bits of the slot. The kernel wants the operation in the constant too, where
// version 0.22 of the library leaves a zero: an addition that returns nothing.
func atomically(op asm.AtomicOp, src asm.Register, offset int16) asm.Instruction {
	i := op.Mem(asm.R7, src, asm.DWord, offset)
	i.Constant = int64(op >> 8)
	return i
}

// networkOrder returns a number of 16 bits as memory in network order reads on this machine.
func networkOrder(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}
