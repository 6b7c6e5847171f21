package messaging

import (
	"context"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Opening is a dialogue that this end opened and the peer answered.
type Opening struct {
	*link
	h1      transcript
	export1 secret

	// answered ends with flight 2, after which the fields below are set and stay.
	answered context.Context
	answer   func()
	reply    Message
	h2       transcript
	export2  secret
	theirKey hpke.PublicKey
	flight2  [32]byte

	next hpke.PrivateKey // for flight 2; only handle uses it

	confirm sync.Once
}

var _ stage = (*Opening)(nil)

// Open sends flight 1 and waits for flight 2, until ctx ends. Errors: ErrKey, ErrTooLarge, ErrClosed;
// ErrExpired when the peer did not take flight 1 while it was valid; ctx's together with what
// the channel last said, such as ErrUnreachable or ErrNoReceipt.
func (e *Endpoint) Open(ctx context.Context, to Peer, request Message) (*Opening, error) {
	o, raw, expires, err := e.prepare(to, request)
	if err != nil {
		return nil, fmt.Errorf("open dialogue with %s: %w", to.Identity, err)
	}
	err = o.transmit(ctx, o.answered, raw, expires)
	if err == nil {
		select {
		case <-o.answered.Done():
			if !isSettled(o.answered) {
				err = o.ended()
			}
		case <-ctx.Done():
			err = fmt.Errorf("the peer has the request and does not answer: %w", ctx.Err())
		}
	}
	if err != nil {
		o.Close()
		return nil, fmt.Errorf("open dialogue with %s: %w", to.Identity, err)
	}
	return o, nil
}

// prepare seals flight 1 and makes ready for flight 2.
func (e *Endpoint) prepare(to Peer, request Message) (o *Opening, raw []byte, expires time.Time, err error) {
	if to.Identity == e.self {
		return nil, nil, expires, errors.New("the peer is this identity itself")
	}
	body, err := DecodeKeyBody(to.Key)
	if err == nil {
		err = body.covers(e.cfg.Clock())
	}
	if err != nil {
		return nil, nil, expires, err
	}
	theirKey, err := kem.NewPublicKey(body.PublicKey)
	if err != nil {
		return nil, nil, expires, fmt.Errorf("%w: %w", ErrKey, err)
	}
	next, err := kem.GenerateKey()
	if err != nil {
		return nil, nil, expires, fmt.Errorf("make key: %w", err)
	}
	var id dialogueID
	_, _ = rand.Read(id[:]) // never fails: it aborts the program instead
	o = &Opening{link: e.newLink(id, fromOpener, Route{Identity: to.Identity, Contact: to.Contact}), next: next}
	o.answered, o.answer = o.signal()

	v := envelope{dialogue: id, direction: fromOpener, sequence: 1, keyID: body.ID}
	p := payload{nextKey: next.PublicKey().Bytes(), replyTo: e.cfg.Channel.ReplyTo(), message: request}
	plaintext, err := o.sign(v, transcript{}, &p)
	if err == nil {
		raw, o.export1, err = sealFlight(v, theirKey, openInfo(to.Identity, body.ID), plaintext)
	}
	if err == nil {
		o.h1 = transcript{}.add(raw)
		err = e.add(o)
	}
	if err != nil {
		o.end(ErrClosed)
		return nil, nil, expires, err
	}
	return o, raw, p.expires, nil
}

// handle takes flight 2.
func (o *Opening) handle(raw []byte, v envelope) error {
	if v.sequence != 1 || o.answered.Err() != nil {
		return errOrder
	}
	plaintext, export2, err := openFlight(v, o.next, acceptInfo(o.h1))
	if err != nil {
		return err
	}
	p, err := o.verify(v, o.h1, plaintext)
	if err != nil {
		return err
	}
	theirKey, err := kem.NewPublicKey(p.nextKey)
	if err != nil {
		return fmt.Errorf("%w: next key: %w", errMalformed, err)
	}
	if err := o.e.checkRegistered(o.peer); err != nil {
		return err
	}
	o.reply, o.h2, o.export2, o.theirKey = p.message, o.h1.add(raw), export2, theirKey
	o.flight2 = sha256.Sum256(raw)
	o.next = nil
	o.mu.Lock()
	o.route.ReplyTo = p.replyTo
	o.last = o.flight2
	o.mu.Unlock()
	o.answer()
	return nil
}

func (o *Opening) expire(time.Time) {} // Open's context bounds it, and then its owner's Confirm or Close

// Reply is flight 2.
func (o *Opening) Reply() Message { return o.reply }

// Confirm sends flight 3 and returns the dialogue once the peer has it. It may be called once: when it
// fails, the peer may have got flight 3 all the same.
func (o *Opening) Confirm(ctx context.Context, start Message) (*Dialogue, error) {
	err := errors.New("already confirmed or closed")
	var d *Dialogue
	o.confirm.Do(func() { d, err = o.sendConfirm(ctx, start) })
	if err != nil {
		return nil, fmt.Errorf("confirm dialogue with %s: %w", o.peer, err)
	}
	return d, nil
}

func (o *Opening) sendConfirm(ctx context.Context, start Message) (*Dialogue, error) {
	v := envelope{dialogue: o.id, direction: fromOpener, sequence: 2}
	p := payload{message: start}
	plaintext, err := o.sign(v, o.h2, &p)
	if err != nil {
		o.abandon()
		return nil, err
	}
	raw, export3, err := sealFlight(v, o.theirKey, confirmInfo(o.h2), plaintext)
	if err != nil {
		o.abandon()
		return nil, err
	}
	d := newDialogue(o.successor(o.flight2), [3]secret{o.export1, o.export2, export3}, o.h2.add(raw))
	clear(o.export1[:])
	clear(o.export2[:])
	// Before flight 3 leaves, because the peer's first message may overtake the receipt.
	if err := o.e.replace(o, d); err != nil {
		d.end(ErrClosed)
		return nil, err
	}
	o.end(ErrClosed)
	if err := d.transmit(ctx, d.heard, raw, p.expires); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (o *Opening) abandon() {
	o.end(ErrClosed)
	o.e.remove(o)
}

// Close forgets the opening when it will not be confirmed. After Confirm it does nothing.
func (o *Opening) Close() { o.confirm.Do(o.abandon) }
