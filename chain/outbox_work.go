package chain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/store"
)

// Work looks at every open transaction once and does what is due for it. Run calls it.
func (o *Outbox) Work(ctx context.Context) error {
	o.working.Lock()
	defer o.working.Unlock()
	head, err := o.cfg.Client.Head(ctx)
	if err != nil {
		return err
	}
	var rows []store.OutboxRow
	err = o.cfg.DB.View(ctx, func(tx *store.Tx) error {
		rows, err = tx.OpenOutbox(o.cfg.Client.ChainID(), o.Address())
		return err
	})
	if err != nil {
		return err
	}
	defer o.announce(head)
	if len(rows) == 0 {
		return nil
	}
	used, err := o.leastNonce(ctx, atLatest)
	if err != nil {
		return err
	}
	for i := range rows {
		if rows[i].State == string(StateQueued) {
			continue
		}
		if err := o.watch(ctx, &rows[i], head, used); err != nil {
			return fmt.Errorf("transaction %q: %w", rows[i].Key, err)
		}
	}
	for i := range rows {
		if rows[i].State != string(StateQueued) {
			continue
		}
		if err := o.send(ctx, &rows[i]); err != nil {
			return fmt.Errorf("transaction %q: %w", rows[i].Key, err)
		}
	}
	return nil
}

// announce wakes those who wait.
func (o *Outbox) announce(head Head) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.head = head.Number
	close(o.changed)
	o.changed = make(chan struct{})
}

// watch looks after a transaction that has been sent. used is how many nonces the chain has used.
func (o *Outbox) watch(ctx context.Context, row *store.OutboxRow, head Head, used uint64) error {
	attempts, err := o.attempts(ctx, row.ID)
	if err != nil {
		return err
	}
	receipt, err := o.receipt(ctx, attempts)
	if err != nil {
		return err
	}
	if receipt != nil {
		return o.mined(ctx, row, receipt, head)
	}
	if row.Block != 0 { // a reorganisation has removed it
		o.cfg.Logger.Info("transaction was reorganised away; sending again", "key", row.Key, "block", row.Block)
		row.State, row.MinedHash, row.BlockHash, row.Block, row.Reason = string(StateSent), [32]byte{}, [32]byte{}, 0, ""
		delete(o.resent, row.ID) // at once
		if err := o.save(ctx, *row); err != nil {
			return err
		}
	}
	if row.Nonce < used {
		return o.displaced(ctx, row, head)
	}
	return o.resend(ctx, row, attempts, row.Nonce == used)
}

// mined notes in which block a transaction is.
func (o *Outbox) mined(ctx context.Context, row *store.OutboxRow, receipt *receipt, head Head) error {
	before := *row
	deep := head.Number >= uint64(receipt.Block) && head.Number-uint64(receipt.Block) >= o.cfg.Final
	if deep { // from then on nobody looks at it
		err := o.agreed(ctx, receipt)
		if errors.Is(err, errDisagree) {
			o.cfg.Logger.Warn("endpoints disagree about a transaction", "key", row.Key, "error", err)
			deep = false
		} else if err != nil {
			return err
		}
	}
	row.MinedHash, row.BlockHash, row.Block = receipt.Transaction, receipt.BlockHash, uint64(receipt.Block)
	row.Final = deep
	if uint64(receipt.Status) == types.ReceiptStatusSuccessful {
		row.State, row.Reason = string(StateMined), ""
	} else if row.State != string(StateFailed) || row.BlockHash != before.BlockHash {
		row.State = string(StateFailed)
		row.Reason = o.whyReverted(ctx, row)
	}
	if row.State == before.State && row.BlockHash == before.BlockHash && row.Final == before.Final {
		return nil
	}
	if row.Final {
		delete(o.resent, row.ID)
	}
	return o.save(ctx, *row)
}

// errDisagree says that endpoints do not all say the same.
var errDisagree = errors.New("endpoints do not say the same")

// agreed returns nil if every endpoint that works has a transaction in the same block of its chain, with
// the same outcome. Errors: errDisagree.
func (o *Outbox) agreed(ctx context.Context, claim *receipt) error {
	return o.cfg.Client.each(ctx, func(v *pinned) error {
		found, err := readReceipt(ctx, v, claim.Transaction)
		if err != nil {
			return err
		}
		if found == nil || *found != *claim {
			return fmt.Errorf("%w: %s has %x in no such block", errDisagree, v.endpoint.name, claim.Transaction)
		}
		return nil
	})
}

// readReceipt returns the receipt of a transaction that is in a block of the endpoint's chain; nil when it
// is in none.
func readReceipt(ctx context.Context, v *pinned, hash common.Hash) (*receipt, error) {
	var found *receipt
	err := v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
		return r.CallContext(ctx, &found, "eth_getTransactionReceipt", hash)
	})
	if err != nil || found == nil {
		return nil, err
	}
	b, err := v.blockAt(ctx, uint64(found.Block))
	switch {
	case errors.Is(err, errNotFound):
		return nil, nil //nolint:nilnil // none is an answer
	case err != nil:
		return nil, err
	case b.Hash != found.BlockHash || found.Transaction != hash:
		return nil, nil //nolint:nilnil // as above
	}
	return found, nil
}

// whyReverted runs the call again on top of its block: usually it fails for the same reason.
func (o *Outbox) whyReverted(ctx context.Context, row *store.OutboxRow) string {
	_, err := o.cfg.Client.call(ctx, o.Address(), row.Recipient, row.Data, number(row.Block))
	var revert *RevertError
	if errors.As(err, &revert) {
		return revert.Reason
	}
	return fmt.Sprintf("reverted in block %d", row.Block)
}

// displaced deals with a nonce that something else has used up: the key was used elsewhere, or the
// database is an old copy. Once that is final, none of the forms can be mined any more, and the
// transaction starts over.
func (o *Outbox) displaced(ctx context.Context, row *store.OutboxRow, head Head) error {
	const reason = "its nonce was used by another transaction; waiting until that is final"
	if head.Number >= o.cfg.Final {
		final, err := o.leastNonce(ctx, number(head.Number-o.cfg.Final))
		if err != nil {
			return err
		}
		if row.Nonce < final {
			o.cfg.Logger.Warn("nonce was used outside of this outbox; taking another", "key", row.Key, "nonce", row.Nonce)
			row.State, row.HasNonce, row.Nonce, row.Reason = string(StateQueued), false, 0, ""
			return o.save(ctx, *row)
		}
	}
	if row.Reason == reason {
		return nil
	}
	row.Reason = reason
	return o.save(ctx, *row)
}

// resend puts a transaction on the wire again if it is due, with a higher fee if it is the next in
// line and has waited for long. Pools forget transactions, and so do restarted nodes.
func (o *Outbox) resend(ctx context.Context, row *store.OutboxRow, attempts []store.OutboxAttempt, next bool) error {
	if len(attempts) == 0 {
		return fmt.Errorf("%w: a sent transaction has no signed form", store.ErrDamaged)
	}
	newest, now := attempts[0], o.cfg.Now()
	if next && now.Sub(time.UnixMilli(newest.Created)) >= o.cfg.BumpAfter {
		raised, err := o.raise(ctx, row, newest)
		if err != nil || raised {
			return err
		}
	}
	if now.Sub(o.resent[row.ID]) < resendAfter {
		return nil
	}
	return o.broadcast(ctx, row, newest)
}

// send gives a queued transaction a nonce, signs it, stores it and puts it on the wire.
func (o *Outbox) send(ctx context.Context, row *store.OutboxRow) error {
	switch err := o.cfg.Client.CheckContract(ctx, row.Recipient); {
	case errors.Is(err, ErrNoContract):
		return o.hold(ctx, row, err.Error())
	case err != nil:
		return err
	}
	gas, err := o.cfg.Client.estimateGas(ctx, o.Address(), row.Recipient, row.Data)
	var revert *RevertError
	var answer rpc.Error
	switch {
	case errors.As(err, &revert):
		row.State, row.Reason, row.Final = string(StateFailed), revert.Reason, true
		return o.save(ctx, *row)
	case errors.As(err, &answer):
		return o.hold(ctx, row, answer.Error())
	case err != nil:
		return err
	}
	nonce, err := o.nextNonce(ctx)
	if err != nil {
		return err
	}
	tip, base, err := o.fees(ctx)
	if err != nil {
		return err
	}
	feeCap := new(big.Int).Add(tip, new(big.Int).Lsh(base, 1)) // room for six full blocks in a row
	if feeCap.Cmp(o.cfg.MaxFee) > 0 {
		feeCap = o.cfg.MaxFee
	}
	if base.Cmp(feeCap) > 0 {
		return o.hold(ctx, row, fmt.Sprintf("gas costs %v wei, above the limit of %v", base, o.cfg.MaxFee))
	}
	to := common.Address(row.Recipient)
	attempt, err := o.sign(&types.DynamicFeeTx{
		Nonce: nonce, GasTipCap: lesser(tip, feeCap), GasFeeCap: feeCap, Gas: gas + gas/5, To: &to, Data: row.Data,
	})
	if err != nil {
		return err
	}
	row.State, row.HasNonce, row.Nonce, row.Reason = string(StateSent), true, nonce, ""
	if err := o.saveAttempt(ctx, *row, attempt); err != nil {
		return err
	}
	return o.broadcast(ctx, row, attempt)
}

// hold notes what keeps a transaction from being sent. It is tried again.
func (o *Outbox) hold(ctx context.Context, row *store.OutboxRow, reason string) error {
	if strings.Contains(reason, "insufficient funds") {
		reason = fmt.Sprintf("account %s has too little to pay for gas", o.Address())
	}
	if row.Reason == reason {
		return nil
	}
	o.cfg.Logger.Warn("transaction is held up", "key", row.Key, "reason", reason)
	row.Reason = reason
	return o.save(ctx, *row)
}

// raise signs and sends a form with a fee at least a quarter higher, which is more than pools ask for.
// It returns false when the limit does not allow that.
func (o *Outbox) raise(ctx context.Context, row *store.OutboxRow, last store.OutboxAttempt) (bool, error) {
	var old types.Transaction
	if err := old.UnmarshalBinary(last.Raw); err != nil {
		return false, fmt.Errorf("%w: signed form: %w", store.ErrDamaged, err)
	}
	tip, base, err := o.fees(ctx)
	if err != nil {
		return false, err
	}
	tip = greater(tip, quarterMore(old.GasTipCap()))
	feeCap := greater(new(big.Int).Add(tip, new(big.Int).Lsh(base, 1)), quarterMore(old.GasFeeCap()))
	if feeCap.Cmp(o.cfg.MaxFee) > 0 {
		return false, o.hold(ctx, row, fmt.Sprintf("stuck; a higher fee would exceed the limit of %v wei per gas", o.cfg.MaxFee))
	}
	attempt, err := o.sign(&types.DynamicFeeTx{
		Nonce: old.Nonce(), GasTipCap: tip, GasFeeCap: feeCap, Gas: old.Gas(), To: old.To(), Data: old.Data(),
	})
	if err != nil {
		return false, err
	}
	o.cfg.Logger.Info("transaction is stuck; raising its fee", "key", row.Key, "nonce", old.Nonce(), "wei_per_gas", feeCap)
	row.Reason = "waiting for a block; the fee was raised"
	if err := o.saveAttempt(ctx, *row, attempt); err != nil {
		return false, err
	}
	return true, o.broadcast(ctx, row, attempt)
}

// broadcast puts signed bytes on the wire, through every endpoint that works: one may take them and drop
// them. What all of them say against it is noted, not returned: the next look at the chain decides what
// is true.
func (o *Outbox) broadcast(ctx context.Context, row *store.OutboxRow, attempt store.OutboxAttempt) error {
	taken, refusal := false, ""
	err := o.cfg.Client.each(ctx, func(v *pinned) error {
		err := v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
			return r.CallContext(ctx, nil, "eth_sendRawTransaction", hexutil.Encode(attempt.Raw))
		})
		var answer rpc.Error
		switch {
		case err == nil:
			taken = true
		case !errors.As(err, &answer):
			return err
		case strings.Contains(answer.Error(), "already known") || strings.Contains(answer.Error(), "nonce too low"):
			taken = true
		default:
			refusal = answer.Error()
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !taken:
		return o.hold(ctx, row, refusal)
	}
	o.resent[row.ID] = o.cfg.Now()
	return nil
}

// sign makes the signed form of a transaction.
func (o *Outbox) sign(body *types.DynamicFeeTx) (store.OutboxAttempt, error) {
	body.ChainID = number(o.cfg.Client.ChainID())
	signed, err := types.SignNewTx(o.cfg.Key.ECDSA(), types.LatestSignerForChainID(body.ChainID), body)
	if err != nil {
		return store.OutboxAttempt{}, fmt.Errorf("sign: %w", err)
	}
	raw, err := signed.MarshalBinary()
	if err != nil {
		return store.OutboxAttempt{}, fmt.Errorf("encode: %w", err)
	}
	return store.OutboxAttempt{Hash: signed.Hash(), Nonce: body.Nonce, Raw: raw, Created: o.cfg.Now().UnixMilli()}, nil
}

// nextNonce is above everything that this outbox holds and that the chain has used. What a single one of
// several endpoints claims beyond that does not count: a nonce with a gap below it is never mined.
func (o *Outbox) nextNonce(ctx context.Context) (nonce uint64, err error) {
	if nonce, err = o.leastNonce(ctx, atLatest); err != nil {
		return 0, err
	}
	err = o.cfg.DB.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.OpenOutbox(o.cfg.Client.ChainID(), o.Address())
		for _, row := range rows {
			if row.HasNonce {
				nonce = max(nonce, row.Nonce+1)
			}
		}
		return err
	})
	return nonce, err
}

// leastNonce is how many nonces were used as of a block, by the least of what endpoints say.
func (o *Outbox) leastNonce(ctx context.Context, block atBlock) (uint64, error) {
	least := uint64(math.MaxUint64)
	err := o.cfg.Client.each(ctx, func(v *pinned) error {
		return v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
			used, err := ethclient.NewClient(r).NonceAt(ctx, common.Address(o.Address()), block)
			if err == nil {
				least = min(least, used)
			}
			return err
		})
	})
	return least, err
}

// fees returns what the endpoint suggests as a tip, and the base fee, in wei per gas.
func (o *Outbox) fees(ctx context.Context) (tip, base *big.Int, err error) {
	latest, err := o.cfg.Client.latest(ctx)
	if err != nil {
		return nil, nil, err
	}
	if latest.BaseFee == nil {
		return nil, nil, errors.New("the chain has no base fee (EIP-1559), which is needed")
	}
	err = o.cfg.Client.ask(ctx, func(ctx context.Context, e *ethclient.Client) error {
		tip, err = e.SuggestGasTipCap(ctx)
		return err
	})
	return tip, latest.BaseFee.ToInt(), err
}

// receipt is the part of a transaction receipt that we use.
type receipt struct {
	Transaction common.Hash    `json:"transactionHash"`
	Block       hexutil.Uint64 `json:"blockNumber"`
	BlockHash   common.Hash    `json:"blockHash"`
	Status      hexutil.Uint64 `json:"status"`
}

// receipt returns that of the form that is in a block; nil when none is.
func (o *Outbox) receipt(ctx context.Context, attempts []store.OutboxAttempt) (*receipt, error) {
	v, err := o.cfg.Client.pin(ctx)
	if err != nil {
		return nil, err
	}
	for _, attempt := range attempts {
		found, err := readReceipt(ctx, v, attempt.Hash)
		if err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

func (o *Outbox) attempts(ctx context.Context, id int64) (attempts []store.OutboxAttempt, err error) {
	err = o.cfg.DB.View(ctx, func(tx *store.Tx) error {
		attempts, err = tx.OutboxAttempts(id)
		return err
	})
	return attempts, err
}

func (o *Outbox) save(ctx context.Context, row store.OutboxRow) error {
	return o.cfg.DB.InTx(ctx, func(tx *store.Tx) error { return tx.SetOutbox(row) })
}

func (o *Outbox) saveAttempt(ctx context.Context, row store.OutboxRow, attempt store.OutboxAttempt) error {
	return o.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.SetOutbox(row); err != nil {
			return err
		}
		return tx.AddOutboxAttempt(row.ID, attempt)
	})
}

func quarterMore(n *big.Int) *big.Int {
	more := new(big.Int).Add(n, new(big.Int).Rsh(n, 2))
	return more.Add(more, common.Big1)
}

func greater(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

func lesser(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
