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

// RegistryMetaData contains all meta data concerning the Registry contract.
var RegistryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"}],\"name\":\"AlreadyRegistered\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"}],\"name\":\"NotRegistered\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSignature\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"x\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"y\",\"type\":\"bytes32\"}],\"name\":\"Registered\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"}],\"name\":\"keyX\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"x\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"}],\"name\":\"publicKey\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"x\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"y\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"x\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"y\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"vs\",\"type\":\"bytes32\"}],\"name\":\"register\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"identity\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Registry",
	Bin: "0x6101606040523461012457604051610018604082610128565b600481526020810190631b5e5cdd60e21b82526040519161003a604084610128565b600183526020830191603160f81b83526100538161015f565b610120526100608461015f565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a081526100c960c082610128565b5190206080523060c05260405161096690816101cb823960805181610792015260a0518161084f015260c05181610763015260e051816107e1015261010051816108070152610120518161034f015261014051816103780152f35b5f80fd5b601f909101601f19168101906001600160401b0382119082101761014b57604052565b634e487b7160e01b5f52604160045260245ffd5b601f81511161018a57602081519101516020821061017b571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe60806040526004361015610011575f80fd5b5f3560e01c8063231e0750146104b157806382cbe2281461044b57806384b0196e146103195763888ade0a14610045575f80fd5b3461027d5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261027d5760043573ffffffffffffffffffffffffffffffffffffffff811680910361027d57805f52600260205260405f20549081156102ee575f8060405160208101906020825260206040820152602060608201527ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f6007818881818009090860808201527f3fffffffffffffffffffffffffffffffffffffffffffffffffffffffbfffff0c60a08201527ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f60c082015260c0815261015060e0826106cf565b519060055afa3d156102e6573d9067ffffffffffffffff82116102b957604051916101a3601f82017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe016602001846106cf565b82523d5f602084013e5b806102ae575b156102815760208180518101031261027d57602001519073ffffffffffffffffffffffffffffffffffffffff6101e98385610710565b1603610200575b9060409182519182526020820152f35b7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f03907ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f821161025057906101f0565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b5f80fd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52600160045260245ffd5b5060208151146101b3565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b6060906101ad565b7fbfc6c337000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b3461027d575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261027d576103ef6103737f000000000000000000000000000000000000000000000000000000000000000061090f565b61039c7f000000000000000000000000000000000000000000000000000000000000000061090f565b60206103fd604051926103af83856106cf565b5f84525f3681376040519586957f0f00000000000000000000000000000000000000000000000000000000000000875260e08588015260e087019061068c565b90858203604087015261068c565b4660608501523060808501525f60a085015283810360c08501528180845192838152019301915f5b82811061043457505050500390f35b835185528695509381019392810192600101610425565b3461027d5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261027d5760043573ffffffffffffffffffffffffffffffffffffffff811680910361027d575f526002602052602060405f2054604051908152f35b3461027d5760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261027d576004356024356064356104f38284610710565b9160405173ffffffffffffffffffffffffffffffffffffffff6105d460428260208501977fd4aa3f1c742e2fe08cbd241a03ae8ad6bba61dfdc17c692a9bc6e0fc317e1d508952169684886040819701528960608201528660808201526080815261055f60a0826106cf565b51902061056a61074c565b90604051917f190100000000000000000000000000000000000000000000000000000000000083526002830152602282015220947f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81169060ff601b60443592821c011687610875565b5050160361066457825f52600260205260405f2054610638577f6e7788094390b17970960cf310096f0de10956a8bcc4ec0cabe0bbfeb24d06f7604080958593845f52600260205281835f205582519182526020820152a282519182526020820152f35b827f45ed80e9000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f356a4418000000000000000000000000000000000000000000000000000000005f5260045ffd5b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff8211176102b957604052565b73ffffffffffffffffffffffffffffffffffffffff9160405190602082019283526040820152604081526107456060826106cf565b5190201690565b73ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001630148061084c575b156107b4577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261084660c0826106cf565b51902090565b507f0000000000000000000000000000000000000000000000000000000000000000461461078b565b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411610904579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa156108f9575f5173ffffffffffffffffffffffffffffffffffffffff8116156108ef57905f905f90565b505f906001905f90565b6040513d5f823e3d90fd5b5050505f9160039190565b60ff811690601f821161093e576040519161092b6040846106cf565b6020808452838101919036833783525290565b7fb3512b0c000000000000000000000000000000000000000000000000000000005f5260045ffd",
}

// Registry is an auto generated Go binding around an Ethereum contract.
type Registry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Registry) GetABI() abi.ABI {
	return c.abi
}

// NewRegistry creates a new instance of Registry.
func NewRegistry() *Registry {
	parsed, err := RegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Registry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Registry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackKeyX is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82cbe228.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function keyX(address identity) view returns(bytes32 x)
func (registry *Registry) PackKeyX(identity common.Address) []byte {
	enc, err := registry.abi.Pack("keyX", identity)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackKeyX is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82cbe228.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function keyX(address identity) view returns(bytes32 x)
func (registry *Registry) TryPackKeyX(identity common.Address) ([]byte, error) {
	return registry.abi.Pack("keyX", identity)
}

// UnpackKeyX is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x82cbe228.
//
// Solidity: function keyX(address identity) view returns(bytes32 x)
func (registry *Registry) UnpackKeyX(data []byte) ([32]byte, error) {
	out, err := registry.abi.Unpack("keyX", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackPublicKey is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x888ade0a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function publicKey(address identity) view returns(bytes32 x, bytes32 y)
func (registry *Registry) PackPublicKey(identity common.Address) []byte {
	enc, err := registry.abi.Pack("publicKey", identity)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPublicKey is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x888ade0a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function publicKey(address identity) view returns(bytes32 x, bytes32 y)
func (registry *Registry) TryPackPublicKey(identity common.Address) ([]byte, error) {
	return registry.abi.Pack("publicKey", identity)
}

// PublicKeyOutput serves as a container for the return parameters of contract
// method PublicKey.
type PublicKeyOutput struct {
	X [32]byte
	Y [32]byte
}

// UnpackPublicKey is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x888ade0a.
//
// Solidity: function publicKey(address identity) view returns(bytes32 x, bytes32 y)
func (registry *Registry) UnpackPublicKey(data []byte) (PublicKeyOutput, error) {
	out, err := registry.abi.Unpack("publicKey", data)
	outstruct := new(PublicKeyOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.X = *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	outstruct.Y = *abi.ConvertType(out[1], new([32]byte)).(*[32]byte)
	return *outstruct, nil
}

// PackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x231e0750.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function register(bytes32 x, bytes32 y, bytes32 r, bytes32 vs) returns(address identity, bytes32 digest)
func (registry *Registry) PackRegister(x [32]byte, y [32]byte, r [32]byte, vs [32]byte) []byte {
	enc, err := registry.abi.Pack("register", x, y, r, vs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x231e0750.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function register(bytes32 x, bytes32 y, bytes32 r, bytes32 vs) returns(address identity, bytes32 digest)
func (registry *Registry) TryPackRegister(x [32]byte, y [32]byte, r [32]byte, vs [32]byte) ([]byte, error) {
	return registry.abi.Pack("register", x, y, r, vs)
}

// RegisterOutput serves as a container for the return parameters of contract
// method Register.
type RegisterOutput struct {
	Identity common.Address
	Digest   [32]byte
}

// UnpackRegister is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x231e0750.
//
// Solidity: function register(bytes32 x, bytes32 y, bytes32 r, bytes32 vs) returns(address identity, bytes32 digest)
func (registry *Registry) UnpackRegister(data []byte) (RegisterOutput, error) {
	out, err := registry.abi.Unpack("register", data)
	outstruct := new(RegisterOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Identity = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Digest = *abi.ConvertType(out[1], new([32]byte)).(*[32]byte)
	return *outstruct, nil
}

// RegistryRegistered represents a Registered event raised by the Registry contract.
type RegistryRegistered struct {
	Identity common.Address
	X        [32]byte
	Y        [32]byte
	Raw      *types.Log // Blockchain specific contextual infos
}

const RegistryRegisteredEventName = "Registered"

// ContractEventName returns the user-defined event name.
func (RegistryRegistered) ContractEventName() string {
	return RegistryRegisteredEventName
}

// UnpackRegisteredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Registered(address indexed identity, bytes32 x, bytes32 y)
func (registry *Registry) UnpackRegisteredEvent(log *types.Log) (*RegistryRegistered, error) {
	event := "Registered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != registry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(RegistryRegistered)
	if len(log.Data) > 0 {
		if err := registry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range registry.abi.Events[event].Inputs {
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
func (registry *Registry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], registry.abi.Errors["AlreadyRegistered"].ID.Bytes()[:4]) {
		return registry.UnpackAlreadyRegisteredError(raw[4:])
	}
	if bytes.Equal(raw[:4], registry.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return registry.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], registry.abi.Errors["NotRegistered"].ID.Bytes()[:4]) {
		return registry.UnpackNotRegisteredError(raw[4:])
	}
	if bytes.Equal(raw[:4], registry.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return registry.UnpackStringTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], registry.abi.Errors["WrongSignature"].ID.Bytes()[:4]) {
		return registry.UnpackWrongSignatureError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// RegistryAlreadyRegistered represents a AlreadyRegistered error raised by the Registry contract.
type RegistryAlreadyRegistered struct {
	Identity common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyRegistered(address identity)
func RegistryAlreadyRegisteredErrorID() common.Hash {
	return common.HexToHash("0x45ed80e9399c87887ea54f615514a1e3dde31e9b6c027ddceb4ffd503b70e428")
}

// UnpackAlreadyRegisteredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyRegistered(address identity)
func (registry *Registry) UnpackAlreadyRegisteredError(raw []byte) (*RegistryAlreadyRegistered, error) {
	out := new(RegistryAlreadyRegistered)
	if err := registry.abi.UnpackIntoInterface(out, "AlreadyRegistered", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RegistryInvalidShortString represents a InvalidShortString error raised by the Registry contract.
type RegistryInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func RegistryInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (registry *Registry) UnpackInvalidShortStringError(raw []byte) (*RegistryInvalidShortString, error) {
	out := new(RegistryInvalidShortString)
	if err := registry.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RegistryNotRegistered represents a NotRegistered error raised by the Registry contract.
type RegistryNotRegistered struct {
	Identity common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotRegistered(address identity)
func RegistryNotRegisteredErrorID() common.Hash {
	return common.HexToHash("0xbfc6c337a80b7b8201f77f0a2a54c6e5f7c6fd9124a749804a482fa16ee8a895")
}

// UnpackNotRegisteredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotRegistered(address identity)
func (registry *Registry) UnpackNotRegisteredError(raw []byte) (*RegistryNotRegistered, error) {
	out := new(RegistryNotRegistered)
	if err := registry.abi.UnpackIntoInterface(out, "NotRegistered", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RegistryStringTooLong represents a StringTooLong error raised by the Registry contract.
type RegistryStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func RegistryStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (registry *Registry) UnpackStringTooLongError(raw []byte) (*RegistryStringTooLong, error) {
	out := new(RegistryStringTooLong)
	if err := registry.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RegistryWrongSignature represents a WrongSignature error raised by the Registry contract.
type RegistryWrongSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSignature()
func RegistryWrongSignatureErrorID() common.Hash {
	return common.HexToHash("0x356a4418f1eef7f62645c68bfadd1ae31eb511e1aec565848a520050282a2470")
}

// UnpackWrongSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSignature()
func (registry *Registry) UnpackWrongSignatureError(raw []byte) (*RegistryWrongSignature, error) {
	out := new(RegistryWrongSignature)
	if err := registry.abi.UnpackIntoInterface(out, "WrongSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}
