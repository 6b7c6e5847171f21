package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/devnet"
)

// verify runs "mystdev contracts verify" on a network file with these contents.
func verify(t *testing.T, network chain.Network) (stdout string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "network.json")
	if err := network.Save(file); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := command("test")
	cmd.SetArgs([]string{"contracts", "verify", "--network", file})
	cmd.SetOut(&out)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// What stands on the chain is that of this build, or the exit status says that it is not.
func TestContractsVerify(t *testing.T) {
	c, err := dev.Start(t.Context(), dev.Config{Period: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	network, err := devnet.Deploy(t.Context(), devnet.Deployment{
		Name: "test", RPC: c.URL(), Key: c.Key(), FeePerMyriad: 700, UnlockDelay: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := verify(t, *network)
	if err != nil || strings.Count(out, "same as this build\n") != 3 || !strings.Contains(out, "feePerMyriad           700\n") {
		t.Errorf("%v\n%s", err, out)
	}
	at := network.Contracts
	for name, c := range map[string]struct {
		change func(*chain.Network)
		want   string
	}{
		"the registry for the payments": {func(n *chain.Network) { n.Contracts.Payments = at.Registry }, "not those of this build: Payments"},
		"the payments for the registry": {func(n *chain.Network) { n.Contracts.Registry = at.Payments }, "not those of this build: Registry"},
		"nothing for the payments":      {func(n *chain.Network) { n.Contracts.Payments[0]++ }, "not those of this build: Payments"},
		"another chain":                 {func(n *chain.Network) { n.ChainID++ }, "serves chain 1337"},
	} {
		other := *network
		c.change(&other)
		out, err := verify(t, other)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
