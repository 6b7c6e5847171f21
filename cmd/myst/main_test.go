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
	cmd.Env = p.env()
	return cmd
}

func (p program) env() []string {
	return append(os.Environ(), "MYST_DATA_DIR="+p.dir, "MYST_PASSPHRASE=correct horse")
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

func build(t *testing.T) program {
	t.Helper()
	p := program{path: filepath.Join(t.TempDir(), "myst"), dir: filepath.Join(t.TempDir(), "data")}
	if out, err := exec.Command("go", "build", "-o", p.path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

func startNetwork(t *testing.T) *devnet.Network {
	t.Helper()
	network, err := devnet.Start(t.Context(), devnet.Config{Dir: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := network.Furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	return network
}

// join makes an identity that owns test coins.
func (p program) join(t *testing.T, network *devnet.Network, coins money.Amount) {
	t.Helper()
	var made struct {
		Address identity.Address `json:"address"`
	}
	p.run(t, &made, "identity", "new")
	if err := network.Give(t.Context(), made.Address, coins); err != nil {
		t.Fatal(err)
	}
}

// The program as a process of its own, against a network that it knows only by its network file.
func TestProgramBuysASession(t *testing.T) {
	t.Parallel()
	p, network := build(t), startNetwork(t)
	p.join(t, network, 5*money.UnitsPerCoin)
	node := p.start(t, "--network", network.File)
	p.buy(t, network)
	node.stop(t)
}

// Nothing that was promised is lost with a provider that is killed, and a consumer that is killed can
// connect again.
func TestKilledInMidSession(t *testing.T) {
	t.Parallel()
	network := startNetwork(t)
	provider, consumer := build(t), build(t)
	provider.join(t, network, 10*money.UnitsPerCoin)
	consumer.join(t, network, 5*money.UnitsPerCoin)
	providing := []string{
		"--network", network.File, "--provide", "wireguard", "--country", "FR", "--price-per-gib", "0.5",
		"--listen", "127.0.0.1:0", "--exit-source", "127.0.0.2", "--exit-allow", network.Web.Addr(),
	}
	selling := provider.start(t, providing...)
	buying := consumer.start(t, "--network", network.File)
	for _, p := range []program{provider, consumer} {
		p.run(t, nil, "identity", "register")
	}
	provider.run(t, nil, "deposit", "10", "--yes")
	consumer.run(t, nil, "deposit", "5", "--yes")
	provider.announced(t)
	consumer.fetch(t, network)

	selling.kill(t)
	selling = provider.start(t, providing...)
	await(t, func() bool {
		var b wire.Balance
		provider.run(t, &b, "balance")
		return b.Earnings.Units > 20_000 && b.Uncleared.Units == 0 // most of 64 MiB at 0.5 coins a GiB
	})
	provider.announced(t)

	buying.kill(t)
	buying = consumer.start(t, "--network", network.File)
	var sessions wire.Sessions
	consumer.run(t, &sessions, "sessions")
	if len(sessions.Sessions) != 1 || sessions.Sessions[0].Open() || sessions.Sessions[0].Reason != "node restarted" {
		t.Errorf("sessions after a kill: %+v", sessions)
	}
	consumer.fetch(t, network)
	buying.stop(t)
	selling.stop(t)
}

func (p program) announced(t *testing.T) {
	t.Helper()
	await(t, func() bool {
		var s wire.Status
		p.run(t, &s, "status")
		return len(s.Providing) == 1 && s.Providing[0].Announced
	})
}

// fetch connects to the provider in France and fetches the web server's blob through it.
func (p program) fetch(t *testing.T, network *devnet.Network) {
	t.Helper()
	var s wire.Session
	p.run(t, &s, "connect", "--country", "FR", "--yes")
	if _, err := devnet.FetchBlob(t.Context(), through(s), network.Web.URL(), func(int64) {}); err != nil {
		t.Fatal(err)
	}
}

func through(s wire.Session) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(&url.URL{Scheme: "socks5h", Host: s.ProxyAddr}), DisableKeepAlives: true,
	}}
}

func await(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it did not happen within a minute")
		}
	}
}

// running is a node as a process.
type running struct {
	cmd *exec.Cmd
	log *bytes.Buffer
}

// start runs "myst node" and waits until it answers.
func (p program) start(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.CommandContext(t.Context(), p.path, append([]string{"node", "--api", "127.0.0.1:0"}, args...)...), log: &bytes.Buffer{}} //nolint:gosec // the test's own binary
	r.cmd.Env, r.cmd.Stderr = p.env(), r.log
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return p.command(t, "status").Run() == nil })
	return r
}

// stop ends the node as an operator would.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("node ended: %v\n%s", err, r.log.String())
	}
	if strings.Contains(r.log.String(), "correct horse") {
		t.Error("the passphrase is in the log")
	}
}

// kill ends the node as a power failure would.
func (r *running) kill(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait() // it was killed
}

// buy goes from an unregistered identity to a paid session and back.
func (p program) buy(t *testing.T, network *devnet.Network) {
	t.Helper()
	p.run(t, nil, "identity", "register")
	p.run(t, nil, "deposit", "5", "--yes")
	var offers wire.Proposals
	p.run(t, &offers, "proposals", "--country", "DE")
	if len(offers.Proposals) != 1 {
		t.Fatalf("proposals: %+v", offers)
	}
	var session wire.Session
	p.run(t, &session, "connect", "--country", "DE", "--yes")
	seen, err := devnet.FetchAddress(t.Context(), through(session), network.Web.URL())
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
