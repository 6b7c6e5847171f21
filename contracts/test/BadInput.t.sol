// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    FundIntent,
    IPayments,
    LockIntent,
    PermitSignature,
    PromiseIntent,
    RegisterIntent,
    WithdrawIntent
} from "../src/IPayments.sol";
import {Refusal} from "../src/Ledger.sol";
import {RelayBase} from "./RelayBase.sol";

/// A table: every function that takes a signature × every way in which a signature can be wrong. All of the
/// table's calls work in the state of setUp, so that it is the signature that each refusal is about.
contract SignaturesTest is RelayBase {
    struct Case {
        string name;
        address to;
        address sender;
        bytes input;
        uint256 offset; // where in the input r stands, and vs after it
        uint256 key; // who signs
        address where; // for which contract
        bytes form;
        bytes other; // the answer to the signature of somebody else; empty: any error
        bytes nobody; // and to one that nobody can have made
    }

    bytes internal constant WRONG = abi.encodePacked(IPayments.WrongSignature.selector);
    bytes internal constant NOTHING = abi.encodePacked(IPayments.NothingChanged.selector);
    uint256 internal constant KINDS = 31;
    uint256 internal constant RELAY_R = 4 + 32;
    uint256 internal constant RELAY_OP = 4 + 5 * 32;

    Case internal c;
    uint256 internal tried;

    function setUp() public override {
        super.setUp();
        depositFor(consumer, 20 * COIN);
        depositFor(provider, COIN);
        mint(consumer, 100 * COIN);
        lockFor(CONSUMER, provider, 0, 0, FIVE); // to clear, to release, to ask for
        lockFor(CONSUMER, provider, 1, 0, FIVE);
        releaseBy(PROVIDER, consumer, 1, 0); // to reclaim
        lockFor(CONSUMER, provider, 3, 0, 5 * uint40(FEE));
        clearOne(CONSUMER, provider, 3, 0, 5 * uint40(FEE)); // to withdraw
        lockFor(CONSUMER, provider, 4, 0, uint40(FEE));
        requestUnlock(CONSUMER, 4, 0);
        VM.warp(block.timestamp + DELAY); // to unlock for a fee
    }

    function choose(uint256 kind) internal {
        delete c;
        (c.to, c.where, c.sender, c.key) = (address(payments), address(payments), relayer, CONSUMER);
        if (kind < 8) chooseIntent(kind);
        else if (kind < 14) chooseDeposit(kind);
        else if (kind < 28) chooseRelay(kind - 14);
        else if (kind < 30) chooseUnsigned(kind == 28);
        else chooseFreeing();
    }

    function chooseIntent(uint256 kind) internal {
        if (kind == 0) return chooseRegister();
        if (kind == 1) return chooseLock();
        if (kind == 2) return chooseRelease();
        if (kind == 3) return chooseUnlock();
        if (kind == 4) return chooseReclaim();
        if (kind == 5) return chooseWithdraw();
        if (kind == 6) return chooseBeneficiary();
        chooseLockMany();
    }

    function chooseRegister() internal {
        (RegisterIntent memory k,) = registration(CONSUMER);
        bytes32 form = keccak256("Register(address identity,bytes32 x,bytes32 y)");
        (c.name, c.to, c.where) = ("register", address(registry), address(registry));
        c.input = abi.encodeCall(registry.register, (k.x, k.y, k.r, k.vs));
        (c.offset, c.form) = (4 + 2 * 32, abi.encode(form, consumer, k.x, k.y));
        (c.other, c.nobody) = (WRONG, WRONG);
    }

    function chooseLock() internal {
        LockIntent memory asked = signLock(CONSUMER, provider, 2, 0, FIVE);
        c.name = "lock";
        c.input = abi.encodeCall(payments.lock, (asked));
        (c.offset, c.form) = (4 + 5 * 32, lockForm(asked));
        // It is about the deposit of whoever signed it, which is empty.
        c.other = abi.encodeWithSelector(IPayments.LockRefused.selector, Refusal.Uncovered);
        c.nobody = abi.encodeWithSelector(IPayments.LockRefused.selector, Refusal.Signature);
    }

    function chooseLockMany() internal {
        LockIntent[] memory list = new LockIntent[](1);
        list[0] = signLock(CONSUMER, provider, 2, 0, FIVE);
        c.name = "lockMany";
        c.input = abi.encodeCall(payments.lockMany, (list));
        (c.offset, c.form) = (4 + 7 * 32, lockForm(list[0]));
        (c.other, c.nobody) = (NOTHING, NOTHING);
    }

    function chooseRelease() internal {
        (bytes32 r, bytes32 vs) = signRelease(PROVIDER, consumer, 0, 0);
        bytes32 form = keccak256("Release(address consumer,uint8 channel,uint16 epoch)");
        (c.name, c.key) = ("release", PROVIDER);
        c.input = abi.encodeCall(payments.release, (consumer, 0, 0, r, vs));
        (c.offset, c.form) = (4 + 3 * 32, abi.encode(form, consumer, 0, 0));
        (c.other, c.nobody) = (WRONG, WRONG);
    }

    function chooseUnlock() internal {
        (bytes32 r, bytes32 vs) = signUnlock(CONSUMER, 0, 0, soon());
        bytes32 form = keccak256("RequestUnlock(uint8 channel,uint16 epoch,uint32 validUntil)");
        c.name = "requestUnlock";
        c.input = abi.encodeCall(payments.requestUnlock, (0, 0, soon(), r, vs));
        (c.offset, c.form) = (4 + 3 * 32, abi.encode(form, 0, 0, soon()));
        (c.other, c.nobody) = (abi.encodePacked(IPayments.NoProvider.selector), WRONG);
    }

    function chooseReclaim() internal {
        c.form = reclaimForm(1, 1, soon());
        (bytes32 r, bytes32 vs) = sign(CONSUMER, domain(address(payments)), c.form);
        c.name = "reclaimFor";
        c.input = abi.encodeCall(payments.reclaimFor, (1, 1, soon(), r, vs));
        c.offset = 4 + 3 * 32;
        (c.other, c.nobody) = (abi.encodePacked(IPayments.WrongEpoch.selector), WRONG);
    }

    function chooseWithdraw() internal {
        WithdrawIntent memory w = signWithdraw(CONSUMER, stranger, COIN, 0, soon());
        c.name = "withdrawDepositFor";
        c.input = abi.encodeCall(payments.withdrawDepositFor, (w));
        (c.offset, c.form) = (4 + 4 * 32, withdrawForm(w));
        (c.other, c.nobody) = (abi.encodePacked(IPayments.Uncovered.selector), WRONG);
    }

    function chooseBeneficiary() internal {
        bytes32 form = keccak256("SetBeneficiary(address provider,address beneficiary)");
        (c.name, c.key, c.form) = ("setBeneficiary", PROVIDER, abi.encode(form, provider, stranger));
        (bytes32 r, bytes32 vs) = sign(PROVIDER, domain(address(payments)), c.form);
        c.input = abi.encodeCall(payments.setBeneficiary, (provider, stranger, r, vs));
        c.offset = 4 + 2 * 32;
        (c.other, c.nobody) = (WRONG, WRONG);
    }

    function chooseDeposit(uint256 kind) internal {
        if (kind < 10) return choosePromise(kind == 8);
        FundIntent memory f =
            FundIntent(consumer, consumer, 5 * COIN, FEE, relayer, coin.nonces(consumer), soon(), 0, 0);
        f = signFund(CONSUMER, f);
        PermitSignature memory p = signPermit(CONSUMER, (5 * COIN + FEE) * WEI, f.permitNonce);
        (RegisterIntent memory k,) = registration(CONSUMER);
        if (kind == 10) {
            (c.name, c.input) = ("fund", abi.encodeCall(payments.fund, (f, p)));
            (c.offset, c.form, c.other, c.nobody) = (4 + 7 * 32, fundForm(f), WRONG, WRONG);
        } else if (kind == 11) {
            (c.name, c.input) = ("fund by permit", abi.encodeCall(payments.fund, (f, p)));
            (c.offset, c.form, c.where) = (4 + 10 * 32, permitForm((5 * COIN + FEE) * WEI), address(coin));
        } else if (kind == 12) {
            (c.name, c.input) = ("onboard", abi.encodeCall(payments.onboard, (f, p, k)));
            bytes32 form = keccak256("Register(address identity,bytes32 x,bytes32 y)");
            (c.offset, c.form, c.where) =
            (4 + 14 * 32, abi.encode(form, consumer, k.x, k.y), address(registry));
            (c.other, c.nobody) = (WRONG, WRONG);
        } else {
            p = signPermit(CONSUMER, 5 * COIN * WEI, coin.nonces(consumer));
            (c.name, c.sender) = ("depositWithPermit", consumer);
            c.input = abi.encodeCall(payments.depositWithPermit, (consumer, 5 * COIN, p));
            (c.offset, c.form, c.where) = (4 + 3 * 32, permitForm(5 * COIN * WEI), address(coin));
        }
    }

    function choosePromise(bool packed) internal {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        c.name = packed ? "clearPacked" : "clearBatch";
        c.input = packed
            ? abi.encodeCall(payments.clearPacked, (pack(provider, one(p))))
            : abi.encodeCall(payments.clearBatch, (one(p)));
        (c.offset, c.form) = (packed ? 4 + 2 * 32 + 20 + 5 : 4 + 6 * 32, promiseForm(p));
        (c.other, c.nobody) = (NOTHING, NOTHING);
    }

    /// @dev The signature of an operation inside a relayed call, or (from the eighth on) that of the fee for it.
    function chooseRelay(uint256 kind) internal {
        chooseIntent(kind % 7);
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain(c.where), keccak256(c.form)));
        uint256 payer = kind % 7 == 2 ? CONSUMER : c.key; // a release is paid for by its consumer
        (bytes32 r, bytes32 vs) = signFee(payer, relayer, FEE, digest);
        c.input = abi.encodeCall(payments.relay, (FEE, r, vs, c.input));
        c.to = address(payments);
        if (kind < 7) {
            (c.name, c.offset) = (string.concat("relayed ", c.name), RELAY_OP + c.offset);
        } else {
            bytes32 form = keccak256("Relay(address relayer,uint64 fee,bytes32 opDigest)");
            (c.name, c.key, c.offset) = (string.concat("fee of ", c.name), payer, RELAY_R);
            (c.form, c.where) = (abi.encode(form, relayer, FEE, digest), address(payments));
        }
        (c.other, c.nobody) = (WRONG, WRONG);
    }

    /// @dev The signature of a provider's fee for what carries no signature itself.
    function chooseUnsigned(bool clearing) internal {
        bytes memory op = abi.encodeCall(payments.withdraw, (provider));
        if (clearing) {
            PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, FIVE);
            op = abi.encodeCall(payments.clearPacked, (pack(provider, one(p))));
        }
        bytes32 digest = unsignedDigest(provider, op);
        (bytes32 r, bytes32 vs) = signFee(PROVIDER, relayer, FEE, digest);
        (c.name, c.key) = (clearing ? "fee of clearPacked" : "fee of withdraw", PROVIDER);
        (c.input, c.offset) = (abi.encodeCall(payments.relay, (FEE, r, vs, op)), RELAY_R);
        bytes32 form = keccak256("Relay(address relayer,uint64 fee,bytes32 opDigest)");
        (c.form, c.other, c.nobody) = (abi.encode(form, relayer, FEE, digest), WRONG, WRONG);
    }

    /// @dev The signature of a consumer's fee for the unlock of a channel whose delay is over.
    function chooseFreeing() internal {
        bytes memory op = abi.encodeCall(payments.unlock, (consumer, 4));
        bytes32 digest = unsignedDigest(consumer, op);
        (bytes32 r, bytes32 vs) = signFee(CONSUMER, relayer, FEE, digest);
        (c.name, c.input, c.offset) =
        ("fee of unlock", abi.encodeCall(payments.relay, (FEE, r, vs, op)), RELAY_R);
        bytes32 form = keccak256("Relay(address relayer,uint64 fee,bytes32 opDigest)");
        (c.form, c.other, c.nobody) = (abi.encode(form, relayer, FEE, digest), WRONG, WRONG);
    }

    function fundForm(FundIntent memory f) internal pure returns (bytes memory) {
        return abi.encode(
            keccak256(
                "Fund(address owner,address identity,uint64 units,uint64 fee,address relayer,uint256 permitNonce,uint32 validUntil)"
            ),
            f.owner,
            f.identity,
            f.units,
            f.fee,
            f.relayer,
            f.permitNonce,
            f.validUntil
        );
    }

    function permitForm(uint256 value) internal view returns (bytes memory) {
        return abi.encode(
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
            consumer,
            address(payments),
            value,
            coin.nonces(consumer),
            uint256(soon())
        );
    }

    // The columns

    function test_everySignature() external {
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            choose(kind);
            (bytes32 r, bytes32 vs) = sign(c.key, domain(c.where), c.form);
            accepts(r, vs);
            (bytes32 r2, bytes32 vs2) = sign(0xBAD, domain(c.where), c.form);
            refuses("wrong signer", r2, vs2, c.other);
            (r2, vs2) = sign(c.key, domain(address(0xD0)), c.form);
            refuses("another contract", r2, vs2, c.other);
            (r2, vs2) = sign(c.key, domainOn(block.chainid + 1, c.where), c.form);
            refuses("another chain", r2, vs2, c.other);
            (r2, vs2) = sign(c.key, domain(c.where), bytes.concat(c.form, bytes32(0)));
            refuses("another form", r2, vs2, c.other);
            refuses("other parity", r, vs ^ bytes32(uint256(1) << 255), c.other);
            refuses("twin", r, twin(vs), c.other);
            malformed(r, vs);
        }
        eq(tried, KINDS * 15, "tried");
    }

    function malformed(bytes32 r, bytes32 vs) internal {
        bytes32 parity = bytes32(uint256(1) << 255);
        bytes32 high = bytes32(ORDER / 2 + 1); // the first s that is high
        refuses("high s", r, high, c.nobody);
        refuses("high s, odd", r, high | parity, c.nobody);
        refuses("highest s", r, bytes32(type(uint256).max), c.nobody);
        refuses("s = 0", r, 0, c.nobody);
        refuses("r = 0", 0, vs, c.nobody);
        refuses("r = order", bytes32(ORDER), vs, c.nobody);
        refuses("r above the order", bytes32(type(uint256).max), vs, c.nobody);
        refuses("zeros", 0, 0, c.nobody);
        refuses("zeros, odd", 0, parity, c.nobody);
    }

    /// After a fork of the chain, what was signed on one side means nothing on the other, and new signatures do.
    function test_everySignatureAfterAFork() external {
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            choose(kind);
            (bytes32 r, bytes32 vs) = sign(c.key, domain(c.where), c.form);
            uint256 here = VM.snapshotState();
            VM.chainId(block.chainid + 1);
            choose(kind); // whatever else is signed in it is signed for here
            refuses("chain ID changed", r, vs, c.other);
            (r, vs) = sign(c.key, domain(c.where), c.form);
            accepts(r, vs);
            VM.chainId(block.chainid - 1);
            yes(VM.revertToState(here), "state");
        }
    }

    function accepts(bytes32 r, bytes32 vs) internal {
        uint256 before = VM.snapshotState();
        (bool ok,) = sent(r, vs);
        yes(ok, string.concat(c.name, ": refused what is right"));
        yes(VM.revertToState(before), "state");
    }

    function refuses(string memory kind, bytes32 r, bytes32 vs, bytes memory want) internal {
        string memory what = string.concat(c.name, ": ", kind);
        (bool ok, bytes memory result) = sent(r, vs);
        yes(!ok, string.concat(what, " was taken"));
        yes(result.length >= 4, string.concat(what, " gave no reason"));
        if (want.length != 0) eq(keccak256(result), keccak256(want), what);
        ++tried;
    }

    function sent(bytes32 r, bytes32 vs) internal returns (bool ok, bytes memory result) {
        (bytes memory input, uint256 offset) = (c.input, c.offset);
        assembly ("memory-safe") {
            let place := add(add(input, 0x20), offset)
            mstore(place, r)
            mstore(add(place, 0x20), vs)
        }
        VM.prank(c.sender);
        return c.to.call(input);
    }

    /// check takes any signature, since any recovers to somebody; what is wrong owes nothing.
    function test_check() external view {
        PromiseIntent memory p = signPromise(CONSUMER, provider, 0, 0, 100);
        (address who, uint40 due) = checked(p.r, p.vs);
        yes(who == consumer && due == 100, "the right signature");
        bytes32[2][5] memory wrong;
        (wrong[0][0], wrong[0][1]) = sign(0xBAD, domain(address(payments)), promiseForm(p));
        (wrong[1][0], wrong[1][1]) = sign(CONSUMER, domain(address(registry)), promiseForm(p));
        (wrong[2][0], wrong[2][1]) =
            sign(CONSUMER, domainOn(block.chainid + 1, address(payments)), promiseForm(p));
        wrong[3] = [p.r, bytes32(ORDER / 2 + 1)];
        wrong[4] = [bytes32(0), p.vs];
        for (uint256 i = 0; i < wrong.length; ++i) {
            (who, due) = checked(wrong[i][0], wrong[i][1]);
            yes(who != consumer && due == 0, "owed by a wrong signature");
            yes((who == address(0)) == (i > 2), "malformed is nobody's");
        }
    }

    function checked(bytes32 r, bytes32 vs) internal view returns (address who, uint40 due) {
        (who, due,) = payments.check(provider, 0, 0, 100, r, vs);
    }
}
