// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev One, as a fixed-point number of 18 decimals.
uint256 constant WAD = 1e18;

/// @dev One, in parts per million.
uint32 constant MAX_PPM = 1_000_000;

/// @title Units
/// @notice Arithmetic over the protocol's two kinds of ratio, parts per million and WAD.
/// @dev Rounding policy: every function that divides says in its name which way it rounds, and callers choose the way
/// that leaves the last unit with the protocol. Products have 512 bits: one reverts only if its result does not fit.
library Units {
    /// @notice Part of an amount, rounded down.
    /// @param amount Amount to take the part of, in any unit
    /// @param ppm Part, in parts per million; may exceed one
    /// @return part Part of `amount`, in its unit
    function mulPpmDown(uint256 amount, uint32 ppm) internal pure returns (uint256 part) {
        return mulDivDown(amount, ppm, MAX_PPM);
    }

    /// @notice Part of an amount, rounded up.
    /// @param amount Amount to take the part of, in any unit
    /// @param ppm Part, in parts per million; may exceed one
    /// @return part Part of `amount`, in its unit
    function mulPpmUp(uint256 amount, uint32 ppm) internal pure returns (uint256 part) {
        return mulDivUp(amount, ppm, MAX_PPM);
    }

    /// @notice Product of two WADs, rounded down.
    /// @param x Factor, WAD or in any unit
    /// @param y Factor, WAD
    /// @return z Product, in the unit of `x`
    function wadMulDown(uint256 x, uint256 y) internal pure returns (uint256 z) {
        return mulDivDown(x, y, WAD);
    }

    /// @notice Product of two WADs, rounded up.
    /// @param x Factor, WAD or in any unit
    /// @param y Factor, WAD
    /// @return z Product, in the unit of `x`
    function wadMulUp(uint256 x, uint256 y) internal pure returns (uint256 z) {
        return mulDivUp(x, y, WAD);
    }

    /// @notice Quotient as a WAD, rounded down.
    /// @param x Dividend, in any unit
    /// @param y Divisor, in the unit of `x`; zero reverts
    /// @return z Quotient, WAD
    function wadDivDown(uint256 x, uint256 y) internal pure returns (uint256 z) {
        return mulDivDown(x, WAD, y);
    }

    /// @notice Quotient as a WAD, rounded up.
    /// @param x Dividend, in any unit
    /// @param y Divisor, in the unit of `x`; zero reverts
    /// @return z Quotient, WAD
    function wadDivUp(uint256 x, uint256 y) internal pure returns (uint256 z) {
        return mulDivUp(x, WAD, y);
    }

    /// @notice `x * y / denominator`, rounded down.
    /// @param x Factor
    /// @param y Factor
    /// @param denominator Divisor; zero reverts
    /// @return z Quotient
    function mulDivDown(uint256 x, uint256 y, uint256 denominator) internal pure returns (uint256 z) {
        return Math.mulDiv(x, y, denominator, Math.Rounding.Floor);
    }

    /// @notice `x * y / denominator`, rounded up.
    /// @param x Factor
    /// @param y Factor
    /// @param denominator Divisor; zero reverts
    /// @return z Quotient
    function mulDivUp(uint256 x, uint256 y, uint256 denominator) internal pure returns (uint256 z) {
        return Math.mulDiv(x, y, denominator, Math.Rounding.Ceil);
    }
}
