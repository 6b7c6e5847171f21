package journal

import (
	"context"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/store"
)

// Several identities, and several networks, in one database: each has rows, sums and a place on its chain of its own, however
// often the node changes from one to the other.
func TestNetworksAndIdentitiesAreKeptApart(t *testing.T) {
	b := newBed(t)
	deployed, err := b.Deploy(t.Context(), contracts.Config{UnlockDelay: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	other := *b
	other.at = chain.Contracts{
		Coin: identity.Address(deployed.Coin), Registry: identity.Address(deployed.Registry), Payments: identity.Address(deployed.Payments),
	}
	other.domain = intent.Domain{ChainID: b.ChainID(), Contract: other.at.Payments}
	other.reader = chain.NewPayments(b.client, other.at)
	c, second := newKey(t), newKey(t)
	b.mintTo(t, &other)
	for round := range 3 {
		b.deposit(t, c.Address(), 100)
		other.deposit(t, c.Address(), 7)
		b.deposit(t, second.Address(), 5)
		for _, of := range []struct {
			*bed
			who    *identity.Key
			amount int64
		}{{b, c, 100}, {&other, c, 7}, {b, second, 5}, {&other, second, 0}} {
			j := of.journal(of.who.Address(), 0)
			of.agree(t, j)
			rows := entries(t, j, Filter{})
			if want := map[bool]int{true: round + 1}[of.amount > 0]; len(rows) != want {
				t.Errorf("%d rows, want %d", len(rows), want)
			}
			for _, e := range rows {
				if e.Self != of.who.Address() || e.Reverses != 0 || e.Amount != of.amount {
					t.Errorf("a row of another: %+v", e)
				}
			}
		}
	}
	if rows := entries(t, b.journal(c.Address(), 0), Filter{Identity: second.Address()}); len(rows) != 3 || rows[0].Self != second.Address() {
		t.Errorf("rows of another identity, when asked for: %+v", rows)
	}
}

// A page is of the newest rows, before a row or not, or of the oldest from a row on; always the oldest of it first.
func TestPages(t *testing.T) {
	b := newBed(t)
	c := newKey(t)
	for i := range 5 {
		b.deposit(t, c.Address(), money.Amount(i+1))
	}
	j := b.journal(c.Address(), 0)
	b.agree(t, j)
	for _, page := range []struct {
		Filter
		want []int64
	}{
		{Filter{}, []int64{1, 2, 3, 4, 5}}, {Filter{Limit: 2}, []int64{4, 5}}, {Filter{Limit: 2, Before: 4}, []int64{2, 3}},
		{Filter{Limit: 2, From: 1}, []int64{1, 2}}, {Filter{Limit: 2, From: 3, Before: 4}, []int64{3}}, {Filter{From: 6}, nil},
		{Filter{Limit: 3, Kind: Lock}, nil},
	} {
		var got []int64
		for _, e := range entries(t, j, page.Filter) {
			if got = append(got, e.Amount); e.ID != e.Amount {
				t.Errorf("row %d is of %d", e.ID, e.Amount)
			}
		}
		if !slices.Equal(got, page.want) {
			t.Errorf("%+v: %v, want %v", page.Filter, got, page.want)
		}
	}
}

// mintTo lets the rich account deposit in another network.
func (b *bed) mintTo(t fatal, other *bed) {
	t.Helper()
	coin := contracts.NewTestCoin()
	other.mint(t, b.Key().Address(), 1e6)
	if !b.send(t, b.Key(), other.at.Coin, coin.PackApprove(common.Address(other.at.Payments), money.Amount(1e12).Wei())) {
		t.Fatal("no allowance")
	}
}

// What is promised in a session that is open, or that the chain has told nothing of yet, is earned too, and can be cleared until its
// channel is released.
func TestEarningsOfOpenSessions(t *testing.T) {
	b := newBed(t)
	c, p := newKey(t), newKey(t)
	sold := b.journal(p.Address(), 0)
	keep := func(epoch uint16, amount money.Amount) {
		t.Helper()
		err := b.db.InTx(context.Background(), func(tx *store.Tx) error {
			return tx.SavePromise(store.Promise{
				Domain: b.domain.Separator(), Consumer: c.Address(), Provider: p.Address(), Channel: 1, Epoch: epoch, Amount: amount,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, want Earnings) {
		t.Helper()
		b.agree(t, sold)
		want.Identity = p.Address()
		if got, err := sold.Earnings(t.Context()); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, %v; want %+v", what, got, err, want)
		}
	}
	keep(0, 30)
	check("not locked yet", Earnings{Promised: 30, Uncleared: 30})
	b.deposit(t, c.Address(), 1000)
	b.lock(t, c, p.Address(), 1, 0, 300)
	check("locked", Earnings{Promised: 30, Uncleared: 30})
	b.clearPacked(t, b.promise(t, c, p.Address(), 1, 0, 20))
	check("cleared in part", Earnings{Promised: 30, Cleared: 20, Uncleared: 10, Held: 20})
	b.call(t, b.signedRelease(t, p, c, 1, 0).Call())
	check("released", Earnings{Promised: 30, Cleared: 20, Lapsed: 10, Held: 20})
	if err := b.Reorg(1, true); err != nil {
		t.Fatal(err)
	}
	b.Commit()
	check("not released", Earnings{Promised: 30, Cleared: 20, Uncleared: 10, Held: 20})
	if got, err := b.journal(c.Address(), 0).Earnings(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("a consumer is shown %+v, %v", got, err)
	}
}
