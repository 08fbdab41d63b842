// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BinaryTree
/// @notice Binary keccak trees of 32-byte leaves: a leaf is what it is, an inner node `keccak256(left ‖ right)`.
/// @dev A raw leaf can look like a node; what separates them is the depth, which is fixed for every tree. Callers
/// check the number of siblings and that the position lies in the tree. `BinaryTreeHarness` holds the readable
/// reference of all functions.
library BinaryTree {
    /// @notice Folds a node with its siblings.
    /// @param node The node.
    /// @param position Index of the node among those of its height; bits beyond the siblings are not looked at.
    /// @param siblings Siblings, bottom up.
    /// @return root The node above the last sibling.
    function fold(bytes32 node, uint256 position, bytes32[] calldata siblings) internal pure returns (bytes32 root) {
        root = node;
        // Memory-safe: only the 64 bytes of scratch space are written.
        assembly ("memory-safe") {
            let sibling := siblings.offset
            for {
                let end := add(sibling, shl(5, siblings.length))
            } lt(sibling, end) {
                sibling := add(sibling, 32)
            } {
                // A right node (bit 0 set) goes to the upper half, its sibling to the other.
                let side := shl(5, and(position, 1))
                mstore(side, root)
                mstore(xor(side, 32), calldataload(sibling))
                root := keccak256(0, 64)
                position := shr(1, position)
            }
        }
    }

    /// @notice Root of a whole subtree.
    /// @param leaves Its leaves; their number is a power of two.
    /// @return root The root.
    function rootOf(bytes32[] calldata leaves) internal pure returns (bytes32 root) {
        uint256 scratch;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            scratch := mload(0x40)
            calldatacopy(scratch, leaves.offset, shl(5, leaves.length))
        }
        return foldInPlace(scratch, leaves.length);
    }

    /// @notice Root of a whole subtree.
    /// @param leaves Its leaves; their number is a power of two.
    /// @return root The root.
    function rootOfMemory(bytes32[] memory leaves) internal pure returns (bytes32 root) {
        uint256 scratch;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            scratch := mload(0x40)
            mcopy(scratch, add(leaves, 32), shl(5, mload(leaves)))
        }
        return foldInPlace(scratch, leaves.length);
    }

    /// @notice Root of a whole subtree whose leaves may be written over.
    /// @dev Each level is written over the front half of the one below: node `i` is read from `2i` before anything is
    /// written there.
    /// @param scratch Where in memory the leaves are, beyond the free memory pointer.
    /// @param count How many; a power of two.
    /// @return root The root.
    function foldInPlace(uint256 scratch, uint256 count) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            for {
                let size := shl(5, count)
            } gt(size, 32) {
                size := shr(1, size)
            } {
                let from := scratch
                for {
                    let to := scratch
                    let end := add(scratch, shr(1, size))
                } lt(to, end) {
                    to := add(to, 32)
                } {
                    mstore(to, keccak256(from, 64))
                    from := add(from, 64)
                }
            }
            root := mload(scratch)
        }
    }
}
