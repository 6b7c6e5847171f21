// Package intent holds what participants sign for the contracts: the EIP-712 forms of
// docs/wire.md, their digests, and their encoding between nodes.
//
// An intent is a statement such as "lock five coins for this provider" ([Lock]) or "I owe you
// two coins in all" ([Promise]). Its Digest in a [Domain] is what the identity signs. Because the
// domain names the chain and the contract, and a payment channel's intents name its epoch, a
// signature means one thing in one place at one time. The Signed… types carry an intent, who
// should have signed it and the signature; their Verify is the only thing that makes them
// trustworthy, and decoding one does not verify it.
//
// Digests are hashed by hand, without reflection, because a provider checks a promise for every
// half window of every session. Tests hold them equal to go-ethereum's general EIP-712 code and to
// the contracts themselves.
package intent

import (
	"encoding/binary"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Channels is how many payment channels a consumer has, with IDs from 0.
const Channels = 6

// MaxLockAhead is how far in the future, in seconds, the contract lets a lock's or an unlock
// request's ValidUntil be. A wallet stays below it by the time a transaction may take.
const MaxLockAhead = 3600

// Name and Version are those of the EIP-712 domain of every contract of ours.
const (
	Name    = "myst"
	Version = "1"
)

// Domain is where a signature is valid: one contract on one chain.
type Domain struct {
	ChainID  uint64
	Contract identity.Address
	// Name is the domain's name when it is not ours; empty is [Name]. Only the [Permit] of a
	// coin that somebody else deployed needs it. The version is always [Version].
	Name string
}

var domainType = typeHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")

// Separator returns the EIP-712 domain separator.
func (d Domain) Separator() [32]byte {
	name := d.Name
	if name == "" {
		name = Name
	}
	return hashStruct(domainType,
		identity.Keccak256([]byte(name)), identity.Keccak256([]byte(Version)),
		number(d.ChainID), address(d.Contract))
}

// Register asks the registry contract to register an identity with its public key.
type Register struct {
	Identity identity.Address
	X, Y     [32]byte // the public key's coordinates
}

// NewRegister makes the registration of a public key.
func NewRegister(key identity.PublicKey) Register {
	return Register{Identity: key.Address(), X: [32]byte(key[:32]), Y: [32]byte(key[32:])}
}

// PublicKey returns the key that is to be registered.
func (r Register) PublicKey() identity.PublicKey {
	var key identity.PublicKey
	copy(key[:32], r.X[:])
	copy(key[32:], r.Y[:])
	return key
}

var registerType = typeHash("Register(address identity,bytes32 x,bytes32 y)")

// Digest returns the EIP-712 hash in the registry contract's domain.
func (r Register) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(registerType, address(r.Identity), r.X, r.Y))
}

// Fund asks the payments contract to deposit Units of the owner's coins for Identity, and to
// credit Fee to the relayer. It travels with a [Permit] over exactly Units + Fee.
type Fund struct {
	Owner    identity.Address // whose coins; signs
	Identity identity.Address // whose deposit grows
	Units    money.Amount
	Fee      money.Amount
	Relayer  identity.Address // the only one who can send it
	// PermitNonce is the owner's current nonce at the coin.
	PermitNonce uint64
	ValidUntil  uint32 // unix seconds
}

var fundType = typeHash("Fund(address owner,address identity,uint64 units,uint64 fee,address relayer,uint256 permitNonce,uint32 validUntil)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (f Fund) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(fundType,
		address(f.Owner), address(f.Identity), number(uint64(f.Units)), number(uint64(f.Fee)),
		address(f.Relayer), number(f.PermitNonce), number(uint64(f.ValidUntil))))
}

// Permit is the coin's own form (ERC-2612): the spender may take Value of the owner's coins.
type Permit struct {
	Owner    identity.Address
	Spender  identity.Address
	Value    money.Amount // in units; the coin's digest is over wei
	Nonce    uint64
	Deadline uint64 // unix seconds
}

var permitType = typeHash("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")

// Digest returns the EIP-712 hash in the coin's domain.
func (p Permit) Digest(d Domain) [32]byte {
	var value [32]byte
	p.Value.Wei().FillBytes(value[:])
	return digest(d, hashStruct(permitType,
		address(p.Owner), address(p.Spender), value, number(p.Nonce), number(p.Deadline)))
}

// Lock moves money from the consumer's deposit into one of its channels, for one provider. It
// names the total that shall be locked in this epoch, not what is added.
type Lock struct {
	Provider identity.Address
	Channel  uint8
	// Epoch is the channel's current one, or the next when everything locked is cleared.
	Epoch      uint16
	Locked     money.Amount // at most money.MaxLock
	ValidUntil uint32       // unix seconds, at most MaxLockAhead after the block
}

var lockType = typeHash("Lock(address provider,uint8 channel,uint16 epoch,uint40 locked,uint32 validUntil)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (l Lock) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(lockType,
		address(l.Provider), number(uint64(l.Channel)), number(uint64(l.Epoch)),
		number(uint64(l.Locked)), number(uint64(l.ValidUntil))))
}

// Promise says how much the consumer owes the provider in all, in one epoch of one channel.
type Promise struct {
	Provider identity.Address
	Channel  uint8
	Epoch    uint16
	Amount   money.Amount // cumulative; at most money.MaxLock
}

var promiseType = typeHash("Promise(address provider,uint8 channel,uint16 epoch,uint40 amount)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (p Promise) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(promiseType,
		address(p.Provider), number(uint64(p.Channel)), number(uint64(p.Epoch)), number(uint64(p.Amount))))
}

// Release is a provider's consent to free a channel at once. It gives up what is not cleared.
type Release struct {
	Consumer identity.Address
	Channel  uint8
	Epoch    uint16
}

var releaseType = typeHash("Release(address consumer,uint8 channel,uint16 epoch)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (r Release) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(releaseType,
		address(r.Consumer), number(uint64(r.Channel)), number(uint64(r.Epoch))))
}

// RequestUnlock starts the delay after which the consumer's channel can be freed without the
// provider.
type RequestUnlock struct {
	Channel    uint8
	Epoch      uint16
	ValidUntil uint32 // unix seconds, at most MaxLockAhead after the block
}

var requestUnlockType = typeHash("RequestUnlock(uint8 channel,uint16 epoch,uint32 validUntil)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (r RequestUnlock) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(requestUnlockType,
		number(uint64(r.Channel)), number(uint64(r.Epoch)), number(uint64(r.ValidUntil))))
}

// SetBeneficiary names, for the first time, who receives a provider's earnings. Later changes
// need no signature: the beneficiary itself sends them.
type SetBeneficiary struct {
	Provider    identity.Address
	Beneficiary identity.Address
}

var setBeneficiaryType = typeHash("SetBeneficiary(address provider,address beneficiary)")

// Digest returns the EIP-712 hash in the payments contract's domain.
func (s SetBeneficiary) Digest(d Domain) [32]byte {
	return digest(d, hashStruct(setBeneficiaryType, address(s.Provider), address(s.Beneficiary)))
}

// The rest is EIP-712 itself: a struct's hash is keccak256(type hash ‖ one 32-byte word per
// field), and a digest is keccak256(0x1901 ‖ domain separator ‖ struct hash).

func typeHash(form string) [32]byte { return identity.Keccak256([]byte(form)) }

func hashStruct(words ...[32]byte) [32]byte {
	var buffer [8 * 32]byte
	out := buffer[:0]
	for i := range words {
		out = append(out, words[i][:]...)
	}
	return identity.Keccak256(out)
}

func digest(d Domain, structHash [32]byte) [32]byte {
	separator := d.Separator()
	return identity.Keccak256([]byte{0x19, 0x01}, separator[:], structHash[:])
}

func number(n uint64) (word [32]byte) {
	binary.BigEndian.PutUint64(word[24:], n)
	return word
}

func address(a identity.Address) (word [32]byte) {
	copy(word[12:], a[:])
	return word
}
