package cli

import (
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/apitest"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
)

// served is a node without a network, and the data directory by which commands find it.
func served(t *testing.T, prepare ...func(*apitest.Node)) (n *apitest.Node, dir string) {
	t.Helper()
	n, dir = apitest.New(10*money.UnitsPerCoin), t.TempDir()
	for _, change := range prepare {
		change(n)
	}
	server, err := api.Start(t.Context(), api.Config{Node: n, DataDir: dir, Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() }) // nothing is asked of it any more
	return n, dir
}

func (x *terminal) typeIn(prompt, text string) {
	x.t.Helper()
	x.expect(prompt)
	x.shown.Reset()
	if _, err := x.file.WriteString(text); err != nil {
		x.t.Fatal(err)
	}
}

// A session locks nothing before somebody has said yes to as much; once the lock is there nothing is asked.
func TestAsksBeforeItLocks(t *testing.T) {
	n, dir := served(t)
	if err := n.Offer(apitest.Key(2), "DE", money.Price{PerGiB: 50_000}, 0); err != nil {
		t.Fatal(err)
	}
	deposit := func() money.Amount {
		b, err := n.Balance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return b.Deposit
	}
	for _, do := range []func() error{
		func() error { _, err := n.Register(t.Context(), node.AnyFee, func(node.Progress) {}); return err },
		func() error {
			_, err := n.Deposit(t.Context(), 5*money.UnitsPerCoin, node.AnyFee, func(node.Progress) {})
			return err
		},
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	x := onTerminal(t, "--data-dir", dir, "connect", "--lock", "2")
	x.typeIn("Go on? [y/N]", "n\n")
	if code, shown := x.end(); code != exitRefused || !strings.Contains(shown, "nothing was done") || deposit() != 5*money.UnitsPerCoin {
		t.Fatalf("code %d, deposit %s, %q", code, deposit(), shown)
	}
	x = onTerminal(t, "--data-dir", dir, "connect", "--lock", "2", "--quiet")
	x.expect("Amount       2 coins")
	n.Ask(money.UnitsPerCoin / 100) // the relayer wants more than was shown
	x.typeIn("Go on? [y/N]", "y\n")
	x.expect("Relay fee    0.01 coins")
	x.typeIn("Go on? [y/N]", "y\n")
	if code, shown := x.end(); code != exitOK || !strings.Contains(shown, "Connected.") || deposit() != 3*money.UnitsPerCoin {
		t.Fatalf("code %d, deposit %s, %q", code, deposit(), shown)
	}
	x = onTerminal(t, "--data-dir", dir, "connect", "--lock", "2")
	if code, shown := x.end(); code != exitOK || strings.Contains(shown, "Go on") {
		t.Fatalf("the lock is there: code %d, %q", code, shown)
	}
}

// Who interrupts a wait is told that it goes on without them.
func TestInterruptedWait(t *testing.T) {
	n, dir := served(t, func(n *apitest.Node) { n.Hold, n.Cancelled = make(chan struct{}), make(chan struct{}, 2) })
	const transaction = "transaction 0x0000000000000000000000000000000000000000000000000000000000000001 goes on all the same: 'myst balance' shows"
	for _, args := range [][]string{{"identity", "register"}, {"identity", "register", "--json"}} {
		x := onTerminal(t, append([]string{"--data-dir", dir}, args...)...)
		x.typeIn("the hub has the signed registration", "\x03")
		if code, shown := x.end(); code != exitInterrupted || !strings.Contains(shown, "interrupted; "+transaction) {
			t.Errorf("%v: code %d, %q", args, code, shown)
		}
		<-n.Cancelled
	}
	for want, e := range map[string]*env{
		"interrupted": {}, "interrupted; what was signed may be on its way": {sent: true},
	} {
		if got := e.interrupted(); !strings.HasPrefix(got, want) || want == "interrupted" && got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// On a terminal nothing moves before somebody has said yes, whatever is shown.
func TestAsksBeforeItMovesCoins(t *testing.T) {
	n, dir := served(t)
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
