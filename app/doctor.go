package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	neturl "net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/tunnel/openvpn"
)

// Finding is what Doctor found out about one thing that a node needs.
type Finding struct {
	Name string
	OK   bool
	// Optional says that a node runs without it, and what it cannot do then is in Detail.
	Optional bool
	Detail   string
	Remedy   string // what an operator can do; empty when OK
}

const (
	// doctorTimeout bounds each look at something outside this machine.
	doctorTimeout = 5 * time.Second
	// clockSlack is how far ahead of this machine's clock a block may be: miners' clocks, and a little.
	clockSlack = 30 * time.Second
)

// doctor collects findings.
type doctor struct {
	cfg      NodeConfig
	findings []Finding
}

func (d *doctor) ok(name, format string, args ...any) {
	d.findings = append(d.findings, Finding{Name: name, OK: true, Detail: fmt.Sprintf(format, args...)})
}

func (d *doctor) bad(name string, problem error, remedy string) {
	d.findings = append(d.findings, Finding{Name: name, Detail: problem.Error(), Remedy: remedy})
}

// Doctor looks at everything that a node with this configuration needs, changes nothing, and says of each
// thing how it is. It needs no running node.
func Doctor(ctx context.Context, cfg NodeConfig) []Finding {
	d := &doctor{cfg: cfg}
	d.identity()
	d.kernel(ctx)
	d.wireguard()
	d.ports(ctx)
	network, err := chain.LoadNetwork(cfg.Network)
	if err != nil {
		d.badFile(err)
		return d.findings
	}
	d.ok("network file", "%s, chain %d, hubs: %d%s", network.Name, network.ChainID, len(network.Hubs), d.whichFile())
	if len(cfg.ChainURLs) > 0 {
		network.RPC = cfg.ChainURLs
	}
	d.chain(ctx, network)
	if network.Hubs, err = selectHubs(network.Hubs, cfg.HubURLs); err != nil {
		d.bad("hub", err, "name one of the network file's by --hub")
		return d.findings
	}
	if _, err := selectWatchers(relayersOf(network.Hubs, network.Relayers), cfg.Watchers); err != nil {
		d.bad("watcher", err, "name those of the network file's hubs and relayers by --watcher, or none")
	}
	d.hubs(ctx, network)
	return d.findings
}

// defaultFile says whether the network file was not named.
func (d *doctor) defaultFile() bool {
	return d.cfg.Network == filepath.Join(d.cfg.DataDir, NetworkFile)
}

// whichFile tells of a network file that was not named where it is, and of another that was not taken.
func (d *doctor) whichFile() string {
	if !d.defaultFile() {
		return ""
	}
	text := "; from " + d.cfg.Network + " as --network names none"
	here, err := os.Stat(NetworkFile)
	if err != nil {
		return text
	}
	if taken, err := os.Stat(d.cfg.Network); err == nil && os.SameFile(here, taken) {
		return text
	}
	return text + "; not the " + NetworkFile + " in this directory"
}

func (d *doctor) badFile(err error) {
	remedy := "mend it, or get the network's file anew from a hub's operator"
	switch {
	case errors.Is(err, os.ErrNotExist) && d.defaultFile() && exists(NetworkFile):
		remedy = "name the one in this directory: --network " + NetworkFile
	case errors.Is(err, os.ErrNotExist):
		remedy = "get the network's file from a hub's operator, and name it by --network"
	case errors.Is(err, os.ErrPermission):
		remedy = "let this user read it: chmod a+r; nothing in it is secret"
	}
	d.bad("network file", err, remedy)
}

// identity looks at the data directory and the keys in it.
func (d *doctor) identity() {
	const name = "identity"
	info, err := os.Stat(d.cfg.DataDir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.bad(name, fmt.Errorf("%s is not there yet", d.cfg.DataDir), "make an identity: myst identity new")
		return
	case err != nil:
		d.bad(name, err, "name another directory by --data-dir")
		return
	case info.Mode().Perm()&0o077 != 0:
		d.bad(name, fmt.Errorf("others can look into %s (mode %04o)", d.cfg.DataDir, info.Mode().Perm()), "chmod 700 it")
		return
	}
	directory := filepath.Join(d.cfg.DataDir, KeystoreDir)
	var entries []keystore.Entry
	if _, err = os.Stat(directory); err == nil { // else Open would make it
		var keys *keystore.Store
		if keys, err = keystore.Open(directory, keystore.Config{}); err == nil {
			entries, err = keys.List()
		}
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.bad(name, fmt.Errorf("%s is not there yet", directory), "make an identity: myst identity new")
	case err != nil:
		d.bad(name, err, "restore the keystore from a copy")
	case len(entries) == 0:
		d.bad(name, errors.New("the keystore is empty"), "make an identity: myst identity new")
	case d.cfg.Identity != "" && !slices.ContainsFunc(entries, func(e keystore.Entry) bool { return e.Address.String() == d.cfg.Identity }):
		d.bad(name, fmt.Errorf("%s is not in the keystore", d.cfg.Identity), "myst identity list shows what is; import it, or name another by --identity")
	case d.cfg.Identity == "" && len(entries) > 1:
		d.bad(name, fmt.Errorf("%d in the keystore", len(entries)), "name one by --identity; myst identity list shows them")
	default:
		d.ok(name, "%s", cmp.Or(d.cfg.Identity, entries[0].Address.String()))
	}
}

// kernel looks at what tunnels of the kernel need.
func (d *doctor) kernel(ctx context.Context) {
	before := len(d.findings)
	problems := hostnet.Check()
	for _, p := range problems {
		d.bad("kernel tunnels", errors.New(p.What), p.Remedy)
	}
	if len(problems) == 0 {
		d.ok("kernel tunnels", "TUN devices, routes, nftables and BPF can be used on %s", runtime.GOOS)
	}
	if version, err := openvpn.Version(ctx); err != nil {
		d.bad("openvpn", err, "as root: apt install openvpn")
	} else {
		d.ok("openvpn", "version %s", version)
	}
	for i := range d.findings[before:] {
		d.findings[before+i].Optional = !slices.Contains(d.cfg.Provide, openvpn.ServiceType)
	}
}

// ports looks whether the ports of the API and of the services are free and the exit address is there.
func (d *doctor) ports(ctx context.Context) {
	at := cmp.Or(d.cfg.APIAddr, api.DefaultAddr)
	if socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at); err != nil {
		d.badPort("port of the API", err, "--api")
	} else {
		_ = socket.Close() // nobody was let in
		d.ok("port of the API", "TCP %s is free", at)
	}
	for _, service := range d.cfg.Provide {
		d.servicePort(ctx, service)
	}
	if err := checkSource(d.cfg.ExitSource); err != nil {
		d.bad("exit source", err, "name an address of this machine by --exit-source, or leave it out")
	}
	if slices.Contains(d.cfg.Provide, openvpn.ServiceType) && d.cfg.exitsByLoopback() {
		d.bad("exit of openvpn", errLoopbackExit, "name no loopback address by --exit-source and --exit-allow, or provide wireguard only")
	}
}

// servicePort looks at a service's UDP port, and whether consumers are told an address that they can reach.
func (d *doctor) servicePort(ctx context.Context, service string) {
	name := "port of " + service
	listen := cmp.Or(d.cfg.Listen[service], defaultListen[service])
	at, err := resolve(ctx, listen)
	var socket *net.UDPConn
	if err == nil {
		socket, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	}
	if err != nil {
		d.badPort(name, err, "--listen")
		return
	}
	_ = socket.Close() // nothing was sent
	endpoint := d.cfg.Endpoint[service]
	if endpoint == "" && at.Addr().IsUnspecified() {
		d.bad(name, fmt.Errorf("%s names no address that consumers could reach", listen), "name the public one: --endpoint HOST:PORT")
		return
	}
	if endpoint != "" {
		if _, err := resolve(ctx, endpoint); err != nil {
			d.bad(name, fmt.Errorf("endpoint: %w", err), "name a host and port that consumers can find, by --endpoint")
			return
		}
	}
	d.ok(name, "UDP %s is free; the firewall before this machine must let it in", listen)
}

// badPort tells of an address that cannot be listened at.
func (d *doctor) badPort(name string, err error, flag string) {
	remedy := "name an address and port of this machine by " + flag
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		remedy = "stop what uses it (a running node does), or choose another by " + flag
	case errors.Is(err, syscall.EADDRNOTAVAIL) && flag == "--listen":
		remedy = "behind a NAT, listen on 0.0.0.0 and name the public address by --endpoint"
	case errors.Is(err, os.ErrPermission):
		remedy = "choose a port above 1023 by " + flag
	}
	d.bad(name, err, remedy)
}

// chain looks at the chain, at its contracts and, by its blocks, at the clock.
func (d *doctor) chain(ctx context.Context, network *chain.Network) {
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	c, err := chain.NewClient(chain.ClientConfig{URLs: network.RPC, ChainID: network.ChainID, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		d.bad("chain", err, "mend the network file's rpc, or name a JSON-RPC endpoint by --chain")
		return
	}
	defer c.Close() //nolint:errcheck // it was only asked
	head, err := c.Head(ctx)
	if err != nil {
		remedy := "start the chain's node, or name another endpoint of it by --chain"
		if errors.Is(err, chain.ErrWrongChain) {
			remedy = fmt.Sprintf("name an endpoint of chain %d by --chain", network.ChainID)
		}
		d.bad("chain", err, remedy)
		return
	}
	d.ok("chain", "block %d of chain %d", head.Number, network.ChainID)
	if err := c.CheckContracts(ctx, network.Contracts); err != nil {
		d.bad("contracts", err, "get the newest network file, or the program that fits it")
	} else {
		d.ok("contracts", "those that this program was built for")
	}
	age := time.Since(head.Time).Round(time.Second)
	switch {
	case age < -clockSlack:
		d.bad("clock", fmt.Errorf("the newest block is %s ahead of this machine's clock", -age), "set the clock: timedatectl set-ntp true")
	case age > chain.MaxHeadAge:
		d.bad("clock", fmt.Errorf("the newest block is %s old: the chain stands still, or the clock is ahead", age),
			"set the clock (timedatectl set-ntp true), or use an endpoint that keeps up")
	default:
		d.ok("clock", "%s after the newest block", max(age, 0))
	}
}

// hubs looks at the network's hubs and brokers.
func (d *doctor) hubs(ctx context.Context, network *chain.Network) {
	if len(network.Hubs) == 0 {
		d.bad("hub", errors.New("the network file names none"), `add one under "hubs", with identity, url and broker`)
		return
	}
	urls := make([]string, len(network.Hubs))
	for i, h := range network.Hubs {
		urls[i] = h.URL
	}
	c, err := client.New(client.Config{Hubs: urls, ChainID: network.ChainID, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		d.bad("hub", err, "mend the network file")
		return
	}
	defer c.Close() //nolint:errcheck // it was only asked
	asking, cancel := context.WithTimeout(ctx, 2*doctorTimeout)
	defer cancel()
	for i, health := range c.Health(asking) {
		if !health.Healthy {
			d.bad("hub "+health.Hub, errors.New(health.Detail), "ask its operator; is TCP to it let out?")
		} else if want := network.Hubs[i].Identity; health.Info.Identity != want {
			d.bad("hub "+health.Hub, fmt.Errorf("it is %s, the network file names %s", health.Info.Identity, want), "get the newest network file")
		} else if relayer := health.Info.Relayer; relayer != nil && relayer.Empty {
			d.bad("hub "+health.Hub, errors.New(health.Detail), "its operator must send that account some of the chain's own coins")
		} else {
			d.ok("hub "+health.Hub, "%s", health.Detail)
		}
	}
	for _, h := range network.Hubs {
		d.broker(ctx, h.Broker)
	}
}

func (d *doctor) broker(ctx context.Context, address string) {
	name := "broker " + address
	at, err := neturl.Parse(address)
	if err != nil {
		d.bad(name, err, "mend the network file")
		return
	}
	dialer := net.Dialer{Timeout: doctorTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(at.Hostname(), cmp.Or(at.Port(), "4222")))
	if err != nil {
		d.bad(name, err, "ask its operator; is TCP to it let out?")
		return
	}
	defer conn.Close() //nolint:errcheck // nothing was sent
	where, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	d.ok(name, "answers at %s", where)
}
