package journal

import (
	"context"
	"slices"
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

// newLives are two consumers with a deposit and two providers, whose journals begin now.
func newLives(t *rapid.T, b *bed, confirmations uint64) *lives {
	l := &lives{bed: b, t: t, journals: map[identity.Address]*Journal{}}
	b.start = b.Head()
	for range 2 {
		c, p := newKey(t), newKey(t)
		l.consumers, l.providers = append(l.consumers, c), append(l.providers, p)
		for _, key := range []*identity.Key{c, p} {
			l.journals[key.Address()] = b.journal(key.Address(), confirmations)
			if err := b.Fund(context.Background(), key.Address(), money.Amount(1e6).Wei()); err != nil {
				t.Fatal(err)
			}
		}
		b.mint(t, c.Address(), 1e6)
		b.deposit(t, c.Address(), 500)
	}
	l.blocks = b.Head()
	return l
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

// scene is what a random action is about: one of the consumer's channels, as it is now.
type scene struct {
	consumer *identity.Key
	who      common.Address // the consumer
	channel  uint8
	now      chain.Channel
}

// actions are what can happen. Many are refused by the contract, and then must change nothing.
func (l *lives) actions() []func(scene) {
	lock := func(s scene) { l.lock(l.t, s.consumer, l.provider().Address(), s.channel, s.now.Epoch, l.amount()) }
	topUp := func(s scene) {
		l.lock(l.t, s.consumer, s.now.Provider, s.channel, s.now.Epoch, s.now.Locked+l.amount())
	}
	batch := func(s scene) { l.clear(l.t, l.promises(s)...) }
	packed := func(s scene) { l.clearPacked(l.t, l.promises(s)...) }
	return []func(scene){
		lock, lock, topUp, topUp, batch, packed, packed, l.clearAll, l.unlock, l.unlock, l.release, l.fund, l.fund, l.relay, l.relay, l.relay, l.relayClearing, l.relayClearing, l.relayClearing, l.lockMany,
		func(scene) { l.reorganise() },
		func(scene) { l.replay() },
		func(s scene) { l.deposit(l.t, s.consumer.Address(), l.amount()) },
		func(s scene) { l.lock(l.t, s.consumer, l.provider().Address(), s.channel, s.now.Epoch+1, l.amount()) },
		func(s scene) { l.send(l.t, s.consumer, l.at.Payments, l.payments.PackReclaim(s.channel)) },
		func(scene) { l.call(l.t, l.payments.PackWithdraw(common.Address(l.provider().Address()))) },
		func(s scene) {
			l.send(l.t, s.consumer, l.at.Payments, l.payments.PackWithdrawDeposit(s.who, uint64(l.amount())))
		},
	}
}

// step takes one random action.
func (l *lives) step() {
	s := scene{consumer: l.consumer(), channel: l.channel()}
	s.who = common.Address(s.consumer.Address())
	s.now = l.state(s.consumer.Address(), s.channel)
	rapid.SampledFrom(l.actions()).Draw(l.t, "action")(s)
}

// promises are some to the scene's provider: of its channel twice, and of another one.
func (l *lives) promises(s scene) []intent.SignedPromise {
	to, amount := s.now.Provider, l.amount()
	return []intent.SignedPromise{
		l.promise(l.t, s.consumer, to, s.channel, s.now.Epoch, amount),
		l.promise(l.t, l.consumer(), to, 0, 0, l.amount()),
		l.promise(l.t, s.consumer, to, s.channel, s.now.Epoch, amount+l.amount()),
	}
}

func (l *lives) clearAll(s scene) {
	for _, to := range l.providers {
		l.clear(l.t, l.promise(l.t, s.consumer, to.Address(), s.channel, s.now.Epoch, s.now.Locked))
	}
}

func (l *lives) unlock(s scene) {
	l.requestUnlock(l.t, s.consumer, s.channel, s.now.Epoch)
	l.call(l.t, intent.CallUnlock(s.consumer.Address(), s.channel))
}

func (l *lives) release(s scene) {
	for _, to := range l.providers {
		l.call(l.t, l.signedRelease(l.t, to, s.consumer, s.channel, s.now.Epoch).Call())
	}
}

func (l *lives) lockMany(s scene) {
	var locks []intent.SignedLock
	for channel := range uint8(2) {
		now := l.state(s.consumer.Address(), channel)
		locks = append(locks, l.signedLock(l.t, s.consumer, now.Provider, channel, now.Epoch, now.Locked+l.amount()))
	}
	l.call(l.t, intent.CallLockMany(append(locks, locks[0])))
}

// fund has a relayer deposit for anybody out of the consumer's wallet, and register whom the deposit is for by the way.
func (l *lives) fund(s scene) {
	relayer := rapid.SampledFrom(l.keys()).Draw(l.t, "relayer")
	to, fee := rapid.SampledFrom(l.keys()).Draw(l.t, "for"), rapid.Uint64Range(0, 20).Draw(l.t, "fee")
	signed := l.signedFund(l.t, s.consumer, to.Address(), relayer.Address(), l.amount(), money.Amount(fee))
	call := signed.Call()
	if rapid.Bool().Draw(l.t, "onboard") {
		call = intent.CallOnboard(signed, l.signedRegister(l.t, to))
	}
	l.send(l.t, relayer, l.at.Payments, call)
}

// relay has a relayer do any one operation for a fee.
func (l *lives) relay(s scene) {
	c, p := s.consumer, rapid.SampledFrom(l.providers).Draw(l.t, "provider")
	until := l.validUntil(l.t)
	unlock, err := intent.SignRequestUnlock(c, intent.RequestUnlock{Channel: s.channel, Epoch: s.now.Epoch, ValidUntil: until}, l.domain)
	if err != nil {
		l.t.Fatal(err)
	}
	reclaim, err := intent.SignReclaim(c, intent.Reclaim{Channel: s.channel, Epoch: s.now.Epoch, ValidUntil: until}, l.domain)
	if err != nil {
		l.t.Fatal(err)
	}
	withdraw := l.signedWithdrawal(l.t, c, l.amount())
	pays, err := intent.SignSetBeneficiary(p, intent.SetBeneficiary{Provider: p.Address(), Beneficiary: c.Address()}, l.domain)
	if err != nil {
		l.t.Fatal(err)
	}
	lock := l.signedLock(l.t, c, s.now.Provider, s.channel, s.now.Epoch, s.now.Locked+l.amount())
	release, register := l.signedRelease(l.t, p, c, s.channel, s.now.Epoch), l.signedRegister(l.t, c)
	op := rapid.SampledFrom([]operation{
		{c, lock.Digest(l.domain), lock.Call()}, {c, unlock.Digest(l.domain), unlock.Call()}, {c, reclaim.Digest(l.domain), reclaim.Call()},
		{c, withdraw.Digest(l.domain), withdraw.Call()}, {c, release.Digest(l.domain), release.Call()},
		{p, pays.Digest(l.domain), pays.Call()}, {c, register.Digest(l.registry()), register.Call()},
		l.unsigned(l.t, p, intent.CallWithdraw(p.Address())),
	}).Draw(l.t, "operation")
	relayer := rapid.SampledFrom(l.keys()).Draw(l.t, "relayer")
	l.relayed(l.t, relayer, op, money.Amount(rapid.Uint64Range(0, 20).Draw(l.t, "fee")))
}

// relayClearing has a relayer clear for a fee of what that brings.
func (l *lives) relayClearing(s scene) {
	relayer := rapid.SampledFrom(l.keys()).Draw(l.t, "relayer")
	l.relayed(l.t, relayer, l.clearing(s), money.Amount(rapid.Uint64Range(1, 20).Draw(l.t, "fee")))
}

// clearing is what a relayer can clear for the scene's provider, if it is one of these.
func (l *lives) clearing(s scene) operation {
	call, err := intent.CallClearPacked(l.promises(s))
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range l.providers {
		if p.Address() == s.now.Provider {
			return l.unsigned(l.t, p, call)
		}
	}
	return l.unsigned(l.t, l.providers[0], call)
}

func (l *lives) keys() []*identity.Key { return slices.Concat(l.consumers, l.providers) }

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
	var last *lives
	rapid.Check(t, func(t *rapid.T) {
		confirmations := rapid.Uint64Range(0, 2).Draw(t, "confirmations")
		l := newLives(t, b, confirmations)
		last = l
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
	// Who comes late reads old blocks in ranges, in which locks and packed clearings come at once.
	late := *b
	late.db, late.start = newDB(t), 0
	for who, j := range last.journals {
		again := late.journal(who, j.cfg.Confirmations)
		late.agree(t, again)
		if got, want := len(entries(t, again, Filter{})), standing(entries(t, j, Filter{})); got != want {
			t.Errorf("%d rows of %s, %d to one who was there", got, who, want)
		}
	}
}

// standing counts the rows that were not taken back.
func standing(rows []Entry) (n int) {
	for _, e := range rows {
		if !e.Reversed && e.Reverses == 0 {
			n++
		}
	}
	return n
}
