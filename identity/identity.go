// Package identity holds the participants' keys: secp256k1 key pairs, the addresses derived
// from them, and signatures that a public key can be recovered from.
//
// An [Address] is the last 20 bytes of the keccak256 of the public key, as on Ethereum. A
// [Signer] signs 32-byte digests; every digest in this program is the hash of a string that
// starts with a domain of its own (docs/wire.md lists them) and that names a [Domain], so that no
// signature means anything anywhere else. The identity key signs; it never encrypts.
// Sub-package keystore keeps keys on disk.
package identity

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Address identifies a participant or a contract: the last 20 bytes of keccak256(public key).
type Address [20]byte

// ErrAddress says that a text is not an address.
var ErrAddress = errors.New("not an address")

// ParseAddress reads "0x" and 40 hexadecimal digits. Digits of mixed case must carry a correct
// EIP-55 checksum, so that a mistyped address is noticed.
func ParseAddress(s string) (Address, error) {
	var a Address
	if len(s) != 42 || s[:2] != "0x" {
		return a, fmt.Errorf("%w: want 0x and 40 hexadecimal digits, got %d characters", ErrAddress, len(s))
	}
	if _, err := hex.Decode(a[:], []byte(s[2:])); err != nil {
		return Address{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	digits := []byte(s[2:])
	mixed := !bytes.Equal(digits, bytes.ToLower(digits)) && !bytes.Equal(digits, bytes.ToUpper(digits))
	if mixed && a.String() != s {
		return Address{}, fmt.Errorf("%w: %q has a wrong checksum; is a digit mistyped?", ErrAddress, s)
	}
	return a, nil
}

// String returns the EIP-55 form, 42 characters.
func (a Address) String() string { return common.Address(a).Hex() }

// IsZero says whether a is the all-zero address, which nobody has.
func (a Address) IsZero() bool { return a == Address{} }

// MarshalText returns the EIP-55 form.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseAddress.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := ParseAddress(string(text))
	if err == nil {
		*a = parsed
	}
	return err
}

// Domain is what every signature of a network is bound to: the chain and the registry contract.
type Domain struct {
	ChainID  uint64
	Registry Address
}

// PublicKey is an uncompressed secp256k1 point, x ‖ y, 32 bytes each.
type PublicKey [64]byte

// Address derives the address: the last 20 bytes of keccak256(x ‖ y).
func (k PublicKey) Address() Address {
	hash := Keccak256(k[:])
	return Address(hash[12:])
}

// Keccak256 hashes the concatenation of parts.
func Keccak256(parts ...[]byte) [32]byte { return crypto.Keccak256Hash(parts...) }
