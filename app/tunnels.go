package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/openvpn"
	"github.com/mysteriumnetwork/myst/tunnel/wireguard"
)

// hostnetFile journals what this node changed of the host's network.
const hostnetFile = "hostnet.json"

// Services lists the services that a node can provide, best first.
func Services() []string { return []string{wireguard.ServiceType, openvpn.ServiceType} }

// defaultListen is where each service's UDP port is unless another is named.
var defaultListen = map[string]string{wireguard.ServiceType: "0.0.0.0:51820", openvpn.ServiceType: "0.0.0.0:1194"}

// openHost undoes what a crashed run left on the host's network, and makes it possible to change it again,
// where this process may and a tunnel needs it.
func (r *nodeRun) openHost(ctx context.Context) error {
	missing, impossible := r.tunnelsOfTheKernel(ctx)
	needed := r.openvpn || r.wireguardTUN
	journal := filepath.Join(r.dataDir, hostnetFile)
	if (impossible != nil || !needed) && !exists(journal) {
		r.log.Debug("openvpn cannot be used here", "reason", missing)
		return impossible
	}
	// With a journal there is something to undo, whatever is missing for more.
	host, err := hostnet.Open(hostnet.Config{Journal: journal, Logger: r.log})
	switch {
	case impossible != nil:
		if err == nil {
			err = host.Close()
		}
		return errors.Join(impossible, err)
	case err != nil && (r.wireguardTUN || r.provides(openvpn.ServiceType)):
		return err
	case err != nil:
		r.log.Error("what an earlier run changed of the host's network cannot be undone", "error", err)
		r.openvpn = false
		return nil
	case !needed:
		r.log.Warn("tunnels of the kernel cannot be used here any more", "reason", missing)
		return host.Close()
	}
	r.host = host
	r.onClose(host.Close)
	return nil
}

// tunnelsOfTheKernel finds out which there can be here, and what openvpn lacks. impossible is what the operator asked
// for and cannot have.
func (r *nodeRun) tunnelsOfTheKernel(ctx context.Context) (missing, impossible error) {
	missing = routedProblem(ctx)
	r.openvpn = missing == nil
	if r.provides(openvpn.ServiceType) {
		if r.cfg.exitsByLoopback() {
			missing = errLoopbackExit
		}
		if missing != nil {
			impossible = fmt.Errorf("openvpn cannot be provided here: %w", missing)
		}
	}
	var err error
	r.wireguardTUN, r.wireguardWhy, err = r.cfg.wireguardPath()
	return missing, errors.Join(impossible, err)
}

func (r *nodeRun) provides(service string) bool { return slices.Contains(r.cfg.Provide, service) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// routedProblem says what this host lacks for openvpn, or returns nil.
func routedProblem(ctx context.Context) error {
	var problems []string
	for _, p := range hostnet.Check() {
		problems = append(problems, p.String())
	}
	if _, err := openvpn.Version(ctx); err != nil {
		problems = append(problems, err.Error())
	}
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "; "))
}

// clients are the consumer's ends that this host can make.
func (r *nodeRun) clients() map[string]func() (tunnel.Client, error) {
	all := map[string]func() (tunnel.Client, error){
		wireguard.ServiceType: func() (tunnel.Client, error) {
			cfg := wireguard.ClientConfig{Logger: r.log}
			if r.wireguardTUN {
				cfg.Host = r.host
			}
			return wireguard.NewClient(cfg)
		},
	}
	if r.openvpn {
		all[openvpn.ServiceType] = func() (tunnel.Client, error) {
			return openvpn.NewClient(openvpn.ClientConfig{Host: r.host, Logger: r.log}), nil
		}
	}
	if r.cfg.WrapClient == nil {
		return all
	}
	for service, plain := range all {
		all[service] = func() (tunnel.Client, error) {
			c, err := plain()
			if err != nil {
				return nil, err
			}
			return r.cfg.WrapClient(c), nil
		}
	}
	return all
}

// startServers takes the provider's UDP ports.
func (r *nodeRun) startServers(ctx context.Context) error {
	for _, service := range r.cfg.Provide {
		server, err := r.startServer(ctx, service)
		if err != nil {
			return err
		}
		if r.cfg.WrapServer != nil {
			server = r.cfg.WrapServer(server)
		}
		r.servers = append(r.servers, server)
		r.onClose(server.Close)
	}
	return nil
}

func (r *nodeRun) startServer(ctx context.Context, service string) (tunnel.Server, error) {
	listen, err := resolve(ctx, cmp.Or(r.cfg.Listen[service], defaultListen[service]))
	if err != nil {
		return nil, fmt.Errorf("address of %s: %w", service, err)
	}
	var endpoint netip.AddrPort
	if named := r.cfg.Endpoint[service]; named != "" {
		if endpoint, err = resolve(ctx, named); err != nil {
			return nil, fmt.Errorf("endpoint of %s: %w", service, err)
		}
	}
	exit := tunnel.ExitPolicy{Allow: r.cfg.ExitAllow, Source: r.cfg.ExitSource}
	if service == openvpn.ServiceType {
		return openvpn.NewServer(ctx, openvpn.ServerConfig{
			Host: r.host, Listen: listen, Endpoint: endpoint, Exit: exit, Logger: r.log,
		})
	}
	cfg := wireguard.ServerConfig{Listen: listen, Endpoint: endpoint, Exit: exit, Logger: r.log}
	if r.wireguardTUN {
		return wireguard.NewTUNServer(ctx, cfg, r.host)
	}
	return wireguard.NewServer(cfg)
}

// checkServices finds what is wrong with the services to provide.
func (cfg NodeConfig) checkServices() error {
	for i, service := range cfg.Provide {
		if !slices.Contains(Services(), service) {
			return fmt.Errorf("this node cannot provide %q, only %s", service, strings.Join(Services(), " and "))
		}
		if slices.Contains(cfg.Provide[:i], service) {
			return fmt.Errorf("%s is named twice", service)
		}
	}
	return nil
}

// checkSource finds out whether traffic can leave from an address: it must be one of this machine's.
func checkSource(source netip.Addr) error {
	if !source.IsValid() {
		return nil
	}
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(source, 0)))
	if err != nil {
		return fmt.Errorf("exit source %s is not an address of this machine: %w", source, err)
	}
	return socket.Close()
}

// resolve turns host:port into an address; a name is looked up once.
func resolve(ctx context.Context, hostPort string) (netip.AddrPort, error) {
	if parsed, err := netip.ParseAddrPort(hostPort); err == nil {
		return parsed, nil
	}
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return netip.AddrPort{}, err
	}
	number, err := net.DefaultResolver.LookupPort(ctx, "udp", port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addresses[0].Unmap(), uint16(number)), nil //nolint:gosec // LookupPort returns 0 to 65535
}
