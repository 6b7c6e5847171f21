package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/identity"
)

// logFlags say how a daemon logs to standard error.
type logFlags struct {
	level slog.Level
	json  bool
}

func (l *logFlags) add(flags *pflag.FlagSet) {
	flags.Var(&value[slog.Level]{kind: "level", text: "info", into: &l.level, parse: func(s string) (slog.Level, error) {
		var level slog.Level
		if err := level.UnmarshalText([]byte(s)); err != nil {
			return 0, fmt.Errorf("%q: want debug, info, warn or error", s)
		}
		return level, nil
	}}, "log-level", "log from this `level` on: debug, info, warn or error")
	flags.BoolVar(&l.json, "log-json", false, "log one JSON object per line")
}

func (l *logFlags) logger(e *env) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.level}
	if l.json {
		return slog.New(slog.NewJSONHandler(e.stderr, options))
	}
	return slog.New(slog.NewTextHandler(e.stderr, options))
}

// daemon runs a node or a hub until a signal comes.
func (e *env) daemon(ctx context.Context, log *slog.Logger, serve func(context.Context) error) error {
	tell := sync.OnceFunc(func() {
		log.Info("shutting down: peers are told and sessions settled; interrupt again to stop at once")
	})
	unregister := context.AfterFunc(ctx, tell)
	err := serve(ctx)
	unregister()
	if ctx.Err() != nil {
		tell() // what serves may see the signal, and end, before the function above is called
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // it was asked to end
	}
	return err
}

// startPassphrase is how a daemon gets the passphrase. The first start makes an identity, whose passphrase
// is typed twice.
func (e *env) startPassphrase(ctx context.Context, secrets *passphrases) app.Passphrase {
	return func() (string, error) {
		store, err := e.keystore(false)
		if err != nil {
			return "", err
		}
		entries, err := store.List()
		if err != nil {
			return "", err
		}
		if len(entries) == 0 {
			return secrets.fresh(ctx)
		}
		return secrets.existing(ctx, "Passphrase: ")
	}
}

// networkFlags are what a node and a hub need of the world outside.
func (e *env) networkFlags(flags *pflag.FlagSet, network *string, chains *[]string) {
	flags.StringVar(network, "network", "", "network `file` (default: network.json in the data directory)")
	flags.StringSliceVar(chains, "chain", nil, "JSON-RPC `URL` of the chain, not the network file's; repeatable")
}

// networkFile returns the network file's path.
func (e *env) networkFile(given string) string {
	if given == "" {
		return filepath.Join(e.dataDir, app.NetworkFile)
	}
	return given
}

const nodeLong = `Run a node in the foreground until SIGINT or SIGTERM; other commands speak to it through
its local API. It starts even while the chain, a hub or the broker is down, says so in
"myst status", and recovers by itself. On a signal it tells its peers, takes the last
promises and clears its money; a second signal ends it at once.

Without --provide it is a consumer's node. With it, it offers services as well.`

const nodeExample = `  # A consumer
  myst node --network network.json

  # A provider in Germany, behind no NAT
  myst node --network network.json --provide wireguard --country DE \
      --price-per-gib 0.05 --price-per-hour 0 --bandwidth 100M \
      --listen 203.0.113.7:51820`

func (e *env) node() *cobra.Command {
	cmd := &cobra.Command{
		Use: "node", Short: "Run a node, as a consumer or a provider", Long: nodeLong, Example: nodeExample,
		Args: args(0), ValidArgsFunction: noFiles,
	}
	given := e.nodeFlags(cmd)
	cmd.RunE = e.action(func(ctx context.Context, _ []string) error {
		cfg := given.cfg
		if err := errors.Join(checkProvider(cmd, cfg), checkRelay(cmd, cfg)); err != nil {
			return err
		}
		cfg.DataDir, cfg.Network, cfg.Version = e.dataDir, e.networkFile(cfg.Network), e.versionText()
		cfg.Passphrase = e.startPassphrase(ctx, given.secrets)
		cfg.Logger = given.logs.logger(e)
		return e.daemon(ctx, cfg.Logger, func(ctx context.Context) error { return e.program.RunNode(ctx, cfg) })
	})
	return cmd
}

// nodeFlags is what "myst node" is told on its command line.
type nodeFlags struct {
	cfg     app.NodeConfig
	secrets *passphrases
	logs    logFlags
}

// nodeFlags adds the flags of a node to cmd.
func (e *env) nodeFlags(cmd *cobra.Command) *nodeFlags {
	f := new(nodeFlags)
	cfg, flags := &f.cfg, cmd.Flags()
	flags.SortFlags = false
	e.networkFlags(flags, &cfg.Network, &cfg.ChainURLs)
	flags.StringSliceVar(&cfg.HubURLs, "hub", nil, "`URL` of a hub of the network file's to use, instead of all; repeatable")
	addressFlag(flags, &cfg.Identity, "identity", "`address` of the identity to run as (default: the only one, else a new one)")
	f.secrets = e.passphraseFlag(cmd)
	cfg.APIAddr = api.DefaultAddr
	hostPortFlag(flags, &cfg.APIAddr, "api", "loopback `address:port` of the local API", api.CheckAddr)
	providerFlags(cmd, cfg)
	wireguardFlag(cmd, &cfg.WireguardDevice)
	hostPortFlag(flags, &cfg.Relay.Addr, "relay", "put others' transactions on chain: `address:port` to listen on; this identity pays the gas", nil)
	flags.StringVar(&cfg.Relay.TLSCert, "relay-tls-cert", "", "PEM `file` of the relay's certificate")
	flags.StringVar(&cfg.Relay.TLSKey, "relay-tls-key", "", "PEM `file` of its key")
	cmd.MarkFlagsRequiredTogether("relay-tls-cert", "relay-tls-key")
	pricingFlags(flags, &cfg.Relay.Pricing, &cfg.Relay.NoWatch)
	flags.BoolVar(&cfg.OwnGas, "own-gas", false, "send what no relayer takes, such as clearing where all ask too much, with this identity's own gas coins")
	someCoinsFlag(flags, &cfg.RelayFee, "relay-fee-max", "`coins` that a relayer may ask this node for one transaction (default 0.1)")
	someCoinsFlag(flags, &cfg.Lock, "lock", "`coins` that \"connect\" reserves for a provider by default (default 1)")
	someCoinsFlag(flags, &cfg.CapPerDay, "cap-per-day", "promise at most these `coins` in a day (UTC), in all sessions; then they end (default: no cap)")
	someCoinsFlag(flags, &cfg.CapPerMinute, "cap-per-minute", "promise at most these `coins` in any minute, in all sessions; traffic slows to that (default: no cap)")
	flags.Uint64Var(&cfg.Confirmations, "confirmations", 2, "`blocks` to wait before a lock counts")
	flags.DurationVar(&cfg.DrainTimeout, "drain-timeout", 0, "at most this long for an orderly end (default 30s)")
	f.logs.add(flags)
	lightFlag(cmd, &cfg.LightScrypt)
	return f
}

func wireguardFlag(cmd *cobra.Command, into *string) {
	choices := app.WireguardDevices()
	cmd.Flags().Var(&value[string]{kind: "kind", text: choices[0], into: into, parse: func(s string) (string, error) {
		if !slices.Contains(choices, s) {
			return "", fmt.Errorf("%q: want %s", s, strings.Join(choices, ", "))
		}
		return s, nil
	}}, "wireguard-device", "`kind` of WireGuard's device: none stays in user space, tun needs root and Linux, auto is tun if it can be")
	completeWith(cmd, "wireguard-device", choices...)
}

// providerOnly are the flags that mean nothing without --provide.
var providerOnly = []string{
	"country", "price-per-gib", "price-per-hour", "setup-charge", "bandwidth",
	"listen", "endpoint", "exit-source", "exit-allow", "deny", "clear-above", "clear-least", "gas-rate", "gas-share", "watcher", "min-lock",
}

func providerFlags(cmd *cobra.Command, cfg *app.NodeConfig) {
	flags := cmd.Flags()
	providedFlag(cmd, cfg)
	countryFlag(cmd, &cfg.Country, "provider: `country` of the exit, such as DE")
	coinsFlag(flags, &cfg.Price.PerGiB, "price-per-gib", "provider: `coins` for 2^30 bytes, both directions added")
	coinsFlag(flags, &cfg.Price.PerHour, "price-per-hour", "provider: `coins` for an hour")
	coinsFlag(flags, &cfg.SetupCharge, "setup-charge", "provider: `coins` for each session, to repay the lock's gas (default 0)")
	bandwidthFlag(flags, &cfg.Bandwidth, "bandwidth", "provider: committed `speed` in bit/s, such as 50M")
	perServiceFlag(flags, &cfg.Listen, "listen", "provider: UDP `[service=]address:port` of tunnels (default port 51820, openvpn 1194)")
	perServiceFlag(flags, &cfg.Endpoint, "endpoint", "provider: `[service=]host:port` at which consumers reach --listen, if another")
	exitSourceFlag(flags, cfg)
	flags.Var(&list[netip.AddrPort]{value[[]netip.AddrPort]{kind: "address:port", into: &cfg.ExitAllow}, parseAddrPort}, "exit-allow",
		"provider: let consumers reach this private `address:port`; repeatable")
	flags.Var(&list[identity.Address]{value[[]identity.Address]{kind: "address", into: &cfg.Deny}, identity.ParseAddress}, "deny",
		"provider: refuse the consumer with this `address`; repeatable")
	coinsFlag(flags, &cfg.ClearAbove, "clear-above", "provider: clear when a consumer owes these `coins` (default: at the end)")
	someCoinsFlag(flags, &cfg.ClearLeast, "clear-least", "provider: let smaller `coins` gather before they are cleared (default 0.001)")
	someCoinsFlag(flags, &cfg.MinLock, "min-lock", "provider: refuse new locks of less than these `coins`, and with --gas-rate of less than 20 times their gas (default 0.001)")
	coinsFlag(flags, &cfg.GasRate, "gas-rate", "provider: what one of the chain's own coins is worth, in `coins`; lets the node weigh gas when it clears and takes locks")
	flags.Var(&value[uint64]{kind: "percent", into: &cfg.GasShare, parse: parsePercent}, "gas-share",
		"provider: with --gas-rate, the most `percent` of what is cleared that its gas may cost (default 10)")
	flags.StringSliceVar(&cfg.Watchers, "watcher", nil, "provider: `identity` or URL of one of the network's hubs or relayers that clears while this node is down; "+
		"up to four, or none (default: the first two that do)")
}

func providedFlag(cmd *cobra.Command, cfg *app.NodeConfig) {
	cmd.Flags().Var(&list[string]{value[[]string]{kind: "service", into: &cfg.Provide}, parseService}, "provide",
		"offer this `service`: "+strings.Join(services, ", ")+"; repeatable")
	completeWith(cmd, "provide", services...)
}

func exitSourceFlag(flags *pflag.FlagSet, cfg *app.NodeConfig) {
	flags.Var(&value[netip.Addr]{kind: "address", into: &cfg.ExitSource, parse: func(s string) (netip.Addr, error) {
		addr, err := netip.ParseAddr(s)
		if err != nil {
			return addr, fmt.Errorf("%q: want an IP address", s)
		}
		return addr, nil
	}}, "exit-source", "provider: local `address` that consumers' traffic leaves from")
}

// checkProvider refuses combinations of flags that cannot be meant.
func checkProvider(cmd *cobra.Command, cfg app.NodeConfig) error {
	flags := cmd.Flags()
	if len(cfg.Provide) == 0 {
		for _, name := range providerOnly {
			if flags.Changed(name) {
				return usagef("--%s is for providers: add --provide SERVICE", name)
			}
		}
		return nil
	}
	if cfg.Country == "" {
		return usagef("--provide wants --country, such as DE")
	}
	// Service for nothing must be asked for: --price-per-gib 0.
	if !slices.ContainsFunc([]string{"price-per-gib", "price-per-hour", "setup-charge"}, flags.Changed) {
		return usagef("--provide wants a price: --price-per-gib, --price-per-hour or --setup-charge")
	}
	return checkAddresses(cfg)
}

// nameServices gives each address, in place, to its service.
func nameServices(cfg app.NodeConfig) error {
	for flag, of := range map[string]map[string]string{"listen": cfg.Listen, "endpoint": cfg.Endpoint} {
		if address, unnamed := of[""]; unnamed {
			switch len(cfg.Provide) {
			case 0:
				return usagef("--%s is for providers: add --provide SERVICE", flag)
			case 1:
			default:
				return usagef("--%s %s: of which service? Write --%s %s=%s", flag, address, flag, cfg.Provide[0], address)
			}
			delete(of, "")
			of[cfg.Provide[0]] = address
		}
		for service := range of {
			if !slices.Contains(cfg.Provide, service) {
				return usagef("--%s names %s, which is not provided", flag, service)
			}
		}
	}
	return nil
}

// checkAddresses wants, of each service, an address that consumers can reach.
func checkAddresses(cfg app.NodeConfig) error {
	if err := nameServices(cfg); err != nil {
		return err
	}
	for _, service := range cfg.Provide {
		host, _, err := net.SplitHostPort(cfg.Listen[service])
		if cfg.Endpoint[service] == "" && (err != nil || unspecified(host)) {
			return usagef("--provide wants the address at which consumers reach %s: --listen 203.0.113.7:PORT,\n"+
				"or behind a NAT --endpoint with the public host:port", service)
		}
	}
	return nil
}

func unspecified(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "" || err == nil && addr.IsUnspecified()
}

func (e *env) hub() *cobra.Command {
	var cfg app.HubConfig
	cmd := &cobra.Command{
		Use: "hub", Short: "Run a hub: discovery, message broker and relay for others",
		Long: "Run a hub in the foreground until SIGINT or SIGTERM: a full node that offers its copy of\n" +
			"the proposals, its message broker and its transaction relay to others. The relay pays\n" +
			"gas, so the hub's identity needs some of the chain's own coins.",
		Example: `  # Try it on this machine
  myst hub --network network.json

  # For everybody, with TLS
  myst hub --network network.json --http 0.0.0.0:443 --broker 0.0.0.0:4222 \
      --tls-cert cert.pem --tls-key key.pem`,
		Args: args(0), ValidArgsFunction: noFiles,
	}
	var logs logFlags
	flags := cmd.Flags()
	flags.SortFlags = false
	e.networkFlags(flags, &cfg.Network, &cfg.ChainURLs)
	addressFlag(flags, &cfg.Identity, "identity", "`address` of the identity to run as (default: the only one, else a new one)")
	secrets := e.passphraseFlag(cmd)
	cfg.HTTPAddr, cfg.BrokerAddr = "127.0.0.1:4060", "127.0.0.1:4222"
	hostPortFlag(flags, &cfg.HTTPAddr, "http", "`address:port` of the discovery API and the relay", nil)
	hostPortFlag(flags, &cfg.BrokerAddr, "broker", "`address:port` of the message broker", nil)
	flags.StringVar(&cfg.TLSCert, "tls-cert", "", "PEM `file` of the certificate, for both")
	flags.StringVar(&cfg.TLSKey, "tls-key", "", "PEM `file` of its key")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	pricingFlags(flags, &cfg.Pricing, &cfg.NoWatch)
	logs.add(flags)
	lightFlag(cmd, &cfg.LightScrypt)
	cmd.RunE = e.action(func(ctx context.Context, _ []string) error {
		if err := checkPricing(cfg.Pricing); err != nil {
			return err
		}
		cfg.DataDir, cfg.Network, cfg.Version = e.dataDir, e.networkFile(cfg.Network), e.versionText()
		cfg.Passphrase = e.startPassphrase(ctx, secrets)
		cfg.Logger = logs.logger(e)
		return e.daemon(ctx, cfg.Logger, func(ctx context.Context) error { return e.program.RunHub(ctx, cfg) })
	})
	return cmd
}

// list is a flag that may be repeated.
type list[T any] struct {
	value[[]T]
	item func(string) (T, error)
}

// Set adds a value.
func (l *list[T]) Set(text string) error {
	parsed, err := l.item(text)
	if err == nil {
		*l.into = append(*l.into, parsed)
		l.text = text
	}
	return err
}

// versionText is the version without the rest.
func (e *env) versionText() string {
	if e.program.Version != "" {
		return e.program.Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

func (e *env) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the version", Example: "  myst version --json",
		Args: args(0), ValidArgsFunction: noFiles,
		RunE: e.action(func(context.Context, []string) error {
			out := struct {
				Version  string `json:"version"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{e.versionText(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			return e.show(out, func(w *printer) { w.line("myst %s (%s, %s)", out.Version, out.Go, out.Platform) })
		}),
	}
}
