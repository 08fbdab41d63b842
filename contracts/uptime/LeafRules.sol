// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IHardwareCatalog} from "../hardware/IHardwareCatalog.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {SlotBitmap} from "./SlotBitmap.sol";

/// @title LeafRules
/// @notice What must hold of the leaves of a report, whatever was observed.
library LeafRules {
    using SlotBitmap for uint256;

    /// @notice Whether a leaf breaks a rule by itself, or against what the chain knows of its node.
    /// @dev The registry's entries of provider, class and units never change, weights are kept by epoch. Points may be
    /// zero whatever the slots: whether a node could earn is not kept on chain.
    /// @param leaf The leaf
    /// @param report Its report
    /// @param nodes The registry of nodes
    /// @param catalog The catalog of classes
    /// @param slotsPerEpoch Slots of an epoch
    /// @return broken True if so
    function isFalse(
        IUptimeOracle.Leaf calldata leaf,
        IUptimeOracle.Report calldata report,
        INodeRegistry nodes,
        IHardwareCatalog catalog,
        uint16 slotsPerEpoch
    ) internal view returns (bool broken) {
        bool isMisplaced =
            leaf.epoch != report.epoch ||
                leaf.index >= report.nodeCount ||
                leaf.nodeId != uint256(leaf.index) + 1 ||
                leaf.bitmap >> slotsPerEpoch != 0 ||
                (leaf.index == 0 && leaf.pointsBefore != 0) ||
                (leaf.index + 1 == report.nodeCount && !_endsAt(leaf, report.totalPoints));
        if (isMisplaced) return true;
        INodeRegistry.Node memory node = nodes.nodeOf(leaf.nodeId);
        uint256 perSlot = uint256(node.units) * catalog.weightAt(node.classId, leaf.epoch);
        bool isPriced = leaf.points == 0 || leaf.points == perSlot * leaf.bitmap.countUp();
        return !isPriced || leaf.provider != node.provider;
    }

    /// @notice Whether two leaves of one report cannot both be there.
    /// @param first One leaf
    /// @param second The other: of the same index, or of the next one
    /// @return exclusive True if so
    function excludeEachOther(
        IUptimeOracle.Leaf calldata first,
        IUptimeOracle.Leaf calldata second
    ) internal pure returns (bool exclusive) {
        if (first.index == second.index) return keccak256(abi.encode(first)) != keccak256(abi.encode(second));
        if (uint256(first.index) + 1 != second.index) return false;
        return !_endsAt(first, second.pointsBefore);
    }

    /// @notice Reward of points, as every report must compute it; rounded down.
    /// @param pot MILL of the epoch
    /// @param points Points
    /// @param totalPoints Points of all nodes
    /// @return mill MILL
    function rewardDown(uint256 pot, uint256 points, uint256 totalPoints) internal pure returns (uint256 mill) {
        return totalPoints == 0 ? 0 : (pot * points) / totalPoints;
    }

    /// @dev Sums of what a liar wrote may not fit a word.
    function _endsAt(IUptimeOracle.Leaf calldata leaf, uint256 end) private pure returns (bool ends) {
        return leaf.pointsBefore <= end && end - leaf.pointsBefore == leaf.points;
    }
}
