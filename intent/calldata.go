package intent

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// The Call functions return the data of the transaction that carries an intent out. Whoever
// sends it pays the gas; who benefits is in the intent. None of them verifies a signature.

var (
	registryABI = contracts.NewRegistry()
	paymentsABI = contracts.NewPayments()
)

// Call packs Registry.register.
func (s SignedRegister) Call() []byte {
	r, vs := compact(s.Signature)
	return registryABI.PackRegister(s.X, s.Y, r, vs)
}

// Call packs Payments.fund. The sender must be the relayer.
func (s SignedFund) Call() []byte { return paymentsABI.PackFund(s.onChain()) }

func (s SignedFund) onChain() (contracts.FundIntent, contracts.PermitSignature) {
	r, vs := compact(s.Signature)
	pr, pvs := compact(s.Permit.Signature)
	return contracts.FundIntent{
		Owner: common.Address(s.Owner), Identity: common.Address(s.Identity),
		Units: uint64(s.Units), Fee: uint64(s.Fee), Relayer: common.Address(s.Relayer),
		PermitNonce: new(big.Int).SetUint64(s.PermitNonce), ValidUntil: s.ValidUntil, R: r, Vs: vs,
	}, contracts.PermitSignature{Deadline: new(big.Int).SetUint64(s.Permit.Deadline), R: pr, Vs: pvs}
}

// Call packs Payments.lock, which reverts when the lock is refused.
func (s SignedLock) Call() []byte { return paymentsABI.PackLock(s.onChain()) }

// CallLockMany packs Payments.lockMany, which skips locks that are refused.
func CallLockMany(locks []SignedLock) []byte {
	list := make([]contracts.LockIntent, len(locks))
	for i, s := range locks {
		list[i] = s.onChain()
	}
	return paymentsABI.PackLockMany(list)
}

func (s SignedLock) onChain() contracts.LockIntent {
	r, vs := compact(s.Signature)
	return contracts.LockIntent{
		Provider: common.Address(s.Provider), Channel: s.Channel, Epoch: s.Epoch,
		Locked: number40(s.Locked), ValidUntil: s.ValidUntil, R: r, Vs: vs,
	}
}

// CallClearBatch packs Payments.clearBatch, which skips promises that pay nothing. Promises to the
// same provider cost less gas when they stand together.
func CallClearBatch(promises []SignedPromise) []byte {
	list := make([]contracts.PromiseIntent, len(promises))
	for i, s := range promises {
		r, vs := compact(s.Signature)
		list[i] = contracts.PromiseIntent{
			Provider: common.Address(s.Provider), Channel: s.Channel, Epoch: s.Epoch,
			Amount: number40(s.Amount), R: r, Vs: vs,
		}
	}
	return paymentsABI.PackClearBatch(list)
}

// CallClearPacked packs Payments.clearPacked: promises to one provider, for the least gas. Errors:
// ErrMalformed when there are none, or they name several.
func CallClearPacked(promises []SignedPromise) ([]byte, error) {
	if len(promises) == 0 {
		return nil, fmt.Errorf("%w: no promises to clear", ErrMalformed)
	}
	provider := promises[0].Provider
	packed := provider[:]
	for _, s := range promises {
		if s.Provider != provider {
			return nil, fmt.Errorf("%w: promises to %s and %s in one packed call", ErrMalformed, provider, s.Provider)
		}
		amount := binary.BigEndian.AppendUint64(nil, uint64(min(s.Amount, money.MaxLock)))
		packed = append(packed, amount[3:]...)
		c := s.Signature.Compact()
		packed = append(packed, c[:]...)
		packed = append(packed, s.Channel)
		packed = binary.BigEndian.AppendUint16(packed, s.Epoch)
	}
	return paymentsABI.PackClearPacked(packed), nil
}

// CallClear packs the cheaper of both calls that clear these promises: clearPacked when all are to one provider, else
// clearBatch. Both do the same, and log it in their own ways.
func CallClear(promises []SignedPromise) []byte {
	if packed, err := CallClearPacked(promises); err == nil {
		return packed
	}
	return CallClearBatch(promises)
}

// CallCheck packs Payments.check, a view.
func (s SignedPromise) CallCheck() []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackCheck(common.Address(s.Provider), s.Channel, s.Epoch, number40(s.Amount), r, vs)
}

// Call packs Payments.release.
func (s SignedRelease) Call() []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackRelease(common.Address(s.Consumer), s.Channel, s.Epoch, r, vs)
}

// Call packs Payments.requestUnlock.
func (s SignedRequestUnlock) Call() []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackRequestUnlock(s.Channel, s.Epoch, s.ValidUntil, r, vs)
}

// Call packs Payments.setBeneficiary.
func (s SignedSetBeneficiary) Call() []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackSetBeneficiary(common.Address(s.Provider), common.Address(s.Beneficiary), r, vs)
}

// CallUnlock packs Payments.unlock.
func CallUnlock(consumer identity.Address, channel uint8) []byte {
	return paymentsABI.PackUnlock(common.Address(consumer), channel)
}

// CallWithdraw packs Payments.withdraw, which pays a provider's earnings out.
func CallWithdraw(provider identity.Address) []byte {
	return paymentsABI.PackWithdraw(common.Address(provider))
}

// CallCollect packs Payments.collect, which pays the network's fees to the treasury.
func CallCollect() []byte { return paymentsABI.PackCollect() }

// number40 is a for the bindings, which have no 40-bit integer. An amount that does not fit would
// make Pack panic; it becomes the largest that does, under which no signature is valid.
func number40(a money.Amount) *big.Int {
	return new(big.Int).SetUint64(uint64(min(a, money.MaxLock)))
}

func compact(s identity.Signature) (r, vs [32]byte) {
	c := s.Compact()
	return [32]byte(c[:32]), [32]byte(c[32:])
}
