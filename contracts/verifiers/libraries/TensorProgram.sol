// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Mode, Operator, ProgramHeader, Region} from "../TensorTypes.sol";

/// @title TensorProgram
/// @notice What a program header and an operator's descriptor must look like, and the sizes that follow from them.
library TensorProgram {
    /// @notice Regions and operators are multiples of this many words, so that no piece lies in two of them.
    uint64 internal constant BLOCK_WORDS = 32;

    /// @notice Largest depth of a sum tree.
    uint8 internal constant MAX_OP_DEPTH = 20;

    /// @notice Most words of a program, all regions together; no sum of lengths overflows below it.
    uint256 internal constant MAX_WORDS = 1 << 40;

    /// @notice Most bytes of an operator's parameters.
    uint256 internal constant MAX_PARAMS_BYTES = 1_024;

    /// @dev Bit `n` is set if pieces may have `2^n` words: one, or whole leaves of the trace's tree up to a block.
    uint256 private constant PIECE_LOG2S = 1 | (1 << 3) | (1 << 4) | (1 << 5);

    /// @dev Bit `n` is set if lanes may be `n` bits wide.
    uint256 private constant LANE_WIDTHS = (1 << 8) | (1 << 16) | (1 << 32) | (1 << 64) | (1 << 128);

    /// @notice Thrown when a header is out of bounds.
    error TensorProgram_BadHeader();

    /// @notice Hash of a program, as pinned in orders.
    /// @param header The program.
    /// @return programHash Its hash.
    function hash(ProgramHeader calldata header) internal pure returns (bytes32 programHash) {
        return
            keccak256(
                abi.encode(
                    "millrace.tensor.1",
                    header.sumRoot,
                    header.opDepth,
                    header.inWords,
                    header.bodyWords,
                    header.outWords
                )
            );
    }

    /// @notice Checks the bounds of a header.
    /// @param header The program.
    function validate(ProgramHeader calldata header) internal pure {
        uint64 inWords = header.inWords;
        uint64 bodyWords = header.bodyWords;
        uint64 outWords = header.outWords;
        bool inBounds =
            header.opDepth <= MAX_OP_DEPTH &&
                inWords != 0 &&
                outWords != 0 &&
                (inWords | bodyWords | outWords) % BLOCK_WORDS == 0 &&
                uint256(inWords) + bodyWords + outWords <= MAX_WORDS;
        require(inBounds, TensorProgram_BadHeader());
    }

    /// @notice Whether an operator's descriptor has a meaning.
    /// @param operator The operator.
    /// @return wellFormed True if its words have right answers.
    function isWellFormed(Operator calldata operator) internal pure returns (bool wellFormed) {
        uint256 laneBits = operator.laneBits;
        uint256 pieceLog2 = operator.pieceLog2;
        return
            operator.words != 0 &&
            operator.words % BLOCK_WORDS == 0 &&
            operator.usedWords <= operator.words &&
            (PIECE_LOG2S >> pieceLog2) & 1 == 1 &&
            operator.usedWords % (1 << pieceLog2) == 0 &&
            (operator.mode == Mode.Piece || pieceLog2 == 0) &&
            (laneBits == 256 || (LANE_WIDTHS >> laneBits) & 1 == 1) &&
            operator.params.length <= MAX_PARAMS_BYTES;
    }

    /// @notice Words of a region, without the pads of its tree.
    /// @param header The program.
    /// @param region The region.
    /// @return words How many.
    function wordsOf(ProgramHeader calldata header, Region region) internal pure returns (uint64 words) {
        if (region == Region.Input) return header.inWords;
        return region == Region.Body ? header.bodyWords : header.outWords;
    }

    /// @notice Depth of the tree of a region.
    /// @param words Words of the region, not zero.
    /// @return depth Least depth whose tree holds them.
    function depthOf(uint64 words) internal pure returns (uint8 depth) {
        // At most 40 for a valid header.
        return uint8(Math.log2(words, Math.Rounding.Ceil));
    }
}
