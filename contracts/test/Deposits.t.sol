// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FundIntent, IPayments, PermitSignature} from "../src/IPayments.sol";
import {TestCoin} from "../src/TestCoin.sol";
import {Base} from "./Base.sol";

contract DepositsTest is Base {
    function setUp() public override {
        super.setUp();
        mint(consumer, 100 * COIN);
    }

    function approve(uint256 value) internal {
        VM.prank(consumer);
        coin.approve(address(payments), value);
    }

    function testFuzz_deposit(uint64 first, uint64 second) external {
        first = uint64(1 + first % (50 * COIN));
        second = uint64(1 + second % (50 * COIN));
        approve(type(uint256).max);
        VM.prank(consumer);
        payments.deposit(otherConsumer, first);
        VM.prank(consumer);
        payments.deposit(otherConsumer, second);
        eq(balanceOf(otherConsumer), first + second, "balance");
        eq(coin.balanceOf(address(payments)), (uint256(first) + second) * WEI, "coins held");
    }

    function test_depositNeedsCoins() external {
        approve(COIN * WEI - 1);
        VM.expectRevert();
        VM.prank(consumer);
        payments.deposit(consumer, COIN);
        eq(balanceOf(consumer), 0, "balance");
    }

    function test_depositOfNothing() external {
        fails(IPayments.NothingChanged.selector);
        payments.deposit(consumer, 0);
        approve(type(uint256).max);
        fails(IPayments.BadAddress.selector);
        VM.prank(consumer);
        payments.deposit(address(0), 1);
    }

    /// Balances stop at 2⁶³ units, so that a channel's remainder always fits back in.
    function test_depositStopsAtTheLimit() external {
        uint64 limit = type(uint64).max / 2;
        bytes32 slot = keccak256(abi.encode(consumer, _accountsSlot()));
        VM.store(address(payments), slot, bytes32(uint256(limit) - 1));
        eq(balanceOf(consumer), limit - 1, "stored");
        approve(type(uint256).max);
        VM.prank(consumer);
        payments.deposit(consumer, 1);
        fails(IPayments.TooMuch.selector);
        VM.prank(consumer);
        payments.deposit(consumer, 1);
    }

    function _accountsSlot() internal pure returns (uint256) {
        return 2; // after the two strings of OpenZeppelin's EIP712; Layout.t.sol checks it
    }

    function test_depositWithPermit() external {
        PermitSignature memory permit = signPermit(CONSUMER, 5 * COIN * WEI, 0);
        VM.prank(consumer);
        payments.depositWithPermit(consumer, 5 * COIN, permit);
        eq(balanceOf(consumer), 5 * COIN, "balance");
        eq(coin.allowance(consumer, address(payments)), 0, "allowance");
    }

    /// Somebody who uses the permit up first only saves the owner the gas for it.
    function test_depositWithUsedPermit() external {
        PermitSignature memory permit = signPermit(CONSUMER, 5 * COIN * WEI, 0);
        usePermit(permit, 5 * COIN * WEI);
        VM.prank(consumer);
        payments.depositWithPermit(consumer, 5 * COIN, permit);
        eq(balanceOf(consumer), 5 * COIN, "balance");
    }

    /// A permit names no depositor: only its owner may use it here.
    function test_strangerCannotUsePermit() external {
        PermitSignature memory permit = signPermit(CONSUMER, 5 * COIN * WEI, 0);
        VM.expectRevert();
        VM.prank(stranger);
        payments.depositWithPermit(stranger, 5 * COIN, permit);
        usePermit(permit, 5 * COIN * WEI);
        VM.expectRevert();
        VM.prank(stranger);
        payments.depositWithPermit(stranger, 5 * COIN, permit);
        eq(coin.balanceOf(consumer), 100 * COIN * WEI, "the owner's coins");
    }

    function usePermit(PermitSignature memory p, uint256 value) internal {
        bytes32 s = p.vs & bytes32(type(uint256).max >> 1);
        coin.permit(consumer, address(payments), value, p.deadline, uint8(uint256(p.vs) >> 255) + 27, p.r, s);
    }

    function testFuzz_withdrawDeposit(uint64 units) external {
        units = uint64(1 + units % (10 * COIN));
        depositFor(consumer, 10 * COIN);
        VM.prank(consumer);
        payments.withdrawDeposit(otherConsumer, units);
        eq(balanceOf(consumer), 10 * COIN - units, "balance");
        eq(coin.balanceOf(otherConsumer), uint256(units) * WEI, "coins");
    }

    function test_withdrawDepositRefusals() external {
        depositFor(consumer, COIN);
        fails(IPayments.Uncovered.selector);
        VM.prank(consumer);
        payments.withdrawDeposit(consumer, COIN + 1);
        fails(IPayments.Uncovered.selector);
        VM.prank(stranger);
        payments.withdrawDeposit(stranger, 1);
        fails(IPayments.NothingChanged.selector);
        VM.prank(consumer);
        payments.withdrawDeposit(consumer, 0);
        fails(IPayments.BadAddress.selector);
        VM.prank(consumer);
        payments.withdrawDeposit(address(payments), 1);
        fails(IPayments.BadAddress.selector);
        VM.prank(consumer);
        payments.withdrawDeposit(address(0), 1);
    }

    function test_configuration() external {
        misconfigured(address(coin), address(0), RATE, DELAY);
        misconfigured(address(coin), TREASURY, 10_001, DELAY);
        misconfigured(address(coin), TREASURY, RATE, 366 days);
        misconfigured(address(new SixDecimals()), TREASURY, RATE, DELAY);
        misconfigured(abi.encode(coin, registry, TREASURY, RATE, DELAY, type(uint64).max / 2 + 1));
        VM.expectRevert();
        this.deploy(abi.encode(address(0xdead), registry, TREASURY, RATE, DELAY, BOND));
        VM.expectRevert();
        this.deploy(abi.encode(coin, address(0xdead), TREASURY, RATE, DELAY, BOND));
        // What knows a key of address zero is no registry of ours.
        VM.store(address(registry), keccak256(abi.encode(address(0), uint256(2))), bytes32(uint256(1)));
        misconfigured(address(coin), TREASURY, RATE, DELAY);
    }

    function misconfigured(address coin_, address treasury, uint16 rate, uint32 delay) internal {
        misconfigured(abi.encode(coin_, registry, treasury, rate, delay, BOND));
    }

    function misconfigured(bytes memory arguments) internal {
        fails(IPayments.BadConfiguration.selector);
        this.deploy(arguments);
    }

    function deploy(bytes calldata arguments) external {
        create("Payments", arguments);
    }

    function test_mintIsCapped() external {
        uint256 cap = coin.MINT_CAP();
        coin.mint(stranger, cap);
        VM.expectRevert(abi.encodeWithSelector(TestCoin.MintCapExceeded.selector, cap + 1, cap));
        coin.mint(stranger, cap + 1);
    }
}

contract SixDecimals is TestCoin {
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

/// Relayed deposits, and every way to turn somebody else's signatures into one's own deposit.
contract FundTest is Base {
    uint64 internal constant UNITS = 5 * COIN;
    uint64 internal constant FEE = COIN / 10;

    function setUp() public override {
        super.setUp();
        mint(consumer, 100 * COIN);
    }

    function intended() internal view returns (FundIntent memory) {
        return FundIntent(consumer, otherConsumer, UNITS, FEE, relayer, coin.nonces(consumer), soon(), 0, 0);
    }

    function value() internal pure returns (uint256) {
        return (uint256(UNITS) + FEE) * WEI;
    }

    function signed() internal view returns (FundIntent memory f, PermitSignature memory p) {
        f = signFund(CONSUMER, intended());
        p = signPermit(CONSUMER, value(), f.permitNonce);
    }

    function send(address sender, FundIntent memory f, PermitSignature memory p) internal {
        VM.prank(sender);
        payments.fund(f, p);
    }

    function refused(address sender, FundIntent memory f, PermitSignature memory p, bytes4 why) internal {
        fails(why);
        send(sender, f, p);
        eq(coin.balanceOf(consumer), 100 * COIN * WEI, "the owner's coins");
    }

    function test_fund() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        send(relayer, f, p);
        eq(balanceOf(otherConsumer), UNITS, "deposit");
        eq(grossOf(relayer), FEE, "the relayer's earnings");
        eq(coin.balanceOf(address(payments)), value(), "coins held");
        eq(coin.allowance(consumer, address(payments)), 0, "allowance");
        eq(coin.nonces(consumer), 1, "nonce");
        (f, p) = signed();
        send(relayer, f, p);
        eq(balanceOf(otherConsumer), 2 * UNITS, "deposit of both");
        eq(grossOf(relayer), 2 * FEE, "the relayer's earnings from both");
    }

    function test_fundFreeOfCharge() external {
        FundIntent memory f = intended();
        f.fee = 0;
        f = signFund(CONSUMER, f);
        send(relayer, f, signPermit(CONSUMER, uint256(UNITS) * WEI, 0));
        eq(balanceOf(otherConsumer), UNITS, "deposit");
        eq(grossOf(relayer), 0, "the relayer's earnings");
    }

    function test_refusesOtherSender() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        refused(stranger, f, p, IPayments.NotTheRelayer.selector);
    }

    /// A stranger rewrites the intent in its own favour and sends it with the owner's permit.
    function test_refusesRewrittenIntent() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        f.relayer = stranger;
        refused(stranger, f, p, IPayments.WrongSignature.selector);
        (f, p) = signed();
        f.identity = relayer;
        refused(relayer, f, p, IPayments.WrongSignature.selector);
        (f, p) = signed();
        (f.units, f.fee) = (1, UNITS + FEE - 1);
        refused(relayer, f, p, IPayments.WrongSignature.selector);
        (f, p) = signed();
        f.owner = otherConsumer;
        refused(relayer, f, p, IPayments.WrongSignature.selector);
        (f, p) = signed();
        f.validUntil += 1 days;
        refused(relayer, f, p, IPayments.WrongSignature.selector);
    }

    /// A stranger signs its own intent over an owner's permit.
    function test_refusesForeignSignature() external {
        (, PermitSignature memory p) = signed();
        FundIntent memory f = intended();
        (f.identity, f.relayer) = (stranger, stranger);
        refused(stranger, signFund(STRANGER, f), p, IPayments.WrongSignature.selector);
    }

    /// A malformed signature recovers to nobody; nobody must not be an owner.
    function test_refusesNobody() external {
        FundIntent memory f = intended();
        (f.owner, f.vs) = (address(0), bytes32(ORDER / 2 + 1));
        PermitSignature memory p;
        p.deadline = soon();
        refused(relayer, f, p, IPayments.WrongSignature.selector);
    }

    /// A permit used before: the allowance is there, but it can be from anything.
    function test_refusesUsedPermit() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        bytes32 s = p.vs & bytes32(type(uint256).max >> 1);
        coin.permit(
            consumer, address(payments), value(), p.deadline, uint8(uint256(p.vs) >> 255) + 27, p.r, s
        );
        refused(relayer, f, p, IPayments.WrongPermit.selector);
        refused(stranger, f, p, IPayments.NotTheRelayer.selector);
        // The owner signs again, and it works.
        (f, p) = signed();
        send(relayer, f, p);
        eq(balanceOf(otherConsumer), UNITS, "deposit");
        eq(coin.allowance(consumer, address(payments)), 0, "allowance");
    }

    function test_refusesReplay() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        send(relayer, f, p);
        fails(IPayments.WrongPermit.selector);
        send(relayer, f, p);
        // Also when the owner allows the same amount again, for something else.
        VM.prank(consumer);
        coin.approve(address(payments), value());
        fails(IPayments.WrongPermit.selector);
        send(relayer, f, p);
        eq(balanceOf(otherConsumer), UNITS, "deposit");
    }

    function test_refusesPermitOverOtherAmount() external {
        FundIntent memory f = signFund(CONSUMER, intended());
        PermitSignature memory p = signPermit(CONSUMER, value() + 1, 0);
        VM.expectRevert();
        send(relayer, f, p);
        p = signPermit(CONSUMER, value() - 1, 0);
        VM.expectRevert();
        send(relayer, f, p);
    }

    function test_refusesExpired() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        VM.warp(f.validUntil + 1);
        refused(relayer, f, p, IPayments.Expired.selector);
    }

    function test_refusesOtherChainAndContract() external {
        (FundIntent memory f, PermitSignature memory p) = signed();
        IPayments first = payments;
        payments = deployPayments(address(coin), TREASURY, RATE, DELAY);
        refused(relayer, f, p, IPayments.WrongSignature.selector);
        payments = first;
        VM.chainId(block.chainid + 1);
        refused(relayer, f, p, IPayments.WrongSignature.selector);
    }

    /// A coin that allows more than it was told, or takes less: nothing of it is credited.
    function test_refusesCoinThatMiscounts() external {
        miscounted(new StickyCoin());
        miscounted(new GenerousCoin());
        // One that takes any permit, and the owner has allowed the same amount for something else.
        miscounted(new PermissiveCoin());
    }

    function miscounted(TestCoin odd) internal {
        coin = odd;
        payments = deployPayments(address(coin), TREASURY, RATE, DELAY);
        mint(consumer, 100 * COIN);
        (FundIntent memory f, PermitSignature memory p) = signed();
        VM.prank(consumer);
        coin.approve(address(payments), value());
        refused(relayer, f, p, IPayments.WrongPermit.selector);
    }

    /// Of a coin that answers false nothing is credited, and nothing is taken for paid.
    function test_coinThatSaysNo() external {
        RefusingCoin odd = new RefusingCoin();
        coin = odd;
        payments = deployPayments(address(coin), TREASURY, RATE, DELAY);
        depositFor(consumer, COIN);
        mint(consumer, 100 * COIN);
        VM.prank(consumer);
        coin.approve(address(payments), value());
        odd.refuse();
        bytes memory why = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, odd);
        VM.expectRevert(why);
        VM.prank(consumer);
        payments.deposit(consumer, COIN);
        (FundIntent memory f, PermitSignature memory p) = signed();
        VM.expectRevert(why);
        send(relayer, f, p);
        VM.expectRevert(why);
        VM.prank(consumer);
        payments.withdrawDeposit(consumer, COIN);
        eq(balanceOf(consumer), COIN, "balance");
        eq(balanceOf(otherConsumer), 0, "deposit");
    }
}

/// A coin whose allowances are never used up.
contract StickyCoin is TestCoin {
    function _spendAllowance(address, address, uint256) internal pure override {}
}

/// A coin that takes every permit for good and counts none of them.
contract PermissiveCoin is TestCoin {
    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) public pure override {}
}

/// A coin that allows a unit more than was signed, and takes the whole allowance for spent.
contract GenerousCoin is TestCoin {
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public override {
        super.permit(owner, spender, value, deadline, v, r, s);
        _approve(owner, spender, value + 1e12);
    }

    function _spendAllowance(address owner, address spender, uint256) internal override {
        _approve(owner, spender, 0);
    }
}

/// A coin that says no instead of reverting.
contract RefusingCoin is TestCoin {
    bool public refuses;

    function refuse() external {
        refuses = true;
    }

    function transfer(address to, uint256 value) public override(ERC20, IERC20) returns (bool) {
        return !refuses && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value)
        public
        override(ERC20, IERC20)
        returns (bool)
    {
        if (!refuses) return super.transferFrom(from, to, value);
        _spendAllowance(from, msg.sender, value);
        return false;
    }
}
