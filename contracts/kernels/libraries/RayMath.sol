// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KernelMath} from "./KernelMath.sol";

/// @dev A vector of small integers: no product below leaves 64 bits (see `RayMath`).
struct Vector {
    int256 x;
    int256 y;
    int256 z;
}

/// @dev A ray `origin + t · direction`.
struct Ray {
    Vector origin;
    Vector direction;
}

/// @dev Where a ray meets a triangle: `t = distance / determinant`, and corner weights `u` and `v` over `determinant`.
struct Hit {
    int256 determinant;
    int256 u;
    int256 v;
    int256 distance;
}

/// @title RayMath
/// @notice Exact intersection of rays and triangles in whole numbers. Total: no function reverts.
/// @dev A triangle is one word: nine int16 coordinates (three corners of x, y, z), nine int8 components of the normals
/// at the corners, 16 bits that are not used, and 24 bits of colour. The camera is fourteen fields of params:
/// width, height, then three each for origin (int16), forward, right and up (int24). A ray that is held as data is one
/// word: three int16 of the origin, three int24 of the direction, and bits that are not used. A ray without direction
/// hits nothing.
///
/// Bounds: edges and origins to corners are below 2^16, directions at most 2^23, so that determinants and weights stay
/// below 2^59 and distances below 2^52: an executor with 64-bit words is exact as well.
library RayMath {
    using KernelMath for bytes;

    // ─── CAMERA ───

    /// @dev The ray through a pixel: `forward + (2·column + 1 − width) · right + (height − 1 − 2·row) · up`, each
    /// component wrapped to 24 bits. `camera` is the first field.
    function rayThrough(bytes calldata params, uint256 camera, uint256 pixel) internal pure returns (Ray memory ray) {
        unchecked {
            uint256 width = params.field(camera);
            int256 across = int256(2 * (pixel % width) + 1) - int256(width);
            int256 upward = int256(uint256(params.field(camera + 1))) - 1 - int256(2 * (pixel / width));
            ray.origin.x = params.int16Field(camera + 2);
            ray.origin.y = params.int16Field(camera + 3);
            ray.origin.z = params.int16Field(camera + 4);
            ray.direction.x = _component(params, camera + 5, across, upward);
            ray.direction.y = _component(params, camera + 6, across, upward);
            ray.direction.z = _component(params, camera + 7, across, upward);
        }
    }

    function rayOf(uint256 word) internal pure returns (Ray memory ray) {
        unchecked {
            ray.origin = Vector(int16(uint16(word >> 240)), int16(uint16(word >> 224)), int16(uint16(word >> 208)));
            ray.direction = Vector(int24(uint24(word >> 184)), int24(uint24(word >> 160)), int24(uint24(word >> 136)));
        }
    }

    /// @dev The ray as a word, its components cut to their widths.
    function wordOf(Vector memory origin, Vector memory direction) internal pure returns (uint256 word) {
        unchecked {
            word = (uint256(uint16(int16(origin.x))) << 240) | (uint256(uint16(int16(origin.y))) << 224);
            word |= (uint256(uint16(int16(origin.z))) << 208) | (uint256(uint24(int24(direction.x))) << 184);
            word |= (uint256(uint24(int24(direction.y))) << 160) | (uint256(uint24(int24(direction.z))) << 136);
        }
    }

    /// @dev Whether the picture has this pixel; a picture of width zero has none.
    function hasPixel(bytes calldata params, uint256 camera, uint256 pixel) internal pure returns (bool) {
        unchecked {
            return pixel < uint256(params.field(camera)) * params.field(camera + 1);
        }
    }

    function _component(
        bytes calldata params,
        uint256 forward,
        int256 across,
        int256 upward
    ) private pure returns (int256) {
        unchecked {
            int256 sum =
                params.int24Field(forward) +
                    across * params.int24Field(forward + 3) +
                    upward * params.int24Field(forward + 6);
            return int24(sum);
        }
    }

    // ─── TRIANGLES ───

    /// @dev A corner of a triangle: 0, 1 or 2.
    function corner(uint256 triangle, uint256 index) internal pure returns (Vector memory) {
        unchecked {
            uint256 skip = 48 * index;
            return
                Vector({
                    x: int16(uint16(triangle >> (240 - skip))),
                    y: int16(uint16(triangle >> (224 - skip))),
                    z: int16(uint16(triangle >> (208 - skip)))
                });
        }
    }

    /// @dev The normal at a corner.
    function normal(uint256 triangle, uint256 index) internal pure returns (Vector memory) {
        unchecked {
            uint256 skip = 24 * index;
            return
                Vector({
                    x: int8(uint8(triangle >> (104 - skip))),
                    y: int8(uint8(triangle >> (96 - skip))),
                    z: int8(uint8(triangle >> (88 - skip)))
                });
        }
    }

    /// @dev Möller and Trumbore's test on whole numbers, from both sides. A triangle without area is never hit; its
    /// border belongs to it; only what lies before the origin counts. `determinant` is zero without a hit.
    function intersect(Ray memory ray, uint256 triangle) internal pure returns (Hit memory hit) {
        unchecked {
            Vector memory a = corner(triangle, 0);
            Vector memory edge1 = minus(corner(triangle, 1), a);
            Vector memory edge2 = minus(corner(triangle, 2), a);
            Vector memory across = cross(ray.direction, edge2);
            int256 determinant = dot(edge1, across);
            if (determinant == 0) return hit;
            int256 sign = determinant < 0 ? -1 : int256(1);

            Vector memory offset = minus(ray.origin, a);
            int256 u = sign * dot(offset, across);
            determinant *= sign;
            if (u < 0 || u > determinant) return hit;
            Vector memory side = cross(offset, edge1);
            int256 v = sign * dot(ray.direction, side);
            if (v < 0 || u + v > determinant) return hit;
            int256 distance = sign * dot(edge2, side);
            if (distance <= 0) return hit;
            return Hit({determinant: determinant, u: u, v: v, distance: distance});
        }
    }

    // ─── VECTORS ───

    function minus(Vector memory a, Vector memory b) internal pure returns (Vector memory) {
        unchecked {
            return Vector({x: a.x - b.x, y: a.y - b.y, z: a.z - b.z});
        }
    }

    function dot(Vector memory a, Vector memory b) internal pure returns (int256) {
        unchecked {
            return a.x * b.x + a.y * b.y + a.z * b.z;
        }
    }

    function cross(Vector memory a, Vector memory b) internal pure returns (Vector memory) {
        unchecked {
            return Vector({x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x});
        }
    }
}
