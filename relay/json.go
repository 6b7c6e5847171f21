package relay

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// wire is an intent's JSON: what was signed is in package intent's encoding, "0x" and hexadecimal digits.
type wire struct {
	Kind     Kind              `json:"kind"`
	Signed   []string          `json:"signed,omitempty"`
	Provider *identity.Address `json:"provider,omitempty"` // only to withdraw
	Unlock   *Unlock           `json:"unlock,omitempty"`   // only to unlock
	Payment  string            `json:"payment,omitempty"`  // encoded like Signed
	Nonce    uint64            `json:"nonce,omitempty"`    // only with a payment to clear, to withdraw or to unlock
	Quote    *Quote            `json:"quote,omitempty"`
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrMalformed, fmt.Errorf(format, args...))
}

// encoder is a signed form of package intent.
type encoder interface{ Encode() []byte }

// MarshalJSON implements [json.Marshaler]. An intent whose fields do not fit its kind is ErrMalformed.
func (in Intent) MarshalJSON() ([]byte, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	w := wire{Kind: in.Kind, Unlock: in.Unlock, Nonce: in.Nonce, Quote: in.Quote}
	for _, signed := range in.signed() {
		w.Signed = append(w.Signed, "0x"+hex.EncodeToString(signed.Encode()))
	}
	if in.Kind == KindWithdraw {
		w.Provider = &in.Provider
	}
	if in.Payment != nil {
		w.Payment = "0x" + hex.EncodeToString(in.Payment.Encode())
	}
	return json.Marshal(w)
}

// signed lists what was signed, in the order of the encoding.
func (in *Intent) signed() (parts []encoder) {
	switch in.Kind {
	case KindRegister:
		return []encoder{in.Register}
	case KindFund:
		return []encoder{in.Fund}
	case KindOnboard:
		return []encoder{in.Fund, in.Register}
	case KindLock:
		for _, s := range in.Locks {
			parts = append(parts, s)
		}
	case KindClear:
		for _, s := range in.Promises {
			parts = append(parts, s)
		}
	case KindRelease:
		return []encoder{in.Release}
	case KindUnlockAsk:
		return []encoder{in.UnlockAsk}
	case KindReclaim:
		return []encoder{in.Reclaim}
	case KindWithdrawDeposit:
		return []encoder{in.WithdrawDeposit}
	case KindBeneficiary:
		return []encoder{in.Beneficiary}
	case KindUnlock, KindWithdraw, KindCollect, KindClearMore, KindFirstFee:
	}
	return parts
}

// UnmarshalJSON implements [json.Unmarshaler]. It verifies no signature. Errors: ErrMalformed.
func (in *Intent) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var w wire
	if err := decoder.Decode(&w); err != nil {
		return malformed("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed("something follows the JSON object")
	}
	if len(w.Signed) > max(MaxLocks, MaxPromises) {
		return malformed("%d signed parts", len(w.Signed))
	}
	read := Intent{Kind: w.Kind, Unlock: w.Unlock, Nonce: w.Nonce, Quote: w.Quote}
	if w.Provider != nil {
		read.Provider = *w.Provider
	}
	if w.Payment != "" {
		encoded, err := hex.DecodeString(strings.TrimPrefix(w.Payment, "0x"))
		if err == nil {
			err = set(&read.Payment, encoded, intent.DecodeSignedRelay)
		}
		if err != nil {
			return malformed("payment: %w", err)
		}
	}
	for i, part := range w.Signed {
		encoded, err := hex.DecodeString(strings.TrimPrefix(part, "0x"))
		if err == nil {
			err = read.add(encoded)
		}
		if err != nil {
			return malformed("signed part %d: %w", i, err)
		}
	}
	if err := read.check(); err != nil {
		return err
	}
	*in = read
	return nil
}

// add decodes one signed part.
func (in *Intent) add(encoded []byte) error {
	switch in.Kind {
	case KindLock:
		return appendTo(&in.Locks, encoded, intent.DecodeSignedLock)
	case KindClear:
		return appendTo(&in.Promises, encoded, intent.DecodeSignedPromise)
	case KindRegister:
		return set(&in.Register, encoded, intent.DecodeSignedRegister)
	case KindFund:
		return set(&in.Fund, encoded, intent.DecodeSignedFund)
	case KindOnboard:
		if in.Fund == nil {
			return set(&in.Fund, encoded, intent.DecodeSignedFund)
		}
		return set(&in.Register, encoded, intent.DecodeSignedRegister)
	case KindRelease:
		return set(&in.Release, encoded, intent.DecodeSignedRelease)
	case KindUnlockAsk:
		return set(&in.UnlockAsk, encoded, intent.DecodeSignedRequestUnlock)
	case KindReclaim:
		return set(&in.Reclaim, encoded, intent.DecodeSignedReclaim)
	case KindWithdrawDeposit:
		return set(&in.WithdrawDeposit, encoded, intent.DecodeSignedWithdrawDeposit)
	case KindBeneficiary:
		return set(&in.Beneficiary, encoded, intent.DecodeSignedSetBeneficiary)
	default:
		return fmt.Errorf("nothing is signed to %q", in.Kind)
	}
}

func appendTo[T any](list *[]T, encoded []byte, decode func([]byte) (T, error)) error {
	value, err := decode(encoded)
	if err == nil {
		*list = append(*list, value)
	}
	return err
}

func set[T any](field **T, encoded []byte, decode func([]byte) (T, error)) error {
	if *field != nil {
		return errors.New("there is more than one")
	}
	value, err := decode(encoded)
	if err == nil {
		*field = &value
	}
	return err
}

// check tells whether exactly the fields of the kind are there. Errors: ErrMalformed.
func (in *Intent) check() error {
	if !slices.Contains(kinds, in.Kind) {
		return malformed("unknown kind %.20q", in.Kind)
	}
	for _, part := range []struct {
		there bool
		what  Kind
		also  Kind // has it too
	}{
		{in.Register != nil, KindRegister, KindOnboard}, {in.Fund != nil, KindFund, KindOnboard},
		{len(in.Locks) > 0, KindLock, ""}, {len(in.Promises) > 0, KindClear, ""},
		{in.Release != nil, KindRelease, ""}, {in.UnlockAsk != nil, KindUnlockAsk, ""},
		{in.Unlock != nil, KindUnlock, ""}, {in.Reclaim != nil, KindReclaim, ""},
		{in.WithdrawDeposit != nil, KindWithdrawDeposit, ""}, {in.Beneficiary != nil, KindBeneficiary, ""},
		{!in.Provider.IsZero(), KindWithdraw, ""},
	} {
		switch wanted := in.Kind == part.what || in.Kind == part.also; {
		case part.there && !wanted:
			return malformed("a %s intent has what belongs to %s", in.Kind, part.what)
		case !part.there && wanted:
			return malformed("the %s intent lacks what belongs to %s", in.Kind, part.what)
		}
	}
	if u := in.Unlock; u != nil && (u.Consumer.IsZero() || u.Channel >= intent.Channels) {
		return malformed("no channel %d of %s", u.Channel, u.Consumer)
	}
	if len(in.Locks) > MaxLocks || len(in.Promises) > MaxPromises {
		return malformed("at most %d locks or %d promises at a time", MaxLocks, MaxPromises)
	}
	return in.checkFee()
}

// checkFee tells whether a fee fits the intent, and what belongs to it is there. Errors: ErrMalformed.
func (in *Intent) checkFee() error {
	_, payable := works[in.Kind]
	payable = payable && in.Fund == nil && len(in.Locks) <= 1
	for _, s := range in.Promises {
		payable = payable && s.Provider == in.Promises[0].Provider
	}
	switch {
	case in.Payment != nil && !payable:
		return malformed("nobody can sign a fee for this %s intent", in.Kind)
	case in.Nonce != 0 && (in.Payment == nil || !in.unsigned()):
		return malformed("the %s intent has a nonce that nobody asked for", in.Kind)
	}
	return nil
}
