package hostnet

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/nftables"
	nl "github.com/mdlayher/netlink"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// meters is one of our tables of nftables, for one device, with its gates.
type meters struct {
	log    *slog.Logger
	device string
	table  *nftables.Table
	undo   func() error // deletes the table

	link    *netlink.Handle
	objects objects
	events  *nl.Conn
	wake    chan struct{} // a gate is starved
	stop    chan struct{}
	running sync.WaitGroup

	// life is held while gates come or go, by close until the sockets are closed, and by lose: once they are closed
	// the libraries would open new ones, in the namespace of whichever thread.
	life    sync.Mutex
	conn    *nftables.Conn
	closing func() error // called by close when nothing passes any more; or nil

	mu     sync.Mutex
	gates  map[string]*Gate // by key
	closed bool             // changes with life held too
	reason error            // ErrLost, or nil; changes with life held too
}

// eventBuffer holds what the kernel tells while we are busy. It is memory of the kernel's, in bytes.
const eventBuffer = 1 << 20

// openMeters makes a device's table. fill adds what is in it from the first moment on.
func (h *Host) openMeters(device string, fill func(*batch) error) (_ *meters, err error) {
	if err := validateDevice(device); err != nil {
		return nil, err
	}
	m := &meters{
		log: h.log, device: device,
		table:   &nftables.Table{Name: "myst-" + device, Family: nftables.TableFamilyINet},
		objects: objects{table: "myst-" + device},
		wake:    make(chan struct{}, 1), stop: make(chan struct{}), gates: map[string]*Gate{},
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("nftables for %s: %w", device, permission(err)), m.hangUp())
		}
	}()
	if m.conn, err = h.nftables(); err != nil {
		return nil, err
	}
	if err := h.inside(m.dial); err != nil {
		return nil, err
	}
	m.undo, err = h.do(entry{Kind: kindTable, Name: m.table.Name, Family: uint8(m.table.Family)}, func() error {
		err := m.change(func(b *batch) error {
			b.conn.CreateTable(m.table)
			return fill(b)
		})
		if errors.Is(err, unix.EEXIST) {
			return untouched{fmt.Errorf("table inet %s: %w; if no other program uses it, remove it by: nft delete table inet %[1]s", m.table.Name, ErrExists)}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := m.prepare(); err != nil {
		return nil, errors.Join(err, m.undo())
	}
	m.running.Add(2)
	go m.listen() // ends when m.events is closed
	go m.serve()  // ends when m.stop is closed
	return m, nil
}

// dial opens the sockets, in the namespace of the calling thread.
func (m *meters) dial() (err error) {
	if m.link, err = netlink.NewHandle(unix.NETLINK_ROUTE, unix.NETLINK_NETFILTER); err != nil {
		return err
	}
	if m.objects.conn, err = nl.Dial(unix.NETLINK_NETFILTER, nil); err != nil {
		return err
	}
	if m.events, err = nl.Dial(unix.NETLINK_NETFILTER, nil); err != nil {
		return err
	}
	if err := m.events.SetReadBuffer(eventBuffer); err != nil {
		return err
	}
	return m.events.JoinGroup(unix.NFNLGRP_NFTABLES)
}

// queue is how many packets wait for the process behind a device. What does not fit was counted and is lost, so
// it must hold what one TCP connection has under way: with the usual 500 packets a download loses one in twenty.
const queue = 5000

// prepare makes what is counted what the other end will count. A device's queue drops after the rules have
// counted; and without the second setting local TCP sends dozens of packets as one, which has one header
// where the wire has many. The device is ours, so there is nothing to undo.
func (m *meters) prepare() error {
	link, err := m.link.LinkByName(m.device)
	if err == nil {
		err = errors.Join(m.link.LinkSetTxQLen(link, queue), m.link.LinkSetGSOMaxSegs(link, 1))
	}
	if err != nil {
		return fmt.Errorf("set the queue of %s: %w", m.device, permission(err))
	}
	return nil
}

// hangUp closes the sockets.
func (m *meters) hangUp() error {
	var errs []error
	if m.link != nil {
		m.link.Close()
	}
	if m.conn != nil {
		errs = append(errs, m.conn.CloseLasting())
	}
	for _, conn := range []*nl.Conn{m.objects.conn, m.events} {
		if conn != nil {
			errs = append(errs, conn.Close())
		}
	}
	return errors.Join(errs...)
}

// change makes changes to the table at once. m.life is held, or m is nobody else's yet.
func (m *meters) change(fill func(*batch) error) error {
	if err := fill(&batch{conn: m.conn, table: m.table}); err != nil {
		return err
	}
	return m.conn.Flush()
}

// gone says why nothing can be changed any more, or nil.
func (m *meters) gone() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	return m.reason
}

// add puts a gate into the table, with what fill adds.
func (m *meters) add(g *Gate, fill func(*batch) error) error {
	m.life.Lock()
	defer m.life.Unlock()
	if err := m.gone(); err != nil {
		return err
	}
	err := m.change(func(b *batch) error {
		g.addTo(b)
		return fill(b)
	})
	if err == nil {
		m.mu.Lock()
		m.gates[g.key] = g
		m.mu.Unlock()
	}
	return err
}

// remove takes a gate out of the table: cut ends its traffic, then it is counted for the last time, then clean
// deletes its rules.
func (m *meters) remove(g *Gate, cut, clean func(*batch) error, after func() error) error {
	m.life.Lock()
	defer m.life.Unlock()
	m.mu.Lock()
	delete(m.gates, g.key)
	m.mu.Unlock()
	if m.gone() != nil {
		return nil // with all that was in the table
	}
	if err := m.change(cut); err != nil {
		return err
	}
	g.final()
	err := m.change(func(b *batch) error {
		if err := clean(b); err != nil {
			return err
		}
		g.removeFrom(b)
		return nil
	})
	return errors.Join(err, after())
}

func (m *meters) all() []*Gate {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.gates))
}

// close ends every gate and deletes the table. Without it nothing would hold the device's traffic,
// so the device is taken down first.
func (m *meters) close() error {
	first, err := m.shut()
	if !first {
		return nil
	}
	m.running.Wait()
	for _, g := range m.all() {
		g.finish(nil)
	}
	return err
}

// shut does close's work up to the sockets.
func (m *meters) shut() (first bool, err error) {
	m.life.Lock()
	defer m.life.Unlock()
	m.mu.Lock()
	first = !m.closed
	m.closed = true
	m.mu.Unlock()
	if !first {
		return false, nil
	}
	err = m.down()
	for _, g := range m.all() {
		g.shut()
		g.final()
	}
	if m.closing != nil {
		err = errors.Join(err, m.closing())
	}
	err = errors.Join(err, m.undo())
	close(m.stop)
	return true, errors.Join(err, m.hangUp())
}

// down takes the device down.
func (m *meters) down() error {
	link, err := m.link.LinkByName(m.device)
	if isNoDevice(err) {
		return nil
	}
	if err == nil {
		err = m.link.LinkSetDown(link)
	}
	if err != nil && !isNoDevice(err) {
		return fmt.Errorf("take %s down: %w", m.device, err)
	}
	return nil
}

// lose is called when our table is gone.
func (m *meters) lose() {
	m.life.Lock()
	defer m.life.Unlock()
	if m.gone() != nil {
		return
	}
	m.mu.Lock()
	m.reason = ErrLost
	m.mu.Unlock()
	m.log.Error("taking a tunnel's device down", "device", m.device, "reason", ErrLost)
	if err := m.down(); err != nil {
		m.log.Error("traffic of a tunnel's device may pass unmetered", "device", m.device, "error", err)
	}
	for _, g := range m.all() {
		g.finish(ErrLost)
	}
}

// complain logs an error of a method that returns none. When the table or its sockets are gone there is
// nothing to mend, and whoever took them has said so.
func (m *meters) complain(what string, err error) {
	if m.gone() == nil {
		m.log.Error("cannot "+what, "device", m.device, "error", err)
	}
}

// nudge makes serve look for starved gates.
func (m *meters) nudge() {
	select {
	case m.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// serve relieves starved gates.
func (m *meters) serve() {
	defer m.running.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-m.stop:
			return
		case <-m.wake:
		case <-timer.C:
		}
		var next time.Duration
		for _, g := range m.all() {
			if wait := g.relieve(time.Now()); wait > 0 && (next == 0 || wait < next) {
				next = wait
			}
		}
		if next > 0 {
			timer.Reset(next)
		}
	}
}

// listen takes what the kernel tells of nftables in this namespace.
func (m *meters) listen() {
	defer m.running.Done()
	for {
		messages, err := m.events.Receive()
		switch {
		case errors.Is(err, unix.ENOBUFS):
			for _, g := range m.all() {
				g.missed()
			}
			m.nudge()
		case err != nil:
			m.complain("hear of nftables", err)
			return
		}
		for _, message := range messages {
			if err := m.hear(message); err != nil {
				m.complain("understand an event of nftables", err)
			}
		}
	}
}

// hear takes one message. Quotas that are used up are told by packets, so those messages are nobody's
// answer; the same type with a sequence number tells that somebody, such as we, changed the quota.
func (m *meters) hear(message nl.Message) error {
	switch {
	case message.Header.Type == messageDelTable:
		name, err := deletedTable(message)
		if name == m.table.Name {
			m.lose()
		}
		return err
	case message.Header.Type != messageNewObj || message.Header.Sequence != 0 || message.Header.PID != 0:
		return nil
	}
	o, err := decodeObject(message)
	if err != nil || o.table != m.table.Name || o.kind != unix.NFT_OBJECT_QUOTA {
		return err
	}
	what, key, _ := strings.Cut(o.name, "-")
	m.mu.Lock()
	g := m.gates[key]
	m.mu.Unlock()
	if g != nil {
		g.usedUp(what, o.bytes)
	}
	return nil
}
