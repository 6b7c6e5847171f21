package wireguard

import (
	"errors"
	"fmt"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

// nicID is the only interface of every stack.
const nicID tcpip.NICID = 1

// TCP buffers of one flow, in bytes. A flow gets its share of a session's flowBudget within these
// bounds, so that a session with thousands of flows does not take all memory.
const (
	minBuffer     = 16 << 10
	defaultBuffer = 1 << 20
	maxBuffer     = 4 << 20
	flowBudget    = 32 << 20
)

// timeWait is how long a stack remembers a closed connection, in seconds. It meets no stray packets
// of other connections: the tunnel delivers in order, or not at all.
const timeWait = 5 * 1e9

// newStack makes an IPv4 stack with one address, on l.
func newStack(l *link, address netip.Addr) (*stack.Stack, error) {
	s := stack.New(stack.Options{
		NetworkProtocols: []stack.NetworkProtocolFactory{
			// A provider may let consumers reach an address on its loopback, by name in its exit policy.
			// To this stack that is an address like any other: the policy decides.
			ipv4.NewProtocolWithOptions(ipv4.Options{AllowExternalLoopbackTraffic: true}),
		},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol, icmp.NewProtocol4},
	})
	if err := setUp(s, l, address); err != nil {
		s.Destroy()
		return nil, err
	}
	return s, nil
}

func setUp(s *stack.Stack, l *link, address netip.Addr) error {
	sack := tcpip.TCPSACKEnabled(true)
	send := tcpip.TCPSendBufferSizeRangeOption{Min: minBuffer, Default: defaultBuffer, Max: maxBuffer}
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: minBuffer, Default: defaultBuffer, Max: maxBuffer}
	wait := tcpip.TCPTimeWaitTimeoutOption(timeWait)
	// The stack's default, RACK, leaves flows that were held at the limit for a second or more without
	// anything to send them on, often for a minute. Lost packets are found by SACK alone.
	recovery := tcpip.TCPRecovery(0)
	for _, option := range []tcpip.SettableTransportProtocolOption{&sack, &send, &receive, &wait, &recovery} {
		if err := s.SetTransportProtocolOption(tcp.ProtocolNumber, option); err != nil {
			return fmt.Errorf("set up stack: %s", err)
		}
	}
	if err := s.CreateNIC(nicID, l); err != nil {
		return fmt.Errorf("set up stack: %s", err)
	}
	protocolAddress := tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddrFrom4(address.As4()).WithPrefix(),
	}
	if err := s.AddProtocolAddress(nicID, protocolAddress, stack.AddressProperties{}); err != nil {
		return fmt.Errorf("set up stack: %s", err)
	}
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nicID}})
	return nil
}

// forwardAll makes the stack take packets to every address, not only to its own.
func forwardAll(s *stack.Stack) error {
	if err := s.SetPromiscuousMode(nicID, true); err != nil {
		return errors.New("set up stack: " + err.String())
	}
	if err := s.SetSpoofing(nicID, true); err != nil {
		return errors.New("set up stack: " + err.String())
	}
	return nil
}

func fullAddress(a netip.AddrPort) tcpip.FullAddress {
	return tcpip.FullAddress{NIC: nicID, Addr: tcpip.AddrFrom4(a.Addr().As4()), Port: a.Port()}
}

// addrPort converts a stack's address, which is IPv4 here always.
func addrPort(a tcpip.Address, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4(a.As4()), port)
}
