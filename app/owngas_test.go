package app

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/relay"
)

// Own gas is for what no relayer takes, for whatever reason it gives, and not for a moment in which they have too
// much to do.
func TestWhenOwnGasIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := fmt.Errorf("%w", &relay.Refusal{Reason: relay.ReasonBusy})
		s := &sender{}
		if !s.waits(busy) {
			t.Error("not waited for who is busy")
		}
		time.Sleep(busyFor)
		if s.waits(busy) || !nobodyTakes(busy) {
			t.Error("who is always busy is waited for without end")
		}
		if s.waits(relay.ErrUnavailable) || !s.waits(busy) {
			t.Error("who is busy anew is not waited for")
		}
	})
	for _, err := range []error{
		&relay.Refusal{Reason: relay.ReasonReverts}, &relay.Refusal{Reason: relay.ReasonFee}, relay.ErrNotOffered, relay.ErrUnavailable,
	} {
		if !nobodyTakes(err) {
			t.Errorf("%v: not sent with own gas", err)
		}
	}
	if nobodyTakes(errors.New("the user's own")) {
		t.Error("sent against the user's will")
	}
}

func TestOwnGasIsNotForOthersLocks(t *testing.T) {
	self, other := identity.Address{1}, identity.Address{2}
	for _, c := range []struct {
		in   relay.Intent
		want error
	}{
		{relay.Lock(intent.SignedLock{Consumer: self}), nil},
		{relay.Lock(intent.SignedLock{Consumer: other}), relay.ErrNotOffered},
		{relay.Lock(intent.SignedLock{Consumer: self}, intent.SignedLock{Consumer: other}), relay.ErrNotOffered},
		{relay.Withdraw(other), nil},
	} {
		_, err := onlyOwn(func(*relay.Quote) (relay.Intent, error) { return c.in, nil })(&relay.Quote{Relayer: self})
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.in, err)
		}
	}
}
