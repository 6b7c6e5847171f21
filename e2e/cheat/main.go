// Command cheat is myst with tunnel drivers that cheat, for the tests of package e2e. The environment variable
// MYST_CHEAT says how:
//
//	overbill=BYTES  provider: bills BYTES more than it received, once it has received a mebibyte
//	swallow=BYTES   provider: drops all packets, its own answers to probes too, once BYTES have passed
//	owe=BYTES       consumer: takes what comes and reports nothing of it, once BYTES have passed
//
// Everything else is the program itself; what cheats is only the meter and the limit of a session.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/cli"
	"github.com/mysteriumnetwork/myst/tunnel"
)

func main() {
	how, text, _ := strings.Cut(os.Getenv("MYST_CHEAT"), "=")
	bytes, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cheat: MYST_CHEAT:", err)
		os.Exit(2)
	}
	os.Exit(cli.Main(context.Background(), cli.Program{
		RunNode: func(ctx context.Context, cfg app.NodeConfig) error {
			cfg.WrapServer = func(s tunnel.Server) tunnel.Server { return server{Server: s, how: how, bytes: bytes} }
			if how == "owe" {
				cfg.WrapClient = func(c tunnel.Client) tunnel.Client { return client{Client: c, bytes: bytes} }
			}
			return app.RunNode(ctx, cfg)
		},
		RunHub: app.RunHub, Doctor: app.Doctor,
	}))
}

// server is a provider's driver.
type server struct {
	tunnel.Server
	how   string
	bytes uint64
}

// Open opens a tunnel that cheats.
func (s server) Open(ctx context.Context, cfg tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	t, start, err := s.Server.Open(ctx, cfg)
	if err != nil {
		return t, start, err
	}
	switch s.how {
	case "overbill":
		t = overbilling{t, s.bytes}
	case "swallow":
		t = swallowing{t, s.bytes}
	}
	return t, start, nil
}

// overbilling bills so many bytes too many.
type overbilling struct {
	tunnel.Tunnel
	bytes uint64
}

// Counters are true until the bill is worth cheating.
func (o overbilling) Counters() tunnel.Counters {
	c := o.Tunnel.Counters()
	if c.Received > 1<<20 {
		c.Received += o.bytes
	}
	return c
}

// swallowing lets so many bytes pass and then none.
type swallowing struct {
	tunnel.Tunnel
	bytes uint64
}

// SetLimit stops the traffic for good where it should not.
func (s swallowing) SetLimit(total uint64) { s.Tunnel.SetLimit(min(total, s.bytes)) }

// client is a consumer's driver.
type client struct {
	tunnel.Client
	bytes uint64
}

// Connect connects a tunnel that cheats.
func (c client) Connect(ctx context.Context, cfg tunnel.ClientSession) (tunnel.ClientTunnel, error) {
	t, err := c.Client.Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &owing{ClientTunnel: t, bytes: c.bytes}, nil
}

// owing has no limit, and a meter that stands still after so many bytes: there is nothing to pay for any more.
type owing struct {
	tunnel.ClientTunnel
	bytes uint64

	mu    sync.Mutex
	shown tunnel.Counters
}

// SetLimit lets everything pass.
func (o *owing) SetLimit(uint64) { o.ClientTunnel.SetLimit(math.MaxInt64) }

// Counters are true for a while.
func (o *owing) Counters() tunnel.Counters {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shown.Total() < o.bytes {
		o.shown = o.ClientTunnel.Counters()
	}
	return o.shown
}
