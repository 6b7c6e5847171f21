package cli

import (
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
)

func coins(units money.Amount) *wire.Amount {
	amount := wire.FromMoney(units)
	return &amount
}

func TestSpendingText(t *testing.T) {
	for want, s := range map[string]wire.Spending{
		"":          {},
		"0.5 coins": {Today: *coins(500_000)},
		"0.5 coins of 2, 1.5 left until midnight UTC": {
			Today: *coins(500_000), PerDay: coins(2_000_000), Left: coins(1_500_000),
		},
		"0 coins; at most 0.1 a minute": {Today: *coins(0), PerMinute: coins(100_000)},
		"1 coins of 1, 0 left until midnight UTC; at most 0.1 a minute": {
			Today: *coins(1_000_000), PerDay: coins(1_000_000), Left: coins(0), PerMinute: coins(100_000),
		},
	} {
		if got := spendingText(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What of a clearing brings too little for its fee is told beside what is cleared.
func TestPartOfAClearing(t *testing.T) {
	var text strings.Builder
	w := &printer{w: &text}
	printQuote(w, wire.QuoteRequest{Operation: node.OpClear}, wire.Quote{
		Operation: node.OpClear, Amount: *coins(500_000), RelayFee: *coins(1000), Left: coins(2000), LeftWhy: "it asks 0.001 coins\x1b",
	})
	for _, part := range []string{
		"Amount       0.5 coins\n", "Relay fee    0.001 coins\n",
		"Another 0.002 coins are in transactions that bring too little for their fee, and are left to gather:\nit asks 0.001 coins",
	} {
		if !strings.Contains(text.String(), part) || strings.Contains(text.String(), "\x1b") {
			t.Errorf("no %q in\n%s", part, text.String())
		}
	}
	if lines := consequences(wire.QuoteRequest{Operation: node.OpClear}, wire.Quote{}); lines != nil {
		t.Errorf("%q", lines)
	}
}

// The fee that is shown of an unlock after its delay is not taken where it was paid with the request, which only the relayer knows.
func TestUnlockAfterTheDelay(t *testing.T) {
	for fee, want := range map[money.Amount]int{0: 1, 5: 2} {
		q := wire.Quote{Operation: node.OpUnlock, RelayFee: *coins(fee)}
		lines := consequences(wire.QuoteRequest{Operation: node.OpUnlock, Channel: 3}, q)
		if len(lines) != want || !strings.Contains(lines[0], "payment channel 3") || want == 2 && !strings.Contains(lines[1], "takes no fee") {
			t.Errorf("for a fee of %d: %q", fee, lines)
		}
	}
}
