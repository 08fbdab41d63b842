// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "../verifiers/libraries/BinaryTree.sol";

/// @dev Makes the library's functions callable, beside the readable versions that they must equal.
contract BinaryTreeHarness {
    function fold(bytes32 node, uint256 position, bytes32[] calldata siblings) external pure returns (bytes32) {
        return BinaryTree.fold(node, position, siblings);
    }

    function rootOf(bytes32[] calldata leaves) external pure returns (bytes32) {
        return BinaryTree.rootOf(leaves);
    }

    function rootOfMemory(bytes32[] memory leaves) external pure returns (bytes32) {
        bytes32 before = keccak256(abi.encode(leaves));
        bytes32 root = BinaryTree.rootOfMemory(leaves);
        assert(before == keccak256(abi.encode(leaves)));
        return root;
    }

    function foldReference(
        bytes32 node,
        uint256 position,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        for (uint256 i = 0; i < siblings.length; ++i) {
            bool isRight = (position >> i) & 1 == 1;
            node = isRight ? keccak256(abi.encode(siblings[i], node)) : keccak256(abi.encode(node, siblings[i]));
        }
        return node;
    }

    function rootReference(bytes32[] memory leaves) external pure returns (bytes32) {
        for (uint256 count = leaves.length / 2; count > 0; count /= 2) {
            for (uint256 i = 0; i < count; ++i) leaves[i] = keccak256(abi.encode(leaves[2 * i], leaves[2 * i + 1]));
        }
        return leaves[0];
    }
}
