package journal

import (
	"context"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

func (b *bed) registry() intent.Domain {
	return intent.Domain{ChainID: b.ChainID(), Contract: b.at.Registry}
}

// mint gives an account coins of its own.
func (b *bed) mint(t fatal, who identity.Address, amount money.Amount) {
	t.Helper()
	if !b.send(t, b.Key(), b.at.Coin, contracts.NewTestCoin().PackMint(common.Address(who), amount.Wei())) {
		t.Fatal("no coins")
	}
}

func (b *bed) clearPacked(t fatal, promises ...intent.SignedPromise) bool {
	t.Helper()
	call, err := intent.CallClearPacked(promises)
	if err != nil {
		t.Fatal(err)
	}
	return b.call(t, call)
}

func (b *bed) signedLock(t fatal, from *identity.Key, to identity.Address, channel uint8, epoch uint16, total money.Amount) intent.SignedLock {
	t.Helper()
	s, err := intent.SignLock(from, intent.Lock{
		Provider: to, Channel: channel, Epoch: epoch, Locked: total, ValidUntil: b.validUntil(t),
	}, b.domain)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bed) signedRelease(t fatal, from, consumer *identity.Key, channel uint8, epoch uint16) intent.SignedRelease {
	t.Helper()
	s, err := intent.SignRelease(from, intent.Release{Consumer: consumer.Address(), Channel: channel, Epoch: epoch}, b.domain)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bed) signedRegister(t fatal, who *identity.Key) intent.SignedRegister {
	t.Helper()
	s, err := intent.SignRegister(who, who.PublicKey(), b.registry())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bed) signedFund(t fatal, owner *identity.Key, to, relayer identity.Address, amount, fee money.Amount) intent.SignedFund {
	t.Helper()
	nonce, err := b.reader.PermitNonce(context.Background(), owner.Address())
	if err != nil {
		t.Fatal(err)
	}
	s, err := intent.SignFund(owner, intent.Fund{
		Owner: owner.Address(), Identity: to, Units: amount, Fee: fee, Relayer: relayer, PermitNonce: nonce, ValidUntil: b.validUntil(t),
	}, b.domain, intent.Domain{ChainID: b.ChainID(), Contract: b.at.Coin})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signedWithdrawal takes from the deposit into the wallet.
func (b *bed) signedWithdrawal(t fatal, who *identity.Key, amount money.Amount) intent.SignedWithdrawDeposit {
	t.Helper()
	at := b.payments.Instance(b.eth, common.Address(b.at.Payments))
	nonce, err := bind.Call(at, nil, b.payments.PackNonces(common.Address(who.Address())), b.payments.UnpackNonces)
	if err != nil {
		t.Fatal(err)
	}
	s, err := intent.SignWithdrawDeposit(who, intent.WithdrawDeposit{
		To: who.Address(), Units: amount, Nonce: nonce.Uint64(), ValidUntil: b.validUntil(t),
	}, b.domain)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// operation is what a relayer can do for whoever signed it.
type operation struct {
	signer *identity.Key
	digest [32]byte
	call   []byte
}

// relayed has a relayer carry out an operation for a fee of the deposit.
func (b *bed) relayed(t fatal, relayer *identity.Key, op operation, fee money.Amount) bool {
	t.Helper()
	s, err := intent.SignRelay(op.signer, intent.Relay{Relayer: relayer.Address(), Fee: fee, Operation: op.digest}, b.domain)
	if err != nil {
		t.Fatal(err)
	}
	return b.send(t, relayer, b.at.Payments, s.Call(op.call))
}

// A fee of a relayed operation comes out of the deposit, that of a relayed deposit out of the wallet.
func TestFeesOfRelayers(t *testing.T) {
	b := newBed(t)
	c, p, relayer := newKey(t), newKey(t), newKey(t)
	bought, earned := b.journal(c.Address(), 0), b.journal(relayer.Address(), 0)
	if err := b.Fund(t.Context(), relayer.Address(), money.Amount(1e6).Wei()); err != nil {
		t.Fatal(err)
	}
	b.mint(t, c.Address(), 2000)
	check := func(deposit, locked, fees int64) {
		t.Helper()
		if got := b.agree(t, bought); got.Deposit != deposit || got.Locked != locked {
			t.Fatalf("%+v, want a deposit of %d and %d locked", got, deposit, locked)
		}
		if got := b.agree(t, earned); got.Earnings != fees {
			t.Fatalf("the relayer has %+v, want %d", got, fees)
		}
	}
	signed := b.signedFund(t, c, c.Address(), relayer.Address(), 500, 7)
	if !b.send(t, relayer, b.at.Payments, intent.CallOnboard(signed, b.signedRegister(t, c))) {
		t.Fatal("not onboarded")
	}
	check(500, 0, 7)
	// For somebody else: the wallet that pays has no deposit.
	signed = b.signedFund(t, c, p.Address(), relayer.Address(), 500, 7)
	if !b.send(t, relayer, b.at.Payments, signed.Call()) {
		t.Fatal("not funded")
	}
	check(500, 0, 14)
	lock := b.signedLock(t, c, p.Address(), 0, 0, 100)
	if !b.relayed(t, relayer, operation{c, lock.Digest(b.domain), lock.Call()}, 5) {
		t.Fatal("not locked")
	}
	check(395, 100, 19)
	withdraw := b.signedWithdrawal(t, c, 50)
	if !b.relayed(t, relayer, operation{c, withdraw.Digest(b.domain), withdraw.Call()}, 3) {
		t.Fatal("not withdrawn")
	}
	check(342, 100, 22)
	register := b.signedRegister(t, p)
	if !b.relayed(t, relayer, operation{p, register.Digest(b.registry()), register.Call()}, 9) {
		t.Fatal("not registered")
	}
	if got := b.agree(t, b.journal(p.Address(), 0)); got.Deposit != 491 {
		t.Fatalf("%+v", got)
	}
	fees := entries(t, bought, Filter{Kind: RelayFee, Identity: c.Address()})
	own := 0
	for _, e := range fees {
		if e.Self == c.Address() {
			own++
		}
	}
	if own != 4 {
		t.Fatalf("%d fees in the ledger: %+v", own, fees)
	}
}

// unsigned is what a relayer can do for a provider without its signature, by the provider's next nonce.
func (b *bed) unsigned(t fatal, p *identity.Key, call []byte) operation {
	t.Helper()
	nonce, err := b.reader.WithdrawNonce(context.Background(), p.Address())
	if err != nil {
		t.Fatal(err)
	}
	return operation{p, intent.CallDigest(call, nonce), call}
}

// A fee for a clearing or a withdrawal comes out of the earnings, and into the relayer's; also when both are the same.
func TestFeesOfEarnings(t *testing.T) {
	b := newBed(t)
	c, p, relayer := newKey(t), newKey(t), newKey(t)
	sold, earned := b.journal(p.Address(), 0), b.journal(relayer.Address(), 0)
	for _, sender := range []*identity.Key{relayer, p} {
		if err := b.Fund(t.Context(), sender.Address(), money.Amount(1e6).Wei()); err != nil {
			t.Fatal(err)
		}
	}
	b.deposit(t, c.Address(), 1000)
	b.lock(t, c, p.Address(), 0, 0, 300)
	clears := func(sender *identity.Key, total, fee money.Amount) {
		t.Helper()
		call, err := intent.CallClearPacked([]intent.SignedPromise{b.promise(t, c, p.Address(), 0, 0, total)})
		if err != nil || !b.relayed(t, sender, b.unsigned(t, p, call), fee) {
			t.Fatalf("not cleared, %v", err)
		}
	}
	clears(relayer, 100, 7)
	clears(p, 150, 12) // to itself
	if got, paid := b.agree(t, sold), b.agree(t, earned); got.Earnings != 143 || paid.Earnings != 7 {
		t.Fatalf("earnings of %+v, and %+v of the relayer", got, paid)
	}
	if !b.relayed(t, relayer, b.unsigned(t, p, intent.CallWithdraw(p.Address())), 23) {
		t.Fatal("not withdrawn")
	}
	if got, paid := b.agree(t, sold), b.agree(t, earned); got.Earnings != 0 || paid.Earnings != 30 {
		t.Fatalf("earnings of %+v, and %+v of the relayer", got, paid)
	}
	all, err := sold.Earnings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Identity == p.Address() && (e.Cleared != 150 || e.Withdrawn != 114 || e.Fees != 6+7+12+23 || e.Held != 0) {
			t.Errorf("%+v", e)
		}
	}
}

// A batch that is cleared packed is one log, and a row for each promise of either side's, taken back together.
func TestPackedClearing(t *testing.T) {
	b := newBed(t)
	c, other, p := newKey(t), newKey(t), newKey(t)
	bought, sold := b.journal(c.Address(), 0), b.journal(p.Address(), 0)
	for _, who := range []*identity.Key{c, other} {
		b.deposit(t, who.Address(), 1000)
		b.lock(t, who, p.Address(), 0, 0, 300)
		b.lock(t, who, p.Address(), 1, 0, 300)
	}
	b.clear(t, b.promise(t, c, p.Address(), 0, 0, 40))
	b.agree(t, bought)
	if !b.clearPacked(t, b.promise(t, c, p.Address(), 0, 0, 100), b.promise(t, other, p.Address(), 0, 0, 30),
		b.promise(t, c, p.Address(), 1, 0, 20), b.promise(t, c, p.Address(), 0, 0, 900)) {
		t.Fatal("not cleared")
	}
	own := func(j *Journal) (amounts []int64) {
		for _, e := range entries(t, j, Filter{Kind: Clearing, Identity: j.cfg.Self}) {
			if e.Self == j.cfg.Self {
				amounts = append(amounts, e.Amount)
			}
		}
		return amounts
	}
	if got := b.agree(t, bought); got.Locked != 600-40-60-20-200 {
		t.Fatalf("%+v", got)
	}
	if got := b.agree(t, sold); got.Earnings != 350 {
		t.Fatalf("%+v", got)
	}
	if got := own(bought); !slices.Equal(got, []int64{40, 60, 20, 200}) {
		t.Errorf("the consumer's rows: %v", got)
	}
	if got := own(sold); !slices.Equal(got, []int64{40, 60, 30, 20, 200}) {
		t.Errorf("the provider's rows: %v", got)
	}
	row := entries(t, sold, Filter{Kind: Clearing, Limit: 1})[0]
	if booked, _, err := sold.Booked(t.Context(), row.Transaction); err != nil || !booked {
		t.Errorf("booked %v, %v", booked, err)
	}
	did, err := b.reader.Effects(t.Context(), row.Transaction)
	if err != nil || did.Cleared != 310 {
		t.Errorf("the transaction did %+v, %v", did, err)
	}
	earned, err := sold.Earnings(t.Context())
	if want := (Earnings{Identity: p.Address(), Promised: 350, Cleared: 350, Held: 350}); err != nil || len(earned) != 1 || earned[0] != want {
		t.Errorf("earnings %+v, %v; want %+v", earned, err, want)
	}
	if err := b.Reorg(1, true); err != nil {
		t.Fatal(err)
	}
	b.Commit()
	if got := b.agree(t, bought); got.Locked != 560 {
		t.Fatalf("after the reorganisation: %+v", got)
	}
	if got := b.agree(t, sold); got.Earnings != 40 {
		t.Fatalf("after the reorganisation: %+v", got)
	}
	if got := own(bought); !slices.Equal(got, []int64{40, 60, 20, 200, -200, -20, -60}) {
		t.Errorf("the consumer's rows: %v", got)
	}
}

// What a packed clearing paid is told by the chain too, whatever else its block does to the same channel.
func TestEffectsOfPackedClearings(t *testing.T) {
	b := newBed(t)
	c, p := newKey(t), newKey(t)
	b.deposit(t, c.Address(), 1000)
	b.lock(t, c, p.Address(), 0, 0, 300)
	packed := func(promises ...intent.SignedPromise) common.Hash {
		call, err := intent.CallClearPacked(promises)
		if err != nil {
			t.Fatal(err)
		}
		return b.queue(t, b.Key(), b.at.Payments, call)
	}
	next := func(epoch uint16, amount money.Amount) intent.SignedPromise {
		return b.promise(t, c, p.Address(), 0, epoch, amount)
	}
	b.clear(t, next(0, 5))
	first := packed(next(0, 20), next(0, 30))
	second := b.queue(t, b.Key(), b.at.Payments, intent.CallClearBatch([]intent.SignedPromise{next(0, 70)}))
	third := packed(next(0, 100))
	fourth := packed(next(0, 300))
	b.queue(t, b.Key(), b.at.Payments, b.signedLock(t, c, p.Address(), 0, 1, 50).Call())
	fifth := packed(next(1, 50))
	b.seal(t)
	want := map[common.Hash]money.Amount{first: 25, second: 40, third: 30, fourth: 200, fifth: 50}
	for hash, amount := range want {
		if did, err := b.reader.Effects(t.Context(), hash); err != nil || did.Cleared != amount {
			t.Errorf("did %+v, %v; want %d cleared", did, err, amount)
		}
	}
	for _, who := range []*identity.Key{c, p} {
		b.agree(t, b.journal(who.Address(), 0))
	}
}
