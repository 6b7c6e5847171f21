package relay

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	w := wire{Kind: in.Kind}
	add := func(signed encoder) { w.Signed = append(w.Signed, "0x"+hex.EncodeToString(signed.Encode())) }
	switch in.Kind {
	case KindRegister:
		add(*in.Register)
	case KindFund:
		add(*in.Fund)
	case KindLock:
		for _, s := range in.Locks {
			add(s)
		}
	case KindClear:
		for _, s := range in.Promises {
			add(s)
		}
	case KindBeneficiary:
		add(*in.Beneficiary)
	case KindUnlockAsk:
		add(*in.UnlockAsk)
	case KindUnlock:
		w.Unlock = in.Unlock
	case KindWithdraw:
		w.Provider = &in.Provider
	case KindCollect:
	}
	return json.Marshal(w)
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
	read := Intent{Kind: w.Kind, Unlock: w.Unlock}
	if w.Provider != nil {
		read.Provider = *w.Provider
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
	case KindBeneficiary:
		return set(&in.Beneficiary, encoded, intent.DecodeSignedSetBeneficiary)
	case KindUnlockAsk:
		return set(&in.UnlockAsk, encoded, intent.DecodeSignedRequestUnlock)
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
	present := map[Kind]bool{
		KindRegister: in.Register != nil, KindFund: in.Fund != nil, KindLock: len(in.Locks) > 0,
		KindClear: len(in.Promises) > 0, KindBeneficiary: in.Beneficiary != nil,
		KindWithdraw: !in.Provider.IsZero(), KindCollect: false, KindUnlockAsk: in.UnlockAsk != nil,
		KindUnlock: in.Unlock != nil,
	}
	if _, known := present[in.Kind]; !known {
		return malformed("unknown kind %.20q", in.Kind)
	}
	for kind, there := range present {
		switch {
		case there && kind != in.Kind:
			return malformed("a %s intent has what belongs to %s", in.Kind, kind)
		case !there && kind == in.Kind && kind != KindCollect:
			return malformed("the %s intent is empty", in.Kind)
		}
	}
	if u := in.Unlock; u != nil && (u.Consumer.IsZero() || u.Channel >= intent.Channels) {
		return malformed("no channel %d of %s", u.Channel, u.Consumer)
	}
	if len(in.Locks) > MaxLocks || len(in.Promises) > MaxPromises {
		return malformed("at most %d locks or %d promises at a time", MaxLocks, MaxPromises)
	}
	return nil
}
