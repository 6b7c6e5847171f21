package contracts

import (
	"context"
	"errors"
	"fmt"
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
}

// ErrConfig says that a Config cannot be deployed.
var ErrConfig = errors.New("contracts cannot be deployed like this")

// Backend is the part of an Ethereum client that deploying needs: it sends transactions and
// waits for receipts. *ethclient.Client is one.
type Backend interface {
	bind.ContractBackend
	bind.DeployBackend
}

// Deploy puts the contracts on a chain, one transaction after another, waits until each is mined
// and checks the result with [Present]. The sender pays about 6 million gas.
func Deploy(ctx context.Context, backend Backend, sender *bind.TransactOpts, cfg Config) (Addresses, error) {
	fee, delay, err := cfg.terms()
	if err != nil {
		return Addresses{}, err
	}
	a := Addresses{Coin: cfg.Coin}
	if a.Coin == (common.Address{}) {
		if a.Coin, err = deploy(ctx, backend, sender, "coin", TestCoinMetaData.Bin, nil); err != nil {
			return Addresses{}, err
		}
	} else if err := presentCoin(ctx, backend, a.Coin); err != nil {
		return Addresses{}, err
	}
	if a.Registry, err = deploy(ctx, backend, sender, "registry", RegistryMetaData.Bin, nil); err != nil {
		return Addresses{}, err
	}
	arguments := NewPayments().PackConstructor(a.Coin, cfg.Treasury, fee, delay)
	if a.Payments, err = deploy(ctx, backend, sender, "payments", PaymentsMetaData.Bin, arguments); err != nil {
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
	case delay < time.Second || delay > maxUnlockDelay || delay%time.Second != 0:
		return 0, 0, fmt.Errorf("%w: an unlock delay of %s; want whole seconds, at most a year", ErrConfig, delay)
	}
	return uint16(fee), uint32(delay / time.Second), nil
}

func deploy(ctx context.Context, backend Backend, sender *bind.TransactOpts, name, code string, arguments []byte) (common.Address, error) {
	opts := *sender
	opts.Context = ctx
	_, tx, err := bind.DeployContract(&opts, common.FromHex(code), backend, arguments)
	if err != nil {
		return common.Address{}, fmt.Errorf("deploy %s: %w", name, err)
	}
	receipt, err := bind.WaitMined(ctx, backend, tx.Hash())
	if err != nil {
		return common.Address{}, fmt.Errorf("deploy %s: wait for %s: %w", name, tx.Hash(), err)
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		return common.Address{}, fmt.Errorf("deploy %s: transaction %s failed", name, tx.Hash())
	}
	return receipt.ContractAddress, nil
}
