// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments, LockIntent, PromiseIntent} from "../src/IPayments.sol";
import {Refusal} from "../src/Ledger.sol";
import {Base} from "./Base.sol";

contract LocksTest is Base {
    uint40 internal constant FIVE = 5_000_000;

    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
    }

    function refusedLock(LockIntent memory asked, Refusal why) internal {
        VM.expectRevert(abi.encodeWithSelector(IPayments.LockRefused.selector, why));
        payments.lock(asked);
    }

    function refused(address to, uint8 id, uint16 epoch, uint40 locked, Refusal why) internal {
        refusedLock(signLock(CONSUMER, to, id, epoch, locked), why);
    }

    // Locking

    function test_lockNewAndTopUp() external {
        VM.prank(stranger);
        lockFor(CONSUMER, provider, 3, 0, FIVE);
        expectChannel(consumer, 3, provider, FIVE, 0, 0);
        eq(balanceOf(consumer), 15 * COIN, "balance");
        lockFor(CONSUMER, provider, 3, 0, FIVE + 1);
        expectChannel(consumer, 3, provider, FIVE + 1, 0, 0);
        eq(balanceOf(consumer), 15 * COIN - 1, "balance");
    }

    function test_lockMustAddToItsEpoch() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        refused(provider, 0, 0, FIVE, Refusal.NotMore);
        refused(provider, 0, 0, FIVE - 1, Refusal.NotMore);
        refused(provider, 0, 0, 0, Refusal.NotMore);
        refused(provider, 1, 0, 0, Refusal.NotMore);
    }

    /// The same signature again locks nothing again.
    function test_lockReplay() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        payments.lock(asked);
        refusedLock(asked, Refusal.NotMore);
        clearOne(CONSUMER, provider, 0, 0, FIVE);
        refusedLock(asked, Refusal.NotMore);
        lockFor(CONSUMER, provider, 0, 1, FIVE);
        refusedLock(asked, Refusal.WrongEpoch);
        eq(balanceOf(consumer), 10 * COIN, "balance");
    }

    function test_lockRefusals() external {
        refused(address(0), 0, 0, FIVE, Refusal.NoProvider);
        refused(provider, 6, 0, FIVE, Refusal.NoSuchChannel);
        refused(provider, 255, 0, FIVE, Refusal.NoSuchChannel);
        refused(provider, 0, 1, FIVE, Refusal.WrongEpoch);
        refused(provider, 0, 0, uint40(20 * COIN + 1), Refusal.Uncovered);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        refused(otherProvider, 0, 0, 2 * FIVE, Refusal.Busy);
        refused(otherProvider, 0, 1, 2 * FIVE, Refusal.Busy);
        refused(provider, 0, 1, 2 * FIVE, Refusal.WrongEpoch);
        eq(balanceOf(consumer), 15 * COIN, "balance");
    }

    function test_lockValidity() external {
        uint32 time = uint32(block.timestamp);
        refusedLock(signLockUntil(CONSUMER, provider, 0, 0, FIVE, time - 1), Refusal.Validity);
        refusedLock(signLockUntil(CONSUMER, provider, 0, 0, FIVE, time + 1 hours + 1), Refusal.Validity);
        payments.lock(signLockUntil(CONSUMER, provider, 0, 0, FIVE, time));
        payments.lock(signLockUntil(CONSUMER, provider, 1, 0, FIVE, time + 1 hours));
    }

    // Who signed is recovered from the signature: one that does not fit is somebody else's, who has nothing.
    function test_lockOfSomebodyElse() external {
        LockIntent memory asked = signLock(STRANGER, provider, 0, 0, FIVE);
        refusedLock(asked, Refusal.Uncovered);
        asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        asked.provider = stranger;
        refusedLock(asked, Refusal.Uncovered);
        asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        asked.locked = 2 * FIVE;
        refusedLock(asked, Refusal.Uncovered);
        expectChannel(consumer, 0, address(0), 0, 0, 0);
    }

    function test_lockHighS() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        asked.vs = bytes32(ORDER / 2 + 1);
        refusedLock(asked, Refusal.Signature);
        asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        asked.vs = twin(asked.vs);
        VM.expectRevert();
        payments.lock(asked);
        eq(balanceOf(consumer), 20 * COIN, "balance");
    }

    function test_lockOtherContractAndChain() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        IPayments other = deployPayments(address(coin), TREASURY, RATE, DELAY);
        VM.expectRevert(abi.encodeWithSelector(IPayments.LockRefused.selector, Refusal.Uncovered));
        other.lock(asked);
        VM.chainId(block.chainid + 1);
        refusedLock(asked, Refusal.Uncovered);
        lockFor(CONSUMER, provider, 0, 0, FIVE); // signed for the new chain ID
    }

    function test_lockManySkipsBadOnes() external {
        LockIntent[] memory list = new LockIntent[](4);
        list[0] = signLock(CONSUMER, address(0), 0, 0, FIVE);
        list[1] = signLock(CONSUMER, provider, 0, 0, FIVE);
        list[2] = signLock(STRANGER, provider, 0, 0, FIVE);
        list[3] = signLock(CONSUMER, otherProvider, 1, 0, FIVE);
        eq(payments.lockMany(list), 2, "done");
        expectChannel(consumer, 0, provider, FIVE, 0, 0);
        expectChannel(consumer, 1, otherProvider, FIVE, 0, 0);
        fails(IPayments.NothingChanged.selector);
        payments.lockMany(list);
        fails(IPayments.NothingChanged.selector);
        payments.lockMany(new LockIntent[](0));
    }

    // Freeing and re-using

    function test_releaseAndSwitch() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        clearOne(CONSUMER, provider, 0, 0, FIVE - 10);
        releaseBy(PROVIDER, consumer, 0, 0);
        expectChannel(consumer, 0, address(0), 10, 0, 1);
        refused(otherProvider, 0, 1, 9, Refusal.NotMore);
        refused(otherProvider, 0, 0, 10, Refusal.WrongEpoch);
        refused(otherProvider, 0, 2, 10, Refusal.WrongEpoch);
        lockFor(CONSUMER, otherProvider, 0, 1, 10); // adds nothing: a switch
        expectChannel(consumer, 0, otherProvider, 10, 0, 1);
        eq(balanceOf(consumer), 15 * COIN, "balance");
    }

    function test_releaseRefusals() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        (bytes32 r, bytes32 vs) = signRelease(OTHER_PROVIDER, consumer, 0, 0);
        fails(IPayments.WrongSignature.selector);
        payments.release(consumer, 0, 0, r, vs);
        (r, vs) = signRelease(CONSUMER, consumer, 0, 0);
        fails(IPayments.WrongSignature.selector);
        payments.release(consumer, 0, 0, r, vs);
        (r, vs) = signRelease(PROVIDER, consumer, 0, 1);
        fails(IPayments.WrongEpoch.selector);
        payments.release(consumer, 0, 1, r, vs);
        (r, vs) = signRelease(PROVIDER, consumer, 0, 0);
        fails(IPayments.NoProvider.selector);
        payments.release(otherConsumer, 0, 0, r, vs);
        fails(IPayments.WrongSignature.selector);
        payments.release(consumer, 0, 0, r, bytes32(ORDER / 2 + 1));
        payments.release(consumer, 0, 0, r, vs);
        fails(IPayments.NoProvider.selector); // again
        payments.release(consumer, 0, 0, r, vs);
        lockFor(CONSUMER, provider, 0, 1, FIVE);
        fails(IPayments.WrongEpoch.selector); // replayed in the next epoch
        payments.release(consumer, 0, 0, r, vs);
    }

    function test_usedUpChannelIsFree() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        clearOne(CONSUMER, provider, 0, 0, FIVE);
        refused(otherProvider, 0, 0, FIVE, Refusal.WrongEpoch);
        lockFor(CONSUMER, otherProvider, 0, 1, FIVE);
        expectChannel(consumer, 0, otherProvider, FIVE, 0, 1);
        eq(balanceOf(consumer), 10 * COIN, "balance");
    }

    /// The provider of a used-up channel may also be topped up in its epoch, or start a new one.
    function test_usedUpChannelOfTheSameProvider() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        clearOne(CONSUMER, provider, 0, 0, FIVE);
        lockFor(CONSUMER, provider, 0, 0, FIVE + 5);
        expectChannel(consumer, 0, provider, FIVE + 5, FIVE, 0);
        clearOne(CONSUMER, provider, 0, 0, FIVE + 5);
        lockFor(CONSUMER, provider, 0, 1, 7);
        expectChannel(consumer, 0, provider, 7, 0, 1);
        eq(balanceOf(consumer), 15 * COIN - 5 - 7, "balance");
    }

    function test_unlock() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        VM.expectRevert(abi.encodeWithSelector(IPayments.NotYet.selector, 0));
        payments.unlock(consumer, 0);
        requestUnlock(CONSUMER, 0, 0);
        uint32 time = uint32(block.timestamp + DELAY);
        eq(stateOf(consumer, 0).unlockAt, time, "time");
        refused(provider, 0, 0, FIVE + 1, Refusal.Unlocking);
        VM.warp(time - 1);
        VM.expectRevert(abi.encodeWithSelector(IPayments.NotYet.selector, time));
        payments.unlock(consumer, 0);
        clearOne(CONSUMER, provider, 0, 0, 10); // the provider still clears
        VM.warp(time);
        VM.prank(stranger);
        payments.unlock(consumer, 0);
        expectChannel(consumer, 0, address(0), FIVE - 10, 0, 1);
        eq(stateOf(consumer, 0).unlockAt, 0, "time");
        fails(IPayments.NoProvider.selector);
        payments.unlock(consumer, 0);
    }

    /// A timer that ran for one provider must not run for the next.
    function test_lockClearsTimer() external {
        lockFor(CONSUMER, provider, 2, 0, FIVE);
        lockFor(CONSUMER, provider, 3, 0, FIVE);
        requestUnlock(CONSUMER, 2, 0);
        requestUnlock(CONSUMER, 3, 0);
        releaseBy(PROVIDER, consumer, 2, 0);
        lockFor(CONSUMER, otherProvider, 2, 1, FIVE);
        VM.warp(block.timestamp + DELAY);
        VM.expectRevert(abi.encodeWithSelector(IPayments.NotYet.selector, 0));
        payments.unlock(consumer, 2);
        payments.unlock(consumer, 3); // its own timer is untouched
        // The same when the channel was used up.
        requestUnlock(CONSUMER, 2, 1);
        clearOne(CONSUMER, otherProvider, 2, 1, FIVE);
        lockFor(CONSUMER, provider, 2, 2, FIVE);
        eq(stateOf(consumer, 2).unlockAt, 0, "time");
    }

    /// What is left of a timer is shown nowhere once its channel is free.
    function test_freeChannelShowsNoTimer() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        requestUnlock(CONSUMER, 0, 0);
        (, uint32[6] memory times) = payments.account(consumer);
        eq(times[0], block.timestamp + DELAY, "account's, requested");
        releaseBy(PROVIDER, consumer, 0, 0);
        (, times) = payments.account(consumer);
        eq(times[0], 0, "account's");
        eq(stateOf(consumer, 0).unlockAt, 0, "channel's");
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        (,, uint32 time) = payments.check(p.provider, p.channel, p.epoch, p.amount, p.r, p.vs);
        eq(time, 0, "check's");
    }

    function test_requestUnlockRefusals() external {
        uint32 until = soon();
        (bytes32 r, bytes32 vs) = signUnlock(CONSUMER, 0, 0, until);
        fails(IPayments.NoProvider.selector);
        payments.requestUnlock(0, 0, until, r, vs);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        (bytes32 r1, bytes32 vs1) = signUnlock(CONSUMER, 0, 1, until);
        fails(IPayments.WrongEpoch.selector);
        payments.requestUnlock(0, 1, until, r1, vs1);
        (r1, vs1) = signUnlock(STRANGER, 0, 0, until);
        fails(IPayments.NoProvider.selector); // it is about the stranger's channel
        payments.requestUnlock(0, 0, until, r1, vs1);
        fails(IPayments.WrongSignature.selector);
        payments.requestUnlock(0, 0, until, r, bytes32(ORDER / 2 + 1));
        (r1, vs1) = signUnlock(CONSUMER, 0, 0, uint32(block.timestamp + 2 hours));
        fails(IPayments.Expired.selector);
        payments.requestUnlock(0, 0, uint32(block.timestamp + 2 hours), r1, vs1);
        payments.requestUnlock(0, 0, until, r, vs);
        fails(IPayments.NothingChanged.selector); // a running timer is not restarted
        payments.requestUnlock(0, 0, until, r, vs);
        VM.warp(until + 1);
        fails(IPayments.Expired.selector);
        payments.requestUnlock(0, 0, until, r, vs);
    }

    function test_reclaim() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        fails(IPayments.NothingChanged.selector);
        VM.prank(consumer);
        payments.reclaim(0);
        releaseBy(PROVIDER, consumer, 0, 0);
        LockIntent memory earlier = signLock(CONSUMER, otherProvider, 0, 1, FIVE);
        fails(IPayments.NothingChanged.selector);
        VM.prank(stranger);
        payments.reclaim(0);
        VM.prank(consumer);
        payments.reclaim(0);
        expectChannel(consumer, 0, address(0), 0, 0, 2);
        eq(balanceOf(consumer), 20 * COIN, "balance");
        refusedLock(earlier, Refusal.WrongEpoch);
        fails(IPayments.NothingChanged.selector);
        VM.prank(consumer);
        payments.reclaim(0);
    }

    // Earlier drafts of this design had these three holes.

    /// An over-signed promise must not come alive when the same provider is locked again.
    function test_oversignedPromiseDoesNotRevive() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        PromiseIntent[] memory old = one(signPromise(CONSUMER, provider, 0, 0, 2 * FIVE));
        eq(payments.clearBatch(old), FIVE, "paid");
        lockFor(CONSUMER, provider, 0, 1, 2 * FIVE);
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(old);
    }

    /// A provider must not capture a channel that it released by a top-up it kept back.
    function test_keptTopUpDoesNotRecapture() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        LockIntent memory topUp = signLock(CONSUMER, provider, 0, 0, 2 * FIVE);
        releaseBy(PROVIDER, consumer, 0, 0);
        refusedLock(topUp, Refusal.WrongEpoch);
    }

    /// At the last epoch a channel pays back and retires; nothing overflows or is locked again.
    function test_lastEpochRetires() external {
        uint256 key = uint256(uint160(consumer)) | (4 << 160);
        bytes32 slot = keccak256(abi.encode(key, uint256(3)));
        uint256 word = uint256(uint160(provider)) | (uint256(FIVE) << 160) | (uint256(10) << 200)
            | (uint256(type(uint16).max) << 240);
        VM.store(address(payments), slot, bytes32(word));
        expectChannel(consumer, 4, provider, FIVE, 10, 65_535);
        PromiseIntent[] memory last = one(signPromise(CONSUMER, provider, 4, 65_535, FIVE));
        releaseBy(PROVIDER, consumer, 4, 65_535);
        eq(balanceOf(consumer), 20 * COIN + FIVE - 10, "balance");
        expectChannel(consumer, 4, address(0), type(uint40).max, type(uint40).max, 65_535);
        refused(provider, 4, 65_535, FIVE, Refusal.WrongEpoch);
        refused(provider, 4, 0, FIVE, Refusal.WrongEpoch);
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(last);
        fails(IPayments.NothingChanged.selector);
        VM.prank(consumer);
        payments.reclaim(4);
    }
}
