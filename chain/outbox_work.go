package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/store"
)

// errRow says that something is wrong with single transactions, not with the chain.
var errRow = errors.New("cannot go on with a transaction")

// round is what one look at the chain found.
type round struct {
	head Head
	rows []store.OutboxRow // that are open, oldest first
	// used is how many nonces the chain has used, by the least of what endpoints say. A single one that
	// counts too many would leave a gap, above which nothing is ever mined.
	used uint64
}

// Work looks at every open transaction once and does what is due for it. Run calls it. What goes wrong with
// one of them does not keep the later ones waiting.
func (o *Outbox) Work(ctx context.Context) error {
	o.working.Lock()
	defer o.working.Unlock()
	head, err := o.cfg.Client.Head(ctx)
	if err != nil {
		return err
	}
	w := &round{head: head}
	if err := o.open(ctx, w); err != nil {
		return err
	}
	defer o.announce(head)
	if len(w.rows) == 0 {
		return nil
	}
	if w.used, err = o.leastNonce(ctx, atLatest); err != nil {
		return err
	}
	var failures []error
	for _, queued := range []bool{false, true} { // what is on its way comes first: it may need its nonce back
		for i := range w.rows {
			row, step := &w.rows[i], o.watch
			if queued {
				step = o.send
			}
			if row.Final || (row.State == string(StateQueued)) != queued {
				continue
			}
			err := step(ctx, w, row)
			if err == nil {
				continue
			}
			o.tell(ctx, slog.LevelWarn, row, "cannot go on with a transaction; trying again", "error", err)
			failures = append(failures, fmt.Errorf("transaction %q: %w", row.Key, err))
			if ctx.Err() != nil {
				return errors.Join(failures...)
			}
			if errors.Is(err, ErrUnavailable) { // of this question, or of all?
				if _, err := o.cfg.Client.Head(ctx); err != nil {
					return errors.Join(failures...)
				}
			}
		}
	}
	if len(failures) > 0 {
		return fmt.Errorf("%w: %w", errRow, errors.Join(failures...))
	}
	return nil
}

// open reads the open transactions, and once per process which nonces the final ones have used.
func (o *Outbox) open(ctx context.Context, w *round) error {
	return o.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		if w.rows, err = tx.OpenOutbox(o.cfg.Client.ChainID(), o.Address()); err != nil || o.known {
			return err
		}
		o.final, err = tx.FinalNonces(o.cfg.Client.ChainID(), o.Address())
		o.known = err == nil
		return err
	})
}

// usedBeside is how many nonces are used for sure: what the endpoints say, and at least what our own other
// transactions have used, so that an endpoint which is behind, or lies, does not give a nonce out twice.
func (o *Outbox) usedBeside(w *round, row *store.OutboxRow) uint64 {
	used := max(w.used, o.final)
	for i := range w.rows {
		if other := &w.rows[i]; other.ID != row.ID && other.Block != 0 {
			used = max(used, other.Nonce+1)
		}
	}
	return used
}

// nextNonce is above everything that this outbox holds and that the chain has used.
func (o *Outbox) nextNonce(w *round, row *store.OutboxRow) uint64 {
	nonce := o.usedBeside(w, row)
	for i := range w.rows {
		if w.rows[i].HasNonce {
			nonce = max(nonce, w.rows[i].Nonce+1)
		}
	}
	return nonce
}

// tell logs a line about a transaction, once in each of its states.
func (o *Outbox) tell(ctx context.Context, level slog.Level, row *store.OutboxRow, message string, args ...any) {
	line := row.State + " " + message
	if slices.Contains(o.told[row.ID], line) {
		return
	}
	o.told[row.ID] = append(o.told[row.ID], line)
	o.cfg.Logger.Log(ctx, level, message, append([]any{"key", row.Key}, args...)...)
}

// forget drops what this process remembers of a transaction that nobody looks at any more.
func (o *Outbox) forget(id int64) {
	delete(o.resent, id)
	delete(o.looked, id)
	delete(o.told, id)
}

// announce wakes those who wait.
func (o *Outbox) announce(head Head) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.head = head.Number
	close(o.changed)
	o.changed = make(chan struct{})
}

// watch looks after a transaction that has been sent. Where it is on the chain is looked up once per head.
func (o *Outbox) watch(ctx context.Context, w *round, row *store.OutboxRow) error {
	attempts, err := o.attempts(ctx, row.ID)
	if err != nil {
		return err
	}
	if o.looked[row.ID] != w.head.Hash {
		if err := o.find(ctx, w, row, attempts); err != nil {
			return err
		}
		if row.Final {
			return nil
		}
		o.looked[row.ID] = w.head.Hash
	}
	used := o.usedBeside(w, row)
	if row.Block != 0 || !row.HasNonce || row.Nonce < used {
		return nil
	}
	return o.resend(ctx, row, attempts, row.Nonce == used)
}

// find looks up whether a transaction is in a block, and notes what follows from that.
func (o *Outbox) find(ctx context.Context, w *round, row *store.OutboxRow, attempts []store.OutboxAttempt) error {
	used := row.Nonce < o.usedBeside(w, row)
	receipt, err := o.receipt(ctx, attempts, used)
	switch {
	case err != nil:
		return err
	case receipt != nil:
		return o.mined(ctx, row, receipt, w.head)
	case row.Block != 0: // a reorganisation has removed it
		o.tell(ctx, slog.LevelInfo, row, "transaction was reorganised away; sending again", "block", row.Block)
		row.State, row.MinedHash, row.BlockHash, row.Block, row.Reason = string(StateSent), [32]byte{}, [32]byte{}, 0, ""
		delete(o.resent, row.ID) // at once
		if err := o.save(ctx, *row); err != nil {
			return err
		}
	}
	if used {
		return o.displaced(ctx, row, attempts, w.head)
	}
	return nil
}

// mined notes in which block a transaction is.
func (o *Outbox) mined(ctx context.Context, row *store.OutboxRow, receipt *receipt, head Head) error {
	before := *row
	deep := head.Number >= uint64(receipt.Block) && head.Number-uint64(receipt.Block) >= o.cfg.Final
	if deep { // from then on nobody looks at it
		agreed, err := o.agreed(ctx, receipt)
		if err != nil {
			return err
		}
		if !agreed {
			o.tell(ctx, slog.LevelWarn, row, "endpoints disagree about a transaction", "transaction", receipt.Transaction)
			deep = false
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
		o.forget(row.ID)
		o.final = max(o.final, row.Nonce+1)
	}
	return o.save(ctx, *row)
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

// displaced deals with a nonce that seems used up by something else: the key was used elsewhere, or the
// database is an old copy. Once that is sure and final, none of the forms can be mined any more, and the
// transaction starts over. If it were wrong, the transaction would take effect twice: every endpoint must
// count the nonce as used, and none may know one of the forms. A single endpoint must show what has used it.
func (o *Outbox) displaced(ctx context.Context, row *store.OutboxRow, attempts []store.OutboxAttempt, head Head) error {
	if head.Number < o.cfg.Final {
		return o.await(ctx, row, "waiting until that is final")
	}
	final := head.Number - o.cfg.Final
	words, err := every(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (lastWord, error) {
		return o.lastWord(ctx, v, attempts, final)
	})
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		return o.await(ctx, row, "waiting until every endpoint confirms that")
	}
	for _, word := range words {
		if word.receipt != nil {
			return o.mined(ctx, row, word.receipt, head)
		}
		if word.used <= row.Nonce {
			return o.await(ctx, row, "waiting until that is final")
		}
	}
	if len(words) == 1 && !words[0].shown {
		return o.await(ctx, row, "but the only endpoint does not show by which; name a second one")
	}
	o.cfg.Logger.Warn("nonce was used outside of this outbox; taking another", "key", row.Key, "nonce", row.Nonce)
	row.State, row.HasNonce, row.Nonce, row.Reason = string(StateQueued), false, 0, ""
	return o.save(ctx, *row)
}

// await notes why a transaction whose nonce seems used up does not take another one yet.
func (o *Outbox) await(ctx context.Context, row *store.OutboxRow, why string) error {
	return o.hold(ctx, row, "its nonce was used by another transaction; "+why)
}

// resend puts a transaction on the wire again if it is due, with a higher fee if it is the next in
// line and has waited for long. Pools forget transactions, and so do restarted nodes.
func (o *Outbox) resend(ctx context.Context, row *store.OutboxRow, attempts []store.OutboxAttempt, next bool) error {
	if len(attempts) == 0 {
		return fmt.Errorf("%w: a sent transaction has no signed form", store.ErrDamaged)
	}
	newest, now := attempts[0], o.cfg.Now()
	// If the clock was set back since, nobody knows for how long it has waited.
	if next && now.Sub(time.UnixMilli(newest.Created)).Abs() >= o.cfg.BumpAfter {
		raised, err := o.raise(ctx, row, newest)
		if err != nil || raised {
			return err
		}
	}
	if now.Sub(o.resent[row.ID]) < resendAfter {
		return nil
	}
	return o.broadcast(ctx, row, newest, false)
}

// send gives a queued transaction a nonce, signs it, stores it and puts it on the wire.
func (o *Outbox) send(ctx context.Context, w *round, row *store.OutboxRow) error {
	switch err := o.cfg.Client.CheckContract(ctx, row.Recipient); {
	case errors.Is(err, ErrNoContract):
		return o.hold(ctx, row, err.Error())
	case err != nil:
		return err
	}
	gas, err := o.estimate(ctx, row)
	var revert *RevertError
	switch {
	case errors.As(err, &revert) && pendingBefore(w, row):
		return o.hold(ctx, row, "would revert now, before earlier transactions are mined: "+revert.Reason)
	case errors.As(err, &revert):
		row.State, row.Reason, row.Final = string(StateFailed), revert.Reason, true
		o.forget(row.ID)
		return o.save(ctx, *row)
	case errors.Is(err, errRefused):
		return o.hold(ctx, row, err.Error())
	case err != nil:
		return err
	}
	nonce := o.nextNonce(w, row)
	tip, base, err := o.fees(ctx, false)
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
	sent := *row
	sent.State, sent.HasNonce, sent.Nonce, sent.Reason = string(StateSent), true, nonce, ""
	if err := o.saveAttempt(ctx, sent, attempt); err != nil {
		return err // and the next in line takes the nonce: above a gap nothing would ever be mined
	}
	*row = sent
	return o.broadcast(ctx, row, attempt, true)
}

// pendingBefore tells whether a transaction on which this one may depend is not in a block yet.
func pendingBefore(w *round, row *store.OutboxRow) bool {
	return slices.ContainsFunc(w.rows, func(r store.OutboxRow) bool { return r.ID < row.ID && r.Block == 0 && !r.Final })
}

// hold notes what keeps a transaction from being sent. It is tried again.
func (o *Outbox) hold(ctx context.Context, row *store.OutboxRow, reason string) error {
	if strings.Contains(reason, "insufficient funds") {
		reason = fmt.Sprintf("account %s has too little to pay for gas", o.Address())
	}
	if row.Reason == reason {
		return nil
	}
	o.tell(ctx, slog.LevelWarn, row, "transaction is held up", "reason", reason)
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
	tip, base, err := o.fees(ctx, true)
	if err != nil {
		return false, err
	}
	tip = greater(tip, quarterMore(old.GasTipCap()))
	if tip.Cmp(o.cfg.MaxTip) > 0 {
		return false, o.hold(ctx, row, fmt.Sprintf("stuck; a higher tip would exceed the limit of %v wei per gas", o.cfg.MaxTip))
	}
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
	return true, o.broadcast(ctx, row, attempt, false) // an earlier form may have been mined meanwhile
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
