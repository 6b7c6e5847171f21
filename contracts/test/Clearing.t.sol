// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments, LockIntent, PromiseIntent} from "../src/IPayments.sol";
import {Base, Vm} from "./Base.sol";

contract ClearingTest is Base {
    uint40 internal constant FIVE = 5_000_000;

    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
        depositFor(otherConsumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
    }

    function paysNothing(PromiseIntent memory p) internal {
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(one(p));
        expectChannel(consumer, 0, provider, FIVE, 0, 0);
        eq(grossOf(provider), 0, "gross");
        (, uint40 due,) = payments.check(p.provider, p.channel, p.epoch, p.amount, p.r, p.vs);
        eq(due, 0, "due");
    }

    /// For any promises in any order, what is cleared is the largest, up to the lock.
    function testFuzz_clearsTheLargest(uint40[5] calldata amounts) external {
        uint40 largest;
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint40 amount = amounts[i] % (2 * FIVE);
            PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, amount);
            (address who, uint40 due,) = payments.check(p.provider, p.channel, p.epoch, p.amount, p.r, p.vs);
            eq(who, consumer, "signer");
            uint40 capped = amount < FIVE ? amount : FIVE;
            eq(due, capped > largest ? capped - largest : 0, "due");
            if (due == 0) {
                fails(IPayments.NothingChanged.selector);
                payments.clearBatch(one(p));
            } else {
                eq(payments.clearBatch(one(p)), due, "paid");
                largest = capped;
            }
            expectChannel(consumer, 0, provider, FIVE, largest, 0);
            eq(grossOf(provider), largest, "gross");
        }
    }

    function test_event() external {
        clearOne(CONSUMER, provider, 0, 0, 3);
        VM.recordLogs();
        VM.prank(stranger);
        clearOne(CONSUMER, provider, 0, 0, 10);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs.length, 1, "events");
        eq(logs[0].topics[0], IPayments.Cleared.selector, "event");
        eq(logs[0].topics[1], bytes32(uint256(uint160(consumer))), "consumer");
        eq(logs[0].topics[2], bytes32(uint256(uint160(provider))), "provider");
        eq(keccak256(logs[0].data), keccak256(abi.encode(0, 0, 10, 7)), "channel, epoch, cleared, paid");
    }

    function test_aboveTheLockPaysTheLock() external {
        eq(payments.clearBatch(one(signPromise(CONSUMER, provider, 0, 0, type(uint40).max))), FIVE, "paid");
    }

    function test_smallerOrReplayed() external {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        payments.clearBatch(one(p));
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(one(p));
        fails(IPayments.NothingChanged.selector);
        clearOne(CONSUMER, provider, 0, 0, 99);
        eq(grossOf(provider), 100, "gross");
    }

    function test_wrongSigner() external {
        paysNothing(signPromise(STRANGER, provider, 0, 0, 100));
        paysNothing(signPromise(PROVIDER, provider, 0, 0, 100));
    }

    function test_changedAfterSigning() external {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        p.amount = 101;
        paysNothing(p);
        p = signPromise(CONSUMER, provider, 1, 0, 100);
        p.channel = 0;
        paysNothing(p);
        p = signPromise(CONSUMER, otherProvider, 0, 0, 100);
        p.provider = provider;
        paysNothing(p);
        p = signPromise(CONSUMER, provider, 0, 1, 100);
        p.epoch = 0;
        paysNothing(p);
    }

    function test_otherProviderChannelEpoch() external {
        paysNothing(signPromise(CONSUMER, otherProvider, 0, 0, 100));
        paysNothing(signPromise(CONSUMER, provider, 1, 0, 100));
        paysNothing(signPromise(CONSUMER, provider, 0, 1, 100));
        paysNothing(signPromise(CONSUMER, provider, 6, 0, 100));
        paysNothing(signPromise(CONSUMER, address(0), 0, 0, 100));
        paysNothing(signPromise(CONSUMER, address(0), 1, 0, 100));
        paysNothing(signPromise(CONSUMER, provider, 0, 0, 0));
    }

    function test_earlierEpoch() external {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        releaseBy(PROVIDER, consumer, 0, 0);
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(one(p));
        lockFor(CONSUMER, provider, 0, 1, FIVE);
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(one(p));
    }

    function test_otherContractAndChain() external {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        IPayments first = payments;
        payments = deployPayments(address(coin), TREASURY, RATE, DELAY);
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        paysNothing(p);
        payments = first;
        VM.chainId(block.chainid + 1);
        paysNothing(p);
        paysNothing(registryPromise());
    }

    /// Signed for another contract of ours: the same name and version, another address.
    function registryPromise() internal view returns (PromiseIntent memory p) {
        p = PromiseIntent(provider, 0, 0, 100, 0, 0);
        (p.r, p.vs) = sign(CONSUMER, domain(address(registry)), promiseForm(p));
    }

    function test_highS() external {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        p.vs = twin(p.vs);
        paysNothing(p);
        p.vs = bytes32(ORDER / 2 + 1);
        paysNothing(p);
        p.vs = bytes32(type(uint256).max);
        paysNothing(p);
    }

    /// Signatures over other forms with the same fields are no promises.
    function test_lockIsNoPromise() external {
        LockIntent memory asked = signLock(CONSUMER, provider, 0, 0, 100);
        paysNothing(PromiseIntent(provider, 0, 0, 100, asked.r, asked.vs));
    }

    /// Bad records, wherever they stand, change nothing for the good ones.
    function testFuzz_poisonedBatch(uint8 bad, uint256 seed) external {
        lockFor(OTHER_CONSUMER, provider, 5, 0, FIVE);
        lockFor(OTHER_CONSUMER, otherProvider, 1, 0, FIVE);
        PromiseIntent[] memory list = new PromiseIntent[](3 + bad % 8);
        uint256 first = seed % (list.length - 2);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = poison(uint256(keccak256(abi.encode(seed, i))));
        }
        list[first] = signPromise(CONSUMER, provider, 0, 0, 100);
        list[first + 1] = signPromise(OTHER_CONSUMER, otherProvider, 1, 0, 30);
        list[list.length - 1] = signPromise(OTHER_CONSUMER, provider, 5, 0, 20);
        eq(payments.clearBatch(list), 150, "paid");
        eq(grossOf(provider), 120, "gross");
        eq(grossOf(otherProvider), 30, "gross of the other");
    }

    function poison(uint256 seed) internal view returns (PromiseIntent memory p) {
        uint256 kind = seed % 6;
        if (kind == 0) return PromiseIntent(provider, 0, 0, 100, bytes32(seed), bytes32(seed >> 1));
        if (kind == 1) return signPromise(STRANGER, provider, 0, 0, 100);
        if (kind == 2) return signPromise(CONSUMER, otherProvider, 0, 0, 100);
        if (kind == 3) return signPromise(CONSUMER, address(0), 0, 0, 100);
        if (kind == 4) return signPromise(CONSUMER, provider, uint8(6 + seed % 250), 0, 100);
        return signPromise(CONSUMER, provider, 0, 9, 100);
    }

    function test_emptyBatch() external {
        fails(IPayments.NothingChanged.selector);
        payments.clearBatch(new PromiseIntent[](0));
    }

    function test_checkShowsTimer() external {
        requestUnlock(CONSUMER, 0, 0);
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        (, uint40 due, uint32 time) = payments.check(p.provider, p.channel, p.epoch, p.amount, p.r, p.vs);
        eq(due, 100, "due");
        eq(time, block.timestamp + DELAY, "unlockAt");
    }
}

contract EarningsTest is Base {
    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, uint40(20 * COIN));
    }

    function signBeneficiary(uint256 key, address to) internal view returns (bytes32 r, bytes32 vs) {
        bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
        return sign(key, domain(address(payments)), abi.encode(form, provider, to));
    }

    /// Spent = received + fee, to the unit; the fee is rounded up.
    function testFuzz_withdraw(uint40 amount, uint16 rate) external {
        rate = rate % 10_001;
        amount = uint40(1 + amount % (20 * COIN));
        payments = deployPayments(address(coin), TREASURY, rate, DELAY);
        depositFor(consumer, 20 * COIN);
        lockFor(CONSUMER, provider, 0, 0, uint40(20 * COIN));
        clearOne(CONSUMER, provider, 0, 0, amount);
        (uint96 gross, uint256 net, uint256 fee,) = payments.earnings(provider);
        eq(gross, amount, "gross");
        eq(net + fee, amount, "nothing lost");
        yes(
            fee * 10_000 >= uint256(amount) * rate && fee * 10_000 < uint256(amount) * rate + 10_000,
            "rounding"
        );
        VM.prank(stranger);
        payments.withdraw(provider);
        eq(coin.balanceOf(provider), net * WEI, "received");
        eq(payments.fees(), fee, "fees");
        eq(grossOf(provider), 0, "gross");
        if (fee == 0) fails(IPayments.NothingChanged.selector);
        payments.collect();
        eq(coin.balanceOf(TREASURY), fee * WEI, "treasury");
        eq(payments.fees(), 0, "fees");
    }

    function test_nothingToWithdraw() external {
        fails(IPayments.NothingChanged.selector);
        payments.withdraw(provider);
        fails(IPayments.NothingChanged.selector);
        payments.collect();
    }

    function test_beneficiary() external {
        clearOne(CONSUMER, provider, 0, 0, 100);
        (bytes32 r, bytes32 vs) = signBeneficiary(PROVIDER, otherProvider);
        VM.prank(stranger);
        payments.setBeneficiary(provider, otherProvider, r, vs);
        eq(grossOf(provider), 100, "gross is kept");
        payments.withdraw(provider);
        eq(coin.balanceOf(otherProvider), 95 * WEI, "received");
        eq(coin.balanceOf(provider), 0, "nothing to the provider");
        // A second withdrawal still goes there.
        clearOne(CONSUMER, provider, 0, 0, 200);
        payments.withdraw(provider);
        eq(coin.balanceOf(otherProvider), 190 * WEI, "received");
        eq(payments.fees(), 10, "fees of both");
    }

    /// A stolen provider key cannot redirect earnings once there is a beneficiary.
    function test_onlyTheBeneficiaryChangesIt() external {
        (bytes32 r, bytes32 vs) = signBeneficiary(PROVIDER, otherProvider);
        payments.setBeneficiary(provider, otherProvider, r, vs);
        (r, vs) = signBeneficiary(PROVIDER, stranger);
        fails(IPayments.NotTheBeneficiary.selector);
        payments.setBeneficiary(provider, stranger, r, vs);
        fails(IPayments.NotTheBeneficiary.selector);
        VM.prank(provider);
        payments.changeBeneficiary(provider, stranger);
        VM.prank(otherProvider);
        payments.changeBeneficiary(provider, relayer);
        (,,, address now_) = payments.earnings(provider);
        eq(now_, relayer, "beneficiary");
        fails(IPayments.BadAddress.selector);
        VM.prank(relayer);
        payments.changeBeneficiary(provider, address(0));
        fails(IPayments.BadAddress.selector);
        VM.prank(relayer);
        payments.changeBeneficiary(provider, address(payments));
    }

    function test_beneficiaryNeedsTheProvidersSignature() external {
        (bytes32 r, bytes32 vs) = signBeneficiary(STRANGER, stranger);
        fails(IPayments.WrongSignature.selector);
        payments.setBeneficiary(provider, stranger, r, vs);
        fails(IPayments.WrongSignature.selector);
        payments.setBeneficiary(address(0), stranger, r, bytes32(ORDER / 2 + 1));
        (r, vs) = signBeneficiary(PROVIDER, otherProvider);
        fails(IPayments.WrongSignature.selector);
        payments.setBeneficiary(provider, stranger, r, vs);
        (r, vs) = signBeneficiary(PROVIDER, address(0));
        fails(IPayments.BadAddress.selector);
        payments.setBeneficiary(provider, address(0), r, vs);
        (r, vs) = signBeneficiary(PROVIDER, address(payments));
        fails(IPayments.BadAddress.selector);
        payments.setBeneficiary(provider, address(payments), r, vs);
    }

    /// Nobody has a beneficiary before it is set: a call from address zero is no exception.
    function test_zeroIsNoBeneficiary() external {
        fails(IPayments.NotTheBeneficiary.selector);
        VM.prank(stranger);
        payments.changeBeneficiary(provider, stranger);
    }
}
