package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// EpochOver says whether an epoch of a payment channel had ended confirmations blocks below the newest, by every
// endpoint that there is: one wrong one decides nothing. Errors: ErrUnavailable when one does not answer.
func (p *Payments) EpochOver(ctx context.Context, consumer identity.Address, id uint8, epoch uint16, confirmations uint64) (bool, error) {
	return p.channelByEvery(ctx, consumer, id, confirmations, func(c *contracts.ChannelOutput) bool { return over(c, epoch) })
}

// Settled says whether a promise of amount units to a provider could bring nothing any more, confirmations blocks below
// the newest: it was cleared, or its epoch had ended. It asks as EpochOver does.
func (p *Payments) Settled(
	ctx context.Context, consumer, provider identity.Address, id uint8, epoch uint16, amount money.Amount, confirmations uint64,
) (bool, error) {
	promised := new(big.Int).SetUint64(uint64(amount))
	return p.channelByEvery(ctx, consumer, id, confirmations, func(c *contracts.ChannelOutput) bool {
		return over(c, epoch) || c.Provider == common.Address(provider) && c.Epoch == epoch && c.Cleared.Cmp(promised) >= 0
	})
}

func over(c *contracts.ChannelOutput, epoch uint16) bool {
	const most = 1<<40 - 1
	retired := c.Provider == (common.Address{}) && c.Locked.Cmp(big.NewInt(most)) == 0 // after the last epoch there is none
	return c.Epoch > epoch || retired && c.Epoch == epoch
}

// channelByEvery says whether something held of a channel confirmations blocks below the newest, by every endpoint.
func (p *Payments) channelByEvery(
	ctx context.Context, consumer identity.Address, id uint8, confirmations uint64, holds func(*contracts.ChannelOutput) bool,
) (bool, error) {
	answers, err := every(ctx, p.client, func(ctx context.Context, v *pinned) (bool, error) {
		head, err := p.client.lookAt(ctx, v.endpoint)
		if err != nil || head.Number < confirmations {
			return false, err
		}
		var raw []byte
		err = v.do(ctx, func(ctx context.Context, r *rpc.Client) (err error) {
			data := p.payments.PackChannel(common.Address(consumer), id)
			raw, err = ethclient.NewClient(r).CallContract(ctx, callMsg(identity.Address{}, p.at.Payments, data),
				new(big.Int).SetUint64(head.Number-confirmations))
			return err
		})
		if err != nil || len(raw) == 0 { // there was no contract yet
			return false, err
		}
		c, err := p.payments.UnpackChannel(raw)
		return err == nil && holds(&c), err
	})
	if err != nil {
		return false, fmt.Errorf("read channel %d of %s: %w", id, consumer, err)
	}
	for _, yes := range answers {
		if !yes {
			return false, nil
		}
	}
	return true, nil
}
