package nats

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/time/rate"

	"github.com/mysteriumnetwork/myst/identity"
)

const (
	patrolInterval = time.Second
	burstSeconds   = 5
	// penalty is how long an identity stays out after it broke its quota.
	penalty = 30 * time.Second
)

// police holds every identity to its quota. The NATS server bounds single connections, but neither
// what an identity has in all nor how fast it publishes, so the police look at its counters
// once a second: what a flooder can do is what fits its connections in that second.
type police struct {
	server *server.Server
	clock  func() time.Time
	quotas Quotas

	mu      sync.Mutex
	clients map[string]*record // by address token

	logins, refused, disciplined atomic.Uint64
}

// record is what is known of one identity that is connected or was lately.
type record struct {
	connections     map[uint64]traffic // by the server's connection ID
	messages, bytes *rate.Limiter
	outUntil        time.Time
	idle            time.Time // since when without connections
}

type traffic struct{ messages, bytes int64 }

func newPolice(s *server.Server, cfg BrokerConfig) *police {
	return &police{server: s, clock: cfg.Clock, quotas: cfg.Quotas, clients: map[string]*record{}}
}

// admit counts a new connection in, at the expense of the identity's oldest if it has too many.
func (p *police) admit(who identity.Address, connection uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := token(who)
	r := p.clients[name]
	if r == nil {
		r = &record{
			connections: map[uint64]traffic{},
			messages:    rate.NewLimiter(rate.Limit(p.quotas.MessagesPerSecond), int(burstSeconds*p.quotas.MessagesPerSecond)),
			bytes:       rate.NewLimiter(rate.Limit(p.quotas.BytesPerSecond), int(burstSeconds*p.quotas.BytesPerSecond)),
		}
		p.clients[name] = r
	}
	if left := r.outUntil.Sub(p.clock()); left > 0 {
		return fmt.Errorf("over quota; out for another %v", left)
	}
	for len(r.connections) >= p.quotas.ConnectionsPerIdentity {
		p.evictOldest(r)
	}
	r.connections[connection] = traffic{}
	return nil
}

func (p *police) evictOldest(r *record) {
	oldest, found := uint64(0), false
	for id := range r.connections { // IDs grow
		if !found || id < oldest {
			oldest, found = id, true
		}
	}
	delete(r.connections, oldest)
	_ = p.server.DisconnectClientByID(oldest) // it fails for one that is gone already
}

// patrol checks the quotas until ctx ends.
func (p *police) patrol(ctx context.Context) {
	tick := time.NewTicker(patrolInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.inspect()
		case <-ctx.Done():
			return
		}
	}
}

// inspect books what was published since the last time.
func (p *police) inspect() {
	all, err := p.server.Connz(&server.ConnzOptions{Limit: p.quotas.Connections + 1})
	if err != nil {
		return // shutting down
	}
	current := make(map[uint64]traffic, len(all.Conns))
	for _, c := range all.Conns {
		current[c.Cid] = traffic{messages: c.InMsgs, bytes: c.InBytes}
	}
	now := p.clock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, r := range p.clients {
		for id, before := range r.connections {
			t, alive := current[id]
			if !alive {
				continue
			}
			r.connections[id] = t
			if !r.messages.AllowN(now, int(t.messages-before.messages)) || !r.bytes.AllowN(now, int(t.bytes-before.bytes)) {
				r.outUntil = now.Add(penalty)
			}
		}
		p.tidy(name, r, now, current)
	}
}

// tidy throws out an offender and forgets connections and identities that are gone.
func (p *police) tidy(name string, r *record, now time.Time, current map[uint64]traffic) {
	out := r.outUntil.After(now)
	if out && len(r.connections) > 0 {
		p.disciplined.Add(1)
	}
	for id := range r.connections {
		if out {
			_ = p.server.DisconnectClientByID(id) // it fails for one that is gone already
		}
		// One that logged in after the counters were read is not among them, and yet alive.
		if _, alive := current[id]; out || !alive && p.server.GetClient(id) == nil {
			delete(r.connections, id)
		}
	}
	if len(r.connections) > 0 {
		r.idle = time.Time{}
		return
	}
	if r.idle.IsZero() {
		r.idle = now
	}
	if now.Sub(r.idle) > penalty {
		delete(p.clients, name)
	}
}
