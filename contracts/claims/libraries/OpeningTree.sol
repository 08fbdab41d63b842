// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "../../verifiers/libraries/BinaryTree.sol";
import {TraceTree} from "../../verifiers/libraries/TraceTree.sol";
import {Region} from "../../verifiers/TensorTypes.sol";
import {BranchKey} from "../ClaimTypes.sol";

/// @title OpeningTree
/// @notice Which nodes of a committed tree can be pointed at, and what opens them.
/// @dev Heights on a path are the depth of the region, then the multiples of 5 below it. So all openings but the first
/// have 32 children: the number at which a whole game is cheapest.
library OpeningTree {
    /// @notice Levels between two heights of a path, the top excepted.
    uint8 internal constant STEP = 5;

    /// @dev Separates branch ids from every other hash of the protocol.
    bytes32 private constant BRANCH_TAG = keccak256("millrace.branch");

    /// @dev Separates ids of demands from those of branches.
    bytes32 private constant DEMAND_TAG = keccak256("millrace.demand");

    /// @notice Id of a branch: claim, place and hash, so that equal subtrees elsewhere are other branches.
    /// @param claimId Claim.
    /// @param branch The node.
    /// @return branchId Its id.
    function idOf(uint256 claimId, BranchKey memory branch) internal pure returns (bytes32 branchId) {
        return keccak256(abi.encode(BRANCH_TAG, claimId, branch.region, branch.height, branch.position, branch.hash));
    }

    /// @notice Id of a demand.
    /// @param claimId Claim.
    /// @param region Region of the chunk.
    /// @param chunk Index of the chunk in its region.
    /// @return demandId Its id.
    function demandIdOf(uint256 claimId, Region region, uint64 chunk) internal pure returns (bytes32 demandId) {
        return keccak256(abi.encode(DEMAND_TAG, claimId, region, chunk));
    }

    /// @notice Ids of all branches that there can be over a node of a committed tree.
    /// @param claimId Claim.
    /// @param node A word, or a node at height 3, 4 or 5; it is changed to the root that it folds to.
    /// @param depth Depth of the tree, at least 5.
    /// @param siblings Its siblings, bottom up; those beyond the root are not looked at.
    /// @return ids The branches, bottom up: heights 5, 10, … and the depth.
    function pathOf(
        uint256 claimId,
        BranchKey memory node,
        uint8 depth,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32[] memory ids) {
        ids = new bytes32[]((depth - 1) / STEP + 1);
        uint8 height = STEP;
        uint256 used = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 end = used + TraceTree.siblingsOf(node.height, height);
            node.hash = TraceTree.fold(node.hash, node.height, node.position, siblings[used:end]);
            node.position >>= height - node.height;
            node.height = height;
            used = end;
            ids[i] = idOf(claimId, node);
            height = parentHeightUp(height, depth);
        }
    }

    /// @notice Ids of the branches above a branch.
    /// @param claimId Claim.
    /// @param branch The branch.
    /// @param depth Depth of its tree.
    /// @param hashes Their hashes, bottom up, one for each.
    /// @return ids The branches, bottom up.
    /// @return isWhole Whether these are all.
    function aboveOf(
        uint256 claimId,
        BranchKey calldata branch,
        uint8 depth,
        bytes32[] calldata hashes
    ) internal pure returns (bytes32[] memory ids, bool isWhole) {
        ids = new bytes32[](hashes.length);
        BranchKey memory key = branch;
        for (uint256 i = 0; i < hashes.length && key.height < depth; ++i) {
            uint8 height = parentHeightUp(key.height, depth);
            key.position >>= height - key.height;
            key.height = height;
            key.hash = hashes[i];
            ids[i] = idOf(claimId, key);
        }
        isWhole = key.height == depth && hashes.length == (depth - 1) / STEP - (branch.height - 1) / STEP;
    }

    /// @notice Height of the branch above one.
    /// @param height Height of the branch.
    /// @param depth Depth of the tree.
    /// @return parentHeight The next multiple of 5, or the depth if that is less.
    function parentHeightUp(uint8 height, uint8 depth) internal pure returns (uint8 parentHeight) {
        uint8 next = (height / STEP + 1) * STEP;
        return next < depth ? next : depth;
    }

    /// @notice Height of the children that an opening shows.
    /// @param height Height of the branch, not zero.
    /// @return childHeight The multiple of 5 below it.
    function childHeightDown(uint8 height) internal pure returns (uint8 childHeight) {
        return ((height - 1) / STEP) * STEP;
    }

    /// @notice Levels that an opening shows.
    /// @param height Height of the branch, not zero.
    /// @return levels From 1 to 5: `((height − 1) mod 5) + 1`.
    function levelsOf(uint8 height) internal pure returns (uint8 levels) {
        return height - childHeightDown(height);
    }

    /// @notice Whether these are all the children of a branch: hashes, or words if its height is 5.
    /// @param branch The node.
    /// @param children The children, left to right.
    /// @return opens True if their number is right and they fold to the node.
    function isOpenedBy(BranchKey calldata branch, bytes32[] calldata children) internal pure returns (bool opens) {
        if (children.length != 1 << levelsOf(branch.height)) return false;
        bytes32 root = branch.height == STEP ? TraceTree.rootOf(children) : BinaryTree.rootOf(children);
        return root == branch.hash;
    }

    /// @notice Whether this is a child of a branch.
    /// @param branch The node.
    /// @param index Which child, from the left.
    /// @param child The child.
    /// @param siblings Its siblings up to the node, bottom up.
    /// @return belongs True if there is such a child and it folds to the node.
    function isChild(
        BranchKey calldata branch,
        uint8 index,
        bytes32 child,
        bytes32[] calldata siblings
    ) internal pure returns (bool belongs) {
        uint8 levels = levelsOf(branch.height);
        return
            index >> levels == 0 && siblings.length == levels && BinaryTree.fold(child, index, siblings) == branch.hash;
    }
}
