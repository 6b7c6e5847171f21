package main

import (
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/params"
)

// touched counts what a call cannot do without.
type touched struct {
	newSlots   uint64 // storage slots written for the first time
	rewritten  uint64 // written again
	read       uint64 // only read
	cleared    uint64 // written to zero: a refund
	accounts   uint64 // other contracts called
	signatures uint64 // recovered, and what was signed hashed
}

// hashing a signed intent: its struct, at most six words, and the digest of 66 bytes.
const hashing = 2*params.Keccak256Gas + (6+3)*params.Keccak256WordGas

// floor is what a schedule asks for a transaction that touches so much.
func (m *machine) floor(c call, t touched) (uint64, error) {
	intrinsic, err := core.IntrinsicGas(c.data, nil, nil, c.from, &c.to, nil, m.rules())
	if err != nil {
		return 0, err
	}
	p := prices(m.rules())
	gas := intrinsic + t.newSlots*p.newSlot + (t.rewritten+t.cleared)*p.rewrite + t.read*p.read + t.accounts*p.account
	gas += t.signatures * (params.EcrecoverGas + p.warm + hashing)
	refund := min(t.cleared*p.refund, gas/params.RefundQuotientEIP3529)
	return gas - refund, nil
}

// price is what a schedule asks for touching storage and accounts that are cold, in gas.
type price struct{ newSlot, rewrite, read, account, warm, refund uint64 }

func prices(rules params.Rules) price {
	if rules.IsAmsterdam {
		access, write := params.ColdStorageAccessAmsterdam, params.StorageWriteAmsterdam
		return price{
			newSlot: access + write + params.StorageCreationSize*params.CostPerStateByte,
			rewrite: access + write, read: access,
			account: params.ColdAccountAccessAmsterdam, warm: params.WarmAccountAccessAmsterdam,
			refund: params.StorageClearRefundAmsterdam,
		}
	}
	return price{
		newSlot: params.ColdSloadCostEIP2929 + params.SstoreSetGasEIP2200,
		rewrite: params.SstoreResetGasEIP2200, // the cold access is in it
		read:    params.ColdSloadCostEIP2929,
		account: params.ColdAccountAccessCostEIP2929, warm: params.WarmStorageReadCostEIP2929,
		refund: params.SstoreClearsScheduleRefundEIP3529,
	}
}
