// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUptimeOracle} from "./IUptimeOracle.sol";
import {UptimeEvidence} from "./UptimeEvidence.sol";

/// @title IUptimeProofs
/// @notice What is wrong on its face: two statements of one attestor that exclude each other, and reports that break
/// their own formula. Proven in one transaction, by anyone.
///
/// Assumptions: UptimeOracle, NodeRegistry and HardwareCatalog are the protocol's own; the report before a false one
/// has one leaf per index. Two that are shown void it while it is open; attestors build only on a report whose data
/// file gives its root, under which no further leaf can hide.
///
/// Promises:
/// - a contradiction is proven by signatures of the accused alone: nobody can be framed by what others signed;
/// - a report is void only for what its signers could compute themselves.
interface IUptimeProofs {
    // ─── TYPES ───

    /// @notice Statements that exclude each other.
    enum Contradiction {
        TwoReports,
        TwoObservations,
        TwoBatches,
        UnlistedBatch,
        HiddenSighting
    }

    // ─── EVENTS ───

    /// @notice Emitted when an attestor is proven to have contradicted itself.
    /// @param epoch The epoch.
    /// @param seat Its seat in the epoch's set.
    /// @param kind What excludes what.
    /// @param reporter Who proved it.
    event ContradictionProven(uint32 indexed epoch, uint8 indexed seat, Contradiction kind, address indexed reporter);

    /// @notice Emitted when a report is proven to break its formula.
    /// @param epoch The epoch.
    /// @param index Index of the leaf that shows it.
    /// @param reporter Who proved it.
    event FalseArithmeticProven(uint32 indexed epoch, uint32 index, address indexed reporter);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for.
    error UptimeProofs_ZeroAddress(string name);

    /// @notice Thrown when two statements do not exclude each other: of another epoch, slot or predecessor, or the
    /// same.
    error UptimeProofs_NoContradiction();

    /// @notice Thrown when leaves keep the formula.
    /// @param epoch The epoch.
    /// @param index Index of the leaf.
    error UptimeProofs_NothingFalse(uint32 epoch, uint32 index);

    /// @notice Thrown when a leaf is not under the root of its report.
    /// @param root The root.
    /// @param index Index of the leaf.
    error UptimeProofs_NotUnder(bytes32 root, uint32 index);

    /// @notice Thrown when the report before is not the one that a report names, or its leaf is another node's.
    /// @param expected Hash that the report names.
    /// @param index Index of the leaf.
    error UptimeProofs_WrongPredecessor(bytes32 expected, uint32 index);

    // ─── CONTRADICTIONS ───

    /// @notice Proves that an attestor signed two reports of one epoch and predecessor.
    /// @dev Emits {ContradictionProven}; see `UptimeOracle.convict` for what follows.
    ///
    /// Requirements: both are of one epoch and one predecessor and differ; both signatures are of the key in the seat.
    /// @param first One report.
    /// @param second The other.
    /// @param seat Seat of the attestor in the epoch's set.
    /// @param firstSignature 64-byte ERC-2098 signature of `first`.
    /// @param secondSignature 64-byte ERC-2098 signature of `second`.
    function proveContradiction(
        IUptimeOracle.Report calldata first,
        IUptimeOracle.Report calldata second,
        uint8 seat,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external;

    /// @notice Proves that an attestor signed two observations of one epoch.
    /// @dev Emits {ContradictionProven}.
    ///
    /// Requirements: both are of one epoch and differ; both signatures are of the key in the seat.
    /// @param first One observation.
    /// @param second The other.
    /// @param seat Seat of the attestor in the epoch's set.
    function proveTwoObservations(
        UptimeEvidence.Observation calldata first,
        UptimeEvidence.Observation calldata second,
        uint8 seat
    ) external;

    /// @notice Proves that an attestor signed two batches of one slot.
    /// @dev Emits {ContradictionProven}.
    ///
    /// Requirements: both are of one epoch and slot and differ; both signatures are of the key in the seat.
    /// @param first One batch.
    /// @param second The other.
    /// @param seat Seat of the attestor in the epoch's set.
    function proveTwoBatches(
        UptimeEvidence.Batch calldata first,
        UptimeEvidence.Batch calldata second,
        uint8 seat
    ) external;

    /// @notice Proves that an attestor signed a batch, with which it gave receipts, and put another one into its
    /// observation.
    /// @dev Emits {ContradictionProven}.
    ///
    /// Requirements: both signatures are of the key in the seat; the observation lists another root for the slot.
    /// @param batch The batch.
    /// @param observation The observation.
    /// @param seat Seat of the attestor in the epoch's set.
    /// @param listedRoot Root that the observation lists for the slot.
    /// @param proof Siblings from `(key, slot, listedRoot)` to the root of the observation.
    function proveUnlistedBatch(
        UptimeEvidence.Batch calldata batch,
        UptimeEvidence.Observation calldata observation,
        uint8 seat,
        bytes32 listedRoot,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that an attestor has a node in a batch of its observation, and hides it in the sightings of the
    /// same observation.
    /// @dev Emits {ContradictionProven}.
    ///
    /// Requirements: the observation is signed by the key in the seat; it lists the batch; the node is in the batch;
    /// the node's bitmap in the sightings has the slot down.
    /// @param observation The observation.
    /// @param receipt The node in the batch; its signature is not needed.
    /// @param nodeId The node.
    /// @param slot The slot.
    /// @param listed Siblings from `(key, slot, receipt.root)` to the root of the observation.
    /// @param sightings The node's chunk of the sightings.
    function proveHiddenSighting(
        UptimeEvidence.Observation calldata observation,
        UptimeEvidence.Receipt calldata receipt,
        uint64 nodeId,
        uint8 slot,
        bytes32[] calldata listed,
        UptimeEvidence.Sightings calldata sightings
    ) external;

    // ─── FALSE ARITHMETIC ───

    /// @notice Proves that a leaf breaks the formula by itself or against the registry: its place, its provider, its
    /// unused bits, its points, the first or the last sum. The report is void, its signers are slashed.
    /// @dev Emits {FalseArithmeticProven}; see `UptimeOracle.voidReport` for what follows.
    ///
    /// Requirements: the report stands and is open; the leaf is under its root and false.
    /// @param report The report.
    /// @param leaf The leaf.
    /// @param proof Merkle proof of the leaf.
    function proveFalseLeaf(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that two leaves of one index differ, or that the sum of two adjacent ones is broken.
    /// @dev Emits {FalseArithmeticProven}.
    ///
    /// Requirements: the report stands and is open; both leaves are under its root and exclude each other.
    /// @param report The report.
    /// @param first One leaf.
    /// @param firstProof Its Merkle proof.
    /// @param second The other: of the same index or the next.
    /// @param secondProof Its Merkle proof.
    function proveFalsePair(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata first,
        bytes32[] calldata firstProof,
        IUptimeOracle.Leaf calldata second,
        bytes32[] calldata secondProof
    ) external;

    /// @notice Proves that the reward of a node is not the one of the report before and its share of the pot.
    /// @dev Emits {FalseArithmeticProven}.
    ///
    /// Requirements: the report stands and is open; `previous` is the one it names (ignored when it names none);
    /// `before` is the leaf of the same index in it (ignored when it had no such leaf).
    /// @param report The report.
    /// @param leaf The leaf.
    /// @param proof Its Merkle proof.
    /// @param previous The report before.
    /// @param before The node's leaf in it.
    /// @param beforeProof Its Merkle proof.
    function proveFalseReward(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        IUptimeOracle.Report calldata previous,
        IUptimeOracle.Leaf calldata before,
        bytes32[] calldata beforeProof
    ) external;
}
