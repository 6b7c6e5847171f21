package devnet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
)

// A provider that takes its bond back is offered no longer, and is again when the bond is there.
func TestProviderWithoutItsBond(t *testing.T) {
	n := start(t, Config{})
	p, c := n.Provider[0], n.Consumer[0]
	offered := func(want int) func(context.Context) error {
		return func(ctx context.Context) error {
			found, err := c.API.Proposals(ctx, wire.Filter{Provider: p.Address.String()})
			if err == nil && len(found.Proposals) != want {
				err = fmt.Errorf("%d proposals, want %d", len(found.Proposals), want)
			}
			return err
		}
	}
	eventually(t, "offered", offered(1))
	amount := money.Amount(Bond + 1) // of twice as much
	if _, err := p.API.WithdrawDeposit(t.Context(), wire.WithdrawDeposit{Amount: amount.String(), To: c.Address.String()}, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no longer offered", offered(0))
	eventually(t, "the provider knows why", func(ctx context.Context) error {
		status, err := p.API.Status(ctx)
		if err == nil && !strings.HasPrefix(status.Providing[0].Problem, "the deposit of 9.999999 coins is below the bond of 10;") {
			err = errors.New(status.Providing[0].Problem)
		}
		return err
	})
	if _, err := p.API.Deposit(t.Context(), wire.Deposit{Amount: "1"}, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "offered again", offered(1))
}
