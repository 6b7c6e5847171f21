package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Holdings are what the payments contract keeps for an identity.
type Holdings struct {
	Deposit  money.Amount // not locked
	Locked   money.Amount // in its channels, not cleared
	Earnings money.Amount // cleared for it, not withdrawn
}

// Holdings returns what the contract kept for an identity after a block.
func (p *Payments) Holdings(ctx context.Context, who identity.Address, block uint64) (h Holdings, err error) {
	fail := func(err error) (Holdings, error) {
		return Holdings{}, fmt.Errorf("read holdings of %s at block %d: %w", who, block, err)
	}
	at, self := number(block), common.Address(who)
	account, err := read(ctx, p.client, p.at.Payments, p.payments.PackAccount(self), at, p.payments.UnpackAccount)
	if err != nil {
		return fail(err)
	}
	h.Deposit = money.Amount(account.Balance)
	for id := range uint8(len(account.UnlockAt)) {
		c, err := read(ctx, p.client, p.at.Payments, p.payments.PackChannel(self, id), at, p.payments.UnpackChannel)
		if err != nil {
			return fail(err)
		}
		h.Locked += money.Amount(c.Locked.Uint64() - c.Cleared.Uint64()) // 40 bits each, and never negative
	}
	earned, err := read(ctx, p.client, p.at.Payments, p.payments.PackEarnings(self), at, p.payments.UnpackEarnings)
	if err != nil {
		return fail(err)
	}
	if h.Earnings, err = units(earned.Gross); err != nil {
		return fail(err)
	}
	return h, nil
}

// UnlockDelay returns how long a provider has to clear after an unlock was requested, in seconds. It never
// changes.
func (p *Payments) UnlockDelay(ctx context.Context) (seconds uint32, err error) {
	seconds, err = read(ctx, p.client, p.at.Payments, p.payments.PackUnlockDelay(), atLatest, p.payments.UnpackUnlockDelay)
	if err != nil {
		return 0, fmt.Errorf("read unlock delay: %w", err)
	}
	return seconds, nil
}

// Gas returns what a call from an account would use. Errors: *RevertError when the call would fail.
func (c *Client) Gas(ctx context.Context, from, to identity.Address, data []byte) (uint64, error) {
	gas, err := c.estimateGas(ctx, from, to, data)
	if err != nil {
		return 0, fmt.Errorf("estimate gas: %w", err)
	}
	return gas, nil
}

// GasPrice returns what a unit of gas costs now, in wei.
func (c *Client) GasPrice(ctx context.Context) (wei *big.Int, err error) {
	var text string
	err = c.do(ctx, func(ctx context.Context, r *rpc.Client) error { return r.CallContext(ctx, &text, "eth_gasPrice") })
	if err != nil {
		return nil, fmt.Errorf("read gas price: %w", err)
	}
	wei, ok := new(big.Int).SetString(text, 0)
	if !ok || wei.Sign() < 0 {
		return nil, fmt.Errorf("read gas price: endpoint answered with %.20q", text)
	}
	return wei, nil
}
