// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Clearing} from "./Clearing.sol";
import {Account, Channel, Ledger, Refusal} from "./Ledger.sol";
import {
    FundIntent,
    IPayments,
    LockIntent,
    PermitSignature,
    RegisterIntent,
    WithdrawIntent
} from "./IPayments.sol";
import {Registry} from "./Registry.sol";
import {State} from "./State.sol";

/// @title Deposits, re-usable payment channels, and the clearing of promises.
/// @notice A consumer's deposit backs six channels. A lock moves money from the deposit into a
/// channel for one provider; the consumer then signs larger and larger promises for the channel's
/// epoch, and anybody clears the newest one, for the provider. Freeing a channel ends its epoch, so
/// that nothing signed for it means anything any more.
///
/// There is no owner and no upgrade. Apart from deposits, calls carry the signature of whoever they
/// concern, so that anybody can send them: consumers and providers need no gas.
///
/// The coin must be a plain 18-decimal ERC-20. It is called last, after all state is written,
/// except where coins come in: there it is called first, and what it moved is credited afterwards.
contract Payments is Clearing {
    using Ledger for Account;
    using Ledger for Channel;
    using SafeERC20 for IERC20;

    bytes32 private constant FUND = keccak256(
        "Fund(address owner,address identity,uint64 units,uint64 fee,address relayer,uint256 permitNonce,uint32 validUntil)"
    );
    bytes32 private constant LOCK =
        keccak256("Lock(address provider,uint8 channel,uint16 epoch,uint40 locked,uint32 validUntil)");
    bytes32 private constant RELEASE = keccak256("Release(address consumer,uint8 channel,uint16 epoch)");
    bytes32 private constant REQUEST_UNLOCK =
        keccak256("RequestUnlock(uint8 channel,uint16 epoch,uint32 validUntil)");
    bytes32 private constant SET_BENEFICIARY =
        keccak256("SetBeneficiary(address provider,address beneficiary)");
    bytes32 private constant RECLAIM = keccak256("Reclaim(uint8 channel,uint16 epoch,uint32 validUntil)");
    bytes32 private constant WITHDRAW_DEPOSIT =
        keccak256("WithdrawDeposit(address to,uint64 units,uint256 nonce,uint32 validUntil)");
    bytes32 private constant RELAY = keccak256("Relay(address relayer,uint64 fee,bytes32 opDigest)");
    uint256 private constant MAX_RECORD = 300;
    uint256 private constant EARNINGS_PER_FEE = 4;

    /// @dev See State.
    constructor(
        address coin_,
        address registry_,
        address treasury_,
        uint16 feePerMyriad_,
        uint32 unlockDelay_,
        uint64 bond_
    ) State(coin_, registry_, treasury_, feePerMyriad_, unlockDelay_, bond_) {}

    // Deposits

    /// @inheritdoc IPayments
    function deposit(address identity, uint64 units) external {
        _deposit(msg.sender, identity, units);
    }

    /// @inheritdoc IPayments
    function depositWithPermit(address identity, uint64 units, PermitSignature calldata permit) external {
        IERC20Permit token = IERC20Permit(coin);
        (bytes32 r, bytes32 s) = (permit.r, _s(permit.vs));
        // Whoever sees the permit can use it up first. The allowance is then there all the same, and
        // only its owner, the sender, spends it here. Without an allowance the deposit fails.
        // solhint-disable no-empty-blocks
        try token.permit(msg.sender, address(this), units * UNIT, permit.deadline, _v(permit.vs), r, s) {}
            catch {}
        // solhint-enable no-empty-blocks
        _deposit(msg.sender, identity, units);
    }

    /// @inheritdoc IPayments
    function onTransferReceived(address, address from, uint256 value, bytes calldata data)
        external
        returns (bytes4)
    {
        require(msg.sender == coin, NotTheCoin());
        require(value % UNIT == 0, BadAmount());
        require(value / UNIT <= MAX_BALANCE, TooMuch());
        require(data.length == 0 || data.length == 32, BadLength());
        address identity = data.length == 0 ? from : abi.decode(data, (address));
        uint64 units = uint64(value / UNIT);
        _credit(identity, units);
        emit Deposited(identity, from, units);
        return IPayments.onTransferReceived.selector;
    }

    /// @inheritdoc IPayments
    function fund(FundIntent calldata f, PermitSignature calldata permit) external {
        _fund(f, permit);
    }

    /// @inheritdoc IPayments
    function onboard(FundIntent calldata f, PermitSignature calldata permit, RegisterIntent calldata key)
        external
    {
        _fund(f, permit);
        // Whoever sees the registration can send it first; that must not stop the deposit.
        if (Registry(registry).keyX(f.identity) != 0) return;
        (address identity,) = Registry(registry).register(key.x, key.y, key.r, key.vs);
        require(identity == f.identity, BadAddress());
    }

    function _fund(FundIntent calldata f, PermitSignature calldata permit) private {
        require(msg.sender == f.relayer, NotTheRelayer());
        require(block.timestamp <= f.validUntil, Expired());
        // A malformed signature recovers to nobody, and some coins let nobody permit.
        require(f.owner != address(0) && _signer(_fundHash(f), f.r, f.vs) == f.owner, WrongSignature());

        IERC20Permit token = IERC20Permit(coin);
        uint256 total = (uint256(f.units) + f.fee) * UNIT;
        require(token.nonces(f.owner) == f.permitNonce, WrongPermit());
        token.permit(f.owner, address(this), total, permit.deadline, _v(permit.vs), permit.r, _s(permit.vs));
        require(token.nonces(f.owner) == f.permitNonce + 1, WrongPermit());
        require(IERC20(coin).allowance(f.owner, address(this)) == total, WrongPermit());
        IERC20(coin).safeTransferFrom(f.owner, address(this), total);
        require(IERC20(coin).allowance(f.owner, address(this)) == 0, WrongPermit());

        _earnings[f.relayer].gross += f.fee;
        emit Relayed(f.relayer, f.owner, f.fee);
        _credit(f.identity, f.units);
        emit Deposited(f.identity, f.owner, f.units);
    }

    /// @inheritdoc IPayments
    function withdrawDeposit(address to, uint64 units) external {
        _debit(msg.sender, to, units);
        IERC20(coin).safeTransfer(to, units * UNIT);
    }

    /// @inheritdoc IPayments
    function withdrawDepositFor(WithdrawIntent calldata w) external {
        require(_inTime(w.validUntil), Expired());
        bytes32 hash = keccak256(abi.encode(WITHDRAW_DEPOSIT, w.to, w.units, w.nonce, w.validUntil));
        address consumer = _signer(hash, w.r, w.vs);
        require(consumer != address(0), WrongSignature());
        require(nonces[consumer] == w.nonce, WrongNonce());
        nonces[consumer] = w.nonce + 1;
        _debit(consumer, w.to, w.units);
        IERC20(coin).safeTransfer(w.to, w.units * UNIT);
    }

    // Relayed for a fee, and announced

    /// @inheritdoc IPayments
    function relay(uint64 fee, bytes32 r, bytes32 vs, bytes calldata op) external {
        require(op.length >= 4, UnknownOperation());
        bytes4 kind = bytes4(op);
        if (kind == Registry.register.selector) {
            (bytes32 x, bytes32 y, bytes32 opR, bytes32 opVs) =
                abi.decode(op[4:], (bytes32, bytes32, bytes32, bytes32));
            (address identity, bytes32 digest) = Registry(registry).register(x, y, opR, opVs);
            return _charge(identity, fee, digest, r, vs);
        }
        bool clearing = kind == IPayments.clearPacked.selector;
        if (clearing || kind == IPayments.withdraw.selector) return _relayUnsigned(clearing, fee, r, vs, op);
        if (kind == IPayments.unlock.selector) return _relayUnlock(fee, r, vs, op);
        (bytes32 typeHash, uint256 fields) = _form(kind);
        require(op.length == 4 + 32 * (fields + 2), UnknownOperation());
        // In all of these calls r and vs follow the fields, each of one word, as they are hashed.
        uint256 end = op.length - 64;
        bytes32 hash = keccak256(bytes.concat(typeHash, op[4:end]));
        // Who asks for it pays: a release serves the consumer, its first field, though the provider signs it.
        address payer = kind == IPayments.release.selector
            ? abi.decode(op[4:], (address))
            : _signer(hash, bytes32(op[end:]), bytes32(op[end + 32:]));
        require(payer != address(0), WrongSignature());
        // Charged first, so that a withdrawal's coins move last. None of them asks who sends it.
        _charge(payer, fee, _hashTypedDataV4(hash), r, vs);
        Address.functionDelegateCall(address(this), op);
    }

    /// @dev A call that carries no signature, for a fee from the earnings that it is about. The bound is of
    /// what this call clears: who clears a part of it first cannot make it a loss. And it leaves most to the
    /// beneficiary: who has stolen a provider's key could be its relayer as well.
    function _relayUnsigned(bool clearing, uint64 fee, bytes32 r, bytes32 vs, bytes calldata op) private {
        address provider;
        if (clearing) {
            // Selector, offset, length, provider: with another offset, others would be cleared for.
            require(op.length >= 88 && uint256(bytes32(op[4:])) == 32, UnknownOperation());
            provider = address(bytes20(op[68:]));
        } else {
            provider = abi.decode(op[4:], (address));
        }
        bytes32 digest = keccak256(bytes.concat(op, bytes32(nonces[provider]++)));
        _requireFee(provider, fee, digest, r, vs);
        uint256 most = _earnings[provider].gross;
        if (clearing) most = abi.decode(Address.functionDelegateCall(address(this), op), (uint256));
        require(fee <= most / EARNINGS_PER_FEE, Uncovered());
        _earnings[provider].gross -= fee;
        _earnings[msg.sender].gross += fee;
        emit RelayedFromEarnings(msg.sender, provider, fee);
        if (!clearing) Address.functionDelegateCall(address(this), op); // coins move last
    }

    /// @dev A call that carries no signature either, for a fee from the deposit of the consumer that it is about.
    function _relayUnlock(uint64 fee, bytes32 r, bytes32 vs, bytes calldata op) private {
        address consumer = abi.decode(op[4:], (address));
        _charge(consumer, fee, keccak256(bytes.concat(op, bytes32(nonces[consumer]++))), r, vs);
        Address.functionDelegateCall(address(this), op); // nobody's channels have no provider
    }

    /// @dev What is signed for a call that can be relayed, and of how many fields it is.
    function _form(bytes4 kind) private pure returns (bytes32 typeHash, uint256 fields) {
        if (kind == IPayments.lock.selector) return (LOCK, 5);
        if (kind == IPayments.release.selector) return (RELEASE, 3);
        if (kind == IPayments.requestUnlock.selector) return (REQUEST_UNLOCK, 3);
        if (kind == IPayments.reclaimFor.selector) return (RECLAIM, 3);
        if (kind == IPayments.withdrawDepositFor.selector) return (WITHDRAW_DEPOSIT, 4);
        if (kind == IPayments.setBeneficiary.selector) return (SET_BENEFICIARY, 2);
        revert UnknownOperation();
    }

    function _charge(address payer, uint64 fee, bytes32 digest, bytes32 r, bytes32 vs) private {
        _requireFee(payer, fee, digest, r, vs);
        uint64 balance = _accounts[payer].balance;
        require(fee <= balance, Uncovered());
        _accounts[payer].balance = balance - fee;
        _earnings[msg.sender].gross += fee;
        emit Relayed(msg.sender, payer, fee);
    }

    function _requireFee(address payer, uint64 fee, bytes32 digest, bytes32 r, bytes32 vs) private view {
        bytes32 hash = keccak256(abi.encode(RELAY, msg.sender, fee, digest));
        require(_signer(hash, r, vs) == payer, WrongSignature());
    }

    /// @inheritdoc IPayments
    function announceHub(bytes calldata enr) external {
        require(enr.length != 0 && enr.length <= MAX_RECORD, BadLength());
        bool bonded = _accounts[msg.sender].balance >= bond;
        require(bonded && Registry(registry).keyX(msg.sender) != 0, Unbonded());
        emit HubAnnounced(msg.sender, enr);
    }

    // Channels

    /// @inheritdoc IPayments
    function lock(LockIntent calldata intent) external {
        Refusal refusal = _lock(intent);
        require(refusal == Refusal.None, LockRefused(refusal));
    }

    /// @inheritdoc IPayments
    function lockMany(LockIntent[] calldata locks) external returns (uint256 done) {
        for (uint256 i = 0; i < locks.length; ++i) {
            if (_lock(locks[i]) == Refusal.None) ++done;
        }
        require(done != 0, NothingChanged());
    }

    /// @inheritdoc IPayments
    function release(address consumer, uint8 id, uint16 epoch, bytes32 r, bytes32 vs) external {
        Channel memory c = _channels[_key(consumer, id)];
        require(c.provider != address(0), NoProvider());
        require(c.epoch == epoch, WrongEpoch());
        bytes32 hash = keccak256(abi.encode(RELEASE, consumer, id, epoch));
        require(_signer(hash, r, vs) == c.provider, WrongSignature());
        _free(consumer, id, c);
    }

    /// @inheritdoc IPayments
    function requestUnlock(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) external {
        require(_inTime(validUntil), Expired());
        address consumer = _signer(keccak256(abi.encode(REQUEST_UNLOCK, id, epoch, validUntil)), r, vs);
        require(consumer != address(0), WrongSignature());
        Channel memory c = _channels[_key(consumer, id)];
        require(c.provider != address(0), NoProvider());
        require(c.epoch == epoch, WrongEpoch());
        Account memory a = _accounts[consumer];
        require(a.unlockAt(id) == 0, NothingChanged());
        uint32 time = uint32(block.timestamp + unlockDelay); // fits until 2106
        a.setUnlockAt(id, time);
        _write(_accounts[consumer], a);
        emit UnlockRequested(consumer, c.provider, id, epoch, time);
    }

    /// @inheritdoc IPayments
    function unlock(address consumer, uint8 id) external {
        Channel memory c = _channels[_key(consumer, id)];
        require(c.provider != address(0), NoProvider());
        uint32 time = _accounts[consumer].unlockAt(id);
        require(time != 0 && block.timestamp >= time, NotYet(time));
        _free(consumer, id, c);
    }

    /// @inheritdoc IPayments
    function reclaim(uint8 id) external {
        _reclaim(msg.sender, id, _channels[_key(msg.sender, id)]);
    }

    /// @inheritdoc IPayments
    function reclaimFor(uint8 id, uint16 epoch, uint32 validUntil, bytes32 r, bytes32 vs) external {
        require(_inTime(validUntil), Expired());
        address consumer = _signer(keccak256(abi.encode(RECLAIM, id, epoch, validUntil)), r, vs);
        require(consumer != address(0), WrongSignature());
        Channel memory c = _channels[_key(consumer, id)];
        require(c.epoch == epoch, WrongEpoch());
        _reclaim(consumer, id, c);
    }

    // Earnings

    /// @inheritdoc IPayments
    function withdraw(address provider) external {
        Earnings memory e = _earnings[provider];
        require(e.gross != 0, NothingChanged());
        (uint256 net, uint256 fee) = _split(e.gross);
        _earnings[provider].gross = 0;
        fees += fee;
        address to = e.beneficiary == address(0) ? provider : e.beneficiary;
        emit Withdrawn(provider, to, net, fee);
        IERC20(coin).safeTransfer(to, net * UNIT);
    }

    /// @inheritdoc IPayments
    function setBeneficiary(address provider, address beneficiary, bytes32 r, bytes32 vs) external {
        require(_earnings[provider].beneficiary == address(0), NotTheBeneficiary());
        bytes32 hash = keccak256(abi.encode(SET_BENEFICIARY, provider, beneficiary));
        require(provider != address(0) && _signer(hash, r, vs) == provider, WrongSignature());
        _setBeneficiary(provider, beneficiary);
    }

    /// @inheritdoc IPayments
    function changeBeneficiary(address provider, address beneficiary) external {
        require(_earnings[provider].beneficiary == msg.sender, NotTheBeneficiary());
        _setBeneficiary(provider, beneficiary);
    }

    /// @inheritdoc IPayments
    function collect() external {
        uint256 units = fees;
        require(units != 0, NothingChanged());
        fees = 0;
        emit Collected(treasury, units);
        IERC20(coin).safeTransfer(treasury, units * UNIT);
    }

    // Views

    /// @inheritdoc IPayments
    function version() external pure returns (string memory) {
        return "myst-payments-1";
    }

    /// @inheritdoc IPayments
    function account(address consumer) external view returns (uint64 balance, uint32[6] memory unlockAt) {
        Account memory a = _accounts[consumer];
        balance = a.balance;
        for (uint8 id = 0; id < Ledger.CHANNELS; ++id) {
            if (_channels[_key(consumer, id)].provider != address(0)) unlockAt[id] = a.unlockAt(id);
        }
    }

    /// @inheritdoc IPayments
    function channel(address consumer, uint8 id)
        external
        view
        returns (address provider, uint40 locked, uint40 cleared, uint16 epoch, uint32 unlockAt)
    {
        Channel memory c = _channels[_key(consumer, id)];
        if (c.provider != address(0)) unlockAt = _accounts[consumer].unlockAt(id);
        return (c.provider, c.locked, c.cleared, c.epoch, unlockAt);
    }

    /// @inheritdoc IPayments
    function earnings(address provider)
        external
        view
        returns (uint96 gross, uint256 net, uint256 fee, address beneficiary)
    {
        Earnings memory e = _earnings[provider];
        (net, fee) = _split(e.gross);
        return (e.gross, net, fee, e.beneficiary);
    }

    // Parts

    /// @dev Coins first, credit afterwards: a coin that calls back finds nothing to spend yet.
    function _deposit(address payer, address identity, uint64 units) private {
        IERC20(coin).safeTransferFrom(payer, address(this), units * UNIT);
        _credit(identity, units);
        emit Deposited(identity, payer, units);
    }

    function _debit(address consumer, address to, uint64 units) private {
        Account memory a = _accounts[consumer];
        require(units != 0, NothingChanged());
        require(to != address(0) && to != address(this), BadAddress());
        require(units <= a.balance, Uncovered());
        a.balance -= units;
        _write(_accounts[consumer], a);
        emit DepositWithdrawn(consumer, to, units);
    }

    function _lock(LockIntent calldata intent) private returns (Refusal) {
        if (!_inTime(intent.validUntil)) return Refusal.Validity;
        (bytes32 hash, bytes32 typeHash) = (0, LOCK);
        // The intent's first five words are what is hashed: each is checked where it is read.
        assembly ("memory-safe") {
            let form := mload(0x40)
            mstore(form, typeHash)
            calldatacopy(add(form, 0x20), intent, 0xa0)
            hash := keccak256(form, 0xc0)
        }
        address consumer = _signer(hash, intent.r, intent.vs);
        if (consumer == address(0)) return Refusal.Signature;
        (address provider, uint8 id) = (intent.provider, intent.channel);
        (uint16 epoch, uint40 locked) = (intent.epoch, intent.locked);
        Channel storage channelAt = _channels[_key(consumer, id)];
        Account storage accountAt = _accounts[consumer];
        (Channel memory c, Account memory a) = (channelAt, accountAt);
        (uint64 balance, uint192 timers) = (a.balance, a.timers);
        Refusal refusal = c.lock(a, id, provider, epoch, locked);
        if (refusal != Refusal.None) return refusal;
        _write(channelAt, c);
        if (a.balance != balance || a.timers != timers) _write(accountAt, a);
        emit Locked(consumer, provider, id, epoch, locked);
        return Refusal.None;
    }

    function _reclaim(address consumer, uint8 id, Channel memory c) private {
        uint16 epoch = c.epoch;
        uint40 back = c.reclaim();
        require(back != 0, NothingChanged());
        _write(_channels[_key(consumer, id)], c);
        _payBack(consumer, id, epoch, back);
    }

    function _free(address consumer, uint8 id, Channel memory c) private {
        (address provider, uint16 epoch) = (c.provider, c.epoch);
        uint40 back = c.free();
        _write(_channels[_key(consumer, id)], c);
        emit Freed(consumer, provider, id, epoch);
        if (back != 0) _payBack(consumer, id, epoch, back);
    }

    function _payBack(address consumer, uint8 id, uint16 epoch, uint40 units) private {
        _accounts[consumer].balance += units;
        emit Reclaimed(consumer, id, epoch, units);
    }

    function _setBeneficiary(address provider, address beneficiary) private {
        require(beneficiary != address(0) && beneficiary != address(this), BadAddress());
        _earnings[provider].beneficiary = beneficiary;
        emit BeneficiarySet(provider, beneficiary);
    }

    /// @dev The fee is rounded up, by less than one unit: withdrawing often saves nothing.
    function _split(uint96 gross) private view returns (uint256 net, uint256 fee) {
        fee = (uint256(gross) * feePerMyriad + MYRIAD - 1) / MYRIAD;
        net = gross - fee;
    }

    function _fundHash(FundIntent calldata f) private pure returns (bytes32) {
        return keccak256(
            abi.encode(FUND, f.owner, f.identity, f.units, f.fee, f.relayer, f.permitNonce, f.validUntil)
        );
    }
}
