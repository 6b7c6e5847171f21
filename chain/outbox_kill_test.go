package chain

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/killtest"
)

// victimPatience is for a machine that does much else.
const victimPatience = 3 * time.Minute

// siege is an outbox in a process that is killed again and again, and the chain that it sends to.
type siege struct {
	t      *testing.T
	net    network
	proxy  *proxy
	reader *Payments
	eth    *ethclient.Client
	config victimConfig
	sender identity.Address

	later    time.Duration // of the victim's clock, in all of its lives
	fuse     *fuse         // for the next errand
	steps    []string      // of this round
	pending  []*effect     // of this round
	finished int           // transactions, of all rounds

	*killtest.Process
	answers *json.Decoder
}

// effect is a transaction and whom it makes a unit for.
type effect struct {
	tx  Tx
	who identity.Address
	id  int64 // zero: it was not told that it is stored
}

func newOutboxSiege(t *testing.T) *siege {
	t.Helper()
	n := startNetwork(t, dev.Config{MinTip: big.NewInt(2e9)})
	key := n.funded(t)
	s := &siege{t: t, net: n, proxy: newProxy(t, n.URL()), sender: key.Address()}
	s.reader = NewPayments(testClient(t, ClientConfig{URLs: []string{n.URL()}}), n.at)
	var err error
	if s.eth, err = ethclient.DialContext(t.Context(), n.URL()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.eth.Close)
	s.config = victimConfig{URL: s.proxy.URL, DB: filepath.Join(t.TempDir(), "node.db"), Key: crypto.FromECDSA(key.ECDSA())}
	n.Commit() // below what is reorganised
	s.start()
	t.Cleanup(s.stop)
	return s
}

// start starts a process on the database.
func (s *siege) start() {
	s.t.Helper()
	s.Process = killtest.Start(s.t, s.config)
	s.answers = json.NewDecoder(s.Out)
}

// stop kills the process, which may be dead.
func (s *siege) stop() {
	_ = s.Cmd.Process.Kill()
	_ = s.Cmd.Wait() // it was killed
}

func (s *siege) killed() bool { return s.Cmd.ProcessState.String() == "signal: killed" }

// ask has the victim run an errand. It says whether the victim has survived that.
func (s *siege) ask(e errand) (a answer, alive bool) {
	s.t.Helper()
	e.Later, e.Fuse, s.fuse = s.later, s.fuse, nil
	for _, p := range s.pending {
		if p.id != 0 {
			e.IDs = append(e.IDs, p.id)
		}
	}
	victim := s.Cmd.Process
	late := time.AfterFunc(victimPatience, func() {
		s.t.Errorf("%s: no answer after %s", e.Phase, victimPatience)
		_ = victim.Kill()
	})
	defer late.Stop()
	err := json.NewEncoder(s.In).Encode(e)
	if err == nil {
		err = s.answers.Decode(&a)
	}
	if err == nil {
		s.steps = append(s.steps, a.Steps...)
		return a, true
	}
	s.stop()
	if !s.killed() || s.t.Failed() {
		s.t.Fatalf("%s: %v; the process: %v: %s", e.Phase, err, s.Cmd.ProcessState, &s.Log)
	}
	return a, false
}

// submit hands a transaction over. What is not acknowledged is handed over again by the next process, as a caller does.
func (s *siege) submit(p *effect) bool {
	s.t.Helper()
	a, alive := s.ask(errand{Phase: "submitting", Tx: &p.tx})
	if alive && a.Error != "" {
		s.t.Fatalf("submit: %s", a.Error)
	}
	p.id = a.ID
	return alive
}

// work lets the outbox look, and expects what becomes of the round's transactions while nobody dies.
func (s *siege) work(phase string, want ...State) func() bool {
	return func() bool {
		s.t.Helper()
		a, alive := s.ask(errand{Phase: phase})
		if !alive {
			return false
		}
		for i, status := range a.States {
			if a.Error != "" || status.State != want[i] {
				s.t.Fatalf("%s: %s: %+v, want %s", phase, a.Error, status, want[i])
			}
		}
		return true
	}
}

// life is a round's way through everything that an outbox knows: a transaction is sent with too low a tip, its fee
// is raised, it is mined. So is a second one, at once. An endpoint drops a third. The second is reorganised away, what
// is sent again is dropped too, and replaced by a form with a higher fee. Each part says whether the victim lives.
func (s *siege) life() []func() bool {
	n, p := s.net, s.proxy
	do := func(f func()) func() bool { return func() bool { f(); return true } }
	return []func() bool{
		func() bool { return s.submit(s.pending[0]) },
		do(func() { p.answer("eth_maxPriorityFeePerGas", "0x1") }),
		s.work("sending", StateSent),
		do(func() { n.Commit(); p.answer("eth_maxPriorityFeePerGas", nil); s.later += bumpAfter }),
		s.work("raising the fee", StateSent),
		do(func() { n.Commit() }),
		s.work("mined", StateMined),
		func() bool { return s.submit(s.pending[1]) },
		s.work("sending at once", StateMined, StateSent),
		do(func() { n.Commit() }),
		s.work("mined at once", StateMined, StateMined),
		func() bool { return s.submit(s.pending[2]) },
		do(func() { swallow(p) }),
		s.work("dropped", StateMined, StateMined, StateSent),
		do(func() {
			if err := n.Reorg(1, true); err != nil {
				s.t.Fatal(err)
			}
		}),
		s.work("reorganised away", StateMined, StateSent, StateSent),
		do(func() { p.answer("eth_sendRawTransaction", nil); s.later += bumpAfter }),
		s.work("replacing", StateMined, StateSent, StateSent),
		do(func() { n.Commit() }),
		s.work("mined again", StateMined, StateMined, StateMined),
	}
}

// round lives until the fuse, or some time from outside, kills. It says whether that happened before the end.
func (s *siege) round(f fuse, after time.Duration) (died bool) {
	s.t.Helper()
	s.steps, s.pending, s.fuse = nil, nil, &f
	for range 3 {
		who := newKey(s.t).Address()
		s.pending = append(s.pending, &effect{tx: s.net.mint(who.String(), who, 1), who: who})
	}
	if after > 0 {
		victim := s.Cmd.Process
		timer := time.AfterFunc(after, func() { _ = victim.Kill() }) // it may be over
		defer timer.Stop()
	}
	return slices.ContainsFunc(s.life(), func(part func() bool) bool { return !part() })
}

// finish starts the next process if the last one is dead, lets it finish its work, and holds the chain against what
// was submitted: one effect of each, and not one transaction more. There may be a block while nobody lives.
func (s *siege) finish(died, block bool) {
	s.t.Helper()
	s.proxy.answer("eth_maxPriorityFeePerGas", nil)
	s.proxy.answer("eth_sendRawTransaction", nil)
	if block {
		s.net.Commit()
	}
	if died {
		s.start()
	}
	s.fuse = &fuse{}
	for _, p := range s.pending {
		if p.id == 0 && !s.submit(p) {
			s.t.Fatal("it died without being killed")
		}
	}
	var last answer
	for range 8 { // sent, raised one after the other, mined, and final
		s.later += bumpAfter
		var alive bool
		if last, alive = s.ask(errand{Phase: "finishing"}); !alive || last.Error != "" {
			s.t.Fatalf("after the kill: alive %v, %s", alive, last.Error)
		}
		s.net.Commit()
	}
	s.finished += len(s.pending)
	for i, p := range s.pending {
		got, err := s.reader.CoinBalance(s.t.Context(), p.who)
		if err != nil || got != 1 || last.States[i].State != StateMined {
			s.t.Errorf("%+v took effect %d times, %v", last.States[i], got, err)
		}
	}
	used, err := s.eth.NonceAt(s.t.Context(), common.Address(s.sender), nil)
	if err != nil || used != uint64(s.finished) {
		s.t.Errorf("%d transactions are on the chain, %v; %d were submitted", used, err, s.finished)
	}
}

// essential are the steps between which something is stored or sent. A commit is a step just before it happens.
var essential = []string{
	"submitting: commit", "submitting: done", // the row
	"sending at once: commit", "sending at once: before eth_sendRawTransaction", "sending at once: after eth_sendRawTransaction", // nonce, and bytes
	"sending: commit", "sending: before eth_sendRawTransaction", "sending: after eth_sendRawTransaction",
	"raising the fee: commit", "raising the fee: before eth_sendRawTransaction", "raising the fee: after eth_sendRawTransaction",
	"mined: before eth_getTransactionReceipt", "mined: after eth_getTransactionReceipt", "mined: commit", "mined: done", // the answer
	"dropped: commit", "dropped: after eth_sendRawTransaction",
	"reorganised away: commit", "reorganised away: before eth_sendRawTransaction", "reorganised away: after eth_sendRawTransaction",
	"replacing: commit", "replacing: before eth_sendRawTransaction", "replacing: after eth_sendRawTransaction", "mined again: commit",
}

// fuses are all steps of a round that was just lived through, each time that it came to them: the essential ones
// first, then the others in any order.
func (s *siege) fuses(random *rand.Rand) (all []fuse) {
	s.t.Helper()
	var others []fuse
	for _, name := range essential {
		all = append(all, fuse{Step: name})
	}
	counts := map[string]int{}
	for _, name := range s.steps {
		if f := (fuse{Step: name, Nth: counts[name]}); !slices.Contains(all, f) {
			others = append(others, f)
		}
		counts[name]++
	}
	for _, f := range all {
		if counts[f.Step] == 0 {
			s.t.Errorf("no step %q: is anything tested?", f.Step)
		}
	}
	random.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return append(all, others...)
}

// The outbox's process is killed at every step of a transaction's way, and at random moments. The next one has its
// database and no more, and finishes the work: the chain shows one effect of each transaction.
func TestOutboxKilledWhenever(t *testing.T) {
	s := newOutboxSiege(t)
	began := time.Now()
	if s.round(fuse{}, 0) {
		t.Fatal("it died without being killed")
	}
	took := time.Since(began)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // no secret
	all := s.fuses(random)
	s.finish(false, false)
	missed, next := 0, 0
	kills := killtest.Kills(50)
	for n := range kills {
		f, after := fuse{}, time.Duration(random.Int64N(int64(took)))
		if n%5 != 4 { // the fifth is killed from outside
			f, after = all[next%len(all)], 0
			next++
		}
		died := s.round(f, after)
		if !died && after == 0 {
			missed++
		}
		if s.finish(died, next <= len(essential) || n%2 == 0); t.Failed() {
			t.Fatalf("kill %d of seed %d: at %+v, or after %s", n, seed, f, after)
		}
	}
	t.Logf("%d steps in a round of %s; %d kills, of which %d found no such step", len(all), took, kills, missed)
	if missed > kills/5 {
		t.Errorf("%d of %d fuses did not burn", missed, kills)
	}
	if err := errors.Join(s.In.Close(), s.Cmd.Wait()); err != nil {
		t.Error(err, fmt.Sprint(&s.Log))
	}
}
