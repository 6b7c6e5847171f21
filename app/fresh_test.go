package app

import (
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/identity"
)

func TestNoServiceOnAChainThatStandsStill(t *testing.T) {
	c, err := dev.Start(t.Context(), dev.Config{Period: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	c.Commit()
	for _, late := range []time.Duration{0, 4 * time.Minute} {
		client, err := chain.NewClient(chain.ClientConfig{
			URLs: []string{c.URL()}, ChainID: c.ChainID(), Now: func() time.Time { return time.Now().Add(late) },
		})
		if err != nil {
			t.Fatal(err)
		}
		payments := chain.NewPayments(client, chain.Contracts{Payments: identity.Address{1}})
		_, err = freshChain{payments, client}.Channel(t.Context(), identity.Address{2}, 0, 0)
		if stale := errors.Is(err, chain.ErrUnavailable); stale != (late > 0) {
			t.Errorf("%v after the newest block: %v", late, err)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}
