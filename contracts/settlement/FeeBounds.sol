// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title FeeBounds
/// @notice What the fee of accepted work may ever be.
library FeeBounds {
    /// @notice Above what twice the deviation that PriceOracle allows could win, or hiring oneself could pay (7).
    uint32 internal constant MIN_PPM = 40_000;
    /// @notice A fifth.
    uint32 internal constant MAX_PPM = 200_000;
}
