//go:build e2e

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
)

// world is a network on which one provider sells both services and two consumers can buy.
type world struct {
	*network
	file      string // the network file
	key       string // of the developer
	chainNode *daemon
	hubNode   *party
	seller    *party
	buyers    [2]*party
	page      *site
	minting   sync.Mutex
}

// newWorld starts everything: registered, funded and announced.
func newWorld(t *testing.T) *world {
	t.Helper()
	m := &world{network: newNetwork(t)}
	dir := t.TempDir()
	m.file, m.key = filepath.Join(dir, "network.json"), filepath.Join(dir, "chain", "developer.key")
	m.startChain(t, dir)
	m.startHub(t)
	m.seller = newParty(t, m.provider, m.selling(m.provider, "wireguard", "openvpn")...)
	all := []*party{m.seller}
	for i, on := range m.consumers {
		m.buyers[i] = newParty(t, on, m.buying()...)
		all = append(all, m.buyers[i])
	}
	for _, p := range all {
		m.join(t, p)
	}
	m.announced(t)
	m.page = serve(t, m.web)
	return m
}

// selling are the arguments of a provider's node.
func (m *world) selling(on *host, services ...string) []string {
	args := []string{
		"node", "--network", m.file, "--country", "DE", "--price-per-gib", "0.5", "--setup-charge", "0.01",
		"--clear-least", "0.000001", "--log-level", "debug",
	}
	for _, s := range services {
		port := map[string]string{"wireguard": "51820", "openvpn": "1194"}[s]
		args = append(args, "--provide", s, "--listen", s+"="+net.JoinHostPort(on.addr.String(), port))
	}
	return args
}

// buying are the arguments of a consumer's node.
func (m *world) buying() []string {
	return []string{"node", "--network", m.file, "--log-level", "debug"}
}

// join starts a party's node, registers it and makes its deposit.
func (m *world) join(t *testing.T, p *party) {
	t.Helper()
	m.mint(t, p.Address, "--amount", "50")
	p.up(t)
	p.run(t, nil, "identity", "register")
	p.run(t, nil, "deposit", "20")
}

func (m *world) announced(t *testing.T) {
	t.Helper()
	m.seller.announced(t)
}

// announced waits until all services of a provider are.
func (p *party) announced(t *testing.T) {
	t.Helper()
	p.await(t, "every service is announced", func() bool {
		var s wire.Status
		if p.try(t, &s, "status") != nil {
			return false
		}
		waiting := slices.ContainsFunc(s.Providing, func(s wire.Service) bool { return !s.Announced })
		return len(s.Providing) > 0 && !waiting
	})
}

func (m *world) rpc() string { return "http://" + m.chain.addr.String() + ":8545" }

func (m *world) startChain(t *testing.T, dir string) {
	t.Helper()
	m.chainNode = newDaemon(t, m.chain, "mystdev", nil, "chain", "--data-dir", filepath.Join(dir, "chain"),
		"--host", m.chain.addr.String(), "--period", "500ms")
	m.chainNode.start(t)
	waiting := &party{daemon: m.chainNode}
	waiting.await(t, "the chain answers", func() bool {
		conn, err := m.chain.DialContext(t.Context(), "tcp", m.chain.addr.String()+":8545")
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
	m.dev(t, "contracts", "deploy", "--rpc", m.rpc(), "--key-file", m.key, "--out", m.file)
}

// dev runs mystdev on the chain's host.
func (m *world) dev(t *testing.T, args ...string) {
	t.Helper()
	if out, err := m.chain.Command(program(t, "mystdev"), args...).CombinedOutput(); err != nil {
		t.Fatalf("mystdev %v: %v\n%s", args, err, out)
	}
}

func (m *world) mint(t *testing.T, to string, args ...string) {
	t.Helper()
	m.minting.Lock() // one developer's account, one nonce after the other
	defer m.minting.Unlock()
	m.dev(t, append([]string{"mint", to, "--network", m.file, "--key-file", m.key}, args...)...)
}

// startHub starts a hub and names it in the network file.
func (m *world) startHub(t *testing.T) {
	t.Helper()
	at := func(port string) string { return net.JoinHostPort(m.hub.addr.String(), port) }
	m.hubNode = newParty(t, m.hub, "hub", "--network", m.file, "--http", at("4060"), "--broker", at("4222"))
	m.mint(t, m.hubNode.Address, "--gas", "10")
	info, err := chain.LoadNetwork(m.file)
	if err != nil {
		t.Fatal(err)
	}
	address, err := identity.ParseAddress(m.hubNode.Address)
	if err != nil {
		t.Fatal(err)
	}
	info.Hubs = []chain.Hub{{Identity: address, URL: "http://" + at("4060"), Broker: "nats://" + at("4222")}}
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	m.hubNode.start(t)
	m.hubNode.await(t, "the hub answers", func() bool {
		conn, err := m.hub.DialContext(t.Context(), "tcp", at("4060"))
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// connect opens a session of a service for a buyer.
func (m *world) connect(t *testing.T, buyer int, service string) wire.Session {
	t.Helper()
	var s wire.Session
	m.buyers[buyer].run(t, &s, "connect", "--service", service)
	return s
}
