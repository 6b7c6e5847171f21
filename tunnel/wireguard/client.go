package wireguard

import (
	"context"
	"log/slog"
	"net/netip"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// ClientConfig says how the consumer's end reaches the provider. The zero value is good.
type ClientConfig struct {
	// Listen is the local UDP address. The zero value takes a free port: on loopback when the
	// provider is there, else on every address.
	Listen netip.AddrPort
	Logger *slog.Logger // nil discards
}

// Client is the consumer's end for one session.
type Client struct{}

var _ tunnel.Client = (*Client)(nil)

// NewClient makes the session's fresh key.
func NewClient(cfg ClientConfig) (*Client, error) { return &Client{}, nil }

// Request implements tunnel.Client.
func (c *Client) Request() []byte { return nil }

// Connect implements tunnel.Client.
func (c *Client) Connect(ctx context.Context, cfg tunnel.ClientSession) (tunnel.ClientTunnel, error) {
	return nil, tunnel.ErrClosed
}
