package payments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
)

func TestMain(m *testing.M) {
	if config, ok := killtest.Victim(); ok {
		if err := beVictim(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if path, ok := os.LookupEnv(releaserEnv); ok {
		fmt.Fprintln(os.Stderr, dieSigning(path))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

var testDomain = intent.Domain{ChainID: 1337, Contract: identity.Address{19: 7}}

func newKey(t testing.TB) *identity.Key {
	t.Helper()
	k, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newDB(t testing.TB) *store.DB {
	t.Helper()
	return openDB(t, filepath.Join(t.TempDir(), "node.db"))
}

func openDB(t testing.TB, path string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// fakeChain has one history of channel states per channel, indexed by confirmations: state n holds as
// seen with n confirmations, and the last for any more.
type fakeChain struct {
	mu     sync.Mutex
	states map[channelKey][]Channel
	err    error
}

func (c *fakeChain) Channel(_ context.Context, consumer identity.Address, id uint8, confirmations uint64) (Channel, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	states := c.states[channelKey{consumer, id}]
	if c.err != nil || len(states) == 0 {
		return Channel{}, c.err
	}
	return states[min(confirmations, uint64(len(states)-1))], nil
}

func (c *fakeChain) set(consumer identity.Address, id uint8, states ...Channel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.states == nil {
		c.states = map[channelKey][]Channel{}
	}
	c.states[channelKey{consumer, id}] = states
}

func (c *fakeChain) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

// Claim clears at once, as the contract does: min(amount, locked) − cleared, in the right epoch.
func (c *fakeChain) Claim(_ context.Context, promises []intent.SignedPromise, _ money.Amount) (Claim, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var total money.Amount
	for _, p := range promises {
		if p.Verify(testDomain) != nil {
			continue
		}
		states := c.states[channelKey{p.Consumer, p.Channel}]
		for i := range states {
			s := &states[i]
			if s.Provider == p.Provider && s.Epoch == p.Epoch {
				paid := min(p.Amount, s.Locked).SaturatingSub(s.Cleared)
				s.Cleared += paid
				if i == 0 {
					total += paid
				}
			}
		}
	}
	if total == 0 {
		return Claim{Failed: true, Reason: "nothing changed"}, nil
	}
	return Claim{ID: "1", Mined: true, Transaction: "0x1", Block: 1}, nil
}

func (c *fakeChain) Avoid(string) {}

func (c *fakeChain) Claimed(context.Context, string) (Claim, error) {
	return Claim{}, errors.New("unused")
}

// pipe is one direction of a connection: messages arrive in order, after latency, unless dropped.
type pipe struct {
	mu      sync.Mutex
	queue   []parcel
	arrived chan struct{}
	latency time.Duration
	drop    func(kind uint32, body []byte) bool // nil drops nothing
	change  func(kind uint32, body []byte) (uint32, []byte)
}

func (p *pipe) dropping(drop func(uint32, []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop = drop
}

type parcel struct {
	at   time.Time
	kind uint32
	body []byte
}

// fakeConn is one end of a connection.
type fakeConn struct {
	out, in *pipe
	closed  chan struct{}
	once    *sync.Once
}

func newConns(latency time.Duration) (consumer, provider *fakeConn) {
	up, down := &pipe{latency: latency, arrived: make(chan struct{}, 1)}, &pipe{latency: latency, arrived: make(chan struct{}, 1)}
	closed, once := make(chan struct{}), &sync.Once{}
	return &fakeConn{out: up, in: down, closed: closed, once: once}, &fakeConn{out: down, in: up, closed: closed, once: once}
}

func (c *fakeConn) Close() { c.once.Do(func() { close(c.closed) }) }

func (c *fakeConn) Send(ctx context.Context, kind uint32, body []byte) error {
	select {
	case <-c.closed:
		return io.ErrClosedPipe
	default:
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p := c.out
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drop != nil && p.drop(kind, body) {
		return nil
	}
	if p.change != nil {
		kind, body = p.change(kind, body)
	}
	p.queue = append(p.queue, parcel{time.Now().Add(p.latency), kind, body})
	select {
	case p.arrived <- struct{}{}:
	default:
	}
	return nil
}

func (c *fakeConn) Receive(ctx context.Context) (uint32, []byte, error) {
	for {
		c.in.mu.Lock()
		var wait <-chan time.Time
		if len(c.in.queue) > 0 {
			first := c.in.queue[0]
			left := time.Until(first.at)
			if left <= 0 {
				c.in.queue = c.in.queue[1:]
				c.in.mu.Unlock()
				return first.kind, first.body, nil
			}
			wait = time.After(left)
		}
		c.in.mu.Unlock()
		select {
		case <-wait:
		case <-c.in.arrived:
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-c.closed:
			return 0, nil, io.EOF
		}
	}
}

// link is a tunnel between two real meters. lose says how many of each thousand packets get lost.
type link struct {
	consumer, provider *tunnel.Meter
	stop               chan struct{}
	once               sync.Once
	loseUp, loseDown   int
	n                  atomic.Int64 // packets
}

func newLink() *link {
	return &link{consumer: tunnel.NewMeter(), provider: tunnel.NewMeter(), stop: make(chan struct{})}
}

const packet = 8 << 10

// up carries bytes to the provider at a rate in bytes a second, until all are through or the link
// is closed.
func (l *link) up(total, rate int) { l.carry(l.consumer, l.provider, total, rate, l.loseUp) }

func (l *link) down(total, rate int) { l.carry(l.provider, l.consumer, total, rate, l.loseDown) }

func (l *link) carry(from, to *tunnel.Meter, total, rate, lose int) {
	pause := time.Duration(packet) * time.Second / time.Duration(rate)
	for sent := 0; sent < total; sent += packet {
		if !from.Send(packet, l.stop) {
			return
		}
		select {
		case <-time.After(pause):
		case <-l.stop:
			return
		}
		if int(l.n.Add(1)%1000) < lose {
			continue
		}
		if !to.Receive(packet, l.stop) {
			return
		}
	}
}

func (l *link) close() { l.once.Do(func() { close(l.stop) }) }

// party is one node: an identity with a database that survives its ledger.
type party struct {
	key    *identity.Key
	db     *store.DB
	ledger *Ledger
}

// world is two nodes, a chain and the terms of a session.
type world struct {
	t                  testing.TB
	chain              *fakeChain
	consumer, provider party
	terms              Terms                     // the consumer's
	meter              func(*tunnel.Meter) Meter // the consumer's; nil is as it is
	probe              Probe
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, chain: &fakeChain{}}
	w.consumer = party{key: newKey(t), db: newDB(t)}
	w.provider = party{key: newKey(t), db: newDB(t)}
	w.terms = Terms{
		Session: [16]byte{1}, Peer: w.provider.key.Address(), ServiceType: "wireguard", Country: "DE",
		Price: money.Price{PerGiB: 100_000}, Setup: 500, Channel: 2, Epoch: 3, Lock: 1_000_000,
	}
	w.lock(w.terms.Lock)
	return w
}

// lock puts the session's lock on chain, confirmed.
func (w *world) lock(amount money.Amount) {
	w.chain.set(w.consumer.key.Address(), w.terms.Channel,
		Channel{Provider: w.terms.Peer, Locked: amount, Epoch: w.terms.Epoch})
}

func (w *world) open(p *party) {
	w.t.Helper()
	ledger, err := Open(context.Background(), Config{DB: p.db, Signer: p.key, Domain: testDomain, Chain: w.chain})
	if err != nil {
		w.t.Fatal(err)
	}
	p.ledger = ledger
}

// run is one session under way.
type run struct {
	w         *world
	payer     *Payer
	collector *Collector
	link      *link
	cc, pc    *fakeConn
	paid      chan error // what Payer.Run returned
	collected chan error
	cancel    context.CancelFunc
}

// start opens both ledgers and both ends of a session, attaches the tunnel, and returns.
func (w *world) start(ctx context.Context, latency time.Duration) *run {
	w.t.Helper()
	if w.consumer.ledger == nil {
		w.open(&w.consumer)
	}
	if w.provider.ledger == nil {
		w.open(&w.provider)
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &run{w: w, link: newLink(), paid: make(chan error, 1), collected: make(chan error, 1), cancel: cancel}
	r.cc, r.pc = newConns(latency)
	theirs := w.terms
	theirs.Peer = w.consumer.key.Address()
	var err error
	if r.collector, err = w.provider.ledger.Collect(ctx, theirs); err != nil {
		w.t.Fatal(err)
	}
	if r.payer, err = w.consumer.ledger.Pay(ctx, w.terms); err != nil {
		w.t.Fatal(err)
	}
	if err := errors.Join(r.collector.AwaitLock(ctx, nil), r.payer.AwaitLock(ctx, nil)); err != nil {
		w.t.Fatal(err)
	}
	go func() { r.collected <- r.collector.Run(ctx, r.pc, r.link.provider) }()
	go func() { r.paid <- r.payer.Run(ctx, r.cc) }()
	var meter Meter = r.link.consumer
	if w.meter != nil {
		meter = w.meter(r.link.consumer)
	}
	r.payer.Attach(meter, w.probe)
	return r
}

// end closes everything and both books, and returns what the two Runs returned.
func (r *run) end(reason string) (paid, collected error) {
	r.cc.Close()
	r.link.close()
	paid, collected = <-r.paid, <-r.collected
	r.cancel()
	ctx := context.Background()
	if err := errors.Join(r.payer.Close(ctx, reason), r.collector.Close(ctx, reason)); err != nil {
		r.w.t.Fatal(err)
	}
	return paid, collected
}

// abort is end where it does not matter what the two Runs return, or the test has seen it.
func (r *run) abort(reason string) { _, _ = r.end(reason) }

// settle ends a session as a consumer that disconnects does.
func (r *run) settle(ctx context.Context) (paid, collected error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := r.payer.Settle(ctx); err != nil {
		r.w.t.Errorf("settle: %v", err)
	}
	<-r.collector.done
	return r.end("finished")
}
