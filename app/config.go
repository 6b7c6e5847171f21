// Package app is the composition root: it turns a parsed configuration into a running node or hub and
// takes it down again in reverse order.
//
// [RunNode] and [RunHub] are everything that the commands "myst node" and "myst hub" do. They start
// degraded when a backend is missing, say so in their status, and recover by themselves; they end
// when their context does, after draining. devnet runs the same code in one process.
package app

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// Passphrase asks for the passphrase of an identity's keystore file: from a prompt, a file or the
// environment, never from a command line.
type Passphrase func() (string, error)

// NodeConfig is what "myst node" needs to know.
type NodeConfig struct {
	// DataDir holds the keystore, the node database and the API token. It is created with mode 0700.
	DataDir string
	// Network is the network file's path.
	Network string
	// ChainURLs replace the network file's JSON-RPC endpoints when not empty.
	ChainURLs []string
	// HubURLs select among the network file's hubs; empty takes all of them.
	HubURLs []string
	// Identity is the address to run as; empty takes the only one in the keystore, and makes one
	// when there is none.
	Identity   string
	Passphrase Passphrase
	// LightScrypt weakens the keystore's key derivation; only for tests and throw-away networks.
	LightScrypt bool
	// APIAddr is where the local API listens; empty is 127.0.0.1:4050. Loopback only.
	APIAddr string
	// Provide lists the services to offer; empty makes a consumer.
	Provide []string
	// Country is the provider's location, ISO 3166-1 alpha-2. Required to provide.
	Country string
	// Price is asked for service; SetupCharge once per session. Both zero serves for nothing.
	Price       money.Price
	SetupCharge money.Amount
	// Bandwidth is what the provider commits to, in bit/s.
	Bandwidth uint64
	// Listen is each service's UDP address, by service; empty is 0.0.0.0 with port 51820 for wireguard, 1194
	// for openvpn.
	Listen map[string]string
	// WireguardDevice says whether WireGuard's packets pass a TUN device, on a provider's end and on a
	// consumer's: one of WireguardDevices. Empty is none, user space.
	WireguardDevice string
	// Endpoint is the host:port that consumers reach Listen at, by service; empty derives it from Listen,
	// which must then name an address that others can reach.
	Endpoint map[string]string
	// ExitSource is the local address that consumers' traffic leaves from; zero lets the system choose.
	ExitSource netip.Addr
	// ExitAllow are exceptions from the refusal of private destinations.
	ExitAllow []netip.AddrPort
	// Deny lists consumers that the provider does not serve.
	Deny []identity.Address
	// Lock is what a consumer reserves for a provider by default; zero is one coin.
	Lock money.Amount
	// CapPerDay and CapPerMinute bound what a consumer's node promises, in all sessions; zero is no cap.
	CapPerDay, CapPerMinute money.Amount
	// MinLock is the least that a provider lets a new lock add; zero is a thousandth of a coin. With GasRate it is at least
	// twenty times the gas of locking and clearing.
	MinLock money.Amount
	// Relay is where and for what this node puts others' transactions on chain; without an address it does not.
	Relay RelayConfig
	// OwnGas lets this node send itself, with its identity's own gas coins, what no relayer does for what it may
	// cost. Nobody can be paid for clearing and withdrawing.
	OwnGas bool
	// RelayFee is the most that a relayer may ask this node for one call; zero is a tenth of a coin.
	RelayFee money.Amount
	// Watchers are the identities or URLs of up to MaxWatchers of the network file's hubs and relayers, which shall hold what
	// this provider is promised. Empty takes the first DefaultWatchers that do; NoWatchers alone takes none.
	Watchers []string
	// DrainTimeout bounds the shutdown; zero is 30 s.
	DrainTimeout time.Duration
	// Confirmations that a lock needs before service; zero is 2.
	Confirmations uint64
	// ClearAbove clears as soon as a channel's uncleared promises reach this amount, also in
	// mid-session; zero clears only on close and on demand.
	ClearAbove money.Amount
	// ClearLeast is what is not worth a transaction: less is left to gather in its channel until the
	// consumer asks for an unlock or the operator clears. Zero is a thousandth of a coin.
	ClearLeast money.Amount
	// GasRate is what one of the chain's own coins is worth, in coins. With it, nothing is cleared by itself
	// while the gas costs more than GasShare percent of what it brings; zero considers no gas.
	GasRate money.Amount
	// GasShare is in percent; zero is 10.
	GasShare uint64
	// WrapServer and WrapClient, when not nil, stand between the node and its tunnel drivers. They are for
	// tests, whose nodes cheat by them; no flag sets them.
	WrapServer func(tunnel.Server) tunnel.Server
	WrapClient func(tunnel.Client) tunnel.Client
	Logger     *slog.Logger // nil discards
	Version    string
	// Ready, when not nil, is told the API's address once it answers.
	Ready func(apiAddr string)
}

// RelayConfig is what a node needs to know to relay. Its identity pays the gas.
type RelayConfig struct {
	// Addr is where it listens, host:port; empty does not relay.
	Addr string
	// TLSCert and TLSKey are PEM files; empty serves plain HTTP.
	TLSCert, TLSKey string
	// NoWatch holds no promises for providers.
	NoWatch bool
	// Pricing is what is asked. The zero value is an error: to relay for nothing must be said.
	Pricing relay.Pricing
	// Ready, when not nil, is told the URL once it answers.
	Ready func(url string)
}

// HubConfig is what "myst hub" needs to know.
type HubConfig struct {
	DataDir     string
	Network     string
	ChainURLs   []string
	Identity    string
	Passphrase  Passphrase
	LightScrypt bool
	// HTTPAddr is where the discovery API and the relayer listen; empty is 127.0.0.1:4060.
	HTTPAddr string
	// BrokerAddr is where the message broker listens; empty is 127.0.0.1:4222.
	BrokerAddr string
	// TLSCert and TLSKey are PEM files that both listeners use; empty serves plain.
	TLSCert, TLSKey string
	// Pricing is what the relay asks. Without a rate a hub asks for nothing.
	Pricing relay.Pricing
	// NoWatch holds no promises for providers.
	NoWatch bool
	Logger  *slog.Logger // nil discards
	Version string
	// Ready, when not nil, is told both addresses once they answer.
	Ready func(httpURL, brokerURL string)
}
