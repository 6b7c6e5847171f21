package app

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/identity/keystore"
)

// found returns the finding whose name begins so.
func found(t *testing.T, all []Finding, name string) Finding {
	t.Helper()
	for _, f := range all {
		if strings.HasPrefix(f.Name, name) {
			return f
		}
	}
	t.Fatalf("nothing is said of %q: %+v", name, all)
	return Finding{}
}

func TestDoctorNamesWhatIsMissing(t *testing.T) {
	network, chainPort := deadNetwork(t)
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	api, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = api.Close() }()
	cfg := NodeConfig{
		DataDir: filepath.Join(t.TempDir(), "none"), Network: network, ExitSource: netip.MustParseAddr("192.0.2.9"),
		APIAddr: api.Addr().String(), Provide: []string{"wireguard"}, Listen: map[string]string{"wireguard": taken.LocalAddr().String()},
	}
	findings := Doctor(t.Context(), cfg)
	for name, detail := range map[string]string{
		"identity": "not there yet", "port of wireguard": "in use", "port of the API": "in use", "exit source": "not an address of this machine",
		"chain": "refused", "hub http": "refused", "broker nats": "refused",
	} {
		if f := found(t, findings, name); f.OK || f.Optional || f.Remedy == "" || !strings.Contains(f.Detail, detail) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := found(t, findings, "network file"); !f.OK {
		t.Errorf("network file: %+v", f)
	}
	for _, f := range findings {
		if !f.OK && (f.Name == "kernel tunnels" || f.Name == "openvpn") && !f.Optional {
			t.Errorf("wireguard in user space does not need it: %+v", f)
		}
	}

	keys, err := keystore.Open(filepath.Join(cfg.DataDir, KeystoreDir), keystore.Config{Light: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.New("p"); err != nil {
		t.Fatal(err)
	}
	c, err := dev.Start(t.Context(), dev.Config{HTTPPort: chainPort})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	c.Commit() // the first block has no time
	findings = Doctor(t.Context(), cfg)
	for _, name := range []string{"identity", "chain", "clock"} {
		if f := found(t, findings, name); !f.OK || f.Remedy != "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := found(t, findings, "contracts"); f.OK || !strings.Contains(f.Detail, "no contract at this address") {
		t.Errorf("contracts: %+v", f)
	}

	cfg.Network += ".none"
	if f := found(t, Doctor(t.Context(), cfg), "network file"); f.OK || f.Remedy == "" {
		t.Errorf("network file that is not there: %+v", f)
	}
}

// Where no network file is named, the doctor says which it took, and which it did not.
func TestDoctorSaysWhichNetworkFile(t *testing.T) {
	network, _ := deadNetwork(t)
	text, err := os.ReadFile(network)
	if err != nil {
		t.Fatal(err)
	}
	put := func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, NetworkFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, here := t.TempDir(), t.TempDir()
	t.Chdir(here)
	look := func(network string) Finding {
		return found(t, Doctor(t.Context(), NodeConfig{DataDir: data, Network: network}), "network file")
	}
	byDefault := filepath.Join(data, NetworkFile)
	if f := look(byDefault); f.OK || strings.Contains(f.Remedy, "this directory") {
		t.Errorf("none at all: %+v", f)
	}
	put(here)
	if f := look(byDefault); f.OK || !strings.Contains(f.Remedy, "--network network.json") {
		t.Errorf("one here only: %+v", f)
	}
	put(data)
	if f := look(byDefault); !f.OK || !strings.Contains(f.Detail, byDefault) || !strings.Contains(f.Detail, "not the network.json in this directory") {
		t.Errorf("one here and another in the data directory: %+v", f)
	}
	if f := look(NetworkFile); !f.OK || strings.Contains(f.Detail, "from") {
		t.Errorf("the one that was named: %+v", f)
	}
	t.Chdir(data)
	if f := look(byDefault); !f.OK || !strings.Contains(f.Detail, byDefault) || strings.Contains(f.Detail, "not the") {
		t.Errorf("in the data directory: %+v", f)
	}
}

// What to do depends on what is wrong.
func TestDoctorsRemedies(t *testing.T) {
	network, _ := deadNetwork(t)
	damaged := filepath.Join(t.TempDir(), "network.json")
	if err := os.WriteFile(damaged, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	provider := func(listen, endpoint string) NodeConfig {
		return NodeConfig{
			Network: network, Provide: []string{"wireguard"},
			Listen: map[string]string{"wireguard": listen}, Endpoint: map[string]string{"wireguard": endpoint},
		}
	}
	for _, c := range []struct {
		what         string
		cfg          NodeConfig
		name, remedy string
	}{
		{"damaged network file", NodeConfig{Network: damaged}, "network file", "mend it"},
		{"no network file", NodeConfig{Network: damaged + ".none"}, "network file", "--network"},
		{"unknown hub", NodeConfig{Network: network, HubURLs: []string{"http://elsewhere.example"}}, "hub", "--hub"},
		{"unknown watcher", NodeConfig{Network: network, Watchers: []string{"http://elsewhere.example"}}, "watcher", "--watcher"},
		{"address of another machine", provider("192.0.2.9:51820", ""), "port of wireguard", "--endpoint"},
		{"no address at all", provider("0.0.0.0:0", ""), "port of wireguard", "--endpoint"},
		{"openvpn with an exit on loopback", NodeConfig{
			Network: network, Provide: []string{"openvpn"}, ExitSource: netip.MustParseAddr("127.0.0.1"),
		}, "exit of openvpn", "no loopback address"},
		{"endpoint that is none", provider("127.0.0.1:0", "nowhere"), "port of wireguard", "--endpoint"},
	} {
		c.cfg.DataDir = t.TempDir()
		if f := found(t, Doctor(t.Context(), c.cfg), c.name); f.OK || !strings.Contains(f.Remedy, c.remedy) {
			t.Errorf("%s: %+v", c.what, f)
		}
		if left, err := os.ReadDir(c.cfg.DataDir); err != nil || len(left) != 0 {
			t.Errorf("%s: the doctor left %v in the data directory (%v)", c.what, left, err)
		}
	}
}
