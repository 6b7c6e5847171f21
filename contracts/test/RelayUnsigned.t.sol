// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments, PromiseIntent, WithdrawIntent} from "../src/IPayments.sol";
import {Vm} from "./Base.sol";
import {RelayBase} from "./RelayBase.sol";

/// Clearings and withdrawals, which carry no signature, relayed for a fee from the provider's earnings; and unlocks, for one
/// from the consumer's deposit.
contract RelayUnsignedTest is RelayBase {
    uint40 internal constant COIN40 = uint40(COIN);

    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
    }

    function clearingOf(uint40 amount) internal view returns (bytes memory) {
        return clearingOf(provider, one(signPromise(CONSUMER, provider, 0, 0, amount)));
    }

    function clearingOf(address to, PromiseIntent[] memory list) internal view returns (bytes memory) {
        return abi.encodeCall(payments.clearPacked, (pack(to, list)));
    }

    function withdrawal() internal view returns (bytes memory) {
        return abi.encodeCall(payments.withdraw, (provider));
    }

    /// @dev The relayer sends it for a fee that the key signed, by the provider's next nonce.
    function send(uint256 key, uint64 fee, bytes memory op) internal {
        (bytes32 r, bytes32 vs) = signFee(key, relayer, fee, unsignedDigest(provider, op));
        VM.prank(relayer);
        payments.relay(fee, r, vs, op);
    }

    function refused(uint256 key, uint64 fee, bytes memory op, bytes4 why) internal {
        (uint96 gross, uint256 nonce) = (grossOf(provider), payments.nonces(provider));
        (bytes32 r, bytes32 vs) = signFee(key, relayer, fee, unsignedDigest(provider, op));
        fails(why);
        VM.prank(relayer);
        payments.relay(fee, r, vs, op);
        eq(grossOf(provider), gross, "gross");
        eq(payments.nonces(provider), nonce, "nonce");
    }

    function test_clearing() external {
        VM.recordLogs();
        send(PROVIDER, FEE, clearingOf(COIN40));
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs.length, 2, "events");
        eq(logs[0].topics[0], IPayments.ClearedPacked.selector, "cleared first");
        charged(logs[1]);
        eq(grossOf(provider), COIN - FEE, "provider");
        eq(grossOf(relayer), FEE, "relayer");
        eq(payments.nonces(provider), 1, "nonce");
        expectChannel(consumer, 0, provider, FIVE, COIN40, 0);
    }

    function test_withdrawal() external {
        clearOne(CONSUMER, provider, 0, 0, COIN40);
        VM.recordLogs();
        send(PROVIDER, FEE, withdrawal());
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs.length, 3, "events");
        charged(logs[0]);
        eq(logs[1].topics[0], IPayments.Withdrawn.selector, "withdrawn second");
        eq(logs[2].emitter, address(coin), "coins move last");
        eq(coin.balanceOf(provider), (COIN - FEE) * WEI * 95 / 100, "coins");
        eq(grossOf(provider), 0, "provider");
        eq(grossOf(relayer), FEE, "relayer");
    }

    function charged(Vm.Log memory log) internal view {
        eq(log.topics[0], IPayments.RelayedFromEarnings.selector, "event");
        eq(log.topics[1], bytes32(uint256(uint160(relayer))), "relayer");
        eq(log.topics[2], bytes32(uint256(uint160(provider))), "provider");
        eq(keccak256(log.data), keccak256(abi.encode(FEE)), "fee");
    }

    /// What was signed once is due once, also where the same call brings something again.
    function test_feeIsDueOnce() external {
        bytes memory op = clearingOf(3 * FIVE); // more than is locked yet
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, relayer, FEE, unsignedDigest(op, 0));
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        lockFor(CONSUMER, provider, 0, 0, 2 * FIVE);
        again(r, vs, op);
        (r, vs) = signFee(PROVIDER, relayer, FEE, unsignedDigest(withdrawal(), 1));
        VM.prank(relayer);
        payments.relay(FEE, r, vs, withdrawal());
        (bool done,) = address(payments).call(op); // anybody may clear it, for nothing
        yes(done, "cleared");
        again(r, vs, withdrawal());
        eq(grossOf(relayer), 2 * FEE, "fees");
        eq(grossOf(provider), FIVE, "earnings");
    }

    function again(bytes32 r, bytes32 vs, bytes memory op) internal {
        fails(IPayments.WrongSignature.selector);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
    }

    /// The nonce is one: a withdrawal from the deposit uses it up as well.
    function test_nonceIsShared() external {
        depositFor(provider, COIN);
        bytes memory op = clearingOf(FIVE);
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, relayer, FEE, unsignedDigest(op, 0));
        WithdrawIntent memory w = signWithdraw(PROVIDER, stranger, COIN, 0, soon());
        payments.withdrawDepositFor(w);
        again(r, vs, op);
        send(PROVIDER, FEE, op);
        eq(payments.nonces(provider), 2, "nonce");
    }

    function test_feeIsForItsRelayerNonceAndCall() external {
        bytes memory op = clearingOf(FIVE);
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, relayer, FEE, unsignedDigest(op, 0));
        notFor(stranger, FEE, r, vs, op);
        notFor(relayer, FEE + 1, r, vs, op);
        notFor(relayer, FEE, r, vs, clearingOf(FIVE - 1));
        notFor(relayer, FEE, r, vs, bytes.concat(op, hex"00"));
        (r, vs) = signFee(PROVIDER, relayer, FEE, unsignedDigest(op, 1));
        notFor(relayer, FEE, r, vs, op);
        (r, vs) = signFee(PROVIDER, relayer, FEE, keccak256(op));
        notFor(relayer, FEE, r, vs, op);
        (r, vs) = signFee(CONSUMER, relayer, FEE, unsignedDigest(op, 0)); // not who pays
        notFor(relayer, FEE, r, vs, op);
        send(PROVIDER, FEE, op);
    }

    function notFor(address sender, uint64 fee, bytes32 r, bytes32 vs, bytes memory op) internal {
        fails(IPayments.WrongSignature.selector);
        VM.prank(sender);
        payments.relay(fee, r, vs, op);
    }

    /// Whoever clears first clears for the provider, which then owes nobody a fee.
    function test_frontRun() external {
        bytes memory op = clearingOf(FIVE);
        (bool done,) = address(payments).call(op);
        yes(done, "cleared");
        refused(PROVIDER, FEE, op, IPayments.NothingChanged.selector);
        payments.withdraw(provider);
        refused(PROVIDER, FEE, withdrawal(), IPayments.Uncovered.selector);
        refused(PROVIDER, 0, withdrawal(), IPayments.NothingChanged.selector);
    }

    /// Other earnings do not pay for a clearing, nor the deposit for either; a quarter of it is the most.
    function test_feeAboveEarnings() external {
        depositFor(provider, COIN);
        clearOne(CONSUMER, provider, 0, 0, FIVE - 103);
        refused(PROVIDER, 26, clearingOf(FIVE), IPayments.Uncovered.selector);
        refused(PROVIDER, type(uint64).max, clearingOf(FIVE), IPayments.Uncovered.selector);
        send(PROVIDER, 25, clearingOf(FIVE));
        eq(grossOf(provider), FIVE - 25, "a quarter of it for the fee");
        uint64 most = (FIVE - 25) / 4;
        refused(PROVIDER, most + 1, withdrawal(), IPayments.Uncovered.selector);
        refused(PROVIDER, FIVE - 25, withdrawal(), IPayments.Uncovered.selector);
        refused(PROVIDER, type(uint64).max, withdrawal(), IPayments.Uncovered.selector);
        send(PROVIDER, most, withdrawal());
        eq(balanceOf(provider), COIN, "deposit");
        eq(grossOf(relayer), 25 + most, "fees");
    }

    function test_badRecordsAreSkipped() external {
        PromiseIntent[] memory list = new PromiseIntent[](3);
        list[0] = PromiseIntent(provider, 0, 0, 7, bytes32(uint256(1)), bytes32(type(uint256).max));
        list[1] = signPromise(CONSUMER, provider, 0, 0, FIVE);
        list[2] = signPromise(STRANGER, provider, 9, 9, 100);
        send(PROVIDER, FEE, clearingOf(provider, list));
        eq(grossOf(provider), FIVE - FEE, "paid");
    }

    /// A provider relays for itself: nothing moves but what is cleared.
    function test_byItself() external {
        bytes memory op = clearingOf(FIVE);
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, provider, FEE, unsignedDigest(op, 0));
        VM.prank(provider);
        payments.relay(FEE, r, vs, op);
        eq(grossOf(provider), FIVE, "gross");
    }

    /// The bytes are where they usually are, so that who is charged is who is cleared for.
    function test_encodings() external {
        lockFor(CONSUMER, otherProvider, 1, 0, FIVE);
        PromiseIntent[] memory list = one(signPromise(CONSUMER, otherProvider, 1, 0, FIVE));
        bytes memory theirs = pack(otherProvider, list);
        // The first words name one provider's bytes, the offset another's.
        bytes memory op = abi.encodePacked(
            IPayments.clearPacked.selector,
            uint256(96),
            uint256(20),
            bytes32(bytes20(provider)),
            theirs.length,
            theirs
        );
        op = bytes.concat(op, new bytes(32));
        (bool done,) = address(payments).call(op);
        yes(done, "it clears for the other");
        refused(PROVIDER, 0, op, IPayments.UnknownOperation.selector);
        bytes4 packed = IPayments.clearPacked.selector;
        refused(
            PROVIDER,
            0,
            abi.encodePacked(packed, uint256(32), uint256(19), bytes19(bytes20(provider))),
            IPayments.UnknownOperation.selector
        );
        refused(
            PROVIDER,
            0,
            abi.encodePacked(packed, uint256(32), uint256(20), provider, new bytes(12)),
            IPayments.BadLength.selector
        );
        for (uint256 length = 4; length < 36; length += 31) {
            bytes memory short = new bytes(length);
            bytes4 kind = IPayments.withdraw.selector;
            assembly ("memory-safe") {
                mstore(add(short, 0x20), kind)
            }
            VM.expectRevert();
            payments.relay(0, 0, 0, short);
        }
        op = abi.encodePacked(IPayments.withdraw.selector, uint256(uint160(provider)) | (1 << 160));
        VM.expectRevert();
        payments.relay(0, 0, 0, op);
    }

    /// Nobody signed for nobody.
    function test_nobody() external {
        bytes32 high = bytes32(ORDER / 2 + 1);
        bytes32 r = bytes32(uint256(1));
        fails(IPayments.NothingChanged.selector);
        payments.relay(0, r, high, abi.encodeCall(payments.withdraw, (address(0))));
        PromiseIntent[] memory list = one(signPromise(CONSUMER, address(0), 1, 0, FIVE));
        fails(IPayments.NothingChanged.selector);
        payments.relay(0, r, high, clearingOf(address(0), list));
    }

    // Unlocks

    function freeing(address who) internal view returns (bytes memory) {
        return abi.encodeCall(payments.unlock, (who, 0));
    }

    function askedFor() internal {
        requestUnlock(CONSUMER, 0, 0);
        VM.warp(block.timestamp + DELAY);
    }

    function test_unlock() external {
        askedFor();
        clearOne(CONSUMER, provider, 0, 0, COIN40);
        bytes memory op = freeing(consumer);
        VM.recordLogs();
        relayed(CONSUMER, op, unsignedDigest(consumer, op));
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs.length, 2, "events");
        eq(logs[0].topics[0], IPayments.Relayed.selector, "charged first");
        eq(logs[0].topics[2], bytes32(uint256(uint160(consumer))), "payer");
        eq(logs[1].topics[0], IPayments.Freed.selector, "freed");
        eq(balanceOf(consumer), 20 * COIN - FIVE - FEE, "deposit");
        eq(grossOf(relayer), FEE, "relayer");
        eq(grossOf(provider), COIN, "provider");
        eq(payments.nonces(consumer), 1, "nonce");
        eq(stateOf(consumer, 0).provider, address(0), "free");
    }

    function refusedUnlock(uint256 key, uint64 fee, bytes memory op, uint256 nonce, bytes memory why)
        internal
    {
        (uint64 deposited, uint256 next) = (balanceOf(consumer), payments.nonces(consumer));
        (bytes32 r, bytes32 vs) = signFee(key, relayer, fee, unsignedDigest(op, nonce));
        VM.expectRevert(why);
        VM.prank(relayer);
        payments.relay(fee, r, vs, op);
        eq(balanceOf(consumer), deposited, "deposit");
        eq(payments.nonces(consumer), next, "nonce");
        eq(grossOf(relayer), 0, "relayer");
    }

    /// The consumer that the call names pays, by its next nonce, for this call and to this relayer, or nobody does.
    function test_unlockIsItsConsumersToPay() external {
        askedFor();
        depositFor(provider, COIN);
        bytes memory wrong = abi.encodePacked(IPayments.WrongSignature.selector);
        bytes memory op = freeing(consumer);
        refusedUnlock(PROVIDER, FEE, op, 0, wrong);
        refusedUnlock(STRANGER, FEE, op, 0, wrong);
        refusedUnlock(CONSUMER, FEE, op, 1, wrong);
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, unsignedDigest(op, 0));
        notFor(stranger, FEE, r, vs, op);
        notFor(relayer, FEE + 1, r, vs, op);
        notFor(relayer, FEE, r, vs, abi.encodeCall(payments.unlock, (consumer, 1)));
        notFor(relayer, FEE, r, vs, bytes.concat(op, hex"00"));
        notFor(relayer, FEE, r, vs, freeing(provider));
        (r, vs) = signFee(CONSUMER, relayer, FEE, keccak256(op));
        notFor(relayer, FEE, r, vs, op);
        eq(stateOf(consumer, 0).provider, provider, "not freed");
        relayed(CONSUMER, op, unsignedDigest(op, 0));
    }

    /// Before its time nothing moves, and the nonce is good as before; nor where another was faster.
    function test_unlockBeforeItsTime() external {
        bytes memory op = freeing(consumer);
        refusedUnlock(CONSUMER, FEE, op, 0, abi.encodeWithSelector(IPayments.NotYet.selector, uint32(0)));
        requestUnlock(CONSUMER, 0, 0);
        uint32 time = uint32(block.timestamp) + DELAY;
        VM.warp(time - 1);
        refusedUnlock(CONSUMER, FEE, op, 0, abi.encodeWithSelector(IPayments.NotYet.selector, time));
        VM.warp(time);
        payments.unlock(consumer, 0);
        refusedUnlock(CONSUMER, FEE, op, 0, abi.encodePacked(IPayments.NoProvider.selector));
    }

    /// What was signed for one unlock takes nothing at the next, of the same channel.
    function test_unlockNonceIsUsedOnce() external {
        askedFor();
        bytes memory op = freeing(consumer);
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, unsignedDigest(op, 0));
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        lockFor(CONSUMER, provider, 0, 1, FIVE);
        requestUnlock(CONSUMER, 0, 1);
        VM.warp(block.timestamp + DELAY);
        again(r, vs, op);
        eq(balanceOf(consumer), 20 * COIN - FIVE - FEE, "one fee");
        payments.unlock(consumer, 0);
    }

    /// The deposit pays, and not what the channel holds.
    function test_unlockAboveTheDeposit() external {
        askedFor();
        bytes memory op = freeing(consumer);
        bytes memory why = abi.encodePacked(IPayments.Uncovered.selector);
        uint64 all = balanceOf(consumer);
        refusedUnlock(CONSUMER, all + 1, op, 0, why);
        refusedUnlock(CONSUMER, type(uint64).max, op, 0, why);
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, all, unsignedDigest(op, 0));
        VM.prank(relayer);
        payments.relay(all, r, vs, op);
        eq(balanceOf(consumer), 0, "deposit");
        eq(grossOf(relayer), all, "relayer");
    }

    /// Nobody signed for nobody, and what is no address is none.
    function test_nobodysUnlock() external {
        fails(IPayments.NoProvider.selector);
        payments.relay(0, bytes32(uint256(1)), bytes32(ORDER / 2 + 1), freeing(address(0)));
        VM.expectRevert();
        payments.relay(0, 0, 0, abi.encodePacked(IPayments.unlock.selector));
        bytes memory op =
            abi.encodePacked(IPayments.unlock.selector, uint256(uint160(consumer)) | (1 << 160), uint256(0));
        VM.expectRevert();
        payments.relay(0, 0, 0, op);
    }
}
