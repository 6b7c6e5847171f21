package identity

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/crypto"
)

// ErrSignature says that a signature is malformed, is not in low-s form, or is not by the key it
// should be by.
var ErrSignature = errors.New("invalid signature")

// Signature is r ‖ s ‖ v with v 0 or 1 and s in the lower half of the group order.
type Signature [65]byte

// Signer signs digests with one identity's key.
type Signer interface {
	Address() Address
	// Sign signs a digest. The signature is low-s and recoverable.
	Sign(digest [32]byte) (Signature, error)
}

// Key is a private key held in memory. It is a [Signer], and never prints its secret.
type Key struct {
	private *ecdsa.PrivateKey
	public  PublicKey
	address Address
}

var _ Signer = (*Key)(nil)

// NewKey makes a random key.
func NewKey() (*Key, error) {
	private, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("generate identity key: %w", err)
	}
	return wrap(private), nil
}

// KeyFromBytes makes a key of a 32-byte secret scalar.
func KeyFromBytes(secret []byte) (*Key, error) {
	private, err := crypto.ToECDSA(secret)
	if err != nil {
		return nil, errors.New("identity key: not a valid secp256k1 secret of 32 bytes")
	}
	return wrap(private), nil
}

// KeyFromECDSA wraps a secp256k1 key of another library.
func KeyFromECDSA(private *ecdsa.PrivateKey) *Key { return wrap(private) }

func wrap(private *ecdsa.PrivateKey) *Key {
	k := &Key{private: private, public: PublicKey(crypto.FromECDSAPub(&private.PublicKey)[1:])}
	k.address = k.public.Address()
	return k
}

// Address returns the key's address.
func (k *Key) Address() Address { return k.address }

// PublicKey returns the key's public half.
func (k *Key) PublicKey() PublicKey { return k.public }

// ECDSA returns the private key for libraries that need it, such as transaction signers.
func (k *Key) ECDSA() *ecdsa.PrivateKey { return k.private }

// Sign implements [Signer].
func (k *Key) Sign(digest [32]byte) (Signature, error) {
	raw, err := crypto.Sign(digest[:], k.private)
	if err != nil {
		return Signature{}, fmt.Errorf("sign: %w", err)
	}
	return Signature(raw), nil
}

// String names the key by its address, so that a log never shows the secret.
func (k *Key) String() string { return "identity key of " + k.address.String() }

// GoString does for %#v what String does for %v.
func (k *Key) GoString() string { return k.String() }

// halfOrder is the largest s of a low-s signature: half the order of secp256k1.
var halfOrder = new(big.Int).Rsh(crypto.S256().Params().N, 1)

// RecoverKey returns the public key whose signature over digest this is, or ErrSignature.
func RecoverKey(digest [32]byte, sig Signature) (PublicKey, error) {
	if sig[64] > 1 || new(big.Int).SetBytes(sig[32:64]).Cmp(halfOrder) > 0 {
		return PublicKey{}, fmt.Errorf("%w: not in low-s recoverable form", ErrSignature)
	}
	raw, err := crypto.Ecrecover(digest[:], sig[:])
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return PublicKey(raw[1:]), nil
}

// Recover returns the address whose signature over digest this is, or ErrSignature. Any
// well-formed signature recovers to some address: compare it, or call [Verify].
func Recover(digest [32]byte, sig Signature) (Address, error) {
	key, err := RecoverKey(digest, sig)
	if err != nil {
		return Address{}, err
	}
	return key.Address(), nil
}

// Verify returns nil if sig is the signer's signature over digest, else ErrSignature.
func Verify(signer Address, digest [32]byte, sig Signature) error {
	got, err := Recover(digest, sig)
	if err != nil {
		return err
	}
	if got != signer {
		return fmt.Errorf("%w: signed by %s, not by %s", ErrSignature, got, signer)
	}
	return nil
}

// ParseSignature reads 65 bytes, r ‖ s ‖ v.
func ParseSignature(b []byte) (Signature, error) {
	if len(b) != len(Signature{}) {
		return Signature{}, fmt.Errorf("%w: %d bytes, want 65", ErrSignature, len(b))
	}
	return Signature(b), nil
}

// Compact returns the EIP-2098 form, r ‖ (v·2²⁵⁵ + s), 64 bytes.
func (s Signature) Compact() [64]byte {
	out := [64]byte(s[:64])
	out[32] |= s[64] << 7
	return out
}

// ParseCompact reads the EIP-2098 form.
func ParseCompact(b []byte) (Signature, error) {
	if len(b) != 64 {
		return Signature{}, fmt.Errorf("%w: %d bytes, want 64", ErrSignature, len(b))
	}
	var s Signature
	copy(s[:], b)
	s[64] = s[32] >> 7
	s[32] &= 0x7f
	return s, nil
}
