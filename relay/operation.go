package relay

import (
	"errors"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// operation is the one intent of those that the contract can charge a fee for.
type operation struct {
	payer  identity.Address // who asks for it, signs the fee and pays it
	digest [32]byte         // that a fee is signed for
	call   []byte
	verify func() error
	// signer is who signed it, where that is not the payer.
	signer identity.Address
	// until is the unix time in seconds until which it is valid; zero is for ever.
	until uint32
	// repeatable is what may bring something again: withdrawing and unlocking name no single occasion, and of a batch of promises some
	// may have been skipped. The simulation refuses one that brings nothing.
	repeatable bool
}

// operation returns what a fee can be signed for; false when there is no such thing in the intent.
func (in *Intent) operation(payments, registry intent.Domain) (operation, bool) {
	var o operation
	switch {
	case in.Kind == KindRegister && in.Register != nil:
		s := in.Register
		o = operation{payer: s.Identity, digest: s.Digest(registry), call: s.Call(), verify: func() error { return s.Verify(registry) }}
	case in.Kind == KindLock && len(in.Locks) == 1:
		s := in.Locks[0]
		o = operation{payer: s.Consumer, digest: s.Digest(payments), call: s.Call(), verify: func() error { return s.Verify(payments) }, until: s.ValidUntil}
	case in.Kind == KindRelease && in.Release != nil:
		s := in.Release
		o = operation{payer: s.Consumer, digest: s.Digest(payments), call: s.Call(), verify: func() error { return s.Verify(payments) }, signer: s.Provider}
	case in.Kind == KindUnlockAsk && in.UnlockAsk != nil:
		s := in.UnlockAsk
		o = operation{payer: s.Consumer, digest: s.Digest(payments), call: s.Call(), verify: func() error { return s.Verify(payments) }, until: s.ValidUntil}
	case in.Kind == KindReclaim && in.Reclaim != nil:
		s := in.Reclaim
		o = operation{payer: s.Consumer, digest: s.Digest(payments), call: s.Call(), verify: func() error { return s.Verify(payments) }, until: s.ValidUntil}
	case in.Kind == KindWithdrawDeposit && in.WithdrawDeposit != nil:
		s := in.WithdrawDeposit
		o = operation{payer: s.Consumer, digest: s.Digest(payments), call: s.Call(), verify: func() error { return s.Verify(payments) }, until: s.ValidUntil}
	case in.Kind == KindBeneficiary && in.Beneficiary != nil:
		s := in.Beneficiary
		o = operation{payer: s.Provider, digest: s.Digest(payments), call: s.Call(), verify: func() error { return s.Verify(payments) }}
	case in.Kind == KindClear:
		return in.clearing(payments)
	case in.Kind == KindWithdraw:
		call := intent.CallWithdraw(in.Provider)
		o = operation{payer: in.Provider, digest: intent.CallDigest(call, in.Nonce), call: call, verify: nothing, repeatable: true}
	case in.Kind == KindUnlock && in.Unlock != nil:
		call := intent.CallUnlock(in.Unlock.Consumer, in.Unlock.Channel)
		o = operation{payer: in.Unlock.Consumer, digest: intent.CallDigest(call, in.Nonce), call: call, verify: nothing, repeatable: true}
	default:
		return operation{}, false
	}
	return o, true
}

func nothing() error { return nil }

// unsigned says whether the intent's call carries no signature, so that a fee for it names its payer's next nonce.
func (in *Intent) unsigned() bool {
	return in.Kind == KindClear || in.Kind == KindWithdraw || in.Kind == KindUnlock
}

// clearing is a fee's operation only for promises to one provider, who pays it.
func (in *Intent) clearing(payments intent.Domain) (operation, bool) {
	call, err := intent.CallClearPacked(in.Promises)
	if err != nil {
		return operation{}, false
	}
	verify := func() (err error) {
		for _, s := range in.Promises {
			err = errors.Join(err, s.Verify(payments))
		}
		return err
	}
	return operation{
		payer: in.Promises[0].Provider, digest: intent.CallDigest(call, in.Nonce), call: call, verify: verify, repeatable: true,
	}, true
}
