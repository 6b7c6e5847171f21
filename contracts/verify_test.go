package contracts

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// tampered is an endpoint that tells another code of one contract.
type tampered struct {
	Caller
	at     common.Address
	change func([]byte) []byte
}

func (t tampered) CodeAt(ctx context.Context, at common.Address, block *big.Int) ([]byte, error) {
	code, err := t.Caller.CodeAt(ctx, at, block)
	if at == t.at {
		code = t.change(common.CopyBytes(code))
	}
	return code, err
}

func TestVerify(t *testing.T) {
	chain, sender := newChain(t)
	at, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury, FeePerMyriad: 700, Bond: 5})
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Verify(t.Context(), chain, at)
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]string)
	for _, i := range findings[2].Immutables {
		values[i.Name] = i.Value
	}
	for name, want := range map[string]string{
		"coin": at.Coin.Hex(), "registry": at.Registry.Hex(), "treasury": treasury.Hex(), "feePerMyriad": "700",
		"unlockDelay": "259200", "bond": "5", "_cachedThis": at.Payments.Hex(), "_cachedChainId": "1337", "_name": "myst",
	} {
		if values[name] != want {
			t.Errorf("%s is %q, want %q", name, values[name], want)
		}
	}

	payments, err := loadArtifact("Payments")
	if err != nil {
		t.Fatal(err)
	}
	hole := payments.Immutables[0]
	flip := func(i int) func([]byte) []byte {
		return func(code []byte) []byte { code[i] ^= 1; return code }
	}
	for name, c := range map[string]struct {
		at     common.Address
		change func([]byte) []byte
		want   error
		says   string
	}{
		"first byte":             {at.Payments, flip(0), ErrForeign, "byte 0 "},
		"byte behind immutable":  {at.Payments, flip(hole.Start + hole.Length), ErrForeign, "of its code is"},
		"last byte":              {at.Registry, func(c []byte) []byte { c[len(c)-1] ^= 1; return c }, ErrForeign, "Registry at"},
		"longer":                 {at.Payments, func(c []byte) []byte { return append(c, 0) }, ErrForeign, "bytes of code"},
		"one of several places":  {at.Payments, tamperOnce(payments), ErrForeign, "in one place"},
		"gone":                   {at.Registry, func([]byte) []byte { return nil }, ErrAbsent, "Registry at"},
		"test coin's first byte": {at.Coin, flip(0), nil, ""}, // then it is some other coin
	} {
		_, err := Verify(t.Context(), tampered{chain, c.at, c.change}, at)
		if !errors.Is(err, c.want) || c.want != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// tamperOnce changes an immutable in the last of its places only.
func tamperOnce(a artifact) func([]byte) []byte {
	places := make(map[string]int)
	for _, h := range a.Immutables {
		places[h.Name]++
		if places[h.Name] == 2 {
			return func(code []byte) []byte { code[h.Start+h.Length-1] ^= 1; return code }
		}
	}
	return func(code []byte) []byte { return code }
}
