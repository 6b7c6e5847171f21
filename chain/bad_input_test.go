package chain

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// words are what a contract returns, 32 bytes each.
func words(values ...*big.Int) string {
	var out []byte
	for _, v := range values {
		out = append(out, common.BigToHash(v).Bytes()...)
	}
	return hexutil.Encode(out)
}

func pow2(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

// Whatever an endpoint answers to a call, it is an amount that the contract can hold, or an error.
func TestCallsThatAnswerGarbage(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	p := newProxy(t, n.URL())
	payments, who := NewPayments(testClient(t, ClientConfig{URLs: []string{p.URL}}), n.at), newKey(t).Address()
	one := big.NewInt(1)
	reads := map[string]func() (money.Amount, error){
		"balance":  func() (money.Amount, error) { return payments.Balance(ctx, who) },
		"coins":    func() (money.Amount, error) { return payments.CoinBalance(ctx, who) },
		"fees":     func() (money.Amount, error) { return payments.Fees(ctx) },
		"earnings": func() (money.Amount, error) { e, err := payments.Earnings(ctx, who); return e.Gross, err },
		"channel": func() (money.Amount, error) {
			c, err := payments.Channel(ctx, who, 1, 0)
			return max(c.Locked, c.Cleared), err
		},
		"nonce": func() (money.Amount, error) { n, err := payments.PermitNonce(ctx, who); return money.Amount(n), err },
	}
	for name, answer := range map[string]any{
		"nothing": "0x", "no hexadecimal": "0xzz", "a number": 7, "an object": map[string]any{"data": "0x00"},
		"too short": "0x01", "half a word": hexutil.Encode(make([]byte, 16)),
		"huge": words(pow2(255), pow2(255), pow2(255), pow2(255), pow2(255), pow2(255)),
	} {
		p.answer("eth_call", answer)
		for what, read := range reads {
			if got, err := read(); err == nil {
				t.Errorf("%s, answered with %s: %d", what, name, got)
			}
		}
	}
	// The bindings do not look at the size of a number of 40 bits.
	provider := new(big.Int).SetBytes(who[:])
	for name, answer := range map[string]string{
		"locked":  words(provider, pow2(40), one, one, new(big.Int)),
		"cleared": words(provider, one, pow2(40), one, new(big.Int)),
	} {
		p.answer("eth_call", answer)
		if c, err := payments.Channel(ctx, who, 1, 0); err == nil {
			t.Errorf("a channel with 41 bits of %s: %+v", name, c)
		}
	}
	p.answer("eth_call", words(provider, new(big.Int).Sub(pow2(40), one), one, one, new(big.Int)))
	want := Channel{Provider: who, Locked: money.MaxLock, Cleared: 1, Epoch: 1}
	if c, err := payments.Channel(ctx, who, 1, 0); err != nil || c != want {
		t.Errorf("a channel with all that it can hold: %+v, %v", c, err)
	}
}

// What is no receipt is an error, too.
func TestReceiptsThatAreGarbage(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	p := newProxy(t, n.URL())
	payments := NewPayments(testClient(t, ClientConfig{URLs: []string{p.URL}}), n.at)
	receipt := func(change func(map[string]any)) map[string]any {
		r := map[string]any{
			"transactionHash": common.Hash{1}, "blockNumber": "0x1", "blockHash": common.Hash{2}, "transactionIndex": "0x0", "status": "0x1",
			"cumulativeGasUsed": "0x1", "gasUsed": "0x1", "logsBloom": hexutil.Encode(make([]byte, 256)), "logs": []any{},
		}
		change(r)
		return r
	}
	log := func(topics ...common.Hash) []any {
		return []any{map[string]any{
			"address": n.at.Payments, "topics": topics, "data": "0x", "blockNumber": "0x1", "transactionHash": common.Hash{1},
			"transactionIndex": "0x0", "blockHash": common.Hash{2}, "logIndex": "0x0",
		}}
	}
	p.answer("eth_getTransactionReceipt", receipt(func(map[string]any) {}))
	if e, err := payments.Effects(ctx, common.Hash{1}); err != nil || e != (Effects{Block: 1}) {
		t.Fatalf("%+v, %v", e, err)
	}
	for name, change := range map[string]func(map[string]any){
		"no block":         func(r map[string]any) { delete(r, "blockNumber") },
		"huge block":       func(r map[string]any) { r["blockNumber"] = hexutil.EncodeBig(pow2(64)) },
		"no number":        func(r map[string]any) { r["blockNumber"] = "one" },
		"another's":        func(r map[string]any) { r["transactionHash"] = common.Hash{9} },
		"event without it": func(r map[string]any) { r["logs"] = []any{map[string]any{}} },
	} {
		p.answer("eth_getTransactionReceipt", receipt(change))
		if e, err := payments.Effects(ctx, common.Hash{1}); err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for name, topics := range map[string][]common.Hash{
		"no topics": {}, "unknown event": {{7}}, "event without parties": {common.HexToHash(depositedTopic)},
		"event without data": {contracts.NewPayments().GetABI().Events[contracts.PaymentsClearedEventName].ID, {31: 1}, {31: 2}},
	} {
		p.answer("eth_getTransactionReceipt", receipt(func(r map[string]any) { r["logs"] = log(topics...) }))
		if e, err := payments.Effects(ctx, common.Hash{1}); !errors.Is(err, errNonsense) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

// A log is taken with all that its event has; that of data-less events is empty.
func TestEventsAreWhole(t *testing.T) {
	payments := contracts.NewPayments().GetABI()
	locked, named := payments.Events[contracts.PaymentsLockedEventName].ID, payments.Events[contracts.PaymentsBeneficiarySetEventName].ID
	who := common.Hash{31: 1}
	for name, c := range map[string]struct {
		log  types.Log
		good bool
	}{
		"whole":               {types.Log{Topics: []common.Hash{locked, who, who}, Data: make([]byte, 3*32)}, true},
		"whole, without data": {types.Log{Topics: []common.Hash{named, who, who}}, true},
		"no data":             {types.Log{Topics: []common.Hash{locked, who, who}}, false},
		"half the data":       {types.Log{Topics: []common.Hash{locked, who, who}, Data: make([]byte, 48)}, false},
		"a topic is missing":  {types.Log{Topics: []common.Hash{locked, who}, Data: make([]byte, 3*32)}, false},
		"a topic too many":    {types.Log{Topics: []common.Hash{named, who, who, who}}, false},
		"another event":       {types.Log{Topics: []common.Hash{who, who, who}}, false},
		"no topics":           {types.Log{}, false},
	} {
		if err := whole(payments, &c.log); (err == nil) != c.good || !c.good && !errors.Is(err, errNonsense) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// depositedTopic is keccak256("Deposited(address,address,uint64)").
var depositedTopic = func() string {
	topic := identity.Keccak256([]byte("Deposited(address,address,uint64)"))
	return hexutil.Encode(topic[:])
}()

// An endpoint that comes back as another chain is not used, whatever it was before.
func TestEndpointThatBecomesAnotherChain(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	p := newProxy(t, n.URL())
	payments := NewPayments(testClient(t, ClientConfig{URLs: []string{p.URL}}), n.at)
	who := newKey(t).Address()
	if _, err := payments.Channel(ctx, who, 0, 0); err != nil {
		t.Fatal(err)
	}
	p.set(func(string) error { return errTest }, nil)
	if _, err := payments.Channel(ctx, who, 0, 0); !errors.Is(err, ErrUnavailable) {
		t.Errorf("down: %v", err)
	}
	p.answer("eth_chainId", "0x1")
	p.set(nil, nil)
	if c, err := payments.Channel(ctx, who, 0, 0); !errors.Is(err, ErrWrongChain) {
		t.Errorf("back as another chain: %+v, %v", c, err)
	}
	p.answer("eth_chainId", nil)
	if _, err := payments.Channel(ctx, who, 0, 0); err != nil {
		t.Errorf("back: %v", err)
	}
}

// The wall clock is set by an hour, ahead or back. A transaction that is under way takes effect once, and one that
// is stuck is not left alone for the hour.
func TestOutboxWhoseClockJumps(t *testing.T) {
	for name, jump := range map[string]time.Duration{"ahead": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			n := startNetwork(t, dev.Config{MinTip: big.NewInt(2e9)})
			who := newKey(t).Address()
			s := newSender(t, n, openStore(t), n.funded(t))
			s.answer("eth_maxPriorityFeePerGas", "0x1") // so little that it is stuck
			id := s.submit(t, n.mint("a", who, 1))
			stuck := s.work(t, id)
			s.answer("eth_maxPriorityFeePerGas", nil)
			s.now = s.now.Add(jump)
			raised := s.work(t, id)
			for range 3 { // but not at every look
				if again := s.work(t, id); again.Transaction != raised.Transaction {
					t.Fatalf("%+v, and again %+v", raised, again)
				}
			}
			if raised.Transaction == stuck.Transaction || !strings.Contains(raised.Reason, "raised") {
				t.Errorf("%+v", raised)
			}
			n.Commit()
			if got := s.work(t, id); got.State != StateMined || n.coins(t, who) != 1 {
				t.Errorf("%+v, %d coins", got, n.coins(t, who))
			}
		})
	}
}

// The wall clock is set by an hour: ahead, every header is old and the chain counts as unreadable, which says why;
// back, headers are of the future and serve as they are.
func TestClientWhoseClockJumps(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	now := time.Now()
	c := testClient(t, ClientConfig{URLs: []string{n.URL()}, Now: func() time.Time { return now }})
	for range 2 {
		if err := c.Fresh(ctx); err != nil || !c.Health(ctx).Healthy {
			t.Fatalf("right: %v, %+v", err, c.Health(ctx))
		}
		now = now.Add(time.Hour)
		if err := c.Fresh(ctx); !errors.Is(err, ErrUnavailable) || !strings.HasSuffix(err.Error(), " old") {
			t.Errorf("an hour ahead: %v", err)
		}
		now = now.Add(-2 * time.Hour)
		if err := c.Fresh(ctx); err != nil || !c.Health(ctx).Healthy {
			t.Errorf("an hour back: %v, %+v", err, c.Health(ctx))
		}
		now = now.Add(time.Hour)
	}
}

// An endpoint whose logs are no events of the contract is left for another, and nothing of it is applied.
func TestLogsThatAreNoEventsAreRejected(t *testing.T) {
	s, db := &scripted{}, openStore(t)
	s.mine(1)
	s.mine(1)
	filters := Filters{Any: [][][]common.Hash{{}}, Events: contracts.NewPayments().GetABI()}
	f := newFollower(FollowerConfig{Name: "test", DB: db, Handler: recorder{}}, anyLogs{s, filters})
	if err := f.Sync(t.Context()); !errors.Is(err, errNonsense) || s.rejected == 0 || len(recorded(t, db)) != 0 {
		t.Errorf("%v, rejected %d times, %d logs", err, s.rejected, len(recorded(t, db)))
	}
}
