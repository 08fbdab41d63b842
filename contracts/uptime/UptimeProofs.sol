// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHardwareCatalog} from "../hardware/IHardwareCatalog.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {IUptimeProofs} from "./IUptimeProofs.sol";
import {LeafRules} from "./LeafRules.sol";
import {SlotBitmap} from "./SlotBitmap.sol";
import {UptimeEvidence} from "./UptimeEvidence.sol";
import {UptimeLeaf} from "./UptimeLeaf.sol";
import {UptimeReport} from "./UptimeReport.sol";

/// @title UptimeProofs
/// @notice See `IUptimeProofs`.
contract UptimeProofs is IUptimeProofs {
    using LeafRules for IUptimeOracle.Leaf;
    using SlotBitmap for uint256;
    using UptimeEvidence for UptimeEvidence.Batch;
    using UptimeEvidence for UptimeEvidence.Observation;
    using UptimeEvidence for UptimeEvidence.Sightings;
    using UptimeLeaf for IUptimeOracle.Leaf;
    using UptimeReport for IUptimeOracle.Report;

    IUptimeOracle private immutable _ORACLE;
    IBurnMintSettlement private immutable _SETTLEMENT;
    INodeRegistry private immutable _NODES;
    IHardwareCatalog private immutable _CATALOG;
    uint16 private immutable _SLOTS_PER_EPOCH;

    constructor(IUptimeOracle oracle, IBurnMintSettlement settlement, INodeRegistry nodes, IHardwareCatalog catalog) {
        require(address(oracle) != address(0), UptimeProofs_ZeroAddress("oracle"));
        require(address(settlement) != address(0), UptimeProofs_ZeroAddress("settlement"));
        require(address(nodes) != address(0), UptimeProofs_ZeroAddress("nodes"));
        require(address(catalog) != address(0), UptimeProofs_ZeroAddress("catalog"));
        (_ORACLE, _SETTLEMENT, _NODES, _CATALOG) = (oracle, settlement, nodes, catalog);
        _SLOTS_PER_EPOCH = settlement.clock().slotsPerEpoch;
    }

    // ─── CONTRADICTIONS ───

    /// @inheritdoc IUptimeProofs
    function proveContradiction(
        IUptimeOracle.Report calldata first,
        IUptimeOracle.Report calldata second,
        uint8 seat,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external {
        // What was built on a void report is signed again on another predecessor: that is no contradiction.
        bool isOfOne = second.epoch == first.epoch && second.previousReport == first.previousReport;
        (bytes32 firstHash, bytes32 secondHash) = (first.hash(), second.hash());
        require(isOfOne && firstHash != secondHash, UptimeProofs_NoContradiction());
        address key = _ORACLE.keyOf(first.epoch, seat);
        UptimeReport.checkSignature(_ORACLE.digestOf(firstHash), key, seat, firstSignature);
        UptimeReport.checkSignature(_ORACLE.digestOf(secondHash), key, seat, secondSignature);

        _convict(first.epoch, seat, Contradiction.TwoReports);
    }

    /// @inheritdoc IUptimeProofs
    function proveTwoObservations(
        UptimeEvidence.Observation calldata first,
        UptimeEvidence.Observation calldata second,
        uint8 seat
    ) external {
        bool differ = first.root != second.root || first.configDigest != second.configDigest;
        require(first.epoch == second.epoch && differ, UptimeProofs_NoContradiction());
        address key = _ORACLE.keyOf(first.epoch, seat);
        first.checkObservation(_ORACLE, key, seat);
        second.checkObservation(_ORACLE, key, seat);

        _convict(first.epoch, seat, Contradiction.TwoObservations);
    }

    /// @inheritdoc IUptimeProofs
    function proveTwoBatches(
        UptimeEvidence.Batch calldata first,
        UptimeEvidence.Batch calldata second,
        uint8 seat
    ) external {
        bool isOfOne = first.epoch == second.epoch && first.slot == second.slot;
        require(isOfOne && first.root != second.root, UptimeProofs_NoContradiction());
        address key = _ORACLE.keyOf(first.epoch, seat);
        first.checkBatch(_ORACLE, key, seat);
        second.checkBatch(_ORACLE, key, seat);

        _convict(first.epoch, seat, Contradiction.TwoBatches);
    }

    /// @inheritdoc IUptimeProofs
    function proveUnlistedBatch(
        UptimeEvidence.Batch calldata batch,
        UptimeEvidence.Observation calldata observation,
        uint8 seat,
        bytes32 listedRoot,
        bytes32[] calldata proof
    ) external {
        // Slots beyond the epoch have no batch, and the sightings are none.
        bool isOfOne = batch.epoch == observation.epoch && batch.slot < _SLOTS_PER_EPOCH;
        require(isOfOne && batch.root != listedRoot, UptimeProofs_NoContradiction());
        address key = _ORACLE.keyOf(batch.epoch, seat);
        batch.checkBatch(_ORACLE, key, seat);
        observation.checkObservation(_ORACLE, key, seat);
        UptimeEvidence.checkListed(observation.root, key, batch.slot, listedRoot, proof);

        _convict(batch.epoch, seat, Contradiction.UnlistedBatch);
    }

    /// @inheritdoc IUptimeProofs
    function proveHiddenSighting(
        UptimeEvidence.Observation calldata observation,
        UptimeEvidence.Receipt calldata receipt,
        uint64 nodeId,
        uint8 slot,
        bytes32[] calldata listed,
        UptimeEvidence.Sightings calldata sightings
    ) external {
        uint8 seat = receipt.seat;
        address key = _ORACLE.keyOf(observation.epoch, seat);
        observation.checkObservation(_ORACLE, key, seat);
        UptimeEvidence.checkListed(observation.root, key, slot, receipt.root, listed);
        UptimeEvidence.checkInBatch(receipt.root, nodeId, receipt.heartbeatHash, receipt.path);
        uint256 bitmap = sightings.checkedBitmap(observation.root, key, nodeId);
        // A node that the epoch's registry does not know (a block that was taken back) has no place in the sightings.
        (, uint64 nodeCount) = _NODES.registryAt(observation.epoch);
        bool isHidden = slot < _SLOTS_PER_EPOCH && nodeId <= nodeCount && !bitmap.isUp(slot);
        require(isHidden, UptimeProofs_NoContradiction());

        _convict(observation.epoch, seat, Contradiction.HiddenSighting);
    }

    // ─── FALSE ARITHMETIC ───

    /// @inheritdoc IUptimeProofs
    function proveFalseLeaf(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof
    ) external {
        _checkUnder(report, leaf, proof);
        bool broken = leaf.isFalse(report, _NODES, _CATALOG, _SLOTS_PER_EPOCH);
        _void(report.epoch, leaf.index, broken);
    }

    /// @inheritdoc IUptimeProofs
    function proveFalsePair(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata first,
        bytes32[] calldata firstProof,
        IUptimeOracle.Leaf calldata second,
        bytes32[] calldata secondProof
    ) external {
        _checkUnder(report, first, firstProof);
        _checkUnder(report, second, secondProof);
        _void(report.epoch, first.index, first.excludeEachOther(second));
    }

    /// @inheritdoc IUptimeProofs
    function proveFalseReward(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        IUptimeOracle.Report calldata previous,
        IUptimeOracle.Leaf calldata before,
        bytes32[] calldata beforeProof
    ) external {
        _checkUnder(report, leaf, proof);
        uint256 rawBefore = _rawBefore(report, leaf.index, previous, before, beforeProof);
        (uint128 pot, ) = _SETTLEMENT.potOf(report.epoch);
        uint256 right = rawBefore + LeafRules.rewardDown(pot, leaf.points, report.totalPoints);
        _void(report.epoch, leaf.index, leaf.rawCumulativeReward != right);
    }

    // ─── INTERNAL ───

    function _convict(uint32 epoch, uint8 seat, Contradiction kind) private {
        emit ContradictionProven({epoch: epoch, seat: seat, kind: kind, reporter: msg.sender});
        _ORACLE.convict(epoch, seat, SlashTable.Offence.AttestorContradiction, msg.sender);
    }

    function _void(uint32 epoch, uint32 index, bool broken) private {
        require(broken, UptimeProofs_NothingFalse(epoch, index));
        emit FalseArithmeticProven({epoch: epoch, index: index, reporter: msg.sender});
        _ORACLE.voidReport(epoch, true, msg.sender);
    }

    /// @dev What the node had earned before a report, as the report before it says.
    function _rawBefore(
        IUptimeOracle.Report calldata report,
        uint32 index,
        IUptimeOracle.Report calldata previous,
        IUptimeOracle.Leaf calldata before,
        bytes32[] calldata beforeProof
    ) private pure returns (uint256 raw) {
        bytes32 expected = report.previousReport;
        if (expected == bytes32(0)) return 0;
        require(previous.hash() == expected, UptimeProofs_WrongPredecessor(expected, index));
        if (index >= previous.nodeCount) return 0;
        bool isIts = before.index == index && before.isUnder(beforeProof, previous.root);
        require(isIts, UptimeProofs_WrongPredecessor(expected, index));
        return before.rawCumulativeReward;
    }

    function _checkUnder(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof
    ) private view {
        _ORACLE.verifyPosted(report);
        require(leaf.isUnder(proof, report.root), UptimeProofs_NotUnder(report.root, leaf.index));
    }
}
