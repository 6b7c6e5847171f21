// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RegisterIntent, WithdrawIntent} from "../src/IPayments.sol";
import {Base, Vm} from "./Base.sol";

/// What people sign for the functions that the other tests do not have.
abstract contract RelayBase is Base {
    uint40 internal constant FIVE = 5_000_000;
    uint64 internal constant FEE = 30_000;

    function digestOf(bytes memory form) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain(address(payments)), keccak256(form)));
    }

    function signFee(uint256 key, address to, uint64 fee, bytes32 digest)
        internal
        view
        returns (bytes32 r, bytes32 vs)
    {
        bytes32 form = keccak256("Relay(address relayer,uint64 fee,bytes32 opDigest)");
        return sign(key, domain(address(payments)), abi.encode(form, to, fee, digest));
    }

    /// @dev The relayer sends an operation for a fee.
    function relayed(uint256 key, bytes memory op, bytes32 digest) internal {
        (bytes32 r, bytes32 vs) = signFee(key, relayer, FEE, digest);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
    }

    /// @dev What a provider signs a fee over for a call that carries no signature.
    function unsignedDigest(address who, bytes memory op) internal view returns (bytes32) {
        return unsignedDigest(op, payments.nonces(who));
    }

    function unsignedDigest(bytes memory op, uint256 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(op, nonce));
    }

    function reclaimForm(uint8 id, uint16 epoch, uint32 until) internal pure returns (bytes memory) {
        bytes32 form = keccak256("Reclaim(uint8 channel,uint16 epoch,uint32 validUntil)");
        return abi.encode(form, id, epoch, until);
    }

    function releaseForm(address who, uint8 id, uint16 epoch) internal pure returns (bytes memory) {
        bytes32 form = keccak256("Release(address consumer,uint8 channel,uint16 epoch)");
        return abi.encode(form, who, id, epoch);
    }

    function unlockForm(uint8 id, uint16 epoch, uint32 until) internal pure returns (bytes memory) {
        bytes32 form = keccak256("RequestUnlock(uint8 channel,uint16 epoch,uint32 validUntil)");
        return abi.encode(form, id, epoch, until);
    }

    function beneficiaryForm(address who, address to) internal pure returns (bytes memory) {
        bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
        return abi.encode(form, who, to);
    }

    function withdrawForm(WithdrawIntent memory w) internal pure returns (bytes memory) {
        bytes32 form = keccak256("WithdrawDeposit(address to,uint64 units,uint256 nonce,uint32 validUntil)");
        return abi.encode(form, w.to, w.units, w.nonce, w.validUntil);
    }

    function signWithdraw(uint256 key, address to, uint64 units, uint256 nonce, uint32 until)
        internal
        view
        returns (WithdrawIntent memory w)
    {
        w = WithdrawIntent(to, units, nonce, until, 0, 0);
        (w.r, w.vs) = sign(key, domain(address(payments)), withdrawForm(w));
    }

    function registration(uint256 key) internal returns (RegisterIntent memory i, bytes32 digest) {
        Vm.Wallet memory w = VM.createWallet(key);
        bytes32 form = keccak256("Register(address identity,bytes32 x,bytes32 y)");
        bytes memory encoded = abi.encode(form, w.addr, w.publicKeyX, w.publicKeyY);
        (i.x, i.y) = (bytes32(w.publicKeyX), bytes32(w.publicKeyY));
        (i.r, i.vs) = sign(key, domain(address(registry)), encoded);
        digest = keccak256(abi.encodePacked(hex"1901", domain(address(registry)), keccak256(encoded)));
    }
}
