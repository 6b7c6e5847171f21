package messaging

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/mysteriumnetwork/myst/identity"
)

// Dialogue is an ordered conversation with one peer. It is safe for concurrent use; concurrent
// Sends go one after the other.
type Dialogue struct {
	*link
	h3   transcript
	ends time.Time

	// heard ends once the peer has sent a message under the ratchet, which shows that it has all flights.
	heard context.Context
	hear  func()
	queue chan Message // handle alone sends; never closed

	receiving sync.Mutex // guards what follows
	incoming  ratchet
	expected  uint64
	ration    *rate.Limiter

	sending  chan struct{} // holds a token while somebody sends; guards what follows
	outgoing ratchet
	next     uint64
	// unheard is an envelope without receipt: its sequence is spent, so it goes before any other.
	unheard        []byte
	unheardExpires time.Time

	exporter secret // stays when the dialogue ends: a tunnel may outlive it
}

var _ stage = (*Dialogue)(nil)

func newDialogue(l *link, exports [3]secret, h3 transcript) *Dialogue {
	s := newSchedule(exports, h3)
	d := &Dialogue{
		link: l, h3: h3, ends: l.e.cfg.Clock().Add(MaxDialogue),
		queue:   make(chan Message, l.e.cfg.Limits.Queue),
		ration:  rate.NewLimiter(rate.Limit(l.e.cfg.Limits.Rate), l.e.cfg.Limits.Burst),
		sending: make(chan struct{}, 1), exporter: s.exporter,
	}
	d.heard, d.hear = l.signal()
	if l.mine == fromOpener { // who has sent two flights and got one
		d.outgoing, d.next, d.incoming, d.expected = s.opener, 3, s.answerer, 2
	} else {
		d.outgoing, d.next, d.incoming, d.expected = s.answerer, 2, s.opener, 3
	}
	// The keys go as soon as nothing can use them.
	context.AfterFunc(l.ctx, d.erase)
	return d
}

// Peer is the identity at the other end.
func (d *Dialogue) Peer() identity.Address { return d.peer }

// Send returns nil once the peer has accepted the message: it is in the queue of the peer's Receive. Until
// then the same envelope is sent again, through outages of the channel.
//
// When ctx ends first, the message may or may not have arrived, and its place in the order is taken:
// the next Send delivers it before its own. Errors: ctx's, ErrTooLarge, ErrClosed; ErrExpired
// when the dialogue is over because the peer took nothing for as long as a message lives.
func (d *Dialogue) Send(ctx context.Context, m Message) error {
	if err := d.send(ctx, m); err != nil {
		return fmt.Errorf("send to %s: %w", d.peer, err)
	}
	return nil
}

func (d *Dialogue) send(ctx context.Context, m Message) error {
	select {
	case d.sending <- struct{}{}:
		defer func() { <-d.sending }()
	case <-d.ctx.Done():
		return d.ended()
	case <-ctx.Done():
		return ctx.Err()
	}
	d.expire(d.e.cfg.Clock())
	if d.ctx.Err() != nil {
		return d.ended()
	}
	if d.unheard != nil {
		if err := d.flush(ctx); err != nil {
			return fmt.Errorf("the message before: %w", err)
		}
	}
	v := envelope{dialogue: d.id, direction: d.mine, sequence: d.next}
	p := payload{message: m}
	plaintext, err := d.sign(v, d.h3, &p)
	if err != nil {
		return err
	}
	d.unheard, d.unheardExpires = d.outgoing.seal(v, plaintext), p.expires
	d.next++
	return d.flush(ctx)
}

// flush sends the envelope that has no receipt yet. The caller holds the token.
func (d *Dialogue) flush(ctx context.Context) error {
	// Nothing but the receipt shows that the peer has it, so no signal settles it.
	err := d.transmit(ctx, d.ctx, d.unheard, d.unheardExpires)
	if errors.Is(err, ErrExpired) {
		d.finish(err)
	}
	if err == nil {
		d.unheard = nil
	}
	return err
}

// handle takes the next message under the ratchet.
func (d *Dialogue) handle(raw []byte, v envelope) error {
	now := d.e.cfg.Clock()
	d.expire(now)
	d.receiving.Lock()
	defer d.receiving.Unlock()
	switch {
	case d.ctx.Err() != nil:
		return errUnknown
	case v.sequence != d.expected:
		return fmt.Errorf("%w: sequence %d, want %d", errOrder, v.sequence, d.expected)
	case len(d.queue) == cap(d.queue):
		return errFull
	case !d.ration.AllowN(now, 1):
		return errRation
	}
	plaintext, err := d.incoming.open(v)
	if err != nil {
		return err
	}
	p, err := d.verify(v, d.h3, plaintext)
	if err != nil {
		return err
	}
	d.incoming.advance()
	d.expected++
	d.setLast(raw)
	d.queue <- p.message // has room: only this goroutine sends, and it looked
	d.hear()
	return nil
}

// Receive returns the peer's next message. Errors: ctx's, ErrClosed, ErrExpired.
func (d *Dialogue) Receive(ctx context.Context) (Message, error) {
	select {
	case m := <-d.queue: // what came before the end is still delivered
		return m, nil
	default:
	}
	select {
	case m := <-d.queue:
		return m, nil
	case <-d.ctx.Done():
		return Message{}, fmt.Errorf("receive from %s: %w", d.peer, d.ended())
	case <-ctx.Done():
		return Message{}, fmt.Errorf("receive from %s: %w", d.peer, ctx.Err())
	}
}

// Export derives a secret that both ends know and nobody else: HKDF-Expand with SHA-256 of the dialogue's
// exporter secret, label as info. It opens no message.
func (d *Dialogue) Export(label string) [32]byte { return expand(d.exporter[:], label) }

// Done is closed when the dialogue has ended for whatever reason.
func (d *Dialogue) Done() <-chan struct{} { return d.ctx.Done() }

// Close ends this end of the dialogue and forgets its keys. The peer is not told.
func (d *Dialogue) Close() error {
	d.finish(ErrClosed)
	return nil
}

func (d *Dialogue) expire(now time.Time) {
	if !now.Before(d.ends) {
		d.finish(fmt.Errorf("%w: older than %v", ErrExpired, MaxDialogue))
	}
}

func (d *Dialogue) finish(why error) {
	d.end(why)
	d.e.remove(d)
}

// erase forgets the keys of both directions. It runs in a goroutine of its own once the stage has
// ended, and ends as soon as a Send under way has noticed that too.
func (d *Dialogue) erase() {
	d.receiving.Lock()
	d.incoming.erase()
	d.receiving.Unlock()
	d.sending <- struct{}{}
	d.outgoing.erase()
	d.unheard = nil
	<-d.sending
}
