package client

import (
	"errors"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

var payments = identity.Address{0xbb}

// startRelayer is a relayer that asks a fee for registering.
func startRelayer(t *testing.T, fee money.Amount) (*realHub, *identity.Key) {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	h := startHub(t, byte(fee))
	h.relayer.quote = quoted(t, key, fee)
	return h, key
}

func quoted(t *testing.T, key *identity.Key, fee money.Amount) relay.Quote {
	t.Helper()
	q, err := relay.SignQuote(key, relay.Quote{
		ChainID: domain.ChainID, Payments: payments, ValidUntil: 1 << 40,
		Fees: map[relay.Kind]money.Amount{relay.KindRegister: fee},
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func relayers(t *testing.T, list ...chain.Relayer) *Client {
	t.Helper()
	c, err := New(Config{Relayers: list, ChainID: domain.ChainID, Payments: payments})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Whoever lies about its fee, or is too dear, is passed over, and nobody can take more than what was signed.
func TestOrderPassesLiarsOver(t *testing.T) {
	forger, _ := startRelayer(t, 1) // its quote is signed by somebody else than the network file says
	elsewhere, key1 := startRelayer(t, 2)
	q, err := relay.SignQuote(key1, relay.Quote{ChainID: domain.ChainID + 1, Payments: payments, Fees: forger.relayer.quote.Fees})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.relayer.quote = q
	dear, key2 := startRelayer(t, 101)
	liar, key3 := startRelayer(t, 3) // and then it wants more
	liar.relayer.refuse = &relay.Refusal{Reason: relay.ReasonFee, Detail: "costs 50"}
	honest, key4 := startRelayer(t, 4)
	unused, key5 := startRelayer(t, 5)
	list := []chain.Relayer{
		{Identity: key5.Address(), URL: forger.url}, {Identity: key1.Address(), URL: elsewhere.url},
		{Identity: key2.Address(), URL: dear.url}, {Identity: key3.Address(), URL: liar.url},
		{Identity: key4.Address(), URL: honest.url}, {Identity: key5.Address(), URL: unused.url},
	}
	user, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	domains := intent.Domain{ChainID: domain.ChainID, Contract: payments}
	registry := intent.Domain{ChainID: domain.ChainID, Contract: domain.Registry}
	signed, err := intent.SignRegister(user, user.PublicKey(), registry)
	if err != nil {
		t.Fatal(err)
	}
	var asked []money.Amount
	complete := func(q *relay.Quote) (relay.Intent, error) {
		in, err := q.Pay(relay.Register(signed), user, 100, domains, registry)
		asked = append(asked, q.Fees[relay.KindRegister])
		if err == nil && (in.Payment.Fee != q.Fees[relay.KindRegister] || in.Payment.Relayer != q.Relayer) {
			t.Errorf("signed %+v for %+v", in.Payment, q)
		}
		return in, err
	}
	c := relayers(t, list...)
	ticket, err := c.Order(t.Context(), complete)
	if err != nil || ticket.Reason != honest.relayer.address.String() {
		t.Fatalf("%+v, %v", ticket, err)
	}
	if len(asked) != 3 || asked[0] != 101 || asked[1] != 3 || asked[2] != 4 {
		t.Errorf("asked for %v", asked)
	}
	if again, err := c.Status(t.Context(), ticket.ID); err != nil || again != ticket {
		t.Errorf("%+v, %v", again, err)
	}
	// What is left without the honest one says why, best.
	_, err = relayers(t, list[:3]...).Order(t.Context(), complete)
	if !errors.Is(err, relay.ErrNotOffered) {
		t.Errorf("too dear: %v", err)
	}
	if _, err := relayers(t, list[:2]...).Order(t.Context(), complete); !errors.Is(err, relay.ErrUnavailable) {
		t.Errorf("forged quotes: %v", err)
	}
	if _, err := relayers(t, list[:2]...).Quote(t.Context()); !errors.Is(err, relay.ErrUnavailable) {
		t.Errorf("forged quotes: %v", err)
	}
	if q, err := c.Quote(t.Context()); err != nil || q.Relayer != key2.Address() {
		t.Errorf("%+v, %v", q, err)
	}
}

// A relayer with too much to do is waited for rather than one that is too dear be reported.
func TestOrderTellsWhoIsBusy(t *testing.T) {
	dear, key1 := startRelayer(t, 101)
	busy, key2 := startRelayer(t, 4)
	busy.relayer.refuse = &relay.Refusal{Reason: relay.ReasonBusy, Detail: "later"}
	c := relayers(t, chain.Relayer{Identity: key1.Address(), URL: dear.url}, chain.Relayer{Identity: key2.Address(), URL: busy.url})
	_, err := c.Order(t.Context(), func(q *relay.Quote) (relay.Intent, error) {
		_, err := q.Fee(relay.KindRegister, 100)
		return relay.Collect(), err
	})
	var refusal *relay.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != relay.ReasonBusy {
		t.Errorf("%v", err)
	}
}

// What the caller itself does not want is no relayer's refusal, whatever those said that were asked before.
func TestOrderEndsWithTheCallersError(t *testing.T) {
	dear, key1 := startRelayer(t, 101)
	fine, key2 := startRelayer(t, 4)
	c := relayers(t, chain.Relayer{Identity: key1.Address(), URL: dear.url}, chain.Relayer{Identity: key2.Address(), URL: fine.url})
	enough := errors.New("enough")
	_, err := c.Order(t.Context(), func(q *relay.Quote) (relay.Intent, error) {
		if _, err := q.Fee(relay.KindRegister, 100); err != nil {
			return relay.Intent{}, err
		}
		return relay.Intent{}, enough
	})
	if !errors.Is(err, enough) || errors.Is(err, relay.ErrNotOffered) {
		t.Errorf("%v", err)
	}
}

// Who did not do what it took on is asked after the others, and again once they fail.
func TestAvoid(t *testing.T) {
	a, key1 := startRelayer(t, 1)
	b, key2 := startRelayer(t, 2)
	c := relayers(t, chain.Relayer{Identity: key1.Address(), URL: a.url}, chain.Relayer{Identity: key2.Address(), URL: b.url})
	in := relay.Withdraw(key1.Address())
	by := func(h *realHub) relay.Ticket {
		t.Helper()
		ticket, err := c.Submit(t.Context(), in)
		if err != nil || ticket.Reason != h.relayer.address.String() {
			t.Fatalf("%+v, %v", ticket, err)
		}
		return ticket
	}
	c.Avoid("unknown")
	ticket := by(a)
	c.Avoid(ticket.ID)
	by(b)
	b.relayer.set(relay.ErrUnavailable)
	by(a)
}
