// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FundIntent, IPayments, LockIntent, PermitSignature, WithdrawIntent} from "../src/IPayments.sol";
import {Refusal} from "../src/Ledger.sol";
import {RelayBase} from "./RelayBase.sol";

/// Every function with amounts, channels, epochs and times of zero and of the largest that fits.
contract ExtremesTest is RelayBase {
    uint64 internal constant MAX = type(uint64).max;
    uint64 internal constant LIMIT = type(uint64).max / 2;

    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        // Coins beyond counting, so that no refusal is for want of them.
        VM.store(address(coin), keccak256(abi.encode(consumer, uint256(0))), bytes32(uint256(1) << 200));
        VM.prank(consumer);
        coin.approve(address(payments), type(uint256).max);
    }

    function test_deposit() external {
        yes(coin.balanceOf(consumer) == 1 << 200, "rich");
        fails(IPayments.TooMuch.selector);
        VM.prank(consumer);
        payments.deposit(consumer, MAX);
        fails(IPayments.TooMuch.selector);
        VM.prank(consumer);
        payments.deposit(stranger, LIMIT + 1);
        VM.prank(consumer);
        payments.deposit(stranger, LIMIT);
        eq(balanceOf(stranger), LIMIT, "balance");
        VM.prank(stranger);
        payments.withdrawDeposit(stranger, LIMIT);
        eq(coin.balanceOf(stranger), uint256(LIMIT) * WEI, "coins");
    }

    function test_depositWithPermit() external {
        PermitSignature memory p = signPermit(CONSUMER, 0, 0);
        fails(IPayments.NothingChanged.selector);
        VM.prank(consumer);
        payments.depositWithPermit(consumer, 0, p);
        p = signPermit(CONSUMER, uint256(MAX) * WEI, 0);
        fails(IPayments.TooMuch.selector);
        VM.prank(consumer);
        payments.depositWithPermit(consumer, MAX, p);
    }

    function funded(uint64 units, uint64 fee, uint32 until) internal {
        FundIntent memory f =
            FundIntent(consumer, stranger, units, fee, relayer, coin.nonces(consumer), until, 0, 0);
        PermitSignature memory p = signPermit(CONSUMER, (uint256(units) + fee) * WEI, f.permitNonce);
        f = signFund(CONSUMER, f);
        VM.prank(relayer);
        payments.fund(f, p);
    }

    function test_fund() external {
        fails(IPayments.NothingChanged.selector);
        this.fund(0, 0, soon());
        fails(IPayments.NothingChanged.selector);
        this.fund(0, FEE, soon()); // a fee for nothing
        fails(IPayments.TooMuch.selector);
        this.fund(MAX, MAX, soon());
        fails(IPayments.Expired.selector);
        this.fund(1, 0, 0);
        funded(LIMIT, MAX, type(uint32).max);
        eq(balanceOf(stranger), LIMIT, "deposit");
        eq(grossOf(relayer), MAX, "fee");
    }

    function fund(uint64 units, uint64 fee, uint32 until) external {
        funded(units, fee, until);
    }

    function test_lock() external {
        uint40 most = type(uint40).max;
        LockIntent[5] memory bad = [
            signLock(CONSUMER, provider, 1, 0, most),
            signLock(CONSUMER, provider, type(uint8).max, 0, FIVE),
            signLock(CONSUMER, provider, 1, type(uint16).max, FIVE),
            signLockUntil(CONSUMER, provider, 1, 0, FIVE, 0),
            signLockUntil(CONSUMER, provider, 1, 0, FIVE, type(uint32).max)
        ];
        Refusal[5] memory why = [
            Refusal.Uncovered, Refusal.NoSuchChannel, Refusal.WrongEpoch, Refusal.Validity, Refusal.Validity
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IPayments.LockRefused.selector, why[i]));
            payments.lock(bad[i]);
        }
        VM.prank(consumer);
        payments.deposit(consumer, most);
        lockFor(CONSUMER, provider, 1, 0, most);
        clearOne(CONSUMER, provider, 1, 0, most);
        expectChannel(consumer, 1, provider, most, most, 0);
        eq(grossOf(provider), most, "gross");
    }

    function test_withdrawDeposit() external {
        fails(IPayments.Uncovered.selector);
        VM.prank(consumer);
        payments.withdrawDeposit(stranger, MAX);
        withdrawFor(0, 0, soon(), IPayments.NothingChanged.selector);
        withdrawFor(MAX, 0, soon(), IPayments.Uncovered.selector);
        withdrawFor(1, type(uint256).max, soon(), IPayments.WrongNonce.selector);
        withdrawFor(1, 0, 0, IPayments.Expired.selector);
        withdrawFor(1, 0, type(uint32).max, IPayments.Expired.selector);
        eq(payments.nonces(consumer), 0, "nonce");
    }

    function withdrawFor(uint64 units, uint256 nonce, uint32 until, bytes4 why) internal {
        WithdrawIntent memory w = signWithdraw(CONSUMER, stranger, units, nonce, until);
        fails(why);
        payments.withdrawDepositFor(w);
    }

    /// Channels and epochs that there are not, and times that are none.
    function test_channels() external {
        for (uint256 i = 0; i < 2; ++i) {
            uint8 id = i == 0 ? 6 : type(uint8).max;
            fails(IPayments.NoProvider.selector);
            this.release_(id, 0);
            fails(IPayments.NoProvider.selector);
            this.requestUnlock_(id, 0, soon());
            fails(IPayments.NoProvider.selector);
            payments.unlock(consumer, id);
            fails(IPayments.NothingChanged.selector);
            VM.prank(consumer);
            payments.reclaim(id);
            fails(IPayments.NothingChanged.selector);
            this.reclaimFor_(id, 0, soon());
        }
        fails(IPayments.WrongEpoch.selector);
        this.release_(0, type(uint16).max);
        fails(IPayments.WrongEpoch.selector);
        this.requestUnlock_(0, type(uint16).max, soon());
        fails(IPayments.WrongEpoch.selector);
        this.reclaimFor_(0, type(uint16).max, soon());
        uint32[2] memory times = [uint32(0), type(uint32).max];
        for (uint256 i = 0; i < 2; ++i) {
            fails(IPayments.Expired.selector);
            this.requestUnlock_(0, 0, times[i]);
            fails(IPayments.Expired.selector);
            this.reclaimFor_(0, 0, times[i]);
        }
    }

    function release_(uint8 id, uint16 epoch) external {
        releaseBy(PROVIDER, consumer, id, epoch);
    }

    function requestUnlock_(uint8 id, uint16 epoch, uint32 until) external {
        (bytes32 r, bytes32 vs) = signUnlock(CONSUMER, id, epoch, until);
        payments.requestUnlock(id, epoch, until, r, vs);
    }

    function reclaimFor_(uint8 id, uint16 epoch, uint32 until) external {
        (bytes32 r, bytes32 vs) = sign(CONSUMER, domain(address(payments)), reclaimForm(id, epoch, until));
        payments.reclaimFor(id, epoch, until, r, vs);
    }

    /// A fee of nothing is a fee; one of everything leaves nothing for the operation.
    function test_relay() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, FIVE + 1);
        bytes memory op = abi.encodeCall(payments.lock, (asked));
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, 15 * COIN, digestOf(lockForm(asked)));
        VM.expectRevert(abi.encodeWithSelector(IPayments.LockRefused.selector, Refusal.Uncovered));
        VM.prank(relayer);
        payments.relay(15 * COIN, r, vs, op);
        eq(grossOf(relayer), 0, "a fee for nothing");
        (r, vs) = signFee(CONSUMER, relayer, 0, digestOf(lockForm(asked)));
        VM.prank(relayer);
        payments.relay(0, r, vs, op);
        expectChannel(consumer, 0, provider, FIVE + 1, 0, 0);
        eq(balanceOf(consumer), 15 * COIN - 1, "balance");
    }

    /// The largest sums that can be credited are paid out to the unit.
    function test_withdraw() external {
        funded(1, MAX, soon());
        payments.withdraw(relayer);
        uint256 fee = (uint256(MAX) * RATE + 9_999) / 10_000;
        eq(coin.balanceOf(relayer), (uint256(MAX) - fee) * WEI, "paid");
        payments.collect();
        eq(coin.balanceOf(TREASURY), fee * WEI, "fees");
        fails(IPayments.NothingChanged.selector);
        payments.withdraw(address(0));
        fails(IPayments.NotTheBeneficiary.selector);
        VM.prank(stranger);
        payments.changeBeneficiary(address(0), stranger);
    }
}
