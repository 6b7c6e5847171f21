package relay

import (
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// operation is the one signed intent of those that the contract can charge a fee for.
type operation struct {
	signer identity.Address // who pays
	digest [32]byte         // that a fee is signed for
	call   []byte
	verify func() error
	// until is the unix time in seconds until which it is valid; zero is for ever.
	until uint32
}

// operation returns what a fee can be signed for; false when there is no such thing in the intent.
func (in *Intent) operation(payments, registry intent.Domain) (operation, bool) {
	var o operation
	switch {
	case in.Kind == KindRegister && in.Register != nil:
		s := in.Register
		o = operation{s.Identity, s.Digest(registry), s.Call(), func() error { return s.Verify(registry) }, 0}
	case in.Kind == KindLock && len(in.Locks) == 1:
		s := in.Locks[0]
		o = operation{s.Consumer, s.Digest(payments), s.Call(), func() error { return s.Verify(payments) }, s.ValidUntil}
	case in.Kind == KindRelease && in.Release != nil:
		s := in.Release
		o = operation{s.Provider, s.Digest(payments), s.Call(), func() error { return s.Verify(payments) }, 0}
	case in.Kind == KindUnlockAsk && in.UnlockAsk != nil:
		s := in.UnlockAsk
		o = operation{s.Consumer, s.Digest(payments), s.Call(), func() error { return s.Verify(payments) }, s.ValidUntil}
	case in.Kind == KindReclaim && in.Reclaim != nil:
		s := in.Reclaim
		o = operation{s.Consumer, s.Digest(payments), s.Call(), func() error { return s.Verify(payments) }, s.ValidUntil}
	case in.Kind == KindWithdrawDeposit && in.WithdrawDeposit != nil:
		s := in.WithdrawDeposit
		o = operation{s.Consumer, s.Digest(payments), s.Call(), func() error { return s.Verify(payments) }, s.ValidUntil}
	case in.Kind == KindBeneficiary && in.Beneficiary != nil:
		s := in.Beneficiary
		o = operation{s.Provider, s.Digest(payments), s.Call(), func() error { return s.Verify(payments) }, 0}
	default:
		return operation{}, false
	}
	return o, true
}
