package node

import (
	"context"
	"math/big"
	"testing"

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
