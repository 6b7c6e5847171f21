// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    FundIntent,
    LockIntent,
    PermitSignature,
    PromiseIntent,
    RegisterIntent,
    WithdrawIntent
} from "../src/IPayments.sol";
import {Observer} from "./Observer.sol";

/// @dev The people do everything they can, also what they should not: sign too much, for wrong epochs, and send old
/// signatures again.
contract Handler is Observer {
    struct SignedLock {
        uint256 c;
        LockIntent signed;
    }

    struct SignedPromise {
        uint256 c;
        PromiseIntent signed;
    }

    struct Other {
        bool release; // else an unlock request
        uint256 c;
        uint8 id;
        uint16 epoch;
        uint32 until;
        bytes32 r;
        bytes32 vs;
    }

    SignedLock[] internal locks;
    SignedPromise[] internal promises;
    Other[] internal others;

    // Money in and out

    function deposit(uint256 n, uint256 to, uint64 coins, uint64 units) external {
        units = 1 + coins % 256 * COIN + units % COIN;
        mint(personAt(n), units);
        VM.prank(personAt(n));
        coin.approve(address(payments), units * WEI);
        VM.prank(personAt(n));
        payments.deposit(personAt(to), units);
        observe();
        did("deposit", personKey(n));
    }

    /// Sometimes somebody else has used the permit up.
    function depositWithPermit(uint256 n, uint256 to, uint64 units, uint256 style) external {
        units = 1 + units % COIN;
        address owner = personAt(n);
        mint(owner, units);
        PermitSignature memory p = signPermit(personKey(n), units * WEI, coin.nonces(owner));
        if (style % 4 == 0) {
            bytes32 s = p.vs & bytes32(type(uint256).max >> 1);
            uint8 v = uint256(p.vs) >> 255 == 0 ? 27 : 28;
            coin.permit(owner, address(payments), units * WEI, p.deadline, v, p.r, s);
        }
        VM.prank(owner);
        payments.depositWithPermit(personAt(to), units, p);
        observe();
        did("depositWithPermit", personKey(n));
    }

    function donate(uint64 units) external {
        coin.mint(address(payments), units % COIN);
        donated += units % COIN;
        ++done["donate"];
    }

    function fund(uint256 c, uint256 p, uint64 units, uint64 fee) external {
        (units, fee) = (1 + units % COIN, fee % COIN);
        address owner = consumerAt(c);
        uint256 value = (uint256(units) + fee) * WEI;
        coin.mint(owner, value);
        uint256 nonce = coin.nonces(owner);
        FundIntent memory f =
            FundIntent(owner, consumerAt(c + 1), units, fee, providerAt(p), nonce, soon(), 0, 0);
        f = signFund(consumerKey(c), f);
        PermitSignature memory permit = signPermit(consumerKey(c), value, nonce);
        if (units % 2 == 0) {
            (RegisterIntent memory k,) = registration(consumerKey(c + 1));
            VM.prank(providerAt(p));
            payments.onboard(f, permit, k);
            did("onboard", consumerKey(c));
        } else {
            VM.prank(providerAt(p));
            payments.fund(f, permit);
            did("fund", consumerKey(c));
        }
        observe();
    }

    /// ERC-1363, from one's coins to another's deposit.
    function transferAndCall(uint256 n, uint256 to, uint64 units) external {
        units = 1 + units % COIN;
        mint(personAt(n), units);
        VM.prank(personAt(n));
        coin.transferAndCall(address(payments), units * WEI, abi.encode(personAt(to)));
        observe();
        did("transferAndCall", personKey(n));
    }

    /// Somebody's key, or a newcomer's, or a newcomer's for a fee.
    function register(uint256 n, uint256 p, uint64 fee, uint256 style) external {
        uint256 key = style % 4 == 0 ? personKey(n) : newcomer();
        (RegisterIntent memory k, bytes32 digest) = registration(key);
        if (style % 4 < 2) {
            registry.register(k.x, k.y, k.r, k.vs);
            did("register", key);
        } else {
            relayAs(key, p, fee, abi.encodeCall(registry.register, (k.x, k.y, k.r, k.vs)), digest);
            did("relayed register", key);
        }
        if (registry.keyX(VM.addr(key)) != k.x) fail("another key was registered");
        observe();
    }

    /// A withdrawal by signature, sometimes of an old nonce, sometimes relayed for a fee.
    function withdrawDepositFor(uint256 n, uint256 p, uint64 units, uint64 fee, uint8 style) external {
        uint256 nonce = payments.nonces(personAt(n));
        if (style % 8 == 1 && nonce > 0) --nonce;
        uint256 before = coin.balanceOf(stranger);
        units = 1 + units % (2 * COIN);
        WithdrawIntent memory w = signWithdraw(personKey(n), stranger, units, nonce, soon());
        if (style % 2 == 0) {
            payments.withdrawDepositFor(w);
            did("withdrawDepositFor", personKey(n));
        } else {
            bytes memory op = abi.encodeCall(payments.withdrawDepositFor, (w));
            relayAs(personKey(n), p, fee, op, digestOf(withdrawForm(w)));
            did("relayed withdrawDepositFor", personKey(n));
        }
        if (nonce + 1 != payments.nonces(personAt(n))) fail("a withdrawal of an earlier nonce paid");
        if (coin.balanceOf(stranger) != before + units * WEI) fail("a withdrawal paid something else");
        observe();
    }

    /// @dev A provider relays what somebody asks for, for a fee.
    function relayAs(uint256 key, uint256 p, uint64 fee, bytes memory op, bytes32 digest) internal {
        fee = fee % 1000;
        uint96 gross = grossOf(providerAt(p));
        (bytes32 r, bytes32 vs) = signFee(key, providerAt(p), fee, digest);
        VM.prank(providerAt(p));
        payments.relay(fee, r, vs, op);
        if (grossOf(providerAt(p)) != gross + fee) fail("a relayer got another fee");
    }

    function withdrawDeposit(uint256 n, uint64 units) external {
        units = units % (20 * COIN);
        VM.prank(personAt(n));
        payments.withdrawDeposit(stranger, units);
        observe();
        did("withdrawDeposit", personKey(n));
    }

    function withdraw(uint256 p, uint256 by) external {
        VM.prank(personAt(by));
        payments.withdraw(providerAt(p));
        observe();
        did("withdraw", providerKey(p));
    }

    function collect(uint256 by) external {
        VM.prank(personAt(by));
        payments.collect();
        observe();
        did("collect", personKey(by));
    }

    /// Mostly seconds, so that signatures stay valid; sometimes days, so that unlocks come due.
    function wait(uint8 time) external {
        VM.warp(block.timestamp + uint256(time) * (time % 4 == 0 ? 1 hours : 1 seconds));
    }

    // Channels

    /// Mostly what fits, sometimes an epoch or an amount beside it.
    function lock(uint256 c, uint8 id, uint256 p, uint40 locked, uint8 style) external {
        id = id % CHANNELS;
        address to = providerAt(p);
        State memory s = stateOf(consumerAt(c), id);
        uint16 epoch = s.epoch;
        unchecked {
            if (s.provider != address(0) && s.locked == s.cleared && style % 2 == 0) ++epoch;
            else if (style % 16 == 1) --epoch;
            else if (style % 16 == 3) ++epoch;
        }
        uint256 total = uint256(s.locked) - (style % 16 == 5 ? s.cleared : 0) + locked % (5 * COIN);
        if (total > type(uint40).max) total = locked;
        LockIntent memory signed = signLock(consumerKey(c), to, id, epoch, uint40(total));
        locks.push(SignedLock(c, signed));
        if (style % 4 == 2) {
            bytes memory op = abi.encodeCall(payments.lock, (signed));
            relayAs(consumerKey(c), p, locked, op, digestOf(lockForm(signed)));
            observeLocks(alone(signedLock(locks.length - 1)));
            did("relayed lock", consumerKey(c));
        } else {
            sendLock(locks.length - 1);
        }
    }

    function replayLock(uint256 i) external {
        sendLock(i % locks.length);
        did("replayLock", consumerKey(locks[i % locks.length].c));
    }

    /// @dev Some are sent with an older one.
    function sendLock(uint256 i) internal {
        LockIntent memory signed = locks[i].signed;
        Signed[] memory sent = new Signed[](i % 2 == 0 ? 2 : 1);
        sent[0] = signedLock(i);
        if (sent.length == 2) {
            sent[1] = signedLock(i / 2);
            LockIntent[] memory list = new LockIntent[](2);
            (list[0], list[1]) = (signed, locks[i / 2].signed);
            try payments.lockMany(list) {
                did("lockMany", consumerKey(locks[i].c));
            } catch {}
        } else {
            try payments.lock(signed) {
                did("lock", consumerKey(locks[i].c));
            } catch {}
        }
        observeLocks(sent);
    }

    function signedLock(uint256 i) internal view returns (Signed memory) {
        LockIntent memory sent = locks[i].signed;
        return Signed(indexOf(locks[i].c, sent.channel), sent.provider, sent.epoch, sent.locked);
    }

    function signAndClear(uint256 c, uint8 id, uint256 p, uint40 amount, uint8 style) external {
        id = id % CHANNELS;
        State memory s = stateOf(consumerAt(c), id);
        address to = style % 4 == 0 || s.provider == address(0) ? providerAt(p) : s.provider;
        uint16 epoch = s.epoch;
        unchecked {
            if (style % 8 == 1) ++epoch; // signed ahead
        }
        amount = style % 8 == 2 ? amount : uint40(amount % (uint256(s.locked) * 2 + 1));
        promises.push(SignedPromise(c, signPromise(consumerKey(c), to, id, epoch, amount)));
        clear(promises.length - 1, style % 3);
    }

    function replayPromises(uint256 i, uint8 more) external {
        clear(i % promises.length, more % 5);
        did("replayPromises", consumerKey(promises[i % promises.length].c));
    }

    /// Clears one promise and some older ones with it.
    function clear(uint256 i, uint256 more) internal {
        if (more > i) more = i;
        PromiseIntent[] memory list = new PromiseIntent[](1 + more);
        Signed[] memory sent = new Signed[](1 + more);
        for (uint256 k = 0; k <= more; ++k) {
            list[k] = promises[i - k].signed;
            sent[k] = signedPromise(promises[i - k].c, list[k]);
        }
        uint96[PEOPLE] memory gross;
        for (uint256 p = 0; p < PEOPLE; ++p) {
            gross[p] = grossOf(providerAt(p));
        }
        // A packed clearing takes promises that name others for signed by others.
        bool packed = i % 2 == 0;
        bytes memory call_ = packed
            ? abi.encodeCall(payments.clearPacked, (pack(list[0].provider, list)))
            : abi.encodeCall(payments.clearBatch, (list));
        (bool cleared, bytes memory result) = address(payments).call(call_);
        uint256 paid = cleared ? abi.decode(result, (uint256)) : 0;
        if (cleared) did(packed ? "clearPacked" : "clearBatch", consumerKey(promises[i].c));
        uint256[PEOPLE] memory sums = observeClearing(sent);
        for (uint256 p = 0; p < PEOPLE; ++p) {
            if (grossOf(providerAt(p)) != gross[p] + sums[p]) {
                fail("a clearing paid somebody who is not named");
            }
            if (sums[p] > paid) fail("a clearing paid more than it says");
            else paid -= sums[p];
        }
        if (paid != 0) fail("a clearing paid less than it says");
    }

    function signedPromise(uint256 c, PromiseIntent memory p) internal pure returns (Signed memory) {
        return Signed(indexOf(c, p.channel), p.provider, p.epoch, p.amount);
    }

    function alone(Signed memory s) internal pure returns (Signed[] memory list) {
        list = new Signed[](1);
        list[0] = s;
    }

    /// A clearing of all that is left, or a withdrawal, for a fee from the provider's earnings; sometimes of
    /// an old nonce.
    function relayUnsigned(uint256 c, uint256 by, uint64 fee, uint256 number, uint8 style) external {
        uint8 id = uint8(number % CHANNELS);
        State memory s = stateOf(consumerAt(c), id);
        uint256 p = providerIndex(s.provider, c);
        address who = providerAt(p);
        uint96 before = grossOf(who);
        if (style % 2 == 0) {
            PromiseIntent memory all = signPromise(consumerKey(c), who, id, s.epoch, type(uint40).max);
            sendUnsigned(p, by, fee, abi.encodeCall(payments.clearPacked, (pack(who, one(all)))), style);
            State memory now_ = stateOf(consumerAt(c), id);
            uint256 paid = now_.cleared - s.cleared;
            if (grossOf(who) + paid / 4 < before + paid) fail("more than a quarter went to a relayer");
            observeClearing(alone(signedPromise(c, all)));
            did("relayed clearPacked", providerKey(p));
        } else {
            sendUnsigned(p, by, fee, abi.encodeCall(payments.withdraw, (who)), style);
            if (grossOf(who) != 0) fail("a relayed withdrawal left something");
            if (fee % 1000 > before / 4) fail("more than a quarter of a withdrawal went to a relayer");
            observe();
            did("relayed withdraw", providerKey(p));
        }
    }

    function sendUnsigned(uint256 p, uint256 by, uint64 fee, bytes memory op, uint8 style) internal {
        fee = fee % 1000;
        (address who, address sender) = (providerAt(p), providerAt(by));
        uint256 nonce = payments.nonces(who);
        if (style % 8 < 2 && nonce > 0) --nonce;
        uint96 gross = grossOf(sender);
        (bytes32 r, bytes32 vs) = signFee(providerKey(p), sender, fee, unsignedDigest(op, nonce));
        VM.prank(sender);
        payments.relay(fee, r, vs, op);
        if (nonce + 1 != payments.nonces(who)) fail("a fee of an earlier nonce was due");
        if (who != sender && grossOf(sender) != gross + fee) fail("a relayer got another fee");
    }

    /// By the provider's signature, or relayed as well, for a fee of the consumer's.
    function release(uint256 c, uint256 p, uint256 number, uint64 fee, uint8 style) external {
        uint8 id = uint8(number % CHANNELS);
        State memory s = stateOf(consumerAt(c), id);
        p = providerIndex(s.provider, p);
        Other memory o = Other(true, c, id, s.epoch, 0, 0, 0);
        (o.r, o.vs) = signRelease(providerKey(p), consumerAt(c), id, s.epoch);
        others.push(o);
        if (style % 2 == 0) return sendOther(others.length - 1);
        uint64 deposited = balanceOf(providerAt(p));
        relayRelease(o, style, fee);
        if (balanceOf(providerAt(p)) != deposited) fail("a provider paid for a release");
        observe();
        did("relayed release", consumerKey(c));
    }

    function relayRelease(Other memory o, uint256 by, uint64 fee) internal {
        address who = consumerAt(o.c);
        bytes memory op = abi.encodeCall(payments.release, (who, o.id, o.epoch, o.r, o.vs));
        relayAs(consumerKey(o.c), by, fee, op, digestOf(releaseForm(who, o.id, o.epoch)));
    }

    function requestUnlock(uint256 c, uint256 p, uint256 number, uint64 fee, uint8 style) external {
        uint8 id = uint8(number % CHANNELS);
        Other memory o = Other(false, c, id, stateOf(consumerAt(c), id).epoch, soon(), 0, 0);
        (o.r, o.vs) = signUnlock(consumerKey(c), id, o.epoch, o.until);
        others.push(o);
        if (style % 2 == 0) return sendOther(others.length - 1);
        bytes memory op = abi.encodeCall(payments.requestUnlock, (id, o.epoch, o.until, o.r, o.vs));
        relayAs(consumerKey(c), p, fee, op, digestOf(unlockForm(id, o.epoch, o.until)));
        observe();
        did("relayed requestUnlock", consumerKey(c));
    }

    function replayOther(uint256 i) external {
        sendOther(i % others.length);
        did("replayOther", consumerKey(others[i % others.length].c));
    }

    function sendOther(uint256 i) internal {
        Other memory o = others[i];
        uint256 index = indexOf(o.c, o.id);
        uint16 before = last[index].epoch;
        if (o.release) {
            try payments.release(consumerAt(o.c), o.id, o.epoch, o.r, o.vs) {
                did("release", consumerKey(o.c));
            } catch {}
        } else {
            try payments.requestUnlock(o.id, o.epoch, o.until, o.r, o.vs) {
                did("requestUnlock", consumerKey(o.c));
            } catch {}
        }
        if (o.epoch < before) unchanged(index, "a consent of an earlier epoch had an effect");
        observe();
    }

    function unlock(uint256 c, uint8 id, uint256 p, uint64 fee, uint8 style) external {
        address who = consumerAt(c);
        uint32 time = stateOf(who, id % CHANNELS).unlockAt;
        if (style % 2 == 0) {
            payments.unlock(who, id % CHANNELS);
            did("unlock", consumerKey(c));
        } else {
            bytes memory op = abi.encodeCall(payments.unlock, (who, id % CHANNELS));
            uint256 nonce = payments.nonces(who);
            uint256 named = style % 8 == 1 && nonce > 0 ? nonce - 1 : nonce;
            relayAs(consumerKey(c), p, fee, op, unsignedDigest(op, named));
            if (named + 1 != payments.nonces(who)) fail("a fee of an earlier nonce was due");
            did("relayed unlock", consumerKey(c));
        }
        if (time == 0 || block.timestamp < time) fail("an unlock came before its time");
        observe();
    }

    function reclaim(uint256 c, uint256 p, uint256 number, uint64 fee, uint8 style) external {
        uint8 id = uint8(number % CHANNELS);
        uint16 epoch = stateOf(consumerAt(c), id).epoch;
        bytes memory form = reclaimForm(id, epoch, soon());
        (bytes32 r, bytes32 vs) = sign(consumerKey(c), domain(address(payments)), form);
        if (style % 3 == 0) {
            VM.prank(consumerAt(c));
            payments.reclaim(id);
            did("reclaim", consumerKey(c));
        } else if (style % 3 == 1) {
            payments.reclaimFor(id, epoch, soon(), r, vs);
            did("reclaimFor", consumerKey(c));
        } else {
            bytes memory op = abi.encodeCall(payments.reclaimFor, (id, epoch, soon(), r, vs));
            relayAs(consumerKey(c), p, fee, op, digestOf(form));
            did("relayed reclaimFor", consumerKey(c));
        }
        observe();
    }

    /// The first beneficiary by the provider's signature, often a newcomer's, others by the one before.
    function beneficiary(uint256 p, uint256 to, uint256 by, uint64 fee, uint8 style) external {
        uint256 key = style % 4 < 2 ? providerKey(p) : newcomer();
        address who = VM.addr(key);
        (,,, address now_) = payments.earnings(who);
        if (now_ == address(0)) {
            nameFirst(key, who, providerAt(to), by, style % 2 == 0 ? type(uint64).max : fee);
        } else {
            VM.prank(now_);
            payments.changeBeneficiary(who, providerAt(to));
            did("changeBeneficiary", key);
        }
        (,,, now_) = payments.earnings(who);
        if (now_ != providerAt(to)) fail("another beneficiary was named");
        observe();
    }

    function nameFirst(uint256 key, address who, address to, uint256 by, uint64 fee) internal {
        bytes memory form = beneficiaryForm(who, to);
        (bytes32 r, bytes32 vs) = sign(key, domain(address(payments)), form);
        if (fee == type(uint64).max) {
            payments.setBeneficiary(who, to, r, vs);
            did("setBeneficiary", key);
        } else {
            relayAs(key, by, fee, abi.encodeCall(payments.setBeneficiary, (who, to, r, vs)), digestOf(form));
            did("relayed setBeneficiary", key);
        }
    }

    function announceHub(uint256 n) external {
        VM.prank(personAt(n));
        payments.announceHub(new bytes(1 + n % 300));
        if (registry.keyX(personAt(n)) == 0 || balanceOf(personAt(n)) < BOND) fail("announced unbonded");
        observe();
        did("announceHub", personKey(n));
    }
}
