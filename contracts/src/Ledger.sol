// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev One slot: a payment channel. Amounts are units, 1e12 of the coin's 1e18.
///
/// | state   | provider | locked     | cleared      | lock names |
/// | ------- | -------- | ---------- | ------------ | ---------- |
/// | free    | 0        | remainder  | 0            | epoch      |
/// | held    | set      | any        | < locked     | epoch, by the same provider |
/// | used up | set      | = cleared  | any          | epoch + 1; epoch by the same provider |
/// | retired | 0        | 2**40 - 1  | 2**40 - 1    | nothing, ever |
struct Channel {
    address provider;
    uint40 locked;
    uint40 cleared;
    uint16 epoch;
}

/// @dev One slot: a consumer's deposit and, from the lowest bits up, six 32-bit times at which the
/// channels can be unlocked; 0 is none. Bits of a channel without provider mean nothing.
struct Account {
    uint64 balance;
    uint192 timers;
}

/// @dev Why a lock is refused.
enum Refusal {
    None,
    NoProvider,
    NoSuchChannel,
    Validity,
    Signature,
    Busy,
    WrongEpoch,
    NotMore,
    Unlocking,
    Uncovered
}

/// @title What can happen to a payment channel: pure steps on copies of its two slots.
/// @notice Payments reads the slots, takes a step and writes them back. Everything about money and
/// epochs that can be right or wrong is here, where it can be tested and proved without a chain.
library Ledger {
    uint8 internal constant CHANNELS = 6;
    uint16 internal constant LAST_EPOCH = type(uint16).max;

    /// @dev Locks: tops up the channel in its epoch, or points a free one at a provider.
    /// Changes nothing unless it returns None.
    function lock(Channel memory c, Account memory a, uint8 id, address provider, uint16 epoch, uint40 locked)
        internal
        pure
        returns (Refusal)
    {
        if (provider == address(0)) return Refusal.NoProvider;
        if (id >= CHANNELS) return Refusal.NoSuchChannel;
        uint40 held;
        if (c.provider == provider && c.epoch == epoch) {
            if (locked <= c.locked) return Refusal.NotMore;
            if (unlockAt(a, id) != 0) return Refusal.Unlocking;
            held = c.locked;
        } else {
            held = c.locked - c.cleared;
            uint256 next = c.epoch;
            if (c.provider != address(0) || c.cleared != 0) {
                if (held != 0) return c.provider == provider ? Refusal.WrongEpoch : Refusal.Busy;
                next += 1; // beyond the last epoch this matches no lock
            }
            if (epoch != next) return Refusal.WrongEpoch;
            if (locked == 0 || locked < held) return Refusal.NotMore;
        }
        if (locked - held > a.balance) return Refusal.Uncovered;

        a.balance -= locked - held;
        if (c.epoch != epoch || c.provider != provider) {
            c.provider = provider;
            c.epoch = epoch;
            c.cleared = 0;
            setUnlockAt(a, id, 0);
        }
        c.locked = locked;
        return Refusal.None;
    }

    /// @dev Clears a promise: pays what it adds, never more than is locked. Changes nothing when it
    /// returns 0.
    function clear(Channel memory c, address provider, uint16 epoch, uint40 amount)
        internal
        pure
        returns (uint40 paid)
    {
        paid = due(c, provider, epoch, amount);
        c.cleared += paid;
    }

    /// @dev What clear would pay.
    function due(Channel memory c, address provider, uint16 epoch, uint40 amount)
        internal
        pure
        returns (uint40)
    {
        if (provider == address(0) || c.provider != provider || c.epoch != epoch) return 0;
        if (amount > c.locked) amount = c.locked;
        return amount > c.cleared ? amount - c.cleared : 0;
    }

    /// @dev Ends the epoch and takes the channel from its provider. What was not cleared stays in
    /// the channel, except at the last epoch: there it is returned as payBack, and the channel
    /// retires. Never reverts.
    function free(Channel memory c) internal pure returns (uint40 payBack) {
        c.provider = address(0);
        c.locked -= c.cleared;
        c.cleared = 0;
        if (c.epoch != LAST_EPOCH) {
            c.epoch += 1;
            return 0;
        }
        payBack = c.locked;
        // Both counters full: covered, cleared, nothing left, and monotone within the epoch.
        c.locked = type(uint40).max;
        c.cleared = type(uint40).max;
    }

    /// @dev Takes what a free channel still holds. It ends the epoch, so that a lock signed for
    /// what was there does not fit any more. Changes nothing when it returns 0.
    function reclaim(Channel memory c) internal pure returns (uint40 payBack) {
        if (c.provider != address(0)) return 0;
        payBack = c.locked - c.cleared;
        if (payBack == 0) return 0;
        if (c.epoch == LAST_EPOCH) {
            free(c); // and retire
        } else {
            (c.locked, c.cleared) = (0, 0);
            c.epoch += 1;
        }
    }

    /// @dev When the channel can be unlocked, in unix seconds; 0 when nobody asked for it.
    function unlockAt(Account memory a, uint8 id) internal pure returns (uint32) {
        return uint32(a.timers >> (32 * uint256(id)));
    }

    function setUnlockAt(Account memory a, uint8 id, uint32 time) internal pure {
        uint256 shift = 32 * uint256(id);
        uint256 others = uint256(a.timers) & ~(uint256(type(uint32).max) << shift);
        a.timers = uint192(others | (uint256(time) << shift));
    }
}
