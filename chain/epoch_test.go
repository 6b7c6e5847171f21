package chain

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/identity"
)

// channelState is what an endpoint answers of a channel.
func channelState(provider, cleared, epoch byte) string {
	words := make([]common.Hash, 5) // provider, locked, cleared, epoch, unlockAt
	words[0][31], words[2][31], words[3][31] = provider, cleared, epoch
	var all [][]byte
	for _, w := range words {
		all = append(all, w[:])
	}
	return hexutil.Encode(bytes.Join(all, nil))
}

// An epoch is over when every endpoint says so, of a block that is deep enough.
func TestEpochOver(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, second := newPair(t, n)
	for range 4 {
		n.Commit()
	}
	p := NewPayments(s.cfg.Client, Contracts{Payments: identity.Address{1}})
	state := func(epoch byte) string { return channelState(0, 0, epoch) }
	check := func(first, other byte, deep uint64, want bool) {
		t.Helper()
		s.answer("eth_call", state(first))
		second.answer("eth_call", state(other))
		over, err := p.EpochOver(t.Context(), identity.Address{2}, 1, 7, deep)
		if err != nil || over != want {
			t.Errorf("epochs %d and %d: %v, %v", first, other, over, err)
		}
	}
	check(8, 8, 2, true)
	check(7, 7, 2, false)
	check(8, 7, 2, false)
	check(7, 8, 2, false)
	check(8, 8, 1000, false) // there are not so many blocks
	second.set(func(string) error { return errTest }, nil)
	if over, err := p.EpochOver(t.Context(), identity.Address{2}, 1, 7, 2); over || !errors.Is(err, ErrUnavailable) {
		t.Errorf("an endpoint is away: %v, %v", over, err)
	}
}

// A promise is settled when every endpoint says that it was cleared or its epoch ended, of a block that is deep enough.
func TestSettled(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, second := newPair(t, n)
	for range 4 {
		n.Commit()
	}
	p := NewPayments(s.cfg.Client, Contracts{Payments: identity.Address{1}})
	provider := identity.Address{19: 5}
	check := func(first, other string, deep uint64, want bool) {
		t.Helper()
		s.answer("eth_call", first)
		second.answer("eth_call", other)
		settled, err := p.Settled(t.Context(), identity.Address{2}, provider, 1, 7, 100, deep)
		if err != nil || settled != want {
			t.Errorf("%v, %v", settled, err)
		}
	}
	cleared, less, ended := channelState(5, 100, 7), channelState(5, 99, 7), channelState(0, 0, 8)
	check(cleared, cleared, 2, true)
	check(cleared, ended, 2, true)
	check(ended, ended, 2, true)
	check(less, cleared, 2, false)
	check(cleared, less, 2, false)
	check(channelState(6, 100, 7), cleared, 2, false) // another provider's
	check(channelState(5, 100, 6), cleared, 2, false)
	check(cleared, cleared, 1000, false) // there are not so many blocks
	second.set(func(string) error { return errTest }, nil)
	if settled, err := p.Settled(t.Context(), identity.Address{2}, provider, 1, 7, 100, 2); settled || !errors.Is(err, ErrUnavailable) {
		t.Errorf("an endpoint is away: %v, %v", settled, err)
	}
}
