package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// signing counts what is signed.
type signing struct {
	identity.Signer
	times int
}

func (s *signing) Sign(digest [32]byte) (identity.Signature, error) {
	s.times++
	return s.Signer.Sign(digest)
}

// meter says that every call uses as much gas.
type meter struct{}

func (meter) Gas(context.Context, identity.Address, identity.Address, []byte) (uint64, error) {
	return 134_300, nil
}

func (meter) GasPrice(context.Context) (*big.Int, error) { return big.NewInt(7), nil }

// What an operation costs is told before anything is signed for it: what was signed could be carried out by whoever
// sees it.
func TestQuotesSignNothing(t *testing.T) {
	to := identity.Address{8}
	requests := map[string]QuoteRequest{
		"deposit": {Operation: OpDeposit, Amount: money.UnitsPerCoin}, "withdraw": {Operation: OpWithdraw},
		"beneficiary": {Operation: OpBeneficiary, Beneficiary: to}, "unlock": {Operation: OpUnlock, Channel: 2},
		"free": {Operation: OpUnlock, Channel: 2}, "reclaim": {Operation: OpReclaim, Channel: 2},
		"withdraw deposit": {Operation: OpWithdrawDeposit, Amount: money.UnitsPerCoin, To: to},
		"withdraw all":     {Operation: OpWithdrawDeposit, To: to},
	}
	for name, o := range operations(to) {
		w := newWorld()
		m := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
		o.prepare(w, m.key.Address())
		counting := &signing{Signer: m.self.Signer}
		m.self.Signer = counting
		q, err := m.Quote(t.Context(), requests[name])
		if err != nil || counting.times != 0 || q.Transactions != 1 || q.Relayer != (identity.Address{9}) || q.GasPrice.Int64() != 7 {
			t.Fatalf("%s: %+v, %v after %d signatures", name, q, err, counting.times)
		}
		if want := map[bool]uint64{true: 134_300, false: relay.Gas(kindOf[name], false, 110_000)}[kindOf[name] == ""]; q.Gas != want || want == 0 {
			t.Errorf("%s: %d gas; want %d", name, q.Gas, want)
		}
		if (q.Delay != 0) != (name == "unlock") {
			t.Errorf("%s: a delay of %s", name, q.Delay)
		}
		if paid, err := o.do(t.Context(), m.Node); err != nil || counting.times == 0 && kindOf[name] != "" {
			t.Errorf("%s: %+v, %v after %d signatures", name, paid, err, counting.times)
		}
	}
}

// kindOf are the calls that somebody signs.
var kindOf = map[string]relay.Kind{
	"deposit": relay.KindFund, "beneficiary": relay.KindBeneficiary, "unlock": relay.KindUnlockAsk, "reclaim": relay.KindReclaim,
	"withdraw deposit": relay.KindWithdrawDeposit, "withdraw all": relay.KindWithdrawDeposit,
}

// What no relayer clears for what it may take of it is told beside the rest, and is no reason not to tell of that.
func TestQuoteOfPartOfAClearing(t *testing.T) {
	w := newWorld()
	m := w.member(t, memberConfig{config: func(cfg *Config) { cfg.Gas = meter{} }})
	batch := func(amount money.Amount, fails error) asked {
		return asked{amount: amount, terms: func(context.Context, *relay.Quote) (relay.Kind, money.Amount, error) {
			return relay.KindClear, 3, fails
		}}
	}
	dear := fmt.Errorf("%w: it asks 3 coins", relay.ErrNotOffered)
	for name, c := range map[string]struct {
		calls        []asked
		amount, left money.Amount
		transactions int
		fails        error
	}{
		"all":  {calls: []asked{batch(100, nil), batch(10, nil)}, amount: 110, transactions: 2},
		"part": {calls: []asked{batch(10, dear), batch(100, nil), batch(11, dear)}, amount: 100, left: 21, transactions: 1},
		"none": {calls: []asked{batch(10, dear), batch(11, dear)}, left: 21, fails: relay.ErrNotOffered},
		"away": {calls: []asked{batch(100, nil), batch(10, chain.ErrUnavailable)}, fails: chain.ErrUnavailable},
	} {
		q := Quote{Operation: OpClear}
		for _, call := range c.calls {
			q.Amount += call.amount
		}
		err := m.add(t.Context(), m.wallet(m.self, AnyFee), c.calls, &q)
		if !errors.Is(err, c.fails) || c.fails == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "away" {
			continue
		}
		if q.Amount != c.amount || q.Left != c.left || q.Transactions != c.transactions || q.RelayFee != money.Amount(3*c.transactions) {
			t.Errorf("%s: %+v", name, q)
		}
		if told := strings.Contains(q.LeftWhy, "asks 3 coins"); told != (name == "part") {
			t.Errorf("%s: %q", name, q.LeftWhy)
		}
	}
}
