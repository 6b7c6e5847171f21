package messaging

import (
	"context"
	"crypto/hpke"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// Incoming is a verified first flight. Its sender has shown nothing yet that an earlier sender of the same
// bytes has not, so spend nothing scarce on it before Await returns.
type Incoming struct {
	*link
	request  payload
	deadline time.Time // for flight 3

	h1       transcript
	export1  secret
	theirKey hpke.PublicKey

	stage2  sync.Mutex      // guards what follows
	next    hpke.PrivateKey // for flight 3; nil before Reply
	h2      transcript      // set by Reply
	export2 secret          // set by Reply
	talk    *Dialogue       // set by flight 3
	start   Message         // set by flight 3
	taken   bool            // by Await
	// confirmed ends with flight 3.
	confirmed context.Context
	confirm   func()
}

var _ stage = (*Incoming)(nil)

// firstFlight verifies flight 1 and queues it for Accept. What is cheap to check comes first.
func (e *Endpoint) firstFlight(d Delivery, v envelope) error {
	enc, whole, now := sha256.Sum256(v.enc), sha256.Sum256(d.Envelope), e.cfg.Clock()
	if earlier, seen := e.replays.find(enc); seen {
		if earlier == whole {
			return nil // the sender missed the receipt, or somebody replays: nothing happens but another receipt
		}
		return errReplay
	}
	if e.cfg.Keyring == nil {
		return errKeyID
	}
	key, ok := e.cfg.Keyring.private(v.keyID, now)
	if !ok {
		return errKeyID
	}
	if len(e.accept) == cap(e.accept) {
		return errFull
	}
	if !e.rations.allow(d.Source, now) {
		return errRation
	}
	plaintext, export1, err := openFlight(v, key.private, openInfo(e.self, v.keyID))
	if err != nil {
		return err
	}
	s, p, err := e.checkFirst(v, key.body, plaintext)
	if err != nil {
		return err
	}
	theirKey, err := kem.NewPublicKey(p.nextKey)
	if err != nil {
		return fmt.Errorf("%w: next key: %w", errMalformed, err)
	}
	route := Route{Identity: s.sender, Contact: d.Contact, ReplyTo: p.replyTo}
	in := &Incoming{
		link: e.newLink(v.dialogue, toOpener, route), request: p,
		deadline: now.Add(e.cfg.Limits.PendingTime),
		h1:       transcript{}.add(d.Envelope), export1: export1, theirKey: theirKey,
	}
	in.last = whole
	in.confirmed, in.confirm = in.signal()
	return e.enqueue(in, enc, whole)
}

// checkFirst verifies what flight 1 says.
func (e *Endpoint) checkFirst(v envelope, key KeyBody, plaintext []byte) (sealed, payload, error) {
	s, err := decodeSealed(plaintext)
	if err != nil {
		return s, payload{}, err
	}
	if s.sender == e.self {
		return s, payload{}, fmt.Errorf("%w: this end itself", errSender)
	}
	p, err := e.verify(v, transcript{}, s)
	if err != nil {
		return s, p, err
	}
	if p.sent.Before(e.started) {
		return s, p, errStale // the memory of replays went with the process before
	}
	if err := key.covers(p.sent); err != nil {
		return s, p, fmt.Errorf("%w: %w", errKeyID, err)
	}
	return s, p, e.checkRegistered(s.sender)
}

// enqueue remembers the flight and hands it to Accept, or does neither.
func (e *Endpoint) enqueue(in *Incoming, enc, whole [32]byte) error {
	if err := e.add(in); err != nil {
		in.end(ErrClosed)
		return err
	}
	if !e.replays.remember(enc, whole, in.request.expires.Add(2*MaxSkew)) {
		in.abandon(ErrClosed)
		return fmt.Errorf("replay memory: %w", errFull)
	}
	e.accept <- in // has room: only this goroutine sends, and it looked
	return nil
}

// Peer is the identity that signed the first flight.
func (in *Incoming) Peer() identity.Address { return in.peer }

// Message is the request.
func (in *Incoming) Message() Message { return in.request.message }

// Reply sends flight 2, an acceptance or a refusal, and returns once the peer has it. It may be called
// once. Errors: ErrExpired when the request has waited too long, ErrTooLarge, ErrClosed, and as for Dialogue.Send.
func (in *Incoming) Reply(ctx context.Context, m Message) error {
	raw, expires, err := in.sealReply(m)
	if err == nil {
		err = in.transmit(ctx, in.confirmed, raw, expires)
	}
	if err != nil {
		return fmt.Errorf("reply to %s: %w", in.peer, err)
	}
	return nil
}

func (in *Incoming) sealReply(m Message) (raw []byte, expires time.Time, err error) {
	in.stage2.Lock()
	defer in.stage2.Unlock()
	if in.ctx.Err() != nil {
		return nil, expires, in.ended()
	}
	if in.next != nil {
		return nil, expires, errors.New("already replied")
	}
	next, err := kem.GenerateKey()
	if err != nil {
		return nil, expires, fmt.Errorf("make key: %w", err)
	}
	v := envelope{dialogue: in.id, direction: toOpener, sequence: 1}
	p := payload{nextKey: next.PublicKey().Bytes(), replyTo: in.e.cfg.Channel.ReplyTo(), message: m}
	plaintext, err := in.sign(v, in.h1, &p)
	if err != nil {
		return nil, expires, err
	}
	raw, in.export2, err = sealFlight(v, in.theirKey, acceptInfo(in.h1), plaintext)
	if err != nil {
		return nil, expires, err
	}
	in.next, in.h2 = next, in.h1.add(raw)
	return raw, p.expires, nil
}

// handle takes flight 3.
func (in *Incoming) handle(raw []byte, v envelope) error {
	in.stage2.Lock()
	defer in.stage2.Unlock()
	if v.sequence != 2 || in.next == nil || in.ctx.Err() != nil {
		return errOrder
	}
	plaintext, export3, err := openFlight(v, in.next, confirmInfo(in.h2))
	if err != nil {
		return err
	}
	p, err := in.verify(v, in.h2, plaintext)
	if err != nil {
		return err
	}
	d := newDialogue(in.successor(sha256.Sum256(raw)), [3]secret{in.export1, in.export2, export3}, in.h2.add(raw))
	if err := in.e.replace(in, d); err != nil {
		d.end(ErrClosed)
		return err
	}
	in.next = nil
	clear(in.export1[:])
	clear(in.export2[:])
	in.talk, in.start = d, p.message
	in.confirm()
	in.end(ErrClosed)
	return nil
}

// Await waits for flight 3. Errors: ErrExpired when it did not come in time, ErrClosed.
func (in *Incoming) Await(ctx context.Context) (*Dialogue, Message, error) {
	select {
	case <-in.confirmed.Done():
	case <-ctx.Done():
		return nil, Message{}, fmt.Errorf("await confirmation by %s: %w", in.peer, ctx.Err())
	}
	in.stage2.Lock()
	defer in.stage2.Unlock()
	if in.talk == nil || in.taken {
		return nil, Message{}, fmt.Errorf("await confirmation by %s: %w", in.peer, in.ended())
	}
	in.taken = true
	return in.talk, in.start, nil
}

func (in *Incoming) expire(now time.Time) {
	if now.After(in.deadline) {
		in.abandon(fmt.Errorf("%w: no confirmation within %v", ErrExpired, in.e.cfg.Limits.PendingTime))
	}
}

func (in *Incoming) abandon(why error) {
	in.end(why)
	in.e.remove(in)
}

// Close forgets the request, for instance after a refusal. After Await returned a dialogue it does nothing.
func (in *Incoming) Close() {
	in.stage2.Lock()
	defer in.stage2.Unlock()
	if in.talk != nil && !in.taken {
		in.taken = true
		_ = in.talk.Close() // never fails
	}
	in.abandon(ErrClosed)
}
