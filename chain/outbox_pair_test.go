package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/store"
)

// null is an endpoint's answer that there is no such thing.
var null = json.RawMessage("null")

// badOne is a sender with two endpoints, of which one is to be bad: the first, or the second.
func badOne(t *testing.T, n network, first bool) (s *sender, bad, good *proxy) {
	t.Helper()
	s, second := newPair(t, n)
	if first {
		return s, s.proxy, second
	}
	return s, second, s.proxy
}

// One of two endpoints knows no receipt of a mined transaction, for ever or while the other one is down. The
// transaction keeps its nonce, and takes effect once.
func TestOutboxWhoseEndpointHasNoReceipt(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, first := range []bool{true, false} {
		for _, down := range []bool{false, true} {
			s, bad, good := badOne(t, n, first)
			who := newKey(t).Address()
			id := s.submit(t, n.mint("k", who, 1))
			s.work(t, id)
			bad.answer("eth_getTransactionReceipt", null)
			if down {
				good.set(func(string) error { return errTest }, nil)
			}
			for range 8 {
				n.Commit()
				_ = s.Work(t.Context()) // fails while the other one is found to be down
				if rows := s.open(t); len(rows) != 1 || !rows[0].HasNonce || rows[0].Nonce != 0 {
					t.Fatalf("liar first %v, other down %v: %+v", first, down, rows)
				}
			}
			if got := n.coins(t, who); got != 1 {
				t.Fatalf("liar first %v, other down %v: took effect %d times", first, down, got)
			}
			if status, err := s.Status(t.Context(), id); !down && (err != nil || status.State != StateMined) {
				t.Errorf("liar first %v: %+v, %v", first, status, err)
			}
		}
	}
}

// With a single endpoint nobody contradicts that there is no receipt.
func TestOutboxWhoseOnlyEndpointHasNoReceipt(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, who := newSender(t, n, openStore(t), n.funded(t)), newKey(t).Address()
	id := s.submit(t, n.mint("k", who, 1))
	s.work(t, id)
	s.answer("eth_getTransactionReceipt", null)
	for range 8 {
		n.Commit()
		s.work(t, id)
	}
	if got := s.work(t, id); n.coins(t, who) != 1 || !strings.Contains(got.Reason, "name a second one") {
		t.Fatalf("took effect %d times, %+v", n.coins(t, who), got)
	}
	s.answer("eth_getTransactionReceipt", nil)
	n.Commit()
	if got := s.work(t, id); got.State != StateMined || got.Reason != "" || len(s.open(t)) != 0 {
		t.Fatalf("%+v", got)
	}
}

// An endpoint that counts too few of the account's nonces holds up nothing, and no nonce is given out twice.
func TestOutboxWhoseEndpointCountsTooFewNonces(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, first := range []bool{true, false} {
		for _, final := range []bool{true, false} {
			s, bad, _ := badOne(t, n, first)
			who := newKey(t).Address()
			id := s.submit(t, n.mint("a", who, 1))
			s.work(t, id)
			n.Commit()
			s.work(t, id)
			if final {
				for range 3 {
					n.Commit()
				}
				if s.work(t, id); len(s.open(t)) != 0 {
					t.Fatal("not final")
				}
				again := newSender(t, n, s.cfg.DB, s.cfg.Key) // after a restart, too
				again.cfg.Client = s.cfg.Client
				s.Outbox = again.Outbox
			}
			bad.answer("eth_getTransactionCount", "0x0")
			second := s.submit(t, n.mint("b", who, 10))
			s.work(t, second)
			n.Commit()
			if got := s.work(t, second); got.State != StateMined || n.coins(t, who) != 11 {
				t.Errorf("liar first %v, final %v: %+v, effects add up to %d, want 11", first, final, got, n.coins(t, who))
			}
		}
	}
}

// That a nonce is used up is an endpoint's word against a transaction that was just signed with it.
func TestOutboxWhoseFreshTransactionIsTooLow(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, who := newSender(t, n, openStore(t), n.funded(t)), newKey(t).Address()
	s.refuse(failure{code: -32000, message: "nonce too low: next nonce 9, tx nonce 0"}, "eth_sendRawTransaction")
	id := s.submit(t, n.mint("k", who, 1))
	if got := s.work(t, id); !strings.Contains(got.Reason, "nonce too low") {
		t.Fatalf("%+v", got)
	}
	s.refuse(failure{}, "eth_sendRawTransaction")
	s.work(t, id) // at once
	n.Commit()
	if got := s.work(t, id); got.State != StateMined || n.coins(t, who) != 1 {
		t.Fatalf("%+v", got)
	}
}

// What one endpoint answers with errors, in whatever way, another one answers.
func TestOutboxWhoseEndpointAnswersWithErrors(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, first := range []bool{true, false} {
		for _, with := range []failure{
			{code: -32005, message: "limit exceeded"}, {status: 400, message: "bad"}, {status: 422, message: "bad"},
		} {
			s, bad, _ := badOne(t, n, first)
			who := newKey(t).Address()
			bad.refuse(with, "eth_getTransactionCount", "eth_getTransactionReceipt", "eth_sendRawTransaction",
				"eth_estimateGas", "eth_maxPriorityFeePerGas")
			s.finish(t, s.submit(t, n.mint("k", who, 1)), who)
			if working, _ := s.cfg.Client.working(); with.status != 0 && len(working) != 1 {
				t.Errorf("status %d: %d endpoints work", with.status, len(working))
			}
		}
	}
}

// One endpoint says that a transaction would revert. That does not fail it for ever.
func TestOutboxWhoseEndpointSaysItReverts(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, first := range []bool{true, false} {
		s, bad, good := badOne(t, n, first)
		who := newKey(t).Address()
		revert := failure{code: revertCode, message: "execution reverted"}
		bad.refuse(revert, "eth_estimateGas")
		good.refuse(failure{code: -32005, message: "limit exceeded"}, "eth_estimateGas")
		id := s.submit(t, n.mint("k", who, 1))
		if got := s.work(t, id); got.State != StateQueued || !strings.Contains(got.Reason, "limit exceeded") {
			t.Fatalf("liar first %v: %+v", first, got)
		}
		good.refuse(failure{}, "eth_estimateGas")
		s.finish(t, id, who)
	}
}

// A transaction that needs an earlier one, which no endpoint has yet, is not failed but waits for it.
func TestOutboxWaitsForWhatATransactionNeeds(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, second := newPair(t, n)
	who := newKey(t).Address()
	swallow(s.proxy, second)
	coins := s.submit(t, n.mint("coins", s.Address(), 1))
	s.work(t, coins)
	wei := big.NewInt(1e12)
	call := Tx{Key: "transfer", To: n.at.Coin, Data: contracts.NewTestCoin().PackTransfer(common.Address(who), wei)}
	var id int64
	err := s.cfg.DB.InTx(t.Context(), func(tx *store.Tx) (err error) {
		id, err = s.Enqueue(tx, call)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.work(t, id); got.State != StateQueued || !strings.Contains(got.Reason, "would revert now") {
		t.Fatalf("%+v", got)
	}
	s.answer("eth_sendRawTransaction", nil)
	s.finish(t, id, who)
}

// An endpoint that swallows packets is asked at the same time as the others, and then not again for a minute.
func TestOutboxWithABlackHole(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, second := newPair(t, n)
	now := time.Now()
	s.cfg.Client = testClient(t, ClientConfig{
		URLs: []string{s.URL, second.URL}, Now: func() time.Time { return now }, Timeout: 2 * time.Minute,
	})
	who, other := newKey(t).Address(), make(chan struct{})
	var once sync.Once
	second.set(func(method string) error {
		if method == "eth_sendRawTransaction" {
			once.Do(func() { close(other) })
		}
		return nil
	}, nil)
	s.set(func(method string) error {
		if method != "eth_sendRawTransaction" {
			return nil
		}
		select {
		case <-other:
		case <-time.After(time.Minute):
			t.Error("the second endpoint waits for the first")
		}
		return errTest
	}, nil)
	id := s.submit(t, n.mint("k", who, 1))
	s.work(t, id)
	asked := len(s.requests(""))
	s.finish(t, id, who)
	if got := len(s.requests("")) - asked; got != 0 {
		t.Errorf("%d requests to an endpoint that failed just now", got)
	}
	if _, err := every(t.Context(), s.cfg.Client, func(ctx context.Context, v *pinned) (*block, error) {
		return v.blockAt(ctx, 1)
	}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("every endpoint answers: %v", err)
	}
}

// Where a transaction is on the chain is asked once per head, and what is wrong with it is logged once.
func TestOutboxLooksAndTellsOnce(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, bad, _ := badOne(t, n, false)
	var log bytes.Buffer
	s.cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	id := s.submit(t, n.mint("k", newKey(t).Address(), 1))
	s.work(t, id)
	bad.answer("eth_getTransactionReceipt", null)
	for range 6 { // so that it would be final but for the second endpoint
		n.Commit()
		s.work(t, id)
	}
	if got := strings.Count(log.String(), "endpoints disagree about a transaction"); got != 1 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("said %d times:\n%s", got, log.String())
	}
	before := len(s.requests("eth_getTransactionReceipt"))
	for range 5 {
		s.work(t, id)
	}
	if got := len(s.requests("eth_getTransactionReceipt")) - before; got != 0 {
		t.Errorf("%d requests for a receipt while the head stood still", got)
	}
	// An endpoint whose refusal reads differently each time.
	s.refuse(failure{code: -32000, message: "limit exceeded, request 0"}, "eth_estimateGas")
	bad.refuse(failure{code: -32000, message: "limit exceeded, request 0"}, "eth_estimateGas")
	held := s.submit(t, n.mint("held", newKey(t).Address(), 1))
	for i := range 5 {
		s.refuse(failure{code: -32000, message: fmt.Sprint("limit exceeded, request ", i)}, "eth_estimateGas")
		s.work(t, held)
	}
	if got := strings.Count(log.String(), "transaction is held up"); got != 1 {
		t.Errorf("said %d times:\n%s", got, log.String())
	}
}

// A transaction that cannot be handled, because what is stored of it is damaged, does not stop a later one.
func TestOutboxGoesOnAfterABadRow(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, who := newSender(t, n, openStore(t), n.funded(t)), newKey(t).Address()
	s.answer("eth_sendRawTransaction", common.Hash{}) // taken and dropped
	first := s.submit(t, n.mint("a", who, 1))
	s.work(t, first)
	s.answer("eth_sendRawTransaction", nil)
	attempts, err := s.attempts(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	bad := attempts[0]
	bad.Hash[0], bad.Raw = bad.Hash[0]^1, []byte{1}
	if err := s.saveAttempt(t.Context(), s.open(t)[0], bad); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(bumpAfter)
	second := s.submit(t, n.mint("b", who, 10))
	for range 3 {
		if err := s.Work(t.Context()); !errors.Is(err, errRow) || !errors.Is(err, store.ErrDamaged) {
			t.Fatal(err)
		}
	}
	got, err := s.Status(t.Context(), second)
	if err != nil || got.State != StateSent {
		t.Errorf("the later one: %+v, %v", got, err)
	}
}

// Implementations say in several ways that they have a transaction already.
func TestOutboxWhoseTransactionIsKnown(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, text := range []string{
		"already known", "ALREADY_EXISTS: already known", "AlreadyKnown", "Known transaction", "known transaction: 0a",
		"Transaction with the same hash was already imported.", "transaction already imported",
	} {
		s := newSender(t, n, openStore(t), n.funded(t))
		s.refuse(failure{code: -32000, message: text}, "eth_sendRawTransaction")
		if got := s.work(t, s.submit(t, n.mint("k", newKey(t).Address(), 1))); got.State != StateSent || got.Reason != "" {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

// However much an endpoint says, and in whatever characters, little of it gets into rows, logs and health.
func TestEndpointsWordsAreCut(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s := newSender(t, n, openStore(t), n.funded(t))
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	s.cfg.Logger, s.cfg.Client.cfg.Logger = logger, logger
	words := "\x1b[31mred\r\n\u202e" + strings.Repeat("x", 10_000)
	check := func(where, text string) {
		t.Helper()
		if !strings.Contains(text, "xxx") || len(text) > 2*maxText || strings.ContainsAny(text, "\x1b\r\n\u202e") {
			t.Errorf("%s: %d characters: %.300q", where, len(text), text)
		}
	}
	for _, code := range []int{-32000, revertCode} {
		s.refuse(failure{code: code, message: words}, "eth_estimateGas", "eth_sendRawTransaction")
		check("row", s.work(t, s.submit(t, n.mint(fmt.Sprint(code), newKey(t).Address(), 1))).Reason)
	}
	for _, method := range []string{"eth_getBlockByNumber", "eth_chainId"} {
		s.refuse(failure{code: -32000, message: words}, method)
		_, err := s.cfg.Client.Head(t.Context())
		if err == nil {
			t.Fatal("a head")
		}
		check(method, err.Error())
		s.cfg.Client.mu.Lock()
		s.cfg.Client.headSeen = time.Time{}
		s.cfg.Client.mu.Unlock()
		check("health", s.cfg.Client.Health(t.Context()).Detail)
		s.refuse(failure{}, method)
	}
	for line := range strings.Lines(log.String()) {
		if len(line) > 3*maxText || strings.ContainsAny(line, "\x1b\u202e") {
			t.Errorf("log: %.700q", line)
		}
	}
}

// tipOf is the tip that the newest form of a transaction offers.
func (s *sender) tipOf(t *testing.T, id int64) *big.Int {
	t.Helper()
	attempts, err := s.attempts(t.Context(), id)
	if err != nil || len(attempts) == 0 {
		t.Fatalf("%d attempts, %v", len(attempts), err)
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(attempts[0].Raw); err != nil {
		t.Fatal(err)
	}
	return tx.GasTipCap()
}

// An endpoint does not make the outbox give its coins away: the least suggestion counts, and a bound of our own
// when there is only one, or a transaction is stuck.
func TestOutboxWhoseEndpointSuggestsTooMuch(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	const most, fair, much = 3e9, 1e9, 400e9
	for _, first := range []bool{true, false} {
		s, bad, good := badOne(t, n, first)
		s.cfg.MaxTip = big.NewInt(most)
		bad.answer("eth_maxPriorityFeePerGas", hexutil.Uint64(much))
		good.answer("eth_maxPriorityFeePerGas", hexutil.Uint64(fair))
		swallow(bad, good)
		id := s.submit(t, n.mint("k", newKey(t).Address(), 1))
		s.work(t, id)
		if got := s.tipOf(t, id); got.Int64() != fair {
			t.Errorf("liar first %v: tip %v, want %v", first, got, int64(fair))
		}
		s.now = s.now.Add(bumpAfter)
		s.work(t, id)
		if got := s.tipOf(t, id); got.Int64() != most {
			t.Errorf("liar first %v: stuck: tip %v, want %v", first, got, int64(most))
		}
		s.now = s.now.Add(bumpAfter)
		if got := s.work(t, id); !strings.Contains(got.Reason, "limit") || s.tipOf(t, id).Int64() != most {
			t.Errorf("liar first %v: %+v, tip %v", first, got, s.tipOf(t, id))
		}
		good.refuse(failure{status: 500}, "eth_maxPriorityFeePerGas")
		other := s.submit(t, n.mint("other", newKey(t).Address(), 1))
		s.work(t, other)
		if got := s.tipOf(t, other); got.Int64() != most {
			t.Errorf("liar first %v: alone: tip %v, want %v", first, got, int64(most))
		}
	}
}
