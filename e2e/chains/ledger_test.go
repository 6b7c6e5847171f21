//go:build e2e

package chains

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/store"
)

// books is a consumer's ledger on some implementation.
type books struct {
	*world
	client *chain.Client
	key    *identity.Key
	kept   *journal.Journal
	dir    string
	opened int
}

func newBooks(t *testing.T, n *node) *books {
	t.Helper()
	b := &books{world: newWorld(t, n), client: newClient(t, n, n.http), key: newKey(t), dir: t.TempDir()}
	b.kept = b.journal(t)
	payer, coin := b.outbox.Address(), contracts.NewTestCoin()
	b.do(t, "coins", n.at.Coin, coin.PackMint(common.Address(payer), money.Amount(1e6).Wei()))
	b.do(t, "allowance", n.at.Coin, coin.PackApprove(n.at.Payments, money.Amount(1e6).Wei()))
	return b
}

// journal is one with a database of its own.
func (b *books) journal(t *testing.T) *journal.Journal {
	t.Helper()
	b.opened++
	db, err := store.Open(t.Context(), filepath.Join(b.dir, fmt.Sprint(b.opened)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return journal.New(journal.Config{Client: b.client, DB: db, Domain: b.domain(), Self: b.key.Address()})
}

func (b *books) domain() intent.Domain {
	return intent.Domain{ChainID: b.chainID, Contract: identity.Address(b.at.Payments)}
}

// do has a call mined, and returns its number in the outbox.
func (b *books) do(t *testing.T, key string, to common.Address, call []byte) int64 {
	t.Helper()
	id, err := b.outbox.Submit(t.Context(), chain.Tx{Key: key, To: identity.Address(to), Data: call})
	if err != nil {
		t.Fatal(err)
	}
	b.send(t, id)
	return id
}

// deposit deposits units and locks as many in the channel, of which the first epoch has so many then.
func (b *books) deposit(t *testing.T, units, locked money.Amount) (ids []int64) {
	t.Helper()
	name := fmt.Sprint(locked)
	head, err := b.client.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := intent.SignLock(b.key, intent.Lock{
		Provider: identity.Address{7}, Channel: 1, Locked: locked, ValidUntil: uint32(head.Time.Unix()) + 3600,
	}, b.domain())
	if err != nil {
		t.Fatal(err)
	}
	who := common.Address(b.key.Address())
	return []int64{
		b.do(t, "deposit "+name, b.at.Payments, contracts.NewPayments().PackDeposit(who, uint64(2*units))),
		b.do(t, "lock "+name, b.at.Payments, signed.Call()),
	}
}

// agree waits until the ledger has the chain's sums, to the unit, and the rows that one has which reads the chain from
// the start.
func (b *books) agree(t *testing.T, what string) journal.Sums {
	t.Helper()
	reader := chain.NewPayments(b.client, chain.Contracts{
		Coin: identity.Address(b.at.Coin), Registry: identity.Address(b.at.Registry), Payments: identity.Address(b.at.Payments),
	})
	var totals journal.Totals
	fresh := b.journal(t)
	await(t, what, func() bool {
		if err := b.kept.Sync(t.Context()); err != nil {
			t.Log("again after", err)
			return false
		}
		var err error
		if totals, err = b.kept.Totals(t.Context()); err != nil {
			t.Fatal(err)
		}
		held, err := reader.Holdings(t.Context(), b.key.Address(), totals.Hash)
		if err != nil { // geth may seal while it is asked
			t.Log("again after", err)
			return false
		}
		if !totals.Are(held) {
			t.Fatalf("%s: at block %d the ledger says %+v, the chain %+v", what, totals.Block, totals.Sums, held)
		}
		if err := fresh.Sync(t.Context()); err != nil {
			t.Log("again after", err)
			return false
		}
		return slices.Equal(standing(t, b.kept), standing(t, fresh))
	})
	return totals.Sums
}

// standing are a ledger's rows that nothing has taken back, without their numbers.
func standing(t *testing.T, j *journal.Journal) (rows []journal.Entry) {
	t.Helper()
	all, err := j.Entries(t.Context(), journal.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.ID = 0; !e.Reversed && e.Reverses == 0 {
			rows = append(rows, e)
		}
	}
	return rows
}

// A consumer's deposits and locks are booked, reorganised away, taken back, and booked again.
func TestLedgerFollowsEveryImplementation(t *testing.T) {
	for name, start := range implementations {
		t.Run(name, func(t *testing.T) {
			b := newBooks(t, start(t))
			b.deposit(t, 10, 10)
			b.mine(t, 2)
			before := journal.Sums{Deposit: 10, Locked: 10}
			if got := b.agree(t, "first deposit"); got != before {
				t.Fatalf("%+v", got)
			}
			for _, depth := range []int{5, 64} {
				locked := money.Amount(before.Locked) + 5
				lost := b.deposit(t, 5, locked)
				after := journal.Sums{Deposit: before.Deposit + 5, Locked: before.Locked + 5}
				if got := b.agree(t, "to be lost"); got != after {
					t.Fatalf("%+v, want %+v", got, after)
				}
				b.mine(t, depth-4)
				head := b.head(t)
				b.reorganise(t, head-uint64(depth)+1)
				what := fmt.Sprintf("%d blocks reorganised away", depth)
				if got := b.agree(t, what); b.forgets && got != before {
					t.Fatalf("%s: %+v, want %+v", what, got, before)
				}
				for _, id := range lost {
					b.sendOn(t, id)
				}
				b.mine(t, 4)
				if got := b.agree(t, "sent again"); got != after {
					t.Fatalf("%+v, want %+v", got, after)
				}
				before = after
			}
		})
	}
}

// sendOn lets the outbox work until a transaction that was reorganised away is in a block again.
func (b *books) sendOn(t *testing.T, id int64) {
	t.Helper()
	await(t, "transaction once more", func() bool {
		if err := b.outbox.Work(t.Context()); err != nil {
			t.Log("again after", err)
			return false
		}
		b.mine(t, 1)
		status, err := b.outbox.Status(t.Context(), id)
		return err == nil && status.State == chain.StateMined
	})
}
