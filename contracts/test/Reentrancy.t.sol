// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FundIntent, LockIntent, PermitSignature, RegisterIntent, WithdrawIntent} from "../src/IPayments.sol";
import {TestCoin} from "../src/TestCoin.sol";
import {Functions} from "./Functions.sol";

/// A coin that calls back at the beginning and at the end of every transfer and of every permit.
contract ReentrantCoin is TestCoin {
    ReentrancyTest private _watcher;
    address private _target;
    bytes private _call;
    bool private _inside;
    uint256 private _from;
    uint256 public moments; // that it could have called in

    /// @dev Calls from the given moment on, until it had success.
    function arm(ReentrancyTest watcher, address target, bytes calldata call_, uint256 from) external {
        (_watcher, _target, _call, _from, moments) = (watcher, target, call_, from, 0);
    }

    modifier callsBack() {
        callBack();
        _;
        callBack();
    }

    function callBack() private {
        if (address(_watcher) == address(0) || _inside) return;
        _inside = true;
        _watcher.observe();
        if (moments++ >= _from && _call.length != 0) {
            (bool done,) = _target.call(_call);
            if (done) delete _call; // once is what it is measured against
            _watcher.observe();
        }
        _inside = false;
    }

    function transfer(address to, uint256 value) public override(ERC20, IERC20) callsBack returns (bool) {
        return super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value)
        public
        override(ERC20, IERC20)
        callsBack
        returns (bool)
    {
        return super.transferFrom(from, to, value);
    }

    function permit(address owner, address to, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        public
        override
        callsBack
    {
        super.permit(owner, to, value, deadline, v, r, s);
    }
}

/// Every function that moves coins, and in each of its transfers every function there is, sent by a coin that
/// is also a consumer with a deposit, a provider with earnings, a beneficiary and a relayer.
contract ReentrancyTest is Functions {
    struct Call {
        address sender;
        address to;
        bytes input;
    }

    uint256 internal constant OUTER = 12;
    uint256 internal constant MOMENTS = 4; // at most in one call: around a permit, and around a transfer

    ReentrantCoin internal evil;
    Call[] internal calls;

    bool internal insolvent;

    function setUp() public override {
        super.setUp();
        evil = new ReentrantCoin();
        coin = evil;
        payments = deployPayments(address(evil), TREASURY, RATE, DELAY);
        (relayer, otherProvider) = (address(evil), address(evil));
        depositFor(consumer, 20 * COIN);
        depositFor(otherConsumer, 20 * COIN);
        depositFor(relayer, 15 * COIN);
        depositFor(provider, COIN);
        mint(consumer, 100 * COIN);
        mint(relayer, 4 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE);
        clearOne(CONSUMER, provider, 0, 0, FIVE / 2);
        lockFor(OTHER_CONSUMER, relayer, 0, 0, FIVE);
        clearOne(OTHER_CONSUMER, relayer, 0, 0, FIVE);
        lockFor(CONSUMER, provider, 1, 0, FIVE);
        releaseBy(PROVIDER, consumer, 1, 0);
        setChannel(relayer, 1, State(address(0), FIVE, 0, 0, 0)); // the coin cannot sign for it
        coin.mint(address(payments), FIVE * WEI);
        payments.withdraw(relayer); // so that there are fees
        lockFor(OTHER_CONSUMER, relayer, 0, 1, FIVE);
        clearOne(OTHER_CONSUMER, relayer, 0, 1, FIVE);
        lockFor(CONSUMER, provider, 3, 0, FIVE);
        requestUnlock(CONSUMER, 3, 0);
        VM.warp(block.timestamp + DELAY);
        (bytes32 r, bytes32 vs) = signBeneficiary(STRANGER);
        payments.setBeneficiary(stranger, relayer, r, vs);
        VM.store(address(registry), keccak256(abi.encode(relayer, uint256(2))), bytes32(uint256(1)));
        yes(registry.keyX(relayer) != 0, "registered, though it cannot sign for that");
        VM.prank(consumer);
        coin.approve(address(payments), 2 * COIN * WEI);
        VM.prank(relayer);
        coin.approve(address(payments), 3 * COIN * WEI);
        moving();
        others();
        forAFee();
    }

    function add(address sender, bytes memory input) internal {
        calls.push(Call(sender, address(payments), input));
    }

    /// @dev The calls that move coins. What is relayed names the coin as the relayer.
    function moving() internal {
        add(stranger, abi.encodeCall(payments.withdraw, (provider)));
        add(relayer, abi.encodeCall(payments.withdraw, (relayer)));
        add(stranger, abi.encodeCall(payments.collect, ()));
        add(relayer, abi.encodeCall(payments.withdrawDeposit, (stranger, 15 * COIN)));
        add(relayer, abi.encodeCall(payments.deposit, (relayer, 3 * COIN)));
        PermitSignature memory p = signPermit(CONSUMER, 2 * COIN * WEI, 0);
        add(consumer, abi.encodeCall(payments.depositWithPermit, (relayer, 2 * COIN, p)));
        WithdrawIntent memory w = signWithdraw(CONSUMER, relayer, COIN, 0, soon());
        add(stranger, abi.encodeCall(payments.withdrawDepositFor, (w)));
        addRelayed(CONSUMER, abi.encodeCall(payments.withdrawDepositFor, (w)), digestOf(withdrawForm(w)));
        FundIntent memory f = FundIntent(consumer, relayer, 5 * COIN, FEE, relayer, 0, soon(), 0, 0);
        (f, p) = (signFund(CONSUMER, f), signPermit(CONSUMER, (5 * COIN + FEE) * WEI, 0));
        add(relayer, abi.encodeCall(payments.fund, (f, p)));
        (RegisterIntent memory k,) = registration(CONSUMER);
        f.identity = consumer;
        f = signFund(CONSUMER, f);
        add(relayer, abi.encodeCall(payments.onboard, (f, p, k)));
        add(consumer, abi.encodeWithSignature("transferAndCall(address,uint256)", payments, 4 * COIN * WEI));
        calls[calls.length - 1].to = address(coin);
        addUnsigned(abi.encodeCall(payments.withdraw, (provider)));
        eq(calls.length, OUTER, "outer calls");
    }

    /// @dev The others. The coin could also say that coins came: which coin is trusted with that.
    function others() internal {
        add(relayer, abi.encodeCall(payments.reclaim, (1)));
        bytes memory form = reclaimForm(1, 1, soon());
        (bytes32 r, bytes32 vs) = sign(CONSUMER, domain(address(payments)), form);
        add(stranger, abi.encodeCall(payments.reclaimFor, (1, 1, soon(), r, vs)));
        add(stranger, abi.encodeCall(payments.lock, (signLock(CONSUMER, relayer, 2, 0, FIVE))));
        LockIntent[] memory list = new LockIntent[](1);
        list[0] = signLock(CONSUMER, provider, 4, 0, FIVE / 2);
        add(stranger, abi.encodeCall(payments.lockMany, (list)));
        add(stranger, abi.encodeCall(payments.clearBatch, (one(signPromise(CONSUMER, provider, 0, 0, FIVE)))));
        bytes memory packed = pack(provider, one(signPromise(CONSUMER, provider, 0, 0, FIVE - 1)));
        add(stranger, abi.encodeCall(payments.clearPacked, (packed)));
        (r, vs) = signRelease(PROVIDER, consumer, 0, 0);
        add(stranger, abi.encodeCall(payments.release, (consumer, 0, 0, r, vs)));
        (r, vs) = signUnlock(CONSUMER, 0, 0, soon());
        add(stranger, abi.encodeCall(payments.requestUnlock, (0, 0, soon(), r, vs)));
        add(stranger, abi.encodeCall(payments.unlock, (consumer, 3)));
        (r, vs) = signBeneficiary(PROVIDER);
        add(stranger, abi.encodeCall(payments.setBeneficiary, (provider, relayer, r, vs)));
        add(relayer, abi.encodeCall(payments.changeBeneficiary, (stranger, consumer)));
        add(relayer, abi.encodeCall(payments.announceHub, (hex"01")));
        (RegisterIntent memory k,) = registration(CONSUMER);
        add(relayer, abi.encodeCall(registry.register, (k.x, k.y, k.r, k.vs)));
        calls[calls.length - 1].to = address(registry);
    }

    /// @dev The others that can be relayed, with the coin as the relayer.
    function forAFee() internal {
        bytes memory form = reclaimForm(1, 1, soon());
        (bytes32 r, bytes32 vs) = sign(CONSUMER, domain(address(payments)), form);
        addRelayed(CONSUMER, abi.encodeCall(payments.reclaimFor, (1, 1, soon(), r, vs)), digestOf(form));
        LockIntent memory asked = signLock(CONSUMER, relayer, 2, 0, FIVE / 2);
        addRelayed(CONSUMER, abi.encodeCall(payments.lock, (asked)), digestOf(lockForm(asked)));
        bytes memory packed = pack(provider, one(signPromise(CONSUMER, provider, 0, 0, FIVE - 1)));
        addUnsigned(abi.encodeCall(payments.clearPacked, (packed)));
        bytes memory op = abi.encodeCall(payments.unlock, (consumer, 3));
        addRelayed(CONSUMER, op, unsignedDigest(consumer, op));
        (r, vs) = signRelease(PROVIDER, consumer, 0, 0);
        form = releaseForm(consumer, 0, 0);
        addRelayed(CONSUMER, abi.encodeCall(payments.release, (consumer, 0, 0, r, vs)), digestOf(form));
        (r, vs) = signUnlock(CONSUMER, 0, 0, soon());
        form = unlockForm(0, 0, soon());
        addRelayed(CONSUMER, abi.encodeCall(payments.requestUnlock, (0, 0, soon(), r, vs)), digestOf(form));
        (r, vs) = signBeneficiary(PROVIDER);
        form = beneficiaryForm(provider, relayer);
        addRelayed(
            PROVIDER, abi.encodeCall(payments.setBeneficiary, (provider, relayer, r, vs)), digestOf(form)
        );
        (RegisterIntent memory k, bytes32 digest) = registration(CONSUMER);
        addRelayed(CONSUMER, abi.encodeCall(registry.register, (k.x, k.y, k.r, k.vs)), digest);
    }

    function signBeneficiary(uint256 key) internal view returns (bytes32 r, bytes32 vs) {
        return sign(key, domain(address(payments)), beneficiaryForm(VM.addr(key), relayer));
    }

    function addRelayed(uint256 key, bytes memory op, bytes32 digest) internal {
        (bytes32 r, bytes32 vs) = signFee(key, relayer, FEE, digest);
        add(relayer, abi.encodeCall(payments.relay, (FEE, r, vs, op)));
    }

    function addUnsigned(bytes memory op) internal {
        addRelayed(PROVIDER, op, unsignedDigest(provider, op));
    }

    // Whatever the coin calls, and when: the end is as if one call had come after the other.

    function test_inWithdrawals() external {
        inEveryTransfer(0, 4);
        inEveryTransfer(11, 12);
    }

    function test_inDeposits() external {
        inEveryTransfer(4, 6);
        inEveryTransfer(10, 11);
    }

    function test_inRelayedWithdrawals() external {
        inEveryTransfer(6, 8);
    }

    function test_inRelayedDeposits() external {
        inEveryTransfer(8, 10);
    }

    function inEveryTransfer(uint256 from, uint256 to) internal {
        for (uint256 o = from; o < to; ++o) {
            for (uint256 i = 0; i < calls.length; ++i) {
                this.serialised(o, i); // from outside, so that its memory is given back
            }
        }
    }

    function serialised(uint256 o, uint256 i) external {
        (Call memory outer, Call memory inner) = (calls[o], calls[i]);
        Call memory none;
        inner.sender = address(evil);
        bytes32[3] memory ends = [end(outer, none), end(inner, outer), end(outer, inner)];
        for (uint256 from = 0; from < MOMENTS; ++from) {
            uint256 before = VM.snapshotState();
            evil.arm(this, inner.to, inner.input, from);
            bool done = carriedOut(outer);
            bytes32 now_ = stateHash();
            (bool missing, uint256 seen) = (insolvent, evil.moments());
            yes(VM.revertToStateAndDelete(before), "state");
            if (!done) continue; // and nothing changed
            yes(seen >= 2, "the coin was not asked");
            yes(!missing, "more was owed than held in the middle");
            yes(now_ == ends[0] || now_ == ends[1] || now_ == ends[2], "no order of the calls ends like this");
            if (seen <= from + 1) break; // that was the last
        }
    }

    /// @dev What two calls leave that come one after the other.
    function end(Call memory first, Call memory second) internal returns (bytes32 hash) {
        uint256 before = VM.snapshotState();
        carriedOut(first);
        if (second.to != address(0)) carriedOut(second);
        hash = stateHash();
        yes(VM.revertToStateAndDelete(before), "state");
    }

    function carriedOut(Call memory c) internal returns (bool done) {
        VM.prank(c.sender);
        (done,) = c.to.call(c.input);
    }

    /// All of them work, one by one: none of the attempts fails for a mistake in this test. And they are all that there
    /// are, also of what can be relayed.
    function test_everyCallWorks() external {
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = VM.snapshotState();
            bytes32 was = stateHash();
            startCounting();
            bool done = carriedOut(calls[i]);
            bool announced = bytes4(calls[i].input) == payments.announceHub.selector; // which stores nothing
            bool changed = stateHash() != was;
            yes(VM.revertToStateAndDelete(before), "state");
            stopCounting();
            yes(done, string.concat("call ", VM.toString(i)));
            yes(changed || announced, "no effect");
        }
        allCalled(1);
    }

    /// Called by the coin in the middle: what is owed is there at any time. It reverts nothing, which could
    /// make an attack fail that works.
    function observe() external {
        uint256 owed = payments.fees();
        address[5] memory all = people();
        for (uint256 i = 0; i < all.length; ++i) {
            owed += balanceOf(all[i]) + grossOf(all[i]);
            for (uint8 id = 0; id < 6; ++id) {
                State memory s = stateOf(all[i], id);
                owed += s.locked - s.cleared;
            }
        }
        if (owed * WEI > coin.balanceOf(address(payments))) insolvent = true;
    }

    function people() internal view returns (address[5] memory) {
        return [consumer, otherConsumer, provider, relayer, stranger];
    }

    /// @dev Everything that is stored about anybody.
    function stateHash() internal view returns (bytes32 hash) {
        hash = bytes32(payments.fees());
        address[5] memory all = people();
        for (uint256 i = 0; i < all.length; ++i) {
            address who = all[i];
            (,,, address beneficiary) = payments.earnings(who);
            hash = keccak256(abi.encode(hash, balanceOf(who), grossOf(who), beneficiary));
            hash = keccak256(abi.encode(hash, payments.nonces(who), registry.keyX(who)));
            hash = keccak256(abi.encode(hash, coin.balanceOf(who), coin.nonces(who)));
            hash = keccak256(abi.encode(hash, coin.allowance(who, address(payments))));
            for (uint8 id = 0; id < 6; ++id) {
                hash = keccak256(abi.encode(hash, stateOf(who, id)));
            }
        }
    }
}
