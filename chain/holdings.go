package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
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

// Holdings returns what the contract kept for an identity after the block with a hash. That names one state, whichever
// endpoint answers; one whose chain has another block there, or that keeps no states so old, fails.
func (p *Payments) Holdings(ctx context.Context, who identity.Address, block [32]byte) (h Holdings, err error) {
	fail := func(err error) (Holdings, error) {
		return Holdings{}, fmt.Errorf("read holdings of %s at block %#x: %w", who, block, err)
	}
	self := common.Address(who)
	account, err := readAt(ctx, p, p.payments.PackAccount(self), block, p.payments.UnpackAccount)
	if err != nil {
		return fail(err)
	}
	h.Deposit = money.Amount(account.Balance)
	for id := range uint8(len(account.UnlockAt)) {
		c, err := readAt(ctx, p, p.payments.PackChannel(self, id), block, p.payments.UnpackChannel)
		if err != nil {
			return fail(err)
		}
		if c.Locked.Cmp(c.Cleared) < 0 || !c.Locked.IsUint64() {
			return fail(fmt.Errorf("channel %d has %s locked and %s cleared", id, c.Locked, c.Cleared))
		}
		if h.Locked, err = h.Locked.Add(money.Amount(c.Locked.Uint64() - c.Cleared.Uint64())); err != nil {
			return fail(err)
		}
	}
	earned, err := readAt(ctx, p, p.payments.PackEarnings(self), block, p.payments.UnpackEarnings)
	if err != nil {
		return fail(err)
	}
	if h.Earnings, err = units(earned.Gross); err != nil {
		return fail(err)
	}
	return h, nil
}

// readAt is read of the payments contract as of the block with a hash.
func readAt[T any](ctx context.Context, p *Payments, data []byte, block [32]byte, unpack func([]byte) (T, error)) (value T, err error) {
	var raw []byte
	err = p.client.ask(ctx, func(ctx context.Context, e *ethclient.Client) (err error) {
		raw, err = e.CallContractAtHash(ctx, callMsg(identity.Address{}, p.at.Payments, data), block)
		return err
	})
	if err == nil && len(raw) == 0 {
		err = errNoCodeThen
	}
	if err != nil {
		return value, err
	}
	if value, err = unpack(raw); err != nil {
		return value, fmt.Errorf("contract %s answered with something else: %w", p.at.Payments, err)
	}
	return value, nil
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
