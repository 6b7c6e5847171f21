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
// A packet from the device must have a source with a Gate, and be of IPv4. One that opens a
// connection is refused, by a TCP reset or ICMP, when it is for a Deny range, port 25 or the
// provider's own addresses; is dropped when it is for another consumer; and then passes the Gate, which is
// so asked after the policy. A packet to the device must belong to a connection from there. Consumers leave
// by other devices as Source. Answers that refuse a connection are sent to the consumer, and count.
type Exit struct {
	cfg ExitConfig
	m   *meters

	sessions *nftables.Set // sources with a gate
	inward   *nftables.Set // source → chain that meters
	outward  *nftables.Set // destination → chain that meters

	mu    sync.Mutex
	last  uint64               // numbers the gates
	gates map[netip.Addr]*Gate // that are open or being closed
}

// Where our chains stand among others at the same hook.
const (
	afterFilter = 10  // after the host's own firewall: what that drops is not counted
	afterNAT    = 310 // after every address was translated, and after helpers
)

// NewExit makes a device an exit. Nothing passes before Add. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) NewExit(cfg ExitConfig) (*Exit, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.Flows == 0 {
		cfg.Flows = defaultFlows
	}
	e := &Exit{cfg: cfg, gates: map[netip.Addr]*Gate{}}
	m, err := h.openMeters(cfg.Device, e.fill)
	if err != nil {
		return nil, err
	}
	e.m = m
	m.closing = func() error { return e.forget(cfg.Subnet) }
	// Connections of sessions before a crash would count as this one's.
	if err := e.forget(cfg.Subnet); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return e, nil
}

func (e *Exit) fill(b *batch) error {
	e.sessions = &nftables.Set{Table: b.table, Name: "sessions", KeyType: nftables.TypeIPAddr, KeyByteOrder: binaryutil.BigEndian}
	e.inward = &nftables.Set{Table: b.table, Name: "inward", IsMap: true, KeyType: nftables.TypeIPAddr, DataType: nftables.TypeVerdict, KeyByteOrder: binaryutil.BigEndian}
	e.outward = &nftables.Set{Table: b.table, Name: "outward", IsMap: true, KeyType: nftables.TypeIPAddr, DataType: nftables.TypeVerdict, KeyByteOrder: binaryutil.BigEndian}
	for _, set := range []*nftables.Set{e.sessions, e.inward, e.outward} {
		if err := b.conn.AddSet(set, nil); err != nil {
			return err
		}
	}
	b.chain("refuse")
	b.add("refuse", protocolIs(unix.IPPROTO_TCP), match{&expr.Reject{Type: unix.NFT_REJECT_TCP_RST}})
	b.add("refuse", match{&expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: unix.NFT_REJECT_ICMPX_ADMIN_PROHIBITED}})
	b.chain("meter")
	b.add("meter", dispatch(sourceOffset, e.inward))
	b.add("meter", drop())
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
	b.add(chain, from(e.cfg.Device), notIPv4(), drop())
	b.add(chain, from(e.cfg.Device), notIn(sourceOffset, e.sessions), drop())
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
	b.add(chain, flow(answers), goTo("meter"))
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
		b.add(chain, protocolIs(protocol), goTo("meter"))
	}
	b.add(chain, protocolIs(unix.IPPROTO_ICMP), goTo("meter"))
	b.add(chain, goTo("refuse"))
}

func (e *Exit) fillAllow(b *batch, chain string) {
	for _, a := range e.cfg.Allow {
		if !a.Addr().Is4() {
			continue
		}
		for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
			b.add(chain, within(destinationOffset, netip.PrefixFrom(a.Addr(), 32)), protocolIs(protocol), port(a.Port()), goTo("meter"))
		}
	}
}

// fillInput decides what consumers get from the provider itself. It sees only what is for the host's
// own addresses, whichever they are at the moment.
func (e *Exit) fillInput(b *batch) {
	const chain, local = "input", "local"
	gateway := within(destinationOffset, netip.PrefixFrom(e.cfg.Gateway, 32))
	b.chain(local)
	b.add(local, flow(answers), goTo("meter"))
	b.add(local, notFlow(expr.CtStateBitNEW), drop())
	b.add(local, gateway, protocolIs(unix.IPPROTO_UDP), port(53), goTo("meter"))
	b.add(local, gateway, protocolIs(unix.IPPROTO_TCP), port(53), goTo("meter"))
	b.add(local, gateway, protocolIs(unix.IPPROTO_ICMP), icmpType(icmpEcho), goTo("meter"))
	if e.cfg.ProbePort != 0 {
		b.add(local, gateway, protocolIs(unix.IPPROTO_UDP), port(e.cfg.ProbePort), goTo("meter"))
	}
	e.fillAllow(b, local)
	b.add(local, goTo("refuse"))

	b.hook(chain, nftables.ChainHookInput, afterFilter, nftables.ChainTypeFilter)
	b.add(chain, from(e.cfg.Device), goTo(local))
	// Linux answers for an address on every device; the gateway is for consumers only.
	b.add(chain, notFrom("lo"), ipv4(), gateway, drop())
}

// fillPostrouting translates what leaves, and meters what goes to consumers.
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
	b.add(chain, notTo(e.cfg.Device), accept())
	b.add(chain, notIPv4(), drop())
	b.add(chain, notFlow(answers), drop())
	b.add(chain, dispatch(destinationOffset, e.outward))
	b.add(chain, drop())
}

// Add opens the gate of the session with that address, with limit 0. Errors: ErrExists, ErrClosed, ErrLost, ErrValue.
func (e *Exit) Add(addr netip.Addr) (*Gate, error) {
	if !e.cfg.Subnet.Contains(addr) || addr == e.cfg.Gateway {
		return nil, fmt.Errorf("session at %v: %w: not a consumer's address in %v", addr, ErrValue, e.cfg.Subnet)
	}
	e.mu.Lock()
	if e.gates[addr] != nil {
		e.mu.Unlock()
		return nil, fmt.Errorf("session at %v: %w", addr, ErrExists)
	}
	e.last++
	// The number keeps news of an earlier gate with this address apart.
	g := newGate(e.m, fmt.Sprintf("%v-%d", addr, e.last))
	e.gates[addr] = g
	e.mu.Unlock()
	g.end = func() error {
		defer e.release(addr)
		return e.m.remove(g, e.cut(addr), e.clean(g), func() error { return e.forget(netip.PrefixFrom(addr, 32)) })
	}
	if err := e.m.add(g, e.admit(g, addr)); err != nil {
		e.release(addr)
		return nil, fmt.Errorf("session at %v: %w", addr, err)
	}
	return g, nil
}

func (e *Exit) release(addr netip.Addr) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.gates, addr)
}

// admit makes the chains of a gate and leads the traffic of its address there.
func (e *Exit) admit(g *Gate, addr netip.Addr) func(*batch) error {
	return func(b *batch) error {
		inward, outward := g.name("inward"), g.name("outward")
		b.chain(inward)
		b.add(inward, flow(expr.CtStateBitNEW), moreFlowsThan(uint32(e.cfg.Flows)), drop())
		g.meter(b, inward, "received")
		b.chain(outward)
		g.meter(b, outward, "sent")
		return errors.Join(
			b.conn.SetAddElements(e.sessions, []nftables.SetElement{{Key: addr.AsSlice()}}),
			b.conn.SetAddElements(e.inward, lead(addr, inward)),
			b.conn.SetAddElements(e.outward, lead(addr, outward)))
	}
}

// cut ends the traffic of an address.
func (e *Exit) cut(addr netip.Addr) func(*batch) error {
	return func(b *batch) error {
		key := []nftables.SetElement{{Key: addr.AsSlice()}}
		return errors.Join(
			b.conn.SetDeleteElements(e.sessions, key),
			b.conn.SetDeleteElements(e.inward, key),
			b.conn.SetDeleteElements(e.outward, key))
	}
}

// clean deletes the chains of a gate.
func (e *Exit) clean(g *Gate) func(*batch) error {
	return func(b *batch) error {
		b.conn.DelChain(&nftables.Chain{Name: g.name("inward"), Table: b.table})
		b.conn.DelChain(&nftables.Chain{Name: g.name("outward"), Table: b.table})
		return nil
	}
}

func lead(addr netip.Addr, chain string) []nftables.SetElement {
	return []nftables.SetElement{{Key: addr.AsSlice(), VerdictData: &expr.Verdict{Kind: expr.VerdictGoto, Chain: chain}}}
}

// forget makes the kernel forget the connections of addresses: a later session with the same address is not to
// get, and pay for, the answers.
func (e *Exit) forget(addrs netip.Prefix) error {
	filter := &netlink.ConntrackFilter{}
	if err := filter.AddIPNet(netlink.ConntrackOrigSrcIP, ipNet(addrs)); err != nil {
		return err
	}
	if _, err := e.m.link.ConntrackDeleteFilters(netlink.ConntrackTable, unix.AF_INET, filter); err != nil {
		return fmt.Errorf("forget connections of %v: %w", addrs, err)
	}
	return nil
}

// Close ends every session and the exit, and takes the device down. A second Close is harmless.
func (e *Exit) Close() error { return e.m.close() }
