package intent

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Relay lets a relayer take a fee out of its signer's deposit for carrying out one other intent of that signer, a provider's
// release of one of its channels, or the unlock of one, which nobody signs; or out of its earnings, for a clearing or a
// withdrawal, which nobody signs either.
type Relay struct {
	Relayer identity.Address // the only one who can send it
	Fee     money.Amount
	// Operation is the digest of the other intent, in its own contract's domain; of what nobody signs, CallDigest.
	Operation [32]byte
}

// EarningsPerFee is how many times as much as its fee a relayed clearing or withdrawal moves at least: the contract refuses others.
const EarningsPerFee = 4

var relayType = typeHash("Relay(address relayer,uint64 fee,bytes32 opDigest)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (r Relay) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(relayType, address(r.Relayer), number(uint64(r.Fee)), r.Operation))
}

// CallDigest is what a fee names for the call of CallClearPacked or CallWithdraw, which the provider signs, or of CallUnlock,
// which the consumer signs, and for the signer's next nonce at the payments contract, which the call uses up:
// keccak256(call ‖ nonce as 32 bytes).
func CallDigest(call []byte, nonce uint64) [32]byte {
	last := number(nonce)
	return identity.Keccak256(call, last[:])
}

func (r Relay) check() error {
	if r.Relayer.IsZero() {
		return fmt.Errorf("%w: no relayer", ErrMalformed)
	}
	return nil
}

// SignedRelay is a relayer's fee with the signature of who pays it.
type SignedRelay struct {
	Payer identity.Address
	Relay
	Signature identity.Signature
}

// SignRelay signs a relayer's fee. The domain is the payments contract's.
func SignRelay(signer identity.Signer, r Relay, d Domain) (SignedRelay, error) {
	sig, err := sign(signer, signer.Address(), r.check(), r.Digest(d))
	return SignedRelay{Payer: signer.Address(), Relay: r, Signature: sig}, err
}

// Verify returns nil if the payer signed the fee, else ErrMalformed or identity.ErrSignature. Whether the
// deposit covers it only the chain can tell.
func (s SignedRelay) Verify(d Domain) error {
	return verify(s.Payer, s.check(), s.Digest(d), s.Signature)
}

// Call packs Payments.relay around the call of the other intent, which must not be one of many locks, or of promises to
// several providers. The sender must be the relayer.
func (s SignedRelay) Call(operation []byte) []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackRelay(uint64(s.Fee), r, vs, operation)
}

// Encode returns the encoding, RelaySize bytes.
func (s SignedRelay) Encode() []byte {
	w := writer{formRelay}
	w.put(s.Payer[:], s.Relayer[:])
	w.number(8, uint64(s.Fee))
	w.put(s.Operation[:], s.Signature[:])
	return w
}

// DecodeSignedRelay reads what Encode wrote, or returns ErrMalformed. It does not verify the signature.
func DecodeSignedRelay(b []byte) (SignedRelay, error) {
	r := newReader(b, formRelay, RelaySize)
	s := SignedRelay{Payer: r.address(), Relay: Relay{Relayer: r.address(), Fee: r.amount(8)}}
	r.take(s.Operation[:])
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// Reclaim moves what the consumer's free channel holds back to its deposit.
type Reclaim struct {
	Channel    uint8
	Epoch      uint16
	ValidUntil uint32 // unix seconds, at most MaxLockAhead after the block
}

var reclaimType = typeHash("Reclaim(uint8 channel,uint16 epoch,uint32 validUntil)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (r Reclaim) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(reclaimType, number(uint64(r.Channel)), number(uint64(r.Epoch)), number(uint64(r.ValidUntil))))
}

func (r Reclaim) check() error { return checkChannel(r.Channel) }

// SignedReclaim is a reclaim with the signature of the consumer.
type SignedReclaim struct {
	Consumer identity.Address
	Reclaim
	Signature identity.Signature
}

// SignReclaim signs a reclaim. The domain is the payments contract's.
func SignReclaim(signer identity.Signer, r Reclaim, d Domain) (SignedReclaim, error) {
	sig, err := sign(signer, signer.Address(), r.check(), r.Digest(d))
	return SignedReclaim{Consumer: signer.Address(), Reclaim: r, Signature: sig}, err
}

// Verify returns nil if the consumer signed the reclaim, else ErrMalformed or identity.ErrSignature.
func (s SignedReclaim) Verify(d Domain) error {
	return verify(s.Consumer, s.check(), s.Digest(d), s.Signature)
}

// Call packs Payments.reclaimFor.
func (s SignedReclaim) Call() []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackReclaimFor(s.Channel, s.Epoch, s.ValidUntil, r, vs)
}

// Encode returns the encoding, ReclaimSize bytes.
func (s SignedReclaim) Encode() []byte {
	w := writer{formReclaim}
	w.put(s.Consumer[:])
	w.number(1, uint64(s.Channel))
	w.number(2, uint64(s.Epoch))
	w.number(4, uint64(s.ValidUntil))
	w.put(s.Signature[:])
	return w
}

// DecodeSignedReclaim reads what Encode wrote, or returns ErrMalformed. It does not verify the signature.
func DecodeSignedReclaim(b []byte) (SignedReclaim, error) {
	r := newReader(b, formReclaim, ReclaimSize)
	s := SignedReclaim{Consumer: r.address(), Reclaim: Reclaim{
		Channel: uint8(r.number(1)), Epoch: uint16(r.number(2)), ValidUntil: uint32(r.number(4)),
	}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// WithdrawDeposit pays coins out of the consumer's deposit.
type WithdrawDeposit struct {
	To    identity.Address
	Units money.Amount
	// Nonce is the consumer's current one at the payments contract.
	Nonce      uint64
	ValidUntil uint32 // unix seconds, at most MaxLockAhead after the block
}

var withdrawDepositType = typeHash("WithdrawDeposit(address to,uint64 units,uint256 nonce,uint32 validUntil)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (w WithdrawDeposit) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(withdrawDepositType,
		address(w.To), number(uint64(w.Units)), number(w.Nonce), number(uint64(w.ValidUntil))))
}

func (w WithdrawDeposit) check() error {
	switch {
	case w.To.IsZero():
		return fmt.Errorf("%w: nobody to withdraw to", ErrMalformed)
	case w.Units == 0:
		return fmt.Errorf("%w: nothing to withdraw", ErrMalformed)
	}
	return nil
}

// SignedWithdrawDeposit is a withdrawal of deposit with the signature of the consumer.
type SignedWithdrawDeposit struct {
	Consumer identity.Address
	WithdrawDeposit
	Signature identity.Signature
}

// SignWithdrawDeposit signs a withdrawal of deposit. The domain is the payments contract's.
func SignWithdrawDeposit(signer identity.Signer, w WithdrawDeposit, d Domain) (SignedWithdrawDeposit, error) {
	sig, err := sign(signer, signer.Address(), w.check(), w.Digest(d))
	return SignedWithdrawDeposit{Consumer: signer.Address(), WithdrawDeposit: w, Signature: sig}, err
}

// Verify returns nil if the consumer signed the withdrawal, else ErrMalformed or identity.ErrSignature.
func (s SignedWithdrawDeposit) Verify(d Domain) error {
	return verify(s.Consumer, s.check(), s.Digest(d), s.Signature)
}

// Call packs Payments.withdrawDepositFor.
func (s SignedWithdrawDeposit) Call() []byte {
	r, vs := compact(s.Signature)
	return paymentsABI.PackWithdrawDepositFor(contracts.WithdrawIntent{
		To: common.Address(s.To), Units: uint64(s.Units), Nonce: new(big.Int).SetUint64(s.Nonce),
		ValidUntil: s.ValidUntil, R: r, Vs: vs,
	})
}

// Encode returns the encoding, WithdrawDepositSize bytes.
func (s SignedWithdrawDeposit) Encode() []byte {
	w := writer{formWithdrawDeposit}
	w.put(s.Consumer[:], s.To[:])
	w.number(8, uint64(s.Units))
	w.number(8, s.Nonce)
	w.number(4, uint64(s.ValidUntil))
	w.put(s.Signature[:])
	return w
}

// DecodeSignedWithdrawDeposit reads what Encode wrote, or returns ErrMalformed. It does not verify the
// signature.
func DecodeSignedWithdrawDeposit(b []byte) (SignedWithdrawDeposit, error) {
	r := newReader(b, formWithdrawDeposit, WithdrawDepositSize)
	s := SignedWithdrawDeposit{Consumer: r.address(), WithdrawDeposit: WithdrawDeposit{
		To: r.address(), Units: r.amount(8), Nonce: r.number(8), ValidUntil: uint32(r.number(4)),
	}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// CallOnboard packs Payments.onboard: a relayed deposit together with the registration of the identity that
// it is for. The sender must be the fund's relayer.
func CallOnboard(f SignedFund, key SignedRegister) []byte {
	r, vs := compact(key.Signature)
	intent, permit := f.onChain()
	return paymentsABI.PackOnboard(intent, permit, contracts.RegisterIntent{X: key.X, Y: key.Y, R: r, Vs: vs})
}
