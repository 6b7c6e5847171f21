package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/devnet"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// program is the real binary, run as a consumer's user would.
type program struct {
	path, dir string
}

func (p program) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, p.path, args...) //nolint:gosec // the test's own binary
	cmd.Env = append(os.Environ(), "MYST_DATA_DIR="+p.dir, "MYST_PASSPHRASE=correct horse")
	return cmd
}

// run runs a command, wants it to succeed, and reads its JSON into out unless that is nil.
func (p program) run(t *testing.T, out any, args ...string) {
	t.Helper()
	if out != nil {
		args = append(args, "--json")
	}
	cmd := p.command(t, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("myst %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(stdout.Bytes(), out); err != nil {
		t.Fatalf("myst %s: %v in %s", strings.Join(args, " "), err, stdout.String())
	}
}

// The program as a process of its own, against a network that it knows only by its network file.
func TestProgramBuysASession(t *testing.T) {
	p := program{path: filepath.Join(t.TempDir(), "myst"), dir: filepath.Join(t.TempDir(), "data")}
	if out, err := exec.Command("go", "build", "-o", p.path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	network, err := devnet.Start(t.Context(), devnet.Config{Dir: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := network.Furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	var made struct {
		Address identity.Address `json:"address"`
	}
	p.run(t, &made, "identity", "new")
	if err := network.Give(t.Context(), made.Address, 5*money.UnitsPerCoin); err != nil {
		t.Fatal(err)
	}
	stop := p.start(t, network.File)
	p.buy(t, network)
	stop()
}

// start runs "myst node" and returns what ends it as an operator would.
func (p program) start(t *testing.T, networkFile string) (stop func()) {
	t.Helper()
	node := p.command(t, "node", "--network", networkFile, "--api", "127.0.0.1:0")
	var log bytes.Buffer
	node.Stderr = &log
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for p.command(t, "status").Run() != nil {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the node did not answer")
		}
	}
	return func() {
		t.Helper()
		if err := node.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := node.Wait(); err != nil {
			t.Errorf("node ended: %v\n%s", err, log.String())
		}
		if strings.Contains(log.String(), "correct horse") {
			t.Error("the passphrase is in the log")
		}
	}
}

// buy goes from an unregistered identity to a paid session and back.
func (p program) buy(t *testing.T, network *devnet.Network) {
	t.Helper()
	p.run(t, nil, "identity", "register")
	p.run(t, nil, "deposit", "5")
	var offers wire.Proposals
	p.run(t, &offers, "proposals", "--country", "DE")
	if len(offers.Proposals) != 1 {
		t.Fatalf("proposals: %+v", offers)
	}
	var session wire.Session
	p.run(t, &session, "connect", "--country", "DE")
	client := &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(&url.URL{Scheme: "socks5h", Host: session.ProxyAddr}), DisableKeepAlives: true,
	}}
	seen, err := devnet.FetchAddress(t.Context(), client, network.Web.URL())
	if err != nil || seen != "127.0.0.2" {
		t.Errorf("the web server saw %q, %v", seen, err)
	}
	var ended wire.Session
	p.run(t, &ended, "disconnect", session.ID)
	var balance wire.Balance
	p.run(t, &balance, "balance")
	if ended.Promised.Units == 0 || balance.Deposit.Units != 4*money.UnitsPerCoin || len(balance.Channels) != 1 {
		t.Errorf("promised %s, balance %+v", ended.Promised.Coins, balance)
	}
	if refused := p.command(t, "connect", "--country", "FR"); refused.Run() == nil || refused.ProcessState.ExitCode() != 5 {
		t.Errorf("no proposal matches, and the exit code is %d", refused.ProcessState.ExitCode())
	}
}
