// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments} from "../src/IPayments.sol";
import {Registry} from "../src/Registry.sol";
import {TestCoin} from "../src/TestCoin.sol";
import {Base} from "./Base.sol";

/// The vectors that Go signed and packed, in the order of a session: the contracts take each call.
contract VectorsTest is Base {
    string internal json;
    address internal registered;

    function setUp() public override {
        json = VM.readFile("../intent/testdata/vectors.json");
        VM.warp(VM.parseJsonUint(json, ".validUntil") - 10 minutes);
        VM.chainId(VM.parseJsonUint(json, ".chainId"));
        coin = TestCoin(placed(".coin", create("TestCoin", "")));
        registry = Registry(placed(".registry", create("Registry", "")));
        bytes memory terms = abi.encode(coin, registry, TREASURY, RATE, DELAY, BOND);
        payments = IPayments(placed(".payments", create("Payments", terms)));
        consumer = VM.parseJsonAddress(json, ".consumer");
        provider = VM.parseJsonAddress(json, ".provider");
        relayer = VM.parseJsonAddress(json, ".relayer");
    }

    /// @dev Puts a contract where the vectors say it is.
    function placed(string memory key, address made) internal returns (address where) {
        where = VM.parseJsonAddress(json, key);
        VM.etch(where, made.code);
    }

    function send(address to, string memory name) internal {
        bytes memory call_ = VM.parseJsonBytes(json, string.concat(".vectors.", name, ".call"));
        VM.prank(relayer);
        (bool success, bytes memory result) = to.call(call_);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }

    function test_wholeSession() external {
        send(address(registry), "register");
        yes(registry.keyX(consumer) != 0, "registered");

        mint(consumer, 10_025_000);
        send(address(payments), "fund");
        eq(balanceOf(consumer), 10_000_000, "deposit");
        eq(grossOf(relayer), 25_000, "relayer's fee");

        send(address(payments), "lock");
        expectChannel(consumer, 4, provider, 5_000_000, 0, 0);
        send(address(payments), "promise");
        expectChannel(consumer, 4, provider, 5_000_000, 1_234_567, 0);
        eq(grossOf(provider), 1_234_567, "gross");
        send(address(payments), "relayedClearing");
        eq(grossOf(provider), 1_980_000, "gross, less the fee");
        send(address(payments), "setBeneficiary");
        send(address(payments), "requestUnlock");
        eq(stateOf(consumer, 4).unlockAt, block.timestamp + DELAY, "unlock");
        send(address(payments), "release");
        expectChannel(consumer, 4, address(0), 3_000_000, 0, 1);

        send(address(payments), "relayedWithdrawal");
        eq(grossOf(relayer), 60_000, "relayer's fees");
        (,,, address beneficiary) = payments.earnings(provider);
        eq(coin.balanceOf(beneficiary), uint256(1_866_750) * WEI, "paid out");
    }
}
