package hostnet

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"slices"
	"sync"

	"github.com/cilium/ebpf/ringbuf"
	"github.com/google/nftables"
	nl "github.com/mdlayher/netlink"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// gated is a device that is metered, with its gates, and a table of nftables if its policy needs one.
type gated struct {
	log    *slog.Logger
	device string
	table  *nftables.Table // or nil
	undo   func() error    // deletes the table

	meter   *meter
	link    *netlink.Handle
	news    *nl.Conn        // what happens to tables
	alarms  *ringbuf.Reader // levels that were reached
	running sync.WaitGroup

	// life is held while gates come or go, by close until the sockets are closed, and by lose: once they are closed
	// the libraries would open new ones, in the namespace of whichever thread.
	life    sync.Mutex
	conn    *nftables.Conn
	closing func() error // called by close when nothing passes any more; or nil

	mu     sync.Mutex
	gates  map[uint32]*Gate // by slot
	closed bool             // changes with life held too
	reason error            // ErrLost, or nil; changes with life held too
}

// newsBuffer holds what the kernel tells while we are busy. It is memory of the kernel's, in bytes.
const newsBuffer = 1 << 20

// gate begins the gates of a device that TUN made. fill, if not nil, fills a table that is there from the first moment on.
func (h *Host) gate(device string, fill func(*batch) error) (_ *gated, err error) {
	if err := validateDevice(device); err != nil {
		return nil, err
	}
	d := &gated{log: h.log, device: device, gates: map[uint32]*Gate{}, undo: func() error { return nil }}
	if d.meter, err = h.metered(device); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("gate %s: %w", device, permission(err)), d.hangUp(), d.meter.release())
		}
	}()
	if d.alarms, err = ringbuf.NewReader(d.meter.events); err != nil {
		return nil, err
	}
	if fill != nil {
		if err := d.makeTable(h, fill); err != nil {
			return nil, err
		}
		d.running.Go(d.listen) // ends when d.news is closed
	}
	d.running.Go(d.ring) // ends when d.alarms is closed
	return d, nil
}

func (d *gated) makeTable(h *Host, fill func(*batch) error) (err error) {
	d.table = &nftables.Table{Name: "myst-" + d.device, Family: nftables.TableFamilyINet}
	if d.conn, err = h.nftables(); err != nil {
		return err
	}
	if err := h.inside(d.dial); err != nil {
		return err
	}
	undo, err := h.do(entry{Kind: kindTable, Name: d.table.Name, Family: uint8(d.table.Family)}, func() error {
		err := fill(&batch{conn: d.conn, table: d.conn.CreateTable(d.table)})
		if err == nil {
			err = d.conn.Flush()
		}
		if errors.Is(err, unix.EEXIST) {
			return untouched{fmt.Errorf("table inet %s: %w; if no other program uses it, remove it by: nft delete table inet %[1]s", d.table.Name, ErrExists)}
		}
		return err
	})
	if err == nil {
		d.undo = undo
	}
	return err
}

// metered returns the meter of a device, for one more user.
func (h *Host) metered(device string) (*meter, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	m := h.meters[device]
	if m == nil {
		return nil, fmt.Errorf("device %s: %w: not one that this Host has made", device, ErrValue)
	}
	m.retain()
	return m, nil
}

// dial opens the sockets, in the namespace of the calling thread.
func (d *gated) dial() (err error) {
	if d.link, err = netlink.NewHandle(unix.NETLINK_NETFILTER); err != nil {
		return err
	}
	if d.news, err = nl.Dial(unix.NETLINK_NETFILTER, nil); err != nil {
		return err
	}
	if err := d.news.SetReadBuffer(newsBuffer); err != nil {
		return err
	}
	return d.news.JoinGroup(unix.NFNLGRP_NFTABLES)
}

// hangUp closes what gate opened.
func (d *gated) hangUp() error {
	var errs []error
	if d.link != nil {
		d.link.Close()
	}
	if d.conn != nil {
		errs = append(errs, d.conn.CloseLasting())
	}
	if d.news != nil {
		errs = append(errs, d.news.Close())
	}
	if d.alarms != nil {
		errs = append(errs, d.alarms.Close())
	}
	return errors.Join(errs...)
}

// gone says why nothing can be changed any more, or nil.
func (d *gated) gone() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return ErrClosed
	}
	return d.reason
}

// add opens a gate.
func (d *gated) add(addr netip.Addr) (*Gate, error) {
	d.life.Lock()
	defer d.life.Unlock()
	if err := d.gone(); err != nil {
		return nil, err
	}
	number, err := d.meter.open(addr)
	if err != nil {
		return nil, err
	}
	g := &Gate{
		d: d, addr: addr, number: number, slot: &d.meter.shared[number],
		crossed: make(chan struct{}, 1), done: make(chan struct{}),
	}
	d.mu.Lock()
	d.gates[number] = g
	d.mu.Unlock()
	return g, nil
}

// remove ends the traffic of gates and takes their last readings. d.life is held.
func (d *gated) remove(gates ...*Gate) error {
	if len(gates) == 0 {
		return nil
	}
	var addrs []netip.Addr
	var numbers []uint32
	for _, g := range gates {
		addrs, numbers = append(addrs, g.addr), append(numbers, g.number)
	}
	err := d.meter.cut(addrs...)
	for _, g := range gates {
		g.seal()
	}
	d.mu.Lock()
	for _, number := range numbers {
		delete(d.gates, number)
	}
	d.mu.Unlock()
	d.meter.reuse(numbers...)
	return err
}

// removeOne is remove for a gate that is closed while others go on. after is called when nothing passes any more.
func (d *gated) removeOne(g *Gate, after func() error) error {
	d.life.Lock()
	defer d.life.Unlock()
	if d.gone() != nil {
		return nil // with all the others
	}
	return errors.Join(d.remove(g), after())
}

func (d *gated) all() []*Gate {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Values(d.gates))
}

// close ends every gate and deletes the table. Nothing passes the device from then on.
func (d *gated) close() error {
	gates, err := d.shut()
	if gates == nil {
		return nil
	}
	d.running.Wait()
	err = errors.Join(err, d.meter.release())
	for _, g := range gates {
		g.finish(nil)
	}
	return err
}

// shut does close's work up to the sockets, and returns the gates that it ended: nil if another call did.
func (d *gated) shut() ([]*Gate, error) {
	d.life.Lock()
	defer d.life.Unlock()
	d.mu.Lock()
	first := !d.closed
	d.closed = true
	d.mu.Unlock()
	if !first {
		return nil, nil
	}
	gates := append([]*Gate{}, d.all()...)
	err := d.remove(gates...)
	if d.closing != nil {
		err = errors.Join(err, d.closing())
	}
	return gates, errors.Join(err, d.undo(), d.hangUp())
}

// lose is called when our table is gone, and with it the policy, or when we would not hear of it: nothing may pass.
func (d *gated) lose() {
	d.life.Lock()
	defer d.life.Unlock()
	if d.gone() != nil {
		return
	}
	d.mu.Lock()
	d.reason = ErrLost
	d.mu.Unlock()
	d.log.Error("ending every session of a tunnel's device", "device", d.device, "reason", ErrLost)
	gates := d.all()
	if err := d.remove(gates...); err != nil {
		d.log.Error("traffic of a tunnel's device may pass without a policy", "device", d.device, "error", err)
	}
	for _, g := range gates {
		g.finish(ErrLost)
	}
}

// complain logs an error that nobody can be told.
func (d *gated) complain(what string, err error) {
	if d.gone() == nil {
		d.log.Error("cannot "+what, "device", d.device, "error", err)
	}
}

// ring takes what the programs tell.
func (d *gated) ring() {
	var record ringbuf.Record
	for {
		if err := d.alarms.ReadInto(&record); errors.Is(err, os.ErrClosed) {
			return
		} else if err != nil {
			d.complain("hear of alarms", err)
			d.lose()
			return
		}
		e, err := decodeEvent(record.RawSample)
		if err != nil {
			d.complain("understand an alarm", err)
			continue
		}
		d.mu.Lock()
		g := d.gates[uint32(e.slot)]
		d.mu.Unlock()
		if g != nil {
			g.reached(e.level)
		}
	}
}

// listen takes what the kernel tells of nftables in this namespace.
func (d *gated) listen() {
	for {
		messages, err := d.news.Receive()
		switch {
		case errors.Is(err, unix.ENOBUFS): // something was lost: ask
			if !d.present() {
				d.lose()
			}
		case err != nil:
			d.complain("hear of nftables", err)
			d.lose()
			return
		}
		for _, message := range messages {
			name, err := deletedTable(message)
			if err != nil {
				d.complain("understand what nftables tells", err)
			}
			if name == d.table.Name {
				d.lose()
			}
		}
	}
}

// present says whether our table is there; where that cannot be told it is as good as gone.
func (d *gated) present() bool {
	d.life.Lock()
	defer d.life.Unlock()
	if d.gone() != nil {
		return true
	}
	tables, err := d.conn.ListTablesOfFamily(nftables.TableFamilyINet)
	return err == nil && slices.ContainsFunc(tables, func(t *nftables.Table) bool { return t.Name == d.table.Name })
}
