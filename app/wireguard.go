package app

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/node"
	"github.com/mysteriumnetwork/myst/tunnel/openvpn"
	"github.com/mysteriumnetwork/myst/tunnel/wireguard"
)

// What NodeConfig.WireguardDevice may be.
const (
	WireguardNone = "none" // user space
	WireguardTUN  = "tun"  // a TUN device, or no start
	WireguardAuto = "auto" // a TUN device where one can be had, else user space
)

// WireguardDevices lists them, the default first.
func WireguardDevices() []string { return []string{WireguardNone, WireguardTUN, WireguardAuto} }

// wireguardPath decides whether WireGuard's packets pass a TUN device. why is what a TUN device lacks, where one is
// wanted; whoever insists gets it as an error instead.
func (cfg NodeConfig) wireguardPath() (tun bool, why string, err error) {
	switch cfg.WireguardDevice {
	case "", WireguardNone:
		return false, "", nil
	case WireguardTUN, WireguardAuto:
	default:
		return false, "", fmt.Errorf("WireGuard's device is %q, want %s", cfg.WireguardDevice, strings.Join(WireguardDevices(), ", "))
	}
	problem := cfg.wireguardProblem()
	switch {
	case problem == nil:
		return true, "", nil
	case cfg.WireguardDevice == WireguardTUN:
		return false, "", fmt.Errorf("wireguard cannot have a TUN device here: %w", problem)
	}
	return false, problem.Error(), nil
}

// wireguardProblem says what keeps WireGuard from a TUN device on this host, or returns nil.
func (cfg NodeConfig) wireguardProblem() error {
	var problems []string
	for _, p := range hostnet.Check() {
		problems = append(problems, p.String())
	}
	if cfg.exitsByLoopback() {
		problems = append(problems, errLoopbackExit.Error())
	}
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "; "))
}

// errLoopbackExit says that a tunnel of the kernel cannot have the exit: the kernel neither forwards to loopback nor
// from it.
var errLoopbackExit = errors.New("the exit uses a loopback address, which works in user space only")

func (cfg NodeConfig) exitsByLoopback() bool {
	return cfg.ExitSource.IsLoopback() || slices.ContainsFunc(cfg.ExitAllow, func(a netip.AddrPort) bool { return a.Addr().IsLoopback() })
}

// paths tells what carries the packets of each service that this node can use.
func (r *nodeRun) paths() []node.Path {
	path := node.Path{ServiceType: wireguard.ServiceType, TUN: r.wireguardTUN, Detail: r.wireguardWhy}
	if path.TUN {
		r.log.Info("wireguard uses TUN devices")
	} else if path.Detail != "" {
		r.log.Info("wireguard stays in user space", "reason", path.Detail)
	}
	paths := []node.Path{path}
	if r.openvpn {
		paths = append(paths, node.Path{ServiceType: openvpn.ServiceType, TUN: true})
	}
	return paths
}

// wireguard tells which way WireGuard's packets would go.
func (d *doctor) wireguard() {
	const name = "wireguard device"
	tun, why, err := d.cfg.wireguardPath()
	switch {
	case err != nil:
		d.bad(name, err, "mend that, or use user space: --wireguard-device "+WireguardNone)
	case why != "":
		d.bad(name, fmt.Errorf("user space instead of a TUN device: %s", why), "mend that, or leave it so")
		d.findings[len(d.findings)-1].Optional = true
	case tun:
		d.ok(name, "a TUN device")
	default:
		d.ok(name, "none: user space")
	}
}
