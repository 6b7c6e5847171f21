package intent

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// badSignatures are what can be made of a good one.
func badSignatures(good identity.Signature) map[string]identity.Signature {
	order := crypto.S256().Params().N
	with := func(change func(*identity.Signature)) identity.Signature {
		s := good
		change(&s)
		return s
	}
	put := func(at []byte, n *big.Int) { n.FillBytes(at) }
	return map[string]identity.Signature{
		"nothing": {},
		"all ones": with(func(s *identity.Signature) {
			for i := range s {
				s[i] = 0xff
			}
		}),
		"high s": with(func(s *identity.Signature) {
			put(s[32:64], new(big.Int).Sub(order, new(big.Int).SetBytes(s[32:64])))
			s[64] ^= 1
		}),
		"high s, same v": with(func(s *identity.Signature) { put(s[32:64], new(big.Int).Sub(order, new(big.Int).SetBytes(s[32:64]))) }),
		"other v":        with(func(s *identity.Signature) { s[64] ^= 1 }),
		"v of 27":        with(func(s *identity.Signature) { s[64] += 27 }),
		"v of 2":         with(func(s *identity.Signature) { s[64] += 2 }),
		"r is zero":      with(func(s *identity.Signature) { clear(s[:32]) }),
		"s is zero":      with(func(s *identity.Signature) { clear(s[32:64]) }),
		"r is the order": with(func(s *identity.Signature) { put(s[:32], order) }),
		"s is the order": with(func(s *identity.Signature) { put(s[32:64], order) }),
		"r and s change places": with(func(s *identity.Signature) {
			copy(s[:32], good[32:64])
			copy(s[32:64], good[:32])
		}),
	}
}

// No form takes a signature that is malformed, or another's, for good.
func TestVerifyBadSignatures(t *testing.T) {
	e, stranger := example(t), testKey(t, 9)
	for form, c := range map[string]struct {
		signature *identity.Signature
		digest    [32]byte
	}{
		"register":       {&e.register.Signature, e.register.Digest(e.registry)},
		"fund":           {&e.fund.Signature, e.fund.Digest(e.payments)},
		"permit":         {&e.fund.Permit.Signature, e.fund.Permit.Digest(e.coin)},
		"lock":           {&e.lock.Signature, e.lock.Digest(e.payments)},
		"promise":        {&e.promise.Signature, e.promise.Digest(e.payments)},
		"release":        {&e.release.Signature, e.release.Digest(e.payments)},
		"requestUnlock":  {&e.requestUnlock.Signature, e.requestUnlock.Digest(e.payments)},
		"setBeneficiary": {&e.setBeneficiary.Signature, e.setBeneficiary.Digest(e.payments)},
		"reclaim":        {&e.reclaim.Signature, e.reclaim.Digest(e.payments)},
		"withdraw":       {&e.withdraw.Signature, e.withdraw.Digest(e.payments)},
		"relay":          {&e.relay.Signature, e.relay.Digest(e.payments)},
	} {
		good := *c.signature
		all := badSignatures(good)
		var err error
		if all["a stranger's"], err = stranger.Sign(c.digest); err != nil {
			t.Fatal(err)
		}
		for name, bad := range all {
			*c.signature = bad
			if err := e.verifiers()[form](); !errors.Is(err, identity.ErrSignature) {
				t.Errorf("%s, %s: %v", form, name, err)
			}
		}
		*c.signature = good
		if err := e.verifiers()[form](); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
	if len(e.verifiers()) != 11 {
		t.Error("a form is missing here")
	}
}

// Who gets a statement from elsewhere can rely on Verify for its figures, too: whoever signed them.
func TestVerifyBounds(t *testing.T) {
	e := example(t)
	lock := func(change func(*Lock)) error {
		l := e.lock.Lock
		change(&l)
		sig, err := e.consumer.Sign(l.Digest(e.payments))
		return errors.Join(err, SignedLock{Consumer: e.consumer.Address(), Lock: l, Signature: sig}.Verify(e.payments))
	}
	promise := func(change func(*Promise)) error {
		p := e.promise.Promise
		change(&p)
		sig, err := e.consumer.Sign(p.Digest(e.payments))
		return errors.Join(err, SignedPromise{Consumer: e.consumer.Address(), Promise: p, Signature: sig}.Verify(e.payments))
	}
	for name, c := range map[string]struct {
		err error
		ok  bool
	}{
		"lock of one":                {lock(func(l *Lock) { l.Locked = 1 }), true},
		"lock of all":                {lock(func(l *Lock) { l.Locked, l.Epoch, l.Channel = money.MaxLock, 65535, Channels-1 }), true},
		"lock of nothing":            {lock(func(l *Lock) { l.Locked = 0 }), false},
		"lock of too much":           {lock(func(l *Lock) { l.Locked = money.MaxLock + 1 }), false},
		"lock of far too much":       {lock(func(l *Lock) { l.Locked = ^money.Amount(0) }), false},
		"lock of a channel too many": {lock(func(l *Lock) { l.Channel = Channels }), false},
		"lock for nobody":            {lock(func(l *Lock) { l.Provider = identity.Address{} }), false},
		"promise of all":             {promise(func(p *Promise) { p.Amount = money.MaxLock }), true},
		"promise of nothing":         {promise(func(p *Promise) { p.Amount = 0 }), true}, // true, and worth nothing
		"promise of too much":        {promise(func(p *Promise) { p.Amount = money.MaxLock + 1 }), false},
		"promise of far too much":    {promise(func(p *Promise) { p.Amount = ^money.Amount(0) }), false},
		"promise on a channel's 255": {promise(func(p *Promise) { p.Channel = 255 }), false},
		"promise for nobody":         {promise(func(p *Promise) { p.Provider = identity.Address{} }), false},
	} {
		if c.ok != (c.err == nil) || !c.ok && !errors.Is(c.err, ErrMalformed) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

// The largest amounts go through all contracts to the unit; nothing, and one more than what is there, changes nothing.
func TestLargestAmountsOnChain(t *testing.T) {
	c := newTestChain(t)
	e, at := c.example()
	coin, payments := contracts.NewTestCoin(), contracts.NewPayments()
	consumer, provider := common.Address(e.consumer.Address()), common.Address(e.provider.Address())
	for range 2 { // a coin's mint is capped below the largest lock
		c.send(at.Coin, coin.PackMint(consumer, (money.MaxLock/2+1).Wei()))
	}
	f := e.fund.Fund
	f.Units, f.Fee = money.MaxLock, 1
	fund, err := SignFund(e.consumer, f, e.payments, e.coin)
	c.expect(err == nil, "sign: %v", err)
	c.send(at.Payments, fund.Call())

	lock := e.lock.Lock
	lock.Locked = money.MaxLock
	signed, err := SignLock(e.consumer, lock, e.payments)
	c.expect(err == nil, "sign: %v", err)
	c.send(at.Payments, signed.Call())
	promise := func(amount money.Amount) SignedPromise {
		p := e.promise.Promise
		p.Amount = amount
		sig, err := e.consumer.Sign(p.Digest(e.payments))
		c.expect(err == nil, "sign: %v", err)
		return SignedPromise{Consumer: e.consumer.Address(), Promise: p, Signature: sig}
	}
	// A promise that does not fit is signed for more than the call can say, and so is nobody's.
	for _, amount := range []money.Amount{0, money.MaxLock + 1, ^money.Amount(0)} {
		c.refused(at.Payments, CallClearBatch([]SignedPromise{promise(amount)}))
	}
	c.send(at.Payments, CallClearBatch([]SignedPromise{promise(0), promise(money.MaxLock), promise(money.MaxLock + 1)}))
	earned := view(c, at.Payments, payments.PackEarnings(provider), payments.UnpackEarnings)
	c.expect(earned.Gross.Uint64() == uint64(money.MaxLock), "earned %s", earned.Gross)
	c.refused(at.Payments, CallClearBatch([]SignedPromise{promise(money.MaxLock)}))
}

// refused fails the test unless a call reverts.
func (c *testChain) refused(to common.Address, data []byte) {
	c.Helper()
	if _, err := c.call(to, data); err == nil {
		c.Error("not refused")
	}
}
