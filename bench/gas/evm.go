package main

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// schedule is one of Ethereum's gas schedules: what opcodes and transactions cost from some fork on.
type schedule struct {
	name   string
	config *params.ChainConfig
}

const chainID = 1337

// schedules are today's and the coming one (EIP-2780, EIP-8037, EIP-8038), as go-ethereum has them.
func schedules() []schedule {
	zero := uint64(0)
	osaka := *params.AllDevChainProtocolChanges
	osaka.ChainID, osaka.BogotaTime = big.NewInt(chainID), nil
	amsterdam := osaka
	amsterdam.AmsterdamTime = &zero
	return []schedule{{"Osaka", &osaka}, {"Amsterdam", &amsterdam}}
}

// machine carries transactions out, one after the other, on a state in memory. What a transaction returns as
// used is what its receipt would say: intrinsic gas and refunds included.
type machine struct {
	config *params.ChainConfig
	header *types.Header
	state  *state.StateDB
	nonces map[common.Address]uint64
}

// now is the time of every block, in unix seconds.
const now = 1_900_000_000

func newMachine(s schedule) (*machine, error) {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return nil, err
	}
	return &machine{
		config: s.config,
		header: &types.Header{
			Number: big.NewInt(1), Time: now, Difficulty: new(big.Int), GasLimit: 1 << 40, BaseFee: big.NewInt(1),
		},
		state: db, nonces: make(map[common.Address]uint64),
	}, nil
}

func (m *machine) rules() params.Rules { return m.config.Rules(m.header.Number, true, m.header.Time) }

// run carries a transaction out; without to it creates a contract, whose address it returns. A revert is an
// error.
func (m *machine) run(from common.Address, to *common.Address, data []byte) (used uint64, created common.Address, err error) {
	m.state.SetBalance(from, uint256.NewInt(0).Lsh(uint256.NewInt(1), 100), tracing.BalanceChangeUnspecified)
	nonce := m.nonces[from]
	m.nonces[from] = nonce + 1
	limit := params.MaxTxGas
	if to == nil {
		limit = 1 << 34
	}
	message := (&core.Message{
		To: to, From: from, Nonce: nonce, Value: new(uint256.Int), GasLimit: limit, Data: data,
		GasPrice: uint256.NewInt(1), GasFeeCap: uint256.NewInt(1), GasTipCap: new(uint256.Int),
	}).SkipGasLimitCapCheck().SkipExecutionGasCapCheck()
	coinbase := common.Address{0xcb}
	evm := vm.NewEVM(core.NewEVMBlockContext(m.header, nil, &coinbase), m.state, m.config, vm.Config{})
	result, err := core.ApplyMessage(evm, message, core.NewGasPool(limit))
	if err != nil {
		return 0, created, err
	}
	if result.Failed() {
		return 0, created, fmt.Errorf("%w: %#x", result.Err, result.ReturnData)
	}
	m.state.Finalise(m.rules())
	return result.UsedGas, crypto.CreateAddress(from, nonce), nil
}
