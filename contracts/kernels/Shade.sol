// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {Hit, Ray, RayMath, Vector} from "./libraries/RayMath.sol";

/// @title Shade
/// @notice The colour of each pixel: the triangle it shows in the light of a distant lamp, or the background.
/// @dev Lane mode, lanes of 32 bits: red, green, blue, 255. For a pixel whose nearest hit is triangle T with corner
/// weights u and v, with every division towards zero:
///
///   n = Σ weight · normal of T's corners, the weights being ⌊256·u/determinant⌋, ⌊256·v/determinant⌋ and the rest of
///       256; turned towards the camera
///   diffuse  = clamp(256 · n·L / (|n| · 2^14)), L the light's direction, of length 2^14
///   gloss    = clamp(256 · n·h / (|n| · |h|))^16, h = L − 2^14 · direction / |direction|
///   level    = ambient + diffuse · (256 − ambient) / 256
///   colour   = min(255, albedo · level / 256 + shine · gloss / 256)
///
/// `clamp` is to 0 … 256, lengths are rounded down, a power of a number of 256ths is taken by four squarings, and a
/// length of zero gives zero. The background goes from `top` to `bottom` by rows.
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

    /// @dev Length of the light's direction, and of a ray's after scaling.
    int256 private constant _UNIT = 1 << 14;

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
            colour = hit.determinant == 0 ? _background(params, pixel) : _surface(params, ray, triangle, hit);
            colour = (colour << 8) | _OPAQUE;
        }
        return KernelMath.toLane(int256(colour), _LANE_LOG2);
    }

    function _surface(
        bytes calldata params,
        Ray memory ray,
        uint256 triangle,
        Hit memory hit
    ) private pure returns (uint256) {
        unchecked {
            Vector memory normal = _normalAt(triangle, hit);
            if (RayMath.dot(normal, ray.direction) > 0) normal = RayMath.minus(Vector(0, 0, 0), normal);
            (uint256 level, uint256 shine) = _light(params, normal, ray.direction);
            return
                (_lit(triangle >> 16, level, shine) << 16) |
                (_lit(triangle >> 8, level, shine) << 8) |
                _lit(triangle, level, shine);
        }
    }

    function _light(
        bytes calldata params,
        Vector memory normal,
        Vector memory direction
    ) private pure returns (uint256 level, uint256 shine) {
        unchecked {
            Vector memory light = Vector(params.int16Field(3), params.int16Field(4), params.int16Field(5));
            uint256 ambient = uint8(params.field(6));
            level = ambient + ((_cosine(normal, light, uint256(_UNIT)) * (256 - ambient)) >> 8);
            Vector memory half = RayMath.minus(light, _unit(direction));
            uint256 gloss = _cosine(normal, half, _length(half));
            for (uint256 i = 0; i < 4; ++i) gloss = (gloss * gloss) >> 8;
            shine = (uint8(params.field(7)) * gloss) >> 8;
        }
    }

    function _normalAt(uint256 triangle, Hit memory hit) private pure returns (Vector memory) {
        unchecked {
            int256 u = (hit.u << 8) / hit.determinant;
            int256 v = (hit.v << 8) / hit.determinant;
            int256 w = 256 - u - v;
            Vector memory a = RayMath.normal(triangle, 0);
            Vector memory b = RayMath.normal(triangle, 1);
            Vector memory c = RayMath.normal(triangle, 2);
            return
                Vector({
                    x: w * a.x + u * b.x + v * c.x,
                    y: w * a.y + u * b.y + v * c.y,
                    z: w * a.z + u * b.z + v * c.z
                });
        }
    }

    /// @dev 256 times the cosine between two vectors, at least 0 and at most 256; 0 if one has no length.
    function _cosine(Vector memory normal, Vector memory other, uint256 otherLength) private pure returns (uint256) {
        unchecked {
            int256 product = RayMath.dot(normal, other);
            uint256 lengths = _length(normal) * otherLength;
            if (product <= 0 || lengths == 0) return 0;
            return Math.min(256, (uint256(product) << 8) / lengths);
        }
    }

    function _unit(Vector memory direction) private pure returns (Vector memory) {
        unchecked {
            int256 length = int256(_length(direction));
            if (length == 0) return Vector(0, 0, 0);
            return
                Vector({
                    x: (direction.x * _UNIT) / length,
                    y: (direction.y * _UNIT) / length,
                    z: (direction.z * _UNIT) / length
                });
        }
    }

    function _length(Vector memory vector) private pure returns (uint256) {
        return Math.sqrt(uint256(RayMath.dot(vector, vector)));
    }

    function _lit(uint256 albedo, uint256 level, uint256 shine) private pure returns (uint256) {
        unchecked {
            return Math.min(255, ((uint8(albedo) * level) >> 8) + shine);
        }
    }

    function _background(bytes calldata params, uint256 pixel) private pure returns (uint256) {
        unchecked {
            uint256 weight = ((pixel / params.field(_CAMERA)) << 8) / params.field(_CAMERA + 1);
            uint256 top = params.field(8);
            uint256 bottom = params.field(9);
            return
                (_mixed(top >> 16, bottom >> 16, weight) << 16) |
                (_mixed(top >> 8, bottom >> 8, weight) << 8) |
                _mixed(top, bottom, weight);
        }
    }

    function _mixed(uint256 top, uint256 bottom, uint256 weight) private pure returns (uint256) {
        unchecked {
            return (uint8(top) * (256 - weight) + uint8(bottom) * weight) >> 8;
        }
    }
}
