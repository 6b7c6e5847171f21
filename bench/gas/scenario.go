package main

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// Keys of the scenario. Consumers of the clearing rows follow from firstConsumer on.
const (
	payer = iota + 1
	consumer
	provider
	otherProvider
	beneficiary
	firstConsumer = 1000
)

var (
	paymentsABI = contracts.NewPayments()
	coinABI     = contracts.NewTestCoin()
)

// deploy makes a network where coins are held, allowed without a limit, and earned before, so that rows measure
// the state of a network in use. It measures a registration on the way.
func (b *bench) deploy() {
	b.coin = b.create(contracts.TestCoinMetaData.Bin, nil)
	b.registry = b.create(contracts.RegistryMetaData.Bin, nil)
	treasury := common.Address{0x77}
	b.payments = b.create(contracts.PaymentsMetaData.Bin, paymentsABI.PackConstructor(b.coin, b.registry, treasury, 500, 72*3600, 0))
	b.domain = intent.Domain{ChainID: chainID, Contract: identity.Address(b.payments)}

	million := new(big.Int).Exp(big.NewInt(10), big.NewInt(24), nil)
	unlimited := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	b.do(address(payer), b.coin, coinABI.PackMint(address(payer), million))
	b.do(address(payer), b.coin, coinABI.PackMint(address(beneficiary), million))
	b.do(address(payer), b.coin, coinABI.PackApprove(b.payments, unlimited))
	b.do(address(payer), b.payments, paymentsABI.PackDeposit(address(payer), 1))

	k := key(consumer)
	r, err := intent.SignRegister(k, k.PublicKey(), intent.Domain{ChainID: chainID, Contract: identity.Address(b.registry)})
	b.row("register", 1, [2]uint64{51_000, 133_000}, touched{newSlots: 1, signatures: 1},
		call{operator, b.registry, signed(b, r, err).Call()})
}

func (b *bench) deposits() {
	// Allowance is read; the account, the payer's and the contract's coins are written.
	data := paymentsABI.PackDeposit(address(consumer), 100*coins)
	b.row("deposit, first", 1, [2]uint64{64_000, 161_000}, touched{newSlots: 1, rewritten: 2, read: 1, accounts: 1},
		call{address(payer), b.payments, data})
	b.row("deposit, later", 1, [2]uint64{47_000, 63_000}, touched{rewritten: 3, read: 1, accounts: 1},
		call{address(payer), b.payments, data})
}

func (b *bench) lock(k *identity.Key, to int, epoch uint16, locked money.Amount) []byte {
	l, err := intent.SignLock(k, intent.Lock{
		Provider: key(to).Address(), Channel: 0, Epoch: epoch, Locked: locked, ValidUntil: now + 600,
	}, b.domain)
	return signed(b, l, err).Call()
}

func (b *bench) locks() {
	k := key(consumer)
	b.row("lock, new", 1, [2]uint64{59_300, 148_600}, touched{newSlots: 1, rewritten: 1, signatures: 1},
		call{operator, b.payments, b.lock(k, provider, 0, 5*coins)})
	b.row("lock, top-up", 1, [2]uint64{42_100, 50_500}, touched{rewritten: 2, signatures: 1},
		call{operator, b.payments, b.lock(k, provider, 0, 7*coins)})
	release, err := intent.SignRelease(key(provider), intent.Release{Consumer: k.Address(), Channel: 0, Epoch: 0}, b.domain)
	b.do(operator, b.payments, signed(b, release, err).Call())
	b.row("lock, switch provider", 1, [2]uint64{39_000, 40_200}, touched{rewritten: 1, read: 1, signatures: 1},
		call{operator, b.payments, b.lock(k, otherProvider, 1, 7*coins)})
}

// promised has so many new consumers promise something.
func (b *bench) promised(first, size int) []intent.SignedPromise {
	promises := make([]intent.SignedPromise, size)
	for i := range promises {
		k := key(first + i)
		b.do(address(payer), b.payments, paymentsABI.PackDeposit(common.Address(k.Address()), 20*coins))
		b.do(operator, b.payments, b.lock(k, provider, 0, 10*coins))
		p, err := intent.SignPromise(k, intent.Promise{
			Provider: key(provider).Address(), Channel: 0, Epoch: 0, Amount: 5_123_456,
		}, b.domain)
		promises[i] = signed(b, p, err)
	}
	return promises
}

// clearing measures one call that clears a promise of each of so many consumers.
func (b *bench) clearing(round, size int) {
	promises := b.promised(firstConsumer*(round+1), size)
	if round == 0 { // the provider earned before
		p, err := intent.SignPromise(key(firstConsumer), intent.Promise{
			Provider: key(provider).Address(), Channel: 0, Epoch: 0, Amount: 1,
		}, b.domain)
		b.do(operator, b.payments, intent.CallClearBatch([]intent.SignedPromise{signed(b, p, err)}))
	}
	data, err := intent.CallClearPacked(promises)
	signed(b, data, err)
	n := uint64(size)
	names := []string{"clear one", "clear 10, each", "clear 100, each"}
	goals := [][2]uint64{{39_500, 48_000}, {12_900, 20_200}, {10_200, 17_400}}
	b.row(names[round], n, goals[round], touched{rewritten: n + 1, signatures: n}, call{operator, b.payments, data})
}

// relayed measures what a provider and a relayer that had such fees before pay: of clearing, and of withdrawing to a
// beneficiary that has coins.
func (b *bench) relayed() {
	for nonce, size := range []int{1, 1, 10} {
		data, err := intent.CallClearPacked(b.promised(firstConsumer*(10+nonce), size))
		c := b.forFee(signed(b, data, err), uint64(nonce))
		if nonce == 0 {
			b.do(c.from, c.to, c.data)
			continue
		}
		n := uint64(size)
		name := map[int]string{1: "clear one, for a fee", 10: "clear 10, for a fee, each"}[size]
		// Beside what a clearing touches: the nonce, and the relayer's earnings.
		b.row(name, n, [2]uint64{}, touched{rewritten: n + 3, signatures: n + 1}, c)
	}
	b.row("withdraw, for a fee", 1, [2]uint64{}, touched{rewritten: 6, accounts: 1, signatures: 1},
		b.forFee(paymentsABI.PackWithdraw(address(provider)), 3))
}

// forFee is a provider's call as a relayer sends it.
func (b *bench) forFee(data []byte, nonce uint64) call {
	s, err := intent.SignRelay(key(provider), intent.Relay{
		Relayer: identity.Address(operator), Fee: coins / 10, Operation: intent.CallDigest(data, nonce),
	}, b.domain)
	return call{operator, b.payments, signed(b, s, err).Call(data)}
}

// withdrawal measures the second withdrawal of a provider to a beneficiary that has coins.
func (b *bench) withdrawal() {
	s, err := intent.SignSetBeneficiary(key(provider), intent.SetBeneficiary{
		Provider: key(provider).Address(), Beneficiary: key(beneficiary).Address(),
	}, b.domain)
	b.do(operator, b.payments, signed(b, s, err).Call())
	b.do(operator, b.payments, paymentsABI.PackWithdraw(address(provider)))
	p, err := intent.SignPromise(key(firstConsumer), intent.Promise{
		Provider: key(provider).Address(), Channel: 0, Epoch: 0, Amount: 9 * coins,
	}, b.domain)
	b.do(operator, b.payments, intent.CallClearBatch([]intent.SignedPromise{signed(b, p, err)}))
	// Earnings, fees, and the coins of contract and beneficiary are written.
	b.row("withdraw, warm", 1, [2]uint64{50_500, 74_000}, touched{rewritten: 4, accounts: 1},
		call{operator, b.payments, paymentsABI.PackWithdraw(address(provider))})
}
