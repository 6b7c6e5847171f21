package node

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
)

// charging is a relayer that asks for fees, in a world of its own.
type charging struct {
	*world
	fees map[relay.Kind]money.Amount
	coin money.Amount // in everybody's wallet
	took []relay.Intent

	sender identity.Address // zero is a relayer
	asked  int              // how often for a quote
}

func (c *charging) CoinBalance(context.Context, identity.Address) (money.Amount, error) {
	return c.coin, nil
}

func (c *charging) Quote(context.Context) (relay.Quote, error) {
	c.asked++
	return relay.Quote{Relayer: cmp.Or(c.sender, identity.Address{9}), Fees: c.fees}, nil
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
		network: c.network, quotes: &quotes{}, head: c.headOf,
	}, c
}

func TestWalletPaysWhatIsAsked(t *testing.T) {
	w, c := newWallet(t)
	said := ""
	progress := func(p Progress) {
		if said += p.Detail + "\n"; !p.Sent != strings.HasPrefix(p.Detail, "relayer 0x") || strings.HasPrefix(p.Detail, "in block") != (p.Transaction != "") {
			t.Errorf("who interrupts this is told nothing true: %+v", p)
		}
	}
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
	signed, err := intent.SignLock(w.self.Signer, intent.Lock{Provider: identity.Address{8}, Locked: 100, ValidUntil: unix32(time.Now().Add(intentLife))}, w.domain(identity.Address{3}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.order(t.Context(), "lock", unpaid(relay.Lock(signed)), nil, func(Progress) {}); !errors.Is(err, relay.ErrNotOffered) {
		t.Errorf("for nothing: %v", err)
	}
	consumer := &consuming{
		n:    &Node{cfg: Config{Relayer: c, Chain: c, Network: w.network, RelayFee: 40, Clock: time.Now}},
		self: &w.self, progress: func(Progress) {}, plan: payments.Plan{Action: payments.New, Cost: 100},
	}
	order := func() (bool, error) {
		consumer.relayer, consumer.fee = identity.Address{}, 0
		if err := consumer.price(t.Context()); err != nil {
			return false, err
		}
		return consumer.orderLock(t.Context(), signed)
	}
	c.asked = 0
	if ordered, err := order(); err != nil || !ordered || c.asked != 2 {
		t.Fatalf("%v, %v, %d questions", ordered, err, c.asked)
	}
	if in := c.took[0]; len(c.took) != 1 || in.Payment.Fee != 40 || in.Payment.Operation != signed.Digest(w.domain(identity.Address{3})) {
		t.Errorf("%+v", c.took)
	}
	c.fees[relay.KindLock] = 0
	if ordered, err := order(); err != nil || ordered || len(c.took) != 1 {
		t.Errorf("%v, %v", ordered, err)
	}
	c.fees[relay.KindLock] = 41
	if ordered, err := order(); !errors.Is(err, relay.ErrNotOffered) || !errors.Is(err, ErrNotNow) || ordered {
		t.Errorf("too dear: %v, %v", ordered, err)
	}
	// Where no relayer of the consumer's relays locks at all, the provider may reach one that does.
	delete(c.fees, relay.KindLock)
	if ordered, err := order(); err != nil || ordered || len(c.took) != 1 {
		t.Errorf("not offered: %v, %v", ordered, err)
	}
	// More than was agreed to is not paid, were it asked between.
	c.fees[relay.KindLock] = 40
	consumer.req.Agreed = &Agreed{Fee: 39}
	if ordered, err := order(); !errors.Is(err, relay.ErrNotOffered) || ordered || len(c.took) != 1 {
		t.Errorf("more than agreed: %v, %v", ordered, err)
	}
	// With own gas it is the consumer's to send, for nothing.
	c.fees[relay.KindLock], c.sender = 0, w.self.address()
	if ordered, err := order(); err != nil || !ordered || len(c.took) != 2 || c.took[1].Payment != nil {
		t.Errorf("own gas: %v, %v, %+v", ordered, err, c.took)
	}
}

// Where relayers charge for everything, a provider is told what sends its earnings all the same.
func TestOwnGasIsNamed(t *testing.T) {
	w, c := newWallet(t)
	c.earned[w.self.address()] = 100
	delete(c.fees, relay.KindWithdraw)
	m := c.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas, cfg.Relayer = meter{}, c }})
	c.earned[m.key.Address()] = 100
	for name, do := range map[string]func() error{
		"withdraw": func() error { _, _, err := w.withdraw(t.Context(), quiet); return err },
		"quote":    func() error { _, err := m.Quote(t.Context(), QuoteRequest{Operation: OpWithdraw}); return err },
		"clear":    func() error { return untaken(OpClear, relay.ErrNotOffered) },
	} {
		if err := do(); !errors.Is(err, ErrNotNow) || !strings.Contains(err.Error(), "'myst node --own-gas' sends it") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range []error{untaken(OpDeposit, relay.ErrNotOffered), untaken(OpWithdraw, relay.ErrUnavailable)} {
		if strings.Contains(err.Error(), "own-gas") {
			t.Error(err)
		}
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
