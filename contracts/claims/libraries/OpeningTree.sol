// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TraceTree} from "../../verifiers/libraries/TraceTree.sol";
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

    /// @notice Id of a branch: claim, place and hash, so that equal subtrees elsewhere are other branches.
    /// @param claimId Claim.
    /// @param branch The node.
    /// @return branchId Its id.
    function idOf(uint256 claimId, BranchKey memory branch) internal pure returns (bytes32 branchId) {
        return keccak256(abi.encode(BRANCH_TAG, claimId, branch.region, branch.height, branch.position, branch.hash));
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

    /// @notice Whether these are all the children of a branch.
    /// @param branch The node.
    /// @param children The children, left to right.
    /// @return opens True if their number is right and they fold to the node.
    function isOpenedBy(BranchKey calldata branch, bytes32[] calldata children) internal pure returns (bool opens) {
        return children.length == 1 << levelsOf(branch.height) && TraceTree.rootOf(children) == branch.hash;
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
            index >> levels == 0 && siblings.length == levels && TraceTree.fold(child, index, siblings) == branch.hash;
    }
}
