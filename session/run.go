package session

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

const (
	// queued bounds payment messages that payments has not taken yet. An honest peer has a handful
	// under way, because traffic stops when it is not paid.
	queued = 64
	// farewell is how long telling the peer about the end may take.
	farewell = 5 * time.Second
)

// Session is one end of a session, from flight 3 until its end. Its methods may be called from any
// goroutine. It must be ended: by End, by the peer, or by a deadline.
type Session struct {
	id       ID
	consumer bool
	start    Start
	cfg      Config
	dialogue Dialogue

	ctx    context.Context // of the goroutines; cancelled when the peer has been told of the end
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	send   chan struct{} // holds a token while a message is being sent

	mu       sync.Mutex
	state    State
	entered  time.Time     // when this state began
	changed  chan struct{} // closed and replaced when state or progress changes
	reason   EndError      // once ended
	tell     bool          // the peer does not know of the end yet
	data     []byte        // consumer: the driver's start data, once Connecting
	progress *Progress     // consumer: newest, until read
	heard    time.Time     // when the last message came
	spoke    time.Time     // when the last message was sent

	payments chan messaging.Message
	done     chan struct{} // closed when the session has ended
	closed   chan struct{} // closed when the goroutines have ended too
}

func newSession(ctx context.Context, cfg Config, d Dialogue, id ID, consumer bool, start Start) *Session {
	now := time.Now()
	s := &Session{
		id: id, consumer: consumer, start: start, cfg: cfg, dialogue: d,
		send: make(chan struct{}, 1), entered: now, heard: now, spoke: now, changed: make(chan struct{}),
		payments: make(chan messaging.Message, queued), done: make(chan struct{}), closed: make(chan struct{}),
	}
	// The session outlives the call that made it and ends by its own rules.
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.tasks.Go(s.read)
	s.tasks.Go(s.watch)
	s.tasks.Go(s.beat)
	go s.finish()
	return s
}

// ID returns the session's ID.
func (s *Session) ID() ID { return s.id }

// Peer returns who is at the other end.
func (s *Session) Peer() identity.Address { return s.dialogue.Peer() }

// Start returns what flight 3 said.
func (s *Session) Start() Start { return s.start }

// Credential derives the tunnel's secret, which both ends know and neither sends:
// HKDF(root, "myst/tunnel/v1" ‖ session ID ‖ driver).
func (s *Session) Credential(driver string) [32]byte {
	return s.dialogue.Export("myst/tunnel/v1" + string(s.id[:]) + driver)
}

// State returns how far the session is.
func (s *Session) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Done is closed when the session has ended, for whatever reason.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err returns nil while the session is open, then the *EndError that says why it ended.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != Ended {
		return nil
	}
	return &EndError{Reason: s.reason.Reason, ByPeer: s.reason.ByPeer}
}

// Reason returns why the session ended, NoReason while it is open.
func (s *Session) Reason() Reason {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason.Reason
}

// Progress tells the consumer how far the lock is. Only the provider calls it, before Started.
func (s *Session) Progress(ctx context.Context, p Progress) error {
	return s.transmit(ctx, p.encode(), func() error { return s.advance(false, Starting, Starting) })
}

// Started tells the consumer that the provider's tunnel is open, with the driver's start data.
// Payment messages may be exchanged from now on.
func (s *Session) Started(ctx context.Context, data []byte) error {
	if len(data) > MaxData {
		return fmt.Errorf("session start: %w: %d bytes of driver data", ErrMessage, len(data))
	}
	return s.transmit(ctx, encodeStarted(data), func() error { return s.advance(false, Starting, Connecting) })
}

// AwaitStarted waits until the provider's tunnel is open and returns the driver's start data. It
// hands the newest news about the lock to progress, which may be nil.
func (s *Session) AwaitStarted(ctx context.Context, progress func(Progress)) ([]byte, error) {
	for {
		s.mu.Lock()
		state, changed, news, data := s.state, s.changed, s.progress, s.data
		s.progress = nil
		s.mu.Unlock()
		if news != nil && progress != nil {
			progress(*news)
		}
		switch state {
		case Starting:
		case Ended:
			return nil, s.Err()
		default:
			return data, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Confirm tells the provider that the consumer's tunnel is up, with NoReason, or why not, which ends
// the session.
func (s *Session) Confirm(ctx context.Context, problem Reason) error {
	if problem != NoReason {
		return s.End(ctx, problem)
	}
	return s.transmit(ctx, encodeConfirm(NoReason), func() error { return s.advance(true, Connecting, Active) })
}

// AwaitConfirmed waits until the consumer says that its tunnel is up. Only the provider calls it.
func (s *Session) AwaitConfirmed(ctx context.Context) error {
	for {
		s.mu.Lock()
		state, changed := s.state, s.changed
		s.mu.Unlock()
		switch state {
		case Active:
			return nil
		case Ended:
			return s.Err()
		case Starting, Connecting:
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// End ends the session, tells the peer as long as ctx allows (five seconds at most), and waits for the
// session's goroutines. On a session that has ended it only waits.
func (s *Session) End(ctx context.Context, reason Reason) error {
	if reason == NoReason {
		reason = Finished
	}
	s.end(reason, false, true)
	return s.wait(ctx)
}

func (s *Session) wait(ctx context.Context) error {
	select {
	case <-s.closed:
		return nil
	case <-ctx.Done():
		s.cancel() // gives up telling the peer, so that finish goes on
		<-s.closed
		return ctx.Err()
	}
}

// Payments returns the connection for payment messages. Receive returns io.EOF after the last
// message of a session that has ended.
func (s *Session) Payments() *Conn { return &Conn{s} }

// Conn passes payment messages; see [Session.Payments].
type Conn struct{ s *Session }

// Send sends a message of a kind from PaymentKinds up.
func (c *Conn) Send(ctx context.Context, kind uint32, body []byte) error {
	if kind < PaymentKinds {
		return fmt.Errorf("%w: kind %d is not for payments", ErrMessage, kind)
	}
	switch c.s.State() {
	case Ended:
		return c.s.Err()
	case Starting:
		return fmt.Errorf("%w: nothing to pay yet", ErrState)
	case Connecting, Active:
	}
	return c.s.transmit(ctx, messaging.Message{Kind: kind, Body: body}, nil)
}

// Receive returns the peer's next payment message, or io.EOF.
func (c *Conn) Receive(ctx context.Context) (kind uint32, body []byte, err error) {
	select {
	case m := <-c.s.payments:
		return m.Kind, m.Body, nil
	default:
	}
	select {
	case m := <-c.s.payments:
		return m.Kind, m.Body, nil
	case <-ctx.Done():
		return 0, nil, ctx.Err()
	case <-c.s.done:
	}
	select { // what came before the end is still read
	case m := <-c.s.payments:
		return m.Kind, m.Body, nil
	default:
		return 0, nil, io.EOF
	}
}

// advance moves from one state to the next, or stays in it, when this is the side that decides it.
func (s *Session) advance(consumer bool, from, to State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == Ended:
		return &EndError{Reason: s.reason.Reason, ByPeer: s.reason.ByPeer}
	case s.consumer != consumer || s.state != from:
		return ErrState
	}
	if to != from {
		s.enter(to)
	}
	return nil
}

func (s *Session) enter(state State) {
	s.state, s.entered = state, time.Now()
	s.wake()
}

func (s *Session) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// end makes the session ended, once. tell says that the peer does not know yet.
func (s *Session) end(reason Reason, byPeer, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Ended {
		return
	}
	s.reason, s.tell = EndError{Reason: reason, ByPeer: byPeer}, tell
	s.enter(Ended)
	close(s.done)
	s.cfg.Logger.Debug("session ended", "session", s.id, "peer", s.dialogue.Peer(), "reason", reason.String(), "by_peer", byPeer)
}
