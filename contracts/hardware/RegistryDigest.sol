// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeRegistry} from "./INodeRegistry.sol";

/// @title RegistryDigest
/// @notice Rolling hash of every change to the set of nodes, with what it was at the end of each epoch.
/// @dev One entry for each epoch in which something changed, in order, the last of them current: reports are about an
/// epoch that has ended, while nodes keep changing.
library RegistryDigest {
    /// @notice State of the registry at the end of an epoch.
    /// @param digest Rolling hash
    /// @param epoch Epoch of the last change that it covers
    /// @param count Number of nodes ever added
    struct Snapshot {
        bytes32 digest;
        uint32 epoch;
        uint64 count;
    }

    /// @notice Storage of the history.
    /// @param snapshots Entries, epochs strictly ascending
    struct History {
        Snapshot[] snapshots;
    }

    /// @notice Adds a change: `digest' = keccak256(abi.encode(digest, nodeId, change, data))`.
    /// @param history History
    /// @param epoch Current epoch
    /// @param nodeId Number of the node that changed
    /// @param change What changed
    /// @param data What it changed to, hashed if it is longer than a word
    function record(
        History storage history,
        uint32 epoch,
        uint64 nodeId,
        INodeRegistry.Change change,
        bytes32 data
    ) internal {
        Snapshot memory last = latest(history);
        bytes32 digest = keccak256(abi.encode(last.digest, nodeId, change, data));
        uint64 count = change == INodeRegistry.Change.Added ? nodeId : last.count;
        Snapshot memory next = Snapshot({digest: digest, epoch: epoch, count: count});

        uint256 length = history.snapshots.length;
        if (length != 0 && last.epoch == epoch) history.snapshots[length - 1] = next;
        else history.snapshots.push(next);
    }

    /// @notice Current state.
    /// @param history History
    /// @return snapshot State; zero before the first change
    function latest(History storage history) internal view returns (Snapshot memory snapshot) {
        uint256 length = history.snapshots.length;
        if (length != 0) snapshot = history.snapshots[length - 1];
    }

    /// @notice State at the end of an epoch, found in a logarithmic number of reads.
    /// @param history History
    /// @param epoch Epoch
    /// @return snapshot State; zero before the first change
    function asOf(History storage history, uint32 epoch) internal view returns (Snapshot memory snapshot) {
        uint256 low;
        uint256 high = history.snapshots.length;
        // The entries before `low` are of `epoch` or earlier, those from `high` on are later.
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (history.snapshots[middle].epoch <= epoch) low = middle + 1;
            else high = middle;
        }
        if (low != 0) snapshot = history.snapshots[low - 1];
    }
}
