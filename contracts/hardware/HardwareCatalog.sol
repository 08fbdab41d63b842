// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IHardwareCatalog} from "./IHardwareCatalog.sol";

/// @title HardwareCatalog
/// @notice See `IHardwareCatalog`.
contract HardwareCatalog is IHardwareCatalog, AccessManaged {
    using Checkpoints for Checkpoints.Trace208;
    using EpochClock for EpochClock.Clock;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Longest name, bytes.
    uint256 public constant MAX_NAME_LENGTH = 64;

    /// @notice Highest stake of a unit, MILL.
    uint96 public constant MAX_STAKE_PER_UNIT = 1_000_000e18;

    /// @notice Highest weight of a unit.
    uint32 public constant MAX_WEIGHT = 1_000_000;

    /// @notice Longest grace period.
    uint32 public constant MAX_GRACE_SECONDS = 180 days;

    // ─── IMMUTABLES ───

    uint32 private immutable _GRACE_SECONDS;
    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;

    // ─── STORAGE ───

    uint16 private _classCount;
    mapping(uint16 classId => Class class_) private _classes;
    mapping(uint16 classId => uint96 stake) private _stakeBefore; // what a unit needed before the last raise
    mapping(uint16 classId => Checkpoints.Trace208 terms) private _terms; // by epoch, see `_setTerms`

    // ─── CONSTRUCTOR ───

    /// @notice Deploys with no classes.
    /// @param authority Access manager of the restricted functions
    /// @param settlement Settlement, for its clock
    /// @param graceSeconds_ Time between a raise of a stake and its effect on nodes that are already there
    constructor(address authority, address settlement, uint32 graceSeconds_) AccessManaged(authority) {
        require(settlement != address(0), HardwareCatalog_ZeroAddress());
        require(graceSeconds_ <= MAX_GRACE_SECONDS, HardwareCatalog_GraceOutOfBounds(graceSeconds_, MAX_GRACE_SECONDS));
        EpochClock.Clock memory time = IBurnMintSettlement(settlement).clock();
        _GENESIS_AT = time.genesisAt;
        _EPOCH_SECONDS = time.epochSeconds;
        _SLOTS_PER_EPOCH = time.slotsPerEpoch;
        _GRACE_SECONDS = graceSeconds_;
    }

    // ─── READ ───

    /// @inheritdoc IHardwareCatalog
    function classOf(uint16 classId) external view returns (Class memory class_) {
        return _classes[classId];
    }

    /// @inheritdoc IHardwareCatalog
    function entryOf(uint16 classId) external view returns (uint96 stakePerUnit, bool open) {
        Class storage class_ = _classes[classId];
        return (class_.stakePerUnit, class_.open);
    }

    /// @inheritdoc IHardwareCatalog
    function stakeDue(uint16 classId, uint96 entered) external view returns (uint96 stakePerUnit) {
        Class storage class_ = _existing(classId);
        uint96 current = class_.stakePerUnit;
        if (block.timestamp >= class_.raisedAt) return current;
        // A raise before this one has reached those too whom nobody told.
        return Math.min(Math.max(entered, _stakeBefore[classId]), current).toUint96();
    }

    /// @inheritdoc IHardwareCatalog
    function weightAt(uint16 classId, uint32 epoch) external view returns (uint32 weight) {
        return uint32(_terms[classId].upperLookupRecent(epoch));
    }

    /// @inheritdoc IHardwareCatalog
    function challengeSizeAt(uint16 classId, uint32 epoch) external view returns (uint32 challengeSize) {
        return uint32(_terms[classId].upperLookupRecent(epoch) >> 32);
    }

    /// @inheritdoc IHardwareCatalog
    function classCount() external view returns (uint16 count) {
        return _classCount;
    }

    /// @inheritdoc IHardwareCatalog
    function graceSeconds() external view returns (uint32 seconds_) {
        return _GRACE_SECONDS;
    }

    // ─── GOVERNANCE ───

    /// @inheritdoc IHardwareCatalog
    function addClass(
        Kind kind,
        string calldata name,
        uint96 stakePerUnit,
        uint32 weight,
        uint32 challengeSize
    ) external restricted returns (uint16 classId) {
        require(kind != Kind.None, HardwareCatalog_NoKind());
        uint256 length = bytes(name).length;
        require(length != 0 && length <= MAX_NAME_LENGTH, HardwareCatalog_BadName(length, MAX_NAME_LENGTH));
        _checkBounds(stakePerUnit, weight);

        classId = ++_classCount;
        _classes[classId] = Class({
            stakePerUnit: stakePerUnit,
            weight: weight,
            challengeSize: challengeSize,
            raisedAt: 0,
            kind: kind,
            open: true,
            name: name
        });
        _setTerms({classId: classId, fromEpoch: _currentEpoch(), weight: weight, challengeSize: challengeSize});
        emit ClassAdded({
            classId: classId,
            kind: kind,
            name: name,
            stakePerUnit: stakePerUnit,
            weight: weight,
            challengeSize: challengeSize
        });
    }

    /// @inheritdoc IHardwareCatalog
    function changeClass(
        uint16 classId,
        uint96 stakePerUnit,
        uint32 weight,
        uint32 challengeSize,
        bool open
    ) external restricted {
        Class storage class_ = _existing(classId);
        _checkBounds(stakePerUnit, weight);

        _setStake(class_, classId, stakePerUnit);
        class_.weight = weight;
        class_.challengeSize = challengeSize;
        class_.open = open;
        // Points of the epoch under way are already being earned at the weight that it started with.
        uint32 fromEpoch = _currentEpoch() + 1;
        _setTerms({classId: classId, fromEpoch: fromEpoch, weight: weight, challengeSize: challengeSize});
        emit ClassChanged({
            classId: classId,
            stakePerUnit: stakePerUnit,
            raisedAt: class_.raisedAt,
            weight: weight,
            weightFromEpoch: fromEpoch,
            challengeSize: challengeSize,
            open: open
        });
    }

    // ─── INTERNAL ───

    /// @dev What an epoch begins with holds until it ends: the size in bits 32..63, the weight below.
    function _setTerms(uint16 classId, uint32 fromEpoch, uint32 weight, uint32 challengeSize) private {
        _terms[classId].push(fromEpoch, (uint208(challengeSize) << 32) | weight);
    }

    /// @dev One raise at a time: a second one would postpone the first for nodes that it has not reached.
    function _setStake(Class storage class_, uint16 classId, uint96 stakePerUnit) private {
        uint96 before = class_.stakePerUnit;
        if (stakePerUnit > before) {
            uint48 pending = class_.raisedAt;
            require(block.timestamp >= pending, HardwareCatalog_RaisePending(classId, pending));
            class_.raisedAt = (block.timestamp + _GRACE_SECONDS).toUint48();
            _stakeBefore[classId] = before;
        }
        class_.stakePerUnit = stakePerUnit;
    }

    function _existing(uint16 classId) private view returns (Class storage class_) {
        class_ = _classes[classId];
        require(class_.kind != Kind.None, HardwareCatalog_UnknownClass(classId));
    }

    function _currentEpoch() private view returns (uint32 epoch) {
        return EpochClock.Clock(_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH).epochAtDown(block.timestamp);
    }

    function _checkBounds(uint96 stakePerUnit, uint32 weight) private pure {
        require(
            stakePerUnit != 0 && stakePerUnit <= MAX_STAKE_PER_UNIT,
            HardwareCatalog_StakeOutOfBounds(stakePerUnit, MAX_STAKE_PER_UNIT)
        );
        require(weight != 0 && weight <= MAX_WEIGHT, HardwareCatalog_WeightOutOfBounds(weight, MAX_WEIGHT));
    }
}
