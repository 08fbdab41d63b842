// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ISettlementTerms
/// @notice The settlement's parameters and their hard bounds.
/// @dev Two kinds of term. Those of trade are live: a purchase states the least it takes, and a job copies its fee.
/// Those of a close are keyed by epoch: what is set in an epoch holds from the next one on, however late epochs are
/// closed, so nobody can wait with a close, or hurry one, for other terms.
interface ISettlementTerms {
    /// @notice Terms of trade, live. Whoever needs the fee to stay (a job) copies it.
    /// @param feePpm φ, the share of accepted work that leaves `L`.
    /// @param spreadPpm s, what a purchase pays over the price.
    /// @param hourlyCapPpm Part of `L` that may be bought in a clock hour.
    /// @param hourlyCapFloor Credits that may be bought in a clock hour, however small `L`.
    struct TradeTerms {
        uint32 feePpm;
        uint32 spreadPpm;
        uint32 hourlyCapPpm;
        uint128 hourlyCapFloor;
    }

    /// @notice Terms of a close, in force for whole epochs. What the shares leave over is the ecosystem's.
    /// @param gammaPpm γ, the part of permanently burned fees that emission may add.
    /// @param tauPpm τ, the most of the availability part that may refill the bank.
    /// @param kappaPpm κ, the part of the bank's surplus that is burned at a close.
    /// @param bufferPpm What the bank keeps above par before a surplus begins.
    /// @param availabilityPpm Share of the nodes.
    /// @param attestorsPpm Share of the attestors.
    /// @param checksPpm Share of the checkers.
    struct CloseTerms {
        uint32 gammaPpm;
        uint32 tauPpm;
        uint32 kappaPpm;
        uint32 bufferPpm;
        uint32 availabilityPpm;
        uint32 attestorsPpm;
        uint32 checksPpm;
    }

    /// @notice Emitted when the terms of trade changed.
    /// @param terms The terms, from now on.
    event TradeTermsSet(TradeTerms terms);

    /// @notice Emitted when the terms of closes changed.
    /// @param fromEpoch First epoch they hold for.
    /// @param terms The terms.
    event CloseTermsSet(uint32 indexed fromEpoch, CloseTerms terms);

    /// @notice Thrown when a term is out of its bounds.
    /// @param name The term.
    /// @param given Its value.
    /// @param min The least possible.
    /// @param max The most possible.
    error SettlementTerms_OutOfBounds(string name, uint256 given, uint256 min, uint256 max);

    // ─── GOVERNANCE ───

    /// @notice Changes the terms of trade.
    /// @dev Emits {TradeTermsSet}. Requirements: `restricted`; every term is within its bounds.
    /// @param newTerms The terms.
    function setTradeTerms(TradeTerms calldata newTerms) external;

    /// @notice Changes the terms of closes, from the next epoch on.
    /// @dev Emits {CloseTermsSet}. Requirements: `restricted`; every term is within its bounds.
    /// @param newTerms The terms.
    function setCloseTerms(CloseTerms calldata newTerms) external;

    // ─── READ ───

    /// @notice The fee that a job opened now agrees to.
    /// @return fee PPM.
    function feePpm() external view returns (uint32 fee);

    /// @notice The terms of trade.
    /// @return terms The terms.
    function tradeTerms() external view returns (TradeTerms memory terms);

    /// @notice The terms of an epoch's close.
    /// @param epoch The epoch. Terms of a later one than the next may still change.
    /// @return terms The terms.
    function closeTermsAt(uint32 epoch) external view returns (CloseTerms memory terms);
}
