// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Registry} from "../src/Registry.sol";
import {Base, Vm} from "./Base.sol";

contract RegistryTest is Base {
    event Registered(address indexed identity, bytes32 x, bytes32 y);

    struct Registration {
        address identity;
        bytes32 x;
        bytes32 y;
        bytes32 r;
        bytes32 vs;
    }

    function registration(uint256 key, bytes32 separator) internal returns (Registration memory s) {
        Vm.Wallet memory w = VM.createWallet(key);
        (s.identity, s.x, s.y) = (w.addr, bytes32(w.publicKeyX), bytes32(w.publicKeyY));
        (s.r, s.vs) = sign(key, separator, form(s));
    }

    function form(Registration memory s) internal pure returns (bytes memory) {
        return abi.encode(keccak256("Register(address identity,bytes32 x,bytes32 y)"), s.identity, s.x, s.y);
    }

    function refused(Registration memory s, bytes4 why) internal {
        fails(why);
        registry.register(s.x, s.y, s.r, s.vs);
    }

    /// y is found again by a square root, for keys of either parity.
    function testFuzz_registersAnyKey(uint256 key) external {
        key = 1 + key % (ORDER - 1);
        Registration memory s = registration(key, domain(address(registry)));
        VM.recordLogs();
        VM.prank(stranger); // who sends it does not matter
        registry.register(s.x, s.y, s.r, s.vs);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        eq(logs.length, 1, "one event");
        eq(logs[0].topics[0], Registered.selector, "event");
        eq(logs[0].topics[1], bytes32(uint256(uint160(s.identity))), "identity in the event");
        eq(keccak256(logs[0].data), keccak256(abi.encode(s.x, s.y)), "public key in the event");

        eq(registry.keyX(s.identity), s.x, "stored x");
        (bytes32 x, bytes32 y) = registry.publicKey(s.identity);
        eq(x, s.x, "x");
        eq(y, s.y, "y");
    }

    function test_registersOnce() external {
        Registration memory s = registration(PROVIDER, domain(address(registry)));
        registry.register(s.x, s.y, s.r, s.vs);
        VM.expectRevert(abi.encodeWithSelector(Registry.AlreadyRegistered.selector, s.identity));
        registry.register(s.x, s.y, s.r, s.vs);
    }

    function test_unknownIdentityHasNoKey() external {
        VM.expectRevert(abi.encodeWithSelector(Registry.NotRegistered.selector, stranger));
        registry.publicKey(stranger);
    }

    function test_refusesWrongSigner() external {
        Registration memory s = registration(PROVIDER, domain(address(registry)));
        (s.r, s.vs) = sign(STRANGER, domain(address(registry)), form(s));
        refused(s, Registry.WrongSignature.selector);
    }

    function test_refusesOtherContract() external {
        refused(registration(PROVIDER, domain(address(payments))), Registry.WrongSignature.selector);
    }

    /// The domain follows the chain's ID: after a fork, signatures of one side mean nothing on the other.
    function test_refusesOtherChain() external {
        Registration memory s = registration(PROVIDER, domain(address(registry)));
        Registration memory forked = registration(PROVIDER, domainOn(block.chainid + 1, address(registry)));
        refused(forked, Registry.WrongSignature.selector);
        VM.chainId(block.chainid + 1);
        refused(s, Registry.WrongSignature.selector);
        registry.register(forked.x, forked.y, forked.r, forked.vs);
    }

    function testFuzz_refusesOtherKey(bytes32 x, bytes32 y) external {
        Registration memory s = registration(PROVIDER, domain(address(registry)));
        VM.assume(x != s.x || y != s.y);
        (s.x, s.y) = (x, y);
        refused(s, Registry.WrongSignature.selector);
    }

    function testFuzz_refusesDamagedSignature(bytes32 r, bytes32 vs) external {
        Registration memory s = registration(PROVIDER, domain(address(registry)));
        VM.assume(r != s.r || vs != s.vs);
        (s.r, s.vs) = (r, vs);
        refused(s, Registry.WrongSignature.selector);
    }

    /// A malformed signature recovers to address zero, which must not count as an identity.
    function test_refusesHighS() external {
        Registration memory s = registration(PROVIDER, domain(address(registry)));
        s.vs = twin(s.vs);
        refused(s, Registry.WrongSignature.selector);
        s.vs = bytes32(ORDER / 2 + 1);
        refused(s, Registry.WrongSignature.selector);
    }
}
