// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "../common/IBatch.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";

/// @title IUptimeRewards
/// @notice What providers and attestors collect of the pots, by what stands in UptimeOracle.
///
/// Assumptions: Settlement mints the pots of an epoch to this contract when the epoch is closed, and `potOf` states
/// them exactly; UptimeOracle is the protocol's own.
///
/// Promises:
/// - pots are spent at most once, and nothing but pots is ever paid, whatever a report says;
/// - what is not collected neither vanishes nor grows (I8); a pot without a taker is burned;
/// - collecting works in a pause.
interface IUptimeRewards is IBatch {
    // ─── TYPES ───

    /// @notice What a node's provider has collected.
    /// @param mill 12 bytes. MILL paid for the node.
    /// @param cumulativePot 12 bytes. Pots of all reports up to the newest whose leaf was used.
    /// @param throughEpoch 4 bytes. Epoch of that report.
    struct Collection {
        uint96 mill;
        uint96 cumulativePot;
        uint32 throughEpoch;
    }

    /// @notice A leaf to collect by, in a batch.
    /// @param leaf The leaf.
    /// @param proof Its Merkle proof.
    struct ProvenLeaf {
        IUptimeOracle.Leaf leaf;
        bytes32[] proof;
    }

    // ─── EVENTS ───

    /// @notice Emitted when the rewards of a node are paid.
    /// @param nodeId The node.
    /// @param provider The receiver.
    /// @param epoch Epoch of the leaf.
    /// @param mill MILL paid.
    event RewardsCollected(uint64 indexed nodeId, address indexed provider, uint32 indexed epoch, uint256 mill);

    /// @notice Emitted when an attestor is paid for a report.
    /// @param epoch The epoch of the report.
    /// @param account The attestor.
    /// @param mill MILL paid.
    event AttestorPaid(uint32 indexed epoch, address indexed account, uint256 mill);

    /// @notice Emitted when what nobody can collect of an epoch's pots is burned.
    /// @param epoch The epoch.
    /// @param mill MILL burned for good.
    event PotCancelled(uint32 indexed epoch, uint256 mill);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for.
    error UptimeRewards_ZeroAddress(string name);

    /// @notice Thrown when nothing of an epoch's pots can be cancelled, or not yet.
    /// @param epoch The epoch.
    error UptimeRewards_NothingToCancel(uint32 epoch);

    /// @notice Told by {ItemFailed} when a leaf is of another provider than the batch.
    /// @param nodeId The node.
    /// @param provider The provider of the leaf.
    error UptimeRewards_OtherProvider(uint64 nodeId, address provider);

    /// @notice Told by {ItemFailed} when nothing is due for a node, or it was named before in the batch.
    /// @param nodeId The node.
    error UptimeRewards_NothingDue(uint64 nodeId);

    // ─── PAY ───

    /// @notice Pays what a node has earned and not collected; anyone may call, the provider of the leaf receives, on
    /// its payout account. One collection covers any number of epochs. A provider with delegators is paid through the
    /// staking registry, which shares it with them.
    /// @dev Emits {RewardsCollected}. Pays `max(0, raw + corrections − collected)`, never more than the availability
    /// pots since the node's last collection, nor, over all nodes, more than the pots of all final reports. Nothing due
    /// pays nothing.
    ///
    /// Requirements: as `UptimeOracle.verifyFinal`, and no correction of the node is left to settle.
    /// @param leaf The node's leaf of a final report.
    /// @param proof Merkle proof of the leaf.
    /// @return mill MILL paid.
    function collect(IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) external returns (uint256 mill);

    /// @notice Pays what many nodes of a provider have earned and not collected, at once; one that fails does not stop
    /// the rest. Anyone may call; the provider receives as by `collect`.
    /// @dev Emits {RewardsCollected} for each node that is paid, and {ItemFailed} for each that is not: its leaf is not
    /// under the report or of another provider, it has a correction left to settle, or nothing is due. The bounds of
    /// `collect` hold for all of them together, in any order, however often a node is named.
    ///
    /// Requirements:
    /// - there are 1 to 64 items;
    /// - the report of the epoch is final.
    /// @param provider The provider of the nodes.
    /// @param epoch The epoch of the report; that of the newest final one covers all before.
    /// @param items Leaves of the report with their proofs.
    /// @return mill MILL paid.
    function collectMany(address provider, uint32 epoch, ProvenLeaf[] calldata items) external returns (uint256 mill);

    /// @notice Pays an attestor its share of the attestors' pots of final reports that it signed; anyone may call.
    /// @dev Emits {AttestorPaid} for each. What is not due (named twice, not signed, not final) is passed over.
    /// `TRANSMITTER_PPM` of a pot is the gas of the payee that sent the report in its turn, the rest is shared equally.
    /// @param account The attestor.
    /// @param epochs The epochs, in any order.
    /// @return mill MILL paid.
    function collectAttestorPay(address account, uint32[] calldata epochs) external returns (uint256 mill);

    /// @notice Burns what nobody can collect of an epoch's pots: both when no report came in time or the epoch is void,
    /// the availability pot when the final report has no points, the attestors' when none of its signers may be paid.
    /// @dev Emits {PotCancelled}.
    ///
    /// Requirements: the epoch is closed, one of the cases holds, and it was not cancelled before.
    /// @param epoch The epoch.
    /// @return mill MILL burned.
    function cancelPot(uint32 epoch) external returns (uint256 mill);

    // ─── READ ───

    /// @notice What was collected for a node.
    /// @param nodeId The node.
    /// @return collection The record.
    function collectionOf(uint64 nodeId) external view returns (Collection memory collection);

    /// @notice Who was paid for the report of an epoch.
    /// @param epoch The epoch.
    /// @return paid Bit i: seat i of the epoch's set.
    /// @return isCancelled Whether what nobody can collect of the pots was burned.
    function paymentsOf(uint32 epoch) external view returns (uint32 paid, bool isCancelled);

    /// @notice MILL paid to providers so far.
    /// @return mill The sum.
    function rewardsPaid() external view returns (uint256 mill);
}
