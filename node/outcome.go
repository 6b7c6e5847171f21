package node

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments/journal"
	"github.com/mysteriumnetwork/myst/relay"
)

// patience is how long nothing may be seen of an operation before its user is told so. What was signed can still
// take effect after that.
const patience = 10 * time.Minute

// lookEvery is after how many looks at a ticket that is not mined the node looks at the chain itself.
const lookEvery = 20

// look says whether an operation took effect, by this node's own chain endpoints. What a relayer says is not asked.
type look func(ctx context.Context) (bool, error)

// errPatience is the cause of a context that ends because nothing was seen in time.
var errPatience = errors.New("nothing was seen in time")

// limited is ctx with the patience that the node has.
func limited(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, cmp.Or(d, patience), errPatience)
}

// outcome follows one operation from its ticket to its effect.
type outcome struct {
	w         *wallet
	operation string
	took      look
	progress  func(Progress)

	ticket relay.Ticket
	shown  string
	early  bool // the effect was there at the last look, though no relayer had said so
	err    error
}

// await waits until an operation took effect. A relayer's word that it did is not enough, and not needed: its transaction
// may have been replaced by another. Errors: ErrNoOutcome when nothing was seen in time.
func (w *wallet) await(ctx context.Context, operation string, ticket relay.Ticket, took look, progress func(Progress)) (Payment, error) {
	ctx, cancel := limited(ctx, w.patience)
	defer cancel()
	o := &outcome{w: w, operation: operation, took: took, progress: progress, ticket: ticket}
	for n := 1; ; n++ {
		o.show()
		if done, err := o.look(ctx, n); done || err != nil {
			return o.payment(), err
		}
		if err := sleep(ctx, relayPoll); err != nil {
			return Payment{}, o.gaveUp(ctx, err)
		}
		next, err := w.relayer.Status(ctx, ticket.ID)
		switch {
		case err == nil:
			o.ticket = next
		case ctx.Err() == nil && !errors.Is(err, relay.ErrUnavailable):
			return Payment{}, fmt.Errorf("%s: %w; %s", operation, err, mayStill)
		}
	}
}

// mayStill is what a user must know before trying again what only a relayer says will not happen.
const mayStill = "its relayer could still get it into a block, until what was signed expires, within the hour; a provider's release " +
	"until its channel is free, and a fee for clearing, withdrawing or freeing until the next such fee: look at 'myst balance' before you try again"

func (o *outcome) show() {
	said := ""
	switch o.ticket.State {
	case relay.StateMined:
		said = fmt.Sprintf("in block %d", o.ticket.Block)
	case relay.StateQueued, relay.StateSent:
		if said = "waiting for the relayer to send it"; o.ticket.Transaction != "" {
			said = "waiting for transaction " + o.ticket.Transaction
		}
	case relay.StateFailed:
	}
	if said != "" && said != o.shown {
		o.shown = said
		o.progress(Progress{Step: o.operation, Detail: said, Sent: true, Transaction: o.ticket.Transaction})
	}
}

// look asks the chain, the n-th time that the ticket is looked at.
func (o *outcome) look(ctx context.Context, n int) (done bool, err error) {
	mined, failed := o.ticket.State == relay.StateMined, o.ticket.State == relay.StateFailed
	if !mined && !failed && n%lookEvery != 0 {
		return false, nil
	}
	seen, err := o.took(ctx)
	o.err = err // of an endpoint that may answer at the next look
	switch {
	case seen && mined:
		return true, nil
	case seen && (failed || o.early):
		o.ticket = relay.Ticket{}
		o.progress(Progress{Step: o.operation, Detail: "another transaction did it"})
		return true, nil
	case failed && err == nil:
		return false, fmt.Errorf("%s: the relayer says that transaction %s failed: %s; %s", o.operation, o.ticket.Transaction, o.ticket.Reason, mayStill)
	}
	o.early = seen
	return false, nil
}

func (o *outcome) payment() Payment {
	return Payment{Operation: o.operation, Transaction: o.ticket.Transaction, Block: o.ticket.Block}
}

// gaveUp says what is known when waiting has ended.
func (o *outcome) gaveUp(ctx context.Context, err error) error {
	switch {
	case !errors.Is(context.Cause(ctx), errPatience):
		return fmt.Errorf("%s: no outcome yet: %w; %s", o.operation, err, mayStill)
	case o.err != nil:
		return fmt.Errorf("%s: %w: this node's chain endpoints do not tell whether it took effect: %w", o.operation, ErrNoOutcome, o.err)
	case o.ticket.State == relay.StateMined:
		return fmt.Errorf("%s: %w: the relayer says that transaction %s is in block %d, but this node's own chain endpoints do not show what it should have done; "+
			"'myst balance' and 'myst ledger' tell what is there", o.operation, ErrNoOutcome, o.ticket.Transaction, o.ticket.Block)
	}
	return fmt.Errorf("%s: %w: the relayer has got it into no block; %s", o.operation, ErrNoOutcome, mayStill)
}

// confirmed waits until what took effect is confirmed, and in the ledger. A transaction that the ledger does not have was
// replaced by another; then the payment names none any more. Errors: ErrNoOutcome when the ledger stands still.
func (n *Node) confirmed(ctx context.Context, self *Self, paid Payment, took look, progress func(Progress)) (Payment, error) {
	if self.Journal == nil {
		return paid, nil
	}
	fail := func(format string, args ...any) (Payment, error) {
		return paid, fmt.Errorf(paid.Operation+": "+format, args...)
	}
	hash, named := transactionHash(paid.Transaction)
	seen, err := n.newest(ctx) // what took effect is there by now
	if err != nil {
		return fail("%w", chainError(err))
	}
	first, shown, waiting, cancel := true, uint64(0), ctx, func() {}
	defer func() { cancel() }()
	for {
		booked, block, err := self.Journal.Booked(ctx, hash)
		if err != nil {
			return fail("%w", err)
		}
		if block >= seen && booked && named {
			progress(Progress{Step: "confirm", Detail: fmt.Sprintf("block %d is confirmed, and in the ledger", paid.Block)})
			return paid, nil
		}
		if block >= seen && sees(ctx, took) {
			paid.Transaction, paid.Block = "", 0
			progress(Progress{Step: "confirm", Detail: "confirmed, and in the ledger, by another transaction than the relayer named"})
			return paid, nil
		}
		if first || block != shown {
			first, shown = false, block
			cancel()
			waiting, cancel = limited(ctx, n.cfg.Patience)
			progress(Progress{
				Step: "confirm", Detail: fmt.Sprintf("waiting for %d blocks on top of block %d; the ledger is at block %d", n.cfg.Confirmations, paid.Block, block),
				Sent: true, Transaction: paid.Transaction,
			})
		}
		switch err := sleep(waiting, relayPoll); {
		case err != nil && errors.Is(context.Cause(waiting), errPatience):
			return fail("%w: it took effect and is not confirmed; the ledger is still at block %d", ErrNoOutcome, block)
		case err != nil:
			return fail("transaction %s is in block %d and not confirmed yet: %w", paid.Transaction, paid.Block, err)
		}
	}
}

// sees is a look whose failure counts as nothing seen.
func sees(ctx context.Context, took look) bool {
	seen, err := took(ctx)
	return err == nil && seen
}

// newest is the number of the chain's newest block.
func (n *Node) newest(ctx context.Context) (uint64, error) {
	head, err := n.cfg.Head(ctx)
	return head.Number, err
}

func transactionHash(text string) (hash [32]byte, ok bool) {
	raw, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil || len(raw) != len(hash) {
		return hash, false
	}
	return [32]byte(raw), true
}

// booked says whether the ledger has a row of this kind and amount since a block. Amounts of any size fit zero.
func (w *wallet) booked(ctx context.Context, kind journal.Kind, amount money.Amount, since uint64) (bool, error) {
	if w.self.Journal == nil {
		return false, nil
	}
	rows, err := w.self.Journal.Entries(ctx, journal.Filter{Kind: kind, Limit: 20})
	for _, r := range rows {
		if r.Self == w.self.address() && r.Block > since && !r.Reversed && r.Reverses == 0 && (amount == 0 || max(r.Amount, -r.Amount) == int64(amount)) {
			return true, nil
		}
	}
	return false, err
}
