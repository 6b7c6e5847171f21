// Package relay puts other identities' signed intents on chain, so that neither consumers nor
// providers need gas coins.
//
// An [Intent] says what shall happen, with the signatures that the contract asks for. Nothing that
// a relayer can do with it harms the signer: money only ever moves as signed. A [Relayer] takes
// intents and returns a [Ticket] by which the outcome can be asked for, also after a restart.
// [Service] is the relayer over a durable outbox; a hub serves one over HTTP, and a light node uses
// that through the same interface.
//
// A service checks the signatures itself, simulates the call against the pending block, and
// refuses what would fail, with a [Refusal] that says why. A stranger, which is anybody not told to be
// known, has one outstanding call at a time, and all strangers together three quarters of the room.
package relay

import (
	"context"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// Relayer takes signed intents and puts them on chain.
type Relayer interface {
	// Submit takes an intent on. Submitting the same intent again returns the first one's ticket,
	// unless that has failed. Clear, Withdraw, Unlock and Collect make a new ticket also once the first is
	// mined, and are refused while there is nothing to gain. Errors: a *[Refusal], ErrUnavailable, or beside that
	// ErrUnheard.
	Submit(ctx context.Context, in Intent) (Ticket, error)
	// Quote tells what the relayer asks for each kind of intent. Errors: ErrUnavailable, ErrQuote.
	Quote(ctx context.Context) (Quote, error)
	// Order has an intent completed for what the relayer asks, and submits it. Errors: those of Quote,
	// Submit and complete.
	Order(ctx context.Context, complete Complete) (Ticket, error)
	// Status returns a ticket as it is now. Errors: ErrNotFound, ErrUnavailable.
	Status(ctx context.Context, id string) (Ticket, error)
	// Info tells what a signer needs to know of the relayer.
	Info(ctx context.Context) (Info, error)
}

// Errors that callers branch on.
var (
	// ErrUnavailable says that the relayer or its chain cannot be reached now.
	ErrUnavailable = errors.New("relayer is not available")
	// ErrUnheard says that a relayer was sent an intent and did not answer, so that it may have taken it on.
	ErrUnheard = errors.New("the relayer did not answer, and may have taken it on")
	// ErrNotFound says that there is no such ticket.
	ErrNotFound = errors.New("no such ticket")
	// ErrMalformed says that a text is not an intent.
	ErrMalformed = errors.New("malformed intent")
)

// Info is what a signer needs to know of a relayer.
type Info struct {
	// Address is the account that sends; a Fund intent and a fee name it.
	Address identity.Address `json:"address"`
	// Empty says that Address has no coins for gas: nothing is relayed now.
	Empty bool `json:"empty,omitempty"`
}

// Reason says in one word why an intent was refused; it is part of the HTTP API.
type Reason string

// Reasons for refusal.
const (
	// ReasonMalformed: the intent is incomplete or too large.
	ReasonMalformed Reason = "malformed"
	// ReasonSignature: a signature is not by whom it should be, or for another contract or chain.
	ReasonSignature Reason = "signature"
	// ReasonExpired: the intent's ValidUntil is past.
	ReasonExpired Reason = "expired"
	// ReasonRelayer: the Fund or the fee names another relayer.
	ReasonRelayer Reason = "relayer"
	// ReasonReverts: the contract would refuse; the text has its reason.
	ReasonReverts Reason = "reverts"
	// ReasonFee: the fee is missing or too low, or the relayer does not take this kind.
	ReasonFee Reason = "fee"
	// ReasonQuote: the quote is not this relayer's, or it is over.
	ReasonQuote Reason = "quote"
	// ReasonBusy: this identity has an outstanding call, or the relayer has too many in all.
	ReasonBusy Reason = "busy"
	// ReasonBond: watched is only for registered and bonded providers.
	ReasonBond Reason = "bond"
	// ReasonStale: a watcher holds a larger promise of the epoch, or a newer consent to its fee.
	ReasonStale Reason = "stale"
	// ReasonFull: a watcher holds as many promises as it can, and none that brings less for the same provider.
	ReasonFull Reason = "full"
)

// Refusal is an intent that the relayer does not take.
type Refusal struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail"`
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("relayer refused (%s): %s", r.Reason, r.Detail) }

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// State is how far an intent has come.
type State string

// States of a ticket. A reorganisation of the chain can take one from mined back to sent.
const (
	StateQueued State = "queued" // stored, not yet sent
	StateSent   State = "sent"   // on the wire, not yet in a block
	StateMined  State = "mined"  // in a block, and took effect
	StateFailed State = "failed" // had no effect; Reason says why
)

// Ticket is an intent's way onto the chain.
type Ticket struct {
	ID          string `json:"id"` // 64 hexadecimal digits: the intent's hash
	State       State  `json:"state"`
	Transaction string `json:"transaction,omitempty"` // hash, 0x…; once sent
	Block       uint64 `json:"block,omitempty"`       // once mined
	// Reason says why it failed, or what holds it up.
	Reason string `json:"reason,omitempty"`
}

// Kind says what an intent is about.
type Kind string

// Kinds of intents.
const (
	KindRegister    Kind = "register"    // register an identity
	KindFund        Kind = "fund"        // deposit coins for an identity
	KindLock        Kind = "lock"        // reserve deposit for a provider
	KindClear       Kind = "clear"       // claim promises
	KindWithdraw    Kind = "withdraw"    // pay a provider's earnings to its beneficiary
	KindCollect     Kind = "collect"     // pay the network fees to the treasury
	KindBeneficiary Kind = "beneficiary" // name who receives a provider's earnings

	KindOnboard         Kind = "onboard"          // fund and register in one
	KindRelease         Kind = "release"          // free a channel, by its provider; its consumer pays
	KindUnlockAsk       Kind = "unlock-ask"       // start the delay after which a channel can be freed
	KindUnlock          Kind = "unlock"           // free a channel whose delay is over
	KindReclaim         Kind = "reclaim"          // move what a free channel holds back to the deposit
	KindWithdrawDeposit Kind = "withdraw-deposit" // pay coins out of the deposit
)

// Kinds that are no intents: what a quote adds to a Clear for each promise beyond the first, and to whichever Clear,
// Withdraw or Unlock is the first that its payer pays for, as it fills a storage slot with the payer's nonce.
const (
	KindClearMore Kind = "clear-more"
	KindFirstFee  Kind = "first-fee"
)

var kinds = []Kind{
	KindRegister, KindFund, KindLock, KindClear, KindWithdraw, KindCollect, KindBeneficiary,
	KindOnboard, KindRelease, KindUnlockAsk, KindUnlock, KindReclaim, KindWithdrawDeposit,
}

// Bounds of one intent.
const (
	MaxLocks    = 50
	MaxPromises = 200
)

// Intent is something signed that shall happen on chain. Kind says which field holds it; the
// others are empty.
type Intent struct {
	Kind     Kind
	Register *intent.SignedRegister
	Fund     *intent.SignedFund
	Locks    []intent.SignedLock    // 1 to MaxLocks
	Promises []intent.SignedPromise // 1 to MaxPromises
	// Provider is whose earnings to withdraw. Anybody may ask: they go to its beneficiary.
	Provider    identity.Address
	Beneficiary *intent.SignedSetBeneficiary

	Release         *intent.SignedRelease
	UnlockAsk       *intent.SignedRequestUnlock
	Reclaim         *intent.SignedReclaim
	WithdrawDeposit *intent.SignedWithdrawDeposit
	// Unlock names the channel to free. Anybody may ask: it goes to its consumer.
	Unlock *Unlock

	// Payment is the consent to the relayer's fee of who asks for it: the signer, of a Release the consumer; nil pays none. A Fund's fee is in the Fund.
	Payment *intent.SignedRelay
	// Nonce is the payer's next at the payments contract, which a fee for clearing, withdrawing or unlocking names.
	Nonce uint64
	// Quote is what the relayer asked; nil goes by what it asks when it gets the intent.
	Quote *Quote
}

// Unlock names a consumer's payment channel.
type Unlock struct {
	Consumer identity.Address `json:"consumer"`
	Channel  uint8            `json:"channel"`
}

// Fee is what the intent pays its relayer.
func (in *Intent) Fee() money.Amount {
	switch {
	case in.Payment != nil:
		return in.Payment.Fee
	case in.Fund != nil:
		return in.Fund.Fee
	}
	return 0
}

// Register asks to register an identity.
func Register(s intent.SignedRegister) Intent { return Intent{Kind: KindRegister, Register: &s} }

// Fund asks to deposit coins.
func Fund(s intent.SignedFund) Intent { return Intent{Kind: KindFund, Fund: &s} }

// Lock asks to put locks on chain; those that the contract refuses are skipped, if there are others.
func Lock(s ...intent.SignedLock) Intent { return Intent{Kind: KindLock, Locks: s} }

// Clear asks to claim promises; those that bring nothing are skipped, if there are others.
func Clear(s ...intent.SignedPromise) Intent { return Intent{Kind: KindClear, Promises: s} }

// Withdraw asks to pay a provider's earnings to its beneficiary.
func Withdraw(provider identity.Address) Intent {
	return Intent{Kind: KindWithdraw, Provider: provider}
}

// Collect asks to pay the network fees to the treasury.
func Collect() Intent { return Intent{Kind: KindCollect} }

// SetBeneficiary asks to name who receives a provider's earnings, for the first time.
func SetBeneficiary(s intent.SignedSetBeneficiary) Intent {
	return Intent{Kind: KindBeneficiary, Beneficiary: &s}
}

// Onboard asks to deposit coins for an identity and to register it.
func Onboard(f intent.SignedFund, r intent.SignedRegister) Intent {
	return Intent{Kind: KindOnboard, Fund: &f, Register: &r}
}

// Release asks to free a channel, by its provider's signature, for its consumer, who pays the relayer.
func Release(s intent.SignedRelease) Intent { return Intent{Kind: KindRelease, Release: &s} }

// AskUnlock asks to start the delay after which a consumer's channel can be unlocked.
func AskUnlock(s intent.SignedRequestUnlock) Intent {
	return Intent{Kind: KindUnlockAsk, UnlockAsk: &s}
}

// FreeChannel asks to free a consumer's channel whose unlock delay has passed. A relayer that was paid for the request does
// it for nothing.
func FreeChannel(consumer identity.Address, channel uint8) Intent {
	return Intent{Kind: KindUnlock, Unlock: &Unlock{Consumer: consumer, Channel: channel}}
}

// Reclaim asks to move what a free channel holds back to the deposit.
func Reclaim(s intent.SignedReclaim) Intent { return Intent{Kind: KindReclaim, Reclaim: &s} }

// WithdrawDeposit asks to pay coins out of the deposit.
func WithdrawDeposit(s intent.SignedWithdrawDeposit) Intent {
	return Intent{Kind: KindWithdrawDeposit, WithdrawDeposit: &s}
}
