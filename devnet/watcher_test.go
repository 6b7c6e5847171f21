package devnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/money"
)

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// has fails until a text was logged.
func (l *logged) has(text string) func(context.Context) error {
	return func(context.Context) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !bytes.Contains(l.text.Bytes(), []byte(text)) {
			return errors.New("not logged: " + text)
		}
		return nil
	}
}

// A provider dies with a promise that it has not cleared, and does not come back. Its hub, which was started again meanwhile,
// clears when the consumer asks for the unlock: what was promised is earned, and only the rest is freed.
func TestAWatcherClearsForADeadProvider(t *testing.T) {
	t.Parallel()
	log := &logged{}
	n := start(t, Config{
		Price: byteExact, SetupCharge: 1000, UnlockDelay: 5 * time.Minute, DrainTimeout: 1,
		GasRate: 50_000 * money.UnitsPerCoin, // so that the provider itself clears nothing, as in TestGasIsWeighed
		Logger:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	c, p := n.Consumer[0], n.Provider[0]
	s := &sale{consumer: c, provider: p}
	within(t, 2*time.Minute, "gas falls until a coin is worth locking", s.connect)
	if err := s.fetch(t.Context(), n, 1<<20); err != nil {
		t.Fatal(err)
	}
	s.end(t)
	promised := s.bought.Promised
	eventually(t, "the hub holds the newest promise", log.has(fmt.Sprintf("channel=%d coins=%s", s.session.Channel, promised.Coins)))
	_ = p.Stop() // there was no time to settle
	if err := errors.Join(n.StopHub(), n.StartHub(t.Context())); err != nil {
		t.Fatal(err)
	}
	on := ledger(t, n)
	earned := func() chain.Earnings {
		e, err := on.Earnings(t.Context(), p.Address)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if e := earned(); e.Gross != 0 || promised.Units == 0 {
		t.Fatalf("of %s coins %s were cleared by a dead provider", promised.Coins, e.Gross)
	}
	// One try takes long: the dead provider is still announced, and so is asked for its release first.
	within(t, 2*time.Minute, "unlock asked for", func(ctx context.Context) error {
		_, err := c.API.Unlock(ctx, wire.Unlock{Channel: s.session.Channel}, nil)
		return err
	})
	within(t, 2*time.Minute, "the watcher clears", func(context.Context) error {
		if e := earned(); uint64(e.Gross) != promised.Units {
			return errors.New("earned " + e.Gross.String())
		}
		return nil
	})
	n.forward(n.cfg.UnlockDelay)
	freed, err := c.API.Unlock(t.Context(), wire.Unlock{Channel: s.session.Channel}, nil)
	if left := uint64(money.UnitsPerCoin) - promised.Units; err != nil || freed.Amount.Units != left {
		t.Fatalf("freed %+v, %v; want %d left", freed, err, left)
	}
	agrees(t, c)
	n.Provider = nil
}
