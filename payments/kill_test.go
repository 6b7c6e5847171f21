package payments

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/money"
)

const (
	// siegeSessions are under way at once, so that the provider's promises share commits.
	siegeSessions = 3
	// siegeWindow is the only window that there is.
	siegeWindow = FirstWindow
	// siegeLock is what a channel is topped up by, about eleven windows.
	siegeLock = 9_000
	// siegePatience is for a machine that does much else.
	siegePatience = 3 * time.Minute
)

// Steps at which a victim dies, by role. Those from "opening" to "closed" are the steps of a session in order; a
// promise is durable at the provider between "received" and "raising the limit", at the consumer between "signed" and
// "sending".
var siegeSteps = map[Role][]string{
	Consumer: {"opening", "opened", "signing", "signed", "sending", "sent", "raising the limit", "limit raised", "received", "settling", "ended", "closed"},
	Provider: {"opening", "opened", "received", "raising the limit", "limit raised", "sending", "sent", "ended", "closed"},
}

// house is one of the two processes, and the test's ends of its pipes.
type house struct {
	*killtest.Process
	config victimConfig
	gone   bool          // there is nothing more to read
	died   chan struct{} // closed when gone, and waited for

	writing sync.Mutex
	book    chan []intent.SignedPromise
	ended   chan string // what Run returned, of each session
}

// account is what really passed in one consumer's sessions, in all rounds but for sent and round.
type account struct {
	key                         *identity.Key
	locked                      money.Amount
	got                         uint64       // bytes that the consumer counted, and of its own the provider
	acknowledged                money.Amount // by a bill that left the provider
	sent                        money.Amount // in a payment that left the consumer
	sessions, crashes           int          // crashes of the consumer
	held, signed                money.Amount // what the books said last
	servedDown, servedUp, round uint64       // bytes, in this round
}

// siege is a provider and a consumer with several identities that are killed again and again.
type siege struct {
	t         *testing.T
	seed      uint64
	random    *rand.Rand
	chain     *fakeChain
	key       *identity.Key // the provider's
	houses    map[Role]*house
	terms     Terms
	rounds    int
	hits      int // rounds in which the kill came before all sessions had ended
	lastRound time.Duration

	opening sync.Mutex // connections end before or after a round's sessions are opened, not in between

	mu       sync.Mutex
	accounts [siegeSessions]account
}

func newSiege(t *testing.T, seed uint64) *siege {
	t.Helper()
	s := &siege{
		t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), chain: &fakeChain{}, key: newKey(t), //nolint:gosec // no secret
		houses: map[Role]*house{}, terms: Terms{ServiceType: "wireguard", Price: money.Price{PerGiB: 100_000}, Setup: 20, Channel: 4, Epoch: 1},
	}
	secret := func(k *identity.Key) []byte { return crypto.FromECDSA(k.ECDSA()) }
	consumer := victimConfig{Role: Consumer, DB: filepath.Join(t.TempDir(), "consumer.db")}
	for i := range s.accounts {
		s.accounts[i].key = newKey(t)
		consumer.Keys = append(consumer.Keys, secret(s.accounts[i].key))
	}
	provider := victimConfig{Role: Provider, DB: filepath.Join(t.TempDir(), "provider.db"), Keys: [][]byte{secret(s.key)}}
	for _, config := range []victimConfig{consumer, provider} {
		s.start(config)
	}
	t.Cleanup(func() {
		for _, h := range s.houses {
			_ = h.Cmd.Process.Kill() // it may have ended
			<-h.died
		}
	})
	return s
}

// start starts a process on its database.
func (s *siege) start(config victimConfig) {
	s.t.Helper()
	h := &house{
		Process: killtest.Start(s.t, config), config: config, died: make(chan struct{}),
		book: make(chan []intent.SignedPromise, 1), ended: make(chan string, siegeSessions),
	}
	s.mu.Lock()
	s.houses[config.Role] = h
	s.mu.Unlock()
	go func() {
		defer close(h.died)
		for {
			f, err := readFrame(h.Out)
			if err != nil {
				break
			}
			s.passes(h, f)
		}
		s.opening.Lock()
		h.gone = true
		s.leave(h)
		s.opening.Unlock()
		_ = h.Cmd.Wait() // it was killed
	}()
}

// leave ends the connections of a process that is dead.
func (s *siege) leave(h *house) {
	for i := range byte(siegeSessions) {
		s.other(h).send(frame{kind: frameOver, session: i})
	}
}

func (s *siege) other(h *house) *house {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.config.Role == Consumer {
		return s.houses[Provider]
	}
	return s.houses[Consumer]
}

// send writes to a process that may be dead, in which case it is like a message that is lost.
func (h *house) send(f frame) {
	if h == nil {
		return
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	_ = f.write(h.In)
}

// passes handles what a process says: what is for the other one is noted and carried on.
func (s *siege) passes(from *house, f frame) {
	switch f.kind {
	case frameBook:
		var book []intent.SignedPromise
		if err := json.Unmarshal(f.body, &book); err != nil {
			s.t.Errorf("book: %v", err)
		}
		from.book <- book
		return
	case frameEnded:
		s.opening.Lock()
		defer s.opening.Unlock()
		s.other(from).send(frame{kind: frameOver, session: f.session})
		from.ended <- string(f.body)
		return
	}
	s.mu.Lock()
	a := &s.accounts[f.session]
	switch {
	case f.kind == frameMessage:
		a.note(s.t, from.config.Role, f.body)
	case f.kind == framePacket && from.config.Role == Provider:
		a.servedDown += packet
	case f.kind == frameCounted && from.config.Role == Provider:
		a.servedUp += packet
		a.got += packet
	case f.kind == frameCounted:
		a.got += packet
		a.round += packet
	}
	s.mu.Unlock()
	if f.kind != frameCounted {
		s.other(from).send(f)
	}
}

// note takes down what a payment message says before it goes on.
func (a *account) note(t *testing.T, from Role, body []byte) {
	switch kind, body := binary.BigEndian.Uint32(body), body[4:]; {
	case from == Consumer && kind == KindPayment:
		p, err := decodePayment(body, a.key.Address())
		if err != nil {
			t.Error(err)
		}
		if p.promise != nil {
			a.sent = max(a.sent, p.promise.Amount)
		}
	case from == Provider && kind == KindBill:
		b, err := decodeBill(body, a.key.Address())
		if err != nil {
			t.Error(err)
		}
		a.acknowledged = max(a.acknowledged, b.newest)
	}
}

// assault is how one round ends.
type assault struct {
	victims []Role
	fuse    fuse          // of the only victim
	wait    time.Duration // after which they are killed from outside; zero with a fuse
}

func (a assault) String() string {
	return fmt.Sprintf("kill %v at %+v, or after %s", a.victims, a.fuse, a.wait)
}

// plan chooses the nth assault: all steps of both in turn, and as many random moments, of both at once too.
func (s *siege) plan(n int) (a assault) {
	if n%2 == 0 {
		role, steps := Consumer, siegeSteps[Consumer]
		step := n / 2 % (len(steps) + len(siegeSteps[Provider]))
		if step >= len(steps) {
			role, steps, step = Provider, siegeSteps[Provider], step-len(steps)
		}
		a.victims, a.fuse = []Role{role}, fuse{Step: steps[step], Nth: s.random.IntN(6)}
		if once := map[string]bool{"opening": true, "opened": true, "settling": true, "ended": true, "closed": true}; once[a.fuse.Step] {
			a.fuse.Nth = s.random.IntN(siegeSessions)
		}
		return a
	}
	a.victims = [][]Role{{Consumer}, {Provider}, {Consumer, Provider}}[n/2%3]
	if n%4 == 1 && len(a.victims) == 1 { // while it commits, most likely
		step := map[Role]string{Consumer: "signed", Provider: "received"}[a.victims[0]]
		a.fuse = fuse{Step: step, Nth: s.random.IntN(6), After: time.Duration(1 + s.random.Int64N(int64(10*time.Millisecond)))}
		return a
	}
	a.wait = time.Duration(s.random.Int64N(4 * int64(s.lastRound)))
	return a
}

// round opens a session of each consumer, with so many windows of traffic at most, lets the victims die, and starts
// them again. It returns how the sessions ended.
func (s *siege) round(windows int, a assault) (ends []string) {
	s.t.Helper()
	s.rounds++
	began := time.Now()
	for _, role := range a.victims {
		text, err := json.Marshal(a.fuse)
		if err != nil {
			s.t.Fatal(err)
		}
		s.houses[role].send(frame{kind: frameFuse, body: text})
	}
	s.open(windows)
	if a.wait > 0 {
		<-time.After(a.wait)
		s.kill(a.victims)
	}
	late := time.After(siegePatience)
	for _, h := range []*house{s.houses[Consumer], s.houses[Provider]} {
		for n := 0; n < siegeSessions; n++ {
			select {
			case end := <-h.ended:
				ends = append(ends, end)
			case <-h.died:
				n = siegeSessions
			case <-late:
				s.t.Fatalf("the %s's sessions go on after %s; %s", h.config.Role, siegePatience, a)
			}
		}
	}
	if len(a.victims) == 0 {
		s.lastRound = time.Since(began)
	} else if len(ends) < 2*siegeSessions {
		s.hits++
	}
	s.kill(a.victims) // those that did not come to their step
	for _, role := range a.victims {
		s.start(s.houses[role].config)
	}
	return ends
}

// open begins a round's sessions.
func (s *siege) open(windows int) {
	s.opening.Lock()
	defer s.opening.Unlock()
	for i := range s.accounts {
		s.mu.Lock()
		a := &s.accounts[i]
		a.servedDown, a.servedUp, a.round = 0, 0, 0
		a.sessions++
		s.mu.Unlock()
		e := errand{Terms: s.terms, Chain: Channel{Provider: s.key.Address(), Locked: a.locked, Epoch: s.terms.Epoch}}
		s.chain.set(a.key.Address(), s.terms.Channel, e.Chain)
		binary.BigEndian.PutUint64(e.Terms.Session[:], uint64(s.rounds*siegeSessions+i+1))
		e.Terms.Lock = a.locked
		packets := 1 + s.random.IntN(windows*siegeWindow/packet)
		e.Up = s.random.IntN(packets)
		e.Down = packets - e.Up
		for _, role := range []Role{Provider, Consumer} {
			e.Terms.Peer = s.key.Address()
			if role == Provider {
				e.Terms.Peer = a.key.Address()
			}
			text, err := json.Marshal(e)
			if err != nil {
				s.t.Fatal(err)
			}
			s.houses[role].send(frame{kind: frameOpen, session: byte(i), body: text})
		}
	}
	for _, h := range s.houses {
		if h.gone { // before the other one's sessions were open
			s.leave(h)
		}
	}
}

// kill kills, and waits until all that the victims said has been heard.
func (s *siege) kill(victims []Role) {
	for _, role := range victims {
		_ = s.houses[role].Cmd.Process.Kill() // it may have done it itself
	}
	for _, role := range victims {
		<-s.houses[role].died
	}
}

// books asks a process for its promises, by consumer.
func (s *siege) books(role Role) map[identity.Address]intent.SignedPromise {
	s.t.Helper()
	h := s.houses[role]
	h.send(frame{kind: frameAsk})
	all := map[identity.Address]intent.SignedPromise{}
	select {
	case book := <-h.book:
		for _, p := range book {
			all[p.Consumer] = p
		}
	case <-h.died:
		s.t.Fatalf("the %s does not start again: %s", role, &h.Log)
	case <-time.After(siegePatience):
		s.t.Fatalf("the %s does not answer", role)
	}
	return all
}
