package messaging

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// link is what the stages of a dialogue have in common.
type link struct {
	e    *Endpoint
	id   dialogueID
	peer identity.Address
	mine direction // of what this end sends

	ctx context.Context // ends with the stage; its cause says why
	end context.CancelCauseFunc

	mu    sync.Mutex
	route Route    // to the peer
	last  [32]byte // SHA-256 of the envelope that was last accepted from the peer
}

func (e *Endpoint) newLink(id dialogueID, mine direction, route Route) *link {
	l := &link{e: e, id: id, peer: route.Identity, mine: mine, route: route}
	l.ctx, l.end = context.WithCancelCause(e.ctx)
	return l
}

// successor is the link of the next stage.
func (l *link) successor(last [32]byte) *link {
	next := l.e.newLink(l.id, l.mine, l.way())
	next.last = last
	return next
}

func (l *link) shared() *link { return l }

func (l *link) way() Route {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.route
}

func (l *link) lastAccepted() [32]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *link) setLast(raw []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = sha256.Sum256(raw)
}

// repeats says whether raw is the envelope that was last accepted: the peer missed the receipt.
func (l *link) repeats(raw []byte) bool { return l.lastAccepted() == sha256.Sum256(raw) }

// ended returns why the stage is over. Only ErrClosed and ErrExpired are causes that we set; a parent
// context's end is a close too.
func (l *link) ended() error {
	if cause := context.Cause(l.ctx); errors.Is(cause, ErrExpired) {
		return cause
	}
	return ErrClosed
}

// sign makes the plaintext of an envelope that stands at a place of this dialogue.
func (l *link) sign(v envelope, t transcript, p *payload) ([]byte, error) {
	if len(p.message.Body) > MaxBody {
		return nil, fmt.Errorf("body of %d bytes, at most %d: %w", len(p.message.Body), MaxBody, ErrTooLarge)
	}
	p.sent = l.e.cfg.Clock().Truncate(time.Millisecond)
	p.expires = p.sent.Add(MaxLifetime)
	body := p.encode()
	signature, err := l.e.cfg.Signer.Sign(place{
		domain: l.e.cfg.Domain, sender: l.e.self, recipient: l.peer,
		dialogue: v.dialogue, direction: v.direction, sequence: v.sequence, transcript: t,
	}.digest(body))
	if err != nil {
		return nil, fmt.Errorf("sign message: %w", err)
	}
	return sealed{sender: l.e.self, payload: body, signature: signature}.encode()
}

// verify reads a plaintext of the peer and refuses it unless the peer signed it, for this end and
// for this place, a short while ago.
func (l *link) verify(v envelope, t transcript, plaintext []byte) (payload, error) {
	s, err := decodeSealed(plaintext)
	if err != nil {
		return payload{}, err
	}
	if s.sender != l.peer {
		return payload{}, fmt.Errorf("%w: %s, not %s", errSender, s.sender, l.peer)
	}
	return l.e.verify(v, t, s)
}

func (e *Endpoint) verify(v envelope, t transcript, s sealed) (payload, error) {
	err := identity.Verify(s.sender, place{
		domain: e.cfg.Domain, sender: s.sender, recipient: e.self,
		dialogue: v.dialogue, direction: v.direction, sequence: v.sequence, transcript: t,
	}.digest(s.payload), s.signature)
	if err != nil {
		return payload{}, err
	}
	p, err := decodePayload(s.payload)
	if err != nil {
		return payload{}, err
	}
	if err := p.checkFields(v); err != nil {
		return payload{}, err
	}
	if err := p.checkTimes(e.cfg.Clock()); err != nil {
		return payload{}, fmt.Errorf("%w: %w", errTime, err)
	}
	return p, nil
}

// checkRegistered refuses an identity that is not in the registry.
func (e *Endpoint) checkRegistered(who identity.Address) error {
	ctx, cancel := context.WithTimeout(e.ctx, lookupTime)
	defer cancel()
	ok, err := e.cfg.Registered(ctx, who)
	if err != nil {
		return fmt.Errorf("look up %s: %w", who, err)
	}
	if !ok {
		return fmt.Errorf("%w: %s", errUnregistered, who)
	}
	return nil
}

const (
	firstAttempt = time.Second
	lastAttempt  = 5 * time.Second
	firstPause   = 50 * time.Millisecond
	lastPause    = 2 * time.Second
)

// errSettled is the cause with which a settled context ends when the peer has answered, rather
// than because the stage ended.
var errSettled = errors.New("settled")

// signal returns a context that ends with the stage, or when settle is called.
func (l *link) signal() (settled context.Context, settle func()) {
	settled, cancel := context.WithCancelCause(l.ctx)
	return settled, func() { cancel(errSettled) }
}

func isSettled(c context.Context) bool { return errors.Is(context.Cause(c), errSettled) }

// transmit sends the same bytes again and again until the peer has accepted them. It returns nil then,
// or once settled has its signal: the peer has them by other evidence. It gives up when ctx or
// the stage ends, and with ErrExpired when nobody would accept them any more.
func (l *link) transmit(ctx, settled context.Context, raw []byte, expires time.Time) error {
	limit, pause := firstAttempt, firstPause
	for {
		err := l.attempt(ctx, settled, raw, limit)
		switch {
		case err == nil || isSettled(settled):
			return nil
		case l.ctx.Err() != nil:
			return l.ended()
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case l.e.cfg.Clock().After(expires.Add(MaxSkew)):
			return fmt.Errorf("%w: %w", ErrExpired, err)
		}
		sleep(ctx, settled, pause/2+rand.N(pause)) //nolint:gosec // jitter needs no secrecy
		limit, pause = min(2*limit, lastAttempt), min(2*pause, lastPause)
		l.e.resent.Add(1)
	}
}

func (l *link) attempt(ctx, settled context.Context, raw []byte, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(settled, cancel)()
	return l.e.cfg.Channel.Send(ctx, l.way(), raw)
}

// sleep waits, or less when a context ends.
func sleep(a, b context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-a.Done():
	case <-b.Done():
	}
}
