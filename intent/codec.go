package intent

import (
	"encoding/binary"
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Every signed intent has one encoding, of a fixed length: a byte that tells the form, then the
// fields in the order below, numbers big-endian, amounts as wide as on chain, signatures as
// r ‖ s ‖ v. Decoding accepts nothing else: what is decoded encodes to the same bytes.
//
//	0x01 register        x 32, y 32, signature 65
//	0x02 fund            owner 20, identity 20, units 8, fee 8, relayer 20, permit nonce 8,
//	                     valid until 4, signature 65, spender 20, deadline 8, permit signature 65
//	0x03 lock            consumer 20, provider 20, channel 1, epoch 2, locked 5, valid until 4, signature 65
//	0x04 promise         consumer 20, provider 20, channel 1, epoch 2, amount 5, signature 65
//	0x05 release         provider 20, consumer 20, channel 1, epoch 2, signature 65
//	0x06 request unlock  consumer 20, channel 1, epoch 2, valid until 4, signature 65
//	0x07 beneficiary     provider 20, beneficiary 20, signature 65
//	0x08 reclaim         consumer 20, channel 1, epoch 2, valid until 4, signature 65
//	0x09 withdraw        consumer 20, to 20, units 8, nonce 8, valid until 4, signature 65
//	0x0a relay           payer 20, relayer 20, fee 8, operation 32, signature 65
const (
	formRegister byte = iota + 1
	formFund
	formLock
	formPromise
	formRelease
	formRequestUnlock
	formSetBeneficiary
	formReclaim
	formWithdrawDeposit
	formRelay
)

// Lengths of the encodings, in bytes.
const (
	RegisterSize       = 1 + 64 + 65
	FundSize           = 1 + 20 + 20 + 8 + 8 + 20 + 8 + 4 + 65 + 20 + 8 + 65
	LockSize           = 1 + 20 + 20 + 1 + 2 + 5 + 4 + 65
	PromiseSize        = 1 + 20 + 20 + 1 + 2 + 5 + 65
	ReleaseSize        = 1 + 20 + 20 + 1 + 2 + 65
	RequestUnlockSize  = 1 + 20 + 1 + 2 + 4 + 65
	SetBeneficiarySize = 1 + 20 + 20 + 65

	ReclaimSize         = 1 + 20 + 1 + 2 + 4 + 65
	WithdrawDepositSize = 1 + 20 + 20 + 8 + 8 + 4 + 65
	RelaySize           = 1 + 20 + 20 + 8 + 32 + 65
)

// Encode returns the encoding, RegisterSize bytes.
func (s SignedRegister) Encode() []byte {
	w := writer{formRegister}
	w.put(s.X[:], s.Y[:], s.Signature[:])
	return w
}

// DecodeSignedRegister reads what Encode wrote, or returns ErrMalformed. It does not verify the
// signature.
func DecodeSignedRegister(b []byte) (SignedRegister, error) {
	r := newReader(b, formRegister, RegisterSize)
	var key identity.PublicKey
	r.take(key[:])
	s := SignedRegister{Register: NewRegister(key), Signature: r.signature()}
	return decoded(s, r, s.check())
}

// Encode returns the encoding, FundSize bytes. The permit's owner, value and nonce are not in
// it: they follow from the fund.
func (s SignedFund) Encode() []byte {
	w := writer{formFund}
	w.put(s.Owner[:], s.Identity[:])
	w.number(8, uint64(s.Units))
	w.number(8, uint64(s.Fee))
	w.put(s.Relayer[:])
	w.number(8, s.PermitNonce)
	w.number(4, uint64(s.ValidUntil))
	w.put(s.Signature[:], s.Permit.Spender[:])
	w.number(8, s.Permit.Deadline)
	w.put(s.Permit.Signature[:])
	return w
}

// DecodeSignedFund reads what Encode wrote, or returns ErrMalformed. It does not verify the
// signatures.
func DecodeSignedFund(b []byte) (SignedFund, error) {
	r := newReader(b, formFund, FundSize)
	s := SignedFund{Fund: Fund{
		Owner: r.address(), Identity: r.address(), Units: r.amount(8), Fee: r.amount(8),
		Relayer: r.address(), PermitNonce: r.number(8), ValidUntil: uint32(r.number(4)),
	}}
	s.Signature = r.signature()
	total, err := s.Units.Add(s.Fee)
	if err != nil {
		return SignedFund{}, fmt.Errorf("%w: units and fee: %w", ErrMalformed, err)
	}
	s.Permit.Permit = Permit{
		Owner: s.Owner, Spender: r.address(), Value: total, Nonce: s.PermitNonce, Deadline: r.number(8),
	}
	s.Permit.Signature = r.signature()
	if err := s.Permit.check(); err != nil {
		return SignedFund{}, err
	}
	return decoded(s, r, s.check())
}

// Encode returns the encoding, LockSize bytes.
func (s SignedLock) Encode() []byte {
	w := writer{formLock}
	w.put(s.Consumer[:], s.Provider[:])
	w.number(1, uint64(s.Channel))
	w.number(2, uint64(s.Epoch))
	w.number(5, uint64(s.Locked))
	w.number(4, uint64(s.ValidUntil))
	w.put(s.Signature[:])
	return w
}

// DecodeSignedLock reads what Encode wrote, or returns ErrMalformed. It does not verify the
// signature.
func DecodeSignedLock(b []byte) (SignedLock, error) {
	r := newReader(b, formLock, LockSize)
	s := SignedLock{Consumer: r.address(), Lock: Lock{
		Provider: r.address(), Channel: uint8(r.number(1)), Epoch: uint16(r.number(2)),
		Locked: r.amount(5), ValidUntil: uint32(r.number(4)),
	}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// Encode returns the encoding, PromiseSize bytes.
func (s SignedPromise) Encode() []byte {
	w := writer{formPromise}
	w.put(s.Consumer[:], s.Provider[:])
	w.number(1, uint64(s.Channel))
	w.number(2, uint64(s.Epoch))
	w.number(5, uint64(s.Amount))
	w.put(s.Signature[:])
	return w
}

// DecodeSignedPromise reads what Encode wrote, or returns ErrMalformed. It does not verify the
// signature.
func DecodeSignedPromise(b []byte) (SignedPromise, error) {
	r := newReader(b, formPromise, PromiseSize)
	s := SignedPromise{Consumer: r.address(), Promise: Promise{
		Provider: r.address(), Channel: uint8(r.number(1)), Epoch: uint16(r.number(2)), Amount: r.amount(5),
	}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// Encode returns the encoding, ReleaseSize bytes.
func (s SignedRelease) Encode() []byte {
	w := writer{formRelease}
	w.put(s.Provider[:], s.Consumer[:])
	w.number(1, uint64(s.Channel))
	w.number(2, uint64(s.Epoch))
	w.put(s.Signature[:])
	return w
}

// DecodeSignedRelease reads what Encode wrote, or returns ErrMalformed. It does not verify the
// signature.
func DecodeSignedRelease(b []byte) (SignedRelease, error) {
	r := newReader(b, formRelease, ReleaseSize)
	s := SignedRelease{Provider: r.address(), Release: Release{
		Consumer: r.address(), Channel: uint8(r.number(1)), Epoch: uint16(r.number(2)),
	}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// Encode returns the encoding, RequestUnlockSize bytes.
func (s SignedRequestUnlock) Encode() []byte {
	w := writer{formRequestUnlock}
	w.put(s.Consumer[:])
	w.number(1, uint64(s.Channel))
	w.number(2, uint64(s.Epoch))
	w.number(4, uint64(s.ValidUntil))
	w.put(s.Signature[:])
	return w
}

// DecodeSignedRequestUnlock reads what Encode wrote, or returns ErrMalformed. It does not verify
// the signature.
func DecodeSignedRequestUnlock(b []byte) (SignedRequestUnlock, error) {
	r := newReader(b, formRequestUnlock, RequestUnlockSize)
	s := SignedRequestUnlock{Consumer: r.address(), RequestUnlock: RequestUnlock{
		Channel: uint8(r.number(1)), Epoch: uint16(r.number(2)), ValidUntil: uint32(r.number(4)),
	}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// Encode returns the encoding, SetBeneficiarySize bytes.
func (s SignedSetBeneficiary) Encode() []byte {
	w := writer{formSetBeneficiary}
	w.put(s.Provider[:], s.Beneficiary[:], s.Signature[:])
	return w
}

// DecodeSignedSetBeneficiary reads what Encode wrote, or returns ErrMalformed. It does not verify
// the signature.
func DecodeSignedSetBeneficiary(b []byte) (SignedSetBeneficiary, error) {
	r := newReader(b, formSetBeneficiary, SetBeneficiarySize)
	s := SignedSetBeneficiary{SetBeneficiary: SetBeneficiary{Provider: r.address(), Beneficiary: r.address()}}
	s.Signature = r.signature()
	return decoded(s, r, s.check())
}

// decoded returns s, or the first thing that is wrong with it and no half-read value.
func decoded[T any](s T, r *reader, problem error) (T, error) {
	if r.problem != nil {
		problem = r.problem
	}
	if problem != nil {
		var zero T
		return zero, problem
	}
	return s, nil
}

type writer []byte

func (w *writer) put(parts ...[]byte) {
	for _, part := range parts {
		*w = append(*w, part...)
	}
}

// number appends the low n bytes, big-endian.
func (w *writer) number(n int, v uint64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	*w = append(*w, b[8-n:]...)
}

// reader takes fields off an input that is checked once, at the start. After a problem it yields zeros.
type reader struct {
	rest    []byte
	problem error
}

func newReader(b []byte, form byte, size int) *reader {
	if len(b) != size || b[0] != form {
		return &reader{problem: fmt.Errorf("%w: want %d bytes of form %d, got %d bytes", ErrMalformed, size, form, len(b))}
	}
	return &reader{rest: b[1:]}
}

func (r *reader) take(into []byte) {
	if r.problem == nil {
		r.rest = r.rest[copy(into, r.rest):]
	}
}

func (r *reader) number(n int) uint64 {
	var b [8]byte
	r.take(b[8-n:])
	return binary.BigEndian.Uint64(b[:])
}

func (r *reader) amount(n int) money.Amount { return money.Amount(r.number(n)) }

func (r *reader) address() (a identity.Address) {
	r.take(a[:])
	return a
}

// signature also refuses a recovery bit that no signature has; the rest only Verify can tell.
func (r *reader) signature() (s identity.Signature) {
	r.take(s[:])
	if s[64] > 1 && r.problem == nil {
		r.problem = fmt.Errorf("%w: recovery bit %d", ErrMalformed, s[64])
	}
	return s
}
