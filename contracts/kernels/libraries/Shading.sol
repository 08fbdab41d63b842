// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Hit, Ray, RayMath, Vector} from "./RayMath.sol";

/// @dev A distant lamp, and whether something stands between it and the point that is looked at.
struct Lamp {
    Vector direction;
    uint256 ambient;
    uint256 shine;
    bool isHidden;
}

/// @title Shading
/// @notice Normals, lengths, light and colours of points that rays hit. Total: no function reverts.
/// @dev For a hit of triangle T with corner weights u and v, with every division towards zero:
///
///   n = Σ weight · normal of T's corners, the weights being ⌊256·u/determinant⌋, ⌊256·v/determinant⌋ and the rest of
///       256; turned towards where the ray comes from
///   diffuse  = clamp(256 · n·L / (|n| · 2^14)), L the light's direction, of length 2^14
///   gloss    = clamp(256 · n·h / (|n| · |h|))^16, h = L − 2^14 · direction / |direction|
///   level    = ambient + diffuse · (256 − ambient) / 256
///   colour   = min(255, albedo · level / 256 + shine · gloss / 256)
///
/// `clamp` is to 0 … 256, lengths are rounded down, a power of a number of 256ths is taken by four squarings, and a
/// length of zero gives zero. Of a hidden lamp only the ambient light is left.
library Shading {
    /// @dev Length of the light's direction, and of a ray's after scaling.
    uint256 internal constant UNIT = 1 << 14;

    function colourOf(
        Lamp memory lamp,
        Ray memory ray,
        uint256 triangle,
        Hit memory hit
    ) internal pure returns (uint256) {
        (uint256 level, uint256 spot) = _light(lamp, normalAt(ray, triangle, hit), ray.direction);
        unchecked {
            return
                (_lit(triangle >> 16, level, spot) << 16) |
                (_lit(triangle >> 8, level, spot) << 8) |
                _lit(triangle, level, spot);
        }
    }

    /// @dev The normal at a hit, on the side that the ray comes from; at most 2^15 in each component.
    function normalAt(Ray memory ray, uint256 triangle, Hit memory hit) internal pure returns (Vector memory normal) {
        unchecked {
            int256 u = (hit.u << 8) / hit.determinant;
            int256 v = (hit.v << 8) / hit.determinant;
            int256 w = 256 - u - v;
            Vector memory a = RayMath.normal(triangle, 0);
            Vector memory b = RayMath.normal(triangle, 1);
            Vector memory c = RayMath.normal(triangle, 2);
            normal = Vector({
                x: w * a.x + u * b.x + v * c.x,
                y: w * a.y + u * b.y + v * c.y,
                z: w * a.z + u * b.z + v * c.z
            });
        }
        if (RayMath.dot(normal, ray.direction) > 0) normal = RayMath.minus(Vector(0, 0, 0), normal);
    }

    /// @dev The vector with a length of about `one`; no length stays none.
    function unit(Vector memory vector, uint256 one) internal pure returns (Vector memory) {
        int256 all = int256(length(vector));
        if (all == 0) return Vector(0, 0, 0);
        unchecked {
            int256 factor = int256(one);
            return Vector({x: (vector.x * factor) / all, y: (vector.y * factor) / all, z: (vector.z * factor) / all});
        }
    }

    function length(Vector memory vector) internal pure returns (uint256) {
        return Math.sqrt(uint256(RayMath.dot(vector, vector)));
    }

    /// @dev 24 bits of colour between two, `weight` of 256 parts the second.
    function mixed(uint256 from, uint256 to, uint256 weight) internal pure returns (uint256) {
        unchecked {
            return
                (_mixedByte(from >> 16, to >> 16, weight) << 16) |
                (_mixedByte(from >> 8, to >> 8, weight) << 8) |
                _mixedByte(from, to, weight);
        }
    }

    function _light(
        Lamp memory lamp,
        Vector memory normal,
        Vector memory direction
    ) private pure returns (uint256 level, uint256 spot) {
        if (lamp.isHidden) return (lamp.ambient, 0);
        unchecked {
            level = lamp.ambient + ((_cosine(normal, lamp.direction, UNIT) * (256 - lamp.ambient)) >> 8);
            Vector memory half = RayMath.minus(lamp.direction, unit(direction, UNIT));
            uint256 gloss = _cosine(normal, half, length(half));
            for (uint256 i = 0; i < 4; ++i) gloss = (gloss * gloss) >> 8;
            spot = (lamp.shine * gloss) >> 8;
        }
    }

    /// @dev 256 times the cosine between two vectors, at least 0 and at most 256; 0 if one has no length.
    function _cosine(Vector memory normal, Vector memory other, uint256 otherLength) private pure returns (uint256) {
        unchecked {
            int256 product = RayMath.dot(normal, other);
            uint256 lengths = length(normal) * otherLength;
            if (product <= 0 || lengths == 0) return 0;
            return Math.min(256, (uint256(product) << 8) / lengths);
        }
    }

    function _lit(uint256 albedo, uint256 level, uint256 spot) private pure returns (uint256) {
        unchecked {
            return Math.min(255, ((uint8(albedo) * level) >> 8) + spot);
        }
    }

    function _mixedByte(uint256 from, uint256 to, uint256 weight) private pure returns (uint256) {
        unchecked {
            return (uint8(from) * (256 - weight) + uint8(to) * weight) >> 8;
        }
    }
}
