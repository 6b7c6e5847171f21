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

// An epoch is over when every endpoint says so, of a block that is deep enough.
func TestEpochOver(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	s, second := newPair(t, n)
	for range 4 {
		n.Commit()
	}
	p := NewPayments(s.cfg.Client, Contracts{Payments: identity.Address{1}})
	state := func(epoch byte) string {
		words := make([]common.Hash, 5) // provider, locked, cleared, epoch, unlockAt
		words[3][31] = epoch
		var all [][]byte
		for _, w := range words {
			all = append(all, w[:])
		}
		return hexutil.Encode(bytes.Join(all, nil))
	}
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
