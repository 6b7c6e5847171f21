package contracts

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
)

// sealing is go-ethereum's simulated chain, which mines a block for every transaction.
type sealing struct {
	simulated.Client
	backend *simulated.Backend
}

func (s sealing) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	err := s.Client.SendTransaction(ctx, tx)
	s.backend.Commit()
	return err
}

func newChain(t *testing.T) (sealing, *bind.TransactOpts) {
	t.Helper()
	key, err := crypto.ToECDSA(common.LeftPadBytes([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sender := crypto.PubkeyToAddress(key.PublicKey)
	backend := simulated.NewBackend(types.GenesisAlloc{sender: {Balance: new(big.Int).Lsh(big.NewInt(1), 80)}})
	t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := backend.Client().ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sealing{backend.Client(), backend}, bind.NewKeyedTransactor(key, id)
}

var treasury = common.Address{0x77}

func read[T any](t *testing.T, c Caller, at common.Address, data []byte, unpack func([]byte) (T, error)) T {
	t.Helper()
	out, err := c.CallContract(t.Context(), ethereum.CallMsg{To: &at, Data: data}, nil)
	if err != nil {
		t.Fatal(err)
	}
	value, err := unpack(out)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestDeploy(t *testing.T) {
	chain, sender := newChain(t)
	at, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury, Bond: 10_000_000})
	if err != nil {
		t.Fatal(err)
	}
	p := NewPayments()
	if got := read(t, chain, at.Payments, p.PackTreasury(), p.UnpackTreasury); got != treasury {
		t.Errorf("treasury is %s", got)
	}
	if got := read(t, chain, at.Payments, p.PackFeePerMyriad(), p.UnpackFeePerMyriad); got != DefaultFeePerMyriad {
		t.Errorf("fee is %d/10,000", got)
	}
	if got := read(t, chain, at.Payments, p.PackUnlockDelay(), p.UnpackUnlockDelay); got != 72*3600 {
		t.Errorf("unlock delay is %d s", got)
	}
	if got := read(t, chain, at.Payments, p.PackRegistry(), p.UnpackRegistry); got != at.Registry {
		t.Errorf("registry is %s", got)
	}
	if got := read(t, chain, at.Payments, p.PackBond(), p.UnpackBond); got != 10_000_000 {
		t.Errorf("bond is %d", got)
	}
	if got := read(t, chain, at.Payments, p.PackCoin(), p.UnpackCoin); got != at.Coin {
		t.Errorf("coin is %s", got)
	}
	if got := read(t, chain, at.Payments, p.PackVersion(), p.UnpackVersion); got != "myst-payments-1" {
		t.Errorf("version is %s", got)
	}
}

// forgetful is an endpoint whose pool has not yet noticed the transactions that it took.
type forgetful struct{ sealing }

func (f forgetful) PendingNonceAt(context.Context, common.Address) (uint64, error) { return 0, nil }

func TestDeployCountsItsNonces(t *testing.T) {
	chain, sender := newChain(t)
	if _, err := Deploy(t.Context(), forgetful{chain}, sender, Config{Treasury: treasury}); err != nil {
		t.Fatal(err)
	}
}

func TestDeployWithExistingCoin(t *testing.T) {
	chain, sender := newChain(t)
	first, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Deploy(t.Context(), chain, sender, Config{
		Treasury: treasury, Coin: first.Coin, FeePerMyriad: -1, UnlockDelay: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if second.Coin != first.Coin || second.Payments == first.Payments || second.Registry == first.Registry {
		t.Fatalf("second network is %+v, first %+v", second, first)
	}
	p := NewPayments()
	if got := read(t, chain, second.Payments, p.PackFeePerMyriad(), p.UnpackFeePerMyriad); got != 0 {
		t.Errorf("fee is %d/10,000, want none", got)
	}
	if got := read(t, chain, second.Payments, p.PackUnlockDelay(), p.UnpackUnlockDelay); got != 60 {
		t.Errorf("unlock delay is %d s", got)
	}
	// Something that is no coin is noticed before anything is deployed.
	nonce := func() uint64 {
		n, err := chain.PendingNonceAt(t.Context(), sender.From)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := nonce()
	if _, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury, Coin: common.Address{1, 2, 3}}); !errors.Is(err, ErrAbsent) {
		t.Errorf("no coin: %v", err)
	}
	if _, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury, Coin: first.Registry}); err == nil {
		t.Error("a registry was taken for a coin")
	}
	if nonce() != before {
		t.Error("transactions were sent for a network that cannot work")
	}
}

func TestDeployRefusals(t *testing.T) {
	chain, sender := newChain(t)
	for name, cfg := range map[string]Config{
		"no treasury":          {},
		"more than all":        {Treasury: treasury, FeePerMyriad: 10_001},
		"negative delay":       {Treasury: treasury, UnlockDelay: -time.Hour},
		"part of a second":     {Treasury: treasury, UnlockDelay: 1500 * time.Millisecond},
		"bond beyond deposits": {Treasury: treasury, Bond: 1 << 63},
		"more than one year":   {Treasury: treasury, UnlockDelay: 366 * 24 * time.Hour},
	} {
		if _, err := Deploy(t.Context(), chain, sender, cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPresent(t *testing.T) {
	chain, sender := newChain(t)
	at, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury})
	if err != nil {
		t.Fatal(err)
	}
	other, err := Deploy(t.Context(), chain, sender, Config{Treasury: treasury, FeePerMyriad: 700, UnlockDelay: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	nowhere := common.Address{9}
	for name, c := range map[string]struct {
		at   Addresses
		want error
	}{
		"ours":                 {at, nil},
		"ours of other terms":  {other, nil},
		"nothing":              {Addresses{}, ErrAbsent},
		"no coin":              {Addresses{Coin: nowhere, Registry: at.Registry, Payments: at.Payments}, ErrAbsent},
		"no registry":          {Addresses{Coin: at.Coin, Registry: nowhere, Payments: at.Payments}, ErrAbsent},
		"no payments":          {Addresses{Coin: at.Coin, Registry: at.Registry, Payments: nowhere}, ErrAbsent},
		"exchanged":            {Addresses{Coin: at.Coin, Registry: at.Payments, Payments: at.Registry}, ErrForeign},
		"coin as registry":     {Addresses{Coin: at.Coin, Registry: at.Coin, Payments: at.Payments}, ErrForeign},
		"payments of its own":  {Addresses{Coin: at.Coin, Registry: at.Registry, Payments: other.Payments}, ErrForeign},
		"another registry":     {Addresses{Coin: at.Coin, Registry: other.Registry, Payments: at.Payments}, ErrForeign},
		"another, like a coin": {Addresses{Coin: other.Coin, Registry: at.Registry, Payments: at.Payments}, ErrForeign},
	} {
		err := Present(t.Context(), chain, c.at)
		if c.want == nil && err != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// One changed byte of code, outside of what a deployment fills in, makes it another contract.
func TestPresentComparesCode(t *testing.T) {
	for _, name := range []string{"Registry", "Payments"} {
		a, err := loadArtifact(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Immutables) == 0 {
			t.Fatalf("%s has no immutables", name)
		}
		code := common.CopyBytes(a.Runtime)
		hole := a.Immutables[0]
		code[hole.Start] ^= 0xff
		if string(a.masked(code)) != string(a.masked(a.Runtime)) {
			t.Errorf("%s with its immutables is another contract", name)
		}
		code[hole.Start+hole.Length] ^= 1
		if string(a.masked(code)) == string(a.masked(a.Runtime)) {
			t.Errorf("%s changed behind an immutable passes", name)
		}
	}
}

// The bindings, which Deploy uses, and the artifacts, which Present uses, are of one build.
func TestBindingsFitArtifacts(t *testing.T) {
	for name, bin := range map[string]string{
		"TestCoin": TestCoinMetaData.Bin, "Registry": RegistryMetaData.Bin, "Payments": PaymentsMetaData.Bin,
	} {
		a, err := loadArtifact(name)
		if err != nil {
			t.Fatal(err)
		}
		if common.Bytes2Hex(a.Bytecode) != common.Bytes2Hex(common.FromHex(bin)) {
			t.Errorf("%s: bindings and artifact differ; run npm run generate", name)
		}
	}
}
