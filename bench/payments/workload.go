package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/store"
	"github.com/mysteriumnetwork/myst/tunnel"
)

const (
	step  = 1 << 20            // bytes for which each promise pays
	price = money.Amount(1024) // per GiB: a unit for each step
	lock  = money.UnitsPerCoin // of each session
)

var domain = intent.Domain{ChainID: 1337, Contract: identity.Address{19: 7}}

// workload is many consumers' sessions with one provider, and what they will send.
type workload struct {
	provider *identity.Key
	sessions []*session
	promises int
}

// session is one consumer's: the provider's end is a real collector, on this connection and this meter.
type session struct {
	key      *identity.Key
	promised []intent.SignedPromise
	messages [][]byte

	next    int
	start   chan struct{} // closed when the first message may be read
	end     chan struct{} // closed when the session is over
	reading func()        // told when all messages are stored
	sent    atomic.Uint64 // bytes
}

func newWorkload(sessions, promises int) (*workload, error) {
	w := &workload{promises: promises}
	var err error
	if w.provider, err = identity.NewKey(); err != nil {
		return nil, err
	}
	for range sessions {
		key, err := identity.NewKey()
		if err != nil {
			return nil, err
		}
		w.sessions = append(w.sessions, &session{key: key})
	}
	return w, nil
}

// each does something for every promise, session by session in turn as they come in, and returns the rate.
func (w *workload) each(do func(s *session, n int) error) (float64, error) {
	began := processor()
	for n := range w.promises {
		for _, s := range w.sessions {
			if err := do(s, n); err != nil {
				return 0, err
			}
		}
	}
	return float64(w.promises*len(w.sessions)) / (processor() - began).Seconds(), nil
}

// signAll signs what the consumers promise, and keeps it.
func (w *workload) signAll() (float64, error) {
	for _, s := range w.sessions {
		s.promised = s.promised[:0]
	}
	rate, err := w.each(func(s *session, n int) error {
		p, err := intent.SignPromise(s.key, intent.Promise{Provider: w.provider.Address(), Amount: money.Amount(n + 1)}, domain)
		s.promised = append(s.promised, p)
		return err
	})
	for _, s := range w.sessions {
		if err == nil {
			err = s.encode()
		}
	}
	return rate, err
}

// encode makes the messages in which the promises travel.
func (s *session) encode() error {
	s.messages = nil
	for n, p := range s.promised {
		body, err := payments.EncodePayment(uint64(n+1), uint64(n+1)*step, p)
		if err != nil {
			return err
		}
		s.messages = append(s.messages, body)
	}
	return nil
}

// verifyAll only checks the signatures.
func (w *workload) verifyAll() (float64, error) {
	return w.each(func(s *session, n int) error { return s.promised[n].Verify(domain) })
}

// result is how many promises were verified and durably stored in a second that passed, and in one of processor
// time, and how many bytes an idle session takes.
type result struct {
	passed, used float64
	idle         uint64
}

// pair measures the check alone and the whole, right after each other, because what else runs changes what a processor
// does in a second: the check before and after the whole, of which the mean counts.
func (w *workload) pair(ctx context.Context, path, profile string) (alone float64, stored result, err error) {
	before, err := w.verifyAll()
	if err != nil {
		return 0, stored, fmt.Errorf("verify: %w", err)
	}
	if stored, err = w.storeAll(ctx, path, profile); err != nil {
		return 0, stored, fmt.Errorf("store: %w", err)
	}
	after, err := w.verifyAll()
	if err != nil {
		return 0, stored, fmt.Errorf("verify: %w", err)
	}
	return 2 / (1/before + 1/after), stored, nil
}

// storeAll opens every session at a provider and lets all send at once.
// profile is where a processor profile of the sending goes, if anywhere.
func (w *workload) storeAll(ctx context.Context, path, profile string) (r result, err error) {
	db, err := store.Open(ctx, path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ledger, err := payments.Open(ctx, payments.Config{DB: db, Signer: w.provider, Domain: domain, Chain: locked(w.provider.Address())})
	if err != nil {
		return r, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		running, reading sync.WaitGroup
		start            = make(chan struct{})
		end              = make(chan struct{})
		failed           atomic.Pointer[error]
	)
	reading.Add(len(w.sessions))
	before := memory()
	collectors, err := w.openAll(ctx, ledger)
	if err != nil {
		return r, err
	}
	for i, s := range w.sessions {
		collector := collectors[i]
		s.next, s.start, s.end, s.reading = 0, start, end, sync.OnceFunc(reading.Done)
		s.sent.Store(0)
		running.Go(func() {
			err := collector.Run(ctx, s, s)
			s.reading()
			if stats := collector.Stats(); err == nil && stats.Promises != uint64(w.promises) {
				err = fmt.Errorf("%d of %d promises were taken", stats.Promises, w.promises)
			}
			if err != nil && !errors.Is(err, payments.ErrClosed) {
				failed.Store(&err)
			}
		})
	}
	// Every session waits for its first message now.
	time.Sleep(time.Second)
	r.idle = (memory() - before) / uint64(len(w.sessions))
	stop, err := profiling(profile)
	if err != nil {
		finish(end, &running)
		return r, err
	}
	began, used := time.Now(), processor()
	close(start)
	reading.Wait()
	n := float64(w.promises * len(w.sessions))
	r.passed, r.used = n/time.Since(began).Seconds(), n/(processor()-used).Seconds()
	stop()
	finish(end, &running)
	if problem := failed.Load(); problem != nil {
		return r, *problem
	}
	return r, w.count(ctx, ledger)
}

// finish ends the sessions and waits for them.
func finish(end chan struct{}, running *sync.WaitGroup) {
	close(end)
	running.Wait()
}

// openAll opens the sessions, some at a time, so that they share commits.
func (w *workload) openAll(ctx context.Context, ledger *payments.Ledger) ([]*payments.Collector, error) {
	collectors, problems := make([]*payments.Collector, len(w.sessions)), make([]error, len(w.sessions))
	var opening sync.WaitGroup
	places := make(chan struct{}, 100)
	for i, s := range w.sessions {
		places <- struct{}{}
		opening.Go(func() {
			collectors[i], problems[i] = w.open(ctx, ledger, s, i)
			<-places
		})
	}
	opening.Wait()
	return collectors, errors.Join(problems...)
}

func (w *workload) open(ctx context.Context, ledger *payments.Ledger, s *session, i int) (*payments.Collector, error) {
	terms := payments.Terms{
		Peer: s.key.Address(), ServiceType: "wireguard", Country: "DE", Price: money.Price{PerGiB: price}, Lock: lock,
	}
	binary.BigEndian.PutUint64(terms.Session[:], uint64(i))
	collector, err := ledger.Collect(ctx, terms)
	if err != nil {
		return nil, err
	}
	return collector, collector.AwaitLock(ctx, nil)
}

// count makes sure that the database has what was stored.
func (w *workload) count(ctx context.Context, ledger *payments.Ledger) error {
	kept, err := ledger.PromisedTo(ctx)
	if err != nil {
		return err
	}
	if len(kept) != len(w.sessions) {
		return fmt.Errorf("the database has promises of %d consumers, not %d", len(kept), len(w.sessions))
	}
	for _, p := range kept {
		if p.Amount != money.Amount(w.promises) {
			return fmt.Errorf("the database has %d units of %s, not %d", p.Amount, p.Consumer, w.promises)
		}
	}
	return nil
}

// processor is the time that the process's threads have run.
func processor() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // it fails only for arguments that do not exist
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memory is what the process uses after a collection, in heap and stacks.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// Receive implements payments.Conn: the next message comes when the one before is stored.
func (s *session) Receive(ctx context.Context) (uint32, []byte, error) {
	select {
	case <-s.start:
	case <-ctx.Done():
		return 0, nil, ctx.Err()
	}
	if s.next == len(s.messages) {
		s.reading()
		<-s.end
		return 0, nil, io.EOF
	}
	s.next++
	s.sent.Store(uint64(s.next) * step)
	return payments.KindPayment, s.messages[s.next-1], nil
}

// Send implements payments.Conn.
func (s *session) Send(context.Context, uint32, []byte) error { return nil }

// Counters implements payments.Meter: what a promise pays for was sent.
func (s *session) Counters() tunnel.Counters { return tunnel.Counters{Sent: s.sent.Load()} }

// SetLimit, SetAlarm and Crossed implement payments.Meter.
func (s *session) SetLimit(uint64) {}

// SetAlarm implements payments.Meter.
func (s *session) SetAlarm(uint64) {}

// Crossed implements payments.Meter: no alarm goes off.
func (s *session) Crossed() <-chan struct{} { return nil }

// locked is a chain on which everybody has locked enough for one provider.
type locked identity.Address

// Channel implements payments.Chain.
func (l locked) Channel(context.Context, identity.Address, uint8, uint64) (payments.Channel, error) {
	return payments.Channel{Provider: identity.Address(l), Locked: lock}, nil
}
