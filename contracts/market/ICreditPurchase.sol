// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ICreditPurchase
/// @notice Buying credits at a market, so that buying and hiring is one transaction: `multicall([buyCredits, …])`.
/// @dev Promise: a caller buys for itself, with its own MILL.
interface ICreditPurchase {
    /// @notice An approval of MILL to Settlement, signed off chain (ERC-2612).
    /// @param value MILL approved
    /// @param deadline Last second at which it is good
    /// @param v Of the signature
    /// @param r Of the signature
    /// @param s Of the signature
    struct Permit {
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice Burns the caller's MILL for credits, as `IBurnMintSettlement.buy` does.
    /// @dev Emits `Bought` at Settlement. The permit is used only if Settlement's allowance does not suffice: whoever
    /// sends a permit ahead of the caller does the caller's work and stops nothing.
    ///
    /// Requirements:
    /// - Settlement's allowance is at least `mill`, or the permit is good and makes it so;
    /// - those of `IBurnMintSettlement.buy`.
    /// @param mill MILL to burn
    /// @param minCredits The least credits to take
    /// @param minCollateralRatioWad The least backing to take, WAD
    /// @param permit The approval; anything if none is needed
    /// @return credits Credits given
    function buyCredits(
        uint256 mill,
        uint256 minCredits,
        uint256 minCollateralRatioWad,
        Permit calldata permit
    ) external returns (uint256 credits);
}
