// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Range} from "../../verifiers/TensorTypes.sol";
import {ImageMath} from "./ImageMath.sol";
import {KernelMath} from "./KernelMath.sol";

/// @dev The pixels of one channel under a window, cut to those inside of the picture; none if `height` is zero.
/// @param row First row of pixels, counted over all pictures
/// @param height Rows of pixels
/// @param width Columns of pixels
/// @param channels Lanes from one pixel of a row to the next
/// @param lane First lane, counted from the start of the range that a row is read by
/// @param word First word of that range, counted from the start of the row
/// @param log2 Size of that range
struct Window {
    uint256 row;
    uint256 height;
    uint256 width;
    uint256 channels;
    uint256 lane;
    uint256 word;
    uint256 log2;
}

/// @title PoolWindow
/// @notice Windows of `Pool` and `PoolGradient`, which have fields 0 to 12 in common. Total: no function reverts.
library PoolWindow {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _MAX_HEIGHT = 6;
    uint256 private constant _MAX_WIDTH = 8;
    uint256 private constant _MAX_ROW_LOG2 = 8;

    /// @dev The window of a lane of the pool's result.
    function windowOf(
        bytes calldata params,
        uint256 outRow,
        uint256 outLane
    ) internal pure returns (Window memory window) {
        unchecked {
            (uint256 picture, uint256 y) = ImageMath.divided(outRow, params.field(10));
            uint256 x;
            window.channels = params.field(4);
            (x, window.lane) = ImageMath.divided(outLane, window.channels);
            if (params.field(10) == 0 || window.channels == 0) return window;
            if (x >= params.field(11) || picture >= params.field(1)) return window;
            _cut(params, window, y * params.field(9), x * params.field(9));
            window.row = picture * params.field(2) + y * params.field(9);
        }
    }

    /// @dev The range that row `i` of the window is read by.
    function rangeAt(Window memory window, bytes calldata params, uint256 i) internal pure returns (Range memory) {
        unchecked {
            uint256 start = params.field(0) + ((window.row + i) << params.log2Field(5)) + window.word;
            return KernelMath.range(start, window.log2);
        }
    }

    /// @dev The greatest value, the place of the first that is, in the order of rows and columns, and the sum; zeros of
    /// an empty window.
    function summary(
        Window memory window,
        bytes32[] calldata words,
        uint256 laneLog2
    ) internal pure returns (int256 greatest, uint256 place, int256 sum) {
        uint256 lanesLog2 = KernelMath.lanesLog2(laneLog2);
        unchecked {
            for (uint256 i = 0; i < window.height; ++i)
                for (uint256 j = 0; j < window.width; ++j) {
                    uint256 lane = window.lane + j * window.channels;
                    uint256 word = words.wordAt((i << window.log2) + (lane >> lanesLog2));
                    int256 value = KernelMath.signedLane(word, laneLog2, lane);
                    sum += value;
                    if (value > greatest || i + j == 0) (greatest, place) = (value, i * window.width + j);
                }
        }
    }

    /// @dev Pixels of a window of `size`, at most `most`, from `position` on that lie below `limit`.
    function _within(uint256 position, uint256 size, uint256 most, uint256 limit) private pure returns (uint256) {
        unchecked {
            if (size > most) size = most;
            if (position >= limit) return 0;
            return limit - position < size ? limit - position : size;
        }
    }

    /// @dev Cuts the window at row y and column x to the picture; one that its row does not hold is empty.
    function _cut(bytes calldata params, Window memory window, uint256 y, uint256 x) private pure {
        unchecked {
            uint256 rowLog2 = params.log2Field(5);
            uint256 height = _within(y, params.field(7), _MAX_HEIGHT, params.field(2));
            window.width = _within(x, params.field(8), _MAX_WIDTH, params.field(3));
            if (height == 0 || window.width == 0 || rowLog2 > _MAX_ROW_LOG2) return;
            uint256 lanesLog2 = KernelMath.lanesLog2(params.log2Field(6));
            uint256 begin = x * window.channels + window.lane;
            uint256 last = begin + (window.width - 1) * window.channels;
            if (last >= (1 << (rowLog2 + lanesLog2))) return;
            window.height = height;
            (window.word, window.log2) = ImageMath.cover((begin >> lanesLog2) << 5, ((last >> lanesLog2) + 1) << 5);
            window.lane = begin - (window.word << lanesLog2);
        }
    }
}
