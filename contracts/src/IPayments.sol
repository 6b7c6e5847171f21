// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Refusal} from "./Ledger.sol";

// What participants sign (EIP-712), each with its signature in EIP-2098 form: r, and s with the
// recovery bit on top. Amounts are units. Times are unix seconds.

/// @dev A relayed deposit, signed by the coins' owner.
struct FundIntent {
    address owner;
    address identity;
    uint64 units;
    uint64 fee;
    address relayer;
    uint256 permitNonce;
    uint32 validUntil;
    bytes32 r;
    bytes32 vs;
}

/// @dev A lock, signed by the consumer. `locked` is the total in this epoch, not what is added.
struct LockIntent {
    address provider;
    uint8 channel;
    uint16 epoch;
    uint40 locked;
    uint32 validUntil;
    bytes32 r;
    bytes32 vs;
}

/// @dev A promise, signed by the consumer. `amount` is the total owed in this epoch.
struct PromiseIntent {
    address provider;
    uint8 channel;
    uint16 epoch;
    uint40 amount;
    bytes32 r;
    bytes32 vs;
}

/// @dev A registration, signed by the identity whose public key (x, y) is.
struct RegisterIntent {
    bytes32 x;
    bytes32 y;
    bytes32 r;
    bytes32 vs;
}

/// @dev A withdrawal from a deposit, signed by the consumer, whose next nonce it names.
// solhint-disable-next-line gas-struct-packing
struct WithdrawIntent {
    address to;
    uint64 units;
    uint256 nonce;
    uint32 validUntil;
    bytes32 r;
    bytes32 vs;
}

/// @dev The signature of an ERC-2612 permit; the contract knows the rest of it.
struct PermitSignature {
    uint256 deadline;
    bytes32 r;
    bytes32 vs;
}

/// @title What the payments contract does for whom.
/// @notice Amounts are units: UNIT of the coin's base units, a millionth of a coin.
interface IPayments {
    /// @notice `payer` deposited for `identity`.
    event Deposited(address indexed identity, address indexed payer, uint64 units);
    /// @notice `payer` owes `relayer` this fee for a relayed call; it is credited to its earnings.
    event Relayed(address indexed relayer, address indexed payer, uint64 fee);
    /// @notice `provider` paid `relayer` this fee out of its earnings, for its clearing or withdrawal.
    event RelayedFromEarnings(address indexed relayer, address indexed provider, uint64 fee);
    /// @notice A consumer took back from its deposit.
    event DepositWithdrawn(address indexed consumer, address indexed to, uint64 units);
    /// @notice A channel holds `locked` in all for `provider` in this epoch.
    event Locked(
        address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint40 locked
    );
    /// @notice `paid` more was cleared from a channel, `cleared` in all in this epoch.
    event Cleared(
        address indexed consumer,
        address indexed provider,
        uint8 channel,
        uint16 epoch,
        uint40 cleared,
        uint40 paid
    );
    /// @notice The same as Cleared for each of `records`, which stand one after the other, big-endian:
    /// 1 byte channel, 20 consumer, 2 epoch, 5 cleared. What each paid is `cleared` less that of the
    /// channel's last event in this epoch.
    event ClearedPacked(address indexed provider, bytes records);
    /// @notice The channel can be freed without its provider from `unlockAt` on: clear before.
    event UnlockRequested(
        address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint32 unlockAt
    );
    /// @notice The epoch ended; the channel has no provider.
    event Freed(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch);
    /// @notice What a channel held at the end of `epoch` went back to the deposit.
    event Reclaimed(address indexed consumer, uint8 channel, uint16 epoch, uint40 units);
    /// @notice A provider's earnings were paid out: `net` to `to`, `fee` to the network.
    event Withdrawn(address indexed provider, address indexed to, uint256 net, uint256 fee);
    /// @notice A provider's earnings go to `beneficiary` from now on.
    event BeneficiarySet(address indexed provider, address indexed beneficiary);
    /// @notice A hub can be reached as its node record (EIP-778) says.
    event HubAnnounced(address indexed identity, bytes enr);
    /// @notice The network's fees were paid out.
    event Collected(address indexed treasury, uint256 units);

    /// @notice The constructor's arguments do not make sense.
    error BadConfiguration();
    /// @notice Zero, or this contract, where somebody must be able to receive.
    error BadAddress();
    /// @notice The call would have no effect.
    error NothingChanged();
    /// @notice The signature is not by the one it must be by, or not in low-s form.
    error WrongSignature();
    /// @notice Not the next nonce of who signed.
    error WrongNonce();
    /// @notice Only the coin tells that coins came in.
    error NotTheCoin();
    /// @notice Nothing that can be relayed for a fee.
    error UnknownOperation();
    /// @notice Not registered, or the deposit is below the bond.
    error Unbonded();
    /// @notice Too late, or valid for too long.
    error Expired();
    /// @notice Only the relayer named in the intent can send it.
    error NotTheRelayer();
    /// @notice The permit was used before, or does not allow exactly units + fee.
    error WrongPermit();
    /// @notice Not whole units.
    error BadAmount();
    /// @notice The deposit would grow beyond what an account can hold.
    error TooMuch();
    /// @notice The deposit does not cover it, or what pays for a relayed clearing or withdrawal.
    error Uncovered();
    /// @notice The bytes are not as long as they can be.
    error BadLength();
    /// @notice Why a lock was refused.
    error LockRefused(Refusal reason);
    /// @notice The channel is free, or there is no such channel.
    error NoProvider();
    /// @notice Signed for another epoch of the channel.
    error WrongEpoch();
    /// @notice The channel can be unlocked at `time`; 0 when nobody requested it.
    error NotYet(uint32 time);
    /// @notice Once there is a beneficiary, only itself names another.
    error NotTheBeneficiary();

    /// @notice Deposits the sender's coins for an identity. Needs an allowance.
    function deposit(address identity, uint64 units) external;

    /// @notice The same, with the sender's permit over exactly `units`.
    function depositWithPermit(address identity, uint64 units, PermitSignature calldata permit) external;

    /// @notice ERC-1363: coins that the coin's transferAndCall brings are deposited. `data` is the
    /// identity, ABI-encoded; empty stands for who sent them. The value must be whole units.
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data)
        external
        returns (bytes4);

    /// @notice A relayed deposit: takes units + fee of the owner's coins by its permit, and credits
    /// the units to the identity and the fee to the relayer, who must be the sender. The permit must
    /// not be used before and must be used up by the call: otherwise a left-over allowance could
    /// be taken by the same signatures again. If somebody spends the permit alone, the call
    /// fails and the owner signs anew; no coin has moved.
    function fund(FundIntent calldata f, PermitSignature calldata permit) external;

    /// @notice fund, and the registration of the same identity, unless it is registered already.
    function onboard(FundIntent calldata f, PermitSignature calldata permit, RegisterIntent calldata key)
        external;

    /// @notice Pays a part of the sender's unlocked deposit out.
    function withdrawDeposit(address to, uint64 units) external;

    /// @notice The same by the consumer's signature, which names its next nonce.
    function withdrawDepositFor(WithdrawIntent calldata w) external;

    /// @notice Carries out what somebody signed, and moves a fee from the deposit of who asks for it to
    /// the sender's earnings. `op` is the call of lock, release, requestUnlock, reclaimFor,
    /// withdrawDepositFor or setBeneficiary here, or of register at the registry. Who asks for it is who
    /// signed it; for a release, which its provider signs, it is the consumer whose channel is freed. It
    /// signed Relay(sender, fee, digest), where the digest is what op's signature is over. All of these
    /// work once, or revert: the same fee is not due twice.
    ///
    /// `op` can also be the call of clearPacked or of withdraw, which carry no signature. The provider
    /// that it is about then signed the digest keccak256(op, its next nonce as 32 bytes), uses up the
    /// nonce, and pays from its earnings: at most a quarter of what the clearing brings, or of what there is
    /// to withdraw. Or it is the call of unlock: the consumer that it names signs likewise, by its own next
    /// nonce, and pays from its deposit.
    function relay(uint64 fee, bytes32 r, bytes32 vs, bytes calldata op) external;

    /// @notice Tells where the sender's hub is: a node record (EIP-778) of at most 300 bytes. The
    /// sender must be registered and have deposited the bond. Stores nothing.
    function announceHub(bytes calldata enr) external;

    /// @notice Locks by the consumer's signature, or reverts with LockRefused. `validUntil` may be at
    /// most MAX_AHEAD ahead.
    function lock(LockIntent calldata intent) external;

    /// @notice Locks many; skips what is refused, and reverts only if everything is.
    function lockMany(LockIntent[] calldata locks) external returns (uint256 done);

    /// @notice Frees a channel at once, by its provider's signature.
    function release(address consumer, uint8 id, uint16 epoch, bytes32 r, bytes32 vs) external;

    /// @notice Starts the delay after which a channel can be freed without its provider, by the
    /// consumer's signature. A running delay is not restarted.
    function requestUnlock(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) external;

    /// @notice Frees a channel whose delay is over.
    function unlock(address consumer, uint8 id) external;

    /// @notice Moves what the sender's free channel holds back to its deposit, and ends the epoch.
    function reclaim(uint8 id) external;

    /// @notice reclaim by the consumer's signature.
    function reclaimFor(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) external;

    /// @notice Who signed a promise, what clearing it would pay now, and when its channel can be
    /// unlocked (0: nobody asked). A signature recovers to somebody in any case: compare `consumer`.
    function check(address provider, uint8 id, uint16 epoch, uint40 amount, bytes32 r, bytes32 vs)
        external
        view
        returns (address consumer, uint40 due, uint32 unlockAt);

    /// @notice Clears promises for the providers they name; each pays min(amount, locked) less what
    /// was cleared. Skips what pays nothing, and reverts only if everything does.
    function clearBatch(PromiseIntent[] calldata promises) external returns (uint256 total);

    /// @notice clearBatch for one provider and the least gas. `packed` is the provider's address, 20
    /// bytes, then 72 bytes for each promise, big-endian: 5 amount, 32 r, 32 vs, 1 channel, 2 epoch;
    /// the consumer is who signed. Has the effects of clearBatch with these promises, in one
    /// ClearedPacked event.
    function clearPacked(bytes calldata packed) external returns (uint256 total);

    /// @notice Pays a provider's earnings, less the fee, to its beneficiary or itself. The fee is
    /// gross × feePerMyriad / 10,000, rounded up to a unit.
    function withdraw(address provider) external;

    /// @notice Names the first beneficiary, by the provider's signature.
    function setBeneficiary(address provider, address beneficiary, bytes32 r, bytes32 vs) external;

    /// @notice Names another beneficiary; only for the present one, so that a stolen provider key
    /// cannot redirect earnings.
    function changeBeneficiary(address provider, address beneficiary) external;

    /// @notice Pays the network's fees to the treasury.
    function collect() external;

    /// @notice A consumer's unlocked deposit, and when its channels can be unlocked (0: nobody asked).
    function account(address consumer) external view returns (uint64 balance, uint32[6] memory unlockAt);

    /// @notice A channel. Free when `provider` is zero (`locked` is then left from before) or when
    /// `cleared` = `locked` (its next lock then names `epoch` + 1).
    function channel(address consumer, uint8 id)
        external
        view
        returns (address provider, uint40 locked, uint40 cleared, uint16 epoch, uint32 unlockAt);

    /// @notice What a provider cleared and has not withdrawn, what of it would be paid out and kept
    /// as fee now, and to whom it goes (zero: to the provider).
    function earnings(address provider)
        external
        view
        returns (uint96 gross, uint256 net, uint256 fee, address beneficiary);

    /// @notice Which contract this is.
    function version() external pure returns (string memory);

    /// @notice The network's fees not yet collected.
    function fees() external view returns (uint256);

    /// @notice The ERC-20 that is paid with.
    function coin() external view returns (address);

    /// @notice The registry of identities.
    function registry() external view returns (address);

    /// @notice Where the fees go.
    function treasury() external view returns (address);

    /// @notice The fee rate, in 1/10,000.
    function feePerMyriad() external view returns (uint16);

    /// @notice How long an unlock takes after its request, in seconds.
    function unlockDelay() external view returns (uint32);

    /// @notice The deposit that announcing a hub asks for, in units.
    function bond() external view returns (uint64);

    /// @notice The nonce of somebody's next withdrawDepositFor, or next relayed clearPacked, withdraw or
    /// unlock.
    function nonces(address who) external view returns (uint256);

    /// @notice The coin's base units in one unit.
    function UNIT() external view returns (uint256);

    /// @notice How far ahead a validUntil may be, in seconds.
    function MAX_AHEAD() external view returns (uint256);
}
