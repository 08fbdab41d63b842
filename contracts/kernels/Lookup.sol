// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Lookup
/// @notice A function given by its table, lane by lane: GELU, sigmoid, exponential, reciprocal square root.
/// @dev Lane mode. Operand and result have the same lanes in the same order, of widths that may differ; the table has
/// the result's lanes:
///
///   out[i] = table[min(max((in[i] >> shift) + offset, 0), entries − 1)]
///
/// `>>` rounds down. The operand's lanes have at most 32 bits: of wider ones the low 32 count. A table without entries
/// gives zero. Only the word with the entry is read, so that a table may be of any size.
///
/// Fields of params: 0 operand, 1 log2 bits of its lanes, 2 log2 bits of the result's lanes, 3 table, 4 entries, 5
/// offset (int32), 6 shift.
contract Lookup is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16 lane) external pure returns (Range[] memory range) {
        range = new Range[](1);
        unchecked {
            uint256 element = KernelMath.element(piece, lane, params.log2Field(2));
            range[0] = KernelMath.range(params.field(0) + (element >> KernelMath.lanesLog2(params.log2Field(1))), 0);
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        if (params.field(4) == 0) return ranges;
        ranges = new Range[](1);
        unchecked {
            uint256 index = _index(params, piece, lane, firstWords.wordAt(0));
            ranges[0] = KernelMath.range(params.field(3) + (index >> KernelMath.lanesLog2(params.log2Field(2))), 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        uint256 laneLog2 = params.log2Field(2);
        if (params.field(4) == 0) return KernelMath.toLane(0, laneLog2);
        uint256 index = _index(params, piece, lane, words.wordAt(0));
        return KernelMath.toLane(KernelMath.signedLane(words.wordAt(1), laneLog2, index), laneLog2);
    }

    function _index(bytes calldata params, uint64 piece, uint16 lane, uint256 word) private pure returns (uint256) {
        unchecked {
            uint256 element = KernelMath.element(piece, lane, params.log2Field(2));
            int256 value = int32(KernelMath.signedLane(word, params.log2Field(1), element));
            int256 index = (value >> params.field(6)) + params.int32Field(5);
            if (index < 0) return 0;
            uint256 last = params.field(4) - 1;
            return uint256(index) > last ? last : uint256(index);
        }
    }
}
