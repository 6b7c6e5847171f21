package relay

import (
	"context"
	"errors"
	"math/big"
	"runtime"
	"strings"
	"testing"
)

func TestWithoutGas(t *testing.T) {
	f := newFixture(t)
	f.payer = newKey(t)
	f.restart(t)
	if _, err := f.service.Submit(t.Context(), f.register(t, newKey(t))); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "gas") {
		t.Fatal(err)
	}
}

// Everybody can ask whether a relayer has what it needs.
func TestWatchGas(t *testing.T) {
	f := newFixture(t)
	f.payer = newKey(t)
	f.restart(t)
	empty := func() bool {
		info, err := f.service.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return info.Empty
	}
	ctx, cancel := context.WithCancel(t.Context())
	watching := make(chan error, 1)
	go func() { watching <- f.service.Watch(ctx) }()
	for !empty() {
		runtime.Gosched()
	}
	cancel()
	if err := <-watching; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := f.Fund(t.Context(), f.payer.Address(), big.NewInt(1)); err != nil {
		t.Fatal(err)
	}
	if err := f.service.solvent(t.Context()); err != nil || empty() {
		t.Errorf("with coins: %v, empty: %v", err, empty())
	}
}

func TestWithoutAChain(t *testing.T) {
	f := newFixture(t)
	in := f.register(t, newKey(t))
	if err := f.client.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.service.Submit(t.Context(), in); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
}
