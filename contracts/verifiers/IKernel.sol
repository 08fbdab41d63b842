// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Range} from "./TensorTypes.sol";

/// @title IKernel
/// @notice Recomputes one bounded piece of an operator's output from words before it.
/// @dev A kernel is total and pure: for every argument, words included, it returns one answer, the same to everybody,
/// within the gas named below. Arithmetic wraps in two's complement; division by zero gives 0; MIN / -1 wraps; a shift
/// by the width or more gives 0 (arithmetic right: the sign); rounding is half away from zero; only the last
/// requantisation saturates; ties go to the lowest index; table indices are clamped.
///
/// A kernel that fails, returns data of another size or names ranges that are too large makes its words unprovable:
/// nobody is slashed for them, so a program that uses such a kernel protects its buyer from nothing.
///
/// Ranges: at most 256 words each, at most 576 words in one piece, `first` included. A range of which any word lies at
/// or after the first word of the piece being computed reads as zeros. Any other range must lie within one region and
/// start at a multiple of its size, counted from the start of that region.
interface IKernel {
    /// @notice The range whose content decides what else is read, such as the index word of a gather. At most 100,000
    /// gas.
    /// @param params Parameters of the operator.
    /// @param piece Index of the piece in the operator; in lane mode, of the word.
    /// @param lane Lane of the word, 0 the most significant; 0 in piece mode.
    /// @return range No range, or one.
    function first(bytes calldata params, uint64 piece, uint16 lane) external pure returns (Range[] memory range);

    /// @notice The ranges that are read besides. At most 100,000 gas.
    /// @param params Parameters of the operator.
    /// @param piece Index of the piece in the operator; in lane mode, of the word.
    /// @param lane Lane of the word, 0 the most significant; 0 in piece mode.
    /// @param firstWords Words of the range that `first` named; empty if it named none.
    /// @return ranges At most 8 ranges.
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges);

    /// @notice The piece. At most 700,000 gas.
    /// @param params Parameters of the operator.
    /// @param piece Index of the piece in the operator; in lane mode, of the word.
    /// @param lane Lane of the word, 0 the most significant; 0 in piece mode.
    /// @param words Words of the range of `first`, then of the ranges of `reads`, in order.
    /// @return result Lane mode: one word that holds the lane right-aligned. Piece mode: the `2^pieceLog2` words.
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result);
}
