package chain

import (
	"context"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/identity"
)

// GasPrice returns what a unit of gas costs now, in wei: the newest block's base fee and the tip that the
// endpoint suggests. Errors: ErrUnavailable.
func (c *Client) GasPrice(ctx context.Context) (*big.Int, error) {
	tip, base, err := c.fees(ctx)
	if err != nil {
		return nil, err
	}
	return tip.Add(tip, base), nil
}

// EstimateGas returns the gas limit that a call needs on the pending block. Errors: *RevertError, ErrUnavailable.
func (c *Client) EstimateGas(ctx context.Context, from, to identity.Address, data []byte) (uint64, error) {
	return c.estimateGas(ctx, from, to, data)
}

// fees returns what the endpoint suggests as a tip, and the base fee, in wei per gas.
func (c *Client) fees(ctx context.Context) (tip, base *big.Int, err error) {
	latest, err := c.latest(ctx)
	if err != nil {
		return nil, nil, err
	}
	if latest.BaseFee == nil {
		return nil, nil, errors.New("the chain has no base fee (EIP-1559), which is needed")
	}
	err = c.ask(ctx, func(ctx context.Context, e *ethclient.Client) error {
		tip, err = e.SuggestGasTipCap(ctx)
		return err
	})
	return tip, latest.BaseFee.ToInt(), err
}
