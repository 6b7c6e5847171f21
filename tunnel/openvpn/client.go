package openvpn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/routed"
)

// ClientConfig says how the consumer's end reaches the provider. Host is required.
type ClientConfig struct {
	Host *hostnet.Host
	// Mark is set on the outer packets, so that a rule can keep them out of the tunnel; zero is none.
	Mark   uint32
	Logger *slog.Logger // nil discards
}

// Client is the consumer's end for one session. Make one with NewClient.
type Client struct{ cfg ClientConfig }

var _ tunnel.Client = (*Client)(nil)

// NewClient returns a client. It does nothing yet.
func NewClient(cfg ClientConfig) *Client {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Client{cfg: cfg}
}

// Request implements tunnel.Client.
func (c *Client) Request() []byte { return encodeRequest() }

// Connect implements tunnel.Client. The tunnel outlives ctx.
func (c *Client) Connect(ctx context.Context, cfg tunnel.ClientSession) (tunnel.ClientTunnel, error) {
	o, err := decodeOffer(cfg.Offer)
	if err != nil {
		return nil, err
	}
	s, err := decodeStart(cfg.Start)
	if err != nil {
		return nil, err
	}
	t, err := c.open(ctx, o, s, cfg)
	if err != nil {
		return nil, fmt.Errorf("openvpn: %w", err)
	}
	if err := t.AwaitEcho(ctx); err != nil {
		_ = t.Close() // the first error says more
		if cause := t.process.why(); cause != nil && !errors.Is(cause, tunnel.ErrClosed) {
			err = cause
		}
		return nil, fmt.Errorf("openvpn: no answer through the tunnel: %w", err)
	}
	return t, nil
}

// clientTunnel is the consumer's end with the process that carries it.
type clientTunnel struct {
	*routed.Consumer
	process *process
}

// open makes the session's device, gates it, and starts openvpn on it.
func (c *Client) open(ctx context.Context, o offer, s start, cfg tunnel.ClientSession) (_ *clientTunnel, err error) {
	program, err := findProgram(ctx)
	if err != nil {
		return nil, err
	}
	// A single address, so that the main table gets no route: the provider's network is not this host's.
	device, err := c.cfg.Host.TUN(routed.DeviceName(), o.mtu, netip.PrefixFrom(s.address.Addr(), 32))
	if err != nil {
		return nil, err
	}
	t := new(clientTunnel)
	t.Consumer, err = routed.NewConsumer(routed.ConsumerConfig{
		Host: c.cfg.Host, Device: device, Address: s.address.Addr(), Gateway: s.gateway, Limit: cfg.Limit,
		Leave: func() error {
			if t.process != nil {
				t.process.stop()
			}
			return nil
		},
		Left: device.Close,
	})
	if err != nil {
		return nil, errors.Join(err, device.Close())
	}
	t.process, err = startProcess(ctx, processConfig{
		program: program, log: c.cfg.Logger,
		config: clientConfig{device: device.Name, offer: o, key: s.key, mark: c.cfg.Mark},
		handle: func(m *management, e event) {
			if asked, ok := e.(passwordEvent); ok && !asked.refused {
				_ = m.login(cfg.ID, cfg.Credential) // a failure ends the process
			}
		},
	})
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	forget, err := c.cfg.Host.Process(t.process.pid())
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	t.Watch()   // not before: it may end what has just been put together
	go func() { // ends with the process, which Close ends
		<-t.process.done()
		forget()
		t.Fail(t.process.why())
	}()
	return t, nil
}
