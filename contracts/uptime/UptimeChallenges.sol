// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICapacityProofs} from "../capacity/ICapacityProofs.sol";
import {IHardwareCatalog} from "../hardware/IHardwareCatalog.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IUptimeChallenges} from "./IUptimeChallenges.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {PartDemands} from "./PartDemands.sol";
import {SlotBitmap} from "./SlotBitmap.sol";
import {UptimeEvidence} from "./UptimeEvidence.sol";
import {UptimeLeaf} from "./UptimeLeaf.sol";

/// @title UptimeChallenges
/// @notice See `IUptimeChallenges`.
contract UptimeChallenges is PartDemands {
    using SafeCast for int256;
    using SafeCast for uint256;
    using SlotBitmap for uint256;
    using UptimeEvidence for UptimeEvidence.Heartbeat;
    using UptimeEvidence for UptimeEvidence.Observation;
    using UptimeEvidence for UptimeEvidence.Receipt;
    using UptimeEvidence for UptimeEvidence.Sightings;
    using UptimeLeaf for IUptimeOracle.Leaf;

    /// @notice Open challenges to one epoch for which the bond of the next grows by the least one.
    uint32 public constant CHALLENGES_PER_STEP = 32;

    IBurnMintSettlement private immutable _SETTLEMENT;
    INodeRegistry private immutable _NODES;
    IHardwareCatalog private immutable _CATALOG;
    ICapacityProofs private immutable _CAPACITY;
    uint16 private immutable _SLOTS_PER_EPOCH;

    mapping(bytes32 challengeId => Challenge challenge) private _challenges;
    mapping(bytes32 root => mapping(uint64 nodeId => Correction correction)) private _corrections;
    mapping(uint64 nodeId => NodeCorrections corrections) private _nodeCorrections;
    /// @dev Seats that were slashed for having seen a node in a slot, whichever report's challenge it was.
    mapping(bytes32 sighting => uint32 seats) private _falseSightings;
    /// @dev Points of all slots that were restored to a report.
    mapping(bytes32 reportHash => uint256 points) private _restored;
    mapping(uint32 epoch => uint32 count) private _openChallenges;

    constructor(
        IUptimeOracle oracle,
        IBurnMintSettlement settlement,
        INodeRegistry nodes,
        IHardwareCatalog catalog,
        ICapacityProofs capacity,
        uint96 newBondWei
    ) PartDemands(oracle, newBondWei) {
        require(address(settlement) != address(0), UptimeChallenges_ZeroValue("settlement"));
        require(address(nodes) != address(0), UptimeChallenges_ZeroValue("nodes"));
        require(address(catalog) != address(0), UptimeChallenges_ZeroValue("catalog"));
        require(address(capacity) != address(0), UptimeChallenges_ZeroValue("capacity"));
        (_SETTLEMENT, _NODES, _CATALOG, _CAPACITY) = (settlement, nodes, catalog, capacity);
        _SLOTS_PER_EPOCH = settlement.clock().slotsPerEpoch;
    }

    // ─── FALSE DOWN ───

    /// @inheritdoc IUptimeChallenges
    function restoreSlot(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        uint8 slot,
        UptimeEvidence.Receipt[] calldata receipts
    ) external {
        _ORACLE.verifyPosted(report);
        _checkSlot(report, leaf, proof, slot, false);
        _checkWorth(leaf);
        uint32 seats = _seatsOf(receipts, leaf.nodeId, leaf.epoch, slot);
        (, , uint256 threshold) = _ORACLE.setOf(leaf.epoch);
        require(receipts.length >= threshold, UptimeChallenges_TooFewReceipts(receipts.length, threshold));

        int128 gain = _countRestored(report, leaf).toInt256().toInt128();
        emit SlotRestored({epoch: leaf.epoch, nodeId: leaf.nodeId, slot: slot, seats: seats});
        _correct({epoch: leaf.epoch, root: report.root, nodeId: leaf.nodeId, slot: slot, delta: gain});
    }

    // ─── FALSE UP ───

    /// @inheritdoc IUptimeChallenges
    function challengeSlot(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        uint8 slot
    ) external payable returns (bytes32 challengeId) {
        uint96 bond = bondOf(leaf.epoch);
        require(msg.value == bond, UptimeChallenges_WrongBond(msg.value, bond));
        _ORACLE.verifyPosted(report);
        _checkSlot(report, leaf, proof, slot, true);
        challengeId = challengeIdOf(_ORACLE.reportHashOf(report), leaf.nodeId, slot);
        Challenge storage challenge = _challenges[challengeId];
        require(challenge.status == ChallengeStatus.None, UptimeChallenges_AlreadyChallenged(challengeId));

        _challenges[challengeId] = Challenge({
            challenger: msg.sender,
            answerBy: _answerBy(leaf.epoch),
            slot: slot,
            status: ChallengeStatus.Open,
            shown: 0,
            root: report.root,
            nodeId: leaf.nodeId,
            epoch: leaf.epoch,
            bondWei: bond,
            lossMill: _worthUp(report, leaf).toUint128()
        });
        emit SlotChallenged({
            challengeId: challengeId,
            epoch: leaf.epoch,
            nodeId: leaf.nodeId,
            slot: slot,
            challenger: msg.sender,
            bondWei: bond,
            answerBy: challenge.answerBy
        });
        if (!_holds(_corrections[report.root][leaf.nodeId])) ++_nodeCorrections[leaf.nodeId].pending;
        ++_touched(leaf.epoch, report.root, leaf.nodeId).openChallenges;
        ++_openChallenges[leaf.epoch];
        emit LeafHeld({epoch: leaf.epoch, nodeId: leaf.nodeId, root: report.root});
    }

    /// @inheritdoc IUptimeChallenges
    function showHeartbeat(
        bytes32 challengeId,
        UptimeEvidence.Heartbeat calldata heartbeat,
        UptimeEvidence.Receipt[] calldata receipts
    ) external {
        Challenge storage challenge = _open(challengeId, false);
        (uint64 nodeId, uint32 epoch) = (challenge.nodeId, challenge.epoch);
        bytes32 digest = heartbeat.checkHeartbeat(_ORACLE, _NODES, nodeId, epoch, challenge.slot);
        for (uint256 i = 0; i < receipts.length; ++i) {
            bool isSame = receipts[i].heartbeatHash == digest;
            require(isSame, UptimeChallenges_OtherHeartbeat(receipts[i].seat));
        }

        // Seats that were shown before are passed over: nobody spoils an answer by showing a part of it first (T-53).
        uint32 shown = challenge.shown | _seatsOf(receipts, nodeId, epoch, challenge.slot);
        challenge.shown = shown;
        emit HeartbeatShown(challengeId, shown);
        (, , uint256 threshold) = _ORACLE.setOf(epoch);
        if (uint256(shown).countUp() < threshold) return;
        challenge.status = ChallengeStatus.Answered;
        _owed[msg.sender] += challenge.bondWei;
        emit ChallengeAnswered(challengeId, msg.sender);
        _free(challenge);
    }

    /// @inheritdoc IUptimeChallenges
    function clearSlot(bytes32 challengeId) external {
        Challenge storage challenge = _open(challengeId, true);
        challenge.status = ChallengeStatus.Cleared;
        _owed[challenge.challenger] += challenge.bondWei;
        emit SlotCleared(challengeId);
        _correct({
            epoch: challenge.epoch,
            root: challenge.root,
            nodeId: challenge.nodeId,
            slot: challenge.slot,
            delta: -uint256(challenge.lossMill).toInt256().toInt128()
        });
        _free(challenge);
    }

    /// @inheritdoc IUptimeChallenges
    function proveFalseSighting(
        bytes32 challengeId,
        uint8 seat,
        UptimeEvidence.Observation calldata observation,
        UptimeEvidence.Sightings calldata sightings
    ) external {
        Challenge storage challenge = _challenges[challengeId];
        bool isCleared = challenge.status == ChallengeStatus.Cleared && observation.epoch == challenge.epoch;
        require(isCleared, UptimeChallenges_WrongStatus(challengeId, challenge.status, challenge.answerBy));
        address key = _ORACLE.keyOf(challenge.epoch, seat);
        uint32 bit = uint32(1) << seat;
        bytes32 sighting = keccak256(abi.encode(challenge.epoch, challenge.nodeId, challenge.slot));
        // A report that falls is posted again, and what it says challenged again: that is one sighting all the same.
        require((challenge.shown | _falseSightings[sighting]) & bit == 0, UptimeChallenges_SameSeat(seat));
        observation.checkObservation(_ORACLE, key, seat);
        uint256 bitmap = sightings.checkedBitmap(observation.root, key, challenge.nodeId);
        require(bitmap.isUp(challenge.slot), UptimeChallenges_NothingSeen(seat));

        challenge.shown |= bit;
        _falseSightings[sighting] |= bit;
        emit FalseSightingProven(challengeId, seat);
        _ORACLE.convict({
            epoch: challenge.epoch,
            seat: seat,
            offence: SlashTable.Offence.AttestorNoHeartbeat,
            reporter: challenge.challenger
        });
    }

    // ─── CORRECTIONS ───

    /// @inheritdoc IUptimeChallenges
    function settleCorrection(bytes32 root, uint64 nodeId) external {
        Correction storage correction = _corrections[root][nodeId];
        bool isDue = correction.isPending && correction.openChallenges == 0;
        require(isDue, UptimeChallenges_NothingToSettle(nodeId));
        uint32 epoch = correction.epoch;
        int128 delta = 0;
        if (_holds(correction)) --_nodeCorrections[nodeId].pending;
        if (_ORACLE.reportOf(epoch).root == root) {
            IUptimeOracle.ReportStatus status = _ORACLE.statusOf(epoch);
            bool isFinal = status == IUptimeOracle.ReportStatus.Final;
            require(isFinal, IUptimeOracle.UptimeOracle_NotFinal(epoch, status));
            delta = correction.delta;
            correction.isPending = false;
            _nodeCorrections[nodeId].delta += delta;
        } else {
            // The same leaf may come back with the same root, and would have to be corrected again.
            delete _corrections[root][nodeId];
        }
        emit CorrectionSettled({epoch: epoch, nodeId: nodeId, root: root, delta: delta});
    }

    // ─── READ ───

    /// @inheritdoc IUptimeChallenges
    function challengeOf(bytes32 challengeId) external view returns (Challenge memory challenge) {
        return _challenges[challengeId];
    }

    /// @inheritdoc IUptimeChallenges
    function bondOf(uint32 epoch) public view returns (uint96 bond) {
        return _steppedWei(_openChallenges[epoch], CHALLENGES_PER_STEP);
    }

    /// @inheritdoc IUptimeChallenges
    function correctedBitmap(bytes32 root, uint64 nodeId, uint256 bitmap) external view returns (uint256 corrected) {
        Correction storage correction = _corrections[root][nodeId];
        if (!correction.isTouched) return bitmap;
        uint32 open = correction.openChallenges;
        require(open == 0, UptimeChallenges_LeafHeld(nodeId, open));
        return bitmap ^ correction.flipped;
    }

    /// @inheritdoc IUptimeChallenges
    function correctedReward(
        uint64 nodeId,
        uint128 rawCumulativeReward
    ) external view returns (uint256 mill, uint32 pending) {
        NodeCorrections memory corrections = _nodeCorrections[nodeId];
        // A reward of 128 bits and a sum of 128 bits fit.
        int256 earned = int256(uint256(rawCumulativeReward)) + corrections.delta;
        return (earned > 0 ? uint256(earned) : 0, corrections.pending);
    }

    /// @inheritdoc IUptimeChallenges
    function correctionOf(bytes32 root, uint64 nodeId) external view returns (Correction memory correction) {
        return _corrections[root][nodeId];
    }

    /// @inheritdoc IUptimeChallenges
    function correctionsOf(uint64 nodeId) external view returns (NodeCorrections memory corrections) {
        return _nodeCorrections[nodeId];
    }

    /// @inheritdoc IUptimeChallenges
    function challengeIdOf(bytes32 reportHash, uint64 nodeId, uint8 slot) public pure returns (bytes32 challengeId) {
        return keccak256(abi.encode(reportHash, nodeId, slot));
    }

    // ─── INTERNAL WRITE ───

    /// @dev The correction of a leaf, to be settled from the first touch on.
    function _touched(uint32 epoch, bytes32 root, uint64 nodeId) private returns (Correction storage correction) {
        correction = _corrections[root][nodeId];
        if (!correction.isPending) (correction.epoch, correction.isTouched, correction.isPending) = (epoch, true, true);
    }

    /// @dev MILL for one slot more. All slots that are restored to a report are together worth what they would be if
    /// they had been in it, rounded down: keeping out of a report, so that the others' points are few, gains nothing.
    function _countRestored(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf
    ) private returns (uint256 mill) {
        if (report.totalPoints == 0) return 0;
        bytes32 reportHash = _ORACLE.reportHashOf(report);
        uint256 before = _restored[reportHash];
        uint256 restored = before + _pointsPerSlot(leaf);
        _restored[reportHash] = restored;
        (uint128 pot, ) = _SETTLEMENT.potOf(report.epoch);
        uint256 total = report.totalPoints;
        return Math.mulDiv(pot, restored, total + restored) - Math.mulDiv(pot, before, total + before);
    }

    function _correct(uint32 epoch, bytes32 root, uint64 nodeId, uint8 slot, int128 delta) private {
        Correction storage correction = _touched(epoch, root, nodeId);
        // A report that fell and came back with the same leaves may have two challenges to one slot.
        if (correction.flipped.isUp(slot)) return;
        bool held = _holds(correction);
        correction.flipped |= 1 << slot;
        correction.delta += delta;
        if (held && !_holds(correction)) --_nodeCorrections[nodeId].pending;
        emit LeafCorrected({epoch: epoch, nodeId: nodeId, root: root, slot: slot, delta: delta});
    }

    /// @dev A leaf with which nothing is wrong has nothing to settle: whoever asks and answers holds nobody up (I11).
    function _free(Challenge storage challenge) private {
        (bytes32 root, uint64 nodeId) = (challenge.root, challenge.nodeId);
        --_openChallenges[challenge.epoch];
        Correction storage correction = _corrections[root][nodeId];
        if (--correction.openChallenges == 0 && correction.flipped == 0) correction.isPending = false;
        if (!_holds(correction)) --_nodeCorrections[nodeId].pending;
        emit LeafFreed({epoch: correction.epoch, nodeId: nodeId, root: root});
    }

    // ─── INTERNAL READ ───

    /// @dev Whether a node must not collect before a leaf is settled: it could get more than it earned. What was only
    /// restored adds to that, and holds back nothing else, whoever restores it and however often (I11).
    function _holds(Correction storage correction) private view returns (bool holds) {
        return correction.isPending && (correction.openChallenges != 0 || correction.delta < 0);
    }

    /// @dev A challenge that is not decided; over or not, as the step needs it.
    function _open(bytes32 challengeId, bool over) private view returns (Challenge storage challenge) {
        challenge = _challenges[challengeId];
        bool isRight = challenge.status == ChallengeStatus.Open && (block.timestamp >= challenge.answerBy) == over;
        require(isRight, UptimeChallenges_WrongStatus(challengeId, challenge.status, challenge.answerBy));
    }

    /// @dev A slot is turned once at most: a bit that was turned has no longer the value that a proof starts from.
    function _checkSlot(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        uint8 slot,
        bool isUp
    ) private view {
        bool isUnder = leaf.epoch == report.epoch && leaf.isUnder(proof, report.root);
        require(isUnder, UptimeChallenges_NotUnder(report.root, leaf.index));
        uint256 flipped = _corrections[report.root][leaf.nodeId].flipped;
        bool isRight = slot < _SLOTS_PER_EPOCH && leaf.bitmap.isUp(slot) == isUp && !flipped.isUp(slot);
        require(isRight, UptimeChallenges_WrongSlot(leaf.nodeId, slot));
    }

    /// @dev Seats that gave receipts, each once.
    function _seatsOf(
        UptimeEvidence.Receipt[] calldata receipts,
        uint64 nodeId,
        uint32 epoch,
        uint8 slot
    ) private view returns (uint32 seats) {
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint8 seat = receipts[i].seat;
            receipts[i].checkReceipt(_ORACLE, nodeId, epoch, slot);
            uint32 bit = uint32(1) << seat;
            require(seats & bit == 0, UptimeChallenges_SameSeat(seat));
            seats |= bit;
        }
    }

    /// @dev MILL for one slot less, rounded up. Liars may say of a slot that it is worth more than there is.
    function _worthUp(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf
    ) private view returns (uint256 mill) {
        if (report.totalPoints == 0) return 0;
        (uint128 pot, ) = _SETTLEMENT.potOf(report.epoch);
        return Math.min(pot, Math.mulDiv(pot, _pointsPerSlot(leaf), report.totalPoints, Math.Rounding.Ceil));
    }

    /// @dev A leaf without slots is worth what its node can earn now. While that is nothing only its provider may give
    /// it up, for what its leases pay; anybody else would take it away (I11).
    function _checkWorth(IUptimeOracle.Leaf calldata leaf) private view {
        bool isTheirs = leaf.bitmap != 0 || msg.sender == leaf.provider || _isActive(leaf.nodeId);
        require(isTheirs, UptimeChallenges_NotActive(leaf.nodeId));
    }

    function _isActive(uint64 nodeId) private view returns (bool isActive) {
        return _NODES.statusOf(nodeId) == INodeRegistry.Status.Active;
    }

    /// @dev What the leaf itself was given for a slot. A leaf without slots says nothing of that; the registry does,
    /// for a node that can earn now and had shown its capacity then.
    function _pointsPerSlot(IUptimeOracle.Leaf calldata leaf) private view returns (uint256 points) {
        uint256 slots = leaf.bitmap.countUp();
        if (slots != 0) return leaf.points / slots;
        if (!_isActive(leaf.nodeId) || !_CAPACITY.hasCapacity(leaf.nodeId, leaf.epoch)) return 0;
        INodeRegistry.Node memory node = _NODES.nodeOf(leaf.nodeId);
        return uint256(node.units) * _CATALOG.weightAt(node.classId, leaf.epoch);
    }
}
