package identity

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"
)

// The secret key 1 has a well-known address; it is that of the curve's base point.
func TestAddressOfKnownKey(t *testing.T) {
	secret := make([]byte, 32)
	secret[31] = 1
	k, err := KeyFromBytes(secret)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.Address().String(); got != "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" {
		t.Fatalf("address of key 1 is %s", got)
	}
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, k, k)} {
		if strings.Contains(printed, hex.EncodeToString(secret)) || strings.Contains(printed, "private") {
			t.Fatalf("a printed key shows more than its address: %s", printed)
		}
	}
}

func TestParseAddress(t *testing.T) {
	good := "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
	for _, s := range []string{good, strings.ToLower(good)} {
		a, err := ParseAddress(s)
		if err != nil || a.String() != good {
			t.Errorf("ParseAddress(%q) = %v, %v", s, a, err)
		}
	}
	for _, s := range []string{"", "0x", good[2:], good + "0", "0x7e5F4552091A69125d5DfCb7b8C2659029395Bdf", strings.Replace(good, "7E", "7G", 1)} {
		if _, err := ParseAddress(s); !errors.Is(err, ErrAddress) {
			t.Errorf("ParseAddress(%q): %v", s, err)
		}
	}
}

func TestSignRecover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret")
		k, err := KeyFromBytes(secret)
		if err != nil {
			return
		}
		digest := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
		sig, err := k.Sign(digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(k.Address(), digest, sig); err != nil {
			t.Fatal(err)
		}
		key, err := RecoverKey(digest, sig)
		if err != nil || key != k.PublicKey() {
			t.Fatal("recovered another key")
		}
		compact := sig.Compact()
		back, err := ParseCompact(compact[:])
		if err != nil || back != sig {
			t.Fatal("EIP-2098 form does not read back")
		}
		digest[0] ^= 1
		if err := Verify(k.Address(), digest, sig); !errors.Is(err, ErrSignature) {
			t.Fatalf("signature over another digest: %v", err)
		}
	})
}

func TestHighSRefused(t *testing.T) {
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	digest := Keccak256([]byte("x"))
	sig, err := k.Sign(digest)
	if err != nil {
		t.Fatal(err)
	}
	s := new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(sig[32:64]))
	s.FillBytes(sig[32:64])
	sig[64] ^= 1
	if _, err := Recover(digest, sig); !errors.Is(err, ErrSignature) {
		t.Fatalf("high-s twin of a signature: %v", err)
	}
}
