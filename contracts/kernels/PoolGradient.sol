// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {ImageMath} from "./libraries/ImageMath.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {PoolWindow, Window} from "./libraries/PoolWindow.sol";

/// @title PoolGradient
/// @notice Gradient of `Pool` with respect to the pictures, for windows that do not overlap.
/// @dev Lane mode. The result has the layout of the pictures, the errors that of the pool's result. A pixel belongs to
/// the window at row ⌊y / stride⌋ and column ⌊x / stride⌋ if it lies in it. With `MAX`, the first greatest pixel
/// of a window, in the order of rows and columns, gets the window's error and the others zero; without, each gets
/// `saturated(scaled(error, scale, shift))`. Pixels of no window get zero. Where the operator of a pool would let
/// windows overlap, this is not its gradient.
///
/// Fields of params: 0 to 12, 14 and 15 as of the `Pool`, with the rows of the result as long as those of the pictures;
/// 13 flags, 16 errors.
contract PoolGradient is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];
    using PoolWindow for Window;

    uint256 private constant _MAX = 1;

    /// @dev A pixel of the result in its window.
    struct Pixel {
        bool isInside;
        Window window;
        /// Place in the window, in the order of rows and columns.
        uint256 place;
        /// Row of errors, counted over all pictures, and lane in it.
        uint256 errorRow;
        uint256 errorLane;
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
        Pixel memory pixel = _pixel(params, piece, lane);
        if (!pixel.isInside) return ranges;
        unchecked {
            uint256 height = params.field(13) & _MAX != 0 ? pixel.window.height : 0;
            ranges = new Range[](height + 1);
            for (uint256 i = 0; i < height; ++i) ranges[i] = pixel.window.rangeAt(params, i);
            uint256 word = pixel.errorLane >> KernelMath.lanesLog2(params.log2Field(6));
            uint256 start = uint256(params.field(16)) + (pixel.errorRow << params.log2Field(12)) + word;
            ranges[height] = KernelMath.range(start, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        Pixel memory pixel = _pixel(params, piece, lane);
        uint256 laneLog2 = params.log2Field(6);
        if (!pixel.isInside) return KernelMath.toLane(0, laneLog2);
        if (params.field(13) & _MAX != 0) {
            (, uint256 place, ) = pixel.window.summary(words, laneLog2);
            if (place != pixel.place) return KernelMath.toLane(0, laneLog2);
            uint256 word = words.wordAt(pixel.window.height << pixel.window.log2);
            return KernelMath.toLane(KernelMath.signedLane(word, laneLog2, pixel.errorLane), laneLog2);
        }
        int256 value = int32(KernelMath.signedLane(words.wordAt(0), laneLog2, pixel.errorLane));
        return KernelMath.toLane(KernelMath.saturated(params.scaledByFields(14, value), laneLog2), laneLog2);
    }

    function _pixel(bytes calldata params, uint64 piece, uint16 lane) private pure returns (Pixel memory pixel) {
        unchecked {
            uint256 rowLog2 = params.log2Field(5);
            uint256 element = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(6));
            (uint256 picture, uint256 y) = ImageMath.divided(uint256(piece) >> rowLog2, params.field(2));
            (uint256 x, uint256 channel) = ImageMath.divided(element, params.field(4));
            if (x < params.field(3) && params.field(2) != 0 && params.field(9) != 0)
                _place(params, pixel, [picture, y, x, channel]);
        }
    }

    /// @dev Finds the window of row y, column x and channel of a picture.
    function _place(bytes calldata params, Pixel memory pixel, uint256[4] memory place) private pure {
        unchecked {
            uint256 stride = params.field(9);
            (uint256 row, uint256 below) = ImageMath.divided(place[1], stride);
            (uint256 column, uint256 beside) = ImageMath.divided(place[2], stride);
            if (row >= params.field(10) || column >= params.field(11)) return;
            pixel.errorRow = place[0] * params.field(10) + row;
            pixel.errorLane = column * params.field(4) + place[3];
            pixel.window = _windowOf(params, pixel);
            pixel.isInside = below < pixel.window.height && beside < pixel.window.width;
            pixel.place = below * pixel.window.width + beside;
        }
    }

    function _windowOf(bytes calldata params, Pixel memory pixel) private pure returns (Window memory) {
        return PoolWindow.windowOf(params, pixel.errorRow, pixel.errorLane);
    }
}
