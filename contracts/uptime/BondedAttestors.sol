// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {AttestorSet} from "./AttestorSet.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";

/// @title BondedAttestors
/// @notice The members' half of the oracle: who attests, with which key, and what answers for it. See `IUptimeOracle`.
abstract contract BondedAttestors is AccessManaged, EntryPause, EIP712, IUptimeOracle {
    using AttestorSet for AttestorSet.Book;
    using EpochClock for EpochClock.Clock;
    using SafeCast for uint256;

    /// @notice Epochs after its own in which a report is still accepted.
    uint32 public constant MAX_LATE_EPOCHS = 7;

    /// @notice Longest challenge window, in epochs.
    uint32 public constant MAX_CHALLENGE_EPOCHS = 7;

    /// @notice Epochs from a change of the window to the next: until then the last report with the one before is beyond
    /// challenge, however late it came, with a doubled window, and one more each for what is found and for its bonds.
    uint32 public constant WINDOW_EPOCHS = MAX_LATE_EPOCHS + 3 * MAX_CHALLENGE_EPOCHS + 2;

    bytes32 private constant _KEY_TYPEHASH = keccak256("AttestorKey(address account,address key)");

    IStakingRegistry internal immutable _STAKING;
    uint48 internal immutable _GENESIS_AT;
    uint32 internal immutable _EPOCH_SECONDS;
    uint16 internal immutable _SLOTS_PER_EPOCH;

    AttestorSet.Book internal _book;
    mapping(address account => Attestor attestor) private _attestors;
    mapping(address key => address account) private _accounts;
    uint96 private _attestorBond;
    /// @dev Window of reports of epochs from `_windowEpoch` on; of those before it is `_formerSeconds`.
    uint32 private _challengeSeconds;
    uint32 private _formerSeconds;
    uint32 private _windowEpoch;

    constructor(IStakingRegistry staking, IBurnMintSettlement settlement, uint32 newChallengeSeconds, uint96 newBond) {
        require(address(staking) != address(0), UptimeOracle_ZeroAddress("staking"));
        require(address(settlement) != address(0), UptimeOracle_ZeroAddress("settlement"));
        _STAKING = staking;
        EpochClock.Clock memory clock = settlement.clock();
        (_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH) = (clock.genesisAt, clock.epochSeconds, clock.slotsPerEpoch);
        _setChallengeSeconds(newChallengeSeconds, 0);
        _setAttestorBond(newBond);
    }

    // ─── MEMBERS ───

    /// @inheritdoc IUptimeOracle
    function applyAsAttestor(address key, bytes calldata possession) external whenEntriesOpen {
        Attestor storage attestor = _attestors[msg.sender];
        require(!attestor.isMember, UptimeOracle_AlreadyMember(msg.sender));
        require(attestor.bond == 0, UptimeOracle_BondHeld(msg.sender, attestor.releaseAt));
        _checkKey(key, possession);

        attestor.key = key;
        attestor.bondRequired = _attestorBond;
        attestor.releaseAt = 0;
        emit AttestorApplied({account: msg.sender, key: key, bond: _attestorBond});
    }

    /// @inheritdoc IUptimeOracle
    function withdrawApplication() external {
        _checkApplied(msg.sender);
        delete _attestors[msg.sender];
        emit ApplicationWithdrawn(msg.sender);
    }

    /// @inheritdoc IUptimeOracle
    function rotateKey(address key, bytes calldata possession) external {
        Attestor storage attestor = _member(msg.sender);
        _checkKey(key, possession);

        uint32 fromEpoch = nextSetEpoch();
        _book.replace({fromEpoch: fromEpoch, key: attestor.key, newKey: key});
        _accounts[key] = msg.sender;
        attestor.key = key;
        emit AttestorKeyRotated({account: msg.sender, key: key, fromEpoch: fromEpoch});
    }

    /// @inheritdoc IUptimeOracle
    function resign() external {
        _dismiss(msg.sender);
    }

    /// @inheritdoc IUptimeOracle
    function releaseBond(address account) external {
        Attestor storage attestor = _attestors[account];
        uint48 releaseAt = attestor.releaseAt;
        if (releaseAt != 0) releaseAt = uint48(Math.max(releaseAt, _heldUntil(attestor.leftEpoch)));
        require(releaseAt != 0 && block.timestamp >= releaseAt, UptimeOracle_BondHeld(account, releaseAt));
        uint96 mill = attestor.bond;
        require(mill != 0, UptimeOracle_NothingDue());

        attestor.bond = 0;
        attestor.bondRequired = 0;
        emit AttestorBondReleased({account: account, mill: mill});
        _STAKING.unbond(account, mill);
    }

    // ─── PRIVILEGED ───

    /// @inheritdoc IUptimeOracle
    function admitAttestor(address account) external restricted whenEntriesOpen {
        _checkApplied(account);
        Attestor storage attestor = _attestors[account];
        address key = attestor.key;
        // Somebody else may have been admitted with the key since.
        require(_isFree(key, account), UptimeOracle_KeyTaken(key));

        uint32 fromEpoch = nextSetEpoch();
        uint96 mill = attestor.bondRequired;
        attestor.isMember = true;
        attestor.bond = mill;
        _accounts[key] = account;
        _book.add({fromEpoch: fromEpoch, key: key});
        emit AttestorAdmitted({account: account, key: key, bond: mill, fromEpoch: fromEpoch});
        _STAKING.bond(account, mill);
    }

    /// @inheritdoc IUptimeOracle
    function removeAttestor(address account) external restricted {
        _dismiss(account);
    }

    /// @inheritdoc IUptimeOracle
    function setChallengeSeconds(uint32 newChallengeSeconds) external restricted {
        uint32 fromEpoch = _hasReports() ? nextSetEpoch() : 0;
        uint32 windowEpoch = _windowEpoch;
        bool isFormerOver = fromEpoch == 0 || windowEpoch == 0 || fromEpoch >= windowEpoch + WINDOW_EPOCHS;
        require(isFormerOver, UptimeOracle_WindowInUse(windowEpoch + WINDOW_EPOCHS));
        _setChallengeSeconds(newChallengeSeconds, fromEpoch);
    }

    /// @inheritdoc IUptimeOracle
    function setAttestorBond(uint96 newBond) external restricted {
        _setAttestorBond(newBond);
    }

    // ─── READ ───

    /// @inheritdoc IUptimeOracle
    function setOf(uint32 epoch) external view returns (address[] memory seats, uint256 quorum, uint256 threshold) {
        seats = _book.keysAt(epoch);
        quorum = AttestorSet.quorumOf(seats.length);
        threshold = AttestorSet.thresholdOf(seats.length);
    }

    /// @inheritdoc IUptimeOracle
    function attestorOf(address account) external view returns (Attestor memory attestor) {
        return _attestors[account];
    }

    /// @inheritdoc IUptimeOracle
    function accountOfKey(address key) public view returns (address account) {
        return _accounts[key];
    }

    /// @inheritdoc IUptimeOracle
    function challengeSecondsOf(uint32 epoch) public view returns (uint32 length) {
        return epoch < _windowEpoch ? _formerSeconds : _challengeSeconds;
    }

    /// @inheritdoc IUptimeOracle
    function attestorBond() external view returns (uint96 mill) {
        return _attestorBond;
    }

    /// @inheritdoc IUptimeOracle
    function nextSetEpoch() public view returns (uint32 epoch) {
        return block.timestamp < _GENESIS_AT ? 0 : _clock().epochAtDown(block.timestamp) + 1;
    }

    // ─── INTERNAL ───

    /// @dev Takes what the slash table says from an attestor's bond and expels it. Never reverts: the bond may be
    /// gone, the attestor may have left.
    function _punish(address account, SlashTable.Offence offence, address reporter) internal returns (uint256 mill) {
        Attestor storage attestor = _attestors[account];
        mill = Math.min(SlashTable.amountUp(offence, attestor.bondRequired), attestor.bond);
        attestor.bond -= mill.toUint96();
        if (attestor.isMember) _dismiss(account);
        if (mill == 0) return 0;
        _STAKING.slashBond({offence: offence, provider: account, mill: mill, buyer: address(0), reporter: reporter});
    }

    /// @dev When whatever is found of reports before an epoch must have been brought: windows may be doubled, or have
    /// been longer when they were opened.
    function _heldUntil(uint32 epoch) internal view virtual returns (uint48 heldUntil);

    /// @dev Whether any report stands.
    function _hasReports() internal view virtual returns (bool has);

    function _clock() internal view returns (EpochClock.Clock memory clock) {
        return
            EpochClock.Clock({genesisAt: _GENESIS_AT, epochSeconds: _EPOCH_SECONDS, slotsPerEpoch: _SLOTS_PER_EPOCH});
    }

    /// @dev The bond stays until the last report that the attestor can sign is beyond challenge, and an epoch more to
    /// bring what is found late: at least for so long as it takes to post it and to wait for a window.
    function _dismiss(address account) internal {
        Attestor storage attestor = _member(account);
        uint32 fromEpoch = nextSetEpoch();
        uint48 releaseAt = _clock().endOf(uint256(fromEpoch) + MAX_LATE_EPOCHS) + challengeSecondsOf(fromEpoch);
        attestor.isMember = false;
        attestor.releaseAt = releaseAt;
        attestor.leftEpoch = fromEpoch;
        _book.remove({fromEpoch: fromEpoch, key: attestor.key});
        emit AttestorLeft({account: account, fromEpoch: fromEpoch, releaseAt: releaseAt});
    }

    function _setChallengeSeconds(uint32 newChallengeSeconds, uint32 fromEpoch) private {
        uint256 max = Math.min(uint256(MAX_CHALLENGE_EPOCHS) * _EPOCH_SECONDS, type(uint32).max);
        bool good = newChallengeSeconds != 0 && newChallengeSeconds <= max;
        require(good, UptimeOracle_OutOfBounds({value: newChallengeSeconds, min: 1, max: max}));
        (_formerSeconds, _challengeSeconds, _windowEpoch) = (_challengeSeconds, newChallengeSeconds, fromEpoch);
        emit ChallengeSecondsSet(newChallengeSeconds, fromEpoch);
    }

    function _setAttestorBond(uint96 newBond) private {
        require(newBond != 0, UptimeOracle_OutOfBounds({value: newBond, min: 1, max: type(uint96).max}));
        _attestorBond = newBond;
        emit AttestorBondSet(newBond);
    }

    function _member(address account) private view returns (Attestor storage attestor) {
        attestor = _attestors[account];
        require(attestor.isMember, UptimeOracle_NotMember(account));
    }

    function _checkApplied(address account) private view {
        Attestor storage attestor = _attestors[account];
        require(!attestor.isMember, UptimeOracle_AlreadyMember(account));
        bool applied = attestor.bondRequired != 0 && attestor.bond == 0 && attestor.releaseAt == 0;
        require(applied, UptimeOracle_NotApplied(account));
    }

    /// @dev A key that never consented could be taken by a stranger, and its owner shut out.
    function _checkKey(address key, bytes calldata possession) private view {
        bool free = key != address(0) && _isFree(key, msg.sender) && key != _seatedKeyOf(msg.sender);
        require(free, UptimeOracle_KeyTaken(key));
        if (key == msg.sender) return;
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_KEY_TYPEHASH, msg.sender, key)));
        (address signer, , ) = ECDSA.tryRecoverCalldata(digest, possession);
        require(signer == key, UptimeOracle_KeyNotPossessed(key, msg.sender));
    }

    function _isFree(address key, address account) private view returns (bool free) {
        address owner = _accounts[key];
        return owner == address(0) || owner == account;
    }

    /// @dev Zero for an account without a seat in the newest set.
    function _seatedKeyOf(address account) private view returns (address key) {
        Attestor storage attestor = _attestors[account];
        return attestor.isMember ? attestor.key : address(0);
    }
}
