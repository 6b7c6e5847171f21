// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Who takes part: identities and their public keys.
/// @notice An identity registers once, by its own signature, whoever sends the transaction. Nobody
/// can change or remove a registration; there is no owner. Only x is stored, for one slot per
/// identity. Indexers take both coordinates from the event.
contract Registry is EIP712 {
    bytes32 private constant REGISTER = keccak256("Register(address identity,bytes32 x,bytes32 y)");
    /// @dev The prime of secp256k1's field: y² = x³ + 7 mod PRIME.
    uint256 private constant PRIME = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;

    /// @notice The x coordinate of an identity's public key, or zero when it is not registered. No
    /// point of secp256k1 has x = 0.
    mapping(address identity => bytes32 x) public keyX;

    /// @notice An identity was registered, with the public key (x, y).
    event Registered(address indexed identity, bytes32 x, bytes32 y);

    /// @notice The identity is registered already; its key cannot change.
    error AlreadyRegistered(address identity);
    /// @notice The signature is not by the identity that the public key belongs to.
    error WrongSignature();
    /// @notice The identity is not registered.
    error NotRegistered(address identity);

    constructor() EIP712("myst", "1") {}

    /// @notice Registers the identity that the public key (x, y) belongs to.
    /// @param r first half of the identity's signature over Register(identity, x, y)
    /// @param vs second half, EIP-2098
    /// @return identity whose key it is
    /// @return digest what the identity signed
    function register(bytes32 x, bytes32 y, bytes32 r, bytes32 vs)
        external
        returns (address identity, bytes32 digest)
    {
        // The hash ties (x, y) to a point of the curve: a signature recovers to this address only
        // if its signer's public key hashes to it.
        identity = _addressOf(x, y);
        digest = _hashTypedDataV4(keccak256(abi.encode(REGISTER, identity, x, y)));
        (address signer,,) = ECDSA.tryRecover(digest, r, vs);
        require(signer == identity, WrongSignature());
        require(keyX[identity] == 0, AlreadyRegistered(identity));
        keyX[identity] = x;
        emit Registered(identity, x, y);
    }

    /// @notice The public key of a registered identity. For reading only: it computes a square root.
    function publicKey(address identity) external view returns (bytes32 x, bytes32 y) {
        x = keyX[identity];
        require(x != 0, NotRegistered(identity));
        uint256 a = uint256(x);
        uint256 square = addmod(mulmod(mulmod(a, a, PRIME), a, PRIME), 7, PRIME);
        // PRIME mod 4 = 3, so that a square's roots are ± its (PRIME + 1)/4 th power.
        uint256 root = _power(square, (PRIME + 1) / 4);
        y = bytes32(root);
        if (_addressOf(x, y) != identity) y = bytes32(PRIME - root);
    }

    function _addressOf(bytes32 x, bytes32 y) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(x, y)))));
    }

    /// @dev base to the exponent, modulo PRIME, by the precompile of EIP-198.
    function _power(uint256 base, uint256 exponent) private view returns (uint256) {
        (bool done, bytes memory result) =
            address(5).staticcall(abi.encode(uint256(32), uint256(32), uint256(32), base, exponent, PRIME));
        assert(done && result.length == 32);
        return abi.decode(result, (uint256));
    }
}
