package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	consumerID = identity.Address{19: 1}
	providerID = identity.Address{19: 2}
	errGone    = errors.New("dialogue is closed")
)

// wire is one direction of a dialogue. mangle may drop (none), repeat or replace a message; late
// messages come after delay.
type wire struct {
	mu      sync.Mutex
	queue   []parcel
	arrived chan struct{}
	closed  chan struct{} // by the receiving end
	once    sync.Once
	delay   time.Duration
	mangle  func(messaging.Message) []messaging.Message
}

type parcel struct {
	at time.Time
	m  messaging.Message
}

func (w *wire) mangling(mangle func(messaging.Message) []messaging.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mangle = mangle
}

func newWire(delay time.Duration) *wire {
	return &wire{arrived: make(chan struct{}, 1), closed: make(chan struct{}), delay: delay}
}

// fakeDialogue is one end of a dialogue that its test can break.
type fakeDialogue struct {
	peer    identity.Address
	out, in *wire
	secret  []byte
}

func (d *fakeDialogue) Peer() identity.Address { return d.peer }

func (d *fakeDialogue) Export(label string) [32]byte {
	return sha256.Sum256(append([]byte(label), d.secret...))
}

func (d *fakeDialogue) Close() error {
	d.in.once.Do(func() { close(d.in.closed) })
	return nil
}

func (d *fakeDialogue) Send(ctx context.Context, m messaging.Message) error {
	select {
	case <-time.After(d.out.delay): // the receipt
	case <-d.in.closed:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	messages := []messaging.Message{m}
	if d.out.mangle != nil {
		messages = d.out.mangle(m)
	}
	for _, m := range messages {
		d.out.queue = append(d.out.queue, parcel{time.Now(), m})
	}
	select {
	case d.out.arrived <- struct{}{}:
	default:
	}
	return nil
}

func (d *fakeDialogue) Receive(ctx context.Context) (messaging.Message, error) {
	for {
		d.in.mu.Lock()
		if len(d.in.queue) > 0 {
			m := d.in.queue[0].m
			d.in.queue = d.in.queue[1:]
			d.in.mu.Unlock()
			return m, nil
		}
		d.in.mu.Unlock()
		select {
		case <-d.in.arrived:
		case <-d.in.closed:
			return messaging.Message{}, errGone
		case <-ctx.Done():
			return messaging.Message{}, ctx.Err()
		}
	}
}

// exchange is the way of the three flights. It is the Opener, and what Await and Reply talk through.
type exchange struct {
	request chan messaging.Message
	reply   chan messaging.Message
	start   chan messaging.Message
	up      *wire // consumer to provider, once there is a dialogue
	down    *wire
}

func newExchange(delay time.Duration) *exchange {
	return &exchange{
		request: make(chan messaging.Message, 1), reply: make(chan messaging.Message, 1), start: make(chan messaging.Message, 1),
		up: newWire(delay), down: newWire(delay),
	}
}

func (x *exchange) Open(ctx context.Context, m messaging.Message) (Opening, error) {
	x.request <- m
	select {
	case reply := <-x.reply:
		return &fakeOpening{x, reply}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type fakeOpening struct {
	x     *exchange
	reply messaging.Message
}

func (o *fakeOpening) Reply() messaging.Message { return o.reply }
func (o *fakeOpening) Close()                   {}

func (o *fakeOpening) Confirm(_ context.Context, m messaging.Message) (Dialogue, error) {
	o.x.start <- m
	return &fakeDialogue{peer: providerID, out: o.x.up, in: o.x.down, secret: []byte("root")}, nil
}

type fakeIncoming struct {
	x       *exchange
	request messaging.Message
}

// incoming waits for flight 1.
func (x *exchange) incoming(ctx context.Context) (Incoming, error) {
	select {
	case m := <-x.request:
		return &fakeIncoming{x, m}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (i *fakeIncoming) Peer() identity.Address     { return consumerID }
func (i *fakeIncoming) Message() messaging.Message { return i.request }
func (i *fakeIncoming) Close()                     {}

func (i *fakeIncoming) Reply(_ context.Context, m messaging.Message) error {
	i.x.reply <- m
	return nil
}

func (i *fakeIncoming) Await(ctx context.Context) (Dialogue, messaging.Message, error) {
	select {
	case m := <-i.x.start:
		return &fakeDialogue{peer: consumerID, out: i.x.down, in: i.x.up, secret: []byte("root")}, m, nil
	case <-ctx.Done():
		return nil, messaging.Message{}, ctx.Err()
	}
}
