package devnet

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/money"
)

// byteExact makes a bill a function of bytes alone, and a difference of one kibibyte a difference of units.
var byteExact = money.Price{PerGiB: 8 * money.UnitsPerCoin}

// sale is one session of a test, as both ends account for it.
type sale struct {
	consumer, provider *Participant
	bytes              int64 // fetched through it
	session            wire.Session
	bought, sold       wire.Session // after its end
}

// connect opens the sale's session.
func (s *sale) connect(ctx context.Context) (err error) {
	filter := wire.Filter{Provider: s.provider.Address.String()}
	s.session, err = s.consumer.API.Connect(ctx, wire.Connect{Filter: filter}, nil)
	return err
}

// each does something for every sale, at the same time.
func each(t *testing.T, what string, sales []*sale, do func(context.Context, *sale) error) {
	t.Helper()
	group, ctx := errgroup.WithContext(t.Context())
	for i, s := range sales {
		group.Go(func() error {
			if err := do(ctx, s); err != nil {
				return fmt.Errorf("sale %d: %w", i, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// listed returns a session as a participant lists it.
func listed(ctx context.Context, p *Participant, id string) (wire.Session, error) {
	list, err := p.API.Sessions(ctx)
	if err != nil {
		return wire.Session{}, err
	}
	for _, s := range list.Sessions {
		if s.ID == id {
			return s, nil
		}
	}
	return wire.Session{}, fmt.Errorf("%s does not list session %s", p.Name, id)
}

// over waits until both ends list the session as ended.
func (s *sale) over(t *testing.T, limit time.Duration) {
	t.Helper()
	for p, at := range map[*Participant]*wire.Session{s.consumer: &s.bought, s.provider: &s.sold} {
		within(t, limit, "session ended at "+p.Name, func(ctx context.Context) (err error) {
			if *at, err = listed(ctx, p, s.session.ID); err == nil && at.Open() {
				err = errors.New("it is " + at.State)
			}
			return err
		})
	}
}

// cleared waits until a provider has put everything on chain that it was promised.
func cleared(t *testing.T, p *Participant) money.Amount {
	t.Helper()
	eventually(t, p.Name+" has cleared", func(ctx context.Context) error {
		balance, err := p.API.Balance(ctx)
		if err == nil && balance.Uncleared.Units != 0 {
			err = fmt.Errorf("%s coins are not cleared", balance.Uncleared.Coins)
		}
		return err
	})
	// A balance is read figure by figure: the one above may have its earnings from before the last block.
	balance, err := p.API.Balance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return money.Amount(balance.Earnings.Units)
}

// ledger reads the payments contract.
func ledger(t *testing.T, n *Network) *chain.Payments {
	t.Helper()
	client, err := chain.NewClient(chain.ClientConfig{URLs: n.Info.RPC, ChainID: n.Info.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() }) // only read
	return chain.NewPayments(client, n.Info.Contracts)
}

func deposit(t *testing.T, book *chain.Payments, consumer *Participant) money.Amount {
	t.Helper()
	sum, err := deposited(t.Context(), book, consumer.Address)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestSessionsAtOnceHaveTheirOwnBills(t *testing.T) {
	t.Parallel()
	n := start(t, Config{Providers: 2, Consumers: 3, Price: byteExact})
	c, p := n.Consumer, n.Provider
	sales := []*sale{
		{consumer: c[0], provider: p[0], bytes: 3 << 20},
		{consumer: c[0], provider: p[0], bytes: 6 << 20},
		{consumer: c[0], provider: p[1], bytes: 10 << 20},
		{consumer: c[1], provider: p[0], bytes: 14 << 20},
		{consumer: c[1], provider: p[1]}, // stays idle
		{consumer: c[2], provider: p[0], bytes: 19 << 20},
	}
	book := ledger(t, n)
	before := make([]money.Amount, len(c))
	for i := range c {
		before[i] = deposit(t, book, c[i])
	}
	each(t, "connect", sales, func(ctx context.Context, s *sale) error { return s.connect(ctx) })
	each(t, "fetch", sales, func(ctx context.Context, s *sale) error {
		if s.bytes == 0 {
			return nil
		}
		_, err := FetchBytes(ctx, through(s.session), n.Web.URL(), s.bytes, func(int64) {})
		return err
	})
	each(t, "disconnect", sales, func(ctx context.Context, s *sale) error {
		_, err := s.consumer.API.Disconnect(ctx, s.session.ID, nil)
		return err
	})
	promised := map[*Participant]money.Amount{} // by a consumer, or to a provider
	for i, s := range sales {
		s.over(t, soon)
		s.check(t, i, n.cfg)
		promised[s.consumer] += money.Amount(s.bought.Promised.Units)
		promised[s.provider] += money.Amount(s.bought.Promised.Units)
	}
	for _, provider := range p {
		if earned := cleared(t, provider); earned != promised[provider] {
			t.Errorf("%s was promised %s and cleared %s", provider.Name, promised[provider], earned)
		}
	}
	for i, s := range sales {
		state, err := book.Channel(t.Context(), s.consumer.Address, s.session.Channel, 0)
		if err != nil || uint64(state.Cleared) != s.bought.Promised.Units || state.Provider != s.provider.Address {
			t.Errorf("sale %d: promised %s, on chain %+v, %v", i, s.bought.Promised.Coins, state, err)
		}
	}
	var spent money.Amount
	for i := range c {
		lost := before[i].SaturatingSub(deposit(t, book, c[i]))
		if lost != promised[c[i]] {
			t.Errorf("%s promised %s, and its deposit is less by %s", c[i].Name, promised[c[i]], lost)
		}
		spent += lost
	}
	if received, fees := payOut(t, book, p); spent != received+fees || fees == 0 {
		t.Errorf("consumers spent %s, providers received %s, fees are %s", spent, received, fees)
	}
}

// check holds both ends' accounts of a sale against each other and against what was fetched.
func (s *sale) check(t *testing.T, i int, cfg Config) {
	t.Helper()
	b, p := s.bought, s.sold
	if b.Peer != s.provider.Address.String() || p.Peer != s.consumer.Address.String() || b.Reason != "finished" || p.Reason != "finished" {
		t.Errorf("sale %d: with %s and %s, ended: %s and %s", i, b.Peer, p.Peer, b.Reason, p.Reason)
	}
	// Packets add less than a twentieth to the payload. A flow that stands at the limit for long sends again
	// what waits there; that may be much on a busy machine, but not as much as another sale's bytes.
	fetched := uint64(s.bytes)
	metered := fetched + fetched/4 + 1<<20
	if b.Received < fetched || b.Received > metered || p.Sent < b.Received || p.Sent > metered+metered/20 {
		t.Errorf("sale %d: %d bytes were fetched; the consumer counted %d, the provider %d", i, fetched, b.Received, p.Sent)
	}
	if b.Promised != b.Due || b.Promised != p.Promised {
		t.Errorf("sale %d: due %s, promised %s, taken %s", i, b.Due.Coins, b.Promised.Coins, p.Promised.Coins)
	}
	least, err := cfg.Price.Due(b.Received+p.Received, 0)
	most, err2 := cfg.Price.Due(b.Received+p.Received, p.Ended.Sub(p.Started))
	if paid := money.Amount(b.Promised.Units).SaturatingSub(cfg.SetupCharge); errors.Join(err, err2) != nil || paid < least || paid > most {
		t.Errorf("sale %d: promised %s and %s for service worth %s to %s", i, cfg.SetupCharge, paid, least, most)
	}
}

// payOut has providers withdraw what they earned, and returns by how much they have more, and the fees.
func payOut(t *testing.T, book *chain.Payments, providers []*Participant) (received, fees money.Amount) {
	t.Helper()
	for _, p := range providers {
		before, err := book.CoinBalance(t.Context(), p.Address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.API.Withdraw(t.Context(), wire.Limit{}, nil); err != nil {
			t.Fatal(err)
		}
		after, err := book.CoinBalance(t.Context(), p.Address)
		if err != nil {
			t.Fatal(err)
		}
		received += after.SaturatingSub(before)
	}
	fees, err := book.Fees(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return received, fees
}
