package chain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// ErrNetwork says that a network file is malformed.
var ErrNetwork = errors.New("malformed network file")

// maxNetworkFile bounds what LoadNetwork reads, in bytes.
const maxNetworkFile = 1 << 20

// Network is what a network file holds: everything that must be the same for all who take part.
type Network struct {
	Name      string    `json:"name"`
	ChainID   uint64    `json:"chain_id"`
	RPC       []string  `json:"rpc"` // http, https, ws or wss URLs, best first
	Contracts Contracts `json:"contracts"`
	// FromBlock is the block before which the contracts have no logs, such as that of their deployment;
	// zero is genesis.
	FromBlock uint64 `json:"from_block"`
	// Bond is the deposit balance, in units, that an identity needs for announcing; zero asks for none.
	Bond money.Amount `json:"bond"`
	Hubs []Hub        `json:"hubs"`
	// Relayers put others' transactions on chain, as hubs do, and come after the hubs.
	Relayers []Relayer `json:"relayers,omitempty"`
}

// Contracts are the addresses of a network's contracts.
type Contracts struct {
	Coin     identity.Address `json:"coin"`
	Registry identity.Address `json:"registry"`
	Payments identity.Address `json:"payments"`
}

// Hub is a public full node.
type Hub struct {
	Identity identity.Address `json:"identity"`
	URL      string           `json:"url"`    // http or https: discovery API and relayer
	Broker   string           `json:"broker"` // nats or tls
}

// Relayer is a full node that relays, mostly for a fee.
type Relayer struct {
	Identity identity.Address `json:"identity"` // signs its quotes
	URL      string           `json:"url"`      // http or https
}

// LoadNetwork reads and checks a network file. Errors: ErrNetwork, and those of the file system.
func LoadNetwork(path string) (*Network, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("network file: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	content, err := io.ReadAll(io.LimitReader(file, maxNetworkFile+1))
	if err != nil {
		return nil, fmt.Errorf("network file %s: %w", path, err)
	}
	if len(content) > maxNetworkFile {
		return nil, fmt.Errorf("network file %s: %w: larger than %d bytes", path, ErrNetwork, maxNetworkFile)
	}
	network, err := ParseNetwork(content)
	if err != nil {
		return nil, fmt.Errorf("network file %s: %w", path, err)
	}
	return network, nil
}

// ParseNetwork reads a network file's content: one JSON object without unknown fields.
func ParseNetwork(content []byte) (*Network, error) {
	var n Network
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&n); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrNetwork, strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the JSON object", ErrNetwork)
	}
	if err := n.Validate(); err != nil {
		return nil, err
	}
	return &n, nil
}

// Validate checks that everything is there and well-formed. A network may lack hubs.
func (n *Network) Validate() error {
	switch {
	case n.Name == "":
		return fmt.Errorf("%w: name is missing", ErrNetwork)
	case n.ChainID == 0 || n.ChainID > 1<<63-1:
		return fmt.Errorf("%w: chain_id is missing or too large", ErrNetwork)
	case n.FromBlock > 1<<63-1:
		return fmt.Errorf("%w: from_block is too large", ErrNetwork)
	case len(n.RPC) == 0:
		return fmt.Errorf("%w: rpc needs at least one URL", ErrNetwork)
	}
	for i, endpoint := range n.RPC {
		if err := checkURL(endpoint, "http", "https", "ws", "wss"); err != nil {
			return fmt.Errorf("%w: rpc[%d]: %w", ErrNetwork, i, err)
		}
	}
	for name, address := range map[string]identity.Address{
		"coin": n.Contracts.Coin, "registry": n.Contracts.Registry, "payments": n.Contracts.Payments,
	} {
		if address.IsZero() {
			return fmt.Errorf("%w: contracts.%s is missing", ErrNetwork, name)
		}
	}
	for i, hub := range n.Hubs {
		if hub.Identity.IsZero() {
			return fmt.Errorf("%w: hubs[%d].identity is missing", ErrNetwork, i)
		}
		if err := checkURL(hub.URL, "http", "https"); err != nil {
			return fmt.Errorf("%w: hubs[%d].url: %w", ErrNetwork, i, err)
		}
		if err := checkURL(hub.Broker, "nats", "tls"); err != nil {
			return fmt.Errorf("%w: hubs[%d].broker: %w", ErrNetwork, i, err)
		}
	}
	for i, relayer := range n.Relayers {
		if relayer.Identity.IsZero() {
			return fmt.Errorf("%w: relayers[%d].identity is missing", ErrNetwork, i)
		}
		if err := checkURL(relayer.URL, "http", "https"); err != nil {
			return fmt.Errorf("%w: relayers[%d].url: %w", ErrNetwork, i, err)
		}
	}
	return nil
}

// checkURL does not quote what it refuses: RPC URLs hold secrets.
func checkURL(s string, schemes ...string) error {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return errors.New("a URL is missing")
	case err != nil || u.Host == "":
		return fmt.Errorf("not a URL such as %s://host:port", schemes[0])
	case !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("scheme %q, want one of %s", u.Scheme, strings.Join(schemes, ", "))
	}
	return nil
}

// Save writes the network file, replacing an older one in one step.
func (n *Network) Save(path string) error {
	if err := n.Validate(); err != nil {
		return err
	}
	content, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return fmt.Errorf("network file: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("network file: %w", err)
	}
	_, err = file.Write(append(content, '\n'))
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // the first error says more
		return fmt.Errorf("network file: %w", err)
	}
	return nil
}
