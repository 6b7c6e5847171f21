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
import {RelayBase} from "./Relay.t.sol";

/// @dev Three consumers and three providers who do everything they can, also what they should
/// not: sign too much, for wrong epochs, and send old signatures again. After every step it
/// compares all channels with what they were, and remembers the first rule that was broken.
contract Handler is RelayBase {
    uint256 internal constant PEOPLE = 3;
    uint8 internal constant CHANNELS = 6;

    /// The first broken rule; empty while all hold.
    string public broken;
    /// How often each action had an effect.
    mapping(string action => uint256) public done;
    /// Coins that were sent to the contract past its functions.
    uint256 public donated;

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

    address[PEOPLE] internal consumers;
    address[PEOPLE] internal providers;
    State[PEOPLE * CHANNELS] internal last;
    SignedLock[] internal locks;
    SignedPromise[] internal promises;
    Other[] internal others;

    constructor() {
        setUp();
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (consumers[i], providers[i]) = (VM.addr(consumerKey(i)), VM.addr(providerKey(i)));
        }
        // Some channels are old already, so that the last epoch is reached.
        for (uint256 c = 0; c < PEOPLE; ++c) {
            uint256 key = uint256(uint160(consumerAt(c))) | (c << 160);
            uint256 word = (uint256(type(uint16).max) - c) << 240;
            VM.store(address(payments), keccak256(abi.encode(key, uint256(3))), bytes32(word));
        }
        observe(type(uint256).max, address(0));
    }

    function consumerAt(uint256 c) internal view returns (address) {
        return consumers[c % PEOPLE];
    }

    function providerAt(uint256 p) internal view returns (address) {
        return providers[p % PEOPLE];
    }

    function consumerKey(uint256 c) internal pure returns (uint256) {
        return 0xC000 + c % PEOPLE;
    }

    function providerKey(uint256 p) internal pure returns (uint256) {
        return 0x9000 + p % PEOPLE;
    }

    // Money in and out

    function deposit(uint256 c, uint8 coins, uint64 units) external {
        depositFor(consumerAt(c), 1 + coins * COIN + units % COIN);
        observe(type(uint256).max, address(0));
        ++done["deposit"];
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
            ++done["onboard"];
        } else {
            VM.prank(providerAt(p));
            payments.fund(f, permit);
            ++done["fund"];
        }
        observe(type(uint256).max, address(0));
    }

    /// ERC-1363, from one consumer to another's deposit.
    function transferAndCall(uint256 c, uint256 to, uint64 units) external {
        units = 1 + units % COIN;
        mint(consumerAt(c), units);
        VM.prank(consumerAt(c));
        coin.transferAndCall(address(payments), units * WEI, abi.encode(consumerAt(to)));
        observe(type(uint256).max, address(0));
        ++done["transferAndCall"];
    }

    /// A withdrawal by signature, sometimes of an old nonce, sometimes relayed for a fee.
    function withdrawDepositFor(uint256 c, uint256 p, uint64 units, uint64 fee, uint8 style) external {
        uint256 nonce = payments.nonces(consumerAt(c));
        if (style % 8 == 1 && nonce > 0) --nonce;
        uint256 before = coin.balanceOf(stranger);
        units = 1 + units % (2 * COIN);
        WithdrawIntent memory w = signWithdraw(consumerKey(c), stranger, units, nonce, soon());
        if (style % 2 == 0) {
            payments.withdrawDepositFor(w);
        } else {
            relayAs(c, p, fee, abi.encodeCall(payments.withdrawDepositFor, (w)), withdrawForm(w));
        }
        if (nonce + 1 != payments.nonces(consumerAt(c))) fail("a withdrawal of an earlier nonce paid");
        if (coin.balanceOf(stranger) != before + units * WEI) fail("a withdrawal paid something else");
        observe(type(uint256).max, address(0));
        ++done["withdrawDepositFor"];
    }

    /// @dev A provider relays what a consumer signed, for a fee.
    function relayAs(uint256 c, uint256 p, uint64 fee, bytes memory op, bytes memory form) internal {
        fee = fee % 1000;
        uint96 gross = grossOf(providerAt(p));
        (bytes32 r, bytes32 vs) = signFee(consumerKey(c), providerAt(p), fee, digestOf(form));
        VM.prank(providerAt(p));
        payments.relay(fee, r, vs, op);
        if (grossOf(providerAt(p)) != gross + fee) fail("a relayer got another fee");
        ++done["relay"];
    }

    function withdrawDeposit(uint256 c, uint64 units) external {
        units = units % (20 * COIN);
        VM.prank(consumerAt(c));
        payments.withdrawDeposit(stranger, units);
        observe(type(uint256).max, address(0));
        ++done["withdrawDeposit"];
    }

    function withdraw(uint256 p) external {
        payments.withdraw(providerAt(p));
        observe(type(uint256).max, address(0));
        ++done["withdraw"];
    }

    function collect() external {
        payments.collect();
        observe(type(uint256).max, address(0));
        ++done["collect"];
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
            relayAs(c, p, locked, abi.encodeCall(payments.lock, (signed)), lockForm(signed));
            observe(type(uint256).max, address(0));
        } else {
            sendLock(locks.length - 1);
        }
    }

    function replayLock(uint256 i) external {
        sendLock(i % locks.length);
        ++done["replayLock"];
    }

    function sendLock(uint256 i) internal {
        SignedLock memory s = locks[i];
        uint256 index = indexOf(s.c, s.signed.channel);
        uint16 before = last[index].epoch;
        bool some = i % 2 == 0;
        LockIntent[] memory list = new LockIntent[](some ? 2 : 1);
        list[0] = s.signed;
        if (some) list[1] = locks[i / 2].signed;
        try payments.lockMany(list) {
            ++done["lock"];
        } catch {}
        if (!some && s.signed.epoch < before) unchanged(index, "a lock of an earlier epoch locked");
        observe(type(uint256).max, address(0));
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
        ++done["replayPromises"];
    }

    /// Clears one promise and some older ones with it.
    function clear(uint256 i, uint256 more) internal {
        if (more > i) more = i;
        PromiseIntent[] memory list = new PromiseIntent[](1 + more);
        for (uint256 k = 0; k <= more; ++k) {
            list[k] = promises[i - k].signed;
        }
        SignedPromise memory s = promises[i];
        uint256 index = indexOf(s.c, s.signed.channel);
        uint16 before = last[index].epoch;
        uint96[PEOPLE] memory gross;
        for (uint256 p = 0; p < PEOPLE; ++p) {
            gross[p] = grossOf(providerAt(p));
        }
        // A packed clearing takes promises that name others for signed by others.
        bool packed = i % 2 == 0;
        bytes memory call_ = packed
            ? abi.encodeCall(payments.clearPacked, (pack(s.signed.provider, list)))
            : abi.encodeCall(payments.clearBatch, (list));
        (bool cleared, bytes memory result) = address(payments).call(call_);
        uint256 paid = cleared ? abi.decode(result, (uint256)) : 0;
        if (cleared) ++done[packed ? "clearPacked" : "clear"];
        for (uint256 p = 0; p < PEOPLE; ++p) {
            paid -= grossOf(providerAt(p)) - gross[p];
        }
        if (paid != 0) fail("a clearing paid somebody who is not named");
        if (more == 0 && s.signed.epoch < before) unchanged(index, "a promise of an earlier epoch paid");
        observe(0, more == 0 || packed ? s.signed.provider : address(0));
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
            observe(0, who);
            ++done["relayed clearing"];
        } else {
            sendUnsigned(p, by, fee, abi.encodeCall(payments.withdraw, (who)), style);
            if (grossOf(who) != 0) fail("a relayed withdrawal left something");
            if (fee % 1000 > before / 4) fail("more than a quarter of a withdrawal went to a relayer");
            observe(type(uint256).max, address(0));
            ++done["relayed withdrawal"];
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

    /// @dev Which provider an address is; another number's for none.
    function providerIndex(address who, uint256 otherwise) internal view returns (uint256 p) {
        for (p = 0; p < PEOPLE; ++p) {
            if (providers[p] == who) return p;
        }
        return otherwise % PEOPLE;
    }

    function release(uint256 c, uint8 id, uint256 p) external {
        id = id % CHANNELS;
        State memory s = stateOf(consumerAt(c), id);
        uint256 key = providerKey(providerIndex(s.provider, p));
        (bytes32 r, bytes32 vs) = signRelease(key, consumerAt(c), id, s.epoch);
        others.push(Other(true, c, id, s.epoch, 0, r, vs));
        sendOther(others.length - 1);
    }

    function requestUnlock(uint256 c, uint8 id) external {
        id = id % CHANNELS;
        State memory s = stateOf(consumerAt(c), id);
        (bytes32 r, bytes32 vs) = signUnlock(consumerKey(c), id, s.epoch, soon());
        others.push(Other(false, c, id, s.epoch, soon(), r, vs));
        sendOther(others.length - 1);
    }

    function replayOther(uint256 i) external {
        sendOther(i % others.length);
        ++done["replayOther"];
    }

    function sendOther(uint256 i) internal {
        Other memory o = others[i];
        uint256 index = indexOf(o.c, o.id);
        uint16 before = last[index].epoch;
        if (o.release) {
            try payments.release(consumerAt(o.c), o.id, o.epoch, o.r, o.vs) {
                ++done["release"];
            } catch {}
        } else {
            try payments.requestUnlock(o.id, o.epoch, o.until, o.r, o.vs) {
                ++done["requestUnlock"];
            } catch {}
        }
        if (o.epoch < before) unchanged(index, "a consent of an earlier epoch had an effect");
        observe(type(uint256).max, address(0));
    }

    function unlock(uint256 c, uint8 id) external {
        uint32 time = stateOf(consumerAt(c), id % CHANNELS).unlockAt;
        payments.unlock(consumerAt(c), id % CHANNELS);
        if (time == 0 || block.timestamp < time) fail("an unlock came before its time");
        observe(type(uint256).max, address(0));
        ++done["unlock"];
    }

    function reclaim(uint256 c, uint8 id) external {
        if (c % 2 == 0) {
            VM.prank(consumerAt(c));
            payments.reclaim(id % CHANNELS);
            ++done["reclaim"];
        } else {
            uint16 epoch = stateOf(consumerAt(c), id % CHANNELS).epoch;
            bytes memory form = reclaimForm(id % CHANNELS, epoch, soon());
            (bytes32 r, bytes32 vs) = sign(consumerKey(c), domain(address(payments)), form);
            payments.reclaimFor(id % CHANNELS, epoch, soon(), r, vs);
            ++done["reclaimFor"];
        }
        observe(type(uint256).max, address(0));
    }

    /// The first beneficiary by the provider's signature, others by the one before.
    function beneficiary(uint256 p, uint256 to) external {
        address who = providerAt(p);
        (,,, address now_) = payments.earnings(who);
        if (now_ == address(0)) {
            bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
            bytes memory encoded = abi.encode(form, who, providerAt(to));
            (bytes32 r, bytes32 vs) = sign(providerKey(p), domain(address(payments)), encoded);
            payments.setBeneficiary(who, providerAt(to), r, vs);
        } else {
            VM.prank(now_);
            payments.changeBeneficiary(who, providerAt(to));
        }
        observe(type(uint256).max, address(0));
        ++done["beneficiary"];
    }

    function announceHub(uint256 c) external {
        VM.prank(consumerAt(c));
        payments.announceHub(new bytes(1 + c % 300));
        if (registry.keyX(consumerAt(c)) == 0 || balanceOf(consumerAt(c)) < BOND) fail("announced unbonded");
        observe(type(uint256).max, address(0));
        ++done["announceHub"];
    }

    // Watching

    /// @dev Compares every channel with what it was. Where `named` is a provider, the step was a
    /// clearing for it, and may have changed only its channels.
    function observe(uint256 clearing, address named) internal {
        for (uint256 i = 0; i < last.length; ++i) {
            State memory was = last[i];
            State memory s = stateOf(consumerAt(i / CHANNELS), uint8(i % CHANNELS));
            if (s.cleared > s.locked) fail("1: more cleared than locked");
            if (s.epoch < was.epoch) fail("2: an epoch went back");
            if (s.epoch == was.epoch) {
                if (s.locked < was.locked) fail("2: locked shrank in an epoch");
                if (s.cleared < was.cleared) fail("2: cleared shrank in an epoch");
                bool moved = was.provider != address(0) && s.provider != was.provider;
                if (moved && s.epoch != type(uint16).max) fail("a channel changed hands in an epoch");
            }
            if (clearing == 0) {
                if (s.epoch != was.epoch || s.provider != was.provider || s.locked != was.locked) {
                    fail("4: a clearing did more than clear");
                }
                if (named != address(0) && was.provider != named && s.cleared != was.cleared) {
                    fail("4: a clearing changed another provider's channel");
                }
            }
            last[i] = s;
        }
    }

    function unchanged(uint256 index, string memory rule) internal {
        State memory s = stateOf(consumerAt(index / CHANNELS), uint8(index % CHANNELS));
        if (keccak256(abi.encode(s)) != keccak256(abi.encode(last[index]))) fail(string.concat("5: ", rule));
    }

    function fail(string memory rule) internal {
        if (bytes(broken).length == 0) broken = rule;
    }

    function indexOf(uint256 c, uint8 id) internal pure returns (uint256) {
        return (c % PEOPLE) * CHANNELS + id;
    }

    /// Everything that the contract owes to anybody, in units.
    function owed() external view returns (uint256 sum) {
        sum = payments.fees();
        for (uint256 c = 0; c < PEOPLE; ++c) {
            sum += balanceOf(consumerAt(c)) + grossOf(providerAt(c));
            for (uint8 id = 0; id < CHANNELS; ++id) {
                State memory s = stateOf(consumerAt(c), id);
                sum += s.locked - s.cleared;
            }
        }
    }

    function held() external view returns (uint256) {
        return coin.balanceOf(address(payments));
    }
}
