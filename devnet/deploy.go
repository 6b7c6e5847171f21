package devnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/mysteriumnetwork/myst/api/wire"
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

// deploy deploys the contracts and sends the hub, whose relay pays for gas, its gas coins.
func (n *Network) deploy(ctx context.Context, hub identity.Address) error {
	to, err := treasury()
	if err != nil {
		return err
	}
	teller, err := newTeller(ctx, n.Chain.URL(), n.Chain.Key())
	if err != nil {
		return err
	}
	defer teller.client.Close()
	gas := teller.transfer(ctx, hub, purse)
	n.Info, err = teller.deploy(ctx, Deployment{
		Name: "devnet", RPC: n.Chain.URL(), Key: n.Chain.Key(), Treasury: to,
		FeePerMyriad: feePerMyriad, UnlockDelay: n.cfg.UnlockDelay, Bond: Bond,
	})
	if err := errors.Join(err, gas()); err != nil {
		return err
	}
	n.bank, err = NewBank(ctx, n.Info, n.Chain.Key())
	return err
}

// Give mints test coins for somebody who joins the network.
func (n *Network) Give(ctx context.Context, to identity.Address, coins money.Amount) error {
	return n.bank.Give(ctx, to, coins, 0)
}

// participants are everybody who has an identity to register and coins to spend, consumers first.
func (n *Network) participants() []*Participant { return slices.Concat(n.Consumer, n.Provider) }

// admit registers a participant and gives it test coins.
func (n *Network) admit(ctx context.Context, p *Participant) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		_, err := p.API.Register(ctx, wire.Limit{}, nil)
		return err
	})
	group.Go(func() error { return n.Give(ctx, p.Address, purse) })
	return group.Wait()
}

// each does something for every participant, at the same time.
func (n *Network) each(ctx context.Context, do func(context.Context, *Participant) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range n.participants() {
		group.Go(func() error {
			if err := do(ctx, p); err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// Furnish registers every participant and gives it a deposit, so that the network can be used.
func (n *Network) Furnish(ctx context.Context) error {
	return n.each(ctx, func(ctx context.Context, p *Participant) error {
		if err := n.admit(ctx, p); err != nil {
			return err
		}
		_, err := p.API.Deposit(ctx, wire.Deposit{Amount: money.Amount(2 * Bond).String()}, nil)
		return err
	})
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
Try, in another terminal, with bin/ in the PATH:
  myst --data-dir %[1]s proposals
  myst --data-dir %[1]s connect --proxy 127.0.0.1:1080
  curl --proxy socks5h://127.0.0.1:1080 %[2]s/
  curl --proxy socks5h://127.0.0.1:1080 --output /dev/null %[2]s/blob/%[3]d
  myst --data-dir %[1]s disconnect
  myst --data-dir %[1]s balance
A node of your own, with settings of its own:
  myst --data-dir OTHER identity new
  mystdev mint 0xOTHER... --amount 20 --network %[4]s --key-file %[5]s
  myst --data-dir OTHER node --network %[4]s --api 127.0.0.1:0
Providers here clear whatever is left after each session: gas costs nothing.
`, filepath.Clean(n.Consumer[0].DataDir), n.Web.URL(), BlobSize, n.File, filepath.Join(n.cfg.Dir, "chain", "developer.key"))
}
