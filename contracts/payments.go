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

// PaymentsMetaData contains all meta data concerning the Payments contract.
var PaymentsMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"coin_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"feePerMyriad_\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"unlockDelay_\",\"type\":\"uint32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"BadAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadConfiguration\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadLength\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Expired\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumRefusal\",\"name\":\"reason\",\"type\":\"uint8\"}],\"name\":\"LockRefused\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoProvider\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheBeneficiary\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheRelayer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"time\",\"type\":\"uint32\"}],\"name\":\"NotYet\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NothingChanged\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"TooMuch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Uncovered\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongEpoch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongPermit\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSignature\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"name\":\"BeneficiarySet\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"cleared\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"paid\",\"type\":\"uint40\"}],\"name\":\"Cleared\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"records\",\"type\":\"bytes\"}],\"name\":\"ClearedPacked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"units\",\"type\":\"uint256\"}],\"name\":\"Collected\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"DepositWithdrawn\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"Deposited\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"}],\"name\":\"Freed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"}],\"name\":\"Locked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"units\",\"type\":\"uint40\"}],\"name\":\"Reclaimed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"}],\"name\":\"Relayed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"name\":\"UnlockRequested\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"net\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MAX_AHEAD\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"UNIT\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"}],\"name\":\"account\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"balance\",\"type\":\"uint64\"},{\"internalType\":\"uint32[6]\",\"name\":\"unlockAt\",\"type\":\"uint32[6]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"name\":\"changeBeneficiary\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"channel\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"cleared\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"amount\",\"type\":\"uint40\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"check\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"due\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"amount\",\"type\":\"uint40\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPromiseIntent[]\",\"name\":\"promises\",\"type\":\"tuple[]\"}],\"name\":\"clearBatch\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"packed\",\"type\":\"bytes\"}],\"name\":\"clearPacked\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"coin\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"collect\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"deposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"}],\"name\":\"depositWithPermit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"earnings\",\"outputs\":[{\"internalType\":\"uint96\",\"name\":\"gross\",\"type\":\"uint96\"},{\"internalType\":\"uint256\",\"name\":\"net\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"feePerMyriad\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"fees\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"permitNonce\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structFundIntent\",\"name\":\"f\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"}],\"name\":\"fund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structLockIntent\",\"name\":\"intent\",\"type\":\"tuple\"}],\"name\":\"lock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structLockIntent[]\",\"name\":\"locks\",\"type\":\"tuple[]\"}],\"name\":\"lockMany\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"done\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"reclaim\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"release\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"requestUnlock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"setBeneficiary\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"treasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"unlock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unlockDelay\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"version\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"withdrawDeposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Payments",
	Bin: "0x6101e080604052346102af57608081614d72803803809161002082856102c6565b8339810103126102af57610033816102fd565b61003f602083016102fd565b60408301519161ffff8316938484036102af57606001519363ffffffff85168086036102af576040516100736040826102c6565b600481526020810190631b5e5cdd60e21b8252604051916100956040846102c6565b600183526020830191603160f81b83526100ae81610311565b610120526100bb84610311565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a0815261012460c0826102c6565b5190206080523060c05260405163313ce56760e01b81526020816004816001600160a01b0388165afa9081156102bb575f9161027a575b5060ff601291160361024f576001600160a01b0384161515918261026d575b508161025e575b501561024f5761016052610180526101a0526101c0526040516149f5908161037d82396080518161484f015260a0518161490c015260c05181614820015260e0518161489e015261010051816148c401526101205181611789015261014051816117b301526101605181818161039c015281816104f40152818161257101528181612732015281816129e201528181612a8801526133290152610180518181816103090152611e7a01526101a0518181816129730152613c4301526101c0518181816110d10152612ca60152f35b631a6ee77160e21b5f5260045ffd5b6301e13380915011155f610181565b612710101591505f61017a565b90506020813d6020116102b3575b81610295602093836102c6565b810103126102af575160ff811681036102af5760ff61015b565b5f80fd5b3d9150610288565b6040513d5f823e3d90fd5b601f909101601f19168101906001600160401b038211908210176102e957604052565b634e487b7160e01b5f52604160045260245ffd5b51906001600160a01b03821682036102af57565b601f81511161033c57602081519101516020821061032d571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f905f3560e01c9081630519da3214612c6e575080630cd4cfa414612bc65780630e9154ac14612a0657806311df999514612997578063191fefd61461293a57806326723f03146127fb57806329664ac6146127b15780633263e6291461259e57806351cff8d9146123ea578063543fd3131461232657806354fd4d50146122a35780635efb7b5314611e9e57806361d027b314611e2f5780636354b81b14611df457806365ae7f2114611c3b57806373b9aa9114611aae5780637fcf79591461188757806384b0196e14611751578063877e9ab1146115d757806390231475146114055780639af1d35a146113c95780639d8e21771461138b578063a697c354146112ec578063b77783f714610f09578063be2d959d14610e67578063bf2877a114610c9a578063cdf2dee714610416578063e5225381146102cb5763e6e614a41461015d575f80fd5b346102c85760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857610194612cca565b61019c612ced565b9073ffffffffffffffffffffffffffffffffffffffff81168084526004602052604084205460601c6102a05760405160208101907fef74c807a34fcb062be5851aa6b235700dd426c56bdf5f16469342bb256fd700825282604082015273ffffffffffffffffffffffffffffffffffffffff8516606082015260608152610224608082612e00565b51902090801515918261026e575b505015610246579061024391614290565b80f35b6004837f356a4418000000000000000000000000000000000000000000000000000000008152fd5b73ffffffffffffffffffffffffffffffffffffffff91925061029790606435906044359061311e565b16145f80610232565b6004847f7296d9b2000000000000000000000000000000000000000000000000000000008152fd5b80fd5b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c85760055480156103ee57816005557f00000000000000000000000000000000000000000000000000000000000000006040518281527f8c22f554c81b54107cd95e734e4ef45767214974a540f34ea4a4f8c3fc7b13c3602073ffffffffffffffffffffffffffffffffffffffff841692a264e8d4a51000820291820464e8d4a51000036103c157906102439173ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016613b66565b6024837f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004827f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102c8577ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36016101808112610c9657610120136102c85760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedc3601126102c85773ffffffffffffffffffffffffffffffffffffffff610497613042565b163303610c6e5763ffffffff6104ab6130cc565b164211610c465773ffffffffffffffffffffffffffffffffffffffff6104cf613065565b16151580610b48575b15610b205773ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001661054167ffffffffffffffff6105286130f0565b1667ffffffffffffffff61053a613107565b169061300b565b64e8d4a5100081029080820464e8d4a5100014901517156103c157610564613065565b73ffffffffffffffffffffffffffffffffffffffff604051917f7ecebe00000000000000000000000000000000000000000000000000000000008352166004820152602081602481865afa908115610a38578491610aee575b5060a435809103610ac657836105d1613065565b610164356105de816132a8565b863b15610ac2576040517fd505accf00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff9390931660048401523060248401526044830186905261012435606484015260ff1660848301526101443560a48301527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1660c4820152818160e48183895af180156109d057610aad575b5050610695613065565b73ffffffffffffffffffffffffffffffffffffffff604051917f7ecebe00000000000000000000000000000000000000000000000000000000008352166004820152602081602481875afa908115610aa2578591610a70575b5060018201809211610a4357036109db57610761602061070c613065565b6040517fdd62ed3e00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff909116600482015230602482015291829081906044820190565b0381865afa8015610a385782918591610a03575b50036109db576107f4916107946020923061078e613065565b84614395565b61079c613065565b6040517fdd62ed3e00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff909116600482015230602482015292839190829081906044820190565b03915afa9081156109d057829161099a575b506109725767ffffffffffffffff61081c613107565b1673ffffffffffffffffffffffffffffffffffffffff61083a613042565b16825260046020526bffffffffffffffffffffffff610860604084209282845416613018565b167fffffffffffffffffffffffffffffffffffffffff000000000000000000000000825416179055610890613042565b610898613065565b7f32813a52d3a7d08379cd5f2631f15525b1d7913d2be25fb854f2572a6be765a6602073ffffffffffffffffffffffffffffffffffffffff806108d9613107565b9467ffffffffffffffff6040519616865216941692a36109086108fa613088565b6109026130f0565b90614420565b610910613088565b610918613065565b7f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d64602073ffffffffffffffffffffffffffffffffffffffff806109596130f0565b9467ffffffffffffffff6040519616865216941692a380f35b807fea8c6c470000000000000000000000000000000000000000000000000000000060049252fd5b90506020813d6020116109c8575b816109b560209383612e00565b810103126109c457515f610806565b5f80fd5b3d91506109a8565b6040513d84823e3d90fd5b6004837fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b9150506020813d602011610a30575b81610a1f60209383612e00565b810103126109c4578190515f610775565b3d9150610a12565b6040513d86823e3d90fd5b6024857f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b90506020813d602011610a9a575b81610a8b60209383612e00565b810103126109c457515f6106ee565b3d9150610a7e565b6040513d87823e3d90fd5b81610ab791612e00565b610ac257835f61068b565b8380fd5b6004847fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b90506020813d602011610b18575b81610b0960209383612e00565b810103126109c457515f6105bd565b3d9150610afc565b807f356a44180000000000000000000000000000000000000000000000000000000060049252fd5b50610c1f7f3461e2e2482e6942d5adeb572f3d24887023fdae08966cffc69ced86d61b7b67610b75613065565b63ffffffff610b82613088565b73ffffffffffffffffffffffffffffffffffffffff610b9f6130f0565b67ffffffffffffffff610bb0613107565b81610bb9613042565b9385610bc36130cc565b97816040519b60208d019d8e521660408c01521660608a01521660808801521660a08601521660c084015260a43560e0840152166101008201526101008152610c0e61012082612e00565b519020610104359060e4359061311e565b73ffffffffffffffffffffffffffffffffffffffff80610c3d613065565b169116146104d8565b807f203d82d80000000000000000000000000000000000000000000000000000000060049252fd5b807f7aa2c4460000000000000000000000000000000000000000000000000000000060049252fd5b5080fd5b50346102c85760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857610cd2612cca565b90610cdb612d10565b74ff00000000000000000000000000000000000000008160a01b1673ffffffffffffffffffffffffffffffffffffffff84161782526003602052604082209060405191610d2783612de4565b5473ffffffffffffffffffffffffffffffffffffffff81169081845264ffffffffff8160a01c16602085015264ffffffffff8160c81c16604085015260f01c606084015215610e3f5773ffffffffffffffffffffffffffffffffffffffff84168352600260205263ffffffff610dee826040862060405190610da882612d9b565b5467ffffffffffffffff8116825260401c60208201526020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b169384151580610e35575b15610e095761024393945061411a565b602484867f3a4f9cf7000000000000000000000000000000000000000000000000000000008252600452fd5b5084421015610df9565b6004837f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b50346102c85760e07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857610e9f613390565b600a811015610edc5780610eb1575080f35b7fe5e34b69000000000000000000000000000000000000000000000000000000008252600452602490fd5b6024827f4e487b710000000000000000000000000000000000000000000000000000000081526021600452fd5b50346102c85760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857610f41612d20565b6024359061ffff82168092036112e85760443563ffffffff8116908181036112e457610f6c9061436d565b156112bc57610fd460405160208101907f538aec11f8edce628172fa8185b814bbf1129672800f0a2f4cafc7e2f86a2e37825260ff851693846040830152866060830152608082015260808152610fc460a082612e00565b608435916064359151902061311e565b9173ffffffffffffffffffffffffffffffffffffffff83169283156112945774ff00000000000000000000000000000000000000008260a01b1684178652600360205260408620906040519161102983612de4565b5473ffffffffffffffffffffffffffffffffffffffff811680845264ffffffffff8260a01c16602085015264ffffffffff8260c81c166040850152606084019160f01c82521561126c5761ffff879151160361124457848752600260205260408720906040519161109983612d9b565b5467ffffffffffffffff8116835260401c6020830181815290611fe0600587901b161c63ffffffff1661121c5763ffffffff6110f7817f0000000000000000000000000000000000000000000000000000000000000000164261300b565b1694600581901b611fe0169060ff1687036111ef576060959373ffffffffffffffffffffffffffffffffffffffff93836111d89377ffffffffffffffffffffffffffffffffffffffffffffffff7f7b5e5c4ecbe2fe4d6021b350aa8c32c573321c219c0b929b0aa29265d87ed5049b99965163ffffffff828b851b16931b19161617905273ffffffffffffffffffffffffffffffffffffffff165f52600260205260405f20907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b51169560405192835260208301526040820152a380f35b60248a7f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004897f06923abf000000000000000000000000000000000000000000000000000000008152fd5b6004877f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004887f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b6004867f356a4418000000000000000000000000000000000000000000000000000000008152fd5b6004847f203d82d8000000000000000000000000000000000000000000000000000000008152fd5b8480fd5b8280fd5b50346102c85760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857611324612cca565b61132c612ced565b9073ffffffffffffffffffffffffffffffffffffffff811683526004602052604083205460601c3303611363579061024391614290565b6004837f7296d9b2000000000000000000000000000000000000000000000000000000008152fd5b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857602060405164e8d4a510008152f35b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c8576020600554604051908152f35b50346102c85760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c85761143d612cca565b90611446612d10565b61144e612d30565b9074ff00000000000000000000000000000000000000008160a01b1673ffffffffffffffffffffffffffffffffffffffff8516178352600360205260408320916040519261149b84612de4565b5473ffffffffffffffffffffffffffffffffffffffff811680855264ffffffffff8260a01c16602086015264ffffffffff8260c81c166040860152606085019160f01c8252156115af5761ffff8091511691168091036115875761155d9060405160208101917f9b15df11533f0d5b6fc54493594c7c4f04cf432505b913ea18338cd8f54e7de6835273ffffffffffffffffffffffffffffffffffffffff8816604083015260ff85166060830152608082015260808152610fc460a082612e00565b73ffffffffffffffffffffffffffffffffffffffff8084511691160361024657610243929361411a565b6004847f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004857f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b50346102c85760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c85760a09063ffffffff611617612cca565b91611620612d10565b90809174ff000000000000000000000000000000000000000081871b1673ffffffffffffffffffffffffffffffffffffffff86161782526003602052604082206040519061166d82612de4565b549173ffffffffffffffffffffffffffffffffffffffff831693848352602083019764ffffffffff858b1c168952604084019564ffffffffff8660c81c168752606085019560f01c8652611708575b50505064ffffffffff8073ffffffffffffffffffffffffffffffffffffffff61ffff93511697511693511691511691604051958652602086015260408501526060840152166080820152f35b61ffff93965061174964ffffffffff936040859473ffffffffffffffffffffffffffffffffffffffff809516815260026020522060405190610da882612d9b565b9693506116bc565b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c85761182b906117ad7f000000000000000000000000000000000000000000000000000000000000000061499e565b906117d77f000000000000000000000000000000000000000000000000000000000000000061499e565b906020611839604051936117eb8386612e00565b8385525f3681376040519687967f0f00000000000000000000000000000000000000000000000000000000000000885260e08589015260e0880190612d58565b908682036040880152612d58565b904660608601523060808601528260a086015284820360c08601528080855193848152019401925b82811061187057505050500390f35b835185528695509381019392810192600101611861565b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c8576004359067ffffffffffffffff82116102c857366023830112156102c85781600401359067ffffffffffffffff82116102c85736602460c08402850101116102c857808193829083915b85831015611a0f57602460c084028301019064ffffffffff61192283613e26565b16918215611a035773ffffffffffffffffffffffffffffffffffffffff611948826130ab565b818b169182911603611977575b50508161196760019361196d93613018565b9561300b565b925b019192611901565b600193995090826119a0926bffffffffffffffffffffffff61196d95166119af575b50506130ab565b97611967818893509350611955565b895260046020526bffffffffffffffffffffffff6119d460408b209282845416613018565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790555f80611999565b5093926001915061196f565b915050848215611a8657611a56604060209573ffffffffffffffffffffffffffffffffffffffff6bffffffffffffffffffffffff9416815260048752209282845416613018565b167fffffffffffffffffffffffffffffffffffffffff000000000000000000000000825416179055604051908152f35b6004847f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857611ae6612cca565b9060405190611af660c083612e00565b60c036833773ffffffffffffffffffffffffffffffffffffffff8316815260026020526040812060405190611b2a82612d9b565b549367ffffffffffffffff85169485835260401c602083015273ffffffffffffffffffffffffffffffffffffffff839116905b600660ff82161015611c0457600160ff9174ff00000000000000000000000000000000000000008160a01b1684178652600360205273ffffffffffffffffffffffffffffffffffffffff604087205416611bb9575b0116611b5d565b63ffffffff611bf382876020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b16611fe08260051b16880152611bb2565b505060405193845250602083015b60068210611c1f5760e084f35b60208060019263ffffffff865116815201930191019091611c12565b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857611c73612d20565b9074ff00000000000000000000000000000000000000008260a01b1673ffffffffffffffffffffffffffffffffffffffff3316178082526003602052604082209260405193611cc185612de4565b5473ffffffffffffffffffffffffffffffffffffffff8116855264ffffffffff8160a01c16602086015264ffffffffff8160c81c16604086015260f01c90816060860152611d0e85613cb2565b9264ffffffffff841615611dcc576102439495611dc6915f52600360205260405f209073ffffffffffffffffffffffffffffffffffffffff81511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b33613d4f565b6004857f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c8576020604051610e108152f35b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c85760043567ffffffffffffffff8111610c965736602382011215610c9657806004013567ffffffffffffffff81116112e85760248183010191368311610ac257602481013560601c91601481119081612275575b501561224d578115611a86578392611f37614809565b6101406040511161224b577fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a6101a093929352836101c05261190161014052610160528461022052600360205260386102e091015b828110612099575090508381526020810160405260206102a0527ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd2081016102c0528215611a86577fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd3f7f283584973004f0d926aac1a93cc5c7e04e7dcc69b9089c069bd642f7730e18fb92604087866020995260048952206bffffffffffffffffffffffff61206081891682845416613018565b167fffffffffffffffffffffffffffffffffffffffff00000000000000000000000082541617905501166040016102a0a2604051908152f35b806048809261023b370190610263519485601d1a610220519061ffff881661020052806101e05260a06101a02061018052604261015e2061020052610260517f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a17f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff82168061026052109060ff1c601b010261022052602061020060808160015afa5060a01b610200511791828952604089209788549060f01b881781187fffff00000000000000000000ffffffffffffffffffffffffffffffffffffffff8160c81c8095039464ffffffffff8360a01c16037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff860110159116176121dd575b908291601c95949360c81b01809955019660a81c9060581b17815201915b9190611f8c565b6102635160f01b6101c051178118927fffff00000000000000000000ffffffffffffffffffffffffffffffffffffffff841661223f576001136122345764ffffffffff8360c81c9360a01c169280840393036121b8575b5096505050916121d6565b505096505050916121d6565bfe5b6004847f5aed9cff000000000000000000000000000000000000000000000000000000008152fd5b604891507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec0106155f611f21565b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857506123226040516122e4604082612e00565b600f81527f6d7973742d7061796d656e74732d3100000000000000000000000000000000006020820152604051918291602083526020830190612d58565b0390f35b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857604060809173ffffffffffffffffffffffffffffffffffffffff612378612cca565b1681526004602052206040519061238e82612d9b565b54906bffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff6123ca828516808552602085019560601c8652613c30565b929093511693511691604051938452602084015260408301526060820152f35b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857612422612cca565b73ffffffffffffffffffffffffffffffffffffffff8116808352600460205260408320916040519261245384612d9b565b54926bffffffffffffffffffffffff8416808252602082019460601c855215611dcc57906124a46bffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff935116613c30565b9290948487526004602052604087207fffffffffffffffffffffffffffffffffffffffff00000000000000000000000081541690556124e58460055461300b565b6005555116806125965750915b6040519184835260208301527f91fb9d98b786c57d74c099ccd2beca1739e9f6a81fb49001ca465c4b7591bbe2604073ffffffffffffffffffffffffffffffffffffffff851693a364e8d4a5100082029180830464e8d4a5100014901517156103c157906102439173ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016613b66565b9050916124f2565b50346102c85760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c8576125d6612cca565b6125de612d41565b9033835260026020526040832091604051926125f984612d9b565b5467ffffffffffffffff8116845260401c602084015267ffffffffffffffff8116928315611dcc5773ffffffffffffffffffffffffffffffffffffffff831691821515806127a7575b1561277f5767ffffffffffffffff8251168511612757579067ffffffffffffffff6126736126d49382845116612fe9565b1681523373ffffffffffffffffffffffffffffffffffffffff165f52600260205260405f20907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b6040518381527f7e378699812e1a51dcf173024f1ac133895b48416ca0c2d390506d3f48cc254d60203392a364e8d4a51000820291820464e8d4a51000036103c157906102439173ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016613b66565b6004867fefe73c92000000000000000000000000000000000000000000000000000000008152fd5b6004867f32691b57000000000000000000000000000000000000000000000000000000008152fd5b5030831415612642565b50346102c85760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c8576102436127ec612cca565b6127f4612d41565b90336132ba565b50346102c85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c8576004359067ffffffffffffffff82116102c857366023830112156102c85781600401359067ffffffffffffffff82116102c85736602460e08402850101116102c8578092815b838110156128ff5761288a602460e08302840101613761565b600a8110156128d257156128a1575b600101612871565b937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81146103c15760010193612899565b6024847f4e487b710000000000000000000000000000000000000000000000000000000081526021600452fd5b8483811561291257602082604051908152f35b807f06923abf0000000000000000000000000000000000000000000000000000000060049252fd5b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857602060405161ffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b50346102c857807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102c857602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b50346109c45760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126109c457612a3e612cca565b90612a47612d41565b60607fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbc3601126109c45773ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001660843567ffffffffffffffff831664e8d4a5100081029080820464e8d4a510001490151715612b9957612ada826132a8565b92803b156109c4576040517fd505accf000000000000000000000000000000000000000000000000000000008152336004820152306024820152604480820193909352913560648084019190915260ff949094166084830152923560a48201527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9190911660c4820152905f90829060e490829084905af1612b83575b506102439192336132ba565b61024392505f612b9291612e00565b5f91612b77565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b346109c45760c07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126109c457612bfd612cca565b612c05612d10565b90612c0e612d30565b6064359064ffffffffff821682036109c45760609364ffffffffff9363ffffffff93612c419360a4359360843593612e41565b91939073ffffffffffffffffffffffffffffffffffffffff60405195168552166020840152166040820152f35b346109c4575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126109c45760209063ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b6004359073ffffffffffffffffffffffffffffffffffffffff821682036109c457565b6024359073ffffffffffffffffffffffffffffffffffffffff821682036109c457565b6024359060ff821682036109c457565b6004359060ff821682036109c457565b6044359061ffff821682036109c457565b6024359067ffffffffffffffff821682036109c457565b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b6040810190811067ffffffffffffffff821117612db757604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b6080810190811067ffffffffffffffff821117612db757604052565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117612db757604052565b604080517fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a6020820190815273ffffffffffffffffffffffffffffffffffffffff84169282019290925260ff8416606082015261ffff8516608082015264ffffffffff861660a0820152939791965f9692959394612ef993919290612ef18160c081015b037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282612e00565b51902061311e565b9573ffffffffffffffffffffffffffffffffffffffff871615612fde5773ffffffffffffffffffffffffffffffffffffffff91612f9c9174ff00000000000000000000000000000000000000008560a01b16848a16175f52600360205260405f209760405198612f688a612de4565b548581168a5264ffffffffff8160a01c1660208b015264ffffffffff8160c81c1660408b015260f01c60608a0152886131f0565b945116612fa65750565b612fdb91925073ffffffffffffffffffffffffffffffffffffffff85165f52600260205260405f2060405190610da882612d9b565b90565b505f94508493505050565b9067ffffffffffffffff8091169116039067ffffffffffffffff8211612b9957565b91908201809211612b9957565b906bffffffffffffffffffffffff809116911601906bffffffffffffffffffffffff8211612b9957565b60843573ffffffffffffffffffffffffffffffffffffffff811681036109c45790565b60043573ffffffffffffffffffffffffffffffffffffffff811681036109c45790565b60243573ffffffffffffffffffffffffffffffffffffffff811681036109c45790565b3573ffffffffffffffffffffffffffffffffffffffff811681036109c45790565b60c43563ffffffff811681036109c45790565b3563ffffffff811681036109c45790565b60443567ffffffffffffffff811681036109c45790565b60643567ffffffffffffffff811681036109c45790565b6020925f926042608093613130614809565b90604051917f19010000000000000000000000000000000000000000000000000000000000008352600283015260228201522090604051927f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81169284527f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a183109060ff1c601b0102868401526040830152606082015282805260015afa505f5190565b9064ffffffffff8091169116039064ffffffffff8211612b9957565b919073ffffffffffffffffffffffffffffffffffffffff16908115918215613286575b508115613270575b506132615764ffffffffff6020820151168064ffffffffff841611613267575b50604064ffffffffff910151168064ffffffffff8316115f1461326157612fdb916131d4565b50505f90565b9150604061323b565b905061ffff80606084015116911614155f61321b565b835173ffffffffffffffffffffffffffffffffffffffff16141591505f613213565b601b9060ff1c0160ff8111612b995790565b909167ffffffffffffffff81169164e8d4a51000830283810464e8d4a510001484151715612b995773ffffffffffffffffffffffffffffffffffffffff6020926133547f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d649561334e84953085877f000000000000000000000000000000000000000000000000000000000000000016614395565b88614420565b60405195865216941692a3565b3560ff811681036109c45790565b3561ffff811681036109c45790565b3564ffffffffff811681036109c45790565b60843563ffffffff8116908181036109c4576133ab8161436d565b1561375a576004359073ffffffffffffffffffffffffffffffffffffffff8216928383036109c4576024359060ff8216928383036109c4576044359361ffff85168086036109c4576064359364ffffffffff85168086036109c45761347094506040519260208401947f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d386528b60408601526060850152608084015260a083015260c082015260c0815261346060e082612e00565b51902060c4359060a4359061311e565b9373ffffffffffffffffffffffffffffffffffffffff851694851561374e5774ff00000000000000000000000000000000000000008460a01b168617805f52600360205260405f2090604051916134c683612de4565b5473ffffffffffffffffffffffffffffffffffffffff8116835264ffffffffff8160a01c16602084015264ffffffffff8160c81c16604084015260f01c6060830152875f52600260205260405f20916040519261352284612d9b565b5467ffffffffffffffff81169081855260401c91602085019383855261354c898c8a8d8a87614510565b600a811015613721578061371057509161362e61367b989694927fa7afb2aa748b63b32ac2d53ef324688ad17f824bd42ab65d9e8d8558ca7c03c79c9b9a9896945f52600360205260405f209073ffffffffffffffffffffffffffffffffffffffff81511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b67ffffffffffffffff84511614918215926136ea575b5050613682575b5050506040519384938491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b0390a35f90565b6136e39173ffffffffffffffffffffffffffffffffffffffff165f52600260205260405f20907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b5f8061364b565b5177ffffffffffffffffffffffffffffffffffffffffffffffff16141590505f80613644565b9c5050505050505050505050505090565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd5b50505050505050600490565b5050600390565b6080810190613777613772836130df565b61436d565b1561375a57613785816130ab565b91602082019061385061379783613361565b94604085019563ffffffff6137ab8861336f565b64ffffffffff606089019661ffff6137cb6137c58a61337e565b926130df565b9360ff6040519773ffffffffffffffffffffffffffffffffffffffff60208a019a7f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d38c521660408a01521660608801521660808601521660a08401521660c082015260c0815261383c60e082612e00565b51902060c08501359060a08601359061311e565b9273ffffffffffffffffffffffffffffffffffffffff8416938415613b5b5774ff000000000000000000000000000000000000000061388e85613361565b60a01b168517805f52600360205260405f2090604051916138ae83612de4565b5473ffffffffffffffffffffffffffffffffffffffff8116835264ffffffffff8160a01c16602084015264ffffffffff8160c81c16604084015260f01c6060830152865f52600260205260405f20916040519261390a84612d9b565b5467ffffffffffffffff81169081855260401c9160208501938385526139576139328b613361565b8d61394561393f8c6130ab565b9161336f565b9061394f8d61337e565b928a87614510565b600a8110156137215780613b4b57509661367b9673ffffffffffffffffffffffffffffffffffffffff9996613a8f96613a8996613a8396613a5a7fa7afb2aa748b63b32ac2d53ef324688ad17f824bd42ab65d9e8d8558ca7c03c79f9d97613a7d985f52600360205260405f209073ffffffffffffffffffffffffffffffffffffffff81511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b67ffffffffffffffff8451161491821592613b25575b5050613abd5750506130ab565b95613361565b9861336f565b9161337e565b6040805160ff909916895261ffff909216602089015264ffffffffff16908701529116939081906060820190565b613b1e9173ffffffffffffffffffffffffffffffffffffffff165f52600260205260405f20907fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000602067ffffffffffffffff83511692015160401b16179055565b5f80611999565b5177ffffffffffffffffffffffffffffffffffffffffffffffff16141590505f80613a70565b9b50505050505050505050505090565b505050505050600490565b9173ffffffffffffffffffffffffffffffffffffffff604051927fa9059cbb000000000000000000000000000000000000000000000000000000005f521660045260245260205f60448180865af19060015f5114821615613c0f575b60405215613bcd5750565b73ffffffffffffffffffffffffffffffffffffffff907f5274afe7000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b906001811516613c2757823b15153d15161690613bc2565b503d5f823e3d90fd5b6bffffffffffffffffffffffff1661ffff7f000000000000000000000000000000000000000000000000000000000000000016808202908282041482151715612b9957612710810190818111612b995761270f01908111612b9957612710900490818103908111612b995791565b61ffff60019116019061ffff8211612b9957565b9073ffffffffffffffffffffffffffffffffffffffff825116613d4a576020820164ffffffffff81511692613cf4604082019464ffffffffff865116906131d4565b9364ffffffffff851615613d4257606082019261ffff8451169161ffff83145f14613d2957505050613d269150614932565b50565b61ffff9350613d3d92915f80925252613c9e565b169052565b505f93505050565b5f9150565b73ffffffffffffffffffffffffffffffffffffffff90939291931692835f52600260205260405f209264ffffffffff811667ffffffffffffffff855416019067ffffffffffffffff8211612b99577f407d805ae97e676722b33380b70f0479542dd759d7d7cea286bf0001b7a0acee9467ffffffffffffffff613e2193167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254161790556040519384938491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b0390a2565b90613e30826130ab565b60208301613e3d81613361565b9073ffffffffffffffffffffffffffffffffffffffff613f006040870194613e648661336f565b613eec60608a0196612ec5613e788961337e565b604051948593602085019788929361ffff64ffffffffff92969560ff60809573ffffffffffffffffffffffffffffffffffffffff60a089019a7fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a8a5216602089015216604087015216606085015216910152565b51902060a08801359060808901359061311e565b169182156141115774ff0000000000000000000000000000000000000000613f2783613361565b60a01b16831795865f52600360205260405f20613fac60405191613f4a83612de4565b549373ffffffffffffffffffffffffffffffffffffffff8516835264ffffffffff8560a01c166020840152604083019464ffffffffff8160c81c16865260f01c6060840152613f98846130ab565b90613fa5613a898a61336f565b91846131f0565b9764ffffffffff8451169864ffffffffff8116809a0164ffffffffff8111612b995764ffffffffff1685529815614105579261ffff64ffffffffff6140db6140d5613a7d73ffffffffffffffffffffffffffffffffffffffff976140d07f5c50ac3625c3f8fe71afa92c9c904efb56cee6a63f0e9ee79f0a6bd6f325c7dd9b9860809b5f52600360205260405f209073ffffffffffffffffffffffffffffffffffffffff81511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b6130ab565b9961336f565b9251169160ff60405199168952166020880152604087015264ffffffffff881660608701521693a3565b505f9750505050505050565b505f9450505050565b919073ffffffffffffffffffffffffffffffffffffffff8251169061ffff6060840151169161422061414b85614932565b9474ff00000000000000000000000000000000000000008460a01b1673ffffffffffffffffffffffffffffffffffffffff8816175f52600360205260405f209073ffffffffffffffffffffffffffffffffffffffff81511678ffffffffff0000000000000000000000000000000000000000602083015160a01b1617907fffff00000000000000000000000000000000000000000000000000000000000060607dffffffffff00000000000000000000000000000000000000000000000000604084015160c81b1692015160f01b1617179055565b60405160ff831681528360208201527fb914659cca345c368871e0d11bdf07f71819995abca2b80753ba54f2925bc8b6604073ffffffffffffffffffffffffffffffffffffffff881692a364ffffffffff831661427e575b50505050565b61428793613d4f565b5f808080614278565b9073ffffffffffffffffffffffffffffffffffffffff81169182151580614363575b1561433b5773ffffffffffffffffffffffffffffffffffffffff1690815f52600460205260405f20906bffffffffffffffffffffffff7fffffffffffffffffffffffffffffffffffffffff00000000000000000000000083549260601b1691161790557f2906d223dc4163733bb374af8641c7e9ae256e2bae53c90e0c9a2be2e611ae445f80a3565b7f32691b57000000000000000000000000000000000000000000000000000000005f5260045ffd5b50308314156142b2565b63ffffffff16804211159081614381575090565b9050610e10420190814211612b9957111590565b92909173ffffffffffffffffffffffffffffffffffffffff9081604051947f23b872dd000000000000000000000000000000000000000000000000000000005f52166004521660245260445260205f60648180865af19060015f5114821615614408575b6040525f60605215613bcd5750565b906001811516613c2757823b15153d151616906143f9565b9067ffffffffffffffff169081156144e85773ffffffffffffffffffffffffffffffffffffffff1690811561433b5761446f90825f52600260205267ffffffffffffffff60405f20541661300b565b90677fffffffffffffff82116144c0575f52600260205267ffffffffffffffff8060405f209216167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055565b7fd887771b000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f06923abf000000000000000000000000000000000000000000000000000000005f5260045ffd5b949390919273ffffffffffffffffffffffffffffffffffffffff169081156147fe5760ff84169160068310156147f2578073ffffffffffffffffffffffffffffffffffffffff88511614806147dd575b156146ec576020870164ffffffffff81511664ffffffffff881611156146df5763ffffffff6145ba87876020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b166146d2575164ffffffffff165b6145d281886131d4565b64ffffffffff67ffffffffffffffff8751169116116146c55761461164ffffffffff61460767ffffffffffffffff938a6131d4565b1682875116612fe9565b168452606087019061ffff8083511693168093148015906146a4575b614649575b50505050505064ffffffffff602091169101525f90565b8752525f60408601529192909160ff841603612b995760209277ffffffffffffffffffffffffffffffffffffffffffffffff8464ffffffffff94019163ffffffff611fe084519260051b161b1916169052915f808080614632565b508073ffffffffffffffffffffffffffffffffffffffff895116141561462d565b5050505050505050600990565b5050505050505050600890565b5050505050505050600790565b64ffffffffff60208801511661470f604089019164ffffffffff835116906131d4565b9061ffff60608a0151169073ffffffffffffffffffffffffffffffffffffffff8a5116908115908115916147cb575b50614792575b5061ffff8416036147855764ffffffffff87168015908115614774575b50156145c8575050505050505050600790565b905064ffffffffff8216115f614761565b5050505050505050600690565b64ffffffffff83166147b0575060018101809111612b99575f614744565b97505050955050505050145f146147c657600690565b600590565b64ffffffffff9150511615155f61473e565b5061ffff60608801511661ffff831614614560565b50505050505050600290565b505050505050600190565b73ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016301480614909575b15614871577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261490360c082612e00565b51902090565b507f00000000000000000000000000000000000000000000000000000000000000004614614848565b905f825260408201606064ffffffffff8251169364ffffffffff61495d6020830196828851166131d4565b1685525f83520161ffff81511661ffff810361498657505064ffffffffff908180855116945252565b6149979193945061ffff9250613c9e565b1690525f90565b60ff811690601f82116149cd57604051916149ba604084612e00565b6020808452838101919036833783525290565b7fb3512b0c000000000000000000000000000000000000000000000000000000005f5260045ffd",
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
// Solidity: constructor(address coin_, address treasury_, uint16 feePerMyriad_, uint32 unlockDelay_) returns()
func (payments *Payments) PackConstructor(coin_ common.Address, treasury_ common.Address, feePerMyriad_ uint16, unlockDelay_ uint32) []byte {
	enc, err := payments.abi.Pack("", coin_, treasury_, feePerMyriad_, unlockDelay_)
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
	if bytes.Equal(raw[:4], payments.abi.Errors["BadAddress"].ID.Bytes()[:4]) {
		return payments.UnpackBadAddressError(raw[4:])
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
	if bytes.Equal(raw[:4], payments.abi.Errors["Uncovered"].ID.Bytes()[:4]) {
		return payments.UnpackUncoveredError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongEpoch"].ID.Bytes()[:4]) {
		return payments.UnpackWrongEpochError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongPermit"].ID.Bytes()[:4]) {
		return payments.UnpackWrongPermitError(raw[4:])
	}
	if bytes.Equal(raw[:4], payments.abi.Errors["WrongSignature"].ID.Bytes()[:4]) {
		return payments.UnpackWrongSignatureError(raw[4:])
	}
	return nil, errors.New("Unknown error")
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
