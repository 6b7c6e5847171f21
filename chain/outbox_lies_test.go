package chain

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/store"
)

// newPair is a sender with two endpoints. The first is the sender's own proxy.
func newPair(t *testing.T, n network) (*sender, *proxy) {
	t.Helper()
	s, second := newSender(t, n, openStore(t), n.funded(t)), newProxy(t, n.URL())
	s.cfg.Client = testClient(t, ClientConfig{URLs: []string{s.URL, second.URL}})
	return s, second
}

// swallow makes endpoints take transactions and drop them.
func swallow(endpoints ...*proxy) {
	for _, p := range endpoints {
		p.answer("eth_sendRawTransaction", common.Hash{})
	}
}

// finish lets the outbox work, with a block after each time, and expects one effect of one unit.
func (s *sender) finish(t *testing.T, id int64, who [20]byte) {
	t.Helper()
	for range 8 {
		s.now = s.now.Add(resendAfter)
		s.work(t, id)
		s.net.Commit()
	}
	if got := s.work(t, id); got.State != StateMined || s.net.coins(t, who) != 1 {
		t.Fatalf("%+v, took effect %d times", got, s.net.coins(t, who))
	}
}

// An endpoint takes a transaction, drops it, and says for ever that it succeeded, long ago.
func TestOutboxWhoseEndpointLiesAboutSuccess(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, alone := range []bool{false, true} {
		s, second := newPair(t, n)
		who := newKey(t).Address()
		if alone {
			s.cfg.Client = testClient(t, ClientConfig{URLs: []string{s.URL}})
		}
		swallow(s.proxy, second)
		id := s.submit(t, n.mint("k", who, 1))
		sent := s.work(t, id)
		var mined *block
		if err := s.cfg.Client.do(t.Context(), getBlock(&mined, 2)); err != nil {
			t.Fatal(err)
		}
		claim := receipt{Transaction: sent.Transaction, Block: 2, BlockHash: mined.Hash, Status: 1}
		if alone { // there is nobody to contradict, but it contradicts itself
			claim.BlockHash[0] ^= 1
		}
		s.answer("eth_getTransactionReceipt", claim)
		for range 6 {
			n.Commit()
			s.work(t, id)
		}
		rows := s.open(t)
		if len(rows) != 1 {
			t.Fatalf("alone %v: the watch has ended, by a lie", alone)
		}
		s.answer("eth_getTransactionReceipt", nil)
		s.answer("eth_sendRawTransaction", nil)
		s.finish(t, id, who)
	}
}

func getBlock(into **block, number uint64) request {
	return func(ctx context.Context, r *rpc.Client) (err error) {
		*into, err = readBlock(ctx, r, hexutil.EncodeUint64(number))
		return err
	}
}

// An endpoint says that the account has used many nonces. A transaction would never be mined with a nonce
// that high; and one that is on its way would be given another nonce, and could take effect twice.
func TestOutboxWhoseEndpointLiesAboutNonces(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, first := range []bool{true, false} {
		s, honest := newPair(t, n)
		liar := s.proxy
		if !first {
			liar, honest = honest, liar
		}
		who := newKey(t).Address()
		liar.answer("eth_getTransactionCount", "0x64")
		swallow(liar, honest)
		id := s.submit(t, n.mint("k", who, 1))
		for range 6 {
			s.work(t, id)
			if rows := s.open(t); len(rows) != 1 || !rows[0].HasNonce || rows[0].Nonce != 0 {
				t.Fatalf("the liar first %v: %+v", first, rows)
			}
			n.Commit()
		}
		honest.answer("eth_sendRawTransaction", nil) // which is enough
		s.finish(t, id, who)
	}
}

// open are the transactions that are still watched.
func (s *sender) open(t *testing.T) (rows []store.OutboxRow) {
	t.Helper()
	err := s.cfg.DB.View(t.Context(), func(tx *store.Tx) (err error) {
		rows, err = tx.OpenOutbox(s.cfg.Client.ChainID(), s.Address())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// trouble is a transaction's way through everything that an outbox knows: sent, forgotten by the pool, stuck and
// raised, mined, reorganised away, sent again, displaced by a stranger's use of its nonce. Any request in it
// may be the process's last.
func trouble(t *testing.T, s *sender, key string, who [20]byte) {
	t.Helper()
	ctx := t.Context()
	_, _ = s.Submit(ctx, s.net.mint(key, who, 1))
	s.answer("eth_sendRawTransaction", common.Hash{}) // taken and dropped
	_ = s.Work(ctx)
	s.answer("eth_sendRawTransaction", nil)
	s.now = s.now.Add(bumpAfter)
	_ = s.Work(ctx) // raised
	s.net.Commit()
	_ = s.Work(ctx) // mined
	_ = s.net.Reorg(1, true)
	_ = s.Work(ctx) // sent again
	s.net.Commit()
	_ = s.Work(ctx)
}

// The process dies at every request of that way in turn, before the endpoint got it or after. What is left is
// the database; the next process finishes the work, with one effect.
func TestOutboxSurvivesACrashInTrouble(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	path := filepath.Join(t.TempDir(), "node.db")
	for _, arrives := range []bool{false, true} {
		for dies := 1; ; dies += stride() {
			key, who := n.funded(t), newKey(t).Address()
			n.Commit()                // below what is reorganised
			var requests atomic.Int64 // the proxy's goroutines count it
			for _, crash := range []bool{true, false} {
				db, err := store.Open(ctx, path)
				if err != nil {
					t.Fatal(err)
				}
				s := newSender(t, n, db, key)
				if crash {
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
					trouble(t, s, "k", who)
				} else {
					s.finish(t, s.submit(t, n.mint("k", who, 1)), who)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if requests.Load() < int64(dies) {
				if dies < 30 {
					t.Fatalf("only %d requests: is anything tested?", dies)
				}
				break
			}
		}
	}
}

// One of two outboxes with one key is an old copy. What it had sent is displaced by the other's transactions,
// and takes another nonce only when nothing can bring the old form back.
func TestDisplacedTransactionWaitsForAllEndpoints(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, second := newPair(t, n)
	who := newKey(t).Address()
	swallow(s.proxy, second)
	id := s.submit(t, n.mint("k", who, 1))
	s.work(t, id)
	other := newSender(t, n, openStore(t), s.cfg.Key)
	other.work(t, other.submit(t, n.mint("other", newKey(t).Address(), 1)))
	second.answer("eth_getTransactionCount", "0x0") // as of a fork on which the nonce is free
	for range 6 {
		n.Commit()
		s.work(t, id)
		if rows := s.open(t); len(rows) != 1 || !rows[0].HasNonce || rows[0].Nonce != 0 {
			t.Fatalf("given another nonce: %+v", rows)
		}
	}
	second.answer("eth_getTransactionCount", nil)
	s.answer("eth_sendRawTransaction", nil)
	s.finish(t, id, who)
}
