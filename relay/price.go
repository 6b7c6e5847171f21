package relay

import (
	"context"
	"fmt"
	"math/big"

	"github.com/mysteriumnetwork/myst/money"
)

// Pricing is what a relayer asks for its work. The zero value relays nothing.
type Pricing struct {
	// Rate is what one of the chain's own coins (1e18 wei) is worth, in units of the coin. Zero is not known:
	// then nothing can be asked for.
	Rate money.Amount
	// Margin is added to what the gas costs, in 1/10,000 of it.
	Margin uint64
	// Free relays for nothing what cannot be charged for: everything without a rate, and with one what nobody
	// can sign a fee for, which is to collect.
	Free bool
}

// work is the gas of a kind of call, for a fee where one can be signed: what does not depend on the price of
// storage, and how many storage slots it fills for the first time in the worst usual case.
type work struct{ gas, slots uint64 }

// works is what was measured under the dearer of Ethereum's two gas schedules, and rounded up; a test holds it
// to that. To request an unlock pays for the unlock as well; an unlock's own is of one that was requested elsewhere.
var works = map[Kind]work{
	KindRegister:        {68_000, 1},
	KindFund:            {82_000, 2},
	KindOnboard:         {115_000, 3},
	KindLock:            {73_000, 1},
	KindRelease:         {84_000, 0},
	KindUnlockAsk:       {135_000, 0},
	KindUnlock:          {91_000, 0},
	KindReclaim:         {84_000, 0},
	KindWithdrawDeposit: {89_000, 2},
	KindBeneficiary:     {70_000, 1},
	KindClear:           {77_000, 1},
	KindClearMore:       {17_500, 0},
	KindWithdraw:        {91_000, 1},
	KindFirstFee:        {0, 1},
}

// workOf is the work of one intent; false where nobody can be charged for it.
func workOf(in *Intent) (work, bool) {
	w, charged := works[in.Kind]
	more, first := in.extras()
	w.gas += more * works[KindClearMore].gas
	w.slots += first * works[KindFirstFee].slots
	return w, charged
}

// extras counts what a quote adds to the intent's kind: promises beyond the first, and whether it is its payer's first
// fee of a nonce.
func (in *Intent) extras() (more, first uint64) {
	if in.Kind == KindClear {
		more = uint64(max(len(in.Promises), 1) - 1) //nolint:gosec // at least zero
	}
	if in.unsigned() && in.Nonce == 0 {
		first = 1
	}
	return more, first
}

// Gas of an approval beyond the one storage slot that it fills; measured like works.
const approvalGas = 24_300

var weiPerCoin = big.NewInt(1e18)

// gasPrices is what the chain asks now.
type gasPrices struct {
	price *big.Int // wei per gas
	slot  uint64   // gas of a storage slot that is filled for the first time
}

// gasPrices asks the chain. A new slot costs five times as much under the gas schedule that is to come, so
// its price is not assumed but tried: an approval to nobody, which is only estimated, fills one.
func (s *Service) gasPrices(ctx context.Context) (g gasPrices, err error) {
	if g.price, err = s.cfg.Client.GasPrice(ctx); err == nil {
		g.slot, err = SlotGas(ctx, s.cfg.Client.Gas, s.coder.relayer, s.cfg.Network.Contracts.Coin)
	}
	if err != nil {
		return g, fmt.Errorf("%w: gas price: %w", ErrUnavailable, err)
	}
	return g, nil
}

// cost is what the work costs now, in wei.
func (w work) cost(g gasPrices) *big.Int {
	gas := new(big.Int).SetUint64(w.gas + w.slots*g.slot)
	return gas.Mul(gas, g.price)
}

// fee is gas × price × rate × (1 + margin), rounded up to a whole unit. Errors: money.ErrOverflow.
func (p Pricing) fee(w work, g gasPrices) (money.Amount, error) {
	const myriad = 10_000
	fee := w.cost(g)
	fee.Mul(fee, new(big.Int).SetUint64(uint64(p.Rate)))
	fee.Mul(fee, new(big.Int).SetUint64(myriad+p.Margin))
	per := new(big.Int).Mul(weiPerCoin, big.NewInt(myriad))
	fee.Add(fee, per).Sub(fee, big.NewInt(1)).Quo(fee, per)
	if !fee.IsUint64() {
		return 0, money.ErrOverflow
	}
	return money.Amount(fee.Uint64()), nil
}

// fees is what is asked for each kind of call that is relayed.
func (s *Service) fees(ctx context.Context) (map[Kind]money.Amount, error) {
	p, fees := s.cfg.Pricing, map[Kind]money.Amount{}
	if p.Free {
		for _, kind := range kinds {
			fees[kind] = 0
		}
	}
	if p.Rate == 0 {
		return fees, nil
	}
	g, err := s.gasPrices(ctx)
	if err != nil {
		return nil, err
	}
	for kind, w := range works {
		if fees[kind], err = p.fee(w, g); err != nil {
			return nil, fmt.Errorf("fee to %s: %w", kind, err)
		}
	}
	return fees, nil
}

// pays refuses a call that does not bring what this relayer asks, or asked in a quote that is still valid.
func (s *Service) pays(ctx context.Context, in Intent, c call) error {
	asked := in.Quote
	switch {
	case asked != nil:
		if err := s.honours(asked); err != nil {
			return err
		}
	case s.cfg.Pricing.Rate == 0: // as the quote would say, which takes a signature
		fees, err := s.fees(ctx)
		if err != nil {
			return err
		}
		asked = &Quote{Fees: fees}
	default:
		now, err := s.Quote(ctx)
		if err != nil {
			return err
		}
		asked = &now
	}
	fee, err := asked.cost(&in)
	switch {
	case err != nil:
		return refuse(ReasonFee, "this relayer does not %s for others: nobody can be charged for it, or its operator set no rate", in.Kind)
	case in.Kind == KindUnlock && in.Payment == nil && fee > 0:
		return s.unlockPaid(ctx, in, fee)
	case c.fee < fee:
		return refuse(ReasonFee, "to %s costs %s coins here; %s are signed for", in.Kind, fee, c.fee)
	case in.Kind == KindLock && len(in.Locks) > 1 && fee > 0:
		return refuse(ReasonFee, "a fee is for one lock at a time")
	}
	return nil
}

// honours tells whether a quote is one of this relayer's that still binds it.
func (s *Service) honours(q *Quote) error {
	if err := q.Verify(s.coder.payments, s.coder.relayer); err != nil {
		return refuse(ReasonQuote, "%v", err)
	}
	if err := q.Valid(s.cfg.Now()); err != nil {
		return refuse(ReasonQuote, "%v", err)
	}
	return nil
}

// unlockPaid refuses an unlock for nothing that was not requested, and so paid for, through this relayer.
func (s *Service) unlockPaid(ctx context.Context, in Intent, fee money.Amount) error {
	channel, err := s.payments.Channel(ctx, in.Unlock.Consumer, in.Unlock.Channel, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	request := call{hash: s.coder.requestHash(in.Unlock.Consumer, in.Unlock.Channel, channel.Epoch)}
	ticket, known, err := s.existing(ctx, request)
	if err != nil {
		return err
	}
	if !known || ticket.State != StateMined {
		return refuse(ReasonFee, "to unlock costs %s coins here, as this one was not requested, and so paid for, here", fee)
	}
	return nil
}
