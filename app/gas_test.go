package app

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/mysteriumnetwork/myst/money"
)

func TestGasInCoin(t *testing.T) {
	for _, c := range []struct {
		gas  uint64
		wei  int64
		rate money.Amount
		want money.Amount
	}{
		{100_000, 10e9, 2000 * money.UnitsPerCoin, 2_000_000}, // 0.001 of a coin worth 2000
		{1, 1, 1, 1}, // rounded up
		{0, 10e9, 2000, 0},
	} {
		if got, err := gasInCoin(c.gas, big.NewInt(c.wei), c.rate); err != nil || got != c.want {
			t.Errorf("%d gas at %d wei and %s: %s, %v; want %s", c.gas, c.wei, c.rate, got, err, c.want)
		}
	}
	if _, err := gasInCoin(math.MaxUint64, big.NewInt(math.MaxInt64), math.MaxUint64); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("too much: %v", err)
	}
}
