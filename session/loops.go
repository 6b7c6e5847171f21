package session

import (
	"context"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/messaging"
)

// transmit sends one message at a time. before, when not nil, runs once it is this message's turn:
// a message that announces a state so leaves before any that the state allows.
func (s *Session) transmit(ctx context.Context, m messaging.Message, before func() error) error {
	select {
	case s.send <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return s.Err()
	}
	defer func() { <-s.send }()
	if before != nil {
		if err := before(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	if err := s.dialogue.Send(ctx, m); err != nil {
		return fmt.Errorf("session %s: send: %w", s.id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoke = time.Now()
	return nil
}

// read handles what the peer sends until the session's context ends.
func (s *Session) read() {
	for {
		m, err := s.dialogue.Receive(s.ctx)
		if err != nil {
			// Whatever ended the dialogue, there is no way left to tell the peer.
			s.end(PeerLost, false, false)
			return
		}
		s.mu.Lock()
		s.heard = time.Now()
		s.mu.Unlock()
		if err := s.handle(m); err != nil {
			s.cfg.Logger.Debug("peer sent nonsense", "session", s.id, "peer", s.dialogue.Peer(), "error", err)
			s.end(BadMessage, false, true)
		}
	}
}

// handle takes one message. An error means that an honest peer would not have sent it.
func (s *Session) handle(m messaging.Message) error {
	if m.Kind >= PaymentKinds {
		return s.handlePayment(m)
	}
	switch m.Kind {
	case kindHeartbeat:
		return nil
	case kindEnd:
		reason, err := decodeEnd(m)
		if err == nil {
			s.end(reason, true, false)
		}
		return err
	case kindProgress:
		p, err := decodeProgress(m)
		if err != nil {
			return err
		}
		return s.move(true, Starting, Starting, func() { s.progress = &p })
	case kindStarted:
		data, err := decodeStarted(m)
		if err != nil {
			return err
		}
		return s.move(true, Starting, Connecting, func() { s.data = data })
	case kindConfirm:
		problem, err := decodeConfirm(m)
		if err != nil {
			return err
		}
		if problem != NoReason {
			s.end(problem, true, false)
			return nil
		}
		return s.move(false, Connecting, Active, func() {})
	}
	return fmt.Errorf("%w: kind %d", ErrMessage, m.Kind)
}

// move enters a state because of the peer's message. A message that comes after the end is late, not
// wrong.
func (s *Session) move(consumer bool, from, to State, apply func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Ended {
		return nil
	}
	if s.consumer != consumer || s.state != from {
		return fmt.Errorf("%w: unexpected in state %d", ErrMessage, s.state)
	}
	apply()
	if to == from {
		s.wake()
	} else {
		s.enter(to)
	}
	return nil
}

func (s *Session) handlePayment(m messaging.Message) error {
	switch s.State() {
	case Ended:
		return nil
	case Starting:
		return fmt.Errorf("%w: payment before the start", ErrMessage)
	case Connecting, Active:
	}
	select {
	case s.payments <- m:
		return nil
	default:
		return fmt.Errorf("%w: more than %d payment messages at once", ErrMessage, queued)
	}
}

// watch ends the session when a step or the peer's next message is overdue.
func (s *Session) watch() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.mu.Lock()
		changed, wait, reason := s.changed, s.heard.Add(s.cfg.Silence), PeerLost
		if limit := s.stepLimit(); limit > 0 && s.entered.Add(limit).Before(wait) {
			wait, reason = s.entered.Add(limit), TimedOut
		}
		s.mu.Unlock()
		left := time.Until(wait)
		if left <= 0 {
			s.end(reason, false, true)
			return
		}
		timer.Reset(left)
		select {
		case <-timer.C:
		case <-changed:
		case <-s.done:
			return
		}
	}
}

// stepLimit is how long the present state may last; zero is any time.
func (s *Session) stepLimit() time.Duration {
	switch s.state {
	case Starting:
		return s.cfg.Lock
	case Connecting:
		return s.cfg.Confirm
	default:
		return 0
	}
}

// beat sends a heartbeat whenever this end has been quiet. It does not matter if one fails: the
// peer's silence ends the session, not ours.
func (s *Session) beat() {
	timer := time.NewTimer(s.cfg.Heartbeat)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.done:
			return
		}
		s.mu.Lock()
		left := time.Until(s.spoke.Add(s.cfg.Heartbeat))
		s.mu.Unlock()
		if left <= 0 {
			if err := s.transmit(s.ctx, messaging.Message{Kind: kindHeartbeat}, nil); err != nil {
				s.cfg.Logger.Debug("heartbeat", "session", s.id, "error", err)
			}
			left = s.cfg.Heartbeat
		}
		timer.Reset(left)
	}
}

// finish waits for the end, tells the peer, and takes the session down.
func (s *Session) finish() {
	defer close(s.closed)
	<-s.done
	s.mu.Lock()
	tell, reason := s.tell, s.reason.Reason
	s.mu.Unlock()
	if tell {
		ctx, cancel := context.WithTimeout(s.ctx, farewell)
		if err := s.transmit(ctx, encodeEnd(reason), nil); err != nil {
			s.cfg.Logger.Debug("peer not told of the end", "session", s.id, "error", err)
		}
		cancel()
	}
	s.cancel()
	if err := s.dialogue.Close(); err != nil {
		s.cfg.Logger.Debug("close dialogue", "session", s.id, "error", err)
	}
	s.tasks.Wait()
}
