// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Channel, Ledger} from "./Ledger.sol";
import {IPayments, PromiseIntent} from "./IPayments.sol";
import {State} from "./State.sol";

/// @title Clearing promises, for whom they name.
abstract contract Clearing is State {
    using Ledger for Account;
    using Ledger for Channel;

    bytes32 private constant PROMISE =
        keccak256("Promise(address provider,uint8 channel,uint16 epoch,uint40 amount)");

    // What clearPacked takes: the provider, then records of amount, r, vs, channel, epoch; and what it
    // logs: records of channel, consumer, epoch, cleared.
    uint256 private constant HEADER = 20;
    uint256 private constant RECORD = 72;
    uint256 private constant LOGGED = 28;
    uint256 private constant MASK40 = 0xffffffffff;
    uint256 private constant MASK_NAMED = 0xffff00000000000000000000ffffffffffffffffffffffffffffffffffffffff;
    // Its memory, after what a domain that is computed anew leaves behind. 0x1901 ‖ domain ‖ form's hash, for the digest:
    uint256 private constant DIGEST = 0x140;
    uint256 private constant DIGEST_START = 0x15e;
    uint256 private constant DIGEST_DOMAIN = 0x160;
    uint256 private constant DIGEST_FORM = 0x180;
    // The promise's form. Its last two words are, once it is hashed, ecrecover's digest and v; after them
    // come r, s, and the last three bytes of the record.
    uint256 private constant FORM = 0x1a0;
    uint256 private constant FORM_PROVIDER = 0x1c0;
    uint256 private constant FORM_CHANNEL = 0x1e0;
    uint256 private constant FORM_EPOCH = 0x200;
    uint256 private constant RECOVER = 0x200;
    uint256 private constant V_AND_AMOUNT = 0x220;
    uint256 private constant AMOUNT = 0x23b;
    uint256 private constant RECOVER_S = 0x260;
    uint256 private constant TAIL = 0x263;
    // The event's data:
    uint256 private constant LOG = 0x2a0;
    uint256 private constant LOG_LENGTH = 0x2c0;
    uint256 private constant LOG_RECORDS = 0x2e0;

    /// @inheritdoc IPayments
    function check(address provider, uint8 id, uint16 epoch, uint40 amount, bytes32 r, bytes32 vs)
        external
        view
        returns (address consumer, uint40 due, uint32 unlockAt)
    {
        consumer = _signer(keccak256(abi.encode(PROMISE, provider, id, epoch, amount)), r, vs);
        if (consumer == address(0)) return (consumer, 0, 0);
        Channel memory c = _channels[_key(consumer, id)];
        due = c.due(provider, epoch, amount);
        if (c.provider != address(0)) unlockAt = _accounts[consumer].unlockAt(id);
    }

    /// @inheritdoc IPayments
    function clearBatch(PromiseIntent[] calldata promises) external returns (uint256 total) {
        // Promises to one provider usually stand together: its earnings are written once a run.
        address provider;
        uint96 run;
        for (uint256 i = 0; i < promises.length; ++i) {
            PromiseIntent calldata p = promises[i];
            uint40 paid = _clear(p);
            if (paid == 0) continue;
            if (p.provider != provider) {
                if (run != 0) _earnings[provider].gross += run;
                (provider, run) = (p.provider, 0);
            }
            run += paid;
            total += paid;
        }
        require(total != 0, NothingChanged());
        _earnings[provider].gross += run;
    }

    /// @inheritdoc IPayments
    function clearPacked(bytes calldata packed) external returns (uint256 total) {
        address provider;
        uint256 records;
        uint256 length;
        assembly ("memory-safe") {
            provider := shr(96, calldataload(packed.offset))
            records := sub(packed.length, HEADER) // when there is no header, no multiple
        }
        require(packed.length > HEADER && records % RECORD == 0, BadLength());
        // A free channel names nobody: nobody is no provider.
        require(provider != address(0), NothingChanged());
        (total, length) = _clearPacked(provider, packed);
        require(total != 0, NothingChanged());
        _earnings[provider].gross += uint96(total);
        bytes32 selector = ClearedPacked.selector;
        assembly ("memory-safe") {
            log2(LOG, add(0x40, and(add(length, 31), not(31))), selector, provider)
        }
    }

    /// @dev Clears the records, and leaves the event's data at LOG, with `length` bytes of records.
    /// Constant addresses save a third of the opcodes; the first line sees to it that nothing else
    /// is there.
    function _clearPacked(address provider, bytes calldata packed)
        private
        returns (uint256 total, uint256 length)
    {
        (bytes32 typeHash, bytes32 separator) = (PROMISE, _domainSeparatorV4());
        assembly ("memory-safe") {
            if gt(mload(0x40), DIGEST) { invalid() }
            mstore(FORM, typeHash)
            mstore(FORM_PROVIDER, provider)
            mstore(DIGEST, 0x1901) // its last two bytes
            mstore(DIGEST_DOMAIN, separator)
            mstore(V_AND_AMOUNT, 0)
            mstore(0x20, _channels.slot)
            let logged := LOG_RECORDS
            let end := add(packed.offset, packed.length)
            for { let at := add(packed.offset, HEADER) } lt(at, end) {} {
                // Each part goes where it is needed: the amount into the form, below zeros; r and vs into
                // ecrecover's r and s.
                calldatacopy(AMOUNT, at, RECORD)
                at := add(at, RECORD)
                let tail := mload(TAIL)
                let id := byte(29, tail)
                let amount := mload(V_AND_AMOUNT)
                mstore(FORM_EPOCH, and(tail, 0xffff))
                mstore(FORM_CHANNEL, id)
                mstore(DIGEST_FORM, keccak256(FORM, 0xa0))
                mstore(RECOVER, keccak256(DIGEST_START, 0x42))
                let vs := mload(RECOVER_S)
                let s := and(vs, MASK255)
                // For a high s, v is 54 or 56: nobody is recovered, as for every malformed signature. The
                // digest then stays, a hash that is nobody's address.
                mstore(V_AND_AMOUNT, shl(lt(sub(HIGH_S, 1), s), add(27, shr(255, vs))))
                mstore(RECOVER_S, s)
                pop(staticcall(gas(), 1, RECOVER, 0x80, RECOVER, 0x20))
                let key := or(mload(RECOVER), shl(160, id))
                mstore(0, key)
                let slot := keccak256(0, 0x40)
                let channel := sload(slot)
                // What differs from provider and epoch are locked and cleared.
                let counters := xor(channel, or(provider, shl(240, tail)))
                let cleared := shr(200, counters)
                let paid := sub(amount, cleared)
                // Usually the channel is as signed, and pays between 1 and what is left.
                if or(
                    and(counters, MASK_NAMED),
                    iszero(lt(sub(paid, 1), sub(and(shr(160, counters), MASK40), cleared)))
                ) {
                    // What lives until here costs gas in the usual case; so this begins anew.
                    counters := xor(channel, or(mload(FORM_PROVIDER), shl(240, mload(TAIL))))
                    if and(counters, MASK_NAMED) { continue }
                    if slt(paid, 1) { continue } // not more than was cleared
                    paid := sub(and(shr(160, counters), MASK40), shr(200, counters))
                    if iszero(paid) { continue }
                }
                channel := add(channel, shl(200, paid)) // at most locked: no carry
                sstore(slot, channel)
                total := add(total, paid)
                mstore(logged, or(shl(88, key), shr(168, channel))) // and 4 bytes too many
                logged := add(logged, LOGGED)
            }
            mstore(logged, 0) // the last word's padding
            mstore(0x40, add(logged, 0x20))
            length := sub(logged, LOG_RECORDS)
            mstore(LOG, 0x20)
            mstore(LOG_LENGTH, length)
        }
    }

    function _clear(PromiseIntent calldata p) private returns (uint40 paid) {
        address consumer =
            _signer(keccak256(abi.encode(PROMISE, p.provider, p.channel, p.epoch, p.amount)), p.r, p.vs);
        if (consumer == address(0)) return 0;
        // A channel that does not exist has no provider, and pays nothing.
        Channel storage place = _channels[_key(consumer, p.channel)];
        Channel memory c = place;
        paid = c.clear(p.provider, p.epoch, p.amount);
        if (paid == 0) return 0;
        _write(place, c);
        emit Cleared(consumer, p.provider, p.channel, p.epoch, c.cleared, paid);
    }
}
