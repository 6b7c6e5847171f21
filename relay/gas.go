package relay

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
)

// told is the gas of a call for nothing, and of one for a fee. It was measured like works, of a call in the worst usual
// case, but one lock is a top-up, which fills no slot. docs/performance.md has the contracts' own figures; a test
// holds these to what calls use.
var told = map[Kind][2]work{
	KindRegister:        {{29_500, 1}, {66_000, 1}},
	KindFund:            {{71_500, 2}, {81_500, 2}},
	KindOnboard:         {{85_000, 3}, {95_000, 3}},
	KindLock:            {{56_500, 0}, {83_000, 0}},
	KindUnlockAsk:       {{45_000, 0}, {71_500, 0}},
	KindRelease:         {{43_000, 0}, {70_000, 0}},
	KindReclaim:         {{55_500, 0}, {82_000, 0}},
	KindWithdrawDeposit: {{61_500, 2}, {88_000, 2}},
	KindBeneficiary:     {{30_000, 1}, {68_500, 1}},
	// What can be estimated without a signature, beyond that.
	KindClear:    {{}, {39_500, 0}},
	KindWithdraw: {{}, {39_500, 0}},
	KindUnlock:   {{}, {39_500, 0}},
	KindFirstFee: {{}, {0, 1}},
}

// Gas is about what a call of a kind that somebody signs uses, for telling a user before it is signed. A slot is what
// a storage slot costs that is filled for the first time. It is zero for a kind that nobody signs, of which a fee
// alone is told.
func Gas(kind Kind, forFee bool, slot uint64) uint64 {
	w := told[kind][0]
	if forFee {
		w = told[kind][1]
	}
	return w.gas + w.slots*slot
}

// Estimate says what gas a call would use, and sends nothing.
type Estimate func(ctx context.Context, from, to identity.Address, data []byte) (uint64, error)

// SlotGas tries what a storage slot costs that is filled for the first time: an approval to nobody fills one.
func SlotGas(ctx context.Context, estimate Estimate, from, coin identity.Address) (uint64, error) {
	nobody := identity.Keccak256([]byte("myst/relay/nobody"), from[:])
	gas, err := estimate(ctx, from, coin, contracts.NewTestCoin().PackApprove(common.Address(nobody[12:]), big.NewInt(1)))
	return gas - min(gas, approvalGas), err
}
