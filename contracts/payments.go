// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package contracts

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// FundIntent is an auto generated low-level Go binding around an user-defined struct.
type FundIntent struct {
	Owner       common.Address
	Identity    common.Address
	Units       uint64
	Fee         uint64
	Relayer     common.Address
	PermitNonce *big.Int
	ValidUntil  uint32
	R           [32]byte
	Vs          [32]byte
}

// LockIntent is an auto generated low-level Go binding around an user-defined struct.
type LockIntent struct {
	Provider   common.Address
	Channel    uint8
	Epoch      uint16
	Locked     *big.Int
	ValidUntil uint32
	R          [32]byte
	Vs         [32]byte
}

// PermitSignature is an auto generated low-level Go binding around an user-defined struct.
type PermitSignature struct {
	Deadline *big.Int
	R        [32]byte
	Vs       [32]byte
}

// PromiseIntent is an auto generated low-level Go binding around an user-defined struct.
type PromiseIntent struct {
	Provider common.Address
	Channel  uint8
	Epoch    uint16
	Amount   *big.Int
	R        [32]byte
	Vs       [32]byte
}

// RegisterIntent is an auto generated low-level Go binding around an user-defined struct.
type RegisterIntent struct {
	X  [32]byte
	Y  [32]byte
	R  [32]byte
	Vs [32]byte
}

// WithdrawIntent is an auto generated low-level Go binding around an user-defined struct.
type WithdrawIntent struct {
	To         common.Address
	Units      uint64
	Nonce      *big.Int
	ValidUntil uint32
	R          [32]byte
	Vs         [32]byte
}

// PaymentsMetaData contains all meta data concerning the Payments contract.
var PaymentsMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"coin_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"registry_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"feePerMyriad_\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"unlockDelay_\",\"type\":\"uint32\"},{\"internalType\":\"uint64\",\"name\":\"bond_\",\"type\":\"uint64\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"target\",\"type\":\"address\"}],\"name\":\"AddressEmptyCode\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadAmount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadConfiguration\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadLength\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Expired\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"FailedCall\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumRefusal\",\"name\":\"reason\",\"type\":\"uint8\"}],\"name\":\"LockRefused\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoProvider\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheBeneficiary\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheCoin\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheRelayer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"time\",\"type\":\"uint32\"}],\"name\":\"NotYet\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NothingChanged\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"TooMuch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Unbonded\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Uncovered\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"UnknownOperation\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongEpoch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongNonce\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongPermit\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSignature\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"name\":\"BeneficiarySet\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"cleared\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"paid\",\"type\":\"uint40\"}],\"name\":\"Cleared\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"records\",\"type\":\"bytes\"}],\"name\":\"ClearedPacked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"units\",\"type\":\"uint256\"}],\"name\":\"Collected\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"DepositWithdrawn\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"Deposited\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"}],\"name\":\"Freed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"enr\",\"type\":\"bytes\"}],\"name\":\"HubAnnounced\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"}],\"name\":\"Locked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"units\",\"type\":\"uint40\"}],\"name\":\"Reclaimed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"}],\"name\":\"Relayed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"}],\"name\":\"RelayedFromEarnings\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"name\":\"UnlockRequested\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"net\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MAX_AHEAD\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"UNIT\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"}],\"name\":\"account\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"balance\",\"type\":\"uint64\"},{\"internalType\":\"uint32[6]\",\"name\":\"unlockAt\",\"type\":\"uint32[6]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"enr\",\"type\":\"bytes\"}],\"name\":\"announceHub\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"bond\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"name\":\"changeBeneficiary\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"channel\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"cleared\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"amount\",\"type\":\"uint40\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"check\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"due\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"amount\",\"type\":\"uint40\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPromiseIntent[]\",\"name\":\"promises\",\"type\":\"tuple[]\"}],\"name\":\"clearBatch\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"packed\",\"type\":\"bytes\"}],\"name\":\"clearPacked\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"coin\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"collect\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"deposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"}],\"name\":\"depositWithPermit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"earnings\",\"outputs\":[{\"internalType\":\"uint96\",\"name\":\"gross\",\"type\":\"uint96\"},{\"internalType\":\"uint256\",\"name\":\"net\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"feePerMyriad\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"fees\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"permitNonce\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structFundIntent\",\"name\":\"f\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"}],\"name\":\"fund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structLockIntent\",\"name\":\"intent\",\"type\":\"tuple\"}],\"name\":\"lock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structLockIntent[]\",\"name\":\"locks\",\"type\":\"tuple[]\"}],\"name\":\"lockMany\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"done\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"who\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"onTransferReceived\",\"outputs\":[{\"internalType\":\"bytes4\",\"name\":\"\",\"type\":\"bytes4\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"permitNonce\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structFundIntent\",\"name\":\"f\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"x\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"y\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structRegisterIntent\",\"name\":\"key\",\"type\":\"tuple\"}],\"name\":\"onboard\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"reclaim\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"reclaimFor\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"registry\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"op\",\"type\":\"bytes\"}],\"name\":\"relay\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"release\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"requestUnlock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"setBeneficiary\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"treasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"unlock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unlockDelay\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"version\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"withdrawDeposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structWithdrawIntent\",\"name\":\"w\",\"type\":\"tuple\"}],\"name\":\"withdrawDepositFor\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Payments",
	Bin: "0x610220806040523461033b5760c08161619e803803809161002082856103bd565b83398101031261033b57610033816103f4565b61003f602083016103f4565b61004b604084016103f4565b60608401519161ffff83169384840361033b5760808601519463ffffffff86169687870361033b5760a00151966001600160401b0388169081890361033b576040516100986040826103bd565b600481526020810190631b5e5cdd60e21b8252604051916100ba6040846103bd565b600183526020830191603160f81b83526100d381610408565b610120526100e084610408565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a0815261014960c0826103bd565b5190206080523060c05260405163313ce56760e01b81526020816004816001600160a01b0389165afa908115610347575f91610380575b5060ff60129116036102c7576001600160a01b03861615159283610373575b5082610364575b5081610352575b50806102d6575b156102c75761016052610180526101a0526101c0526101e05261020052604051615d2a9081610474823960805181615a19015260a05181615ad6015260c051816159ea015260e05181615a6801526101005181615a8e0152610120518161193601526101405181611960015261016051818181610538015281816106650152818161165f015281816124c8015281816125d70152818161290e0152818161298901528181613876015261437701526101805181818161135201528181611c7b015281816137510152613d2c01526101a0518181816104bf0152611eb901526101c0518181816128ca0152614fde01526101e0518181816110200152612b5e01526102005181818161124f0152611e580152f35b631a6ee77160e21b5f5260045ffd5b506040516310597c4560e31b81525f60048201526020816024816001600160a01b0387165afa908115610347575f91610311575b50156101b4565b90506020813d60201161033f575b8161032c602093836103bd565b8101031261033b57515f61030a565b5f80fd5b3d915061031f565b6040513d5f823e3d90fd5b60016001603f1b03101590505f6101ad565b6301e13380101591505f6101a6565b612710101592505f61019f565b90506020813d6020116103b5575b8161039b602093836103bd565b8101031261033b575160ff8116810361033b5760ff610180565b3d915061038e565b601f909101601f19168101906001600160401b038211908210176103e057604052565b634e487b7160e01b5f52604160045260245ffd5b51906001600160a01b038216820361033b57565b601f815111610433576020815191015160208210610424571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f905f3560e01c9081630519da3214612b44575080630cd4cfa414612ac75780630e9154ac1461293257806311df9995146128ee578063191fefd6146128af57806326723f03146127ac57806329664ac614612780578063307862f5146125fc5780633263e629146125755780633dd8c6111461251d57806351cff8d914612393578063543fd3131461230757806354fd4d50146122a25780635efb7b5314611edd57806361d027b314611e995780636354b81b14611e7c57806364c9ec6f14611e3757806365ae7f2114611dd457806373b9aa9114611c9f5780637b10399914611c5b5780637ecebe0014611c235780637fcf795914611a3457806384b0196e1461191c578063877e9ab11461182e57806388a7ca5c1461160e57806390231475146114ad5780639af1d35a1461148f5780639d8e21771461146f578063a697c354146113fb578063a815b9a1146111ec578063b77783f714610ee4578063be2d959d14610e60578063bf2877a114610d24578063cdf2dee7146105b2578063e52253811461049f578063e6e614a4146103a3578063ec29d2eb146102415763f4586081146101c0575f80fd5b3461023a576003193601610200811261023d576101201361023a5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedc36011261023a5760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe7c36011261023a57610237613800565b80f35b80fd5b5080fd5b503461023a5763ffffffff9061025636612c57565b92939590911692610e104285031161037b57906102c9929160405161ffff60208201927f82620b2579679d3b5e608eb441c8582a377a2ac85d5fbb9b9edfc8b1ed9432cc845260ff8a16604084015216958660608301526080820152608081526102c160a082612ce4565b5190206141c5565b926001600160a01b038416156103535774ff00000000000000000000000000000000000000008160a01b166001600160a01b038516178352600360205261031260408420612d25565b9161ffff6060840151160361032b576102379293615039565b6004837f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004837f356a4418000000000000000000000000000000000000000000000000000000008152fd5b6004857f203d82d8000000000000000000000000000000000000000000000000000000008152fd5b503461023a57608060031936011261023a576103bd612b82565b6103c5612b98565b906001600160a01b0381168084526004602052604084205460601c6104775760405160208101907fef74c807a34fcb062be5851aa6b235700dd426c56bdf5f16469342bb256fd70082528260408201526001600160a01b038516606082015260608152610433608082612ce4565b519020908015159182610452575b505015610353579061023791615592565b6001600160a01b0391925061046e9060643590604435906141c5565b16145f80610441565b6004847f7296d9b2000000000000000000000000000000000000000000000000000000008152fd5b503461023a578060031936011261023a57600554801561058a57816005557f00000000000000000000000000000000000000000000000000000000000000006040518281527f8c22f554c81b54107cd95e734e4ef45767214974a540f34ea4a4f8c3fc7b13c360206001600160a01b03841692a264e8d4a51000820291820464e8d4a510000361055d5790610237916001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016614b11565b6024837f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004827f06923abf000000000000000000000000000000000000000000000000000000008152fd5b503461023a576003193601610180811261023d576101201361023a5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedc36011261023a576084356001600160a01b03811690818114159182610d2057803303610cf85760c4359263ffffffff841693848103610cf457844211610ccc57600435926001600160a01b038416958685141592836109cc578715159182610beb575b505015610bc3576001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000166044359567ffffffffffffffff871694858803610bbf576064359267ffffffffffffffff841695868503610b8e576106bd8789612f68565b9064e8d4a5100082029180830464e8d4a510001490151715610b9257610b8e576040517f7ecebe000000000000000000000000000000000000000000000000000000000081528b6004820152602081602481865afa908115610b83578d91610b51575b5060a435809103610b29578c6101643561073981614303565b90853b15610b25576040517fd505accf0000000000000000000000000000000000000000000000000000000081526001600160a01b038e1660048201523060248201526044810186905261012435606482015260ff9290921660848301526101443560a48301527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1660c4820152818160e48183895af18015610a9657610b0c575b50508c6040517f7ecebe000000000000000000000000000000000000000000000000000000000081528d6004820152602081602481885afa918215610b005791610ace575b5060018201809211610aa15703610a39576040517fdd62ed3e0000000000000000000000000000000000000000000000000000000081526001600160a01b038a1660048201523060248201528c90602081604481875afa908115610a9657839291610a61575b5003610a395761089890308a8461562d565b6040517fdd62ed3e0000000000000000000000000000000000000000000000000000000081526001600160a01b038916600482015230602482015290602090829060449082905afa908115610a2e578b916109f8575b506109d0576109cc5787937f32813a52d3a7d08379cd5f2631f15525b1d7913d2be25fb854f2572a6be765a6928260209350858c526004845260408c206bffffffffffffffffffffffff61094585828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790555050604051908152a3602435906001600160a01b038216938483036109c8577f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d64936020936109bb8382615396565b505050604051908152a380f35b8680fd5b8880fd5b60048a7fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b90506020813d602011610a26575b81610a1360209383612ce4565b81010312610a2257515f6108ee565b5f80fd5b3d9150610a06565b6040513d8d823e3d90fd5b60048c7fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b9150506020813d602011610a8e575b81610a7d60209383612ce4565b81010312610a22578190515f610886565b3d9150610a70565b6040513d84823e3d90fd5b60248e7f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b90506020813d602011610af8575b81610ae960209383612ce4565b81010312610a2257515f610820565b3d9150610adc565b604051903d90823e3d90fd5b81610b1691612ce4565b610b21578c5f6107db565b8c80fd5b8280fd5b60048d7fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b90506020813d602011610b7b575b81610b6c60209383612ce4565b81010312610a2257515f610720565b3d9150610b5f565b6040513d8f823e3d90fd5b8b80fd5b60248d7f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b8980fd5b6004877f356a4418000000000000000000000000000000000000000000000000000000008152fd5b9293509350506024356001600160a01b038116908181036109cc575060443567ffffffffffffffff811690818103610bbf57506064359267ffffffffffffffff8416808503610cc857610cb394505f96506040519260208401947f3461e2e2482e6942d5adeb572f3d24887023fdae08966cffc69ced86d61b7b6786528b60408601526060850152608084015260a08301528460c083015260a43560e08301526101008201526101008152610ca261012082612ce4565b519020610104359060e435906141c5565b90856001600160a01b035f9316145f80610654565b8a80fd5b6004867f203d82d8000000000000000000000000000000000000000000000000000000008152fd5b8580fd5b6004847f7aa2c446000000000000000000000000000000000000000000000000000000008152fd5b8380fd5b503461023a57604060031936011261023a57610d3e612b82565b90610d47612bae565b74ff00000000000000000000000000000000000000008160a01b166001600160a01b0384161782526003602052610d8060408320612d25565b906001600160a01b0382511615610e38576001600160a01b0384168352600260205263ffffffff610de782610db760408720612d7c565b6020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b169384151580610e2e575b15610e0257610237939450615451565b602484867f3a4f9cf7000000000000000000000000000000000000000000000000000000008252600452fd5b5084421015610df2565b6004837f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b503461023a5760e060031936011261023a57610e7a6143de565b600a811015610eb75780610e8c575080f35b7fe5e34b69000000000000000000000000000000000000000000000000000000008252600452602490fd5b6024827f4e487b710000000000000000000000000000000000000000000000000000000081526021600452fd5b503461023a5763ffffffff610ef836612c57565b919490941693610e1042860311610ccc576001600160a01b0391610f6b9160405160208101907f538aec11f8edce628172fa8185b814bbf1129672800f0a2f4cafc7e2f86a2e37825261ffff60ff89169788604084015216988960608301526080820152608081526102c160a082612ce4565b169182156111c45774ff00000000000000000000000000000000000000008160a01b16831785526003602052610fa360408620612d25565b6001600160a01b038151161561119c578461ffff60608301511603611174578386526002602052610fd660408720612d7c565b63ffffffff61101084836020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b1661114c5763ffffffff611046817f00000000000000000000000000000000000000000000000000000000000000001642612f68565b1692600581901b611fe0169060ff16850361111f577f7b5e5c4ecbe2fe4d6021b350aa8c32c573321c219c0b929b0aa29265d87ed5049492611108836001600160a01b0393602060609896019077ffffffffffffffffffffffffffffffffffffffffffffffff825163ffffffff828a851b16931b191616179052888b52600260205260408b20907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b51169560405192835260208301526040820152a380f35b6024887f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004877f06923abf000000000000000000000000000000000000000000000000000000008152fd5b6004867f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004867f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b6004857f356a4418000000000000000000000000000000000000000000000000000000008152fd5b503461023a57602060031936011261023a5760043567ffffffffffffffff811161023d5761121e903690600401612be6565b90811515806113ef575b156113c757338352600260205267ffffffffffffffff60408420541667ffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016111580611315575b156112ed577f274a4fedcdaf8ee9b1ef95721dd1290448d35e35c71f15504d043e74b1991bf890826040519160208352816020840152604083013783604084830101526040817fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f339601168101030190a280f35b6004837f564318c0000000000000000000000000000000000000000000000000000000008152fd5b506040517f82cbe2280000000000000000000000000000000000000000000000000000000081523360048201526020816024816001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000165afa9081156113bc57849161138a575b501515611277565b90506020813d6020116113b4575b816113a560209383612ce4565b81010312610a2257515f611382565b3d9150611398565b6040513d86823e3d90fd5b6004837f5aed9cff000000000000000000000000000000000000000000000000000000008152fd5b5061012c821115611228565b503461023a57604060031936011261023a57611415612b82565b61141d612b98565b906001600160a01b03811683526004602052604083205460601c3303611447579061023791615592565b6004837f7296d9b2000000000000000000000000000000000000000000000000000000008152fd5b503461023a578060031936011261023a57602060405164e8d4a510008152f35b503461023a578060031936011261023a576020600554604051908152f35b503461023a5760a060031936011261023a576114c7612b82565b906114d0612bae565b6114d8612bbe565b9074ff00000000000000000000000000000000000000008160a01b166001600160a01b038516178352600360205261151260408420612d25565b916001600160a01b03835116156115e65761ffff8060608501511691168091036115be576115a19060405160208101917f9b15df11533f0d5b6fc54493594c7c4f04cf432505b913ea18338cd8f54e7de683526001600160a01b038816604083015260ff8516606083015260808201526080815261159160a082612ce4565b60843591606435915190206141c5565b6001600160a01b0380845116911603610353576102379293615451565b6004847f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004847f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b503461023a57608060031936011261023a57611628612b82565b50611631612b98565b60443560643567ffffffffffffffff8111610d2057611654903690600401612be6565b916001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001633036118065764e8d4a5100081066117de5764e8d4a51000900493677fffffffffffffff85116117b6578215908180156117ac575b1561178457501561173a5750507f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d6460206001600160a01b038067ffffffffffffffff85965b16946117058688615396565b60405195865216941692a360206040517f88a7ca5c000000000000000000000000000000000000000000000000000000008152f35b6001600160a01b038067ffffffffffffffff8161177d857f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d64976020970190612fef565b16966116f9565b807f5aed9cff0000000000000000000000000000000000000000000000000000000060049252fd5b50602084146116b4565b807fd887771b0000000000000000000000000000000000000000000000000000000060049252fd5b6004857f749b5939000000000000000000000000000000000000000000000000000000008152fd5b6004857f71938267000000000000000000000000000000000000000000000000000000008152fd5b503461023a57604060031936011261023a5760a09063ffffffff611850612b82565b91611859612bae565b8174ff000000000000000000000000000000000000000082871b166001600160a01b038616178152600360205261189260408220612d25565b946001600160a01b038651166118f2575b5050506001600160a01b038351169264ffffffffff6020820151169061ffff606064ffffffffff6040840151169201511691604051958652602086015260408501526060840152166080820152f35b6119149350610db7916001600160a01b03604092168152600260205220612d7c565b5f80806118a3565b503461023a578060031936011261023a576119d89061195a7f0000000000000000000000000000000000000000000000000000000000000000615c67565b906119847f0000000000000000000000000000000000000000000000000000000000000000615c67565b9060206119e6604051936119988386612ce4565b8385525f3681376040519687967f0f00000000000000000000000000000000000000000000000000000000000000885260e08589015260e0880190612c14565b908682036040880152612c14565b904660608601523060808601528260a086015284820360c08601528080855193848152019401925b828110611a1d57505050500390f35b835185528695509381019392810192600101611a0e565b503461023a57602060031936011261023a576004359067ffffffffffffffff821161023a573660238301121561023a5781600401359067ffffffffffffffff821161023a5736602460c084028501011161023a57808193829083915b85831015611b9157602460c084028301019064ffffffffff611ab183615121565b16918215611b85576001600160a01b03611aca82612f3d565b818b169182911603611af9575b505081611ae9600193611aef936137d6565b95612f68565b925b019192611a90565b60019399509082611b22926bffffffffffffffffffffffff611aef9516611b31575b5050612f3d565b97611ae9818893509350611ad7565b895260046020526bffffffffffffffffffffffff611b5660408b2092828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790555f80611b1b565b50939260019150611af1565b915050848215611bfb57611bcb60406020956001600160a01b036bffffffffffffffffffffffff94168152600487522092828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff000000000000000000000000825416179055604051908152f35b6004847f06923abf000000000000000000000000000000000000000000000000000000008152fd5b503461023a57602060031936011261023a5760406020916001600160a01b03611c4a612b82565b168152600683522054604051908152f35b503461023a578060031936011261023a5760206040516001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168152f35b503461023a57602060031936011261023a57611cb9612b82565b9060405190611cc960c083612ce4565b60c03683376001600160a01b03831681526002602052611ceb60408220612d7c565b805167ffffffffffffffff16936001600160a01b0316825b600660ff82161015611d9d57600160ff9174ff00000000000000000000000000000000000000008160a01b168417865260036020526001600160a01b03604087205416611d52575b0116611d03565b63ffffffff611d8c82876020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b16611fe08260051b16880152611d4b565b505060405193845250602083015b60068210611db85760e084f35b60208060019263ffffffff865116815201930191019091611dab565b503461023a57602060031936011261023a5760043560ff8116810361023d576102379074ff00000000000000000000000000000000000000008160a01b166001600160a01b0333161783526003602052611e3060408420612d25565b9033615039565b503461023a578060031936011261023a57602060405167ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b503461023a578060031936011261023a576020604051610e108152f35b503461023a578060031936011261023a5760206040516001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168152f35b503461023a57602060031936011261023a5760043567ffffffffffffffff811161023d57611f0f903690600401612be6565b813560601c906014811180612275575b1561224d578115611bfb578392611f346159e0565b6101406040511161224b577fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a6101a093929352836101c05261190161014052610160528461022052600360205260146102e091830192015b828110612099575090508381526020810160405260206102a0527ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd2081016102c0528215611bfb577fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd3f7f283584973004f0d926aac1a93cc5c7e04e7dcc69b9089c069bd642f7730e18fb92604087866020995260048952206bffffffffffffffffffffffff612060818916828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff00000000000000000000000082541617905501166040016102a0a2604051908152f35b806048809261023b370190610263519485601d1a610220519061ffff881661020052806101e05260a06101a02061018052604261015e2061020052610260517f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81169060ff1c601b01817f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0101b6102205261026052602061020060808160015afa5060a01b610200511791828952604089209788549060f01b881781187fffff00000000000000000000ffffffffffffffffffffffffffffffffffffffff8160c81c8095039464ffffffffff8360a01c16037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff860110159116176121dd575b908291601c95949360c81b01809955019660a81c9060581b17815201915b9190611f8c565b6102635160f01b6101c051178118927fffff00000000000000000000ffffffffffffffffffffffffffffffffffffffff841661223f576001136122345764ffffffffff8360c81c9360a01c169280840393036121b8575b5096505050916121d6565b505096505050916121d6565bfe5b6004847f5aed9cff000000000000000000000000000000000000000000000000000000008152fd5b5060487fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec82010615611f1f565b503461023a578060031936011261023a57506123036040516122c5604082612ce4565b600f81527f6d7973742d7061796d656e74732d3100000000000000000000000000000000006020820152604051918291602083526020830190612c14565b0390f35b503461023a57602060031936011261023a5760406080916001600160a01b0361232e612b82565b1681526004602052206040519061234482612c9b565b54906bffffffffffffffffffffffff6001600160a01b03612373828516808552602085019560601c8652614fcb565b929093511693511691604051938452602084015260408301526060820152f35b503461023a57602060031936011261023a576123ad612b82565b6001600160a01b03811680835260046020526040832091604051926123d184612c9b565b54926bffffffffffffffffffffffff8416808252602082019460601c8552156124f557906124156bffffffffffffffffffffffff6001600160a01b03935116614fcb565b9290948487526004602052604087207fffffffffffffffffffffffffffffffffffffffff000000000000000000000000815416905561245684600554612f68565b6005555116806124ed5750915b6040519184835260208301527f91fb9d98b786c57d74c099ccd2beca1739e9f6a81fb49001ca465c4b7591bbe260406001600160a01b03851693a364e8d4a5100082029180830464e8d4a51000149015171561055d5790610237916001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016614b11565b905091612463565b6004857f06923abf000000000000000000000000000000000000000000000000000000008152fd5b503461023a57608060031936011261023a5760043567ffffffffffffffff8116810361023d576064359067ffffffffffffffff8211610b2557612567610237923690600401612be6565b916044359060243590613072565b503461023a57604060031936011261023a5761258f612b82565b67ffffffffffffffff6125a0612bcf565b6125ab8184336149c9565b169064e8d4a5100082029180830464e8d4a51000149015171561055d5790610237916001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016614b11565b503461023a5760c060031936011261023a57610e1063ffffffff61261e612f03565b16429003116127585761262f612f27565b906126c161263b612f51565b926044359363ffffffff61264d612f03565b67ffffffffffffffff604051936001600160a01b0360208601967fe9daf1942745a8aa9f701a2b13d296a58c692e8d227a91d7f56bf13980e814de88521660408601521660608401528660808401521660a082015260a081526126b160c082612ce4565b51902060a43590608435906141c5565b6001600160a01b03811692831561035357838352600660205280604084205403612730576001810180911161055d578293612717935260066020526040842055612709612f27565b612711612f51565b916149c9565b61271f612f27565b67ffffffffffffffff6125ab612f51565b6004837fd9c6386f000000000000000000000000000000000000000000000000000000008152fd5b807f203d82d80000000000000000000000000000000000000000000000000000000060049252fd5b503461023a57604060031936011261023a5761023761279d612b82565b6127a5612bcf565b9033614315565b503461023a57602060031936011261023a5760043567ffffffffffffffff811161023d573660238201121561023d5780600401359067ffffffffffffffff8211610b255736602460e0840283010111610b25578290835b838110156128745761281c602460e083028401016146e8565b600a8110156128475715612833575b600101612803565b9161283f600191612ed6565b92905061282b565b6024867f4e487b710000000000000000000000000000000000000000000000000000000081526021600452fd5b8285811561288757602082604051908152f35b807f06923abf0000000000000000000000000000000000000000000000000000000060049252fd5b503461023a578060031936011261023a57602060405161ffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b503461023a578060031936011261023a5760206040516001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168152f35b5034610a225760a0600319360112610a225761294c612b82565b90612955612bcf565b60607fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbc360112610a22576001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001660843567ffffffffffffffff831664e8d4a5100081029080820464e8d4a510001490151715612a9a576129db82614303565b92803b15610a22576040517fd505accf000000000000000000000000000000000000000000000000000000008152336004820152306024820152604480820193909352913560648084019190915260ff949094166084830152923560a48201527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9190911660c4820152905f90829060e490829084905af1612a84575b50610237919233614315565b61023792505f612a9391612ce4565b5f91612a78565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b34610a225760c0600319360112610a2257612ae0612b82565b612ae8612bae565b90612af1612bbe565b6064359064ffffffffff82168203610a225760609364ffffffffff9363ffffffff93612b249360a4359360843593612da2565b9193906001600160a01b0360405195168552166020840152166040820152f35b34610a22575f600319360112610a225760209063ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b600435906001600160a01b0382168203610a2257565b602435906001600160a01b0382168203610a2257565b6024359060ff82168203610a2257565b6044359061ffff82168203610a2257565b6024359067ffffffffffffffff82168203610a2257565b9181601f84011215610a225782359167ffffffffffffffff8311610a225760208381860195010111610a2257565b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b60031960a0910112610a225760043560ff81168103610a22579060243561ffff81168103610a22579060443563ffffffff81168103610a2257906064359060843590565b6040810190811067ffffffffffffffff821117612cb757604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117612cb757604052565b906040516080810181811067ffffffffffffffff821117612cb75760405260608193546001600160a01b038116835264ffffffffff8160a01c16602084015264ffffffffff8160c81c16604084015260f01c910152565b90604051612d8981612c9b565b915467ffffffffffffffff8116835260401c6020830152565b604080517fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a602082019081526001600160a01b0384169282019290925260ff8416606082015261ffff8516608082015264ffffffffff861660a0820152939791965f9692959394612e45939192906102c18160c081015b037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282612ce4565b956001600160a01b03871615612ecb576001600160a01b0391612e9b9174ff00000000000000000000000000000000000000008560a01b16848a16175f526003602052612e9460405f20612d25565b9788614265565b945116612ea55750565b612ec89192506001600160a01b0385165f526002602052610db760405f20612d7c565b90565b505f94508493505050565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8114612a9a5760010190565b60643563ffffffff81168103610a225790565b3563ffffffff81168103610a225790565b6004356001600160a01b0381168103610a225790565b356001600160a01b0381168103610a225790565b60243567ffffffffffffffff81168103610a225790565b91908201809211612a9a57565b90939293848311610a22578411610a22578101920390565b9190826040910312610a225781516001600160a01b0381168103610a225760209092015190565b359060208110612fc2575090565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9060200360031b1b1690565b90816020910312610a2257356001600160a01b0381168103610a225790565b92919267ffffffffffffffff8211612cb75760405191613056601f82017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01660200184612ce4565b829481845281830111610a22578281602093845f960137010152565b929193909360048210613363577fffffffff00000000000000000000000000000000000000000000000000000000833516907f231e07500000000000000000000000000000000000000000000000000000000082146136d9577f5efb7b5300000000000000000000000000000000000000000000000000000000821480811591826136b0575b6133ed5750507fbf2877a100000000000000000000000000000000000000000000000000000000821461338b5761312e82614cef565b60028101809111612a9a577f07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81168103612a9a5760051b60040180600411612a9a578403613363577fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc08401848111612a9a5780600411610a22577f90231475000000000000000000000000000000000000000000000000000000006004870192604051602081019182527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbc880185604083013761323d600319828a81015f8382015203017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282612ce4565b5190209403613303575083600411610a22576132646001600160a01b039185870190612fef565b16955b6001600160a01b038716156132db576132d8966132d2966132c56132cb9561328d6159e0565b604291604051917f19010000000000000000000000000000000000000000000000000000000000008352600283015260228201522090565b91614bc1565b369161300e565b30614f11565b50565b7f356a4418000000000000000000000000000000000000000000000000000000005f5260045ffd5b905061331a61331485838189612f75565b90612fb4565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08501809211612a9a576133566133148661335d94818a612f75565b90846141c5565b95613267565b7f23f4b3e6000000000000000000000000000000000000000000000000000000005f5260045ffd5b9493905081600411610a22576132d8946132d2946132cb926001600160a01b036133ba86880160048901612fef565b1690815f5260066020526133e060405f208054906133d782612ed6565b90558789614cc7565b6020815191012091614bc1565b92509395929490825f1461368657605886101580613664575b156133635785604411610a22576134ae9060448801357fffffffffffffffffffffffffffffffffffffffff00000000000000000000000081169060147fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbc8a011061362d575b5060601c945b6001600160a01b03861695865f526006602052846134a160405f2080549061349882612ed6565b90558b8d614cc7565b6020815191012091615970565b825f5260046020526bffffffffffffffffffffffff60405f20541691613602575b67ffffffffffffffff169060021c81116135da57815f52600460205260405f20816bffffffffffffffffffffffff825416036bffffffffffffffffffffffff8111612a9a576bffffffffffffffffffffffff167fffffffffffffffffffffffffffffffffffffffff000000000000000000000000825416179055335f52600460205260405f206bffffffffffffffffffffffff61356f83828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790556040519081527f2d6d32f6536f46be0e42f588df11d0235ec54ffbdf8719b7c8a1b17b7076d1da60203392a36135cb575050565b6132d8916132d291369161300e565b7fefe73c92000000000000000000000000000000000000000000000000000000005f5260045ffd5b90506136126132d236868861300e565b60208151918180820193849201010312610a225751906134cf565b7fffffffffffffffffffffffffffffffffffffffff00000000000000000000000080925060448a6014030160031b1b16165f61346b565b5085600411610a22576020613680600319880160048a01612fb4565b14613406565b85600411610a22576134ae906001600160a01b036136a9888a0160048b01612fef565b1694613471565b507f51cff8d90000000000000000000000000000000000000000000000000000000084146130f8565b9391809150600495939511610a2257600319856080928101030112610a2257604080517f231e075000000000000000000000000000000000000000000000000000000000815260048681013590820152602480870135908201526044808701359082015260649586013595810195909552846084815f7f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165af19081156137cb57613795945f905f93613797575b50614bc1565b565b90506137bc91925060403d6040116137c4575b6137b48183612ce4565b810190612f8d565b91905f61378f565b503d6137aa565b6040513d5f823e3d90fd5b906bffffffffffffffffffffffff809116911601906bffffffffffffffffffffffff8211612a9a57565b6084356001600160a01b0381168103610a22575f906001600160a01b038116330361419d5760c4359063ffffffff82168203610a225763ffffffff8216421161417557600435916001600160a01b0383168303610a22576001600160a01b03831615159081614054575b50156132db57604435907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031667ffffffffffffffff83168303610a22576064359067ffffffffffffffff82168203610a22576138e267ffffffffffffffff831667ffffffffffffffff8616612f68565b64e8d4a5100081029080820464e8d4a510001490151715612a9a576001600160a01b0386168603610a22576040517f7ecebe000000000000000000000000000000000000000000000000000000000081526001600160a01b0387166004820152602081602481865afa9081156137cb575f91614022575b5060a435809103613ffa576001600160a01b0387168703610a22576101643561398181614303565b90843b15610a22576040517fd505accf0000000000000000000000000000000000000000000000000000000081526001600160a01b038a1660048201523060248201526044810185905261012435606482015260ff9290921660848301526101443560a48301527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1660c48201525f8160e48183885af180156137cb57613fe5575b506001600160a01b0387168703610a22576040517f7ecebe000000000000000000000000000000000000000000000000000000000081526001600160a01b0388166004820152602081602481875afa908115613fda578991613fa8575b5060018201809211613f7b5703613f13576001600160a01b0386168603610a22576040517fdd62ed3e0000000000000000000000000000000000000000000000000000000081526001600160a01b0387166004820152306024820152602081604481865afa908115613f70579082918991613f3b575b5003613f13576001600160a01b0386168603610a2257613b189030878461562d565b6001600160a01b0385168503610a22576040517fdd62ed3e0000000000000000000000000000000000000000000000000000000081526001600160a01b038616600482015230602482015290602090829060449082905afa908115613f08578691613ed6575b50613eae5767ffffffffffffffff81168103610a22576001600160a01b0382168203610a22576001600160a01b03821685526004602052604085206bffffffffffffffffffffffff613bdd67ffffffffffffffff8416828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790556001600160a01b0382168203610a22576001600160a01b0384168403610a225767ffffffffffffffff81168103610a225767ffffffffffffffff604051911681527f32813a52d3a7d08379cd5f2631f15525b1d7913d2be25fb854f2572a6be765a660206001600160a01b03808716941692a3602435916001600160a01b0383168303610a225767ffffffffffffffff82168203610a2257613ca78284615396565b6001600160a01b0383168303610a22576001600160a01b0381168103610a225767ffffffffffffffff82168203610a22576001600160a01b039067ffffffffffffffff6040519316835216907f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d6460206001600160a01b03851692a36001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000166001600160a01b03821691828103610d20576040517f82cbe228000000000000000000000000000000000000000000000000000000008152836004820152602081602481865afa908115613ea3578591613e71575b50613e6b57604080517f231e07500000000000000000000000000000000000000000000000000000000081526101843560048201526101a43560248201526101c43560448201526101e4356064820152928390608490829088905af19182156113bc57906001600160a01b0392918592613e49575b50501603613e215750565b807f32691b570000000000000000000000000000000000000000000000000000000060049252fd5b613e6391925060403d6040116137c4576137b48183612ce4565b50905f613e16565b50505050565b90506020813d602011613e9b575b81613e8c60209383612ce4565b81010312610a2257515f613da1565b3d9150613e7f565b6040513d87823e3d90fd5b6004857fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b90506020813d602011613f00575b81613ef160209383612ce4565b81010312610a2257515f613b7e565b3d9150613ee4565b6040513d88823e3d90fd5b6004877fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b9150506020813d602011613f68575b81613f5760209383612ce4565b81010312610a22578190515f613af6565b3d9150613f4a565b6040513d8a823e3d90fd5b6024897f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b90506020813d602011613fd2575b81613fc360209383612ce4565b81010312610a2257515f613a80565b3d9150613fb6565b6040513d8b823e3d90fd5b613ff29198505f90612ce4565b5f965f613a23565b7fea8c6c47000000000000000000000000000000000000000000000000000000005f5260045ffd5b90506020813d60201161404c575b8161403d60209383612ce4565b81010312610a2257515f613959565b3d9150614030565b90506001600160a01b0383168303610a22576024356001600160a01b0381168103610a225760443567ffffffffffffffff81168103610a225760643567ffffffffffffffff81168103610a22576001600160a01b0385168503610a225763ffffffff84168403610a22578367ffffffffffffffff63ffffffff92614151965081604051956001600160a01b0360208801987f3461e2e2482e6942d5adeb572f3d24887023fdae08966cffc69ced86d61b7b678a52818d1660408a01521660608801521660808601521660a08401526001600160a01b03861660c084015260a43560e0840152166101008201526101008152610ca261012082612ce4565b6001600160a01b0383168303610a22576001600160a01b038084169116145f61386a565b7f203d82d8000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f7aa2c446000000000000000000000000000000000000000000000000000000005f5260045ffd5b6020925f926141d860809361328d6159e0565b90604051927f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81169284527f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a183109060ff1c601b0102868401526040830152606082015282805260015afa505f5190565b9064ffffffffff8091169116039064ffffffffff8211612a9a57565b91906001600160a01b03169081159182156142ee575b5081156142d8575b506142c95764ffffffffff6020820151168064ffffffffff8416116142cf575b50604064ffffffffff910151168064ffffffffff8316115f146142c957612ec891614249565b50505f90565b915060406142a3565b905061ffff80606084015116911614155f614283565b83516001600160a01b0316141591505f61427b565b601b9060ff1c0160ff8111612a9a5790565b909167ffffffffffffffff81169164e8d4a51000830283810464e8d4a510001484151715612a9a576001600160a01b036020926143a27f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d649561439c84953085877f00000000000000000000000000000000000000000000000000000000000000001661562d565b88615396565b60405195865216941692a3565b3560ff81168103610a225790565b3561ffff81168103610a225790565b3564ffffffffff81168103610a225790565b60843563ffffffff8116808203610a2257610e109150429003116146e3576001600160a01b0361444660c06040517f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d3815260a0600460208301372060c4359060a435906141c5565b1680156146dd57600435906001600160a01b03821691828103610a225760243560ff81168103610a22576044359161ffff83168303610a22576064359064ffffffffff82168203610a225774ff00000000000000000000000000000000000000008360a01b1685175f52600360205260405f2090855f52600260205260405f20916144d081612d25565b916144da84612d7c565b9267ffffffffffffffff845116906020850193614517888b77ffffffffffffffffffffffffffffffffffffffffffffffff885116968c8a876156ab565b600a8110156146b057806146a05750916145e07fa7afb2aa748b63b32ac2d53ef324688ad17f824bd42ab65d9e8d8558ca7c03c79a999896949261462c989694906001600160a01b0381511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b67ffffffffffffffff845116149182159261467a575b5050614633575b50506040519384938491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b0390a35f90565b61467391907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b5f806145fd565b5177ffffffffffffffffffffffffffffffffffffffffffffffff16141590505f806145f6565b9b50505050505050505050505090565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd5b50600490565b600390565b610e1063ffffffff6146fc60808401612f16565b16429003116149a1576001600160a01b0361475260c06040517f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d3815260a08560208301372060c08401359060a0850135906141c5565b16801561499a5761476282612f3d565b61476e602084016143af565b926147876060614780604084016143bd565b92016143cc565b9074ff00000000000000000000000000000000000000008560a01b1684175f52600360205260405f20845f52600260205260405f20906147c681612d25565b90876147d184612d7c565b9267ffffffffffffffff84511690602085019361480e89898c77ffffffffffffffffffffffffffffffffffffffffffffffff895116978a876156ab565b600a8110156146b057806146a05750926001600160a01b039895926148df7fa7afb2aa748b63b32ac2d53ef324688ad17f824bd42ab65d9e8d8558ca7c03c79b99969361462c9996906001600160a01b0381511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b67ffffffffffffffff8451161491821592614974575b505061492d575b505060405194859416978491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b61496d91907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b5f806148fc565b5177ffffffffffffffffffffffffffffffffffffffffffffffff16141590505f806148f5565b5050600490565b50600390565b9067ffffffffffffffff8091169116039067ffffffffffffffff8211612a9a57565b6001600160a01b03909291921690815f5260026020526149eb60405f20612d7c565b67ffffffffffffffff8216938415614ae9576001600160a01b03169384151580614adf575b15614ab75767ffffffffffffffff82511681116135da57614aae8267ffffffffffffffff614a647f7e378699812e1a51dcf173024f1ac133895b48416ca0c2d390506d3f48cc254d968260209751166149a7565b168152855f526002845260405f20907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b604051908152a3565b7f32691b57000000000000000000000000000000000000000000000000000000005f5260045ffd5b5030851415614a10565b7f06923abf000000000000000000000000000000000000000000000000000000005f5260045ffd5b916001600160a01b03604051927fa9059cbb000000000000000000000000000000000000000000000000000000005f521660045260245260205f60448180865af19060015f5114821615614ba0575b60405215614b6b5750565b6001600160a01b03907f5274afe7000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b906001811516614bb857823b15153d15161690614b60565b503d5f823e3d90fd5b91936001600160a01b0393614bd892958685615970565b1690815f52600260205267ffffffffffffffff60405f20541667ffffffffffffffff8216918183116135da57614c0d916149a7565b825f52600260205267ffffffffffffffff60405f2091167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055335f52600460205260405f206bffffffffffffffffffffffff614c7183828454166137d6565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790556040519081527f32813a52d3a7d08379cd5f2631f15525b1d7913d2be25fb854f2572a6be765a660203392a3565b6020809161379593959486604051978893858501378201908382015203018085520183612ce4565b7fffffffff00000000000000000000000000000000000000000000000000000000167fbe2d959d000000000000000000000000000000000000000000000000000000008114614ee9577f90231475000000000000000000000000000000000000000000000000000000008114614ec1577fb77783f7000000000000000000000000000000000000000000000000000000008114614e99577fec29d2eb000000000000000000000000000000000000000000000000000000008114614e71577f307862f5000000000000000000000000000000000000000000000000000000008114614e49577fe6e614a40000000000000000000000000000000000000000000000000000000014614e22577f23f4b3e6000000000000000000000000000000000000000000000000000000005f5260045ffd5b7fef74c807a34fcb062be5851aa6b235700dd426c56bdf5f16469342bb256fd70090600290565b507fe9daf1942745a8aa9f701a2b13d296a58c692e8d227a91d7f56bf13980e814de90600490565b507f82620b2579679d3b5e608eb441c8582a377a2ac85d5fbb9b9edfc8b1ed9432cc90600390565b507f538aec11f8edce628172fa8185b814bbf1129672800f0a2f4cafc7e2f86a2e3790600390565b507f9b15df11533f0d5b6fc54493594c7c4f04cf432505b913ea18338cd8f54e7de690600390565b507f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d390600590565b905f8091602081519101845af48080614fb8575b15614f455750506040513d81523d5f602083013e60203d82010160405290565b15614f7f576001600160a01b03907f9996b315000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b3d15614f90576040513d5f823e3d90fd5b7fd6bda275000000000000000000000000000000000000000000000000000000005f5260045ffd5b503d151580614f255750813b1515614f25565b6bffffffffffffffffffffffff1661ffff7f000000000000000000000000000000000000000000000000000000000000000016808202908282041482151715612a9a57612710810190818111612a9a5761270f01908111612a9a57612710900490818103908111612a9a5791565b9061ffff6060840151169061504d84615b10565b9264ffffffffff841615614ae95761511c6137959574ff00000000000000000000000000000000000000008460a01b166001600160a01b038416175f52600360205260405f20906001600160a01b0381511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b615b9d565b9061512b82612f3d565b6020830192615139846143af565b936001600160a01b036151e26040840194615153866143bd565b6151ce6060870199612e196151678c6143cc565b604051948593602085019788929361ffff64ffffffffff92969560ff6080956001600160a01b0360a089019a7fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a8a5216602089015216604087015216606085015216910152565b51902060a0850135906080860135906141c5565b1691821561538d5774ff0000000000000000000000000000000000000000615209836143af565b60a01b1683175f52600360205260405f209061524b61522783612d25565b9761523183612f3d565b9061524461523e896143bd565b916143cc565b918a614265565b96604081019264ffffffffff8451169864ffffffffff8116809a0164ffffffffff8111612a9a5764ffffffffff168095529815615381579261ffff61535b61535561534f6001600160a01b039661534a7f5c50ac3625c3f8fe71afa92c9c904efb56cee6a63f0e9ee79f0a6bd6f325c7dd9a9760809a906001600160a01b0381511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b612f3d565b946143af565b986143bd565b60ff60405199168952166020880152604087015264ffffffffff881660608701521693a3565b505f9750505050505050565b505f9450505050565b9067ffffffffffffffff16908115614ae9576001600160a01b0316908115614ab7576153d890825f52600260205267ffffffffffffffff60405f205416612f68565b90677fffffffffffffff8211615429575f52600260205267ffffffffffffffff8060405f209216167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055565b7fd887771b000000000000000000000000000000000000000000000000000000005f5260045ffd5b91906001600160a01b038251169061ffff6060840151169161553061547585615cbe565b9474ff00000000000000000000000000000000000000008460a01b166001600160a01b038816175f52600360205260405f20906001600160a01b0381511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b60405160ff831681528360208201527fb914659cca345c368871e0d11bdf07f71819995abca2b80753ba54f2925bc8b660406001600160a01b03881692a364ffffffffff83166155805750505050565b61558993615b9d565b5f808080613e6b565b906001600160a01b0381169182151580615623575b15614ab7576001600160a01b031690815f52600460205260405f20906bffffffffffffffffffffffff7fffffffffffffffffffffffffffffffffffffffff00000000000000000000000083549260601b1691161790557f2906d223dc4163733bb374af8641c7e9ae256e2bae53c90e0c9a2be2e611ae445f80a3565b50308314156155a7565b9290916001600160a01b039081604051947f23b872dd000000000000000000000000000000000000000000000000000000005f52166004521660245260445260205f60648180865af19060015f5114821615615693575b6040525f60605215614b6b5750565b906001811516614bb857823b15153d15161690615684565b94939091926001600160a01b03169081156159655760ff841691600683101561595957806001600160a01b038851161480615944575b15615860576020870164ffffffffff81511664ffffffffff881611156158535763ffffffff61573b87876020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b16615846575164ffffffffff165b6157538188614249565b64ffffffffff67ffffffffffffffff8751169116116158395761579264ffffffffff61578867ffffffffffffffff938a614249565b16828751166149a7565b168452606087019061ffff808351169316809314801590615825575b6157ca575b50505050505064ffffffffff602091169101525f90565b8752525f60408601529192909160ff841603612a9a5760209277ffffffffffffffffffffffffffffffffffffffffffffffff8464ffffffffff94019163ffffffff611fe084519260051b161b1916169052915f8080806157b3565b50806001600160a01b0389511614156157ae565b5050505050505050600990565b5050505050505050600890565b5050505050505050600790565b64ffffffffff602088015116615883604089019164ffffffffff83511690614249565b9061ffff60608a015116906001600160a01b038a511690811590811591615932575b506158f9575b5061ffff8416036158ec5764ffffffffff871680159081156158db575b5015615749575050505050505050600790565b905064ffffffffff8216115f6158c8565b5050505050505050600690565b64ffffffffff8316615917575060018101809111612a9a575f6158ab565b97505050955050505050145f1461592d57600690565b600590565b64ffffffffff9150511615155f6158a5565b5061ffff60608801511661ffff8316146156e1565b50505050505050600290565b505050505050600190565b936001600160a01b03936159d59285946040519067ffffffffffffffff60208301937f557bd92059e607d9f6cca51a51eb3943f0492021bf64f33d847367e6ed396c7d85523360408501521660608301526080820152608081526102c160a082612ce4565b92169116036132db57565b6001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016301480615ad3575b15615a3b577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a08152615acd60c082612ce4565b51902090565b507f00000000000000000000000000000000000000000000000000000000000000004614615a12565b61ffff60019116019061ffff8211612a9a57565b906001600160a01b03825116615b98576020820164ffffffffff81511692615b45604082019464ffffffffff86511690614249565b9364ffffffffff851615615b9057606082019261ffff8451169161ffff83145f14615b77575050506132d89150615cbe565b61ffff9350615b8b92915f80925252615afc565b169052565b505f93505050565b5f9150565b6001600160a01b0390939291931692835f52600260205260405f209264ffffffffff811667ffffffffffffffff855416019067ffffffffffffffff8211612a9a577f407d805ae97e676722b33380b70f0479542dd759d7d7cea286bf0001b7a0acee9467ffffffffffffffff615c6293167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254161790556040519384938491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b0390a2565b60ff811690601f8211615c965760405191615c83604084612ce4565b6020808452838101919036833783525290565b7fb3512b0c000000000000000000000000000000000000000000000000000000005f5260045ffd5b905f825260408201606064ffffffffff8251169364ffffffffff615ce9602083019682885116614249565b1685525f83520161ffff81511661ffff8103615d1257505064ffffffffff908180855116945252565b615d239193945061ffff9250615afc565b1690525f9056",
}

// Payments is an auto generated Go binding around an Ethereum contract.
type Payments struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Payments) GetABI() abi.ABI {
	return c.abi
}

// NewPayments creates a new instance of Payments.
func NewPayments() *Payments {
	parsed, err := PaymentsMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Payments{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Payments) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address coin_, address registry_, address treasury_, uint16 feePerMyriad_, uint32 unlockDelay_, uint64 bond_) returns()
func (payments *Payments) PackConstructor(coin_ common.Address, registry_ common.Address, treasury_ common.Address, feePerMyriad_ uint16, unlockDelay_ uint32, bond_ uint64) []byte {
	enc, err := payments.abi.Pack("", coin_, registry_, treasury_, feePerMyriad_, unlockDelay_, bond_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackMAXAHEAD is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6354b81b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_AHEAD() view returns(uint256)
func (payments *Payments) PackMAXAHEAD() []byte {
	enc, err := payments.abi.Pack("MAX_AHEAD")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXAHEAD is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6354b81b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_AHEAD() view returns(uint256)
func (payments *Payments) TryPackMAXAHEAD() ([]byte, error) {
	return payments.abi.Pack("MAX_AHEAD")
}

// UnpackMAXAHEAD is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6354b81b.
//
// Solidity: function MAX_AHEAD() view returns(uint256)
func (payments *Payments) UnpackMAXAHEAD(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("MAX_AHEAD", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackUNIT is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9d8e2177.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function UNIT() view returns(uint256)
func (payments *Payments) PackUNIT() []byte {
	enc, err := payments.abi.Pack("UNIT")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUNIT is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9d8e2177.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function UNIT() view returns(uint256)
func (payments *Payments) TryPackUNIT() ([]byte, error) {
	return payments.abi.Pack("UNIT")
}

// UnpackUNIT is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9d8e2177.
//
// Solidity: function UNIT() view returns(uint256)
func (payments *Payments) UnpackUNIT(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("UNIT", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAccount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x73b9aa91.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function account(address consumer) view returns(uint64 balance, uint32[6] unlockAt)
func (payments *Payments) PackAccount(consumer common.Address) []byte {
	enc, err := payments.abi.Pack("account", consumer)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAccount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x73b9aa91.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function account(address consumer) view returns(uint64 balance, uint32[6] unlockAt)
func (payments *Payments) TryPackAccount(consumer common.Address) ([]byte, error) {
	return payments.abi.Pack("account", consumer)
}

// AccountOutput serves as a container for the return parameters of contract
// method Account.
type AccountOutput struct {
	Balance  uint64
	UnlockAt [6]uint32
}

// UnpackAccount is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x73b9aa91.
//
// Solidity: function account(address consumer) view returns(uint64 balance, uint32[6] unlockAt)
func (payments *Payments) UnpackAccount(data []byte) (AccountOutput, error) {
	out, err := payments.abi.Unpack("account", data)
	outstruct := new(AccountOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Balance = *abi.ConvertType(out[0], new(uint64)).(*uint64)
	outstruct.UnlockAt = *abi.ConvertType(out[1], new([6]uint32)).(*[6]uint32)
	return *outstruct, nil
}

// PackAnnounceHub is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa815b9a1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function announceHub(bytes enr) returns()
func (payments *Payments) PackAnnounceHub(enr []byte) []byte {
	enc, err := payments.abi.Pack("announceHub", enr)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnnounceHub is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa815b9a1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function announceHub(bytes enr) returns()
func (payments *Payments) TryPackAnnounceHub(enr []byte) ([]byte, error) {
	return payments.abi.Pack("announceHub", enr)
}

// PackBond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x64c9ec6f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function bond() view returns(uint64)
func (payments *Payments) PackBond() []byte {
	enc, err := payments.abi.Pack("bond")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x64c9ec6f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function bond() view returns(uint64)
func (payments *Payments) TryPackBond() ([]byte, error) {
	return payments.abi.Pack("bond")
}

// UnpackBond is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x64c9ec6f.
//
// Solidity: function bond() view returns(uint64)
func (payments *Payments) UnpackBond(data []byte) (uint64, error) {
	out, err := payments.abi.Unpack("bond", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackChangeBeneficiary is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa697c354.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function changeBeneficiary(address provider, address beneficiary) returns()
func (payments *Payments) PackChangeBeneficiary(provider common.Address, beneficiary common.Address) []byte {
	enc, err := payments.abi.Pack("changeBeneficiary", provider, beneficiary)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackChangeBeneficiary is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa697c354.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function changeBeneficiary(address provider, address beneficiary) returns()
func (payments *Payments) TryPackChangeBeneficiary(provider common.Address, beneficiary common.Address) ([]byte, error) {
	return payments.abi.Pack("changeBeneficiary", provider, beneficiary)
}

// PackChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x877e9ab1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function channel(address consumer, uint8 id) view returns(address provider, uint40 locked, uint40 cleared, uint16 epoch, uint32 unlockAt)
func (payments *Payments) PackChannel(consumer common.Address, id uint8) []byte {
	enc, err := payments.abi.Pack("channel", consumer, id)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x877e9ab1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function channel(address consumer, uint8 id) view returns(address provider, uint40 locked, uint40 cleared, uint16 epoch, uint32 unlockAt)
func (payments *Payments) TryPackChannel(consumer common.Address, id uint8) ([]byte, error) {
	return payments.abi.Pack("channel", consumer, id)
}

// ChannelOutput serves as a container for the return parameters of contract
// method Channel.
type ChannelOutput struct {
	Provider common.Address
	Locked   *big.Int
	Cleared  *big.Int
	Epoch    uint16
	UnlockAt uint32
}

// UnpackChannel is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x877e9ab1.
//
// Solidity: function channel(address consumer, uint8 id) view returns(address provider, uint40 locked, uint40 cleared, uint16 epoch, uint32 unlockAt)
func (payments *Payments) UnpackChannel(data []byte) (ChannelOutput, error) {
	out, err := payments.abi.Unpack("channel", data)
	outstruct := new(ChannelOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Provider = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Locked = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Cleared = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.Epoch = *abi.ConvertType(out[3], new(uint16)).(*uint16)
	outstruct.UnlockAt = *abi.ConvertType(out[4], new(uint32)).(*uint32)
	return *outstruct, nil
}

// PackCheck is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0cd4cfa4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function check(address provider, uint8 id, uint16 epoch, uint40 amount, bytes32 r, bytes32 vs) view returns(address consumer, uint40 due, uint32 unlockAt)
func (payments *Payments) PackCheck(provider common.Address, id uint8, epoch uint16, amount *big.Int, r [32]byte, vs [32]byte) []byte {
	enc, err := payments.abi.Pack("check", provider, id, epoch, amount, r, vs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCheck is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0cd4cfa4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function check(address provider, uint8 id, uint16 epoch, uint40 amount, bytes32 r, bytes32 vs) view returns(address consumer, uint40 due, uint32 unlockAt)
func (payments *Payments) TryPackCheck(provider common.Address, id uint8, epoch uint16, amount *big.Int, r [32]byte, vs [32]byte) ([]byte, error) {
	return payments.abi.Pack("check", provider, id, epoch, amount, r, vs)
}

// CheckOutput serves as a container for the return parameters of contract
// method Check.
type CheckOutput struct {
	Consumer common.Address
	Due      *big.Int
	UnlockAt uint32
}

// UnpackCheck is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0cd4cfa4.
//
// Solidity: function check(address provider, uint8 id, uint16 epoch, uint40 amount, bytes32 r, bytes32 vs) view returns(address consumer, uint40 due, uint32 unlockAt)
func (payments *Payments) UnpackCheck(data []byte) (CheckOutput, error) {
	out, err := payments.abi.Unpack("check", data)
	outstruct := new(CheckOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Consumer = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Due = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.UnlockAt = *abi.ConvertType(out[2], new(uint32)).(*uint32)
	return *outstruct, nil
}

// PackClearBatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7fcf7959.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function clearBatch((address,uint8,uint16,uint40,bytes32,bytes32)[] promises) returns(uint256 total)
func (payments *Payments) PackClearBatch(promises []PromiseIntent) []byte {
	enc, err := payments.abi.Pack("clearBatch", promises)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClearBatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7fcf7959.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function clearBatch((address,uint8,uint16,uint40,bytes32,bytes32)[] promises) returns(uint256 total)
func (payments *Payments) TryPackClearBatch(promises []PromiseIntent) ([]byte, error) {
	return payments.abi.Pack("clearBatch", promises)
}

// UnpackClearBatch is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7fcf7959.
//
// Solidity: function clearBatch((address,uint8,uint16,uint40,bytes32,bytes32)[] promises) returns(uint256 total)
func (payments *Payments) UnpackClearBatch(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("clearBatch", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackClearPacked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5efb7b53.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function clearPacked(bytes packed) returns(uint256 total)
func (payments *Payments) PackClearPacked(packed []byte) []byte {
	enc, err := payments.abi.Pack("clearPacked", packed)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClearPacked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5efb7b53.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function clearPacked(bytes packed) returns(uint256 total)
func (payments *Payments) TryPackClearPacked(packed []byte) ([]byte, error) {
	return payments.abi.Pack("clearPacked", packed)
}

// UnpackClearPacked is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5efb7b53.
//
// Solidity: function clearPacked(bytes packed) returns(uint256 total)
func (payments *Payments) UnpackClearPacked(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("clearPacked", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackCoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x11df9995.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function coin() view returns(address)
func (payments *Payments) PackCoin() []byte {
	enc, err := payments.abi.Pack("coin")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x11df9995.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function coin() view returns(address)
func (payments *Payments) TryPackCoin() ([]byte, error) {
	return payments.abi.Pack("coin")
}

// UnpackCoin is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x11df9995.
//
// Solidity: function coin() view returns(address)
func (payments *Payments) UnpackCoin(data []byte) (common.Address, error) {
	out, err := payments.abi.Unpack("coin", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackCollect is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe5225381.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function collect() returns()
func (payments *Payments) PackCollect() []byte {
	enc, err := payments.abi.Pack("collect")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCollect is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe5225381.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function collect() returns()
func (payments *Payments) TryPackCollect() ([]byte, error) {
	return payments.abi.Pack("collect")
}

// PackDeposit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x29664ac6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function deposit(address identity, uint64 units) returns()
func (payments *Payments) PackDeposit(identity common.Address, units uint64) []byte {
	enc, err := payments.abi.Pack("deposit", identity, units)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDeposit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x29664ac6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function deposit(address identity, uint64 units) returns()
func (payments *Payments) TryPackDeposit(identity common.Address, units uint64) ([]byte, error) {
	return payments.abi.Pack("deposit", identity, units)
}

// PackDepositWithPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0e9154ac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function depositWithPermit(address identity, uint64 units, (uint256,bytes32,bytes32) permit) returns()
func (payments *Payments) PackDepositWithPermit(identity common.Address, units uint64, permit PermitSignature) []byte {
	enc, err := payments.abi.Pack("depositWithPermit", identity, units, permit)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDepositWithPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0e9154ac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function depositWithPermit(address identity, uint64 units, (uint256,bytes32,bytes32) permit) returns()
func (payments *Payments) TryPackDepositWithPermit(identity common.Address, units uint64, permit PermitSignature) ([]byte, error) {
	return payments.abi.Pack("depositWithPermit", identity, units, permit)
}

// PackEarnings is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x543fd313.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function earnings(address provider) view returns(uint96 gross, uint256 net, uint256 fee, address beneficiary)
func (payments *Payments) PackEarnings(provider common.Address) []byte {
	enc, err := payments.abi.Pack("earnings", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEarnings is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x543fd313.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function earnings(address provider) view returns(uint96 gross, uint256 net, uint256 fee, address beneficiary)
func (payments *Payments) TryPackEarnings(provider common.Address) ([]byte, error) {
	return payments.abi.Pack("earnings", provider)
}

// EarningsOutput serves as a container for the return parameters of contract
// method Earnings.
type EarningsOutput struct {
	Gross       *big.Int
	Net         *big.Int
	Fee         *big.Int
	Beneficiary common.Address
}

// UnpackEarnings is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x543fd313.
//
// Solidity: function earnings(address provider) view returns(uint96 gross, uint256 net, uint256 fee, address beneficiary)
func (payments *Payments) UnpackEarnings(data []byte) (EarningsOutput, error) {
	out, err := payments.abi.Unpack("earnings", data)
	outstruct := new(EarningsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Gross = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Net = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Fee = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.Beneficiary = *abi.ConvertType(out[3], new(common.Address)).(*common.Address)
	return *outstruct, nil
}

// PackFeePerMyriad is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x191fefd6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function feePerMyriad() view returns(uint16)
func (payments *Payments) PackFeePerMyriad() []byte {
	enc, err := payments.abi.Pack("feePerMyriad")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFeePerMyriad is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x191fefd6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function feePerMyriad() view returns(uint16)
func (payments *Payments) TryPackFeePerMyriad() ([]byte, error) {
	return payments.abi.Pack("feePerMyriad")
}

// UnpackFeePerMyriad is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x191fefd6.
//
// Solidity: function feePerMyriad() view returns(uint16)
func (payments *Payments) UnpackFeePerMyriad(data []byte) (uint16, error) {
	out, err := payments.abi.Unpack("feePerMyriad", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackFees is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9af1d35a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function fees() view returns(uint256)
func (payments *Payments) PackFees() []byte {
	enc, err := payments.abi.Pack("fees")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFees is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9af1d35a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function fees() view returns(uint256)
func (payments *Payments) TryPackFees() ([]byte, error) {
	return payments.abi.Pack("fees")
}

// UnpackFees is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9af1d35a.
//
// Solidity: function fees() view returns(uint256)
func (payments *Payments) UnpackFees(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("fees", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackFund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcdf2dee7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function fund((address,address,uint64,uint64,address,uint256,uint32,bytes32,bytes32) f, (uint256,bytes32,bytes32) permit) returns()
func (payments *Payments) PackFund(f FundIntent, permit PermitSignature) []byte {
	enc, err := payments.abi.Pack("fund", f, permit)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcdf2dee7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function fund((address,address,uint64,uint64,address,uint256,uint32,bytes32,bytes32) f, (uint256,bytes32,bytes32) permit) returns()
func (payments *Payments) TryPackFund(f FundIntent, permit PermitSignature) ([]byte, error) {
	return payments.abi.Pack("fund", f, permit)
}

// PackLock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbe2d959d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lock((address,uint8,uint16,uint40,uint32,bytes32,bytes32) intent) returns()
func (payments *Payments) PackLock(intent LockIntent) []byte {
	enc, err := payments.abi.Pack("lock", intent)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbe2d959d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lock((address,uint8,uint16,uint40,uint32,bytes32,bytes32) intent) returns()
func (payments *Payments) TryPackLock(intent LockIntent) ([]byte, error) {
	return payments.abi.Pack("lock", intent)
}

// PackLockMany is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x26723f03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lockMany((address,uint8,uint16,uint40,uint32,bytes32,bytes32)[] locks) returns(uint256 done)
func (payments *Payments) PackLockMany(locks []LockIntent) []byte {
	enc, err := payments.abi.Pack("lockMany", locks)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLockMany is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x26723f03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lockMany((address,uint8,uint16,uint40,uint32,bytes32,bytes32)[] locks) returns(uint256 done)
func (payments *Payments) TryPackLockMany(locks []LockIntent) ([]byte, error) {
	return payments.abi.Pack("lockMany", locks)
}

// UnpackLockMany is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x26723f03.
//
// Solidity: function lockMany((address,uint8,uint16,uint40,uint32,bytes32,bytes32)[] locks) returns(uint256 done)
func (payments *Payments) UnpackLockMany(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("lockMany", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address who) view returns(uint256 nonce)
func (payments *Payments) PackNonces(who common.Address) []byte {
	enc, err := payments.abi.Pack("nonces", who)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address who) view returns(uint256 nonce)
func (payments *Payments) TryPackNonces(who common.Address) ([]byte, error) {
	return payments.abi.Pack("nonces", who)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address who) view returns(uint256 nonce)
func (payments *Payments) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := payments.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackOnTransferReceived is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x88a7ca5c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function onTransferReceived(address , address from, uint256 value, bytes data) returns(bytes4)
func (payments *Payments) PackOnTransferReceived(arg0 common.Address, from common.Address, value *big.Int, data []byte) []byte {
	enc, err := payments.abi.Pack("onTransferReceived", arg0, from, value, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOnTransferReceived is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x88a7ca5c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function onTransferReceived(address , address from, uint256 value, bytes data) returns(bytes4)
func (payments *Payments) TryPackOnTransferReceived(arg0 common.Address, from common.Address, value *big.Int, data []byte) ([]byte, error) {
	return payments.abi.Pack("onTransferReceived", arg0, from, value, data)
}

// UnpackOnTransferReceived is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x88a7ca5c.
//
// Solidity: function onTransferReceived(address , address from, uint256 value, bytes data) returns(bytes4)
func (payments *Payments) UnpackOnTransferReceived(data []byte) ([4]byte, error) {
	out, err := payments.abi.Unpack("onTransferReceived", data)
	if err != nil {
		return *new([4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([4]byte)).(*[4]byte)
	return out0, nil
}

// PackOnboard is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf4586081.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function onboard((address,address,uint64,uint64,address,uint256,uint32,bytes32,bytes32) f, (uint256,bytes32,bytes32) permit, (bytes32,bytes32,bytes32,bytes32) key) returns()
func (payments *Payments) PackOnboard(f FundIntent, permit PermitSignature, key RegisterIntent) []byte {
	enc, err := payments.abi.Pack("onboard", f, permit, key)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOnboard is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf4586081.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function onboard((address,address,uint64,uint64,address,uint256,uint32,bytes32,bytes32) f, (uint256,bytes32,bytes32) permit, (bytes32,bytes32,bytes32,bytes32) key) returns()
func (payments *Payments) TryPackOnboard(f FundIntent, permit PermitSignature, key RegisterIntent) ([]byte, error) {
	return payments.abi.Pack("onboard", f, permit, key)
}

// PackReclaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x65ae7f21.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reclaim(uint8 id) returns()
func (payments *Payments) PackReclaim(id uint8) []byte {
	enc, err := payments.abi.Pack("reclaim", id)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReclaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x65ae7f21.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reclaim(uint8 id) returns()
func (payments *Payments) TryPackReclaim(id uint8) ([]byte, error) {
	return payments.abi.Pack("reclaim", id)
}

// PackReclaimFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xec29d2eb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reclaimFor(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) returns()
func (payments *Payments) PackReclaimFor(id uint8, epoch uint16, validUntil uint32, r [32]byte, vs [32]byte) []byte {
	enc, err := payments.abi.Pack("reclaimFor", id, epoch, validUntil, r, vs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReclaimFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xec29d2eb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reclaimFor(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) returns()
func (payments *Payments) TryPackReclaimFor(id uint8, epoch uint16, validUntil uint32, r [32]byte, vs [32]byte) ([]byte, error) {
	return payments.abi.Pack("reclaimFor", id, epoch, validUntil, r, vs)
}

// PackRegistry is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7b103999.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function registry() view returns(address)
func (payments *Payments) PackRegistry() []byte {
	enc, err := payments.abi.Pack("registry")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegistry is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7b103999.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function registry() view returns(address)
func (payments *Payments) TryPackRegistry() ([]byte, error) {
	return payments.abi.Pack("registry")
}

// UnpackRegistry is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7b103999.
//
// Solidity: function registry() view returns(address)
func (payments *Payments) UnpackRegistry(data []byte) (common.Address, error) {
	out, err := payments.abi.Unpack("registry", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3dd8c611.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function relay(uint64 fee, bytes32 r, bytes32 vs, bytes op) returns()
func (payments *Payments) PackRelay(fee uint64, r [32]byte, vs [32]byte, op []byte) []byte {
	enc, err := payments.abi.Pack("relay", fee, r, vs, op)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3dd8c611.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function relay(uint64 fee, bytes32 r, bytes32 vs, bytes op) returns()
func (payments *Payments) TryPackRelay(fee uint64, r [32]byte, vs [32]byte, op []byte) ([]byte, error) {
	return payments.abi.Pack("relay", fee, r, vs, op)
}

// PackRelease is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90231475.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function release(address consumer, uint8 id, uint16 epoch, bytes32 r, bytes32 vs) returns()
func (payments *Payments) PackRelease(consumer common.Address, id uint8, epoch uint16, r [32]byte, vs [32]byte) []byte {
	enc, err := payments.abi.Pack("release", consumer, id, epoch, r, vs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRelease is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90231475.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function release(address consumer, uint8 id, uint16 epoch, bytes32 r, bytes32 vs) returns()
func (payments *Payments) TryPackRelease(consumer common.Address, id uint8, epoch uint16, r [32]byte, vs [32]byte) ([]byte, error) {
	return payments.abi.Pack("release", consumer, id, epoch, r, vs)
}

// PackRequestUnlock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb77783f7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function requestUnlock(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) returns()
func (payments *Payments) PackRequestUnlock(id uint8, epoch uint16, validUntil uint32, r [32]byte, vs [32]byte) []byte {
	enc, err := payments.abi.Pack("requestUnlock", id, epoch, validUntil, r, vs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRequestUnlock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb77783f7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function requestUnlock(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) returns()
func (payments *Payments) TryPackRequestUnlock(id uint8, epoch uint16, validUntil uint32, r [32]byte, vs [32]byte) ([]byte, error) {
	return payments.abi.Pack("requestUnlock", id, epoch, validUntil, r, vs)
}

// PackSetBeneficiary is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe6e614a4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setBeneficiary(address provider, address beneficiary, bytes32 r, bytes32 vs) returns()
func (payments *Payments) PackSetBeneficiary(provider common.Address, beneficiary common.Address, r [32]byte, vs [32]byte) []byte {
	enc, err := payments.abi.Pack("setBeneficiary", provider, beneficiary, r, vs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetBeneficiary is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe6e614a4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setBeneficiary(address provider, address beneficiary, bytes32 r, bytes32 vs) returns()
func (payments *Payments) TryPackSetBeneficiary(provider common.Address, beneficiary common.Address, r [32]byte, vs [32]byte) ([]byte, error) {
	return payments.abi.Pack("setBeneficiary", provider, beneficiary, r, vs)
}

// PackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function treasury() view returns(address)
func (payments *Payments) PackTreasury() []byte {
	enc, err := payments.abi.Pack("treasury")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function treasury() view returns(address)
func (payments *Payments) TryPackTreasury() ([]byte, error) {
	return payments.abi.Pack("treasury")
}

// UnpackTreasury is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x61d027b3.
//
// Solidity: function treasury() view returns(address)
func (payments *Payments) UnpackTreasury(data []byte) (common.Address, error) {
	out, err := payments.abi.Unpack("treasury", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackUnlock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf2877a1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unlock(address consumer, uint8 id) returns()
func (payments *Payments) PackUnlock(consumer common.Address, id uint8) []byte {
	enc, err := payments.abi.Pack("unlock", consumer, id)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnlock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf2877a1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unlock(address consumer, uint8 id) returns()
func (payments *Payments) TryPackUnlock(consumer common.Address, id uint8) ([]byte, error) {
	return payments.abi.Pack("unlock", consumer, id)
}

// PackUnlockDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0519da32.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unlockDelay() view returns(uint32)
func (payments *Payments) PackUnlockDelay() []byte {
	enc, err := payments.abi.Pack("unlockDelay")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnlockDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0519da32.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unlockDelay() view returns(uint32)
func (payments *Payments) TryPackUnlockDelay() ([]byte, error) {
	return payments.abi.Pack("unlockDelay")
}

// UnpackUnlockDelay is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0519da32.
//
// Solidity: function unlockDelay() view returns(uint32)
func (payments *Payments) UnpackUnlockDelay(data []byte) (uint32, error) {
	out, err := payments.abi.Unpack("unlockDelay", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackVersion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x54fd4d50.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function version() pure returns(string)
func (payments *Payments) PackVersion() []byte {
	enc, err := payments.abi.Pack("version")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVersion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x54fd4d50.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function version() pure returns(string)
func (payments *Payments) TryPackVersion() ([]byte, error) {
	return payments.abi.Pack("version")
}

// UnpackVersion is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x54fd4d50.
//
// Solidity: function version() pure returns(string)
func (payments *Payments) UnpackVersion(data []byte) (string, error) {
	out, err := payments.abi.Unpack("version", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x51cff8d9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(address provider) returns()
func (payments *Payments) PackWithdraw(provider common.Address) []byte {
	enc, err := payments.abi.Pack("withdraw", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x51cff8d9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(address provider) returns()
func (payments *Payments) TryPackWithdraw(provider common.Address) ([]byte, error) {
	return payments.abi.Pack("withdraw", provider)
}

// PackWithdrawDeposit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3263e629.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdrawDeposit(address to, uint64 units) returns()
func (payments *Payments) PackWithdrawDeposit(to common.Address, units uint64) []byte {
	enc, err := payments.abi.Pack("withdrawDeposit", to, units)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdrawDeposit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3263e629.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdrawDeposit(address to, uint64 units) returns()
func (payments *Payments) TryPackWithdrawDeposit(to common.Address, units uint64) ([]byte, error) {
	return payments.abi.Pack("withdrawDeposit", to, units)
}

// PackWithdrawDepositFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x307862f5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdrawDepositFor((address,uint64,uint256,uint32,bytes32,bytes32) w) returns()
func (payments *Payments) PackWithdrawDepositFor(w WithdrawIntent) []byte {
	enc, err := payments.abi.Pack("withdrawDepositFor", w)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdrawDepositFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x307862f5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdrawDepositFor((address,uint64,uint256,uint32,bytes32,bytes32) w) returns()
func (payments *Payments) TryPackWithdrawDepositFor(w WithdrawIntent) ([]byte, error) {
	return payments.abi.Pack("withdrawDepositFor", w)
}

// PaymentsBeneficiarySet represents a BeneficiarySet event raised by the Payments contract.
type PaymentsBeneficiarySet struct {
	Provider    common.Address
	Beneficiary common.Address
	Raw         *types.Log // Blockchain specific contextual infos
}

const PaymentsBeneficiarySetEventName = "BeneficiarySet"

// ContractEventName returns the user-defined event name.
func (PaymentsBeneficiarySet) ContractEventName() string {
	return PaymentsBeneficiarySetEventName
}

// UnpackBeneficiarySetEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event BeneficiarySet(address indexed provider, address indexed beneficiary)
func (payments *Payments) UnpackBeneficiarySetEvent(log *types.Log) (*PaymentsBeneficiarySet, error) {
	event := "BeneficiarySet"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsBeneficiarySet)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsCleared represents a Cleared event raised by the Payments contract.
type PaymentsCleared struct {
	Consumer common.Address
	Provider common.Address
	Channel  uint8
	Epoch    uint16
	Cleared  *big.Int
	Paid     *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsClearedEventName = "Cleared"

// ContractEventName returns the user-defined event name.
func (PaymentsCleared) ContractEventName() string {
	return PaymentsClearedEventName
}

// UnpackClearedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Cleared(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint40 cleared, uint40 paid)
func (payments *Payments) UnpackClearedEvent(log *types.Log) (*PaymentsCleared, error) {
	event := "Cleared"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsCleared)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsClearedPacked represents a ClearedPacked event raised by the Payments contract.
type PaymentsClearedPacked struct {
	Provider common.Address
	Records  []byte
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsClearedPackedEventName = "ClearedPacked"

// ContractEventName returns the user-defined event name.
func (PaymentsClearedPacked) ContractEventName() string {
	return PaymentsClearedPackedEventName
}

// UnpackClearedPackedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ClearedPacked(address indexed provider, bytes records)
func (payments *Payments) UnpackClearedPackedEvent(log *types.Log) (*PaymentsClearedPacked, error) {
	event := "ClearedPacked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsClearedPacked)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsCollected represents a Collected event raised by the Payments contract.
type PaymentsCollected struct {
	Treasury common.Address
	Units    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsCollectedEventName = "Collected"

// ContractEventName returns the user-defined event name.
func (PaymentsCollected) ContractEventName() string {
	return PaymentsCollectedEventName
}

// UnpackCollectedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Collected(address indexed treasury, uint256 units)
func (payments *Payments) UnpackCollectedEvent(log *types.Log) (*PaymentsCollected, error) {
	event := "Collected"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsCollected)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsDepositWithdrawn represents a DepositWithdrawn event raised by the Payments contract.
type PaymentsDepositWithdrawn struct {
	Consumer common.Address
	To       common.Address
	Units    uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsDepositWithdrawnEventName = "DepositWithdrawn"

// ContractEventName returns the user-defined event name.
func (PaymentsDepositWithdrawn) ContractEventName() string {
	return PaymentsDepositWithdrawnEventName
}

// UnpackDepositWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event DepositWithdrawn(address indexed consumer, address indexed to, uint64 units)
func (payments *Payments) UnpackDepositWithdrawnEvent(log *types.Log) (*PaymentsDepositWithdrawn, error) {
	event := "DepositWithdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsDepositWithdrawn)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsDeposited represents a Deposited event raised by the Payments contract.
type PaymentsDeposited struct {
	Identity common.Address
	Payer    common.Address
	Units    uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsDepositedEventName = "Deposited"

// ContractEventName returns the user-defined event name.
func (PaymentsDeposited) ContractEventName() string {
	return PaymentsDepositedEventName
}

// UnpackDepositedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Deposited(address indexed identity, address indexed payer, uint64 units)
func (payments *Payments) UnpackDepositedEvent(log *types.Log) (*PaymentsDeposited, error) {
	event := "Deposited"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsDeposited)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsFreed represents a Freed event raised by the Payments contract.
type PaymentsFreed struct {
	Consumer common.Address
	Provider common.Address
	Channel  uint8
	Epoch    uint16
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsFreedEventName = "Freed"

// ContractEventName returns the user-defined event name.
func (PaymentsFreed) ContractEventName() string {
	return PaymentsFreedEventName
}

// UnpackFreedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Freed(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch)
func (payments *Payments) UnpackFreedEvent(log *types.Log) (*PaymentsFreed, error) {
	event := "Freed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsFreed)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsHubAnnounced represents a HubAnnounced event raised by the Payments contract.
type PaymentsHubAnnounced struct {
	Identity common.Address
	Enr      []byte
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsHubAnnouncedEventName = "HubAnnounced"

// ContractEventName returns the user-defined event name.
func (PaymentsHubAnnounced) ContractEventName() string {
	return PaymentsHubAnnouncedEventName
}

// UnpackHubAnnouncedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event HubAnnounced(address indexed identity, bytes enr)
func (payments *Payments) UnpackHubAnnouncedEvent(log *types.Log) (*PaymentsHubAnnounced, error) {
	event := "HubAnnounced"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsHubAnnounced)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsLocked represents a Locked event raised by the Payments contract.
type PaymentsLocked struct {
	Consumer common.Address
	Provider common.Address
	Channel  uint8
	Epoch    uint16
	Locked   *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsLockedEventName = "Locked"

// ContractEventName returns the user-defined event name.
func (PaymentsLocked) ContractEventName() string {
	return PaymentsLockedEventName
}

// UnpackLockedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Locked(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint40 locked)
func (payments *Payments) UnpackLockedEvent(log *types.Log) (*PaymentsLocked, error) {
	event := "Locked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsLocked)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsReclaimed represents a Reclaimed event raised by the Payments contract.
type PaymentsReclaimed struct {
	Consumer common.Address
	Channel  uint8
	Epoch    uint16
	Units    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsReclaimedEventName = "Reclaimed"

// ContractEventName returns the user-defined event name.
func (PaymentsReclaimed) ContractEventName() string {
	return PaymentsReclaimedEventName
}

// UnpackReclaimedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Reclaimed(address indexed consumer, uint8 channel, uint16 epoch, uint40 units)
func (payments *Payments) UnpackReclaimedEvent(log *types.Log) (*PaymentsReclaimed, error) {
	event := "Reclaimed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsReclaimed)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsRelayed represents a Relayed event raised by the Payments contract.
type PaymentsRelayed struct {
	Relayer common.Address
	Payer   common.Address
	Fee     uint64
	Raw     *types.Log // Blockchain specific contextual infos
}

const PaymentsRelayedEventName = "Relayed"

// ContractEventName returns the user-defined event name.
func (PaymentsRelayed) ContractEventName() string {
	return PaymentsRelayedEventName
}

// UnpackRelayedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Relayed(address indexed relayer, address indexed payer, uint64 fee)
func (payments *Payments) UnpackRelayedEvent(log *types.Log) (*PaymentsRelayed, error) {
	event := "Relayed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsRelayed)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsRelayedFromEarnings represents a RelayedFromEarnings event raised by the Payments contract.
type PaymentsRelayedFromEarnings struct {
	Relayer  common.Address
	Provider common.Address
	Fee      uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsRelayedFromEarningsEventName = "RelayedFromEarnings"

// ContractEventName returns the user-defined event name.
func (PaymentsRelayedFromEarnings) ContractEventName() string {
	return PaymentsRelayedFromEarningsEventName
}

// UnpackRelayedFromEarningsEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event RelayedFromEarnings(address indexed relayer, address indexed provider, uint64 fee)
func (payments *Payments) UnpackRelayedFromEarningsEvent(log *types.Log) (*PaymentsRelayedFromEarnings, error) {
	event := "RelayedFromEarnings"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsRelayedFromEarnings)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsUnlockRequested represents a UnlockRequested event raised by the Payments contract.
type PaymentsUnlockRequested struct {
	Consumer common.Address
	Provider common.Address
	Channel  uint8
	Epoch    uint16
	UnlockAt uint32
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsUnlockRequestedEventName = "UnlockRequested"

// ContractEventName returns the user-defined event name.
func (PaymentsUnlockRequested) ContractEventName() string {
	return PaymentsUnlockRequestedEventName
}

// UnpackUnlockRequestedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event UnlockRequested(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint32 unlockAt)
func (payments *Payments) UnpackUnlockRequestedEvent(log *types.Log) (*PaymentsUnlockRequested, error) {
	event := "UnlockRequested"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsUnlockRequested)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// PaymentsWithdrawn represents a Withdrawn event raised by the Payments contract.
type PaymentsWithdrawn struct {
	Provider common.Address
	To       common.Address
	Net      *big.Int
	Fee      *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const PaymentsWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (PaymentsWithdrawn) ContractEventName() string {
	return PaymentsWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed provider, address indexed to, uint256 net, uint256 fee)
func (payments *Payments) UnpackWithdrawnEvent(log *types.Log) (*PaymentsWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != payments.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(PaymentsWithdrawn)
	if len(log.Data) > 0 {
		if err := payments.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range payments.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (payments *Payments) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], payments.abi.Errors["AddressEmptyCode"].ID.Bytes()[:4]) {
		return payments.UnpackAddressEmptyCodeError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["BadAddress"].ID.Bytes()[:4]) {
		return payments.UnpackBadAddressError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["BadAmount"].ID.Bytes()[:4]) {
		return payments.UnpackBadAmountError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["BadConfiguration"].ID.Bytes()[:4]) {
		return payments.UnpackBadConfigurationError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["BadLength"].ID.Bytes()[:4]) {
		return payments.UnpackBadLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["Expired"].ID.Bytes()[:4]) {
		return payments.UnpackExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["FailedCall"].ID.Bytes()[:4]) {
		return payments.UnpackFailedCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return payments.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["LockRefused"].ID.Bytes()[:4]) {
		return payments.UnpackLockRefusedError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["NoProvider"].ID.Bytes()[:4]) {
		return payments.UnpackNoProviderError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["NotTheBeneficiary"].ID.Bytes()[:4]) {
		return payments.UnpackNotTheBeneficiaryError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["NotTheCoin"].ID.Bytes()[:4]) {
		return payments.UnpackNotTheCoinError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["NotTheRelayer"].ID.Bytes()[:4]) {
		return payments.UnpackNotTheRelayerError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["NotYet"].ID.Bytes()[:4]) {
		return payments.UnpackNotYetError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["NothingChanged"].ID.Bytes()[:4]) {
		return payments.UnpackNothingChangedError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return payments.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return payments.UnpackStringTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["TooMuch"].ID.Bytes()[:4]) {
		return payments.UnpackTooMuchError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["Unbonded"].ID.Bytes()[:4]) {
		return payments.UnpackUnbondedError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["Uncovered"].ID.Bytes()[:4]) {
		return payments.UnpackUncoveredError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["UnknownOperation"].ID.Bytes()[:4]) {
		return payments.UnpackUnknownOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongEpoch"].ID.Bytes()[:4]) {
		return payments.UnpackWrongEpochError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongNonce"].ID.Bytes()[:4]) {
		return payments.UnpackWrongNonceError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongPermit"].ID.Bytes()[:4]) {
		return payments.UnpackWrongPermitError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongSignature"].ID.Bytes()[:4]) {
		return payments.UnpackWrongSignatureError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// PaymentsAddressEmptyCode represents a AddressEmptyCode error raised by the Payments contract.
type PaymentsAddressEmptyCode struct {
	Target common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AddressEmptyCode(address target)
func PaymentsAddressEmptyCodeErrorID() common.Hash {
	return common.HexToHash("0x9996b315c842ff135b8fc4a08ad5df1c344efbc03d2687aecc0678050d2aac89")
}

// UnpackAddressEmptyCodeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AddressEmptyCode(address target)
func (payments *Payments) UnpackAddressEmptyCodeError(raw []byte) (*PaymentsAddressEmptyCode, error) {
	out := new(PaymentsAddressEmptyCode)
	if err := payments.abi.UnpackIntoInterface(out, "AddressEmptyCode", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsBadAddress represents a BadAddress error raised by the Payments contract.
type PaymentsBadAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadAddress()
func PaymentsBadAddressErrorID() common.Hash {
	return common.HexToHash("0x32691b576882adb193c3a342940b4f0c3c250e4a77ba3413c67cb4410ea8db4f")
}

// UnpackBadAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadAddress()
func (payments *Payments) UnpackBadAddressError(raw []byte) (*PaymentsBadAddress, error) {
	out := new(PaymentsBadAddress)
	if err := payments.abi.UnpackIntoInterface(out, "BadAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsBadAmount represents a BadAmount error raised by the Payments contract.
type PaymentsBadAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadAmount()
func PaymentsBadAmountErrorID() common.Hash {
	return common.HexToHash("0x749b593924416ea8f46d8a8f5b89dfc2a554f6cc168b31407d6be5e73a078ac0")
}

// UnpackBadAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadAmount()
func (payments *Payments) UnpackBadAmountError(raw []byte) (*PaymentsBadAmount, error) {
	out := new(PaymentsBadAmount)
	if err := payments.abi.UnpackIntoInterface(out, "BadAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsBadConfiguration represents a BadConfiguration error raised by the Payments contract.
type PaymentsBadConfiguration struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadConfiguration()
func PaymentsBadConfigurationErrorID() common.Hash {
	return common.HexToHash("0x69bb9dc4375fe5aba296738653560f9f833b09f171f193ec9d21d139da986431")
}

// UnpackBadConfigurationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadConfiguration()
func (payments *Payments) UnpackBadConfigurationError(raw []byte) (*PaymentsBadConfiguration, error) {
	out := new(PaymentsBadConfiguration)
	if err := payments.abi.UnpackIntoInterface(out, "BadConfiguration", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsBadLength represents a BadLength error raised by the Payments contract.
type PaymentsBadLength struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadLength()
func PaymentsBadLengthErrorID() common.Hash {
	return common.HexToHash("0x5aed9cffb2924f3600794abbbf4f1b8e28b5057f1d71da9a1fd2d3a6d6b7aa32")
}

// UnpackBadLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadLength()
func (payments *Payments) UnpackBadLengthError(raw []byte) (*PaymentsBadLength, error) {
	out := new(PaymentsBadLength)
	if err := payments.abi.UnpackIntoInterface(out, "BadLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsExpired represents a Expired error raised by the Payments contract.
type PaymentsExpired struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Expired()
func PaymentsExpiredErrorID() common.Hash {
	return common.HexToHash("0x203d82d8d99f63bfecc8335216735e0271df4249ea752b030f9ab305b94e5afe")
}

// UnpackExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Expired()
func (payments *Payments) UnpackExpiredError(raw []byte) (*PaymentsExpired, error) {
	out := new(PaymentsExpired)
	if err := payments.abi.UnpackIntoInterface(out, "Expired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsFailedCall represents a FailedCall error raised by the Payments contract.
type PaymentsFailedCall struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FailedCall()
func PaymentsFailedCallErrorID() common.Hash {
	return common.HexToHash("0xd6bda27508c0fb6d8a39b4b122878dab26f731a7d4e4abe711dd3731899052a4")
}

// UnpackFailedCallError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FailedCall()
func (payments *Payments) UnpackFailedCallError(raw []byte) (*PaymentsFailedCall, error) {
	out := new(PaymentsFailedCall)
	if err := payments.abi.UnpackIntoInterface(out, "FailedCall", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsInvalidShortString represents a InvalidShortString error raised by the Payments contract.
type PaymentsInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func PaymentsInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (payments *Payments) UnpackInvalidShortStringError(raw []byte) (*PaymentsInvalidShortString, error) {
	out := new(PaymentsInvalidShortString)
	if err := payments.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsLockRefused represents a LockRefused error raised by the Payments contract.
type PaymentsLockRefused struct {
	Reason uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error LockRefused(uint8 reason)
func PaymentsLockRefusedErrorID() common.Hash {
	return common.HexToHash("0xe5e34b69a701c402261f0561f5605f45dcf8102ccb16720e17a28b7f2022e0ac")
}

// UnpackLockRefusedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error LockRefused(uint8 reason)
func (payments *Payments) UnpackLockRefusedError(raw []byte) (*PaymentsLockRefused, error) {
	out := new(PaymentsLockRefused)
	if err := payments.abi.UnpackIntoInterface(out, "LockRefused", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsNoProvider represents a NoProvider error raised by the Payments contract.
type PaymentsNoProvider struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoProvider()
func PaymentsNoProviderErrorID() common.Hash {
	return common.HexToHash("0x3a43ca41838edf2ee045bd261d18ec593e40d6f9a7e163f80313419d896efd74")
}

// UnpackNoProviderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoProvider()
func (payments *Payments) UnpackNoProviderError(raw []byte) (*PaymentsNoProvider, error) {
	out := new(PaymentsNoProvider)
	if err := payments.abi.UnpackIntoInterface(out, "NoProvider", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsNotTheBeneficiary represents a NotTheBeneficiary error raised by the Payments contract.
type PaymentsNotTheBeneficiary struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotTheBeneficiary()
func PaymentsNotTheBeneficiaryErrorID() common.Hash {
	return common.HexToHash("0x7296d9b235364e78a14ed6f5969db7564c729083373369cd8d89e013741e2d0b")
}

// UnpackNotTheBeneficiaryError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotTheBeneficiary()
func (payments *Payments) UnpackNotTheBeneficiaryError(raw []byte) (*PaymentsNotTheBeneficiary, error) {
	out := new(PaymentsNotTheBeneficiary)
	if err := payments.abi.UnpackIntoInterface(out, "NotTheBeneficiary", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsNotTheCoin represents a NotTheCoin error raised by the Payments contract.
type PaymentsNotTheCoin struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotTheCoin()
func PaymentsNotTheCoinErrorID() common.Hash {
	return common.HexToHash("0x719382679a3a8379086a9fdf073258f0e3c74d659a019eb3456e3f12a81ac0a2")
}

// UnpackNotTheCoinError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotTheCoin()
func (payments *Payments) UnpackNotTheCoinError(raw []byte) (*PaymentsNotTheCoin, error) {
	out := new(PaymentsNotTheCoin)
	if err := payments.abi.UnpackIntoInterface(out, "NotTheCoin", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsNotTheRelayer represents a NotTheRelayer error raised by the Payments contract.
type PaymentsNotTheRelayer struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotTheRelayer()
func PaymentsNotTheRelayerErrorID() common.Hash {
	return common.HexToHash("0x7aa2c4467666937281badc52794f79405fed8a6b37dd1f2178e5bacd1e54b962")
}

// UnpackNotTheRelayerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotTheRelayer()
func (payments *Payments) UnpackNotTheRelayerError(raw []byte) (*PaymentsNotTheRelayer, error) {
	out := new(PaymentsNotTheRelayer)
	if err := payments.abi.UnpackIntoInterface(out, "NotTheRelayer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsNotYet represents a NotYet error raised by the Payments contract.
type PaymentsNotYet struct {
	Time uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotYet(uint32 time)
func PaymentsNotYetErrorID() common.Hash {
	return common.HexToHash("0x3a4f9cf759198a599f6d03b15167f21a900308c5330c454d83d27aea761a45b4")
}

// UnpackNotYetError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotYet(uint32 time)
func (payments *Payments) UnpackNotYetError(raw []byte) (*PaymentsNotYet, error) {
	out := new(PaymentsNotYet)
	if err := payments.abi.UnpackIntoInterface(out, "NotYet", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsNothingChanged represents a NothingChanged error raised by the Payments contract.
type PaymentsNothingChanged struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NothingChanged()
func PaymentsNothingChangedErrorID() common.Hash {
	return common.HexToHash("0x06923abf415cde846f0175882bc0ff8035dbbbaec84bb500b7e7c4041aba89b1")
}

// UnpackNothingChangedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NothingChanged()
func (payments *Payments) UnpackNothingChangedError(raw []byte) (*PaymentsNothingChanged, error) {
	out := new(PaymentsNothingChanged)
	if err := payments.abi.UnpackIntoInterface(out, "NothingChanged", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Payments contract.
type PaymentsSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func PaymentsSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (payments *Payments) UnpackSafeERC20FailedOperationError(raw []byte) (*PaymentsSafeERC20FailedOperation, error) {
	out := new(PaymentsSafeERC20FailedOperation)
	if err := payments.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsStringTooLong represents a StringTooLong error raised by the Payments contract.
type PaymentsStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func PaymentsStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (payments *Payments) UnpackStringTooLongError(raw []byte) (*PaymentsStringTooLong, error) {
	out := new(PaymentsStringTooLong)
	if err := payments.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsTooMuch represents a TooMuch error raised by the Payments contract.
type PaymentsTooMuch struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TooMuch()
func PaymentsTooMuchErrorID() common.Hash {
	return common.HexToHash("0xd887771ba4ebb7853564df2edfebb34d6a6bd1369d42d13e49cb5ed06ba06963")
}

// UnpackTooMuchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TooMuch()
func (payments *Payments) UnpackTooMuchError(raw []byte) (*PaymentsTooMuch, error) {
	out := new(PaymentsTooMuch)
	if err := payments.abi.UnpackIntoInterface(out, "TooMuch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsUnbonded represents a Unbonded error raised by the Payments contract.
type PaymentsUnbonded struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Unbonded()
func PaymentsUnbondedErrorID() common.Hash {
	return common.HexToHash("0x564318c0b8034e0b84b9f4435994b294608e71dcf4848dcfd7dfba1878dd5c6f")
}

// UnpackUnbondedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Unbonded()
func (payments *Payments) UnpackUnbondedError(raw []byte) (*PaymentsUnbonded, error) {
	out := new(PaymentsUnbonded)
	if err := payments.abi.UnpackIntoInterface(out, "Unbonded", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsUncovered represents a Uncovered error raised by the Payments contract.
type PaymentsUncovered struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Uncovered()
func PaymentsUncoveredErrorID() common.Hash {
	return common.HexToHash("0xefe73c9240adec93255a03d4d12312a017b7be4b56a4a6fe474c6fc6708e10f4")
}

// UnpackUncoveredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Uncovered()
func (payments *Payments) UnpackUncoveredError(raw []byte) (*PaymentsUncovered, error) {
	out := new(PaymentsUncovered)
	if err := payments.abi.UnpackIntoInterface(out, "Uncovered", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsUnknownOperation represents a UnknownOperation error raised by the Payments contract.
type PaymentsUnknownOperation struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownOperation()
func PaymentsUnknownOperationErrorID() common.Hash {
	return common.HexToHash("0x23f4b3e644a564aaf981ac6fb4a6d76223f5da0c8ad3b15f7056a248ef4c1670")
}

// UnpackUnknownOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownOperation()
func (payments *Payments) UnpackUnknownOperationError(raw []byte) (*PaymentsUnknownOperation, error) {
	out := new(PaymentsUnknownOperation)
	if err := payments.abi.UnpackIntoInterface(out, "UnknownOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsWrongEpoch represents a WrongEpoch error raised by the Payments contract.
type PaymentsWrongEpoch struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongEpoch()
func PaymentsWrongEpochErrorID() common.Hash {
	return common.HexToHash("0x254f6ab2f2f6abe909601422d95bac266dcc6aab760a788850b9554fce88b3f2")
}

// UnpackWrongEpochError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongEpoch()
func (payments *Payments) UnpackWrongEpochError(raw []byte) (*PaymentsWrongEpoch, error) {
	out := new(PaymentsWrongEpoch)
	if err := payments.abi.UnpackIntoInterface(out, "WrongEpoch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsWrongNonce represents a WrongNonce error raised by the Payments contract.
type PaymentsWrongNonce struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongNonce()
func PaymentsWrongNonceErrorID() common.Hash {
	return common.HexToHash("0xd9c6386f30a498c85ed52516050713242da131891d6a6524e38c1ddae8d808f3")
}

// UnpackWrongNonceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongNonce()
func (payments *Payments) UnpackWrongNonceError(raw []byte) (*PaymentsWrongNonce, error) {
	out := new(PaymentsWrongNonce)
	if err := payments.abi.UnpackIntoInterface(out, "WrongNonce", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsWrongPermit represents a WrongPermit error raised by the Payments contract.
type PaymentsWrongPermit struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongPermit()
func PaymentsWrongPermitErrorID() common.Hash {
	return common.HexToHash("0xea8c6c471653bac28d8eb3c2124e0bb8d2b84e96b0d2e53ee7c0a5bb090586d6")
}

// UnpackWrongPermitError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongPermit()
func (payments *Payments) UnpackWrongPermitError(raw []byte) (*PaymentsWrongPermit, error) {
	out := new(PaymentsWrongPermit)
	if err := payments.abi.UnpackIntoInterface(out, "WrongPermit", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// PaymentsWrongSignature represents a WrongSignature error raised by the Payments contract.
type PaymentsWrongSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSignature()
func PaymentsWrongSignatureErrorID() common.Hash {
	return common.HexToHash("0x356a4418f1eef7f62645c68bfadd1ae31eb511e1aec565848a520050282a2470")
}

// UnpackWrongSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSignature()
func (payments *Payments) UnpackWrongSignatureError(raw []byte) (*PaymentsWrongSignature, error) {
	out := new(PaymentsWrongSignature)
	if err := payments.abi.UnpackIntoInterface(out, "WrongSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}
