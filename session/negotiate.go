package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
)

// Dialogue is the part of a messaging.Dialogue that a session uses.
type Dialogue interface {
	Peer() identity.Address
	Send(ctx context.Context, m messaging.Message) error
	Receive(ctx context.Context) (messaging.Message, error)
	Export(label string) [32]byte
	Close() error
}

// Opener opens a dialogue to one provider; see [To].
type Opener interface {
	// Open sends flight 1 and waits for flight 2.
	Open(ctx context.Context, request messaging.Message) (Opening, error)
}

// Opening is a dialogue after flight 2.
type Opening interface {
	Reply() messaging.Message
	Confirm(ctx context.Context, start messaging.Message) (Dialogue, error)
	Close()
}

// Incoming is a request of a consumer; see [From].
type Incoming interface {
	Peer() identity.Address
	Message() messaging.Message
	Reply(ctx context.Context, m messaging.Message) error
	Await(ctx context.Context) (Dialogue, messaging.Message, error)
	Close()
}

// To is the Opener of a messaging endpoint and a peer.
func To(endpoint *messaging.Endpoint, peer messaging.Peer) Opener { return opener{endpoint, peer} }

type opener struct {
	endpoint *messaging.Endpoint
	peer     messaging.Peer
}

func (o opener) Open(ctx context.Context, request messaging.Message) (Opening, error) {
	op, err := o.endpoint.Open(ctx, o.peer, request)
	if err != nil {
		return nil, err
	}
	return opening{op}, nil
}

type opening struct{ *messaging.Opening }

func (o opening) Confirm(ctx context.Context, start messaging.Message) (Dialogue, error) {
	d, err := o.Opening.Confirm(ctx, start)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// From is the Incoming of a messaging endpoint's.
func From(in *messaging.Incoming) Incoming { return incoming{in} }

type incoming struct{ *messaging.Incoming }

func (i incoming) Await(ctx context.Context) (Dialogue, messaging.Message, error) {
	d, m, err := i.Incoming.Await(ctx)
	if err != nil {
		return nil, m, err
	}
	return d, m, nil
}

// Offer is a request that a provider accepted. Start or Close it.
type Offer struct {
	// ID is the session's, and Data the driver's offer.
	ID      ID
	Data    []byte
	cfg     Config
	opening Opening
}

// Open sends a request (flight 1) and returns the provider's offer (flight 2). A provider that does
// not want to serve it makes the error a [*Refusal].
func Open(ctx context.Context, to Opener, cfg Config, r Request) (*Offer, error) {
	cfg = cfg.withDefaults()
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("session request: %w", err)
	}
	if r.Correlation == ([16]byte{}) {
		_, _ = rand.Read(r.Correlation[:]) // never fails
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.Answer)
	defer cancel()
	op, err := to.Open(ctx, r.encode())
	if err != nil {
		return nil, fmt.Errorf("session request: %w", err)
	}
	answer, err := decodeReply(op.Reply())
	switch {
	case err != nil:
	case answer.correlation != r.Correlation:
		err = fmt.Errorf("%w: answer to another request", ErrMessage)
	case answer.refusal != NoReason:
		err = &Refusal{Reason: answer.refusal, LeastLock: answer.leastLock}
	}
	if err != nil {
		op.Close()
		return nil, err
	}
	return &Offer{ID: answer.session, Data: answer.data, cfg: cfg, opening: op}, nil
}

// Start sends flight 3, with which the provider begins to spend something on the session. The
// session outlives ctx; End it.
func (o *Offer) Start(ctx context.Context, start Start) (*Session, error) {
	if len(start.SignedLock) > maxSignedLock {
		return nil, fmt.Errorf("session start: %w: a signed lock of %d bytes", ErrMessage, len(start.SignedLock))
	}
	timed, cancel := context.WithTimeout(ctx, o.cfg.Answer)
	defer cancel()
	dialogue, err := o.opening.Confirm(timed, encodeStart(o.ID, start))
	if err != nil {
		o.opening.Close()
		return nil, fmt.Errorf("session start: %w", err)
	}
	return newSession(ctx, o.cfg, dialogue, o.ID, true, start), nil
}

// Close forgets the offer. After Start it does nothing.
func (o *Offer) Close() { o.opening.Close() }

// Accept answers a request and, if decide wants it, waits for flight 3 and returns the session, which
// outlives ctx; End it. The error of a request that was refused is the [*Refusal] that was sent.
func Accept(ctx context.Context, in Incoming, cfg Config, decide Decide) (*Session, Request, error) {
	cfg = cfg.withDefaults()
	defer in.Close()
	timed, cancel := context.WithTimeout(ctx, 2*cfg.Answer)
	defer cancel()

	var id ID
	_, _ = rand.Read(id[:]) // never fails
	request, err := decodeRequest(in.Message())
	request.Peer = in.Peer()
	var accepted Acceptance
	if err == nil {
		accepted, err = decide(timed, id, request)
	}
	if err == nil && len(accepted.Data) > MaxData {
		err = fmt.Errorf("%d bytes of driver data", len(accepted.Data))
	}
	if err != nil {
		return nil, request, refuse(timed, in, request, err)
	}
	answer := reply{correlation: request.Correlation, session: id, data: accepted.Data}
	if err := in.Reply(timed, answer.encode()); err != nil {
		return nil, request, fmt.Errorf("accept session: %w", err)
	}
	dialogue, message, err := in.Await(timed)
	if err != nil {
		return nil, request, fmt.Errorf("session %s was not started: %w", id, err)
	}
	start, err := decodeStart(message, id)
	s := newSession(ctx, cfg, dialogue, id, false, start)
	if err != nil {
		s.end(BadMessage, false, true)
		return nil, request, errors.Join(err, s.wait(timed))
	}
	return s, request, nil
}

func refuse(ctx context.Context, in Incoming, r Request, err error) error {
	refusal := refusalOf(err)
	answer := reply{refusal: refusal.Reason, leastLock: refusal.LeastLock, correlation: r.Correlation}
	if err := in.Reply(ctx, answer.encode()); err != nil {
		return errors.Join(refusal, fmt.Errorf("send refusal: %w", err))
	}
	return refusal
}

// refusalOf is what is told to a peer whose request failed with an error.
func refusalOf(err error) *Refusal {
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, ErrMessage):
		return Refuse(BadMessage, err)
	}
	return Refuse(Internal, err)
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		zero  time.Duration
	}{
		{&c.Answer, 20 * time.Second}, {&c.Lock, 5 * time.Minute}, {&c.Confirm, time.Minute},
		{&c.Heartbeat, 15 * time.Second}, {&c.Silence, 75 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.zero
		}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
