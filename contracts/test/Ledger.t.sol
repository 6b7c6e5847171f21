// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Channel, Ledger, Refusal} from "../src/Ledger.sol";
import {Base, Vm} from "./Base.sol";

/// One step from any state at all, reachable or not, that keeps cleared ≤ locked.
contract LedgerTest is Base {
    using Ledger for Account;
    using Ledger for Channel;

    struct Before {
        address provider;
        uint40 locked;
        uint40 cleared;
        uint16 epoch;
        uint64 balance;
        uint192 timers;
    }

    function state(Before memory b) internal pure returns (Channel memory c, Account memory a) {
        b.cleared = uint40(b.cleared % (uint256(b.locked) + 1));
        c = Channel(b.provider, b.locked, b.cleared, b.epoch);
        a = Account(b.balance, b.timers);
    }

    function expectSame(Channel memory c, Account memory a, Before memory b) internal pure {
        yes(
            c.provider == b.provider && c.locked == b.locked && c.cleared == b.cleared && c.epoch == b.epoch
                && a.balance == b.balance && a.timers == b.timers,
            "a refusal changed something"
        );
    }

    function money(Channel memory c, Account memory a) internal pure returns (uint256) {
        return uint256(a.balance) + c.locked - c.cleared;
    }

    function testFuzz_lock(Before memory b, uint8 id, address to, int8 ahead, uint40 locked, uint8 style)
        external
        pure
    {
        if (style % 2 == 0) b.provider = address(0);
        if (style % 3 == 0) b.cleared = b.locked;
        if (style % 5 == 0) to = b.provider;
        id = id % 7;
        (Channel memory c, Account memory a) = state(b);
        uint256 had = money(c, a);
        uint16 epoch;
        unchecked {
            epoch = uint16(int16(uint16(b.epoch)) + ahead % 2);
        }
        Refusal refusal = c.lock(a, id, to, epoch, locked);
        if (refusal != Refusal.None) return expectSame(c, a, b);
        eq(money(c, a), had, "money");
        yes(c.cleared <= c.locked, "cleared above locked");
        yes(
            to != address(0) && c.provider == to && c.epoch == epoch && c.locked == locked,
            "not what was signed"
        );
        if (c.epoch == b.epoch) {
            yes(c.locked >= b.locked && c.cleared >= b.cleared, "a counter shrank");
            yes(b.provider == to || b.provider == address(0), "taken from its provider");
            if (b.provider == to) yes(c.locked > b.locked, "nothing added");
        } else {
            yes(c.epoch == uint256(b.epoch) + 1 && b.locked == b.cleared, "an epoch ended too soon");
            eq(c.cleared, 0, "cleared");
        }
        if (b.provider != to || c.epoch != b.epoch) eq(a.unlockAt(id), 0, "timer");
        for (uint8 other = 0; other < 6; ++other) {
            if (other != id) {
                eq(a.unlockAt(other), uint32(b.timers >> (32 * other)), "another channel's timer");
            }
        }
    }

    function testFuzz_clear(Before memory b, address to, uint16 epoch, uint40 amount, uint8 style)
        external
        pure
    {
        if (style % 2 == 0) to = b.provider;
        if (style % 3 != 0) epoch = b.epoch;
        (Channel memory c, Account memory a) = state(b);
        uint40 paid = c.clear(to, epoch, amount);
        if (to != b.provider || to == address(0) || epoch != b.epoch) eq(paid, 0, "paid");
        if (paid == 0) return expectSame(c, a, b);
        eq(c.cleared, amount < b.locked ? amount : b.locked, "cleared");
        eq(paid, c.cleared - b.cleared, "paid");
        yes(c.provider == b.provider && c.locked == b.locked && c.epoch == b.epoch, "more than cleared");
    }

    function testFuzz_free(Before memory b, bool last) external pure {
        if (last) b.epoch = type(uint16).max;
        (Channel memory c,) = state(b);
        uint40 back = c.free();
        eq(c.provider, address(0), "provider");
        eq(uint256(c.locked) - c.cleared + back, b.locked - b.cleared, "money");
        if (b.epoch != type(uint16).max) {
            yes(c.epoch == b.epoch + 1 && c.cleared == 0 && back == 0, "next epoch");
        } else {
            yes(c.epoch == b.epoch && c.locked >= b.locked && c.cleared >= b.cleared, "a counter shrank");
            Account memory rich = Account(type(uint64).max, 0);
            Refusal refusal = c.lock(rich, 0, address(1), type(uint16).max, type(uint40).max);
            yes(refusal == Refusal.WrongEpoch, "a retired channel was locked");
        }
    }

    function testFuzz_reclaim(Before memory b, uint8 style) external pure {
        if (style % 2 == 0) b.provider = address(0);
        if (style % 2 == 0) b.cleared = 0;
        if (style % 8 == 0) b.epoch = type(uint16).max;
        (Channel memory c, Account memory a) = state(b);
        uint40 back = c.reclaim();
        if (b.provider != address(0)) eq(back, 0, "taken from its provider");
        if (back == 0) return expectSame(c, a, b);
        eq(uint256(c.locked) - c.cleared + back, b.locked - b.cleared, "money");
        yes(c.epoch > b.epoch || c.locked == type(uint40).max, "the epoch goes on");
    }

    function testFuzz_timers(uint192 timers, uint8 id, uint32 time) external pure {
        id = id % 6;
        Account memory a = Account(7, timers);
        a.setUnlockAt(id, time);
        eq(a.balance, 7, "balance");
        for (uint8 i = 0; i < 6; ++i) {
            eq(a.unlockAt(i), i == id ? time : uint32(timers >> (32 * i)), "time");
        }
    }
}

/// The storage layout that the design fixes: one slot each, at the places it names.
contract LayoutTest is Base {
    function slotOf(bytes32 key, uint256 mappingSlot) internal view returns (uint256) {
        return uint256(VM.load(address(payments), keccak256(abi.encode(key, mappingSlot))));
    }

    function test_layout() external {
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 5, 0, 7_000_001);
        clearOne(CONSUMER, provider, 5, 0, 1_000_002);
        releaseBy(PROVIDER, consumer, 5, 0);
        lockFor(CONSUMER, otherProvider, 5, 1, 7_000_003);
        clearOne(CONSUMER, otherProvider, 5, 1, 1_000_004);
        requestUnlock(CONSUMER, 5, 1);

        // accounts[consumer]: u64 balance | 6 × u32 unlockAt
        uint256 timer = (block.timestamp + DELAY) << (64 + 5 * 32);
        uint256 account = slotOf(bytes32(uint256(uint160(consumer))), 2);
        eq(account, balanceOf(consumer) | timer, "account");
        // channels[consumer | id << 160]: u160 provider | u40 locked | u40 cleared | u16 epoch
        uint256 channel = slotOf(bytes32(uint256(uint160(consumer)) | (5 << 160)), 3);
        uint256 want = uint160(otherProvider);
        want |= uint256(7_000_003) << 160 | uint256(1_000_004) << 200 | uint256(1) << 240;
        eq(channel, want, "channel");
        // earnings[provider]: u96 gross | u160 beneficiary
        bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
        (bytes32 r, bytes32 vs) =
            sign(PROVIDER, domain(address(payments)), abi.encode(form, provider, stranger));
        payments.setBeneficiary(provider, stranger, r, vs);
        want = 1_000_002 | uint256(uint160(stranger)) << 96;
        eq(slotOf(bytes32(uint256(uint160(provider))), 4), want, "earnings");
        // fees
        payments.withdraw(provider);
        eq(uint256(VM.load(address(payments), bytes32(uint256(5)))), 50_001, "fees");
        // registry.keyX[identity]
        Vm.Wallet memory w = VM.createWallet(PROVIDER);
        bytes32 register = keccak256("Register(address identity,bytes32 x,bytes32 y)");
        (r, vs) = sign(
            PROVIDER, domain(address(registry)), abi.encode(register, w.addr, w.publicKeyX, w.publicKeyY)
        );
        registry.register(bytes32(w.publicKeyX), bytes32(w.publicKeyY), r, vs);
        bytes32 slot = keccak256(abi.encode(provider, uint256(2)));
        eq(VM.load(address(registry), slot), bytes32(w.publicKeyX), "public key");
    }
}
