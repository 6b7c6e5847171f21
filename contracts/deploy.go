package contracts

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Defaults of a [Config].
const (
	DefaultFeePerMyriad = 500 // 5 %
	DefaultUnlockDelay  = 72 * time.Hour
)

const maxUnlockDelay = 365 * 24 * time.Hour

// Addresses are where a network's contracts stand.
type Addresses struct {
	Coin, Registry, Payments common.Address
}

// Config is what a new network's contracts are deployed with. The payments contract never changes
// any of it.
type Config struct {
	// Treasury receives the network's fees. Required.
	Treasury common.Address
	// Coin is an existing 18-decimal ERC-20 with permit; zero deploys a TestCoin, which is only for
	// networks where coins are worth nothing.
	Coin common.Address
	// FeePerMyriad is the network's part of what providers withdraw, in 1/10,000, at most 10,000.
	// Zero is DefaultFeePerMyriad; negative is none.
	FeePerMyriad int
	// UnlockDelay is how long a provider has to clear after its consumer requested an unlock, in
	// whole seconds, at most a year. Zero is DefaultUnlockDelay.
	UnlockDelay time.Duration
	// Bond is the deposit, in units, that announcing a hub asks for, at most 2⁶³ - 1; zero asks for none.
	Bond uint64
}

// ErrConfig says that a Config cannot be deployed.
var ErrConfig = errors.New("contracts cannot be deployed like this")

// Backend is the part of an Ethereum client that deploying needs: it sends transactions and
// waits for receipts. *ethclient.Client is one.
type Backend interface {
	bind.ContractBackend
	bind.DeployBackend
}

// Deploy puts the contracts on a chain, waits until each is mined and checks the result with [Present].
// Coin and registry, which do not know each other, go out together. The sender pays about 6 million gas; its
// Nonce is the first transaction's, nil the one after everything that the backend's pool holds.
func Deploy(ctx context.Context, backend Backend, sender *bind.TransactOpts, cfg Config) (Addresses, error) {
	fee, delay, err := cfg.terms()
	if err != nil {
		return Addresses{}, err
	}
	if cfg.Coin != (common.Address{}) {
		if err := presentCoin(ctx, backend, cfg.Coin); err != nil {
			return Addresses{}, err
		}
	}
	d, err := newDeployer(ctx, backend, sender)
	if err != nil {
		return Addresses{}, err
	}
	a := Addresses{Coin: cfg.Coin}
	coinMined := func() error { return nil }
	if a.Coin == (common.Address{}) {
		a.Coin, coinMined = d.send("coin", TestCoinMetaData.Bin, nil)
	}
	registry, registryMined := d.send("registry", RegistryMetaData.Bin, nil)
	a.Registry = registry
	if err := errors.Join(coinMined(), registryMined()); err != nil {
		return Addresses{}, err
	}
	payments, mined := d.send("payments", PaymentsMetaData.Bin, NewPayments().PackConstructor(a.Coin, a.Registry, cfg.Treasury, fee, delay, cfg.Bond))
	a.Payments = payments
	if err := mined(); err != nil {
		return Addresses{}, err
	}
	return a, Present(ctx, backend, a)
}

// terms are the constructor's numbers, or ErrConfig.
func (cfg Config) terms() (feePerMyriad uint16, unlockDelay uint32, err error) {
	fee, delay := cfg.FeePerMyriad, cfg.UnlockDelay
	switch {
	case fee == 0:
		fee = DefaultFeePerMyriad
	case fee < 0:
		fee = 0
	}
	if delay == 0 {
		delay = DefaultUnlockDelay
	}
	switch {
	case cfg.Treasury == (common.Address{}):
		return 0, 0, fmt.Errorf("%w: no treasury for the fees", ErrConfig)
	case fee > 10_000:
		return 0, 0, fmt.Errorf("%w: a fee of %d/10,000 is more than everything", ErrConfig, fee)
	case cfg.Bond > math.MaxInt64:
		return 0, 0, fmt.Errorf("%w: a bond of %d units is more than a deposit can be", ErrConfig, cfg.Bond)
	case delay < time.Second || delay > maxUnlockDelay || delay%time.Second != 0:
		return 0, 0, fmt.Errorf("%w: an unlock delay of %s; want whole seconds, at most a year", ErrConfig, delay)
	}
	return uint16(fee), uint32(delay / time.Second), nil
}

// deployer counts the sender's nonces itself: an endpoint's pending nonce may not yet know of a transaction
// that it has just taken.
type deployer struct {
	backend Backend
	opts    bind.TransactOpts // of the next transaction
}

func newDeployer(ctx context.Context, backend Backend, sender *bind.TransactOpts) (*deployer, error) {
	d := &deployer{backend: backend, opts: *sender}
	d.opts.Context = ctx
	if d.opts.Nonce == nil {
		next, err := backend.PendingNonceAt(ctx, sender.From)
		if err != nil {
			return nil, fmt.Errorf("deploy: nonce of %s: %w", sender.From, err)
		}
		d.opts.Nonce = new(big.Int).SetUint64(next)
	}
	return d, nil
}

// send sends one contract's creation and returns its address to be, and a wait until it is mined.
func (d *deployer) send(name, code string, arguments []byte) (at common.Address, mined func() error) {
	ctx := d.opts.Context
	at, tx, err := bind.DeployContract(&d.opts, common.FromHex(code), d.backend, arguments)
	if err == nil {
		d.opts.Nonce = new(big.Int).SetUint64(tx.Nonce() + 1)
	}
	return at, func() error {
		if err != nil {
			return fmt.Errorf("deploy %s: %w", name, err)
		}
		receipt, err := bind.WaitMined(ctx, d.backend, tx.Hash())
		switch {
		case err != nil:
			return fmt.Errorf("deploy %s: wait for %s: %w", name, tx.Hash(), err)
		case receipt.Status != types.ReceiptStatusSuccessful:
			return fmt.Errorf("deploy %s: transaction %s failed", name, tx.Hash())
		case receipt.ContractAddress != at:
			return fmt.Errorf("deploy %s: created at %s, want %s", name, receipt.ContractAddress, at)
		}
		return nil
	}
}
