package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/intent"
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

// What a call is estimated to use is what it then uses, within a tenth.
func TestGasEstimates(t *testing.T) {
	f := newFixture(t)
	consumer := newKey(t)
	fund := f.fund(t, consumer, 1_000_000)
	to, data, err := Call(f.network, f.payer.Address(), fund, f.now)
	if err != nil {
		t.Fatal(err)
	}
	gas, err := f.client.Gas(t.Context(), f.payer.Address(), to, data)
	if err != nil {
		t.Fatal(err)
	}
	price, err := f.client.GasPrice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := must[*big.Int](t)(f.client.Balance(t.Context(), f.payer.Address()))
	f.relay(t, fund)
	spent := new(big.Int).Sub(before, must[*big.Int](t)(f.client.Balance(t.Context(), f.payer.Address())))
	told := new(big.Int).Mul(price, new(big.Int).SetUint64(gas))
	if most := new(big.Int).Mul(spent, big.NewInt(2)); gas < 50_000 || told.Cmp(spent) < 0 || told.Cmp(most) > 0 {
		t.Errorf("told %s wei for %d gas, spent %s", told, gas, spent)
	}
	if _, err := f.client.Gas(t.Context(), f.payer.Address(), to, data); !errors.Is(err, chain.ErrReverted) {
		t.Errorf("a call that would fail: %v", err)
	}
}

// A channel goes back to its consumer: asked for, refused before its time, freed.
func TestUnlock(t *testing.T) {
	f := newFixture(t)
	consumer, provider := newKey(t), newKey(t)
	f.relay(t, f.fund(t, consumer, 1_000_000))
	f.relay(t, Lock(f.lock(t, consumer, provider.Address(), 1, 100_000)))
	ask := must[intent.SignedRequestUnlock](t)(intent.SignRequestUnlock(consumer, intent.RequestUnlock{
		Channel: 1, ValidUntil: uint32(f.now.Add(time.Minute).Unix()),
	}, f.payments()))
	f.refused(t, ReasonReverts, FreeChannel(consumer.Address(), 1))
	stolen := ask
	stolen.Consumer = provider.Address()
	f.refused(t, ReasonSignature, AskUnlock(stolen))
	f.relay(t, AskUnlock(ask))
	if c, err := f.reader.Channel(t.Context(), consumer.Address(), 1, 0); err != nil || c.UnlockAt.IsZero() {
		t.Fatalf("%+v, %v", c, err)
	}
	f.refused(t, ReasonReverts, FreeChannel(consumer.Address(), 1))
	for _, text := range []string{
		`{"kind":"unlock"}`, `{"kind":"collect","unlock":{"consumer":"` + consumer.Address().String() + `","channel":1}}`,
		`{"kind":"unlock","unlock":{"consumer":"` + consumer.Address().String() + `","channel":6}}`,
	} {
		if err := json.Unmarshal([]byte(text), &Intent{}); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, in := range []Intent{AskUnlock(ask), FreeChannel(consumer.Address(), 1)} {
		var back Intent
		text, err := json.Marshal(in)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if again, _ := json.Marshal(back); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s reads back as %s, %v", text, again, err)
		}
	}
}
