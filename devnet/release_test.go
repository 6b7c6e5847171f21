package devnet

import (
	"slices"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
)

// A session has ended, and its provider has the promise cleared and releases the channel: it comes back within blocks, for a
// relayer's fee of the consumer's. Everything adds up to the unit, and the next session with the provider is in the next epoch.
func TestAChannelIsReleased(t *testing.T) {
	t.Parallel()
	n, relayer := relayed(t)
	c, p := n.Consumer[0], n.Provider[0]
	for _, who := range []*Participant{c, p} {
		if _, err := who.API.Deposit(t.Context(), wire.Deposit{Amount: "10"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	announced(t, p)
	s := &sale{consumer: c, provider: p}
	if err := s.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.end(t)
	before := agrees(t, c)
	on := ledger(t, n)
	earned, err := on.Earnings(t.Context(), relayer)
	if err != nil {
		t.Fatal(err)
	}
	quote, err := c.API.Quote(t.Context(), wire.QuoteRequest{Operation: "unlock", Channel: s.session.Channel})
	if err != nil || !quote.Release || quote.RelayFee.Units == 0 || quote.Delay != 60 {
		t.Fatalf("%+v, %v", quote, err)
	}
	var said []string
	freed, err := c.API.Unlock(t.Context(), wire.Unlock{Channel: s.session.Channel, MaxFee: quote.RelayFee.Coins}, func(p wire.Progress) {
		said = append(said, p.Detail)
	})
	left := uint64(money.UnitsPerCoin) - s.bought.Promised.Units
	if err != nil || freed.UnlockAt != nil || freed.Amount.Units != left || freed.RelayFee.Units == 0 || freed.RelayFee.Units > quote.RelayFee.Units {
		t.Fatalf("%+v, %v; quoted %+v: %q", freed, err, quote, said)
	}
	after, theirs := agrees(t, c), agrees(t, p)
	if after.Deposit.Units != before.Deposit.Units-freed.RelayFee.Units || len(after.Channels) != 1 || after.Channels[0].Provider != "" ||
		after.Channels[0].Locked.Units != left {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if now, err := on.Earnings(t.Context(), relayer); err != nil || now.Gross-earned.Gross < freed.RelayFee.Money() {
		t.Errorf("the relayer has %+v, before %+v, %v", now, earned, err)
	}
	if fee := s.bought.Promised.Units - theirs.Earnings.Units; theirs.Uncleared.Units != 0 || fee > s.bought.Promised.Units/10 {
		t.Errorf("of %s promised the provider has %+v", s.bought.Promised.Coins, theirs)
	}
	for _, who := range []*Participant{c, p} {
		if freed := rows(t, who, wire.LedgerFilter{Kind: "release"}); len(freed) != 1 || *freed[0].Epoch != s.session.Epoch {
			t.Errorf("%s's ledger: %+v", who.Name, freed)
		}
	}
	paid := rows(t, c, wire.LedgerFilter{Kind: "relay-fee"})
	if !slices.ContainsFunc(paid, func(e wire.LedgerEntry) bool {
		return max(e.Amount.Units, -e.Amount.Units) == int64(freed.RelayFee.Units)
	}) {
		t.Errorf("a fee of %s is not among %+v", freed.RelayFee.Coins, paid)
	}
	next := &sale{consumer: c, provider: p}
	if err := next.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if next.session.Channel != s.session.Channel || next.session.Epoch != s.session.Epoch+1 {
		t.Errorf("channel %d in epoch %d after %d in %d", next.session.Channel, next.session.Epoch, s.session.Channel, s.session.Epoch)
	}
	next.end(t)
}
