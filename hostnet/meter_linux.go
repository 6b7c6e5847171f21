package hostnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// slot is what the programs and we share about one session. The programs alone write the first three while the session is
// open, we the limit, and both the alarm.
type slot struct {
	sent, received atomic.Uint64 // bytes of what passed
	total          atomic.Uint64 // bytes of what passed or is just about to
	limit          atomic.Uint64 // total is never above it
	alarm          atomic.Uint64 // level, or never; whoever takes it away raises the alarm
	echoes         atomic.Int64  // ICMP echoes that went out of a path and were not answered
	address        atomic.Uint64 // of a path's device, as four bytes in network order
	_              uint64        // so that no two sessions share a line of the processor's cache
}

// Offsets into slot.
const (
	slotSent     = 0
	slotReceived = 8
	slotTotal    = 16
	slotLimit    = 24
	slotAlarm    = 32
	slotEchoes   = 40
	slotAddress  = 48
	slotSize     = 64
)

const (
	maxSlots = 4096           // sessions of one device at once; a slot takes 64 bytes
	maxTotal = math.MaxInt64  // the largest limit, in bytes, so that nothing overflows
	never    = math.MaxUint64 // a level that no total reaches
)

// event is what the programs tell when a level is reached: two numbers of 64 bits.
type event struct{ slot, level uint64 }

const (
	eventSize   = 16
	eventBuffer = 16 << 10 // bytes, at least; when there is no room the next packet tells
)

const (
	flowKey      = 16 // bytes: source, destination, their ports, protocol
	maxFlowTimes = 4096
	fragmentKey  = 12  // bytes: source, destination, identification, protocol, a zero
	maxFragments = 256 // datagrams
)

func decodeEvent(sample []byte) (e event, err error) {
	if len(sample) != eventSize {
		return event{}, fmt.Errorf("event of %d bytes", len(sample))
	}
	return event{slot: binary.NativeEndian.Uint64(sample), level: binary.NativeEndian.Uint64(sample[8:])}, nil
}

// countedMark is on packets that the inward program has let pass, until the table's first rule has seen it.
const countedMark = 0x6d797374

// membarrierGlobal is MEMBARRIER_CMD_GLOBAL of membarrier(2).
const membarrierGlobal = 1

// errSessions says that a device has as many sessions as it can.
var errSessions = fmt.Errorf("%d sessions are open on one device", maxSlots)

// meter is a pair of BPF programs that count and limit, packet by packet, what passes a TUN device, and the memory
// that they share with us. What belongs to no session does not pass.
//
// The outward program is the device's own filter (TUNSETFILTEREBPF). The kernel runs it just before a packet gets
// into the queue that the process behind the device reads, after it has split joined packets for a reader
// that cannot. The inward one is a filter of traffic control (clsact) and sees what that process wrote, before
// anything else does. Both stay with the device, and the memory with them, if this process dies.
type meter struct {
	sessions  *ebpf.Map // address, in network order → number of a slot
	slots     *ebpf.Map // array of slot
	events    *ebpf.Map // ring of event
	flows     *ebpf.Map // what a path let in → when last, see side.remember; the oldest are forgotten
	fragments *ebpf.Map // datagrams whose first fragment a path let in → when; the oldest are forgotten
	outward   *ebpf.Program
	inward    *ebpf.Program
	address   netip.Addr // of the device
	memory    []byte     // slots, mapped
	shared    *[maxSlots]slot

	mu    sync.Mutex
	users int      // the meter is closed when none is left
	free  []uint32 // slots, the longest unused first
}

// everyone stands for the session of all packets of a device.
var everyone = netip.IPv4Unspecified()

// newMeter loads the programs. Its user ends it by release.
func newMeter() (*meter, error) {
	m := &meter{users: 1}
	if err := m.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("load BPF programs: %w", permission(err)), m.close())
	}
	for i := range uint32(maxSlots) {
		m.free = append(m.free, i)
	}
	return m, nil
}

// load makes the maps, then the programs, which use them.
func (m *meter) load() (err error) {
	for _, spec := range []struct {
		made **ebpf.Map
		ebpf.MapSpec
	}{
		{&m.sessions, ebpf.MapSpec{Name: "myst_sessions", Type: ebpf.Hash, KeySize: 4, ValueSize: 4, MaxEntries: maxSlots, Flags: unix.BPF_F_NO_PREALLOC}},
		{&m.slots, ebpf.MapSpec{Name: "myst_slots", Type: ebpf.Array, KeySize: 4, ValueSize: slotSize, MaxEntries: maxSlots, Flags: unix.BPF_F_MMAPABLE}},
		{&m.flows, ebpf.MapSpec{Name: "myst_flows", Type: ebpf.LRUHash, KeySize: flowKey, ValueSize: 8, MaxEntries: maxFlowTimes}},
		{&m.fragments, ebpf.MapSpec{Name: "myst_fragments", Type: ebpf.LRUHash, KeySize: fragmentKey, ValueSize: 8, MaxEntries: maxFragments}},
		{&m.events, ebpf.MapSpec{Name: "myst_events", Type: ebpf.RingBuf, MaxEntries: uint32(max(eventBuffer, os.Getpagesize()))}},
	} {
		if *spec.made, err = ebpf.NewMap(&spec.MapSpec); err != nil {
			return err
		}
	}
	for _, s := range []struct {
		made **ebpf.Program
		side
	}{{&m.outward, outward}, {&m.inward, inward}} {
		spec := &ebpf.ProgramSpec{Name: s.name, Type: s.kind, Instructions: s.instructions(m), License: "MIT"}
		if *s.made, err = ebpf.NewProgram(spec); err != nil {
			return err
		}
	}
	if m.memory, err = unix.Mmap(m.slots.FD(), 0, maxSlots*slotSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return fmt.Errorf("map counters: %w", err)
	}
	m.shared = (*[maxSlots]slot)(unsafe.Pointer(&m.memory[0])) //nolint:gosec // the very size, and aligned to a page
	return nil
}

// filter makes the outward program the filter of the device that fd is attached to.
func (m *meter) filter(fd int) error {
	if err := unix.IoctlSetPointerInt(fd, unix.TUNSETFILTEREBPF, m.outward.FD()); err != nil {
		return fmt.Errorf("meter what leaves by the device: %w", err)
	}
	return nil
}

// attach makes the inward program the first to see what comes out of a device. It goes with the device.
func (m *meter) attach(h *netlink.Handle, index int) error {
	err := h.QdiscAdd(&netlink.Clsact{QdiscAttrs: netlink.QdiscAttrs{
		LinkIndex: index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT,
	}})
	if err == nil {
		err = h.FilterAdd(&netlink.BpfFilter{
			FilterAttrs: netlink.FilterAttrs{LinkIndex: index, Parent: netlink.HANDLE_MIN_INGRESS, Handle: 1, Protocol: unix.ETH_P_ALL, Priority: 1},
			Fd:          m.inward.FD(), Name: m.inward.String(), DirectAction: true,
		})
	}
	if err != nil {
		return fmt.Errorf("meter what comes out of the device (kernel modules sch_ingress, cls_bpf): %w", err)
	}
	return nil
}

// open gives the session with that address a slot: limit 0, no alarm. Nothing passes an address that has none.
// The session ends by cut, then release of the slot.
func (m *meter) open(addr netip.Addr) (number uint32, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.free) == 0 {
		return 0, errSessions
	}
	number = m.free[0]
	s := &m.shared[number]
	for _, counter := range []*atomic.Uint64{&s.sent, &s.received, &s.total, &s.limit} {
		counter.Store(0)
	}
	s.alarm.Store(never)
	s.echoes.Store(0)
	if addr == everyone && m.address.Is4() {
		octets := m.address.As4()
		s.address.Store(uint64(binary.NativeEndian.Uint32(octets[:])))
	}
	err = m.sessions.Update(addr.As4(), number, ebpf.UpdateNoExist)
	if errors.Is(err, ebpf.ErrKeyExist) {
		return 0, fmt.Errorf("meter of %v: %w", addr, ErrExists)
	}
	if err != nil {
		return 0, fmt.Errorf("open a session's meter: %w", err)
	}
	m.free = m.free[1:]
	return number, nil
}

// cut ends the traffic of addresses. When it returns every packet is counted that has passed.
func (m *meter) cut(addrs ...netip.Addr) error {
	var errs []error
	for _, addr := range addrs {
		if err := m.sessions.Delete(addr.As4()); err != nil {
			errs = append(errs, fmt.Errorf("close the meter of %v: %w", addr, err))
		}
	}
	// The kernel runs the programs under RCU, and this waits until all that run now have ended. Kernels that keep
	// processors free of ticks refuse it; then the last packets may miss the last reading.
	_, _, _ = unix.Syscall(unix.SYS_MEMBARRIER, membarrierGlobal, 0, 0)
	return errors.Join(errs...)
}

// reuse gives slots back, after cut.
func (m *meter) reuse(numbers ...uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, numbers...)
}

// retain adds a user.
func (m *meter) retain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.users++
}

// release takes a user away. The last one closes the meter; the device, if it is still there, keeps its programs.
func (m *meter) release() error {
	m.mu.Lock()
	m.users--
	last := m.users == 0
	m.mu.Unlock()
	if !last {
		return nil
	}
	return m.close()
}

func (m *meter) close() error {
	var errs []error
	if m.memory != nil {
		errs = append(errs, unix.Munmap(m.memory))
		m.memory, m.shared = nil, nil
	}
	for _, program := range []*ebpf.Program{m.outward, m.inward} {
		if program != nil {
			errs = append(errs, program.Close())
		}
	}
	for _, table := range []*ebpf.Map{m.sessions, m.slots, m.flows, m.fragments, m.events} {
		if table != nil {
			errs = append(errs, table.Close())
		}
	}
	return errors.Join(errs...)
}
