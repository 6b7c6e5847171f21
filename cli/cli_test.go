package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/apitest"
	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
)

func TestMain(m *testing.M) {
	testscript.Main(leakCheck{m}, map[string]func(){
		"myst": func() {
			os.Exit(Main(context.Background(), Program{Version: "v0.0.1-test", RunNode: showNode, RunHub: showHub, Doctor: findings}))
		},
	})
}

// leakCheck fails the run when a goroutine outlives the tests.
type leakCheck struct{ *testing.M }

func (l leakCheck) Run() int {
	code := l.M.Run()
	if err := goleak.Find(
		// Of go-ethereum's full node, which the test chain is: neither ends with it.
		goleak.IgnoreAnyFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"),
		goleak.IgnoreAnyFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain"),
	); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// showNode and showHub take the place of package app: they print what they are given. With
// MYST_TEST_WAIT they make that file and run until the context ends.
func showNode(ctx context.Context, cfg app.NodeConfig) error {
	passphrase, err := cfg.Passphrase()
	if err != nil {
		return err
	}
	fmt.Printf("network=%s chain=%v hub=%v identity=%s passphrase=%d api=%s\n",
		cfg.Network, cfg.ChainURLs, cfg.HubURLs, cfg.Identity, len(passphrase), cfg.APIAddr)
	fmt.Printf("provide=%v country=%s price=%d/%d setup=%d bandwidth=%d listen=%v endpoint=%v source=%v allow=%v deny=%v lock=%d clear=%d least=%d gas=%d/%d watchers=%v device=%s caps=%d/%d min=%d\n",
		cfg.Provide, cfg.Country, cfg.Price.PerGiB, cfg.Price.PerHour, cfg.SetupCharge, cfg.Bandwidth, cfg.Listen, cfg.Endpoint,
		cfg.ExitSource, cfg.ExitAllow, cfg.Deny, cfg.Lock, cfg.ClearAbove, cfg.ClearLeast, cfg.GasRate, cfg.GasShare, cfg.Watchers, cfg.WireguardDevice,
		cfg.CapPerDay, cfg.CapPerMinute, cfg.MinLock)
	fmt.Printf("relay=%s cert=%s pricing=%+v watch=%t most=%d own=%v\n", cfg.Relay.Addr, cfg.Relay.TLSCert, cfg.Relay.Pricing, !cfg.Relay.NoWatch, cfg.RelayFee, cfg.OwnGas)
	cfg.Logger.Debug("debugging")
	cfg.Logger.Info("informing")
	return waitForEnd(ctx)
}

func showHub(ctx context.Context, cfg app.HubConfig) error {
	fmt.Printf("network=%s http=%s broker=%s cert=%s key=%s watch=%t pricing=%+v\n",
		cfg.Network, cfg.HTTPAddr, cfg.BrokerAddr, cfg.TLSCert, cfg.TLSKey, !cfg.NoWatch, cfg.Pricing)
	return waitForEnd(ctx)
}

// findings takes the place of app.Doctor.
func findings(_ context.Context, _ app.NodeConfig) []app.Finding {
	all := []app.Finding{
		{Name: "openvpn", Optional: true, Detail: "not found", Remedy: "apt install openvpn"},
		{Name: "clock", OK: true, Detail: "1 s after the newest block"},
	}
	if os.Getenv("MYST_TEST_HEALTHY") == "" {
		all = append(all, app.Finding{Name: "chain", Detail: "nobody answers", Remedy: "start it"})
	}
	return all
}

func waitForEnd(ctx context.Context) error {
	path := os.Getenv("MYST_TEST_WAIT")
	if path == "" {
		return nil
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	<-ctx.Done()
	fmt.Println("drained")
	return ctx.Err()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("MYST_DATA_DIR", filepath.Join(env.WorkDir, "data"))
			env.Setenv("TZ", "UTC")
			return os.Mkdir(filepath.Join(env.WorkDir, "data"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "daemon": daemon, "mode": mode, "waitfor": waitFor, "saveaddress": saveAddress,
		},
	})
}

// exits runs a command that must end with a code: exits 3 myst status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// daemon serves a node without a network to the script's commands. Words change it: locked, down,
// refuse, registered, rich, offers, earned, freed, charging, capped.
func daemon(ts *testscript.TestScript, _ bool, args []string) {
	words := strings.Join(args, " ")
	n := apitest.New(0)
	if strings.Contains(words, "rich") {
		n = apitest.New(10 * money.UnitsPerCoin)
	}
	n.Locked, n.Down = strings.Contains(words, "locked"), strings.Contains(words, "down")
	if strings.Contains(words, "refuse") {
		n.Refusal = "no capacity\x1b[2J"
	}
	if strings.Contains(words, "charging") {
		n.RelayFee = money.UnitsPerCoin / 100
	}
	if strings.Contains(words, "capped") {
		n.Spending = payments.Spending{Caps: payments.Caps{PerDay: 2_000_000, PerMinute: 100_000}, Today: 500_000}
	}
	if strings.Contains(words, "freed") {
		n.Free(3, 750_000)
	}
	if strings.Contains(words, "earned") {
		n.Earn(money.UnitsPerCoin)
	}
	if strings.Contains(words, "offers") {
		ts.Check(n.Offer(apitest.Key(2), "DE", money.Price{PerGiB: 50_000}, 50_000_000))
		ts.Check(n.Offer(apitest.Key(3), "NL", money.Price{PerGiB: 30_000, PerHour: 10}, 0))
		ts.Check(n.Offer(apitest.Key(4), "DE", money.Price{PerGiB: 70_000}, 1_000_000_000))
	}
	ctx, cancel := context.WithCancel(context.Background())
	server, err := api.Start(ctx, api.Config{Node: n, DataDir: ts.Getenv("MYST_DATA_DIR"), Addr: "127.0.0.1:0"})
	ts.Check(err)
	ts.Defer(func() {
		cancel()
		_ = server.Close() // a script may have removed its files
	})
}

// mode checks a file's mode: mode 600 data/api.token. The path may be a pattern that matches one file.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s matches %q", args[1], found)
	}
	info, err := os.Stat(found[0])
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", found[0], got, args[0])
	}
}

// waitFor waits until a background command has made a file.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s does not appear", args[0])
		}
	}
}

// saveAddress sets a variable to the first address in the last output: saveaddress NAME.
func saveAddress(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile("stdout")
	i := strings.Index(text, "0x")
	if i < 0 || len(text) < i+42 {
		ts.Fatalf("no address in %q", text)
	}
	ts.Setenv(args[0], text[i:i+42])
}
