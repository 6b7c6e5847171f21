package journal

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// lives are random consumers and providers on one chain.
type lives struct {
	*bed
	t         *rapid.T
	consumers []*identity.Key
	providers []*identity.Key
	journals  map[identity.Address]*Journal
	blocks    uint64 // nothing below may be reorganised away
}

func (l *lives) consumer() *identity.Key { return rapid.SampledFrom(l.consumers).Draw(l.t, "consumer") }
func (l *lives) provider() *identity.Key { return rapid.SampledFrom(l.providers).Draw(l.t, "provider") }
func (l *lives) channel() uint8          { return rapid.Uint8Range(0, 1).Draw(l.t, "channel") }
func (l *lives) amount() money.Amount {
	return money.Amount(rapid.Uint64Range(1, 200).Draw(l.t, "amount"))
}

// state is what a channel is now, and somebody that a free one can be locked for.
func (l *lives) state(who identity.Address, channel uint8) chain.Channel {
	c, err := l.reader.Channel(context.Background(), who, channel, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	if c.Provider.IsZero() {
		c.Provider = l.provider().Address()
	}
	return c
}

// step takes one random action. Many are refused by the contract, and then must change nothing.
func (l *lives) step() {
	t, p := l.t, l.payments
	c, channel := l.consumer(), l.channel()
	who := common.Address(c.Address())
	now := l.state(c.Address(), channel)
	epoch, locked := now.Epoch, now.Locked
	switch rapid.SampledFrom([]string{
		"deposit", "lock", "lock", "top up", "top up", "next", "clear", "clear", "clear all", "unlock", "unlock", "release", "reclaim", "withdraw", "take",
		"reorganise", "replay",
	}).Draw(t, "action") {
	case "deposit":
		l.deposit(t, c.Address(), l.amount())
	case "lock":
		l.lock(t, c, l.provider().Address(), channel, epoch, l.amount())
	case "top up":
		l.lock(t, c, now.Provider, channel, epoch, locked+l.amount())
	case "next":
		l.lock(t, c, l.provider().Address(), channel, epoch+1, l.amount())
	case "clear":
		to := now.Provider
		l.clear(t, l.promise(t, c, to, channel, epoch, l.amount()), l.promise(t, l.consumer(), to, 0, 0, l.amount()))
	case "clear all":
		for _, to := range l.providers {
			l.clear(t, l.promise(t, c, to.Address(), channel, epoch, locked))
		}
	case "unlock":
		l.requestUnlock(t, c, channel, epoch)
		l.call(t, intent.CallUnlock(c.Address(), channel))
	case "release":
		for _, to := range l.providers {
			s, err := intent.SignRelease(to, intent.Release{Consumer: c.Address(), Channel: channel, Epoch: epoch}, l.domain)
			if err != nil {
				t.Fatal(err)
			}
			l.call(t, s.Call())
		}
	case "reclaim":
		l.send(t, c, l.at.Payments, p.PackReclaim(channel))
	case "withdraw":
		l.call(t, p.PackWithdraw(common.Address(l.provider().Address())))
	case "take":
		l.send(t, c, l.at.Payments, p.PackWithdrawDeposit(who, uint64(l.amount())))
	case "reorganise":
		l.reorganise()
	case "replay":
		l.replay()
	}
}

func (l *lives) reorganise() {
	depth := rapid.Uint64Range(1, 6).Draw(l.t, "depth")
	if l.Head() < l.blocks+depth {
		return
	}
	if err := l.Reorg(depth, rapid.Bool().Draw(l.t, "drop")); err != nil {
		l.t.Fatal(err)
	}
}

// replay is what a follower does that has lost its place: it begins anew.
func (l *lives) replay() {
	for _, j := range l.journals {
		l.agree(l.t, j)
		before := len(entries(l.t, j, Filter{}))
		err := l.db.InTx(context.Background(), func(tx *store.Tx) error { return tx.RemoveCursor(j.follower.Name()) })
		if err != nil {
			l.t.Fatal(err)
		}
		l.agree(l.t, j)
		if after := len(entries(l.t, j, Filter{})); after != before {
			l.t.Fatalf("%d rows after a replay, %d before", after, before)
		}
	}
}

// The sums of the ledger are the chain's balances, to the unit, whatever happens in whatever order.
func TestLedgerIsTheChain(t *testing.T) {
	b := newBed(t)
	rapid.Check(t, func(t *rapid.T) {
		l := &lives{bed: b, t: t, journals: map[identity.Address]*Journal{}}
		b.start = b.Head()
		confirmations := rapid.Uint64Range(0, 2).Draw(t, "confirmations")
		for range 2 {
			c, p := newKey(t), newKey(t)
			l.consumers, l.providers = append(l.consumers, c), append(l.providers, p)
			for _, key := range []*identity.Key{c, p} {
				l.journals[key.Address()] = b.journal(key.Address(), confirmations)
			}
			if err := b.Fund(context.Background(), c.Address(), money.Amount(1e6).Wei()); err != nil {
				t.Fatal(err)
			}
			b.deposit(t, c.Address(), 500)
		}
		l.blocks = b.Head()
		for range rapid.IntRange(5, 25).Draw(t, "steps") {
			l.step()
			if rapid.Bool().Draw(t, "look") {
				for _, j := range l.journals {
					l.agree(t, j)
				}
			}
		}
		for range confirmations {
			b.Commit()
		}
		for _, j := range l.journals {
			if got := l.agree(t, j); got.Block != b.Head()-confirmations {
				t.Fatalf("at block %d of %d", got.Block, b.Head())
			}
		}
	})
}
