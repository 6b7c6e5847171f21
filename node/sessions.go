package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/session"
)

// shownSessions bounds how many sessions a list goes back.
const shownSessions = 1000

// live is an open session as the node sees it from outside of the goroutine that runs it.
type live struct {
	id   session.ID
	done chan struct{} // closed when the session is over and accounted for

	// wanted ends when this node wants the session to end; its cause is then an EndError.
	wanted context.Context
	unwant context.CancelCauseFunc

	mu    sync.Mutex
	info  Session
	stats func() payments.Stats // nil until it is paid for

	relock func(context.Context) error // looks at the lock; nil where this node provides, or until it is paid for
}

// relook has the session look at its lock now.
func (l *live) relook(ctx context.Context) error {
	l.mu.Lock()
	look := l.relock
	l.mu.Unlock()
	if look == nil {
		return nil
	}
	return look(ctx)
}

// end asks the session to end. Only the first reason counts.
func (l *live) end(reason session.Reason) { l.unwant(&session.EndError{Reason: reason}) }

func (l *live) update(change func(*Session)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.info)
}

func (l *live) account(stats func() payments.Stats, relock func(context.Context) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats, l.relock = stats, relock
}

func (l *live) snapshot() Session {
	l.mu.Lock()
	s, stats := l.info, l.stats
	l.mu.Unlock()
	if stats != nil {
		fill(&s, stats())
	}
	return s
}

func fill(s *Session, st payments.Stats) {
	s.Sent, s.Received, s.Promises, s.Promised, s.Due, s.Window = st.Sent, st.Received, st.Promises, st.Promised, st.Due, st.Window
	if st.Paused && s.State == stateActive {
		s.State = statePaused
	}
}

// States that a session is shown in.
const (
	stateLocking    = "locking"
	stateConnecting = "connecting"
	stateActive     = "active"
	statePaused     = "paused"
	stateEnded      = "ended"
)

// track makes a session known. It returns nil while the node drains.
func (n *Node) track(id session.ID, info Session) *live {
	info.ID, info.Started = id.String(), n.cfg.Clock()
	l := &live{id: id, done: make(chan struct{}), info: info}
	l.wanted, l.unwant = context.WithCancelCause(n.ctx)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.draining {
		return nil
	}
	n.live[id] = l
	n.group.Add(1) // Close waits for every session; what one starts is counted while it lasts
	return l
}

func (n *Node) untrack(l *live) {
	n.mu.Lock()
	delete(n.live, l.id)
	n.mu.Unlock()
	l.unwant(nil)
	close(l.done)
	n.group.Done()
}

// open lists the open sessions, newest first.
func (n *Node) open() []Session {
	n.mu.Lock()
	defer n.mu.Unlock()
	sessions := make([]Session, 0, len(n.live))
	for _, l := range n.live {
		sessions = append(sessions, l.snapshot())
	}
	slices.SortFunc(sessions, newestFirst)
	return sessions
}

func newestFirst(a, b Session) int {
	return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
}

// Sessions lists the open sessions and those in the ledger, newest first.
func (n *Node) Sessions(ctx context.Context) ([]Session, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return nil, err
	}
	all := n.open()
	shown := map[string]bool{}
	for _, s := range all {
		shown[s.ID] = true
	}
	ended, err := self.Ledger.Sessions(ctx, shownSessions)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	for _, row := range ended {
		if s := fromLedger(row); !shown[s.ID] {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, newestFirst)
	return all, nil
}

func fromLedger(row payments.Session) Session {
	s := Session{
		ID: session.ID(row.Session).String(), Role: Role(row.Role), Peer: row.Peer, ServiceType: row.ServiceType,
		Country: row.Country, Price: row.Price, State: stateEnded, Reason: row.Reason,
		Started: row.Started, Ended: row.Ended, Channel: row.Channel, Epoch: row.Epoch,
	}
	fill(&s, row.Stats)
	return s
}

// Disconnect ends an open session and returns its account. An empty ID means the only open one that
// this node consumes.
func (n *Node) Disconnect(ctx context.Context, id string, progress func(Progress)) (Session, error) {
	l, err := n.find(id)
	if err != nil {
		return Session{}, err
	}
	progress(Progress{Step: "disconnect", Detail: "paying what is due and telling the provider"})
	l.end(session.Finished)
	select {
	case <-l.done:
		return l.snapshot(), nil
	case <-ctx.Done():
		return l.snapshot(), fmt.Errorf("disconnect: the session is still ending: %w", ctx.Err())
	}
}

func (n *Node) find(id string) (*live, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var found []*live
	for _, l := range n.live {
		if id == l.id.String() || id == "" && l.info.Role == RoleConsumer {
			found = append(found, l)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, ErrNotFound
	}
	return nil, fmt.Errorf("%w: %d sessions are open; name one", ErrNotFound, len(found))
}

// finish writes the end into what is shown.
func (l *live) finish(reason session.Reason, err error, at time.Time) {
	l.update(func(s *Session) { s.State, s.Reason, s.Ended = stateEnded, why(reason, err, s.Role), at })
}

// errUnanswered says that a peer did not answer to the last promise, or did not make it.
var errUnanswered = errors.New("the last promise is not confirmed")

// why is what people are told of an end: its reason and, where that sounds as if all were well, that nothing was heard
// from the peer when this node settled; and of a spending cap, which one it is.
func why(reason session.Reason, err error, role Role) string {
	if reached, ok := errors.AsType[*payments.CapError](err); ok && reason == session.CapReached {
		return fmt.Sprintf("%s: %s", reason, capText(reached))
	}
	if reason != session.Finished || !errors.Is(err, errUnanswered) {
		return reason.String()
	}
	peer := RoleProvider
	if role == RoleProvider {
		peer = RoleConsumer
	}
	return fmt.Sprintf("%s, but the %s did not answer", reason, peer)
}

// ended logs a session's end with what it brought.
func ended(log *slog.Logger, l *live, reason session.Reason, err error) {
	s := l.snapshot()
	attrs := []any{"reason", reason, "sent", s.Sent, "received", s.Received, "promises", s.Promises, "coins", s.Promised}
	if err != nil {
		attrs = append(attrs, "detail", err)
	}
	log.Info("session ended", attrs...)
}

// during returns a context that ends with parent, or with the session; its cause is then the session's
// EndError.
func (n *Node) during(parent context.Context, s *session.Session) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	n.group.Go(func() {
		select {
		case <-s.Done():
			cancel(s.Err())
		case <-ctx.Done():
		}
	})
	return ctx, cancel
}

// endReason makes the reason of what ended a session: the cause that ended ctx, else the error's own,
// else what the caller takes it for.
func endReason(ctx context.Context, err error, otherwise session.Reason) session.Reason {
	if ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	var end *session.EndError
	if errors.As(err, &end) {
		return end.Reason
	}
	for _, known := range paymentReasons {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	if ctx.Err() != nil {
		return session.ShuttingDown
	}
	return otherwise
}

// paymentReasons are the typed reasons for what can go wrong with a payment.
var paymentReasons = []struct {
	err    error
	reason session.Reason
}{
	{payments.ErrChannelBusy, session.ChannelBusy},
	{payments.ErrReleased, session.Released},
	{payments.ErrSetup, session.CannotPay},
	{payments.ErrOverbilled, session.Overbilled},
	{payments.ErrMeter, session.MeterMismatch},
	{payments.ErrUnpaid, session.Unpaid},
	{payments.ErrDebt, session.CannotPay},
	{payments.ErrCap, session.CapReached},
	{payments.ErrExhausted, session.LockExhausted},
	{payments.ErrNotLocked, session.LockFailed},
	{payments.ErrUnlocking, session.UnlockStarted},
	{payments.ErrChainStale, session.ChainLost},
	{payments.ErrTunnelDead, session.TunnelFailed},
	{payments.ErrMessage, session.BadMessage},
}

// settler is the part of a Payer and of a Collector that ends a session in good order.
type settler interface {
	Settle(ctx context.Context) error
	Close(ctx context.Context, reason string) error
}

// peerReason is how long the reason of a peer that has settled is waited for.
const peerReason = 2 * time.Second

// task is something that runs; err may be read once done is closed.
type task struct {
	done chan struct{}
	err  error
}

func (n *Node) begin(run func() error) *task {
	t := &task{done: make(chan struct{})}
	n.group.Go(func() {
		defer close(t.done)
		t.err = run()
	})
	return t
}

// unless returns a context that also ends when what pays or collects ends, or the tunnel. Call stop when
// it is no longer needed.
func (n *Node) unless(parent context.Context, paying *task, down <-chan struct{}) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	n.group.Go(func() {
		select {
		case <-paying.done:
			cancel(paying.err)
		case <-down:
			cancel(&session.EndError{Reason: session.TunnelFailed})
		case <-ctx.Done():
		}
	})
	return ctx, func() { cancel(nil) }
}

// watch waits until a session that is being paid for ends, and says why. paying is what pays or collects;
// down is closed when the tunnel has ended; ctx ends with the session.
func (n *Node) watch(ctx context.Context, l *live, down <-chan struct{}, account settler, paying *task) (session.Reason, error) {
	var reason session.Reason
	select {
	case <-paying.done:
		if paying.err != nil && !errors.Is(paying.err, payments.ErrClosed) {
			return endReason(ctx, paying.err, session.Internal), paying.err
		}
		// The peer has settled, or the dialogue is ending: why comes in a moment.
		_ = sleep(ctx, peerReason)
		return endReason(ctx, paying.err, session.Finished), paying.err
	case <-down:
		reason = session.TunnelFailed
	case <-l.wanted.Done():
		reason = endReason(l.wanted, l.wanted.Err(), session.ShuttingDown)
	}
	if reason == session.PeerLost {
		return reason, context.Cause(l.wanted) // nobody is there to settle
	}
	settling, cancel := context.WithTimeout(ctx, goodbye)
	defer cancel()
	err := account.Settle(settling)
	if err != nil && !errors.Is(err, payments.ErrClosed) { // else the peer ended it in this moment, too
		err = fmt.Errorf("%w: %w", errUnanswered, err)
	}
	return reason, err
}

// account closes a session's book, although its contexts may have ended.
func (n *Node) closeAccount(account settler, reason string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.ctx), goodbye)
	defer cancel()
	if err := account.Close(ctx, reason); err != nil {
		n.log.Error("a session's account was not closed; the next start does it", "error", err)
	}
}
