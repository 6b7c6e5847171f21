// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments} from "../src/IPayments.sol";
import {RelayBase} from "./RelayBase.sol";
import {Vm} from "./Base.sol";

/// @dev Counts which of the contracts' functions were called with success, and which were relayed for a fee. What there is
/// to call is read from the compiled contracts, so that a new function is missed where no test calls it.
abstract contract Functions is RelayBase {
    mapping(address where => mapping(bytes4 selector => uint256)) internal called;
    mapping(bytes4 selector => uint256) internal relayedFor;

    error NeverCalled(string signature);
    error NeverRelayed(string signature);

    /// @dev Counts the calls between these two; what was reverted, also later in the same call, does not count.
    function startCounting() internal {
        VM.startStateDiffRecording();
    }

    function stopCounting() internal {
        Vm.AccountAccess[] memory all = VM.stopAndReturnStateDiff();
        for (uint256 i = 0; i < all.length; ++i) {
            Vm.AccountAccess memory a = all[i];
            // What the contract itself calls, the registry of an onboarding, is no call of its own.
            bool own = a.accessor == address(payments);
            if (a.reverted || own || a.kind != 0 || a.data.length < 4) continue;
            bytes4 selector = bytes4(a.data);
            ++called[a.account][selector];
            if (a.account == address(payments) && selector == IPayments.relay.selector) {
                ++relayedFor[bytes4(this.relayedOp(a.data))];
            }
        }
    }

    function relayedOp(bytes calldata data) external pure returns (bytes memory op) {
        (,,, op) = abi.decode(data[4:], (uint64, bytes32, bytes32, bytes));
    }

    function changing(string memory name) internal view returns (string[] memory signatures) {
        string memory json = VM.readFile(string.concat("artifacts/", name, ".json"));
        return VM.parseJsonStringArray(json, ".changing");
    }

    /// @dev Every function that is no view was called so often at least, and relayed where it can be.
    function allCalled(uint256 times) internal {
        (uint256 functions, uint256 relayable) = allCalledOf("Payments", address(payments), times);
        (uint256 more, uint256 moreRelayable) = allCalledOf("Registry", address(registry), times);
        yes(functions > 20 && more == 1, "functions are seen");
        yes(relayable + moreRelayable >= 10, "what can be relayed is seen");
    }

    function allCalledOf(string memory name, address where, uint256 times)
        private
        returns (uint256 functions, uint256 relayable)
    {
        string[] memory signatures = changing(name);
        functions = signatures.length;
        for (uint256 i = 0; i < functions; ++i) {
            bytes4 selector = bytes4(keccak256(bytes(signatures[i])));
            require(called[where][selector] >= times, NeverCalled(signatures[i]));
            if (!canBeRelayed(selector)) continue;
            ++relayable;
            require(relayedFor[selector] >= times, NeverRelayed(signatures[i]));
        }
    }

    /// @dev Whether relay knows the function: of some length it refuses its call for another reason.
    function canBeRelayed(bytes4 selector) internal returns (bool) {
        bytes memory op = abi.encodePacked(selector, uint256(32)); // an offset, or an argument
        for (uint256 words = 1; words < 12; ++words) {
            (bool done, bytes memory why) =
                address(payments).call(abi.encodeCall(payments.relay, (0, 0, 0, op)));
            if (done || bytes4(why) != IPayments.UnknownOperation.selector) return true;
            op = bytes.concat(op, bytes32(0));
        }
        return false;
    }
}
