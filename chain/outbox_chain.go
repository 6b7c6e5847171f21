package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/store"
)

// receipt is the part of a transaction receipt that we use.
type receipt struct {
	Transaction common.Hash    `json:"transactionHash"`
	Block       hexutil.Uint64 `json:"blockNumber"`
	BlockHash   common.Hash    `json:"blockHash"`
	Status      hexutil.Uint64 `json:"status"`
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

// anyReceipt returns that of the form that is in a block of the endpoint's chain; nil when none is.
func anyReceipt(ctx context.Context, v *pinned, attempts []store.OutboxAttempt) (*receipt, error) {
	for _, attempt := range attempts {
		found, err := readReceipt(ctx, v, attempt.Hash)
		if err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

// receipt returns that of the form that is in a block; nil when none is. By that the best endpoint's word
// counts; but when the nonce is used, that of any which knows by what.
func (o *Outbox) receipt(ctx context.Context, attempts []store.OutboxAttempt, used bool) (*receipt, error) {
	found, err := each(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (*receipt, error) {
		return anyReceipt(ctx, v, attempts)
	})
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		if one != nil || !used {
			return one, nil
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

// agreed tells whether every endpoint that works has a transaction in the same block of its chain, with the
// same outcome.
func (o *Outbox) agreed(ctx context.Context, claim *receipt) (bool, error) {
	found, err := each(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (*receipt, error) {
		return readReceipt(ctx, v, claim.Transaction)
	})
	return !slices.ContainsFunc(found, func(one *receipt) bool { return one == nil || *one != *claim }), err
}

// lastWord is what an endpoint says about a transaction whose nonce seems used up by another one.
type lastWord struct {
	used    uint64   // nonces, as of the newest final block
	receipt *receipt // of one of its forms; nil when none is in a block
	shown   bool     // the other one was seen, signed by our key
}

// lastWord asks an endpoint. That something else is in its place is looked for only where no other endpoint
// can be asked.
func (o *Outbox) lastWord(ctx context.Context, v *pinned, attempts []store.OutboxAttempt, final uint64) (w lastWord, err error) {
	if w.receipt, err = anyReceipt(ctx, v, attempts); err != nil || w.receipt != nil || len(attempts) == 0 {
		return w, err
	}
	if w.used, err = o.nonceAt(ctx, v, number(final)); err != nil {
		return w, err
	}
	nonce := attempts[0].Nonce
	if len(o.cfg.Client.endpoints) > 1 || w.used <= nonce {
		return w, nil
	}
	at, err := o.blockOf(ctx, v, nonce, final)
	if err != nil {
		return w, nil //nolint:nilerr // it has forgotten so old a state, and cannot show anything
	}
	other, err := o.inBlock(ctx, v, at, nonce)
	if err != nil || other == nil {
		return w, err
	}
	w.shown = !slices.ContainsFunc(attempts, func(a store.OutboxAttempt) bool { return a.Hash == other.Hash() })
	return w, nil
}

// blockOf returns the block in which the account's nonce was used, which is at most last.
func (o *Outbox) blockOf(ctx context.Context, v *pinned, nonce, last uint64) (uint64, error) {
	var below uint64 // a block as of which it was not used
	for back := uint64(1); ; back *= 2 {
		below = last - min(back, last)
		used, err := o.nonceAt(ctx, v, number(below))
		if err != nil {
			return 0, err
		}
		if used <= nonce || below == 0 {
			break
		}
		last = below
	}
	for last-below > 1 {
		middle := below + (last-below)/2
		used, err := o.nonceAt(ctx, v, number(middle))
		switch {
		case err != nil:
			return 0, err
		case used > nonce:
			last = middle
		default:
			below = middle
		}
	}
	return last, nil
}

// inBlock returns the transaction in a block that our key has signed with a nonce; nil when none is there.
func (o *Outbox) inBlock(ctx context.Context, v *pinned, at, nonce uint64) (*types.Transaction, error) {
	var block struct {
		Transactions []json.RawMessage `json:"transactions"`
	}
	err := v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
		return r.CallContext(ctx, &block, "eth_getBlockByNumber", hexutil.EncodeUint64(at), true)
	})
	if err != nil {
		return nil, err
	}
	signer := types.LatestSignerForChainID(number(o.cfg.Client.ChainID()))
	for _, raw := range block.Transactions {
		var tx types.Transaction
		if tx.UnmarshalJSON(raw) != nil {
			continue // a kind of transaction that only this chain has, and that we do not send
		}
		sender, err := types.Sender(signer, &tx)
		if err == nil && sender == common.Address(o.Address()) && tx.Nonce() == nonce {
			return &tx, nil
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

func (o *Outbox) nonceAt(ctx context.Context, v *pinned, block atBlock) (used uint64, err error) {
	err = v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
		used, err = ethclient.NewClient(r).NonceAt(ctx, common.Address(o.Address()), block)
		return err
	})
	return used, err
}

// leastNonce is how many nonces were used as of a block, by the least of what endpoints say.
func (o *Outbox) leastNonce(ctx context.Context, block atBlock) (uint64, error) {
	used, err := each(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (uint64, error) {
		return o.nonceAt(ctx, v, block)
	})
	if err != nil {
		return 0, err
	}
	return slices.Min(used), nil
}

// estimate is an endpoint's answer to how much gas a call needs: the gas, or why it cannot be told.
type estimate struct {
	gas     uint64
	refusal error
}

// estimate returns the gas that a call needs. A call reverts if all endpoints that work say so.
// Errors: *RevertError; errRefused.
func (o *Outbox) estimate(ctx context.Context, row *store.OutboxRow) (gas uint64, err error) {
	answers, err := each(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (e estimate, err error) {
		err = v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
			e.gas, err = ethclient.NewClient(r).EstimateGasAtBlock(ctx, callMsg(o.Address(), row.Recipient, row.Data), atPending)
			return err
		})
		if refused(err) {
			e.refusal, err = err, nil
		}
		return e, err
	})
	if err != nil {
		return 0, err
	}
	refusal := answers[0].refusal
	for _, a := range answers {
		if a.refusal == nil {
			return a.gas, nil
		}
		if !errors.Is(a.refusal, ErrReverted) {
			refusal = a.refusal
		}
	}
	if errors.Is(refusal, ErrReverted) {
		return 0, refusal
	}
	return 0, fmt.Errorf("%w: %w", errRefused, refusal)
}

// errRefused says that endpoints answered with errors.
var errRefused = errors.New("refused")

// refused tells whether an error is an endpoint's answer to a request.
func refused(err error) bool {
	var answer rpc.Error
	return errors.As(err, &answer) || errors.Is(err, ErrReverted)
}

// fees returns what endpoints suggest as a tip, and the base fee, in wei per gas. The tip is the least that
// one suggests, for a transaction that is stuck the greatest, and at most MaxTip.
func (o *Outbox) fees(ctx context.Context, stuck bool) (tip, base *big.Int, err error) {
	latest, err := o.cfg.Client.latest(ctx)
	if err != nil {
		return nil, nil, err
	}
	if latest.BaseFee == nil {
		return nil, nil, errors.New("the chain has no base fee (EIP-1559), which is needed")
	}
	tips, err := each(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (tip *big.Int, err error) {
		err = v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
			tip, err = ethclient.NewClient(r).SuggestGasTipCap(ctx)
			return err
		})
		return tip, err
	})
	if err != nil {
		return nil, nil, err
	}
	tip = slices.MinFunc(tips, (*big.Int).Cmp)
	if stuck {
		tip = slices.MaxFunc(tips, (*big.Int).Cmp)
	}
	return lesser(tip, o.cfg.MaxTip), latest.BaseFee.ToInt(), nil
}

// broadcast puts signed bytes on the wire, through every endpoint that works: one may take them and drop
// them. What all of them say against it is noted, not returned: the next look at the chain decides what
// is true. That the nonce is used up already is no refusal of bytes that may have been sent before: fresh
// tells that they cannot have been.
func (o *Outbox) broadcast(ctx context.Context, row *store.OutboxRow, attempt store.OutboxAttempt, fresh bool) error {
	refusals, err := each(ctx, o.cfg.Client, func(ctx context.Context, v *pinned) (string, error) {
		err := v.do(ctx, func(ctx context.Context, r *rpc.Client) error {
			return r.CallContext(ctx, nil, "eth_sendRawTransaction", hexutil.Encode(attempt.Raw))
		})
		if err == nil || !refused(err) {
			return "", err
		}
		if says(err, alreadyKnown) || !fresh && says(err, nonceTooLow) {
			return "", nil
		}
		return err.Error(), nil
	})
	switch {
	case err != nil:
		return err
	case !slices.Contains(refusals, ""):
		return o.hold(ctx, row, refusals[0])
	}
	o.resent[row.ID] = o.cfg.Now()
	return nil
}

// What implementations answer to bytes that they have already, and to those whose nonce is used up. No code tells
// these from other errors.
var (
	alreadyKnown = []string{"already known", "alreadyknown", "already imported", "known transaction"}
	nonceTooLow  = []string{"nonce too low", "noncetoolow", "nonce is too low"}
)

// says tells whether an endpoint's error contains one of some words, which are in lower case.
func says(err error, words []string) bool {
	text := strings.ToLower(err.Error())
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}
