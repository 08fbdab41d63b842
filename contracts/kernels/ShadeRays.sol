// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {Hit, Ray, RayMath, Vector} from "./libraries/RayMath.sol";
import {Lamp, Shading} from "./libraries/Shading.sol";

/// @title ShadeRays
/// @notice What each ray sees: a triangle in light or shadow, with what it mirrors, or the sky.
/// @dev Lane mode, lanes of 32 bits: red, green, blue, 255; zero for rays without direction. `Shading` says what colour
/// a hit has; the lamp is hidden where the ray towards it hits something, all ones in `shadows` being a miss. The byte
/// of a triangle's word above its colour is its reflectivity r:
///
///   colour = (surface · (256 − r) + reflected · r) / 256 by channel, with `REFLECTED`
///
/// The sky goes from `bottom` through the horizon to `top`: 128 + 128 · y / |direction| parts of 256 are `top`.
///
/// Fields of params: 0 rays, 1 their hits (lanes of `NearestHit`), 2 triangles, 3 their number, 4 light x, 5 y, 6 z
/// (int16), 7 ambient and 8 shine (of which the low eight bits count), 9 top, 10 bottom (24 bits of colour), 11 hits of
/// the rays towards the lamp, 12 flags, 13 colours that the mirrored rays see.
contract ShadeRays is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _REFLECTED = 1;

    uint256 private constant _HIT_LOG2 = 6;
    uint256 private constant _LANE_LOG2 = 5;
    uint256 private constant _OPAQUE = 255;
    uint256 private constant _MISS = type(uint64).max;
    uint256 private constant _MAX_RANGES = 4;

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16 lane) external pure returns (Range[] memory range) {
        range = new Range[](1);
        unchecked {
            uint256 ray = KernelMath.element(piece, lane, _LANE_LOG2);
            range[0] = KernelMath.range(params.field(1) + (ray >> KernelMath.lanesLog2(_HIT_LOG2)), 0);
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        ranges = new Range[](_MAX_RANGES);
        uint256 count = 1;
        unchecked {
            uint256 ray = KernelMath.element(piece, lane, _LANE_LOG2);
            ranges[0] = KernelMath.range(params.field(0) + ray, 0);
            uint256 index = uint32(KernelMath.unsignedLane(firstWords.wordAt(0), _HIT_LOG2, ray));
            if (index < params.field(3)) {
                ranges[1] = KernelMath.range(params.field(2) + index, 0);
                ranges[2] = KernelMath.range(params.field(11) + (ray >> KernelMath.lanesLog2(_HIT_LOG2)), 0);
                count = 3;
                if (params.field(12) & _REFLECTED != 0)
                    ranges[count++] = KernelMath.range(uint256(params.field(13)) + piece, 0);
            }
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
        Ray memory ray = RayMath.rayOf(words.wordAt(1));
        uint256 colour;
        if (ray.direction.x != 0 || ray.direction.y != 0 || ray.direction.z != 0) {
            // Without a hit no triangle was read, and a word that is not there is a triangle without area.
            Hit memory hit = RayMath.intersect(ray, words.wordAt(2));
            if (hit.determinant == 0) colour = _sky(params, ray.direction);
            else {
                Lamp memory lamp = _lamp(params);
                uint256 element = KernelMath.element(piece, lane, _LANE_LOG2);
                lamp.isHidden = KernelMath.unsignedLane(words.wordAt(3), _HIT_LOG2, element) != _MISS;
                colour = Shading.colourOf(lamp, ray, words.wordAt(2), hit);
                if (params.field(12) & _REFLECTED != 0) colour = _mirroring(words, colour, lane);
            }
            colour = (colour << 8) | _OPAQUE;
        }
        return KernelMath.toLane(int256(colour), _LANE_LOG2);
    }

    function _mirroring(bytes32[] calldata words, uint256 colour, uint16 lane) private pure returns (uint256) {
        uint256 reflected = KernelMath.unsignedLane(words.wordAt(4), _LANE_LOG2, lane) >> 8;
        return Shading.mixed(colour, reflected, uint8(words.wordAt(2) >> 24));
    }

    function _sky(bytes calldata params, Vector memory direction) private pure returns (uint256) {
        unchecked {
            int256 weight = 128 + (128 * direction.y) / int256(Shading.length(direction));
            return Shading.mixed(params.field(10), params.field(9), uint256(weight));
        }
    }

    function _lamp(bytes calldata params) private pure returns (Lamp memory) {
        return
            Lamp({
                direction: Vector(params.int16Field(4), params.int16Field(5), params.int16Field(6)),
                ambient: uint8(params.field(7)),
                shine: uint8(params.field(8)),
                isHidden: false
            });
    }
}
