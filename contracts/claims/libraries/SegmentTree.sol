// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "../../verifiers/libraries/BinaryTree.sol";
import {Ends, Segment} from "../RunTypes.sol";

/// @title SegmentTree
/// @notice What a run is divided into: segments of `2^log2` steps, each into 32 or 64 shorter ones.
/// @dev Lengths on a path follow from the first: 64 children while 5 does not divide `log2`, 32 after that. So a path
/// of six openings decides 2^40 steps, where seven of 32 children, or six of 64, would cost more.
///
/// A list of states is committed to by a tree over the pairs of neighbours: one proof shows that two states are next to
/// each other. Its leaves are hashes of 64 bytes like its nodes; what separates them is the depth, which is fixed by
/// the list's length.
library SegmentTree {
    using BinaryTree for bytes32;

    /// @notice Checkpoints that a claim can have: 8 KiB of calldata.
    uint256 internal constant MAX_CHECKPOINTS = 256;

    /// @notice Longest segment, seven openings above its steps.
    uint8 internal constant MAX_LOG2 = 35;

    /// @notice Steps that a run can have.
    uint64 internal constant MAX_STEPS = uint64(MAX_CHECKPOINTS << MAX_LOG2);

    /// @notice Checkpoints that a claim has at least if they are more than 32 steps apart: a check looks at the states
    /// after them. There is a distance for more than these and at most `MAX_CHECKPOINTS`, however many steps there are.
    uint256 internal constant FEW_CHECKPOINTS = 16;

    /// @dev Levels of the tree over 32 children.
    uint8 private constant _NARROW = 5;

    /// @notice Thrown when a path goes on below single steps.
    /// @param count Segments on it.
    error SegmentTree_PathTooLong(uint256 count);

    /// @dev Separates branch ids from every other hash of the protocol.
    bytes32 private constant SEGMENT_TAG = keccak256("millrace.segment");

    /// @notice Id of a segment in the game. It holds the id of the one above, so it says by which path it was found.
    /// @param claimId Claim.
    /// @param segment The segment.
    /// @return branchId Its id.
    function idOf(uint256 claimId, Segment memory segment) internal pure returns (bytes32 branchId) {
        return keccak256(abi.encode(SEGMENT_TAG, claimId, segment));
    }

    /// @notice Ids of the segments on a path. Only those of a path that was pointed at are known to the game.
    /// @param claimId Claim.
    /// @param log2 Length of the first one.
    /// @param step A step that they all hold.
    /// @param path Their ends, from the top down.
    /// @return ids Their ids.
    /// @return childLog2 Length of the last one's children; zero if these are steps.
    function idsOf(
        uint256 claimId,
        uint8 log2,
        uint64 step,
        Ends[] calldata path
    ) internal pure returns (bytes32[] memory ids, uint8 childLog2) {
        uint256 count = path.length;
        ids = new bytes32[](count);
        Segment memory segment;
        childLog2 = log2;
        for (uint256 i = 0; i < count; ++i) {
            segment.log2 = childLog2;
            segment.position = step >> childLog2;
            segment.first = path[i].first;
            segment.last = path[i].last;
            segment.above = ids[i] = idOf(claimId, segment);
            require(childLog2 != 0, SegmentTree_PathTooLong(count));
            childLog2 -= bitsOf(childLog2);
        }
    }

    /// @notice Levels of the tree over a segment's children: it has `2^bits`.
    /// @param log2 Length of the segment.
    /// @return bits 5 or 6.
    function bitsOf(uint8 log2) internal pure returns (uint8 bits) {
        return log2 % _NARROW == 0 ? _NARROW : _NARROW + 1;
    }

    /// @notice Whether checkpoints can lie at a distance: segments of that length end, divided again and again, in
    /// single steps, and they are more than few or as near as they can be.
    /// @param log2 The distance.
    /// @param count How many checkpoints.
    /// @return isIt False for 1, 2, 3, 4, 7, 8, 9, 13, 14, 19 and all above `MAX_LOG2`.
    function isDistance(uint8 log2, uint256 count) internal pure returns (bool isIt) {
        bool ends = log2 != 0 && (_NARROW + 1) * (log2 % _NARROW) <= log2;
        return ends && log2 <= MAX_LOG2 && (count > FEW_CHECKPOINTS || log2 == _NARROW);
    }

    /// @notice As `bitsOf`, of the segments at the end of a path: 6 only if all are, that is of 6, 12, 18 and 24.
    /// @param log2 Length of the segments between checkpoints.
    /// @return bits 5 or 6.
    function lastBitsOf(uint8 log2) internal pure returns (uint8 bits) {
        return (_NARROW + 1) * (log2 % _NARROW) == log2 ? _NARROW + 1 : _NARROW;
    }

    /// @notice Position of a segment's child.
    /// @param parent The segment.
    /// @param index Which child.
    /// @return position Below `MAX_STEPS`, as all positions are.
    function childOf(Segment calldata parent, uint256 index) internal pure returns (uint64 position) {
        return uint64((uint256(parent.position) << bitsOf(parent.log2)) | index);
    }

    /// @notice Root over the pairs of neighbours in a list of states. Beyond its end the last state is repeated, as a
    /// machine that stands still does.
    /// @param first State before the list.
    /// @param states The list; not empty.
    /// @param bits The tree has `2^bits` leaves, at least as many as states.
    /// @return root The root.
    function rootOf(bytes32 first, bytes32[] calldata states, uint256 bits) internal pure returns (bytes32 root) {
        bytes32[] memory leaves = new bytes32[](1 << bits);
        uint256 count = states.length;
        // Memory-safe: reads scratch space and calldata, writes within the array: count is at most its length.
        assembly ("memory-safe") {
            let leaf := add(leaves, 32)
            let state := states.offset
            mstore(0, first)
            for {
                let end := add(leaf, shl(5, count))
            } lt(leaf, end) {
                leaf := add(leaf, 32)
                state := add(state, 32)
            } {
                mstore(32, calldataload(state))
                mstore(leaf, keccak256(0, 64))
                mstore(0, mload(32))
            }
            mstore(32, mload(0))
            let rest := keccak256(0, 64)
            for {
                let end := add(leaves, shl(5, add(mload(leaves), 1)))
            } lt(leaf, end) {
                leaf := add(leaf, 32)
            } {
                mstore(leaf, rest)
            }
        }
        return BinaryTree.rootOfMemory(leaves);
    }

    /// @notice Whether two states are neighbours in a list.
    /// @param root Root over the list.
    /// @param bits Its tree has `2^bits` leaves.
    /// @param index Index of the second one.
    /// @param ends The two.
    /// @param siblings Siblings of the pair, bottom up.
    /// @return belongs True if so.
    function isPair(
        bytes32 root,
        uint256 bits,
        uint256 index,
        Ends memory ends,
        bytes32[] calldata siblings
    ) internal pure returns (bool belongs) {
        bytes32 leaf = keccak256(bytes.concat(ends.first, ends.last));
        return siblings.length == bits && index >> bits == 0 && leaf.fold(index, siblings) == root;
    }

    /// @notice Levels of the tree over a list.
    /// @param count States in it, not zero.
    /// @return bits The fewest that hold them.
    function bitsFor(uint256 count) internal pure returns (uint256 bits) {
        while (1 << bits < count) ++bits;
    }
}
