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
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"coin_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"feePerMyriad_\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"unlockDelay_\",\"type\":\"uint32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"BadAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BadConfiguration\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Expired\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumRefusal\",\"name\":\"reason\",\"type\":\"uint8\"}],\"name\":\"LockRefused\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoProvider\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheBeneficiary\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotTheRelayer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"time\",\"type\":\"uint32\"}],\"name\":\"NotYet\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NothingChanged\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"TooMuch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Uncovered\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongEpoch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongPermit\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSignature\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"name\":\"BeneficiarySet\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"cleared\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"paid\",\"type\":\"uint40\"}],\"name\":\"Cleared\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"units\",\"type\":\"uint256\"}],\"name\":\"Collected\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"DepositWithdrawn\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"Deposited\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"}],\"name\":\"Freed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"}],\"name\":\"Locked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"units\",\"type\":\"uint40\"}],\"name\":\"Reclaimed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"}],\"name\":\"Relayed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"name\":\"UnlockRequested\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"net\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MAX_AHEAD\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"UNIT\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"}],\"name\":\"account\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"balance\",\"type\":\"uint64\"},{\"internalType\":\"uint32[6]\",\"name\":\"unlockAt\",\"type\":\"uint32[6]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"name\":\"changeBeneficiary\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"channel\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"cleared\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"amount\",\"type\":\"uint40\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"check\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"due\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"unlockAt\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"amount\",\"type\":\"uint40\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPromiseIntent[]\",\"name\":\"promises\",\"type\":\"tuple[]\"}],\"name\":\"clearBatch\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"coin\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"collect\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"deposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"}],\"name\":\"depositWithPermit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"earnings\",\"outputs\":[{\"internalType\":\"uint96\",\"name\":\"gross\",\"type\":\"uint96\"},{\"internalType\":\"uint256\",\"name\":\"net\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"feePerMyriad\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"fees\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"fee\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"permitNonce\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structFundIntent\",\"name\":\"f\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structPermitSignature\",\"name\":\"permit\",\"type\":\"tuple\"}],\"name\":\"fund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structLockIntent\",\"name\":\"intent\",\"type\":\"tuple\"}],\"name\":\"lock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"channel\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint40\",\"name\":\"locked\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"internalType\":\"structLockIntent[]\",\"name\":\"locks\",\"type\":\"tuple[]\"}],\"name\":\"lockMany\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"done\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"reclaim\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"release\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"},{\"internalType\":\"uint16\",\"name\":\"epoch\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"validUntil\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"requestUnlock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"beneficiary\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"setBeneficiary\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"treasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"consumer\",\"type\":\"address\"},{\"internalType\":\"uint8\",\"name\":\"id\",\"type\":\"uint8\"}],\"name\":\"unlock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unlockDelay\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"version\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"units\",\"type\":\"uint64\"}],\"name\":\"withdrawDeposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Payments",
	Bin: "0x6101e080604052346102af576080816149c7803803809161002082856102c6565b8339810103126102af57610033816102fd565b61003f602083016102fd565b60408301519161ffff8316938484036102af57606001519363ffffffff85168086036102af576040516100736040826102c6565b600481526020810190631b5e5cdd60e21b8252604051916100956040846102c6565b600183526020830191603160f81b83526100ae81610311565b610120526100bb84610311565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a0815261012460c0826102c6565b5190206080523060c05260405163313ce56760e01b81526020816004816001600160a01b0388165afa9081156102bb575f9161027a575b5060ff601291160361024f576001600160a01b0384161515918261026d575b508161025e575b501561024f5761016052610180526101a0526101c05260405161464a908161037d8239608051816144cd015260a0518161458a015260c0518161449e015260e0518161451c0152610100518161454201526101205181611791015261014051816117bb015261016051818181610391015281816104e9015281816121670152818161233b01528181612613015281816126b90152612f1e0152610180518181816102fe0152611e7501526101a0518181816125a401526137d501526101c0518181816110c201526128d70152f35b631a6ee77160e21b5f5260045ffd5b6301e13380915011155f610181565b612710101591505f61017a565b90506020813d6020116102b3575b81610295602093836102c6565b810103126102af575160ff811681036102af5760ff61015b565b5f80fd5b3d9150610288565b6040513d5f823e3d90fd5b601f909101601f19168101906001600160401b038211908210176102e957604052565b634e487b7160e01b5f52604160045260245ffd5b51906001600160a01b03821682036102af57565b601f81511161033c57602081519101516020821061032d571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f905f3560e01c9081630519da321461289f575080630cd4cfa4146127f75780630e9154ac1461263757806311df9995146125c8578063191fefd61461256b57806326723f031461242c57806329664ac6146123e25780633263e629146121bc57806351cff8d914611fe0578063543fd31314611f1c57806354fd4d5014611e9957806361d027b314611e2a5780636354b81b14611def57806365ae7f2114611c4357806373b9aa9114611ab65780637fcf79591461188f57806384b0196e14611759578063877e9ab1146115df578063902314751461140d5780639af1d35a146113d15780639d8e217714611393578063a697c354146112f4578063b77783f714610efe578063be2d959d14610e5c578063bf2877a114610c8f578063cdf2dee71461040b578063e5225381146102c05763e6e614a414610152575f80fd5b346102bd5760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576101896128fb565b61019161291e565b9073ffffffffffffffffffffffffffffffffffffffff81168084526004602052604084205460601c6102955760405160208101907fef74c807a34fcb062be5851aa6b235700dd426c56bdf5f16469342bb256fd700825282604082015273ffffffffffffffffffffffffffffffffffffffff8516606082015260608152610219608082612a31565b519020908015159182610263575b50501561023b579061023891613e4b565b80f35b6004837f356a4418000000000000000000000000000000000000000000000000000000008152fd5b73ffffffffffffffffffffffffffffffffffffffff91925061028c906064359060443590612d4f565b16145f80610227565b6004847f7296d9b2000000000000000000000000000000000000000000000000000000008152fd5b80fd5b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd5760055480156103e357816005557f00000000000000000000000000000000000000000000000000000000000000006040518281527f8c22f554c81b54107cd95e734e4ef45767214974a540f34ea4a4f8c3fc7b13c3602073ffffffffffffffffffffffffffffffffffffffff841692a264e8d4a51000820291820464e8d4a51000036103b657906102389173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000166136f8565b6024837f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004827f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102bd577ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36016101808112610c8b57610120136102bd5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedc3601126102bd5773ffffffffffffffffffffffffffffffffffffffff61048c612c49565b163303610c635763ffffffff6104a0612cfd565b164211610c3b5773ffffffffffffffffffffffffffffffffffffffff6104c4612c6c565b16151580610b3d575b15610b155773ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001661053667ffffffffffffffff61051d612d21565b1667ffffffffffffffff61052f612d38565b1690612c3c565b64e8d4a5100081029080820464e8d4a5100014901517156103b657610559612c6c565b73ffffffffffffffffffffffffffffffffffffffff604051917f7ecebe00000000000000000000000000000000000000000000000000000000008352166004820152602081602481865afa908115610a2d578491610ae3575b5060a435809103610abb57836105c6612c6c565b610164356105d381612e9d565b863b15610ab7576040517fd505accf00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff9390931660048401523060248401526044830186905261012435606484015260ff1660848301526101443560a48301527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1660c4820152818160e48183895af180156109c557610aa2575b505061068a612c6c565b73ffffffffffffffffffffffffffffffffffffffff604051917f7ecebe00000000000000000000000000000000000000000000000000000000008352166004820152602081602481875afa908115610a97578591610a65575b5060018201809211610a3857036109d0576107566020610701612c6c565b6040517fdd62ed3e00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff909116600482015230602482015291829081906044820190565b0381865afa8015610a2d57829185916109f8575b50036109d0576107e99161078960209230610783612c6c565b84613f50565b610791612c6c565b6040517fdd62ed3e00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff909116600482015230602482015292839190829081906044820190565b03915afa9081156109c557829161098f575b506109675767ffffffffffffffff610811612d38565b1673ffffffffffffffffffffffffffffffffffffffff61082f612c49565b16825260046020526bffffffffffffffffffffffff610855604084209282845416612cd3565b167fffffffffffffffffffffffffffffffffffffffff000000000000000000000000825416179055610885612c49565b61088d612c6c565b7f32813a52d3a7d08379cd5f2631f15525b1d7913d2be25fb854f2572a6be765a6602073ffffffffffffffffffffffffffffffffffffffff806108ce612d38565b9467ffffffffffffffff6040519616865216941692a36108fd6108ef612c8f565b6108f7612d21565b90613fdb565b610905612c8f565b61090d612c6c565b7f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d64602073ffffffffffffffffffffffffffffffffffffffff8061094e612d21565b9467ffffffffffffffff6040519616865216941692a380f35b807fea8c6c470000000000000000000000000000000000000000000000000000000060049252fd5b90506020813d6020116109bd575b816109aa60209383612a31565b810103126109b957515f6107fb565b5f80fd5b3d915061099d565b6040513d84823e3d90fd5b6004837fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b9150506020813d602011610a25575b81610a1460209383612a31565b810103126109b9578190515f61076a565b3d9150610a07565b6040513d86823e3d90fd5b6024857f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b90506020813d602011610a8f575b81610a8060209383612a31565b810103126109b957515f6106e3565b3d9150610a73565b6040513d87823e3d90fd5b81610aac91612a31565b610ab757835f610680565b8380fd5b6004847fea8c6c47000000000000000000000000000000000000000000000000000000008152fd5b90506020813d602011610b0d575b81610afe60209383612a31565b810103126109b957515f6105b2565b3d9150610af1565b807f356a44180000000000000000000000000000000000000000000000000000000060049252fd5b50610c147f3461e2e2482e6942d5adeb572f3d24887023fdae08966cffc69ced86d61b7b67610b6a612c6c565b63ffffffff610b77612c8f565b73ffffffffffffffffffffffffffffffffffffffff610b94612d21565b67ffffffffffffffff610ba5612d38565b81610bae612c49565b9385610bb8612cfd565b97816040519b60208d019d8e521660408c01521660608a01521660808801521660a08601521660c084015260a43560e0840152166101008201526101008152610c0361012082612a31565b519020610104359060e43590612d4f565b73ffffffffffffffffffffffffffffffffffffffff80610c32612c6c565b169116146104cd565b807f203d82d80000000000000000000000000000000000000000000000000000000060049252fd5b807f7aa2c4460000000000000000000000000000000000000000000000000000000060049252fd5b5080fd5b50346102bd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57610cc76128fb565b90610cd0612941565b74ff00000000000000000000000000000000000000008160a01b1673ffffffffffffffffffffffffffffffffffffffff84161782526003602052604082209060405191610d1c83612a15565b5473ffffffffffffffffffffffffffffffffffffffff81169081845264ffffffffff8160a01c16602085015264ffffffffff8160c81c16604085015260f01c606084015215610e345773ffffffffffffffffffffffffffffffffffffffff84168352600260205263ffffffff610de3826040862060405190610d9d826129cc565b5467ffffffffffffffff8116825260401c60208201526020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b169384151580610e2a575b15610dfe57610238939450613cb4565b602484867f3a4f9cf7000000000000000000000000000000000000000000000000000000008252600452fd5b5084421015610dee565b6004837f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b50346102bd5760e07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57610e94612f85565b600a811015610ed15780610ea6575080f35b7fe5e34b69000000000000000000000000000000000000000000000000000000008252600452602490fd5b6024827f4e487b710000000000000000000000000000000000000000000000000000000081526021600452fd5b50346102bd5760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57610f36612951565b6024359061ffff82168092036112f05760443563ffffffff8116908181036112ec57610f6190613f28565b156112c45773ffffffffffffffffffffffffffffffffffffffff610fde60405160208101907f538aec11f8edce628172fa8185b814bbf1129672800f0a2f4cafc7e2f86a2e37825260ff861694856040830152876060830152608082015260808152610fce60a082612a31565b6084359160643591519020612d4f565b1691821561129c5774ff00000000000000000000000000000000000000008160a01b16831785526003602052604085206040519061101b82612a15565b5473ffffffffffffffffffffffffffffffffffffffff811680835264ffffffffff8260a01c16602084015264ffffffffff8260c81c166040840152606083019160f01c8252156112745761ffff869151160361124c578386526002602052604086206040519061108a826129cc565b5467ffffffffffffffff8116825260401c6020820181815290611fe0600586901b161c63ffffffff166112245763ffffffff6110e8817f00000000000000000000000000000000000000000000000000000000000000001642612c3c565b1693600581901b611fe0169060ff1686036111f7579260609492827f7b5e5c4ecbe2fe4d6021b350aa8c32c573321c219c0b929b0aa29265d87ed504979577ffffffffffffffffffffffffffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff955163ffffffff8289851b16931b191616178152888b52600260205267ffffffffffffffff8060408d20935116167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008354161782555167ffffffffffffffff7fffffffffffffffffffffffffffffffffffffffffffffffff000000000000000083549260401b16911617905551169560405192835260208301526040820152a380f35b6024897f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004887f06923abf000000000000000000000000000000000000000000000000000000008152fd5b6004867f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004877f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b6004857f356a4418000000000000000000000000000000000000000000000000000000008152fd5b6004847f203d82d8000000000000000000000000000000000000000000000000000000008152fd5b8480fd5b8280fd5b50346102bd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd5761132c6128fb565b61133461291e565b9073ffffffffffffffffffffffffffffffffffffffff811683526004602052604083205460601c330361136b579061023891613e4b565b6004837f7296d9b2000000000000000000000000000000000000000000000000000000008152fd5b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57602060405164e8d4a510008152f35b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576020600554604051908152f35b50346102bd5760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576114456128fb565b9061144e612941565b611456612961565b9074ff00000000000000000000000000000000000000008160a01b1673ffffffffffffffffffffffffffffffffffffffff851617835260036020526040832091604051926114a384612a15565b5473ffffffffffffffffffffffffffffffffffffffff811680855264ffffffffff8260a01c16602086015264ffffffffff8260c81c166040860152606085019160f01c8252156115b75761ffff80915116911680910361158f576115659060405160208101917f9b15df11533f0d5b6fc54493594c7c4f04cf432505b913ea18338cd8f54e7de6835273ffffffffffffffffffffffffffffffffffffffff8816604083015260ff85166060830152608082015260808152610fce60a082612a31565b73ffffffffffffffffffffffffffffffffffffffff8084511691160361023b576102389293613cb4565b6004847f254f6ab2000000000000000000000000000000000000000000000000000000008152fd5b6004857f3a43ca41000000000000000000000000000000000000000000000000000000008152fd5b50346102bd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd5760a09063ffffffff61161f6128fb565b91611628612941565b90809174ff000000000000000000000000000000000000000081871b1673ffffffffffffffffffffffffffffffffffffffff86161782526003602052604082206040519061167582612a15565b549173ffffffffffffffffffffffffffffffffffffffff831693848352602083019764ffffffffff858b1c168952604084019564ffffffffff8660c81c168752606085019560f01c8652611710575b50505064ffffffffff8073ffffffffffffffffffffffffffffffffffffffff61ffff93511697511693511691511691604051958652602086015260408501526060840152166080820152f35b61ffff93965061175164ffffffffff936040859473ffffffffffffffffffffffffffffffffffffffff809516815260026020522060405190610d9d826129cc565b9693506116c4565b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57611833906117b57f0000000000000000000000000000000000000000000000000000000000000000614430565b906117df7f0000000000000000000000000000000000000000000000000000000000000000614430565b906020611841604051936117f38386612a31565b8385525f3681376040519687967f0f00000000000000000000000000000000000000000000000000000000000000885260e08589015260e0880190612989565b908682036040880152612989565b904660608601523060808601528260a086015284820360c08601528080855193848152019401925b82811061187857505050500390f35b835185528695509381019392810192600101611869565b50346102bd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576004359067ffffffffffffffff82116102bd57366023830112156102bd5781600401359067ffffffffffffffff82116102bd5736602460c08402850101116102bd57808193829083915b85831015611a1757602460c084028301019064ffffffffff61192a836139b8565b16918215611a0b5773ffffffffffffffffffffffffffffffffffffffff61195082612cb2565b818b16918291160361197f575b50508161196f60019361197593612cd3565b95612c3c565b925b019192611909565b600193995090826119a8926bffffffffffffffffffffffff61197595166119b7575b5050612cb2565b9761196f81889350935061195d565b895260046020526bffffffffffffffffffffffff6119dc60408b209282845416612cd3565b167fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008254161790555f806119a1565b50939260019150611977565b915050848215611a8e57611a5e604060209573ffffffffffffffffffffffffffffffffffffffff6bffffffffffffffffffffffff9416815260048752209282845416612cd3565b167fffffffffffffffffffffffffffffffffffffffff000000000000000000000000825416179055604051908152f35b6004847f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102bd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57611aee6128fb565b9060405190611afe60c083612a31565b60c036833773ffffffffffffffffffffffffffffffffffffffff8316815260026020526040812060405190611b32826129cc565b549367ffffffffffffffff85169485835260401c602083015273ffffffffffffffffffffffffffffffffffffffff839116905b600660ff82161015611c0c57600160ff9174ff00000000000000000000000000000000000000008160a01b1684178652600360205273ffffffffffffffffffffffffffffffffffffffff604087205416611bc1575b0116611b65565b63ffffffff611bfb82876020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b16611fe08260051b16880152611bba565b505060405193845250602083015b60068210611c275760e084f35b60208060019263ffffffff865116815201930191019091611c1a565b50346102bd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57611c7b612951565b9074ff00000000000000000000000000000000000000008260a01b1673ffffffffffffffffffffffffffffffffffffffff3316179182825260036020526040822060405190611cc982612a15565b549173ffffffffffffffffffffffffffffffffffffffff83168252602082019164ffffffffff8460a01c168352604081019364ffffffffff8160c81c16855260f01c9260608201848152611d1c83613844565b9564ffffffffff871615611224578798610238985260036020527dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff60408b209551167fffff000000000000000000000000000000000000000000000000000000000000807dffffffffff0000000000000000000000000000000000000000000000000078ffffffffff00000000000000000000000000000000000000008954985160a01b16955160c81b16955160f01b16951617161717179055336138e1565b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576020604051610e108152f35b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd5750611f18604051611eda604082612a31565b600f81527f6d7973742d7061796d656e74732d3100000000000000000000000000000000006020820152604051918291602083526020830190612989565b0390f35b50346102bd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57604060809173ffffffffffffffffffffffffffffffffffffffff611f6e6128fb565b16815260046020522060405190611f84826129cc565b54906bffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff611fc0828516808552602085019560601c86526137c2565b929093511693511691604051938452602084015260408301526060820152f35b50346102bd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576120186128fb565b73ffffffffffffffffffffffffffffffffffffffff81168083526004602052604083209160405192612049846129cc565b54926bffffffffffffffffffffffff8416808252602082019460601c855215612194579061209a6bffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff9351166137c2565b9290948487526004602052604087207fffffffffffffffffffffffffffffffffffffffff00000000000000000000000081541690556120db84600554612c3c565b60055551168061218c5750915b6040519184835260208301527f91fb9d98b786c57d74c099ccd2beca1739e9f6a81fb49001ca465c4b7591bbe2604073ffffffffffffffffffffffffffffffffffffffff851693a364e8d4a5100082029180830464e8d4a5100014901517156103b657906102389173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000166136f8565b9050916120e8565b6004857f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102bd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576121f46128fb565b6121fc612972565b903383526002602052604083209160405192612217846129cc565b549267ffffffffffffffff84168152602081019360401c845267ffffffffffffffff82169384156123ba5773ffffffffffffffffffffffffffffffffffffffff841692831515806123b0575b156123885767ffffffffffffffff83511686116123605761229067ffffffffffffffff9182855116612c1a565b1682523380875260026020908152604080892094519351811b7fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000001667ffffffffffffffff9490941693909317909355905185815290917f7e378699812e1a51dcf173024f1ac133895b48416ca0c2d390506d3f48cc254d91a364e8d4a51000820291820464e8d4a51000036103b657906102389173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000166136f8565b6004877fefe73c92000000000000000000000000000000000000000000000000000000008152fd5b6004877f32691b57000000000000000000000000000000000000000000000000000000008152fd5b5030841415612263565b6004867f06923abf000000000000000000000000000000000000000000000000000000008152fd5b50346102bd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd5761023861241d6128fb565b612425612972565b9033612eaf565b50346102bd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd576004359067ffffffffffffffff82116102bd57366023830112156102bd5781600401359067ffffffffffffffff82116102bd5736602460e08402850101116102bd578092815b83811015612530576124bb602460e0830284010161333a565b600a81101561250357156124d2575b6001016124a2565b937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81146103b657600101936124ca565b6024847f4e487b710000000000000000000000000000000000000000000000000000000081526021600452fd5b8483811561254357602082604051908152f35b807f06923abf0000000000000000000000000000000000000000000000000000000060049252fd5b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57602060405161ffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b50346102bd57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102bd57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b50346109b95760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126109b95761266f6128fb565b90612678612972565b60607fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbc3601126109b95773ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001660843567ffffffffffffffff831664e8d4a5100081029080820464e8d4a5100014901517156127ca5761270b82612e9d565b92803b156109b9576040517fd505accf000000000000000000000000000000000000000000000000000000008152336004820152306024820152604480820193909352913560648084019190915260ff949094166084830152923560a48201527f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9190911660c4820152905f90829060e490829084905af16127b4575b50610238919233612eaf565b61023892505f6127c391612a31565b5f916127a8565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b346109b95760c07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126109b95761282e6128fb565b612836612941565b9061283f612961565b6064359064ffffffffff821682036109b95760609364ffffffffff9363ffffffff936128729360a4359360843593612a72565b91939073ffffffffffffffffffffffffffffffffffffffff60405195168552166020840152166040820152f35b346109b9575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126109b95760209063ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b6004359073ffffffffffffffffffffffffffffffffffffffff821682036109b957565b6024359073ffffffffffffffffffffffffffffffffffffffff821682036109b957565b6024359060ff821682036109b957565b6004359060ff821682036109b957565b6044359061ffff821682036109b957565b6024359067ffffffffffffffff821682036109b957565b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b6040810190811067ffffffffffffffff8211176129e857604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b6080810190811067ffffffffffffffff8211176129e857604052565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff8211176129e857604052565b604080517fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a6020820190815273ffffffffffffffffffffffffffffffffffffffff84169282019290925260ff8416606082015261ffff8516608082015264ffffffffff861660a0820152939791965f9692959394612b2a93919290612b228160c081015b037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282612a31565b519020612d4f565b9573ffffffffffffffffffffffffffffffffffffffff871615612c0f5773ffffffffffffffffffffffffffffffffffffffff91612bcd9174ff00000000000000000000000000000000000000008560a01b16848a16175f52600360205260405f209760405198612b998a612a15565b548581168a5264ffffffffff8160a01c1660208b015264ffffffffff8160c81c1660408b015260f01c60608a015288612de5565b945116612bd75750565b612c0c91925073ffffffffffffffffffffffffffffffffffffffff85165f52600260205260405f2060405190610d9d826129cc565b90565b505f94508493505050565b9067ffffffffffffffff8091169116039067ffffffffffffffff82116127ca57565b919082018092116127ca57565b60843573ffffffffffffffffffffffffffffffffffffffff811681036109b95790565b60043573ffffffffffffffffffffffffffffffffffffffff811681036109b95790565b60243573ffffffffffffffffffffffffffffffffffffffff811681036109b95790565b3573ffffffffffffffffffffffffffffffffffffffff811681036109b95790565b906bffffffffffffffffffffffff809116911601906bffffffffffffffffffffffff82116127ca57565b60c43563ffffffff811681036109b95790565b3563ffffffff811681036109b95790565b60443567ffffffffffffffff811681036109b95790565b60643567ffffffffffffffff811681036109b95790565b906042612dc49392612d5f614487565b90604051917f19010000000000000000000000000000000000000000000000000000000000008352600283015260228201522060ff601b7f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff851694821c0116906145b0565b505090565b9064ffffffffff8091169116039064ffffffffff82116127ca57565b919073ffffffffffffffffffffffffffffffffffffffff16908115918215612e7b575b508115612e65575b50612e565764ffffffffff6020820151168064ffffffffff841611612e5c575b50604064ffffffffff910151168064ffffffffff8316115f14612e5657612c0c91612dc9565b50505f90565b91506040612e30565b905061ffff80606084015116911614155f612e10565b835173ffffffffffffffffffffffffffffffffffffffff16141591505f612e08565b601b9060ff1c0160ff81116127ca5790565b909167ffffffffffffffff81169164e8d4a51000830283810464e8d4a5100014841517156127ca5773ffffffffffffffffffffffffffffffffffffffff602092612f497f56b78ff574d1f4febd28fdc15b6490c8384ccc7aab92c4a48d47ff45e01e5d6495612f4384953085877f000000000000000000000000000000000000000000000000000000000000000016613f50565b88613fdb565b60405195865216941692a3565b3560ff811681036109b95790565b3561ffff811681036109b95790565b3564ffffffffff811681036109b95790565b60843563ffffffff8116908181036109b957612fa081613f28565b15613333576004359073ffffffffffffffffffffffffffffffffffffffff8216928383036109b9576024359060ff8216908183036109b9576044359361ffff8516928386036109b9576064359364ffffffffff8516938486036109b95773ffffffffffffffffffffffffffffffffffffffff9461307d94506040519260208401947f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d386528c60408601526060850152608084015260a083015260c082015260c0815261306d60e082612a31565b51902060c4359060a43590612d4f565b169384156133285774ff00000000000000000000000000000000000000008360a01b168517805f52600360205260405f2090604051916130bc83612a15565b549173ffffffffffffffffffffffffffffffffffffffff831681526020810164ffffffffff8460a01c168152604082019364ffffffffff8160c81c168552606083019060f01c8152895f52600260205260405f20946040519561311e876129cc565b549467ffffffffffffffff86168752602087019560401c8652613145898c8a8d8b8a6140cb565b600a8110156132fb57806132ea5750916132e3979593917fa7afb2aa748b63b32ac2d53ef324688ad17f824bd42ab65d9e8d8558ca7c03c79b9a999795935f5260036020527dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff73ffffffffffffffffffffffffffffffffffffffff60405f209551167fffff000000000000000000000000000000000000000000000000000000000000807dffffffffff0000000000000000000000000000000000000000000000000078ffffffffff00000000000000000000000000000000000000008954985160a01b16955160c81b16955160f01b16951617161717179055885f52600260205267ffffffffffffffff8060405f20935116167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008354161782555167ffffffffffffffff7fffffffffffffffffffffffffffffffffffffffffffffffff000000000000000083549260401b169116179055506040519384938491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b0390a35f90565b9c5050505050505050505050505090565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd5b505050505050600490565b5050600390565b608081019061335061334b83612d10565b613f28565b156133335761335e81612cb2565b91602082019073ffffffffffffffffffffffffffffffffffffffff61342a61338584612f56565b95604086019663ffffffff61339989612f64565b64ffffffffff60608a019761ffff6133b96133b38b612f73565b92612d10565b9360ff604051978b60208a019a7f0dbc9a348ba060a7751ba5749bed73e10b60cc611196c04088d155c0505233d38c521660408a01521660608801521660808601521660a08401521660c082015260c0815261341660e082612a31565b51902060c08601359060a087013590612d4f565b169283156136ee5774ff000000000000000000000000000000000000000061345184612f56565b60a01b168417805f52600360205260405f20906040519161347183612a15565b549173ffffffffffffffffffffffffffffffffffffffff831681526020810164ffffffffff8460a01c168152604082019364ffffffffff8160c81c168552606083019060f01c8152885f52600260205260405f2094604051956134d3876129cc565b549467ffffffffffffffff86168752602087019560401c865261351d6134f88b612f56565b8d61350b6135058c612cb2565b91612f64565b906135158d612f73565b928b8a6140cb565b600a8110156132fb57806136de5750966132e39673ffffffffffffffffffffffffffffffffffffffff99966136b0966136aa966136a49661369e967fa7afb2aa748b63b32ac2d53ef324688ad17f824bd42ab65d9e8d8558ca7c03c79f9d5f5260036020527dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8f60405f209551167fffff000000000000000000000000000000000000000000000000000000000000807dffffffffff0000000000000000000000000000000000000000000000000078ffffffffff00000000000000000000000000000000000000008954985160a01b16955160c81b16955160f01b169516171617171790558c5f52600260205267ffffffffffffffff8060405f20935116167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008354161782555167ffffffffffffffff7fffffffffffffffffffffffffffffffffffffffffffffffff000000000000000083549260401b169116179055612cb2565b95612f56565b98612f64565b91612f73565b6040805160ff909916895261ffff909216602089015264ffffffffff16908701529116939081906060820190565b9b50505050505050505050505090565b5050505050600490565b9173ffffffffffffffffffffffffffffffffffffffff604051927fa9059cbb000000000000000000000000000000000000000000000000000000005f521660045260245260205f60448180865af19060015f51148216156137a1575b6040521561375f5750565b73ffffffffffffffffffffffffffffffffffffffff907f5274afe7000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b9060018115166137b957823b15153d15161690613754565b503d5f823e3d90fd5b6bffffffffffffffffffffffff1661ffff7f0000000000000000000000000000000000000000000000000000000000000000168082029082820414821517156127ca576127108101908181116127ca5761270f019081116127ca576127109004908181039081116127ca5791565b61ffff60019116019061ffff82116127ca57565b9073ffffffffffffffffffffffffffffffffffffffff8251166138dc576020820164ffffffffff81511692613886604082019464ffffffffff86511690612dc9565b9364ffffffffff8516156138d457606082019261ffff8451169161ffff83145f146138bb575050506138b891506143c4565b50565b61ffff93506138cf92915f80925252613830565b169052565b505f93505050565b5f9150565b73ffffffffffffffffffffffffffffffffffffffff90939291931692835f52600260205260405f209264ffffffffff811667ffffffffffffffff855416019067ffffffffffffffff82116127ca577f407d805ae97e676722b33380b70f0479542dd759d7d7cea286bf0001b7a0acee9467ffffffffffffffff6139b393167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254161790556040519384938491604091949361ffff64ffffffffff9260ff606087019816865216602085015216910152565b0390a2565b906139c282612cb2565b602083016139cf81612f56565b9073ffffffffffffffffffffffffffffffffffffffff613a9260408701946139f686612f64565b613a7e60608a0196612af6613a0a89612f73565b604051948593602085019788929361ffff64ffffffffff92969560ff60809573ffffffffffffffffffffffffffffffffffffffff60a089019a7fd3845fdc8e68f355631aa08e5277ed78e9d74492fd743e9f7d7d0645a9aadf2a8a5216602089015216604087015216606085015216910152565b51902060a088013590608089013590612d4f565b16918215613cab5774ff0000000000000000000000000000000000000000613ab983612f56565b60a01b16831795865f52600360205260405f2060405190613ad982612a15565b549273ffffffffffffffffffffffffffffffffffffffff84168252602082019064ffffffffff8560a01c168252613b42604084019164ffffffffff8760c81c168352606085019660f01c8752613b2e86612cb2565b90613b3b6136aa8c612f64565b9186612de5565b9964ffffffffff8251169a64ffffffffff8116809c0164ffffffffff81116127ca5764ffffffffff1683529a15613c9d57613c76613c7061369e73ffffffffffffffffffffffffffffffffffffffff977f5c50ac3625c3f8fe71afa92c9c904efb56cee6a63f0e9ee79f0a6bd6f325c7dd9a9764ffffffffff9760809b9761ffff975f5260036020527dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8c60405f209451167fffff0000000000000000000000000000000000000000000000000000000000008078ffffffffff00000000000000000000000000000000000000008754965160a01b1694519c5160f01b1694161716177dffffffffff000000000000000000000000000000000000000000000000008960c81b1617179055612cb2565b99612f64565b60ff6040519a168a5216602089015216604087015264ffffffffff881660608701521693a3565b505f99505050505050505050565b505f9450505050565b919073ffffffffffffffffffffffffffffffffffffffff82511690606083019161ffff83511692613ce4856143c4565b9474ff00000000000000000000000000000000000000008460a01b1673ffffffffffffffffffffffffffffffffffffffff8816175f52600360205260405f209173ffffffffffffffffffffffffffffffffffffffff825116917dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8454937fffff000000000000000000000000000000000000000000000000000000000000807dffffffffff00000000000000000000000000000000000000000000000000604078ffffffffff0000000000000000000000000000000000000000602088015160a01b1696015160c81b16955160f01b1695161716171717905560405160ff831681528360208201527fb914659cca345c368871e0d11bdf07f71819995abca2b80753ba54f2925bc8b6604073ffffffffffffffffffffffffffffffffffffffff881692a364ffffffffff8316613e39575b50505050565b613e42936138e1565b5f808080613e33565b9073ffffffffffffffffffffffffffffffffffffffff81169182151580613f1e575b15613ef65773ffffffffffffffffffffffffffffffffffffffff1690815f52600460205260405f20906bffffffffffffffffffffffff7fffffffffffffffffffffffffffffffffffffffff00000000000000000000000083549260601b1691161790557f2906d223dc4163733bb374af8641c7e9ae256e2bae53c90e0c9a2be2e611ae445f80a3565b7f32691b57000000000000000000000000000000000000000000000000000000005f5260045ffd5b5030831415613e6d565b63ffffffff16804211159081613f3c575090565b9050610e104201908142116127ca57111590565b92909173ffffffffffffffffffffffffffffffffffffffff9081604051947f23b872dd000000000000000000000000000000000000000000000000000000005f52166004521660245260445260205f60648180865af19060015f5114821615613fc3575b6040525f6060521561375f5750565b9060018115166137b957823b15153d15161690613fb4565b9067ffffffffffffffff169081156140a35773ffffffffffffffffffffffffffffffffffffffff16908115613ef65761402a90825f52600260205267ffffffffffffffff60405f205416612c3c565b90677fffffffffffffff821161407b575f52600260205267ffffffffffffffff8060405f209216167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055565b7fd887771b000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f06923abf000000000000000000000000000000000000000000000000000000005f5260045ffd5b949390919273ffffffffffffffffffffffffffffffffffffffff169081156143b95760ff84169160068310156143ad578073ffffffffffffffffffffffffffffffffffffffff8851161480614398575b156142a7576020870164ffffffffff81511664ffffffffff8816111561429a5763ffffffff61417587876020015177ffffffffffffffffffffffffffffffffffffffffffffffff16611fe063ffffffff9260051b161c1690565b1661428d575164ffffffffff165b61418d8188612dc9565b64ffffffffff67ffffffffffffffff875116911611614280576141cc64ffffffffff6141c267ffffffffffffffff938a612dc9565b1682875116612c1a565b168452606087019061ffff80835116931680931480159061425f575b614204575b50505050505064ffffffffff602091169101525f90565b8752525f60408601529192909160ff8416036127ca5760209277ffffffffffffffffffffffffffffffffffffffffffffffff8464ffffffffff94019163ffffffff611fe084519260051b161b1916169052915f8080806141ed565b508073ffffffffffffffffffffffffffffffffffffffff89511614156141e8565b5050505050505050600990565b5050505050505050600890565b5050505050505050600790565b64ffffffffff6020880151166142ca604089019164ffffffffff83511690612dc9565b9061ffff60608a0151169073ffffffffffffffffffffffffffffffffffffffff8a511690811590811591614386575b5061434d575b5061ffff8416036143405764ffffffffff8716801590811561432f575b5015614183575050505050505050600790565b905064ffffffffff8216115f61431c565b5050505050505050600690565b64ffffffffff831661436b5750600181018091116127ca575f6142ff565b97505050955050505050145f1461438157600690565b600590565b64ffffffffff9150511615155f6142f9565b5061ffff60608801511661ffff83161461411b565b50505050505050600290565b505050505050600190565b905f825260408201606064ffffffffff8251169364ffffffffff6143ef602083019682885116612dc9565b1685525f83520161ffff81511661ffff810361441857505064ffffffffff908180855116945252565b6144299193945061ffff9250613830565b1690525f90565b60ff811690601f821161445f576040519161444c604084612a31565b6020808452838101919036833783525290565b7fb3512b0c000000000000000000000000000000000000000000000000000000005f5260045ffd5b73ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016301480614587575b156144ef577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261458160c082612a31565b51902090565b507f000000000000000000000000000000000000000000000000000000000000000046146144c6565b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0841161463f579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa15614634575f5173ffffffffffffffffffffffffffffffffffffffff81161561462a57905f905f90565b505f906001905f90565b6040513d5f823e3d90fd5b5050505f916003919056",
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
