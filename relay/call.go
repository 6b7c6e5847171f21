package relay

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// call is a checked intent as the contract takes it.
type call struct {
	hash    [32]byte // of the intent
	to      identity.Address
	data    []byte
	parties [][20]byte // whom it counts against
	// repeatable is an intent that may bring something again: withdrawing names no single occasion, and
	// of a batch of promises some may have been skipped. The simulation refuses one that brings nothing.
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
	text, err := json.Marshal(in) // checks that exactly what the kind asks for is there
	if err != nil {
		return call{}, refuse(ReasonMalformed, "%v", err)
	}
	c.to = k.payments.Contract
	switch in.Kind {
	case KindRegister:
		err = in.Register.Verify(k.registry)
		c.to, c.data, c.parties = k.registry.Contract, in.Register.Call(), [][20]byte{in.Register.Identity}
	case KindFund:
		err = k.checkFund(in.Fund, now)
		c.data, c.parties = in.Fund.Call(), [][20]byte{in.Fund.Owner}
	case KindLock:
		c.data, c.parties, err = k.locks(in.Locks, now)
	case KindClear:
		for _, s := range in.Promises {
			err = errors.Join(err, s.Verify(k.payments))
			c.parties = append(c.parties, s.Provider)
		}
		c.data, c.repeatable = intent.CallClearBatch(in.Promises), true
	case KindWithdraw:
		c.data, c.parties, c.repeatable = intent.CallWithdraw(in.Provider), [][20]byte{in.Provider}, true
	case KindCollect:
		c.data, c.repeatable = intent.CallCollect(), true
	case KindBeneficiary:
		err = in.Beneficiary.Verify(k.payments)
		c.data, c.parties = in.Beneficiary.Call(), [][20]byte{in.Beneficiary.Provider}
	case KindUnlockAsk:
		if err = in.UnlockAsk.Verify(k.payments); err == nil {
			err = checkValid("unlock request", uint64(in.UnlockAsk.ValidUntil), now)
		}
		c.data, c.parties = in.UnlockAsk.Call(), [][20]byte{in.UnlockAsk.Consumer}
	case KindUnlock:
		// A channel can be locked and unlocked again, so the same words may bring something again.
		c.data, c.repeatable = intent.CallUnlock(in.Unlock.Consumer, in.Unlock.Channel), true
		c.parties = [][20]byte{in.Unlock.Consumer}
	}
	if err != nil {
		return call{}, refused(err)
	}
	// Chain and contract are part of the hash, so that a database that has seen another network
	// does not answer for this one.
	chainID := binary.BigEndian.AppendUint64(nil, k.payments.ChainID)
	c.hash = identity.Keccak256([]byte("myst/relay/v1\x00"), chainID, c.to[:], text)
	return c, nil
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
	if len(locks) == 1 { // tells why it is refused, where lockMany would skip it
		return locks[0].Call(), parties, nil
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
