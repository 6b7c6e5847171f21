package messaging

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// Config is what an endpoint needs.
type Config struct {
	// Domain is the network; every signature is bound to it.
	Domain identity.Domain
	// Signer is this end's identity.
	Signer identity.Signer
	// Registered says whether an identity is registered. Nothing is accepted from one that is not. It is
	// asked for every new dialogue, so it should answer from local data.
	Registered func(context.Context, identity.Address) (bool, error)
	Channel    Channel
	// Keyring holds the keys that this end published; nil makes an end that opens and never accepts.
	Keyring *Keyring
	Clock   func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil discards
	Limits  Limits
}

// Limits bound what peers can make an endpoint spend. A zero field takes the value in parentheses.
type Limits struct {
	// Pending is how many first flights may await their third (1,024), PendingPerPeer how many of one
	// identity (16).
	Pending, PendingPerPeer int
	// PendingTime is how long a first flight may await its third (2 minutes).
	PendingTime time.Duration
	// Dialogues is how many may be open (4,096).
	Dialogues int
	// Queue is how many received messages a dialogue holds for Receive (32). While it is full nothing is
	// accepted, and the peer waits.
	Queue int
	// Remembered is how many first flights are remembered against replay (65,536); when it is full new
	// ones are refused.
	Remembered int
	// Rate is how many envelopes of one source are decrypted a second (50), with bursts of Burst (100);
	// TotalRate bounds the flights of all sources together (500).
	Rate, TotalRate float64
	Burst           int
}

func (l Limits) withDefaults() Limits {
	setDefault(&l.Pending, 1024)
	setDefault(&l.PendingPerPeer, 16)
	setDefault(&l.PendingTime, 2*time.Minute)
	setDefault(&l.Dialogues, 4096)
	setDefault(&l.Queue, 32)
	setDefault(&l.Remembered, 1<<16)
	setDefault(&l.Rate, 50)
	setDefault(&l.TotalRate, 500)
	setDefault(&l.Burst, 100)
	return l
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Stats are counts since the endpoint started, except Pending (first flights that await their third) and
// Dialogues (open ones, and those that this end is opening), which are now.
type Stats struct {
	Pending, Dialogues int
	Accepted, Refused  uint64 // envelopes that came
	Resent             uint64 // envelopes sent again because no receipt came
}

// Endpoint is one identity's end of all its dialogues. It is safe for concurrent use.
type Endpoint struct {
	cfg     Config
	self    identity.Address
	started time.Time
	rations *rations
	replays *replayMemory

	ctx    context.Context // ends with the endpoint; its cause is ErrClosed
	cancel context.CancelCauseFunc
	group  sync.WaitGroup
	accept chan *Incoming

	mu      sync.Mutex
	stages  map[dialogueID]stage
	pending map[identity.Address]int // first flights, by who sent them
	waiting int                      // sum of pending
	graves  map[dialogueID]grave

	accepted, refused, resent atomic.Uint64
}

// stage is a dialogue at one point of its life: Opening, Incoming or Dialogue.
type stage interface {
	// handle accepts the peer's envelope and returns nil, or changes nothing and says why.
	handle(raw []byte, v envelope) error
	// expire ends the stage when its time is over.
	expire(now time.Time)
	shared() *link
}

// grave remembers an ended dialogue's last envelope: the peer may have missed the receipt.
type grave struct {
	last  [32]byte
	until time.Time
}

const (
	housekeeping = 15 * time.Second
	// remembrance is the longest that an envelope sent now can be accepted anywhere.
	remembrance = MaxLifetime + 2*MaxSkew
	lookupTime  = 5 * time.Second
)

// Reasons for which an envelope is refused, beside errMalformed, identity.ErrSignature and failed decryption.
var (
	errUnknown      = errors.New("no such dialogue")
	errOrder        = errors.New("out of order")
	errDirection    = errors.New("wrong direction")
	errReplay       = errors.New("replayed first flight")
	errStale        = errors.New("sent before this endpoint started")
	errKeyID        = errors.New("unknown or expired messaging key")
	errSender       = errors.New("wrong sender")
	errUnregistered = errors.New("sender is not registered")
	errTime         = errors.New("not valid now")
	errRation       = errors.New("too many decryptions")
	errFull         = errors.New("no room")
)

// NewEndpoint starts an endpoint. It ends when ctx does, or by Close.
func NewEndpoint(ctx context.Context, cfg Config) (*Endpoint, error) {
	if cfg.Signer == nil || cfg.Registered == nil || cfg.Channel == nil {
		return nil, errors.New("messaging endpoint: signer, registration check and channel are required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Limits = cfg.Limits.withDefaults()
	e := &Endpoint{
		cfg:     cfg,
		self:    cfg.Signer.Address(),
		started: cfg.Clock().Truncate(time.Millisecond),
		rations: newRations(cfg.Limits),
		replays: newReplayMemory(cfg.Limits.Remembered),
		accept:  make(chan *Incoming, cfg.Limits.Pending),
		stages:  map[dialogueID]stage{},
		pending: map[identity.Address]int{},
		graves:  map[dialogueID]grave{},
	}
	e.ctx, e.cancel = context.WithCancelCause(ctx)
	e.group.Add(2)
	go e.receive() // both end with e.ctx
	go e.housekeep()
	return e, nil
}

// Accept returns the next verified first flight.
func (e *Endpoint) Accept(ctx context.Context) (*Incoming, error) {
	for {
		select {
		case in := <-e.accept:
			if in.ctx.Err() == nil { // else it expired in the queue
				return in, nil
			}
		case <-e.ctx.Done():
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, fmt.Errorf("accept dialogue: %w", ctx.Err())
		}
	}
}

// Stats returns the counters.
func (e *Endpoint) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	return Stats{
		Pending: e.waiting, Dialogues: len(e.stages) - e.waiting,
		Accepted: e.accepted.Load(), Refused: e.refused.Load(), Resent: e.resent.Load(),
	}
}

// Close ends every dialogue and waits for the endpoint's goroutines. The channel stays open.
func (e *Endpoint) Close() error {
	e.cancel(ErrClosed)
	e.group.Wait()
	return nil
}

func (e *Endpoint) receive() {
	defer e.group.Done()
	defer e.cancel(ErrClosed) // a closed channel ends the endpoint
	for {
		d, err := e.cfg.Channel.Receive(e.ctx)
		if err != nil {
			return
		}
		if err := e.handle(d); err != nil {
			e.refused.Add(1)
			e.cfg.Logger.Debug("envelope refused", "source", d.Source, "reason", err)
			continue
		}
		e.accepted.Add(1)
		d.Accept()
	}
}

// handle returns nil when the envelope was accepted, now or before, so that a receipt is due.
func (e *Endpoint) handle(d Delivery) error {
	v, err := decodeEnvelope(d.Envelope)
	if err != nil {
		return err
	}
	if v.isFirst() {
		return e.firstFlight(d, v)
	}
	e.mu.Lock()
	s, known := e.stages[v.dialogue]
	g, buried := e.graves[v.dialogue]
	e.mu.Unlock()
	switch {
	case known:
		l := s.shared()
		if v.direction == l.mine {
			return errDirection
		}
		if l.repeats(d.Envelope) {
			return nil
		}
		if v.isFlight() && !e.rations.allow(d.Source, e.cfg.Clock()) {
			return errRation
		}
		return s.handle(d.Envelope, v)
	case buried && g.last == sha256.Sum256(d.Envelope):
		return nil
	}
	return errUnknown
}

// add makes s the stage that handles its dialogue's envelopes. Errors: errFull, ErrClosed.
func (e *Endpoint) add(s stage) error {
	l := s.shared()
	e.mu.Lock()
	defer e.mu.Unlock()
	in, first := s.(*Incoming)
	switch {
	case e.ctx.Err() != nil:
		return ErrClosed
	case e.stages[l.id] != nil:
		return fmt.Errorf("dialogue exists: %w", errFull)
	case first && (e.waiting >= e.cfg.Limits.Pending || e.pending[in.peer] >= e.cfg.Limits.PendingPerPeer):
		return fmt.Errorf("first flights: %w", errFull)
	case len(e.stages)-e.waiting >= e.cfg.Limits.Dialogues:
		return fmt.Errorf("dialogues: %w", errFull)
	}
	e.stages[l.id] = s
	if first {
		e.pending[in.peer]++
		e.waiting++
	}
	return nil
}

// replace puts the next stage of a dialogue in the place of the one before.
func (e *Endpoint) replace(from, to stage) error {
	l := from.shared()
	e.mu.Lock()
	defer e.mu.Unlock()
	_, first := from.(*Incoming)
	if e.stages[l.id] != from {
		return ErrClosed
	}
	if first && len(e.stages)-e.waiting >= e.cfg.Limits.Dialogues {
		return fmt.Errorf("dialogues: %w", errFull)
	}
	e.stages[l.id] = to
	e.settle(from)
	return nil
}

// remove forgets a stage, but not what its peer last sent.
func (e *Endpoint) remove(s stage) {
	l := s.shared()
	last := l.lastAccepted()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stages[l.id] != s {
		return
	}
	delete(e.stages, l.id)
	e.settle(s)
	if len(e.graves) < e.cfg.Limits.Dialogues {
		e.graves[l.id] = grave{last: last, until: e.cfg.Clock().Add(remembrance)}
	}
}

// settle takes a first flight off the books. Called with the lock held.
func (e *Endpoint) settle(s stage) {
	in, first := s.(*Incoming)
	if !first {
		return
	}
	e.waiting--
	if e.pending[in.peer]--; e.pending[in.peer] == 0 {
		delete(e.pending, in.peer)
	}
}

// housekeep ends what has outlived its time, and everything once the endpoint ends.
func (e *Endpoint) housekeep() {
	defer e.group.Done()
	tick := time.NewTicker(housekeeping)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.sweep(e.cfg.Clock())
		case <-e.ctx.Done():
			for _, s := range e.snapshot() {
				s.shared().end(ErrClosed)
				e.remove(s)
			}
			return
		}
	}
}

func (e *Endpoint) sweep(now time.Time) {
	if e.cfg.Keyring != nil {
		e.cfg.Keyring.housekeep()
	}
	e.replays.forget(now)
	for _, s := range e.snapshot() {
		s.expire(now)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, g := range e.graves {
		if now.After(g.until) {
			delete(e.graves, id)
		}
	}
}

func (e *Endpoint) snapshot() []stage {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]stage, 0, len(e.stages))
	for _, s := range e.stages {
		all = append(all, s)
	}
	return all
}
