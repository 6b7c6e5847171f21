package payments

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// A victim is a process of its own, this test binary started again, that buys or sells: real Payers and Collectors
// over a real database. Its standard input and output are its network and its tunnel, see frame; the test at their
// other ends (siege) carries everything between two victims, and so knows what passed before one of them was killed.

// victimConfig makes the test binary a victim.
type victimConfig struct {
	Role Role
	DB   string
	Keys [][]byte // secrets: a provider's only one, or one for each session of a consumer
}

// frame is what goes over a pipe: 1 byte kind, 1 byte session, 4 bytes length, body.
type frame struct {
	kind    byte
	session byte
	body    []byte
}

// Kinds of frames.
const (
	frameFuse    = 'f' // to a victim: fuse, when to die
	frameOpen    = 'o' // to a victim: errand
	frameOver    = 'x' // to a victim: the session's connection is over
	frameAsk     = 'q' // to a victim: what is in the book?
	frameBook    = 'b' // from a victim: []intent.SignedPromise
	frameEnded   = 'e' // from a victim: the session ended; what Run returned
	frameMessage = 'p' // both: kind, 4 bytes, and body of a payment message
	framePacket  = 'd' // both: a packet in the tunnel
	frameCounted = 'r' // from a victim: a packet arrived and was counted
)

func (f frame) write(w io.Writer) error {
	header := []byte{f.kind, f.session, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(header[2:], uint32(len(f.body)))
	_, err := w.Write(append(header, f.body...))
	return err
}

func readFrame(r io.Reader) (f frame, err error) {
	var header [6]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return f, err
	}
	f = frame{kind: header[0], session: header[1], body: make([]byte, binary.BigEndian.Uint32(header[2:]))}
	_, err = io.ReadFull(r, f.body)
	return f, err
}

// errand is what a victim is told of a session.
type errand struct {
	Terms    Terms
	Chain    Channel
	Down, Up int // packets
}

// fuse is when a victim dies by itself: the Nth time (from 0) that it comes to a step, or some time After it.
type fuse struct {
	Step  string
	Nth   int
	After time.Duration
}

type victim struct {
	victimConfig
	chain   *fakeChain
	ledgers []*Ledger

	writing sync.Mutex
	out     io.Writer

	mu   sync.Mutex
	fuse fuse
}

// beVictim is main for a victim. It ends when its input does.
func beVictim(config string) (err error) {
	v := &victim{chain: &fakeChain{}, out: os.Stdout}
	if err := json.Unmarshal([]byte(config), &v.victimConfig); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db, err := store.Open(ctx, v.DB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, secret := range v.Keys {
		key, err := identity.KeyFromBytes(secret)
		if err != nil {
			return err
		}
		ledger, err := Open(ctx, Config{
			DB: db, Signer: fusedSigner{key, v}, Domain: testDomain, Chain: v.chain, MaxWindow: siegeWindow,
		})
		if err == nil {
			err = ledger.checkSpent(ctx)
		}
		if err != nil {
			return err
		}
		v.ledgers = append(v.ledgers, ledger)
	}
	var sessions sync.WaitGroup
	defer sessions.Wait()
	defer cancel()
	open := map[byte]*victimSession{}
	for {
		f, err := readFrame(os.Stdin)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = v.handle(ctx, f, open, &sessions)
		}
		if err != nil {
			return fmt.Errorf("frame %q: %w", f.kind, err)
		}
	}
}

func (v *victim) handle(ctx context.Context, f frame, open map[byte]*victimSession, sessions *sync.WaitGroup) error {
	s := open[f.session]
	switch f.kind {
	case frameFuse:
		v.mu.Lock()
		defer v.mu.Unlock()
		return json.Unmarshal(f.body, &v.fuse)
	case frameAsk:
		return v.tellBooks(ctx)
	case frameOpen:
		s = &victimSession{v: v, id: f.session, meter: tunnel.NewMeter(), stop: make(chan struct{}), inbox: newInbox(), packets: newInbox()}
		if err := json.Unmarshal(f.body, &s.errand); err != nil {
			return err
		}
		open[f.session] = s
		sessions.Go(func() {
			err := s.run(ctx)
			v.write(frame{frameEnded, f.session, fmt.Append(nil, err)})
		})
	case frameMessage:
		s.inbox.put(f.body)
	case framePacket:
		s.packets.put(nil)
	case frameOver:
		if s != nil {
			s.inbox.close()
		}
	}
	return nil
}

func (v *victim) write(f frame) {
	v.writing.Lock()
	defer v.writing.Unlock()
	if err := f.write(v.out); err != nil {
		killtest.Perish() // nobody is there any more
	}
}

// tellBooks tells what is in the database.
func (v *victim) tellBooks(ctx context.Context) error {
	var all []intent.SignedPromise
	for _, l := range v.ledgers {
		read := l.PromisedBy
		if v.Role == Provider {
			read = l.PromisedTo
		}
		promises, err := read(ctx)
		if err != nil {
			return err
		}
		all = append(all, promises...)
	}
	body, err := json.Marshal(all)
	v.write(frame{kind: frameBook, body: body})
	return err
}

// step dies if it is the one to die at.
func (v *victim) step(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fuse.Step != name {
		return
	}
	v.fuse.Nth--
	switch {
	case v.fuse.Nth >= 0:
	case v.fuse.After > 0:
		time.AfterFunc(v.fuse.After, killtest.Perish)
	default:
		killtest.Perish()
	}
}

// fusedSigner, fusedMeter and victimSession's Send and Receive are the steps of a session.
type fusedSigner struct {
	identity.Signer
	v *victim
}

func (s fusedSigner) Sign(digest [32]byte) (identity.Signature, error) {
	s.v.step("signing")
	sig, err := s.Signer.Sign(digest)
	s.v.step("signed")
	return sig, err
}

type fusedMeter struct {
	*tunnel.Meter
	v *victim
}

func (m fusedMeter) SetLimit(total uint64) {
	m.v.step("raising the limit")
	m.Meter.SetLimit(total)
	m.v.step("limit raised")
}

// victimSession is one end of a session, its connection and its tunnel.
type victimSession struct {
	errand
	v              *victim
	id             byte
	meter          *tunnel.Meter
	stop           chan struct{} // closed when the tunnel is
	inbox, packets *inbox
}

func (s *victimSession) Send(_ context.Context, kind uint32, body []byte) error {
	s.v.step("sending")
	s.v.write(frame{frameMessage, s.id, append(binary.BigEndian.AppendUint32(nil, kind), body...)})
	s.v.step("sent")
	return nil
}

func (s *victimSession) Receive(ctx context.Context) (uint32, []byte, error) {
	body, err := s.inbox.take(ctx)
	if err != nil {
		return 0, nil, err
	}
	s.v.step("received")
	return binary.BigEndian.Uint32(body), body[4:], nil
}

// carry moves packets through this end of the tunnel: n of its own, and all that arrive. done is closed when the own
// are sent and want have arrived.
func (s *victimSession) carry(ctx context.Context, n, want int, done chan<- struct{}) {
	var both sync.WaitGroup
	both.Go(func() {
		for range n {
			if !s.meter.Send(packet, s.stop) {
				return
			}
			s.v.write(frame{kind: framePacket, session: s.id})
		}
	})
	both.Go(func() {
		for range want {
			if _, err := s.packets.take(ctx); err != nil || !s.meter.Receive(packet, s.stop) {
				return
			}
			s.v.write(frame{kind: frameCounted, session: s.id})
		}
	})
	both.Wait()
	close(done)
}

// run is one session from its beginning to its end in the book.
func (s *victimSession) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	consumer := s.Terms.Peer
	if s.v.Role == Consumer {
		consumer = s.v.ledgers[s.id].Identity()
	}
	s.v.chain.set(consumer, s.Terms.Channel, s.Chain)
	s.v.step("opening")
	if s.v.Role == Consumer {
		return s.buy(ctx, cancel)
	}
	return s.sell(ctx, cancel)
}

func (s *victimSession) buy(ctx context.Context, cancel context.CancelFunc) error {
	payer, err := s.v.ledgers[s.id].Pay(ctx, s.Terms)
	if err != nil {
		return err
	}
	s.v.step("opened")
	if err := payer.AwaitLock(ctx, nil); err != nil {
		return err
	}
	ran, carried := make(chan error, 1), make(chan struct{})
	go func() { ran <- payer.Run(ctx, s) }()
	payer.Attach(fusedMeter{s.meter, s.v}, nil)
	go s.carry(ctx, s.Up, s.Down, carried)
	select {
	case <-carried:
		s.v.step("settling")
		settling, done := context.WithTimeout(ctx, time.Minute)
		err = payer.Settle(settling)
		done()
		s.inbox.close()
		err = errors.Join(err, <-ran)
	case err = <-ran:
	}
	s.v.step("ended")
	s.end(cancel, carried)
	err = errors.Join(err, payer.Close(context.WithoutCancel(ctx), "over"))
	s.v.step("closed")
	return err
}

func (s *victimSession) sell(ctx context.Context, cancel context.CancelFunc) error {
	collector, err := s.v.ledgers[0].Collect(ctx, s.Terms)
	if err != nil {
		return err
	}
	s.v.step("opened")
	if err := collector.AwaitLock(ctx, nil); err != nil {
		return err
	}
	carried := make(chan struct{})
	go s.carry(ctx, s.Down, s.Up, carried)
	err = collector.Run(ctx, s, fusedMeter{s.meter, s.v})
	s.v.step("ended")
	s.end(cancel, carried)
	err = errors.Join(err, collector.Close(context.WithoutCancel(ctx), "over"))
	s.v.step("closed")
	return err
}

// end closes the tunnel.
func (s *victimSession) end(cancel context.CancelFunc, carried <-chan struct{}) {
	close(s.stop)
	cancel()
	<-carried
}

// inbox is a queue without a bound, so that nothing that waits for a limit holds up what would raise it.
type inbox struct {
	mu      sync.Mutex
	queue   [][]byte
	closed  bool
	changed chan struct{}
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{}, 1)} }

func (b *inbox) put(body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = append(b.queue, body)
	b.wake()
}

func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.wake()
}

func (b *inbox) wake() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// take returns the next message, or io.EOF after the last one of a closed inbox. It has one reader.
func (b *inbox) take(ctx context.Context) ([]byte, error) {
	for {
		b.mu.Lock()
		if len(b.queue) > 0 {
			body := b.queue[0]
			b.queue = b.queue[1:]
			b.mu.Unlock()
			return body, nil
		}
		closed := b.closed
		b.mu.Unlock()
		if closed {
			return nil, io.EOF
		}
		select {
		case <-b.changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
