package intent

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

// coder is one signed intent's codec: its encoding, and whether some bytes decode, to what, and
// to what that encodes again.
type coder struct {
	encoded []byte
	size    int
	value   any
	decode  func([]byte) (value any, again []byte, err error)
}

func newCoder[T interface{ Encode() []byte }](value T, size int, decode func([]byte) (T, error)) coder {
	return coder{encoded: value.Encode(), size: size, value: value, decode: func(b []byte) (any, []byte, error) {
		v, err := decode(b)
		if err != nil {
			return v, nil, err
		}
		return v, v.Encode(), nil
	}}
}

func (e signedExample) coders() map[string]coder {
	return map[string]coder{
		"register":       newCoder(e.register, RegisterSize, DecodeSignedRegister),
		"fund":           newCoder(e.fund, FundSize, DecodeSignedFund),
		"lock":           newCoder(e.lock, LockSize, DecodeSignedLock),
		"promise":        newCoder(e.promise, PromiseSize, DecodeSignedPromise),
		"release":        newCoder(e.release, ReleaseSize, DecodeSignedRelease),
		"requestUnlock":  newCoder(e.requestUnlock, RequestUnlockSize, DecodeSignedRequestUnlock),
		"setBeneficiary": newCoder(e.setBeneficiary, SetBeneficiarySize, DecodeSignedSetBeneficiary),
		"reclaim":        newCoder(e.reclaim, ReclaimSize, DecodeSignedReclaim),
		"withdraw":       newCoder(e.withdraw, WithdrawDepositSize, DecodeSignedWithdrawDeposit),
		"relay":          newCoder(e.relay, RelaySize, DecodeSignedRelay),
	}
}

func TestDecodeWhatWasEncoded(t *testing.T) {
	for name, c := range example(t).coders() {
		if len(c.encoded) != c.size {
			t.Errorf("%s: %d bytes, said to be %d", name, len(c.encoded), c.size)
		}
		got, _, err := c.decode(c.encoded)
		if err != nil || !reflect.DeepEqual(got, c.value) {
			t.Errorf("%s: decoded %+v, %v; want %+v", name, got, err, c.value)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	coders := example(t).coders()
	for name, c := range coders {
		bad := map[string][]byte{"nothing": nil, "short": c.encoded[:len(c.encoded)-1], "long": append(bytes.Clone(c.encoded), 0)}
		recovery := bytes.Clone(c.encoded)
		recovery[len(recovery)-1] = 2
		bad["recovery bit"] = recovery
		for other, o := range coders {
			if other != name {
				bad["a "+other] = o.encoded
			}
		}
		form := bytes.Clone(c.encoded)
		form[0]++
		bad["form"] = form
		for what, b := range bad {
			if v, _, err := c.decode(b); !errors.Is(err, ErrMalformed) || !reflect.ValueOf(v).IsZero() {
				t.Errorf("%s from %s: %+v, %v", name, what, v, err)
			}
		}
	}
}

// fuzz checks one decoder: what it takes it writes back the same, and it never panics.
func fuzz(f *testing.F, name string) {
	c := example(f).coders()[name]
	f.Add(c.encoded)
	f.Add(c.encoded[:len(c.encoded)/2])
	f.Add(make([]byte, len(c.encoded)))
	f.Add(append([]byte{c.encoded[0]}, bytes.Repeat([]byte{0xff}, len(c.encoded)-1)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, again, err := c.decode(b)
		if err == nil && !bytes.Equal(again, b) {
			t.Fatalf("%x encodes again as %x", b, again)
		}
		if err != nil && !errors.Is(err, ErrMalformed) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}

func FuzzDecodeSignedRegister(f *testing.F)       { fuzz(f, "register") }
func FuzzDecodeSignedFund(f *testing.F)           { fuzz(f, "fund") }
func FuzzDecodeSignedLock(f *testing.F)           { fuzz(f, "lock") }
func FuzzDecodeSignedPromise(f *testing.F)        { fuzz(f, "promise") }
func FuzzDecodeSignedRelease(f *testing.F)        { fuzz(f, "release") }
func FuzzDecodeSignedRequestUnlock(f *testing.F)  { fuzz(f, "requestUnlock") }
func FuzzDecodeSignedSetBeneficiary(f *testing.F) { fuzz(f, "setBeneficiary") }
func FuzzDecodeSignedReclaim(f *testing.F)        { fuzz(f, "reclaim") }
func FuzzDecodeSignedWithdraw(f *testing.F)       { fuzz(f, "withdraw") }
func FuzzDecodeSignedRelay(f *testing.F)          { fuzz(f, "relay") }
