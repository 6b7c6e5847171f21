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

// TestCoinMetaData contains all meta data concerning the TestCoin contract.
var TestCoinMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"ECDSAInvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"ECDSAInvalidSignatureLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"ECDSAInvalidSignatureS\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"ERC1363ApproveFailed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC1363InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC1363InvalidSpender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"ERC1363TransferFailed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"ERC1363TransferFromFailed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSpender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"ERC2612ExpiredSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"ERC2612InvalidSigner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"currentNonce\",\"type\":\"uint256\"}],\"name\":\"InvalidAccountNonce\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"asked\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cap\",\"type\":\"uint256\"}],\"name\":\"MintCapExceeded\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"DOMAIN_SEPARATOR\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MINT_CAP\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"approveAndCall\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"approveAndCall\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"wei_\",\"type\":\"uint256\"}],\"name\":\"mint\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"permit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes4\",\"name\":\"interfaceId\",\"type\":\"bytes4\"}],\"name\":\"supportsInterface\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transferAndCall\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"transferAndCall\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"transferFromAndCall\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transferFromAndCall\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "TestCoin",
	Bin: "0x6101606040523461043357604051610018604082610437565b6004815260208101631b5e5cdd60e21b815260405190610039604083610437565b60048252631b5e5cdd60e21b602083015260405192610059604085610437565b60058452641d135654d560da1b60208501526040519361007a604086610437565b60018552603160f81b60208601908152845190946001600160401b03821161032e5760035490600182811c92168015610429575b60208310146103105781601f8493116103b3575b50602090601f831160011461034d575f92610342575b50508160011b915f199060031b1c1916176003555b8051906001600160401b03821161032e5760045490600182811c92168015610324575b60208310146103105781601f84931161029a575b50602090601f8311600114610234575f92610229575b50508160011b915f199060031b1c1916176004555b6101588161045a565b610120526101658461045a565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a081526101ce60c082610437565b5190206080523060c0526040516116ab90816104c6823960805181611177015260a05181611234015260c05181611148015260e051816111c6015261010051816111ec015261012051816105620152610140518161058b0152f35b015190505f8061013a565b60045f9081528281209350601f198516905b818110610282575090846001959493921061026a575b505050811b0160045561014f565b01515f1960f88460031b161c191690555f808061025c565b92936020600181928786015181550195019301610246565b828111156101245760045f52909150601f830160051c7f8a35acfbc15ff81a39ae7d344fd709f28e8600b4aa8c65c6b64bfe7fe36bd19b60208510610308575b849392601f0160051c82900391015f5b8281106102f8575050610124565b5f818301558594506001016102ea565b5f91506102da565b634e487b7160e01b5f52602260045260245ffd5b91607f1691610110565b634e487b7160e01b5f52604160045260245ffd5b015190505f806100d8565b60035f9081528281209350601f198516905b81811061039b5750908460019594939210610383575b505050811b016003556100ed565b01515f1960f88460031b161c191690555f8080610375565b9293602060018192878601518155019501930161035f565b828111156100c25760035f52909150601f830160051c7fc2575a0e9e593c00f959f8c92f12db2869c3395a3b0502d05e2516446f71f85b60208510610421575b849392601f0160051c82900391015f5b8281106104115750506100c2565b5f81830155859450600101610403565b5f91506103f3565b91607f16916100ae565b5f80fd5b601f909101601f19168101906001600160401b0382119082101761032e57604052565b601f815111610485576020815191015160208210610476571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f3560e01c90816301ffc9a714610a015750806306fdde0314610946578063095ea7b3146109205780631296ee62146108e457806318160ddd146108c757806323b872dd146108ae578063313ce567146108935780633177029f1461085b5780633644e515146108395780634000aea01461081557806340c10f19146106e757806370a08231146106a35780637ecebe001461065e57806384b0196e1461054a57806395d89b411461040757806398f1312e146103e3578063a9059cbb146103b2578063c1d34b8914610360578063cae9ca5114610347578063d505accf146101b4578063d8fbe994146101805763dd62ed3e1461010e575f80fd5b3461017c57604060031936011261017c57610127610ae2565b73ffffffffffffffffffffffffffffffffffffffff610144610b05565b91165f52600160205273ffffffffffffffffffffffffffffffffffffffff60405f2091165f52602052602060405f2054604051908152f35b5f80fd5b3461017c5760206101aa61019336610b28565b90604051926101a28685610b7c565b5f8452610e15565b6040519015158152f35b3461017c5760e060031936011261017c576101cd610ae2565b6101d5610b05565b604435906064359260843560ff8116810361017c5784421161031b576102d66102cd73ffffffffffffffffffffffffffffffffffffffff9283851697885f52600760205260405f20908154916001830190556040519060208201927f6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c984528b6040840152878a1660608401528a608084015260a083015260c082015260c0815261028060e082610b7c565b51902061028b611131565b90604051917f190100000000000000000000000000000000000000000000000000000000000083526002830152602282015260c43591604260a4359220611539565b909291926115d3565b168481036102eb57506102e99350611465565b005b84907f4b800e46000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b847f62791302000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b3461017c5760206101aa61035a36610c6a565b91610e7f565b3461017c57608060031936011261017c57610379610ae2565b610381610b05565b6064359067ffffffffffffffff821161017c576020926103a86101aa933690600401610c24565b9160443591610e15565b3461017c57604060031936011261017c576103d86103ce610ae2565b602435903361103b565b602060405160018152f35b3461017c575f60031936011261017c57602060405169d3c21bcecceda10000008152f35b3461017c575f60031936011261017c576040515f6004548060011c90600181168015610540575b602083108114610513578285529081156104d15750600114610473575b61046f8361045b81850382610b7c565b604051918291602083526020830190610a9f565b0390f35b91905060045f527f8a35acfbc15ff81a39ae7d344fd709f28e8600b4aa8c65c6b64bfe7fe36bd19b915f905b8082106104b75750909150810160200161045b61044b565b91926001816020925483858801015201910190929161049f565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff001660208086019190915291151560051b8401909101915061045b905061044b565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b91607f169161042e565b3461017c575f60031936011261017c576106026105867f00000000000000000000000000000000000000000000000000000000000000006114e2565b6105af7f00000000000000000000000000000000000000000000000000000000000000006114e2565b6020610610604051926105c28385610b7c565b5f84525f3681376040519586957f0f00000000000000000000000000000000000000000000000000000000000000875260e08588015260e0870190610a9f565b908582036040870152610a9f565b4660608501523060808501525f60a085015283810360c08501528180845192838152019301915f5b82811061064757505050500390f35b835185528695509381019392810192600101610638565b3461017c57602060031936011261017c5773ffffffffffffffffffffffffffffffffffffffff61068c610ae2565b165f526007602052602060405f2054604051908152f35b3461017c57602060031936011261017c5773ffffffffffffffffffffffffffffffffffffffff6106d1610ae2565b165f525f602052602060405f2054604051908152f35b3461017c57604060031936011261017c57610700610ae2565b6024359069d3c21bcecceda100000082116107db5773ffffffffffffffffffffffffffffffffffffffff169081156107af57600254908082018092116107825760207fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef915f9360025584845283825260408420818154019055604051908152a3005b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b7fec442f05000000000000000000000000000000000000000000000000000000005f525f60045260245ffd5b507ff85c5656000000000000000000000000000000000000000000000000000000005f5260045269d3c21bcecceda100000060245260445ffd5b3461017c576103d861082636610c6a565b9161083282823361103b565b33336112c1565b3461017c575f60031936011261017c576020610853611131565b604051908152f35b3461017c57604060031936011261017c5760206101aa610879610ae2565b604051906108878483610b7c565b5f825260243590610e7f565b3461017c575f60031936011261017c57602060405160128152f35b3461017c5760206101aa6108c136610b28565b91610cbd565b3461017c575f60031936011261017c576020600254604051908152f35b3461017c57604060031936011261017c576103d8610900610ae2565b60243560405191610912602084610b7c565b5f835261083282823361103b565b3461017c57604060031936011261017c576103d861093c610ae2565b6024359033611465565b3461017c575f60031936011261017c576040515f6003548060011c906001811680156109f7575b602083108114610513578285529081156104d157506001146109995761046f8361045b81850382610b7c565b91905060035f527fc2575a0e9e593c00f959f8c92f12db2869c3395a3b0502d05e2516446f71f85b915f905b8082106109dd5750909150810160200161045b61044b565b9192600181602092548385880101520191019092916109c5565b91607f169161096d565b3461017c57602060031936011261017c57600435907fffffffff00000000000000000000000000000000000000000000000000000000821680920361017c57817fb0202a110000000000000000000000000000000000000000000000000000000060209314908115610a75575b5015158152f35b7f01ffc9a70000000000000000000000000000000000000000000000000000000091501483610a6e565b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b6004359073ffffffffffffffffffffffffffffffffffffffff8216820361017c57565b6024359073ffffffffffffffffffffffffffffffffffffffff8216820361017c57565b600319606091011261017c5760043573ffffffffffffffffffffffffffffffffffffffff8116810361017c579060243573ffffffffffffffffffffffffffffffffffffffff8116810361017c579060443590565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117610bbd57604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b67ffffffffffffffff8111610bbd57601f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01660200190565b81601f8201121561017c57803590610c3b82610bea565b92610c496040519485610b7c565b8284526020838301011161017c57815f926020809301838601378301015290565b606060031982011261017c5760043573ffffffffffffffffffffffffffffffffffffffff8116810361017c5791602435916044359067ffffffffffffffff821161017c57610cba91600401610c24565b90565b919073ffffffffffffffffffffffffffffffffffffffff831692835f52600160205260405f2073ffffffffffffffffffffffffffffffffffffffff33165f5260205260405f20547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8110610d3c575b50610d37935061103b565b600190565b838110610de1578415610db5573315610d8957610d37945f52600160205260405f2073ffffffffffffffffffffffffffffffffffffffff33165f526020528360405f20910390555f610d2c565b7f94280d62000000000000000000000000000000000000000000000000000000005f525f60045260245ffd5b7fe602df05000000000000000000000000000000000000000000000000000000005f525f60045260245ffd5b83907ffb8f41b2000000000000000000000000000000000000000000000000000000005f523360045260245260445260645ffd5b93929190610e24828287610cbd565b15610e3457610d379394336112c1565b73ffffffffffffffffffffffffffffffffffffffff9081867fb56855e6000000000000000000000000000000000000000000000000000000005f52166004521660245260445260645ffd5b919091610e8d838233611465565b803b15610ff957610ef99173ffffffffffffffffffffffffffffffffffffffff602092169360405193849283927f7b04a2d00000000000000000000000000000000000000000000000000000000084523360048501526024840152606060448401526064830190610a9f565b03815f865af15f9181610fc8575b50610f4e5750610f15611292565b80519081610f4957827fdeb6d3ed000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b602001fd5b7fffffffff000000000000000000000000000000000000000000000000000000007f7b04a2d000000000000000000000000000000000000000000000000000000000911603610f9d5750600190565b7fdeb6d3ed000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b610feb91925060203d602011610ff2575b610fe38183610b7c565b81019061125a565b905f610f07565b503d610fd9565b73ffffffffffffffffffffffffffffffffffffffff907fdeb6d3ed000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b73ffffffffffffffffffffffffffffffffffffffff169081156111055773ffffffffffffffffffffffffffffffffffffffff169182156107af57815f525f60205260405f20548181106110d357817fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef92602092855f525f84520360405f2055845f525f825260405f20818154019055604051908152a3565b827fe450d38c000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b7f96c6fd1e000000000000000000000000000000000000000000000000000000005f525f60045260245ffd5b73ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016301480611231575b15611199577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261122b60c082610b7c565b51902090565b507f00000000000000000000000000000000000000000000000000000000000000004614611170565b9081602091031261017c57517fffffffff000000000000000000000000000000000000000000000000000000008116810361017c5790565b3d156112bc573d906112a382610bea565b916112b16040519384610b7c565b82523d5f602084013e565b606090565b9193909293803b15611423579161133b73ffffffffffffffffffffffffffffffffffffffff928360209516968460405197889687967f88a7ca5c0000000000000000000000000000000000000000000000000000000088521660048701521660248501526044840152608060648401526084830190610a9f565b03815f865af15f9181611402575b5061138b5750611357611292565b80519081610f4957827f8a96cd9c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7fffffffff000000000000000000000000000000000000000000000000000000007f88a7ca5c000000000000000000000000000000000000000000000000000000009116036113d75750565b7f8a96cd9c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b61141c91925060203d602011610ff257610fe38183610b7c565b905f611349565b73ffffffffffffffffffffffffffffffffffffffff907f8a96cd9c000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b73ffffffffffffffffffffffffffffffffffffffff16908115610db55773ffffffffffffffffffffffffffffffffffffffff16918215610d895760207f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b92591835f526001825260405f20855f5282528060405f2055604051908152a3565b60ff811690601f821161151157604051916114fe604084610b7c565b6020808452838101919036833783525290565b7fb3512b0c000000000000000000000000000000000000000000000000000000005f5260045ffd5b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a084116115c8579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa156115bd575f5173ffffffffffffffffffffffffffffffffffffffff8116156115b357905f905f90565b505f906001905f90565b6040513d5f823e3d90fd5b5050505f9160039190565b600481101561167e57806115e5575050565b60018103611615577ff645eedf000000000000000000000000000000000000000000000000000000005f5260045ffd5b6002810361164957507ffce698f7000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b6003146116535750565b7fd78bce0c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd",
}

// TestCoin is an auto generated Go binding around an Ethereum contract.
type TestCoin struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *TestCoin) GetABI() abi.ABI {
	return c.abi
}

// NewTestCoin creates a new instance of TestCoin.
func NewTestCoin() *TestCoin {
	parsed, err := TestCoinMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &TestCoin{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *TestCoin) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (testCoin *TestCoin) PackDOMAINSEPARATOR() []byte {
	enc, err := testCoin.abi.Pack("DOMAIN_SEPARATOR")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (testCoin *TestCoin) TryPackDOMAINSEPARATOR() ([]byte, error) {
	return testCoin.abi.Pack("DOMAIN_SEPARATOR")
}

// UnpackDOMAINSEPARATOR is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3644e515.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (testCoin *TestCoin) UnpackDOMAINSEPARATOR(data []byte) ([32]byte, error) {
	out, err := testCoin.abi.Unpack("DOMAIN_SEPARATOR", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackMINTCAP is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x98f1312e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MINT_CAP() view returns(uint256)
func (testCoin *TestCoin) PackMINTCAP() []byte {
	enc, err := testCoin.abi.Pack("MINT_CAP")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMINTCAP is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x98f1312e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MINT_CAP() view returns(uint256)
func (testCoin *TestCoin) TryPackMINTCAP() ([]byte, error) {
	return testCoin.abi.Pack("MINT_CAP")
}

// UnpackMINTCAP is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x98f1312e.
//
// Solidity: function MINT_CAP() view returns(uint256)
func (testCoin *TestCoin) UnpackMINTCAP(data []byte) (*big.Int, error) {
	out, err := testCoin.abi.Unpack("MINT_CAP", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (testCoin *TestCoin) PackAllowance(owner common.Address, spender common.Address) []byte {
	enc, err := testCoin.abi.Pack("allowance", owner, spender)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (testCoin *TestCoin) TryPackAllowance(owner common.Address, spender common.Address) ([]byte, error) {
	return testCoin.abi.Pack("allowance", owner, spender)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (testCoin *TestCoin) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := testCoin.abi.Unpack("allowance", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (testCoin *TestCoin) PackApprove(spender common.Address, value *big.Int) []byte {
	enc, err := testCoin.abi.Pack("approve", spender, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (testCoin *TestCoin) TryPackApprove(spender common.Address, value *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("approve", spender, value)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (testCoin *TestCoin) UnpackApprove(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("approve", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackApproveAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3177029f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approveAndCall(address spender, uint256 value) returns(bool)
func (testCoin *TestCoin) PackApproveAndCall(spender common.Address, value *big.Int) []byte {
	enc, err := testCoin.abi.Pack("approveAndCall", spender, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApproveAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3177029f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approveAndCall(address spender, uint256 value) returns(bool)
func (testCoin *TestCoin) TryPackApproveAndCall(spender common.Address, value *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("approveAndCall", spender, value)
}

// UnpackApproveAndCall is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3177029f.
//
// Solidity: function approveAndCall(address spender, uint256 value) returns(bool)
func (testCoin *TestCoin) UnpackApproveAndCall(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("approveAndCall", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackApproveAndCall0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcae9ca51.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approveAndCall(address spender, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) PackApproveAndCall0(spender common.Address, value *big.Int, data []byte) []byte {
	enc, err := testCoin.abi.Pack("approveAndCall0", spender, value, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApproveAndCall0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcae9ca51.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approveAndCall(address spender, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) TryPackApproveAndCall0(spender common.Address, value *big.Int, data []byte) ([]byte, error) {
	return testCoin.abi.Pack("approveAndCall0", spender, value, data)
}

// UnpackApproveAndCall0 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xcae9ca51.
//
// Solidity: function approveAndCall(address spender, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) UnpackApproveAndCall0(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("approveAndCall0", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (testCoin *TestCoin) PackBalanceOf(account common.Address) []byte {
	enc, err := testCoin.abi.Pack("balanceOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (testCoin *TestCoin) TryPackBalanceOf(account common.Address) ([]byte, error) {
	return testCoin.abi.Pack("balanceOf", account)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (testCoin *TestCoin) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := testCoin.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() view returns(uint8)
func (testCoin *TestCoin) PackDecimals() []byte {
	enc, err := testCoin.abi.Pack("decimals")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function decimals() view returns(uint8)
func (testCoin *TestCoin) TryPackDecimals() ([]byte, error) {
	return testCoin.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (testCoin *TestCoin) UnpackDecimals(data []byte) (uint8, error) {
	out, err := testCoin.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (testCoin *TestCoin) PackEip712Domain() []byte {
	enc, err := testCoin.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (testCoin *TestCoin) TryPackEip712Domain() ([]byte, error) {
	return testCoin.abi.Pack("eip712Domain")
}

// Eip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type Eip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (testCoin *TestCoin) UnpackEip712Domain(data []byte) (Eip712DomainOutput, error) {
	out, err := testCoin.abi.Unpack("eip712Domain", data)
	outstruct := new(Eip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40c10f19.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mint(address to, uint256 wei_) returns()
func (testCoin *TestCoin) PackMint(to common.Address, wei *big.Int) []byte {
	enc, err := testCoin.abi.Pack("mint", to, wei)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40c10f19.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mint(address to, uint256 wei_) returns()
func (testCoin *TestCoin) TryPackMint(to common.Address, wei *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("mint", to, wei)
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (testCoin *TestCoin) PackName() []byte {
	enc, err := testCoin.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (testCoin *TestCoin) TryPackName() ([]byte, error) {
	return testCoin.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (testCoin *TestCoin) UnpackName(data []byte) (string, error) {
	out, err := testCoin.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (testCoin *TestCoin) PackNonces(owner common.Address) []byte {
	enc, err := testCoin.abi.Pack("nonces", owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (testCoin *TestCoin) TryPackNonces(owner common.Address) ([]byte, error) {
	return testCoin.abi.Pack("nonces", owner)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (testCoin *TestCoin) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := testCoin.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (testCoin *TestCoin) PackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := testCoin.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (testCoin *TestCoin) TryPackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return testCoin.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
}

// PackSupportsInterface is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x01ffc9a7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function supportsInterface(bytes4 interfaceId) view returns(bool)
func (testCoin *TestCoin) PackSupportsInterface(interfaceId [4]byte) []byte {
	enc, err := testCoin.abi.Pack("supportsInterface", interfaceId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSupportsInterface is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x01ffc9a7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function supportsInterface(bytes4 interfaceId) view returns(bool)
func (testCoin *TestCoin) TryPackSupportsInterface(interfaceId [4]byte) ([]byte, error) {
	return testCoin.abi.Pack("supportsInterface", interfaceId)
}

// UnpackSupportsInterface is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x01ffc9a7.
//
// Solidity: function supportsInterface(bytes4 interfaceId) view returns(bool)
func (testCoin *TestCoin) UnpackSupportsInterface(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("supportsInterface", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (testCoin *TestCoin) PackSymbol() []byte {
	enc, err := testCoin.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (testCoin *TestCoin) TryPackSymbol() ([]byte, error) {
	return testCoin.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (testCoin *TestCoin) UnpackSymbol(data []byte) (string, error) {
	out, err := testCoin.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (testCoin *TestCoin) PackTotalSupply() []byte {
	enc, err := testCoin.abi.Pack("totalSupply")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalSupply() view returns(uint256)
func (testCoin *TestCoin) TryPackTotalSupply() ([]byte, error) {
	return testCoin.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (testCoin *TestCoin) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := testCoin.abi.Unpack("totalSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (testCoin *TestCoin) PackTransfer(to common.Address, value *big.Int) []byte {
	enc, err := testCoin.abi.Pack("transfer", to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (testCoin *TestCoin) TryPackTransfer(to common.Address, value *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("transfer", to, value)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (testCoin *TestCoin) UnpackTransfer(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1296ee62.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferAndCall(address to, uint256 value) returns(bool)
func (testCoin *TestCoin) PackTransferAndCall(to common.Address, value *big.Int) []byte {
	enc, err := testCoin.abi.Pack("transferAndCall", to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1296ee62.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferAndCall(address to, uint256 value) returns(bool)
func (testCoin *TestCoin) TryPackTransferAndCall(to common.Address, value *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("transferAndCall", to, value)
}

// UnpackTransferAndCall is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1296ee62.
//
// Solidity: function transferAndCall(address to, uint256 value) returns(bool)
func (testCoin *TestCoin) UnpackTransferAndCall(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("transferAndCall", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferAndCall0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4000aea0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferAndCall(address to, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) PackTransferAndCall0(to common.Address, value *big.Int, data []byte) []byte {
	enc, err := testCoin.abi.Pack("transferAndCall0", to, value, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferAndCall0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4000aea0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferAndCall(address to, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) TryPackTransferAndCall0(to common.Address, value *big.Int, data []byte) ([]byte, error) {
	return testCoin.abi.Pack("transferAndCall0", to, value, data)
}

// UnpackTransferAndCall0 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4000aea0.
//
// Solidity: function transferAndCall(address to, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) UnpackTransferAndCall0(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("transferAndCall0", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (testCoin *TestCoin) PackTransferFrom(from common.Address, to common.Address, value *big.Int) []byte {
	enc, err := testCoin.abi.Pack("transferFrom", from, to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (testCoin *TestCoin) TryPackTransferFrom(from common.Address, to common.Address, value *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("transferFrom", from, to, value)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (testCoin *TestCoin) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFromAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc1d34b89.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFromAndCall(address from, address to, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) PackTransferFromAndCall(from common.Address, to common.Address, value *big.Int, data []byte) []byte {
	enc, err := testCoin.abi.Pack("transferFromAndCall", from, to, value, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFromAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc1d34b89.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFromAndCall(address from, address to, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) TryPackTransferFromAndCall(from common.Address, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	return testCoin.abi.Pack("transferFromAndCall", from, to, value, data)
}

// UnpackTransferFromAndCall is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc1d34b89.
//
// Solidity: function transferFromAndCall(address from, address to, uint256 value, bytes data) returns(bool)
func (testCoin *TestCoin) UnpackTransferFromAndCall(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("transferFromAndCall", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFromAndCall0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd8fbe994.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFromAndCall(address from, address to, uint256 value) returns(bool)
func (testCoin *TestCoin) PackTransferFromAndCall0(from common.Address, to common.Address, value *big.Int) []byte {
	enc, err := testCoin.abi.Pack("transferFromAndCall0", from, to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFromAndCall0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd8fbe994.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFromAndCall(address from, address to, uint256 value) returns(bool)
func (testCoin *TestCoin) TryPackTransferFromAndCall0(from common.Address, to common.Address, value *big.Int) ([]byte, error) {
	return testCoin.abi.Pack("transferFromAndCall0", from, to, value)
}

// UnpackTransferFromAndCall0 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd8fbe994.
//
// Solidity: function transferFromAndCall(address from, address to, uint256 value) returns(bool)
func (testCoin *TestCoin) UnpackTransferFromAndCall0(data []byte) (bool, error) {
	out, err := testCoin.abi.Unpack("transferFromAndCall0", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// TestCoinApproval represents a Approval event raised by the TestCoin contract.
type TestCoinApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TestCoinApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (TestCoinApproval) ContractEventName() string {
	return TestCoinApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (testCoin *TestCoin) UnpackApprovalEvent(log *types.Log) (*TestCoinApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testCoin.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestCoinApproval)
	if len(log.Data) > 0 {
		if err := testCoin.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testCoin.abi.Events[event].Inputs {
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

// TestCoinEIP712DomainChanged represents a EIP712DomainChanged event raised by the TestCoin contract.
type TestCoinEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const TestCoinEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (TestCoinEIP712DomainChanged) ContractEventName() string {
	return TestCoinEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (testCoin *TestCoin) UnpackEIP712DomainChangedEvent(log *types.Log) (*TestCoinEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testCoin.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestCoinEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := testCoin.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testCoin.abi.Events[event].Inputs {
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

// TestCoinTransfer represents a Transfer event raised by the TestCoin contract.
type TestCoinTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const TestCoinTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (TestCoinTransfer) ContractEventName() string {
	return TestCoinTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (testCoin *TestCoin) UnpackTransferEvent(log *types.Log) (*TestCoinTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testCoin.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestCoinTransfer)
	if len(log.Data) > 0 {
		if err := testCoin.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testCoin.abi.Events[event].Inputs {
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
func (testCoin *TestCoin) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ECDSAInvalidSignature"].ID.Bytes()[:4]) {
		return testCoin.UnpackECDSAInvalidSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ECDSAInvalidSignatureLength"].ID.Bytes()[:4]) {
		return testCoin.UnpackECDSAInvalidSignatureLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ECDSAInvalidSignatureS"].ID.Bytes()[:4]) {
		return testCoin.UnpackECDSAInvalidSignatureSError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC1363ApproveFailed"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC1363ApproveFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC1363InvalidReceiver"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC1363InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC1363InvalidSpender"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC1363InvalidSpenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC1363TransferFailed"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC1363TransferFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC1363TransferFromFailed"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC1363TransferFromFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC20InvalidApprover"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC20InvalidApproverError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC20InvalidSender"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC20InvalidSenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC20InvalidSpender"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC20InvalidSpenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC2612ExpiredSignature"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC2612ExpiredSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["ERC2612InvalidSigner"].ID.Bytes()[:4]) {
		return testCoin.UnpackERC2612InvalidSignerError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["InvalidAccountNonce"].ID.Bytes()[:4]) {
		return testCoin.UnpackInvalidAccountNonceError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return testCoin.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["MintCapExceeded"].ID.Bytes()[:4]) {
		return testCoin.UnpackMintCapExceededError(raw[4:])
	}
	if bytes.Equal(raw[:4], testCoin.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return testCoin.UnpackStringTooLongError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TestCoinECDSAInvalidSignature represents a ECDSAInvalidSignature error raised by the TestCoin contract.
type TestCoinECDSAInvalidSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignature()
func TestCoinECDSAInvalidSignatureErrorID() common.Hash {
	return common.HexToHash("0xf645eedf0193584640b6b90cb9477e4c95b98636c148a891d4c0a146dc46e75a")
}

// UnpackECDSAInvalidSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignature()
func (testCoin *TestCoin) UnpackECDSAInvalidSignatureError(raw []byte) (*TestCoinECDSAInvalidSignature, error) {
	out := new(TestCoinECDSAInvalidSignature)
	if err := testCoin.abi.UnpackIntoInterface(out, "ECDSAInvalidSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinECDSAInvalidSignatureLength represents a ECDSAInvalidSignatureLength error raised by the TestCoin contract.
type TestCoinECDSAInvalidSignatureLength struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func TestCoinECDSAInvalidSignatureLengthErrorID() common.Hash {
	return common.HexToHash("0xfce698f7e8e5342cd615f641317bc45fe7e1e4a8b0a14dd1383ff8dc9c41917f")
}

// UnpackECDSAInvalidSignatureLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func (testCoin *TestCoin) UnpackECDSAInvalidSignatureLengthError(raw []byte) (*TestCoinECDSAInvalidSignatureLength, error) {
	out := new(TestCoinECDSAInvalidSignatureLength)
	if err := testCoin.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinECDSAInvalidSignatureS represents a ECDSAInvalidSignatureS error raised by the TestCoin contract.
type TestCoinECDSAInvalidSignatureS struct {
	S [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func TestCoinECDSAInvalidSignatureSErrorID() common.Hash {
	return common.HexToHash("0xd78bce0cccb935155ed6428d1c13e50b7f3550fd2b66b9fe266006fea4a5e1eb")
}

// UnpackECDSAInvalidSignatureSError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func (testCoin *TestCoin) UnpackECDSAInvalidSignatureSError(raw []byte) (*TestCoinECDSAInvalidSignatureS, error) {
	out := new(TestCoinECDSAInvalidSignatureS)
	if err := testCoin.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureS", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC1363ApproveFailed represents a ERC1363ApproveFailed error raised by the TestCoin contract.
type TestCoinERC1363ApproveFailed struct {
	Spender common.Address
	Value   *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC1363ApproveFailed(address spender, uint256 value)
func TestCoinERC1363ApproveFailedErrorID() common.Hash {
	return common.HexToHash("0x50e555c4dddff13ff30dbe54ae3a28130e668ee6eed8bb039a74fffd407a490b")
}

// UnpackERC1363ApproveFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC1363ApproveFailed(address spender, uint256 value)
func (testCoin *TestCoin) UnpackERC1363ApproveFailedError(raw []byte) (*TestCoinERC1363ApproveFailed, error) {
	out := new(TestCoinERC1363ApproveFailed)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC1363ApproveFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC1363InvalidReceiver represents a ERC1363InvalidReceiver error raised by the TestCoin contract.
type TestCoinERC1363InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC1363InvalidReceiver(address receiver)
func TestCoinERC1363InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0x8a96cd9cdbe4c7400f09928c2ad0cc705eacfcb08e7a1ee2637bbd7d7c9a2e71")
}

// UnpackERC1363InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC1363InvalidReceiver(address receiver)
func (testCoin *TestCoin) UnpackERC1363InvalidReceiverError(raw []byte) (*TestCoinERC1363InvalidReceiver, error) {
	out := new(TestCoinERC1363InvalidReceiver)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC1363InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC1363InvalidSpender represents a ERC1363InvalidSpender error raised by the TestCoin contract.
type TestCoinERC1363InvalidSpender struct {
	Spender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC1363InvalidSpender(address spender)
func TestCoinERC1363InvalidSpenderErrorID() common.Hash {
	return common.HexToHash("0xdeb6d3edd553d3f2f498b7c0760945593e1f70901005a8ebfec201cf36d60756")
}

// UnpackERC1363InvalidSpenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC1363InvalidSpender(address spender)
func (testCoin *TestCoin) UnpackERC1363InvalidSpenderError(raw []byte) (*TestCoinERC1363InvalidSpender, error) {
	out := new(TestCoinERC1363InvalidSpender)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC1363InvalidSpender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC1363TransferFailed represents a ERC1363TransferFailed error raised by the TestCoin contract.
type TestCoinERC1363TransferFailed struct {
	Receiver common.Address
	Value    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC1363TransferFailed(address receiver, uint256 value)
func TestCoinERC1363TransferFailedErrorID() common.Hash {
	return common.HexToHash("0x231b03aea3deff6bcb604f6edbb43d345173148bbf0c0dac8696fa8a0e12c649")
}

// UnpackERC1363TransferFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC1363TransferFailed(address receiver, uint256 value)
func (testCoin *TestCoin) UnpackERC1363TransferFailedError(raw []byte) (*TestCoinERC1363TransferFailed, error) {
	out := new(TestCoinERC1363TransferFailed)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC1363TransferFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC1363TransferFromFailed represents a ERC1363TransferFromFailed error raised by the TestCoin contract.
type TestCoinERC1363TransferFromFailed struct {
	Sender   common.Address
	Receiver common.Address
	Value    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC1363TransferFromFailed(address sender, address receiver, uint256 value)
func TestCoinERC1363TransferFromFailedErrorID() common.Hash {
	return common.HexToHash("0xb56855e6dc0676c3d4dd01bd25a7d38479fa62d646d465c20d121d8911c8dc00")
}

// UnpackERC1363TransferFromFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC1363TransferFromFailed(address sender, address receiver, uint256 value)
func (testCoin *TestCoin) UnpackERC1363TransferFromFailedError(raw []byte) (*TestCoinERC1363TransferFromFailed, error) {
	out := new(TestCoinERC1363TransferFromFailed)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC1363TransferFromFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the TestCoin contract.
type TestCoinERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func TestCoinERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (testCoin *TestCoin) UnpackERC20InsufficientAllowanceError(raw []byte) (*TestCoinERC20InsufficientAllowance, error) {
	out := new(TestCoinERC20InsufficientAllowance)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the TestCoin contract.
type TestCoinERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func TestCoinERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (testCoin *TestCoin) UnpackERC20InsufficientBalanceError(raw []byte) (*TestCoinERC20InsufficientBalance, error) {
	out := new(TestCoinERC20InsufficientBalance)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC20InvalidApprover represents a ERC20InvalidApprover error raised by the TestCoin contract.
type TestCoinERC20InvalidApprover struct {
	Approver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidApprover(address approver)
func TestCoinERC20InvalidApproverErrorID() common.Hash {
	return common.HexToHash("0xe602df05cc75712490294c6c104ab7c17f4030363910a7a2626411c6d3118847")
}

// UnpackERC20InvalidApproverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidApprover(address approver)
func (testCoin *TestCoin) UnpackERC20InvalidApproverError(raw []byte) (*TestCoinERC20InvalidApprover, error) {
	out := new(TestCoinERC20InvalidApprover)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC20InvalidApprover", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the TestCoin contract.
type TestCoinERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func TestCoinERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (testCoin *TestCoin) UnpackERC20InvalidReceiverError(raw []byte) (*TestCoinERC20InvalidReceiver, error) {
	out := new(TestCoinERC20InvalidReceiver)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC20InvalidSender represents a ERC20InvalidSender error raised by the TestCoin contract.
type TestCoinERC20InvalidSender struct {
	Sender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSender(address sender)
func TestCoinERC20InvalidSenderErrorID() common.Hash {
	return common.HexToHash("0x96c6fd1edd0cd6ef7ff0ecc0facdf53148dc0048b57fe58af65755250a7a96bd")
}

// UnpackERC20InvalidSenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSender(address sender)
func (testCoin *TestCoin) UnpackERC20InvalidSenderError(raw []byte) (*TestCoinERC20InvalidSender, error) {
	out := new(TestCoinERC20InvalidSender)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC20InvalidSender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC20InvalidSpender represents a ERC20InvalidSpender error raised by the TestCoin contract.
type TestCoinERC20InvalidSpender struct {
	Spender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSpender(address spender)
func TestCoinERC20InvalidSpenderErrorID() common.Hash {
	return common.HexToHash("0x94280d62c347d8d9f4d59a76ea321452406db88df38e0c9da304f58b57b373a2")
}

// UnpackERC20InvalidSpenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSpender(address spender)
func (testCoin *TestCoin) UnpackERC20InvalidSpenderError(raw []byte) (*TestCoinERC20InvalidSpender, error) {
	out := new(TestCoinERC20InvalidSpender)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC20InvalidSpender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC2612ExpiredSignature represents a ERC2612ExpiredSignature error raised by the TestCoin contract.
type TestCoinERC2612ExpiredSignature struct {
	Deadline *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func TestCoinERC2612ExpiredSignatureErrorID() common.Hash {
	return common.HexToHash("0x627913023c184eaad13735d5a3d2657ae76ec9a872a70e0fc57522ef1a114d58")
}

// UnpackERC2612ExpiredSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func (testCoin *TestCoin) UnpackERC2612ExpiredSignatureError(raw []byte) (*TestCoinERC2612ExpiredSignature, error) {
	out := new(TestCoinERC2612ExpiredSignature)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC2612ExpiredSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinERC2612InvalidSigner represents a ERC2612InvalidSigner error raised by the TestCoin contract.
type TestCoinERC2612InvalidSigner struct {
	Signer common.Address
	Owner  common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func TestCoinERC2612InvalidSignerErrorID() common.Hash {
	return common.HexToHash("0x4b800e463b323b1d856edf9dec70329a639d13874a57f5c28219ff57128756db")
}

// UnpackERC2612InvalidSignerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func (testCoin *TestCoin) UnpackERC2612InvalidSignerError(raw []byte) (*TestCoinERC2612InvalidSigner, error) {
	out := new(TestCoinERC2612InvalidSigner)
	if err := testCoin.abi.UnpackIntoInterface(out, "ERC2612InvalidSigner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinInvalidAccountNonce represents a InvalidAccountNonce error raised by the TestCoin contract.
type TestCoinInvalidAccountNonce struct {
	Account      common.Address
	CurrentNonce *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func TestCoinInvalidAccountNonceErrorID() common.Hash {
	return common.HexToHash("0x752d88c0de02638abf10e8e31861e4c68dc1f3a1e7d840e580683f2c282bfc7a")
}

// UnpackInvalidAccountNonceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func (testCoin *TestCoin) UnpackInvalidAccountNonceError(raw []byte) (*TestCoinInvalidAccountNonce, error) {
	out := new(TestCoinInvalidAccountNonce)
	if err := testCoin.abi.UnpackIntoInterface(out, "InvalidAccountNonce", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinInvalidShortString represents a InvalidShortString error raised by the TestCoin contract.
type TestCoinInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func TestCoinInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (testCoin *TestCoin) UnpackInvalidShortStringError(raw []byte) (*TestCoinInvalidShortString, error) {
	out := new(TestCoinInvalidShortString)
	if err := testCoin.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinMintCapExceeded represents a MintCapExceeded error raised by the TestCoin contract.
type TestCoinMintCapExceeded struct {
	Asked *big.Int
	Cap   *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MintCapExceeded(uint256 asked, uint256 cap)
func TestCoinMintCapExceededErrorID() common.Hash {
	return common.HexToHash("0xf85c56569a51055d6e2a2ed9b3a9b61989cde0a4befd03f8fef244fe32cd24cc")
}

// UnpackMintCapExceededError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MintCapExceeded(uint256 asked, uint256 cap)
func (testCoin *TestCoin) UnpackMintCapExceededError(raw []byte) (*TestCoinMintCapExceeded, error) {
	out := new(TestCoinMintCapExceeded)
	if err := testCoin.abi.UnpackIntoInterface(out, "MintCapExceeded", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestCoinStringTooLong represents a StringTooLong error raised by the TestCoin contract.
type TestCoinStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func TestCoinStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (testCoin *TestCoin) UnpackStringTooLongError(raw []byte) (*TestCoinStringTooLong, error) {
	out := new(TestCoinStringTooLong)
	if err := testCoin.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}
