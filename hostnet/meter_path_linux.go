package hostnet

import (
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"
)

// More of the stack, for solicit.
const (
	stackTuple    = -104 // struct bpf_sock_tuple of IPv4: source, destination, and their ports; 12 bytes
	stackPorts    = -96  // the ports in it
	stackProtocol = -92  // of the packet whose socket is looked for, 4 bytes; with the tuple the key of meter.flows
	stackInner    = -124 // the IPv4 header in an ICMP message, 20 bytes
	stackFragment = -136 // key of meter.fragments
	stackICMP     = -140 // type of an ICMP message, 1 byte
	stackNow      = -152 // the time, 8 bytes
)

// Values of stackPath.
const (
	ofExit = 0 // the packet's address has a session
	ofPath = 1 // the session stands for all addresses
	isLate = 2 // it does, and the packet counts but nobody wants it any more
)

const (
	identificationOffset = 4 // in the IPv4 header
	fragmentOffset       = 6 // in the IPv4 header: flags and offset, 16 bits
	moreFragments        = 0x2000
	fragmentOffsetMask   = 0x1fff
	icmpHeader           = 8 // bytes
	tupleSize            = 12
	boundDevice          = 0 // in struct bpf_sock
)

// Time is counted in units of 2^timeShift nanoseconds, about a second. For so many of them what comes for a socket
// that was closed still counts: the provider had sent it before it could know, in good faith. A sender by TCP
// stops when it hears of the end; one by UDP, at the latest, when it has heard nothing for half a minute (RFC 7675).
const (
	timeShift    = 30
	latenessTCP  = 10
	latenessUDP  = 30
	reassembling = 2 // since the first fragment
)

// Types of ICMP (RFC 792).
const (
	icmpEchoReply    = 0
	icmpUnreachable  = 3
	icmpEcho         = 8
	icmpTimeExceeded = 11
	icmpParameter    = 12
)

// solicit drops what comes out of a path's device and no socket that is bound to the device has asked for. Nothing else
// on the host is reached, be it a server or a connection by another device whose addresses and ports somebody guessed.
// What comes late, for a socket that was closed a moment ago, counts and is dropped: the kernel would refuse it
// by another device.
//
// TCP and UDP go to a socket. Of ICMP there are answers, as many as echoes were sent, and errors, which tell of a packet
// that such a socket sent. Fragments but the first have no ports: they follow a first one that was let in.
//
// The socket is asked for here, and not nftables for the state of a flow, because the latter would track each packet
// of the whole host, which costs more, and takes what was sent by any device as asked for.
func (s side) solicit(m *meter) asm.Instructions {
	if s.kind == ebpf.SocketFilter {
		return nil
	}
	return slices.Concat(s.ports(), s.icmp(), s.socket(), s.remember(m), s.fragment(m))
}

// countEchoes counts ICMP echoes that leave. R1 stays.
func (s side) countEchoes() asm.Instructions {
	if s.kind != ebpf.SocketFilter {
		return nil
	}
	return slices.Concat(asm.Instructions{
		asm.Mov.Reg(asm.R8, asm.R1),
		asm.LoadMem(asm.R1, asm.RFP, stackHeader+protocolOffset, asm.Byte),
		asm.JNE.Imm(asm.R1, unix.IPPROTO_ICMP, "echoed"),
	}, transport(), load(stackICMP, 1), asm.Instructions{
		asm.LoadMem(asm.R1, asm.RFP, stackICMP, asm.Byte),
		asm.JNE.Imm(asm.R1, icmpEcho, "echoed"),
		asm.Mov.Imm(asm.R1, 1),
		atomically(asm.FetchAdd, asm.R1, slotEchoes),
		asm.Mov.Reg(asm.R1, asm.R8).WithSymbol("echoed"),
	})
}

// transport makes R9 the offset of what follows the IPv4 header.
func transport() asm.Instructions {
	return asm.Instructions{
		asm.LoadMem(asm.R9, asm.RFP, stackHeader, asm.Byte),
		asm.And.Imm(asm.R9, 15),
		asm.LSh.Imm(asm.R9, 2),
	}
}

// load copies so many bytes of the packet, from offset R9, to the stack. A shorter packet is dropped.
func load(to int16, size int32) asm.Instructions {
	return asm.Instructions{
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.Mov.Reg(asm.R2, asm.R9),
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, int32(to)),
		asm.Mov.Imm(asm.R4, size),
		asm.FnSkbLoadBytes.Call(),
		asm.JNE.Imm(asm.R0, 0, "drop"),
	}
}

// copyWord copies 32 bits of the stack.
func copyWord(from, to int16) asm.Instructions {
	return asm.Instructions{asm.LoadMem(asm.R1, asm.RFP, from, asm.Word), asm.StoreMem(asm.RFP, to, asm.R1, asm.Word)}
}

// ports puts down the ends of the connection that the packet is of. An exit's packet needs none.
func (s side) ports() asm.Instructions {
	return slices.Concat(asm.Instructions{
		asm.LoadMem(asm.R1, asm.RFP, stackPath, asm.Word),
		asm.JEq.Imm(asm.R1, ofExit, "solicited"),
		// Only for the device's own address; the host may forward others.
		asm.LoadMem(asm.R1, asm.RFP, stackHeader+destinationOffset, asm.Word),
		asm.LoadMem(asm.R2, asm.R7, slotAddress, asm.DWord),
		asm.JNE.Reg(asm.R1, asm.R2, "drop"),
		asm.LoadMem(asm.R1, asm.RFP, stackHeader+fragmentOffset, asm.Half),
		asm.And.Imm(asm.R1, int32(networkOrder(fragmentOffsetMask))),
		asm.JNE.Imm(asm.R1, 0, "fragment"),
	}, transport(), asm.Instructions{
		asm.LoadMem(asm.R1, asm.RFP, stackHeader+protocolOffset, asm.Byte),
		asm.StoreMem(asm.RFP, stackProtocol, asm.R1, asm.Word),
		asm.JEq.Imm(asm.R1, unix.IPPROTO_ICMP, "icmp"),
	},
		copyWord(stackHeader+sourceOffset, stackTuple), copyWord(stackHeader+destinationOffset, stackTuple+4),
		load(stackPorts, 4),
		asm.Instructions{asm.Ja.Label("socket")},
	)
}

// icmp lets answers to echoes pass, and puts down the ends of the connection that an error is of, whose packet went
// the other way.
func (s side) icmp() asm.Instructions {
	kind := load(stackICMP, 1)
	kind[0] = kind[0].WithSymbol("icmp")
	inner := load(stackInner, ipv4Header)
	return slices.Concat(kind, asm.Instructions{
		asm.LoadMem(asm.R1, asm.RFP, stackICMP, asm.Byte),
		asm.JEq.Imm(asm.R1, icmpUnreachable, "failure"),
		asm.JEq.Imm(asm.R1, icmpTimeExceeded, "failure"),
		asm.JEq.Imm(asm.R1, icmpParameter, "failure"),
		asm.JNE.Imm(asm.R1, icmpEchoReply, "drop"),
		asm.Mov.Imm(asm.R1, -1),
		atomically(asm.FetchAdd, asm.R1, slotEchoes),
		asm.JSGT.Imm(asm.R1, 0, "solicited"),
		asm.Mov.Imm(asm.R1, 1),
		atomically(asm.FetchAdd, asm.R1, slotEchoes),
		asm.Ja.Label("drop"),
		asm.Add.Imm(asm.R9, icmpHeader).WithSymbol("failure"),
	}, inner, asm.Instructions{
		asm.LoadMem(asm.R1, asm.RFP, stackInner+fragmentOffset, asm.Half),
		asm.And.Imm(asm.R1, int32(networkOrder(fragmentOffsetMask))),
		asm.JNE.Imm(asm.R1, 0, "drop"),
		asm.LoadMem(asm.R1, asm.RFP, stackInner+protocolOffset, asm.Byte),
		asm.StoreMem(asm.RFP, stackProtocol, asm.R1, asm.Word),
		asm.LoadMem(asm.R1, asm.RFP, stackInner, asm.Byte),
		asm.And.Imm(asm.R1, 15),
		asm.LSh.Imm(asm.R1, 2),
		asm.Add.Reg(asm.R9, asm.R1),
	},
		load(stackInner, 4), // the ports, over what is not needed any more
		asm.Instructions{
			asm.LoadMem(asm.R1, asm.RFP, stackInner, asm.Half),
			asm.StoreMem(asm.RFP, stackPorts+2, asm.R1, asm.Half),
			asm.LoadMem(asm.R1, asm.RFP, stackInner+2, asm.Half),
			asm.StoreMem(asm.RFP, stackPorts, asm.R1, asm.Half),
		},
		copyWord(stackInner+sourceOffset, stackTuple+4), copyWord(stackInner+destinationOffset, stackTuple),
	)
}

// socket looks for a socket for those ends that is bound to the device that the packet comes from.
func (s side) socket() asm.Instructions {
	found := func() asm.Instructions { // makes R9 the device, and gives the socket back
		return asm.Instructions{
			asm.JEq.Imm(asm.R0, 0, "nobody"),
			asm.LoadMem(asm.R9, asm.R0, boundDevice, asm.Word),
			asm.Mov.Reg(asm.R1, asm.R0),
			asm.FnSkRelease.Call(),
		}
	}
	return slices.Concat(asm.Instructions{
		asm.LoadMem(asm.R0, asm.RFP, stackProtocol, asm.Word).WithSymbol("socket"),
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, stackTuple),
		asm.Mov.Imm(asm.R3, tupleSize),
		asm.Mov.Imm(asm.R4, -1), // BPF_F_CURRENT_NETNS: the device's
		asm.Mov.Imm(asm.R5, 0),
		asm.JEq.Imm(asm.R0, unix.IPPROTO_UDP, "datagrams"),
		asm.JNE.Imm(asm.R0, unix.IPPROTO_TCP, "drop"),
		asm.FnSkcLookupTcp.Call(),
	}, found(), asm.Instructions{
		asm.Ja.Label("owner"),
		asm.FnSkLookupUdp.Call().WithSymbol("datagrams"),
	}, found(), asm.Instructions{
		asm.LoadMem(asm.R1, asm.R6, skbDevice, asm.Word).WithSymbol("owner"),
		asm.JNE.Reg(asm.R9, asm.R1, "nobody"),
	})
}

// remember notes when a socket was last found for those ends, and drops what comes much later, or for ends that never had one.
func (s side) remember(m *meter) asm.Instructions {
	flow := func(symbol string) asm.Instructions { // makes R0 the flow's entry, or nil
		return asm.Instructions{
			asm.LoadMapPtr(asm.R1, m.flows.FD()).WithSymbol(symbol),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, stackTuple),
			asm.FnMapLookupElem.Call(),
		}
	}
	return slices.Concat(
		flow("somebody"), asm.Instructions{
			asm.Mov.Reg(asm.R9, asm.R0),
			asm.JEq.Imm(asm.R9, 0, "new"),
		}, now(), asm.Instructions{
			asm.StoreMem(asm.R9, 0, asm.R0, asm.DWord),
			asm.Ja.Label("known"),
		},
		flow("nobody"), asm.Instructions{
			asm.JEq.Imm(asm.R0, 0, "drop"),
			asm.LoadMem(asm.R9, asm.R0, 0, asm.DWord),
		}, now(), asm.Instructions{
			asm.Sub.Reg(asm.R0, asm.R9),
			asm.JGT.Imm(asm.R0, latenessUDP, "drop"),
			asm.LoadMem(asm.R1, asm.RFP, stackProtocol, asm.Word),
			asm.JEq.Imm(asm.R1, unix.IPPROTO_UDP, "late"),
			asm.JGT.Imm(asm.R0, latenessTCP, "drop"),
			asm.StoreImm(asm.RFP, stackPath, isLate, asm.Word).WithSymbol("late"),
			asm.Ja.Label("known"),
			asm.FnKtimeGetCoarseNs.Call().WithSymbol("new"),
			asm.RSh.Imm(asm.R0, timeShift),
			asm.StoreMem(asm.RFP, stackNow, asm.R0, asm.DWord),
			asm.LoadMapPtr(asm.R1, m.flows.FD()),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, stackTuple),
			asm.Mov.Reg(asm.R3, asm.RFP),
			asm.Add.Imm(asm.R3, stackNow),
			asm.Mov.Imm(asm.R4, 0),
			asm.FnMapUpdateElem.Call(),
		},
	)
}

// now makes R0 the time.
func now() asm.Instructions {
	return asm.Instructions{asm.FnKtimeGetCoarseNs.Call(), asm.RSh.Imm(asm.R0, timeShift)}
}

// fragment remembers the first fragment of a datagram, and drops others whose first one was not let in just before.
func (s side) fragment(m *meter) asm.Instructions {
	key := func(name string) asm.Instructions {
		begin := copyWord(stackHeader+sourceOffset, stackFragment)
		begin[0] = begin[0].WithSymbol(name)
		return slices.Concat(begin, copyWord(stackHeader+destinationOffset, stackFragment+4), asm.Instructions{
			asm.LoadMem(asm.R1, asm.RFP, stackHeader+identificationOffset, asm.Half),
			asm.StoreMem(asm.RFP, stackFragment+8, asm.R1, asm.Half),
			asm.LoadMem(asm.R1, asm.RFP, stackHeader+protocolOffset, asm.Byte),
			asm.StoreMem(asm.RFP, stackFragment+10, asm.R1, asm.Half),
		}, now(), asm.Instructions{
			asm.StoreMem(asm.RFP, stackNow, asm.R0, asm.DWord),
			asm.LoadMapPtr(asm.R1, m.fragments.FD()),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, stackFragment),
		})
	}
	return slices.Concat(asm.Instructions{
		asm.LoadMem(asm.R1, asm.RFP, stackHeader+fragmentOffset, asm.Half).WithSymbol("known"),
		asm.And.Imm(asm.R1, int32(networkOrder(moreFragments))),
		asm.JEq.Imm(asm.R1, 0, "solicited"),
	}, key("first"), asm.Instructions{
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, stackNow),
		asm.Mov.Imm(asm.R4, 0),
		asm.FnMapUpdateElem.Call(),
		asm.Ja.Label("solicited"),
	}, key("fragment"), asm.Instructions{
		asm.FnMapLookupElem.Call(),
		asm.JEq.Imm(asm.R0, 0, "drop"),
		asm.LoadMem(asm.R1, asm.R0, 0, asm.DWord),
		asm.LoadMem(asm.R2, asm.RFP, stackNow, asm.DWord),
		asm.Sub.Reg(asm.R2, asm.R1),
		asm.JGT.Imm(asm.R2, reassembling, "drop"),
	})
}
