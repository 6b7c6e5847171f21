package money

import (
	"errors"
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Amount{
		"0": 0, "1": 1_000_000, "0.5": 500_000, "1.000001": 1_000_001, "18446744073709.551615": math.MaxUint64,
	} {
		got, err := Parse(in)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", ".", "-1", "+1", "1e3", "1.", ".5", "0.0000001", "18446744073709.551616", "99999999999999999999999", "1,5", " 1"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %d; want an error", in, got)
		}
	}
}

func TestStringParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Uint64().Draw(t, "units"))
		if back, err := Parse(a.String()); err != nil || back != a {
			t.Fatalf("%d prints as %q, which reads as %d, %v", uint64(a), a, back, err)
		}
	})
}

func TestMulDivMatchesBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, m, d := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "mul"), rapid.Uint64().Draw(t, "div")
		got, err := Amount(a).MulDiv(m, d)
		if d == 0 {
			if !errors.Is(err, ErrOverflow) {
				t.Fatal("division by zero accepted")
			}
			return
		}
		want := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(m))
		want.Quo(want, new(big.Int).SetUint64(d))
		if want.IsUint64() != (err == nil) || err == nil && uint64(got) != want.Uint64() {
			t.Fatalf("%d · %d ÷ %d = %d, %v; want %v", a, m, d, got, err, want)
		}
	})
}

func TestDueRoundsEachTermDown(t *testing.T) {
	p := Price{PerGiB: 3, PerHour: 7}
	for _, c := range []struct {
		bytes   uint64
		elapsed time.Duration
		want    Amount
	}{
		{0, 0, 0},
		{1<<30 - 1, 0, 2},
		{1 << 30, 0, 3},
		{1<<30 - 1, time.Hour - time.Millisecond, 2 + 6},
		{2 << 30, time.Hour, 6 + 7},
	} {
		if got, err := p.Due(c.bytes, c.elapsed); err != nil || got != c.want {
			t.Errorf("Due(%d, %v) = %d, %v; want %d", c.bytes, c.elapsed, got, err, c.want)
		}
	}
	if _, err := (Price{PerGiB: math.MaxUint64}).Due(math.MaxUint64, 0); !errors.Is(err, ErrOverflow) {
		t.Errorf("overflowing bill: %v", err)
	}
	if _, err := p.Due(0, -time.Second); err == nil {
		t.Error("negative session time accepted")
	}
}

func TestWeiRoundTrip(t *testing.T) {
	a := Amount(math.MaxUint64)
	if back, err := FromWei(a.Wei()); err != nil || back != a {
		t.Fatalf("got %d, %v", back, err)
	}
	if _, err := FromWei(big.NewInt(-WeiPerUnit)); err == nil {
		t.Fatal("negative wei accepted")
	}
}
