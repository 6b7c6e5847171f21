package dev

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/contracts"
)

// Deploy puts a network's contracts on the chain, sent by the developer key, without waiting for
// the next block: each gets one of its own. A zero treasury is the developer.
func (c *Chain) Deploy(ctx context.Context, cfg contracts.Config) (contracts.Addresses, error) {
	client := ethclient.NewClient(c.stack.Attach())
	defer client.Close()
	if cfg.Treasury == (common.Address{}) {
		cfg.Treasury = common.Address(c.key.Address())
	}
	sender := bind.NewKeyedTransactor(c.key.ECDSA(), new(big.Int).SetUint64(c.ChainID()))
	return contracts.Deploy(ctx, sealingClient{client, c}, sender, cfg)
}

// sealingClient seals a block for every transaction that it sends.
type sealingClient struct {
	*ethclient.Client
	chain *Chain
}

// SendTransaction implements [bind.ContractTransactor].
func (s sealingClient) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if err := s.Client.SendTransaction(ctx, tx); err != nil {
		return err
	}
	s.chain.Commit()
	return nil
}

// Fund gives an account gas coins, in a block of its own.
func (c *Chain) Fund(ctx context.Context, who [20]byte, wei *big.Int) error {
	client := ethclient.NewClient(c.stack.Attach())
	defer client.Close()
	fail := func(err error) error { return fmt.Errorf("test chain: fund %#x: %w", who, err) }
	nonce, err := client.PendingNonceAt(ctx, common.Address(c.key.Address()))
	if err != nil {
		return fail(err)
	}
	head, err := client.HeaderByNumber(ctx, nil)
	if err != nil {
		return fail(err)
	}
	tip := c.minTip
	to, id := common.Address(who), new(big.Int).SetUint64(c.ChainID())
	tx, err := types.SignNewTx(c.key.ECDSA(), types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, To: &to, Value: wei, Gas: 21_000,
		GasTipCap: tip, GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
	})
	if err != nil {
		return fail(err)
	}
	if err := (sealingClient{client, c}).SendTransaction(ctx, tx); err != nil {
		return fail(err)
	}
	return nil
}
