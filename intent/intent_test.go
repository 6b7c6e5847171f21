package intent

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// forms are the EIP-712 types as wallets see them.
var forms = apitypes.Types{
	"EIP712Domain": {
		{Name: "name", Type: "string"}, {Name: "version", Type: "string"},
		{Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"},
	},
	"Register": {{Name: "identity", Type: "address"}, {Name: "x", Type: "bytes32"}, {Name: "y", Type: "bytes32"}},
	"Fund": {
		{Name: "owner", Type: "address"}, {Name: "identity", Type: "address"}, {Name: "units", Type: "uint64"},
		{Name: "fee", Type: "uint64"}, {Name: "relayer", Type: "address"}, {Name: "permitNonce", Type: "uint256"},
		{Name: "validUntil", Type: "uint32"},
	},
	"Permit": {
		{Name: "owner", Type: "address"}, {Name: "spender", Type: "address"}, {Name: "value", Type: "uint256"},
		{Name: "nonce", Type: "uint256"}, {Name: "deadline", Type: "uint256"},
	},
	"Lock": {
		{Name: "provider", Type: "address"}, {Name: "channel", Type: "uint8"}, {Name: "epoch", Type: "uint16"},
		{Name: "locked", Type: "uint40"}, {Name: "validUntil", Type: "uint32"},
	},
	"Promise": {
		{Name: "provider", Type: "address"}, {Name: "channel", Type: "uint8"}, {Name: "epoch", Type: "uint16"},
		{Name: "amount", Type: "uint40"},
	},
	"Release":       {{Name: "consumer", Type: "address"}, {Name: "channel", Type: "uint8"}, {Name: "epoch", Type: "uint16"}},
	"RequestUnlock": {{Name: "channel", Type: "uint8"}, {Name: "epoch", Type: "uint16"}, {Name: "validUntil", Type: "uint32"}},
	"SetBeneficiary": {
		{Name: "provider", Type: "address"}, {Name: "beneficiary", Type: "address"},
	},
	"Reclaim": {{Name: "channel", Type: "uint8"}, {Name: "epoch", Type: "uint16"}, {Name: "validUntil", Type: "uint32"}},
	"WithdrawDeposit": {
		{Name: "to", Type: "address"}, {Name: "units", Type: "uint64"}, {Name: "nonce", Type: "uint256"},
		{Name: "validUntil", Type: "uint32"},
	},
	"Relay": {{Name: "relayer", Type: "address"}, {Name: "fee", Type: "uint64"}, {Name: "opDigest", Type: "bytes32"}},
}

// reference hashes by go-ethereum's general EIP-712 code.
func reference(t interface{ Fatal(...any) }, d Domain, name string, message apitypes.TypedDataMessage) [32]byte {
	domainName := d.Name
	if domainName == "" {
		domainName = "myst"
	}
	hash, _, err := apitypes.TypedDataAndHash(apitypes.TypedData{
		Types: forms, PrimaryType: name, Message: message,
		Domain: apitypes.TypedDataDomain{
			Name: domainName, Version: "1", VerifyingContract: d.Contract.String(),
			ChainId: (*math.HexOrDecimal256)(new(big.Int).SetUint64(d.ChainID)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return [32]byte(hash)
}

func decimal[T uint8 | uint16 | uint32 | uint64 | money.Amount](n T) string {
	return fmt.Sprint(uint64(n))
}

func TestDigestsEqualGoEthereums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDomain.Draw(t, "domain")
		check := func(name string, got [32]byte, message apitypes.TypedDataMessage) {
			t.Helper()
			if want := reference(t, d, name, message); got != want {
				t.Fatalf("%s: digest %x, want %x", name, got, want)
			}
		}
		r := anyRegister.Draw(t, "register")
		check("Register", r.Digest(d), apitypes.TypedDataMessage{
			"identity": r.Identity.String(), "x": hexString(r.X), "y": hexString(r.Y),
		})
		f := anyFund.Draw(t, "fund")
		check("Fund", f.Digest(d), apitypes.TypedDataMessage{
			"owner": f.Owner.String(), "identity": f.Identity.String(), "units": decimal(f.Units), "fee": decimal(f.Fee),
			"relayer": f.Relayer.String(), "permitNonce": decimal(f.PermitNonce), "validUntil": decimal(f.ValidUntil),
		})
		l := anyLock.Draw(t, "lock")
		check("Lock", l.Digest(d), apitypes.TypedDataMessage{
			"provider": l.Provider.String(), "channel": decimal(l.Channel), "epoch": decimal(l.Epoch),
			"locked": decimal(l.Locked), "validUntil": decimal(l.ValidUntil),
		})
		p := anyPromise.Draw(t, "promise")
		check("Promise", p.Digest(d), apitypes.TypedDataMessage{
			"provider": p.Provider.String(), "channel": decimal(p.Channel), "epoch": decimal(p.Epoch), "amount": decimal(p.Amount),
		})
		free := anyRelease.Draw(t, "release")
		check("Release", free.Digest(d), apitypes.TypedDataMessage{
			"consumer": free.Consumer.String(), "channel": decimal(free.Channel), "epoch": decimal(free.Epoch),
		})
		u := anyRequestUnlock.Draw(t, "unlock")
		check("RequestUnlock", u.Digest(d), apitypes.TypedDataMessage{
			"channel": decimal(u.Channel), "epoch": decimal(u.Epoch), "validUntil": decimal(u.ValidUntil),
		})
		b := anySetBeneficiary.Draw(t, "beneficiary")
		check("SetBeneficiary", b.Digest(d), apitypes.TypedDataMessage{
			"provider": b.Provider.String(), "beneficiary": b.Beneficiary.String(),
		})
		// A coin of somebody else's has a domain name of its own.
		d.Name = rapid.SampledFrom([]string{"", "myst", "Some Coin"}).Draw(t, "name")
		permit := anyPermit.Draw(t, "permit")
		check("Permit", permit.Digest(d), apitypes.TypedDataMessage{
			"owner": permit.Owner.String(), "spender": permit.Spender.String(), "value": permit.Value.Wei().String(),
			"nonce": decimal(permit.Nonce), "deadline": decimal(permit.Deadline),
		})
	})
}

func TestRelayedDigestsEqualGoEthereums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDomain.Draw(t, "domain")
		check := func(name string, got [32]byte, message apitypes.TypedDataMessage) {
			t.Helper()
			if want := reference(t, d, name, message); got != want {
				t.Fatalf("%s: digest %x, want %x", name, got, want)
			}
		}
		c := anyReclaim.Draw(t, "reclaim")
		check("Reclaim", c.Digest(d), apitypes.TypedDataMessage{
			"channel": decimal(c.Channel), "epoch": decimal(c.Epoch), "validUntil": decimal(c.ValidUntil),
		})
		w := anyWithdrawDeposit.Draw(t, "withdraw")
		check("WithdrawDeposit", w.Digest(d), apitypes.TypedDataMessage{
			"to": w.To.String(), "units": decimal(w.Units), "nonce": decimal(w.Nonce), "validUntil": decimal(w.ValidUntil),
		})
		r := anyRelay.Draw(t, "relay")
		check("Relay", r.Digest(d), apitypes.TypedDataMessage{
			"relayer": r.Relayer.String(), "fee": decimal(r.Fee), "opDigest": hexString(r.Operation),
		})
	})
}

func hexString(b [32]byte) string { return "0x" + hex.EncodeToString(b[:]) }

func TestEmptyDomainNameIsOurs(t *testing.T) {
	d := Domain{ChainID: 1, Contract: testAddress(1)}
	named := d
	named.Name = Name
	if d.Separator() != named.Separator() {
		t.Fatal("an empty name is not ours")
	}
	if common.Hash(d.Separator()) == (common.Hash{}) {
		t.Fatal("no separator")
	}
}

// A promise is hashed and recovered for every half window of every session.
func BenchmarkVerifyPromise(b *testing.B) {
	e := example(b)
	for b.Loop() {
		if err := e.promise.Verify(e.payments); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPromiseDigest(b *testing.B) {
	e := example(b)
	var sum byte
	for b.Loop() {
		digest := e.promise.Digest(e.payments)
		sum += digest[0]
	}
	_ = sum
}

var _ identity.Signer = (*identity.Key)(nil)
