// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {Hit, Ray, RayMath, Vector} from "./libraries/RayMath.sol";
import {Lamp, Shading} from "./libraries/Shading.sol";

/// @title Shade
/// @notice The colour of each pixel: the triangle it shows in the light of a distant lamp, or the background.
/// @dev Lane mode, lanes of 32 bits: red, green, blue, 255. `Shading` says what colour a hit has. The background goes
/// from `top` to `bottom` by rows.
///
/// Fields of params: 0 hits (lanes of `NearestHit`), 1 triangles, 2 their number, 3 light x, 4 y, 5 z (int16), 6
/// ambient and 7 shine (of which the low eight bits count), 8 top, 9 bottom (24 bits of colour), 10 to 23 camera
/// (see `RayMath`).
contract Shade is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _CAMERA = 10;
    uint256 private constant _HIT_LOG2 = 6;
    uint256 private constant _LANE_LOG2 = 5;
    uint256 private constant _OPAQUE = 255;

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16 lane) external pure returns (Range[] memory range) {
        uint256 pixel = KernelMath.element(piece, lane, _LANE_LOG2);
        if (!RayMath.hasPixel(params, _CAMERA, pixel)) return range;
        range = new Range[](1);
        unchecked {
            range[0] = KernelMath.range(params.field(0) + (pixel >> KernelMath.lanesLog2(_HIT_LOG2)), 0);
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        uint256 pixel = KernelMath.element(piece, lane, _LANE_LOG2);
        if (!RayMath.hasPixel(params, _CAMERA, pixel)) return ranges;
        uint256 index = uint32(uint256(KernelMath.signedLane(firstWords.wordAt(0), _HIT_LOG2, pixel)));
        if (index >= params.field(2)) return ranges;
        ranges = new Range[](1);
        unchecked {
            ranges[0] = KernelMath.range(params.field(1) + index, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        uint256 pixel = KernelMath.element(piece, lane, _LANE_LOG2);
        uint256 colour;
        if (RayMath.hasPixel(params, _CAMERA, pixel)) {
            Ray memory ray = RayMath.rayThrough(params, _CAMERA, pixel);
            // Without a hit no triangle was read, and a word that is not there is a triangle without area.
            uint256 triangle = words.wordAt(1);
            Hit memory hit = RayMath.intersect(ray, triangle);
            colour =
                hit.determinant == 0 ? _background(params, pixel) : Shading.colourOf(_lamp(params), ray, triangle, hit);
            colour = (colour << 8) | _OPAQUE;
        }
        return KernelMath.toLane(int256(colour), _LANE_LOG2);
    }

    function _lamp(bytes calldata params) private pure returns (Lamp memory) {
        return
            Lamp({
                direction: Vector(params.int16Field(3), params.int16Field(4), params.int16Field(5)),
                ambient: uint8(params.field(6)),
                shine: uint8(params.field(7)),
                isHidden: false
            });
    }

    function _background(bytes calldata params, uint256 pixel) private pure returns (uint256) {
        uint256 weight;
        unchecked {
            weight = ((pixel / params.field(_CAMERA)) << 8) / params.field(_CAMERA + 1);
        }
        return Shading.mixed(params.field(8), params.field(9), weight);
    }
}
