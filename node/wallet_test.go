package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// charging is a relayer that asks for fees, in a world of its own.
type charging struct {
	*world
	fees map[relay.Kind]money.Amount
	coin money.Amount // in everybody's wallet
	took []relay.Intent
}

func (c *charging) CoinBalance(context.Context, identity.Address) (money.Amount, error) {
	return c.coin, nil
}

func (c *charging) Quote(context.Context) (relay.Quote, error) {
	return relay.Quote{Relayer: identity.Address{9}, Fees: c.fees}, nil
}

func (c *charging) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, c, complete)
}

func (c *charging) Submit(ctx context.Context, in relay.Intent) (relay.Ticket, error) {
	c.took = append(c.took, in)
	return c.world.Submit(ctx, in)
}

// newWallet is a wallet with coins whose relayer asks fees of 10, 20, … units.
func newWallet(t *testing.T) (*wallet, *charging) {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	c := &charging{world: newWorld(), coin: 1000, fees: map[relay.Kind]money.Amount{
		relay.KindRegister: 10, relay.KindFund: 20, relay.KindOnboard: 30, relay.KindLock: 40, relay.KindWithdraw: 0,
	}}
	return &wallet{
		self: Self{Signer: key, PublicKey: key.PublicKey()}, chain: c, relayer: c, clock: time.Now, most: 40,
		network: c.network, quotes: &quotes{}, newest: c.newest,
	}, c
}

func TestWalletPaysWhatIsAsked(t *testing.T) {
	w, c := newWallet(t)
	said := ""
	progress := func(p Progress) { said += p.Detail + "\n" }
	// A newcomer has nothing to pay a registration from, and is told what comes first.
	if _, err := w.register(t.Context(), c, progress); !errors.Is(err, ErrFunds) || !strings.Contains(err.Error(), "myst deposit") {
		t.Errorf("registered: %v", err)
	}
	paid, _, err := w.deposit(t.Context(), 900, true, progress)
	if err != nil || paid.RelayFee != 30 || !paid.onboarded || !strings.Contains(said, "fee of 0.00003 coins") {
		t.Fatalf("%+v, %v, %s", paid, err, said)
	}
	in := c.took[0]
	if in.Kind != relay.KindOnboard || in.Fund.Units != 900 || in.Fund.Fee != 30 || in.Fund.Relayer != (identity.Address{9}) {
		t.Errorf("%+v", in)
	}
	if err := in.Fund.Verify(w.domain(identity.Address{3}), w.domain(identity.Address{1})); err != nil {
		t.Error(err)
	}
	if paid, _, err = w.deposit(t.Context(), 980, false, progress); err != nil || paid.RelayFee != 20 || c.took[1].Kind != relay.KindFund {
		t.Errorf("%+v, %v", paid, err)
	}
	if _, _, err := w.deposit(t.Context(), 981, false, progress); !errors.Is(err, ErrFunds) {
		t.Errorf("more than the wallet holds: %v", err)
	}
	c.deposits[w.self.address()] = 10
	if paid, err = w.register(t.Context(), c, progress); err != nil || paid.RelayFee != 10 {
		t.Errorf("%+v, %v", paid, err)
	}
	if in := c.took[2]; in.Payment == nil || in.Payment.Fee != 10 || in.Payment.Verify(w.domain(identity.Address{3})) != nil {
		t.Errorf("%+v", in)
	}
	w.most = 9
	if _, err := w.register(t.Context(), c, progress); !errors.Is(err, relay.ErrNotOffered) {
		t.Errorf("too dear: %v", err)
	}
	if len(c.took) != 3 {
		t.Errorf("%d intents were submitted", len(c.took))
	}
}

// A lock for which a fee is asked is the consumer's to have relayed, who signed it; one for nothing the provider's.
func TestWhoHasTheLockRelayed(t *testing.T) {
	w, c := newWallet(t)
	c.deposits[w.self.address()] = 1000
	signed, err := intent.SignLock(w.self.Signer, intent.Lock{Provider: identity.Address{8}, Locked: 100}, w.domain(identity.Address{3}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.order(t.Context(), "lock", unpaid(relay.Lock(signed)), nil, func(Progress) {}); !errors.Is(err, relay.ErrNotOffered) {
		t.Errorf("for nothing: %v", err)
	}
	consumer := &consuming{
		n:    &Node{cfg: Config{Relayer: c, Chain: c, Network: w.network, RelayFee: 40, Clock: time.Now}},
		self: &w.self, progress: func(Progress) {},
	}
	if ordered, err := consumer.orderLock(t.Context(), signed); err != nil || !ordered {
		t.Fatalf("%v, %v", ordered, err)
	}
	if in := c.took[0]; len(c.took) != 1 || in.Payment.Fee != 40 || in.Payment.Operation != signed.Digest(w.domain(identity.Address{3})) {
		t.Errorf("%+v", c.took)
	}
	c.fees[relay.KindLock] = 0
	if ordered, err := consumer.orderLock(t.Context(), signed); err != nil || ordered || len(c.took) != 1 {
		t.Errorf("%v, %v", ordered, err)
	}
	c.fees[relay.KindLock] = 41
	if ordered, err := consumer.orderLock(t.Context(), signed); !errors.Is(err, relay.ErrNotOffered) || ordered {
		t.Errorf("too dear: %v, %v", ordered, err)
	}
}

// Earnings are not sent where nobody gets them, and that is said before anything is agreed to or signed.
func TestBeneficiariesThatCannotBePaid(t *testing.T) {
	w := newWorld()
	m := w.member(t, memberConfig{})
	for _, to := range []identity.Address{{}, w.network.Contracts.Payments, w.network.Contracts.Coin} {
		if _, err := m.SetBeneficiary(t.Context(), to, AnyFee, quiet); !errors.Is(err, ErrNotNow) {
			t.Errorf("%s: %v", to, err)
		}
		if _, err := m.Quote(t.Context(), QuoteRequest{Operation: OpBeneficiary, Beneficiary: to}); !errors.Is(err, ErrNotNow) {
			t.Errorf("quote of %s: %v", to, err)
		}
	}
}
