// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Account, Channel} from "./Ledger.sol";
import {IPayments} from "./IPayments.sol";
import {Registry} from "./Registry.sol";

/// @title What the payments contract stores, and what all its parts use.
abstract contract State is IPayments, EIP712 {
    /// @dev One slot: what a provider cleared and has not withdrawn, and who receives it.
    struct Earnings {
        uint96 gross;
        address beneficiary;
    }

    /// @inheritdoc IPayments
    uint256 public constant UNIT = 1e12;
    /// @inheritdoc IPayments
    uint256 public constant MAX_AHEAD = 1 hours;
    /// @dev Deposits stop far below what a balance can hold, so that paying a channel's remainder
    /// back can never overflow it.
    uint64 internal constant MAX_BALANCE = type(uint64).max / 2;
    uint256 internal constant MYRIAD = 10_000;
    uint256 internal constant MASK255 = 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
    /// @dev The first s that is high: half of the curve's order, and one.
    uint256 internal constant HIGH_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1;

    /// @inheritdoc IPayments
    address public immutable coin;
    /// @inheritdoc IPayments
    address public immutable registry;
    /// @inheritdoc IPayments
    address public immutable treasury;
    /// @inheritdoc IPayments
    uint16 public immutable feePerMyriad;
    /// @inheritdoc IPayments
    uint32 public immutable unlockDelay;
    /// @inheritdoc IPayments
    uint64 public immutable bond;

    mapping(address consumer => Account) internal _accounts;
    mapping(uint256 consumerAndChannel => Channel) internal _channels;
    mapping(address provider => Earnings) internal _earnings;
    /// @inheritdoc IPayments
    uint256 public fees;
    /// @inheritdoc IPayments
    mapping(address who => uint256 nonce) public nonces;

    /// @param coin_ an ERC-20 with 18 decimals
    /// @param registry_ the registry of identities
    /// @param treasury_ where the network's fees go
    /// @param feePerMyriad_ the network's part of a withdrawal, in 1/10,000
    /// @param unlockDelay_ how long a provider has to clear after an unlock was requested, in seconds
    /// @param bond_ the deposit that announcing a hub asks for, in units
    constructor(
        address coin_,
        address registry_,
        address treasury_,
        uint16 feePerMyriad_,
        uint32 unlockDelay_,
        uint64 bond_
    ) EIP712("myst", "1") {
        require(IERC20Metadata(coin_).decimals() == 18, BadConfiguration());
        require(
            treasury_ != address(0) && feePerMyriad_ <= MYRIAD && unlockDelay_ <= 365 days
                && bond_ <= MAX_BALANCE && Registry(registry_).keyX(address(0)) == 0,
            BadConfiguration()
        );
        coin = coin_;
        registry = registry_;
        treasury = treasury_;
        feePerMyriad = feePerMyriad_;
        unlockDelay = unlockDelay_;
        bond = bond_;
    }

    function _credit(address identity, uint64 units) internal {
        require(units != 0, NothingChanged());
        require(identity != address(0), BadAddress());
        uint256 balance = uint256(_accounts[identity].balance) + units;
        require(balance <= MAX_BALANCE, TooMuch());
        _accounts[identity].balance = uint64(balance);
    }

    /// @dev Writes the slot as a whole. The compiler reads and writes it once for each member.
    function _write(Channel storage place, Channel memory c) internal {
        uint256 word = uint256(uint160(c.provider)) | (uint256(c.locked) << 160);
        word |= (uint256(c.cleared) << 200) | (uint256(c.epoch) << 240);
        assembly ("memory-safe") {
            sstore(place.slot, word)
        }
    }

    /// @dev The same.
    function _write(Account storage place, Account memory a) internal {
        uint256 word = uint256(a.balance) | (uint256(a.timers) << 64);
        assembly ("memory-safe") {
            sstore(place.slot, word)
        }
    }

    function _inTime(uint32 validUntil) internal view returns (bool) {
        unchecked {
            return uint256(validUntil) - block.timestamp <= MAX_AHEAD; // what is over is far above it
        }
    }

    /// @dev Who signed; zero when the signature is malformed or has a high s. The same as OpenZeppelin's
    /// ECDSA.tryRecover, for less gas.
    function _signer(bytes32 structHash, bytes32 r, bytes32 vs) internal view returns (address signer) {
        bytes32 digest = _hashTypedDataV4(structHash);
        assembly ("memory-safe") {
            let input := mload(0x40)
            let s := and(vs, MASK255)
            mstore(input, digest)
            mstore(add(input, 0x20), mul(add(27, shr(255, vs)), lt(s, HIGH_S))) // 0 recovers nobody
            mstore(add(input, 0x40), r)
            mstore(add(input, 0x60), s)
            mstore(0, 0)
            pop(staticcall(gas(), 1, input, 0x80, 0, 0x20))
            signer := mload(0)
        }
    }

    function _key(address consumer, uint8 id) internal pure returns (uint256) {
        return uint256(uint160(consumer)) | (uint256(id) << 160);
    }

    function _v(bytes32 vs) internal pure returns (uint8) {
        return uint8(uint256(vs) >> 255) + 27;
    }

    function _s(bytes32 vs) internal pure returns (bytes32) {
        return vs & bytes32(uint256(type(int256).max));
    }
}
