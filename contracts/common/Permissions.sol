// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Permissions
/// @notice What one module of the protocol may do to another, as bits of one word.
/// @dev A callee keeps its own map of callers to bits (see `Wired`); a bit counts only at the callee named with it.
library Permissions {
    /// @notice MillToken: mint and retire MILL. Held by BurnMintSettlement.
    uint256 internal constant MINT = 1 << 0;
    /// @notice BurnMintSettlement: lock, refund and pay credits. Held by the markets.
    uint256 internal constant CREDIT = 1 << 1;
    /// @notice BurnMintSettlement: hand over slashed MILL. Held by StakingRegistry.
    uint256 internal constant COMPENSATE = 1 << 2;
    /// @notice StakingRegistry: move own stake into a bond and back. Held by the markets, UptimeOracle and
    /// CheckSeats.
    uint256 internal constant BOND = 1 << 3;
    /// @notice StakingRegistry: slash. Held by the markets, ResultClaims, RunClaims, UptimeOracle, CapacityProofs and
    /// CheckSeats.
    uint256 internal constant SLASH = 1 << 4;
    /// @notice NodeRegistry: reserve and release units. Held by the markets.
    uint256 internal constant RESERVE = 1 << 5;
    /// @notice NodeRegistry: jail a node and free it. Held by CapacityProofs.
    uint256 internal constant JAIL = 1 << 6;
    /// @notice StakingRegistry: set the stake that a provider's nodes require. Held by NodeRegistry.
    uint256 internal constant REQUIRE = 1 << 7;
    /// @notice ResultClaims and RunClaims: post a claim. Held by TaskMarket and MachineMarket.
    uint256 internal constant POST = 1 << 8;
    /// @notice LeaseMarket: begin a lease that both sides agreed to. Held by LeaseOrders and QuoteDesk.
    uint256 internal constant HIRE = 1 << 9;
    /// @notice StakingRegistry: share a reward between a provider and its delegators; CheckPot: pay a checker. Held by
    /// UptimeRewards, ResultChecks and RunChecks.
    uint256 internal constant REWARD = 1 << 10;
    /// @notice UptimeOracle: convict attestors, void reports; CheckSeats: slash checkers. Held by UptimeProofs,
    /// UptimeChallenges, ResultChecks and RunChecks.
    uint256 internal constant JUDGE = 1 << 11;
    /// @notice BurnMintSettlement: sell credits to the market's own caller. Held by the markets.
    uint256 internal constant BUY_FOR = 1 << 12;
}
