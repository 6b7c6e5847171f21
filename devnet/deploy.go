package devnet

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

const (
	// feePerMyriad is the development network's fee: 5 % of what is withdrawn.
	feePerMyriad = 500
	// purse is what every participant gets in test coins, and the hub in gas coins.
	purse = 100 * money.UnitsPerCoin
)

// treasury is a fresh address that the network fees go to, so that its balance shows them alone.
func treasury() (identity.Address, error) {
	key, err := identity.NewKey()
	if err != nil {
		return identity.Address{}, err
	}
	return key.Address(), nil
}

func (n *Network) deploy(ctx context.Context) error {
	to, err := treasury()
	if err != nil {
		return err
	}
	n.Info, err = Deploy(ctx, Deployment{
		Name: "devnet", RPC: n.Chain.URL(), Key: n.Chain.Key(), Treasury: to,
		FeePerMyriad: feePerMyriad, UnlockDelay: 72 * time.Hour, Bond: Bond,
	})
	if err != nil {
		return err
	}
	n.bank, err = NewBank(ctx, n.Info, n.Chain.Key())
	return err
}

func (n *Network) sendGas(ctx context.Context, to identity.Address) error {
	return n.bank.Give(ctx, to, 0, purse)
}

// Give mints test coins for somebody who joins the network.
func (n *Network) Give(ctx context.Context, to identity.Address, coins money.Amount) error {
	return n.bank.Give(ctx, to, coins, 0)
}

// participants are everybody who has an identity to register and coins to spend.
func (n *Network) participants() []*Participant {
	return append([]*Participant{n.Consumer}, n.Provider...)
}

// Furnish registers every participant and gives it a deposit, so that the network can be used.
func (n *Network) Furnish(ctx context.Context) error {
	for _, p := range n.participants() {
		if err := n.bank.Give(ctx, p.Address, purse, 0); err != nil {
			return fmt.Errorf("coins for %s: %w", p.Name, err)
		}
		if _, err := p.API.Register(ctx, nil); err != nil {
			return fmt.Errorf("register %s: %w", p.Name, err)
		}
		if _, err := p.API.Deposit(ctx, money.Amount(2*Bond).String(), nil); err != nil {
			return fmt.Errorf("deposit of %s: %w", p.Name, err)
		}
	}
	return nil
}

// Describe tells a person how to use a network that is left running.
func (n *Network) Describe(out io.Writer) {
	_, _ = fmt.Fprintf(out, `
The network runs until you press Ctrl-C.
  chain      %s  (WebSocket %s, chain ID %d)
  network    %s
  hub        %s
  web page   %s
`, n.Chain.URL(), n.Chain.WSURL(), n.Info.ChainID, n.File, n.HubURL, n.Web.URL())
	for _, p := range n.participants() {
		_, _ = fmt.Fprintf(out, "  %-10s %s  myst --data-dir %s status\n", p.Name, p.Address, p.DataDir)
	}
	_, _ = fmt.Fprintf(out, `
Try, in another terminal:
  myst --data-dir %[1]s proposals
  myst --data-dir %[1]s connect --proxy 127.0.0.1:1080
  curl --proxy socks5h://127.0.0.1:1080 %[2]s/
  myst --data-dir %[1]s disconnect
`, filepath.Clean(n.Consumer.DataDir), n.Web.URL())
}
