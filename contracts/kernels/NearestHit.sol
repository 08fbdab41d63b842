// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {Ray, RayMath} from "./libraries/RayMath.sol";
import {TriangleBlock} from "./libraries/TriangleBlock.sol";

/// @title NearestHit
/// @notice What the ray of each pixel meets first in a block of triangles, and in the blocks before it.
/// @dev Lane mode, lanes of 64 bits: `depth · 2^32 + index` of the triangle, where
///
///   depth = min(⌊2^32 · t⌋, 2^32 − 2), the hit lies at origin + t · direction
///
/// and all ones is a miss. The result is the least value of the block and of `previous`, so that ties go to the lowest
/// index and a long list of triangles is a chain of operators. Pixels outside the picture are misses. Rays are the
/// camera's; with `RAYS` they are words, one for each pixel, and of the camera only width and height count.
///
/// Fields of params: 0 block, 1 log2 words of a range of it, 2 number of ranges (1 or 2), 3 index of its first
/// triangle, 4 flags, 5 previous, 6 to 19 camera (see `RayMath`), 20 rays.
contract NearestHit is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _PREVIOUS = 1;
    uint256 private constant _RAYS = 2;

    uint256 private constant _CAMERA = 6;
    uint256 private constant _RAYS_AT = 20;
    uint256 private constant _MAX_RANGES = 4;
    uint256 private constant _LANE_LOG2 = 6;

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
        uint256 pixel = KernelMath.element(piece, lane, _LANE_LOG2);
        if (!RayMath.hasPixel(params, _CAMERA, pixel)) return ranges;
        ranges = new Range[](_MAX_RANGES);
        uint256 count = 1;
        unchecked {
            uint256 log2 = params.log2Field(1);
            ranges[0] = KernelMath.range(params.field(0), log2);
            if (params.field(2) > 1) ranges[count++] = KernelMath.range(params.field(0) + (1 << log2), log2);
            if (params.field(4) & _PREVIOUS != 0)
                ranges[count++] = KernelMath.range(uint256(params.field(5)) + piece, 0);
            if (params.field(4) & _RAYS != 0) ranges[count++] = KernelMath.range(params.field(_RAYS_AT) + pixel, 0);
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
        uint256 nearest = type(uint64).max;
        uint256 pixel = KernelMath.element(piece, lane, _LANE_LOG2);
        if (RayMath.hasPixel(params, _CAMERA, pixel)) {
            nearest = _nearestOfBlock(params, words, pixel);
            if (params.field(4) & _PREVIOUS != 0) {
                int256 previous = KernelMath.signedLane(words.wordAt(_blockWords(params)), _LANE_LOG2, lane);
                nearest = Math.min(nearest, uint64(int64(previous)));
            }
        }
        return KernelMath.toLane(int256(nearest), _LANE_LOG2);
    }

    function _nearestOfBlock(
        bytes calldata params,
        bytes32[] calldata words,
        uint256 pixel
    ) private pure returns (uint256) {
        return TriangleBlock.nearest(_ray(params, words, pixel), words, _blockWords(params), params.field(3));
    }

    /// @dev A ray that is data follows the block and the previous hits.
    function _ray(bytes calldata params, bytes32[] calldata words, uint256 pixel) private pure returns (Ray memory) {
        uint256 flags = params.field(4);
        if (flags & _RAYS == 0) return RayMath.rayThrough(params, _CAMERA, pixel);
        unchecked {
            return RayMath.rayOf(words.wordAt(_blockWords(params) + (flags & _PREVIOUS)));
        }
    }

    function _blockWords(bytes calldata params) private pure returns (uint256) {
        return (params.field(2) > 1 ? 2 : uint256(1)) << params.log2Field(1);
    }
}
