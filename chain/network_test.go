package chain

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
)

const goodNetwork = `{
  "name": "test", "chain_id": 1337, "rpc": ["http://127.0.0.1:8545", "wss://example.org/key"],
  "contracts": {
    "coin": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
    "registry": "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF",
    "payments": "0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69"
  },
  "from_block": 7,
  "hubs": [{"identity": "0x1efF47bc3a10a45D4B230B5d10E37751FE6AA718", "url": "https://hub.example", "broker": "tls://hub.example:4222"}]
}`

func TestNetworkSavesAndLoads(t *testing.T) {
	n, err := ParseNetwork([]byte(goodNetwork))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "network.json")
	for range 2 { // also over an older one
		if err := n.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	back, err := LoadNetwork(path)
	if err != nil || !reflect.DeepEqual(n, back) {
		t.Fatalf("saved %+v, loaded %+v, %v", n, back, err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("left behind %v, %v", files, err)
	}
	n.ChainID = 0
	if err := n.Save(path); !errors.Is(err, ErrNetwork) {
		t.Errorf("saved a malformed network: %v", err)
	}
}

func TestNetworkRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"not JSON":         {`{`, `[`},
		"unknown field":    {`"name"`, `"hub": 1, "name"`},
		"mistyped key":     {`"chain_id"`, `"chainid"`},
		"no name":          {`"test"`, `""`},
		"no chain ID":      {`1337`, `0`},
		"negative chain":   {`1337`, `-1`},
		"fractional chain": {`1337`, `13.37`},
		"negative block":   {`7,`, `-7,`},
		"huge block":       {`7,`, `9223372036854775808,`},
		"no rpc":           {`["http://127.0.0.1:8545", "wss://example.org/key"]`, `[]`},
		"rpc scheme":       {`http://127`, `ftp://127`},
		"rpc without host": {`http://127.0.0.1:8545`, `http://`},
		"checksum":         {`0x7E5F`, `0x7e5F`},
		"short address":    {`0x2B5A`, `0x2B5`},
		"no payments":      {`"payments": "0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69"`, `"payments": "0x0000000000000000000000000000000000000000"`},
		"hub identity":     {`0x1efF47bc3a10a45D4B230B5d10E37751FE6AA718`, `0x0000000000000000000000000000000000000000`},
		"hub url":          {`https://hub.example`, `hub.example`},
		"broker scheme":    {`tls://`, `https://`},
		"trailing text":    {"}]\n}", "}]\n} {}"},
	} {
		text := strings.Replace(goodNetwork, change[0], change[1], 1)
		if text == goodNetwork {
			t.Fatalf("%s changes nothing", name)
		}
		if n, err := ParseNetwork([]byte(text)); !errors.Is(err, ErrNetwork) {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
	path := filepath.Join(t.TempDir(), "missing.json")
	if _, err := LoadNetwork(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, make([]byte, maxNetworkFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadNetwork(path); !errors.Is(err, ErrNetwork) {
		t.Errorf("huge file: %v", err)
	}
}

func FuzzParseNetwork(f *testing.F) {
	f.Add([]byte(goodNetwork))
	f.Add([]byte(`{"hubs":[{}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		n, err := ParseNetwork(content)
		if err != nil {
			if !errors.Is(err, ErrNetwork) {
				t.Fatalf("error without its sentinel: %v", err)
			}
			return
		}
		for _, who := range []identity.Address{n.Contracts.Coin, n.Contracts.Registry, n.Contracts.Payments} {
			if who.IsZero() {
				t.Fatal("accepted a missing contract")
			}
		}
	})
}
