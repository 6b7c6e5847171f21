// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments} from "../src/IPayments.sol";
import {Registry} from "../src/Registry.sol";
import {RelayBase} from "./RelayBase.sol";

/// @dev Three consumers and three providers, newcomers, what all of them had after the last step, and the first rule that
/// was broken since.
abstract contract Observer is RelayBase {
    uint256 internal constant PEOPLE = 3;
    uint8 internal constant CHANNELS = 6;

    enum Kind {
        Other,
        Locking,
        Clearing
    }

    /// What a lock or a promise of some list says.
    struct Signed {
        uint256 index; // of the channel, among all
        address provider;
        uint16 epoch;
        uint40 amount;
    }

    /// The first broken rule; empty while all hold.
    string public broken;
    /// How often each action had an effect.
    mapping(string action => uint256) public done;
    /// Who did it, as a set of bits.
    mapping(string action => uint256) public actors;
    /// Coins that were sent to the contract past its functions.
    uint256 public donated;

    address[PEOPLE] internal consumers;
    address[PEOPLE] internal providers;
    /// Those who do what can be done only once.
    address[] internal newcomers;
    State[PEOPLE * CHANNELS] internal last;

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
        observe();
    }

    // People, each by any number

    function consumerAt(uint256 c) internal view returns (address) {
        return consumers[c % PEOPLE];
    }

    function providerAt(uint256 p) internal view returns (address) {
        return providers[p % PEOPLE];
    }

    /// @dev A consumer or a provider.
    function personAt(uint256 n) internal view returns (address) {
        return n % 2 == 0 ? consumerAt(n / 2) : providerAt(n / 2);
    }

    function consumerKey(uint256 c) internal pure returns (uint256) {
        return 0xC000 + c % PEOPLE;
    }

    function providerKey(uint256 p) internal pure returns (uint256) {
        return 0x9000 + p % PEOPLE;
    }

    function personKey(uint256 n) internal pure returns (uint256) {
        return n % 2 == 0 ? consumerKey(n / 2) : providerKey(n / 2);
    }

    /// @dev Somebody new, with a deposit that covers a fee.
    function newcomer() internal returns (uint256 key) {
        key = 0xD000 + newcomers.length;
        newcomers.push(VM.addr(key));
        depositFor(VM.addr(key), COIN);
    }

    /// @dev Which provider an address is; another number's for none.
    function providerIndex(address who, uint256 otherwise) internal view returns (uint256 p) {
        for (p = 0; p < PEOPLE; ++p) {
            if (providers[p] == who) return p;
        }
        return otherwise % PEOPLE;
    }

    function indexOf(uint256 c, uint8 id) internal pure returns (uint256) {
        return (c % PEOPLE) * CHANNELS + id;
    }

    // Watching

    /// @dev Counts what the owner of a key did.
    function did(string memory action, uint256 key) internal {
        ++done[action];
        actors[action] |= 1 << (uint256(keccak256(abi.encode(key))) % 256);
    }

    /// @dev Compares every channel with what it was.
    function observe() internal {
        compare(Kind.Other, new Signed[](0));
    }

    /// @dev The same after locks: a channel that changed is as one of them says.
    function observeLocks(Signed[] memory list) internal {
        compare(Kind.Locking, list);
    }

    /// @dev The same after a clearing of some promises, which changes nothing but what is cleared, in channels that
    /// one of them is for, with provider and epoch. Returns what the channels of each provider cleared.
    function observeClearing(Signed[] memory list) internal returns (uint256[PEOPLE] memory) {
        return compare(Kind.Clearing, list);
    }

    function compare(Kind kind, Signed[] memory list) private returns (uint256[PEOPLE] memory paid) {
        for (uint256 i = 0; i < last.length; ++i) {
            State memory was = last[i];
            State memory s = stateOf(consumerAt(i / CHANNELS), uint8(i % CHANNELS));
            if (same(s, was)) continue;
            grew(was, s);
            if (kind == Kind.Locking && !says(list, Signed(i, s.provider, s.epoch, s.locked), true)) {
                fail("5: a lock that nobody sent, or of an earlier epoch, had an effect");
            }
            if (kind == Kind.Clearing) {
                State memory cleared = State(was.provider, was.locked, s.cleared, was.epoch, was.unlockAt);
                if (!same(s, cleared)) fail("4: a clearing did more than clear");
                if (!says(list, Signed(i, was.provider, was.epoch, 0), false)) {
                    fail("4, 5: a clearing changed a channel of another provider or epoch");
                }
                if (s.cleared > was.cleared) paid[providerIndex(was.provider, 0)] += s.cleared - was.cleared;
            }
            last[i] = s;
        }
    }

    /// @dev What holds for a channel that changed, whatever changed it.
    function grew(State memory was, State memory s) private {
        if (s.cleared > s.locked) fail("1: more cleared than locked");
        if (s.epoch < was.epoch) fail("2: an epoch went back");
        if (s.epoch != was.epoch) return;
        if (s.locked < was.locked) fail("2: locked shrank in an epoch");
        if (s.cleared < was.cleared) fail("2: cleared shrank in an epoch");
        if (was.provider == address(0) || s.provider == was.provider) return;
        // In the last epoch a channel loses its provider only when it retires: no other follows.
        State memory retired = State(address(0), type(uint40).max, type(uint40).max, type(uint16).max, 0);
        if (!same(s, retired)) fail("a channel changed hands in an epoch");
    }

    function same(State memory a, State memory b) private pure returns (bool) {
        return a.provider == b.provider && a.locked == b.locked && a.cleared == b.cleared
            && a.epoch == b.epoch && a.unlockAt == b.unlockAt;
    }

    function says(Signed[] memory list, Signed memory what, bool exactly) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].index != what.index || list[i].provider != what.provider) continue;
            if (list[i].epoch == what.epoch && (!exactly || list[i].amount == what.amount)) return true;
        }
        return false;
    }

    function unchanged(uint256 index, string memory rule) internal {
        State memory s = stateOf(consumerAt(index / CHANNELS), uint8(index % CHANNELS));
        if (keccak256(abi.encode(s)) != keccak256(abi.encode(last[index]))) fail(string.concat("5: ", rule));
    }

    function fail(string memory rule) internal {
        if (bytes(broken).length == 0) broken = rule;
    }

    /// Everything that the contract owes to anybody, in units.
    function owed() external view returns (uint256 sum) {
        sum = payments.fees();
        for (uint256 c = 0; c < PEOPLE; ++c) {
            sum += balanceOf(consumerAt(c)) + balanceOf(providerAt(c)) + grossOf(providerAt(c));
            for (uint8 id = 0; id < CHANNELS; ++id) {
                State memory s = stateOf(consumerAt(c), id);
                sum += s.locked - s.cleared;
            }
        }
        for (uint256 n = 0; n < newcomers.length; ++n) {
            sum += balanceOf(newcomers[n]);
        }
    }

    function held() external view returns (uint256) {
        return coin.balanceOf(address(payments));
    }

    function contracts() external view returns (IPayments, Registry) {
        return (payments, registry);
    }
}
