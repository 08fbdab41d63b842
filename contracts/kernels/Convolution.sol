// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {ImageMath, Span} from "./libraries/ImageMath.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {PackedDot} from "./libraries/PackedDot.sol";

/// @title Convolution
/// @notice Convolution of a batch of pictures with a bank of filters, and, with filters turned about, its gradient
/// with respect to the pictures.
/// @dev Lane mode. Pictures and filters are int8. A picture has a tensor row for each row of pixels, the channels
/// of a pixel side by side; a filter is one row, its taps in the order of rows, columns and channels. What the lane of
/// the result at row y, column x of picture n and filter f has is
///
///   dot = bias[f] + Σ_{i,j,c} picture[n][y · stride + i − padding][x · stride + j − padding][c] · filter[f][i][j][c]
///   out[n][y][x][f] = saturated(gated(scaled(int32 dot, scale, shift)))
///
/// mod 2^32; pixels outside of a picture are zero. `gated` puts 0 where `mask ≤ 0` at the same place, and where the
/// value is negative with `RELU`. The bias is one row of int32; the mask has lanes and layout of the result. A filter
/// has at most seven rows; of a row of taps at most 8,192 count. No row of pictures or filters is longer than
/// 256 words.
///
/// Fields of params: 0 pictures, 1 how many, 2 their height, 3 width, 4 channels, 5 log2 words of a row, 6 filters,
/// 7 how many, 8 their height, 9 width, 10 log2 words of a filter, 11 stride, 12 padding, 13 height of the result,
/// 14 its width, 15 log2 words of its rows, 16 log2 bits of its lanes, 17 scale (int32), 18 shift, 19 flags, 20 bias,
/// 21 mask.
contract Convolution is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _RELU = 1;
    uint256 private constant _BIAS = 2;
    uint256 private constant _MASK = 4;

    uint256 private constant _MAX_FILTER_ROWS = 7;
    uint256 private constant _MAX_ROW_LOG2 = 8;
    uint256 private constant _INT32 = 5;

    /// @dev Where a lane of the result looks.
    struct View {
        bool isInside;
        uint256 picture;
        uint256 filter;
        Span rows;
        /// First byte of a row of pixels, first byte of a row of taps, and how many.
        uint256 pixelByte;
        uint256 tapByte;
        uint256 length;
        /// Range within a row of pixels.
        uint256 word;
        uint256 log2;
    }

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
        View memory view_ = _view(params, piece, lane);
        ranges = new Range[](_MAX_FILTER_ROWS + 3);
        uint256 count;
        unchecked {
            if (view_.length != 0) {
                uint256 row = view_.picture * params.field(2) + uint256(view_.rows.origin + int256(view_.rows.from));
                for (uint256 i = 0; i < view_.rows.count; ++i) {
                    uint256 start = params.field(0) + ((row + i) << params.log2Field(5)) + view_.word;
                    ranges[count++] = KernelMath.range(start, view_.log2);
                }
                uint256 filterLog2 = params.log2Field(10);
                ranges[count++] = KernelMath.range(params.field(6) + (view_.filter << filterLog2), filterLog2);
            }
            uint256 flags = params.field(19);
            if (view_.isInside && flags & _BIAS != 0)
                ranges[count++] = KernelMath.range(params.field(20) + (view_.filter >> 3), 0);
            if (flags & _MASK != 0) ranges[count++] = KernelMath.range(uint256(params.field(21)) + piece, 0);
        }
        return KernelMath.trim(ranges, count);
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        View memory view_ = _view(params, piece, lane);
        uint256 flags = params.field(19);
        uint256 laneLog2 = params.log2Field(16);
        unchecked {
            int256 value = _dot(params, view_, words);
            uint256 next = view_.length == 0 ? 0 : (view_.rows.count << view_.log2) + (1 << params.log2Field(10));
            if (view_.isInside && flags & _BIAS != 0)
                value += KernelMath.signedLane(words.wordAt(next++), _INT32, view_.filter);
            value = params.scaledByFields(17, int32(value));
            if (flags & _MASK != 0 && KernelMath.signedLane(words.wordAt(next), laneLog2, lane) <= 0) value = 0;
            if (flags & _RELU != 0 && value < 0) value = 0;
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }

    /// @dev Each row of taps with the pixels under it; the filter's words follow those of the pictures.
    function _dot(
        bytes calldata params,
        View memory view_,
        bytes32[] calldata words
    ) private pure returns (int256 sum) {
        unchecked {
            uint256 tapPitch = uint256(params.field(9)) * params.field(4);
            uint256 pixels = view_.pixelByte - (view_.word << 5);
            uint256 taps = (view_.rows.count << (view_.log2 + 5)) + view_.rows.from * tapPitch + view_.tapByte;
            for (uint256 i = 0; i < view_.rows.count; ++i) {
                sum += PackedDot.run(words, pixels, taps, view_.length);
                pixels += 32 << view_.log2;
                taps += tapPitch;
            }
        }
    }

    function _view(bytes calldata params, uint64 piece, uint16 lane) private pure returns (View memory view_) {
        unchecked {
            uint256 rowLog2 = params.log2Field(15);
            uint256 row;
            uint256 column = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(16));
            (view_.picture, row) = ImageMath.divided(uint256(piece) >> rowLog2, params.field(13));
            (column, view_.filter) = ImageMath.divided(column, params.field(7));
            if (params.field(13) == 0 || params.field(7) == 0) return view_;
            if (view_.picture >= params.field(1) || column >= params.field(14)) return view_;
            view_.isInside = true;
            uint256 size = params.field(8);
            view_.rows = _span(params, row, size < _MAX_FILTER_ROWS ? size : _MAX_FILTER_ROWS, 2);
            Span memory columns = _span(params, column, params.field(9), 3);
            if (view_.rows.count != 0 && columns.count != 0) _setBytes(params, view_, columns);
        }
    }

    /// @dev What lies under a filter of this size at a row or column of the result; `limitAt` is the field of the
    /// picture's size.
    function _span(
        bytes calldata params,
        uint256 position,
        uint256 size,
        uint256 limitAt
    ) private pure returns (Span memory) {
        (uint256 stride, uint256 padding) = (params.field(11), params.field(12));
        return ImageMath.span(position, stride, padding, size, params.field(limitAt));
    }

    /// @dev Bytes of a row of pixels that are under the filter, as far as both rows have them.
    function _setBytes(bytes calldata params, View memory view_, Span memory columns) private pure {
        unchecked {
            uint256 channels = params.field(4);
            uint256 rowLog2 = params.log2Field(5);
            if (rowLog2 > _MAX_ROW_LOG2) return;
            uint256 begin = uint256(columns.origin + int256(columns.from)) * channels;
            uint256 end = begin + columns.count * channels;
            if (end > (32 << rowLog2)) end = 32 << rowLog2;
            if (begin >= end) return;
            view_.pixelByte = begin;
            view_.tapByte = columns.from * channels;
            view_.length = end - begin;
            (view_.word, view_.log2) = ImageMath.cover(begin, end);
        }
    }
}
