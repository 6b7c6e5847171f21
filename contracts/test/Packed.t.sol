// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments, PromiseIntent} from "../src/IPayments.sol";
import {Base, Vm} from "./Base.sol";

/// clearPacked does what clearBatch does: every test runs both on the same state.
contract PackedTest is Base {
    uint8 internal constant IDS = 6;

    struct Seen {
        bool reverted;
        uint256 total;
        bytes32 channels;
        uint96 gross;
        bytes records; // as ClearedPacked has them
    }

    function observed(address[3] memory people) internal view returns (bytes32 hash) {
        for (uint256 i = 0; i < people.length; ++i) {
            for (uint8 id = 0; id < IDS; ++id) {
                hash = keccak256(abi.encode(hash, stateOf(people[i], id)));
            }
        }
    }

    /// @dev Carries a call out, sees what it did, and undoes it.
    function effect(bytes memory call_, address[3] memory people) internal returns (Seen memory seen) {
        uint256 before = VM.snapshotState();
        VM.recordLogs();
        (bool ok, bytes memory result) = address(payments).call(call_);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        seen.reverted = !ok;
        if (ok) {
            seen.total = abi.decode(result, (uint256));
        } else {
            eq(bytes32(result), bytes32(IPayments.NothingChanged.selector), "why it reverted");
        }
        for (uint256 i = 0; i < logs.length; ++i) {
            eq(logs[i].topics[logs[i].topics.length - 1], bytes32(uint256(uint160(provider))), "for whom");
            if (logs[i].topics[0] == IPayments.ClearedPacked.selector) {
                eq(logs.length, 1, "one event");
                seen.records = abi.decode(logs[i].data, (bytes));
                eq(keccak256(logs[i].data), keccak256(abi.encode(seen.records)), "the event's form");
                continue;
            }
            eq(logs[i].topics[0], IPayments.Cleared.selector, "event");
            (uint8 id, uint16 epoch, uint40 cleared,) =
                abi.decode(logs[i].data, (uint8, uint16, uint40, uint40));
            address who = address(uint160(uint256(logs[i].topics[1])));
            seen.records = bytes.concat(seen.records, abi.encodePacked(id, who, epoch, cleared));
        }
        seen.channels = observed(people);
        seen.gross = grossOf(provider);
        VM.revertToState(before);
    }

    function same(PromiseIntent[] memory list) internal returns (Seen memory batch) {
        address[3] memory people = [consumer, otherConsumer, stranger];
        batch = effect(abi.encodeCall(payments.clearBatch, (list)), people);
        Seen memory packed = effect(abi.encodeCall(payments.clearPacked, (pack(provider, list))), people);
        eq(keccak256(abi.encode(packed)), keccak256(abi.encode(batch)), "clearPacked differs");
    }

    /// From any state of the channels and for any promises, good and bad.
    function testFuzz_equalsClearBatch(uint256 seed, uint8 size) external {
        uint256[3] memory keys = [CONSUMER, OTHER_CONSUMER, STRANGER];
        PromiseIntent[] memory list = new PromiseIntent[](1 + size % 12);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint8 id = 0; id < IDS; ++id) {
                setChannel(VM.addr(keys[i]), id, channelFrom(uint256(keccak256(abi.encode(seed, i, id)))));
            }
        }
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, "promise", i)));
            list[i] = promiseFrom(keys[(dice >> 8) % 3], dice);
        }
        same(list);
    }

    function channelFrom(uint256 dice) internal view returns (State memory s) {
        s.provider = dice % 8 == 0 ? address(0) : dice % 8 == 1 ? otherProvider : provider;
        s.locked = uint40(dice >> 16) >> (dice % 3 == 0 ? 20 : 0);
        s.cleared = uint40(uint40(dice >> 56) % (uint256(s.locked) + 1));
        if (dice % 5 == 0) s.cleared = s.locked;
        if (dice % 7 == 0) s.cleared = 0;
        s.epoch = uint16(dice >> 96) % 3 == 0 ? type(uint16).max : uint16(dice >> 112) % 2;
    }

    function promiseFrom(uint256 key, uint256 dice) internal view returns (PromiseIntent memory p) {
        uint8 id = uint8((dice >> 16) % (IDS + 1));
        State memory s = stateOf(VM.addr(key), id);
        uint16 epoch = (dice >> 32) % 4 == 0 ? uint16(dice >> 48) : s.epoch;
        uint40 amount = uint40(dice >> 64);
        uint256 style = (dice >> 104) % 8;
        if (style < 2) amount = s.cleared;
        if (style == 1 && amount != type(uint40).max) ++amount;
        if (style == 2) amount = s.locked;
        if (style == 3 && s.locked != type(uint40).max) amount = s.locked + 1;
        if (style == 4) amount = type(uint40).max;
        p = signPromise(key, provider, id, epoch, amount);
        uint256 damage = (dice >> 112) % 12;
        if (damage == 0) p.r = bytes32(dice);
        if (damage == 1) p.vs = bytes32(dice << 1);
        if (damage == 2) p.vs ^= bytes32(uint256(1) << 255);
        if (damage == 3) p.amount ^= 1;
        if (damage == 4) (p.r, p.vs) = (bytes32(0), bytes32(0));
        if (damage == 5) p.r = bytes32(ORDER);
    }

    /// The fuzzing above pays: good promises of several consumers, one of them twice.
    function test_pays() external {
        depositFor(consumer, 20 * COIN);
        depositFor(otherConsumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, 5_000_000);
        lockFor(OTHER_CONSUMER, provider, 5, 0, 70_000);
        PromiseIntent[] memory list = new PromiseIntent[](4);
        list[0] = signPromise(CONSUMER, provider, 0, 0, 10);
        list[1] = signPromise(OTHER_CONSUMER, provider, 5, 0, 1 << 39);
        list[2] = signPromise(CONSUMER, provider, 0, 0, 30);
        list[3] = signPromise(CONSUMER, provider, 0, 0, 20);
        Seen memory seen = same(list);
        eq(seen.total, 70_030, "paid");
        bytes memory records = abi.encodePacked(uint8(0), consumer, uint16(0), uint40(10));
        records = bytes.concat(records, abi.encodePacked(uint8(5), otherConsumer, uint16(0), uint40(70_000)));
        records = bytes.concat(records, abi.encodePacked(uint8(0), consumer, uint16(0), uint40(30)));
        eq(keccak256(seen.records), keccak256(records), "what was logged");
        VM.prank(stranger); // whoever sends it
        eq(payments.clearPacked(pack(provider, list)), 70_030, "returned");
        expectChannel(consumer, 0, provider, 5_000_000, 30, 0);
        expectChannel(otherConsumer, 5, provider, 70_000, 70_000, 0);
        eq(grossOf(provider), 70_030, "gross");
        payments.clearPacked(pack(provider, one(signPromise(CONSUMER, provider, 0, 0, 35))));
        eq(grossOf(provider), 70_035, "gross of both");
    }

    /// Somebody whom only a high s recovers to is not who signed, even if it has a channel.
    function test_highS() external {
        PromiseIntent memory p = PromiseIntent(provider, 1, 0, 100, bytes32(uint256(7)), 0);
        bytes32 digest =
            keccak256(abi.encodePacked(hex"1901", domain(address(payments)), keccak256(promiseForm(p))));
        uint256 half = ORDER / 2;
        uint256 paid;
        for (uint256 r = 1; r < 12; ++r) {
            for (uint256 more = 0; more < 2; ++more) {
                address who = ecrecover(digest, 28, bytes32(r), bytes32(half + more));
                if (who == address(0)) continue;
                setChannel(who, 1, State(provider, 100, 0, 0, 0));
                (p.r, p.vs) = (bytes32(r), bytes32((half + more) | (1 << 255)));
                Seen memory seen = same(one(p));
                eq(seen.reverted ? 1 : 0, more, "only the half of the order is low");
                paid += seen.total;
            }
        }
        yes(paid > 0, "some r is a point");
    }

    /// Free channels name nobody, and hold money.
    function test_nobodyIsNoProvider() external {
        setChannel(consumer, 0, State(address(0), 100, 0, 0, 0));
        bytes memory packed = pack(address(0), one(signPromise(CONSUMER, address(0), 0, 0, 50)));
        fails(IPayments.NothingChanged.selector);
        payments.clearPacked(packed);
    }

    function test_lengths() external {
        // And the provider's first byte: around the header, one record, and two.
        uint8[8] memory wrong = [0, 18, 19, 20, 90, 92, 162, 164];
        for (uint256 i = 0; i < wrong.length; ++i) {
            fails(IPayments.BadLength.selector);
            payments.clearPacked(bytes.concat(hex"01", new bytes(wrong[i])));
        }
    }

    function testFuzz_length(uint16 length) external {
        length = length % 400;
        bool whole = length > 20 && (length - 20) % 72 == 0;
        bytes memory zeros = new bytes(length);
        if (length > 0) zeros[0] = 0x01; // somebody
        fails(whole ? IPayments.NothingChanged.selector : IPayments.BadLength.selector);
        payments.clearPacked(zeros);
    }

    function test_otherContractAndChain() external {
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, 5_000_000);
        bytes memory packed = pack(provider, one(signPromise(CONSUMER, provider, 0, 0, 100)));
        VM.chainId(block.chainid + 1);
        fails(IPayments.NothingChanged.selector);
        payments.clearPacked(packed);
        eq(payments.clearPacked(pack(provider, one(signPromise(CONSUMER, provider, 0, 0, 90)))), 90, "paid");
        VM.chainId(block.chainid - 1);
        eq(payments.clearPacked(packed), 10, "paid");
    }
}
