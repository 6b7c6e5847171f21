// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FundIntent, IPayments, LockIntent, PermitSignature, PromiseIntent} from "../src/IPayments.sol";
import {Refusal} from "../src/Ledger.sol";
import {RelayBase} from "./RelayBase.sol";

/// The rows of the design's table of attacks, in its order, each tried. What only a node can answer, such
/// as a minimum lock, is tried on what the contract contributes to it.
contract AttacksTest is RelayBase {
    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
    }

    function lockRefused(LockIntent memory asked, Refusal why) internal {
        VM.expectRevert(abi.encodeWithSelector(IPayments.LockRefused.selector, why));
        payments.lock(asked);
    }

    function paysNothing(address to, PromiseIntent memory p) internal {
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(one(p));
        fails(IPayments.NothingChanged.selector);
        payments.clearPacked(pack(to, one(p)));
    }

    function test_attack_sameDepositAtManyProviders() external {
        lockFor(CONSUMER, provider, 0, 0, uint40(12 * COIN));
        lockRefused(signLock(CONSUMER, otherProvider, 1, 0, uint40(12 * COIN)), Refusal.Uncovered);
        fails(IPayments.Uncovered.selector);
        VM.prank(consumer);
        payments.withdrawDeposit(consumer, 12 * COIN);
        clearOne(CONSUMER, provider, 0, 0, uint40(12 * COIN)); // what is locked is there
    }

    function test_attack_replayOnOtherChainContractAndAfterSwitch() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        IPayments first = payments;
        payments = deployPayments(address(coin), TREASURY, RATE, DELAY);
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        paysNothing(provider, p);
        payments = first;
        VM.chainId(block.chainid + 1);
        paysNothing(provider, p);
        VM.chainId(block.chainid - 1);
        releaseBy(PROVIDER, consumer, 0, 0);
        lockFor(CONSUMER, otherProvider, 0, 1, FIVE);
        paysNothing(provider, p);
        releaseBy(OTHER_PROVIDER, consumer, 0, 1);
        lockFor(CONSUMER, provider, 0, 2, FIVE); // the same provider again
        paysNothing(provider, p);
    }

    function test_attack_unlockBeforeTheProviderClears() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        requestUnlock(CONSUMER, 0, 0);
        VM.warp(block.timestamp + DELAY - 1);
        VM.expectRevert();
        payments.unlock(consumer, 0);
        clearOne(CONSUMER, provider, 0, 0, FIVE); // until the last second
        VM.warp(block.timestamp + 1);
        payments.unlock(consumer, 0);
        expectChannel(consumer, 0, address(0), 0, 0, 1);
    }

    function test_attack_relayedDepositHijacked() external {
        mint(otherConsumer, 10 * COIN);
        FundIntent memory f =
            FundIntent(otherConsumer, otherConsumer, 5 * COIN, COIN, relayer, 0, soon(), 0, 0);
        f = signFund(OTHER_CONSUMER, f);
        PermitSignature memory p = signPermit(OTHER_CONSUMER, 6 * COIN * WEI, 0);
        fails(IPayments.NotTheRelayer.selector);
        VM.prank(stranger); // sends what it saw
        payments.fund(f, p);
        FundIntent memory own = FundIntent(otherConsumer, stranger, 6 * COIN, 0, stranger, 0, soon(), 0, 0);
        own = signFund(STRANGER, own); // or its own intent over the permit that it saw
        fails(IPayments.WrongSignature.selector);
        VM.prank(stranger);
        payments.fund(own, p);
        // Or it uses the permit up, and deposits from the allowance.
        bytes32 s = p.vs & bytes32(type(uint256).max >> 1);
        uint8 v = uint8(uint256(p.vs) >> 255) + 27;
        coin.permit(otherConsumer, address(payments), 6 * COIN * WEI, p.deadline, v, p.r, s);
        VM.expectRevert();
        VM.prank(stranger);
        payments.deposit(stranger, 6 * COIN);
        VM.expectRevert();
        VM.prank(stranger);
        payments.depositWithPermit(stranger, 6 * COIN, p);
        eq(coin.balanceOf(otherConsumer), 10 * COIN * WEI, "the owner's coins");
    }

    function test_attack_batchPoisonedByOneBadRecord() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        PromiseIntent[] memory list = new PromiseIntent[](3);
        list[0] = PromiseIntent(provider, 0, 0, 7, bytes32(uint256(1)), bytes32(type(uint256).max));
        list[1] = signPromise(CONSUMER, provider, 0, 0, 100);
        list[2] = signPromise(STRANGER, provider, 9, 9, 100);
        eq(payments.clearBatch(list), 100, "paid");
        list[1] = signPromise(CONSUMER, provider, 0, 0, 150);
        eq(payments.clearPacked(pack(provider, list)), 50, "paid");
    }

    /// Who sees a relayed clearing clears most of it first, so that its fee eats the rest: it is refused then. Nor is the fee
    /// due once more later.
    function test_attack_relayedClearingFrontRun() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        bytes memory op = abi.encodeCall(
            payments.clearPacked, (pack(provider, one(signPromise(CONSUMER, provider, 0, 0, FIVE))))
        );
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, relayer, FEE, unsignedDigest(provider, op));
        clearOne(CONSUMER, provider, 0, 0, FIVE - 4 * uint40(FEE) + 1);
        fails(IPayments.Uncovered.selector);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        clearOne(CONSUMER, provider, 0, 0, FIVE);
        fails(IPayments.NothingChanged.selector);
        VM.prank(relayer);
        payments.relay(FEE, r, vs, op);
        eq(grossOf(provider), FIVE, "nothing is lost");
    }

    function test_attack_dustLocksAndUnlockSpam() external {
        lockFor(CONSUMER, provider, 0, 0, 1);
        lockRefused(signLock(CONSUMER, provider, 0, 0, 1), Refusal.NotMore); // the same dust again
        requestUnlock(CONSUMER, 0, 0);
        uint32 time = stateOf(consumer, 0).unlockAt;
        (bytes32 r, bytes32 vs) = signUnlock(CONSUMER, 0, 0, soon());
        fails(IPayments.NothingChanged.selector);
        payments.requestUnlock(0, 0, soon(), r, vs);
        eq(stateOf(consumer, 0).unlockAt, time, "one request each epoch");
        lockRefused(signLock(CONSUMER, provider, 0, 0, 2), Refusal.Unlocking);
        (r, vs) = signRelease(CONSUMER, consumer, 0, 0); // while in debt, only the provider releases
        fails(IPayments.WrongSignature.selector);
        payments.release(consumer, 0, 0, r, vs);
    }

    function test_attack_providerVanishesWithAChannel() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        for (uint8 id = 1; id < 6; ++id) {
            lockFor(CONSUMER, otherProvider, id, 0, 1_000_000); // five other channels
        }
        requestUnlock(CONSUMER, 0, 0);
        VM.warp(block.timestamp + DELAY);
        payments.unlock(consumer, 0);
        VM.prank(consumer);
        payments.reclaim(0);
        eq(balanceOf(consumer), 15 * COIN, "all of it is back");
    }

    function test_attack_stolenProviderKey() external {
        bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
        bytes32 separator = domain(address(payments));
        (bytes32 r, bytes32 vs) = sign(PROVIDER, separator, abi.encode(form, provider, otherProvider));
        payments.setBeneficiary(provider, otherProvider, r, vs);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        clearOne(CONSUMER, provider, 0, 0, FIVE);
        (r, vs) = sign(PROVIDER, separator, abi.encode(form, provider, stranger));
        fails(IPayments.NotTheBeneficiary.selector);
        payments.setBeneficiary(provider, stranger, r, vs);
        fails(IPayments.NotTheBeneficiary.selector);
        VM.prank(provider);
        payments.changeBeneficiary(provider, stranger);
        VM.prank(provider);
        payments.withdraw(provider);
        eq(coin.balanceOf(otherProvider), uint256(FIVE) * WEI * 95 / 100, "to the beneficiary");
        eq(coin.balanceOf(provider) + coin.balanceOf(stranger), 0, "to nobody else");
    }

    /// Who has the key relays for itself, for as much as it likes: a quarter of what is cleared, and of what is withdrawn, is
    /// the most that does not get to the beneficiary.
    function test_attack_stolenProviderKeyRelays() external {
        bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
        (bytes32 r, bytes32 vs) =
            sign(PROVIDER, domain(address(payments)), abi.encode(form, provider, otherProvider));
        payments.setBeneficiary(provider, otherProvider, r, vs);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        PromiseIntent[] memory list = one(signPromise(CONSUMER, provider, 0, 0, FIVE));
        steals(FIVE / 4, abi.encodeCall(payments.clearPacked, (pack(provider, list))));
        steals(FIVE * 3 / 16, abi.encodeCall(payments.withdraw, (provider)));
        eq(coin.balanceOf(otherProvider), uint256(FIVE) * 9 / 16 * WEI * 95 / 100, "to the beneficiary");
        eq(grossOf(stranger), uint256(FIVE) * 7 / 16, "to the thief");
    }

    function steals(uint64 most, bytes memory op) internal {
        bytes32 digest = unsignedDigest(provider, op);
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, stranger, most + 1, digest);
        fails(IPayments.Uncovered.selector);
        VM.prank(stranger);
        payments.relay(most + 1, r, vs, op);
        (r, vs) = signFee(PROVIDER, stranger, most, digest);
        VM.prank(stranger);
        payments.relay(most, r, vs, op);
    }

    function test_attack_twoProvidersOnOneChannel() external {
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        lockRefused(signLock(CONSUMER, otherProvider, 0, 0, 2 * FIVE), Refusal.Busy);
        lockRefused(signLock(CONSUMER, otherProvider, 0, 1, FIVE), Refusal.Busy);
        paysNothing(otherProvider, signPromise(CONSUMER, otherProvider, 0, 0, 10));
        lockFor(CONSUMER, otherProvider, 1, 0, FIVE); // another one is free
    }

    /// A wallet contract that says yes to every signature is not asked.
    function test_attack_smartAccountSignature() external {
        SmartAccount wallet = new SmartAccount();
        setChannel(address(wallet), 0, State(provider, FIVE, 0, 0, 0));
        PromiseIntent memory p = signPromise(STRANGER, provider, 0, 0, 100);
        paysNothing(provider, p);
        paysNothing(
            provider, PromiseIntent(provider, 0, 0, 100, bytes32(uint256(uint160(address(wallet)))), 0)
        );
        (address who, uint40 due,) = payments.check(provider, 0, 0, 100, p.r, p.vs);
        yes(who != address(wallet) && due == 0, "taken for the wallet's promise");
    }
}

contract SmartAccount {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0x1626ba7e;
    }
}
