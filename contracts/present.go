package contracts

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

var (
	// ErrAbsent says that there is no contract at an address: the network file is wrong, or for
	// another chain, or the chain was reset.
	ErrAbsent = errors.New("no contract there")
	// ErrForeign says that a contract is there, but not the one it should be.
	ErrForeign = errors.New("not our contract")
)

// Caller is the part of an Ethereum client that reading contracts needs.
type Caller interface {
	CodeAt(ctx context.Context, contract common.Address, block *big.Int) ([]byte, error)
	CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error)
}

// Present returns nil if the contracts at these addresses are the registry and payments contracts
// that this program was built with, and payments uses this registry and this coin, which may be any ERC-20 with 18
// decimals. Otherwise it returns ErrAbsent, ErrForeign, or what kept it from looking.
func Present(ctx context.Context, caller Caller, a Addresses) error {
	if err := presentCoin(ctx, caller, a.Coin); err != nil {
		return err
	}
	if err := presentOurs(ctx, caller, "Registry", a.Registry); err != nil {
		return err
	}
	if err := presentOurs(ctx, caller, "Payments", a.Payments); err != nil {
		return err
	}
	payments := NewPayments()
	data, err := caller.CallContract(ctx, ethereum.CallMsg{To: &a.Payments, Data: payments.PackCoin()}, nil)
	if err != nil {
		return fmt.Errorf("payments at %s: read its coin: %w", a.Payments, err)
	}
	coin, err := payments.UnpackCoin(data)
	if err != nil || coin != a.Coin {
		return fmt.Errorf("payments at %s: %w: its coin is %s, not %s", a.Payments, ErrForeign, coin, a.Coin)
	}
	if data, err = caller.CallContract(ctx, ethereum.CallMsg{To: &a.Payments, Data: payments.PackRegistry()}, nil); err != nil {
		return fmt.Errorf("payments at %s: read its registry: %w", a.Payments, err)
	}
	registry, err := payments.UnpackRegistry(data)
	if err != nil || registry != a.Registry {
		return fmt.Errorf("payments at %s: %w: its registry is %s, not %s", a.Payments, ErrForeign, registry, a.Registry)
	}
	return nil
}

func presentCoin(ctx context.Context, caller Caller, at common.Address) error {
	code, err := codeAt(ctx, caller, "coin", at)
	if err != nil || len(code) == 0 {
		return err
	}
	token := NewTestCoin()
	data, err := caller.CallContract(ctx, ethereum.CallMsg{To: &at, Data: token.PackDecimals()}, nil)
	if err != nil {
		return fmt.Errorf("coin at %s: read its decimals: %w", at, err)
	}
	if decimals, err := token.UnpackDecimals(data); err != nil || decimals != 18 {
		return fmt.Errorf("coin at %s: %w: want an ERC-20 with 18 decimals", at, ErrForeign)
	}
	return nil
}

func presentOurs(ctx context.Context, caller Caller, name string, at common.Address) error {
	code, err := codeAt(ctx, caller, name, at)
	if err != nil {
		return err
	}
	want, err := loadArtifact(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(want.masked(code), want.masked(want.Runtime)) {
		return fmt.Errorf("%s at %s: %w: its code is another one, perhaps of another version", name, at, ErrForeign)
	}
	return nil
}

func codeAt(ctx context.Context, caller Caller, name string, at common.Address) ([]byte, error) {
	code, err := caller.CodeAt(ctx, at, nil)
	if err != nil {
		return nil, fmt.Errorf("%s at %s: read its code: %w", name, at, err)
	}
	if len(code) == 0 {
		return nil, fmt.Errorf("%s at %s: %w", name, at, ErrAbsent)
	}
	return code, nil
}

//go:embed artifacts/*.json
var artifacts embed.FS

// artifact is the part of a compiled contract that tells it from others.
type artifact struct {
	Bytecode   hexutil.Bytes `json:"bytecode"` // constructor included
	Runtime    hexutil.Bytes `json:"runtime"`
	Immutables []hole        `json:"immutables"`
}

// hole is where a deployment writes an immutable into the code.
type hole struct {
	Name          string `json:"name"`
	Start, Length int
}

func loadArtifact(name string) (artifact, error) {
	var a artifact
	text, err := artifacts.ReadFile("artifacts/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return artifact{}, fmt.Errorf("compiled contract %s: %w", name, err)
	}
	return a, nil
}

// masked returns the code with zeros where a deployment writes its immutables.
func (a artifact) masked(code []byte) []byte {
	masked := slices.Clone(code)
	if len(code) != len(a.Runtime) {
		return masked // another contract; left as it is, it compares as one
	}
	for _, hole := range a.Immutables {
		clear(masked[hole.Start : hole.Start+hole.Length])
	}
	return masked
}
