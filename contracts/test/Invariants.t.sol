// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Functions} from "./Functions.sol";
import {Handler} from "./Handler.sol";

/// Random steps of several people.
abstract contract Steps {
    function actions() internal pure returns (bytes4[] memory list) {
        list = new bytes4[](23);
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
        list[21] = Handler.depositWithPermit.selector;
        list[22] = Handler.register.selector;
    }
}

/// The five invariants of the payments contract, under random steps of several people.
contract InvariantsTest is Steps {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;

    error Broken(string rule);

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
}

/// The steps are worth something only if all of them happen, so that a mistake in the handler does not pass for a proof.
contract InvariantsStepsTest is Functions, Steps {
    Handler internal handler;

    error NeverHappened(string action);

    function setUp() public override {
        handler = new Handler();
        (payments, registry) = handler.contracts();
    }

    /// Each of them has an effect several times, by several people; and among them is every function of the contracts that
    /// is no view, with everything that can be relayed.
    function test_everyActionHappens() external {
        VM.pauseGasMetering(); // else they would come near to the limit of a test
        for (uint256 i = 0; i < 4000; ++i) {
            this.step(i); // from outside, so that its memory is given back
        }
        yes(bytes(handler.broken()).length == 0, handler.broken());
        eq(handler.owed() * 1e12 + handler.donated(), handler.held(), "coins");
        allCalled(3);
        string[31] memory names = [
            "deposit",
            "depositWithPermit",
            "fund",
            "onboard",
            "transferAndCall",
            "withdrawDeposit",
            "withdrawDepositFor",
            "withdraw",
            "collect",
            "register",
            "announceHub",
            "lock",
            "lockMany",
            "replayLock",
            "clearBatch",
            "clearPacked",
            "replayPromises",
            "release",
            "requestUnlock",
            "replayOther",
            "unlock",
            "reclaim",
            "reclaimFor",
            "setBeneficiary",
            "changeBeneficiary",
            "relayed lock",
            "relayed release",
            "relayed requestUnlock",
            "relayed reclaimFor",
            "relayed clearPacked",
            "relayed withdraw"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            happened(names[i]);
        }
        happened("relayed withdrawDepositFor");
        happened("relayed setBeneficiary");
        happened("relayed unlock");
        happened("relayed register");
    }

    function happened(string memory action) internal view {
        uint256 several = handler.actors(action);
        several &= several - 1; // more than one bit
        require(handler.done(action) >= 3 && several != 0, NeverHappened(action));
    }

    function step(uint256 i) external {
        bytes4[] memory list = actions();
        uint256 dice = uint256(keccak256(abi.encode("dice", i)));
        startCounting();
        (bool ignored,) = address(handler).call(arguments(list[dice % list.length], dice));
        ignored;
        stopCounting();
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
