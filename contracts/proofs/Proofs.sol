// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Channel, Ledger, Refusal} from "../src/Ledger.sol";

/// @title What a step must keep, from any state that keeps it: asserts for solc's SMTChecker.
/// @notice Each function takes one of Ledger's steps, which Payments takes too, from any state with
/// cleared ≤ locked. Numbers are those of the design's invariants. prove.mjs proves all of them, and
/// sees each of its mutants fail.
contract Lock {
    function lock(
        address p,
        uint40 l,
        uint40 d,
        uint16 e,
        uint64 balance,
        uint32 timers,
        uint8 id,
        address to,
        uint16 epoch,
        uint40 locked
    ) external pure {
        require(d <= l);
        Channel memory c = Channel(p, l, d, e);
        Account memory a = Account(balance, timers);
        Refusal refusal;
        (refusal, c, a) = Ledger.lock(c, a, id, to, epoch, locked);
        assert(c.cleared <= c.locked); // 1
        assert(c.epoch >= e); // 2
        assert(c.epoch != e || (c.locked >= l && c.cleared >= d)); // 2
        assert(uint256(a.balance) + c.locked - c.cleared == uint256(balance) + l - d); // 3
        if (refusal == Refusal.None) {
            assert(epoch >= e && c.epoch == epoch); // 5
            assert(to != address(0) && c.provider == to && c.locked == locked);
            assert(p == address(0) || p == to || l == d);
            assert(p != to || epoch != e || timers == 0); // no top-up while an unlock is waited for
            assert(a.timers == 0); // nor is there a timer afterwards
        } else {
            assert(c.provider == p && c.locked == l);
            assert(c.cleared == d && c.epoch == e && a.balance == balance);
        }
    }
}

contract Clear {
    function clear(address p, uint40 l, uint40 d, uint16 e, address provider, uint16 epoch, uint40 amount) external pure {
        require(d <= l);
        Channel memory c = Channel(p, l, d, e);
        uint40 paid;
        (paid, c) = Ledger.clear(c, provider, epoch, amount);
        assert(c.cleared <= c.locked); // 1
        assert(c.cleared >= d && c.locked == l && c.epoch == e); // 2
        assert(c.provider == p);
        assert(c.cleared - d == paid); // 3
        assert(paid == 0 || (provider != address(0) && provider == p)); // 4
        assert(paid == 0 || epoch == e); // 5
        assert(paid == 0 || c.cleared <= amount);
    }
}

contract Free {
    function free(address p, uint40 l, uint40 d, uint16 e) external pure {
        require(d <= l);
        Channel memory c = Channel(p, l, d, e);
        uint40 back;
        (back, c) = Ledger.free(c);
        assert(c.cleared <= c.locked); // 1
        assert(c.epoch >= e); // 2
        assert(c.epoch != e || (c.locked >= l && c.cleared >= d)); // 2
        assert(uint256(c.locked) - c.cleared + back == uint256(l) - d); // 3
        assert(c.provider == address(0));
        // 5: nothing of this epoch fits any more, or there is nothing to pay or lock for ever.
        assert(c.epoch > e || (c.locked == c.cleared && c.cleared != 0));
    }
}

contract Reclaim {
    function reclaim(address p, uint40 l, uint40 d, uint16 e) external pure {
        require(d <= l);
        Channel memory c = Channel(p, l, d, e);
        uint40 back;
        (back, c) = Ledger.reclaim(c);
        assert(c.cleared <= c.locked); // 1
        assert(c.epoch >= e); // 2
        assert(c.epoch != e || (c.locked >= l && c.cleared >= d)); // 2
        assert(uint256(c.locked) - c.cleared + back == uint256(l) - d); // 3
        assert(p == address(0) || back == 0); // nothing is taken from its provider
        assert(back == 0 || c.epoch > e || c.locked == c.cleared); // 5
    }
}
