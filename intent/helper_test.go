package intent

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// testKey is the key whose secret is n: well known, and the same in every run.
func testKey(t testing.TB, n byte) *identity.Key {
	t.Helper()
	secret := make([]byte, 32)
	secret[31] = n
	key, err := identity.KeyFromBytes(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func testAddress(b byte) (a identity.Address) {
	for i := range a {
		a[i] = b
	}
	return a
}

// Generators of what anybody could sign.
var (
	anyAddress = rapid.Custom(func(t *rapid.T) identity.Address {
		return identity.Address(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "address"))
	})
	anyDomain = rapid.Custom(func(t *rapid.T) Domain {
		return Domain{ChainID: rapid.Uint64().Draw(t, "chain"), Contract: anyAddress.Draw(t, "contract")}
	})
	anyAmount40 = rapid.Custom(func(t *rapid.T) money.Amount {
		return money.Amount(rapid.Uint64Range(0, uint64(money.MaxLock)).Draw(t, "amount"))
	})
	anyRegister = rapid.Custom(func(t *rapid.T) Register {
		return NewRegister(identity.PublicKey(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "key")))
	})
	anyFund = rapid.Custom(func(t *rapid.T) Fund {
		return Fund{
			Owner: anyAddress.Draw(t, "owner"), Identity: anyAddress.Draw(t, "identity"),
			Units: money.Amount(rapid.Uint64().Draw(t, "units")), Fee: money.Amount(rapid.Uint64().Draw(t, "fee")),
			Relayer: anyAddress.Draw(t, "relayer"), PermitNonce: rapid.Uint64().Draw(t, "nonce"),
			ValidUntil: rapid.Uint32().Draw(t, "until"),
		}
	})
	anyPermit = rapid.Custom(func(t *rapid.T) Permit {
		return Permit{
			Owner: anyAddress.Draw(t, "owner"), Spender: anyAddress.Draw(t, "spender"),
			Value: money.Amount(rapid.Uint64().Draw(t, "value")), Nonce: rapid.Uint64().Draw(t, "nonce"),
			Deadline: rapid.Uint64().Draw(t, "deadline"),
		}
	})
	anyLock = rapid.Custom(func(t *rapid.T) Lock {
		return Lock{
			Provider: anyAddress.Draw(t, "provider"), Channel: rapid.Uint8().Draw(t, "channel"),
			Epoch: rapid.Uint16().Draw(t, "epoch"), Locked: anyAmount40.Draw(t, "locked"),
			ValidUntil: rapid.Uint32().Draw(t, "until"),
		}
	})
	anyPromise = rapid.Custom(func(t *rapid.T) Promise {
		return Promise{
			Provider: anyAddress.Draw(t, "provider"), Channel: rapid.Uint8().Draw(t, "channel"),
			Epoch: rapid.Uint16().Draw(t, "epoch"), Amount: anyAmount40.Draw(t, "amount"),
		}
	})
	anyRelease = rapid.Custom(func(t *rapid.T) Release {
		return Release{
			Consumer: anyAddress.Draw(t, "consumer"), Channel: rapid.Uint8().Draw(t, "channel"),
			Epoch: rapid.Uint16().Draw(t, "epoch"),
		}
	})
	anyRequestUnlock = rapid.Custom(func(t *rapid.T) RequestUnlock {
		return RequestUnlock{
			Channel: rapid.Uint8().Draw(t, "channel"), Epoch: rapid.Uint16().Draw(t, "epoch"),
			ValidUntil: rapid.Uint32().Draw(t, "until"),
		}
	})
	anySetBeneficiary = rapid.Custom(func(t *rapid.T) SetBeneficiary {
		return SetBeneficiary{Provider: anyAddress.Draw(t, "provider"), Beneficiary: anyAddress.Draw(t, "beneficiary")}
	})
	anyReclaim = rapid.Custom(func(t *rapid.T) Reclaim {
		return Reclaim{
			Channel: rapid.Uint8().Draw(t, "channel"), Epoch: rapid.Uint16().Draw(t, "epoch"),
			ValidUntil: rapid.Uint32().Draw(t, "until"),
		}
	})
	anyWithdrawDeposit = rapid.Custom(func(t *rapid.T) WithdrawDeposit {
		return WithdrawDeposit{
			To: anyAddress.Draw(t, "to"), Units: money.Amount(rapid.Uint64().Draw(t, "units")),
			Nonce: rapid.Uint64().Draw(t, "nonce"), ValidUntil: rapid.Uint32().Draw(t, "until"),
		}
	})
	anyRelay = rapid.Custom(func(t *rapid.T) Relay {
		return Relay{
			Relayer: anyAddress.Draw(t, "relayer"), Fee: money.Amount(rapid.Uint64().Draw(t, "fee")),
			Operation: [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "operation")),
		}
	})
)

// signedExample is one of every signed intent, by well-known keys, for one network.
type signedExample struct {
	registry, payments, coin Domain
	consumer, provider       *identity.Key
	relayer                  identity.Address

	register       SignedRegister
	fund           SignedFund
	lock           SignedLock
	promise        SignedPromise
	release        SignedRelease
	requestUnlock  SignedRequestUnlock
	setBeneficiary SignedSetBeneficiary
	reclaim        SignedReclaim
	withdraw       SignedWithdrawDeposit
	relay          SignedRelay // of the lock
	// A second promise, and the fees for clearing it and for withdrawing after that.
	more                        SignedPromise
	clearing                    []byte
	clearingFee, withdrawingFee SignedRelay
}

func newExample(t testing.TB, chainID uint64, registry, payments, coin identity.Address, until uint32) signedExample {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	e := signedExample{
		registry: Domain{ChainID: chainID, Contract: registry}, payments: Domain{ChainID: chainID, Contract: payments},
		coin: Domain{ChainID: chainID, Contract: coin}, consumer: testKey(t, 1), provider: testKey(t, 2), relayer: testKey(t, 3).Address(),
	}
	var err error
	e.register, err = SignRegister(e.consumer, e.consumer.PublicKey(), e.registry)
	must(err)
	e.fund, err = SignFund(e.consumer, Fund{
		Owner: e.consumer.Address(), Identity: e.consumer.Address(), Units: 10_000_000, Fee: 25_000,
		Relayer: e.relayer, PermitNonce: 0, ValidUntil: until,
	}, e.payments, e.coin)
	must(err)
	e.lock, err = SignLock(e.consumer, Lock{
		Provider: e.provider.Address(), Channel: 4, Epoch: 0, Locked: 5_000_000, ValidUntil: until,
	}, e.payments)
	must(err)
	e.promise, err = SignPromise(e.consumer, Promise{
		Provider: e.provider.Address(), Channel: 4, Epoch: 0, Amount: 1_234_567,
	}, e.payments)
	must(err)
	e.release, err = SignRelease(e.provider, Release{Consumer: e.consumer.Address(), Channel: 4, Epoch: 0}, e.payments)
	must(err)
	e.requestUnlock, err = SignRequestUnlock(e.consumer, RequestUnlock{Channel: 4, Epoch: 0, ValidUntil: until}, e.payments)
	must(err)
	e.setBeneficiary, err = SignSetBeneficiary(e.provider, SetBeneficiary{
		Provider: e.provider.Address(), Beneficiary: testAddress(0xbe),
	}, e.payments)
	must(err)
	e.reclaim, err = SignReclaim(e.consumer, Reclaim{Channel: 4, Epoch: 1, ValidUntil: until}, e.payments)
	must(err)
	e.withdraw, err = SignWithdrawDeposit(e.consumer, WithdrawDeposit{
		To: testAddress(0xcc), Units: 1_500_000, Nonce: 0, ValidUntil: until,
	}, e.payments)
	must(err)
	e.relay, err = SignRelay(e.consumer, Relay{Relayer: e.relayer, Fee: 30_000, Operation: e.lock.Digest(e.payments)}, e.payments)
	must(err)
	e.more, err = SignPromise(e.consumer, Promise{Provider: e.provider.Address(), Channel: 4, Epoch: 0, Amount: 2_000_000}, e.payments)
	must(err)
	e.clearing, err = CallClearPacked([]SignedPromise{e.more})
	must(err)
	e.clearingFee, err = SignRelay(e.provider, Relay{Relayer: e.relayer, Fee: 20_000, Operation: CallDigest(e.clearing, 0)}, e.payments)
	must(err)
	withdrawing := CallDigest(CallWithdraw(e.provider.Address()), 1)
	e.withdrawingFee, err = SignRelay(e.provider, Relay{Relayer: e.relayer, Fee: 15_000, Operation: withdrawing}, e.payments)
	must(err)
	return e
}

func example(t testing.TB) signedExample {
	return newExample(t, 31337, testAddress(0x11), testAddress(0x22), testAddress(0x33), 1_900_000_000)
}
