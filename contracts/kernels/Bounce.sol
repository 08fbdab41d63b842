// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {Hit, Ray, RayMath, Vector} from "./libraries/RayMath.sol";
import {Shading} from "./libraries/Shading.sol";

/// @title Bounce
/// @notice The ray that goes on from where a ray has hit: mirrored, or towards the lamp.
/// @dev Lane mode, lanes of 256 bits, a ray as `RayMath` lays it out. With the normal n of `Shading`, and every
/// division towards zero:
///
///   origin = A + (⌊2^16·u/determinant⌋·(B − A) + ⌊2^16·v/determinant⌋·(C − A)) >> 16, and `lift` along n
///   mirrored: d' − 2·(d'·n)·n/n², d' the ray's direction with a length of 2^20
///   towards the lamp: 2^6 · light
///
/// Where the ray hit nothing, the lamp is behind the surface, or a surface mirrors nothing (`ShadeRays` says where its
/// reflectivity stands), there is no ray: the word is zero.
///
/// Fields of params: 0 rays, 1 their hits (lanes of `NearestHit`), 2 triangles, 3 their number, 4 flags, 5 light x, 6
/// y, 7 z (int16, of length 2^14), 8 lift (of which the low eight bits count).
contract Bounce is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _TO_LAMP = 1;

    uint256 private constant _HIT_LOG2 = 6;
    uint256 private constant _LANE_LOG2 = 8;
    uint256 private constant _MAX_RANGES = 2;

    uint256 private constant _REFLECTIVITY_AT = 24;
    uint256 private constant _LENGTH = 1 << 20;
    int256 private constant _LIGHT_SCALE = 1 << 6;

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16) external pure returns (Range[] memory range) {
        range = new Range[](1);
        unchecked {
            range[0] = KernelMath.range(params.field(1) + (piece >> KernelMath.lanesLog2(_HIT_LOG2)), 0);
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        uint256 index = uint32(KernelMath.unsignedLane(firstWords.wordAt(0), _HIT_LOG2, piece));
        if (index >= params.field(3)) return ranges;
        ranges = new Range[](_MAX_RANGES);
        unchecked {
            ranges[0] = KernelMath.range(uint256(params.field(0)) + piece, 0);
            ranges[1] = KernelMath.range(params.field(2) + index, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        // Without a hit neither ray nor triangle was read, and words that are not there have no hit.
        Ray memory ray = RayMath.rayOf(words.wordAt(1));
        uint256 triangle = words.wordAt(2);
        Hit memory hit = RayMath.intersect(ray, triangle);
        uint256 word;
        if (hit.determinant != 0) word = _bounced(params, ray, triangle, hit);
        return KernelMath.toLane(int256(word), _LANE_LOG2);
    }

    function _bounced(
        bytes calldata params,
        Ray memory ray,
        uint256 triangle,
        Hit memory hit
    ) private pure returns (uint256) {
        Vector memory normal = Shading.normalAt(ray, triangle, hit);
        Vector memory direction;
        if (params.field(4) & _TO_LAMP == 0) {
            if (uint8(triangle >> _REFLECTIVITY_AT) == 0) return 0;
            direction = _mirrored(Shading.unit(ray.direction, _LENGTH), normal);
        } else {
            direction = Vector(params.int16Field(5), params.int16Field(6), params.int16Field(7));
            if (RayMath.dot(direction, normal) <= 0) return 0;
            direction = _times(direction, _LIGHT_SCALE);
        }
        Vector memory lift = Shading.unit(normal, uint8(params.field(8)));
        return RayMath.wordOf(_plus(_pointOf(triangle, hit), lift), direction);
    }

    /// @dev Directions are below 2^21, normals below 2^16: nothing leaves 2^61.
    function _mirrored(Vector memory direction, Vector memory normal) private pure returns (Vector memory) {
        unchecked {
            int256 squared = RayMath.dot(normal, normal);
            if (squared == 0) return direction;
            int256 twice = 2 * RayMath.dot(direction, normal);
            return
                Vector({
                    x: direction.x - (twice * normal.x) / squared,
                    y: direction.y - (twice * normal.y) / squared,
                    z: direction.z - (twice * normal.z) / squared
                });
        }
    }

    function _pointOf(uint256 triangle, Hit memory hit) private pure returns (Vector memory) {
        unchecked {
            int256 u = (hit.u << 16) / hit.determinant;
            int256 v = (hit.v << 16) / hit.determinant;
            Vector memory a = RayMath.corner(triangle, 0);
            Vector memory b = RayMath.minus(RayMath.corner(triangle, 1), a);
            Vector memory c = RayMath.minus(RayMath.corner(triangle, 2), a);
            return
                Vector({
                    x: a.x + ((u * b.x + v * c.x) >> 16),
                    y: a.y + ((u * b.y + v * c.y) >> 16),
                    z: a.z + ((u * b.z + v * c.z) >> 16)
                });
        }
    }

    function _plus(Vector memory a, Vector memory b) private pure returns (Vector memory) {
        unchecked {
            return Vector({x: a.x + b.x, y: a.y + b.y, z: a.z + b.z});
        }
    }

    function _times(Vector memory vector, int256 factor) private pure returns (Vector memory) {
        unchecked {
            return Vector({x: vector.x * factor, y: vector.y * factor, z: vector.z * factor});
        }
    }
}
