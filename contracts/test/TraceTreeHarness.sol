// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TraceTree} from "../verifiers/libraries/TraceTree.sol";

/// @dev Makes the library's functions callable, beside the readable versions that they must equal.
contract TraceTreeHarness {
    function siblingsOf(uint256 height, uint256 top) external pure returns (uint256) {
        return TraceTree.siblingsOf(height, top);
    }

    function fold(
        bytes32 node,
        uint256 height,
        uint256 position,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        return TraceTree.fold(node, height, position, siblings);
    }

    function foldRange(
        bytes32[] calldata words,
        uint256 position,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        return TraceTree.foldRange(words, position, siblings);
    }

    function rootOf(bytes32[] calldata words) external pure returns (bytes32) {
        return TraceTree.rootOf(words);
    }

    function rootOfMemory(bytes32[] memory words) external pure returns (bytes32) {
        bytes32 before = keccak256(abi.encode(words));
        bytes32 root = TraceTree.rootOfMemory(words);
        assert(before == keccak256(abi.encode(words)));
        return root;
    }

    function foldReference(
        bytes32[] memory words,
        uint256 position,
        bytes32[] calldata siblings
    ) external pure returns (bytes32 root) {
        uint256 used = 0;
        uint256 leaf = position / 8;
        if (words.length < 8) {
            bytes32[8] memory all;
            for (uint256 i = 0; i < 8; ++i) {
                uint256 index = 8 * leaf + i;
                bool isShown = position <= index && index < position + words.length;
                all[i] = isShown ? words[index - position] : siblings[used++];
            }
            root = keccak256(abi.encode(all));
            position = leaf;
        } else {
            position /= words.length;
            root = rootReference(words);
        }
        for (; used < siblings.length; ++used) {
            bool isRight = position % 2 == 1;
            root = keccak256(isRight ? abi.encode(siblings[used], root) : abi.encode(root, siblings[used]));
            position /= 2;
        }
    }

    function rootReference(bytes32[] memory words) public pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](words.length / 8);
        for (uint256 i = 0; i < nodes.length; ++i) {
            bytes32[8] memory leaf;
            for (uint256 j = 0; j < 8; ++j) leaf[j] = words[8 * i + j];
            nodes[i] = keccak256(abi.encode(leaf));
        }
        for (uint256 count = nodes.length / 2; count > 0; count /= 2) {
            for (uint256 i = 0; i < count; ++i) nodes[i] = keccak256(abi.encode(nodes[2 * i], nodes[2 * i + 1]));
        }
        return nodes[0];
    }
}
