package hostnet

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Exit is a provider's device: what consumers may reach through it, and how it looks from outside. It is one
// table of nftables.
//
// A packet from the device must have a source with a Gate, be of IPv4, and pass the Gate, all of which the meter sees
// to. One that opens a connection is then refused, by a TCP reset or ICMP, when it is for a Deny range, port
// 25 or the provider's own addresses, and is dropped when it is for another consumer: it came through the
// tunnel, so it counts, as does the refusal. A packet to the device must belong to a connection from there,
// and pass the Gate of its destination. Consumers leave by other devices as Source.
type Exit struct {
	cfg ExitConfig
	d   *gated

	mu    sync.Mutex
	taken map[netip.Addr]bool // has a gate, that may be being opened or closed
}

// Where our chains stand among others at the same hook.
const (
	afterFilter = 10  // after the host's own firewall
	afterNAT    = 310 // after every address was translated, and after helpers
)

// answers are the states of connections that were opened from the other side of the device.
const answers = expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED

// NewExit makes a device an exit. Nothing passes before Add. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) NewExit(cfg ExitConfig) (*Exit, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.Flows == 0 {
		cfg.Flows = defaultFlows
	}
	e := &Exit{cfg: cfg, taken: map[netip.Addr]bool{}}
	d, err := h.gate(cfg.Device, e.fill)
	if err != nil {
		return nil, err
	}
	e.d = d
	d.closing = func() error { return e.forget(cfg.Subnet) }
	// Connections of sessions before a crash would count as this one's.
	if err := e.forget(cfg.Subnet); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return e, nil
}

func (e *Exit) fill(b *batch) error {
	flows := &nftables.Set{
		ID:    1, // any in this batch; to choose one the library would use a variable that goroutines share
		Table: b.table, Name: "flows", Dynamic: true, KeyType: nftables.TypeIPAddr, KeyByteOrder: binaryutil.BigEndian,
		Size: 1 << 16, // of former sessions the counts stay a little
	}
	if err := b.conn.AddSet(flows, nil); err != nil {
		return err
	}
	b.chain("refuse")
	b.add("refuse", protocolIs(unix.IPPROTO_TCP), match{&expr.Reject{Type: unix.NFT_REJECT_TCP_RST}})
	b.add("refuse", match{&expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: unix.NFT_REJECT_ICMPX_ADMIN_PROHIBITED}})
	b.chain("open")
	b.add("open", moreFlowsThan(uint32(e.cfg.Flows), sourceOffset, flows), drop())
	b.add("open", accept())
	e.fillPrerouting(b)
	e.fillForward(b)
	e.fillInput(b)
	e.fillPostrouting(b)
	return nil
}

// fillPrerouting drops what has no business at all, before conntrack spends memory on it.
func (e *Exit) fillPrerouting(b *batch) {
	const chain = "prerouting"
	b.hook(chain, nftables.ChainHookPrerouting, *nftables.ChainPriorityRaw, nftables.ChainTypeFilter)
	b.counted(chain, e.cfg.Device)
	// Consumers' addresses exist on the device only.
	b.add(chain, notFrom(e.cfg.Device), notFrom("lo"), ipv4(), within(sourceOffset, e.cfg.Subnet), drop())
}

// fillForward decides where consumers get to. The other direction is fillPostrouting's.
func (e *Exit) fillForward(b *batch) {
	const chain = "forward"
	b.hook(chain, nftables.ChainHookForward, afterFilter, nftables.ChainTypeFilter)
	b.add(chain, notFrom(e.cfg.Device), accept())
	b.add(chain, to(e.cfg.Device), drop()) // from consumer to consumer
	b.add(chain, within(destinationOffset, e.cfg.Subnet), drop())
	b.add(chain, flow(answers), accept())
	b.add(chain, notFlow(expr.CtStateBitNEW), drop()) // would leave with the consumer's own address
	e.fillAllow(b, chain)
	b.add(chain, protocolIs(unix.IPPROTO_TCP), port(25), goTo("refuse"))
	for _, prefix := range e.cfg.Deny {
		if prefix.Addr().Is4() {
			b.add(chain, within(destinationOffset, prefix), goTo("refuse"))
		}
	}
	for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		b.add(chain, protocolIs(protocol), port(0), drop())
		b.add(chain, protocolIs(protocol), goTo("open"))
	}
	b.add(chain, protocolIs(unix.IPPROTO_ICMP), goTo("open"))
	b.add(chain, goTo("refuse"))
}

func (e *Exit) fillAllow(b *batch, chain string) {
	for _, a := range e.cfg.Allow {
		if !a.Addr().Is4() {
			continue
		}
		for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
			b.add(chain, within(destinationOffset, netip.PrefixFrom(a.Addr(), 32)), protocolIs(protocol), port(a.Port()), goTo("open"))
		}
	}
}

// fillInput decides what consumers get from the provider itself. It sees only what is for the host's
// own addresses, whichever they are at the moment.
func (e *Exit) fillInput(b *batch) {
	const chain, local = "input", "local"
	gateway := within(destinationOffset, netip.PrefixFrom(e.cfg.Gateway, 32))
	b.chain(local)
	b.add(local, flow(answers), accept())
	b.add(local, notFlow(expr.CtStateBitNEW), drop())
	b.add(local, gateway, protocolIs(unix.IPPROTO_UDP), port(53), goTo("open"))
	b.add(local, gateway, protocolIs(unix.IPPROTO_TCP), port(53), goTo("open"))
	b.add(local, gateway, protocolIs(unix.IPPROTO_ICMP), icmpType(icmpEcho), goTo("open"))
	e.fillAllow(b, local)
	b.add(local, goTo("refuse"))

	b.hook(chain, nftables.ChainHookInput, afterFilter, nftables.ChainTypeFilter)
	b.add(chain, from(e.cfg.Device), goTo(local))
	// Linux answers for an address on every device; the gateway is for consumers only.
	b.add(chain, notFrom("lo"), ipv4(), gateway, drop())
}

// fillPostrouting translates what leaves, and lets nothing but answers to consumers.
func (e *Exit) fillPostrouting(b *batch) {
	const nat, chain = "nat", "postrouting"
	b.hook(nat, nftables.ChainHookPostrouting, *nftables.ChainPriorityNATSource, nftables.ChainTypeNAT)
	translate := match{&expr.Masq{}}
	if e.cfg.Source.IsValid() {
		translate = match{
			&expr.Immediate{Register: 1, Data: e.cfg.Source.AsSlice()},
			&expr.NAT{Type: expr.NATTypeSourceNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1},
		}
	}
	b.add(nat, notTo(e.cfg.Device), ipv4(), within(sourceOffset, e.cfg.Subnet), translate)

	b.hook(chain, nftables.ChainHookPostrouting, afterNAT, nftables.ChainTypeFilter)
	b.add(chain, to(e.cfg.Device), notFlow(answers), drop())
}

// Add opens the gate of the session with that address, with limit 0. Errors: ErrExists, ErrClosed, ErrLost, ErrValue.
func (e *Exit) Add(addr netip.Addr) (*Gate, error) {
	if !e.cfg.Subnet.Contains(addr) || addr == e.cfg.Gateway {
		return nil, fmt.Errorf("session at %v: %w: not a consumer's address in %v", addr, ErrValue, e.cfg.Subnet)
	}
	e.mu.Lock()
	if e.taken[addr] {
		e.mu.Unlock()
		return nil, fmt.Errorf("session at %v: %w", addr, ErrExists)
	}
	e.taken[addr] = true
	e.mu.Unlock()
	g, err := e.d.add(addr)
	if err != nil {
		e.release(addr)
		return nil, fmt.Errorf("session at %v: %w", addr, err)
	}
	g.end = func() error {
		defer e.release(addr)
		return e.d.removeOne(g, func() error { return e.forget(netip.PrefixFrom(addr, 32)) })
	}
	return g, nil
}

func (e *Exit) release(addr netip.Addr) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.taken, addr)
}

// forget makes the kernel forget the connections of addresses: a later session with the same address is not to
// get, and pay for, the answers.
func (e *Exit) forget(addrs netip.Prefix) error {
	filter := &netlink.ConntrackFilter{}
	if err := filter.AddIPNet(netlink.ConntrackOrigSrcIP, ipNet(addrs)); err != nil {
		return err
	}
	if _, err := e.d.link.ConntrackDeleteFilters(netlink.ConntrackTable, unix.AF_INET, filter); err != nil {
		return fmt.Errorf("forget connections of %v: %w", addrs, err)
	}
	return nil
}

// Err says why no gate can be added any more, ErrLost or ErrClosed, or returns nil. A lost exit is closed and made
// anew.
func (e *Exit) Err() error { return e.d.gone() }

// Close ends every session and the exit: nothing passes the device any more. A second Close is harmless.
func (e *Exit) Close() error { return e.d.close() }
