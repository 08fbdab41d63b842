// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {PoolWindow, Window} from "./libraries/PoolWindow.sol";

/// @title Pool
/// @notice Greatest or average value of each window of a batch of pictures.
/// @dev Lane mode; pictures as in `Convolution`, of one width in operand and result, 8, 16 or 32 bits. The lane
/// of the result at row y, column x and channel c of picture n is, over the window of pixels from row y · stride and
/// column x · stride on, as far as they lie in the picture,
///
///   the greatest value with `MAX`; else saturated(scaled(int32 Σ values, scale, shift))
///
/// and zero if there are none. A window is at most six pixels high and eight wide.
///
/// Fields of params: 0 pictures, 1 how many, 2 their height, 3 width, 4 channels, 5 log2 words of a row, 6 log2 bits of
/// a lane, 7 height of a window, 8 its width, 9 stride, 10 height of the result, 11 its width, 12 log2 words of its
/// rows, 13 flags, 14 scale (int32), 15 shift.
contract Pool is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];
    using PoolWindow for Window;

    uint256 private constant _MAX = 1;

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
        Window memory window = _window(params, piece, lane);
        ranges = new Range[](window.height);
        for (uint256 i = 0; i < window.height; ++i) ranges[i] = window.rangeAt(params, i);
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        Window memory window = _window(params, piece, lane);
        uint256 laneLog2 = params.log2Field(6);
        (int256 greatest, , int256 sum) = window.summary(words, laneLog2);
        int256 value = params.field(13) & _MAX != 0 ? greatest : params.scaledByFields(14, int32(sum));
        return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
    }

    function _window(bytes calldata params, uint64 piece, uint16 lane) private pure returns (Window memory window) {
        unchecked {
            uint256 rowLog2 = params.log2Field(12);
            uint256 element = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(6));
            return PoolWindow.windowOf(params, uint256(piece) >> rowLog2, element);
        }
    }
}
