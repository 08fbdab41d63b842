// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {Ray, RayMath} from "./libraries/RayMath.sol";

/// @title CameraRays
/// @notice The ray through each pixel as data, so that further rays can start where it ends.
/// @dev Lane mode, lanes of 256 bits: a ray as `RayMath` lays it out, zero for pixels outside the picture.
///
/// Fields of params: 0 to 13 camera (see `RayMath`).
contract CameraRays is IKernel {
    using KernelMath for bytes;

    uint256 private constant _CAMERA = 0;
    uint256 private constant _LANE_LOG2 = 8;

    /// @inheritdoc IKernel
    function first(bytes calldata, uint64, uint16) external pure returns (Range[] memory range) {
        return new Range[](0);
    }

    /// @inheritdoc IKernel
    function reads(bytes calldata, uint64, uint16, bytes32[] calldata) external pure returns (Range[] memory ranges) {
        return new Range[](0);
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata
    ) external pure returns (bytes32[] memory result) {
        uint256 word;
        if (RayMath.hasPixel(params, _CAMERA, piece)) {
            Ray memory ray = RayMath.rayThrough(params, _CAMERA, piece);
            word = RayMath.wordOf(ray.origin, ray.direction);
        }
        return KernelMath.toLane(int256(word), _LANE_LOG2);
    }
}
