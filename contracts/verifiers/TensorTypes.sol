// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev The three trees of a program's words, in the order of word addresses.
enum Region {
    Input,
    Body,
    Output
}

/// @dev What one proof recomputes: a lane of one word, or a whole piece of `2^pieceLog2` words.
enum Mode {
    Lane,
    Piece
}

/// @dev A program, as pinned in the order by `TensorProgram.hash`.
/// @param sumRoot Root of the sum tree of operators; its total length is `bodyWords + outWords`
/// @param opDepth Depth of the sum tree, at most 20
/// @param inWords Words of the input region, a multiple of 32, not zero
/// @param bodyWords Words of the body region, a multiple of 32, may be zero
/// @param outWords Words of the output region, a multiple of 32, not zero
struct ProgramHeader {
    bytes32 sumRoot;
    uint8 opDepth;
    uint64 inWords;
    uint64 bodyWords;
    uint64 outWords;
}

/// @dev An operator: consecutive words of body and output, all made by one kernel.
/// @param kernelCodeHash `EXTCODEHASH` of the kernel
/// @param words Words it fills, a multiple of 32
/// @param usedWords Words the kernel computes, a multiple of `2^pieceLog2`; the rest, up to `words`, is zero
/// @param mode What one proof recomputes
/// @param pieceLog2 Size of a piece: 0, or whole leaves of the tree: 3, 4 or 5; zero in lane mode
/// @param laneBits Width of a lane: 8, 16, 32, 64, 128 or 256; lanes fill the word, lane 0 is the most significant
/// @param params What the kernel gets, at most 1,024 bytes; holds absolute word addresses of operands
struct Operator {
    bytes32 kernelCodeHash;
    uint64 words;
    uint64 usedWords;
    Mode mode;
    uint8 pieceLog2;
    uint16 laneBits;
    bytes params;
}

/// @dev A node of the sum tree: its hash, and how many words the operators under it fill.
struct SumNode {
    bytes32 hash;
    uint64 words;
}

/// @dev `2^log2` consecutive words.
/// @param start Word address of the first: input words count from 0, then body, then output
/// @param log2 Size, at most 8
struct Range {
    uint64 start;
    uint8 log2;
}

/// @dev Everything a result commits to.
struct Trace {
    ProgramHeader header;
    bytes32 inputRoot;
    bytes32 bodyRoot;
    bytes32 outputRoot;
}

/// @dev One lane of one word of a trace.
/// @param region Body or output
/// @param position Index of the word in its region's tree, pads included
/// @param lane Lane of the word; ignored where the whole word or piece is proven
struct WordAddress {
    Region region;
    uint64 position;
    uint16 lane;
}

/// @dev Evidence that a word is wrong.
/// @param operator Operator that contains the word; ignored for words past the region's end
/// @param operatorIndex Index of that operator in the sum tree
/// @param sumPath Siblings of the operator in the sum tree, bottom up, exactly `opDepth`
/// @param kernel Any address whose code hash is the operator's kernel
/// @param shown Committed word, or in piece mode the root of the committed piece: the word itself if it has one
/// @param words Words of the range of `first`, then of the ranges of `reads`, in order; ranges that read as zero are
/// left out
/// @param siblings Siblings, bottom up, of `shown`, then of each range in `words`, in order; those of fewer than eight
/// words begin with the other words of their leaf
struct Witness {
    Operator operator;
    uint64 operatorIndex;
    SumNode[] sumPath;
    address kernel;
    bytes32 shown;
    bytes32[] words;
    bytes32[] siblings;
}
