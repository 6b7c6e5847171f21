package intent

import (
	"errors"
	"reflect"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// verifiers calls the Verify of every signed intent of an example, by name.
func (e signedExample) verifiers() map[string]func() error {
	return map[string]func() error{
		"register":       func() error { return e.register.Verify(e.registry) },
		"fund":           func() error { return e.fund.Verify(e.payments, e.coin) },
		"permit":         func() error { return e.fund.Permit.Verify(e.coin) },
		"lock":           func() error { return e.lock.Verify(e.payments) },
		"promise":        func() error { return e.promise.Verify(e.payments) },
		"release":        func() error { return e.release.Verify(e.payments) },
		"requestUnlock":  func() error { return e.requestUnlock.Verify(e.payments) },
		"setBeneficiary": func() error { return e.setBeneficiary.Verify(e.payments) },
		"reclaim":        func() error { return e.reclaim.Verify(e.payments) },
		"withdraw":       func() error { return e.withdraw.Verify(e.payments) },
		"relay":          func() error { return e.relay.Verify(e.payments) },
	}
}

func TestVerify(t *testing.T) {
	e := example(t)
	for name, verify := range e.verifiers() {
		if err := verify(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// On another chain, or for another contract, no signature means anything.
func TestVerifyInAnotherDomain(t *testing.T) {
	for name, change := range map[string]func(*Domain){
		"chain":    func(d *Domain) { d.ChainID++ },
		"contract": func(d *Domain) { d.Contract[19]++ },
		"name":     func(d *Domain) { d.Name = "other" },
	} {
		e := example(t)
		change(&e.registry)
		change(&e.payments)
		change(&e.coin)
		for form, verify := range e.verifiers() {
			if err := verify(); !errors.Is(err, identity.ErrSignature) && !errors.Is(err, ErrMalformed) {
				t.Errorf("%s of another %s: %v", form, name, err)
			}
		}
	}
}

// Every field of every form is signed: whatever changes, the signature does not fit any more.
func TestVerifyEveryField(t *testing.T) {
	e := example(t)
	for name, check := range map[string]func(change func(reflect.Value) bool) error{
		"register":       mutant(e.register, func(s SignedRegister) error { return s.Verify(e.registry) }),
		"fund":           mutant(e.fund, func(s SignedFund) error { return s.Verify(e.payments, e.coin) }),
		"permit":         mutant(e.fund.Permit, func(s SignedPermit) error { return s.Verify(e.coin) }),
		"lock":           mutant(e.lock, func(s SignedLock) error { return s.Verify(e.payments) }),
		"promise":        mutant(e.promise, func(s SignedPromise) error { return s.Verify(e.payments) }),
		"release":        mutant(e.release, func(s SignedRelease) error { return s.Verify(e.payments) }),
		"requestUnlock":  mutant(e.requestUnlock, func(s SignedRequestUnlock) error { return s.Verify(e.payments) }),
		"setBeneficiary": mutant(e.setBeneficiary, func(s SignedSetBeneficiary) error { return s.Verify(e.payments) }),
		"reclaim":        mutant(e.reclaim, func(s SignedReclaim) error { return s.Verify(e.payments) }),
		"withdraw":       mutant(e.withdraw, func(s SignedWithdrawDeposit) error { return s.Verify(e.payments) }),
		"relay":          mutant(e.relay, func(s SignedRelay) error { return s.Verify(e.payments) }),
	} {
		fields := 0
		for n := 0; ; n++ {
			left := n
			err := check(func(v reflect.Value) bool { return changeField(v, &left) })
			if left >= 0 {
				break // there is no nth field
			}
			fields++
			if !errors.Is(err, identity.ErrSignature) && !errors.Is(err, ErrMalformed) {
				t.Errorf("%s with field %d changed: %v", name, n, err)
			}
		}
		if fields < 3 {
			t.Errorf("%s: only %d fields were tried", name, fields)
		}
	}
}

func mutant[T any](good T, verify func(T) error) func(func(reflect.Value) bool) error {
	return func(change func(reflect.Value) bool) error {
		changed := good
		change(reflect.ValueOf(&changed).Elem())
		return verify(changed)
	}
}

// changeField changes the nth leaf field of a struct and leaves n at -1, or counts it down.
func changeField(v reflect.Value, n *int) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if changeField(v.Field(i), n) {
				return true
			}
		}
		return false
	default:
		*n--
		if *n >= 0 {
			return false
		}
	}
	switch v.Kind() {
	case reflect.Array: // addresses, coordinates, signatures
		b := v.Index(v.Len() / 2)
		b.SetUint(b.Uint() ^ 1)
	default:
		v.SetUint(v.Uint() + 1)
	}
	return true
}

func TestSignRefusals(t *testing.T) {
	e := example(t)
	other := testKey(t, 9)
	lock := func(change func(*Lock)) error {
		l := e.lock.Lock
		change(&l)
		_, err := SignLock(e.consumer, l, e.payments)
		return err
	}
	for name, err := range map[string]error{
		"no provider":     lock(func(l *Lock) { l.Provider = identity.Address{} }),
		"nothing":         lock(func(l *Lock) { l.Locked = 0 }),
		"too much":        lock(func(l *Lock) { l.Locked = money.MaxLock + 1 }),
		"no such channel": lock(func(l *Lock) { l.Channel = Channels }),
		"promise": func() error {
			_, err := SignPromise(e.consumer, Promise{Provider: e.provider.Address(), Amount: money.MaxLock + 1}, e.payments)
			return err
		}(),
		"fund overflow": func() error {
			f := e.fund.Fund
			f.Units = ^money.Amount(0)
			_, err := SignFund(e.consumer, f, e.payments, e.coin)
			return err
		}(),
		"withdraw nothing": func() error {
			_, err := SignWithdrawDeposit(e.consumer, WithdrawDeposit{To: e.relayer}, e.payments)
			return err
		}(),
		"withdraw to nobody": func() error {
			_, err := SignWithdrawDeposit(e.consumer, WithdrawDeposit{Units: 1}, e.payments)
			return err
		}(),
		"no relayer": func() error {
			_, err := SignRelay(e.consumer, Relay{Fee: 1}, e.payments)
			return err
		}(),
		"no beneficiary": func() error {
			_, err := SignSetBeneficiary(e.provider, SetBeneficiary{Provider: e.provider.Address()}, e.payments)
			return err
		}(),
	} {
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Nobody signs in somebody else's name.
	if _, err := SignRegister(other, e.consumer.PublicKey(), e.registry); !errors.Is(err, identity.ErrSignature) {
		t.Errorf("register: %v", err)
	}
	if _, err := SignFund(other, e.fund.Fund, e.payments, e.coin); !errors.Is(err, identity.ErrSignature) {
		t.Errorf("fund: %v", err)
	}
	if _, err := SignSetBeneficiary(other, e.setBeneficiary.SetBeneficiary, e.payments); !errors.Is(err, identity.ErrSignature) {
		t.Errorf("beneficiary: %v", err)
	}
}

// A permit that is good, but not for this fund, must not travel with it.
func TestFundWithAnotherPermit(t *testing.T) {
	e := example(t)
	for name, change := range map[string]func(*Permit){
		"value":   func(p *Permit) { p.Value++ },
		"nonce":   func(p *Permit) { p.Nonce++ },
		"spender": func(p *Permit) { p.Spender = e.relayer },
	} {
		p := e.fund.Permit.Permit
		change(&p)
		permit, err := SignPermit(e.consumer, p, e.coin)
		if err != nil {
			t.Fatal(err)
		}
		fund := e.fund
		fund.Permit = permit
		if err := fund.Verify(e.payments, e.coin); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
