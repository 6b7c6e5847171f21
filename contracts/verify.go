package contracts

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// Finding is what [Verify] found at one address.
type Finding struct {
	Contract   string // Coin, Registry or Payments
	At         common.Address
	Immutables []Immutable // what the deployment wrote into the code
	Err        error       // nil when the code is that of this build; ErrAbsent, ErrForeign, or what kept it from looking
}

// Immutable is a value that a deployment wrote into a contract's code, for ever.
type Immutable struct{ Name, Value string }

// Verify compares the code at a network's addresses with this build, byte by byte but for the immutables,
// which it reads. A coin that is not the test coin is whatever its network wants, and only has to be an ERC-20 of
// 18 decimals; its finding has no immutables. The error is the first of the findings', or what [Present] finds
// wrong between contracts that are ours.
func Verify(ctx context.Context, caller Caller, a Addresses) ([]Finding, error) {
	findings := []Finding{verify(ctx, caller, "TestCoin", a.Coin), verify(ctx, caller, "Registry", a.Registry), verify(ctx, caller, "Payments", a.Payments)}
	coin := &findings[0]
	coin.Contract = "Coin"
	if errors.Is(coin.Err, ErrForeign) {
		coin.Err = presentCoin(ctx, caller, a.Coin)
	}
	for _, f := range findings {
		if f.Err != nil {
			return findings, f.Err
		}
	}
	return findings, Present(ctx, caller, a)
}

func verify(ctx context.Context, caller Caller, name string, at common.Address) Finding {
	f := Finding{Contract: name, At: at}
	code, err := codeAt(ctx, caller, name, at)
	if err != nil {
		f.Err = err
		return f
	}
	want, err := loadArtifact(name)
	if err != nil {
		f.Err = err
		return f
	}
	got, built := want.masked(code), want.masked(want.Runtime)
	switch {
	case len(got) != len(built):
		f.Err = fmt.Errorf("%s at %s: %w: %d bytes of code, this build has %d", name, at, ErrForeign, len(got), len(built))
	case !bytes.Equal(got, built):
		i := 0
		for got[i] == built[i] {
			i++
		}
		f.Err = fmt.Errorf("%s at %s: %w: byte %d of its code is %#02x, in this build %#02x", name, at, ErrForeign, i, got[i], built[i])
	default:
		f.Immutables, f.Err = want.immutables(code)
	}
	if f.Err != nil {
		f.Err = fmt.Errorf("%w (was it deployed by another version?)", f.Err)
	}
	return f
}

// immutables reads what the deployment wrote, in the order of the code. Errors: ErrForeign when an immutable that
// stands in several places differs between them, which no deployment does.
func (a artifact) immutables(code []byte) ([]Immutable, error) {
	seen := make(map[string]string)
	var list []Immutable
	for _, h := range a.Immutables {
		value := decoded(h.Name, code[h.Start:h.Start+h.Length])
		before, again := seen[h.Name]
		if again && before != value {
			return nil, fmt.Errorf("%w: its %s is %s in one place and %s in another", ErrForeign, h.Name, before, value)
		}
		if !again {
			seen[h.Name] = value
			list = append(list, Immutable{Name: h.Name, Value: value})
		}
	}
	return list, nil
}

// decoded prints an immutable's word by what its name says it is.
func decoded(name string, word []byte) string {
	switch name {
	case "coin", "registry", "treasury", "_cachedThis":
		return common.BytesToAddress(word).Hex()
	case "feePerMyriad", "unlockDelay", "bond", "_cachedChainId":
		return new(big.Int).SetBytes(word).String()
	case "_name", "_version": // a short string: its bytes, and their number last
		if n := int(word[len(word)-1]); n < len(word) {
			return string(word[:n])
		}
	}
	return "0x" + strings.ToLower(hex.EncodeToString(word))
}
