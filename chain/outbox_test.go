package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/store"
)

// sender is an outbox on a test chain, with the network between them.
type sender struct {
	*Outbox
	*proxy
	net network
	now time.Time
}

func newSender(t *testing.T, n network, db *store.DB, key *identity.Key) *sender {
	t.Helper()
	s := &sender{proxy: newProxy(t, n.URL()), net: n, now: time.Now()}
	s.Outbox = NewOutbox(OutboxConfig{
		Client: testClient(t, ClientConfig{URLs: []string{s.URL}}), DB: db, Key: key,
		Final: 3, Now: func() time.Time { return s.now },
	})
	return s
}

func (s *sender) submit(t *testing.T, tx Tx) int64 {
	t.Helper()
	id, err := s.Submit(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// work lets the outbox work, and looks at the transaction.
func (s *sender) work(t *testing.T, id int64) Status {
	t.Helper()
	if err := s.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	status, err := s.Status(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func TestOutboxSendsOnce(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{Period: 20 * time.Millisecond})
	who := newKey(t).Address()
	s := newSender(t, n, openStore(t), n.funded(t))
	s.cfg.Poll = 10 * time.Millisecond
	running, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		if err := s.Run(running); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	defer group.Wait()
	defer stop()

	// The same key from everywhere at once is one transaction.
	ids := make(chan int64, 8)
	for range cap(ids) {
		group.Go(func() {
			id, err := s.Submit(ctx, n.mint("first", who, 5))
			if err != nil {
				t.Error(err)
			}
			ids <- id
			got, err := s.Wait(ctx, id, 2)
			if err != nil || got.State != StateMined || got.Block == 0 || got.Transaction == ([32]byte{}) {
				t.Errorf("waited for %+v, %v", got, err)
			}
			if head := n.Head(); head < got.Block+2 {
				t.Errorf("waited until block %d for 2 blocks on top of %d", head, got.Block)
			}
		})
	}
	id := <-ids
	for range cap(ids) - 1 {
		if other := <-ids; other != id {
			t.Errorf("transactions %d and %d for one key", id, other)
		}
	}
	if _, err := s.Wait(ctx, id, 2); err != nil {
		t.Fatal(err)
	}
	if got := n.coins(t, who); got != 5 {
		t.Errorf("took effect %d/5 times", got)
	}
	if again := s.submit(t, n.mint("first", who, 5)); again != id {
		t.Error("a finished key was sent again")
	}
	if _, err := s.Submit(ctx, n.mint("first", who, 6)); !errors.Is(err, ErrKeyReused) {
		t.Errorf("key for something else: %v", err)
	}
	if _, err := s.Status(ctx, 12345); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := s.Wait(short, id, 1000); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestOutboxRefusesWhatWouldRevert(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	s := newSender(t, n, openStore(t), n.funded(t))
	collect := Tx{Key: "k", To: n.at.Payments, Data: contracts.NewPayments().PackCollect()}
	var revert *RevertError
	if _, err := s.Submit(ctx, collect); !errors.As(err, &revert) || revert.Reason != "NothingChanged" {
		t.Fatal(err)
	}
	if _, err := s.Submit(ctx, Tx{Key: "k", To: newKey(t).Address(), Data: collect.Data}); !errors.Is(err, ErrNoContract) {
		t.Fatal(err)
	}
	// Without a chain nobody can tell, and it is found out later, before anything is paid.
	s.set(func(string) error { return errTest }, nil)
	id := s.submit(t, collect)
	if err := s.Work(ctx); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	s.set(nil, nil)
	got := s.work(t, id)
	if got.State != StateFailed || got.Reason != "NothingChanged" || got.Transaction != ([32]byte{}) {
		t.Fatalf("%+v", got)
	}
	if _, err := s.Wait(ctx, id, 9); !errors.Is(err, ErrReverted) {
		t.Fatal(err)
	}
}

// stride is how many requests lie between two at which a test lets the process die.
func stride() int {
	if testing.Short() { // under the race detector, as all are tried without it
		return 4
	}
	return 1
}

// The process dies at every request in turn, once before the endpoint got it and once after. The
// next one finishes the work, and everything took effect once.
func TestOutboxSurvivesACrashAtEveryStep(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	path := filepath.Join(t.TempDir(), "node.db")
	for _, arrives := range []bool{false, true} {
		for dies := 1; ; dies += stride() {
			key, who := n.funded(t), newKey(t).Address()
			first, second := n.mint("a", who, 1), n.mint("b", who, 10)

			db, err := store.Open(ctx, path)
			if err != nil {
				t.Fatal(err)
			}
			s := newSender(t, n, db, key)
			var requests atomic.Int64 // the proxy's goroutines count it
			die := func(string) error {
				if requests.Add(1) >= int64(dies) {
					return errTest
				}
				return nil
			}
			if arrives {
				s.set(nil, die)
			} else {
				s.set(die, nil)
			}
			s.submit(t, first)
			s.submit(t, second)
			_ = s.Work(ctx) // may die
			n.Commit()
			_ = s.Work(ctx)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}

			if db, err = store.Open(ctx, path); err != nil {
				t.Fatal(err)
			}
			s = newSender(t, n, db, key)
			id, last := s.submit(t, first), s.submit(t, second)
			for range 4 { // enough for sending, and for being final
				s.work(t, id)
				n.Commit()
			}
			for _, got := range []Status{s.work(t, id), s.work(t, last)} {
				if got.State != StateMined {
					t.Errorf("arrives %v, died at request %d: %+v", arrives, dies, got)
				}
			}
			if got := n.coins(t, who); got != 11 {
				t.Errorf("arrives %v, died at request %d: effects add up to %d, want 11", arrives, dies, got)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if requests.Load() < int64(dies) {
				if dies < 20 {
					t.Fatalf("only %d requests: is anything tested?", dies)
				}
				break
			}
		}
	}
}

func TestOutboxSendsAgainAfterAReorganisation(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, drop := range []bool{true, false} {
		who := newKey(t).Address()
		s := newSender(t, n, openStore(t), n.funded(t))
		id := s.submit(t, n.mint("k", who, 3))
		s.work(t, id)
		n.Commit()
		n.Commit()
		mined := s.work(t, id)
		if mined.State != StateMined {
			t.Fatalf("%+v", mined)
		}
		if err := n.Reorg(2, drop); err != nil {
			t.Fatal(err)
		}
		got := s.work(t, id)
		if drop && (got.State != StateSent || got.Block != 0 || n.coins(t, who) != 0) {
			t.Fatalf("after a reorganisation that forgot it: %+v", got)
		}
		for range 4 {
			n.Commit()
		}
		if got := s.work(t, id); got.State != StateMined || n.coins(t, who) != 3 {
			t.Fatalf("drop %v: %+v, %d coins", drop, got, n.coins(t, who))
		}
	}
}

func TestOutboxRaisesTheFeeOfAStuckTransaction(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{MinTip: big.NewInt(2e9)})
	db, who := openStore(t), newKey(t).Address()
	s := newSender(t, n, db, n.funded(t))
	s.answer("eth_maxPriorityFeePerGas", "0x1") // as if the chain had been idle
	first, second := s.submit(t, n.mint("a", who, 1)), s.submit(t, n.mint("b", who, 10))
	before := s.work(t, first)
	n.Commit()
	if got := s.work(t, first); got.State != StateSent || got.Transaction != before.Transaction {
		t.Fatalf("%+v", got)
	}
	s.now = s.now.Add(bumpAfter)
	s.answer("eth_maxPriorityFeePerGas", nil)
	raised := s.work(t, first)
	if raised.Transaction == before.Transaction || !strings.Contains(raised.Reason, "raised") {
		t.Fatalf("%+v", raised)
	}
	n.Commit()
	if got := s.work(t, first); got.State != StateMined || got.Transaction != raised.Transaction || got.Reason != "" {
		t.Fatalf("%+v", got)
	}
	// Now the second is next in line, and gets its turn.
	s.now = s.now.Add(bumpAfter)
	s.work(t, second)
	n.Commit()
	if got := s.work(t, second); got.State != StateMined || n.coins(t, who) != 11 {
		t.Fatalf("%+v, %d coins", got, n.coins(t, who))
	}

	limited := newSender(t, n, openStore(t), n.funded(t))
	limited.cfg.MaxFee = big.NewInt(4e9)
	limited.answer("eth_maxPriorityFeePerGas", "0x1")
	id := limited.submit(t, n.mint("c", who, 100))
	limited.work(t, id)
	for range 40 {
		limited.now = limited.now.Add(bumpAfter)
		if got := limited.work(t, id); strings.Contains(got.Reason, "limit") {
			attempts, err := limited.attempts(ctx, id)
			if err != nil || len(attempts) < 2 {
				t.Fatalf("%d attempts, %v", len(attempts), err)
			}
			return
		}
	}
	t.Fatal("the fee grew without a limit")
}

func TestOutboxWithoutGasSaysSo(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	key, who := newKey(t), newKey(t).Address()
	s := newSender(t, n, openStore(t), key)
	id := s.submit(t, n.mint("k", who, 1))
	s.work(t, id)
	if got := s.work(t, id); !strings.Contains(got.Reason, "too little to pay for gas") {
		t.Fatalf("%+v", got)
	}
	if err := n.Fund(t.Context(), key.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Minute)
	s.work(t, id)
	n.Commit()
	if got := s.work(t, id); got.State != StateMined || n.coins(t, who) != 1 {
		t.Fatalf("%+v", got)
	}
}

func TestOutboxWhoseNonceWasUsedElsewhere(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	key, who := n.funded(t), newKey(t).Address()
	s, other := newSender(t, n, openStore(t), key), newSender(t, n, openStore(t), key)
	s.set(func(method string) error {
		if method == "eth_sendRawTransaction" {
			return errTest
		}
		return nil
	}, nil)
	id := s.submit(t, n.mint("a", who, 1))
	if err := s.Work(t.Context()); err == nil {
		t.Fatal("sent through a dead endpoint")
	}
	other.work(t, other.submit(t, n.mint("b", who, 10)))
	n.Commit()
	s.set(nil, nil)
	if got := s.work(t, id); got.State != StateSent || !strings.Contains(got.Reason, "nonce was used") {
		t.Fatalf("%+v", got)
	}
	for range 4 {
		n.Commit()
		s.work(t, id)
	}
	n.Commit()
	if got := s.work(t, id); got.State != StateMined || n.coins(t, who) != 11 {
		t.Fatalf("%+v, %d coins", got, n.coins(t, who))
	}
}

func TestOutboxWhoseEndpointForgets(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	who := newKey(t).Address()
	s := newSender(t, n, openStore(t), n.funded(t))
	s.answer("eth_sendRawTransaction", common.Hash{}) // says thank you and drops it
	first, second := s.submit(t, n.mint("a", who, 1)), s.submit(t, n.mint("b", who, 10))
	s.work(t, first)
	s.answer("eth_sendRawTransaction", nil)
	s.now = s.now.Add(resendAfter)
	s.work(t, first)
	n.Commit()
	for _, got := range []Status{s.work(t, first), s.work(t, second)} {
		if got.State != StateMined {
			t.Errorf("%+v", got)
		}
	}
	if got := n.coins(t, who); got != 11 {
		t.Errorf("effects add up to %d, want 11", got)
	}
}

func TestOutboxTransactionThatRevertsInItsBlock(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	key := n.funded(t)
	s := newSender(t, n, openStore(t), key)
	s.work(t, s.submit(t, n.mint("coins", key.Address(), 7)))
	n.Commit()
	transfer := func(name string) Tx {
		wei := new(big.Int).Mul(big.NewInt(7), big.NewInt(1e12))
		return Tx{Key: name, To: n.at.Coin, Data: contracts.NewTestCoin().PackTransfer(common.Address{9}, wei)}
	}
	s.answer("eth_estimateGas", "0x493e0") // an endpoint that overlooks what is pending
	first, second := s.submit(t, transfer("first")), s.submit(t, transfer("second"))
	s.work(t, first)
	n.Commit()
	if got := s.work(t, first); got.State != StateMined {
		t.Fatalf("%+v", got)
	}
	got := s.work(t, second)
	if got.State != StateFailed || got.Block == 0 || got.Reason != "ERC20InsufficientBalance" {
		t.Fatalf("%+v", got)
	}
	if _, err := s.Wait(t.Context(), second, 0); !errors.Is(err, ErrReverted) {
		t.Fatal(err)
	}
}

// Crashes, reorganisations and blocks in any order: everything takes effect once.
func TestOutboxTakesEffectOnce(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	db := openStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		key, who := n.funded(t), newKey(t).Address()
		n.Commit()
		n.Commit() // so deep that no reorganisation here takes the gas coins back
		var s *sender
		restart := func() { s = newSender(t, n, db, key) }
		restart()
		submitted, failAt := 0, 0
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{
			"submit", "submit", "work", "work", "commit", "commit", "wait", "crash", "break", "reorg", "forget",
		}), 3, 9).Draw(rt, "steps")
		for _, step := range steps {
			switch step {
			case "submit":
				submitted++
				s.submit(t, n.mint(fmt.Sprint(submitted), who, 1))
			case "work":
				_ = s.Work(t.Context())
			case "commit":
				n.Commit()
			case "wait":
				s.now = s.now.Add(bumpAfter)
			case "crash":
				restart()
			case "break":
				failAt = rapid.IntRange(1, 12).Draw(rt, "request")
				s.set(nil, func(string) error {
					if failAt--; failAt == 0 {
						return errTest
					}
					return nil
				})
			default: // with less than Final blocks on top
				if err := n.Reorg(2, step == "forget"); err != nil && !strings.Contains(err.Error(), "dirty") {
					rt.Fatalf("%v", err)
				}
			}
		}
		restart()
		for range submitted + 3 {
			s.now = s.now.Add(bumpAfter)
			if err := s.Work(t.Context()); err != nil {
				rt.Fatalf("%v", err)
			}
			n.Commit()
		}
		if got := n.coins(t, who); got != uint64(submitted) {
			rt.Fatalf("%d transactions took effect %d times", submitted, got)
		}
	})
}
