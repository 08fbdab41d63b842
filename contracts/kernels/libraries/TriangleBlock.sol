// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hit, Ray, RayMath} from "./RayMath.sol";

/// @title TriangleBlock
/// @notice The nearest hit of a ray in a block of triangles. Total: no function reverts.
library TriangleBlock {
    uint256 private constant _MISS = type(uint64).max;
    uint256 private constant _MAX_DEPTH = type(uint32).max - 1;

    /// @dev Least `depth · 2^32 + index` over the first `count` words, of which those that were not given are no
    /// triangles; indices count from `firstIndex` and keep 32 bits.
    function nearest(
        Ray memory ray,
        bytes32[] calldata words,
        uint256 count,
        uint256 firstIndex
    ) internal pure returns (uint256 best) {
        best = _MISS;
        if (count > words.length) count = words.length;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                Hit memory hit = RayMath.intersect(ray, uint256(words[i]));
                if (hit.determinant == 0) continue;
                uint256 depth = uint256(hit.distance << 32) / uint256(hit.determinant);
                if (depth > _MAX_DEPTH) depth = _MAX_DEPTH;
                uint256 value = (depth << 32) | uint32(firstIndex + i);
                if (value < best) best = value;
            }
        }
    }
}
