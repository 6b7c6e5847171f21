// Package messagingtest has what tests of messaging need: [TestChannel], the suite that every
// channel passes, and [Network], a broker in memory that the test can make lose, repeat, delay, reorder
// and forge what passes it.
package messagingtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// Contact is how a Network is named in a messaging.Peer.
const Contact = "memory"

// Packet is what passes through a Network.
type Packet struct {
	From     identity.Address
	To       messaging.Route
	Envelope []byte
	// Receipt marks the answer to an envelope, which is repeated here.
	Receipt bool

	id uint64 // of the Send that waits for the receipt; zero when none does
}

// Network joins channels in memory. By default it is perfect.
type Network struct {
	mu      sync.Mutex
	ends    []*Channel
	waiting map[uint64]chan struct{}
	lastID  uint64
	middle  func(Packet) []Packet
}

// NewNetwork makes an empty network.
func NewNetwork() *Network { return &Network{waiting: map[uint64]chan struct{}{}} }

// Intercept puts a man in the middle: what middle returns for a packet is delivered in its place, now.
// It may keep packets and Deliver them later. Nil takes it out again.
func (n *Network) Intercept(middle func(Packet) []Packet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.middle = middle
}

// Deliver puts a packet where it is addressed to, past the man in the middle, and says whether there was
// anybody with room for it.
func (n *Network) Deliver(p Packet) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.deliver(p)
}

// pass lets the middle have its way with a packet.
func (n *Network) pass(p Packet) (delivered bool) {
	n.mu.Lock()
	middle := n.middle
	n.mu.Unlock()
	packets := []Packet{p}
	if middle != nil {
		packets = middle(p)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delivered = len(packets) == 0 || middle != nil // a thief leaves no trace
	for _, p := range packets {
		delivered = n.deliver(p) || delivered
	}
	return delivered
}

func (n *Network) deliver(p Packet) (delivered bool) {
	if p.Receipt {
		if done := n.waiting[p.id]; done != nil {
			close(done)
			delete(n.waiting, p.id)
		}
		return true
	}
	for _, c := range n.ends {
		if !c.reads(p.To) {
			continue
		}
		receipt := Packet{From: c.who, To: messaging.Route{Identity: p.From, Contact: Contact}, Envelope: p.Envelope, Receipt: true, id: p.id}
		d := messaging.Delivery{
			Envelope: bytes.Clone(p.Envelope), Contact: Contact, Source: p.From.String(),
			Accept: func() { n.pass(receipt) },
		}
		select {
		case c.inbox <- d:
			delivered = true
		default:
		}
	}
	return delivered
}

// Channel is one end of a Network.
type Channel struct {
	net     *Network
	who     identity.Address
	serve   bool
	replyTo []byte
	inbox   chan messaging.Delivery
	closed  chan struct{}
	once    sync.Once
}

var _ messaging.Channel = (*Channel)(nil)

// Channel joins an identity to the network. With serve it reads the identity's shared inbox too.
func (n *Network) Channel(who identity.Address, serve bool) *Channel {
	c := &Channel{
		net: n, who: who, serve: serve, replyTo: make([]byte, 16),
		inbox: make(chan messaging.Delivery, 64), closed: make(chan struct{}),
	}
	_, _ = rand.Read(c.replyTo) // never fails
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ends = append(n.ends, c)
	return c
}

func (c *Channel) reads(to messaging.Route) bool {
	if to.Identity != c.who {
		return false
	}
	if len(to.ReplyTo) == 0 {
		return c.serve
	}
	return bytes.Equal(to.ReplyTo, c.replyTo)
}

// Send implements [messaging.Channel].
func (c *Channel) Send(ctx context.Context, to messaging.Route, envelope []byte) error {
	if len(envelope) > messaging.MaxEnvelope {
		return fmt.Errorf("memory channel: %d bytes: %w", len(envelope), messaging.ErrTooLarge)
	}
	if to.Contact != Contact {
		return fmt.Errorf("memory channel: contact %q: %w", to.Contact, messaging.ErrUnreachable)
	}
	select {
	case <-c.closed:
		return fmt.Errorf("memory channel: %w", messaging.ErrClosed)
	default:
	}
	n, done := c.net, make(chan struct{})
	n.mu.Lock()
	n.lastID++
	id := n.lastID
	n.waiting[id] = done
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.waiting, id)
		n.mu.Unlock()
	}()
	if !n.pass(Packet{From: c.who, To: to, Envelope: bytes.Clone(envelope), id: id}) {
		return fmt.Errorf("memory channel: nobody reads the inbox: %w", messaging.ErrUnreachable)
	}
	select {
	case <-done:
		return nil
	case <-c.closed:
		return fmt.Errorf("memory channel: %w", messaging.ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("memory channel: %w: %w", messaging.ErrNoReceipt, ctx.Err())
	}
}

// Receive implements [messaging.Channel].
func (c *Channel) Receive(ctx context.Context) (messaging.Delivery, error) {
	select {
	case d := <-c.inbox:
		return d, nil
	case <-c.closed:
		return messaging.Delivery{}, fmt.Errorf("memory channel: %w", messaging.ErrClosed)
	case <-ctx.Done():
		return messaging.Delivery{}, fmt.Errorf("memory channel: %w", ctx.Err())
	}
}

// ReplyTo implements [messaging.Channel].
func (c *Channel) ReplyTo() []byte { return bytes.Clone(c.replyTo) }

// Close takes the end off the network.
func (c *Channel) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.net.mu.Lock()
		defer c.net.mu.Unlock()
		c.net.ends = slices.DeleteFunc(c.net.ends, func(other *Channel) bool { return other == c })
	})
	return nil
}
