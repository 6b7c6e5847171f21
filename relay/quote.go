package relay

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// How long a relayer stands by what it asks, and for how long it gives the same answer.
const (
	quoteLife  = time.Minute
	quoteFresh = 10 * time.Second
)

// maxQuoted bounds the kinds in a quote: later versions may have more.
const maxQuoted = 64

// ErrQuote says that a quote is not what it should be: not signed by the relayer, for another network, or
// too old.
var ErrQuote = errors.New("relayer's quote is not valid")

// ErrNotOffered says that a relayer does not take this kind of intent, or for too much.
var ErrNotOffered = errors.New("not offered by the relayer")

// Quote is what a relayer asks for each kind of intent, with its signature. It binds the relayer until
// ValidUntil.
type Quote struct {
	Relayer  identity.Address // who sends, is paid, and signed
	ChainID  uint64
	Payments identity.Address // the contract that moves the fees
	// Fees are in units. A kind that is missing is not relayed.
	Fees       map[Kind]money.Amount
	ValidUntil uint64 // unix seconds
	Signature  identity.Signature
}

// digest is keccak256 of
//
//	"myst/relay-quote/v1\0" ‖ chain ID u64 ‖ payments 20 ‖ relayer 20 ‖ valid until u64 ‖ for each kind in
//	the order of its bytes: length u8 ‖ kind ‖ fee u64
func (q *Quote) digest() [32]byte {
	b := binary.BigEndian.AppendUint64([]byte("myst/relay-quote/v1\x00"), q.ChainID)
	b = append(append(b, q.Payments[:]...), q.Relayer[:]...)
	b = binary.BigEndian.AppendUint64(b, q.ValidUntil)
	quoted := make([]Kind, 0, len(q.Fees))
	for kind := range q.Fees {
		quoted = append(quoted, kind)
	}
	slices.Sort(quoted)
	for _, kind := range quoted {
		b = append(append(b, byte(len(kind))), kind...) //nolint:gosec // check bounds it
		b = binary.BigEndian.AppendUint64(b, uint64(q.Fees[kind]))
	}
	return identity.Keccak256(b)
}

func (q *Quote) check() error {
	if len(q.Fees) > maxQuoted {
		return fmt.Errorf("%w: %d kinds", ErrQuote, len(q.Fees))
	}
	for kind := range q.Fees {
		if kind == "" || len(kind) > 32 {
			return fmt.Errorf("%w: a kind of %d bytes", ErrQuote, len(kind))
		}
	}
	return nil
}

// SignQuote signs a quote as its relayer. Errors: ErrQuote, or the signer's.
func SignQuote(signer identity.Signer, q Quote) (Quote, error) {
	if err := q.check(); err != nil {
		return Quote{}, err
	}
	var err error
	q.Relayer = signer.Address()
	q.Signature, err = signer.Sign(q.digest())
	return q, err
}

// Verify returns nil if the relayer signed the quote for this payments contract. Errors: ErrQuote.
func (q *Quote) Verify(payments intent.Domain, relayer identity.Address) error {
	if err := q.check(); err != nil {
		return err
	}
	if q.ChainID != payments.ChainID || q.Payments != payments.Contract {
		return fmt.Errorf("%w: it is for contract %s on chain %d", ErrQuote, q.Payments, q.ChainID)
	}
	if q.Relayer != relayer {
		return fmt.Errorf("%w: it is of relayer %s, not %s", ErrQuote, q.Relayer, relayer)
	}
	if err := identity.Verify(relayer, q.digest(), q.Signature); err != nil {
		return fmt.Errorf("%w: %w", ErrQuote, err)
	}
	return nil
}

// Valid returns nil while the quote binds its relayer. Errors: ErrQuote.
func (q *Quote) Valid(now time.Time) error {
	if end := time.Unix(int64(min(q.ValidUntil, 1<<40)), 0); now.After(end) { //nolint:gosec // bounded
		return fmt.Errorf("%w: it ended at %s", ErrQuote, end.UTC().Format(time.RFC3339))
	}
	return nil
}

// Fee returns what a kind costs. Errors: ErrNotOffered, also when that is more than most.
func (q *Quote) Fee(kind Kind, most money.Amount) (money.Amount, error) {
	return q.FeeOf(Intent{Kind: kind}, most)
}

// FeeOf returns what an intent costs, which depends on its promises. Errors: ErrNotOffered, also when that is more than
// most.
func (q *Quote) FeeOf(in Intent, most money.Amount) (money.Amount, error) {
	fee, err := q.cost(&in)
	if err == nil && fee > most {
		err = fmt.Errorf("%w: relayer %s asks %s coins to %s; at most %s are allowed", ErrNotOffered, q.Relayer, fee, in.Kind, most)
	}
	if err != nil {
		return 0, err
	}
	return fee, nil
}

// cost is what is asked for an intent. Errors: ErrNotOffered.
func (q *Quote) cost(in *Intent) (money.Amount, error) {
	fee, offered := q.Fees[in.Kind]
	if !offered {
		return 0, fmt.Errorf("%w: relayer %s does not %s", ErrNotOffered, q.Relayer, in.Kind)
	}
	more, first := in.extras()
	for kind, times := range map[Kind]uint64{KindClearMore: more, KindFirstFee: first} {
		added, err := q.Fees[kind].MulDiv(times, 1)
		if err == nil {
			fee, err = fee.Add(added)
		}
		if err != nil {
			return 0, fmt.Errorf("%w: relayer %s asks too much to %s: %w", ErrNotOffered, q.Relayer, in.Kind, err)
		}
	}
	return fee, nil
}

// Pay returns the intent with the signer's consent to the fee that the quote asks, of at most so much. It is who signed the
// intent, and of a release its consumer. A Fund's fee is part of the Fund; of a clearing, a withdrawal and an unlock Nonce is
// set before. Errors: ErrNotOffered, ErrMalformed.
func (q *Quote) Pay(in Intent, signer identity.Signer, most money.Amount, payments, registry intent.Domain) (Intent, error) {
	fee, err := q.FeeOf(in, most)
	if err != nil {
		return Intent{}, err
	}
	if fee == 0 {
		in.Nonce = 0 // which nothing is signed over
		return in, nil
	}
	in.Quote = q
	if in.Fund != nil {
		return in, nil
	}
	operation, ok := in.operation(payments, registry)
	if !ok {
		return Intent{}, malformed("nobody can sign a fee for this %s intent", in.Kind)
	}
	signed, err := intent.SignRelay(signer, intent.Relay{Relayer: q.Relayer, Fee: fee, Operation: operation.digest}, payments)
	if err != nil {
		return Intent{}, err
	}
	in.Payment = &signed
	return in, nil
}

// NobodyTakes tells whether relayers refused an intent, for whatever they say, or were not heard of: none is believed about
// what is wrong with it, and another, or another fee, may do.
func NobodyTakes(err error) bool {
	var refusal *Refusal
	return errors.As(err, &refusal) || errors.Is(err, ErrNotOffered) || errors.Is(err, ErrUnavailable)
}

// Complete makes an intent fit for one relayer, whose quote this is. ErrNotOffered passes that relayer over.
type Complete func(*Quote) (Intent, error)

// Order asks a relayer for its quote, has the intent completed for it, and submits that. Errors: those of
// the three.
func Order(ctx context.Context, r Relayer, complete Complete) (Ticket, error) {
	q, err := r.Quote(ctx)
	if err != nil {
		return Ticket{}, err
	}
	in, err := complete(&q)
	if err != nil {
		return Ticket{}, err
	}
	return r.Submit(ctx, in)
}

// Quote implements [Relayer].
func (s *Service) Quote(ctx context.Context) (Quote, error) {
	s.quoting.Lock()
	defer s.quoting.Unlock()
	now := s.cfg.Now()
	if age := now.Sub(s.quoted); age >= 0 && age < quoteFresh {
		return s.quote, nil
	}
	fees, err := s.fees(ctx)
	if err != nil {
		return Quote{}, err
	}
	domain := s.coder.payments
	q, err := SignQuote(s.cfg.Signer, Quote{
		ChainID: domain.ChainID, Payments: domain.Contract, Fees: fees,
		ValidUntil: uint64(now.Add(quoteLife).Unix()), //nolint:gosec // after 1970
	})
	if err != nil {
		return Quote{}, fmt.Errorf("sign quote: %w", err)
	}
	s.quote, s.quoted = q, now
	return q, nil
}

// quoteJSON is a quote's JSON; fees are in units.
type quoteJSON struct {
	Relayer    identity.Address      `json:"relayer"`
	ChainID    uint64                `json:"chain_id"`
	Payments   identity.Address      `json:"payments"`
	Fees       map[Kind]money.Amount `json:"fees"`
	ValidUntil uint64                `json:"valid_until"`
	Signature  string                `json:"signature"`
}

// MarshalJSON implements [json.Marshaler].
func (q Quote) MarshalJSON() ([]byte, error) {
	return json.Marshal(quoteJSON{q.Relayer, q.ChainID, q.Payments, q.Fees, q.ValidUntil, "0x" + hex.EncodeToString(q.Signature[:])})
}

// UnmarshalJSON implements [json.Unmarshaler]. It verifies nothing. Errors: ErrQuote.
func (q *Quote) UnmarshalJSON(text []byte) error {
	var read quoteJSON
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("%w: %s", ErrQuote, strings.TrimPrefix(err.Error(), "json: "))
	}
	signature, err := hex.DecodeString(strings.TrimPrefix(read.Signature, "0x"))
	if err != nil || len(signature) != len(q.Signature) {
		return fmt.Errorf("%w: signature of %d digits", ErrQuote, len(read.Signature))
	}
	*q = Quote{read.Relayer, read.ChainID, read.Payments, read.Fees, read.ValidUntil, identity.Signature(signature)}
	return q.check()
}
