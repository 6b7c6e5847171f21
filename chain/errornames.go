package chain

import (
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"

	"github.com/mysteriumnetwork/myst/contracts"
)

// errorNames tells the custom errors of our contracts by their selectors.
var errorNames = sync.OnceValue(func() map[[4]byte]abi.Error {
	names := make(map[[4]byte]abi.Error)
	for _, data := range []*bind.MetaData{&contracts.PaymentsMetaData, &contracts.RegistryMetaData, &contracts.TestCoinMetaData} {
		parsed, err := data.ParseABI()
		if err != nil {
			continue // generated code; its own package panics on it
		}
		for _, e := range parsed.Errors {
			names[[4]byte(e.ID[:4])] = e
		}
	}
	return names
})

// lockRefusals are the names of the payments contract's enum Refusal, in its order.
var lockRefusals = []string{
	"none", "no provider is named", "there is no such channel", "it has expired or is valid for too long",
	"wrong signature", "the channel is busy with another provider", "wrong epoch", "it locks no more than before",
	"an unlock was requested", "the deposit does not cover it",
}

// revertReason names what a contract returned: a revert string, or one of our contracts' errors.
// Empty when it is neither.
func revertReason(data []byte) string {
	if reason, err := abi.UnpackRevert(data); err == nil {
		return reason
	}
	if len(data) < 4 {
		return ""
	}
	known, ok := errorNames()[[4]byte(data)]
	if !ok {
		return ""
	}
	if known.Name == "LockRefused" && len(data) == 4+32 && int(data[35]) < len(lockRefusals) {
		return "lock refused: " + lockRefusals[data[35]]
	}
	return known.Name
}
