//go:build linux

package testbed

import (
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
)

// World is a network with a chain, the contracts, a hub and a web server, each on a host of its own.
type World struct {
	*Network
	ChainHost, HubHost *Host
	Chain              *Daemon
	Hub                *Party
	File               string // the network file
	Page               *Site

	key    string        // file of the developer's key
	mints  sync.Mutex    // one developer's account, one nonce after the other
	period time.Duration // between blocks
}

// NewWorld starts everything; the chain makes a block every period.
func NewWorld(t testing.TB, period time.Duration) *World {
	t.Helper()
	w := &World{Network: NewNetwork(t), period: period}
	w.ChainHost, w.HubHost = w.Join(t, 10), w.Join(t, 11)
	w.Page = Serve(t, w.Join(t, 80))
	dir := t.TempDir()
	w.File, w.key = filepath.Join(dir, "network.json"), filepath.Join(dir, "chain", "developer.key")
	w.startChain(t, dir)
	w.startHub(t)
	return w
}

// Join attaches a host as number so and so of 192.0.2.0/24.
func (w *World) Join(t testing.TB, number byte) *Host {
	t.Helper()
	return w.Attach(t, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, number}), 24))
}

// Fund starts a party's node, registers it and makes its first deposit.
func (w *World) Fund(t testing.TB, p *Party) {
	t.Helper()
	w.Mint(t, p.Address, "--amount", "50")
	p.Up(t)
	p.Run(t, nil, "identity", "register")
	p.Run(t, nil, "deposit", "20", "--yes")
}

// Announced waits until all that a party provides is announced.
func (w *World) Announced(t testing.TB, p *Party) {
	t.Helper()
	p.Await(t, "everything is announced", func() bool {
		var s wire.Status
		if p.Try(t, &s, "status") != nil {
			return false
		}
		for _, service := range s.Providing {
			if !service.Announced {
				return false
			}
		}
		return len(s.Providing) > 0
	})
}

// RPC is the chain's URL.
func (w *World) RPC() string { return "http://" + w.ChainHost.Addr.String() + ":8545" }

func (w *World) startChain(t testing.TB, dir string) {
	t.Helper()
	w.Chain = NewDaemon(t, w.ChainHost, Program(t, "mystdev"), nil, "chain", "--data-dir", filepath.Join(dir, "chain"),
		"--host", w.ChainHost.Addr.String(), "--period", w.period.String())
	w.UpChain(t)
	w.dev(t, "contracts", "deploy", "--rpc", w.RPC(), "--key-file", w.key, "--out", w.File)
}

// answers says whether something on the host takes connections.
func (h *Host) answers(t testing.TB, port string) bool {
	conn, err := h.DialContext(t.Context(), "tcp", net.JoinHostPort(h.Addr.String(), port))
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// dev runs mystdev on the chain's host.
func (w *World) dev(t testing.TB, args ...string) {
	t.Helper()
	if out, err := w.ChainHost.Command(Program(t, "mystdev"), args...).CombinedOutput(); err != nil {
		t.Fatalf("mystdev %v: %v\n%s", args, err, out)
	}
}

// Mint gives an address coins, "--amount", or the chain's own, "--gas".
func (w *World) Mint(t testing.TB, to string, args ...string) {
	t.Helper()
	w.mints.Lock()
	defer w.mints.Unlock()
	w.dev(t, append([]string{"mint", to, "--network", w.File, "--key-file", w.key}, args...)...)
}

// startHub starts a hub and names it in the network file.
func (w *World) startHub(t testing.TB) {
	t.Helper()
	at := func(port string) string { return net.JoinHostPort(w.HubHost.Addr.String(), port) }
	w.Hub = NewParty(t, w.HubHost, "hub", "--network", w.File, "--http", at("4060"), "--broker", at("4222"))
	w.Mint(t, w.Hub.Address, "--gas", "10")
	w.Edit(t, func(info *chain.Network) {
		info.Hubs = []chain.Hub{{Identity: w.Hub.Identity(t), URL: "http://" + at("4060"), Broker: "nats://" + at("4222")}}
	})
	w.UpHub(t)
}

// Edit changes the network file, which who runs has read before.
func (w *World) Edit(t testing.TB, change func(*chain.Network)) {
	t.Helper()
	info, err := chain.LoadNetwork(w.File)
	if err != nil {
		t.Fatal(err)
	}
	change(info)
	if err := info.Save(w.File); err != nil {
		t.Fatal(err)
	}
}

// UpChain starts the chain and waits until it answers.
func (w *World) UpChain(t testing.TB) {
	t.Helper()
	w.Chain.Start(t)
	w.Chain.Await(t, "the chain answers", func() bool { return w.Chain.On.answers(t, "8545") })
}

// UpHub starts the hub and waits until it answers.
func (w *World) UpHub(t testing.TB) {
	t.Helper()
	w.Hub.Start(t)
	w.Hub.Await(t, "the hub answers", func() bool { return w.Hub.On.answers(t, "4060") })
}
