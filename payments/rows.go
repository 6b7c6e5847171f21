package payments

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/store"
)

// group commits what several sessions want to store at the same time in one transaction: a durable
// commit costs about the same for one row and for a hundred.
type group struct {
	db *store.DB

	committing sync.Mutex // held by whoever is writing

	mu   sync.Mutex
	next *batch // gathers until the writer before it is done
}

type batch struct {
	writes []*write
	done   chan struct{}
}

// write is what one session wants to store, for a consumer.
type write struct {
	consumer identity.Address
	do       func(*store.Tx) error
	err      error // what became of it, once the batch is done
}

// do runs a write in a transaction and returns once it is durable. The writes of one batch are committed together, and
// if one of them fails each by itself, so that the failure is its own; do may thus be called twice. The
// transaction does not end with ctx, which may be another session's. consumer is whose promises the write is about.
func (g *group) do(ctx context.Context, consumer identity.Address, do func(*store.Tx) error) error {
	w := &write{consumer: consumer, do: do}
	g.mu.Lock()
	b := g.next
	if b != nil {
		b.writes = append(b.writes, w)
		g.mu.Unlock()
		<-b.done
		return w.err
	}
	b = &batch{writes: []*write{w}, done: make(chan struct{})}
	g.next = b
	g.mu.Unlock()

	g.committing.Lock()
	defer g.committing.Unlock()
	// Who could run now and has something to store comes first: where the disk is fast, and a processor alone, each commit
	// would else take only few, and the commits more time than all that they store.
	runtime.Gosched()
	g.mu.Lock()
	g.next = nil
	g.mu.Unlock()
	defer close(b.done)
	// In the order of the promises' keys, so that each page is looked for once.
	slices.SortStableFunc(b.writes, func(a, b *write) int { return bytes.Compare(a.consumer[:], b.consumer[:]) })
	g.commit(context.WithoutCancel(ctx), b.writes)
	return w.err
}

// commit runs writes in one transaction, or each in its own if one of them fails.
func (g *group) commit(ctx context.Context, writes []*write) {
	var failed bool
	err := g.db.InTx(ctx, func(tx *store.Tx) error {
		for _, w := range writes {
			if err := w.do(tx); err != nil {
				failed = true
				return err
			}
		}
		return nil
	})
	for _, w := range writes {
		if failed && len(writes) > 1 {
			w.err = g.db.InTx(ctx, w.do)
		} else {
			w.err = err
		}
	}
}

func (l *Ledger) promiseRow(p intent.SignedPromise) store.Promise {
	return store.Promise{
		Domain: l.separator, Consumer: p.Consumer, Provider: p.Provider, Channel: p.Channel, Epoch: p.Epoch,
		Amount: p.Amount, Signature: p.Signature, Updated: time.Now().UnixMilli(),
	}
}

// progressRow is a promise's row with the account of the session that it was made in.
func (l *Ledger) progressRow(p intent.SignedPromise, s Session) store.Promise {
	row := l.promiseRow(p)
	row.Session, row.Progress = s.Session, progress(s.Stats)
	return row
}

func progress(s Stats) store.Progress {
	return store.Progress{
		Sent: s.Sent, Received: s.Received, Billed: s.Billed, Elapsed: s.Elapsed.Milliseconds(),
		Due: s.Due, Promised: s.Promised, Promises: s.Promises, Window: s.Window,
	}
}

func signedPromise(r store.Promise) intent.SignedPromise {
	return intent.SignedPromise{
		Consumer:  r.Consumer,
		Promise:   intent.Promise{Provider: r.Provider, Channel: r.Channel, Epoch: r.Epoch, Amount: r.Amount},
		Signature: r.Signature,
	}
}

func signedPromises(rows []store.Promise) []intent.SignedPromise {
	all := make([]intent.SignedPromise, len(rows))
	for i, r := range rows {
		all[i] = signedPromise(r)
	}
	return all
}

func (l *Ledger) sessionRow(s Session) store.Session {
	row := store.Session{
		Domain: l.separator, ID: s.Session, Role: string(s.Role), Self: l.self, Peer: s.Peer, Service: s.ServiceType, Country: s.Country,
		Price: s.Price, Setup: s.Setup, Channel: s.Channel, Epoch: s.Epoch, Locked: s.Lock, Cap: s.Cap,
		Started: s.Started.UnixMilli(), Reason: s.Reason, Progress: progress(s.Stats),
	}
	if !s.Ended.IsZero() {
		row.Ended = s.Ended.UnixMilli()
	}
	return row
}

func fromRow(r store.Session) Session {
	s := Session{
		Terms: Terms{
			Session: r.ID, Peer: r.Peer, ServiceType: r.Service, Country: r.Country, Price: r.Price, Setup: r.Setup,
			Channel: r.Channel, Epoch: r.Epoch, Lock: r.Locked, Cap: r.Cap,
		},
		Role: Role(r.Role), Started: time.UnixMilli(r.Started), Reason: r.Reason,
		Stats: Stats{
			Sent: r.Sent, Received: r.Received, Billed: r.Billed, Elapsed: time.Duration(r.Elapsed) * time.Millisecond,
			Due: r.Due, Promised: r.Promised, Promises: r.Promises, Window: r.Window,
		},
	}
	if r.Ended != 0 {
		s.Ended = time.UnixMilli(r.Ended)
	}
	return s
}
