package relay

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// call is a checked intent as the contract takes it.
type call struct {
	hash    [32]byte // of the intent, without its fee
	to      identity.Address
	data    []byte
	fee     money.Amount // what it pays the relayer
	parties [][20]byte   // whom it counts against
	// repeatable is an intent that may bring something again.
	repeatable bool
}

// coder checks intents and packs them for the contracts.
type coder struct {
	relayer                  identity.Address
	payments, registry, coin intent.Domain
}

// Call returns what a relayer would send for an intent, and to which contract, so that its gas can be
// estimated beforehand. Errors: *Refusal.
func Call(network *chain.Network, relayer identity.Address, in Intent, now time.Time) (to identity.Address, data []byte, err error) {
	k := newCoder(network, relayer)
	c, err := k.call(in, now)
	return c.to, c.data, err
}

func newCoder(network *chain.Network, relayer identity.Address) coder {
	domain := func(contract identity.Address) intent.Domain {
		return intent.Domain{ChainID: network.ChainID, Contract: contract}
	}
	at := network.Contracts
	return coder{relayer: relayer, payments: domain(at.Payments), registry: domain(at.Registry), coin: domain(at.Coin)}
}

// call checks everything that can be checked without the chain. Errors: *Refusal.
func (k *coder) call(in Intent, now time.Time) (c call, err error) {
	bare := in
	bare.Payment, bare.Quote, bare.Nonce = nil, nil, 0
	text, err := json.Marshal(bare) // checks that exactly what the kind asks for is there
	if err == nil {
		err = in.check() // the fee as well
	}
	if err != nil {
		return call{}, refuse(ReasonMalformed, "%v", err)
	}
	c.to = k.payments.Contract
	if operation, ok := in.operation(k.payments, k.registry); ok {
		c, err = k.signedCall(in, operation, now)
	} else {
		err = k.otherCall(in, &c, now)
	}
	if err != nil {
		return call{}, refused(err)
	}
	c.hash = k.hash(c.to, text)
	if in.Kind == KindUnlockAsk { // there is one for each epoch, whatever else was signed
		c.hash = k.requestHash(in.UnlockAsk.Consumer, in.UnlockAsk.Channel, in.UnlockAsk.Epoch)
	}
	if in.Payment != nil {
		c.to, c.data = k.payments.Contract, in.Payment.Call(c.data)
	}
	c.fee = in.Fee()
	return c, nil
}

// hash recognises an intent. Chain and contract are part of it, so that a database that has seen another
// network does not answer for this one.
func (k *coder) hash(to identity.Address, text []byte) [32]byte {
	chainID := binary.BigEndian.AppendUint64(nil, k.payments.ChainID)
	return identity.Keccak256([]byte("myst/relay/v1\x00"), chainID, to[:], text)
}

// requestHash recognises the request to unlock a channel in one epoch.
func (k *coder) requestHash(consumer identity.Address, channel uint8, epoch uint16) [32]byte {
	return k.hash(k.payments.Contract, fmt.Appendf(nil, "%s %s %d %d", KindUnlockAsk, consumer, channel, epoch))
}

// signedCall is what a single identity may pay a fee for.
func (k *coder) signedCall(in Intent, o operation, now time.Time) (call, error) {
	c := call{to: k.payments.Contract, data: o.call, parties: [][20]byte{o.payer}, repeatable: o.repeatable}
	if in.Payment == nil && !o.signer.IsZero() { // it counts against who consented to it
		c.parties = [][20]byte{o.signer}
	}
	if in.Kind == KindRegister {
		c.to = k.registry.Contract
	}
	if err := o.verify(); err != nil {
		return c, err
	}
	if o.until != 0 {
		if err := checkValid(string(in.Kind), uint64(o.until), now); err != nil {
			return c, err
		}
	}
	p := in.Payment
	switch {
	case p == nil:
		return c, nil
	case p.Relayer != k.relayer:
		return c, refuse(ReasonRelayer, "the fee is for relayer %s, this one is %s", p.Relayer, k.relayer)
	case p.Payer != o.payer || p.Operation != o.digest:
		return c, refuse(ReasonSignature, "the fee is not signed for this intent by %s, who pays for it", o.payer)
	}
	return c, p.Verify(k.payments)
}

// otherCall is what no separate fee is signed for.
func (k *coder) otherCall(in Intent, c *call, now time.Time) (err error) {
	switch in.Kind {
	case KindFund:
		err = k.checkFund(in.Fund, now)
		c.data, c.parties = in.Fund.Call(), [][20]byte{in.Fund.Owner}
	case KindOnboard:
		if in.Register.Identity != in.Fund.Identity {
			return refuse(ReasonMalformed, "the deposit is for %s, the registration of %s", in.Fund.Identity, in.Register.Identity)
		}
		err = errors.Join(k.checkFund(in.Fund, now), in.Register.Verify(k.registry))
		c.data = intent.CallOnboard(*in.Fund, *in.Register)
		c.parties = [][20]byte{in.Fund.Owner, in.Fund.Identity}
	case KindLock:
		c.data, c.parties, err = k.locks(in.Locks, now)
	case KindClear: // for several providers
		for _, s := range in.Promises {
			err = errors.Join(err, s.Verify(k.payments))
			c.parties = append(c.parties, s.Provider)
		}
		c.data, c.repeatable = intent.CallClearBatch(in.Promises), true
	case KindCollect:
		c.data, c.repeatable = intent.CallCollect(), true
	default: // operation has all others
		return refuse(ReasonMalformed, "the %s intent is incomplete", in.Kind)
	}
	return err
}

// refused makes a Refusal of what Verify returns.
func refused(err error) error {
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, intent.ErrMalformed):
		return refuse(ReasonMalformed, "%v", err)
	}
	return refuse(ReasonSignature, "%v", err)
}

func (k *coder) checkFund(s *intent.SignedFund, now time.Time) error {
	if s.Relayer != k.relayer {
		return refuse(ReasonRelayer, "the fund names relayer %s, this one is %s", s.Relayer, k.relayer)
	}
	if err := s.Verify(k.payments, k.coin); err != nil {
		return err
	}
	return checkValid("fund", min(uint64(s.ValidUntil), s.Permit.Deadline), now)
}

func (k *coder) locks(locks []intent.SignedLock, now time.Time) (data []byte, parties [][20]byte, err error) {
	for _, s := range locks {
		if err := s.Verify(k.payments); err != nil {
			return nil, nil, err
		}
		if err := checkValid("lock", uint64(s.ValidUntil), now); err != nil {
			return nil, nil, err
		}
		parties = append(parties, s.Consumer)
	}
	return intent.CallLockMany(locks), parties, nil
}

// checkValid leaves the last second to the contract.
func checkValid(what string, until uint64, now time.Time) error {
	if end := time.Unix(int64(min(until, 1<<40)), 0); now.After(end.Add(time.Second)) { //nolint:gosec // bounded
		return refuse(ReasonExpired, "the %s was valid until %s", what, end.UTC().Format(time.RFC3339))
	}
	return nil
}
