// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IUptimeOracle} from "../uptime/IUptimeOracle.sol";
import {SlotBitmap} from "../uptime/SlotBitmap.sol";
import {UptimeLeaf} from "../uptime/UptimeLeaf.sol";

/// @title MinimalUptime
/// @notice The least that a claim and the proof of a slot could cost: a root without report, window or
/// corrections. What benchmarks hold the protocol against.
contract MinimalUptime {
    using SafeERC20 for IERC20;
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
    function claim(IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) public {
        require(leaf.isUnder(proof, root), MinimalUptime_NotUnder());
        require(leaf.rawCumulativeReward > claimed[leaf.nodeId], MinimalUptime_Claimed());
        claimed[leaf.nodeId] = leaf.rawCumulativeReward;
    }

    /// @notice Claims the same, and pays the provider: the least that a claim could cost which brings anybody anything.
    /// @param leaf The leaf
    /// @param proof Siblings
    /// @param token What is paid, of which this contract holds enough
    function claimPaid(IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof, IERC20 token) external {
        claim(leaf, proof);
        token.safeTransfer(leaf.provider, leaf.rawCumulativeReward);
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
