// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Handler} from "./Handler.sol";

/// The five invariants of the payments contract, under random steps of several people.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;

    error Broken(string rule);
    error NeverHappened(string action);

    function setUp() external {
        handler = new Handler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), actions());
    }

    function actions() internal pure returns (bytes4[] memory list) {
        list = new bytes4[](21);
        list[0] = Handler.deposit.selector;
        list[1] = Handler.donate.selector;
        list[2] = Handler.fund.selector;
        list[3] = Handler.withdrawDeposit.selector;
        list[4] = Handler.withdraw.selector;
        list[5] = Handler.collect.selector;
        list[6] = Handler.wait.selector;
        list[7] = Handler.lock.selector;
        list[8] = Handler.replayLock.selector;
        list[9] = Handler.signAndClear.selector;
        list[10] = Handler.replayPromises.selector;
        list[11] = Handler.release.selector;
        list[12] = Handler.requestUnlock.selector;
        list[13] = Handler.replayOther.selector;
        list[14] = Handler.unlock.selector;
        list[15] = Handler.reclaim.selector;
        list[16] = Handler.transferAndCall.selector;
        list[17] = Handler.withdrawDepositFor.selector;
        list[18] = Handler.beneficiary.selector;
        list[19] = Handler.announceHub.selector;
        list[20] = Handler.relayUnsigned.selector;
    }

    /// 1, 2, 4 and 5: cleared ≤ locked; counters and epochs only grow; a clearing changes only the
    /// named provider's channels; nothing signed for an earlier epoch has an effect.
    function channels() public view {
        string memory rule = handler.broken();
        require(bytes(rule).length == 0, Broken(rule));
    }

    /// 3, and more: what is owed is exactly what is held, but for coins that somebody gave away.
    function money() public view {
        require(handler.owed() * 1e12 + handler.donated() == handler.held(), Broken("3: coins are missing"));
    }

    /// All five after every step, in one series of runs.
    function invariant_allFive() external view {
        channels();
        money();
    }

    /// The steps above are worth something only if all of them happen, so that a mistake in the
    /// handler does not pass for a proof.
    function test_everyActionHappens() external {
        bytes4[] memory list = actions();
        for (uint256 i = 0; i < 4000; ++i) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            (bool ignored,) = address(handler).call(arguments(list[dice % list.length], dice));
            ignored;
        }
        channels();
        money();
        string[25] memory names = [
            "deposit",
            "donate",
            "fund",
            "withdrawDeposit",
            "withdraw",
            "collect",
            "lock",
            "replayLock",
            "clear",
            "replayPromises",
            "release",
            "requestUnlock",
            "replayOther",
            "unlock",
            "reclaim",
            "reclaimFor",
            "onboard",
            "transferAndCall",
            "withdrawDepositFor",
            "relay",
            "clearPacked",
            "beneficiary",
            "announceHub",
            "relayed clearing",
            "relayed withdrawal"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            require(handler.done(names[i]) >= 3, NeverHappened(names[i]));
        }
    }

    /// @dev Five words that fit any action's parameters: only their low bits matter to it.
    function arguments(bytes4 selector, uint256 dice) internal pure returns (bytes memory) {
        return abi.encodePacked(
            selector,
            uint256(uint8(dice >> 8)),
            uint256(uint8(dice >> 16)),
            uint256(uint32(dice >> 24)),
            uint256(uint32(dice >> 56)),
            uint256(uint8(dice >> 88))
        );
    }
}
