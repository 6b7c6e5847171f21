package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// The test chain's library starts these and does not wait for their end.
		goleak.IgnoreAnyFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain"),
		goleak.IgnoreAnyFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"),
	)
}

// freePort returns a TCP port of loopback that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func url(scheme string, port int) string {
	return scheme + "://" + (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String()
}

// deadNetwork writes a network file whose endpoints do not answer, and returns the chain's port.
func deadNetwork(t *testing.T) (file string, chainPort int) {
	t.Helper()
	chainPort = freePort(t)
	network := chain.Network{
		Name: "dead", ChainID: dev.DefaultChainID, RPC: []string{url("http", chainPort)},
		Contracts: chain.Contracts{Coin: identity.Address{1}, Registry: identity.Address{2}, Payments: identity.Address{3}},
		Hubs:      []chain.Hub{{Identity: identity.Address{4}, URL: url("http", freePort(t)), Broker: url("nats", freePort(t))}},
	}
	file = filepath.Join(t.TempDir(), "network.json")
	if err := network.Save(file); err != nil {
		t.Fatal(err)
	}
	return file, chainPort
}

func fixed(passphrase string) Passphrase { return func() (string, error) { return passphrase, nil } }

// launch starts a node and returns a client of its API and what ends it.
func launch(t *testing.T, cfg NodeConfig) (*client.Client, func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	cfg.Ready = func(string) { close(ready) }
	go func() { ended <- RunNode(ctx, cfg) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		t.Fatalf("node ended at its start: %v", err)
	}
	api, err := client.New(cfg.DataDir, "")
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	return api, func() error {
		api.Close()
		cancel()
		return <-ended
	}
}

func backend(s wire.Status, name string) wire.Backend {
	for _, b := range s.Backends {
		if b.Name == name {
			return b
		}
	}
	return wire.Backend{}
}

func TestStartsWithoutBackendsAndRecovers(t *testing.T) {
	network, chainPort := deadNetwork(t)
	api, stop := launch(t, NodeConfig{
		DataDir: t.TempDir(), Network: network, Passphrase: fixed("p"), LightScrypt: true, APIAddr: "127.0.0.1:0",
		Provide: []string{"wireguard"}, Country: "DE", SetupCharge: 1, Listen: map[string]string{"wireguard": "127.0.0.1:0"},
	})
	status := await(t, api, func(s wire.Status) bool { return s.Identity != "" && backend(s, "broker").Name != "" })
	for _, name := range []string{"chain", "hub", "broker"} {
		if b := backend(status, name); b.Healthy || b.Detail == "" {
			t.Errorf("%s: %+v", name, b)
		}
	}
	if len(status.Providing) != 1 || status.Providing[0].Announced || status.Providing[0].Problem == "" {
		t.Errorf("providing: %+v", status.Providing)
	}
	if _, err := api.Connect(t.Context(), wire.Connect{}, nil); err == nil {
		t.Error("connected without any backend")
	}
	c, err := dev.Start(t.Context(), dev.Config{HTTPPort: chainPort})
	if err != nil {
		t.Fatal(err)
	}
	status = await(t, api, func(s wire.Status) bool { return backend(s, "chain").Healthy && backend(s, "contracts").Name != "" })
	if detail := backend(status, "contracts").Detail; !strings.Contains(detail, "no contract at this address") {
		t.Errorf("contracts that are not there: %q", detail)
	}
	if err := errors.Join(stop(), c.Close()); err != nil {
		t.Error(err)
	}
}

func await(t *testing.T, api *client.Client, ok func(wire.Status) bool) wire.Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := api.Status(ctx)
		if err == nil && ok(status) {
			return status
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it did not become so: %+v, %v", status, err)
		}
	}
}

func TestWhatTheOperatorMustMend(t *testing.T) {
	network, _ := deadNetwork(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	keys := t.TempDir()
	store, err := keystore.Open(filepath.Join(keys, KeystoreDir), keystore.Config{Light: true})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := store.New("right")
	if err != nil {
		t.Fatal(err)
	}
	malformed := filepath.Join(t.TempDir(), "network.json")
	if err := os.WriteFile(malformed, []byte(`{"name": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cfg  NodeConfig
		want string
	}{
		{"wrong passphrase", NodeConfig{DataDir: keys, Passphrase: fixed("wrong")}, "wrong passphrase"},
		{"unknown identity", NodeConfig{DataDir: keys, Identity: identity.Address{7}.String()}, "no such identity"},
		{"port taken", NodeConfig{DataDir: keys, APIAddr: taken.Addr().String()}, "in use"},
		{"API for everybody", NodeConfig{DataDir: keys, APIAddr: "0.0.0.0:0"}, "loopback"},
		{"malformed network file", NodeConfig{Network: malformed}, "malformed network file"},
		{"no network file", NodeConfig{Network: malformed + "x"}, "no such file"},
		{"malformed chain URL", NodeConfig{ChainURLs: []string{"8545"}}, "chain URLs"},
		{"unknown device", NodeConfig{WireguardDevice: "tap"}, "want none, tun, auto"},
		{"TUN device with an exit on loopback", NodeConfig{
			WireguardDevice: WireguardTUN, Provide: []string{"wireguard"}, Country: "DE", ExitSource: netip.MustParseAddr("127.0.0.1"),
		}, "in user space only"},
		{"openvpn with an exit on loopback", NodeConfig{
			Provide: []string{"openvpn"}, Country: "DE", ExitAllow: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:80")},
		}, "in user space only"},
		{"unknown hub", NodeConfig{HubURLs: []string{"http://elsewhere"}}, "not in the network file"},
		{"unknown watcher", NodeConfig{Watchers: []string{identity.Address{7}.String()}}, "not among the network file's"},
		{"unknown service", NodeConfig{Provide: []string{"carrier-pigeon"}}, "cannot provide"},
		{"no country", NodeConfig{Provide: []string{"wireguard"}, SetupCharge: 1}, "country"},
		{"exit source of another machine", NodeConfig{
			Provide: []string{"wireguard"}, Country: "DE", ExitSource: netip.MustParseAddr("192.0.2.9"),
		}, "not an address of this machine"},
		{"unknown country", NodeConfig{Provide: []string{"wireguard"}, SetupCharge: 1, Country: "XX"}, "country"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := c.cfg
			if cfg.DataDir == "" {
				cfg.DataDir = t.TempDir()
			}
			if cfg.Network == "" {
				cfg.Network = network
			}
			if cfg.Passphrase == nil {
				cfg.Passphrase = fixed("right")
			}
			if cfg.APIAddr == "" {
				cfg.APIAddr = "127.0.0.1:0"
			}
			cfg.LightScrypt = true
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := RunNode(ctx, cfg)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want something about %q", err, c.want)
			}
			if strings.Contains(err.Error(), "right") && c.name == "wrong passphrase" {
				t.Error("the error tells the passphrase")
			}
		})
	}
	if _, err := store.Unlock(entry.Address, "right"); err != nil {
		t.Errorf("the identity is damaged now: %v", err)
	}
}

// A second node on one data directory is told of the first, and what to do.
func TestSecondNode(t *testing.T) {
	network, _ := deadNetwork(t)
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = RunNode(t.Context(), NodeConfig{DataDir: dir, Network: network, APIAddr: "127.0.0.1:0", Passphrase: fixed("right"), LightScrypt: true})
	for _, want := range []string{"runs already on " + dir + ": stop it first", "--data-dir", fmt.Sprintf("(PID %d)", os.Getpid())} {
		if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want something about %q", err, want)
		}
	}
}
