package chain

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// PackedClearing is one promise of a batch that was cleared packed, as the ClearedPacked event tells.
type PackedClearing struct {
	Consumer identity.Address
	Channel  uint8
	Epoch    uint16
	Cleared  money.Amount // in all in this epoch
}

// packedClearing is the size of one in the event: 1 byte channel, 20 consumer, 2 epoch, 5 cleared.
const packedClearing = 28

// PackedClearings reads a ClearedPacked event's records, in the order in which they were cleared.
func PackedClearings(records []byte) ([]PackedClearing, error) {
	if len(records)%packedClearing != 0 {
		return nil, fmt.Errorf("%d bytes of packed clearings are not whole", len(records))
	}
	all := make([]PackedClearing, 0, len(records)/packedClearing)
	for ; len(records) > 0; records = records[packedClearing:] {
		amount := append(make([]byte, 3), records[23:28]...)
		all = append(all, PackedClearing{
			Channel: records[0], Consumer: identity.Address(records[1:21]), Epoch: binary.BigEndian.Uint16(records[21:]),
			Cleared: money.Amount(binary.BigEndian.Uint64(amount)),
		})
	}
	return all, nil
}

// Effects is what one transaction did in the payments contract, as its events tell.
type Effects struct {
	Block     uint64
	Deposited money.Amount // added to deposits
	Cleared   money.Amount // moved from locks to earnings
	Withdrawn money.Amount // paid to beneficiaries
	Fee       money.Amount // taken by the network when withdrawing
	Collected money.Amount // paid to the treasury
}

// Effects returns what a mined transaction did. Of a batch that was cleared packed that takes the state before its
// block. Errors: ErrUnknown when the transaction is not in a block.
func (p *Payments) Effects(ctx context.Context, transaction [32]byte) (Effects, error) {
	fail := func(err error) (Effects, error) {
		return Effects{}, fmt.Errorf("read transaction %#x: %w", transaction, err)
	}
	var receipt *types.Receipt
	err := p.client.ask(ctx, func(ctx context.Context, e *ethclient.Client) (err error) {
		receipt, err = e.TransactionReceipt(ctx, transaction)
		return err
	})
	if errors.Is(err, errNotFound) {
		err = ErrUnknown
	}
	if err != nil {
		return fail(err)
	}
	if receipt.TxHash != transaction || receipt.BlockNumber == nil || !receipt.BlockNumber.IsUint64() {
		return fail(errors.New("endpoint answered with something that is not its receipt"))
	}
	e := Effects{Block: receipt.BlockNumber.Uint64()}
	for _, log := range receipt.Logs {
		if log.Address != common.Address(p.at.Payments) {
			continue
		}
		if err := whole(p.payments.GetABI(), log); err != nil {
			return fail(err)
		}
		if err := p.add(&e, log); err != nil {
			return fail(err)
		}
	}
	paid, err := p.packed(ctx, receipt)
	if err == nil {
		e.Cleared, err = e.Cleared.Add(paid)
	}
	if err != nil {
		return fail(err)
	}
	return e, nil
}

func (p *Payments) add(e *Effects, log *types.Log) error {
	if event, err := p.payments.UnpackDepositedEvent(log); err == nil {
		return sum(&e.Deposited, new(big.Int).SetUint64(event.Units))
	}
	if event, err := p.payments.UnpackClearedEvent(log); err == nil {
		return sum(&e.Cleared, event.Paid)
	}
	if event, err := p.payments.UnpackWithdrawnEvent(log); err == nil {
		return errors.Join(sum(&e.Withdrawn, event.Net), sum(&e.Fee, event.Fee))
	}
	if event, err := p.payments.UnpackCollectedEvent(log); err == nil {
		return sum(&e.Collected, event.Units)
	}
	return nil
}

// epochKey names an epoch of a payment channel.
type epochKey struct {
	consumer identity.Address
	channel  uint8
	epoch    uint16
}

// packed returns what a transaction's packed clearings paid. The event has only what is cleared in all, so that
// what was cleared before counts: earlier in the block by its events, and before the block by the state.
func (p *Payments) packed(ctx context.Context, receipt *types.Receipt) (paid money.Amount, err error) {
	id := p.payments.GetABI().Events[contracts.PaymentsClearedPackedEventName].ID
	own := func(log *types.Log) bool {
		return log.Address == common.Address(p.at.Payments) && len(log.Topics) > 0 && log.Topics[0] == id
	}
	last, found := uint(0), false
	for _, log := range receipt.Logs {
		if own(log) {
			last, found = log.Index, true
		}
	}
	if !found {
		return 0, nil
	}
	logs, err := p.clearings(ctx, receipt.BlockHash)
	if err != nil {
		return 0, err
	}
	before := map[epochKey]money.Amount{}
	for i := range logs {
		log := &logs[i]
		if log.Index > last {
			break
		}
		cleared, err := p.clearedBy(log)
		if err != nil {
			return 0, err
		}
		for _, c := range cleared {
			key := epochKey{c.Consumer, c.Channel, c.Epoch}
			if own(log) && log.TxHash == receipt.TxHash {
				was, known := before[key]
				if !known {
					if was, err = p.clearedBefore(ctx, key, receipt.BlockNumber); err != nil {
						return 0, err
					}
				}
				if paid, err = paid.Add(c.Cleared.SaturatingSub(was)); err != nil {
					return 0, err
				}
			}
			before[key] = c.Cleared
		}
	}
	return paid, nil
}

// clearings returns a block's events of promises that were cleared, of either kind.
func (p *Payments) clearings(ctx context.Context, block common.Hash) (logs []types.Log, err error) {
	events := p.payments.GetABI().Events
	err = p.client.ask(ctx, func(ctx context.Context, e *ethclient.Client) (err error) {
		logs, err = e.FilterLogs(ctx, ethereum.FilterQuery{
			BlockHash: &block, Addresses: []common.Address{common.Address(p.at.Payments)},
			Topics: [][]common.Hash{{
				events[contracts.PaymentsClearedEventName].ID, events[contracts.PaymentsClearedPackedEventName].ID,
			}},
		})
		return err
	})
	return logs, err
}

// clearedBy reads an event of either kind.
func (p *Payments) clearedBy(log *types.Log) ([]PackedClearing, error) {
	if one, err := p.payments.UnpackClearedEvent(log); err == nil {
		cleared, err := units(one.Cleared)
		return []PackedClearing{{identity.Address(one.Consumer), one.Channel, one.Epoch, cleared}}, err
	}
	event, err := p.payments.UnpackClearedPackedEvent(log)
	if err != nil {
		return nil, err
	}
	return PackedClearings(event.Records)
}

// clearedBefore returns what was cleared in an epoch before a block.
func (p *Payments) clearedBefore(ctx context.Context, key epochKey, block *big.Int) (money.Amount, error) {
	at := new(big.Int).Sub(block, big.NewInt(1))
	c, err := read(ctx, p.client, p.at.Payments, p.payments.PackChannel(common.Address(key.consumer), key.channel), at, p.payments.UnpackChannel)
	if errors.Is(err, errNoCodeThen) || err == nil && c.Epoch != key.epoch {
		return 0, nil // the epoch began in the block itself
	}
	if err != nil {
		return 0, fmt.Errorf("read channel %d of %s: %w", key.channel, key.consumer, err)
	}
	return units(c.Cleared)
}
