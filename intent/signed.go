package intent

import (
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// ErrMalformed says that an intent could not be one that the contract accepts, whoever signed
// it: a channel that does not exist, an amount that does not fit, nobody to pay.
var ErrMalformed = errors.New("malformed intent")

// SignedRegister is a registration with the signature of the identity.
type SignedRegister struct {
	Register
	Signature identity.Signature
}

// SignRegister signs the registration of the signer's own key. The domain is the registry's.
func SignRegister(signer identity.Signer, key identity.PublicKey, d Domain) (SignedRegister, error) {
	r := NewRegister(key)
	sig, err := sign(signer, r.Identity, r.check(), r.Digest(d))
	return SignedRegister{Register: r, Signature: sig}, err
}

// Verify returns nil if the identity signed its own key's registration, else ErrMalformed or
// identity.ErrSignature.
func (s SignedRegister) Verify(d Domain) error {
	return verify(s.Identity, s.check(), s.Digest(d), s.Signature)
}

// SignedPermit is a permit with the signature of the coins' owner.
type SignedPermit struct {
	Permit
	Signature identity.Signature
}

// SignPermit signs a permit. The domain is the coin's.
func SignPermit(signer identity.Signer, p Permit, d Domain) (SignedPermit, error) {
	sig, err := sign(signer, p.Owner, p.check(), p.Digest(d))
	return SignedPermit{Permit: p, Signature: sig}, err
}

// Verify returns nil if the owner signed the permit, else ErrMalformed or identity.ErrSignature.
func (s SignedPermit) Verify(d Domain) error {
	return verify(s.Owner, s.check(), s.Digest(d), s.Signature)
}

// SignedFund is a relayed deposit: the fund with its owner's signature, and the permit that lets
// the payments contract take the coins.
type SignedFund struct {
	Fund
	Signature identity.Signature
	Permit    SignedPermit
}

// SignFund signs a relayed deposit and the permit that goes with it. The permit's deadline is the
// fund's. The domains are those of the payments contract and of the coin.
func SignFund(signer identity.Signer, f Fund, payments, coin Domain) (SignedFund, error) {
	total, err := f.Units.Add(f.Fee)
	if err != nil {
		return SignedFund{}, fmt.Errorf("%w: units and fee: %w", ErrMalformed, err)
	}
	permit, err := SignPermit(signer, Permit{
		Owner: f.Owner, Spender: payments.Contract, Value: total, Nonce: f.PermitNonce, Deadline: uint64(f.ValidUntil),
	}, coin)
	if err != nil {
		return SignedFund{}, err
	}
	sig, err := sign(signer, f.Owner, f.check(), f.Digest(payments))
	return SignedFund{Fund: f, Signature: sig, Permit: permit}, err
}

// Verify returns nil if the owner signed both the fund and a permit that fits it exactly, else
// ErrMalformed or identity.ErrSignature.
func (s SignedFund) Verify(payments, coin Domain) error {
	if err := verify(s.Owner, s.check(), s.Digest(payments), s.Signature); err != nil {
		return err
	}
	total, err := s.Units.Add(s.Fee)
	if err != nil || s.Permit.Value != total || s.Permit.Owner != s.Owner ||
		s.Permit.Nonce != s.PermitNonce || s.Permit.Spender != payments.Contract {
		return fmt.Errorf("%w: the permit is not for this fund", ErrMalformed)
	}
	return s.Permit.Verify(coin)
}

// SignedLock is a lock with the signature of the consumer.
type SignedLock struct {
	Consumer identity.Address
	Lock
	Signature identity.Signature
}

// SignLock signs a lock. The domain is the payments contract's.
func SignLock(signer identity.Signer, l Lock, d Domain) (SignedLock, error) {
	sig, err := sign(signer, signer.Address(), l.check(), l.Digest(d))
	return SignedLock{Consumer: signer.Address(), Lock: l, Signature: sig}, err
}

// Verify returns nil if the consumer signed the lock, else ErrMalformed or identity.ErrSignature.
// Whether the deposit covers it, and whether it is still valid, only the chain can tell.
func (s SignedLock) Verify(d Domain) error {
	return verify(s.Consumer, s.check(), s.Digest(d), s.Signature)
}

// SignedPromise is a promise with the signature of the consumer.
type SignedPromise struct {
	Consumer identity.Address
	Promise
	Signature identity.Signature
}

// SignPromise signs a promise. The domain is the payments contract's.
func SignPromise(signer identity.Signer, p Promise, d Domain) (SignedPromise, error) {
	sig, err := sign(signer, signer.Address(), p.check(), p.Digest(d))
	return SignedPromise{Consumer: signer.Address(), Promise: p, Signature: sig}, err
}

// Verify returns nil if the consumer signed the promise, else ErrMalformed or
// identity.ErrSignature. Whether a lock covers it is for the caller to check.
func (s SignedPromise) Verify(d Domain) error {
	return verify(s.Consumer, s.check(), s.Digest(d), s.Signature)
}

// SignedRelease is a release with the signature of the provider.
type SignedRelease struct {
	Provider identity.Address
	Release
	Signature identity.Signature
}

// SignRelease signs a release. The domain is the payments contract's.
func SignRelease(signer identity.Signer, r Release, d Domain) (SignedRelease, error) {
	sig, err := sign(signer, signer.Address(), r.check(), r.Digest(d))
	return SignedRelease{Provider: signer.Address(), Release: r, Signature: sig}, err
}

// Verify returns nil if the provider signed the release, else ErrMalformed or identity.ErrSignature.
func (s SignedRelease) Verify(d Domain) error {
	return verify(s.Provider, s.check(), s.Digest(d), s.Signature)
}

// SignedRequestUnlock is an unlock request with the signature of the consumer.
type SignedRequestUnlock struct {
	Consumer identity.Address
	RequestUnlock
	Signature identity.Signature
}

// SignRequestUnlock signs an unlock request. The domain is the payments contract's.
func SignRequestUnlock(signer identity.Signer, r RequestUnlock, d Domain) (SignedRequestUnlock, error) {
	sig, err := sign(signer, signer.Address(), r.check(), r.Digest(d))
	return SignedRequestUnlock{Consumer: signer.Address(), RequestUnlock: r, Signature: sig}, err
}

// Verify returns nil if the consumer signed the request, else ErrMalformed or identity.ErrSignature.
func (s SignedRequestUnlock) Verify(d Domain) error {
	return verify(s.Consumer, s.check(), s.Digest(d), s.Signature)
}

// SignedSetBeneficiary is a first choice of beneficiary with the signature of the provider.
type SignedSetBeneficiary struct {
	SetBeneficiary
	Signature identity.Signature
}

// SignSetBeneficiary signs a first choice of beneficiary. The domain is the payments contract's.
func SignSetBeneficiary(signer identity.Signer, s SetBeneficiary, d Domain) (SignedSetBeneficiary, error) {
	sig, err := sign(signer, s.Provider, s.check(), s.Digest(d))
	return SignedSetBeneficiary{SetBeneficiary: s, Signature: sig}, err
}

// Verify returns nil if the provider signed the choice, else ErrMalformed or identity.ErrSignature.
func (s SignedSetBeneficiary) Verify(d Domain) error {
	return verify(s.Provider, s.check(), s.Digest(d), s.Signature)
}

// sign signs an intent that is well formed and that the signer is the right one for.
func sign(signer identity.Signer, who identity.Address, problem error, digest [32]byte) (identity.Signature, error) {
	if problem != nil {
		return identity.Signature{}, problem
	}
	if signer.Address() != who {
		return identity.Signature{}, fmt.Errorf("%w: %s cannot sign for %s", identity.ErrSignature, signer.Address(), who)
	}
	return signer.Sign(digest)
}

func verify(who identity.Address, problem error, digest [32]byte, sig identity.Signature) error {
	if problem != nil {
		return problem
	}
	return identity.Verify(who, digest, sig)
}

func (r Register) check() error {
	if r.PublicKey().Address() != r.Identity {
		return fmt.Errorf("%w: the public key is not that of %s", ErrMalformed, r.Identity)
	}
	return nil
}

func (f Fund) check() error {
	switch {
	case f.Units == 0:
		return fmt.Errorf("%w: nothing to deposit", ErrMalformed)
	case f.Owner.IsZero() || f.Identity.IsZero() || f.Relayer.IsZero():
		return fmt.Errorf("%w: owner, identity and relayer must be named", ErrMalformed)
	}
	return nil
}

func (p Permit) check() error {
	if p.Owner.IsZero() || p.Spender.IsZero() {
		return fmt.Errorf("%w: owner and spender must be named", ErrMalformed)
	}
	return nil
}

func (l Lock) check() error {
	switch {
	case l.Provider.IsZero():
		return fmt.Errorf("%w: no provider", ErrMalformed)
	case l.Locked == 0 || l.Locked > money.MaxLock:
		return fmt.Errorf("%w: a channel cannot lock %s coins", ErrMalformed, l.Locked)
	}
	return checkChannel(l.Channel)
}

func (p Promise) check() error {
	switch {
	case p.Provider.IsZero():
		return fmt.Errorf("%w: no provider", ErrMalformed)
	case p.Amount > money.MaxLock:
		return fmt.Errorf("%w: a channel cannot hold %s coins", ErrMalformed, p.Amount)
	}
	return checkChannel(p.Channel)
}

func (r Release) check() error { return checkChannel(r.Channel) }

func (r RequestUnlock) check() error { return checkChannel(r.Channel) }

func (s SetBeneficiary) check() error {
	if s.Provider.IsZero() || s.Beneficiary.IsZero() {
		return fmt.Errorf("%w: provider and beneficiary must be named", ErrMalformed)
	}
	return nil
}

func checkChannel(id uint8) error {
	if id >= Channels {
		return fmt.Errorf("%w: channel %d; there are %d, from 0", ErrMalformed, id, Channels)
	}
	return nil
}
