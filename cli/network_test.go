package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/devnet"
	"github.com/mysteriumnetwork/myst/money"
)

// at runs a command on a participant's node, as a shell without a terminal would.
func at(t *testing.T, p *devnet.Participant, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	stdin, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	var out, errs bytes.Buffer
	code = run(t.Context(), Program{}, append([]string{"--data-dir", p.DataDir}, args...), stdin, &out, &errs)
	return out.String(), errs.String(), code
}

// must is at for a command that succeeds, and whose two outputs match.
func must(t *testing.T, p *devnet.Participant, stdout, stderr string, args ...string) string {
	t.Helper()
	out, errs, code := at(t, p, args...)
	if code != 0 || !regexp.MustCompile(stdout).MatchString(out) || !regexp.MustCompile(stderr).MatchString(errs) {
		t.Fatalf("myst %s: %d\n%s\n%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// costs matches what a command says on its standard error: what it costs, with this network fee in coins, what follows of
// it, and that it waits until the chain and the ledger have it.
func costs(networkFee, consequence string) string {
	return `(?ms)^Network fee +` + networkFee + ` coins$.*^Relay fee +0 coins$.*^Gas +about [0-9]{5,}, now 0\.[0-9]+ .*` + consequence +
		`.*waiting for 2 blocks on top of block [0-9]+.*block [0-9]+ is confirmed, and in the ledger$`
}

// The commands about money on a whole network, whose chain is a real one: what they cost is shown, they end when
// it is confirmed, and ledger, earnings and balance tell the same.
func TestMoneyOnANetwork(t *testing.T) {
	n, err := devnet.Start(t.Context(), devnet.Config{
		Dir: t.TempDir(), SetupCharge: 1000, UnlockDelay: time.Minute,
		ClearLeast: money.UnitsPerCoin, // so that there is something for "myst clear"
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := n.Furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, p := n.Consumer[0], n.Provider[0]
	out, errs, code := at(t, c, "deposit", "1000000", "--yes")
	if code != exitFunds || out != "" {
		t.Fatalf("a deposit of more than there is: %d %s %s", code, out, errs)
	}
	must(t, c, `(?m)^Amount +0.25 coins$`, costs("0", ""), "deposit", "0.25", "--yes")
	deposits := csvRows(t, must(t, c, "", "", "ledger", "--kind", "deposit", "--csv"))
	if last := deposits[len(deposits)-1]; last["units"] != "250000" || last["block"] == "0" || len(last["transaction"]) != 66 {
		t.Fatalf("the ledger's newest deposit: %v", last)
	}
	connect(t, c, p)
	must(t, c, "Locked", "waiting for 2 blocks", "topup", "0.5", "--yes")
	must(t, c, "ended", "", "disconnect")
	must(t, p, `(?s)^Cleared\..*Amount +0\.00[0-9]+ coins`, costs("0", ""), "clear", "--yes")
	must(t, c, "^Unlocked", costs("0", "1. The provider is asked to release payment channel 0.*2. If it does not, .* 1m.*asking provider "+p.Address.String()+".*has released it"),
		"unlock", "0", "--yes")
	must(t, c, `(?m)^0 +free; "myst reclaim 0"`, "", "balance")
	connect(t, c, p)
	must(t, c, "ended", "", "disconnect")
	must(t, p, `^Cleared\.`, costs("0", ""), "clear", "--yes")
	must(t, p, "^Nothing to clear", "claiming what was promised", "clear", "--yes")
	must(t, p, "Earnings are paid to", costs("0", "This cannot be undone"), "beneficiary", c.Address.String(), "--yes")
	must(t, p, `(?m)^Beneficiary +`+c.Address.String()+`, who alone can name another$`, "", "balance")
	if _, errs, code := at(t, p, "beneficiary", p.Address.String(), "--yes"); code != exitRefused || !strings.Contains(errs, "only that account") {
		t.Fatalf("a second beneficiary: %d %s", code, errs)
	}
	must(t, p, `(?m)^Network fee`, costs(`0\.[0-9]+`, "cannot be taken back"), "withdraw", "--yes")
	must(t, c, "Asked to unlock", costs("0", "After that, free the channel"), "unlock", "0", "--timed", "--yes")
	if _, errs, code := at(t, c, "unlock", "0", "--timed", "--yes"); code != exitRefused ||
		!regexp.MustCompile(`still has time to clear, until 20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC by`).MatchString(errs) {
		t.Fatalf("unlock before its time: %d %s", code, errs)
	}
	getBack(t, n, c)
	checkBooks(t, c, p)
}

// getBack frees the channel, and pays out what was in it.
func getBack(t *testing.T, n *devnet.Network, c *devnet.Participant) {
	t.Helper()
	if _, errs, code := at(t, c, "reclaim", "0", "--yes"); code != exitRefused || !strings.Contains(errs, "'myst unlock 0' comes first") {
		t.Fatalf("reclaimed what is locked: %d %s", code, errs)
	}
	for range 61 { // each block is a second at least
		n.Chain.Commit()
	}
	must(t, c, "Unlocked", costs("0", "The delay is over"), "unlock", "0", "--yes")
	must(t, c, `(?m)^0 +free; "myst reclaim 0"`, "", "balance")
	must(t, c, "Back in the deposit", "is confirmed, and in the ledger", "reclaim", "0", "--yes")
	const to = "0x52908400098527886E0F7030069857D2E4169EE7"
	out := must(t, c, `"operation": "withdraw-deposit"`, "", "withdraw-deposit", "all", to, "--yes", "--json")
	var paid wire.Payment
	if err := json.Unmarshal([]byte(out), &paid); err != nil || paid.Amount.Units == 0 {
		t.Fatalf("%s: %v", out, err)
	}
	must(t, c, `(?m)^Deposit +0 `, "", "balance")
	rows := csvRows(t, must(t, c, "", "", "ledger", "--kind", "deposit-withdrawal", "--csv"))
	if len(rows) != 1 || rows[0]["counterparty"] != to || strings.TrimPrefix(rows[0]["units"], "-") != strconv.FormatUint(paid.Amount.Units, 10) {
		t.Errorf("the ledger has %v; paid out were %+v", rows, paid.Amount)
	}
	if _, errs, code := at(t, c, "withdraw-deposit", "all", to, "--yes"); code != exitFunds {
		t.Fatalf("withdrawn again: %d %s", code, errs)
	}
}

func connect(t *testing.T, c, p *devnet.Participant) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		_, errs, code := at(t, c, "connect", "--provider", p.Address.String(), "--yes")
		switch code {
		case exitOK:
			return
		case exitNotFound: // the provider is not announced yet
		default:
			t.Fatalf("connect: %d %s", code, errs)
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("connect: %d %s", code, errs)
		}
	}
}

// checkBooks holds what the commands print against each other.
func checkBooks(t *testing.T, c, p *devnet.Participant) {
	t.Helper()
	for _, who := range []*devnet.Participant{c, p} {
		must(t, who, `(?m)^Ledger +agrees with the chain at block [0-9]+$`, "", "balance")
	}
	sums := map[string]int64{}
	for _, row := range csvRows(t, must(t, p, "", "", "ledger", "--csv")) {
		units, err := strconv.ParseInt(row["units"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sums[row["kind"]] += units
	}
	var earned wire.EarningsList
	if err := json.Unmarshal([]byte(must(t, p, "", "", "earnings", "--json")), &earned); err != nil || len(earned.Earnings) != 1 {
		t.Fatal(earned, err)
	}
	e := earned.Earnings[0]
	for kind, want := range map[string]uint64{
		"promise": e.Promised.Units, "clearing": e.Cleared.Units, "withdrawal": e.Withdrawn.Units, "fee": e.Fees.Units,
	} {
		if want == 0 || sums[kind] != int64(want) {
			t.Errorf("%s: the ledger's rows are %d, the earnings %d", kind, sums[kind], want)
		}
	}
	if e.Cleared != e.Promised || e.Uncleared.Units+e.Lapsed.Units+e.Held.Units != 0 || e.Withdrawn.Units+e.Fees.Units != e.Cleared.Units {
		t.Errorf("earnings %+v", e)
	}
	must(t, c, `(?m)^ROW .*KIND(?s:.*) lock (?s:.*) promise `, "", "ledger", "--since", "1h")
}

func csvRows(t *testing.T, text string) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatalf("%q: %v", text, err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}
