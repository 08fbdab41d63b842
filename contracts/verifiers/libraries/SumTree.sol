// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operator, ProgramHeader, SumNode} from "../TensorTypes.sol";

/// @title SumTree
/// @notice The tree of a program's operators, in which every node also says how many words are under it.
/// @dev An operator's first word is the sum of the lengths to its left, so the operators of a program cannot overlap,
/// leave gaps or be placed by whoever opens them: at the lowest common ancestor of two leaves, one lies in the left
/// length and the other after it, and both lengths are hashed there.
library SumTree {
    /// @notice Leaf of an operator.
    /// @param operator The operator.
    /// @return leaf Its leaf.
    function leafOf(Operator calldata operator) internal pure returns (bytes32 leaf) {
        bytes32 descriptor = keccak256(
            abi.encode(
                operator.kernelCodeHash,
                operator.words,
                operator.usedWords,
                operator.mode,
                operator.pieceLog2,
                operator.laneBits,
                operator.params
            )
        );
        return keccak256(abi.encodePacked(uint8(0x00), descriptor));
    }

    /// @notice Finds an operator in a program. Reverts if a sum of lengths does not fit 64 bits.
    /// @param header The program.
    /// @param operator The operator.
    /// @param index Its index.
    /// @param path Its siblings, bottom up.
    /// @return found Whether it is in the program at that index, and the lengths add up to body and output.
    /// @return start Its first word, counted from the start of the body.
    function find(
        ProgramHeader calldata header,
        Operator calldata operator,
        uint64 index,
        SumNode[] calldata path
    ) internal pure returns (bool found, uint64 start) {
        uint256 depth = header.opDepth;
        if (path.length != depth || index >> depth != 0) return (false, 0);

        bytes32 node = leafOf(operator);
        uint64 words = operator.words;
        for (uint256 level = 0; level < depth; ++level) {
            bytes32 sibling = path[level].hash;
            uint64 siblingWords = path[level].words;
            if ((index >> level) & 1 == 1) {
                node = keccak256(abi.encodePacked(uint8(0x01), sibling, siblingWords, node, words));
                start += siblingWords;
            } else {
                node = keccak256(abi.encodePacked(uint8(0x01), node, words, sibling, siblingWords));
            }
            words += siblingWords;
        }
        // No overflow on the right: a valid header has at most 2^40 words.
        found = node == header.sumRoot && words == header.bodyWords + header.outWords;
    }
}
