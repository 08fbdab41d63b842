// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {UptimeEvidence} from "./UptimeEvidence.sol";

/// @title IUptimeReceipts
/// @notice Receipts that a provider shows for an epoch of which no report may come: slots in which at least one
/// attestor saw the node. A lease whose buyer objected is paid by them.
interface IUptimeReceipts {
    /// @notice Emitted when receipts are shown.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param seen Bit s: a receipt for slot s was shown, now or before.
    event ReceiptsShown(uint32 indexed epoch, uint64 indexed nodeId, uint256 seen);

    /// @notice Thrown when the oracle's address is zero.
    error UptimeReceipts_ZeroAddress();

    /// @notice Thrown when there is no receipt, or not one slot for each.
    /// @param slots Slots given.
    /// @param receipts Receipts given.
    error UptimeReceipts_WrongCount(uint256 slots, uint256 receipts);

    /// @notice Shows receipts of a node, of one attestor for each slot; any number of times, by anyone.
    /// @dev Emits {ReceiptsShown}.
    ///
    /// Requirements: each receipt is of the node, epoch and slot, and signed by the key in its seat.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param slots The slots.
    /// @param receipts A receipt for each slot.
    /// @return seen Slots shown so far.
    function show(
        uint32 epoch,
        uint64 nodeId,
        uint8[] calldata slots,
        UptimeEvidence.Receipt[] calldata receipts
    ) external returns (uint256 seen);

    /// @notice Slots for which a receipt was shown.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @return seen Bit s: in slot s an attestor saw the node.
    function seenOf(uint32 epoch, uint64 nodeId) external view returns (uint256 seen);
}
