package cli

import (
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/apitest"
	"github.com/mysteriumnetwork/myst/money"
)

// On a terminal nothing moves before somebody has said yes, whatever is shown.
func TestAsksBeforeItMovesCoins(t *testing.T) {
	n, dir := apitest.New(10*money.UnitsPerCoin), t.TempDir()
	server, err := api.Start(t.Context(), api.Config{Node: n, DataDir: dir, Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }() // nothing is asked of it any more
	for _, c := range []struct {
		typed, shown string
		code         int
		args         []string
	}{
		{"n\n", "nothing was done", exitRefused, nil},
		{"\n", "nothing was done", exitRefused, nil},
		{"\x03", "interrupted", exitInterrupted, nil},
		{"y\n", "Deposited.", exitOK, nil},
		{"", "Deposited.", exitOK, []string{"--yes"}},
		{"n\n", "nothing was done", exitRefused, []string{"--json"}},
		{"n\n", "nothing was done", exitRefused, []string{"--quiet"}},
		{"y\n", `"operation": "deposit"`, exitOK, []string{"--json"}},
	} {
		before, err := n.Balance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		x := onTerminal(t, append([]string{"--data-dir", dir, "deposit", "1"}, c.args...)...)
		x.expect("Gas ")
		if c.typed != "" {
			x.expect("Go on? [y/N]")
			if _, err := x.file.WriteString(c.typed); err != nil {
				t.Fatal(err)
			}
		}
		code, shown := x.end()
		after, err := n.Balance(t.Context())
		if err != nil || code != c.code || !strings.Contains(shown, c.shown) || (after.Deposit > before.Deposit) != (code == exitOK) {
			t.Errorf("typed %q: code %d, deposit %s after %s, %v, %q", c.typed, code, after.Deposit, before.Deposit, err, shown)
		}
	}
}
