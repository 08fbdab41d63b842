// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {ImageMath} from "./libraries/ImageMath.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Rearrange
/// @notice Copies lanes to other places: patches of pictures side by side, filters turned about, pixels as planes,
/// planes as rows, pictures with borders.
/// @dev Lane mode; operand and result have lanes of one width. A row of the result is split into three indices and a
/// column into three, the last the fastest:
///
///   row = (i0 · size1 + i1) · size2 + i2,  column = (i3 · size4 + i4) · size5 + i5
///
/// with `i0 < size0` and `i3 < size3`. The operand is a batch of blocks of `height` rows. The lane that is copied has
/// three coordinates, block, row and column, each a sum of the indices by whole factors:
///
///   coordinate = offset + Σ_k i_k · factor_k
///
/// and zero is copied where one is out of range: a block does not run over into the next.
///
/// Fields of params: 0 operand, 1 blocks, 2 height, 3 columns, 4 log2 words of a row, 5 log2 words of a row of the
/// result, 6 log2 bits of a lane, 7 to 12 sizes, then offset and six factors each of block (13 to 19), row (20 to 26)
/// and column (27 to 33), all int32.
contract Rearrange is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _SIZES = 7;
    uint256 private constant _BLOCK = 13;
    uint256 private constant _ROW = 20;
    uint256 private constant _COLUMN = 27;
    uint256 private constant _INDICES = 6;

    /// @inheritdoc IKernel
    function first(bytes calldata, uint64, uint16) external pure returns (Range[] memory range) {
        return new Range[](0);
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata
    ) external pure returns (Range[] memory ranges) {
        (bool isInside, uint256 row, uint256 column) = _source(params, piece, lane);
        if (!isInside) return ranges;
        ranges = new Range[](1);
        unchecked {
            uint256 word = (row << params.log2Field(4)) + (column >> KernelMath.lanesLog2(params.log2Field(6)));
            ranges[0] = KernelMath.range(params.field(0) + word, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        (bool isInside, , uint256 column) = _source(params, piece, lane);
        uint256 laneLog2 = params.log2Field(6);
        int256 value = isInside ? KernelMath.signedLane(words.wordAt(0), laneLog2, column) : int256(0);
        return KernelMath.toLane(value, laneLog2);
    }

    /// @dev Row of the operand, counted over all blocks, and column that a lane is copied from.
    function _source(
        bytes calldata params,
        uint64 piece,
        uint16 lane
    ) private pure returns (bool isInside, uint256 row, uint256 column) {
        unchecked {
            uint256 rowLog2 = params.log2Field(5);
            uint256 element = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(6));
            uint256[_INDICES] memory indices;
            if (!_split(params, indices, 0, uint256(piece) >> rowLog2)) return (false, 0, 0);
            if (!_split(params, indices, 3, element)) return (false, 0, 0);
            int256 line = _coordinate(params, indices, _ROW);
            int256 across = _coordinate(params, indices, _COLUMN);
            int256 block_ = _coordinate(params, indices, _BLOCK);
            isInside = _isBelow(params, line, 2) && _isBelow(params, across, 3) && _isBelow(params, block_, 1);
            if (isInside) (row, column) = (uint256(block_) * params.field(2) + uint256(line), uint256(across));
        }
    }

    /// @dev Splits a number into three indices from `from` on; false if the first of them is out of range.
    function _split(
        bytes calldata params,
        uint256[_INDICES] memory indices,
        uint256 from,
        uint256 value
    ) private pure returns (bool) {
        unchecked {
            (value, indices[from + 2]) = ImageMath.divided(value, params.field(_SIZES + from + 2));
            (indices[from], indices[from + 1]) = ImageMath.divided(value, params.field(_SIZES + from + 1));
            return indices[from] < params.field(_SIZES + from);
        }
    }

    function _coordinate(
        bytes calldata params,
        uint256[_INDICES] memory indices,
        uint256 from
    ) private pure returns (int256 sum) {
        unchecked {
            sum = params.int32Field(from);
            for (uint256 k = 0; k < _INDICES; ++k) sum += int256(indices[k]) * params.int32Field(from + 1 + k);
        }
    }

    /// @dev Whether a coordinate is at least zero and below the field at `limitAt`.
    function _isBelow(bytes calldata params, int256 value, uint256 limitAt) private pure returns (bool) {
        return value >= 0 && uint256(value) < params.field(limitAt);
    }
}
