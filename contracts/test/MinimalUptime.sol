// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IUptimeOracle} from "../uptime/IUptimeOracle.sol";
import {SlotBitmap} from "../uptime/SlotBitmap.sol";
import {UptimeLeaf} from "../uptime/UptimeLeaf.sol";

/// @title MinimalUptime
/// @notice The least that a claim and the proof of a slot could cost: a root without report, window, corrections or
/// money. What benchmarks hold the protocol against.
contract MinimalUptime {
    using SlotBitmap for uint256;
    using UptimeLeaf for IUptimeOracle.Leaf;

    /// @notice The root.
    bytes32 public root;

    /// @notice What was claimed.
    mapping(uint64 nodeId => uint256 mill) public claimed;

    /// @notice Thrown when a leaf is not under the root.
    error MinimalUptime_NotUnder();

    /// @notice Thrown when a leaf was claimed.
    error MinimalUptime_Claimed();

    /// @notice Sets the root.
    /// @param newRoot The root
    function setRoot(bytes32 newRoot) external {
        root = newRoot;
    }

    /// @notice Claims what a leaf says, once.
    /// @param leaf The leaf
    /// @param proof Siblings
    function claim(IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) external {
        require(leaf.isUnder(proof, root), MinimalUptime_NotUnder());
        require(leaf.rawCumulativeReward > claimed[leaf.nodeId], MinimalUptime_Claimed());
        claimed[leaf.nodeId] = leaf.rawCumulativeReward;
    }

    /// @notice Proves a slot.
    /// @param leaf The leaf
    /// @param proof Siblings
    /// @param slot The slot
    /// @return up Whether it is up
    function slotOf(
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        uint8 slot
    ) external view returns (bool up) {
        require(MerkleProof.verifyCalldata(proof, root, leaf.hash()), MinimalUptime_NotUnder());
        return leaf.bitmap.isUp(slot);
    }
}
