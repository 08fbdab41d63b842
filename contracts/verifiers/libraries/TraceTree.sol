// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "./BinaryTree.sol";

/// @title TraceTree
/// @notice Keccak trees of 32-byte words, eight in a leaf: a leaf is `keccak256` of its words, an inner node
/// `keccak256(left ‖ right)`.
/// @dev Words have height 0, leaves height 3; there are no nodes of heights 1 and 2. Siblings of one, two or four words
/// are the others of their leaf, left to right, then the hashes from height 3 up.
///
/// A leaf hashes 256 bytes and a node 64, so neither can be taken for the other. A word can look like either; what
/// separates it is the depth, which is fixed for every tree. Callers check the number of siblings and that the position
/// lies in the tree. `TraceTreeHarness` holds the readable reference of all functions.
library TraceTree {
    /// @notice Height of leaves: the words of one, as a power of two.
    uint256 internal constant LEAF_LOG2 = 3;

    /// @notice Words of a leaf.
    uint256 internal constant LEAF_WORDS = 8;

    /// @dev Bytes of a leaf.
    uint256 private constant _LEAF_BYTES = 256;

    /// @notice Number of siblings from a height up to another.
    /// @param height Height of what has the siblings: of a node, or of `2^height` words within a leaf.
    /// @param top Height of the root, not below that and not below `LEAF_LOG2`.
    /// @return count How many.
    function siblingsOf(uint256 height, uint256 top) internal pure returns (uint256 count) {
        return height < LEAF_LOG2 ? LEAF_WORDS - (1 << height) + (top - LEAF_LOG2) : top - height;
    }

    /// @notice Folds a word or a node with its siblings.
    /// @param node The word or node.
    /// @param height Its height: 0, or at least `LEAF_LOG2`.
    /// @param position Its index among those of its height; bits beyond the siblings are not looked at.
    /// @param siblings Siblings, bottom up.
    /// @return root The node above the last sibling.
    function fold(
        bytes32 node,
        uint256 height,
        uint256 position,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32 root) {
        return height == 0 ? foldWord(node, position, siblings) : BinaryTree.fold(node, position, siblings);
    }

    /// @notice Folds a word with its siblings.
    /// @param word The word.
    /// @param position Its index in the tree; bits beyond the siblings are not looked at.
    /// @param siblings The seven others of its leaf, then hashes, bottom up.
    /// @return root The node above the last sibling.
    function foldWord(
        bytes32 word,
        uint256 position,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32 root) {
        (uint256 leaf, uint256 gap) = _leafAround(position, 1, siblings);
        // Memory-safe: writes within the leaf, which lies beyond the free memory pointer.
        assembly ("memory-safe") {
            mstore(gap, word)
            root := keccak256(leaf, _LEAF_BYTES)
        }
        return BinaryTree.fold(root, position >> LEAF_LOG2, siblings[LEAF_WORDS - 1:]);
    }

    /// @notice Folds consecutive words with their siblings.
    /// @param words The words; their number is a power of two.
    /// @param position Index of the first one in the tree, a multiple of that number; bits beyond the siblings are not
    /// looked at.
    /// @param siblings The others of their leaf if there are any, then hashes, bottom up.
    /// @return root The node above the last sibling.
    function foldRange(
        bytes32[] calldata words,
        uint256 position,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32 root) {
        uint256 count = words.length;
        if (count >= LEAF_WORDS) return BinaryTree.fold(rootOf(words), position / count, siblings);

        (uint256 leaf, uint256 gap) = _leafAround(position, count, siblings);
        // Memory-safe: writes within the leaf, which lies beyond the free memory pointer.
        assembly ("memory-safe") {
            calldatacopy(gap, words.offset, shl(5, count))
            root := keccak256(leaf, _LEAF_BYTES)
        }
        return BinaryTree.fold(root, position >> LEAF_LOG2, siblings[LEAF_WORDS - count:]);
    }

    /// @notice Root of a whole subtree.
    /// @param words Its words; their number is a power of two, at least `LEAF_WORDS`.
    /// @return root The root.
    function rootOf(bytes32[] calldata words) internal pure returns (bytes32 root) {
        uint256 scratch;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            scratch := mload(0x40)
            calldatacopy(scratch, words.offset, shl(5, words.length))
        }
        return _rootInPlace(scratch, words.length);
    }

    /// @notice Root of a whole subtree.
    /// @param words Its words; their number is a power of two, at least `LEAF_WORDS`.
    /// @return root The root.
    function rootOfMemory(bytes32[] memory words) internal pure returns (bytes32 root) {
        uint256 scratch;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            scratch := mload(0x40)
            mcopy(scratch, add(words, 32), shl(5, mload(words)))
        }
        return _rootInPlace(scratch, words.length);
    }

    /// @dev Leaves are written over the front eighth of the words: leaf `i` is read from `8i` before anything is
    /// written there.
    function _rootInPlace(uint256 scratch, uint256 count) private pure returns (bytes32 root) {
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            let to := scratch
            let end := add(scratch, shl(5, count))
            for {
                let from := scratch
            } lt(from, end) {
                from := add(from, _LEAF_BYTES)
            } {
                mstore(to, keccak256(from, _LEAF_BYTES))
                to := add(to, 32)
            }
        }
        return BinaryTree.foldInPlace(scratch, count >> LEAF_LOG2);
    }

    /// @dev Lays a leaf out beyond the free memory pointer, but for a gap where words at a position go.
    function _leafAround(
        uint256 position,
        uint256 count,
        bytes32[] calldata siblings
    ) private pure returns (uint256 leaf, uint256 gap) {
        uint256 offset = position % LEAF_WORDS;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            let before := shl(5, offset)
            let end := add(before, shl(5, count))
            leaf := mload(0x40)
            gap := add(leaf, before)
            calldatacopy(leaf, siblings.offset, before)
            calldatacopy(add(leaf, end), add(siblings.offset, before), sub(_LEAF_BYTES, end))
        }
    }
}
