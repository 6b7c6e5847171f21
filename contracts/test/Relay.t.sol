// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    FundIntent,
    IPayments,
    LockIntent,
    PermitSignature,
    RegisterIntent,
    WithdrawIntent
} from "../src/IPayments.sol";
import {Registry} from "../src/Registry.sol";
import {Vm} from "./Base.sol";
import {RelayBase} from "./RelayBase.sol";

contract RelayTest is RelayBase {
    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
        depositFor(provider, COIN);
    }

    function lockOp(LockIntent memory asked) internal view returns (bytes memory, bytes32) {
        return (abi.encodeCall(payments.lock, (asked)), digestOf(lockForm(asked)));
    }

    /// Every signed operation pays its relayer from the deposit of who asks for it, once.
    function test_everyOperation() external {
        (bytes memory op, bytes32 digest) = lockOp(signLock(CONSUMER, provider, 0, 0, FIVE));
        once(CONSUMER, op, digest);
        expectChannel(consumer, 0, provider, FIVE, 0, 0);

        uint32 until = soon();
        (bytes32 r, bytes32 vs) = signUnlock(CONSUMER, 0, 0, until);
        op = abi.encodeCall(payments.requestUnlock, (0, 0, until, r, vs));
        once(CONSUMER, op, digestOf(unlockForm(0, 0, until)));
        yes(stateOf(consumer, 0).unlockAt != 0, "requested");

        (r, vs) = signRelease(PROVIDER, consumer, 0, 0);
        op = abi.encodeCall(payments.release, (consumer, 0, 0, r, vs));
        once(CONSUMER, op, digestOf(releaseForm(consumer, 0, 0)));
        expectChannel(consumer, 0, address(0), FIVE, 0, 1);

        (r, vs) = sign(CONSUMER, domain(address(payments)), reclaimForm(0, 1, until));
        op = abi.encodeCall(payments.reclaimFor, (0, 1, until, r, vs));
        once(CONSUMER, op, digestOf(reclaimForm(0, 1, until)));
        expectChannel(consumer, 0, address(0), 0, 0, 2);

        WithdrawIntent memory w = signWithdraw(CONSUMER, stranger, COIN, 0, until);
        once(CONSUMER, abi.encodeCall(payments.withdrawDepositFor, (w)), digestOf(withdrawForm(w)));
        eq(coin.balanceOf(stranger), COIN * WEI, "withdrawn");

        bytes memory form = beneficiaryForm(provider, stranger);
        (r, vs) = sign(PROVIDER, domain(address(payments)), form);
        op = abi.encodeCall(payments.setBeneficiary, (provider, stranger, r, vs));
        once(PROVIDER, op, digestOf(form));

        RegisterIntent memory key;
        (key, digest) = registration(CONSUMER);
        once(CONSUMER, abi.encodeCall(registry.register, (key.x, key.y, key.r, key.vs)), digest);
        yes(registry.keyX(consumer) == key.x, "registered");

        eq(grossOf(relayer), 7 * FEE, "the relayer's earnings");
        eq(balanceOf(consumer), 19 * COIN - 6 * FEE, "the consumer's deposit");
        eq(balanceOf(provider), COIN - FEE, "the provider's deposit");
    }

    /// @dev Works once: the same again changes nothing, and takes no fee.
    function once(uint256 key, bytes memory op, bytes32 digest) internal {
        uint64 before = balanceOf(VM.addr(key));
        relayed(key, op, digest);
        yes(balanceOf(VM.addr(key)) != before, "a fee");
        before = balanceOf(VM.addr(key));
        (bytes32 r, bytes32 vs) = signFee(key, relayer, FEE, digest);
        VM.expectRevert();
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        eq(balanceOf(VM.addr(key)), before, "a second fee");
    }

    function releaseOp(uint256 key, address who, uint8 id, uint16 epoch)
        internal
        view
        returns (bytes memory, bytes32)
    {
        (bytes32 r, bytes32 vs) = signRelease(key, who, id, epoch);
        return
            (abi.encodeCall(payments.release, (who, id, epoch, r, vs)), digestOf(releaseForm(who, id, epoch)));
    }

    /// A release is signed by its provider, and paid for by the consumer it names: nobody else's consent counts, and none
    /// to another release.
    function test_consumerPaysForARelease() external {
        depositFor(otherConsumer, COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        lockFor(CONSUMER, provider, 1, 0, FIVE);
        (bytes memory op, bytes32 digest) = releaseOp(PROVIDER, consumer, 0, 0);
        releaseRefused(PROVIDER, digest, op);
        releaseRefused(OTHER_CONSUMER, digest, op);
        bytes32 other = digestOf(releaseForm(consumer, 1, 0));
        releaseRefused(CONSUMER, other, op); // of another channel
        other = digestOf(releaseForm(consumer, 0, 1));
        releaseRefused(CONSUMER, other, op); // of another epoch
        other = digestOf(releaseForm(otherConsumer, 0, 0));
        releaseRefused(OTHER_CONSUMER, other, op); // of another consumer
        expectChannel(consumer, 0, provider, FIVE, 0, 0);
        relayed(CONSUMER, op, digest);
        expectChannel(consumer, 0, address(0), FIVE, 0, 1);
        eq(balanceOf(consumer), 10 * COIN - FEE, "the consumer's deposit");
        eq(balanceOf(provider), COIN, "the provider's deposit");
        eq(grossOf(relayer), FEE, "the relayer's earnings");
    }

    function releaseRefused(uint256 key, bytes32 digest, bytes memory op) internal {
        (bytes32 r, bytes32 vs) = signFee(key, relayer, FEE, digest);
        fails(IPayments.WrongSignature.selector);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
    }

    /// That a consumer pays for it makes it no release: the provider signs that.
    function test_consumerCannotRelease() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        (bytes memory op, bytes32 digest) = releaseOp(CONSUMER, consumer, 0, 0);
        releaseRefused(CONSUMER, digest, op);
        (op, digest) = releaseOp(OTHER_PROVIDER, consumer, 0, 0);
        releaseRefused(CONSUMER, digest, op);
        // Nobody's channel, by nobody's consent.
        (op,) = releaseOp(PROVIDER, address(0), 0, 0);
        fails(IPayments.WrongSignature.selector);
        VM.prank(relayer);
        payments.relay(0, bytes32(uint256(1)), bytes32(ORDER / 2 + 1), op);
        // An address with more bits than it has is another digest's.
        (op, digest) = releaseOp(PROVIDER, consumer, 0, 0);
        op[4] = 0x01;
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, digest);
        VM.expectRevert();
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        expectChannel(consumer, 0, provider, FIVE, 0, 0);
        eq(grossOf(relayer), 0, "earnings");
    }

    /// The deposit pays, as it is before: what is locked does not.
    function test_releaseWithoutADepositForItsFee() external {
        lockFor(CONSUMER, provider, 0, 0, uint40(20 * COIN - FEE + 1));
        (bytes memory op, bytes32 digest) = releaseOp(PROVIDER, consumer, 0, 0);
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, digest);
        fails(IPayments.Uncovered.selector);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        expectChannel(consumer, 0, provider, uint40(20 * COIN - FEE + 1), 0, 0);
        eq(grossOf(relayer), 0, "earnings");
        depositFor(consumer, 1);
        relayed(CONSUMER, op, digest); // exactly
        eq(balanceOf(consumer), 0, "the consumer's deposit");
    }

    function test_feeIsForItsRelayerAndOperation() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        (bytes memory op, bytes32 digest) = lockOp(asked);
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, digest);
        refused(stranger, FEE, r, vs, op); // not who is named
        refused(relayer, FEE + 1, r, vs, op); // not the fee
        refused(relayer, FEE, r, twin(vs), op); // another form of the signature
        refused(relayer, FEE, r, bytes32(ORDER / 2 + 1), op);
        (bytes32 r2, bytes32 vs2) = signFee(STRANGER, relayer, FEE, digest);
        refused(relayer, FEE, r2, vs2, op); // not who signed the operation
        (bytes memory other,) = lockOp(signLock(CONSUMER, provider, 1, 0, FIVE));
        refused(relayer, FEE, r, vs, other); // not this operation
        VM.chainId(block.chainid + 1);
        refused(relayer, FEE, r, vs, op);
        VM.chainId(block.chainid - 1);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
    }

    function refused(address sender, uint64 fee, bytes32 r, bytes32 vs, bytes memory op) internal {
        fails(IPayments.WrongSignature.selector);
        VM.prank(sender);
        payments.relay(fee, r, vs, op);
        eq(balanceOf(consumer), 20 * COIN, "balance");
        eq(grossOf(sender), 0, "earnings");
    }

    /// What reverts takes no fee, whatever was signed for it.
    function test_noFeeWithoutEffect() external {
        (bytes memory op, bytes32 digest) = lockOp(signLock(CONSUMER, provider, 0, 7, FIVE));
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, digest);
        VM.expectRevert();
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        eq(grossOf(relayer), 0, "earnings");
        (op, digest) = lockOp(signLock(CONSUMER, provider, 0, 0, uint40(20 * COIN)));
        (r, vs) = signFee(CONSUMER, relayer, FEE, digest); // nothing would be left for the fee
        VM.expectRevert();
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        (r, vs) = signFee(CONSUMER, relayer, type(uint64).max, digest);
        fails(IPayments.Uncovered.selector);
        VM.prank(relayer);
        payments.relay(type(uint64).max, r, vs, op);
        eq(grossOf(relayer), 0, "earnings");
    }

    /// Only signed operations can be relayed: nothing that asks who sends it, and no longer calls.
    function test_unknownOperations() external {
        bytes[6] memory ops = [
            bytes(""),
            hex"010203",
            abi.encodeCall(payments.withdrawDeposit, (stranger, 1)),
            abi.encodeCall(payments.changeBeneficiary, (address(0), stranger)),
            bytes.concat(abi.encodeCall(payments.lock, (signLock(CONSUMER, provider, 0, 0, FIVE))), hex"00"),
            abi.encodeCall(payments.collect, ())
        ];
        for (uint256 i = 0; i < ops.length; ++i) {
            fails(IPayments.UnknownOperation.selector);
            payments.relay(0, 0, 0, ops[i]);
        }
    }

    /// Nobody signed, twice: that the two agree on it is no reason.
    function test_nobodyRelaysNothing() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, FIVE);
        asked.vs = bytes32(ORDER / 2 + 1);
        fails(IPayments.WrongSignature.selector);
        VM.prank(relayer);
        payments.relay(0, bytes32(uint256(1)), asked.vs, abi.encodeCall(payments.lock, (asked)));
    }

    /// Who follows the events books the fee before the operation: a withdrawal's coins move last.
    function test_feeIsLoggedFirst() external {
        WithdrawIntent memory w = signWithdraw(CONSUMER, stranger, COIN, 0, soon());
        VM.recordLogs();
        relayed(CONSUMER, abi.encodeCall(payments.withdrawDepositFor, (w)), digestOf(withdrawForm(w)));
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs.length, 3, "events");
        eq(logs[0].topics[0], IPayments.Relayed.selector, "first");
        eq(logs[1].topics[0], IPayments.DepositWithdrawn.selector, "second");
        eq(logs[2].emitter, address(coin), "third");
    }

    function test_withdrawDepositForRefusals() external {
        uint32 until = soon();
        WithdrawIntent memory w = signWithdraw(CONSUMER, stranger, COIN, 1, until);
        fails(IPayments.WrongNonce.selector);
        payments.withdrawDepositFor(w);
        w = signWithdraw(CONSUMER, stranger, 20 * COIN + 1, 0, until);
        fails(IPayments.Uncovered.selector);
        payments.withdrawDepositFor(w);
        w = signWithdraw(STRANGER, stranger, COIN, 0, until);
        fails(IPayments.Uncovered.selector); // it is about the stranger's deposit
        payments.withdrawDepositFor(w);
        w = signWithdraw(CONSUMER, address(payments), COIN, 0, until);
        fails(IPayments.BadAddress.selector);
        payments.withdrawDepositFor(w);
        w = signWithdraw(CONSUMER, stranger, COIN, 0, uint32(block.timestamp + 2 hours));
        fails(IPayments.Expired.selector);
        payments.withdrawDepositFor(w);
        w = signWithdraw(CONSUMER, stranger, COIN, 0, until);
        w.to = relayer;
        fails(IPayments.Uncovered.selector); // signed by somebody else, who has nothing
        payments.withdrawDepositFor(w);
        w = signWithdraw(CONSUMER, stranger, COIN, 0, until);
        (w.vs, w.to) = (bytes32(ORDER / 2 + 1), stranger);
        fails(IPayments.WrongSignature.selector);
        payments.withdrawDepositFor(w);
        w = signWithdraw(CONSUMER, stranger, COIN, 0, until);
        payments.withdrawDepositFor(w);
        fails(IPayments.WrongNonce.selector);
        payments.withdrawDepositFor(w);
        eq(payments.nonces(consumer), 1, "nonce");
        eq(coin.balanceOf(stranger), COIN * WEI, "coins");
        VM.warp(until + 1);
        w = signWithdraw(CONSUMER, stranger, COIN, 1, until);
        fails(IPayments.Expired.selector);
        payments.withdrawDepositFor(w);
    }

    function test_reclaimForRefusals() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        uint32 until = soon();
        reclaimRefused(CONSUMER, 0, until, IPayments.NothingChanged.selector);
        releaseBy(PROVIDER, consumer, 0, 0);
        reclaimRefused(CONSUMER, 0, until, IPayments.WrongEpoch.selector);
        reclaimRefused(STRANGER, 1, until, IPayments.WrongEpoch.selector); // the stranger's channel
        reclaimRefused(CONSUMER, 1, uint32(block.timestamp + 2 hours), IPayments.Expired.selector);
        fails(IPayments.WrongSignature.selector);
        payments.reclaimFor(0, 1, until, bytes32(uint256(1)), bytes32(ORDER / 2 + 1));
        (bytes32 r, bytes32 vs) = sign(CONSUMER, domain(address(payments)), reclaimForm(0, 1, until));
        VM.prank(stranger);
        payments.reclaimFor(0, 1, until, r, vs);
        eq(balanceOf(consumer), 20 * COIN, "balance");
        fails(IPayments.WrongEpoch.selector);
        payments.reclaimFor(0, 1, until, r, vs);
    }

    function reclaimRefused(uint256 key, uint16 epoch, uint32 until, bytes4 why) internal {
        (bytes32 r, bytes32 vs) = sign(key, domain(address(payments)), reclaimForm(0, epoch, until));
        fails(why);
        payments.reclaimFor(0, epoch, until, r, vs);
    }

    function test_announceHub() external {
        bytes memory enr = new bytes(300);
        fails(IPayments.Unbonded.selector);
        VM.prank(consumer);
        payments.announceHub(enr); // a deposit, but not registered
        (RegisterIntent memory k,) = registration(CONSUMER);
        registry.register(k.x, k.y, k.r, k.vs);
        VM.recordLogs();
        VM.prank(consumer);
        payments.announceHub(enr);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs[0].topics[0], IPayments.HubAnnounced.selector, "event");
        eq(logs[0].topics[1], bytes32(uint256(uint160(consumer))), "who");
        eq(keccak256(logs[0].data), keccak256(abi.encode(enr)), "what");
        fails(IPayments.BadLength.selector);
        VM.prank(consumer);
        payments.announceHub(new bytes(301));
        fails(IPayments.BadLength.selector);
        VM.prank(consumer);
        payments.announceHub("");
        VM.prank(consumer);
        payments.withdrawDeposit(stranger, 10 * COIN);
        VM.prank(consumer);
        payments.announceHub(enr); // exactly the bond is left
        VM.prank(consumer);
        payments.withdrawDeposit(stranger, 1);
        fails(IPayments.Unbonded.selector);
        VM.prank(consumer);
        payments.announceHub(enr);
    }
}

/// Relayed deposits with a registration, and coins that tell of themselves.
contract OnboardTest is RelayBase {
    function intended(uint256 key) internal view returns (FundIntent memory f, PermitSignature memory p) {
        address who = VM.addr(key);
        f = FundIntent(who, who, 5 * COIN, FEE, relayer, coin.nonces(who), soon(), 0, 0);
        f = signFund(key, f);
        p = signPermit(key, (5 * COIN + FEE) * WEI, f.permitNonce);
    }

    function setUp() public override {
        super.setUp();
        mint(consumer, 100 * COIN);
    }

    function test_onboard() external {
        (FundIntent memory f, PermitSignature memory p) = intended(CONSUMER);
        (RegisterIntent memory k,) = registration(CONSUMER);
        fails(IPayments.NotTheRelayer.selector);
        VM.prank(stranger);
        payments.onboard(f, p, k);
        VM.prank(relayer);
        payments.onboard(f, p, k);
        eq(balanceOf(consumer), 5 * COIN, "deposit");
        eq(grossOf(relayer), FEE, "fee");
        eq(registry.keyX(consumer), k.x, "registered");
    }

    /// Whoever sees it can send the registration first. The deposit does not fail for that.
    function test_onboardAfterRegistration() external {
        (FundIntent memory f, PermitSignature memory p) = intended(CONSUMER);
        (RegisterIntent memory k,) = registration(CONSUMER);
        registry.register(k.x, k.y, k.r, k.vs);
        VM.prank(relayer);
        payments.onboard(f, p, k);
        eq(balanceOf(consumer), 5 * COIN, "deposit");
    }

    function test_onboardOfSomebodyElse() external {
        (FundIntent memory f, PermitSignature memory p) = intended(CONSUMER);
        (RegisterIntent memory k,) = registration(STRANGER);
        fails(IPayments.BadAddress.selector);
        VM.prank(relayer);
        payments.onboard(f, p, k);
        k.r = 0;
        fails(Registry.WrongSignature.selector);
        VM.prank(relayer);
        payments.onboard(f, p, k);
        eq(coin.balanceOf(consumer), 100 * COIN * WEI, "coins");
    }

    function test_transferAndCall() external {
        VM.prank(consumer);
        coin.transferAndCall(address(payments), 3 * COIN * WEI);
        eq(balanceOf(consumer), 3 * COIN, "for who sends");
        VM.prank(consumer);
        coin.transferAndCall(address(payments), 2 * COIN * WEI, abi.encode(otherConsumer));
        eq(balanceOf(otherConsumer), 2 * COIN, "for who is named");
        eq(coin.balanceOf(address(payments)), 5 * COIN * WEI, "coins held");
    }

    function test_transferAndCallRefusals() external {
        bytes[4] memory data =
            [bytes(hex"01"), new bytes(64), abi.encode(address(0)), abi.encode(type(uint256).max)];
        for (uint256 i = 0; i < data.length; ++i) {
            VM.expectRevert();
            VM.prank(consumer);
            coin.transferAndCall(address(payments), COIN * WEI, data[i]);
        }
        fails(IPayments.BadLength.selector);
        VM.prank(consumer);
        coin.transferAndCall(address(payments), COIN * WEI, abi.encode(consumer, 0));
        fails(IPayments.BadAmount.selector);
        VM.prank(consumer);
        coin.transferAndCall(address(payments), WEI + 1);
        fails(IPayments.NothingChanged.selector);
        VM.prank(consumer);
        coin.transferAndCall(address(payments), 0);
        eq(coin.balanceOf(consumer), 100 * COIN * WEI, "coins");
        // Nobody but the coin says that coins came.
        fails(IPayments.NotTheCoin.selector);
        VM.prank(consumer);
        payments.onTransferReceived(consumer, consumer, COIN * WEI, "");
        fails(IPayments.TooMuch.selector);
        VM.prank(address(coin));
        payments.onTransferReceived(consumer, consumer, (1 << 64) * WEI, "");
        fails(IPayments.TooMuch.selector);
        VM.prank(address(coin));
        payments.onTransferReceived(consumer, consumer, ((1 << 64) + 1) * WEI, "");
    }
}
