// Package money does integer arithmetic on token amounts.
//
// The on-chain payments contract counts in units of one millionth of a coin
// (1e12 of the coin's 1e18 base units, "wei"), and so does everything off chain: an
// [Amount] is a number of units. A [Price] is what a provider asks, and [Price.Due] the only
// formula by which anybody turns metered service into an amount. Nothing here rounds
// up, uses floating point or wraps around: what does not fit is [ErrOverflow].
package money

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

const (
	// UnitsPerCoin is how many units make one coin.
	UnitsPerCoin = 1_000_000
	// WeiPerUnit is how many of the ERC-20's base units (18 decimals) make one unit.
	WeiPerUnit = 1_000_000_000_000
	// MaxLock is the largest amount one payment channel can hold: the contract stores
	// it in 40 bits.
	MaxLock Amount = 1<<40 - 1

	decimals = 6
)

// ErrOverflow says that an amount does not fit into 64 bits, or would be negative.
var ErrOverflow = errors.New("amount out of range")

// Amount is a number of units (millionths of a coin).
type Amount uint64

// Add returns a + b, or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	sum, carry := bits.Add64(uint64(a), uint64(b), 0)
	if carry != 0 {
		return 0, ErrOverflow
	}
	return Amount(sum), nil
}

// Sub returns a - b, or ErrOverflow when b is larger than a.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b > a {
		return 0, ErrOverflow
	}
	return a - b, nil
}

// SaturatingSub returns a - b, or zero when b is larger than a.
func (a Amount) SaturatingSub(b Amount) Amount {
	if b > a {
		return 0
	}
	return a - b
}

// MulDiv returns ⌊a · mul ÷ div⌋ with a 128-bit intermediate product. A zero divisor and a
// quotient above 64 bits are ErrOverflow.
func (a Amount) MulDiv(mul, div uint64) (Amount, error) {
	hi, lo := bits.Mul64(uint64(a), mul)
	if div == 0 || hi >= div {
		return 0, ErrOverflow
	}
	quotient, _ := bits.Div64(hi, lo, div)
	return Amount(quotient), nil
}

// Wei returns the amount in the ERC-20's base units.
func (a Amount) Wei() *big.Int {
	return new(big.Int).Mul(new(big.Int).SetUint64(uint64(a)), big.NewInt(WeiPerUnit))
}

// FromWei returns the whole units in wei base units; what is left over (less than one unit)
// is dropped.
func FromWei(wei *big.Int) (Amount, error) {
	units := new(big.Int).Quo(wei, big.NewInt(WeiPerUnit))
	if units.Sign() < 0 || !units.IsUint64() {
		return 0, ErrOverflow
	}
	return Amount(units.Uint64()), nil
}

// Parse reads a decimal number of coins, such as "12", "0.5" or "0.000001". Signs,
// exponents and more than six decimals are refused.
func Parse(s string) (Amount, error) {
	whole, fraction, dotted := strings.Cut(s, ".")
	if !digits(whole) || dotted && !digits(fraction) {
		return 0, fmt.Errorf("amount %q: want coins as a decimal number such as 1.5", clip(s))
	}
	if len(fraction) > decimals {
		return 0, fmt.Errorf("amount %q: a coin has six decimals, not %d", clip(s), len(fraction))
	}
	coins, err := strconv.ParseUint(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("amount %q: %w", clip(s), ErrOverflow)
	}
	units := uint64(0)
	if fraction != "" {
		// Six digits at most, so this cannot fail.
		units, _ = strconv.ParseUint(fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	}
	total, err := Amount(coins).MulDiv(UnitsPerCoin, 1)
	if err == nil {
		total, err = total.Add(Amount(units))
	}
	if err != nil {
		return 0, fmt.Errorf("amount %q: %w", clip(s), err)
	}
	return total, nil
}

// String returns the amount in coins, without trailing zeros: "1.5".
func (a Amount) String() string {
	whole, fraction := uint64(a)/UnitsPerCoin, uint64(a)%UnitsPerCoin
	if fraction == 0 {
		return strconv.FormatUint(whole, 10)
	}
	return strconv.FormatUint(whole, 10) + "." + strings.TrimRight(fmt.Sprintf("%06d", fraction), "0")
}

func digits(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
