// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FundIntent, IPayments, LockIntent, PermitSignature, PromiseIntent} from "../src/IPayments.sol";
import {Registry} from "../src/Registry.sol";
import {TestCoin} from "../src/TestCoin.sol";

/// @dev The part of forge's cheat codes that the tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @dev The first fields of what a call was; the others are not read.
    struct AccountAccess {
        uint256 forkId;
        uint256 chainId;
        uint8 kind; // 0: a plain call
        address account;
        address accessor;
        bool initialized;
        uint256 oldBalance;
        uint256 newBalance;
        bytes deployedCode;
        uint256 value;
        bytes data;
        bool reverted;
    }

    struct Wallet {
        address addr;
        uint256 publicKeyX;
        uint256 publicKeyY;
        uint256 privateKey;
    }

    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function chainId(uint256 id) external;
    function createWallet(uint256 key) external returns (Wallet memory);
    function etch(address where, bytes calldata code) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert() external;
    function getRecordedLogs() external returns (Log[] memory);
    function load(address where, bytes32 slot) external view returns (bytes32);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonStringArray(string calldata json, string calldata key)
        external
        pure
        returns (string[] memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function pauseGasMetering() external;
    function prank(address sender) external;
    function readFile(string calldata path) external view returns (string memory);
    function recordLogs() external;
    function revertToState(uint256 id) external returns (bool);
    function revertToStateAndDelete(uint256 id) external returns (bool);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function snapshotState() external returns (uint256 id);
    function startStateDiffRecording() external;
    function stopAndReturnStateDiff() external returns (AccountAccess[] memory);
    function store(address where, bytes32 slot, bytes32 value) external;
    function toString(uint256 number) external pure returns (string memory);
    function warp(uint256 time) external;
}

/// @dev Three contracts with deposits, people with keys, and what they sign.
abstract contract Base {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint64 internal constant COIN = 1_000_000;
    uint256 internal constant WEI = 1e12; // a unit
    uint16 internal constant RATE = 500;
    uint32 internal constant DELAY = 72 hours;
    uint64 internal constant BOND = 10 * COIN;
    address internal constant TREASURY = address(0x7EA5);

    uint256 internal constant CONSUMER = 0xC0;
    uint256 internal constant OTHER_CONSUMER = 0xC1;
    uint256 internal constant PROVIDER = 0x90;
    uint256 internal constant OTHER_PROVIDER = 0x91;
    uint256 internal constant RELAYER = 0x4E;
    uint256 internal constant STRANGER = 0x57;

    address internal consumer = VM.addr(CONSUMER);
    address internal otherConsumer = VM.addr(OTHER_CONSUMER);
    address internal provider = VM.addr(PROVIDER);
    address internal otherProvider = VM.addr(OTHER_PROVIDER);
    address internal relayer = VM.addr(RELAYER);
    address internal stranger = VM.addr(STRANGER);

    TestCoin internal coin;
    Registry internal registry;
    IPayments internal payments;

    function setUp() public virtual {
        VM.warp(1_800_000_000);
        coin = TestCoin(create("TestCoin", ""));
        registry = Registry(create("Registry", ""));
        payments = deployPayments(address(coin), TREASURY, RATE, DELAY);
    }

    /// @dev Deploys the checked-in bytecode, so that what is tested is what networks get.
    function create(string memory name, bytes memory arguments) internal returns (address at_) {
        string memory json = VM.readFile(string.concat("artifacts/", name, ".json"));
        bytes memory code = bytes.concat(VM.parseJsonBytes(json, ".bytecode"), arguments);
        assembly ("memory-safe") {
            at_ := create(0, add(code, 32), mload(code))
            if iszero(at_) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function deployPayments(address coin_, address treasury, uint16 rate, uint32 delay)
        internal
        returns (IPayments)
    {
        return IPayments(create("Payments", abi.encode(coin_, registry, treasury, rate, delay, BOND)));
    }

    // Steps

    function mint(address to, uint64 units) internal {
        coin.mint(to, units * WEI);
    }

    function depositFor(address who, uint64 units) internal {
        mint(stranger, units);
        uint256 value = units * WEI;
        VM.prank(stranger);
        coin.approve(address(payments), value);
        VM.prank(stranger);
        payments.deposit(who, units);
    }

    function lockFor(uint256 key, address to, uint8 id, uint16 epoch, uint40 locked) internal {
        payments.lock(signLock(key, to, id, epoch, locked));
    }

    function clearOne(uint256 key, address to, uint8 id, uint16 epoch, uint40 amount) internal {
        payments.clearBatch(one(signPromise(key, to, id, epoch, amount)));
    }

    function requestUnlock(uint256 key, uint8 id, uint16 epoch) internal {
        uint32 until = soon();
        (bytes32 r, bytes32 vs) = signUnlock(key, id, epoch, until);
        payments.requestUnlock(id, epoch, until, r, vs);
    }

    function releaseBy(uint256 key, address who, uint8 id, uint16 epoch) internal {
        (bytes32 r, bytes32 vs) = signRelease(key, who, id, epoch);
        payments.release(who, id, epoch, r, vs);
    }

    function soon() internal view returns (uint32) {
        return uint32(block.timestamp + 10 minutes);
    }

    function one(PromiseIntent memory p) internal pure returns (PromiseIntent[] memory list) {
        list = new PromiseIntent[](1);
        list[0] = p;
    }

    /// @dev What clearPacked takes for these promises, whomever they name.
    function pack(address to, PromiseIntent[] memory list) internal pure returns (bytes memory packed) {
        packed = abi.encodePacked(to);
        for (uint256 i = 0; i < list.length; ++i) {
            PromiseIntent memory p = list[i];
            packed = bytes.concat(packed, abi.encodePacked(p.amount, p.r, p.vs, p.channel, p.epoch));
        }
    }

    /// @dev Makes a channel what it says, whatever happened before.
    function setChannel(address who, uint8 id, State memory s) internal {
        uint256 key = uint256(uint160(who)) | (uint256(id) << 160);
        uint256 word = uint256(uint160(s.provider)) | (uint256(s.locked) << 160);
        word |= (uint256(s.cleared) << 200) | (uint256(s.epoch) << 240);
        VM.store(address(payments), keccak256(abi.encode(key, uint256(3))), bytes32(word));
    }

    // Signatures. The hashes are written out once more here, apart from the contracts' own code.

    function domain(address where) internal view returns (bytes32) {
        return domainOn(block.chainid, where);
    }

    function domainOn(uint256 chain, address where) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("myst"),
                keccak256("1"),
                chain,
                where
            )
        );
    }

    function sign(uint256 key, bytes32 domainSeparator, bytes memory form)
        internal
        pure
        returns (bytes32 r, bytes32 vs)
    {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domainSeparator, keccak256(form)));
        uint8 v;
        (v, r, vs) = VM.sign(key, digest);
        if (v == 28) vs |= bytes32(uint256(1) << 255);
    }

    /// @dev The other valid signature over the same digest, with s in the upper half.
    function twin(bytes32 vs) internal pure returns (bytes32) {
        uint256 s = uint256(vs) & (type(uint256).max >> 1);
        uint256 v = uint256(vs) >> 255;
        // The upper half needs the bit that the compact form uses for v; what fits is tried.
        return bytes32(((ORDER - s) & (type(uint256).max >> 1)) | ((v ^ 1) << 255));
    }

    function lockForm(LockIntent memory asked) internal pure returns (bytes memory) {
        return abi.encode(
            keccak256("Lock(address provider,uint8 channel,uint16 epoch,uint40 locked,uint32 validUntil)"),
            asked.provider,
            asked.channel,
            asked.epoch,
            asked.locked,
            asked.validUntil
        );
    }

    function signLock(uint256 key, address to, uint8 id, uint16 epoch, uint40 locked)
        internal
        view
        returns (LockIntent memory asked)
    {
        return signLockUntil(key, to, id, epoch, locked, soon());
    }

    function signLockUntil(uint256 key, address to, uint8 id, uint16 epoch, uint40 locked, uint32 until)
        internal
        view
        returns (LockIntent memory asked)
    {
        asked = LockIntent(to, id, epoch, locked, until, 0, 0);
        (asked.r, asked.vs) = sign(key, domain(address(payments)), lockForm(asked));
    }

    function promiseForm(PromiseIntent memory p) internal pure returns (bytes memory) {
        return abi.encode(
            keccak256("Promise(address provider,uint8 channel,uint16 epoch,uint40 amount)"),
            p.provider,
            p.channel,
            p.epoch,
            p.amount
        );
    }

    function signPromise(uint256 key, address to, uint8 id, uint16 epoch, uint40 amount)
        internal
        view
        returns (PromiseIntent memory p)
    {
        p = PromiseIntent(to, id, epoch, amount, 0, 0);
        (p.r, p.vs) = sign(key, domain(address(payments)), promiseForm(p));
    }

    function signUnlock(uint256 key, uint8 id, uint16 epoch, uint32 until)
        internal
        view
        returns (bytes32 r, bytes32 vs)
    {
        bytes32 form = keccak256("RequestUnlock(uint8 channel,uint16 epoch,uint32 validUntil)");
        return sign(key, domain(address(payments)), abi.encode(form, id, epoch, until));
    }

    function signRelease(uint256 key, address who, uint8 id, uint16 epoch)
        internal
        view
        returns (bytes32 r, bytes32 vs)
    {
        bytes32 form = keccak256("Release(address consumer,uint8 channel,uint16 epoch)");
        return sign(key, domain(address(payments)), abi.encode(form, who, id, epoch));
    }

    function signFund(uint256 key, FundIntent memory f) internal view returns (FundIntent memory) {
        bytes memory form = abi.encode(
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
        (f.r, f.vs) = sign(key, domain(address(payments)), form);
        return f;
    }

    function signPermit(uint256 key, uint256 value, uint256 nonce)
        internal
        view
        returns (PermitSignature memory p)
    {
        p.deadline = soon();
        bytes memory form = abi.encode(
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
            VM.addr(key),
            address(payments),
            value,
            nonce,
            p.deadline
        );
        (p.r, p.vs) = sign(key, domain(address(coin)), form);
    }

    // What is

    function balanceOf(address who) internal view returns (uint64 balance) {
        (balance,) = payments.account(who);
    }

    function grossOf(address who) internal view returns (uint96 gross) {
        (gross,,,) = payments.earnings(who);
    }

    struct State {
        address provider;
        uint40 locked;
        uint40 cleared;
        uint16 epoch;
        uint32 unlockAt;
    }

    function stateOf(address who, uint8 id) internal view returns (State memory s) {
        (s.provider, s.locked, s.cleared, s.epoch, s.unlockAt) = payments.channel(who, id);
    }

    function expectChannel(address who, uint8 id, address p, uint40 locked, uint40 cleared, uint16 epoch)
        internal
        view
    {
        State memory s = stateOf(who, id);
        eq(s.provider, p, "provider");
        eq(s.locked, locked, "locked");
        eq(s.cleared, cleared, "cleared");
        eq(s.epoch, epoch, "epoch");
    }

    // Assertions

    error Unequal(string what, uint256 got, uint256 want);
    error Untrue(string what);

    function eq(uint256 got, uint256 want, string memory what) internal pure {
        require(got == want, Unequal(what, got, want));
    }

    function eq(address got, address want, string memory what) internal pure {
        eq(uint160(got), uint160(want), what);
    }

    function eq(bytes32 got, bytes32 want, string memory what) internal pure {
        eq(uint256(got), uint256(want), what);
    }

    function yes(bool condition, string memory what) internal pure {
        require(condition, Untrue(what));
    }

    function fails(bytes4 problem) internal {
        VM.expectRevert(abi.encodeWithSelector(problem));
    }
}
