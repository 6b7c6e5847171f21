package devnet

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/wire"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out, logs bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	report, network, err := Demo(t.Context(), Config{Dir: t.TempDir(), Logger: logger}, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	defer closeNetwork(t, network)
	if report.ConsumerSpent != report.ProviderReceived+report.NetworkFee || report.NetworkFee == 0 {
		t.Errorf("spent %d, received %d, fee %d", report.ConsumerSpent, report.ProviderReceived, report.NetworkFee)
	}
	if report.DirectAddress != "127.0.0.1" || report.ExitAddress != "127.0.0.2" || report.BytesFetched != BlobSize || report.Promises < minPromises {
		t.Errorf("report: %+v", report)
	}
	encoded, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{
		"driver", "direct_address", "exit_address", "bytes_fetched", "promises", "consumer_spent",
		"provider_received", "network_fee", "clearing_tx", "rpc_url", "contracts", "steps",
	} {
		if !strings.Contains(string(encoded), `"`+field+`":`) {
			t.Errorf("the report lacks %q", field)
		}
	}
	secretsStayInside(t, network, logs.String()+out.String())
}

// secretsStayInside checks that no key, token or passphrase of the network is in what it printed, and
// that nobody else can read the files that hold them.
func secretsStayInside(t *testing.T, n *Network, printed string) {
	t.Helper()
	for _, p := range n.participants() {
		files, err := filepath.Glob(filepath.Join(p.DataDir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		keys, err := filepath.Glob(filepath.Join(p.DataDir, "keystore", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range append(files, keys...) {
			info, err := os.Stat(file)
			if err != nil {
				continue // SQLite's journal comes and goes
			}
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", file, info.Mode())
			}
		}
		token, err := os.ReadFile(filepath.Join(p.DataDir, api.TokenFile))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(printed, strings.TrimSpace(string(token))) {
			t.Error("the API token was printed")
		}
	}
	if strings.Contains(printed, hex.EncodeToString(crypto.FromECDSA(n.Chain.Key().ECDSA()))) {
		t.Error("the developer key was printed")
	}
}

func closeNetwork(t *testing.T, n *Network) {
	t.Helper()
	if err := n.Close(); err != nil {
		t.Errorf("closing the network: %v", err)
	}
}

// quick is the block time of tests.
const quick = 250 * time.Millisecond

// start starts a furnished network whose provider is announced.
func start(t *testing.T, cfg Config) *Network {
	t.Helper()
	cfg.Dir = t.TempDir()
	cfg.BlockTime = cmp.Or(cfg.BlockTime, quick)
	if testing.Verbose() && cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	n, err := Start(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNetwork(t, n) })
	if err := n.Furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Provider {
		announced(t, p)
	}
	return n
}

func announced(t *testing.T, provider *Participant) {
	t.Helper()
	eventually(t, "provider announced", func(ctx context.Context) error {
		status, err := provider.API.Status(ctx)
		switch {
		case err != nil:
			return err
		case len(status.Providing) != 1:
			return errors.New("nothing is provided yet")
		case !status.Providing[0].Announced:
			return errors.New(status.Providing[0].Problem)
		}
		return nil
	})
}

// soon is when what is to happen by itself has happened, unless a test says otherwise.
const soon = 30 * time.Second

func eventually(t *testing.T, what string, try func(context.Context) error) {
	t.Helper()
	within(t, soon, what, try)
}

func within(t *testing.T, limit time.Duration, what string, try func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %v", what, err)
		case <-tick.C:
		}
	}
}

func through(s wire.Session) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(&url.URL{Scheme: "socks5h", Host: s.ProxyAddr}), DisableKeepAlives: true,
	}}
}

func TestPrivateDestinationsRefusedUnlessNamed(t *testing.T) {
	t.Parallel()
	n := start(t, Config{WithoutExit: true})
	s, err := n.Consumer[0].API.Connect(t.Context(), wire.Connect{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if got, err := FetchAddress(ctx, through(s), n.Web.URL()); err == nil || ctx.Err() != nil {
		t.Fatalf("no refusal of a loopback address at the provider's end: it saw %q, %v", got, err)
	}
	// The control: the page is there for who is allowed to.
	if _, err := FetchAddress(ctx, http.DefaultClient, n.Web.URL()); err != nil {
		t.Fatal(err)
	}
}

func TestReturningConsumerStartsWithoutTransaction(t *testing.T) {
	t.Parallel()
	n := start(t, Config{})
	deposit := func() wire.Amount {
		t.Helper()
		b, err := n.Consumer[0].API.Balance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return b.Deposit
	}
	for round := range 2 {
		before := deposit()
		var steps []string
		s, err := n.Consumer[0].API.Connect(t.Context(), wire.Connect{}, func(p wire.Progress) { steps = append(steps, p.Step) })
		if err != nil {
			t.Fatal(err)
		}
		locked := strings.Contains(strings.Join(steps, " "), "lock")
		if locked != (round == 0) {
			t.Errorf("round %d: steps %v", round, steps)
		}
		if after := deposit(); (after != before) != (round == 0) {
			t.Errorf("round %d: the deposit was %+v and is %+v", round, before, after)
		}
		if _, err := FetchAddress(t.Context(), through(s), n.Web.URL()); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Consumer[0].API.Disconnect(t.Context(), s.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProviderDrains(t *testing.T) {
	t.Parallel()
	n := start(t, Config{})
	s, err := n.Consumer[0].API.Connect(t.Context(), wire.Connect{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FetchBlob(t.Context(), through(s), n.Web.URL(), func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if err := n.Provider[0].Stop(); err != nil {
		t.Fatal(err)
	}
	var ended wire.Session
	eventually(t, "the consumer was told", func(ctx context.Context) error {
		sessions, err := n.Consumer[0].API.Sessions(ctx)
		if err != nil {
			return err
		}
		if ended = sessions.Sessions[0]; ended.Open() {
			return errors.New("session is open")
		}
		return nil
	})
	if ended.Reason != "shutting down" {
		t.Errorf("session ended: %s", ended.Reason)
	}
	cleared, err := n.bank.clearings(t.Context(), n.Info.Contracts.Payments, n.Provider[0].Address)
	if err != nil || len(cleared) != 1 {
		t.Errorf("clearings at shutdown: %v, %v", cleared, err)
	}
	if found, err := n.Consumer[0].API.Proposals(t.Context(), wire.Filter{}); err != nil || len(found.Proposals) != 0 {
		t.Errorf("a provider that is gone is still offered: %v, %v", found, err)
	}
	if conn, err := net.DialTimeout("tcp", s.ProxyAddr, time.Second); err == nil {
		_ = conn.Close()
		t.Error("the SOCKS5 port outlived the session")
	}
}
