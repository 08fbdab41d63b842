// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MAX_PPM, Units, WAD} from "../common/Units.sol";

/// @dev Makes the library's functions callable.
contract UnitsHarness {
    function wad() external pure returns (uint256) {
        return WAD;
    }

    function maxPpm() external pure returns (uint32) {
        return MAX_PPM;
    }

    function mulPpmDown(uint256 amount, uint32 ppm) external pure returns (uint256) {
        return Units.mulPpmDown(amount, ppm);
    }

    function mulPpmUp(uint256 amount, uint32 ppm) external pure returns (uint256) {
        return Units.mulPpmUp(amount, ppm);
    }

    function wadMulDown(uint256 x, uint256 y) external pure returns (uint256) {
        return Units.wadMulDown(x, y);
    }

    function wadMulUp(uint256 x, uint256 y) external pure returns (uint256) {
        return Units.wadMulUp(x, y);
    }

    function wadDivDown(uint256 x, uint256 y) external pure returns (uint256) {
        return Units.wadDivDown(x, y);
    }

    function wadDivUp(uint256 x, uint256 y) external pure returns (uint256) {
        return Units.wadDivUp(x, y);
    }

    function mulDivDown(uint256 x, uint256 y, uint256 denominator) external pure returns (uint256) {
        return Units.mulDivDown(x, y, denominator);
    }

    function mulDivUp(uint256 x, uint256 y, uint256 denominator) external pure returns (uint256) {
        return Units.mulDivUp(x, y, denominator);
    }
}
