// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {ImageMath, Span} from "./libraries/ImageMath.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {PackedDot} from "./libraries/PackedDot.sol";

/// @title ConvolutionGradient
/// @notice Gradient of a convolution of stride one with respect to its filters, over some pictures of a batch.
/// @dev Lane mode. Both operands are int8 planes: one row of a tensor for each channel of each picture, the pictures of
/// a channel one after another, all pixels of a plane row by row without gaps (`Rearrange` makes them). Over the
/// `2^group` pictures from `first` on,
///
///   dot = Σ_{n,y,x} picture[c][n][y + i − padding][x + j − padding] · error[f][n][y][x], mod 2^32
///   out[f][i][j][c] = saturated(scaled(dot, scale, shift) + addend[f][i][j][c])
///
/// in the order of a filter of `Convolution`; the addend has lanes and layout of the result, so that a sum over a large
/// batch is a chain. Pixels outside of a picture are zero. At most 256 rows of errors are summed: those of all pictures
/// of the group together, in order; rows after them count as zero.
///
/// Fields of params: 0 pictures, 1 how many a channel, 2 their height, 3 width, 4 channels, 5 log2 words of a plane,
/// 6 errors, 7 filters, 8 height of the errors, 9 their width, 10 log2 words of a plane, 11 first picture, 12 group,
/// 13 height of a filter, 14 its width, 15 padding, 16 log2 words of a row of the result, 17 log2 bits of its lanes,
/// 18 scale (int32), 19 shift, 20 flags, 21 addend.
contract ConvolutionGradient is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _ADDEND = 1;

    uint256 private constant _MAX_RANGES = 3;
    uint256 private constant _MAX_RUNS = 256;

    /// @dev The tap that a lane of the result is the gradient of.
    struct Tap {
        bool isInside;
        uint256 filter;
        uint256 channel;
        Span rows;
        Span columns;
    }

    /// @dev Bytes of the words that were read: the first that count of either side, and how far rows and planes lie
    /// apart.
    struct Sides {
        uint256 group;
        uint256 picture;
        uint256 errors;
        uint256 width;
        uint256 errorWidth;
        uint256 picturePlane;
        uint256 errorPlane;
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
        Tap memory tap = _tap(params, piece, lane);
        ranges = new Range[](_MAX_RANGES);
        uint256 count;
        unchecked {
            if (tap.isInside) {
                (uint256 pictures, uint256 errors) = (params.field(1), params.field(11));
                ranges[count++] = _planes(params, 0, 5, tap.channel * pictures + errors);
                ranges[count++] = _planes(params, 6, 10, tap.filter * pictures + errors);
            }
            if (params.field(20) & _ADDEND != 0)
                ranges[count++] = KernelMath.range(uint256(params.field(21)) + piece, 0);
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
        Tap memory tap = _tap(params, piece, lane);
        uint256 laneLog2 = params.log2Field(17);
        unchecked {
            int256 value = params.scaledByFields(18, int32(_dot(params, tap, words)));
            if (params.field(20) & _ADDEND != 0) {
                uint256 next = tap.isInside ? _words(params) : 0;
                value += KernelMath.signedLane(words.wordAt(next), laneLog2, lane);
            }
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }

    /// @dev Each row of errors with the pixels that the tap saw when they were made.
    function _dot(bytes calldata params, Tap memory tap, bytes32[] calldata words) private pure returns (int256 sum) {
        if (tap.rows.count == 0 || tap.columns.count == 0) return 0;
        unchecked {
            Sides memory sides = _sides(params, tap);
            uint256 runs = _MAX_RUNS;
            for (uint256 n = 0; n >> sides.group == 0 && runs != 0; ++n) {
                uint256 count = tap.rows.count < runs ? tap.rows.count : runs;
                sum += _dotOfPicture(sides, words, count, tap.columns.count);
                sides.picture += sides.picturePlane;
                sides.errors += sides.errorPlane;
                runs -= count;
            }
        }
    }

    /// @dev `count` rows of errors, `length` lanes of each.
    function _dotOfPicture(
        Sides memory sides,
        bytes32[] calldata words,
        uint256 count,
        uint256 length
    ) private pure returns (int256 sum) {
        unchecked {
            (uint256 picture, uint256 errors) = (sides.picture, sides.errors);
            for (uint256 i = 0; i < count; ++i) {
                sum += PackedDot.run(words, picture, errors, length);
                picture += sides.width;
                errors += sides.errorWidth;
            }
        }
    }

    /// @dev The first lanes of both sides; planes of errors follow those of the pictures.
    function _sides(bytes calldata params, Tap memory tap) private pure returns (Sides memory sides) {
        unchecked {
            sides.group = params.log2Field(12);
            sides.width = params.field(3);
            sides.errorWidth = params.field(9);
            sides.picturePlane = 32 << params.log2Field(5);
            sides.errorPlane = 32 << params.log2Field(10);
            sides.picture = uint256(tap.rows.origin + int256(tap.rows.from)) * sides.width;
            sides.picture += uint256(tap.columns.origin + int256(tap.columns.from));
            sides.errors = (sides.picturePlane << sides.group) + tap.rows.from * sides.errorWidth + tap.columns.from;
        }
    }

    /// @dev Words of all planes.
    function _words(bytes calldata params) private pure returns (uint256) {
        return ((1 << params.log2Field(5)) + (1 << params.log2Field(10))) << params.log2Field(12);
    }

    function _planes(
        bytes calldata params,
        uint256 operand,
        uint256 planeLog2At,
        uint256 plane
    ) private pure returns (Range memory) {
        unchecked {
            uint256 planeLog2 = params.log2Field(planeLog2At);
            uint256 start = uint256(params.field(operand)) + (plane << planeLog2);
            return KernelMath.range(start, planeLog2 + params.log2Field(12));
        }
    }

    function _tap(bytes calldata params, uint64 piece, uint16 lane) private pure returns (Tap memory tap) {
        unchecked {
            uint256 rowLog2 = params.log2Field(16);
            tap.filter = uint256(piece) >> rowLog2;
            uint256 element = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(17));
            uint256 row;
            uint256 column;
            (element, tap.channel) = ImageMath.divided(element, params.field(4));
            (row, column) = ImageMath.divided(element, params.field(14));
            tap.isInside =
                tap.filter < params.field(7) &&
                row < params.field(13) &&
                params.field(4) != 0 &&
                params.field(14) != 0;
            if (!tap.isInside) return tap;
            // Along the errors, what the tap sees is a window that begins at its own offset.
            tap.rows = ImageMath.span(row, 1, params.field(15), params.field(8), params.field(2));
            tap.columns = ImageMath.span(column, 1, params.field(15), params.field(9), params.field(3));
        }
    }
}
